"""How much faster than NumPy: Bottleneck's two benchmarks, under their names."""

from __future__ import annotations

import timeit
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

import uncork

from . import slow
from .functions import FUNCTIONS, arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import DTypeLike, NDArray

    _Array = NDArray[Any]
    _Function = Callable[..., object]
    _Shape = Sequence[int]

LARGE = (1000, 1000)

#: What `bench_detailed` measures: shapes, and the axes of each.
CASES: tuple[tuple[_Shape, Sequence[int]], ...] = (
    ((1,), (0,)),
    ((10,), (0,)),
    ((100,), (0,)),
    ((1000,), (0,)),
    ((1_000_000,), (0,)),
    ((10, 10), (0, 1)),
    ((100, 100), (0, 1)),
    (LARGE, (0, 1)),
    ((100_000, 2), (1,)),
    ((100, 100, 100), (0, 1, 2)),
)


def bench(
    shapes: Sequence[_Shape] = ((100,), LARGE, LARGE, LARGE, LARGE),
    axes: Sequence[int] = (0, 0, 0, 1, 1),
    nans: Sequence[bool] = (False, False, True, False, True),
    dtype: DTypeLike = "float64",
    order: str = "C",
    functions: Sequence[str] | None = None,
) -> None:
    """Print how many times as long NumPy takes, a row a function, a column an array.

    Where NumPy has no such function, `slow` stands for it. It takes minutes.

    Parameters
    ----------
    shapes : sequence of tuple of int, optional
        The shape of the array of each column.
    axes : sequence of int, optional
        The axis of each column.
    nans : sequence of bool, optional
        Whether a fifth of the column's values is NaN.
    dtype : dtype, optional
        Of the arrays.
    order : {"C", "F"}, optional
        The order of the arrays in memory.
    functions : sequence of str, optional
        The names of the functions; by default, all.

    Raises
    ------
    ValueError
        If the columns are not of one number, or there is no such function.
    """
    if not len(shapes) == len(axes) == len(nans):
        counts = f"{len(shapes)}, {len(axes)} and {len(nans)}"
        msg = f"shapes, axes and nans must be of one length, got {counts}"
        raise ValueError(msg)
    names = _known(FUNCTIONS if functions is None else functions)
    columns = [
        (_array(shape, 0.2 if nan else 0, dtype, order), axis)
        for shape, axis, nan in zip(shapes, axes, nans, strict=True)
    ]
    print(f"Uncork {uncork.__version__}; NumPy {np.__version__}; {np.dtype(dtype)}")
    print("Speed is NumPy's time divided by Uncork's; NaN: about a fifth is")
    _print_row("", ["NaN" if nan else "no NaN" for nan in nans])
    _print_row("", ["x".join(map(str, shape)) for shape in shapes])
    _print_row("", [f"axis={axis}" for axis in axes])
    for name in names:
        _print_row(name, [f"{_speed(name, a, axis):.1f}" for a, axis in columns])


def bench_detailed(function: str = "nansum", fraction_nan: float = 0.0) -> None:
    """Print how many times as long NumPy takes, a row an array.

    Parameters
    ----------
    function : str, optional
        The name of the function, or "all" for one table each.
    fraction_nan : float, optional
        How many of the values are NaN, from 0 to 1.

    Raises
    ------
    ValueError
        If there is no such function, or fraction.
    """
    if not 0 <= fraction_nan <= 1:
        msg = f"fraction_nan must be between 0 and 1, got {fraction_nan}"
        raise ValueError(msg)
    for name in _known(FUNCTIONS if function == "all" else [function]):
        print(f"{name}: NumPy's time divided by Uncork's; NaN: {fraction_nan:.0%}")
        for shape, axes in CASES:
            a = _array(shape, fraction_nan)
            for axis in axes:
                call = f"{'x'.join(map(str, shape))} axis={axis}"
                print(f"{call:<24}{_speed(name, a, axis):>8.1f}")


def _known(names: Iterable[str]) -> list[str]:
    """The names, if there are functions of all of them."""
    names = list(names)
    if unknown := [name for name in names if name not in FUNCTIONS]:
        msg = f"functions must be of {', '.join(FUNCTIONS)}, got {', '.join(unknown)}"
        raise ValueError(msg)
    return names


def _print_row(name: str, cells: Sequence[str]) -> None:
    print(f"{name:<13}" + "".join(f"{cell:>12}" for cell in cells))


def _array(
    shape: _Shape,
    fraction_nan: float,
    dtype: DTypeLike = "float64",
    order: str = "C",
) -> _Array:
    rng = np.random.default_rng(0)
    a = rng.permutation(np.prod(shape, dtype=int)).astype(dtype)
    if np.issubdtype(a.dtype, np.inexact):
        a[rng.random(a.size) < fraction_nan] = np.nan
    return np.asarray(a.reshape(shape), order="F" if order == "F" else "C")


def _speed(name: str, a: _Array, axis: int) -> float:
    numpy = getattr(np, name, None) or getattr(slow, name)
    return _time(numpy, name, a, axis) / _time(FUNCTIONS[name], name, a, axis)


def _time(function: _Function, name: str, a: _Array, axis: int) -> float:
    a = a.copy(order="K")  # as `replace` changes it
    others = arguments(name, a, axis)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return seconds(lambda: function(a, *others))


def seconds(call: Callable[[], object]) -> float:
    """The least time of a call, in three rounds of a fifth of a second."""
    timer = timeit.Timer(call)
    number, first = timer.autorange()
    return min(first, *timer.repeat(2, number)) / number
