"""Fuzz the kernels, and the boundary to Python, with what sees which code is reached.

    python fuzz/run.py                       both, half an hour each
    python fuzz/run.py kernels --minutes 5   one, for so long

`kernels` calls the drivers from Rust (`src/main.rs`), `boundary` the functions from
Python (`boundary.py`). Both are compiled with the address sanitizer and with every
assertion; a wrong result, a panic, a leak of references, a read or write out of bounds
and a call that takes too long stop the run, with status 1 and the bytes in
`fuzz/artifacts/`. Those that reached something new are kept in `fuzz/corpus/`, where
the next run begins.

The stable compiler does it, asked to be an unstable one. On Linux; `boundary` needs
atheris, and what the tests need.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
ROOT = FUZZ.parent
TARGET_DIR = ROOT / "target" / "fuzz"
TRIPLE = f"{platform.machine()}-unknown-linux-gnu"

#: What cargo-fuzz has.
COVERAGE = (
    "level=4", "inline-8bit-counters", "pc-table", "trace-compares",
)  # fmt: skip
FLAGS = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    *(f"-Cllvm-args=-sanitizer-coverage-{what}" for what in COVERAGE),
    "-Zsanitizer=address",
]
#: The library's profile is for what is shipped.
PROFILE = {
    "CODEGEN_UNITS": "1",
    "DEBUG_ASSERTIONS": "true",
    "LTO": "off",
    "OVERFLOW_CHECKS": "true",
    "STRIP": "none",
}
#: Minutes of one process, which begins with all that was kept before. What is kept for
#: the sanitizer grows meanwhile, to a gigabyte where Python runs.
ROUND = {"kernels": 60, "boundary": 10}
#: The longest input: a call, and values for what is not repeated.
MOST_BYTES = {"kernels": 600, "boundary": 120}


def compiled(*arguments: str) -> Path:
    """Where cargo puts what it makes."""
    environment = {
        **os.environ,
        **{f"CARGO_PROFILE_RELEASE_{name}": value for name, value in PROFILE.items()},
        "CARGO_TARGET_DIR": str(TARGET_DIR),
        "PYO3_PYTHON": sys.executable,
        "RUSTC_BOOTSTRAP": "1",
        "RUSTFLAGS": " ".join(FLAGS),
    }
    # With a target, the flags are not for what runs while it compiles.
    command = ["cargo", *arguments, "--release", "--target", TRIPLE]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return TARGET_DIR / TRIPLE / "release"


def kernels() -> tuple[list[str], dict[str, str]]:
    """The command, and what its environment has besides."""
    # Not `--locked`: a release changes the library's version, which that lock has, too.
    folder = compiled("build", "--manifest-path", "fuzz/Cargo.toml")
    return [str(folder / "kernels")], {}


def boundary() -> tuple[list[str], dict[str, str]]:
    """The same; the package is one of its own, with the extension in it."""
    folder = compiled("rustc", "--locked", "--lib", "--crate-type", "cdylib")
    package = TARGET_DIR / "package"
    modules = shutil.ignore_patterns("*.so", "__pycache__")
    shutil.copytree(ROOT / "python", package, ignore=modules, dirs_exist_ok=True)
    shutil.copy2(folder / "libuncork.so", package / "uncork" / "_core.abi3.so")
    # The sanitizer has to be there first, and atheris comes with one that has a fuzzer.
    atheris = importlib.util.find_spec("atheris")
    if atheris is None or atheris.origin is None:
        raise SystemExit("atheris is not installed, which runs `boundary`")
    sanitizer = Path(atheris.origin).parents[1] / "asan_with_fuzzer.so"
    return [sys.executable, "-P", str(FUZZ / "boundary.py")], {
        "LD_PRELOAD": str(sanitizer),
        "PYTHONPATH": os.pathsep.join(map(str, [package, ROOT / "tests"])),
    }


TARGETS = {"kernels": kernels, "boundary": boundary}


def fuzz(name: str, minutes: float) -> bool:
    """Whether nothing was found."""
    command, environment = TARGETS[name]()
    corpus, artifacts = FUZZ / "corpus" / name, FUZZ / "artifacts" / name
    for folder in (corpus, artifacts):
        folder.mkdir(parents=True, exist_ok=True)
    options = [
        f"-artifact_prefix={artifacts}{os.sep}",
        f"-max_len={MOST_BYTES[name]}",
        "-len_control=0",
        "-print_final_stats=1",
        "-reload=0",
        "-rss_limit_mb=4096",
        "-timeout=300",
    ]
    # Python keeps what it has until it ends. What is freed is watched for a while,
    # which takes gigabytes where arrays are large.
    kept = "detect_leaks=0:quarantine_size_mb=16"
    sanitizer = f"allocator_may_return_null=1:{kept}"
    environment = {**os.environ, "ASAN_OPTIONS": sanitizer, **environment}
    while minutes > 0:
        seconds = round(min(minutes, ROUND[name]) * 60)
        limit = f"-max_total_time={seconds}"
        call = [*command, *options, limit, str(corpus)]
        if subprocess.run(call, env=environment).returncode:
            return False
        minutes -= ROUND[name]
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--minutes", type=float, default=30, help="for each")
    arguments = parser.parse_args()
    unknown = set(arguments.targets) - TARGETS.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    results = [fuzz(name, arguments.minutes) for name in arguments.targets or TARGETS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
