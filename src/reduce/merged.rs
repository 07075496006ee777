//! Reductions of what merges.
//!
//! One lane is read in vectors, several of them abreast, whose states are combined at the end; lanes
//! side by side are read row by row, a vector of lanes at a time:
//!
//! ```text
//!     one lane:  | v v v v | v v v v | ...      lanes:  | v | v | v |   row 0
//!                  states 0 to 3                        | v | v | v |   row 1
//!                  combined to one                     one state for each
//! ```
//!
//! Both begin without a look at what is NaN, which costs half of the time. A state that is not
//! finite afterwards tells that there was something; then the stretch is walked again with care.
//!
//! Long lanes are cut into parts, whose summaries are combined in order. The type of the statistic
//! is left behind where that is done, so that it is compiled for each dtype only.
//!
//! Several inputs are read in step: what is called a lane is one of each.

use std::array::from_fn;
use std::ops::Range;

use super::{Reduction, spread};
use crate::error::Error;
use crate::interrupt;
use crate::merge::{
    MOST_VECTORS, MagnitudeRange, Merge, Scale, StateVectors, Summary, better, scales_to_try,
};
use crate::numeric::element::{Element, Float};
use crate::simd::{Baseline, LANES, One, vectorized};
use crate::strided::{Lane, Lanes, LanesMut, Sweep, View, ViewMut};
use crate::threads;

mod anchors;
mod summaries;
mod values;

use anchors::{anchors, each};
use summaries::{Combine, CombineSingle, Empty, Finish, FinishSingle};
use values::{Columns, Part};

/// The reduction that a statistic makes.
#[derive(Clone, Copy)]
pub struct Merged<M>(pub M);

impl<T: Element, M: Merge<INPUTS>, const INPUTS: usize> Reduction<T, INPUTS> for Merged<M> {
    type Out = T::Float;

    fn all(&self, views: [&View<'_, T>; INPUTS]) -> Result<T::Float, Error> {
        let result = match each(views.map(View::as_slice)) {
            // The few values of small arrays are reached without a detour.
            Some(values) if values[0].len() <= PART => {
                let firsts = values.map(|values| values.first().copied());
                let anchors = anchors(&self.0, firsts, || views.map(View::clone));
                let outcome = self.0.part(values, anchors, &mut [0.0; MOST_VECTORS]);
                settled(&self.0, outcome, || views.map(View::clone))
            }
            _ => of_views(&self.0, views),
        };
        Ok(T::Float::from_f64(result))
    }

    fn along(
        &self,
        views: [&View<'_, T>; INPUTS],
        axes: u64,
        out: &mut ViewMut<'_, T::Float>,
    ) -> Result<(), Error> {
        let sweep = Sweep::reducing(views, axes, false, out);
        spread(sweep, &|lanes, out, parallel| {
            reduce_bundle(&self.0, &lanes, out, parallel);
            Ok(())
        })
    }
}

/// Values of a lane that are summed up before they are combined with others: a job for a thread.
const PART: usize = super::PART;
/// Fewer values than this are taken one by one.
const FEW: usize = 16;
/// Vectors of one lane that are read abreast, each with a state of its own, as one addition has to
/// wait for another.
const ABREAST: usize = 4;
/// Fewer values than this are read one vector after the other, as combining more would cost more.
const NARROW: usize = 4 * ABREAST * LANES;
/// Values that are walked without a look at what is NaN, and again if that was wrong.
const CHUNK: usize = 2048;
/// Rows of lanes side by side that are read at once: the prefetcher follows so many.
const ROWS: usize = 16;
/// Vectors of lanes that are read together where they lie side by side: some pages of memory.
const GROUP: usize = 64;
/// Vectors of them that are finished at once.
const FINISHED: usize = 4;
/// Lanes no longer than this are read side by side though each lies along the memory.
const SHORT: usize = 128;

/// A vector of one lane, to count with.
type Scalar = One<Baseline>;

/// The summary of one lane, as `Summary::write` writes it.
type Single = [f64; MOST_VECTORS];

/// The result of a lane, and whether a second look at the values may lead to another one.
#[derive(Clone, Copy)]
struct Outcome {
    result: f64,
    needs_recompute: bool,
}

/// A statistic whose type is left behind.
trait AnyMerge<T, const INPUTS: usize>: Sync {
    /// How many vectors a summary has.
    fn vectors(&self) -> usize;
    /// Whether it takes distances from anchors.
    fn is_anchored(&self) -> bool;
    /// Writes the summary of neighbours in one lane; gives the outcome, if they are all there is.
    fn part(&self, values: [&[T]; INPUTS], anchors: [f64; INPUTS], summary: &mut Single)
    -> Outcome;
    /// The summaries of some rows of lanes side by side, a vector of lanes after the other. At
    /// first, `out` has those of no values.
    fn columns(
        &self,
        lanes: &[Lanes<'_, T>; INPUTS],
        first: usize,
        rows: Range<usize>,
        out: &mut [f64],
    );
    /// The summaries of no values, without anchors: those are the last places of each, `LANES` for
    /// each input in turn.
    fn empty(&self, out: &mut [f64]);
    /// Combines summaries with those of what follows.
    fn combine(&self, left: &mut [f64], right: &[f64]);
    /// Combines the summary of a lane with that of what follows.
    fn combine_single(&self, left: &mut Single, right: &Single);
    /// Writes the outcomes of summaries; says whether any needs a second look.
    fn finish(&self, summaries: &[f64], outcomes: &mut [Outcome]) -> bool;
    /// The outcome of a lane whose values were multiplied with the inverses of `unscales`.
    fn finish_single(&self, summary: &Single, unscales: [f64; INPUTS]) -> Outcome;
    /// The better result, of values that are multiplied with powers of two.
    fn recompute(&self, result: f64, values: &[View<'_, T>; INPUTS]) -> f64;
}

impl<T: Element, M: Merge<INPUTS>, const INPUTS: usize> AnyMerge<T, INPUTS> for M {
    fn vectors(&self) -> usize {
        <Summary<M::State<Scalar>, Scalar, INPUTS> as StateVectors<Scalar>>::COUNT
    }

    fn is_anchored(&self) -> bool {
        M::ANCHORED
    }

    #[inline(always)]
    fn part(
        &self,
        values: [&[T]; INPUTS],
        anchors: [f64; INPUTS],
        summary: &mut Single,
    ) -> Outcome {
        let part = Part { kernel: self, values, anchors, summary };
        // What is not divided needs no other instructions, and to choose some takes a while.
        if INPUTS == 1 && values[0].len() < FEW && !M::COUNTED {
            return part.one_by_one::<Baseline>();
        }
        vectorized(part)
    }

    fn empty(&self, out: &mut [f64]) {
        vectorized(Empty::<_, INPUTS> { kernel: self, out });
    }

    fn columns(
        &self,
        lanes: &[Lanes<'_, T>; INPUTS],
        first: usize,
        rows: Range<usize>,
        out: &mut [f64],
    ) {
        vectorized(Columns { kernel: self, lanes, first, rows, out });
    }

    fn combine(&self, left: &mut [f64], right: &[f64]) {
        vectorized(Combine::<_, INPUTS> { kernel: self, left, right });
    }

    fn combine_single(&self, left: &mut Single, right: &Single) {
        vectorized(CombineSingle::<_, INPUTS> { kernel: self, left, right });
    }

    fn finish(&self, summaries: &[f64], outcomes: &mut [Outcome]) -> bool {
        let has_extremes = T::HAS_EXTREMES;
        vectorized(Finish::<_, INPUTS> { kernel: self, summaries, outcomes, has_extremes })
    }

    fn finish_single(&self, summary: &Single, unscales: [f64; INPUTS]) -> Outcome {
        let has_extremes = T::HAS_EXTREMES;
        vectorized(FinishSingle { kernel: self, summary, unscales, has_extremes })
    }

    #[cold]
    fn recompute(&self, result: f64, values: &[View<'_, T>; INPUTS]) -> f64 {
        let asked = from_fn(|input| match values.get(input) {
            Some(values) => Scale::all([M::LARGE, M::SMALL], extremes(values)),
            None => vec![Scale::AsItIs],
        });
        scales_to_try(&asked).into_iter().fold(result, |result, scales| {
            let factors = from_fn(|input| scales[input].factor());
            let again = || rescaled(self, values, factors);
            better(scales, result, |it| self.is_doubtful(it), again).unwrap_or(result)
        })
    }
}

/// The statistic of all values, which are many or have gaps.
fn of_views<T: Element, const INPUTS: usize>(
    kernel: &dyn AnyMerge<T, INPUTS>,
    views: [&View<'_, T>; INPUTS],
) -> f64 {
    let mut nowhere = ();
    let mut nowhere = ViewMut::from_mut(&mut nowhere);
    let mut sweep = Sweep::reducing(views, u64::MAX, false, &mut nowhere);
    let (lanes, _) = sweep.bundles().next().expect("without kept axes there is one bundle");
    of_lane(kernel, &lanes, 0, views[0].len() >= super::PARALLEL)
}

/// The statistic of one lane with all that is folded into it.
fn of_lane<T: Element, const INPUTS: usize>(
    kernel: &dyn AnyMerge<T, INPUTS>,
    lanes: &[Lanes<'_, T>; INPUTS],
    lane: usize,
    parallel: bool,
) -> f64 {
    let whole = || whole(lanes, lane);
    let anchors = anchors(kernel, firsts(lanes, lane), whole);
    let neighbours = each(lanes.each_ref().map(|lanes| lanes.lane(lane).as_slice()));
    let is_whole = lanes[0].len() <= PART && lanes[0].folds() == 1;
    if let Some(values) = neighbours.filter(|_| is_whole) {
        let outcome = kernel.part(values, anchors, &mut [0.0; MOST_VECTORS]);
        return settled(kernel, outcome, whole);
    }
    let summary = lane_summary(kernel, lanes, lane, anchors, parallel);
    settled(kernel, kernel.finish_single(&summary, [1.0; INPUTS]), whole)
}

/// One of the lanes of each input with all that is folded into it, in the order of the array.
fn whole<'a, T: Copy, const INPUTS: usize>(
    lanes: &[Lanes<'a, T>; INPUTS],
    lane: usize,
) -> [View<'a, T>; INPUTS] {
    lanes.each_ref().map(|lanes| lanes.whole(lane))
}

/// The first value of that.
#[inline(always)]
fn firsts<T: Copy, const INPUTS: usize>(
    lanes: &[Lanes<'_, T>; INPUTS],
    lane: usize,
) -> [Option<T>; INPUTS] {
    lanes.each_ref().map(|lanes| lanes.first_value(lane))
}

/// The result, after a second look where that may lead to another one.
#[inline(always)]
fn settled<'a, T: Element, const INPUTS: usize>(
    kernel: &(impl AnyMerge<T, INPUTS> + ?Sized),
    outcome: Outcome,
    values: impl FnOnce() -> [View<'a, T>; INPUTS],
) -> f64 {
    if outcome.needs_recompute {
        kernel.recompute(outcome.result, &values())
    } else {
        outcome.result
    }
}

/// Writes the result of each lane of a bundle: each on its own, or a vector of lanes at a time.
fn reduce_bundle<T: Element, const INPUTS: usize>(
    kernel: &dyn AnyMerge<T, INPUTS>,
    lanes: &[Lanes<'_, T>; INPUTS],
    mut out: LanesMut<'_, T::Float>,
    parallel: bool,
) {
    let (count, len) = (lanes[0].count(), lanes[0].len());
    if count < LANES || (Lanes::all_run_along_memory(lanes) && len > SHORT) {
        for lane in 0..count {
            interrupt::check_at(lane * len, len);
            out.set(lane, 0, T::Float::from_f64(of_lane(kernel, lanes, lane, parallel)));
        }
        return;
    }
    let size = kernel.vectors() * LANES;
    let mut outcomes = [Outcome { result: 0.0, needs_recompute: false }; FINISHED * LANES];
    let mut summaries = vec![0.0; count.div_ceil(LANES).min(GROUP) * size];
    for group in (0..count).step_by(GROUP * LANES) {
        let vectors = (count - group).div_ceil(LANES).min(GROUP);
        let summaries = &mut summaries[..vectors * size];
        group_summaries(kernel, lanes, group, parallel, summaries);
        for (some, summaries) in summaries.chunks(FINISHED * size).enumerate() {
            let vectors = summaries.len() / size;
            let any = kernel.finish(summaries, &mut outcomes[..vectors * LANES]);
            for vector in 0..vectors {
                let first = first_lane(&lanes[0], group, some * FINISHED + vector);
                for (lane, &outcome) in (first..).zip(&outcomes[vector * LANES..][..LANES]) {
                    let result = if any {
                        settled(kernel, outcome, || whole(lanes, lane))
                    } else {
                        outcome.result
                    };
                    out.set(lane, 0, T::Float::from_f64(result));
                }
            }
        }
    }
}

/// The first lane of a vector of those from `group` on: the last vector overlaps the one before it
/// rather than being narrower.
#[inline(always)]
fn first_lane<T: Copy>(lanes: &Lanes<'_, T>, group: usize, vector: usize) -> usize {
    (group + vector * LANES).min(lanes.count() - LANES)
}

/// The summary of neighbours in one lane.
fn part_summary<T, const INPUTS: usize>(
    kernel: &dyn AnyMerge<T, INPUTS>,
    values: [&[T]; INPUTS],
    anchors: [f64; INPUTS],
) -> Single {
    let mut summary = [0.0; MOST_VECTORS];
    kernel.part(values, anchors, &mut summary);
    summary
}

/// The summary of one lane with all that is folded into it, in chunks of about `PART` values that
/// depend on its length alone.
fn lane_summary<T: Element, const INPUTS: usize>(
    kernel: &dyn AnyMerge<T, INPUTS>,
    lanes: &[Lanes<'_, T>; INPUTS],
    lane: usize,
    anchors: [f64; INPUTS],
    parallel: bool,
) -> Single {
    let (len, folds) = (lanes[0].len(), lanes[0].folds());
    let (parts, group) = (len.max(1).div_ceil(PART), (PART / len.max(1)).max(1));
    let chunks = folds.div_ceil(group) * parts;
    let in_order = |summaries: &mut dyn Iterator<Item = Single>| {
        let first = summaries.next();
        let first = first.unwrap_or_else(|| part_summary(kernel, [&[]; INPUTS], anchors));
        summaries.fold(first, |mut left, right| {
            kernel.combine_single(&mut left, &right);
            left
        })
    };
    let chunk_summary = |chunk: usize| {
        interrupt::check_at(chunk * PART, PART);
        let first = chunk / parts * group;
        let folds = first..(first + group).min(folds);
        in_order(&mut folds.map(|fold| {
            let start = chunk % parts * PART;
            let some = lanes.each_ref().map(|it| it.lane_of_fold(fold, lane).part(start, PART));
            if let Some(values) = each(some.each_ref().map(Lane::as_slice)) {
                return part_summary(kernel, values, anchors);
            }
            let copies = some.map(|part| part.to_vec());
            part_summary(kernel, copies.each_ref().map(|values| &values[..]), anchors)
        }))
    };
    if parallel && chunks > 1 {
        in_order(&mut threads::map(chunks, &chunk_summary).into_iter())
    } else {
        in_order(&mut (0..chunks).map(chunk_summary))
    }
}

/// The summaries of a group of lanes, with all that is folded into them, in parts that depend on
/// their length alone.
fn group_summaries<T: Element, const INPUTS: usize>(
    kernel: &dyn AnyMerge<T, INPUTS>,
    lanes: &[Lanes<'_, T>; INPUTS],
    first: usize,
    parallel: bool,
    summaries: &mut [f64],
) {
    let len = lanes[0].len();
    let parts = len.max(1).div_ceil(PART);
    let size = kernel.vectors() * LANES;
    let values = summaries.len() / size * LANES * len.min(PART);
    let of_part = |part: usize, summaries: &mut [f64]| {
        interrupt::check_at(part * values, values);
        let start = part % parts * PART;
        let rows = start..len.min(start + PART);
        let lanes = lanes.each_ref().map(|lanes| lanes.fold(part / parts));
        kernel.columns(&lanes, first, rows, summaries);
    };
    let parts = lanes[0].folds() * parts;
    kernel.empty(summaries);
    if kernel.is_anchored() {
        for (vector, summary) in summaries.chunks_exact_mut(size).enumerate() {
            let first = first_lane(&lanes[0], first, vector);
            let places = &mut summary[size - INPUTS * LANES..];
            for at in 0..LANES {
                let lane = first + at;
                let anchors = anchors(kernel, firsts(lanes, lane), || whole(lanes, lane));
                for (input, anchor) in anchors.into_iter().enumerate() {
                    places[input * LANES + at] = anchor;
                }
            }
        }
    }
    if parts < 2 {
        if parts == 1 {
            of_part(0, summaries);
        }
        return;
    }
    let empty = summaries.to_vec();
    of_part(0, summaries);
    let in_memory = |part: usize| {
        let mut others = empty.clone();
        of_part(part + 1, &mut others);
        others
    };
    if parallel && parts > 1 {
        for others in threads::map(parts - 1, &in_memory) {
            kernel.combine(summaries, &others);
        }
        return;
    }
    for part in 0..parts - 1 {
        let others = in_memory(part);
        kernel.combine(summaries, &others);
    }
}

/// The greatest and the least magnitude of finite values but zero.
fn extremes<T: Element>(values: &View<'_, T>) -> (f64, f64) {
    const SOME: usize = 512;
    let (mut range, mut some) = (MagnitudeRange::NONE, [0.0; SOME]);
    let (mut left, mut all) = (values.len(), values.iter());
    while left > 0 {
        interrupt::check_at(left, SOME);
        let len = SOME.min(left);
        some.iter_mut().zip(all.by_ref()).for_each(|(place, value)| *place = value.to_f64());
        range.see(&some[..len]);
        left -= len;
    }
    range.ends()
}

/// The result of values that are multiplied with a power of two each.
fn rescaled<T: Element, const INPUTS: usize>(
    kernel: &dyn AnyMerge<T, INPUTS>,
    views: &[View<'_, T>; INPUTS],
    scales: [f64; INPUTS],
) -> f64 {
    let firsts = views.each_ref().map(|values| values.iter().next());
    let mut anchors = anchors(kernel, firsts, || views.clone());
    anchors.iter_mut().zip(scales).for_each(|(anchor, scale)| *anchor *= scale);
    let mut all = views.each_ref().map(View::iter);
    let mut summary = part_summary(kernel, [&[]; INPUTS], anchors);
    for start in (0..views[0].len()).step_by(PART) {
        interrupt::check_at(start, PART);
        let parts: [Vec<T>; INPUTS] = from_fn(|input| {
            let some = all[input].by_ref().take(PART);
            some.map(|value| value.scaled(scales[input])).collect()
        });
        let part = part_summary(kernel, parts.each_ref().map(|part| &part[..]), anchors);
        kernel.combine_single(&mut summary, &part);
    }
    kernel.finish_single(&summary, scales.map(|scale| 1.0 / scale)).result
}

#[cfg(test)]
mod tests;
