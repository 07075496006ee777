//! Which instruction set is used, and the only way to reach it.

use std::sync::atomic::{AtomicU8, Ordering};

#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{Baseline, Isa, Task, Work};
use crate::error::Error;

/// The sets of instructions, the best last.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
#[repr(u8)]
pub(super) enum Level {
    Baseline = 1,
    #[cfg(target_arch = "x86_64")]
    Avx2 = 2,
    #[cfg(target_arch = "x86_64")]
    Avx512 = 3,
}

impl Level {
    const NAMES: &[(&str, Self)] = &[
        ("baseline", Self::Baseline),
        #[cfg(target_arch = "x86_64")]
        ("avx2", Self::Avx2),
        #[cfg(target_arch = "x86_64")]
        ("avx512", Self::Avx512),
    ];

    /// The best that this machine has.
    pub(super) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        return x86::level();
        #[cfg(not(target_arch = "x86_64"))]
        return Self::Baseline;
    }

    /// By its name, where this is the best that there is; else what is allowed.
    fn named(value: &str, best: Self) -> Result<Self, String> {
        let available = Self::NAMES.iter().filter(|(_, level)| *level <= best);
        let names: Vec<&str> = available.clone().map(|(name, _)| *name).collect();
        let found = available.clone().find(|(name, _)| *name == value);
        let allowed = || names.join(" or ") + " on this machine";
        found.map(|(_, level)| *level).ok_or_else(allowed)
    }
}

/// What is used, once that is known; it is never more than the machine has.
static LEVEL: AtomicU8 = AtomicU8::new(0);

#[inline(always)]
fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        1 => Level::Baseline,
        #[cfg(target_arch = "x86_64")]
        2 => Level::Avx2,
        #[cfg(target_arch = "x86_64")]
        3 => Level::Avx512,
        _ => use_best(),
    }
}

#[cold]
fn use_best() -> Level {
    let level = Level::best();
    LEVEL.store(level as u8, Ordering::Relaxed);
    level
}

/// Uses no better instructions than the environment variable `UNCORK_CPU` names, if it is set.
pub fn set_level_from_environment() -> Result<(), Error> {
    let variable = "UNCORK_CPU";
    let Some(value) = std::env::var_os(variable) else {
        return Ok(());
    };
    let value = value.to_string_lossy();
    let level = Level::named(&value, Level::best()).map_err(|allowed| Error::Environment {
        variable,
        value: value.to_string(),
        allowed,
    })?;
    LEVEL.store(level as u8, Ordering::Relaxed);
    Ok(())
}

/// Does work with the best instructions that this machine has.
#[inline(always)]
pub(crate) fn dispatch<W: Work>(work: W) -> W::Out {
    match level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => work.work::<x86::Avx512>(),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => work.work::<x86::Avx2>(),
        Level::Baseline => work.work::<Baseline>(),
    }
}

/// Runs `task` with the best instructions that this machine has.
#[inline(always)]
pub(crate) fn vectorized<T: Task>(task: T) -> T::Out {
    struct Run<T>(T);

    impl<T: Task> Work for Run<T> {
        type Out = T::Out;

        #[inline(always)]
        fn work<I: Isa>(self) -> T::Out {
            I::run(self.0)
        }
    }

    dispatch(Run(task))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn instructions_are_named_up_to_the_best() {
        let best = Level::Avx2;
        assert_eq!(Level::named("baseline", best), Ok(Level::Baseline));
        assert_eq!(Level::named("avx2", Level::Avx512), Ok(Level::Avx2));
        assert_eq!(Level::named("avx512", Level::Avx512), Ok(Level::Avx512));
        let allowed = "baseline or avx2 on this machine".to_owned();
        for value in ["avx512", "AVX2", "", "avx2 "] {
            assert_eq!(Level::named(value, best), Err(allowed.clone()), "{value}");
        }
    }

    #[test]
    fn a_task_runs_with_the_best_instructions() {
        struct Lanes;

        impl Task for Lanes {
            type Out = &'static str;

            fn run<I: Isa>(self) -> &'static str {
                std::any::type_name::<I>()
            }
        }

        let used = vectorized(Lanes);
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let avx512 =
                has!("avx512f") && has!("avx512dq") && has!("avx512vl") && has!("avx512bw");
            let avx2 = has!("avx2") && has!("fma");
            let best = [("Avx512", avx2 && avx512), ("Avx2", avx2), ("Baseline", true)];
            let best = best.into_iter().find(|(_, has)| *has).map_or("", |(name, _)| name);
            assert!(used.ends_with(best), "{used}");
        }
        #[cfg(not(target_arch = "x86_64"))]
        assert!(used.ends_with("Baseline"), "{used}");
    }
}
