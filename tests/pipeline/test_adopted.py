"""Other projects take over the pipeline by adopt.py, each to a verified wheel."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import actions
import pytest
import small
from adopters import beside_the_manifest, choose, in_a_workspace, with_sources_apart
from outside import SOMEBODY

import adopt
from pipeline import local_index
from pipeline.commands import ask, command, run
from pipeline.project import Project
from rehearse import ANYONE


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's, in another place, with our tools: they need not be made again."""
    folder = tmp_path_factory.mktemp("cache")
    small.share_cache(folder, "sun-dial", "waterclock", "hourglass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


def adopted(root: Path, *pythons: str) -> Path:
    """As adopt.py says it: its files, and then the commands that it prints."""
    made = adopt.consider(root)
    assert made.taken == []
    adopt.write(made)
    choose(root, *pythons)
    steps = adopt.next_commands(made)
    assert steps[-1] == "python3 scripts/rehearse.py"
    quiet = {"git commit": "git commit --quiet --message=Adopt"}
    for step in steps[:-1]:
        words = ("sh", "-c", quiet.get(step, step))
        run(command(*words, env=SOMEBODY, cwd=root))
    assert ask(command("git", "status", "--porcelain", cwd=root)) == ""
    return root


def stage(root: Path, name: str, *arguments: str | Path) -> None:
    script = root / "scripts" / f"{name}.py"
    run(command(sys.executable, script, *arguments, env=ANYONE, cwd=root))


def publish_and_verify(root: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        local_index.serve(Path(folder)) as url,
    ):
        stage(root, "publish", "--index", url)
        stage(root, "verify", "--index", url)


@pytest.mark.usefixtures("cache")
def test_one_with_sources_apart_is_released_by_its_workflow(tmp_path: Path) -> None:
    root = adopted(with_sources_apart(tmp_path), "3.11", "3.13")
    (tmp_path / "run").mkdir()
    workflow = actions.load(root / ".github" / "workflows" / "release.yml")
    made = actions.Executor(workflow, actions.DRY_RUN, root, tmp_path / "run")
    runs = made.execute()
    built = [row.title for row in runs if row.title.startswith("Build ")]
    assert built == ["Build linux-x86_64-abi3"]
    assert {row.result for row in runs} == {"success", "skipped"}
    stage(root, "merge_parts", tmp_path / "run" / "artifacts")
    publish_and_verify(root)


@pytest.mark.usefixtures("cache")
def test_one_in_a_workspace_goes_through_every_stage(tmp_path: Path) -> None:
    root = adopted(in_a_workspace(tmp_path), "3.11")
    assert Project(root).version == "2.0.0rc1"
    stage(root, "release", "--check")
    stage(root, "build", "--all")
    stage(root, "audit")
    stage(root, "check_sdist")
    stage(root, "test", "--target", "linux-x86_64-abi3")
    publish_and_verify(root)


@pytest.mark.usefixtures("cache")
def test_one_beside_its_manifest_is_rehearsed(tmp_path: Path) -> None:
    root = adopted(beside_the_manifest(tmp_path), "3.11")
    assert (root / "tox.ini").read_text() == "[tox]\nenv_list = theirs\n"
    theirs = root / ".github" / "workflows" / "ci.yml"
    assert theirs.read_text() == "name: theirs\n"
    ours = theirs.with_name("pipeline-ci.yml").read_text("utf-8")
    assert "branches: [master]" in ours
    assert Project(root).branch == "master"
    stage(root, "rehearse")
