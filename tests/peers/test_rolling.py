"""xarray's rolling windows over dask's chunks, whatever their length, are pandas'.

    python -P -m uncork.enable -m pytest tests/peers/test_rolling.py

Windows longer than the axis or its chunks were refused, which xarray's users met most
(xarray#4922, #9862, #10115); dask calls a function once on an array of one value, too.
"""

import importlib
from typing import Any

import numpy as np
import pytest

import uncork

# Without types that mypy could see.
dask: Any = importlib.import_module("dask.array")
nputils: Any = importlib.import_module("xarray.core.nputils")
pandas: Any = importlib.import_module("pandas")
xarray: Any = importlib.import_module("xarray")


def test_it_is_ours_that_xarray_calls() -> None:
    assert nputils.bn.move_sum is uncork.move_sum


@pytest.mark.parametrize("min_periods", [1, 2, None])
@pytest.mark.parametrize("name", ["sum", "mean", "min", "max", "std", "median"])
@pytest.mark.parametrize(
    ("length", "chunks", "window"),
    [(3, 3, 5), (10, 1, 4), (10, (3, 3, 4), 6), (7, 2, 7), (1, 1, 2)],
)
def test_chunks_are_shorter_than_the_window(
    length: int, chunks: Any, window: int, name: str, min_periods: int | None
) -> None:
    values = np.arange(float(length))
    values[length // 2 :][: length > 1] = np.nan
    lazy = dask.from_array(values, chunks=(chunks,))
    desired = pandas.Series(values).rolling(window, min_periods)
    options = {"ddof": 0} if name == "std" else {}
    expected = getattr(desired, name)(**options)
    for array in (values, lazy):
        windows = xarray.DataArray(array, dims="x").rolling(
            x=window, min_periods=min_periods
        )
        np.testing.assert_allclose(getattr(windows, name)(), expected, atol=1e-12)


def test_dask_may_ask_with_an_array_of_one_value() -> None:
    ones = dask.ones(10, chunks=5)
    sums = ones.map_blocks(uncork.move_sum, 2, 1)
    np.testing.assert_array_equal(sums.compute(), [1, 2, 2, 2, 2] * 2)
