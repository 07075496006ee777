//! `push`: the last value before each NaN.

use std::mem::MaybeUninit;

use crate::error::Error;
use crate::fill::Fill;
use crate::interrupt;
use crate::numeric::element::Element;
use crate::strided::Rows;

/// `push`
#[derive(Clone, Copy)]
pub struct Push {
    /// How far a value is pushed.
    pub limit: usize,
}

impl<T: Element> Fill<T> for Push {
    type Out = T;
    type Scratch = ();

    const TOLERANT: bool = true;

    fn fill(&self, values: &[T], results: &mut [MaybeUninit<T>], (): &mut ()) -> Result<(), Error> {
        let (mut last, mut distance) = (T::MISSING, 0);
        for (at, (result, &value)) in results.iter_mut().zip(values).enumerate() {
            interrupt::check_at(at, 1);
            result.write(self.next(value, &mut last, &mut distance));
        }
        Ok(())
    }

    #[inline(always)]
    fn fill_rows<const N: usize>(
        &self,
        rows: Rows<'_, T, N>,
        mut write: impl FnMut(usize, [T; N]),
    ) -> bool {
        let (mut last, mut distance) = ([T::MISSING; N], [0; N]);
        for (index, row) in rows.iter().enumerate() {
            let mut results = row;
            for lane in 0..N {
                results[lane] = self.next(row[lane], &mut last[lane], &mut distance[lane]);
            }
            write(index, results);
        }
        true
    }
}

impl Push {
    /// What becomes of a value, given the last that was not NaN and how many have come since.
    #[inline(always)]
    fn next<T: Element>(self, value: T, last: &mut T, distance: &mut usize) -> T {
        let is_nan = value.is_nan();
        *distance = if is_nan { *distance + 1 } else { 0 };
        *last = if is_nan { *last } else { value };
        if *distance > self.limit { value } else { *last }
    }
}
