"""Which files the archives of a project have, and no others, whatever its shape."""

from email.message import Message
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from adopters import git, write

from pipeline.gates import backend, contents
from pipeline.gates.model import Archive, Finding, Member
from pipeline.generators import sbom
from pipeline.project import Project

PYPROJECT = '[project]\nname = "sand"\n[tool.maturin]\nmodule-name = "sand._core"\n'
# What is to be done.
REBUILD = "python scripts/build.py"
AS_COMMITTED = "every file of the last commit, with its bytes"
COMMIT = "commit, then python scripts/build.py"
WRITE_SBOM = "python scripts/generate.py sbom, then python scripts/build.py"
INFO = "sand-1.0.dist-info"


def project(root: Path, settings: str, *tracked: str, beside: str = "") -> Project:
    """One with these files in git, and some beside them."""
    files = dict.fromkeys(tracked, "") | {"pyproject.toml": PYPROJECT + settings}
    write(root, {**files, "Cargo.toml": "[package]\n"})
    git(root, "init", "--quiet")
    git(root, "add", ".")
    write(root, dict.fromkeys(beside.split(), ""))
    return Project(root)


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


@pytest.mark.parametrize(
    ("settings", "tracked", "beside", "packed"),
    [
        (
            "",
            "sand/__init__.py sand/deep/a.txt stubs/sand/_core.pyi t/a.py sandy/b.py",
            "sand/secret.txt",
            {
                **same("sand/__init__.py", "sand/deep/a.txt"),
                "sand/_core.pyi": "stubs/sand/_core.pyi",
            },
        ),
        (
            'python-source = "python"\npython-packages = ["extra"]\n',
            "python/sand/__init__.py python/extra/a.py python/other/b.py sand/c.py",
            "",
            {
                "sand/__init__.py": "python/sand/__init__.py",
                "extra/a.py": "python/extra/a.py",
            },
        ),
        # All in Rust: maturin writes the package, and takes a stub at the top.
        ("", "src/lib.rs sand.pyi", "", {"sand/__init__.pyi": "sand.pyi"}),
        ("", "src/lib.rs", "", {}),
        ("", "sand/__init__.py sand.pyi", "", same("sand/__init__.py")),
        # What a pattern includes need not be git's; a folder to start from is found.
        (
            'python-source = "python"\ninclude = ["notes/*.txt", "data/*",'
            ' { path = "only/*", format = "sdist" },'
            ' { path = "both.md", format = ["wheel", "sdist"] }]\n',
            "python/sand/__init__.py notes/a.txt notes/b.md only/c both.md",
            "python/data/d.bin",
            {
                "sand/__init__.py": "python/sand/__init__.py",
                "data/d.bin": "python/data/d.bin",
                **same("notes/a.txt", "both.md"),
            },
        ),
        (
            'exclude = ["sand/*.txt", { path = "sand/b.md", format = "sdist" }]\n',
            "sand/__init__.py sand/a.txt sand/b.md",
            "",
            same("sand/__init__.py", "sand/b.md"),
        ),
    ],
)
def test_a_wheel_has_the_files_of_the_package(
    settings: str, tracked: str, beside: str, packed: dict[str, str], tmp_path: Path
) -> None:
    made = project(tmp_path, settings, *tracked.split(), beside=beside)
    assert contents.package_files(made) == packed


def test_files_for_type_checkers_are_judged_by_a_gate_of_their_own(
    tmp_path: Path,
) -> None:
    names = ("sand/__init__.py", "sand/a.txt", "sand/py.typed", "sand/b.pyi")
    made = project(tmp_path, "", *names)
    assert contents.python_files(made) == same(*names[:2])
    assert contents.typing_files(made) == same(*names[2:])


def test_what_is_excluded_is_read_as_git_does(tmp_path: Path) -> None:
    made = project(tmp_path, 'exclude = ["**/*.txt"]\n', "a.txt", "b/c.txt", "d.md")
    assert contents.left_out(made, "sdist") == {"a.txt", "b/c.txt"}
    bare = project(tmp_path / "bare", "", "a.txt")
    assert contents.left_out(bare, "sdist") == set()


def test_maturin_writes_a_package_around_a_module_alone(tmp_path: Path) -> None:
    pure = project(tmp_path / "pure", "", "src/lib.rs")
    written = ["sand/__init__.py", "sand/py.typed"]
    assert contents.written_by_maturin(pure) == written
    mixed = project(tmp_path / "mixed", "", "sand/__init__.py")
    assert contents.written_by_maturin(mixed) == []


def archive(of: Project, files: dict[str, bytes], **more: Any) -> Archive:
    made = SimpleNamespace(project=of, contents=files, dist_info=INFO, **more)
    return cast("Archive", made)


def test_each_file_of_the_repository_is_in_the_wheel_with_its_bytes(
    tmp_path: Path,
) -> None:
    names = (
        "sand/__init__.py",
        "sand/a.py",
        "sand/b.py",
        "sand/py.typed",
        "sand/c.pyi",
    )
    made = project(tmp_path, "", *names)
    write(tmp_path, {"sand/a.py": "a", "sand/b.py": "b", "sand/c.pyi": "c"})
    good = {
        "sand/__init__.py": b"",
        "sand/a.py": b"a",
        "sand/b.py": b"b",
        "sand/py.typed": b"",
        "sand/c.pyi": b"c",
    }
    assert list(contents.python(archive(made, good))) == []
    assert list(contents.typing(archive(made, good))) == []
    bad = {**good, "sand/b.py": b"x", "sand/c.pyi": b"x"}
    del bad["sand/a.py"]
    assert list(contents.python(archive(made, bad))) == [
        Finding("sand/a.py is missing", "a copy of sand/a.py", REBUILD),
        Finding("sand/b.py differs", "the bytes of sand/b.py", REBUILD),
    ]
    assert list(contents.typing(archive(made, bad))) == [
        Finding("sand/c.pyi differs", "the bytes of sand/c.pyi", REBUILD)
    ]
    (tmp_path / "sand" / "a.py").unlink()
    assert list(contents.python(archive(made, good))) == [
        Finding("sand/a.py differs", "the bytes of sand/a.py", REBUILD)
    ]


def test_a_bill_of_materials_is_declared_there_and_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def errors(text: str) -> list[str]:
        seen.append(text)
        return ["no banana"] if text == "{}" else []

    monkeypatch.setattr(sbom, "errors", errors)
    bare = project(tmp_path / "bare", "")
    advice = "add it to [tool.maturin.sbom]"
    assert list(contents.sboms(archive(bare, {}))) == [
        Finding("no SBOM declared", "one", advice)
    ]
    settings = '[tool.maturin.sbom]\ninclude = ["deep/a.cdx.json"]\n'
    made = project(tmp_path / "made", settings, "deep/a.cdx.json")
    name = f"{INFO}/sboms/a.cdx.json"
    assert list(contents.sboms(archive(made, {name: b""}))) == []
    assert list(contents.sboms(archive(made, {}))) == [
        Finding(f"{name} is missing", "a copy of deep/a.cdx.json", REBUILD),
        Finding(f"{name}: no banana", "valid CycloneDX", WRITE_SBOM),
    ]
    assert seen == ["", "{}"]


def test_nothing_is_in_a_wheel_that_nobody_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = '[tool.maturin.sbom]\ninclude = ["deep/a.cdx.json"]\n'
    made = project(tmp_path, settings, "sand/__init__.py", "sand/py.typed")
    members = {f"{INFO}/METADATA": Member("", b"")}
    monkeypatch.setattr(backend, "members", lambda _: members)
    good = [
        *("sand/__init__.py", "sand/py.typed", "sand/_core.abi3.so"),
        *(f"{INFO}/METADATA", f"{INFO}/RECORD", f"{INFO}/entry_points.txt"),
        f"{INFO}/sboms/a.cdx.json",
    ]
    bad = ["sand/.env", f"{INFO}/sboms/b.json", "tests/__init__.py"]
    found = contents.unexpected(archive(made, dict.fromkeys([*good, *bad], b"")))
    assert list(found) == [
        Finding(f"{name} is in the wheel", "files of the repository", REBUILD)
        for name in bad
    ]
    pure = project(tmp_path / "pure", "", "src/lib.rs")
    written = dict.fromkeys(["sand/__init__.py", "sand/py.typed"], b"")
    assert list(contents.unexpected(archive(pure, written))) == []


def test_an_sdist_is_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {
        name: Member(f"sand-1.0/{name}", name.encode(), 0o644)
        for name in ("PKG-INFO", "LICENSE", "a", "b", "c", "d")
    }
    made = {one.name: one for one in sources.values()}
    made[f"{INFO}/METADATA"] = Member(f"{INFO}/METADATA", b"")
    monkeypatch.setattr(backend, "members", lambda _: made)
    headers = Message()
    headers["License-File"] = "LICENSE"

    def found(*members: Member) -> list[Finding]:
        of = cast("Project", SimpleNamespace(stem="sand-1.0"))
        sdist = archive(
            of,
            {},
            members=list(members),
            metadata=headers,
            metadata_name="sand-1.0/PKG-INFO",
        )
        return list(contents.sdist_files(sdist))

    assert found(*sources.values()) == []
    # Others judge what metadata and licences say, and whether these are there.
    changed = {
        **sources,
        "PKG-INFO": Member("sand-1.0/PKG-INFO", b"other", 0o644),
        "b": Member("sand-1.0/b", b"other", 0o644),
        "c": Member("sand-1.0/c", b"c", 0o755),
        "new": Member("sand-1.0/new", b"", 0o644),
        "elsewhere": Member("elsewhere", b"", 0o644),
    }
    for name in ("a", "d", "LICENSE"):
        del changed[name]
    assert found(*changed.values()) == [
        Finding("sand-1.0/a is missing", AS_COMMITTED, COMMIT),
        Finding("sand-1.0/d is missing", AS_COMMITTED, COMMIT),
        Finding("elsewhere is in the sdist", "committed files only", COMMIT),
        Finding("sand-1.0/new is in the sdist", "committed files only", COMMIT),
        Finding("sand-1.0/b differs", AS_COMMITTED, COMMIT),
        Finding("mode 0755 of sand-1.0/c", "0644", REBUILD),
    ]
    licence = Member("sand-1.0/LICENSE", b"other", 0o644)
    assert found(*{**sources, "LICENSE": licence}.values()) == []
