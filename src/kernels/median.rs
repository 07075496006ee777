//! `median`, `nanmedian` and `move_median`: the value in the middle, or the mean of the two.
//!
//! Of all values by selection. Of a moving window by its order, which is kept.

use crate::error::Error;
use crate::numeric::element::Element;
use crate::order::nth::nth;
use crate::order::ordered::{Ordered, Ranked, Results};
use crate::order::ranks::{RankSet, Ranks};
use crate::order::select::Select;
use crate::simd::{LANES, Vector};
use crate::windows::Window;

/// `median`, and `nanmedian`, which leaves NaN out.
#[derive(Clone, Copy)]
pub struct Median {
    /// Whether NaN is left out, rather than the result of a lane that has one.
    pub skip_nan: bool,
}

impl<T: Element> Select<T> for Median {
    type Out = T::Float;

    const OF_NOTHING: T::Float = <T::Float as Element>::MISSING;

    fn stops_at_nan(&self) -> bool {
        !self.skip_nan
    }

    fn select(
        &self,
        values: &[T],
        nans: usize,
        _result: usize,
        scratch: &mut Vec<u64>,
    ) -> Result<T::Float, Error> {
        let count = values.len() - nans;
        if count == 0 || (nans > 0 && !self.skip_nan) {
            return Ok(<T::Float as Element>::MISSING);
        }
        let middle = nth(values, count / 2, scratch)?;
        let lower = if count.is_multiple_of(2) { middle.before } else { middle.value };
        Ok(lower.halfway(middle.value))
    }
}

/// `move_median`
#[derive(Clone, Copy)]
pub struct MoveMedian;

impl Ordered for MoveMedian {
    const SHORT: usize = 24;
    const SIGNED_ZEROS: bool = true;
    type Ranked = Middle;
    /// The keys of the two in the middle, or twice of the one.
    type Found = (i64, i64);

    /// The values of the window in their order, and one more that is never reached. NaN counts
    /// as infinite: the values that are there come first, or are infinite themselves.
    fn memory(&self, window: usize) -> usize {
        window + 1
    }

    #[inline(always)]
    fn start<V: Vector>(&self, memory: &mut [V], rows: &[V]) {
        memory.fill(V::splat(f64::INFINITY));
        for row in rows {
            replace(memory, V::splat(f64::INFINITY), value_or_infinite(*row));
        }
    }

    #[inline(always)]
    fn step<V: Vector>(&self, memory: &mut [V], rows: &[V], counts: &[V], results: &mut [V]) {
        let window = memory.len() - 1;
        let full = V::splat(window as f64);
        for (at, result) in results.iter_mut().enumerate() {
            let (old, new) = (rows[at], rows[window + at]);
            replace(memory, value_or_infinite(old), value_or_infinite(new));
            let is_full = !full.where_reaches(counts[at], full).any_nan();
            *result = if is_full {
                halfway(memory[(window - 1) / 2], memory[window / 2])
            } else {
                middle(memory, counts[at])
            };
        }
        sign_zeros(rows, counts, results);
    }

    #[inline(always)]
    fn alone(key: i64) -> (i64, i64) {
        (key, key)
    }

    fn is_little(&self, len: usize, window: Window) -> bool {
        window.len <= FEW / 8 || window.len <= FEW && len <= 2 * FEW
    }

    fn directly(&self, values: &Ranks, window: Window, results: &mut Results<'_, (i64, i64)>) {
        let mut sorted = Few { keys: [0; FEW], len: 0 };
        for place in 0..values.keys().len() {
            let leaving = place.checked_sub(window.len).and_then(|place| values.key_at(place));
            match (leaving, values.key_at(place)) {
                (Some(old), Some(new)) => sorted.put(sorted.place(old), new),
                (Some(old), None) => sorted.remove(old),
                (None, Some(new)) => sorted.insert(new),
                (None, None) => {}
            }
            let enough = sorted.len >= window.min_count;
            results(place, &[enough.then(|| sorted.middle())]);
        }
    }

    #[inline(always)]
    fn find(&self, window: &mut Middle, ranks: &Ranks, _: Option<usize>) -> Option<(i64, i64)> {
        let (lower, upper) = window.find()?;
        Some((ranks.key(lower), ranks.key(upper)))
    }

    #[inline(always)]
    fn result<T: Element>((lower, upper): (i64, i64)) -> T::Float {
        T::from_signed_key(lower).halfway(T::from_signed_key(upper))
    }
}

/// Gives medians of zero their sign, which comparisons do not see: it is that of the upper of the
/// two in the middle, which has one if more than half of the values do.
#[inline(always)]
fn sign_zeros<V: Vector>(rows: &[V], counts: &[V], results: &mut [V]) {
    let (zero, one) = (V::splat(0.0), V::splat(1.0));
    let nan = V::splat(f64::NAN);
    let seen = rows.iter().fold(zero, |seen, row| seen.add_where_negative_zero(nan, *row));
    if !seen.any_nan() {
        return;
    }
    let add_if_signed = |sum: V, term: V, row: V| {
        sum.add_where_negative_zero(term, row).add_where_less(term, row, zero)
    };
    let window = rows.len() - results.len();
    let mut signed = rows[..window].iter().fold(zero, |sum, row| add_if_signed(sum, one, *row));
    for (at, result) in results.iter_mut().enumerate() {
        signed = add_if_signed(signed, one, rows[window + at]);
        signed = add_if_signed(signed, V::splat(-1.0), rows[at]);
        let sign = V::splat(-0.0).where_less(counts[at], signed.add(signed), zero);
        let magnitude = result.max(zero.sub(*result));
        *result = sign.where_less(magnitude, V::splat(f64::from_bits(1)), *result);
    }
}

/// Windows of no more values are kept in their order one by one.
const FEW: usize = 64;

/// The keys of a window in their order.
struct Few {
    keys: [i64; FEW],
    len: usize,
}

impl Few {
    fn insert(&mut self, key: i64) {
        self.len += 1;
        self.put(self.len - 1, key);
    }

    fn remove(&mut self, key: i64) {
        self.put(self.place(key), i64::MAX);
        self.len -= 1;
    }

    /// Puts a key at a place, and moves it to where it belongs.
    fn put(&mut self, mut at: usize, key: i64) {
        let keys = &mut self.keys[..self.len];
        while at + 1 < keys.len() && keys[at + 1] < key {
            keys[at] = keys[at + 1];
            at += 1;
        }
        while at > 0 && keys[at - 1] > key {
            keys[at] = keys[at - 1];
            at -= 1;
        }
        keys[at] = key;
    }

    /// Where a key is.
    fn place(&self, key: i64) -> usize {
        self.keys[..self.len].iter().take_while(|other| **other < key).count()
    }

    /// Of at least one.
    fn middle(&self) -> (i64, i64) {
        (self.keys[(self.len - 1) / 2], self.keys[self.len / 2])
    }
}

/// A value, but infinite for NaN, and 0.0 for -0.0.
#[inline(always)]
fn value_or_infinite<V: Vector>(value: V) -> V {
    value.unless_nan(value, V::splat(f64::INFINITY)).add(V::splat(0.0))
}

/// Replaces one of the values of a sorted window, the last of which is never reached.
///
/// Benefit: no branch, and no place to look for: what is below `old` stays, what is above moves
/// down; of that, what is below `new` stays, what is above moves up. Cost: each is looked at.
#[inline(always)]
fn replace<V: Vector>(sorted: &mut [V], old: V, new: V) {
    let mut below = V::splat(f64::NEG_INFINITY);
    let mut here = sorted[0];
    for at in 0..sorted.len() - 1 {
        let next = sorted[at + 1];
        let kept = here.where_less(here, old, next);
        sorted[at] = kept.min(new).max(below);
        (below, here) = (kept, next);
    }
}

/// The median of sorted windows, of whose values not all count.
#[inline(always)]
fn middle<V: Vector>(sorted: &[V], counts: V) -> V {
    let mut places = [0.0; LANES];
    counts.store(&mut places);
    let (mut lower, mut upper) = ([0.0; LANES], [0.0; LANES]);
    for lane in 0..V::LANES {
        let count = places[lane] as usize;
        let value = |at: usize| {
            let mut values = [0.0; LANES];
            sorted[at].store(&mut values);
            values[lane]
        };
        (lower[lane], upper[lane]) = (value(count.saturating_sub(1) / 2), value(count / 2));
    }
    halfway(V::load(&lower), V::load(&upper))
}

/// The mean of two, rounded once and without overflow, as `Element::halfway`.
#[inline(always)]
fn halfway<V: Vector>(lower: V, upper: V) -> V {
    let half = V::splat(0.5);
    let sum = lower.add(upper);
    let magnitude = sum.max(V::splat(0.0).sub(sum));
    let of_halves = lower.mul(half).add(upper.mul(half));
    sum.mul(half).where_less(magnitude, V::splat(f64::INFINITY), of_halves)
}

/// A window, and where its middle is.
#[derive(Default)]
pub struct Middle {
    set: RankSet,
    len: usize,
    /// A rank near the middle, and how many of the window are below it.
    near: usize,
    below: usize,
}

impl Ranked for Middle {
    fn clear(&mut self, ranks: usize) -> Result<(), Error> {
        (self.len, self.near, self.below) = (0, ranks / 2, 0);
        self.set.clear(ranks)
    }

    #[inline(always)]
    fn insert(&mut self, rank: usize) {
        self.set.insert(rank);
        self.len += 1;
        self.below += usize::from(rank < self.near);
    }

    #[inline(always)]
    fn remove(&mut self, rank: usize) {
        self.set.remove(rank);
        self.len -= 1;
        self.below -= usize::from(rank < self.near);
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.len
    }
}

impl Middle {
    /// The ranks of the two in the middle, or twice of the one.
    #[inline(always)]
    fn find(&mut self) -> Option<(usize, usize)> {
        let below = self.len.checked_sub(1)? / 2;
        // When one value enters and one leaves, the middle moves by one.
        let step = below as isize - self.below as isize;
        self.near = self.set.beside(self.near, step).or_else(|| self.walk(step))?;
        self.below = below;
        let upper =
            if self.len % 2 == 1 { self.near } else { self.set.at_or_after(self.near + 1)? };
        Some((self.near, upper))
    }

    /// The rank so many steps from the first that is not below `near`.
    #[inline(never)]
    fn walk(&self, step: isize) -> Option<usize> {
        let mut rank = self.near;
        for _ in step..0 {
            rank = self.set.before(rank)?;
        }
        rank = self.set.at_or_after(rank)?;
        for _ in 0..step {
            rank = self.set.at_or_after(rank + 1)?;
        }
        Some(rank)
    }
}
