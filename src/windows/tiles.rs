//! Windows that are longer than the lanes of a walk.
//!
//! A lane is cut into tiles, eight of which are walked in step. The window of a row is the end of
//! one block, which is as long as a tile, the beginning of its own tile, and what lies between the
//! two. That is the same for all rows of a tile: it is what the suffixes begin with. It consists
//! of a few rows and of whole tiles, each of which is summed up once for all windows, so a window
//! of any length costs five steps a value.

use std::ops;

use super::Source;
use super::magnitudes::Magnitudes;
use super::scan::{Begin, ROWS, Scan, Walk};
use crate::error::Error;
use crate::interrupt;
use crate::merge::{MOST_VECTORS, Merge, Sample, StateVectors, Summary, one_if_value};
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

    /// Makes room for so many tiles.
    fn resize<S: StateVectors<V>, V: Vector>(&mut self, tiles: usize) -> Result<(), Error> {
        let len = tiles.saturating_mul(S::COUNT);
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
    fn write<S: StateVectors<V>, V: Vector>(&mut self, tile: usize, total: S) {
        let mut vectors = [0.0; MOST_VECTORS * LANES];
        total.write(&mut vectors);
        for (at, vector) in vectors.chunks_exact(V::LANES).take(S::COUNT).enumerate() {
            self.values[at * self.tiles + tile..][..V::LANES].copy_from_slice(vector);
        }
    }
}

impl<K: Merge, I: Isa, V: Vector> Scan<K, I, V> {
    /// Whether windows are longer than blocks.
    pub(super) fn has_tiles(&self) -> bool {
        self.block < self.window.len
    }

    /// Rows from one group of tiles to the next.
    fn group(&self) -> usize {
        self.block * V::LANES
    }

    /// The rows of each group of tiles that a window may have values of.
    pub(super) fn tile_rows(&self, source: &dyn Source) -> impl Iterator<Item = ops::Range<isize>> {
        let (group, len) = (self.group(), self.block as isize);
        let before = self.window.len.div_ceil(group) as isize;
        let first_rows =
            (-before..source.after().div_ceil(group) as isize).map(move |at| at * group as isize);
        first_rows.map(move |first| first..first + len)
    }

    /// Walks all groups of tiles.
    #[inline(never)]
    pub(super) fn walk_tiles(
        &mut self,
        source: &dyn Source,
        store: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        let before = self.tiles_between().div_ceil(V::LANES);
        let groups = source.after().div_ceil(self.group());
        self.totals.resize::<Summary<K::State<V>, V>, V>((before + groups) * V::LANES)?;
        for group in 0..before + groups {
            interrupt::check();
            let first = (group as isize - before as isize) * self.group() as isize;
            self.total(source, group * V::LANES, first);
            if let Ok(first) = usize::try_from(first) {
                self.walk_group(source, group * V::LANES, first, store);
            }
        }
        Ok(())
    }

    /// Whole tiles between the two blocks of a window.
    fn tiles_between(&self) -> usize {
        self.window.len / self.block - 1
    }

    /// Loads the tiles that begin in this row, and sums them up if windows have whole tiles.
    fn total(&mut self, source: &dyn Source, tile: usize, first: isize) {
        let (block, used) = (self.block, self.tiles_between() > 0);
        let mut seen = Summary::new(self.kernel.empty());
        let all_before = first + block as isize <= -(source.before() as isize);
        let len = if all_before { 0 } else { block };
        for start in (0..len).step_by(ROWS) {
            let len = ROWS.min(block - start);
            let rows = self.strips[self.now].rows_mut(start, len);
            source.load(first + start as isize, rows);
            if used {
                let (from, place) = (Place::Strip(start), start as f64);
                seen = I::run(Look { scan: self, from, len, place, seen });
            }
        }
        self.totals.write(tile, seen);
    }

    /// Walks the tiles that begin in this row, which are loaded.
    fn walk_group(
        &mut self,
        source: &dyn Source,
        tile: usize,
        first: usize,
        store: &mut dyn FnMut(usize, &[f64]),
    ) {
        let (block, window) = (self.block, self.window.len);
        let oldest = first as isize - window as isize;
        let (mut seen, rest) = (Summary::new(self.kernel.empty()), window % block);
        for start in (0..rest).step_by(ROWS) {
            let (row, len) = (block + start, ROWS.min(rest - start));
            source.load(oldest + row as isize, self.results.rows_mut(0, len));
            let place = row as f64 - window as f64;
            seen = I::run(Look { scan: self, from: Place::Results, len, place, seen });
        }
        self.between = I::run(Join { scan: self, seen, tile });
        let strip = 1 - self.now;
        source.load(oldest, self.strips[strip].rows_mut(0, block));
        I::run(Begin { scan: self, strip });
        for start in (0..block).step_by(ROWS) {
            let len = ROWS.min(block - start);
            I::run(Walk { scan: self, row: start, len });
            store(first + start, self.results.rows(0, len));
        }
    }
}

/// Where the rows are that `Look` takes in.
enum Place {
    /// In the strip that is walked, from this one on.
    Strip(usize),
    /// Where results will be.
    Results,
}

/// Takes in `len` rows.
struct Look<'a, K: Merge, I, V: Vector> {
    scan: &'a mut Scan<K, I, V>,
    from: Place,
    len: usize,
    /// The place in the window of the first row.
    place: f64,
    seen: Summary<K::State<V>, V>,
}

impl<K: Merge, J: Isa, V: Vector> Task for Look<'_, K, J, V> {
    type Out = Summary<K::State<V>, V>;

    #[inline(always)]
    fn run<I: Isa>(mut self) -> Self::Out {
        let (seen, all_finite) = self.look::<false>();
        if all_finite { seen } else { self.look::<true>().0 }
    }
}

impl<K: Merge, I: Isa, V: Vector> Look<'_, K, I, V> {
    /// Says also whether all values are finite, without which what is seen holds only with `MAY_BE_NAN`.
    #[inline(always)]
    fn look<const MAY_BE_NAN: bool>(&mut self) -> (Summary<K::State<V>, V>, bool) {
        let Summary { mut state, mut count, mut anchor } = self.seen;
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let (mut place, scale) = (V::splat(self.place), V::splat(self.scan.scale));
        let (mut finite_check, mut range) = (zero, Magnitudes::<K, V>::new());
        let rows = match self.from {
            Place::Strip(first) => self.scan.strips[self.scan.now].rows(first, self.len),
            Place::Results => self.scan.results.rows(0, self.len),
        };
        if !MAY_BE_NAN {
            anchor = anchor.unless_nan(anchor, V::load(rows).mul(scale));
            count = count.add(V::splat(self.len as f64));
        }
        for at in 0..self.len {
            let row = V::load(&rows[at * V::LANES..]);
            let value = row.mul(scale);
            if MAY_BE_NAN {
                anchor = anchor.unless_nan(anchor, value);
                count = count.add(one_if_value(value));
            } else {
                finite_check = value.mul_add_loosely(zero, finite_check);
            }
            state =
                self.scan.kernel.insert::<V, MAY_BE_NAN>(state, Sample::new(value, anchor, place));
            place = place.add(one);
            range.see_size(row);
            range.see_square(row);
        }
        self.scan.see(&range);
        (Summary { state, count, anchor }, !finite_check.any_nan())
    }
}

/// Joins what was seen of a tile's windows with the tiles between it and their tile.
struct Join<'a, K: Merge, I, V: Vector> {
    scan: &'a Scan<K, I, V>,
    seen: Summary<K::State<V>, V>,
    tile: usize,
}

impl<K: Merge, J: Isa, V: Vector> Task for Join<'_, K, J, V> {
    type Out = Summary<K::State<V>, V>;

    #[inline(always)]
    fn run<I: Isa>(self) -> Self::Out {
        let Self { scan, mut seen, tile } = self;
        for ago in (1..=scan.tiles_between()).rev() {
            let next: Summary<K::State<V>, V> = scan.totals.read(tile - ago);
            let state = scan.kernel.advance(next.state, V::splat((ago * scan.block) as f64));
            seen = seen.combine(&scan.kernel, Summary { state, ..next });
        }
        seen
    }
}
