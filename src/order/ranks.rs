//! The order of some values, found once, and which of them a window holds.
//!
//! Values are sorted, and each is its rank from then on. A window that moves over them is a set
//! of ranks, which a value enters and leaves in a few steps whatever its size (sort first, then
//! walk: J. Suomela, "Median filtering is equivalent to sorting", 2014, whose linked lists are
//! bits here: those of a window lie close together, and a value may enter at any time).

use std::hint::select_unpredictable;
use std::ops::Range;

use crate::error::Error;
use crate::interrupt::{self, OFTEN};
use crate::numeric::element::Element;
use crate::strided::Lane;
use crate::strided::scratch::{refill, resize};

/// The values of a lane as keys, and their ranks among each other.
#[derive(Default)]
pub struct Ranks {
    /// By place; of floats, `NAN` is that of NaN.
    keys: Vec<i64>,
    has_nan: bool,
    /// By place; `NONE` of NaN.
    ranks: Vec<u32>,
    /// By rank: the place, and above it the lowest rank that an equal value has.
    order: Vec<u64>,
    spare: Vec<u64>,
}

/// No other float has this key.
const NAN: i64 = i64::MAX;
const NONE: u32 = u32::MAX;

impl Ranks {
    /// No more values than this have ranks.
    pub const MOST: usize = NONE as usize;

    /// Takes the values of a lane; -0.0 for 0.0, unless zeros are to have signs.
    #[inline(never)]
    pub fn read<T: Element>(&mut self, lane: Lane<'_, T>, signed_zeros: bool) -> Result<(), Error> {
        resize(&mut self.keys, lane.len(), 0)?;
        self.has_nan = T::HAS_NAN;
        let keys = &mut self.keys[..];
        lane.each_value(|place, value| {
            let value = if value == T::default() && !signed_zeros { T::default() } else { value };
            keys[place] = if value.is_nan() { NAN } else { value.signed_key() };
        });
        Ok(())
    }

    /// The keys of all values, where those of NaN come last.
    #[inline(always)]
    pub fn keys(&self) -> &[i64] {
        &self.keys
    }

    /// The key of the value at a place, unless it is NaN.
    #[inline(always)]
    pub fn key_at(&self, place: usize) -> Option<i64> {
        let key = self.keys[place];
        (key != NAN || !self.has_nan).then_some(key)
    }

    /// Finds the ranks.
    #[inline(never)]
    pub fn sort(&mut self) -> Result<(), Error> {
        let len = self.keys.len();
        if len > Self::MOST {
            return Err(Error::Memory { bytes: len.saturating_mul(size_of::<(u64, u32)>()) });
        }
        refill(&mut self.ranks, len, NONE)?;
        resize(&mut self.order, len, 0)?;
        if BY_DIGITS.contains(&len) {
            resize(&mut self.spare, len, 0)?;
        }
        self.sort_places();
        Ok(())
    }

    /// Sorts the places of what is not NaN by their keys, and finds the ranks.
    ///
    /// Benefit: a word for both the key and the place sorts faster than a pair, and equal values
    /// stay in the order of their places. Cost: keys may have more bits than there is room for;
    /// those whose high bits are the same are sorted again by the others.
    fn sort_places(&mut self) {
        let Self { keys, ranks, order, spare, .. } = self;
        let (mut kept, mut least, mut greatest) = (0, i64::MAX, i64::MIN);
        for (place, key) in (0..).zip(&*keys) {
            let is_value = *key != NAN || !self.has_nan;
            order[kept] = place;
            kept += usize::from(is_value);
            least = least.min(*key);
            greatest = greatest.max(if is_value { *key } else { i64::MIN });
        }
        order.truncate(kept);
        let key_of = |place: u64| keys[place as usize];
        let above_least = |place: u64| key_of(place).wrapping_sub(least) as u64;
        let by_digits = BY_DIGITS.contains(&keys.len());
        let place_bits = if by_digits { FIRST_DIGIT } else { u64::BITS / 2 };
        let high_bits = if by_digits { DIGITS * DIGIT_BITS } else { u64::BITS / 2 };
        let key_bits = u64::BITS - (greatest.wrapping_sub(least) as u64).leading_zeros();
        let low_bits = key_bits.saturating_sub(high_bits);
        let places = (1 << place_bits) - 1;

        for word in &mut *order {
            *word |= above_least(*word) >> low_bits << place_bits;
        }
        if by_digits && !order.is_sorted() {
            sort_by_digits(order, spare);
        } else {
            sort(order);
        }
        if low_bits > 0 {
            let same_high_bits = |a: &u64, b: &u64| a ^ b <= places;
            let low = (1 << low_bits) - 1;
            for run in order.chunk_by_mut(same_high_bits).filter(|run| run.len() > 1) {
                for (at, word) in run.iter_mut().enumerate() {
                    interrupt::check_at(at, 1);
                    let place = *word & places;
                    *word = (above_least(place) & low) << place_bits | place;
                }
                sort(run);
            }
        }

        let (mut first, mut key) = (0, i64::MIN);
        for (rank, word) in (0..).zip(order) {
            interrupt::check_at(rank as usize, 1);
            let place = *word & places;
            if key_of(place) != key {
                (first, key) = (rank, key_of(place));
            }
            ranks[place as usize] = rank as u32;
            *word = first << 32 | place;
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether all values are NaN.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The rank of the value at a place, unless it is NaN.
    #[inline(always)]
    pub fn at(&self, place: usize) -> Option<usize> {
        let rank = self.ranks[place];
        (rank != NONE).then_some(rank as usize)
    }

    /// The lowest rank that an equal value has.
    #[inline(always)]
    pub fn first(&self, rank: usize) -> usize {
        (self.order[rank] >> 32) as usize
    }

    /// The key of the value with this rank.
    #[inline(always)]
    pub fn key(&self, rank: usize) -> i64 {
        self.keys[self.order[rank] as u32 as usize]
    }
}

/// Sorts words; many of them a half at a time, since a call may be interrupted between two parts.
pub(crate) fn sort(words: &mut [u64]) {
    const MANY: usize = 16 * OFTEN;
    if words.len() <= MANY {
        return words.sort_unstable();
    }
    interrupt::check();
    let mut compared = 0_usize;
    let (lower, _, upper) = words.select_nth_unstable_by(words.len() / 2, |one, other| {
        compared += 1;
        interrupt::check_at(compared, 1);
        one.cmp(other)
    });
    sort(lower);
    sort(upper);
}

/// How many values are sorted by digits: fewer are not worth the counters, more do not stay in the
/// second cache, nor do they have places of 16 bits.
const BY_DIGITS: Range<usize> = 512..1 << FIRST_DIGIT;
const FIRST_DIGIT: u32 = 16;
const DIGIT_BITS: u32 = 10;
const DIGITS: u32 = 3;

/// Sorts words by their digits, the lowest of which starts at bit `FIRST_DIGIT`; those that have
/// them in common keep their order.
///
/// Benefit: half the time of `sort_unstable`, and the same for any values.
fn sort_by_digits(words: &mut Vec<u64>, spare: &mut Vec<u64>) {
    const VALUES: usize = 1 << DIGIT_BITS;
    let digit_of =
        |word: u64, digit: u32| (word >> (FIRST_DIGIT + digit * DIGIT_BITS)) as usize % VALUES;
    let mut counts = [[0_u16; VALUES]; DIGITS as usize];
    for word in &*words {
        for (digit, counts) in (0..).zip(&mut counts) {
            counts[digit_of(*word, digit)] += 1;
        }
    }
    spare.truncate(words.len());
    for (digit, counts) in (0..).zip(&mut counts) {
        let in_common = words
            .first()
            .is_some_and(|first| usize::from(counts[digit_of(*first, digit)]) == words.len());
        if in_common {
            continue;
        }
        let mut start = 0;
        for count in &mut *counts {
            (*count, start) = (start, start + *count);
        }
        for word in &*words {
            let to = &mut counts[digit_of(*word, digit)];
            spare[usize::from(*to)] = *word;
            *to += 1;
        }
        std::mem::swap(words, spare);
    }
}

/// Bits or counters that a node of a tree has, as a power of two.
const SHIFT: u32 = 6;
const WIDTH: usize = 1 << SHIFT;

/// Where the nodes of each level of a tree start, in a vector of all of them, the lowest first;
/// up to the level that has but one.
#[derive(Clone, Copy, Default)]
struct Levels {
    starts: [usize; 6],
    count: usize,
    nodes: usize,
}

impl Levels {
    /// Of a tree whose lowest level has so many nodes, at least one.
    fn new(mut nodes: usize) -> Self {
        let mut levels = Self::default();
        loop {
            levels.starts[levels.count] = levels.nodes;
            levels.count += 1;
            levels.nodes += nodes;
            if nodes == 1 {
                return levels;
            }
            nodes = nodes.div_ceil(WIDTH);
        }
    }

    /// Where the nodes of each level start.
    #[inline(always)]
    fn starts(&self) -> &[usize] {
        &self.starts[..self.count]
    }
}

/// A set of ranks in which the next and the previous one of any are found in a few steps: bits,
/// and for each word of them a bit that says whether there is any, and so on (P. van Emde Boas,
/// "Preserving order in a forest in less than logarithmic time", 1975, with 64 for the root).
#[derive(Default)]
pub struct RankSet {
    words: Vec<u64>,
    levels: Levels,
}

impl RankSet {
    /// Makes it empty, for so many ranks.
    pub fn clear(&mut self, ranks: usize) -> Result<(), Error> {
        // One more than there are can be asked for.
        self.levels = Levels::new(ranks / WIDTH + 1);
        refill(&mut self.words, self.levels.nodes, 0)
    }

    /// Puts a rank in.
    #[inline(always)]
    pub fn insert(&mut self, rank: usize) {
        let word = &mut self.words[rank >> SHIFT];
        let was_empty = *word == 0;
        *word |= bit(rank);
        if was_empty {
            self.word_filled(rank >> SHIFT);
        }
    }

    /// Takes a rank out.
    #[inline(always)]
    pub fn remove(&mut self, rank: usize) {
        let word = &mut self.words[rank >> SHIFT];
        *word &= !bit(rank);
        if *word == 0 {
            self.word_emptied(rank >> SHIFT);
        }
    }

    #[inline(never)]
    fn word_filled(&mut self, mut at: usize) {
        for start in self.levels.starts().iter().skip(1) {
            self.words[start + (at >> SHIFT)] |= bit(at);
            at >>= SHIFT;
        }
    }

    #[inline(never)]
    fn word_emptied(&mut self, mut at: usize) {
        for start in self.levels.starts().iter().skip(1) {
            let word = &mut self.words[start + (at >> SHIFT)];
            *word &= !bit(at);
            if *word != 0 {
                return;
            }
            at >>= SHIFT;
        }
    }

    /// The rank of the set that is no step, one step, or one step back from the first that is not
    /// below `rank`; maybe none, if it does not share a word with `rank`.
    ///
    /// Benefit: no branch where steps go to either side at random.
    #[inline(always)]
    pub fn beside(&self, rank: usize, step: isize) -> Option<usize> {
        let word = self.words[rank >> SHIFT];
        let (below, from) = (word & !not_below(rank), word & not_below(rank));
        let after = from & from.wrapping_sub(1);
        let bits = select_unpredictable(step > 0, after, from);
        let bits = select_unpredictable(step < 0, below, bits);
        let found = bits != 0 && step.unsigned_abs() <= 1;
        let index = rank >> SHIFT;
        found.then(|| select_unpredictable(step < 0, highest(index, bits), lowest(index, bits)))
    }

    /// The least rank of the set that is not below `rank`.
    #[inline(always)]
    pub fn at_or_after(&self, rank: usize) -> Option<usize> {
        let word = self.words.get(rank >> SHIFT)? & not_below(rank);
        if word != 0 { Some(lowest(rank >> SHIFT, word)) } else { self.after_word(rank) }
    }

    /// The greatest rank of the set that is below `rank`.
    #[inline(always)]
    pub fn before(&self, rank: usize) -> Option<usize> {
        let word = self.words.get(rank >> SHIFT)? & !not_below(rank);
        if word != 0 { Some(highest(rank >> SHIFT, word)) } else { self.before_word(rank) }
    }

    /// The least rank in the words after that of `rank`.
    #[inline(never)]
    fn after_word(&self, rank: usize) -> Option<usize> {
        let mut at = rank >> SHIFT;
        for (level, start) in self.levels.starts().iter().enumerate().skip(1) {
            let word = self.words[start + (at >> SHIFT)] & not_below(at) & !bit(at);
            if word != 0 {
                return Some(self.descend(level, lowest(at >> SHIFT, word), lowest));
            }
            at >>= SHIFT;
        }
        None
    }

    /// The greatest rank in the words before that of `rank`.
    #[inline(never)]
    fn before_word(&self, rank: usize) -> Option<usize> {
        let mut at = rank >> SHIFT;
        for (level, start) in self.levels.starts().iter().enumerate().skip(1) {
            let word = self.words[start + (at >> SHIFT)] & !not_below(at);
            if word != 0 {
                return Some(self.descend(level, highest(at >> SHIFT, word), highest));
            }
            at >>= SHIFT;
        }
        None
    }

    /// From a bit of a level down to a rank, by the one that `choose` takes in each word.
    fn descend(&self, level: usize, at: usize, choose: fn(usize, u64) -> usize) -> usize {
        let below = self.levels.starts()[..level].iter().rev();
        below.fold(at, |at, start| choose(at, self.words[start + at]))
    }
}

#[inline(always)]
fn bit(at: usize) -> u64 {
    1 << (at % WIDTH)
}

/// The bits of the same word from this one on.
#[inline(always)]
fn not_below(at: usize) -> u64 {
    u64::MAX << (at % WIDTH)
}

/// Where the lowest bit of a word is, which has one; what is added spares a test for that.
#[inline(always)]
fn lowest(index: usize, word: u64) -> usize {
    index << SHIFT | (word | 1 << (u64::BITS - 1)).trailing_zeros() as usize
}

/// Where the highest bit of a word is, as above.
#[inline(always)]
fn highest(index: usize, word: u64) -> usize {
    index << SHIFT | (u64::BITS - 1 - (word | 1).leading_zeros()) as usize
}

/// A set of ranks that knows how many are below any: bits, and for each word how many are in the
/// words before it, among those of the same node; for each node the same among its like.
///
/// Benefit: 64 counters are changed by a few vectors without a branch, five times faster than a
/// binary tree, whose counters near the root wait for each other.
#[derive(Default)]
pub struct RankCounts {
    words: Vec<u64>,
    nodes: Vec<[u32; WIDTH]>,
    levels: Levels,
}

impl RankCounts {
    /// Makes it empty, for so many ranks.
    pub fn clear(&mut self, ranks: usize) -> Result<(), Error> {
        let words = ranks / WIDTH + 1;
        self.levels = Levels::new(words.div_ceil(WIDTH));
        refill(&mut self.words, words, 0)?;
        refill(&mut self.nodes, self.levels.nodes, [0; WIDTH])
    }

    /// Puts a rank in that is not there.
    #[inline(always)]
    pub fn insert(&mut self, rank: usize) {
        self.change(rank, 1);
    }

    /// Takes a rank out that is there.
    #[inline(always)]
    pub fn remove(&mut self, rank: usize) {
        self.change(rank, u32::MAX);
    }

    #[inline(always)]
    fn change(&mut self, rank: usize, by: u32) {
        let mut at = rank >> SHIFT;
        self.words[at] ^= bit(rank);
        for start in self.levels.starts() {
            let slot = (at % WIDTH) as u32;
            for (other, count) in (0..).zip(&mut self.nodes[start + (at >> SHIFT)]) {
                *count = count.wrapping_add(if other > slot { by } else { 0 });
            }
            at >>= SHIFT;
        }
    }

    /// How many of the set are below `rank`.
    #[inline(always)]
    pub fn below(&self, rank: usize) -> usize {
        let mut at = rank >> SHIFT;
        let mut count = (self.words[at] & !not_below(rank)).count_ones();
        for start in self.levels.starts() {
            count += self.nodes[start + (at >> SHIFT)][at % WIDTH];
            at >>= SHIFT;
        }
        count as usize
    }
}

#[cfg(test)]
mod tests;
