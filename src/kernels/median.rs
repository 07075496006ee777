//! `median` and `nanmedian`: the value in the middle, or the mean of the two.

use crate::element::Element;
use crate::error::Error;
use crate::nth::nth;
use crate::select::Select;

/// `median`, and `nanmedian`, which leaves NaN out.
#[derive(Clone, Copy)]
pub struct Median {
    /// Whether NaN is left out, rather than the result of a lane that has one.
    pub skip_nan: bool,
}

impl<T: Element> Select<T> for Median {
    type Out = T::Float;

    const OF_NOTHING: T::Float = <T::Float as Element>::MISSING;

    fn stops_at_nan(&self) -> bool {
        !self.skip_nan
    }

    fn select(&self, values: &[T], nans: usize, scratch: &mut Vec<u64>) -> Result<T::Float, Error> {
        let count = values.len() - nans;
        if count == 0 || (nans > 0 && !self.skip_nan) {
            return Ok(<T::Float as Element>::MISSING);
        }
        let middle = nth(values, count / 2, scratch)?;
        let lower = if count.is_multiple_of(2) { middle.before } else { middle.value };
        Ok(lower.halfway(middle.value))
    }
}
