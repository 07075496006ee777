//! What the result of a call looks like, and where it is written to.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyEllipsis, PyTuple};

use super::Answer;
use crate::python::arguments;

/// What a reduction's result is to look like.
#[derive(Clone, Copy)]
pub(in crate::python) struct Form<'a, 'py> {
    /// What the function is called, for errors.
    pub(in crate::python) name: &'static str,
    /// Whether the axes stay, with length one.
    pub(in crate::python) keepdims: bool,
    /// The array to write it to, or `...` for a new one.
    pub(in crate::python) out: Option<&'a Bound<'py, PyAny>>,
}

impl<'py> Form<'_, 'py> {
    /// Whether a Python object will not do.
    pub(super) fn is_array(&self) -> bool {
        self.keepdims || self.out.is_some()
    }

    /// Gives the result of an array of this shape that form; it is `others`' if no kernel's.
    #[inline(always)]
    pub(super) fn give(
        &self,
        result: Bound<'py, PyAny>,
        shape: &[usize],
        axes: Option<u64>,
        is_others: bool,
    ) -> Answer<'py> {
        if self.is_array() {
            self.give_array(result, shape, axes)
        } else if is_others {
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
pub(super) fn is_among(axis: usize, axes: Option<u64>) -> bool {
    axes.is_none_or(|axes| axes >> axis & 1 == 1)
}

/// The result itself, or `out` with what is in it; as an array, where `out` is NumPy's `...`.
pub(super) fn write_to<'py>(
    out: Option<&Bound<'py, PyAny>>,
    result: Bound<'py, PyAny>,
) -> Answer<'py> {
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
