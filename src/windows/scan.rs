//! The walk of eight lanes in step, block by block.

use std::iter::once;
use std::marker::PhantomData;

use super::magnitudes::{Magnitudes, extremes, is_any_less};
use super::tiles::Totals;
use super::{Sink, Source, Walker, Window};
use crate::error::Error;
use crate::interrupt;
use crate::merge::{Merge, StateVectors, Summary};
use crate::simd::{Isa, LANES, Row, Task, Vector, Work};
use crate::strided::scratch::ScratchRows;

/// Rows that are loaded, walked and stored at once: they stay in the first cache.
pub(super) const ROWS: usize = 40;
/// Rows that whole blocks are put together to, if they are shorter.
pub(super) const STRIP: usize = 64;

/// Gives `work` a scan, with the instructions of the machine.
pub(super) struct WithScan<'a, K> {
    pub(super) kernel: K,
    pub(super) window: Window,
    pub(super) len: usize,
    pub(super) work: &'a mut dyn FnMut(&mut dyn Walker) -> Result<(), Error>,
}

impl<K: Merge + 'static> Work for WithScan<'_, K> {
    type Out = Result<(), Error>;

    fn work<I: Isa>(self) -> Self::Out {
        let Self { kernel, window, len, work } = self;
        work(&mut Scan::<K, I, I::Vector>::new(kernel, window, len)?)
    }
}

/// The walk of a batch of lanes, and what it needs to remember.
pub(super) struct Scan<K: Merge, I, V: Vector> {
    pub(super) kernel: K,
    pub(super) isa: PhantomData<I>,
    pub(super) window: Window,
    /// How many rows a block has: as many as the window, or as a tile.
    pub(super) block: usize,
    /// What lies between the two blocks of a window.
    pub(super) between: Summary<K::State<V>, V>,
    pub(super) totals: Totals,
    /// The rows that are walked, whole blocks of them, and those before.
    pub(super) strips: [Strip<V>; 2],
    pub(super) strip_len: usize,
    /// Which of the two strips is the one that is walked.
    pub(super) now: usize,
    /// What the last rows of the block before add up to, from each row on, and how many values
    /// they are.
    pub(super) suffixes: Strip<V>,
    pub(super) suffix_counts: Strip<V>,
    /// The results of the latest rows.
    pub(super) results: Strip<V>,
    /// How far into a block the walk is, what these rows add up to, and how many values they are.
    pub(super) prefix_len: usize,
    pub(super) prefix: K::State<V>,
    pub(super) prefix_count: V,
    /// The anchors of the suffixes and of the prefix, NaN where they have no value yet.
    pub(super) left_anchor: V,
    pub(super) anchor: V,
    /// Whether there may be something other than finite values in the windows of this block.
    pub(super) care: bool,
    /// The form that the suffixes are in, if they are summed up.
    pub(super) suffixes_form: Option<u8>,
    /// How many rows, counted back from the latest, are finite without a break.
    pub(super) finite: usize,
    /// What values are multiplied with before they are summed up, with care.
    pub(super) scale: f64,
    /// Whether there were values that ask for a second walk.
    pub(super) large: bool,
    pub(super) small: bool,
}

/// Rows one after the other, which begin with a cache line.
pub(super) struct Strip<V> {
    memory: ScratchRows,
    vector: PhantomData<V>,
}

impl<V: Vector> Strip<V> {
    /// Makes a strip with unspecified contents.
    fn new(rows: usize) -> Result<Self, Error> {
        let lines = rows.saturating_mul(V::LANES).div_ceil(LANES);
        Ok(Self { memory: ScratchRows::take(lines)?, vector: PhantomData })
    }

    #[inline(always)]
    pub(super) fn rows(&self, first: usize, len: usize) -> &[f64] {
        &Row::values(self.memory.rows())[first * V::LANES..][..len * V::LANES]
    }

    #[inline(always)]
    pub(super) fn rows_mut(&mut self, first: usize, len: usize) -> &mut [f64] {
        &mut Row::values_mut(self.memory.rows_mut())[first * V::LANES..][..len * V::LANES]
    }
}

impl<K: Merge, I: Isa, V: Vector> Scan<K, I, V> {
    /// Makes a scan for walks of lanes of at most `len` rows.
    pub(super) fn new(kernel: K, window: Window, len: usize) -> Result<Self, Error> {
        let (zero, empty) = (V::splat(0.0), kernel.empty());
        let block = window.len.min(len);
        let strip_len = strip_len(block, len);
        Ok(Self {
            kernel,
            isa: PhantomData,
            window,
            block,
            between: Summary::new(empty),
            totals: Totals::NONE,
            strips: [Strip::new(strip_len)?, Strip::new(strip_len)?],
            strip_len,
            now: 0,
            suffixes: Strip::new((block + 1).saturating_mul(K::State::<V>::COUNT))?,
            suffix_counts: Strip::new(block + 1)?,
            results: Strip::new(ROWS)?,
            prefix_len: 0,
            prefix: empty,
            prefix_count: zero,
            left_anchor: zero,
            anchor: zero,
            care: true,
            suffixes_form: None,
            finite: 0,
            scale: 1.0,
            large: false,
            small: false,
        })
    }

    #[inline(never)]
    fn walk_rows(
        &mut self,
        source: &dyn Source,
        store: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), Error> {
        if self.has_tiles() {
            return self.walk_tiles(source, store);
        }
        let (window, strip, len) = (self.window.len, self.now, self.strip_len);
        source.load(-(window as isize), self.strips[strip].rows_mut(len - window, window));
        I::run(Begin { scan: self, strip });
        for first in (0..source.len()).step_by(len) {
            self.now = 1 - self.now;
            let end = (first + len).min(source.len());
            let parts = (end - first).div_ceil(ROWS);
            let rows = (end - first).div_ceil(parts).next_multiple_of(LANES);
            for start in (first..end).step_by(rows) {
                let len = rows.min(end - start);
                interrupt::check_at(start * V::LANES, len * V::LANES);
                source.load(start as isize, self.strips[self.now].rows_mut(start - first, len));
                I::run(Walk { scan: self, row: start - first, len });
                store(start, self.results.rows(0, len));
            }
        }
        Ok(())
    }
}

impl<K: Merge, I: Isa, V: Vector> Walker for Scan<K, I, V> {
    fn walk(&mut self, source: &dyn Source, sink: &mut dyn Sink) -> Result<(), Error> {
        (self.scale, self.large, self.small) = (1.0, false, false);
        self.walk_rows(source, &mut |row, rows| sink.store(row, rows))?;
        if !source.has_extremes() {
            return Ok(());
        }
        let (large, small) = (self.large, self.small);
        if !(large || small) {
            return Ok(());
        }
        let (greatest, least) = if self.has_tiles() {
            extremes::<V>(source, &mut self.tile_rows(source))
        } else {
            let all = -(self.window.len as isize)..source.len() as isize;
            extremes::<V>(source, &mut once(all))
        };
        for rescaling in K::LARGE.iter().filter(|it| large && greatest > it.beyond) {
            self.scale = rescaling.scale;
            let is_better = |first: f64, _: f64| !first.is_finite();
            self.walk_rows(source, &mut |row, rows| sink.amend(row, rows, &is_better))?;
        }
        let kernel = self.kernel;
        for rescaling in K::SMALL.iter().filter(|it| small && least < it.beyond) {
            self.scale = rescaling.scale;
            let is_better = |first, second: f64| kernel.is_doubtful(first) && second.is_finite();
            self.walk_rows(source, &mut |row, rows| sink.amend(row, rows, &is_better))?;
        }
        Ok(())
    }
}

/// How many rows are walked before they become those before: whole blocks, and whole tiles where
/// that is no longer than twice as long.
fn strip_len(window: usize, len: usize) -> usize {
    let blocks = (STRIP / window).clamp(1, len.div_ceil(window));
    let whole_tiles = |blocks: &usize| (blocks * window).is_multiple_of(LANES);
    window * (blocks..=2 * blocks).find(whole_tiles).unwrap_or(blocks)
}

/// Looks at the block before the first, which is the last of a strip.
pub(super) struct Begin<'a, K: Merge, I, V: Vector> {
    pub(super) scan: &'a mut Scan<K, I, V>,
    pub(super) strip: usize,
}

impl<K: Merge, J: Isa, V: Vector> Task for Begin<'_, K, J, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { scan, strip } = self;
        let (zero, block) = (V::splat(0.0), scan.block);
        let (mut finite_check, mut range) = (zero, Magnitudes::<K, V>::new());
        let rows = scan.strips[strip].rows(scan.strip_len - block, block);
        for row in rows.chunks_exact(V::LANES).map(V::load) {
            finite_check = row.mul_add_loosely(zero, finite_check);
            range.see_size(row);
            range.see_square(row);
        }
        scan.see(&range);
        let between = V::splat((scan.window.len - block) as f64);
        let all = !finite_check.any_nan() && !is_any_less(scan.between.count, between);
        scan.finite = if all { scan.window.len } else { 0 };
        scan.prefix_len = block;
    }
}

/// Walks `len` rows of a strip, from `row` on.
pub(super) struct Walk<'a, K: Merge, I, V: Vector> {
    pub(super) scan: &'a mut Scan<K, I, V>,
    pub(super) row: usize,
    pub(super) len: usize,
}

impl<K: Merge, J: Isa, V: Vector> Task for Walk<'_, K, J, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { scan, row, len } = self;
        let mut done = 0;
        while done < len {
            if scan.prefix_len == scan.block {
                scan.start_block(row + done);
            }
            let run = (scan.block - scan.prefix_len).min(len - done);
            let walked = if scan.care {
                scan.walk_with_care(row + done, done, run)
            } else {
                scan.walk_fast(row + done, done, run)
            };
            done += walked;
            scan.prefix_len += walked;
        }
    }
}
