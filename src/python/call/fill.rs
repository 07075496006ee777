//! Calls that make a lane of each lane.

use numpy::PyUntypedArray;
use pyo3::prelude::*;

use super::detached::detached;
use super::{Answer, Array, Dtype, NewArray, Numpy, Readable};
use crate::error::Error;
use crate::fill::{self, Fill};
use crate::kernels::push::Push;
use crate::numeric::element::Element;
use crate::python::arguments::axis_within;
use crate::strided::View;

/// What makes a lane of a lane of every dtype of the library.
pub(in crate::python) trait FillAny:
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

/// In which order the results lie in memory.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::python) enum Layout {
    C,
    OfInput,
}

/// One value out for each value in, of all of a lane; without an axis, of all values in C order.
/// `kernel` is told how long a lane is.
pub(in crate::python) fn fill<'py, K: FillAny>(
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

/// `push`; there is nothing to push where there is no NaN.
pub(in crate::python) fn push<'py>(
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

#[inline(never)]
pub(super) fn fill_typed<'py, T, K>(
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

/// The values of `a` in another order or place, in its own class, if that is one of ndarray's.
pub(in crate::python) fn in_class_of<'py>(
    a: &Bound<'py, PyAny>,
    values: Bound<'py, PyAny>,
) -> Answer<'py> {
    let other =
        a.cast::<PyUntypedArray>().is_ok_and(|a| !a.is_exact_instance_of::<PyUntypedArray>());
    if other { a.call_method1("__array_wrap__", (values,)) } else { Ok(values) }
}
