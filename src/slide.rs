//! One value out for each value in: the driver of the moving windows.
//!
//! Windows are *block scans* (two stacks; for minima van Herk 1992 and Gil & Werman 1993). A lane
//! is cut into blocks as long as the window, so that every window is the end of one block and the
//! beginning of the next: the suffixes of the block before are summed up backwards, this one's
//! prefixes forwards, and the two are merged. That is three steps a value for any window. Nothing
//! is ever subtracted, so a value that has left the window has no part in the result.
//!
//! Eight lanes are walked in step, or eight segments of one long lane. Where all values and
//! results are finite, the windows need not count their values (the carefree form); where not,
//! the stretch is done again with care.

use std::marker::PhantomData;
use std::ops::RangeInclusive;

use crate::element::{Element, Float};
use crate::error::Error;
use crate::rows::{Lanes, LanesMut, Segments, Sweep, Team, TeamMut, View, ViewMut};
use crate::simd::{Baseline, Isa, LANES, One, Row, Task, Vector, Work, dispatch, vectorized};
use crate::threads;

/// A statistic of a window that is merged from two parts.
pub trait Slide: Copy + Send + Sync {
    /// What is known of some of the values, in each lane.
    type State<V: Vector>: Copy;

    /// What is done where finite values may sum up to something infinite.
    const LARGE: Option<Rescue> = None;
    /// What is done where values are so small that nothing may be left of their squares.
    const SMALL: Option<Rescue> = None;
    /// Whether it needs to know of an anchor.
    const ANCHORED: bool = false;

    /// Of no values.
    fn nothing<V: Vector>(&self) -> Self::State<V>;

    /// Takes in the value after these. With `CARE`, it may be NaN, which changes nothing.
    fn push<V: Vector, const CARE: bool>(
        &self,
        state: Self::State<V>,
        item: Item<V>,
    ) -> Self::State<V>;

    /// Takes in the value before these.
    #[inline(always)]
    fn push_before<V: Vector, const CARE: bool>(
        &self,
        state: Self::State<V>,
        item: Item<V>,
    ) -> Self::State<V> {
        self.push::<V, CARE>(state, item)
    }

    /// The result of two parts. With `CARE`, values and sums may be infinite.
    fn merged<V: Vector, const CARE: bool>(
        &self,
        left: Self::State<V>,
        right: Self::State<V>,
        whole: Whole<V>,
    ) -> V;

    /// The result of values that were multiplied with a power of two, whose inverse is `unscale`.
    #[inline(always)]
    fn unscaled<V: Vector>(&self, result: V, unscale: V) -> V {
        result.mul(unscale)
    }

    /// The results of a second walk that are better than those of the first.
    fn better(&self, _rescue: Rescue) -> RangeInclusive<f64> {
        f64::NEG_INFINITY..=f64::INFINITY
    }

    /// Of a value and the result of its window, the one that is not finite where the carefree
    /// form does not hold.
    fn witness<V: Vector>(&self, value: V, result: V) -> V;
}

/// A second walk, over values that are multiplied with a power of two.
#[derive(Clone, Copy)]
pub struct Rescue {
    /// It is for magnitudes beyond this power of two, whose exponent is even.
    pub beyond: f64,
    /// The power of two.
    pub scale: f64,
}

impl Rescue {
    /// For sums: no window has 2⁶⁴ values, so that what is scaled does not overflow.
    pub const OF_LARGE_SUMS: Self = Self { beyond: power(960), scale: power(-64) };
}

/// A power of two.
pub const fn power(exponent: i64) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// A value of a window.
#[derive(Clone, Copy)]
pub struct Item<V> {
    /// Itself.
    pub value: V,
    /// One of the values of its part, from which distances may be taken.
    pub anchor: V,
    /// Its row, counted from the beginning of the latest block.
    pub place: V,
}

/// What is known of a whole window.
#[derive(Clone, Copy)]
pub struct Whole<V> {
    /// How many values it has.
    pub count: V,
    /// One divided by that.
    pub inverse: V,
    /// How many of them are in its left part. Only known with `CARE`.
    pub left_count: V,
    /// The anchors of its parts, NaN where there is no value. Without `CARE`, the right part's is
    /// that of both.
    pub anchors: (V, V),
    /// The row of its last value.
    pub place: V,
}

/// The window of a call, within its axis.
#[derive(Clone, Copy)]
pub struct Window {
    pub(crate) len: usize,
    pub(crate) min_count: usize,
}

impl Window {
    /// A window of `len` values along an axis of length `axis_len`, whose result is NaN if fewer
    /// than `min_count` of them are not; by default if any is.
    pub fn new(len: i64, min_count: Option<i64>, axis_len: usize) -> Result<Self, Error> {
        let out_of_range = Error::Window { window: len, len: axis_len };
        let len = usize::try_from(len).map_err(|_| out_of_range.clone())?;
        if !(1..=axis_len).contains(&len) {
            return Err(out_of_range);
        }
        let Some(min_count) = min_count else {
            return Ok(Self { len, min_count: len });
        };
        match usize::try_from(min_count) {
            Ok(count) if (1..=len).contains(&count) => Ok(Self { len, min_count: count }),
            _ => Err(Error::MinCount { min_count, window: len }),
        }
    }
}

/// Rows that are loaded, walked and stored at once: they stay in the first cache.
const ROWS: usize = 64;
/// Rows that whole blocks are put together to, if they are shorter.
const STRIP: usize = 256;
/// Results that are a job of their own, if the window is not long.
const PIECE: usize = 1 << 16;
/// A segment has at least so many times as many values as the window, for each of which one value
/// before its beginning is read again.
const OVERLAP: usize = 4;
/// Fewer values than this are not worth a second thread.
pub(crate) const PARALLEL: usize = 1 << 17;

/// The statistic of the window that ends at each value along `axis`.
pub fn along<T: Element>(
    view: &View<'_, T>,
    axis: usize,
    window: Window,
    kernel: &dyn AnySlide,
    out: &mut ViewMut<'_, T::Float>,
) -> Result<(), Error> {
    let sweep = Sweep::along(view, axis, out);
    let parallel = sweep.values() >= PARALLEL;
    let work = |piece: Piece<'_, T, T::Float>| piece.walk(kernel, window);
    each_piece(sweep, parallel, &|lanes| stretch_len(lanes, window), &work)
}

/// How many results of each of so many lanes are done at once, where the windows are merged or
/// their values walked in step.
pub(crate) fn stretch_len(lanes: usize, window: Window) -> usize {
    let long = PIECE.max(2 * LANES * OVERLAP * window.len);
    if lanes < LANES { long } else { usize::MAX }
}

/// What does a piece.
pub(crate) type PieceWorker<'a, T, O> = dyn Fn(Piece<'_, T, O>) -> Result<(), Error> + Sync + 'a;

/// Does the pieces of a sweep, whose size depends on its shape alone: of each of so many lanes,
/// `stretch` results at once.
#[inline(never)]
pub(crate) fn each_piece<T: Copy + Sync, O: Send>(
    mut sweep: Sweep<'_, T, O>,
    parallel: bool,
    stretch: &dyn Fn(usize) -> usize,
    work: &PieceWorker<'_, T, O>,
) -> Result<(), Error> {
    let mut jobs = Vec::new();
    for (lanes, out) in sweep.bundles() {
        for piece in pieces(lanes, out, stretch(lanes.count())) {
            if parallel {
                jobs.push(piece);
            } else {
                work(piece)?;
            }
        }
    }
    if jobs.is_empty() { Ok(()) } else { threads::each(jobs, work) }
}

/// A kernel whose type is left behind, so that what moves values is compiled for each dtype and
/// not for each statistic.
pub trait AnySlide: Sync {
    /// What walks with the best instructions: through one lane, or through several in step.
    fn scan(&self, window: Window, lanes: usize) -> Result<Box<dyn Walker>, Error>;
}

impl<K: Slide + 'static> AnySlide for K {
    fn scan(&self, window: Window, lanes: usize) -> Result<Box<dyn Walker>, Error> {
        dispatch(NewScan { kernel: *self, window, lanes })
    }
}

struct NewScan<K> {
    kernel: K,
    window: Window,
    lanes: usize,
}

impl<K: Slide + 'static> Work for NewScan<K> {
    type Out = Result<Box<dyn Walker>, Error>;

    fn work<I: Isa>(self) -> Self::Out {
        let Self { kernel, window, lanes } = self;
        Ok(if lanes > 1 {
            Box::new(Scan::<K, I, I::Vector>::new(kernel, window)?)
        } else {
            Box::new(Scan::<K, I::Scalar, One<I::Scalar>>::new(kernel, window)?)
        })
    }
}

/// Some lanes, or a stretch of one, that are done at once.
pub(crate) struct Piece<'a, T, O> {
    pub(crate) lanes: Lanes<'a, T>,
    /// Which lane the first results are of, and where in it they begin.
    pub(crate) lane: usize,
    pub(crate) start: usize,
    pub(crate) out: LanesMut<'a, O>,
}

/// Cuts a bundle into pieces.
fn pieces<'a, T: Copy, O: 'a>(
    lanes: Lanes<'a, T>,
    out: LanesMut<'a, O>,
    stretch: usize,
) -> impl Iterator<Item = Piece<'a, T, O>> {
    let group = if lanes.count() < LANES {
        1
    } else {
        (PIECE / lanes.len()).max(1).next_multiple_of(LANES)
    };
    out.by_lanes(group).flat_map(move |(lane, out)| {
        let stretches = out.by_rows(stretch);
        stretches.map(move |(start, out)| Piece { lanes, lane, start, out })
    })
}

impl<T: Element> Piece<'_, T, T::Float> {
    fn walk(mut self, kernel: &dyn AnySlide, window: Window) -> Result<(), Error> {
        if self.lanes.count() >= LANES {
            self.walk_lanes(&mut *kernel.scan(window, LANES)?);
            return Ok(());
        }
        let len = segment_len(self.out.len(), window);
        let lanes = if len < self.out.len() { LANES } else { 1 };
        self.walk_segments(len, window, &mut *kernel.scan(window, lanes)?);
        Ok(())
    }

    /// Whole lanes, `LANES` of them in step.
    pub(crate) fn walk_lanes(&mut self, walker: &mut dyn Walker) {
        for first in (0..self.out.count()).step_by(LANES) {
            let team = self.lanes.team(self.lane + first, LANES);
            walker.walk(&Several(team), &mut Several(self.out.team(first, LANES)));
        }
    }

    /// Segments of one lane, in step; or all of it, if that is one segment.
    pub(crate) fn walk_segments(&mut self, len: usize, window: Window, walker: &mut dyn Walker) {
        let (start, end) = (self.start, self.start + self.out.len());
        let at = Segments { start, end, len, history: window.len };
        let team = self.lanes.segments(self.lane, at);
        let out = self.out.segments(0, Segments { start: 0, end: end - start, ..at });
        if len < end - start {
            walker.walk(&Several(team), &mut Several(out));
        } else {
            walker.walk(&Single(team), &mut Single(out));
        }
    }
}

/// How long the segments of a stretch are that is walked in `LANES` of them; all of it, if the
/// window is too long for that.
pub(crate) fn segment_len(len: usize, window: Window) -> usize {
    /// Values in 4 KiB: segments about a multiple of it apart would share the same cache sets.
    const PAGE: usize = 512;
    const OFF: usize = 48;
    const LAST: usize = PAGE - OFF;
    let segment = len.div_ceil(LANES).next_multiple_of(LANES);
    if segment < OVERLAP * window.len {
        return len;
    }
    match segment % PAGE {
        OFF..=LAST => segment,
        _ if segment < 4 * PAGE => segment,
        close if close < OFF => segment - close + OFF,
        _ => segment.next_multiple_of(PAGE) + OFF,
    }
}

/// Where rows come from.
pub trait Source {
    /// How many there are.
    fn len(&self) -> usize;
    /// The rows from `row` on.
    fn load(&self, row: isize, rows: &mut [Row]);
}

/// Where rows go to.
pub trait Sink {
    /// Writes the rows from `row` on.
    fn store(&mut self, row: usize, rows: &[Row]);
    /// Writes over those results whose new value is within a range.
    fn amend(&mut self, row: usize, rows: &[Row], within: &RangeInclusive<f64>);
}

/// What walks from one to the other.
pub trait Walker {
    /// Gives a result for each row.
    fn walk(&mut self, source: &dyn Source, sink: &mut dyn Sink);
}

/// Lanes that fill vectors.
struct Several<T>(T);

/// One lane.
struct Single<T>(T);

impl<T: Element> Source for Several<Team<'_, T>> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn load(&self, row: isize, rows: &mut [Row]) {
        vectorized(Load { team: &self.0, row, rows });
    }
}

impl<T: Element> Source for Single<Team<'_, T>> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn load(&self, row: isize, rows: &mut [Row]) {
        self.0.load::<One<Baseline>>(row, rows);
    }
}

impl<O: Float> Sink for Several<TeamMut<'_, O>> {
    fn store(&mut self, row: usize, rows: &[Row]) {
        vectorized(Store { team: &mut self.0, row, rows });
    }

    fn amend(&mut self, row: usize, rows: &[Row], within: &RangeInclusive<f64>) {
        self.0.amend(row, rows, within);
    }
}

impl<O: Float> Sink for Single<TeamMut<'_, O>> {
    fn store(&mut self, row: usize, rows: &[Row]) {
        self.0.store::<One<Baseline>>(row, rows);
    }

    fn amend(&mut self, row: usize, rows: &[Row], within: &RangeInclusive<f64>) {
        self.0.amend(row, rows, within);
    }
}

struct Load<'a, T> {
    team: &'a Team<'a, T>,
    row: isize,
    rows: &'a mut [Row],
}

impl<T: Element> Task for Load<'_, T> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.team.load::<I::Vector>(self.row, self.rows);
    }
}

struct Store<'a, 'b, O> {
    team: &'a mut TeamMut<'b, O>,
    row: usize,
    rows: &'a [Row],
}

impl<O: Float> Task for Store<'_, '_, O> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.team.store::<I::Vector>(self.row, self.rows);
    }
}

/// The walk of a team of lanes, and what it needs to remember.
struct Scan<K: Slide, I, V: Vector> {
    kernel: K,
    isa: PhantomData<I>,
    window: Window,
    /// As many rows as the window has, and behind them those that are walked: whole blocks.
    rows: Vec<V>,
    /// What the last rows of the block before add up to, from each row on, and how many values
    /// they are.
    suffixes: Vec<K::State<V>>,
    suffix_counts: Vec<V>,
    /// Rows on their way in, and then the results of them.
    passing: [Row; ROWS],
    /// How far into a block the walk is, what these rows add up to, and how many values they are.
    prefix_len: usize,
    prefix: K::State<V>,
    prefix_count: V,
    /// The anchors of the suffixes and of the prefix.
    anchors: (V, V),
    /// Whether there may be something other than finite values in the windows of this block.
    care: bool,
    /// So many of the latest rows are all finite.
    finite: usize,
    /// What values are multiplied with before they are summed up, with care.
    scale: f64,
    /// Whether there were values that ask for a second walk.
    large: bool,
    small: bool,
}

impl<K: Slide, I: Isa, V: Vector> Scan<K, I, V> {
    fn new(kernel: K, window: Window) -> Result<Self, Error> {
        let (zero, nothing) = (V::splat(0.0), kernel.nothing());
        Ok(Self {
            kernel,
            isa: PhantomData,
            window,
            rows: filled(zero, window.len + window.len * (STRIP / window.len).max(1))?,
            suffixes: filled(nothing, window.len + 1)?,
            suffix_counts: filled(zero, window.len + 1)?,
            passing: [Row::ZERO; ROWS],
            prefix_len: 0,
            prefix: nothing,
            prefix_count: zero,
            anchors: (zero, zero),
            care: true,
            finite: 0,
            scale: 1.0,
            large: false,
            small: false,
        })
    }

    fn walk_rows(&mut self, source: &dyn Source, store: &mut dyn FnMut(usize, &[Row])) {
        let window = self.window.len;
        for first in (0..window).step_by(ROWS) {
            let len = ROWS.min(window - first);
            source.load(first as isize - window as isize, &mut self.passing[..len]);
            I::run(Begin { scan: self, first, len });
        }
        self.prefix_len = 0;
        let strip = self.rows.len() - window;
        for first in (0..source.len()).step_by(strip) {
            let end = (first + strip).min(source.len());
            for start in (first..end).step_by(ROWS) {
                let len = ROWS.min(end - start);
                source.load(start as isize, &mut self.passing[..len]);
                I::run(Walk { scan: self, row: window + start - first, len });
                store(start, &self.passing[..len]);
            }
            let walked = end - first;
            self.rows.copy_within(walked..walked + window, 0);
        }
    }
}

impl<K: Slide, I: Isa, V: Vector> Walker for Scan<K, I, V> {
    fn walk(&mut self, source: &dyn Source, sink: &mut dyn Sink) {
        (self.scale, self.large, self.small) = (1.0, false, false);
        self.walk_rows(source, &mut |row, rows| sink.store(row, rows));
        let large = K::LARGE.filter(|_| self.large);
        let small = K::SMALL.filter(|rescue| self.small && has_small(source, self.window, *rescue));
        for rescue in large.into_iter().chain(small) {
            self.scale = rescue.scale;
            let better = self.kernel.better(rescue);
            self.walk_rows(source, &mut |row, rows| sink.amend(row, rows, &better));
        }
    }
}

/// Whether there is a value so small, and not zero.
#[inline(never)]
fn has_small(source: &dyn Source, window: Window, rescue: Rescue) -> bool {
    let is_small = |value: &f64| *value != 0.0 && value.abs() < rescue.beyond;
    let mut rows = [Row::ZERO; ROWS];
    let (first, end) = (-(window.len as isize), source.len() as isize);
    (first..end).step_by(ROWS).any(|start| {
        let rows = &mut rows[..ROWS.min((end - start) as usize)];
        source.load(start, rows);
        rows.iter().any(|row| row.0.iter().any(is_small))
    })
}

/// Takes rows before the first, which become the rows from `first` on.
struct Begin<'a, K: Slide, I, V: Vector> {
    scan: &'a mut Scan<K, I, V>,
    first: usize,
    len: usize,
}

impl<K: Slide, J: Isa, V: Vector> Task for Begin<'_, K, J, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { scan, first, len } = self;
        let zero = V::splat(0.0);
        let (mut witness, mut large, mut small) = (zero, zero, zero);
        for (row, values) in scan.rows[first..first + len].iter_mut().zip(&scan.passing) {
            *row = V::load(&values.0);
            witness = row.mul(zero).add(witness);
            large = large.add(nan_if_large::<K, V>(*row));
            small = add_nan_if_small::<K, V>(small, *row);
        }
        scan.large |= large.any_nan();
        scan.small |= small.any_nan();
        let before = if first == 0 { 0 } else { scan.finite };
        scan.finite = if witness.any_nan() { 0 } else { before + len };
    }
}

/// NaN if a value asks for a walk over smaller ones, else zero; also if it is none.
#[inline(always)]
fn nan_if_large<K: Slide, V: Vector>(value: V) -> V {
    let Some(rescue) = K::LARGE else { return V::splat(0.0) };
    let zero = V::splat(0.0);
    let grown = value.mul(V::splat(f64::MAX / rescue.beyond)).mul(zero);
    grown.unless_nan(value.mul(zero), zero)
}

/// NaN from a value on that asks for a walk over larger ones, unless it is zero.
#[inline(always)]
fn add_nan_if_small<K: Slide, V: Vector>(sum: V, value: V) -> V {
    let Some(rescue) = K::SMALL else { return sum };
    let square = V::splat(rescue.beyond * rescue.beyond);
    sum.add_where_less(V::splat(f64::NAN), value.mul(value), square)
}

/// Walks `len` rows from `row` on.
struct Walk<'a, K: Slide, I, V: Vector> {
    scan: &'a mut Scan<K, I, V>,
    row: usize,
    len: usize,
}

impl<K: Slide, J: Isa, V: Vector> Task for Walk<'_, K, J, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { scan, row, len } = self;
        let window = scan.window.len;
        for (row, values) in scan.rows[row..row + len].iter_mut().zip(&scan.passing) {
            *row = V::load(&values.0);
        }
        let mut done = 0;
        while done < len {
            if scan.prefix_len == 0 {
                scan.start_block(row + done - window);
            }
            let run = (window - scan.prefix_len).min(len - done);
            scan.walk_block(row + done, done, run);
            done += run;
        }
    }
}

impl<K: Slide, I: Isa, V: Vector> Scan<K, I, V> {
    /// Sums up the suffixes of the block before, which starts with the row `first`.
    #[inline(always)]
    fn start_block(&mut self, first: usize) {
        self.care = self.finite < self.window.len || self.scale != 1.0;
        (self.prefix, self.prefix_count) = (self.kernel.nothing(), V::splat(0.0));
        if self.care {
            self.anchors.1 = V::splat(f64::NAN);
            self.sum_suffixes::<true>(first);
        } else {
            self.anchors.1 = self.rows[first + self.window.len];
            self.sum_suffixes::<false>(first);
        }
    }

    #[inline(always)]
    fn sum_suffixes<const CARE: bool>(&mut self, first: usize) {
        let window = self.window.len;
        let (mut state, mut count) = (self.kernel.nothing(), V::splat(0.0));
        let (one, scale) = (V::splat(1.0), V::splat(self.scale));
        let rows = &self.rows[first..first + window];
        let suffixes = &mut self.suffixes[..window + 1];
        let counts = &mut self.suffix_counts[..window + 1];
        (suffixes[window], counts[window]) = (state, count);
        let mut anchor = if CARE { V::splat(f64::NAN) } else { self.anchors.1 };
        let (mut place, mut large) = (V::splat(0.0), V::splat(0.0));
        for row in (1..window).rev() {
            let value = if CARE { rows[row].mul(scale) } else { rows[row] };
            if CARE {
                large = large.add(nan_if_large::<K, V>(value));
            }
            place = place.sub(one);
            if CARE && K::ANCHORED {
                anchor = anchor.unless_nan(anchor, value);
            }
            state = self.kernel.push_before::<V, CARE>(state, Item { value, anchor, place });
            suffixes[row] = state;
            if CARE {
                count = count.add(one_if_value(value));
                counts[row] = count;
            }
        }
        self.anchors.0 = anchor;
        self.large |= large.any_nan();
    }

    /// Walks `len` rows of one block, and gives the results from `result` on.
    #[inline(always)]
    fn walk_block(&mut self, row: usize, result: usize, len: usize) {
        let carefree = !self.care && self.sum_prefixes::<false>(row, result, len);
        if !self.care && !carefree {
            // Once more with care, from here to the end of the block.
            self.care = true;
            self.prefix_count = V::splat(self.prefix_len as f64);
            if self.prefix_len == 0 {
                self.anchors.1 = V::splat(f64::NAN);
            }
            self.sum_suffixes::<true>(row - self.prefix_len - self.window.len);
        }
        let finite = carefree || self.sum_prefixes::<true>(row, result, len);
        self.finite = if finite { self.finite + len } else { 0 };
        self.prefix_len = (self.prefix_len + len) % self.window.len;
    }

    /// Says whether all values are finite; in the carefree form, also whether it holds, without
    /// which nothing is changed.
    #[inline(always)]
    fn sum_prefixes<const CARE: bool>(&mut self, row: usize, result: usize, len: usize) -> bool {
        let (one, zero) = (V::splat(1.0), V::splat(0.0));
        let (scale, unscale) = (V::splat(self.scale), V::splat(1.0 / self.scale));
        let full = V::splat(self.window.len as f64);
        let full_inverse = V::splat(1.0 / self.window.len as f64);
        let min_count = V::splat(self.window.min_count as f64);
        let rows = &self.rows[row..row + len];
        let first = self.prefix_len + 1;
        let suffixes = &self.suffixes[first..first + len];
        let counts = &self.suffix_counts[first..first + len];
        let results = &mut self.passing[result..result + len];
        let (mut state, mut count) = (self.prefix, self.prefix_count);
        let (left_anchor, mut anchor) = self.anchors;
        let mut place = V::splat(self.prefix_len as f64);
        // They become NaN with the first that is not finite, large or small.
        let (mut witness, mut large, mut small) = (zero, zero, zero);
        for at in 0..len {
            if CARE {
                let value = rows[at].mul(scale);
                if K::ANCHORED {
                    anchor = anchor.unless_nan(anchor, value);
                }
                state = self.kernel.push::<V, true>(state, Item { value, anchor, place });
                count = count.add(one_if_value(value));
                let left_count = counts[at];
                let all = count.add(left_count);
                let (inverse, anchors) = (one.div(all), (left_anchor, anchor));
                let whole = Whole { count: all, inverse, left_count, anchors, place };
                let merged = self.kernel.merged::<V, true>(suffixes[at], state, whole);
                let merged = self.kernel.unscaled(merged, unscale);
                merged.where_reaches(all, min_count).store(&mut results[at].0);
                witness = witness.add(value.mul(zero));
                large = large.add(nan_if_large::<K, V>(value));
            } else {
                let value = rows[at];
                state = self.kernel.push::<V, false>(state, Item { value, anchor, place });
                let (count, inverse, anchors) = (full, full_inverse, (anchor, anchor));
                let whole = Whole { count, inverse, left_count: zero, anchors, place };
                let merged = self.kernel.merged::<V, false>(suffixes[at], state, whole);
                merged.store(&mut results[at].0);
                witness = self.kernel.witness(value, merged).mul(zero).add(witness);
            }
            small = add_nan_if_small::<K, V>(small, rows[at]);
            place = place.add(one);
        }
        self.large |= large.any_nan();
        self.small |= small.any_nan();
        let holds = !witness.any_nan();
        if CARE || holds {
            (self.prefix, self.prefix_count) = (state, count);
            self.anchors.1 = anchor;
        }
        holds
    }
}

#[inline(always)]
pub(crate) fn one_if_value<V: Vector>(value: V) -> V {
    V::splat(1.0).unless_nan(value, V::splat(0.0))
}

pub(crate) fn filled<T: Clone>(value: T, len: usize) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(len)
        .map_err(|_| Error::Memory { bytes: len.saturating_mul(size_of::<T>()) })?;
    values.resize(len, value);
    Ok(values)
}

#[cfg(test)]
mod tests;
