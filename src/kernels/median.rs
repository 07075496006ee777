//! `median` and `nanmedian`: the value in the middle, or the mean of the two.
//!
//! By selection: a sample says between which two values the middle probably lies, one pass moves
//! what is between to the front (Floyd & Rivest 1975), and the standard library's selection does
//! the rest, which is linear in the worst case too.

use std::array::from_fn;

use crate::element::Element;
use crate::select::Select;

/// `median`, and `nanmedian`, which leaves NaN out.
#[derive(Clone, Copy)]
pub struct Median {
    /// Whether NaN is left out, rather than the result of a lane that has one.
    pub skip_nan: bool,
}

impl<T: Element> Select<T> for Median {
    type Out = T::Float;

    fn stops_at_nan(&self) -> bool {
        !self.skip_nan
    }

    fn select(&self, keys: &mut [u64], nans: usize) -> T::Float {
        let count = keys.len() - nans;
        if count == 0 || (nans > 0 && !self.skip_nan) {
            return <T::Float as Element>::MISSING;
        }
        let (lower, upper) = middle(keys, count);
        T::from_key(lower).halfway(T::from_key(upper))
    }
}

/// Fewer values than this are not worth a sample.
const FEW: usize = 200;
/// Values of a sample.
const SAMPLE: usize = 64;
/// So many places of the sample to either side of the expected one are two deviations and a bit.
const MARGIN: usize = 9;

/// The two in the middle of the first `count` keys in order, or twice the one.
fn middle(keys: &mut [u64], count: usize) -> (u64, u64) {
    let (keys, nth) = around(keys, count / 2);
    let (below, &mut upper, _) = keys.select_nth_unstable(nth);
    let before = if count.is_multiple_of(2) { below.iter().copied().max() } else { None };
    (before.unwrap_or(upper), upper)
}

/// A part of the keys, and which of it is the one at the index `nth` of all in order. The one
/// before that is in the part too, if there is any.
fn around(keys: &mut [u64], nth: usize) -> (&mut [u64], usize) {
    let expected = nth * SAMPLE / keys.len();
    if keys.len() >= FEW && expected > MARGIN {
        let (less, between) = bring_forward(keys, expected);
        if let Some(nth) = nth.checked_sub(less)
            && (1..between).contains(&nth)
        {
            return (&mut keys[..between], nth);
        }
    }
    (keys, nth)
}

/// Moves the keys to the front that are about the one at the index `expected` of a sample in
/// order; says how many are less than those, and how many those are.
fn bring_forward(keys: &mut [u64], expected: usize) -> (usize, usize) {
    let len = keys.len();
    let mut sample: [u64; SAMPLE] = from_fn(|index| keys[index * len / SAMPLE]);
    let (_, &mut low, above) = sample.select_nth_unstable(expected - MARGIN);
    let (_, &mut high, _) = above.select_nth_unstable(2 * MARGIN - 1);
    let (mut less, mut between) = (0, 0);
    for at in 0..len {
        let key = keys[at];
        keys.swap(between, at);
        less += usize::from(key < low);
        between += usize::from(key.wrapping_sub(low) <= high - low);
    }
    (less, between)
}
