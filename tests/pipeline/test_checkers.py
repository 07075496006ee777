"""Checkers of other projects: imported once, and as if just started at every run."""

import os
import platform
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.commands import Failure
from pipeline.gates import checkers
from pipeline.gates.checkers import check

PROGRAM = """
import os
import sys

print("imported", file=open({log!r}, "a"))
runs = []


def main():
    runs.append(sys.argv)
    word = sys.argv[1]
    if word == "die":
        os.kill(os.getpid(), 9)
    if word == "raise":
        raise ValueError("\u2713")
    if word == "speak":
        sys.exit("spoken")
    print(len(runs), sys.argv[1:], sys.stdin.read(), "\u2713")
    os.system("echo of a child >&2")
    return int(word)
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What a program called `sample` writes when it is imported; it is installed."""
    made = tmp_path / "log"
    (tmp_path / "sample.py").write_text(PROGRAM.format(log=str(made)), "utf-8")
    (tmp_path / "sample-1.dist-info").mkdir()
    (tmp_path / "sample-1.dist-info" / "entry_points.txt").write_text(
        "[console_scripts]\nsample = sample:main\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    begun: dict[str, checkers.Checker] = {}

    def started(program: str) -> checkers.Checker:
        if program not in begun:
            begun[program] = checkers.Checker(program)
        return begun[program]

    monkeypatch.setattr(checkers, "started", started)
    yield made
    for one in begun.values():
        one.process.communicate(timeout=60)  # it ends with its input


def test_it_is_imported_once_and_no_run_knows_of_another(log: Path) -> None:
    for status in (0, 3, 0):
        done = check("sample", str(status), Path("a b"))
        assert done.returncode == status
        assert done.stdout == f"1 ['{status}', 'a b']  \u2713\n"
        assert done.stderr == "of a child\n"
    assert log.read_text() == "imported\n"


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    ("word", "status", "said"),
    [("speak", 1, "spoken\n"), ("raise", 1, "ValueError: \u2713\n"), ("die", -9, "")],
)
def test_however_a_run_ends_the_next_is_answered(
    word: str, status: int, said: str
) -> None:
    done = check("sample", word)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.endswith(said)
    assert check("sample", "0").returncode == 0


@pytest.mark.usefixtures("log")
def test_each_of_many_at_once_gets_its_own_answer() -> None:
    assert check("sample", "0").returncode == 0
    with ThreadPoolExecutor(8) as pool:
        done = pool.map(lambda number: check("sample", str(number)), range(40))
        assert [one.returncode for one in done] == list(range(40))


@pytest.mark.usefixtures("log")
def test_one_that_is_not_there_says_nothing_good() -> None:
    with pytest.raises(Failure, match="absent has ended before it answered"):
        check("absent", "0")


def test_where_nothing_can_be_forked_it_is_a_process_each_time(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    program = log.parent / "sample"
    code = "import sample, sys; sys.exit(sample.main())"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{code}' \"$@\"\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{log.parent}{os.pathsep}{os.environ['PATH']}")
    for status in (0, 3):
        done = check("sample", str(status))
        assert done.returncode == status
        assert done.stdout == f"1 ['{status}']  \u2713\n"
    assert log.read_text() == "imported\n" * 2
    with pytest.raises(Failure, match="absent was not found"):
        check("absent")


def test_twine_is_imported_with_what_it_needs_only_later() -> None:
    done = check("twine", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("twine version ")
