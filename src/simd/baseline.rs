//! What every machine of an architecture has.

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64::float64x2_t as Register;
#[cfg(target_arch = "x86")]
use std::arch::x86::__m128d as Register;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::__m128d as Register;

use super::{Isa, Task, Twice};

/// Where a register is not known to have two values.
#[cfg(not(any(target_arch = "aarch64", target_arch = "x86", target_arch = "x86_64")))]
type Register = Twice<super::One<Baseline>>;

/// What every machine of this architecture has.
#[derive(Clone, Copy)]
pub struct Baseline;

impl Isa for Baseline {
    type Vector = Twice<Twice<Register>>;
    type Narrow = Register;
    #[cfg(target_arch = "aarch64")]
    type Walked = Self::Vector;
    #[cfg(not(target_arch = "aarch64"))]
    type Walked = Register;
    /// On these, a fused operation would be a call into the C library.
    const FUSED: bool =
        cfg!(not(any(target_arch = "arm", target_arch = "x86", target_arch = "x86_64")));

    #[inline(never)]
    fn run<T: Task>(task: T) -> T::Out {
        task.run::<Self>()
    }
}
