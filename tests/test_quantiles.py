"""Quantiles: the values below which given shares of all lie."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import uncork
from arrays import with_gaps
from functions import QUANTILES, call
from reference import ulps
from uncork import slow

if TYPE_CHECKING:
    from collections.abc import Sequence

METHODS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
    "interpolated_inverted_cdf", "hazen", "weibull", "linear", "median_unbiased",
    "normal_unbiased", "lower", "higher", "midpoint", "nearest",
]  # fmt: skip
#: NumPy 1 is wrong in some, most of them at the ends (numpy#24593, numpy#26656).
WRONG_IN_NUMPY_1 = {
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "weibull",
}
RIGHT_IN_NUMPY = [
    name
    for name in METHODS
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0" or name not in WRONG_IN_NUMPY_1
]
SHARES = [0, 0.05, 0.1, 0.25, 0.3, 1 / 3, 0.5, 0.6, 2 / 3, 0.7, 0.75, 0.9, 0.95, 1]

SHAPES = hnp.array_shapes(max_dims=3, max_side=9)


@pytest.mark.parametrize("name", QUANTILES)
@pytest.mark.parametrize("method", RIGHT_IN_NUMPY)
@given(data=st.data())
def test_numpy_gives_the_same(name: str, method: str, data: st.DataObject) -> None:
    a = with_gaps(data.draw, data.draw(SHAPES))
    axes = st.integers(-a.ndim, a.ndim - 1)
    axis = data.draw(st.one_of(st.none(), axes, st.just(tuple(range(a.ndim)))))
    # For many, values are not selected but sorted.
    q = data.draw(st.lists(st.sampled_from(SHARES), max_size=20))
    keepdims = data.draw(st.booleans())
    actual = call(name, a, q, axis, method, keepdims=keepdims)
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
        function = getattr(np, name)
        expected = function(a, q, axis, method=method, keepdims=keepdims)
    np.testing.assert_allclose(actual, expected, rtol=1e-14, atol=1e-13)
    assert actual.flags.c_contiguous
    for share, of_share in zip(q, actual, strict=True):
        alone = call(name, a, share, axis, method, keepdims=keepdims)
        np.testing.assert_array_equal(alone, of_share)
    # Wherever the values lie in memory.
    other = call(name, np.asfortranarray(a)[::-1][::-1], q, axis, method)
    np.testing.assert_array_equal(other.ravel(), actual.ravel())


@pytest.mark.parametrize("name", QUANTILES)
def test_shares_may_have_any_shape(name: str) -> None:
    a = np.arange(24.0).reshape(2, 3, 4)
    for q in (0.25, np.float32(0.25), 1, True, [0.25], np.full((2, 3), 0.25), []):
        result = call(name, a, q, 1)
        assert np.shape(result) == (*np.shape(q), 2, 4)
        np.testing.assert_allclose(result, np.quantile(a, np.asarray(q, "f8"), 1))
        assert call(name, a, q, (0, 2), keepdims=True).shape == (*np.shape(q), 1, 3, 1)
        assert np.shape(call(name, a, q)) == np.shape(q)
        assert np.shape(call(name, np.empty((0, 3)), q, 0)) == (*np.shape(q), 3)
    assert type(call(name, a, 0.25)) is float
    assert type(call(name, a[0, 0], np.float64(0.25), 0)) is float


@pytest.mark.parametrize("name", QUANTILES)
@pytest.mark.parametrize("q", [0.3, [0.3, 0.5]])
def test_out_has_the_result(name: str, q: float | list[float]) -> None:
    a = np.arange(12.0).reshape(3, 4) ** 2
    expected = call(name, a, q, 0)
    out = np.empty((*np.shape(q), 4), "f4")
    assert call(name, a, q, 0, out=out) is out
    np.testing.assert_array_equal(out, np.float32(expected))
    assert isinstance(call(name, a, q, out=...), np.ndarray)


@pytest.mark.parametrize("name", QUANTILES)
def test_half_is_the_median(name: str) -> None:
    median = {"quantile": uncork.median, "nanquantile": uncork.nanmedian}[name]
    rng = np.random.default_rng(1)
    for size in (1, 2, 5, 6, 300, 5000):
        a = rng.standard_normal((3, size))
        a[1, : size // 2] = np.nan
        np.testing.assert_array_equal(call(name, a, 0.5, 1), median(a, 1))


def exact(values: Sequence[Any], q: float) -> Fraction:
    """By the default method, of values in order."""
    place = (len(values) - 1) * q
    first = math.floor(place)
    lower, upper = Fraction(values[first]), Fraction(values[math.ceil(place)])
    return lower + (upper - lower) * Fraction(place - first)


@pytest.mark.arithmetic
@pytest.mark.parametrize(
    "kind", ["normal", "huge", "tiny", "offset", "opposite", "int64", "uint64", "f4"]
)
def test_what_lies_between_is_rounded_once(kind: str) -> None:
    rng = np.random.default_rng(2)
    normal = rng.standard_normal(40)
    a = {
        "normal": normal,
        "huge": normal * 4e307,
        "tiny": normal * 1e-320,
        "offset": normal + 1e12,
        "opposite": np.sign(normal) * np.finfo("f8").max,
        "int64": rng.integers(-(2**63), 2**63 - 1, 40),
        "uint64": rng.integers(0, 2**63 - 1, 40, np.uint64),
        "f4": normal.astype("f4"),
    }[kind]
    for size in range(1, 40):
        values = sorted(a[:size].tolist())
        for shares in ([0.1, 0.7, 1 / 3], np.linspace(0, 1, 30).tolist()):
            results = uncork.nanquantile(a[:size], shares)
            for q, result in zip(shares, results, strict=True):
                assert ulps(result, exact(values, q), results.dtype.type) <= 0.5


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "u2", "i4", "u8", "f2", ">f4", ">i8", "O"]
)
@pytest.mark.parametrize("name", QUANTILES)
def test_dtypes(name: str, dtype: str) -> None:
    a = (np.arange(60) % 17 % 7).reshape(5, 12).astype(dtype)
    for q in (0.3, [0.0, 0.3, 0.9], SHARES):
        result = np.asarray(call(name, a, q, 1))
        floats = a.astype("f8")
        if dtype != "O":
            kept = a.dtype.newbyteorder("=") if a.dtype.kind == "f" else np.dtype("f8")
            assert result.dtype == kept
        tolerance = 1e-3 if dtype == "f2" else 1e-6
        expected = np.quantile(floats, q, 1)
        np.testing.assert_allclose(result.astype("f8"), expected, tolerance)


@pytest.mark.parametrize("name", QUANTILES)
def test_infinities_are_values_without_any_between(name: str) -> None:
    a = [-np.inf, 1.0, np.inf]
    for q, expected in {
        0: -np.inf, 0.1: -np.inf, 0.25: -np.inf, 0.5: 1, 0.6: np.inf, 1: np.inf,
    }.items():  # fmt: skip
        assert call(name, a, q) == expected
        assert slow.quantile(a, q) == expected
        assert call(name, a, [q] * 20)[7] == expected
    assert np.isnan(call(name, [-np.inf, np.inf], 0.5))


@pytest.mark.parametrize("name", QUANTILES)
@pytest.mark.parametrize("shape", [(300_000,), (40, 9000), (9000, 40)])
def test_threads_change_nothing(name: str, shape: tuple[int, ...]) -> None:
    a = np.random.default_rng(3).integers(0, 5000, shape).astype(float)
    if name == "nanquantile":
        a[a % 7 == 0] = np.nan
    count = uncork.get_num_threads()
    try:
        results = []
        for threads in (1, 3):
            uncork.set_num_threads(threads)
            results.append(call(name, a, SHARES, -1))
            results.append(call(name, a, SHARES[:5], -1))
    finally:
        uncork.set_num_threads(count)
    np.testing.assert_array_equal(results[0], results[2])
    np.testing.assert_array_equal(results[1], results[3])
    np.testing.assert_array_equal(results[0][:5], results[1])
    lanes = a.reshape(-1, a.shape[-1])[::97]
    expected = [np.quantile(lane[~np.isnan(lane)], SHARES) for lane in lanes]
    of_lanes = results[0].reshape(len(SHARES), -1)[:, ::97].T
    np.testing.assert_allclose(of_lanes, expected, 1e-14)


@pytest.mark.smoke
@pytest.mark.parametrize("name", QUANTILES)
def test_smoke_of_quantiles(name: str) -> None:
    a = np.r_[np.arange(50.0) ** 2 % 17, np.inf]
    np.testing.assert_array_equal(call(name, a, [0.5, 0.02]), [8, 0])
