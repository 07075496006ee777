//! The call that changes its array in place.

use pyo3::prelude::*;

use super::detached::detached;
use super::{Answer, Array, Dtype, Readable};
use crate::error::Error;
use crate::kernels::replace;
use crate::numeric::element::Element;
use crate::python::arguments::Number;

/// Replaces values of `a` in their place, and returns it.
pub(in crate::python) fn replace<'py>(
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
