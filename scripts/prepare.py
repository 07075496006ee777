"""Bring to this machine what a row of the plan is built or tested with.

    python scripts/prepare.py pythons [VERSION...]    interpreters, e.g. 3.14t
    python scripts/prepare.py libraries [TRIPLE...]   Rust's standard libraries
    python scripts/prepare.py targets [NAME...]       emulators, and Pythons under them

The other stages fetch what they need by themselves; this does it before, and says what
there is and where. All goes into the cache, once.
"""

import argparse
from collections.abc import Sequence

from pipeline import plan as plans
from pipeline import toolenv
from pipeline.commands import Failure, main, write_line
from pipeline.plan import Python
from provision import foreign, pythons, rust


def prepare_pythons(names: Sequence[str]) -> bool:
    wanted = [Python.parse(name) for name in names] or plans.load().pythons
    interpreters = pythons.provide(wanted)
    for python, path in interpreters.found.items():
        write_line(f"{python!s:6}{path}")
    for python, reason in interpreters.absent.items():
        write_line(f"{python!s:6}MISSING: {reason}")
    return not interpreters.absent


def prepare_libraries(names: Sequence[str]) -> bool:
    triples = names or [row.rust for row in plans.load().targets]
    for triple, sysroot in rust.provide(triples).items():
        write_line(f"{triple:32}{rust.library(sysroot, triple)}")
    return True


def prepare_targets(names: Sequence[str]) -> bool:
    plan = plans.load()
    rows = plan.named(names).targets if names else plan.targets
    complete = True
    for row in rows:
        for python in foreign.usable(row):
            try:
                said = " ".join(foreign.provide(row, python).start)
            except Failure as failure:
                complete, said = False, f"MISSING: {failure}"
            write_line(f"{row.name:20}{python!s:6}{said}")
    return complete


KINDS = {
    "libraries": prepare_libraries,
    "pythons": prepare_pythons,
    "targets": prepare_targets,
}


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("names", nargs="*", metavar="NAME")
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    toolenv.enter("test", *(["foreign"] if options.kind == "targets" else []))
    return 0 if KINDS[options.kind](options.names) else 1


if __name__ == "__main__":
    main(stage)
