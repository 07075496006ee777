//! `ss`: the sum of the squares, NaN included.

use super::pair::{Pair, plus, rounded, zero};
use crate::merge::{Merge, Rescaling, Sample, WindowInfo, power};
use crate::simd::Vector;

/// `ss`
#[derive(Clone, Copy)]
pub struct SumOfSquares;

impl Merge for SumOfSquares {
    type State<V: Vector> = Pair<V>;

    const IGNORES_NAN: bool = false;
    const COUNTED: bool = false;
    const SMALL: &'static [Rescaling] = Rescaling::OF_SMALL_SQUARES;

    #[inline(always)]
    fn empty<V: Vector>(&self) -> Pair<V> {
        zero()
    }

    #[inline(always)]
    fn insert<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        sum: Pair<V>,
        sample: Sample<V>,
    ) -> Pair<V> {
        plus(sum, sample.value().two_product(sample.value()))
    }

    #[inline(always)]
    fn combine<V: Vector, const MAY_BE_NAN: bool>(&self, left: Pair<V>, right: Pair<V>) -> Pair<V> {
        plus(left, right)
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(&self, sum: Pair<V>, _whole: WindowInfo<V>) -> V {
        rounded::<V, MAY_BE_NAN>(sum)
    }

    #[inline(always)]
    fn unscaled<V: Vector>(&self, result: V, [unscale]: [V; 1]) -> V {
        result.mul(unscale).mul(unscale)
    }

    /// Squares so small may have lost digits. Where all are nothing, so is their sum: a second look
    /// at what is nearly always zeros would cost more than the first.
    fn is_doubtful(&self, result: f64) -> bool {
        0.0 < result && result <= power(-900)
    }
}
