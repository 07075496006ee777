//! The boundary: the only place that knows of Python.

mod arguments;
mod array;
mod call;
mod error;
mod functions;
mod read;
