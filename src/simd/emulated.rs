//! How the error of a product is found without an instruction that multiplies and adds at once.

use super::Vector;

/// A register whose values can be cut in halves.
pub(super) trait Halves: Vector {
    /// The nearest with 26 bits, so that 26 bits and a sign are left.
    fn head(self) -> Self;
}

/// `Vector::two_product`: the factors are cut in halves whose products are exact (Dekker 1971).
/// The error is NaN where a factor is within a part in 2²⁶ of the largest.
#[inline(always)]
pub(super) fn two_product<V: Halves>(a: V, b: V) -> (V, V) {
    let (a_head, b_head) = (a.head(), b.head());
    let (a_tail, b_tail) = (a.sub(a_head), b.sub(b_head));
    let product = a.mul(b);
    let cross = a_head.mul(b_head).sub(product).add(a_head.mul(b_tail)).add(a_tail.mul(b_head));
    (product, cross.add(a_tail.mul(b_tail)))
}
