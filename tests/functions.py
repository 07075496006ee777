"""The functions by their kinds, read off the functions themselves."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import uncork
from uncork import _core

#: Every public function of the extension, by name.
FUNCTIONS = {
    name: function
    for name in dir(uncork)
    if inspect.isbuiltin(function := getattr(uncork, name))
}


@cache  # a signature is a text that is read anew each time
def signature(name: str) -> inspect.Signature:
    return inspect.signature(FUNCTIONS[name])


def parameters(name: str) -> list[str]:
    return list(signature(name).parameters)


def default_of(name: str, parameter: str) -> Any:
    return signature(name).parameters[parameter].default


#: How each goes through an array, and what it returns, by name.
TABLE = _core._FUNCTIONS
#: Those that have a result for each of several shares.
QUANTILES = [name for name in FUNCTIONS if parameters(name)[:2] == ["a", "q"]]
#: Those of two arrays: reductions, and moving windows.
PAIRS = [name for name in FUNCTIONS if parameters(name)[:2] == ["a", "b"]]
REDUCE_PAIRS = [name for name in PAIRS if "keepdims" in parameters(name)]
MOVE_PAIRS = [name for name in PAIRS if "window" in parameters(name)]
REDUCE = [
    name
    for name in FUNCTIONS
    if "keepdims" in parameters(name) and name not in {*QUANTILES, *REDUCE_PAIRS}
]
#: Those whose result is an index.
ARGS = [name for name in REDUCE if "default" in parameters(name)]
MOVE = [name for name in FUNCTIONS if parameters(name)[:2] == ["a", "window"]]
#: Those that put one value in its place.
PARTITIONS = [name for name in FUNCTIONS if "kth" in parameters(name)]
#: All others of an array.
OF_ARRAYS = [
    name
    for name in FUNCTIONS
    if parameters(name)[:1] == ["a"] and name not in {*PAIRS, *QUANTILES}
]
#: Those that give a value for each value of a lane.
FILL = [name for name in OF_ARRAYS if name not in {*REDUCE, *MOVE, "replace"}]


def returning(*results: str) -> list[str]:
    """Those that return one of these."""
    return [name for name, (_, result) in TABLE.items() if result in results]


#: Those that have no meaning for complex numbers.
NOT_OF_COMPLEX = [name for name in returning("shape") if name in OF_ARRAYS]
#: Those that need a value to choose from.
CHOOSE = [name for name in returning("value", "index") if name in REDUCE]


def call(name: str, *args: Any, **kwargs: Any) -> Any:
    return FUNCTIONS[name](*args, **kwargs)
