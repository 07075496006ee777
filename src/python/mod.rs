//! The boundary.
#[pyo3::pymodule(gil_used = false)]
mod _core {}
