"""Tables for people to read: by rich where it is installed, else in plain text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Print rows below their columns; the first column is text, the others numbers."""
    rows = list(rows)
    print(f"\n{title}")
    try:
        _print_rich(columns, rows)
    except ImportError:
        print(plain(columns, rows))


def plain(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The same without rich."""
    widths = _widths(columns, rows)
    lines = [columns, ["-" * width for width in widths], *rows]
    return "\n".join(_line(cells, widths) for cells in lines)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(columns, *rows, strict=True)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return "  ".join(aligned).rstrip()


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", overflow="fold")
    for row in rows:
        # As they came: brackets are no markup.
        table.add_row(*map(Text, row))
    # A log has no width of its own, and rich would fold the table at 80 columns.
    width = sum(_widths(columns, rows)) + 3 * len(columns) + 1
    Console(width=None if sys.stdout.isatty() else width).print(table)
