//! `nansum`: the sum of the values that are not NaN.
//!
//! Floats are summed with compensation in twice the precision (Ogita, Rump & Oishi 2005, Sum2,
//! in each column), which costs nothing once the values come from memory. `float32` is summed in
//! `float64`. Integers are summed in `int64`, which wraps as NumPy's does.

use crate::error::Error;
use crate::numeric::double::{Double, two_sum};
use crate::numeric::element::{Element, Float};
use crate::reduce::{Fold, Reduce, dense, state_of_all};
use crate::simd::{Isa, Vector};
use crate::slide::{Item, Rescue, Slide, Whole};
use crate::strided::{Rows, View};

/// `nansum`
#[derive(Clone, Copy)]
pub struct Sum;

/// The compensated sums of `N` columns.
#[derive(Clone, Copy)]
pub struct Sums<const N: usize> {
    high: [f64; N],
    low: [f64; N],
}

impl<const N: usize> Sums<N> {
    pub(super) const ZERO: Self = Self { high: [0.0; N], low: [0.0; N] };

    #[inline(always)]
    pub(super) fn add(&mut self, column: usize, value: Double) {
        let sum = two_sum(self.high[column], value.high);
        self.high[column] = sum.high;
        self.low[column] += sum.low + value.low;
    }

    #[inline(always)]
    pub(super) fn fold(&mut self, half: usize) {
        for column in 0..half {
            self.add(column, self.sum(column + half));
        }
    }

    #[inline(always)]
    pub(super) fn sum(&self, column: usize) -> Double {
        Double { high: self.high[column], low: self.low[column] }
    }
}

/// Whether a sum may have overflowed where the exact one is finite. Nothing narrower than `f64`
/// gets there.
#[inline(always)]
pub(super) fn may_have_overflowed<T: Element>(sum: Double) -> bool {
    T::HAS_EXTREMES && !(sum.high + sum.low).is_finite()
}

impl<T: Float> Reduce<T> for Sum {
    type State = Double;
    type Columns<const N: usize> = Sums<N>;
    type Out = T;

    #[inline(always)]
    fn start<const N: usize>(&self) -> Sums<N> {
        Sums::ZERO
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, columns: &mut Sums<N>, rows: Rows<'_, T, N>) {
        let mut sums = *columns;
        for row in rows.iter() {
            for column in 0..N {
                let value = row[column].to_f64();
                let value = if value.is_nan() { 0.0 } else { value };
                sums.add(column, Double::from(value));
            }
        }
        *columns = sums;
    }

    #[inline(always)]
    fn state<const N: usize>(&self, sums: &Sums<N>, column: usize) -> Double {
        sums.sum(column)
    }

    fn dense(&self, values: &[T]) -> Self::State {
        dense(self, values)
    }

    #[inline(always)]
    fn merge(&self, left: Double, right: Double) -> Double {
        left.plus(right)
    }

    #[inline(always)]
    fn finish(&self, sum: Double) -> Result<T, Error> {
        Ok(T::from_f64(sum.to_f64()))
    }

    #[inline(always)]
    fn doubtful(&self, sum: &Double) -> bool {
        may_have_overflowed::<T>(*sum)
    }

    fn review(&self, _sum: Double, values: &View<'_, T>) -> Double {
        Scaled::down(values).sum.normalized().scaled(UNSCALE)
    }
}

impl<T: Float> Fold<T> for Sum {
    #[inline(always)]
    fn fold<const N: usize>(&self, sums: &mut Sums<N>, half: usize) {
        sums.fold(half);
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        Some(T::MISSING)
    }
}

macro_rules! integer {
    ($($t:ident)*) => {$(
        impl Reduce<$t> for Sum {
            type State = i64;
            type Columns<const N: usize> = [i64; N];
            type Out = i64;

            #[inline(always)]
            fn start<const N: usize>(&self) -> [i64; N] {
                [0; N]
            }

            #[inline(always)]
            fn add<I: Isa, const N: usize>(&self, columns: &mut [i64; N], rows: Rows<'_, $t, N>) {
                let mut sums = *columns;
                for row in rows.iter() {
                    for column in 0..N {
                        sums[column] = sums[column].wrapping_add(i64::from(row[column]));
                    }
                }
                *columns = sums;
            }

            #[inline(always)]
            fn state<const N: usize>(&self, sums: &[i64; N], column: usize) -> i64 {
                sums[column]
            }

            fn dense(&self, values: &[$t]) -> Self::State {
                dense(self, values)
            }

            #[inline(always)]
            fn merge(&self, left: i64, right: i64) -> i64 {
                left.wrapping_add(right)
            }

            #[inline(always)]
            fn finish(&self, sum: i64) -> Result<i64, Error> {
                Ok(sum)
            }
        }

        impl Fold<$t> for Sum {
            #[inline(always)]
            fn fold<const N: usize>(&self, sums: &mut [i64; N], half: usize) {
                for column in 0..half {
                    sums[column] = sums[column].wrapping_add(sums[column + half]);
                }
            }

            #[inline(always)]
            fn neutral(&self) -> Option<$t> {
                Some(0)
            }
        }
    )*};
}

integer!(i32 i64);

/// `move_sum`, in double-double: the plain sum and what rounding lost.
impl Slide for Sum {
    type State<V: Vector> = (V, V);

    const LARGE: Option<Rescue> = Some(Rescue::OF_LARGE_SUMS);

    #[inline(always)]
    fn nothing<V: Vector>(&self) -> (V, V) {
        (V::splat(0.0), V::splat(0.0))
    }

    #[inline(always)]
    fn push<V: Vector, const CARE: bool>(&self, (high, low): (V, V), item: Item<V>) -> (V, V) {
        let value = item.value;
        let value = if CARE { value.unless_nan(value, V::splat(0.0)) } else { value };
        let (sum, error) = high.two_sum(value);
        (sum, low.add(error))
    }

    #[inline(always)]
    fn joined<V: Vector, const CARE: bool>(&self, left: (V, V), right: (V, V)) -> (V, V) {
        plus(left, right)
    }

    #[inline(always)]
    fn result<V: Vector, const CARE: bool>(&self, (high, low): (V, V), _whole: Whole<V>) -> V {
        let sum = high.add(low);
        // An infinity or an overflow leaves `low` NaN: then the plain sum is the answer.
        if CARE { sum.unless_nan(sum, high) } else { sum }
    }

    #[inline(always)]
    fn witness<V: Vector>(&self, _value: V, result: V) -> V {
        result
    }
}

/// The sum of two sums.
#[inline(always)]
pub(super) fn plus<V: Vector>(left: (V, V), right: (V, V)) -> (V, V) {
    let (sum, error) = left.0.two_sum(right.0);
    (sum, left.1.add(right.1).add(error))
}

/// The compensated sum of some values, and how many of them are not NaN.
#[derive(Clone, Copy)]
pub struct Total {
    pub(super) sum: Double,
    pub(super) count: u64,
}

impl Total {
    #[inline(always)]
    pub(super) fn plus(self, other: Self) -> Self {
        Self { sum: self.sum.plus(other.sum), count: self.count + other.count }
    }

    /// For a count that is not zero.
    #[inline(always)]
    pub(super) fn mean(self) -> Double {
        self.sum.over(self.count as f64)
    }
}

/// `Total` of each of `N` columns.
#[derive(Clone, Copy)]
pub struct Totals<const N: usize> {
    sums: Sums<N>,
    count: [u64; N],
}

impl<const N: usize> Totals<N> {
    pub(super) const ZERO: Self = Self { sums: Sums::ZERO, count: [0; N] };

    #[inline(always)]
    pub(super) fn fold(&mut self, half: usize) {
        self.sums.fold(half);
        for column in 0..half {
            self.count[column] += self.count[column + half];
        }
    }

    #[inline(always)]
    pub(super) fn total(&self, column: usize) -> Total {
        Total { sum: self.sums.sum(column), count: self.count[column] }
    }
}

/// The total of the values times a power of two, integers as floats.
#[derive(Clone, Copy)]
pub(super) struct Scaled {
    pub(super) scale: f64,
}

/// 2⁶⁴: no array has as many values, so what is scaled down by it does not overflow. What the
/// small ones lose is nothing beside a sum that did.
pub(super) const UNSCALE: f64 = 18_446_744_073_709_551_616.0;

impl Scaled {
    /// The total of the values divided by `UNSCALE`.
    pub(super) fn down<T: Element>(values: &View<'_, T>) -> Total {
        state_of_all(&Self { scale: 1.0 / UNSCALE }, values)
    }
}

impl<T: Element> Reduce<T> for Scaled {
    type State = Total;
    type Columns<const N: usize> = Totals<N>;
    type Out = Total;

    #[inline(always)]
    fn start<const N: usize>(&self) -> Totals<N> {
        Totals::ZERO
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, columns: &mut Totals<N>, rows: Rows<'_, T, N>) {
        let Totals { mut sums, mut count } = *columns;
        for row in rows.iter() {
            for column in 0..N {
                let value = row[column].to_f64() * self.scale;
                let is_value = !value.is_nan();
                sums.add(column, Double::from(if is_value { value } else { 0.0 }));
                count[column] += u64::from(is_value);
            }
        }
        *columns = Totals { sums, count };
    }

    #[inline(always)]
    fn state<const N: usize>(&self, totals: &Totals<N>, column: usize) -> Total {
        totals.total(column)
    }

    fn dense(&self, values: &[T]) -> Self::State {
        dense(self, values)
    }

    #[inline(always)]
    fn merge(&self, left: Total, right: Total) -> Total {
        left.plus(right)
    }

    #[inline(always)]
    fn finish(&self, total: Total) -> Result<Total, Error> {
        Ok(total)
    }
}

impl<T: Element> Fold<T> for Scaled {
    #[inline(always)]
    fn fold<const N: usize>(&self, totals: &mut Totals<N>, half: usize) {
        totals.fold(half);
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        T::HAS_NAN.then_some(T::MISSING)
    }
}
