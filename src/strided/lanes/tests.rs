use super::*;
use crate::strided::tests::{layouts_of_two, numbered, pairs, with_lanes};
use crate::strided::{Sweep, ViewMut};
use crate::testing::{ANY, Layout, Random};

#[test]
fn lanes_give_their_values_in_every_form() {
    for layout in layouts_of_two() {
        let numbers = |index| index as f64;
        with_lanes([9, 7], &layout, numbers, |lanes, _, expected| {
            for (lane, values) in expected.iter().enumerate() {
                assert_eq!(lanes.lane(lane).to_vec(), *values);
                let mut visited = Vec::new();
                lanes.lane(lane).each_value(|at, value| visited.push((at, value)));
                assert!(visited.into_iter().eq(values.iter().copied().enumerate()));
                assert!(lanes.whole(lane).iter().eq(values.iter().copied()));
                for start in 0..=7 {
                    for len in [0, 1, 3, 7, usize::MAX] {
                        let part = lanes.lane(lane).part(start, len);
                        let end = start.saturating_add(len).min(7);
                        assert!(part.iter().eq(values[start..end].iter().copied()));
                        assert_eq!(part.len(), end - start);
                        if let Some(slice) = part.as_slice() {
                            assert_eq!(slice, &values[start..end]);
                        }
                    }
                }
            }
            check_copies(lanes, expected);
            for (lane, start) in [(0, 0), (3, 2), (7, 5), (8, 6), (0, 7)] {
                check_gather(lanes, lane, start, expected);
                if lanes.are_adjacent() && lane + 4 <= 9 {
                    let rows: Vec<[f64; 4]> = lanes.rows(lane, start, 3).iter().collect();
                    let expected = (start..7.min(start + 3))
                        .map(|row| from_fn(|column| expected[lane + column][row]));
                    assert!(rows.into_iter().eq(expected));
                }
            }
        });
    }
}

fn check_copies(lanes: Lanes<'_, f64>, expected: &[Vec<f64>]) {
    for (first, count) in [(0, 9), (2, 1), (8, 1), (3, 4)] {
        let (mut copies, pitch) = (vec![f64::NAN; count * 8], 8);
        lanes.copy_to(first, count, pitch, &mut copies);
        for (copy, lane) in copies.chunks(pitch).zip(&expected[first..]) {
            assert_eq!(copy[..7], lane[..]);
        }
        let mut memory = vec![1.0];
        let rows = 1..6;
        let part = lanes.part(first..first + count, rows.clone()).converted(&mut memory);
        assert!(!part.are_converted());
        assert_eq!((part.count(), part.len()), (count, rows.len()));
        for (lane, values) in expected[first..first + count].iter().enumerate() {
            assert_eq!(part.lane(lane).to_vec(), values[rows.clone()]);
        }
    }
}

fn check_gather(lanes: Lanes<'_, f64>, lane: usize, start: usize, expected: &[Vec<f64>]) {
    let mut rows = vec![[f64::NAN; 4]; 7 - start];
    lanes.gather(lane, start, &mut rows);
    for (row, values) in (start..).zip(rows) {
        let last = expected.len() - 1;
        assert_eq!(values, from_fn(|column| expected[(lane + column).min(last)][row]));
    }
}

#[test]
fn whole_has_what_is_folded_into_a_lane() {
    let mut random = Random(5);
    for _ in 0..200 {
        let input = numbered(&[2, 3, 4, 2], &Layout::random(4, &ANY, &mut random));
        let (axes, mut out) = (0b1101, [0_u8; 3]);
        let (view, mut places) = (input.view(), ViewMut::from_slice(&mut out));
        let mut sweep = Sweep::reducing([&view], axes, true, &mut places);
        let mut whole: Vec<Vec<u32>> = Vec::new();
        for ([lanes], _) in sweep.bundles() {
            whole.extend((0..lanes.count()).map(|lane| lanes.whole(lane).iter().collect()));
        }
        assert_eq!(whole, input.lanes(axes));
    }
}

#[test]
fn places_are_cut_by_lanes_and_by_rows() {
    for layout in layouts_of_two() {
        for (group, stretch) in [(1, 1), (2, 3), (5, 7), (9, 100), (100, 4)] {
            let zeros = |_| 0.0;
            let out = with_lanes([9, 7], &layout, zeros, |_, out, _| {
                for (lane, group) in out.by_lanes(group) {
                    for (row, mut stretch) in group.by_rows(stretch) {
                        let (count, len) = (stretch.count(), stretch.len());
                        for (at, index) in pairs(0..count, 0..len) {
                            stretch.set(at, index, ((lane + at) * 7 + row + index) as f64);
                        }
                    }
                }
            });
            assert!(out.values().into_iter().eq((0..63).map(f64::from)));
        }
    }
}

#[test]
fn first_values_are_written_until_there_are_no_more() {
    for layout in layouts_of_two() {
        let zeros = |_| 0.0;
        let out = with_lanes([5, 1], &layout, zeros, |_, mut out, _| {
            assert_eq!(out.write_firsts([Ok::<_, ()>(0.0), Ok(1.0), Ok(2.0)].into_iter()), Ok(()));
        });
        assert_eq!(out.values(), [0.0, 1.0, 2.0, -1.0, -1.0]);
        let out = with_lanes([5, 1], &layout, zeros, |_, mut out, _| {
            assert_eq!(
                out.write_firsts([Ok(0.0), Err("wrong"), Ok(2.0)].into_iter()),
                Err("wrong")
            );
        });
        assert_eq!(out.values(), [0.0, -1.0, -1.0, -1.0, -1.0]);
    }
}
