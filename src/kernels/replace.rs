//! `replace`: another value for each that equals a given one.

use crate::error::Error;
use crate::fill::in_place;
use crate::numeric::element::Element;
use crate::strided::Cells;

/// Replaces `old` by `new`; NaN equals NaN here.
pub fn replace<T: Element>(cells: &mut Cells<'_, T>, old: T, new: T) -> Result<(), Error> {
    if old.is_nan() {
        return in_place(cells, |value: T| value.is_nan(), new);
    }
    in_place(cells, |value| value == old, new)
}
