"""Windows whose order is hard to keep: every way to do them, on data against them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import uncork
from emulated import EMULATED
from functions import call
from processes import run_short_of_memory
from reference import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.arithmetic

NAMES = ["move_median", "move_rank"]
N = 1000 if EMULATED else 3000
PLACES = np.arange(N)
RNG = np.random.default_rng(20261122)


def with_nan(a: np.ndarray, share: float) -> np.ndarray:
    return np.where(RNG.random(N) < share, np.nan, a)


#: One lane each, by what is hard about it.
DATA: dict[str, np.ndarray] = {
    "random": RNG.standard_normal(N),
    "constant": np.full(N, 0.1),
    "sorted": np.sort(RNG.standard_normal(N)),
    "reversed": np.sort(RNG.standard_normal(N))[::-1],
    "sawtooth": PLACES % 7 * 1.5,
    "long sawtooth": PLACES % 500 * 1.0,
    "one step aside": np.roll(PLACES, -1) * 1.0,
    "two values": RNG.choice([0.1, 0.2], N),
    # The middle lies in a gap, and jumps over it forth and back.
    "spreading": np.where(PLACES % 2, 1.0, -1.0) * PLACES,
    "closing": np.where(PLACES % 2, 1.0, -1.0) * PLACES[::-1],
    "wild scales": RNG.standard_normal(N) * 10.0 ** RNG.uniform(-300, 300, N),
    # Alike in their high bits, but for a few.
    "alike": np.where(RNG.random(N) < 0.01, -1e300, 1e8 + RNG.random(N) * 1e-6),
    "some NaN": with_nan(RNG.standard_normal(N), 0.1),
    "much NaN": with_nan(PLACES % 5 * 1.0, 0.9),
    "NaN in runs": np.where(PLACES // 100 % 2, np.nan, RNG.standard_normal(N)),
    "all NaN": np.full(N, np.nan),
    "infinities": with_nan(RNG.choice([np.inf, -np.inf, 0.0, 1.0], N), 0.1),
    "zeros": with_nan(
        RNG.choice([0.0, -0.0, 1.0, -1.0], N, p=[0.4, 0.4, 0.1, 0.1]), 0.1
    ),
    "ends of the range": RNG.choice([1.7e308, -1.7e308, 5e-324, -5e-324], N),
}
#: Around those at which another way is taken, and near the length.
WINDOWS = [1, 2, 3, 8, 9, 24, 48, 93, 96, 97, 192, 193, 352, 353, N // 2, N - 1, N]


def check(name: str, a: np.ndarray, *args: Any) -> None:
    np.testing.assert_array_equal(call(name, a, *args), reference(name, a, *args))


def windows_in_order(values: list[float], window: int) -> Iterator[list[float]]:
    """What each window holds that is not NaN; the same list each time.

    The references sort each window anew, which takes a hundred times longer.
    """
    ordered: list[float] = []
    for end, newest in enumerate(values):
        oldest = values[end - window] if end >= window else math.nan
        if oldest == oldest:
            del ordered[bisect_left(ordered, oldest)]
        if newest == newest:
            insort(ordered, newest)
        yield ordered


def median(ordered: list[float]) -> float:
    lower, upper = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return lower if lower == upper else lower / 2 + upper / 2


def rank(ordered: list[float], newest: float) -> float:
    less = bisect_left(ordered, newest)
    greater = len(ordered) - bisect_right(ordered, newest)
    return (less - greater) / max(len(ordered) - 1, 1)


@cache
def hard_lane(data: str, dtype: str) -> np.ndarray:
    with np.errstate(over="ignore"):
        return DATA[data].astype(dtype)[: N if dtype == "float64" else N // 3]


@lru_cache(4)  # for both functions
def medians_and_ranks(data: str, dtype: str, window: int) -> dict[str, np.ndarray]:
    """Those of all windows that hold a value."""
    a = hard_lane(data, dtype)
    values = a.tolist()
    medians, ranks = np.full((2, a.size), np.nan)
    for end, ordered in enumerate(windows_in_order(values, window)):
        if ordered:
            medians[end] = median(ordered)
        if values[end] == values[end]:
            ranks[end] = rank(ordered, values[end])
    with np.errstate(over="ignore"):
        return {"move_median": medians.astype(dtype), "move_rank": ranks.astype(dtype)}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("data", DATA)
def test_one_lane(name: str, data: str, window: int) -> None:
    a = DATA[data]
    desired = medians_and_ranks(data, "float64", window)[name]
    counts = np.convolve(~np.isnan(a), np.ones(window))[:N]
    for min_count in {1, (window + 1) // 2, window}:
        enough = np.where(counts >= min_count, desired, np.nan)
        np.testing.assert_array_equal(call(name, a, window, min_count), enough)
    first = call(name, a[:100], min(window, 100), 1)
    np.testing.assert_array_equal(first, desired[:100])
    singles = hard_lane(data, "float32")
    actual = call(name, singles, min(window, singles.size), 1)
    desired = medians_and_ranks(data, "float32", window)[name]
    np.testing.assert_array_equal(actual, desired)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", NAMES)
def test_all_lanes_at_once(name: str, axis: int) -> None:
    """Lanes of all kinds side by side, along the memory and across it."""
    lanes = np.stack([data[:700] for data in DATA.values()])
    a = lanes if axis else np.ascontiguousarray(lanes.T)
    for window in (2, 20, 200, 400, 690):
        check(name, a, window, 2, axis)


@pytest.mark.parametrize("name", [*NAMES, "move_argmin", "move_argmax"])
@given(data=st.data())
def test_small_integers_and_large(name: str, data: st.DataObject) -> None:
    """Those that float64 does not tell apart keep their order."""
    size, window = data.draw(st.sampled_from([(40, 3), (700, 20), (700, 300)]))
    bits = data.draw(st.sampled_from([3, 20, 53, 54, 62]))
    low = data.draw(st.sampled_from([0, -(2**bits), 2**62]))
    a = np.random.default_rng(data.draw(st.integers(0, 99))).integers(
        low, low + 2**bits, size
    )
    ranks = np.searchsorted(np.unique(a), a).astype(float)
    if name != "move_median":
        desired = reference(name, ranks, window, 1)
    else:
        # Of an odd number of values, the median is one of them.
        window |= 1
        places = reference(name, ranks, window)[window - 1 :].astype(int)
        desired = np.r_[np.full(window - 1, np.nan), np.unique(a)[places]]
    min_count = window if name == "move_median" else 1
    np.testing.assert_array_equal(call(name, a, window, min_count), desired)


@pytest.mark.parametrize("window", [1, 2, 5, 64, 500])
@pytest.mark.parametrize("lanes", [1, 9])
def test_the_median_of_zeros_has_their_sign(lanes: int, window: int) -> None:
    signs = RNG.random((lanes, 1000)) < np.linspace(0, 1, 1000)
    a = np.where(signs, -0.0, 0.0)
    medians = uncork.move_median(a, window, 1)
    assert not medians.any()
    counts = uncork.move_sum(np.ones_like(a), window, 1)
    # The mean of two zeros has a sign if both have, and negative zeros come first.
    more_than_half = uncork.move_sum(signs * 1.0, window, 1) > counts / 2
    np.testing.assert_array_equal(np.signbit(medians), more_than_half)


def test_the_median_of_two_does_not_overflow() -> None:
    a = np.full(300, 1.7e308)
    np.testing.assert_array_equal(uncork.move_median(a, 2)[1:], a[1:])
    b = np.full(300, 2**63 - 1)
    np.testing.assert_array_equal(uncork.move_median(b, 2)[1:], b[1:].astype(float))


@pytest.mark.parametrize("name", NAMES)
def test_memory_that_is_not_there_is_an_error(name: str) -> None:
    """Enough for the result, not for what it takes to get there."""
    call = f"uncork.{name}(a, 2_000_000, 1)"
    said = run_short_of_memory(call, size=4_000_000, spare=72_000_000)
    assert "bytes of working memory" in said
