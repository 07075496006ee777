//! NaN-aware statistics over n-dimensional arrays.
//!
//! A call goes from the boundary (`python`) to a driver (`reduce`, `windows`, `fill`, and those of
//! `order`), which cuts `strided` memory into blocks, spreads them over `threads` and runs a
//! statistic of `kernels` on each with the best instructions of the machine (`simd`).
//!
//! Each room uses only those below it:
//!
//! ```text
//!     python
//!     kernels
//!     order
//!     reduce   windows   fill    drivers
//!     strided                    memory
//!     threads                    machine
//!     interrupt   simd
//!     numeric   error            words and numbers
//! ```

/// Every way a call can be wrong, and its words.
pub mod error;
/// A lane to a lane.
pub mod fill;
/// How a call is interrupted while it works.
pub mod interrupt;
/// One file for each statistic.
pub mod kernels;
/// The idea: what is known of some values, and how it is merged.
pub mod merge;
/// Numbers: dtypes, and sums of twice the precision.
pub mod numeric;
/// Statistics of the order of values: medians, ranks, partitions.
pub mod order;
/// Many values in, one out.
pub mod reduce;
/// The only place that knows of instruction sets.
pub mod simd;
/// Strided memory: what a kernel reads and where a driver writes.
pub mod strided;
/// How work is split among threads.
pub mod threads;
/// One value out for each value in, of a window that moves along.
pub mod windows;

/// What several tests need.
#[cfg(test)]
mod testing;

#[cfg(feature = "python")]
mod python;
