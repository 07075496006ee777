//! Places for the results of lanes that are walked in step.
#![expect(unsafe_code, reason = "strided access through pointers")]

use std::marker::PhantomData;
use std::ops::Range;

use smallvec::SmallVec;

use super::lane_batch::CHUNK;
use super::transpose::tiles;
use super::{LanesMut, Segments};
use crate::numeric::element::Float;
use crate::simd::{LANES, Wide};

/// Places for the results of a [`LaneBatch`].
pub struct LaneBatchMut<'a, O> {
    first: *mut O,
    lanes: usize,
    apart: isize,
    stride: isize,
    between: usize,
    after: usize,
    /// The rows that have been stored, in order.
    stored: SmallVec<[Range<usize>; 1]>,
    values: PhantomData<&'a mut O>,
}

/// Whether the second of two results is better than the first.
pub type Better<'a> = &'a dyn Fn(f64, f64) -> bool;

impl<O> LanesMut<'_, O> {
    /// The places of `Lanes::batch`.
    ///
    /// # Panics
    /// If there is no such lane.
    pub fn batch(&mut self, lane: usize, count: usize) -> LaneBatchMut<'_, O> {
        assert!(lane < self.count);
        let first = self.first.wrapping_offset(lane as isize * self.apart);
        let (lanes, after) = (count.min(LANES).min(self.count - lane), self.len);
        let (apart, stride) = (self.apart, self.stride);
        LaneBatchMut {
            first,
            lanes,
            apart,
            stride,
            between: 0,
            after,
            stored: SmallVec::new(),
            values: PhantomData,
        }
    }

    /// The places of `Lanes::segments`.
    ///
    /// # Panics
    /// If there are no such places.
    pub fn segments(&mut self, lane: usize, at: Segments) -> LaneBatchMut<'_, O> {
        let Segments { start, end, len } = at;
        assert!(lane < self.count && start < end && end <= self.len && len > 0);
        let offset = lane as isize * self.apart + start as isize * self.stride;
        let first = self.first.wrapping_offset(offset);
        let (apart, stride) = (self.stride * len as isize, self.stride);
        let (lanes, between, after) = (LANES, len, end - start);
        LaneBatchMut {
            first,
            lanes,
            apart,
            stride,
            between,
            after,
            stored: SmallVec::new(),
            values: PhantomData,
        }
    }
}

impl<O: Float> LaneBatchMut<'_, O> {
    /// How many of `len` rows from `row` on a lane has.
    #[inline(always)]
    fn within(&self, lane: usize, row: usize, len: usize) -> usize {
        self.after.saturating_sub(lane * self.between + row).min(len)
    }

    /// Writes the rows of the batch from `row` on; what is beyond its lanes or places is dropped.
    #[inline(always)]
    pub fn store<V: Wide>(&mut self, row: usize, rows: &[f64]) {
        let end = row + rows.len() / LANES;
        match self.stored.last_mut() {
            Some(last) if last.end == row => last.end = end,
            _ => self.stored.push(row..end),
        }
        if self.store_fast::<V>(row, rows) {
            return;
        }
        for (row, values) in (row..).zip(rows.chunks_exact(LANES)) {
            for (lane, &value) in values[..self.lanes].iter().enumerate() {
                self.write_if_any(lane, row, value);
            }
        }
    }

    /// Writes over those results that have been stored where a second one is better.
    pub fn amend(&mut self, row: usize, rows: &[f64], better: Better<'_>) {
        let stretch = self.stored.partition_point(|stored| stored.end <= row);
        let Some(stored) = self.stored.get(stretch).filter(|stored| stored.start <= row) else {
            return;
        };
        for (row, values) in (row..stored.end).zip(rows.chunks_exact(LANES)) {
            for (lane, &value) in values[..self.lanes].iter().enumerate() {
                let Some(place) = self.place(lane, row) else { continue };
                // SAFETY: the row is among those that were stored.
                if better(unsafe { place.read() }.to_f64(), value) {
                    self.write_if_any(lane, row, value);
                }
            }
        }
    }

    /// Stores the rows, if that can be done fast; says whether it was.
    #[inline(always)]
    fn store_fast<V: Wide>(&mut self, row: usize, rows: &[f64]) -> bool {
        let Self { first, lanes, apart, stride, between, .. } = *self;
        let len = rows.len() / LANES;
        let whole = self.within(lanes - 1, row, len) == len;
        // SAFETY: of those who call it, that these places are the batch's, and are neighbours.
        let write = |lane: usize, row: usize, values: &[f64]| unsafe {
            let first = first.wrapping_offset(lane as isize * apart + row as isize * stride);
            for (at, &value) in values.iter().enumerate() {
                first.add(at).write(O::from_f64(value));
            }
        };
        if apart == 1 && between == 0 && lanes == LANES && whole {
            for (row, values) in (row..).zip(rows.chunks_exact(LANES)) {
                write(0, row, values);
            }
            return true;
        }
        if stride != 1 || len < LANES {
            return false;
        }
        if whole && size_of::<O>() == size_of::<f64>() {
            for start in tiles(len, LANES) {
                V::transpose_out(&rows[start * LANES..], |lane, values| {
                    if lane < lanes {
                        write(lane, row + start, &values[..LANES]);
                    }
                });
            }
            return true;
        }
        let mut scratch = [[0.0; CHUNK]; LANES];
        for chunk in tiles(len, len.min(CHUNK)) {
            let (row, len) = (row + chunk, len.min(CHUNK));
            for start in tiles(len, LANES) {
                V::transpose_out(&rows[(chunk + start) * LANES..], |lane, values| {
                    scratch[lane][start..start + LANES].copy_from_slice(&values[..LANES]);
                });
            }
            for (lane, values) in scratch.iter().enumerate().take(lanes) {
                write(lane, row, &values[..self.within(lane, row, len)]);
            }
        }
        true
    }

    #[inline(always)]
    fn write_if_any(&mut self, lane: usize, row: usize, value: f64) {
        if let Some(place) = self.place(lane, row) {
            // SAFETY: there is such a place, and it is no one else's.
            unsafe { place.write(O::from_f64(value)) }
        }
    }

    /// Where a row of a lane is, if the lane has it.
    #[inline(always)]
    fn place(&self, lane: usize, row: usize) -> Option<*mut O> {
        let offset = lane as isize * self.apart + row as isize * self.stride;
        (self.within(lane, row, 1) == 1).then(|| self.first.wrapping_offset(offset))
    }
}
