//! `median` and `nanmedian`: the value in the middle, or the mean of the two.
//!
//! By selection, which is linear in the worst case too (the standard library's, which falls back
//! to the median of medians).

use std::cmp::Ordering;

use crate::element::Element;
use crate::select::Select;

/// `median`, and `nanmedian`, which leaves NaN out.
#[derive(Clone, Copy)]
pub struct Median {
    /// Whether NaN is left out, rather than the result of a lane that has one.
    pub skip_nan: bool,
}

impl<T: Element> Select<T> for Median {
    type Out = T::Float;

    fn stops_at_nan(&self) -> bool {
        !self.skip_nan
    }

    fn select(&self, values: &mut [T], nans: usize) -> T::Float {
        if values.is_empty() || (nans > 0 && !self.skip_nan) {
            return <T::Float as Element>::MISSING;
        }
        let len = values.len();
        let (below, &mut upper, _) = values.select_nth_unstable_by(len / 2, order);
        if len % 2 == 1 {
            return upper.halfway(upper);
        }
        let lower = below.iter().copied().reduce(|a, b| if b > a { b } else { a });
        lower.unwrap_or(upper).halfway(upper)
    }
}

/// The order of values that are not NaN.
#[inline(always)]
fn order<T: Element>(a: &T, b: &T) -> Ordering {
    a.partial_cmp(b).unwrap_or(Ordering::Equal)
}
