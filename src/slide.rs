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

use crate::element::{Element, Float};
use crate::error::Error;
use crate::rows::{Lanes, LanesMut, Segments, Sweep, Team, TeamMut, View, ViewMut};
use crate::simd::{Isa, One, Task, Vector, Work, dispatch};
use crate::threads;

/// A statistic of a window that is merged from two parts.
pub trait Slide: Copy + Send + Sync {
    /// What is known of some of the values, in each lane.
    type State<V: Vector>: Copy;

    /// Whether finite values may sum up to something infinite.
    const MAY_OVERFLOW: bool = true;

    /// Of no values.
    fn nothing<V: Vector>(&self) -> Self::State<V>;

    /// Takes in one more value in each lane. With `CARE`, it may be NaN, which changes nothing.
    fn push<V: Vector, const CARE: bool>(&self, state: Self::State<V>, value: V) -> Self::State<V>;

    /// The result of two parts, with so many values in all, and one divided by that. With `CARE`,
    /// values and sums may be infinite.
    fn merged<V: Vector, const CARE: bool>(
        &self,
        left: Self::State<V>,
        right: Self::State<V>,
        count: V,
        inverse: V,
    ) -> V;

    /// Of a value and the result of its window, the one that is not finite where the carefree
    /// form does not hold.
    fn witness<V: Vector>(&self, value: V, result: V) -> V;
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
pub fn along<T: Element, K: Slide>(
    view: &View<'_, T>,
    axis: usize,
    window: Window,
    kernel: K,
    out: &mut ViewMut<'_, T::Float>,
) -> Result<(), Error> {
    let sweep = Sweep::along(view, axis, out);
    let parallel = sweep.values() >= PARALLEL;
    let work = |piece: Piece<'_, T, T::Float>| dispatch(PieceWork { kernel, window, piece });
    each_piece(sweep, parallel, |lanes| stretch_len(lanes, window), work)
}

/// How many results of each of so many lanes are done at once, where the windows are merged or
/// their values walked in step.
pub(crate) fn stretch_len(lanes: usize, window: Window) -> usize {
    let long = PIECE.max(2 * TOGETHER * OVERLAP * window.len);
    if lanes < TOGETHER { long } else { usize::MAX }
}

/// Does the pieces of a sweep, whose size depends on its shape alone: of each of so many lanes,
/// `stretch` results at once.
pub(crate) fn each_piece<T: Copy + Sync, O: Send>(
    mut sweep: Sweep<'_, T, O>,
    parallel: bool,
    stretch: impl Fn(usize) -> usize,
    work: impl Fn(Piece<'_, T, O>) -> Result<(), Error> + Sync,
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
    if jobs.is_empty() { Ok(()) } else { threads::each(jobs, &work) }
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
    let group = if lanes.count() < TOGETHER {
        1
    } else {
        (PIECE / lanes.len()).max(1).next_multiple_of(TOGETHER)
    };
    out.by_lanes(group).flat_map(move |(lane, out)| {
        let stretches = out.by_rows(stretch);
        stretches.map(move |(start, out)| Piece { lanes, lane, start, out })
    })
}

/// Lanes, or segments of one, that are walked in step where there are enough.
pub(crate) const TOGETHER: usize = 8;

struct PieceWork<'a, T, O, K> {
    kernel: K,
    window: Window,
    piece: Piece<'a, T, O>,
}

impl<T: Element, K: Slide> Work for PieceWork<'_, T, T::Float, K> {
    type Out = Result<(), Error>;

    fn work<I: Isa>(self) -> Result<(), Error> {
        let Self { kernel, window, mut piece } = self;
        if piece.lanes.count() >= TOGETHER {
            return walk::<I, K, I::Vector>(kernel, window, &mut |scan| {
                piece.walk_lanes::<I>(scan)
            });
        }
        let segment = segment_len(piece.out.len(), window);
        if segment < piece.out.len() {
            let walk_segments = &mut |scan: &mut dyn Walker<I::Vector>| {
                piece.walk_segments::<I, _>(segment, window, scan);
            };
            return walk::<I, K, I::Vector>(kernel, window, walk_segments);
        }
        walk::<I::Scalar, K, One<I::Scalar>>(kernel, window, &mut |scan| {
            piece.walk_segments::<I::Scalar, _>(segment, window, scan);
        })
    }
}

impl<T: Element> Piece<'_, T, T::Float> {
    /// Whole lanes, `TOGETHER` of them in step.
    #[inline(never)]
    pub(crate) fn walk_lanes<I: Isa>(&mut self, scan: &mut dyn Walker<I::Vector>) {
        for first in (0..self.out.count()).step_by(TOGETHER) {
            let team = self.lanes.team(self.lane + first, TOGETHER);
            let mut out = self.out.team(first, TOGETHER);
            scan.walk(&With::<I, _>(&team, PhantomData), &mut With::<I, _>(&mut out, PhantomData));
        }
    }

    /// Segments of one lane, in step.
    #[inline(never)]
    pub(crate) fn walk_segments<I: Isa, V: Vector>(
        &mut self,
        len: usize,
        window: Window,
        scan: &mut dyn Walker<V>,
    ) {
        let (start, end) = (self.start, self.start + self.out.len());
        let at = Segments { start, end, len, history: window.len };
        let team = self.lanes.segments(self.lane, at);
        let mut out = self.out.segments(0, Segments { start: 0, end: end - start, ..at });
        scan.walk(&With::<I, _>(&team, PhantomData), &mut With::<I, _>(&mut out, PhantomData));
    }
}

/// Gives `teams` a scan to walk with.
#[inline(never)]
fn walk<I: Isa, K: Slide, V: Vector>(
    kernel: K,
    window: Window,
    teams: &mut dyn FnMut(&mut dyn Walker<V>),
) -> Result<(), Error> {
    let scan = Scan::<K, V>::new(kernel, window)?;
    teams(&mut With::<I, _>(scan, PhantomData));
    Ok(())
}

/// How long the segments of a stretch are that is walked in `TOGETHER` of them; all of it, if the
/// window is too long for that.
pub(crate) fn segment_len(len: usize, window: Window) -> usize {
    /// Values in 4 KiB: segments about a multiple of it apart would share the same cache sets.
    const PAGE: usize = 512;
    const OFF: usize = 48;
    const LAST: usize = PAGE - OFF;
    let segment = len.div_ceil(TOGETHER).next_multiple_of(TOGETHER);
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

/// Where rows come from, with certain instructions.
pub(crate) trait Source<V> {
    fn len(&self) -> usize;
    fn load(&self, row: isize, rows: &mut [V]);
}

/// Where rows go to.
pub(crate) trait Sink<V> {
    fn store(&mut self, row: usize, rows: &[V]);
}

/// What walks from one to the other.
pub(crate) trait Walker<V> {
    fn walk(&mut self, source: &dyn Source<V>, sink: &mut dyn Sink<V>);
}

/// What does something with the instructions `I`.
pub(crate) struct With<I, T>(pub(crate) T, pub(crate) PhantomData<I>);

impl<I: Isa, K: Slide, V: Vector> Walker<V> for With<I, Scan<K, V>> {
    fn walk(&mut self, source: &dyn Source<V>, sink: &mut dyn Sink<V>) {
        self.0.walk::<I>(source, sink);
    }
}

impl<I: Isa, V: Vector, T: Element> Source<V> for With<I, &Team<'_, T>> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn load(&self, row: isize, rows: &mut [V]) {
        I::run(Load { team: self.0, row, rows });
    }
}

impl<I: Isa, V: Vector, O: Float> Sink<V> for With<I, &mut TeamMut<'_, O>> {
    fn store(&mut self, row: usize, rows: &[V]) {
        I::run(Store { team: self.0, row, rows });
    }
}

struct Load<'a, T, V> {
    team: &'a Team<'a, T>,
    row: isize,
    rows: &'a mut [V],
}

impl<T: Element, V: Vector> Task for Load<'_, T, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.team.load(self.row, self.rows);
    }
}

struct Store<'a, 'b, O, V> {
    team: &'a mut TeamMut<'b, O>,
    row: usize,
    rows: &'a [V],
}

impl<O: Float, V: Vector> Task for Store<'_, '_, O, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.team.store(self.row, self.rows);
    }
}

/// The walk of a team of lanes, and what it needs to remember.
struct Scan<K: Slide, V: Vector> {
    kernel: K,
    window: Window,
    /// As many rows as the window has, and behind them those that are walked: whole blocks.
    rows: Vec<V>,
    /// What the last rows of the block before add up to, from each row on, and how many values
    /// they are.
    suffixes: Vec<K::State<V>>,
    suffix_counts: Vec<V>,
    results: [V; ROWS],
    /// How far into a block the walk is, what these rows add up to, and how many values they are.
    prefix_len: usize,
    prefix: K::State<V>,
    prefix_count: V,
    /// Whether there may be something other than finite values in the windows of this block.
    care: bool,
    /// So many of the latest rows are all finite.
    finite: usize,
    /// What values are multiplied with before they are summed up, with care.
    scale: f64,
    /// Whether there were values so large that a sum may have overflowed.
    huge: bool,
}

/// 2⁻⁶⁴: no window has as many values, so what is scaled by it does not overflow. What the small
/// ones lose is nothing beside those.
const DOWN: f64 = 1.0 / UNSCALE;
const UNSCALE: f64 = 18_446_744_073_709_551_616.0;

impl<K: Slide, V: Vector> Scan<K, V> {
    fn new(kernel: K, window: Window) -> Result<Self, Error> {
        let (zero, nothing) = (V::splat(0.0), kernel.nothing());
        Ok(Self {
            kernel,
            window,
            rows: filled(zero, window.len + window.len * (STRIP / window.len).max(1))?,
            suffixes: filled(nothing, window.len + 1)?,
            suffix_counts: filled(zero, window.len + 1)?,
            results: [zero; ROWS],
            prefix_len: 0,
            prefix: nothing,
            prefix_count: zero,
            care: true,
            finite: 0,
            scale: 1.0,
            huge: false,
        })
    }

    fn walk<I: Isa>(&mut self, source: &dyn Source<V>, sink: &mut dyn Sink<V>) {
        (self.scale, self.huge) = (1.0, false);
        self.walk_rows::<I>(source, sink);
        if self.huge && K::MAY_OVERFLOW {
            self.scale = DOWN;
            self.walk_rows::<I>(source, sink);
        }
    }

    fn walk_rows<I: Isa>(&mut self, source: &dyn Source<V>, sink: &mut dyn Sink<V>) {
        let window = self.window.len;
        source.load(-(window as isize), &mut self.rows[..window]);
        I::run(Begin { scan: self });
        let strip = self.rows.len() - window;
        for first in (0..source.len()).step_by(strip) {
            let end = (first + strip).min(source.len());
            for start in (first..end).step_by(ROWS) {
                let len = ROWS.min(end - start);
                let row = window + start - first;
                source.load(start as isize, &mut self.rows[row..row + len]);
                I::run(Walk { scan: self, row, len });
                sink.store(start, &self.results[..len]);
            }
            let walked = end - first;
            self.rows.copy_within(walked..walked + window, 0);
        }
    }
}

/// Looks at the rows before the first.
struct Begin<'a, K: Slide, V: Vector> {
    scan: &'a mut Scan<K, V>,
}

impl<K: Slide, V: Vector> Task for Begin<'_, K, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let window = self.scan.window.len;
        let zero = V::splat(0.0);
        let rows = self.scan.rows[..window].iter();
        let witness = rows.fold(zero, |witness, row| row.mul(zero).add(witness));
        self.scan.finite = if witness.any_nan() { 0 } else { window };
        self.scan.prefix_len = 0;
    }
}

/// Walks `len` rows from `row` on.
struct Walk<'a, K: Slide, V: Vector> {
    scan: &'a mut Scan<K, V>,
    row: usize,
    len: usize,
}

impl<K: Slide, V: Vector> Task for Walk<'_, K, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { scan, row, len } = self;
        let window = scan.window.len;
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

impl<K: Slide, V: Vector> Scan<K, V> {
    /// Sums up the suffixes of the block before, which starts with the row `first`.
    #[inline(always)]
    fn start_block(&mut self, first: usize) {
        self.care = self.finite < self.window.len || self.scale != 1.0;
        (self.prefix, self.prefix_count) = (self.kernel.nothing(), V::splat(0.0));
        if self.care { self.sum_suffixes::<true>(first) } else { self.sum_suffixes::<false>(first) }
    }

    #[inline(always)]
    fn sum_suffixes<const CARE: bool>(&mut self, first: usize) {
        let window = self.window.len;
        let (mut state, mut count) = (self.kernel.nothing(), V::splat(0.0));
        let scale = V::splat(self.scale);
        let rows = &self.rows[first..first + window];
        let suffixes = &mut self.suffixes[..window + 1];
        let counts = &mut self.suffix_counts[..window + 1];
        (suffixes[window], counts[window]) = (state, count);
        for row in (1..window).rev() {
            let value = if CARE { rows[row].mul(scale) } else { rows[row] };
            state = self.kernel.push::<V, CARE>(state, value);
            suffixes[row] = state;
            if CARE {
                count = count.add(one_if_value(value));
                counts[row] = count;
            }
        }
    }

    /// Walks `len` rows of one block, and gives the results from `result` on.
    #[inline(always)]
    fn walk_block(&mut self, row: usize, result: usize, len: usize) {
        let carefree = !self.care && self.sum_prefixes::<false>(row, result, len);
        if !self.care && !carefree {
            // Once more with care, from here to the end of the block.
            self.care = true;
            self.prefix_count = V::splat(self.prefix_len as f64);
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
        let results = &mut self.results[result..result + len];
        let (mut state, mut count) = (self.prefix, self.prefix_count);
        // They become NaN with the first that is not finite, or the first that is huge.
        let (mut witness, mut huge) = (zero, zero);
        for at in 0..len {
            if CARE {
                let value = rows[at].mul(scale);
                state = self.kernel.push::<V, true>(state, value);
                count = count.add(one_if_value(value));
                let all = count.add(counts[at]);
                let merged = self.kernel.merged::<V, true>(suffixes[at], state, all, one.div(all));
                results[at] = merged.mul(unscale).where_reaches(all, min_count);
                let finite = value.mul(zero);
                let grown = value.mul(V::splat(UNSCALE)).mul(zero);
                (witness, huge) = (witness.add(finite), huge.add(grown.unless_nan(finite, zero)));
            } else {
                let value = rows[at];
                state = self.kernel.push::<V, false>(state, value);
                let merged =
                    self.kernel.merged::<V, false>(suffixes[at], state, full, full_inverse);
                results[at] = merged;
                witness = self.kernel.witness(value, merged).mul(zero).add(witness);
            }
        }
        self.huge |= huge.any_nan();
        let holds = !witness.any_nan();
        if CARE || holds {
            (self.prefix, self.prefix_count) = (state, count);
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
