//! Where the rows of a walk come from and where they go to.

use crate::error::Error;
use crate::numeric::element::{Element, Float};
use crate::simd::{Isa, Task, vectorized};
use crate::strided::{Better, LaneBatch, LaneBatchMut};

/// The inputs of a walk, each as rows of one value for each lane.
pub trait Source {
    /// How many rows have results.
    fn len(&self) -> usize;
    /// How many rows there are before these until all lanes begin.
    fn before(&self) -> usize;
    /// How many there are until there are no more values, if rows of tiles go on in others.
    fn after(&self) -> usize;
    /// Whether values may be so large or small that they ask for a second walk.
    fn has_extremes(&self) -> bool;
    /// Reads the rows of an input from `row` on, one after the other.
    fn load(&self, input: usize, row: isize, rows: &mut [f64]);
}

/// The output of a walk.
pub trait Sink {
    /// Writes the rows from `row` on.
    fn store(&mut self, row: usize, rows: &[f64]);
    /// Writes over those results for which the new value is the better one.
    fn amend(&mut self, row: usize, rows: &[f64], better: Better<'_>);
}

/// A statistic that walks from a source to a sink, whatever their dtypes.
pub trait Walker {
    /// Gives a result for each row.
    fn walk(&mut self, source: &dyn Source, sink: &mut dyn Sink) -> Result<(), Error>;
}

impl<T: Element, const INPUTS: usize> Source for [LaneBatch<'_, T>; INPUTS] {
    fn len(&self) -> usize {
        self[0].len()
    }

    fn before(&self) -> usize {
        self[0].before()
    }

    fn after(&self) -> usize {
        self[0].after()
    }

    fn has_extremes(&self) -> bool {
        T::HAS_EXTREMES
    }

    fn load(&self, input: usize, row: isize, rows: &mut [f64]) {
        vectorized(Load { batch: &self[input], row, rows });
    }
}

impl<O: Float> Sink for LaneBatchMut<'_, O> {
    fn store(&mut self, row: usize, rows: &[f64]) {
        vectorized(Store { batch: self, row, rows });
    }

    fn amend(&mut self, row: usize, rows: &[f64], better: Better<'_>) {
        self.amend(row, rows, better);
    }
}

struct Load<'a, T> {
    batch: &'a LaneBatch<'a, T>,
    row: isize,
    rows: &'a mut [f64],
}

impl<T: Element> Task for Load<'_, T> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.batch.load::<I::Vector>(self.row, self.rows);
    }
}

struct Store<'a, 'b, O> {
    batch: &'a mut LaneBatchMut<'b, O>,
    row: usize,
    rows: &'a [f64],
}

impl<O: Float> Task for Store<'_, '_, O> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        self.batch.store::<I::Vector>(self.row, self.rows);
    }
}
