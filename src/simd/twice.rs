//! A vector of two vectors, for machines whose registers have less than eight values.

use super::{LANES, Vector, Wide};

/// Two vectors as one.
///
/// Both halves are written out. A loop over an array of registers says the same and takes the
/// compiler twice as long, as it unrolls it in every operation of every kernel.
#[derive(Clone, Copy)]
pub struct Twice<V>(V, V);

/// Operations and comparisons that each half does on its own.
macro_rules! by_halves {
    ($($operation:ident),*; $($comparison:ident),*) => {
        $(
            #[inline(always)]
            fn $operation(self, other: Self) -> Self {
                Self(self.0.$operation(other.0), self.1.$operation(other.1))
            }
        )*
        $(
            #[inline(always)]
            fn $comparison(self, other: Self) -> Self::Mask {
                (self.0.$comparison(other.0), self.1.$comparison(other.1))
            }
        )*
    };
}

impl<V: Vector> Vector for Twice<V> {
    const LANES: usize = 2 * V::LANES;
    const WIDTH: usize = V::WIDTH;
    type Mask = (V::Mask, V::Mask);

    by_halves!(add, sub, mul, div, min, max; simd_lt, simd_le, unordered);

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self(V::splat(value), V::splat(value))
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        let (first, second) = values[..Self::LANES].split_at(V::LANES);
        Self(V::load(first), V::load(second))
    }
    #[inline(always)]
    fn from_f32s(values: &[f32]) -> Self {
        let (first, second) = values[..Self::LANES].split_at(V::LANES);
        Self(V::from_f32s(first), V::from_f32s(second))
    }
    #[inline(always)]
    fn from_i32s(values: &[i32]) -> Self {
        let (first, second) = values[..Self::LANES].split_at(V::LANES);
        Self(V::from_i32s(first), V::from_i32s(second))
    }
    #[inline(always)]
    fn from_i64s(values: &[i64]) -> (Self, Self) {
        let (first, second) = values[..Self::LANES].split_at(V::LANES);
        let (first, first_left) = V::from_i64s(first);
        let (second, second_left) = V::from_i64s(second);
        (Self(first, second), Self(first_left, second_left))
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        let (first, second) = places[..Self::LANES].split_at_mut(V::LANES);
        self.0.store(first);
        self.1.store(second);
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt(), self.1.sqrt())
    }
    #[inline(always)]
    fn two_product(self, other: Self) -> (Self, Self) {
        let (first, first_error) = self.0.two_product(other.0);
        let (second, second_error) = self.1.two_product(other.1);
        (Self(first, second), Self(first_error, second_error))
    }
    #[inline(always)]
    fn residue(self, factor: Self, term: Self) -> Self {
        Self(self.0.residue(factor.0, term.0), self.1.residue(factor.1, term.1))
    }
    #[inline(always)]
    fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
        let first = self.0.mul_add_loosely(factor.0, term.0);
        Self(first, self.1.mul_add_loosely(factor.1, term.1))
    }
    #[inline(always)]
    fn is_negative_zero(self) -> Self::Mask {
        (self.0.is_negative_zero(), self.1.is_negative_zero())
    }
    #[inline(always)]
    fn or(mask: Self::Mask, other: Self::Mask) -> Self::Mask {
        (V::or(mask.0, other.0), V::or(mask.1, other.1))
    }
    #[inline(always)]
    fn any(mask: Self::Mask) -> bool {
        V::any(V::or(mask.0, mask.1))
    }
    /// A comparison looks at both halves at once.
    #[inline(always)]
    fn any_nan(self) -> bool {
        V::any(self.0.unordered(self.1))
    }
    #[inline(always)]
    fn select(mask: Self::Mask, if_true: Self, if_false: Self) -> Self {
        let first = V::select(mask.0, if_true.0, if_false.0);
        Self(first, V::select(mask.1, if_true.1, if_false.1))
    }
    #[inline(always)]
    fn add_where(self, mask: Self::Mask, term: Self) -> Self {
        Self(self.0.add_where(mask.0, term.0), self.1.add_where(mask.1, term.1))
    }
}

impl<V: Wide> Wide for Twice<V> {
    #[inline(always)]
    fn transpose_in(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        V::transpose_in(lanes, rows);
    }
    #[inline(always)]
    fn transpose_out(rows: &[f64], lane: impl FnMut(usize, &[f64])) {
        V::transpose_out(rows, lane);
    }
}
