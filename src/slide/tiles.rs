//! Windows that are longer than the lanes of a walk.
//!
//! A lane is cut into tiles, eight of which are walked in step. The window of a row is the end of
//! one block, which is as long as a tile, the beginning of its own tile, and what lies between the
//! two. That is the same for all rows of a tile: it is what the suffixes begin with. It consists
//! of a few rows and of whole tiles, each of which is summed up once for all windows, so a window
//! of any length costs five steps a value.

use std::ops;

use super::{Anchors, Begin, Item, Parts, ROWS, Range, Scan, Slide, Source, Walk, one_if_value};
use crate::error::Error;
use crate::interrupt;
use crate::simd::{Isa, LANES, Task, Vector};
use crate::strided::scratch::reserve;

/// What is known of a stretch of rows, in each lane.
#[derive(Clone, Copy)]
pub(super) struct Stretch<S, V> {
    pub(super) state: S,
    /// How many values it has.
    pub(super) count: V,
    /// Where its distances are taken from; NaN if it has no value.
    pub(super) anchor: V,
}

impl<S, V: Vector> Stretch<S, V> {
    /// Without a value.
    pub(super) fn new(nothing: S) -> Self {
        Self { state: nothing, count: V::splat(0.0), anchor: V::splat(f64::NAN) }
    }
}

/// Vectors that a state may consist of, and how many more a stretch has.
const MOST_PARTS: usize = 4;
const OTHERS: usize = 2;

/// What is known of each tile of a lane: the same part of all of them side by side, so that eight
/// can be read from any.
pub(super) struct Totals {
    values: Vec<f64>,
    tiles: usize,
}

impl Totals {
    pub(super) const NONE: Self = Self { values: Vec::new(), tiles: 0 };

    /// Makes room for so many tiles.
    fn resize<S: Parts<V>, V: Vector>(&mut self, tiles: usize) -> Result<(), Error> {
        const { assert!(S::PARTS <= MOST_PARTS) };
        let len = tiles.saturating_mul(S::PARTS + OTHERS);
        self.values.clear();
        reserve(&mut self.values, len)?;
        self.values.resize(len, 0.0);
        self.tiles = tiles;
        Ok(())
    }

    #[inline(always)]
    fn part<V: Vector>(&self, part: usize, tile: usize) -> V {
        V::load(&self.values[part * self.tiles + tile..])
    }

    #[inline(always)]
    fn read<S: Parts<V>, V: Vector>(&self, tile: usize) -> Stretch<S, V> {
        let mut parts = [0.0; MOST_PARTS * LANES];
        for part in 0..S::PARTS {
            self.part::<V>(part, tile).store(&mut parts[part * V::LANES..]);
        }
        let (count, anchor) = (self.part(S::PARTS, tile), self.part(S::PARTS + 1, tile));
        Stretch { state: S::read(&parts), count, anchor }
    }

    #[inline(always)]
    fn write<S: Parts<V>, V: Vector>(&mut self, tile: usize, stretch: Stretch<S, V>) {
        let mut parts = [0.0; (MOST_PARTS + OTHERS) * LANES];
        stretch.state.write(&mut parts);
        stretch.count.store(&mut parts[S::PARTS * V::LANES..]);
        stretch.anchor.store(&mut parts[(S::PARTS + 1) * V::LANES..]);
        for part in 0..S::PARTS + OTHERS {
            let places = &mut self.values[part * self.tiles + tile..][..V::LANES];
            places.copy_from_slice(&parts[part * V::LANES..][..V::LANES]);
        }
    }
}

impl<K: Slide, I: Isa, V: Vector> Scan<K, I, V> {
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
        self.totals.resize::<K::State<V>, V>((before + groups) * V::LANES)?;
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
        let mut seen = Stretch::new(self.kernel.nothing());
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
        let (mut seen, rest) = (Stretch::new(self.kernel.nothing()), window % block);
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

/// Where rows are.
enum Place {
    /// In the strip that is walked, from this one on.
    Strip(usize),
    /// Where results will be.
    Results,
}

/// Takes in `len` rows.
struct Look<'a, K: Slide, I, V: Vector> {
    scan: &'a mut Scan<K, I, V>,
    from: Place,
    len: usize,
    /// Of the first.
    place: f64,
    seen: Stretch<K::State<V>, V>,
}

impl<K: Slide, J: Isa, V: Vector> Task for Look<'_, K, J, V> {
    type Out = Stretch<K::State<V>, V>;

    #[inline(always)]
    fn run<I: Isa>(mut self) -> Self::Out {
        let (seen, all_finite) = self.look::<false>();
        if all_finite { seen } else { self.look::<true>().0 }
    }
}

impl<K: Slide, I: Isa, V: Vector> Look<'_, K, I, V> {
    /// Says also whether all values are finite, without which what is seen holds only with `CARE`.
    #[inline(always)]
    fn look<const CARE: bool>(&mut self) -> (Stretch<K::State<V>, V>, bool) {
        let Stretch { mut state, mut count, mut anchor } = self.seen;
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let (mut place, scale) = (V::splat(self.place), V::splat(self.scan.scale));
        let (mut witness, mut range) = (zero, Range::<K, V>::new());
        let rows = match self.from {
            Place::Strip(first) => self.scan.strips[self.scan.now].rows(first, self.len),
            Place::Results => self.scan.results.rows(0, self.len),
        };
        if !CARE {
            anchor = anchor.unless_nan(anchor, V::load(rows).mul(scale));
            count = count.add(V::splat(self.len as f64));
        }
        for at in 0..self.len {
            let row = V::load(&rows[at * V::LANES..]);
            let value = row.mul(scale);
            if CARE {
                anchor = anchor.unless_nan(anchor, value);
                count = count.add(one_if_value(value));
            } else {
                witness = value.mul_add_loosely(zero, witness);
            }
            state = self.scan.kernel.push::<V, CARE>(state, Item { value, anchor, place });
            place = place.add(one);
            range.see_size(row);
            range.see_square(row);
        }
        self.scan.see(&range);
        (Stretch { state, count, anchor }, !witness.any_nan())
    }
}

/// Joins what was seen of a tile's windows with the tiles between it and their tile.
struct Join<'a, K: Slide, I, V: Vector> {
    scan: &'a Scan<K, I, V>,
    seen: Stretch<K::State<V>, V>,
    tile: usize,
}

impl<K: Slide, J: Isa, V: Vector> Task for Join<'_, K, J, V> {
    type Out = Stretch<K::State<V>, V>;

    #[inline(always)]
    fn run<I: Isa>(self) -> Self::Out {
        let Self { scan, mut seen, tile } = self;
        for ago in (1..=scan.tiles_between()).rev() {
            let next = scan.totals.read::<K::State<V>, V>(tile - ago);
            let state = scan.kernel.later(next.state, V::splat((ago * scan.block) as f64));
            let (left, right, left_count) = (seen.anchor, next.anchor, seen.count);
            let before = scan.kernel.reanchored(seen.state, Anchors { left, right, left_count });
            seen = Stretch {
                state: scan.kernel.joined::<V, true>(before, state),
                count: left_count.add(next.count),
                anchor: right.unless_nan(right, left),
            };
        }
        seen
    }
}
