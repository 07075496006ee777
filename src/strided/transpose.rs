//! Rows across lanes that lie without gaps, by squares of eight by eight values.
#![expect(unsafe_code, reason = "moves values of any type as if they were `f64`")]

use std::array::from_fn;

use crate::simd::{Isa, LANES, Task, Wide};

/// Whether values are as large as an `f64`, and what is one may be read as any bits: where it is
/// passed in a register of x87, it may not stay what it is.
pub(super) fn can_transpose<T>() -> bool {
    size_of::<T>() == size_of::<f64>() && cfg!(not(target_arch = "x86"))
}

/// Makes rows of columns without gaps, of values that `can_transpose`.
pub(super) struct Transpose<'a, 'b, T, const N: usize> {
    pub(super) columns: [&'b [T]; N],
    pub(super) rows: &'a mut [[T; N]],
}

impl<T: Copy, const N: usize> Task for Transpose<'_, '_, T, N> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { columns, rows } = self;
        let len = rows.len();
        assert!(can_transpose::<T>() && columns.iter().all(|column| column.len() == len));
        // SAFETY: the values are as large as these, for which any bits will do. They are but moved.
        let rows = unsafe { std::slice::from_raw_parts_mut(rows.as_mut_ptr().cast(), len) };
        let rows: &mut [[f64; N]] = rows;
        for first in (0..N).step_by(LANES) {
            let columns: [&[f64]; LANES] = from_fn(|column| {
                // SAFETY: as above.
                unsafe { std::slice::from_raw_parts(columns[first + column].as_ptr().cast(), len) }
            });
            let mut square = [0.0; LANES * LANES];
            for top in tiles(len, LANES) {
                I::Vector::transpose_in(columns.map(|column| &column[top..]), &mut square);
                for (row, values) in rows[top..].iter_mut().zip(square.as_chunks::<LANES>().0) {
                    row[first..first + LANES].copy_from_slice(values);
                }
            }
        }
    }
}

/// The rows across lanes of at least `len` values, of which there are no fewer than lanes.
#[inline(always)]
pub(super) fn transpose_in<V: Wide>(lanes: [&[f64]; LANES], len: usize, rows: &mut [f64]) {
    for start in tiles(len, LANES) {
        V::transpose_in(lanes.map(|lane| &lane[start..]), &mut rows[start * LANES..]);
    }
}

/// The first rows of tiles of `tile` rows that cover `rows`, of which there are no fewer; the last
/// may overlap the one before it.
#[inline(always)]
pub(super) fn tiles(rows: usize, tile: usize) -> impl Iterator<Item = usize> {
    (0..rows).step_by(tile).map(move |first| first.min(rows - tile))
}
