"""Whether a result is right: only what agrees with NumPy's is worth timing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from uncork import slow
from uncork._difference import difference
from uncork.bench.cases import evaluated, is_float

if TYPE_CHECKING:
    from uncork.bench.cases import Array, Case

#: Relative. Of sums whose parts are of the same sign, as in the data here, much less
#: is lost by the order of adding; more by adding in single precision all along.
TOLERANCE = {"f2": 1e-2, "f4": 1e-5}

#: NumPy looks at every window as a whole: only so many values are looked at.
LOOKED_AT = 5e6


def truth(case: Case, a: Array) -> Array:
    """What NumPy makes of it, in double precision; of windows, of the last ones."""
    a = a.astype(np.float64) if is_float(case.dtype) else a.copy()
    names = {"f": getattr(slow, case.function), "a": _end(case, a), "nan": np.nan}
    result = evaluated(f"f({', '.join(['a', *case.arguments])})", names)
    return np.asarray(compared(case, names["a"], np.asarray(result)))


def compared(case: Case, a: Array, result: Array) -> Array:
    """What is determined of a result: not the order within the parts of a partition."""
    if case.function == "argpartition":
        result = np.take_along_axis(a, result, _axis(case))
    if "partition" in case.function:
        return np.asarray(np.take(result, (case.length - 1) // 2, _axis(case)))
    if case.window is None:
        return result
    count = _windows_looked_at(case)
    return np.moveaxis(result, _axis(case), -1)[..., -count:]


def off(case: Case, a: Array, result: Any, desired: Array) -> float:
    """The largest difference, as far as it is not rounding."""
    result = np.asarray(result)
    if "partition" in case.function and result.shape != a.shape:
        return np.inf
    found = difference(compared(case, a, result), desired)
    return found if found > TOLERANCE.get(np.dtype(case.dtype).str[1:], 1e-9) else 0.0


def _axis(case: Case) -> int:
    return -1 if case.axis is None else case.axis


def _windows_looked_at(case: Case) -> int:
    """In each lane. A window depends on nothing in front of it."""
    window = case.window or 1
    lanes, whole = case.size // case.length, case.length - window + 1
    return max(1, min(whole, int(LOOKED_AT / (lanes * window))))


def _end(case: Case, a: Array) -> Array:
    if case.window is None:
        return a
    last = _windows_looked_at(case) + case.window - 1
    return np.moveaxis(np.moveaxis(a, _axis(case), 0)[-last:], 0, _axis(case))
