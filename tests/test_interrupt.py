"""Signals while a call works: what a handler raises ends it, on any number of threads.

How often each driver checks is held by `src/interrupt/tests.rs`.
"""

from __future__ import annotations

import sys

import pytest

from processes import run

pytestmark = pytest.mark.skipif(
    sys.maxsize < 2**32, reason="where addresses have 32 bits, arrays are done too soon"
)

# Calls that would take long, some for minutes; memory is not touched.
CALLS = {
    "a lane": "uncork.nansum(np.broadcast_to(1.0, 10**11))",
    "lanes side by side": "uncork.nanvar(rows, axis=0)",
    "lanes apart": "uncork.nanmin(rows, axis=1)",
    "middles": "uncork.nanmedian(rows, axis=1)",
    "order": "uncork.rankdata(columns, axis=1)",
    "windows": "uncork.move_rank(columns, 1000, axis=1)",
    "long windows": "uncork.move_median(columns, 500_000, axis=1)",
}

# A signal is sent by another thread when the call has begun to work.
PROGRAM = """
import _thread
import threading
import numpy as np
import uncork

uncork.set_num_threads({threads})
row = np.arange(1000.0)
rows = np.broadcast_to(row, (10**8, 1000))
column = np.random.default_rng(0).permutation(5 * 10**6) * 1.0
columns = np.broadcast_to(column, (10, column.size))
for name, call in {calls}.items():
    try:
        threading.Timer(0.05, _thread.interrupt_main).start()
        eval(call)
        print(name, "finished")
    except KeyboardInterrupt:
        print(name, "interrupted")
# As if nothing had been.
print(uncork.nansum(column), uncork.move_sum(row, 10)[-1])
"""


@pytest.mark.parametrize("threads", [1, 4])
def test_calls_are_interrupted(threads: int) -> None:
    finished = run(PROGRAM.format(calls=CALLS, threads=threads))
    lines = [f"{name} interrupted" for name in CALLS]
    lines.append(f"{sum(range(5 * 10**6))}.0 {sum(range(990, 1000))}.0")
    assert finished.stdout.splitlines() == lines, finished.stderr


HANDLER = """
import _thread
import signal
import threading
import numpy as np
import uncork

def handle(signum, frame):
    handled.append(uncork.nansum(a))

handled = []
signal.signal(signal.SIGINT, handle)
uncork.set_num_threads(2)
a = np.arange(10.0**6)
column = np.random.default_rng(0).permutation(3 * 10**6) * 1.0
threading.Timer(0.1, _thread.interrupt_main).start()
while not handled:  # a call may be done before
    ranks = uncork.rankdata(column)
print((ranks == column + 1).all(), handled == [uncork.nansum(a)])
"""


def test_a_handler_that_raises_nothing_changes_nothing() -> None:
    finished = run(HANDLER)
    assert finished.stdout == "True True\n", finished.stderr


OTHERS = """
import _thread
import threading
import numpy as np
import uncork

def work():
    results.append(float(uncork.rankdata(column)[-1]))

results = []
column = np.arange(3e6)
other = threading.Thread(target=work)
other.start()
try:
    threading.Timer(0.1, _thread.interrupt_main).start()
    uncork.nansum(np.broadcast_to(1.0, 10**11))
except KeyboardInterrupt:
    print("interrupted")
other.join()
print(results)
"""


def test_calls_of_other_threads_go_on() -> None:
    finished = run(OTHERS)
    assert finished.stdout == "interrupted\n[3000000.0]\n", finished.stderr


OUT = """
import _thread
import threading
import numpy as np
import uncork

out = np.full(3 * 10**6, 7.0)
a = np.random.default_rng(0).random(out.size)
try:
    threading.Timer(0.1, _thread.interrupt_main).start()
    uncork.move_median(a, 10**6, out=out)
except KeyboardInterrupt:
    print("interrupted", (out == 7).all())
"""


def test_an_interrupted_call_leaves_out_as_it_was() -> None:
    finished = run(OUT)
    assert finished.stdout == "interrupted True\n", finished.stderr


DAEMON = """
import threading
import time
import numpy as np
import uncork

def work():
    uncork.nansum(np.broadcast_to(1.0, 10**11))

threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
print("ends")
"""


def test_the_interpreter_ends_while_a_daemon_thread_is_at_work() -> None:
    finished = run(DAEMON)
    assert (finished.stdout, finished.returncode) == ("ends\n", 0), finished.stderr
