//! One lane.
#![expect(unsafe_code, reason = "strided access through pointers")]

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::SOME;
use super::stored::Strides;
use super::view::{As, moved, value_at};

/// The values along an axis at one place.
#[derive(Clone, Copy)]
pub struct Lane<'a, T> {
    pub(super) first: *const T,
    pub(super) len: usize,
    pub(super) stride: isize,
    pub(super) stored: As<T>,
    pub(super) values: PhantomData<&'a T>,
}

impl<'a, T: Copy> Lane<'a, T> {
    /// Neighbours.
    pub fn from_slice(values: &'a [T]) -> Self {
        let (first, len) = (values.as_ptr(), values.len());
        Self { first, len, stride: 1, stored: None, values: PhantomData }
    }

    /// How many values.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The values, where they are stored as they are and no gap lies between them.
    #[inline(always)]
    pub fn as_slice(&self) -> Option<&'a [T]> {
        // SAFETY: `len` neighbours from `first` on are all within the view.
        (self.stored.is_none() && (self.stride == 1 || self.len <= 1))
            .then(|| unsafe { std::slice::from_raw_parts(self.first, self.len) })
    }

    /// The values, in order.
    #[inline(always)]
    pub fn iter(self) -> impl Iterator<Item = T> + 'a {
        let mut next = self.first;
        (0..self.len).map(move |_| {
            let here = next;
            next = moved(next, self.stride, self.stored);
            // SAFETY: so many steps have been made that `here` is one of the values.
            unsafe { value_at(here, self.stored) }
        })
    }

    /// Appends the values, without gaps.
    #[inline(never)]
    pub fn append_to(self, values: &mut Vec<T>) {
        let Some(stored) = self.stored else { return values.extend(self.iter()) };
        values.reserve(self.len);
        // SAFETY: there is memory for so many more values, each of which is then written.
        unsafe {
            let places = &mut values.spare_capacity_mut()[..self.len];
            stored.copy(self.first.cast(), Strides::of_row(self.stride), places);
            values.set_len(values.len() + self.len);
        }
    }

    /// A copy of the values, without gaps.
    pub fn to_vec(self) -> Vec<T> {
        let mut values = Vec::new();
        self.append_to(&mut values);
        values
    }

    /// Gives `visit` every value, with its index; faster than `iter` where they are converted.
    #[inline(always)]
    pub fn each_value(&self, mut visit: impl FnMut(usize, T)) {
        let Some(stored) = self.stored else {
            return self.iter().enumerate().for_each(|(index, value)| visit(index, value));
        };
        let mut some = [const { MaybeUninit::uninit() }; SOME];
        for start in (0..self.len).step_by(SOME) {
            let part = self.part(start, SOME);
            // SAFETY: the part has so many values.
            let values = unsafe {
                let strides = Strides::of_row(part.stride);
                stored.copy(part.first.cast(), strides, &mut some[..part.len])
            };
            (start..).zip(values).for_each(|(index, &value)| visit(index, value));
        }
    }

    /// The values from `start` on, at most `len` of them.
    ///
    /// # Panics
    /// If `start` is beyond the end.
    #[inline(always)]
    pub fn part(&self, start: usize, len: usize) -> Self {
        assert!(start <= self.len);
        let first = moved(self.first, start as isize * self.stride, self.stored);
        Self { first, len: len.min(self.len - start), ..*self }
    }
}
