"""Lock the tool environment: requirements/*.in to *.txt, with hashes.

    python scripts/lock.py             keeps what is locked, adds what is new
    python scripts/lock.py --upgrade   takes the newest of everything
    python scripts/lock.py --check     fails if a lock does not follow from its .in

One file for every platform and Python, without the address of an index: whoever
installs asks the index of their own, and the hashes decide.
"""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline import toolenv
from pipeline.commands import Command, Failure, command, main, run
from pipeline.project import PROJECT

FOLDER = toolenv.LOCK.parent


def compile_command(source: Path, lock: Path, *, upgrade: bool) -> Command:
    return command(
        *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
        *("--python-version", PROJECT.minimum_python),
        *("--no-header", "--no-annotate", "--no-emit-index-url"),
        *(["--upgrade"] if upgrade else []),
        *("--output-file", lock, source),
    )


def lock(source: Path, *, upgrade: bool = False) -> None:
    run(compile_command(source, source.with_suffix(".txt"), upgrade=upgrade))


def check(source: Path) -> None:
    """Lock again from what is locked: nothing may change."""
    present = source.with_suffix(".txt")
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / present.name
        shutil.copy(present, again)
        run(compile_command(source, again, upgrade=False))
        if again.read_bytes() != present.read_bytes():
            raise Failure(f"{present.name} is stale: python scripts/lock.py")
    print(f"{present.name} is up to date")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--upgrade", action="store_true")
    group.add_argument("--check", action="store_true")
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    toolenv.enter()
    for source in sorted(FOLDER.glob("*.in")):
        if options.check:
            check(source)
        else:
            lock(source, upgrade=options.upgrade)
    return 0


if __name__ == "__main__":
    main(stage)
