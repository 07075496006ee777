//! Eight lanes, or eight segments of one, that are read in step.
#![expect(unsafe_code, reason = "strided access through pointers")]

use std::array::from_fn;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::stored::{Stored, Strides};
use super::transpose::{tiles, transpose_in};
use super::view::{As, moved, value_at};
use super::{Lane, Lanes, SOME};
use crate::numeric::element::Element;
use crate::simd::{LANES, Wide};

/// Lanes that are walked in step. They can be read from before their beginning; before that of
/// their axis, all is NaN.
pub struct LaneBatch<'a, T> {
    first: *const T,
    stored: As<T>,
    lanes: usize,
    apart: isize,
    stride: isize,
    len: usize,
    /// So many values of its axis are before the first lane, and before each next so many more.
    before: usize,
    between: usize,
    /// So many values of its axis there are from the beginning of the first lane on.
    after: usize,
    values: PhantomData<&'a T>,
}

/// How values of one lane are cut into a [`LaneBatch`].
#[derive(Clone, Copy)]
pub struct Segments {
    /// The first value.
    pub start: usize,
    /// After the last value.
    pub end: usize,
    /// How many in each lane of the batch.
    pub len: usize,
}

impl<'a, T: Copy> Lanes<'a, T> {
    /// Whole lanes from `lane` on, at most `count` of them and at most `LANES`.
    ///
    /// # Panics
    /// If there is no such lane.
    pub fn batch(&self, lane: usize, count: usize) -> LaneBatch<'a, T> {
        let Lane { first, stored, .. } = self.lane(lane);
        let (lanes, len) = (count.min(LANES).min(self.count - lane), self.len);
        let (apart, stride) = (self.apart, self.stride);
        let (before, between, values) = (0, 0, PhantomData);
        LaneBatch { first, stored, lanes, apart, stride, len, before, between, after: len, values }
    }

    /// The values `start..end` of one lane, cut into `LANES` of `len`, the last of which may have
    /// fewer or none. What comes after the end of a lane is the next.
    ///
    /// # Panics
    /// If there are no such values.
    pub fn segments(&self, lane: usize, at: Segments) -> LaneBatch<'a, T> {
        let Segments { start, end, len } = at;
        assert!(start < end && end <= self.len && len > 0);
        let Lane { first, stored, .. } = self.lane(lane).part(start, 0);
        let (apart, stride) = (self.stride * len as isize, self.stride);
        let (before, between, after, values) = (start, len, end - start, PhantomData);
        LaneBatch {
            first,
            stored,
            lanes: LANES,
            apart,
            stride,
            len,
            before,
            between,
            after,
            values,
        }
    }
}

impl<T: Element> LaneBatch<'_, T> {
    /// How many values a lane has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// How many rows there are before the first until all lanes begin.
    pub fn before(&self) -> usize {
        self.first_row(self.lanes - 1).unsigned_abs()
    }

    /// How many rows there are until there are no more values.
    pub fn after(&self) -> usize {
        self.after
    }

    /// The first row that a lane has, counted from its beginning.
    #[inline(always)]
    fn first_row(&self, lane: usize) -> isize {
        -((self.before + lane * self.between) as isize)
    }

    /// The row after the last that can be read from a lane.
    #[inline(always)]
    fn end_row(&self, lane: usize) -> isize {
        self.after as isize - (lane * self.between) as isize
    }

    /// The rows of the batch from `row` on, one after the other, the values across its lanes.
    /// Where a row has more lanes than the batch, or there are no more values, there are others.
    #[inline(always)]
    pub fn load<V: Wide>(&self, row: isize, rows: &mut [f64]) {
        let len = rows.len() / LANES;
        let missing = self.first_row(self.lanes - 1) - row;
        let missing = missing.max(0).unsigned_abs().min(len);
        let (before, rows) = rows.split_at_mut(missing * LANES);
        before.fill(f64::NAN);
        let (row, len) = (row + missing as isize, len - missing);
        let whole = row >= self.first_row(0) && row + len as isize <= self.end_row(self.lanes - 1);
        if whole && self.load_whole::<V>(row, rows) {
            return;
        }
        if len >= LANES && self.stored.is_some() {
            return self.load_chunks::<V, SOME>(row, rows);
        }
        if len >= LANES && self.stride == 1 {
            return self.load_chunks::<V, CHUNK>(row, rows);
        }
        for (at, values) in (row..).zip(rows.chunks_exact_mut(LANES)) {
            for (lane, value) in values.iter_mut().enumerate() {
                *value = self.value(lane.min(self.lanes - 1), at);
            }
        }
    }

    /// Loads rows that each lane has, if that can be done at once; says whether it was.
    #[inline(always)]
    fn load_whole<V: Wide>(&self, row: isize, rows: &mut [f64]) -> bool {
        // SAFETY: of callers, that the lane has these rows; and neighbours they are, where rows are
        // of adjacent lanes or lanes without gaps.
        let neighbours = |lane: usize, row: isize, len| unsafe { self.neighbours(lane, row, len) };
        let (lanes, len) = (self.lanes, rows.len() / LANES);
        if let Some(stored) = self.stored {
            // Only lanes side by side can be converted at once.
            let side_by_side = lanes == LANES
                && self.between == 0
                && self.apart.unsigned_abs() < self.stride.unsigned_abs();
            if side_by_side {
                self.load_rows(stored, row, rows);
            }
            return side_by_side;
        }
        if self.apart == 1 && self.between == 0 && lanes == LANES {
            for (at, values) in (row..).zip(rows.chunks_exact_mut(LANES)) {
                T::copy_to_f64s(neighbours(0, at, LANES), values);
            }
            return true;
        }
        if self.stride != 1 || len < LANES || T::as_f64s(&[]).is_none() {
            return false;
        }
        let lane = |at: usize| T::as_f64s(neighbours(at.min(lanes - 1), row, len));
        transpose_in::<V>(from_fn(|at| lane(at).unwrap_or_default()), len, rows);
        true
    }

    /// Loads rows that each of `LANES` lanes has, which lie side by side.
    fn load_rows(&self, stored: Stored<T>, row: isize, rows: &mut [f64]) {
        let mut some = [const { MaybeUninit::uninit() }; SOME * LANES];
        let strides = Strides { rows: self.stride, values: self.apart, row: LANES };
        for (row, rows) in (row..).step_by(SOME).zip(rows.chunks_mut(SOME * LANES)) {
            let first = self.place(0, row).cast();
            // SAFETY: each of `LANES` lanes has these rows.
            let values = unsafe { stored.copy(first, strides, &mut some[..rows.len()]) };
            T::copy_to_f64s(values, rows);
        }
    }

    /// Loads rows of lanes whose values are converted a chunk at a time.
    #[inline(always)]
    fn load_chunks<V: Wide, const CHUNK: usize>(&self, row: isize, rows: &mut [f64]) {
        let len = rows.len() / LANES;
        let mut scratch = [[0.0; CHUNK]; LANES];
        for chunk in tiles(len, len.min(CHUNK)) {
            let (row, len) = (row + chunk as isize, len.min(CHUNK));
            for (lane, places) in scratch.iter_mut().enumerate() {
                self.load_lane(lane.min(self.lanes - 1), row, &mut places[..len]);
            }
            let lanes = scratch.each_ref().map(<[f64; CHUNK]>::as_slice);
            transpose_in::<V>(lanes, len, &mut rows[chunk * LANES..]);
        }
    }

    /// The rows of a lane without gaps from `row` on; NaN before its axis begins, its last value
    /// after its end.
    #[inline(always)]
    fn load_lane(&self, lane: usize, row: isize, places: &mut [f64]) {
        let places_until = |end: isize| (end - row).clamp(0, places.len() as isize) as usize;
        let before = places_until(self.first_row(lane));
        let end = places_until(self.end_row(lane)).max(before);
        places[..before].fill(f64::NAN);
        let (first, within) = (row + before as isize, before..end);
        match self.stored {
            // SAFETY: the axis has these rows, and they are neighbours.
            None => T::copy_to_f64s(
                unsafe { self.neighbours(lane, first, within.len()) },
                &mut places[within],
            ),
            Some(stored) => {
                let mut some = [const { MaybeUninit::uninit() }; SOME];
                let (place, some) = (self.place(lane, first), &mut some[..within.len()]);
                let strides = Strides::of_row(self.stride);
                // SAFETY: the axis has these rows.
                let values = unsafe { stored.copy(place.cast(), strides, some) };
                T::copy_to_f64s(values, &mut places[within]);
            }
        }
        if end < places.len() {
            places[end..].fill(self.value(lane, row + end as isize));
        }
    }

    /// Neighbours in memory from this value on; it need not exist for none.
    ///
    /// # Safety
    /// They are values of the view.
    #[inline(always)]
    unsafe fn neighbours(&self, lane: usize, row: isize, len: usize) -> &[T] {
        // SAFETY: as callers say.
        unsafe { std::slice::from_raw_parts(self.place(lane, row), len) }
    }

    /// Where a row of a lane is; it need not exist.
    #[inline(always)]
    fn place(&self, lane: usize, row: isize) -> *const T {
        moved(self.first, lane as isize * self.apart + row * self.stride, self.stored)
    }

    #[inline(always)]
    fn value(&self, lane: usize, row: isize) -> f64 {
        if row < self.first_row(lane) {
            return f64::NAN;
        }
        let row = row.min(self.end_row(lane) - 1);
        // SAFETY: the axis has this row of the lane.
        unsafe { value_at(self.place(lane, row), self.stored) }.to_f64()
    }
}

/// Values of a lane that are converted at once: enough to make vectors of.
pub(super) const CHUNK: usize = 16;

#[cfg(test)]
mod tests;
