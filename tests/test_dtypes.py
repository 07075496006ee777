"""Every function has one contract, whatever the dtype: values, results, errors."""

from __future__ import annotations

import json
import math
import tracemalloc
import warnings
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import uncork
from arrays import LAYOUTS, axes_of, bits, swapped
from functions import (
    ARGS,
    CHOOSE,
    FILL,
    MOVE,
    NOT_OF_COMPLEX,
    OF_ARRAYS,
    PARTITIONS,
    REDUCE,
    call,
    returning,
)
from reference import exact_mean, exact_variance, sums, ulps
from uncork import slow

INTEGERS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "longlong"]
FLOATS = ["f2", "f4", "f8", "longdouble"]
#: All real dtypes, in both orders of bytes.
REAL = [
    "?",
    *INTEGERS,
    *FLOATS,
    *map(swapped, ["i2", "i4", "i8", "u4", "u8", "f2", "f4", "f8"]),
]
TIMES = ["m8[s]", "M8[s]", swapped("m8[ns]")]

SPREADS = returning("spread", "shape")
OF_COMPLEX = ["nansum", "nanmean", "nanvar", "nanstd"]
#: What has no meaning for durations, and for dates.
NOT_OF_DATES = returning("total", "mean", "spread", "shape")
OF_DURATIONS = {"nansum", "nanmean", "median", "nanmedian", *MOVE} - {*SPREADS}
NOT_OF_DURATIONS = [name for name in NOT_OF_DATES if name not in OF_DURATIONS]


def arguments(name: str, axis: int | None) -> tuple[Any, ...]:
    if name in MOVE:
        return (3, 1, -1 if axis is None else axis)
    if name in PARTITIONS:
        return (2, axis)
    return (1, -1 if axis is None else axis) if name == "push" else (axis,)


@cache
def expected_dtype(name: str, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """That of the reference; of times, that of numbers or their own."""
    if dtype.kind not in "mM":
        ones = np.ones((5, 5), dtype)
        return np.asarray(getattr(slow, name)(ones, *arguments(name, 0))).dtype
    if name in MOVE or name in returning("index", "rank", "truth"):
        return expected_dtype(name, np.dtype(np.float64))
    return dtype if name in {"partition", "push"} else dtype.newbyteorder("=")


def example(dtype: np.dtype[Any]) -> tuple[np.ndarray, np.ndarray]:
    """An array of the dtype, with gaps where it can have some, and its float64."""
    rng = np.random.default_rng(7)
    values = rng.integers(0, 2 if dtype.kind == "b" else 9, (4, 7, 5)).astype(float)
    if dtype.kind in "ifmM":
        values -= 4
    gaps = rng.random(values.shape) < 0.2
    gaps[0, :, 0] = True
    if dtype.kind in "biu":
        return values.astype(dtype), values
    missing = np.nan if dtype.kind == "f" else "NaT"
    a = values.astype("i8" if dtype.kind in "mM" else dtype).astype(dtype)
    a[gaps] = missing
    return a, np.where(gaps, np.nan, values)


def as_float(result: Any) -> np.ndarray:
    result = np.asarray(result)
    if result.dtype.kind in "mM":
        return np.where(np.isnat(result), np.nan, result.astype("i8").astype(float))
    return result.astype(float)


def rounded(name: str, result: Any, dtype: np.dtype[Any]) -> np.ndarray:
    """What it is in the dtype of the result."""
    of = expected_dtype(name, dtype)
    result = np.asarray(result, dtype=float)
    if of.kind == "m":
        return np.trunc(result)
    return result.astype(of).astype(float) if of.kind == "f" else result


@pytest.mark.parametrize("dtype", [*REAL, *TIMES])
@pytest.mark.parametrize("name", [name for name in OF_ARRAYS if name != "replace"])
def test_any_dtype_is_answered_like_float64(name: str, dtype: str) -> None:
    a, same = example(np.dtype(dtype))
    refused = {"m": NOT_OF_DURATIONS, "M": NOT_OF_DATES}.get(a.dtype.kind, [])
    if name in refused:
        with pytest.raises(TypeError, match=f"{name} has no meaning for"):
            call(name, a, *arguments(name, 0))
        return
    if name in ARGS:
        a, same = a[1:], same[1:]
    for axis in (None, 0, 1, 2):
        args = arguments(name, axis)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            actual = call(name, a, *args)
        if name in PARTITIONS:
            check_partition(name, actual, same, axis)
        else:
            # One rounding, of the result; of float16 another on the way.
            result = expected_dtype(name, a.dtype)
            units = np.finfo(result).eps if result.kind == "f" else 0
            desired = rounded(name, call(name, same, *args), a.dtype)
            np.testing.assert_allclose(
                as_float(actual), desired, rtol=max(units, 1e-15), atol=0
            )
        if np.ndim(actual):
            assert actual.dtype == expected_dtype(name, a.dtype)


def check_partition(
    name: str, actual: np.ndarray, values: np.ndarray, axis: int | None, kth: int = 2
) -> None:
    """The values are on their side of the one that is nth in order."""
    if axis is None:
        values, axis = values.ravel(), 0
    places = name == "argpartition"
    found = np.take_along_axis(values, actual, axis) if places else as_float(actual)
    ordered = np.sort(values, axis)
    for side in (slice(0, kth), slice(kth, kth + 1), slice(kth + 1, None)):
        np.testing.assert_array_equal(
            np.sort(np.moveaxis(found, axis, 0)[side], 0),
            np.moveaxis(ordered, axis, 0)[side],
        )


def values_of(dtype: str, shape: tuple[int, int]) -> np.ndarray:
    """Some of which are missing, where some can be."""
    rng = np.random.default_rng(20261127)
    a = rng.integers(0, 2 if dtype == "?" else 100, shape).astype(dtype)
    if a.dtype.kind in "fcmM":
        a[rng.random(shape) < 0.1] = "NaT" if a.dtype.kind in "mM" else np.nan
    return a


@pytest.mark.parametrize("dtype", ["?", "u1", "u8", "f2", swapped("f4"), "m8[s]", "c8"])
@pytest.mark.parametrize("name", [name for name in OF_ARRAYS if name != "replace"])
def test_the_memory_of_any_dtype_makes_no_difference(name: str, dtype: str) -> None:
    a = values_of(dtype, (35, 33))
    for axis in (0, 1):
        args = arguments(name, axis)
        try:
            desired = call(name, a, *args)
        except TypeError:  # what has no meaning for the dtype
            return
        for layout in LAYOUTS.values():
            actual = call(name, layout(a), *args)
            if name not in SPREADS:
                np.testing.assert_array_equal(actual, desired)
                continue
            single = np.asarray(actual).real.itemsize < 8
            np.testing.assert_allclose(actual, desired, rtol=1e-6 if single else 1e-15)


#: These order copies of times, or what they have in the place of them.
ORDERS_TIMES = ["median", "nanmedian", "rankdata", "nanrankdata", "push"]


@pytest.mark.parametrize("dtype", ["u1", "i2", "u8", "f2", ">f8", "?", "m8[s]", "c8"])
@pytest.mark.parametrize("name", [name for name in OF_ARRAYS if name != "replace"])
def test_no_array_is_copied_whole(name: str, dtype: str) -> None:
    """At most a megabyte is converted at a time, beside the result."""
    a = values_of(dtype, (500, 1000))
    copied = a.dtype.kind == "m" and name in [*ORDERS_TIMES, *NOT_OF_DURATIONS]
    if copied or (a.dtype.kind == "c" and name not in OF_COMPLEX):
        return
    tracemalloc.start()
    result = call(name, a, *arguments(name, 0))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Some results have another dtype first.
    assert most - 2 * max(result.nbytes, 8 * np.size(result)) < 2**20


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("name", REDUCE)
def test_one_result_is_a_python_number(name: str, dtype: str) -> None:
    a = np.array([1, 0, 1]).astype(dtype)
    result = call(name, a)
    if dtype == "longdouble" and expected_dtype(name, a.dtype).kind == "f":
        assert type(result) is np.longdouble
        return
    kind = {"b": bool, "i": int, "u": int, "f": float}
    assert type(result) is kind[expected_dtype(name, a.dtype).kind]
    json.dumps(result)
    kept = call(name, a, keepdims=True)
    assert kept.dtype == expected_dtype(name, a.dtype)
    np.testing.assert_array_equal(kept, [result])


@pytest.mark.parametrize("dtype", [*REAL, "m8[s]"])
@pytest.mark.parametrize("name", OF_ARRAYS)
def test_errors_do_not_depend_on_the_dtype(name: str, dtype: str) -> None:
    wrong: list[tuple[Any, ...]] = []
    if name in {*REDUCE, *FILL}:
        wrong += [([0, 1], 1, 7)] if name == "push" else [([0, 1], 7)]
    if name in CHOOSE:
        wrong += [([],)]
    if name in MOVE:
        wrong += [([1, 0], 0), ([1, 0], 2, 3), ([1, 0], 1, 1, 4)]
    for values, *args in wrong:
        with pytest.raises(Exception) as desired:  # noqa: PT011, whichever it is
            call(name, np.array(values, float), *args)
        with pytest.raises(desired.type) as actual:
            call(name, np.array(values).astype(dtype), *args)
        assert str(actual.value) == str(desired.value)


@pytest.mark.parametrize("dtype", ["f2", ">f4", "m8[s]"])
@pytest.mark.parametrize("name", ["nanargmin", "nanargmax"])
def test_no_place_is_found_where_all_is_missing(name: str, dtype: str) -> None:
    a = np.full((2, 3), "NaT" if dtype[0] == "m" else np.nan).astype(dtype)
    for axis in (None, 0, 1):
        with pytest.raises(ValueError, match="All-NaN slice encountered"):
            call(name, a, axis)


DIMENSIONS = st.integers(1, 3)
SIDE = st.integers(0, 4)
DIFFERENT = st.sampled_from([5, 3, 1])
DEFAULT = st.integers(-9, 9)


@st.composite
def small(draw: Any) -> np.ndarray:
    """Few values, so that there are ties; lanes are empty, or have only gaps."""
    shape = [draw(SIDE) for _ in range(draw(DIMENSIONS))]
    values = bits(draw, math.prod(shape)) % draw(DIFFERENT)
    return values.astype(np.int64).reshape(shape) - 2


def places(name: str, values: np.ndarray, axis: int | None, default: int) -> np.ndarray:
    """NumPy's of each lane that has a value, and else `default`."""
    lanes = values.ravel() if axis is None else np.moveaxis(values, axis, -1)
    shape = lanes.shape[:-1]
    each = (lanes[index] for index in np.ndindex(shape))
    found = [
        default if np.isnan(lane).all() else getattr(np, name)(lane) for lane in each
    ]
    return np.array(found, np.intp).reshape(shape)


@pytest.mark.parametrize("dtype", [*REAL, *TIMES, "c8", "O"])
@pytest.mark.parametrize("name", ARGS)
@given(values=small(), default=DEFAULT, data=st.data())
def test_a_default_stands_for_the_place_where_all_is_missing(
    name: str, dtype: str, values: np.ndarray, default: int, data: st.DataObject
) -> None:
    kind = np.dtype(dtype).kind
    gaps = (values == 0) & (kind not in "biu")
    values = np.abs(values) > 1 if kind == "b" else np.abs(values)
    a, same = values.astype(dtype), np.where(gaps, np.nan, values)
    a[gaps] = "NaT" if kind in "mM" else np.nan if gaps.any() else 0
    axis = data.draw(axes_of(a), label="axis")
    expected = places(name, same, axis, default)
    np.testing.assert_array_equal(
        getattr(slow, name)(a, axis, default=default), expected
    )
    result = call(name, a, axis, default=default)
    np.testing.assert_array_equal(result, expected)
    assert result.dtype == np.intp if expected.ndim else type(result) is int
    out = np.empty_like(expected)
    assert call(name, a, axis, default=default, out=out) is out
    np.testing.assert_array_equal(out, expected)
    kept = call(name, a, axis, default=default, keepdims=True)
    assert kept.ndim == a.ndim
    np.testing.assert_array_equal(kept.reshape(expected.shape), expected)


@pytest.mark.parametrize("dtype", [*REAL, "c8", "O", "m8[s]"])
@pytest.mark.parametrize("name", REDUCE)
def test_results_have_their_form_whatever_the_dtype(name: str, dtype: str) -> None:
    refused = {"m8[s]": NOT_OF_DURATIONS, "c8": NOT_OF_COMPLEX}.get(dtype, [])
    if name in refused:
        return
    assert np.shape(call(name, np.array(1).astype(dtype))) == ()
    assert call(name, np.array(1).astype(dtype), keepdims=True).shape == ()
    a = np.ones((2, 3, 4)).astype(dtype)
    assert call(name, a, 1, keepdims=True).shape == (2, 1, 4)
    assert call(name, a, keepdims=True).shape == (1, 1, 1)
    empty = np.empty((0, 3)).astype(dtype)
    assert call(name, empty, 1).shape == (0,)
    if name in CHOOSE:
        with pytest.raises(ValueError, match="needs at least one value"):
            call(name, empty, 0)
    else:
        assert call(name, empty, 0).shape == (3,)


# The precision of the result, and not of what was on the way.


def test_float32_of_other_bytes_is_as_precise_as_its_own() -> None:
    rng = np.random.default_rng(1)
    a = (1000 + rng.standard_normal((10**5, 4))).astype("f4")
    for name in ["nanmean", "nanvar", "nansum", "nanstd"]:
        desired = call(name, a, 0)
        np.testing.assert_array_equal(call(name, a.astype(swapped("f4")), 0), desired)
    assert not uncork.nanstd(np.full((2**12, 2), 271.46, swapped("f4")), axis=0).any()


def test_float16_overflows_only_where_the_result_does() -> None:
    assert uncork.nanmean(np.full(70_000, 1, "f2")) == 1
    np.testing.assert_array_equal(uncork.nanmean(np.full((300, 2), 300, "f2"), 0), 300)
    assert uncork.nanstd(np.array([1000, 0, 0, 0], "f2")) == 433
    assert uncork.nansum(np.full((70_000, 1), 1, "f2"), axis=0) == np.inf


UNSIGNED = [
    [2**63, 2**63],
    [2**64 - 1, 2**64 - 4],
    [2**53, 2**53 + 1],
    [1, 2, 2**64 - 1],
    [0, 2**63 + 1, 2**63 - 1, 5],
]


@pytest.mark.parametrize("dtype", ["u8", swapped("u8")])
@pytest.mark.parametrize("values", UNSIGNED, ids=str)
def test_large_unsigned_integers(values: list[int], dtype: str) -> None:
    a = np.array(values, dtype)
    exact = sorted(values)
    middle = Fraction(exact[(a.size - 1) // 2] + exact[a.size // 2], 2)
    fractions: list[Any] = [Fraction(value) for value in values]
    mean = sum(fractions) / a.size
    variance = sum((value - mean) ** 2 for value in fractions) / a.size
    for name, desired in [
        ("nanmean", mean),
        ("nanvar", variance),
        ("median", middle),
        ("nanmedian", middle),
    ]:
        assert ulps(call(name, a), desired) <= 1
        assert ulps(call(name, np.c_[a, a], axis=0)[1], desired) <= 1
    assert uncork.nansum(a) == sum(values) % 2**64
    assert uncork.ss(a) == sum(value**2 for value in values) % 2**64
    assert uncork.nanmin(a) == min(values)
    assert uncork.nanmax(a) == max(values)
    assert uncork.nanargmin(a) == values.index(min(values))
    assert uncork.nanargmax(a) == values.index(max(values))
    np.testing.assert_array_equal(uncork.partition(a, 0)[0], min(values))
    np.testing.assert_array_equal(uncork.push(a), a)
    ranks = [
        np.mean([exact.index(v), len(exact) - 1 - exact[::-1].index(v)]) + 1
        for v in values
    ]
    np.testing.assert_array_equal(uncork.rankdata(a), ranks)
    for end in range(1, a.size + 1):
        window = values[max(0, end - 2) : end]
        for name, desired in [
            ("move_sum", Fraction(sum(window))),
            ("move_mean", Fraction(sum(window), len(window))),
            ("move_min", Fraction(min(window))),
            ("move_max", Fraction(max(window))),
            ("move_var", Fraction(max(window) - min(window), 2) ** 2),
        ]:
            assert ulps(call(name, a, 2, 1)[end - 1], desired) <= 1
        latest = window[::-1].index(min(window))
        assert uncork.move_argmin(a, 2, 1)[end - 1] == latest


# NaT is missing, as NaN is.


@pytest.mark.parametrize("unit", ["s", "ns"])
def test_durations_are_exact_beyond_float64(unit: str) -> None:
    counts = [2**62 + 1, -5, 2**62 + 3, 2**61 + 8]
    a = np.array([*counts, "NaT"], f"m8[{unit}]")

    def duration(count: int) -> np.timedelta64:
        return np.timedelta64(count, unit)

    assert uncork.nanmean(a) == duration(sum(counts) // 4)
    assert uncork.nanmedian(a) == duration((2**62 + 1 + 2**61 + 8) // 2)
    assert np.isnat(uncork.median(a))
    assert uncork.nanmin(a) == duration(-5)
    assert uncork.nanmax(a) == duration(2**62 + 3)
    assert uncork.nanargmax(a) == 2
    np.testing.assert_array_equal(uncork.move_argmax(a, 2, 1), [0, 1, 0, 1, 1])
    np.testing.assert_array_equal(uncork.rankdata(a), [3, 1, 4, 2, 5])
    sums = uncork.move_sum(a, 2, 1)
    for end in range(1, 6):
        assert ulps(sums[end - 1], Fraction(sum(counts[max(0, end - 2) : end]))) <= 1


def test_durations_are_divided_towards_zero_as_numpy_does() -> None:
    a = np.array([-1, -2, "NaT"], "m8[s]")
    assert uncork.nanmean(a) == np.array([-1, -2], "m8[s]").mean()
    assert uncork.nanmedian(a) == np.median(np.array([-1, -2], "m8[s]"))


def test_windows_of_durations_have_gaps() -> None:
    a = np.array([1, 3, "NaT", 6], "m8[s]")
    np.testing.assert_array_equal(uncork.move_min(a, 2, 1), [1, 1, 3, 6])
    np.testing.assert_array_equal(uncork.move_rank(a, 2, 1), [0, 1, np.nan, 0])
    np.testing.assert_array_equal(
        uncork.move_argmin(a.astype("M8[s]"), 2, 1), [0, 1, 1, 0]
    )


def test_no_duration_is_no_value_and_no_warning() -> None:
    for name in ["nanmean", "nanmedian", "median", "nanmin", "nanmax"]:
        assert np.isnat(call(name, np.array(["NaT"], "m8[s]")))
    assert uncork.nansum(np.array(["NaT"], "m8[s]")) == np.timedelta64(0, "s")
    assert np.isnat(uncork.nanmean(np.array([], "m8[s]")))


# Complex numbers and objects.


@pytest.mark.parametrize("dtype", ["c8", "c16", swapped("c16")])
def test_complex_numbers_are_two_real_ones(dtype: str) -> None:
    rng = np.random.default_rng(3)
    a = (rng.normal(size=(9, 4)) * 10 + 1j * rng.normal(size=(9, 4)) + 500).astype(
        dtype
    )
    a[2, :] = np.nan
    native = a.astype(a.dtype.newbyteorder("="))
    wide = [
        native.real.astype(float),
        np.where(np.isnan(native), np.nan, native.imag.astype(float)),
    ]
    for name in [
        "nansum",
        "nanmean",
        "move_sum",
        "move_mean",
        "nanvar",
        "nanstd",
        "move_var",
    ]:
        args = (3, 1, 0) if name in MOVE else (0,)
        real, imag = (call(name.replace("std", "var"), part, *args) for part in wide)
        spread = name.endswith(("var", "std"))
        desired = real + imag if spread else real + 1j * imag
        desired = np.sqrt(desired) if name == "nanstd" else desired
        actual = call(name, a, *args)
        assert actual.dtype == (native.real.dtype if spread else native.dtype)
        np.testing.assert_allclose(
            actual, desired, rtol=1e-6 if dtype == "c8" else 1e-14
        )
    assert type(uncork.nansum(a)) is complex


@pytest.mark.parametrize("name", NOT_OF_COMPLEX)
def test_what_has_no_meaning_for_complex_numbers_says_so(name: str) -> None:
    message = f"{name} has no meaning for complex numbers: .* of real numbers, got >c8"
    for a in (np.ones(3, ">c8"), np.empty((2, 0), ">c8")):
        with pytest.raises(TypeError, match=message):
            call(name, a, *arguments(name, 0))


def test_the_median_of_objects_is_halfway() -> None:
    a = np.array([np.timedelta64(1, "s"), np.timedelta64(3, "s")], object)
    assert uncork.nanmedian(a) == np.timedelta64(2, "s")


@pytest.mark.parametrize("name", ["nansum", "nanmean", "nanvar", "ss", "median"])
@pytest.mark.parametrize("value", [None, "a", {1}, [2]], ids=str)
def test_objects_that_are_no_numbers_are_named(name: str, value: Any) -> None:
    a = np.empty(3, object)
    a[:] = 1.0, value, 2.0
    with pytest.raises(
        TypeError, match=r"a must be of numbers, got .* at index \(1,\)"
    ):
        call(name, a)


@pytest.mark.parametrize("name", [name for name in OF_ARRAYS if name != "replace"])
def test_none_is_not_what_is_missing(name: str) -> None:
    a = np.array([[1.0, None, 2.0]])
    with pytest.raises(TypeError, match=r"got None at index \(0, 1\): use NaN"):
        call(name, a, *arguments(name, 1))


# Replacing.


@pytest.mark.parametrize("dtype", [*INTEGERS, "?", swapped("i2")])
def test_no_value_is_put_where_it_does_not_fit(dtype: str) -> None:
    a = np.array([0, 1]).astype(dtype)
    limits = np.iinfo(a.dtype) if a.dtype.kind != "b" else np.iinfo("u1")
    most = int(limits.max) if a.dtype.kind != "b" else 1
    np.testing.assert_array_equal(uncork.replace(a.copy(), 1, most), [0, most])
    for new in (most + 1, int(limits.min) - 1, 0.5, np.nan, 1e300):
        with pytest.raises(ValueError, match="Cannot safely cast `new` to int"):
            uncork.replace(a, 1, new)
        with pytest.raises(ValueError, match="Cannot safely cast `old` to int"):
            uncork.replace(a, 1e300, 0)
    np.testing.assert_array_equal(a, np.array([0, 1]).astype(dtype))


@pytest.mark.parametrize("values", [[0], [1], [0, 1], [1, 1, 0], [0, 0, 0, 1]])
def test_the_median_of_bools_is_that_of_integers(values: list[int]) -> None:
    for name in ["median", "nanmedian"]:
        assert call(name, np.array(values, bool)) == call(name, np.array(values))
        columns = np.array([values, values[::-1]], bool)
        np.testing.assert_array_equal(
            call(name, columns, (0, 1)), call(name, columns.astype(int), (0, 1))
        )


def test_means_of_small_integers_are_exact() -> None:
    """A camera's picture: as good as its float64, bit for bit."""
    picture = np.random.default_rng(5).integers(0, 256, (480, 640), dtype="u1")
    part = picture[:, :50]
    exact = sums(part.ravel().tolist())
    assert uncork.nanmean(part) == float(exact_mean(exact))
    assert ulps(uncork.nanvar(part), exact_variance(exact)) <= 1
    for name in ["nanmean", "nanvar", "median", "nanstd"]:
        np.testing.assert_array_equal(
            call(name, picture, 0), call(name, picture.astype("f8"), 0)
        )
