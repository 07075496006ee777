"""The registry of rules: what one gate demands of the modules of one system.

A rule is a small function with one `yield`, so that a test can count that each of them
is broken by a mutation.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

System = Literal["elf", "macho", "pe"]
Broken = Iterator[tuple[str, str]]  # what was found, and what is allowed
Check = TypeVar("Check", bound=Callable[[Any], Broken])


@dataclass(frozen=True)
class Rule:
    gate: str
    system: System
    check: Callable[[Any], Broken]

    @property
    def name(self) -> str:
        return self.check.__name__


RULES: list[Rule] = []


def rule(gate: str, system: System) -> Callable[[Check], Check]:
    """Enter the function into the registry; the gate asks it of each such module."""

    def register(check: Check) -> Check:
        RULES.append(Rule(gate, system, check))
        return check

    return register


def broken(gate: str, module: Any) -> Broken:
    """What the rules of a gate find in a module."""
    for one in RULES:
        if (one.gate, one.system) == (gate, module.system):
            yield from one.check(module)


def name_of(value: Any) -> str:
    """A constant's name; LIEF has plain numbers for what no header defines."""
    return str(getattr(value, "name", value))


def text(name: str | bytes) -> str:
    """A name in the file; LIEF has bytes for what is no text."""
    return name if isinstance(name, str) else name.decode(errors="replace")
