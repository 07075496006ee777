//! `anynan` and `allnan`: whether NaN is among the values, or there is nothing else.

use crate::element::Element;
use crate::error::Error;
use crate::reduce::{N, Reduce, add_rows};
use crate::rows::Rows;
use crate::simd::Isa;

/// `anynan`
#[derive(Clone, Copy)]
pub struct AnyNan;

/// `allnan`
#[derive(Clone, Copy)]
pub struct AllNan;

/// Rows between two looks at whether it is settled.
const ROWS: usize = 64;

/// Whether the state of any column is `settled`.
fn any_column<T: Element, K: Reduce<T, State = bool>>(
    kernel: &K,
    mut rows: Rows<'_, T, N>,
    settled: impl Fn(bool) -> bool,
) -> bool {
    while !rows.is_empty() {
        let (head, tail) = rows.split(ROWS);
        let mut columns = kernel.start(head);
        add_rows(kernel, &mut columns, head);
        if (0..N).any(|column| settled(kernel.state(&columns, column))) {
            return true;
        }
        rows = tail;
    }
    false
}

impl<T: Element> Reduce<T> for AnyNan {
    type State = bool;
    /// NaN, once there was one.
    type Columns<const N: usize> = [T; N];
    type Out = bool;

    #[inline(always)]
    fn start<const N: usize>(&self, _rows: Rows<'_, T, N>) -> [T; N] {
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

    fn dense(&self, values: &[T]) -> bool {
        let (rows, rest) = Rows::cut(values);
        any_column(self, rows, |any| any) || rest.iter().any(|value| value.is_nan())
    }

    #[inline(always)]
    fn foregone(&self, _empty: bool) -> Option<bool> {
        (!T::HAS_NAN).then_some(false)
    }

    #[inline(always)]
    fn settled(&self, any: &bool) -> bool {
        *any
    }
}

impl<T: Element> Reduce<T> for AllNan {
    type State = bool;
    /// Not NaN, once there was a value.
    type Columns<const N: usize> = [T; N];
    type Out = bool;

    #[inline(always)]
    fn start<const N: usize>(&self, _rows: Rows<'_, T, N>) -> [T; N] {
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

    fn dense(&self, values: &[T]) -> bool {
        let (rows, rest) = Rows::cut(values);
        !any_column(self, rows, |all| !all) && rest.iter().all(|value| value.is_nan())
    }

    #[inline(always)]
    fn foregone(&self, empty: bool) -> Option<bool> {
        (!T::HAS_NAN).then_some(empty)
    }

    #[inline(always)]
    fn settled(&self, all: &bool) -> bool {
        !*all
    }
}
