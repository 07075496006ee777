//! A single value, where there is but one lane or no register for several.

use std::marker::PhantomData;

use super::emulated::{self, Halves};
use super::transpose::{Transpose, transpose_in, transpose_out};
use super::{Isa, LANES, SIGN, Vector, Wide};
use crate::numeric::element::Element as _;

/// A vector of one `f64`, with the instructions of `I`.
#[derive(Clone, Copy)]
pub struct One<I>(f64, PhantomData<I>);

impl<I> One<I> {
    #[inline(always)]
    fn new(value: f64) -> Self {
        Self(value, PhantomData)
    }

    /// The value.
    #[inline(always)]
    pub fn value(self) -> f64 {
        self.0
    }
}

impl<I: Isa> Vector for One<I> {
    const LANES: usize = 1;
    const WIDTH: usize = 1;
    type Mask = bool;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self::new(value)
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        Self::new(values[0])
    }
    #[inline(always)]
    fn from_f32s(values: &[f32]) -> Self {
        Self::new(values[0].to_f64())
    }
    #[inline(always)]
    fn from_i32s(values: &[i32]) -> Self {
        Self::new(values[0].to_f64())
    }
    #[inline(always)]
    fn from_i64s(values: &[i64]) -> (Self, Self) {
        (Self::new(values[0].to_f64()), Self::new(values[0].residue()))
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        places[0] = self.0;
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self::new(self.0 + other.0)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self::new(self.0 - other.0)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self::new(self.0 * other.0)
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self::new(self.0 / other.0)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self::new(self.0.sqrt())
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        if self.0 < other.0 { self } else { other }
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        if self.0 > other.0 { self } else { other }
    }
    #[inline(always)]
    fn two_product(self, other: Self) -> (Self, Self) {
        if !I::FUSED {
            return emulated::two_product(self, other);
        }
        let product = self.0 * other.0;
        (Self::new(product), Self::new(self.0.mul_add(other.0, -product)))
    }
    #[inline(always)]
    fn simd_lt(self, other: Self) -> bool {
        self.0 < other.0
    }
    #[inline(always)]
    fn simd_le(self, other: Self) -> bool {
        self.0 <= other.0
    }
    #[inline(always)]
    fn unordered(self, other: Self) -> bool {
        self.0.is_nan() | other.0.is_nan()
    }
    #[inline(always)]
    fn is_negative_zero(self) -> bool {
        self.0.to_bits() == SIGN
    }
    #[inline(always)]
    fn or(mask: bool, other: bool) -> bool {
        mask | other
    }
    #[inline(always)]
    fn any(mask: bool) -> bool {
        mask
    }
    #[inline(always)]
    fn select(mask: bool, if_true: Self, if_false: Self) -> Self {
        if mask { if_true } else { if_false }
    }
    #[inline(always)]
    fn add_where(self, mask: bool, term: Self) -> Self {
        if mask { self.add(term) } else { self }
    }
}

impl<I: Isa> Transpose<1> for One<I> {
    #[inline(always)]
    fn transpose(square: [Self; 1]) -> [Self; 1] {
        square
    }
}

impl<I: Isa> Wide for One<I> {
    #[inline(always)]
    fn transpose_in(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        transpose_in::<Self, 1>(lanes, rows);
    }
    #[inline(always)]
    fn transpose_out(rows: &[f64], lane: impl FnMut(usize, &[f64])) {
        transpose_out::<Self, 1>(rows, lane);
    }
}

impl<I: Isa> Halves for One<I> {
    #[inline(always)]
    fn head(self) -> Self {
        Self::new(f64::from_bits(self.0.to_bits().wrapping_add(0x0400_0000) & !0x07ff_ffff))
    }
}
