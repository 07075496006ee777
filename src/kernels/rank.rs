//! `rankdata` and `nanrankdata`: the place of each value in order, ties on their mean.
//!
//! What is sorted are entries: integers that hold as much of a value's key as there is room for
//! beside its index. Many are divided until they fit into the cache, then sorted by their leading
//! digits (LSD radix sort); what that leaves together, which is little, is sorted in full.

use std::iter;
use std::mem::{MaybeUninit, replace};

use crate::error::Error;
use crate::fill::Fill;
use crate::interrupt::{self, OFTEN};
use crate::numeric::element::Element;
use crate::order::keys::{GROUP, divide, guess};
use crate::simd::{Isa, Task, vectorized};
use crate::strided::scratch::{reserve, resize};

/// `rankdata`, and `nanrankdata`, which leaves NaN where it is.
#[derive(Clone, Copy)]
pub struct Rank {
    /// Whether NaN has no rank, rather than one of its own above all others.
    pub skip_nan: bool,
}

/// Memory for entries, and a second place to sort them to.
#[derive(Default)]
pub struct Scratch {
    entries: Vec<u64>,
    spare: Vec<u64>,
    counts: Vec<usize>,
}

/// The key of -0.0; that of 0.0 is the next.
const NEGATIVE_ZERO: u64 = ZERO - 1;
/// The key of zero.
const ZERO: u64 = 1 << 63;

/// In so short a lane each value is compared with each.
const TINY: usize = 2 * GROUP;
/// So few entries are left to the standard library.
const FEW: usize = 64;
/// More entries than this are divided: two copies and the counts stay in the second cache.
const MANY: usize = 1 << 14;
/// Bits that digits hold beyond those of the index: the more, the fewer entries stay together.
const SPARSE: u32 = 8;

impl<T: Element> Fill<T> for Rank {
    type Out = f64;
    type Scratch = Scratch;

    fn fill(
        &self,
        values: &[T],
        ranks: &mut [MaybeUninit<f64>],
        scratch: &mut Scratch,
    ) -> Result<(), Error> {
        if values.len() <= TINY {
            vectorized(Compare { values, ranks, skip_nan: self.skip_nan });
            return Ok(());
        }
        let Scratch { entries, spare, counts } = scratch;
        let len = values.len();
        let index_bits = u64::BITS - (len as u64).leading_zeros();
        let spread = stretches(values)
            .map(|(_, values)| vectorized(Survey { values }))
            .fold(Spread::new(iter::empty::<T>()), Spread::merge);
        let packing = Packing::new(spread, index_bits);
        entries.clear();
        reserve(entries, len)?;
        if spread.count == len {
            for (first, values) in stretches(values) {
                vectorized(Pack { first, values, packing, entries });
            }
        } else {
            for (first, values) in stretches(values) {
                let valid = (first..).zip(values).filter(|(_, value)| !value.is_nan());
                entries.extend(valid.map(|(index, &value)| packing.entry(key_of(value), index)));
            }
            let nans = values.iter().zip(&mut *ranks).filter(|(value, _)| value.is_nan());
            for (last, (_, rank)) in (spread.count + 1..).zip(nans) {
                rank.write(if self.skip_nan { f64::NAN } else { last as f64 });
            }
        }
        resize(spare, len, 0)?;
        let (key, spare) = (&|index: usize| key_of(values[index]), &mut spare[..entries.len()]);
        Lane { key, ranks, counts }.rank(entries, spare, packing, 0, 2 * index_bits)
    }
}

/// Values of a lane that are done at once, between which the call may be interrupted, and the index
/// of the first.
fn stretches<T>(values: &[T]) -> impl Iterator<Item = (u64, &[T])> {
    (0..).step_by(OFTEN).zip(values.chunks(OFTEN)).inspect(|(first, values)| {
        interrupt::check_at(*first as usize, values.len());
    })
}

/// Ranks the values of a short lane by how many are less, and how many are equal.
struct Compare<'a, T> {
    values: &'a [T],
    ranks: &'a mut [MaybeUninit<f64>],
    skip_nan: bool,
}

impl<T: Element> Task for Compare<'_, T> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { values, ranks, skip_nan } = self;
        let mut keys = [u64::MAX; TINY];
        for (key, &value) in keys.iter_mut().zip(values) {
            *key = key_of(value);
        }
        let mut nans = 0;
        for ((rank, &value), key) in ranks.iter_mut().zip(values).zip(keys) {
            let (mut not_less, mut equal) = (0, 0);
            for group in keys.as_chunks().0 {
                not_less += I::within(group, key, u64::MAX).count_ones();
                equal += I::within(group, key, key).count_ones();
            }
            let less = TINY as u32 - not_less;
            if value.is_nan() {
                nans += 1;
                rank.write(if skip_nan { f64::NAN } else { f64::from(less + nans) });
                continue;
            }
            // What fills up the keys equals the greatest integer.
            let equal = if key == u64::MAX { values.len() as u32 - less } else { equal };
            rank.write(f64::from(less) + f64::from(equal + 1) / 2.0);
        }
    }
}

/// The same for zeros of both signs.
#[inline(always)]
fn key_of<T: Element>(value: T) -> u64 {
    let key = value.to_key();
    key + u64::from(T::HAS_NAN && key == NEGATIVE_ZERO)
}

/// What keys have in common, of which NaN is none.
#[derive(Clone, Copy)]
struct Spread {
    count: usize,
    least: u64,
    greatest: u64,
    /// The greatest of the negative ones.
    below_zero: u64,
    /// The least of the positive ones.
    above_zero: u64,
    /// The bits that are set in all, and those that are set in any.
    all: u64,
    any: u64,
}

impl Spread {
    #[inline(always)]
    fn new<T: Element>(values: impl Iterator<Item = T>) -> Self {
        let (mut least, mut greatest) = (u64::MAX, 0);
        let (mut above_zero, mut below_zero) = (u64::MAX, 0);
        let (mut all, mut any) = (u64::MAX, 0);
        let mut count = 0;
        for value in values {
            let key = key_of(value);
            let valid = if value.is_nan() { 0 } else { key };
            // The key of NaN is the greatest.
            least = least.min(key);
            greatest = greatest.max(valid);
            above_zero = above_zero.min(if key > ZERO { key } else { u64::MAX });
            below_zero = below_zero.max(if key < ZERO { key } else { 0 });
            all &= key;
            any |= valid;
            count += u64::from(!value.is_nan());
        }
        Self { count: count as usize, least, greatest, below_zero, above_zero, all, any }
    }

    fn merge(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
            below_zero: self.below_zero.max(other.below_zero),
            above_zero: self.above_zero.min(other.above_zero),
            all: self.all & other.all,
            any: self.any | other.any,
        }
    }
}

struct Survey<'a, T> {
    values: &'a [T],
}

impl<T: Element> Task for Survey<'_, T> {
    type Out = Spread;

    #[inline(always)]
    fn run<I: Isa>(self) -> Spread {
        Spread::new(self.values.iter().copied())
    }
}

/// How a key and its index become an entry.
#[derive(Clone, Copy)]
struct Packing {
    least: u64,
    /// How far negative keys are moved up, and positive ones down, towards zero: of floats, most
    /// keys are those of tiny numbers, which are seldom there.
    up: u64,
    down: u64,
    shift: u32,
    index_bits: u32,
    /// Keys that differ have entries that differ by more than the index.
    exact: bool,
}

impl Packing {
    fn new(spread: Spread, index_bits: u32) -> Self {
        let Spread { least, greatest, below_zero, above_zero, .. } = spread;
        let varying = spread.any & !spread.all;
        if varying == 0 {
            return Self { least, up: 0, down: 0, shift: 0, index_bits, exact: true };
        }
        let same = varying.trailing_zeros();
        // What is next to zero stays apart from it.
        let gap =
            |from: u64, to: u64| ((to.saturating_sub(from)) >> same).saturating_sub(1) << same;
        let up = if least < ZERO { gap(below_zero, ZERO) } else { 0 };
        let down = if greatest > ZERO { gap(ZERO, above_zero) } else { 0 };
        let mut packing = Self { least: 0, up, down, shift: 0, index_bits, exact: true };
        packing.least = packing.moved(least);
        let bits = u64::BITS - ((packing.moved(greatest) - packing.least) >> same).leading_zeros();
        let room = u64::BITS - index_bits;
        packing.shift = same + bits.saturating_sub(room);
        packing.exact = bits <= room;
        packing
    }

    #[inline(always)]
    fn moved(self, key: u64) -> u64 {
        let up = if key < ZERO { self.up } else { 0 };
        let down = if key > ZERO { self.down } else { 0 };
        key + up - down
    }

    #[inline(always)]
    fn entry(self, key: u64, index: u64) -> u64 {
        (self.moved(key) - self.least) >> self.shift << self.index_bits | index
    }

    #[inline(always)]
    fn index(self, entry: u64) -> usize {
        (entry & !(u64::MAX << self.index_bits)) as usize
    }
}

struct Pack<'a, T> {
    /// The index of the first.
    first: u64,
    values: &'a [T],
    packing: Packing,
    entries: &'a mut Vec<u64>,
}

impl<T: Element> Task for Pack<'_, T> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { first, values, packing, entries } = self;
        let keys = (first..).zip(values);
        entries.extend(keys.map(|(index, &value)| packing.entry(key_of(value), index)));
    }
}

/// The values of a lane that are ranked.
struct Lane<'a> {
    key: &'a dyn Fn(usize) -> u64,
    ranks: &'a mut [MaybeUninit<f64>],
    counts: &'a mut Vec<usize>,
}

impl Lane<'_> {
    /// Ranks entries, all others of which `less` are less; divides them at most `depth` times.
    fn rank(
        &mut self,
        entries: &mut [u64],
        spare: &mut [u64],
        packing: Packing,
        less: usize,
        depth: u32,
    ) -> Result<(), Error> {
        let len = entries.len();
        if len < FEW {
            self.rank_few(entries, packing, less);
            return Ok(());
        }
        if len > MANY && depth > 0 {
            interrupt::check();
            let (middle, _) = guess::<32>(len, len / 2, 0.0, |at| entries[at]);
            // What differs by the index alone stays together.
            let lower = divide(entries, middle - packing.index(middle) as u64, spare);
            if lower > 0 {
                let (spare_lower, spare_upper) = entries.split_at_mut(lower);
                let (entries_lower, entries_upper) = spare.split_at_mut(lower);
                self.rank(entries_lower, spare_lower, packing, less, depth - 1)?;
                return self.rank(entries_upper, spare_upper, packing, less + lower, depth - 1);
            }
        }
        self.rank_by_digits(entries, spare, packing, less)
    }

    fn rank_by_digits(
        &mut self,
        entries: &mut [u64],
        spare: &mut [u64],
        packing: Packing,
        less: usize,
    ) -> Result<(), Error> {
        let ones = entries.iter().fold(0, |ones, &entry| ones | entry);
        let zeros = entries.iter().fold(u64::MAX, |zeros, &entry| zeros & entry);
        let length = |number: u64| u64::BITS - number.leading_zeros();
        let varying = length((ones & !zeros) >> packing.index_bits);
        let bits = varying.min(length(entries.len() as u64) + SPARSE);
        let low = packing.index_bits + varying - bits;
        let digit = bits.div_ceil(2);
        self.counts.clear();
        resize(self.counts, 2 << digit, 0)?;
        vectorized(Sort { entries, spare, low, digit, counts: self.counts });
        let mut start = 0;
        for end in 1..=entries.len() {
            if end < entries.len() && entries[end] >> low == entries[start] >> low {
                continue;
            }
            if end - start == 1 {
                self.write(packing.index(entries[start]), less + end);
            } else {
                self.rank_few(&mut entries[start..end], packing, less + start);
            }
            start = end;
        }
        Ok(())
    }

    fn write(&mut self, index: usize, rank: usize) {
        // From a signed number it is one instruction.
        self.ranks[index].write(rank as i64 as f64);
    }

    /// The same, whatever their number, by comparison.
    fn rank_few(&mut self, entries: &mut [u64], packing: Packing, less: usize) {
        entries.sort_unstable();
        let mut start = less;
        let Packing { index_bits, exact, .. } = packing;
        for ties in entries.chunk_by_mut(|one, next| one >> index_bits == next >> index_bits) {
            if ties.len() == 1 || exact {
                self.rank_ties(ties, packing, start);
            } else {
                self.rank_by_the_rest(ties, packing, start);
            }
            start += ties.len();
        }
    }

    /// Entries whose keys may still differ in what there was no room for.
    #[cold]
    fn rank_by_the_rest(&mut self, entries: &mut [u64], packing: Packing, less: usize) {
        let keys = entries.iter().map(|&entry| (self.key)(packing.index(entry)));
        // Of what they were packed from, keys are integers in the same order too.
        let spread = Spread::new(keys.map(i64::from_key));
        let packing = Packing::new(spread, packing.index_bits);
        for entry in &mut *entries {
            let index = packing.index(*entry);
            *entry = packing.entry((self.key)(index), index as u64);
        }
        self.rank_few(entries, packing, less);
    }

    /// The mean of their places.
    fn rank_ties(&mut self, entries: &[u64], packing: Packing, less: usize) {
        let rank = less as f64 + (entries.len() + 1) as f64 / 2.0;
        for &entry in entries {
            self.ranks[packing.index(entry)].write(rank);
        }
    }
}

/// Sorts entries by two digits, the last first, to and fro.
struct Sort<'a> {
    entries: &'a mut [u64],
    spare: &'a mut [u64],
    /// Where the last digit begins.
    low: u32,
    /// The bits of a digit.
    digit: u32,
    /// A zero for each value of each digit.
    counts: &'a mut [usize],
}

impl Task for Sort<'_> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { entries, spare, low, digit, counts } = self;
        let mask = (1 << digit) - 1;
        let (last, first) = counts.split_at_mut(1 << digit);
        for &entry in &*entries {
            last[(entry >> low) as usize & mask] += 1;
            first[(entry >> (low + digit)) as usize & mask] += 1;
        }
        distribute(entries, spare, low, last);
        distribute(spare, entries, low + digit, first);
    }
}

#[inline(always)]
fn distribute(from: &[u64], to: &mut [u64], low: u32, counts: &mut [usize]) {
    let mask = counts.len() - 1;
    let mut sum = 0;
    for count in &mut *counts {
        sum += replace(count, sum);
    }
    for &entry in from {
        let place = &mut counts[(entry >> low) as usize & mask];
        to[*place] = entry;
        *place += 1;
    }
}
