"""The same functions in NumPy: slow, general, and without a warning.

They answer for the dtypes that the compiled kernels do not accept (float16, other
integers, bool, complex, object, swapped bytes), and they are what the kernels are
tested against. Each has the arguments, the defaults and the result of its namesake in
`uncork`, which has checked the arguments before it asks here.

A window is looked at as a whole, in O(length * window).
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    _Array = NDArray[Any]
    #: None stands for all.
    _Axis = int | tuple[int, ...] | None

#: Windows are looked at in stretches of about so many values.
STRETCH = 1 << 20


def nansum(a: ArrayLike, axis: _Axis = None) -> Any:
    """Sum of the values that are not NaN."""
    with np.errstate(all="ignore"):
        return np.nansum(_widened(np.asarray(a)), axis=axis)


def nanmean(a: ArrayLike, axis: _Axis = None) -> Any:
    """Mean of the values that are not NaN; NaN if there are none."""
    a = np.asarray(a)
    total, count = nansum(a, axis), _count(a, axis)
    if a.dtype == np.object_:
        # Objects are not divided by zero; NaN divides them to NaN.
        count = np.where(count == 0, np.nan, count)
    with np.errstate(all="ignore"):
        return np.true_divide(total, count, dtype=_float_of(a))


def nanvar(a: ArrayLike, axis: _Axis = None, ddof: int = 0) -> Any:
    """Variance of the values that are not NaN; NaN if they are not more than ddof."""
    a = np.asarray(a)
    if a.dtype == np.object_:
        a = a.astype(np.float64)
    count, dtype = _count(a, axis), _float_of(a)
    with np.errstate(all="ignore"):
        total, kept = np.nansum(a, axis, keepdims=True), _count(a, axis, True)
        distance = a - np.true_divide(total, kept, dtype=dtype)
        squares = np.where(_isnan(a), 0, distance * np.conj(distance)).real.sum(axis)
        variance = np.asarray(squares / (count - ddof))
    variance = np.where(count > ddof, variance, np.nan)
    return _typed(variance, distance.real.dtype)


def nanstd(a: ArrayLike, axis: _Axis = None, ddof: int = 0) -> Any:
    """Root of `nanvar`."""
    return np.sqrt(nanvar(a, axis=axis, ddof=ddof))


def nanskew(a: ArrayLike, axis: _Axis = None, bias: bool = True) -> Any:
    """Skewness of the values that are not NaN; NaN if all are the same."""
    a = np.asarray(a)
    dtype = _float_of(a) or np.dtype(np.float64)
    # Cubes soon leave the range and the precision of narrow floats.
    wide = np.result_type(dtype, np.float64)
    a = a.astype(wide, copy=False)
    missing = _isnan(a)
    count = np.asarray(_count(a, axis), dtype=wide)
    with np.errstate(all="ignore"):
        total, kept = np.nansum(a, axis, keepdims=True), _count(a, axis, True)
        distance = np.where(missing, 0, a - np.true_divide(total, kept, dtype=wide))
        deviation = np.sqrt((distance**2).sum(axis) / count)
        skew = (distance**3).sum(axis) / count / deviation**3
        if not bias:
            factor = np.sqrt(count * (count - 1)) / (count - 2)
            skew = np.where(count > 2, skew * factor, np.nan)
    # Of equal values, the mean may be rounded.
    greatest = np.fmax.reduce(a, axis, initial=-np.inf)
    differ = np.fmin.reduce(a, axis, initial=np.inf) < greatest
    return _typed(np.where(differ, skew, np.nan), dtype)


def nancov(a: ArrayLike, b: ArrayLike, axis: _Axis = None, ddof: int = 1) -> Any:
    """Covariance of the pairs of which neither is NaN; NaN if not more than ddof."""
    return _cov(*_pairs(a, b), axis=axis, ddof=ddof)


def nancorr(a: ArrayLike, b: ArrayLike, axis: _Axis = None) -> Any:
    """Correlation of the pairs of which neither is NaN; NaN if one side is constant."""
    return _corr(*_pairs(a, b), axis=axis)


def nanmin(a: ArrayLike, axis: _Axis = None) -> Any:
    """Least of the values that are not NaN; NaN if there are none."""
    return _best(np.asarray(a), axis, np.fmin, np.inf)


def nanmax(a: ArrayLike, axis: _Axis = None) -> Any:
    """Greatest of the values that are not NaN; NaN if there are none."""
    return _best(np.asarray(a), axis, np.fmax, -np.inf)


def nanargmin(
    a: ArrayLike, axis: int | None = None, *, default: int | None = None
) -> Any:
    """Where `nanmin` is, of equals the first; `default` where there is none."""
    return _first_place(np.asarray(a), axis, np.fmin, np.inf, default)


def nanargmax(
    a: ArrayLike, axis: int | None = None, *, default: int | None = None
) -> Any:
    """Where `nanmax` is, of equals the first; `default` where there is none."""
    return _first_place(np.asarray(a), axis, np.fmax, -np.inf, default)


def anynan(a: ArrayLike, axis: _Axis = None) -> Any:
    """Whether any value is NaN."""
    return _isnan(np.asarray(a)).any(axis=axis)


def allnan(a: ArrayLike, axis: _Axis = None) -> Any:
    """Whether all values are NaN."""
    return _isnan(np.asarray(a)).all(axis=axis)


def ss(a: ArrayLike, axis: _Axis = None) -> Any:
    """Sum of the squares, NaN included."""
    a = _widened(np.asarray(a))
    with np.errstate(all="ignore"):
        return np.sum(np.multiply(a, a), axis=axis)


def median(a: ArrayLike, axis: _Axis = None) -> Any:
    """Median; NaN if any value is NaN, or if there is none."""
    a = np.asarray(a)
    if a.dtype.kind == "m":
        return np.median(a, axis=axis)
    values = np.where(anynan(a, axis), np.nan, nanmedian(a, axis))
    return _typed(values, _float_of(a))


def nanmedian(a: ArrayLike, axis: _Axis = None) -> Any:
    """Median of the values that are not NaN; NaN if there are none."""
    a = np.asarray(a)
    if a.dtype.kind == "m":
        return np.nanmedian(a, axis=axis)
    rows, shape = _rows(a, axis)
    if rows.shape[-1] == 0:
        return _typed(np.full(shape, np.nan), _float_of(a))
    # NaN comes last.
    ordered = np.sort(_filled(rows, np.inf), axis=-1)
    count = np.asarray(_count(rows, -1))
    lower, upper = _middle(ordered, count)
    # Floats are halved before they can overflow; of objects, halves may have no value.
    halves = ordered.dtype != np.object_
    with np.errstate(all="ignore"):
        middle = lower / 2 + upper / 2 if halves else (lower + upper) / 2
        middle = np.where(lower == upper, upper, middle)
    middle = np.where(count > 0, middle, np.nan)
    return _typed(middle.reshape(shape), _float_of(a))


def quantile(
    a: ArrayLike, q: ArrayLike, axis: _Axis = None, method: str = "linear"
) -> Any:
    """Quantiles; NaN if any value is NaN, or if there is none."""
    a = np.asarray(a)
    quantiles = nanquantile(a, q, axis, method)
    return _typed(np.where(anynan(a, axis), np.nan, quantiles), _float_of(a))


def nanquantile(
    a: ArrayLike, q: ArrayLike, axis: _Axis = None, method: str = "linear"
) -> Any:
    """Quantiles of the values that are not NaN; NaN if there are none."""
    a, q = np.asarray(a), np.asarray(q, np.float64)
    rows, shape = _rows(a, axis)
    ordered = np.sort(_filled(rows, np.inf), axis=-1)  # NaN comes last
    of_rows = [
        _quantiles(row[: _count(one, None)], q.ravel(), method)
        for row, one in zip(ordered, rows, strict=True)
    ]
    quantiles = np.reshape(of_rows, (len(rows), q.size)).T
    return _typed(quantiles.reshape((*q.shape, *shape)), _float_of(a))


def rankdata(a: ArrayLike, axis: int | None = None) -> _Array:
    """Rank of each value, ties on their mean; each NaN has its own above all others."""
    return _by_rows(_ranks, *_ravelled(a, axis))


def nanrankdata(a: ArrayLike, axis: int | None = None) -> _Array:
    """Rank of each value that is not NaN, ties on their mean."""
    a, axis = _ravelled(a, axis)
    return np.where(_isnan(a), np.nan, rankdata(a, axis))


def partition(a: ArrayLike, kth: int, axis: int | None = -1) -> _Array:
    """Lesser values in front of the one that is nth in order; NaN comes last."""

    def parted(rows: _Array) -> _Array:
        return np.take_along_axis(rows, argpartition(rows, kth), axis=-1)

    return _by_rows(parted, *_ravelled(a, axis))


def argpartition(a: ArrayLike, kth: int, axis: int | None = -1) -> _Array:
    """Indices of lesser values in front of that of the one that is nth in order."""

    def indices(rows: _Array) -> _Array:
        if rows.dtype == np.object_:
            return _order(rows)
        return np.argpartition(rows, kth, axis=-1)

    return _by_rows(indices, *_ravelled(a, axis))


def push(a: ArrayLike, n: int | None = None, axis: int = -1) -> _Array:
    """Last value before each NaN, if it is not more than n places away."""

    def pushed(rows: _Array) -> _Array:
        index = np.arange(rows.shape[-1])
        latest = np.maximum.accumulate(np.where(_isnan(rows), -1, index), axis=-1)
        near = (latest >= 0) & (index - latest <= (index.size if n is None else n))
        values = np.take_along_axis(rows, np.maximum(latest, 0), axis=-1)
        # In the order of bytes that the array has.
        return np.where(near, values, rows).astype(rows.dtype, copy=False)

    return _by_rows(pushed, np.array(a, subok=False), axis)


def replace(a: _Array, old: float, new: float) -> _Array:
    """Replace values in their place; NaN equals NaN here."""
    if a.dtype.kind not in "biufcO":
        msg = f"a must be of numbers, got dtype {a.dtype}"
        raise TypeError(msg)
    if a.dtype.kind in "biu":
        if old != old:
            return a
        info = np.iinfo(np.uint8 if a.dtype.kind == "b" else a.dtype)
        most = 1 if a.dtype.kind == "b" else info.max
        for name, value in (("old", old), ("new", new)):
            if not info.min <= value <= most or int(value) != value:
                has_none = f"{a.dtype} has no value {value}"
                msg = f"Cannot safely cast `{name}` to int: {has_none}"
                raise ValueError(msg)
    with np.errstate(over="ignore"):
        where = _isnan(a) if old != old else a == old
        np.copyto(a, new, where=where, casting="unsafe")
    return a


def move_sum(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array:
    """Sum of each window."""
    return _move(nansum, [a], window, min_count, axis)


def move_mean(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array:
    """Mean of each window."""
    return _move(nanmean, [a], window, min_count, axis)


def move_var(
    a: ArrayLike,
    window: int,
    min_count: int | None = None,
    axis: int = -1,
    ddof: int = 0,
) -> _Array:
    """Variance of each window."""
    return _move(partial(nanvar, ddof=ddof), [a], window, min_count, axis)


def move_std(
    a: ArrayLike,
    window: int,
    min_count: int | None = None,
    axis: int = -1,
    ddof: int = 0,
) -> _Array:
    """Standard deviation of each window."""
    return _move(partial(nanstd, ddof=ddof), [a], window, min_count, axis)


def move_skew(
    a: ArrayLike,
    window: int,
    min_count: int | None = None,
    axis: int = -1,
    bias: bool = True,
) -> _Array:
    """Skewness of each window."""
    return _move(partial(nanskew, bias=bias), [a], window, min_count, axis)


def move_cov(
    a: ArrayLike,
    b: ArrayLike,
    window: int,
    min_count: int | None = None,
    axis: int = -1,
    ddof: int = 1,
) -> _Array:
    """Covariance of each window, of the pairs of which neither is NaN."""
    return _move(partial(_cov, ddof=ddof), _pairs(a, b), window, min_count, axis)


def move_corr(
    a: ArrayLike,
    b: ArrayLike,
    window: int,
    min_count: int | None = None,
    axis: int = -1,
) -> _Array:
    """Correlation of each window, of the pairs of which neither is NaN."""
    return _move(_corr, _pairs(a, b), window, min_count, axis)


def move_min(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array:
    """Least value of each window."""
    return _move(nanmin, [a], window, min_count, axis)


def move_max(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array:
    """Greatest value of each window."""
    return _move(nanmax, [a], window, min_count, axis)


def move_argmin(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array:
    """How long ago the least value of each window was, the latest of equals."""
    return _move(partial(_latest, nanargmin), [a], window, min_count, axis)


def move_argmax(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array:
    """How long ago the greatest value of each window was, the latest of equals."""
    return _move(partial(_latest, nanargmax), [a], window, min_count, axis)


def _latest(first: Callable[..., Any], a: _Array, axis: int = -1) -> Any:
    """The place from the end; NaN where there is no value."""
    nothing = _isnan(a).all(axis=axis)
    backwards = np.flip(a, axis)
    some = np.where(np.expand_dims(nothing, axis), 0, backwards)
    return np.where(nothing, np.nan, first(some, axis))


def move_median(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array:
    """Median of each window."""
    return _move(nanmedian, [a], window, min_count, axis)


def move_rank(
    a: ArrayLike, window: int, min_count: int | None = None, axis: int = -1
) -> _Array:
    """Rank of the newest value of each window, from -1 to 1."""
    return _move(_rank_of_last, [a], window, min_count, axis)


def _isnan(a: _Array) -> NDArray[np.bool_]:
    if a.dtype != np.object_:
        return np.isnan(a)
    # Of all objects, only NaN is not itself.
    return np.asarray(a != a, dtype=bool)


def _ravelled(a: ArrayLike, axis: int | None) -> tuple[_Array, int]:
    a = np.asarray(a)
    return (a.ravel(), 0) if axis is None else (a, axis)


def _order(rows: _Array) -> _Array:
    """Indices that sort each row, equals in their order and NaN last."""
    if rows.dtype != np.object_:
        return np.argsort(rows, axis=-1, kind="stable")
    # Objects do not put NaN anywhere.
    order = np.argsort(_filled(rows, 0), axis=-1, kind="stable")
    is_nan = np.take_along_axis(_isnan(rows), order, axis=-1)
    return np.take_along_axis(order, np.argsort(is_nan, axis=-1, kind="stable"), -1)


def _ranks(rows: _Array) -> _Array:
    order = _order(rows)
    ordered = np.take_along_axis(rows, order, axis=-1)
    changes = np.asarray(ordered[:, 1:] != ordered[:, :-1], dtype=bool)
    edge = np.ones((len(rows), min(1, rows.shape[-1])), dtype=bool)
    index = np.arange(rows.shape[-1])
    first = np.where(np.concatenate([edge, changes], axis=-1), index, 0)
    last = np.where(np.concatenate([changes, edge], axis=-1), index, index.size)
    first = np.maximum.accumulate(first, axis=-1)
    last = np.flip(np.minimum.accumulate(np.flip(last, -1), axis=-1), -1)
    ranks = np.empty(rows.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=-1)
    return ranks


def _count(a: _Array, axis: _Axis, keepdims: bool = False) -> Any:
    return np.count_nonzero(~_isnan(a), axis=axis, keepdims=keepdims)


def _widened(a: _Array) -> _Array:
    """Integers as wide as sums of them are: squares would wrap before, and NumPy's own
    sums are as wide as the platform's addresses.
    """
    if a.dtype.kind not in "biu":
        return a
    return a.astype(np.uint64 if a.dtype.kind == "u" else np.int64, copy=False)


def _float_of(a: _Array) -> np.dtype[Any] | None:
    """The dtype of a mean."""
    if a.dtype == np.object_:
        return None
    inexact = np.issubdtype(a.dtype, np.inexact)
    return a.dtype.newbyteorder("=") if inexact else np.dtype(np.float64)


def _typed(values: _Array, dtype: np.dtype[Any] | None) -> Any:
    """A scalar if it has no dimension, as NumPy's reductions return."""
    return values.astype(values.dtype if dtype is None else dtype)[()]


def _rows(a: _Array, axis: _Axis) -> tuple[_Array, tuple[int, ...]]:
    """The lanes along the axes as rows of a matrix, and the lengths of the other axes.

    Of NumPy's own functions some know 32 dimensions and some fail where there are 64.
    """
    if axis is None:
        axis = tuple(range(a.ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    moved = np.moveaxis(a, axes, range(-len(axes), 0))
    kept = moved.shape[: a.ndim - len(axes)]
    rows = math.prod(kept)
    return moved.reshape(rows, math.prod(moved.shape[len(kept) :])), kept


def _middle(ordered: _Array, count: _Array) -> tuple[_Array, _Array]:
    """The two values, or twice the one, in the middle of the first ones of each row."""
    row, last = np.arange(len(ordered)), ordered.shape[-1] - 1
    lower = ordered[row, np.maximum(count - 1, 0) // 2]
    return lower, ordered[row, np.minimum(count // 2, last)]


def _quantiles(ordered: _Array, q: _Array, method: Any) -> Any:
    """Of values in order; where they lie NumPy says by those of their indices."""
    if not ordered.size:
        return np.full(q.size, np.nan)
    places = np.quantile(np.arange(ordered.size), q, method=method)
    first, last = np.floor(places).astype(np.intp), np.ceil(places).astype(np.intp)
    lower, upper, weight = ordered[first], ordered[last], places - first
    with np.errstate(all="ignore"):
        between = lower * (1 - weight) + upper * weight
    return np.where(lower == upper, lower, between)


def _by_rows(
    function: Callable[..., _Array], a: _Array, axis: int, *others: _Array
) -> _Array:
    """A result for each value, where the function makes a row of each row."""
    rows, kept = _rows(a, axis)
    rows = function(rows, *(_rows(other, axis)[0] for other in others))
    results = rows.reshape(*kept, rows.shape[-1])
    return np.ascontiguousarray(np.moveaxis(results, -1, axis))


def _best(
    a: _Array, axis: _Axis, best: np.ufunc, last: float, keepdims: bool = False
) -> Any:
    if a.dtype != np.object_:
        return best.reduce(a, axis=axis, keepdims=keepdims)
    # Of objects, `fmin` and `fmax` do not leave NaN out.
    found = best.reduce(_filled(a, last), axis=axis, keepdims=keepdims)
    nothing = _count(a, axis, keepdims) == 0
    return np.where(nothing, np.nan, np.asarray(found, dtype=object))[()]


def _filled(a: _Array, value: float) -> _Array:
    return np.where(_isnan(a), value, a) if a.dtype == np.object_ else a


def _first_place(
    a: _Array, axis: int | None, best: np.ufunc, last: float, default: int | None
) -> Any:
    if default is not None and not a.size:
        return np.full(np.shape(_count(a, axis)), default, np.intp)[()]
    found = a == _best(a, axis, best, last, keepdims=True)
    some = found.any(axis=axis)
    if default is None and not some.all():
        msg = "All-NaN slice encountered"
        raise ValueError(msg)
    return np.where(some, found.argmax(axis=axis), default or 0)[()]


def _rank_of_last(a: _Array, axis: int = -1) -> Any:
    """Where the last value stands among those that are not NaN, from -1 to 1."""
    last = np.take(a, [-1], axis)
    with np.errstate(all="ignore"):
        less = np.count_nonzero(a < last, axis=axis)
        greater = np.count_nonzero(a > last, axis=axis)
    others = np.maximum(_count(a, axis) - 1, 1)
    rank = np.where(_isnan(last.squeeze(axis)), np.nan, (less - greater) / others)
    return _typed(rank, _float_of(a))


def _pairs(a: ArrayLike, b: ArrayLike) -> tuple[_Array, _Array]:
    """In one shape, and both NaN where either is."""
    # By ufuncs: NumPy's own functions for it know but 32 dimensions.
    a, b = np.asarray(a), np.asarray(b)
    dtype = np.result_type(a, b)
    floats = dtype if np.issubdtype(dtype, np.inexact) else np.dtype(np.float64)
    missing = _isnan(a) | _isnan(b)
    first, second = (
        np.where(missing, np.nan, array).astype(floats) for array in (a, b)
    )
    return first, second


def _products(a: _Array, b: _Array, axis: _Axis) -> Any:
    """The sum of the products of distances from the means."""
    missing = _isnan(a)
    with np.errstate(all="ignore"):
        count = _count(a, axis, keepdims=True)
        means = [np.nansum(x, axis, keepdims=True) / count for x in (a, b)]
        products = (a - means[0]) * (b - means[1])
    return np.where(missing, 0, products).sum(axis)


def _cov(a: _Array, b: _Array, axis: _Axis = -1, ddof: int = 1) -> Any:
    dtype, wide = a.dtype, np.result_type(a, np.float64)
    count = np.asarray(_count(a, axis), dtype=wide)
    with np.errstate(all="ignore"):
        products = _products(a.astype(wide), b.astype(wide), axis)
        covariance = products / (count - ddof)
    return _typed(np.where(count > ddof, covariance, np.nan), dtype)


def _corr(a: _Array, b: _Array, axis: _Axis = -1) -> Any:
    dtype, wide = a.dtype, np.result_type(a, np.float64)
    a, b = a.astype(wide), b.astype(wide)
    with np.errstate(all="ignore"):
        deviations = [np.sqrt(_products(x, x, axis)) for x in (a, b)]
        correlation = _products(a, b, axis) / deviations[0] / deviations[1]
    # Of equal values, the mean may be rounded.
    differ = [
        np.fmin.reduce(x, axis, initial=np.inf)
        < np.fmax.reduce(x, axis, initial=-np.inf)
        for x in (a, b)
    ]
    within = np.clip(correlation, -1, 1)
    return _typed(np.where(differ[0] & differ[1], within, np.nan), dtype)


def _move(
    statistic: Callable[..., Any],
    arrays: Sequence[ArrayLike],
    window: int,
    min_count: int | None,
    axis: int,
) -> _Array:
    """Apply a statistic to every window, with NaN put in front of the first ones."""
    values: list[_Array] = [np.asarray(a) for a in arrays]
    # Text has no sum, and says so.
    statistic(*(np.ones(1).astype(a.dtype) for a in values))
    values = [
        a if np.issubdtype(a.dtype, np.inexact) else a.astype(np.float64)
        for a in values
    ]
    least = window if min_count is None else min_count
    window = max(1, min(window, values[0].shape[axis]))

    def windows(rows: _Array) -> _Array:
        ahead = np.full((len(rows), window - 1), np.nan, dtype=rows.dtype)
        return sliding_window_view(np.concatenate([ahead, rows], axis=-1), window, -1)

    def moved(*rows: _Array) -> _Array:
        results = np.empty_like(rows[0])
        all_windows = [windows(one) for one in rows]
        step = max(1, STRETCH // max(1, window * len(results)))
        for start in range(0, results.shape[-1], step):
            stretch = [one[:, start : start + step] for one in all_windows]
            enough = np.asarray(_count(stretch[0], -1)) >= least
            found = np.where(enough, statistic(*stretch, axis=-1), np.nan)
            results[:, start : start + step] = found
        return results

    if not values[0].size:
        return np.empty_like(values[0], subok=False)
    return _by_rows(moved, values[0], axis, *values[1:])
