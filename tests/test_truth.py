"""Exact answers, on data built to break sums, variances and running updates.

The bounds are in units of the last place of the exact result of the stored numbers.
`python tests/test_truth.py` prints the largest errors beside Bottleneck's.
"""

from __future__ import annotations

import importlib
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

import uncork
from functions import REDUCE, TABLE, returning
from reference import (
    EXACT,
    exact_mean,
    exact_root,
    exact_variance,
    sums,
    sums_up_to_each,
    ulps,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

pytestmark = pytest.mark.arithmetic

RNG = np.random.default_rng(20261122)
NORMAL = RNG.standard_normal(3000)


def spike(size: float, at: int = 700) -> np.ndarray:
    a = NORMAL.copy()
    a[at] = size
    return a


#: Finite data, by what is hard about it.
DATA: dict[str, np.ndarray] = {
    "normal": NORMAL,
    "offset 1e8": NORMAL + 1e8,
    "offset 1e16": NORMAL * 100 + 1e16,
    "spike 1e16": spike(1e16),
    "spike 1e300": spike(1e300),
    "first value 1e10": spike(1e10, at=0),
    "wild scales": NORMAL * 10.0 ** RNG.uniform(-9, 9, NORMAL.size),
    "alternating": np.where(np.arange(NORMAL.size) % 2, 1e12, -1e12) + NORMAL,
    "alternating 1e308": np.where(np.arange(NORMAL.size) % 2, 1e308, -1e308),
    "near the end of the range": np.full(NORMAL.size, 1.7e308),
    "ramp": np.arange(NORMAL.size) * 0.1,
    "constant": np.full(NORMAL.size, 0.1),
    "subnormal": RNG.integers(-99, 99, NORMAL.size) * 5e-324,
    "squares are subnormal": NORMAL * 1e-159,
    "1e-200": NORMAL * 1e-200,
    "1e200": NORMAL * 1e200,
    "outlier and steps": np.r_[1000.1, np.tile([0.3, -0.3], 2000)],
}

#: Where gaps are put; those that lead may be more than a thread gets, or a block.
GAPS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "leading": lambda a: np.r_[np.full(300, np.nan), a],
    "leading by far": lambda a: np.r_[np.full(40_000, np.nan), a],
    "trailing": lambda a: np.r_[a, np.full(300, np.nan)],
    "alternating": lambda a: np.c_[np.full(a.size, np.nan), a].ravel(),
}


# The same values come between gaps of every kind, and in several lanes.
sums_of = lru_cache(sums)


def test_every_sum_has_an_exact_result() -> None:
    arithmetic = {name for name in REDUCE if TABLE[name][0] == "reduce"}
    assert EXACT.keys() == arithmetic & {*returning("total", "mean", "spread", "shape")}


def check(name: str, a: np.ndarray) -> None:
    check_result(name, getattr(uncork, name)(a), a)


def check_result(name: str, actual: float, a: np.ndarray) -> None:
    exact = EXACT[name]
    assert exact.error(actual, sums_of(present(a))) <= exact.bound


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", EXACT)
def test_reduce(name: str, data: str) -> None:
    check(name, DATA[data])
    check(name, DATA[data][:37])


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", EXACT)
def test_reduce_across(name: str, data: str) -> None:
    """The columns of a wide array, among them the same data."""
    a = np.repeat(DATA[data][:, np.newaxis], 40, axis=1) * np.r_[1, 0.5, np.full(38, 1)]
    check_lanes(name, a, [0, 1, 39])
    assert np.unique(getattr(uncork, name)(a, axis=0)[2:]).size == 1


@pytest.mark.parametrize("gaps", GAPS)
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", [name for name in EXACT if name != "ss"])
def test_reduce_between_gaps(name: str, data: str, gaps: str) -> None:
    a = GAPS[gaps](DATA[data])
    check(name, a)
    wide = np.repeat(a[:, np.newaxis], 40, axis=1)
    # One lane begins later than the others, and one not at all.
    wide[: np.flatnonzero(~np.isnan(a))[20], 7] = np.nan
    wide[:, 33] = np.nan
    check_lanes(name, wide, [0, 7, 39])
    check_lanes(name, wide[:, 6:9], [0, 1, 2])


def check_lanes(name: str, a: np.ndarray, lanes: list[int]) -> None:
    results = getattr(uncork, name)(a, axis=0)
    for lane in lanes:
        check_result(name, results[lane], a[:, lane])


def present(a: np.ndarray) -> tuple[float, ...]:
    return tuple(a[~np.isnan(a)].tolist())


def exact_median(values: list[float]) -> Fraction:
    values = sorted(values)
    middle = (values[(len(values) - 1) // 2], values[len(values) // 2])
    return exact_mean(sums(middle))


def exact_rank(values: list[float]) -> Fraction:
    """Of the last, from -1 to 1."""
    score = sum((values[-1] > value) - (values[-1] < value) for value in values)
    return Fraction(score, max(len(values) - 1, 1))


EXACT_MOVE = {
    name.replace("nan", "move_"): exact for name, exact in EXACT.items() if name != "ss"
}
#: Function and exact result of the values themselves; the bound is half a unit.
ORDERED = {"move_median": exact_median, "move_rank": exact_rank}
ALL_MOVE = sorted([*EXACT_MOVE, *ORDERED])

# The same data have windows of many widths, and several functions.
sums_of_each = lru_cache(4)(sums_up_to_each)


def errors(
    name: str, results: np.ndarray, a: np.ndarray, window: int, ends: Iterable[int]
) -> Iterator[float]:
    """Of the windows with these ends, in units; without gaps."""
    values = tuple(a.tolist())
    before = sums_of_each(values)
    for end in ends:
        start, actual = max(0, end - window), results[end - 1]
        if name in ORDERED:
            yield ulps(actual, ORDERED[name](list(values[start:end])))
        else:
            yield EXACT_MOVE[name].error(actual, before[end] - before[start])


def bound_of(name: str) -> float:
    return 0.5 if name in ORDERED else EXACT_MOVE[name].bound


@pytest.mark.parametrize("window", [1, 2, 3, 20, 63, 65, 200])
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", ALL_MOVE)
def test_move(name: str, window: int, data: str) -> None:
    a = DATA[data]
    results = getattr(uncork, name)(a, window, min_count=1)
    ends = [*range(1, 90), *range(690, 990, 7), a.size]
    assert max(errors(name, results, a, window, ends)) <= bound_of(name)


@pytest.mark.parametrize("gaps", ["some", *GAPS])
@pytest.mark.parametrize("window", [2, 20, 65])
@pytest.mark.parametrize("data", DATA)
def test_move_var_between_gaps(data: str, window: int, gaps: str) -> None:
    """Where the ends of two blocks have different anchors, and some have none."""
    if gaps == "some":
        a = DATA[data].copy()
        a[RNG.random(a.size) < 0.4] = np.nan
        a[200:300] = np.nan
    else:
        a = GAPS[gaps](DATA[data])
    first = np.flatnonzero(~np.isnan(a))[0]
    results = uncork.move_var(a, window, min_count=1)
    # How many values there are up to each place, and their sums.
    counts = np.r_[0, np.cumsum(~np.isnan(a))]
    before = sums_of_each(present(a))
    for end in first + np.r_[1:350, 690:990:7, a.size - first]:
        values = before[counts[end]] - before[counts[max(0, end - window)]]
        if values.count:
            assert ulps(results[end - 1], exact_variance(values)) <= 5
        else:
            assert np.isnan(results[end - 1])


@pytest.mark.parametrize("value", [0.1, 1e8, 1e300, -7.3e-200, 5e-324])
@pytest.mark.parametrize("window", [2, 31, 700])
def test_variance_of_a_constant_window_is_zero(value: float, window: int) -> None:
    a = np.full(3000, value)
    a[1500] = 3 * value
    results = uncork.move_var(a, window, min_count=2)
    holds_other = np.arange(a.size) - 1500
    constant = (holds_other < 0) | (holds_other >= window)
    assert not results[constant][1:].any()


#: Integers that float64 does not tell apart, or whose sums leave int64.
INTEGERS: dict[str, np.ndarray] = {
    "extremes": RNG.choice([2**63 - 1, -(2**63), 1, -1], 500),
    "near 2**62": 2**62 + RNG.integers(-9, 9, 500),
    "any": RNG.integers(-(2**63), 2**63, 500),
    "alternating": np.where(np.arange(500) % 2, 2**62, -(2**62)) + np.arange(500),
    "spike": np.where(np.arange(500) == 100, 2**63 - 1, np.arange(500)),
}


@pytest.mark.parametrize("data", INTEGERS)
@pytest.mark.parametrize("name", ["nanmean", "nanvar", "nanstd", "nanskew"])
def test_reduce_integers(name: str, data: str) -> None:
    check(name, INTEGERS[data])


@pytest.mark.parametrize("data", INTEGERS)
@pytest.mark.parametrize("name", ["nansum", "ss"])
def test_integer_sums_are_those_of_numpy(name: str, data: str) -> None:
    """They wrap only where no int64 holds the result."""
    values = INTEGERS[data].tolist()
    exact = sum(value**2 for value in values) if name == "ss" else sum(values)
    wrapped = (exact + 2**63) % 2**64 - 2**63
    assert getattr(uncork, name)(INTEGERS[data]) == wrapped


@pytest.mark.parametrize("window", [1, 2, 20, 200])
@pytest.mark.parametrize("data", INTEGERS)
@pytest.mark.parametrize("name", ALL_MOVE)
def test_move_integers(name: str, data: str, window: int) -> None:
    a = INTEGERS[data]
    for array in (a, np.repeat(a[:, np.newaxis], 9, axis=1)):
        results = getattr(uncork, name)(array, window, 1, axis=0).reshape(a.size, -1)
        np.testing.assert_array_equal(
            results, np.broadcast_to(results[:, :1], results.shape)
        )
        ends = range(1, a.size + 1, 7)
        assert max(errors(name, results[:, 0], a, window, ends)) <= bound_of(name)


def test_ten_million_float32() -> None:
    """The exact results of the stored numbers, which are multiples of 2**-14."""
    a = RNG.standard_normal(10**7, dtype=np.float32) + np.float32(1000)
    units = (a.astype(np.float64) * 2**14).astype(np.int64)
    total = int(units.sum())
    parts = (units[start : start + 2**14] for start in range(0, a.size, 2**14))
    squares = sum(int((part**2).sum()) for part in parts)
    mean = Fraction(total, a.size)
    variance = (Fraction(squares, a.size) - mean**2) / 2**28
    assert (a.astype(np.float64) == units / 2**14).all()
    for name, exact, bound in [
        ("nansum", Fraction(total, 2**14), 1),
        ("nanmean", mean / 2**14, 1),
        ("nanvar", variance, 4),
        ("nanstd", exact_root(variance), 3),
    ]:
        result = getattr(uncork, name)(a)
        assert ulps(np.float32(result), exact, np.float32) <= bound


def worst(module: ModuleType, name: str, data: str) -> float:
    """The largest error of a function, of windows of 20 or of all, in units."""
    a = DATA[data]
    if name in EXACT:
        return EXACT[name].error(getattr(module, name)(a), sums_of(present(a)))
    results = getattr(module, name)(a, 20, min_count=1)
    return max(errors(name, results, a, 20, [*range(1, 90), *range(690, 990), a.size]))


def table() -> str:
    """The largest errors of Uncork and Bottleneck, as in the README."""
    bottleneck = importlib.import_module("bottleneck")
    lines = ["| | Uncork | Bottleneck | on normal values |", "|---|---|---|---|"]
    for name in [*EXACT, *ALL_MOVE]:
        ours = max(worst(uncork, name, data) for data in DATA)
        if not hasattr(bottleneck, name):
            lines.append(f"| `{name}` | {ours:.2g} | | |")
            continue
        theirs = {data: worst(bottleneck, name, data) for data in DATA}
        hardest = max(theirs, key=theirs.__getitem__)
        shown = f"{theirs[hardest]:.2g} ({hardest})".replace("inf (", "all (")
        lines.append(f"| `{name}` | {ours:.2g} | {shown} | {theirs['normal']:.2g} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
