"""CPython from Debian's packages, unpacked into a folder; the system stays as it is.

For machines that reach a Debian mirror and no download server. The packages of a
newer suite need a newer libc than the machine has, so they come with everything
down to libc, and the interpreter is given the loader and libraries of that folder.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands import Command, Failure, ask, command, run

# Moves on with Debian, so that patch versions cannot be pinned.
SUITE = "forky"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# glibc's parts, loaded first: else a wheel with a RUNPATH of its own pulls in those
# of the machine, which do not fit our loader.
GLIBC = ("libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1")
# What a broken unpacking lacks first.
PROBE = "import bz2, ctypes, lzma, readline, sqlite3, ssl, uuid, zlib"


@dataclass(frozen=True)
class Tree:
    """The private folder. It cannot be moved: the loader's path is absolute."""

    prefix: Path

    @property
    def root(self) -> Path:
        return self.prefix / "root"

    @property
    def apt(self) -> Path:
        return self.prefix / "apt"

    @property
    def debs(self) -> Path:
        return self.apt / "cache" / "archives"

    def python(self, version: str) -> Path:
        return self.prefix / "bin" / f"python{version}"


def obstacle() -> str:
    """Why this machine cannot, in words; empty where it can."""
    if sys.platform != "linux" or not shutil.which("apt-get"):
        return "no Debian packages on this machine"
    if not KEYRING.exists():
        return f"{KEYRING} is missing (package debian-archive-keyring)"
    return ""


def mirror() -> str:
    """The mirror that the machine uses already."""
    found = re.search(
        r"https?://\S+/debian(?=[\s/])", ask(command("apt-cache", "policy"))
    )
    return found[0] if found else "http://deb.debian.org/debian"


def source_line(mirror: str) -> str:
    return f"deb [signed-by={KEYRING}] {mirror} {SUITE} main\n"


def apt_command(tree: Tree, *action: str) -> Command:
    """apt with a state of its own, in which nothing is installed yet.

    It so resolves down to libc6, checks signatures and sums, and touches no file of
    the system; any user may run it.
    """
    options = {
        "Dir::Etc::sourcelist": tree.apt / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": tree.apt,
        "Dir::State::status": "/dev/null",
        "Dir::Cache": tree.apt / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": 3,
        "APT::Install-Recommends": 0,
        "APT::Keep-Downloaded-Packages": 1,
        "APT::Sandbox::User": "",
        "Debug::NoLocking": 1,
    }
    flags = [
        part for key, value in options.items() for part in ("-o", f"{key}={value}")
    ]
    return command("apt-get", "-qq", *flags, *action)


def packages(versions: Sequence[str]) -> list[str]:
    return [name for v in versions for name in (f"python{v}", f"python{v}-venv")]


def patch_command(python: Path, libraries: Path, loader: Path) -> Command:
    needed = [part for name in GLIBC for part in ("--add-needed", name)]
    return command(
        *("patchelf", "--set-interpreter", loader),
        # RPATH rather than RUNPATH, as it also serves the libraries' own needs.
        *("--force-rpath", "--set-rpath", libraries),
        *needed,
        python,
    )


def install(tree: Tree, versions: Sequence[str]) -> None:
    """Put the versions into the tree; `Failure` if one does not start afterwards."""
    shutil.rmtree(tree.apt, ignore_errors=True)
    for folder in (tree.apt / "lists" / "partial", tree.debs / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    (tree.apt / "sources.list").write_text(source_line(mirror()))
    run(apt_command(tree, "update"))
    run(apt_command(tree, "install", "--yes", "--download-only", *packages(versions)))
    for deb in sorted(tree.debs.glob("*.deb")):
        ask(command("dpkg-deb", "--extract", deb, tree.root))
    # venv takes the prefix from the program's folder: bin/ needs a lib/ beside it.
    link(tree.prefix / "lib", Path("root/usr/lib"))
    for version in versions:
        adopt(tree, version)
    # Lists and packages are of no more use; after a failure the next run clears them.
    shutil.rmtree(tree.apt)


def link(place: Path, target: Path) -> None:
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def adopt(tree: Tree, version: str) -> None:
    """Make one unpacked interpreter live in the tree."""
    loader = next(tree.root.glob("usr/lib/*/ld-linux*.so.*"))
    python = tree.python(version)
    python.parent.mkdir(exist_ok=True)
    # A file, no link: a venv looks for the library beside what it resolves to.
    shutil.copy2(tree.root / "usr" / "bin" / python.name, python)
    run(patch_command(python, loader.parent, loader))
    relocate_wheels(tree, version)
    if not works(python):
        raise Failure(f"{python} was unpacked and does not start")


def relocate_wheels(tree: Tree, version: str) -> None:
    """ensurepip reads where pip's wheel lies from sysconfig's data."""
    system = "/usr/share/python-wheels"
    library = tree.root / "usr" / "lib" / f"python{version}"
    for path in library.glob("_sysconfig*.*"):
        if path.is_symlink():
            continue  # the file that it names is among them
        text = path.read_text("utf-8")
        path.write_text(text.replace(system, f"{tree.root}{system}"), "utf-8")


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
