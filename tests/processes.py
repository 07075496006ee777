"""Python processes of their own, for what is decided once in each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

LIMITED = """
import resource
import numpy as np
import uncork

uncork.set_num_threads(1)
a = np.arange({size}.0)
with open("/proc/self/statm") as statm:
    used = int(statm.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {spare}, -1))
held = []
try:
    # More than is left; but an allocator may have reserved a GiB before, as that of
    # free-threaded builds does, and that is filled first.
    held.append(np.empty(2 * {spare} // 8))
    while len(held) < 256:
        held.append(np.empty({spare} // 8))
except MemoryError:
    try:
        {call}
    except MemoryError as error:
        print("MemoryError:", error)
else:
    print("without limit")
"""


SECONDS = 120

# Has imported NumPy, which takes most of the time of a process, and divides itself for
# each line that it reads.
TEMPLATE = """
import gc, json, os, signal, sys
import numpy

gc.freeze()  # else each looks through all of it when it ends
for line in sys.stdin:
    if not (child := os.fork()):
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
code, variables, *files, seconds = json.loads(line)
for place, file in enumerate(files, 1):
    os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), place)
os.environ.clear()
os.environ.update(variables)
sys.path[:0] = filter(None, variables.get("PYTHONPATH", "").split(os.pathsep))
signal.alarm(seconds)
exec(code, {"__name__": "__main__"})
"""


def environment() -> dict[str, str]:
    """Ours, without what decides something here."""
    decisive = ("UNCORK_", "PYTHON_GIL")
    return {k: v for k, v in os.environ.items() if not k.startswith(decisive)}


@cache
def template() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TEMPLATE],
        # A process that divides itself had better have one thread.
        env=environment() | {"OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def end_template() -> None:
    if template.cache_info().currsize:
        template().communicate()
        template.cache_clear()


def run_divided(
    code: str, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    asked, answers = template().stdin, template().stdout
    assert asked
    assert answers
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("stdout", "stderr")]
        request = [code, variables, *map(str, files), SECONDS]
        print(json.dumps(request), file=asked, flush=True)
        status = int(answers.readline())
        said = [file.read_text("utf-8") for file in files]
    return subprocess.CompletedProcess([sys.executable, "-c", code], status, *said)


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the code, with these of our environment variables and no other."""
    if sys.platform == "linux":
        return run_divided(code, environment() | variables)
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment() | variables,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def run_short_of_memory(call: str, size: int, spare: int) -> str:
    """What a call says that has `size` values in `a`, and `spare` bytes left."""
    if sys.platform != "linux":
        pytest.skip("RLIMIT_AS limits memory on Linux alone")
    finished = run(LIMITED.format(call=call, size=size, spare=spare))
    if finished.stdout == "without limit\n":
        pytest.skip("nothing limits memory here: an emulator ignores RLIMIT_AS")
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
