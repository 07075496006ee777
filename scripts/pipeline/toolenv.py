"""The tool environments: what the stages run, by hash, made once for each lock.

A stage names the parts of `requirements/` that it needs, and gets an environment of
those. pip installs uv and nothing else, for pips of every age must be able to; uv
installs what the locks say to the letter, without asking what the index has newest.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.commands import INTERRUPTED, Command, Failure, command, run
from pipeline.project import PROJECT

LOCKS = Path(__file__).parents[1] / "requirements"
INSTALLER = "uv"
# Of the scripts themselves, whatever the project's own is.
MINIMUM_PYTHON = "3.11"
# Written last, with the names of the parts: without it the folder is what an
# interrupted run left behind.
READY = "ready"


def enter(*parts: str) -> None:
    """Go on inside an environment of these parts, with its programs first on PATH.

    Starts the same script again with the environment's Python, unless what runs
    already has the parts: a stage that another one started shares its environment.
    """
    require_python()
    here = Path(sys.prefix)
    if here.parent == PROJECT.cache / "tools" and set(parts) <= installed(here):
        before = [str(programs(here)), os.environ["PATH"]]
        os.environ["PATH"] = os.pathsep.join(before)
        return
    home = path(parts, LOCKS, PROJECT.cache)
    if not (home / READY).exists():
        make(home, parts)
    again = [str(python(home)), *sys.argv]
    if os.name == "posix":
        os.execv(again[0], again)  # noqa: S606  (ourselves)
    try:
        # Windows has no exec: the caller would see us end before the stage does.
        sys.exit(subprocess.call(again))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def require_python() -> None:
    if sys.version_info[:2] < tuple(map(int, MINIMUM_PYTHON.split("."))):
        raise Failure(
            f"Python {sys.version.split()[0]} is too old, {MINIMUM_PYTHON} is"
            f" needed: install it, or name a newer one, `python3.13 {sys.argv[0]}`"
        )


def lock(part: str) -> Path:
    return LOCKS / f"{part}.txt"


def installed(home: Path) -> set[str]:
    """The parts that an environment has; none while it is being made."""
    ready = home / READY
    return set(ready.read_text("utf-8").split()) if ready.exists() else set()


def path(parts: Sequence[str], locks: Path, cache: Path) -> Path:
    """One folder per locks and interpreter: another branch's tools do not disturb."""
    # realpath: two installations of one version are two interpreters.
    identity = f"{sys.version} {os.path.realpath(sys.executable)}".encode()
    texts = [
        (locks / f"{part}.txt").read_bytes() for part in (INSTALLER, *sorted(parts))
    ]
    key = hashlib.sha256(b"".join([*texts, identity])).hexdigest()[:16]
    return cache / "tools" / key


def programs(home: Path) -> Path:
    return home / ("Scripts" if sys.platform == "win32" else "bin")


def python(home: Path) -> Path:
    return programs(home) / ("python.exe" if sys.platform == "win32" else "python")


def make_commands(home: Path, parts: Sequence[str]) -> list[Command]:
    # Nothing unknown, and nothing that runs code while it is installed.
    careful = ("--require-hashes", "--only-binary", ":all:", "--no-deps", "--quiet")
    locks = [word for part in parts for word in ("-r", lock(part))]
    return [
        command(sys.executable, "-m", "venv", home),
        command(
            *(python(home), "-m", "pip", "install", *careful),
            *("--disable-pip-version-check", "-r", lock(INSTALLER)),
        ),
        command(
            *(python(home), "-m", "uv", "pip", "install", *careful),
            *("--python", python(home), *locks),
        ),
    ]


def make(home: Path, parts: Sequence[str]) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        raise Failure(
            f"{sys.executable} has no venv: Debian and Ubuntu have it in a package of"
            " its own, `apt-get install python3-venv`"
        )
    what = ", ".join(parts)
    print(f"Making a tool environment ({what}); once, in a minute:", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    for step in make_commands(home, parts):
        run(step)
    (home / READY).write_text("\n".join(parts) + "\n", "utf-8")
