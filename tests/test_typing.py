"""The types of the stub are those of what is returned."""

from __future__ import annotations

import ast
import runpy
import types
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

import uncork
from functions import FUNCTIONS, TABLE, parameters, signature

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = Path(__file__).parent / "typing" / "calls.py"
TREE = ast.parse(CALLS.read_text("utf-8"))


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
    is_array = type(value) is np.ndarray
    return is_array and (scalar is Any or value.dtype == np.dtype(scalar))


@pytest.fixture
def _count() -> Iterator[None]:
    count = uncork.get_num_threads()
    yield
    uncork.set_num_threads(count)


@pytest.mark.usefixtures("_count")
def test_typical_calls_return_what_the_stub_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong: list[str] = []

    def assert_type(value: Any, type_: Any) -> Any:
        if not is_of(value, type_):
            wrong.append(f"{value!r} ({type(value).__name__}) is no {type_}")
        return value

    monkeypatch.setattr(typing, "assert_type", assert_type)
    runpy.run_path(str(CALLS))
    assert wrong == []


def kind_of(name: str) -> object:
    """The same for those that the stub gives the same types."""
    kind, result = TABLE.get(name, (name, ""))
    if kind in {"reduce", "select"}:
        return "mean" if result in {"spread", "shape"} else result
    if kind in {"reduce_pairs", "move_pairs", "quantiles"}:
        return kind
    return (kind, result in {"spread", "shape"}) if kind == "move" else name


def typical_calls(name: str) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls of functions of its kind that have its parameters, and their types."""
    for node in ast.walk(TREE):
        match node:
            case ast.Call(
                func=ast.Name("assert_type"),
                args=[ast.Call(ast.Attribute(ast.Name("uncork"), other)) as call, of],
            ) if kind_of(other) == kind_of(name):
                named = {f"{one.arg}": None for one in call.keywords}
                passed = signature(other).bind(*call.args, **named).arguments
                if passed.keys() <= {*parameters(name)}:
                    yield call, of


def evaluated(*expressions: ast.expr) -> list[Any]:
    """With the names of the calls as they were before any call."""
    body = [node for node in TREE.body if not isinstance(node, ast.Expr)]
    names: dict[str, Any] = {}
    exec(compile(ast.Module(body, []), CALLS, "exec"), names)  # noqa: S102, it is ours
    return [eval(ast.unparse(one), names) for one in expressions]  # noqa: S307


@pytest.mark.usefixtures("_count")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_typical_calls_of_its_kind_are_true_of_every_function(name: str) -> None:
    calls = list(typical_calls(name))
    assert calls
    for call, of in calls:
        own = ast.Call(
            ast.parse(f"uncork.{name}", mode="eval").body, call.args, call.keywords
        )
        assert is_of(*evaluated(own, of)), ast.unparse(own)


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
