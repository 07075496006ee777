//! `nanmean`: the mean of the values that are not NaN; and `move_mean`.
//!
//! The compensated sum of `nansum`, divided by the count in twice the precision. Integers are
//! summed exactly (`integers`).

use super::pair::{Pair, plus, zero};
use super::sum::Sum;
use crate::merge::{Merge, Rescaling, Sample, WindowInfo};
use crate::simd::Vector;

/// `nanmean` and `move_mean`
#[derive(Clone, Copy)]
pub struct Mean;

impl Merge for Mean {
    type State<V: Vector> = Pair<V>;

    /// The mean may well be finite where the sum is not.
    const LARGE: &'static [Rescaling] = Sum::LARGE;

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
        Sum.insert::<V, MAY_BE_NAN>(sum, sample)
    }

    #[inline(always)]
    fn combine<V: Vector, const MAY_BE_NAN: bool>(&self, left: Pair<V>, right: Pair<V>) -> Pair<V> {
        plus(left, right)
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(&self, sum: Pair<V>, whole: WindowInfo<V>) -> V {
        let (mean, rest) = whole.mean(sum);
        let nearest = mean.add(rest);
        if MAY_BE_NAN { nearest.unless_nan(nearest, sum.0.mul(whole.inverse)) } else { nearest }
    }
}
