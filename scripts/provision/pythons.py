"""Find an interpreter for each Python of the plan; get those that are missing.

Looks on PATH, in pyenv's and in uv's folders; gets what is missing by `uv python
install`, and where nothing can be downloaded from Debian's packages, the free-threaded
ones with freeze-core's. Says where each one is, and why one cannot be had.
"""

import os
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.commands import (
    Command,
    Failure,
    ask,
    attempt,
    command,
    silent,
    write_line,
)
from pipeline.plan import Python
from pipeline.project import PROJECT
from provision import apt, assembled, debian
from provision.assembled import Kind

# Prints the version, and whether it is a build without the GIL.
QUESTION = (
    "import sys, sysconfig; print('%d.%d' % sys.version_info[:2]"
    " + 't' * bool(sysconfig.get_config_var('Py_GIL_DISABLED')), sys.prefix)"
)


@dataclass(frozen=True)
class Pythons:
    """What was found, and why something was not."""

    found: Mapping[Python, Path] = field(default_factory=dict)
    absent: Mapping[Python, str] = field(default_factory=dict)


def folders(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Where interpreters may lie, best first.

    Not pyenv's shims: they carry every version's name and start only the one that
    is switched on.
    """
    pyenv = pyenv_folder(environ, home)
    for name in environ.get("PATH", "").split(os.pathsep):
        # A virtual environment, such as the tool environment, is nobody's base.
        inside_venv = (Path(name).parent / "pyvenv.cfg").exists()
        if name and not inside_venv and Path(name) != pyenv / "shims":
            yield Path(name)
    for versions in (pyenv / "versions", uv_folder(environ, home)):
        yield from sorted(versions.glob("*/bin"), reverse=True)
        yield from sorted(versions.glob("*"), reverse=True)  # on Windows


def pyenv_folder(environ: Mapping[str, str], home: Path) -> Path:
    return Path(environ.get("PYENV_ROOT", home / ".pyenv"))


def uv_folder(environ: Mapping[str, str], home: Path) -> Path:
    data = Path(environ.get("XDG_DATA_HOME", home / ".local" / "share"))
    return Path(environ.get("UV_PYTHON_INSTALL_DIR", data / "uv" / "python"))


def candidates(python: Python, places: Iterable[Path]) -> Iterator[Path]:
    suffix = ".exe" if sys.platform == "win32" else ""
    for place in places:
        for name in (f"python{python}{suffix}", f"python{suffix}"):
            if (place / name).is_file():
                yield place / name


def find(python: Python, places: Sequence[Path]) -> Path | None:
    """The first interpreter that is what its name says."""
    for path in candidates(python, places):
        try:
            version = ask(command(path, "-I", "-c", QUESTION)).split()[0]
        except (Failure, OSError, IndexError):
            continue
        if version == str(python):
            return path
    return None


def uv_command(python: Python) -> Command:
    return command(
        *("uv", "python", "install", "--no-bin", str(python)),
        # Where the server cannot be reached this ends at once; with uv's retries it
        # takes 10 s for each version.
        env={"UV_HTTP_RETRIES": "0"},
    )


def search(wanted: Iterable[Python]) -> dict[Python, Path]:
    ours = [private_tree().prefix, *(assembled_kind(py).prefix for py in wanted)]
    places = [*folders(os.environ, Path.home()), *(one / "bin" for one in ours)]
    return {py: path for py in wanted if (path := find(py, places))}


def provide(wanted: Sequence[Python]) -> Pythons:
    """Find them; get what is missing, from one source after the other."""
    found = search(wanted)
    reasons: dict[Python, list[str]] = {py: [] for py in wanted}
    for source in (from_uv, from_debian, from_packages):
        missing = [py for py in wanted if py not in found]
        for py, reason in source(missing).items():
            reasons[py].append(reason)  # also of one that was had: not read then
        found |= search(missing)
    absent = {py: "; ".join(reasons[py]) for py in wanted if py not in found}
    return Pythons(found, absent)


def from_uv(wanted: Sequence[Python]) -> dict[Python, str]:
    """Download them; of each that could not be had the cause."""
    reasons = {}
    for python in wanted:
        finished = attempt(uv_command(python), show=silent)
        said = ["", *filter(None, map(str.strip, finished.output.splitlines()))]
        outcome = said[-1] if finished.status else "done"
        write_line(f"{finished.command}: {outcome}")
        if finished.status:
            reasons[python] = f"uv: {outcome}"
    return reasons


def from_debian(wanted: Sequence[Python]) -> dict[Python, str]:
    """Unpack Debian's packages; of each that could not be had the cause."""
    ordinary = [py for py in wanted if not py.free_threaded]
    obstacle = apt.obstacle()
    if ordinary and not obstacle:
        try:
            debian.install(private_tree(), [str(python) for python in ordinary])
        except (Failure, OSError, StopIteration) as error:
            obstacle = str(error)
    return dict.fromkeys(ordinary, f"Debian: {obstacle}")


def from_packages(wanted: Sequence[Python]) -> dict[Python, str]:
    """Put the free-threaded ones together; of each that could not be the cause."""
    reasons = {}
    for python in wanted:
        if python.free_threaded:
            try:
                provide_assembled(python)
            except (Failure, OSError) as error:
                reasons[python] = f"Debian and freeze-core: {error}"
    return reasons


def provide_assembled(python: Python) -> None:
    program = assembled.provide(assembled_kind(python))
    if not debian.works(program):
        raise Failure(f"{program} was put together and does not start")


def private_tree() -> debian.Tree:
    return debian.Tree(PROJECT.cached("pythons"))


def assembled_kind(python: Python) -> Kind:
    return Kind(python, platform.machine())


def put_on_path(pythons: Pythons) -> None:
    """Where tox and uv look: after the tool environment, without pyenv's shims.

    A folder that is there already keeps its place: /usr/bin in front would bring a
    distribution's old cargo before rustup's.
    """
    shims = str(pyenv_folder(os.environ, Path.home()) / "shims")
    first, *rest = os.environ["PATH"].split(os.pathsep)
    kept = [folder for folder in rest if folder != shims]
    found = dict.fromkeys(str(path.parent) for path in pythons.found.values())
    added = [folder for folder in found if folder not in kept]
    os.environ["PATH"] = os.pathsep.join([first, *added, *kept])
    for python, path in pythons.found.items():
        write_line(f"{python!s:6}{path}")
