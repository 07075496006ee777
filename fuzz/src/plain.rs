//! What the kernels are compared with: a few lines each, that look at every value.

use std::cmp::Ordering;

use uncork::kernels::extreme::Order;
use uncork::numeric::element::{Element, Float};

pub(crate) fn nans<T: Element>(lane: &[T]) -> usize {
    lane.iter().filter(|value| value.is_nan()).count()
}

fn numbers<T: Element>(lane: &[T]) -> impl Iterator<Item = (usize, T)> {
    lane.iter().copied().enumerate().filter(|(_, value)| !value.is_nan())
}

/// NaN is above all; zeros of both signs are equal.
fn compare<T: Element>(one: T, other: T) -> Ordering {
    one.partial_cmp(&other).unwrap_or_else(|| one.is_nan().cmp(&other.is_nan()))
}

/// The keys, in order.
pub(crate) fn sorted<T: Element>(lane: &[T]) -> Vec<u64> {
    let mut keys: Vec<u64> = lane.iter().map(|value| value.to_key()).collect();
    keys.sort_unstable();
    keys
}

/// The value that no other comes before, the first of equals, and its place.
fn winner<T: Element, O: Order>(lane: &[T]) -> Option<(usize, T)> {
    numbers(lane).reduce(|best, next| if O::before(next.1, best.1) { next } else { best })
}

pub(crate) fn first<T: Element, O: Order, R: Element>(lane: &[T], of: impl Fn(T) -> R) -> R {
    winner::<T, O>(lane).map_or(R::MISSING, |(_, value)| of(value))
}

pub(crate) fn place<T: Element, O: Order>(lane: &[T]) -> Option<isize> {
    winner::<T, O>(lane).map(|(place, _)| place as isize)
}

/// How many places before the last, the last of equals.
pub(crate) fn ago<T: Element, O: Order>(window: &[T]) -> T::Float {
    let backwards: Vec<T> = window.iter().rev().copied().collect();
    let place = winner::<T, O>(&backwards).map(|(place, _)| place);
    place.map_or(T::Float::MISSING, |place| T::Float::from_f64(place as f64))
}

pub(crate) fn median<T: Element>(lane: &[T], skip_nan: bool) -> T::Float {
    let mut values: Vec<T> = numbers(lane).map(|(_, value)| value).collect();
    if values.is_empty() || (values.len() < lane.len() && !skip_nan) {
        return T::Float::MISSING;
    }
    values.sort_by(|&one, &other| compare(one, other));
    values[(values.len() - 1) / 2].halfway(values[values.len() / 2])
}

/// From -1 to 1, of the last among the others.
pub(crate) fn rank_of_last<T: Element>(window: &[T]) -> T::Float {
    let count = window.len() - nans(window);
    let Some(&last) = window.last().filter(|last| !last.is_nan()) else {
        return T::Float::MISSING;
    };
    let score: i32 = numbers(window).map(|(_, value)| compare(last, value) as i32).sum();
    T::Float::from_f64(f64::from(score) / (count - 1).max(1) as f64)
}

/// From 1 on, the mean of equals; each NaN has one of its own, or none.
pub(crate) fn ranks<T: Element>(lane: &[T], skip_nan: bool) -> Vec<f64> {
    let mut order: Vec<usize> = (0..lane.len()).collect();
    order.sort_by(|&one, &other| compare(lane[one], lane[other]));
    let mut ranks = vec![0.0; lane.len()];
    let mut before = 0;
    for ties in order.chunk_by(|&one, &other| lane[one] == lane[other]) {
        for &place in ties {
            let rank = before as f64 + (ties.len() + 1) as f64 / 2.0;
            ranks[place] = if skip_nan && lane[place].is_nan() { f64::NAN } else { rank };
        }
        before += ties.len();
    }
    ranks
}

/// Panics unless no value before the index is greater than that one, and none after it less.
pub(crate) fn assert_parted<T: Element>(parts: &[T], kth: usize) {
    for (place, &value) in parts.iter().enumerate() {
        let wrong = if place < kth { Ordering::Greater } else { Ordering::Less };
        assert!(compare(value, parts[kth]) != wrong, "the value at {place}");
    }
}

/// Each NaN becomes the last value before it, if that is no more than `limit` places away.
pub(crate) fn pushed<T: Element>(lane: &[T], limit: usize) -> Vec<T> {
    let mut last = None;
    let mut pushed = lane.to_vec();
    for place in 0..lane.len() {
        last = if lane[place].is_nan() { last } else { Some(place) };
        pushed[place] = lane[last.filter(|last| place - last <= limit).unwrap_or(place)];
    }
    pushed
}
