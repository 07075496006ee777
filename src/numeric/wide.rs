//! Integers of 256 bits: sums of cubes of any integers.

use std::ops::{Add, Mul, Neg, Sub};

use super::double::Double;

/// An integer of 256 bits, which wraps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wide {
    high: i128,
    low: u128,
}

impl From<i128> for Wide {
    fn from(value: i128) -> Self {
        // The sign fills the upper half.
        Self { high: value >> 127, low: value as u128 }
    }
}

impl Add for Wide {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        Self { high: self.high.wrapping_add(other.high).wrapping_add(carry.into()), low }
    }
}

impl Neg for Wide {
    type Output = Self;

    fn neg(self) -> Self {
        Self { high: !self.high, low: !self.low } + Self { high: 0, low: 1 }
    }
}

impl Sub for Wide {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul<i64> for Wide {
    type Output = Self;

    fn mul(self, factor: i64) -> Self {
        const HALF: u32 = 64;
        let magnitude = u128::from(factor.unsigned_abs());
        // Each half of the lower part, times 64 bits, fits into 128.
        let lower = (self.low & u128::from(u64::MAX)) * magnitude;
        let upper = (self.low >> HALF) * magnitude;
        let (low, carry) = lower.overflowing_add(upper << HALF);
        let carried = (upper >> HALF) as i128 + i128::from(carry);
        let high = self.high.wrapping_mul(magnitude as i128).wrapping_add(carried);
        let product = Self { high, low };
        if factor < 0 { -product } else { product }
    }
}

impl From<Wide> for Double {
    /// The nearest, but for a few of 106 bits.
    fn from(value: Wide) -> Self {
        if value.high < 0 {
            return Self::from(-value).negated();
        }
        let half = 2_f64.powi(64);
        double(value.high as u128).scaled(half).scaled(half).plus(double(value.low))
    }
}

/// The nearest pair.
fn double(value: u128) -> Double {
    let high = value as f64;
    // Where the nearest is 2¹²⁸, the difference is right modulo that.
    let low = value.wrapping_sub(high as u128) as i128;
    Double { high, low: low as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[test]
    fn small_numbers_are_those_of_128_bits() {
        let mut random = Random(1);
        let ends = [0, 1, -1, i64::MIN, i64::MAX];
        let numbers: Vec<i64> =
            ends.into_iter().chain((1..64).map(|bits| random.integer(bits))).collect();
        for &a in &numbers {
            for &b in &numbers {
                let (wide, other) = (Wide::from(i128::from(a)), Wide::from(i128::from(b)));
                let (a, exact) = (i128::from(a), i128::from(b));
                assert_eq!(wide + other, Wide::from(a + exact), "{a} + {b}");
                assert_eq!(wide - other, Wide::from(a - exact), "{a} - {b}");
                assert_eq!(wide * b, Wide::from(a * exact), "{a} * {b}");
            }
        }
    }

    #[test]
    fn products_wrap_at_256_bits_and_carry_before() {
        let power = |bits: u32| (0..bits).fold(Wide::from(1), |power, _| power * 2);
        for bits in [0, 1, 63, 64, 126, 127, 128, 191, 192, 254] {
            let (one, value) = (Wide::from(1), power(bits));
            assert_eq!(Double::from(value).to_f64(), 2_f64.powi(bits as i32), "2 ** {bits}");
            // (2ⁿ - 1) (m + 1) + (m + 1) = 2ⁿ (m + 1)
            for factor in [2, 3, 0x1234_5678_9abc_def1, i64::MAX, i64::MIN, -7] {
                let left = (value - one) * factor + Wide::from(i128::from(factor));
                assert_eq!(left, value * factor, "2 ** {bits} * {factor}");
            }
        }
        assert_eq!(power(256), Wide::default());
    }

    #[test]
    fn what_two_floats_hold_is_kept() {
        for (bits, rest) in
            [(60, 1), (100, -1), (150, 1 << 50), (200, -(1 << 100)), (250, 1 << 126)]
        {
            let value = (0..bits).fold(Wide::from(1), |power, _| power * 2) + Wide::from(rest);
            for (value, sign) in [(value, 1.0), (-value, -1.0)] {
                let double = Double::from(value).normalized();
                assert_eq!(double.high, sign * 2_f64.powi(bits), "{bits}");
                assert_eq!(double.low, sign * rest as f64, "{bits}");
            }
        }
    }
}
