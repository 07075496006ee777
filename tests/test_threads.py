"""Threads change how long it takes, and nothing else."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import sysconfig
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import uncork
from emulated import EMULATED
from functions import FILL, MOVE, MOVE_PAIRS, PAIRS, PARTITIONS, REDUCE, call
from processes import run

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTS = [1, 3] if EMULATED else [1, 2, 3, 8]


@pytest.fixture(autouse=True)
def _count() -> Iterator[None]:
    count = uncork.get_num_threads()
    yield
    uncork.set_num_threads(count)


@cache
def large(dtype: str) -> np.ndarray:
    """More values than any driver takes on with one thread, every third, too."""
    rng = np.random.default_rng(1)
    a = rng.standard_normal((700, 1200)) * 1e6 + 1e8
    if dtype.startswith("f"):
        a[rng.random(a.shape) < 0.05] = np.nan
    a = a.astype(dtype)
    a.flags.writeable = False  # the same for all
    return a


def with_threads(count: int, name: str, *args: Any) -> Any:
    uncork.set_num_threads(count)
    return call(name, *args)


def assert_same_bits(results: list[Any]) -> None:
    first, *others = (np.asarray(result).tobytes() for result in results)
    assert all(other == first for other in others)


@pytest.mark.arithmetic
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int32"])
@pytest.mark.parametrize("name", REDUCE)
def test_reduce_has_the_same_bits(name: str, dtype: str) -> None:
    a = large(dtype)
    few_columns = np.ascontiguousarray(a.reshape(-1, 20))
    for b in (a, a.T, a[:, ::3], few_columns, few_columns.T):
        for axis in (None, 0, 1):
            results = [with_threads(count, name, b, axis) for count in COUNTS]
            assert_same_bits(results)


@pytest.mark.arithmetic
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int32"])
@pytest.mark.parametrize("name", MOVE)
def test_move_has_the_same_bits(name: str, dtype: str) -> None:
    # A tenth more values than those from which on windows are spread over threads.
    a = large(dtype)[:120].copy()
    for b, axis in ((a, 0), (a, 1), (a.T, 1), (a.ravel(), 0), (a.reshape(5, -1), 1)):
        for window in (100,) if EMULATED else (3, 100, b.shape[axis] // 2):
            results = [
                with_threads(count, name, b, window, 1, axis) for count in COUNTS
            ]
            assert_same_bits(results)


@pytest.mark.arithmetic
@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(
    "shape", [(300_000,), (3, 100_000), (20_000, 17), (20, 20_000)]
)
def test_pairs_have_the_same_bits(name: str, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, *shape))
    a[rng.random(shape) < 0.1] = np.nan
    windows = [(window, 2, axis) for window in (3, 40_000) for axis in (0, -1)]
    for others in windows if name in MOVE_PAIRS else [(None,), (0,), (-1,)]:
        results = [with_threads(count, name, a, b, *others) for count in COUNTS]
        assert_same_bits(results)


@contextmanager
def changing(a: np.ndarray) -> Iterator[None]:
    """Another thread writes to the array, as fast as it can."""
    done = threading.Event()
    values = np.where(np.arange(a.size).reshape(a.shape) % 3, 1.0, np.nan)

    def write() -> None:
        while not done.is_set():
            for value in (np.nan, 0, values, 2):
                a[...] = value

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        done.set()
        writer.join()


@pytest.mark.parametrize("shape", [(2000, 12), (2000, 60), (40, 3000)])
@pytest.mark.parametrize("name", FILL)
def test_every_result_is_written_while_values_change(
    name: str, shape: tuple[int, int]
) -> None:
    """Each is one of the lane that was read, be it of no use."""
    a = np.zeros(shape)
    kth = [shape[1] // 2] if name in PARTITIONS else []
    # The least, the greatest, and what all are multiples of.
    least, greatest, unit = {
        "argpartition": (0, shape[1] - 1, 1),
        "nanrankdata": (1, shape[1], 0.5),
        "rankdata": (1, shape[1], 0.5),
    }.get(name, (0, 2, 1))
    with changing(a):
        for _ in range(5 if EMULATED else 100):
            units = call(name, a, *kth, axis=1) / unit
            inside = (units >= least / unit) & (units <= greatest / unit)
            assert (inside & (units == np.rint(units)) | np.isnan(units)).all()


@pytest.mark.parametrize("name", [*REDUCE, *MOVE])
def test_no_call_fails_while_values_change(name: str) -> None:
    a = np.zeros((400, 60))
    with changing(a):
        for _ in range(5 if EMULATED else 30):
            try:
                results = call(name, a, 7, 1) if name in MOVE else call(name, a, 1)
            except ValueError as error:
                assert "All-NaN" in str(error)  # noqa: PT017, it may or may not come
            else:
                assert np.shape(results) == (a.shape if name in MOVE else (400,))


def test_replace_with_threads() -> None:
    a = np.zeros((1000, 1000))
    uncork.set_num_threads(4)
    assert uncork.replace(a[:, ::2], 0.0, 1.0).sum() == 500_000
    assert a.sum() == 500_000


def test_set_and_get() -> None:
    for count in (3, 1):
        uncork.set_num_threads(count)
        assert uncork.get_num_threads() == count


def test_calls_from_several_python_threads() -> None:
    a = large("float64")
    desired = uncork.nanvar(a, axis=0)
    with ThreadPoolExecutor(8) as pool:
        for actual in pool.map(lambda _: uncork.nanvar(a, axis=0), range(40)):
            np.testing.assert_array_equal(actual, desired)


def test_the_interpreter_is_free_meanwhile() -> None:
    """Another Python thread gets on while a call is at work."""
    a = np.ones(20_000_000)
    uncork.set_num_threads(1)
    done = threading.Event()
    steps: list[float] = []

    def step() -> None:
        while not done.is_set():
            time.sleep(0.0005)
            steps.append(time.perf_counter())

    other = threading.Thread(target=step)
    other.start()
    try:
        start = time.perf_counter()
        uncork.nanvar(a)
        end = time.perf_counter()
    finally:
        done.set()
        other.join()
    assert any(start < at < end for at in steps)


def test_the_gil_stays_off_where_python_has_none() -> None:
    """Importing what does not declare itself safe without it brings it back."""
    # A Python before 3.13 does not know the question.
    asked = "getattr(sys, '_is_gil_enabled', lambda: True)()"
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    finished = run(f"import sys, uncork; print({asked})")
    assert finished.stdout == f"{not free_threaded}\n", finished.stderr


def test_environment_variable() -> None:
    code = "import uncork; print(uncork.get_num_threads())"
    assert run(code, UNCORK_NUM_THREADS="3").stdout == "3\n"
    available = run("import uncork, os; print(uncork.get_num_threads())")
    assert int(available.stdout) >= 1


@pytest.mark.parametrize("value", ["0", "-1", "two", "", "1.5", "99999999999999999999"])
def test_wrong_environment_variable(value: str) -> None:
    result = run("import uncork", UNCORK_NUM_THREADS=value)
    assert result.returncode != 0
    words = "UNCORK_NUM_THREADS must be an integer between 1 and 1024, got"
    assert f'ValueError: {words} "{value}"' in result.stderr


posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")


@posix
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_fork_after_use() -> None:
    """A child has none of its parent's threads, and a pool of its own."""
    a = large("float64")
    uncork.set_num_threads(2)
    desired = uncork.nanvar(a)
    child = os.fork()
    if child == 0:
        signal.alarm(60)  # a child that hangs is killed, and that is a failure
        same = uncork.nanvar(a) == desired and uncork.nansum(a, axis=0).size == 1200
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert uncork.nanvar(a) == desired


@posix
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_fork_while_others_are_at_work() -> None:
    a = large("float64")
    uncork.set_num_threads(2)
    desired = uncork.nanvar(a)
    done = threading.Event()

    def keep_busy() -> None:
        while not done.is_set():
            uncork.nanvar(a)

    others = [threading.Thread(target=keep_busy) for _ in range(2)]
    for other in others:
        other.start()
    try:
        for _ in range(10):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                os._exit(0 if uncork.nanvar(a) == desired else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        done.set()
        for other in others:
            other.join()


@posix
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_multiprocessing_with_fork() -> None:
    a = large("float64")
    desired = uncork.nansum(a)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        results = pool.map_async(uncork.nansum, [a] * 4)
        assert results.get(timeout=60) == [desired] * 4


COUNT_THREADS = """
import threading, time
from pathlib import Path
import numpy as np
import uncork

def named():
    names = [(task / "comm").read_text() for task in Path("/proc/self/task").iterdir()]
    return sum(name.startswith("uncork-") for name in names)

def ours(expected):
    # A thread has its name a moment after it has begun.
    until = time.monotonic() + 30
    while named() < expected and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)  # and if there were more
    return named()

a = np.ones((1000, 1000))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_first_calls_at_once_make_one_pool() -> None:
    code = """
uncork.set_num_threads(8)
barrier = threading.Barrier(16)

def work():
    barrier.wait()
    assert uncork.nansum(a) == a.size

threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(ours(7))
"""
    finished = run(COUNT_THREADS + code)
    assert (finished.stderr, finished.stdout) == ("", "7\n")


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_more_threads_are_added_to_those_there_are() -> None:
    code = """
for count in [2, 3, 7, 16, 4, 16]:
    uncork.set_num_threads(count)
    assert uncork.nansum(a) == a.size
print(ours(15))
"""
    finished = run(COUNT_THREADS + code)
    assert (finished.stderr, finished.stdout) == ("", "15\n")
