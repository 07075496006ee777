//! Lanes without gaps: those that have some are copied, several at once where they lie side by
//! side, because each line of memory holds values of all of them.

use std::mem::MaybeUninit;

use crate::error::Error;
use crate::rows::{Lanes, LanesMut};
use crate::scratch::resize;

/// Lanes that are copied at once: two lines of memory.
pub const GROUP: usize = 16;
/// Values that are copied at once, unless a lane has more.
const MOST: usize = 1 << 21;
/// Lanes a multiple of a page apart would share the same cache sets.
const GAP: usize = 8;

/// How a bundle is cut into groups.
#[derive(Clone, Copy)]
pub struct Groups {
    lanes: usize,
    pitch: usize,
}

impl Groups {
    /// For lanes of this length.
    pub fn new(len: usize) -> Self {
        Self { lanes: (MOST / len.max(1)).clamp(1, GROUP), pitch: len + GAP }
    }

    fn start(&self, lane: usize) -> usize {
        lane - lane % self.lanes
    }

    fn end(&self, lane: usize, count: usize) -> usize {
        (self.start(lane) + self.lanes).min(count)
    }
}

/// The lanes of a bundle, which are to be read in order.
pub struct Source<'a, 'b, T> {
    lanes: Lanes<'a, T>,
    groups: Groups,
    copies: &'b mut Vec<T>,
}

impl<'a, 'b, T: Copy> Source<'a, 'b, T> {
    /// With memory for copies.
    pub fn new(lanes: Lanes<'a, T>, copies: &'b mut Vec<T>) -> Self {
        Self { lanes, groups: Groups::new(lanes.len()), copies }
    }

    /// The values of a lane; `filler` is anything.
    #[inline(always)]
    pub fn lane(&mut self, lane: usize, filler: T) -> Result<&[T], Error> {
        match self.lanes.lane(lane).as_slice() {
            Some(values) => Ok(values),
            None => self.copied(lane, filler),
        }
    }

    fn copied(&mut self, lane: usize, filler: T) -> Result<&[T], Error> {
        let Self { lanes, groups, copies } = self;
        let start = groups.start(lane);
        if lane == start {
            let count = groups.end(lane, lanes.count()) - start;
            resize(copies, count * groups.pitch, filler)?;
            lanes.copy_to(start, count, groups.pitch, copies);
        }
        Ok(&copies[(lane - start) * groups.pitch..][..lanes.len()])
    }
}

/// The places for the lanes of a bundle, which are to be written in order.
pub struct Sink<'a, 'b, O> {
    lanes: LanesMut<'a, O>,
    groups: Groups,
    copies: &'b mut Vec<MaybeUninit<O>>,
}

impl<'a, 'b, O: Copy> Sink<'a, 'b, O> {
    /// With memory for copies.
    pub fn new(lanes: LanesMut<'a, O>, copies: &'b mut Vec<MaybeUninit<O>>) -> Self {
        let groups = Groups::new(lanes.len());
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
        let (start, end) = (groups.start(lane), groups.end(lane, lanes.count()));
        resize(copies, (end - start) * groups.pitch, MaybeUninit::uninit())?;
        fill(&mut copies[(lane - start) * groups.pitch..][..lanes.len()])?;
        if lane + 1 == end {
            lanes.copy_from(start, end - start, groups.pitch, copies);
        }
        Ok(())
    }
}
