//! `anynan` and `allnan`: whether NaN is among the values, or there is nothing else.

use crate::error::Error;
use crate::numeric::element::Element;
use crate::reduce::{Fold, N, Reduce, reduce_contiguous};
use crate::simd::Isa;
use crate::strided::Rows;

/// `anynan`
#[derive(Clone, Copy)]
pub struct AnyNan;

/// `allnan`
#[derive(Clone, Copy)]
pub struct AllNan;

/// Rows between two looks at whether the state is final.
const ROWS: usize = 64;

/// The state of neighbours in one lane, up to where it is final.
fn until_final<T: Element, K: Fold<T>>(kernel: &K, values: &[T]) -> K::State {
    // The first few are looked at one by one, as often the first says all.
    let (head, tail) = values.split_at(values.len().min(4));
    let mut state = reduce_contiguous(kernel, head);
    for stretch in tail.chunks(N * ROWS) {
        if kernel.is_final(&state) {
            break;
        }
        state = kernel.merge(state, reduce_contiguous(kernel, stretch));
    }
    state
}

impl<T: Element> Reduce<T> for AnyNan {
    type State = bool;
    /// NaN, once there was one.
    type Columns<const N: usize> = [T; N];
    type Out = bool;

    const SHORT_CIRCUITS: bool = true;

    #[inline(always)]
    fn init<const N: usize>(&self) -> [T; N] {
        [T::LOWEST; N]
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, last: &mut [T; N], rows: Rows<'_, T, N>) {
        let mut nan = *last;
        for row in rows.iter() {
            for column in 0..N {
                nan[column] = if row[column].is_nan() { row[column] } else { nan[column] };
            }
        }
        *last = nan;
    }

    #[inline(always)]
    fn state<const N: usize>(&self, last: &[T; N], column: usize) -> bool {
        last[column].is_nan()
    }

    #[inline(always)]
    fn merge(&self, left: bool, right: bool) -> bool {
        left | right
    }

    #[inline(always)]
    fn finish(&self, any: bool) -> Result<bool, Error> {
        Ok(any)
    }

    fn reduce_contiguous(&self, values: &[T]) -> bool {
        until_final(self, values)
    }

    #[inline(always)]
    fn known_without_data(&self, _empty: bool) -> Option<bool> {
        (!T::HAS_NAN).then_some(false)
    }

    #[inline(always)]
    fn short_circuit(&self, value: T) -> Option<bool> {
        value.is_nan().then_some(true)
    }

    #[inline(always)]
    fn is_final(&self, any: &bool) -> bool {
        *any
    }
}

impl<T: Element> Fold<T> for AnyNan {
    #[inline(always)]
    fn fold<const N: usize>(&self, last: &mut [T; N], half: usize) {
        for column in 0..half {
            let other = last[column + half];
            last[column] = if other.is_nan() { other } else { last[column] };
        }
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        Some(T::LOWEST)
    }
}

impl<T: Element> Reduce<T> for AllNan {
    type State = bool;
    /// Not NaN, once there was a value.
    type Columns<const N: usize> = [T; N];
    type Out = bool;

    const SHORT_CIRCUITS: bool = true;

    #[inline(always)]
    fn init<const N: usize>(&self) -> [T; N] {
        [T::MISSING; N]
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, last: &mut [T; N], rows: Rows<'_, T, N>) {
        let mut value = *last;
        for row in rows.iter() {
            for column in 0..N {
                value[column] = if row[column].is_nan() { value[column] } else { row[column] };
            }
        }
        *last = value;
    }

    #[inline(always)]
    fn state<const N: usize>(&self, last: &[T; N], column: usize) -> bool {
        last[column].is_nan()
    }

    #[inline(always)]
    fn merge(&self, left: bool, right: bool) -> bool {
        left & right
    }

    #[inline(always)]
    fn finish(&self, all: bool) -> Result<bool, Error> {
        Ok(all)
    }

    fn reduce_contiguous(&self, values: &[T]) -> bool {
        until_final(self, values)
    }

    #[inline(always)]
    fn known_without_data(&self, empty: bool) -> Option<bool> {
        (!T::HAS_NAN).then_some(empty)
    }

    #[inline(always)]
    fn short_circuit(&self, value: T) -> Option<bool> {
        (!value.is_nan()).then_some(false)
    }

    #[inline(always)]
    fn is_final(&self, all: &bool) -> bool {
        !*all
    }
}

impl<T: Element> Fold<T> for AllNan {
    #[inline(always)]
    fn fold<const N: usize>(&self, last: &mut [T; N], half: usize) {
        for column in 0..half {
            let other = last[column + half];
            last[column] = if other.is_nan() { last[column] } else { other };
        }
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        Some(T::MISSING)
    }
}
