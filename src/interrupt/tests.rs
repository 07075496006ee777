use std::sync::atomic::AtomicUsize;

use super::*;
use crate::error::Error;
use crate::fill::{self, Fill};
use crate::kernels::arg::{Arg, NanArg};
use crate::kernels::extreme::{Greatest, MAX};
use crate::kernels::integers::OfIntegers;
use crate::kernels::mean::Mean;
use crate::kernels::median::{Median, MoveMedian};
use crate::kernels::missing::AllNan;
use crate::kernels::partition::{ArgPartition, Partition};
use crate::kernels::push::Push;
use crate::kernels::rank::Rank;
use crate::kernels::sum::Sum;
use crate::kernels::var::Var;
use crate::numeric::element::Element;
use crate::order::ordered;
use crate::order::select;
use crate::reduce::{Columnwise, Merged, Reduction};
use crate::testing::{Layout, Random, Strided, with_threads};
use crate::threads;
use crate::windows::{self, Window};

/// Counts how often it is asked, and interrupts from some time on.
struct Counter {
    asked: AtomicUsize,
    patience: usize,
}

impl Counter {
    fn new(patience: usize) -> Arc<Self> {
        Arc::new(Self { asked: AtomicUsize::new(0), patience })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Interrupter for Counter {
    fn interrupts(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.patience
    }
}

/// Values of a lane.
const LEN: usize = 1 << 17;

/// Checks that work asks at least so often, and that it can be interrupted the first and the last of these times.
#[track_caller]
fn check_asks(least: usize, mut work: impl FnMut() -> Result<(), Error>) {
    with_threads(1, || {
        let never = Counter::new(usize::MAX);
        assert_eq!(interruptible(Arc::clone(&never) as _, &mut work), Some(Ok(())));
        assert!(never.asked() >= least, "asks {} times", never.asked());
        for patience in [0, least - 1] {
            let counter = Counter::new(patience);
            assert_eq!(interruptible(Arc::clone(&counter) as _, &mut work), None);
            assert_eq!(counter.asked(), patience + 1);
        }
    });
}

/// Random values along the first axis of so many lanes, which are neighbours or apart.
fn arrays<T: Copy>(
    counts: &'static [usize],
    value: impl Fn(i64) -> T,
) -> impl Iterator<Item = Strided<T>> {
    let layouts = [Layout::c_order(2), Layout::fortran_order(2)];
    counts.iter().flat_map(move |&count| layouts.clone().map(|layout| (count, layout))).map(
        move |(count, layout)| {
            let mut random = Random(1);
            Strided::new(&[LEN, count], &layout, value(0), |_| value(random.integer(60)))
        },
    )
}

/// A value for each of an array.
fn out_of<T: Copy>(array: &Strided<impl Copy>, value: T) -> Strided<T> {
    Strided::filled(&array.lens(), &Layout::c_order(2), value)
}

#[track_caller]
fn check_reduce<K: Reduction<f64>>(kernel: K, value: impl Fn(i64) -> f64, any: K::Out) {
    for array in arrays(&[1, 5, 20], value) {
        let mut out = Strided::filled(&[array.lens()[1]], &Layout::c_order(1), any);
        check_asks(4, || kernel.along([&array.view()], 1, &mut out.view_mut()));
    }
}

#[test]
fn reductions() {
    check_reduce(Merged(Sum), |value| value as f64, 0.0);
    check_reduce(Merged(Var::new(0)), |value| value as f64, 0.0);
    check_reduce(Columnwise(MAX), |value| value as f64, 0.0);
    check_reduce(Columnwise(NanArg { order: Greatest, default: None }), |value| value as f64, 0);
    check_reduce(Columnwise(AllNan), |_| f64::NAN, false);
    // A second look for sums that are too large.
    check_reduce(Merged(Mean), |value| value as f64 * 1e290, 0.0);
}

#[test]
fn values_of_an_order() {
    for array in arrays(&[1], |value| value as f64) {
        let kernel = Median { skip_nan: true };
        check_asks(LEN / OFTEN / 4, || select::all(&array.view(), kernel).map(drop));
    }
}

#[track_caller]
fn check_fill<T: Element, K: Fill<T>>(
    kernel: K,
    counts: &'static [usize],
    value: impl Fn(i64) -> T,
    any: K::Out,
) {
    for array in arrays(counts, value) {
        let mut out = out_of(&array, any);
        check_asks(LEN / OFTEN / 4, || fill::along(&array.view(), 0, kernel, &mut out.view_mut()));
    }
}

#[test]
fn lanes_to_lanes() -> Result<(), Error> {
    let float = |value: i64| if value % 3 == 0 { f64::NAN } else { value as f64 };
    check_fill(Push { limit: 5 }, &[1, 32], float, 0.0);
    check_fill(Rank { skip_nan: true }, &[1], float, 0.0);
    check_fill(Rank { skip_nan: false }, &[1], |value| value, 0.0);
    check_fill(Partition { kth: 100_000 }, &[1], float, 0.0);
    check_fill(ArgPartition { kth: 100_000 }, &[1], |value| value, 0);
    let window = Window::new(50, None, usize::MAX)?;
    check_fill(Sum.exact(window), &[1], |value| value, 0.0);
    check_fill(Arg(Greatest).exact(window), &[1], |value| value, 0.0);
    Ok(())
}

#[track_caller]
fn check_windows(
    len: i64,
    value: impl Fn(i64) -> f64,
    along: impl Fn(&Strided<f64>, Window, &mut Strided<f64>) -> Result<(), Error>,
) -> Result<(), Error> {
    let window = Window::new(len, Some(1), usize::MAX)?;
    for array in arrays(&[1, 9], value) {
        let mut out = out_of(&array, 0.0);
        check_asks(LEN / OFTEN / 4, || along(&array, window, &mut out));
    }
    Ok(())
}

#[test]
fn windows_that_are_merged() -> Result<(), Error> {
    // Blocks of strips, blocks of their own, tiles; and a second walk.
    for (len, scale) in [(5, 1.0), (3000, 1.0), (20_000, 1.0), (100_000, 1.0), (50, 1e290)] {
        check_windows(
            len,
            |value| value as f64 * scale,
            |array, window, out| {
                windows::along([&array.view()], 0, window, &Var::new(0), &mut out.view_mut())
            },
        )?;
    }
    Ok(())
}

#[test]
fn windows_of_an_order() -> Result<(), Error> {
    // Single values, in step, sets of ranks, and sets that are sorted in parts.
    for len in [1, 7, 2000, 100_000] {
        check_windows(
            len,
            |value| value as f64,
            |array, window, out| {
                ordered::along(&array.view(), 0, window, MoveMedian, &mut out.view_mut())
            },
        )?;
    }
    Ok(())
}

#[test]
fn every_thread_is_interrupted() {
    /// Work without an end.
    fn endless() {
        loop {
            check();
        }
    }
    for endless_jobs in [&[0][..], &[1], &[3], &[0, 1, 2, 3]] {
        with_threads(4, || {
            let counter = Counter::new(100);
            let work = |job| {
                if endless_jobs.contains(&job) {
                    endless();
                }
            };
            assert_eq!(interruptible(counter, || threads::run(4, &work)), None);
        });
    }
}

#[test]
fn a_call_within_a_call_is_another_one() {
    /// Calls, as the handler of a signal may do.
    struct Caller(AtomicUsize);

    impl Interrupter for Caller {
        fn interrupts(&self) -> bool {
            assert_eq!(interruptible(Counter::new(0), check), None);
            assert_eq!(interruptible(Counter::new(1), check), Some(()));
            self.0.fetch_add(1, Ordering::Relaxed) == 2
        }
    }

    let caller = Arc::new(Caller(AtomicUsize::new(0)));
    let work = || {
        check();
        check();
    };
    assert_eq!(interruptible(Arc::clone(&caller) as _, work), Some(()));
    assert_eq!(interruptible(caller, work), None);
    check();
}

#[test]
fn panics_are_not_interruptions() {
    let panics = || interruptible(Counter::new(0), || resume_unwind(Box::new("a fault")));
    let payload = catch_unwind(panics).expect_err("it panics");
    assert_eq!(payload.downcast_ref(), Some(&"a fault"));
    assert!(current().is_none());
}
