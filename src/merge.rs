//! The one idea: a statistic is a summary that merges.
//!
//! What is known of some values is a *state*, a few vectors that hold it for several lanes at once.
//! A state can take in one value more, and two states can be combined into that of all their
//! values. A statistic that says how, and what its result is, is written once; everything else
//! follows from it:
//!
//! ```text
//!     insert insert insert ...          insert insert insert ...
//!     one part of a lane                the next part
//!                  \                    /
//!                   rebase and combine
//!                           |
//!                         finish
//! ```
//!
//! - A reduction (`reduce::merged`) cuts lanes into parts, for several threads if they are long,
//!   and combines their states.
//! - A moving window (`windows`) is the end of one block and the beginning of the next: it combines
//!   a suffix of the one with a prefix of the other.
//!
//! States of distances, as variances need them, say from which *anchor* they were taken; before two
//! are combined, the left one is rebased on the anchor of the right one.
//!
//! A statistic may have several inputs, as a covariance has two. What is taken in then is a value of
//! each; where one of them is NaN, so are the others.

use std::iter::once;

use crate::simd::{LANES, Vector};
use crate::strided::MOST_INPUTS;

/// A statistic that is merged from parts, of the values of one input or several.
pub trait Merge<const INPUTS: usize = 1>: Copy + Send + Sync + 'static {
    /// What is known of some of the values, in each lane.
    type State<V: Vector>: StateVectors<V>;

    /// Whether it ignores NaN. If not, NaN is a value like any other.
    const IGNORES_NAN: bool = true;
    /// Whether the result depends on how many values there are.
    const COUNTED: bool = true;
    /// Whether it takes distances from an anchor.
    const ANCHORED: bool = false;
    /// What is done where finite values may sum up to something infinite; the last is for the
    /// largest.
    const LARGE: &'static [Rescaling] = &[];
    /// What is done where values are so small that nothing may be left of their powers; the last
    /// is for the smallest.
    const SMALL: &'static [Rescaling] = &[];

    /// The state of no values.
    fn empty<V: Vector>(&self) -> Self::State<V>;

    /// Takes in the value after these. With `MAY_BE_NAN`, it may be NaN, which changes nothing.
    fn insert<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        state: Self::State<V>,
        sample: Sample<V, INPUTS>,
    ) -> Self::State<V>;

    /// Takes in the value before these, for a statistic that depends on their order.
    #[inline(always)]
    fn insert_before<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        state: Self::State<V>,
        sample: Sample<V, INPUTS>,
    ) -> Self::State<V> {
        self.insert::<V, MAY_BE_NAN>(state, sample)
    }

    /// The state as seen from other anchors.
    #[inline(always)]
    fn rebase<V: Vector>(&self, state: Self::State<V>, _shift: Shift<V, INPUTS>) -> Self::State<V> {
        state
    }

    /// The state as seen from so many rows later, for a statistic that depends on places.
    #[inline(always)]
    fn advance<V: Vector>(&self, state: Self::State<V>, _rows: V) -> Self::State<V> {
        state
    }

    /// The state of the values of two parts, which have the same anchor. With `MAY_BE_NAN`, one may
    /// have no value.
    fn combine<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        left: Self::State<V>,
        right: Self::State<V>,
    ) -> Self::State<V>;

    /// The result. With `MAY_BE_NAN`, values and sums may be infinite.
    fn finish<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        state: Self::State<V>,
        whole: WindowInfo<V>,
    ) -> V;

    /// The result, where the values of each input were multiplied with a power of two: these are
    /// the inverses.
    #[inline(always)]
    fn unscaled<V: Vector>(&self, result: V, unscales: [V; INPUTS]) -> V {
        unscales.into_iter().fold(result, V::mul)
    }

    /// The vector to test, of values and the result of their window: while it is finite, no value
    /// so far was NaN or infinite, and the result holds without `MAY_BE_NAN`.
    #[inline(always)]
    fn finite_check<V: Vector>(&self, _values: [V; INPUTS], result: V) -> V {
        result
    }

    /// Whether this result of small values may have lost digits, so that one of rescaled values is
    /// better. One of rescaled large values is better where the other is not finite.
    fn is_doubtful(&self, _result: f64) -> bool {
        false
    }
}

/// What consists of some vectors.
pub trait StateVectors<V: Vector>: Copy {
    /// How many.
    const COUNT: usize;
    /// Reads them one after the other; there are enough values.
    fn read(values: &[f64]) -> Self;
    /// Writes them one after the other; there are enough places.
    fn write(self, places: &mut [f64]);
}

/// The most vectors that a summary may consist of.
pub const MOST_VECTORS: usize = 13;

impl<V: Vector> StateVectors<V> for V {
    const COUNT: usize = 1;

    #[inline(always)]
    fn read(values: &[f64]) -> Self {
        V::load(values)
    }

    #[inline(always)]
    fn write(self, places: &mut [f64]) {
        V::store(self, places);
    }
}

impl<V: Vector, A: StateVectors<V>, B: StateVectors<V>> StateVectors<V> for (A, B) {
    const COUNT: usize = A::COUNT + B::COUNT;

    #[inline(always)]
    fn read(values: &[f64]) -> Self {
        (A::read(values), B::read(&values[A::COUNT * V::LANES..]))
    }

    #[inline(always)]
    fn write(self, places: &mut [f64]) {
        self.0.write(places);
        self.1.write(&mut places[A::COUNT * V::LANES..]);
    }
}

/// A value that is taken in, of each input.
#[derive(Clone, Copy)]
pub struct Sample<V, const INPUTS: usize = 1> {
    /// The values themselves.
    pub values: [V; INPUTS],
    /// Their distances from the anchors.
    pub distances: [V; INPUTS],
    /// Their row, counted from the beginning of the latest block.
    pub row: V,
}

impl<V: Vector> Sample<V> {
    /// The value of the only input.
    #[inline(always)]
    pub fn value(&self) -> V {
        self.values[0]
    }

    /// The same; zero, if it `MAY_BE_NAN` and is.
    #[inline(always)]
    pub fn value_or_zero<const MAY_BE_NAN: bool>(&self) -> V {
        self.or_zero::<MAY_BE_NAN>(self.values)[0]
    }

    /// Its distance; zero, if the value `MAY_BE_NAN` and is.
    #[inline(always)]
    pub fn distance_or_zero<const MAY_BE_NAN: bool>(&self) -> V {
        self.distances_or_zero::<MAY_BE_NAN>()[0]
    }
}

impl<V: Vector, const INPUTS: usize> Sample<V, INPUTS> {
    /// Values, and the anchors that their distances are taken from.
    #[inline(always)]
    pub fn new(values: [V; INPUTS], anchors: [V; INPUTS], row: V) -> Self {
        let mut distances = values;
        for at in 0..INPUTS {
            distances[at] = values[at].sub(anchors[at]);
        }
        Self { values, distances, row }
    }

    /// The distances; zeros, if the values `MAY_BE_NAN` and are.
    #[inline(always)]
    pub fn distances_or_zero<const MAY_BE_NAN: bool>(&self) -> [V; INPUTS] {
        self.or_zero::<MAY_BE_NAN>(self.distances)
    }

    #[inline(always)]
    fn or_zero<const MAY_BE_NAN: bool>(&self, mut numbers: [V; INPUTS]) -> [V; INPUTS] {
        if MAY_BE_NAN {
            for at in 0..INPUTS {
                numbers[at] = numbers[at].unless_nan(self.values[at], V::splat(0.0));
            }
        }
        numbers
    }
}

/// Values of which all are NaN where one is.
#[inline(always)]
pub(crate) fn together<V: Vector, const INPUTS: usize>(mut values: [V; INPUTS]) -> [V; INPUTS] {
    if INPUTS > 1 {
        let mut nan_if_any = values[0];
        for value in values {
            nan_if_any = nan_if_any.unless_nan(value, value);
        }
        for value in &mut values {
            *value = value.unless_nan(nan_if_any, nan_if_any);
        }
    }
    values
}

/// The anchors of what begins with some values: those that it has, or these values.
#[inline(always)]
pub(crate) fn anchored<V: Vector, const INPUTS: usize>(
    mut anchors: [V; INPUTS],
    values: [V; INPUTS],
) -> [V; INPUTS] {
    for at in 0..INPUTS {
        anchors[at] = anchors[at].unless_nan(anchors[at], values[at]);
    }
    anchors
}

/// From where to where a state is rebased.
#[derive(Clone, Copy)]
pub struct Shift<V, const INPUTS: usize = 1> {
    /// The anchors that the state has; NaN if it has no value.
    pub from: [V; INPUTS],
    /// The anchors that it gets; NaN if there are none, and the state keeps its own.
    pub to: [V; INPUTS],
    /// How many values the state has.
    pub count: V,
}

impl<V: Vector> Shift<V> {
    /// The distance of the only input.
    #[inline(always)]
    pub fn distance(&self) -> (V, V) {
        self.distances()[0]
    }
}

impl<V: Vector, const INPUTS: usize> Shift<V, INPUTS> {
    /// How far the old anchors are from the new ones, in twice the precision; zero where there is
    /// nothing to move.
    #[inline(always)]
    pub fn distances(&self) -> [(V, V); INPUTS] {
        let mut distances = [(V::splat(0.0), V::splat(0.0)); INPUTS];
        for at in 0..INPUTS {
            let (high, low) = self.from[at].two_difference(self.to[at]);
            distances[at] = (self.if_some(high), self.if_some(low));
        }
        distances
    }

    #[inline(always)]
    fn if_some(&self, part: V) -> V {
        let zero = V::splat(0.0);
        zero.where_less(self.count, V::splat(1.0), part.unless_nan(part, zero))
    }
}

/// What is known of all values of a result besides their state.
#[derive(Clone, Copy)]
pub struct WindowInfo<V> {
    /// How many values there are.
    pub count: V,
    /// One divided by that.
    pub inverse: V,
    /// The row of the last value.
    pub row: V,
}

impl<V: Vector> WindowInfo<V> {
    /// A sum of two parts, divided by the count, in two parts.
    #[inline(always)]
    pub fn mean(&self, (high, low): (V, V)) -> (V, V) {
        let sum = high.add(low);
        self.mean_with(sum, low.sub(sum.sub(high)))
    }

    /// The same where the second part is less than a unit of the sum: times its inverse, and one
    /// step of correction (Markstein 1990).
    #[inline(always)]
    pub fn mean_with(&self, sum: V, left: V) -> (V, V) {
        let quotient = sum.mul(self.inverse);
        let rest = quotient.residue(self.count, sum).add(left);
        (quotient, rest.mul(self.inverse))
    }
}

/// What is known of some values: their state, and what any statistic has to know.
#[derive(Clone, Copy)]
pub struct Summary<S, V, const INPUTS: usize = 1> {
    /// What the statistic knows of them.
    pub state: S,
    /// How many values there are.
    pub count: V,
    /// The anchors of the state; NaN if there is no value.
    pub anchors: [V; INPUTS],
}

impl<S, V: Vector, const INPUTS: usize> Summary<S, V, INPUTS> {
    /// The summary of no values, whose state is `empty`.
    #[inline(always)]
    pub fn new(empty: S) -> Self {
        Self { state: empty, count: V::splat(0.0), anchors: [V::splat(f64::NAN); INPUTS] }
    }

    /// The summary of these values and of those that follow.
    #[inline(always)]
    pub fn combine<M: Merge<INPUTS, State<V> = S>>(self, kernel: &M, right: Self) -> Self {
        let shift = Shift { from: self.anchors, to: right.anchors, count: self.count };
        let left = kernel.rebase(self.state, shift);
        Self {
            state: kernel.combine::<V, true>(left, right.state),
            count: self.count.add(right.count),
            anchors: anchored(right.anchors, self.anchors),
        }
    }
}

impl<V: Vector, S: StateVectors<V>, const INPUTS: usize> StateVectors<V> for Summary<S, V, INPUTS> {
    const COUNT: usize = S::COUNT + 1 + INPUTS;

    #[inline(always)]
    fn read(values: &[f64]) -> Self {
        let (state, others) = (S::read(values), &values[S::COUNT * V::LANES..]);
        let mut anchors = [V::splat(0.0); INPUTS];
        for at in 0..INPUTS {
            anchors[at] = V::load(&others[(1 + at) * V::LANES..]);
        }
        Self { state, count: V::load(others), anchors }
    }

    #[inline(always)]
    fn write(self, places: &mut [f64]) {
        self.state.write(places);
        self.count.store(&mut places[S::COUNT * V::LANES..]);
        for (at, anchor) in self.anchors.into_iter().enumerate() {
            anchor.store(&mut places[(S::COUNT + 1 + at) * V::LANES..]);
        }
    }
}

/// A second walk, over values that are multiplied with a power of two.
#[derive(Clone, Copy)]
pub struct Rescaling {
    /// It is for magnitudes beyond this power of two, whose exponent is even.
    pub beyond: f64,
    /// The power of two that values are multiplied with.
    pub scale: f64,
}

impl Rescaling {
    /// For sums: none has 2⁶⁴ values, so that what is scaled does not overflow.
    pub const OF_LARGE_SUMS: &'static [Self] = &[Self { beyond: power(960), scale: power(-64) }];
    /// For squares: their sum keeps all its digits, and none overflows.
    pub const OF_LARGE_SQUARES: &'static [Self] =
        &[Self { beyond: power(490), scale: power(-540) }];
    /// For squares: what is scaled keeps all its digits.
    pub const OF_SMALL_SQUARES: &'static [Self] =
        &[Self { beyond: power(-390), scale: power(800) }];
}

/// What the values of an input are multiplied with in a second walk.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    AsItIs,
    OfLarge(f64),
    OfSmall(f64),
}

impl Scale {
    /// Those that values of these magnitudes ask for, and none.
    pub(crate) fn all(
        [large, small]: [&[Rescaling]; 2],
        (greatest, least): (f64, f64),
    ) -> Vec<Self> {
        let of_large = large.iter().filter(|it| greatest > it.beyond);
        let of_small = small.iter().filter(|it| least < it.beyond);
        let of_large = of_large.map(|it| Self::OfLarge(it.scale));
        once(Self::AsItIs)
            .chain(of_large)
            .chain(of_small.map(|it| Self::OfSmall(it.scale)))
            .collect()
    }

    /// The power of two.
    pub(crate) fn factor(self) -> f64 {
        match self {
            Self::AsItIs => 1.0,
            Self::OfLarge(scale) | Self::OfSmall(scale) => scale,
        }
    }
}

/// The scales of each input in a second walk.
pub(crate) type Scales = [Scale; MOST_INPUTS];

/// Those with which to walk again, one after the other, of those that each input asks for.
pub(crate) fn scales_to_try([first, second]: &[Vec<Scale>; MOST_INPUTS]) -> Vec<Scales> {
    let each = second.iter().flat_map(|&second| first.iter().map(move |&first| [first, second]));
    each.filter(|&scales| scales != [Scale::AsItIs; MOST_INPUTS]).collect()
}

/// The result with these scales, if it is better than the one before: of large values where that
/// is not finite, of small ones where it may have lost digits, which `is_doubtful` says.
pub(crate) fn better(
    scales: Scales,
    before: f64,
    is_doubtful: impl Fn(f64) -> bool,
    result: impl FnOnce() -> f64,
) -> Option<f64> {
    if scales.iter().any(|it| matches!(it, Scale::OfLarge(_))) {
        (!before.is_finite()).then(result)
    } else {
        is_doubtful(before).then(result).filter(|result| result.is_finite())
    }
}

/// The greatest and the least magnitude of finite values but zero, of each of some lanes, as the
/// compiler makes vectors of them.
pub(crate) struct MagnitudeRange {
    greatest: [f64; LANES],
    least: [f64; LANES],
}

impl MagnitudeRange {
    /// Of no values.
    pub(crate) const NONE: Self = Self { greatest: [0.0; LANES], least: [f64::INFINITY; LANES] };

    /// Takes in some values.
    pub(crate) fn see(&mut self, values: &[f64]) {
        for values in values.chunks(LANES) {
            for (lane, value) in values.iter().enumerate() {
                let size = value.abs();
                let of_finite = if size < f64::INFINITY { size } else { 0.0 };
                let of_some = if size > 0.0 { size } else { f64::INFINITY };
                let (greatest, least) = (&mut self.greatest[lane], &mut self.least[lane]);
                *greatest = if of_finite > *greatest { of_finite } else { *greatest };
                *least = if of_some < *least { of_some } else { *least };
            }
        }
    }

    /// The greatest and the least of all.
    pub(crate) fn ends(&self) -> (f64, f64) {
        let greatest = self.greatest.into_iter().fold(0.0, f64::max);
        (greatest, self.least.into_iter().fold(f64::INFINITY, f64::min))
    }
}

/// One in each lane that has a value, zero where it is NaN: what a count grows by.
#[inline(always)]
pub(crate) fn one_if_value<V: Vector>(value: V) -> V {
    V::splat(1.0).unless_nan(value, V::splat(0.0))
}

/// A power of two.
pub const fn power(exponent: i64) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}
