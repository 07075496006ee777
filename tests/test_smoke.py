"""Every function once, in every dtype and memory layout: for machines that are slow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from arrays import DTYPES, LAYOUTS
from functions import MOVE, OF_ARRAYS, REDUCE, call, parameters
from reference import reference

pytestmark = pytest.mark.smoke

#: What the functions need besides an array and an axis.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(REDUCE, ()),
    **dict.fromkeys(MOVE, (3, 1)),
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
            if axis not in desired:
                arguments = (values(dtype), *ARGUMENTS[name])
                desired[axis] = reference(name, *arguments, **keywords)
            np.testing.assert_allclose(
                actual,
                desired[axis],
                rtol=1e-4 if dtype == "float32" else 1e-10,
                err_msg=f"{layout}, axis {axis}",
            )
