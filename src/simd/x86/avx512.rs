//! AVX-512: eight `f64` in a register.
#![expect(unsafe_code, reason = "a function for other instructions may only run where they exist")]

use std::arch::x86_64::*;
use std::array::from_fn;

use crate::simd::{Isa, LANES, Task, Vector, Wide};

/// Given to work only where `level` says so.
#[derive(Clone, Copy)]
pub(in crate::simd) struct Avx512;

/// SAFETY of every use of this macro: `Avx512` and these registers appear only in tasks
/// that `Avx512::run` runs. References are to as many values as are read or written.
macro_rules! avx512 {
    ($intrinsic:expr) => {
        // SAFETY: above.
        unsafe { $intrinsic }
    };
}

impl Isa for Avx512 {
    type Vector = __m512d;
    type Narrow = __m512d;
    type Walked = Self::Vector;
    const FUSED: bool = true;

    #[inline(always)]
    fn run<T: Task>(task: T) -> T::Out {
        // SAFETY: `dispatch` has looked at the level.
        unsafe { avx512(task) }
    }

    #[inline(always)]
    fn within(keys: &[u64; 8], low: u64, high: u64) -> u8 {
        avx512!({
            let keys = _mm512_loadu_epi64(keys.as_ptr().cast());
            let reaches = _mm512_cmpge_epu64_mask(keys, _mm512_set1_epi64(low as i64));
            _mm512_mask_cmple_epu64_mask(reaches, keys, _mm512_set1_epi64(high as i64))
        })
    }

    #[inline(always)]
    fn pack(keys: &[u64; 8], mask: u8) -> [u64; 8] {
        let mut packed = [0; 8];
        avx512!({
            let keys = _mm512_loadu_epi64(keys.as_ptr().cast());
            let front = _mm512_maskz_compress_epi64(mask, keys);
            _mm512_storeu_epi64(packed.as_mut_ptr().cast(), front);
        });
        packed
    }
}

#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,bmi1,bmi2,fma,popcnt")]
fn avx512<T: Task>(task: T) -> T::Out {
    task.run::<Avx512>()
}

impl Vector for __m512d {
    const LANES: usize = Self::WIDTH;
    const WIDTH: usize = 8;
    type Mask = __mmask8;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        avx512!(_mm512_set1_pd(value))
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        let values = &values[..8];
        avx512!(_mm512_loadu_pd(values.as_ptr()))
    }
    #[inline(always)]
    fn from_f32s(values: &[f32]) -> Self {
        let values = &values[..8];
        avx512!(_mm512_cvtps_pd(_mm256_loadu_ps(values.as_ptr())))
    }
    #[inline(always)]
    fn from_i32s(values: &[i32]) -> Self {
        let values = &values[..8];
        avx512!(_mm512_cvtepi32_pd(_mm256_loadu_si256(values.as_ptr().cast())))
    }
    /// The nearest of the greatest is 2⁶³, which comes back as -2⁶³: the difference wraps, too.
    #[inline(always)]
    fn from_i64s(values: &[i64]) -> (Self, Self) {
        let values = &values[..8];
        avx512!({
            let values = _mm512_loadu_epi64(values.as_ptr());
            let nearest = _mm512_cvtepi64_pd(values);
            let left = _mm512_sub_epi64(values, _mm512_cvtpd_epi64(nearest));
            (nearest, _mm512_cvtepi64_pd(left))
        })
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        let places = &mut places[..8];
        avx512!(_mm512_storeu_pd(places.as_mut_ptr(), self));
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        avx512!(_mm512_add_pd(self, other))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        avx512!(_mm512_sub_pd(self, other))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        avx512!(_mm512_mul_pd(self, other))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        avx512!(_mm512_div_pd(self, other))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        avx512!(_mm512_sqrt_pd(self))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        avx512!(_mm512_min_pd(self, other))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        avx512!(_mm512_max_pd(self, other))
    }
    #[inline(always)]
    fn two_product(self, other: Self) -> (Self, Self) {
        let product = self.mul(other);
        (product, avx512!(_mm512_fmsub_pd(self, other, product)))
    }
    #[inline(always)]
    fn residue(self, factor: Self, term: Self) -> Self {
        avx512!(_mm512_fnmadd_pd(self, factor, term))
    }
    #[inline(always)]
    fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
        avx512!(_mm512_fmadd_pd(self, factor, term))
    }
    #[inline(always)]
    fn simd_lt(self, other: Self) -> __mmask8 {
        avx512!(_mm512_cmp_pd_mask::<_CMP_LT_OQ>(self, other))
    }
    #[inline(always)]
    fn simd_le(self, other: Self) -> __mmask8 {
        avx512!(_mm512_cmp_pd_mask::<_CMP_LE_OQ>(self, other))
    }
    #[inline(always)]
    fn unordered(self, other: Self) -> __mmask8 {
        avx512!(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(self, other))
    }
    #[inline(always)]
    fn is_negative_zero(self) -> __mmask8 {
        const NEGATIVE_ZERO: i32 = 1 << 2;
        avx512!(_mm512_fpclass_pd_mask::<NEGATIVE_ZERO>(self))
    }
    #[inline(always)]
    fn or(mask: __mmask8, other: __mmask8) -> __mmask8 {
        mask | other
    }
    #[inline(always)]
    fn any(mask: __mmask8) -> bool {
        mask != 0
    }
    #[inline(always)]
    fn select(mask: __mmask8, if_true: Self, if_false: Self) -> Self {
        avx512!(_mm512_mask_mov_pd(if_false, mask, if_true))
    }
    #[inline(always)]
    fn add_where(self, mask: __mmask8, term: Self) -> Self {
        avx512!(_mm512_mask_add_pd(self, mask, self, term))
    }
}

impl Wide for __m512d {
    #[inline(always)]
    fn transpose_in(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        let rows = &mut rows[..64];
        for (half, rows) in rows.chunks_exact_mut(32).enumerate() {
            // Lanes `k` and `k + 4` share a register: a third of the work is in the loads.
            let transposed = transpose_halves([
                load_pair(lanes[0], lanes[4], half),
                load_pair(lanes[1], lanes[5], half),
                load_pair(lanes[2], lanes[6], half),
                load_pair(lanes[3], lanes[7], half),
            ]);
            for (row, values) in rows.chunks_exact_mut(8).zip(transposed) {
                values.store(row);
            }
        }
    }
    #[inline(always)]
    fn transpose_out(rows: &[f64], mut lane: impl FnMut(usize, &[f64])) {
        let rows = &rows[..64];
        let rows: [Self; 8] = from_fn(|row| Self::load(&rows[8 * row..]));
        for half in 0..2 {
            let pair = |row: usize| {
                let (first, second) = (rows[row], rows[row + 4]);
                avx512!(match half {
                    0 => _mm512_shuffle_f64x2::<0b01_00_01_00>(first, second),
                    _ => _mm512_shuffle_f64x2::<0b11_10_11_10>(first, second),
                })
            };
            let transposed = transpose_halves([pair(0), pair(1), pair(2), pair(3)]);
            for (of, values) in (4 * half..).zip(transposed) {
                let mut places = [0.0; 8];
                values.store(&mut places);
                lane(of, &places);
            }
        }
    }
}

/// The first or the second four of each of two lanes, side by side.
#[inline(always)]
fn load_pair(first: &[f64], second: &[f64], half: usize) -> __m512d {
    let (first, second) = (&first[4 * half..][..4], &second[4 * half..][..4]);
    avx512!({
        let first = _mm256_loadu_pd(first.as_ptr());
        let second = _mm256_loadu_pd(second.as_ptr());
        _mm512_insertf64x4::<1>(_mm512_castpd256_pd512(first), second)
    })
}

/// Transposes the 4 x 4 values in the lower halves, and those in the upper halves.
#[inline(always)]
fn transpose_halves([a, b, c, d]: [__m512d; 4]) -> [__m512d; 4] {
    avx512!({
        let (ab_low, ab_high) = (_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
        let (cd_low, cd_high) = (_mm512_unpacklo_pd(c, d), _mm512_unpackhi_pd(c, d));
        let first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
        let second = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
        [
            _mm512_permutex2var_pd(ab_low, first, cd_low),
            _mm512_permutex2var_pd(ab_high, first, cd_high),
            _mm512_permutex2var_pd(ab_low, second, cd_low),
            _mm512_permutex2var_pd(ab_high, second, cd_high),
        ]
    })
}
