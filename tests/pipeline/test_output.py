"""What the scripts print, where the output cannot have every character."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import targets
from pipeline.project import PROJECT

SCRIPTS = Path(targets.__file__).parent
# The one without arguments runs inside of tox, which has all speak UTF-8.
STAGES = sorted(set(SCRIPTS.glob("*.py")) - {SCRIPTS / "check_installed.py"})
WORKFLOWS = sorted((PROJECT.root / ".github" / "workflows").glob("*.yml"))

# Runs a script, which in place of reading its arguments shows all that a stage shows.
DRIVER = r"""
import argparse, runpy, sys
from pathlib import Path

script = sys.argv[1]
sys.path.insert(0, str(Path(script).parent))

def show(*_arguments):
    from pipeline import commands, report

    code = r"print('child \u2713 \U0001f4e6')"
    speak = commands.command(sys.executable, "-S", "-c", code)
    commands.run(speak)
    print(f"asked {commands.ask(speak)}")
    report.heading("heading \u2713")
    report.table("table \u2713", ["\u2713"], [["as wide as the title \U0001f4e6"]])
    with report.stages(1) as screen:
        screen.begin("stage \u2713")
        screen.show("line \U0001f4e6")
    raise commands.Failure("failure \u2713")

argparse.ArgumentParser.parse_args = show
sys.argv = [script]
runpy.run_path(script, run_name="__main__")
"""

# What the log of a Windows runner has; and the C locale, which for Python is UTF-8.
OUTPUTS = {
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "utf-8": {"LC_ALL": "C"},
}


@pytest.mark.parametrize("encoding", OUTPUTS)
@pytest.mark.parametrize("script", STAGES, ids=lambda path: path.name)
def test_no_character_ends_a_script(script: Path, encoding: str) -> None:
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "LC_", "LANG"))
    }
    finished = subprocess.run(
        [sys.executable, "-c", DRIVER, script],
        env={**variables, **OUTPUTS[encoding]},
        capture_output=True,
        check=False,
    )
    check, parcel = (
        sign if encoding == "utf-8" else ascii(sign)[1:-1]
        for sign in ("\u2713", "\N{PACKAGE}")
    )
    out, err = finished.stdout.decode(encoding), finished.stderr.decode(encoding)
    assert "Traceback" not in err
    assert finished.returncode == 1
    assert err.splitlines()[-1] == f"error: failure {check}"
    for text in (f"\nchild {check} {parcel}", f"asked child {check} {parcel}"):
        assert text in out
    for text in (f"heading {check}", f"table {check}", f"line {parcel}"):
        assert text in out


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_none_but_those(path: Path) -> None:
    named = re.findall(r"run: python\S* (\S+)", path.read_text("utf-8"))
    assert named
    assert {PROJECT.root / name for name in named} <= set(STAGES)
