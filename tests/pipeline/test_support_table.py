"""The support table: what a rehearsal found, in words."""

import pytest

from pipeline.commands import Failure
from pipeline.generators import support_table as support
from pipeline.ledger import Entry, EnvResult
from pipeline.plan import Plan


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


def test_a_row_says_what_became_of_it(plan: Plan) -> None:
    row = next(row for row in plan.targets if row.name == "linux-s390x-abi3")
    start = "| Linux, glibc 2.17 or later, s390x | `cp311-abi3` |"
    assert support.line(row, None) == f"{start} no | not yet |"
    done = {"smoke": ["3.13"]}
    assert support.line(row, done) == f"{start} yes | every function once on 3.13 |"


def test_the_table_has_each_wheel_and_each_absence(plan: Plan) -> None:
    lines = support.table(plan, {}).splitlines()
    assert sum(line.startswith(("| Linux", "| macOS", "| Win")) for line in lines) == (
        len(plan.targets)
    )
    assert all(any(name in line for line in lines) for name in plan.absent)


def test_only_what_is_between_the_marks_is_written() -> None:
    text = f"above\n{support.START}\nold\n{support.END}\nbelow\n"
    made = support.written(text, "new\n")
    assert made == f"above\n{support.START}\n\nnew\n\n{support.END}\nbelow\n"
    assert support.written(made, "new\n") == made


def test_a_document_without_the_marks_is_refused() -> None:
    with pytest.raises(Failure, match="lacks the lines"):
        support.written("nothing", "new")
