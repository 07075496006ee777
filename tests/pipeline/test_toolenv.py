"""The tool environments: when they are made, how, and what is said where it fails."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline import toolenv
from pipeline.commands import Command, Failure, Finished, command


def test_a_full_disk_is_blamed_whatever_was_said() -> None:
    """venv says of it only that a command of its own failed."""
    said = (
        "Error: Command '[..., '-m', 'ensurepip', '--upgrade']' returned non-zero exit"
    )
    assert toolenv.blame(said, toolenv.ROOM - 1) == "the disk is full"
    assert toolenv.blame(said, toolenv.ROOM) == said
    said = "failed to copy file from /a to /b: No space left on device (os error 28)"
    assert toolenv.blame(said, toolenv.ROOM) == "the disk is full"


def test_a_python_without_ensurepip_is_told_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(
        Failure, match=r"has no ensurepip.* `apt-get install python3-venv"
    ):
        toolenv.make(tmp_path / "home", ["build"])


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "tools").touch()
    with pytest.raises(Failure, match=r"can be made in .*tools: .*XDG_CACHE_HOME"):
        toolenv.provide(tmp_path / "tools" / "home", ["build"])


def test_two_processes_make_an_environment_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else the second empties the folder that the first is filling."""
    home = tmp_path / "tools" / "home"
    made: list[str] = []

    def make(home: Path, parts: Sequence[str]) -> None:
        made.append("begun")
        home.mkdir()
        time.sleep(0.5)
        (home / toolenv.READY).write_text("\n".join(parts), "utf-8")
        made.append("done")

    monkeypatch.setattr(toolenv, "make", make)
    both = [
        threading.Thread(target=toolenv.provide, args=[home, ["build"]]) for _ in "12"
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert made == ["begun", "done"]
    assert capsys.readouterr().out.count("Waiting for another process") == 1


def test_tools_are_kept_per_lock(tmp_path: Path) -> None:
    for part in ("build", "test", "uv"):
        (tmp_path / f"{part}.txt").write_text(part, "utf-8")
    one = toolenv.path(["build", "test"], tmp_path, tmp_path)
    assert one == toolenv.path(["test", "build"], tmp_path, tmp_path)
    assert one != toolenv.path(["build"], tmp_path, tmp_path)
    assert one.parent == tmp_path / "tools"
    for part in ("build", "test", "uv"):
        before = (tmp_path / f"{part}.txt").read_text("utf-8")
        (tmp_path / f"{part}.txt").write_text("newer", "utf-8")
        assert one != toolenv.path(["build", "test"], tmp_path, tmp_path), part
        (tmp_path / f"{part}.txt").write_text(before, "utf-8")


def test_tools_do_not_need_the_link_by_which_they_were_made(tmp_path: Path) -> None:
    """Programs of an environment have its path in them."""
    cache, link = tmp_path / "cache", tmp_path / "link"
    (cache / "tools").mkdir(parents=True)
    link.mkdir()
    (link / "tools").symlink_to(cache / "tools")
    for part in (toolenv.INSTALLER, "test"):
        (tmp_path / f"{part}.txt").write_text("", "utf-8")
    made = toolenv.path(["test"], tmp_path, cache)
    assert toolenv.path(["test"], tmp_path, link) == made


def test_tools_are_installed_by_hash_and_run_no_code(tmp_path: Path) -> None:
    venv, by_pip, by_uv = toolenv.make_commands(tmp_path, ["build", "test"])
    assert venv.argv[1:3] == ("-m", "venv")
    for install in (by_pip, by_uv):
        # Without --no-deps an old pip asks the index what is newest (pip#12345).
        careful = {"--require-hashes", "--only-binary", ":all:", "--no-deps"}
        assert careful <= set(install.argv)
    assert by_pip.argv[-1] == str(toolenv.LOCKS / "uv.txt")
    locks = {str(toolenv.LOCKS / f"{part}.txt") for part in ("build", "test")}
    assert locks <= set(by_uv.argv)


def test_an_environment_that_was_left_half_made_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    (tmp_path / "half").mkdir()
    home = tmp_path / "half"

    def commands_of(_home: Path, parts: Sequence[str]) -> list[Command]:
        assert not home.exists(), "the half is removed first"
        return [command(one) for one in ("venv", *parts)]

    def attempt(one: Command) -> Finished:
        assert toolenv.installed(home) == set(), "it is not ready before its end"
        home.mkdir(exist_ok=True)
        made.append(*one.argv)
        return Finished(one, 0)

    monkeypatch.setattr(toolenv, "attempt", attempt)
    monkeypatch.setattr(toolenv, "make_commands", commands_of)
    toolenv.make(home, ["build", "test"])
    assert made == ["venv", "build", "test"]
    assert toolenv.installed(home) == {"build", "test"}


def test_a_stage_goes_on_in_an_environment_of_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provided: list[Path] = []
    started: list[str] = []
    monkeypatch.setattr(toolenv, "provide", lambda home, _parts: provided.append(home))

    def start(*arguments: Sequence[str]) -> None:
        started.extend(arguments[-1])
        sys.exit(7)

    # The one on Windows, which cannot replace a process, the other elsewhere.
    monkeypatch.setattr(subprocess, "call", start)
    monkeypatch.setattr(os, "execv", start)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["stage.py", "--all"])
    before = os.environ["PATH"]
    monkeypatch.setenv("PATH", before)  # and so again after the test
    (tmp_path / toolenv.READY).write_text("audit\n", "utf-8")
    with pytest.raises(SystemExit, match="7"):
        toolenv.enter("audit", "test")
    assert started == [str(toolenv.python(provided[0])), "stage.py", "--all"]
    # One that another stage started is there already, if that has the parts.
    (tmp_path / toolenv.READY).write_text("audit\ntest\nbuild\n", "utf-8")
    started.clear()
    toolenv.enter("audit", "test")
    assert started == []
    ours = str(toolenv.programs(tmp_path))
    assert os.environ["PATH"] == os.pathsep.join([ours, before])
