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
//! lane. A vector is a register, or [`Twice`] a vector of half the length, so that every instruction
//! set does the same operations on the same values and gives the same results:
//!
//! ```text
//!     AVX-512          │ 0   1   2   3   4   5   6   7 │      __m512d
//!     AVX2             │ 0   1   2   3 │ 4   5   6   7 │      Twice<__m256d>
//!     SSE2             │ 0   1 │ 2   3 │ 4   5 │ 6   7 │      Twice<Twice<__m128d>>
//!     NEON             │ 0   1 │ 2   3 │ 4   5 │ 6   7 │      Twice<Twice<float64x2_t>>
//!     others           │ 0 │ 1 │ 2 │ 3 │ 4 │ 5 │ 6 │ 7 │      Twice<Twice<Twice<One>>>
//!     a single lane    │ 0 │                                  One
//! ```
//!
//! Lanes without gaps hold their values one after the other, and a vector wants the values at one
//! place of eight lanes. [`Wide`] therefore transposes squares of eight by eight values within
//! registers, in both directions:
//!
//! ```text
//!     lanes     a0 a1 a2 ...   transpose_in   a0 b0 c0 ...     rows
//!               b0 b1 b2 ...    ────────▶     a1 b1 c1 ...
//!               c0 c1 c2 ...    ◀────────     a2 b2 c2 ...
//!               ...           transpose_out   ...             ...
//! ```
//!
//! A sum or product has the same error in all sets, too: that of a product is found at once where
//! a machine multiplies and adds in one step, and elsewhere from exact parts.

mod baseline;
mod dispatch;
mod emulated;
#[cfg(target_arch = "aarch64")]
mod neon;
mod row;
mod single;
mod transpose;
mod twice;
mod vector;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod x86;

pub use baseline::Baseline;
pub use dispatch::set_level_from_environment;
pub(crate) use dispatch::{dispatch, vectorized};
pub use row::Row;
pub use single::One;
pub use twice::Twice;
pub use vector::{LANES, Vector, Wide};

/// A set of instructions, as far as kernels care.
pub trait Isa: Copy + 'static {
    /// Its best eight `f64`.
    type Vector: Wide;
    /// As many `f64` as a register has.
    type Narrow: Vector;
    /// What windows are walked in: all lanes at once, as steps wait for each other; or some after
    /// others, which is less code, where but old machines run it.
    type Walked: Vector;
    /// Whether it multiplies and adds at once.
    const FUSED: bool;

    /// Runs a loop with these instructions.
    fn run<T: Task>(task: T) -> T::Out;

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
