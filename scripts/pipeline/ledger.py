"""dist/ledger.json: what was built, of what, by what, and which tests it passed.

A stage trusts a record only for the bytes that it was made of: entries are looked
up by sha256, and another file of the same name has none.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipeline.commands import Failure

NAME = "ledger.json"


@dataclass(frozen=True)
class EnvResult:
    """One tox environment on one wheel."""

    env: str
    passed: bool
    summary: str  # the runner's own closing line
    suite: str = "whole"  # or "smoke", where it is emulated


@dataclass
class Entry:
    """One file of the release."""

    file: str
    sha256: str
    size: int
    target: str  # the row's name; "sdist" for the sdist
    tools: Mapping[str, str]
    tests: list[EnvResult] = field(default_factory=list)
    # Environments that the plan promises and this machine cannot run, and why.
    not_run: dict[str, str] = field(default_factory=dict)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entry(path: Path, target: str, tools: Mapping[str, str]) -> Entry:
    return Entry(path.name, sha256(path), path.stat().st_size, target, dict(tools))


def write(dist: Path, entries: list[Entry]) -> None:
    rows = [asdict(row) for row in sorted(entries, key=lambda row: row.file)]
    text = json.dumps({"files": rows}, indent=2) + "\n"
    # Whole or not at all, also when we are killed while writing.
    draft = dist / f".{NAME}"
    draft.write_text(text, "utf-8", newline="\n")
    draft.replace(dist / NAME)


def read(dist: Path) -> list[Entry]:
    path = dist / NAME
    if not path.exists():
        raise Failure(f"{path} is missing: python scripts/build.py writes it")
    rows = json.loads(path.read_text("utf-8"))["files"]
    return [
        Entry(**{**row, "tests": [EnvResult(**test) for test in row["tests"]]})
        for row in rows
    ]


def find(entries: list[Entry], path: Path) -> Entry | None:
    """The entry of exactly these bytes."""
    digest = sha256(path)
    return next((entry for entry in entries if entry.sha256 == digest), None)
