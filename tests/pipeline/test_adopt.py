"""Another project takes over the pipeline, as docs/adopt.md says.

Its workflows then run here, job by job: `ci.yml`, with a rehearsal of a whole release,
and the dry run of `release.yml`.
"""

import re
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import actions
import pytest

from pipeline import local_index
from pipeline.commands import ask, command, run
from pipeline.project import PROJECT
from rehearse import ANYONE

GUIDE = (PROJECT.root / "docs" / "adopt.md").read_text("utf-8")
# Who commits, where nobody has told git.
SOMEBODY = {
    f"GIT_{role}_{said}": value
    for role in ("AUTHOR", "COMMITTER")
    for said, value in {"NAME": "A", "EMAIL": "a@example.org"}.items()
}
# Quick ones: what this machine runs by itself, each ABI, and one built across.
PLATFORMS = ("linux-x86_64", "musl-x86_64")
SAID = re.compile(
    r"^( *)```\w+ (?P<path>\S+)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL
)


def written() -> Iterator[tuple[str, str]]:
    """Each file that the guide shows."""
    for found in SAID.finditer(GUIDE):
        yield found["path"], textwrap.dedent(found["text"])


def steps() -> list[str]:
    """The commands that the guide says at its end."""
    found = re.findall(r"^       (\S.*)$", GUIDE, re.MULTILINE)
    return [line for line in found if line.split()[0] in {"cargo", "python3", "git"}]


def sections(text: str) -> list[str]:
    """Of a file in TOML or INI: the head, then each table with its title."""
    return re.split(r"\n(?=\[)", text)


def without(text: str, deleted: str) -> str:
    """The file without the tables whose title has the pattern."""
    kept = [part for part in sections(text) if not re.match(deleted, part)]
    return "\n".join(kept)


def deleted_environments() -> list[str]:
    [named] = re.findall(
        r"out of `env_list` and the file go (.*?), which", GUIDE, re.DOTALL
    )
    return re.findall(r"`([\w-]+)`", named)


def copy_pipeline(folder: Path) -> None:
    tracked = ask(command("git", "ls-files", "scripts", ".github", "tox.ini"))
    left_out = {"scripts/generate.py stubs", "scripts/support.json"}
    for name in [*tracked.splitlines(), "deny.toml", "LICENSE"]:
        if name not in left_out:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT.root / name, folder / name)


def choose(folder: Path) -> None:
    plan = folder / "scripts" / "targets.toml"
    others = rf"\[platforms\.(?!({'|'.join(PLATFORMS)})\])"
    plan.write_text(without(plan.read_text("utf-8"), others), "utf-8")
    tox = folder / "tox.ini"
    names = "|".join(deleted_environments())
    text = without(tox.read_text("utf-8"), rf"\[testenv:({names})\]")
    tox.write_text(re.sub(rf"^    ({names})\n", "", text, flags=re.MULTILINE), "utf-8")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's, in another place."""
    folder = tmp_path_factory.mktemp("cache")
    for made in PROJECT.cache.parent.iterdir():
        (folder / made.name).symlink_to(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """The other project, in a repository of its own."""
    # Its tools and interpreters are the same: they need not be made twice.
    (cache / "sundial").mkdir()
    for name in ("emulators", "foreign", "pythons", "rust", "tools"):
        (PROJECT.cache / name).mkdir(parents=True, exist_ok=True)
        (cache / "sundial" / name).symlink_to(PROJECT.cache / name)
    folder = tmp_path_factory.mktemp("second") / "sundial"
    made = ("maturin", "new", "--mixed", "--bindings", "pyo3", "sundial")
    run(command(*made, cwd=folder.parent))
    shutil.rmtree(folder / "python" / "tests")
    shutil.rmtree(folder / ".github")
    copy_pipeline(folder)
    for path, text in written():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    choose(folder)
    for step in ("git init --quiet", *steps()):
        said = ["--quiet", "--message=Begin"] if step == "git commit" else []
        run(command(*step.split(), *said, env=SOMEBODY, cwd=folder))
    return folder


def executed(second: Path, workflow: str, folder: Path) -> list[actions.Run]:
    path = second / ".github" / "workflows" / workflow
    made = actions.Executor(actions.load(path), actions.DRY_RUN, second, folder)
    return made.execute()


def test_the_guide_is_read() -> None:
    assert {path for path, _ in written()} >= {"Cargo.toml", "pyproject.toml"}
    assert "python3 scripts/generate.py sbom" in steps()
    tox = (PROJECT.root / "tox.ini").read_text("utf-8")
    kept = {"lint", "abi-{cp314t,abi3t}", "requires-pre", "python-pre"}
    described = set(re.findall(r"^\[testenv:(.*)\]$", tox, re.MULTILINE))
    assert set(deleted_environments()) == described - kept


def test_its_integration_goes_through(second: Path, tmp_path: Path) -> None:
    runs = executed(second, "ci.yml", tmp_path)
    assert {run.job: run.result for run in runs} == {
        "plan": "success",
        "test": "success",
        "rehearse": "success",
        "green": "success",
    }


# bottle leaves it to the garbage collector to close what an upload was spooled into.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_dry_run_of_its_release_goes_through(second: Path, tmp_path: Path) -> None:
    runs = executed(second, "release.yml", tmp_path)
    results = {run.title: run.result for run in runs}
    wheels = [row.rsplit(maxsplit=1)[1] for row in results if row.startswith("Build ")]
    assert wheels == [
        "linux-x86_64-abi3",
        "linux-x86_64-cp314t",
        "linux-x86_64-abi3t",
        "musl-x86_64-abi3",
        "musl-x86_64-cp314t",
        "musl-x86_64-abi3t",
    ]
    published = {"publish-testpypi", "verify-testpypi"}
    published |= {"publish-pypi", "verify-pypi", "announce"}
    assert {run.job for run in runs if run.result == "skipped"} == published
    assert {run.result for run in runs} == {"success", "skipped"}
    assert (tmp_path / "artifacts" / "audit" / "audit.json").exists()
    publish_parts(second, tmp_path / "artifacts")


def publish_parts(second: Path, parts: Path) -> None:
    """As the jobs behind a dry run would: nothing is missing for it."""
    merge, publish = (
        (sys.executable, second / "scripts" / f"{name}.py")
        for name in ("merge_parts", "publish")
    )
    run(command(*merge, parts, cwd=second))
    with (
        tempfile.TemporaryDirectory() as folder,
        local_index.serve(Path(folder)) as url,
    ):
        run(command(*publish, "--index", url, env=ANYONE, cwd=second))
