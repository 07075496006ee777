"""Which instructions an extension uses where no processor has been asked for them.

Disassembled by capstone, function by function; where functions begin is told by the
tables for unwinding, which a stripped file keeps, and by the calls.
"""

import itertools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import capstone

from pipeline.gates.binary import Extension

MODES = {
    "x86_64": capstone.CS_MODE_64,
    "amd64": capstone.CS_MODE_64,
    "i686": capstone.CS_MODE_32,
    "32": capstone.CS_MODE_32,
}
# Begin as those of AVX do, and are older.
OLD = {"verr", "verw"}
ADDRESS = re.compile(r"0x[0-9a-f]+")


@dataclass(frozen=True)
class Function:
    """What matters of one."""

    avx: str  # the first instruction of AVX; empty where there is none
    asks: bool  # the processor what it can do
    calls: frozenset[int]
    jumps: frozenset[int]


def unguarded(extension: Extension) -> Iterator[str]:
    """Instructions of AVX that run on every processor.

    Where the module is loaded, and where the processor is asked: what is called from
    there runs before there is an answer. A build for the builder's own processor has
    them everywhere.
    """
    mode = MODES.get(extension.machine)
    if mode is None:
        return
    functions = disassemble(extension, mode)
    roots = {start for start, one in functions.items() if one.asks}
    for address in sorted(reached({*roots, *extension.entries}, functions)):
        if said := functions[address].avx:
            yield f"{said} at {address:#x}, which runs on every processor"
            return


def reached(roots: set[int], functions: Mapping[int, Function]) -> set[int]:
    found: set[int] = set()
    waiting = [root for root in roots if root in functions]
    while waiting:
        address = waiting.pop()
        if address not in found:
            found.add(address)
            one = functions[address]
            waiting += [to for to in one.calls | one.jumps if to in functions]
    return found


def disassemble(extension: Extension, mode: int) -> dict[int, Function]:
    begins = {one.address for one in extension.code}
    begins.update(extension.functions, extension.entries)
    while True:
        found = {
            start: function(mode, start, code)
            for start, code in codes(extension, begins)
        }
        # The tables leave some out: Windows on x86 has none, macOS one for several.
        called = {address for one in found.values() for address in one.calls}
        if called <= begins:
            return found
        begins |= called


def codes(extension: Extension, begins: Collection[int]) -> Iterator[tuple[int, bytes]]:
    """Each function's address and bytes."""
    begins = sorted(begins)
    for text in extension.code:
        start, end = text.address, text.address + len(text.data)
        inside = [one for one in begins if start <= one < end]
        for one, following in itertools.pairwise([*inside, end]):
            yield one, text.data[one - start : following - start]


# It stays what it is when others are found, and often from one wheel to the next.
@lru_cache(20_000)
def function(mode: int, start: int, code: bytes) -> Function:
    reader = capstone.Cs(capstone.CS_ARCH_X86, mode)
    reader.skipdata = True  # tables between the functions
    avx, asks = "", False
    calls: set[int] = set()
    jumps: set[int] = set()
    for _, _, name, operands in reader.disasm_lite(code, start):
        if name.startswith("v") and name not in OLD:
            avx = avx or f"{name} {operands}"
        asks = asks or name == "cpuid"
        if name in {"call", "jmp"} and ADDRESS.fullmatch(operands):
            (calls if name == "call" else jumps).add(int(operands, 16))
    return Function(avx, asks, frozenset(calls), frozenset(jumps))
