//! Every way a call can be wrong, and its words.

use std::fmt;

/// What is wrong with a call: which argument, what came, what is allowed.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// `axis` does not name a dimension.
    Axis { axis: i64, ndim: usize },
    /// A statistic that needs a value found none.
    Empty { name: &'static str, axis: Option<usize>, shape: Vec<usize> },
    /// A position was asked for where all values are NaN.
    AllNan,
    /// A window that the axis does not hold.
    Window { window: i64, len: usize },
    /// A `min_count` that no window can reach, or that any reaches.
    MinCount { min_count: i64, window: usize },
    /// An index at which no value can be put in its place.
    Kth { kth: i64, len: usize },
    /// A number of steps that cannot be made.
    Steps { n: i64 },
    /// An axis is needed.
    NoAxis,
    /// A window needs a dimension to move along.
    NoDimension,
    /// A number that an integer dtype does not have.
    Cast { name: &'static str, value: f64, dtype: &'static str },
    /// There is not enough memory to work in.
    Memory { bytes: usize },
    /// A number of threads that makes no sense.
    Threads { count: i64, most: usize },
    /// The same in the environment.
    Environment { value: String, most: usize },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Axis { axis, ndim } => {
                write!(f, "axis {axis} is out of bounds for array of dimension {ndim}")
            }
            Self::Empty { name, axis, ref shape } => {
                write!(f, "{name} needs at least one value: a is empty")?;
                if let Some(axis) = axis {
                    write!(f, " along axis {axis}")?;
                }
                write!(f, ", its shape is {shape:?}")
            }
            Self::AllNan => write!(f, "All-NaN slice encountered"),
            Self::Window { window, len: 0 } => {
                write!(f, "window has no place in the axis, which is empty, got {window}")
            }
            Self::Window { window, len } => {
                write!(
                    f,
                    "window must be between 1 and {len}, the length of the axis, got {window}"
                )
            }
            Self::MinCount { min_count, window } => {
                write!(f, "min_count must be between 1 and {window}, the window, got {min_count}")
            }
            Self::Kth { kth, len } => {
                let last = len.saturating_sub(1);
                write!(f, "kth must be between 0 and {last}, the last index of the axis, got {kth}")
            }
            Self::Steps { n } => write!(f, "n must be nonnegative or None, got {n}"),
            Self::NoAxis => write!(f, "axis cannot be None: values are pushed along one"),
            Self::NoDimension => {
                write!(f, "moving window functions require ndim > 0: a has no axis to move along")
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
            Self::Environment { ref value, most } => {
                write!(
                    f,
                    "UNCORK_NUM_THREADS must be an integer between 1 and {most}, got {value:?}"
                )
            }
        }
    }
}

impl std::error::Error for Error {}
