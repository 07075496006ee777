"""musl, and zlib with it: what a CPython for musl needs and no wheel may bring.

The loader is Debian's. zlib, which Debian has for glibc alone, is compiled by zig.
"""

import sys
import tarfile
from pathlib import Path

from pipeline.commands import Command, command
from pipeline.project import PROJECT
from provision import apt
from provision.apt import Apt

# Its musl, 1.2.5, loads NumPy's libraries; that of older suites cannot.
SUITE = "trixie"
# Debian's names of processors, by those in tags.
DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}


def adopt_commands(machine: str, prefix: Path) -> list[Command]:
    """Give a CPython in the prefix its loader, and zlib."""
    [program] = (prefix / "bin").glob("python3.*")
    return [
        command("patchelf", "--set-interpreter", provide(machine), program),
        zlib_command(machine, zlib_sources(), prefix / "lib" / "libz.so.1"),
    ]


def home() -> Path:
    return PROJECT.cached("musl")


def provide(machine: str) -> Path:
    """The loader."""
    root = home() / machine
    loader = root / "usr" / "lib" / f"ld-musl-{machine}.so.1"
    if not loader.exists():
        debian = Apt(home() / "apt", (SUITE,), DEBIAN[machine])
        debian.update()
        debian.unpack_alone(root, "musl")
        debian.clean()
    return loader


def zlib_sources() -> list[Path]:
    folder = home() / "zlib"
    if not folder.exists():
        debian = Apt(home() / "apt", (SUITE,), apt.host_architecture())
        debian.update()
        draft = folder.with_suffix(".draft")
        with tarfile.open(debian.source("zlib", home() / "package")) as archive:
            archive.extractall(draft, filter="data")
        debian.clean()
        draft.replace(folder)
    return sorted(folder.glob("*/*.c"))


def zlib_command(machine: str, sources: list[Path], library: Path) -> Command:
    return command(
        *(sys.executable, "-m", "ziglang", "cc", "-target", f"{machine}-linux-musl"),
        *("-O2", "-fPIC", "-shared", "-Wl,-soname,libz.so.1"),
        *("-DHAVE_STDARG_H", "-DHAVE_UNISTD_H", "-o", library),
        *sources,
    )
