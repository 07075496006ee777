"""Who is measured, each in its best configuration.

A peer says what it would run for a case, and nothing if it has no such function. Its
own kind of array is made beforehand.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

import uncork
from uncork import slow
from uncork.bench.cases import evaluated, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from uncork.bench.cases import Array, Case

#: Windows are looked at as a whole by NumPy; it is left out of longer cells.
NUMPY_VALUES = 1e7
#: Packages of columns are left out where there are more of them.
COLUMNS = 1000

#: The same where there is no NaN.
WITHOUT_NAN = {
    "median": "nanmedian",
    "quantile": "nanquantile",
    "rankdata": "nanrankdata",
}

#: Methods of a column.
PANDAS = {
    "allnan": "isna().all()",
    "anynan": "isna().any()",
    "median": "median(skipna=False)",
    "nanargmax": "idxmax()",
    "nanargmin": "idxmin()",
    "nanmax": "max()",
    "nanmean": "mean()",
    "nanmedian": "median()",
    "nanmin": "min()",
    "nanquantile": "quantile(0.25)",
    "nanrankdata": "rank()",
    "nanstd": "std(ddof=0)",
    "nansum": "sum()",
    "nanvar": "var(ddof=0)",
    "push": "ffill()",
    "move_max": "rolling({w}, {m}).max()",
    "move_mean": "rolling({w}, {m}).mean()",
    "move_median": "rolling({w}, {m}).median()",
    "move_min": "rolling({w}, {m}).min()",
    "move_rank": "rolling({w}, {m}).rank()",
    "move_std": "rolling({w}, {m}).std(ddof=0)",
    "move_sum": "rolling({w}, {m}).sum()",
    "move_var": "rolling({w}, {m}).var(ddof=0)",
}
POLARS = {
    "allnan": "is_nan().all()",
    "anynan": "is_nan().any()",
    "nanargmax": "arg_max()",
    "nanargmin": "arg_min()",
    "nanmax": "max()",
    "nanmean": "mean()",
    "nanmedian": "median()",
    "nanmin": "min()",
    "nanquantile": "quantile(0.25, 'linear')",
    "nanrankdata": "rank()",
    "nanskew": "skew()",
    "nanstd": "std(ddof=0)",
    "nansum": "sum()",
    "nanvar": "var(ddof=0)",
    "push": "forward_fill()",
    "move_max": "rolling_max({w}, min_samples={m})",
    "move_mean": "rolling_mean({w}, min_samples={m})",
    "move_median": "rolling_median({w}, min_samples={m})",
    "move_min": "rolling_min({w}, min_samples={m})",
    "move_rank": "rolling_rank({w}, min_samples={m})",
    "move_skew": "rolling_skew({w}, min_samples={m})",
    "move_std": "rolling_std({w}, min_samples={m}, ddof=0)",
    "move_sum": "rolling_sum({w}, min_samples={m})",
    "move_var": "rolling_var({w}, min_samples={m}, ddof=0)",
}
#: Functions, with the window that ends at each value.
SCIPY = {
    "nanrankdata": "stats.rankdata(a, axis={axis}, nan_policy='omit')",
    "nanskew": "stats.skew(a, axis={axis}, nan_policy='omit')",
    "rankdata": "stats.rankdata(a, axis={axis})",
    "move_max": "ndimage.maximum_filter1d(a, {w}, {axis}, origin={origin})",
    "move_mean": "ndimage.uniform_filter1d(a, {w}, {axis}, float, origin={origin})",
    "move_median": "ndimage.median_filter(a, ({w},), axes=({axis},), origin={origin})",
    "move_min": "ndimage.minimum_filter1d(a, {w}, {axis}, origin={origin})",
}


def same(result: Any) -> Any:
    return result


@dataclass(frozen=True)
class Work:
    """What is timed, and how its result becomes one of ours."""

    expression: str
    names: dict[str, Any]
    ours: Callable[[Any], Any] = same
    #: Brings the data back, where they were changed.
    undo: str = ""

    @property
    def statement(self) -> str:
        return f"{self.expression}; {self.undo}" if self.undo else self.expression

    def run(self) -> Any:
        return evaluated(self.expression, self.names)


def load(name: str) -> ModuleType:
    """Import a peer, which may be installed in parts."""
    for part in {"scipy": ("stats", "ndimage")}.get(name, ()):
        import_module(f"{name}.{part}")
    return import_module(name)


def same_call(case: Case, a: Array, function: Any) -> Work:
    """Of a function that has our arguments."""
    call = f"f({', '.join(['a', *case.arguments])})"
    names = {"f": function, "a": a, "nan": np.nan}
    if "old" not in parameters(case.function):
        return Work(call, names)
    old, new = case.arguments
    return Work(call, {**names, "a": a.copy()}, np.copy, undo=f"f(a, {new}, {old})")


def of_namesake(case: Case, a: Array, module: ModuleType) -> Work | None:
    function = getattr(module, case.function, None)
    return same_call(case, a, function) if function else None


def of_numpy(case: Case, a: Array, module: ModuleType) -> Work | None:
    if case.size * (case.window or 1) > NUMPY_VALUES:
        return None
    # It has no windows, but what makes them.
    source = module if hasattr(module, case.function) else slow
    return same_call(case, a, getattr(source, case.function))


def of_numbagg(case: Case, a: Array, module: ModuleType) -> Work | None:
    function = _known({**vars(module), "push": module.ffill}, case)
    if function is None:
        return None
    arguments = [] if case.axis is None else [f"axis={case.axis}"]
    if case.window is not None:
        arguments.append(f"window={case.window}, min_count={_min_count(case)}")
    elif "ddof" in parameters(case.function):
        arguments.append("ddof=0")
    elif "q" in parameters(case.function):
        arguments.append("quantiles=0.25")
    work = Work(f"f({', '.join(['a', *arguments])})", {"f": function, "a": a})
    if case.function not in ("move_var", "move_std"):
        return work
    # Its ddof is always 1.
    power = 0.5 if case.function == "move_std" else 1
    count = _counts(case, a)
    return replace(work, ours=lambda result: result * ((count - 1) / count) ** power)


def of_scipy(case: Case, a: Array, module: ModuleType) -> Work | None:
    form, w = _known(SCIPY, case), case.window or 1
    if form is None or (case.nan and case.function not in {"nanrankdata", "nanskew"}):
        return None  # the others let NaN spread
    if case.function == "move_median" and w % 2 == 0:
        return None  # it takes the greater of the two in the middle
    text = form.format(w=w, axis=case.axis, origin=(w - 1) // 2)
    return Work(f"scipy.{text}", {"scipy": module, "a": a, "float": float})


def of_pandas(case: Case, a: Array, module: ModuleType) -> Work | None:
    form, lanes = _known(PANDAS, case), _columns(case, a)
    if form is None or lanes is None:
        return None
    make = module.Series if lanes.ndim == 1 else module.DataFrame
    text = form.format(w=case.window, m=_min_count(case))
    names = {"x": make(lanes)}
    return Work(f"x.{text}", names, lambda y: _ours(case, a, np.asarray(y)))


def of_polars(case: Case, a: Array, module: ModuleType) -> Work | None:
    form, lanes = _known(POLARS, case), _columns(case, a)
    if form is None or lanes is None:
        return None
    x = (module.Series if lanes.ndim == 1 else module.DataFrame)(lanes)
    if case.nan and "nan()" not in form:
        x = x.fill_nan(None)  # what it leaves out is not NaN, but null
    text = form.format(w=case.window, m=_min_count(case))
    if lanes.ndim == 1:
        return Work(f"x.{text}", {"x": x}, lambda y: _ours(case, a, np.asarray(y)))
    names = {"x": x, "e": evaluated(f"every.{text}", {"every": module.all()})}
    return Work("x.select(e)", names, lambda y: _ours(case, a, _lane_or_value(x, y)))


PEERS: dict[str, Callable[[Case, Array, ModuleType], Work | None]] = {
    "uncork": of_namesake,
    "bottleneck": of_namesake,
    "numpy": of_numpy,
    "numbagg": of_numbagg,
    "pandas": of_pandas,
    "polars": of_polars,
    "scipy": of_scipy,
    "reducers": of_namesake,
}


def with_other_threads(threads: int) -> set[str]:
    """Give all so many threads; the peers that keep the number they started with."""
    uncork.set_num_threads(threads)
    if numba := sys.modules.get("numba"):
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    fixed = {"polars": "thread_pool_size", "reducers": "get_num_threads"}
    return {
        name
        for name, asked in fixed.items()
        if (module := sys.modules.get(name)) and getattr(module, asked)() != threads
    }


def _known(table: Mapping[str, Any], case: Case) -> Any:
    same = None if case.nan else WITHOUT_NAN.get(case.function, "")
    return table.get(case.function, table.get(same or ""))


def _min_count(case: Case) -> int | None:
    return case.min_count or case.window


def _columns(case: Case, a: Array) -> Array | None:
    """The lanes as the columns of a table, if there are not too many."""
    if case.axis is None or a.ndim == 1:
        return a.reshape(-1)
    if a.ndim > 2 or a.size // case.length > COLUMNS:
        return None
    return np.asfortranarray(np.moveaxis(a, case.axis, 0))


def _lane_or_value(columns: Any, result: Any) -> Array:
    """Of each column; a value is a table of one row."""
    values: Array = result.to_numpy()
    return values if len(result) == len(columns) else values[0]


def _ours(case: Case, a: Array, result: Array) -> Array:
    """Columns back in their places, and ranks from -1 to 1."""
    if result.ndim == 2 and case.axis is not None:
        result = np.moveaxis(result, 0, case.axis)
    if case.function != "move_rank":
        return result
    others = _counts(case, a) - 1
    with np.errstate(invalid="ignore"):
        return np.where(others > 0, 2 * (result - 1) / others - 1, result - 1)


def _counts(case: Case, a: Array) -> Array:
    """How many values of each window are not NaN."""
    valid = (~np.isnan(a)).astype(np.float64)
    axis = -1 if case.axis is None else case.axis
    return np.asarray(uncork.move_sum(valid, case.window or 1, 1, axis))
