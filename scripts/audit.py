"""Read every file of a release and pass it through the gates.

    python scripts/audit.py [DIST]               a table of gates and files
    python scripts/audit.py [DIST] --json FILE   the same for machines
    python scripts/audit.py [DIST] --sample      not of the whole plan (see --help)
    python scripts/audit.py --gates              which accident each gate prevents

Ends with status 1 if a gate failed; each failure says what was found, what is
allowed, and how to mend it.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import plan as plans
from pipeline import toolenv
from pipeline.commands import Failure, main
from pipeline.project import PROJECT

if TYPE_CHECKING:
    from pipeline.gates.audit import Verdicts


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dist", nargs="?", type=Path, default=PROJECT.dist)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the verdicts")
    parser.add_argument("--gates", action="store_true", help="explain the gates")
    plans.add_selection(parser)
    return parser


def rows(
    verdicts: "Verdicts", gates: Iterable[str], files: Sequence[str]
) -> list[list[str]]:
    """A line for each gate, a column for each file; a dot where it does not apply."""
    marks = {None: "·", True: "[green]✓[/]", False: "[bold red]✗[/]"}
    return [
        [gate, *(marks[passed(verdicts, gate, file)] for file in files)]
        for gate in gates
    ]


def passed(verdicts: "Verdicts", gate: str, file: str) -> bool | None:
    findings = verdicts.get((gate, file))
    return None if findings is None else not findings


def as_json(verdicts: "Verdicts") -> str:
    listed = [
        {"gate": gate, "file": file, "findings": [asdict(one) for one in findings]}
        for (gate, file), findings in verdicts.items()
    ]
    return json.dumps(listed) + "\n"


def show(verdicts: "Verdicts") -> None:
    from pipeline import report
    from pipeline.gates.audit import GATES

    files = list(dict.fromkeys(file for _, file in verdicts))
    numbers = range(1, len(files))
    lines = rows(verdicts, GATES, files)
    report.table("Audit", ["gate", "set", *map(str, numbers)], lines)
    for number in numbers:
        report.CONSOLE.print(f"  {number}  {files[number]}")
    for (gate, file), findings in verdicts.items():
        for one in findings:
            report.CONSOLE.print(f"\n{report.FAILED} {gate}  {file}")
            for label, text in asdict(one).items():
                report.CONSOLE.print(f"  {label + ':':9}{text}", markup=False)


def explain() -> None:
    from pipeline import report
    from pipeline.gates.audit import GATES

    report.table(
        "Gates",
        ["gate", "of", "prevents"],
        [[one.name, ", ".join(one.kinds), one.accident] for one in GATES.values()],
    )


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    toolenv.enter("audit")
    from pipeline.gates.audit import audit
    from pipeline.gates.model import Folder

    if options.gates:
        explain()
        return 0
    if not options.dist.is_dir():
        raise Failure(f"no folder {options.dist}: python scripts/build.py makes it")
    plan = plans.selected(options) or plans.load()
    folder = Folder(options.dist.resolve(), PROJECT, plan)
    verdicts = audit(folder)
    if options.json:
        options.json.write_text(as_json(verdicts), "utf-8", newline="\n")
    show(verdicts)
    failed = sum(bool(findings) for findings in verdicts.values())
    print(f"{len(verdicts) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    main(stage)
