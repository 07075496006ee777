//! Numbers of twice the precision, in vectors: a sum and what its rounding lost.
//!
//! They are what `numeric::double` has for single numbers. The errors are themselves summed up
//! without care, which leaves about 100 bits of a sum (Ogita, Rump & Oishi 2005, Sum2).

use crate::simd::Vector;

/// The unevaluated sum of two numbers, the second of which is small.
pub(super) type Pair<V> = (V, V);

#[inline(always)]
pub(super) fn zero<V: Vector>() -> Pair<V> {
    (V::splat(0.0), V::splat(0.0))
}

/// A sum with one number more.
#[inline(always)]
pub(super) fn push<V: Vector>(sum: Pair<V>, value: V) -> Pair<V> {
    let (high, error) = sum.0.two_sum(value);
    (high, sum.1.add(error))
}

#[inline(always)]
pub(super) fn plus<V: Vector>(left: Pair<V>, right: Pair<V>) -> Pair<V> {
    let (sum, error) = left.0.two_sum(right.0);
    (sum, left.1.add(right.1).add(error))
}

#[inline(always)]
pub(super) fn minus<V: Vector>(left: Pair<V>, right: Pair<V>) -> Pair<V> {
    let (rest, error) = left.0.two_difference(right.0);
    (rest, error.add(left.1.sub(right.1)))
}

/// A product, whose last bits are the same on every machine: nothing is multiplied and added at
/// once, which takes long where a machine cannot.
#[inline(always)]
pub(super) fn times<V: Vector>(a: Pair<V>, b: Pair<V>) -> Pair<V> {
    let (product, error) = a.0.two_product(b.0);
    (product, a.0.mul(b.1).add(a.1.mul(b.0)).add(error))
}

/// The nearest single number. With `MAY_BE_INFINITE`, an infinity or an overflow has left the
/// second part NaN: then the first is the answer.
#[inline(always)]
pub(super) fn rounded<V: Vector, const MAY_BE_INFINITE: bool>((high, low): Pair<V>) -> V {
    let sum = high.add(low);
    if MAY_BE_INFINITE { sum.unless_nan(sum, high) } else { sum }
}
