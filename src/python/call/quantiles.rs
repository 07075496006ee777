//! Calls that make one value of many for each of several shares of them.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyFloat, PyTuple};

use super::detached::detached;
use super::form::{Form, write_to};
use super::reductions::{select, without};
use super::{Answer, Array, Dtype, NewArray, Numpy, Readable};
use crate::error::Error;
use crate::kernels::quantile::{Method, Quantile};
use crate::numeric::element::Element;
use crate::order::select::{self, Select};
use crate::python::arguments::{Axes, got};

/// The shares of all values that the argument `q` asks for.
struct Shares {
    values: Vec<f64>,
    /// None of a number, which gives a result without a dimension for it.
    shape: Option<Vec<usize>>,
}

impl Shares {
    fn new(q: &Bound<'_, PyAny>) -> PyResult<Self> {
        let shares = match q.cast::<PyFloat>() {
            Ok(share) => Self { values: vec![share.value()], shape: None },
            Err(_) => Self::of_array(&Array::named("q", q)?)?,
        };
        match shares.values.iter().find(|share| !(0.0..=1.0).contains(*share)) {
            Some(&q) => Err(Error::Share { q }.into()),
            None => Ok(shares),
        }
    }

    fn of_array(array: &Array<'_>) -> PyResult<Self> {
        if array.dtype() != Some(Dtype::Float64) {
            return Self::of_array(&floats(array.as_any())?);
        }
        let shape = Some(array.shape().to_vec()).filter(|shape| !shape.is_empty());
        Ok(Self { values: array.view::<f64>().iter().collect(), shape })
    }
}

/// An array of float64, if it is of real numbers.
fn floats<'py>(array: &Bound<'py, PyAny>) -> PyResult<Array<'py>> {
    let py = array.py();
    let casting = [("casting", "same_kind")].into_py_dict(py)?;
    let floats = array.call_method("astype", ("=f8",), Some(&casting));
    Array::new(&floats.map_err(|error| {
        if !error.is_instance_of::<PyTypeError>(py) {
            return error;
        }
        PyTypeError::new_err(format!("q must be a number or some, got {}", got(array)))
    })?)
}

/// A quantile of all values, or of each lane, for each share in `q`, whose dimensions come first.
pub(in crate::python) fn quantiles<'py>(
    a: &Bound<'py, PyAny>,
    q: &Bound<'py, PyAny>,
    axes: &Axes,
    form: Form<'_, 'py>,
    (method, skip_nan): (Method, bool),
    others: impl FnOnce(&Bound<'py, PyAny>) -> Answer<'py>,
) -> Answer<'py> {
    let shares = Shares::new(q)?;
    let kernel = Quantile { shares: &shares.values, method, skip_nan };
    let Some(mut shape) = shares.shape else { return select(a, axes, form, kernel, others) };
    let array = Array::new(a)?;
    let axes = axes.within(array.ndim())?.unwrap_or(u64::MAX);
    for (axis, &len) in array.shape().iter().enumerate() {
        match axes >> axis & 1 {
            0 => shape.push(len),
            _ if form.keepdims => shape.push(1),
            _ => {}
        }
    }
    let (of, results) = (&array, shares.values.len());
    let result = for_dtype!(of, others, of_each_lane::<_, _>(axes, results, kernel))?;
    let result = result.call_method1("reshape", (PyTuple::new(a.py(), shape)?,))?;
    write_to(form.out, result)
}

/// So many results of each lane, before its own place.
#[inline(never)]
fn of_each_lane<'py, T, K>(array: &Array<'py>, axes: u64, results: usize, kernel: K) -> Answer<'py>
where
    T: Element + Readable,
    K: Select<T, Out: Numpy>,
{
    let py = array.as_any().py();
    let mut shape = without(array.shape(), axes);
    shape.insert(0, results);
    let mut out = NewArray::<K::Out>::new(py, &shape)?;
    let (view, mut places) = (array.view::<T>(), out.places());
    detached(py, view.len(), &mut || select::along(&view, axes, kernel, &mut places))?;
    Ok(out.into_any())
}
