"""Each rule for extension modules: a good one breaks none, a broken one exactly it."""

import ast
import inspect
import random
import struct
import textwrap

import pytest
from breaking import sign_again
from module_mutations import MUTATIONS, Mutation, command, empty, get, in_file, put

from pipeline.commands import Failure
from pipeline.gates import binary
from pipeline.gates.elf import Elf
from pipeline.gates.macho import MachO
from pipeline.gates.pe import Pe
from pipeline.gates.rules import RULES, Rule, broken

GATES = sorted({one.gate for one in RULES})


def noticed(data: bytes) -> set[tuple[str, str]]:
    """Gate and name of each rule that finds something."""
    module = binary.read(data)
    return {
        (one.gate, one.name)
        for one in RULES
        if one.system == module.system and list(one.check(module))
    }


@pytest.mark.parametrize(
    ("system", "gate", "rule", "change"),
    [
        pytest.param(*one, id=f"{one[0]}-{one[1]}-{one[2]}-{number}")
        for number, one in enumerate(MUTATIONS)
    ],
)
def test_a_broken_module_is_noticed_by_the_rule_and_by_no_other_gate(
    system: str, gate: str, rule: str, change: Mutation, modules: dict[str, bytes]
) -> None:
    data = bytearray(modules[system])
    change(data, binary.read(modules[system]))
    if system == "macho" and gate != "signature":
        sign_again(data)

    found = noticed(bytes(data))

    assert (gate, rule) in found
    assert {gate for gate, _ in found} == {gate}


# What a module says of itself.


@pytest.mark.parametrize("processors", [1, 2])
def test_a_library_for_macos_is_for_one_processor(
    processors: int, modules: dict[str, bytes]
) -> None:
    """Apple's tools put several into one file, of which only one would be judged."""
    page, other = 0x4000, bytearray(modules["macho"])
    put(other, "I", 4, 0x01000007)
    parts = [modules["macho"], bytes(other)][:processors]
    header, body = struct.pack(">2I", 0xCAFEBABE, processors), b""
    for part in parts:
        kind, subkind = struct.unpack_from("<2I", part, 4)
        place = page + len(body)
        header += struct.pack(">5I", kind, subkind, place, len(part), 14)
        body += part + bytes(-len(part) % page)
    data = header.ljust(page, b"\0") + body
    if processors == 1:
        assert binary.read(data).machine == "arm64"
    else:
        with pytest.raises(Failure, match="a library for 2 processors in one file"):
            binary.read(data)


def elf_header(number: int, bits: int, order: str) -> bytes:
    """One of Linux in which there is nothing."""
    identity = [bits // 32, 1 if order == "<" else 2, 1]
    start = b"\x7fELF" + bytes(identity).ljust(12, b"\0")
    words, sizes = ("3Q", (64, 56, 64)) if bits == 64 else ("3I", (52, 32, 40))
    header, program, sections = sizes
    numbers = (3, number, 1, 0, 0, 0, 0, header, program, 0, sections, 0, 0)
    return start + struct.pack(f"{order}HHI{words}I6H", *numbers)


@pytest.mark.parametrize(
    ("number", "bits", "order", "machine", "page"),
    [
        (62, 64, "<", "x86_64", 0x1000),
        (3, 32, "<", "i686", 0x1000),
        (183, 64, "<", "aarch64", 0x10000),
        (40, 32, "<", "armv7l", 0x1000),
        (21, 64, "<", "ppc64le", 0x10000),
        (22, 64, ">", "s390x", 0x1000),
        (243, 64, "<", "riscv64", 0x1000),
        # What no wheel is for: of 32 bits, of the other order, of no known name.
        (62, 32, "<", "", 0x1000),
        (21, 64, ">", "ppc64le of other byte order", 0x1000),
        (8, 32, "<", "", 0x1000),
    ],
)
def test_the_processor_of_a_module_for_linux(
    number: int, bits: int, order: str, machine: str, page: int
) -> None:
    elf = binary.read(elf_header(number, bits, order))
    assert isinstance(elf, Elf)
    assert (elf.machine, elf.page) == (machine, page)


@pytest.mark.parametrize(
    ("system", "form", "place", "number", "machine"),
    [
        ("macho", "I", 4, 0x0100000C, "arm64"),
        ("macho", "I", 4, 0x01000007, "x86_64"),
        ("macho", "I", 4, 18, ""),
        ("pe", "H", 4, 0x8664, "amd64"),
        ("pe", "H", 4, 0x14C, "32"),
        ("pe", "H", 4, 0xAA64, "arm64"),
        ("pe", "H", 4, 0x1C0, ""),
    ],
)
def test_the_processor_of_a_module_for_another_system(
    system: str,
    form: str,
    place: int,
    number: int,
    machine: str,
    modules: dict[str, bytes],
) -> None:
    data = bytearray(modules[system])
    start = get(data, "I", 0x3C) if system == "pe" else 0
    put(data, form, start + place, number)
    module = binary.read(bytes(data))
    assert module.machine == machine
    if isinstance(module, MachO):
        assert module.page == (0x4000 if machine == "arm64" else 0x1000)


@pytest.mark.parametrize(
    ("system", "library", "name"),
    [
        ("elf", "libc.so.6", "memcpy"),
        ("macho", "/usr/lib/libSystem.B.dylib", "memcpy"),
        ("pe", "KERNEL32.dll", "GetLastError"),
    ],
)
def test_what_a_module_needs_and_has(
    system: str, library: str, name: str, modules: dict[str, bytes]
) -> None:
    module = binary.read(modules[system])
    assert library in module.libraries
    assert {name, "PyErr_SetString"} <= module.imports
    assert module.exports == {"PyInit__core"}
    assert not module.exports & module.imports
    inside = [
        any(one.address <= entry < one.address + len(one.data) for one in module.code)
        for entry in module.entries
    ]
    # Some entries of macOS are data.
    assert inside[0]
    assert system == "macho" or all(inside)


def test_what_a_module_for_linux_needs_of_glibc(modules: dict[str, bytes]) -> None:
    elf = binary.read(modules["elf"].replace(b"GLIBC_2.17", b"GLIBC_2.99"))
    assert isinstance(elf, Elf)
    assert elf.versions == ["GLIBC_2.99"]


@pytest.mark.parametrize(
    ("kind", "system", "version"),
    [
        (0x32, "MACOS", (11, 0, 0)),  # LC_BUILD_VERSION, as it is
        (0x24, "MACOS", (10, 12, 0)),  # LC_VERSION_MIN_MACOSX
        (0x25, "", (10, 12, 0)),  # LC_VERSION_MIN_IPHONEOS
        (0x7F, "", ()),
    ],
)
def test_the_macos_that_a_module_is_for(
    kind: int, system: str, version: tuple[int, ...], modules: dict[str, bytes]
) -> None:
    data = bytearray(modules["macho"])
    good = binary.read(modules["macho"])
    assert isinstance(good, MachO)
    if kind != 0x32:
        place = command(good, "BUILD_VERSION").command_offset
        put(data, "I", place, kind)
        put(data, "I", place + 8, 10 << 16 | 12 << 8)
    macho = binary.read(bytes(data))
    assert isinstance(macho, MachO)
    assert (macho.platform, macho.oldest_system) == (system, version)


def test_a_library_for_macos_does_not_need_itself(modules: dict[str, bytes]) -> None:
    macho = binary.read(modules["macho"])
    assert isinstance(macho, MachO)
    [name] = macho.names
    assert name.startswith("@rpath/")
    assert name not in macho.libraries


def test_what_a_module_for_windows_imports_by_number(modules: dict[str, bytes]) -> None:
    data = bytearray(modules["pe"])
    good = binary.read(modules["pe"])
    assert isinstance(good, Pe)
    table = in_file(good, good.directory("IMPORT_TABLE")[0])
    names = in_file(good, get(data, "I", table))
    put(data, "Q", names, 1 << 63 | 7)
    assert f"{good.libraries[0]} #7" in binary.read(bytes(data)).imports
    assert good.counts_of_imports() == [len(one.entries) for one in good.tables]
    assert good.directory("DEBUG") == (0, 0)
    assert dict(good.directories).keys() >= {"IMPORT_TABLE", "EXPORT_TABLE"}


@pytest.mark.parametrize("system", ["elf", "macho", "pe"])
def test_a_good_module_breaks_no_rule(system: str, modules: dict[str, bytes]) -> None:
    assert noticed(modules[system]) == set()


def test_a_mach_o_is_signed_as_the_test_signs(modules: dict[str, bytes]) -> None:
    """Or the mutations of macOS would be judged by signatures of the test's own."""
    data = bytearray(modules["macho"])
    sign_again(data)
    assert data == modules["macho"]


def test_every_rule_is_broken_by_some_mutation() -> None:
    rules = {(one.system, one.gate, one.name) for one in RULES}
    assert {one[:3] for one in MUTATIONS} == rules


@pytest.mark.parametrize("rule", RULES, ids=lambda one: f"{one.system}-{one.name}")
def test_a_rule_finds_one_thing(rule: Rule) -> None:
    """So that a mutation for each rule is one for each way to find something."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(rule.check)))
    yields = [
        node for node in ast.walk(tree) if isinstance(node, (ast.Yield, ast.YieldFrom))
    ]
    assert len(yields) == 1


def test_a_module_for_linux_needs_no_sections(modules: dict[str, bytes]) -> None:
    data = bytearray(modules["elf"])
    put(data, "Q", 40, 0)  # e_shoff
    put(data, "HHH", 58, 0, 0, 0)  # e_shentsize, e_shnum, e_shstrndx
    good, bare = binary.read(modules["elf"]), binary.read(bytes(data))
    assert noticed(bytes(data)) == set()
    assert (bare.imports, bare.exports) == (good.imports, good.exports)
    empty(8192)(data, good)
    assert ("code", "zeroed_code") in noticed(bytes(data))


@pytest.mark.parametrize("system", ["elf", "macho", "pe"])
def test_a_damaged_module_gives_findings_and_no_traceback(
    system: str, modules: dict[str, bytes]
) -> None:
    """Bytes of the headers and tables, anything for them, and a file cut short."""
    source = random.Random(f"damage of {system}")  # noqa: S311  (not secret)
    good = modules[system]
    for _ in range(25):
        data = bytearray(good)
        for _ in range(source.randint(1, 12)):
            reach = source.choice([0x40, 0x400, 0x4000, len(data)])
            data[source.randrange(reach)] = source.choice([0, 1, 0x7F, 0xFF])
        if not source.randrange(6):
            del data[source.randrange(len(data)) :]
        try:
            module = binary.read(bytes(data))
        except Failure:
            continue
        names = {module.machine, *module.libraries, *module.imports, *module.exports}
        assert all(isinstance(name, str) for name in names)
        assert all(isinstance(address, int) for address in module.entries)
        for gate in GATES:
            list(broken(gate, module))
