"""The stub of the extension: signatures, types and docstrings, for type checkers.

Run by a Python that has the package installed, as after `maturin develop`: names,
defaults and docstrings are read off the built module, and off its table `_FUNCTIONS` of
what kind each function is. The types of a kind stand here, in PARAMETERS and RESULTS.

Types do not show everything: a list of bools is a list of ints to them, and an array of
swapped bytes looks like any other, though both are answered with NumPy's scalars.
"""

import importlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import ModuleType

from pipeline.commands import Failure
from pipeline.project import PROJECT

PATH = (PROJECT.stubs / PROJECT.module.replace(".", "/")).with_suffix(".pyi")
WIDTH = 88

HEADER = '''\
"""The compiled functions. Written by scripts/generate.py stubs."""

from collections.abc import Sequence
from types import EllipsisType
from typing import (
    Any,
    Literal,
    Never,
    SupportsFloat,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    overload,
)

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Axes: TypeAlias = tuple[SupportsIndex, ...]

# The dtypes of the kernels.
_Float: TypeAlias = np.float32 | np.float64
_Integer: TypeAlias = np.int32 | np.int64
# Those whose mean is a float64.
_Whole: TypeAlias = np.integer[Any] | np.bool_

_FloatT = TypeVar("_FloatT", bound=np.floating[Any])
_InexactT = TypeVar("_InexactT", bound=np.inexact[Any])
_ScalarT = TypeVar("_ScalarT", bound=np.generic)
_ArrayT = TypeVar("_ArrayT", bound=NDArray[np.number[Any] | np.bool_ | np.object_])

_Method: TypeAlias = Literal[
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
]

# How many dimensions an array has. Where its type does not tell, it is of all these, so
# that the first is asked for first. They are type variables, since a shape itself is
# what mypy infers for a call within a call, wrongly.
_UnknownD = TypeVar("_UnknownD", bound=tuple[Never, Never, Never, Never])
_OneD = TypeVar("_OneD", bound=tuple[int])
_MoreD = TypeVar("_MoreD", bound=tuple[int, int, *tuple[int, ...]])
_ShapeT = TypeVar("_ShapeT", bound=tuple[int, ...])
# Where a result is written to.
_OutT = TypeVar("_OutT", bound=NDArray[Any])
'''

NUMBER = "SupportsFloat | SupportsIndex"

# What may be passed, by the type of a default,
OF_DEFAULTS = {bool: "bool", int: "SupportsIndex", float: NUMBER, str: "str"}
# or by the parameter's name; None too where that is the default.
PARAMETERS = {
    "a": "ArrayLike",
    "axis": "SupportsIndex",
    "b": "ArrayLike",
    "default": "SupportsIndex",
    "keepdims": "bool",
    "kth": "SupportsIndex",
    "min_count": "SupportsIndex",
    "method": "_Method",
    "n": "SupportsIndex",
    "new": NUMBER,
    "old": NUMBER,
    "out": "NDArray[Any]",
    "q": "ArrayLike",
    "window": "SupportsIndex",
}


@dataclass(frozen=True)
class Overload:
    """What is returned where the parameters in `types` are of these types."""

    returns: str
    types: Mapping[str, str] = field(default_factory=dict)


def array(shape: str, dtypes: str) -> str:
    return f"np.ndarray[{shape}, np.dtype[{dtypes}]]"


def reduction(
    scalars: Sequence[tuple[str, str, str]],
    arrays: Sequence[tuple[str, str]],
    other: str = "Any",
    other_arrays: str = "Any",
    several: str = " | _Axes",
) -> list[Overload]:
    """A Python object for all values and for one dimension, else an array.

    `scalars` has dtypes, what lists of them hold, and the object's type; `arrays` has
    dtypes and the dtype of the result. `other` is NumPy's answer for all other dtypes.
    `several` is what `axis` may be beside an integer.

    An array whose type does not tell its dimensions gives `NDArray[...] | Any`: an
    array would be a lie for one dimension, a plain union an error wherever an array is
    expected, and Any alone would hide mistakes (typeshed calls it "the Any trick").
    """
    plain = {"keepdims": "Literal[False]", "out": "None"}
    any_axis = {"axis": f"SupportsIndex{several} | None"}

    def whole(returns: str, a: str = "ArrayLike") -> Overload:
        return Overload(returns, {"a": a, "axis": "None", **plain})

    def along(returns: str, a: str = "ArrayLike", axis: str = "") -> Overload:
        return Overload(returns, {"a": a, "axis": axis or "SupportsIndex", **plain})

    def always(returns: str, a: str = "ArrayLike") -> Iterator[Overload]:
        keep = {"keepdims": "Literal[True]", "out": "None"}
        yield Overload(returns, {"a": a, **any_axis, **keep})
        yield Overload(returns, {"a": a, **any_axis, "out": "EllipsisType"})

    def each(shape: str, suffix: str = "", axis: str = "") -> Iterator[Overload]:
        for dtypes, result in arrays:
            yield along(f"NDArray[{result}]{suffix}", array(shape, dtypes), axis)

    return [
        *(
            whole(result, f"NDArray[{dtypes}] | Sequence[{item}] | {item}")
            for dtypes, item, result in scalars
        ),
        *each("_UnknownD", " | Any"),
        *(
            along(result, f"{array('_OneD', dtypes)} | Sequence[{item}]")
            for dtypes, item, result in scalars
        ),
        *each("_MoreD"),
        *each("_ShapeT", " | Any", f"SupportsIndex{several}"),
        whole(other),
        along(other_arrays, axis=f"SupportsIndex{several}"),
        *(
            one
            for dtypes, result in arrays
            for one in always(f"NDArray[{result}]", f"NDArray[{dtypes}]")
        ),
        *always("NDArray[Any]"),
        Overload("_OutT", {**any_axis, "out": "_OutT"}),
    ]


ANY_AXIS = "SupportsIndex | _Axes | None"
NUMBERS = [("_Integer", "int", "int"), ("_Float", "float", "float")]
KERNEL = "_Float | _Integer"

TOTAL = reduction(NUMBERS, [("_InexactT", "_InexactT"), ("_Integer", "np.int64")])
MEAN = reduction(
    [("_Float | _Whole", "float", "float")],
    [("_FloatT", "_FloatT"), ("_Whole", "np.float64")],
)
EXTREME = reduction(NUMBERS, [("_ScalarT", "_ScalarT")])
PLACE = reduction(
    [(KERNEL, "float", "int")],
    [("Any", "np.intp")],
    "int | np.intp",
    "NDArray[np.intp] | Any",
    several="",
)
TRUTH = reduction(
    [(KERNEL, "float", "bool")],
    [("Any", "np.bool_")],
    "bool | np.bool_",
    "NDArray[np.bool_] | Any",
)


FEW = "NDArray[_Float | _Whole] | Sequence[float] | float"


# What remains of two arrays depends on the dimensions of both.
REDUCED_PAIRS = [
    Overload(
        "float",
        {
            "a": FEW,
            "b": FEW,
            "axis": "None",
            "keepdims": "Literal[False]",
            "out": "None",
        },
    ),
    Overload("Any", {"axis": ANY_AXIS, "keepdims": "Literal[False]", "out": "None"}),
    Overload(
        "NDArray[Any]", {"axis": ANY_AXIS, "keepdims": "Literal[True]", "out": "None"}
    ),
    Overload("NDArray[Any]", {"axis": ANY_AXIS, "out": "EllipsisType"}),
    Overload("_OutT", {"axis": ANY_AXIS, "out": "_OutT"}),
]


# Of one share like a reduction; several have dimensions of their own.
QUANTILES = [
    Overload(
        "float",
        {
            "a": FEW,
            "q": "float",
            "axis": "None",
            "keepdims": "Literal[False]",
            "out": "None",
        },
    ),
    Overload("Any", {"q": "float", "axis": ANY_AXIS, "out": "None"}),
    Overload("NDArray[Any]", {"axis": ANY_AXIS, "out": "EllipsisType | None"}),
    Overload("_OutT", {"axis": ANY_AXIS, "out": "_OutT"}),
]


# The dtypes of `kept` are those of the result, too.
def moving(kept: str) -> list[Overload]:
    return [
        *(
            Overload(result, {"a": a, "out": "EllipsisType | None"})
            for a, result in {
                array("_ShapeT", kept): array("_ShapeT", kept),
                array("_ShapeT", "_Whole"): array("_ShapeT", "np.float64"),
                "Sequence[float]": array("tuple[int]", "np.float64"),
                "ArrayLike": "NDArray[Any]",
            }.items()
        ),
        Overload("_OutT", {"out": "_OutT"}),
    ]


MOVING = moving("_InexactT")
MOVING_REAL = moving("_FloatT")


# Of one shape and dtype; others have the shape and the dtype that they have together.
MOVING_PAIRS = [
    *(
        Overload(result, {"a": a, "b": a, "out": "EllipsisType | None"})
        for a, result in {
            array("_ShapeT", "_FloatT"): array("_ShapeT", "_FloatT"),
            "ArrayLike": "NDArray[Any]",
        }.items()
    ),
    Overload("_OutT", {"out": "_OutT"}),
]


# In the shape of the array, or in one dimension without an axis.
def filling(arrays: Sequence[tuple[str, str]], other: str) -> list[Overload]:
    return [
        *(
            Overload(
                array("_ShapeT", result),
                {"a": array("_ShapeT", dtypes), "axis": "SupportsIndex"},
            )
            for dtypes, result in arrays
        ),
        *(
            Overload(
                array("tuple[int]", result), {"a": f"NDArray[{dtypes}]", "axis": "None"}
            )
            for dtypes, result in arrays
        ),
        Overload(f"NDArray[{other}]", {"axis": "SupportsIndex | None"}),
    ]


RANKS = filling([("Any", "np.float64")], "np.float64")
PARTITION = filling([("_ScalarT", "_ScalarT")], "Any")
INDICES = filling([("Any", "np.intp")], "np.intp")
PUSHED = [
    Overload(array("_ShapeT", "_ScalarT"), {"a": array("_ShapeT", "_ScalarT")}),
    Overload("NDArray[Any]"),
]

# What is returned, by the two words that the module's table has for a function, and by
# its name; by that alone, where the table has no such function.
RESULTS: Mapping[str, Sequence[Overload]] = {
    "reduce.total.*": TOTAL,
    "reduce.mean.*": MEAN,
    "reduce.spread.*": MEAN,
    "reduce.shape.*": MEAN,
    "reduce.value.*": EXTREME,
    "reduce.index.*": PLACE,
    "reduce.truth.*": TRUTH,
    "reduce_pairs.*": REDUCED_PAIRS,
    "select.mean.*": MEAN,
    "quantiles.mean.*": QUANTILES,
    "move.total.*": MOVING,
    "move.mean.*": MOVING,
    "move.spread.*": MOVING_REAL,
    "move.shape.*": MOVING_REAL,
    "move.value.*": MOVING,
    "move.index.*": MOVING,
    "move.rank.*": MOVING,
    "move_pairs.*": MOVING_PAIRS,
    "fill.rank.*": RANKS,
    "fill.value.partition": PARTITION,
    "fill.value.push": PUSHED,
    "fill.index.*": INDICES,
    "replace.*": [Overload("_ArrayT", {"a": "_ArrayT"})],
    "get_num_threads": [Overload("int")],
    "set_num_threads": [Overload("None")],
}


def generate(module: ModuleType, results: Mapping[str, Sequence[Overload]]) -> str:
    """What the file should hold."""
    exported = "".join(f'    "{name}",\n' for name in sorted(module.__all__))
    parts = [f"{HEADER}\n__all__ = [\n{exported}]\n\n"]
    table: Mapping[str, tuple[str, str]] = getattr(module, "_FUNCTIONS", {})
    keys = []
    private = sorted(name for name in vars(module) if name[0] == "_" != name[1])
    for name in [*module.__all__, *private]:
        value = getattr(module, name)
        if inspect.isroutine(value):
            keys.append(".".join([*table.get(name, ()), name]))
            parts.append(function(keys[-1], value, results))
        else:
            parts.append(f"{name}: {type_of(value)}\n\n")
    for pattern in results:
        if not any(fnmatchcase(key, pattern) for key in keys):
            raise Failure(f"RESULTS has {pattern}, {module.__name__} has not")
    return "".join(parts).rstrip("\n") + "\n"


def type_of(value: object) -> str:
    """As an annotation; all items of a dict are like its first."""
    if isinstance(value, dict):
        return f"dict[{', '.join(type_of(part) for part in next(iter(value.items())))}]"
    if isinstance(value, tuple):
        return f"tuple[{', '.join(map(type_of, value))}]"
    return type(value).__name__


def function(
    key: str, value: Callable[..., object], results: Mapping[str, Sequence[Overload]]
) -> str:
    """Its definitions, the first with the docstring."""
    found = [result for pattern, result in results.items() if fnmatchcase(key, pattern)]
    if len(found) != 1:
        raise Failure(f"{key} needs one entry in RESULTS, has {len(found)}")
    name = key.rpartition(".")[2]
    decorator = "@overload\n" if len(found[0]) > 1 else ""
    first, *others = (
        f"{decorator}{definition(name, inspect.signature(value), overload)}"
        for overload in found[0]
    )
    doc = docstring(name, inspect.getdoc(value))
    return "".join([f"{first}\n{doc}\n", *(f"{other} ...\n" for other in others)])


def definition(name: str, signature: inspect.Signature, overload: Overload) -> str:
    """As ruff formats it."""
    names = list(parameters(name, signature, overload.types))
    line = f"def {name}({', '.join(names)}) -> {overload.returns}:"
    if len(f"{line} ...") <= WIDTH:
        return line
    each = "".join(f"    {one},\n" for one in names)
    return f"def {name}(\n{each}) -> {overload.returns}:"


def parameters(
    name: str, signature: inspect.Signature, types: Mapping[str, str]
) -> Iterator[str]:
    """Each with its type, and with its default if that is of this type."""
    keyword_only = False
    for one in signature.parameters.values():
        if one.kind is one.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            yield "*"
        type_ = types.get(one.name) or usual_type(name, one)
        fits = is_of(one.default, type_)
        given = one.default is not one.empty and fits
        yield f"{one.name}: {type_}" + (f" = {spelled(one.default)}" if given else "")


def spelled(default: object) -> str:
    """As ruff formats it."""
    return json.dumps(default) if isinstance(default, str) else repr(default)


def is_of(default: object, type_: str) -> bool:
    if default is None:
        return type_.endswith("None")
    if type_.startswith("Literal"):
        return type_ == f"Literal[{default!r}]"
    return type_ != "None"


def usual_type(name: str, parameter: inspect.Parameter) -> str:
    default = parameter.default
    usual = PARAMETERS.get(parameter.name) or OF_DEFAULTS.get(type(default))
    if not usual:
        raise Failure(f"{name}: {parameter.name} needs an entry in PARAMETERS")
    return f"{usual} | None" if default is None else usual


def docstring(name: str, text: str | None) -> str:
    if not text:
        raise Failure(f"{name} has no docstring")
    raw = "r" if "\\" in text else ""
    lines = f'{raw}"""{text}\n"""' if "\n" in text else f'{raw}"""{text}"""'
    return textwrap.indent(lines, "    ") + "\n"


def installed() -> ModuleType:
    try:
        return importlib.import_module(PROJECT.module)
    except ImportError as error:
        raise Failure(f"{error}: run `maturin develop` in this environment") from error


def current() -> str:
    return PATH.read_text("utf-8") if PATH.exists() else ""


def write() -> str:
    PATH.write_text(generate(installed(), RESULTS), "utf-8", newline="\n")
    return f"wrote {PATH.name}"


def check() -> str:
    if current() != generate(installed(), RESULTS):
        raise Failure(
            f"{PATH.name} is stale: maturin develop, python scripts/generate.py stubs"
        )
    return f"{PATH.name} is up to date"
