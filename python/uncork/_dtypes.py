"""Answers for the dtypes without a kernel, by the kernels of a dtype with one.

Each value has its like there, or its place among the others is kept, so that nothing is
lost on the way; it is converted while it is read. The result has the dtype that
`result_dtype` says. What has no like (objects, long doubles) is worked out by
`uncork.slow`.
"""

from __future__ import annotations

import datetime
import numbers
from typing import TYPE_CHECKING, Any

import numpy as np

from uncork import _core, slow
from uncork._functions import KIND, RESULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    _Array = NDArray[Any]

#: Results for which values are added up or divided, so that there must be numbers.
ARITHMETIC = {"total", "mean", "spread", "shape"}
#: Those of distances, which stay the same where all values are moved.
OF_DISTANCES = {"spread", "shape"}

INT64 = np.iinfo(np.int64)
#: Integers up to this are exact in float64.
EXACT = 2**53


def answer(name: str, a: _Array, *args: Any, **keywords: Any) -> Any:
    """The result of the function of this name, whose arguments were checked.

    A scalar of NumPy's, where it has no dimension.
    """
    if KIND[name] == "replace":
        return slow.replace(a, *args)
    if KIND[name] in {"move_pairs", "reduce_pairs"}:
        return _pairs(name, a, *args)
    a = np.asarray(a)  # a matrix would keep its two dimensions
    kind = a.dtype.kind
    if KIND[name] == "quantiles":
        _check_real(name, "a", a)
    if kind in "biuf" and a.dtype.itemsize <= INT64.dtype.itemsize:
        return _real(name, a, args, **keywords)
    if kind in "mM":
        result = _time(name, a, args, **keywords)
        return result.astype(a.dtype, copy=False) if _keeps_values(name) else result
    if not a.size and KIND[name] == "reduce" and RESULT[name] in {"value", "index"}:
        # It says so, if there is nothing to choose.
        _kernel(name, np.empty(a.shape), args, **keywords)
    if kind == "c":
        return _complex(name, a, args, **keywords)
    if kind == "O":
        _check_objects(name, a)
    if kind in "fO" or (KIND[name], RESULT[name]) == ("fill", "rank"):
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
    if KIND[name] == "move":
        return dtype if dtype.kind == "f" else None
    if _is_sum(name) and dtype.kind == "u":
        return np.dtype(np.uint64)
    if RESULT[name] == "value" or (dtype.kind == "f" and RESULT[name] in ARITHMETIC):
        return dtype if _keeps_values(name) else dtype.newbyteorder("=")
    return None


def _keeps_values(name: str) -> bool:
    """Whether the result has each value, in its place or in another."""
    return (KIND[name], RESULT[name]) == ("fill", "value")


def _is_sum(name: str) -> bool:
    """Whether the result is as wide as integers come."""
    return (KIND[name], RESULT[name]) == ("reduce", "total")


def _kernel(
    name: str,
    values: _Array,
    args: tuple[Any, ...],
    *,
    read_as: str | None = None,
    **keywords: Any,
) -> Any:
    """What the kernel says of the values, or of what they are read as."""
    a = values if read_as is None else _core._Reading(values, read_as)
    return getattr(_core, name)(a, *args, **keywords)


def _typed(result: Any, dtype: np.dtype[Any] | None) -> Any:
    result = np.asarray(result)
    with np.errstate(over="ignore"):
        return result.astype(dtype or result.dtype, copy=False)[()]


# Real numbers.


def _real(name: str, a: _Array, args: tuple[Any, ...], **keywords: Any) -> Any:
    dtype = result_dtype(name, a.dtype)
    if a.dtype.kind != "f" and a.size:
        if name in OF_INTEGERS and _is_fast(name, a, *args):
            return OF_INTEGERS[name](a, *args)
        if name in {"median", "nanmedian"} and a.dtype.kind == "b":
            return _median_of_bools(a, *args)
        if name == "nanmean" and a.dtype.itemsize <= 2:
            # Exact: no sum comes near 2**53.
            total = np.asarray(_kernel("nansum", a, args, read_as="int32"))
            return total / (a.size // max(total.size, 1))
    like = _like(name, a)
    result = _kernel(name, a, args, read_as=like, **keywords)
    if like == "flipped" and RESULT[name] == "value":
        result = np.asarray(result).view(np.uint64) ^ HALF
    return _typed(result, dtype)


def _copied(a: _Array, *_others: Any) -> _Array:
    return np.array(a, order="C")


def _sum(a: _Array, axis: Any = None) -> Any:
    return a.sum(axis, dtype=np.uint64 if a.dtype.kind == "u" else np.int64)


#: NumPy has vectors of narrow integers, among which none is missing.
OF_INTEGERS: dict[str, Callable[..., Any]] = {
    "nansum": _sum,
    "nanmin": np.min,
    "nanmax": np.max,
    "nanargmin": np.argmin,
    "nanargmax": np.argmax,
    "push": _copied,
}


def _is_fast(name: str, a: _Array, axis: Any = None, *_others: Any) -> bool:
    """Whether NumPy is faster: not where it has no vectors, or few values for each."""
    if name == "nansum":
        return a.dtype.itemsize == 8 and a.dtype.isnative
    along_rows = axis is None or axis in (-1, a.ndim - 1)
    has_vectors = name == "push" or (
        name in {"nanmin", "nanmax"} and a.shape[-1:] >= (128,)
    )
    return along_rows or has_vectors


def _median_of_bools(a: _Array, axis: Any = None) -> Any:
    """Nothing need be ordered: it is what more than half of them are."""
    true = np.asarray(np.count_nonzero(a, axis=axis))
    count = a.size // max(true.size, 1)
    return (0.5 * (2 * true >= count) + 0.5 * (2 * true > count))[()]


def _like(name: str, a: _Array) -> str:
    """As what values are read: a dtype with a kernel that has all of them."""
    dtype = a.dtype
    if dtype.kind == "f":
        return "float32" if dtype.itemsize == 4 else "float64"
    if (dtype.kind, dtype.itemsize) == ("u", 8):
        return _like_largest(name, a)
    if dtype.itemsize == 8:
        return "int64"
    if (dtype.kind, dtype.itemsize) == ("u", 4):
        return "int64" if _is_sum(name) else "float64"
    return "int32"


def _like_largest(name: str, a: _Array) -> str:
    """As what uint64 is read, whose largest no other dtype has."""
    if _is_sum(name) or not a.size:
        # Sums wrap, in both in the same way.
        return "int64"
    if KIND[name] != "move" and RESULT[name] not in ARITHMETIC:
        # The order stays what it is where all is moved by the same.
        return "flipped"
    if a.max() <= INT64.max:
        return "int64"
    # Nothing is subtracted but for spreads and shapes: one rounding more does not grow.
    by_distance = RESULT[name] in {*OF_DISTANCES, "index", "rank"}
    return "flipped" if by_distance else "float64"


HALF = np.uint64(1 << 63)


# Two arrays, each of which is read as float64.


def _pairs(name: str, a: _Array, b: _Array, *args: Any) -> Any:
    a, b = np.asarray(a), np.asarray(b)
    for what, array in (("a", a), ("b", b)):
        _check_real(name, what, array)
    if any(array.dtype == "O" or array.dtype.itemsize > 8 for array in (a, b)):
        return getattr(slow, name)(a, b, *args)
    result = getattr(_core, name)(_as_floats(a), _as_floats(b), *args)
    of_floats = a.dtype.kind == b.dtype.kind == "f"
    dtype = np.result_type(a, b).newbyteorder("=") if of_floats else None
    return _typed(result, dtype)


def _as_floats(a: _Array) -> Any:
    """Distances from the least, where float64 has not all of the values."""
    if a.dtype == np.float64:
        return a
    if a.size and a.dtype.kind in "iu" and a.dtype.itemsize == INT64.dtype.itemsize:
        least, greatest = int(a.min()), int(a.max())
        if max(-least, greatest) > EXACT:
            a = a.astype(np.uint64) - np.uint64(least % (1 << 64))
    return _core._Reading(a, "float64")


def _check_real(name: str, what: str, array: _Array) -> None:
    dtype = array.dtype
    if dtype.kind == "O":
        _check_objects(name, array, what)
    elif dtype.kind not in "biuf":
        kinds = {"m": "timedelta64", "M": "datetime64", "c": "complex numbers"}
        no = f"{name} has no meaning for {kinds.get(dtype.kind, dtype)}"
        msg = f"{no}: {what} must be of real numbers, got {dtype}"
        raise TypeError(msg)


# Dates and durations, among which NaT is what NaN is among numbers.


#: The reductions that add durations up.
OF_DURATIONS = {"nansum", "nanmean", "median", "nanmedian"}


def _time(name: str, a: _Array, args: tuple[Any, ...], **keywords: Any) -> Any:
    # Dates cannot be added, and squares of durations are none.
    adds = RESULT[name] in ARITHMETIC
    whole = KIND[name] != "move" and name not in OF_DURATIONS
    if adds and (a.dtype.kind == "M" or whole or RESULT[name] in OF_DISTANCES):
        what = "datetime64" if a.dtype.kind == "M" else "timedelta64"
        msg = f"{name} has no meaning for {what}: a must be of numbers, got {a.dtype}"
        raise TypeError(msg)
    if name in {"anynan", "allnan"}:
        return _typed(_kernel(name, a, args, read_as="time"), None)
    if name == "push":
        return slow.push(a, *args)
    if KIND[name] == "move":
        return _move_time(name, a, args)
    if name in OF_DURATIONS:
        return _durations(name, a, *args)
    # NaT is the least integer: one less, and it wraps to be the greatest.
    if name in {"nanargmin", "nanargmax"}:
        rule = "below" if name == "nanargmin" else "int64"
        places = _kernel(name, a, args, read_as=rule, **keywords)
        nothing = _kernel("allnan", a, args, read_as="time")
        return _places(places, nothing, **keywords)
    native = a.dtype.newbyteorder("=")
    if name == "nanmax":
        return _typed(_kernel(name, a, args, read_as="int64"), None).view(native)
    ranked = name.replace("nanrank", "rank")
    result = _typed(_kernel(ranked, a, args, read_as="below"), None)
    if RESULT[name] == "value":
        with np.errstate(over="ignore"):
            return (result + 1).view(native)
    return _ranked(name, result, np.isnat(a), *args) if "rank" in name else result


def _places(places: Any, nothing: Any, *, default: int | None) -> Any:
    """The places of values, or what stands for them where all are missing."""
    if default is None and np.any(nothing):
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


def _durations(name: str, a: _Array, axis: Any = None) -> Any:
    """Sums, means and medians; divisions round towards zero, as NumPy's do."""
    native = a.dtype.newbyteorder("=")

    def total(part: str) -> Any:
        return _kernel("nansum", a, (axis,), read_as=part)

    if name == "nansum":
        return _typed(total("duration"), native)
    some = total("present")
    if name == "nanmean":
        quotient, rest = np.divmod(total("high"), np.maximum(some, 1))
        rest = (rest << 32) + total("low")
        quotient = (quotient << 32) + rest // np.maximum(some, 1)
        inexact = rest % np.maximum(some, 1) != 0
    else:
        if name == "median":
            some = np.where(_kernel("anynan", a, (axis,), read_as="time"), 0, some)
        # NaT, one less, is the greatest.
        a = a.astype(native, copy=False)
        rows, shape = slow._rows(a.view(np.int64) - 1, axis)
        if not rows.shape[-1]:
            return np.full(shape, "NaT", native)[()]
        ordered = np.sort(rows) + 1
        middle = slow._middle(ordered, np.ravel(some))
        lower, upper = (values.reshape(shape) for values in middle)
        quotient = (lower >> 1) + (upper >> 1) + (lower & upper & 1)
        inexact = (lower ^ upper) & 1 != 0
    quotient = np.where(inexact & (quotient < 0), quotient + 1, quotient)
    return np.where(some > 0, quotient, INT64.min).view(native)[()]


def _move_time(name: str, a: _Array, args: tuple[Any, ...]) -> _Array:
    """In float64, of the units of the dtype, as Bottleneck has it."""
    is_sum = name in {"move_sum", "move_mean"}
    keeps_order = not is_sum and RESULT[name] in {"value", "mean"}  # when rounded
    if keeps_order or _are_exact(a):
        return np.asarray(_kernel(name, a, args, read_as="time"))
    counts = a.astype(a.dtype.newbyteorder("="), copy=False).view(np.int64)
    missing = np.isnat(a)

    def floats(values: _Array) -> _Array:
        return np.where(missing, np.nan, values.astype(np.float64))

    if is_sum:
        high = _kernel(name, floats(counts >> 32), args)
        result = high * 2.0**32 + _kernel(name, floats(counts & 0xFFFFFFFF), args)
    else:
        places = np.unique(counts, return_inverse=True)[1].reshape(counts.shape)
        result = _kernel(name, floats(places), args)
    return np.asarray(result)


def _are_exact(a: _Array) -> bool:
    """Whether all times are in float64, too."""
    if not a.size or np.isnat(a).all():
        return True
    least = _kernel("nanmin", a, (), read_as="below") + 1
    greatest = _kernel("nanmax", a, (), read_as="int64")
    return bool(-EXACT <= least <= greatest <= EXACT)


# Complex numbers.


def _complex(name: str, a: _Array, args: tuple[Any, ...], **keywords: Any) -> Any:
    if RESULT[name] == "shape":
        what = "complex numbers: a must be of real numbers"
        msg = f"{name} has no meaning for {what}, got {a.dtype}"
        raise TypeError(msg)
    dtype = a.dtype.newbyteorder("=")

    def parts(name: str) -> Iterator[_Array]:
        for part in ("real", "imaginary"):
            yield np.asarray(_kernel(name, a, args, read_as=part))

    if a.dtype.itemsize > 2 * np.dtype(np.float64).itemsize:
        return getattr(slow, name)(a, *args, **keywords)
    if name in {"nansum", "nanmean", "move_sum", "move_mean"}:
        real, imag = parts(name)
        result = np.empty(real.shape, dtype)
        result.real, result.imag = real, imag
        return result[()]
    if name.endswith(("var", "std")):
        real, imag = parts(name.replace("std", "var"))
        with np.errstate(all="ignore"):
            total = real + imag
            result = np.sqrt(total) if name.endswith("std") else total
        return _typed(result, a.real.dtype.newbyteorder("="))
    return getattr(slow, name)(a, *args, **keywords)


# Objects.


def _check_objects(name: str, a: _Array, what: str = "a") -> None:
    """Missing is NaN and nothing else; what is added up must be a number."""
    for place, value in enumerate(a.ravel()):  # `flat` has no more than 32 dimensions
        number = isinstance(value, numbers.Number | datetime.timedelta)
        missing = value is None or type(value).__name__ == "NAType"
        if missing or (RESULT[name] in ARITHMETIC and not number):
            index = tuple(map(int, np.unravel_index(place, a.shape)))
            where = f" at index {index}" if index else ""
            hint = ": use NaN for what is missing" if missing else ""
            msg = f"{what} must be of numbers, got {value!r}{where}{hint}"
            raise TypeError(msg)
