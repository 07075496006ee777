//! A lane to a lane: the driver of what changes values and keeps their number.

use crate::element::Element;
use crate::error::Error;
use crate::rows::{Cells, Job};
use crate::threads;

/// What becomes of the values of a lane.
pub trait Fill<T: Element>: Copy + Send + Sync {
    /// The dtype of the results.
    type Out: Element;

    /// Writes the results of as many values.
    fn fill(&self, values: &[T], results: &mut [Self::Out]);
}

/// Values that are changed at once: both copies stay in the first cache.
const RUN: usize = 2048;
/// Values that are a job for a thread.
const PIECE: usize = 1 << 17;

/// Changes values in their place, for a kernel that looks at each on its own.
pub fn in_place<T: Element, K: Fill<T, Out = T>>(
    cells: &mut Cells<'_, T>,
    kernel: K,
) -> Result<(), Error> {
    threads::each(cells.jobs(PIECE), &|job: Job<'_, T>| {
        let (mut values, mut results) = ([T::LOWEST; RUN], [T::LOWEST; RUN]);
        for run in job.runs().flat_map(|run| run.parts(RUN)) {
            let (values, results) = (&mut values[..run.len()], &mut results[..run.len()]);
            run.read(values);
            kernel.fill(values, results);
            run.write(results);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::replace::Replace;
    use crate::testing::{ANY, Layout, Random, Strided, same, with_threads};

    /// A kernel whose results say how often it was given a value.
    #[derive(Clone, Copy)]
    struct Count;

    impl Fill<i64> for Count {
        type Out = i64;

        fn fill(&self, values: &[i64], results: &mut [i64]) {
            assert!(values.len() == results.len() && values.len() <= RUN);
            for (result, value) in results.iter_mut().zip(values) {
                *result = value + 1;
            }
        }
    }

    #[test]
    fn each_value_is_changed_once_and_nothing_between() {
        let mut random = Random(1);
        let lens = [0, 1, RUN - 1, RUN, RUN + 1, PIECE, 2 * PIECE + 3];
        let lanes = lens.map(|len| vec![len]).into_iter();
        let others = [vec![], vec![3, 40], vec![RUN + 5, 2], vec![2, 3, 0], vec![4, 5, 6, 7]];
        for lens in lanes.chain(others) {
            for steps in [&[1][..], &[-1], &[1, -1, 2]] {
                let layout = Layout::random(lens.len(), steps, &mut random);
                let mut array = Strided::new(&lens, &layout, -1, |index| index as i64);
                with_threads(4, || assert_eq!(in_place(&mut array.cells(), Count), Ok(())));
                let expected = 1..=lens.iter().product::<usize>() as i64;
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
                assert_eq!(in_place(&mut array.cells(), Replace { old, new }), Ok(()));
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
