"""The support table of the README: each wheel of the plan, and what became of it.

What was built and run is read from support.json, which `rehearse.py --all` has noted
from its ledger; nobody writes it by hand.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline import ledger
from pipeline import plan as plans
from pipeline.commands import Failure
from pipeline.ledger import Entry
from pipeline.plan import Plan, Python, Target
from pipeline.project import PROJECT

DOCUMENT = PROJECT.root / "README.md"
RECORD = Path(__file__).parents[2] / "support.json"
START = "<!-- Written by scripts/generate.py support: -->"
END = "<!-- End of what scripts/generate.py support wrote. -->"

# By row: the Pythons on which each suite passed, or why none ran.
Record = Mapping[str, Mapping[str, Sequence[str]]]

SYSTEMS = {
    "glibc": "Linux, glibc {0} or later",
    "musl": "Linux, musl {0}",
    "macos": "macOS {0} or later",
    "windows": "Windows",
}


def record(entries: Sequence[Entry], plan: Plan) -> dict[str, dict[str, list[str]]]:
    """Of each built wheel the Pythons by suite: those that did not fail."""
    made: dict[str, dict[str, list[str]]] = {}
    for row in plan.targets:
        entry = next((one for one in entries if one.file == row.wheel), None)
        if entry is None:
            continue
        suites: dict[str, list[str]] = {}
        for test in entry.tests:
            python = python_of(test.env)
            if python and test.passed:
                suites.setdefault(test.suite, []).append(python)
        reasons = [] if suites else list(dict.fromkeys(entry.not_run.values()))
        made[row.name] = {**suites, **({"not run": reasons} if reasons else {})}
    return made


def python_of(env: str) -> str:
    """Of an environment that is a plain Python: py314t is 3.14t."""
    found = re.fullmatch(r"py(\d+t?)", env)
    return str(Python.parse(found[1])) if found else ""


def table(plan: Plan, done: Record) -> str:
    lines = [
        "| platform | ABI | built and audited | tested |",
        "|---|---|---|---|",
        *(line(row, done.get(row.name)) for row in plan.targets),
        "",
        *(f"Not built: {name}. {reason}." for name, reason in plan.absent.items()),
    ]
    return "\n".join(lines) + "\n"


def line(row: Target, done: Mapping[str, Sequence[str]] | None) -> str:
    built = "no" if done is None else "yes"
    return f"| {described(row)} | `{row.abi}` | {built} | {tested(row, done)} |"


def described(row: Target) -> str:
    floor = re.search(r"_(\d+)_(\d+)_", row.tag)
    version = f"{floor[1]}.{floor[2]}" if floor else ""
    processor = "x86" if row.machine == "32" else row.machine
    return f"{SYSTEMS[row.system].format(version)}, {processor}"


def tested(row: Target, done: Mapping[str, Sequence[str]] | None) -> str:
    if not done:
        return row.untested or "not yet"
    suites = {
        "whole": "the whole suite on {}",
        "smoke": "every function once on {}",
        "not run": "not run: {}",
    }
    parts = [suites[key].format(", ".join(found)) for key, found in done.items()]
    return "; ".join(parts)


def is_wanted() -> bool:
    """Whether the document has a place for it."""
    return DOCUMENT.exists() and START in DOCUMENT.read_text("utf-8")


def written(text: str, made: str, start: str = START, end: str = END) -> str:
    """The document with the table between its marks."""
    head, found, rest = text.partition(start)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise Failure(f"{DOCUMENT.name} lacks the lines {start} and {end}")
    return f"{head}{start}\n\n{made}\n{end}{tail}"


def note(dist: Path) -> None:
    """Remember what the ledger there says of the wheels of the plan."""
    noted = record(ledger.read(dist), plans.load())
    RECORD.write_text(json.dumps(noted, indent=2) + "\n", "utf-8", newline="\n")


def current() -> str:
    """The document as it should be."""
    done = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    return written(DOCUMENT.read_text("utf-8"), table(plans.load(), done))


def write() -> str:
    DOCUMENT.write_text(current(), "utf-8", newline="\n")
    return f"wrote the table in {DOCUMENT.name}"


def check() -> str:
    if current() != DOCUMENT.read_text("utf-8"):
        raise Failure(
            f"the table in {DOCUMENT.name} is stale: python scripts/generate.py support"
        )
    return f"{DOCUMENT.name} is up to date"
