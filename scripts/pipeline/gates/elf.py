"""Extension modules for Linux: their facts, and the rules for them.

The loader's side of each rule is glibc's elf/dl-load.c and elf/dl-reloc.c.
"""

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.gates.code import Code, empty_functions, zero_runs
from pipeline.gates.rules import Broken, System, name_of, rule, text

# The processors as the wheel tags call them.
MACHINES = {
    ("X86_64", 64): "x86_64",
    ("I386", 32): "i686",
    ("AARCH64", 64): "aarch64",
    ("ARM", 32): "armv7l",
    ("PPC64", 64): "ppc64le",
    ("S390", 64): "s390x",
    ("RISCV", 64): "riscv64",
}
# The largest pages of kernels in use; everywhere else they have 4 KiB.
PAGES = {"aarch64": 0x10000, "ppc64le": 0x10000}
PAGE = 0x1000

EXECUTABLE, WRITABLE = 1, 2  # flags of a segment
STATIC_TLS, TEXTREL = 0x10, 4  # of DT_FLAGS

# Each table that the loader reads, and the entry that says how long it is.
TABLES = {
    "STRTAB": "STRSZ",
    "RELA": "RELASZ",
    "REL": "RELSZ",
    "JMPREL": "PLTRELSZ",
    "INIT_ARRAY": "INIT_ARRAYSZ",
    "FINI_ARRAY": "FINI_ARRAYSZ",
    # These say themselves how long they are.
    "SYMTAB": "SYMENT",
    "HASH": "",
    "GNU_HASH": "",
    "VERSYM": "",
    "VERNEED": "",
}


@dataclass(frozen=True)
class Elf:
    binary: Any
    data: bytes
    system: System = "elf"

    @property
    def machine(self) -> str:
        header = self.binary.header
        bits = 64 if "64" in name_of(header.identity_class) else 32
        name = MACHINES.get((name_of(header.machine_type), bits), "")
        little = "LSB" in name_of(header.identity_data)
        return name if little != (name == "s390x") else f"{name} of other byte order"

    @property
    def libraries(self) -> list[str]:
        return [text(name) for name in self.binary.libraries]

    @property
    def exports(self) -> set[str]:
        return {text(symbol.name) for symbol in self.binary.exported_symbols}

    @property
    def imports(self) -> set[str]:
        """Of any type: those that the linker saw in no library, as Python's, have
        none, and are not among what LIEF calls imported.
        """
        named = [one for one in self.binary.dynamic_symbols if one.name]
        return {text(symbol.name) for symbol in named if not symbol.shndx}

    @property
    def versions(self) -> list[str]:
        """The versions of symbols that it needs, such as GLIBC_2.17."""
        needed = self.binary.symbols_version_requirement
        return sorted(
            {text(aux.name) for one in needed for aux in one.get_auxiliary_symbols()}
        )

    @property
    def page(self) -> int:
        return PAGES.get(self.machine, PAGE)

    @cached_property
    def loaded(self) -> list[Any]:
        """The segments that become memory, in the order of the file."""
        return [one for one in self.binary.segments if name_of(one.type) == "LOAD"]

    @cached_property
    def dynamic(self) -> dict[str, int]:
        """What the loader is told, by tag."""
        return {name_of(one.tag): one.value for one in self.binary.dynamic_entries}

    def segment_of(self, address: int, size: int = 0) -> Any | None:
        """The one that has all these bytes in memory."""
        for one in self.loaded:
            start = one.virtual_address
            if start <= address and address + size <= start + one.virtual_size:
                return one
        return None

    def is_in_file(self, address: int, size: int) -> bool:
        one = self.segment_of(address, size)
        return one is not None and (
            address + size <= one.virtual_address + one.physical_size
        )

    def is_code(self, address: int) -> bool:
        one = self.segment_of(address, 1)
        return one is not None and bool(one.raw_flags & EXECUTABLE)

    @property
    def initial(self) -> list[int]:
        """What the loader calls: by relocations, or where those say nothing of it, by
        the table itself.
        """
        start = self.dynamic.get("INIT_ARRAY", 0)
        end = start + self.dynamic.get("INIT_ARRAYSZ", 0)
        relocated = [
            one.addend
            for one in self.binary.relocations
            if start <= one.address < end and is_pointer(one)
        ]
        return relocated or [one.address for one in self.binary.ctor_functions]

    @property
    def entries(self) -> list[int]:
        """Where the interpreter, or the loader, comes in."""
        exported = [one.value for one in self.binary.exported_symbols]
        return [*exported, *self.initial]

    @property
    def functions(self) -> list[int]:
        return [one.address for one in self.binary.functions]

    @cached_property
    def code(self) -> list[Code]:
        """By the table of sections, or without one, as none need be there."""
        sections = [
            Code(one.virtual_address, bytes(one.content))
            for one in self.binary.sections
            if {"ALLOC", "EXECINSTR"} <= {name_of(flag) for flag in one.flags_list}
            and name_of(one.type) != "NOBITS"
        ]
        return sections or [
            Code(one.virtual_address, bytes(one.content))
            for one in self.loaded
            if one.raw_flags & EXECUTABLE
        ]


# What no user needs.


@rule("stripped", "elf")
def symbols_of_a_debugger(elf: Elf) -> Broken:
    for section in elf.binary.sections:
        name = text(section.name)
        if name == ".symtab" or name.startswith(".debug"):
            yield f"section {name}", "none"


# What makes an error in the module an attacker's chance, or keeps it from loading.


@rule("hardening", "elf")
def executable_stack(elf: Elf) -> Broken:
    stacks = [one for one in elf.binary.segments if name_of(one.type) == "GNU_STACK"]
    if not stacks or stacks[0].raw_flags & EXECUTABLE:
        yield "an executable stack", "GNU_STACK without X"


@rule("hardening", "elf")
def relro(elf: Elf) -> Broken:
    if not any(name_of(one.type) == "GNU_RELRO" for one in elf.binary.segments):
        yield "no RELRO", "relocated tables that are read-only"


@rule("hardening", "elf")
def writable_code(elf: Elf) -> Broken:
    for one in elf.loaded:
        if one.raw_flags & EXECUTABLE and one.raw_flags & WRITABLE:
            yield f"writable code at {one.virtual_address:#x}", "W or X of a segment"


@rule("hardening", "elf")
def search_path(elf: Elf) -> Broken:
    for tag in sorted({"RPATH", "RUNPATH"} & elf.dynamic.keys()):
        yield tag, "none"


@rule("hardening", "elf")
def relocated_code(elf: Elf) -> Broken:
    if "TEXTREL" in elf.dynamic or elf.dynamic.get("FLAGS", 0) & TEXTREL:
        yield "TEXTREL", "code that is the same wherever it is loaded"


@rule("hardening", "elf")
def static_tls(elf: Elf) -> Broken:
    """The room for such thread-locals is small and shared by all modules: "cannot
    allocate memory in static TLS block" (memvid#192).
    """
    if elf.dynamic.get("FLAGS", 0) & STATIC_TLS:
        yield "DF_STATIC_TLS", "thread-locals that are found when they are asked for"


# Whether the loader can bring it into memory.


@rule("layout", "elf")
def step(elf: Elf) -> Broken:
    """auditwheel#716: moved by patchelf, the segments of a file no longer fit pages."""
    for one in elf.loaded:
        if (one.file_offset - one.virtual_address) % max(one.alignment, 1):
            yield (
                f"a segment at {one.file_offset:#x} that is loaded at"
                f" {one.virtual_address:#x}",
                f"the same place of a page ({one.alignment:#x})",
            )


@rule("layout", "elf")
def alignment(elf: Elf) -> Broken:
    """A kernel with larger pages cannot map it (aarch64: Asahi, RHEL, 64 KiB)."""
    for one in elf.loaded:
        if one.alignment % elf.page or one.alignment.bit_count() != 1:
            yield (
                f"a segment aligned to {one.alignment:#x}",
                f"a power of two, from {elf.page:#x} on for {elf.machine}",
            )


@rule("layout", "elf")
def order(elf: Elf) -> Broken:
    """The loader takes the first and the last for the limits of all; each is mapped
    over what was mapped before it, in whole pages.
    """
    for one, following in itertools.pairwise(elf.loaded):
        start = following.virtual_address // elf.page * elf.page
        if start < one.virtual_address + one.virtual_size:
            yield (
                f"a segment at {following.virtual_address:#x} after one at"
                f" {one.virtual_address:#x} of {one.virtual_size:#x} bytes",
                "ascending addresses, and no page in two segments",
            )


@rule("layout", "elf")
def segments_in_file(elf: Elf) -> Broken:
    """Beyond the file's end there is no memory: SIGBUS at the first access."""
    for one in elf.binary.segments:
        if one.file_offset + one.physical_size > len(elf.data):
            yield (
                f"{name_of(one.type)} at {one.file_offset:#x} of {one.physical_size:#x}"
                " bytes",
                f"segments inside the file, of {len(elf.data):#x} bytes",
            )


@rule("layout", "elf")
def size_in_memory(elf: Elf) -> Broken:
    for one in elf.loaded:
        if one.physical_size > one.virtual_size:
            yield (
                f"a segment of {one.physical_size:#x} bytes in {one.virtual_size:#x}"
                " of memory",
                "room for all of it",
            )


# That of RISC-V is for linkers and not loaded (RISC-V ELF psABI, "Attributes").
WITHOUT_PART = {"LOAD", "RISCV_ATTRIBUTES"}


@rule("layout", "elf")
def parts_of_segments(elf: Elf) -> Broken:
    """What the other program headers describe is read from memory, so it has to be in
    a loaded segment, at the place that the file gives it.
    """
    for one in elf.binary.segments:
        address, size = one.virtual_address, one.virtual_size
        if name_of(one.type) in WITHOUT_PART or not size:
            continue
        whole = elf.segment_of(address, size if name_of(one.type) != "TLS" else 0)
        if whole is None or (
            one.file_offset - whole.file_offset != address - whole.virtual_address
        ):
            yield (
                f"{name_of(one.type)} of {size:#x} bytes at {address:#x}",
                "a part of a loaded segment",
            )


@rule("layout", "elf")
def tables_needed(elf: Elf) -> Broken:
    for names in (("STRTAB",), ("SYMTAB",), ("HASH", "GNU_HASH")):
        if not elf.dynamic.keys() & set(names):
            yield f"no DT_{names[-1]}", "tables in which the loader finds symbols"


@rule("layout", "elf")
def tables_in_file(elf: Elf) -> Broken:
    for name, size in TABLES.items():
        address = elf.dynamic.get(name)
        length = elf.dynamic.get(size, 1)
        if address is not None and not elf.is_in_file(address, length):
            yield (
                f"DT_{name} of {length:#x} bytes at {address:#x}",
                "tables of the loader in a loaded segment, and in the file",
            )


@rule("layout", "elf")
def strings(elf: Elf) -> Broken:
    """A name that is longer than the table of names."""
    size = elf.dynamic.get("STRSZ", 0)
    for one in elf.binary.dynamic_entries:
        if name_of(one.tag) in {"NEEDED", "SONAME"} and one.value >= size:
            yield f"DT_{name_of(one.tag)} at {one.value:#x}", f"a name below {size:#x}"


@rule("layout", "elf")
def nameless_symbols(elf: Elf) -> Broken:
    """Nothing can be found for one, be it that its name lies outside of the table."""
    for number, one in enumerate(elf.binary.dynamic_symbols):
        if number and not one.name and not one.shndx:
            yield f"symbol {number} of no name", "names inside of DT_STRTAB"


@rule("layout", "elf")
def sections_in_step(elf: Elf) -> Broken:
    """Tools read by sections what the loader maps by segments: strip or patchelf would
    write to the wrong place. There need be none.
    """
    for one in elf.binary.sections:
        whole = elf.segment_of(one.virtual_address, one.size)
        if (
            "ALLOC" in {name_of(flag) for flag in one.flags_list}
            and name_of(one.type) != "NOBITS"
            and one.size
            and (
                whole is None
                or one.offset - whole.file_offset
                != one.virtual_address - whole.virtual_address
            )
        ):
            yield (
                f"section {text(one.name)} at {one.offset:#x}, loaded at"
                f" {one.virtual_address:#x}",
                "a part of a segment",
            )


@rule("layout", "elf")
def sections_in_file(elf: Elf) -> Broken:
    for one in elf.binary.sections:
        if name_of(one.type) != "NOBITS" and one.offset + one.size > len(elf.data):
            yield (
                f"section {text(one.name)} of {one.size:#x} bytes at {one.offset:#x}",
                f"sections inside the file, of {len(elf.data):#x} bytes",
            )


@rule("layout", "elf")
def relocations(elf: Elf) -> Broken:
    """What the loader writes addresses over has to be data."""
    for one in elf.binary.relocations:
        whole = elf.segment_of(one.address, 4)
        if is_dynamic(one) and (whole is None or not whole.raw_flags & WRITABLE):
            yield f"a relocation at {one.address:#x}", "places in writable data"
            return


@rule("layout", "elf")
def relocated_addresses(elf: Elf) -> Broken:
    """Where a pointer inside the module points to."""
    for one in elf.binary.relocations:
        if is_pointer(one) and elf.segment_of(one.addend) is None:
            yield f"a pointer to {one.addend:#x}", "addresses inside of the module"
            return


def is_dynamic(relocation: Any) -> bool:
    return name_of(relocation.purpose) in {"DYNAMIC", "PLTGOT"}


def is_pointer(relocation: Any) -> bool:
    """Into the module itself, and not in the place that is relocated."""
    kind = name_of(relocation.type)
    return is_dynamic(relocation) and kind.endswith("RELATIVE") and relocation.is_rela


@rule("layout", "elf")
def exported_code(elf: Elf) -> Broken:
    for one in elf.binary.exported_symbols:
        name = text(one.name)
        if name.startswith("Py") and not elf.is_code(one.value):
            yield f"{name} at {one.value:#x}", "a function in executable memory"


@rule("layout", "elf")
def initial_code(elf: Elf) -> Broken:
    for address in elf.initial:
        if not elf.is_code(address):
            yield (
                f"an initial function at {address:#x}",
                "functions in executable memory",
            )


# Whether there is anything in it.


@rule("code", "elf")
def zeroed_code(elf: Elf) -> Broken:
    yield from zero_runs(elf.code, elf.machine)


@rule("code", "elf")
def empty_function(elf: Elf) -> Broken:
    yield from empty_functions(elf.code, elf.functions)
