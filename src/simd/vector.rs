//! The operations on values side by side, which each instruction set implements.

/// How many lanes are walked in step.
pub const LANES: usize = 8;

/// Some `f64` side by side: the same place in each of as many lanes.
pub trait Vector: Copy + 'static {
    /// How many.
    const LANES: usize;
    /// How many of them an instruction works on.
    const WIDTH: usize;

    /// The same value everywhere.
    fn splat(value: f64) -> Self;
    /// From neighbours, of which there are enough.
    fn load(values: &[f64]) -> Self;
    /// To neighbours, of which there are enough.
    fn store(self, places: &mut [f64]);
    /// The sums.
    fn add(self, other: Self) -> Self;
    /// The differences.
    fn sub(self, other: Self) -> Self;
    /// The products.
    fn mul(self, other: Self) -> Self;
    /// The quotients.
    fn div(self, other: Self) -> Self;
    /// `self * factor + term`, rounded once.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// `self * factor - term`, rounded once.
    #[inline(always)]
    fn mul_sub(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, Self::splat(0.0).sub(term))
    }
    /// `term - self * factor`, rounded once.
    fn mul_sub_from(self, factor: Self, term: Self) -> Self;
    /// `self * factor + term`, rounded once or twice.
    #[inline(always)]
    fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
        self.mul(factor).add(term)
    }
    /// The square roots.
    fn sqrt(self) -> Self;
    /// The lesser; `other` where either is NaN.
    fn least(self, other: Self) -> Self;
    /// The greater; `other` where either is NaN.
    fn greatest(self, other: Self) -> Self;
    /// `self`, but `other` where `key` is NaN.
    fn unless_nan(self, key: Self, other: Self) -> Self;
    /// `self`, but NaN where `key` is less than `limit`.
    fn where_reaches(self, key: Self, limit: Self) -> Self;
    /// `self` where `key` is less than `limit`, else `other`.
    fn where_less(self, key: Self, limit: Self, other: Self) -> Self;
    /// `self` where `key` is at most `limit`, else `other`.
    fn where_at_most(self, key: Self, limit: Self, other: Self) -> Self;
    /// `self`, plus `term` where `key` is less than `limit`; else -0.0 may become 0.0.
    fn add_where_less(self, term: Self, key: Self, limit: Self) -> Self;
    /// Whether any is NaN.
    fn any_nan(self) -> bool;
    /// `self`, plus `term` where `key` is -0.0; else -0.0 may become 0.0.
    fn add_where_negative_zero(self, term: Self, key: Self) -> Self;

    /// The rounded sums and their errors, as `double::two_sum`.
    #[inline(always)]
    fn two_sum(self, other: Self) -> (Self, Self) {
        let sum = self.add(other);
        let grown = sum.sub(self);
        (sum, self.sub(sum.sub(grown)).add(other.sub(grown)))
    }

    /// The rounded differences and their errors.
    #[inline(always)]
    fn two_difference(self, other: Self) -> (Self, Self) {
        let difference = self.sub(other);
        let grown = difference.sub(self);
        (difference, self.sub(difference.sub(grown)).sub(other.add(grown)))
    }

    /// The rounded products and their errors, as `double::two_product`.
    #[inline(always)]
    fn two_product(self, other: Self) -> (Self, Self) {
        let product = self.mul(other);
        (product, self.mul_sub(other, product))
    }
}

/// `LANES` values, which can be transposed.
pub trait Wide: Vector {
    /// From `LANES` neighbours in each of the lanes, the rows across them, one after the other.
    fn across(lanes: [&[f64]; LANES], rows: &mut [f64]);
    /// And back: gives `lane` the neighbours in each lane.
    fn along(rows: &[f64], lane: impl FnMut(usize, &[f64]));
}
