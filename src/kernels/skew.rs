//! `nanskew`: the mean cubed distance from the mean, in units of the standard deviation; and
//! `move_skew`.
//!
//! Distances are taken from an anchor, as those of a variance are, and they, their squares and
//! their cubes are summed up in twice the precision. The cubes leave the range of `f64` far sooner
//! than squares, at either end, and the result has no unit: values of any size are brought near 1
//! by a power of two, and give the same.

use super::integers::{InIntegers, OfIntegers, OfSums, Sums};
use super::pair::{Pair, plus, push, times, zero};
use super::var::{self, Var};
use crate::merge::{Merge, Rescaling, Sample, Shift, WindowInfo, power};
use crate::simd::{Baseline, One, Vector};
use crate::windows::Window;

/// `nanskew` and `move_skew`
#[derive(Clone, Copy)]
pub struct Skew {
    bias: bool,
}

/// Its distances and their squares are summed up as they are for a variance.
const SPREAD: Var = Var::new(0);

/// The squared distances from the mean add up to this, or their cubes may have lost digits.
const LEAST_SQUARES: f64 = power(-580);

impl Skew {
    /// Without `bias`, the estimate from a sample.
    pub fn new(bias: bool) -> Self {
        Self { bias }
    }

    /// The result, of the sums of the squares and cubes of the distances from the mean.
    #[inline(always)]
    fn of_powers<V: Vector>(self, squares: V, cubes: V, count: V) -> V {
        let one = V::splat(1.0);
        let skew = cubes.div(squares).mul(count.div(squares).sqrt());
        if self.bias {
            return skew;
        }
        let others = count.sub(one);
        let factor = count.mul(others).sqrt().div(others.sub(one));
        skew.mul(factor).where_reaches(count, V::splat(3.0))
    }
}

/// The sums, where all distances are moved.
#[inline(always)]
fn moved<V: Vector>(
    (spread, cubes): <Skew as Merge>::State<V>,
    distance: Pair<V>,
    count: V,
) -> <Skew as Merge>::State<V> {
    let moved = var::moved(spread, distance, count);
    let ((sum, squares), (_, moved_squares)) = (spread, moved);
    // (x + d)³ - x³ = d ((x + d)² + x² + x (x + d))
    let added = plus(plus(moved_squares, squares), plus(squares, times(distance, sum)));
    (moved, plus(cubes, times(distance, added)))
}

impl Merge for Skew {
    /// The sums of the distances, of their squares and of their cubes.
    type State<V: Vector> = (<Var as Merge>::State<V>, Pair<V>);

    const ANCHORED: bool = true;
    /// A scale leaves room for 2⁴⁵ cubes, and both reach as far as the next begins.
    const LARGE: &'static [Rescaling] = &[
        Rescaling { beyond: power(310), scale: power(-380) },
        Rescaling { beyond: power(690), scale: power(-700) },
    ];
    /// Where one of the values is beyond, it differs from others by so much that the squares reach
    /// `LEAST_SQUARES`.
    const SMALL: &'static [Rescaling] = &[
        Rescaling { beyond: power(-230), scale: power(450) },
        Rescaling { beyond: power(-680), scale: power(900) },
    ];

    #[inline(always)]
    fn empty<V: Vector>(&self) -> Self::State<V> {
        (SPREAD.empty(), zero())
    }

    #[inline(always)]
    fn insert<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        ((sum, squares), cubes): Self::State<V>,
        sample: Sample<V>,
    ) -> Self::State<V> {
        let distance = sample.distance_or_zero::<MAY_BE_NAN>();
        let square = distance.two_product(distance);
        let (cube, error) = square.0.two_product(distance);
        let cube = (cube, square.1.mul(distance).add(error));
        ((push(sum, distance), plus(squares, square)), plus(cubes, cube))
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
        (SPREAD.combine::<V, MAY_BE_NAN>(left.0, right.0), plus(left.1, right.1))
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        state: Self::State<V>,
        whole: WindowInfo<V>,
    ) -> V {
        let (zero, mean) = (V::splat(0.0), whole.mean(state.0.0));
        let ((_, squares), cubes) = moved(state, (zero.sub(mean.0), zero.sub(mean.1)), whole.count);
        let mut squares = squares.0.add(squares.1);
        if MAY_BE_NAN {
            squares = var::beyond_rounding(squares, state.0.1.0);
        }
        let skew = self.of_powers(squares, cubes.0.add(cubes.1), whole.count);
        skew.where_reaches(squares, V::splat(LEAST_SQUARES))
    }

    /// It has no unit.
    #[inline(always)]
    fn unscaled<V: Vector>(&self, result: V, _unscales: [V; 1]) -> V {
        result
    }

    fn is_doubtful(&self, result: f64) -> bool {
        result.is_nan()
    }
}

/// Small integers have no form of their own, as cubes soon have more digits.
impl OfIntegers for Skew {
    type Plain = Self;
    type Exact = InIntegers<Self>;

    fn plain(self) -> Self {
        self
    }

    fn exact(self, window: Window) -> InIntegers<Self> {
        InIntegers::new(self, window)
    }
}

impl OfSums for Skew {
    const DEGREE: u32 = 3;

    fn of(self, sums: &Sums) -> f64 {
        let number = One::<Baseline>::splat;
        let (squares, cubes) = sums.around_mean();
        let (squares, cubes) = (number(squares.to_f64()), number(cubes.to_f64()));
        self.of_powers(squares, cubes, number(sums.count as f64)).value()
    }
}
