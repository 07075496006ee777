//! Many values in, one out: the driver of the reductions.

use std::ops::Range;

use crate::element::Element;
use crate::error::Error;
use crate::rows::{Lanes, LanesMut, Rows, Sweep, View, ViewMut};
use crate::simd::{Baseline, Isa, Task, vectorized};
use crate::threads;

/// A statistic: what it is of rows of values, of two parts together, and at the end.
pub trait Reduce<T: Element>: Copy + Send + Sync {
    /// What is known of some of the values of one lane.
    type State: Copy + Send + Sync;
    /// `N` states in the making, side by side, in the form that vectors like.
    type Columns<const N: usize>;
    /// The result.
    type Out: Copy + Send + Sync;

    /// Whether there is a result of no values at all.
    const OF_NOTHING: bool = true;
    /// Whether the place of a value matters.
    const ORDERED: bool = false;

    /// Of no values yet. `rows` are among those to come, for a kernel that wants a foretaste.
    fn start<const N: usize>(&self, rows: Rows<'_, T, N>) -> Self::Columns<N>;

    /// Takes in more values.
    fn add<I: Isa, const N: usize>(&self, columns: &mut Self::Columns<N>, rows: Rows<'_, T, N>);

    /// Of one of the columns.
    fn state<const N: usize>(&self, columns: &Self::Columns<N>, column: usize) -> Self::State;

    /// Of two parts, `left` the first.
    fn merge(&self, left: Self::State, right: Self::State) -> Self::State;

    /// The result, of all values.
    fn finish(&self, state: Self::State) -> Result<Self::Out, Error>;

    /// Of neighbours in one lane: as columns, which are merged.
    fn dense(&self, values: &[T]) -> Self::State {
        let (rows, rest) = Rows::cut(values);
        let (columns, column) = (self.start::<N>(rows), self.start::<1>(Rows::cut(rest).0));
        dense_from(self, columns, column, values)
    }

    /// The result that is certain before a look at the values, of which there are none if `empty`
    /// (no integer is NaN).
    #[inline(always)]
    fn foregone(&self, _empty: bool) -> Option<Self::Out> {
        None
    }

    /// Nothing that follows can change the result (`anynan` has seen one).
    #[inline(always)]
    fn settled(&self, _state: &Self::State) -> bool {
        false
    }

    /// The state leaves a doubt that only a second look at the values can settle (an infinite
    /// sum: was there an infinity, or did it overflow on the way?).
    #[inline(always)]
    fn doubtful(&self, _state: &Self::State) -> bool {
        false
    }

    /// The second look, at all values.
    fn review(&self, state: Self::State, _values: &View<'_, T>) -> Self::State {
        state
    }
}

/// Columns in a row: enough to fill the vector registers.
pub const N: usize = 32;
/// Rows that are added at once: no more than the first cache holds.
const BLOCK: usize = 64;
/// Values of a lane that are summed up before they are merged with others: a job for a thread.
const PART: usize = 1 << 15;
/// Fewer values than this are not worth a second thread.
const PARALLEL: usize = 1 << 18;
/// A lane that is no longer than this is read together with its neighbours.
const SHORT: usize = 32;

/// The statistic of all values.
pub fn all<T: Element, K: Reduce<T>>(view: &View<'_, T>, kernel: K) -> Result<K::Out, Error> {
    if let Some(out) = kernel.foregone(view.is_empty()) {
        return Ok(out);
    }
    let state = match view.as_slice() {
        Some(values) if values.len() <= PART => {
            let state = kernel.dense(values);
            if kernel.doubtful(&state) { kernel.review(state, view) } else { state }
        }
        _ => state_of_all(&kernel, view),
    };
    kernel.finish(state)
}

/// The state of all values, for a kernel that asks another one in its second look.
pub(crate) fn state_of_all<T: Element, K: Reduce<T>>(kernel: &K, view: &View<'_, T>) -> K::State {
    let mut nowhere = ();
    let mut nowhere = ViewMut::from_mut(&mut nowhere);
    let mut sweep = Sweep::reducing(view, u64::MAX, K::ORDERED, &mut nowhere);
    let (lanes, _) = sweep.bundles().next().expect("without kept axes there is one bundle");
    let bundle = Bundle { kernel, lanes };
    settled(&bundle, 0, lane_state(&bundle, 0, view.len() >= PARALLEL))
}

/// The statistic along the axes of the bit set `axes`, for each place of the others.
pub fn along<T: Element, K: Reduce<T>>(
    view: &View<'_, T>,
    axes: u64,
    kernel: K,
    out: &mut ViewMut<'_, K::Out>,
) -> Result<(), Error> {
    let sweep = Sweep::reducing(view, axes, K::ORDERED, out);
    if let Some(out) = kernel.foregone(sweep.lanes_are_empty()) {
        return spread(sweep, &|lanes, mut places, _| {
            (0..lanes.count()).for_each(|lane| places.set(lane, 0, out));
            Ok(())
        });
    }
    spread(sweep, &|lanes, mut out, parallel| {
        let set = &mut |lane, state| {
            out.set(lane, 0, kernel.finish(state)?);
            Ok(())
        };
        reduce_bundle(&Bundle { kernel: &kernel, lanes }, parallel, set)
    })
}

/// What is done with a bundle of lanes; by several threads, if there are too few bundles.
type Reduction<'a, T, O> =
    dyn Fn(Lanes<'_, T>, LanesMut<'_, O>, bool) -> Result<(), Error> + Sync + 'a;

/// Reduces all bundles, on several threads where there is much to do.
fn spread<T: Element, O: Send>(
    sweep: Sweep<'_, T, O>,
    reduce: &Reduction<'_, T, O>,
) -> Result<(), Error> {
    let large = sweep.values() >= PARALLEL;
    let parts = if large { sweep.values().div_ceil(PARALLEL / 4) } else { 1 };
    let parts = sweep.split(parts, N);
    let few = large && parts.len() < threads::count();
    let reduce_part = |mut part: Sweep<'_, T, O>| {
        part.bundles().try_for_each(|(lanes, out)| reduce(lanes, out, few))
    };
    if few {
        parts.into_iter().try_for_each(reduce_part)
    } else {
        threads::each(parts, &reduce_part)
    }
}

/// A bundle of lanes whose states are `S`: all that the driver has to know of it, so that it is
/// compiled once for each kind of state rather than for each kernel and dtype.
trait States<S>: Sync {
    fn shape(&self) -> Shape;
    /// Of a part of one lane.
    fn of_part(&self, lane: usize, fold: usize, start: usize) -> S;
    /// Of a part of `N` lanes from `tile` on.
    fn of_tile(&self, tile: usize, fold: usize, start: usize, states: &mut [S]);
    fn of_nothing(&self) -> S;
    fn merge(&self, left: S, right: S) -> S;
    fn settled(&self, state: &S) -> bool;
    fn doubtful(&self, state: &S) -> bool;
    fn review(&self, lane: usize, state: S) -> S;
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
        let part = self.lanes.fold(fold).lane(lane).part(start, PART);
        match part.as_slice() {
            Some(values) => self.kernel.dense(values),
            None => self.kernel.dense(&part.to_vec()),
        }
    }

    fn of_tile(&self, tile: usize, fold: usize, start: usize, states: &mut [K::State]) {
        let Self { kernel, lanes } = *self;
        let lanes = lanes.fold(fold);
        let direct = lanes.are_adjacent() && lanes.count() >= N;
        let end = lanes.len().min(start + PART);
        let mut scratch = vec![[T::LOWEST; N]; if direct { 0 } else { BLOCK.min(end - start) }];
        let mut columns = None;
        let mut next = start;
        loop {
            let len = BLOCK.min(end - next);
            let rows = if direct {
                lanes.rows::<N>(tile, next, len)
            } else {
                lanes.gather(tile, next, &mut scratch[..len]);
                Rows::of(&scratch[..len])
            };
            let columns = columns.get_or_insert_with(|| kernel.start(rows));
            add_rows(kernel, columns, rows);
            next += len;
            let settled = (0..N).all(|column| kernel.settled(&kernel.state(columns, column)));
            if next >= end || settled {
                return column_states(kernel, columns, states);
            }
        }
    }

    fn of_nothing(&self) -> K::State {
        self.kernel.dense(&[])
    }

    fn merge(&self, left: K::State, right: K::State) -> K::State {
        self.kernel.merge(left, right)
    }

    fn settled(&self, state: &K::State) -> bool {
        self.kernel.settled(state)
    }

    fn doubtful(&self, state: &K::State) -> bool {
        self.kernel.doubtful(state)
    }

    fn review(&self, lane: usize, state: K::State) -> K::State {
        self.kernel.review(state, &self.lanes.whole(lane))
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
            set(lane, settled(bundle, lane, lane_state(bundle, lane, parallel)))?;
        }
        return Ok(());
    }
    let mut states = vec![bundle.of_nothing(); N];
    for tile in (0..count).step_by(N) {
        // The last tile overlaps the one before it rather than being narrower.
        let tile = tile.min(count.saturating_sub(N));
        tile_states(bundle, tile, parallel, &mut states);
        for (lane, &state) in (tile..count).zip(&states) {
            set(lane, settled(bundle, lane, state))?;
        }
    }
    Ok(())
}

/// After a second look, where there is a doubt.
fn settled<S>(bundle: &dyn States<S>, lane: usize, state: S) -> S {
    if bundle.doubtful(&state) { bundle.review(lane, state) } else { state }
}

/// The state of one lane with all that is folded into it, in chunks of about `PART` values that
/// depend on its length alone.
fn lane_state<S: Copy + Send + Sync>(bundle: &dyn States<S>, lane: usize, parallel: bool) -> S {
    let Shape { len, folds, .. } = bundle.shape();
    let (parts, group) = (len.max(1).div_ceil(PART), (PART / len.max(1)).max(1));
    let chunks = folds.div_ceil(group) * parts;
    let chunk_state = |chunk: usize| {
        let first = chunk / parts * group;
        let folds = first..(first + group).min(folds);
        merge_in_order(bundle, folds, &|fold| bundle.of_part(lane, fold, chunk % parts * PART))
    };
    if parallel && chunks > 1 {
        let states = threads::map(chunks, &chunk_state);
        return merge_in_order(bundle, 0..chunks, &|chunk| states[chunk]);
    }
    merge_in_order(bundle, 0..chunks, &chunk_state)
}

fn merge_in_order<S>(
    bundle: &dyn States<S>,
    mut indices: Range<usize>,
    state: &dyn Fn(usize) -> S,
) -> S {
    let Some(first) = indices.next() else { return bundle.of_nothing() };
    let mut merged = state(first);
    for index in indices {
        if bundle.settled(&merged) {
            break;
        }
        merged = bundle.merge(merged, state(index));
    }
    merged
}

/// The states of `N` lanes side by side, with all that is folded into them, in parts that depend
/// on their length alone.
fn tile_states<S: Copy + Send + Sync>(
    bundle: &dyn States<S>,
    tile: usize,
    parallel: bool,
    states: &mut [S],
) {
    let Shape { len, folds, .. } = bundle.shape();
    let parts = len.max(1).div_ceil(PART);
    let part_states = |part: usize| {
        let mut states = vec![bundle.of_nothing(); N];
        bundle.of_tile(tile, part / parts, part % parts * PART, &mut states);
        states
    };
    let parts = folds * parts;
    if parts == 1 {
        return bundle.of_tile(tile, 0, 0, states);
    }
    states.fill(bundle.of_nothing());
    let others = if parallel { threads::map(parts, &part_states) } else { Vec::new() };
    for part in 0..parts {
        let next = others.get(part).cloned().unwrap_or_else(|| part_states(part));
        for (state, next) in states.iter_mut().zip(next) {
            *state = bundle.merge(*state, next);
        }
    }
}

/// Copies the states of the columns out of the form that vectors like.
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

/// The state of neighbours in one lane, in columns that have been started: `N` for those that
/// fill rows, and one for the few that are left over.
#[inline(never)]
pub(crate) fn dense_from<T: Element, K: Reduce<T>>(
    kernel: &K,
    mut columns: K::Columns<N>,
    mut column: K::Columns<1>,
    values: &[T],
) -> K::State {
    let (rows, rest) = Rows::<T, N>::cut(values);
    kernel.add::<Baseline, 1>(&mut column, Rows::cut(rest).0);
    let rest = kernel.state(&column, 0);
    if rows.is_empty() {
        return rest;
    }
    add_rows(kernel, &mut columns, rows);
    let mut states = [rest; N];
    column_states(kernel, &columns, &mut states);
    kernel.merge(merge_by_halves(kernel, &mut states), rest)
}

/// All states together; by halves, so that errors stay small.
#[inline(never)]
fn merge_by_halves<T: Element, K: Reduce<T>>(kernel: &K, states: &mut [K::State]) -> K::State {
    let mut half = states.len() / 2;
    while half > 0 {
        for column in 0..half {
            states[column] = kernel.merge(states[column], states[column + half]);
        }
        half /= 2;
    }
    states[0]
}

/// Adds rows with the best instructions of the machine: all that is compiled for each of them.
pub(crate) fn add_rows<T: Element, K: Reduce<T>, const N: usize>(
    kernel: &K,
    columns: &mut K::Columns<N>,
    rows: Rows<'_, T, N>,
) {
    vectorized(Add { kernel, columns, rows });
}

struct Add<'a, T: Element, K: Reduce<T>, const N: usize> {
    kernel: &'a K,
    columns: &'a mut K::Columns<N>,
    rows: Rows<'a, T, N>,
}

impl<T: Element, K: Reduce<T>, const N: usize> Task for Add<'_, T, K, N> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.kernel.add::<I, N>(self.columns, self.rows);
    }
}
