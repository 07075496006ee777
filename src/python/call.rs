//! From the arguments of a call to a driver, and back with its result.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use smallvec::SmallVec;

use super::arguments::{Number, axis_within};
use super::array::{Array, Dtype, NewArray, Numpy};
use crate::element::Element;
use crate::error::Error;
use crate::fill;
use crate::kernels::replace::Replace;
use crate::ordered::{self, Ordered};
use crate::reduce::{self, Reduce};
use crate::rows::{View, ViewMut};
use crate::select::{self, Select};
use crate::slide::{self, Slide, Window};

/// Fewer values than this are done before the interpreter could be left and entered again.
const DETACH: usize = 1 << 14;

/// A value that a reduction returns as a Python object of its own.
pub(super) trait Scalar: Numpy + Send + Sync {
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

/// A kernel that works on every dtype of the library.
pub(super) trait ReduceAny:
    Reduce<f64, Out: Scalar>
    + Reduce<f32, Out: Scalar>
    + Reduce<i64, Out: Scalar>
    + Reduce<i32, Out: Scalar>
{
}

impl<K> ReduceAny for K where
    K: Reduce<f64, Out: Scalar>
        + Reduce<f32, Out: Scalar>
        + Reduce<i64, Out: Scalar>
        + Reduce<i32, Out: Scalar>
{
}

/// An order statistic of every dtype of the library.
pub(super) trait SelectAny:
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

/// A result, or the reference that answers for the dtypes that kernels do not accept.
type Answer<'py> = PyResult<Bound<'py, PyAny>>;

/// Calls `$typed` with the type of the array's values, or `$slow` with the array.
macro_rules! for_dtype {
    ($array:ident, $slow:ident, $typed:ident($($argument:expr),*)) => {
        match $array.dtype() {
            Some(Dtype::Float64) => $typed::<f64, _>($array, $($argument),*),
            Some(Dtype::Float32) => $typed::<f32, _>($array, $($argument),*),
            Some(Dtype::Int64) => $typed::<i64, _>($array, $($argument),*),
            Some(Dtype::Int32) => $typed::<i32, _>($array, $($argument),*),
            None => $slow($array.as_any()),
        }
    };
}

/// Many values in, one out. `slow` answers for the dtypes that kernels do not accept.
pub(super) fn reduce<'py>(
    name: &'static str,
    a: &Bound<'py, PyAny>,
    axis: Option<i64>,
    kernel: impl ReduceAny,
    slow: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let array = Array::new(a)?;
    let axis = axis.map(|axis| axis_within(axis, array.ndim())).transpose()?;
    for_dtype!(array, slow, reduce_typed(name, axis, kernel))
}

#[inline(never)]
fn reduce_typed<'py, T, K>(
    array: Array<'py>,
    name: &'static str,
    axis: Option<usize>,
    kernel: K,
) -> Answer<'py>
where
    T: Element + Numpy,
    K: Reduce<T, Out: Scalar>,
{
    let py = array.as_any().py();
    let array = array.behaved(size_of::<T>())?;
    let shape = array.shape();
    if !K::OF_NOTHING {
        not_empty(name, shape, axis)?;
    }
    if let Some(axis) = axis.filter(|_| shape.len() > 1) {
        let mut out = NewArray::<K::Out>::new(py, &without(shape, axis))?;
        if let Some(value) = kernel.foregone(shape[axis] == 0) {
            out.fill(value);
            return Ok(out.into_any());
        }
        let (view, mut places) = (array.view::<T>(), out.places());
        detached(py, view.len(), &mut || reduce::along(&view, 1 << axis, kernel, &mut places))?;
        return Ok(out.into_any());
    }
    let view = array.flat::<T>();
    if let Some(result) = reduce::early(&view, kernel) {
        return result.into_python(py);
    }
    detached(py, view.len(), &mut || reduce::all(&view, kernel))?.into_python(py)
}

/// Many values in, one of their order out.
pub(super) fn select<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<i64>,
    kernel: impl SelectAny,
    slow: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let array = Array::new(a)?;
    let axis = axis.map(|axis| axis_within(axis, array.ndim())).transpose()?;
    for_dtype!(array, slow, select_typed(axis, kernel))
}

#[inline(never)]
fn select_typed<'py, T, K>(array: Array<'py>, axis: Option<usize>, kernel: K) -> Answer<'py>
where
    T: Element + Numpy,
    K: Select<T, Out: Scalar>,
{
    let py = array.as_any().py();
    let array = array.behaved(size_of::<T>())?;
    let shape = array.shape();
    if let Some(axis) = axis.filter(|_| shape.len() > 1) {
        let mut out = NewArray::<K::Out>::new(py, &without(shape, axis))?;
        let (view, mut places) = (array.view::<T>(), out.places());
        detached(py, view.len(), &mut || select::along(&view, 1 << axis, kernel, &mut places))?;
        return Ok(out.into_any());
    }
    let view = array.flat::<T>();
    detached(py, view.len(), &mut || select::all(&view, kernel))?.into_python(py)
}

/// One value out for each value in, of the window that ends there, by merging.
pub(super) fn slide<'py>(
    a: &Bound<'py, PyAny>,
    window: i64,
    min_count: Option<i64>,
    axis: i64,
    kernel: impl Slide,
    slow: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let (array, axis, window) = moving(a, window, min_count, axis)?;
    for_dtype!(array, slow, move_typed(|a, out| slide::along(a, axis, window, kernel, out)))
}

/// One value out for each value in, of the order of the window that ends there.
pub(super) fn ordered<'py>(
    a: &Bound<'py, PyAny>,
    window: i64,
    min_count: Option<i64>,
    axis: i64,
    kernel: impl Ordered,
    slow: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let (array, axis, window) = moving(a, window, min_count, axis)?;
    for_dtype!(array, slow, move_typed(|a, out| ordered::along(a, axis, window, kernel, out)))
}

/// The arguments of a moving window, checked.
fn moving<'py>(
    a: &Bound<'py, PyAny>,
    window: i64,
    min_count: Option<i64>,
    axis: i64,
) -> PyResult<(Array<'py>, usize, Window)> {
    let array = Array::new(a)?;
    if array.ndim() == 0 {
        return Err(Error::NoDimension.into());
    }
    let axis = axis_within(axis, array.ndim())?;
    let window = Window::new(window, min_count, array.shape()[axis])?;
    Ok((array, axis, window))
}

#[inline(never)]
fn move_typed<'py, T, F>(array: Array<'py>, along: F) -> Answer<'py>
where
    T: Element<Float: Numpy> + Numpy,
    F: Fn(&View<'_, T>, &mut ViewMut<'_, T::Float>) -> Result<(), Error> + Send + Sync,
{
    let py = array.as_any().py();
    let array = array.behaved(size_of::<T>())?;
    let mut out = NewArray::<T::Float>::new(py, array.shape())?;
    let (view, mut places) = (array.view::<T>(), out.places());
    detached(py, view.len(), &mut || along(&view, &mut places))?;
    Ok(out.into_any())
}

/// Replaces values of `a` in their place, and returns it.
pub(super) fn replace<'py>(
    a: &Bound<'py, PyAny>,
    old: Number,
    new: Number,
    slow: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let array = Array::writeable(a)?;
    match array.dtype() {
        Some(Dtype::Float64) if array.is_behaved(8) => {
            replace_typed::<f64>(&array, Some(old.to_f64()), new.to_f64())?;
        }
        Some(Dtype::Float32) if array.is_behaved(4) => {
            replace_typed::<f32>(&array, Some(old.to_f64() as f32), new.to_f64() as f32)?;
        }
        Some(Dtype::Int64) if array.is_behaved(8) => {
            let (old, new) = integers::<i64>(old, new, "int64")?;
            replace_typed(&array, old, new)?;
        }
        Some(Dtype::Int32) if array.is_behaved(4) => {
            let (old, new) = integers::<i32>(old, new, "int32")?;
            replace_typed(&array, old, new)?;
        }
        _ => {
            slow(a)?;
        }
    }
    Ok(a.clone())
}

/// `old` and `new` as integers; no `old` if it is NaN, which no integer equals.
fn integers<T: TryFrom<i64> + Default>(
    old: Number,
    new: Number,
    dtype: &'static str,
) -> Result<(Option<T>, T), Error> {
    if old.is_nan() {
        return Ok((None, T::default()));
    }
    let integer = |name, number: Number| {
        let value = number.to_i64().and_then(|value| T::try_from(value).ok());
        value.ok_or(Error::Cast { name, value: number.to_f64(), dtype })
    };
    Ok((Some(integer("old", old)?), integer("new", new)?))
}

fn replace_typed<T: Element + Numpy>(array: &Array<'_>, old: Option<T>, new: T) -> PyResult<()> {
    let Some(old) = old else { return Ok(()) };
    let mut cells = array.cells::<T>();
    let kernel = Replace { old, new };
    detached(array.as_any().py(), cells.len(), &mut || fill::in_place(&mut cells, kernel))
}

fn not_empty(name: &'static str, shape: &[usize], axis: Option<usize>) -> Result<(), Error> {
    let empty = match axis {
        None => shape.contains(&0),
        Some(axis) => shape[axis] == 0,
    };
    if empty { Err(Error::Empty { name, axis, shape: shape.to_vec() }) } else { Ok(()) }
}

fn without(shape: &[usize], axis: usize) -> SmallVec<[usize; 8]> {
    let mut kept = SmallVec::from_slice(shape);
    kept.remove(axis);
    kept
}

/// Does much work without holding up other Python threads.
#[inline(never)]
fn detached<R: Send>(
    py: Python<'_>,
    values: usize,
    work: &mut (dyn FnMut() -> Result<R, Error> + Send),
) -> PyResult<R> {
    Ok(if values < DETACH { work()? } else { py.detach(work)? })
}
