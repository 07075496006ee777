"""Each gate of the extension module is broken, one thing of a good file at a time."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from types import SimpleNamespace
from typing import Any, cast

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
    sign_again,
    write,
    write_over,
)
from module_mutations import MUTATIONS, Mutation, module_of

from pipeline.commands import Failure
from pipeline.gates import binary, extension, instructions
from pipeline.gates.code import Code
from pipeline.gates.elf import Elf
from pipeline.gates.model import Archive, is_binary
from pipeline.plan import Plan
from pipeline.project import Project


def patch(end: str, place: Callable[[Any], int], new: bytes) -> Change:
    """Write over some bytes of the module, where LIEF says they are."""

    def change(contents: Contents) -> None:
        name = one(contents, end)
        start = place(binary.read(contents[name]).binary)
        contents[name] = write_over(contents[name], start, new)

    return change


def init_function(module: Any) -> int:
    [start] = {one.address for one in module.exported_functions}
    if isinstance(module, lief.PE.Binary):
        base = module.imagebase
        return module.rva_to_offset(start - base if start >= base else start)
    offset = module.virtual_address_to_offset(start)
    assert isinstance(offset, int)
    return offset


def export(function: str) -> Change:
    def change(contents: Contents) -> None:
        name = one(contents, ".so")
        elf = lief.ELF.parse(list(contents[name]))
        assert isinstance(elf, lief.ELF.Binary)
        elf.add_exported_function(init_function(elf), function)
        contents[name] = bytes(elf.write_to_bytes())

    return change


def processor(end: str, place: int, number: int) -> Change:
    def change(contents: Contents) -> None:
        name = one(contents, end)
        start = place
        if end == ".pyd":
            start += int.from_bytes(contents[name][0x3C:0x40], "little")
        contents[name] = write_over(contents[name], start, number.to_bytes(2, "little"))

    return change


def in_build_version(offset: int, new: bytes) -> Change:
    return patch(".so", lambda macho: macho.build_version.command_offset + offset, new)


def add_library(contents: Contents) -> None:
    name = one(contents, ".so")
    elf = lief.ELF.parse(list(contents[name]))
    assert isinstance(elf, lief.ELF.Binary)
    elf.add_library("libstdc++.so.6")
    contents[name] = bytes(elf.write_to_bytes())


def by_mutation(mutation: Mutation) -> Change:
    def change(contents: Contents) -> None:
        [name] = filter(is_binary, contents)
        data = bytearray(contents[name])
        mutation(data, binary.read(contents[name]))
        contents[name] = bytes(data)

    return change


VZEROUPPER = b"\xc5\xf8\x77"
RISCV, POWERPC, ARM64 = 243, 18, 0xAA64  # as each format numbers processors
GLIBC, MUSL = "linux-x86_64", "musl-x86_64"
FRAMEWORKS = "/System/Library/Frameworks"
ARM_LINUX, MACOS, WINDOWS = "linux-aarch64", "macos-arm64", "windows-x64"

# The gates that notice, on which platform, what was done.
CHANGES: list[tuple[set[str], str, str, Change]] = [
    (
        {"extension"},
        GLIBC,
        "a name for one Python",
        rename(".abi3.so", ".cpython-311-x.so"),
    ),
    (
        {"stable_abi"},
        GLIBC,
        "a foreign symbol",
        edit(".so", "PyModuleDef_I", "PyModuleDef_J"),
    ),
    (
        {"stable_abi"},
        MACOS,
        "a foreign symbol",
        edit(".so", "PyModuleDef_I", "PyModuleDef_J"),
    ),
    (
        {"stable_abi"},
        WINDOWS,
        "a foreign symbol",
        edit(".pyd", "PyModuleDef_I", "PyModuleDef_J"),
    ),
    (
        {"stable_abi"},
        GLIBC,
        "a symbol of a later Python",
        edit(".so", "\0PyBytes_Size\0", "\0PyLong_AsInt\0"),
    ),
    ({"floor"}, GLIBC, "a newer glibc", edit(".so", "GLIBC_2.14\0", "GLIBC_2.34\0")),
    ({"floor"}, MACOS, "a newer macOS", in_build_version(12, b"\0\0\x0f\0")),
    ({"floor"}, MACOS, "another system", in_build_version(8, b"\2")),
    (
        {"floor", "libraries"},
        GLIBC,
        "an unknown library",
        edit(".so", "libdl.so", "libdm.so"),
    ),
    ({"libraries"}, MUSL, "C++", add_library),
    (
        {"libraries"},
        MACOS,
        "a library of its own",
        edit(".so", "libSystem.B", "libSystem.C"),
    ),
    (
        {"libraries"},
        WINDOWS,
        "an unknown DLL",
        edit(".pyd", "KERNEL32", "KERNEL33"),
    ),
    (
        {"libraries"},
        WINDOWS,
        "one Python's DLL",
        edit(".pyd", "python3.dll", "python4.dll"),
    ),
    ({"exports"}, GLIBC, "a name of ours", export("checksum")),
    (
        {"exports"},
        MACOS,
        "a name of ours",
        edit(".so", "EMPTY_PANIC", "EMPTY_STACK"),
    ),
    (
        {"exports"},
        WINDOWS,
        "another name",
        edit(".pyd", "PyInit__core\0", "PyInit__corf\0"),
    ),
    ({"machine"}, MUSL, "another processor", processor(".so", 18, RISCV)),
    ({"machine"}, MACOS, "another processor", processor(".so", 4, POWERPC)),
    ({"machine"}, WINDOWS, "another processor", processor(".pyd", 4, ARM64)),
    ({"build_paths"}, GLIBC, "a home", edit(".so", "/rustc/", "/home/a")),
    ({"baseline"}, GLIBC, "AVX at import", patch(".so", init_function, VZEROUPPER)),
    (
        {"baseline"},
        WINDOWS,
        "AVX at import",
        patch(".pyd", init_function, VZEROUPPER),
    ),
]

# Each gate that asks rules, of each system: the first mutation of test_rules.py.
PLATFORMS = {"elf": ARM_LINUX, "macho": MACOS, "pe": WINDOWS}
BY_RULES = {(system, gate): change for system, gate, _, change in reversed(MUTATIONS)}
CHANGES += [
    ({gate}, PLATFORMS[system], "a rule", by_mutation(change))
    for (system, gate), change in BY_RULES.items()
]


@pytest.mark.parametrize(
    ("gates", "platform", "change"),
    [
        pytest.param(gates, platform, change, id=f"{platform}-{min(gates)}: {what}")
        for gates, platform, what, change in CHANGES
    ],
)
def test_one_thing_broken_fails_exactly_its_gate(
    gates: set[str],
    platform: str,
    change: Change,
    dist: Path,
    sample: Plan,
    project: Project,
    tmp_path: Path,
) -> None:
    [row] = [row for row in sample.targets if row.name == f"{platform}-abi3"]
    contents = read(dist / row.wheel)
    change(contents)
    if platform == MACOS and gates != {"signature"}:
        [name] = filter(is_binary, contents)
        data = bytearray(contents[name])
        sign_again(data)
        contents[name] = bytes(data)
    record_again(contents)
    write(tmp_path / row.wheel, contents)

    assert failing(Archive(tmp_path / row.wheel, project, sample)) == gates


def test_a_wheel_for_musl_with_a_module_for_glibc_fails_floor_and_libraries(
    dist: Path, sample: Plan, project: Project, tmp_path: Path
) -> None:
    glibc, musl = (
        row.wheel
        for platform in (GLIBC, MUSL)
        for row in sample.targets
        if row.name == f"{platform}-abi3"
    )
    contents = read(dist / musl)
    contents[one(contents, ".so")] = module_of(dist / glibc)
    record_again(contents)
    write(tmp_path / musl, contents)
    found = failing(Archive(tmp_path / musl, project, sample))
    assert found == {"floor", "libraries"}


def test_what_a_module_exports_is_no_use_of_python(
    dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3T).wheel
    contents = read(dist / name)
    edit(".so", "PyModExport__core", "PyModExport__cors")(contents)
    record_again(contents)
    write(tmp_path / name, contents)
    found = failing(Archive(tmp_path / name, project, plan))
    assert found == {"exports"}


def test_a_module_may_have_both_ways_in(
    dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    """As PyO3 makes it for one Python from 3.15 on."""
    name = row_of(plan, ABI3).wheel
    contents = read(dist / name)
    export("PyModExport__core")(contents)
    write(tmp_path / name, contents)
    assert [*extension.exports(Archive(tmp_path / name, project, plan))] == []


@pytest.mark.parametrize(
    ("platform", "library", "is_there"),
    [
        ("macosx_11_0_arm64", f"{FRAMEWORKS}/Metal.framework/Versions/A/Metal", True),
        ("macosx_11_0_arm64", f"{FRAMEWORKS}/Metal.framework/Versions/A/Other", False),
        ("macosx_11_0_arm64", "/opt/homebrew/lib/libc++.1.dylib", False),
        ("win_amd64", "WS2_32.dll", True),
        ("win_amd64", "python312.dll", True),
        ("win_amd64", "python311.dll", False),
        ("manylinux_2_17_x86_64", "libssl.so.3", False),
    ],
)
def test_a_module_may_need_what_every_system_of_the_tag_has(
    platform: str, library: str, project: Project, plan: Plan, *, is_there: bool
) -> None:
    wheel = Archive(Path(f"a-1-cp312-cp312-{platform}.whl"), project, plan)
    allowed = re.fullmatch(extension.allowed_libraries(wheel), library, re.IGNORECASE)
    assert bool(allowed) == is_there


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


def test_what_a_checker_says_that_failed_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = CompletedProcess(["auditwheel"], 2, "{}", "out of memory")
    monkeypatch.setattr(extension, "check", lambda *_: said)
    assert extension.report("auditwheel", statuses={0, 2}) == "{}"
    with pytest.raises(Failure, match="auditwheel failed:\nout of memory"):
        extension.report("auditwheel")


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (0x1000, []),
        (0x1005, ["vzeroupper  at 0x1001, which runs on every processor"]),
    ],
)
def test_a_function_that_no_table_has_is_found_by_its_call(
    entry: int, found: list[str]
) -> None:
    """Else the one in front of it would seem to have its instructions."""
    one, unlisted, caller = b"\xc3", VZEROUPPER + b"\xc3", b"\xe8\xf7\xff\xff\xff\xc3"
    module = SimpleNamespace(
        machine="x86_64",
        entries=[entry],
        functions=[0x1000, 0x1005],
        code=[Code(0x1000, one + unlisted + caller)],
    )
    assert list(instructions.unguarded(cast("Elf", module))) == found


@pytest.mark.parametrize("platform", [GLIBC, ARM_LINUX, MUSL, MACOS, WINDOWS])
def test_what_is_imported_from_python_is_read_of_every_system(
    platform: str, dist: Path, sample: Plan
) -> None:
    [row] = [row for row in sample.targets if row.name == f"{platform}-abi3"]
    data = module_of(dist / row.wheel)
    assert extension.unknown_symbols(binary.read(data)) == set()
    data = data.replace(b"PyModuleDef_I", b"PyModuleDef_J")
    assert extension.unknown_symbols(binary.read(data)) == {"PyModuleDef_Jnit"}


def test_every_gate_of_the_extension_is_broken_by_some_mutation() -> None:
    broken = {gate for gates, *_ in CHANGES for gate in gates}
    assert {(gate, "wheel") for gate in broken} == gates_of(extension)


def test_every_gate_is_broken_on_every_system_that_it_judges() -> None:
    broken = {(gate, platform) for gates, platform, *_ in CHANGES for gate in gates}
    families = {
        # Some ask nothing of a system: Windows has no floor, and ARM no AVX.
        "floor": {GLIBC, MACOS},
        "libraries": {GLIBC, MUSL, MACOS, WINDOWS},
        "exports": {GLIBC, MACOS, WINDOWS},
        "machine": {MUSL, MACOS, WINDOWS},
        "stable_abi": {GLIBC, MACOS, WINDOWS},
        "baseline": {GLIBC, WINDOWS},
        "signature": {MACOS},
    }
    for gate in ("hardening", "layout", "code", "stripped"):
        families[gate] = {ARM_LINUX, MACOS, WINDOWS}
    for gate, platforms in families.items():
        assert {one for name, one in broken if name == gate} == platforms
