//! NaN-aware statistics over n-dimensional arrays.

#[cfg(feature = "python")]
mod python;
