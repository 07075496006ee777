//! Whether there are values so large or so small that a second walk must scale them.

use std::ops;

use super::Source;
use super::scan::ROWS;
use crate::interrupt;
use crate::merge::{MagnitudeRange, Merge, Rescaling};
use crate::simd::{LANES, Vector};

/// Whether there were values that ask for a second walk; infinite ones and zeros may be taken for
/// such.
#[derive(Clone, Copy, Default)]
pub(super) struct Extremes {
    pub(super) large: bool,
    pub(super) small: bool,
}

impl Extremes {
    /// Remembers what there was among some values, as far as the statistic has to know; says whether
    /// all are finite. A walk of its own takes less time than another one would for the registers.
    #[inline(always)]
    pub(super) fn survey<K: Merge<INPUTS>, V: Vector, const INPUTS: usize>(
        &mut self,
        values: [&[f64]; INPUTS],
    ) -> bool {
        let zero = V::splat(0.0);
        let (mut finite_check, mut magnitudes) = (zero, Magnitudes::new());
        for values in values {
            for some in values.chunks_exact(V::LANES) {
                let some = V::load(some);
                finite_check = some.mul_add_loosely(zero, finite_check);
                magnitudes.see::<K, INPUTS>(some);
            }
        }
        self.see_large::<K, V, INPUTS>(&magnitudes);
        self.see_small::<K, V, INPUTS>(&magnitudes);
        !finite_check.any_nan()
    }

    /// Remembers whether there were large ones among some values, if the statistic has to know.
    #[inline(always)]
    pub(super) fn see_large<K: Merge<INPUTS>, V: Vector, const INPUTS: usize>(
        &mut self,
        magnitudes: &Magnitudes<V>,
    ) {
        if let Some(&Rescaling { beyond, .. }) = K::LARGE.first() {
            self.large |= is_any_less(V::splat(beyond), magnitudes.greatest)
                || is_any_less(magnitudes.least, V::splat(-beyond));
        }
    }

    /// Remembers whether there were small ones among some values, if the statistic has to know.
    #[inline(always)]
    pub(super) fn see_small<K: Merge<INPUTS>, V: Vector, const INPUTS: usize>(
        &mut self,
        magnitudes: &Magnitudes<V>,
    ) {
        if let Some(&Rescaling { beyond, .. }) = K::SMALL.first() {
            self.small |= is_any_less(magnitudes.least_square, V::splat(beyond * beyond));
        }
    }
}

/// The greatest and the least of some values and their least square.
pub(super) struct Magnitudes<V> {
    greatest: V,
    least: V,
    least_square: V,
}

impl<V: Vector> Magnitudes<V> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        Self { greatest: zero, least: zero, least_square: one }
    }

    /// Takes in a value, as far as the statistic has to know.
    #[inline(always)]
    pub(super) fn see<K: Merge<INPUTS>, const INPUTS: usize>(&mut self, value: V) {
        if !K::LARGE.is_empty() {
            self.greatest = value.max(self.greatest);
            self.least = value.min(self.least);
        }
        self.see_square::<K, INPUTS>(value);
    }

    /// Takes in the square alone.
    #[inline(always)]
    pub(super) fn see_square<K: Merge<INPUTS>, const INPUTS: usize>(&mut self, value: V) {
        if !K::SMALL.is_empty() {
            self.least_square = value.mul(value).min(self.least_square);
        }
    }
}

#[inline(always)]
fn is_any_less<V: Vector>(value: V, limit: V) -> bool {
    V::any(value.simd_lt(limit))
}

/// The greatest and the least magnitude of an input's finite values but zero.
#[cold]
pub(super) fn extremes(
    source: &dyn Source,
    input: usize,
    stretches: &mut dyn Iterator<Item = ops::Range<isize>>,
) -> (f64, f64) {
    let mut range = MagnitudeRange::NONE;
    let mut rows = [0.0; ROWS * LANES];
    let starts = stretches.flat_map(|rows| rows.clone().step_by(ROWS).map(move |it| it..rows.end));
    for (index, ops::Range { start, end }) in starts.enumerate() {
        interrupt::check_at(index * ROWS, ROWS);
        let rows = &mut rows[..ROWS.min((end - start) as usize) * LANES];
        source.load(input, start, rows);
        range.see(rows);
    }
    range.ends()
}
