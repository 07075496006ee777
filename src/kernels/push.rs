//! `push`: the last value before each NaN.

use std::mem::MaybeUninit;

use crate::element::Element;
use crate::error::Error;
use crate::fill::Fill;

/// `push`
#[derive(Clone, Copy)]
pub struct Push {
    /// How far a value is pushed.
    pub limit: usize,
}

impl<T: Element> Fill<T> for Push {
    type Out = T;
    type Scratch = ();

    fn fill(&self, values: &[T], results: &mut [MaybeUninit<T>], (): &mut ()) -> Result<(), Error> {
        let mut last = T::MISSING;
        let mut distance = 0;
        for (result, &value) in results.iter_mut().zip(values) {
            let missing = value.is_nan();
            distance = if missing { distance + 1 } else { 0 };
            last = if missing { last } else { value };
            result.write(if distance > self.limit { value } else { last });
        }
        Ok(())
    }
}
