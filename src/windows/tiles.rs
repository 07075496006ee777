//! Windows that are longer than the lanes of a walk.
//!
//! A lane is cut into tiles, eight of which are walked in step. The window of a row is the end of
//! one block, which is as long as a tile, the beginning of its own tile, and what lies between the
//! two. That is the same for all rows of a tile: it is what the suffixes begin with. It consists
//! of a few rows and of whole tiles, each of which is summed up once for all windows, so a window
//! of any length costs five steps a value.

use std::ops;

use super::Source;
use super::blocks::{Blocks, Column, Rows};
use super::scan::{LookedAt, Memory, ROWS, Scan, Strips, rows_of};
use crate::error::Error;
use crate::interrupt;
use crate::merge::{MOST_VECTORS, Merge, Sample, StateVectors, Summary, anchored, one_if_value};
use crate::simd::{Isa, LANES, Task, Vector};
use crate::strided::scratch::reserve;

/// What is known of each tile of a lane: the same part of all of them side by side, so that eight
/// can be read from any.
pub(super) struct Totals {
    values: Vec<f64>,
    tiles: usize,
}

impl Totals {
    pub(super) const NONE: Self = Self { values: Vec::new(), tiles: 0 };

    /// Makes room for so many tiles, of each of which so many vectors are known.
    fn resize(&mut self, vectors: usize, tiles: usize) -> Result<(), Error> {
        let len = tiles.saturating_mul(vectors);
        self.values.clear();
        reserve(&mut self.values, len)?;
        self.values.resize(len, 0.0);
        self.tiles = tiles;
        Ok(())
    }

    #[inline(always)]
    fn read<S: StateVectors<V>, V: Vector>(&self, tile: usize) -> S {
        let mut vectors = [0.0; MOST_VECTORS * LANES];
        for (at, vector) in vectors.chunks_exact_mut(V::LANES).take(S::COUNT).enumerate() {
            vector.copy_from_slice(&self.values[at * self.tiles + tile..][..V::LANES]);
        }
        S::read(&vectors)
    }

    #[inline(always)]
    pub(super) fn write<S: StateVectors<V>, V: Vector>(&mut self, tile: usize, total: S) {
        let mut vectors = [0.0; MOST_VECTORS * LANES];
        total.write(&mut vectors);
        for (at, vector) in vectors.chunks_exact(V::LANES).take(S::COUNT).enumerate() {
            self.values[at * self.tiles + tile..][..V::LANES].copy_from_slice(vector);
        }
    }
}

impl Memory {
    /// Rows from one group of tiles to the next.
    fn group(&self) -> usize {
        self.block * LANES
    }

    /// The rows of each group of tiles that a window may have values of.
    pub(super) fn tile_rows(
        &self,
        source: &dyn Source,
    ) -> impl Iterator<Item = ops::Range<isize>> + use<> {
        let (group, len) = (self.group(), self.block as isize);
        let before = self.window.len.div_ceil(group) as isize;
        let first_rows =
            (-before..source.after().div_ceil(group) as isize).map(move |at| at * group as isize);
        first_rows.map(move |first| first..first + len)
    }

    /// Whole tiles between the two blocks of a window.
    fn tiles_between(&self) -> usize {
        self.window.len / self.block - 1
    }
}

impl Scan<'_> {
    /// Walks all groups of tiles.
    pub(super) fn walk_tiles(
        &mut self,
        source: &dyn Source,
        store: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let vectors = self.steps.tile_vectors();
        let memory = self.steps.memory();
        let (group, before) = (memory.group(), memory.tiles_between().div_ceil(LANES));
        let groups = source.after().div_ceil(group);
        memory.totals.resize(vectors, (before + groups) * LANES)?;
        for at in 0..before + groups {
            interrupt::check();
            let first = (at as isize - before as isize) * group as isize;
            self.total(source, at * LANES, first);
            if let Ok(first) = usize::try_from(first) {
                self.walk_group(source, at * LANES, first, store);
            }
        }
        Ok(())
    }

    /// Loads the tiles that begin in this row, and sums them up if windows have whole tiles.
    fn total(&mut self, source: &dyn Source, tile: usize, first: isize) {
        self.steps.forget();
        let memory = self.steps.memory();
        let (block, used) = (memory.block, memory.tiles_between() > 0);
        let all_before = first + block as isize <= -(source.before() as isize);
        let len = if all_before { 0 } else { block };
        for start in (0..len).step_by(ROWS) {
            let len = ROWS.min(block - start);
            self.steps.memory().strips.load_now(source, first + start as isize, start, len);
            if used {
                let rows = LookedAt { is_before: false, first: start, len };
                self.steps.look(rows, start as f64);
            }
        }
        self.steps.keep_total(tile);
    }

    /// Walks the tiles that begin in this row, which are loaded.
    fn walk_group(
        &mut self,
        source: &dyn Source,
        tile: usize,
        first: usize,
        store: &mut dyn FnMut(usize, &[f64]),
    ) {
        self.steps.forget();
        let memory = self.steps.memory();
        let (block, window) = (memory.block, memory.window.len);
        let oldest = first as isize - window as isize;
        let rest = window % block;
        for start in (0..rest).step_by(ROWS) {
            let (row, len) = (block + start, ROWS.min(rest - start));
            self.steps.memory().strips.load_before(source, oldest + row as isize, 0, len);
            let rows = LookedAt { is_before: true, first: 0, len };
            self.steps.look(rows, row as f64 - window as f64);
        }
        self.steps.join(tile);
        self.steps.memory().strips.load_last_before(source, oldest, block);
        self.steps.begin();
        for start in (0..block).step_by(ROWS) {
            let len = ROWS.min(block - start);
            self.steps.walk(start, len);
            store(first + start, self.steps.memory().results.rows(0, len));
        }
    }
}

/// Takes in some rows, whose first is at this place in the window.
pub(super) struct Look<'a, K: Merge<INPUTS>, I, V: Vector, const N: usize, const INPUTS: usize> {
    pub(super) blocks: &'a mut Blocks<K, I, V, N, INPUTS>,
    pub(super) rows: LookedAt,
    pub(super) place: f64,
}

impl<K: Merge<INPUTS>, J: Isa, V: Vector, const N: usize, const INPUTS: usize> Task
    for Look<'_, K, J, V, N, INPUTS>
{
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Blocks { kernel, memory, columns, .. } = self.blocks;
        let LookedAt { is_before, first, len } = self.rows;
        let Strips { now, before, .. } = &memory.strips;
        let all = rows_of(if is_before { before } else { now }, first, len);
        let is_fast = memory.extremes.survey::<K, V, INPUTS>(all) && !memory.is_scaled();
        for (at, column) in columns.iter_mut().enumerate() {
            let rows = Rows::of_column::<V>(all, at, &memory.scales);
            column.seen = if is_fast {
                column.seen_with::<false>(kernel, rows, self.place)
            } else {
                column.seen_with::<true>(kernel, rows, self.place)
            };
        }
    }
}

impl<K: Merge<INPUTS>, V: Vector, const INPUTS: usize> Column<K, V, INPUTS> {
    /// What is seen with some more rows.
    #[inline(always)]
    fn seen_with<const MAY_BE_NAN: bool>(
        &self,
        kernel: &K,
        rows: Rows<'_, INPUTS>,
        place: f64,
    ) -> Summary<K::State<V>, V, INPUTS> {
        let Summary { mut state, mut count, mut anchors } = self.seen;
        let (one, mut place) = (V::splat(1.0), V::splat(place));
        if !MAY_BE_NAN {
            anchors = anchored(anchors, rows.scaled(0));
            count = count.add(V::splat(rows.len() as f64));
        }
        for at in 0..rows.len() {
            let values = rows.scaled::<V>(at);
            if MAY_BE_NAN {
                anchors = anchored(anchors, values);
                count = count.add(one_if_value(values[0]));
            }
            state = kernel.insert::<V, MAY_BE_NAN>(state, Sample::new(values, anchors, place));
            place = place.add(one);
        }
        Summary { state, count, anchors }
    }
}

/// Joins what was seen of a tile's windows with the tiles between it and their tile.
pub(super) struct Join<'a, K: Merge<INPUTS>, I, V: Vector, const N: usize, const INPUTS: usize> {
    pub(super) blocks: &'a mut Blocks<K, I, V, N, INPUTS>,
    pub(super) tile: usize,
}

impl<K: Merge<INPUTS>, J: Isa, V: Vector, const N: usize, const INPUTS: usize> Task
    for Join<'_, K, J, V, N, INPUTS>
{
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Blocks { kernel, memory, columns, .. } = self.blocks;
        let between = V::splat((memory.window.len - memory.block) as f64);
        memory.has_all_between = true;
        for (at, column) in columns.iter_mut().enumerate() {
            let mut joined = column.seen;
            for ago in (1..=memory.tiles_between()).rev() {
                let next: Summary<K::State<V>, V, INPUTS> =
                    memory.totals.read(self.tile - ago + at * V::LANES);
                let rows = V::splat((ago * memory.block) as f64);
                let state = kernel.advance(next.state, rows);
                joined = joined.combine(kernel, Summary { state, ..next });
            }
            column.between = joined;
            memory.has_all_between &= !V::any(joined.count.simd_lt(between));
        }
    }
}
