"""Each gate is broken once: one thing of a good file, and exactly that gate fails.

The gates of the extension module are broken in test_gates_extension.py.
"""

import io
import random
import shutil
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from breaking import (
    ABI3,
    Change,
    Contents,
    add_to_package,
    append,
    copy_of,
    drop_line,
    edit,
    failing,
    gates_of,
    git,
    one,
    read,
    record_again,
    remove,
    rename,
    row_of,
    write,
)

from pipeline import ledger
from pipeline.gates import archives, contents, metadata
from pipeline.gates.archives import file_set
from pipeline.gates.audit import audit
from pipeline.gates.model import GATES, Archive, Folder, tar_contents
from pipeline.plan import Plan
from pipeline.project import Project


def say_not_rst(contents: Contents) -> None:
    """A description that the index cannot render."""
    name = one(contents, "/METADATA")
    head, _, _ = contents[name].partition(b"\n\n")
    head = head.replace(b"text/markdown", b"text/x-rst")
    contents[name] = head + b"\n\n.. unknown::directive\n\n`open\n"


# What a wheel can suffer. RECORD is written again unless it is the thing.

NOISE = random.Random(0).randbytes(700_000)  # noqa: S311  (not secret)

HEADER = "/METADATA"
LICENCE_LINE = "License-File: LICENSE\n"

WHEEL_MUTATIONS: list[tuple[str, str, Change]] = [
    ("record", "a hash", edit("RECORD", "sha256=", "sha256=x")),
    ("record", "a line too few", drop_line("RECORD", "/METADATA,")),
    ("size", "700 kB of noise", append(".so", NOISE)),
    ("tags", "another tag inside", edit("WHEEL", "cp311-abi3-m", "cp312-abi3-m")),
    ("tags", "a pure one", edit("WHEEL", "Purelib: false", "Purelib: true")),
    ("identity", "another version", edit(HEADER, "\nVersion: ", "\nVersion: 9.")),
    ("identity", "another name", edit(HEADER, "\nName: ", "\nName: x-")),
    ("metadata", "a lost requirement", drop_line(HEADER, "Requires-Dist: ")),
    ("metadata", "an older Python", edit(HEADER, "Python: >=3.1", "Python: >=3.0")),
    (
        "metadata",
        "another licence",
        edit(HEADER, "Expression: ", "Expression: 0BSD OR "),
    ),
    ("license_files", "no licence", remove("/LICENSE")),
    ("license_files", "another text", edit("/LICENSE", "Redistribution", "Sale")),
    ("license_files", "not named", edit(HEADER, LICENCE_LINE, "")),
    ("twine", "a description that does not render", say_not_rst),
    ("python", "a changed module", append("uncork/__init__.py", b"\nNEW = 1\n")),
    ("typing", "no py.typed", remove("py.typed")),
    ("typing", "a stale stub", append("_core.pyi", b"\nold: int\n")),
    ("typing", "no stub", remove("_core.pyi")),
    ("sboms", "none", remove(".cdx.json")),
    ("sboms", "another version", edit(".cdx.json", '"version": "', '"version": "9.')),
    ("unexpected", "a secret", add_to_package("token.txt", b"1234\n")),
    ("unexpected", "yesterday's module", add_to_package("_old.py", b"OLD = 1\n")),
    ("index", "a classifier of nobody", edit(HEADER, "Topic :: Sc", "Tropic :: Sc")),
]


@pytest.mark.parametrize(
    ("gate", "change"),
    [
        pytest.param(gate, change, id=f"{gate}: {what}")
        for gate, what, change in WHEEL_MUTATIONS
    ],
)
def test_one_thing_broken_fails_exactly_its_gate(
    gate: str, change: Change, dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3).wheel
    contents = read(dist / name)
    change(contents)
    if gate != "record":
        record_again(contents)
    write(tmp_path / name, contents)

    assert failing(Archive(tmp_path / name, project, plan)) == {gate}


def test_a_file_of_another_time_fails_timestamps(
    dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3).wheel
    shutil.copy(dist / name, tmp_path)
    contents = read(dist / name)
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for number, (path, data) in enumerate(contents.items()):
            info = zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 2 * (number == 1)))
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    assert failing(Archive(tmp_path / name, project, plan)) == {"timestamps"}


# The other things that can be broken: names, the archive, the sdist, the set.


def test_nothing_is_wrong_with_the_files_as_built(
    dist: Path, sample: Plan, project: Project
) -> None:
    verdicts = audit(Folder(dist, project, sample))
    assert {key: found for key, found in verdicts.items() if found} == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ABI3, "cp312-abi3"),
        ("manylinux_2_17", "manylinux_2_34"),
        # PEP 425: a compressed set of tags is sorted.
        (
            "manylinux2014_x86_64.manylinux_2_17_x86_64",
            "manylinux_2_17_x86_64.manylinux2014_x86_64",
        ),
    ],
)
def test_a_renamed_wheel_fails_tags(
    old: str, new: str, dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3).wheel
    renamed = tmp_path / name.replace(old, new)
    shutil.copy(dist / name, renamed)
    assert failing(Archive(renamed, project, plan)) == {"tags"}


def truncate(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def flip(path: Path) -> None:
    """One bit inside what is compressed."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def repeat(path: Path) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")  # zipfile says so itself
        archive.writestr(archive.namelist()[0], b"")


def escape(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../outside.py", b"")


@pytest.mark.parametrize("damage", [truncate, flip, repeat, escape])
def test_a_damaged_archive_fails_archive(
    damage: Callable[[Path], None],
    dist: Path,
    plan: Plan,
    project: Project,
    tmp_path: Path,
) -> None:
    name = row_of(plan, ABI3).wheel
    shutil.copy(dist / name, tmp_path)
    damage(tmp_path / name)
    assert failing(Archive(tmp_path / name, project, plan)) == {"archive"}


def test_a_module_that_cannot_be_imported_fails_contents(
    dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    """It is in the repository too, so that only the checker of contents minds."""
    name = row_of(plan, ABI3).wheel
    other = copy_of(project, tmp_path / "repository")
    added = f"{project.package}/no-module.py"
    (other.python_source / added).write_bytes(b"X = 1\n")
    git(other.root, "add", ".")
    contents = read(dist / name)
    contents[added] = b"X = 1\n"
    record_again(contents)
    write(tmp_path / name, contents)
    assert failing(Archive(tmp_path / name, other, plan)) == {"contents"}


def add_what_is_left_out(contents: Contents) -> None:
    top = next(iter(contents)).split("/")[0]
    contents[f"{top}/docs/benchmarks/sample.html"] = b""


SDIST_MUTATIONS: list[tuple[str, Change]] = [
    ("sdist_files", add_what_is_left_out),
    ("sdist_files", remove("/build.rs")),
    ("sdist_files", rename("/Cargo.lock", "/Cargo.lock.orig")),
    ("license_files", remove("/LICENSE")),
    ("identity", edit("PKG-INFO", "\nVersion: ", "\nVersion: 9.")),
    ("metadata", edit("PKG-INFO", "Python: >=3.1", "Python: >=3.0")),
]


@pytest.mark.parametrize(("gate", "change"), SDIST_MUTATIONS)
def test_an_sdist_with_one_thing_broken_fails_exactly_its_gate(
    gate: str, change: Change, dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    with tarfile.open(dist / project.sdist) as archive:
        contents = dict(tar_contents(archive))
    change(contents)
    with tarfile.open(tmp_path / project.sdist, "w:gz") as archive:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert failing(Archive(tmp_path / project.sdist, project, plan)) == {gate}


def test_a_missing_and_a_foreign_file_fail_the_file_set(
    plan: Plan, project: Project, tmp_path: Path
) -> None:
    for name in plan.files[1:]:
        (tmp_path / name).touch()
    yesterday = plan.files[0].replace(project.version, "0.0.1")
    (tmp_path / yesterday).touch()
    (tmp_path / ledger.NAME).touch()

    findings = list(file_set(Folder(tmp_path, project, plan)))

    assert [finding.found for finding in findings] == [
        f"{plan.files[0]} is missing",
        f"{yesterday} is not in the plan",
    ]
    assert all(finding.mend for finding in findings)


BROKEN_ABOVE = {"file_set", "archive", "contents", "timestamps"}


def test_every_gate_is_broken_by_some_mutation() -> None:
    broken = {gate for gate, _, _ in WHEEL_MUTATIONS}
    broken |= {gate for gate, _ in SDIST_MUTATIONS}
    gates = {gate for gate, _ in gates_of(archives, contents, metadata)}
    assert broken | BROKEN_ABOVE == gates


def test_every_gate_says_which_accident_it_prevents() -> None:
    assert [name for name, gate in GATES.items() if not gate.accident] == []
