//! A lane to a lane: the driver of what gives a result for each value.

use std::mem::MaybeUninit;

use crate::error::Error;
use crate::interrupt;
use crate::numeric::element::Element;
use crate::simd::{Isa, Task, vectorized};
use crate::strided::tile::{GROUP, Sink, Source};
use crate::strided::{Cells, Lanes, LanesMut, Rows, Run, Sweep, View, ViewMut};
use crate::threads;

/// What becomes of the values of a lane.
pub trait Fill<T: Element>: Copy + Send + Sync {
    /// A result.
    type Out: Copy + Send + Sync;
    /// Memory to work in, which is used again for the next lane.
    type Scratch: Default;

    /// Whether all results are written even if values change between two reads, as another thread
    /// may write to the array. Lanes of other kernels are copied first.
    const TOLERANT: bool = false;

    /// Writes the results of as many values, all of them unless it fails.
    fn fill(
        &self,
        values: &[T],
        results: &mut [MaybeUninit<Self::Out>],
        scratch: &mut Self::Scratch,
    ) -> Result<(), Error>;

    /// Gives `write` the results of each row of adjacent lanes, if they can be known in this
    /// order; says whether they can.
    #[inline(always)]
    fn fill_rows<const N: usize>(
        &self,
        _rows: Rows<'_, T, N>,
        _write: impl FnMut(usize, [Self::Out; N]),
    ) -> bool {
        false
    }
}

/// Values that are a job for a thread.
const PIECE: usize = 1 << 17;
/// Fewer values than this are not worth a second thread.
const PARALLEL: usize = 1 << 15;

/// Puts a value in the place of each that is old.
pub fn in_place<T: Element>(
    cells: &mut Cells<'_, T>,
    is_old: impl Fn(T) -> bool + Sync,
    new: T,
) -> Result<(), Error> {
    struct Replace<'a, T, F>(Run<'a, T>, F, T);

    impl<T: Element, F: Fn(T) -> bool> Task for Replace<'_, T, F> {
        type Out = ();

        #[inline(always)]
        fn run<I: Isa>(self) {
            self.0.update(self.1, |_| self.2);
        }
    }

    let replace = |run| vectorized(Replace(run, &is_old, new));
    if cells.len() < PIECE {
        cells.runs().for_each(replace);
        return Ok(());
    }
    threads::each(cells.jobs(PIECE), &|job| {
        job.runs().for_each(replace);
        Ok(())
    })
}

/// The results along `axis`, each lane on its own.
pub fn along<T: Element, K: Fill<T>>(
    view: &View<'_, T>,
    axis: usize,
    kernel: K,
    out: &mut ViewMut<'_, K::Out>,
) -> Result<(), Error> {
    let mut sweep = Sweep::along([view], axis, out);
    let values = sweep.values();
    if values == 0 {
        return Ok(());
    }
    if values < PARALLEL {
        return fill_all(&kernel, &mut sweep);
    }
    let parts = sweep.split(values.div_ceil(PARALLEL / 4), GROUP);
    threads::each(parts, &|mut part| fill_all(&kernel, &mut part))
}

fn fill_all<T: Element, K: Fill<T>>(
    kernel: &K,
    sweep: &mut Sweep<'_, T, K::Out>,
) -> Result<(), Error> {
    let (mut values, mut results) = (Vec::new(), Vec::new());
    let mut scratch = K::Scratch::default();
    for ([lanes], mut out) in sweep.bundles() {
        let done = vectorized(Across { kernel, lanes, out: &mut out });
        let mut source = Source::new(lanes, done, &mut values);
        if !K::TOLERANT {
            source = source.of_copies();
        }
        let mut sink = Sink::new(out, done, &mut results);
        for lane in done..lanes.count() {
            let values = source.lane(lane, T::LOWEST)?;
            sink.lane(lane, |results| kernel.fill(values, results, &mut scratch))?;
        }
    }
    Ok(())
}

/// Lanes that are filled together.
const N: usize = 32;

/// Fills adjacent lanes row by row, if the kernel can do that; says how many.
struct Across<'a, 'b, T, O, K> {
    kernel: &'a K,
    lanes: Lanes<'a, T>,
    out: &'a mut LanesMut<'b, O>,
}

impl<T: Element, K: Fill<T>> Task for Across<'_, '_, T, K::Out, K> {
    type Out = usize;

    #[inline(always)]
    fn run<I: Isa>(self) -> usize {
        let Self { kernel, lanes, out } = self;
        if !(lanes.are_adjacent() && out.are_adjacent()) {
            return 0;
        }
        let whole = lanes.count() - lanes.count() % N;
        for lane in (0..whole).step_by(N) {
            let rows = lanes.rows::<N>(lane, 0, lanes.len());
            let write = |row, results| {
                interrupt::check_at(row * N, N);
                out.set_row(lane, row, results);
            };
            if !kernel.fill_rows(rows, write) {
                return 0;
            }
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::replace::replace;
    use crate::testing::{ANY, Layout, Random, Strided, same, with_threads};

    #[test]
    fn each_value_is_changed_once_and_nothing_between() {
        let mut random = Random(1);
        let lens = [0, 1, 63, 64, 65, PIECE + 3];
        let lanes = lens.map(|len| vec![len]).into_iter();
        let others = [vec![], vec![3, 40], vec![2053, 2], vec![2, 3, 0], vec![4, 5, 6, 7]];
        for lens in lanes.chain(others) {
            for steps in [&[1][..], &[-1], &[1, -1, 2]] {
                let layout = Layout::random(lens.len(), steps, &mut random);
                let mut array = Strided::new(&lens, &layout, -1, |index| index as i64);
                with_threads(4, || {
                    assert_eq!(in_place(&mut array.cells(), |value| value % 3 == 0, -7), Ok(()))
                });
                let values = 0..lens.iter().product::<usize>() as i64;
                let expected = values.map(|value| if value % 3 == 0 { -7 } else { value });
                assert!(array.values().into_iter().eq(expected));
                let untouched = array.memory.iter().filter(|&&value| value == -1).count();
                assert_eq!(untouched, array.memory.len() - array.values().len());
            }
        }
    }

    fn check_replace<T: Element>(value: impl Fn(i64) -> T, olds: &[T], new: T) {
        let mut random = Random(2);
        for &old in olds {
            for lens in [&[][..], &[100], &[7, 30], &[2, 3, 4, 5]] {
                let layout = Layout::random(lens.len(), &ANY, &mut random);
                let mut array = Strided::new(lens, &layout, old, |_| value(random.integer(3)));
                let is_old = |value: T| value == old || (value.is_nan() && old.is_nan());
                let expected = array.values().into_iter();
                let expected: Vec<T> =
                    expected.map(|value| if is_old(value) { new } else { value }).collect();
                assert_eq!(replace(&mut array.cells(), old, new), Ok(()));
                let values = array.values().into_iter().zip(expected);
                for (value, expected) in values {
                    assert!(same(value.to_f64(), expected.to_f64()));
                }
            }
        }
    }

    #[test]
    fn replace_changes_what_equals_the_old_value() {
        let float = |value| if value == 5 { f64::NAN } else { value as f64 / 2.0 };
        check_replace(float, &[f64::NAN, 0.5, 0.0, -0.0, 9.0], -7.5);
        check_replace(|value| float(value) as f32, &[f32::NAN, 0.5, 0.0], f32::NAN);
        check_replace(|value| value, &[0, -3, 9], i64::MIN);
        check_replace(|value| value as i32, &[0, -3, 9], i32::MAX);
    }
}
