"""Upload a release: the wheels first, the sdist last.

    python scripts/publish.py --index pypi [DIST]
    python scripts/publish.py --index pypi --attest [DIST]    with PEP 740 attestations
    python scripts/publish.py --index URL --sample [DIST]     a part, to a local index

Refuses, before the first byte, a set of files that is not the plan's, a gate of the
audit that fails, files that are not those that the ledger recorded as built and
tested, a version that is on the index with other bytes, a release that the index has
closed or has no room for, and, for a real index, a tag, version, changelog or lock
file that disagree. Interrupted anywhere, start it again: it goes on where it was. Who
uploads is twine's business: TWINE_USERNAME and TWINE_PASSWORD, or trusted publishing in
GitHub Actions.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import agreement, ledger, toolenv
from pipeline import plan as plans
from pipeline.commands import Command, Failure, command, main, run
from pipeline.ledger import Entry
from pipeline.plan import Plan
from pipeline.project import PROJECT

if TYPE_CHECKING:
    from pipeline.index import Index, Listed

# PyPI's, since July 2026: later no file is added to a release.
WINDOW = timedelta(days=14)
# PyPI's for a project, unless more was granted.
QUOTA = 10_000_000_000


def obstacles(dist: Path, plan: Plan, entries: Sequence[Entry]) -> Iterator[str]:
    """What of the files speaks against an upload."""
    present = {path.name for path in dist.iterdir()} - {ledger.NAME}
    for name in sorted(present - set(plan.files)):
        yield f"{name} is in {dist} and not in the plan"
    for name in plan.files:
        if name not in present:
            yield f"{name} is in the plan and not in {dist}"
        elif entry := ledger.find(list(entries), dist / name):
            yield from untested(name, entry, plan)
        else:
            yield f"{name} is not the file that the ledger recorded"


def untested(name: str, entry: Entry, plan: Plan) -> Iterator[str]:
    """What is to be tested, and is not or failed."""
    target = plan.of_file(name)
    runs = {test.env: test for test in entry.tests}
    pythons = plan.promised(target) if target else []
    for env in [python.env for python in pythons] or ["offline"]:
        if env in runs and not runs[env].passed:
            yield f"{name} failed {env}: {runs[env].summary}"
        if env not in runs and env not in entry.not_run:
            script = "test.py --wheel" if target else "check_sdist.py"
            yield f"{name} was not tested by {env}: python scripts/{script}"


def failed_gates(dist: Path, plan: Plan) -> Iterator[str]:
    """The audit once more, of what is uploaded now."""
    from pipeline.gates.audit import audit
    from pipeline.gates.model import Folder

    verdicts = audit(Folder(dist, PROJECT, plan))
    for (gate, file), findings in verdicts.items():
        if findings:
            yield f"{file or dist} fails the gate {gate}: {findings[0].found}"


def closed(listed: "dict[str, Listed]", plan: Plan, now: datetime) -> Iterator[str]:
    """That the index takes no more files of this release, and some are missing."""
    ours = [listed[name] for name in plan.files if name in listed]
    first = min((one.uploaded for one in ours if one.uploaded), default=now)
    if len(ours) < len(plan.files) and now - first >= WINDOW:
        yield (
            f"the first file of {PROJECT.version} was uploaded on {first:%Y-%m-%d}, and"
            f" after {WINDOW.days} days the index takes no more: yank it and release"
            " another version"
        )


def crowded(listed: "dict[str, Listed]", dist: Path, plan: Plan) -> Iterator[str]:
    """That there is no room for what is missing, by the sizes that the index lists."""
    taken = sum(one.size for one in listed.values())
    missing = [dist / name for name in plan.files if name not in listed]
    needed = sum(path.stat().st_size for path in missing)
    if taken + needed > QUOTA:
        yield (
            f"{taken:,} bytes on the index and {needed:,} to come are more than"
            f" {QUOTA:,}: delete old releases, or ask the index for more"
        )


def conflicts(listed: "dict[str, Listed]", dist: Path, plan: Plan) -> Iterator[str]:
    """What is on the index under our names, and is something else."""
    for name, one in listed.items():
        if name in plan.files:
            if one.sha256 and one.sha256 != ledger.sha256(dist / name):
                yield f"{name} is on the index with other bytes, sha256 {one.sha256}"
        elif PROJECT.is_of_release(name):
            yield f"{name} is on the index and not in the plan"


def against(dist: Path, plan: Plan, where: "Index") -> list[str]:
    """Everything that speaks against an upload: nothing was sent yet."""
    from pipeline import index

    found = list(obstacles(dist, plan, ledger.read(dist)))
    if not where.is_of_this_machine:
        found += agreement.disagreements(tagged=True)
    found = found or list(failed_gates(dist, plan))
    if found:
        return found
    listed = index.files(where.simple, PROJECT.name)
    return [
        *conflicts(listed, dist, plan),
        *closed(listed, plan, datetime.now(UTC)),
        *crowded(listed, dist, plan),
    ]


def attested(files: Sequence[Path], folder: Path) -> list[Path]:
    """Copies, each with its attestation beside it: dist/ remains what was audited."""
    copies = [Path(shutil.copy(path, folder)) for path in files]
    run(attest_command(copies))
    return copies


def attest_command(files: Sequence[Path]) -> Command:
    """Signs that this workflow made these bytes; only in GitHub Actions."""
    return command(sys.executable, "-m", "pypi_attestations", "sign", *files)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dist", nargs="?", type=Path, default=PROJECT.dist)
    parser.add_argument(
        "--index", required=True, help="pypi, testpypi, or the address of a local one"
    )
    parser.add_argument("--attest", action="store_true", help="sign each file first")
    plans.add_selection(parser)
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    toolenv.enter("audit", "publish")
    from pipeline import index, upload

    where = index.of(options.index)
    part = plans.selected(options)
    if part and not where.is_of_this_machine:
        raise Failure(f"a part of the plan is for rehearsals, not for {options.index}")
    plan = part or plans.load()
    dist = options.dist.resolve()
    if found := against(dist, plan, where):
        raise Failure("nothing was uploaded:\n  " + "\n  ".join(found))
    files = [dist / name for name in plan.files]
    with tempfile.TemporaryDirectory(prefix=f"{PROJECT.name}-attested-") as name:
        if options.attest:
            files = attested(files, Path(name))
        post = upload.twine(where, attested=options.attest)
        upload.upload_all(files, where, post)
    print(f"published {len(files)} files, {files[-1].name} last")
    return 0


if __name__ == "__main__":
    main(stage)
