"""What gives a value for each value of a lane: ranks, partitions, filling forward."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import uncork
from arrays import DTYPES, LAYOUTS, arrays, axes_of, larger_arrays
from functions import FILL, PARTITIONS, call
from uncork import slow

RANKS = ["rankdata", "nanrankdata"]


def check_ranks(name: str, a: np.ndarray, data: st.DataObject) -> None:
    axis = data.draw(axes_of(a), label="axis")
    actual, desired = call(name, a, axis), getattr(slow, name)(a, axis)
    np.testing.assert_array_equal(actual, desired)
    assert actual.dtype == np.float64
    assert actual.flags.c_contiguous


@pytest.mark.parametrize("name", RANKS)
@given(a=arrays(), data=st.data())
def test_ranks(name: str, a: np.ndarray, data: st.DataObject) -> None:
    check_ranks(name, a, data)


@pytest.mark.parametrize("name", RANKS)
@given(a=larger_arrays(), data=st.data())
def test_ranks_larger(name: str, a: np.ndarray, data: st.DataObject) -> None:
    check_ranks(name, a, data)


def check_partition(name: str, a: np.ndarray, data: st.DataObject) -> None:
    """Whatever the order of the others: the nth is right, and divides them."""
    axis = data.draw(axes_of(a), label="axis")
    lanes = a.reshape(-1) if axis is None else np.moveaxis(a, axis, -1)
    assume(lanes.ndim and lanes.shape[-1])
    kth = data.draw(st.integers(0, lanes.shape[-1] - 1), label="kth")
    result = call(name, a, kth, axis)
    assert result.dtype == (a.dtype if name == "partition" else np.intp)
    assert result.shape == (a.shape if axis is not None else (a.size,))
    moved = result if axis is None else np.moveaxis(result, axis, -1)
    if name == "argpartition":
        every = np.broadcast_to(np.arange(lanes.shape[-1]), lanes.shape)
        np.testing.assert_array_equal(np.sort(moved, axis=-1), every)
        moved = np.take_along_axis(lanes, moved, -1)
    ordered = np.sort(lanes, axis=-1)
    np.testing.assert_array_equal(moved[..., kth], ordered[..., kth])
    for part in (np.s_[..., :kth], np.s_[..., kth + 1 :]):
        np.testing.assert_array_equal(np.sort(moved[part], axis=-1), ordered[part])


@pytest.mark.parametrize("name", PARTITIONS)
@given(a=arrays(), data=st.data())
def test_partition(name: str, a: np.ndarray, data: st.DataObject) -> None:
    check_partition(name, a, data)


@pytest.mark.parametrize("name", PARTITIONS)
@given(a=larger_arrays(), data=st.data())
def test_partition_larger(name: str, a: np.ndarray, data: st.DataObject) -> None:
    check_partition(name, a, data)


def adversaries(n: int) -> dict[str, np.ndarray]:
    """What makes selection by a bad pivot quadratic, and what has many equals."""
    up = np.arange(float(n))
    rng = np.random.default_rng(n)
    return {
        "sorted": up,
        "reversed": up[::-1],
        "rotated": np.roll(up, -1),
        "organ pipe": np.minimum(up, up[::-1]),
        "constant": np.zeros(n),
        "two values": up % 2,
        "sawtooth": up % 17,
        "all NaN but one": np.where(up == n // 2, 1.0, np.nan),
        "signed zeros": np.where(rng.random(n) < 0.5, 0.0, -0.0),
        "infinities": np.where(up % 3 == 0, np.inf, -np.inf),
        "powers": 2.0 ** (up % 2000 - 1000),
        "random": rng.standard_normal(n),
    }


@pytest.mark.parametrize("n", [2, 63, 64, 65, 1000, 4096, 40_000])
@pytest.mark.parametrize("data", adversaries(2))
def test_order_of_adversaries(n: int, data: str) -> None:
    a = adversaries(n)[data]
    for kth in (0, n // 3, n // 2, n - 1):
        ordered = np.sort(a)
        assert uncork.partition(a, kth)[kth] == pytest.approx(ordered[kth], nan_ok=True)
        place = uncork.argpartition(a, kth)[kth]
        assert a[place] == pytest.approx(ordered[kth], nan_ok=True)
    for name in RANKS:
        np.testing.assert_array_equal(call(name, a), getattr(slow, name)(a))
    assert uncork.nanmedian(a) == pytest.approx(slow.nanmedian(a), nan_ok=True)


@given(a=arrays(min_dims=1), data=st.data())
def test_push(a: np.ndarray, data: st.DataObject) -> None:
    axis = data.draw(st.integers(-a.ndim, a.ndim - 1), label="axis")
    n = data.draw(st.one_of(st.none(), st.integers(0, 7)), label="n")
    before = a.copy()
    actual = uncork.push(a, n, axis)
    np.testing.assert_array_equal(actual, slow.push(a, n, axis))
    assert actual.dtype == a.dtype
    np.testing.assert_array_equal(a, before)


@given(a=larger_arrays(), data=st.data())
def test_push_larger(a: np.ndarray, data: st.DataObject) -> None:
    axis = data.draw(st.sampled_from([0, 1]))
    n = data.draw(st.one_of(st.none(), st.integers(0, 99)))
    np.testing.assert_array_equal(uncork.push(a, n, axis), slow.push(a, n, axis))


def usual(name: str) -> tuple[Any, ...]:
    return (2,) if name in PARTITIONS else ()


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FILL)
def test_memory_is_not_seen_and_left_alone(name: str, dtype: str, layout: str) -> None:
    a = (np.arange(720) % 37).reshape(8, 9, 10).astype(dtype)
    if dtype.startswith("f"):
        a[::3, ::2] = np.nan
    laid_out = LAYOUTS[layout](a)
    for axis in (0, 1, 2):
        expected = call(name, a, *usual(name), axis=axis)
        actual = call(name, laid_out, *usual(name), axis=axis)
        np.testing.assert_array_equal(actual, expected)
        np.testing.assert_array_equal(laid_out, a)


@pytest.mark.arithmetic
@pytest.mark.parametrize("name", FILL)
@pytest.mark.parametrize("shape", [(200_000,), (400, 1000), (1000, 400)])
def test_threads_change_nothing(name: str, shape: tuple[int, ...]) -> None:
    a = np.random.default_rng(5).integers(0, 5000, shape).astype(float)
    a[a % 7 == 0] = np.nan
    count = uncork.get_num_threads()
    try:
        results = []
        for threads in (1, 2, 8):
            uncork.set_num_threads(threads)
            results.append(call(name, a, *usual(name)))
    finally:
        uncork.set_num_threads(count)
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


@pytest.mark.parametrize("name", FILL)
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_nothing_gives_nothing(name: str, shape: tuple[int, ...]) -> None:
    a = np.empty(shape)
    if name in PARTITIONS and shape[-1]:
        assert call(name, a, 0).shape == shape
    else:
        assert call(name, a, *usual(name)).size == 0
