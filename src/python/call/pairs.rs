//! Two arrays that are read in step.

use pyo3::prelude::*;

use super::{Array, Dtype};
use crate::error::Error;
use crate::strided::View;

/// Two arrays, and the shape that they have together.
pub(super) struct Pairs<'py> {
    pub(super) a: Array<'py>,
    pub(super) b: Array<'py>,
    pub(super) shape: Vec<usize>,
}

impl<'py> Pairs<'py> {
    pub(super) fn new(a: &Bound<'py, PyAny>, b: &Bound<'py, PyAny>) -> PyResult<Self> {
        let (a, b) = (Array::new(a)?, Array::named("b", b)?);
        let shape = broadcast(a.shape(), b.shape())?;
        Ok(Self { a, b, shape })
    }

    /// Both in that shape, if they are of float64.
    pub(super) fn views(&self) -> Option<[View<'_, f64>; 2]> {
        let both = [&self.a, &self.b];
        let are_floats = both.iter().all(|array| array.dtype() == Some(Dtype::Float64));
        are_floats.then(|| both.map(|array| array.view::<f64>().broadcast(&self.shape)))
    }
}

/// The shape that two arrays have together, as NumPy repeats them.
fn broadcast(a: &[usize], b: &[usize]) -> Result<Vec<usize>, Error> {
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let mut shape = long.to_vec();
    for (len, &other) in shape[long.len() - short.len()..].iter_mut().zip(short) {
        *len = match (*len, other) {
            (1, other) => other,
            (len, other) if other == 1 || other == len => len,
            _ => return Err(Error::Broadcast { shapes: [a, b].map(<[usize]>::to_vec) }),
        };
    }
    Ok(shape)
}
