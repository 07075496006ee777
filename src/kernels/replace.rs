//! `replace`: another value for each that equals a given one.

use std::mem::MaybeUninit;

use crate::element::Element;
use crate::error::Error;
use crate::fill::Fill;

/// `replace`; NaN equals NaN here.
#[derive(Clone, Copy)]
pub struct Replace<T> {
    /// What is replaced.
    pub old: T,
    /// By what.
    pub new: T,
}

impl<T: Element> Fill<T> for Replace<T> {
    type Out = T;
    type Scratch = ();

    fn fill(&self, values: &[T], results: &mut [MaybeUninit<T>], (): &mut ()) -> Result<(), Error> {
        if self.old.is_nan() {
            replace(values, results, self.new, T::is_nan);
        } else {
            replace(values, results, self.new, |value| value == self.old);
        }
        Ok(())
    }
}

#[inline(always)]
fn replace<T: Element>(
    values: &[T],
    results: &mut [MaybeUninit<T>],
    new: T,
    is_old: impl Fn(T) -> bool,
) {
    for (result, &value) in results.iter_mut().zip(values) {
        result.write(if is_old(value) { new } else { value });
    }
}
