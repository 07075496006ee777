"""The types of the stub are those of what is returned."""

from __future__ import annotations

import runpy
import types
import typing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import uncork
from functions import FUNCTIONS

CALLS = Path(__file__).parent / "typing" / "calls.py"


def is_of(value: Any, type_: Any) -> bool:
    """Whether a type is true of a value; of a union with Any, without that."""
    if typing.get_origin(type_) in (typing.Union, types.UnionType):
        members = [one for one in typing.get_args(type_) if one is not Any]
        return any(is_of(value, one) for one in members)
    if type_ in (None, Any):
        return type_ is Any or value is None
    if typing.get_origin(type_) is None:
        return isinstance(value, type_) and isinstance(value, bool) == (type_ is bool)
    # The last argument of NDArray is the scalar, that of ndarray its dtype.
    last = typing.get_args(type_)[-1]
    (scalar,) = typing.get_args(last) or [last]
    return type(value) is np.ndarray and value.dtype == np.dtype(scalar)


def test_typical_calls_return_what_the_stub_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong: list[str] = []

    def assert_type(value: Any, type_: Any) -> Any:
        if not is_of(value, type_):
            wrong.append(f"{value!r} ({type(value).__name__}) is no {type_}")
        return value

    monkeypatch.setattr(typing, "assert_type", assert_type)
    count = uncork.get_num_threads()
    try:
        runpy.run_path(str(CALLS))
    finally:
        uncork.set_num_threads(count)
    assert wrong == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_among_the_typical_calls(name: str) -> None:
    assert f"assert_type(uncork.{name}(" in CALLS.read_text("utf-8")


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (1.0, int),
        (True, int),
        (1, bool),
        (np.float32(1), float),
        (np.ones(1), float),
        (1.0, NDArray[np.float64]),
        (np.ones(1, "f4"), NDArray[np.float64]),
        (np.ones(1, "f4"), NDArray[np.float64] | Any),
        (1.0, int | np.intp),
        (1, None),
    ],
)
def test_a_wrong_type_is_noticed(value: Any, type_: Any) -> None:
    assert not is_of(value, type_)
