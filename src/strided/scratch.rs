//! Memory to work in: where there is none, an error rather than an abort.

use std::cell::RefCell;
use std::mem::take;

use crate::error::Error;
use crate::interrupt::{self, OFTEN};
use crate::simd::Row;
use crate::strided::Lane;

/// Makes room for so many more values.
pub fn reserve<T>(values: &mut Vec<T>, more: usize) -> Result<(), Error> {
    let bytes = values.len().saturating_add(more).saturating_mul(size_of::<T>());
    values.try_reserve(more).map_err(|_| Error::Memory { bytes })
}

/// Makes the values so many; new ones are `filler`.
pub fn resize<T: Copy>(values: &mut Vec<T>, len: usize, filler: T) -> Result<(), Error> {
    reserve(values, len.saturating_sub(values.len()))?;
    values.truncate(len);
    while values.len() < len {
        let more = OFTEN.min(len - values.len());
        interrupt::check_at(values.len(), more);
        values.resize(values.len() + more, filler);
    }
    Ok(())
}

/// Appends the values of a lane.
pub fn append<T: Copy>(values: &mut Vec<T>, lane: Lane<'_, T>) -> Result<(), Error> {
    reserve(values, lane.len())?;
    for start in (0..lane.len()).step_by(OFTEN) {
        let part = lane.part(start, OFTEN);
        interrupt::check_at(start, part.len());
        match part.as_slice() {
            Some(part) => values.extend_from_slice(part),
            None => part.append_to(values),
        }
    }
    Ok(())
}

/// The same, and all are `value`.
pub fn refill<T: Copy>(values: &mut Vec<T>, len: usize, value: T) -> Result<(), Error> {
    values.clear();
    resize(values, len, value)
}

/// So many values, all the same.
pub fn filled<T: Clone>(value: T, len: usize) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(len)
        .map_err(|_| Error::Memory { bytes: len.saturating_mul(size_of::<T>()) })?;
    values.resize(len, value);
    Ok(values)
}

/// Scratch rows with unspecified contents. A thread keeps those of short calls for its next call.
pub struct ScratchRows(Vec<Row>);

thread_local! {
    static SPARE: RefCell<Vec<Vec<Row>>> = const { RefCell::new(Vec::new()) };
}

impl ScratchRows {
    /// The most rows that are kept, and the most that are kept of them.
    const KEPT: usize = 1 << 13;
    const SPARE: usize = 8;

    /// Takes at least `len` rows, out of those that the thread has kept if there are any.
    pub fn take(len: usize) -> Result<Self, Error> {
        if len == 0 {
            return Ok(Self(Vec::new()));
        }
        let mut rows = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
        if rows.len() < len {
            resize(&mut rows, len, Row::ZERO)?;
        }
        Ok(Self(rows))
    }

    /// All rows, of which there may be more than were asked for.
    #[inline(always)]
    pub fn rows(&self) -> &[Row] {
        &self.0
    }

    /// All rows, to be written.
    #[inline(always)]
    pub fn rows_mut(&mut self) -> &mut [Row] {
        &mut self.0
    }
}

impl Drop for ScratchRows {
    fn drop(&mut self) {
        let rows = take(&mut self.0);
        if (1..=Self::KEPT).contains(&rows.len()) {
            // A thread that ends has no spare memory any more.
            let _ = SPARE.try_with(|spare| {
                let mut spare = spare.borrow_mut();
                if spare.len() < Self::SPARE {
                    spare.push(rows);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_not_there_is_an_error() {
        for (len, bytes) in [(usize::MAX / 16 + 1, usize::MAX / 2 + 1), (usize::MAX, usize::MAX)] {
            assert_eq!(filled(0.0, len), Err(Error::Memory { bytes }));
        }
    }

    #[test]
    fn short_memory_is_kept_and_long_is_not() -> Result<(), Error> {
        for len in [3, ScratchRows::KEPT, 5, ScratchRows::KEPT + 1] {
            let lines = [ScratchRows::take(len)?, ScratchRows::take(len)?];
            assert!(lines.iter().all(|lines| lines.rows().len() >= len));
        }
        let kept = SPARE.with_borrow(|spare| spare.iter().map(Vec::len).max());
        assert!(kept.is_none_or(|len| len <= ScratchRows::KEPT));
        Ok(())
    }
}
