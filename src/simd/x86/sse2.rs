//! SSE2, the baseline of x86: two `f64` in a register.
#![expect(unsafe_code, reason = "intrinsics are unsafe in functions that are always inlined")]

#[cfg(target_arch = "x86")]
use std::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::{LOWER, LOWER_POWER, UPPER, UPPER_AND_SIGN};
use crate::simd::emulated::{self, Halves};
use crate::simd::transpose::{Transpose, transpose_in, transpose_out};
use crate::simd::{LANES, SIGN, Vector, Wide};

/// SAFETY of every use of this macro: SSE2 is part of the target, and references are to as many
/// values as are read or written.
macro_rules! sse2 {
    ($intrinsic:expr) => {
        // SAFETY: above.
        unsafe { $intrinsic }
    };
}

impl Vector for __m128d {
    const LANES: usize = Self::WIDTH;
    const WIDTH: usize = 2;
    type Mask = Self;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        sse2!(_mm_set1_pd(value))
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        let values = &values[..2];
        sse2!(_mm_loadu_pd(values.as_ptr()))
    }
    #[inline(always)]
    fn from_f32s(values: &[f32]) -> Self {
        let values = &values[..2];
        sse2!(_mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64(values.as_ptr().cast()))))
    }
    #[inline(always)]
    fn from_i32s(values: &[i32]) -> Self {
        let values = &values[..2];
        sse2!(_mm_cvtepi32_pd(_mm_loadl_epi64(values.as_ptr().cast())))
    }
    /// As with AVX2.
    #[inline(always)]
    fn from_i64s(values: &[i64]) -> (Self, Self) {
        let values = &values[..2];
        sse2!({
            let values = _mm_loadu_si128(values.as_ptr().cast());
            let flipped = _mm_xor_si128(values, _mm_set1_epi64x(i64::MIN));
            let high = _mm_or_si128(_mm_srli_epi64::<32>(flipped), _mm_set1_epi64x(UPPER));
            let low = _mm_and_si128(values, _mm_set1_epi64x(u32::MAX.into()));
            let low = _mm_or_si128(low, _mm_set1_epi64x(LOWER));
            let high = _mm_sub_pd(_mm_castsi128_pd(high), _mm_set1_pd(UPPER_AND_SIGN));
            let low = _mm_sub_pd(_mm_castsi128_pd(low), _mm_set1_pd(LOWER_POWER));
            let nearest = _mm_add_pd(high, low);
            (nearest, _mm_sub_pd(low, _mm_sub_pd(nearest, high)))
        })
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        let places = &mut places[..2];
        sse2!(_mm_storeu_pd(places.as_mut_ptr(), self))
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        sse2!(_mm_add_pd(self, other))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        sse2!(_mm_sub_pd(self, other))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        sse2!(_mm_mul_pd(self, other))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        sse2!(_mm_div_pd(self, other))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        sse2!(_mm_sqrt_pd(self))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        sse2!(_mm_min_pd(self, other))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        sse2!(_mm_max_pd(self, other))
    }
    #[inline(always)]
    fn two_product(self, other: Self) -> (Self, Self) {
        emulated::two_product(self, other)
    }
    #[inline(always)]
    fn simd_lt(self, other: Self) -> Self {
        sse2!(_mm_cmplt_pd(self, other))
    }
    #[inline(always)]
    fn simd_le(self, other: Self) -> Self {
        sse2!(_mm_cmple_pd(self, other))
    }
    #[inline(always)]
    fn unordered(self, other: Self) -> Self {
        sse2!(_mm_cmpunord_pd(self, other))
    }
    /// There is no comparison of 64 bits.
    #[inline(always)]
    fn is_negative_zero(self) -> Self {
        sse2!({
            let halves = _mm_cmpeq_epi32(_mm_castpd_si128(self), _mm_set1_epi64x(SIGN as i64));
            let swapped = _mm_shuffle_epi32::<0b10_11_00_01>(halves);
            _mm_castsi128_pd(_mm_and_si128(halves, swapped))
        })
    }
    #[inline(always)]
    fn or(mask: Self, other: Self) -> Self {
        sse2!(_mm_or_pd(mask, other))
    }
    #[inline(always)]
    fn any(mask: Self) -> bool {
        sse2!(_mm_movemask_pd(mask)) != 0
    }
    #[inline(always)]
    fn select(mask: Self, if_true: Self, if_false: Self) -> Self {
        sse2!(_mm_or_pd(_mm_and_pd(mask, if_true), _mm_andnot_pd(mask, if_false)))
    }
    #[inline(always)]
    fn add_where(self, mask: Self, term: Self) -> Self {
        sse2!(_mm_add_pd(self, _mm_and_pd(mask, term)))
    }
}

impl Wide for __m128d {
    #[inline(always)]
    fn transpose_in(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        transpose_in::<Self, 2>(lanes, rows);
    }
    #[inline(always)]
    fn transpose_out(rows: &[f64], lane: impl FnMut(usize, &[f64])) {
        transpose_out::<Self, 2>(rows, lane);
    }
}

impl Transpose<2> for __m128d {
    #[inline(always)]
    fn transpose([a, b]: [__m128d; 2]) -> [__m128d; 2] {
        sse2!([_mm_unpacklo_pd(a, b), _mm_unpackhi_pd(a, b)])
    }
}

impl Halves for __m128d {
    #[inline(always)]
    fn head(self) -> Self {
        sse2!({
            let rounded = _mm_add_epi64(_mm_castpd_si128(self), _mm_set1_epi64x(0x0400_0000));
            _mm_castsi128_pd(_mm_and_si128(rounded, _mm_set1_epi64x(!0x07ff_ffff)))
        })
    }
}
