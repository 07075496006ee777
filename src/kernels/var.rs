//! `nanvar` and `nanstd`: the mean squared distance from the mean, and its root; and `move_var`
//! and `move_std`.
//!
//! Distances are taken from an anchor, one of the values, and they and their squares are summed up
//! in twice the precision. Such an anchor is at most the root of the number of values times the
//! standard deviation away from the mean, so that what it adds to the squares comes off again
//! without a loss.

use super::pair::{Pair, minus, plus, push, times, zero};
use crate::merge::{Merge, Rescaling, Sample, Shift, WindowInfo, power};
use crate::simd::Vector;

/// `nanvar` and `nanstd`, `move_var` and `move_std`
#[derive(Clone, Copy)]
pub struct Var {
    ddof: i64,
    root: bool,
}

impl Var {
    /// `nanvar`: the squared distances are divided by the count less `ddof`.
    pub const fn new(ddof: i64) -> Self {
        Self { ddof, root: false }
    }

    /// `nanstd`
    pub fn std(ddof: i64) -> Self {
        Self { root: true, ..Self::new(ddof) }
    }

    pub(super) fn ddof(self) -> i64 {
        self.ddof
    }

    /// The result, of the variance.
    pub(super) fn of_variance(self, variance: f64) -> f64 {
        if self.root { variance.sqrt() } else { variance }
    }
}

/// The sums, where all distances are moved.
#[inline(always)]
pub(super) fn moved<V: Vector>(
    (sum, squares): (Pair<V>, Pair<V>),
    distance: Pair<V>,
    count: V,
) -> (Pair<V>, Pair<V>) {
    let moved = plus(sum, times(distance, (count, V::splat(0.0))));
    // (x + d)² - x² = d (x + (x + d))
    (moved, plus(squares, times(distance, plus(sum, moved))))
}

/// What is left of a sum of squares around the mean; nothing where that is but its rounding. Of `i64`,
/// the anchor of a lane may be a rounded value, and of equal ones no distance is zero then.
#[inline(always)]
pub(super) fn beyond_rounding<V: Vector>(around_mean: V, squares: V) -> V {
    let zero = V::splat(0.0);
    zero.where_less(around_mean, squares.mul(V::splat(power(-80))), around_mean)
}

impl Merge for Var {
    /// The sums of the distances and of their squares.
    type State<V: Vector> = (Pair<V>, Pair<V>);

    const ANCHORED: bool = true;
    const LARGE: &'static [Rescaling] = Rescaling::OF_LARGE_SQUARES;
    const SMALL: &'static [Rescaling] = Rescaling::OF_SMALL_SQUARES;

    #[inline(always)]
    fn empty<V: Vector>(&self) -> Self::State<V> {
        (zero(), zero())
    }

    #[inline(always)]
    fn insert<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        (sum, squares): Self::State<V>,
        sample: Sample<V>,
    ) -> Self::State<V> {
        let distance = sample.distance_or_zero::<MAY_BE_NAN>();
        (push(sum, distance), plus(squares, distance.two_product(distance)))
    }

    #[inline(always)]
    fn rebase<V: Vector>(&self, state: Self::State<V>, shift: Shift<V>) -> Self::State<V> {
        moved(state, shift.distance(), shift.count)
    }

    #[inline(always)]
    fn combine<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        left: Self::State<V>,
        right: Self::State<V>,
    ) -> Self::State<V> {
        (plus(left.0, right.0), plus(left.1, right.1))
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        (sum, squares): Self::State<V>,
        whole: WindowInfo<V>,
    ) -> V {
        let zero = V::splat(0.0);
        // The square of the sum, divided by the count, is what the anchor added.
        let (rest, rest_low) = minus(squares, times(sum, whole.mean(sum)));
        let mut around_mean = zero.max(rest.add(rest_low));
        if MAY_BE_NAN {
            around_mean = beyond_rounding(around_mean, squares.0);
        }
        let divisor = whole.count.sub(V::splat(self.ddof as f64));
        let variance = if MAY_BE_NAN {
            // Squares that overflow are infinite; with infinite values, nothing is left but NaN;
            // of no values, with a negative `ddof`, it is zero as in NumPy.
            let plain = squares.0.add(sum.0.mul(zero));
            around_mean.unless_nan(around_mean, plain).div(divisor)
        } else {
            around_mean.mul(V::splat(1.0).div(divisor))
        };
        let variance = variance.where_reaches(divisor, V::splat(1.0));
        if self.root { variance.sqrt() } else { variance }
    }

    #[inline(always)]
    fn unscaled<V: Vector>(&self, result: V, [unscale]: [V; 1]) -> V {
        if self.root { result.mul(unscale) } else { result.mul(unscale).mul(unscale) }
    }

    /// Squares so small may have lost digits; beyond this bound, the first walk has lost none.
    fn is_doubtful(&self, result: f64) -> bool {
        let most = power(-300);
        result <= if self.root { most } else { most * most }
    }
}
