//! The boundary: the only place that knows of Python.

mod arguments;
mod array;
mod call;
#[macro_use]
mod docs;
#[macro_use]
mod entry;
mod error;
mod functions;
mod read;
