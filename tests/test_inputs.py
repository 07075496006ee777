"""What may be passed for an array, and what comes back."""

from __future__ import annotations

import array
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import uncork
from arrays import swapped, unaligned
from functions import (
    ARGS,
    CHOOSE,
    MOVE,
    NOT_OF_COMPLEX,
    OF_ARRAYS,
    PARTITIONS,
    REDUCE,
    call,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: Dtypes that NumPy answers for.
OTHER_DTYPES = [
    "float16", "longdouble", "int8", "int16", "uint8", "uint16", "uint32", "uint64",
    "bool", "complex64", "complex128", "object", "longlong",
    *map(swapped, ["f8", "f4", "i8", "i4"]),
]  # fmt: skip


def arguments(name: str) -> tuple[Any, ...]:
    if name in MOVE or name in PARTITIONS:
        return (2,)
    return (1.0, 2.0) if name == "replace" else ()


@pytest.mark.parametrize("name", [*REDUCE, *MOVE])
@pytest.mark.parametrize(
    "values",
    [
        [1.0, 2.0, 4.0],
        (1.0, 2.0, 4.0),
        array.array("d", [1.0, 2.0, 4.0]),
        memoryview(array.array("d", [1.0, 2.0, 4.0])),
    ],
    ids=["list", "tuple", "array", "memoryview"],
)
def test_array_like(name: str, values: Any) -> None:
    desired = call(name, np.array([1.0, 2.0, 4.0]), *arguments(name))
    np.testing.assert_array_equal(call(name, values, *arguments(name)), desired)


def test_list_of_floats() -> None:
    assert uncork.nansum([1.0, 2.0]) == 3.0


@pytest.mark.parametrize("name", REDUCE)
@pytest.mark.parametrize("value", [3.0, 3, np.float64(3), np.float32(3), np.array(3)])
def test_scalar(name: str, value: Any) -> None:
    np.testing.assert_equal(call(name, value), call(name, np.array([value])))


def test_array_protocol() -> None:
    class HasArray:
        def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
            return np.array([1.0, np.nan])

    assert uncork.nansum(HasArray()) == 1.0


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_memmap(name: str, tmp_path: Any) -> None:
    a = np.memmap(tmp_path / "values", dtype="float64", mode="w+", shape=(5,))
    a[:] = [3.0, np.nan, 1.0, 2.0, 5.0]
    desired = call(name, np.array(a), *arguments(name))
    actual = call(name, a, *arguments(name))
    np.testing.assert_array_equal(actual, desired)
    if name != "replace":
        assert type(actual) in (float, int, bool, np.ndarray)


@pytest.mark.parametrize("dtype", ["f8", "f2", "u1", swapped("f4")])
@pytest.mark.parametrize("name", ["nansum", "nanmin", "nanmean", "nanargmax"])
def test_matrix_is_read_as_an_array(name: str, dtype: str) -> None:
    a = np.array([[1, 5], [3, 4]]).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrix = a.view(np.matrix)
    actual = call(name, matrix, axis=0)
    assert type(actual) is np.ndarray
    np.testing.assert_array_equal(actual, call(name, a, axis=0))


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_masked_array_is_refused(name: str) -> None:
    a = np.ma.masked_invalid([1.0, np.nan, 3.0])
    with pytest.raises(TypeError, match=r"a must not be a masked array.*numpy\.ma"):
        call(name, a, *arguments(name))


@pytest.mark.parametrize("dtype", OTHER_DTYPES)
@pytest.mark.parametrize("name", [*REDUCE, *MOVE])
def test_other_dtypes(name: str, dtype: str) -> None:
    """They agree with float64, to what float16 can hold."""
    if name in NOT_OF_COMPLEX and dtype.startswith("complex"):
        return
    a = np.array([[3, 1, 2], [0, 1, 5]])
    for axis in (0, 1):
        args = (2, 1, axis) if name in MOVE else (axis,)
        if dtype == "bool":
            a = a.astype(bool).astype(int)
        desired = np.asarray(call(name, a.astype(float), *args), dtype=float)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            actual = call(name, a.astype(dtype), *args)
        assert isinstance(actual, np.ndarray)
        np.testing.assert_allclose(actual.real.astype(float), desired, rtol=1e-3)


@pytest.mark.parametrize("dtype", ["float16", "complex128", "object", swapped("f8")])
@pytest.mark.parametrize("name", [*REDUCE, *MOVE])
def test_other_dtypes_with_nan_do_not_warn(name: str, dtype: str) -> None:
    if name in NOT_OF_COMPLEX and dtype == "complex128":
        return
    a = np.array([np.nan, np.nan, np.nan]).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if name in ARGS:
            with pytest.raises(ValueError, match="All-NaN slice encountered"):
                call(name, a)
        else:
            call(name, a, *arguments(name))


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_masks_of_others_and_within_lists_are_refused(name: str) -> None:
    class Masked(np.ndarray):
        """As astropy's."""

        mask = np.array([False, True])

    masked = np.ma.masked_invalid([1.0, np.nan])
    for value, what in [
        (np.ones(2).view(Masked), "a"),
        ([np.ones(2), masked], r"a\[1\]"),
        ((masked, masked), r"a\[0\]"),
    ]:
        if name == "replace" and what != "a":
            continue  # it takes no lists at all
        with pytest.raises(TypeError, match=rf"{what} must not be a masked array"):
            call(name, value, *arguments(name))


@pytest.mark.parametrize("dtype", ["f8", ">f4", "u1"])
@pytest.mark.parametrize("name", ["push", "partition"])
def test_values_in_other_places_keep_their_class(name: str, dtype: str) -> None:
    class Quantity(np.ndarray):
        def __array_finalize__(self, obj: Any) -> None:
            self.unit = getattr(obj, "unit", None)

    a = np.array([3, 1, 2]).astype(dtype).view(Quantity)
    a.unit = "m"
    result = call(name, a, 1)
    assert type(result) is Quantity
    assert result.unit == "m"
    assert result is not a
    np.testing.assert_array_equal(result, call(name, np.asarray(a), 1))


@pytest.mark.parametrize("name", OF_ARRAYS)
@pytest.mark.parametrize("value", ["text", ["a", "b"]])
def test_text_is_refused(name: str, value: Any) -> None:
    if name == "rankdata":
        assert call(name, value).size == np.size(value)  # it has an order
        return
    with pytest.raises((TypeError, ValueError)):
        call(name, value, *arguments(name))


@pytest.mark.parametrize("ndim", [0, 1, 2, 5, 32])
def test_any_number_of_dimensions(ndim: int) -> None:
    a = np.ones((1,) * max(0, ndim - 2) + (2, 3)[: min(ndim, 2)])
    assert uncork.nansum(a) == a.size
    for axis in range(ndim):
        np.testing.assert_array_equal(uncork.nansum(a, axis), a.sum(axis))
        np.testing.assert_array_equal(uncork.move_sum(a, 1, axis=axis), a)


@pytest.mark.parametrize("name", REDUCE)
@pytest.mark.parametrize("layout", [np.ascontiguousarray, unaligned])
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (0, 0), (2, 0, 3)])
def test_empty(
    name: str,
    shape: tuple[int, ...],
    layout: Callable[[np.ndarray], np.ndarray],
) -> None:
    """NumPy calls no value aligned anywhere; a fuzzer found what came of that."""
    a = layout(np.empty(shape))
    for axis in (None, *range(a.ndim)):
        needs_value = name in CHOOSE
        no_value = a.size == 0 if axis is None else shape[axis] == 0
        if needs_value and no_value:
            with pytest.raises(ValueError, match="needs at least one value"):
                call(name, a, axis)
            continue
        kept = () if axis is None else (*shape[:axis], *shape[axis + 1 :])
        of_nothing = {"nansum": 0, "ss": 0, "anynan": False, "allnan": True}
        actual = np.asarray(call(name, a, axis))
        assert actual.shape == kept
        np.testing.assert_array_equal(
            actual, np.full(kept, of_nothing.get(name, np.nan))
        )


@pytest.mark.parametrize("name", MOVE)
def test_empty_beside_the_axis(name: str) -> None:
    assert call(name, np.empty((3, 0)), 2, axis=0).shape == (3, 0)


@pytest.mark.parametrize("name", [*REDUCE, *MOVE])
def test_broadcast(name: str) -> None:
    """The same memory at every index."""
    a = np.broadcast_to(np.array([1.0, 2.0, 3.0]), (70, 3))
    for axis in (0, 1):
        args = (2, 1, axis) if name in MOVE else (axis,)
        np.testing.assert_array_equal(call(name, a, *args), call(name, a.copy(), *args))


def test_replace_where_indices_share_values() -> None:
    memory = np.arange(5.0)
    a = np.lib.stride_tricks.as_strided(memory, shape=(4, 2), strides=(8, 8))
    uncork.replace(a, 2.0, 9.0)
    np.testing.assert_array_equal(memory, [0, 1, 9, 3, 4])


def test_replace_keeps_to_the_view() -> None:
    """As pydata/bottleneck#513 did not."""
    memory = np.zeros(100)
    uncork.replace(memory[60:40:-3], 0.0, 1.0)
    assert memory.sum() == 7
    assert memory[60:40:-3].all()


@pytest.mark.parametrize("big", [2**62 + 1, 2**53 + 1, -(2**63)])
def test_replace_tells_large_integers_apart(big: int) -> None:
    a = np.array([big, big + 1])
    np.testing.assert_array_equal(uncork.replace(a, big, 5), [5, big + 1])
