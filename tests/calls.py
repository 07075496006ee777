"""Calls of any function with any arguments, made of bytes, and what may come of them.

`test_calls.py` takes the bytes from hypothesis, `fuzz/boundary.py` from a fuzzer that
sees which code they reach.
"""

from __future__ import annotations

import math
import sys
import warnings
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from arrays import LAYOUTS
from functions import (
    ARGS,
    CHOOSE,
    MOVE,
    MOVE_PAIRS,
    OF_ARRAYS,
    PAIRS,
    PARTITIONS,
    QUANTILES,
    REDUCE,
    REDUCE_PAIRS,
    call,
    default_of,
    parameters,
)
from test_dtypes import REAL, check_partition, expected_dtype
from test_errors import ODD
from uncork import slow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class RefusedError(Exception):
    """What `Hostile` says."""


class Hostile:
    """Refuses whatever it is asked."""

    def refuse(self, *_args: Any, **_kwargs: Any) -> Any:
        raise RefusedError

    __array__ = __index__ = __float__ = __int__ = __len__ = __getitem__ = refuse
    __bool__ = __eq__ = __repr__ = __iter__ = __array_ufunc__ = refuse
    __hash__ = object.__hash__


#: Those that reduce several axes at once.
OF_SEVERAL_AXES = {*REDUCE, *QUANTILES, *REDUCE_PAIRS} - {*ARGS}

#: What a wrong call may be answered by: a panic, among others, is none of these.
ALLOWED = (TypeError, ValueError, OverflowError, MemoryError, RefusedError)

#: Dtypes that are answered in another way than real numbers, or not at all.
OTHER_DTYPES = ["c8", "c16", "m8[s]", "M8[s]", "O", "S3", "U2", "V4", "f8,i4"]
ODD_ARGUMENTS = [
    *ODD, Hostile(), np.int64(1), np.float64(1), np.True_, -(2**63) - 1, 2**63 - 1,
    (0, 0), (0, 1), (-1, 2**63), (None,), [0], "axis", b"", Ellipsis, np.array([0, 1]),
]  # fmt: skip
VALUES = [math.nan, math.nan, 0.0, -0.0, math.inf, -math.inf, 0.5, 1.0, 3.0, 100.0]
WRITEABLE = sorted(LAYOUTS.keys() - {"readonly"})
MOST_DIMENSIONS = 64 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 32
LENGTHS = [1, 2, 3, 4, 5, 0, 7, 8, 9, 17, 33, 65]
#: Values of one array, and of two together.
LARGEST = max(LENGTHS) ** 3


class Bytes:
    """Choices; of the first thing there is, once there are no more bytes."""

    def __init__(self, data: bytes) -> None:
        self._rest = iter(data)

    def below(self, limit: int) -> int:
        return next(self._rest, 0) % limit

    def choose(self, things: Sequence[Any]) -> Any:
        return things[self.below(len(things))]

    def rarely(self) -> bool:
        return next(self._rest, 0) >= 240


def any_shape(data: Bytes) -> tuple[int, ...]:
    if data.rarely():
        return (1,) * data.below(MOST_DIMENSIONS + 1)
    return tuple(data.choose(LENGTHS) for _ in range(data.below(4)))


def any_array(data: Bytes) -> np.ndarray:
    dtype = np.dtype(data.choose(OTHER_DTYPES if data.rarely() else REAL))
    shape = any_shape(data)
    few = [data.choose([*VALUES, *range(-9, 10)]) for _ in range(1 + data.below(32))]
    values = np.resize(np.array(few), shape)
    if dtype.kind in "biumMSUV":
        values = np.where(np.isfinite(values), values, 0)
    if dtype.kind == "u":
        values = np.abs(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dtype.kind in "mMV":
            values = values.astype("i8")
        if dtype.kind in "mM":
            values[values == 3] = np.iinfo("i8").min  # which is NaT
        a = values.astype(dtype)
    if a.ndim in {1, 2, 3} and not a.dtype.hasobject:
        a = LAYOUTS[data.choose(sorted(LAYOUTS))](a)
    return a


def any_input(data: Bytes) -> Any:
    """An array, or something like it."""
    if not data.rarely():
        return any_array(data)
    wrap: Callable[[Any], Any] = data.choose(
        [
            lambda a: a.tolist(),
            np.ma.masked_invalid,
            lambda a: a.view(type("Own", (np.ndarray,), {})),
            lambda a: a[()],
            lambda a: memoryview(a) if a.dtype.kind in "biuf" else a,
            lambda _: data.choose(ODD_ARGUMENTS),
        ]
    )
    try:
        return wrap(any_array(data))
    except (TypeError, ValueError, RuntimeError):  # a mask has 32 dimensions at most
        return None


def usual(name: str, parameter: str, a: np.ndarray, data: Bytes) -> Any:
    """A value that the parameter may have, if the array has one."""
    axes = range(-a.ndim, a.ndim)
    match parameter:
        case "axis":
            none = [] if name in {*MOVE, *MOVE_PAIRS, "push"} else [None]
            several = [(0, -1), ()] if name in OF_SEVERAL_AXES else []
            return data.choose([*none, *axes, *several, 0])
        case "ddof":
            return data.below(5) - 1
        case "default":
            return data.choose([None, -1, 0, 7])
        case "keepdims" | "bias":
            return bool(data.below(2))
        case "window" | "min_count":
            return 1 + data.below(max(a.shape, default=1) + 2)
        case "kth":
            return data.below(max(a.shape, default=1) or 1)
        case "n":
            return data.choose([None, 0, 1, 2, 2**63])
        case "q":
            shares = [data.below(9) / 8 for _ in range(data.below(20))]
            return data.choose([0.5, 1, shares, [shares, shares]])
        case "method":
            return data.choose(["linear", "lower", "midpoint", "hazen", "inverted_cdf"])
        case "old" | "new":
            return data.choose([*VALUES, *range(-9, 10)])
        case _:  # of "out", which is checked by itself, too
            return default_of(name, parameter)


def any_arguments(name: str, a: np.ndarray, data: Bytes) -> tuple[dict[str, Any], bool]:
    """Keyword arguments, and whether all of them are usual ones."""
    arguments, are_usual = {}, True
    for parameter in parameters(name)[1:]:
        if parameter == "b" or (parameter == "out" and not data.rarely()):
            continue
        needed = parameter in {"window", "kth", "q", "old", "new"}
        if not needed and data.below(2):
            continue
        odd = data.rarely()
        choices = data.choose(ODD_ARGUMENTS) if odd else None
        value = choices if odd else usual(name, parameter, a, data)
        arguments[parameter] = value
        are_usual = are_usual and not odd
    return arguments, are_usual


def answer(name: str, *args: Any, **kwargs: Any) -> Any:
    """The result, or the exception if it is one that may be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return call(name, *args, **kwargs)
    except ALLOWED as error:
        return error.with_traceback(None)  # whose frames hold the arguments


def check_call(bytes_: bytes) -> None:
    """Make a call, and fail if its result is wrong or its error none that may be."""
    data = Bytes(bytes_)
    name = data.choose([*OF_ARRAYS, *PAIRS, *QUANTILES])
    if name in PAIRS:
        check_pair(name, data)
        return
    a = any_input(data)
    own = type(a) is np.ndarray
    arguments, are_usual = any_arguments(name, a if own else np.empty(()), data)
    before = np.copy(a) if own else np.empty(())
    references = sys.getrefcount(a)
    result = answer(name, a, **arguments)
    if own:
        # What is left of a call is its result.
        assert sys.getrefcount(a) == references + (result is a)
        assert name == "replace" or a.tobytes() == before.tobytes()
    if not (own and are_usual):
        return
    if isinstance(result, Exception):
        assert not is_right(name, a, arguments), (name, a, arguments, result)
    elif a.dtype.kind in "biuf" and a.ndim < 30:
        check_result(name, result, before, arguments)
        if "out" in parameters(name) and a.dtype.isnative:
            out = np.empty(np.shape(result), expected_dtype(name, a.dtype))
            if out.ndim in {1, 2, 3}:
                out = LAYOUTS[data.choose(WRITEABLE)](out)
            arguments["out"] = out
            assert call(name, a, **arguments) is out
            np.testing.assert_array_equal(out, result)


def broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...] | None:
    """As NumPy does it, which knows but 32 dimensions here."""
    shape = []
    for lengths in zip_longest(*(one[::-1] for one in shapes), fillvalue=1):
        longer = {*lengths} - {1} or {1}
        if len(longer) > 1:
            return None
        shape.append(*longer)
    return tuple(shape[::-1])


def check_pair(name: str, data: Bytes) -> None:
    """The same of two arrays, which need not fit together."""
    pair = any_input(data), any_input(data)
    own = all(type(a) is np.ndarray for a in pair)
    shape = broadcast(*map(np.shape, pair)) if own else ()
    if shape and math.prod(shape) > LARGEST:
        return
    whole = np.empty(shape or ())
    arguments, are_usual = any_arguments(name, whole, data)
    result = answer(name, *pair, **arguments)
    if not (own and are_usual) or any(a.dtype.kind not in "biuf" for a in pair):
        return
    right = shape is not None and is_right(name, whole, arguments)
    assert right != isinstance(result, Exception), (name, pair, arguments, result)
    if right and whole.ndim < 30:
        arguments.pop("out", None)  # which is None
        keepdims = arguments.pop("keepdims", False)
        floats = [a.astype(np.float64) for a in pair]
        desired = getattr(slow, name)(*floats, **arguments)
        if keepdims:
            desired = np.reshape(desired, np.shape(result))
        of_floats = all(a.dtype.kind == "f" for a in pair)
        narrow = np.result_type(*pair).itemsize if of_floats else 8
        relative = {2: 2e-3, 4: 1e-6}.get(narrow, 1e-10)
        np.testing.assert_allclose(result, desired, rtol=relative, atol=1e-7)


def lane_length(a: np.ndarray, axis: int | None) -> int:
    return a.size if axis is None else a.shape[axis]


def is_right(name: str, a: np.ndarray, arguments: dict[str, Any]) -> bool:
    """Whether a usual call of an array of numbers must have a result."""
    if a.dtype.kind not in "biuf":
        return False
    whole = name in {*OF_SEVERAL_AXES, *ARGS} or "rank" in name
    axis = arguments.get("axis", None if whole else -1)
    several = axis if isinstance(axis, tuple) else () if axis is None else (axis,)
    if any(not -a.ndim <= one < a.ndim for one in several):
        return False
    places = [one % a.ndim for one in several]
    if len(set(places)) < len(places):
        return False
    match name:
        case "replace":
            exact = a.dtype.kind == "f"
            return exact and a.flags.writeable
        case "partition" | "argpartition":
            length = lane_length(a, axis)
            return not length or arguments["kth"] < length
        case _ if name in {*MOVE, *MOVE_PAIRS}:
            least = arguments.get("min_count")
            return a.ndim > 0 and (least is None or least <= arguments["window"])
        case _ if name in CHOOSE:
            lengths = a.shape if axis is None else [a.shape[one] for one in places]
            axes = None if axis is None else tuple(places)
            nan = np.isnan(a).all(axes).any() if a.size else False
            some = 0 not in lengths and not ("arg" in name and nan)
            return some or arguments.get("default") is not None
    return True


def check_result(
    name: str, actual: Any, a: np.ndarray, arguments: dict[str, Any]
) -> None:
    """Compare with what NumPy makes of it in float64."""
    assert is_right(name, a, arguments) or name == "replace", (name, a, arguments)
    arguments = arguments.copy()
    arguments.pop("out", None)  # which is None
    keepdims = arguments.pop("keepdims", False)
    floats = a.astype(np.float64)
    if name == "replace":
        desired = slow.replace(a.copy(), **arguments)
        np.testing.assert_array_equal(actual, desired)
        return
    of = expected_dtype(name, a.dtype)
    if name in PARTITIONS:
        axis = arguments.get("axis", -1)
        if lane_length(a, axis) and a.size:
            check_partition(name, actual, floats, axis, arguments["kth"])
        shape = (a.size,) if axis is None else a.shape
        assert (actual.shape, actual.dtype) == (shape, of)
        return
    desired = np.asarray(getattr(slow, name)(floats, **arguments))
    if keepdims:
        axis = arguments.get("axis")
        several = (
            range(a.ndim) if axis is None else np.atleast_1d(axis) % max(a.ndim, 1)
        )
        kept = [1 if at in several else n for at, n in enumerate(a.shape)]
        desired = desired.reshape((*np.shape(arguments.get("q", 0)), *kept))
    assert np.shape(actual) == desired.shape
    if keepdims or desired.ndim:
        assert actual.dtype == of, (name, actual.dtype, of)
    else:
        assert type(actual) in (float, int, bool, np.longdouble), type(actual)
    relative = {2: 2e-3, 4: 1e-6}.get(of.itemsize, 1e-10) if of.kind == "f" else 0
    with np.errstate(all="ignore"):
        desired = desired.astype(of)
        actual = np.asarray(actual)
        close = np.isclose(actual, desired, rtol=relative, atol=1e-8, equal_nan=True)
    assert close.all(), (name, a, arguments, actual, desired)
