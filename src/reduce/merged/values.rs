//! The loops over values, which make summaries of them, for each set of instructions.

use std::ops::Range;

use super::summaries::{FoldLanes, SUMMARY, beside, outcome, read_lanes, write_lanes};
use super::{ABREAST, CHUNK, FEW, NARROW, Outcome, ROWS, Single, first_lane};
use crate::merge::{MOST_VECTORS, Merge, Sample, StateVectors, Summary, one_if_value, together};
use crate::numeric::element::Element;
use crate::simd::{Isa, LANES, One, Task, Vector};
use crate::strided::{Lanes, Rows};

/// Some neighbours' sample, of each input.
#[inline(always)]
fn sample<T: Element, M: Merge<INPUTS>, V: Vector, const INPUTS: usize>(
    values: [&[T]; INPUTS],
    anchors: [V; INPUTS],
) -> Sample<V, INPUTS> {
    let zero = V::splat(0.0);
    let mut sample = Sample { values: [zero; INPUTS], distances: [zero; INPUTS], row: zero };
    for at in 0..INPUTS {
        (sample.values[at], sample.distances[at]) = if M::ANCHORED {
            T::load_distance(values[at], anchors[at])
        } else {
            (T::load(values[at]), zero)
        };
    }
    sample
}

/// The values of each input from a place on.
#[inline(always)]
fn from_place<T, const INPUTS: usize>(values: [&[T]; INPUTS], place: usize) -> [&[T]; INPUTS] {
    let mut others = [&[][..]; INPUTS];
    for input in 0..INPUTS {
        others[input] = &values[input][place..];
    }
    others
}

/// Some rows of each input.
type RowsOfEach<'a, T, const N: usize, const INPUTS: usize> = [Rows<'a, T, N>; INPUTS];

/// Whether a vector of a state is not finite.
#[inline(always)]
fn is_poisoned<V: Vector, S: StateVectors<V>, const INPUTS: usize>(
    summaries: &[Summary<S, V, INPUTS>],
) -> bool {
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
const fn may_be_nan<T: Element, M: Merge<INPUTS>, const INPUTS: usize>() -> bool {
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
fn insert_rows<
    T,
    M,
    V,
    const MAY_BE_NAN: bool,
    const U: usize,
    const N: usize,
    const INPUTS: usize,
>(
    kernel: &M,
    rows: RowsOfEach<'_, T, N, INPUTS>,
    first: usize,
    summaries: &mut [Summary<M::State<V>, V, INPUTS>; U],
) where
    T: Element,
    M: Merge<INPUTS>,
    V: Vector,
{
    let (one, len) = (V::splat(1.0), V::splat(rows[0].len() as f64));
    // They stay in registers, which what is behind a reference does not.
    let (mut states, mut anchors) = ([kernel.empty(); U], [[V::splat(0.0); INPUTS]; U]);
    let mut missing = [V::splat(0.0); U];
    for at in 0..U {
        (states[at], anchors[at]) = (summaries[at].state, summaries[at].anchors);
    }
    for row in 0..rows[0].len() {
        let mut values = [&[][..]; INPUTS];
        for input in 0..INPUTS {
            values[input] = rows[input].row(row);
        }
        for at in 0..U {
            let values = from_place(values, first + at * V::LANES);
            let mut sample = sample::<T, M, V, INPUTS>(values, anchors[at]);
            if MAY_BE_NAN {
                sample.values = together(sample.values);
            }
            states[at] = kernel.insert::<V, MAY_BE_NAN>(states[at], sample);
            if MAY_BE_NAN && M::COUNTED {
                missing[at] = missing[at].add_where(sample.values[0].is_nan(), one);
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
fn insert_stretch<T, M, V, const U: usize, const N: usize, const INPUTS: usize>(
    kernel: &M,
    rows: RowsOfEach<'_, T, N, INPUTS>,
    first: usize,
    careful: bool,
    summaries: &mut [Summary<M::State<V>, V, INPUTS>; U],
) -> bool
where
    T: Element,
    M: Merge<INPUTS>,
    V: Vector,
{
    if !careful {
        let before = *summaries;
        insert_rows::<T, M, V, false, U, N, INPUTS>(kernel, rows, first, summaries);
        if !may_be_nan::<T, M, INPUTS>() || !is_poisoned(summaries) {
            return false;
        }
        *summaries = before;
    }
    insert_rows::<T, M, V, true, U, N, INPUTS>(kernel, rows, first, summaries);
    true
}

/// The summary of neighbours in one lane.
pub(super) struct Part<'a, T, M, const INPUTS: usize> {
    pub(super) kernel: &'a M,
    pub(super) values: [&'a [T]; INPUTS],
    pub(super) anchors: [f64; INPUTS],
    pub(super) summary: &'a mut Single,
}

impl<T: Element, M: Merge<INPUTS>, const INPUTS: usize> Task for Part<'_, T, M, INPUTS> {
    type Out = Outcome;

    #[inline(always)]
    fn run<I: Isa>(self) -> Outcome {
        match self.values[0].len() {
            // What is worked out for a pair keeps a processor busy; more forms were only code.
            _ if INPUTS > 1 => self.abreast::<I, 1, LANES>(),
            ..FEW => self.one_by_one::<I>(),
            FEW..NARROW => self.abreast::<I, 1, LANES>(),
            _ => self.abreast::<I, ABREAST, { ABREAST * LANES }>(),
        }
    }
}

impl<T: Element, M: Merge<INPUTS>, const INPUTS: usize> Part<'_, T, M, INPUTS> {
    /// Of values that are taken one by one.
    #[inline(always)]
    pub(super) fn one_by_one<I: Isa>(self) -> Outcome {
        let Self { kernel, values, anchors, summary } = self;
        let anchors = anchors.map(One::<I>::splat);
        let mut single = Summary { anchors, ..Summary::new(kernel.empty()) };
        for at in 0..values[0].len() {
            let mut sample = sample::<T, M, One<I>, INPUTS>(from_place(values, at), anchors);
            sample.values = together(sample.values);
            single.state = kernel.insert::<_, true>(single.state, sample);
            single.count = single.count.add(one_if_value(sample.values[0]));
        }
        single.write(summary);
        outcome::<M, I, INPUTS>(kernel, single, [1.0; INPUTS], T::HAS_EXTREMES)
    }

    /// Of values that are read in `A` vectors abreast, which have `N` values.
    #[inline(always)]
    fn abreast<I: Isa, const A: usize, const N: usize>(self) -> Outcome {
        let Self { kernel, values, anchors, summary } = self;
        let mut vectors = [0.0; SUMMARY];
        let out = &mut vectors;
        match (I::Narrow::LANES, A) {
            (2, 1) => abreast::<T, M, I::Narrow, 4, N, INPUTS>(kernel, values, anchors, out),
            (2, _) => abreast::<T, M, I::Narrow, 16, N, INPUTS>(kernel, values, anchors, out),
            (4, 1) => abreast::<T, M, I::Narrow, 2, N, INPUTS>(kernel, values, anchors, out),
            (4, _) => abreast::<T, M, I::Narrow, 8, N, INPUTS>(kernel, values, anchors, out),
            _ => abreast::<T, M, I::Vector, A, N, INPUTS>(kernel, values, anchors, out),
        }
        // Not inlined, as it is the same for all dtypes.
        let has_extremes = T::HAS_EXTREMES;
        I::run(FoldLanes::<M, INPUTS> { kernel, vectors: out, summary, has_extremes })
    }
}

/// Writes the summary, in `LANES` lanes, of values that are read in `A` vectors abreast, which have
/// `N` values.
#[inline(always)]
fn abreast<T, M, V, const A: usize, const N: usize, const INPUTS: usize>(
    kernel: &M,
    values: [&[T]; INPUTS],
    anchors: [f64; INPUTS],
    vectors: &mut [f64; SUMMARY],
) where
    T: Element,
    M: Merge<INPUTS>,
    V: Vector,
{
    let empty = Summary::<_, V, INPUTS>::new(kernel.empty());
    let empty = Summary { anchors: anchors.map(V::splat), ..empty };
    let (mut summaries, len) = ([empty; A], values[0].len());
    // Of less than a chunk, a second turn would cost too much.
    let has_nan = |values: &[T]| values[..len.min(FEW)].iter().any(|value| value.is_nan());
    let mut careful = may_be_nan::<T, M, INPUTS>()
        && (len < CHUNK || values.iter().any(|values| has_nan(values)));
    for start in (0..len).step_by(CHUNK) {
        let cut = values.map(|values| Rows::<T, N>::cut(&values[start..len.min(start + CHUNK)]));
        let (rows, rest) = (cut.map(|(rows, _)| rows), cut.map(|(_, rest)| rest));
        careful = insert_abreast::<T, M, V, A, N, INPUTS>(kernel, rows, careful, &mut summaries);
        insert_rest::<T, M, V, INPUTS>(kernel, rest, &mut summaries);
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
fn insert_abreast<T, M, V, const A: usize, const N: usize, const INPUTS: usize>(
    kernel: &M,
    rows: RowsOfEach<'_, T, N, INPUTS>,
    careful: bool,
    summaries: &mut [Summary<M::State<V>, V, INPUTS>; A],
) -> bool
where
    T: Element,
    M: Merge<INPUTS>,
    V: Vector,
{
    let held = const { held::<V, M::State<V>>() };
    if held >= A {
        return insert_stretch::<T, M, V, A, N, INPUTS>(kernel, rows, 0, careful, summaries);
    }
    let mut next = careful;
    if held == 4 {
        for (at, four) in summaries.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let first = 4 * at * V::LANES;
            next |= insert_stretch::<T, M, V, 4, N, INPUTS>(kernel, rows, first, careful, four);
        }
    } else if held == 2 {
        for (at, pair) in summaries.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let first = 2 * at * V::LANES;
            next |= insert_stretch::<T, M, V, 2, N, INPUTS>(kernel, rows, first, careful, pair);
        }
    } else {
        for (at, one) in summaries.as_chunks_mut::<1>().0.iter_mut().enumerate() {
            let first = at * V::LANES;
            next |= insert_stretch::<T, M, V, 1, N, INPUTS>(kernel, rows, first, careful, one);
        }
    }
    next
}

/// Inserts what does not fill a row, vector by vector, the last filled up with NaN; or with zero for
/// a statistic that does not ignore NaN, where zero changes nothing.
#[inline(always)]
fn insert_rest<T: Element, M: Merge<INPUTS>, V: Vector, const INPUTS: usize>(
    kernel: &M,
    rest: [&[T]; INPUTS],
    summaries: &mut [Summary<M::State<V>, V, INPUTS>],
) {
    let beyond = if M::IGNORES_NAN { f64::NAN } else { 0.0 };
    for (start, summary) in (0..rest[0].len()).step_by(V::LANES).zip(summaries) {
        let (mut filled, mut zeros) = ([[T::default(); LANES]; INPUTS], [beyond; LANES]);
        let len = V::LANES.min(rest[0].len() - start);
        for input in 0..INPUTS {
            filled[input][..len].copy_from_slice(&rest[input][start..start + len]);
        }
        zeros[..len].fill(0.0);
        let values = filled.each_ref().map(|values| &values[..]);
        let mut sample = sample::<T, M, V, INPUTS>(values, summary.anchors);
        for input in 0..INPUTS {
            sample.values[input] = sample.values[input].add(V::load(&zeros));
        }
        sample.values = together(sample.values);
        summary.state = kernel.insert::<V, true>(summary.state, sample);
        summary.count = summary.count.add(one_if_value(sample.values[0]));
    }
}

/// The summaries of some rows of lanes side by side.
pub(super) struct Columns<'a, T, M, const INPUTS: usize> {
    pub(super) kernel: &'a M,
    pub(super) lanes: &'a [Lanes<'a, T>; INPUTS],
    pub(super) first: usize,
    pub(super) rows: Range<usize>,
    pub(super) out: &'a mut [f64],
}

impl<T: Element, M: Merge<INPUTS>, const INPUTS: usize> Task for Columns<'_, T, M, INPUTS> {
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

impl<T: Element, M: Merge<INPUTS>, const INPUTS: usize> Columns<'_, T, M, INPUTS> {
    /// Walks `U` vectors together where so many are neighbours, which have `N` lanes.
    #[inline(always)]
    fn walk<V: Vector, const U: usize, const N: usize>(self) {
        let Self { kernel, lanes, first, rows, out } = self;
        let size = <Summary<M::State<V>, V, INPUTS> as StateVectors<V>>::COUNT * LANES;
        let (vectors, count) = (out.len() / size, lanes[0].count());
        let mut scratch = [[[T::default(); N]; ROWS]; INPUTS];
        let mut narrow = [[[T::default(); LANES]; ROWS]; INPUTS];
        let mut careful = 0_u64;
        for row in rows.clone().step_by(ROWS) {
            let rows = row..rows.end.min(row + ROWS);
            let mut vector = 0;
            while vector < vectors {
                let lane = first_lane(&lanes[0], first, vector);
                let out = &mut out[vector * size..];
                if N > LANES && out.len() >= N / LANES * size && lane + N <= count {
                    let rows = read_rows(lanes, lane, rows.clone(), &mut scratch);
                    insert_columns::<T, M, V, U, N, INPUTS>(
                        kernel,
                        rows,
                        &mut careful,
                        vector,
                        out,
                    );
                    vector += N / LANES;
                } else {
                    let rows = read_rows(lanes, lane, rows.clone(), &mut narrow);
                    insert_columns::<T, M, V, 1, LANES, INPUTS>(
                        kernel,
                        rows,
                        &mut careful,
                        vector,
                        out,
                    );
                    vector += 1;
                }
            }
        }
    }
}

/// Rows of `N` lanes of each input: where they lie, if they are adjacent there, else in `scratch`.
#[inline(always)]
fn read_rows<'a, T: Element, const N: usize, const INPUTS: usize>(
    lanes: &[Lanes<'a, T>; INPUTS],
    lane: usize,
    rows: Range<usize>,
    scratch: &'a mut [[[T; N]; ROWS]; INPUTS],
) -> RowsOfEach<'a, T, N, INPUTS> {
    let len = rows.len();
    for (lanes, scratch) in lanes.iter().zip(scratch.iter_mut()) {
        if !lanes.are_adjacent() {
            lanes.gather(lane, rows.start, &mut scratch[..len]);
        }
    }
    let scratch: &'a [[[T; N]; ROWS]; INPUTS] = scratch;
    let mut found = [Rows::of(&[]); INPUTS];
    for input in 0..INPUTS {
        found[input] = if lanes[input].are_adjacent() {
            lanes[input].rows(lane, rows.start, len)
        } else {
            Rows::of(&scratch[input][..len])
        };
    }
    found
}

/// Inserts rows of `U` vectors into the summaries of each lane, the first of which is `vector`.
#[inline(always)]
fn insert_columns<T, M, V, const U: usize, const N: usize, const INPUTS: usize>(
    kernel: &M,
    rows: RowsOfEach<'_, T, N, INPUTS>,
    careful: &mut u64,
    vector: usize,
    out: &mut [f64],
) where
    T: Element,
    M: Merge<INPUTS>,
    V: Vector,
{
    let size = <Summary<M::State<V>, V, INPUTS> as StateVectors<V>>::COUNT * LANES;
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
        if insert_stretch::<T, M, V, U, N, INPUTS>(kernel, rows, first, is_careful, &mut summaries)
        {
            *careful |= 1 << vector;
        }
        for at in 0..U {
            write_lanes(summaries[at], &mut out[place(at)..]);
        }
    }
}
