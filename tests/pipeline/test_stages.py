"""What every stage does before anything else."""

import subprocess
import sys
from pathlib import Path

import pytest

import targets

STAGES = sorted(Path(targets.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("stage", STAGES, ids=lambda path: path.name)
def test_every_stage_explains_itself_on_a_bare_python(stage: Path) -> None:
    """-S: without any package, as on a machine that has nothing yet."""
    argv = [sys.executable, "-S", str(stage), "--help"]
    finished = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("usage: ")


@pytest.mark.parametrize("stage", STAGES, ids=lambda path: path.name)
def test_nothing_new_is_imported_before_the_version_is_checked(stage: Path) -> None:
    """An older Python must fail with our words, not with an ImportError."""
    before = stage.read_text("utf-8").partition("from pipeline")[0]
    assert "import tomllib" not in before
