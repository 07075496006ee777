//! Lanes side by side, to be read.
#![expect(unsafe_code, reason = "strided access through pointers")]

use std::array::from_fn;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::dims::offset_of;
use super::lanes_mut::each_place;
use super::stored::{Stored, Strides};
use super::transpose::{Transpose, can_transpose};
use super::view::{As, moved, value_at};
use super::walk::Shared;
use super::{Lane, Rows, SOME, View};
use crate::simd::{LANES, vectorized};

/// Lanes that lie side by side at a fixed distance.
#[derive(Clone, Copy)]
pub struct Lanes<'a, T> {
    pub(super) first: *const T,
    pub(super) count: usize,
    pub(super) apart: isize,
    pub(super) len: usize,
    pub(super) stride: isize,
    /// Which of the inputs they are of.
    pub(super) input: usize,
    pub(super) folded: &'a [Shared],
    pub(super) whole: &'a [Shared],
    pub(super) corner: isize,
    pub(super) stored: As<T>,
    pub(super) values: PhantomData<&'a T>,
}

// SAFETY: it is a shared borrow of values.
unsafe impl<T: Sync> Send for Lanes<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Lanes<'_, T> {}

impl<'a, T: Copy> Lanes<'a, T> {
    /// How many lanes.
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many values in each.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether neighbouring lanes are neighbours in memory, stored as they are.
    #[inline(always)]
    pub fn are_adjacent(&self) -> bool {
        self.apart == 1 && self.stored.is_none()
    }

    /// Whether a step along the lane is shorter than a step to the next.
    #[inline(always)]
    pub fn run_along_memory(&self) -> bool {
        self.stride.unsigned_abs() < self.apart.unsigned_abs()
    }

    /// The same of several inputs in step, in the sum of their steps: one may be repeated.
    #[inline(always)]
    pub fn all_run_along_memory<const INPUTS: usize>(lanes: &[Self; INPUTS]) -> bool {
        let sum = |steps: [isize; INPUTS]| {
            steps.iter().fold(0, |sum: usize, step| sum.saturating_add(step.unsigned_abs()))
        };
        sum(lanes.map(|it| it.stride)) < sum(lanes.map(|it| it.apart))
    }

    /// At how many places of the folded dimensions these lanes are.
    pub fn folds(&self) -> usize {
        self.folded.iter().map(|dim| dim.len).product()
    }

    /// These lanes at one of those places.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn fold(&self, index: usize) -> Self {
        Self { first: self.first_of_fold(index), folded: &[], whole: &[], ..*self }
    }

    #[inline(always)]
    fn first_of_fold(&self, index: usize) -> *const T {
        match self.folded {
            [] if index == 0 => self.first,
            [dim] if index < dim.len => {
                moved(self.first, index as isize * dim.strides[self.input], self.stored)
            }
            _ => self.moved_to_fold(index),
        }
    }

    #[inline(never)]
    fn moved_to_fold(&self, index: usize) -> *const T {
        assert!(index < self.folds());
        let folded = self.folded.iter().map(|dim| dim.of(self.input));
        moved(self.first, offset_of(folded, index), self.stored)
    }

    /// One of the lanes at one of those places.
    ///
    /// # Panics
    /// If there is no such place or lane.
    #[inline(always)]
    pub fn lane_of_fold(&self, fold: usize, lane: usize) -> Lane<'a, T> {
        assert!(lane < self.count);
        let Self { len, stride, stored, .. } = *self;
        let first = moved(self.first_of_fold(fold), lane as isize * self.apart, stored);
        Lane { first, len, stride, stored, values: PhantomData }
    }

    /// One of the lanes.
    ///
    /// # Panics
    /// If there is no such lane.
    #[inline(always)]
    pub fn lane(&self, lane: usize) -> Lane<'a, T> {
        assert!(lane < self.count);
        let Self { len, stride, stored, .. } = *self;
        let first = moved(self.first, lane as isize * self.apart, stored);
        Lane { first, len, stride, stored, values: PhantomData }
    }

    /// Each of the lanes, in order.
    #[inline(always)]
    pub fn iter(self) -> impl Iterator<Item = Lane<'a, T>> {
        let Self { mut first, len, stride, stored, .. } = self;
        (0..self.count).map(move |_| {
            let lane = Lane { first, len, stride, stored, values: PhantomData };
            first = moved(first, self.apart, stored);
            lane
        })
    }

    /// One of the lanes with all that is folded into it, in the order of the array.
    ///
    /// # Panics
    /// If there is no such lane.
    pub fn whole(&self, lane: usize) -> View<'a, T> {
        let first = moved(self.lane(lane).first, self.corner, self.stored);
        let dims = self.whole.iter().map(|dim| dim.of(self.input)).collect();
        View { first, dims, stored: self.stored, values: PhantomData }
    }

    /// The first value of that, if there is one.
    ///
    /// # Panics
    /// If there is no such lane.
    #[inline(always)]
    pub fn first_value(&self, lane: usize) -> Option<T> {
        let first = moved(self.lane(lane).first, self.corner, self.stored);
        // SAFETY: the lane has a first value, if it has any.
        (self.len > 0).then(|| unsafe { value_at(first, self.stored) })
    }

    /// Copies `count` whole lanes from `lane` on, each without gaps to every `pitch`th place.
    ///
    /// # Panics
    /// If there are no such lanes or places.
    #[inline(never)]
    pub fn copy_to(&self, lane: usize, count: usize, pitch: usize, places: &mut [T]) {
        assert!(lane + count <= self.count && self.len <= pitch && places.len() >= count * pitch);
        if let Some(stored) = self.stored {
            return self.each_value(stored, lane..lane + count, 0..self.len, |lane, row, value| {
                places[lane * pitch + row] = value;
            });
        }
        let first = self.first.wrapping_offset(lane as isize * self.apart);
        each_place(count, self.len, self.run_along_memory(), |lane, row| {
            let offset = lane as isize * self.apart + row as isize * self.stride;
            // SAFETY: there are such a lane and such a row, and such a place.
            unsafe { *places.get_unchecked_mut(lane * pitch + row) = *first.offset(offset) }
        });
    }

    /// Whether the values are stored as something else.
    pub fn are_converted(&self) -> bool {
        self.stored.is_some()
    }

    /// These rows of these lanes.
    ///
    /// # Panics
    /// If there are no such lanes or rows.
    pub fn part(self, lanes: Range<usize>, rows: Range<usize>) -> Self {
        assert!(lanes.start <= lanes.end && lanes.end <= self.count);
        assert!(rows.start <= rows.end && rows.end <= self.len);
        let offset = lanes.start as isize * self.apart + rows.start as isize * self.stride;
        let (first, count, len) = (moved(self.first, offset, self.stored), lanes.len(), rows.len());
        Self { first, count, len, folded: &[], whole: &[], corner: 0, ..self }
    }

    /// These lanes, converted into `memory` if they are stored as something else.
    pub fn converted<'b>(self, memory: &'b mut Vec<T>) -> Lanes<'b, T>
    where
        'a: 'b,
    {
        let Some(stored) = self.stored else { return self };
        let Self { count, len, .. } = self;
        let first = self.first.cast();
        let (strides, apart, stride) = if count == 1 || self.run_along_memory() {
            (Strides { rows: self.apart, values: self.stride, row: len }, len, 1)
        } else {
            (Strides { rows: self.stride, values: self.apart, row: count }, 1, count)
        };
        memory.clear();
        memory.reserve(count * len);
        // SAFETY: there are so many values, and memory for them, all of which is then written.
        unsafe {
            stored.copy(first, strides, &mut memory.spare_capacity_mut()[..count * len]);
            memory.set_len(count * len);
        }
        let (apart, stride) = (apart as isize, stride as isize);
        let (first, stored, values) = (memory.as_ptr(), None, PhantomData);
        let (folded, whole, corner) = (&[][..], &[][..], 0);
        Lanes { first, count, apart, len, stride, folded, whole, corner, stored, values, ..self }
    }

    /// Gives `visit` every value of these rows of these lanes, which are stored as something else,
    /// with its lane and row among them.
    fn each_value(
        &self,
        stored: Stored<T>,
        lanes: Range<usize>,
        rows: Range<usize>,
        mut visit: impl FnMut(usize, usize, T),
    ) {
        if lanes.len() == 1 || self.run_along_memory() {
            for (at, lane) in lanes.enumerate() {
                let part = self.lane(lane).part(rows.start, rows.len());
                part.each_value(|row, value| visit(at, row, value));
            }
            return;
        }
        assert!(lanes.end <= self.count && rows.end <= self.len);
        let mut some = [const { MaybeUninit::uninit() }; SOME * LANES];
        let wide = lanes.len().min(some.len());
        let high = some.len() / wide.max(1);
        for left in lanes.clone().step_by(wide.max(1)) {
            let wide = wide.min(lanes.end - left);
            for top in rows.clone().step_by(high) {
                let high = high.min(rows.end - top);
                let first = self.lane(left).part(top, 0).first.cast();
                let strides = Strides { rows: self.stride, values: self.apart, row: wide };
                // SAFETY: there are such lanes and rows.
                let values = unsafe { stored.copy(first, strides, &mut some[..wide * high]) };
                for (row, values) in (top - rows.start..).zip(values.chunks(wide)) {
                    let lane = left - lanes.start;
                    (lane..).zip(values).for_each(|(lane, &value)| visit(lane, row, value));
                }
            }
        }
    }

    /// `N` adjacent lanes from `lane` on, the values from `start` on, at most `len` of them.
    ///
    /// # Panics
    /// If there are no such lanes or values, or they are not adjacent.
    #[inline(always)]
    pub fn rows<const N: usize>(&self, lane: usize, start: usize, len: usize) -> Rows<'a, T, N> {
        assert!(self.are_adjacent() && lane + N <= self.count && start <= self.len);
        let first = self.first.wrapping_offset(lane as isize + start as isize * self.stride);
        let len = len.min(self.len - start);
        Rows { first, stride: self.stride, len, values: PhantomData }
    }

    /// Copies what `rows` would give, from lanes that need not be adjacent; where there are
    /// fewer than `N`, the last one is repeated.
    ///
    /// # Panics
    /// If there are no such lanes or values.
    #[inline(never)]
    pub fn gather<const N: usize>(&self, lane: usize, start: usize, rows: &mut [[T; N]]) {
        assert!(lane < self.count && start + rows.len() <= self.len);
        if let Some(stored) = self.stored {
            return self.gather_stored(stored, lane, start, rows);
        }
        if can_transpose::<T>() && self.stride == 1 && rows.len() >= LANES {
            let neighbours = |column: usize| {
                let lane = self.lane((lane + column).min(self.count - 1)).part(start, rows.len());
                lane.as_slice().unwrap_or_default()
            };
            return vectorized(Transpose { columns: from_fn(neighbours), rows });
        }
        for column in 0..N {
            let lane = self.lane((lane + column).min(self.count - 1));
            for (row, value) in rows.iter_mut().zip(lane.part(start, usize::MAX).iter()) {
                row[column] = value;
            }
        }
    }

    /// `gather` of what is converted.
    fn gather_stored<const N: usize>(
        &self,
        stored: Stored<T>,
        lane: usize,
        start: usize,
        rows: &mut [[T; N]],
    ) {
        let (count, len) = (N.min(self.count - lane), rows.len());
        let first = self.lane(lane).part(start, 0).first.cast();
        if count == N && !self.run_along_memory() {
            let places = rows.as_flattened_mut();
            // SAFETY: what is initialised may be written again.
            let places = unsafe { &mut *(&raw mut *places as *mut [MaybeUninit<T>]) };
            let strides = Strides { rows: self.stride, values: self.apart, row: N };
            // SAFETY: there are such lanes and rows.
            unsafe { stored.copy(first, strides, places) };
            return;
        }
        let mut some = [const { MaybeUninit::uninit() }; SOME * LANES];
        if count * len > some.len() || len == 0 {
            self.each_value(stored, lane..lane + count, start..start + len, |lane, row, value| {
                rows[row][lane] = value;
            });
            rows.iter_mut().for_each(|row| repeat_last(row, count));
            return;
        }
        let strides = Strides { rows: self.apart, values: self.stride, row: len };
        // SAFETY: as above.
        let values = unsafe { stored.copy(first, strides, &mut some[..count * len]) };
        let column = |column: usize| &values[column.min(count - 1) * len..][..len];
        let columns: [&[T]; N] = from_fn(column);
        if can_transpose::<T>() && len >= LANES {
            return vectorized(Transpose { columns, rows });
        }
        for (index, row) in rows.iter_mut().enumerate() {
            *row = columns.map(|column| column[index]);
        }
    }
}

/// Writes the last of the first `count` values over all behind it.
fn repeat_last<T: Copy>(values: &mut [T], count: usize) {
    let last = values[count - 1];
    values[count..].fill(last);
}

#[cfg(test)]
mod tests;
