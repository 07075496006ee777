"""Run xarray's own tests, as shipped in its wheel, on our functions.

    python tests/peers/xarray_suite.py [PYTEST ARGUMENTS]

Of rolling windows, ranks, filling forward and backward, and reductions, with
`use_bottleneck=True`. It fails as well where xarray has not called us.
"""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import suite

TESTS = (
    "tests/test_rolling.py",
    "tests/test_missing.py",
    "tests/test_duck_array_ops.py",
    "tests/test_dataarray.py::TestDataArray::test_rank",
    "tests/test_dataarray.py::TestDataArray::test_reduce",
    "tests/test_dataarray.py::TestDataArray::test_reduce_keepdims_bottleneck",
    "tests/test_dataarray.py::TestReduce1D",
    "tests/test_dataarray.py::TestReduce2D",
    "tests/test_dataarray.py::TestReduce3D",
    "tests/test_dataset.py::TestDataset::test_rank",
    "tests/test_dataset.py::TestDataset::test_reduce",
    "tests/test_dataset.py::TestDataset::test_reduce_dtypes",
    "tests/test_variable.py::TestVariable::test_rank",
    "tests/test_variable.py::TestVariable::test_big_endian_reduce",
    "tests/test_variable.py::TestVariable::test_reduce_funcs",
    "tests/test_variable.py::TestVariable::test_reduce_use_bottleneck",
)

# What xarray leaves to Bottleneck, by `rolling`, `nputils`, `rank` and `ffill`.
CALLED = (
    "move_argmax",
    "move_argmin",
    "move_max",
    "move_mean",
    "move_median",
    "move_min",
    "move_std",
    "move_sum",
    "move_var",
    "nanargmax",
    "nanargmin",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanrankdata",
    "nanvar",
    "push",
    "rankdata",
)

DEVIATIONS: dict[str, str] = {}


def main(options: Sequence[str]) -> int:
    bottleneck = suite.enable()
    calls = suite.Calls(bottleneck)
    xarray = importlib.import_module("xarray")
    nputils = importlib.import_module("xarray.core.nputils")
    if nputils.bn is not suite.numpy_scalars:
        sys.exit(f"xarray does not use us, but {nputils.bn}")
    package = Path(str(xarray.__file__)).parent
    with xarray.set_options(use_bottleneck=True, use_numbagg=False):
        status = suite.run(package, TESTS, DEVIATIONS, *options)
    calls.require(CALLED)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
