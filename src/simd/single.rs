//! A single value, where there is but one lane or no register for several.

use std::marker::PhantomData;

use super::emulated::{self, Emulated};
use super::registers::{
    Register, Registers, Transpose, TransposeLanes, across, along, fused_two_product,
};
use super::{Isa, LANES, SIGN};
use crate::numeric::element::Element as _;

/// A vector of one `f64`.
pub type F64x1<I> = Registers<Single<I>, 1>;

/// One `f64`, with the instructions of `I`.
#[derive(Clone, Copy)]
pub struct Single<I>(f64, PhantomData<I>);

impl<I> Single<I> {
    #[inline(always)]
    fn new(value: f64) -> Self {
        Self(value, PhantomData)
    }
}

impl<I> F64x1<I> {
    /// The value.
    #[inline(always)]
    pub fn value(self) -> f64 {
        let [Single(value, _)] = self.0;
        value
    }
}

impl<I: Isa> Register for Single<I> {
    const WIDTH: usize = 1;
    const FUSED: bool = I::FUSED;
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
    fn least(self, other: Self) -> Self {
        if self.0 < other.0 { self } else { other }
    }
    #[inline(always)]
    fn greatest(self, other: Self) -> Self {
        if self.0 > other.0 { self } else { other }
    }
    #[inline(always)]
    fn mul_add<const N: usize>(
        value: Registers<Self, N>,
        factor: Registers<Self, N>,
        term: Registers<Self, N>,
    ) -> Registers<Self, N> {
        if !I::FUSED {
            return emulated::mul_add(value, factor, term);
        }
        let mut results = value;
        for at in 0..N {
            results.0[at].0 = value.0[at].0.mul_add(factor.0[at].0, term.0[at].0);
        }
        results
    }
    #[inline(always)]
    fn two_product<const N: usize>(
        a: Registers<Self, N>,
        b: Registers<Self, N>,
    ) -> (Registers<Self, N>, Registers<Self, N>) {
        if I::FUSED { fused_two_product(a, b) } else { emulated::two_product(a, b) }
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

impl<I: Isa> Transpose<1> for Single<I> {
    #[inline(always)]
    fn transpose(square: [Self; 1]) -> [Self; 1] {
        square
    }
}

impl<I: Isa> TransposeLanes for Single<I> {
    #[inline(always)]
    fn across(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        across::<Self, 1>(lanes, rows);
    }
    #[inline(always)]
    fn along(rows: &[f64], lane: impl FnMut(usize, &[f64])) {
        along::<Self, 1>(rows, lane);
    }
}

impl<I: Isa> Emulated for Single<I> {
    #[inline(always)]
    fn abs(self) -> Self {
        Self::new(self.0.abs())
    }
    #[inline(always)]
    fn head(self) -> Self {
        Self::new(f64::from_bits(self.0.to_bits().wrapping_add(0x0400_0000) & !0x07ff_ffff))
    }
    #[inline(always)]
    fn rounded_to_odd(high: Self, low: Self) -> Self {
        let bits = high.0.to_bits();
        let is_even_and_rounded = u64::from(low.0 != 0.0) & !bits & 1;
        let is_inwards = u64::from((low.0 > 0.0) != (high.0 > 0.0));
        // One further from zero, or two less than that.
        let odd = bits.wrapping_add(is_even_and_rounded);
        Self::new(f64::from_bits(odd.wrapping_sub(2 * (is_even_and_rounded & is_inwards))))
    }
    #[inline(always)]
    fn and(mask: bool, other: bool) -> bool {
        mask & other
    }
    #[inline(always)]
    fn all(mask: bool) -> bool {
        mask
    }
}
