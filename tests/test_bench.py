"""The benchmark: its cells, its checks, its arithmetic. No time is looked at."""

from __future__ import annotations

import math
import re
import sys
import time
import timeit
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import uncork
from functions import OF_ARRAYS, QUANTILES, parameters
from processes import run as run_python
from uncork import slow
from uncork.bench import __main__ as command
from uncork.bench import cases, check, page, peers, report, run, timing
from uncork.bench.cases import Case, Plan
from uncork.bench.run import Result, Run
from uncork.bench.timing import Seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Of every kind of cell a small one.
PLAN = Plan(
    shapes=((10,), (30, 20), (4, 5, 6)),
    dtypes=cases.DTYPES,
    nans=(0.0, 0.1),
    windows=(3, 20),
    rounds=2,
    run=1e-6,
    patience=1e-3,
)
CASES = list(cases.cases(PLAN, cases.functions(), [1, 2]))

ratios = st.floats(1e-3, 1e3)


def case_of(function: str, **others: Any) -> Case:
    return replace(Case(function, "float64", (10,), None, 0.0, None, 1), **others)


def result(function: str, size: int = 10, **minima: float) -> Result:
    seconds = {peer: Seconds(value, 2 * value) for peer, value in minima.items()}
    return Result(case_of(function, shape=(size,)), seconds)


def a_run(*results: Result) -> Run:
    known = ("bench", "today", {"cores": 2}, {"uncork": "1"}, {}, {})
    return Run(*known, planned=len(results), results=list(results))


@pytest.fixture(autouse=True)
def _same_threads() -> Iterator[None]:
    threads = uncork.get_num_threads()
    yield
    uncork.set_num_threads(threads)


# Cells.


def test_every_function_is_measured() -> None:
    assert cases.functions() == sorted([*OF_ARRAYS, *QUANTILES])
    assert {case.function for case in CASES} == {*OF_ARRAYS, *QUANTILES}


def test_a_new_function_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its signature alone, and against NumPy."""

    def separate(a: Any, kth: int, axis: int | None = -1) -> Any:
        return np.partition(a, kth, axis)

    for module in (uncork, slow):
        monkeypatch.setattr(module, "separate", separate, raising=False)
    monkeypatch.setitem(cases.KIND, "separate", "fill")
    assert "separate" in cases.functions()
    made = list(cases.cases(PLAN, ["separate"], [1]))
    assert {case.call for case in made if case.shape == (10,)} == {"separate(a, 4)"}
    modules = run.installed(["uncork", "numpy"])
    for found in run.measure(PLAN, made, modules):
        assert set(found.seconds) == {"uncork", "numpy"}
        assert not found.wrong


def test_cells_differ_and_are_what_they_say() -> None:
    assert len(set(CASES)) == len(CASES)
    for case in CASES:
        a = cases.data(case)
        assert (a.dtype, a.shape) == (case.dtype, case.shape)
        assert np.isnan(a).sum() == round(case.nan * a.size)
        assert case.window is None or 1 <= case.window <= case.length


def test_a_sample_is_the_beginning_of_another_order() -> None:
    order = cases.shuffled(CASES)
    assert order == cases.shuffled(CASES) != CASES
    assert len(order) == len(CASES)
    assert {*order} == {*CASES}
    for one, other in zip(order[::2], order[1::2], strict=True):
        assert (replace(one, threads=2), one.threads) == (other, 1)


def test_a_sample_ends_in_time() -> None:
    results = [result("nansum", uncork=size) for size in (1.0, 2.0, 3.0)]
    assert list(run.for_minutes(iter(results), 1.0)) == results
    assert list(run.for_minutes(iter(results), 0.0)) == results[:1]
    sample = replace(a_run(*results), planned=7)
    assert report.summary(a_run(*results)).startswith("3 cells; ")
    assert report.summary(sample).startswith("3 cells, a random sample of 7; ")


def test_axes_and_windows() -> None:
    of_sum = [c for c in CASES if (c.function, c.dtype) == ("nansum", "float64")]
    found = {(case.shape, case.axis) for case in of_sum}
    of_plane = {((30, 20), axis) for axis in (None, 0, -1)}
    assert found == {((10,), None), ((10,), 0), *of_plane} | {
        ((4, 5, 6), axis) for axis in (None, 0, -1)
    }
    of_mean = {c for c in CASES if c.function == "move_mean" and c.shape == (10,)}
    # Neither is longer than the lane.
    assert {(case.axis, case.window) for case in of_mean} == {(-1, 3), (-1, 10)}


@pytest.mark.parametrize(
    ("case", "call"),
    [
        (case_of("nansum"), "nansum(a)"),
        (case_of("nansum", axis=0), "nansum(a, axis=0)"),
        (case_of("nanvar", axis=-1), "nanvar(a, axis=-1)"),
        (case_of("move_sum", window=3, axis=-1), "move_sum(a, 3)"),
        (case_of("move_sum", window=3, axis=0), "move_sum(a, 3, axis=0)"),
        (case_of("move_sum", window=3, axis=-1, nan=0.1), "move_sum(a, 3, 2)"),
        (case_of("replace"), "replace(a, nan, 7.0)"),
        (case_of("replace", dtype="int32"), "replace(a, 3, -1)"),
    ],
)
def test_calls_are_the_shortest(case: Case, call: str) -> None:
    assert case.call == call


# Checks.


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_results_are_right(name: str) -> None:
    modules = run.installed(["uncork", "numpy"])
    of_name = [case for case in CASES if case.function == name and case.threads == 1]
    found = list(run.measure(PLAN, of_name, modules))
    assert [one.case for one in found] == of_name
    for one in found:
        assert not one.failed
        assert "uncork" not in one.wrong
        assert set(one.seconds) == set(one.first) == {"uncork", "numpy"}
        assert min(one.ratio("numpy"), *one.first.values()) > 0


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_wrong_results_are_found(name: str) -> None:
    for case in [c for c in CASES if c.function == name and c.threads == 1]:
        a = cases.data(case)
        desired = check.truth(case, a)
        right = np.asarray(getattr(slow, name)(a.copy(), *arguments(case)))
        assert check.off(case, a, right, desired) == 0
        assert check.off(case, a, spoilt(case, a, right), desired) > 0
        assert check.off(case, a, right[..., np.newaxis], desired) == math.inf


def spoilt(case: Case, a: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Every value a little off; of places, all are that of the least value."""
    if case.function == "argpartition":
        return np.zeros_like(right) + a.argmin(case.axis, keepdims=True)
    wrong = right.astype(np.float64)
    wrong[np.isnan(wrong)] = 1.0
    return wrong + 2e-5 * np.maximum(1, abs(wrong))


def arguments(case: Case) -> list[Any]:
    """By place, as `slow` is called in tests."""
    if "kth" in parameters(case.function):
        return [(case.length - 1) // 2, case.axis]
    if case.function == "push":
        return [None, case.axis]
    if "old" in parameters(case.function):
        return [math.nan, 7.0] if cases.is_float(case.dtype) else [3, -1]
    if case.window is None:
        return [case.axis]
    return [case.window, case.min_count, case.axis]


def test_windows_are_checked_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many for NumPy; each depends on its own values only."""
    monkeypatch.setattr(check, "LOOKED_AT", 12)
    case = case_of("move_sum", shape=(2, 10), window=3, axis=-1)
    a = np.arange(20.0).reshape(2, 10)
    np.testing.assert_array_equal(check.truth(case, a), [[21, 24], [51, 54]])
    across = replace(case, shape=(10, 2), axis=0)
    np.testing.assert_array_equal(check.truth(across, a.T), [[21, 24], [51, 54]])
    assert check.off(case, a, uncork.move_sum(a, 3), check.truth(case, a)) == 0


def test_a_call_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(a: Any, axis: int | None = None) -> Any:
        del a, axis
        raise ValueError("not\ntoday")

    monkeypatch.setattr(uncork, "nansum", fails)
    modules = run.installed(["uncork", "numpy"])
    (found,) = run.measure(PLAN, [case_of("nansum")], modules)
    assert found.failed == {"uncork": "ValueError: not"}
    assert set(found.seconds) == {"numpy"}
    failed = a_run(found)
    assert report.of_failed(failed).rows == [
        ["nansum", "uncork", "ValueError: not", "1"]
    ]
    for table in [report.of_cells(failed), *report.tables(failed)]:
        assert all(len(row) == len(table.columns) for row in table.rows)
    assert report.of_comparison(failed, failed).rows == []


def test_data_come_back() -> None:
    """What is replaced is put back, or later rounds had nothing to replace."""
    case = case_of("replace", nan=0.5)
    a = cases.data(case)
    work = peers.same_call(case, a, uncork.replace)
    assert not np.isnan(work.ours(work.run())).any()
    timeit.timeit(work.statement, globals=work.names, number=3)
    np.testing.assert_array_equal(work.names["a"], a)
    assert np.isnan(a).sum() == 5


def test_absent_peers_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bottleneck", None)
    assert list(run.installed(["uncork", "bottleneck"])) == ["uncork"]
    assert capsys.readouterr().out.startswith("without bottleneck: ")


# Arithmetic.


@given(st.lists(ratios, min_size=1))
def test_geometric_mean(values: list[float]) -> None:
    mean = report.geometric_mean(values)
    assert mean == pytest.approx(math.prod(v ** (1 / len(values)) for v in values))
    assert mean * report.geometric_mean(1 / v for v in values) == pytest.approx(1)


def test_geometric_mean_of_nothing() -> None:
    assert math.isnan(report.geometric_mean([]))
    assert report.ratio(math.nan) == ""


def test_means_are_of_the_cells_that_a_peer_has() -> None:
    of_one = a_run(
        result("nansum", uncork=1.0, bottleneck=8.0, numpy=4.0),
        result("nansum", 20, uncork=2.0, bottleneck=1.0),
    )
    table = report.of_means(of_one)
    assert table.columns[1:] == [
        "bottleneck",
        "numpy",
        "the best",
        "least of bottleneck",
    ]
    assert table.rows[0] == ["nansum", "2.00", "4.00", "1.41", "0.50"]
    assert table.rows[1] == ["all, 1 threads", *table.rows[0][1:]]


def test_summary_is_of_all_cells() -> None:
    of_two = a_run(
        result("nansum", uncork=1.0, bottleneck=8.0, numpy=4.0),
        result("nanmax", 20, uncork=2.0, bottleneck=1.0),
    )
    words = "bottleneck 2.00, numpy 4.00, the best of them 1.41"
    assert report.summary(of_two) == f"2 cells; geometric means: {words}"


@pytest.mark.parametrize(
    "code",
    [
        "from uncork.bench.run import installed as found; found(['bottleneck'])",
        "from uncork.demo import import_bottleneck as found; found()",
    ],
)
def test_bottleneck_is_not_ourselves(code: str) -> None:
    ours = "sys.modules.get('bottleneck'), 'nansum', None) is uncork.nansum"
    code += f"; import sys, uncork; print('ours:', getattr({ours})"
    assert "ours: False" in run_python(code, UNCORK_AS_BOTTLENECK="1").stdout


def test_slower_cells_are_listed() -> None:
    of_some = a_run(
        result("nansum", uncork=2.0, bottleneck=1.0, numpy=1.0),
        result("nansum", report.LARGE, uncork=2.0, bottleneck=3.0, numpy=1.5),
        result("nanmin", report.LARGE, uncork=1.0, bottleneck=3.0, numpy=1.5),
    )
    rows = report.of_slower(of_some).rows
    assert [row[-2:] for row in rows] == [["bottleneck", "0.50"], ["numpy", "0.75"]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(2.0, "2 s"), (0.0421, "42.1 ms"), (1e-6, "1 us"), (8e-8, "80 ns")],
)
def test_seconds(value: float, shown: str) -> None:
    assert report.seconds(value) == shown


def test_a_long_call_is_run_once_and_a_short_one_in_rounds() -> None:
    ran: dict[str, int] = {"long": 0, "short": 0}

    def count(name: str, seconds: float) -> None:
        ran[name] += 1
        time.sleep(seconds)

    def runs(name: str, plan: Plan, seconds: float) -> Seconds:
        names = {"f": lambda: count(name, seconds)}
        return timing.in_turn({name: ("f()", names)}, plan)[name]

    runs("long", replace(PLAN, run=0, patience=0.01), 0.02)
    found = runs("short", replace(PLAN, run=0, patience=1e9), 0)
    assert ran == {"long": 1, "short": 1 + PLAN.rounds}
    assert 0 < found.minimum <= found.median


# A run that is kept.


def test_a_run_is_saved_and_loaded(tmp_path: Path) -> None:
    found = list(run.measure(PLAN, CASES[:8], run.installed(["uncork", "numpy"])))
    kept = replace(a_run(*found), bandwidth={"2": {"read": 1e10, "copy": 2e10}})
    kept.save(tmp_path / "run.json")
    assert Run.load(tmp_path / "run.json") == kept


def test_comparison() -> None:
    old = a_run(
        result("nansum", uncork=3.0, numpy=2.0),
        result("nansum", 20, uncork=8.0, numpy=2.0),
        result("nanmin", uncork=1.0),
    )
    new = a_run(
        result("nansum", uncork=1.0, numpy=1.0),
        result("nansum", 20, uncork=6.0, numpy=1.0),
        result("nanmax", uncork=1.0),
    )
    table = report.of_comparison(old, new)
    assert table.rows == [["nansum", "2", "2.00", "1.33", "2.00"]]


def test_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in command.THREADS:
        monkeypatch.setenv(name, "2")  # what the command sets is undone
    monkeypatch.setattr(command, "QUICK", PLAN)
    monkeypatch.setattr(timing, "BANDWIDTH_VALUES", 1000)
    monkeypatch.setattr(command.footprint, "measure", lambda *_: {})
    saved = tmp_path / "run.json"
    base = ["--quick", "--only", "nanm[ai]*", "move_sum", "--against", "numpy"]
    base += ["--shapes", "10", "30x20", "--windows", "4"]
    assert command.main([*base, "--threads", "1", "--save", str(saved)]) == 0
    printed = capsys.readouterr().out
    assert "nanmax(a, axis=-1)" in printed
    assert "move_sum(a, 4, 2, axis=0)" in printed
    assert "30x20" in printed
    assert "4x5x6" not in printed
    assert "all, 1 threads" in printed
    assert command.main(["--load", str(saved), "--compare", str(saved)]) == 0
    (row,) = [r for r in capsys.readouterr().out.splitlines()[-5:] if "nanmin" in r]
    assert row.split().count("1.00") == 3


def test_throughput_is_of_what_reads_a_long_lane() -> None:
    long = [result("nansum", 10**6, uncork=1e-3), result("move_sum", 10**6, uncork=1.0)]
    some = replace(a_run(*long, result("nansum", 10, uncork=1e-3)))
    some.bandwidth["1"] = {"read": 16e9}
    assert report.of_throughput(some).rows == [
        ["nansum(a)", "1e+06", "1", "8.0", "50%"]
    ]


def test_no_such_function() -> None:
    with pytest.raises(
        SystemExit, match=r"--only \['nothing\*'\]: nothing of .*nansum"
    ):
        command.main(["--only", "nothing*"])


def test_wrong_results_fail_the_command(tmp_path: Path) -> None:
    kept = a_run(replace(result("nansum", uncork=1.0, numpy=1.0), wrong={"numpy": 1.0}))
    kept.save(tmp_path / "run.json")
    assert command.main(["--load", str(tmp_path / "run.json")]) == 0
    kept.results[0].wrong["uncork"] = 1.0
    kept.save(tmp_path / "run.json")
    assert command.main(["--load", str(tmp_path / "run.json")]) == 1


def test_page_needs_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for plot in ("ratios", "throughput"):
        monkeypatch.setattr(page, plot, lambda _: None)
    monkeypatch.setattr(page, "image", lambda _, text: f"<p>{text}</p>")
    found = page.html(a_run(result("nansum", uncork=1.0, bottleneck=2.0)))
    assert found.startswith("<!doctype html>")
    assert "<p>Throughput of each function" in found
    assert "<td>nansum</td><td>2.00</td>" in found
    assert not re.search(r"<(script|link|img)|src=|href=|url\(", found)


def test_page_says_what_draws_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SystemExit, match="pip install matplotlib"):
        page.html(a_run(result("nansum", uncork=1.0, bottleneck=2.0)))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "float16", ">f4", "uint64"])
def test_dtypes_without_a_kernel_are_measured_and_right(dtype: str) -> None:
    plan = replace(PLAN, dtypes=(dtype,), shapes=((30, 10),), windows=(3,))
    made = list(cases.cases(plan, cases.functions(), [1]))
    assert {np.dtype(cases.data(case).dtype) for case in made} == {np.dtype(dtype)}
    for found in run.measure(plan, made, run.installed(["uncork"])):
        assert not {**found.wrong, **found.failed}


@pytest.mark.parametrize("name", ["complex64", "nothing", "M8[s]"])
def test_other_dtypes_are_refused(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        command.main(["--dtypes", name])
    assert f"{name!r}: a dtype of real numbers" in capsys.readouterr().err
