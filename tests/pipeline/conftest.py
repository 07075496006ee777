"""Fixtures of the tests of scripts/: the files in dist/, which build.py made."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# As for a stage that is started: its folder comes first.
sys.path.insert(0, str(ROOT / "scripts"))

import pytest  # noqa: E402  (scripts/ must be found first)

import targets  # noqa: E402
from pipeline.project import PROJECT, Project  # noqa: E402


@pytest.fixture(scope="session")
def project() -> Project:
    return PROJECT


@pytest.fixture(scope="session")
def plan() -> targets.Plan:
    return targets.load()


@pytest.fixture(scope="session")
def dist(plan: targets.Plan) -> Path:
    """A good release. Its absence is an error, no reason to skip."""
    folder = ROOT / "dist"
    missing = [name for name in plan.files if not (folder / name).exists()]
    if missing:
        pytest.fail(f"python scripts/build.py --all first: dist/ lacks {missing}")
    return folder
