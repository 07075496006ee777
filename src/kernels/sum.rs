//! `nansum`: the sum of the values that are not NaN; and `move_sum`.
//!
//! Floats are summed with compensation in twice the precision (Ogita, Rump & Oishi 2005, Sum2),
//! which costs nothing once the values come from memory. `float32` is summed in `float64`.
//! Integers are summed in `int64`, which wraps as NumPy's does (`integers`).

use super::pair::{Pair, plus, push, rounded, zero};
use crate::merge::{Merge, Rescaling, Sample, WindowInfo};
use crate::simd::Vector;

/// `nansum` and `move_sum`
#[derive(Clone, Copy)]
pub struct Sum;

impl Merge for Sum {
    type State<V: Vector> = Pair<V>;

    const COUNTED: bool = false;
    const LARGE: &'static [Rescaling] = Rescaling::OF_LARGE_SUMS;

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
        push(sum, sample.value_or_zero::<MAY_BE_NAN>())
    }

    #[inline(always)]
    fn combine<V: Vector, const MAY_BE_NAN: bool>(&self, left: Pair<V>, right: Pair<V>) -> Pair<V> {
        plus(left, right)
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(&self, sum: Pair<V>, _whole: WindowInfo<V>) -> V {
        rounded::<V, MAY_BE_NAN>(sum)
    }
}
