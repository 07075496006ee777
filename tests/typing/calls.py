"""Typical calls, and the types that they have for mypy and for pyright.

`test_typing.py` runs them and holds these types against what is really returned.
"""
# pyright: strict

from collections.abc import Sequence
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import uncork

Floats = np.dtype[np.float64]
Places = np.dtype[np.intp]

# As most code has them: what is not known is how many dimensions there are.
doubles: NDArray[np.float64] = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])
singles: NDArray[np.float32] = doubles.astype(np.float32)
longs: NDArray[np.int64] = np.arange(6).reshape(2, 3).astype(np.int64)
ints: NDArray[np.int32] = longs.astype(np.int32)
bytes_: NDArray[np.uint8] = longs.astype(np.uint8)
flags: NDArray[np.bool_] = longs > 2
waves: NDArray[np.complex128] = doubles.astype(np.complex128)

# As some have them.
lane: np.ndarray[tuple[int], Floats] = np.array([3.0, np.nan, 1.0])
places: np.ndarray[tuple[int], np.dtype[np.int64]] = np.array([3, 1, 2], np.int64)
table: np.ndarray[tuple[int, int], Floats] = np.array([[1.0, 2.0], [3.0, np.nan]])
cube: np.ndarray[tuple[int, int, int], np.dtype[np.float32]] = np.ones(
    (2, 3, 4), np.float32
)
loose: np.ndarray[tuple[int, ...], Floats] = doubles + 1.0


# All values together.

assert_type(uncork.nansum(doubles), float)
assert_type(uncork.nansum(singles), float)
assert_type(uncork.nansum(longs), int)
assert_type(uncork.nansum(ints), int)
assert_type(uncork.nansum(doubles, None), float)
assert_type(uncork.nansum(doubles, axis=None), float)
assert_type(uncork.nanmean(singles), float)
assert_type(uncork.nanmean(ints), float)
assert_type(uncork.nanmean(bytes_), float)
assert_type(uncork.nanmean(flags), float)
assert_type(uncork.nanvar(doubles, ddof=1), float)
assert_type(uncork.nanstd(longs, None, 1), float)
assert_type(uncork.nanmin(doubles), float)
assert_type(uncork.nanmax(ints), int)
assert_type(uncork.nanargmin(doubles), int)
assert_type(uncork.nanargmax(ints), int)
assert_type(uncork.nanargmax(bytes_), int | np.intp)
assert_type(uncork.anynan(doubles), bool)
assert_type(uncork.allnan(longs), bool)
assert_type(uncork.anynan(bytes_), bool | np.bool_)
assert_type(uncork.ss(singles), float)
assert_type(uncork.ss(ints), int)
assert_type(uncork.median(longs), float)
assert_type(uncork.nanmedian(doubles), float)


# Along an axis.

assert_type(uncork.nansum(table, axis=0), NDArray[np.float64])
assert_type(uncork.nansum(cube, -1), NDArray[np.float32])
assert_type(uncork.nanmean(cube, axis=1), NDArray[np.float32])
assert_type(uncork.nanvar(table, axis=0, ddof=1), NDArray[np.float64])
assert_type(uncork.nanmax(cube, axis=0), NDArray[np.float32])
assert_type(uncork.nanargmin(table, axis=0), NDArray[np.intp])
assert_type(uncork.anynan(cube, axis=0), NDArray[np.bool_])
assert_type(uncork.median(table, axis=1), NDArray[np.float64])
assert_type(uncork.nanmean(np.zeros((3, 4)), axis=np.intp(1)), NDArray[np.float64])

assert_type(uncork.nansum(lane, axis=0), float)
assert_type(uncork.nansum(places, axis=-1), int)
assert_type(uncork.nanmean(lane, axis=0), float)
assert_type(uncork.nanmean(places, axis=0), float)
assert_type(uncork.nanmin(places, axis=0), int)
assert_type(uncork.nanargmax(lane, axis=0), int)
assert_type(uncork.allnan(lane, axis=0), bool)
assert_type(uncork.nanmedian(lane, axis=0), float)

assert_type(uncork.nansum(doubles, axis=0), NDArray[np.float64] | Any)
assert_type(uncork.nansum(singles, axis=0), NDArray[np.float32] | Any)
assert_type(uncork.nansum(longs, axis=0), NDArray[np.int64] | Any)
assert_type(uncork.nansum(ints, axis=0), NDArray[np.int64] | Any)
assert_type(uncork.nansum(waves, axis=0), NDArray[np.complex128] | Any)
assert_type(uncork.nanmean(singles, axis=1), NDArray[np.float32] | Any)
assert_type(uncork.nanmean(ints, axis=1), NDArray[np.float64] | Any)
assert_type(uncork.nanmean(bytes_, axis=1), NDArray[np.float64] | Any)
assert_type(uncork.nanstd(doubles, 1, 1), NDArray[np.float64] | Any)
assert_type(uncork.nanmin(ints, axis=0), NDArray[np.int32] | Any)
assert_type(uncork.nanmax(bytes_, axis=0), NDArray[np.uint8] | Any)
assert_type(uncork.nanargmin(singles, axis=0), NDArray[np.intp] | Any)
assert_type(uncork.anynan(bytes_, axis=0), NDArray[np.bool_] | Any)
assert_type(uncork.ss(ints, axis=0), NDArray[np.int64] | Any)
assert_type(uncork.nanmedian(longs, axis=0), NDArray[np.float64] | Any)
assert_type(uncork.nanmedian(loose, axis=0), NDArray[np.float64] | Any)
assert_type(uncork.nanargmax(loose, axis=0), NDArray[np.intp] | Any)


# Of what is no array.

assert_type(uncork.nansum([1.0, np.nan, 2.0]), float)
assert_type(uncork.nansum([1, 2]), int)
assert_type(uncork.nansum((1.0, 2.0), axis=0), float)
assert_type(uncork.nanmean([1, 2]), float)
assert_type(uncork.nanargmin([2.0, 1.0]), int)
assert_type(uncork.anynan(1.0), bool)
assert_type(uncork.nanmean([[1.0, 2.0], [3.0, 4.0]], axis=0), Any)


# Windows.

assert_type(uncork.move_sum(doubles, 2), NDArray[np.float64])
assert_type(uncork.move_mean(singles, window=2, min_count=1), NDArray[np.float32])
assert_type(uncork.move_min(ints, 2, 1, 0), NDArray[np.float64])
assert_type(uncork.move_max(flags, 2), NDArray[np.float64])
assert_type(uncork.move_sum(waves, 2, axis=0), NDArray[np.complex128])
assert_type(uncork.move_sum(lane, 2), np.ndarray[tuple[int], Floats])
assert_type(uncork.move_mean(places, 2), np.ndarray[tuple[int], Floats])
assert_type(uncork.move_mean(table, 2, None, 0), np.ndarray[tuple[int, int], Floats])
assert_type(uncork.move_max([1.0, 2.0], 2), np.ndarray[tuple[int], Floats])
assert_type(uncork.move_max([1, 2], 2), np.ndarray[tuple[int], Floats])


# The others.

assert_type(uncork.replace(doubles, np.nan, 0.0), NDArray[np.float64])
assert_type(uncork.replace(table, np.nan, 0), np.ndarray[tuple[int, int], Floats])
assert_type(uncork.replace(ints, np.int32(1), 2), NDArray[np.int32])
assert_type(uncork.set_num_threads(2), None)
assert_type(uncork.get_num_threads(), int)
assert_type(uncork.__version__, str)


# In code of one's own, without a cast.


def columns(a: NDArray[np.float64]) -> NDArray[np.float64]:
    return uncork.nanmean(a, axis=0)


def centred(a: NDArray[np.float64]) -> NDArray[np.float64]:
    return a - uncork.nanmean(a, axis=0)


def total(a: NDArray[np.float64], axis: int | None = None) -> float | NDArray[Any]:
    return uncork.nansum(a, axis)


def spread(values: Sequence[float]) -> float:
    return uncork.nanmax(values) - uncork.nanmin(values)


def warmest(days: Sequence[str], mean: NDArray[np.float32]) -> str:
    return days[uncork.nanargmax(mean)]


def smooth(a: NDArray[np.float32], window: int) -> NDArray[np.float32]:
    return uncork.move_mean(a, window, min_count=1)


columns(doubles).sum()
centred(doubles)
total(doubles, 1)
spread([1.0, 2.0])
warmest(["Monday", "Tuesday"], np.array([1.0, 2.0], np.float32))
smooth(singles, 2)


# Several axes, axes that stay, and where the result is written to.

assert_type(uncork.nansum(doubles, keepdims=True), NDArray[np.float64])
assert_type(uncork.nanmean(longs, 0, keepdims=True), NDArray[np.float64])
assert_type(uncork.nanargmin(doubles, keepdims=True), NDArray[np.intp])
assert_type(uncork.nanmax(singles, (0, 1), keepdims=True), NDArray[np.float32])
assert_type(uncork.move_var(doubles, 2, ddof=1), NDArray[np.float64])
assert_type(uncork.move_std(singles, 2), NDArray[np.float32])
assert_type(uncork.move_argmin(ints, 2), NDArray[np.float64])
assert_type(uncork.nancorr(doubles, singles), float)
assert_type(uncork.nancov([1.0], [2.0], ddof=0), float)
assert_type(uncork.nancorr(table, table, 0), Any)
assert_type(uncork.nancorr(doubles, singles, (0, 1), keepdims=True), NDArray[Any])
assert_type(uncork.nancov(table, table, out=...), NDArray[Any])
assert_type(
    uncork.move_cov(table, table, 2, ddof=0), np.ndarray[tuple[int, int], Floats]
)
assert_type(uncork.move_corr(singles, singles, 2, 1), NDArray[np.float32])
assert_type(
    uncork.move_corr(table, table, 2, out=table), np.ndarray[tuple[int, int], Floats]
)
assert_type(uncork.move_argmax(doubles, 2, 1, 0), NDArray[np.float64])
assert_type(uncork.quantile(ints, 0.5), float)
assert_type(uncork.nanquantile(doubles, [0.1, 0.9], 0), NDArray[Any])
assert_type(uncork.nanquantile(singles, 0.5, out=...), NDArray[Any])
assert_type(
    uncork.nanquantile(table, [0.5, 1.0], 0, "hazen", out=table),
    np.ndarray[tuple[int, int], Floats],
)
kept: NDArray[np.float64] = uncork.nanvar(doubles, (0,))
pair: np.ndarray[tuple[int], Floats] = np.zeros(2)
assert_type(uncork.nansum(table, 0, out=pair), np.ndarray[tuple[int], Floats])
assert_type(uncork.move_sum(table, 2, out=table), np.ndarray[tuple[int, int], Floats])

# What stands for no index, and an array in any case.

assert_type(uncork.nanargmin(doubles, default=-1), int)
assert_type(uncork.nanargmax(table, 0, default=-1), NDArray[np.intp])
assert_type(uncork.nanargmax(singles, axis=1, default=None), NDArray[np.intp] | Any)
assert_type(uncork.nansum(singles, out=...), NDArray[np.float32])
assert_type(uncork.nanmean(longs, 0, out=...), NDArray[np.float64])
assert_type(uncork.nanmax(bytes_, keepdims=True, out=...), NDArray[np.uint8])
assert_type(uncork.nanargmin(lane, out=..., default=-1), NDArray[np.intp])
assert_type(uncork.move_sum(table, 2, out=...), np.ndarray[tuple[int, int], Floats])

# A value for each value.

assert_type(uncork.rankdata(table, 0), np.ndarray[tuple[int, int], Floats])
assert_type(uncork.nanrankdata(ints), np.ndarray[tuple[int], Floats])
assert_type(uncork.partition(lane, 1), np.ndarray[tuple[int], Floats])
assert_type(uncork.partition(table, 1, None), np.ndarray[tuple[int], Floats])
assert_type(uncork.argpartition(lane, 1), np.ndarray[tuple[int], Places])
assert_type(uncork.push(table, 1), np.ndarray[tuple[int, int], Floats])
assert_type(uncork.move_median(doubles, 2), NDArray[np.float64])
assert_type(uncork.move_rank(singles, 2), NDArray[np.float32])
