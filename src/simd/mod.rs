//! The only place that knows of instruction sets.
//!
//! A [`Task`] is compiled once for each of them and the best one that the machine has is chosen
//! at run time. Most loops over arrays are left to the compiler, which makes good vectors of
//! them; where it does not, they are written with [`Vector`], eight `f64` side by side. All
//! instruction sets give the same results.
#![expect(unsafe_code, reason = "a function for other instructions may only run where they exist")]

use std::array::from_fn;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::error::Error;
use crate::numeric::double::{Double, split_product, two_product, two_sum};

/// A set of instructions, as far as kernels care.
pub trait Isa: Copy + 'static {
    /// Its best eight `f64`.
    type Vector: Wide;

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

/// As many values as the widest vector has, in memory: a cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Row([f64; LANES]);

/// How many lanes are walked in step.
pub const LANES: usize = 8;

impl Row {
    /// Zeros.
    pub const ZERO: Self = Self([0.0; LANES]);

    /// The values of some, one after the other.
    #[inline(always)]
    pub fn values(rows: &[Self]) -> &[f64] {
        // SAFETY: a row is `LANES` values and nothing else, and its alignment is its size.
        unsafe { std::slice::from_raw_parts(rows.as_ptr().cast(), rows.len() * LANES) }
    }

    /// The same, to be written.
    #[inline(always)]
    pub fn values_mut(rows: &mut [Self]) -> &mut [f64] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(rows.as_mut_ptr().cast(), rows.len() * LANES) }
    }
}

/// Some `f64` side by side: the same place in each of as many lanes.
pub trait Vector: Copy + 'static {
    /// How many.
    const LANES: usize;
    /// How many of them an instruction works on.
    const WIDTH: usize;

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
    /// `self * factor - term`, rounded once.
    #[inline(always)]
    fn mul_sub(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, Self::splat(0.0).sub(term))
    }
    /// `term - self * factor`, rounded once.
    fn mul_sub_from(self, factor: Self, term: Self) -> Self;
    /// `self * factor + term`, rounded once or twice.
    #[inline(always)]
    fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
        self.mul(factor).add(term)
    }
    /// The square roots.
    fn sqrt(self) -> Self;
    /// The lesser; `other` where either is NaN.
    fn least(self, other: Self) -> Self;
    /// The greater; `other` where either is NaN.
    fn greatest(self, other: Self) -> Self;
    /// `self`, but `other` where `key` is NaN.
    fn unless_nan(self, key: Self, other: Self) -> Self;
    /// `self`, but NaN where `key` is less than `limit`.
    fn where_reaches(self, key: Self, limit: Self) -> Self;
    /// `self` where `key` is less than `limit`, else `other`.
    fn where_less(self, key: Self, limit: Self, other: Self) -> Self;
    /// `self` where `key` is at most `limit`, else `other`.
    fn where_at_most(self, key: Self, limit: Self, other: Self) -> Self;
    /// `self`, plus `term` where `key` is less than `limit`; else -0.0 may become 0.0.
    fn add_where_less(self, term: Self, key: Self, limit: Self) -> Self;
    /// Whether any is NaN.
    fn any_nan(self) -> bool;
    /// `self`, plus `term` where `key` is -0.0; else -0.0 may become 0.0.
    fn add_where_negative_zero(self, term: Self, key: Self) -> Self;

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

    /// The rounded products and their errors, as `double::two_product`.
    #[inline(always)]
    fn two_product(self, other: Self) -> (Self, Self) {
        let product = self.mul(other);
        (product, self.mul_sub(other, product))
    }
}

/// `LANES` values, which can be transposed.
pub trait Wide: Vector {
    /// From `LANES` neighbours in each of the lanes, the rows across them, one after the other.
    fn across(lanes: [&[f64]; LANES], rows: &mut [f64]);
    /// And back: gives `lane` the neighbours in each lane.
    fn along(rows: &[f64], lane: impl FnMut(usize, &[f64]));
}

/// What every machine of this architecture has.
#[derive(Clone, Copy)]
pub struct Baseline;

impl Isa for Baseline {
    type Vector = Eight;

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
        if FUSED { value.mul_add(factor, term) } else { emulated_mul_add(value, factor, term) }
    }
}

/// `mul_add` without such instructions.
#[inline(always)]
fn emulated_mul_add(value: f64, factor: f64, term: f64) -> f64 {
    if can_emulate(value, factor, term) {
        mul_add_within_range(value, factor, term)
    } else {
        // A call into the C library, which knows all cases and is slow.
        value.mul_add(factor, term)
    }
}

/// Whether no part of `mul_add_within_range` leaves the range of `f64`, and no sign of a zero is
/// lost.
#[inline(always)]
fn can_emulate(value: f64, factor: f64, term: f64) -> bool {
    /// A lesser product may have an error below the least `f64`.
    const LEAST: f64 = f64::from_bits((1023 - 960) << 52);
    const MOST: f64 = f64::from_bits((1023 + 1000) << 52);
    let size = (value * factor).abs();
    let is_zero = (value == 0.0) | (factor == 0.0);
    let is_exact = (size >= LEAST) | (is_zero & (term != 0.0));
    is_exact & (size < MOST) & (value.abs() < MOST) & (factor.abs() < MOST) & (term.abs() < MOST)
}

/// From the exact product, whose sum with `term` is rounded to odd before it is rounded for good
/// (Boldo & Melquiond 2008, figure 2).
#[inline(always)]
fn mul_add_within_range(value: f64, factor: f64, term: f64) -> f64 {
    let product = split_product(value, factor);
    let lower = two_sum(term, product.low);
    let upper = two_sum(product.high, lower.high);
    upper.high + rounded_to_odd(two_sum(lower.low, upper.low))
}

/// The sum as one `f64`: itself, or of the two next to it the one whose last bit is set, which no
/// further rounding takes for the middle between two others.
#[inline(always)]
fn rounded_to_odd(Double { high, low }: Double) -> f64 {
    let bits = high.to_bits();
    let is_even_and_rounded = u64::from(low != 0.0) & !bits & 1;
    let is_inwards = u64::from((low > 0.0) != (high > 0.0));
    // One further from zero, or two less than that.
    f64::from_bits(
        bits.wrapping_add(is_even_and_rounded).wrapping_sub(2 * (is_even_and_rounded & is_inwards)),
    )
}

/// Whether the baseline multiplies and adds at once. On x86 it does not, and `mul_add` is a call
/// into the C library.
const FUSED: bool = cfg!(target_arch = "aarch64");

/// A product and its error.
#[inline(always)]
fn product(a: f64, b: f64) -> Double {
    if FUSED { two_product(a, b) } else { split_product(a, b) }
}

/// The bits of -0.0.
const SIGN: u64 = 1 << 63;

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
    const WIDTH: usize = 1;

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
    fn unless_nan(self, key: Self, other: Self) -> Self {
        if key.0.is_nan() { other } else { self }
    }
    #[inline(always)]
    fn where_reaches(self, key: Self, limit: Self) -> Self {
        if key.0 >= limit.0 { self } else { Self::new(f64::NAN) }
    }
    #[inline(always)]
    fn where_less(self, key: Self, limit: Self, other: Self) -> Self {
        if key.0 < limit.0 { self } else { other }
    }
    #[inline(always)]
    fn where_at_most(self, key: Self, limit: Self, other: Self) -> Self {
        if key.0 <= limit.0 { self } else { other }
    }
    #[inline(always)]
    fn add_where_less(self, term: Self, key: Self, limit: Self) -> Self {
        if key.0 < limit.0 { self.add(term) } else { self }
    }
    #[inline(always)]
    fn any_nan(self) -> bool {
        self.0.is_nan()
    }
    #[inline(always)]
    fn add_where_negative_zero(self, term: Self, key: Self) -> Self {
        if key.0.to_bits() == SIGN { self.add(term) } else { self }
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
    const WIDTH: usize = 2;

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
        // Where all lanes can be emulated there is no branch in any.
        let can_emulate = |lane: usize| can_emulate(self.0[lane], factor.0[lane], term.0[lane]);
        if !FUSED && (0..8).fold(true, |all, lane| all & can_emulate(lane)) {
            return self.each_of_three(factor, term, mul_add_within_range);
        }
        self.each_of_three(factor, term, Baseline::mul_add)
    }
    #[inline(always)]
    fn mul_sub_from(self, factor: Self, term: Self) -> Self {
        Self(self.0.map(|value| -value)).mul_add(factor, term)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.map(f64::sqrt))
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
    fn where_less(self, key: Self, limit: Self, other: Self) -> Self {
        let pick = |lane: usize| key.0[lane] < limit.0[lane];
        Self(from_fn(|lane| if pick(lane) { self.0[lane] } else { other.0[lane] }))
    }
    #[inline(always)]
    fn where_at_most(self, key: Self, limit: Self, other: Self) -> Self {
        let pick = |lane: usize| key.0[lane] <= limit.0[lane];
        Self(from_fn(|lane| if pick(lane) { self.0[lane] } else { other.0[lane] }))
    }
    #[inline(always)]
    fn add_where_less(self, term: Self, key: Self, limit: Self) -> Self {
        let term =
            key.each_of_three(limit, term, |key, limit, term| if key < limit { term } else { 0.0 });
        self.add(term)
    }
    #[inline(always)]
    fn any_nan(self) -> bool {
        self.0.iter().fold(false, |any, value| any | value.is_nan())
    }
    #[inline(always)]
    fn add_where_negative_zero(self, term: Self, key: Self) -> Self {
        self.each_of_three(
            term,
            key,
            |value, term, key| {
                if key.to_bits() == SIGN { value + term } else { value }
            },
        )
    }
}

impl Wide for Eight {
    #[inline(always)]
    fn across(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        for (at, row) in rows[..64].chunks_exact_mut(8).enumerate() {
            row.copy_from_slice(&from_fn::<_, 8, _>(|of| lanes[of][at]));
        }
    }
    #[inline(always)]
    fn along(rows: &[f64], mut lane: impl FnMut(usize, &[f64])) {
        for of in 0..8 {
            let values: [f64; 8] = from_fn(|row| rows[8 * row + of]);
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

/// The sets of instructions, the best last.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
#[repr(u8)]
enum Level {
    Baseline = 1,
    #[cfg(target_arch = "x86_64")]
    Avx2 = 2,
    #[cfg(target_arch = "x86_64")]
    Avx512 = 3,
}

impl Level {
    const NAMES: &[(&str, Self)] = &[
        ("baseline", Self::Baseline),
        #[cfg(target_arch = "x86_64")]
        ("avx2", Self::Avx2),
        #[cfg(target_arch = "x86_64")]
        ("avx512", Self::Avx512),
    ];

    /// The best that this machine has.
    fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        return x86::level();
        #[cfg(not(target_arch = "x86_64"))]
        return Self::Baseline;
    }

    /// By its name, where this is the best that there is; else what is allowed.
    fn named(value: &str, best: Self) -> Result<Self, String> {
        let available = Self::NAMES.iter().filter(|(_, level)| *level <= best);
        let names: Vec<&str> = available.clone().map(|(name, _)| *name).collect();
        let found = available.clone().find(|(name, _)| *name == value);
        let allowed = || names.join(" or ") + " on this machine";
        found.map(|(_, level)| *level).ok_or_else(allowed)
    }
}

/// What is used, once that is known; it is never more than the machine has.
static LEVEL: AtomicU8 = AtomicU8::new(0);

#[inline(always)]
fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        1 => Level::Baseline,
        #[cfg(target_arch = "x86_64")]
        2 => Level::Avx2,
        #[cfg(target_arch = "x86_64")]
        3 => Level::Avx512,
        _ => use_best(),
    }
}

#[cold]
fn use_best() -> Level {
    let level = Level::best();
    LEVEL.store(level as u8, Ordering::Relaxed);
    level
}

/// Uses no better instructions than the environment variable `UNCORK_CPU` names, if it is set.
pub fn set_level_from_environment() -> Result<(), Error> {
    let variable = "UNCORK_CPU";
    let Some(value) = std::env::var_os(variable) else {
        return Ok(());
    };
    let value = value.to_string_lossy();
    let level = Level::named(&value, Level::best()).map_err(|allowed| Error::Environment {
        variable,
        value: value.to_string(),
        allowed,
    })?;
    LEVEL.store(level as u8, Ordering::Relaxed);
    Ok(())
}

/// Does work with the best instructions that this machine has.
#[inline(always)]
pub(crate) fn dispatch<W: Work>(work: W) -> W::Out {
    match level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => work.work::<x86::Avx512>(),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => work.work::<x86::Avx2>(),
        Level::Baseline => work.work::<Baseline>(),
    }
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
    use std::array::from_fn;

    use super::{Isa, LANES, Level, SIGN, Task, Vector, Wide};
    use crate::numeric::double::{Double, two_product};

    /// What this machine has.
    pub(super) fn level() -> Level {
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
        const WIDTH: usize = 8;

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
        fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
            self.mul_add(factor, term)
        }
        #[inline(always)]
        fn mul_sub(self, factor: Self, term: Self) -> Self {
            Self(avx512!(_mm512_fmsub_pd(self.0, factor.0, term.0)))
        }
        #[inline(always)]
        fn mul_sub_from(self, factor: Self, term: Self) -> Self {
            Self(avx512!(_mm512_fnmadd_pd(self.0, factor.0, term.0)))
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            Self(avx512!(_mm512_sqrt_pd(self.0)))
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
        fn where_less(self, key: Self, limit: Self, other: Self) -> Self {
            Self(avx512!({
                let less = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(key.0, limit.0);
                _mm512_mask_mov_pd(other.0, less, self.0)
            }))
        }
        #[inline(always)]
        fn where_at_most(self, key: Self, limit: Self, other: Self) -> Self {
            Self(avx512!({
                let at_most = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(key.0, limit.0);
                _mm512_mask_mov_pd(other.0, at_most, self.0)
            }))
        }
        #[inline(always)]
        fn add_where_less(self, term: Self, key: Self, limit: Self) -> Self {
            Self(avx512!({
                let less = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(key.0, limit.0);
                _mm512_mask_add_pd(self.0, less, self.0, term.0)
            }))
        }
        #[inline(always)]
        fn any_nan(self) -> bool {
            avx512!(_mm512_cmp_pd_mask::<_CMP_UNORD_Q>(self.0, self.0)) != 0
        }
        #[inline(always)]
        fn add_where_negative_zero(self, term: Self, key: Self) -> Self {
            const NEGATIVE_ZERO: i32 = 1 << 2;
            Self(avx512!({
                let zeros = _mm512_fpclass_pd_mask::<NEGATIVE_ZERO>(key.0);
                _mm512_mask_add_pd(self.0, zeros, self.0, term.0)
            }))
        }
    }

    impl Wide for One512 {
        #[inline(always)]
        fn across(lanes: [&[f64]; LANES], rows: &mut [f64]) {
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
                    Self(values).store(row);
                }
            }
        }
        #[inline(always)]
        fn along(rows: &[f64], mut lane: impl FnMut(usize, &[f64])) {
            let rows = &rows[..64];
            let rows: [Self; 8] = from_fn(|row| Self::load(&rows[8 * row..]));
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Random, same};

    /// Runs the task with each set of instructions that this machine has.
    fn on_every_isa(task: impl Task<Out = ()> + Copy) {
        Baseline::run(task);
        #[cfg(target_arch = "x86_64")]
        {
            let best = Level::best();
            if best >= Level::Avx2 {
                x86::Avx2::run(task);
            }
            if best >= Level::Avx512 {
                x86::Avx512::run(task);
            }
        }
    }

    /// NaN, infinities, zeros, subnormals, the ends of the range and numbers in between.
    fn grid() -> Vec<f64> {
        let positive = [
            0.0,
            5e-324,
            2.5e-310,
            f64::MIN_POSITIVE,
            1e-160,
            1.0 - f64::EPSILON / 2.0,
            1.0,
            1.0 + f64::EPSILON,
            1.0 / 3.0,
            134_217_729.0,
            9_007_199_254_740_991.0,
            1e200,
            f64::MAX,
            f64::INFINITY,
        ];
        let signed = positive.into_iter().flat_map(|value| [value, -value]);
        signed.chain([f64::NAN]).collect()
    }

    /// Every three of the grid.
    fn triples() -> Vec<[f64; 3]> {
        let grid = grid();
        let pairs = grid.iter().flat_map(|&a| grid.iter().map(move |&b| (a, b)));
        pairs.flat_map(|(a, b)| grid.iter().map(move |&c| [a, b, c])).collect()
    }

    fn to_vec<V: Vector>(vector: V) -> Vec<f64> {
        let mut values = vec![0.0; V::LANES];
        vector.store(&mut values);
        values
    }

    /// An operation on vectors, and what it is of one value in each.
    struct Operation<V> {
        name: &'static str,
        of_vectors: fn([V; 3]) -> V,
        of_values: fn([f64; 3]) -> f64,
    }

    fn operation<V>(
        name: &'static str,
        of_vectors: fn([V; 3]) -> V,
        of_values: fn([f64; 3]) -> f64,
    ) -> Operation<V> {
        Operation { name, of_vectors, of_values }
    }

    fn operations<V: Vector>() -> [Operation<V>; 13] {
        [
            operation("add", |[a, b, _]| a.add(b), |[a, b, _]| a + b),
            operation("sub", |[a, b, _]| a.sub(b), |[a, b, _]| a - b),
            operation("mul", |[a, b, _]| a.mul(b), |[a, b, _]| a * b),
            operation("div", |[a, b, _]| a.div(b), |[a, b, _]| a / b),
            operation("least", |[a, b, _]| a.least(b), |[a, b, _]| if a < b { a } else { b }),
            operation("greatest", |[a, b, _]| a.greatest(b), |[a, b, _]| if a > b { a } else { b }),
            operation(
                "unless_nan",
                |[a, b, c]| a.unless_nan(b, c),
                |[a, b, c]| if b.is_nan() { c } else { a },
            ),
            operation(
                "where_reaches",
                |[a, b, c]| a.where_reaches(b, c),
                |[a, b, c]| if b >= c { a } else { f64::NAN },
            ),
            operation(
                "where_less",
                |[a, b, c]| a.where_less(b, c, c),
                |[a, b, c]| {
                    if b < c { a } else { c }
                },
            ),
            operation(
                "where_at_most",
                |[a, b, c]| a.where_at_most(b, c, c),
                |[a, b, c]| {
                    if b <= c { a } else { c }
                },
            ),
            operation("sqrt", |[a, _, _]| a.sqrt(), |[a, _, _]| a.sqrt()),
            operation(
                "add_where_less",
                |[a, b, c]| a.add_where_less(V::splat(7.0), b, c).add(V::splat(0.0)),
                |[a, b, c]| if b < c { a + 7.0 } else { a + 0.0 },
            ),
            operation(
                "add_where_negative_zero",
                |[a, b, c]| a.add_where_negative_zero(b, c).add(V::splat(0.0)),
                |[a, b, c]| if c.to_bits() == SIGN { a + b + 0.0 } else { a + 0.0 },
            ),
        ]
    }

    fn check_operations<V: Vector>(operations: &[Operation<V>], triples: &[[f64; 3]]) {
        for triples in triples.chunks(V::LANES) {
            let triple = |lane: usize| triples[lane.min(triples.len() - 1)];
            let vector = |of: usize| V::load(&from_fn::<_, 8, _>(|lane| triple(lane)[of]));
            let vectors = [vector(0), vector(1), vector(2)];
            for Operation { name, of_vectors, of_values } in operations {
                for (lane, result) in to_vec(of_vectors(vectors)).into_iter().enumerate() {
                    let (values, expected) = (triple(lane), of_values(triple(lane)));
                    assert!(same(result, expected), "{name} {values:?}: {result} {expected}");
                }
            }
        }
    }

    #[derive(Clone, Copy)]
    struct Operations;

    impl Task for Operations {
        type Out = ();

        fn run<I: Isa>(self) {
            check_operations(&operations::<One<I>>(), &triples());
            check_operations(&operations::<I::Vector>(), &triples());
        }
    }

    #[test]
    fn operations_are_the_same_in_every_instruction_set() {
        on_every_isa(Operations);
    }

    #[derive(Clone, Copy)]
    struct Fused;

    impl Task for Fused {
        type Out = ();

        fn run<I: Isa>(self) {
            check_fused::<One<I>>();
            check_fused::<I::Vector>();
        }
    }

    fn check_fused<V: Vector>() {
        let operations: [Operation<V>; 2] = [
            operation("mul_add", |[a, b, c]| a.mul_add(b, c), |[a, b, c]| a.mul_add(b, c)),
            operation(
                "mul_sub_from",
                |[a, b, c]| a.mul_sub_from(b, c),
                |[a, b, c]| (-a).mul_add(b, c),
            ),
        ];
        check_operations(&operations, &triples());
        check_operations(&operations, &close_calls());
    }

    /// Sums close to the middle between two `f64`, which are easily rounded twice.
    fn close_calls() -> Vec<[f64; 3]> {
        let mut random = Random(2);
        let close_call = |_| {
            let (value, factor) = (random.integer(53) as f64, random.integer(53) as f64);
            let unit = (value * factor).abs() * 2_f64.powi(random.below(110) as i32 - 55);
            let bits = random.choose(&[1, 3, 53]);
            let unit = f64::from_bits(unit.to_bits() & 0xfff0_0000_0000_0000);
            let term = unit * random.integer(bits) as f64;
            let product = value * factor;
            [value, factor, random.choose(&[term, -product, unit - product])]
        };
        (0..20_000).map(close_call).collect()
    }

    #[test]
    fn fused_operations_are_rounded_once_in_every_instruction_set() {
        on_every_isa(Fused);
    }

    #[derive(Clone, Copy)]
    struct Squares;

    impl Task for Squares {
        type Out = ();

        fn run<I: Isa>(self) {
            let mut random = Random(1);
            for _ in 0..10_000 {
                let value = random.integer(53);
                let Double { high, low } = I::square(value as f64);
                let expected = i128::from(value) * i128::from(value);
                assert_eq!(high, value as f64 * value as f64, "{value}");
                assert_eq!(high as i128 + low as i128, expected, "{value}");
            }
            for value in grid() {
                assert!(same(I::square(value).high, value * value), "{value}");
                assert!(same(I::square(value).to_f64(), value * value), "{value}");
            }
        }
    }

    #[test]
    fn squares_have_their_error_in_every_instruction_set() {
        on_every_isa(Squares);
    }

    #[derive(Clone, Copy)]
    struct Moves;

    impl Task for Moves {
        type Out = ();

        fn run<I: Isa>(self) {
            check_fills::<One<I>>();
            check_fills::<I::Vector>();
            check_moves::<I::Vector>();
        }
    }

    fn check_moves<V: Wide>() {
        let lanes: Vec<Vec<f64>> = (0..V::LANES)
            .map(|lane| (0..V::LANES + 2).map(|row| (10 * lane + row) as f64).collect())
            .collect();
        let mut rows = vec![-1.0; V::LANES * V::LANES];
        V::across(from_fn(|lane| &*lanes[lane.min(V::LANES - 1)]), &mut rows);
        for (at, row) in rows.chunks(V::LANES).enumerate() {
            assert!(row.iter().zip(&lanes).all(|(value, lane)| *value == lane[at]));
        }
        let mut given = vec![Vec::new(); V::LANES];
        V::along(&rows, |lane, values| given[lane].extend_from_slice(values));
        let expected: Vec<_> = lanes.iter().map(|lane| lane[..V::LANES].to_vec()).collect();
        assert_eq!(given, expected);
    }

    fn check_fills<V: Vector>() {
        assert_eq!(to_vec(V::splat(2.5)), vec![2.5; V::LANES]);
        assert!(!V::splat(f64::INFINITY).any_nan());
        for lane in 0..V::LANES {
            let mut values = [1.0; 8];
            values[lane] = f64::NAN;
            assert!(V::load(&values).any_nan());
        }
    }

    #[test]
    fn across_and_along_are_transposes_in_every_instruction_set() {
        on_every_isa(Moves);
    }

    #[derive(Clone, Copy)]
    struct TwoSums;

    impl Task for TwoSums {
        type Out = ();

        fn run<I: Isa>(self) {
            check_two_sums::<One<I>>();
            check_two_sums::<I::Vector>();
        }
    }

    fn check_two_sums<V: Vector>() {
        let operations: [Operation<V>; 2] = [
            operation("two_sum, high", |[a, b, _]| a.two_sum(b).0, |[a, b, _]| two_sum(a, b).high),
            operation("two_sum, low", |[a, b, _]| a.two_sum(b).1, |[a, b, _]| two_sum(a, b).low),
        ];
        check_operations(&operations, &triples());
    }

    #[test]
    fn sums_have_their_error_in_every_instruction_set() {
        on_every_isa(TwoSums);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn instructions_are_named_up_to_the_best() {
        let best = Level::Avx2;
        assert_eq!(Level::named("baseline", best), Ok(Level::Baseline));
        assert_eq!(Level::named("avx2", Level::Avx512), Ok(Level::Avx2));
        assert_eq!(Level::named("avx512", Level::Avx512), Ok(Level::Avx512));
        let allowed = "baseline or avx2 on this machine".to_owned();
        for value in ["avx512", "AVX2", "", "avx2 "] {
            assert_eq!(Level::named(value, best), Err(allowed.clone()), "{value}");
        }
    }

    #[test]
    fn a_task_runs_with_the_best_instructions() {
        struct Lanes;

        impl Task for Lanes {
            type Out = &'static str;

            fn run<I: Isa>(self) -> &'static str {
                std::any::type_name::<I>()
            }
        }

        let used = vectorized(Lanes);
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let avx512 =
                has!("avx512f") && has!("avx512dq") && has!("avx512vl") && has!("avx512bw");
            let avx2 = has!("avx2") && has!("fma");
            let best = [("Avx512", avx2 && avx512), ("Avx2", avx2), ("Baseline", true)];
            let best = best.into_iter().find(|(_, has)| *has).map_or("", |(name, _)| name);
            assert!(used.ends_with(best), "{used}");
        }
        #[cfg(not(target_arch = "x86_64"))]
        assert!(used.ends_with("Baseline"), "{used}");
    }
}
