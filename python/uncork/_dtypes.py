"""Answers for the dtypes without a kernel, by the kernels of a dtype with one.

Each value has its like there, or its place among the others is kept, so that nothing is
lost on the way; the result has the dtype that `result_dtype` says. What has no like
(objects, long doubles) is worked out by `uncork.slow`.
"""

from __future__ import annotations

import datetime
import numbers
from typing import TYPE_CHECKING, Any

import numpy as np

from uncork import _core, slow

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    _Array = NDArray[Any]

#: The result is one of the values, or each of them.
VALUES = {"nanmin", "nanmax", "partition", "push"}
KEEPERS = {"partition", "push"}
SUMS = {"nansum", "ss"}
MEANS = {"nanmean", "nanvar", "nanstd", "median", "nanmedian"}
SPREADS = {"nanvar", "nanstd", "move_var", "move_std"}
#: These need a value to choose from.
CHOOSE = {"nanmin", "nanmax", "nanargmin", "nanargmax"}
#: These add values up or divide them, so that there must be numbers.
ARITHMETIC = SUMS | MEANS | SPREADS | {"move_sum", "move_mean", "move_median"}

INT64 = np.iinfo(np.int64)
#: Integers up to this are exact in float64.
EXACT = 2**53


def answer(name: str, a: _Array, *args: Any, **keywords: Any) -> Any:
    """The result of the function of this name, whose arguments were checked.

    A scalar of NumPy's, where it has no dimension.
    """
    if name == "replace":
        return slow.replace(a, *args)
    a = np.asarray(a)  # a matrix would keep its two dimensions
    kind = a.dtype.kind
    if kind in "biuf" and a.dtype.itemsize <= INT64.dtype.itemsize:
        return _real(name, a, args, **keywords)
    if kind in "mM":
        result = _time(name, a, args, **keywords)
        return result.astype(a.dtype, copy=False) if name in KEEPERS else result
    if not a.size and name in CHOOSE:
        # It says so, if there is nothing to choose.
        _kernel(name, np.empty(a.shape), args, **keywords)
    if kind == "c":
        return _complex(name, a, args, **keywords)
    if kind == "O":
        _check_objects(name, a)
    if kind in "fO" or name in {"rankdata", "nanrankdata"}:
        result = getattr(slow, name)(a, *args, **keywords)
        # An object that is no scalar of NumPy's cannot be given a form.
        is_object = kind == "O" and not isinstance(result, np.ndarray | np.generic)
        return np.asarray(result, dtype=object) if is_object else result
    msg = f"a must be of numbers, got dtype {a.dtype}"
    raise TypeError(msg)


def as_python(result: Any) -> Any:
    """A Python number for a real or complex scalar of NumPy's; an object as it is."""
    if isinstance(result, np.ndarray) and not result.ndim:
        return result[()]
    usual = isinstance(result, np.number | np.bool_) and result.dtype.kind in "biufc"
    return result.item() if usual else result


def result_dtype(name: str, dtype: np.dtype[Any]) -> np.dtype[Any] | None:
    """The dtype of a result; None for what the kernel gives.

    Only what has a value for each of the array's keeps the order of bytes: Bottleneck's
    own tests ask for that, and NumPy's reductions do not do it.
    """
    move = name.startswith("move_")
    if name in SUMS and dtype.kind == "u":
        return np.dtype(np.uint64)
    if name in VALUES or (dtype.kind == "f" and (name in SUMS | MEANS or move)):
        return dtype if move or name in KEEPERS else dtype.newbyteorder("=")
    return None


def _kernel(name: str, values: _Array, args: tuple[Any, ...], **keywords: Any) -> Any:
    return getattr(_core, name)(values, *args, **keywords)


def _typed(result: Any, dtype: np.dtype[Any] | None) -> Any:
    result = np.asarray(result)
    with np.errstate(over="ignore"):
        return result.astype(dtype or result.dtype, copy=False)[()]


# Real numbers.


def _real(name: str, a: _Array, args: tuple[Any, ...], **keywords: Any) -> Any:
    dtype = result_dtype(name, a.dtype)
    if name in OF_SWAPPED and a.size and not a.dtype.isnative:
        return _typed(OF_SWAPPED[name](a, *(args or (None,))), dtype)
    if a.dtype.kind != "f":
        if name in OF_INTEGERS and a.size:
            return OF_INTEGERS[name](a, *args)
        if name in {"median", "nanmedian"} and a.dtype.kind == "b" and a.size:
            return _median_of_bools(a, *args)
        if name == "nanmean" and a.dtype.itemsize <= 2 and a.size:
            # Exact: no sum comes near 2**53.
            total = _sum(a, *args)
            return total / (a.size // max(np.size(total), 1))
        if a.dtype.kind == "u" and a.size and a.max() > INT64.max:
            return _typed(_large(name, a, args), dtype)
    like = a.astype(_like(name, a.dtype))
    return _typed(_kernel(name, like, args, **keywords), dtype)


def _sum(a: _Array, axis: Any = None) -> Any:
    return a.sum(axis, dtype=np.uint64 if a.dtype.kind == "u" else np.int64)


#: NumPy has vectors of narrow integers, among which none is missing.
OF_INTEGERS: dict[str, Callable[..., Any]] = {
    "nansum": _sum,
    "nanmin": np.min,
    "nanmax": np.max,
    "nanargmin": np.argmin,
    "nanargmax": np.argmax,
}


#: It also swaps bytes while it compares.
OF_SWAPPED: dict[str, Callable[..., Any]] = {
    "nanmin": np.fmin.reduce,
    "nanmax": np.fmax.reduce,
}


def _median_of_bools(a: _Array, axis: Any = None) -> Any:
    """Nothing need be ordered: it is what more than half of them are."""
    true = np.asarray(np.count_nonzero(a, axis=axis))
    count = a.size // max(true.size, 1)
    return (0.5 * (2 * true >= count) + 0.5 * (2 * true > count))[()]


def _like(name: str, dtype: np.dtype[Any]) -> str:
    """The dtype with a kernel that has all values of this one, but uint64's largest.

    Where two have, the faster; squares are as wide as NumPy's.
    """
    if dtype.kind == "f":
        return "f4" if dtype.itemsize == 4 else "f8"
    if dtype.itemsize == 8 or name == "ss":
        return "i8"
    unsigned = dtype.kind == "u" and dtype.itemsize == 4
    return "f8" if unsigned or name.startswith("move_") or "rank" in name else "i4"


def _large(name: str, a: _Array, args: tuple[Any, ...]) -> Any:
    """Of uint64, some of them beyond int64."""
    a = a.astype(np.uint64, copy=False)
    if name == "ss":
        # Squares wrap, in both in the same way.
        return _kernel(name, a.view(np.int64), args)
    if name in MEANS - SPREADS or name in _OF_VALUES:
        # Nothing is subtracted: one rounding more does not grow.
        return _kernel(name, a.astype(np.float64), args)
    # Places, ranks and distances stay what they are where all is moved by the same.
    result = _kernel(name, (a ^ HALF).view(np.int64), args)
    return np.asarray(result).view(np.uint64) ^ HALF if name in VALUES else result


HALF = np.uint64(1 << 63)
_OF_VALUES = {"move_sum", "move_mean", "move_median", "move_min", "move_max"}


# Dates and durations, among which NaT is what NaN is among numbers.

#: What has a meaning for dates, which cannot be added.
_OF_DATES = {
    *VALUES, "anynan", "allnan", "nanargmin", "nanargmax", "rankdata", "nanrankdata",
    "argpartition", "move_min", "move_max", "move_argmin", "move_argmax", "move_rank",
}  # fmt: skip


def _time(name: str, a: _Array, args: tuple[Any, ...], **keywords: Any) -> Any:
    undefined = {"ss"} | SPREADS
    if name in undefined or (a.dtype.kind == "M" and name not in _OF_DATES):
        what = "datetime64" if a.dtype.kind == "M" else "timedelta64"
        msg = f"{name} has no meaning for {what}: a must be of numbers, got {a.dtype}"
        raise TypeError(msg)
    a = a.astype(a.dtype.newbyteorder("="), copy=False)
    counts, missing = a.view(np.int64), np.isnat(a)
    if name in {"anynan", "allnan"}:
        return _typed(_kernel(name, np.where(missing, np.nan, 0.0), args), None)
    if name == "push":
        return slow.push(a, *args)
    if name.startswith("move_"):
        return _move_time(name, counts, missing, args)
    if name in SUMS | MEANS:
        return _durations(name, a, missing, *args)
    # NaT is the least integer: one less, and it wraps to be the greatest.
    below = counts - 1
    if name in {"nanargmin", "nanargmax"}:
        values = below if name == "nanargmin" else counts
        places = _kernel(name, values, args, **keywords)
        return _places(places, missing, *args, **keywords)
    if name == "nanmax":
        return _typed(_kernel(name, counts, args), None).view(a.dtype)
    if name in VALUES:
        with np.errstate(over="ignore"):
            return (_typed(_kernel(name, below, args), None) + 1).view(a.dtype)
    result = _typed(_kernel(name.replace("nanrank", "rank"), below, args), None)
    return _ranked(name, result, missing, *args) if "rank" in name else result


def _places(places: Any, missing: _Array, axis: int | None, default: int | None) -> Any:
    """The places of values, or what stands for them where all are missing."""
    nothing = missing.all(axis)
    if default is None and nothing.any():
        msg = "All-NaN slice encountered"
        raise ValueError(msg)
    return _typed(np.where(nothing, default or 0, places), np.dtype(np.intp))


def _ranked(
    name: str, ranks: _Array, missing: _Array, axis: int | None = None
) -> _Array:
    """Each NaT has a rank of its own above all others, or none."""
    if axis is None:
        missing, axis = missing.ravel(), 0
    if name == "nanrankdata":
        return np.where(missing, np.nan, ranks)
    before = np.count_nonzero(~missing, axis=axis, keepdims=True)
    return np.where(missing, before + missing.cumsum(axis), ranks)


def _durations(name: str, a: _Array, missing: _Array, axis: Any = None) -> Any:
    """Sums, means and medians; divisions round towards zero, as NumPy's do."""
    counts = np.where(missing, 0, a.view(np.int64))
    some = np.count_nonzero(~missing, axis=axis)
    if name == "nansum":
        return _typed(_kernel(name, counts, (axis,)), a.dtype)
    if name == "nanmean":
        low, high = counts & 0xFFFFFFFF, counts >> 32
        quotient, rest = np.divmod(
            _kernel("nansum", high, (axis,)), np.maximum(some, 1)
        )
        rest = (rest << 32) + _kernel("nansum", low, (axis,))
        quotient = (quotient << 32) + rest // np.maximum(some, 1)
        inexact = rest % np.maximum(some, 1) != 0
    else:
        if name == "median":
            some = np.where(missing.any(axis), 0, some)
        # NaT, one less, is the greatest.
        rows, shape = slow._rows(a.view(np.int64) - 1, axis)
        if not rows.shape[-1]:
            return np.full(shape, "NaT", a.dtype)[()]
        ordered = np.sort(rows) + 1
        middle = slow._middle(ordered, np.ravel(some))
        lower, upper = (values.reshape(shape) for values in middle)
        quotient = (lower >> 1) + (upper >> 1) + (lower & upper & 1)
        inexact = (lower ^ upper) & 1 != 0
    quotient = np.where(inexact & (quotient < 0), quotient + 1, quotient)
    return np.where(some > 0, quotient, INT64.min).view(a.dtype)[()]


def _move_time(
    name: str, counts: _Array, missing: _Array, args: tuple[Any, ...]
) -> _Array:
    """In float64, of the units of the dtype, as Bottleneck has it."""
    exact = not counts.size or np.abs(np.where(missing, 0, counts)).max() <= EXACT

    def floats(values: _Array) -> _Array:
        return np.where(missing, np.nan, values.astype(np.float64))

    if exact or name in {"move_min", "move_max", "move_median"}:
        # Rounding keeps the order.
        result = _kernel(name, floats(counts), args)
    elif name in {"move_sum", "move_mean"}:
        high = _kernel(name, floats(counts >> 32), args)
        result = high * 2.0**32 + _kernel(name, floats(counts & 0xFFFFFFFF), args)
    else:
        places = np.unique(counts, return_inverse=True)[1].reshape(counts.shape)
        result = _kernel(name, floats(places), args)
    return np.asarray(result)


# Complex numbers.


def _complex(name: str, a: _Array, args: tuple[Any, ...], **keywords: Any) -> Any:
    dtype = a.dtype.newbyteorder("=")
    nan = np.isnan(a)
    parts = [np.where(nan, np.nan, part) for part in (a.real, a.imag)]
    if name in {"nansum", "nanmean", "move_sum", "move_mean"}:
        real, imag = (np.asarray(_kernel(name, part, args)) for part in parts)
        result = np.empty(real.shape, dtype)
        result.real, result.imag = real, imag
        return result[()]
    if name in SPREADS:
        variance = name.replace("std", "var")
        real, imag = (np.asarray(_kernel(variance, part, args)) for part in parts)
        with np.errstate(all="ignore"):
            total = real + imag
            return (np.sqrt(total) if name.endswith("std") else total)[()]
    return getattr(slow, name)(a, *args, **keywords)


# Objects.


def _check_objects(name: str, a: _Array) -> None:
    """Missing is NaN and nothing else; what is added up must be a number."""
    for place, value in enumerate(a.ravel()):  # `flat` has no more than 32 dimensions
        number = isinstance(value, numbers.Number | datetime.timedelta)
        missing = value is None or type(value).__name__ == "NAType"
        if missing or (name in ARITHMETIC and not number):
            index = tuple(map(int, np.unravel_index(place, a.shape)))
            where = f" at index {index}" if index else ""
            hint = ": use NaN for what is missing" if missing else ""
            msg = f"a must be of numbers, got {value!r}{where}{hint}"
            raise TypeError(msg)
