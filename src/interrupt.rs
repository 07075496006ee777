//! How a call is interrupted while it works.
//!
//! The loops that work know nothing of Python. Those that may take long call `check` after every
//! few thousand values. Where the call is to end, that unwinds the stack to where it began, so that
//! no loop has to hand on an error; what was half done is dropped on the way. Nothing panics: no
//! hook is called, and no lock stays behind.
//!
//! ```text
//! interruptible ── the thread that called:  work … check … work … check ── asks, now and then
//!       │                                                    │
//!       └── threads that help it:           work … check … work … check ── read what it was told
//! ```

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Who may interrupt a call.
pub trait Interrupter: Send + Sync {
    /// Whether the call is to end. Only the thread that called asks that.
    fn interrupts(&self) -> bool;
}

/// How long a call works until it asks again: a wait that nobody notices, and so long that asking
/// costs nothing that can be measured, even where it means to wait for the interpreter.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 0 } else { 50 });

/// Values between two checks: tens of microseconds, or milliseconds where a value takes long.
pub(crate) const OFTEN: usize = 1 << if cfg!(test) { 11 } else { 16 };

/// A call that may be interrupted.
pub(crate) struct Call {
    interrupter: Arc<dyn Interrupter>,
    interrupted: AtomicBool,
}

/// What a thread knows of the call that it works for.
struct Worker {
    call: Arc<Call>,
    /// When it asked whether to end; none, if another thread asks.
    asked: Option<Instant>,
}

thread_local! {
    static CURRENT: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// What unwinds the stack of an interrupted call.
struct Interrupted;

/// What `work` returns; nothing, if it was interrupted.
pub fn interruptible<R>(interrupter: Arc<dyn Interrupter>, work: impl FnOnce() -> R) -> Option<R> {
    let call = Arc::new(Call { interrupter, interrupted: AtomicBool::new(false) });
    let _entered = Entered::new(Worker { call, asked: Some(Instant::now()) });
    // Whatever is seen after an unwinding belongs to the call, whose result is dropped.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Some(result),
        Err(payload) if payload.is::<Interrupted>() => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// The call that this thread works for.
pub(crate) fn current() -> Option<Arc<Call>> {
    CURRENT.with_borrow(|current| current.as_ref().map(|worker| Arc::clone(&worker.call)))
}

/// Has this thread help with a call of another, until what is returned is dropped.
pub(crate) fn help(call: Arc<Call>) -> impl Drop {
    Entered::new(Worker { call, asked: None })
}

/// Ends the call that this thread works for, if it is interrupted.
#[inline(never)]
pub(crate) fn check() {
    let call = CURRENT.with_borrow_mut(|current| current.as_mut().and_then(Worker::doubt));
    // Nothing is borrowed now: who is asked may run code that calls this library.
    if call.is_some_and(|call| call.is_interrupted()) {
        resume_unwind(Box::new(Interrupted));
    }
}

/// The same now and then, in a loop that takes `step` values at a time and is at the one at `at`.
#[inline(always)]
pub(crate) fn check_at(at: usize, step: usize) {
    if (at + step) % OFTEN < step {
        check();
    }
}

/// Waits until nobody is left who could send, and checks meanwhile; does not wait in a thread that
/// helps, which may have to do itself what it would wait for.
pub(crate) fn check_until_closed(channel: &Receiver<()>) {
    let asks = CURRENT.with_borrow(|current| current.as_ref().is_some_and(|w| w.asked.is_some()));
    while asks && channel.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
        check();
    }
}

impl Worker {
    /// The call, if it may be interrupted by now.
    fn doubt(&mut self) -> Option<Arc<Call>> {
        let mut doubt = self.call.interrupted.load(Ordering::Relaxed);
        if let Some(asked) = &mut self.asked
            && asked.elapsed() >= PATIENCE
        {
            *asked = Instant::now();
            doubt = true;
        }
        doubt.then(|| Arc::clone(&self.call))
    }
}

impl Call {
    fn is_interrupted(&self) -> bool {
        if !self.interrupted.load(Ordering::Relaxed) && self.interrupter.interrupts() {
            self.interrupted.store(true, Ordering::Relaxed);
        }
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// That a thread works for a call; before, it may have worked for another.
struct Entered {
    before: Option<Worker>,
}

impl Entered {
    fn new(worker: Worker) -> Self {
        Self { before: CURRENT.replace(Some(worker)) }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
    }
}

#[cfg(test)]
mod tests;
