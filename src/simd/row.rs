//! Vectors in memory.
#![expect(unsafe_code, reason = "rows of values are read as the values themselves")]

use super::LANES;

/// As many values as the widest vector has, in memory: a cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Row([f64; LANES]);

impl Row {
    /// Zeros.
    pub const ZERO: Self = Self([0.0; LANES]);

    /// The values of some, one after the other.
    #[inline(always)]
    pub fn values(rows: &[Self]) -> &[f64] {
        // SAFETY: a row is `LANES` values and nothing else, and its alignment is its size.
        unsafe { std::slice::from_raw_parts(rows.as_ptr().cast(), rows.len() * LANES) }
    }

    /// The same, to be written.
    #[inline(always)]
    pub fn values_mut(rows: &mut [Self]) -> &mut [f64] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(rows.as_mut_ptr().cast(), rows.len() * LANES) }
    }
}
