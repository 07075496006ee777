"""Code that is not there: what a torn link or a broken disk leaves of a module."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline.gates.rules import Broken


@dataclass(frozen=True)
class Code:
    """A stretch of instructions, by its address in memory."""

    address: int
    data: bytes


# The most zeros that a good file has together. On x86 there are traps or idle
# instructions between functions; on ARM, GNU ld fills up the page into which it moved
# what the erratum 843419 of Cortex-A53 is about, and Microsoft's linker does likewise.
SECTOR, PAGE = 512, 4096
LIMITS = {"aarch64": PAGE, "arm64": PAGE}


def zero_runs(stretches: Sequence[Code], machine: str) -> Broken:
    """Zeros where instructions should be."""
    limit = LIMITS.get(machine, SECTOR)
    for one in stretches:
        if found := re.search(rb"\0{%d}" % limit, one.data):
            yield (
                f"zeros for code at {one.address + found.start():#x}",
                f"fewer than {limit} together",
            )
            return


def empty_functions(stretches: Sequence[Code], starts: Collection[int]) -> Broken:
    """A function that begins with zeros, which is no instruction of any processor that
    a compiler uses.
    """
    for one in stretches:
        for start in starts:
            place = start - one.address
            if 0 <= place < len(one.data) and not any(one.data[place : place + 4]):
                yield f"zeros for the function at {start:#x}", "instructions"
                return
