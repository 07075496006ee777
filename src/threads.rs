//! How work is split among threads.
//!
//! Jobs are cut by size alone, never by the number of threads, and each writes to places of its
//! own, so results do not depend on who does what. The pool belongs to one process: a child made
//! by `fork` has none of its threads, and makes a new one.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

use crossbeam_utils::atomic::AtomicCell;
use rayon_core::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;
use crate::interrupt;

/// More threads than this are a mistake.
pub const MOST: usize = 1024;

/// Threads that a call may use; 0 until someone asks.
static COUNT: AtomicUsize = AtomicUsize::new(0);

struct Pool {
    process: u32,
    threads: ThreadPool,
    /// Those that were made before, for fewer threads.
    others: Option<&'static Pool>,
    /// How many threads there are in all of them.
    size: usize,
}

/// The newest pool. A fork can hold no lock here: pools are never freed, and whoever finds that
/// the newest one is another process's, or too small, puts a new one in its place.
static POOL: AtomicCell<Option<&'static Pool>> = AtomicCell::new(None);

/// The process in which a thread is making a pool, or 0. A child of a fork does not wait for it.
static MAKING: AtomicU32 = AtomicU32::new(0);

/// How many threads a call may use: as set, or else as many as this process may run at once.
pub fn count() -> usize {
    match COUNT.load(Ordering::Relaxed) {
        0 => {
            let count = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST);
            // Someone may have set it meanwhile, and that counts.
            match COUNT.compare_exchange(0, count, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => count,
                Err(set) => set,
            }
        }
        count => count,
    }
}

/// Sets how many threads a call may use.
pub fn set_count(count: i64) -> Result<(), Error> {
    match usize::try_from(count) {
        Ok(count) if (1..=MOST).contains(&count) => COUNT.store(count, Ordering::Relaxed),
        _ => return Err(Error::Threads { count, most: MOST }),
    }
    Ok(())
}

/// Takes the number of threads from the environment variable `UNCORK_NUM_THREADS`, if it is set.
pub fn set_count_from_environment() -> Result<(), Error> {
    let variable = "UNCORK_NUM_THREADS";
    let Some(value) = std::env::var_os(variable) else {
        return Ok(());
    };
    let value = value.to_string_lossy();
    let count = value.trim().parse().ok();
    count.and_then(|count| set_count(count).ok()).ok_or_else(|| Error::Environment {
        variable,
        value: value.to_string(),
        allowed: format!("an integer between 1 and {MOST}"),
    })
}

/// Does jobs `0..jobs`, the calling thread among those that work. Between any two, the call may be
/// interrupted.
pub(crate) fn run(jobs: usize, work: &(dyn Fn(usize) + Sync)) {
    let work = |job| {
        interrupt::check();
        work(job);
    };
    let workers = if jobs > 1 { count().min(jobs) } else { 1 };
    let pool = if workers > 1 { pool(workers - 1) } else { None };
    let Some(pool) = pool else {
        return (0..jobs).for_each(work);
    };
    let next = AtomicUsize::new(0);
    let do_jobs = || {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return;
            }
            work(job);
        }
    };
    let call = interrupt::current();
    let help = || {
        let _helping = call.clone().map(interrupt::help);
        do_jobs();
    };
    let (helping, no_help) = channel();
    pool.also(workers - 1, &help, helping, &|| {
        do_jobs();
        // The last jobs of others may be long.
        interrupt::check_until_closed(&no_help);
    });
}

impl Pool {
    /// Calls `help` in so many threads, each of which holds `helping` until it has returned, and
    /// `work` in this one.
    fn also(&self, workers: usize, help: &(dyn Fn() + Sync), helping: Sender<()>, work: &dyn Fn()) {
        let here = workers.min(self.threads.current_num_threads());
        self.threads.in_place_scope(|scope| {
            for _ in 0..here {
                let helping = helping.clone();
                scope.spawn(move |_| {
                    let _helping = helping;
                    help();
                });
            }
            match self.others {
                Some(others) if workers > here => others.also(workers - here, help, helping, work),
                _ => {
                    drop(helping);
                    work();
                }
            }
        });
    }
}

/// What `work` makes of each of the jobs `0..jobs`, in their order.
pub(crate) fn map<R: Send + Sync>(jobs: usize, work: &(dyn Fn(usize) -> R + Sync)) -> Vec<R> {
    let results: Vec<OnceLock<R>> = (0..jobs).map(|_| OnceLock::new()).collect();
    // Each job is done once, so its place is still empty.
    run(jobs, &|job| drop(results[job].set(work(job))));
    results.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Does each of `jobs` with `work`.
pub(crate) fn each<J: Send, E: Send + Sync>(
    jobs: Vec<J>,
    work: &(dyn Fn(J) -> Result<(), E> + Sync),
) -> Result<(), E> {
    let jobs: Vec<Mutex<Option<J>>> = jobs.into_iter().map(|job| Mutex::new(Some(job))).collect();
    let results = map(jobs.len(), &|job| {
        let job = jobs[job].lock().unwrap_or_else(PoisonError::into_inner).take();
        job.map_or(Ok(()), work)
    });
    results.into_iter().collect()
}

/// A pool of this process with at least `size` threads, unless the system has no more threads.
fn pool(size: usize) -> Option<&'static Pool> {
    let process = std::process::id();
    let newest = || POOL.load().filter(|pool| pool.process == process);
    loop {
        let pool = newest();
        if pool.is_some_and(|pool| pool.size >= size) {
            return pool;
        }
        let other = MAKING.load(Ordering::Acquire);
        let swapped = MAKING.compare_exchange(other, process, Ordering::Acquire, Ordering::Relaxed);
        if other == process || swapped.is_err() {
            std::thread::yield_now();
            continue;
        }
        // Another thread may have made one since.
        let made = enlarged(newest(), process, size);
        MAKING.store(0, Ordering::Release);
        return made.or_else(newest);
    }
}

/// The pool with as many threads more as are missing, in the place of the newest.
fn enlarged(others: Option<&'static Pool>, process: u32, size: usize) -> Option<&'static Pool> {
    let before = others.map_or(0, |pool| pool.size);
    if before >= size {
        return others;
    }
    let threads = ThreadPoolBuilder::new()
        .num_threads(size - before)
        .thread_name(move |index| format!("uncork-{}", before + index))
        .build()
        .ok()?;
    POOL.store(Some(Box::leak(Box::new(Pool { process, threads, others, size }))));
    POOL.load()
}

const _: () = assert!(AtomicCell::<Option<&'static Pool>>::is_lock_free());

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;
    use crate::testing::with_threads;

    /// Fewer jobs than threads, as many, and more.
    const JOBS: [usize; 6] = [0, 1, 2, 3, 4, 1000];
    const THREADS: [i64; 3] = [1, 3, 7];

    fn for_jobs_and_threads(check: impl Fn(usize)) {
        for count in THREADS {
            with_threads(count, || JOBS.into_iter().for_each(&check));
        }
    }

    #[test]
    fn run_does_each_job_once() {
        for_jobs_and_threads(|jobs| {
            let done: Vec<AtomicUsize> = (0..jobs).map(|_| AtomicUsize::new(0)).collect();
            run(jobs, &|job| {
                done[job].fetch_add(1, Ordering::Relaxed);
            });
            assert!(done.iter().all(|times| times.load(Ordering::Relaxed) == 1));
        });
    }

    #[test]
    fn map_keeps_the_order_of_the_jobs() {
        for_jobs_and_threads(|jobs| {
            let results = map(jobs, &|job| job.to_string());
            assert!(results.into_iter().eq((0..jobs).map(|job| job.to_string())));
        });
    }

    #[test]
    fn each_gives_every_job_away_and_returns_the_first_error() {
        for_jobs_and_threads(|jobs| {
            for wrong in [vec![], vec![0], vec![1, 2], vec![999]] {
                let done = AtomicUsize::new(0);
                let result = each((0..jobs).collect(), &|job| {
                    done.fetch_add(1, Ordering::Relaxed);
                    if wrong.contains(&job) { Err(job) } else { Ok(()) }
                });
                let first = wrong.iter().find(|&&job| job < jobs);
                assert_eq!(result, first.map_or(Ok(()), |&job| Err(job)));
                assert_eq!(done.into_inner(), jobs);
            }
        });
    }

    #[test]
    fn so_many_threads_work_at_once() {
        with_threads(4, || {
            let all_are_here = Barrier::new(4);
            let workers = map(4, &|_| {
                all_are_here.wait();
                thread::current().id()
            });
            assert!(workers.contains(&thread::current().id()), "the calling thread works too");
            let others = workers.iter().filter(|&&id| id != thread::current().id());
            assert_eq!(others.count(), 3);
        });
    }

    #[test]
    fn one_thread_is_the_calling_one() {
        with_threads(1, || {
            let workers = map(10, &|_| thread::current().id());
            assert_eq!(workers, [thread::current().id(); 10]);
        });
    }

    #[test]
    fn jobs_may_have_jobs_of_their_own() {
        with_threads(3, || {
            let sums = map(20, &|job| map(job, &|inner| inner).into_iter().sum::<usize>());
            assert!(sums.into_iter().eq((0_usize..20).map(|job| job * job.saturating_sub(1) / 2)));
        });
    }

    #[test]
    fn counts_out_of_range_are_errors_and_change_nothing() {
        with_threads(5, || {
            for wrong in [0, -1, 1025, i64::MIN, i64::MAX] {
                assert_eq!(set_count(wrong), Err(Error::Threads { count: wrong, most: MOST }));
                assert_eq!(count(), 5);
            }
            for right in [1024, 1] {
                assert_eq!(set_count(right), Ok(()));
                assert_eq!(count(), right as usize);
            }
        });
    }
}
