"""What an extension module says of itself, whatever platform it is for.

Read by LIEF; `read` gives one of three classes with the same facts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import lief

from pipeline.commands import Failure

System = Literal["elf", "macho", "pe"]
Weakness = tuple[str, str]  # what was found, and what is allowed

# The processors as the wheel tags of each system call them.
ELF_MACHINES = {
    ("X86_64", 64): "x86_64",
    ("I386", 32): "i686",
    ("AARCH64", 64): "aarch64",
    ("ARM", 32): "armv7l",
    ("PPC64", 64): "ppc64le",
    ("S390", 64): "s390x",
    ("RISCV", 64): "riscv64",
}
MACHO_MACHINES = {"ARM64": "arm64", "X86_64": "x86_64"}
PE_MACHINES = {"AMD64": "amd64", "I386": "32", "ARM64": "arm64"}

EXECUTABLE = 1  # of the flags of a segment of ELF
# What -headerpad_max_install_names leaves for each path that install_name_tool writes.
PATH_ROOM = 1024
# On macOS zig 0.17 drops rustc's list of exports: there remain the linker's own symbols
# and two of Rust's standard library. Names being two-level there, they meet no other's.
LINKERS = re.compile(
    r"_mh_dylib_header|__dso_handle|rust_eh_personality"
    r"|_RNvNtCs\w+_3std9panicking11EMPTY_PANIC"
)


@dataclass(frozen=True)
class Elf:
    """Linux."""

    binary: Any
    system: System = "elf"

    @property
    def machine(self) -> str:
        header = self.binary.header
        bits = 64 if "64" in header.identity_class.name else 32
        name = ELF_MACHINES.get((header.machine_type.name, bits), "")
        little = "LSB" in header.identity_data.name
        return name if little != (name == "s390x") else f"{name} of other byte order"

    @property
    def libraries(self) -> list[str]:
        return list(self.binary.libraries)

    @property
    def exports(self) -> set[str]:
        return {symbol.name for symbol in self.binary.exported_symbols}

    @property
    def versions(self) -> list[str]:
        """The versions of symbols that it needs, such as GLIBC_2.17."""
        needed = self.binary.symbols_version_requirement
        return sorted(
            {aux.name for one in needed for aux in one.get_auxiliary_symbols()}
        )

    def leftovers(self) -> Iterator[str]:
        """Symbols and debug information that only a debugger reads."""
        for section in self.binary.sections:
            if section.name == ".symtab" or section.name.startswith(".debug"):
                yield f"section {section.name}"

    def weaknesses(self) -> Iterator[Weakness]:
        segments = {segment.type.name: segment for segment in self.binary.segments}
        tags = {entry.tag.name: entry for entry in self.binary.dynamic_entries}
        stack = segments.get("GNU_STACK")
        if stack is None or stack.raw_flags & EXECUTABLE:
            yield "an executable stack", "GNU_STACK without X"
        if "GNU_RELRO" not in segments:
            yield "no RELRO", "relocated tables that are read-only"
        for tag in ("RPATH", "RUNPATH", "TEXTREL"):
            if tag in tags:
                yield tag, "none"


@dataclass(frozen=True)
class MachO:
    """macOS."""

    binary: Any
    owner: Any  # the file; its parts do not live without it
    system: System = "macho"

    @property
    def machine(self) -> str:
        return MACHO_MACHINES.get(self.binary.header.cpu_type.name, "")

    @property
    def libraries(self) -> list[str]:
        """Without its own name, which stands first."""
        return [library.name for library in self.binary.libraries][1:]

    @property
    def exports(self) -> set[str]:
        found = [one.name.removeprefix("_") for one in self.binary.exported_symbols]
        return {name for name in found if not LINKERS.fullmatch(name)}

    @property
    def oldest_system(self) -> tuple[int, ...]:
        found = self.binary.build_version or self.binary.version_min
        if found is None:
            return ()
        return tuple(found.minos if self.binary.has_build_version else found.version)

    def leftovers(self) -> Iterator[str]:
        for symbol in self.binary.symbols:
            # A stab: what the debugger is told of a source file.
            if symbol.raw_type & 0xE0:
                yield f"debugger's symbol {symbol.name}"
                return

    def weaknesses(self) -> Iterator[Weakness]:
        binary = self.binary
        if binary.has_rpath:
            yield "LC_RPATH", "none"
        if "TWOLEVEL" not in [flag.name for flag in binary.header.flags_list]:
            yield "a flat name space", "symbols of named libraries (two-level)"
        if not binary.libraries[0].name.startswith("@rpath/"):
            yield f"install name {binary.libraries[0].name}", "@rpath/ and its own name"
        if binary.available_command_space < PATH_ROOM * len(binary.libraries):
            room = binary.available_command_space
            yield f"{room} bytes for longer paths", f"{PATH_ROOM} for each library"
        if self.machine == "arm64" and not binary.has_code_signature:
            yield "no signature", "an ad-hoc one: else the kernel kills the process"


@dataclass(frozen=True)
class Pe:
    """Windows."""

    binary: Any
    system: System = "pe"

    @property
    def machine(self) -> str:
        return PE_MACHINES.get(self.binary.header.machine.name, "")

    @property
    def libraries(self) -> list[str]:
        found = [*self.binary.imports, *self.binary.delay_imports]
        return [library.name for library in found]

    @property
    def exports(self) -> set[str]:
        table = self.binary.get_export()
        return {entry.name for entry in table.entries} if table else set()

    def leftovers(self) -> Iterator[str]:
        if self.binary.header.numberof_symbols:
            yield "a table of symbols"
        if self.binary.codeview_pdb is not None:
            yield f"the path of debug information, {self.binary.codeview_pdb.filename}"

    def weaknesses(self) -> Iterator[Weakness]:
        header = self.binary.optional_header
        found = {flag.name for flag in header.dll_characteristics_lists}
        for name in ("NX_COMPAT", "DYNAMIC_BASE"):
            if name not in found:
                yield f"no {name}", "data not executable, code at a random address"
        if self.machine != "32" and "HIGH_ENTROPY_VA" not in found:
            yield "no HIGH_ENTROPY_VA", "an address out of all 64 bits"


Extension = Elf | MachO | Pe


def read(data: bytes) -> Extension:
    """`Failure` where it is no library of any system."""
    # Its complaints about a broken file would stand between our lines.
    lief.logging.disable()
    if lief.is_elf(list(data[:64])) and (elf := lief.ELF.parse(list(data))):
        return Elf(elf)
    if lief.is_macho(list(data[:64])) and (fat := lief.MachO.parse(list(data))):
        if fat.size != 1:
            raise Failure(f"a library for {fat.size} processors in one file")
        return MachO(fat.at(0), fat)
    settings = lief.PE.ParserConfig()
    settings.parse_exceptions = True  # where the functions begin
    if lief.is_pe(list(data)) and (pe := lief.PE.parse(list(data), settings)):
        return Pe(pe)
    raise Failure("no extension module of any known system")
