use super::*;
use crate::strided::Lane;
use crate::strided::tests::{numbered, shapes};
use crate::testing::{ANY, APART, Layout, Random, Strided, without};

const UNWRITTEN: usize = usize::MAX;

/// Collects what each place of the output gets, and compares it with plain index arithmetic.
fn check_reducing(
    input: &Strided<u32>,
    axes: u64,
    ordered: bool,
    out: &mut Strided<usize>,
    split: (usize, usize),
) {
    let view = input.view();
    let mut lanes_read = Vec::new();
    let mut places = out.view_mut();
    let sweep = Sweep::reducing([&view], axes, ordered, &mut places);
    assert_eq!(sweep.values(), view.len());
    for mut part in sweep.split(split.0, split.1) {
        for ([lanes], mut out) in part.bundles() {
            assert_eq!((out.count(), out.len()), (lanes.count(), 1));
            for lane in 0..lanes.count() {
                out.set(lane, 0, lanes_read.len());
                let folds = (0..lanes.folds()).map(|fold| lanes.fold(fold).lane(lane));
                lanes_read.push(folds.flat_map(Lane::iter).collect::<Vec<u32>>());
            }
        }
    }
    let mut expected = input.lanes(axes);
    assert_eq!(lanes_read.len(), expected.len());
    let written = out.memory.iter().filter(|&&place| place != UNWRITTEN).count();
    assert_eq!(written, expected.len(), "nothing is written twice, or between the places");
    for (expected, lane) in expected.iter_mut().zip(out.values()) {
        let mut lane = std::mem::take(&mut lanes_read[lane]);
        if !ordered {
            expected.sort_unstable();
            lane.sort_unstable();
        }
        assert_eq!(lane, *expected);
    }
}

#[test]
fn reducing_reads_each_value_for_its_own_output() {
    let mut random = Random(1);
    for shape in shapes() {
        let ndim = shape.len();
        let all_axes: Vec<(u64, bool)> =
            (0..1 << ndim).flat_map(|axes| [(axes, false), (axes, true)]).collect();
        let some = [(); 4].map(|()| random.choose(&all_axes));
        let rounds = if ndim < 4 { &all_axes[..] } else { &some };
        for &(axes, ordered) in rounds {
            let layout = Layout::random(ndim, &ANY, &mut random);
            let out_shape = without(&shape, axes);
            let out_layout = Layout::random(out_shape.len(), &APART, &mut random);
            let split = (random.choose(&[1, 2, 3, 7, 100]), random.choose(&[1, 8, 32]));
            let mut out = Strided::filled(&out_shape, &out_layout, UNWRITTEN);
            check_reducing(&numbered(&shape, &layout), axes, ordered, &mut out, split);
        }
    }
}

#[test]
fn along_pairs_each_value_with_its_own_place() {
    let mut random = Random(2);
    for shape in shapes() {
        for axis in 0..shape.len() {
            let input = numbered(&shape, &Layout::random(shape.len(), &ANY, &mut random));
            let out_layout = Layout::random(shape.len(), &APART, &mut random);
            let mut out = Strided::filled(&shape, &out_layout, UNWRITTEN);
            let (view, mut writes) = (input.view(), 0);
            let mut places = out.view_mut();
            let sweep = Sweep::along([&view], axis, &mut places);
            assert_eq!(sweep.values(), view.len());
            for mut part in sweep.split(random.choose(&[1, 2, 5]), random.choose(&[1, 8])) {
                for ([lanes], mut out) in part.bundles() {
                    assert_eq!(lanes.folds(), 1);
                    assert_eq!((out.count(), out.len()), (lanes.count(), lanes.len()));
                    for (lane, values) in lanes.iter().enumerate() {
                        for (at, value) in values.iter().enumerate() {
                            out.set(lane, at, value as usize);
                            writes += 1;
                        }
                    }
                }
            }
            assert_eq!(writes, view.len());
            let values = input.values().into_iter().map(|value| value as usize);
            assert_eq!(out.values(), values.collect::<Vec<_>>());
            let written = out.memory.iter().filter(|&&place| place != UNWRITTEN).count();
            assert_eq!(written, view.len(), "nothing is written between the places");
        }
    }
}

#[test]
fn split_cuts_bundles_between_whole_columns() {
    for (lanes, parts, columns) in [(100, 3, 8), (100, 2, 32), (7, 3, 8), (64, 4, 16)] {
        let input = numbered(&[lanes, 5], &Layout::c_order(2));
        let mut out = vec![0_usize; lanes];
        let (view, mut places) = (input.view(), ViewMut::from_slice(&mut out));
        let sweep = Sweep::reducing([&view], 0b10, false, &mut places);
        let mut counts = Vec::new();
        for mut part in sweep.split(parts, columns) {
            counts.extend(part.bundles().map(|([lanes], _)| lanes.count()));
        }
        assert_eq!(counts.iter().sum::<usize>(), lanes);
        assert!(counts.len() <= parts);
        let but_the_last = &counts[..counts.len() - 1];
        assert!(but_the_last.iter().all(|count| count % columns == 0), "{counts:?}");
    }
}

#[test]
fn a_lane_runs_along_memory_where_the_order_is_free() {
    let input = numbered(&[4, 100], &Layout::fortran_order(2));
    let (view, mut out) = (input.view(), 0_usize);
    let mut out = ViewMut::from_mut(&mut out);
    let mut sweep = Sweep::reducing([&view], 0b11, false, &mut out);
    let ([lanes], _) = sweep.bundles().next().expect("one bundle");
    assert_eq!((lanes.len(), lanes.folds()), (400, 1));
    assert!(lanes.lane(0).as_slice().is_some());
}

#[test]
#[should_panic(expected = "input and output have the same shape")]
fn reducing_refuses_an_output_of_another_shape() {
    let input = numbered(&[2, 3], &Layout::c_order(2));
    let mut out = [0_usize; 3];
    Sweep::reducing([&input.view()], 0b10, false, &mut ViewMut::from_slice(&mut out));
}

#[test]
#[should_panic(expected = "input and output have the same shape")]
fn along_refuses_an_output_of_another_shape() {
    let input = numbered(&[2, 3], &Layout::c_order(2));
    let mut out = [0_usize; 6];
    Sweep::along([&input.view()], 1, &mut ViewMut::from_slice(&mut out));
}
