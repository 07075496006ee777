//! Calls of moving windows.

use pyo3::prelude::*;

use super::detached::detached;
use super::fill::{Layout, fill_typed};
use super::form::write_to;
use super::pairs::Pairs;
use super::{Answer, Array, Dtype, NewArray, Numpy, Readable};
use crate::error::Error;
use crate::kernels::integers::{self, OfIntegers};
use crate::numeric::element::{Element, Float};
use crate::order::ordered::{self, Ordered};
use crate::python::arguments::axis_within;
use crate::strided::{View, ViewMut};
use crate::windows::{self, AnyMoving, Window};

/// One value out for each value in, of the window that ends there, by merging.
pub(in crate::python) fn slide<'py>(
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
        move_typed::<_, _>(*window, |a, places| windows::along(
            [a],
            *axis,
            *window,
            kernel,
            places
        ))
    );
    write_to(out, result?)
}

/// The same, with other kernels for integers.
pub(in crate::python) fn slide_exactly<'py>(
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

/// One value out for each place of two arrays, of the window that ends there. `others` answers
/// where either is not of float64.
#[expect(clippy::too_many_arguments, reason = "they are those of the call")]
pub(in crate::python) fn slide_pairs<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    window: i64,
    min_count: Option<i64>,
    axis: i64,
    out: Option<&Bound<'py, PyAny>>,
    kernel: &dyn AnyMoving<2>,
    others: impl FnOnce(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let (py, pairs) = (a.py(), Pairs::new(a, b)?);
    let (axis, window) = within(&pairs.shape, window, min_count, axis)?;
    let Some(views) = pairs.views() else {
        return write_to(out, others(pairs.a.as_any(), pairs.b.as_any())?);
    };
    let result = moved(py, &pairs.shape, window, &mut |places| {
        windows::along(views.each_ref(), axis, window, kernel, places)
    });
    write_to(out, result?)
}

fn bits(array: &Array<'_>) -> PyResult<u32> {
    let view = array.view::<i64>();
    detached(array.as_any().py(), view.len(), &mut || integers::bits(&view))
}

/// One value out for each value in, of the order of the window that ends there.
pub(in crate::python) fn ordered<'py>(
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
    let (axis, window) = within(array.shape(), window, min_count, axis)?;
    Ok((array, axis, window))
}

/// The axis and the window, of an array of this shape.
fn within(
    shape: &[usize],
    window: i64,
    min_count: Option<i64>,
    axis: i64,
) -> Result<(usize, Window), Error> {
    if shape.is_empty() {
        return Err(Error::NoDimension);
    }
    let axis = axis_within(axis, shape.len())?;
    Ok((axis, Window::new(window, min_count, shape[axis])?))
}

fn move_typed<'py, T, F>(array: &Array<'py>, window: Window, along: F) -> Answer<'py>
where
    T: Element<Float: Numpy> + Readable,
    F: Fn(&View<'_, T>, &mut ViewMut<'_, T::Float>) -> Result<(), Error> + Send + Sync,
{
    let view = array.view::<T>();
    moved(array.as_any().py(), array.shape(), window, &mut |places| along(&view, places))
}

/// What writes a result for each place.
type Along<'a, O> = dyn FnMut(&mut ViewMut<'_, O>) -> Result<(), Error> + Send + 'a;

#[inline(never)]
fn moved<'py, O: Float + Numpy>(
    py: Python<'py>,
    shape: &[usize],
    window: Window,
    along: &mut Along<'_, O>,
) -> Answer<'py> {
    let mut out = NewArray::<O>::new(py, shape)?;
    if !window.has_results() {
        out.fill(O::MISSING);
        return Ok(out.into_any());
    }
    let (len, mut places) = (shape.iter().product(), out.places());
    detached(py, len, &mut || along(&mut places))?;
    Ok(out.into_any())
}
