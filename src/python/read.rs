//! Arrays of dtypes that have no kernel, and how their values are read for one that has.

use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::array::Dtype;
use crate::strided::stored::{
    Below, Duration, Flipped, Half, High, Imaginary, Low, Present, Real, Signed, Stored, Time,
    Unsigned,
};

/// How values are read, by the dtype that a kernel gets.
#[derive(Clone, Copy)]
pub(super) enum Read {
    Float64(Stored<f64>),
    Float32(Stored<f32>),
    Int64(Stored<i64>),
    Int32(Stored<i32>),
}

impl Read {
    pub(super) fn dtype(self) -> Dtype {
        match self {
            Self::Float64(_) => Dtype::Float64,
            Self::Float32(_) => Dtype::Float32,
            Self::Int64(_) => Dtype::Int64,
            Self::Int32(_) => Dtype::Int32,
        }
    }

    /// Reads what NumPy calls the `kind`, of so many bytes, in the way that is called `rule`.
    fn new(kind: u8, bytes: usize, swapped: bool, rule: &str) -> Option<Self> {
        match rule {
            "float64" => float64(kind, bytes, swapped).map(Self::Float64),
            "float32" if (kind, bytes) == (b'f', 4) => {
                Some(Self::Float32(Stored::of::<f32>(swapped)))
            }
            "int64" => int64(kind, bytes, swapped).map(Self::Int64),
            "int32" => narrow(kind, bytes, swapped).map(Self::Int32),
            _ => special(kind, bytes, swapped, rule),
        }
    }
}

fn float64(kind: u8, bytes: usize, swapped: bool) -> Option<Stored<f64>> {
    narrow(kind, bytes, swapped).or_else(|| wide(kind, bytes, swapped))
}

/// What int32 does not have, as float64.
fn wide(kind: u8, bytes: usize, swapped: bool) -> Option<Stored<f64>> {
    Some(match (kind, bytes) {
        (b'u', 4) => Stored::of::<u32>(swapped),
        (b'i', 8) => Stored::of::<Signed>(swapped),
        (b'u', 8) => Stored::of::<Unsigned>(swapped),
        (b'f', 2) => Stored::of::<Half>(swapped),
        (b'f', 4) => Stored::of::<f32>(swapped),
        (b'f', 8) => Stored::of::<f64>(swapped),
        _ => return None,
    })
}

fn int64(kind: u8, bytes: usize, swapped: bool) -> Option<Stored<i64>> {
    Some(match (kind, bytes) {
        (b'u', 4) => Stored::of::<u32>(swapped),
        (b'u', 8) => Stored::of::<Unsigned>(swapped),
        (b'i' | b'm' | b'M', 8) => Stored::of::<i64>(swapped),
        _ => return None,
    })
}

/// Bools and integers of at most 32 bits, but for the largest without a sign.
fn narrow<T>(kind: u8, bytes: usize, swapped: bool) -> Option<Stored<T>>
where
    T: Copy + From<bool> + From<i8> + From<u8> + From<i16> + From<u16> + From<i32>,
{
    Some(match (kind, bytes) {
        (b'b', 1) => Stored::of::<bool>(false),
        (b'i', 1) => Stored::of::<i8>(false),
        (b'u', 1) => Stored::of::<u8>(false),
        (b'i', 2) => Stored::of::<i16>(swapped),
        (b'u', 2) => Stored::of::<u16>(swapped),
        (b'i', 4) => Stored::of::<i32>(swapped),
        _ => return None,
    })
}

fn special(kind: u8, bytes: usize, swapped: bool, rule: &str) -> Option<Read> {
    Some(match (rule, kind, bytes) {
        ("flipped", b'u', 8) => Read::Int64(Stored::of::<Flipped>(swapped)),
        ("below", b'm' | b'M', 8) => Read::Int64(Stored::of::<Below>(swapped)),
        ("time", b'm' | b'M', 8) => Read::Float64(Stored::of::<Time>(swapped)),
        ("present", b'm' | b'M', 8) => Read::Int64(Stored::of::<Present>(swapped)),
        ("duration", b'm', 8) => Read::Int64(Stored::of::<Duration>(swapped)),
        ("high", b'm', 8) => Read::Int64(Stored::of::<High>(swapped)),
        ("low", b'm', 8) => Read::Int64(Stored::of::<Low>(swapped)),
        ("real", b'c', 8) => Read::Float64(Stored::of::<Real<f32>>(swapped)),
        ("real", b'c', 16) => Read::Float64(Stored::of::<Real<f64>>(swapped)),
        ("imaginary", b'c', 8) => Read::Float64(Stored::of::<Imaginary<f32>>(swapped)),
        ("imaginary", b'c', 16) => Read::Float64(Stored::of::<Imaginary<f64>>(swapped)),
        _ => return None,
    })
}

/// An array that is read in another way, for a function of this module in place of the array.
///
/// What is converted of it at a time stays in the cache. `rule` is a dtype of a kernel, or
///
/// - "flipped": unsigned integers, 2⁶³ less;
/// - "below": times, one less, so that NaT is the greatest;
/// - "time": times as float64, with NaN for NaT;
/// - "duration", "high", "low", "present": durations, their upper and lower halves, and ones,
///   with nothing for NaT;
/// - "real", "imaginary": parts of complex numbers, each NaN if the other is.
#[pyclass(frozen, name = "_Reading", module = "uncork._core")]
pub(super) struct Reading {
    pub(super) array: Py<PyUntypedArray>,
    pub(super) read: Read,
}

#[pymethods]
impl Reading {
    #[new]
    fn new(a: &Bound<'_, PyUntypedArray>, rule: &str) -> PyResult<Self> {
        let dtype = a.dtype();
        let swapped = dtype.is_native_byteorder() == Some(false);
        let read = Read::new(dtype.kind(), dtype.itemsize(), swapped, rule);
        let wrong = || PyTypeError::new_err(format!("a of dtype {dtype} cannot be read as {rule}"));
        Ok(Self { array: a.clone().unbind(), read: read.ok_or_else(wrong)? })
    }
}
