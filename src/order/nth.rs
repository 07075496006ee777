//! The value that is nth in order, in linear time.
//!
//! A sample says between which two values it probably lies; one pass counts what is below and
//! leaves what is between, and so on until few are left (Floyd & Rivest 1975). After some rounds
//! the rest is done by the standard library's selection, which is linear in the worst case too.

use crate::error::Error;
use crate::interrupt;
use crate::numeric::element::Element;
use crate::order::keys::{CHUNK, GROUP, Range, convert, count, guess, keep, keys_of};
use crate::simd::{Isa, Task, vectorized};
use crate::strided::scratch::reserve;

/// A value by its place in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nth<T> {
    /// The value.
    pub value: T,
    /// The one before it; itself, if it is the first.
    pub before: T,
    /// How many are less.
    pub less: usize,
    /// How many are equal, itself included.
    pub equal: usize,
}

/// So few keys are compared each with each.
const TINY: usize = 2 * GROUP;
/// From so many on, that pays.
const PAIRS: usize = 6;
/// So few keys are left to the standard library.
const FEW: usize = 64;
/// Of so many keys, a smaller sample does.
const SOME: usize = 400;
/// Of so many values, those that are far off are not even copied.
const MANY: usize = 2048;
/// Of so many, a larger sample pays.
const VERY_MANY: usize = 1 << 15;
/// No more rounds than this: they are for speed, and what comes after is linear.
const ROUNDS: usize = 12;

/// The value at the index `nth` in order; NaN comes last.
///
/// # Panics
/// If there is no such index.
pub fn nth<T: Element>(values: &[T], nth: usize, scratch: &mut Vec<u64>) -> Result<Nth<T>, Error> {
    assert!(nth < values.len());
    if values.len() >= MANY {
        interrupt::check();
    }
    let (below, nth) = if (PAIRS..=TINY).contains(&values.len()) {
        let mut keys = [u64::MAX; TINY];
        values.iter().zip(&mut keys).for_each(|(value, key)| *key = value.to_key());
        (0, vectorized(Compare { keys: &keys, len: values.len(), nth }))
    } else {
        let below = gather_around(values, nth, scratch)?;
        (below, nth_key(scratch, nth - below))
    };
    let Nth { value, before, less, equal } = nth;
    let (value, before) = (T::from_key(value), T::from_key(before));
    Ok(Nth { value, before, less: below + less, equal })
}

/// Compares each of a few keys with each; there are `len`, and then only the greatest.
struct Compare<'a> {
    keys: &'a [u64; TINY],
    len: usize,
    nth: usize,
}

impl Task for Compare<'_> {
    type Out = Nth<u64>;

    #[inline(always)]
    fn run<I: Isa>(self) -> Nth<u64> {
        let Self { keys, len, nth } = self;
        let groups = &keys.as_chunks().0[..len.div_ceil(GROUP)];
        for &value in &keys[..len] {
            let (mut less, mut equal) = (groups.len() * GROUP, 0);
            for group in groups {
                less -= I::within(group, value, u64::MAX).count_ones() as usize;
                equal += I::within(group, value, value).count_ones() as usize;
            }
            if less <= nth && nth < less + equal {
                let lesser = keys.iter().map(|&key| if key < value { key } else { 0 });
                let before = if less < nth || less == 0 { value } else { lesser.fold(0, u64::max) };
                return Nth { value, before, less, equal: equal.min(len - less) };
            }
        }
        unreachable!("one of them is nth")
    }
}

/// Gathers the keys of values among which the one at the index `nth` is, and the one before it;
/// says how many are left out that are less.
fn gather_around<T: Element>(
    values: &[T],
    nth: usize,
    keys: &mut Vec<u64>,
) -> Result<usize, Error> {
    if values.len() >= MANY {
        let key = |at: usize| values[at].to_key();
        let range = match values.len() {
            len if len < VERY_MANY => guess::<128>(len, nth, 1.25, key),
            len => guess::<512>(len, nth, 1.25, key),
        };
        keys.clear();
        let below = vectorized(Gather { values, range, keys })?;
        if below <= nth.saturating_sub(1) && nth < below + keys.len() {
            return Ok(below);
        }
    }
    keys_of(values, keys)?;
    Ok(0)
}

/// As `nth`, of keys, which may be dropped.
fn nth_key(keys: &mut Vec<u64>, mut nth: usize) -> Nth<u64> {
    let mut below = 0;
    for _ in 0..ROUNDS {
        if keys.len() <= FEW {
            break;
        }
        if keys.len() >= MANY {
            interrupt::check();
        }
        let range = match keys.len() {
            len if len <= SOME => guess::<8>(len, nth, 0.6, |at| keys[at]),
            len => guess::<32>(len, nth, 0.6, |at| keys[at]),
        };
        let (range, less) = around(keys, nth, range);
        keep(keys, range);
        nth -= less;
        below += less;
    }
    let (lower, &mut value, upper) = keys.select_nth_unstable(nth);
    let before = lower.iter().copied().max().unwrap_or(value);
    let equals = |keys: &[u64]| keys.iter().filter(|&&key| key == value).count();
    let equals_before = if before == value { equals(lower) } else { 0 };
    let equal = equals_before + 1 + equals(upper);
    Nth { value, before, less: below + nth - equals_before, equal }
}

/// The part of all keys, as `range` divides them, where the one at the index `nth` is, and the
/// one before it; and how many keys are less.
fn around(keys: &[u64], nth: usize, (low, high): Range) -> (Range, usize) {
    let below = keys.len() - count(keys, (low, u64::MAX));
    let up_to = below + count(keys, (low, high));
    let (start, less) = match nth.saturating_sub(1) {
        first if first < below => (0, 0),
        first if first < up_to => (low, below),
        _ => (high + 1, up_to),
    };
    let end = match nth {
        _ if nth < below => low - 1,
        _ if nth < up_to => high,
        _ => u64::MAX,
    };
    ((start, end), less)
}

/// Adds the keys of values that are within a range, and counts those that are below it.
struct Gather<'a, T> {
    values: &'a [T],
    range: Range,
    keys: &'a mut Vec<u64>,
}

impl<T: Element> Task for Gather<'_, T> {
    type Out = Result<usize, Error>;

    #[inline(always)]
    fn run<I: Isa>(self) -> Result<usize, Error> {
        let Self { values, range, keys: gathered } = self;
        let mut below = 0;
        let (chunks, rest) = values.as_chunks::<CHUNK>();
        let mut keys = [0; CHUNK];
        for (index, chunk) in chunks.iter().enumerate() {
            interrupt::check_at(CHUNK * index, CHUNK);
            convert(chunk, &mut keys);
            below += append::<I>(&keys, range, gathered)?;
        }
        if !rest.is_empty() {
            keys.fill(u64::MAX);
            convert(rest, &mut keys);
            below += append::<I>(&keys, range, gathered)?;
            // The fillers came last, if they came in at all.
            let fillers = if range.1 == u64::MAX { CHUNK - rest.len() } else { 0 };
            gathered.truncate(gathered.len() - fillers);
        }
        Ok(below)
    }
}

#[inline(always)]
fn append<I: Isa>(
    keys: &[u64; CHUNK],
    (low, high): Range,
    gathered: &mut Vec<u64>,
) -> Result<usize, Error> {
    let mut packed = [0; CHUNK + GROUP];
    let (mut len, mut not_below) = (0, 0);
    for keys in keys.as_chunks().0 {
        not_below += I::within(keys, low, u64::MAX).count_ones() as usize;
        let inside = I::within(keys, low, high);
        packed[len..len + GROUP].copy_from_slice(&I::pack(keys, inside));
        len += inside.count_ones() as usize;
    }
    reserve(gathered, CHUNK)?;
    let before = gathered.len();
    gathered.extend_from_slice(&packed[..CHUNK]);
    gathered.truncate(before + len);
    Ok(CHUNK - not_below)
}
