//! `ss`: the sum of the squares, NaN included.

use super::sum::Sums;
use super::var::{TINY_SQUARES, UP};
use crate::error::Error;
use crate::numeric::double::Double;
use crate::numeric::element::Float;
use crate::reduce::{Fold, Reduce, dense, state_of_all};
use crate::simd::Isa;
use crate::strided::{Rows, View};

/// The sum of the squares; of values times `UP`, if they are `SCALED`.
#[derive(Clone, Copy)]
pub struct Squares<const SCALED: bool>;

/// `ss`
pub const SUM_OF_SQUARES: Squares<false> = Squares;

impl<T: Float, const SCALED: bool> Reduce<T> for Squares<SCALED> {
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
                sums.add(column, I::square(if SCALED { value * UP } else { value }));
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

    /// So small squares may have lost digits. Where all are nothing, so is their sum: a second look
    /// at what is nearly always zeros would cost more than the first.
    #[inline(always)]
    fn doubtful(&self, sum: &Double) -> bool {
        T::HAS_EXTREMES && !SCALED && 0.0 < sum.high && sum.high < TINY_SQUARES
    }

    fn review(&self, _sum: Double, values: &View<'_, T>) -> Double {
        let sum: Double = state_of_all(&Squares::<true>, values);
        sum.normalized().scaled(1.0 / UP).scaled(1.0 / UP)
    }
}

impl<T: Float, const SCALED: bool> Fold<T> for Squares<SCALED> {
    #[inline(always)]
    fn fold<const N: usize>(&self, sums: &mut Sums<N>, half: usize) {
        sums.fold(half);
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        Some(T::from_f64(0.0))
    }
}

macro_rules! integer {
    ($($t:ident)*) => {$(
        impl Reduce<$t> for Squares<false> {
            type State = i64;
            type Columns<const N: usize> = [i64; N];
            type Out = i64;

            #[inline(always)]
            fn start<const N: usize>(&self) -> [i64; N] {
                [0; N]
            }

            #[inline(always)]
            fn add<I: Isa, const N: usize>(&self, sums: &mut [i64; N], rows: Rows<'_, $t, N>) {
                let mut added = *sums;
                for row in rows.iter() {
                    for column in 0..N {
                        let value = i64::from(row[column]);
                        added[column] = added[column].wrapping_add(value.wrapping_mul(value));
                    }
                }
                *sums = added;
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

        impl Fold<$t> for Squares<false> {
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
