"""Every function once, in every dtype and memory layout: for machines that are slow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from arrays import DTYPES, LAYOUTS
from functions import FILL, MOVE, OF_ARRAYS, PARTITIONS, REDUCE, call, parameters
from reference import reference

pytestmark = pytest.mark.smoke

#: What the functions need besides an array and an axis.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(REDUCE, ()),
    **dict.fromkeys(MOVE, (3, 1)),
    **dict.fromkeys(FILL, ()),
    **dict.fromkeys(PARTITIONS, (4,)),
    "replace": (2, 7),
}


def values(dtype: str) -> np.ndarray:
    """Longer than a vector and a row along either axis; NaN where there can be one."""
    a = np.random.default_rng(0).integers(-9, 9, (37, 35)).astype(dtype)
    if a.dtype.kind == "f":
        a[::5, ::3] = np.nan
    return a


def test_every_function_is_smoked() -> None:
    assert ARGUMENTS.keys() == set(OF_ARRAYS)


def in_order(name: str, a: np.ndarray, result: Any, axis: int | None) -> Any:
    """The values of a partition, whose order is not of the essence."""
    if name not in PARTITIONS or axis is None:
        return result
    is_places = name == "argpartition"
    return np.sort(np.take_along_axis(a, result, axis) if is_places else result, axis)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_smoke(name: str, dtype: str) -> None:
    desired: dict[int | None, Any] = {}
    for layout, lay_out in LAYOUTS.items():
        for axis in (0, 1) if "axis" in parameters(name) else (None,):
            a = lay_out(values(dtype))
            if not a.flags.writeable and name == "replace":
                continue
            keywords = {} if axis is None else {"axis": axis}
            actual = call(name, a, *ARGUMENTS[name], **keywords)
            actual = in_order(name, a, actual, axis)
            if axis not in desired:
                arguments = (values(dtype), *ARGUMENTS[name])
                found = reference(name, *arguments, **keywords)
                desired[axis] = in_order(name, values(dtype), found, axis)
            np.testing.assert_allclose(
                actual,
                desired[axis],
                rtol=1e-4 if dtype == "float32" else 1e-10,
                err_msg=f"{layout}, axis {axis}",
            )
