"""The stage that prints the plan: as a table, as files, as matrices of jobs."""

import json

import pytest

import targets
from pipeline import github
from pipeline import plan as plans
from pipeline.plan import Plan

NAMES = (
    "linux-x86_64-abi3",
    "linux-aarch64-abi3",
    "macos-arm64-cp314t",
    "macos-arm64-abi3t",
    "musl-i686-abi3",
)


@pytest.fixture
def small(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Plan:
    made = plan.named(NAMES)
    monkeypatch.setattr(plans, "load", lambda: made)
    return made


def job(name: str, runner: str) -> dict[str, str]:
    return {"name": name, "runner": runner}


def test_the_matrices_have_a_job_for_each_wheel_test_and_machine(small: Plan) -> None:
    x86, arm, mac = "ubuntu-24.04", "ubuntu-24.04-arm", "macos-15"
    rows = [
        *(job(NAMES[0], x86), job(NAMES[1], arm)),
        *(job(NAMES[2], mac), job(NAMES[3], mac), job(NAMES[4], x86)),
    ]
    made = {name: json.loads(text) for name, text in targets.outputs(small).items()}
    assert made == {
        "rows": {"include": rows},
        # cibuildwheel tests in the build, and nothing tests the last.
        "tests": {"include": [rows[0], rows[1], rows[3]]},
        "machines": {"include": [{"runner": one} for one in (x86, arm, mac)]},
        "others": {"include": [{"runner": one} for one in (arm, mac)]},
    }


def test_the_matrices_are_outputs_of_the_step(
    small: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written: list[dict[str, str]] = []
    monkeypatch.setattr(github, "write_outputs", written.append)
    assert targets.stage(["--outputs"]) == 0
    assert written == [targets.outputs(small)]
    assert capsys.readouterr().out == ""


def test_the_files_are_printed_one_a_line(
    small: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    assert targets.stage(["--files"]) == 0
    assert capsys.readouterr().out.splitlines() == [*small.files]


def test_the_table_has_a_line_for_each_wheel(
    small: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    assert targets.stage([]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["target", "built", "by", "tested", "on", "Python"]
    rows, rest = lines[: len(NAMES)], lines[len(NAMES) :]
    assert [line.split(maxsplit=3) for line in rows] == [
        [NAMES[0], "zig", "native", "3.11 3.12 3.13 3.14 3.15"],
        [NAMES[1], "zig", "debian", "3.11 3.12 3.13 3.14 3.15"],
        [NAMES[2], "cibuildwheel", "none", small.targets[2].untested],
        [NAMES[3], "maturin", "none", small.targets[3].untested],
        [NAMES[4], "zig", "none", small.targets[4].untested],
    ]
    assert rest == ["", *small.files, "5 wheels and the sdist"]


def test_it_prints_one_of_them_at_a_time() -> None:
    with pytest.raises(SystemExit):
        targets.parser().parse_args(["--outputs", "--files"])
