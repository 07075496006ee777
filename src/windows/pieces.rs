//! How the work of a call is cut into pieces, and a piece into what is walked in step.

use std::array::from_fn;

use super::{AnyMoving, Walker, Window};
use crate::error::Error;
use crate::numeric::element::Element;
use crate::simd::LANES;
use crate::strided::{Lanes, LanesMut, Segments, Sweep};
use crate::threads;

/// Results of one piece, where the window is not long.
pub(super) const PIECE: usize = 1 << 16;
/// Length of a piece, in windows, where the window is long. Each piece reads one window before its
/// start again, which long pieces amortise; in tiles, where that costs little, it is one window.
const LONG: usize = 64;
/// Windows longer than this are walked in tiles, whose suffixes the caches hold.
pub(super) const TILED: usize = 1 << 13;

/// How many results of each of so many lanes are done at once, where the windows are merged or
/// their values walked in step.
pub(crate) fn stretch_len(lanes: usize, window: Window) -> usize {
    let times = if window.len > TILED { 1 } else { LONG };
    let long = PIECE.max(window.len.saturating_mul(times));
    if lanes < LANES { long } else { usize::MAX }
}

/// The function that computes the results of one piece.
pub(crate) type PieceWorker<'a, T, O, const INPUTS: usize = 1> =
    dyn Fn(Piece<'_, T, O, INPUTS>) -> Result<(), Error> + Sync + 'a;

/// Does the pieces of a sweep, whose size depends on its shape alone: of each of so many lanes,
/// `stretch` results at once.
#[inline(never)]
pub(crate) fn each_piece<T: Copy + Sync, O: Send, const INPUTS: usize>(
    mut sweep: Sweep<'_, T, O, INPUTS>,
    window: Window,
    parallel: bool,
    stretch: &dyn Fn(usize) -> usize,
    work: &PieceWorker<'_, T, O, INPUTS>,
) -> Result<(), Error> {
    let work = |piece: Piece<'_, T, O, INPUTS>| {
        let mut memory = from_fn(|_| Vec::new());
        work(piece.converted(window, &mut memory))
    };
    let mut jobs = Vec::new();
    for (lanes, out) in sweep.bundles() {
        for piece in pieces(lanes, out, stretch(lanes[0].count())) {
            if parallel {
                jobs.push(piece);
            } else {
                work(piece)?;
            }
        }
    }
    if jobs.is_empty() { Ok(()) } else { threads::each(jobs, &work) }
}

/// Some lanes, or a stretch of one, that are done at once.
pub(crate) struct Piece<'a, T, O, const INPUTS: usize = 1> {
    pub(crate) lanes: [Lanes<'a, T>; INPUTS],
    /// Which lane the first results are of, and where in it they begin.
    pub(crate) lane: usize,
    pub(crate) start: usize,
    pub(crate) out: LanesMut<'a, O>,
}

/// Cuts a bundle of lanes into pieces.
fn pieces<'a, T: Copy, O: 'a, const INPUTS: usize>(
    lanes: [Lanes<'a, T>; INPUTS],
    out: LanesMut<'a, O>,
    stretch: usize,
) -> impl Iterator<Item = Piece<'a, T, O, INPUTS>> {
    let group = if lanes[0].count() < LANES {
        1
    } else {
        (PIECE / lanes[0].len()).max(1).next_multiple_of(LANES)
    };
    out.by_lanes(group).flat_map(move |(lane, out)| {
        let stretches = out.by_rows(stretch);
        stretches.map(move |(start, out)| Piece { lanes, lane, start, out })
    })
}

/// Pieces of at most this many values, less than a megabyte, are converted at once; values of
/// longer ones are converted while they are read, some at a time.
const CONVERTED: usize = 3 << 15;

impl<'a, T: Copy, O, const INPUTS: usize> Piece<'a, T, O, INPUTS> {
    /// This piece with its values copied to aligned memory in native byte order, if that is not
    /// what they are already.
    fn converted<'b>(
        self,
        window: Window,
        memory: &'b mut [Vec<T>; INPUTS],
    ) -> Piece<'b, T, O, INPUTS>
    where
        'a: 'b,
    {
        let Self { lanes, lane, start, out } = self;
        let first = start.saturating_sub(window.len);
        let (last, end) = (lane + out.count(), start + out.len());
        // Where there are enough lanes to walk several in step, there must be afterwards.
        let least = if lanes[0].count() < LANES { 1 } else { LANES };
        let from = lane.min(last.saturating_sub(least));
        let is_long = (last - from) * (end - first) > CONVERTED;
        if is_long || !lanes.iter().any(Lanes::are_converted) {
            return Piece { lanes, lane, start, out };
        }
        let mut memory = memory.iter_mut();
        let lanes = lanes.map(|lanes| {
            let lanes = lanes.part(from..last, first..end);
            memory.next().map_or(lanes, |memory| lanes.converted(memory))
        });
        Piece { lanes, lane: lane - from, start: start - first, out }
    }
}

impl<T: Element, const INPUTS: usize> Piece<'_, T, T::Float, INPUTS> {
    pub(super) fn walk(
        mut self,
        kernel: &dyn AnyMoving<INPUTS>,
        window: Window,
    ) -> Result<(), Error> {
        let len = self.out.len();
        if self.lanes[0].count() >= LANES {
            return kernel.with_walker(window, len, &mut |walker| self.walk_lanes(walker));
        }
        let segment = segment_or_tile(len, window);
        kernel.with_walker(window, segment, &mut |walker| self.walk_segments(segment, walker))
    }

    /// Walks whole lanes, `LANES` of them in step.
    pub(crate) fn walk_lanes(&mut self, walker: &mut dyn Walker) -> Result<(), Error> {
        for first in (0..self.out.count()).step_by(LANES) {
            let batches = self.lanes.map(|lanes| lanes.batch(self.lane + first, LANES));
            walker.walk(&batches, &mut self.out.batch(first, LANES))?;
        }
        Ok(())
    }

    /// Walks the segments or tiles of one lane in step.
    pub(crate) fn walk_segments(
        &mut self,
        len: usize,
        walker: &mut dyn Walker,
    ) -> Result<(), Error> {
        let (start, end) = (self.start, self.start + self.out.len());
        let at = Segments { start, end, len };
        let batches = self.lanes.map(|lanes| lanes.segments(self.lane, at));
        let mut out = self.out.segments(0, Segments { start: 0, end: end - start, len });
        walker.walk(&batches, &mut out)
    }
}

/// How long the segments are of a stretch that is walked in `LANES` of them.
pub(crate) fn segment_len(len: usize) -> usize {
    off_page(len.div_ceil(LANES).max(LANES))
}

/// How long the segments are, or the tiles if the window is too long for segments: tiles so long
/// that a window has few, and so short that the caches hold what is known of their rows.
fn segment_or_tile(len: usize, window: Window) -> usize {
    /// What a window has, if tiles can be neither shorter nor longer than these.
    const TILES: usize = 128;
    const SHORT_TILE: usize = 960;
    const LONG_TILE: usize = 2000;
    /// What it has at most, however long they get.
    const MOST_TILES: usize = 512;
    let segment = segment_len(len);
    if window.len <= segment.min(TILED) {
        return segment;
    }
    let tile = segment.min((window.len / TILES).clamp(SHORT_TILE, LONG_TILE));
    off_page(tile.max(window.len / MOST_TILES).next_multiple_of(LANES)).min(window.len)
}

/// A length of segments that, if they are long, do not all share the same cache sets.
fn off_page(segment: usize) -> usize {
    /// Values in 4 KiB: segments about a multiple of it apart would.
    const PAGE: usize = 512;
    const OFF: usize = 48;
    const LAST: usize = PAGE - OFF;
    match segment % PAGE {
        OFF..=LAST => segment,
        _ if segment < 4 * PAGE => segment,
        close if close < OFF => segment - close + OFF,
        _ => segment.next_multiple_of(PAGE) + OFF,
    }
}
