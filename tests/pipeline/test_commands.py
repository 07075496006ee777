"""How commands are shown, run and given up, and how a stage ends."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import targets
from pipeline import commands
from pipeline.commands import Failure, command
from pipeline.project import PROJECT, user_cache

SCRIPTS = Path(targets.__file__).parent
STAGES = sorted(SCRIPTS.glob("*.py"))
# tox starts it with the Python of an environment; it takes no arguments.


def python(code: str) -> commands.Command:
    return command(sys.executable, "-c", code)


def test_a_command_is_shown_as_one_could_type_it() -> None:
    made = command("tox", "run", "a b", env={"X": "1 2"}, cwd=Path("/src"))
    assert str(made) == "+ X='1 2' tox run 'a b'   (in /src)"


def test_a_command_is_shown_before_its_output() -> None:
    lines: list[str] = []
    made = python("print('out'); import sys; print('err', file=sys.stderr)")
    finished = commands.run(made, show=lines.append)
    assert lines[0] == str(made)
    assert sorted(lines[1:]) == ["err", "out"]
    assert finished.status == 0


def test_a_failed_command_is_named_with_its_status() -> None:
    with pytest.raises(Failure, match=r"ended with status 7:\n  \+ .* -c "):
        commands.run(python("raise SystemExit(7)"), show=commands.silent)
    with pytest.raises(Failure, match=r"ended with status 7: why\n  \+ .* -c "):
        commands.run(python("print('why'); exit(7)"), show=commands.silent)


def test_sequences_run_side_by_side_and_each_in_its_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that waits for the other: one after the other, neither would end."""
    wait = (
        "import pathlib, time\nwhile not pathlib.Path({!r}).exists(): time.sleep(0.01)"
    )
    make = "import pathlib; pathlib.Path({!r}).touch(); print('made')"
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    commands.side_by_side(
        {
            "a": [python(wait.format(first)), python(make.format(second))],
            "b": [python(make.format(first)), python(wait.format(second))],
        }
    )
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.endswith(": made")] == ["b: made", "a: made"]


@pytest.mark.parametrize("ignored", [False, True])
def test_a_failure_of_one_sequence_ends_the_others(
    ignored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where whoever started us has SIGINT ignored, which children inherit."""
    monkeypatch.setattr(commands, "GRACE_SECONDS", 0.5)
    before = signal.getsignal(signal.SIGINT)
    if ignored:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        end_one_of_many()
    finally:
        signal.signal(signal.SIGINT, before)
    assert set() == commands.RUNNING


def end_one_of_many() -> None:
    """The others would take hours; that it returns at all is what is tested."""
    with pytest.raises(Failure, match="status 7"):
        commands.side_by_side(
            {
                "a": [python("import time; time.sleep(3600)")] * 9,
                "b": [python("raise SystemExit(7)")],
            }
        )


def test_a_question_that_fails_hands_on_the_answer() -> None:
    with pytest.raises(Failure, match="no such thing"):
        commands.ask(python("raise SystemExit('no such thing')"))


@pytest.mark.parametrize("run", [commands.ask, commands.attempt])
def test_a_missing_tool_gets_one_line_that_says_how_to_install_it(
    run: Callable[[commands.Command], object],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match=r"^cargo was not found: .*https://rustup.rs$"):
        run(command("cargo", "build"))


def test_all_missing_tools_are_named_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure) as caught:
        commands.require("cargo", "git", "cc")
    first, second, third = str(caught.value).splitlines()
    assert "rustup.rs" in first
    assert "apt-get install git" in second
    assert "apt-get install gcc" in third


def test_an_old_rust_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PROJECT.minimum_rust  # which asks cargo, once
    monkeypatch.setattr(commands, "require", lambda _name: None)
    monkeypatch.setattr(commands, "ask", lambda _command: "rustc 1.63.0 (hash date)")
    with pytest.raises(Failure, match=r"rustc is 1\.63\.0, .* is needed: `rustup upd"):
        commands.require_rust()


@pytest.mark.parametrize(
    ("older", "newer"), [("1.9.0", "1.89"), ("1.88.9", "1.89"), ("1.9", "1.10-nightly")]
)
def test_releases_compare_as_numbers(older: str, newer: str) -> None:
    assert commands.release(older) < commands.release(newer)


@pytest.mark.parametrize("stage", STAGES, ids=lambda path: path.name)
def test_every_stage_explains_itself_on_a_bare_python(stage: Path) -> None:
    """-S: without any package, as on a machine that has nothing yet."""
    argv = [sys.executable, "-S", str(stage), "--help"]
    finished = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("usage: ")


@pytest.mark.parametrize("stage", STAGES, ids=lambda path: path.name)
def test_nothing_new_is_imported_before_the_version_is_checked(stage: Path) -> None:
    """An older Python must fail with our words, not with an ImportError."""
    before = stage.read_text("utf-8").partition("from pipeline")[0]
    assert "import tomllib" not in before


def test_the_cache_is_where_the_platform_has_it(tmp_path: Path) -> None:
    assert user_cache("linux", {"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path
    assert user_cache("win32", {"LOCALAPPDATA": str(tmp_path)}) == tmp_path
    assert user_cache("darwin", {}) == Path.home() / ".cache"
    assert user_cache("linux", {"XDG_CACHE_HOME": "here"}) == Path.home() / ".cache"


def test_the_cache_is_outside_the_tree() -> None:
    assert not PROJECT.cache.is_relative_to(PROJECT.root)
