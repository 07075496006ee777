"""Bad input gets the error that users of NumPy and Bottleneck expect, in words."""

from __future__ import annotations

import contextlib
import itertools
import math
from typing import Any

import numpy as np
import pytest
from numpy.exceptions import AxisError

import uncork
from functions import (
    ARGS,
    CHOOSE,
    FUNCTIONS,
    MOVE,
    MOVE_PAIRS,
    OF_ARRAYS,
    PAIRS,
    QUANTILES,
    REDUCE,
    REDUCE_PAIRS,
    call,
    parameters,
)

A = np.arange(12.0).reshape(3, 4)
MASKED = np.ma.array([1.0, 2.0], mask=[True, False])

#: Arguments, error, and what its words hold.
Case = tuple[tuple[Any, ...], dict[str, Any], type[Exception], str]

CASES_OF_REDUCE: list[Case] = [
    ((A,), {"axis": 2}, AxisError, "axis 2 is out of bounds for array of dimension 2"),
    ((A,), {"axis": -3}, AxisError, "axis -3 is out of bounds for array of .* 2"),
    ((A, 7), {}, ValueError, "axis 7 is out of bounds"),
    ((1.0, 0), {}, AxisError, "axis 0 is out of bounds for array of dimension 0"),
    ((A,), {"axis": 2**80}, AxisError, f"axis {2**80} is out of bounds"),
    ((A,), {"axis": 1.0}, TypeError, r"axis.*integer, .* or None, got 1\.0 \(float\)"),
    ((A,), {"axis": True}, TypeError, r"axis.*integer, .* or None, got True \(bool\)"),
    ((A,), {"axis": "0"}, TypeError, r"axis.*integer, .* or None, got '0' \(str\)"),
    ((), {}, TypeError, "missing 1 required positional argument: 'a'"),
    ((A, 0), {"axis": 0}, TypeError, "multiple values for argument 'axis'"),
    ((A,), {"axes": 0}, TypeError, "unexpected keyword argument 'axes'"),
    ((A, 0, 0, 0), {}, TypeError, "positional arguments"),
]
CASES_OF_QUANTILE: list[Case] = [
    ((A, 1.5), {}, ValueError, r"q must be between 0 and 1, got 1\.5"),
    ((A, [0, -1]), {}, ValueError, r"q must be between 0 and 1, got -1\.0"),
    ((A, math.nan), {}, ValueError, "q must be between 0 and 1, got NaN"),
    ((A, "0.5"), {}, TypeError, r"q must be a number or some, got array\('0\.5'"),
    ((A, 0.5j), {}, TypeError, "q must be a number or some, got array"),
    ((A, None), {}, TypeError, "q must be a number or some, got array"),
    ((A, np.ma.array([0.5])), {}, TypeError, "q must not be a masked array"),
    ((A, 0.5, 2), {}, AxisError, "axis 2 is out of bounds for array of dimension 2"),
    ((A, [0.5], (0, 0)), {}, ValueError, "duplicate value in 'axis': 0"),
    ((A, [0.5], 1.0), {}, TypeError, r"axis.*integer, .* or None, got 1\.0 \(float\)"),
    ((A, 0.5, None, "Linear"), {}, ValueError, "method must be one of .*, got .Linear"),
    ((A, 0.5), {"method": 7}, TypeError, r"method must be a string, got 7 \(int\)"),
    ((A, [0.5]), {"out": np.empty(2)}, ValueError, "out must have the shape"),
    ((A, [0.5]), {"out": 1.0}, TypeError, "out must be an ndarray"),
    ((A * 1j, 0.5), {}, TypeError, "no meaning for complex numbers: a must be of real"),
    ((A.astype("m8"), 0.5), {}, TypeError, "a must be of real numbers, got timedelta"),
    ((A,), {}, TypeError, "missing 1 required positional argument: 'q'"),
]
#: Without what comes before.
CASES_OF_DDOF: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"ddof": 1.5}, TypeError, r"ddof.*integer, got 1\.5 \(float\)"),
    ({"ddof": None}, TypeError, r"ddof.*integer, got None \(NoneType\)"),
]
CASES_OF_BIAS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"bias": 1}, TypeError, r"bias must be True or False, got 1 \(int\)"),
    ({"bias": None}, TypeError, r"bias must be True or False, got None \(NoneType\)"),
]
CASES_OF_MOVE: list[Case] = [
    ((A, 0), {}, ValueError, "window must be at least 1, got 0"),
    ((A, -1), {}, ValueError, "window must be at least 1, got -1"),
    ((A, -(2**80)), {}, ValueError, f"window must fit .*, got {-(2**80)}"),
    ((A, 2, 2**80), {}, ValueError, f"min_count must fit .*, got {2**80}"),
    ((A, 2, 3), {}, ValueError, "min_count must be between 1 and 2, .*, got 3"),
    ((A, 2, 0), {}, ValueError, "min_count must be between 1 and 2, .*, got 0"),
    ((A, 2, -1), {}, ValueError, "min_count must be between 1 and 2, .*, got -1"),
    ((1.0, 1), {}, ValueError, "moving window functions require ndim > 0"),
    ((A, 2.0), {}, TypeError, r"window.*integer, got 2\.0 \(float\)"),
    ((A, True), {}, TypeError, r"window.*integer, got True \(bool\)"),
    ((A, None), {}, TypeError, r"window.*integer, got None \(NoneType\)"),
    ((A, 2, 1.0), {}, TypeError, r"min_count.*integer or None, got 1\.0 \(float\)"),
    ((A, 2), {"axis": None}, TypeError, r"axis.*integer, got None \(NoneType\)"),
    ((A, 2), {"axis": (0, 1)}, TypeError, r"axis.*integer, got \(0, 1\) \(tuple\)"),
    ((A, 2), {"axis": 2}, AxisError, "axis 2 is out of bounds for array of .* 2"),
    ((A,), {}, TypeError, "missing 1 required positional argument: 'window'"),
    ((), {"window": 2}, TypeError, "missing 1 required positional argument: 'a'"),
    ((A, 2), {"window": 2}, TypeError, "multiple values for argument 'window'"),
    ((A, 2), {"dof": 1}, TypeError, "unexpected keyword argument 'dof'"),
]
NAN = np.array([[np.nan, np.nan], [1.0, np.nan]])
CASES_OF_MIN: list[Case] = [
    (([],), {}, ValueError, r"at least one value: a is empty, its shape is \[0\]"),
    ((np.empty((2, 0)), 1), {}, ValueError, "a is empty along axis 1, its shape"),
]
CASES_OF_ARG: list[Case] = [
    (([np.nan],), {}, ValueError, "All-NaN slice encountered"),
    ((NAN, 1), {}, ValueError, "All-NaN slice encountered"),
    ((np.tile(NAN, (1, 40)), 1), {}, ValueError, "All-NaN slice encountered"),
    ((np.tile(NAN[0], (40, 1)), 0), {}, ValueError, "All-NaN slice encountered"),
]
BEYOND = int(np.iinfo(np.intp).max) + 1
CASES_OF_DEFAULT: list[Case] = [
    (
        (A,),
        {"default": -1.0},
        TypeError,
        r"default.*integer or None, got -1\.0 \(float\)",
    ),
    (
        (A,),
        {"default": True},
        TypeError,
        r"default.*integer or None, got True \(bool\)",
    ),
    ((A,), {"default": BEYOND}, ValueError, f"default must fit .* bits, got {BEYOND}"),
    ((A,), {"default": -(2**80)}, ValueError, f"default must fit .*, got {-(2**80)}"),
    ((A, 0, -1), {}, TypeError, "positional arguments"),
    ((NAN, 2), {"default": -1}, AxisError, "axis 2 is out of bounds"),
]
READONLY = np.arange(3.0)
READONLY.flags.writeable = False
CASES_OF_REPLACE: list[Case] = [
    (([1.0], 1, 2), {}, TypeError, "input must be an array, not .* a list"),
    ((1.0, 1, 2), {}, TypeError, "input must be an array"),
    ((A, "1", 2), {}, TypeError, r"`old` must be a number, got '1' \(str\)"),
    ((A, 1, None), {}, TypeError, r"`new` must be a number, got None \(NoneType\)"),
    ((A, 1j, 1), {}, TypeError, "`old` must be a number"),
    ((np.arange(3), 0.5, 1), {}, ValueError, "Cannot safely cast `old` to int.*0.5"),
    ((np.arange(3), 1, np.nan), {}, ValueError, "Cannot safely cast `new` to int"),
    ((np.arange(3), 1, np.inf), {}, ValueError, "Cannot safely cast `new` to int"),
    ((np.arange(3, dtype="i4"), 1, 2**40), {}, ValueError, "cast `new` to int: int32"),
    ((np.arange(3), 1, 2.0**63), {}, ValueError, "Cannot safely cast `new` to int"),
    ((np.arange(3, dtype="u1"), 1, 0.5), {}, ValueError, "cast `new` to int: uint8"),
    ((READONLY, 1, 2), {}, ValueError, "a is read-only"),
    ((A, 1), {}, TypeError, "missing 1 required positional argument: 'new'"),
    ((A, 1, 2, 3), {}, TypeError, "positional arguments"),
]
CASES_OF_RANK: list[Case] = [
    ((A,), {"axis": 2}, AxisError, "axis 2 is out of bounds for array of dimension 2"),
    ((A,), {"axis": 0.5}, TypeError, r"axis.*integer or None, got 0\.5 \(float\)"),
    ((MASKED,), {}, TypeError, "a must not be a masked array"),
    ((), {}, TypeError, "missing 1 required positional argument: 'a'"),
]
CASES_OF_PARTITION: list[Case] = [
    ((A, 4), {}, ValueError, "kth must be between 0 and 3, .*got 4"),
    ((A, -1), {}, ValueError, "kth must be between 0 and 3, .*got -1"),
    ((A, 1.0), {}, TypeError, r"kth.*integer, got 1\.0 \(float\)"),
    ((A, None), {}, TypeError, r"kth.*integer, got None \(NoneType\)"),
    ((A, 1, 2), {}, AxisError, "axis 2 is out of bounds for array of dimension 2"),
    ((A,), {}, TypeError, "missing 1 required positional argument: 'kth'"),
    ((MASKED, 1), {}, TypeError, "a must not be a masked array"),
]
CASES_OF_PUSH: list[Case] = [
    ((A, -1), {}, ValueError, "n must .*got -1"),
    ((A, 1.5), {}, TypeError, r"n.*integer or None, got 1\.5 \(float\)"),
    ((A, None, 2), {}, AxisError, "axis 2 is out of bounds for array of dimension 2"),
    ((A,), {"axis": None}, ValueError, "axis cannot be None"),
    ((MASKED,), {}, TypeError, "a must not be a masked array"),
]
CASES_OF_THREADS: list[Case] = [
    ((0,), {}, ValueError, "n must be between 1 and 1024 threads, got 0"),
    ((-1,), {}, ValueError, "n must be between 1 and 1024 threads, got -1"),
    ((1025,), {}, ValueError, "n must be between 1 and 1024 threads, got 1025"),
    ((1.5,), {}, TypeError, r"integer, got 1\.5 \(float\)"),
    ((None,), {}, TypeError, "integer, got None"),
]


def of_two_arrays(cases: list[Case]) -> list[Case]:
    """The second is like the first."""
    return [((args[0], *args), *case) for args, *case in cases]


def cases_of(name: str) -> list[Case]:
    """The errors that a function has in common with its like, and its own."""
    if name == "get_num_threads":
        return [((1,), {}, TypeError, "takes no arguments|0 positional arguments")]
    cases = [*CASES_OF_REPLACE] if name == "replace" else []
    cases += CASES_OF_RANK if name.endswith("rankdata") else []
    cases += CASES_OF_PARTITION if name.endswith("partition") else []
    cases += CASES_OF_PUSH if name == "push" else []
    cases += CASES_OF_THREADS if name == "set_num_threads" else []
    cases += CASES_OF_REDUCE if name in REDUCE else []
    cases += CASES_OF_QUANTILE if name in QUANTILES else []
    first: tuple[Any, ...] = (
        *([A, A] if name in PAIRS else [A]),
        *([2] if name in {*MOVE, *MOVE_PAIRS} else []),
    )
    if "ddof" in parameters(name):
        cases += [(first, *case) for case in CASES_OF_DDOF]
    if "bias" in parameters(name):
        cases += [(first, *case) for case in CASES_OF_BIAS]
    cases += CASES_OF_MOVE if name in MOVE else []
    if name in MOVE_PAIRS:
        cases += of_two_arrays([case for case in CASES_OF_MOVE if case[0][1:]])
        cases += [((A,), {}, TypeError, "missing 2 required positional arguments")]
    if name in REDUCE_PAIRS:
        cases += of_two_arrays([case for case in CASES_OF_REDUCE if case[0]])
        cases += [((A,), {}, TypeError, "missing 1 required positional argument: 'b'")]
    cases += CASES_OF_MIN if name in CHOOSE else []
    cases += CASES_OF_ARG if name in ARGS else []
    cases += CASES_OF_DEFAULT if name in ARGS else []
    return cases


@pytest.mark.parametrize(
    ("name", "case"),
    [(name, case) for name in FUNCTIONS for case in cases_of(name)],
    ids=[f"{name}-{i}" for name in FUNCTIONS for i in range(len(cases_of(name)))],
)
def test_error(name: str, case: Case) -> None:
    args, kwargs, error, words = case
    with pytest.raises(error, match=words):
        call(name, *args, **kwargs)


def test_failed_replace_changes_nothing() -> None:
    a = np.arange(3)
    for args, *_ in CASES_OF_REPLACE:
        if args and isinstance(args[0], np.ndarray):
            before = args[0].copy()
            with pytest.raises((TypeError, ValueError)):
                call("replace", *args)
            np.testing.assert_array_equal(args[0], before)
    np.testing.assert_array_equal(uncork.replace(a, np.nan, 9), [0, 1, 2])


ODD = [
    None, True, -1, 0, 1, 2**31, 2**63, -(2**63), 2**200, 1.5, np.nan, np.inf, 1j, "x",
    b"x", (), (0,), [], {}, object(), np.array(1), np.array([1]), len,
]  # fmt: skip


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_no_argument_is_answered_by_a_panic(name: str) -> None:
    """Whatever comes, it is a result or an ordinary exception."""
    count = len(parameters(name))
    ints, empty, single = A.astype("i4"), np.empty((0, 2)), np.array(1.0)
    arrays = [A.copy(), ints, empty, single, "x", None, [[]]]
    for a, *others in itertools.product(arrays, *[ODD] * min(2, count - 1)):
        # A panic is none of these.
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            call(name, a, *others)
