//! How squares of `LANES` by `LANES` are transposed, by the smaller squares that registers are.

use super::{LANES, Vector};

/// A register, `W` of which are a square.
pub(super) trait Transpose<const W: usize>: Vector {
    /// The columns of a square as rows.
    fn transpose(square: [Self; W]) -> [Self; W];
}

/// `Wide::transpose_in` by squares of `W` registers.
#[inline(always)]
pub(super) fn transpose_in<V: Transpose<W>, const W: usize>(
    lanes: [&[f64]; LANES],
    rows: &mut [f64],
) {
    let rows = &mut rows[..LANES * LANES];
    for top in (0..LANES).step_by(W) {
        for left in (0..LANES).step_by(W) {
            let mut square = [V::splat(0.0); W];
            for at in 0..W {
                square[at] = V::load(&lanes[left + at][top..]);
            }
            let square = V::transpose(square);
            for at in 0..W {
                square[at].store(&mut rows[(top + at) * LANES + left..]);
            }
        }
    }
}

/// `Wide::transpose_out` by squares of `W` registers.
#[inline(always)]
pub(super) fn transpose_out<V: Transpose<W>, const W: usize>(
    rows: &[f64],
    mut lane: impl FnMut(usize, &[f64]),
) {
    let rows = &rows[..LANES * LANES];
    for left in (0..LANES).step_by(W) {
        let mut lanes = [[0.0; LANES]; W];
        for top in (0..LANES).step_by(W) {
            let mut square = [V::splat(0.0); W];
            for at in 0..W {
                square[at] = V::load(&rows[(top + at) * LANES + left..]);
            }
            let square = V::transpose(square);
            for at in 0..W {
                square[at].store(&mut lanes[at][top..]);
            }
        }
        for at in 0..W {
            lane(left + at, &lanes[at]);
        }
    }
}
