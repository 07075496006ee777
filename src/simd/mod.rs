//! The only place that knows of instruction sets.
//!
//! One build of the library runs on every machine of an architecture and still uses the best
//! instructions of each. A loop is written once, as a [`Task`], and is compiled once for each
//! instruction set. What the machine has is found out once, and every loop then jumps to the
//! version for the best of it:
//!
//! ```text
//!                        vectorized(task)
//!                               │  dispatch
//!            ┌──────────────────┼──────────────────┐
//!     Baseline::run         Avx2::run         Avx512::run
//!            │                  │                  │
//!   task.run::<Baseline>  task.run::<Avx2>  task.run::<Avx512>     inlined as a whole
//! ```
//!
//! The instruction set is a type, [`Isa`], that reaches everything within the loop. That is what
//! makes the use of its instructions sound: nothing but `dispatch` hands out such a type, and it
//! has looked at what the machine has. It is also why all functions within a loop are
//! `#[inline(always)]`: what is not inlined is compiled for the baseline.
//!
//! Most loops over arrays are plain Rust, of which the compiler makes vectors. Where it does not,
//! they are written with [`Vector`], eight `f64` side by side, each of which belongs to another
//! lane. The registers differ, the type does not, so that every instruction set does the same
//! operations on the same values and gives the same results:
//!
//! ```text
//!     AVX-512           │ 0   1   2   3   4   5   6   7 │      One512
//!     AVX2              │ 0   1   2   3 │ 4   5   6   7 │      Two256
//!     SSE2, NEON, ...   │ 0   1 │ 2   3 │ 4   5 │ 6   7 │      Eight, left to the compiler
//!     a single lane     │ 0 │                                  One
//! ```
//!
//! Lanes without gaps hold their values one after the other, and a vector wants the values at one
//! place of eight lanes. [`Wide`] therefore transposes squares of eight by eight values within
//! registers, in both directions:
//!
//! ```text
//!     lanes     a0 a1 a2 ...      across      a0 b0 c0 ...     rows
//!               b0 b1 b2 ...    ────────▶     a1 b1 c1 ...
//!               c0 c1 c2 ...    ◀────────     a2 b2 c2 ...
//!               ...               along       ...
//! ```
//!
//! What is rounded once in one set is rounded once in all: a machine whose baseline cannot
//! multiply and add at once computes the same result from exact parts.

mod baseline;
mod dispatch;
mod portable;
mod row;
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use baseline::Baseline;
pub use dispatch::set_level_from_environment;
pub(crate) use dispatch::{dispatch, vectorized};
pub use portable::{Eight, One};
pub use row::Row;
pub use vector::{LANES, Vector, Wide};

use crate::numeric::double::Double;

/// A set of instructions, as far as kernels care.
pub trait Isa: Copy + 'static {
    /// Its best eight `f64`.
    type Vector: Wide;

    /// Runs a loop with these instructions.
    fn run<T: Task>(task: T) -> T::Out;
    /// A square and what its rounding lost.
    fn square(value: f64) -> Double;
    /// `value * factor + term`, rounded once.
    fn mul_add(value: f64, factor: f64, term: f64) -> f64;

    /// Which of eight keys are from `low` to `high`: a bit for each.
    #[inline(always)]
    fn within(keys: &[u64; 8], low: u64, high: u64) -> u8 {
        let bit = |at: usize| u8::from(low <= keys[at] && keys[at] <= high) << at;
        (0..8).fold(0, |mask, at| mask | bit(at))
    }

    /// Those whose bits are set, in front of others.
    #[inline(always)]
    fn pack(keys: &[u64; 8], mask: u8) -> [u64; 8] {
        let mut packed = [0; 8];
        let mut len = 0;
        for (at, &key) in keys.iter().enumerate() {
            packed[len % 8] = key;
            len += usize::from(mask >> at & 1);
        }
        packed
    }
}

/// A loop to compile once for each instruction set.
///
/// Everything it calls must be `#[inline(always)]`: what is not inlined is compiled for the
/// baseline.
pub trait Task {
    /// What comes of it.
    type Out;
    /// The loop.
    fn run<I: Isa>(self) -> Self::Out;
}

/// Work that runs tasks, and is told with which instructions.
pub(crate) trait Work {
    type Out;
    fn work<I: Isa>(self) -> Self::Out;
}

/// The bits of -0.0.
const SIGN: u64 = 1 << 63;

#[cfg(test)]
mod tests;
