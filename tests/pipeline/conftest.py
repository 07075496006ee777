"""Fixtures of the tests of scripts/: the files in dist/, which build.py made."""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# As for a stage that is started: its folder comes first.
sys.path.insert(0, str(ROOT / "scripts"))

import pytest  # noqa: E402  (scripts/ must be found first)
from breaking import renew  # noqa: E402
from module_mutations import module_of  # noqa: E402

from pipeline import plan as plans  # noqa: E402
from pipeline.project import PROJECT, Project  # noqa: E402

# Files that take minutes, and are begun first: a core that comes to one of them last
# works on when the others have nothing left to do.
SLOW = {"test_adopted.py", "test_graph.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in SLOW)


@pytest.fixture(scope="session")
def project() -> Project:
    return PROJECT


@pytest.fixture(scope="session")
def plan() -> plans.Plan:
    return plans.load()


@pytest.fixture(scope="session")
def sample() -> plans.Plan:
    """The part of the plan that every run of CI builds."""
    return plans.load().of_sample(plans.host_triple())


@pytest.fixture(scope="session")
def dist(sample: plans.Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good release of the sample. Its absence is an error, no reason to skip."""
    built = ROOT / "dist"
    missing = [name for name in sample.files if not (built / name).exists()]
    if missing:
        pytest.fail(f"python scripts/build.py --sample first: dist/ lacks {missing}")
    # Alone, as a rehearsal of everything may have left more.
    folder = tmp_path_factory.mktemp("dist")
    for name in sample.files:
        shutil.copy(built / name, folder)
        renew(folder / name, PROJECT)
    return folder


@pytest.fixture(scope="session")
def modules(dist: Path, sample: plans.Plan) -> dict[str, bytes]:
    """A good extension module of each system."""
    rows = {"elf": "linux-aarch64", "macho": "macos-arm64", "pe": "windows-x64"}
    wheels = {row.name: row.wheel for row in sample.targets}
    return {
        system: module_of(dist / wheels[f"{platform}-abi3"])
        for system, platform in rows.items()
    }
