"""Whatever is called with whatever, it is the right result or an ordinary error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import check_call
from conftest import EXAMPLES
from functions import MOVE, call


@given(st.binary(max_size=80))
@settings(max_examples=20 * EXAMPLES)
def test_any_call(data: bytes) -> None:
    check_call(data)


@pytest.mark.parametrize("dtype", ["f8", "i4", "longdouble", "c16", "O"])
@pytest.mark.parametrize("name", MOVE)
def test_no_value_has_no_window(name: str, dtype: str) -> None:
    a = np.empty((2, 0), dtype)
    assert call(name, a, 1).shape == a.shape


def test_objects_may_have_many_dimensions() -> None:
    most = 64 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 32
    assert call("nansum", np.full((1,) * most, 7, dtype=object)) == 7


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
