//! What a value costs in nanoseconds, by the window and by the way that it is done: where windows
//! are better walked in step, and where by ranks (`SHORT` of `kernels::median` and
//! `kernels::move_rank`).
//!
//!     cargo bench --bench ordered --no-default-features
//!
//! Integers beyond 2⁵³ are always ranked, unless windows are so short that they are looked at
//! directly.

use std::time::Instant;

use uncork::error::Error;
use uncork::kernels::median::MoveMedian;
use uncork::kernels::move_rank::MoveRank;
use uncork::ordered::{self, Ordered};
use uncork::rows::{View, ViewMut};
use uncork::slide::Window;
use uncork::threads;

const VALUES: usize = 50_000;
const RUNS: usize = 60;
const WINDOWS: [i64; 16] = [2, 3, 5, 10, 20, 32, 48, 64, 96, 128, 192, 256, 352, 500, 1000, 10_000];

fn main() -> Result<(), Error> {
    threads::set_count(1)?;
    // Weyl's sequence, of 40 bits.
    let small: Vec<i64> = (1..=VALUES as u64)
        .map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24) as i64)
        .collect();
    let large: Vec<i64> = small.iter().map(|value| value + (1 << 60)).collect();
    println!("window   median: small   large   rank: small   large");
    for window in WINDOWS {
        let medians = [time(&small, window, MoveMedian)?, time(&large, window, MoveMedian)?];
        let ranks = [time(&small, window, MoveRank)?, time(&large, window, MoveRank)?];
        let [[a, b], [c, d]] = [medians, ranks];
        println!("{window:>6} {a:>15.1} {b:>7.1} {c:>13.1} {d:>7.1}");
    }
    Ok(())
}

/// The least of some runs.
fn time(values: &[i64], window: i64, kernel: impl Ordered) -> Result<f64, Error> {
    let window = Window::new(window, None, values.len())?;
    let mut out = vec![0.0; values.len()];
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        let mut places = ViewMut::from_slice(&mut out);
        ordered::along(&View::from_slice(values), 0, window, kernel, &mut places)?;
        least = least.min(start.elapsed().as_nanos() as f64);
    }
    Ok(least / values.len() as f64)
}
