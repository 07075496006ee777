//! Neighbours in one lane, read in as many columns as fill the registers.

use super::N;
use super::columns::{Fold, Reduce};
use crate::numeric::element::Element;
use crate::simd::{Baseline, Isa, Task, vectorized};
use crate::strided::Rows;

/// Fewer values than this are taken one by one.
const FEW: usize = 16;

/// The state of neighbours in one lane: as columns, which are merged. The few values that do not
/// fill a row are filled up with neutral ones, or else added to one more column.
pub(crate) fn reduce_contiguous<T: Element, K: Fold<T>>(kernel: &K, values: &[T]) -> K::State {
    if values.len() < FEW {
        return few(kernel, values);
    }
    let mut columns = kernel.init::<N>();
    let (rows, rest) = Rows::<T, N>::cut(values);
    add_rows(kernel, &mut columns, rows);
    let neutral = kernel.neutral();
    if let Some(neutral) = neutral {
        let mut last = [neutral; N];
        last[..rest.len()].copy_from_slice(rest);
        add_rows(kernel, &mut columns, Rows::of(&[last]));
    }
    fold_all(kernel, &mut columns);
    let state = kernel.state(&columns, 0);
    if neutral.is_some() { state } else { kernel.merge(state, few(kernel, rest)) }
}

/// The state of few values, in one column.
fn few<T: Element, K: Reduce<T>>(kernel: &K, values: &[T]) -> K::State {
    let mut column = kernel.init();
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

/// Makes one of all columns, by halves.
fn fold_all<T: Element, K: Fold<T>>(kernel: &K, columns: &mut K::Columns<N>) {
    vectorized(FoldAll { kernel, columns });
}

struct FoldAll<'a, T: Element, K: Fold<T>> {
    kernel: &'a K,
    columns: &'a mut K::Columns<N>,
}

impl<T: Element, K: Fold<T>> Task for FoldAll<'_, T, K> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let mut half = N / 2;
        while half > 0 {
            self.kernel.fold::<N>(self.columns, half);
            half /= 2;
        }
    }
}
