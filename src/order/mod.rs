//! Order statistics: medians, quantiles, ranks and partitions, of whole lanes and of windows.
//!
//! A sum can be computed from the sums of two halves; a median cannot be computed from the
//! medians of two halves. Statistics of order therefore need all values of a lane or of a window
//! at once, and have drivers of their own here.
//!
//! All dtypes are treated alike, because values become [`keys`]: unsigned integers in the same
//! order, with NaN above all numbers. Comparing keys is cheap on every machine, several are
//! compared at once where the instructions allow it, and no comparison has to think of NaN.
//!
//! Two questions are answered without sorting more than needed:
//!
//! - *Which value comes at place n?* [`nth`] narrows an interval of keys around the answer until
//!   few values are left, which takes linear time. [`select`] is the driver that asks this for
//!   each lane of an array.
//!
//! ```text
//!     all keys        ├───────────────────────────────────┤
//!     after a pass              ├───────┤                      count those below,
//!     after another                ├─┤                         keep those between
//! ```
//!
//! - *Which value comes at place n of each window?* [`ranks`] sorts a stretch of the lane once,
//!   and a window is the set of ranks that are in it. When the window moves on, one rank leaves
//!   the set and one enters. [`ordered`] is the driver; in a short window it compares all values
//!   instead, because that is less work.
//!
//! ```text
//!     values       3.5   1.0   7.2   2.2   5.0
//!     ranks          2     0     4     1     3
//!     window             └─────────────┘
//!     set of ranks  {0, 1, 4}: the median has rank 1 and is 2.2
//! ```

/// Values as integers in the same order.
pub mod keys;
/// The value that is nth in order.
pub mod nth;
/// One value out for each value in, of the order of a window that moves along.
pub mod ordered;
/// The order of some values, and which of them a window holds.
pub mod ranks;
/// A value chosen from all of a lane, in scratch memory.
pub mod select;
