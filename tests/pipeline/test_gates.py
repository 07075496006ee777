"""Each gate is broken once: one thing of a good file, and exactly that gate fails."""

import csv
import io
import random
import shutil
import subprocess
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import lief
import pytest

from pipeline import ledger
from pipeline.gates.archives import file_set, record_hash
from pipeline.gates.audit import audit, audit_file
from pipeline.gates.contents import tracked
from pipeline.gates.model import GATES, Archive, Folder, tar_contents
from pipeline.plan import Plan, Target
from pipeline.project import Project

Contents = dict[str, bytes]
Change = Callable[[Contents], None]

ABI3, ABI3T = "cp311-abi3", "cp315-abi3.abi3t"


# Tools to break things with.


def row_of(plan: Plan, abi: str) -> Target:
    return next(row for row in plan.targets if row.abi == abi)


def read(wheel: Path) -> Contents:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(wheel: Path, contents: Contents) -> None:
    # As small as it was, or `size` would notice.
    with zipfile.ZipFile(wheel, "w", compresslevel=9) as archive:
        for name, data in contents.items():
            info = zipfile.ZipInfo(name)  # of 1980, all of them
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)


def record_again(contents: Contents) -> None:
    """Make RECORD right after a change, so that it is not what is noticed."""
    name = one(contents, "RECORD")
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for path, data in contents.items():
        if path != name:
            rows.writerow([path, record_hash(data), len(data)])
    rows.writerow([name, "", ""])
    contents[name] = text.getvalue().encode()


def one(contents: Contents, end: str) -> str:
    """The name of the one file that ends so."""
    [found] = [name for name in contents if name.endswith(end)]
    return found


def edit(end: str, old: str, new: str) -> Change:
    """Replace a text in the file that ends so; it must be there."""

    def change(contents: Contents) -> None:
        name = one(contents, end)
        assert old.encode() in contents[name], f"{old!r} is not in {name}"
        contents[name] = contents[name].replace(old.encode(), new.encode())

    return change


def remove(end: str) -> Change:
    def change(contents: Contents) -> None:
        del contents[one(contents, end)]

    return change


def drop_line(end: str, part: str) -> Change:
    """Take the first line with this part out of the file that ends so."""

    def change(contents: Contents) -> None:
        name = one(contents, end)
        lines = contents[name].splitlines(keepends=True)
        lines.remove(next(line for line in lines if part.encode() in line))
        contents[name] = b"".join(lines)

    return change


def add_to_package(name: str, data: bytes) -> Change:
    def change(contents: Contents) -> None:
        package = one(contents, "/py.typed").removesuffix("py.typed")
        contents[package + name] = data

    return change


def append(end: str, data: bytes) -> Change:
    def change(contents: Contents) -> None:
        contents[one(contents, end)] += data

    return change


def rename(end: str, new: str) -> Change:
    def change(contents: Contents) -> None:
        name = one(contents, end)
        contents[name.removesuffix(end) + new] = contents.pop(name)

    return change


def write_over(data: bytes, start: int, new: bytes) -> bytes:
    return data[:start] + new + data[start + len(new) :]


def patch(end: str, place: Callable[[lief.ELF.Binary], int], new: bytes) -> Change:
    """Write over some bytes of a library for Linux, where LIEF says they are."""

    def change(contents: Contents) -> None:
        name = one(contents, end)
        elf = lief.ELF.parse(list(contents[name]))
        assert isinstance(elf, lief.ELF.Binary)
        contents[name] = write_over(contents[name], place(elf), new)

    return change


def flags_of_the_stack(elf: lief.ELF.Binary) -> int:
    """In the table of segments: 8 bytes of an entry's 56 in, there are its flags."""
    kinds = [segment.type for segment in elf.segments]
    number = kinds.index(lief.ELF.Segment.TYPE.GNU_STACK)
    return int(elf.header.program_header_offset) + 56 * number + 4


def init_function(elf: lief.ELF.Binary) -> int:
    [start] = {one.address for one in elf.exported_functions}
    offset = elf.virtual_address_to_offset(start)
    assert isinstance(offset, int)
    return offset


def export_more(contents: Contents) -> None:
    name = one(contents, ".so")
    elf = lief.ELF.parse(list(contents[name]))
    assert isinstance(elf, lief.ELF.Binary)
    elf.add_exported_function(init_function(elf), "checksum")
    contents[name] = bytes(elf.write_to_bytes())


def failing(file: Archive) -> set[str]:
    verdicts = audit_file(file)
    return {gate for (gate, _), findings in verdicts.items() if findings}


def say_not_rst(contents: Contents) -> None:
    """A description that the index cannot render."""
    name = one(contents, "/METADATA")
    head, _, _ = contents[name].partition(b"\n\n")
    head = head.replace(b"text/markdown", b"text/x-rst")
    contents[name] = head + b"\n\n.. unknown::directive\n\n`open\n"


# What a wheel can suffer. RECORD is written again unless it is the thing.

VZEROUPPER = b"\xc5\xf8\x77"
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
    ("extension", "a name for one Python", rename(".abi3.so", ".cpython-311-x.so")),
    ("sboms", "none", remove(".cdx.json")),
    ("sboms", "another version", edit(".cdx.json", '"version": "', '"version": "9.')),
    ("unexpected", "a secret", add_to_package("token.txt", b"1234\n")),
    ("unexpected", "yesterday's module", add_to_package("_old.py", b"OLD = 1\n")),
    # In the table of names that the extension imports.
    ("stable_abi", "a foreign symbol", edit(".so", "PyModuleDef_I", "PyModuleDef_J")),
    ("floor", "a newer glibc", edit(".so", "GLIBC_2.14\0", "GLIBC_2.34\0")),
    ("index", "a classifier of nobody", edit(HEADER, "Topic :: Sc", "Tropic :: Sc")),
    ("exports", "a name of ours", export_more),
    ("hardening", "an executable stack", patch(".so", flags_of_the_stack, b"\7")),
    ("stripped", "debug information", edit(".so", "\0.comment\0", "\0.debug_a\0")),
    ("build_paths", "a home", edit(".so", "/rustc/", "/home/a")),
    ("baseline", "AVX at import", patch(".so", init_function, VZEROUPPER)),
]


def need_newer_macos(contents: Contents) -> None:
    name = one(contents, ".so")
    fat = lief.MachO.parse(list(contents[name]))
    assert fat is not None
    library = fat.at(0)
    assert library is not None
    command = library.build_version
    assert command is not None
    # After the command's kind, its size and the platform: patch, minor, major.
    start = command.command_offset + 12
    contents[name] = write_over(contents[name], start, bytes([0, 0, 15, 0]))


def flatten(contents: Contents) -> None:
    """Take the flag for two-level names, 0x80, out of the header of Mach-O."""
    name = one(contents, ".so")
    flags = contents[name][24]
    contents[name] = write_over(contents[name], 24, bytes([flags & ~0x80]))


def patch_processor(contents: Contents) -> None:
    """That the DLL is for arm64: the two bytes after PE's signature."""
    name = one(contents, ".pyd")
    start = int.from_bytes(contents[name][0x3C:0x40], "little") + 4
    contents[name] = write_over(contents[name], start, b"\x64\xaa")


def add_library(contents: Contents) -> None:
    name = one(contents, ".so")
    elf = lief.ELF.parse(list(contents[name]))
    assert isinstance(elf, lief.ELF.Binary)
    elf.add_library("libstdc++.so.6")
    contents[name] = bytes(elf.write_to_bytes())


# On wheels for other machines, by their family.
OTHER_MUTATIONS: list[tuple[str, str, str, Change]] = [
    ("floor", "macos", "a newer macOS", need_newer_macos),
    ("machine", "windows", "another processor", patch_processor),
    ("libraries", "windows", "an unknown DLL", edit(".pyd", "KERNEL32", "KERNEL33")),
    (
        "libraries",
        "windows",
        "one Python's DLL",
        edit(".pyd", "python3.dll", "python4.dll"),
    ),
    (
        "libraries",
        "macos",
        "a library of its own",
        edit(".so", "libSystem.B", "libSystem.C"),
    ),
    ("libraries", "musl", "C++", add_library),
    ("exports", "macos", "a name of ours", edit(".so", "EMPTY_PANIC", "EMPTY_STACK")),
    ("hardening", "macos", "a flat name space", flatten),
    (
        "stable_abi",
        "windows",
        "a foreign symbol",
        edit(".pyd", "PyModuleDef_I", "PyModuleDef_J"),
    ),
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


@pytest.mark.parametrize(
    ("gate", "system", "change"),
    [
        pytest.param(gate, system, change, id=f"{gate}: {what} on {system}")
        for gate, system, what, change in OTHER_MUTATIONS
    ],
)
def test_one_thing_broken_on_another_machine_fails_exactly_its_gate(
    gate: str,
    system: str,
    change: Change,
    dist: Path,
    sample: Plan,
    project: Project,
    tmp_path: Path,
) -> None:
    row = next(row for row in sample.targets if row.system == system)
    contents = read(dist / row.wheel)
    change(contents)
    record_again(contents)
    write(tmp_path / row.wheel, contents)

    assert failing(Archive(tmp_path / row.wheel, project, sample)) == {gate}


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


def test_the_exemption_for_abi3t_is_of_one_symbol(
    dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3T).wheel
    contents = read(dist / name)
    edit(".so", "PyModExport__core", "PyModExport__cors")(contents)
    record_again(contents)
    write(tmp_path / name, contents)
    found = failing(Archive(tmp_path / name, project, plan))
    assert found == {"stable_abi", "exports"}


def test_a_second_extension_fails_extension(
    dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3).wheel
    contents = read(dist / name)
    # With a byte more, as check-wheel-contents minds two equal files.
    second = contents[one(contents, ".so")] + b"\0"
    contents[f"{project.package}/_old.abi3.so"] = second
    record_again(contents)
    write(tmp_path / name, contents)
    # Two do not fit into the budget of one.
    roomy = replace(plan, targets=tuple(replace(t, size=10**9) for t in plan.targets))
    assert failing(Archive(tmp_path / name, project, roomy)) == {"extension"}


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


def copy_of(project: Project, root: Path) -> Project:
    for name in tracked(project):
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project.root / name, target)
    git(root, "init", "--quiet")
    git(root, "add", ".")
    return Project(root)


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)


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
    broken |= {gate for gate, *_ in OTHER_MUTATIONS}
    assert broken | BROKEN_ABOVE == GATES.keys()


def test_every_gate_says_which_accident_it_prevents() -> None:
    assert [name for name, gate in GATES.items() if not gate.accident] == []


def test_a_gate_that_cannot_judge_has_not_passed(
    dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    """auditwheel and abi3audit refuse what is no ELF file."""
    name = row_of(plan, ABI3).wheel
    contents = read(dist / name)
    contents[one(contents, ".so")] = b"no extension"
    record_again(contents)
    write(tmp_path / name, contents)
    assert {"floor", "stable_abi"} <= failing(Archive(tmp_path / name, project, plan))
