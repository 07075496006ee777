//! The loops over summaries, for each set of instructions: none of them knows the dtype of the
//! values.

use std::array::from_fn;

use super::{Outcome, Single};
use crate::merge::{MOST_VECTORS, Merge, StateVectors, Summary, WindowInfo, power};
use crate::simd::{Isa, LANES, One, Task, Vector};

/// Values of a summary in vectors, and of one vector more, so that any lane of it may be read as
/// the first.
pub(super) const SUMMARY: usize = (MOST_VECTORS + 1) * LANES;

/// Combines the lanes of a summary by halves, all of which have one anchor.
pub(super) struct FoldLanes<'a, M, const INPUTS: usize> {
    pub(super) kernel: &'a M,
    pub(super) vectors: &'a mut [f64; SUMMARY],
    pub(super) summary: &'a mut Single,
    pub(super) has_extremes: bool,
}

impl<M: Merge<INPUTS>, const INPUTS: usize> Task for FoldLanes<'_, M, INPUTS> {
    type Out = Outcome;

    #[inline(always)]
    fn run<I: Isa>(self) -> Outcome {
        let Self { kernel, vectors, summary, has_extremes } = self;
        let mut half = LANES / 2;
        while half > 0 {
            let left = Summary::<_, I::Vector, INPUTS>::read(vectors);
            beside(kernel, left, Summary::read(&vectors[half..])).write(vectors);
            half /= 2;
        }
        for (place, vector) in summary.iter_mut().zip(vectors.chunks_exact(LANES)) {
            *place = vector[0];
        }
        outcome::<M, I, INPUTS>(kernel, Summary::read(summary), [1.0; INPUTS], has_extremes)
    }
}

/// Of two summaries with the same anchors.
#[inline(always)]
pub(super) fn beside<M: Merge<INPUTS>, V: Vector, const INPUTS: usize>(
    kernel: &M,
    left: Summary<M::State<V>, V, INPUTS>,
    right: Summary<M::State<V>, V, INPUTS>,
) -> Summary<M::State<V>, V, INPUTS> {
    let state = kernel.combine::<V, true>(left.state, right.state);
    Summary { state, count: left.count.add(right.count), anchors: left.anchors }
}

/// Reads some of the `LANES` lanes of a summary.
#[inline(always)]
pub(super) fn read_lanes<V: Vector, S: StateVectors<V>>(values: &[f64]) -> S {
    let mut buffer = [0.0; MOST_VECTORS * LANES];
    for vector in 0..S::COUNT {
        V::load(&values[vector * LANES..]).store(&mut buffer[vector * V::LANES..]);
    }
    S::read(&buffer)
}

/// Writes some of the `LANES` lanes of a summary.
#[inline(always)]
pub(super) fn write_lanes<V: Vector, S: StateVectors<V>>(summary: S, places: &mut [f64]) {
    let mut buffer = [0.0; MOST_VECTORS * LANES];
    summary.write(&mut buffer);
    for vector in 0..S::COUNT {
        V::load(&buffer[vector * V::LANES..]).store(&mut places[vector * LANES..]);
    }
}

/// The summaries of no values.
pub(super) struct Empty<'a, M, const INPUTS: usize> {
    pub(super) kernel: &'a M,
    pub(super) out: &'a mut [f64],
}

impl<M: Merge<INPUTS>, const INPUTS: usize> Task for Empty<'_, M, INPUTS> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let size = <Summary<M::State<I::Vector>, I::Vector, INPUTS>>::COUNT * LANES;
        let empty = Summary::<_, I::Vector, INPUTS>::new(self.kernel.empty());
        self.out.chunks_exact_mut(size).for_each(|summary| empty.write(summary));
    }
}

/// Combines summaries with those of what follows, the lanes of one register after those of another:
/// it is done seldom.
pub(super) struct Combine<'a, M, const INPUTS: usize> {
    pub(super) kernel: &'a M,
    pub(super) left: &'a mut [f64],
    pub(super) right: &'a [f64],
}

impl<M: Merge<INPUTS>, const INPUTS: usize> Task for Combine<'_, M, INPUTS> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let size = <Summary<M::State<I::Narrow>, I::Narrow, INPUTS>>::COUNT * LANES;
        for (left, right) in self.left.chunks_exact_mut(size).zip(self.right.chunks_exact(size)) {
            for lane in (0..LANES).step_by(I::Narrow::LANES) {
                let (left, right) = (&mut left[lane..], &right[lane..]);
                let summary: Summary<M::State<I::Narrow>, I::Narrow, INPUTS> = read_lanes(left);
                write_lanes(summary.combine(self.kernel, read_lanes(right)), left);
            }
        }
    }
}

/// Combines the summary of a lane with that of what follows.
pub(super) struct CombineSingle<'a, M, const INPUTS: usize> {
    pub(super) kernel: &'a M,
    pub(super) left: &'a mut Single,
    pub(super) right: &'a Single,
}

impl<M: Merge<INPUTS>, const INPUTS: usize> Task for CombineSingle<'_, M, INPUTS> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let summary = Summary::<M::State<One<I>>, One<I>, INPUTS>::read(self.left);
        summary.combine(self.kernel, Summary::read(self.right)).write(self.left);
    }
}

/// The result of a summary.
#[inline(always)]
fn finished<M: Merge<INPUTS>, V: Vector, const INPUTS: usize>(
    kernel: &M,
    summary: Summary<M::State<V>, V, INPUTS>,
) -> V {
    let Summary { state, count, .. } = summary;
    let whole = WindowInfo { count, inverse: V::splat(1.0).div(count), row: count };
    kernel.finish::<V, true>(state, whole)
}

/// The outcome of a summary of one lane.
#[inline(always)]
pub(super) fn outcome<M: Merge<INPUTS>, I: Isa, const INPUTS: usize>(
    kernel: &M,
    summary: Summary<M::State<One<I>>, One<I>, INPUTS>,
    unscales: [f64; INPUTS],
    has_extremes: bool,
) -> Outcome {
    let unscales = unscales.map(One::splat);
    let result = kernel.unscaled(finished(kernel, summary), unscales).value();
    let (count, anchors) = (summary.count.value(), summary.anchors.map(One::value));
    let needs_recompute = has_extremes && needs_recompute(kernel, result, count, anchors);
    Outcome { result, needs_recompute }
}

/// Whether a second look at values that may have left the range of squares may lead to another
/// result.
#[inline(always)]
fn needs_recompute<M: Merge<INPUTS>, const INPUTS: usize>(
    kernel: &M,
    result: f64,
    count: f64,
    anchors: [f64; INPUTS],
) -> bool {
    /// Values near an anchor beyond this differ by more than what is small.
    const LARGE_ANCHOR: f64 = power(-180);
    if M::COUNTED && count == 0.0 {
        return false;
    }
    let are_large = M::ANCHORED && anchors.iter().all(|anchor| anchor.abs() > LARGE_ANCHOR);
    let none_is_small = M::SMALL.is_empty() || are_large;
    (!M::LARGE.is_empty() && !result.is_finite()) || (!none_is_small && kernel.is_doubtful(result))
}

/// Writes the outcomes of summaries; says whether any needs a second look.
pub(super) struct Finish<'a, M, const INPUTS: usize> {
    pub(super) kernel: &'a M,
    pub(super) summaries: &'a [f64],
    pub(super) outcomes: &'a mut [Outcome],
    pub(super) has_extremes: bool,
}

impl<M: Merge<INPUTS>, const INPUTS: usize> Task for Finish<'_, M, INPUTS> {
    type Out = bool;

    #[inline(always)]
    fn run<I: Isa>(self) -> bool {
        let Self { kernel, summaries, outcomes, has_extremes } = self;
        let size = <Summary<M::State<I::Vector>, I::Vector, INPUTS>>::COUNT * LANES;
        let (mut results, mut any) = ([0.0; LANES], false);
        for (summary, outcomes) in summaries.chunks_exact(size).zip(outcomes.chunks_mut(LANES)) {
            let whole = Summary::<_, _, INPUTS>::read(summary);
            finished::<M, I::Vector, INPUTS>(kernel, whole).store(&mut results);
            let (counts, anchors) = summary[size - (1 + INPUTS) * LANES..].split_at(LANES);
            for (lane, outcome) in outcomes.iter_mut().enumerate() {
                let (result, count) = (results[lane], counts[lane]);
                let anchors = from_fn(|input| anchors[input * LANES + lane]);
                let needs_recompute =
                    has_extremes && needs_recompute::<M, INPUTS>(kernel, result, count, anchors);
                *outcome = Outcome { result, needs_recompute };
                any |= needs_recompute;
            }
        }
        any
    }
}

/// The outcome of one lane.
pub(super) struct FinishSingle<'a, M, const INPUTS: usize> {
    pub(super) kernel: &'a M,
    pub(super) summary: &'a Single,
    pub(super) unscales: [f64; INPUTS],
    pub(super) has_extremes: bool,
}

impl<M: Merge<INPUTS>, const INPUTS: usize> Task for FinishSingle<'_, M, INPUTS> {
    type Out = Outcome;

    #[inline(always)]
    fn run<I: Isa>(self) -> Outcome {
        let Self { kernel, summary, unscales, has_extremes } = self;
        outcome::<M, I, INPUTS>(kernel, Summary::read(summary), unscales, has_extremes)
    }
}
