"""The compiled functions. Written by scripts/generate.py stubs."""

from collections.abc import Sequence
from types import EllipsisType
from typing import (
    Any,
    Literal,
    Never,
    SupportsFloat,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    overload,
)

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Axes: TypeAlias = tuple[SupportsIndex, ...]

# The dtypes of the kernels.
_Float: TypeAlias = np.float32 | np.float64
_Integer: TypeAlias = np.int32 | np.int64
# Those whose mean is a float64.
_Whole: TypeAlias = np.integer[Any] | np.bool_

_FloatT = TypeVar("_FloatT", bound=np.floating[Any])
_InexactT = TypeVar("_InexactT", bound=np.inexact[Any])
_ScalarT = TypeVar("_ScalarT", bound=np.generic)
_ArrayT = TypeVar("_ArrayT", bound=NDArray[np.number[Any] | np.bool_ | np.object_])

_Method: TypeAlias = Literal[
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
]

# How many dimensions an array has. Where its type does not tell, it is of all these, so
# that the first is asked for first. They are type variables, since a shape itself is
# what mypy infers for a call within a call, wrongly.
_UnknownD = TypeVar("_UnknownD", bound=tuple[Never, Never, Never, Never])
_OneD = TypeVar("_OneD", bound=tuple[int])
_MoreD = TypeVar("_MoreD", bound=tuple[int, int, *tuple[int, ...]])
_ShapeT = TypeVar("_ShapeT", bound=tuple[int, ...])
# Where a result is written to.
_OutT = TypeVar("_OutT", bound=NDArray[Any])

__all__ = [
    "__version__",
    "allnan",
    "anynan",
    "argpartition",
    "get_num_threads",
    "median",
    "move_argmax",
    "move_argmin",
    "move_corr",
    "move_cov",
    "move_max",
    "move_mean",
    "move_median",
    "move_min",
    "move_rank",
    "move_skew",
    "move_std",
    "move_sum",
    "move_var",
    "nanargmax",
    "nanargmin",
    "nancorr",
    "nancov",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanquantile",
    "nanrankdata",
    "nanskew",
    "nanstd",
    "nansum",
    "nanvar",
    "partition",
    "push",
    "quantile",
    "rankdata",
    "replace",
    "set_num_threads",
    "ss",
]

@overload
def nansum(
    a: NDArray[_Integer] | Sequence[int] | int,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> int:
    """Sum, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float, int or ndarray
        A Python number for all values and for one dimension, else an array without
        `axis`. The dtype is that of `a`, but int64 for integers, uint64 for unsigned ones.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    The sum of no values, or of NaN alone, is 0. An infinity is the sum, infinities of
    both signs give NaN. Floats are summed with compensation, float32 in float64 [1]_:
    the result is within one unit in its last place unless a dozen digits cancel.
    Integers wrap beyond int64, as in NumPy. O(n), without a copy.

    References
    ----------
    .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
       Journal on Scientific Computing 26 (2005), algorithm 4.4.

    Examples
    --------
    >>> uncork.nansum([1.0, numpy.nan, 2.0])
    3.0
    >>> uncork.nansum([[1, 2], [3, 4]], axis=0)
    array([4, 6])
    """

@overload
def nansum(
    a: NDArray[_Float] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nansum(
    a: np.ndarray[_UnknownD, np.dtype[_InexactT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_InexactT] | Any: ...
@overload
def nansum(
    a: np.ndarray[_UnknownD, np.dtype[_Integer]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.int64] | Any: ...
@overload
def nansum(
    a: np.ndarray[_OneD, np.dtype[_Integer]] | Sequence[int],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> int: ...
@overload
def nansum(
    a: np.ndarray[_OneD, np.dtype[_Float]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nansum(
    a: np.ndarray[_MoreD, np.dtype[_InexactT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_InexactT]: ...
@overload
def nansum(
    a: np.ndarray[_MoreD, np.dtype[_Integer]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.int64]: ...
@overload
def nansum(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_InexactT] | Any: ...
@overload
def nansum(
    a: np.ndarray[_ShapeT, np.dtype[_Integer]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.int64] | Any: ...
@overload
def nansum(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nansum(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nansum(
    a: NDArray[_InexactT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_InexactT]: ...
@overload
def nansum(
    a: NDArray[_InexactT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_InexactT]: ...
@overload
def nansum(
    a: NDArray[_Integer],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.int64]: ...
@overload
def nansum(
    a: NDArray[_Integer],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.int64]: ...
@overload
def nansum(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nansum(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nansum(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nanmean(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Mean (average), ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        A Python float for all values and for one dimension, else an array without
        `axis`. The dtype is that of `a` for floats, else float64.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    The mean of no values, or of NaN alone, is NaN, without a warning. An infinity is
    the mean, infinities of both signs give NaN. The sum is compensated as in `nansum`,
    and exact for integers; it does not overflow where the mean is finite. O(n), without
    a copy.

    Examples
    --------
    >>> uncork.nanmean([1.0, numpy.nan, 2.0])
    1.5
    """

@overload
def nanmean(
    a: np.ndarray[_UnknownD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanmean(
    a: np.ndarray[_UnknownD, np.dtype[_Whole]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanmean(
    a: np.ndarray[_OneD, np.dtype[_Float | _Whole]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nanmean(
    a: np.ndarray[_MoreD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanmean(
    a: np.ndarray[_MoreD, np.dtype[_Whole]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanmean(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanmean(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanmean(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanmean(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanmean(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanmean(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_FloatT]: ...
@overload
def nanmean(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanmean(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.float64]: ...
@overload
def nanmean(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nanmean(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nanmean(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nanvar(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    axis: None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Variance, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    ddof : int, optional
        Delta degrees of freedom: the squared distances are divided by the count of values less
        `ddof`.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        A Python float for all values and for one dimension, else an array without
        `axis`. The dtype is that of `a` for floats, else float64.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    NaN where there are no more values than `ddof`, and where one is infinite; never
    negative, and exactly zero where all values are the same. The distances from the
    first finite value and their squares are summed with compensation [1]_, so an
    offset costs no digits, and the result does not depend on how `a` lies in memory.
    O(n), without a copy.

    References
    ----------
    .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
       Journal on Scientific Computing 26 (2005), algorithms 4.4 and 5.3.

    Examples
    --------
    >>> uncork.nanvar([1.0, numpy.nan, 2.0])
    0.25
    >>> uncork.nanvar([1.0, numpy.nan, 2.0], ddof=1)
    0.5
    """

@overload
def nanvar(
    a: np.ndarray[_UnknownD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanvar(
    a: np.ndarray[_UnknownD, np.dtype[_Whole]],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanvar(
    a: np.ndarray[_OneD, np.dtype[_Float | _Whole]] | Sequence[float],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nanvar(
    a: np.ndarray[_MoreD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanvar(
    a: np.ndarray[_MoreD, np.dtype[_Whole]],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanvar(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    axis: SupportsIndex | _Axes,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanvar(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    axis: SupportsIndex | _Axes,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanvar(
    a: ArrayLike,
    axis: None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanvar(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanvar(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanvar(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_FloatT]: ...
@overload
def nanvar(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanvar(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.float64]: ...
@overload
def nanvar(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nanvar(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nanvar(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nanstd(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    axis: None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Standard deviation, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    ddof : int, optional
        Delta degrees of freedom: the squared distances are divided by the count of values less
        `ddof`.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        A Python float for all values and for one dimension, else an array without
        `axis`. The dtype is that of `a` for floats, else float64.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    The root of `nanvar`, and NaN where that is. Squares that leave the range of
    float64 do not matter as long as the result is within it. O(n), without a copy.

    Examples
    --------
    >>> uncork.nanstd([1.0, numpy.nan, 2.0])
    0.5
    """

@overload
def nanstd(
    a: np.ndarray[_UnknownD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanstd(
    a: np.ndarray[_UnknownD, np.dtype[_Whole]],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanstd(
    a: np.ndarray[_OneD, np.dtype[_Float | _Whole]] | Sequence[float],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nanstd(
    a: np.ndarray[_MoreD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanstd(
    a: np.ndarray[_MoreD, np.dtype[_Whole]],
    axis: SupportsIndex,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanstd(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    axis: SupportsIndex | _Axes,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanstd(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    axis: SupportsIndex | _Axes,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanstd(
    a: ArrayLike,
    axis: None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanstd(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanstd(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanstd(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_FloatT]: ...
@overload
def nanstd(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanstd(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.float64]: ...
@overload
def nanstd(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nanstd(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nanstd(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 0,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nanskew(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    axis: None = None,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Skewness, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    bias : bool, optional
        Whether the moments are those of the values, as in SciPy; else they estimate those of
        what the values are a sample of, as in pandas.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        A Python float for all values and for one dimension, else an array without
        `axis`. The dtype is that of `a` for floats, else float64.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    The third moment about the mean, in units of the standard deviation: positive where
    the tail on the right is the longer one. NaN where all values are the same, where
    there are fewer than two (without `bias`, three), and where one is infinite. The
    distances from the first finite value, their squares and their cubes are summed with
    compensation [1]_, so neither an offset nor an outlier costs digits, and the result
    does not depend on how `a` lies in memory. O(n), without a copy.

    References
    ----------
    .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
       Journal on Scientific Computing 26 (2005), algorithms 4.4 and 5.3.

    Examples
    --------
    >>> uncork.nanskew([1.0, numpy.nan, 1.0, 4.0])
    0.7071067811865476
    >>> uncork.nanskew([1.0, numpy.nan, 1.0, 4.0], bias=False)
    1.7320508075688772
    """

@overload
def nanskew(
    a: np.ndarray[_UnknownD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanskew(
    a: np.ndarray[_UnknownD, np.dtype[_Whole]],
    axis: SupportsIndex,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanskew(
    a: np.ndarray[_OneD, np.dtype[_Float | _Whole]] | Sequence[float],
    axis: SupportsIndex,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nanskew(
    a: np.ndarray[_MoreD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanskew(
    a: np.ndarray[_MoreD, np.dtype[_Whole]],
    axis: SupportsIndex,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanskew(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    axis: SupportsIndex | _Axes,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanskew(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    axis: SupportsIndex | _Axes,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanskew(
    a: ArrayLike,
    axis: None = None,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanskew(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    bias: bool = True,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanskew(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    bias: bool = True,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanskew(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    bias: bool = True,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_FloatT]: ...
@overload
def nanskew(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    bias: bool = True,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanskew(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    bias: bool = True,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.float64]: ...
@overload
def nanskew(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    bias: bool = True,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nanskew(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    bias: bool = True,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nanskew(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    bias: bool = True,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nanmin(
    a: NDArray[_Integer] | Sequence[int] | int,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> int:
    """Minimum, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float, int or ndarray
        A Python number for all values and for one dimension, else an array without
        `axis`; of the dtype of `a`.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If there is no value to choose from: `a` is empty, or empty along `axis`;
        if an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    NaN where all values are, without a warning. Infinities are values like others. Of
    zeros of both signs, either may come out. O(n), without a copy.

    Examples
    --------
    >>> uncork.nanmin([1.0, numpy.nan, 2.0])
    1.0
    """

@overload
def nanmin(
    a: NDArray[_Float] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nanmin(
    a: np.ndarray[_UnknownD, np.dtype[_ScalarT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_ScalarT] | Any: ...
@overload
def nanmin(
    a: np.ndarray[_OneD, np.dtype[_Integer]] | Sequence[int],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> int: ...
@overload
def nanmin(
    a: np.ndarray[_OneD, np.dtype[_Float]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nanmin(
    a: np.ndarray[_MoreD, np.dtype[_ScalarT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_ScalarT]: ...
@overload
def nanmin(
    a: np.ndarray[_ShapeT, np.dtype[_ScalarT]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_ScalarT] | Any: ...
@overload
def nanmin(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanmin(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanmin(
    a: NDArray[_ScalarT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_ScalarT]: ...
@overload
def nanmin(
    a: NDArray[_ScalarT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_ScalarT]: ...
@overload
def nanmin(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nanmin(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nanmin(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nanmax(
    a: NDArray[_Integer] | Sequence[int] | int,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> int:
    """Maximum, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float, int or ndarray
        A Python number for all values and for one dimension, else an array without
        `axis`; of the dtype of `a`.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If there is no value to choose from: `a` is empty, or empty along `axis`;
        if an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    NaN where all values are, without a warning. Infinities are values like others. Of
    zeros of both signs, either may come out. O(n), without a copy.

    Examples
    --------
    >>> uncork.nanmax([1.0, numpy.nan, 2.0])
    2.0
    """

@overload
def nanmax(
    a: NDArray[_Float] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nanmax(
    a: np.ndarray[_UnknownD, np.dtype[_ScalarT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_ScalarT] | Any: ...
@overload
def nanmax(
    a: np.ndarray[_OneD, np.dtype[_Integer]] | Sequence[int],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> int: ...
@overload
def nanmax(
    a: np.ndarray[_OneD, np.dtype[_Float]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nanmax(
    a: np.ndarray[_MoreD, np.dtype[_ScalarT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_ScalarT]: ...
@overload
def nanmax(
    a: np.ndarray[_ShapeT, np.dtype[_ScalarT]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_ScalarT] | Any: ...
@overload
def nanmax(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanmax(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanmax(
    a: NDArray[_ScalarT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_ScalarT]: ...
@overload
def nanmax(
    a: NDArray[_ScalarT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_ScalarT]: ...
@overload
def nanmax(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nanmax(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nanmax(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nanargmin(
    a: NDArray[_Float | _Integer] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> int:
    """Index of the minimum, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int, optional
        The axis to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.
    default : int, optional
        What stands for the index in a lane without a value to choose, as all are NaN or
        there are none; by default, such a lane is an error.

    Returns
    -------
    int or ndarray
        A Python int for all values, counted in C order, and for one dimension; else an
        array of intp without `axis`.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If all values of a lane are NaN, or there are none, and there is no `default`;
        if that does not fit into an intp; or if `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    Of equal values, the first. Infinities are values like others, even beside NaN.
    O(n), without a copy: stretches are searched for their extreme, and the winner once
    more for its place. A `default` that is no index, such as -1, tells the lanes without
    a value from all others.

    Examples
    --------
    >>> uncork.nanargmin([4.0, numpy.nan, 2.0])
    2
    >>> uncork.nanargmin([[4.0, numpy.nan, 2.0], [numpy.nan] * 3], axis=1, default=-1)
    array([ 2, -1])
    """

@overload
def nanargmin(
    a: np.ndarray[_UnknownD, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp] | Any: ...
@overload
def nanargmin(
    a: np.ndarray[_OneD, np.dtype[_Float | _Integer]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> int: ...
@overload
def nanargmin(
    a: np.ndarray[_MoreD, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp]: ...
@overload
def nanargmin(
    a: np.ndarray[_ShapeT, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp] | Any: ...
@overload
def nanargmin(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> int | np.intp: ...
@overload
def nanargmin(
    a: ArrayLike,
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp] | Any: ...
@overload
def nanargmin(
    a: NDArray[Any],
    axis: SupportsIndex | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp]: ...
@overload
def nanargmin(
    a: NDArray[Any],
    axis: SupportsIndex | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp]: ...
@overload
def nanargmin(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[Any]: ...
@overload
def nanargmin(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
    default: SupportsIndex | None = None,
) -> NDArray[Any]: ...
@overload
def nanargmin(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
    default: SupportsIndex | None = None,
) -> _OutT: ...
@overload
def nanargmax(
    a: NDArray[_Float | _Integer] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> int:
    """Index of the maximum, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int, optional
        The axis to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.
    default : int, optional
        What stands for the index in a lane without a value to choose, as all are NaN or
        there are none; by default, such a lane is an error.

    Returns
    -------
    int or ndarray
        A Python int for all values, counted in C order, and for one dimension; else an
        array of intp without `axis`.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If all values of a lane are NaN, or there are none, and there is no `default`;
        if that does not fit into an intp; or if `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    Of equal values, the first. Infinities are values like others, even beside NaN.
    O(n), without a copy: stretches are searched for their extreme, and the winner once
    more for its place. A `default` that is no index, such as -1, tells the lanes without
    a value from all others.

    Examples
    --------
    >>> uncork.nanargmax([4.0, numpy.nan, 2.0])
    0
    >>> uncork.nanargmax([[4.0, numpy.nan, 2.0], [numpy.nan] * 3], axis=1, default=-1)
    array([ 0, -1])
    """

@overload
def nanargmax(
    a: np.ndarray[_UnknownD, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp] | Any: ...
@overload
def nanargmax(
    a: np.ndarray[_OneD, np.dtype[_Float | _Integer]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> int: ...
@overload
def nanargmax(
    a: np.ndarray[_MoreD, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp]: ...
@overload
def nanargmax(
    a: np.ndarray[_ShapeT, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp] | Any: ...
@overload
def nanargmax(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> int | np.intp: ...
@overload
def nanargmax(
    a: ArrayLike,
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp] | Any: ...
@overload
def nanargmax(
    a: NDArray[Any],
    axis: SupportsIndex | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp]: ...
@overload
def nanargmax(
    a: NDArray[Any],
    axis: SupportsIndex | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
    default: SupportsIndex | None = None,
) -> NDArray[np.intp]: ...
@overload
def nanargmax(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
    default: SupportsIndex | None = None,
) -> NDArray[Any]: ...
@overload
def nanargmax(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
    default: SupportsIndex | None = None,
) -> NDArray[Any]: ...
@overload
def nanargmax(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
    default: SupportsIndex | None = None,
) -> _OutT: ...
@overload
def anynan(
    a: NDArray[_Float | _Integer] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> bool:
    """Whether any value is NaN.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    bool or ndarray
        A Python bool for all values and for one dimension, else an array of bool without
        `axis`.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    False of no values. Stops at the first NaN; integers are not looked at. O(n), without
    a copy.

    Examples
    --------
    >>> uncork.anynan([1.0, numpy.nan, 2.0])
    True
    """

@overload
def anynan(
    a: np.ndarray[_UnknownD, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.bool_] | Any: ...
@overload
def anynan(
    a: np.ndarray[_OneD, np.dtype[_Float | _Integer]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> bool: ...
@overload
def anynan(
    a: np.ndarray[_MoreD, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.bool_]: ...
@overload
def anynan(
    a: np.ndarray[_ShapeT, np.dtype[Any]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.bool_] | Any: ...
@overload
def anynan(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> bool | np.bool_: ...
@overload
def anynan(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.bool_] | Any: ...
@overload
def anynan(
    a: NDArray[Any],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.bool_]: ...
@overload
def anynan(
    a: NDArray[Any],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.bool_]: ...
@overload
def anynan(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def anynan(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def anynan(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def allnan(
    a: NDArray[_Float | _Integer] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> bool:
    """Whether all values are NaN.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    bool or ndarray
        A Python bool for all values and for one dimension, else an array of bool without
        `axis`.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    True of no values. Stops at the first that is not NaN; integers are not looked at.
    O(n), without a copy.

    Examples
    --------
    >>> uncork.allnan([1.0, numpy.nan, 2.0])
    False
    """

@overload
def allnan(
    a: np.ndarray[_UnknownD, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.bool_] | Any: ...
@overload
def allnan(
    a: np.ndarray[_OneD, np.dtype[_Float | _Integer]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> bool: ...
@overload
def allnan(
    a: np.ndarray[_MoreD, np.dtype[Any]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.bool_]: ...
@overload
def allnan(
    a: np.ndarray[_ShapeT, np.dtype[Any]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.bool_] | Any: ...
@overload
def allnan(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> bool | np.bool_: ...
@overload
def allnan(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.bool_] | Any: ...
@overload
def allnan(
    a: NDArray[Any],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.bool_]: ...
@overload
def allnan(
    a: NDArray[Any],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.bool_]: ...
@overload
def allnan(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def allnan(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def allnan(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def ss(
    a: NDArray[_Integer] | Sequence[int] | int,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> int:
    """Sum of squares, NaN if any value is NaN.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float, int or ndarray
        A Python number for all values and for one dimension, else an array without
        `axis`. The dtype is that of `a`, but int64 for integers, uint64 for unsigned ones.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    NaN if any value is NaN; 0 of no values. Squares and their sum are compensated [1]_,
    float32 in float64. Integers wrap beyond int64, as in NumPy. O(n), without a copy.

    References
    ----------
    .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
       Journal on Scientific Computing 26 (2005), algorithm 5.3.

    Examples
    --------
    >>> uncork.ss([1.0, 2.0, 3.0])
    14.0
    """

@overload
def ss(
    a: NDArray[_Float] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def ss(
    a: np.ndarray[_UnknownD, np.dtype[_InexactT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_InexactT] | Any: ...
@overload
def ss(
    a: np.ndarray[_UnknownD, np.dtype[_Integer]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.int64] | Any: ...
@overload
def ss(
    a: np.ndarray[_OneD, np.dtype[_Integer]] | Sequence[int],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> int: ...
@overload
def ss(
    a: np.ndarray[_OneD, np.dtype[_Float]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def ss(
    a: np.ndarray[_MoreD, np.dtype[_InexactT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_InexactT]: ...
@overload
def ss(
    a: np.ndarray[_MoreD, np.dtype[_Integer]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.int64]: ...
@overload
def ss(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_InexactT] | Any: ...
@overload
def ss(
    a: np.ndarray[_ShapeT, np.dtype[_Integer]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.int64] | Any: ...
@overload
def ss(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def ss(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def ss(
    a: NDArray[_InexactT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_InexactT]: ...
@overload
def ss(
    a: NDArray[_InexactT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_InexactT]: ...
@overload
def ss(
    a: NDArray[_Integer],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.int64]: ...
@overload
def ss(
    a: NDArray[_Integer],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.int64]: ...
@overload
def ss(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def ss(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def ss(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def median(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Median, NaN if any value is NaN.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        A Python float for all values and for one dimension, else an array without
        `axis`. The dtype is that of `a` for floats, else float64.

    Raises
    ------
    MemoryError
        If there is no memory for the copy.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    NaN if any value is NaN, or if there is none. The mean of the two in
    the middle of an even number, without overflow. By selection in a copy of each lane,
    which is O(n) in the worst case too.

    Examples
    --------
    >>> uncork.median([1.0, numpy.nan, 2.0])
    nan
    """

@overload
def median(
    a: np.ndarray[_UnknownD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def median(
    a: np.ndarray[_UnknownD, np.dtype[_Whole]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def median(
    a: np.ndarray[_OneD, np.dtype[_Float | _Whole]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def median(
    a: np.ndarray[_MoreD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def median(
    a: np.ndarray[_MoreD, np.dtype[_Whole]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def median(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def median(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def median(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def median(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def median(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def median(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_FloatT]: ...
@overload
def median(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def median(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.float64]: ...
@overload
def median(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def median(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def median(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nanmedian(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Median, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        A Python float for all values and for one dimension, else an array without
        `axis`. The dtype is that of `a` for floats, else float64.

    Raises
    ------
    MemoryError
        If there is no memory for the copy.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If an axis is named twice, or `out` has another shape.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    NaN if all values are NaN, or if there is none. The mean of the two in
    the middle of an even number, without overflow. By selection in a copy of each lane,
    which is O(n) in the worst case too.

    Examples
    --------
    >>> uncork.nanmedian([1.0, numpy.nan, 2.0])
    1.5
    """

@overload
def nanmedian(
    a: np.ndarray[_UnknownD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanmedian(
    a: np.ndarray[_UnknownD, np.dtype[_Whole]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanmedian(
    a: np.ndarray[_OneD, np.dtype[_Float | _Whole]] | Sequence[float],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float: ...
@overload
def nanmedian(
    a: np.ndarray[_MoreD, np.dtype[_FloatT]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanmedian(
    a: np.ndarray[_MoreD, np.dtype[_Whole]],
    axis: SupportsIndex,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanmedian(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[_FloatT] | Any: ...
@overload
def nanmedian(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> NDArray[np.float64] | Any: ...
@overload
def nanmedian(
    a: ArrayLike,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanmedian(
    a: ArrayLike,
    axis: SupportsIndex | _Axes,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nanmedian(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[_FloatT]: ...
@overload
def nanmedian(
    a: NDArray[_FloatT],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[_FloatT]: ...
@overload
def nanmedian(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[np.float64]: ...
@overload
def nanmedian(
    a: NDArray[_Whole],
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[np.float64]: ...
@overload
def nanmedian(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nanmedian(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nanmedian(
    a: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nancov(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    b: NDArray[_Float | _Whole] | Sequence[float] | float,
    axis: None = None,
    ddof: SupportsIndex = 1,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Covariance of two arrays, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    b : array_like
        Others, of a shape that broadcasts with that of `a`.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    ddof : int, optional
        Delta degrees of freedom: the products of distances are divided by the count of pairs
        less `ddof`.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        A Python float for all values and for one dimension, else an array without `axis`; of
        float64, or of NumPy's result type where both `a` and `b` are of floats.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of the shape that `a` and `b` have together.
    ValueError
        If `a` and `b` do not broadcast together, an axis is named twice, or `out` has another
        shape.
    TypeError
        If `a` or `b` is a masked array or not of real numbers, another argument has a wrong
        type, or `out` is no array that can hold the result.

    Notes
    -----
    A pair of which either is NaN is left out, as both were. Distances from the first pair
    of finite values and their products are summed in twice the precision [1]_, so an
    offset costs no digits, and the result does not depend on how the arrays lie in memory.
    NaN where there are no more pairs than `ddof`, and where a value is infinite. Values
    are read as float64. O(n), without a copy.

    References
    ----------
    .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
       Journal on Scientific Computing 26 (2005), algorithms 4.4 and 5.3.

    Examples
    --------
    >>> uncork.nancov([1.0, 2.0, 4.0], [3.0, 5.0, numpy.nan])
    1.0
    """

@overload
def nancov(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 1,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nancov(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 1,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nancov(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 1,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nancov(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    ddof: SupportsIndex = 1,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nancorr(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    b: NDArray[_Float | _Whole] | Sequence[float] | float,
    axis: None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Correlation of two arrays, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    b : array_like
        Others, of a shape that broadcasts with that of `a`.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        A Python float for all values and for one dimension, else an array without `axis`; of
        float64, or of NumPy's result type where both `a` and `b` are of floats.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of the shape that `a` and `b` have together.
    ValueError
        If `a` and `b` do not broadcast together, an axis is named twice, or `out` has another
        shape.
    TypeError
        If `a` or `b` is a masked array or not of real numbers, another argument has a wrong
        type, or `out` is no array that can hold the result.

    Notes
    -----
    Pearson's coefficient: the covariance in units of both standard deviations, within four
    units in the last place of 1, and never beyond -1 or 1. A pair of which either is NaN is
    left out, as both were. NaN where either array has but one value or equal ones, and
    where a value is infinite; of any other size, values give the same. Values are read as
    float64. O(n), without a copy.

    Examples
    --------
    >>> uncork.nancorr([1.0, 2.0, 4.0], [3.0, 5.0, numpy.nan])
    1.0
    """

@overload
def nancorr(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> Any: ...
@overload
def nancorr(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: Literal[True],
    out: None = None,
) -> NDArray[Any]: ...
@overload
def nancorr(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: EllipsisType,
) -> NDArray[Any]: ...
@overload
def nancorr(
    a: ArrayLike,
    b: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def move_sum(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_InexactT]]:
    """Moving-window (rolling) sum, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    Windows are merged from the end of one block and the beginning of the next [1]_;
    nothing is subtracted, so a value that has left the window leaves no trace, be it
    infinite. Sums are compensated, float32 in float64. O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).

    Examples
    --------
    >>> uncork.move_sum([1.0, 2.0, 3.0], window=2)
    array([nan,  3.,  5.])
    """

@overload
def move_sum(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_sum(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_sum(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_sum(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_mean(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_InexactT]]:
    """Moving-window (rolling) mean, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    Windows are merged from the end of one block and the beginning of the next [1]_;
    nothing is subtracted, so a value that has left the window leaves no trace, be it
    infinite. Sums are compensated, float32 in float64. O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).

    Examples
    --------
    >>> uncork.move_mean([1.0, 2.0, 3.0], window=2)
    array([nan, 1.5, 2.5])
    """

@overload
def move_mean(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_mean(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_mean(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_mean(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_var(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_FloatT]]:
    """Moving-window (rolling) variance, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    ddof : int, optional
        Delta degrees of freedom: the squared distances are divided by the count of values less
        `ddof`.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    Windows are merged from the end of one block and the beginning of the next [1]_;
    nothing is subtracted, so a value that has left the window leaves no trace. Distances
    from a value of the window, and their squares, are summed in twice the precision: the
    result is never negative, and 0 for a window of equal values. Windows with an infinity,
    or with no more values than `ddof`, give NaN. O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).

    Examples
    --------
    >>> uncork.move_var([1.0, 2.0, 4.0], window=2)
    array([ nan, 0.25, 1.  ])
    """

@overload
def move_var(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_var(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_var(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_var(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_std(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_FloatT]]:
    """Moving-window (rolling) standard deviation, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    ddof : int, optional
        Delta degrees of freedom: the squared distances are divided by the count of values less
        `ddof`.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    Windows are merged from the end of one block and the beginning of the next [1]_;
    nothing is subtracted, so a value that has left the window leaves no trace. Distances
    from a value of the window, and their squares, are summed in twice the precision: the
    result is never negative, and 0 for a window of equal values. Windows with an infinity,
    or with no more values than `ddof`, give NaN. O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).

    Examples
    --------
    >>> uncork.move_std([1.0, 2.0, 4.0], window=2)
    array([nan, 0.5, 1. ])
    """

@overload
def move_std(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_std(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_std(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_std(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 0,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_skew(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    bias: bool = True,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_FloatT]]:
    """Moving-window (rolling) skewness, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    bias : bool, optional
        Whether the moments are those of the values, as in SciPy; else they estimate those of
        what the values are a sample of, as in pandas.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    Windows are merged from the end of one block and the beginning of the next [1]_;
    nothing is subtracted, so a value that has left the window leaves no trace.
    Distances from a value of the window, their squares and their cubes are summed in
    twice the precision. Windows of equal values, with an infinity, or with fewer than
    two values (without `bias`, three) give NaN. O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).

    Examples
    --------
    >>> uncork.move_skew([1.0, 1.0, 4.0, 4.0], window=3)
    array([        nan,         nan,  0.70710678, -0.70710678])
    """

@overload
def move_skew(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    bias: bool = True,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_skew(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    bias: bool = True,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_skew(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    bias: bool = True,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_skew(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    bias: bool = True,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_cov(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    b: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_FloatT]]:
    """Moving-window (rolling) covariance of two arrays, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    b : array_like
        Others, of a shape that broadcasts with that of `a`.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    ddof : int, optional
        Delta degrees of freedom: the products of distances are divided by the count of pairs
        less `ddof`.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each place, in C order; of float64, or of NumPy's result type where
        both `a` and `b` are of floats.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a` and `b`
        do not broadcast together or have no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of the shape that they have together.
    TypeError
        If `a` or `b` is a masked array or not of real numbers, another argument has a wrong
        type, or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    A pair of which either is NaN is left out, as both were. Windows are merged from the
    end of one block and the beginning of the next [1]_; nothing is subtracted, so a pair
    that has left the window leaves no trace. Distances from a pair of the window and
    their products are summed in twice the precision, so an offset costs no digits. NaN
    where there are no more pairs than `ddof`, and where a value is infinite. Values are
    read as float64. O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).

    Examples
    --------
    >>> uncork.move_cov([1.0, 2.0, 4.0], [3.0, 5.0, 9.0], window=2)
    array([nan,  1.,  4.])
    """

@overload
def move_cov(
    a: ArrayLike,
    b: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_cov(
    a: ArrayLike,
    b: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    ddof: SupportsIndex = 1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_corr(
    a: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    b: np.ndarray[_ShapeT, np.dtype[_FloatT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_FloatT]]:
    """Moving-window (rolling) correlation of two arrays, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    b : array_like
        Others, of a shape that broadcasts with that of `a`.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each place, in C order; of float64, or of NumPy's result type where
        both `a` and `b` are of floats.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a` and `b`
        do not broadcast together or have no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of the shape that they have together.
    TypeError
        If `a` or `b` is a masked array or not of real numbers, another argument has a wrong
        type, or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    Pearson's coefficient: the covariance in units of both standard deviations, within four
    units in the last place of 1, and never beyond -1 or 1. A pair of which either is NaN is
    left out, as both were. Windows are merged as those of `move_cov` are [1]_. NaN where
    either array has but one value or equal ones, and where a value is infinite; of any
    other size, values give the same. Values are read as float64. O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).

    Examples
    --------
    >>> uncork.move_corr([1.0, 2.0, 4.0], [3.0, 5.0, 1.0], window=2)
    array([nan,  1., -1.])
    """

@overload
def move_corr(
    a: ArrayLike,
    b: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_corr(
    a: ArrayLike,
    b: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_min(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_InexactT]]:
    """Moving-window (rolling) minimum, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    Windows are merged from the end of one block and the beginning of the next [1]_;
    nothing is subtracted, so a value that has left the window leaves no trace, be it
    infinite. Integers come out as float64. O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).

    Examples
    --------
    >>> uncork.move_min([1.0, 2.0, 3.0], window=2)
    array([nan,  1.,  2.])
    """

@overload
def move_min(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_min(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_min(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_min(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_max(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_InexactT]]:
    """Moving-window (rolling) maximum, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    Windows are merged from the end of one block and the beginning of the next [1]_;
    nothing is subtracted, so a value that has left the window leaves no trace, be it
    infinite. Integers come out as float64. O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).

    Examples
    --------
    >>> uncork.move_max([1.0, 2.0, 3.0], window=2)
    array([nan,  2.,  3.])
    """

@overload
def move_max(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_max(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_max(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_max(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_argmin(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_InexactT]]:
    """Moving-window (rolling) argmin: how long ago the minimum was, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    0 stands for the last value of the window, 1 for the one before it; of equal values,
    the last counts. NaN is left out. Windows are merged from the end of one block and the
    beginning of the next [1]_; integers that float64 does not tell apart queue up [2]_.
    O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).
    .. [2] D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons
       per element", Nordic Journal of Computing 13 (2006).

    Examples
    --------
    >>> uncork.move_argmin([1.0, 2.0, 3.0], window=2)
    array([nan,  1.,  1.])
    """

@overload
def move_argmin(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_argmin(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_argmin(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_argmin(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_argmax(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_InexactT]]:
    """Moving-window (rolling) argmax: how long ago the maximum was, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    0 stands for the last value of the window, 1 for the one before it; of equal values,
    the last counts. NaN is left out. Windows are merged from the end of one block and the
    beginning of the next [1]_; integers that float64 does not tell apart queue up [2]_.
    O(n) for any window.

    References
    ----------
    .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
       Pattern Recognition Letters 13 (1992).
    .. [2] D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons
       per element", Nordic Journal of Computing 13 (2006).

    Examples
    --------
    >>> uncork.move_argmax([1.0, 2.0, 3.0], window=2)
    array([nan,  0.,  0.])
    """

@overload
def move_argmax(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_argmax(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_argmax(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_argmax(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_median(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_InexactT]]:
    """Moving-window (rolling) median, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    The mean of the two in the middle of an even number, without overflow; it is exact,
    infinite values and int64 included. Values are sorted once, each with those of the
    windows near it, and windows then move over their ranks [1]_; a short window is kept
    in order. O(n log(window)), whatever the values.

    References
    ----------
    .. [1] J. Suomela, "Median filtering is equivalent to sorting", arXiv:1406.1717 (2014).

    Examples
    --------
    >>> uncork.move_median([1.0, 5.0, 2.0, 8.0], window=3)
    array([nan, nan,  2.,  5.])
    """

@overload
def move_median(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_median(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_median(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_median(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def move_rank(
    a: np.ndarray[_ShapeT, np.dtype[_InexactT]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[_InexactT]]:
    """Moving-window (rolling) rank of the newest value, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    window : int
        How many values a window has: the one at the same place and those before it;
        more than the axis has are as good as all of them.
    min_count : int, optional
        Windows with fewer values that are not NaN give NaN; by default, those with
        any NaN do, and the first `window` - 1.
    axis : int, optional
        The axis to move along; by default, the last.
    out : ndarray, optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind.

    Returns
    -------
    ndarray
        One value for each of `a`, in C order; of its dtype for floats, else float64.

    Raises
    ------
    ValueError
        If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
        has no dimension, or `out` has another shape.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, another argument has a wrong type,
        or `out` is no array that can hold the result.
    MemoryError
        If there is no memory for the result or for O(window) values beside it.

    Notes
    -----
    From -1 for the least value to 1 for the greatest; 0 for the only one, NaN if the
    newest is NaN. Of n values, of which l are less than the newest and g greater, the
    rank is (l - g) / (n - 1), which gives equal values the mean of their ranks, and is
    rounded once. Values are sorted once, each with those of the windows near it, and
    windows then move over their ranks [1]_; in a short window each is compared with the
    newest. O(n log(window)), whatever the values.

    References
    ----------
    .. [1] J. Suomela, "Median filtering is equivalent to sorting", arXiv:1406.1717 (2014).

    Examples
    --------
    >>> uncork.move_rank([1.0, 5.0, 2.0, 8.0], window=3)
    array([nan, nan,  0.,  1.])
    """

@overload
def move_rank(
    a: np.ndarray[_ShapeT, np.dtype[_Whole]],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]: ...
@overload
def move_rank(
    a: Sequence[float],
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def move_rank(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def move_rank(
    a: ArrayLike,
    window: SupportsIndex,
    min_count: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
    *,
    out: _OutT,
) -> _OutT: ...
@overload
def quantile(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    q: float,
    axis: None = None,
    method: _Method = "linear",
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Quantiles, NaN if any value is NaN.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    q : float or array_like of float
        The shares of the values that lie below, each between 0 and 1.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    method : str, optional
        Where in order a quantile lies, by the names of `numpy.quantile`.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        The dimensions of `q`, then those of `a` without `axis`; a Python float where that
        is none. The dtype is that of `a` for floats, else float64.

    Raises
    ------
    MemoryError
        If there is no memory for the result or for O(n) values beside it.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If a share is not between 0 and 1, there is no such method, an axis is named twice,
        or `out` has another shape.
    TypeError
        If `a` is a masked array or not of real numbers, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    NaN if any value is NaN, or if there is none.
    Infinities are values like others, but have no value between them. What lies between
    two values is rounded once, of int64 too, without overflow. By selection in a copy of
    each lane, O(n) for each share [1]_, or by sorting it once, O(n log n), where they are
    more than log2(n). The methods are those of Hyndman and Fan [2]_, and four more.

    References
    ----------
    .. [1] R. W. Floyd and R. L. Rivest, "Expected time bounds for selection",
       Communications of the ACM 18 (1975).
    .. [2] R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
       The American Statistician 50 (1996).

    Examples
    --------
    >>> uncork.quantile([3.0, 1.0, 4.0, 1.0, 5.0], [0.25, 0.9])
    array([1. , 4.6])
    """

@overload
def quantile(
    a: ArrayLike,
    q: float,
    axis: SupportsIndex | _Axes | None = None,
    method: _Method = "linear",
    *,
    keepdims: bool = False,
    out: None = None,
) -> Any: ...
@overload
def quantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    method: _Method = "linear",
    *,
    keepdims: bool = False,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def quantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    method: _Method = "linear",
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def nanquantile(
    a: NDArray[_Float | _Whole] | Sequence[float] | float,
    q: float,
    axis: None = None,
    method: _Method = "linear",
    *,
    keepdims: Literal[False] = False,
    out: None = None,
) -> float:
    """Quantiles, ignoring NaNs.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    q : float or array_like of float
        The shares of the values that lie below, each between 0 and 1.
    axis : int or tuple of int, optional
        The axis or axes to reduce; by default, all values are taken together.
    method : str, optional
        Where in order a quantile lies, by the names of `numpy.quantile`.
    keepdims : bool, optional
        Whether the axes stay, with length one. The result is an array then, always.
    out : ndarray or ..., optional
        Where the result is written to and which is returned: of the result's shape,
        and a dtype of the same kind; ``...`` asks for a new array, always, as in
        NumPy.

    Returns
    -------
    float or ndarray
        The dimensions of `q`, then those of `a` without `axis`; a Python float where that
        is none. The dtype is that of `a` for floats, else float64.

    Raises
    ------
    MemoryError
        If there is no memory for the result or for O(n) values beside it.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    ValueError
        If a share is not between 0 and 1, there is no such method, an axis is named twice,
        or `out` has another shape.
    TypeError
        If `a` is a masked array or not of real numbers, another argument has a wrong type,
        or `out` is no array that can hold the result.

    Notes
    -----
    NaN if all values are NaN, or if there is none.
    Infinities are values like others, but have no value between them. What lies between
    two values is rounded once, of int64 too, without overflow. By selection in a copy of
    each lane, O(n) for each share [1]_, or by sorting it once, O(n log n), where they are
    more than log2(n). The methods are those of Hyndman and Fan [2]_, and four more.

    References
    ----------
    .. [1] R. W. Floyd and R. L. Rivest, "Expected time bounds for selection",
       Communications of the ACM 18 (1975).
    .. [2] R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
       The American Statistician 50 (1996).

    Examples
    --------
    >>> uncork.nanquantile([3.0, 1.0, numpy.nan, 1.0, 5.0], 0.75)
    3.5
    >>> uncork.nanquantile([3.0, 1.0, numpy.nan, 1.0, 5.0], [0.0, 1.0], method="lower")
    array([1., 5.])
    """

@overload
def nanquantile(
    a: ArrayLike,
    q: float,
    axis: SupportsIndex | _Axes | None = None,
    method: _Method = "linear",
    *,
    keepdims: bool = False,
    out: None = None,
) -> Any: ...
@overload
def nanquantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    method: _Method = "linear",
    *,
    keepdims: bool = False,
    out: EllipsisType | None = None,
) -> NDArray[Any]: ...
@overload
def nanquantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: SupportsIndex | _Axes | None = None,
    method: _Method = "linear",
    *,
    keepdims: bool = False,
    out: _OutT,
) -> _OutT: ...
@overload
def rankdata(
    a: np.ndarray[_ShapeT, np.dtype[Any]],
    axis: SupportsIndex,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]:
    """Rank of each value; ties get their average rank.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int, optional
        The axis to rank along; by default, all values are ranked together.

    Returns
    -------
    ndarray
        A rank for each value of `a`, from 1 on, in C order, float64; without an axis, in
        one dimension.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array, or `axis` is not an integer.
    MemoryError
        If there is no memory for the result or for O(n) values beside it.

    Notes
    -----
    Each NaN has a rank of its own above all values, in their order. Infinities are
    values like others; zeros of both signs are equal. Keys are sorted by their digits, or
    compared where they are few: O(n log n) at worst.

    Examples
    --------
    >>> uncork.rankdata([3.0, 1.0, numpy.nan, 3.0])
    array([2.5, 1. , 4. , 2.5])
    """

@overload
def rankdata(
    a: NDArray[Any],
    axis: None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def rankdata(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
) -> NDArray[np.float64]: ...
@overload
def nanrankdata(
    a: np.ndarray[_ShapeT, np.dtype[Any]],
    axis: SupportsIndex,
) -> np.ndarray[_ShapeT, np.dtype[np.float64]]:
    """Rank of each value, ignoring NaNs; ties get their average rank.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    axis : int, optional
        The axis to rank along; by default, all values are ranked together.

    Returns
    -------
    ndarray
        A rank for each value of `a`, from 1 on, in C order, float64; without an axis, in
        one dimension.

    Raises
    ------
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array, or `axis` is not an integer.
    MemoryError
        If there is no memory for the result or for O(n) values beside it.

    Notes
    -----
    NaN has no rank: it stays NaN, and the others are ranked without it. Infinities are
    values like others; zeros of both signs are equal. Keys are sorted by their digits, or
    compared where they are few: O(n log n) at worst.

    Examples
    --------
    >>> uncork.nanrankdata([3.0, 1.0, numpy.nan, 3.0])
    array([2.5, 1. , nan, 2.5])
    """

@overload
def nanrankdata(
    a: NDArray[Any],
    axis: None = None,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]: ...
@overload
def nanrankdata(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
) -> NDArray[np.float64]: ...
@overload
def partition(
    a: np.ndarray[_ShapeT, np.dtype[_ScalarT]],
    kth: SupportsIndex,
    axis: SupportsIndex = -1,
) -> np.ndarray[_ShapeT, np.dtype[_ScalarT]]:
    """Partitioned copy: element `kth` is in its sorted position.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    kth : int
        The index whose value is put where it would be if all were sorted: no value before
        it is greater, none behind it is less.
    axis : int, optional
        The axis to partition along; by default, the last. None for all values together.

    Returns
    -------
    ndarray
        The values of `a`, with its dtype, in its order in memory; without an axis, in one
        dimension.

    Raises
    ------
    ValueError
        If `kth` is not between 0 and the last index of the axis, unless that is empty.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array, or `kth` or `axis` is not an integer.
    MemoryError
        If there is no memory for the result or for O(n) values beside it.

    Notes
    -----
    NaN counts as greater than any value. Values keep their order before the nth,
    among its equals, and behind it. By samples and counts [1]_, O(n) in the worst case too.

    References
    ----------
    .. [1] R. W. Floyd and R. L. Rivest, "Expected time bounds for selection",
       Communications of the ACM 18 (1975).

    Examples
    --------
    >>> uncork.partition([3, 1, 4, 1, 5], kth=2)
    array([1, 1, 3, 4, 5])
    """

@overload
def partition(
    a: NDArray[_ScalarT],
    kth: SupportsIndex,
    axis: None,
) -> np.ndarray[tuple[int], np.dtype[_ScalarT]]: ...
@overload
def partition(
    a: ArrayLike,
    kth: SupportsIndex,
    axis: SupportsIndex | None = -1,
) -> NDArray[Any]: ...
@overload
def argpartition(
    a: np.ndarray[_ShapeT, np.dtype[Any]],
    kth: SupportsIndex,
    axis: SupportsIndex = -1,
) -> np.ndarray[_ShapeT, np.dtype[np.intp]]:
    """Indices of a partitioned copy: that of element `kth` is in its sorted position.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    kth : int
        The index whose value is put where it would be if all were sorted: no value before
        it is greater, none behind it is less.
    axis : int, optional
        The axis to partition along; by default, the last. None for all values together.

    Returns
    -------
    ndarray
        Indices along `axis`, intp, in C order; without an axis, in one dimension and into
        the values in C order.

    Raises
    ------
    ValueError
        If `kth` is not between 0 and the last index of the axis, unless that is empty.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array, or `kth` or `axis` is not an integer.
    MemoryError
        If there is no memory for the result or for O(n) values beside it.

    Notes
    -----
    NaN counts as greater than any value. Indices ascend before the nth, among its
    equals, and behind it. By samples and counts [1]_, O(n) in the worst case too.

    References
    ----------
    .. [1] R. W. Floyd and R. L. Rivest, "Expected time bounds for selection",
       Communications of the ACM 18 (1975).

    Examples
    --------
    >>> uncork.argpartition([3, 1, 4, 1, 5], kth=2)
    array([1, 3, 0, 2, 4])
    """

@overload
def argpartition(
    a: NDArray[Any],
    kth: SupportsIndex,
    axis: None,
) -> np.ndarray[tuple[int], np.dtype[np.intp]]: ...
@overload
def argpartition(
    a: ArrayLike,
    kth: SupportsIndex,
    axis: SupportsIndex | None = -1,
) -> NDArray[np.intp]: ...
@overload
def push(
    a: np.ndarray[_ShapeT, np.dtype[_ScalarT]],
    n: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
) -> np.ndarray[_ShapeT, np.dtype[_ScalarT]]:
    """Fill NaNs forward with the last value before them.

    Parameters
    ----------
    a : array_like
        Numbers, in any number of dimensions.
    n : int, optional
        How many places a value is pushed at most; by default, up to the next.
    axis : int, optional
        The axis to push along; by default, the last.

    Returns
    -------
    ndarray
        The values of `a`, with its dtype, in C order.

    Raises
    ------
    ValueError
        If `n` is negative, or `axis` is None.
    numpy.exceptions.AxisError
        If `axis` is not an axis of `a`.
    TypeError
        If `a` is a masked array or not numeric, or another argument is not an integer.
    MemoryError
        If there is no memory for the result.

    Notes
    -----
    NaN stays where no value is before it, or none so near. Infinities are values like
    others; integers are only copied. O(n).

    Examples
    --------
    >>> uncork.push([numpy.nan, 2.0, numpy.nan, numpy.nan], n=1)
    array([nan,  2.,  2., nan])
    """

@overload
def push(
    a: ArrayLike,
    n: SupportsIndex | None = None,
    axis: SupportsIndex = -1,
) -> NDArray[Any]: ...
def replace(
    a: _ArrayT,
    old: SupportsFloat | SupportsIndex,
    new: SupportsFloat | SupportsIndex,
) -> _ArrayT:
    """Replace values in place.

    Parameters
    ----------
    a : ndarray
        Numbers, in any number of dimensions; changed.
    old : float
        What is replaced; NaN stands for NaN, of which integers have none.
    new : float
        What is put there.

    Returns
    -------
    ndarray
        `a` itself.

    Raises
    ------
    TypeError
        If `a` is not an ndarray, or is a masked one, or if `old` or `new` is not a number.
    ValueError
        If `a` is read-only, or of integers of which `old` or `new` is none.

    Notes
    -----
    Works on any memory layout, and on values that several indices share. O(n), without
    a copy.

    Examples
    --------
    >>> a = numpy.array([1.0, numpy.nan, 2.0])
    >>> uncork.replace(a, numpy.nan, 0.0)
    array([1., 0., 2.])
    """

def get_num_threads() -> int:
    """Number of threads that a call may use.

    Returns
    -------
    int
        As set by `set_num_threads` or the environment variable `UNCORK_NUM_THREADS`; by
        default, as many as this process may run at once.

    Notes
    -----
    Work is split where that pays, and by its size alone: results are the same to the last
    bit with any number of threads.

    Examples
    --------
    >>> uncork.set_num_threads(2)
    >>> uncork.get_num_threads()
    2
    """

def set_num_threads(n: SupportsIndex) -> None:
    """Set the number of threads that a call may use.

    Parameters
    ----------
    n : int
        Between 1 and 1024.

    Raises
    ------
    ValueError
        If `n` is out of range.
    TypeError
        If `n` is not an integer.

    Notes
    -----
    It holds for all calls of the process from now on. Threads are started when they are
    first needed; a process made by `os.fork` starts its own.

    Examples
    --------
    >>> uncork.set_num_threads(2)
    """

__version__: str

_FUNCTIONS: dict[str, tuple[str, str]]

_Reading: type
