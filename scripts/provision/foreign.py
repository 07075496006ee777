"""A CPython for each kind of wheel that this machine does not run by itself.

Debian's packages of another processor, under qemu-user where it is needed; CPython for
musl and free-threaded CPython, put together from packages; CPython for Windows, under
Wine. With each go NumPy and what the tests need. Everything lies in the cache.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.commands import (
    Command,
    Failure,
    attempt,
    command,
    run,
    silent,
    write_line,
)
from pipeline.plan import Plan, Python, Target
from pipeline.project import PROJECT
from provision import assembled, debian, emulator, musl, pythons, wine
from provision.assembled import Kind, install_command

# Debian's releases, by the Python that is theirs.
SUITES = {Python(3, 13): "trixie", Python(3, 15): "forky"}
# What pip says of a package that the index has in no form that fits.
NO_WHEEL = "No matching distribution found"
# glibc's minor versions, newest first, for which pip may take a wheel.
GLIBC = range(41, 16, -1)


@dataclass(frozen=True)
class Interpreter:
    """A CPython of another kind, ready to be started."""

    python: Python
    start: tuple[str, ...]  # the command up to Python's own arguments
    platforms: Sequence[str]  # the tags that its pip would take, best first
    site: Path  # NumPy, and what the tests need
    env: Mapping[str, str] = field(default_factory=dict)
    spelled: Callable[[Path], str] = str  # how it calls a file
    separator: str = ":"  # between folders

    def command(
        self, *arguments: str | Path, path: Sequence[Path], env: Mapping[str, str]
    ) -> Command:
        """Runs it, with these folders before those of its own."""
        folders = self.separator.join(map(self.spelled, [*path, self.site]))
        given = [self.spelled(a) if isinstance(a, Path) else a for a in arguments]
        added = {
            **self.env,
            # As in tox.ini: a build that says so must not bring the GIL back.
            **({"PYTHON_GIL": "0"} if self.python.free_threaded else {}),
            "PYTHONPATH": folders,
            "PYTHONDONTWRITEBYTECODE": "1",
            # A library's threads are slow where each instruction is.
            "OPENBLAS_NUM_THREADS": "1",
        }
        return command(*self.start, *given, env={**added, **env})

    def install_command(self, folder: Path, *what: str | Path) -> Command:
        return install_command(self.python, self.platforms, folder, *what)


# Which wheel on which Python.


def offered(target: Target) -> list[Python]:
    """The Pythons of the wheel's kind that can be had; it may not take all."""
    together = assembled.pythons() if target.machine in assembled.MACHINES else []
    free = [python for python in together if python.free_threaded]
    kinds = {"debian": [*SUITES, *free], "musl": together, "wine": [wine.PYTHON]}
    return kinds.get(target.test, [])


def usable(target: Target) -> list[Python]:
    """Where the wheel is tested: the oldest that takes it, with a GIL and without."""
    taken = sorted(python for python in offered(target) if target.admits(python))
    first = {python.free_threaded: python for python in reversed(taken)}
    return sorted(first.values())


def excuses(target: Target, plan: Plan) -> dict[str, str]:
    """By environment, why the wheel is not tested on a Python that it promises."""
    tested = usable(target)
    there = [python for python in offered(target) if target.admits(python)]
    return {
        python.env: target.untested or excuse(python, there)
        for python in plan.promised(target)
        if python not in tested
    }


def excuse(python: Python, there: Sequence[Python]) -> str:
    if python in there:
        return "it is tested on the oldest Python of its kind"
    return f"there is no CPython of its kind but {', '.join(map(str, there))}"


def provide(target: Target, python: Python) -> Interpreter:
    """Ready to run the tests; `Failure` where it cannot be had."""
    makers: Mapping[str, Callable[[Target, Python], Interpreter]]
    makers = {"debian": from_debian, "musl": with_musl, "wine": under_wine}
    return makers[target.test](target, python)


def from_debian(target: Target, python: Python) -> Interpreter:
    suite = SUITES.get(python, "forky")
    tree = debian.Tree(home(f"{suite}-{target.debian}"), suite, target.debian)
    platforms = [
        *(f"manylinux_2_{minor}_{target.machine}" for minor in GLIBC),
        f"manylinux2014_{target.machine}",
    ]
    site = equip(tree.prefix, python, platforms, if_there_is_one="numpy")
    program = tree.python(python.number)
    if not program.exists():
        # NumPy is Debian's where there is no wheel for this processor.
        numpy = [] if (site / "numpy").exists() else ["python3-numpy"]
        debian.unpack(tree, [python.number], ["libstdc++6", *numpy])
        precompile(Python.parse(python.number), tree.root / "usr" / "lib")
    if python.free_threaded:
        program = put_together(Kind(python, target.machine))
    return Interpreter(
        python,
        (*emulator.prefix(program, target.debian), str(program)),
        platforms,
        site,
        emulator.environment(tree.root, target.debian),
    )


def with_musl(target: Target, python: Python) -> Interpreter:
    platforms = [f"musllinux_1_{minor}_{target.machine}" for minor in (2, 1, 0)]
    site = equip(home(f"musl-{target.machine}"), python, platforms, "numpy")
    program = put_together(Kind(python, target.machine, "musl"))
    architecture = musl.DEBIAN[target.machine]
    return Interpreter(
        python,
        (*emulator.prefix(program, architecture), str(program)),
        platforms,
        site,
        # What the program names lies where it says.
        emulator.environment(Path("/"), architecture),
    )


def put_together(kind: Kind) -> Path:
    if not kind.program.exists():
        assembled.provide(kind)
        precompile(kind.python, kind.prefix / "lib" / kind.program.name)
    return kind.program


def under_wine(_target: Target, python: Python) -> Interpreter:
    folder = home("windows")
    platforms = ["win_amd64"]
    # pip reads the conditions of requirements as on this machine.
    site = equip(folder, python, platforms, "numpy", "colorama")
    start = wine.provide(folder, site)
    return Interpreter(
        python,
        start,
        platforms,
        site,
        wine.environment(folder),
        spelled=wine.spelled,
        separator=";",
    )


def home(name: str) -> Path:
    return PROJECT.cached("foreign") / name


def equip(
    folder: Path,
    python: Python,
    platforms: Sequence[str],
    *also: str,
    if_there_is_one: str | None = None,
) -> Path:
    """What the tests need, made once for each list of it.

    One package may have no wheel for these platforms; any other has to have one.
    """
    wanted = [*PROJECT.group("test"), *also]
    key = hashlib.sha256(" ".join(wanted).encode()).hexdigest()[:12]
    site = folder / f"site-{python}-{key}"
    if site.exists():
        return site
    draft = folder / "site.draft"
    shutil.rmtree(draft, ignore_errors=True)
    run(install_command(python, platforms, draft, *wanted))
    if if_there_is_one:
        one = attempt(install_command(python, platforms, draft, if_there_is_one))
        if one.status and NO_WHEEL not in one.output:
            raise Failure(f"{if_there_is_one} could not be installed for {python}")
    precompile(python, draft)
    draft.replace(site)
    write_line(f"made {site}")
    return site


def precompile(python: Python, folder: Path) -> None:
    """Byte code by this machine's own interpreter of the version: minutes, emulated."""
    found = pythons.search([python])
    if path := found.get(python):
        # Some of what is there is not Python 3, or not meant to be.
        attempt(command(path, "-m", "compileall", "-q", folder), show=silent)
