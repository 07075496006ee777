"""The whole graph of a release, from the push of its tag to GitHub's release.

A small project is released to indexes that answer as TestPyPI and PyPI do. On the way
an upload is cut off, as a runner that is lost does it, and the failed jobs are run
again. Afterwards single jobs meet an index that refuses, or that has other files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import actions
import outside
import pytest
import small
import warehouse

from pipeline.project import PROJECT

WORKFLOW = PROJECT.root / ".github" / "workflows" / "release.yml"
VERSION = "0.1.0"
WHEELS = {
    f"gnomon-{VERSION}-cp311-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    f"gnomon-{VERSION}-cp311-abi3-macosx_11_0_arm64.whl",
}
SDIST = f"gnomon-{VERSION}.tar.gz"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's, in another place, where the project has the tools of this one."""
    folder = tmp_path_factory.mktemp("cache")
    small.share_cache(folder, small.NAME)
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
        print(actions.table(first))
        print(actions.table(executor.execute()))
        yield Release(world, executor, first)


def test_a_publication_that_is_cut_off_ends_the_attempt(release: Release) -> None:
    done = [one.job for one in release.first if one.result == "success"]
    assert done == ["plan", "sdist", *["build"] * 2, "audit", "test"]
    found = {one.job: one.result for one in release.first if one.job not in done}
    assert found == {
        "publish-testpypi": "failure",
        "verify-testpypi": "skipped",
        "publish-pypi": "skipped",
        "verify-pypi": "skipped",
        "announce": "skipped",
    }


def test_the_failed_jobs_run_again_end_in_a_release(release: Release) -> None:
    runs = release.executor.runs
    assert {run.result for run in runs} == {"success"}
    verified = [run.runner for run in runs if run.job == "verify-pypi"]
    assert verified == ["ubuntu-24.04", "macos-15"]
    assert runs[-1].job == "announce"
    # What had passed was not run again.
    again = [run for run in runs if run not in release.first]
    assert {run.job for run in again} == {
        *("publish-testpypi", "verify-testpypi", "publish-pypi", "verify-pypi"),
        "announce",
    }


def test_both_indexes_have_what_was_built(release: Release) -> None:
    built = {
        path.name: path.read_bytes()
        for path in release.executor.artifacts.glob("part-built-*/gnomon-*")
    }
    assert built.keys() == {*WHEELS, SDIST}
    for index in (release.world.testpypi, release.world.pypi):
        assert {name: one.content for name, one in index.files.items()} == built
        # Each once, also where the first attempt had sent some.
        assert index.accepted == [*sorted(WHEELS), SDIST]
        assert all(one.provenance for one in index.files.values())


def test_no_job_leaves_a_change_in_the_tree(release: Release) -> None:
    """publish.py refuses such a tree, and so no release could be published."""
    found = {run.title: run.changes for run in release.executor.runs}
    assert set(found.values()) == {""}


def test_github_gets_the_release(release: Release) -> None:
    view, made = release.world.asked_of_gh
    assert view == ["release", "view", f"v{VERSION}"]
    assert made[:4] == ["release", "create", f"v{VERSION}", "--verify-tag"]
    files = {Path(one).name for one in made if one.startswith("/")}
    assert files == {*WHEELS, SDIST, "ledger.json", "gnomon.cdx.json"}


# Single jobs, on an index that is not as it should be.


@pytest.fixture
def pypi(release: Release) -> Iterator[warehouse.Warehouse]:
    """PyPI after the release, to be spoiled."""
    index = release.world.pypi
    kept = {name: replace(file) for name, file in index.files.items()}
    yield index
    index.files = kept


def failed(release: Release, job: str, capfd: pytest.CaptureFixture[str]) -> str:
    """What a job said that failed for every runner."""
    capfd.readouterr()
    runs = release.job(job)
    assert {run.result for run in runs} == {"failure"}
    said = capfd.readouterr()
    return said.out + said.err


def test_other_bytes_on_the_index_are_noticed(
    release: Release, pypi: warehouse.Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    pypi.files[SDIST].content += b"behind"
    said = failed(release, "verify-pypi", capfd)
    assert f"{SDIST} has sha256" in said
    assert "these are not the tested bytes" in said


def test_a_yanked_release_is_noticed(
    release: Release, pypi: warehouse.Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    pypi.yank("does not import")
    assert f"{SDIST} is yanked" in failed(release, "verify-pypi", capfd)


def test_a_file_that_nobody_built_is_noticed(
    release: Release, pypi: warehouse.Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    name = f"gnomon-{VERSION}-py3-none-any.whl"
    pypi.files[name] = replace(pypi.files[SDIST], name=name)
    said = failed(release, "verify-pypi", capfd)
    assert f"{name} is on the index and nobody built it" in said


def test_an_attestation_of_another_file_is_noticed(
    release: Release, pypi: warehouse.Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    wheel = sorted(WHEELS)[0]
    pypi.files[SDIST].provenance = pypi.files[wheel].provenance
    pypi.files[wheel].provenance = None
    said = failed(release, "verify-pypi", capfd)
    assert f"{SDIST}: Verification failed: subject does not match" in said
    assert f"{wheel} has no attestation" in said


def test_an_index_that_refuses_ends_the_publication(
    release: Release, pypi: warehouse.Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    """The wheels before it are there, and the sdist is not: nobody compiles it."""
    pypi.files.clear()
    pypi.accepted.clear()

    def refuse(name: str) -> None:
        if name == sorted(WHEELS)[1]:
            raise warehouse.refused(403, "This project is in quarantine.")

    with warehouse.broken(pypi, refuse):
        said = failed(release, "publish-pypi", capfd)
    assert "403 This project is in quarantine." in said
    assert pypi.accepted == sorted(WHEELS)[:1]


def test_another_publisher_is_let_in_nowhere(
    release: Release, pypi: warehouse.Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    known = pypi.publisher
    pypi.publisher = known.model_copy(update={"environment": "release"})
    try:
        said = failed(release, "publish-pypi", capfd)
    finally:
        pypi.publisher = known
    assert "lets nobody in" in said
    assert "environment is pypi" in said
