//! One value out for each value in: the driver of the moving windows.
//!
//! Windows are *block scans* (two stacks; for minima van Herk 1992 and Gil & Werman 1993). A lane
//! is cut into blocks as long as the window, so that every window is the end of one block and the
//! beginning of the next: the suffixes of the block before are summed up backwards, this one's
//! prefixes forwards, and the two are merged. That is three steps a value for any window. Nothing
//! is ever subtracted, so a value that has left the window has no part in the result.
//!
//! Eight lanes are walked in step, or eight segments of one lane; where these are shorter than the
//! window, as tiles. Where all values and results are finite, the windows need not count their
//! values (the carefree form); where not, the stretch is done again with care.

use std::iter::once;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops;

use crate::error::Error;
use crate::interrupt;
use crate::merge::{Merge, Rescaling, Sample, Shift, StateVectors, Summary, WindowInfo};
use crate::numeric::element::{Element, Float};
use crate::simd::{Isa, LANES, One, Row, Task, Vector, Work, dispatch, vectorized};
use crate::strided::scratch::Lines;
use crate::strided::{Better, Lanes, LanesMut, Segments, Sweep, Team, TeamMut, View, ViewMut};
use crate::threads;

mod tiles;

use tiles::Totals;

/// The window of a call.
#[derive(Clone, Copy)]
pub struct Window {
    /// No more than the axis has: what is before it makes no difference.
    pub(crate) len: usize,
    pub(crate) min_count: usize,
}

impl Window {
    /// A window of `len` values along an axis of length `axis_len`, whose result is NaN if fewer
    /// than `min_count` of them are not; by default if any is.
    pub fn new(len: i64, min_count: Option<i64>, axis_len: usize) -> Result<Self, Error> {
        let (window, least) = (len, min_count.unwrap_or(len));
        if window < 1 {
            return Err(Error::Window { window });
        }
        if !(1..=window).contains(&least) {
            return Err(Error::MinCount { min_count: least, window });
        }
        let within = |count: i64| usize::try_from(count).unwrap_or(usize::MAX);
        Ok(Self { len: within(len).min(axis_len), min_count: within(least) })
    }

    /// Whether the axis has values enough for a result.
    pub fn has_results(self) -> bool {
        self.min_count <= self.len
    }
}

/// Rows that are loaded, walked and stored at once: they stay in the first cache.
const ROWS: usize = 40;
/// Rows that whole blocks are put together to, if they are shorter.
const STRIP: usize = 64;
/// Results that are a job of their own, if the window is not long.
const PIECE: usize = 1 << 16;
/// So many times as many values as the window has are a piece, if it is long, as one window before
/// its beginning is read again; as many as it has, if that is done in tiles.
const LONG: usize = 64;
/// Windows longer than this are walked in tiles, whose suffixes the caches hold.
const TILED: usize = 1 << 13;
/// Lanes of at most so many values are looked at directly, if all windows together have at most
/// so many.
const FEW: usize = 64;
const FEW_PUSHED: usize = 256;
/// Fewer values than this are not worth a second thread.
pub(crate) const PARALLEL: usize = 1 << 17;

/// The statistic of the window that ends at each value along `axis`.
pub fn along<T: Element>(
    view: &View<'_, T>,
    axis: usize,
    window: Window,
    kernel: &dyn AnyMoving,
    out: &mut ViewMut<'_, T::Float>,
) -> Result<(), Error> {
    if let (Some(values), Some(places)) = (view.as_slice(), out.as_slice_mut())
        && values.len() <= FEW
        && values.len() * window.len <= FEW_PUSHED
        && few(values, window, kernel, places)
    {
        return Ok(());
    }
    let sweep = Sweep::along(view, axis, out);
    let parallel = sweep.values() >= PARALLEL;
    let work = |piece: Piece<'_, T, T::Float>| piece.walk(kernel, window);
    each_piece(sweep, window, parallel, &|lanes| stretch_len(lanes, window), &work)
}

/// Looks directly at a few values, if none asks for more than one look.
#[inline(never)]
fn few<T: Element>(
    values: &[T],
    window: Window,
    kernel: &dyn AnyMoving,
    places: &mut [MaybeUninit<T::Float>],
) -> bool {
    let (mut floats, mut results) = ([0.0; FEW], [0.0; FEW]);
    let (floats, results) = (&mut floats[..values.len()], &mut results[..values.len()]);
    T::copy_to_f64s(values, floats);
    if !kernel.directly(window, floats, results) && T::HAS_EXTREMES {
        return false;
    }
    for (place, result) in places.iter_mut().zip(results) {
        place.write(T::Float::from_f64(*result));
    }
    true
}

/// How many results of each of so many lanes are done at once, where the windows are merged or
/// their values walked in step.
pub(crate) fn stretch_len(lanes: usize, window: Window) -> usize {
    let times = if window.len > TILED { 1 } else { LONG };
    let long = PIECE.max(window.len.saturating_mul(times));
    if lanes < LANES { long } else { usize::MAX }
}

/// What does a piece.
pub(crate) type PieceWorker<'a, T, O> = dyn Fn(Piece<'_, T, O>) -> Result<(), Error> + Sync + 'a;

/// Does the pieces of a sweep, whose size depends on its shape alone: of each of so many lanes,
/// `stretch` results at once.
#[inline(never)]
pub(crate) fn each_piece<T: Copy + Sync, O: Send>(
    mut sweep: Sweep<'_, T, O>,
    window: Window,
    parallel: bool,
    stretch: &dyn Fn(usize) -> usize,
    work: &PieceWorker<'_, T, O>,
) -> Result<(), Error> {
    let work = |piece: Piece<'_, T, O>| {
        let mut memory = Vec::new();
        work(piece.converted(window, &mut memory))
    };
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

/// A kernel whose type is left behind, so that what moves values is compiled for each dtype and
/// not for each statistic.
pub trait AnyMoving: Sync {
    /// The results of a few values of a lane; says whether none asks for a second walk.
    fn directly(&self, window: Window, values: &[f64], results: &mut [f64]) -> bool;
    /// Gives `work` what walks with the best instructions through lanes of at most `len` rows.
    fn with_walker(
        &self,
        window: Window,
        len: usize,
        work: &mut dyn FnMut(&mut dyn Walker) -> Result<(), Error>,
    ) -> Result<(), Error>;
}

impl<K: Merge + 'static> AnyMoving for K {
    fn directly(&self, window: Window, values: &[f64], results: &mut [f64]) -> bool {
        vectorized(Directly { kernel: *self, window, values, results })
    }

    fn with_walker(
        &self,
        window: Window,
        len: usize,
        work: &mut dyn FnMut(&mut dyn Walker) -> Result<(), Error>,
    ) -> Result<(), Error> {
        dispatch(WithScan { kernel: *self, window, len, work })
    }
}

/// Pushes the values of each window, one after the other.
struct Directly<'a, K> {
    kernel: K,
    window: Window,
    values: &'a [f64],
    results: &'a mut [f64],
}

impl<K: Merge> Task for Directly<'_, K> {
    type Out = bool;

    #[inline(always)]
    fn run<I: Isa>(self) -> bool {
        let Self { kernel, window, values, results } = self;
        let (zero, one) = (One::<I>::splat(0.0), One::<I>::splat(1.0));
        let min_count = One::splat(window.min_count as f64);
        let mut range = Range::<K, One<I>>::new();
        for (last, result) in results.iter_mut().enumerate() {
            let (mut state, mut count, mut anchor) = (kernel.empty(), zero, One::splat(f64::NAN));
            let mut place = One::splat(0.0);
            for at in (last + 1).saturating_sub(window.len)..=last {
                let value = One::load(&values[at..]);
                place = One::splat(at as f64);
                anchor = anchor.unless_nan(anchor, value);
                state = kernel.insert::<_, true>(state, Sample::new(value, anchor, place));
                count = count.add(one_if_value(value));
            }
            range.see_size(One::load(&values[last..]));
            range.see_square(One::load(&values[last..]));
            let whole = WindowInfo { count, inverse: one.div(count), row: place };
            kernel
                .finish::<_, true>(state, whole)
                .where_reaches(count, min_count)
                .store(std::slice::from_mut(result));
        }
        !range.is_large() && !range.is_small()
    }
}

struct WithScan<'a, K> {
    kernel: K,
    window: Window,
    len: usize,
    work: &'a mut dyn FnMut(&mut dyn Walker) -> Result<(), Error>,
}

impl<K: Merge + 'static> Work for WithScan<'_, K> {
    type Out = Result<(), Error>;

    fn work<I: Isa>(self) -> Self::Out {
        let Self { kernel, window, len, work } = self;
        work(&mut Scan::<K, I, I::Vector>::new(kernel, window, len)?)
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

/// Values of a piece that are converted at once: what is shorter than a megabyte. Others are
/// while they are read, some at a time.
const CONVERTED: usize = 3 << 15;

impl<'a, T: Copy, O> Piece<'a, T, O> {
    /// The same of values that are what the kernels read.
    fn converted<'b>(self, window: Window, memory: &'b mut Vec<T>) -> Piece<'b, T, O>
    where
        'a: 'b,
    {
        let Self { lanes, lane, start, out } = self;
        let first = start.saturating_sub(window.len);
        let (last, end) = (lane + out.count(), start + out.len());
        // Where there are enough lanes to walk several in step, there must be afterwards.
        let least = if lanes.count() < LANES { 1 } else { LANES };
        let from = lane.min(last.saturating_sub(least));
        if (last - from) * (end - first) <= CONVERTED
            && let Some(lanes) = lanes.converted(from..last, first..end, memory)
        {
            return Piece { lanes, lane: lane - from, start: start - first, out };
        }
        Piece { lanes, lane, start, out }
    }
}

impl<T: Element> Piece<'_, T, T::Float> {
    fn walk(mut self, kernel: &dyn AnyMoving, window: Window) -> Result<(), Error> {
        let len = self.out.len();
        if self.lanes.count() >= LANES {
            return kernel.with_walker(window, len, &mut |walker| self.walk_lanes(walker));
        }
        let segment = segment_or_tile(len, window);
        kernel.with_walker(window, segment, &mut |walker| self.walk_segments(segment, walker))
    }

    /// WindowInfo lanes, `LANES` of them in step.
    pub(crate) fn walk_lanes(&mut self, walker: &mut dyn Walker) -> Result<(), Error> {
        for first in (0..self.out.count()).step_by(LANES) {
            let team = self.lanes.team(self.lane + first, LANES);
            walker.walk(&team, &mut self.out.team(first, LANES))?;
        }
        Ok(())
    }

    /// Segments or tiles of one lane, in step.
    pub(crate) fn walk_segments(
        &mut self,
        len: usize,
        walker: &mut dyn Walker,
    ) -> Result<(), Error> {
        let (start, end) = (self.start, self.start + self.out.len());
        let team = self.lanes.segments(self.lane, Segments { start, end, len });
        let mut out = self.out.segments(0, Segments { start: 0, end: end - start, len });
        walker.walk(&team, &mut out)
    }
}

/// How long the segments are of a stretch that is walked in `LANES` of them.
pub(crate) fn segment_len(len: usize) -> usize {
    off_page(len.div_ceil(LANES).max(LANES))
}

/// The same, or how long its tiles are, if the window is too long for segments: so long that a
/// window has few, and so short that the caches hold what is known of their rows.
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

/// Where rows come from.
pub trait Source {
    /// How many there are.
    fn len(&self) -> usize;
    /// How many rows there are before these until all lanes begin.
    fn before(&self) -> usize;
    /// How many there are until there are no more values, if rows of tiles go on in others.
    fn after(&self) -> usize;
    /// Whether values may be so large or small that they ask for a second walk.
    fn has_extremes(&self) -> bool;
    /// The rows from `row` on, one after the other.
    fn load(&self, row: isize, rows: &mut [f64]);
}

/// Where rows go to.
pub trait Sink {
    /// Writes the rows from `row` on.
    fn store(&mut self, row: usize, rows: &[f64]);
    /// Writes over those results whose new value is within a range.
    fn amend(&mut self, row: usize, rows: &[f64], better: Better<'_>);
}

/// What walks from one to the other.
pub trait Walker {
    /// Gives a result for each row.
    fn walk(&mut self, source: &dyn Source, sink: &mut dyn Sink) -> Result<(), Error>;
}

impl<T: Element> Source for Team<'_, T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn before(&self) -> usize {
        self.before()
    }

    fn after(&self) -> usize {
        self.after()
    }

    fn has_extremes(&self) -> bool {
        T::HAS_EXTREMES
    }

    fn load(&self, row: isize, rows: &mut [f64]) {
        vectorized(Load { team: self, row, rows });
    }
}

impl<O: Float> Sink for TeamMut<'_, O> {
    fn store(&mut self, row: usize, rows: &[f64]) {
        vectorized(Store { team: self, row, rows });
    }

    fn amend(&mut self, row: usize, rows: &[f64], better: Better<'_>) {
        self.amend(row, rows, better);
    }
}

struct Load<'a, T> {
    team: &'a Team<'a, T>,
    row: isize,
    rows: &'a mut [f64],
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
    rows: &'a [f64],
}

impl<O: Float> Task for Store<'_, '_, O> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.team.store::<I::Vector>(self.row, self.rows);
    }
}

/// The walk of a team of lanes, and what it needs to remember.
struct Scan<K: Merge, I, V: Vector> {
    kernel: K,
    isa: PhantomData<I>,
    window: Window,
    /// How many rows a block has: as many as the window, or as a tile.
    block: usize,
    /// What lies between the two blocks of a window.
    between: Summary<K::State<V>, V>,
    totals: Totals,
    /// The rows that are walked, whole blocks of them, and those before.
    strips: [Strip<V>; 2],
    strip_len: usize,
    /// Which of the two strips is the one that is walked.
    now: usize,
    /// What the last rows of the block before add up to, from each row on, and how many values
    /// they are.
    suffixes: Strip<V>,
    suffix_counts: Strip<V>,
    /// The results of the latest rows.
    results: Strip<V>,
    /// How far into a block the walk is, what these rows add up to, and how many values they are.
    prefix_len: usize,
    prefix: K::State<V>,
    prefix_count: V,
    /// The anchors of the suffixes and of the prefix, NaN where they have no value yet.
    left_anchor: V,
    anchor: V,
    /// Whether there may be something other than finite values in the windows of this block.
    care: bool,
    /// The form that the suffixes are in, if they are summed up.
    suffixes_form: Option<u8>,
    /// So many of the latest rows are all finite.
    finite: usize,
    /// What values are multiplied with before they are summed up, with care.
    scale: f64,
    /// Whether there were values that ask for a second walk.
    large: bool,
    small: bool,
}

/// Rows one after the other, which begin with a cache line.
struct Strip<V> {
    memory: Lines,
    vector: PhantomData<V>,
}

impl<V: Vector> Strip<V> {
    /// Holds anything.
    fn new(rows: usize) -> Result<Self, Error> {
        let lines = rows.saturating_mul(V::LANES).div_ceil(LANES);
        Ok(Self { memory: Lines::take(lines)?, vector: PhantomData })
    }

    #[inline(always)]
    fn rows(&self, first: usize, len: usize) -> &[f64] {
        &Row::values(self.memory.rows())[first * V::LANES..][..len * V::LANES]
    }

    #[inline(always)]
    fn rows_mut(&mut self, first: usize, len: usize) -> &mut [f64] {
        &mut Row::values_mut(self.memory.rows_mut())[first * V::LANES..][..len * V::LANES]
    }
}

impl<K: Merge, I: Isa, V: Vector> Scan<K, I, V> {
    /// For walks of lanes of at most `len` rows.
    fn new(kernel: K, window: Window, len: usize) -> Result<Self, Error> {
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
        let large = K::LARGE.filter(|_| self.large);
        let small = K::SMALL.filter(|_| self.small);
        if large.or(small).is_none() {
            return Ok(());
        }
        let (any_large, any_small) = if self.has_tiles() {
            extremes::<V>(source, &mut self.tile_rows(source), large, small)
        } else {
            let all = -(self.window.len as isize)..source.len() as isize;
            extremes::<V>(source, &mut once(all), large, small)
        };
        let (large, small) = (large.filter(|_| any_large), small.filter(|_| any_small));
        if let Some(rescue) = large {
            self.scale = rescue.scale;
            let better = |first: f64, _| !first.is_finite();
            self.walk_rows(source, &mut |row, rows| sink.amend(row, rows, &better))?;
        }
        if let Some(rescue) = small {
            self.scale = rescue.scale;
            let small = self.kernel.trusted_range();
            let better = |_, second| small.contains(&second);
            self.walk_rows(source, &mut |row, rows| sink.amend(row, rows, &better))?;
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

/// Whether there are finite values beyond the one, and whether some but zero beyond the other.
#[inline(never)]
fn extremes<V: Vector>(
    source: &dyn Source,
    stretches: &mut dyn Iterator<Item = ops::Range<isize>>,
    large: Option<Rescaling>,
    small: Option<Rescaling>,
) -> (bool, bool) {
    let greatest = large.map_or(f64::INFINITY, |it| it.beyond);
    let least = small.map_or(0.0, |it| it.beyond);
    let (mut any_large, mut any_small) = (false, false);
    let mut rows = [0.0; ROWS * LANES];
    let starts = stretches.flat_map(|rows| rows.clone().step_by(ROWS).map(move |it| it..rows.end));
    for (index, ops::Range { start, end }) in starts.enumerate() {
        interrupt::check_at(index * ROWS, ROWS);
        let rows = &mut rows[..ROWS.min((end - start) as usize) * V::LANES];
        source.load(start, rows);
        for value in rows {
            let size = value.abs();
            any_large |= greatest < size && size < f64::INFINITY;
            any_small |= 0.0 < size && size < least;
        }
    }
    (any_large, any_small)
}

/// Looks at the block before the first, which is the last of a strip.
struct Begin<'a, K: Merge, I, V: Vector> {
    scan: &'a mut Scan<K, I, V>,
    strip: usize,
}

impl<K: Merge, J: Isa, V: Vector> Task for Begin<'_, K, J, V> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { scan, strip } = self;
        let (zero, block) = (V::splat(0.0), scan.block);
        let (mut witness, mut range) = (zero, Range::<K, V>::new());
        let rows = scan.strips[strip].rows(scan.strip_len - block, block);
        for row in rows.chunks_exact(V::LANES).map(V::load) {
            witness = row.mul_add_loosely(zero, witness);
            range.see_size(row);
            range.see_square(row);
        }
        scan.see(&range);
        let between = V::splat((scan.window.len - block) as f64);
        let all = !witness.any_nan() && !is_any_less(scan.between.count, between);
        scan.finite = if all { scan.window.len } else { 0 };
        scan.prefix_len = block;
    }
}

/// The range of some values, as far as it matters whether there are large or small ones among
/// them; infinite ones and zeros may be taken for such.
struct Range<K, V> {
    greatest: V,
    least: V,
    least_square: V,
    kernel: PhantomData<K>,
}

impl<K: Merge, V: Vector> Range<K, V> {
    #[inline(always)]
    fn new() -> Self {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        Self { greatest: zero, least: zero, least_square: one, kernel: PhantomData }
    }

    #[inline(always)]
    fn see_size(&mut self, value: V) {
        if K::LARGE.is_some() {
            self.greatest = value.greatest(self.greatest);
            self.least = value.least(self.least);
        }
    }

    #[inline(always)]
    fn see_square(&mut self, value: V) {
        if K::SMALL.is_some() {
            self.least_square = value.mul(value).least(self.least_square);
        }
    }

    #[inline(always)]
    fn is_large(&self) -> bool {
        let Some(Rescaling { beyond, .. }) = K::LARGE else { return false };
        is_any_less(V::splat(beyond), self.greatest) || is_any_less(self.least, V::splat(-beyond))
    }

    #[inline(always)]
    fn is_small(&self) -> bool {
        let Some(Rescaling { beyond, .. }) = K::SMALL else { return false };
        is_any_less(self.least_square, V::splat(beyond * beyond))
    }
}

#[inline(always)]
fn is_any_less<V: Vector>(value: V, limit: V) -> bool {
    V::splat(f64::NAN).where_less(value, limit, V::splat(0.0)).any_nan()
}

/// Walks `len` rows of a strip, from `row` on.
struct Walk<'a, K: Merge, I, V: Vector> {
    scan: &'a mut Scan<K, I, V>,
    row: usize,
    len: usize,
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
                scan.walk_carefree(row + done, done, run)
            };
            done += walked;
            scan.prefix_len += walked;
        }
    }
}

/// Both parts have one anchor from the beginning, and all values are finite.
const CAREFREE: u8 = 0;
/// The parts have the same anchor.
const CAREFUL: u8 = 1;
/// Each part has its own.
const APART: u8 = 2;

impl<K: Merge, I: Isa, V: Vector> Scan<K, I, V> {
    /// Remembers whether there were values that ask for a second walk.
    #[inline(always)]
    fn see(&mut self, range: &Range<K, V>) {
        (self.large, self.small) = (self.large | range.is_large(), self.small | range.is_small());
    }

    /// Starts the block that starts with this row.
    #[inline(always)]
    fn start_block(&mut self, row: usize) {
        self.care = self.finite < self.window.len || self.scale != 1.0;
        (self.prefix, self.prefix_count) = (self.kernel.empty(), V::splat(0.0));
        (self.prefix_len, self.suffixes_form) = (0, None);
        let first = V::load(self.strips[self.now].rows(row, 1));
        self.anchor = if self.care { V::splat(f64::NAN) } else { first };
    }

    /// Walks `len` rows of one block and gives the results from `result` on; or none, if that
    /// takes care.
    #[inline(always)]
    fn walk_carefree(&mut self, row: usize, result: usize, len: usize) -> usize {
        if self.walk_as::<CAREFREE>(row, result, len) {
            return len;
        }
        self.care = true;
        self.prefix_count = V::splat(self.prefix_len as f64);
        if self.prefix_len == 0 {
            self.anchor = V::splat(f64::NAN);
        }
        0
    }

    /// Walks at most `len` rows of one block and gives the results from `result` on; says how
    /// many.
    #[inline(always)]
    fn walk_with_care(&mut self, row: usize, result: usize, len: usize) -> usize {
        let apart = if K::ANCHORED { self.rows_apart(row, len) } else { 0 };
        if apart > 0 {
            self.walk_as::<APART>(row, result, apart);
            return apart;
        }
        self.walk_as::<CAREFUL>(row, result, len);
        len
    }

    /// Walks the rows in this form; says whether all values are finite, and the carefree form
    /// holds.
    #[inline(always)]
    fn walk_as<const FORM: u8>(&mut self, row: usize, result: usize, len: usize) -> bool {
        if self.suffixes_form != Some(FORM) {
            self.sum_suffixes::<FORM>(row - self.prefix_len);
            self.suffixes_form = Some(FORM);
        }
        let finite = self.sum_prefixes::<FORM>(row, result, len);
        self.finite = if finite { self.finite + len } else { 0 };
        finite
    }

    /// How many of `len` rows come before the prefix has an anchor in each lane. If there is
    /// none of them, it has one then.
    #[inline(always)]
    fn rows_apart(&mut self, row: usize, len: usize) -> usize {
        let (mut anchor, scale) = (self.anchor, V::splat(self.scale));
        if !anchor.any_nan() {
            return 0;
        }
        let rows = self.strips[self.now].rows(row, len);
        for at in 0..len {
            anchor = anchor.unless_nan(anchor, V::load(&rows[at * V::LANES..]).mul(scale));
            if !anchor.any_nan() {
                if at == 0 {
                    self.anchor = anchor;
                }
                return at;
            }
        }
        len
    }

    /// Sums up the suffixes of the block before the one that starts with this row.
    #[inline(always)]
    fn sum_suffixes<const FORM: u8>(&mut self, start: usize) {
        let len = self.block;
        let Summary { mut state, mut count, anchor: own } = self.between;
        let mut anchor = if FORM == APART { own } else { self.anchor };
        if K::ANCHORED && FORM != APART && self.has_tiles() {
            state = self.kernel.rebase(state, Shift { from: own, to: anchor, count });
        }
        let (one, scale) = (V::splat(1.0), V::splat(self.scale));
        let block = match start.checked_sub(len) {
            Some(first) => self.strips[self.now].rows(first, len),
            None => self.strips[1 - self.now].rows(self.strip_len - len, len),
        };
        let size = K::State::<V>::COUNT * V::LANES;
        let suffixes = self.suffixes.rows_mut(0, (len + 1) * K::State::<V>::COUNT);
        let counts = self.suffix_counts.rows_mut(0, len + 1);
        state.write(&mut suffixes[len * size..]);
        count.store(&mut counts[len * V::LANES..]);
        let mut place = V::splat(len as f64 - self.window.len as f64);
        let mut range = Range::<K, V>::new();
        for row in (1..len).rev() {
            let value = V::load(&block[row * V::LANES..]);
            place = place.sub(one);
            if FORM == CAREFREE {
                state =
                    self.kernel.insert_before::<V, false>(state, Sample::new(value, anchor, place));
            } else {
                let value = value.mul(scale);
                range.see_size(value);
                if FORM == APART {
                    anchor = anchor.unless_nan(anchor, value);
                }
                state =
                    self.kernel.insert_before::<V, true>(state, Sample::new(value, anchor, place));
                count = count.add(one_if_value(value));
                count.store(&mut counts[row * V::LANES..]);
            }
            state.write(&mut suffixes[row * size..]);
        }
        self.left_anchor = anchor;
        self.large |= range.is_large();
    }

    /// Says whether all values are finite; in the carefree form, also whether it holds, without
    /// which nothing is changed.
    #[inline(always)]
    fn sum_prefixes<const FORM: u8>(&mut self, row: usize, result: usize, len: usize) -> bool {
        let (one, zero) = (V::splat(1.0), V::splat(0.0));
        let (scale, unscale) = (V::splat(self.scale), V::splat(1.0 / self.scale));
        let full = V::splat(self.window.len as f64);
        let full_inverse = V::splat(1.0 / self.window.len as f64);
        let min_count = V::splat(self.window.min_count as f64);
        let rows = self.strips[self.now].rows(row, len);
        let first = self.prefix_len + 1;
        let parts = K::State::<V>::COUNT;
        let suffixes = self.suffixes.rows(first * parts, len * parts);
        let counts = self.suffix_counts.rows(first, len);
        let results = self.results.rows_mut(result, len);
        let (mut state, mut count) = (self.prefix, self.prefix_count);
        let (left, mut anchor) = (self.left_anchor, self.anchor);
        let mut place = V::splat(self.prefix_len as f64);
        // It becomes NaN with the first that is not finite.
        let (mut witness, mut range) = (zero, Range::<K, V>::new());
        for at in 0..len {
            let row = V::load(&rows[at * V::LANES..]);
            let mut suffix = K::State::read(&suffixes[at * parts * V::LANES..]);
            let result = &mut results[at * V::LANES..];
            if FORM == CAREFREE {
                state = self.kernel.insert::<V, false>(state, Sample::new(row, anchor, place));
                let whole = WindowInfo { count: full, inverse: full_inverse, row: place };
                let joined = self.kernel.combine::<V, false>(suffix, state);
                let of_window = self.kernel.finish::<V, false>(joined, whole);
                of_window.store(result);
                witness = self.kernel.finite_check(row, of_window).mul_add_loosely(zero, witness);
            } else {
                let (value, left_count) = (row.mul(scale), V::load(&counts[at * V::LANES..]));
                if FORM == APART {
                    anchor = anchor.unless_nan(anchor, value);
                    let shift = Shift { from: left, to: anchor, count: left_count };
                    suffix = self.kernel.rebase(suffix, shift);
                }
                state = self.kernel.insert::<V, true>(state, Sample::new(value, anchor, place));
                count = count.add(one_if_value(value));
                let all = count.add(left_count);
                let whole = WindowInfo { count: all, inverse: one.div(all), row: place };
                let joined = self.kernel.combine::<V, true>(suffix, state);
                let of_window = self.kernel.finish::<V, true>(joined, whole);
                let of_window = self.kernel.unscaled(of_window, unscale);
                of_window.where_reaches(all, min_count).store(result);
                witness = value.mul_add_loosely(zero, witness);
                range.see_size(value);
            }
            range.see_square(row);
            place = place.add(one);
        }
        self.see(&range);
        let holds = !witness.any_nan();
        if FORM != CAREFREE || holds {
            (self.prefix, self.prefix_count) = (state, count);
            self.anchor = anchor;
        }
        holds
    }
}

#[inline(always)]
pub(crate) fn one_if_value<V: Vector>(value: V) -> V {
    V::splat(1.0).unless_nan(value, V::splat(0.0))
}

#[cfg(test)]
mod tests;
