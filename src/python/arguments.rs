//! What callers may pass for an argument beside the array.

use std::convert::Infallible;

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyTuple};

use super::error::axis_error;
use crate::error::Error;
use crate::kernels::quantile::Method;

/// Makes a converter for each argument, which names it where what came is wrong.
macro_rules! integers {
    ($($name:ident -> $kind:ty: $convert:ident;)*) => {$(
        pub(super) fn $name(object: &Bound<'_, PyAny>) -> PyResult<$kind> {
            $convert(stringify!($name), object)
        }
    )*};
}

integers! {
    axis -> i64: integer;
    axis_or_none -> Option<i64>: integer_or_none;
    axes -> Axes: integers_or_none;
    kth -> i64: integer;
    min_count -> Option<i64>: integer_or_none;
    n -> i64: integer;
    n_or_none -> Option<i64>: integer_or_none;
    window -> i64: integer;
}

/// An integer, or what has `__index__`; neither a bool nor a float.
fn integer(name: &str, object: &Bound<'_, PyAny>) -> PyResult<i64> {
    integer_like(name, object).unwrap_or_else(|| {
        let got = got(object);
        Err(PyTypeError::new_err(format!("{name} must be an integer, got {got}")))
    })
}

/// The same, or None.
fn integer_or_none(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    if object.is_none() {
        return Ok(None);
    }
    let integer = integer_like(name, object).unwrap_or_else(|| {
        let (name, got) = (name.trim_end_matches("_or_none"), got(object));
        Err(PyTypeError::new_err(format!("{name} must be an integer or None, got {got}")))
    });
    integer.map(Some)
}

/// The same, of what an array of indices can hold.
fn index_or_none(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Option<isize>> {
    let index = |value: i64| {
        isize::try_from(value).map_err(|_| {
            let bits = isize::BITS;
            PyValueError::new_err(format!("{name} must fit into {bits} bits, got {value}"))
        })
    };
    integer_or_none(name, object)?.map(index).transpose()
}

/// A type that an entry may give to a parameter of its own.
pub(super) trait Parameter: Sized {
    /// The value of the argument `name`.
    fn read(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self>;
}

impl Parameter for i64 {
    fn read(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        integer(name, object)
    }
}

impl Parameter for bool {
    fn read(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let wrong = || {
            let got = got(object);
            PyTypeError::new_err(format!("{name} must be True or False, got {got}"))
        };
        object.extract().map_err(|_| wrong())
    }
}

impl Parameter for Option<isize> {
    fn read(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        index_or_none(name, object)
    }
}

impl Parameter for Method {
    fn read(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(text) = object.extract::<&str>() else {
            let got = got(object);
            return Err(PyTypeError::new_err(format!("{name} must be a string, got {got}")));
        };
        let found = Self::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, method)| *method).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name).join(", ");
            PyValueError::new_err(format!("{name} must be one of {names}, got {text:?}"))
        })
    }
}

/// What came for such a parameter; to read it takes its name, for errors.
pub(super) enum Argument<'a, 'py, T> {
    Default(T),
    Given(Borrowed<'a, 'py, PyAny>),
}

impl<T: Parameter> Argument<'_, '_, T> {
    pub(super) fn read(self, name: &str) -> PyResult<T> {
        match self {
            Self::Default(value) => Ok(value),
            Self::Given(object) => T::read(name, &object),
        }
    }
}

impl<'a, 'py, T> FromPyObject<'a, 'py> for Argument<'a, 'py, T> {
    type Error = Infallible;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self::Given(object))
    }
}

/// The axes of a reduction, as they came.
pub(super) enum Axes {
    All,
    One(i64),
    Several(Vec<i64>),
}

/// An integer, several in a tuple, or None.
fn integers_or_none(_name: &str, object: &Bound<'_, PyAny>) -> PyResult<Axes> {
    if object.is_none() {
        return Ok(Axes::All);
    }
    if let Some(axis) = integer_like("axis", object) {
        return axis.map(Axes::One);
    }
    let wrong = || {
        let got = got(object);
        PyTypeError::new_err(format!(
            "axis must be an integer, a tuple of them, or None, got {got}"
        ))
    };
    let several = object.cast::<PyTuple>().map_err(|_| wrong())?;
    let axes =
        several.iter().map(|axis| integer_like("axis", &axis).unwrap_or_else(|| Err(wrong())));
    axes.collect::<PyResult<_>>().map(Axes::Several)
}

impl Axes {
    /// The axes as a bit set; None if all values are taken together.
    #[inline(always)]
    pub(super) fn within(&self, ndim: usize) -> Result<Option<u64>, Error> {
        match self {
            Self::All => Ok(None),
            &Self::One(axis) => Ok(Some(1 << axis_within(axis, ndim)?)),
            Self::Several(axes) => several_within(axes, ndim).map(Some),
        }
    }

    /// For a function whose result would have no meaning with several.
    pub(super) fn not_several(&self) -> PyResult<()> {
        let Self::Several(axes) = self else { return Ok(()) };
        let words = format!("axis must be an integer or None, got several: {axes:?}");
        Err(PyTypeError::new_err(words))
    }
}

#[cold]
fn several_within(axes: &[i64], ndim: usize) -> Result<u64, Error> {
    axes.iter().try_fold(0, |set, &axis| {
        let bit = 1 << axis_within(axis, ndim)?;
        if set & bit == 0 { Ok(set | bit) } else { Err(Error::RepeatedAxis { axis }) }
    })
}

impl<'py> IntoPyObject<'py> for &Axes {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        match self {
            Axes::All => Ok(py.None().into_bound(py)),
            Axes::One(axis) => axis.into_bound_py_any(py),
            Axes::Several(axes) => Ok(PyTuple::new(py, axes)?.into_any()),
        }
    }
}

/// The error for an `out` that nothing can be written to.
pub(super) fn no_output(object: &Bound<'_, PyAny>) -> PyErr {
    let got = got(object);
    PyTypeError::new_err(format!("out must be an ndarray, None or ..., got {got}"))
}

/// None if it is no integer at all.
#[inline(always)]
fn integer_like(name: &str, object: &Bound<'_, PyAny>) -> Option<PyResult<i64>> {
    if object.is_exact_instance_of::<PyBool>() {
        return None;
    }
    object.extract().map_or_else(|_| beyond_i64(name, object), |value| Some(Ok(value)))
}

/// How far one may look back has no limit; every other number counts what no memory holds.
#[cold]
fn beyond_i64(name: &str, object: &Bound<'_, PyAny>) -> Option<PyResult<i64>> {
    if !object.is_instance_of::<PyInt>() {
        return None;
    }
    let positive = object.gt(0).is_ok_and(|positive| positive);
    if positive && ["window", "n_or_none"].contains(&name) {
        return Some(Ok(i64::MAX));
    }
    let name = name.trim_end_matches("_or_none");
    let error = if name.starts_with("axis") {
        axis_error(object.py(), (format!("axis {object} is out of bounds"),))
    } else {
        PyValueError::new_err(format!("{name} must fit into 64 bits, got {object}"))
    };
    Some(Err(error))
}

/// What came, for a message.
pub(super) fn got(object: &Bound<'_, PyAny>) -> String {
    let value = object.repr().map_or_else(|_| "?".into(), |repr| repr.to_string());
    let kind = object.get_type().name().map_or_else(|_| "?".into(), |name| name.to_string());
    format!("{value} ({kind})")
}

/// The axis that `axis` is, of an array with `ndim` dimensions.
pub(super) fn axis_within(axis: i64, ndim: usize) -> Result<usize, Error> {
    let counted = if axis < 0 { axis.saturating_add(ndim as i64) } else { axis };
    match usize::try_from(counted) {
        Ok(counted) if counted < ndim => Ok(counted),
        _ => Err(Error::Axis { axis, ndim }),
    }
}

/// The index that `kth` is, of a lane of this length. In an empty one any will do: nothing is put
/// there.
pub(super) fn kth_within(kth: i64, len: usize) -> Result<usize, Error> {
    match usize::try_from(kth) {
        Ok(index) if index < len => Ok(index),
        _ if len == 0 => Ok(0),
        _ => Err(Error::Kth { kth, len }),
    }
}

/// How far `n` lets a value be pushed.
pub(super) fn steps(n: Option<i64>) -> Result<usize, Error> {
    match n {
        None => Ok(usize::MAX),
        Some(n) if n < 0 => Err(Error::Steps { n }),
        Some(n) => Ok(usize::try_from(n).unwrap_or(usize::MAX)),
    }
}

/// A real number: an integer exactly, or what has `__float__`.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Integer(i64),
    /// An integer that no `i64` holds; the float nearest to it may be one that does.
    Beyond(f64),
    Float(f64),
}

impl Number {
    /// The value of the argument `name`.
    pub(super) fn new(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        // What is no integer would be told so by an exception, which takes long to make.
        if let Ok(value) = object.cast::<PyFloat>() {
            return Ok(Self::Float(value.value()));
        }
        if let Ok(value) = object.extract() {
            return Ok(Self::Integer(value));
        }
        match object.extract() {
            Ok(value) if object.is_instance_of::<PyInt>() => Ok(Self::Beyond(value)),
            Ok(value) => Ok(Self::Float(value)),
            Err(_) => {
                let got = got(object);
                Err(PyTypeError::new_err(format!("`{name}` must be a number, got {got}")))
            }
        }
    }

    pub(super) fn is_nan(self) -> bool {
        self.to_f64().is_nan()
    }

    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Beyond(value) | Self::Float(value) => value,
        }
    }

    /// The same value as an integer, if there is one.
    pub(super) fn to_i64(self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(value),
            Self::Beyond(_) => None,
            // -2⁶³ is an `i64`, 2⁶³ is not.
            Self::Float(value) => {
                let limit = i64::MIN as f64;
                let fits = value.trunc() == value && (limit..-limit).contains(&value);
                fits.then_some(value as i64)
            }
        }
    }
}
