//! From what is wrong with a call to the exception that NumPy's users expect.

use pyo3::call::PyCallArgs;
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;

use crate::error::Error;

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Axis { axis, ndim } => Python::attach(|py| axis_error(py, (axis, ndim))),
            Error::Memory { .. } => PyMemoryError::new_err(error.to_string()),
            _ => PyValueError::new_err(error.to_string()),
        }
    }
}

/// NumPy's own, which is a `ValueError` and an `IndexError`.
pub(super) fn axis_error<'py>(py: Python<'py>, arguments: impl PyCallArgs<'py>) -> PyErr {
    let error = py
        .import("numpy.exceptions")
        .and_then(|module| module.getattr("AxisError"))
        .and_then(|class| class.call1(arguments));
    error.map_or_else(|error| error, PyErr::from_value)
}
