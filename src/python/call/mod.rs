//! From the arguments of a call to a driver, and back with its result.
//!
//! There is one file for each shape that a result has, as there is one driver for it: one value of
//! many (`reductions`) or several (`quantiles`), one for each window (`windows`), a lane of a lane
//! (`fill`), the array itself (`replace`). All match the dtype of the array, or of two that are read
//! in step (`pairs`), leave the interpreter while much is computed (`detached`), and give the result
//! the form that was asked for (`form`).

use pyo3::prelude::*;

use super::array::{Array, Dtype, NewArray, Numpy, Readable};

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

mod detached;
mod fill;
mod form;
mod pairs;
mod quantiles;
mod reductions;
mod replace;
mod windows;

pub(super) use fill::{Layout, fill, in_class_of, push};
pub(super) use form::Form;
pub(super) use quantiles::quantiles;
pub(super) use reductions::{reduce, reduce_pairs, select};
pub(super) use replace::replace;
pub(super) use windows::{ordered, slide, slide_exactly, slide_pairs};
