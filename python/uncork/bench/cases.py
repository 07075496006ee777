"""What is measured: every public function on arrays of many kinds."""

from __future__ import annotations

import inspect
import itertools
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

import uncork
from uncork._functions import KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Array = np.ndarray[Any, np.dtype[Any]]

#: Those with a kernel.
DTYPES = ("float64", "float32", "int64", "int32")

#: For the functions that replace a value by another.
REPLACED = {"f": ("nan", "7.0"), "i": ("3", "-1"), "u": ("3", "4"), "b": ("1", "0")}
#: Windows with gaps need fewer values; two, since a sample variance needs them.
MIN_COUNT = 2


def is_float(dtype: str) -> bool:
    return np.dtype(dtype).kind == "f"


#: Of the functions that were asked for, which have it as text: to read it takes long.
_PARAMETERS: dict[Callable[..., Any], Mapping[str, inspect.Parameter]] = {}


def parameters(function: str) -> Mapping[str, inspect.Parameter]:
    called = getattr(uncork, function)
    if called not in _PARAMETERS:
        _PARAMETERS[called] = inspect.signature(called).parameters
    return _PARAMETERS[called]


def functions() -> list[str]:
    """The public functions that take one array."""
    return sorted(name for name, kind in KIND.items() if not kind.endswith("_pairs"))


def evaluated(expression: str, names: dict[str, Any]) -> Any:
    """What a call has for result, as it is written."""
    return eval(expression, names)  # noqa: S307  the text is made here


@dataclass(frozen=True)
class Case:
    """One cell: a function, what it is given, and the threads it has."""

    function: str
    dtype: str
    shape: tuple[int, ...]
    #: Also None where the function has no axis.
    axis: int | None
    #: The share of NaN.
    nan: float
    window: int | None
    threads: int

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    @property
    def length(self) -> int:
        """Of a lane."""
        return self.size if self.axis is None else self.shape[self.axis]

    @property
    def bytes(self) -> int:
        return self.size * np.dtype(self.dtype).itemsize

    @property
    def min_count(self) -> int | None:
        """What the call states; None where the default will do."""
        if self.window is None or not self.nan:
            return None
        return min(MIN_COUNT, self.window)

    @property
    def arguments(self) -> list[str]:
        """Of the shortest call, behind the array."""
        old, new = REPLACED[np.dtype(self.dtype).kind]
        middle = (self.length - 1) // 2
        of_case = {
            "window": self.window,
            "kth": middle,
            "q": 0.25,
            "old": old,
            "new": new,
        }
        found = parameters(self.function)
        made = [
            f"{of_case[name]}"
            for name, one in found.items()
            if name != "a" and one.default is one.empty
        ]
        if self.min_count is not None:
            made.append(f"{self.min_count}")
        if "axis" in found and self.axis != found["axis"].default:
            made.append(f"axis={self.axis}")
        return made

    @property
    def call(self) -> str:
        return f"{self.function}({', '.join(['a', *self.arguments])})"

    @property
    def facts(self) -> list[str]:
        """For people, under `FACTS`."""
        shape, gaps = "x".join(map(str, self.shape)), f"{self.nan:.0%}"
        return [self.call, self.dtype, shape, gaps, f"{self.threads}"]


#: The names of a case's facts.
FACTS = ("call", "dtype", "shape", "NaN", "threads")


@dataclass(frozen=True)
class Plan:
    """Which cells are measured, and how long."""

    shapes: tuple[tuple[int, ...], ...]
    dtypes: tuple[str, ...]
    nans: tuple[float, ...]
    windows: tuple[int, ...]
    #: Each is run so often, in turn with its peers,
    rounds: int
    #: for so many seconds at a time,
    run: float
    #: but no more often than fits into so many seconds.
    patience: float


QUICK = Plan(
    shapes=((10,), (1000,), (1_000_000,), (1000, 1000)),
    dtypes=("float64",),
    nans=(0.0, 0.1),
    windows=(20,),
    rounds=5,
    run=5e-4,
    patience=0.05,
)
NORMAL = Plan(
    shapes=QUICK.shapes,
    dtypes=DTYPES,
    nans=(0.0, 0.1),
    windows=(20,),
    rounds=7,
    run=1e-3,
    patience=0.2,
)
FULL = Plan(
    shapes=(
        (10,),
        (1000,),
        (100_000,),
        (10_000_000,),
        (1000, 1000),
        (100, 100_000),
        (100_000, 100),
        (100, 100, 100),
    ),
    dtypes=DTYPES,
    nans=(0.0, 0.1, 0.5),
    windows=(3, 20, 1000),
    rounds=5,
    run=1e-3,
    patience=0.2,
)


def cases(plan: Plan, names: Iterable[str], threads: Iterable[int]) -> Iterator[Case]:
    """Neighbours have the same data, and the same result."""
    arrays = itertools.product(plan.shapes, plan.dtypes, plan.nans)
    names, threads = list(names), list(threads)
    for shape, dtype, nan in arrays:
        if nan and not is_float(dtype):
            continue
        for name in names:
            for axis, window in _options(name, shape, plan.windows):
                for count in threads:
                    yield Case(name, dtype, shape, axis, nan, window, count)


def shuffled(cells: Iterable[Case]) -> list[Case]:
    """The same in an order that is random, and always the same.

    Those that differ in their threads alone stay together. So the first are a fair
    sample of all.
    """
    groups = [
        list(alike)
        for _, alike in itertools.groupby(
            cells, key=lambda one: replace(one, threads=0)
        )
    ]
    random.Random(2026).shuffle(groups)  # noqa: S311  nothing is kept secret
    return list(itertools.chain.from_iterable(groups))


def _options(
    name: str, shape: tuple[int, ...], windows: tuple[int, ...]
) -> Iterator[tuple[int | None, int | None]]:
    """Axes, and the windows that fit into them."""
    found = parameters(name)
    for axis in _axes(found, len(shape)):
        if "window" not in found:
            yield axis, None
            continue
        length = shape[-1 if axis is None else axis]
        for window in sorted({min(window, length) for window in windows}):
            yield axis, window


def _axes(found: Mapping[str, inspect.Parameter], ndim: int) -> list[int | None]:
    if "axis" not in found:
        return [None]
    # Of one dimension, the first axis is the last.
    if found["axis"].default is None:
        return [None, 0, -1][: ndim + 1]
    return [*[-1, 0][:ndim]]


def data(case: Case) -> Array:
    """Random values below 1, or integers below 1000 or 100; and the share of NaN."""
    rng = np.random.default_rng(2026)
    if not is_float(case.dtype):
        below = 1000 if np.dtype(case.dtype).itemsize > 1 else 100
        return rng.integers(0, below, case.shape).astype(case.dtype)
    a = rng.random(case.size).astype(case.dtype)
    a[: round(case.nan * case.size)] = np.nan
    return (rng.permuted(a) if case.nan else a).reshape(case.shape)
