//! Neighbours in one lane, read in as many columns as fill the registers.

use super::N;
use super::columns::{Fold, Reduce};
use crate::numeric::element::Element;
use crate::simd::{Baseline, Isa, Task, vectorized};
use crate::strided::Rows;

/// Fewer values than this are taken one by one.
const FEW: usize = 16;

/// The state of neighbours in one lane: as columns, which are merged.
pub(crate) fn reduce_contiguous<T: Element, K: Fold<T>>(kernel: &K, values: &[T]) -> K::State {
    if values.len() < FEW {
        return few(kernel, kernel.init(), values);
    }
    contiguous_from(kernel, kernel.init::<N>(), kernel.init::<1>(), values)
}

/// The state of neighbours, added to `M` columns as far as they fill rows. The few values that are
/// left over are filled up to a row with neutral ones, or else added to one more column.
#[inline(never)]
fn contiguous_from<T: Element, K: Fold<T>, const M: usize>(
    kernel: &K,
    mut columns: K::Columns<M>,
    mut column: K::Columns<1>,
    values: &[T],
) -> K::State {
    let (rows, rest) = Rows::<T, M>::cut(values);
    add_rows(kernel, &mut columns, rows);
    if let Some(neutral) = kernel.neutral() {
        let mut last = [neutral; M];
        last[..rest.len()].copy_from_slice(rest);
        add_rows(kernel, &mut columns, Rows::of(&[last]));
    } else {
        kernel.add::<Baseline, 1>(&mut column, Rows::cut(rest).0);
    }
    fold_all(kernel, &mut columns);
    kernel.merge(kernel.state(&columns, 0), kernel.state(&column, 0))
}

/// The state of few values, in a column that has been started.
fn few<T: Element, K: Reduce<T>>(kernel: &K, mut column: K::Columns<1>, values: &[T]) -> K::State {
    kernel.add::<Baseline, 1>(&mut column, Rows::cut(values).0);
    kernel.state(&column, 0)
}

/// Adds rows with the best instructions of the machine.
pub(super) fn add_rows<T: Element, K: Reduce<T>, const N: usize>(
    kernel: &K,
    columns: &mut K::Columns<N>,
    rows: Rows<'_, T, N>,
) {
    vectorized(Add { kernel, columns, rows });
}

struct Add<'a, T: Element, K: Reduce<T>, const N: usize> {
    kernel: &'a K,
    columns: &'a mut K::Columns<N>,
    rows: Rows<'a, T, N>,
}

impl<T: Element, K: Reduce<T>, const N: usize> Task for Add<'_, T, K, N> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.kernel.add::<I, N>(self.columns, self.rows);
    }
}

/// Makes one of all columns, by halves, so that errors stay small.
fn fold_all<T: Element, K: Fold<T>, const M: usize>(kernel: &K, columns: &mut K::Columns<M>) {
    vectorized(FoldAll { kernel, columns });
}

struct FoldAll<'a, T: Element, K: Fold<T>, const M: usize> {
    kernel: &'a K,
    columns: &'a mut K::Columns<M>,
}

impl<T: Element, K: Fold<T>, const M: usize> Task for FoldAll<'_, T, K, M> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let mut half = M / 2;
        while half > 0 {
            self.kernel.fold::<M>(self.columns, half);
            half /= 2;
        }
    }
}
