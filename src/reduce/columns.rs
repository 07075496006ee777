//! The driver of what does not merge by the one trait: lanes are columns, side by side.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::contiguous::add_rows;
use super::{N, PARALLEL, PART, Reduction, spread};
use crate::error::Error;
use crate::interrupt;
use crate::numeric::element::Element;
use crate::simd::Isa;
use crate::strided::{Lanes, LanesMut, Rows, Sweep, View, ViewMut};
use crate::threads;

/// A statistic that does not merge by the one trait: it says how rows of values are added to
/// columns, how the states of two parts are merged, and what the result is.
pub trait Reduce<T: Element>: Copy + Send + Sync {
    /// What is known of some of the values of one lane.
    type State: Copy + Send + Sync;
    /// `N` states side by side, laid out for vectors, while values are added to them.
    type Columns<const N: usize>;
    /// The result.
    type Out: Copy + Send + Sync;

    /// Whether one value may decide the result, so that the rest need not be read.
    const SHORT_CIRCUITS: bool = false;
    /// Whether the result depends on the positions of values, so that lanes must be read in order.
    const POSITION_MATTERS: bool = false;

    /// Whether there is a result of no values at all.
    #[inline(always)]
    fn allows_empty(&self) -> bool {
        true
    }

    /// The columns of no values.
    fn init<const N: usize>(&self) -> Self::Columns<N>;

    /// Adds rows of values to the columns.
    fn add<I: Isa, const N: usize>(&self, columns: &mut Self::Columns<N>, rows: Rows<'_, T, N>);

    /// The state of one of the columns.
    fn state<const N: usize>(&self, columns: &Self::Columns<N>, column: usize) -> Self::State;

    /// The state of two parts of a lane together, of which `left` comes first.
    fn merge(&self, left: Self::State, right: Self::State) -> Self::State;

    /// The result of a lane, from the state of all its values.
    fn finish(&self, state: Self::State) -> Result<Self::Out, Error>;

    /// The state of neighbours in one lane: `reduce::reduce_contiguous`, where their order does not
    /// matter.
    fn reduce_contiguous(&self, values: &[T]) -> Self::State;

    /// The result, if it is known without reading values (no integer is NaN). `empty`: there are
    /// none.
    #[inline(always)]
    fn known_without_data(&self, _empty: bool) -> Option<Self::Out> {
        None
    }

    /// The result, if this value alone decides it.
    #[inline(always)]
    fn short_circuit(&self, _value: T) -> Option<Self::Out> {
        None
    }

    /// Whether no value that follows can change the result (`anynan` has seen one).
    #[inline(always)]
    fn is_final(&self, _state: &Self::State) -> bool {
        false
    }

    /// Whether the state leaves a doubt that only reading the values again can settle (an infinite
    /// sum: was there an infinity, or did it overflow on the way?).
    #[inline(always)]
    fn needs_recompute(&self, _state: &Self::State) -> bool {
        false
    }

    /// The state after all values are read again.
    fn recompute(&self, state: Self::State, _values: &View<'_, T>) -> Self::State {
        state
    }
}

/// A statistic whose columns can be merged side by side, because the order of values does not
/// matter.
pub trait Fold<T: Element>: Reduce<T> {
    /// Merges the columns from `half` on with as many before them.
    fn fold<const N: usize>(&self, columns: &mut Self::Columns<N>, half: usize);

    /// A value that changes nothing, if there is one.
    fn neutral(&self) -> Option<T>;
}

/// Lanes that are read together where they lie side by side: some whole pages of memory.
pub(super) const GROUP: usize = 16 * N;
/// Rows that are added at once: the prefetcher follows so many.
pub(super) const BLOCK: usize = 16;
/// A lane that is no longer than this is read together with its neighbours.
pub(super) const SHORT: usize = 128;
/// Values of a lane that are looked at one by one.
const EARLY: usize = 64;

/// A reduction whose lanes are columns, side by side.
#[derive(Clone, Copy)]
pub struct Columnwise<K>(pub K);

impl<T: Element, K: Reduce<T>> Reduction<T> for Columnwise<K> {
    type Out = K::Out;

    #[inline(always)]
    fn position_matters(&self) -> bool {
        K::POSITION_MATTERS
    }

    #[inline(always)]
    fn allows_empty(&self) -> bool {
        self.0.allows_empty()
    }

    #[inline(always)]
    fn known_without_data(&self, empty: bool) -> Option<K::Out> {
        self.0.known_without_data(empty)
    }

    #[inline(always)]
    fn early(&self, [view]: [&View<'_, T>; 1]) -> Option<K::Out> {
        early(view, self.0)
    }

    fn all(&self, [view]: [&View<'_, T>; 1]) -> Result<K::Out, Error> {
        all(view, self.0)
    }

    fn along(
        &self,
        [view]: [&View<'_, T>; 1],
        axes: u64,
        out: &mut ViewMut<'_, K::Out>,
    ) -> Result<(), Error> {
        along(view, axes, self.0, out)
    }
}

/// The statistic of all values, if it is known without them or decided by one of the first few.
#[inline(always)]
fn early<T: Element, K: Reduce<T>>(view: &View<'_, T>, kernel: K) -> Option<K::Out> {
    let known_without_data = kernel.known_without_data(view.is_empty());
    if !K::SHORT_CIRCUITS || known_without_data.is_some() {
        return known_without_data;
    }
    let first = view.as_slice()?.iter().take(EARLY);
    first.copied().find_map(|value| kernel.short_circuit(value))
}

/// The statistic of all values.
pub fn all<T: Element, K: Reduce<T>>(view: &View<'_, T>, kernel: K) -> Result<K::Out, Error> {
    if let Some(out) = early(view, kernel) {
        return Ok(out);
    }
    let state = match view.as_slice() {
        Some(values) if values.len() <= PART => {
            let state = kernel.reduce_contiguous(values);
            if kernel.needs_recompute(&state) { kernel.recompute(state, view) } else { state }
        }
        _ => state_of_all(&kernel, view),
    };
    kernel.finish(state)
}

/// The state of all values, for a kernel that asks another one when it recomputes.
pub(crate) fn state_of_all<T: Element, K: Reduce<T>>(kernel: &K, view: &View<'_, T>) -> K::State {
    let mut nowhere = ();
    let mut nowhere = ViewMut::from_mut(&mut nowhere);
    let mut sweep = Sweep::reducing([view], u64::MAX, K::POSITION_MATTERS, &mut nowhere);
    let ([lanes], _) = sweep.bundles().next().expect("without kept axes there is one bundle");
    let bundle = Bundle { kernel, lanes };
    recomputed(&bundle, 0, lane_state(&bundle, 0, view.len() >= PARALLEL))
}

/// The statistic along the axes of the bit set `axes`, for each place of the others.
pub(super) fn along<T: Element, K: Reduce<T>>(
    view: &View<'_, T>,
    axes: u64,
    kernel: K,
    out: &mut ViewMut<'_, K::Out>,
) -> Result<(), Error> {
    let known_without_data = kernel.known_without_data(view.is_empty_along(axes));
    let mut sweep = Sweep::reducing([view], axes, K::POSITION_MATTERS, out);
    if let Some(result) = known_without_data {
        let write = |(_, mut out): (_, LanesMut<'_, K::Out>)| {
            out.write_firsts(std::iter::repeat(Ok(result)))
        };
        return sweep.bundles().try_for_each(write);
    }
    if K::SHORT_CIRCUITS {
        match short_circuit_lanes(&kernel, &mut sweep) {
            Ok(()) => return Ok(()),
            Err(Early::Wrong(error)) => return Err(error),
            Err(Early::Late) => {}
        }
    }
    spread(sweep, &|[lanes], mut out, parallel| {
        let set = &mut |lane, state| {
            out.set(lane, 0, kernel.finish(state)?);
            Ok(())
        };
        reduce_bundle(&Bundle { kernel: &kernel, lanes }, parallel, set)
    })
}

/// Why a look at the first values of each lane was given up.
enum Early {
    /// They do not decide the results of too many lanes.
    Late,
    Wrong(Error),
}

/// Reduces all lanes, if but for a few their first values decide the result.
fn short_circuit_lanes<T: Element, K: Reduce<T>>(
    kernel: &K,
    sweep: &mut Sweep<'_, T, K::Out>,
) -> Result<(), Early> {
    let mut late = PARALLEL / 4;
    for ([lanes], mut out) in sweep.bundles() {
        if lanes.folds() != 1 {
            return Err(Early::Late);
        }
        let bundle = Bundle { kernel, lanes };
        out.write_firsts((0..).zip(lanes.iter()).map(|(index, lane)| {
            interrupt::check_at(index, 1);
            let mut values = lane.part(0, EARLY).iter();
            if let Some(result) = values.find_map(|value| kernel.short_circuit(value)) {
                return Ok(result);
            }
            late = late.checked_sub(lanes.len()).ok_or(Early::Late)?;
            kernel.finish(lane_state(&bundle, index, false)).map_err(Early::Wrong)
        }))?;
    }
    Ok(())
}

/// A bundle of lanes whose states are `S`: all that the driver has to know of it, so that it is
/// compiled once for each kind of state rather than for each kernel and dtype.
trait States<S>: Sync {
    fn shape(&self) -> Shape;
    /// The state of a part of one lane.
    fn of_part(&self, lane: usize, fold: usize, start: usize) -> S;
    /// The states of a part of the lanes from `first` on, in tiles of `N`.
    fn of_tiles(&self, first: usize, fold: usize, start: usize, states: &mut [S]);
    fn of_nothing(&self) -> S;
    fn merge(&self, left: S, right: S) -> S;
    fn is_final(&self, state: &S) -> bool;
    fn needs_recompute(&self, state: &S) -> bool;
    fn recompute(&self, lane: usize, state: S) -> S;
}

/// The shape of a bundle.
#[derive(Clone, Copy)]
struct Shape {
    /// How many lanes.
    count: usize,
    /// How many values in each, at each of so many places that are folded into it.
    len: usize,
    folds: usize,
    /// Whether the values of a lane are closer than the lanes.
    along_memory: bool,
}

struct Bundle<'a, T, K> {
    kernel: &'a K,
    lanes: Lanes<'a, T>,
}

impl<T: Element, K: Reduce<T>> States<K::State> for Bundle<'_, T, K> {
    fn shape(&self) -> Shape {
        let (count, len, folds) = (self.lanes.count(), self.lanes.len(), self.lanes.folds());
        Shape { count, len, folds, along_memory: self.lanes.run_along_memory() }
    }

    fn of_part(&self, lane: usize, fold: usize, start: usize) -> K::State {
        let part = self.lanes.lane_of_fold(fold, lane).part(start, PART);
        match part.as_slice() {
            Some(values) => self.kernel.reduce_contiguous(values),
            None => self.kernel.reduce_contiguous(&part.to_vec()),
        }
    }

    fn of_tiles(&self, first: usize, fold: usize, start: usize, states: &mut [K::State]) {
        let Self { kernel, lanes } = *self;
        let lanes = lanes.fold(fold);
        let direct = lanes.are_adjacent() && lanes.count() >= N;
        let end = lanes.len().min(start + PART);
        let mut scratch = vec![[T::LOWEST; N]; if direct { 0 } else { BLOCK.min(end - start) }];
        let mut columns: Vec<_> = states.chunks(N).map(|_| kernel.init()).collect();
        let mut next = start;
        loop {
            let len = BLOCK.min(end - next);
            let mut all_final = true;
            for (index, states) in states.chunks_mut(N).enumerate() {
                let tile = tile(first + index * N, lanes.count());
                let rows = if direct {
                    lanes.rows::<N>(tile, next, len)
                } else {
                    lanes.gather(tile, next, &mut scratch[..len]);
                    Rows::of(&scratch[..len])
                };
                let columns = &mut columns[index];
                add_rows(kernel, columns, rows);
                if next + len == end || K::SHORT_CIRCUITS {
                    column_states(kernel, columns, states);
                    all_final &= states.iter().all(|state| kernel.is_final(state));
                }
            }
            next += len;
            if next >= end || (K::SHORT_CIRCUITS && all_final) {
                return;
            }
        }
    }

    fn of_nothing(&self) -> K::State {
        self.kernel.reduce_contiguous(&[])
    }

    fn merge(&self, left: K::State, right: K::State) -> K::State {
        self.kernel.merge(left, right)
    }

    fn is_final(&self, state: &K::State) -> bool {
        self.kernel.is_final(state)
    }

    fn needs_recompute(&self, state: &K::State) -> bool {
        self.kernel.needs_recompute(state)
    }

    fn recompute(&self, lane: usize, state: K::State) -> K::State {
        self.kernel.recompute(state, &self.lanes.whole(lane))
    }
}

/// Gives `set` the state of each lane of a bundle: each on its own, or `N` side by side.
fn reduce_bundle<S: Copy + Send + Sync>(
    bundle: &dyn States<S>,
    parallel: bool,
    set: &mut dyn FnMut(usize, S) -> Result<(), Error>,
) -> Result<(), Error> {
    let Shape { count, len, along_memory, .. } = bundle.shape();
    if count < N / 2 || (along_memory && len > SHORT) {
        for lane in 0..count {
            set(lane, recomputed(bundle, lane, lane_state(bundle, lane, parallel)))?;
        }
        return Ok(());
    }
    let mut states = vec![bundle.of_nothing(); GROUP.min(count.next_multiple_of(N))];
    for group in (0..count).step_by(GROUP) {
        let end = (group + GROUP).min(count);
        let states = &mut states[..(end - group).next_multiple_of(N)];
        group_states(bundle, group, parallel, states);
        for (first, states) in (group..end).step_by(N).zip(states.chunks(N)) {
            let tile = tile(first, count);
            for (lane, &state) in (tile..count).zip(states).skip(first - tile) {
                set(lane, recomputed(bundle, lane, state))?;
            }
        }
    }
    Ok(())
}

/// Where the tile begins that has the lane `first`: the last one overlaps the one before it rather
/// than being narrower.
fn tile(first: usize, count: usize) -> usize {
    first.min(count.saturating_sub(N))
}

/// The state of a lane, recomputed where it leaves a doubt.
fn recomputed<S>(bundle: &dyn States<S>, lane: usize, state: S) -> S {
    if bundle.needs_recompute(&state) { bundle.recompute(lane, state) } else { state }
}

/// The state of one lane with all that is folded into it, in chunks of about `PART` values that
/// depend on its length alone.
fn lane_state<S: Copy + Send + Sync>(bundle: &dyn States<S>, lane: usize, parallel: bool) -> S {
    let Shape { len, folds, .. } = bundle.shape();
    let (parts, group) = (len.max(1).div_ceil(PART), (PART / len.max(1)).max(1));
    let chunks = folds.div_ceil(group) * parts;
    let chunk_state = |chunk: usize| {
        interrupt::check_at(chunk * PART, PART);
        let first = chunk / parts * group;
        let folds = first..(first + group).min(folds);
        merge_in_order(bundle, folds, &|fold| bundle.of_part(lane, fold, chunk % parts * PART))
    };
    if !parallel || chunks < 2 {
        return merge_in_order(bundle, 0..chunks, &chunk_state);
    }
    let first = chunk_state(0);
    if bundle.is_final(&first) {
        return first;
    }
    let stop = AtomicBool::new(false);
    let states = threads::map(chunks - 1, &|chunk| {
        if stop.load(Ordering::Relaxed) {
            return bundle.of_nothing();
        }
        let state = chunk_state(chunk + 1);
        if bundle.is_final(&state) {
            stop.store(true, Ordering::Relaxed);
        }
        state
    });
    merge_in_order(bundle, 0..chunks, &|chunk| if chunk == 0 { first } else { states[chunk - 1] })
}

fn merge_in_order<S>(
    bundle: &dyn States<S>,
    mut indices: Range<usize>,
    state: &dyn Fn(usize) -> S,
) -> S {
    let Some(first) = indices.next() else { return bundle.of_nothing() };
    let mut merged = state(first);
    for index in indices {
        if bundle.is_final(&merged) {
            break;
        }
        merged = bundle.merge(merged, state(index));
    }
    merged
}

/// The states of a group of lanes in tiles of `N`, with all that is folded into them, in parts that
/// depend on their length alone.
fn group_states<S: Copy + Send + Sync>(
    bundle: &dyn States<S>,
    first: usize,
    parallel: bool,
    states: &mut [S],
) {
    let Shape { len, folds, .. } = bundle.shape();
    let parts = len.max(1).div_ceil(PART);
    let nothing = bundle.of_nothing();
    let lanes = states.len();
    let part_states = |part: usize| {
        let values = lanes * len.min(PART);
        interrupt::check_at(part * values, values);
        let mut states = vec![nothing; lanes];
        bundle.of_tiles(first, part / parts, part % parts * PART, &mut states);
        states
    };
    let parts = folds * parts;
    if parts == 1 {
        return bundle.of_tiles(first, 0, 0, states);
    }
    states.fill(nothing);
    let others = if parallel { threads::map(parts, &part_states) } else { Vec::new() };
    for part in 0..parts {
        let next = others.get(part).cloned().unwrap_or_else(|| part_states(part));
        for (state, next) in states.iter_mut().zip(next) {
            *state = bundle.merge(*state, next);
        }
    }
}

/// Copies the states of the columns out of the layout for vectors.
#[inline(never)]
fn column_states<T: Element, K: Reduce<T>>(
    kernel: &K,
    columns: &K::Columns<N>,
    states: &mut [K::State],
) {
    for (column, state) in states.iter_mut().enumerate() {
        *state = kernel.state(columns, column);
    }
}

#[cfg(test)]
mod tests;
