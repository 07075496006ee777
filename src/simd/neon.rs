//! NEON, the baseline of AArch64: two `f64` in a register.
#![expect(unsafe_code, reason = "intrinsics are unsafe in functions that are always inlined")]

use std::arch::aarch64::*;

use super::transpose::{Transpose, transpose_in, transpose_out};
use super::{LANES, SIGN, Vector, Wide};

/// SAFETY of every use of this macro: NEON is part of the target, and references are to as many
/// values as are read or written.
macro_rules! neon {
    ($intrinsic:expr) => {
        // SAFETY: above.
        unsafe { $intrinsic }
    };
}

impl Vector for float64x2_t {
    const LANES: usize = Self::WIDTH;
    const WIDTH: usize = 2;
    type Mask = uint64x2_t;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        neon!(vdupq_n_f64(value))
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        let values = &values[..2];
        neon!(vld1q_f64(values.as_ptr()))
    }
    #[inline(always)]
    fn from_f32s(values: &[f32]) -> Self {
        let values = &values[..2];
        neon!(vcvt_f64_f32(vld1_f32(values.as_ptr())))
    }
    #[inline(always)]
    fn from_i32s(values: &[i32]) -> Self {
        let values = &values[..2];
        neon!(vcvtq_f64_s64(vmovl_s32(vld1_s32(values.as_ptr()))))
    }
    /// Both halves are exact, and so is the error of their sum (Dekker 1971).
    #[inline(always)]
    fn from_i64s(values: &[i64]) -> (Self, Self) {
        let values = &values[..2];
        neon!({
            let values = vld1q_s64(values.as_ptr());
            let high = vmulq_n_f64(vcvtq_f64_s64(vshrq_n_s64::<32>(values)), 4_294_967_296.0);
            let low = vandq_u64(vreinterpretq_u64_s64(values), vdupq_n_u64(u32::MAX.into()));
            let low = vcvtq_f64_u64(low);
            let nearest = vcvtq_f64_s64(values);
            (nearest, vsubq_f64(low, vsubq_f64(nearest, high)))
        })
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        let places = &mut places[..2];
        neon!(vst1q_f64(places.as_mut_ptr(), self))
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        neon!(vaddq_f64(self, other))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        neon!(vsubq_f64(self, other))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        neon!(vmulq_f64(self, other))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        neon!(vdivq_f64(self, other))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        neon!(vsqrtq_f64(self))
    }
    /// The minimum of NEON is NaN where either is.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        neon!(vbslq_f64(vcltq_f64(self, other), self, other))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        neon!(vbslq_f64(vcgtq_f64(self, other), self, other))
    }
    #[inline(always)]
    fn two_product(self, other: Self) -> (Self, Self) {
        let product = self.mul(other);
        (product, neon!(vfmaq_f64(vnegq_f64(product), self, other)))
    }
    #[inline(always)]
    fn residue(self, factor: Self, term: Self) -> Self {
        neon!(vfmsq_f64(term, self, factor))
    }
    #[inline(always)]
    fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
        neon!(vfmaq_f64(term, self, factor))
    }
    #[inline(always)]
    fn simd_lt(self, other: Self) -> uint64x2_t {
        neon!(vcltq_f64(self, other))
    }
    #[inline(always)]
    fn simd_le(self, other: Self) -> uint64x2_t {
        neon!(vcleq_f64(self, other))
    }
    #[inline(always)]
    fn unordered(self, other: Self) -> uint64x2_t {
        neon!({
            let ordered = vandq_u64(vceqq_f64(self, self), vceqq_f64(other, other));
            veorq_u64(ordered, vdupq_n_u64(u64::MAX))
        })
    }
    #[inline(always)]
    fn is_negative_zero(self) -> uint64x2_t {
        neon!(vceqq_u64(vreinterpretq_u64_f64(self), vdupq_n_u64(SIGN)))
    }
    #[inline(always)]
    fn or(mask: uint64x2_t, other: uint64x2_t) -> uint64x2_t {
        neon!(vorrq_u64(mask, other))
    }
    #[inline(always)]
    fn any(mask: uint64x2_t) -> bool {
        neon!(vmaxvq_u32(vreinterpretq_u32_u64(mask))) != 0
    }
    #[inline(always)]
    fn select(mask: uint64x2_t, if_true: Self, if_false: Self) -> Self {
        neon!(vbslq_f64(mask, if_true, if_false))
    }
    #[inline(always)]
    fn add_where(self, mask: uint64x2_t, term: Self) -> Self {
        neon!({
            let term = vandq_u64(mask, vreinterpretq_u64_f64(term));
            vaddq_f64(self, vreinterpretq_f64_u64(term))
        })
    }
}

impl Wide for float64x2_t {
    #[inline(always)]
    fn transpose_in(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        transpose_in::<Self, 2>(lanes, rows);
    }
    #[inline(always)]
    fn transpose_out(rows: &[f64], lane: impl FnMut(usize, &[f64])) {
        transpose_out::<Self, 2>(rows, lane);
    }
}

impl Transpose<2> for float64x2_t {
    #[inline(always)]
    fn transpose([a, b]: [float64x2_t; 2]) -> [float64x2_t; 2] {
        neon!([vzip1q_f64(a, b), vzip2q_f64(a, b)])
    }
}
