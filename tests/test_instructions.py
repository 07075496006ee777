"""Every instruction set gives the same results."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import numpy as np
import pytest

from functions import OF_ARRAYS
from processes import run

if TYPE_CHECKING:
    from pathlib import Path

#: Writes the results of every function on arrays of every kind to a file.
CODE = """
import sys
import numpy as np
import uncork
from uncork.bench.cases import DTYPES

rng = np.random.default_rng(0)
results = {}
for dtype in DTYPES:
    for shape in [(7,), (5003,), (60, 50)]:
        values = rng.normal(size=shape) * 10.0 ** rng.integers(-9, 10, shape)
        for share in (0.0, 0.1) if dtype.startswith("f") else (0.0,):
            a = np.where(rng.random(shape) < share, np.nan, values).astype(dtype)
            a.flat[0] = 1
            for name in sys.argv[2:]:
                function = getattr(uncork, name)
                first = {"replace": (1, 2), "partition": (2,), "argpartition": (2,)}
                for w in (1, 4, 40) if name.startswith("move_") else (None,):
                    if w is not None and w > shape[-1]:
                        continue
                    arguments = first.get(name, () if w is None else (w, 1))
                    b = a.copy()
                    result = function(b, *arguments)
                    key = f"{name} {dtype} {shape} {share} {w}"
                    results[key] = b if result is None else result
np.savez(sys.argv[1], **results)
"""


def results(cpu: str, path: Path) -> dict[str, np.ndarray]:
    code = f"import sys; sys.argv[1:] = {[str(path), *OF_ARRAYS]!r}\n{CODE}"
    done = run(code, UNCORK_CPU=cpu)
    assert done.returncode == 0, done.stderr
    with np.load(path) as file:
        return dict(file)


def available() -> list[str]:
    """The names that this machine allows, read off the error."""
    words = run("import uncork", UNCORK_CPU="none").stderr
    _, found, rest = words.partition("ValueError: UNCORK_CPU must be ")
    assert found
    names, _, value = rest.partition(" on this machine, got ")
    assert value.strip() == '"none"'
    return names.split(" or ")


def test_results_do_not_depend_on_instructions(tmp_path: Path) -> None:
    names = available()
    assert names[0] == "baseline"
    if platform.machine() not in {"x86_64", "AMD64"}:
        assert names == ["baseline"]
    desired = results("baseline", tmp_path / "baseline.npz")
    assert len(desired) > len(OF_ARRAYS)
    for name in names[1:]:
        actual = results(name, tmp_path / f"{name}.npz")
        assert actual.keys() == desired.keys()
        for key, values in actual.items():
            np.testing.assert_array_equal(values, desired[key], f"{name} {key}")


@pytest.mark.parametrize("value", ["", "AVX2", "sse", "baseline "])
def test_wrong_environment_variable(value: str) -> None:
    done = run("import uncork", UNCORK_CPU=value)
    assert done.returncode != 0
    assert f'got "{value}"' in done.stderr
