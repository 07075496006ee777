//! `nanvar` and `nanstd`: the mean squared distance from the mean, and its root.
//!
//! Distances are taken from an anchor near the mean, and they and their squares are summed in
//! twice the precision. The anchor is the mean of the first values of a part, so by Jensen's
//! inequality what it adds to the squares is at most the number of such stretches in the part
//! times the result, and 106 bits take it off again without a loss; of a few values the first is
//! one such stretch. Parts are merged around their means (Chan, Golub & LeVeque 1979, equation
//! 2.1), so the result is never negative.

use std::ops::RangeInclusive;

use super::sum::{Scaled, plus};
use crate::error::Error;
use crate::numeric::double::{Double, two_sum};
use crate::numeric::element::{Element, Float};
use crate::reduce::{FEW, Fold, N, Reduce, add_rows, dense_from, few, state_of_all};
use crate::simd::{Isa, Vector};
use crate::slide::{Anchors, Item, Parts, Rescue, Slide, Whole, power};
use crate::strided::{Rows, View};

/// `nanvar` and `nanstd`
#[derive(Clone, Copy)]
pub struct Var {
    ddof: i64,
    root: bool,
    scale: f64,
}

impl Var {
    /// `nanvar`: the squared distances are divided by the count less `ddof`.
    pub fn new(ddof: i64) -> Self {
        Self { ddof, root: false, scale: 1.0 }
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

/// Some values' distances from an anchor, and their squares, summed up. All are of the values
/// times a power of two, whose inverse is `unscale`.
#[derive(Clone, Copy)]
pub struct Distances {
    count: u64,
    anchor: f64,
    sum: Double,
    squares: Double,
    unscale: f64,
}

/// Powers of two that bring values into the range where squares keep all their digits.
const DOWN: f64 = f64::from_bits((1023 - 540) << 52);
pub(super) const UP: f64 = f64::from_bits((1023 + 800) << 52);
/// Squares below this may have lost digits to underflow, unless the values are so large that
/// their last digit is not among them.
pub(super) const TINY_SQUARES: f64 = f64::from_bits((1023 - 900) << 52);
const TINY: f64 = f64::from_bits((1023 - 300) << 52);

impl Distances {
    /// How far the mean is from the anchor.
    #[inline(always)]
    fn shift(&self) -> Double {
        self.sum.over(self.count as f64)
    }

    /// The squared distances from the mean.
    #[inline(always)]
    fn around_mean(&self) -> Double {
        self.squares.plus(self.sum.times(self.shift()).negated())
    }

    fn merge(self, other: Self) -> Self {
        if self.count == 0 || other.count == 0 {
            return if self.count == 0 { other } else { self };
        }
        let count = self.count + other.count;
        if self.anchor == other.anchor {
            let (sum, squares) = (self.sum.plus(other.sum), self.squares.plus(other.squares));
            return Self { count, sum, squares, ..self };
        }
        let (count_f64, own, others) = (count as f64, self.count as f64, other.count as f64);
        let mean = two_sum(self.anchor, 0.0).plus(self.shift());
        let apart = two_sum(other.anchor, -self.anchor)
            .plus(other.shift())
            .plus(self.shift().negated())
            .normalized();
        let shift = apart.times(Double::from(others)).over(count_f64);
        let between = apart.times(shift).times(Double::from(own));
        let mean = mean.plus(shift).normalized();
        // The new anchor is the mean but for what an `f64` cannot hold of it.
        let rest = Double::from(mean.low);
        let sum = rest.times(Double::from(count_f64));
        let squares = self.around_mean().plus(other.around_mean()).plus(between);
        let squares = squares.plus(sum.times(rest));
        Self { count, anchor: mean.high, sum, squares, unscale: self.unscale }
    }

    /// The variance of the scaled values.
    fn variance(&self, ddof: i64) -> f64 {
        let divisor = (self.count as i64).saturating_sub(ddof);
        if divisor <= 0 {
            return f64::NAN;
        }
        if self.count == 0 {
            // With a negative `ddof`, as in NumPy.
            return 0.0;
        }
        let variance = self.around_mean().over(divisor as f64).to_f64();
        // `max` would take NaN for zero.
        if variance < 0.0 { 0.0 } else { variance }
    }

    /// Whether squares may have left the range of `f64`, which those of other dtypes do not.
    #[inline(always)]
    fn is_doubtful<T: Element>(&self) -> bool {
        let squares = self.squares.high + self.squares.low;
        let tiny = squares < TINY_SQUARES && self.anchor.abs() < TINY;
        T::HAS_EXTREMES && self.count > 1 && (tiny || !squares.is_finite())
    }
}

/// The distances of `N` columns from their anchors, and their squares, summed up.
pub struct Columns<const N: usize> {
    anchor: [f64; N],
    /// Whether each anchor is of values: no column has met nothing but gaps.
    anchored: bool,
    count: [u64; N],
    sum: [f64; N],
    sum_low: [f64; N],
    squares: [f64; N],
    squares_low: [f64; N],
}

impl<const N: usize> Columns<N> {
    #[inline(always)]
    fn from(anchor: [f64; N]) -> Self {
        let zero = [0.0; N];
        let (count, sum, sum_low, squares, squares_low) = ([0; N], zero, zero, zero, zero);
        Self { anchor, anchored: true, count, sum, sum_low, squares, squares_low }
    }

    /// Whether a column has its first value in these rows.
    #[inline(always)]
    fn begins_in<T: Element>(&self, rows: Rows<'_, T, N>) -> bool {
        let mut some = [0; N];
        for row in rows.iter() {
            for column in 0..N {
                some[column] |= u64::from(!row[column].is_nan());
            }
        }
        self.count.iter().zip(some).any(|(&count, some)| count == 0 && some != 0)
    }

    /// Moves the anchor of each column that is empty yet to the mean of the first of these rows.
    #[inline(never)]
    fn anchor<T: Element>(&mut self, rows: Rows<'_, T, N>, scale: f64) {
        let kernel = Scaled { scale };
        let (rows, _) = rows.split(ANCHORED);
        let mut totals = Reduce::<T>::start(&kernel);
        add_rows(&kernel, &mut totals, rows);
        for column in (0..N).filter(|&column| self.count[column] == 0) {
            self.anchor[column] = mean_or_zero(totals.total(column));
        }
        self.anchored = (0..N).all(|column| self.count[column] + totals.total(column).count > 0);
    }

    #[inline(always)]
    fn add<I: Isa, T: Element>(&mut self, rows: Rows<'_, T, N>, scale: f64) {
        if !self.anchored && self.begins_in(rows) {
            self.anchor(rows, scale);
        }
        let mut rest = rows;
        while !rest.is_empty() {
            let (head, tail) = rest.split(BLOCK);
            if N < G {
                self.add_group::<I, T, N>(head, 0, scale);
            } else {
                for first in (0..N).step_by(G) {
                    self.add_group::<I, T, G>(head.narrow(first), first, scale);
                }
            }
            rest = tail;
        }
    }

    #[inline(always)]
    fn add_group<I: Isa, T: Element, const G: usize>(
        &mut self,
        rows: Rows<'_, T, G>,
        first: usize,
        scale: f64,
    ) {
        let anchor = group::<f64, G>(&mut self.anchor, first);
        let counts = group::<u64, G>(&mut self.count, first);
        let sums = [&mut self.sum, &mut self.sum_low, &mut self.squares, &mut self.squares_low];
        let [sums, sums_low, squares, squares_low] = sums.map(|sum| group::<f64, G>(sum, first));
        let mut count = *counts;
        let (mut sum, mut sum_low) = (*sums, *sums_low);
        let (mut square, mut square_low) = (*squares, *squares_low);
        for row in rows.iter() {
            for column in 0..G {
                let value = row[column];
                let is_value = !value.is_nan();
                let distance = distance(value, anchor[column], scale);
                let distance = if is_value { distance } else { 0.0 };
                let total = two_sum(sum[column], distance);
                sum[column] = total.high;
                sum_low[column] += total.low;
                let exact = I::square(distance);
                let total = two_sum(square[column], exact.high);
                square[column] = total.high;
                square_low[column] += total.low + exact.low;
                count[column] += u64::from(is_value);
            }
        }
        (*counts, *sums, *sums_low) = (count, sum, sum_low);
        (*squares, *squares_low) = (square, square_low);
    }

    /// Of columns with the same anchor.
    #[inline(always)]
    fn fold(&mut self, half: usize) {
        for column in 0..half {
            let other = column + half;
            self.count[column] += self.count[other];
            let sum = two_sum(self.sum[column], self.sum[other]);
            self.sum[column] = sum.high;
            self.sum_low[column] += self.sum_low[other] + sum.low;
            let squares = two_sum(self.squares[column], self.squares[other]);
            self.squares[column] = squares.high;
            self.squares_low[column] += self.squares_low[other] + squares.low;
        }
    }

    #[inline(always)]
    fn distances(&self, column: usize, unscale: f64) -> Distances {
        Distances {
            count: self.count[column],
            anchor: self.anchor[column],
            sum: Double { high: self.sum[column], low: self.sum_low[column] },
            squares: Double { high: self.squares[column], low: self.squares_low[column] },
            unscale,
        }
    }
}

/// Columns whose sums the registers hold, and rows of them that the first cache holds.
const G: usize = 8;
const BLOCK: usize = 64;
/// Fewer values than this are taken in `G` columns, as merging more of them would cost more.
const NARROW: usize = 512;
/// Rows that an anchor is the mean of.
const ANCHORED: usize = 256;

#[inline(always)]
fn group<T, const G: usize>(columns: &mut [T], first: usize) -> &mut [T; G] {
    columns[first..].first_chunk_mut().expect("the columns are whole groups")
}

/// How far a value is from the anchor, with one rounding.
#[inline(always)]
fn distance<T: Element>(value: T, anchor: f64, scale: f64) -> f64 {
    if T::HAS_NAN {
        value.to_f64() * scale - anchor
    } else {
        value.to_f64() - anchor + value.residue()
    }
}

/// The first value, as good an anchor of a few as their mean: it adds to the squares at most their
/// number times the result.
#[inline(always)]
fn first_or_zero<T: Element>(values: &[T], scale: f64) -> f64 {
    let first = values.iter().find(|value| !value.is_nan());
    let first = first.map_or(0.0, |value| value.to_f64() * scale);
    if first.is_finite() { first } else { 0.0 }
}

/// The very value, if there is but one, so that the variance of a constant is exactly zero.
#[inline(always)]
fn mean_or_zero(total: super::sum::Total) -> f64 {
    let mean = total.mean().to_f64();
    if mean.is_finite() { mean } else { 0.0 }
}

impl<T: Element> Reduce<T> for Var {
    type State = Distances;
    type Columns<const N: usize> = Columns<N>;
    type Out = T::Float;

    #[inline(always)]
    fn start<const N: usize>(&self) -> Columns<N> {
        Columns { anchored: false, ..Columns::from([0.0; N]) }
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, columns: &mut Columns<N>, rows: Rows<'_, T, N>) {
        columns.add::<I, T>(rows, self.scale);
    }

    #[inline(always)]
    fn state<const N: usize>(&self, columns: &Columns<N>, column: usize) -> Distances {
        columns.distances(column, 1.0 / self.scale)
    }

    fn merge(&self, left: Distances, right: Distances) -> Distances {
        left.merge(right)
    }

    /// With one anchor for all columns, so that merging them is adding.
    fn dense(&self, values: &[T]) -> Distances {
        if values.len() < NARROW {
            let anchor = first_or_zero(values, self.scale);
            let column = Columns::from([anchor]);
            if values.len() < FEW {
                return few(self, column, values);
            }
            return dense_from(self, Columns::from([anchor; G]), column, values);
        }
        let first = values.iter().position(|value| !value.is_nan()).unwrap_or(0);
        let head = &values[first..values.len().min(first + ANCHORED)];
        let anchor = mean_or_zero(Scaled { scale: self.scale }.dense(head));
        dense_from(self, Columns::from([anchor; N]), Columns::from([anchor]), values)
    }

    #[inline(always)]
    fn doubtful(&self, distances: &Distances) -> bool {
        self.scale == 1.0 && distances.is_doubtful::<T>()
    }

    fn review(&self, distances: Distances, values: &View<'_, T>) -> Distances {
        let scale = if distances.squares.high < TINY_SQUARES { UP } else { DOWN };
        state_of_all(&Self { scale, ..*self }, values)
    }

    fn finish(&self, distances: Distances) -> Result<T::Float, Error> {
        let (variance, unscale) = (distances.variance(self.ddof), distances.unscale);
        let value = if self.root { variance.sqrt() } else { variance * unscale };
        Ok(T::Float::from_f64(value * unscale))
    }
}

impl<T: Element> Fold<T> for Var {
    #[inline(always)]
    fn fold<const N: usize>(&self, columns: &mut Columns<N>, half: usize) {
        columns.fold(half);
    }

    #[inline(always)]
    fn neutral(&self) -> Option<T> {
        T::HAS_NAN.then_some(T::MISSING)
    }
}

/// Distances from an anchor within the window, and their squares, summed up in double-double.
#[derive(Clone, Copy)]
pub struct Moments<V> {
    sum: (V, V),
    squares: (V, V),
}

impl<V: Vector> Parts<V> for Moments<V> {
    const PARTS: usize = 4;

    #[inline(always)]
    fn read(values: &[f64]) -> Self {
        let (sum, squares) = Parts::read(values);
        Self { sum, squares }
    }

    #[inline(always)]
    fn write(self, places: &mut [f64]) {
        (self.sum, self.squares).write(places);
    }
}

/// `move_var` and `move_std`. An anchor that is a value of the window is at most about the root
/// of its length times the standard deviation away from the mean, so that what it adds to the
/// squares comes off again without a loss.
impl Slide for Var {
    type State<V: Vector> = Moments<V>;

    const ANCHORED: bool = true;
    const LARGE: Option<Rescue> = Some(Rescue { beyond: power(490), scale: power(-540) });
    const SMALL: Option<Rescue> = Some(Rescue { beyond: power(-390), scale: power(800) });

    #[inline(always)]
    fn nothing<V: Vector>(&self) -> Moments<V> {
        let zero = V::splat(0.0);
        Moments { sum: (zero, zero), squares: (zero, zero) }
    }

    #[inline(always)]
    fn push<V: Vector, const CARE: bool>(&self, state: Moments<V>, item: Item<V>) -> Moments<V> {
        let distance = item.value.sub(item.anchor);
        let distance = if CARE { distance.unless_nan(item.value, V::splat(0.0)) } else { distance };
        let (sum, error) = state.sum.0.two_sum(distance);
        let squares = plus(state.squares, distance.two_product(distance));
        Moments { sum: (sum, state.sum.1.add(error)), squares }
    }

    /// From its own anchor, where the right part has no value.
    #[inline(always)]
    fn reanchored<V: Vector>(&self, left: Moments<V>, anchors: Anchors<V>) -> Moments<V> {
        let Anchors { left: from, right: to, left_count } = anchors;
        let zero = V::splat(0.0);
        let (apart, apart_low) = from.two_difference(to);
        // Where a part has no value, there is nothing to move.
        let some = |apart: V| {
            let apart = apart.unless_nan(apart, zero);
            zero.where_less(left_count, V::splat(1.0), apart)
        };
        let (apart, apart_low) = (some(apart), some(apart_low));
        let (moved, moved_low) = apart.two_product(left_count);
        let moved = (moved, apart_low.mul_add(left_count, moved_low));
        let sum = plus(left.sum, moved);
        // The distance moved times the sum before and after.
        let twice = plus(left.sum, sum);
        let (added, added_low) = apart.two_product(twice.0);
        let added_low = apart.mul_add(twice.1, apart_low.mul_add(twice.0, added_low));
        Moments { sum, squares: plus(left.squares, (added, added_low)) }
    }

    #[inline(always)]
    fn joined<V: Vector, const CARE: bool>(
        &self,
        left: Moments<V>,
        right: Moments<V>,
    ) -> Moments<V> {
        Moments { sum: plus(left.sum, right.sum), squares: plus(left.squares, right.squares) }
    }

    #[inline(always)]
    fn result<V: Vector, const CARE: bool>(&self, state: Moments<V>, whole: Whole<V>) -> V {
        let Moments { sum, squares } = state;
        let (zero, Whole { count, inverse, .. }) = (V::splat(0.0), whole);
        // The square of the sum, divided by the count, is what the anchor added.
        let high = sum.0.add(sum.1);
        let low = sum.1.sub(high.sub(sum.0));
        let shift = high.mul(inverse);
        let shift_low = shift.mul_sub_from(count, high).add(low).mul(inverse);
        let (added, added_low) = high.two_product(shift);
        let added_low = high.mul_add(shift_low, low.mul_add(shift, added_low));
        let (rest, rest_low) = squares.0.two_difference(added);
        let around_mean = rest.add(rest_low.add(squares.1.sub(added_low)));
        let around_mean = zero.greatest(around_mean);
        let divisor = count.sub(V::splat(self.ddof as f64));
        let variance = if CARE {
            // Squares that overflow are infinite; with infinite values, nothing is left but NaN.
            let plain = squares.0.add(sum.0.mul(zero));
            around_mean.unless_nan(around_mean, plain).div(divisor)
        } else {
            around_mean.mul(V::splat(1.0).div(divisor))
        };
        let variance = variance.where_reaches(divisor, V::splat(1.0));
        if self.root { variance.sqrt() } else { variance }
    }

    #[inline(always)]
    fn unscaled<V: Vector>(&self, result: V, unscale: V) -> V {
        if self.root { result.mul(unscale) } else { result.mul(unscale).mul(unscale) }
    }

    /// Where squares keep all their digits with the second scale; between this bound and that of
    /// the first walk there is room.
    fn small_results(&self) -> RangeInclusive<f64> {
        let most = power(-300);
        0.0..=if self.root { most } else { most * most }
    }

    #[inline(always)]
    fn witness<V: Vector>(&self, _value: V, result: V) -> V {
        result
    }
}
