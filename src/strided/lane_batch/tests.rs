use std::ops::Range;

use super::*;
use crate::simd::{Baseline, Isa};

type F64x8 = <Baseline as Isa>::Vector;
use crate::strided::LaneBatchMut;
use crate::strided::stored::Bits;
use crate::strided::tests::{layouts_of_two, pairs, with_lanes};
use crate::testing::Random;

/// The numbers of rows that are loaded and stored at once: fewer than a vector has lanes, as many,
/// and more.
const HEIGHTS: [usize; 7] = [1, 2, 7, 8, 9, 16, 19];

/// What `LaneBatch::load` gives of each lane, one row after the other.
fn loaded<T: Element>(batch: &LaneBatch<'_, T>, row: isize, height: usize) -> Vec<Vec<f64>> {
    let mut rows = vec![-7.0; height * LANES];
    batch.load::<F64x8>(row, &mut rows);
    (0..LANES).map(|lane| rows[lane..].iter().copied().step_by(LANES).collect()).collect()
}

/// Compares what is loaded, where it matters, with the values of each lane of the batch and before
/// it.
fn check_load<T: Element>(
    batch: &LaneBatch<'_, T>,
    rows: Range<isize>,
    expected: impl Fn(usize, isize) -> Option<f64>,
) {
    let mut random = Random(rows.end as u64);
    let heights = |row| [random.choose(&HEIGHTS), random.choose(&HEIGHTS)].map(|of| (row, of));
    for (row, height) in rows.flat_map(heights) {
        let lanes = loaded::<T>(batch, row, height);
        for (lane, values) in lanes.iter().enumerate() {
            for (row, &value) in (row..).zip(values) {
                let expected = expected(lane, row).unwrap_or(value);
                assert_eq!(value.to_bits(), expected.to_bits(), "lane {lane}, row {row}");
            }
        }
    }
}

/// Stores rows whose values say where they are from, and says where they are from.
fn store(out: &mut LaneBatchMut<'_, f64>, row: usize, height: usize) {
    let rows = row..row + height;
    let rows = rows.flat_map(|row| (0..LANES).map(move |lane| source(lane, row)));
    out.store::<F64x8>(row, &rows.collect::<Vec<_>>());
}

fn source(lane: usize, row: usize) -> f64 {
    (100 * lane + row) as f64
}

fn check_whole_lanes<T: Element + Bits>(value: impl Fn(usize) -> T + Copy) {
    const LEN: usize = 21;
    for (layout, count) in pairs(&layouts_of_two(), [1, 7, 8, 11]) {
        for (first, lanes_asked) in [(0, LANES), (count - 1, LANES), (count / 2, 1)] {
            with_lanes([count, LEN], layout, value, |lanes, _, expected| {
                let batch = lanes.batch(first, lanes_asked);
                assert_eq!(batch.len(), LEN);
                let team_lanes = lanes_asked.min(count - first);
                check_load::<T>(&batch, -9..LEN as isize, |lane, row| {
                    let beyond = lane >= team_lanes || row >= LEN as isize;
                    let before = if row < 0 { Some(f64::NAN) } else { None };
                    let value = || expected[first + lane][row as usize].to_f64();
                    if beyond { None } else { before.or_else(|| Some(value())) }
                });
            });
        }
    }
}

#[test]
fn teams_of_whole_lanes_load_what_is_there() {
    check_whole_lanes::<f64>(|index| index as f64);
    check_whole_lanes::<f32>(|index| index as f32 / 2.0);
    check_whole_lanes::<i64>(|index| index as i64 - 9_000_000_000_000_001);
}

fn check_whole_lanes_stored() {
    const LEN: usize = 21;
    let mut random = Random(8);
    for (layout, count) in pairs(&layouts_of_two(), [1, 7, 8, 11]) {
        let rows = pairs([0, count / 2, count - 1], 0..LEN);
        for (first, row) in rows {
            let height = random.choose(&HEIGHTS);
            let out = with_lanes(
                [count, LEN],
                layout,
                |_| 0.0,
                |_, mut out, _| {
                    store(&mut out.batch(first, LANES), row, height);
                },
            );
            for (index, value) in out.values().into_iter().enumerate() {
                let (lane, at) = (index / LEN, index % LEN);
                let in_team = (first..first + LANES).contains(&lane);
                let written = in_team && (row..row + height).contains(&at);
                let expected = if written { source(lane - first, at) } else { -1.0 };
                assert_eq!(value, expected, "lane {lane}, row {at}");
            }
        }
    }
}

#[test]
fn teams_of_whole_lanes_store_where_they_should() {
    check_whole_lanes_stored();
}

/// Ways to cut a stretch of a lane into at most so many segments.
fn cuts(lane_len: usize, most: usize) -> Vec<Segments> {
    let mut cuts = Vec::new();
    for (start, stretch) in pairs([0, 1, 5, 13], [1, 2, 24, lane_len]) {
        let end = (start + stretch).min(lane_len);
        for len in [1, 2, 3, 4, 8, 9, 50] {
            cuts.push(Segments { start, end, len });
        }
    }
    cuts.retain(|at| (at.end - at.start).div_ceil(at.len) <= most);
    cuts
}

fn check_segments<T: Element + Bits>(value: impl Fn(usize) -> T + Copy) {
    const LEN: usize = 37;
    for layout in layouts_of_two() {
        with_lanes([2, LEN], &layout, value, |lanes, _, expected| {
            for (lane, at) in cuts(LEN, LANES).into_iter().enumerate() {
                let Segments { start, end, len } = at;
                let lane = lane % 2;
                let batch = lanes.segments(lane, at);
                check_load::<T>(&batch, -60..len as isize + 20, |segment, row| {
                    let begin = start + segment * len;
                    if begin >= end || begin as isize + row >= end as isize {
                        return None;
                    }
                    let value = |at: usize| expected[lane][at].to_f64();
                    Some(begin.checked_add_signed(row).map_or(f64::NAN, value))
                });
            }
        });
    }
}

#[test]
fn segments_load_what_is_there_and_before() {
    check_segments::<f64>(|index| index as f64);
    check_segments::<f32>(|index| index as f32 / 2.0);
    check_segments::<i64>(|index| index as i64 - 9_000_000_000_000_001);
}

fn check_segments_stored() {
    const LEN: usize = 37;
    for layout in layouts_of_two() {
        for (number, at) in cuts(LEN, LANES).into_iter().enumerate() {
            let Segments { start, end, len } = at;
            let row = number % len;
            let height = HEIGHTS[number % HEIGHTS.len()].min(len - row);
            let out = with_lanes(
                [2, LEN],
                &layout,
                |_| 0.0,
                |_, mut out, _| {
                    store(&mut out.segments(number % 2, at), row, height);
                },
            );
            for (index, value) in out.values().into_iter().enumerate() {
                let (lane, place) = (index / LEN, index % LEN);
                let of_stretch = lane == number % 2 && (start..end).contains(&place);
                let segment_row = place.wrapping_sub(start) % len;
                let written = of_stretch && (row..row + height).contains(&segment_row);
                let segment = || source((place - start) / len, segment_row);
                assert_eq!(value, if written { segment() } else { -1.0 }, "{place} of {lane}");
            }
        }
    }
}

#[test]
fn segments_store_where_they_should() {
    check_segments_stored();
}
