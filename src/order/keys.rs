//! Values as integers in the same order, `Element::to_key`, which all dtypes have in common.
//!
//! Keys are compared in groups of eight, which some machines do at once.

use std::array::from_fn;
use std::mem::take;

use crate::error::Error;
use crate::numeric::element::Element;
use crate::simd::{Isa, Task, vectorized};
use crate::strided::scratch::reserve;

/// Keys from the first to the second.
pub(crate) type Range = (u64, u64);

/// Values that are converted together.
pub(crate) const CHUNK: usize = 64;
/// Keys that are compared together.
pub(crate) const GROUP: usize = 8;
/// So few are not worth to ask for other instructions.
const FEW: usize = 16;

/// The keys of all values.
pub(crate) fn keys_of<T: Element>(values: &[T], keys: &mut Vec<u64>) -> Result<(), Error> {
    keys.clear();
    reserve(keys, values.len())?;
    if values.len() < FEW {
        keys.extend(values.iter().map(|value| value.to_key()));
    } else {
        vectorized(Convert { values, keys });
    }
    Ok(())
}

struct Convert<'a, T> {
    values: &'a [T],
    keys: &'a mut Vec<u64>,
}

impl<T: Element> Task for Convert<'_, T> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.keys.extend(self.values.iter().map(|value| value.to_key()));
    }
}

/// The keys of at most `CHUNK` values.
#[inline(always)]
pub(crate) fn convert<T: Element>(values: &[T], keys: &mut [u64; CHUNK]) {
    for (key, value) in keys.iter_mut().zip(values) {
        *key = value.to_key();
    }
}

/// The keys between which the one at the index `nth` in order probably lies, by a sample of `N`:
/// so many times the square root of `N` to both sides.
#[inline(always)]
pub(crate) fn guess<const N: usize>(
    len: usize,
    nth: usize,
    width: f64,
    key: impl Fn(usize) -> u64,
) -> Range {
    /// A fraction of the golden ratio, whose multiples are spread evenly and follow no period.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let place = |index: usize| {
        let fraction = (index as u64).wrapping_mul(GOLDEN);
        ((u128::from(fraction) * len as u128) >> 64) as usize
    };
    let mut sample: [u64; N] = from_fn(|index| key(place(index)));
    sample.sort_unstable();
    let expected = (nth as f64 + 0.5) / len as f64 * N as f64;
    let width = width * (N as f64).sqrt();
    let (low, high) = (expected - width, expected + width);
    let low = if low < 0.0 { 0 } else { sample[low as usize] };
    let high = if high < N as f64 { sample[high as usize] } else { u64::MAX };
    (low, high)
}

/// How many keys are within a range.
pub(crate) fn count(keys: &[u64], range: Range) -> usize {
    vectorized(Count { keys, range })
}

struct Count<'a> {
    keys: &'a [u64],
    range: Range,
}

impl Task for Count<'_> {
    type Out = usize;

    #[inline(always)]
    fn run<I: Isa>(self) -> usize {
        let (low, high) = self.range;
        let (groups, rest) = self.keys.as_chunks();
        let mut count = rest.iter().filter(|&&key| low <= key && key <= high).count();
        for keys in groups {
            count += I::within(keys, low, high).count_ones() as usize;
        }
        count
    }
}

/// Drops the keys that are not within a range.
pub(crate) fn keep(keys: &mut Vec<u64>, range: Range) {
    vectorized(Keep { keys, range });
}

struct Keep<'a> {
    keys: &'a mut Vec<u64>,
    range: Range,
}

impl Task for Keep<'_> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { keys, range: (low, high) } = self;
        let mut kept = 0;
        let whole = keys.len() - keys.len() % GROUP;
        for at in (0..whole).step_by(GROUP) {
            let mut group = [0; GROUP];
            group.copy_from_slice(&keys[at..at + GROUP]);
            let inside = I::within(&group, low, high);
            // What is written beyond those kept has been read.
            keys[kept..kept + GROUP].copy_from_slice(&I::pack(&group, inside));
            kept += inside.count_ones() as usize;
        }
        for at in whole..keys.len() {
            let key = keys[at];
            keys[kept] = key;
            kept += usize::from(low <= key && key <= high);
        }
        keys.truncate(kept);
    }
}

/// Copies the keys that are less than a pivot to the front of `to`, the others behind; says how
/// many are less.
pub(crate) fn divide(keys: &[u64], pivot: u64, to: &mut [u64]) -> usize {
    let less = keys.len() - count(keys, (pivot, u64::MAX));
    vectorized(Divide { keys, pivot, parts: to.split_at_mut(less) });
    less
}

struct Divide<'a> {
    keys: &'a [u64],
    pivot: u64,
    parts: (&'a mut [u64], &'a mut [u64]),
}

impl Task for Divide<'_> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { keys, pivot, parts: (mut lower, mut upper) } = self;
        let (groups, rest) = keys.as_chunks();
        for keys in groups {
            let not_less = I::within(keys, pivot, u64::MAX);
            write(I::pack(keys, !not_less), not_less.count_zeros() as usize, &mut lower);
            write(I::pack(keys, not_less), not_less.count_ones() as usize, &mut upper);
        }
        for &key in rest {
            write([key; GROUP], 1, if key < pivot { &mut lower } else { &mut upper });
        }
    }
}

/// Writes the first `count` of some results to the front of `places`, as far as there are some,
/// and leaves the others.
#[inline(always)]
pub(crate) fn write<O: Copy>(results: [O; GROUP], count: usize, places: &mut &mut [O]) {
    if let Some(front) = places.first_chunk_mut() {
        // What is beyond is written over by the next.
        *front = results;
    } else {
        places.iter_mut().zip(results).for_each(|(place, result)| *place = result);
    }
    *places = take(places).get_mut(count..).unwrap_or_default();
}
