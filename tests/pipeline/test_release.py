"""Cutting a release: what is changed, what is refused, what must agree."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import packaging.version
import pytest

import release
from pipeline import agreement, changelog
from pipeline.commands import Failure
from pipeline.project import Project
from pipeline.version import Version

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
    return "\n".join(release.obstacles(Version.parse(version), changelog, changes))


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
    told = CHANGELOG.replace("- Old.", f"- Begins with {changelog.UNRELEASED}")
    assert changelog.dated(told, "1.1.0", "2026-11-23").count("[1.1.0]") == 1


@pytest.mark.parametrize("version", ["1.0.1", "1.1.0rc1", "2.0.0", "10.0.0"])
def test_a_higher_version_is_taken(version: str) -> None:
    assert obstacles(version) == ""


@pytest.mark.parametrize("version", ["0.9.9", "1.0.0rc1", "0.10.0"])
def test_a_lower_version_is_refused(version: str) -> None:
    assert obstacles(version) == f"{version} is not above 1.0.0"


def test_the_version_that_is_there_is_refused_where_others_were_released() -> None:
    before = CHANGELOG.replace("[1.0.0]", "[0.9.0]")
    assert obstacles("1.0.0", before) == "1.0.0 is not above 1.0.0"


@pytest.mark.parametrize(
    "version", ["1", "1.1", "v1.1.0", "1.1.0-1", "1.1.0rc1.dev2", "1.1.0+a", "x1.1.0"]
)
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(Failure, match=r"is no version such as 1\.2\.3") as caught:
        Version.parse(version)
    assert str(caught.value).startswith(repr(version))


@pytest.mark.parametrize("version", ["1.1.0.post1", "1.1.0-post.1", "1.1.0post"])
def test_a_post_release_is_refused_as_cargo_has_none(version: str) -> None:
    with pytest.raises(Failure, match="Cargo has no post-releases"):
        Version.parse(version)


# PEP 440's spelling, Cargo's, and others that maturin takes for the same.
SPELLINGS = [
    ("1.2.3", "1.2.3"),
    ("1.2.3.dev0", "1.2.3-dev.0", "1.2.3-dev", "1.2.3-dev0"),
    ("1.2.3a1", "1.2.3-alpha.1", "1.2.3-alpha1", "1.2.3-a.1", "1.2.3.a1"),
    ("1.2.3b20", "1.2.3-beta.20", "1.2.3b20", "1.2.3-b20"),
    ("1.2.3rc4", "1.2.3-rc.4", "1.2.3-rc4"),
]


@pytest.mark.parametrize("spellings", SPELLINGS)
def test_a_version_has_two_spellings_and_either_is_read(
    spellings: tuple[str, ...],
) -> None:
    pep440, cargo, *_ = spellings
    assert {str(Version.parse(one)) for one in spellings} == {pep440}
    assert {Version.parse(one).cargo for one in spellings} == {cargo}
    by_the_library = {str(packaging.version.Version(one)) for one in spellings}
    assert by_the_library == {pep440}


def test_versions_compare_as_pip_compares_them() -> None:
    texts = ["0.9.9", *(one[0] for one in SPELLINGS), "1.2.4a1", "1.10.0", "10.0.0rc1"]
    ours = sorted(map(Version.parse, texts))
    theirs = sorted(texts, key=packaging.version.Version)
    assert [str(one) for one in ours] == theirs
    assert [one.is_pre_release for one in ours] == [
        packaging.version.Version(one).is_prerelease for one in theirs
    ]


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
    made = release.bumped(cargo, Version.parse("1.1.0a1"))
    assert made == cargo.replace("1.0.0", "1.1.0-alpha.1", 1)


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
    return "\n".join(agreement.disagreements(Project(root), tagged=True))


def test_a_release_agrees_with_itself(repository: Path) -> None:
    assert disagreements(repository) == ""


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("Cargo.lock", '"1.1.0"', '"1.0.9"', "Cargo.lock has 1.0.9, Cargo.toml 1.1.0"),
        ("Cargo.lock", '"a"', '"c"', "Cargo.lock has nothing, Cargo.toml 1.1.0"),
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


@pytest.mark.parametrize("tags", ["", "v1.2.0", "v1.2.0, v1.3.0"])
def test_tags_of_other_versions_are_named(tags: str, repository: Path) -> None:
    git(repository, "tag", "--delete", "v1.1.0")
    for tag in filter(None, tags.split(", ")):
        git(repository, "tag", tag)
    assert disagreements(repository) == (
        f"this commit has {tags or 'no tag'}, and Cargo.toml says v1.1.0"
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


@pytest.fixture
def clone(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of this repository, with the real files, on `main`."""
    monkeypatch.undo()
    root = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", project.root, root], check=True)
    shutil.copytree(project.root / "scripts", root / "scripts", dirs_exist_ok=True)
    shutil.copy(project.root / "CHANGELOG.md", root)
    git(root, "checkout", "--quiet", "-B", "main")
    git(root, "config", "user.name", "a")
    git(root, "config", "user.email", "a@example.org")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "scripts")
    return root


def run_release(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, str(root / "scripts" / "release.py"), *arguments]
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)


def state(root: Path) -> tuple[str, dict[Path, bytes]]:
    """The commit, and the files that a cut writes."""
    head = ask(root, "rev-parse", "HEAD")
    names = ("Cargo.toml", "Cargo.lock", "CHANGELOG.md", "uncork.cdx.json")
    return head, {Path(name): (root / name).read_bytes() for name in names}


def ask(root: Path, *arguments: str) -> str:
    argv = ["git", *arguments]
    return subprocess.run(
        argv, cwd=root, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize(
    ("given", "pep440", "cargo"),
    [
        ("999.0.0", "999.0.0", "999.0.0"),
        ("999.0.0rc1", "999.0.0rc1", "999.0.0-rc.1"),
        ("999.0.0-dev.2", "999.0.0.dev2", "999.0.0-dev.2"),
    ],
)
def test_a_cut_is_one_commit_with_one_version(
    given: str, pep440: str, cargo: str, clone: Path, project: Project
) -> None:
    done = run_release(clone, given)
    assert done.returncode == 0, done.stderr
    assert f"git tag --annotate v{pep440}" in done.stdout
    assert ask(clone, "log", "-1", "--format=%s") == f"Release {pep440}\n"
    git(clone, "tag", f"v{pep440}")

    made = Project(clone)
    assert (made.version, made.cargo_version) == (pep440, cargo)
    assert list(agreement.disagreements(made, tagged=True)) == []
    assert agreement.locked(made) == cargo
    bill = json.loads((clone / project.sboms[0]).read_text("utf-8"))
    assert bill["metadata"]["component"]["purl"] == f"pkg:pypi/uncork@{pep440}"
    assert run_release(clone, "--check", "--tagged").returncode == 0

    # The file that maturin makes is the one that all stages look for.
    out = clone / "dist"
    argv = ["maturin", "sdist", "--out", str(out)]
    subprocess.run(argv, cwd=clone, check=True, capture_output=True)
    assert [path.name for path in out.iterdir()] == [made.sdist]
    with tarfile.open(out / made.sdist) as archive:
        information = archive.extractfile(f"{made.stem}/PKG-INFO")
        assert information is not None
        assert f"\nVersion: {pep440}\n" in information.read().decode()


def test_the_tag_is_compared_only_where_it_is_asked_for(clone: Path) -> None:
    assert run_release(clone, "--check").returncode == 0
    finished = run_release(clone, "--check", "--tagged")
    assert finished.returncode == 1
    assert "this commit has no tag, and Cargo.toml says v" in finished.stderr


def test_a_refused_version_leaves_everything_as_it_was(clone: Path) -> None:
    before = state(clone)
    for version in ("1.0", "0.0.1.post1", "999.0.0-foo.1"):
        assert run_release(clone, version).returncode == 1
    changelog = clone / "CHANGELOG.md"
    changelog.write_text(changelog.read_text("utf-8") + "\n", "utf-8")
    assert "changes of its own" in run_release(clone, "999.0.0").stderr
    git(clone, "checkout", "CHANGELOG.md")
    assert state(clone) == before
    assert ask(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "failing", ["cargo update", "cargo metadata --locked", "git commit"]
)
def test_a_tool_that_fails_in_the_middle_leaves_everything_as_it_was(
    failing: str, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program of that name stands before the real one, and fails at that verb."""
    program, words = failing.split(maxsplit=1)
    real = shutil.which(program)
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / program
    fake.write_text(
        f'#!/bin/sh\ncase "$*" in "{words}"*) echo broken; exit 9;; esac\n'
        f'exec {real} "$@"\n'
    )
    fake.chmod(0o755)
    path = os.pathsep.join([str(fake.parent), os.environ["PATH"]])
    monkeypatch.setenv("PATH", path)
    before = state(clone)
    finished = run_release(clone, "999.0.0rc1")
    assert finished.returncode == 1
    assert "everything is as it was before" in finished.stdout
    assert "broken" in finished.stderr
    assert state(clone) == before
    assert ask(clone, "status", "--porcelain") == ""


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
    assert set(names[-3:-1]) == {"a.whl", "b.whl"}
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
