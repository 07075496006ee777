//! `partition` and `argpartition`: lesser values in front of the one that is nth in order.
//!
//! The nth value is found first; then what is less, equal and greater is moved to its part of the
//! lane. Values keep their order within each part, so that there is but one result.

use std::mem::MaybeUninit;

use crate::error::Error;
use crate::fill::Fill;
use crate::interrupt;
use crate::numeric::element::Element;
use crate::order::keys::{CHUNK, GROUP, convert, write};
use crate::order::nth::{Nth, nth};
use crate::simd::{Isa, Task, vectorized};

/// `partition`
#[derive(Clone, Copy)]
pub struct Partition {
    /// The index whose value is put in its place.
    pub kth: usize,
}

/// `argpartition`
#[derive(Clone, Copy)]
pub struct ArgPartition {
    /// The index whose value is put in its place.
    pub kth: usize,
}

impl<T: Element> Fill<T> for Partition {
    type Out = T;
    type Scratch = Vec<u64>;

    const TOLERANT: bool = true;

    fn fill(
        &self,
        values: &[T],
        results: &mut [MaybeUninit<T>],
        scratch: &mut Vec<u64>,
    ) -> Result<(), Error> {
        let nth = nth(values, self.kth, scratch)?;
        split(values, nth, results, |_, value| value.to_word(), T::from_word);
        Ok(())
    }
}

impl<T: Element> Fill<T> for ArgPartition {
    type Out = isize;
    type Scratch = Vec<u64>;

    const TOLERANT: bool = true;

    fn fill(
        &self,
        values: &[T],
        results: &mut [MaybeUninit<isize>],
        scratch: &mut Vec<u64>,
    ) -> Result<(), Error> {
        let nth = nth(values, self.kth, scratch)?;
        split(values, nth, results, |index, _| index as u64, |word| word as isize);
        Ok(())
    }
}

/// Writes a word for each value to where those are that are less than the nth, equal or greater.
fn split<T: Element, O: Copy>(
    values: &[T],
    nth: Nth<T>,
    results: &mut [MaybeUninit<O>],
    to_word: impl Fn(usize, T) -> u64,
    from_word: impl Fn(u64) -> O,
) {
    let pivot = nth.value.to_key();
    let result = |word| MaybeUninit::new(from_word(word));
    // Values that have changed since the nth was found may leave places over, or find none.
    let left_over = result(to_word(0, nth.value));
    if values.len() < CHUNK {
        results.fill(left_over);
        let mut next = [0, nth.less, nth.less + nth.equal];
        for (index, &value) in values.iter().enumerate() {
            let key = value.to_key();
            let next = &mut next[usize::from(key >= pivot) + usize::from(key > pivot)];
            if let Some(place) = results.get_mut(*next) {
                *place = result(to_word(index, value));
            }
            *next += 1;
        }
        return;
    }
    let (lower, rest) = results.split_at_mut(nth.less);
    let (equal, upper) = rest.split_at_mut(nth.equal);
    let parts = Parts { lower, equal, upper };
    vectorized(Split { values, pivot, parts, to_word, result, left_over });
}

struct Split<'a, T, O, W, R> {
    values: &'a [T],
    pivot: u64,
    parts: Parts<'a, MaybeUninit<O>>,
    to_word: W,
    result: R,
    left_over: MaybeUninit<O>,
}

/// The places that are still to be written.
struct Parts<'a, O> {
    lower: &'a mut [O],
    equal: &'a mut [O],
    upper: &'a mut [O],
}

impl<T, O, W, R> Task for Split<'_, T, O, W, R>
where
    T: Element,
    O: Copy,
    W: Fn(usize, T) -> u64,
    R: Fn(u64) -> MaybeUninit<O>,
{
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { values, pivot, mut parts, to_word, result, left_over } = self;
        let (chunks, rest) = values.as_chunks::<CHUNK>();
        let (mut keys, mut words) = ([0; CHUNK], [0; CHUNK]);
        for (index, chunk) in chunks.iter().enumerate() {
            interrupt::check_at(CHUNK * index, CHUNK);
            convert(chunk, &mut keys);
            for at in 0..CHUNK {
                words[at] = to_word(CHUNK * index + at, chunk[at]);
            }
            for (keys, words) in keys.as_chunks().0.iter().zip(words.as_chunks().0) {
                parts.split::<I>(keys, words, pivot, &result);
            }
        }
        for (index, &value) in (values.len() - rest.len()..).zip(rest) {
            let part = match value.to_key() {
                key if key < pivot => &mut parts.lower,
                key if key > pivot => &mut parts.upper,
                _ => &mut parts.equal,
            };
            write([result(to_word(index, value)); GROUP], 1, part);
        }
        for part in [parts.lower, parts.equal, parts.upper] {
            part.fill(left_over);
        }
    }
}

impl<O: Copy> Parts<'_, O> {
    #[inline(always)]
    fn split<I: Isa>(
        &mut self,
        keys: &[u64; GROUP],
        words: &[u64; GROUP],
        pivot: u64,
        result: &impl Fn(u64) -> O,
    ) {
        let not_less = I::within(keys, pivot, u64::MAX);
        let equal = I::within(keys, pivot, pivot);
        let (less, greater) = (!not_less, not_less & !equal);
        write(I::pack(words, less).map(result), less.count_ones() as usize, &mut self.lower);
        write(I::pack(words, greater).map(result), greater.count_ones() as usize, &mut self.upper);
        if equal != 0 {
            write(I::pack(words, equal).map(result), equal.count_ones() as usize, &mut self.equal);
        }
    }
}
