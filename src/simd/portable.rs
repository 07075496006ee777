//! Vectors that are written without intrinsics.

use std::array::from_fn;
use std::marker::PhantomData;

use super::baseline::{Baseline, FUSED, can_emulate, mul_add_within_range};
use super::{Isa, LANES, SIGN, Vector, Wide};

/// One `f64`, where there is but one lane.
#[derive(Clone, Copy)]
pub struct One<I>(f64, PhantomData<I>);

impl<I: Isa> One<I> {
    #[inline(always)]
    fn new(value: f64) -> Self {
        Self(value, PhantomData)
    }
}

impl<I: Isa> Vector for One<I> {
    const LANES: usize = 1;
    const WIDTH: usize = 1;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self::new(value)
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        Self::new(values[0])
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        places[0] = self.0;
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self::new(self.0 + other.0)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self::new(self.0 - other.0)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self::new(self.0 * other.0)
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self::new(self.0 / other.0)
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        Self::new(I::mul_add(self.0, factor.0, term.0))
    }
    #[inline(always)]
    fn mul_sub_from(self, factor: Self, term: Self) -> Self {
        Self::new(I::mul_add(-self.0, factor.0, term.0))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self::new(self.0.sqrt())
    }
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        if self.0 < other.0 { self } else { other }
    }
    #[inline(always)]
    fn greatest(self, other: Self) -> Self {
        if self.0 > other.0 { self } else { other }
    }
    #[inline(always)]
    fn unless_nan(self, key: Self, other: Self) -> Self {
        if key.0.is_nan() { other } else { self }
    }
    #[inline(always)]
    fn where_reaches(self, key: Self, limit: Self) -> Self {
        if key.0 >= limit.0 { self } else { Self::new(f64::NAN) }
    }
    #[inline(always)]
    fn where_less(self, key: Self, limit: Self, other: Self) -> Self {
        if key.0 < limit.0 { self } else { other }
    }
    #[inline(always)]
    fn where_at_most(self, key: Self, limit: Self, other: Self) -> Self {
        if key.0 <= limit.0 { self } else { other }
    }
    #[inline(always)]
    fn add_where_less(self, term: Self, key: Self, limit: Self) -> Self {
        if key.0 < limit.0 { self.add(term) } else { self }
    }
    #[inline(always)]
    fn any_nan(self) -> bool {
        self.0.is_nan()
    }
    #[inline(always)]
    fn add_where_negative_zero(self, term: Self, key: Self) -> Self {
        if key.0.to_bits() == SIGN { self.add(term) } else { self }
    }
}

/// Eight `f64` in an array, left to the compiler.
#[derive(Clone, Copy)]
pub struct Eight([f64; 8]);

impl Eight {
    #[inline(always)]
    fn each(self, other: Self, of: impl Fn(f64, f64) -> f64) -> Self {
        Self(from_fn(|lane| of(self.0[lane], other.0[lane])))
    }

    #[inline(always)]
    fn each_of_three(self, a: Self, b: Self, of: impl Fn(f64, f64, f64) -> f64) -> Self {
        Self(from_fn(|lane| of(self.0[lane], a.0[lane], b.0[lane])))
    }
}

impl Vector for Eight {
    const LANES: usize = 8;
    const WIDTH: usize = 2;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; 8])
    }
    #[inline(always)]
    fn load(values: &[f64]) -> Self {
        Self(from_fn(|lane| values[lane]))
    }
    #[inline(always)]
    fn store(self, places: &mut [f64]) {
        places[..8].copy_from_slice(&self.0);
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.each(other, |a, b| a / b)
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        // Where all lanes can be emulated there is no branch in any.
        let can_emulate = |lane: usize| can_emulate(self.0[lane], factor.0[lane], term.0[lane]);
        if !FUSED && (0..8).fold(true, |all, lane| all & can_emulate(lane)) {
            return self.each_of_three(factor, term, mul_add_within_range);
        }
        self.each_of_three(factor, term, Baseline::mul_add)
    }
    #[inline(always)]
    fn mul_sub_from(self, factor: Self, term: Self) -> Self {
        Self(self.0.map(|value| -value)).mul_add(factor, term)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.map(f64::sqrt))
    }
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        self.each(other, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn greatest(self, other: Self) -> Self {
        self.each(other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn unless_nan(self, key: Self, other: Self) -> Self {
        self.each_of_three(key, other, |value, key, other| if key.is_nan() { other } else { value })
    }
    #[inline(always)]
    fn where_reaches(self, key: Self, limit: Self) -> Self {
        self.each_of_three(
            key,
            limit,
            |value, key, limit| {
                if key >= limit { value } else { f64::NAN }
            },
        )
    }
    #[inline(always)]
    fn where_less(self, key: Self, limit: Self, other: Self) -> Self {
        let pick = |lane: usize| key.0[lane] < limit.0[lane];
        Self(from_fn(|lane| if pick(lane) { self.0[lane] } else { other.0[lane] }))
    }
    #[inline(always)]
    fn where_at_most(self, key: Self, limit: Self, other: Self) -> Self {
        let pick = |lane: usize| key.0[lane] <= limit.0[lane];
        Self(from_fn(|lane| if pick(lane) { self.0[lane] } else { other.0[lane] }))
    }
    #[inline(always)]
    fn add_where_less(self, term: Self, key: Self, limit: Self) -> Self {
        let term =
            key.each_of_three(limit, term, |key, limit, term| if key < limit { term } else { 0.0 });
        self.add(term)
    }
    #[inline(always)]
    fn any_nan(self) -> bool {
        self.0.iter().fold(false, |any, value| any | value.is_nan())
    }
    #[inline(always)]
    fn add_where_negative_zero(self, term: Self, key: Self) -> Self {
        self.each_of_three(
            term,
            key,
            |value, term, key| {
                if key.to_bits() == SIGN { value + term } else { value }
            },
        )
    }
}

impl Wide for Eight {
    #[inline(always)]
    fn across(lanes: [&[f64]; LANES], rows: &mut [f64]) {
        for (at, row) in rows[..64].chunks_exact_mut(8).enumerate() {
            row.copy_from_slice(&from_fn::<_, 8, _>(|of| lanes[of][at]));
        }
    }
    #[inline(always)]
    fn along(rows: &[f64], mut lane: impl FnMut(usize, &[f64])) {
        for of in 0..8 {
            let values: [f64; 8] = from_fn(|row| rows[8 * row + of]);
            lane(of, &values);
        }
    }
}
