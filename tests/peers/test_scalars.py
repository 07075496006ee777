"""What pandas and xarray return has the dtype that it has without Bottleneck.

    python -P -m uncork.enable -m pytest tests/peers/test_scalars.py

With Bottleneck, float32 becomes float64 (xarray#6876), as its full reductions are
Python's numbers. What is expected is what they return if there is none.
"""

import importlib
import inspect
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

NAMES = ["sum", "mean", "min", "max", "median", "std", "var", "argmin", "argmax"]
DTYPES = ["f8", "f4", "f2", "i8", "i4", "u1", "?"]

# Without types that mypy could see.
pandas: Any = importlib.import_module("pandas")
xarray: Any = importlib.import_module("xarray")

CALLS: dict[str, Callable[[np.ndarray, str], object]] = {
    "pd.Series": lambda a, name: type(getattr(pandas.Series(a[0]), name)()),
    "pd.DataFrame": lambda a, name: getattr(pandas.DataFrame(a), name)().dtype,
    "all of pd.DataFrame": lambda a, name: type(
        getattr(pandas.DataFrame(a), name)(axis=None)
    ),
    "xr.DataArray": lambda a, name: getattr(xarray.DataArray(a), name)().dtype,
    "xr.DataArray without NaN": lambda a, name: (
        getattr(xarray.DataArray(a), name)(skipna=True).dtype
    ),
    "one axis of xr.DataArray": lambda a, name: (
        getattr(xarray.DataArray(a), name)("dim_0", skipna=True).dtype
    ),
    "xr.Dataset": lambda a, name: (
        getattr(xarray.Dataset({"a": ("x", a[0])}), name)(skipna=True)["a"].dtype
    ),
}


def returned(what: str, name: str, dtype: str) -> str:
    """The type of a result, or its dtype, or the error instead."""
    a = np.array([[1, 0], [1, 1]]).astype(dtype)
    try:
        with warnings.catch_warnings():
            # That `argmin` without an axis will be something else.
            warnings.simplefilter("ignore", FutureWarning)
            return str(CALLS[what](a, name))
    except (AttributeError, TypeError, ValueError) as error:
        return type(error).__name__


def results() -> dict[str, str]:
    with xarray.set_options(use_bottleneck=True, use_numbagg=False):
        return {
            f"{name} of {what} of {dtype}": returned(what, name, dtype)
            for what in CALLS
            for name in NAMES
            for dtype in DTYPES
        }


@pytest.fixture(scope="module")
def without_bottleneck() -> dict[str, str]:
    code = """
        import sys
        sys.modules["bottleneck"] = None
        sys.path.insert(0, sys.argv[1])
        import json, test_scalars
        print(json.dumps(test_scalars.results()))
    """
    done = subprocess.run(
        [sys.executable, "-c", inspect.cleandoc(code), str(Path(__file__).parent)],
        env=os.environ | {"UNCORK_AS_BOTTLENECK": "0"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_it_is_ours_that_they_call() -> None:
    nanops: Any = importlib.import_module("pandas.core.nanops")
    nputils: Any = importlib.import_module("xarray.core.nputils")
    ours = importlib.import_module("uncork.bottleneck.numpy_scalars")
    assert nanops.bn is nputils.bn is ours
    assert nanops._USE_BOTTLENECK


def test_dtypes_are_those_without_bottleneck(
    without_bottleneck: dict[str, str],
) -> None:
    found = results()
    assert found["max of pd.Series of f4"] == "<class 'numpy.float32'>"
    assert found["mean of xr.DataArray of f4"] == "float32"
    assert found == without_bottleneck
