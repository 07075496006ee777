//! A lane to a lane: the driver of what changes values and keeps their number.

use crate::element::Element;
use crate::error::Error;
use crate::rows::{Cells, Job};
use crate::threads;

/// What becomes of the values of a lane.
pub trait Fill<T: Element>: Copy + Send + Sync {
    /// The dtype of the results.
    type Out: Element;

    /// Writes the results of as many values.
    fn fill(&self, values: &[T], results: &mut [Self::Out]);
}

/// Values that are changed at once: both copies stay in the first cache.
const RUN: usize = 2048;
/// Values that are a job for a thread.
const PIECE: usize = 1 << 17;

/// Changes values in their place, for a kernel that looks at each on its own.
pub fn in_place<T: Element, K: Fill<T, Out = T>>(
    cells: &mut Cells<'_, T>,
    kernel: K,
) -> Result<(), Error> {
    threads::each(cells.jobs(PIECE), &|job: Job<'_, T>| {
        let (mut values, mut results) = ([T::LOWEST; RUN], [T::LOWEST; RUN]);
        for run in job.runs().flat_map(|run| run.parts(RUN)) {
            let (values, results) = (&mut values[..run.len()], &mut results[..run.len()]);
            run.read(values);
            kernel.fill(values, results);
            run.write(results);
        }
        Ok(())
    })
}
