"""Whatever is called with whatever, it is the right result or an ordinary error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import MOST_DIMENSIONS, check_call
from conftest import EXAMPLES
from functions import MOVE, NOT_OF_COMPLEX, OF_ARRAYS, call, parameters


@given(st.binary(max_size=80))
@settings(max_examples=20 * EXAMPLES)
def test_any_call(data: bytes) -> None:
    check_call(data)


@pytest.mark.parametrize("dtype", ["f8", "i4", "longdouble", "c16", "O"])
@pytest.mark.parametrize("name", MOVE)
def test_no_value_has_no_window(name: str, dtype: str) -> None:
    if name in NOT_OF_COMPLEX and dtype == "c16":
        return
    a = np.empty((2, 0), dtype)
    assert call(name, a, 1).shape == a.shape


ARGUMENTS = {"replace": (7, 5), "partition": (1,), "argpartition": (1,)}
ARGUMENTS |= dict.fromkeys(MOVE, (2, 1))


@pytest.mark.parametrize(
    "dtype", ["f8", "u1", ">f4", "longdouble", "c16", "O", "m8[s]"]
)
@pytest.mark.parametrize("name", OF_ARRAYS)
def test_as_many_dimensions_as_numpy_has(name: str, dtype: str) -> None:
    """Some of NumPy's own functions fail there."""
    lane = np.array([3, 1, 7, 7]).astype(dtype)
    for axis in [0, 20, MOST_DIMENSIONS - 1]:
        shape = [1] * MOST_DIMENSIONS
        shape[axis] = lane.size
        arguments = {"axis": axis} if "axis" in parameters(name) else {}
        try:
            expected = call(name, lane.copy(), *ARGUMENTS.get(name, ()))
        except TypeError as error:  # complex numbers have no order
            with pytest.raises(TypeError, match=re.escape(str(error))):
                call(name, lane.reshape(shape), *ARGUMENTS.get(name, ()), **arguments)
            continue
        many = lane.copy().reshape(shape)
        actual = call(name, many, *ARGUMENTS.get(name, ()), **arguments)
        np.testing.assert_array_equal(np.ravel(actual), np.ravel(expected))
        assert np.ndim(actual) >= MOST_DIMENSIONS - 1 or "axis" not in arguments


PANIC = """
import os


def test_a_thread_that_panics():
    os.write(2, b"thread panicked at src/lib.rs:1:1:")


def test_another():
    pass
"""


def test_a_panic_fails_its_test(tmp_path: Path) -> None:
    (tmp_path / "test_panic.py").write_text(PANIC)
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conftest", "test_panic.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
    )
    assert "1 failed, 1 passed" in finished.stdout
    assert "1 panics" in finished.stdout
