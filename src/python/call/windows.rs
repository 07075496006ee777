//! Calls of moving windows.

use pyo3::prelude::*;

use super::detached::detached;
use super::fill::{Layout, fill_typed};
use super::form::write_to;
use super::{Answer, Array, Dtype, NewArray, Numpy, Readable};
use crate::error::Error;
use crate::kernels::integers::{self, OfIntegers};
use crate::numeric::element::Element;
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
        move_typed::<_, _>(*window, |a, places| windows::along(a, *axis, *window, kernel, places))
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
