"""Functions of two arrays, of the pairs of which neither value is NaN."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import uncork
from arrays import with_gaps
from calls import MOST_DIMENSIONS
from functions import MOVE_PAIRS, PAIRS, REDUCE_PAIRS, call
from reference import exact_root, in_units, ulps
from test_truth import DATA, NORMAL
from uncork import slow

if TYPE_CHECKING:
    from collections.abc import Iterator

FLOATS = ["f2", "f4", "f8", ">f4", ">f8"]
INTEGERS = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i2", ">i8"]


#: What is hard about one input, beside another that depends on it or not.
OTHERS = {
    "itself": lambda x: x,
    "noise": lambda _: NORMAL[::-1],
    "both": lambda x: x * 0.5 + NORMAL[: x.size] * float(np.abs(x).max() / 16),
    "huge": lambda _: NORMAL * 1e200,
    "tiny": lambda _: NORMAL * 1e-250,
    "far away": lambda _: NORMAL + 1e12,
}


def inputs(data: str, other: str) -> tuple[np.ndarray, np.ndarray]:
    x = DATA[data][: NORMAL.size]
    return x, OTHERS[other](x)


def truth(
    data: str, other: str, window: int, ends: list[int]
) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """Of the window with each of these ends, the sums around the means: of products,
    and of the squares of each.
    """
    up_to_each, unit = sums(data, other)
    for end in ends:
        count = min(window, end)
        a, b, ab, aa, bb = (sums[end] - sums[end - count] for sums in up_to_each)
        divisor = count * unit**2
        yield (
            Fraction(count * ab - a * b, divisor),
            Fraction(count * aa - a * a, divisor),
            Fraction(count * bb - b * b, divisor),
        )


@cache
def sums(data: str, other: str) -> tuple[list[list[int]], int]:
    """Of values, products and squares up to each place, as integers of a unit."""
    x, y = inputs(data, other)
    (xs, x_units), (ys, y_units) = in_units(x.tolist()), in_units(y.tolist())
    pairs = [(a * y_units, b * x_units) for a, b in zip(xs, ys, strict=True)]
    powers = [(a, b, a * b, a * a, b * b) for a, b in pairs]
    up_to_each = [list(accumulate(one, initial=0)) for one in zip(*powers, strict=True)]
    return up_to_each, x_units * y_units


@pytest.mark.arithmetic
@pytest.mark.parametrize("window", [2, 3, 20, 65, 500])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("data", DATA)
def test_the_exact_results(data: str, other: str, window: int) -> None:
    x, y = inputs(data, other)
    covariances = uncork.move_cov(x, y, window, min_count=2)
    correlations = uncork.move_corr(x, y, window, min_count=2)
    ends = [*range(2, 60), *range(690, 990, 11), x.size]
    sums = truth(data, other, window, ends)
    for end, (products, first, second) in zip(ends, sums, strict=True):
        found = covariances[end - 1], correlations[end - 1]
        check(*found, min(window, end), products, first, second)


def check(
    covariance: float,
    correlation: float,
    count: int,
    products: Fraction,
    first: Fraction,
    second: Fraction,
) -> None:
    """Four units of the covariance or, if that is larger, of the product of the
    deviations; and four below 1 of the correlation.
    """
    exact = products / (count - 1)
    deviations = exact_root(first * second) / (count - 1)
    if max(abs(exact), deviations) < 1.7e308:
        size = max(abs(float(exact)), float(deviations), 5e-324)
        assert abs(Fraction(covariance) - exact) <= 4 * Fraction(np.spacing(size))
    if not first or not second:
        assert np.isnan(correlation)
        return
    assert abs(correlation) <= 1
    exact /= deviations
    assert abs(Fraction(correlation) - exact) <= 4 * Fraction(np.spacing(0.5))


@pytest.mark.arithmetic
def test_in_other_units() -> None:
    """From those in which values are 1 to 7 of the smallest number to the largest: a
    correlation is the same, and a covariance in the product of both.
    """
    x = np.array([1, 7, 4, 2, 6, 3, 5, 5, 0, 2, 7.0])
    y = np.array([3, 5, 5, 0, 7, 1, 2, 6, 4, 4, 1.0])
    covariance = uncork.move_cov(x, y, 4, 2)
    correlation = uncork.move_corr(x, y, 4, 2)
    units = np.arange(-1074, 1021, 11)
    of_y = np.ldexp(y, units[:, np.newaxis])
    for unit in units:
        of_x = np.ldexp(x, unit)
        actual = uncork.move_corr(of_x, of_y, 4, 2)
        np.testing.assert_allclose(actual, [correlation] * units.size, 0, 1e-15)
        actual = uncork.move_cov(of_x, of_y, 4, 2)
        for one, other in zip(actual, (units + unit).tolist(), strict=True):
            if other <= 1000:
                error = np.ldexp(1e-15, other) + 5e-324
                np.testing.assert_allclose(one, np.ldexp(covariance, other), 0, error)


@pytest.mark.arithmetic
@pytest.mark.parametrize("data", DATA)
def test_with_itself_it_is_the_variance(data: str) -> None:
    x = DATA[data].copy()
    x[::7] = np.nan
    covariances = uncork.move_cov(x, x, 20, 2, ddof=0)
    variances = uncork.move_var(x, 20, 2)
    for one, other in zip(covariances, variances, strict=True):
        assert np.isnan(one) == np.isnan(other)
        assert np.isnan(one) or one == other or ulps(one, Fraction(other)) <= 3


SHAPES = hnp.mutually_broadcastable_shapes(
    num_shapes=2, min_dims=1, max_dims=3, max_side=9
)


@pytest.mark.parametrize("name", MOVE_PAIRS)
@given(data=st.data())
def test_pairs_are_what_the_reference_gives(name: str, data: st.DataObject) -> None:
    shapes = data.draw(SHAPES)
    a, b = (with_gaps(data.draw, shape) for shape in shapes.input_shapes)
    axis = data.draw(
        st.integers(-len(shapes.result_shape), len(shapes.result_shape) - 1)
    )
    window = data.draw(st.integers(1, 12))
    min_count = data.draw(st.one_of(st.none(), st.integers(1, window)))
    step = data.draw(st.sampled_from([1, -1, 2]))
    actual = call(name, a, b, window, min_count, axis)
    expected = getattr(slow, name)(a, b, window, min_count, axis)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-9)
    assert actual.flags.c_contiguous
    # Wherever the values lie in memory, every bit is the same.
    spread = np.full((*b.shape[:-1], abs(step) * b.shape[-1]), 1e300)[..., ::step]
    spread[...] = b
    other = call(name, np.asfortranarray(a), spread, window, min_count, axis)
    np.testing.assert_array_equal(other, actual)


@pytest.mark.parametrize("name", MOVE_PAIRS)
@pytest.mark.parametrize("second", [*FLOATS, *INTEGERS])
@pytest.mark.parametrize("first", ["f8", "f4", "i8", "u1"])
def test_any_dtype_is_answered_like_float64(name: str, first: str, second: str) -> None:
    rng = np.random.default_rng(2)
    a, b = (rng.integers(0, 100, (5, 60)).astype(dtype) for dtype in (first, second))
    if b.dtype.kind == "f":
        b[2, ::9] = np.nan
    result = call(name, a, b, 7, 2)
    floats = a.dtype.kind == b.dtype.kind == "f"
    expected = np.result_type(a, b).newbyteorder("=") if floats else np.dtype("f8")
    assert result.dtype == expected
    exact = call(name, a.astype("f8"), b.astype("f8"), 7, 2)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(result, exact.astype(expected))


@pytest.mark.parametrize("dtype", ["i8", "u8", ">i8"])
def test_integers_beyond_float64_are_told_apart(dtype: str) -> None:
    x = np.arange(40) % 7
    a = (x + (1 << 62) + 1).astype(dtype)
    np.testing.assert_array_equal(uncork.move_cov(a, x, 5), uncork.move_cov(x, x, 5))
    np.testing.assert_array_equal(uncork.move_corr(a, a, 5), uncork.move_corr(x, x, 5))
    assert uncork.nancov(a, x) == uncork.nancov(x, x)
    assert uncork.nancorr(a, a) == uncork.nancorr(x, x)


@pytest.mark.parametrize("name", MOVE_PAIRS)
def test_objects_and_long_doubles_are_for_the_reference(name: str) -> None:
    x, y = np.arange(8.0) ** 2, np.arange(8.0)[::-1] % 3
    expected = call(name, x, y, 4, 2)
    for dtype in ("O", "longdouble"):
        result = call(name, x.astype(dtype), y, 4, 2)
        np.testing.assert_allclose(result.astype("f8"), expected, rtol=1e-13)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("dtype", ["O", "longdouble", "f4", "f8"])
def test_many_dimensions(name: str, dtype: str) -> None:
    x = np.arange(5.0) ** 2 % 7
    many = x.astype(dtype).reshape((1,) * (MOST_DIMENSIONS - 5) + (5,))
    others = (3, 2) if name in MOVE_PAIRS else (-1,)
    expected = np.asarray(call(name, x, x[::-1], *others))
    result = call(name, many, x[::-1].reshape((1,) * 20 + (5,)), *others)
    assert result.shape == (many.shape if name in MOVE_PAIRS else many.shape[:-1])
    result = result.ravel().astype("f8")
    np.testing.assert_allclose(result, expected.ravel(), rtol=1e-13)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("dtype", ["u1", "f4", "f2", ">f8"])
def test_no_array_is_copied_whole(name: str, dtype: str) -> None:
    a = np.ones((500, 1000), dtype)
    others = (3, 1, 0) if name in MOVE_PAIRS else (0,)
    call(name, a[:2], a[:2], *others)  # imports what answers
    tracemalloc.start()
    result = call(name, a, a[::-1], *others)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most - result.nbytes - (result.dtype != "f8") * 8 * result.size < 2**20


@pytest.mark.arithmetic
@pytest.mark.parametrize("size", [2, 3, 15, 16, 65, 130, 1000])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("data", DATA)
def test_the_exact_results_of_all(data: str, other: str, size: int) -> None:
    x, y = (array[:size] for array in inputs(data, other))
    [(products, first, second)] = truth(data, other, x.size, [x.size])
    check(uncork.nancov(x, y), uncork.nancorr(x, y), x.size, products, first, second)


@pytest.mark.parametrize("name", REDUCE_PAIRS)
@given(data=st.data())
def test_all_pairs_are_what_the_reference_gives(name: str, data: st.DataObject) -> None:
    shapes = data.draw(SHAPES)
    ndim = len(shapes.result_shape)
    a, b = (with_gaps(data.draw, shape) for shape in shapes.input_shapes)
    axes = st.integers(-ndim, ndim - 1)
    axis = data.draw(st.one_of(st.none(), axes, st.just(tuple(range(ndim)))))
    step = data.draw(st.sampled_from([1, -1, 2]))
    keepdims = data.draw(st.booleans())
    actual = call(name, a, b, axis, keepdims=keepdims)
    expected = np.asarray(getattr(slow, name)(a, b, axis))
    expected = expected.reshape(np.shape(actual)) if keepdims else expected
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-9)
    assert keepdims or np.ndim(actual) or type(actual) is float
    # Wherever the values lie in memory, every bit is the same.
    spread = np.full((*b.shape[:-1], abs(step) * b.shape[-1]), 1e300)[..., ::step]
    spread[...] = b
    other = call(name, np.asfortranarray(a), spread, axis, keepdims=keepdims)
    np.testing.assert_array_equal(other, actual)


@pytest.mark.parametrize("name", REDUCE_PAIRS)
@pytest.mark.parametrize("second", [*FLOATS, *INTEGERS])
@pytest.mark.parametrize("first", ["f8", "f4", "i8", "u1"])
def test_all_of_any_dtype_are_answered_like_float64(
    name: str, first: str, second: str
) -> None:
    rng = np.random.default_rng(2)
    a, b = (rng.integers(0, 100, (5, 60)).astype(dtype) for dtype in (first, second))
    if b.dtype.kind == "f":
        b[2, ::9] = np.nan
    floats = a.dtype.kind == b.dtype.kind == "f"
    dtype = np.result_type(a, b).newbyteorder("=") if floats else np.dtype("f8")
    for axis in (None, 0, 1):
        result = call(name, a, b, axis)
        exact = call(name, a.astype("f8"), b.astype("f8"), axis)
        with np.errstate(over="ignore"):
            np.testing.assert_array_equal(result, np.asarray(exact).astype(dtype))
        assert type(result) is float if axis is None else result.dtype == dtype


@pytest.mark.parametrize("name", REDUCE_PAIRS)
def test_all_of_objects_and_long_doubles(name: str) -> None:
    x, y = np.arange(8.0) ** 2, np.arange(8.0)[::-1] % 3
    expected = call(name, x, y)
    for dtype in ("O", "longdouble"):
        result = call(name, x.astype(dtype), y)
        np.testing.assert_allclose(float(result), expected, rtol=1e-13)


def test_the_widest_window_is_the_reduction() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((2, 4, 700))
    x[1] += 1e9
    x[rng.random(x.shape) < 0.1] = np.nan
    for window, whole in (("move_cov", "nancov"), ("move_corr", "nancorr")):
        last = call(window, *x, 700, 2)[:, -1]
        np.testing.assert_allclose(last, call(whole, *x, 1), rtol=1e-14)


def test_pairs_without_enough_values() -> None:
    for a in ([], [1.0], [np.nan, 2.0]):
        assert np.isnan(uncork.nancov(a, a))
        assert np.isnan(uncork.nancorr(a, a))
    assert np.isnan(uncork.nancorr([1.0, 1.0], [1.0, 2.0]))
    assert uncork.nancov([1.0, 1.0], [1.0, 2.0]) == 0
    assert uncork.nancov([1.0], [1.0], ddof=0) == 0
    assert uncork.nancov([], [], ddof=-1) == uncork.nanvar([], ddof=-1) == 0
    assert np.isnan(uncork.nancov(np.ones((0, 3)), np.ones(3), 0)).all()
    assert uncork.nancov(np.ones((3, 0)), np.ones((3, 1)), 0).shape == (0,)


def test_an_outlier_without_its_like_costs_no_digits() -> None:
    """It is not where distances are taken from."""
    x = np.r_[1e300, NORMAL[:200]]
    y = np.r_[np.nan, NORMAL[300:500]]
    for lanes in (x, np.repeat(x[:, np.newaxis], 9, 1)):
        others = y.reshape(-1, *[1] * (lanes.ndim - 1))
        for function in (uncork.nancov, uncork.nancorr):
            expected = function(x[1:], y[1:])
            np.testing.assert_array_equal(function(lanes, others, 0), expected)


@pytest.mark.smoke
@pytest.mark.parametrize("name", PAIRS)
def test_smoke_of_pairs(name: str) -> None:
    x = np.r_[np.arange(50.0) ** 2 % 17, np.nan]
    others = (5, 2) if name in MOVE_PAIRS else ()
    results = call(name, x, x[::-1].copy(), *others)
    expected = getattr(slow, name)(x, x[::-1], *others)
    np.testing.assert_allclose(results, expected, rtol=1e-12, atol=1e-12)


def of_all(name: str, a: np.ndarray, b: np.ndarray, window: int = 100) -> float:
    """The result of all pairs, or of the last window."""
    if name in REDUCE_PAIRS:
        return float(call(name, a, b))
    return float(call(name, a, b, window, 2)[-1])


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_left_out(name: str) -> None:
    a = np.array([1.0, np.nan, 3.0, 4.0, 5.0, 7.0])
    b = np.array([2.0, 5.0, np.nan, 1.0, 0.0, 3.0])
    kept = [0, 3, 4, 5]
    result = of_all(name, a, b)
    assert result == of_all(name, a[kept], b[kept])
    for odd in (np.inf, -np.inf):
        assert np.isnan(of_all(name, np.r_[a, odd], np.r_[b, 1.0]))
        assert of_all(name, np.r_[a, odd], np.r_[b, np.nan]) == result
        if name in MOVE_PAIRS:
            # It leaves no trace.
            assert of_all(name, np.r_[odd, a], np.r_[1.0, b], 6) == result


@pytest.mark.parametrize("name", PAIRS)
def test_out_has_the_result(name: str) -> None:
    x = np.arange(12.0).reshape(3, 4) ** 2
    other = 2 if name in MOVE_PAIRS else 0
    expected = call(name, x, x[0], other)
    for dtype in ("f8", "f4"):
        out = np.empty(expected.shape, dtype)
        assert call(name, x, x[0], other, out=out) is out
        np.testing.assert_array_equal(out, expected.astype(dtype))
    with pytest.raises(ValueError, match="out must have the shape"):
        call(name, x, x[0], other, out=np.empty(7))
    if name in REDUCE_PAIRS:
        whole = call(name, x, x[0], out=...)
        assert isinstance(whole, np.ndarray)
        assert whole.shape == ()
        assert whole == call(name, x, x[0])


@pytest.mark.parametrize("name", PAIRS)
def test_wrong_arrays_are_named(name: str) -> None:
    a = np.ones(3)
    others = (1,) if name in MOVE_PAIRS else ()
    for value, words in {
        "a text": "must be of real numbers, got <U6",
        (1j, 2j, 3j): "no meaning for complex numbers.*must be of real numbers",
        (1.0, None, 2.0): r"must be of numbers, got None at index \(1,\)",
    }.items():
        for arguments, what in (((value, a), "a"), ((a, value), "b")):
            with pytest.raises(TypeError, match=words) as error:
                call(name, *arguments, *others)
            assert f"{what} must be" in str(error.value)
    for dtype in ("m8[s]", "M8[D]"):
        with pytest.raises(TypeError, match="b must be of real numbers"):
            call(name, a, a.astype(dtype), *others)
    masked = np.ma.masked_array(a, [False, True, False])
    for odd, words in {"b": masked, r"b\[0\]": [masked, masked]}.items():
        with pytest.raises(TypeError, match=f"{odd} must not be a masked array"):
            call(name, a, words, *others)
    with pytest.raises(ValueError, match=r"broadcast together, got \[3\] and \[2\]"):
        call(name, a, np.ones(2), *others)
