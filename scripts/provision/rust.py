"""Rust's standard library for the targets that this machine builds and does not run.

Asks rustup for it; where its server cannot be reached, compiles it once, from the
sources of exactly this release that Debian packages, into the cache: under a minute
and 90 MB for each target. Prints where each one lies.
"""

import os
import shutil
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands import (
    Command,
    Failure,
    ask,
    attempt,
    command,
    require_rust,
    run,
    silent,
    write_line,
)
from pipeline.project import PROJECT
from provision import apt
from provision.apt import Apt

# Where Debian has a compiler as new as the machine's, or had it.
SUITES = ("trixie-backports", "forky", "sid")
# The last resort: the same files, where no mirror has them any more.
ARCHIVES = PROJECT.root.parent / "shared" / "provision"


@dataclass(frozen=True)
class Compiler:
    """The rustc that cargo uses."""

    release: str  # 1.95.0
    commit: str
    sysroot: Path  # where its own standard libraries lie

    @property
    def cache(self) -> Path:
        """Shared by all that has been compiled for it; a later one has its own."""
        return PROJECT.cached("rust") / f"{self.release}-{self.commit[:12]}"


def compiler() -> Compiler:
    require_rust()
    said = ask(command("rustc", "-vV"))
    facts = dict(line.split(": ") for line in said.splitlines() if ": " in line)
    sysroot = ask(command("rustc", "--print", "sysroot")).strip()
    return Compiler(facts["release"], facts["commit-hash"], Path(sysroot))


def library(sysroot: Path, triple: str) -> Path:
    return sysroot / "lib" / "rustlib" / triple / "lib"


def is_there(sysroot: Path, triple: str) -> bool:
    return any(library(sysroot, triple).glob("libstd-*.rlib"))


def provide(triples: Iterable[str]) -> dict[str, Path]:
    """The sysroot that has each target's library; `Failure` if one cannot be had."""
    rustc = compiler()
    return {triple: sysroot_of(triple, rustc) for triple in dict.fromkeys(triples)}


def sysroot_of(triple: str, rustc: Compiler) -> Path:
    for sysroot in (rustc.sysroot, rustc.cache):
        if is_there(sysroot, triple):
            return sysroot
    if from_rustup(triple) and is_there(rustc.sysroot, triple):
        return rustc.sysroot
    compile_library(triple, rustc)
    return rustc.cache


def from_rustup(triple: str) -> bool:
    if not shutil.which("rustup"):
        return False
    finished = attempt(command("rustup", "target", "add", triple), show=silent)
    outcome = f"status {finished.status}" if finished.status else "done"
    write_line(f"{finished.command}: {outcome}")
    return finished.status == 0


# From the sources.


def sources(rustc: Compiler) -> Path:
    """The folder `library` of this release."""
    folder = rustc.cache / "source"
    if not (folder / "library").exists():
        draft = folder.with_name("source.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            unpack_package(rustc, draft)
        except Failure as failure:
            unpack_archive(rustc, draft, failure)
        prepare(draft / "library")
        draft.replace(folder)
    return folder / "library"


def unpack_package(rustc: Compiler, folder: Path) -> None:
    debian = Apt(folder / "apt", SUITES, apt.host_architecture())
    debian.update()
    debian.unpack_alone(folder / "root", f"rust-src={rustc.release}*")
    unpacked = folder / "root" / "usr" / "src" / f"rustc-{rustc.release}" / "library"
    unpacked.replace(folder / "library")
    shutil.rmtree(folder / "root")
    debian.clean()


def unpack_archive(rustc: Compiler, folder: Path, failure: Failure) -> None:
    path = ARCHIVES / f"rust-library-{rustc.release}.tar.xz"
    if not path.exists():
        raise Failure(
            f"{failure}\nNeither rustup nor Debian has the standard library of Rust"
            f" {rustc.release}: `rustup update` to a release that one of them has"
        )
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")


def prepare(library: Path) -> None:
    """Leave what is compiled here: the static library, of the registry's crates."""
    # Debian's copies are not those that the lock file names.
    shutil.rmtree(library / "vendor", ignore_errors=True)
    manifest = library / "std" / "Cargo.toml"
    text = manifest.read_text("utf-8")
    # The shared one would be linked, for which there is no linker yet.
    manifest.write_text(
        text.replace('"dylib", "rlib"', '"rlib"'), "utf-8", newline="\n"
    )


def library_command(triple: str, rustc: Compiler, source: Path) -> Command:
    """As Rust's own build does it, with the paths that its own library shows."""
    registries = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "registry"
    flags = [
        "-Zforce-unstable-if-unmarked",
        "-Cembed-bitcode=yes",  # for link-time optimisation
        f"--remap-path-prefix={source}=/rustc/{rustc.commit}/library",
        f"--remap-path-prefix={registries / 'src'}=/rust/deps",
    ]
    return command(
        *("cargo", "build", "--locked", "--release", "--target", triple),
        *("--manifest-path", source / "std" / "Cargo.toml"),
        *("--features", "backtrace,panic-unwind"),
        env={
            "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags),
            "CARGO_TARGET_DIR": str(rustc.cache / "target"),
            # The library is written in the language of a nightly compiler.
            "RUSTC_BOOTSTRAP": "1",
        },
    )


def compile_library(triple: str, rustc: Compiler) -> None:
    run(library_command(triple, rustc, sources(rustc)))
    place = library(rustc.cache, triple)
    draft = place.with_name("lib.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    built = rustc.cache / "target" / triple
    for path in (built / "release" / "deps").glob("*.rlib"):
        shutil.copy2(path, draft)
    draft.replace(place)
    shutil.rmtree(built)
