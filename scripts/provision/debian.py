"""CPython from Debian's packages, unpacked into a folder; the system stays as it is.

The packages of another suite need another libc than the machine has, so they come with
everything down to libc, and the interpreter is given the loader and libraries of that
folder. Those for another processor are the same, and stay as they are: an emulator
shows them that folder in place of `/`.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands import Command, Failure, ask, command, run
from provision import apt, emulator
from provision.apt import Apt

# glibc's parts, loaded first: else a wheel with a RUNPATH of its own pulls in those
# of the machine, which do not fit our loader.
GLIBC = ("libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1")
# What a broken unpacking lacks first.
PROBE = "import bz2, ctypes, lzma, readline, sqlite3, ssl, uuid, zlib"
# Where update-alternatives would have linked to, had it run.
ALTERNATIVES = ("blas", "lapack")


@dataclass(frozen=True)
class Tree:
    """The private folder. It cannot be moved: the loader's path is absolute."""

    prefix: Path
    suite: str = "forky"
    architecture: str = ""  # as Debian calls it; this machine's

    @property
    def root(self) -> Path:
        return self.prefix / "root"

    @property
    def processor(self) -> str:
        return self.architecture or apt.host_architecture()

    @property
    def apt(self) -> Apt:
        return Apt(self.prefix / "apt", (self.suite,), self.processor)

    @property
    def loader(self) -> Path:
        return next(self.root.glob("usr/lib/*-linux-gnu*/ld[-6]*.so.*"))

    def python(self, version: str) -> Path:
        return self.prefix / "bin" / f"python{version}"


def packages(versions: Sequence[str]) -> list[str]:
    return [name for v in versions for name in (f"python{v}", f"python{v}-venv")]


def patch_command(python: Path, loader: Path) -> Command:
    needed = [part for name in GLIBC for part in ("--add-needed", name)]
    return command(
        *("patchelf", "--set-interpreter", loader),
        # RPATH rather than RUNPATH, as it also serves the libraries' own needs.
        *("--force-rpath", "--set-rpath", loader.parent),
        *needed,
        python,
    )


def unpack(tree: Tree, versions: Sequence[str], also: Sequence[str] = ()) -> None:
    """Put the versions, and other packages, into the tree."""
    debian = tree.apt
    debian.update()
    debian.unpack([*packages(versions), *also], tree.root)
    link_folders(tree)
    for version in versions:
        adopt(tree, version)
    debian.clean()


def install(tree: Tree, versions: Sequence[str]) -> None:
    """The same; `Failure` if one does not start afterwards."""
    unpack(tree, versions)
    for version in versions:
        if not works(tree.python(version)):
            raise Failure(f"{tree.python(version)} was unpacked and does not start")


def link_folders(tree: Tree) -> None:
    """What an installation would have linked."""
    # venv takes the prefix from the program's folder: bin/ needs a lib/ beside it.
    link(tree.prefix / "lib", Path("root/usr/lib"))
    for name in ("lib", "lib64"):
        link(tree.root / name, Path("usr") / name)
    for name in ALTERNATIVES:
        for library in tree.root.glob(f"usr/lib/*/{name}/*.so.*"):
            link(library.parents[1] / library.name, Path(name) / library.name)


def link(place: Path, target: Path) -> None:
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def adopt(tree: Tree, version: str) -> None:
    """Make one unpacked interpreter live in the tree."""
    python = tree.python(version)
    python.parent.mkdir(exist_ok=True)
    # A file, no link: a venv looks for the library beside what it resolves to.
    shutil.copy2(tree.root / "usr" / "bin" / python.name, python)
    if not emulator.is_needed(tree.processor):
        run(patch_command(python, tree.loader))
    relocate_wheels(tree, version)


def relocate_wheels(tree: Tree, version: str) -> None:
    """ensurepip reads where pip's wheel lies from sysconfig's data."""
    system = "/usr/share/python-wheels"
    library = tree.root / "usr" / "lib" / f"python{version}"
    for path in library.glob("_sysconfig*.*"):
        if path.is_symlink():
            continue  # the file that it names is among them
        text = path.read_text("utf-8")
        path.write_text(
            text.replace(system, f"{tree.root}{system}"), "utf-8", newline="\n"
        )


def works(python: Path) -> bool:
    """Whether its modules load and an environment made from it starts."""
    if not python.exists():
        return False
    with tempfile.TemporaryDirectory() as folder:
        venv = Path(folder) / "venv"
        steps = [
            command(python, "-c", PROBE),
            command(python, "-m", "venv", venv),
            command(venv / "bin" / "python", "-m", "pip", "--version"),
        ]
        try:
            for step in steps:
                ask(step)
        except Failure:
            return False
    return True
