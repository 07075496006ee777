//! Strided memory: what a kernel reads and where a driver writes.
//!
//! A NumPy array is a pointer and, for each dimension, a length and a stride, the distance from
//! one value to the next. Strides may be negative, zero or larger than needed: transposed,
//! reversed and sliced arrays are read where they lie, without a copy. [`View`] and [`ViewMut`]
//! are such arrays, of any number of dimensions.
//!
//! A driver never sees dimensions. [`Sweep`] pairs an input with its output, and cuts both into
//! bundles of lanes: a lane is the values along the axis of the call at one place, and a bundle is
//! all the lanes along one further dimension, the one with the closest neighbours. Dimensions
//! that continue one another in memory are made one first, and several axes of a reduction are
//! folded into a lane. What remains is always the same picture, in which only two strides differ:
//!
//! ```text
//!                    │◀─ apart ─▶│
//!                  lane 0      lane 1      lane 2      lane 3     ...  count
//!            ───     a0          b0          c0          d0
//!    stride   │
//!            ───     a1          b1          c1          d1
//!                    a2          b2          c2          d2
//!       len  ...     ...         ...         ...         ...
//! ```
//!
//! Where `stride` is 1, each lane can be read as a slice. Where `apart` is 1, lanes are
//! neighbours and memory runs across them; then [`Rows`] hands a kernel `N` lanes at a time, one
//! row after the other. Where neither is 1, some lanes are copied to where one of them is: by
//! [`Lanes::gather`], by [`tile`] in whole lanes, or by a batch.
//!
//! A [`LaneBatch`] is up to eight lanes that a window walks in step, one in each place of a vector. A
//! single long lane is a batch as well, when it is cut into eight segments. The first windows of a
//! segment need the values before it, which are the last of the segment before:
//!
//! ```text
//!    one lane    │ 0 1 2 3 4 5 6 7 8 9 10 11 12 13 ...
//!
//!    a batch     │ (nothing)   0 1 2 3     segment 0
//!                │ ... 2 3     4 5 6 7     segment 1
//!                │ ... 6 7     8 9 10 11   segment 2
//!                  read before     rows ─▶
//! ```
//!
//! Values of a dtype that has no kernel are converted while they are read; how, and what of, is
//! said in [`stored`]. What drivers need beside arrays comes from [`scratch`]. Arrays that are
//! changed in place are [`Cells`], since two indices of such an array may share a value.
//!
//! # What makes it sound
//!
//! The `unsafe` constructors of `View`, `ViewMut` and `Cells` are the only places where memory is
//! vouched for: their caller says that every index within the dimensions leads to a valid place.
//! Everything after them is safe, because each type only ever hands out indices that its parent
//! had. The fields are visible in this folder alone, and no file that is without `unsafe` code
//! makes such a type by its fields.

mod cells;
mod dims;
mod lane;
mod lane_batch;
mod lane_batch_mut;
mod lanes;
mod lanes_mut;
mod rows;
/// Memory to work in.
pub mod scratch;
/// Values that are stored as something else than what they are read as.
pub mod stored;
mod sweep;
/// Lanes without gaps.
pub mod tile;
mod transpose;
mod view;
mod walk;

pub use cells::{Cells, Job, Run};
pub use dims::{Dim, Dims, one_dimension};
pub use lane::Lane;
pub use lane_batch::{LaneBatch, Segments};
pub use lane_batch_mut::{Better, LaneBatchMut};
pub use lanes::Lanes;
pub use lanes_mut::LanesMut;
pub use rows::Rows;
pub use sweep::Sweep;
pub use view::{View, ViewMut};
pub use walk::MOST_INPUTS;

/// Values that are converted, or looked at before any is changed, together.
const SOME: usize = 64;

#[cfg(test)]
mod tests;
