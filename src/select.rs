//! A value chosen from all of a lane: the driver of the order statistics.

use crate::element::Element;
use crate::error::Error;
use crate::rows::{Lanes, LanesMut, Sweep, View, ViewMut};
use crate::scratch::reserve;
use crate::simd::{Isa, Task, vectorized};
use crate::threads;
use crate::tile::{GROUP, Source};

/// A statistic of the order of values, which needs all of a lane at once.
pub trait Select<T: Element>: Copy + Send + Sync {
    /// The result.
    type Out: Copy + Send + Sync;

    /// The result of no values.
    const OF_NOTHING: Self::Out;

    /// Of the values, `nans` of which are NaN.
    fn select(&self, values: &[T], nans: usize, scratch: &mut Vec<u64>)
    -> Result<Self::Out, Error>;

    /// Whether one NaN decides the result, so that the others need not be counted.
    fn stops_at_nan(&self) -> bool;
}

/// Fewer values than this are not worth a second thread.
const PARALLEL: usize = 1 << 15;

/// The statistic of all values.
pub fn all<T: Element, K: Select<T>>(view: &View<'_, T>, kernel: K) -> Result<K::Out, Error> {
    let mut out = K::OF_NOTHING;
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
    let parts = sweep.split(values.div_ceil(PARALLEL / 4), GROUP);
    threads::each(parts, &|mut part| select_all(&kernel, &mut part))
}

fn select_all<T: Element, K: Select<T>>(
    kernel: &K,
    sweep: &mut Sweep<'_, T, K::Out>,
) -> Result<(), Error> {
    let (mut copies, mut scratch) = (Vec::new(), Vec::new());
    for (lanes, out) in sweep.bundles() {
        select_lanes(kernel, lanes, out, &mut copies, &mut scratch)?;
    }
    Ok(())
}

fn select_lanes<T: Element, K: Select<T>>(
    kernel: &K,
    lanes: Lanes<'_, T>,
    mut out: LanesMut<'_, K::Out>,
    copies: &mut Vec<T>,
    scratch: &mut Vec<u64>,
) -> Result<(), Error> {
    let mut select = |values: &[T]| {
        let nans = count_nans(values, kernel.stops_at_nan());
        kernel.select(values, nans, scratch)
    };
    if lanes.folds() == 1 {
        let mut source = Source::new(lanes, copies);
        for lane in 0..lanes.count() {
            out.set(lane, 0, select(source.lane(lane, T::LOWEST)?)?);
        }
        return Ok(());
    }
    for lane in 0..lanes.count() {
        gather(lanes, lane, copies)?;
        out.set(lane, 0, select(copies)?);
    }
    Ok(())
}

/// Copies a lane and all that is folded into it.
fn gather<T: Element>(lanes: Lanes<'_, T>, lane: usize, into: &mut Vec<T>) -> Result<(), Error> {
    into.clear();
    reserve(into, lanes.len() * lanes.folds())?;
    for fold in 0..lanes.folds() {
        let lane = lanes.fold(fold).lane(lane);
        match lane.as_slice() {
            Some(values) => into.extend_from_slice(values),
            None => into.extend(lane.iter()),
        }
    }
    Ok(())
}

/// How many values are NaN, or some of them, if one is enough.
fn count_nans<T: Element>(values: &[T], one_is_enough: bool) -> usize {
    struct Count<'a, T>(&'a [T]);

    impl<T: Element> Task for Count<'_, T> {
        type Out = usize;

        #[inline(always)]
        fn run<I: Isa>(self) -> usize {
            self.0.iter().filter(|value| value.is_nan()).count()
        }
    }

    /// Values between two looks at whether there was one.
    const STRETCH: usize = 1 << 12;
    let mut nans = 0;
    if T::HAS_NAN {
        for stretch in values.chunks(STRETCH) {
            nans += vectorized(Count(stretch));
            if one_is_enough && nans > 0 {
                break;
            }
        }
    }
    nans
}
