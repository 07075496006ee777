"""Run pandas' own tests of its reductions, as shipped in its wheel, on our functions.

    python tests/peers/pandas_suite.py [PYTEST ARGUMENTS]

It fails as well where pandas has not called us.
"""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import suite

TESTS = ("tests/test_nanops.py", "tests/frame/test_reductions.py", "tests/reductions")

# What `pandas/core/nanops.py` leaves to Bottleneck.
CALLED = ("nanmax", "nanmedian", "nanmin", "nanstd", "nanvar")

DEVIATIONS: dict[str, str] = {}


def main(options: Sequence[str]) -> int:
    bottleneck = suite.enable()
    calls = suite.Calls(bottleneck)
    nanops = importlib.import_module("pandas.core.nanops")
    if nanops.bn is not suite.numpy_scalars or not nanops._USE_BOTTLENECK:
        sys.exit(f"pandas does not use us, but {nanops.bn}")
    package = Path(str(importlib.import_module("pandas").__file__)).parent
    status = suite.run(package, TESTS, DEVIATIONS, *options)
    calls.require(CALLED)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
