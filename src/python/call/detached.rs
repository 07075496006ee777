//! How work is done while other Python threads run, and signals are handled.

use std::sync::{Arc, OnceLock};

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

use crate::error::Error;
use crate::interrupt::{Interrupter, interruptible};

/// Fewer values than this are done before the interpreter could be left and entered again.
const DETACH: usize = 1 << 14;

/// Does much work without holding up other Python threads, nor what Python does upon a signal.
#[inline(never)]
pub(super) fn detached<R: Send>(
    py: Python<'_>,
    values: usize,
    work: &mut (dyn FnMut() -> Result<R, Error> + Send),
) -> PyResult<R> {
    if values < DETACH {
        return Ok(work()?);
    }
    let signals = Arc::new(Signals::default());
    match py.detach(|| interruptible(Arc::clone(&signals) as _, work)) {
        Some(result) => Ok(result?),
        None => Err(signals.raised(py)),
    }
}

/// The handlers of signals, which Python runs in its main thread alone.
#[derive(Default)]
struct Signals {
    raised: OnceLock<PyErr>,
}

impl Interrupter for Signals {
    fn interrupts(&self) -> bool {
        // An interpreter that is going away runs none.
        let handled = Python::try_attach(|py| py.check_signals());
        handled.and_then(Result::err).is_some_and(|raised| self.raised.set(raised).is_ok())
    }
}

impl Signals {
    /// What a handler raised, by which the call was interrupted.
    fn raised(&self, py: Python<'_>) -> PyErr {
        let raised = self.raised.get().map(|raised| raised.clone_ref(py));
        raised.unwrap_or_else(|| PyKeyboardInterrupt::new_err(()))
    }
}
