//! The window of a call.

use crate::error::Error;

/// The window of a call.
#[derive(Clone, Copy)]
pub struct Window {
    /// The length, at most that of the axis, as what is before it makes no difference.
    pub(crate) len: usize,
    pub(crate) min_count: usize,
}

impl Window {
    /// A window of `len` values along an axis of length `axis_len`, whose result is NaN if fewer
    /// than `min_count` of them are not; by default if any is.
    pub fn new(len: i64, min_count: Option<i64>, axis_len: usize) -> Result<Self, Error> {
        let (window, least) = (len, min_count.unwrap_or(len));
        if window < 1 {
            return Err(Error::Window { window });
        }
        if !(1..=window).contains(&least) {
            return Err(Error::MinCount { min_count: least, window });
        }
        let within = |count: i64| usize::try_from(count).unwrap_or(usize::MAX);
        Ok(Self { len: within(len).min(axis_len), min_count: within(least) })
    }

    /// Whether the axis has values enough for a result.
    pub fn has_results(self) -> bool {
        self.min_count <= self.len
    }
}
