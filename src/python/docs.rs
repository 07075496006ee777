//! What several docstrings say, written once; sections between the summary of an entry of
//! `functions.rs` and its notes follow from its parameters and from what it returns.

/// Describes a parameter that several functions have beside those of their kind.
macro_rules! parameter {
    (ddof) => {
        "ddof : int, optional
    Delta degrees of freedom: the squared distances are divided by the count of values less
    `ddof`."
    };
    (ddof_of_pairs) => {
        "ddof : int, optional
    Delta degrees of freedom: the products of distances are divided by the count of pairs
    less `ddof`."
    };
    (bias) => {
        "bias : bool, optional
    Whether the moments are those of the values, as in SciPy; else they estimate those of
    what the values are a sample of, as in pandas."
    };
    (form) => {
        "keepdims : bool, optional
    Whether the axes stay, with length one. The result is an array then, always.
out : ndarray or ..., optional
    Where the result is written to and which is returned: of the result's shape,
    and a dtype of the same kind; ``...`` asks for a new array, always, as in
    NumPy."
    };
    (default) => {
        "default : int, optional
    What stands for the index in a lane without a value to choose, as all are NaN or
    there are none; by default, such a lane is an error."
    };
}

/// Describes the arrays of a function, of which there may be a second.
macro_rules! arrays {
    () => {
        "a : array_like
    Numbers, in any number of dimensions."
    };
    ($second:ident) => {
        concat!(
            "a : array_like
    Numbers, in any number of dimensions.
",
            stringify!($second),
            " : array_like
    Others, of a shape that broadcasts with that of `a`."
        )
    };
}

/// Says what a moving window returns.
macro_rules! returns_moved {
    () => {
        "ndarray
    One value for each of `a`, in C order; of its dtype for floats, else float64."
    };
    ($second:ident) => {
        concat!(
            "ndarray
    One value for each place, in C order; of float64, or of NumPy's result type where
    both `a` and `",
            stringify!($second),
            "` are of floats."
        )
    };
}

/// Says what is wrong with the arguments of a moving window.
macro_rules! wrong_moving {
    () => {
        "ValueError
    If `window` is less than 1, `min_count` is not between 1 and `window`, `a`
    has no dimension, or `out` has another shape.
numpy.exceptions.AxisError
    If `axis` is not an axis of `a`.
TypeError
    If `a` is a masked array or not numeric, another argument has a wrong type,
    or `out` is no array that can hold the result."
    };
    (b) => {
        "ValueError
    If `window` is less than 1, `min_count` is not between 1 and `window`, `a` and `b`
    do not broadcast together or have no dimension, or `out` has another shape.
numpy.exceptions.AxisError
    If `axis` is not an axis of the shape that they have together.
TypeError
    If `a` or `b` is a masked array or not of real numbers, another argument has a wrong
    type, or `out` is no array that can hold the result."
    };
}

/// How a moving window goes through arrays, in the table of the module.
macro_rules! moving_kind {
    () => {
        "move"
    };
    ($second:ident) => {
        "move_pairs"
    };
}

/// Describes the axes of a reduction: with several, an index has no meaning.
macro_rules! axis {
    (index) => {
        "axis : int, optional
    The axis to reduce; by default, all values are taken together."
    };
    ($other:ident) => {
        "axis : int or tuple of int, optional
    The axis or axes to reduce; by default, all values are taken together."
    };
}

/// Says what a reduction returns.
macro_rules! returns {
    ($reduced:ident $second:ident) => {
        concat!(
            "float or ndarray
    A Python float for all values and for one dimension, else an array without `axis`; of
    float64, or of NumPy's result type where both `a` and `",
            stringify!($second),
            "` are of floats."
        )
    };
    (total) => {
        "float, int or ndarray
    A Python number for all values and for one dimension, else an array without
    `axis`. The dtype is that of `a`, but int64 for integers, uint64 for unsigned ones."
    };
    (value) => {
        "float, int or ndarray
    A Python number for all values and for one dimension, else an array without
    `axis`; of the dtype of `a`."
    };
    (index) => {
        "int or ndarray
    A Python int for all values, counted in C order, and for one dimension; else an
    array of intp without `axis`."
    };
    (truth) => {
        "bool or ndarray
    A Python bool for all values and for one dimension, else an array of bool without
    `axis`."
    };
    (mean) => {
        "float or ndarray
    A Python float for all values and for one dimension, else an array without
    `axis`. The dtype is that of `a` for floats, else float64."
    };
    (spread) => {
        returns!(mean)
    };
    (shape) => {
        returns!(mean)
    };
}

/// Says what is wrong with the arguments of a reduction.
macro_rules! wrong {
    ($reduced:ident) => {
        concat!(
            "numpy.exceptions.AxisError
    If `axis` is not an axis of `a`.
ValueError
",
            wrong_value!($reduced),
            "
TypeError
    If `a` is a masked array or not numeric, another argument has a wrong type,
    or `out` is no array that can hold the result."
        )
    };
    ($reduced:ident b) => {
        "numpy.exceptions.AxisError
    If `axis` is not an axis of the shape that `a` and `b` have together.
ValueError
    If `a` and `b` do not broadcast together, an axis is named twice, or `out` has another
    shape.
TypeError
    If `a` or `b` is a masked array or not of real numbers, another argument has a wrong
    type, or `out` is no array that can hold the result."
    };
}

/// Says which arguments of a reduction have a wrong value.
macro_rules! wrong_value {
    (value) => {
        "    If there is no value to choose from: `a` is empty, or empty along `axis`;
    if an axis is named twice, or `out` has another shape."
    };
    (index) => {
        "    If all values of a lane are NaN, or there are none, and there is no `default`;
    if that does not fit into an intp; or if `out` has another shape."
    };
    ($other:ident) => {
        "    If an axis is named twice, or `out` has another shape."
    };
}

/// Says that a reduction raises a MemoryError, if its driver needs memory.
macro_rules! needs_memory {
    (select) => {
        "MemoryError
    If there is no memory for the copy.
"
    };
    ($other:ident) => {
        ""
    };
}

/// Sections that functions have in common with some of their kind.
macro_rules! section {
    (nanmin) => {
        "Notes
-----
NaN where all values are, without a warning. Infinities are values like others. Of
zeros of both signs, either may come out. O(n), without a copy."
    };
    (nanargmin) => {
        "Notes
-----
Of equal values, the first. Infinities are values like others, even beside NaN.
O(n), without a copy: stretches are searched for their extreme, and the winner once
more for its place. A `default` that is no index, such as -1, tells the lanes without
a value from all others."
    };
    (move_sum) => {
        concat!(
            "Notes
-----
Windows are merged from the end of one block and the beginning of the next [1]_;
nothing is subtracted, so a value that has left the window leaves no trace, be it
infinite. Sums are compensated, float32 in float64. O(n) for any window.

",
            section!(van_herk)
        )
    };
    (move_var) => {
        concat!(
            "Notes
-----
Windows are merged from the end of one block and the beginning of the next [1]_;
nothing is subtracted, so a value that has left the window leaves no trace. Distances
from a value of the window, and their squares, are summed in twice the precision: the
result is never negative, and 0 for a window of equal values. Windows with an infinity,
or with no more values than `ddof`, give NaN. O(n) for any window.

",
            section!(van_herk)
        )
    };
    (move_min) => {
        concat!(
            "Notes
-----
Windows are merged from the end of one block and the beginning of the next [1]_;
nothing is subtracted, so a value that has left the window leaves no trace, be it
infinite. Integers come out as float64. O(n) for any window.

",
            section!(van_herk)
        )
    };
    (move_argmin) => {
        concat!(
            "Notes
-----
0 stands for the last value of the window, 1 for the one before it; of equal values,
the last counts. NaN is left out. Windows are merged from the end of one block and the
beginning of the next [1]_; integers that float64 does not tell apart queue up [2]_.
O(n) for any window.

",
            section!(van_herk),
            "
.. [2] D. Lemire, \"Streaming maximum-minimum filter using no more than three comparisons
   per element\", Nordic Journal of Computing 13 (2006)."
        )
    };
    (van_herk) => {
        "References
----------
.. [1] M. van Herk, \"A fast algorithm for local minimum and maximum filters\",
   Pattern Recognition Letters 13 (1992)."
    };
    (suomela) => {
        "References
----------
.. [1] J. Suomela, \"Median filtering is equivalent to sorting\", arXiv:1406.1717 (2014)."
    };
    (floyd_rivest) => {
        "References
----------
.. [1] R. W. Floyd and R. L. Rivest, \"Expected time bounds for selection\",
   Communications of the ACM 18 (1975)."
    };
    (rankdata) => {
        "Parameters
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
    If there is no memory for the result or for O(n) values beside it."
    };
    (parameters_of_quantile) => {
        concat!(
            "Parameters
----------
a : array_like
    Numbers, in any number of dimensions.
q : float or array_like of float
    The shares of the values that lie below, each between 0 and 1.
axis : int or tuple of int, optional
    The axis or axes to reduce; by default, all values are taken together.
method : str, optional
    Where in order a quantile lies, by the names of `numpy.quantile`.
",
            parameter!(form),
            "

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
    or `out` is no array that can hold the result."
        )
    };
    (notes_of_quantile) => {
        "Infinities are values like others, but have no value between them. What lies between
two values is rounded once, of int64 too, without overflow. By selection in a copy of
each lane, O(n) for each share [1]_, or by sorting it once, O(n log n), where they are
more than log2(n). The methods are those of Hyndman and Fan [2]_, and four more.

References
----------
.. [1] R. W. Floyd and R. L. Rivest, \"Expected time bounds for selection\",
   Communications of the ACM 18 (1975).
.. [2] R. J. Hyndman and Y. Fan, \"Sample quantiles in statistical packages\",
   The American Statistician 50 (1996)."
    };
    (parameters_of_partition) => {
        "Parameters
----------
a : array_like
    Numbers, in any number of dimensions.
kth : int
    The index whose value is put where it would be if all were sorted: no value before
    it is greater, none behind it is less.
axis : int, optional
    The axis to partition along; by default, the last. None for all values together."
    };
    (errors_of_partition) => {
        "Raises
------
ValueError
    If `kth` is not between 0 and the last index of the axis, unless that is empty.
numpy.exceptions.AxisError
    If `axis` is not an axis of `a`.
TypeError
    If `a` is a masked array, or `kth` or `axis` is not an integer.
MemoryError
    If there is no memory for the result or for O(n) values beside it."
    };
}

/// A default as Python writes it.
macro_rules! in_python {
    (true) => {
        "True"
    };
    (false) => {
        "False"
    };
    ($other:tt) => {
        stringify!($other)
    };
}
