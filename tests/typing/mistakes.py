"""Wrong calls, and wrong ideas of what a call returns: mypy and pyright find each.

Both complain of an `ignore` that nothing needs: stubs that accept too much fail.
"""
# pyright: reportUnnecessaryTypeIgnoreComment=true

import numpy as np
from numpy.typing import NDArray

import uncork


def arguments(a: NDArray[np.float64], text: NDArray[np.str_]) -> None:
    uncork.nansum()  # type: ignore[call-overload]
    uncork.nansum(a, 0, 0)  # type: ignore[call-overload]
    uncork.nansum(a, axes=0)  # type: ignore[call-overload]
    uncork.nansum(a, axis=0.0)  # type: ignore[call-overload]
    uncork.nansum(a, axis="0")  # type: ignore[call-overload]
    uncork.nansum(a, axis=[0, 1])  # type: ignore[call-overload]
    uncork.nansum(a, keepdims="no")  # type: ignore[call-overload]
    uncork.nansum(a, out=[0.0])  # type: ignore[call-overload]
    uncork.nanargmin(a, axis=(0, 1))  # type: ignore[call-overload]
    uncork.nanargmin(a, default=-1.0)  # type: ignore[call-overload]
    uncork.nanargmin(a, 0, -1)  # type: ignore[call-overload]
    uncork.nanmin(a, default=-1)  # type: ignore[call-overload]
    uncork.nansum({1.0, 2.0})  # type: ignore[call-overload]
    uncork.nanvar(a, ddof=0.5)  # type: ignore[call-overload]
    uncork.nanvar(a, ddof=None)  # type: ignore[call-overload]
    uncork.median(a, ddof=1)  # type: ignore[call-overload]
    uncork.move_sum(a)  # type: ignore[call-overload]
    uncork.move_sum(a, 2.0)  # type: ignore[call-overload]
    uncork.move_sum(a, None)  # type: ignore[call-overload]
    uncork.move_sum(a, 2, min_count=1.0)  # type: ignore[call-overload]
    uncork.move_sum(a, 2, axis=None)  # type: ignore[call-overload]
    uncork.move_mean(a, 2, ddof=1)  # type: ignore[call-overload]
    uncork.replace([1.0], 1.0, 2.0)  # type: ignore[type-var]
    uncork.replace(text, 1.0, 2.0)  # type: ignore[type-var]
    uncork.replace(a, "1", 2.0)  # type: ignore[arg-type]
    uncork.replace(a, 1j, 2.0)  # type: ignore[arg-type]
    uncork.replace(a, 1.0, None)  # type: ignore[arg-type]
    uncork.replace(a, 1.0)  # type: ignore[call-arg]
    uncork.set_num_threads(1.5)  # type: ignore[arg-type]
    uncork.set_num_threads(None)  # type: ignore[arg-type]
    uncork.get_num_threads(1)  # type: ignore[call-arg]
    uncork.nansun(a)  # type: ignore[attr-defined]


Lane = np.ndarray[tuple[int], np.dtype[np.float64]]
Table = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def an_int(_: int) -> None: ...
def a_float(_: float) -> None: ...
def floats(_: NDArray[np.float64]) -> None: ...


def results(
    a: NDArray[np.float64], b: NDArray[np.float32], lane: Lane, table: Table
) -> None:
    an_int(uncork.nansum(a))  # type: ignore[arg-type]
    an_int(uncork.nanmean(a.astype(np.int64)))  # type: ignore[arg-type]
    floats(uncork.nansum(a))  # type: ignore[arg-type]
    floats(uncork.nansum(lane, axis=0))  # type: ignore[arg-type]
    a_float(uncork.nansum(table, axis=0))  # type: ignore[arg-type]
    a_float(uncork.nansum(a, axis=0))  # type: ignore[arg-type]
    uncork.nansum(a, axis=0).sun()  # type: ignore[union-attr]
    floats(uncork.nanmean(b, axis=0))  # type: ignore[arg-type]
    floats(uncork.nanargmin(table, axis=0))  # type: ignore[arg-type]
    sums = uncork.move_sum(b, 2)
    floats(sums)  # type: ignore[arg-type]
    floats(uncork.replace(b, 0, 1))  # type: ignore[arg-type]
    uncork.anynan(lane, axis=0).all()  # type: ignore[attr-defined]
    an_int(uncork.set_num_threads(2))  # type: ignore[func-returns-value, arg-type]
