"""Each gate of the extension module is broken, one thing of a good file at a time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import lief
import pytest
from breaking import (
    ABI3,
    ABI3T,
    Change,
    Contents,
    edit,
    failing,
    gates_of,
    one,
    read,
    record_again,
    rename,
    row_of,
    write,
    write_over,
)

from pipeline.gates import extension
from pipeline.gates.model import Archive
from pipeline.plan import Plan
from pipeline.project import Project


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


VZEROUPPER = b"\xc5\xf8\x77"

WHEEL_MUTATIONS: list[tuple[str, str, Change]] = [
    ("extension", "a name for one Python", rename(".abi3.so", ".cpython-311-x.so")),
    ("stable_abi", "a foreign symbol", edit(".so", "PyModuleDef_I", "PyModuleDef_J")),
    ("floor", "a newer glibc", edit(".so", "GLIBC_2.14\0", "GLIBC_2.34\0")),
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


def test_every_gate_of_the_extension_is_broken_by_some_mutation() -> None:
    broken = {gate for gate, _, _ in WHEEL_MUTATIONS}
    broken |= {gate for gate, *_ in OTHER_MUTATIONS}
    assert {(gate, "wheel") for gate in broken} == gates_of(extension)
