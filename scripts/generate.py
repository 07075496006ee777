"""Write the files of the repository that follow from others.

    python scripts/generate.py WHAT...            writes them
    python scripts/generate.py WHAT... --check    fails where one is stale
    python scripts/generate.py locks --upgrade    takes the newest of every tool
    python scripts/generate.py support --record DIST    first notes what the ledger says

WHAT is any of `locks` (requirements/*.txt), `sbom` (the bill of materials), `support`
(README's table of wheels), `functions` (README's table of functions) and `stubs`; the
last two need a Python that has the package installed, as after `maturin develop`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pipeline import toolenv
from pipeline.commands import Failure, main
from pipeline.generators import (
    function_table,
    sbom,
    stubs,
    support_table,
    tool_locks,
)


class Generator(Protocol):
    """A module that writes a file; both say what they did."""

    def write(self) -> str: ...
    def check(self) -> str: ...


GENERATORS: dict[str, Generator] = {
    "functions": function_table,
    "locks": tool_locks,
    "sbom": sbom,
    "stubs": stubs,
    "support": support_table,
}


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="+", choices=GENERATORS, metavar="WHAT")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--upgrade", action="store_true", help="of locks")
    parser.add_argument("--record", type=Path, metavar="DIST", help="of support")
    return parser


def run(what: str, options: argparse.Namespace) -> str:
    if options.check:
        return GENERATORS[what].check()
    if what == "locks":
        return tool_locks.write(upgrade=options.upgrade)
    return GENERATORS[what].write()


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    if options.check and (options.upgrade or options.record):
        raise Failure("--check writes nothing: leave --upgrade and --record out")
    # What is read off the package only this Python can write.
    if not {"functions", "stubs"} & {*options.what}:
        toolenv.enter("audit")
    if options.record:
        support_table.note(options.record)
    for what in options.what:
        print(run(what, options), flush=True)
    return 0


if __name__ == "__main__":
    main(stage)
