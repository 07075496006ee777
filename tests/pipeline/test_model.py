"""What a gate is given of a file, and how it is entered into the registry."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.commands import Failure
from pipeline.gates import binary, model
from pipeline.gates.model import Archive, Finding, Folder, Gate, Member
from pipeline.plan import Plan
from pipeline.project import PROJECT as REAL
from pipeline.project import Project

PROJECT = cast("Project", SimpleNamespace(stem="sand-1.0"))
NAME = "sand-1.0-cp314-abi3.abi3t-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"


def zipped(*entries: tuple[str, int]) -> bytes:
    """Files of their names in capitals, with these modes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, mode in entries:
            info = zipfile.ZipInfo(name, (1985, 10, 26, 1, 20, 0))
            info.external_attr = mode << 16
            archive.writestr(info, name.upper())
    return written.getvalue()


def test_the_members_of_a_zip_are_its_files() -> None:
    data = zipped(("a/", 0o40755), ("a/b.py", 0o100755), ("c", 0o644))
    assert model.zip_members(data) == [
        Member("a/b.py", b"A/B.PY", 0o100755, "1985-10-26 01:20:00+00:00"),
        Member("c", b"C", 0o644, "1985-10-26 01:20:00+00:00"),
    ]


def tarred() -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, kind in {
            "sand-1.0": tarfile.DIRTYPE,
            "sand-1.0/a": tarfile.REGTYPE,
            "sand-1.0/link": tarfile.SYMTYPE,
            "sand-1.0/again": tarfile.LNKTYPE,
            "sand-1.0/device": tarfile.CHRTYPE,
        }.items():
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.mtime = kind, 0o640, 499_137_600
            info.linkname = "sand-1.0/a"
            info.size = 1 if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(b"1"))
    return written.getvalue()


def test_the_members_of_a_tar_are_its_files() -> None:
    member = Member("sand-1.0/a", b"1", 0o640, "1985-10-26 01:20:00+00:00")
    assert model.tar_members(tarred()) == [member]


def archive(path: Path, data: bytes = b"", **plan: Any) -> Archive:
    if data:
        path.write_bytes(data)
    return Archive(path, PROJECT, cast("Plan", SimpleNamespace(**plan)))


def test_a_wheel_is_known_by_its_name(tmp_path: Path) -> None:
    asked: list[str] = []
    made = archive(tmp_path / NAME, of_file=asked.append)
    assert made.kind == "wheel"
    assert (made.abi, made.platform) == ("abi3.abi3t", "manylinux_2_17_x86_64")
    assert made.dist_info == "sand-1.0.dist-info"
    assert made.metadata_name == "sand-1.0.dist-info/METADATA"
    assert made.target is None
    assert asked == [NAME]


def test_an_sdist_is_all_that_is_no_wheel(tmp_path: Path) -> None:
    made = archive(tmp_path / "sand-1.0.tar.gz", tarred())
    assert made.kind == "sdist"
    assert made.metadata_name == "sand-1.0/PKG-INFO"
    assert made.contents == {"sand-1.0/a": b"1"}
    assert made.metadata.keys() == []


def test_a_wheel_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / NAME
    info = "sand-1.0.dist-info/METADATA"
    made = archive(path, zipped((info, 0), ("sand/a.py", 0)))
    assert made.contents == {info: info.upper().encode(), "sand/a.py": b"SAND/A.PY"}
    path.unlink()
    assert [one.name for one in made.members] == [info, "sand/a.py"]
    assert made.metadata.get_payload() == info.upper()


def test_metadata_have_headers(tmp_path: Path) -> None:
    made = archive(tmp_path / NAME)
    made.__dict__["contents"] = {"sand-1.0.dist-info/METADATA": b"Name: sand\n\ntext\n"}
    assert (made.metadata["Name"], made.metadata.get_payload()) == ("sand", "text\n")


@pytest.mark.parametrize("name", ["a.so", "a.abi3.so", "a.pyd", "b.dll", "c.dylib"])
def test_the_extension_module_is_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binary, "read", lambda data: data)
    made = archive(tmp_path / NAME)
    made.__dict__["contents"] = {"a.so.txt": b"1", name: b"2", "z.so": b"3"}
    read: Any = made.extension
    assert read == b"2"


def test_a_wheel_without_a_module_says_so(tmp_path: Path) -> None:
    made = archive(tmp_path / NAME)
    made.__dict__["contents"] = {"so": b"", "a.so.txt": b"", "a.py": b""}
    with pytest.raises(Failure, match="no extension module in it"):
        _ = made.extension


def test_the_ledger_is_no_file_of_the_release(tmp_path: Path) -> None:
    for name in "dcba":
        (tmp_path / name).touch()
    (tmp_path / "ledger.json").touch()
    assert Folder(tmp_path, PROJECT, cast("Plan", None)).names == ["a", "b", "c", "d"]


def test_what_a_builder_does_is_named() -> None:
    python, script = model.REBUILD.split()
    assert python == "python"
    assert (REAL.root / script).is_file()


def test_a_gate_is_entered_by_its_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "GATES", {})

    def sturdy(_wheel: Archive) -> Iterator[Finding]:
        """A door that
        falls.
        """
        yield Finding("a", "b", "c")

    assert model.gate("wheel", "set")(sturdy) is sturdy
    made = Gate(("wheel", "set"), sturdy)
    assert model.GATES["sturdy"] == made
    assert len(model.GATES) == 1
    assert made.accident == "A door that falls."
    sturdy.__doc__ = None
    assert made.accident == ""
