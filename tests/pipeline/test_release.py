"""Cutting a release: what is changed, what is refused, what must agree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import release
from pipeline import changelog, version
from pipeline.commands import Failure
from pipeline.project import Project

CHANGELOG = """\
# Changelog

## [Unreleased]

### Added

- News.

## [1.0.0] - 2026-01-02

- Old.

[1.0.0]: https://example.org
"""
FIRST = "# Changelog\n\n## [Unreleased]\n\n- All of it.\n"


def obstacles(version: str, changelog: str = CHANGELOG, *changes: str) -> str:
    return "\n".join(release.obstacles(version, changelog, changes))


@pytest.fixture(autouse=True)
def _version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "version", "1.0.0")


def test_a_section_is_what_stands_under_its_title() -> None:
    assert changelog.section(CHANGELOG, "Unreleased") == "### Added\n\n- News."
    assert changelog.section(CHANGELOG, "1.0.0") == "- Old."
    assert changelog.section(CHANGELOG, "1.0") == ""


def test_what_is_unreleased_gets_a_version_and_a_day() -> None:
    made = changelog.dated(CHANGELOG, "1.1.0", "2026-11-23")
    assert changelog.section(made, "1.1.0") == "### Added\n\n- News."
    assert changelog.section(made, "Unreleased") == ""
    assert changelog.day_of(made, "1.1.0") == "2026-11-23"
    assert changelog.section(made, "1.0.0") == "- Old."


@pytest.mark.parametrize("version", ["1.0.1", "1.1.0rc1", "2.0.0", "10.0.0"])
def test_a_higher_version_is_taken(version: str) -> None:
    assert obstacles(version) == ""


@pytest.mark.parametrize("version", ["0.9.9", "1.0.0rc1", "0.10.0"])
def test_a_lower_version_is_refused(version: str) -> None:
    assert obstacles(version) == f"{version} is not above 1.0.0"


@pytest.mark.parametrize("version", ["1", "1.1", "v1.1.0", "1.1.0-rc1", "1.1.0.dev1"])
def test_what_is_no_version_is_refused(version: str) -> None:
    assert obstacles(version) == f"{version!r} is no version such as 1.2.3 or 1.2.3rc1"


def test_a_version_is_released_once() -> None:
    assert obstacles("1.0.0") == "CHANGELOG.md has a section [1.0.0] already"


def test_the_first_release_may_have_the_version_that_is_there() -> None:
    assert obstacles("1.0.0", FIRST) == ""


def test_nothing_new_is_no_release() -> None:
    empty = CHANGELOG.replace("### Added\n\n- News.\n\n", "")
    assert "nothing under ## [Unreleased]: what is new?" in obstacles("1.1.0", empty)


def test_changes_of_ones_own_are_not_committed_along() -> None:
    assert obstacles("1.1.0", CHANGELOG, "a.py").endswith("changes of its own: a.py")


def test_only_the_version_of_the_package_is_bumped() -> None:
    cargo = '[package]\nversion = "1.0.0"\n\n[dependencies.x]\nversion = "1.0.0"\n'
    assert release.bumped(cargo, "1.1.0").count('version = "1.1.0"') == 1
    assert release.bumped(cargo, "1.1.0").startswith('[package]\nversion = "1.1.0"')


def git(root: Path, *arguments: str) -> None:
    user = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *user, *arguments], cwd=root, check=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One with the files that name the version, all at 1.1.0, and the tag."""
    monkeypatch.setattr(Project, "version", "1.1.0")
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "a"\nversion = "1.1.0"\n')
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "lib.rs").touch()
    lock = '[[package]]\nname = "b"\nversion = "9.0.0"\n\n'
    lock += '[[package]]\nname = "a"\nversion = "1.1.0"\n'
    (tmp_path / "Cargo.lock").write_text(lock)
    sbom = '{"metadata": {"component": {"version": "1.1.0"}}}'
    (tmp_path / "a.cdx.json").write_text(sbom)
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "a"\n[tool.maturin.sbom]\ninclude = ["a.cdx.json"]\n'
    )
    made = changelog.dated(CHANGELOG, "1.1.0", "2026-11-23")
    (tmp_path / "CHANGELOG.md").write_text(made)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "a")
    git(tmp_path, "tag", "v1.1.0")
    return tmp_path


def disagreements(root: Path) -> str:
    return "\n".join(version.disagreements(Project(root), tagged=True))


def test_a_release_agrees_with_itself(repository: Path) -> None:
    assert disagreements(repository) == ""


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("Cargo.lock", '"1.1.0"', '"1.0.9"', "Cargo.lock has 1.0.9, Cargo.toml 1.1.0"),
        ("a.cdx.json", "1.1.0", "1.0.9", "a.cdx.json is not of 1.1.0"),
        (
            "CHANGELOG.md",
            "[1.1.0] - 2026-11-23",
            "[1.1.0]",
            "no section [1.1.0] - date",
        ),
        ("CHANGELOG.md", "### Added\n\n- News.\n", "", "says nothing of 1.1.0"),
    ],
)
def test_one_file_that_disagrees_is_named(
    name: str, old: str, new: str, said: str, repository: Path
) -> None:
    path = repository / name
    path.write_text(path.read_text().replace(old, new))
    git(repository, "commit", "--quiet", "--all", "--message", "b")
    git(repository, "tag", "--force", "v1.1.0")
    assert said in disagreements(repository)
    assert "\n" not in disagreements(repository)


def test_a_tag_of_another_version_is_named(repository: Path) -> None:
    git(repository, "tag", "--delete", "v1.1.0")
    git(repository, "tag", "v1.2.0")
    assert disagreements(repository) == (
        "this commit has v1.2.0, and Cargo.toml says v1.1.0"
    )


def test_a_commit_beside_main_is_no_release(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "feature")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "b")
    git(repository, "tag", "--force", "v1.1.0")
    assert disagreements(repository) == (
        "this commit is not on main: merge it first, then tag it there"
    )


def test_a_tree_with_changes_is_no_release(repository: Path) -> None:
    (repository / "new.py").touch()
    assert disagreements(repository).endswith("in no commit: new.py")


def test_a_cut_is_one_commit_with_one_version(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a copy of this repository, with the real files."""
    monkeypatch.undo()
    root = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", project.root, root], check=True)
    shutil.copytree(project.root / "scripts", root / "scripts", dirs_exist_ok=True)
    git(root, "add", "--all")
    git(root, "config", "user.name", "a")
    git(root, "config", "user.email", "a@example.org")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "scripts")
    refused = cut(root, "1.0")
    assert refused.returncode == 1
    assert "nothing was changed" in refused.stderr
    done = cut(root, "999.0.0")
    assert done.returncode == 0, done.stderr
    assert "git tag --annotate v999.0.0" in done.stdout
    git(root, "tag", "v999.0.0")
    git(root, "checkout", "--quiet", "-B", "main")
    assert list(version.disagreements(Project(root), tagged=True)) == []


def cut(root: Path, version: str) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, str(root / "scripts" / "release.py"), version]
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)


def test_a_version_that_cannot_be_compared_is_an_error() -> None:
    with pytest.raises(Failure, match="no version such as"):
        version.key("one")


def announced(dist: Path, *, begun: bool) -> list[tuple[str, ...]]:
    (dist / "b.whl").touch()
    (dist / "a.whl").touch()
    made = release.announce_commands(CHANGELOG, dist, begun=begun)
    return [one.argv for one in made]


def test_an_announcement_has_notes_and_all_files(tmp_path: Path) -> None:
    [made] = announced(tmp_path, begun=False)
    assert made[:5] == ("gh", "release", "create", "v1.0.0", "--verify-tag")
    assert made[made.index("--notes") + 1] == "- Old."
    assert "--prerelease" not in made
    names = [Path(name).name for name in made]
    assert names[-3:-1] == ["a.whl", "b.whl"]
    assert names[-1].endswith(".cdx.json")


def test_a_release_candidate_is_announced_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "version", "1.0.0rc1")
    [made] = announced(tmp_path, begun=False)
    assert "--prerelease" in made


def test_an_announcement_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    files, seen = announced(tmp_path, begun=True)
    assert files[:5] == ("gh", "release", "upload", "v1.0.0", "--clobber")
    assert str(tmp_path / "b.whl") in files
    assert seen == ("gh", "release", "edit", "v1.0.0", "--draft=false")
