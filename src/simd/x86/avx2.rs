//! AVX2 with fused multiplication and addition: four `f64` in a register.
#![expect(unsafe_code, reason = "a function for other instructions may only run where they exist")]

use std::arch::x86_64::*;

use super::{LOWER, LOWER_POWER, UPPER, UPPER_AND_SIGN};
use crate::simd::transpose::{Transpose, transpose_in, transpose_out};
use crate::simd::{Isa, LANES, SIGN, Task, Twice, Vector, Wide};

/// Given to work only where `level` says so.
#[derive(Clone, Copy)]
pub(in crate::simd) struct Avx2;

impl Isa for Avx2 {
    type Vector = Twice<__m256d>;
    type Narrow = __m256d;
    type Walked = Self::Vector;
    const FUSED: bool = true;

    #[inline(always)]
    fn run<T: Task>(task: T) -> T::Out {
        // SAFETY: `dispatch` has looked at the level.
        unsafe { avx2(task) }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt")]
fn avx2<T: Task>(task: T) -> T::Out {
    task.run::<Avx2>()
}

/// SAFETY of every use of this macro: these registers appear only in tasks that `Avx2::run` runs.
/// References are to as many values as are read or written.
macro_rules! avx2 {
    ($intrinsic:expr) => {
        // SAFETY: above.
        unsafe { $intrinsic }
    };
}

impl Vector for __m256d {
    const LANES: usize = Self::WIDTH;
    const WIDTH: usize = 4;
    type Mask = Self;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        avx2!(_mm256_set1_pd(value))
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        let values = &values[..4];
        avx2!(_mm256_loadu_pd(values.as_ptr()))
    }
    #[inline(always)]
    fn from_f32s(values: &[f32]) -> Self {
        let values = &values[..4];
        avx2!(_mm256_cvtps_pd(_mm_loadu_ps(values.as_ptr())))
    }
    #[inline(always)]
    fn from_i32s(values: &[i32]) -> Self {
        let values = &values[..4];
        avx2!(_mm256_cvtepi32_pd(_mm_loadu_si128(values.as_ptr().cast())))
    }
    #[inline(always)]
    fn from_i64s(values: &[i64]) -> (Self, Self) {
        let values = &values[..4];
        avx2!({
            let values = _mm256_loadu_si256(values.as_ptr().cast());
            let flipped = _mm256_xor_si256(values, _mm256_set1_epi64x(i64::MIN));
            let high = _mm256_or_si256(_mm256_srli_epi64::<32>(flipped), _mm256_set1_epi64x(UPPER));
            let low = _mm256_blend_epi32::<0b1010_1010>(values, _mm256_set1_epi64x(LOWER));
            let high = _mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(UPPER_AND_SIGN));
            let low = _mm256_sub_pd(_mm256_castsi256_pd(low), _mm256_set1_pd(LOWER_POWER));
            let nearest = _mm256_add_pd(high, low);
            (nearest, _mm256_sub_pd(low, _mm256_sub_pd(nearest, high)))
        })
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        let places = &mut places[..4];
        avx2!(_mm256_storeu_pd(places.as_mut_ptr(), self));
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        avx2!(_mm256_add_pd(self, other))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        avx2!(_mm256_sub_pd(self, other))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        avx2!(_mm256_mul_pd(self, other))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        avx2!(_mm256_div_pd(self, other))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        avx2!(_mm256_sqrt_pd(self))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        avx2!(_mm256_min_pd(self, other))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        avx2!(_mm256_max_pd(self, other))
    }
    #[inline(always)]
    fn two_product(self, other: Self) -> (Self, Self) {
        let product = self.mul(other);
        (product, avx2!(_mm256_fmsub_pd(self, other, product)))
    }
    #[inline(always)]
    fn residue(self, factor: Self, term: Self) -> Self {
        avx2!(_mm256_fnmadd_pd(self, factor, term))
    }
    #[inline(always)]
    fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
        avx2!(_mm256_fmadd_pd(self, factor, term))
    }
    #[inline(always)]
    fn simd_lt(self, other: Self) -> Self {
        avx2!(_mm256_cmp_pd::<_CMP_LT_OQ>(self, other))
    }
    #[inline(always)]
    fn simd_le(self, other: Self) -> Self {
        avx2!(_mm256_cmp_pd::<_CMP_LE_OQ>(self, other))
    }
    #[inline(always)]
    fn unordered(self, other: Self) -> Self {
        avx2!(_mm256_cmp_pd::<_CMP_UNORD_Q>(self, other))
    }
    #[inline(always)]
    fn is_negative_zero(self) -> Self {
        avx2!({
            let sign = _mm256_set1_epi64x(SIGN as i64);
            _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_castpd_si256(self), sign))
        })
    }
    #[inline(always)]
    fn or(mask: Self, other: Self) -> Self {
        avx2!(_mm256_or_pd(mask, other))
    }
    #[inline(always)]
    fn any(mask: Self) -> bool {
        avx2!(_mm256_movemask_pd(mask)) != 0
    }
    #[inline(always)]
    fn select(mask: Self, if_true: Self, if_false: Self) -> Self {
        avx2!(_mm256_blendv_pd(if_false, if_true, mask))
    }
    #[inline(always)]
    fn add_where(self, mask: Self, term: Self) -> Self {
        avx2!(_mm256_add_pd(self, _mm256_and_pd(mask, term)))
    }
}

impl Wide for __m256d {
    #[inline(always)]
    fn transpose_in(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        transpose_in::<Self, 4>(lanes, rows);
    }
    #[inline(always)]
    fn transpose_out(rows: &[f64], lane: impl FnMut(usize, &[f64])) {
        transpose_out::<Self, 4>(rows, lane);
    }
}

impl Transpose<4> for __m256d {
    #[inline(always)]
    fn transpose([a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
        avx2!({
            let (ab_low, ab_high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
            let (cd_low, cd_high) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
            [
                _mm256_permute2f128_pd::<0x20>(ab_low, cd_low),
                _mm256_permute2f128_pd::<0x20>(ab_high, cd_high),
                _mm256_permute2f128_pd::<0x31>(ab_low, cd_low),
                _mm256_permute2f128_pd::<0x31>(ab_high, cd_high),
            ]
        })
    }
}
