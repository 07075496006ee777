//! `nanmin` and `nanmax`: the least and the greatest of the values that are not NaN.
//!
//! Of zeros of both signs, either may come out, as in NumPy.

use std::marker::PhantomData;

use super::missing::AllNan;
use crate::error::Error;
use crate::merge::{Merge, Sample, WindowInfo};
use crate::numeric::element::Element;
use crate::reduce::{Fold, Reduce, reduce_contiguous, state_of_all};
use crate::simd::{Isa, Vector};

use crate::strided::{Rows, View};

/// Which of two values wins.
pub trait Order: Copy + Send + Sync + 'static {
    /// Whether `value` comes before `other`; never, if either is NaN.
    fn before<T: Element>(value: T, other: T) -> bool;
    /// What no value comes after.
    fn last<T: Element>() -> T;
    /// Of each two the one that comes first; `other` where either is NaN.
    fn first<V: Vector>(values: V, others: V) -> V;
    /// `this` where a value comes before another, else `that`.
    fn where_before<V: Vector>(value: V, other: V, this: V, that: V) -> V;
    /// `this` where a value comes before another or equals it, else `that`.
    fn where_not_after<V: Vector>(value: V, other: V, this: V, that: V) -> V;
}

/// The least wins.
#[derive(Clone, Copy)]
pub struct Least;

/// The greatest wins.
#[derive(Clone, Copy)]
pub struct Greatest;

impl Order for Least {
    #[inline(always)]
    fn before<T: Element>(value: T, other: T) -> bool {
        value < other
    }
    #[inline(always)]
    fn last<T: Element>() -> T {
        T::HIGHEST
    }
    #[inline(always)]
    fn first<V: Vector>(values: V, others: V) -> V {
        values.min(others)
    }
    #[inline(always)]
    fn where_before<V: Vector>(value: V, other: V, this: V, that: V) -> V {
        this.where_less(value, other, that)
    }
    #[inline(always)]
    fn where_not_after<V: Vector>(value: V, other: V, this: V, that: V) -> V {
        this.where_at_most(value, other, that)
    }
}

impl Order for Greatest {
    #[inline(always)]
    fn before<T: Element>(value: T, other: T) -> bool {
        value > other
    }
    #[inline(always)]
    fn last<T: Element>() -> T {
        T::LOWEST
    }
    #[inline(always)]
    fn first<V: Vector>(values: V, others: V) -> V {
        values.max(others)
    }
    #[inline(always)]
    fn where_before<V: Vector>(value: V, other: V, this: V, that: V) -> V {
        this.where_less(other, value, that)
    }
    #[inline(always)]
    fn where_not_after<V: Vector>(value: V, other: V, this: V, that: V) -> V {
        this.where_at_most(other, value, that)
    }
}

/// The value that wins.
#[derive(Clone, Copy)]
pub struct Extreme<O>(PhantomData<O>);

/// `nanmin`
pub const MIN: Extreme<Least> = Extreme(PhantomData);
/// `nanmax`
pub const MAX: Extreme<Greatest> = Extreme(PhantomData);

impl<O> Extreme<O> {
    pub(super) const NEW: Self = Self(PhantomData);
}

impl<T: Element, O: Order> Reduce<T> for Extreme<O> {
    type State = T;
    type Columns<const N: usize> = [T; N];
    type Out = T;

    #[inline(always)]
    fn allows_empty(&self) -> bool {
        false
    }

    #[inline(always)]
    fn init<const N: usize>(&self) -> [T; N] {
        [O::last(); N]
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, firsts: &mut [T; N], rows: Rows<'_, T, N>) {
        let mut first = *firsts;
        for row in rows.iter() {
            for column in 0..N {
                first[column] = self.merge(first[column], row[column]);
            }
        }
        *firsts = first;
    }

    #[inline(always)]
    fn state<const N: usize>(&self, firsts: &[T; N], column: usize) -> T {
        firsts[column]
    }

    /// Keeps `left` where `right` is NaN: one instruction.
    fn reduce_contiguous(&self, values: &[T]) -> Self::State {
        reduce_contiguous(self, values)
    }

    #[inline(always)]
    fn merge(&self, left: T, right: T) -> T {
        if O::before(right, left) { right } else { left }
    }

    #[inline(always)]
    fn finish(&self, first: T) -> Result<T, Error> {
        Ok(first)
    }

    /// Either it is infinite, or all values are NaN.
    #[inline(always)]
    fn needs_recompute(&self, first: &T) -> bool {
        T::HAS_NAN && *first == O::last()
    }

    fn recompute(&self, first: T, values: &View<'_, T>) -> T {
        if state_of_all(&AllNan, values) { T::MISSING } else { first }
    }
}

impl<T: Element, O: Order> Fold<T> for Extreme<O> {
    #[inline(always)]
    fn fold<const N: usize>(&self, firsts: &mut [T; N], half: usize) {
        for column in 0..half {
            firsts[column] = self.merge(firsts[column], firsts[column + half]);
        }
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        Some(O::last())
    }
}

/// `move_min` and `move_max`. Integers are compared as `float64`, which is what comes out:
/// rounding keeps their order.
impl<O: Order> Merge for Extreme<O> {
    type State<V: Vector> = V;

    #[inline(always)]
    fn empty<V: Vector>(&self) -> V {
        V::splat(O::last())
    }

    /// Keeps the state where `value` is NaN: one instruction.
    #[inline(always)]
    fn insert<V: Vector, const MAY_BE_NAN: bool>(&self, state: V, sample: Sample<V>) -> V {
        O::first(sample.value(), state)
    }

    #[inline(always)]
    fn combine<V: Vector, const MAY_BE_NAN: bool>(&self, left: V, right: V) -> V {
        O::first(left, right)
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(&self, first: V, _whole: WindowInfo<V>) -> V {
        first
    }

    #[inline(always)]
    fn finite_check<V: Vector>(&self, [value]: [V; 1], _result: V) -> V {
        value
    }
}
