//! The registers of x86, and what it has beyond its baseline.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod sse2;

#[cfg(target_arch = "x86_64")]
pub(super) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(super) use avx512::Avx512;

/// Integers as `f64` without an instruction for it: each half becomes the last bits of a number of
/// a known exponent, which is taken off again. Both are exact then, and so is the error of their
/// sum (Dekker 1971). These are the bits of 2⁸⁴ and of 2⁵², and 2⁸⁴ + 2⁶³ and 2⁵².
const UPPER: i64 = 0x4530_0000_0000_0000;
const LOWER: i64 = 0x4330_0000_0000_0000;
const UPPER_AND_SIGN: f64 = 19_342_813_113_834_066_795_298_816.0 + 9_223_372_036_854_775_808.0;
const LOWER_POWER: f64 = 4_503_599_627_370_496.0;

/// What this machine has.
#[cfg(target_arch = "x86_64")]
pub(super) fn level() -> super::dispatch::Level {
    use std::arch::is_x86_feature_detected as has;

    use super::dispatch::Level;

    if !(has!("avx2") && has!("bmi1") && has!("bmi2") && has!("fma") && has!("popcnt")) {
        return Level::Baseline;
    }
    if has!("avx512f") && has!("avx512dq") && has!("avx512vl") && has!("avx512bw") {
        return Level::Avx512;
    }
    Level::Avx2
}
