//! AVX2 with fused multiplication and addition: eight `f64` in two registers.
#![expect(unsafe_code, reason = "a function for other instructions may only run where they exist")]

use std::arch::x86_64::*;
use std::array::from_fn;

use crate::numeric::double::{Double, two_product};
use crate::simd::{Isa, LANES, SIGN, Task, Vector, Wide};

/// Given to work only where `level` says so.
#[derive(Clone, Copy)]
pub(in crate::simd) struct Avx2;

impl Isa for Avx2 {
    type Vector = Two256;

    #[inline(always)]
    fn run<T: Task>(task: T) -> T::Out {
        // SAFETY: `dispatch` has looked at the level.
        unsafe { avx2(task) }
    }

    #[inline(always)]
    fn square(value: f64) -> Double {
        two_product(value, value)
    }

    #[inline(always)]
    fn mul_add(value: f64, factor: f64, term: f64) -> f64 {
        value.mul_add(factor, term)
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt")]
fn avx2<T: Task>(task: T) -> T::Out {
    task.run::<Avx2>()
}

/// SAFETY of every use of this macro: `Two256` appears only in tasks that `Avx2::run` runs.
/// References are to as many values as are read or written.
macro_rules! avx2 {
    ($intrinsic:expr) => {
        // SAFETY: above.
        unsafe { $intrinsic }
    };
}

#[derive(Clone, Copy)]
pub(in crate::simd) struct Two256([__m256d; 2]);

impl Two256 {
    #[inline(always)]
    fn each(self, other: Self, of: impl Fn(__m256d, __m256d) -> __m256d) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Self([of(a, c), of(b, d)])
    }

    #[inline(always)]
    fn each_of_three(
        self,
        second: Self,
        third: Self,
        of: impl Fn(__m256d, __m256d, __m256d) -> __m256d,
    ) -> Self {
        let ([a, b], [c, d], [e, f]) = (self.0, second.0, third.0);
        Self([of(a, c, e), of(b, d, f)])
    }
}

impl Vector for Two256 {
    const LANES: usize = 8;
    const WIDTH: usize = 4;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([avx2!(_mm256_set1_pd(value)); 2])
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        let (first, second) = values[..8].split_at(4);
        Self([first, second].map(|half| avx2!(_mm256_loadu_pd(half.as_ptr()))))
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        let (first, second) = places[..8].split_at_mut(4);
        avx2!(_mm256_storeu_pd(first.as_mut_ptr(), self.0[0]));
        avx2!(_mm256_storeu_pd(second.as_mut_ptr(), self.0[1]));
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| avx2!(_mm256_add_pd(a, b)))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| avx2!(_mm256_sub_pd(a, b)))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.each(other, |a, b| avx2!(_mm256_mul_pd(a, b)))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.each(other, |a, b| avx2!(_mm256_div_pd(a, b)))
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        self.each_of_three(factor, term, |a, b, c| avx2!(_mm256_fmadd_pd(a, b, c)))
    }
    #[inline(always)]
    fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, term)
    }
    #[inline(always)]
    fn mul_sub(self, factor: Self, term: Self) -> Self {
        self.each_of_three(factor, term, |a, b, c| avx2!(_mm256_fmsub_pd(a, b, c)))
    }
    #[inline(always)]
    fn mul_sub_from(self, factor: Self, term: Self) -> Self {
        self.each_of_three(factor, term, |a, b, c| avx2!(_mm256_fnmadd_pd(a, b, c)))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.map(|half| avx2!(_mm256_sqrt_pd(half))))
    }
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        self.each(other, |a, b| avx2!(_mm256_min_pd(a, b)))
    }
    #[inline(always)]
    fn greatest(self, other: Self) -> Self {
        self.each(other, |a, b| avx2!(_mm256_max_pd(a, b)))
    }
    #[inline(always)]
    fn unless_nan(self, key: Self, other: Self) -> Self {
        self.each_of_three(key, other, |value, key, other| {
            avx2!(_mm256_blendv_pd(other, value, _mm256_cmp_pd::<_CMP_ORD_Q>(key, key)))
        })
    }
    #[inline(always)]
    fn where_reaches(self, key: Self, limit: Self) -> Self {
        self.each_of_three(key, limit, |value, key, limit| {
            avx2!({
                let reaches = _mm256_cmp_pd::<_CMP_GE_OQ>(key, limit);
                _mm256_blendv_pd(_mm256_set1_pd(f64::NAN), value, reaches)
            })
        })
    }
    #[inline(always)]
    fn where_less(self, key: Self, limit: Self, other: Self) -> Self {
        let less = key.each(limit, |a, b| avx2!(_mm256_cmp_pd::<_CMP_LT_OQ>(a, b)));
        self.each_of_three(other, less, |a, b, mask| avx2!(_mm256_blendv_pd(b, a, mask)))
    }
    #[inline(always)]
    fn where_at_most(self, key: Self, limit: Self, other: Self) -> Self {
        let at_most = key.each(limit, |a, b| avx2!(_mm256_cmp_pd::<_CMP_LE_OQ>(a, b)));
        self.each_of_three(other, at_most, |a, b, mask| avx2!(_mm256_blendv_pd(b, a, mask)))
    }
    #[inline(always)]
    fn add_where_less(self, term: Self, key: Self, limit: Self) -> Self {
        let term = key.each_of_three(limit, term, |key, limit, term| {
            avx2!(_mm256_and_pd(term, _mm256_cmp_pd::<_CMP_LT_OQ>(key, limit)))
        });
        self.add(term)
    }
    #[inline(always)]
    fn any_nan(self) -> bool {
        let [a, b] = self.0;
        avx2!(_mm256_movemask_pd(_mm256_cmp_pd::<_CMP_UNORD_Q>(a, b))) != 0
    }
    #[inline(always)]
    fn add_where_negative_zero(self, term: Self, key: Self) -> Self {
        self.each_of_three(term, key, |value, term, key| {
            avx2!({
                let sign = _mm256_set1_epi64x(SIGN as i64);
                let zeros = _mm256_cmpeq_epi64(_mm256_castpd_si256(key), sign);
                _mm256_add_pd(value, _mm256_and_pd(term, _mm256_castsi256_pd(zeros)))
            })
        })
    }
}

impl Wide for Two256 {
    #[inline(always)]
    fn across(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        for (half, rows) in rows[..64].chunks_exact_mut(32).enumerate() {
            let first = transpose([
                load_four(lanes[0], half),
                load_four(lanes[1], half),
                load_four(lanes[2], half),
                load_four(lanes[3], half),
            ]);
            let second = transpose([
                load_four(lanes[4], half),
                load_four(lanes[5], half),
                load_four(lanes[6], half),
                load_four(lanes[7], half),
            ]);
            for (row, halves) in rows.chunks_exact_mut(8).zip(first.into_iter().zip(second)) {
                Self([halves.0, halves.1]).store(row);
            }
        }
    }
    #[inline(always)]
    fn along(rows: &[f64], mut lane: impl FnMut(usize, &[f64])) {
        let rows = &rows[..64];
        let rows: [Self; 8] = from_fn(|row| Self::load(&rows[8 * row..]));
        for half in 0..2 {
            let part = |row: usize| rows[row].0[half];
            let left = transpose([part(0), part(1), part(2), part(3)]);
            let right = transpose([part(4), part(5), part(6), part(7)]);
            for (of, halves) in (4 * half..).zip(left.into_iter().zip(right)) {
                let mut places = [0.0; 8];
                Self([halves.0, halves.1]).store(&mut places);
                lane(of, &places);
            }
        }
    }
}

/// The first or the second four of a lane.
#[inline(always)]
fn load_four(lane: &[f64], half: usize) -> __m256d {
    let values = &lane[4 * half..][..4];
    avx2!(_mm256_loadu_pd(values.as_ptr()))
}

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
