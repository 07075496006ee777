//! The loops over values, which make summaries of them, for each set of instructions.

use std::ops::Range;

use super::summaries::{FoldLanes, SUMMARY, beside, outcome, read_lanes, write_lanes};
use super::{ABREAST, CHUNK, FEW, NARROW, Outcome, ROWS, Single, first_lane};
use crate::merge::{MOST_VECTORS, Merge, Sample, StateVectors, Summary, one_if_value};
use crate::numeric::element::Element;
use crate::simd::{Isa, LANES, One, Task, Vector};
use crate::strided::{Lanes, Rows};

/// Some neighbours' sample.
#[inline(always)]
fn sample<T: Element, M: Merge, V: Vector>(values: &[T], anchor: V) -> Sample<V> {
    let zero = V::splat(0.0);
    let (value, distance) =
        if M::ANCHORED { T::load_distance(values, anchor) } else { (T::load(values), zero) };
    Sample { values: [value], distances: [distance], row: zero }
}

/// Whether a vector of a state is not finite.
#[inline(always)]
fn is_poisoned<V: Vector, S: StateVectors<V>>(summaries: &[Summary<S, V>]) -> bool {
    let zero = V::splat(0.0);
    let (mut vectors, mut check) = ([0.0; MOST_VECTORS * LANES], zero);
    for summary in summaries {
        summary.state.write(&mut vectors);
        for vector in vectors[..S::COUNT * V::LANES].chunks_exact(V::LANES) {
            check = V::load(vector).mul_add_loosely(zero, check);
        }
    }
    check.any_nan()
}

/// Whether values may have to be looked at one by one, as there is something to ignore among them.
#[inline(always)]
const fn may_be_nan<T: Element, M: Merge>() -> bool {
    T::HAS_NAN && M::IGNORES_NAN
}

/// How many states the registers hold beside what a step needs.
const fn held<V: Vector, S: StateVectors<V>>() -> usize {
    let registers = if V::WIDTH == 8 { 24 } else { 12 };
    match registers * V::WIDTH / (V::LANES * S::COUNT) {
        0 | 1 => 1,
        2 | 3 if V::WIDTH < 8 && S::COUNT > 3 => 1,
        2 | 3 => 2,
        _ => 4,
    }
}

/// Inserts rows into the summaries of `U` vectors of them, from the column `first` on.
#[inline(always)]
fn insert_rows<T, M, V, const MAY_BE_NAN: bool, const U: usize, const N: usize>(
    kernel: &M,
    rows: Rows<'_, T, N>,
    first: usize,
    summaries: &mut [Summary<M::State<V>, V>; U],
) where
    T: Element,
    M: Merge,
    V: Vector,
{
    let (one, len) = (V::splat(1.0), V::splat(rows.len() as f64));
    // They stay in registers, which what is behind a reference does not.
    let (mut states, mut anchors) = ([kernel.empty(); U], [V::splat(0.0); U]);
    let mut missing = [V::splat(0.0); U];
    for at in 0..U {
        (states[at], anchors[at]) = (summaries[at].state, summaries[at].anchors[0]);
    }
    for row in rows.in_place() {
        for at in 0..U {
            let sample = sample::<T, M, V>(&row[first + at * V::LANES..], anchors[at]);
            states[at] = kernel.insert::<V, MAY_BE_NAN>(states[at], sample);
            if MAY_BE_NAN && M::COUNTED {
                missing[at] = missing[at].add_where(sample.value().is_nan(), one);
            }
        }
    }
    for at in 0..U {
        summaries[at].state = states[at];
        summaries[at].count = summaries[at].count.add(len.sub(missing[at]));
    }
}

/// The same in the form that holds; says whether values have to be looked at one by one.
#[inline(always)]
fn insert_stretch<T, M, V, const U: usize, const N: usize>(
    kernel: &M,
    rows: Rows<'_, T, N>,
    first: usize,
    careful: bool,
    summaries: &mut [Summary<M::State<V>, V>; U],
) -> bool
where
    T: Element,
    M: Merge,
    V: Vector,
{
    if !careful {
        let before = *summaries;
        insert_rows::<T, M, V, false, U, N>(kernel, rows, first, summaries);
        if !may_be_nan::<T, M>() || !is_poisoned(summaries) {
            return false;
        }
        *summaries = before;
    }
    insert_rows::<T, M, V, true, U, N>(kernel, rows, first, summaries);
    true
}

/// The summary of neighbours in one lane.
pub(super) struct Part<'a, T, M> {
    pub(super) kernel: &'a M,
    pub(super) values: &'a [T],
    pub(super) anchor: f64,
    pub(super) summary: &'a mut Single,
}

impl<T: Element, M: Merge> Task for Part<'_, T, M> {
    type Out = Outcome;

    #[inline(always)]
    fn run<I: Isa>(self) -> Outcome {
        match self.values.len() {
            ..FEW => self.one_by_one::<I>(),
            FEW..NARROW => self.abreast::<I, 1, LANES>(),
            _ => self.abreast::<I, ABREAST, { ABREAST * LANES }>(),
        }
    }
}

impl<T: Element, M: Merge> Part<'_, T, M> {
    /// Of values that are taken one by one.
    #[inline(always)]
    pub(super) fn one_by_one<I: Isa>(self) -> Outcome {
        let Self { kernel, values, anchor, summary } = self;
        let anchor = One::<I>::splat(anchor);
        let mut single = Summary { anchors: [anchor], ..Summary::new(kernel.empty()) };
        for value in values.chunks_exact(1) {
            let sample = sample::<T, M, One<I>>(value, anchor);
            single.state = kernel.insert::<_, true>(single.state, sample);
            single.count = single.count.add(one_if_value(sample.value()));
        }
        single.write(summary);
        outcome::<M, I>(kernel, single, 1.0, T::HAS_EXTREMES)
    }

    /// Of values that are read in `A` vectors abreast, which have `N` values.
    #[inline(always)]
    fn abreast<I: Isa, const A: usize, const N: usize>(self) -> Outcome {
        let Self { kernel, values, anchor, summary } = self;
        let mut vectors = [0.0; SUMMARY];
        let vectors = &mut vectors;
        match (I::Narrow::LANES, A) {
            (2, 1) => abreast::<T, M, I::Narrow, 4, N>(kernel, values, anchor, vectors),
            (2, _) => abreast::<T, M, I::Narrow, 16, N>(kernel, values, anchor, vectors),
            (4, 1) => abreast::<T, M, I::Narrow, 2, N>(kernel, values, anchor, vectors),
            (4, _) => abreast::<T, M, I::Narrow, 8, N>(kernel, values, anchor, vectors),
            _ => abreast::<T, M, I::Vector, A, N>(kernel, values, anchor, vectors),
        }
        // Not inlined, as it is the same for all dtypes.
        I::run(FoldLanes { kernel, vectors, summary, has_extremes: T::HAS_EXTREMES })
    }
}

/// Writes the summary, in `LANES` lanes, of values that are read in `A` vectors abreast, which have
/// `N` values.
#[inline(always)]
fn abreast<T: Element, M: Merge, V: Vector, const A: usize, const N: usize>(
    kernel: &M,
    values: &[T],
    anchor: f64,
    vectors: &mut [f64; SUMMARY],
) {
    let empty = Summary::<_, V>::new(kernel.empty());
    let empty = Summary { anchors: [V::splat(anchor)], ..empty };
    let mut summaries = [empty; A];
    // Of less than a chunk, a second turn would cost too much.
    let head = &values[..values.len().min(FEW)];
    let mut careful =
        may_be_nan::<T, M>() && (values.len() < CHUNK || head.iter().any(|value| value.is_nan()));
    for chunk in values.chunks(CHUNK) {
        let (rows, rest) = Rows::<T, N>::cut(chunk);
        careful = insert_abreast::<T, M, V, A, N>(kernel, rows, careful, &mut summaries);
        insert_rest::<T, M, V>(kernel, rest, &mut summaries);
    }
    let mut half = A / 2;
    while half * V::LANES >= LANES {
        for at in 0..half {
            summaries[at] = beside(kernel, summaries[at], summaries[at + half]);
        }
        half /= 2;
    }
    for at in 0..LANES / V::LANES {
        write_lanes(summaries[at], &mut vectors[at * V::LANES..]);
    }
}

/// Inserts whole rows of `A` vectors, as many of which are walked together as the registers hold.
#[inline(always)]
fn insert_abreast<T: Element, M: Merge, V: Vector, const A: usize, const N: usize>(
    kernel: &M,
    rows: Rows<'_, T, N>,
    careful: bool,
    summaries: &mut [Summary<M::State<V>, V>; A],
) -> bool {
    let held = const { held::<V, M::State<V>>() };
    if held >= A {
        return insert_stretch::<T, M, V, A, N>(kernel, rows, 0, careful, summaries);
    }
    let mut next = careful;
    if held == 4 {
        for (at, four) in summaries.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let first = 4 * at * V::LANES;
            next |= insert_stretch::<T, M, V, 4, N>(kernel, rows, first, careful, four);
        }
    } else if held == 2 {
        for (at, pair) in summaries.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let first = 2 * at * V::LANES;
            next |= insert_stretch::<T, M, V, 2, N>(kernel, rows, first, careful, pair);
        }
    } else {
        for (at, one) in summaries.as_chunks_mut::<1>().0.iter_mut().enumerate() {
            let first = at * V::LANES;
            next |= insert_stretch::<T, M, V, 1, N>(kernel, rows, first, careful, one);
        }
    }
    next
}

/// Inserts what does not fill a row, vector by vector, the last filled up with NaN; or with zero for
/// a statistic that does not ignore NaN, where zero changes nothing.
#[inline(always)]
fn insert_rest<T: Element, M: Merge, V: Vector>(
    kernel: &M,
    rest: &[T],
    summaries: &mut [Summary<M::State<V>, V>],
) {
    let beyond = if M::IGNORES_NAN { f64::NAN } else { 0.0 };
    for (values, summary) in rest.chunks(V::LANES).zip(summaries) {
        let (mut filled, mut zeros) = ([T::default(); LANES], [beyond; LANES]);
        filled[..values.len()].copy_from_slice(values);
        zeros[..values.len()].fill(0.0);
        let mut sample = sample::<T, M, V>(&filled, summary.anchors[0]);
        sample.values = [sample.value().add(V::load(&zeros))];
        summary.state = kernel.insert::<V, true>(summary.state, sample);
        summary.count = summary.count.add(one_if_value(sample.value()));
    }
}

/// The summaries of some rows of lanes side by side.
pub(super) struct Columns<'a, T, M> {
    pub(super) kernel: &'a M,
    pub(super) lanes: &'a Lanes<'a, T>,
    pub(super) first: usize,
    pub(super) rows: Range<usize>,
    pub(super) out: &'a mut [f64],
}

impl<T: Element, M: Merge> Task for Columns<'_, T, M> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let held = const { held::<I::Narrow, M::State<I::Narrow>>() };
        match (held, held * I::Narrow::LANES) {
            (4, 32) => self.walk::<I::Narrow, 4, 32>(),
            (4, 16) => self.walk::<I::Narrow, 4, 16>(),
            (4, _) => self.walk::<I::Narrow, 4, 8>(),
            (2, 16) => self.walk::<I::Narrow, 2, 16>(),
            (2, _) => self.walk::<I::Narrow, 2, 8>(),
            _ => self.walk::<I::Narrow, 1, 8>(),
        }
    }
}

impl<T: Element, M: Merge> Columns<'_, T, M> {
    /// Walks `U` vectors together where so many are neighbours, which have `N` lanes.
    #[inline(always)]
    fn walk<V: Vector, const U: usize, const N: usize>(self) {
        let Self { kernel, lanes, first, rows, out } = self;
        let size = <Summary<M::State<V>, V> as StateVectors<V>>::COUNT * LANES;
        let vectors = out.len() / size;
        let direct = lanes.are_adjacent();
        let mut scratch = [[T::default(); N]; ROWS];
        let mut careful = 0_u64;
        for row in rows.clone().step_by(ROWS) {
            let len = ROWS.min(rows.end - row);
            let mut vector = 0;
            while vector < vectors {
                let lane = first_lane(lanes, first, vector);
                let out = &mut out[vector * size..];
                let wide = out.len() >= N / LANES * size && lane + N <= lanes.count();
                if wide {
                    let rows = if direct {
                        lanes.rows::<N>(lane, row, len)
                    } else {
                        lanes.gather(lane, row, &mut scratch[..len]);
                        Rows::of(&scratch[..len])
                    };
                    insert_columns::<T, M, V, U, N>(kernel, rows, &mut careful, vector, out);
                    vector += N / LANES;
                } else {
                    let mut scratch = [[T::default(); LANES]; ROWS];
                    let rows = if direct {
                        lanes.rows::<LANES>(lane, row, len)
                    } else {
                        lanes.gather(lane, row, &mut scratch[..len]);
                        Rows::of(&scratch[..len])
                    };
                    insert_columns::<T, M, V, 1, LANES>(kernel, rows, &mut careful, vector, out);
                    vector += 1;
                }
            }
        }
    }
}

/// Inserts rows of `U` vectors into the summaries of each lane, the first of which is `vector`.
#[inline(always)]
fn insert_columns<T: Element, M: Merge, V: Vector, const U: usize, const N: usize>(
    kernel: &M,
    rows: Rows<'_, T, N>,
    careful: &mut u64,
    vector: usize,
    out: &mut [f64],
) {
    let size = <Summary<M::State<V>, V> as StateVectors<V>>::COUNT * LANES;
    let is_careful = *careful >> vector & 1 == 1;
    for first in (0..N).step_by(U * V::LANES) {
        let place = |at: usize| {
            let lane = first + at * V::LANES;
            lane / LANES * size + lane % LANES
        };
        let mut summaries = [Summary::new(kernel.empty::<V>()); U];
        for at in 0..U {
            summaries[at] = read_lanes(&out[place(at)..]);
        }
        if insert_stretch::<T, M, V, U, N>(kernel, rows, first, is_careful, &mut summaries) {
            *careful |= 1 << vector;
        }
        for at in 0..U {
            write_lanes(summaries[at], &mut out[place(at)..]);
        }
    }
}
