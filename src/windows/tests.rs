use std::marker::PhantomData;

use super::pieces::{PIECE, TILED};
use super::scan::{ROWS, STRIP};
use super::*;
use crate::kernels::arg::Arg;
use crate::kernels::extreme::{Greatest, MAX, MIN};
use crate::kernels::mean::Mean;
use crate::kernels::sum::Sum;
use crate::kernels::var::Var;
use crate::simd::{Baseline, LANES, Work};
use crate::testing::{ANY, APART, Layout, Random, Strided, close, lanes, same, with_threads};

/// The statistics of a window of integers or NaN, by plain loops and exact sums.
struct Plain {
    sum: i64,
    count: usize,
    least: f64,
    greatest: f64,
}

/// Of the window that ends at each value of a lane.
fn plain(lane: &[f64], window: usize) -> Vec<Plain> {
    let sums: Vec<(i64, usize)> = lane
        .iter()
        .scan((0, 0), |(sum, count), value| {
            if !value.is_nan() {
                (*sum, *count) = (*sum + *value as i64, *count + 1);
            }
            Some((*sum, *count))
        })
        .collect();
    let before = |end: usize| end.checked_sub(window + 1).map_or((0, 0), |last| sums[last]);
    let of = |end: usize| {
        let ((sum, count), (sum_before, count_before)) = (sums[end - 1], before(end));
        let values = &lane[end.saturating_sub(window)..end];
        let (sum, count) = (sum - sum_before, count - count_before);
        let least = values.iter().copied().fold(f64::NAN, f64::min);
        Plain { sum, count, least, greatest: values.iter().copied().fold(f64::NAN, f64::max) }
    };
    (1..=lane.len()).map(of).collect()
}

/// A kernel by its name, and what it is of a window.
const SUM: fn(&Plain) -> f64 = |plain| plain.sum as f64;
const MEAN: fn(&Plain) -> f64 = |plain| plain.sum as f64 / plain.count as f64;
const LEAST: fn(&Plain) -> f64 = |plain| plain.least;
const GREATEST: fn(&Plain) -> f64 = |plain| plain.greatest;

/// What the driver gives along an axis, as `f64` in C order.
fn slid<T: Element>(
    array: &Strided<T>,
    axis: usize,
    window: Window,
    kernel: impl Merge + 'static,
    out_layout: &Layout,
) -> Vec<f64> {
    // No mean of integers is as small.
    let gap = T::Float::from_f64(-1e-30);
    let mut out = Strided::filled(&array.lens(), out_layout, gap);
    assert_eq!(along([&array.view()], axis, window, &kernel, &mut out.view_mut()), Ok(()));
    let (memory, values) = (out.memory.len(), out.values());
    let gaps = out.memory.iter().filter(|&&place| place == gap).count();
    assert_eq!(gaps, memory - values.len(), "all is written, and empty between");
    values.into_iter().map(Element::to_f64).collect()
}

/// Every kernel, and every `min_count` that is asked for, against plain loops.
fn check<T: Element>(array: &Strided<T>, axis: usize, windows: &[usize], out_layout: &Layout) {
    let indices = lanes(&array.lens(), 1 << axis);
    let values: Vec<f64> = array.values().into_iter().map(Element::to_f64).collect();
    let axis_len = array.lens()[axis];
    for &window in windows.iter().filter(|&&window| window <= axis_len) {
        let plain_of = |lane: &Vec<usize>| {
            plain(&lane.iter().map(|&at| values[at]).collect::<Vec<_>>(), window)
        };
        let expected: Vec<Vec<Plain>> = indices.iter().map(plain_of).collect();
        for min_count in [window, 1, window / 2 + 1] {
            let check_kernel = |name: &str, of: fn(&Plain) -> f64, results: Vec<f64>| {
                for (lane, plain) in indices.iter().zip(&expected) {
                    for (at, (&index, plain)) in lane.iter().zip(plain).enumerate() {
                        let of = if plain.count < min_count { f64::NAN } else { of(plain) };
                        let of = T::Float::from_f64(of).to_f64();
                        assert!(
                            close(results[index], of, 0.0),
                            "{name} of {:?}, window {window}, min_count {min_count}, at {at}: \
                             {} {of}",
                            array.lens(),
                            results[index]
                        );
                    }
                }
            };
            let default = min_count == window;
            let of_call = if default { None } else { Some(min_count as i64) };
            let within = Window::new(window as i64, of_call, axis_len).expect("within the axis");
            check_kernel("sum", SUM, slid(array, axis, within, Sum, out_layout));
            check_kernel("mean", MEAN, slid(array, axis, within, Mean, out_layout));
            check_kernel("min", LEAST, slid(array, axis, within, MIN, out_layout));
            check_kernel("max", GREATEST, slid(array, axis, within, MAX, out_layout));
        }
    }
}

/// Integers of a few digits, with long stretches that have no NaN and others that have.
fn floats<T: Float>(random: &mut Random) -> impl FnMut(usize) -> T {
    let mut left = 0;
    let mut rarity = 0;
    move |_| {
        if left == 0 {
            (left, rarity) = (1 + random.below(300), random.choose(&[0, 0, 1, 2, 10]));
        }
        left -= 1;
        let is_nan = rarity > 0 && random.below(rarity) == 0;
        if is_nan { T::MISSING } else { T::from_f64(random.integer(10) as f64) }
    }
}

/// Windows around where the driver does something else.
const WINDOWS: [usize; 13] =
    [1, 2, 3, 7, 8, 9, ROWS - 1, ROWS, ROWS + 1, STRIP / 2 + 1, STRIP, STRIP + 1, 600];

#[test]
fn windows_of_one_lane_are_what_plain_loops_give() {
    let mut random = Random(1);
    let c = Layout::c_order(1);
    for len in [1, 2, 7, 8, 9, 63, 64, 65, 255, 256, 257, 2 * STRIP + 3, 1100] {
        let layout = Layout::random(1, &[1, 1, -1, 2], &mut random);
        let array = Strided::new(&[len], &layout, 1e300, floats::<f64>(&mut random));
        let mut windows = WINDOWS.to_vec();
        windows.push(len);
        check(&array, 0, &windows, &c);
    }
    // All the ways to cut a lane in segments: as long as a window and not quite, whole pages.
    for len in [LANES * 8, LANES * 8 - 8, 8 * 512 + 1, 8 * 2048 + 100] {
        let array = Strided::new(&[len], &c, 1e300, floats::<f64>(&mut random));
        check(&array, 0, &[3, 8, 9, 64], &c);
    }
}

#[test]
fn windows_of_every_dtype_are_what_plain_loops_give() {
    let mut random = Random(2);
    let c = Layout::c_order;
    for (lens, windows) in [(&[300][..], &[3, 70][..]), (&[9, 100], &[4]), (&[3, 200], &[1, 5])] {
        for layout in [c(lens.len()), Layout::random(lens.len(), &ANY, &mut random)] {
            let (axis, out) = (lens.len() - 1, c(lens.len()));
            let array = Strided::new(lens, &layout, 1e30, floats::<f32>(&mut random));
            check(&array, axis, windows, &out);
            let integers = |_| random.integer(40);
            check(&Strided::new(lens, &layout, i64::MAX, integers), axis, windows, &out);
            let integers = |_| random.integer(24) as i32;
            check(&Strided::new(lens, &layout, i32::MAX, integers), axis, windows, &out);
        }
    }
}

#[test]
fn windows_along_any_axis_are_what_plain_loops_give() {
    let mut random = Random(3);
    for lens in [&[7, 70][..], &[8, 70], &[17, 33], &[2, 0], &[0, 3], &[3, 9, 5], &[2, 3, 1, 10]] {
        for axis in 0..lens.len() {
            for _ in 0..3 {
                let layout = Layout::random(lens.len(), &ANY, &mut random);
                let out_layout = Layout::random(lens.len(), &APART, &mut random);
                let array = Strided::new(lens, &layout, 1e300, floats::<f64>(&mut random));
                check(&array, axis, &[1, 2, 8, 33], &out_layout);
            }
        }
    }
}

#[test]
fn windows_are_the_same_from_several_threads() {
    let mut random = Random(4);
    let (c, fortran) = (Layout::c_order, Layout::fortran_order);
    for (lens, axis, layout, window) in [
        // One lane in stretches, with windows that reach back into the stretch before.
        (&[2 * PIECE + 100][..], 0, c(1), 50),
        (&[3, PARALLEL / 3 + 100], 1, c(2), 7),
        // Groups of lanes.
        (&[20, PARALLEL / 20 + 1], 1, c(2), 9),
        (&[PARALLEL / 50, 51], 1, fortran(2), 10),
    ] {
        let array = Strided::new(lens, &layout, 1e300, floats::<f64>(&mut random));
        let within = Window::new(window, Some(2), lens[axis]).expect("within the axis");
        let values = array.values();
        let results = with_threads(4, || slid(&array, axis, within, Mean, &c(lens.len())));
        for lane in lanes(lens, 1 << axis) {
            let of_lane: Vec<f64> = lane.iter().map(|&at| values[at]).collect();
            for (&at, plain) in lane.iter().zip(plain(&of_lane, window as usize)) {
                let mean = if plain.count < 2 { f64::NAN } else { MEAN(&plain) };
                assert!(close(results[at], mean, 0.0), "{lens:?}: {} {mean}", results[at]);
            }
        }
        let alone = with_threads(1, || slid(&array, axis, within, Mean, &c(lens.len())));
        assert!(alone.iter().zip(&results).all(|(&a, &b)| same(a, b)));
    }
}

/// The sum and the count of values that may be infinite, or huge; without overflow on the way.
fn sum_of_any(values: &[f64]) -> (f64, usize) {
    let values: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    let plain: f64 = values.iter().sum();
    if values.iter().any(|value| value.is_infinite()) {
        return (plain, values.len());
    }
    // Each value is a small integer, or one times 2⁹⁹⁰: so both sums are exact.
    let (huge, small): (Vec<f64>, Vec<f64>) = values.iter().partition(|value| value.abs() > 1e200);
    let huge: f64 = huge.iter().map(|value| value * 2_f64.powi(-990)).sum();
    let small: f64 = small.iter().sum();
    (if huge == 0.0 { small } else { huge * 2_f64.powi(990) }, values.len())
}

#[test]
fn what_is_infinite_or_huge_touches_only_its_own_windows() {
    let mut random = Random(5);
    let huge = 2_f64.powi(990);
    for lens in [&[400][..], &[9, 120], &[3, 120]] {
        for rarity in [2, 20, 200] {
            for (infinite, most_huge) in
                [(true, 0), (false, 2), (false, (1_u64 << 33) - 1), (true, 2)]
            {
                let value = |_| {
                    let sign = random.choose(&[1.0, -1.0]);
                    match random.below(3 * rarity) {
                        0 if infinite => sign * f64::INFINITY,
                        1 if most_huge > 0 => sign * random.choose(&[1.0, most_huge as f64]) * huge,
                        2 => f64::NAN,
                        _ => random.integer(10) as f64,
                    }
                };
                let array = Strided::new(lens, &Layout::c_order(lens.len()), 0.0, value);
                check_any(&array, &[1, 3, 8, 65]);
            }
        }
    }
}

#[test]
fn huge_values_do_not_scale_down_the_lanes_that_come_after() {
    const LEN: usize = 20;
    let of_lane = |lane| if lane < LANES { f64::MAX } else { 5e-324 };
    let lens = [2 * LANES, LEN];
    let array = Strided::new(&lens, &Layout::c_order(2), 0.0, |index| of_lane(index / LEN));
    let window = Window::new(1, None, LEN).expect("within the axis");
    assert_eq!(slid(&array, 1, window, Sum, &Layout::c_order(2)), array.values());
    // With NaN among them, all is done with care.
    let with_nan =
        |index: usize| if index.is_multiple_of(2) { f64::NAN } else { of_lane(index / LEN) };
    let array = Strided::new(&lens, &Layout::c_order(2), 0.0, with_nan);
    let results = slid(&array, 1, window, Sum, &Layout::c_order(2));
    assert!(results.iter().zip(array.values()).all(|(&result, value)| same(result, value)));
}

fn check_any(array: &Strided<f64>, windows: &[usize]) {
    let axis = array.lens().len() - 1;
    let out_layout = Layout::c_order(axis + 1);
    for &window in windows {
        let within = Window::new(window as i64, Some(1), array.lens()[axis]).expect("within");
        let sums = slid(array, axis, within, Sum, &out_layout);
        let means = slid(array, axis, within, Mean, &out_layout);
        let least = slid(array, axis, within, MIN, &out_layout);
        for (lane, indices) in array.lanes(1 << axis).iter().zip(lanes(&array.lens(), 1 << axis)) {
            for (at, &index) in indices.iter().enumerate() {
                let values = &lane[(at + 1).saturating_sub(window)..=at];
                let (sum, count) = sum_of_any(values);
                let none = count == 0;
                let expected = if none { f64::NAN } else { sum };
                assert!(close(sums[index], expected, 0.0), "{values:?}: {}", sums[index]);
                let quotient = (sum * 2_f64.powi(-64) / count as f64) * 2_f64.powi(64);
                let scaled: Vec<f64> = values.iter().map(|value| value * 2_f64.powi(-64)).collect();
                let down = sum_of_huge(&scaled) / count as f64 * 2_f64.powi(64);
                let mean = if sum.is_finite() { quotient } else { down };
                assert!(close(means[index], mean, 1.0), "{values:?}: {} {mean}", means[index]);
                let smallest = values.iter().copied().fold(f64::NAN, f64::min);
                assert!(same(least[index] + 0.0, smallest + 0.0), "{values:?}: {}", least[index]);
            }
        }
    }
}

/// The windows of a lane, which is cut into tiles, and of the same as one of eight lanes, whose
/// windows have two blocks.
fn in_tiles_and_in_blocks(
    lane: &[f64],
    window: Window,
    kernel: impl Merge + 'static,
) -> (Vec<f64>, Vec<f64>) {
    let (alone, among) = (Layout::c_order(1), Layout::c_order(2));
    let one = Strided::new(&[lane.len()], &alone, 0.0, |at| lane[at]);
    let eight = Strided::new(&[LANES, lane.len()], &among, 0.0, |at| lane[at % lane.len()]);
    let blocks = slid(&eight, 1, window, kernel, &among);
    (slid(&one, 0, window, kernel, &alone), blocks[..lane.len()].to_vec())
}

#[test]
fn windows_in_tiles_are_those_in_blocks() {
    const LEN: usize = 70_000;
    type OfLane = fn(&mut Random) -> Vec<f64>;
    let finite: OfLane = |random| (0..LEN).map(|_| random.integer(40) as f64 / 64.0).collect();
    let with_nan: OfLane = |random| (0..LEN).map(floats(random)).collect();
    let mostly_nan: OfLane = |random| {
        let mut lane = vec![f64::NAN; LEN];
        (0..30).for_each(|_| lane[random.below(LEN)] = random.integer(9) as f64);
        lane
    };
    let of_all_sizes: OfLane = |random| {
        let mut lane: Vec<f64> = (0..LEN).map(|_| random.integer(9) as f64 * 1e-220).collect();
        for (place, size) in [(LEN / 3, 1e200), (LEN / 2, 1e307), (LEN - LEN / 4, 1.0)] {
            lane[place..place + 5].fill(size);
        }
        lane
    };
    let with_infinite: OfLane = |random| {
        let mut lane: Vec<f64> = (0..LEN).map(floats(random)).collect();
        (lane[LEN / 5], lane[LEN / 2]) = (f64::INFINITY, f64::NEG_INFINITY);
        lane
    };
    for (kind, of_lane) in
        [finite, with_nan, mostly_nan, of_all_sizes, with_infinite].into_iter().enumerate()
    {
        let lane = of_lane(&mut Random(kind as u64));
        for len in [TILED + 1, LEN / 8 + 1, LEN / 3, LEN / 2, LEN - 1, LEN] {
            let window = Window::new(len as i64, Some(1), LEN).expect("within the axis");
            let check = |name: &str, (tiles, blocks): (Vec<f64>, Vec<f64>), units: f64| {
                for (at, (&a, &b)) in tiles.iter().zip(&blocks).enumerate() {
                    assert!(
                        close(a, b, units),
                        "{name} of kind {kind}, window {len}, at {at}: {a:e} {b:e}"
                    );
                }
            };
            check("sum", in_tiles_and_in_blocks(&lane, window, Sum), 1.0);
            check("mean", in_tiles_and_in_blocks(&lane, window, Mean), 1.0);
            check("std", in_tiles_and_in_blocks(&lane, window, Var::std(0)), 4.0);
            check("max", in_tiles_and_in_blocks(&lane, window, MAX), 0.0);
            check("argmax", in_tiles_and_in_blocks(&lane, window, Arg(Greatest)), 0.0);
        }
    }
}

/// The plain sum of what is not NaN, of which little counts beside the huge.
fn sum_of_huge(values: &[f64]) -> f64 {
    values.iter().filter(|value| !value.is_nan()).sum()
}

#[test]
fn every_instruction_set_gives_the_same_windows() {
    struct MeanBy<I>(PhantomData<I>);

    impl<I: Isa + Sync> AnyMoving for MeanBy<I> {
        fn directly(&self, _: Window, _: [&[f64]; 1], _: &mut [f64]) -> bool {
            unreachable!("many values")
        }

        fn with_walker(
            &self,
            window: Window,
            len: usize,
            work: &mut dyn FnMut(&mut dyn Walker) -> Result<(), Error>,
        ) -> Result<(), Error> {
            WithScan { kernel: Mean, window, len, work }.work::<I>()
        }
    }

    fn slid_by(kernel: &dyn AnyMoving, values: &[f64], window: Window) -> Vec<f64> {
        let mut out = vec![0.0; values.len()];
        let mut places = ViewMut::from_slice(&mut out);
        let result = along([&View::from_slice(values)], 0, window, kernel, &mut places);
        assert_eq!(result, Ok(()));
        out
    }

    let mut random = Random(6);
    let values: Vec<f64> = (0..20_000)
        .map(|_| random.integer(53) as f64 * 2_f64.powi(random.below(60) as i32 - 30))
        .collect();
    for len in [1, 3, 10, 100] {
        let window = Window::new(len, None, values.len()).expect("within the axis");
        let best = slid_by(&Mean, &values, window);
        let baseline = slid_by(&MeanBy::<Baseline>(PhantomData), &values, window);
        for (at, (&a, &b)) in baseline.iter().zip(&best).enumerate() {
            assert!(same(a, b), "window {len}, at {at}: {a:e} {b:e}");
        }
    }
}

#[test]
fn windows_have_a_value_and_no_more_than_the_axis() {
    let numbers = [i64::MIN, -1, 0, 1, 2, 5, 6, i64::MAX];
    for axis_len in [0, 1, 5] {
        for len in numbers {
            for min_count in numbers.map(Some).into_iter().chain([None]) {
                let made = Window::new(len, min_count, axis_len);
                let made = made.map(|window| {
                    assert_eq!(window.has_results(), window.min_count <= axis_len);
                    (window.len, window.min_count)
                });
                let least = min_count.unwrap_or(len);
                let expected = if len < 1 {
                    Err(Error::Window { window: len })
                } else if !(1..=len).contains(&least) {
                    Err(Error::MinCount { min_count: least, window: len })
                } else {
                    Ok((axis_len.min(len as usize), least as usize))
                };
                assert_eq!(made, expected, "{len} {min_count:?} {axis_len}");
            }
        }
    }
}
