//! Moving windows: one value out for each value in.
//!
//! A lane is cut into blocks as long as the window, so that every window is the end of one block
//! and the beginning of the next:
//!
//! ```text
//!     values     a b c d | e f g h | i j k l      blocks of a window of four
//!     window         [c d   e f]                  the one that ends at f
//!
//!     suffixes   of the block before, from its end:     d, cd, bcd
//!     prefixes   of this block, from its beginning:     e, ef, efg, efgh
//!     results                            bcd + e, cd + ef, d + efg, efgh
//! ```
//!
//! The suffixes are summed up backwards when a block begins, the prefix grows by one value at each
//! step, and the two are combined for each result. That is three steps a value for any window. It
//! is called a *block scan*, or two stacks (for minima: van Herk 1992, Gil and Werman 1993).
//! Nothing is ever subtracted, so a value that has left the window has no part in the result.
//!
//! A processor adds several numbers at once but waits for each sum, so eight lanes are walked in
//! step, each in one place of a vector (`scan`, and `blocks` for what is done with one block). A
//! lane of its own is cut into eight segments first. Where these are shorter than the window, they
//! are tiles (`tiles`): what lies between the two blocks of a window is the same for all rows of a
//! tile, so the suffixes begin with it.
//!
//! Most data is finite. As long as the values and results of a stretch are, no window counts its
//! values; the first one that is not has the stretch done again, with care.
//!
//! A call is cut into pieces, which several threads can do (`pieces`). Rows of a piece are read and
//! written with the type of the statistic left behind (`rows`), so that conversions are compiled
//! for each dtype and not for each statistic, and scans the other way round.

use std::mem::MaybeUninit;

use crate::error::Error;
use crate::merge::{Merge, Sample, WindowInfo, anchored, one_if_value, together};
use crate::numeric::element::{Element, Float};
use crate::simd::{Isa, One, Task, Vector, dispatch, vectorized};
use crate::strided::{Sweep, View, ViewMut};

mod blocks;
mod magnitudes;
pub(crate) mod pieces;
mod rows;
mod scan;
mod tiles;
mod window;

use magnitudes::{Extremes, Magnitudes};
pub(crate) use pieces::{Piece, each_piece, segment_len, stretch_len};
pub use rows::{Sink, Source, Walker};
use scan::WithScan;
pub use window::Window;

/// Arrays of at most this many values are walked window by window, without a scan, ...
const FEW: usize = 64;
/// ... if all windows together have at most this many.
const FEW_PUSHED: usize = 256;
/// Fewer values than this are not worth a second thread.
pub(crate) const PARALLEL: usize = 1 << 17;

/// The statistic of the window that ends at each place along `axis`, of inputs of one shape.
pub fn along<T: Element, const INPUTS: usize>(
    views: [&View<'_, T>; INPUTS],
    axis: usize,
    window: Window,
    kernel: &dyn AnyMoving<INPUTS>,
    out: &mut ViewMut<'_, T::Float>,
) -> Result<(), Error> {
    if let Some(places) = out.as_slice_mut()
        && places.len() <= FEW
        && places.len() * window.len <= FEW_PUSHED
        && few(views, window, kernel, places)
    {
        return Ok(());
    }
    let sweep = Sweep::along(views, axis, out);
    let parallel = sweep.values() >= PARALLEL;
    let work = |piece: Piece<'_, T, T::Float, INPUTS>| piece.walk(kernel, window);
    each_piece(sweep, window, parallel, &|lanes| stretch_len(lanes, window), &work)
}

/// Looks directly at a few neighbours, if none asks for more than one look.
#[inline(never)]
fn few<T: Element, const INPUTS: usize>(
    views: [&View<'_, T>; INPUTS],
    window: Window,
    kernel: &dyn AnyMoving<INPUTS>,
    places: &mut [MaybeUninit<T::Float>],
) -> bool {
    let (mut floats, mut results) = ([[0.0; FEW]; INPUTS], [0.0; FEW]);
    let results = &mut results[..places.len()];
    for (view, floats) in views.iter().zip(&mut floats) {
        let Some(values) = view.as_slice() else { return false };
        T::copy_to_f64s(values, &mut floats[..places.len()]);
    }
    let floats = floats.each_ref().map(|floats| &floats[..places.len()]);
    if !kernel.directly(window, floats, results) && T::HAS_EXTREMES {
        return false;
    }
    for (place, result) in places.iter_mut().zip(results) {
        place.write(T::Float::from_f64(*result));
    }
    true
}

/// A kernel whose type is left behind, so that what moves values is compiled for each dtype and
/// not for each statistic.
pub trait AnyMoving<const INPUTS: usize = 1>: Sync {
    /// The results of a few values of a lane; says whether none asks for a second walk.
    fn directly(&self, window: Window, values: [&[f64]; INPUTS], results: &mut [f64]) -> bool;
    /// Gives `work` what walks with the best instructions through lanes of at most `len` rows.
    fn with_walker(
        &self,
        window: Window,
        len: usize,
        work: &mut dyn FnMut(&mut dyn Walker) -> Result<(), Error>,
    ) -> Result<(), Error>;
}

impl<K: Merge<INPUTS>, const INPUTS: usize> AnyMoving<INPUTS> for K {
    fn directly(&self, window: Window, values: [&[f64]; INPUTS], results: &mut [f64]) -> bool {
        vectorized(Directly { kernel: *self, window, values, results })
    }

    fn with_walker(
        &self,
        window: Window,
        len: usize,
        work: &mut dyn FnMut(&mut dyn Walker) -> Result<(), Error>,
    ) -> Result<(), Error> {
        dispatch(WithScan { kernel: *self, window, len, work })
    }
}

/// Inserts the values of each window into a state of its own, one after the other.
struct Directly<'a, K, const INPUTS: usize> {
    kernel: K,
    window: Window,
    values: [&'a [f64]; INPUTS],
    results: &'a mut [f64],
}

impl<K: Merge<INPUTS>, const INPUTS: usize> Task for Directly<'_, K, INPUTS> {
    type Out = bool;

    #[inline(always)]
    fn run<I: Isa>(self) -> bool {
        let Self { kernel, window, values, results } = self;
        let (zero, one) = (One::<I>::splat(0.0), One::<I>::splat(1.0));
        let min_count = One::splat(window.min_count as f64);
        let mut magnitudes = Magnitudes::new();
        for (last, result) in results.iter_mut().enumerate() {
            let mut anchors = [One::splat(f64::NAN); INPUTS];
            let (mut state, mut count, mut place) = (kernel.empty(), zero, zero);
            for at in (last + 1).saturating_sub(window.len)..=last {
                let mut row = [zero; INPUTS];
                for input in 0..INPUTS {
                    row[input] = One::load(&values[input][at..]);
                }
                let values = together(row);
                place = One::splat(at as f64);
                anchors = anchored(anchors, values);
                state = kernel.insert::<_, true>(state, Sample::new(values, anchors, place));
                count = count.add(one_if_value(values[0]));
            }
            for values in values {
                magnitudes.see::<K, INPUTS>(One::<I>::load(&values[last..]));
            }
            let whole = WindowInfo { count, inverse: one.div(count), row: place };
            kernel
                .finish::<_, true>(state, whole)
                .where_reaches(count, min_count)
                .store(std::slice::from_mut(result));
        }
        let mut extremes = Extremes::default();
        extremes.see_large::<K, _, INPUTS>(&magnitudes);
        extremes.see_small::<K, _, INPUTS>(&magnitudes);
        !extremes.large && !extremes.small
    }
}

#[cfg(test)]
mod tests;
