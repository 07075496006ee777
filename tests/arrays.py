"""Awkward arrays: any shape, order, stride, offset, alignment and content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

#: The dtypes that the kernels accept.
DTYPES = ["float64", "float32", "int64", "int32"]


def swapped(dtype: str) -> str:
    """The same in the order of bytes that is not this machine's: without a kernel."""
    return np.dtype(dtype).newbyteorder("S").str


#: Values whose sums and squares stay in range; few, so that there are ties.
FLOATS = st.one_of(
    st.sampled_from([np.nan, np.nan, 0.0, -0.0, 1.0, np.inf, -np.inf]),
    st.integers(-9, 9).map(float),
    st.floats(-1e3, 1e3, width=32),
)
INTEGERS = st.integers(-1000, 1000)


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


@st.composite
def arrays(draw: Any, min_dims: int = 0, min_side: int = 0) -> np.ndarray:
    """Small arrays of any content, in any memory."""
    dtype = draw(st.sampled_from(DTYPES))
    elements = FLOATS if dtype.startswith("f") else INTEGERS
    shapes = hnp.array_shapes(
        min_dims=max(min_dims, 1), max_dims=4, min_side=min_side, max_side=6
    )
    if min_dims == 0:
        shapes = st.one_of(st.just(()), shapes)
    a = draw(hnp.arrays(dtype, shapes, elements=elements, fill=st.nothing()))
    layout = draw(st.sampled_from(sorted(LAYOUTS)))
    laid_out = LAYOUTS[layout](a)
    np.testing.assert_array_equal(laid_out, a)
    return laid_out


#: Lengths around the sizes at which the drivers change their way.
LENGTHS = [1, 2, 7, 8, 9, 16, 31, 32, 33, 63, 64, 65, 100, 257]


@st.composite
def larger_arrays(draw: Any, ndim: int = 2) -> np.ndarray:
    """Random arrays that are long enough for rows, tiles and blocks."""
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(st.tuples(*[st.sampled_from(LENGTHS)] * ndim))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a = rng.standard_normal(shape) * 100 + draw(st.sampled_from([0.0, 1e6]))
    if dtype.startswith("f"):
        a[rng.random(shape) < draw(st.sampled_from([0.0, 0.1, 0.9]))] = np.nan
    layout = draw(st.sampled_from(sorted(LAYOUTS)))
    return LAYOUTS[layout](a.astype(dtype))


def axes_of(a: np.ndarray) -> st.SearchStrategy[int | None]:
    return st.sampled_from([None, *range(-a.ndim, a.ndim)])


@st.composite
def windows(draw: Any, length: int) -> tuple[int, int | None]:
    """A window of an axis of this length, and its min_count."""
    window = draw(st.one_of(st.integers(1, length), st.sampled_from([1, length])))
    return window, draw(st.one_of(st.none(), st.integers(1, window)))
