"""What people see: headings, tables, progress."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

# A log has no width of its own, and rich would fold tables at 80 columns there.
LOG_WIDTH = 120
CONSOLE = Console(
    width=None if sys.stdout.isatty() else LOG_WIDTH, highlight=False, soft_wrap=False
)

PASSED = "[green]passed[/]"
FAILED = "[bold red]FAILED[/]"
NOT_RUN = "[yellow]not run[/]"


def heading(text: str) -> None:
    CONSOLE.rule(f"[bold]{text}", align="left")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    made = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*row)
    CONSOLE.print()
    CONSOLE.print(made)


class Stages:
    """A bar at the foot of a terminal: which stage of how many, and for how long.

    What the stages print goes by above it. In a log there is no bar, only headings.
    """

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress = progress
        self.task = progress.add_task("", total=total)

    def begin(self, name: str) -> None:
        self.progress.update(self.task, description=name)
        self.progress.console.rule(f"[bold]{name}", align="left")

    def end(self) -> None:
        self.progress.advance(self.task)

    def show(self, line: str) -> None:
        # As it came: brackets are no markup, and a folded command cannot be copied.
        self.progress.console.print(Text(line), soft_wrap=True)


@contextmanager
def stages(total: int) -> Iterator[Stages]:
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    terminal = CONSOLE.is_terminal
    with Progress(*columns, console=CONSOLE, disable=not terminal) as progress:
        yield Stages(progress, total)
