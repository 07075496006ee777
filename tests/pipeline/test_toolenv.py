"""The tool environments: when they are made, how, and what is said where it fails."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline import toolenv
from pipeline.commands import Command, Failure, Finished, command
from pipeline.project import PROJECT


def test_a_full_disk_is_blamed_whatever_was_said() -> None:
    """venv says of it only that a command of its own failed."""
    said = (
        "Error: Command '[..., '-m', 'ensurepip', '--upgrade']' returned non-zero exit"
    )
    assert toolenv.blame(said, toolenv.ROOM - 1) == "the disk is full"
    assert toolenv.blame(said, 20_000_000) == "the disk is full"
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
    assert len(one.name) == 16
    assert one.parent == tmp_path / "tools"
    for part in ("build", "test", "uv"):
        before = (tmp_path / f"{part}.txt").read_text("utf-8")
        (tmp_path / f"{part}.txt").write_text("newer", "utf-8")
        assert one != toolenv.path(["build", "test"], tmp_path, tmp_path), part
        (tmp_path / f"{part}.txt").write_text(before, "utf-8")


def test_tools_are_kept_per_interpreter_and_not_per_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uv.txt").write_text("uv", "utf-8")

    def made(executable: str, base: str) -> Path:
        monkeypatch.setattr(sys, "executable", executable)
        monkeypatch.setattr(sys, "_base_executable", base)
        return toolenv.path([], tmp_path, tmp_path)

    of_venv = made("/venv/bin/python", "/usr/bin/python")
    assert of_venv == made("/usr/bin/python", "/usr/bin/python")
    assert of_venv != made("/opt/bin/python", "/opt/bin/python")


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


@pytest.fixture
def started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], list[object]]:
    """What is started of a stage on a system, inside an environment with `audit`."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["stage.py", "--all"])
    monkeypatch.setenv("PATH", "/programs")
    (tmp_path / toolenv.READY).write_text("audit\n", "utf-8")
    provided: list[object] = []
    monkeypatch.setattr(toolenv, "provide", lambda *given: provided.append(given))

    def enter(name: str) -> list[object]:
        is_posix = name == "posix"

        def start(*given: object) -> int:
            provided.append(given)
            if is_posix:
                raise SystemExit(7)  # as it never comes back
            if name == "interrupted":
                raise KeyboardInterrupt
            return 7

        replaced = {
            "name": "posix" if is_posix else "nt",
            "execv": start if is_posix else pytest.fail,
        }
        system = SimpleNamespace(**{**vars(os), **replaced})
        monkeypatch.setattr(toolenv, "os", system)
        monkeypatch.setattr(subprocess, "call", pytest.fail if is_posix else start)
        with pytest.raises(SystemExit) as ended:
            toolenv.enter("audit", "test")
        return [*provided, ended.value.code]

    return enter


@pytest.mark.parametrize(
    ("name", "status"), [("posix", 7), ("nt", 7), ("interrupted", 130)]
)
def test_a_stage_goes_on_in_an_environment_of_its_parts(
    name: str, status: int, started: Callable[[str], list[object]]
) -> None:
    """On Windows, which cannot replace a process, as a child."""
    parts = ("audit", "test")
    home = toolenv.path(parts, toolenv.LOCKS, PROJECT.cache)
    again = [str(toolenv.python(home)), "stage.py", "--all"]
    program = [again[0]] if name == "posix" else []
    assert started(name) == [(home, parts), (*program, again), status]


def test_a_stage_stays_in_the_environment_of_one_that_started_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(toolenv, "provide", pytest.fail)
    monkeypatch.setenv("PATH", "/programs")
    for ready in ("audit\ntest\nbuild\n", "test\naudit\n"):
        (tmp_path / toolenv.READY).write_text(ready, "utf-8")
        os.environ["PATH"] = "/programs"
        toolenv.enter("audit", "test")
        ours = str(toolenv.programs(tmp_path))
        assert os.environ["PATH"] == os.pathsep.join([ours, "/programs"])


@pytest.mark.parametrize(
    ("version", "is_refused"),
    [((3, 10, 99), True), ((3, 11, 0), False), ((3, 12, 1), False), ((4, 0, 0), False)],
)
def test_a_python_that_is_too_old_is_refused_at_once(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch, *, is_refused: bool
) -> None:
    """Before it is asked what there is: nothing is, of such a Python."""
    asked: list[object] = []

    def installed(home: Path) -> set[str]:
        asked.append(home)
        return {"audit"}

    monkeypatch.setattr(toolenv, "installed", installed)
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setenv("PATH", "/programs")
    if is_refused:
        with pytest.raises(Failure, match=r"is too old, 3\.11 is needed"):
            toolenv.enter("audit")
    else:
        toolenv.enter("audit")
    assert bool(asked) != is_refused


@pytest.mark.parametrize(
    ("platform", "folder", "program"),
    [("linux", "bin", "python"), ("win32", "Scripts", "python.exe")],
)
def test_programs_are_where_the_platform_has_them(
    platform: str, folder: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    home = Path("/tools/home")
    assert toolenv.programs(home) == home / folder
    assert toolenv.python(home) == home / folder / program


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE R", "another file"),
        ("error: Hash mismatch for `a==1`", "the index sent another file than"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("There is not enough space on the disk. (os error 112)", "the disk is full"),
        (
            "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]",
            "PIP_CERT",
        ),
        ("invalid peer certificate: Expired", "SSL_CERT_FILE"),
        ("invalid certificate: UnknownIssuer", "SSL_CERT_FILE"),
        # pip's last line is another, where it reached no index.
        (
            "Failed to establish a new connection: [Errno 111]\n"
            "ERROR: No matching distribution found for uv",
            "the package index cannot be reached",
        ),
        ("Connection refused", "UV_DEFAULT_INDEX"),
        ("tcp connect error: connection reset by peer", "UV_DEFAULT_INDEX"),
        ("('Connection broken: IncompleteRead", "UV_DEFAULT_INDEX"),
        ("dns error", "UV_DEFAULT_INDEX"),
        ("error sending request for url", "HTTPS_PROXY"),
        ("Read timed out.", "PIP_INDEX_URL"),
        ("Failed to fetch: `https://pypi.org/simple/a`", "PIP_INDEX_URL"),
        ("Because a==1 has no usable wheels", "no wheel of a locked tool for Python 3"),
        ("No matching distribution found", "no wheel of a locked tool for Python 3"),
        ("there is no version of a==9", "no wheel of a locked tool for Python 3"),
        ("first\nwhat nobody knows\n\n", "what nobody knows"),
        ("\n", "the installer did not say why"),
    ],
)
def test_what_installers_say_has_a_cause(said: str, cause: str) -> None:
    assert cause in toolenv.blame(said, toolenv.ROOM)


def test_the_environment_is_made_by_three_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolenv, "LOCKS", Path("/locks"))
    careful = "--require-hashes --only-binary :all: --no-deps --quiet"
    inside = f"{tmp_path}/bin/python"
    assert [
        " ".join(one.argv) for one in toolenv.make_commands(tmp_path, ["a", "b"])
    ] == [
        f"{sys.executable} -m venv {tmp_path}",
        f"{inside} -m pip install {careful} --disable-pip-version-check -r"
        " /locks/uv.txt",
        f"{inside} -m uv pip install {careful} --python {inside} -r /locks/a.txt -r"
        " /locks/b.txt",
    ]


def test_an_environment_whose_step_fails_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    tried: list[str] = []

    def attempt(one: Command) -> Finished:
        tried.append(one.argv[0])
        home.mkdir()
        return Finished(one, 3, "error: Hash mismatch\n")

    monkeypatch.setattr(toolenv, "attempt", attempt)
    monkeypatch.setattr(
        toolenv, "make_commands", lambda *_: [command("first"), command("second")]
    )
    said = r"could not be made: the index sent another file[^\n]*\n  \+ first$"
    with pytest.raises(Failure, match=said):
        toolenv.make(home, ["build"])
    assert tried == ["first"]
    assert toolenv.installed(home) == set()


def test_an_environment_is_made_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def make(home: Path, parts: Sequence[str]) -> None:
        made.append((home, parts))
        home.mkdir()
        (home / toolenv.READY).write_text("build", "utf-8")

    monkeypatch.setattr(toolenv, "make", make)
    home = tmp_path / "deep" / "tools" / "home"
    toolenv.provide(home, ["build"])
    assert made == [(home, ["build"])]
    assert (home.parent / "home.lock").exists()
    monkeypatch.setattr(toolenv, "alone", pytest.fail)
    toolenv.provide(home, ["build"])
    assert len(made) == 1


def test_who_waits_goes_on_when_the_other_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([False, False, True])
    slept: list[float] = []
    monkeypatch.setattr(toolenv, "taken", lambda _file: next(answers))
    monkeypatch.setattr(time, "sleep", slept.append)
    with toolenv.alone(tmp_path / "lock"):
        assert list(answers) == []
    assert len(slept) == 1
    assert capsys.readouterr().out.startswith("Waiting for another process")


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("wb") as one, path.open("wb") as other:
        assert toolenv.taken(one)
        assert not toolenv.taken(other)
        one.close()
        assert toolenv.taken(other)


def test_windows_locks_a_byte_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[tuple[int, ...]] = []

    def locking(*given: int) -> None:
        if locked:
            raise PermissionError
        locked.append(given)

    module = SimpleNamespace(locking=locking, LK_NBLCK=2)
    monkeypatch.setitem(sys.modules, "msvcrt", module)
    monkeypatch.setattr(sys, "platform", "win32")
    with (tmp_path / "lock").open("wb") as file:
        assert toolenv.taken(file)
        assert not toolenv.taken(file)
        assert locked == [(file.fileno(), 2, 1)]
