"""The tool environment: what the stages run, by hash, made once per lock file."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipeline.commands import INTERRUPTED, Command, Failure, command, run
from pipeline.project import PROJECT

LOCK = Path(__file__).parents[1] / "requirements" / "tools.txt"
# Written last: without it the folder is what an interrupted run left behind.
READY = "ready"


def enter() -> None:
    """Go on inside the tool environment, with its programs first on PATH.

    Starts the same script again with the environment's Python, unless that is what
    runs already.
    """
    require_python()
    home = path(LOCK.read_bytes(), PROJECT.cache)
    if Path(sys.prefix) == home:
        before = [str(programs(home)), os.environ["PATH"]]
        os.environ["PATH"] = os.pathsep.join(before)
        return
    if not (home / READY).exists():
        make(home)
    again = [str(python(home)), *sys.argv]
    if os.name == "posix":
        os.execv(again[0], again)  # noqa: S606  (ourselves)
    try:
        # Windows has no exec: the caller would see us end before the stage does.
        sys.exit(subprocess.call(again))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def require_python() -> None:
    minimum = tuple(map(int, PROJECT.minimum_python.split(".")))
    if sys.version_info[:2] < minimum:
        raise Failure(
            f"Python {sys.version.split()[0]} is too old, {PROJECT.minimum_python} is"
            f" needed: install it, or name a newer one, `python3.13 {sys.argv[0]}`"
        )


def path(lock: bytes, cache: Path) -> Path:
    """One folder per lock and interpreter: another branch's tools do not disturb."""
    # realpath: two installations of one version are two interpreters.
    identity = f"{sys.version} {os.path.realpath(sys.executable)}".encode()
    key = hashlib.sha256(lock + identity).hexdigest()[:16]
    return cache / "tools" / key


def programs(home: Path) -> Path:
    return home / ("Scripts" if sys.platform == "win32" else "bin")


def python(home: Path) -> Path:
    return programs(home) / ("python.exe" if sys.platform == "win32" else "python")


def make_commands(home: Path) -> list[Command]:
    return [
        command(sys.executable, "-m", "venv", home),
        command(
            *(python(home), "-m", "pip", "install", "--quiet"),
            # Nothing unknown, and nothing that runs code while it is installed.
            *("--require-hashes", "--only-binary", ":all:"),
            *("--disable-pip-version-check", "-r", LOCK),
        ),
    ]


def make(home: Path) -> None:
    print("Making the tool environment; this happens once, in a minute:", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    try:
        for step in make_commands(home):
            run(step)
    except Failure as failure:
        raise Failure(
            f"{failure}\nWhere Debian or Ubuntu has taken venv out of Python:"
            " `apt-get install python3-venv`"
        ) from failure
    (home / READY).touch()
