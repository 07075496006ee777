//! One file for each statistic: its `nan*` and its `move_*` together.
//!
//! A kernel is a small struct whose fields are the parameters of the call. It knows values, and
//! neither Python nor axes, strides, threads or instruction sets.

/// `nanargmin`, `nanargmax`, `move_argmin`, `move_argmax`
pub mod arg;
/// `nancov`, `nancorr`, `move_cov`, `move_corr`
pub mod cov;
/// `nanmin`, `nanmax`, `move_min`, `move_max`
pub mod extreme;
/// `nansum`, `nanmean`, `ss` of integers
pub mod integer_sums;
/// Moving sums, means and variances of integers that `f64` does not tell apart
pub mod integers;
/// `nanmean`, `move_mean`
pub mod mean;
/// `median`, `nanmedian`, `move_median`
pub mod median;
/// `anynan`, `allnan`
pub mod missing;
/// `move_rank`
pub mod move_rank;
/// Numbers of twice the precision, in vectors
mod pair;
/// `partition`, `argpartition`
pub mod partition;
/// `push`
pub mod push;
/// `quantile`, `nanquantile`
pub mod quantile;
/// `rankdata`, `nanrankdata`
pub mod rank;
/// `replace`
pub mod replace;
/// `nanskew`, `move_skew`
pub mod skew;
/// `ss`
pub mod squares;
/// `nansum`, `move_sum`
pub mod sum;
/// `nanvar`, `nanstd`, `move_var`, `move_std`
pub mod var;
