//! A vector is some registers: written once for all machines, which differ in the registers alone.

use super::{LANES, Vector, Wide};

/// A register of some `f64`, and what the instructions of a machine do with it.
pub trait Register: Copy + 'static {
    /// How many values it has.
    const WIDTH: usize;
    /// Whether `mul_add` is an instruction.
    const FUSED: bool;
    /// The result of a comparison: true or false for each value.
    type Mask: Copy;

    /// The same value everywhere.
    fn splat(value: f64) -> Self;
    /// From neighbours, of which there are enough.
    fn load(values: &[f64]) -> Self;
    /// From neighbours of another dtype, of which there are enough.
    fn from_f32s(values: &[f32]) -> Self;
    /// From neighbours of another dtype, of which there are enough.
    fn from_i32s(values: &[i32]) -> Self;
    /// From neighbours of another dtype, of which there are enough: the nearest, and what is left.
    fn from_i64s(values: &[i64]) -> (Self, Self);
    /// To neighbours, of which there are enough.
    fn store(self, places: &mut [f64]);

    /// The sums.
    fn add(self, other: Self) -> Self;
    /// The differences.
    fn sub(self, other: Self) -> Self;
    /// The products.
    fn mul(self, other: Self) -> Self;
    /// The quotients.
    fn div(self, other: Self) -> Self;
    /// The square roots.
    fn sqrt(self) -> Self;
    /// The lesser; `other` where either is NaN.
    fn least(self, other: Self) -> Self;
    /// The greater; `other` where either is NaN.
    fn greatest(self, other: Self) -> Self;
    /// `value * factor + term`, rounded once. Without an instruction for it, all registers of a
    /// vector share one branch.
    fn mul_add<const N: usize>(
        value: Registers<Self, N>,
        factor: Registers<Self, N>,
        term: Registers<Self, N>,
    ) -> Registers<Self, N>;
    /// The rounded products and their errors.
    #[inline(always)]
    fn two_product<const N: usize>(
        a: Registers<Self, N>,
        b: Registers<Self, N>,
    ) -> (Registers<Self, N>, Registers<Self, N>) {
        fused_two_product(a, b)
    }

    /// Where `self` is less than `other`.
    fn simd_lt(self, other: Self) -> Self::Mask;
    /// Where `self` is at most `other`.
    fn simd_le(self, other: Self) -> Self::Mask;
    /// Where either is NaN.
    fn unordered(self, other: Self) -> Self::Mask;
    /// Where `self` is -0.0.
    fn is_negative_zero(self) -> Self::Mask;
    /// Where either mask is true.
    fn or(mask: Self::Mask, other: Self::Mask) -> Self::Mask;
    /// Whether the mask is true anywhere.
    fn any(mask: Self::Mask) -> bool;
    /// `if_true` where the mask is, else `if_false`.
    fn select(mask: Self::Mask, if_true: Self, if_false: Self) -> Self;
    /// `self`, plus `term` where the mask is true; else -0.0 may become 0.0.
    fn add_where(self, mask: Self::Mask, term: Self) -> Self;
}

/// `Register::two_product`, where `mul_add` is an instruction (Ogita, Rump & Oishi 2005, algorithm
/// 3.5).
#[inline(always)]
pub(super) fn fused_two_product<R: Register, const N: usize>(
    a: Registers<R, N>,
    b: Registers<R, N>,
) -> (Registers<R, N>, Registers<R, N>) {
    let product = a.mul(b);
    (product, a.mul_add(b, Registers::splat(-0.0).sub(product)))
}

/// A register, `W` of which are a square.
pub(super) trait Transpose<const W: usize>: Register {
    /// The columns of a square as rows.
    fn transpose(square: [Self; W]) -> [Self; W];
}

/// A register, from which squares of `LANES` are transposed.
pub trait TransposeLanes: Register {
    /// As `Wide::across`.
    fn across(lanes: [&[f64]; LANES], rows: &mut [f64]);
    /// As `Wide::along`.
    fn along(rows: &[f64], lane: impl FnMut(usize, &[f64]));
}

/// A vector of `N` registers.
#[derive(Clone, Copy)]
pub struct Registers<R, const N: usize>(pub(super) [R; N]);

/// An array of what `$of` is at each of `$count` places, of which there is one at least.
///
/// A function of a closure would not do: what is not inlined is compiled for the baseline.
macro_rules! each {
    ($count:expr, $at:ident => $of:expr) => {{
        let $at = 0;
        let mut all = [$of; $count];
        for $at in 1..$count {
            all[$at] = $of;
        }
        all
    }};
}
pub(super) use each;

/// Operations that each register does on its own.
macro_rules! operate_each {
    ($($operation:ident),*) => {$(
        #[inline(always)]
        fn $operation(self, other: Self) -> Self {
            Self(each!(N, at => self.0[at].$operation(other.0[at])))
        }
    )*};
}

/// Comparisons that each register does on its own.
macro_rules! compare_each {
    ($($comparison:ident),*) => {$(
        #[inline(always)]
        fn $comparison(self, other: Self) -> Self::Mask {
            each!(N, at => self.0[at].$comparison(other.0[at]))
        }
    )*};
}

impl<R: Register, const N: usize> Vector for Registers<R, N> {
    const LANES: usize = N * R::WIDTH;
    const WIDTH: usize = R::WIDTH;
    type Mask = [R::Mask; N];

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([R::splat(value); N])
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        let values = &values[..Self::LANES];
        Self(each!(N, at => R::load(&values[at * R::WIDTH..])))
    }
    #[inline(always)]
    fn from_f32s(values: &[f32]) -> Self {
        let values = &values[..Self::LANES];
        Self(each!(N, at => R::from_f32s(&values[at * R::WIDTH..])))
    }
    #[inline(always)]
    fn from_i32s(values: &[i32]) -> Self {
        let values = &values[..Self::LANES];
        Self(each!(N, at => R::from_i32s(&values[at * R::WIDTH..])))
    }
    #[inline(always)]
    fn from_i64s(values: &[i64]) -> (Self, Self) {
        let values = &values[..Self::LANES];
        let pairs: [_; N] = each!(N, at => R::from_i64s(&values[at * R::WIDTH..]));
        (Self(each!(N, at => pairs[at].0)), Self(each!(N, at => pairs[at].1)))
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        let places = &mut places[..Self::LANES];
        for at in 0..N {
            self.0[at].store(&mut places[at * R::WIDTH..]);
        }
    }

    operate_each!(add, sub, mul, div, least, greatest);
    compare_each!(simd_lt, simd_le);

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(each!(N, at => self.0[at].sqrt()))
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        R::mul_add(self, factor, term)
    }
    #[inline(always)]
    fn mul_add_loosely(self, factor: Self, term: Self) -> Self {
        if R::FUSED { self.mul_add(factor, term) } else { self.mul(factor).add(term) }
    }
    #[inline(always)]
    fn two_product(self, other: Self) -> (Self, Self) {
        R::two_product(self, other)
    }
    #[inline(always)]
    fn is_nan(self) -> Self::Mask {
        each!(N, at => self.0[at].unordered(self.0[at]))
    }
    #[inline(always)]
    fn is_negative_zero(self) -> Self::Mask {
        each!(N, at => self.0[at].is_negative_zero())
    }
    #[inline(always)]
    fn any_nan(self) -> bool {
        // A comparison looks at two registers at once.
        let mut mask = self.0[0].unordered(self.0[N - 1]);
        for at in 1..N.div_ceil(2) {
            mask = R::or(mask, self.0[at].unordered(self.0[N - 1 - at]));
        }
        R::any(mask)
    }
    #[inline(always)]
    fn select(mask: Self::Mask, if_true: Self, if_false: Self) -> Self {
        Self(each!(N, at => R::select(mask[at], if_true.0[at], if_false.0[at])))
    }
    #[inline(always)]
    fn add_where(self, mask: Self::Mask, term: Self) -> Self {
        Self(each!(N, at => self.0[at].add_where(mask[at], term.0[at])))
    }
}

impl<R: TransposeLanes, const N: usize> Wide for Registers<R, N> {
    #[inline(always)]
    fn across(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        R::across(lanes, rows);
    }
    #[inline(always)]
    fn along(rows: &[f64], lane: impl FnMut(usize, &[f64])) {
        R::along(rows, lane);
    }
}

/// `TransposeLanes::across` by squares of `W` registers.
#[inline(always)]
pub(super) fn across<R: Transpose<W>, const W: usize>(lanes: [&[f64]; LANES], rows: &mut [f64]) {
    let rows = &mut rows[..LANES * LANES];
    for top in (0..LANES).step_by(W) {
        for left in (0..LANES).step_by(W) {
            let square = R::transpose(each!(W, at => R::load(&lanes[left + at][top..])));
            for at in 0..W {
                square[at].store(&mut rows[(top + at) * LANES + left..]);
            }
        }
    }
}

/// `TransposeLanes::along` by squares of `W` registers.
#[inline(always)]
pub(super) fn along<R: Transpose<W>, const W: usize>(
    rows: &[f64],
    mut lane: impl FnMut(usize, &[f64]),
) {
    let rows = &rows[..LANES * LANES];
    for left in (0..LANES).step_by(W) {
        let mut lanes = [[0.0; LANES]; W];
        for top in (0..LANES).step_by(W) {
            let square = R::transpose(each!(W, at => R::load(&rows[(top + at) * LANES + left..])));
            for at in 0..W {
                square[at].store(&mut lanes[at][top..]);
            }
        }
        for at in 0..W {
            lane(left + at, &lanes[at]);
        }
    }
}
