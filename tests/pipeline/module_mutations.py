"""Extension modules, broken in one thing: a mutation for each rule of each system.

They write over headers where the formats' own definitions (elf.h, Apple's
mach-o/loader.h, Microsoft's "PE Format") have a field, so that nothing else changes.
"""

import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from breaking import DIRECTORY, sign_again

from pipeline.gates.elf import Elf
from pipeline.gates.macho import MachO
from pipeline.gates.model import is_binary
from pipeline.gates.pe import Pe

Mutation = Callable[[bytearray, Any], None]

FAR = 0x700_0000  # behind the end of everything


def module_of(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        [name] = filter(is_binary, archive.namelist())
        return archive.read(name)


def put(data: bytearray, form: str, place: int, *values: int) -> None:
    struct.pack_into("<" + form, data, place, *values)


def get(data: bytearray, form: str, place: int) -> int:
    return int(struct.unpack_from("<" + form, data, place)[0])


# ELF of 64 bits.

PROGRAM_HEADER = {
    "kind": ("I", 0),
    "flags": ("I", 4),
    "offset": ("Q", 8),
    "address": ("Q", 16),
    "size": ("Q", 32),
    "memory": ("Q", 40),
    "alignment": ("Q", 48),
}
SECTION_HEADER = {"address": ("Q", 16), "offset": ("Q", 24), "size": ("Q", 32)}
HASH, RPATH, SONAME, DEBUG, TEXTREL, RUNPATH = 4, 15, 14, 21, 22, 29
R, RX, RWX = 4, 5, 7


def places(elf: Elf, kind: str) -> list[int]:
    """Where the program headers of a kind are."""
    start = elf.binary.header.program_header_offset
    return [
        start + 56 * number
        for number, one in enumerate(elf.binary.segments)
        if one.type.name == kind
    ]


def segment(of: str, number: int = 0, /, **fields: int) -> Mutation:
    def change(data: bytearray, elf: Elf) -> None:
        for name, value in fields.items():
            form, offset = PROGRAM_HEADER[name]
            put(data, form, places(elf, of)[number] + offset, value)

    return change


def grow(number: int, file: int, memory: int) -> Mutation:
    """A loaded segment, in the file and in memory."""

    def change(data: bytearray, elf: Elf) -> None:
        one = elf.loaded[number]
        size, room = one.physical_size + file, one.virtual_size + memory
        segment("LOAD", number, size=size, memory=room)(data, elf)

    return change


def swap_segments(data: bytearray, elf: Elf) -> None:
    one, other = places(elf, "LOAD")[1:3]
    first = data[one : one + 56]
    data[one : one + 56] = data[other : other + 56]
    data[other : other + 56] = first


def dynamic(tag: str, new: int | None = None, value: int | None = None) -> Mutation:
    """Another tag or value of an entry that the loader reads."""

    def change(data: bytearray, elf: Elf) -> None:
        [table] = [one for one in elf.binary.segments if one.type.name == "DYNAMIC"]
        tags = [one.tag.name for one in elf.binary.dynamic_entries]
        place = table.file_offset + 16 * tags.index(tag)
        if new is not None:
            put(data, "Q", place, new)
        if value is not None:
            put(data, "Q", place + 8, value)

    return change


def section(name: str, **fields: int) -> Mutation:
    def change(data: bytearray, elf: Elf) -> None:
        names = [one.name for one in elf.binary.sections]
        start = elf.binary.header.section_header_offset + 64 * names.index(name)
        for field, value in fields.items():
            form, offset = SECTION_HEADER[field]
            put(data, form, start + offset, value)

    return change


def both(*mutations: Mutation) -> Mutation:
    def change(data: bytearray, module: Any) -> None:
        for one in mutations:
            one(data, module)

    return change


def relocation(place: int | None = None, addend: int | None = None) -> Mutation:
    """The first in the table, which is of a pointer into the module."""

    def change(data: bytearray, elf: Elf) -> None:
        start = elf.binary.virtual_address_to_offset(elf.dynamic["RELA"])
        if place is not None:
            put(data, "Q", start, place)
        if addend is not None:
            put(data, "Q", start + 16, addend)

    return change


def initial_function(data: bytearray, elf: Elf) -> None:
    start = elf.binary.virtual_address_to_offset(elf.dynamic["RELA"])
    for place in range(start, start + elf.dynamic["RELASZ"], 24):
        if get(data, "Q", place) == elf.dynamic["INIT_ARRAY"]:
            put(data, "Q", place + 16, 0x100)  # the beginning of what is not code


def symbol(name: str, *, other_name: int | None = None, value: int = 0) -> Mutation:
    def change(data: bytearray, elf: Elf) -> None:
        names = [one.name for one in elf.binary.dynamic_symbols]
        place = elf.dynamic["SYMTAB"] + 24 * names.index(name)
        if other_name is not None:
            put(data, "I", place, other_name)
        else:
            put(data, "Q", place + 8, value)

    return change


def name_a_section(data: bytearray, _: Elf) -> None:
    start = data.index(b"\0.comment\0")
    data[start : start + 10] = b"\0.debug_a\0"


# Mach-O.


def command(macho: MachO, name: str) -> Any:
    return next(one for one in macho.binary.commands if one.command.name == name)


def rename_command(name: str) -> Mutation:
    """Into one that no loader knows, and none has to."""

    def change(data: bytearray, macho: MachO) -> None:
        for one in macho.binary.commands:
            if one.command.name == name:
                put(data, "I", one.command_offset, 0x7F)

    return change


def add_command(kind: int, size: int, body: bytes = b"") -> Mutation:
    """Into the room behind the others."""

    def change(data: bytearray, _: MachO) -> None:
        count, length = get(data, "I", 16), get(data, "I", 20)
        put(data, "II", 16, count + 1, length + size)
        put(data, "II", 32 + length, kind, size)
        data[32 + length + 8 : 32 + length + 8 + len(body)] = body

    return change


SEGMENT_COMMAND = {
    "address": ("Q", 24),
    "memory": ("Q", 32),
    "offset": ("Q", 40),
    "size": ("Q", 48),
    "protection": ("I", 60),
}


def macho_segment(name: str, **fields: int) -> Mutation:
    def change(data: bytearray, macho: MachO) -> None:
        [one] = [one for one in macho.segments if one.name == name]
        for field, value in fields.items():
            form, offset = SEGMENT_COMMAND[field]
            put(data, form, one.command_offset + offset, value)

    return change


def move_linkedit(data: bytearray, macho: MachO) -> None:
    """By a part of a page."""
    last = macho.binary.get_segment("__LINKEDIT")
    macho_segment("__LINKEDIT", address=last.virtual_address + 0x800)(data, macho)


def grow_linkedit(data: bytearray, macho: MachO) -> None:
    macho_segment("__LINKEDIT", size=FAR, memory=FAR)(data, macho)


def move_section(data: bytearray, macho: MachO) -> None:
    """The first one of what is not code."""
    [one] = [one for one in macho.segments if one.name == "__DATA"]
    put(data, "Q", one.command_offset + 72 + 32, FAR)


def field(name: str, offset: int, value: int) -> Mutation:
    def change(data: bytearray, macho: MachO) -> None:
        put(data, "I", command(macho, name).command_offset + offset, value)

    return change


def stab(data: bytearray, macho: MachO) -> None:
    place = command(macho, "SYMTAB").symbol_offset
    put(data, "B", place + 4, data[place + 4] | 0x20)


def flat(data: bytearray, _: MachO) -> None:
    put(data, "I", 24, get(data, "I", 24) & ~0x80)  # MH_TWOLEVEL


def own_name(data: bytearray, _: MachO) -> None:
    start = data.index(b"@rpath/")
    data[start : start + 7] = b"/Users/"


def directory(data: bytearray) -> int:
    """Where the list of hashes begins."""
    return data.index(DIRECTORY)


def in_directory(offset: int, value: int) -> Mutation:
    def change(data: bytearray, _: MachO) -> None:
        struct.pack_into(">I", data, directory(data) + offset, value)

    return change


def change_blob(data: bytearray, macho: MachO) -> None:
    """Requirements beside the list of hashes, which has no hash of them."""
    [one] = macho.signatures
    assert one.blobs.keys() == {0}
    signature = command(macho, "CODE_SIGNATURE")
    blob = one.blobs[0]
    second = 28 + len(blob)
    table = struct.pack(">7I", 0xFADE0CC0, second + 12, 2, 0, 28, 2, second)
    del data[signature.data_offset :]
    data += table + blob + struct.pack(">3I", 0xFADE0C01, 12, 0)
    put(data, "I", signature.command_offset + 12, second + 12)
    last = macho.binary.get_segment("__LINKEDIT")
    macho_segment("__LINKEDIT", size=len(data) - last.file_offset)(data, macho)
    sign_again(data)


# PE of 64 bits.


def header(data: bytearray) -> int:
    return get(data, "I", 0x3C)


def coff(form: str, offset: int, value: int) -> Mutation:
    """A field behind the signature "PE", or of what follows (from 24 on)."""

    def change(data: bytearray, _: Pe) -> None:
        put(data, form, header(data) + offset, value)

    return change


def clear(form: str, offset: int, flag: int) -> Mutation:
    def change(data: bytearray, _: Pe) -> None:
        place = header(data) + offset
        put(data, form, place, get(data, form, place) & ~flag)

    return change


def data_directory(number: int, address: int, size: int) -> Mutation:
    def change(data: bytearray, _: Pe) -> None:
        put(data, "II", header(data) + 24 + 112 + 8 * number, address, size)

    return change


def pe_section(name: str, form: str, offset: int, value: int) -> Mutation:
    def change(data: bytearray, pe: Pe) -> None:
        names = [one.name for one in pe.sections]
        table = header(data) + 24 + get(data, "H", header(data) + 20)
        put(data, form, table + 40 * names.index(name) + offset, value)

    return change


def in_file(pe: Pe, address: int) -> int:
    return int(pe.binary.rva_to_offset(address))


def move_last_section(data: bytearray, pe: Pe) -> None:
    last = pe.sections[-1]
    place = last.virtual_address + 0x10000
    pe_section(last.name, "I", 12, place)(data, pe)


def misalign_section(data: bytearray, pe: Pe) -> None:
    last = pe.sections[-1]
    pe_section(last.name, "I", 16, last.sizeof_raw_data - 8)(data, pe)


def grow_last_section(data: bytearray, pe: Pe) -> None:
    pe_section(pe.sections[-1].name, "I", 16, FAR)(data, pe)


def name_of_import(data: bytearray, _: Pe) -> None:
    start = data.index(b"GetLastError\0")
    data[start : start + 3] = b"Get\x01"[1:]


def place_of_imports(data: bytearray, pe: Pe) -> None:
    """The last field of the first entry of the table."""
    put(data, "I", in_file(pe, pe.directory("IMPORT_TABLE")[0]) + 16, FAR)


def block_of_relocations(data: bytearray, pe: Pe) -> None:
    put(data, "I", in_file(pe, pe.directory("BASE_RELOCATION_TABLE")[0]), FAR)


def exported_address(data: bytearray, pe: Pe) -> None:
    """To the first section that is not code."""
    table = in_file(pe, pe.directory("EXPORT_TABLE")[0])
    functions = in_file(pe, get(data, "I", table + 28))
    target = next(one for one in pe.sections if not one.characteristics & 0x20)
    put(data, "I", functions, target.virtual_address)


def name_debug_information(data: bytearray, pe: Pe) -> None:
    """A table of one entry and what it points to, behind what a section holds."""
    host = next(
        one
        for one in pe.sections
        if one.sizeof_raw_data - one.virtual_size >= 28 + 24 + 32
    )
    place = host.pointerto_raw_data + host.virtual_size
    address = host.virtual_address + host.virtual_size
    path = b"C:\\build\\core.pdb\0"
    put(
        data, "IIHHIIII", place, 0, 0, 0, 0, 2, 24 + len(path), address + 28, place + 28
    )
    data[place + 28 : place + 28 + 24] = b"RSDS" + bytes(16) + b"\1\0\0\0"
    data[place + 52 : place + 52 + len(path)] = path
    pe_section(host.name, "I", 8, host.sizeof_raw_data)(data, pe)
    data_directory(6, address, 28)(data, pe)


# Code of any of them.


def holes(data: bytearray, module: Any, length: int) -> Iterator[int]:
    """Where in the file functions begin that are so long."""
    text = max(module.code, key=lambda one: len(one.data))
    start = bytes(data).index(text.data[:4096])
    for one in sorted(module.functions):
        place = one - text.address
        if 0x1000 < place < len(text.data) - length:
            yield start + place


def empty(length: int) -> Mutation:
    def change(data: bytearray, module: Any) -> None:
        place = next(holes(data, module, length))
        data[place : place + length] = bytes(length)

    return change


MUTATIONS: list[tuple[str, str, str, Mutation]] = [
    # system, gate, rule
    ("elf", "stripped", "symbols_of_a_debugger", name_a_section),
    ("elf", "hardening", "executable_stack", segment("GNU_STACK", flags=RWX)),
    ("elf", "hardening", "executable_stack", segment("GNU_STACK", kind=0)),
    ("elf", "hardening", "relro", segment("GNU_RELRO", kind=0)),
    ("elf", "hardening", "writable_code", segment("LOAD", 1, flags=RWX)),
    ("elf", "hardening", "search_path", dynamic("HASH", RPATH)),
    ("elf", "hardening", "search_path", dynamic("HASH", RUNPATH)),
    ("elf", "hardening", "relocated_code", dynamic("HASH", TEXTREL)),
    ("elf", "hardening", "relocated_code", dynamic("FLAGS", value=8 | 4)),
    ("elf", "hardening", "static_tls", dynamic("FLAGS", value=8 | 0x10)),
    ("elf", "layout", "step", segment("LOAD", 1, alignment=0x20000)),
    ("elf", "layout", "alignment", segment("LOAD", 1, alignment=0x1000)),
    ("elf", "layout", "alignment", segment("LOAD", 0, alignment=0x30000)),
    ("elf", "layout", "alignment", segment("LOAD", 0, alignment=0)),
    ("elf", "layout", "order", swap_segments),
    ("elf", "layout", "order", grow(0, 0, 0x10000)),
    ("elf", "layout", "segments_in_file", grow(-1, FAR, FAR)),
    ("elf", "layout", "size_in_memory", grow(-1, 0, -0x1000)),
    ("elf", "layout", "parts_of_segments", segment("GNU_RELRO", address=FAR)),
    ("elf", "layout", "parts_of_segments", segment("GNU_EH_FRAME", offset=0x40)),
    ("elf", "layout", "tables_needed", both(dynamic("STRTAB", DEBUG))),
    (
        "elf",
        "layout",
        "tables_needed",
        both(dynamic("HASH", DEBUG), dynamic("GNU_HASH", DEBUG)),
    ),
    ("elf", "layout", "tables_in_file", dynamic("HASH", value=FAR)),
    ("elf", "layout", "tables_in_file", dynamic("RELASZ", value=FAR)),
    ("elf", "layout", "strings", dynamic("HASH", SONAME, FAR)),
    ("elf", "layout", "nameless_symbols", symbol("memcpy", other_name=FAR)),
    ("elf", "layout", "sections_in_step", section(".rodata", address=FAR)),
    ("elf", "layout", "sections_in_step", section(".rodata", offset=0x100)),
    ("elf", "layout", "sections_in_file", section(".comment", size=FAR)),
    ("elf", "layout", "relocations", relocation(place=0x100)),
    ("elf", "layout", "relocations", relocation(place=FAR)),
    ("elf", "layout", "relocated_addresses", relocation(addend=FAR)),
    ("elf", "layout", "exported_code", symbol("PyInit__core", value=0x100)),
    ("elf", "layout", "initial_code", initial_function),
    ("elf", "code", "zeroed_code", empty(8192)),
    ("elf", "code", "empty_function", empty(4)),
    ("macho", "stripped", "symbols_of_a_debugger", stab),
    (
        "macho",
        "hardening",
        "search_path",
        add_command(0x8000001C, 24, b"\x0c\0\0\0/opt/lib\0"),
    ),
    ("macho", "hardening", "name_space", flat),
    ("macho", "hardening", "install_name", own_name),
    ("macho", "hardening", "header_room", add_command(0x7F, 0x800)),
    ("macho", "hardening", "writable_code", macho_segment("__TEXT", protection=7)),
    ("macho", "layout", "uuid", rename_command("UUID")),
    ("macho", "layout", "alignment", move_linkedit),
    ("macho", "layout", "order", macho_segment("__LINKEDIT", address=0)),
    ("macho", "layout", "order", macho_segment("__LINKEDIT", offset=0)),
    ("macho", "layout", "segments_in_file", grow_linkedit),
    ("macho", "layout", "size_in_memory", macho_segment("__LINKEDIT", memory=16)),
    ("macho", "layout", "sections_in_segments", move_section),
    ("macho", "layout", "tables_in_linkedit", field("DYSYMTAB", 56, 0x20)),
    ("macho", "layout", "tables_in_linkedit", field("CODE_SIGNATURE", 12, FAR)),
    ("macho", "layout", "end_of_file", lambda data, _: data.extend(bytes(16))),
    ("macho", "layout", "bindings", macho_segment("__DATA", protection=1)),
    ("macho", "layout", "bound_libraries", rename_command("LOAD_DYLIB")),
    ("macho", "layout", "exported_code", macho_segment("__TEXT", protection=1)),
    ("macho", "code", "zeroed_code", empty(8192)),
    ("macho", "code", "empty_function", empty(4)),
    ("macho", "signature", "unsigned", rename_command("CODE_SIGNATURE")),
    (
        "macho",
        "signature",
        "unreadable",
        lambda data, _: put(data, "I", directory(data), 0),
    ),
    ("macho", "signature", "unreadable", in_directory(36, 0x20_07_00_0E)),
    ("macho", "signature", "signed_length", in_directory(32, 0x4000)),
    ("macho", "signature", "signed_pages", lambda data, _: put(data, "B", 0x2000, 1)),
    ("macho", "signature", "signed_blobs", change_blob),
    ("macho", "signature", "identifier", in_directory(20, 0)),
    ("pe", "stripped", "symbols", coff("I", 16, 1)),
    ("pe", "stripped", "debug_information", name_debug_information),
    ("pe", "hardening", "protection", clear("H", 24 + 70, 0x20)),
    ("pe", "hardening", "protection", clear("H", 24 + 70, 0x40)),
    ("pe", "hardening", "protection", clear("H", 24 + 70, 0x100)),
    ("pe", "hardening", "movable", data_directory(5, 0, 0)),
    ("pe", "hardening", "writable_code", pe_section(".text", "I", 36, 0xE0000020)),
    ("pe", "layout", "library", clear("H", 22, 0x2000)),
    ("pe", "layout", "alignment", coff("I", 24 + 36, 0x100)),
    ("pe", "layout", "alignment", coff("I", 24 + 32, 0)),
    ("pe", "layout", "alignment_of_sections", misalign_section),
    ("pe", "layout", "order", move_last_section),
    ("pe", "layout", "sections_in_file", grow_last_section),
    ("pe", "layout", "size_of_image", coff("I", 24 + 56, FAR)),
    ("pe", "layout", "directories", data_directory(12, FAR, 8)),
    ("pe", "layout", "checksum", coff("I", 24 + 64, 1)),
    ("pe", "layout", "names_of_imports", name_of_import),
    ("pe", "layout", "places_of_imports", place_of_imports),
    ("pe", "layout", "relocations", block_of_relocations),
    ("pe", "layout", "entry", coff("I", 24 + 16, FAR)),
    ("pe", "layout", "exported_code", exported_address),
    ("pe", "code", "zeroed_code", empty(1024)),
    ("pe", "code", "empty_function", empty(4)),
]
