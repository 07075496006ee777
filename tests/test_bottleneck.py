"""The namespace of Bottleneck: the names, and what goes with the functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import uncork
import uncork.bottleneck as bn
from functions import FUNCTIONS
from uncork.bottleneck import functions

ALL = bn.get_functions("all", as_string=True)

#: The functions of Bottleneck 1.6.
BOTTLENECK = {
    "allnan", "anynan", "argpartition", "median", "move_argmax", "move_argmin",
    "move_max", "move_mean", "move_median", "move_min", "move_rank", "move_std",
    "move_sum", "move_var", "nanargmax", "nanargmin", "nanmax", "nanmean", "nanmedian",
    "nanmin", "nanrankdata", "nanstd", "nansum", "nanvar", "partition", "push",
    "rankdata", "replace", "ss",
}  # fmt: skip


def test_its_functions_are_there_and_no_others() -> None:
    assert sorted(ALL) == sorted(BOTTLENECK)
    assert {name for name in vars(bn) if name in FUNCTIONS} == BOTTLENECK


def test_functions_are_those_of_the_package() -> None:
    for name, function in zip(ALL, bn.get_functions("all"), strict=True):
        assert function is getattr(bn, name) is FUNCTIONS[name]
        assert function.__name__ == name
        assert getattr(bn.slow, name) is getattr(uncork.slow, name)


def test_functions_of_a_kind() -> None:
    assert bn.get_functions("nonreduce") == [uncork.replace]
    assert bn.get_functions("nonreduce", as_string=True) == ["replace"]
    assert {"nansum", "median", "anynan"} <= {*bn.get_functions("reduce", True)}
    assert {"move_sum", "move_max"} <= {*bn.get_functions("move", True)}
    kinds = ["reduce", "move", "nonreduce", "nonreduce_axis"]
    assert [name for kind in kinds for name in bn.get_functions(kind, True)] == ALL


def test_unknown_kind() -> None:
    words = "module_name must be one of reduce, .*, all, got 'moves'"
    with pytest.raises(ValueError, match=words):
        bn.get_functions("moves")


def test_version() -> None:
    assert bn.__version__ == f"1.6.0+uncork.{uncork.__version__}"


def test_own_test() -> None:
    assert bn.test()
    assert bn.test("full", verbose=2, extra_argv=["-x"])


@pytest.mark.parametrize("name", ALL)
def test_own_test_finds_a_wrong_result(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(*args: Any) -> Any:
        result = np.array(FUNCTIONS[name](*args), dtype=float)
        return (-1 - result).astype(int) if name == "argpartition" else -1 - result

    # That it finds nothing else is known by the test before.
    monkeypatch.setattr(functions, "FUNCTIONS", {name: wrong})
    assert not bn.test()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{name} of float64 along axis 0 differs from uncork.slow"
    assert all(line.startswith(f"{name} of ") for line in lines)


@pytest.mark.parametrize("name", ["bench", "bench_detailed"])
def test_a_benchmark_names_its_successor(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    getattr(bn, name)("nansum", functions=None)
    assert capsys.readouterr().out == "python -m uncork.bench --help\n"
