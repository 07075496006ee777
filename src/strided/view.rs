//! Whole arrays, whose memory the caller vouches for.
#![expect(unsafe_code, reason = "strided access through pointers")]

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::dims::offset_of;
use super::stored::Stored;
use super::{Dim, Dims, Lane, one_dimension};

/// A read-only array of any dimension, order and stride.
#[derive(Clone)]
pub struct View<'a, T> {
    pub(super) first: *const T,
    pub(super) dims: Dims,
    pub(super) stored: As<T>,
    pub(super) values: PhantomData<&'a T>,
}

/// What the values are in memory, unless they are aligned `T`. Strides are in bytes then, and
/// pointers are to what is stored.
pub(super) type As<T> = Option<Stored<T>>;

/// The pointer, so many strides further.
#[inline(always)]
pub(super) fn moved<T>(first: *const T, offset: isize, stored: As<T>) -> *const T {
    match stored {
        None => first.wrapping_offset(offset),
        Some(_) => first.wrapping_byte_offset(offset),
    }
}

/// The value at a place.
///
/// # Safety
/// There is one, and it is what `stored` says.
#[inline(always)]
pub(super) unsafe fn value_at<T: Copy>(place: *const T, stored: As<T>) -> T {
    match stored {
        // SAFETY: as callers say.
        None => unsafe { *place },
        // SAFETY: as callers say.
        Some(stored) => unsafe { stored.value(place.cast()) },
    }
}

/// An array to write to, of any dimension and order; no two indices share a place.
pub struct ViewMut<'a, T> {
    pub(super) first: *mut T,
    pub(super) dims: Dims,
    values: PhantomData<&'a mut T>,
}

// SAFETY: it is a shared borrow of values.
unsafe impl<T: Sync> Send for View<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for View<'_, T> {}
// SAFETY: it is an exclusive borrow of values.
unsafe impl<T: Send> Send for ViewMut<'_, T> {}

impl<'a, T: Copy> View<'a, T> {
    /// An array.
    ///
    /// # Safety
    /// Every index within `dims` leads from `first` to a readable, aligned `T`, for `'a`.
    pub unsafe fn new(first: *const T, dims: Dims) -> Self {
        Self { first, dims, stored: None, values: PhantomData }
    }

    /// An array of values that are stored as something else, with strides in bytes.
    ///
    /// # Safety
    /// Every index within `dims` leads from `first` to what `stored` reads, for `'a`; it need not
    /// be aligned.
    pub unsafe fn stored(first: *const u8, dims: Dims, stored: Stored<T>) -> Self {
        Self { first: first.cast(), dims, stored: Some(stored), values: PhantomData }
    }

    /// One lane without gaps.
    pub fn from_slice(values: &'a [T]) -> Self {
        // SAFETY: these are the indices of the slice.
        unsafe { Self::new(values.as_ptr(), one_dimension(values.len())) }
    }

    /// The same values, repeated along new axes in front and along those of length one, so that
    /// they have this shape.
    ///
    /// # Panics
    /// If they cannot.
    pub fn broadcast(mut self, shape: &[usize]) -> Self {
        let new = shape.len().checked_sub(self.dims.len()).expect("there are no fewer axes");
        let dim = |(axis, &len): (usize, &usize)| match axis.checked_sub(new) {
            Some(axis) if self.dims[axis].len == len => self.dims[axis],
            Some(axis) => {
                assert_eq!(self.dims[axis].len, 1, "only single values are repeated");
                Dim { len, stride: 0 }
            }
            None => Dim { len, stride: 0 },
        };
        self.dims = shape.iter().enumerate().map(dim).collect();
        self
    }

    /// How many values.
    pub fn len(&self) -> usize {
        self.dims.iter().map(|dim| dim.len).product()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.dims.iter().any(|dim| dim.len == 0)
    }

    /// Whether there is nothing along the axes of the bit set `axes`.
    pub fn is_empty_along(&self, axes: u64) -> bool {
        self.dims.iter().enumerate().any(|(axis, dim)| axes >> axis & 1 == 1 && dim.len == 0)
    }

    /// The values, where they are one lane without gaps.
    #[inline(always)]
    pub fn as_slice(&self) -> Option<&'a [T]> {
        match *self.dims.as_slice() {
            [Dim { len, stride }] => {
                let Self { first, stored, .. } = *self;
                Lane { first, len, stride, stored, values: PhantomData }.as_slice()
            }
            _ => None,
        }
    }

    /// Every value, in C order.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        let Self { first, dims, stored, values } = self;
        let single = &Dim { len: 1, stride: 0 };
        let (&Dim { len, stride }, outer) = dims.split_last().unwrap_or((single, &[]));
        let lanes: usize = outer.iter().map(|dim| dim.len).product();
        (0..lanes).flat_map(move |index| {
            let first = moved(*first, offset_of(outer.iter().copied(), index), *stored);
            Lane { first, len, stride, stored: *stored, values: *values }.iter()
        })
    }
}

impl<'a, T> ViewMut<'a, T> {
    /// An array to write to; its values need not be initialised, and are not dropped.
    ///
    /// # Safety
    /// Every index within `dims` leads from `first` to an aligned place for a `T` of its own,
    /// which nothing else reads or writes during `'a`.
    pub unsafe fn new(first: *mut T, dims: Dims) -> Self {
        Self { first, dims, values: PhantomData }
    }

    /// A single value.
    pub fn from_mut(value: &'a mut T) -> Self {
        Self { first: value, dims: Dims::new(), values: PhantomData }
    }

    /// One lane without gaps.
    pub fn from_slice(values: &'a mut [T]) -> Self {
        let dims = one_dimension(values.len());
        Self { first: values.as_mut_ptr(), dims, values: PhantomData }
    }

    /// The places, where they are one lane without gaps.
    pub fn as_slice_mut(&mut self) -> Option<&mut [MaybeUninit<T>]> {
        match *self.dims.as_slice() {
            [Dim { len, stride: 1 }] => {
                // SAFETY: `len` neighbours from `first` on are within the view, and no one else's.
                Some(unsafe { std::slice::from_raw_parts_mut(self.first.cast(), len) })
            }
            _ => None,
        }
    }
}
