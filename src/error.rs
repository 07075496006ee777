//! Every way a call can be wrong, and its words.

use std::fmt;

/// What is wrong with a call: which argument, what came, what is allowed.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// `axis` does not name a dimension.
    Axis {
        /// What came.
        axis: i64,
        /// How many there are.
        ndim: usize,
    },
    /// The same dimension was named twice.
    RepeatedAxis {
        /// The second time.
        axis: i64,
    },
    /// A statistic that needs a value found none.
    Empty {
        /// The function.
        name: &'static str,
        /// Along which there is none, if not all of the array is empty.
        axis: Option<usize>,
        /// Of the array.
        shape: Vec<usize>,
    },
    /// A position was asked for where all values are NaN.
    AllNan,
    /// A window of no values.
    Window {
        /// What came.
        window: i64,
    },
    /// A `min_count` that no window can reach, or that any reaches.
    MinCount {
        /// What came.
        min_count: i64,
        /// The most that is allowed.
        window: i64,
    },
    /// An index at which no value can be put in its place.
    Kth {
        /// What came.
        kth: i64,
        /// Of the axis.
        len: usize,
    },
    /// A share of more than all, or of less than nothing.
    Share {
        /// What came.
        q: f64,
    },
    /// A number of steps that cannot be made.
    Steps {
        /// What came.
        n: i64,
    },
    /// An axis is needed.
    NoAxis,
    /// A window needs a dimension to move along.
    NoDimension,
    /// Two arrays of which neither can be repeated to be as large as the other.
    Broadcast {
        /// The shapes that came.
        shapes: [Vec<usize>; 2],
    },
    /// A number that an integer dtype does not have.
    Cast {
        /// The argument.
        name: &'static str,
        /// What came.
        value: f64,
        /// Of the array.
        dtype: &'static str,
    },
    /// There is not enough memory to work in.
    Memory {
        /// How much was asked for.
        bytes: usize,
    },
    /// A number of threads that makes no sense.
    Threads {
        /// What came.
        count: i64,
        /// What is allowed.
        most: usize,
    },
    /// An environment variable that makes no sense.
    Environment {
        /// Its name.
        variable: &'static str,
        /// What it holds.
        value: String,
        /// What is allowed.
        allowed: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Axis { axis, ndim } => {
                write!(f, "axis {axis} is out of bounds for array of dimension {ndim}")
            }
            Self::RepeatedAxis { axis } => write!(f, "duplicate value in 'axis': {axis}"),
            Self::Empty { name, axis, ref shape } => {
                write!(f, "{name} needs at least one value: a is empty")?;
                if let Some(axis) = axis {
                    write!(f, " along axis {axis}")?;
                }
                write!(f, ", its shape is {shape:?}")
            }
            Self::AllNan => write!(f, "All-NaN slice encountered"),
            Self::Window { window } => write!(f, "window must be at least 1, got {window}"),
            Self::MinCount { min_count, window } => {
                write!(f, "min_count must be between 1 and {window}, the window, got {min_count}")
            }
            Self::Kth { kth, len } => {
                let last = len.saturating_sub(1);
                write!(f, "kth must be between 0 and {last}, the last index of the axis, got {kth}")
            }
            Self::Share { q } => write!(f, "q must be between 0 and 1, got {q:?}"),
            Self::Steps { n } => write!(f, "n must be nonnegative or None, got {n}"),
            Self::NoAxis => write!(f, "axis cannot be None: values are pushed along one"),
            Self::NoDimension => {
                write!(f, "moving window functions require ndim > 0: a has no axis to move along")
            }
            Self::Broadcast { shapes: [ref a, ref b] } => {
                write!(f, "a and b must have shapes that broadcast together, got {a:?} and {b:?}")
            }
            Self::Cast { name, value, dtype } => {
                write!(f, "Cannot safely cast `{name}` to int: {dtype} has no value {value:?}")
            }
            Self::Memory { bytes } => {
                write!(f, "unable to allocate {bytes} bytes of working memory")
            }
            Self::Threads { count, most } => {
                write!(f, "n must be between 1 and {most} threads, got {count}")
            }
            Self::Environment { variable, ref value, ref allowed } => {
                write!(f, "{variable} must be {allowed}, got {value:?}")
            }
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_says_what_came_and_what_is_allowed() {
        let shape = || vec![2, 0];
        let words = [
            (
                Error::Axis { axis: -3, ndim: 2 },
                "axis -3 is out of bounds for array of dimension 2",
            ),
            (
                Error::Empty { name: "nanmin", axis: None, shape: shape() },
                "nanmin needs at least one value: a is empty, its shape is [2, 0]",
            ),
            (
                Error::Empty { name: "nanmin", axis: Some(1), shape: shape() },
                "nanmin needs at least one value: a is empty along axis 1, its shape is [2, 0]",
            ),
            (Error::AllNan, "All-NaN slice encountered"),
            (Error::Window { window: 0 }, "window must be at least 1, got 0"),
            (
                Error::MinCount { min_count: 0, window: 5 },
                "min_count must be between 1 and 5, the window, got 0",
            ),
            (
                Error::NoDimension,
                "moving window functions require ndim > 0: a has no axis to move along",
            ),
            (
                Error::Broadcast { shapes: [vec![3], vec![2, 4]] },
                "a and b must have shapes that broadcast together, got [3] and [2, 4]",
            ),
            (
                Error::Cast { name: "new", value: 0.5, dtype: "int32" },
                "Cannot safely cast `new` to int: int32 has no value 0.5",
            ),
            (
                Error::Share { q: 1.0_f64.next_up() },
                "q must be between 0 and 1, got 1.0000000000000002",
            ),
            (Error::Memory { bytes: 80 }, "unable to allocate 80 bytes of working memory"),
            (
                Error::Threads { count: 0, most: 1024 },
                "n must be between 1 and 1024 threads, got 0",
            ),
            (
                Error::Environment {
                    variable: "UNCORK_CPU",
                    value: "best".into(),
                    allowed: "baseline or avx2".into(),
                },
                "UNCORK_CPU must be baseline or avx2, got \"best\"",
            ),
        ];
        for (error, expected) in words {
            assert_eq!(error.to_string(), expected);
        }
    }
}
