"""The support table: what a rehearsal found, in words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import ledger
from pipeline import plan as plans
from pipeline.commands import Failure
from pipeline.generators import support_table as support
from pipeline.ledger import Entry, EnvResult
from pipeline.plan import Plan
from pipeline.project import PROJECT

MARKS = (
    "<!-- Written by scripts/generate.py support: -->",
    "<!-- End of what scripts/generate.py support wrote. -->",
)


def entry(file: str, tests: list[EnvResult], not_run: dict[str, str]) -> Entry:
    return Entry(file, "0" * 64, 1, "row", {}, tests, not_run)


def test_what_passed_is_noted_by_suite(plan: Plan) -> None:
    row = plan.targets[0]
    tests = [
        EnvResult("py311", True, "9 passed"),
        EnvResult("py312", False, "1 failed"),
        EnvResult("py313", True, "3 passed", "smoke"),
        EnvResult("py311-numpy1", True, "9 passed"),
    ]
    made = support.record([entry(row.wheel, tests, {"py314": "no"})], plan)
    assert made == {row.name: {"whole": ["3.11"], "smoke": ["3.13"]}}


def test_what_never_ran_is_noted_with_the_reason(plan: Plan) -> None:
    row = plan.targets[0]
    not_run = {"py311": "no Mac", "py312": "no Mac"}
    made = support.record([entry(row.wheel, [], not_run)], plan)
    assert made == {row.name: {"not run": ["no Mac"]}}


def test_a_wheel_that_was_not_built_hides_no_other(plan: Plan) -> None:
    row = plan.targets[-1]
    assert support.record([entry(row.wheel, [], {})], plan) == {row.name: {}}


@pytest.mark.parametrize(
    ("name", "done", "line"),
    [
        (
            "linux-s390x-abi3",
            None,
            "| Linux, glibc 2.17 or later, s390x | `cp311-abi3` | no | not yet |",
        ),
        (
            "musl-x86_64-abi3",
            {"whole": ["3.11", "3.12"], "smoke": ["3.13"]},
            "| Linux, musl 1.2, x86_64 | `cp311-abi3` | yes"
            " | the whole suite on 3.11, 3.12; every function once on 3.13 |",
        ),
        (
            "macos-arm64-cp314t",
            {"not run": ["no Mac"]},
            "| macOS 11.0 or later, arm64 | `cp314-cp314t` | yes | not run: no Mac |",
        ),
        (
            "windows-x86-abi3",
            {},
            "| Windows, x86 | `cp311-abi3` | yes | no Windows here |",
        ),
    ],
)
def test_a_row_says_what_became_of_it(
    name: str, done: dict[str, list[str]] | None, line: str, plan: Plan
) -> None:
    row = next(row for row in plan.targets if row.name == name)
    untested = "no Windows here" if row.system == "windows" else ""
    assert support.line(replace(row, untested=untested), done) == line


def test_the_table_has_each_wheel_and_each_absence(plan: Plan) -> None:
    row = plan.targets[0]
    small = replace(plan, targets=(row,), absent={"VAX": "There is none"})
    done = {row.name: {"smoke": ["3.13"]}}
    assert support.table(small, done).splitlines() == [
        "| platform | ABI | built and audited | tested |",
        "|---|---|---|---|",
        support.line(row, done[row.name]),
        "",
        "Not built: VAX. There is none.",
    ]
    assert support.table(small, done).endswith(".\n")
    lines = support.table(plan, {}).splitlines()
    assert len(lines) == 2 + len(plan.targets) + 1 + len(plan.absent)


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plan: Plan) -> Path:
    """One with an empty place for the table, of a project that has noted nothing."""
    made = tmp_path / "GUIDE.md"
    made.write_text("\N{EN DASH}\n{}\n{}\nbelow\n".format(*MARKS), "utf-8")
    monkeypatch.setattr(support, "DOCUMENT", made)
    monkeypatch.setattr(support, "RECORD", tmp_path / "support.json")
    monkeypatch.setattr(plans, "load", lambda: plan)
    return made


def test_what_the_ledger_says_is_noted_and_written(
    document: Path, plan: Plan, tmp_path: Path
) -> None:
    with pytest.raises(Failure, match=r"GUIDE\.md is stale"):
        support.check()
    assert support.write() == "wrote the table in GUIDE.md"
    assert support.check() == "GUIDE.md is up to date"
    start, end = MARKS
    none = support.table(plan, {})
    assert (
        document.read_text("utf-8") == f"\N{EN DASH}\n{start}\n\n{none}\n{end}\nbelow\n"
    )

    row = plan.targets[0]
    ledger.write(tmp_path, [entry(row.wheel, [EnvResult("py311", True, "1")], {})])
    support.note(tmp_path)
    done = {row.name: {"whole": ["3.11"]}}
    noted = (tmp_path / "support.json").read_text("utf-8")
    assert noted == json.dumps(done, indent=2) + "\n"
    with pytest.raises(Failure, match="is stale"):
        support.check()
    support.write()
    assert support.table(plan, done) in document.read_text("utf-8")


def test_a_table_is_wanted_where_there_is_a_place_for_it(document: Path) -> None:
    assert support.is_wanted() is True
    document.write_text("No table.", "utf-8")
    assert support.is_wanted() is False
    document.unlink()
    assert support.is_wanted() is False


def test_what_it_reads_and_writes_is_of_the_repository() -> None:
    assert PROJECT.root / "README.md" == support.DOCUMENT
    assert PROJECT.root / "scripts" / "support.json" == support.RECORD


def test_only_what_is_between_the_marks_is_written() -> None:
    text = f"above\n{support.START}\nold\n{support.END}\nbelow\n"
    made = support.written(text, "new\n")
    assert made == f"above\n{support.START}\n\nnew\n\n{support.END}\nbelow\n"
    assert support.written(made, "new\n") == made


@pytest.mark.parametrize("text", ["nothing", support.START, support.END])
def test_a_document_without_the_marks_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="lacks the lines"):
        support.written(text, "new")
