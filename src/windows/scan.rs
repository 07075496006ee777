//! The walk of eight lanes in step, block by block.
//!
//! What is here is the same for all statistics: which rows are loaded, when a block begins, and
//! which values ask for a second walk. What a statistic does with the rows of a block is in
//! `blocks`, compiled for each of them.

use std::iter::once;
use std::mem::swap;

use super::blocks::Blocks;
use super::magnitudes::{Extremes, extremes};
use super::tiles::Totals;
use super::{Sink, Source, Walker, Window};
use crate::error::Error;
use crate::interrupt;
use crate::merge::{Merge, Rescaling, Scale, Scales, StateVectors, better, scales_to_try};
use crate::simd::{Isa, LANES, Row, Vector, Work};
use crate::strided::scratch::ScratchRows;
use crate::strided::{Better, MOST_INPUTS};

/// Rows that are loaded, walked and stored at once: they stay in the first cache.
pub(super) const ROWS: usize = 40;
/// Rows that whole blocks are put together to, if they are shorter.
pub(super) const STRIP: usize = 64;

/// Gives `work` a scan, with the instructions of the machine.
pub(super) struct WithScan<'a, K, const INPUTS: usize> {
    pub(super) kernel: K,
    pub(super) window: Window,
    pub(super) len: usize,
    pub(super) work: &'a mut dyn FnMut(&mut dyn Walker) -> Result<(), Error>,
}

impl<K: Merge<INPUTS>, const INPUTS: usize> Work for WithScan<'_, K, INPUTS> {
    type Out = Result<(), Error>;

    fn work<I: Isa>(self) -> Self::Out {
        if const { K::State::<I::Walked>::COUNT + INPUTS < LARGE } {
            match const { LANES / I::Walked::LANES } {
                1 => self.in_columns::<I, I::Walked, 1>(),
                _ => self.in_columns::<I, I::Walked, 4>(),
            }
        } else {
            match const { LANES / I::Narrow::LANES } {
                1 => self.in_columns::<I, I::Narrow, 1>(),
                2 => self.in_columns::<I, I::Narrow, 2>(),
                _ => self.in_columns::<I, I::Narrow, 4>(),
            }
        }
    }
}

/// Where a state and its anchors have so many vectors, there are not two registers for each.
const LARGE: usize = 8;

impl<K: Merge<INPUTS>, const INPUTS: usize> WithScan<'_, K, INPUTS> {
    /// The lanes are walked in `N` columns.
    fn in_columns<I: Isa, V: Vector, const N: usize>(self) -> Result<(), Error> {
        debug_assert_eq!(N * V::LANES, LANES);
        let Self { kernel, window, len, work } = self;
        let vectors = <K::State<V> as StateVectors<V>>::COUNT;
        let memory = Memory::new(INPUTS, window, len, vectors)?;
        let mut blocks = Blocks::<K, I, V, N, INPUTS>::new(kernel, memory);
        work(&mut Scan { steps: &mut blocks })
    }
}

/// The steps of a walk that depend on the statistic.
pub(super) trait Steps {
    /// The memory of the walk.
    fn memory(&mut self) -> &mut Memory;
    /// What is done about values out of range: about large ones, and about small ones.
    fn rescalings(&self) -> [&'static [Rescaling]; 2];
    /// Tells which results of small values may have lost digits.
    fn doubt(&self) -> Box<dyn Fn(f64) -> bool>;
    /// Begins behind the block before the first, which is loaded.
    fn begin(&mut self);
    /// Walks `len` rows of the strip, from `row` on.
    fn walk(&mut self, row: usize, len: usize);
    /// How many vectors are known of a tile.
    fn tile_vectors(&self) -> usize;
    /// Forgets the rows that were looked at.
    fn forget(&mut self);
    /// Looks at some rows, whose first is at this place in the window.
    fn look(&mut self, rows: LookedAt, place: f64);
    /// Remembers what was seen of a tile.
    fn keep_total(&mut self, tile: usize);
    /// Joins what was seen of a tile's windows with the tiles between it and their tile.
    fn join(&mut self, tile: usize);
}

/// Rows that are looked at.
#[derive(Clone, Copy)]
pub(super) struct LookedAt {
    /// They are where those before the walk will be, or else among those that are walked.
    pub(super) is_before: bool,
    pub(super) first: usize,
    pub(super) len: usize,
}

/// How the values of a block are taken in.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// All values are finite, and both parts of a window have one anchor from the beginning.
    Fast,
    /// With care: values may be NaN or infinite. Both parts have the same anchor.
    Careful,
    /// With care where each part has an anchor of its own.
    Apart,
}

/// What a walk has to remember, but for the sums themselves.
pub(super) struct Memory {
    pub(super) window: Window,
    /// How many rows a block has: as many as the window, or as a tile.
    pub(super) block: usize,
    pub(super) totals: Totals,
    pub(super) strips: Strips,
    /// What the last rows of the block before add up to, from each row on.
    pub(super) suffixes: Suffixes,
    /// The results of the latest rows.
    pub(super) results: Strip,
    /// How far into a block the walk is.
    pub(super) prefix_len: usize,
    /// Whether there may be something other than finite values in the windows of this block.
    pub(super) care: bool,
    /// The form that the suffixes are in, if they are summed up.
    pub(super) suffixes_form: Option<Form>,
    /// How many rows, counted back from the latest, are finite without a break.
    pub(super) finite: usize,
    /// Whether each lane has all values between the two blocks of a window.
    pub(super) has_all_between: bool,
    /// What the values of each input are multiplied with before they are summed up, with care.
    pub(super) scales: [f64; MOST_INPUTS],
    /// Whether there were values that ask for a second walk.
    pub(super) extremes: Extremes,
    /// Whether large values may have been among rows that were walked in the fast form, which does
    /// not look for them.
    pub(super) unseen: bool,
}

impl Memory {
    /// Makes the memory for walks of lanes of at most `len` rows of so many inputs, where so many
    /// vectors are known of some values.
    fn new(inputs: usize, window: Window, len: usize, vectors: usize) -> Result<Self, Error> {
        let block = window.len.min(len);
        Ok(Self {
            window,
            block,
            totals: Totals::NONE,
            strips: Strips::new(inputs, strip_len(block, len))?,
            suffixes: Suffixes::new(block + 1, vectors)?,
            results: Strip::new(ROWS)?,
            prefix_len: 0,
            care: true,
            suffixes_form: None,
            finite: 0,
            has_all_between: true,
            scales: AS_THEY_ARE,
            extremes: Extremes::default(),
            unseen: false,
        })
    }

    /// Whether windows are longer than blocks.
    #[inline(always)]
    pub(super) fn has_tiles(&self) -> bool {
        self.block < self.window.len
    }

    #[inline(always)]
    pub(super) fn is_scaled(&self) -> bool {
        self.scales != AS_THEY_ARE
    }
}

/// The scales of values that are not scaled.
const AS_THEY_ARE: [f64; MOST_INPUTS] = [1.0; MOST_INPUTS];

/// The rows of each input that are walked, whole blocks of them, and those before.
pub(super) struct Strips {
    pub(super) now: [Strip; MOST_INPUTS],
    pub(super) before: [Strip; MOST_INPUTS],
    inputs: usize,
    /// How many rows each of them has.
    len: usize,
}

impl Strips {
    fn new(inputs: usize, len: usize) -> Result<Self, Error> {
        let strip = |input| Strip::new(if input < inputs { len } else { 0 });
        let strips = || Ok([strip(0)?, strip(1)?]);
        Ok(Self { now: strips()?, before: strips()?, inputs, len })
    }

    /// The `block` rows before the block that starts with this row.
    #[inline(always)]
    pub(super) fn block_before<const INPUTS: usize>(
        &self,
        start: usize,
        block: usize,
    ) -> [&[f64]; INPUTS] {
        match start.checked_sub(block) {
            Some(first) => rows_of(&self.now, first, block),
            None => rows_of(&self.before, self.len - block, block),
        }
    }

    /// Loads rows from `row` on into those that are walked, from the place `first` on.
    pub(super) fn load_now(&mut self, source: &dyn Source, row: isize, first: usize, len: usize) {
        for (input, strip) in self.now[..self.inputs].iter_mut().enumerate() {
            source.load(input, row, strip.rows_mut(first, len));
        }
    }

    /// The same, into those before.
    pub(super) fn load_before(
        &mut self,
        source: &dyn Source,
        row: isize,
        first: usize,
        len: usize,
    ) {
        for (input, strip) in self.before[..self.inputs].iter_mut().enumerate() {
            source.load(input, row, strip.rows_mut(first, len));
        }
    }

    /// The same, into the last of them.
    pub(super) fn load_last_before(&mut self, source: &dyn Source, row: isize, len: usize) {
        self.load_before(source, row, self.len - len, len);
    }
}

/// Some rows of each input.
#[inline(always)]
pub(super) fn rows_of<const INPUTS: usize>(
    strips: &[Strip; MOST_INPUTS],
    first: usize,
    len: usize,
) -> [&[f64]; INPUTS] {
    let mut rows = [&[][..]; INPUTS];
    for input in 0..INPUTS {
        rows[input] = strips[input].rows(first, len);
    }
    rows
}

/// Rows one after the other, which begin with a cache line.
pub(super) struct Strip(ScratchRows);

impl Strip {
    /// Makes a strip with unspecified contents.
    fn new(rows: usize) -> Result<Self, Error> {
        Ok(Self(ScratchRows::take(rows)?))
    }

    #[inline(always)]
    pub(super) fn rows(&self, first: usize, len: usize) -> &[f64] {
        &Row::values(self.0.rows())[first * LANES..][..len * LANES]
    }

    #[inline(always)]
    pub(super) fn rows_mut(&mut self, first: usize, len: usize) -> &mut [f64] {
        &mut Row::values_mut(self.0.rows_mut())[first * LANES..][..len * LANES]
    }
}

/// States and how many values they are of, for each row: the lanes of one column after those of
/// another.
pub(super) struct Suffixes {
    states: Strip,
    counts: Strip,
    rows: usize,
}

impl Suffixes {
    fn new(rows: usize, vectors: usize) -> Result<Self, Error> {
        let states = Strip::new(rows.saturating_mul(vectors))?;
        Ok(Self { states, counts: Strip::new(rows)?, rows })
    }

    /// The states and counts of the lanes of a column, whose first is `lane`.
    #[inline(always)]
    pub(super) fn of_lanes<S: StateVectors<V>, V: Vector>(&self, lane: usize) -> (&[f64], &[f64]) {
        let (rows, size) = (self.rows, self.rows * S::COUNT);
        let states = &self.states.rows(0, size)[lane * size..][..V::LANES * size];
        (states, &self.counts.rows(0, rows)[lane * rows..][..V::LANES * rows])
    }

    /// The same, to be written.
    #[inline(always)]
    pub(super) fn of_lanes_mut<S: StateVectors<V>, V: Vector>(
        &mut self,
        lane: usize,
    ) -> (&mut [f64], &mut [f64]) {
        let (rows, size) = (self.rows, self.rows * S::COUNT);
        let states = &mut self.states.rows_mut(0, size)[lane * size..][..V::LANES * size];
        (states, &mut self.counts.rows_mut(0, rows)[lane * rows..][..V::LANES * rows])
    }
}

/// The walk of a batch of lanes.
pub(super) struct Scan<'a> {
    pub(super) steps: &'a mut dyn Steps,
}

impl Scan<'_> {
    fn walk_rows(
        &mut self,
        source: &dyn Source,
        store: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let memory = self.steps.memory();
        if memory.has_tiles() {
            return self.walk_tiles(source, store);
        }
        let (window, len) = (memory.window.len, memory.strips.len);
        memory.strips.load_last_before(source, -(window as isize), window);
        self.steps.begin();
        for first in (0..source.len()).step_by(len) {
            let end = (first + len).min(source.len());
            let parts = (end - first).div_ceil(ROWS);
            let rows = (end - first).div_ceil(parts).next_multiple_of(LANES);
            for start in (first..end).step_by(rows) {
                let len = rows.min(end - start);
                interrupt::check_at(start * LANES, len * LANES);
                let strips = &mut self.steps.memory().strips;
                strips.load_now(source, start as isize, start - first, len);
                self.steps.walk(start - first, len);
                store(start, self.steps.memory().results.rows(0, len));
            }
            let Strips { now, before, .. } = &mut self.steps.memory().strips;
            swap(now, before);
        }
        Ok(())
    }
}

impl Walker for Scan<'_> {
    fn walk(&mut self, source: &dyn Source, sink: &mut dyn Sink) -> Result<(), Error> {
        let memory = self.steps.memory();
        (memory.scales, memory.extremes) = (AS_THEY_ARE, Extremes::default());
        self.walk_rows(source, &mut |row, rows| sink.store(row, rows))?;
        let Extremes { large, small, .. } = self.steps.memory().extremes;
        if !(source.has_extremes() && (large || small)) {
            return Ok(());
        }
        let asked = [self.scales_of(source, 0), self.scales_of(source, 1)];
        scales_to_try(&asked).into_iter().try_for_each(|it| self.walk_scaled(source, sink, it))
    }
}

impl Scan<'_> {
    /// The scales that an input's values ask for, and none.
    fn scales_of(&mut self, source: &dyn Source, input: usize) -> Vec<Scale> {
        let memory = self.steps.memory();
        if input >= memory.strips.inputs {
            return vec![Scale::AsItIs];
        }
        let ends = if memory.has_tiles() {
            extremes(source, input, &mut memory.tile_rows(source))
        } else {
            let all = -(memory.window.len as isize)..source.len() as isize;
            extremes(source, input, &mut once(all))
        };
        Scale::all(self.steps.rescalings(), ends)
    }

    /// Walks again with these scales, and takes those results that are better.
    fn walk_scaled(
        &mut self,
        source: &dyn Source,
        sink: &mut dyn Sink,
        scales: Scales,
    ) -> Result<(), Error> {
        self.steps.memory().scales = scales.map(Scale::factor);
        let is_doubtful = self.steps.doubt();
        let is_better: Better<'_> =
            &|before, result| better(scales, before, &is_doubtful, || result).is_some();
        self.walk_rows(source, &mut |row, rows| sink.amend(row, rows, is_better))
    }
}

/// How many rows are walked before they become those before: whole blocks, and whole tiles where
/// that is no longer than twice as long.
fn strip_len(window: usize, len: usize) -> usize {
    let blocks = (STRIP / window).clamp(1, len.div_ceil(window));
    let whole_tiles = |blocks: &usize| (blocks * window).is_multiple_of(LANES);
    window * (blocks..=2 * blocks).find(whole_tiles).unwrap_or(blocks)
}
