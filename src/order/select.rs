//! Values chosen from all of a lane: the driver of the order statistics.

use crate::error::Error;
use crate::interrupt;
use crate::numeric::element::Element;
use crate::simd::{Isa, Task, vectorized};
use crate::strided::scratch::{append, reserve};
use crate::strided::tile::{GROUP, Source};
use crate::strided::{Lanes, LanesMut, Sweep, View, ViewMut};
use crate::threads;

/// A statistic of the order of values, which needs all of a lane at once.
pub trait Select<T: Element>: Copy + Send + Sync {
    /// A result, of which a lane may have several.
    type Out: Copy + Send + Sync;

    /// The result of no values.
    const OF_NOTHING: Self::Out;

    /// One of the results of the values, `nans` of which are NaN. They are asked for in order, with
    /// the scratch memory that the one before has left.
    fn select(
        &self,
        values: &[T],
        nans: usize,
        result: usize,
        scratch: &mut Vec<u64>,
    ) -> Result<Self::Out, Error>;

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

/// The statistic along the axes of the bit set `axes`, for each place of the others. If `out` has
/// one dimension more than these, its first is for the results that each lane has.
pub fn along<T: Element, K: Select<T>>(
    view: &View<'_, T>,
    axes: u64,
    kernel: K,
    out: &mut ViewMut<'_, K::Out>,
) -> Result<(), Error> {
    let mut sweep = Sweep::reducing([view], axes, false, out);
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
    for ([lanes], out) in sweep.bundles() {
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
    let mut select = |lane: usize, values: &[T]| {
        let nans = count_nans(values, kernel.stops_at_nan());
        for result in 0..out.len() {
            out.set(lane, result, kernel.select(values, nans, result, scratch)?);
        }
        Ok(())
    };
    if lanes.folds() == 1 {
        let mut source = Source::new(lanes, 0, copies);
        return (0..lanes.count()).try_for_each(|lane| select(lane, source.lane(lane, T::LOWEST)?));
    }
    (0..lanes.count()).try_for_each(|lane| {
        gather(lanes, lane, copies)?;
        select(lane, copies)
    })
}

/// Copies a lane and all that is folded into it.
fn gather<T: Element>(lanes: Lanes<'_, T>, lane: usize, into: &mut Vec<T>) -> Result<(), Error> {
    into.clear();
    reserve(into, lanes.len() * lanes.folds())?;
    for fold in 0..lanes.folds() {
        interrupt::check_at(fold * lanes.len(), lanes.len());
        append(into, lanes.lane_of_fold(fold, lane))?;
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
        for (index, stretch) in values.chunks(STRETCH).enumerate() {
            interrupt::check_at(index * STRETCH, STRETCH);
            nans += vectorized(Count(stretch));
            if one_is_enough && nans > 0 {
                break;
            }
        }
    }
    nans
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;
    use crate::kernels::median::Median;
    use crate::kernels::quantile::{Method, Quantile};
    use crate::testing::{ANY, APART, Layout, Random, Strided, same, with_threads, without};

    /// A kernel that tells what the driver gives it.
    #[derive(Clone, Copy)]
    struct Gathered {
        stops_at_nan: bool,
    }

    impl<T: Element> Select<T> for Gathered {
        /// How many values and how many NaN, and the exact sum.
        type Out = (usize, usize, f64);

        const OF_NOTHING: Self::Out = (0, 0, 0.0);

        fn select(
            &self,
            values: &[T],
            nans: usize,
            _result: usize,
            _scratch: &mut Vec<u64>,
        ) -> Result<Self::Out, Error> {
            let numbers = values.iter().filter(|value| !value.is_nan());
            let sum = numbers.map(|value| value.to_f64()).sum();
            Ok((values.len() - nans, nans, sum))
        }

        fn stops_at_nan(&self) -> bool {
            self.stops_at_nan
        }
    }

    fn gathered<T: Element>(lane: &[T]) -> (usize, usize, f64) {
        let values: Vec<T> = lane.iter().copied().filter(|value| !value.is_nan()).collect();
        let sum = values.iter().map(|value| value.to_f64()).sum();
        (values.len(), lane.len() - values.len(), sum)
    }

    /// By sorting.
    fn median<T: Element>(lane: &[T], skip_nan: bool) -> f64 {
        let mut values: Vec<T> = lane.iter().copied().filter(|value| !value.is_nan()).collect();
        if values.is_empty() || (values.len() < lane.len() && !skip_nan) {
            return f64::NAN;
        }
        values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        let (lower, upper) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        lower.halfway(upper).to_f64()
    }

    fn check<T: Element>(array: &Strided<T>, axes: u64, random: &mut Random) {
        let (lens, lanes) = (without(&array.lens(), axes), array.lanes(axes));
        let layout = Layout::random(lens.len(), &APART, random);
        for stops_at_nan in [false, true] {
            let unwritten = (usize::MAX, 0, 0.0);
            let mut out = Strided::filled(&lens, &layout, unwritten);
            let kernel = Gathered { stops_at_nan };
            assert_eq!(along(&array.view(), axes, kernel, &mut out.view_mut()), Ok(()));
            for (result, lane) in out.values().into_iter().zip(&lanes) {
                let (expected, (_, nans, _)) = (gathered(lane), result);
                assert!(result == expected || (stops_at_nan && expected.1 > 0 && nans > 0));
            }
            let written = out.memory.iter().filter(|&&place| place != unwritten).count();
            assert_eq!(written, lanes.len());
        }
        for skip_nan in [false, true] {
            let mut out = Strided::filled(&lens, &layout, T::Float::LOWEST);
            let kernel = Median { skip_nan };
            assert_eq!(along(&array.view(), axes, kernel, &mut out.view_mut()), Ok(()));
            for (result, lane) in out.values().into_iter().zip(&lanes) {
                let expected = median(lane, skip_nan);
                assert!(same(result.to_f64() + 0.0, expected + 0.0), "{expected}");
            }
            check_several(array, axes, skip_nan, random);
            let result = all(&array.view(), kernel).map(Element::to_f64);
            let expected = median(&array.values(), skip_nan);
            assert!(result.is_ok_and(|result| same(result + 0.0, expected + 0.0)), "{expected}");
        }
    }

    /// The least, the middle and the greatest; so often that they are taken from what is sorted.
    fn check_several<T: Element>(
        array: &Strided<T>,
        axes: u64,
        skip_nan: bool,
        random: &mut Random,
    ) {
        let shares = [0.0, 0.5, 1.0].repeat(1 + 5 * random.below(2));
        let kernel = Quantile { shares: &shares, method: Method::Linear, skip_nan };
        let lens = [vec![shares.len()], without(&array.lens(), axes)].concat();
        let layout = Layout::random(lens.len(), &APART, random);
        let mut out = Strided::filled(&lens, &layout, T::Float::LOWEST);
        assert_eq!(along(&array.view(), axes, kernel, &mut out.view_mut()), Ok(()));
        let ends = |lane: &[T]| {
            let numbers = || lane.iter().filter(|value| !value.is_nan()).map(|it| it.to_f64());
            let is_missing = numbers().count() < if skip_nan { 1 } else { lane.len().max(1) };
            let missing = |value| if is_missing { f64::NAN } else { value };
            let (least, greatest) = (numbers().reduce(f64::min), numbers().reduce(f64::max));
            [
                missing(least.unwrap_or(0.0)),
                median(lane, skip_nan),
                missing(greatest.unwrap_or(0.0)),
            ]
        };
        let lanes = array.lanes(axes);
        for (results, at) in out.values().chunks(lanes.len().max(1)).zip(0..) {
            for (&result, lane) in results.iter().zip(&lanes) {
                let expected = ends(lane)[at % 3];
                assert!(same(result.to_f64() + 0.0, expected + 0.0), "{at}: {expected}");
            }
        }
    }

    #[test]
    fn each_lane_is_gathered_whole() {
        let mut random = Random(1);
        let shapes: [&[usize]; 9] =
            [&[], &[0], &[1], &[2], &[101], &[5, 40], &[3, 0], &[4, 3, 5], &[2, 3, 4, 5]];
        for shape in shapes {
            for axes in 0..1 << shape.len() {
                let layout = Layout::random(shape.len(), &ANY, &mut random);
                for rarity in [1, 3, 30, usize::MAX] {
                    let array = Strided::new(shape, &layout, 1e300, |_| {
                        let value = random.integer(6) as f64;
                        if random.below(rarity) == 0 { f64::NAN } else { value }
                    });
                    check(&array, axes, &mut random);
                }
                let array = Strided::new(shape, &layout, 0, |_| random.integer(40));
                check(&array, axes, &mut random);
                let array = Strided::new(shape, &layout, 0.0, |_| random.integer(9) as f32);
                check(&array, axes, &mut random);
            }
        }
    }

    #[test]
    fn a_sample_may_mislead() {
        let mut random = Random(3);
        for step in [9, 10, 11] {
            let array = Strided::new(&[6400], &Layout::c_order(1), 0.0, |index| {
                if index % step == 0 { -1.0 } else { index as f64 }
            });
            check(&array, 1, &mut random);
        }
    }

    #[test]
    fn several_threads_select_the_same() {
        let mut random = Random(2);
        for (lens, layout) in [
            ([PARALLEL / 10, 11], Layout::c_order(2)),
            ([11, PARALLEL / 10], Layout::fortran_order(2)),
            ([2, PARALLEL / 2], Layout::c_order(2)),
        ] {
            let array = Strided::new(&lens, &layout, 0, |_| random.integer(30) as i32);
            with_threads(4, || check(&array, 0b10, &mut random));
        }
    }
}
