"""Bring together what the jobs of a release made, each in a folder of its own.

    python scripts/merge_parts.py PARTS [DIST]

Every folder of PARTS has a ledger, and files of the release or none. They go into an
empty dist/, and what the ledgers say of a file is put together. Two files of one name
with different bytes stop it (two artifacts, merged into one another, gave others a
corrupt wheel: actions/download-artifact#298).
"""

import argparse
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline import ledger
from pipeline.commands import Failure, main
from pipeline.ledger import Entry
from pipeline.project import PROJECT


def collect(parts: Path, dist: Path) -> list[Entry]:
    """The files of all parts in dist/, with one ledger."""
    folders = sorted({path.parent for path in parts.rglob(ledger.NAME)})
    if not folders:
        raise Failure(f"{parts}: no folder in it has a {ledger.NAME}")
    if dist.resolve() in (folder.resolve() for folder in folders):
        raise Failure(f"{dist} is emptied first, and {parts} has a part in it")
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir(parents=True)
    for folder in folders:
        for path in folder.iterdir():
            if path.is_file() and path.name != ledger.NAME:
                take(path, dist)
    entries = merged(one for folder in folders for one in ledger.read(folder))
    ledger.write(dist, entries)
    return entries


def take(path: Path, dist: Path) -> None:
    there = dist / path.name
    if there.exists() and there.read_bytes() != path.read_bytes():
        raise Failure(
            f"{path} is another file than a part before it has as {path.name}"
        )
    shutil.copy2(path, there)


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """One for each file: a later part knows of more tests, and of no other bytes."""
    found: dict[str, Entry] = {}
    for entry in entries:
        known = found.setdefault(entry.file, entry)
        if known.sha256 != entry.sha256:
            raise Failure(f"two parts have a {entry.file}, with different bytes")
        ran = {test.env: test for test in (*known.tests, *entry.tests)}
        known.tests = list(ran.values())
        reasons = {**known.not_run, **entry.not_run}
        known.not_run = {env: why for env, why in reasons.items() if env not in ran}
    return list(found.values())


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", type=Path)
    parser.add_argument("dist", nargs="?", type=Path, default=PROJECT.dist)
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    entries = collect(options.parts, options.dist)
    tested = sum(bool(entry.tests) for entry in entries)
    print(f"{len(entries)} files, {tested} of them tested")
    return 0


if __name__ == "__main__":
    main(stage)
