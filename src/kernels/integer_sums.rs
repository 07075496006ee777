//! `nansum`, `nanmean` and `ss` of integers, which are exact: they are summed as integers.

use crate::error::Error;
use crate::numeric::double::Double;
use crate::numeric::element::Element;
use crate::reduce::{Fold, Reduce, reduce_contiguous};
use crate::simd::Isa;
use crate::strided::Rows;

/// An integer dtype.
pub trait Integer: Element + Into<i64> {}

impl Integer for i32 {}
impl Integer for i64 {}

/// The sum of values, or of their squares, in `int64`, which wraps as NumPy's does.
#[derive(Clone, Copy)]
pub struct IntegerSum<const SQUARED: bool>;

/// `nansum`
pub const INTEGER_SUM: IntegerSum<false> = IntegerSum;
/// `ss`
pub const INTEGER_SUM_OF_SQUARES: IntegerSum<true> = IntegerSum;

impl<T: Integer, const SQUARED: bool> Reduce<T> for IntegerSum<SQUARED> {
    type State = i64;
    type Columns<const N: usize> = [i64; N];
    type Out = i64;

    #[inline(always)]
    fn init<const N: usize>(&self) -> [i64; N] {
        [0; N]
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, columns: &mut [i64; N], rows: Rows<'_, T, N>) {
        let mut sums = *columns;
        for row in rows.iter() {
            for column in 0..N {
                let value: i64 = row[column].into();
                let value = if SQUARED { value.wrapping_mul(value) } else { value };
                sums[column] = sums[column].wrapping_add(value);
            }
        }
        *columns = sums;
    }

    #[inline(always)]
    fn state<const N: usize>(&self, sums: &[i64; N], column: usize) -> i64 {
        sums[column]
    }

    fn reduce_contiguous(&self, values: &[T]) -> i64 {
        reduce_contiguous(self, values)
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

impl<T: Integer, const SQUARED: bool> Fold<T> for IntegerSum<SQUARED> {
    #[inline(always)]
    fn fold<const N: usize>(&self, sums: &mut [i64; N], half: usize) {
        for column in 0..half {
            sums[column] = sums[column].wrapping_add(sums[column + half]);
        }
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        Some(T::MISSING)
    }
}

/// `nanmean`
#[derive(Clone, Copy)]
pub struct IntegerMean;

/// The sum of some integers, in twice the precision, and how many they are.
#[derive(Clone, Copy)]
pub struct Total {
    sum: Double,
    count: u64,
}

/// The sums of the halves of integers: 2³¹ rows cannot overflow.
pub struct Halves<const N: usize> {
    high: [i64; N],
    low: [i64; N],
    count: u64,
}

#[inline(always)]
fn exactly(integer: i64) -> Double {
    Double { high: integer.to_f64(), low: integer.residue() }
}

impl<T: Integer> Reduce<T> for IntegerMean {
    type State = Total;
    type Columns<const N: usize> = Halves<N>;
    type Out = f64;

    #[inline(always)]
    fn init<const N: usize>(&self) -> Halves<N> {
        Halves { high: [0; N], low: [0; N], count: 0 }
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, halves: &mut Halves<N>, rows: Rows<'_, T, N>) {
        let Halves { mut high, mut low, count } = *halves;
        for row in rows.iter() {
            for column in 0..N {
                let value: i64 = row[column].into();
                if size_of::<T>() == 8 {
                    high[column] += value >> 32;
                    low[column] += value & 0xffff_ffff;
                } else {
                    low[column] += value;
                }
            }
        }
        *halves = Halves { high, low, count: count + rows.len() as u64 };
    }

    #[inline(always)]
    fn state<const N: usize>(&self, halves: &Halves<N>, column: usize) -> Total {
        let high = exactly(halves.high[column]).scaled(4_294_967_296.0);
        Total { sum: high.plus(exactly(halves.low[column])), count: halves.count }
    }

    fn reduce_contiguous(&self, values: &[T]) -> Total {
        reduce_contiguous(self, values)
    }

    #[inline(always)]
    fn merge(&self, left: Total, right: Total) -> Total {
        Total { sum: left.sum.plus(right.sum), count: left.count + right.count }
    }

    #[inline(always)]
    fn finish(&self, Total { sum, count }: Total) -> Result<f64, Error> {
        Ok(if count == 0 { f64::NAN } else { sum.over(count as f64).to_f64() })
    }
}

impl<T: Integer> Fold<T> for IntegerMean {
    #[inline(always)]
    fn fold<const N: usize>(&self, halves: &mut Halves<N>, half: usize) {
        for column in 0..half {
            halves.high[column] += halves.high[column + half];
            halves.low[column] += halves.low[column + half];
        }
        halves.count *= 2;
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        None
    }
}
