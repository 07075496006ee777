"""Bringing to a machine what the stages need there, before they begin."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import prepare
from pipeline import commands, github, toolenv
from pipeline import plan as plans
from pipeline.commands import Failure
from pipeline.plan import Plan, Python, Target
from pipeline.project import PROJECT
from provision import apt, foreign, pythons, runner, rust


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The tools of the stage, which are here already."""
    made: list[tuple[str, ...]] = []
    monkeypatch.setattr(toolenv, "enter", lambda *parts: made.append(parts))
    return made


@pytest.mark.parametrize(
    ("names", "wanted"),
    [("3.12 3.14t", [Python(3, 12), Python(3, 14, True)]), ("", None)],
)
@pytest.mark.parametrize("reason", ["nowhere", ""])
def test_named_pythons_are_brought_or_all(
    names: str,
    wanted: list[Python] | None,
    reason: str,
    entered: list[tuple[str, ...]],
    plan: Plan,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    absent = {Python(3, 16): reason} if reason else {}

    def provide(asked: Sequence[Python]) -> pythons.Pythons:
        assert list(asked) == list(wanted or plan.pythons)
        return pythons.Pythons({Python(3, 12): Path("/python")}, absent)

    monkeypatch.setattr(pythons, "provide", provide)
    assert prepare.stage(["pythons", *names.split()]) == (1 if reason else 0)
    assert entered == [("test",)]
    said = capsys.readouterr().out
    assert "3.12  /python\n" in said
    assert ("3.16  MISSING: nowhere\n" in said) == bool(reason)


@pytest.mark.parametrize("names", ["a b", ""])
@pytest.mark.usefixtures("entered")
def test_named_libraries_are_brought_or_all(
    names: str,
    plan: Plan,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    triples = names.split() or [row.rust for row in plan.targets]

    def provide(asked: Sequence[str]) -> dict[str, Path]:
        assert list(asked) == triples
        return dict.fromkeys(asked, Path("/rust"))

    monkeypatch.setattr(rust, "provide", provide)
    assert prepare.stage(["libraries", *names.split()]) == 0
    said = capsys.readouterr().out
    for triple in triples:
        assert f"{triple:32}{rust.library(Path('/rust'), triple)}\n" in said


@pytest.mark.parametrize("broken", ["no emulator", ""])
@pytest.mark.parametrize("names", ["linux-aarch64-abi3", ""])
def test_pythons_of_other_machines_are_brought_for_named_rows_or_all(
    names: str,
    broken: str,
    entered: list[tuple[str, ...]],
    plan: Plan,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    part = plan.named(["linux-aarch64-abi3", "linux-s390x-abi3"])
    first = part.targets[0].name

    def provide(row: Target, python: Python) -> foreign.Interpreter:
        if broken and row.name == first and python == Python(3, 11):
            raise Failure(broken)
        return foreign.Interpreter(python, ("qemu", "python"), [], Path("/site"))

    monkeypatch.setattr(plans, "load", lambda: part)
    monkeypatch.setattr(foreign, "usable", lambda _: [Python(3, 11), Python(3, 12)])
    monkeypatch.setattr(foreign, "provide", provide)
    assert prepare.stage(["targets", *names.split()]) == (1 if broken else 0)
    assert entered == [("test", "foreign")]
    lines = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    rows = names.split() or [row.name for row in part.targets]
    assert [words[:2] for words in lines] == [
        [row, version] for row in rows for version in ("3.11", "3.12")
    ]
    assert lines[0][2] == (f"MISSING: {broken}" if broken else "qemu python")
    assert {words[2] for words in lines[1:]} == {"qemu python"}


@pytest.mark.parametrize("system", [True, False])
def test_a_runner_is_prepared_without_tools_and_told_where_the_cache_is(
    system: bool, entered: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []

    def bring(programs: Sequence[str], *, system: bool) -> None:
        done.append((list(programs), system))

    monkeypatch.setattr(runner, "prepare", bring)
    monkeypatch.setattr(github, "write_outputs", done.append)
    given = ["--system"] if system else []
    assert prepare.stage(["runner", "valgrind", *given]) == 0
    assert done == [(["valgrind"], system), {"cache": PROJECT.cache.as_posix()}]
    assert entered == []


def test_outputs_are_written_where_actions_reads_them_and_shown_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "out"))
    (tmp_path / "out").write_text("before=1\n")
    github.write_outputs({"a": "b", "c": "d"})
    monkeypatch.delenv("GITHUB_OUTPUT")
    github.write_outputs({"e": "f"})
    assert (tmp_path / "out").read_text() == "before=1\na=b\nc=d\n"
    assert capsys.readouterr().out == "a=b\nc=d\ne=f\n"


def test_what_is_to_be_prepared_must_be_named() -> None:
    for words in ([], ["everything"]):
        with pytest.raises(SystemExit):
            prepare.parser().parse_args(words)


# The system, which lies in a folder.


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As Ubuntu 24.04 comes: apt-get, no keyring, no namespaces."""
    monkeypatch.delenv("RUNNER_ENVIRONMENT", raising=False)
    for name, text in {
        "usr/bin/apt-get": "",
        f"proc/sys/{runner.SETTING.replace('.', '/')}": "1\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path


@dataclass
class Shell:
    """Does what the commands would do, to the folder; keeps them."""

    root: Path
    ran: list[str] = field(default_factory=list)
    idle: bool = False

    def __call__(self, step: commands.Command) -> None:
        words = list(step.argv)
        self.ran.append(" ".join(words))
        if self.idle:
            return
        if "install" in words:
            for package in words[words.index("--no-install-recommends") + 1 :]:
                keyring = package == runner.KEYRING
                file = apt.KEYRING.relative_to("/") if keyring else f"usr/bin/{package}"
                (self.root / file).parent.mkdir(parents=True, exist_ok=True)
                (self.root / file).touch()
        if "sysctl" in words:
            key, _, value = words[-1].partition("=")
            (self.root / "proc/sys" / key.replace(".", "/")).write_text(value)


@pytest.fixture
def shell(system: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell(system)
    monkeypatch.setattr(runner, "run", made)
    return made


def test_a_machine_of_github_is_prepared_and_told_of_it(
    system: Path,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RUNNER_ENVIRONMENT", "github-hosted")
    monkeypatch.setattr(runner, "is_root", lambda: False)
    runner.prepare(["valgrind"], system=False, root=system)
    assert shell.ran == [
        "sudo apt-get update",
        "sudo apt-get install --yes --no-install-recommends"
        " debian-archive-keyring valgrind",
        "sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0",
    ]
    said = capsys.readouterr().out
    assert "Debian's keyring is missing: its packages are checked by it" in said
    assert "the program valgrind is missing: the job runs it" in said
    assert "the right to enter a namespace is missing" in said
    runner.prepare(["valgrind"], system=False, root=system)
    assert len(shell.ran) == 3, "a second time there is nothing to do"
    assert "this machine has all" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["", "self-hosted"])
def test_somebodys_own_machine_is_left_as_it_is(
    kind: str, system: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_ENVIRONMENT", kind)
    monkeypatch.setattr(runner, "is_root", lambda: True)
    said = r"no machine of GitHub's.* by\n  \+ apt-get update\n  \+ apt-get install"
    with pytest.raises(Failure, match=said):
        runner.prepare([], system=False, root=system)
    assert shell.ran == []
    runner.prepare([], system=True, root=system)
    assert not any(line.startswith("sudo") for line in shell.ran), "root needs none"
    assert len(shell.ran) == 3


def test_what_did_not_help_is_a_failure(system: Path, shell: Shell) -> None:
    shell.idle = True
    with pytest.raises(Failure, match="still missing: Debian's keyring, the right to"):
        runner.prepare([], system=True, root=system)


def test_only_what_is_missing_is_brought(system: Path, shell: Shell) -> None:
    (system / apt.KEYRING.relative_to("/")).parent.mkdir(parents=True)
    (system / apt.KEYRING.relative_to("/")).touch()
    runner.prepare([], system=True, root=system)
    assert [line.split()[-3] for line in shell.ran] == ["sysctl"]


def test_a_system_without_apt_needs_nothing(tmp_path: Path, shell: Shell) -> None:
    runner.prepare(["valgrind"], system=False, root=tmp_path / "elsewhere")
    assert shell.ran == []


def test_a_setting_that_the_system_does_not_know_is_not_written(
    system: Path, shell: Shell
) -> None:
    (system / "proc/sys" / runner.SETTING.replace(".", "/")).unlink()
    runner.prepare([], system=True, root=system)
    assert len(shell.ran) == 2
    assert not any("sysctl" in line for line in shell.ran)


def test_the_system_is_that_of_the_machine_where_no_other_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Path] = []

    def needs(_programs: Sequence[str], root: Path) -> list[runner.Need]:
        asked.append(root)
        return []

    monkeypatch.setattr(runner, "needs", needs)
    runner.prepare([], system=False)
    assert asked == [Path("/")]


@pytest.mark.parametrize("number", [0, 1, 1000])
def test_root_is_the_user_of_number_0(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: number, raising=False)
    assert runner.is_root() is (number == 0)


def test_nobody_is_root_where_users_have_no_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "geteuid", raising=False)
    assert runner.is_root() is False
