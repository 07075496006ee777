//! Calls that make one value of many.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use smallvec::SmallVec;

use super::detached::detached;
use super::form::{Form, is_among};
use super::pairs::Pairs;
use super::{Answer, Array, Dtype, NewArray, Numpy, Readable};
use crate::error::Error;
use crate::numeric::element::Element;
use crate::order::select::{self, Select};
use crate::python::arguments::Axes;
use crate::reduce::Reduction;
use crate::strided::View;

/// A value that a reduction returns as a Python object of its own.
pub(in crate::python) trait Scalar: Numpy + Send + Sync {
    fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>;
}

macro_rules! scalar {
    ($($t:ident)*) => {$(
        impl Scalar for $t {
            #[inline(always)]
            fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
                self.into_bound_py_any(py)
            }
        }
    )*};
}

scalar!(f64 f32 i64 i32 isize bool);

/// A reduction of each float dtype.
pub(in crate::python) trait ReduceFloats:
    Reduction<f64, Out: Scalar> + Reduction<f32, Out: Scalar>
{
}

impl<K: Reduction<f64, Out: Scalar> + Reduction<f32, Out: Scalar>> ReduceFloats for K {}

/// A reduction of each integer dtype.
pub(in crate::python) trait ReduceIntegers:
    Reduction<i64, Out: Scalar> + Reduction<i32, Out: Scalar>
{
}

impl<K: Reduction<i64, Out: Scalar> + Reduction<i32, Out: Scalar>> ReduceIntegers for K {}

/// An order statistic of every dtype of the library.
pub(in crate::python) trait SelectAny:
    Select<f64, Out: Scalar>
    + Select<f32, Out: Scalar>
    + Select<i64, Out: Scalar>
    + Select<i32, Out: Scalar>
{
}

impl<K> SelectAny for K where
    K: Select<f64, Out: Scalar>
        + Select<f32, Out: Scalar>
        + Select<i64, Out: Scalar>
        + Select<i32, Out: Scalar>
{
}

/// Many values in, one out. `others` answers for the dtypes that kernels do not accept.
pub(in crate::python) fn reduce<'py, F: ReduceFloats, I: ReduceIntegers>(
    a: &Bound<'py, PyAny>,
    axes: &Axes,
    form: Form<'_, 'py>,
    (floats, integers): (F, I),
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let array = Array::new(a)?;
    if Reduction::<f64>::position_matters(&floats) {
        axes.not_several()?;
    }
    let axes = axes.within(array.ndim())?;
    let of = &array;
    let result = match of.dtype() {
        Some(Dtype::Float64) => reduce_typed::<f64, _>(of, axes, form, &floats),
        Some(Dtype::Float32) => reduce_typed::<f32, _>(of, axes, form, &floats),
        Some(Dtype::Int64) => reduce_typed::<i64, _>(of, axes, form, &integers),
        Some(Dtype::Int32) => reduce_typed::<i32, _>(of, axes, form, &integers),
        None => others(of.as_any()),
    }?;
    form.give(result, of.shape(), axes, of.dtype().is_none())
}

/// Many pairs in, one value out. `others` answers where either array is not of float64.
pub(in crate::python) fn reduce_pairs<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    axes: &Axes,
    form: Form<'_, 'py>,
    kernel: impl Reduction<f64, 2, Out = f64>,
    others: impl FnOnce(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let (py, pairs) = (a.py(), Pairs::new(a, b)?);
    let axes = axes.within(pairs.shape.len())?;
    let views = pairs.views();
    let result = match (&views, some_of(axes, &pairs.shape)) {
        (None, _) => others(pairs.a.as_any(), pairs.b.as_any()),
        (Some([a, b]), Some(axes)) => of_each_lane(py, &pairs.shape, [a, b], axes, &kernel),
        (Some([a, b]), None) => of_all(py, [a, b], form, &kernel),
    }?;
    form.give(result, &pairs.shape, axes, views.is_none())
}

/// The same of a dtype, compiled once for each result's.
#[inline(never)]
fn reduce_typed<'py, T, O>(
    array: &Array<'py>,
    axes: Option<u64>,
    form: Form<'_, 'py>,
    kernel: &dyn Reduction<T, Out = O>,
) -> Answer<'py>
where
    T: Element + Readable,
    O: Scalar,
{
    let (py, shape) = (array.as_any().py(), array.shape());
    if !kernel.allows_empty() {
        not_empty(form.name, shape, axes)?;
    }
    match some_of(axes, shape) {
        Some(axes) => of_each_lane(py, shape, [&array.view::<T>()], axes, kernel),
        None => of_all(py, [&array.flat::<T>()], form, kernel),
    }
}

/// A result for each lane along these axes, of inputs of this shape.
fn of_each_lane<'py, T: Element, O: Scalar, const INPUTS: usize>(
    py: Python<'py>,
    shape: &[usize],
    views: [&View<'_, T>; INPUTS],
    axes: u64,
    kernel: &dyn Reduction<T, INPUTS, Out = O>,
) -> Answer<'py> {
    let mut out = NewArray::<O>::new(py, &without(shape, axes))?;
    if let Some(value) = kernel.known_without_data(views[0].is_empty_along(axes)) {
        out.fill(value);
        return Ok(out.into_any());
    }
    let mut places = out.places();
    detached(py, views[0].len(), &mut || kernel.along(views, axes, &mut places))?;
    Ok(out.into_any())
}

/// One result of all values.
fn of_all<'py, T: Element, O: Scalar, const INPUTS: usize>(
    py: Python<'py>,
    views: [&View<'_, T>; INPUTS],
    form: Form<'_, 'py>,
    kernel: &dyn Reduction<T, INPUTS, Out = O>,
) -> Answer<'py> {
    let value = match kernel.early(views) {
        Some(value) => value,
        None => detached(py, views[0].len(), &mut || kernel.all(views))?,
    };
    if form.is_array() { of_no_dimension(py, value) } else { value.into_python(py) }
}

/// The axes, unless they are all there are, and the result one value.
#[inline(always)]
fn some_of(axes: Option<u64>, shape: &[usize]) -> Option<u64> {
    axes.filter(|axes| (axes.count_ones() as usize) < shape.len())
}

fn of_no_dimension<O: Numpy>(py: Python<'_>, value: O) -> Answer<'_> {
    let mut out = NewArray::new(py, &[])?;
    out.fill(value);
    Ok(out.into_any())
}

/// Many values in, one of their order out.
pub(in crate::python) fn select<'py>(
    a: &Bound<'py, PyAny>,
    axes: &Axes,
    form: Form<'_, 'py>,
    kernel: impl SelectAny,
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let array = Array::new(a)?;
    let axes = axes.within(array.ndim())?;
    let of = &array;
    let result = for_dtype!(of, others, select_typed::<_, _>(axes, form.is_array(), kernel))?;
    form.give(result, of.shape(), axes, of.dtype().is_none())
}

#[inline(never)]
fn select_typed<'py, T, K>(
    array: &Array<'py>,
    axes: Option<u64>,
    as_array: bool,
    kernel: K,
) -> Answer<'py>
where
    T: Element + Readable,
    K: Select<T, Out: Scalar>,
{
    let py = array.as_any().py();
    let shape = array.shape();
    if let Some(axes) = some_of(axes, shape) {
        let mut out = NewArray::<K::Out>::new(py, &without(shape, axes))?;
        let (view, mut places) = (array.view::<T>(), out.places());
        detached(py, view.len(), &mut || select::along(&view, axes, kernel, &mut places))?;
        return Ok(out.into_any());
    }
    let view = array.flat::<T>();
    let value = detached(py, view.len(), &mut || select::all(&view, kernel))?;
    if as_array { of_no_dimension(py, value) } else { value.into_python(py) }
}

fn not_empty(name: &'static str, shape: &[usize], axes: Option<u64>) -> Result<(), Error> {
    let mut lens = shape.iter().enumerate();
    let empty = lens.find(|&(axis, &len)| is_among(axis, axes) && len == 0);
    let Some((axis, _)) = empty else { return Ok(()) };
    let axis = axes.map(|_| axis);
    Err(Error::Empty { name, axis, shape: shape.to_vec() })
}

/// The lengths of the axes that are not among these.
pub(super) fn without(shape: &[usize], axes: u64) -> SmallVec<[usize; 8]> {
    let lens = shape.iter().enumerate();
    lens.filter(|&(axis, _)| axes >> axis & 1 == 0).map(|(_, &len)| len).collect()
}
