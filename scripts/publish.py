"""Upload a release: the wheels first, the sdist last.

    python scripts/publish.py --url URL [DIST]

Refuses, before the first byte, a set of files that is not the plan's, a gate of the
audit that fails, and files that are not those that the ledger recorded as built and
tested. A part of the plan goes to no index but one on this machine. Who uploads is
twine's business: TWINE_USERNAME and TWINE_PASSWORD, or trusted publishing in GitHub
Actions.
"""

import argparse
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import targets
from pipeline import ledger, toolenv
from pipeline.commands import Command, Failure, command, main, run
from pipeline.ledger import Entry
from pipeline.project import PROJECT
from targets import Plan


def obstacles(dist: Path, plan: Plan, entries: Sequence[Entry]) -> Iterator[str]:
    """Everything that speaks against an upload."""
    present = {path.name for path in dist.iterdir()} - {ledger.NAME}
    for name in sorted(set(plan.files) - present):
        yield f"{name} is in the plan and not in {dist}"
    for name in sorted(present - set(plan.files)):
        yield f"{name} is in {dist} and not in the plan"
    for name in sorted(present & set(plan.files)):
        entry = ledger.find(list(entries), dist / name)
        if entry is None:
            yield f"{name} is not the file that the ledger recorded"
        else:
            yield from untested(name, entry, plan)


def untested(name: str, entry: Entry, plan: Plan) -> Iterator[str]:
    """What the row promises to be tested, and is not or failed."""
    target = plan.of_file(name)
    if target is None or target.test == "none":
        return
    runs = {test.env: test for test in entry.tests}
    for env in (python.env for python in plan.promised(target)):
        if env in runs and not runs[env].passed:
            yield f"{name} failed {env}: {runs[env].summary}"
        if env not in runs and env not in entry.not_run:
            yield f"{name} was not tested by {env}: python scripts/test.py --wheel"


def failed_gates(dist: Path, plan: Plan) -> Iterator[str]:
    """The audit once more, of what is uploaded now."""
    from pipeline import gates

    verdicts = gates.audit(gates.Folder(dist, PROJECT, plan))
    for (gate, file), findings in verdicts.items():
        if findings:
            yield f"{file or dist} fails the gate {gate}: {findings[0].found}"


def upload_command(file: Path, url: str) -> Command:
    return command(
        *("twine", "upload", "--non-interactive", "--disable-progress-bar"),
        *("--repository-url", url),
        file,
    )


def upload_commands(dist: Path, files: Iterable[str], url: str) -> list[Command]:
    """One command a file, in the plan's order: after a fault it is known what is up."""
    return [upload_command(dist / name, url) for name in files]


def is_of_this_machine(url: str) -> bool:
    return urllib.parse.urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dist", nargs="?", type=Path, default=PROJECT.root / "dist")
    parser.add_argument("--url", required=True, help="where the index takes uploads")
    targets.add_selection(parser)
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    toolenv.enter()
    part = targets.selected(options)
    if part and not is_of_this_machine(options.url):
        raise Failure(f"a part of the plan is for rehearsals, not for {options.url}")
    plan = part or targets.load()
    dist = options.dist.resolve()
    found = [*obstacles(dist, plan, ledger.read(dist))] or [*failed_gates(dist, plan)]
    if found:
        raise Failure("nothing was uploaded:\n  " + "\n  ".join(found))
    for one in upload_commands(dist, plan.files, options.url):
        run(one)
    print(f"uploaded {len(plan.files)} files, {plan.files[-1]} last")
    return 0


if __name__ == "__main__":
    main(stage)
