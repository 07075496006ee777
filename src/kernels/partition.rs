//! `partition` and `argpartition`: lesser values in front of the one that is nth in order.
//!
//! The nth value is found first; then what is less, equal and greater is moved to its part of the
//! lane. Values keep their order within each part, so that there is but one result.

use std::mem::MaybeUninit;

use crate::element::Element;
use crate::error::Error;
use crate::fill::Fill;
use crate::keys::{CHUNK, GROUP, convert, write};
use crate::nth::{Nth, nth};
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
    if values.len() < CHUNK {
        let mut places = [0, nth.less, nth.less + nth.equal];
        for (index, &value) in values.iter().enumerate() {
            let key = value.to_key();
            let place = &mut places[usize::from(key >= pivot) + usize::from(key > pivot)];
            results[*place].write(from_word(to_word(index, value)));
            *place += 1;
        }
        return;
    }
    let (lower, rest) = results.split_at_mut(nth.less);
    let (middle, upper) = rest.split_at_mut(nth.equal);
    vectorized(Split { values, pivot, parts: [lower, middle, upper], to_word, from_word });
}

struct Split<'a, T, O, W, F> {
    values: &'a [T],
    pivot: u64,
    parts: [&'a mut [MaybeUninit<O>]; 3],
    to_word: W,
    from_word: F,
}

impl<T, O, W, F> Task for Split<'_, T, O, W, F>
where
    T: Element,
    O: Copy,
    W: Fn(usize, T) -> u64,
    F: Fn(u64) -> O,
{
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { values, pivot, mut parts, to_word, from_word } = self;
        let (mut keys, mut words) = ([0; CHUNK], [0; CHUNK]);
        for (start, chunk) in (0..).step_by(CHUNK).zip(values.chunks(CHUNK)) {
            convert(chunk, &mut keys);
            for (at, (word, &value)) in words.iter_mut().zip(chunk).enumerate() {
                *word = to_word(start + at, value);
            }
            let groups = keys.as_chunks().0.iter().zip(words.as_chunks().0);
            for (at, (keys, words)) in (0..chunk.len()).step_by(GROUP).zip(groups) {
                let masks = compare::<I>(keys, pivot, chunk.len() - at);
                for (mask, part) in masks.into_iter().zip(&mut parts) {
                    let packed = I::pack(words, mask).map(|word| MaybeUninit::new(from_word(word)));
                    write(packed, mask.count_ones() as usize, part);
                }
            }
        }
    }
}

/// Which of the first `len` keys are less than the pivot, equal and greater.
#[inline(always)]
fn compare<I: Isa>(keys: &[u64; GROUP], pivot: u64, len: usize) -> [u8; 3] {
    let some = if len < GROUP { !(u8::MAX << len) } else { u8::MAX };
    let not_less = I::within(keys, pivot, u64::MAX);
    let equal = I::within(keys, pivot, pivot);
    [!not_less & some, equal & some, not_less & !equal & some]
}
