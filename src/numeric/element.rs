//! The dtypes that the kernels accept.

use crate::simd::Vector;

/// A value of an array.
pub trait Element: Copy + Default + PartialOrd + Send + Sync + 'static {
    /// The dtype of a mean: itself for floats, `f64` for integers.
    type Float: Float;
    /// The dtype of a sum: itself for floats, `i64` for integers, as in NumPy.
    type Sum: Element;

    /// Whether a value can be NaN at all.
    const HAS_NAN: bool;
    /// No value is less.
    const LOWEST: Self;
    /// No value is greater.
    const HIGHEST: Self;
    /// Integers beyond this are rounded in an `f64`.
    const LAST_EXACT: f64 = f64::INFINITY;
    /// What stands for no value: NaN, or zero for integers, which never need it.
    const MISSING: Self;

    /// Neighbours, of which there are enough, as the nearest `f64`.
    fn load<V: Vector>(values: &[Self]) -> V;
    /// The same, and how far they are from an anchor, without what that has rounded away.
    fn load_distance<V: Vector>(values: &[Self], anchor: V) -> (V, V);
    /// The value times a power of two; only for those that have extremes.
    fn scaled(self, scale: f64) -> Self;
    /// Whether this is NaN.
    fn is_nan(self) -> bool;
    /// The nearest `f64`.
    fn to_f64(self) -> f64;
    /// What `to_f64` rounded away: zero but for `i64` beyond 2⁵³.
    fn residue(self) -> f64;
    /// An integer that is in the same order among others; NaN is above all.
    fn to_key(self) -> u64;
    /// And back.
    fn from_key(key: u64) -> Self;
    /// The key of a value that is not NaN, as a signed integer; -0.0 comes before 0.0.
    #[inline(always)]
    fn signed_key(self) -> i64 {
        (self.to_key() ^ (1 << 63)) as i64
    }
    /// And back.
    #[inline(always)]
    fn from_signed_key(key: i64) -> Self {
        Self::from_key(key as u64 ^ (1 << 63))
    }
    /// The bits, in what is wide enough for any dtype.
    fn to_word(self) -> u64;
    /// And back.
    fn from_word(word: u64) -> Self;
    /// Whether sums and squares may leave the range of `f64`.
    const HAS_EXTREMES: bool = Self::HAS_NAN && size_of::<Self>() == 8;

    /// The mean of two, rounded once and without overflow.
    fn halfway(self, other: Self) -> Self::Float;
    /// The values themselves, where they are what `to_f64` gives.
    #[inline(always)]
    fn as_f64s(_values: &[Self]) -> Option<&[f64]> {
        None
    }

    /// Writes `to_f64` of each.
    #[inline(always)]
    fn copy_to_f64s(values: &[Self], places: &mut [f64]) {
        for (place, value) in places.iter_mut().zip(values) {
            *place = value.to_f64();
        }
    }
}

/// A value that can hold the result of a division.
pub trait Float: Element<Float = Self, Sum = Self> {
    /// The nearest value of this dtype.
    fn from_f64(value: f64) -> Self;
}

macro_rules! float {
    ($($t:ident $bits:ident $load:ident: $as_f64s:expr),*) => {$(
        impl Element for $t {
            type Float = $t;
            type Sum = $t;
            const HAS_NAN: bool = true;
            const LOWEST: $t = $t::NEG_INFINITY;
            const HIGHEST: $t = $t::INFINITY;
            const MISSING: $t = $t::NAN;

            #[inline(always)]
            fn load<V: Vector>(values: &[$t]) -> V {
                V::$load(values)
            }
            #[inline(always)]
            fn load_distance<V: Vector>(values: &[$t], anchor: V) -> (V, V) {
                let value = Self::load::<V>(values);
                (value, value.sub(anchor))
            }
            #[inline(always)]
            fn scaled(self, scale: f64) -> $t {
                (f64::from(self) * scale) as $t
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn residue(self) -> f64 {
                0.0
            }
            #[inline(always)]
            fn as_f64s(values: &[$t]) -> Option<&[f64]> {
                $as_f64s(values)
            }
            #[inline(always)]
            fn to_key(self) -> u64 {
                let bits = f64::from(self).to_bits();
                // The more negative, the greater are the other bits.
                let key = bits ^ ((bits as i64 >> 63) as u64 | 1 << 63);
                if self.is_nan() { u64::MAX } else { key }
            }
            #[inline(always)]
            fn from_key(key: u64) -> $t {
                f64::from_bits(key ^ (!(key as i64 >> 63) as u64 | 1 << 63)) as $t
            }
            #[inline(always)]
            fn to_word(self) -> u64 {
                u64::from(self.to_bits())
            }
            #[inline(always)]
            fn from_word(word: u64) -> $t {
                $t::from_bits(word as $bits)
            }
            #[inline(always)]
            fn halfway(self, other: $t) -> $t {
                let sum = self + other;
                if sum.is_finite() { sum / 2.0 } else { self / 2.0 + other / 2.0 }
            }
        }

        impl Float for $t {
            #[inline(always)]
            fn from_f64(value: f64) -> $t {
                value as $t
            }
        }
    )*};
}

macro_rules! integer {
    ($($t:ident $load:ident $distance:ident),*) => {$(
        impl Element for $t {
            type Float = f64;
            type Sum = i64;
            const HAS_NAN: bool = false;
            const LAST_EXACT: f64 =
                if size_of::<$t>() == 8 { 9_007_199_254_740_991.0 } else { f64::INFINITY };
            const LOWEST: $t = $t::MIN;
            const HIGHEST: $t = $t::MAX;
            const MISSING: $t = 0;

            #[inline(always)]
            fn load<V: Vector>(values: &[$t]) -> V {
                $load(values)
            }
            #[inline(always)]
            fn load_distance<V: Vector>(values: &[$t], anchor: V) -> (V, V) {
                $distance(values, anchor)
            }
            #[inline(always)]
            fn scaled(self, _scale: f64) -> $t {
                self
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                false
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn residue(self) -> f64 {
                if size_of::<$t>() < 8 {
                    return 0.0;
                }
                // Both halves are exact, and so is the error of their sum (Dekker 1971).
                let high = (self >> 16 >> 16) as f64 * 4_294_967_296.0;
                let low = f64::from(self as u32);
                low - (self as f64 - high)
            }
            #[inline(always)]
            fn to_key(self) -> u64 {
                i64::from(self) as u64 ^ 1 << 63
            }
            #[inline(always)]
            fn from_key(key: u64) -> $t {
                (key ^ 1 << 63) as $t
            }
            #[inline(always)]
            fn to_word(self) -> u64 {
                self as u64
            }
            #[inline(always)]
            fn from_word(word: u64) -> $t {
                word as $t
            }
            #[inline(always)]
            fn halfway(self, other: $t) -> f64 {
                (i128::from(self) + i128::from(other)) as f64 / 2.0
            }
        }
    )*};
}

float!(f32 u32 from_f32s: |_| None, f64 u64 load: Some);
integer!(i32 whole whole_distance, i64 nearest long_distance);

#[inline(always)]
fn whole<V: Vector>(values: &[i32]) -> V {
    V::from_i32s(values)
}

/// Integers of 32 bits and their differences are exact.
#[inline(always)]
fn whole_distance<V: Vector>(values: &[i32], anchor: V) -> (V, V) {
    let value = V::from_i32s(values);
    (value, value.sub(anchor))
}

/// Those of 64 bits are the nearest `f64` and what is left.
#[inline(always)]
fn long_distance<V: Vector>(values: &[i64], anchor: V) -> (V, V) {
    let (value, left) = V::from_i64s(values);
    (value, value.sub(anchor).add(left))
}

#[inline(always)]
fn nearest<V: Vector>(values: &[i64]) -> V {
    V::from_i64s(values).0
}
