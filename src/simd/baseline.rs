//! What every machine of an architecture has, and how fused operations are done without
//! instructions for them.

use super::{Eight, Isa, Task};
use crate::numeric::double::{Double, split_product, two_product, two_sum};

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
pub(super) fn can_emulate(value: f64, factor: f64, term: f64) -> bool {
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
pub(super) fn mul_add_within_range(value: f64, factor: f64, term: f64) -> f64 {
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
pub(super) const FUSED: bool = cfg!(target_arch = "aarch64");

/// A product and its error.
#[inline(always)]
fn product(a: f64, b: f64) -> Double {
    if FUSED { two_product(a, b) } else { split_product(a, b) }
}
