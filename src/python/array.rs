//! NumPy arrays: what is read is borrowed, what is returned is allocated by NumPy.
#![expect(unsafe_code, reason = "NumPy's C API hands out and takes raw pointers")]

use std::ffi::{c_int, c_long};
use std::marker::PhantomData;
use std::ptr::null_mut;

use numpy::npyffi::objects::{_PyArray_GET_ITEM_DATA, _PyDataType_GET_ITEM_DATA};
use numpy::npyffi::{
    self, NPY_ARRAY_ALIGNED, NPY_ARRAY_C_CONTIGUOUS, NPY_ARRAY_ENSUREARRAY, NPY_ARRAY_ENSURECOPY,
    NPY_ARRAY_WRITEABLE, NPY_ORDER, NPY_TYPES, NpyTypes, PyArrayObject, PyArrayObject_fields,
    get_type_object, npy_intp,
};
use numpy::{PY_ARRAY_API, PyUntypedArray};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::read::{Read, Reading};
use crate::strided::stored::{Bits, Stored};
use crate::strided::{Cells, Dim, Dims, View, ViewMut, one_dimension};

/// The dtypes that kernels accept.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Dtype {
    Float64,
    Float32,
    Int64,
    Int32,
}

/// A value that NumPy has in arrays.
pub(super) trait Numpy: Copy {
    /// NumPy's number of the type.
    const TYPE: NPY_TYPES;
}

/// A value that kernels accept.
pub(super) trait Readable: Numpy + Bits {
    /// How it is read, if it is one of these.
    fn stored(read: Read) -> Option<Stored<Self>>;
}

const LONG_IS_64: bool = size_of::<c_long>() == 8;

impl Numpy for f64 {
    const TYPE: NPY_TYPES = NPY_TYPES::NPY_DOUBLE;
}
impl Numpy for f32 {
    const TYPE: NPY_TYPES = NPY_TYPES::NPY_FLOAT;
}
impl Numpy for i64 {
    const TYPE: NPY_TYPES = if LONG_IS_64 { NPY_TYPES::NPY_LONG } else { NPY_TYPES::NPY_LONGLONG };
}
impl Numpy for i32 {
    const TYPE: NPY_TYPES = if LONG_IS_64 { NPY_TYPES::NPY_INT } else { NPY_TYPES::NPY_LONG };
}
macro_rules! readable {
    ($($t:ident $dtype:ident;)*) => {$(
        impl Readable for $t {
            fn stored(read: Read) -> Option<Stored<Self>> {
                if let Read::$dtype(stored) = read { Some(stored) } else { None }
            }
        }
    )*};
}

readable! {
    f64 Float64;
    f32 Float32;
    i64 Int64;
    i32 Int32;
}

impl Numpy for isize {
    const TYPE: NPY_TYPES = if size_of::<isize>() == 8 { i64::TYPE } else { i32::TYPE };
}
impl Numpy for bool {
    const TYPE: NPY_TYPES = NPY_TYPES::NPY_BOOL;
}

/// An ndarray that is read, and kept alive meanwhile.
pub(super) struct Array<'py> {
    object: Bound<'py, PyAny>,
    /// How values of other dtypes are read.
    read: Option<Read>,
}

impl<'py> Array<'py> {
    /// The argument `a`, which is any array-like: an ndarray as it is, anything else as
    /// `numpy.asarray` has it.
    #[inline(always)]
    pub(super) fn new(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::named("a", object)
    }

    /// The same of the argument `name`.
    #[inline(always)]
    pub(super) fn named(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        // SAFETY: the interpreter is attached, and `object` is alive.
        if unsafe { npyffi::array::PyArray_CheckExact(py, object.as_ptr()) } != 0 {
            return Ok(Self::of(object.clone()));
        }
        Self::from_any(name, object)
    }

    fn of(object: Bound<'py, PyAny>) -> Self {
        Self { object, read: None }
    }

    fn from_any(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        if let Ok(reading) = object.cast_exact::<Reading>() {
            let Reading { array, read } = reading.get();
            return Ok(Self { object: array.bind(py).clone().into_any(), read: Some(*read) });
        }
        // SAFETY: as in `new`.
        if unsafe { npyffi::array::PyArray_Check(py, object.as_ptr()) } != 0 {
            // numpy.ma's, or astropy's.
            if object.hasattr("mask")? {
                return Err(masked(name));
            }
            return Ok(Self::of(object.clone()));
        }
        refuse_masks_within(name, object)?;
        // SAFETY: the interpreter is attached and `object` is alive; a null dtype asks for the
        // object's own, and the result is a new reference or null with an exception set.
        let object = unsafe {
            let array =
                PY_ARRAY_API.PyArray_FromAny(py, object.as_ptr(), null_mut(), 0, 0, 0, null_mut());
            Bound::from_owned_ptr_or_err(py, array)?
        };
        Ok(Self::of(object))
    }

    /// An ndarray that may be written to.
    pub(super) fn writeable(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let array = Self::new(object)?;
        if !array.object.is(object) {
            return Err(PyTypeError::new_err(
                "works in place so input must be an array, not (e.g.) a list",
            ));
        }
        if !array.flag(NPY_ARRAY_WRITEABLE) {
            return Err(PyValueError::new_err("a is read-only, and would be changed in place"));
        }
        Ok(array)
    }

    pub(super) fn as_any(&self) -> &Bound<'py, PyAny> {
        &self.object
    }

    #[inline(always)]
    fn fields(&self) -> &PyArrayObject_fields {
        // SAFETY: `object` is an ndarray, which `self` keeps alive. NumPy changes these fields
        // only in place of their owner, which no one else is while a call holds a reference.
        unsafe { &*_PyArray_GET_ITEM_DATA(self.object.as_ptr().cast::<PyArrayObject>()) }
    }

    #[inline(always)]
    pub(super) fn ndim(&self) -> usize {
        self.fields().nd as usize
    }

    #[inline(always)]
    pub(super) fn shape(&self) -> &[usize] {
        self.per_dimension(self.fields().dimensions.cast())
    }

    #[inline(always)]
    fn per_dimension<T>(&self, first: *const T) -> &[T] {
        match self.ndim() {
            // NumPy may leave the pointer null.
            0 => &[],
            // SAFETY: NumPy keeps one value for each dimension, as long as the array lives;
            // a length is never negative, so `npy_intp` may be read as `usize`.
            ndim => unsafe { std::slice::from_raw_parts(first, ndim) },
        }
    }

    /// The dtype that kernels are given, if they accept it: in the byte order of this machine.
    #[inline(always)]
    pub(super) fn dtype(&self) -> Option<Dtype> {
        if let Some(read) = self.read {
            return Some(read.dtype());
        }
        // SAFETY: an ndarray has a dtype, which lives as long as it does.
        let (type_num, byteorder) = unsafe {
            let dtype = &*_PyDataType_GET_ITEM_DATA(self.fields().descr);
            (dtype.type_num, dtype.byteorder as u8)
        };
        let swapped = if cfg!(target_endian = "little") { b'>' } else { b'<' };
        let is = |kind: NPY_TYPES| type_num == kind as c_int;
        if byteorder == swapped {
            None
        } else if is(NPY_TYPES::NPY_DOUBLE) {
            Some(Dtype::Float64)
        } else if is(NPY_TYPES::NPY_FLOAT) {
            Some(Dtype::Float32)
        } else if is(NPY_TYPES::NPY_LONG) {
            Some(if LONG_IS_64 { Dtype::Int64 } else { Dtype::Int32 })
        } else if is(NPY_TYPES::NPY_LONGLONG) {
            Some(Dtype::Int64)
        } else if is(NPY_TYPES::NPY_INT) {
            Some(Dtype::Int32)
        } else {
            None
        }
    }

    fn flag(&self, flag: c_int) -> bool {
        self.fields().flags & flag != 0
    }

    /// Whether the values can be read where they are: aligned, whole strides apart.
    pub(super) fn is_behaved<T>(&self) -> bool {
        let strides = self.per_dimension(self.fields().strides.cast_const());
        let whole = |stride: &npy_intp| stride % size_of::<T>() as npy_intp == 0;
        self.is_aligned::<T>() && strides.iter().all(whole)
    }

    /// Whether the first value is, or would be: NumPy calls no value at all aligned anywhere.
    #[inline(always)]
    fn is_aligned<T>(&self) -> bool {
        self.fields().data.cast::<T>().is_aligned()
    }

    /// Whether the values lie in memory in C order.
    pub(super) fn is_contiguous(&self) -> bool {
        self.flag(NPY_ARRAY_C_CONTIGUOUS)
    }

    /// A copy in C order.
    pub(super) fn in_order(&self) -> PyResult<Self> {
        self.copy(NPY_ARRAY_C_CONTIGUOUS)
    }

    /// Another array with these values, in C order.
    pub(super) fn copied(&self) -> PyResult<Bound<'py, PyAny>> {
        let flags = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ENSURECOPY | NPY_ARRAY_ENSUREARRAY;
        Ok(self.copy(flags)?.object)
    }

    #[cold]
    fn copy(&self, layout: c_int) -> PyResult<Self> {
        let py = self.object.py();
        let flags = NPY_ARRAY_ALIGNED | layout;
        // SAFETY: the interpreter is attached and `object` is an ndarray; a null dtype keeps
        // its own, and the result is a new reference or null with an exception set.
        let object = unsafe {
            let array = self.object.as_ptr().cast();
            let copy = PY_ARRAY_API.PyArray_FromArray(py, array, null_mut(), flags);
            Bound::from_owned_ptr_or_err(py, copy)?
        };
        Ok(Self { object, read: self.read })
    }

    /// The dimensions, with strides in values of `size` bytes.
    fn dims(&self, size: usize) -> Dims {
        let strides = self.per_dimension(self.fields().strides.cast_const());
        let dims = self.shape().iter().zip(strides);
        dims.map(|(&len, &stride)| Dim { len, stride: stride / size as npy_intp }).collect()
    }

    /// The values, in C order; a single dimension if they lie in memory so.
    #[inline(always)]
    pub(super) fn flat<T: Readable>(&self) -> View<'_, T> {
        if !self.is_contiguous() {
            return self.view();
        }
        let len = self.shape().iter().product();
        if self.read.is_some() || !self.is_aligned::<T>() {
            let dims = self.dims(1);
            let stride = dims.iter().rev().find(|dim| dim.len > 1).map_or(1, |dim| dim.stride);
            return self.converted(Dims::from_elem(Dim { len, stride }, 1));
        }
        let first = self.fields().data.cast::<T>().cast_const();
        // SAFETY: as in `view`; contiguous values are so many neighbours.
        unsafe { View::new(first, one_dimension(len)) }
    }

    /// The values.
    #[inline(always)]
    pub(super) fn view<T: Readable>(&self) -> View<'_, T> {
        if self.read.is_some() || !self.is_behaved::<T>() {
            return self.converted(self.dims(1));
        }
        let first = self.fields().data.cast::<T>().cast_const();
        // SAFETY: NumPy vouches for every index of an array, `dtype` for the type, `is_behaved`
        // for alignment and whole strides. As in NumPy itself, who writes to the array from
        // another thread meanwhile gets a result of no use; no value becomes an address.
        unsafe { View::new(first, self.dims(size_of::<T>())) }
    }

    /// The values, which are not aligned `T`, or not whole strides apart; the strides of `dims`
    /// count bytes.
    #[inline(never)]
    fn converted<T: Readable>(&self, dims: Dims) -> View<'_, T> {
        let stored = match self.read {
            Some(read) => T::stored(read).expect("kernels get the dtype that is read"),
            None => Stored::of::<T>(false),
        };
        // SAFETY: as in `view`; `Read` vouches for what is stored.
        unsafe { View::stored(self.fields().data.cast_const().cast(), dims, stored) }
    }

    /// The values of an array that `is_behaved` and was made by `writeable`.
    pub(super) fn cells<T: Numpy>(&self) -> Cells<'_, T> {
        assert!(self.flag(NPY_ARRAY_WRITEABLE));
        let first = self.fields().data.cast::<T>();
        // SAFETY: as in `view`; NumPy lets the values be written.
        unsafe { Cells::new(first, self.dims(size_of::<T>())) }
    }

    /// A new array that lies in memory as this one does, whose values are still to be written.
    #[inline(never)]
    fn unwritten_like(&self, kind: NPY_TYPES) -> PyResult<Self> {
        let py = self.object.py();
        // SAFETY: the interpreter is attached and `object` is an ndarray; NumPy takes over the
        // reference to the dtype, and the result is a new reference or null with an exception set.
        let object = unsafe {
            let dtype = PY_ARRAY_API.PyArray_DescrFromType(py, kind as c_int);
            let (array, order) = (self.object.as_ptr().cast(), NPY_ORDER::NPY_KEEPORDER);
            let like = PY_ARRAY_API.PyArray_NewLikeArray(py, array, order, dtype, 0);
            Bound::from_owned_ptr_or_err(py, like)?
        };
        Ok(Self::of(object))
    }

    /// A new array in C order whose values are still to be written.
    #[inline(never)]
    fn unwritten(py: Python<'py>, shape: &[usize], kind: NPY_TYPES) -> PyResult<Self> {
        // SAFETY: the interpreter is attached; NumPy reads `shape` and allocates; the result is
        // a new reference or null with an exception set.
        let object = unsafe {
            let array = PY_ARRAY_API.PyArray_New(
                py,
                get_type_object(py, NpyTypes::PyArray_Type),
                shape.len() as c_int,
                shape.as_ptr().cast::<npy_intp>().cast_mut(),
                kind as c_int,
                null_mut(),
                null_mut(),
                0,
                0,
                null_mut(),
            );
            Bound::from_owned_ptr_or_err(py, array)?
        };
        Ok(Self::of(object))
    }
}

/// The error for an array with a mask.
fn masked(what: &str) -> PyErr {
    PyTypeError::new_err(format!(
        "{what} must not be a masked array, whose mask would be ignored: \
         use {what}.filled(numpy.nan) or the functions of numpy.ma"
    ))
}

/// An error for a list or tuple of arrays with masks, which NumPy would drop.
fn refuse_masks_within(name: &str, object: &Bound<'_, PyAny>) -> PyResult<()> {
    if !(object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>()) {
        return Ok(());
    }
    for (index, item) in object.try_iter()?.enumerate() {
        let item = item?;
        if item.cast::<PyUntypedArray>().is_err() {
            break; // numbers, and many of them
        }
        if item.hasattr("mask")? {
            return Err(masked(&format!("{name}[{index}]")));
        }
    }
    Ok(())
}

/// A new array whose values are still to be written.
pub(super) struct NewArray<'py, O> {
    array: Array<'py>,
    values: PhantomData<O>,
}

impl<'py, O: Numpy> NewArray<'py, O> {
    /// In C order.
    pub(super) fn new(py: Python<'py>, shape: &[usize]) -> PyResult<Self> {
        Ok(Self { array: Array::unwritten(py, shape, O::TYPE)?, values: PhantomData })
    }

    /// With the shape of another, in the same order.
    pub(super) fn like(array: &Array<'py>) -> PyResult<Self> {
        Ok(Self { array: array.unwritten_like(O::TYPE)?, values: PhantomData })
    }

    /// The places of the values.
    pub(super) fn places(&mut self) -> ViewMut<'_, O> {
        let first = self.array.fields().data.cast::<O>();
        // SAFETY: NumPy allocated them for values of this type, and no one else has seen the
        // array yet.
        unsafe { ViewMut::new(first, self.array.dims(size_of::<O>())) }
    }

    pub(super) fn py(&self) -> Python<'py> {
        self.array.object.py()
    }

    /// Writes the same value everywhere.
    pub(super) fn fill(&mut self, value: O) {
        let first = self.array.fields().data.cast::<O>();
        for index in 0..self.array.shape().iter().product() {
            // SAFETY: as in `places`; an array in C order is so many neighbours.
            unsafe { first.add(index).write(value) }
        }
    }

    pub(super) fn into_any(self) -> Bound<'py, PyAny> {
        self.array.object
    }
}
