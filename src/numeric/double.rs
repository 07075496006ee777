//! Numbers of twice the precision: a sum and what its rounding lost.

/// The unevaluated sum of two `f64`, about 106 bits.
///
/// `high` alone is the plain, uncompensated result, so that infinities and overflow come out
/// as they do in ordinary arithmetic when `low` is of no use (it is NaN then).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Double {
    /// The plain result.
    pub high: f64,
    /// What rounding took away from it, collected.
    pub low: f64,
}

/// The rounded sum of two numbers and its error (Knuth 1969, section 4.2.2, theorem B).
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    let grown = high - a;
    Double { high, low: (a - (high - grown)) + (b - grown) }
}

/// The rounded product of two numbers and its error, with hardware that multiplies and adds at
/// once (Ogita, Rump & Oishi 2005, algorithm 3.5).
#[inline(always)]
pub fn two_product(a: f64, b: f64) -> Double {
    let high = a * b;
    Double { high, low: a.mul_add(b, -high) }
}

impl Double {
    /// Adds two parts.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        let sum = two_sum(self.high, other.high);
        Self { high: sum.high, low: self.low + other.low + sum.low }
    }

    /// The other sign.
    #[inline(always)]
    pub fn negated(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }

    /// The same number with `low` below half a unit of the last place of `high`; nothing in
    /// `low`, if `high` is all that counts.
    #[inline(always)]
    pub fn normalized(self) -> Self {
        let high = self.high + self.low;
        if !high.is_finite() {
            return Self::from(self.high);
        }
        Self { high, low: self.low - (high - self.high) }
    }

    /// Times a power of two.
    #[inline(always)]
    pub fn scaled(self, power: f64) -> Self {
        Self { high: self.high * power, low: self.low * power }
    }

    /// The product of two numbers.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        let product = two_product(self.high, other.high);
        let cross = self.high.mul_add(other.low, self.low * other.high);
        Self { high: product.high, low: product.low + cross }
    }

    /// Divided by a count.
    #[inline(always)]
    pub fn over(self, divisor: f64) -> Self {
        let Self { high, low } = self.normalized();
        let quotient = high / divisor;
        let rest = (-quotient).mul_add(divisor, high) + low;
        Self { high: quotient, low: rest / divisor }
    }

    /// The nearest `f64`, or the plain result where that is not finite.
    #[inline(always)]
    pub fn to_f64(self) -> f64 {
        let value = self.high + self.low;
        if value.is_finite() { value } else { self.high }
    }
}

impl From<f64> for Double {
    #[inline(always)]
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Random, same};

    /// Numbers of any length up to so many bits, and those at the ends of it.
    fn integers(bits: u32) -> impl Iterator<Item = i64> {
        let mut random = Random(bits.into());
        let ends = [0, 1, -1, (1 << bits) - 1, 1 - (1 << bits), (1 << (bits - 1)) + 1];
        (0..150).map(move |at| ends.get(at).copied().unwrap_or_else(|| random.integer(bits)))
    }

    /// Every two of `numbers`.
    fn pairs<N: Copy>(numbers: impl Iterator<Item = N>) -> Vec<(N, N)> {
        let numbers: Vec<N> = numbers.collect();
        numbers.iter().flat_map(|&a| numbers.iter().map(move |&b| (a, b))).collect()
    }

    /// The value of parts that are integers.
    fn exact(Double { high, low }: Double) -> i128 {
        assert!(high.trunc() == high && low.trunc() == low);
        high as i128 + low as i128
    }

    /// The integer in twice the precision.
    fn double(value: i64) -> Double {
        let high = value as f64;
        Double { high, low: (i128::from(value) - high as i128) as f64 }
    }

    /// Whether an error is within so many units of the 106th bit.
    fn within(error: i128, units: i128, value: i128) -> bool {
        error.abs() <= (units * (value.abs() >> 106)).max(units)
    }

    #[test]
    fn two_sum_is_exact() {
        for (a, b) in pairs(integers(53)) {
            for power in [0, 1, 30, 52, 53, 54, 70] {
                let (a, b) = (a as f64, b as f64 * 2_f64.powi(power));
                for sum in [two_sum(a, b), two_sum(b, a)] {
                    assert_eq!(sum.high, a + b);
                    assert_eq!(exact(sum), a as i128 + b as i128, "{a} + {b}");
                }
            }
        }
    }

    #[test]
    fn two_product_is_exact() {
        for (a, b) in pairs(integers(53)) {
            let product = two_product(a as f64, b as f64);
            assert_eq!(product.high, a as f64 * b as f64);
            assert_eq!(exact(product), i128::from(a) * i128::from(b), "{a} * {b}");
        }
    }

    #[test]
    fn sums_are_exact_to_a_few_of_106_bits() {
        for (a, b) in pairs(integers(62)) {
            let sum = exact(double(a).plus(double(b)));
            assert_eq!(sum, i128::from(a) + i128::from(b), "{a} + {b}");
        }
        // Where the parts lie so far apart that the low ones are rounded.
        for (a, b) in pairs(integers(60)) {
            let a = Double { low: (a >> 8) as f64, ..double(a).scaled(2_f64.powi(60)) };
            let (sum, expected) = (a.plus(double(b)), exact(a) + i128::from(b));
            assert!(within(exact(sum) - expected, 4, expected.max(exact(a))), "{a:?} + {b}");
        }
    }

    #[test]
    fn products_are_exact_to_a_few_of_106_bits() {
        for (a, b) in pairs(integers(62)) {
            let (product, expected) = (double(a).times(double(b)), i128::from(a) * i128::from(b));
            let error = (product.high as i128 - expected) + product.low as i128;
            assert!(within(error, 4, expected), "{a} * {b}: {error}");
        }
    }

    #[test]
    fn quotients_are_exact_to_a_few_of_106_bits() {
        const SHIFT: i32 = 60;
        for (a, divisor) in integers(55).flat_map(|a| [1, 2, 3, 7, 10, 641, 1000].map(|n| (a, n))) {
            let quotient = double(a).over(divisor as f64);
            let scaled = quotient.scaled(2_f64.powi(SHIFT));
            let parts = scaled.high as i128 + scaled.low as i128;
            let expected = i128::from(a) << SHIFT;
            // The low part is cut after the binary point: by one unit for each of the divisor.
            let units = 4 * (expected.abs() >> 106) + divisor;
            assert!((parts * divisor - expected).abs() <= units, "{a} / {divisor}");
            if a % divisor as i64 == 0 {
                assert_eq!(quotient.to_f64(), (a / divisor as i64) as f64);
            }
        }
    }

    #[test]
    fn normalized_is_the_same_number_with_the_nearest_f64_on_top() {
        for (a, b) in pairs(integers(53)) {
            let number = Double { high: a as f64 * 1024.0, low: (b >> 3) as f64 };
            if number.low.abs() > number.high.abs() {
                continue;
            }
            let normalized = number.normalized();
            assert_eq!(exact(normalized), exact(number));
            assert_eq!(normalized.high, number.to_f64());
            assert_eq!(normalized.high + normalized.low, normalized.high);
            assert_eq!(exact(number.negated()), -exact(number));
        }
    }

    #[test]
    fn infinities_and_overflow_come_out_as_in_plain_arithmetic() {
        let values = [0.0, 1.0, -2.5, f64::MAX, -f64::MAX, f64::INFINITY, -f64::INFINITY, f64::NAN];
        for (a, b) in pairs(values.into_iter()) {
            let (first, second) = (Double::from(a), Double::from(b));
            for (of, result, plain) in
                [("plus", first.plus(second), a + b), ("times", first.times(second), a * b)]
            {
                assert!(same(result.high, plain), "{of}({a}, {b}): {result:?}");
                assert!(plain.is_finite() || same(result.to_f64(), plain), "{of}({a}, {b})");
                let normalized = result.normalized();
                assert!(plain.is_finite() || normalized.low == 0.0, "{of}({a}, {b})");
                assert!(plain.is_finite() || same(normalized.high, plain), "{of}({a}, {b})");
            }
            assert!(same(Double::from(a).over(3.0).to_f64(), a / 3.0), "{a}");
        }
    }
}
