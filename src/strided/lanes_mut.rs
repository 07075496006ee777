//! Lanes side by side, to be written.
#![expect(unsafe_code, reason = "strided access through pointers")]

use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// Places for lanes of results.
pub struct LanesMut<'a, O> {
    pub(super) first: *mut O,
    pub(super) count: usize,
    pub(super) apart: isize,
    pub(super) len: usize,
    pub(super) stride: isize,
    pub(super) values: PhantomData<&'a mut O>,
}

// SAFETY: it is an exclusive borrow of places.
unsafe impl<O: Send> Send for LanesMut<'_, O> {}

impl<O> LanesMut<'_, O> {
    /// Writes one value of one lane.
    ///
    /// # Panics
    /// If there is no such place.
    #[inline(always)]
    pub fn set(&mut self, lane: usize, index: usize, value: O) {
        assert!(lane < self.count && index < self.len);
        let offset = lane as isize * self.apart + index as isize * self.stride;
        // SAFETY: within the dimensions that the view was made with, and no one else's.
        unsafe { self.first.offset(offset).write(value) }
    }
}

impl<O> LanesMut<'_, O> {
    /// The places of one lane, where no gap lies between them.
    ///
    /// # Panics
    /// If there is no such lane.
    #[inline(always)]
    pub fn lane_mut(&mut self, lane: usize) -> Option<&mut [MaybeUninit<O>]> {
        assert!(lane < self.count);
        let first = self.first.wrapping_offset(lane as isize * self.apart).cast();
        // SAFETY: `len` neighbours from `first` on are within the view, and no one else's.
        (self.stride == 1 || self.len <= 1)
            .then(|| unsafe { std::slice::from_raw_parts_mut(first, self.len) })
    }

    /// Whether neighbouring lanes are neighbours in memory.
    pub fn are_adjacent(&self) -> bool {
        self.apart == 1
    }

    /// Writes one row of `N` adjacent lanes from `lane` on.
    ///
    /// # Panics
    /// If there are no such lanes or no such row, or the lanes are not adjacent.
    #[inline(always)]
    pub fn set_row<const N: usize>(&mut self, lane: usize, row: usize, values: [O; N]) {
        assert!(self.are_adjacent() && lane + N <= self.count && row < self.len);
        let first = self.first.wrapping_offset(lane as isize + row as isize * self.stride);
        // SAFETY: these are `N` neighbours within the view, and no one else's.
        unsafe { first.cast::<[O; N]>().write(values) }
    }

    /// Writes `count` whole lanes from `lane` on, as `Lanes::copy_to` has read them.
    ///
    /// # Panics
    /// If there are no such lanes or results.
    #[inline(never)]
    pub fn copy_from(&mut self, lane: usize, count: usize, pitch: usize, from: &[MaybeUninit<O>])
    where
        O: Copy,
    {
        assert!(lane + count <= self.count && self.len <= pitch && from.len() >= count * pitch);
        let first = self.first.wrapping_offset(lane as isize * self.apart);
        let along_memory = self.stride.unsigned_abs() < self.apart.unsigned_abs();
        each_place(count, self.len, along_memory, |lane, row| {
            let offset = lane as isize * self.apart + row as isize * self.stride;
            // SAFETY: there are such a result and such a place, which is no one else's.
            unsafe {
                first
                    .cast::<MaybeUninit<O>>()
                    .offset(offset)
                    .write(*from.get_unchecked(lane * pitch + row))
            }
        });
    }
}

/// Every row of every lane, in an order that suits memory.
#[inline(always)]
pub(super) fn each_place(
    lanes: usize,
    rows: usize,
    along_memory: bool,
    mut visit: impl FnMut(usize, usize),
) {
    if along_memory {
        for lane in 0..lanes {
            (0..rows).for_each(|row| visit(lane, row));
        }
    } else {
        for row in 0..rows {
            (0..lanes).for_each(|lane| visit(lane, row));
        }
    }
}

impl<'a, O> LanesMut<'a, O> {
    /// Writes the first value of each lane in order, as long as there are some.
    #[inline(always)]
    pub fn write_firsts<E>(
        &mut self,
        mut values: impl Iterator<Item = Result<O, E>>,
    ) -> Result<(), E> {
        assert!(self.len > 0);
        let mut place = self.first;
        for _ in 0..self.count {
            let Some(value) = values.next() else { break };
            // SAFETY: the first place of a lane, and no one else's.
            unsafe { place.write(value?) };
            place = place.wrapping_offset(self.apart);
        }
        Ok(())
    }

    /// How many lanes.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many places in each.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Groups of `group` lanes, and which is the first of each.
    ///
    /// # Panics
    /// If `group` is zero.
    pub fn by_lanes(self, group: usize) -> impl Iterator<Item = (usize, Self)> {
        let Self { first, count, apart, len, stride, .. } = self;
        (0..count).step_by(group).map(move |lane| {
            let first = first.wrapping_offset(lane as isize * apart);
            let count = group.min(count - lane);
            (lane, Self { first, count, apart, len, stride, values: PhantomData })
        })
    }

    /// Stretches of `stretch` places of each lane, and which is the first of each.
    ///
    /// # Panics
    /// If `stretch` is zero.
    pub fn by_rows(self, stretch: usize) -> impl Iterator<Item = (usize, Self)> {
        let Self { first, count, apart, len, stride, .. } = self;
        (0..len).step_by(stretch).map(move |row| {
            let first = first.wrapping_offset(row as isize * stride);
            let len = stretch.min(len - row);
            (row, Self { first, count, apart, len, stride, values: PhantomData })
        })
    }
}
