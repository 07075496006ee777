"""How commands are shown, run and given up, and how a stage ends."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import targets
from pipeline import commands
from pipeline.commands import Failure, command
from pipeline.project import PROJECT, user_cache

SCRIPTS = Path(targets.__file__).parent


def python(code: str) -> commands.Command:
    return command(sys.executable, "-c", code)


def test_a_command_is_shown_as_one_could_type_it() -> None:
    made = command("tox", "run", "a b", env={"X": "1 2"}, cwd=Path("/src"))
    assert str(made) == "+ X='1 2' tox run 'a b'   (in /src)"


def test_a_separator_of_flags_is_shown_and_does_not_break_the_line() -> None:
    made = command("cargo", "build", env={"CARGO_ENCODED_RUSTFLAGS": "-C\x1fa"})
    assert str(made) == "+ CARGO_ENCODED_RUSTFLAGS='-C\\x1fa' cargo build"


def listened(command: commands.Command) -> str:
    return commands.run(command, show=commands.silent).output


@pytest.mark.parametrize("said", [commands.ask, listened])
def test_a_command_runs_in_its_folder_or_in_the_projects(
    said: Callable[[commands.Command], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code = "import os; print(os.getcwd())"
    argv = (sys.executable, "-c", code)
    assert Path(said(command(*argv)).strip()).samefile(PROJECT.root)
    (tmp_path / "a").mkdir()
    assert Path(said(command(*argv, cwd=tmp_path / "a")).strip()).name == "a"


@pytest.mark.parametrize("said", [commands.ask, listened])
def test_a_command_has_our_environment_and_its_own_and_nothing_to_read(
    said: Callable[[commands.Command], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "ours")
    monkeypatch.setenv("ITS", "ours")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    code = "import os, sys; e = os.environ; print(e['OURS'], e['ITS'], '\u2713')"
    made = command(
        *(sys.executable, "-c", f"{code}; print(repr(sys.stdin.read()))"),
        env={"ITS": "its own"},
    )
    # What pytest gives tests to read is nothing, too.
    reading, writing = os.pipe()
    os.write(writing, b"for us")
    os.close(writing)
    before = os.dup(0)
    os.dup2(reading, 0)
    try:
        assert said(made) == "ours its own \u2713\n''\n"
    finally:
        os.dup2(before, 0)
        for one in (before, reading):
            os.close(one)


def test_a_command_that_says_nothing_has_no_output() -> None:
    made = python("pass")
    assert commands.run(made, show=commands.silent) == commands.Finished(made, 0)


def test_output_that_is_no_text_is_no_reason_to_end() -> None:
    made = python(r"import sys; sys.stdout.buffer.write(b'a\xff\nb')")
    assert commands.run(made, show=commands.silent).output == "a\ufffd\nb"


def test_a_question_may_have_several_good_statuses() -> None:
    made = python("print('differs'); exit(1)")
    assert commands.ask(made, statuses=(0, 1)) == "differs\n"
    with pytest.raises(Failure, match="differs"):
        commands.ask(made, statuses=(0, 2))


def test_a_command_leads_a_group_of_its_own() -> None:
    """Else Ctrl-C would end it before we decide, and its children might stay."""
    group = listened(python("import os; print(os.getpid() == os.getpgrp())"))
    assert group == "True\n"


def given_up(code: str, ready: Callable[[], object] = lambda: None) -> None:
    """Run it, and give it up when it says that it is ready."""

    def show(line: str) -> None:
        if line == "ready":
            ready()
            raise Failure("given up")

    with pytest.raises(Failure, match="given up"):
        commands.run(python(code), show=show)


def test_a_command_that_is_given_up_may_clean_up_first(tmp_path: Path) -> None:
    tidied = tmp_path / "tidied"
    given_up(f"""
import pathlib, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    print("ready", flush=True)
    time.sleep(3600)
except KeyboardInterrupt:
    time.sleep(0.2)
    pathlib.Path({str(tidied)!r}).touch()
""")
    assert tidied.exists()


def test_no_child_of_a_command_outlives_it() -> None:
    """Not even one that ignores the first signal."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        deaf = f"""
import signal, socket, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
held = socket.create_connection({server.getsockname()!r})
time.sleep(3600)
"""
        connections: list[socket.socket] = []
        given_up(
            f"""
import signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {deaf!r}])
signal.signal(signal.SIGINT, signal.SIG_DFL)
print("ready", flush=True)
time.sleep(3600)
""",
            lambda: connections.append(server.accept()[0]),
        )
        [held] = connections
        with held:
            held.settimeout(10)
            assert held.recv(1) == b"", "its end has closed it"


def test_where_there_are_no_groups_the_process_itself_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[object] = []
    process = SimpleNamespace(pid=7, terminate=lambda: done.append("terminated"))
    monkeypatch.setattr(os, "killpg", lambda *given: done.append(given), raising=False)
    for platform in ("win32", "linux"):
        monkeypatch.setattr(sys, "platform", platform)
        commands.signal_group(cast("Any", process), signal.SIGINT)
    assert done == ["terminated", (7, signal.SIGINT)]


def main(stage: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    """What comes of a stage of this body."""
    code = f"""
import os, signal, sys
sys.path.insert(0, {str(SCRIPTS)!r})
from pipeline import commands
def stage(arguments):
    {stage}
commands.main(stage)
"""
    argv = [sys.executable, "-c", code, "one", "two"]
    return subprocess.run(argv, capture_output=True, text=True, check=False, **options)


def test_a_stage_is_given_its_arguments_and_ends_with_its_status() -> None:
    done = main("print(arguments); return 3")
    assert (done.returncode, done.stdout, done.stderr) == (3, "['one', 'two']\n", "")


def test_a_failure_of_a_stage_is_said_in_words() -> None:
    done = main("raise commands.Failure('not so')")
    assert (done.returncode, done.stderr) == (1, "error: not so\n")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_stage_that_is_interrupted_still_tidies_up(name: str) -> None:
    send = f"os.kill(os.getpid(), signal.{name}); signal.pause()"
    done = main(f"try: {send}\n    finally: print('tidied')")
    said = (done.returncode, done.stdout, done.stderr)
    assert said == (130, "tidied\n", "interrupted\n")


def test_a_character_that_the_output_lacks_is_spelled_by_its_number() -> None:
    body = "print('\u2713'); print('\u2713', file=sys.stderr); return 0"
    done = main(body, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    said = (done.returncode, done.stdout, done.stderr)
    assert said == (0, "\\u2713\n", "\\u2713\n")


def test_a_stage_may_write_to_what_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with pytest.raises(SystemExit) as ended:
        commands.main(lambda _: 4)
    assert ended.value.code == 4


@pytest.mark.parametrize("name", ["cargo", "rustc", "gh", "git", "cc"])
def test_who_lacks_a_tool_of_a_stage_is_told_where_it_comes_from(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match=r"install .*(https://\w|apt-get install \w)"):
        commands.require(name)
    with pytest.raises(Failure, match=r"a-tool was not found: install it and put it"):
        commands.ask(command("/somewhere/a-tool"))


def test_what_is_there_is_not_missed() -> None:
    commands.require("git")
    assert ("cc" in commands.LINKER) == (sys.platform != "win32")


@pytest.mark.parametrize("minimum", ["1.90.0", "1.90", "1.9"])
def test_a_rust_that_is_new_enough_is_named(
    minimum: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def ask(command: commands.Command) -> str:
        asked.append(command.argv)
        return "rustc 1.90.0 (hash date)"

    monkeypatch.setattr(commands, "require", asked.append)
    monkeypatch.setattr(commands, "ask", ask)
    monkeypatch.setattr(commands, "PROJECT", SimpleNamespace(minimum_rust=minimum))
    assert commands.require_rust() == "1.90.0"
    assert asked == ["cargo", ("rustc", "--version")]


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
        commands.run(python("print('so'); print('why'); exit(7)"), show=commands.silent)


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


def sleep() -> int:
    """The status of a command that succeeds unless somebody ends it."""
    slow = python("import time; time.sleep(60)")
    return commands.attempt(slow, show=commands.silent).status


def test_a_command_that_begins_while_the_others_are_ended_is_ended_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of work that goes on after a command of its own has failed."""
    monkeypatch.setattr(commands, "GRACE_SECONDS", 0.5)
    statuses: list[int] = []

    def go_on() -> None:
        statuses.extend(sleep() for _ in range(3))

    def fail() -> None:
        while not commands.RUNNING:
            time.sleep(0.01)
        raise Failure("not so")

    with pytest.raises(Failure, match="not so"):
        dict(commands.at_once({"a": go_on, "b": fail}))
    assert len(statuses) == 3
    assert 0 not in statuses


def test_what_has_not_begun_at_a_failure_never_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(commands, "GRACE_SECONDS", 0.5)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    begun: list[str] = []

    def fail() -> None:
        raise Failure("not so")

    def work(name: str) -> None:
        begun.append(name)
        sleep()

    pieces: dict[str, Callable[[], None]] = {"": fail}
    pieces |= {name: partial(work, name) for name in "abcdefgh"}
    with pytest.raises(Failure, match="not so"):
        dict(commands.at_once(pieces))
    # The two cores may take up one each before they are told.
    assert len(begun) <= 2


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


def test_the_cache_is_where_the_platform_has_it(tmp_path: Path) -> None:
    assert user_cache("linux", {"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path
    assert user_cache("win32", {"LOCALAPPDATA": str(tmp_path)}) == tmp_path
    assert user_cache("darwin", {}) == Path.home() / ".cache"
    assert user_cache("linux", {"XDG_CACHE_HOME": "here"}) == Path.home() / ".cache"


def test_the_cache_is_outside_the_tree() -> None:
    assert not PROJECT.cache.is_relative_to(PROJECT.root)
