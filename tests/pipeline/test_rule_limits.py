"""How far the rules for extension modules go: the most that is good, and one more."""

from collections.abc import Callable
from typing import Any

import pytest
from module_mutations import (
    DEBUG,
    FAR,
    HASH,
    SONAME,
    Mutation,
    both,
    clear,
    coff,
    data_directory,
    dynamic,
    field,
    in_file,
    macho_segment,
    name_debug_information,
    pe_section,
    put,
    relocation,
    rename_command,
    section,
    segment,
    symbol,
)

from pipeline.gates import binary
from pipeline.gates.rules import RULES

# As elf.h numbers what the loader reads.
REL, RELSZ, FINI_ARRAY, FINI_ARRAYSZ = 17, 18, 26, 28
RISCV, ATTRIBUTES = 243, 0x70000003


def counted(
    number: Callable[[Any], int], change: Callable[[int], Mutation]
) -> Mutation:
    """A change by a number that the good module has."""
    return lambda data, module: change(number(module))(data, module)


def of_machine(number: int) -> Mutation:
    return lambda data, _: put(data, "H", 18, number)


def end_of(number: int) -> Callable[[Any], int]:
    """Where a loaded segment ends in memory."""
    return lambda elf: (
        elf.loaded[number].virtual_address + (elf.loaded[number].virtual_size)
    )


def elf_room(more: int) -> Mutation:
    """The first segment until the page of the second, which is one of 64 KiB."""
    return counted(
        lambda elf: elf.loaded[1].virtual_address // 0x10000 * 0x10000,
        lambda limit: segment("LOAD", 0, memory=limit + more),
    )


def elf_file(more: int) -> Mutation:
    """The last segment until the end of the file."""
    return counted(
        lambda elf: len(elf.data) - elf.loaded[-1].file_offset + more,
        lambda size: segment("LOAD", -1, size=size, memory=size + 0x2000),
    )


def elf_section(more: int) -> Mutation:
    return counted(
        lambda elf: len(elf.data) - elf.binary.get_section(".comment").offset + more,
        lambda size: section(".comment", size=size),
    )


def elf_table(size: int) -> Mutation:
    """One of 16 bytes as the last in the file of a segment that is longer in memory."""
    return counted(
        lambda elf: elf.loaded[2].virtual_address + elf.loaded[2].physical_size - 16,
        lambda start: both(
            dynamic("HASH", FINI_ARRAY, start), dynamic("FLAGS_1", FINI_ARRAYSZ, size)
        ),
    )


def elf_symtab(data: bytearray, _: Any) -> None:
    start = data.index(b"\0.comment\0")
    data[start : start + 10] = b"\0.symtab\0\0"


def elf_call(data: bytearray, elf: Any) -> None:
    """The first relocation of a call writes to what is no data."""
    put(data, "Q", elf.binary.virtual_address_to_offset(elf.dynamic["JMPREL"]), 0x100)


def linkedit(name: str, place: int, after: int, size: int) -> Mutation:
    """A table at the end of the last segment of a Mach-O, or so far after it."""

    def change(data: bytearray, macho: Any) -> None:
        last = macho.binary.get_segment("__LINKEDIT")
        end = last.file_offset + last.file_size
        both(field(name, place, end + after), field(name, place + 4, size))(data, macho)

    return change


def first_section(offset: int, value: Callable[[Any], int]) -> Mutation:
    """A field of the first section of __DATA, by the segment."""

    def change(data: bytearray, macho: Any) -> None:
        data_segment = macho.binary.get_segment("__DATA")
        place = data_segment.command_offset + 72 + offset
        put(data, "Q", place, value(data_segment))

    return change


def move_in_file(more: int) -> Mutation:
    return counted(
        lambda macho: macho.binary.get_segment("__LINKEDIT").file_offset,
        lambda start: macho_segment("__LINKEDIT", offset=start + more),
    )


def library_of_symbols(opcode: int) -> Mutation:
    """The first library that the table of symbols names, by an opcode of mach-o."""

    def change(data: bytearray, macho: Any) -> None:
        start, _ = macho.binary.dyld_info.bind
        # Behind the one that says that addresses are bound.
        place = data.index(b"\x51\x11", start) + 1
        data[place] = opcode

    return change


def end_of_section(number: int) -> Callable[[Any], int]:
    return lambda pe: (
        pe.sections[number].virtual_address + (pe.sections[number].virtual_size)
    )


def last_section(offset: int, more: int, name: str) -> Mutation:
    """A field of the last section, so much more."""
    return lambda data, pe: pe_section(
        pe.sections[-1].name, "I", offset, getattr(pe.sections[-1], name) + more
    )(data, pe)


def iat(before: int, size: int) -> Mutation:
    """A directory so far before the end of the last section."""
    return counted(
        end_of_section(-1), lambda end: data_directory(12, end - before, size)
    )


def pdb(name: bytes) -> Mutation:
    def change(data: bytearray, pe: Any) -> None:
        name_debug_information(data, pe)
        start = data.index(b"C:\\build\\core.pdb\0")
        data[start : start + 18] = name.ljust(18, b"\0")

    return change


def imported(before: int) -> Mutation:
    """Where the addresses of the first library go: so far before a section's end."""

    def change(data: bytearray, pe: Any) -> None:
        table = in_file(pe, pe.directory("IMPORT_TABLE")[0])
        put(data, "I", table + 16, end_of_section(-1)(pe) - before)

    return change


LIMITS: list[tuple[str, str, list[Mutation], list[Mutation]]] = [
    # system, rule, what it allows, what it does not
    ("elf", "symbols_of_a_debugger", [], [elf_symtab]),
    ("elf", "order", [elf_room(0)], [elf_room(1)]),
    ("elf", "segments_in_file", [elf_file(0)], [elf_file(1)]),
    (
        "elf",
        "alignment",
        [segment("LOAD", 0, alignment=0x20000)],
        [segment("LOAD", 0, alignment=0x8000)],
    ),
    (
        "elf",
        "parts_of_segments",
        [
            segment("TLS", memory=FAR),
            segment("GNU_RELRO", memory=0, address=FAR),
            both(of_machine(RISCV), segment("GNU_STACK", kind=ATTRIBUTES, memory=FAR)),
        ],
        [
            segment("TLS", address=FAR),
            segment("GNU_EH_FRAME", memory=FAR),
            segment("GNU_STACK", kind=ATTRIBUTES, memory=FAR),
        ],
    ),
    (
        "elf",
        "tables_needed",
        [dynamic("HASH", DEBUG), dynamic("GNU_HASH", DEBUG)],
        [dynamic("SYMTAB", DEBUG), dynamic("STRTAB", DEBUG)],
    ),
    (
        "elf",
        "tables_in_file",
        [elf_table(16)],
        [
            elf_table(17),
            dynamic("HASH", REL, FAR),
            dynamic("HASH", FINI_ARRAY, FAR),
            both(dynamic("HASH", REL), dynamic("FLAGS_1", RELSZ, FAR)),
            *(
                dynamic(tag, value=FAR)
                for tag in (
                    *("STRTAB", "STRSZ", "RELA", "RELASZ", "JMPREL", "PLTRELSZ"),
                    *("INIT_ARRAY", "INIT_ARRAYSZ", "SYMTAB", "SYMENT"),
                    *("HASH", "GNU_HASH", "VERSYM", "VERNEED"),
                )
            ),
        ],
    ),
    (
        "elf",
        "strings",
        [
            counted(
                lambda elf: elf.dynamic["STRSZ"] - 1,
                lambda last: dynamic("HASH", SONAME, last),
            ),
            dynamic("HASH", HASH, FAR),
        ],
        [
            counted(
                lambda elf: elf.dynamic["STRSZ"],
                lambda size: dynamic("HASH", SONAME, size),
            ),
            dynamic("NEEDED", value=FAR),
        ],
    ),
    (
        "elf",
        "sections_in_step",
        [section(".comment", address=FAR), section(".bss", address=FAR)],
        [section(".data", address=FAR)],
    ),
    (
        "elf",
        "sections_in_file",
        [elf_section(0), section(".bss", size=FAR)],
        [elf_section(1)],
    ),
    (
        "elf",
        "relocations",
        [counted(end_of(-1), lambda end: relocation(place=end - 4))],
        [counted(end_of(-1), lambda end: relocation(place=end - 3)), elf_call],
    ),
    (
        "elf",
        "relocated_addresses",
        # One past the last byte is a pointer that C allows.
        [counted(end_of(-1), lambda end: relocation(addend=end))],
        [counted(end_of(-1), lambda end: relocation(addend=end + 1))],
    ),
    (
        "elf",
        "exported_code",
        [counted(end_of(1), lambda end: symbol("PyInit__core", value=end - 1))],
        [counted(end_of(1), lambda end: symbol("PyInit__core", value=end))],
    ),
    (
        "macho",
        "tables_in_linkedit",
        [linkedit("DATA_IN_CODE", 8, -8, 8), linkedit("DATA_IN_CODE", 8, 8, 0)],
        [
            linkedit("DATA_IN_CODE", 8, -8, 9),
            *(linkedit("SYMTAB", place, -1, 0x10) for place in (8, 16)),
            *(linkedit("DYLD_INFO_ONLY", at, -1, 8) for at in range(8, 48, 8)),
            linkedit("FUNCTION_STARTS", 8, -1, 8),
        ],
    ),
    (
        "macho",
        "sections_in_segments",
        [first_section(40, lambda one: int(one.virtual_size))],
        [
            first_section(40, lambda one: one.virtual_size + 1),
            first_section(32, lambda one: one.virtual_address - 1),
        ],
    ),
    (
        "macho",
        "alignment",
        [],
        # Pages of another processor, and no pages at all.
        [move_in_file(0x1000), move_in_file(1)],
    ),
    (
        "macho",
        "bound_libraries",
        # The third of three; by search, in the program, wherever it is, weak.
        [library_of_symbols(one) for one in (0x13, 0x3E, 0x3F, 0x30, 0x3D)],
        [library_of_symbols(one) for one in (0x14, 0x3C)],
    ),
    (
        "macho",
        "unsigned",
        # An x86_64 need not be signed.
        [
            both(
                rename_command("CODE_SIGNATURE"),
                lambda data, _: put(data, "I", 4, 0x01000007),
            )
        ],
        [rename_command("CODE_SIGNATURE")],
    ),
    ("pe", "debug_information", [pdb(b"core.pdb")], [pdb(b"a/core.pdb")]),
    (
        "pe",
        "protection",
        # There are no more bits than 32 to choose among.
        [both(coff("H", 4, 0x14C), clear("H", 24 + 70, 0x20))],
        [both(coff("H", 4, 0xAA64), clear("H", 24 + 70, 0x20))],
    ),
    (
        "pe",
        "library",
        # Of what the header may say, no more than these two.
        [coff("H", 22, 0x2002)],
        [clear("H", 22, 0x2000), clear("H", 22, 2)],
    ),
    (
        "pe",
        "alignment",
        [coff("I", 24 + 32, 0x2000), coff("I", 24 + 36, 0x400)],
        [coff("I", 24 + 32, 0x800), coff("I", 24 + 36, 0), coff("I", 24 + 36, 0x300)],
    ),
    (
        "pe",
        "alignment_of_sections",
        [both(coff("I", 24 + 32, 0), coff("I", 24 + 36, 0))],
        [
            last_section(12, 8, "virtual_address"),
            last_section(16, 8, "sizeof_raw_data"),
            last_section(20, 8, "pointerto_raw_data"),
        ],
    ),
    (
        "pe",
        "directories",
        # The place of a signature is one in the file.
        [iat(8, 8), data_directory(12, 0x1000, 8), data_directory(4, FAR, 8)],
        [
            *(iat(8, 9), data_directory(12, 0xFFF, 8)),
            *(data_directory(13, 0, 8), data_directory(13, FAR, 0)),
        ],
    ),
    (
        "pe",
        "checksum",
        [
            counted(
                lambda pe: pe.binary.compute_checksum(),
                lambda right: coff("I", 24 + 64, right),
            )
        ],
        [coff("I", 24 + 64, 1)],
    ),
    ("pe", "places_of_imports", [imported(4)], [imported(3)]),
    (
        "pe",
        "entry",
        [
            coff("I", 24 + 16, 0),
            counted(end_of_section(0), lambda end: coff("I", 24 + 16, end - 1)),
        ],
        [counted(end_of_section(0), lambda end: coff("I", 24 + 16, end))],
    ),
]


@pytest.mark.parametrize(
    ("system", "rule", "change", "is_broken"),
    [
        pytest.param(system, rule, change, is_broken, id=f"{system}-{rule}-{number}")
        for system, rule, good, bad in LIMITS
        for is_broken, changes in ((False, good), (True, bad))
        for number, change in enumerate(changes)
    ],
)
def test_a_rule_allows_no_more_than_the_loader_does(
    system: str,
    rule: str,
    change: Mutation,
    modules: dict[str, bytes],
    *,
    is_broken: bool,
) -> None:
    data = bytearray(modules[system])
    change(data, binary.read(modules[system]))
    assert data != modules[system]
    module = binary.read(bytes(data))
    [one] = [one for one in RULES if (one.system, one.name) == (system, rule)]
    assert bool(list(one.check(module))) == is_broken
