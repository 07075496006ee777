"""What must hold whatever the values: one way of asking equals another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import uncork
from arrays import DTYPES, LAYOUTS, arrays, axes_of, larger_arrays, windows
from functions import CHOOSE, MOVE, REDUCE, call, returning

if TYPE_CHECKING:
    from collections.abc import Callable


def answer(name: str, *args: Any, **kwargs: Any) -> Any:
    """The result, or the kind of error."""
    try:
        return call(name, *args, **kwargs)
    except (ValueError, TypeError) as error:
        return type(error)


def assert_same(actual: Any, desired: Any, ulps: int = 4) -> None:
    if isinstance(actual, type) or isinstance(desired, type):
        assert actual is desired
        return
    actual, desired = np.asarray(actual), np.asarray(desired)
    assert actual.dtype == desired.dtype
    if actual.dtype.kind == "f":
        rtol = ulps * np.finfo(actual.dtype).eps
        np.testing.assert_allclose(actual, desired, rtol=rtol, atol=0)
    else:
        np.testing.assert_array_equal(actual, desired)


# Every layout of each example: to make one takes longer than to try it.


@pytest.mark.parametrize("name", REDUCE)
@given(a=arrays(), data=st.data())
def test_reduce_does_not_see_memory(
    name: str, a: np.ndarray, data: st.DataObject
) -> None:
    axis = data.draw(axes_of(a))
    plain = np.ascontiguousarray(a).reshape(a.shape)
    desired = answer(name, plain, axis)
    for layout in LAYOUTS.values():
        assert_same(answer(name, layout(plain), axis), desired)


@pytest.mark.parametrize("name", MOVE)
@given(a=larger_arrays(), data=st.data())
def test_move_does_not_see_memory(
    name: str, a: np.ndarray, data: st.DataObject
) -> None:
    axis = data.draw(st.sampled_from([0, 1]))
    args = (*data.draw(windows(a.shape[axis])), axis)
    plain = np.ascontiguousarray(a)
    desired = call(name, plain, *args)
    for layout in LAYOUTS.values():
        assert_same(call(name, layout(plain), *args), desired, 1)


@pytest.mark.parametrize("name", REDUCE)
@given(a=arrays())
def test_no_axis_is_the_axis_of_the_ravelled(name: str, a: np.ndarray) -> None:
    assert_same(answer(name, a), answer(name, a.ravel(), 0))


@pytest.mark.parametrize("name", REDUCE)
@given(a=arrays(min_dims=1), data=st.data())
def test_negative_axis(name: str, a: np.ndarray, data: st.DataObject) -> None:
    axis = data.draw(st.integers(0, a.ndim - 1))
    assert_same(answer(name, a, axis), answer(name, a, axis - a.ndim), 0)


@pytest.mark.parametrize("name", REDUCE)
@given(a=arrays(min_dims=1), data=st.data())
def test_each_lane_on_its_own(name: str, a: np.ndarray, data: st.DataObject) -> None:
    axis = data.draw(st.integers(0, a.ndim - 1))
    assume(a.size)
    whole = answer(name, a, axis)
    lanes = np.moveaxis(a, axis, -1).reshape(-1, a.shape[axis])
    each = [answer(name, lane) for lane in lanes]
    if ValueError in each:
        assert whole is ValueError
    else:
        np.testing.assert_allclose(np.ravel(whole), each, rtol=1e-6)


#: What some are of two parts, by what they are of each.
MERGED: dict[str, Callable[[Any, Any], Any]] = {
    "nansum": lambda x, y: x + y,
    "ss": lambda x, y: x + y,
    "anynan": lambda x, y: x or y,
    "allnan": lambda x, y: x and y,
    "nanmin": np.fmin,
    "nanmax": np.fmax,
}


@pytest.mark.parametrize("name", sorted({*REDUCE} - {*MERGED}))
@given(a=arrays(min_dims=1))
def test_of_everything_twice_it_is_the_same(name: str, a: np.ndarray) -> None:
    a = a.ravel()
    assert_same(answer(name, np.concatenate([a, a])), answer(name, a), 8)


@pytest.mark.parametrize("name", MERGED)
@given(a=arrays(min_dims=1), data=st.data())
def test_parts_merge_to_the_whole(
    name: str, a: np.ndarray, data: st.DataObject
) -> None:
    a = a.ravel()
    cut = data.draw(st.integers(0, a.size))
    left, right = a[:cut], a[cut:]
    if name in CHOOSE:
        assume(left.size and right.size)
    with np.errstate(all="ignore"):
        merged = MERGED[name](call(name, left), call(name, right))
    np.testing.assert_allclose(call(name, a), merged, rtol=1e-6, atol=1e-3)


def rank_of_last(a: np.ndarray) -> np.ndarray:
    """How many are less than the last, less how many are greater, scaled to 1."""
    score = np.where(a < a[-1], 1.0, np.where(a > a[-1], -1.0, 0.0))
    others = np.maximum(np.count_nonzero(~np.isnan(a), axis=0) - 1, 1)
    return np.where(np.isnan(a[-1]), np.nan, np.nansum(score, axis=0) / others)


@pytest.mark.parametrize("name", MOVE)
@given(a=larger_arrays(), data=st.data())
def test_the_widest_window_is_the_reduction(
    name: str, a: np.ndarray, data: st.DataObject
) -> None:
    axis = data.draw(st.sampled_from([0, 1]))
    n = a.shape[axis]
    last = np.take(call(name, a, n, 1, axis), -1, axis)
    # Of nothing, a window has no statistic; the reduction may have one, or fail.
    nothing = call("allnan", a, axis)
    if name == "move_rank":
        assert_same(last, rank_of_last(np.moveaxis(a, axis, 0)).astype(last.dtype), 1)
        return
    if name.startswith("move_arg"):
        # Windows count backwards.
        a = np.flip(np.where(np.expand_dims(nothing, axis), 0, a), axis)
    whole = call(name.replace("move_", "nan"), a, axis)
    whole = np.where(nothing, np.nan, whole).astype(last.dtype)
    if name in returning("shape"):
        near = 16 * np.finfo(last.dtype).eps
        np.testing.assert_allclose(last, whole, rtol=near, atol=near)
        return
    assert_same(last, whole, 4 if name in returning("spread") else 1)


@pytest.mark.parametrize("name", MOVE)
@given(a=larger_arrays(ndim=1), data=st.data())
def test_a_window_does_not_see_what_is_outside(
    name: str, a: np.ndarray, data: st.DataObject
) -> None:
    """Whatever came before or comes after, the same window has the same result."""
    window, min_count = data.draw(windows(a.size))
    end = data.draw(st.integers(window, a.size))
    other = a.copy()
    other[: end - window] = 1e30 if a.dtype.kind == "f" else 2**31 - 1
    other[end:] = -1e30 if a.dtype.kind == "f" else -(2**31)
    actual = call(name, other, window, min_count)[end - 1]
    assert_same(actual, call(name, a, window, min_count)[end - 1], 1)


@pytest.mark.parametrize("name", ["move_median", "move_rank"])
@given(a=larger_arrays(), data=st.data())
def test_order_can_be_reversed(name: str, a: np.ndarray, data: st.DataObject) -> None:
    axis = data.draw(st.sampled_from([0, 1]))
    args = (*data.draw(windows(a.shape[axis])), axis)
    np.testing.assert_array_equal(call(name, -a, *args), -call(name, a, *args))


@given(a=larger_arrays(), data=st.data())
def test_rank_sees_nothing_but_order(a: np.ndarray, data: st.DataObject) -> None:
    axis = data.draw(st.sampled_from([0, 1]))
    args = (*data.draw(windows(a.shape[axis])), axis)
    cubed = a.astype(np.longdouble) ** 3
    places = np.searchsorted(np.unique(cubed), cubed).astype(a.dtype)
    if a.dtype.kind == "f":
        places[np.isnan(a)] = np.nan
    ranks = uncork.move_rank(a, *args)
    np.testing.assert_array_equal(uncork.move_rank(places, *args), ranks)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*REDUCE, *MOVE])
def test_input_is_left_alone(name: str, dtype: str) -> None:
    a = (np.arange(720) % 37).reshape(8, 9, 10).astype(dtype)
    if dtype.startswith("f"):
        a[::3, ::2] = np.nan
    before = a.copy()
    for layout in LAYOUTS.values():
        laid_out = layout(a)
        args = (3,) if name in MOVE else (1,)
        answer(name, laid_out, *args)
        np.testing.assert_array_equal(laid_out, before)


@given(a=arrays())
def test_variance_is_never_negative(a: np.ndarray) -> None:
    with np.errstate(all="ignore"):
        assert not np.any(np.asarray(uncork.nanvar(a * 1e-3 + 1e8)) < 0)


@pytest.mark.parametrize(
    "value",
    [0.1, 1e8, 1e300, -7.3e-200, 5e-324, 2**53 + 1, 0x3456789ABCDEF123, -(2**63) + 1],
)
@pytest.mark.parametrize(
    ("n", "width"), [(2, 33), (31, 33), (33, 33), (2100, 33), (70_000, 5)]
)
def test_a_constant_has_no_variance_and_no_skewness(
    value: float, n: int, width: int
) -> None:
    for a in (np.full((n, width), value), np.full((width, n), value)):
        for axis in (0, 1):
            assert not uncork.nanvar(a, axis).any()
            assert not uncork.move_var(a, 2, 1, axis).any()
            assert np.isnan(uncork.nanskew(a, axis)).all()
            assert np.isnan(uncork.move_skew(a, 2, 1, axis)).all()
        assert uncork.nanstd(a) == 0
        assert np.isnan(uncork.nanskew(a))
