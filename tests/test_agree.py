"""Every function agrees with its reference, on arrays of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arrays import arrays, axes_of, larger_arrays, windows
from functions import ARGS, CHOOSE, MOVE, REDUCE, call, parameters
from reference import reference


def assert_agrees(actual: Any, desired: Any, dtype: Any) -> None:
    """Equal up to the rounding of the reference, and of the dtype."""
    single = dtype == np.float32
    np.testing.assert_allclose(
        actual, desired, rtol=1e-6 if single else 1e-10, atol=1e-3 if single else 1e-8
    )


#: Of parameters that few functions have.
OWN = {"ddof": st.integers(-1, 3), "bias": st.booleans()}


def own_arguments(name: str, data: st.DataObject) -> dict[str, Any]:
    own = OWN.keys() & {*parameters(name)}
    return {parameter: data.draw(OWN[parameter], label=parameter) for parameter in own}


def check_reduce(name: str, a: np.ndarray, data: st.DataObject) -> None:
    axis = data.draw(axes_of(a), label="axis")
    kwargs = {"axis": axis, **own_arguments(name, data)}
    if name in CHOOSE:
        assume(a.shape[axis] if axis is not None else a.size)
    if name in ARGS:
        assume(not np.isnan(a).all(axis).any())
    actual, desired = call(name, a, **kwargs), reference(name, a, **kwargs)
    assert_agrees(actual, desired, a.dtype)
    assert np.shape(actual) == np.shape(desired)
    if np.ndim(actual):
        assert actual.dtype == np.asarray(desired).dtype
        assert actual.flags.c_contiguous
    else:
        assert type(actual) is type(desired.item())


@pytest.mark.parametrize("name", REDUCE)
@given(a=arrays(), data=st.data())
def test_reduce(name: str, a: np.ndarray, data: st.DataObject) -> None:
    check_reduce(name, a, data)


@pytest.mark.parametrize("name", REDUCE)
@given(a=larger_arrays(), data=st.data())
def test_reduce_larger(name: str, a: np.ndarray, data: st.DataObject) -> None:
    check_reduce(name, a, data)


def check_move(name: str, a: np.ndarray, data: st.DataObject) -> None:
    axis = data.draw(st.integers(-a.ndim, a.ndim - 1), label="axis")
    assume(a.shape[axis])
    window, min_count = data.draw(windows(a.shape[axis]), label="window, min_count")
    own = own_arguments(name, data)
    actual = call(name, a, window, min_count, axis, **own)
    desired = reference(name, a, window, min_count, axis, **own)
    assert_agrees(actual, desired, a.dtype)
    assert actual.dtype == desired.dtype
    assert actual.flags.c_contiguous


@pytest.mark.parametrize("name", MOVE)
@given(a=arrays(min_dims=1), data=st.data())
def test_move(name: str, a: np.ndarray, data: st.DataObject) -> None:
    check_move(name, a, data)


@pytest.mark.parametrize("name", MOVE)
@given(a=larger_arrays(), data=st.data())
def test_move_larger(name: str, a: np.ndarray, data: st.DataObject) -> None:
    check_move(name, a, data)


@given(a=arrays(), data=st.data())
def test_replace(a: np.ndarray, data: st.DataObject) -> None:
    choices = [*a.ravel().tolist()[:9], 1, 0]
    old = data.draw(st.sampled_from(choices), label="old")
    new = data.draw(st.sampled_from([2, 0] if a.dtype.kind == "i" else [2.5, np.nan]))
    a.flags.writeable or assume(False)
    desired = reference("replace", a.copy(), old, new)
    assert call("replace", a, old, new) is a
    np.testing.assert_array_equal(a, desired)
