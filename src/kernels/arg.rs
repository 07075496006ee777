//! `nanargmin` and `nanargmax`: where the least or the greatest value is that is not NaN, the
//! first of equals.
//!
//! Along the memory, a stretch of values is searched for its extreme with vectors, and only the
//! winning stretch again for the place.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::extreme::{Extreme, Order};
use super::integers::OfIntegers;
use crate::error::Error;
use crate::fill::Fill;
use crate::interrupt;
use crate::merge::{Merge, Sample, WindowInfo};
use crate::numeric::element::Element;
use crate::reduce::Reduce;
use crate::simd::{Isa, Vector};
use crate::strided::{Rows, View};
use crate::windows::Window;

/// `nanargmin` and `nanargmax`: the place of the value that wins.
#[derive(Clone, Copy)]
pub struct NanArg<O> {
    /// Which value comes before another.
    pub order: O,
    /// What stands for the place where there is no value; without it, that is an error.
    pub default: Option<isize>,
}

/// The value that wins among some, and where it is.
#[derive(Clone, Copy)]
pub struct Place<T> {
    value: T,
    /// Among these values; `NOWHERE` if none of them comes before the last there can be.
    index: u64,
    /// How many values these are.
    len: u64,
}

/// `N` places side by side.
pub struct Places<T, const N: usize> {
    value: [T; N],
    index: [u64; N],
    len: u64,
}

const NOWHERE: u64 = u64::MAX;

/// Values whose extreme is found before its place is.
const STRETCH: usize = 1024;

impl<T: Element, O: Order> Reduce<T> for NanArg<O> {
    type State = Place<T>;
    type Columns<const N: usize> = Places<T, N>;
    type Out = isize;

    const POSITION_MATTERS: bool = true;

    #[inline(always)]
    fn allows_empty(&self) -> bool {
        self.default.is_some()
    }

    #[inline(always)]
    fn init<const N: usize>(&self) -> Places<T, N> {
        Places { value: [O::last(); N], index: [NOWHERE; N], len: 0 }
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, places: &mut Places<T, N>, rows: Rows<'_, T, N>) {
        let Places { mut value, mut index, len } = *places;
        for (at, row) in (len..).zip(rows.iter()) {
            for column in 0..N {
                let wins = O::before(row[column], value[column]);
                value[column] = if wins { row[column] } else { value[column] };
                index[column] = if wins { at } else { index[column] };
            }
        }
        *places = Places { value, index, len: len + rows.len() as u64 };
    }

    #[inline(always)]
    fn state<const N: usize>(&self, places: &Places<T, N>, column: usize) -> Place<T> {
        Place { value: places.value[column], index: places.index[column], len: places.len }
    }

    #[inline(always)]
    fn merge(&self, left: Place<T>, right: Place<T>) -> Place<T> {
        let len = left.len + right.len;
        if O::before(right.value, left.value) {
            return Place { value: right.value, index: left.len + right.index, len };
        }
        Place { len, ..left }
    }

    #[inline(always)]
    fn finish(&self, place: Place<T>) -> Result<isize, Error> {
        match (isize::try_from(place.index), self.default) {
            (Ok(index), _) | (Err(_), Some(index)) => Ok(index),
            (Err(_), None) => Err(Error::AllNan),
        }
    }

    fn reduce_contiguous(&self, values: &[T]) -> Place<T> {
        let len = values.len() as u64;
        let (mut value, mut winner) = (O::last(), None);
        for (at, stretch) in values.chunks(STRETCH).enumerate() {
            let best = Extreme::<O>::NEW.reduce_contiguous(stretch);
            if O::before(best, value) {
                (value, winner) = (best, Some(at * STRETCH));
            }
        }
        let Some(start) = winner else {
            return Place { value, index: NOWHERE, len };
        };
        Place { value, index: (start + position(&values[start..], value)) as u64, len }
    }

    /// The last there can be does not win against itself.
    #[inline(always)]
    fn needs_recompute(&self, place: &Place<T>) -> bool {
        place.index == NOWHERE
    }

    fn recompute(&self, place: Place<T>, values: &View<'_, T>) -> Place<T> {
        let first = values.iter().position(|value| !value.is_nan());
        Place { index: first.map_or(NOWHERE, |index| index as u64), ..place }
    }
}

/// The first place of `value`, which is among the values; some at a time, which vectors can do.
fn position<T: Element>(values: &[T], value: T) -> usize {
    const SOME: usize = 64;
    let has = |some: &[T]| some.iter().fold(false, |any, other| any | (*other == value));
    let start = values.chunks(SOME).position(has).unwrap_or_default() * SOME;
    start + values[start..].iter().position(|other| *other == value).unwrap_or_default()
}

/// `move_argmin` and `move_argmax`: how many places before the last of its window, the last of
/// equals.
#[derive(Clone, Copy)]
pub struct Arg<O>(pub O);

impl<O: Order> Merge for Arg<O> {
    /// The value that wins and its row; NaN and any, if there is no value.
    type State<V: Vector> = (V, V);

    #[inline(always)]
    fn empty<V: Vector>(&self) -> (V, V) {
        (V::splat(f64::NAN), V::splat(0.0))
    }

    #[inline(always)]
    fn insert<V: Vector, const MAY_BE_NAN: bool>(&self, best: (V, V), sample: Sample<V>) -> (V, V) {
        let item = (sample.value(), sample.row);
        let item = if MAY_BE_NAN { unless_nan(item, best) } else { item };
        let first = |this, other| O::where_before(best.0, item.0, this, other);
        (first(best.0, item.0), first(best.1, item.1))
    }

    #[inline(always)]
    fn insert_before<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        best: (V, V),
        sample: Sample<V>,
    ) -> (V, V) {
        let item = (sample.value(), sample.row);
        let item = if MAY_BE_NAN { unless_nan(item, best) } else { item };
        let first = |this, other| O::where_not_after(best.0, item.0, this, other);
        (first(best.0, item.0), first(best.1, item.1))
    }

    #[inline(always)]
    fn advance<V: Vector>(&self, (value, place): (V, V), rows: V) -> (V, V) {
        (value, place.sub(rows))
    }

    #[inline(always)]
    fn combine<V: Vector, const MAY_BE_NAN: bool>(&self, left: (V, V), right: (V, V)) -> (V, V) {
        let right = if MAY_BE_NAN { unless_nan(right, left) } else { right };
        let first = |this, other| O::where_before(left.0, right.0, this, other);
        (first(left.0, right.0), first(left.1, right.1))
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        (_, place): (V, V),
        whole: WindowInfo<V>,
    ) -> V {
        whole.row.sub(place)
    }

    #[inline(always)]
    fn finite_check<V: Vector>(&self, [value]: [V; 1], _result: V) -> V {
        value
    }
}

/// The same of integers that `f64` does not tell apart, by a queue of those that no later one
/// comes before (D. Lemire, 2006).
#[derive(Clone, Copy)]
pub struct ArgInQueue<O> {
    window: Window,
    order: PhantomData<O>,
}

impl<O: Order> OfIntegers for Arg<O> {
    type Plain = Self;
    type Exact = ArgInQueue<O>;

    fn plain(self) -> Self {
        self
    }

    fn exact(self, window: Window) -> ArgInQueue<O> {
        ArgInQueue { window, order: PhantomData }
    }
}

impl<O: Order> Fill<i64> for ArgInQueue<O> {
    type Out = f64;
    /// Places of values, each of which comes before the next.
    type Scratch = VecDeque<usize>;

    fn fill(
        &self,
        values: &[i64],
        results: &mut [MaybeUninit<f64>],
        queue: &mut VecDeque<usize>,
    ) -> Result<(), Error> {
        let Window { len, min_count } = self.window;
        let bytes = len.saturating_mul(size_of::<usize>());
        queue.clear();
        queue.try_reserve(len + 1).map_err(|_| Error::Memory { bytes })?;
        for (place, (result, &value)) in results.iter_mut().zip(values).enumerate() {
            interrupt::check_at(place, 1);
            while queue.back().is_some_and(|&other| !O::before(values[other], value)) {
                queue.pop_back();
            }
            queue.push_back(place);
            if queue[0] + len <= place {
                queue.pop_front();
            }
            let ago = place - queue[0];
            result.write(if place + 1 < min_count { f64::NAN } else { ago as f64 });
        }
        Ok(())
    }
}

/// A value and its row, but the others' where it is NaN.
#[inline(always)]
fn unless_nan<V: Vector>((value, place): (V, V), other: (V, V)) -> (V, V) {
    (value.unless_nan(value, other.0), place.unless_nan(value, other.1))
}
