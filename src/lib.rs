//! NaN-aware statistics over n-dimensional arrays.
//!
//! A call goes from the boundary (`python`) to a driver (`reduce`, `select`, `slide`, `ordered`,
//! `fill`), which cuts strided memory (`rows`) into blocks, spreads them over `threads` and runs
//! a statistic of `kernels` on each with the best instructions of the machine (`simd`).

/// Sums and products of twice the precision.
pub mod double;
/// The dtypes that kernels accept.
pub mod element;
/// Every way a call can be wrong, and its words.
pub mod error;
/// A lane to a lane.
pub mod fill;
/// How a call is interrupted while it works.
pub mod interrupt;
/// One file for each statistic.
pub mod kernels;
/// Values as integers in the same order.
pub mod keys;
/// The value that is nth in order.
pub mod nth;
/// One value out for each value in, of the order of a window that moves along.
pub mod ordered;
/// The order of some values, and which of them a window holds.
pub mod ranks;
/// Many values in, one out.
pub mod reduce;
/// Strided memory: what a kernel reads and where a driver writes.
pub mod rows;
/// Memory to work in.
pub mod scratch;
/// A value chosen from all of a lane, in scratch memory.
pub mod select;
/// The only place that knows of instruction sets.
pub mod simd;
/// One value out for each value in, of a window that moves along.
pub mod slide;
/// How work is split among threads.
pub mod threads;
/// Lanes without gaps.
pub mod tile;

/// What several tests need.
#[cfg(test)]
mod testing;

#[cfg(feature = "python")]
mod python;
