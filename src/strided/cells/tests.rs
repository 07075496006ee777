use super::*;
use crate::strided::tests::{numbered, shapes};
use crate::testing::{ANY, APART, Layout, Random, Strided};

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
