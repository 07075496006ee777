//! The only place that knows of instruction sets.
//!
//! A [`Task`] is compiled once for each of them and the best one that the machine has is chosen
//! at run time. Most loops over arrays are left to the compiler, which makes good vectors of
//! them; where it does not, they are written with [`Vector`], eight `f64` side by side. All
//! instruction sets give the same results.
#![expect(unsafe_code, reason = "a function for other instructions may only run where they exist")]

use std::array::from_fn;
use std::marker::PhantomData;

use crate::double::{Double, split_product, two_product};

/// A set of instructions, as far as kernels care.
pub trait Isa: Copy {
    /// Its best eight `f64`.
    type Vector: Vector;
    /// The least set that does as well with one value at a time.
    type Scalar: Isa;

    /// Runs a loop with these instructions.
    fn run<T: Task>(task: T) -> T::Out;
    /// A square and what its rounding lost.
    fn square(value: f64) -> Double;
    /// `value * factor + term`, rounded once.
    fn mul_add(value: f64, factor: f64, term: f64) -> f64;

    /// Which of eight keys are from `low` to `high`: a bit for each.
    #[inline(always)]
    fn within(keys: &[u64; 8], low: u64, high: u64) -> u8 {
        let bit = |at: usize| u8::from(low <= keys[at] && keys[at] <= high) << at;
        (0..8).fold(0, |mask, at| mask | bit(at))
    }

    /// Those whose bits are set, in front of others.
    #[inline(always)]
    fn pack(keys: &[u64; 8], mask: u8) -> [u64; 8] {
        let mut packed = [0; 8];
        let mut len = 0;
        for (at, &key) in keys.iter().enumerate() {
            packed[len % 8] = key;
            len += usize::from(mask >> at & 1);
        }
        packed
    }
}

/// Some `f64` side by side: the same place in each of as many lanes.
pub trait Vector: Copy {
    /// How many.
    const LANES: usize;

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
    /// `term - self * factor`, rounded once.
    fn mul_sub_from(self, factor: Self, term: Self) -> Self;
    /// The lesser; `other` where either is NaN.
    fn least(self, other: Self) -> Self;
    /// The greater; `other` where either is NaN.
    fn greatest(self, other: Self) -> Self;
    /// `self`, but `other` where `key` is NaN.
    fn unless_nan(self, key: Self, other: Self) -> Self;
    /// `self`, but NaN where `key` is less than `limit`.
    fn where_reaches(self, key: Self, limit: Self) -> Self;
    /// Whether any is NaN.
    fn any_nan(self) -> bool;

    /// From `LANES` neighbours in each of `LANES` lanes, the vectors across the lanes.
    fn across<'a>(lane: impl Fn(usize) -> &'a [f64], rows: &mut [Self]);
    /// And back: gives `lane` the neighbours in each lane.
    fn along(rows: &[Self], lane: impl FnMut(usize, &[f64]));

    /// The rounded sums and their errors, as `double::two_sum`.
    #[inline(always)]
    fn two_sum(self, other: Self) -> (Self, Self) {
        let sum = self.add(other);
        let grown = sum.sub(self);
        (sum, self.sub(sum.sub(grown)).add(other.sub(grown)))
    }
}

/// What every machine of this architecture has.
#[derive(Clone, Copy)]
pub struct Baseline;

impl Isa for Baseline {
    type Vector = Eight;
    type Scalar = Self;

    #[inline(never)]
    fn run<T: Task>(task: T) -> T::Out {
        task.run::<Self>()
    }

    #[inline(always)]
    fn square(value: f64) -> Double {
        product(value, value)
    }

    #[inline(always)]
    fn mul_add(value: f64, factor: f64, term: f64) -> f64 {
        if FUSED { value.mul_add(factor, term) } else { product(value, factor).add(term).to_f64() }
    }
}

/// Whether the baseline multiplies and adds at once. On x86 it does not, and `mul_add` is a call
/// into the C library.
const FUSED: bool = cfg!(target_arch = "aarch64");

/// A product and its error.
#[inline(always)]
fn product(a: f64, b: f64) -> Double {
    if FUSED { two_product(a, b) } else { split_product(a, b) }
}

/// One `f64`, where there is but one lane.
#[derive(Clone, Copy)]
pub struct One<I>(f64, PhantomData<I>);

impl<I: Isa> One<I> {
    #[inline(always)]
    fn new(value: f64) -> Self {
        Self(value, PhantomData)
    }
}

impl<I: Isa> Vector for One<I> {
    const LANES: usize = 1;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self::new(value)
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        Self::new(values[0])
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
    fn mul_add(self, factor: Self, term: Self) -> Self {
        Self::new(I::mul_add(self.0, factor.0, term.0))
    }
    #[inline(always)]
    fn mul_sub_from(self, factor: Self, term: Self) -> Self {
        Self::new(I::mul_add(-self.0, factor.0, term.0))
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
    fn unless_nan(self, key: Self, other: Self) -> Self {
        if key.0.is_nan() { other } else { self }
    }
    #[inline(always)]
    fn where_reaches(self, key: Self, limit: Self) -> Self {
        if key.0 >= limit.0 { self } else { Self::new(f64::NAN) }
    }
    #[inline(always)]
    fn any_nan(self) -> bool {
        self.0.is_nan()
    }
    #[inline(always)]
    fn across<'a>(lane: impl Fn(usize) -> &'a [f64], rows: &mut [Self]) {
        rows[0] = Self::new(lane(0)[0]);
    }
    #[inline(always)]
    fn along(rows: &[Self], mut lane: impl FnMut(usize, &[f64])) {
        lane(0, &[rows[0].0]);
    }
}

/// Eight `f64` in an array, left to the compiler.
#[derive(Clone, Copy)]
pub struct Eight([f64; 8]);

impl Eight {
    #[inline(always)]
    fn each(self, other: Self, of: impl Fn(f64, f64) -> f64) -> Self {
        Self(from_fn(|lane| of(self.0[lane], other.0[lane])))
    }

    #[inline(always)]
    fn each_of_three(self, a: Self, b: Self, of: impl Fn(f64, f64, f64) -> f64) -> Self {
        Self(from_fn(|lane| of(self.0[lane], a.0[lane], b.0[lane])))
    }
}

impl Vector for Eight {
    const LANES: usize = 8;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; 8])
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        Self(from_fn(|lane| values[lane]))
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        places[..8].copy_from_slice(&self.0);
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.each(other, |a, b| a / b)
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        self.each_of_three(factor, term, Baseline::mul_add)
    }
    #[inline(always)]
    fn mul_sub_from(self, factor: Self, term: Self) -> Self {
        self.each_of_three(factor, term, |value, factor, term| {
            Baseline::mul_add(-value, factor, term)
        })
    }
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        self.each(other, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn greatest(self, other: Self) -> Self {
        self.each(other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn unless_nan(self, key: Self, other: Self) -> Self {
        self.each_of_three(key, other, |value, key, other| if key.is_nan() { other } else { value })
    }
    #[inline(always)]
    fn where_reaches(self, key: Self, limit: Self) -> Self {
        self.each_of_three(
            key,
            limit,
            |value, key, limit| {
                if key >= limit { value } else { f64::NAN }
            },
        )
    }
    #[inline(always)]
    fn any_nan(self) -> bool {
        self.0.iter().fold(false, |any, value| any | value.is_nan())
    }
    #[inline(always)]
    fn across<'a>(lane: impl Fn(usize) -> &'a [f64], rows: &mut [Self]) {
        for (at, row) in rows[..8].iter_mut().enumerate() {
            *row = Self(from_fn(|of| lane(of)[at]));
        }
    }
    #[inline(always)]
    fn along(rows: &[Self], mut lane: impl FnMut(usize, &[f64])) {
        for of in 0..8 {
            let values: [f64; 8] = from_fn(|row| rows[row].0[of]);
            lane(of, &values);
        }
    }
}

/// A loop to compile once for each instruction set.
///
/// Everything it calls must be `#[inline(always)]`: what is not inlined is compiled for the
/// baseline.
pub trait Task {
    /// What comes of it.
    type Out;
    /// The loop.
    fn run<I: Isa>(self) -> Self::Out;
}

/// Work that runs tasks, and is told with which instructions.
pub(crate) trait Work {
    type Out;
    fn work<I: Isa>(self) -> Self::Out;
}

/// Does work with the best instructions that this machine has.
#[inline(always)]
pub(crate) fn dispatch<W: Work>(work: W) -> W::Out {
    #[cfg(target_arch = "x86_64")]
    match x86::level() {
        x86::Level::Avx512 => return work.work::<x86::Avx512>(),
        x86::Level::Avx2 => return work.work::<x86::Avx2>(),
        x86::Level::Baseline => {}
    }
    work.work::<Baseline>()
}

/// Runs `task` with the best instructions that this machine has.
#[inline(always)]
pub(crate) fn vectorized<T: Task>(task: T) -> T::Out {
    struct Run<T>(T);

    impl<T: Task> Work for Run<T> {
        type Out = T::Out;

        #[inline(always)]
        fn work<I: Isa>(self) -> T::Out {
            I::run(self.0)
        }
    }

    dispatch(Run(task))
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::is_x86_feature_detected as has;
    use std::arch::x86_64::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::{Isa, Task, Vector};
    use crate::double::{Double, two_product};

    /// The sets of instructions, the best last.
    #[derive(Clone, Copy)]
    #[repr(u8)]
    pub(super) enum Level {
        Baseline = 1,
        Avx2 = 2,
        Avx512 = 3,
    }

    /// What this machine has.
    #[inline(always)]
    pub(super) fn level() -> Level {
        static LEVEL: AtomicU8 = AtomicU8::new(0);
        match LEVEL.load(Ordering::Relaxed) {
            1 => Level::Baseline,
            2 => Level::Avx2,
            3 => Level::Avx512,
            _ => {
                let level = detect();
                LEVEL.store(level as u8, Ordering::Relaxed);
                level
            }
        }
    }

    #[cold]
    fn detect() -> Level {
        if !(has!("avx2") && has!("bmi1") && has!("bmi2") && has!("fma") && has!("popcnt")) {
            return Level::Baseline;
        }
        if has!("avx512f") && has!("avx512dq") && has!("avx512vl") && has!("avx512bw") {
            return Level::Avx512;
        }
        Level::Avx2
    }

    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,bmi1,bmi2,fma,popcnt")]
    fn avx512<T: Task>(task: T) -> T::Out {
        task.run::<Avx512>()
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,fma,popcnt")]
    fn avx2<T: Task>(task: T) -> T::Out {
        task.run::<Avx2>()
    }

    /// Given to work only where `level` says so.
    #[derive(Clone, Copy)]
    pub(super) struct Avx512;

    /// SAFETY of every block in this implementation: `One512` appears only in tasks that `Avx512`
    /// runs. References are to as many values as are read or written.
    macro_rules! avx512 {
        ($intrinsic:expr) => {
            // SAFETY: above.
            unsafe { $intrinsic }
        };
    }

    impl Isa for Avx512 {
        type Vector = One512;
        type Scalar = Avx2;

        #[inline(always)]
        fn run<T: Task>(task: T) -> T::Out {
            // SAFETY: `dispatch` has looked at the level.
            unsafe { avx512(task) }
        }

        #[inline(always)]
        fn square(value: f64) -> Double {
            two_product(value, value)
        }

        #[inline(always)]
        fn mul_add(value: f64, factor: f64, term: f64) -> f64 {
            value.mul_add(factor, term)
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

    /// Given to work only where `level` says so.
    #[derive(Clone, Copy)]
    pub(super) struct Avx2;

    impl Isa for Avx2 {
        type Vector = Two256;
        type Scalar = Self;

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

    #[derive(Clone, Copy)]
    pub(super) struct One512(__m512d);

    impl Vector for One512 {
        const LANES: usize = 8;

        #[inline(always)]
        fn splat(value: f64) -> Self {
            Self(avx512!(_mm512_set1_pd(value)))
        }
        #[inline(always)]
        fn load(values: &[f64]) -> Self {
            let values = &values[..8];
            Self(avx512!(_mm512_loadu_pd(values.as_ptr())))
        }
        #[inline(always)]
        fn store(self, places: &mut [f64]) {
            let places = &mut places[..8];
            avx512!(_mm512_storeu_pd(places.as_mut_ptr(), self.0));
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(avx512!(_mm512_add_pd(self.0, other.0)))
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            Self(avx512!(_mm512_sub_pd(self.0, other.0)))
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            Self(avx512!(_mm512_mul_pd(self.0, other.0)))
        }
        #[inline(always)]
        fn div(self, other: Self) -> Self {
            Self(avx512!(_mm512_div_pd(self.0, other.0)))
        }
        #[inline(always)]
        fn mul_add(self, factor: Self, term: Self) -> Self {
            Self(avx512!(_mm512_fmadd_pd(self.0, factor.0, term.0)))
        }
        #[inline(always)]
        fn mul_sub_from(self, factor: Self, term: Self) -> Self {
            Self(avx512!(_mm512_fnmadd_pd(self.0, factor.0, term.0)))
        }
        #[inline(always)]
        fn least(self, other: Self) -> Self {
            Self(avx512!(_mm512_min_pd(self.0, other.0)))
        }
        #[inline(always)]
        fn greatest(self, other: Self) -> Self {
            Self(avx512!(_mm512_max_pd(self.0, other.0)))
        }
        #[inline(always)]
        fn unless_nan(self, key: Self, other: Self) -> Self {
            Self(avx512!({
                let values = _mm512_cmp_pd_mask::<_CMP_ORD_Q>(key.0, key.0);
                _mm512_mask_mov_pd(other.0, values, self.0)
            }))
        }
        #[inline(always)]
        fn where_reaches(self, key: Self, limit: Self) -> Self {
            Self(avx512!({
                let reaches = _mm512_cmp_pd_mask::<_CMP_GE_OQ>(key.0, limit.0);
                _mm512_mask_mov_pd(_mm512_set1_pd(f64::NAN), reaches, self.0)
            }))
        }
        #[inline(always)]
        fn any_nan(self) -> bool {
            avx512!(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(self.0, self.0)) != 0
        }
        #[inline(always)]
        fn across<'a>(lane: impl Fn(usize) -> &'a [f64], rows: &mut [Self]) {
            for (half, rows) in rows[..8].chunks_mut(4).enumerate() {
                // Lanes `k` and `k + 4` share a register: a third of the work is in the loads.
                let pair = |of: usize| {
                    let (first, second) = (&lane(of)[..8], &lane(of + 4)[..8]);
                    avx512!({
                        let first = _mm256_loadu_pd(first.as_ptr().add(4 * half));
                        let second = _mm256_loadu_pd(second.as_ptr().add(4 * half));
                        _mm512_insertf64x4::<1>(_mm512_castpd256_pd512(first), second)
                    })
                };
                let transposed = transpose_halves([pair(0), pair(1), pair(2), pair(3)]);
                rows.copy_from_slice(&transposed.map(Self));
            }
        }
        #[inline(always)]
        fn along(rows: &[Self], mut lane: impl FnMut(usize, &[f64])) {
            let rows = &rows[..8];
            for half in 0..2 {
                let pair = |row: usize| {
                    let (first, second) = (rows[row].0, rows[row + 4].0);
                    avx512!(match half {
                        0 => _mm512_shuffle_f64x2::<0b01_00_01_00>(first, second),
                        _ => _mm512_shuffle_f64x2::<0b11_10_11_10>(first, second),
                    })
                };
                let transposed = transpose_halves([pair(0), pair(1), pair(2), pair(3)]);
                for (of, values) in (4 * half..).zip(transposed) {
                    let mut places = [0.0; 8];
                    Self(values).store(&mut places);
                    lane(of, &places);
                }
            }
        }
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

    #[derive(Clone, Copy)]
    pub(super) struct Two256([__m256d; 2]);

    /// SAFETY of every block in this implementation: as for `One512`, with `Avx2`.
    macro_rules! avx2 {
        ($intrinsic:expr) => {
            // SAFETY: above.
            unsafe { $intrinsic }
        };
    }

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
        fn mul_sub_from(self, factor: Self, term: Self) -> Self {
            self.each_of_three(factor, term, |a, b, c| avx2!(_mm256_fnmadd_pd(a, b, c)))
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
        fn any_nan(self) -> bool {
            let [a, b] = self.0;
            avx2!(_mm256_movemask_pd(_mm256_cmp_pd::<_CMP_UNORD_Q>(a, b))) != 0
        }
        #[inline(always)]
        fn across<'a>(lane: impl Fn(usize) -> &'a [f64], rows: &mut [Self]) {
            for (half, rows) in rows[..8].chunks_mut(4).enumerate() {
                let part = |of: usize| {
                    let values = &lane(of)[..8];
                    avx2!(_mm256_loadu_pd(values.as_ptr().add(4 * half)))
                };
                let first = transpose([part(0), part(1), part(2), part(3)]);
                let second = transpose([part(4), part(5), part(6), part(7)]);
                for (row, halves) in rows.iter_mut().zip(first.into_iter().zip(second)) {
                    *row = Self([halves.0, halves.1]);
                }
            }
        }
        #[inline(always)]
        fn along(rows: &[Self], mut lane: impl FnMut(usize, &[f64])) {
            let rows = &rows[..8];
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
