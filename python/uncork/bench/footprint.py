"""What a package costs besides time: its start, memory and place on the disk."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uncork
from uncork.bench.cases import Case, data, parameters
from uncork.bench.peers import Work, same_call

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A fresh process imports the package, as here or of a peer, and calls it once.
START = """
import sys
from importlib import import_module
from time import perf_counter

import numpy

a = numpy.ones(1000)
begin = perf_counter()
package = import_module(sys.argv[1])
imported = perf_counter()
if hasattr(package, "nansum"):
    package.nansum(a)
elif hasattr(package, "Series"):
    package.Series(a).sum()
print(imported - begin, perf_counter() - begin)
"""
STARTS = 3
#: Who compiles for longer is started once.
START_SECONDS = 0.5

#: Another one, in which nothing has been freed yet that could be used again.
MEMORY = "import sys, uncork.bench.footprint as f; print(f.peak(sys.argv[1]))"
FEW, MANY = 10_000, 10_000_000
WINDOW = 1000

MODULES = {".so", ".pyd"}
PACKED = {*MODULES, ".py", ".pyi", ".typed"}


def measure(functions: Iterable[str], packages: Iterable[str]) -> dict[str, Any]:
    """Seconds and bytes, for people to read."""
    return {
        "start": {name: start(name) for name in packages if name != "numpy"},
        # Only Linux tells the peak of a single call.
        "memory": {name: int(_ask(MEMORY, name)[0]) for name in functions}
        if Path("/proc/self/clear_refs").exists()
        else {},
        "size": size(),
    }


def start(package: str) -> dict[str, float]:
    """Seconds of its import, NumPy being there, and until it has a first result."""
    found = [_ask(START, package)]
    if found[0][-1] < START_SECONDS:
        found += [_ask(START, package) for _ in range(STARTS - 1)]
    imported, result = map(min, zip(*found, strict=True))
    return {"import": imported, "first result": result}


def peak(function: str) -> int:
    """Bytes that a call on many values has at most, beside its result."""
    few, many = (_work(function, size) for size in (FEW, MANY))
    few.run()  # loads the code
    Path("/proc/self/clear_refs").write_text("5")
    before = _resident("VmRSS")
    result = many.run()
    held = _resident("VmHWM") - before
    return max(0, held - getattr(result, "nbytes", 0) * (result is not many.names["a"]))


def size() -> dict[str, int]:
    """Bytes of the compiled module, and of all files as a wheel packs them."""
    folder = Path(uncork.__file__).parent
    files = [one for one in folder.rglob("*") if one.suffix in PACKED]
    return {
        "module": sum(one.stat().st_size for one in files if one.suffix in MODULES),
        "wheel": sum(len(zlib.compress(one.read_bytes(), 9)) for one in files),
    }


def _work(function: str, size: int) -> Work:
    """One lane, and a long window."""
    found = parameters(function)
    axis = found["axis"].default if "axis" in found else None
    window = WINDOW if "window" in found else None
    case = Case(function, "float64", (size,), axis, 0.0, window, threads=1)
    return same_call(case, data(case), getattr(uncork, function))


def _resident(key: str) -> int:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return 1024 * int(next(one for one in lines if one.startswith(key)).split()[1])


def _ask(program: str, argument: str) -> list[float]:
    command = [sys.executable, "-c", program, argument]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.split()]
