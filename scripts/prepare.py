"""Bring to this machine what a row of the plan is built or tested with.

    python scripts/prepare.py pythons [VERSION...]    interpreters, e.g. 3.14t
    python scripts/prepare.py libraries [TRIPLE...]   Rust's standard libraries
    python scripts/prepare.py targets [NAME...]       emulators, and Pythons under them
    python scripts/prepare.py runner [PROGRAM...]     the system of GitHub's machines

The other stages fetch what they need by themselves; this does it before, and says what
there is and where. All goes into the cache, once. What is the system's own they cannot
fetch: jobs of GitHub Actions begin with `runner`, which brings Debian's keyring, the
right to enter a namespace, and programs. On other machines it refuses, unless given
--system, and names the commands.
"""

import argparse
from collections.abc import Sequence

from pipeline import github, toolenv
from pipeline import plan as plans
from pipeline.commands import Failure, main, write_line
from pipeline.plan import Python
from pipeline.project import PROJECT
from provision import foreign, pythons, runner, rust


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


def prepare_runner(programs: Sequence[str], *, system: bool) -> None:
    runner.prepare(programs, system=system)
    # A step that caches what the stages fetch has to know where that lies.
    github.write_outputs({"cache": PROJECT.cache.as_posix()})


KINDS = {
    "libraries": prepare_libraries,
    "pythons": prepare_pythons,
    "targets": prepare_targets,
}


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=[*KINDS, "runner"])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument(
        "--system", action="store_true", help="runner: also on a machine of your own"
    )
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    if options.kind == "runner":
        # First of all, and without a tool.
        prepare_runner(options.names, system=options.system)
        return 0
    toolenv.enter("test", *(["foreign"] if options.kind == "targets" else []))
    return 0 if KINDS[options.kind](options.names) else 1


if __name__ == "__main__":
    main(stage)
