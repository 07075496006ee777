"""Tables for people to read: by rich where it is installed, else in plain text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A log has no width of its own, and rich would fold tables at 80 columns there.
LOG_WIDTH = 150


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Print rows below their columns; the first column is text, the others numbers."""
    rows = list(rows)
    try:
        _print_rich(title, columns, rows)
    except ImportError:
        print(plain(title, columns, rows))


def plain(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The same without rich."""
    lines = [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(["", title, *(_line(cells, widths) for cells in lines)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return "  ".join(aligned).rstrip()


def _print_rich(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", title_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        # As they came: brackets are no markup.
        table.add_row(*map(Text, row))
    console = Console(width=None if sys.stdout.isatty() else LOG_WIDTH)
    console.print()
    console.print(table)
