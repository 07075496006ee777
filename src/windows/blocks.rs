//! What a statistic does with one block: the sums of suffixes and prefixes.
//!
//! The loops over rows are done for a *column* of lanes: for all eight, or, where but old machines
//! run them, for the lanes of one register after those of another (`Isa::Walked`). What is decided
//! is the same for all eight.

use std::array::from_fn;
use std::marker::PhantomData;

use super::magnitudes::Magnitudes;
use super::scan::{Form, LookedAt, Memory, Steps, rows_of};
use super::tiles::{Join, Look};
use super::window::Window;
use crate::merge::{
    Merge, Rescaling, Sample, Shift, StateVectors, Summary, WindowInfo, anchored, one_if_value,
    together,
};
use crate::simd::{Isa, LANES, Task, Vector};
use crate::strided::MOST_INPUTS;

/// The sums of a walk.
pub(super) struct Blocks<K: Merge<INPUTS>, I, V: Vector, const N: usize, const INPUTS: usize> {
    pub(super) kernel: K,
    pub(super) memory: Memory,
    pub(super) columns: [Column<K, V, INPUTS>; N],
    pub(super) isa: PhantomData<I>,
}

/// What is known of the lanes of a column.
pub(super) struct Column<K: Merge<INPUTS>, V: Vector, const INPUTS: usize> {
    /// What lies between the two blocks of a window.
    pub(super) between: Summary<K::State<V>, V, INPUTS>,
    /// What was seen of rows that are looked at.
    pub(super) seen: Summary<K::State<V>, V, INPUTS>,
    /// The rows of this block. The fast form does not count them.
    prefix: Summary<K::State<V>, V, INPUTS>,
    /// The anchors of the suffixes.
    left_anchors: [V; INPUTS],
}

impl<K: Merge<INPUTS>, I: Isa, V: Vector, const N: usize, const INPUTS: usize>
    Blocks<K, I, V, N, INPUTS>
{
    pub(super) fn new(kernel: K, memory: Memory) -> Self {
        let none = Summary::new(kernel.empty());
        let column =
            |_| Column { between: none, seen: none, prefix: none, left_anchors: none.anchors };
        Self { columns: from_fn(column), kernel, memory, isa: PhantomData }
    }

    /// Starts the block that starts with this row.
    #[inline(always)]
    fn start_block(&mut self, row: usize) {
        let Self { kernel, memory, columns, .. } = self;
        memory.care = memory.finite < memory.window.len || memory.is_scaled();
        (memory.prefix_len, memory.suffixes_form) = (0, None);
        let first = rows_of(&memory.strips.now, row, 1);
        for (at, column) in columns.iter_mut().enumerate() {
            column.prefix = Summary::new(kernel.empty());
            if !memory.care {
                column.prefix.anchors = Rows::of_column::<V>(first, at, &memory.scales).row(0);
            }
        }
    }

    /// Walks `len` rows of one block and gives the results from `result` on; says how many, which
    /// is none if that takes care.
    #[inline(always)]
    fn walk_fast(&mut self, row: usize, result: usize, len: usize) -> usize {
        if self.walk_as::<true>(Form::Fast, row, result, len) {
            self.memory.unseen = true;
            return len;
        }
        self.memory.care = true;
        for column in &mut self.columns {
            column.prefix.count = V::splat(self.memory.prefix_len as f64);
            if self.memory.prefix_len == 0 {
                column.prefix.anchors = [V::splat(f64::NAN); INPUTS];
            }
        }
        0
    }

    /// Walks at most `len` rows of one block and gives the results from `result` on; says how
    /// many.
    #[inline(always)]
    fn walk_with_care(&mut self, row: usize, result: usize, len: usize) -> usize {
        let apart = if K::ANCHORED { self.rows_apart(row, len) } else { 0 };
        let (form, len) = if apart > 0 { (Form::Apart, apart) } else { (Form::Careful, len) };
        self.walk_as::<false>(form, row, result, len);
        len
    }

    /// Walks the rows in this form; says whether all values are finite, and the fast form holds.
    #[inline(always)]
    fn walk_as<const FAST: bool>(
        &mut self,
        form: Form,
        row: usize,
        result: usize,
        len: usize,
    ) -> bool {
        if self.memory.suffixes_form != Some(form) {
            self.sum_suffixes::<FAST>(form, row - self.memory.prefix_len);
            self.memory.suffixes_form = Some(form);
        }
        let finite = self.sum_prefixes::<FAST>(form, row, result, len);
        self.memory.finite = if finite { self.memory.finite + len } else { 0 };
        finite
    }

    /// How many of `len` rows come before the prefix has an anchor in each lane. If there is
    /// none of them, it has one then.
    #[inline(always)]
    fn rows_apart(&mut self, row: usize, len: usize) -> usize {
        let Self { memory, columns, .. } = self;
        let (all, mut apart) = (rows_of(&memory.strips.now, row, len), 0);
        for (at, column) in columns.iter().enumerate() {
            let rows = Rows::of_column::<V>(all, at, &memory.scales);
            apart = apart.max(column.rows_apart(rows));
        }
        if apart == 0 {
            for (at, column) in columns.iter_mut().enumerate() {
                let rows = Rows::of_column::<V>(all, at, &memory.scales);
                let anchors = &mut column.prefix.anchors;
                *anchors = anchored(*anchors, rows.scaled(0));
            }
        }
        apart
    }

    /// Sums up the suffixes of the block before the one that starts with this row.
    #[inline(always)]
    fn sum_suffixes<const FAST: bool>(&mut self, form: Form, start: usize) {
        let Self { kernel, memory, columns, .. } = self;
        let has_tiles = memory.has_tiles();
        let Memory { strips, suffixes, window, block, scales, extremes, .. } = memory;
        let all = strips.block_before(start, *block);
        let place = *block as f64 - window.len as f64;
        for (at, column) in columns.iter_mut().enumerate() {
            let rows = Rows::of_column::<V>(all, at, scales);
            let mut seen = column.between;
            if form != Form::Apart {
                let to = column.prefix.anchors;
                if K::ANCHORED && has_tiles {
                    let shift = Shift { from: seen.anchors, to, count: seen.count };
                    seen.state = kernel.rebase(seen.state, shift);
                }
                seen.anchors = to;
            }
            let places = suffixes.of_lanes_mut::<K::State<V>, V>(rows.lane);
            column.sum_suffixes::<FAST>(kernel, rows, place, seen, places);
        }
        if !FAST && memory.unseen {
            extremes.survey::<K, V, INPUTS>(all);
            memory.unseen = memory.prefix_len > 0;
        }
    }

    /// Sums up the prefixes of these rows, and gives the results; says whether all values are
    /// finite, and the fast form holds, without which nothing is changed.
    #[inline(always)]
    fn sum_prefixes<const FAST: bool>(
        &mut self,
        form: Form,
        row: usize,
        result: usize,
        len: usize,
    ) -> bool {
        let Self { kernel, memory, columns, .. } = self;
        let Memory { strips, suffixes, results, window, scales, extremes, .. } = memory;
        let all = rows_of(&strips.now, row, len);
        let (from, results) = (memory.prefix_len, results.rows_mut(result, len));
        let inverse = 1.0 / window.len as f64;
        let mut unscales = of_inputs(scales);
        unscales.iter_mut().for_each(|scale| *scale = 1.0 / *scale);
        let (window, is_apart) = (*window, form == Form::Apart);
        let walk = Prefixes { kernel: *kernel, from, window, inverse, unscales, is_apart };
        if !FAST {
            for (at, column) in columns.iter_mut().enumerate() {
                let rows = Rows::of_column::<V>(all, at, scales);
                let places = suffixes.of_lanes::<K::State<V>, V>(rows.lane);
                column.prefix = column.sum_with_care(&walk, rows, places, results);
            }
            return extremes.survey::<K, V, INPUTS>(all);
        }
        let (mut next, mut holds) = ([kernel.empty(); N], true);
        for (at, column) in columns.iter().enumerate() {
            let rows = Rows::of_column::<V>(all, at, scales);
            let (suffixes, _) = suffixes.of_lanes::<K::State<V>, V>(rows.lane);
            let (state, all_hold, magnitudes) = column.sum_fast(&walk, rows, suffixes, results);
            extremes.see_small::<K, V, INPUTS>(&magnitudes);
            (next[at], holds) = (state, holds && all_hold);
        }
        if holds {
            for (column, next) in columns.iter_mut().zip(next) {
                column.prefix.state = next;
            }
        }
        holds
    }
}

/// What there is for each input.
#[inline(always)]
fn of_inputs<const INPUTS: usize>(all: &[f64; MOST_INPUTS]) -> [f64; INPUTS] {
    let mut some = [0.0; INPUTS];
    some.copy_from_slice(&all[..INPUTS]);
    some
}

/// Rows of which the lanes of one column are walked.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, const INPUTS: usize> {
    all: [&'a [f64]; INPUTS],
    /// The first of these lanes.
    lane: usize,
    /// What values are multiplied with, with care.
    scales: [f64; INPUTS],
}

impl<'a, const INPUTS: usize> Rows<'a, INPUTS> {
    /// The rows of the column at this place.
    #[inline(always)]
    pub(super) fn of_column<V: Vector>(
        all: [&'a [f64]; INPUTS],
        at: usize,
        scales: &[f64; MOST_INPUTS],
    ) -> Self {
        Self { all, lane: at * V::LANES, scales: of_inputs(scales) }
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.all[0].len() / LANES
    }

    #[inline(always)]
    pub(super) fn row<V: Vector>(&self, at: usize) -> [V; INPUTS] {
        let mut row = [V::splat(0.0); INPUTS];
        for input in 0..INPUTS {
            row[input] = V::load(&self.all[input][at * LANES + self.lane..]);
        }
        row
    }

    /// The same, scaled, and NaN in each input where one is.
    #[inline(always)]
    pub(super) fn scaled<V: Vector>(&self, at: usize) -> [V; INPUTS] {
        let mut row = self.row::<V>(at);
        for input in 0..INPUTS {
            row[input] = row[input].mul(V::splat(self.scales[input]));
        }
        together(row)
    }
}

/// What is done with the rows of a prefix, whose first is `from` rows after the block's.
struct Prefixes<K, const INPUTS: usize> {
    kernel: K,
    from: usize,
    window: Window,
    inverse: f64,
    unscales: [f64; INPUTS],
    is_apart: bool,
}

impl<K: Merge<INPUTS>, V: Vector, const INPUTS: usize> Column<K, V, INPUTS> {
    /// How many of these rows come before the prefix has an anchor in each lane.
    #[inline(always)]
    fn rows_apart(&self, rows: Rows<'_, INPUTS>) -> usize {
        let mut anchors = self.prefix.anchors;
        if !anchors[0].any_nan() {
            return 0;
        }
        for at in 0..rows.len() {
            anchors = anchored(anchors, rows.scaled(at));
            if !anchors[0].any_nan() {
                return at;
            }
        }
        rows.len()
    }

    /// Sums up the suffixes of some rows, in front of what was seen behind them.
    #[inline(always)]
    fn sum_suffixes<const FAST: bool>(
        &mut self,
        kernel: &K,
        rows: Rows<'_, INPUTS>,
        place: f64,
        seen: Summary<K::State<V>, V, INPUTS>,
        places: (&mut [f64], &mut [f64]),
    ) {
        let Summary { mut state, mut count, mut anchors } = seen;
        let (suffixes, counts) = places;
        let (size, len) = (K::State::<V>::COUNT * V::LANES, rows.len());
        let (one, mut place) = (V::splat(1.0), V::splat(place));
        state.write(&mut suffixes[len * size..]);
        count.store(&mut counts[len * V::LANES..]);
        for row in (1..len).rev() {
            place = place.sub(one);
            if FAST {
                let sample = Sample::new(rows.row(row), anchors, place);
                state = kernel.insert_before::<V, false>(state, sample);
            } else {
                let values = rows.scaled(row);
                if K::ANCHORED {
                    anchors = anchored(anchors, values);
                }
                let sample = Sample::new(values, anchors, place);
                state = kernel.insert_before::<V, true>(state, sample);
                count = count.add(one_if_value(values[0]));
                count.store(&mut counts[row * V::LANES..]);
            }
            state.write(&mut suffixes[row * size..]);
        }
        self.left_anchors = anchors;
    }

    /// The prefix after some rows, if all values and results are finite, and whether they are; and
    /// the squares of the values.
    #[inline(always)]
    fn sum_fast(
        &self,
        walk: &Prefixes<K, INPUTS>,
        rows: Rows<'_, INPUTS>,
        suffixes: &[f64],
        results: &mut [f64],
    ) -> (K::State<V>, bool, Magnitudes<V>) {
        let &Prefixes { kernel, from, window, inverse, .. } = walk;
        let (one, zero) = (V::splat(1.0), V::splat(0.0));
        let (count, inverse) = (V::splat(window.len as f64), V::splat(inverse));
        let size = K::State::<V>::COUNT * V::LANES;
        let suffixes = &suffixes[(from + 1) * size..][..rows.len() * size];
        let Summary { mut state, anchors, .. } = self.prefix;
        let (mut place, mut magnitudes) = (V::splat(from as f64), Magnitudes::new());
        // It becomes NaN with the first that is not finite.
        let mut finite_check = zero;
        for at in 0..rows.len() {
            let values = rows.row::<V>(at);
            let suffix = K::State::read(&suffixes[at * size..]);
            state = kernel.insert::<V, false>(state, Sample::new(values, anchors, place));
            let joined = kernel.combine::<V, false>(suffix, state);
            let whole = WindowInfo { count, inverse, row: place };
            let result = kernel.finish::<V, false>(joined, whole);
            result.store(&mut results[at * LANES + rows.lane..]);
            finite_check = kernel.finite_check(values, result).mul_add_loosely(zero, finite_check);
            values.into_iter().for_each(|value| magnitudes.see_square::<K, INPUTS>(value));
            place = place.add(one);
        }
        (state, !finite_check.any_nan(), magnitudes)
    }

    /// The prefix after some rows, whatever their values.
    #[inline(always)]
    fn sum_with_care(
        &self,
        walk: &Prefixes<K, INPUTS>,
        rows: Rows<'_, INPUTS>,
        (suffixes, counts): (&[f64], &[f64]),
        results: &mut [f64],
    ) -> Summary<K::State<V>, V, INPUTS> {
        let &Prefixes { kernel, from, window, unscales, is_apart, .. } = walk;
        let (one, mut unscale) = (V::splat(1.0), [V::splat(1.0); INPUTS]);
        for input in 0..INPUTS {
            unscale[input] = V::splat(unscales[input]);
        }
        let min_count = V::splat(window.min_count as f64);
        let size = K::State::<V>::COUNT * V::LANES;
        let suffixes = &suffixes[(from + 1) * size..][..rows.len() * size];
        let counts = &counts[(from + 1) * V::LANES..][..rows.len() * V::LANES];
        let Summary { mut state, mut count, mut anchors } = self.prefix;
        let mut place = V::splat(from as f64);
        for at in 0..rows.len() {
            let (values, left_count) = (rows.scaled(at), V::load(&counts[at * V::LANES..]));
            let mut suffix = K::State::read(&suffixes[at * size..]);
            if K::ANCHORED {
                anchors = anchored(anchors, values);
                if is_apart {
                    let shift = Shift { from: self.left_anchors, to: anchors, count: left_count };
                    suffix = kernel.rebase(suffix, shift);
                }
            }
            state = kernel.insert::<V, true>(state, Sample::new(values, anchors, place));
            count = count.add(one_if_value(values[0]));
            let joined = kernel.combine::<V, true>(suffix, state);
            let all = count.add(left_count);
            let whole = WindowInfo { count: all, inverse: one.div(all), row: place };
            let result = kernel.unscaled(kernel.finish::<V, true>(joined, whole), unscale);
            result.where_reaches(all, min_count).store(&mut results[at * LANES + rows.lane..]);
            place = place.add(one);
        }
        Summary { state, count, anchors }
    }
}

impl<K: Merge<INPUTS>, I: Isa, V: Vector, const N: usize, const INPUTS: usize> Steps
    for Blocks<K, I, V, N, INPUTS>
{
    fn memory(&mut self) -> &mut Memory {
        &mut self.memory
    }

    fn rescalings(&self) -> [&'static [Rescaling]; 2] {
        [K::LARGE, K::SMALL]
    }

    fn doubt(&self) -> Box<dyn Fn(f64) -> bool> {
        let kernel = self.kernel;
        Box::new(move |result| kernel.is_doubtful(result))
    }

    fn begin(&mut self) {
        I::run(Begin { blocks: self });
    }

    fn walk(&mut self, row: usize, len: usize) {
        I::run(Walk { blocks: self, row, len });
    }

    fn tile_vectors(&self) -> usize {
        <Summary<K::State<V>, V, INPUTS> as StateVectors<V>>::COUNT
    }

    fn forget(&mut self) {
        self.columns.iter_mut().for_each(|it| it.seen = Summary::new(self.kernel.empty()));
    }

    fn look(&mut self, rows: LookedAt, place: f64) {
        I::run(Look { blocks: self, rows, place });
    }

    fn keep_total(&mut self, tile: usize) {
        for (at, column) in self.columns.iter().enumerate() {
            self.memory.totals.write(tile + at * V::LANES, column.seen);
        }
    }

    fn join(&mut self, tile: usize) {
        I::run(Join { blocks: self, tile });
    }
}

/// Surveys the block before the first.
struct Begin<'a, K: Merge<INPUTS>, I, V: Vector, const N: usize, const INPUTS: usize> {
    blocks: &'a mut Blocks<K, I, V, N, INPUTS>,
}

impl<K: Merge<INPUTS>, J: Isa, V: Vector, const N: usize, const INPUTS: usize> Task
    for Begin<'_, K, J, V, N, INPUTS>
{
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let memory = &mut self.blocks.memory;
        let rows = memory.strips.block_before(0, memory.block);
        let all_finite = memory.extremes.survey::<K, V, INPUTS>(rows);
        memory.finite = if all_finite && memory.has_all_between { memory.window.len } else { 0 };
        (memory.prefix_len, memory.unseen) = (memory.block, false);
    }
}

/// Walks `len` rows of a strip, from `row` on.
struct Walk<'a, K: Merge<INPUTS>, I, V: Vector, const N: usize, const INPUTS: usize> {
    blocks: &'a mut Blocks<K, I, V, N, INPUTS>,
    row: usize,
    len: usize,
}

impl<K: Merge<INPUTS>, J: Isa, V: Vector, const N: usize, const INPUTS: usize> Task
    for Walk<'_, K, J, V, N, INPUTS>
{
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { blocks, row, len } = self;
        let mut done = 0;
        while done < len {
            let Memory { block, prefix_len, .. } = blocks.memory;
            if prefix_len == block {
                blocks.start_block(row + done);
            }
            let run = (block - blocks.memory.prefix_len).min(len - done);
            let walked = if blocks.memory.care {
                blocks.walk_with_care(row + done, done, run)
            } else {
                blocks.walk_fast(row + done, done, run)
            };
            done += walked;
            blocks.memory.prefix_len += walked;
        }
    }
}
