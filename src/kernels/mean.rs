//! `nanmean`: the mean of the values that are not NaN.
//!
//! The compensated sum of `nansum`, divided by the count in twice the precision. Integers are
//! summed exactly.

use super::sum::{Scaled, Sum, Total, Totals, UNSCALE, may_have_overflowed};
use crate::error::Error;
use crate::numeric::double::Double;
use crate::numeric::element::{Element, Float};
use crate::reduce::{Fold, Reduce, dense};
use crate::simd::{Isa, Vector};
use crate::slide::{Item, Rescue, Slide, Whole};
use crate::strided::{Rows, View};

/// `nanmean`
#[derive(Clone, Copy)]
pub struct Mean;

#[inline(always)]
fn mean<F: Float>(total: Total) -> F {
    if total.count == 0 {
        return F::MISSING;
    }
    F::from_f64(total.mean().to_f64())
}

/// The total of floats is taken as `Scaled` does, by a scale of one.
const TOTAL: Scaled = Scaled { scale: 1.0 };

impl<T: Float> Reduce<T> for Mean {
    type State = Total;
    type Columns<const N: usize> = Totals<N>;
    type Out = T;

    #[inline(always)]
    fn start<const N: usize>(&self) -> Totals<N> {
        Totals::ZERO
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, totals: &mut Totals<N>, rows: Rows<'_, T, N>) {
        TOTAL.add::<I, N>(totals, rows);
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
    fn finish(&self, total: Total) -> Result<T, Error> {
        Ok(mean(total))
    }

    #[inline(always)]
    fn doubtful(&self, total: &Total) -> bool {
        may_have_overflowed::<T>(total.sum)
    }

    /// The mean may well be finite where the sum is not: it is taken before scaling back, and
    /// given as the sum of one value.
    fn review(&self, _total: Total, values: &View<'_, T>) -> Total {
        let mean = Scaled::down(values).mean().normalized();
        Total { sum: mean.scaled(UNSCALE), count: 1 }
    }
}

impl<T: Float> Fold<T> for Mean {
    #[inline(always)]
    fn fold<const N: usize>(&self, totals: &mut Totals<N>, half: usize) {
        totals.fold(half);
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        T::HAS_NAN.then_some(T::MISSING)
    }
}

macro_rules! integer {
    ($($t:ident)*) => {$(
        impl Reduce<$t> for Mean {
            type State = Total;
            type Columns<const N: usize> = Halves<N>;
            type Out = f64;

            #[inline(always)]
            fn start<const N: usize>(&self) -> Halves<N> {
                Halves { high: [0; N], low: [0; N], count: 0 }
            }

            #[inline(always)]
            fn add<I: Isa, const N: usize>(&self, halves: &mut Halves<N>, rows: Rows<'_, $t, N>) {
                let Halves { mut high, mut low, count } = *halves;
                for row in rows.iter() {
                    for column in 0..N {
                        let value = i64::from(row[column]);
                        if size_of::<$t>() == 8 {
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

            fn dense(&self, values: &[$t]) -> Self::State {
                dense(self, values)
            }

            #[inline(always)]
            fn merge(&self, left: Total, right: Total) -> Total {
                left.plus(right)
            }

            #[inline(always)]
            fn finish(&self, total: Total) -> Result<f64, Error> {
                Ok(mean(total))
            }
        }

        impl Fold<$t> for Mean {
            #[inline(always)]
            fn fold<const N: usize>(&self, halves: &mut Halves<N>, half: usize) {
                for column in 0..half {
                    halves.high[column] += halves.high[column + half];
                    halves.low[column] += halves.low[column + half];
                }
                halves.count *= 2;
            }

            #[inline(always)]
            fn neutral(&self) -> Option<$t> {
                None
            }
        }
    )*};
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

integer!(i32 i64);

/// `move_mean`: the sum of `move_sum`, divided.
impl Slide for Mean {
    type State<V: Vector> = (V, V);

    const LARGE: Option<Rescue> = Some(Rescue::OF_LARGE_SUMS);

    #[inline(always)]
    fn nothing<V: Vector>(&self) -> (V, V) {
        Sum.nothing()
    }

    #[inline(always)]
    fn push<V: Vector, const CARE: bool>(&self, state: (V, V), item: Item<V>) -> (V, V) {
        Sum.push::<V, CARE>(state, item)
    }

    #[inline(always)]
    fn joined<V: Vector, const CARE: bool>(&self, left: (V, V), right: (V, V)) -> (V, V) {
        Sum.joined::<V, CARE>(left, right)
    }

    #[inline(always)]
    fn result<V: Vector, const CARE: bool>(&self, (high, low): (V, V), whole: Whole<V>) -> V {
        let mean = whole.mean(high, low);
        if CARE { mean.unless_nan(mean, high.mul(whole.inverse)) } else { mean }
    }

    #[inline(always)]
    fn witness<V: Vector>(&self, _value: V, result: V) -> V {
        result
    }
}
