//! Whether there are values so large or so small that a second walk must scale them.

use std::marker::PhantomData;
use std::ops;

use super::Source;
use super::scan::ROWS;
use crate::interrupt;
use crate::merge::{Merge, NO_MAGNITUDES, Rescaling, with_magnitude};
use crate::simd::{LANES, Vector};

/// The greatest and least magnitudes of some values, as far as it matters whether there are large
/// or small ones among them; infinite ones and zeros may be taken for such.
pub(super) struct Magnitudes<K, V> {
    greatest: V,
    least: V,
    least_square: V,
    kernel: PhantomData<K>,
}

impl<K: Merge, V: Vector> Magnitudes<K, V> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        Self { greatest: zero, least: zero, least_square: one, kernel: PhantomData }
    }

    #[inline(always)]
    pub(super) fn see_size(&mut self, value: V) {
        if !K::LARGE.is_empty() {
            self.greatest = value.greatest(self.greatest);
            self.least = value.least(self.least);
        }
    }

    #[inline(always)]
    pub(super) fn see_square(&mut self, value: V) {
        if !K::SMALL.is_empty() {
            self.least_square = value.mul(value).least(self.least_square);
        }
    }

    #[inline(always)]
    pub(super) fn is_large(&self) -> bool {
        let Some(&Rescaling { beyond, .. }) = K::LARGE.first() else { return false };
        is_any_less(V::splat(beyond), self.greatest) || is_any_less(self.least, V::splat(-beyond))
    }

    #[inline(always)]
    pub(super) fn is_small(&self) -> bool {
        let Some(&Rescaling { beyond, .. }) = K::SMALL.first() else { return false };
        is_any_less(self.least_square, V::splat(beyond * beyond))
    }
}

#[inline(always)]
pub(super) fn is_any_less<V: Vector>(value: V, limit: V) -> bool {
    V::splat(f64::NAN).where_less(value, limit, V::splat(0.0)).any_nan()
}

/// The greatest and the least magnitude of finite values but zero.
#[inline(never)]
pub(super) fn extremes<V: Vector>(
    source: &dyn Source,
    stretches: &mut dyn Iterator<Item = ops::Range<isize>>,
) -> (f64, f64) {
    let mut magnitudes = NO_MAGNITUDES;
    let mut rows = [0.0; ROWS * LANES];
    let starts = stretches.flat_map(|rows| rows.clone().step_by(ROWS).map(move |it| it..rows.end));
    for (index, ops::Range { start, end }) in starts.enumerate() {
        interrupt::check_at(index * ROWS, ROWS);
        let rows = &mut rows[..ROWS.min((end - start) as usize) * V::LANES];
        source.load(start, rows);
        magnitudes = rows.iter().copied().fold(magnitudes, with_magnitude);
    }
    magnitudes
}
