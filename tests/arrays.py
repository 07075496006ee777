"""Awkward arrays: any shape, order, stride, offset, alignment and content."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

#: The dtypes that the kernels accept.
DTYPES = ["float64", "float32", "int64", "int32"]


def swapped(dtype: str) -> str:
    """The same in the order of bytes that is not this machine's: without a kernel."""
    return np.dtype(dtype).newbyteorder("S").str


# To make a strategy takes longer than to draw from it: what depends on nothing is made
# once, and what is drawn for each example is drawn by functions.
MIXES = st.sampled_from(
    [
        (share, special)
        for share in (85, 0, 250)
        for special in (
            [np.nan, np.nan, 0.0, -0.0, 1.0, np.inf, -np.inf],
            [np.nan],
        )
    ]
)
MOST = st.sampled_from([1000, 2])


@cache
def binary(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def bits(draw: Any, count: int) -> np.ndarray:
    """So many integers of 32 bits.

    All at once: to draw each by itself takes longer than all that is tested.
    """
    return np.frombuffer(draw(binary(4 * count)), "<u4")


def floats(draw: Any, count: int) -> np.ndarray:
    """Values whose sums and squares stay in range; a part are few, with ties.

    None, a third or nearly all are special.
    """
    share, special = draw(MIXES)
    chosen = bits(draw, count)
    high = chosen >> 8
    # All that float32 tells apart there, and the integers among them.
    others = high / 2.0**13 - 1024
    ordinary = np.where(chosen % 2, others, high % 19 - 9.0)
    return np.where(
        chosen % 256 < share, np.array(special)[high % len(special)], ordinary
    )


def integers(draw: Any, count: int) -> np.ndarray:
    """With many ties, or few."""
    most = draw(MOST)
    return bits(draw, count) % (2 * most + 1) - float(most)


MISSING = st.sampled_from([85, 0, 250])


def with_gaps(draw: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Integers from -40 to 40, of which none, a third or nearly all are missing."""
    chosen = bits(draw, math.prod(shape))
    values = (chosen >> 8) % 81 - 40.0
    values[chosen % 256 < draw(MISSING)] = np.nan
    return values.reshape(shape)


def fortran(a: np.ndarray) -> np.ndarray:
    return np.asfortranarray(a)


def reversed_(a: np.ndarray) -> np.ndarray:
    """Every stride is negative."""
    flip = (slice(None, None, -1),) * a.ndim
    return a[flip].copy()[flip]


def strided(a: np.ndarray) -> np.ndarray:
    """Every second place of a larger array, along every axis."""
    larger = np.full([2 * n for n in a.shape], 77, dtype=a.dtype)
    every_second = (slice(None, None, 2),) * a.ndim
    larger[every_second] = a
    return larger[every_second]


def part(a: np.ndarray) -> np.ndarray:
    """The inside of a larger array."""
    larger = np.full([n + 3 for n in a.shape], 77, dtype=a.dtype)
    inside = tuple(slice(1, n + 1) for n in a.shape)
    larger[inside] = a
    return larger[inside]


def unaligned(a: np.ndarray) -> np.ndarray:
    """One byte off."""
    memory = np.zeros(a.nbytes + 1, dtype=np.uint8)
    shifted = memory[1:].view(a.dtype).reshape(a.shape)
    shifted[...] = a
    return shifted


def in_record(a: np.ndarray) -> np.ndarray:
    """A field of a packed record, so that strides are no multiple of the item size."""
    record = np.zeros(a.shape, dtype=[("byte", "i1"), ("field", a.dtype)])
    record["field"] = a
    return record["field"]


def transposed(a: np.ndarray) -> np.ndarray:
    """The axes rolled round in memory."""
    axes = [*range(1, a.ndim), 0] if a.ndim else []
    return a.transpose(axes).copy().transpose(np.argsort(axes) if axes else [])


#: Bytes, of an address space of 64 or 32 bits.
FAR = np.iinfo(np.intp).max >> 12


def loose_unit_axes(a: np.ndarray) -> np.ndarray:
    """Axes of length one have strides that lead nowhere (pydata/bottleneck#381)."""
    each = zip(a.shape, a.strides, strict=True)
    strides = [FAR if length == 1 else stride for length, stride in each]
    return np.lib.stride_tricks.as_strided(a, strides=strides)


def readonly(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a.flags.writeable = False
    return a


#: The same values in other memory.
LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    layout.__name__: layout
    for layout in (
        np.ascontiguousarray,
        fortran,
        reversed_,
        strided,
        part,
        unaligned,
        in_record,
        transposed,
        loose_unit_axes,
        readonly,
    )
}


DTYPE = st.sampled_from(DTYPES)
LAYOUT = st.sampled_from(sorted(LAYOUTS))


#: Most have one or two.
DIMENSIONS = {least: st.sampled_from([1, 2, least, 3, 4]) for least in (0, 1)}
SIDE = st.integers(0, 6)


@st.composite
def arrays(draw: Any, min_dims: int = 0) -> np.ndarray:
    """Small arrays of any content, in any memory."""
    dtype = draw(DTYPE)
    shape = [draw(SIDE) for _ in range(draw(DIMENSIONS[min_dims]))]
    values = floats if dtype.startswith("f") else integers
    a = values(draw, math.prod(shape)).astype(dtype).reshape(shape)
    laid_out = LAYOUTS[draw(LAYOUT)](a)
    np.testing.assert_array_equal(laid_out, a)
    return laid_out


#: Around the sizes at which the drivers change their way.
LENGTH = st.sampled_from([1, 2, 7, 8, 9, 16, 31, 32, 33, 63, 64, 65, 100, 257])
SEED = st.integers(0, 2**32 - 1)
OFFSET = st.sampled_from([0.0, 1e6])
SHARE_OF_INFINITY = st.sampled_from([0.0, 0.0, 0.05])
SHARE_OF_NAN = st.sampled_from([0.0, 0.1, 0.9])


@st.composite
def larger_arrays(draw: Any, ndim: int = 2) -> np.ndarray:
    """Random arrays that are long enough for rows, tiles and blocks."""
    dtype = draw(DTYPE)
    shape = tuple(draw(LENGTH) for _ in range(ndim))
    rng = np.random.default_rng(draw(SEED))
    if draw(st.booleans()):
        a = rng.standard_normal(shape) * 100 + draw(OFFSET)
    else:
        a = rng.choice([0.0, -0.0, 1.0, -2.0], shape)  # ties
    if dtype.startswith("f"):
        for value in (np.inf, -np.inf):
            a[rng.random(shape) < draw(SHARE_OF_INFINITY)] = value
        a[rng.random(shape) < draw(SHARE_OF_NAN)] = np.nan
    return LAYOUTS[draw(LAYOUT)](a.astype(dtype))


@cache
def axes(ndim: int) -> st.SearchStrategy[int | None]:
    return st.sampled_from([None, *range(-ndim, ndim)])


def axes_of(a: np.ndarray) -> st.SearchStrategy[int | None]:
    return axes(a.ndim)


@cache
def widths(length: int) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(1, length), st.sampled_from([1, length]))


@cache
def min_counts(window: int) -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), st.integers(1, window))


@st.composite
def windows(draw: Any, length: int) -> tuple[int, int | None]:
    """A window of an axis of this length, and its min_count."""
    window = draw(widths(length))
    return window, draw(min_counts(window))
