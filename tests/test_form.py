"""What a result looks like: over several axes, with the axes kept, written to `out`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.exceptions import AxisError

import uncork
from arrays import arrays
from functions import ARGS, CHOOSE, MOVE, REDUCE, call

SEVERAL = [name for name in REDUCE if name not in ARGS]
A = np.arange(24.0).reshape(2, 3, 4)
#: Those with kernels, and one that NumPy answers.
DTYPES = ["f8", "f4", "i8", "i4", "f2"]


def some_axes(a: np.ndarray) -> st.SearchStrategy[list[int]]:
    """Different ones, some counted from the end."""
    if not a.ndim:
        return st.just([])
    axes = st.lists(st.integers(0, a.ndim - 1), unique=True)
    return axes.flatmap(
        lambda axes: st.tuples(
            *(st.sampled_from([axis, axis - a.ndim]) for axis in axes)
        )
    ).map(list)


def together(a: np.ndarray, axes: list[int]) -> np.ndarray:
    """These axes made one, the last."""
    lanes = np.moveaxis(a, axes, range(-len(axes), 0))
    kept = a.ndim - len(axes)
    return lanes.reshape(*lanes.shape[:kept], int(np.prod(lanes.shape[kept:])))


@pytest.mark.parametrize("name", SEVERAL)
@given(a=arrays(), data=st.data())
def test_several_axes_are_as_one(name: str, a: np.ndarray, data: st.DataObject) -> None:
    axes = data.draw(some_axes(a), label="axes")
    one = together(a, axes)
    assume(name not in CHOOSE or one.shape[-1])
    np.testing.assert_allclose(
        np.asarray(call(name, a, tuple(axes))),
        np.asarray(call(name, one, -1)),
        rtol=1e-6,
    )


@pytest.mark.parametrize("name", REDUCE)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_kept_axes_have_length_one(name: str, dtype: str, axis: int | None) -> None:
    a = A.astype(dtype)
    kept = call(name, a, axis, keepdims=True)
    axes = range(a.ndim) if axis is None else [axis % a.ndim]
    assert isinstance(kept, np.ndarray)
    assert kept.shape == tuple(1 if i in axes else n for i, n in enumerate(a.shape))
    np.testing.assert_array_equal(kept.squeeze(), call(name, a, axis))
    if axis is None:
        # One dtype for all axes, where a Python number has none.
        assert kept.dtype == call(name, a, 0).dtype


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("dtype", DTYPES)
def test_several_axes_are_kept(name: str, dtype: str) -> None:
    a = A.astype(dtype)
    kept = call(name, a, (0, -1), keepdims=True)
    assert kept.shape == (1, 3, 1)
    np.testing.assert_array_equal(kept.squeeze(), call(name, a, (-1, 0)))
    every = call(name, a, (2, 0, 1))
    assert every == call(name, a)
    assert type(every) is type(call(name, a))


@pytest.mark.parametrize("name", [*REDUCE, *MOVE])
@pytest.mark.parametrize("dtype", DTYPES)
def test_out_has_the_result_and_is_returned(name: str, dtype: str) -> None:
    a = A.astype(dtype)
    args = (2, 1, 1) if name in MOVE else (1,)
    result = call(name, a, *args)
    out = np.empty(result.shape[::-1], dtype=result.dtype).T
    assert call(name, a, *args, out=out) is out
    np.testing.assert_array_equal(out, result)


@pytest.mark.parametrize("name", REDUCE)
def test_out_of_one_value(name: str) -> None:
    out = np.empty((), dtype=call(name, A, 0).dtype)
    assert call(name, A, out=out) is out
    assert out == call(name, A)


@pytest.mark.parametrize("name", [*REDUCE, *MOVE])
@pytest.mark.parametrize("dtype", DTYPES)
def test_an_ellipsis_asks_for_an_array_as_in_numpy(name: str, dtype: str) -> None:
    a = A.astype(dtype)
    lane = (2, 1) if name in MOVE else ()
    for values, args in [(a[0, 0], lane), (a, (*lane, 0))]:
        array = call(name, values, *args, out=...)
        assert type(array) is np.ndarray
        assert array.dtype == call(name, a, *lane, 1).dtype
        np.testing.assert_array_equal(array, call(name, values, *args))
    if name in REDUCE:
        assert call(name, a, out=...).shape == ()
        assert call(name, a, 1, keepdims=True, out=...).shape == (2, 1, 4)


@pytest.mark.parametrize("name", ["fmin", "fmax", "add"])
def test_an_ellipsis_means_what_it_does_to_numpy(name: str) -> None:
    if np.lib.NumpyVersion(np.__version__) < "2.3.0":
        pytest.skip("NumPy knows it since 2.3")
    ours = {"fmin": uncork.nanmin, "fmax": uncork.nanmax, "add": uncork.nansum}[name]
    for axis in (None, 0):
        theirs = getattr(np, name).reduce(A.astype("f4"), axis, out=...)
        result = ours(A.astype("f4"), axis, out=...)
        assert (type(result), result.dtype) == (type(theirs), theirs.dtype)
        np.testing.assert_array_equal(result, theirs)


@pytest.mark.parametrize("name", MOVE)
def test_out_may_be_the_input(name: str) -> None:
    a = A.copy()
    expected = call(name, A, 2, 1)
    np.testing.assert_array_equal(call(name, a, 2, 1, out=a), expected)


def test_out_may_have_another_dtype_of_the_same_kind() -> None:
    out = np.empty(4, dtype=np.float32)
    uncork.nanmean(A, (0, 1), out=out)
    np.testing.assert_array_equal(out, A.mean((0, 1)).astype(np.float32))


READONLY = np.zeros((3, 4))
READONLY.flags.writeable = False
WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"axis": (0, 0)}, ValueError, "duplicate value in 'axis': 0"),
    ({"axis": (0, -3)}, ValueError, "duplicate value in 'axis': -3"),
    ({"axis": (0, 3)}, AxisError, "axis 3 is out of bounds for array of dimension 3"),
    ({"axis": (0, 1.5)}, TypeError, r"axis must be .*, got \(0, 1\.5\) \(tuple\)"),
    ({"axis": [0, 1]}, TypeError, r"axis must be .*, got \[0, 1\] \(list\)"),
    ({"axis": 0, "out": [0]}, TypeError, r"out must be .*, got \[0\] \(list\)"),
    (
        {"axis": 0, "out": np.zeros((4, 3))},
        ValueError,
        r"out must have the shape of the result, \(3, 4\), got \(4, 3\)",
    ),
    (
        {"axis": 0, "out": np.zeros((3, 4), "M8[s]")},
        TypeError,
        "Cannot cast array data",
    ),
    ({"axis": 0, "out": READONLY}, ValueError, "read-only"),
    ({"keepdims": 1}, TypeError, "keepdims|bool"),
]


@pytest.mark.parametrize("name", REDUCE)
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong(name: str, wrong: tuple[dict[str, Any], type[Exception], str]) -> None:
    kwargs, error, words = wrong
    if name in ARGS and isinstance(kwargs.get("axis"), tuple):
        error, words = TypeError, r"axis must be .*, got"
    with pytest.raises(error, match=words):
        call(name, A, **kwargs)


@pytest.mark.parametrize("name", MOVE)
def test_wrong_out_of_windows(name: str) -> None:
    with pytest.raises(ValueError, match="out must have the shape of the result"):
        call(name, A, 2, out=np.zeros((2, 3)))
    with pytest.raises(
        TypeError, match=r"out must be an ndarray, None or \.\.\., got 'x'"
    ):
        call(name, A, 2, out="x")
