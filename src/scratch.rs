//! Memory to work in: where there is none, an error rather than an abort.

use crate::error::Error;

/// Makes room for so many more values.
pub fn reserve<T>(values: &mut Vec<T>, more: usize) -> Result<(), Error> {
    let bytes = values.len().saturating_add(more).saturating_mul(size_of::<T>());
    values.try_reserve(more).map_err(|_| Error::Memory { bytes })
}

/// Makes the values so many; new ones are `filler`.
pub fn resize<T: Copy>(values: &mut Vec<T>, len: usize, filler: T) -> Result<(), Error> {
    reserve(values, len.saturating_sub(values.len()))?;
    values.resize(len, filler);
    Ok(())
}
