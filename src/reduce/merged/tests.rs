use super::*;
use crate::kernels::cov::{Corr, Cov};
use crate::kernels::mean::Mean;
use crate::kernels::skew::Skew;
use crate::kernels::squares::SumOfSquares;
use crate::kernels::sum::Sum;
use crate::kernels::var::Var;
use crate::simd::{Isa, Task};
use crate::strided::stored::Bits;
use crate::testing::{APART, Layout, Random, Strided, same, with_threads, without};

/// What the driver gives along axes, in C order.
fn along<T: Element>(array: &Strided<T>, axes: u64, kernel: impl Merge) -> Vec<f64> {
    let lens = without(&array.lens(), axes);
    let missing = <T::Float as Element>::MISSING;
    let mut out = Strided::filled(&lens, &Layout::c_order(lens.len()), missing);
    assert_eq!(Merged(kernel).along([&array.view()], axes, &mut out.view_mut()), Ok(()));
    out.values().into_iter().map(Element::to_f64).collect()
}

fn assert_all_same(results: &[f64], expected: &[f64], what: &str) {
    assert_eq!(results.len(), expected.len());
    for (at, (&a, &b)) in results.iter().zip(expected).enumerate() {
        assert!(same(a, b), "{what}, at {at}: {a:e} {b:e}");
    }
}

/// Numbers of all digits, some of them NaN, and the first of some lanes infinite.
fn number(index: usize) -> f64 {
    let mut random = Random(index as u64);
    match random.below(20) {
        0 => f64::NAN,
        _ => (random.integer(53) as f64) * 2_f64.powi(random.below(30) as i32 - 50) + 1000.0,
    }
}

/// Every layout of the same values, whichever way it is walked, and whatever is folded.
fn check_layouts<T: Element + Bits>(value: impl Fn(usize) -> T) {
    let mut random = Random(1);
    let shapes: [&[usize]; 7] =
        [&[5000], &[40, 130], &[130, 40], &[9, 1000], &[6, 7, 200], &[3, 40, 9, 5], &[2, 70_000]];
    for shape in shapes {
        let plain = Strided::new(shape, &Layout::c_order(shape.len()), T::default(), &value);
        for axes in 1..1_u64 << shape.len() {
            let variances = along(&plain, axes, Var::new(1));
            for _ in 0..4 {
                let layout = Layout::random(shape.len(), &APART, &mut random);
                let other = Strided::new(shape, &layout, T::default(), &value);
                let what = format!("axes {axes:b} of {shape:?}");
                assert_all_same(&along(&other, axes, Var::new(1)), &variances, &what);
            }
        }
    }
}

#[test]
fn the_memory_of_values_makes_no_difference() {
    check_layouts(number);
    check_layouts(|index| number(index) as f32);
    check_layouts(|index| Random(index as u64).integer(62));
    check_layouts(|index| Random(index as u64).integer(30) as i32);
}

/// The same of two inputs, whose memory may differ.
#[test]
fn the_memory_of_pairs_makes_no_difference() {
    let mut random = Random(7);
    let shapes: [&[usize]; 6] =
        [&[5000], &[40, 130], &[130, 40], &[9, 1000], &[3, 40, 9, 5], &[2, 70_000]];
    let of = |arrays: &[Strided<f64>; 2], axes: u64| {
        let lens = without(&arrays[0].lens(), axes);
        let mut out = Strided::filled(&lens, &Layout::c_order(lens.len()), 0.5);
        let views = arrays.each_ref().map(Strided::view);
        let done = Merged(Corr).along(views.each_ref(), axes, &mut out.view_mut());
        assert_eq!(done, Ok(()));
        out.values()
    };
    for shape in shapes {
        let made = |layouts: [Layout; 2]| {
            let mut offset = 0;
            layouts.map(|layout| {
                offset += 1_000_000;
                Strided::new(shape, &layout, 1e300, |index| number(index + offset))
            })
        };
        let plain = made([(); 2].map(|()| Layout::c_order(shape.len())));
        for axes in 1..1_u64 << shape.len() {
            let expected = of(&plain, axes);
            for _ in 0..4 {
                let layouts = [(); 2].map(|()| Layout::random(shape.len(), &APART, &mut random));
                let what = format!("axes {axes:b} of {shape:?}");
                assert_all_same(&of(&made(layouts), axes), &expected, &what);
            }
        }
    }
}

#[test]
fn threads_make_no_difference() {
    let shapes: [(&[usize], u64); 4] =
        [(&[500_000], 1), (&[20, 40_000], 0b10), (&[40_000, 20], 0b01), (&[40, 400, 40], 0b101)];
    for (shape, axes) in shapes {
        let array = Strided::new(shape, &Layout::c_order(shape.len()), 0.0, number);
        let results = |threads| with_threads(threads, || along(&array, axes, Var::std(0)));
        let one = results(1);
        for threads in [2, 7] {
            assert_all_same(&results(threads), &one, &format!("{threads} threads, {shape:?}"));
        }
    }
}

#[test]
fn lanes_may_begin_with_gaps() {
    for len in [3, 15, 16, 40, 300, 3000, 70_000] {
        for gap in [1, 2, 10, 17, 200, 2900, 69_000] {
            if gap >= len {
                continue;
            }
            // Far away from zero, so that zero would be a bad anchor.
            let far = 2_f64.powi(40);
            let values: Vec<f64> = (0..len)
                .map(|at| if at < gap { f64::NAN } else { far + (at % 2) as f64 })
                .collect();
            let count = (len - gap) as f64;
            let ones = (gap..len).filter(|at| at % 2 == 1).count() as f64;
            let expected = ones * (count - ones) / count / count;
            for columns in [1, 8, 20] {
                let array = Strided::new(&[len, columns], &Layout::c_order(2), 0.0, |index| {
                    values[index / columns]
                });
                for result in along(&array, 1, Var::new(0)) {
                    assert!(
                        (result - expected).abs() <= 2.0 * f64::EPSILON * expected,
                        "{len} {gap}"
                    );
                }
            }
        }
    }
}

/// Summaries by one set of instructions.
struct Summaries<'a, M, const INPUTS: usize> {
    kernel: M,
    values: [&'a [f64]; INPUTS],
}

impl<M: Merge<INPUTS>, const INPUTS: usize> Task for Summaries<'_, M, INPUTS> {
    type Out = Vec<f64>;

    fn run<I: Isa>(self) -> Vec<f64> {
        let Self { kernel, values } = self;
        let mut results = Vec::new();
        let all = values[0].len();
        for len in [0, 1, 7, 15, 16, 17, 100, 127, 128, 1000, 2047, 2048, 5000, all] {
            let (summary, anchors) = (&mut [0.0; MOST_VECTORS], [3.0; INPUTS]);
            let values = values.map(|values| &values[..len]);
            let part = Part { kernel: &kernel, values, anchors, summary };
            results.push(part.run::<I>().result);
        }
        let mut nowhere = [0.0; 40];
        let mut nowhere = ViewMut::from_slice(&mut nowhere);
        let plain = values
            .map(|values| Strided::new(&[all / 40, 40], &Layout::c_order(2), 0.0, |at| values[at]));
        let views = plain.each_ref().map(Strided::view);
        let mut sweep = Sweep::reducing(views.each_ref(), 1, false, &mut nowhere);
        let (lanes, _) = sweep.bundles().next().expect("there are lanes");
        let size = AnyMerge::<f64, INPUTS>::vectors(&kernel) * LANES;
        let mut out = vec![0.0; 5 * size];
        Empty::<M, INPUTS> { kernel: &kernel, out: &mut out }.run::<I>();
        out.chunks_mut(size).for_each(|summary| summary[size - INPUTS * LANES..].fill(3.0));
        let rows = 0..lanes[0].len();
        Columns { kernel: &kernel, lanes: &lanes, first: 0, rows, out: &mut out }.run::<I>();
        let mut outcomes = [Outcome { result: 0.0, needs_recompute: false }; 40];
        let (summaries, outcomes_mut) = (&*out, &mut outcomes);
        let has_extremes = true;
        Finish::<M, INPUTS> { kernel: &kernel, summaries, outcomes: outcomes_mut, has_extremes }
            .run::<I>();
        results.extend(outcomes.map(|it| it.result));
        results
    }
}

#[test]
fn every_instruction_set_gives_the_same() {
    fn check<const INPUTS: usize>(kernel: impl Merge<INPUTS>, values: [&[f64]; INPUTS]) {
        let baseline = Baseline::run(Summaries { kernel, values });
        let best = vectorized(Summaries { kernel, values });
        assert_all_same(&best, &baseline, "instruction sets");
    }
    let finite: Vec<f64> = (0..12_000).map(|at| Random(at).integer(53) as f64).collect();
    let with_nan: Vec<f64> = (0..12_000).map(number).collect();
    for values in [&finite, &with_nan] {
        check(Sum, [values]);
        check(Mean, [values]);
        check(SumOfSquares, [values]);
        check(Var::new(0), [values]);
        check(Var::std(1), [values]);
        check(Skew::new(true), [values]);
        check(Cov::new(1), [values, &finite]);
        check(Corr, [values, &finite]);
    }
}

#[test]
fn of_no_values_there_is_what_numpy_gives() {
    let none: [&View<'_, f64>; 1] = [&View::from_slice(&[])];
    assert_eq!(Merged(Sum).all(none), Ok(0.0));
    assert_eq!(Merged(SumOfSquares).all(none), Ok(0.0));
    assert!(Merged(Mean).all(none).is_ok_and(f64::is_nan));
    assert!(Merged(Var::new(0)).all(none).is_ok_and(f64::is_nan));
    assert_eq!(Merged(Var::new(-1)).all(none), Ok(0.0));
}
