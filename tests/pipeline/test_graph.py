"""The whole graph of a release, from the push of its tag to GitHub's release.

A small project is released to indexes that answer as TestPyPI and PyPI do. On the way
an upload is cut off, as a runner that is lost does it, and the failed jobs are run
again. Afterwards single jobs meet an index that refuses, or that has other files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import actions
import outside
import pytest
import small
import warehouse

from pipeline.project import PROJECT

WORKFLOW = PROJECT.root / ".github" / "workflows" / "release.yml"
VERSION = "0.1.0"
ROWS = ("linux-x86_64-abi3", "macos-arm64-abi3")
WHEELS = {
    f"gnomon-{VERSION}-cp311-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    f"gnomon-{VERSION}-cp311-abi3-macosx_11_0_arm64.whl",
}
SDIST = f"gnomon-{VERSION}.tar.gz"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's, in another place, where the project has the tools of this one."""
    folder = tmp_path_factory.mktemp("cache")
    for made in PROJECT.cache.parent.iterdir():
        if made.name != small.NAME:
            (folder / made.name).symlink_to(made)
    (folder / small.NAME).mkdir()
    for name in ("pythons", "rust", "tools"):
        (PROJECT.cache / name).mkdir(parents=True, exist_ok=True)
        (folder / small.NAME / name).symlink_to(PROJECT.cache / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@dataclass
class Release:
    """The world of the release, its executor, and what came of the first attempt."""

    world: outside.World
    executor: actions.Executor
    first: list[actions.Run]

    def job(self, name: str) -> list[actions.Run]:
        """The runs of one job, once more, as if it had failed."""
        job = self.executor.workflow["jobs"][name]
        self.executor.attempt += 1
        return list(self.executor.execute_job(name, job, set()))


@pytest.fixture(scope="module")
def release(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    assert cache.exists()
    folder = tmp_path_factory.mktemp("graph").resolve()
    source = outside.released(small.make(folder / "made"), VERSION, folder)
    with outside.world(source, folder) as world:
        executor = world.executor(actions.load(WORKFLOW), f"v{VERSION}")

        def cut_off(_name: str) -> None:
            if world.testpypi.accepted:
                executor.cut_off()

        with warehouse.broken(world.testpypi, cut_off):
            first = list(executor.execute())
        executor.execute()
        yield Release(world, executor, first)


def results(runs: list[actions.Run]) -> dict[str, str]:
    return {run.title: run.result for run in runs}


def test_a_publication_that_is_cut_off_ends_the_attempt(release: Release) -> None:
    done = [one.job for one in release.first if one.result == "success"]
    assert done == ["plan", "sdist", *["build"] * 2, "audit", *["test"] * 2]
    found = {one.job: one.result for one in release.first if one.job not in done}
    assert found == {
        "publish-testpypi": "failure",
        "verify-testpypi": "skipped",
        "publish-pypi": "skipped",
        "verify-pypi": "skipped",
        "announce": "skipped",
    }


def test_the_failed_jobs_run_again_end_in_a_release(release: Release) -> None:
    assert set(results(release.executor.runs).values()) == {"success"}
    verified = [run.runner for run in release.executor.runs if run.job == "verify-pypi"]
    assert verified == ["ubuntu-24.04", "macos-15"]
    assert [run.job for run in release.executor.runs][-1] == "announce"
