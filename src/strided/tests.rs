use super::stored::Bits;
use super::*;
use crate::simd::Eight;
use crate::testing::{ANY, APART, Layout, Random, Strided, without};

/// Every shape of up to four dimensions that is not too large.
fn shapes() -> Vec<Vec<usize>> {
    const LENS: [usize; 5] = [0, 1, 2, 3, LONG];
    let mut all = vec![Vec::new()];
    let mut last = all.clone();
    for _ in 0..4 {
        let longer = |shape: &Vec<usize>| LENS.map(|len| [&shape[..], &[len]].concat());
        last = last.iter().flat_map(longer).collect();
        all.extend_from_slice(&last);
    }
    all.retain(|shape| shape.iter().product::<usize>() < 5000);
    all
}

/// More than `SHORT`.
const LONG: usize = 65;

/// An array whose values say where they are.
fn numbered(lens: &[usize], layout: &Layout) -> Strided<u32> {
    Strided::new(lens, layout, u32::MAX, |index| index as u32)
}

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
    let sweep = Sweep::reducing(&view, axes, ordered, &mut places);
    assert_eq!(sweep.values(), view.len());
    for mut part in sweep.split(split.0, split.1) {
        for (lanes, mut out) in part.bundles() {
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
            let sweep = Sweep::along(&view, axis, &mut places);
            assert_eq!(sweep.values(), view.len());
            for mut part in sweep.split(random.choose(&[1, 2, 5]), random.choose(&[1, 8])) {
                for (lanes, mut out) in part.bundles() {
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
        let sweep = Sweep::reducing(&view, 0b10, false, &mut places);
        let mut counts = Vec::new();
        for mut part in sweep.split(parts, columns) {
            counts.extend(part.bundles().map(|(lanes, _)| lanes.count()));
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
    let mut sweep = Sweep::reducing(&view, 0b11, false, &mut out);
    let (lanes, _) = sweep.bundles().next().expect("one bundle");
    assert_eq!((lanes.len(), lanes.folds()), (400, 1));
    assert!(lanes.lane(0).as_slice().is_some());
}

#[test]
#[should_panic(expected = "input and output have the same shape")]
fn reducing_refuses_an_output_of_another_shape() {
    let input = numbered(&[2, 3], &Layout::c_order(2));
    let mut out = [0_usize; 3];
    Sweep::reducing(&input.view(), 0b10, false, &mut ViewMut::from_slice(&mut out));
}

#[test]
#[should_panic(expected = "input and output have the same shape")]
fn along_refuses_an_output_of_another_shape() {
    let input = numbered(&[2, 3], &Layout::c_order(2));
    let mut out = [0_usize; 6];
    Sweep::along(&input.view(), 1, &mut ViewMut::from_slice(&mut out));
}

#[test]
fn a_view_knows_its_values() {
    let mut random = Random(3);
    for shape in shapes() {
        let input = numbered(&shape, &Layout::random(shape.len(), &ANY, &mut random));
        let (view, values) = (input.view(), input.values());
        assert_eq!((view.len(), view.is_empty()), (values.len(), values.is_empty()));
        assert!(view.iter().eq(values.iter().copied()));
        if let Some(slice) = view.as_slice() {
            assert_eq!(slice, values);
        }
        let unaligned = input.unaligned();
        assert!(unaligned.view().iter().eq(values.iter().copied()));
        assert_eq!(unaligned.view().as_slice(), None);
        for axes in 0..1 << shape.len() {
            let along = shape.iter().enumerate().filter(|(axis, _)| axes >> axis & 1 == 1);
            assert_eq!(view.is_empty_along(axes), along.into_iter().any(|(_, &len)| len == 0));
        }
    }
    let slice = [1, 2, 3];
    assert_eq!(View::from_slice(&slice).as_slice(), Some(&slice[..]));
}

/// Gives `check` lanes along the last axis of an array of two dimensions, in each order of memory.
fn with_lanes<T: Element + Bits>(
    lens: [usize; 2],
    layout: &Layout,
    value: impl Fn(usize) -> T,
    check: impl Fn(Lanes<'_, T>, LanesMut<'_, f64>, &[Vec<T>]),
) -> Strided<f64> {
    let input = Strided::new(&lens, layout, T::MISSING, value);
    let mut out = Strided::filled(&lens, layout, -1.0);
    let unaligned = input.unaligned();
    for view in [input.view(), unaligned.view()] {
        let mut places = out.view_mut();
        let mut sweep = Sweep::along(&view, 1, &mut places);
        let (lanes, out_lanes) = sweep.bundles().next().expect("one bundle");
        check(lanes, out_lanes, &input.lanes(0b10));
    }
    out
}

fn layouts_of_two() -> Vec<Layout> {
    let mut random = Random(4);
    let others = (0..6).map(|_| Layout::random(2, &APART, &mut random));
    [Layout::c_order(2), Layout::fortran_order(2)].into_iter().chain(others).collect()
}

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
        let Some(converted) = lanes.converted(first..first + count, rows.clone(), &mut memory)
        else {
            continue;
        };
        assert_eq!((converted.count(), converted.len()), (count, rows.len()));
        for (lane, values) in expected[first..first + count].iter().enumerate() {
            assert_eq!(converted.lane(lane).to_vec(), values[rows.clone()]);
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
        let mut sweep = Sweep::reducing(&view, axes, true, &mut places);
        let mut whole: Vec<Vec<u32>> = Vec::new();
        for (lanes, _) in sweep.bundles() {
            whole.extend((0..lanes.count()).map(|lane| lanes.whole(lane).iter().collect()));
        }
        assert_eq!(whole, input.lanes(axes));
    }
}

/// Each of the first with each of the second.
fn pairs<A: Copy, B>(
    first: impl IntoIterator<Item = A>,
    second: impl IntoIterator<Item = B> + Clone,
) -> impl Iterator<Item = (A, B)> {
    first.into_iter().flat_map(move |a| second.clone().into_iter().map(move |b| (a, b)))
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

#[test]
fn rows_are_cut_split_and_narrowed() {
    let values: Vec<i32> = (0..23).collect();
    let (rows, rest) = Rows::<i32, 4>::cut(&values);
    assert_eq!((rows.len(), rows.is_empty(), rest), (5, false, &values[20..]));
    for len in [0, 2, 5, 9] {
        let (head, tail) = rows.split(len);
        assert_eq!(head.len(), len.min(5));
        let narrow = |rows: Rows<'_, i32, 4>| rows.narrow::<2>(1).iter().collect::<Vec<_>>();
        let all = [narrow(head), narrow(tail)].concat();
        assert_eq!(all, (0..5).map(|row| [4 * row + 1, 4 * row + 2]).collect::<Vec<_>>());
    }
}

/// Each index is read and written as often as it is there, those that may share a place in one
/// job; says how many jobs there are.
fn check_cells(array: &mut Strided<u32>, len: usize) -> usize {
    let mut counts = vec![0; array.memory.len()];
    for place in array.places() {
        counts[place] += 1;
    }
    array.memory.fill(0);
    let memory = array.memory.as_ptr() as usize;
    let mut written_by = vec![None; counts.len()];
    let mut cells = array.cells();
    assert_eq!(cells.len(), counts.iter().sum::<u32>() as usize);
    assert_eq!(cells.is_empty(), counts.iter().all(|&count| count == 0));
    let jobs = cells.jobs(len).into_iter().map(|job| job.runs().collect::<Vec<_>>());
    let jobs: Vec<Vec<Run<'_, u32>>> = jobs.collect();
    let mut marks = Vec::new();
    for (job, runs) in jobs.iter().enumerate() {
        for run in runs {
            assert!((1..=len).contains(&run.len()) && !run.is_empty());
            run.update(|_| true, |value| value + 1);
            marks.push((job, run));
        }
    }
    for (job, run) in marks {
        for index in 0..run.len() {
            let place = run.first.wrapping_offset(index as isize * run.stride);
            let offset = (place as usize - memory) / size_of::<u32>();
            assert!(written_by[offset].is_none_or(|other| other == job));
            written_by[offset] = Some(job);
        }
    }
    let jobs = jobs.len();
    if counts.iter().all(|&count| count < 2) {
        assert_eq!(array.memory, counts);
    } else {
        assert_eq!(jobs, 1, "values that are shared are in one job");
        let touched = |memory: &[u32]| memory.iter().map(|&count| count > 0).collect::<Vec<_>>();
        assert_eq!(touched(&array.memory), touched(&counts));
    }
    jobs
}

#[test]
fn cells_read_and_write_each_value_once() {
    let mut random = Random(6);
    for shape in shapes() {
        for steps in [&APART[..], &ANY[..]] {
            let layout = Layout::random(shape.len(), steps, &mut random);
            check_cells(&mut numbered(&shape, &layout), random.choose(&[1, 2, 64, 1000]));
        }
    }
}

#[test]
fn jobs_are_runs_of_neighbours_in_any_order_of_dimensions() {
    for layout in [Layout::c_order(3), Layout::fortran_order(3)] {
        assert_eq!(check_cells(&mut numbered(&[4, 5, 6], &layout), 100), 2);
        assert_eq!(check_cells(&mut numbered(&[4, 5, 6], &layout), 120), 1);
    }
}

#[test]
fn windows_that_share_values_are_changed_one_after_the_other() {
    for (window, step) in [(4, 1), (4, 3), (1, 0), (3, -2)] {
        let mut memory = [0; 40];
        let dims = [Dim { len: 5, stride: step }, Dim { len: window, stride: 1 }];
        let mut counts = memory;
        for (start, at) in (0..5).flat_map(|start| (0..window).map(move |at| (start, at))) {
            counts[(15 + start * step + at as isize) as usize] += 1;
        }
        // SAFETY: none of these indices leaves the forty values.
        let mut cells = unsafe { Cells::new(memory.as_mut_ptr().add(15), Dims::from_slice(&dims)) };
        let jobs = cells.jobs(100);
        assert_eq!(jobs.len(), 1);
        for run in jobs.into_iter().flat_map(Job::runs).flat_map(|run| run.parts(1)) {
            run.update(|_| true, |value| value + 1);
        }
        assert_eq!(memory, counts);
    }
}

/// The numbers of rows that are loaded and stored at once: fewer than a vector has lanes, as many,
/// and more.
const HEIGHTS: [usize; 7] = [1, 2, 7, 8, 9, 16, 19];

/// What `Team::load` gives of each lane, one row after the other.
fn loaded<T: Element>(team: &Team<'_, T>, row: isize, height: usize) -> Vec<Vec<f64>> {
    let mut rows = vec![-7.0; height * LANES];
    team.load::<Eight>(row, &mut rows);
    (0..LANES).map(|lane| rows[lane..].iter().copied().step_by(LANES).collect()).collect()
}

/// Compares what is loaded, where it matters, with the values of each lane of the team and before
/// it.
fn check_load<T: Element>(
    team: &Team<'_, T>,
    rows: Range<isize>,
    expected: impl Fn(usize, isize) -> Option<f64>,
) {
    let mut random = Random(rows.end as u64);
    let heights = |row| [random.choose(&HEIGHTS), random.choose(&HEIGHTS)].map(|of| (row, of));
    for (row, height) in rows.flat_map(heights) {
        let lanes = loaded::<T>(team, row, height);
        for (lane, values) in lanes.iter().enumerate() {
            for (row, &value) in (row..).zip(values) {
                let expected = expected(lane, row).unwrap_or(value);
                assert_eq!(value.to_bits(), expected.to_bits(), "lane {lane}, row {row}");
            }
        }
    }
}

/// Stores rows whose values say where they are from, and says where they are from.
fn store(out: &mut TeamMut<'_, f64>, row: usize, height: usize) {
    let rows = row..row + height;
    let rows = rows.flat_map(|row| (0..LANES).map(move |lane| source(lane, row)));
    out.store::<Eight>(row, &rows.collect::<Vec<_>>());
}

fn source(lane: usize, row: usize) -> f64 {
    (100 * lane + row) as f64
}

fn check_whole_lanes<T: Element + Bits>(value: impl Fn(usize) -> T + Copy) {
    const LEN: usize = 21;
    for (layout, count) in pairs(&layouts_of_two(), [1, 7, 8, 11]) {
        for (first, lanes_asked) in [(0, LANES), (count - 1, LANES), (count / 2, 1)] {
            with_lanes([count, LEN], layout, value, |lanes, _, expected| {
                let team = lanes.team(first, lanes_asked);
                assert_eq!(team.len(), LEN);
                let team_lanes = lanes_asked.min(count - first);
                check_load::<T>(&team, -9..LEN as isize, |lane, row| {
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
                    store(&mut out.team(first, LANES), row, height);
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
                let team = lanes.segments(lane, at);
                check_load::<T>(&team, -60..len as isize + 20, |segment, row| {
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
