"""python -m uncork.bench --help."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import uncork
from uncork._table import print_table
from uncork.bench import footprint, page, report, run, timing
from uncork.bench.cases import FULL, NORMAL, QUICK, cases, functions, shuffled
from uncork.bench.peers import PEERS
from uncork.bench.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uncork.bench.cases import Case
    from uncork.bench.run import Result

#: What these read, once, when they are imported.
THREADS = ("POLARS_MAX_THREADS", "RAYON_NUM_THREADS")
COMPILING = "numbagg"


def parser() -> argparse.ArgumentParser:
    others = [name for name in PEERS if name != "uncork"]
    made = argparse.ArgumentParser(
        prog="python -m uncork.bench", description="How fast the functions are here."
    )
    extent = made.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="below two minutes")
    extent.add_argument("--full", action="store_true", help="the whole matrix, hours")
    extent.add_argument("--load", type=Path, help="show a saved run instead")
    made.add_argument("--only", nargs="+", default=["*"], help="functions: move_* ...")
    made.add_argument("--against", nargs="*", choices=others, help="default: all")
    made.add_argument(
        "--shapes", nargs="+", type=shape, help="1000 1000x1000 ...; default: by extent"
    )
    made.add_argument(
        "--dtypes",
        nargs="+",
        type=real,
        help="uint8 float16 >f4 ...; default: by extent",
    )
    made.add_argument("--windows", nargs="+", type=positive, help="default: by extent")
    made.add_argument(
        "--threads", nargs="+", type=positive, help="all; with --full also 1"
    )
    made.add_argument(
        "--minutes", type=float, help="a random sample of the cells, so many minutes"
    )
    made.add_argument("--save", type=Path, help="write the run as JSON")
    made.add_argument("--page", type=Path, help="write it as HTML; needs matplotlib")
    made.add_argument("--compare", type=Path, help="with a run that was saved")
    return made


def shape(text: str) -> tuple[int, ...]:
    return tuple(positive(part) for part in text.split("x"))


def real(text: str) -> str:
    try:
        dtype = np.dtype(text)
    except TypeError:
        dtype = np.dtype(object)
    if dtype.kind not in "biuf":
        raise argparse.ArgumentTypeError(f"{text!r}: a dtype of real numbers")
    return dtype.name if dtype.isnative else dtype.str


def positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r}: an integer from 1 on")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    old = Run.load(options.compare) if options.compare else None
    new = Run.load(options.load) if options.load else measured(options, arguments)
    report.print_run(new, with_cells=not options.full and not options.load)
    if old:
        print_table(*report.of_comparison(old, new))
    if options.save:
        new.save(options.save)
    if options.page:
        options.page.write_text(page.html(new), "utf-8")
    wrong = [one for one in new.results if "uncork" in {**one.wrong, **one.failed}]
    return 1 if wrong else 0


def measured(options: argparse.Namespace, arguments: Sequence[str]) -> Run:
    plan = QUICK if options.quick else FULL if options.full else NORMAL
    plan = replace(
        plan,
        shapes=tuple(options.shapes or plan.shapes),
        dtypes=tuple(options.dtypes or plan.dtypes),
        windows=tuple(options.windows or plan.windows),
    )
    cores = uncork.get_num_threads()
    threads = options.threads or sorted({1, cores} if options.full else {cores})
    if len(threads) == 1:
        os.environ.update(dict.fromkeys(THREADS, str(threads[0])))
    names = [n for n in functions() if any(fnmatchcase(n, o) for o in options.only)]
    if not names:
        raise SystemExit(f"--only {options.only}: nothing of {', '.join(functions())}")
    machine = run.machine()
    modules = run.installed(["uncork", *against(options)])
    cells = list(cases(plan, names, threads))
    if options.minutes is not None:
        cells = shuffled(cells)
    results = run.measure(plan, cells, modules)
    if options.minutes is not None:
        results = run.for_minutes(results, options.minutes)
    return Run(
        command=" ".join(["python -m uncork.bench", *arguments]),
        date=run.now(),
        machine=machine,
        versions=run.versions(modules),
        bandwidth={str(count): timing.bandwidth(count) for count in threads},
        footprint=footprint.measure(names, modules),
        planned=len(cells),
        results=list(shown(results, cells)),
    )


def against(options: argparse.Namespace) -> list[str]:
    """The peers that were asked for."""
    if options.against is not None:
        return list(options.against)
    names = [name for name in PEERS if name != "uncork"]
    if options.quick:
        names.remove(COMPILING)
        print(f"without {COMPILING}, which compiles for minutes: name it in --against")
    return names


def shown(results: Iterator[Result], cells: Sequence[Case]) -> Iterator[Result]:
    """Say on a terminal which cell it is."""
    for number, result in enumerate(results, 1):
        if sys.stderr.isatty():
            line = f"{number}/{len(cells)} {' '.join(result.case.facts)}"
            print(f"\r\033[K{line[:79]}", end="", file=sys.stderr, flush=True)
        yield result
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
