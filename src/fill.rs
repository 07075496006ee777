//! A lane to a lane: the driver of what gives a result for each value.

use std::mem::MaybeUninit;

use crate::element::Element;
use crate::error::Error;
use crate::rows::{Cells, Job, Sweep, View, ViewMut};
use crate::threads;
use crate::tile::{GROUP, Sink, Source};

/// What becomes of the values of a lane.
pub trait Fill<T: Element>: Copy + Send + Sync {
    /// A result.
    type Out: Copy + Send + Sync;
    /// Memory to work in, which is used again for the next lane.
    type Scratch: Default;

    /// Writes the results of as many values, all of them unless it fails.
    fn fill(
        &self,
        values: &[T],
        results: &mut [MaybeUninit<Self::Out>],
        scratch: &mut Self::Scratch,
    ) -> Result<(), Error>;
}

/// Values that are changed at once: both copies stay in the first cache.
const RUN: usize = 2048;
/// Values that are a job for a thread.
const PIECE: usize = 1 << 17;
/// Fewer values than this are not worth a second thread.
const PARALLEL: usize = 1 << 15;

/// Changes values in their place, for a kernel that looks at each on its own.
pub fn in_place<T: Element, K: Fill<T, Out = T>>(
    cells: &mut Cells<'_, T>,
    kernel: K,
) -> Result<(), Error> {
    threads::each(cells.jobs(PIECE), &|job: Job<'_, T>| {
        let (mut values, mut results) = ([T::LOWEST; RUN], [MaybeUninit::uninit(); RUN]);
        let mut scratch = K::Scratch::default();
        for run in job.runs().flat_map(|run| run.parts(RUN)) {
            let (values, results) = (&mut values[..run.len()], &mut results[..run.len()]);
            run.read(values);
            kernel.fill(values, results, &mut scratch)?;
            run.write(results);
        }
        Ok(())
    })
}

/// The results along `axis`, each lane on its own.
pub fn along<T: Element, K: Fill<T>>(
    view: &View<'_, T>,
    axis: usize,
    kernel: K,
    out: &mut ViewMut<'_, K::Out>,
) -> Result<(), Error> {
    let mut sweep = Sweep::along(view, axis, out);
    let values = sweep.values();
    if values < PARALLEL {
        return fill_all(&kernel, &mut sweep);
    }
    let parts = sweep.split(values.div_ceil(PARALLEL / 4), GROUP);
    threads::each(parts, &|mut part| fill_all(&kernel, &mut part))
}

fn fill_all<T: Element, K: Fill<T>>(
    kernel: &K,
    sweep: &mut Sweep<'_, T, K::Out>,
) -> Result<(), Error> {
    let (mut values, mut results) = (Vec::new(), Vec::new());
    let mut scratch = K::Scratch::default();
    for (lanes, out) in sweep.bundles() {
        let mut source = Source::new(lanes, &mut values);
        let mut sink = Sink::new(out, &mut results);
        for lane in 0..lanes.count() {
            let values = source.lane(lane, T::LOWEST)?;
            sink.lane(lane, |results| kernel.fill(values, results, &mut scratch))?;
        }
    }
    Ok(())
}
