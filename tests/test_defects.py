"""Where Bottleneck is wrong: each defect, by the number of its issue.

The numbers are those of github.com/pydata/bottleneck; defects without one have not been
reported there. What a docstring says that it gives is what 1.6.0 gives.
"""

from __future__ import annotations

import math
import sys
import tracemalloc
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import uncork
from processes import run_short_of_memory
from reference import Sums, exact_mean, exact_sum, exact_variance, sums, ulps

if TYPE_CHECKING:
    from collections.abc import Callable

NAN = np.nan
INF = np.inf


def windows_of(a: np.ndarray, window: int) -> np.ndarray:
    """The full ones, in float64."""
    return sliding_window_view(a.astype(np.float64), window)


def exact(name: str) -> Callable[[Sums], Fraction]:
    return {"sum": exact_sum, "mean": exact_mean, "var": exact_variance}[name[5:]]


# Moving windows: what has left one leaves no trace.


def test_332_means_of_what_is_not_negative_are_not_negative() -> None:
    """It gives -2.7e-15."""
    noise = (np.random.RandomState(3).randn(10_000) * np.hanning(10_000)) ** 2
    means = uncork.move_mean(noise, 2)
    assert means[1:].min() >= 0
    np.testing.assert_allclose(means[1:], (noise[1:] + noise[:-1]) / 2, rtol=1e-15)


def test_377_mean_of_zeros_is_zero() -> None:
    """It gives 7.4e-17."""
    means = uncork.move_mean([-0.548814, 1.9272201201869577, 0.0, 0.0, 0.0], 3)
    assert means[-1] == 0


def test_437_window_of_one_is_the_value() -> None:
    a = [0.008196721311475436, -0.01626016260162607, 0.012396694214876205]
    np.testing.assert_array_equal(uncork.move_mean(a, window=1, min_count=1), a)


def test_480_sums_of_what_is_not_negative_are_not_negative() -> None:
    """It gives -0.0004 for some."""
    a = 10.0 ** np.random.default_rng(1).uniform(-12, 12, 2000)
    sums = uncork.move_sum(a, 5)[4:]
    assert sums.min() > 0
    desired = [math.fsum(window) for window in windows_of(a, 5)]
    np.testing.assert_allclose(sums, desired, rtol=1e-15)


@pytest.mark.parametrize("name", ["move_sum", "move_mean"])
def test_tiny_values_keep_their_digits_beside_a_huge_one(name: str) -> None:
    """In the windows that do not hold it, and in neighbouring lanes."""
    a = np.full((20, 9), 1e-305)
    a[5, 3] = 1e300
    for window in (1, 3, 7):
        desired = np.array(getattr(uncork, name)(np.full(20, 1e-305), window, 1))
        results = getattr(uncork, name)(a, window, 1, axis=0)
        for lane in range(9):
            clear = np.ones(20, bool)
            if lane == 3:
                clear[5 : 5 + window] = False
            assert (results[clear, lane] == desired[clear]).all()
        np.testing.assert_array_equal(
            getattr(uncork, name)(a[:, 3], window, 1), results[:, 3]
        )


@pytest.mark.parametrize(
    ("name", "last"), [("move_sum", 15), ("move_mean", 3), ("move_var", 2)]
)
def test_spike_is_gone_with_its_windows(name: str, last: float) -> None:
    """It gives 16, 3.2 and 0, to the end of the array."""
    steps = np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 20)
    a = np.r_[steps, 1e17, steps]
    assert getattr(uncork, name)(a, 5)[-1] == last


def test_variance_after_a_change_of_scale() -> None:
    """It gives 140 for 9.9e-7."""
    rng = np.random.default_rng(0)
    a = np.r_[rng.standard_normal(1000) * 1e9, rng.standard_normal(1000) * 1e-3]
    desired = exact_variance(sums(a[-50:].tolist()))
    assert ulps(uncork.move_var(a, 50)[-1], desired) <= 4


def test_164_standard_deviations_of_float32() -> None:
    """It gives 0 for some, and 0.74 for 0.99 at the end."""
    rng = np.random.default_rng(164)
    a = rng.standard_normal(5000).astype(np.float32)
    a[1000:1100] *= 1e7
    deviations = uncork.move_std(a, 121)[120:]
    assert deviations.dtype == np.float32
    desired = windows_of(a, 121).std(axis=-1)
    np.testing.assert_allclose(deviations, desired, rtol=1e-6)


def test_means_of_float32_do_not_drift() -> None:
    a = np.random.default_rng(5).random(200_000).astype(np.float32) + 1000
    desired = windows_of(a, 20).mean(axis=-1).astype(np.float32)
    np.testing.assert_array_max_ulp(uncork.move_mean(a, 20)[19:], desired, 1)


@pytest.mark.parametrize("name", ["move_sum", "move_mean"])
def test_infinity_is_gone_with_its_windows(name: str) -> None:
    """It gives NaN from the third window on."""
    a = [1.0, 2.0, INF, 4.0, 5.0, -INF, 7.0, 9.0]
    sums = np.array([NAN, 3, INF, INF, 9, -INF, -INF, 16])
    desired = sums if name == "move_sum" else sums / 2
    np.testing.assert_array_equal(getattr(uncork, name)(a, 2), desired)


@pytest.mark.parametrize("name", ["move_var", "move_std"])
def test_infinity_has_no_variance_and_is_gone_with_its_windows(name: str) -> None:
    a = [1.0, 3.0, INF, 4.0, 6.0, 8.0]
    desired = [NAN, 1, NAN, NAN, 1, 1]
    np.testing.assert_array_equal(getattr(uncork, name)(a, 2), desired)


@pytest.mark.parametrize(
    ("name", "worst"), [("move_argmin", INF), ("move_argmax", -INF)]
)
def test_place_of_an_infinity_is_not_that_of_a_nan(name: str, worst: float) -> None:
    """It gives 0, where the NaN is."""
    places = getattr(uncork, name)([worst, NAN, NAN], window=3, min_count=1)
    np.testing.assert_array_equal(places, [0, 1, 2])


@pytest.mark.parametrize("name", ["move_var", "move_std"])
@pytest.mark.parametrize("ddof", [2, 3])
def test_no_variance_of_fewer_values_than_ddof(name: str, ddof: int) -> None:
    """It gives infinity, and variances below zero."""
    values = getattr(uncork, name)([1.0, 2.0, 4.0, 7.0], 2, ddof=ddof)
    assert np.isnan(values).all()


def test_ranks_are_exact() -> None:
    """It is off by up to 44 units in the last place."""
    a = np.random.default_rng(2).integers(0, 30, 500).astype(float)
    ranks = uncork.move_rank(a, 50)[49:]
    for rank, window in zip(ranks, windows_of(a, 50), strict=True):
        below, equal = (window < window[-1]).sum(), (window == window[-1]).sum()
        desired = Fraction(int(2 * below + equal - 50), 49)
        assert ulps(rank, desired) <= 1


# Sums, means and variances of many values.


def test_193_sum_of_float32() -> None:
    """It gives 100958."""
    a = np.full(1_000_000, 0.1, dtype=np.float32)
    assert ulps(uncork.nansum(a), Fraction(float(a[0])) * a.size, np.float32) <= 1


def test_379_sum_of_much_and_little() -> None:
    """It gives 1."""
    a = np.r_[1.0, np.full(100_000, 1e-16)]
    assert ulps(uncork.nansum(a), exact_sum(sums(a.tolist()))) <= 1


def test_443_deviation_of_a_constant_is_zero() -> None:
    """It gives 0.23."""
    a = np.full(150_000, 271.46, dtype=np.float32)
    assert uncork.nanstd(a, ddof=1) == 0


def test_462_mean_and_deviation_of_float32() -> None:
    """It gives 1009 for a mean of 1000, and 80 for a variance of 1."""
    a = (1000 + np.random.default_rng(1).standard_normal(1_000_000)).astype(np.float32)
    wide = a.astype(np.float64)
    for name in ("mean", "var", "std"):
        actual, desired = getattr(uncork, f"nan{name}")(a), getattr(wide, name)()
        assert actual == pytest.approx(desired, rel=1e-7)


# Integers.


def test_83_sum_of_int32_does_not_wrap() -> None:
    """It gives 704982704, and 1 for the squares."""
    a = np.arange(100_000, dtype=np.int32)
    assert uncork.nansum(a) == 4_999_950_000
    square = np.tile(a[:, np.newaxis], 2)
    assert uncork.nansum(square, axis=0).tolist() == [4_999_950_000] * 2
    assert uncork.ss(np.array([2**16, 1], dtype=np.int32)) == 2**32 + 1


def test_163_sum_of_int64_does_not_wrap() -> None:
    """It did on Windows, where a C long has 32 bits."""
    assert uncork.nansum(np.array([2**31], dtype=np.int64)) == 2**31


@pytest.mark.parametrize("name", ["median", "nanmedian"])
def test_median_of_large_integers(name: str) -> None:
    """It gives -1 and -4.6e18."""
    median = getattr(uncork, name)
    assert median(np.full(2, 2**31 - 1, dtype=np.int32)) == 2**31 - 1
    assert median(np.full(2, 2**62, dtype=np.int64)) == 2**62


@pytest.mark.parametrize("name", ["move_sum", "move_mean", "move_var"])
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_windows_of_large_integers(name: str, dtype: type[np.signedinteger]) -> None:
    """It subtracts them before it makes them floats, and wraps."""
    limits = np.iinfo(dtype)
    a = np.array([limits.max, limits.min] * 5, dtype=dtype)
    for window in (1, 2, 3):
        values = getattr(uncork, name)(a, window)
        for end in range(window, a.size + 1):
            integers = sums(a[end - window : end].tolist())
            assert ulps(values[end - 1], exact(name)(integers)) <= 1


def test_large_integers_are_told_apart() -> None:
    """It compares them as floats, and the two are equal as such."""
    up, down = np.array([2**53, 2**53 + 1]), np.array([2**53 + 1, 2**53])
    assert uncork.move_argmin(up, 2)[-1] == 1
    assert uncork.move_argmax(down, 2)[-1] == 1
    assert uncork.move_rank(up, 2)[-1] == 1
    assert uncork.move_rank(down, 2)[-1] == -1


def test_replace_tells_large_integers_apart() -> None:
    a = np.array([2**53, 2**53 + 1])
    assert uncork.replace(a, 2**53 + 1, 0).tolist() == [2**53, 0]


# Memory.


@pytest.mark.parametrize(
    "a",
    [
        pytest.param(np.zeros((1, 500, 2)).transpose(1, 2, 0), id="381"),
        pytest.param(np.zeros((1, 192, 121)).transpose(0, 2, 1), id="393"),
    ],
)
@pytest.mark.parametrize("name", ["nanmax", "nanmin", "nansum", "nanmean", "nanvar"])
def test_381_axis_of_length_one(name: str, a: np.ndarray) -> None:
    """It reads beyond the array."""
    assert getattr(uncork, name)(a) == 0


@pytest.mark.parametrize(
    "index", [np.s_[::2], np.s_[::-1], np.s_[30:10:-3], np.s_[5:9]], ids=str
)
def test_513_replace_keeps_to_the_view(index: slice) -> None:
    """It changes its neighbours."""
    memory, desired = np.zeros(100), np.zeros(100)
    view = memory[20:80][index]
    assert uncork.replace(view, 0.0, 1.0) is view
    desired[20:80][index] = 1
    np.testing.assert_array_equal(memory, desired)


@pytest.mark.parametrize(
    "a",
    [
        np.frombuffer(bytes(24)),
        np.broadcast_to(np.zeros(1), 3),
    ],
    ids=["bytes", "broadcast"],
)
def test_replace_refuses_what_is_read_only(a: np.ndarray) -> None:
    """It writes into immutable bytes."""
    with pytest.raises(ValueError, match="read-only"):
        uncork.replace(a, 0.0, 1.0)
    assert not a.any()


@pytest.mark.parametrize("name", ["nansum", "nanmedian", "move_sum"])
def test_mask_is_not_ignored(name: str) -> None:
    """It gives 6 for a sum of 4."""
    a = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    with pytest.raises(TypeError, match="masked array"):
        getattr(uncork, name)(a, *[2][: name.startswith("move")])


@pytest.mark.parametrize(
    "call",
    [
        "uncork.median(a)",
        "uncork.move_sum(a, 3)",
        "uncork.move_median(a, 3)",
        "uncork.rankdata(a)",
        "uncork.partition(a, 9)",
        "uncork.push(a)",
    ],
)
def test_518_too_little_memory_is_an_error(call: str) -> None:
    """It crashes."""
    said = run_short_of_memory(call, size=20_000_000, spare=2**25)
    assert said.startswith("MemoryError:")


def leaked(call: Callable[[], Any], times: int = 200) -> int:
    """The bytes of arrays that so many calls leave behind.

    Of nothing else: when exceptions and their frames go is the interpreter's affair.
    """
    call()
    tracemalloc.start()
    try:
        for _ in range(times):
            call()
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    arrays = tracemalloc.DomainFilter(inclusive=True, domain=np.lib.tracemalloc_domain)
    return sum(trace.size for trace in snapshot.filter_traces([arrays]).traces)


def test_what_is_kept_is_seen() -> None:
    kept = []
    assert leaked(lambda: kept.append(np.empty(1000)), times=3) == 3 * 8000


@pytest.mark.parametrize("name", ["partition", "argpartition"])
def test_520_refused_calls_leak_nothing(name: str) -> None:
    """It leaks the copy that it has made."""
    a = np.arange(10_000.0)

    def refused() -> None:
        with pytest.raises(ValueError, match="must be between"):
            getattr(uncork, name)(a, -1)

    assert leaked(refused) == 0


@pytest.mark.parametrize("name", ["rankdata", "nanrankdata"])
def test_521_input_is_let_go(name: str) -> None:
    """It keeps a reference for each call."""
    a = np.asfortranarray(np.arange(64.0).reshape(8, 8))
    before = sys.getrefcount(a)
    for _ in range(1000):
        getattr(uncork, name)(a)
    assert sys.getrefcount(a) == before


def test_572_reductions_of_nothing_leak_nothing() -> None:
    """It leaks the output."""
    a = np.empty((1000, 0))

    def refused() -> None:
        with pytest.raises(ValueError, match="at least one value"):
            uncork.nanmin(a, axis=1)

    assert leaked(refused) == 0


def test_windows_of_one_leak_nothing() -> None:
    """Its `move_median` leaks the output."""
    a = np.arange(10_000.0)
    assert leaked(lambda: uncork.move_median(a, 1)) == 0


# Time: these take it minutes, or hours, and nothing here measures them.


@pytest.mark.parametrize("name", ["median", "nanmedian"])
def test_137_selection_is_linear(name: str) -> None:
    a = np.roll(np.arange(1_000_000), -1)
    assert getattr(uncork, name)(a) == 499_999.5


@pytest.mark.parametrize("name", ["partition", "argpartition"])
def test_137_partition_is_linear(name: str) -> None:
    a = np.roll(np.arange(1_000_000), -1)
    result = getattr(uncork, name)(a, 500_000)
    ordered = a[result] if name == "argpartition" else result
    assert ordered[500_000] == 500_000
    assert ordered[:500_000].max() == 499_999


def test_466_ranks_do_not_take_the_length_of_the_window() -> None:
    a = np.random.default_rng(466).permutation(300_000).astype(float)
    ranks = uncork.move_rank(a, 150_000)
    for end in (150_000, 222_222, 300_000):
        below = int((a[end - 150_000 : end] < a[end - 1]).sum())
        desired = Fraction(2 * below - 149_999, 149_999)
        assert ulps(ranks[end - 1], desired) <= 1
