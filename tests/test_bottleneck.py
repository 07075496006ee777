"""The namespace of Bottleneck: the names, and what goes with the functions."""

from __future__ import annotations

import inspect
import time
from typing import Any

import numpy as np
import pytest

import uncork
import uncork.bottleneck as bn
from functions import FUNCTIONS, OF_ARRAYS
from uncork.bottleneck import benchmark, functions

ALL = bn.get_functions("all", as_string=True)

#: The functions of Bottleneck 1.6.
BOTTLENECK = {
    "allnan", "anynan", "argpartition", "median", "move_argmax", "move_argmin",
    "move_max", "move_mean", "move_median", "move_min", "move_rank", "move_std",
    "move_sum", "move_var", "nanargmax", "nanargmin", "nanmax", "nanmean", "nanmedian",
    "nanmin", "nanrankdata", "nanstd", "nansum", "nanvar", "partition", "push",
    "rankdata", "replace", "ss",
}  # fmt: skip


def test_all_that_we_have_of_it_are_listed() -> None:
    assert sorted(ALL) == sorted(BOTTLENECK & {*OF_ARRAYS})


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


@pytest.fixture
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes by the call."""

    def called(call: Any) -> float:
        call()
        return 1.0

    monkeypatch.setattr(benchmark, "seconds", called)


@pytest.mark.usefixtures("_clock")
def test_bench(capsys: pytest.CaptureFixture[str]) -> None:
    bn.bench(shapes=[(100,), (7, 20)], axes=[0, 1], nans=[False, True], order="F")
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:5] == [
        f"{'':<13}{'no NaN':>12}{'NaN':>12}",
        f"{'':<13}{'100':>12}{'7x20':>12}",
        f"{'':<13}{'axis=0':>12}{'axis=1':>12}",
    ]
    assert [line.split() for line in lines[5:]] == [
        [name, "1.0", "1.0"] for name in ALL
    ]


@pytest.mark.usefixtures("_clock")
def test_bench_of_some(capsys: pytest.CaptureFixture[str]) -> None:
    bn.bench([(5,)], [0], [True], "int32", functions=["median"])
    assert capsys.readouterr().out.splitlines()[5:] == [f"{'median':<13}{'1.0':>12}"]


@pytest.mark.usefixtures("_clock")
def test_bench_detailed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark, "CASES", (((9,), (0,)), ((2, 3), (0, 1))))
    bn.bench_detailed("move_sum", fraction_nan=0.3)
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["9", "axis=0", "1.0"],
        ["2x3", "axis=0", "1.0"],
        ["2x3", "axis=1", "1.0"],
    ]
    bn.bench_detailed("all")
    assert len(capsys.readouterr().out.splitlines()) == 4 * len(ALL)


def test_fraction_of_nan() -> None:
    a = benchmark._array((100, 100), 0.2)
    assert a.shape == (100, 100)
    assert 0.15 < np.isnan(a).mean() < 0.25


def test_seconds_are_of_one_call() -> None:
    # Three rounds of a fifth of a second, slept through.
    assert 0.0005 < benchmark.seconds(lambda: time.sleep(0.001)) < 0.1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: bn.bench(shapes=[(3,)]), "must be of one length, got 1, 5 and 5"),
        (lambda: bn.bench(functions=["x", "ss"]), "must be of allnan, .*, got x$"),
        (lambda: bn.bench_detailed("x"), "must be of allnan, .*, got x$"),
        (lambda: bn.bench_detailed(fraction_nan=1.5), "between 0 and 1, got 1.5"),
    ],
)
def test_errors(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("name", ["bench", "bench_detailed"])
def test_parameters_are_those_of_bottleneck(name: str) -> None:
    parameters = {
        "bench": ["shapes", "axes", "nans", "dtype", "order", "functions"],
        "bench_detailed": ["function", "fraction_nan"],
    }
    assert [*inspect.signature(getattr(bn, name)).parameters] == parameters[name]
