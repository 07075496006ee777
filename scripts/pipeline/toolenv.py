"""The tool environments: what the stages run, by hash, made once for each lock.

A stage names the parts of `requirements/` that it needs, and gets an environment of
those. pip installs uv and nothing else, for pips of every age must be able to; uv
installs what the locks say to the letter, without asking what the index has newest.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipeline.commands import INTERRUPTED, Command, Failure, attempt, command
from pipeline.project import PROJECT

LOCKS = Path(__file__).parents[1] / "requirements"
INSTALLER = "uv"
# Of the scripts themselves, whatever the project's own is.
MINIMUM_PYTHON = "3.11"
# Written last, with the names of the parts: without it the folder is what an
# interrupted run left behind.
READY = "ready"
# With fewer bytes left on the disk than this, it was the disk.
ROOM = 30_000_000

# What pip, uv and venv say, and what is to blame. The first that is found counts: pip
# ends with "No matching distribution" also where it reached no index.
CAUSES = (
    (
        r"DO NOT MATCH THE HASHES|Hash mismatch",
        "the index sent another file than the one that is locked. Try again; if it"
        " stays so, somebody has to find out why",
    ),
    (
        r"No space left on device|not enough space on the disk",
        "the disk is full",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|UnknownIssuer",
        "the certificate of the index is not trusted here. Where a proxy has one of its"
        " own, PIP_CERT and SSL_CERT_FILE name the file that vouches for it",
    ),
    (
        r"Failed to establish a new connection|[Cc]onnection (refused|reset|broken)"
        r"|dns error|error sending request|timed out|Failed to fetch",
        "the package index cannot be reached. A proxy is named by HTTPS_PROXY, a mirror"
        " by PIP_INDEX_URL for pip and by UV_DEFAULT_INDEX for uv",
    ),
    (
        r"has no usable wheels|No matching distribution|no version of",
        f"there is no wheel of a locked tool for Python {sys.version.split()[0]} on"
        " this machine: name another Python, as in `python3.13 scripts/...`",
    ),
)


def enter(*parts: str) -> None:
    """Go on inside an environment of these parts, with its programs first on PATH.

    Starts the same script again with the environment's Python, unless what runs
    already has the parts: a stage that another one started shares its environment.
    """
    require_python()
    here = Path(sys.prefix)
    if set(parts) <= installed(here):
        before = [str(programs(here)), os.environ["PATH"]]
        os.environ["PATH"] = os.pathsep.join(before)
        return
    home = path(parts, LOCKS, PROJECT.cache)
    provide(home, parts)
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
    # realpath: two installations of one version are two interpreters. Inside a virtual
    # environment, its interpreter is the one that made it.
    base = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    identity = f"{sys.version} {base}".encode()
    texts = [
        (locks / f"{part}.txt").read_bytes() for part in (INSTALLER, *sorted(parts))
    ]
    key = hashlib.sha256(b"".join([*texts, identity])).hexdigest()[:16]
    # Its programs name it: by a link, they would be lost with the link.
    return (cache / "tools").resolve() / key


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


def provide(home: Path, parts: Sequence[str]) -> None:
    """Make it unless it is there, or wait until another process has."""
    if installed(home):
        return
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with alone(home.with_suffix(".lock")):
            if not installed(home):
                make(home, parts)
    except OSError as error:
        raise Failure(
            f"no tool environment can be made in {home.parent}: {error}; XDG_CACHE_HOME"
            " names another folder for it"
        ) from error


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold the lock, which the system takes back from a process that has ended."""
    with lock.open("wb") as file:
        if not taken(file):
            print("Waiting for another process, which makes the tools ...", flush=True)
            while not taken(file):
                time.sleep(0.2)
        yield


def taken(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def make(home: Path, parts: Sequence[str]) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        raise Failure(
            f"{sys.executable} has no ensurepip, which brings pip: Debian and Ubuntu"
            " have it in a package of its own, `apt-get install python3-venv`"
        )
    what = ", ".join(parts)
    print(f"Making a tool environment ({what}); once, in a minute:", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    for step in make_commands(home, parts):
        finished = attempt(step)
        if finished.status:
            why = blame(finished.output, shutil.disk_usage(home.parent).free)
            raise Failure(f"the tool environment could not be made: {why}\n  {step}")
    (home / READY).write_text("\n".join(parts) + "\n", "utf-8", newline="\n")


def blame(output: str, free: int) -> str:
    """What to mend, from what an installer said and the room that was left."""
    # venv keeps to itself what pip told it.
    said = f"{output}\nNo space left on device" if free < ROOM else output
    for pattern, cause in CAUSES:
        if re.search(pattern, said):
            return cause
    return output.strip().rpartition("\n")[2] or "the installer did not say why"
