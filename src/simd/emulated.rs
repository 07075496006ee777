//! How fused operations are done without instructions for them.

use super::registers::{Register, Registers};
use super::{Baseline, F64x1, LANES, Vector};

/// A register of a machine that cannot multiply and add at once.
pub(super) trait Emulated: Register {
    /// The magnitudes.
    fn abs(self) -> Self;
    /// The nearest with 26 bits, so that 26 bits and a sign are left.
    fn head(self) -> Self;
    /// The sums of two parts as one `f64`: itself, or of the two next to it the one whose last bit
    /// is set, which no further rounding takes for the middle between two others.
    fn rounded_to_odd(high: Self, low: Self) -> Self;
    /// Where both masks are true.
    fn and(mask: Self::Mask, other: Self::Mask) -> Self::Mask;
    /// Whether the mask is true everywhere.
    fn all(mask: Self::Mask) -> bool;
}

/// `Register::mul_add`. Where all values can be emulated there is no branch for any.
#[inline(always)]
pub(super) fn mul_add<R: Emulated, const N: usize>(
    value: Registers<R, N>,
    factor: Registers<R, N>,
    term: Registers<R, N>,
) -> Registers<R, N> {
    if can_emulate(value, factor, term) {
        mul_add_within_range(value, factor, term)
    } else {
        one_by_one(value, factor, term)
    }
}

/// The same where some cannot be emulated.
#[inline(never)]
fn one_by_one<R: Emulated, const N: usize>(
    value: Registers<R, N>,
    factor: Registers<R, N>,
    term: Registers<R, N>,
) -> Registers<R, N> {
    let to_array = |vector: Registers<R, N>| {
        let mut values = [0.0; LANES];
        vector.store(&mut values);
        values
    };
    let (values, factors, terms) = (to_array(value), to_array(factor), to_array(term));
    let mut results = [0.0; LANES];
    for at in 0..N * R::WIDTH {
        let one = |values: &[f64]| F64x1::<Baseline>::load(&values[at..]);
        let (value, factor, term) = (one(&values), one(&factors), one(&terms));
        if can_emulate(value, factor, term) {
            mul_add_within_range(value, factor, term).store(&mut results[at..]);
        } else {
            // A call into the C library, which knows all cases and is slow.
            results[at] = values[at].mul_add(factors[at], terms[at]);
        }
    }
    Registers::load(&results)
}

/// Whether no part of `mul_add_within_range` leaves the range of `f64`, and no sign of a zero is
/// lost.
#[inline(always)]
fn can_emulate<R: Emulated, const N: usize>(
    value: Registers<R, N>,
    factor: Registers<R, N>,
    term: Registers<R, N>,
) -> bool {
    /// A lesser product may have an error below the least `f64`.
    const LEAST: f64 = f64::from_bits((1023 - 960) << 52);
    const MOST: f64 = f64::from_bits((1023 + 1000) << 52);
    let (zero, least, most) = (R::splat(0.0), R::splat(LEAST), R::splat(MOST));
    let of_register = |at: usize| {
        let (value, factor, term) = (value.0[at].abs(), factor.0[at].abs(), term.0[at].abs());
        let size = value.mul(factor);
        let is_zero = R::or(value.simd_le(zero), factor.simd_le(zero));
        let is_exact = R::or(least.simd_le(size), R::and(is_zero, zero.simd_lt(term)));
        // Where a factor is NaN, so is the product.
        let greatest = value.greatest(factor).greatest(term);
        R::and(is_exact, R::and(size.simd_lt(most), greatest.simd_lt(most)))
    };
    let mut mask = of_register(0);
    for at in 1..N {
        mask = R::and(mask, of_register(at));
    }
    R::all(mask)
}

/// From the exact product, whose sum with `term` is rounded to odd before it is rounded for good
/// (Boldo & Melquiond 2008, figure 2).
#[inline(always)]
fn mul_add_within_range<R: Emulated, const N: usize>(
    value: Registers<R, N>,
    factor: Registers<R, N>,
    term: Registers<R, N>,
) -> Registers<R, N> {
    let (product, error) = two_product(value, factor);
    let (lower, lower_error) = term.two_sum(error);
    let (upper, upper_error) = product.two_sum(lower);
    let (high, low) = lower_error.two_sum(upper_error);
    let mut odd = high;
    for at in 0..N {
        odd.0[at] = R::rounded_to_odd(high.0[at], low.0[at]);
    }
    upper.add(odd)
}

/// `Register::two_product`: the factors are cut in halves whose products are exact (Dekker 1971).
/// The error is NaN where a factor is within a part in 2²⁶ of the largest.
#[inline(always)]
pub(super) fn two_product<R: Emulated, const N: usize>(
    a: Registers<R, N>,
    b: Registers<R, N>,
) -> (Registers<R, N>, Registers<R, N>) {
    let (mut product, mut error) = (a, b);
    for at in 0..N {
        let (a, b) = (a.0[at], b.0[at]);
        let (a_head, b_head) = (a.head(), b.head());
        let (a_tail, b_tail) = (a.sub(a_head), b.sub(b_head));
        let high = a.mul(b);
        let cross = a_head.mul(b_head).sub(high).add(a_head.mul(b_tail)).add(a_tail.mul(b_head));
        (product.0[at], error.0[at]) = (high, cross.add(a_tail.mul(b_tail)));
    }
    (product, error)
}
