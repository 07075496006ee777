"""Extension modules for macOS: their facts, and the rules for them.

The loader's side of each rule is dyld's mach_o/Header.cpp; of signatures, the kernel's
bsd/kern/ubc_subr.c.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.gates.code import Code, empty_functions, zero_runs
from pipeline.gates.rules import Broken, System, name_of, rule, text
from pipeline.gates.signature import CodeDirectory, directories

# The processors as the wheel tags call them.
MACHINES = {"ARM64": "arm64", "X86_64": "x86_64"}
PAGES = {"arm64": 0x4000, "x86_64": 0x1000}

WRITABLE, EXECUTABLE = 2, 4  # protections of a segment
INSTRUCTIONS = {"PURE_INSTRUCTIONS", "SOME_INSTRUCTIONS"}  # flags of a section
STABS = 0xE0  # N_STAB of a symbol's type
# What -headerpad_max_install_names leaves for each path that install_name_tool writes.
PATH_ROOM = 1024
# Instead of a library's number: found by search, wherever it is, or in the program.
SPECIAL_LIBRARIES = {0, -1, -2, -3}
# On macOS zig 0.17 drops rustc's list of exports: there remain the linker's own symbols
# and two of Rust's standard library. Names being two-level there, they meet no other's.
LINKERS = re.compile(
    r"_mh_dylib_header|__dso_handle|rust_eh_personality"
    r"|_RNvNtCs\w+_3std9panicking11EMPTY_PANIC"
)


@dataclass(frozen=True)
class MachO:
    binary: Any
    owner: Any  # the file; its parts do not live without it
    data: bytes
    system: System = "macho"

    @property
    def machine(self) -> str:
        return MACHINES.get(name_of(self.binary.header.cpu_type), "")

    @property
    def page(self) -> int:
        return PAGES.get(self.machine, 0x1000)

    @property
    def names(self) -> list[str]:
        """Its own, of which a bundle has none."""
        return [text(one.name) for one in self.binary.libraries if is_own(one)]

    @property
    def libraries(self) -> list[str]:
        return [text(one.name) for one in self.binary.libraries if not is_own(one)]

    @property
    def exports(self) -> set[str]:
        found = plain_names(self.binary.exported_symbols)
        return {name for name in found if not LINKERS.fullmatch(name)}

    @property
    def imports(self) -> set[str]:
        bound = [one.symbol for one in self.binary.bindings if one.has_symbol]
        symbols = [*self.binary.imported_symbols, *bound]
        return plain_names(symbols)

    @property
    def platform(self) -> str:
        """The system that it was linked for; older files have it in the command."""
        if self.binary.has_build_version:
            return name_of(self.binary.build_version.platform)
        commands = [name_of(one.command) for one in self.binary.commands]
        return "MACOS" if "VERSION_MIN_MACOSX" in commands else ""

    @property
    def oldest_system(self) -> tuple[int, ...]:
        found = self.binary.build_version or self.binary.version_min
        if found is None:
            return ()
        return tuple(found.minos if self.binary.has_build_version else found.version)

    @cached_property
    def segments(self) -> list[Any]:
        return list(self.binary.segments)

    def segment_of(self, address: int) -> Any | None:
        for one in self.segments:
            start = one.virtual_address
            if start <= address < start + one.virtual_size:
                return one
        return None

    @property
    def tables(self) -> Iterator[tuple[str, int, int]]:
        """What lies behind all sections: name, place and size of each."""
        for one in self.binary.commands:
            name = name_of(one.command)
            if name == "SYMTAB":
                yield "symbols", one.symbol_offset, 16 * one.numberof_symbols
                yield "names of symbols", one.strings_offset, one.strings_size
            elif name == "DYSYMTAB":
                count = one.nb_indirect_symbols
                yield "indirect symbols", one.indirect_symbol_offset, 4 * count
            elif name.startswith("DYLD_INFO"):
                for what in ("rebase", "bind", "weak_bind", "lazy_bind", "export_info"):
                    yield what, *getattr(one, what)
            elif hasattr(one, "data_offset"):
                yield name, one.data_offset, one.data_size

    @property
    def entries(self) -> list[int]:
        """Where the interpreter, or the loader, comes in."""
        binary = self.binary
        found = [*binary.exported_functions, *binary.ctor_functions]
        return [one.address for one in found]

    @property
    def functions(self) -> list[int]:
        return [one.address for one in self.binary.functions]

    @cached_property
    def code(self) -> list[Code]:
        return [
            Code(one.virtual_address, bytes(one.content))
            for one in self.binary.sections
            if INSTRUCTIONS & {name_of(flag) for flag in one.flags_list}
        ]

    @cached_property
    def signatures(self) -> list[CodeDirectory]:
        """Empty where there is none, or none that can be read."""
        found = self.binary.code_signature
        if found is None:
            return []
        return directories(self.data[found.data_offset :][: found.data_size])


def is_own(name: Any) -> bool:
    """The module's, which stands among those of the libraries that it needs."""
    return name_of(name.command) == "ID_DYLIB"


def plain_names(symbols: Iterable[Any]) -> set[str]:
    """As they are in C, without the underscore of macOS."""
    return {text(symbol.name).removeprefix("_") for symbol in symbols}


# What no user needs.


@rule("stripped", "macho")
def symbols_of_a_debugger(macho: MachO) -> Broken:
    for symbol in macho.binary.symbols:
        # A stab: what the debugger is told of a source file.
        if symbol.raw_type & STABS:
            yield f"debugger's symbol {text(symbol.name)}", "none"
            return


# What makes an error in the module an attacker's chance, or keeps it from being moved.


@rule("hardening", "macho")
def search_path(macho: MachO) -> Broken:
    if macho.binary.has_rpath:
        yield "LC_RPATH", "none"


@rule("hardening", "macho")
def name_space(macho: MachO) -> Broken:
    if "TWOLEVEL" not in {name_of(flag) for flag in macho.binary.header.flags_list}:
        yield "a flat name space", "symbols of named libraries (two-level)"


@rule("hardening", "macho")
def install_name(macho: MachO) -> Broken:
    for name in macho.names:
        if not name.startswith("@rpath/"):
            yield f"install name {name}", "@rpath/ and its own name"


@rule("hardening", "macho")
def header_room(macho: MachO) -> Broken:
    room = macho.binary.available_command_space
    if room < PATH_ROOM * len(macho.binary.libraries):
        yield f"{room} bytes for longer paths", f"{PATH_ROOM} for each library"


@rule("hardening", "macho")
def writable_code(macho: MachO) -> Broken:
    for one in macho.segments:
        if one.init_protection & WRITABLE and one.init_protection & EXECUTABLE:
            yield f"writable code in {one.name}", "W or X of a segment"


# Whether the loader can bring it into memory.


@rule("layout", "macho")
def uuid(macho: MachO) -> Broken:
    """From macOS 26 on dyld refuses what was linked without one."""
    if not macho.binary.has_uuid:
        yield "no LC_UUID", "one"


@rule("layout", "macho")
def alignment(macho: MachO) -> Broken:
    for one in macho.segments:
        if one.virtual_address % macho.page or one.file_offset % macho.page:
            yield (
                f"{one.name} at {one.file_offset:#x}, loaded at"
                f" {one.virtual_address:#x}",
                f"multiples of {macho.page:#x}, for {macho.machine}",
            )


@rule("layout", "macho")
def order(macho: MachO) -> Broken:
    for one, following in itertools.pairwise(macho.segments):
        if (
            following.virtual_address < one.virtual_address + one.virtual_size
            or following.file_offset < one.file_offset + one.file_size
        ):
            yield (
                f"{following.name} begins before the end of {one.name}",
                "segments in ascending order, in the file and in memory",
            )


@rule("layout", "macho")
def segments_in_file(macho: MachO) -> Broken:
    """The kernel kills what reads behind the end."""
    for one in macho.segments:
        if one.file_offset + one.file_size > len(macho.data):
            yield (
                f"{one.name} of {one.file_size:#x} bytes at {one.file_offset:#x}",
                f"segments inside the file, of {len(macho.data):#x} bytes",
            )


@rule("layout", "macho")
def size_in_memory(macho: MachO) -> Broken:
    for one in macho.segments:
        if one.file_size > one.virtual_size:
            yield (
                f"{one.name} of {one.file_size:#x} bytes in {one.virtual_size:#x}"
                " of memory",
                "room for all of it",
            )


@rule("layout", "macho")
def sections_in_segments(macho: MachO) -> Broken:
    for segment in macho.segments:
        end = segment.virtual_address + segment.virtual_size
        for one in segment.sections:
            start = one.virtual_address
            if start < segment.virtual_address or start + one.size > end:
                yield f"{one.name} at {start:#x}", f"a place in {segment.name}"


@rule("layout", "macho")
def tables_in_linkedit(macho: MachO) -> Broken:
    """The tables of the linker are read from the last segment, once it is mapped."""
    last = macho.binary.get_segment("__LINKEDIT")
    start = last.file_offset if last else 0
    end = start + last.file_size if last else 0
    for name, offset, size in macho.tables:
        if size and not start <= offset <= offset + size <= end:
            yield f"{name} of {size:#x} bytes at {offset:#x}", "a place in __LINKEDIT"


@rule("layout", "macho")
def end_of_file(macho: MachO) -> Broken:
    """codesign and install_name_tool refuse bytes behind the last segment."""
    end = max((one.file_offset + one.file_size for one in macho.segments), default=0)
    if end < len(macho.data):
        yield f"{len(macho.data) - end} bytes behind the last segment", "none"


@rule("layout", "macho")
def bindings(macho: MachO) -> Broken:
    """What the loader writes addresses over has to be data."""
    for one in macho.binary.bindings:
        segment = macho.segment_of(one.address)
        if segment is None or not segment.init_protection & WRITABLE:
            yield f"a symbol's address at {one.address:#x}", "places in writable data"
            return


@rule("layout", "macho")
def bound_libraries(macho: MachO) -> Broken:
    """Two-level names say which library each symbol is of, by its number."""
    known = {*SPECIAL_LIBRARIES, *range(1, len(macho.libraries) + 1)}
    for one in macho.binary.bindings:
        if one.library_ordinal not in known:
            name = text(one.symbol.name) if one.has_symbol else "a symbol"
            yield (
                f"{name} of library {one.library_ordinal}",
                f"1 to {len(macho.libraries)}",
            )
            return


@rule("layout", "macho")
def exported_code(macho: MachO) -> Broken:
    for one in macho.binary.exported_symbols:
        segment = macho.segment_of(one.value)
        name = text(one.name)
        if name.startswith("_Py") and not (
            segment and segment.init_protection & EXECUTABLE
        ):
            yield f"{name} at {one.value:#x}", "a function in executable memory"


# Whether there is anything in it.


@rule("code", "macho")
def zeroed_code(macho: MachO) -> Broken:
    yield from zero_runs(macho.code, macho.machine)


@rule("code", "macho")
def empty_function(macho: MachO) -> Broken:
    yield from empty_functions(macho.code, macho.functions)


# Signatures. The kernel checks a page when it is first read; a wrong one kills the
# process (delocate#102). On x86_64 there need be none.


@rule("signature", "macho")
def unsigned(macho: MachO) -> Broken:
    if macho.machine == "arm64" and not macho.binary.has_code_signature:
        yield "no signature", "an ad-hoc one: else the kernel kills the process"


@rule("signature", "macho")
def unreadable(macho: MachO) -> Broken:
    if macho.binary.has_code_signature and not macho.signatures:
        yield "a signature without a list of hashes", "a CodeDirectory"


@rule("signature", "macho")
def signed_length(macho: MachO) -> Broken:
    """All bytes in front of the signature are signed, and as many pages."""
    for one in macho.signatures:
        end = macho.binary.code_signature.data_offset
        if one.limit != end or len(one.pages) != one.page_count:
            yield (
                f"a signature of {one.limit:#x} bytes in {len(one.pages)} pages",
                f"of all {end:#x} bytes in front of it",
            )


@rule("signature", "macho")
def signed_pages(macho: MachO) -> Broken:
    for one in macho.signatures:
        if changed := one.changed_pages(macho.data):
            yield (
                f"changed after signing: {len(changed)} pages, first at"
                f" {changed[0] * one.page_size:#x}",
                "the bytes that were signed",
            )


@rule("signature", "macho")
def signed_blobs(macho: MachO) -> Broken:
    for one in macho.signatures:
        if changed := one.changed_blobs():
            yield f"slot {changed[0]} changed after signing", "what was signed"


@rule("signature", "macho")
def identifier(macho: MachO) -> Broken:
    for one in macho.signatures:
        if not one.identifier:
            yield "a signature without identifier", "the name of what is signed"
