"""Gates of the set of files and of archives, and the audit, on a few small files."""

import io
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.gates import archives, audit
from pipeline.gates.model import REBUILD, Archive, Finding, Folder, Gate, Member
from pipeline.plan import Plan
from pipeline.project import Project

INFO = "sand-1.0.dist-info"
RECORD = f"{INFO}/RECORD"
PROJECT = cast("Project", SimpleNamespace(stem="sand-1.0"))
NO_PLAN = cast("Plan", None)


def test_the_set_of_files_is_that_of_the_plan() -> None:
    def found(*names: str) -> list[Finding]:
        plan = SimpleNamespace(files=["a.whl", "b.whl", "c.tar.gz"])
        folder = SimpleNamespace(plan=plan, names=names)
        return list(archives.file_set(cast("Folder", folder)))

    exactly = "exactly the files of the plan"
    add = "empty dist/ and build again, or add a row to targets.toml"
    take = "build it, or take its row out of targets.toml"
    assert found("c.tar.gz", "b.whl", "a.whl") == []
    assert found("z.whl", "b.whl", "y") == [
        Finding("a.whl is missing", exactly, take),
        Finding("c.tar.gz is missing", exactly, take),
        Finding("y is not in the plan", exactly, add),
        Finding("z.whl is not in the plan", exactly, add),
    ]


def zipped(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, "1")
    return written.getvalue()


def tarred(*names: str) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.whl", zipped("a"), []),
        ("a.tar.gz", tarred("a/b"), []),
        ("a.whl", zipped(), [Finding("nothing in it", "files", REBUILD)]),
        (
            "a.whl",
            zipped("a") + b"\0",
            [Finding("1 bytes behind the end, or a comment", "nothing there", REBUILD)],
        ),
        # Nothing is said of what is in it, where it cannot be read.
        (
            "a.whl",
            b"",
            [
                Finding(
                    "malformed: no record b'PK\\x05\\x06' at -1",
                    "one zip, as APPNOTE.TXT has it",
                    REBUILD,
                )
            ],
        ),
    ],
)
def test_an_archive_is_read_as_what_it_is(
    name: str, data: bytes, found: list[Finding], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    file = Archive(tmp_path / name, PROJECT, NO_PLAN)
    assert list(archives.archive(file)) == found


def test_an_sdist_is_read_as_a_tar(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(zipped("a"))
    [found] = archives.archive(Archive(tmp_path / "a.tar.gz", PROJECT, NO_PLAN))
    assert found.found.startswith("unreadable: ")


# Of no byte.
EMPTY = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
LINES = [f"a,{EMPTY},0", f"b,{archives.record_hash(b'one')},3", f"{RECORD},,"]


def test_a_hash_is_written_as_the_specification_wants_it() -> None:
    assert archives.record_hash(b"") == EMPTY
    assert len(archives.record_hash(b"one")) == len(EMPTY)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (LINES, []),
        (["", *LINES[::-1], ""], []),
        ([*LINES, LINES[0]], [("RECORD has a twice", "each file once")]),
        ([*LINES, "c,,"], [("RECORD has c, the wheel not", "files that exist")]),
        (LINES[1:], [("a is not in RECORD", "every file")]),
        (
            [f"a,{EMPTY},1", *LINES[1:]],
            [(f"RECORD says ['{EMPTY}', '1'] of a", f"['{EMPTY}', '0']")],
        ),
        (
            ["a,,0", *LINES[1:]],
            [("RECORD says ['', '0'] of a", f"['{EMPTY}', '0']")],
        ),
        (
            [*LINES[:2], f"{RECORD},{EMPTY},0"],
            [(f"RECORD says ['{EMPTY}', '0'] of {RECORD}", "['', '']")],
        ),
        (["a", *LINES[1:]], [("RECORD says [] of a", f"['{EMPTY}', '0']")]),
    ],
)
def test_each_file_is_recorded_as_it_is(
    lines: list[str], found: list[tuple[str, str]]
) -> None:
    files = {"a": b"", "b": b"one", RECORD: "\n".join(lines).encode()}
    wheel = SimpleNamespace(contents=files, dist_info=INFO)
    expected = [Finding(*one, REBUILD) for one in found]
    assert list(archives.record(cast("Archive", wheel))) == expected


def test_a_wheel_without_a_record_names_every_file() -> None:
    wheel = SimpleNamespace(contents={"b": b"", "a": b""}, dist_info=INFO)
    found = archives.record(cast("Archive", wheel))
    assert [one.found for one in found] == ["a is not in RECORD", "b is not in RECORD"]


def of_members(*members: Member) -> Archive:
    return cast("Archive", SimpleNamespace(members=list(members)))


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (0, ""),
        *((mode, "") for mode in (0o644, 0o664, 0o755, 0o775)),
        (stat.S_IFREG | 0o644, ""),
        (stat.S_IFREG | 0o600, "mode 0600 of a"),
        (0o777, "mode 0777 of a"),
        (stat.S_IFREG | 0o4755, "mode 4755 of a"),
        (stat.S_IFREG, "mode 0000 of a"),
        (stat.S_IFLNK | 0o644, "a is no plain file"),
        (stat.S_IFLNK | 0o777, "a is no plain file"),
        (stat.S_IFCHR | 0o644, "a is no plain file"),
    ],
)
def test_files_are_plain_and_everyone_can_read_them(mode: int, said: str) -> None:
    found = list(archives.modes(of_members(Member("a", b"", mode))))
    allowed = "0644 or 0755" if said.startswith("mode") else "plain files"
    assert found == ([Finding(said, allowed, REBUILD)] if said else [])


def test_all_times_are_one() -> None:
    def found(*times: str) -> list[Finding]:
        members = [Member("a", b"", time=time) for time in times]
        return list(archives.timestamps(of_members(*members)))

    assert found() == found("2") == found("2", "2") == []
    assert found("2", "3", "1") == [
        Finding("times from 1 to 3", "one, of the last commit", REBUILD)
    ]


@pytest.mark.parametrize(
    ("budget", "is_over"), [(1233, True), (1234, False), (1235, False), (None, False)]
)
def test_a_wheel_has_a_budget(
    budget: int | None, is_over: bool, tmp_path: Path
) -> None:
    (tmp_path / "a.whl").write_bytes(bytes(1234))
    target = None if budget is None else SimpleNamespace(size=budget)
    wheel = SimpleNamespace(path=tmp_path / "a.whl", target=target)
    found = list(archives.size(cast("Archive", wheel)))
    if is_over:
        [one] = found
        assert (one.found, one.allowed) == ("1,234 bytes", "1,233 bytes")
        assert "raise `size` in the row" in one.mend
    else:
        assert found == []


# The audit.


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Which gate was asked of what; one of them comes to no verdict."""
    made: list[tuple[str, str]] = []

    def gate(name: str, *kinds: Any) -> None:
        def check(of: Any) -> Iterator[Finding]:
            made.append((name, of.path.name))
            if name == "broken":
                raise ValueError("ruin")
            if name == "archive" and "torn" in of.path.name:
                yield Finding("torn", "whole", REBUILD)

        check.__name__ = name
        gates[name] = Gate(kinds, check)

    gates: dict[str, Gate] = {}
    gate("files", "set")
    gate("archive", "wheel", "sdist")
    gate("both", "wheel", "sdist")
    gate("of_wheels", "wheel")
    gate("broken", "sdist")
    monkeypatch.setattr(audit, "GATES", gates)
    return made


def test_every_gate_is_asked_of_every_file_that_it_is_for(
    asked: list[tuple[str, str]], tmp_path: Path
) -> None:
    for name in ("a.whl", "b.tar.gz", "torn.whl", "ledger.json", "notes.txt"):
        (tmp_path / name).touch()
    verdicts = audit.audit(Folder(tmp_path, PROJECT, NO_PLAN))
    no_verdict = Finding("no verdict: ValueError('ruin')", "a verdict", REBUILD)
    assert verdicts == {
        ("files", ""): [],
        ("archive", "a.whl"): [],
        ("both", "a.whl"): [],
        ("of_wheels", "a.whl"): [],
        ("archive", "b.tar.gz"): [],
        ("both", "b.tar.gz"): [],
        ("broken", "b.tar.gz"): [no_verdict],
        # The others would repeat it in other words.
        ("archive", "torn.whl"): [Finding("torn", "whole", REBUILD)],
    }
    assert ("files", tmp_path.name) in asked
    assert ("both", "torn.whl") not in asked
