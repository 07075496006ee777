//! From the arguments of a call to a driver, and back with its result.

use std::sync::{Arc, OnceLock};

use numpy::PyUntypedArray;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyKeyboardInterrupt, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyEllipsis, PyTuple};
use smallvec::SmallVec;

use super::arguments::{self, Axes, Number, axis_within};
use super::array::{Array, Dtype, NewArray, Numpy, Readable};
use crate::error::Error;
use crate::fill::{self, Fill};
use crate::interrupt::{Interrupter, interruptible};
use crate::kernels::integers::{self, OfIntegers};
use crate::kernels::push::Push;
use crate::kernels::replace;
use crate::numeric::element::Element;
use crate::order::ordered::{self, Ordered};
use crate::order::select::{self, Select};
use crate::reduce::Reduction;
use crate::strided::{View, ViewMut};
use crate::windows::{self, AnyMoving, Window};

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

/// A reduction of each float dtype.
pub(super) trait ReduceFloats:
    Reduction<f64, Out: Scalar> + Reduction<f32, Out: Scalar>
{
}

impl<K: Reduction<f64, Out: Scalar> + Reduction<f32, Out: Scalar>> ReduceFloats for K {}

/// A reduction of each integer dtype.
pub(super) trait ReduceIntegers:
    Reduction<i64, Out: Scalar> + Reduction<i32, Out: Scalar>
{
}

impl<K: Reduction<i64, Out: Scalar> + Reduction<i32, Out: Scalar>> ReduceIntegers for K {}

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

/// What makes a lane of a lane of every dtype of the library.
pub(super) trait FillAny:
    Fill<f64, Out: Numpy> + Fill<f32, Out: Numpy> + Fill<i64, Out: Numpy> + Fill<i32, Out: Numpy>
{
}

impl<K> FillAny for K where
    K: Fill<f64, Out: Numpy>
        + Fill<f32, Out: Numpy>
        + Fill<i64, Out: Numpy>
        + Fill<i32, Out: Numpy>
{
}

/// A result.
type Answer<'py> = PyResult<Bound<'py, PyAny>>;

/// Calls `$typed` with the type of the array's values, or `$others` with the array.
macro_rules! for_dtype {
    ($array:ident, $others:ident, $typed:ident::<_ $(, $kernel:tt)?>($($argument:expr),*)) => {
        match $array.dtype() {
            Some(Dtype::Float64) => $typed::<f64 $(, $kernel)?>($array, $($argument),*),
            Some(Dtype::Float32) => $typed::<f32 $(, $kernel)?>($array, $($argument),*),
            Some(Dtype::Int64) => $typed::<i64 $(, $kernel)?>($array, $($argument),*),
            Some(Dtype::Int32) => $typed::<i32 $(, $kernel)?>($array, $($argument),*),
            None => $others($array.as_any()),
        }
    };
}

/// What a reduction's result is to look like.
#[derive(Clone, Copy)]
pub(super) struct Form<'a, 'py> {
    /// What the function is called, for errors.
    pub(super) name: &'static str,
    /// Whether the axes stay, with length one.
    pub(super) keepdims: bool,
    /// The array to write it to, or `...` for a new one.
    pub(super) out: Option<&'a Bound<'py, PyAny>>,
}

impl<'py> Form<'_, 'py> {
    /// Whether a Python object will not do.
    fn is_array(&self) -> bool {
        self.keepdims || self.out.is_some()
    }

    /// Gives the result of an array that form.
    #[inline(always)]
    fn give(&self, result: Bound<'py, PyAny>, of: &Array<'py>, axes: Option<u64>) -> Answer<'py> {
        if self.is_array() {
            self.give_array(result, of.shape(), axes)
        } else if of.dtype().is_none() {
            others_number(result)
        } else {
            Ok(result)
        }
    }

    #[cold]
    fn give_array(
        &self,
        mut result: Bound<'py, PyAny>,
        shape: &[usize],
        axes: Option<u64>,
    ) -> Answer<'py> {
        if self.keepdims {
            let lens = shape.iter().enumerate();
            let kept = lens.map(|(axis, &len)| if is_among(axis, axes) { 1 } else { len });
            let kept = PyTuple::new(result.py(), kept.collect::<Vec<_>>())?;
            result = result.call_method1("reshape", (kept,))?;
        }
        write_to(self.out, result)
    }
}

/// As a Python object, where it is a scalar of another dtype.
#[cold]
fn others_number(result: Bound<'_, PyAny>) -> Answer<'_> {
    result.py().import("uncork._dtypes")?.call_method1("as_python", (result,))
}

/// Whether an axis is one of the bit set; without one, all are.
fn is_among(axis: usize, axes: Option<u64>) -> bool {
    axes.is_none_or(|axes| axes >> axis & 1 == 1)
}

/// Many values in, one out. `others` answers for the dtypes that kernels do not accept.
pub(super) fn reduce<'py, F: ReduceFloats, I: ReduceIntegers>(
    a: &Bound<'py, PyAny>,
    axes: &Axes,
    form: Form<'_, 'py>,
    (floats, integers): (F, I),
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let array = Array::new(a)?;
    if <F as Reduction<f64>>::ORDERED {
        axes.not_several()?;
    }
    let axes = axes.within(array.ndim())?;
    let of = &array;
    let result = match of.dtype() {
        Some(Dtype::Float64) => reduce_typed::<f64, F>(of, axes, form, floats),
        Some(Dtype::Float32) => reduce_typed::<f32, F>(of, axes, form, floats),
        Some(Dtype::Int64) => reduce_typed::<i64, I>(of, axes, form, integers),
        Some(Dtype::Int32) => reduce_typed::<i32, I>(of, axes, form, integers),
        None => others(of.as_any()),
    }?;
    form.give(result, of, axes)
}

#[inline(never)]
fn reduce_typed<'py, T, K>(
    array: &Array<'py>,
    axes: Option<u64>,
    form: Form<'_, 'py>,
    kernel: K,
) -> Answer<'py>
where
    T: Element + Readable,
    K: Reduction<T, Out: Scalar>,
{
    let py = array.as_any().py();
    let shape = array.shape();
    if !kernel.allows_empty() {
        not_empty(form.name, shape, axes)?;
    }
    if let Some(axes) = some_of(axes, shape) {
        let mut out = NewArray::<K::Out>::new(py, &without(shape, axes))?;
        let view = array.view::<T>();
        if let Some(value) = kernel.foregone(view.is_empty_along(axes)) {
            out.fill(value);
            return Ok(out.into_any());
        }
        let mut places = out.places();
        detached(py, view.len(), &mut || kernel.along(&view, axes, &mut places))?;
        return Ok(out.into_any());
    }
    let view = array.flat::<T>();
    let value = match kernel.early(&view) {
        Some(value) => value,
        None => detached(py, view.len(), &mut || kernel.all(&view))?,
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
pub(super) fn select<'py>(
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
    form.give(result, of, axes)
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

/// One value out for each value in, of the window that ends there, by merging.
pub(super) fn slide<'py>(
    a: &Bound<'py, PyAny>,
    window: i64,
    min_count: Option<i64>,
    axis: i64,
    out: Option<&Bound<'py, PyAny>>,
    kernel: &dyn AnyMoving,
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    slid(&moving(a, window, min_count, axis)?, out, kernel, others)
}

fn slid<'py>(
    (array, axis, window): &(Array<'py>, usize, Window),
    out: Option<&Bound<'py, PyAny>>,
    kernel: &dyn AnyMoving,
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let result = for_dtype!(
        array,
        others,
        move_typed::<_, _>(*window, |a, places| windows::along(a, *axis, *window, kernel, places))
    );
    write_to(out, result?)
}

/// The same, with other kernels for integers.
pub(super) fn slide_exactly<'py>(
    a: &Bound<'py, PyAny>,
    window: i64,
    min_count: Option<i64>,
    axis: i64,
    out: Option<&Bound<'py, PyAny>>,
    kernel: &(impl OfIntegers + 'static),
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let moving = moving(a, window, min_count, axis)?;
    let (array, axis, window) = &moving;
    let form = match array.dtype() {
        _ if !window.has_results() => integers::Form::Compensated,
        Some(Dtype::Int64) => integers::Form::new(bits(array)?, *window),
        Some(Dtype::Int32) => integers::Form::new(i32::BITS - 1, *window),
        _ => integers::Form::Compensated,
    };
    match form {
        integers::Form::Plain => slid(&moving, out, &kernel.plain(), others),
        integers::Form::Compensated => slid(&moving, out, kernel, others),
        integers::Form::Exact => {
            let kernel = kernel.exact(*window);
            write_to(out, fill_typed::<i64, _>(array, Some(*axis), Layout::C, kernel)?)
        }
    }
}

fn bits(array: &Array<'_>) -> PyResult<u32> {
    let view = array.view::<i64>();
    detached(array.as_any().py(), view.len(), &mut || integers::bits(&view))
}

/// The values of `a` in another order or place, in its own class, if that is one of ndarray's.
pub(super) fn in_class_of<'py>(a: &Bound<'py, PyAny>, values: Bound<'py, PyAny>) -> Answer<'py> {
    let other =
        a.cast::<PyUntypedArray>().is_ok_and(|a| !a.is_exact_instance_of::<PyUntypedArray>());
    if other { a.call_method1("__array_wrap__", (values,)) } else { Ok(values) }
}

/// `push`; there is nothing to push where there is no NaN.
pub(super) fn push<'py>(
    a: &Bound<'py, PyAny>,
    axis: i64,
    kernel: Push,
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let array = &Array::new(a)?;
    let axis = axis_within(axis, array.ndim())?;
    if matches!(array.dtype(), Some(Dtype::Int64 | Dtype::Int32)) {
        return array.copied();
    }
    for_dtype!(array, others, fill_typed::<_, _>(Some(axis), Layout::C, kernel))
}

/// One value out for each value in, of the order of the window that ends there.
pub(super) fn ordered<'py>(
    a: &Bound<'py, PyAny>,
    window: i64,
    min_count: Option<i64>,
    axis: i64,
    out: Option<&Bound<'py, PyAny>>,
    kernel: &impl Ordered,
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let (array, axis, window) = &moving(a, window, min_count, axis)?;
    let result = for_dtype!(
        array,
        others,
        move_typed::<_, _>(*window, |a, places| ordered::along(a, *axis, *window, *kernel, places))
    );
    write_to(out, result?)
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

fn move_typed<'py, T, F>(array: &Array<'py>, window: Window, along: F) -> Answer<'py>
where
    T: Element<Float: Numpy> + Readable,
    F: Fn(&View<'_, T>, &mut ViewMut<'_, T::Float>) -> Result<(), Error> + Sync,
{
    moved(array, window, &along)
}

/// What writes a result for each value.
type Along<'a, T> =
    dyn Fn(&View<'_, T>, &mut ViewMut<'_, <T as Element>::Float>) -> Result<(), Error> + Sync + 'a;

#[inline(never)]
fn moved<'py, T>(array: &Array<'py>, window: Window, along: &Along<'_, T>) -> Answer<'py>
where
    T: Element<Float: Numpy> + Readable,
{
    let py = array.as_any().py();
    let mut out = NewArray::<T::Float>::new(py, array.shape())?;
    if !window.has_results() {
        out.fill(T::Float::MISSING);
        return Ok(out.into_any());
    }
    let (view, mut places) = (array.view::<T>(), out.places());
    detached(py, view.len(), &mut || along(&view, &mut places))?;
    Ok(out.into_any())
}

/// In which order the results lie in memory.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Layout {
    C,
    OfInput,
}

/// One value out for each value in, of all of a lane; without an axis, of all values in C order.
/// `kernel` is told how long a lane is.
pub(super) fn fill<'py, K: FillAny>(
    a: &Bound<'py, PyAny>,
    axis: Option<i64>,
    layout: Layout,
    kernel: impl FnOnce(usize) -> Result<K, Error>,
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let array = &Array::new(a)?;
    let axis = axis.map(|axis| axis_within(axis, array.ndim())).transpose()?;
    let shape = array.shape();
    let kernel = kernel(axis.map_or_else(|| shape.iter().product(), |axis| shape[axis]))?;
    for_dtype!(array, others, fill_typed::<_, _>(axis, layout, kernel))
}

#[inline(never)]
fn fill_typed<'py, T, K>(
    array: &Array<'py>,
    axis: Option<usize>,
    layout: Layout,
    kernel: K,
) -> Answer<'py>
where
    T: Element + Readable,
    K: Fill<T, Out: Numpy>,
{
    let py = array.as_any().py();
    let Some(axis) = axis else {
        let copy = if array.is_contiguous() { None } else { Some(array.in_order()?) };
        let view = copy.as_ref().unwrap_or(array).flat::<T>();
        return filled(&view, 0, kernel, NewArray::new(py, &[view.len()])?);
    };
    let out = match layout {
        Layout::C => NewArray::new(py, array.shape())?,
        Layout::OfInput => NewArray::like(array)?,
    };
    filled(&array.view::<T>(), axis, kernel, out)
}

fn filled<'py, T: Element, K: Fill<T, Out: Numpy>>(
    view: &View<'_, T>,
    axis: usize,
    kernel: K,
    mut out: NewArray<'py, K::Out>,
) -> Answer<'py> {
    let (py, mut places) = (out.py(), out.places());
    detached(py, view.len(), &mut || fill::along(view, axis, kernel, &mut places))?;
    Ok(out.into_any())
}

/// Replaces values of `a` in their place, and returns it.
pub(super) fn replace<'py>(
    a: &Bound<'py, PyAny>,
    old: Number,
    new: Number,
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let array = Array::writeable(a)?;
    match array.dtype() {
        Some(Dtype::Float64) if array.is_behaved::<f64>() => {
            replace_typed::<f64>(&array, Some(old.to_f64()), new.to_f64())?;
        }
        Some(Dtype::Float32) if array.is_behaved::<f32>() => {
            replace_typed::<f32>(&array, Some(old.to_f64() as f32), new.to_f64() as f32)?;
        }
        Some(Dtype::Int64) if array.is_behaved::<i64>() => {
            let (old, new) = integers::<i64>(old, new, "int64")?;
            replace_typed(&array, old, new)?;
        }
        Some(Dtype::Int32) if array.is_behaved::<i32>() => {
            let (old, new) = integers::<i32>(old, new, "int32")?;
            replace_typed(&array, old, new)?;
        }
        _ => {
            others(a)?;
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

fn replace_typed<T: Element + Readable>(array: &Array<'_>, old: Option<T>, new: T) -> PyResult<()> {
    let Some(old) = old else { return Ok(()) };
    let mut cells = array.cells::<T>();
    detached(array.as_any().py(), cells.len(), &mut || replace::replace(&mut cells, old, new))
}

fn not_empty(name: &'static str, shape: &[usize], axes: Option<u64>) -> Result<(), Error> {
    let mut lens = shape.iter().enumerate();
    let empty = lens.find(|&(axis, &len)| is_among(axis, axes) && len == 0);
    let Some((axis, _)) = empty else { return Ok(()) };
    let axis = axes.map(|_| axis);
    Err(Error::Empty { name, axis, shape: shape.to_vec() })
}

fn without(shape: &[usize], axes: u64) -> SmallVec<[usize; 8]> {
    let lens = shape.iter().enumerate();
    lens.filter(|&(axis, _)| axes >> axis & 1 == 0).map(|(_, &len)| len).collect()
}

/// The result itself, or `out` with what is in it; as an array, where `out` is NumPy's `...`.
fn write_to<'py>(out: Option<&Bound<'py, PyAny>>, result: Bound<'py, PyAny>) -> Answer<'py> {
    let Some(out) = out else { return Ok(result) };
    let numpy = result.py().import("numpy")?;
    if out.is(PyEllipsis::get(out.py())) {
        return numpy.call_method1("asarray", (result,));
    }
    let shape = |array: &Bound<'py, PyAny>| array.getattr("shape");
    if !out.is_instance(&numpy.getattr("ndarray")?)? {
        return Err(arguments::no_output(out));
    }
    if !shape(out)?.eq(shape(&result)?)? {
        let (shape, expected) = (shape(out)?, shape(&result)?);
        let words = format!("out must have the shape of the result, {expected}, got {shape}");
        return Err(PyValueError::new_err(words));
    }
    numpy.call_method1("copyto", (out, result))?;
    Ok(out.clone())
}

/// Does much work without holding up other Python threads, nor what Python does upon a signal.
#[inline(never)]
fn detached<R: Send>(
    py: Python<'_>,
    values: usize,
    work: &mut (dyn FnMut() -> Result<R, Error> + Send),
) -> PyResult<R> {
    if values < DETACH {
        return Ok(work()?);
    }
    let signals = Arc::new(Signals::default());
    match py.detach(|| interruptible(Arc::clone(&signals) as _, work)) {
        Some(result) => Ok(result?),
        None => Err(signals.raised(py)),
    }
}

/// The handlers of signals, which Python runs in its main thread alone.
#[derive(Default)]
struct Signals {
    raised: OnceLock<PyErr>,
}

impl Interrupter for Signals {
    fn interrupts(&self) -> bool {
        // An interpreter that is going away runs none.
        let handled = Python::try_attach(|py| py.check_signals());
        handled.and_then(Result::err).is_some_and(|raised| self.raised.set(raised).is_ok())
    }
}

impl Signals {
    /// What a handler raised, by which the call was interrupted.
    fn raised(&self, py: Python<'_>) -> PyErr {
        let raised = self.raised.get().map(|raised| raised.clone_ref(py));
        raised.unwrap_or_else(|| PyKeyboardInterrupt::new_err(()))
    }
}
