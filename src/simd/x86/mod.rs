//! What x86 has beyond its baseline.

use std::arch::is_x86_feature_detected as has;

use super::dispatch::Level;

mod avx2;
mod avx512;

pub(super) use avx2::Avx2;
pub(super) use avx512::Avx512;

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
