//! `move_rank`: where the newest value stands among those of its window, from -1 for the least to
//! 1 for the greatest.
//!
//! Of `n` values, with `l` less than the newest and `g` greater, it is `(l - g) / (n - 1)`: the
//! mean rank of equal values, rounded once.

use std::array::from_fn;

use crate::error::Error;
use crate::numeric::element::Element;
use crate::numeric::element::Float;
use crate::order::ordered::{Ordered, Ranked, Results};
use crate::order::ranks::{RankCounts, Ranks};
use crate::simd::Vector;
use crate::windows::Window;

/// `move_rank`
#[derive(Clone, Copy)]
pub struct MoveRank;

impl Ordered for MoveRank {
    const SHORT: usize = 44;
    const SIGNED_ZEROS: bool = false;
    type Ranked = Counts;
    type Found = f64;

    fn memory(&self, _window: usize) -> usize {
        0
    }

    #[inline(always)]
    fn start<V: Vector>(&self, _memory: &mut [V], _rows: &[V]) {}

    /// Compares each value with those before it; some rows together, which do not wait for each
    /// other. NaN is neither less nor greater.
    #[inline(always)]
    fn step<V: Vector>(&self, _memory: &mut [V], rows: &[V], counts: &[V], results: &mut [V]) {
        let window = rows.len() - results.len();
        // A narrow vector has work enough with one row.
        let some = if V::WIDTH < TOGETHER { 0 } else { results.len() / TOGETHER * TOGETHER };
        for first in (0..some).step_by(TOGETHER) {
            compare::<V, TOGETHER>(&rows[first..], window, &counts[first..], &mut results[first..]);
        }
        for first in some..results.len() {
            compare::<V, 1>(&rows[first..], window, &counts[first..], &mut results[first..]);
        }
    }

    #[inline(always)]
    fn alone(_key: i64) -> f64 {
        0.0
    }

    fn is_little(&self, len: usize, window: Window) -> bool {
        const COMPARED: usize = 32;
        let results = (len + 1).saturating_sub(window.min_count);
        results.saturating_mul(window.len) <= len.saturating_mul(COMPARED)
    }

    fn directly(&self, values: &Ranks, window: Window, results: &mut Results<'_, f64>) {
        let mut nans = 0;
        let one_if_nan = |place| usize::from(values.key_at(place).is_none());
        for place in 0..values.keys().len() {
            nans += one_if_nan(place);
            nans -= place.checked_sub(window.len).map_or(0, one_if_nan);
            let first = (place + 1).saturating_sub(window.len);
            let count = place + 1 - first - nans;
            let newest = values.key_at(place).filter(|_| count >= window.min_count);
            results(
                place,
                &[newest.map(|newest| {
                    let (less, greater) = compared(&values.keys()[first..=place], newest);
                    // NaN has the greatest key.
                    rank_of(less, greater - nans, count)
                })],
            );
        }
    }

    #[inline(always)]
    fn find(&self, window: &mut Counts, ranks: &Ranks, newest: Option<usize>) -> Option<f64> {
        let rank = newest?;
        let (not_greater, first) = (window.ranks.below(rank) + 1, ranks.first(rank));
        let less = if first == rank { not_greater - 1 } else { window.ranks.below(first) };
        Some(rank_of(less, window.len - not_greater, window.len))
    }

    #[inline(always)]
    fn result<T: Element>(found: f64) -> T::Float {
        T::Float::from_f64(found)
    }
}

/// How many keys are less than one, and how many greater.
fn compared(keys: &[i64], key: i64) -> (usize, usize) {
    let less: usize = keys.iter().map(|other| usize::from(*other < key)).sum();
    let greater: usize = keys.iter().map(|other| usize::from(*other > key)).sum();
    (less, greater)
}

/// The rank of a value that `less` of `count` are less than, and `greater` greater.
#[inline(always)]
fn rank_of(less: usize, greater: usize, count: usize) -> f64 {
    let others = count.saturating_sub(1).max(1);
    (less as f64 - greater as f64) / others as f64
}

/// Rows that are compared at once.
const TOGETHER: usize = 4;

/// The results of `N` windows.
#[inline(always)]
fn compare<V: Vector, const N: usize>(rows: &[V], window: usize, counts: &[V], results: &mut [V]) {
    let (zero, one, two) = (V::splat(0.0), V::splat(1.0), V::splat(2.0));
    let newest: [V; N] = from_fn(|at| rows[window + at]);
    let mut score = [zero; N];
    for first in 1..window {
        let others = &rows[first..first + N];
        for at in 0..N {
            let less = score[at].add_where_less(one, others[at], newest[at]);
            score[at] = less.add_where_less(V::splat(-1.0), newest[at], others[at]);
        }
    }
    for at in 0..N {
        let rank = zero.where_less(counts[at], two, score[at].div(counts[at].sub(one)));
        results[at] = rank.unless_nan(newest[at], V::splat(f64::NAN));
    }
}

/// A window that counts.
#[derive(Default)]
pub struct Counts {
    ranks: RankCounts,
    len: usize,
}

impl Ranked for Counts {
    fn clear(&mut self, ranks: usize) -> Result<(), Error> {
        self.len = 0;
        self.ranks.clear(ranks)
    }

    #[inline(always)]
    fn insert(&mut self, rank: usize) {
        self.ranks.insert(rank);
        self.len += 1;
    }

    #[inline(always)]
    fn remove(&mut self, rank: usize) {
        self.ranks.remove(rank);
        self.len -= 1;
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.len
    }
}
