//! What a scan does with one block: the sums of suffixes and prefixes.

use super::magnitudes::Magnitudes;
use super::scan::Scan;
use crate::merge::{Merge, Sample, Shift, StateVectors, Summary, WindowInfo, one_if_value};
use crate::simd::{Isa, Vector};

/// The form of the fast path: all values are finite, and both parts have one anchor from the
/// beginning.
const FAST: u8 = 0;
/// The form with care: values may be NaN or infinite. Both parts have the same anchor.
const CAREFUL: u8 = 1;
/// The form with care where each part has an anchor of its own.
const APART: u8 = 2;

impl<K: Merge, I: Isa, V: Vector> Scan<K, I, V> {
    /// Remembers whether there were values that ask for a second walk.
    #[inline(always)]
    pub(super) fn see(&mut self, range: &Magnitudes<K, V>) {
        (self.large, self.small) = (self.large | range.is_large(), self.small | range.is_small());
    }

    /// Starts the block that starts with this row.
    #[inline(always)]
    pub(super) fn start_block(&mut self, row: usize) {
        self.care = self.finite < self.window.len || self.scale != 1.0;
        (self.prefix, self.prefix_count) = (self.kernel.empty(), V::splat(0.0));
        (self.prefix_len, self.suffixes_form) = (0, None);
        let first = V::load(self.strips[self.now].rows(row, 1));
        self.anchor = if self.care { V::splat(f64::NAN) } else { first };
    }

    /// Walks `len` rows of one block and gives the results from `result` on; or none, if that
    /// takes care.
    #[inline(always)]
    pub(super) fn walk_fast(&mut self, row: usize, result: usize, len: usize) -> usize {
        if self.walk_as::<FAST>(row, result, len) {
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
    pub(super) fn walk_with_care(&mut self, row: usize, result: usize, len: usize) -> usize {
        let apart = if K::ANCHORED { self.rows_apart(row, len) } else { 0 };
        if apart > 0 {
            self.walk_as::<APART>(row, result, apart);
            return apart;
        }
        self.walk_as::<CAREFUL>(row, result, len);
        len
    }

    /// Walks the rows in this form; says whether all values are finite, and the fast path
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
        let mut range = Magnitudes::<K, V>::new();
        for row in (1..len).rev() {
            let value = V::load(&block[row * V::LANES..]);
            place = place.sub(one);
            if FORM == FAST {
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

    /// Says whether all values are finite; in the fast path, also whether it holds, without
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
        let (mut finite_check, mut range) = (zero, Magnitudes::<K, V>::new());
        for at in 0..len {
            let row = V::load(&rows[at * V::LANES..]);
            let mut suffix = K::State::read(&suffixes[at * parts * V::LANES..]);
            let result = &mut results[at * V::LANES..];
            if FORM == FAST {
                state = self.kernel.insert::<V, false>(state, Sample::new(row, anchor, place));
                let whole = WindowInfo { count: full, inverse: full_inverse, row: place };
                let joined = self.kernel.combine::<V, false>(suffix, state);
                let of_window = self.kernel.finish::<V, false>(joined, whole);
                of_window.store(result);
                finite_check =
                    self.kernel.finite_check(row, of_window).mul_add_loosely(zero, finite_check);
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
                finite_check = value.mul_add_loosely(zero, finite_check);
                range.see_size(value);
            }
            range.see_square(row);
            place = place.add(one);
        }
        self.see(&range);
        let holds = !finite_check.any_nan();
        if FORM != FAST || holds {
            (self.prefix, self.prefix_count) = (state, count);
            self.anchor = anchor;
        }
        holds
    }
}
