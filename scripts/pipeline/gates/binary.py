"""The extension module, whatever system it is for: read by LIEF, and told by its class.

`read` gives one of three classes with the same facts, each in a file with the rules for
its system.
"""

import warnings

import lief

from pipeline.commands import Failure
from pipeline.gates.elf import Elf
from pipeline.gates.macho import MachO
from pipeline.gates.pe import Pe

Extension = Elf | MachO | Pe


def read(data: bytes) -> Extension:
    """`Failure` where it is no library of any system."""
    # Its complaints about a broken file would stand between our lines.
    lief.logging.disable()
    warnings.filterwarnings("ignore", ".* is not a valid", RuntimeWarning)
    if lief.is_elf(list(data[:64])) and (elf := lief.ELF.parse(list(data))):
        return Elf(elf, data)
    if lief.is_macho(list(data[:64])) and (fat := lief.MachO.parse(list(data))):
        if fat.size != 1:
            raise Failure(f"a library for {fat.size} processors in one file")
        return MachO(fat.at(0), fat, data)
    settings = lief.PE.ParserConfig()
    settings.parse_exceptions = True  # where the functions begin
    if lief.is_pe(list(data)) and (pe := lief.PE.parse(list(data), settings)):
        return Pe(pe, data)
    raise Failure("no extension module of any known system")
