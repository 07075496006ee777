"""The stage that cuts a release, in a small repository: all of it, or nothing."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import release
from pipeline import commands
from pipeline.commands import Command, Failure, Finished
from pipeline.generators import sbom
from pipeline.project import Project

CHANGELOG = """\
# Changelog

## [Unreleased]

- News.

## [1.1.0] - 2026-01-02

- Old.
"""
BILL = '{{"metadata": {{"component": {{"version": "{version}"}}}}}}'
FILES = {
    "Cargo.toml": '[package]\nname = "a"\nversion = "1.1.0"\nedition = "2021"\n',
    "Cargo.lock": 'version = 4\n\n[[package]]\nname = "a"\nversion = "1.1.0"\n',
    "pyproject.toml": '[project]\nname = "a"\ndynamic = ["version"]\n'
    '[tool.maturin.sbom]\ninclude = ["a.cdx.json"]\n',
    "CHANGELOG.md": CHANGELOG,
    "a.cdx.json": BILL.format(version="1.1.0"),
    "src/lib.rs": "",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that is at 1.1.0, in the place of ours."""
    made = tmp_path / "a"
    for name, text in FILES.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    git(made, "init", "--quiet", "--initial-branch", "main")
    git(made, "config", "user.name", "a")
    git(made, "config", "user.email", "a@example.org")
    git(made, "add", ".")
    git(made, "commit", "--quiet", "--message", "a")
    assert release.CHANGELOG.is_file(), "ours, before it is replaced"
    project = Project(made)
    monkeypatch.setattr(release, "PROJECT", project)
    monkeypatch.setattr(commands, "PROJECT", project)
    monkeypatch.setattr(release, "CHANGELOG", made / "CHANGELOG.md")
    monkeypatch.setattr(sbom, "PATH", made / "a.cdx.json")

    def write() -> None:
        sbom.PATH.write_text(BILL.format(version=Project(made).version))

    monkeypatch.setattr(sbom, "write", write)
    return made


def git(root: Path, *arguments: str) -> str:
    argv = ["git", *arguments]
    return subprocess.run(
        argv, cwd=root, check=True, capture_output=True, text=True
    ).stdout


def state(root: Path) -> tuple[str, str, dict[str, str]]:
    """The commit, what is not in it, and the files."""
    texts = {path.name: path.read_text() for path in root.iterdir() if path.is_file()}
    return git(root, "rev-parse", "HEAD"), git(root, "status", "--porcelain"), texts


@pytest.mark.parametrize(
    ("given", "pep440", "cargo"),
    [("1.1.1", "1.1.1", "1.1.1"), ("1.2.0-rc.1", "1.2.0rc1", "1.2.0-rc.1")],
)
def test_a_cut_is_a_commit_of_four_files(
    given: str, pep440: str, cargo: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = {f"{datetime.now(UTC):%Y-%m-%d}"}
    assert release.stage([given]) == 0
    days.add(f"{datetime.now(UTC):%Y-%m-%d}")
    changed = git(root, "show", "--name-only", "--format=%s").split("\n\n")
    assert changed[0] == f"Release {pep440}"
    expected = ["CHANGELOG.md", "Cargo.lock", "Cargo.toml", "a.cdx.json"]
    assert changed[1].split() == expected
    _, status, texts = state(root)
    assert status == ""
    for name in ("Cargo.toml", "Cargo.lock"):
        assert f'version = "{cargo}"' in texts[name]
    assert texts["a.cdx.json"] == BILL.format(version=pep440)
    new = {
        CHANGELOG.replace("\n- News", f"\n## [{pep440}] - {day}\n\n- News")
        for day in days
    }
    assert texts["CHANGELOG.md"] in new
    out = capsys.readouterr().out
    assert f"git tag --annotate v{pep440} --message {pep440}\n" in out
    assert f"git push origin main v{pep440}\n" in out
    assert "everything is as it was" not in out


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.1.0", "has a section [1.1.0] already"),
        ("1.0.9", "1.0.9 is not above 1.1.0"),
        ("1.1.0rc1", "1.1.0rc1 is not above 1.1.0"),
        ("1.2", "is no version such as"),
        ("1.2.0.post1", "Cargo has no post-releases"),
    ],
)
def test_a_refused_version_changes_nothing(version: str, said: str, root: Path) -> None:
    before = state(root)
    with pytest.raises(Failure) as caught:
        release.stage([version])
    assert said in str(caught.value)
    assert state(root) == before


def test_everything_that_speaks_against_it_is_said_at_once(root: Path) -> None:
    text = CHANGELOG.replace("- News.\n\n", "")
    (root / "CHANGELOG.md").write_text(text)
    before = state(root)
    with pytest.raises(Failure) as caught:
        release.stage(["1.0.0"])
    assert str(caught.value).splitlines() == [
        "nothing was changed:",
        "  1.0.0 is not above 1.1.0",
        "  CHANGELOG.md has nothing under ## [Unreleased]: what is new?",
        "  the tree has changes of its own: CHANGELOG.md",
    ]
    assert state(root) == before


def failing(monkeypatch: pytest.MonkeyPatch, word: str, error: BaseException) -> None:
    """`run` as it is, but for commands with the word, which run and then fail."""
    real = commands.run

    def run(command: Command) -> Finished:
        finished = real(command)
        if word in command.argv:
            raise error
        return finished

    monkeypatch.setattr(release, "run", run)


@pytest.mark.parametrize("error", [Failure("broken"), KeyboardInterrupt()])
@pytest.mark.parametrize("word", ["update", "add"])
def test_a_tool_that_fails_in_the_middle_changes_nothing(
    word: str,
    error: BaseException,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    failing(monkeypatch, word, error)
    before = state(root)
    with pytest.raises(type(error)):
        release.stage(["1.2.0"])
    assert state(root) == before
    assert capsys.readouterr().out.splitlines()[-1] == "everything is as it was before"


def test_a_hook_of_git_that_refuses_changes_nothing(root: Path) -> None:
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 3\n")
    hook.chmod(0o755)
    before = state(root)
    with pytest.raises(Failure, match="git ended with status 1"):
        release.stage(["1.2.0"])
    assert state(root) == before


@pytest.mark.parametrize("written", ["half", ""])
def test_a_bill_that_cannot_be_written_changes_nothing(
    written: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not there before, and is not there after."""
    git(root, "rm", "--quiet", "a.cdx.json")
    git(root, "commit", "--quiet", "--message", "b")
    before = state(root)

    def write() -> None:
        if written:
            sbom.PATH.write_text(written)
        raise Failure("broken")

    monkeypatch.setattr(sbom, "write", write)
    with pytest.raises(Failure, match="broken"):
        release.stage(["1.2.0"])
    assert state(root) == before


def test_files_that_would_disagree_are_not_committed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sbom, "write", lambda: "wrote")
    before = state(root)
    with pytest.raises(Failure, match=r"nothing was committed:\n  a\.cdx\.json is not"):
        release.stage(["1.2.0"])
    assert state(root) == before


def test_a_version_that_is_written_in_another_way_is_not_committed(root: Path) -> None:
    manifest = root / "Cargo.toml"
    manifest.write_text(FILES["Cargo.toml"].replace("version =", "version  ="))
    git(root, "commit", "--quiet", "--all", "--message", "b")
    before = state(root)
    with pytest.raises(Failure, match=r"no line `version = \.\.\.` to write 1\.2\.0"):
        release.stage(["1.2.0"])
    assert state(root) == before


@pytest.fixture
def tagged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, list[str]]]:
    """Whether the tag was asked for, by what is asked; and what is found then."""
    asked: list[tuple[bool, list[str]]] = []
    found: list[str] = []

    def disagreements(*, tagged: bool) -> Iterator[str]:
        asked.append((tagged, found))
        yield from found

    monkeypatch.setattr(release, "disagreements", disagreements)
    monkeypatch.setattr(release, "require", lambda *_: None)
    asked.append((False, found))
    return asked


def test_a_check_passes_only_where_all_agrees(
    root: Path,
    tagged: list[tuple[bool, list[str]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = state(root)
    assert release.stage(["--check"]) == 0
    assert capsys.readouterr().out == "version 1.1.0 is the same everywhere\n"
    assert release.stage(["--check", "--tagged"]) == 0
    assert [asked for asked, _ in tagged[1:]] == [False, True]
    tagged[0][1].extend(["no tag", "no section"])
    with pytest.raises(Failure) as caught:
        release.stage(["--check", "--tagged"])
    assert str(caught.value) == "this is no release:\n  no tag\n  no section"
    assert state(root) == before


@pytest.mark.parametrize(
    ("status", "verbs"), [(1, ["create"]), (0, ["upload", "edit"])]
)
def test_an_announcement_that_was_begun_is_ended(
    status: int, verbs: list[str], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Command] = []
    asked: list[Command] = []
    required: list[str] = []

    def attempt(command: Command, **_: object) -> Finished:
        asked.append(command)
        return Finished(command, status)

    (root / "dist").mkdir()
    (root / "dist" / "a.whl").touch()
    monkeypatch.setattr(release, "attempt", attempt)
    monkeypatch.setattr(release, "run", ran.append)
    monkeypatch.setattr(release, "require", lambda *tools: required.extend(tools))
    assert release.stage(["--announce"]) == 0
    assert required == ["git", "cargo", "gh"], "before anything is begun"
    assert [one.argv for one in asked] == [("gh", "release", "view", "v1.1.0")]
    assert [one.argv[:4] for one in ran] == [
        ("gh", "release", verb, "v1.1.0") for verb in verbs
    ]
    files = (str(root / "dist" / "a.whl"), str(root / "a.cdx.json"))
    assert ran[0].argv[-2:] == files
    if status:
        assert ran[0].argv[4:9] == (
            *("--verify-tag", "--title", "1.1.0", "--notes"),
            "- Old.",
        )
    else:
        assert ran[0].argv[4] == "--clobber"
        assert ran[1].argv[4:] == ("--draft=false",)


@pytest.mark.parametrize("options", ["", "1.2.0 --check", "--check --announce"])
def test_one_thing_is_asked_for_at_a_time(options: str) -> None:
    with pytest.raises(SystemExit):
        release.stage(options.split())
