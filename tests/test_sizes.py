"""Where one way of working ends and another begins, and values that hide there.

Random arrays are seldom as long as the blocks, parts and samples that the drivers work
with. Each test here stands for a fault that no other test noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import uncork
from arrays import DTYPES
from functions import MOVE, OF_ARRAYS, call, parameters
from reference import reference
from test_truth import (
    ALL_MOVE,
    DATA,
    EXACT,
    bound_of,
    check,
    errors,
    exact_rank,
    present,
)
from uncork import slow

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.arithmetic

Rng = np.random.Generator


@pytest.fixture
def rng() -> Rng:
    """The same for each test, be it run alone or after others."""
    return np.random.default_rng(20261126)


def arguments(name: str) -> tuple[Any, ...]:
    if name in MOVE:
        return (3, 1)
    return {"replace": (np.nan, -1.0), "partition": (5,), "argpartition": (5,)}.get(
        name, ()
    )


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("name", OF_ARRAYS)
def test_a_nan_is_one_whatever_its_other_bits(name: str, dtype: str, rng: Rng) -> None:
    """0/0 has its sign bit set on x86: sorted by its bits, it would come first."""
    a = rng.integers(-4, 5, (9, 40)).astype(dtype)
    a[rng.random(a.shape) < 0.4] = np.nan
    is_nan, bits = np.isnan(a), a.view(f"u{a.itemsize}").copy()
    sign = bits.dtype.type(1 << 8 * a.itemsize - 1)
    bits[is_nan] |= sign | rng.integers(1, 9, is_nan.sum(), dtype=bits.dtype)
    other = bits.view(dtype)
    assert np.signbit(other[is_nan]).all()
    for axis in [{}, {"axis": 0}] if "axis" in parameters(name) else [{}]:
        desired = call(name, a.copy(), *arguments(name), **axis)
        result = call(name, other.copy(), *arguments(name), **axis)
        np.testing.assert_array_equal(result, desired)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("row", [0, 1, 63, 64, 255, 256, 2047, 3999])
def test_columns_are_settled_one_by_one(row: int, dtype: str) -> None:
    """Whoever looks no further must have seen all that are side by side."""
    for some in (slice(None, 32), slice(32, None), slice(5, 6), slice(63, None)):
        a = np.zeros((4000, 64), dtype)
        a[row, some] = np.nan
        a[3999, 0] = np.nan
        for axis in (0, 1):
            for values, name in (
                (a, "anynan"),
                (np.where(a == a, np.nan, 0), "allnan"),
            ):
                desired = reference(name, values, axis)
                np.testing.assert_array_equal(call(name, values, axis), desired)


#: By what finds the middle of them hard to guess.
ORDERS = {
    "random": lambda rng, n: rng.standard_normal(n),
    "sorted": lambda _, n: np.arange(n) * 1.0,
    "reversed": lambda _, n: np.arange(n)[::-1] * 1.0,
    "few values": lambda rng, n: rng.integers(0, 3, n) * 1.0,
    "all but one": lambda _, n: np.where(np.arange(n) == n // 2, 0.0, 1.0),
    "organ pipe": lambda _, n: np.minimum(np.arange(n), np.arange(n)[::-1]) * 1.0,
    # What is looked at to guess lies at equal distances.
    "another every so often": lambda rng, n: (
        np.where(np.arange(n) % (n // 128), 1.0, -1e6) * rng.random(n)
    ),
    "another, seldom": lambda rng, n: (
        np.where(np.arange(n) % (n // 512), 1.0, 1e6) * rng.random(n)
    ),
}
COUNTS = [2047, 2048, 2049, 2048 + 31, 4097, 5000, 32_767, 32_768, 32_768 + 65]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", COUNTS)
def test_order_of_many(count: int, order: str, dtype: str, rng: Rng) -> None:
    a = (ORDERS[order](rng, count) * 1000).astype(dtype)
    ordered = np.sort(a)
    assert uncork.median(a) == np.median(a)
    assert uncork.nanmedian(a) == np.median(a)
    for kth in (0, 1, count // 3, count // 2, count - 1):
        split = uncork.partition(a, kth)
        assert split[kth] == ordered[kth]
        np.testing.assert_array_equal(np.sort(split[:kth]), ordered[:kth])
        np.testing.assert_array_equal(np.sort(split[kth:]), ordered[kth:])
        places = uncork.argpartition(a, kth)
        assert (np.sort(places) == np.arange(count)).all()
        np.testing.assert_array_equal(np.sort(a[places[:kth]]), ordered[:kth])
        assert a[places[kth]] == ordered[kth]


#: What a moving function says of a window, worked out for that window alone.
OF_ONE: dict[str, Callable[[np.ndarray], Any]] = {
    **{
        name: getattr(slow, name.replace("move_", "nan"))
        for name in MOVE
        if hasattr(slow, name.replace("move_", "nan"))
    },
    "move_argmin": lambda values: slow.nanargmin(values[::-1]),
    "move_argmax": lambda values: slow.nanargmax(values[::-1]),
    "move_rank": lambda values: float(exact_rank([*present(values)])),
}


@pytest.mark.parametrize("window", [3000, 8193, 16_000, 20_000, 32_000, 40_000])
@pytest.mark.parametrize("name", MOVE)
def test_long_windows(name: str, window: int, rng: Rng) -> None:
    """One NaN in all of them: how blocks are joined must not depend on the first."""
    a = rng.integers(-50, 50, 50_000) * 1.0
    a[30_000] = np.nan
    results = call(name, a, window, 1)
    ends = [1, 2, 100, 29_999, 30_000, 30_002, window, window + 1, 50_000]
    for end in [*ends, *rng.integers(30_002, 50_000, 9).tolist()]:
        desired = OF_ONE[name](a[max(0, end - window) : end])
        np.testing.assert_allclose(results[end - 1], desired, rtol=1e-12)
    if name == "move_rank":
        assert np.isnan(results[30_000])  # of a missing value


#: As many values as several parts of the work, which are merged.
MERGED = ["offset 1e16", "spike 1e16", "wild scales", "alternating", "ramp", "1e200"]


@pytest.mark.parametrize("data", MERGED)
@pytest.mark.parametrize("name", EXACT)
def test_parts_that_are_merged(name: str, data: str) -> None:
    a = np.tile(DATA[data], 34)[:100_003]
    a[50_000:] *= 0.75
    check(name, a)


@pytest.mark.parametrize("window", [700, 2500, 9000])
@pytest.mark.parametrize("data", MERGED)
@pytest.mark.parametrize("name", ALL_MOVE)
def test_exact_results_of_long_windows(name: str, data: str, window: int) -> None:
    a = np.tile(DATA[data], 4)
    results = call(name, a, window, 1)
    ends = [1, 2, window - 1, window, window + 1, 11_111, a.size]
    assert max(errors(name, results, a, window, ends)) <= bound_of(name)


@pytest.mark.parametrize("length", [3, 17, 64])
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", ALL_MOVE)
def test_exact_windows_of_short_lanes(name: str, data: str, length: int) -> None:
    a = DATA[data][700 - length // 2 :][:length]
    for window in (2, length):
        results = call(name, a, window, 1)
        ends = range(1, length + 1)
        assert max(errors(name, results, a, window, ends)) <= bound_of(name)


def test_a_sum_that_leaves_the_range_leaves_a_mean_within_it() -> None:
    a = np.array([1.7e308, 1.7e308, -1.7e308])
    np.testing.assert_array_equal(uncork.move_mean(a, 2), [np.nan, 1.7e308, 0])
    assert uncork.nanmean(a[:2]) == 1.7e308


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
@pytest.mark.parametrize("ddof", [-2, -1, 0, 1])
@pytest.mark.parametrize("name", ["nanvar", "nanstd"])
def test_spread_of_nothing(name: str, ddof: int, shape: tuple[int, ...]) -> None:
    a = np.empty(shape)
    for axis in (None, *range(a.ndim)):
        desired = reference(name, a, axis, ddof)
        np.testing.assert_array_equal(call(name, a, axis, ddof), desired)


#: Shape, axis, window: what is converted in pieces, what while it is loaded, and both.
CONVERTED = [
    ((200_000,), 0, 20),
    ((200_000,), 0, 99_000),
    ((3, 40_000), 1, 30),
    ((13_000, 9), 0, 7),
]


@pytest.mark.parametrize(("shape", "axis", "window"), CONVERTED, ids=str)
@pytest.mark.parametrize("name", ["move_sum", "move_var", "move_min", "move_median"])
def test_windows_are_the_same_wherever_values_are_converted(
    name: str, shape: tuple[int, ...], axis: int, window: int, rng: Rng
) -> None:
    integers = rng.integers(0, 200, shape).astype(np.int32)
    floats = np.where(rng.random(shape) < 0.1, np.nan, integers)
    for a, others in ((integers, ("u1", "i2", ">i4")), (floats, (">f8",))):
        desired = call(name, a, window, 1, axis)
        for dtype in others:
            actual = call(name, a.astype(dtype), window, 1, axis)
            np.testing.assert_array_equal(actual, desired)
