"""Commands as values, and the one place that runs them.

Stages build `Command`s by pure functions, which tests compare row by row; only
`run` starts a process, prints the command first, and turns what goes wrong into
`Failure`, a message for people.
"""

import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TypeVar

from pipeline.failure import Failure as Failure
from pipeline.project import PROJECT

T = TypeVar("T")

GRACE_SECONDS = 10
INTERRUPTED = 130  # what a shell reports for a command that Ctrl-C ended


@dataclass(frozen=True)
class Command:
    """What to run, with the environment variables that it adds."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path | None = None

    def __str__(self) -> str:
        variables = [f"{name}={shlex.quote(text)}" for name, text in self.env.items()]
        # A separator of CARGO_ENCODED_RUSTFLAGS would break the terminal's line.
        line = " ".join([*variables, shlex.join(self.argv)]).replace("\x1f", "\\x1f")
        return f"+ {line}" + (f"   (in {self.cwd})" if self.cwd else "")


def command(
    *argv: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Command:
    return Command(tuple(map(str, argv)), env or {}, cwd)


@dataclass(frozen=True)
class Finished:
    """A command that ended: its status, and its output where it was listened to."""

    command: Command
    status: int
    output: str = ""


def write_line(line: str) -> None:
    print(line, flush=True)


def run(command: Command, *, show: Callable[[str], None] = write_line) -> Finished:
    """Run it, its output going where ours goes; `Failure` unless it succeeds.

    That has the last line, too: a table of what failed is read without the log.
    """
    finished = attempt(command, show=show)
    if finished.status:
        name = Path(command.argv[0]).name
        ended = f"{name} ended with status {finished.status}:"
        last = finished.output.strip().rpartition("\n")[2]
        raise Failure(f"{ended} {last}".rstrip() + f"\n  {command}")
    return finished


def silent(_line: str) -> None:
    """Show nothing."""


def attempt(command: Command, *, show: Callable[[str], None] = write_line) -> Finished:
    """Run it and hand back what came of it, whatever that is."""
    show(str(command))
    with child(command) as process:
        lines: list[str] = []
        for line in process.stdout or ():
            lines.append(line)
            show(line.rstrip("\n"))
        status = process.wait()
    return Finished(command, status, "".join(lines))


def side_by_side(
    sequences: Mapping[str, Sequence[Command]],
) -> dict[str, list[Finished]]:
    """Several sequences of commands at once, by title, which their lines begin with."""
    work = {title: partial(run_titled, title, one) for title, one in sequences.items()}
    return dict(at_once(work))


def at_once(work: Mapping[str, Callable[[], T]]) -> Iterator[tuple[str, T]]:
    """What each piece of work returns, as they end; as many at a time as cores.

    A failure, or Ctrl-C, ends all of them before it is raised.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        names = {pool.submit(one): name for name, one in work.items()}
        try:
            for done in as_completed(names):
                yield names[done], done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            # As long as any is at work: it may go on to a command of its own.
            while not all(one.done() for one in names):
                for process in list(RUNNING):
                    end(process)
                time.sleep(0.01)
            raise


def run_titled(title: str, sequence: Sequence[Command]) -> list[Finished]:
    return [run(one, show=titled(title)) for one in sequence]


def titled(title: str) -> Callable[[str], None]:
    """Shows lines with the title in front of each."""
    return lambda line: write_line(f"{title}: {line}")


def ask(command: Command, *, statuses: Sequence[int] = (0,)) -> str:
    """Its standard output, of a command that only answers a question.

    Not shown; `Failure` with its standard error for another exit status.
    """
    finished = captured(command)
    if finished.returncode not in statuses:
        raise Failure(f"{command} failed:\n{finished.stderr}{finished.stdout}")
    return finished.stdout


def captured(command: Command) -> subprocess.CompletedProcess[str]:
    """What it says on both channels, whatever its status; nothing is shown."""
    try:
        return subprocess.run(
            command.argv,
            cwd=command.cwd or PROJECT.root,
            env=environment(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except FileNotFoundError as error:
        raise missing(command) from error


def environment(command: Command) -> dict[str, str]:
    """Ours, and UTF-8 for what is read as that.

    A Python on Windows would write to a pipe in the code page of the machine, and end
    at the first character that this lacks.
    """
    return {**os.environ, "PYTHONIOENCODING": "utf-8", **command.env}


# What `child` has started and what has not ended.
RUNNING: set["subprocess.Popen[str]"] = set()


@contextmanager
def child(command: Command) -> Iterator["subprocess.Popen[str]"]:
    """A process that does not outlive the block, nor do its children.

    It leads a session of its own: Ctrl-C then reaches us alone, and we decide that
    the whole group ends, grandchildren too, whether the signal came from a terminal
    or from `kill`.
    """
    try:
        process = subprocess.Popen(
            command.argv,
            cwd=command.cwd or PROJECT.root,
            env=environment(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise missing(command) from error
    with process:
        RUNNING.add(process)
        try:
            yield process
        except BaseException:
            end(process)
            raise
        finally:
            RUNNING.discard(process)


def end(process: "subprocess.Popen[str]") -> None:
    """Ask the process and its children to stop; insist after a while."""
    signal_group(process, signal.SIGINT)
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
    finally:
        # Also when the leader has gone, as a grandchild may have ignored the first
        # signal; also at a second Ctrl-C.
        signal_group(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def signal_group(process: "subprocess.Popen[str]", number: int) -> None:
    if sys.platform == "win32":
        process.terminate()
        return
    # It may have ended by itself.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


INSTALL = {
    "cargo": "install Rust from https://rustup.rs",
    "rustc": "install Rust from https://rustup.rs",
    "gh": "install GitHub's command from https://cli.github.com",
    "git": "install git, e.g. `apt-get install git`",
    "cc": "install a C compiler as linker, e.g. `apt-get install gcc libc6-dev`"
    " or `xcode-select --install`",
}


# What links a build for this machine; Microsoft's is found by rustc itself.
LINKER = () if sys.platform == "win32" else ("cc",)


def missing(command: Command) -> Failure:
    name = Path(command.argv[0]).name
    way = INSTALL.get(name, "install it and put it on PATH")
    return Failure(f"{name} was not found: {way}")


def require(*names: str) -> None:
    """Every missing tool in one message, each with the way to get it."""
    absent = [name for name in names if shutil.which(name) is None]
    if absent:
        lines = [f"{name} was not found on PATH: {INSTALL[name]}" for name in absent]
        raise Failure("\n".join(lines))


def require_rust() -> str:
    """The version of rustc, if it is new enough."""
    require("cargo")
    version = ask(command("rustc", "--version")).split()[1]
    minimum = PROJECT.minimum_rust
    if release(version) < release(minimum):
        raise Failure(f"rustc is {version}, {minimum} is needed: `rustup update`")
    return version


def release(version: str) -> tuple[int, ...]:
    """`1.95.0-nightly` as numbers that compare."""
    return tuple(int(part) for part in version.split("-")[0].split("."))


def main(stage: Callable[[Sequence[str]], int]) -> None:
    """Run a stage as a program: its status, failures in words, no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A character that the encoding of the output lacks, as that of logs on
            # Windows lacks check marks, is spelled by its number, and no reason to end.
            stream.reconfigure(errors="backslashreplace")
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            # Each as Ctrl-C, so that every `finally` runs. SIGINT too: a shell lets
            # what it starts in the background ignore it.
            signal.signal(getattr(signal, name), interrupt)
    try:
        status = stage(sys.argv[1:])
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr, flush=True)
        status = 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr, flush=True)
        status = INTERRUPTED
    sys.exit(status)


def interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
