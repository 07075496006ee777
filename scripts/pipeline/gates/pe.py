"""Extension modules for Windows: their facts, and the rules for them.

The loader's side of each rule is Microsoft's "PE Format".
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.gates.code import Code, empty_functions, zero_runs
from pipeline.gates.rules import Broken, System, name_of, rule, text

# The processors as the wheel tags call them.
MACHINES = {"AMD64": "amd64", "I386": "32", "ARM64": "arm64"}
PAGE = 0x1000
SECTOR = 0x200

CODE, EXECUTABLE, WRITABLE = 0x20, 0x2000_0000, 0x8000_0000  # flags of a section
# The only one whose place is one in the file, and not in memory.
CERTIFICATES = "CERTIFICATE_TABLE"


@dataclass(frozen=True)
class Pe:
    binary: Any
    data: bytes
    system: System = "pe"

    @property
    def machine(self) -> str:
        return MACHINES.get(name_of(self.binary.header.machine), "")

    @property
    def tables(self) -> list[Any]:
        """One for each library that it imports from, at once or later."""
        return [*self.binary.imports, *self.binary.delay_imports]

    @property
    def libraries(self) -> list[str]:
        return [text(table.name) for table in self.tables]

    @property
    def exports(self) -> set[str]:
        table = self.binary.get_export()
        return {text(entry.name) for entry in table.entries} if table else set()

    @property
    def imports(self) -> set[str]:
        """By name, or by the library and the number in it."""
        return {
            f"{text(table.name)} #{entry.ordinal}"
            if entry.is_ordinal
            else text(entry.name)
            for table in self.tables
            for entry in table.entries
        }

    @property
    def characteristics(self) -> set[str]:
        found = self.binary.optional_header.dll_characteristics_lists
        return {name_of(flag) for flag in found}

    @cached_property
    def sections(self) -> list[Any]:
        return list(self.binary.sections)

    def section_of(self, address: int, size: int = 1) -> Any | None:
        """The one that has all these bytes in memory."""
        for one in self.sections:
            start = one.virtual_address
            if start <= address and address + size <= start + memory_of(one):
                return one
        return None

    def is_code(self, address: int) -> bool:
        one = self.section_of(address)
        return one is not None and bool(one.characteristics & EXECUTABLE)

    def directory(self, name: str) -> tuple[int, int]:
        """Address and size of a table that the header names."""
        return dict(self.directories).get(name, (0, 0))

    @property
    def directories(self) -> Iterator[tuple[str, tuple[int, int]]]:
        for one in self.binary.data_directories:
            if one.rva or one.size:
                yield name_of(one.type), (one.rva, one.size)

    @property
    def entries(self) -> list[int]:
        """Where the interpreter, or the loader, comes in."""
        binary = self.binary
        found = [*binary.exported_functions, *binary.ctor_functions]
        return [self.in_file(one.address) for one in found]

    @property
    def functions(self) -> list[int]:
        return [one.rva_start for one in self.binary.exceptions]

    @cached_property
    def code(self) -> list[Code]:
        return [
            # Behind that the linker fills up a sector.
            Code(one.virtual_address, bytes(one.content)[: memory_of(one)])
            for one in self.sections
            if one.characteristics & EXECUTABLE
        ]

    def counts_of_imports(self) -> list[int]:
        """How many names or numbers there are for each library, as far as zeros."""
        table, size = self.directory("IMPORT_TABLE")
        found = []
        for place in range(table, table + size - 19, 20):
            names, _, _, library, addresses = self.numbers(place, 5, 4)
            if not library:
                break
            found.append(self.length_of_list(names or addresses))
        return found

    def length_of_list(self, address: int) -> int:
        width = 4 if self.machine == "32" else 8
        places = itertools.count(address, width)
        filled = itertools.takewhile(lambda at: any(self.numbers(at, 1, width)), places)
        return sum(1 for _ in filled)

    def numbers(self, address: int, count: int, width: int) -> list[int]:
        """Little-endian ones in memory; zeros where the file has nothing."""
        one = self.section_of(address, count * width)
        start = address - one.virtual_address + one.pointerto_raw_data if one else 0
        data = self.data[start : start + count * width] if one else b""
        return [
            int.from_bytes(data[place : place + width], "little")
            for place in range(0, count * width, width)
        ]

    def in_file(self, address: int) -> int:
        """For an address of LIEF's, some of which count from where it is loaded."""
        base = self.binary.optional_header.imagebase
        return int(address - base if address >= base else address)


def memory_of(section: Any) -> int:
    return int(section.virtual_size or section.sizeof_raw_data)


def rounded(value: int, step: int) -> int:
    return -(-value // max(step, 1)) * step


# What no user needs.


@rule("stripped", "pe")
def symbols(pe: Pe) -> Broken:
    if pe.binary.header.numberof_symbols:
        yield "a table of symbols", "none"


@rule("stripped", "pe")
def debug_information(pe: Pe) -> Broken:
    """rustc has Microsoft's linker name the file, whatever is stripped."""
    found = pe.binary.codeview_pdb
    if found is not None and re.search(r"[/\\]", text(found.filename)):
        yield f"the path of debug information, {text(found.filename)}", "no folder"


# What makes an error in the module an attacker's chance.


@rule("hardening", "pe")
def protection(pe: Pe) -> Broken:
    names = {"NX_COMPAT", "DYNAMIC_BASE"}
    if pe.machine != "32":
        names.add("HIGH_ENTROPY_VA")
    for name in sorted(names - pe.characteristics):
        yield f"no {name}", "data not executable, code at any address of all bits"


@rule("hardening", "pe")
def movable(pe: Pe) -> Broken:
    """Without this table it is loaded where it asks to be, or not at all."""
    if not pe.directory("BASE_RELOCATION_TABLE")[1]:
        yield "no table of relocations", "one, so that DYNAMIC_BASE has an effect"


@rule("hardening", "pe")
def writable_code(pe: Pe) -> Broken:
    for one in pe.sections:
        if one.characteristics & EXECUTABLE and one.characteristics & WRITABLE:
            yield f"writable code in {text(one.name)}", "W or X of a section"


# Whether the loader can bring it into memory.


@rule("layout", "pe")
def library(pe: Pe) -> Broken:
    found = {name_of(one) for one in pe.binary.header.characteristics_list}
    if not {"DLL", "EXECUTABLE_IMAGE"} <= found:
        yield (
            f"a file of {', '.join(sorted(found)) or 'nothing'}",
            "a whole DLL",
        )


@rule("layout", "pe")
def alignment(pe: Pe) -> Broken:
    header = pe.binary.optional_header
    page, sector = header.section_alignment, header.file_alignment
    if page % PAGE or sector % SECTOR or not page or not sector:
        yield (
            f"sections aligned to {page:#x}, {sector:#x} in the file",
            "pages, sectors",
        )


@rule("layout", "pe")
def alignment_of_sections(pe: Pe) -> Broken:
    header = pe.binary.optional_header
    for one in pe.sections:
        if (
            one.virtual_address % max(header.section_alignment, 1)
            or one.pointerto_raw_data % max(header.file_alignment, 1)
            or one.sizeof_raw_data % max(header.file_alignment, 1)
        ):
            yield (
                f"{text(one.name)} at {one.pointerto_raw_data:#x}, loaded at"
                f" {one.virtual_address:#x}",
                "multiples of what the header says",
            )


@rule("layout", "pe")
def order(pe: Pe) -> Broken:
    """One begins where the one before it ends, or it is no program."""
    step = pe.binary.optional_header.section_alignment
    for one, following in itertools.pairwise(pe.sections):
        end = rounded(one.virtual_address + memory_of(one), step)
        if following.virtual_address != end:
            yield (
                f"{text(following.name)} at {following.virtual_address:#x}",
                f"{end:#x}, behind {text(one.name)}",
            )


@rule("layout", "pe")
def sections_in_file(pe: Pe) -> Broken:
    for one in pe.sections:
        if one.pointerto_raw_data + one.sizeof_raw_data > len(pe.data):
            yield (
                f"{text(one.name)} of {one.sizeof_raw_data:#x} bytes at"
                f" {one.pointerto_raw_data:#x}",
                f"sections inside the file, of {len(pe.data):#x} bytes",
            )


@rule("layout", "pe")
def size_of_image(pe: Pe) -> Broken:
    header = pe.binary.optional_header
    ends = [one.virtual_address + memory_of(one) for one in pe.sections]
    needed = rounded(max(ends, default=0), header.section_alignment)
    if header.sizeof_image != needed:
        yield f"an image of {header.sizeof_image:#x} bytes", f"{needed:#x}"


@rule("layout", "pe")
def directories(pe: Pe) -> Broken:
    for name, (address, size) in pe.directories:
        if name != CERTIFICATES and pe.section_of(address, size) is None:
            yield f"{name} of {size:#x} bytes at {address:#x}", "a place in a section"


@rule("layout", "pe")
def checksum(pe: Pe) -> Broken:
    """Looked at for drivers alone, it still has to be right where there is one."""
    found = pe.binary.optional_header.checksum
    if found and found != pe.binary.compute_checksum():
        yield f"checksum {found:#x}", f"{pe.binary.compute_checksum():#x}, or none"


@rule("layout", "pe")
def names_of_imports(pe: Pe) -> Broken:
    """LIEF leaves out what has no name of printable characters, and no number."""
    read = [len(table.entries) for table in pe.binary.imports]
    if (there := pe.counts_of_imports()) != read:
        yield f"{sum(there)} imports, of which {sum(read)} have a name", "all of them"


@rule("layout", "pe")
def places_of_imports(pe: Pe) -> Broken:
    """Where the loader writes the addresses of what it found."""
    for table in pe.binary.imports:
        address = table.import_address_table_rva
        if pe.section_of(address, 4) is None:
            yield f"addresses of {text(table.name)} at {address:#x}", "in a section"


@rule("layout", "pe")
def relocations(pe: Pe) -> Broken:
    for block in pe.binary.relocations:
        for one in block.entries:
            address = block.virtual_address + one.position
            if name_of(one.type) != "ABS" and pe.section_of(address, 4) is None:
                yield f"a relocation at {address:#x}", "places in a section"
                return


@rule("layout", "pe")
def entry(pe: Pe) -> Broken:
    start = pe.binary.optional_header.addressof_entrypoint
    if start and not pe.is_code(start):
        yield f"begins at {start:#x}", "executable memory"


@rule("layout", "pe")
def exported_code(pe: Pe) -> Broken:
    table = pe.binary.get_export()
    for one in table.entries if table else ():
        name = text(one.name)
        if name.startswith("Py") and not pe.is_code(pe.in_file(one.address)):
            yield f"{name} at {one.address:#x}", "a function in executable memory"


# Whether there is anything in it.


@rule("code", "pe")
def zeroed_code(pe: Pe) -> Broken:
    yield from zero_runs(pe.code, pe.machine)


@rule("code", "pe")
def empty_function(pe: Pe) -> Broken:
    yield from empty_functions(pe.code, pe.functions)
