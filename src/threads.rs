//! How work is split among threads.
//!
//! Jobs are cut by size alone, never by the number of threads, and each writes to places of its
//! own, so results do not depend on who does what. The pool belongs to one process: a child made
//! by `fork` has none of its threads, and makes a new one.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crossbeam_utils::atomic::AtomicCell;
use rayon_core::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;

/// More threads than this are a mistake.
pub const MOST: usize = 1024;

/// Threads that a call may use; 0 until someone asks.
static COUNT: AtomicUsize = AtomicUsize::new(0);

struct Pool {
    process: u32,
    threads: ThreadPool,
}

/// The newest pool. A fork can hold no lock here: pools are never freed, and whoever finds that
/// the newest one is another process's, or too small, puts a new one in its place.
static POOL: AtomicCell<Option<&'static Pool>> = AtomicCell::new(None);

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
    let Some(value) = std::env::var_os("UNCORK_NUM_THREADS") else {
        return Ok(());
    };
    let value = value.to_string_lossy();
    let count = value.trim().parse().ok();
    count
        .and_then(|count| set_count(count).ok())
        .ok_or_else(|| Error::Environment { value: value.to_string(), most: MOST })
}

/// Does jobs `0..jobs`, the calling thread among those that work.
pub(crate) fn run(jobs: usize, work: &(dyn Fn(usize) + Sync)) {
    let workers = if jobs > 1 { count().min(jobs) } else { 1 };
    let pool = if workers > 1 { pool(workers - 1) } else { None };
    let Some(pool) = pool else {
        return (0..jobs).for_each(work);
    };
    let next = AtomicUsize::new(0);
    let worker = || {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return;
            }
            work(job);
        }
    };
    pool.in_place_scope(|scope| {
        for _ in 1..workers {
            scope.spawn(|_| worker());
        }
        worker();
    });
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
fn pool(size: usize) -> Option<&'static ThreadPool> {
    let process = std::process::id();
    let fits = |pool: &&Pool| pool.process == process && pool.threads.current_num_threads() >= size;
    if let Some(pool) = POOL.load().filter(fits) {
        return Some(&pool.threads);
    }
    let threads = ThreadPoolBuilder::new()
        .num_threads(size)
        .thread_name(|index| format!("uncork-{index}"))
        .build()
        .ok()?;
    let pool: &'static Pool = Box::leak(Box::new(Pool { process, threads }));
    POOL.store(Some(pool));
    Some(&pool.threads)
}

const _: () = assert!(AtomicCell::<Option<&'static Pool>>::is_lock_free());
