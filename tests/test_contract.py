"""What every public function has: a reference, a stub, documentation, error cases."""

from __future__ import annotations

import ast
import doctest
import importlib.resources
import inspect
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
import pytest

import uncork
from functions import FUNCTIONS, OF_ARRAYS, PAIRS, QUANTILES, TABLE, parameters
from test_errors import cases_of
from uncork import _core, slow

if TYPE_CHECKING:
    from collections.abc import Iterator

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(autouse=True)
def _count() -> Iterator[None]:
    count = uncork.get_num_threads()
    yield
    uncork.set_num_threads(count)


def signature(function: Any) -> list[tuple[str, Any, Any]]:
    """How values are passed to it: without the types, which the extension cannot have,
    and without the form of the result, which is not for the reference to give.
    """
    declared = inspect.signature(function).parameters.values()
    kept = (one for one in declared if one.name not in {"keepdims", "out"})
    return [(one.name, one.kind, one.default) for one in kept]


@cache
def definitions() -> dict[str, list[ast.FunctionDef]]:
    """Those in the stub that is shipped, by name; overloads have several."""
    stub = importlib.resources.files("uncork").joinpath("_core.pyi")
    found: dict[str, list[ast.FunctionDef]] = {}
    for one in ast.parse(stub.read_text("utf-8")).body:
        if isinstance(one, ast.FunctionDef):
            found.setdefault(one.name, []).append(one)
    return found


class Checker(doctest.OutputChecker):
    """Where `int64` is not the usual integer, NumPy names it."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return super().check_output(
            want, got.replace(", dtype=int64)", ")"), optionflags
        )


def sections(name: str) -> dict[str, str]:
    """Of a docstring as numpydoc divides it."""
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    _, *rest = re.split(r"^(\w+)\n-+$", text, flags=re.MULTILINE)
    return dict(zip(rest[::2], rest[1::2], strict=True))


def test_all_of_the_extension_is_public() -> None:
    public = {name for name in dir(uncork) if inspect.isroutine(getattr(uncork, name))}
    ours = {name for name in public if not name.startswith("_")}
    assert ours == {*_core.__all__, "disable", "enable"} - {"__version__"}


def test_the_table_has_the_functions_of_arrays() -> None:
    assert sorted(TABLE) == sorted([*OF_ARRAYS, *PAIRS, *QUANTILES])


def test_the_references_are_those_of_the_functions_of_arrays() -> None:
    own = inspect.getmembers(slow, lambda one: inspect.getmodule(one) is slow)
    public = [name for name, _ in own if not name.startswith("_")]
    assert sorted(public) == sorted([*OF_ARRAYS, *PAIRS, *QUANTILES])


@pytest.mark.parametrize("name", [*OF_ARRAYS, *PAIRS, *QUANTILES])
def test_the_reference_is_called_in_the_same_way(name: str) -> None:
    assert signature(getattr(slow, name)) == signature(FUNCTIONS[name])


def test_the_stub_has_the_public_functions() -> None:
    assert definitions().keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_stub_is_of_this_build(name: str) -> None:
    first, *others = definitions()[name]
    assert ast.get_docstring(first) == inspect.getdoc(FUNCTIONS[name])
    for one in (first, *others):
        declared = [*one.args.args, *one.args.kwonlyargs]
        assert [argument.arg for argument in declared] == parameters(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_docstring_is_complete(name: str) -> None:
    expected = {"Notes", "Examples"}
    if parameters(name):
        expected |= {"Parameters", "Raises"}
    if not name.startswith("set_"):
        expected |= {"Returns"}
    found = sections(name)
    assert found.keys() - {"References"} == expected
    assert all(text.strip() for text in found.values())
    described = re.findall(r"^(\w+) : ", found.get("Parameters", ""), re.MULTILINE)
    assert described == parameters(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_examples_give_what_they_show(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    known = {"numpy": numpy, "uncork": uncork}
    examples = doctest.DocTestParser().get_doctest(text, known, name, None, None)
    said: list[str] = []
    result = doctest.DocTestRunner(Checker()).run(examples, out=said.append)
    assert result.attempted
    assert not result.failed, "".join(said)
    assert f"uncork.{name}(" in "".join(one.source for one in examples.examples)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_there_are_error_cases(name: str) -> None:
    assert cases_of(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_readme_names_it(name: str) -> None:
    assert f"`{name}`" in README.read_text("utf-8")
