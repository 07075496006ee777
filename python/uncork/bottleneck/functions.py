"""The functions by their kinds, and how each is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

import uncork

from . import move, nonreduce, nonreduce_axis, reduce, slow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    _Array = NDArray[Any]
    _Function = Callable[..., Any]

#: The names of the functions, by the kinds that `get_functions` takes.
KINDS = {
    kind: [name for name in vars(module) if not name.startswith("_")]
    for kind, module in {
        "reduce": reduce,
        "move": move,
        "nonreduce": nonreduce,
        "nonreduce_axis": nonreduce_axis,
    }.items()
}
#: All of them, by name.
FUNCTIONS: dict[str, _Function] = {
    name: getattr(uncork, name) for names in KINDS.values() for name in names
}


@overload
def get_functions(
    module_name: str, as_string: Literal[False] = ...
) -> list[_Function]: ...
@overload
def get_functions(module_name: str, as_string: Literal[True]) -> list[str]: ...
def get_functions(
    module_name: str, as_string: bool = False
) -> list[_Function] | list[str]:
    """The functions of a kind, or their names.

    Parameters
    ----------
    module_name : {"reduce", "move", "nonreduce", "nonreduce_axis", "all"}
        The kind.
    as_string : bool, optional
        Whether to give names instead of functions.

    Returns
    -------
    list

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    if module_name not in {*KINDS, "all"}:
        kinds = ", ".join([*KINDS, "all"])
        msg = f"module_name must be one of {kinds}, got {module_name!r}"
        raise ValueError(msg)
    names = [*FUNCTIONS] if module_name == "all" else KINDS[module_name]
    return names if as_string else [FUNCTIONS[name] for name in names]


def arguments(name: str, a: _Array, axis: int) -> tuple[Any, ...]:
    """What to pass beside the array: usual values."""
    length = a.shape[axis]
    if name.startswith("move_"):
        return max(1, length // 5), 1, axis
    if name.endswith("partition"):
        return (length - 1) // 2, axis
    if name == "push":
        return 5, axis
    return (np.nan, 0) if name == "replace" else (axis,)


def bench(*_options: object, **_named: object) -> None:
    """Say what to run instead: it measures more, and beside Bottleneck, too."""
    print("python -m uncork.bench --help")


def bench_detailed(*_options: object, **_named: object) -> None:
    """Say what to run instead, as `bench` does."""
    bench()


def test(*_options: object, **_named: object) -> bool:
    """Whether every function agrees with `slow` on this machine, on a few arrays.

    Bottleneck's `test` runs its test suite by pytest. Its options may be passed, and
    have no meaning here. What differs is printed.

    Returns
    -------
    bool
    """
    wrong = [
        f"{name} of {a.dtype} along axis {axis}"
        for name in FUNCTIONS
        for a in _samples()
        for axis in (0, 1)
        if not _agrees(name, a, axis)
    ]
    for call in wrong:
        print(f"{call} differs from uncork.slow")
    return not wrong


def _samples() -> Iterator[_Array]:
    for dtype in (np.float64, np.float32, np.int64, np.int32):
        a = (np.arange(1200) % 37).reshape(30, 40).astype(dtype)
        yield a
        if a.dtype.kind == "f":
            yield np.where(a % 5 == 1, np.nan, a)


def _agrees(name: str, a: _Array, axis: int) -> bool:
    others = arguments(name, a, axis)
    ours, numpy = (
        _what_counts(name, function(a.copy(), *others), a, *others)
        for function in (FUNCTIONS[name], getattr(slow, name))
    )
    tolerance = 1e-4 if a.dtype == np.float32 else 1e-9
    return np.allclose(ours, numpy, rtol=tolerance, atol=tolerance, equal_nan=True)


def _what_counts(name: str, result: Any, a: _Array, *others: Any) -> Any:
    """All of a result but of a partition, whose only certain place is `kth`."""
    if not name.endswith("partition"):
        return result
    kth, axis = others
    ordered = np.take_along_axis(a, result, axis) if name[0] == "a" else result
    return np.take(ordered, kth, axis)
