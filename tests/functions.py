"""The functions by their kinds, read off the functions themselves."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import uncork

#: Every public function of the extension, by name.
FUNCTIONS = {
    name: function
    for name in uncork.__all__
    if inspect.isbuiltin(function := getattr(uncork, name))
}


@cache  # the signature is a text that is read anew each time
def parameters(name: str) -> list[str]:
    return list(inspect.signature(FUNCTIONS[name]).parameters)


REDUCE = [name for name in FUNCTIONS if "keepdims" in parameters(name)]
#: Those whose result is an index.
ARGS = [name for name in REDUCE if "default" in parameters(name)]
MOVE = [name for name in FUNCTIONS if parameters(name)[:2] == ["a", "window"]]
#: Those that give a value for each value of a lane.
FILL = ["argpartition", "nanrankdata", "partition", "push", "rankdata"]
#: Those that put one value in its place.
PARTITIONS = ["partition", "argpartition"]
#: All that take an array.
OF_ARRAYS = [name for name in FUNCTIONS if parameters(name)[:1] == ["a"]]
#: Those that need a value to choose from.
CHOOSE = ["nanmin", "nanmax", "nanargmin", "nanargmax"]


def call(name: str, *args: Any, **kwargs: Any) -> Any:
    return FUNCTIONS[name](*args, **kwargs)
