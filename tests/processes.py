"""Python processes of their own, for what is decided once in each."""

from __future__ import annotations

import os
import subprocess
import sys

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


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the code, with these of our environment variables and no other."""
    decisive = ("UNCORK_", "PYTHON_GIL")
    others = {k: v for k, v in os.environ.items() if not k.startswith(decisive)}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=others | variables,
        capture_output=True,
        text=True,
        timeout=120,
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
