//! One value out for each value in, of the order of the window that ends there: the driver of the
//! moving medians and ranks.
//!
//! Short windows are walked in step, eight lanes or eight segments of one, as in `windows`: there it
//! is least work to look at each value of a window. Long ones are sets of ranks: a stretch of the
//! lane, with the window before it, is sorted once. The time of both does not depend on the
//! values. A few values are looked at directly. All three ways give the same bits.

use std::marker::PhantomData;

use crate::error::Error;
use crate::interrupt;
use crate::merge::one_if_value;
use crate::numeric::element::Element;
use crate::order::ranks::Ranks;
use crate::simd::{Isa, LANES, Row, Task, Vector, Work, dispatch};
use crate::strided::scratch::filled;
use crate::strided::{Sweep, View, ViewMut};
use crate::windows::{
    PARALLEL, Piece, Sink, Source, Walker, Window, each_piece, segment_len, stretch_len,
};

/// A statistic of the order of a window's values.
pub trait Ordered: Copy + Send + Sync {
    /// The longest window that is faster in step than by ranks, for each value that an
    /// instruction works on.
    const SHORT: usize;
    /// Whether 0.0 and -0.0 are different values.
    const SIGNED_ZEROS: bool;
    /// The ranks of a window's values.
    type Ranked: Ranked;
    /// What is found of them.
    type Found: Copy;

    /// How many vectors are kept of the order of windows of this length.
    fn memory(&self, window: usize) -> usize;
    /// Starts with windows of these rows, whose values may be NaN, or of none.
    fn start<V: Vector>(&self, memory: &mut [V], rows: &[V]);
    /// The results of the windows that end with the last of `rows`, as many as `results`; `counts`
    /// says how many of their values are not NaN, at least one or the result does not matter.
    fn step<V: Vector>(&self, memory: &mut [V], rows: &[V], counts: &[V], results: &mut [V]);

    /// What is found of a window that has only this value.
    fn alone(key: i64) -> Self::Found;
    /// Whether to look directly at so many values.
    fn is_little(&self, len: usize, window: Window) -> bool;
    /// What is found of the windows that end with each of the values.
    fn directly(&self, values: &Ranks, window: Window, found: &mut Results<'_, Self::Found>);

    /// What is found of a window that has a value, where the newest has the rank `newest`; none
    /// if it is NaN.
    fn find(
        &self,
        window: &mut Self::Ranked,
        ranks: &Ranks,
        newest: Option<usize>,
    ) -> Option<Self::Found>;
    /// The result.
    fn result<T: Element>(found: Self::Found) -> T::Float;
}

/// What takes the results of the windows that end with the values from a place on; none is NaN.
pub type Results<'a, F> = dyn FnMut(usize, &[Option<F>]) + 'a;

/// A window as a set of ranks.
pub trait Ranked: Default {
    /// Makes it empty, for so many ranks.
    fn clear(&mut self, ranks: usize) -> Result<(), Error>;
    /// A value enters.
    fn insert(&mut self, rank: usize);
    /// A value leaves.
    fn remove(&mut self, rank: usize);
    /// How many there are.
    fn len(&self) -> usize;
}

/// The statistic of the window that ends at each value along `axis`.
#[inline(never)]
pub fn along<T: Element, K: Ordered>(
    view: &View<'_, T>,
    axis: usize,
    window: Window,
    kernel: K,
    out: &mut ViewMut<'_, T::Float>,
) -> Result<(), Error> {
    let sweep = Sweep::along([view], axis, out);
    let short = window.len <= K::SHORT * LANES;
    let parallel = sweep.values() >= if short { PARALLEL } else { PARALLEL_RANKS };
    let at_once = at_once(window);
    let stretch = |lanes| {
        if short { stretch_len(lanes, window) } else { PARALLEL_RANKS.next_multiple_of(at_once) }
    };
    each_piece(sweep, window, parallel, &stretch, &|piece| any_way(kernel, window, piece))
}

/// Does a piece in the way that is least work.
#[inline(never)]
fn any_way<T: Element, K: Ordered>(
    kernel: K,
    window: Window,
    mut piece: Piece<'_, T, T::Float>,
) -> Result<(), Error> {
    if window.len == 1 {
        alone::<T, K>(piece);
        return Ok(());
    }
    let segment = segment_len(piece.out.len());
    let in_segments = segment >= LEAST && window.len <= OVERLAP * segment;
    let many = piece.lanes[0].count() >= LANES || in_segments;
    if many && dispatch(InStep { kernel, window, segment, piece: &mut piece })? {
        return Ok(());
    }
    by_order(kernel, window, piece)
}

/// Shorter segments cost more than they spare.
const LEAST: usize = 16;
/// So many segments are shorter than the window at most, as as many are walked again before each.
const OVERLAP: usize = 4;
/// Fewer values than this are not worth a second thread, if they are ranked.
const PARALLEL_RANKS: usize = 1 << 14;

/// Does a piece whose windows are single values.
#[inline(never)]
fn alone<T: Element, K: Ordered>(mut piece: Piece<'_, T, T::Float>) {
    for lane in 0..piece.out.count() {
        let values = piece.lanes[0].lane(piece.lane + lane).part(piece.start, piece.out.len());
        for (at, value) in values.iter().enumerate() {
            interrupt::check_at(at, 1);
            let found = (!value.is_nan()).then(|| K::alone(value.signed_key()));
            piece.out.set(lane, at, result_of::<T, K>(found));
        }
    }
}

/// The result, or NaN.
#[inline(always)]
fn result_of<T: Element, K: Ordered>(found: Option<K::Found>) -> T::Float {
    found.map_or(<T::Float as Element>::MISSING, K::result::<T>)
}

/// Does a piece in step, if it can, and says whether it did: not if the window is too long, nor
/// if there are integers that `f64` does not tell apart.
struct InStep<'a, 'b, T, O, K> {
    kernel: K,
    window: Window,
    /// How long segments are, if lanes are few.
    segment: usize,
    piece: &'a mut Piece<'b, T, O>,
}

impl<T: Element, K: Ordered> Work for InStep<'_, '_, T, T::Float, K> {
    type Out = Result<bool, Error>;

    fn work<I: Isa>(self) -> Result<bool, Error> {
        let Self { kernel, window, segment, piece } = self;
        if window.len > K::SHORT * I::Vector::WIDTH {
            return Ok(false);
        }
        let mut steps = Steps::<K, I, I::Vector>::new(kernel, window, T::LAST_EXACT)?;
        if piece.lanes[0].count() >= LANES {
            piece.walk_lanes(&mut steps)?;
        } else {
            piece.walk_segments(segment, &mut steps)?;
        }
        Ok(steps.exact)
    }
}

/// Rows that are loaded, walked and stored at once: they stay in the first cache.
const ROWS: usize = 64;

/// The windows of a batch of lanes, and what is known of them.
struct Steps<K, I, V> {
    kernel: K,
    isa: PhantomData<I>,
    window: Window,
    /// As many rows as the window has, and behind them those that are walked.
    rows: Vec<V>,
    memory: Vec<V>,
    /// How many values are not NaN, of the last window and of each.
    count: V,
    counts: [V; ROWS],
    results: [V; ROWS],
    /// Rows on their way in or out.
    passing: [Row; ROWS],
    /// Integers beyond this may have been rounded.
    last_exact: V,
    /// Whether no value was changed by being loaded.
    exact: bool,
}

impl<K: Ordered, I: Isa, V: Vector> Steps<K, I, V> {
    fn new(kernel: K, window: Window, last_exact: f64) -> Result<Self, Error> {
        let zero = V::splat(0.0);
        Ok(Self {
            kernel,
            isa: PhantomData,
            window,
            rows: filled(zero, window.len + ROWS)?,
            memory: filled(zero, kernel.memory(window.len))?,
            count: zero,
            counts: [zero; ROWS],
            results: [zero; ROWS],
            passing: [Row::ZERO; ROWS],
            last_exact: V::splat(last_exact),
            exact: true,
        })
    }
}

impl<K: Ordered, I: Isa, V: Vector> Walker for Steps<K, I, V> {
    fn walk(&mut self, source: &dyn Source, sink: &mut dyn Sink) -> Result<(), Error> {
        let window = self.window.len;
        for first in (0..window).step_by(ROWS) {
            let len = ROWS.min(window - first);
            let passing = Row::values_mut(&mut self.passing[..len]);
            source.load(0, first as isize - window as isize, passing);
            I::run(Take { steps: self, first, len });
        }
        I::run(Start { steps: self });
        for start in (0..source.len()).step_by(ROWS) {
            let len = ROWS.min(source.len() - start);
            interrupt::check();
            source.load(0, start as isize, Row::values_mut(&mut self.passing[..len]));
            I::run(Take { steps: self, first: window, len });
            I::run(Walk { steps: self, len });
            if !self.exact {
                return Ok(());
            }
            sink.store(start, Row::values(&self.passing[..len]));
            self.rows.copy_within(len..len + window, 0);
        }
        Ok(())
    }
}

/// Takes the first `len` rows that are passing, which become those from `first` on.
struct Take<'a, K, I, V> {
    steps: &'a mut Steps<K, I, V>,
    first: usize,
    len: usize,
}

impl<K: Ordered, J: Isa, V: Vector> Task for Take<'_, K, J, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { steps, first, len } = self;
        let passing = Row::values(&steps.passing).chunks_exact(V::LANES).map(V::load);
        for (row, values) in steps.rows[first..first + len].iter_mut().zip(passing) {
            *row = values;
        }
    }
}

/// Looks at the rows before the first.
struct Start<'a, K, I, V> {
    steps: &'a mut Steps<K, I, V>,
}

impl<K: Ordered, J: Isa, V: Vector> Task for Start<'_, K, J, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Steps { kernel, window, rows, memory, count, exact, last_exact, .. } = self.steps;
        let rows = &rows[..window.len];
        let zero = V::splat(0.0);
        *count = rows.iter().fold(zero, |count, row| count.add(one_if_value(*row)));
        *exact &= are_exact(rows, *last_exact);
        let any = zero.add_where_less(V::splat(f64::NAN), zero, *count).any_nan();
        kernel.start(memory, if any { rows } else { &[] });
    }
}

/// Walks the first `len` rows behind the window.
struct Walk<'a, K, I, V> {
    steps: &'a mut Steps<K, I, V>,
    len: usize,
}

impl<K: Ordered, J: Isa, V: Vector> Task for Walk<'_, K, J, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { steps, len } = self;
        let Steps { kernel, window, rows, memory, count, counts, results, .. } = steps;
        let (rows, results) = (&rows[..window.len + len], &mut results[..len]);
        let (leaving, entering) = (&rows[..len], &rows[window.len..]);
        for (at, to) in counts[..len].iter_mut().enumerate() {
            let change = one_if_value(entering[at]).sub(one_if_value(leaving[at]));
            *count = count.add(change);
            *to = *count;
        }
        steps.exact &= are_exact(entering, steps.last_exact);
        kernel.step(memory, rows, &counts[..len], results);
        let min_count = V::splat(window.min_count as f64);
        let passing = Row::values_mut(&mut steps.passing[..len]).chunks_exact_mut(V::LANES);
        for ((to, result), count) in passing.zip(&*results).zip(counts) {
            result.where_reaches(*count, min_count).store(to);
        }
    }
}

/// Whether these values are what they were before they were loaded.
#[inline(always)]
fn are_exact<V: Vector>(rows: &[V], last_exact: V) -> bool {
    let zero = V::splat(0.0);
    let magnitude = |row: &V| row.max(zero.sub(*row));
    let greatest = rows.iter().fold(zero, |greatest, row| magnitude(row).max(greatest));
    !zero.add_where_less(V::splat(f64::NAN), last_exact, greatest).any_nan()
}

/// How many results are found at once. With the window before them their values are sorted at
/// once, so a third of them are sorted again; more of them would leave the second cache sooner.
fn at_once(window: Window) -> usize {
    const LEAST: usize = 256;
    let most = Ranks::MOST.saturating_sub(window.len);
    window.len.saturating_mul(3).min(most).max(LEAST)
}

/// Does a piece by the ranks of its values, or directly if they are few.
#[inline(never)]
fn by_order<T: Element, K: Ordered>(
    kernel: K,
    window: Window,
    mut piece: Piece<'_, T, T::Float>,
) -> Result<(), Error> {
    let mut order =
        Order::<K> { kernel, window, ranks: Ranks::default(), ranked: K::Ranked::default() };
    let at_once = at_once(window);
    // Neighbouring lanes one after the other, so that what they share in the cache stays there.
    for first in (0..piece.out.len()).step_by(at_once) {
        let start = piece.start + first;
        let end = start + at_once.min(piece.out.len() - first);
        let before = start.saturating_sub(window.len - 1);
        for lane in 0..piece.out.count() {
            interrupt::check_at(lane * (end - before), end - before);
            let values = piece.lanes[0].lane(piece.lane + lane).part(before, end - before);
            order.ranks.read(values, K::SIGNED_ZEROS)?;
            order.walk(start - before, &mut |place, found| {
                let start = before + place - piece.start;
                for (at, found) in (start..).zip(found) {
                    piece.out.set(lane, at, result_of::<T, K>(*found));
                }
            })?;
        }
    }
    Ok(())
}

/// The values of a stretch of a lane, and a window of them.
struct Order<K: Ordered> {
    kernel: K,
    window: Window,
    ranks: Ranks,
    ranked: K::Ranked,
}

impl<K: Ordered> Order<K> {
    /// Gives what is found of the windows that end with each value from the place `first` on.
    #[inline(never)]
    fn walk(&mut self, first: usize, results: &mut Results<'_, K::Found>) -> Result<(), Error> {
        let len = self.ranks.keys().len();
        if self.kernel.is_little(len, self.window) {
            self.kernel.directly(&self.ranks, self.window, &mut |place, found| {
                if place >= first {
                    results(place, found);
                }
            });
            return Ok(());
        }
        self.ranks.sort()?;
        self.ranked.clear(self.ranks.len())?;
        for place in 0..first {
            interrupt::check_at(place, 1);
            if let Some(rank) = self.ranks.at(place) {
                self.ranked.insert(rank);
            }
        }
        let mut found = [None; FOUND];
        for place in (first..len).step_by(FOUND) {
            interrupt::check_at(place, FOUND);
            let found = &mut found[..FOUND.min(len - place)];
            self.step(place, found);
            results(place, found);
        }
        Ok(())
    }

    /// What is found of the windows that end with each value from `place` on.
    #[inline(never)]
    fn step(&mut self, place: usize, found: &mut [Option<K::Found>]) {
        let Self { kernel, window, ranks, ranked } = self;
        for (place, found) in (place..).zip(found) {
            let leaving = place.checked_sub(window.len).and_then(|place| ranks.at(place));
            if let Some(rank) = leaving {
                ranked.remove(rank);
            }
            let newest = ranks.at(place);
            if let Some(rank) = newest {
                ranked.insert(rank);
            }
            let enough = ranked.len() >= window.min_count;
            *found = if enough { kernel.find(ranked, ranks, newest) } else { None };
        }
    }
}

/// Results that are found before they are given on.
const FOUND: usize = 64;

#[cfg(test)]
mod tests;
