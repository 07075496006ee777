"""The builds on machines of a wheel's own kind: cibuildwheel's and maturin's."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import build
from build import Place
from pipeline import ledger, toolenv
from pipeline import plan as plans
from pipeline.commands import Failure, Finished, command
from pipeline.plan import Plan, Target
from pipeline.project import PROJECT

PLACE = Place(Path("/unpacked/a-1.0"), Path("/target"))
ROWS = [row for row in plans.load().targets if row.build != "zig"]
MAC = "aarch64-apple-darwin"


def environment(row: Target) -> dict[str, str]:
    return build.wheel_environment(row, PLACE, [Path("/home/me/src")], "7")


def cibuildwheel(row: Target, folder: Path) -> dict[str, Any]:
    """What it does of the row, by its own functions, with our own settings."""
    made = build.cibuildwheel_command(row, PLACE, folder, environment(row))
    script = Path(__file__).with_name("dry_cibuildwheel.py")
    # As `platform.machine()` says it there.
    processor = row.machine.upper() if row.system == "windows" else row.machine
    finished = subprocess.run(
        [sys.executable, "-P", script, row.system, processor, PROJECT.root, folder],
        env={**os.environ, **made.env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout)
    return found


def named(row: Target) -> str:
    return row.wheel.replace(PROJECT.stem, "package-1.0")


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.build == "cibuildwheel"],
    ids=lambda row: str(row.name),
)
def test_cibuildwheel_makes_the_planned_wheel_once_and_tests_it_on_every_python(
    row: Target, plan: Plan, tmp_path: Path
) -> None:
    found = cibuildwheel(row, tmp_path)
    assert found["wheels"] == [named(row)]
    lines = [str(line) for line in found["commands"]]
    assert len([line for line in lines if line.startswith("python -m pip wheel")]) == 1
    pythons = [f"cp{python}".replace(".", "") for python in plan.promised(row)]
    assert [name.split("-")[0] for name in found["tested"]] == pythons
    assert not any("abi3audit" in line for line in lines), "audit.py has it by hash"
    # What is tested is the installed wheel, whatever the tests import.
    tests = [line for line in lines if line.startswith("/bin/sh -c ")]
    assert len(tests) == len(pythons)
    guard = PROJECT.root / "scripts" / "testing" / "only_installed.py"
    assert guard.exists()
    assert all(line.startswith(f"/bin/sh -c python {guard} ") for line in tests)


def test_cibuildwheel_would_build_an_abi3t_wheel_twice(tmp_path: Path) -> None:
    """Why the plan has maturin build it: the day this fails, cibuildwheel can."""
    alone = [row for row in ROWS if row.build == "maturin"]
    assert {row.abi for row in alone} == {"cp315-abi3.abi3t"}
    for row in alone:
        folder = tmp_path / row.name
        assert cibuildwheel(row, folder) == {"error": "AlreadyBuiltWheelError"}


def test_on_intel_a_newer_python_needs_a_newer_macos(
    plan: Plan, tmp_path: Path
) -> None:
    """Why the tags of that platform differ: cibuildwheel raises the older one."""
    [old, new, last] = [row for row in plan.targets if row.tag.endswith("_x86_64")][-3:]
    assert old.tag != new.tag == last.tag
    found = cibuildwheel(replace(new, tag=old.tag), tmp_path)
    assert found["wheels"] == [named(new)]


def test_each_native_row_is_built_under_the_planned_name(plan: Plan) -> None:
    """By maturin, whose name follows from the Python, the triple and the variable."""
    for row in ROWS:
        made = build.wheel_command(row, PLACE, Path("/o"), environment(row), MAC)
        assert ("--zig" in made.argv) == (not row.is_native(MAC))
        if row.is_native(MAC):
            assert made.argv[made.argv.index("--target") + 1] == MAC
        assert made.env.get("MACOSX_DEPLOYMENT_TARGET", "") == row.macos
    windows = plan.named(["windows-x64-abi3t"]).targets[0]
    made = build.wheel_command(
        windows, PLACE, Path("/o"), environment(windows), windows.native
    )
    assert made.argv[made.argv.index("--target") + 1] == windows.native
    assert not any("LINKER" in name for name in made.env), "Microsoft's own"


def test_the_maturin_of_a_build_is_the_locked_one(plan: Plan) -> None:
    """pip would take the newest into the environment that it makes for a build."""
    row = plan.named(["macos-arm64-abi3"]).targets[0]
    made = build.cibuildwheel_command(row, PLACE, Path("/o"), environment(row))
    lock = Path(made.env["PIP_BUILD_CONSTRAINT"])
    assert lock == toolenv.lock("native")
    assert "maturin==" in lock.read_text("utf-8")


# What becomes of it in the ledger.


def finished(*lines: str) -> Finished:
    return Finished(command("cibuildwheel"), 0, "\n".join(lines))


def test_cibuildwheels_tests_are_noted_by_python(plan: Plan) -> None:
    row = plan.named(["macos-arm64-abi3"]).targets[0]
    lines = [f"== {n} passed in 1.00s ==" for n in range(len(plan.promised(row)))]
    noted = build.tested(row, finished("Testing wheel...", *lines, "Done"))
    assert [one.env for one in noted] == [python.env for python in plan.promised(row)]
    assert [one.summary for one in noted] == [line.strip("= ") for line in lines]
    assert all(one.passed and one.suite == "whole" for one in noted)


@pytest.mark.parametrize("count", [0, 1, 4, 6])
def test_a_python_on_which_nothing_was_tested_stops_the_build(
    count: int, plan: Plan
) -> None:
    """A test-command that is empty, or skipped for one of them, must not pass."""
    row = plan.named(["windows-x64-abi3"]).targets[0]
    lines = ["== 9 passed in 1.00s =="] * count
    with pytest.raises(Failure, match=f"its tests ended {count} times"):
        build.tested(row, finished(*lines))


@pytest.mark.parametrize(
    ("name", "host", "tests", "not_run"),
    [
        ("macos-arm64-cp314t", MAC, ["py314t"], []),
        ("macos-arm64-abi3t", MAC, [], []),
        ("macos-arm64-abi3t", "x86_64-unknown-linux-gnu", [], ["py315", "py315t"]),
        ("windows-x64-cp314t", "x86_64-unknown-linux-gnu", [], []),
    ],
)
def test_the_ledger_knows_what_a_build_has_tested_and_what_nothing_can(
    name: str,
    host: str,
    tests: list[str],
    not_run: list[str],
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plans, "host_triple", lambda: host)
    row = plan.named([name]).targets[0]
    (tmp_path / row.wheel).touch()
    said = finished("== 9 passed in 1.00s ==")
    entry: ledger.Entry = build.wheel_entry(row, tmp_path, {}, said)
    assert [one.env for one in entry.tests] == tests
    assert sorted(entry.not_run) == not_run
