"""What cibuildwheel makes of our settings on machines of a wheel's own kind."""

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
from pipeline import plan as plans
from pipeline.plan import Plan, Target
from pipeline.project import PROJECT

PLACE = Place(Path("/unpacked/a-1.0"), Path("/target"))
ROWS = [row for row in plans.load().targets if row.build != "zig"]


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
