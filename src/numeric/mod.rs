//! Numbers: what a value is, and arithmetic that keeps what rounding loses.
//!
//! NumPy has some twenty dtypes; kernels are compiled for four of them, `f64`, `f32`, `i64` and
//! `i32`, which share the trait [`Element`](element::Element). An array of any other dtype is
//! read as one of these four. A kernel is written once, generic over the trait, and asks it what
//! differs between dtypes: whether a value can be NaN, in which dtype a mean is returned, and
//! which integer stands for a value where only the order of values matters.
//!
//! Sums of floats are computed in more than the precision of `f64`. A [`Double`](double::Double)
//! is the unevaluated sum of two `f64`: the result of plain arithmetic, and beside it what
//! rounding has taken from that result.
//!
//! ```text
//!     exact sum     1.0000000000000000000001
//!                   └───── high ────┘└ low ┘
//! ```
//!
//! The error of one addition or multiplication is itself an `f64`, which a few further operations
//! compute. Kernels collect these errors and add them at the end, so that the error of a result
//! hardly grows with the number of values.
//!
//! Nothing here knows of arrays or of instruction sets, so every other room may use this one.

/// Sums and products of twice the precision.
pub mod double;
/// The dtypes that kernels accept.
pub mod element;
/// Integers of 256 bits
pub mod wide;
