//! A value chosen from all of a lane, which is copied into scratch memory for it: the driver of
//! the order statistics.

use crate::element::Element;
use crate::error::Error;
use crate::rows::{Lanes, LanesMut, Sweep, View, ViewMut};
use crate::threads;

/// A statistic of the order of values, which needs all of a lane at once.
pub trait Select<T: Element>: Copy + Send + Sync {
    /// The result.
    type Out: Copy + Send + Sync;

    /// Of the values that are not NaN, which may be reordered, beside `nans` that are.
    fn select(&self, values: &mut [T], nans: usize) -> Self::Out;

    /// Whether one NaN decides the result, so that the others need not be looked at.
    fn stops_at_nan(&self) -> bool;
}

/// Fewer values than this are not worth a second thread.
const PARALLEL: usize = 1 << 15;

/// The statistic of all values.
pub fn all<T: Element, K: Select<T>>(view: &View<'_, T>, kernel: K) -> Result<K::Out, Error> {
    let mut out = kernel.select(&mut [], 0);
    along(view, u64::MAX, kernel, &mut ViewMut::from_mut(&mut out))?;
    Ok(out)
}

/// The statistic along the axes of the bit set `axes`, for each place of the others.
pub fn along<T: Element, K: Select<T>>(
    view: &View<'_, T>,
    axes: u64,
    kernel: K,
    out: &mut ViewMut<'_, K::Out>,
) -> Result<(), Error> {
    let mut sweep = Sweep::reducing(view, axes, false, out);
    let values = sweep.values();
    if values < PARALLEL {
        return select_all(&kernel, &mut sweep);
    }
    let parts = sweep.split(values.div_ceil(PARALLEL / 4), 1);
    threads::each(parts, &|mut part| select_all(&kernel, &mut part))
}

fn select_all<T: Element, K: Select<T>>(
    kernel: &K,
    sweep: &mut Sweep<'_, T, K::Out>,
) -> Result<(), Error> {
    let mut scratch = Vec::new();
    for (lanes, out) in sweep.bundles() {
        select_lanes(kernel, lanes, out, &mut scratch)?;
    }
    Ok(())
}

fn select_lanes<T: Element, K: Select<T>>(
    kernel: &K,
    lanes: Lanes<'_, T>,
    mut out: LanesMut<'_, K::Out>,
    scratch: &mut Vec<T>,
) -> Result<(), Error> {
    let len = lanes.len() * lanes.folds();
    for lane in 0..lanes.count() {
        scratch.clear();
        scratch
            .try_reserve_exact(len)
            .map_err(|_| Error::Memory { bytes: len.saturating_mul(size_of::<T>()) })?;
        let nans = gather(lanes, lane, kernel.stops_at_nan(), scratch);
        out.set(lane, 0, kernel.select(scratch, nans));
    }
    Ok(())
}

/// Copies what is not NaN of a lane and all that is folded into it, and counts the others.
fn gather<T: Element>(
    lanes: Lanes<'_, T>,
    lane: usize,
    stops_at_nan: bool,
    into: &mut Vec<T>,
) -> usize {
    let mut nans = 0;
    for fold in 0..lanes.folds() {
        let lane = lanes.fold(fold).lane(lane);
        let before = into.len();
        match lane.as_slice() {
            Some(values) => into.extend_from_slice(values),
            None => into.extend(lane.iter()),
        }
        if T::HAS_NAN {
            nans += lane.len() - drop_nans(into, before);
        }
        if stops_at_nan && nans > 0 {
            return nans;
        }
    }
    nans
}

/// Drops what is NaN from `first` on, without a branch; says how many values are left of those.
fn drop_nans<T: Element>(values: &mut Vec<T>, first: usize) -> usize {
    let mut kept = first;
    for at in first..values.len() {
        let value = values[at];
        values[kept] = value;
        kept += usize::from(!value.is_nan());
    }
    values.truncate(kept);
    kept - first
}
