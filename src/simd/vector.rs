//! The operations on values side by side, of which kernels are made.

/// How many lanes are walked in step.
pub const LANES: usize = 8;

/// Some `f64` side by side, the same place in each of as many lanes: a register, or several of them.
pub trait Vector: Copy + 'static {
    /// How many values it has.
    const LANES: usize;
    /// How many of them an instruction works on.
    const WIDTH: usize;
    /// The result of a comparison: true or false for each value.
    type Mask: Copy;

    /// The same value everywhere.
    fn splat(value: f64) -> Self;
    /// From neighbours, of which there are enough.
    fn load(values: &[f64]) -> Self;
    /// From neighbours of another dtype, of which there are enough.
    fn from_f32s(values: &[f32]) -> Self;
    /// From neighbours of another dtype, of which there are enough.
    fn from_i32s(values: &[i32]) -> Self;
    /// From neighbours of another dtype, of which there are enough: the nearest, and what is left.
    fn from_i64s(values: &[i64]) -> (Self, Self);
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
    /// The square roots.
    fn sqrt(self) -> Self;
    /// The lesser; `other` where either is NaN.
    fn min(self, other: Self) -> Self;
    /// The greater; `other` where either is NaN.
    fn max(self, other: Self) -> Self;
    /// The rounded products and their errors, as `double::two_product`. An error is NaN or infinite
    /// where a factor or the product is that or almost.
    fn two_product(self, other: Self) -> (Self, Self);

    /// Where `self` is less than `other`.
    fn simd_lt(self, other: Self) -> Self::Mask;
    /// Where `self` is at most `other`.
    fn simd_le(self, other: Self) -> Self::Mask;
    /// Where either is NaN.
    fn unordered(self, other: Self) -> Self::Mask;
    /// Where `self` is -0.0.
    fn is_negative_zero(self) -> Self::Mask;
    /// Where either mask is true.
    fn or(mask: Self::Mask, other: Self::Mask) -> Self::Mask;
    /// Whether the mask is true anywhere.
    fn any(mask: Self::Mask) -> bool;
    /// `if_true` where the mask is, else `if_false`.
    fn select(mask: Self::Mask, if_true: Self, if_false: Self) -> Self;
    /// `self`, plus `term` where the mask is true; else -0.0 may become 0.0.
    fn add_where(self, mask: Self::Mask, term: Self) -> Self;

    /// `term - self * factor`, where the rounded product is so near `term` that the difference is
    /// exact.
    #[inline(always)]
    fn residue(self, factor: Self, term: Self) -> Self {
        let (product, error) = self.two_product(factor);
        term.sub(product).sub(error)
    }
    /// `self * factor + term`, rounded once or twice.
    #[inline(always)]
    fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
        self.mul(factor).add(term)
    }
    /// Where `self` is NaN.
    #[inline(always)]
    fn is_nan(self) -> Self::Mask {
        self.unordered(self)
    }
    /// Whether any is NaN.
    #[inline(always)]
    fn any_nan(self) -> bool {
        Self::any(self.is_nan())
    }
    /// `self`, but `other` where `key` is NaN.
    #[inline(always)]
    fn unless_nan(self, key: Self, other: Self) -> Self {
        Self::select(key.is_nan(), other, self)
    }
    /// `self`, but NaN where `key` is less than `limit`.
    #[inline(always)]
    fn where_reaches(self, key: Self, limit: Self) -> Self {
        Self::select(limit.simd_le(key), self, Self::splat(f64::NAN))
    }
    /// `self` where `key` is less than `limit`, else `other`.
    #[inline(always)]
    fn where_less(self, key: Self, limit: Self, other: Self) -> Self {
        Self::select(key.simd_lt(limit), self, other)
    }
    /// `self` where `key` is at most `limit`, else `other`.
    #[inline(always)]
    fn where_at_most(self, key: Self, limit: Self, other: Self) -> Self {
        Self::select(key.simd_le(limit), self, other)
    }
    /// `self`, plus `term` where `key` is less than `limit`; else -0.0 may become 0.0.
    #[inline(always)]
    fn add_where_less(self, term: Self, key: Self, limit: Self) -> Self {
        self.add_where(key.simd_lt(limit), term)
    }
    /// `self`, plus `term` where `key` is -0.0; else -0.0 may become 0.0.
    #[inline(always)]
    fn add_where_negative_zero(self, term: Self, key: Self) -> Self {
        self.add_where(key.is_negative_zero(), term)
    }

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
}

/// `LANES` values, which can be transposed.
pub trait Wide: Vector {
    /// From `LANES` neighbours in each of the lanes, the rows across them, one after the other.
    fn transpose_in(lanes: [&[f64]; LANES], rows: &mut [f64]);
    /// And back: gives `lane` the neighbours in each lane.
    fn transpose_out(rows: &[f64], lane: impl FnMut(usize, &[f64]));
}
