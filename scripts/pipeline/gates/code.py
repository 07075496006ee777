"""Code that is not there: holes that a torn link or a broken disk leaves in a module."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline.gates.rules import Broken


@dataclass(frozen=True)
class Code:
    """A stretch of instructions, by its address in memory."""

    address: int
    data: bytes


def zero_runs(stretches: Sequence[Code], limit: int) -> Broken:
    """So many zeros, where instructions should be. No compiler writes them: between
    functions there are traps or idle instructions, and tables in code are not empty.
    """
    for one in stretches:
        if found := re.search(rb"\0{%d}" % limit, one.data):
            yield (
                f"zeros for code at {one.address + found.start():#x}",
                f"fewer than {limit} together",
            )


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
