//! What every machine of an architecture has.

use super::{Isa, LANES, Registers, Task, registers};

#[cfg(target_arch = "aarch64")]
type Register = std::arch::aarch64::float64x2_t;
#[cfg(target_arch = "x86_64")]
type Register = std::arch::x86_64::__m128d;
#[cfg(target_arch = "x86")]
type Register = std::arch::x86::__m128d;
#[cfg(not(any(target_arch = "aarch64", target_arch = "x86", target_arch = "x86_64")))]
type Register = super::single::Single<Baseline>;

/// What every machine of this architecture has.
#[derive(Clone, Copy)]
pub struct Baseline;

impl Isa for Baseline {
    type Vector = Registers<Register, { LANES / <Register as registers::Register>::WIDTH }>;
    type Narrow = Registers<Register, 1>;
    /// On these, `mul_add` would be a call into the C library.
    const FUSED: bool =
        cfg!(not(any(target_arch = "arm", target_arch = "x86", target_arch = "x86_64")));

    #[inline(never)]
    fn run<T: Task>(task: T) -> T::Out {
        task.run::<Self>()
    }
}
