//! Lanes without gaps: those that have some are copied, several at once where they lie side by
//! side, because each line of memory holds values of all of them.

use std::mem::MaybeUninit;
use std::ops::Range;

use crate::error::Error;
use crate::strided::scratch::{append, resize};
use crate::strided::{Lanes, LanesMut};

/// Lanes that are copied at once, if they are not long: some lines of memory side by side.
pub const GROUP: usize = 64;
/// And at least so many: two lines.
const LEAST: usize = 16;
/// Values that are copied at once, unless so many lanes have more: they stay in the second cache.
const VALUES: usize = 1 << 16;
/// Values that are copied at once, unless a single lane has more.
const MOST: usize = 1 << 21;
/// Lanes a multiple of a page apart would share the same cache sets.
const GAP: usize = 8;

/// How lanes from one on are cut into groups, and how far apart they are there.
#[derive(Clone, Copy)]
struct Groups {
    first: usize,
    lanes: usize,
    pitch: usize,
}

impl Groups {
    fn new(first: usize, len: usize) -> Self {
        let within = |values: usize| values / len.max(1);
        let lanes = within(VALUES).clamp(LEAST, GROUP).min(within(MOST)).max(1);
        Self { first, lanes, pitch: len + GAP }
    }

    /// The group that a lane is in, of so many lanes.
    fn around(self, lane: usize, count: usize) -> Range<usize> {
        let start = lane - (lane - self.first) % self.lanes;
        start..(start + self.lanes).min(count)
    }
}

/// The lanes of a bundle, which are to be read in order.
pub struct Source<'a, 'b, T> {
    lanes: Lanes<'a, T>,
    groups: Groups,
    copies: &'b mut Vec<T>,
    of_copies: bool,
}

impl<'a, 'b, T: Copy> Source<'a, 'b, T> {
    /// From the lane `first` on, with memory for copies.
    pub fn new(lanes: Lanes<'a, T>, first: usize, copies: &'b mut Vec<T>) -> Self {
        Self { lanes, groups: Groups::new(first, lanes.len()), copies, of_copies: false }
    }

    /// Lanes that have no gaps are copied, too, so that nothing else can change them.
    pub fn of_copies(self) -> Self {
        Self { of_copies: true, ..self }
    }

    /// The values of a lane; `filler` is anything.
    #[inline(always)]
    pub fn lane(&mut self, lane: usize, filler: T) -> Result<&[T], Error> {
        match self.lanes.lane(lane).as_slice() {
            Some(values) if !self.of_copies => Ok(values),
            Some(_) => self.copied_alone(lane),
            None => self.copied(lane, filler),
        }
    }

    fn copied_alone(&mut self, lane: usize) -> Result<&[T], Error> {
        self.copies.clear();
        append(self.copies, self.lanes.lane(lane))?;
        Ok(self.copies)
    }

    fn copied(&mut self, lane: usize, filler: T) -> Result<&[T], Error> {
        let alone = self.lanes.count() == 1 || self.lanes.run_along_memory();
        if alone || self.groups.lanes == 1 {
            return self.copied_alone(lane);
        }
        let Self { lanes, groups, copies, .. } = self;
        let group = groups.around(lane, lanes.count());
        if lane == group.start {
            resize(copies, group.len() * groups.pitch, filler)?;
            lanes.copy_to(lane, group.len(), groups.pitch, copies);
        }
        Ok(&copies[(lane - group.start) * groups.pitch..][..lanes.len()])
    }
}

/// The places for the lanes of a bundle, which are to be written in order.
pub struct Sink<'a, 'b, O> {
    lanes: LanesMut<'a, O>,
    groups: Groups,
    copies: &'b mut Vec<MaybeUninit<O>>,
}

impl<'a, 'b, O: Copy> Sink<'a, 'b, O> {
    /// From the lane `first` on, with memory for copies.
    pub fn new(lanes: LanesMut<'a, O>, first: usize, copies: &'b mut Vec<MaybeUninit<O>>) -> Self {
        let groups = Groups::new(first, lanes.len());
        Self { lanes, groups, copies }
    }

    /// Has `fill` write all places of a lane.
    #[inline(always)]
    pub fn lane(
        &mut self,
        lane: usize,
        fill: impl FnOnce(&mut [MaybeUninit<O>]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let Some(places) = self.lanes.lane_mut(lane) {
            return fill(places);
        }
        let Self { lanes, groups, copies } = self;
        let group = groups.around(lane, lanes.count());
        resize(copies, group.len() * groups.pitch, MaybeUninit::uninit())?;
        fill(&mut copies[(lane - group.start) * groups.pitch..][..lanes.len()])?;
        if lane + 1 == group.end {
            lanes.copy_from(group.start, group.len(), groups.pitch, copies);
        }
        Ok(())
    }
}
