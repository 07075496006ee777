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

/// `two_product` without such hardware: the factors are cut in halves whose products are exact
/// (Dekker 1971). The error is NaN where a factor is within a part in 2²⁶ of the largest.
#[inline(always)]
pub fn split_product(a: f64, b: f64) -> Double {
    // The nearest with 26 bits, so that 26 bits and a sign are left.
    let head = |value: f64| {
        f64::from_bits(value.to_bits().wrapping_add(0x0400_0000) & 0xffff_ffff_f800_0000)
    };
    let (a_head, b_head) = (head(a), head(b));
    let (a_tail, b_tail) = (a - a_head, b - b_head);
    let high = a * b;
    let cross = (a_head * b_head - high) + a_head * b_tail + a_tail * b_head;
    Double { high, low: cross + a_tail * b_tail }
}

impl Double {
    /// Nothing.
    pub const ZERO: Self = Self { high: 0.0, low: 0.0 };

    /// Adds one number, and keeps the error.
    #[inline(always)]
    pub fn push(self, value: f64) -> Self {
        let sum = two_sum(self.high, value);
        Self { high: sum.high, low: self.low + sum.low }
    }

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
