"""A thousand calls leave nothing behind, whether they succeed or fail."""

from __future__ import annotations

import contextlib
import gc
import platform
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from functions import FUNCTIONS, MOVE, OF_ARRAYS, PARTITIONS, call
from test_errors import cases_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMES = 1000
#: Less than a block or a word for each call.
FEW = TIMES // 2


#: What the GNU C library knows of its heap.
HEAP = (
    "arena", "ordblks", "smblks", "hblks", "hblkhd",
    "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
)  # fmt: skip


def mallinfo() -> Callable[[], Any] | None:
    """Where NumPy's and our memory comes from, if it is the GNU C library."""
    if platform.libc_ver()[0] != "glibc":
        return None
    import ctypes  # which a Python for another library may lack

    members = [(name, ctypes.c_size_t) for name in HEAP]
    function = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if function is not None:
        function.restype = type("Mallinfo", (ctypes.Structure,), {"_fields_": members})
    return function


MALLINFO = mallinfo()


@pytest.fixture(autouse=True, scope="module")
def only_what_is_new() -> Iterator[None]:
    """Objects of before are no longer looked through for garbage, which takes long.

    Nor is any looked for but by us: a build without the GIL looks through all of them.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def in_use() -> tuple[int, int]:
    """Python's blocks, and bytes of the C library."""
    gc.collect()
    if MALLINFO is None:
        return sys.getallocatedblocks(), 0
    info = MALLINFO()
    return sys.getallocatedblocks(), info.uordblks + info.hblkhd


def grown(function: Callable[[], Any]) -> tuple[int, int]:
    """By how much more is in use after many calls than before."""
    blocks, size = in_use()
    for _ in range(TIMES):
        function()
    more_blocks, more_size = in_use()
    return more_blocks - blocks, more_size - size


def is_little(blocks: int, size: int) -> bool:
    return blocks < FEW and size < 8 * FEW


def check(function: Callable[[], Any], arguments: tuple[Any, ...]) -> None:
    """Nothing is left of many calls, nor are the arguments held."""
    function()
    references = [sys.getrefcount(argument) for argument in arguments]
    # A leak shows each time; what is made once and kept does not, nor what a build
    # without the GIL frees late.
    assert any(is_little(*grown(function)) for _ in range(10))
    for argument, before in zip(arguments, references, strict=True):
        assert sys.getrefcount(argument) < before + FEW


@pytest.mark.parametrize("name", FUNCTIONS)
def test_failed_calls_leave_nothing(name: str) -> None:
    cases = cases_of(name)
    arguments = [argument for args, *_ in cases for argument in args]
    mutable = tuple(one for one in arguments if isinstance(one, (np.ndarray, list)))

    def fail() -> None:
        for args, kwargs, error, _ in cases:
            with contextlib.suppress(error):
                call(name, *args, **kwargs)

    check(fail, mutable)


ARRAYS = {
    "float64": np.arange(60.0).reshape(6, 10),
    "float32": np.asfortranarray(np.arange(60.0, dtype=np.float32).reshape(6, 10)),
    "int64": np.arange(60).reshape(6, 10)[::-1, ::2],
    "large": np.arange(60, dtype=np.int64).reshape(6, 10) + 2**60,
    "other": np.arange(60, dtype=np.int16).reshape(6, 10),
    "unaligned": np.frombuffer(bytearray(489), ">u1", 488, 1).view("f8")[:60],
}


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_calls_leave_nothing(name: str) -> None:
    """Of all arrays at once: to look for garbage takes longer than the calls."""
    others = (2,) if name in MOVE or name in PARTITIONS else ()
    if name == "replace":
        others = (1, 2)
    arrays = tuple(ARRAYS.values())
    check(lambda: [call(name, a, *others) for a in arrays], arrays)


def test_a_leak_is_noticed() -> None:
    kept: list[Any] = []
    with pytest.raises(AssertionError):
        check(lambda: kept.append(np.empty(3)), ())
    a = np.empty(3)
    with pytest.raises(AssertionError):
        check(lambda: kept.append(a), (a,))
    kept.clear()
    assert sys.getrefcount(a) < TIMES
