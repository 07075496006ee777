//! The loops over summaries, for each set of instructions: none of them knows the dtype of the
//! values.

use super::{Outcome, Single};
use crate::merge::{MOST_VECTORS, Merge, StateVectors, Summary, WindowInfo, power};
use crate::simd::{Isa, LANES, One, Task, Vector};

/// Values of a summary in vectors, and of one vector more, so that any lane of it may be read as
/// the first.
pub(super) const SUMMARY: usize = (MOST_VECTORS + 1) * LANES;

/// Combines the lanes of a summary by halves, all of which have one anchor.
pub(super) struct FoldLanes<'a, M> {
    pub(super) kernel: &'a M,
    pub(super) vectors: &'a mut [f64; SUMMARY],
    pub(super) summary: &'a mut Single,
    pub(super) has_extremes: bool,
}

impl<M: Merge> Task for FoldLanes<'_, M> {
    type Out = Outcome;

    #[inline(always)]
    fn run<I: Isa>(self) -> Outcome {
        let Self { kernel, vectors, summary, has_extremes } = self;
        let mut half = LANES / 2;
        while half > 0 {
            let left = Summary::<_, I::Vector>::read(vectors);
            beside(kernel, left, Summary::read(&vectors[half..])).write(vectors);
            half /= 2;
        }
        for (place, vector) in summary.iter_mut().zip(vectors.chunks_exact(LANES)) {
            *place = vector[0];
        }
        outcome::<M, I>(kernel, Summary::read(summary), 1.0, has_extremes)
    }
}

/// Of two summaries with one anchor.
#[inline(always)]
pub(super) fn beside<M: Merge, V: Vector>(
    kernel: &M,
    left: Summary<M::State<V>, V>,
    right: Summary<M::State<V>, V>,
) -> Summary<M::State<V>, V> {
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
pub(super) struct Empty<'a, M> {
    pub(super) kernel: &'a M,
    pub(super) out: &'a mut [f64],
}

impl<M: Merge> Task for Empty<'_, M> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let size = <Summary<M::State<I::Vector>, I::Vector>>::COUNT * LANES;
        let empty = Summary::<_, I::Vector>::new(self.kernel.empty());
        self.out.chunks_exact_mut(size).for_each(|summary| empty.write(summary));
    }
}

/// Combines summaries with those of what follows.
pub(super) struct Combine<'a, M> {
    pub(super) kernel: &'a M,
    pub(super) left: &'a mut [f64],
    pub(super) right: &'a [f64],
}

impl<M: Merge> Task for Combine<'_, M> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let size = <Summary<M::State<I::Vector>, I::Vector>>::COUNT * LANES;
        for (left, right) in self.left.chunks_exact_mut(size).zip(self.right.chunks_exact(size)) {
            let summary = Summary::<M::State<I::Vector>, I::Vector>::read(left);
            summary.combine(self.kernel, Summary::read(right)).write(left);
        }
    }
}

/// Combines the summary of a lane with that of what follows.
pub(super) struct CombineSingle<'a, M> {
    pub(super) kernel: &'a M,
    pub(super) left: &'a mut Single,
    pub(super) right: &'a Single,
}

impl<M: Merge> Task for CombineSingle<'_, M> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let summary = Summary::<M::State<One<I>>, One<I>>::read(self.left);
        summary.combine(self.kernel, Summary::read(self.right)).write(self.left);
    }
}

/// The result of a summary.
#[inline(always)]
fn finished<M: Merge, V: Vector>(kernel: &M, summary: Summary<M::State<V>, V>) -> V {
    let Summary { state, count, .. } = summary;
    let whole = WindowInfo { count, inverse: V::splat(1.0).div(count), row: count };
    kernel.finish::<V, true>(state, whole)
}

/// The outcome of a summary of one lane.
#[inline(always)]
pub(super) fn outcome<M: Merge, I: Isa>(
    kernel: &M,
    summary: Summary<M::State<One<I>>, One<I>>,
    unscale: f64,
    has_extremes: bool,
) -> Outcome {
    let result = kernel.unscaled(finished(kernel, summary), [One::splat(unscale)]).value();
    let (count, anchor) = (summary.count.value(), summary.anchors[0].value());
    let needs_recompute = has_extremes && needs_recompute(kernel, result, count, anchor);
    Outcome { result, needs_recompute }
}

/// Whether a second look at values that may have left the range of squares may lead to another
/// result.
#[inline(always)]
fn needs_recompute<M: Merge>(kernel: &M, result: f64, count: f64, anchor: f64) -> bool {
    /// Values near an anchor beyond this differ by more than what is small.
    const LARGE_ANCHOR: f64 = power(-200);
    if M::COUNTED && count == 0.0 {
        return false;
    }
    let none_is_small = M::SMALL.is_empty() || (M::ANCHORED && anchor.abs() > LARGE_ANCHOR);
    (!M::LARGE.is_empty() && !result.is_finite()) || (!none_is_small && kernel.is_doubtful(result))
}

/// Writes the outcomes of summaries; says whether any needs a second look.
pub(super) struct Finish<'a, M> {
    pub(super) kernel: &'a M,
    pub(super) summaries: &'a [f64],
    pub(super) outcomes: &'a mut [Outcome],
    pub(super) has_extremes: bool,
}

impl<M: Merge> Task for Finish<'_, M> {
    type Out = bool;

    #[inline(always)]
    fn run<I: Isa>(self) -> bool {
        let Self { kernel, summaries, outcomes, has_extremes } = self;
        let size = <Summary<M::State<I::Vector>, I::Vector>>::COUNT * LANES;
        let (mut results, mut any) = ([0.0; LANES], false);
        for (summary, outcomes) in summaries.chunks_exact(size).zip(outcomes.chunks_mut(LANES)) {
            finished::<M, I::Vector>(kernel, Summary::read(summary)).store(&mut results);
            let (counts, anchors) = summary[size - 2 * LANES..].split_at(LANES);
            for (lane, outcome) in outcomes.iter_mut().enumerate() {
                let (result, count, anchor) = (results[lane], counts[lane], anchors[lane]);
                let needs_recompute =
                    has_extremes && needs_recompute(kernel, result, count, anchor);
                *outcome = Outcome { result, needs_recompute };
                any |= needs_recompute;
            }
        }
        any
    }
}

/// The outcome of one lane.
pub(super) struct FinishSingle<'a, M> {
    pub(super) kernel: &'a M,
    pub(super) summary: &'a Single,
    pub(super) unscale: f64,
    pub(super) has_extremes: bool,
}

impl<M: Merge> Task for FinishSingle<'_, M> {
    type Out = Outcome;

    #[inline(always)]
    fn run<I: Isa>(self) -> Outcome {
        outcome::<M, I>(self.kernel, Summary::read(self.summary), self.unscale, self.has_extremes)
    }
}
