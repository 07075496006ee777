//! Arrays that are changed in place.
#![expect(unsafe_code, reason = "strided access through pointers")]

use std::cell::Cell;
use std::marker::PhantomData;

use super::dims::{coalesce_dims, offset_of, sort_by_stride, take_lane};
use super::{Dim, Dims, SOME};

/// An array whose values are changed in their place, one at a time; several indices may share
/// one, as NumPy's `as_strided` allows.
pub struct Cells<'a, T> {
    first: *mut T,
    dims: Dims,
    values: PhantomData<&'a Cell<T>>,
}

/// Some of the values of [`Cells`], at a fixed distance.
pub struct Run<'a, T> {
    first: *mut T,
    len: usize,
    stride: isize,
    values: PhantomData<&'a Cell<T>>,
}

/// Runs that share no value with those of another job.
pub struct Job<'a, T>(Vec<Run<'a, T>>);

// SAFETY: it is an exclusive borrow of its values.
unsafe impl<T: Send> Send for Job<'_, T> {}
// SAFETY: it is an exclusive borrow of values, which are read and written one at a time.
unsafe impl<T: Send> Send for Cells<'_, T> {}

impl<T: Copy> Cells<'_, T> {
    /// An array to change.
    ///
    /// # Safety
    /// Every index within `dims` leads from `first` to an aligned `T` that may be read and
    /// written during `'a`, by no one else.
    pub unsafe fn new(first: *mut T, mut dims: Dims) -> Self {
        let mut start = first;
        dims.retain(|dim| dim.len != 1);
        for dim in dims.iter_mut().filter(|dim| dim.len > 0 && dim.stride < 0) {
            start = start.wrapping_offset((dim.len - 1) as isize * dim.stride);
            dim.stride = -dim.stride;
        }
        sort_by_stride(&mut dims, |dim| dim.stride);
        coalesce_dims(&mut dims);
        Self { first: start, dims, values: PhantomData }
    }

    /// How many values.
    pub fn len(&self) -> usize {
        self.dims.iter().map(|dim| dim.len).product()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether two indices may share a value.
    fn may_overlap(&self) -> bool {
        let mut within = 1;
        let overlaps = |dim: &Dim| {
            let overlaps = dim.stride < within;
            within = dim.stride.saturating_mul(dim.len as isize);
            overlaps
        };
        self.dims.iter().rev().any(overlaps)
    }

    /// All values, a run of at most `len` for each job; a single job if runs may overlap.
    ///
    /// # Panics
    /// If `len` is zero.
    pub fn jobs(&mut self, len: usize) -> Vec<Job<'_, T>> {
        let overlap = self.may_overlap();
        let runs = self.runs().flat_map(|run| run.parts(len));
        if overlap { vec![Job(runs.collect())] } else { runs.map(|run| Job(vec![run])).collect() }
    }

    /// All values.
    pub fn runs(&mut self) -> impl Iterator<Item = Run<'_, T>> {
        let mut dims = self.dims.clone();
        let lane = take_lane(&mut dims, false, |dim| dim.len);
        let lane = lane.unwrap_or(Dim { len: 1, stride: 1 });
        let outer: usize = dims.iter().map(|dim| dim.len).product();
        let all = self.first;
        (0..outer).map(move |index| {
            let first = all.wrapping_offset(offset_of(dims.iter().copied(), index));
            Run { first, len: lane.len, stride: lane.stride, values: PhantomData }
        })
    }
}

impl<'a, T> Job<'a, T> {
    /// The runs, one after the other.
    pub fn runs(self) -> impl Iterator<Item = Run<'a, T>> {
        self.0.into_iter()
    }
}

impl<T: Copy> Run<'_, T> {
    /// How many values.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// These values, in runs of at most `len`.
    ///
    /// # Panics
    /// If `len` is zero.
    pub fn parts(self, len: usize) -> impl Iterator<Item = Self> {
        let Self { first, len: all, stride, values } = self;
        (0..all).step_by(len).map(move |start| {
            let first = first.wrapping_offset(start as isize * stride);
            Self { first, len: len.min(all - start), stride, values }
        })
    }

    /// Puts another value in the place of each that is old.
    #[inline(always)]
    pub fn update(&self, is_old: impl Fn(T) -> bool, new: impl Fn(T) -> T) {
        // Neighbours are known to be such, so that vectors can be made of them.
        let whole = if self.stride == 1 { self.len - self.len % SOME } else { 0 };
        for first in (0..whole).step_by(SOME) {
            // Memory that stays as it is need not be written back.
            if (first..first + SOME).fold(false, |any, index| any | is_old(self.at(index))) {
                (first..first + SOME).for_each(|index| self.update_at(index, &is_old, &new));
            }
        }
        (whole..self.len).for_each(|index| self.update_at(index, &is_old, &new));
    }

    #[inline(always)]
    fn update_at(&self, index: usize, is_old: impl Fn(T) -> bool, new: impl Fn(T) -> T) {
        let value = self.at(index);
        let value = if is_old(value) { new(value) } else { value };
        // SAFETY: as in `at`; no one else has these places.
        unsafe { self.first.offset(index as isize * self.stride).write(value) };
    }

    #[inline(always)]
    fn at(&self, index: usize) -> T {
        debug_assert!(index < self.len);
        // SAFETY: callers keep to the length, and `Cells::new` vouched for all of it.
        unsafe { self.first.offset(index as isize * self.stride).read() }
    }
}

#[cfg(test)]
mod tests;
