//! Reductions: many values in, one out.
//!
//! A call asks for the statistic of all values, or of each *lane* along some axes. There are two
//! drivers, with one trait for what both make of an array, `Reduction`:
//!
//! ```text
//!                          Reduction
//!                         /         \
//!     Merged (merged.rs)             Columnwise (columns.rs)
//!     over `Merge`: sums, means,     over `Reduce`: what may end early (anynan), has an
//!     variances, covariances         index (nanargmin), is one of the values (nanmin), or
//!                                    is summed in integers
//! ```
//!
//! Both choose how to walk by the strides. A lane that lies in one piece is read in several columns
//! at once, which are merged at its end, so that no addition waits for the one before; lanes side
//! by side are columns already, and their rows are read one after the other:
//!
//! ```text
//!     one lane:  | v v v v | v v v v | ...      lanes:  | v | v | v |   row 0
//!                  columns 0 to 3                       | v | v | v |   row 1
//! ```
//!
//! Long lanes are cut into parts whose length depends on the shape of the array alone, so that a
//! result is the same from any number of threads; `spread` gives bundles of lanes to threads.

use crate::error::Error;
use crate::numeric::element::Element;
use crate::strided::{Lanes, LanesMut, Sweep, View, ViewMut};
use crate::threads;

mod columns;
mod contiguous;
mod merged;

pub(crate) use columns::state_of_all;
pub use columns::{Columnwise, Fold, Reduce, all};
pub(crate) use contiguous::reduce_contiguous;
pub use merged::Merged;

/// A reduction: a statistic of many values, of one input or of several that have the same shape.
pub trait Reduction<T: Element, const INPUTS: usize = 1>: Send + Sync {
    /// The result.
    type Out: Copy + Send + Sync;

    /// Whether the result depends on the positions of values.
    #[inline(always)]
    fn position_matters(&self) -> bool {
        false
    }

    /// Whether there is a result of no values at all.
    #[inline(always)]
    fn allows_empty(&self) -> bool {
        true
    }

    /// The result, if it is known without reading values. `empty`: there are none.
    #[inline(always)]
    fn known_without_data(&self, _empty: bool) -> Option<Self::Out> {
        None
    }

    /// The result, if it is known without reading values, or after reading the first few.
    #[inline(always)]
    fn early(&self, _views: [&View<'_, T>; INPUTS]) -> Option<Self::Out> {
        None
    }

    /// The statistic of all values.
    fn all(&self, views: [&View<'_, T>; INPUTS]) -> Result<Self::Out, Error>;

    /// The statistic along the axes of the bit set `axes`, for each place of the others.
    fn along(
        &self,
        views: [&View<'_, T>; INPUTS],
        axes: u64,
        out: &mut ViewMut<'_, Self::Out>,
    ) -> Result<(), Error>;
}

/// How many columns a row has: enough to fill the vector registers.
pub const N: usize = 32;
/// Values of a lane that are summed up before they are merged with others: a job for a thread.
const PART: usize = 1 << 15;
/// Fewer values than this are not worth a second thread.
const PARALLEL: usize = 1 << 18;

/// What is done with a bundle of lanes; by several threads, if there are too few bundles.
type BundleWork<'a, T, O, const INPUTS: usize> =
    dyn Fn([Lanes<'_, T>; INPUTS], LanesMut<'_, O>, bool) -> Result<(), Error> + Sync + 'a;

/// Reduces all bundles, on several threads where there is much to do.
fn spread<T: Element, O: Send, const INPUTS: usize>(
    sweep: Sweep<'_, T, O, INPUTS>,
    reduce: &BundleWork<'_, T, O, INPUTS>,
) -> Result<(), Error> {
    let large = sweep.values() >= PARALLEL;
    let parts = if large { sweep.values().div_ceil(PARALLEL / 4) } else { 1 };
    let parts = sweep.split(parts, N);
    let few = large && parts.len() < threads::count();
    let reduce_part = |mut part: Sweep<'_, T, O, INPUTS>| {
        part.bundles().try_for_each(|(lanes, out)| reduce(lanes, out, few))
    };
    if few {
        parts.into_iter().try_for_each(reduce_part)
    } else {
        threads::each(parts, &reduce_part)
    }
}

#[cfg(test)]
mod tests;
