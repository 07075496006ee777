//! The table of contents of the library: one entry, one Python function.

use pyo3::prelude::*;

use super::arguments::{self, Number};
use super::call;
use crate::threads;

/// Makes the module: each entry is a whole function.
macro_rules! functions {
    (
        reduce { $(
            $(#[doc = $reduce_doc:literal])+
            $reduce:ident($($parameter:ident = $default:tt),*) => $reduce_kernel:expr;
        )* }
        select { $(
            $(#[doc = $select_doc:literal])+
            $select:ident() => $select_kernel:expr;
        )* }
        $(moving $driver:ident { $(
            $(#[doc = $move_doc:literal])+
            $move:ident() => $move_kernel:expr;
        )* })*
        other { $($other:item)* }
    ) => {
        #[pyo3::pymodule(gil_used = false)]
        mod _core {
            use super::*;
            use crate::kernels::arg::Arg;
            use crate::kernels::extreme::{Greatest, Least, MAX, MIN};
            use crate::kernels::mean::Mean;
            use crate::kernels::median::{Median, MoveMedian};
            use crate::kernels::missing::{AllNan, AnyNan};
            use crate::kernels::move_rank::MoveRank;
            use crate::kernels::squares::SumOfSquares;
            use crate::kernels::sum::Sum;
            use crate::kernels::var::Var;

            $(
                $(#[doc = $reduce_doc])+
                #[pyfunction]
                #[pyo3(signature = (a, axis = None, $($parameter = $default),*))]
                fn $reduce<'py>(
                    a: &Bound<'py, PyAny>,
                    #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
                    $(#[pyo3(from_py_with = arguments::$parameter)] $parameter: i64),*
                ) -> PyResult<Bound<'py, PyAny>> {
                    let name = stringify!($reduce);
                    call::reduce(name, a, axis, $reduce_kernel, |a| {
                        slow(a.py(), name)?.call1((a, axis, $($parameter),*))
                    })
                }
            )*

            $(
                $(#[doc = $select_doc])+
                #[pyfunction]
                #[pyo3(signature = (a, axis = None))]
                fn $select<'py>(
                    a: &Bound<'py, PyAny>,
                    #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
                ) -> PyResult<Bound<'py, PyAny>> {
                    let name = stringify!($select);
                    call::select(a, axis, $select_kernel, |a| slow(a.py(), name)?.call1((a, axis)))
                }
            )*

            $($(
                $(#[doc = $move_doc])+
                #[pyfunction]
                // Its own words would be `axis=...`.
                #[pyo3(
                    signature = (a, window, min_count = None, axis = -1),
                    text_signature = "(a, window, min_count=None, axis=-1)"
                )]
                fn $move<'py>(
                    a: &Bound<'py, PyAny>,
                    #[pyo3(from_py_with = arguments::window)] window: i64,
                    #[pyo3(from_py_with = arguments::min_count)] min_count: Option<i64>,
                    #[pyo3(from_py_with = arguments::axis)] axis: i64,
                ) -> PyResult<Bound<'py, PyAny>> {
                    let name = stringify!($move);
                    call::$driver(a, window, min_count, axis, $move_kernel, |a| {
                        slow(a.py(), name)?.call1((a, window, min_count, axis))
                    })
                }
            )*)*

            $($other)*

            #[pymodule_init]
            fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
                // What NumPy's C API would say later would be a panic.
                module.py().import("numpy")?;
                threads::set_count_from_environment()?;
                module.add("__version__", env!("CARGO_PKG_VERSION"))
            }
        }
    };
}

/// The NumPy reference of a function.
fn slow<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("uncork.slow")?.getattr(name)
}

functions! {
    reduce {
        /// Sum of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to sum along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// float, int or ndarray
        ///     A Python number for all values and for one dimension, else an array without
        ///     `axis`. The dtype is that of `a`, but int64 for integers.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// The sum of no values, or of NaN alone, is 0. An infinity is the sum, infinities of
        /// both signs give NaN. Floats are summed with compensation, float32 in float64 [1]_:
        /// the result is within one unit in its last place unless a dozen digits cancel.
        /// Integers wrap beyond int64, as in NumPy. O(n), without a copy.
        ///
        /// References
        /// ----------
        /// .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
        ///    Journal on Scientific Computing 26 (2005), algorithm 4.4.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nansum([1.0, numpy.nan, 2.0])
        /// 3.0
        /// >>> uncork.nansum([[1, 2], [3, 4]], axis=0)
        /// array([4, 6])
        nansum() => Sum;

        /// Mean of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to average along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// The mean of no values, or of NaN alone, is NaN, without a warning. An infinity is
        /// the mean, infinities of both signs give NaN. The sum is compensated as in `nansum`,
        /// and exact for integers; it does not overflow where the mean is finite. O(n), without
        /// a copy.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanmean([1.0, numpy.nan, 2.0])
        /// 1.5
        nanmean() => Mean;

        /// Variance of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to work along; by default, all values are taken together.
        /// ddof : int, optional
        ///     The squared distances are divided by the count of values less `ddof`.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` or `ddof` is
        ///     not an integer.
        ///
        /// Notes
        /// -----
        /// NaN where there are no more values than `ddof`, and where one is infinite; never
        /// negative, and exactly zero where all values are the same. Distances from a value
        /// near the mean are summed with compensation, and parts of a lane are merged around
        /// their means [1]_, so an offset costs no digits. O(n), without a copy.
        ///
        /// References
        /// ----------
        /// .. [1] T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a pairwise
        ///    algorithm for computing sample variances", Stanford University (1979),
        ///    equation 2.1.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanvar([1.0, numpy.nan, 2.0])
        /// 0.25
        /// >>> uncork.nanvar([1.0, numpy.nan, 2.0], ddof=1)
        /// 0.5
        nanvar(ddof = 0) => Var::new(ddof);

        /// Standard deviation of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to work along; by default, all values are taken together.
        /// ddof : int, optional
        ///     The squared distances are divided by the count of values less `ddof`.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` or `ddof` is
        ///     not an integer.
        ///
        /// Notes
        /// -----
        /// The root of `nanvar`, and NaN where that is. Squares that leave the range of
        /// float64 do not matter as long as the result is within it. O(n), without a copy.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanstd([1.0, numpy.nan, 2.0])
        /// 0.5
        nanstd(ddof = 0) => Var::std(ddof);

        /// Least of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to search along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// float, int or ndarray
        ///     A Python number for all values and for one dimension, else an array without
        ///     `axis`; of the dtype of `a`.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If there is no value to choose from: `a` is empty, or empty along `axis`.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// NaN where all values are, without a warning. Infinities are values like others. Of
        /// zeros of both signs, either may come out. O(n), without a copy.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanmin([1.0, numpy.nan, 2.0])
        /// 1.0
        nanmin() => MIN;

        /// Greatest of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to search along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// float, int or ndarray
        ///     A Python number for all values and for one dimension, else an array without
        ///     `axis`; of the dtype of `a`.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If there is no value to choose from: `a` is empty, or empty along `axis`.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// NaN where all values are, without a warning. Infinities are values like others. Of
        /// zeros of both signs, either may come out. O(n), without a copy.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanmax([1.0, numpy.nan, 2.0])
        /// 2.0
        nanmax() => MAX;

        /// Index of the least of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to search along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// int or ndarray
        ///     A Python int for all values, counted in C order, and for one dimension; else an
        ///     array of intp without `axis`.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If all values of a lane are NaN, or there are none.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// Of equal values, the first. Infinities are values like others, even beside NaN.
        /// O(n), without a copy: stretches are searched for their extreme, and the winner once
        /// more for its place.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanargmin([4.0, numpy.nan, 2.0])
        /// 2
        nanargmin() => Arg(Least);

        /// Index of the greatest of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to search along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// int or ndarray
        ///     A Python int for all values, counted in C order, and for one dimension; else an
        ///     array of intp without `axis`.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If all values of a lane are NaN, or there are none.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// Of equal values, the first. Infinities are values like others, even beside NaN.
        /// O(n), without a copy: stretches are searched for their extreme, and the winner once
        /// more for its place.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanargmax([4.0, numpy.nan, 2.0])
        /// 0
        nanargmax() => Arg(Greatest);

        /// Whether any value is NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to search along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// bool or ndarray
        ///     A Python bool for all values and for one dimension, else an array of bool without
        ///     `axis`.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// False of no values. Stops at the first NaN; integers are not looked at. O(n), without
        /// a copy.
        ///
        /// Examples
        /// --------
        /// >>> uncork.anynan([1.0, numpy.nan, 2.0])
        /// True
        anynan() => AnyNan;

        /// Whether all values are NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to search along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// bool or ndarray
        ///     A Python bool for all values and for one dimension, else an array of bool without
        ///     `axis`.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// True of no values. Stops at the first that is not NaN; integers are not looked at.
        /// O(n), without a copy.
        ///
        /// Examples
        /// --------
        /// >>> uncork.allnan([1.0, numpy.nan, 2.0])
        /// False
        allnan() => AllNan;

        /// Sum of the squares of all values, NaN included.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to sum along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// float, int or ndarray
        ///     A Python number for all values and for one dimension, else an array without
        ///     `axis`. The dtype is that of `a`, but int64 for integers.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// NaN if any value is NaN; 0 of no values. Squares and their sum are compensated [1]_,
        /// float32 in float64. Integers wrap beyond int64, as in NumPy. O(n), without a copy.
        ///
        /// References
        /// ----------
        /// .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
        ///    Journal on Scientific Computing 26 (2005), algorithm 5.3.
        ///
        /// Examples
        /// --------
        /// >>> uncork.ss([1.0, 2.0, 3.0])
        /// 14.0
        ss() => SumOfSquares;
    }
    select {
        /// Median of the values.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to work along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// MemoryError
        ///     If there is no memory for the copy.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// NaN if any value is NaN, or if there is none. The mean of the two in
        /// the middle of an even number, without overflow. By selection in a copy of each lane,
        /// which is O(n) in the worst case too.
        ///
        /// Examples
        /// --------
        /// >>> uncork.median([1.0, numpy.nan, 2.0])
        /// nan
        median() => Median { skip_nan: false };

        /// Median of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to work along; by default, all values are taken together.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// MemoryError
        ///     If there is no memory for the copy.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or `axis` is not an integer.
        ///
        /// Notes
        /// -----
        /// NaN if all values are NaN, or if there is none. The mean of the two in
        /// the middle of an even number, without overflow. By selection in a copy of each lane,
        /// which is O(n) in the worst case too.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanmedian([1.0, numpy.nan, 2.0])
        /// 1.5
        nanmedian() => Median { skip_nan: true };
    }
    moving slide {
        /// Sum of the values of a moving window that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is not between 1 and the length of the axis, `min_count` is not between
        ///     1 and `window`, or `a` has no dimension.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or another argument is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// Windows are merged from the end of one block and the beginning of the next [1]_;
        /// nothing is subtracted, so a value that has left the window leaves no trace, be it
        /// infinite. Sums are compensated, float32 in float64. O(n) for any window.
        ///
        /// References
        /// ----------
        /// .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
        ///    Pattern Recognition Letters 13 (1992).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_sum([1.0, 2.0, 3.0], window=2)
        /// array([nan,  3.,  5.])
        move_sum() => Sum;

        /// Mean of the values of a moving window that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is not between 1 and the length of the axis, `min_count` is not between
        ///     1 and `window`, or `a` has no dimension.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or another argument is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// Windows are merged from the end of one block and the beginning of the next [1]_;
        /// nothing is subtracted, so a value that has left the window leaves no trace, be it
        /// infinite. Sums are compensated, float32 in float64. O(n) for any window.
        ///
        /// References
        /// ----------
        /// .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
        ///    Pattern Recognition Letters 13 (1992).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_mean([1.0, 2.0, 3.0], window=2)
        /// array([nan, 1.5, 2.5])
        move_mean() => Mean;

        /// Least value of a moving window that is not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is not between 1 and the length of the axis, `min_count` is not between
        ///     1 and `window`, or `a` has no dimension.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or another argument is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// Windows are merged from the end of one block and the beginning of the next [1]_;
        /// nothing is subtracted, so a value that has left the window leaves no trace, be it
        /// infinite. Integers come out as float64. O(n) for any window.
        ///
        /// References
        /// ----------
        /// .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
        ///    Pattern Recognition Letters 13 (1992).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_min([1.0, 2.0, 3.0], window=2)
        /// array([nan,  1.,  2.])
        move_min() => MIN;

        /// Greatest value of a moving window that is not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is not between 1 and the length of the axis, `min_count` is not between
        ///     1 and `window`, or `a` has no dimension.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or another argument is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// Windows are merged from the end of one block and the beginning of the next [1]_;
        /// nothing is subtracted, so a value that has left the window leaves no trace, be it
        /// infinite. Integers come out as float64. O(n) for any window.
        ///
        /// References
        /// ----------
        /// .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
        ///    Pattern Recognition Letters 13 (1992).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_max([1.0, 2.0, 3.0], window=2)
        /// array([nan,  2.,  3.])
        move_max() => MAX;
    }
    moving ordered {
        /// Median of the values of a moving window that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is not between 1 and the length of the axis, `min_count` is not between
        ///     1 and `window`, or `a` has no dimension.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or another argument is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// The mean of the two in the middle of an even number, without overflow; it is exact,
        /// infinite values and int64 included. Values are sorted once, each with those of the
        /// windows near it, and windows then move over their ranks [1]_; a short window is kept
        /// in order. O(n log(window)), whatever the values.
        ///
        /// References
        /// ----------
        /// .. [1] J. Suomela, "Median filtering is equivalent to sorting", arXiv:1406.1717 (2014).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_median([1.0, 5.0, 2.0, 8.0], window=3)
        /// array([nan, nan,  2.,  5.])
        move_median() => MoveMedian;

        /// Rank of the newest value of a moving window among those that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; float32 for float32, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is not between 1 and the length of the axis, `min_count` is not between
        ///     1 and `window`, or `a` has no dimension.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or another argument is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// From -1 for the least value to 1 for the greatest; 0 for the only one, NaN if the
        /// newest is NaN. Of n values, of which l are less than the newest and g greater, the
        /// rank is (l - g) / (n - 1), which gives equal values the mean of their ranks, and is
        /// rounded once. Values are sorted once, each with those of the windows near it, and
        /// windows then move over their ranks [1]_; in a short window each is compared with the
        /// newest. O(n log(window)), whatever the values.
        ///
        /// References
        /// ----------
        /// .. [1] J. Suomela, "Median filtering is equivalent to sorting", arXiv:1406.1717 (2014).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_rank([1.0, 5.0, 2.0, 8.0], window=3)
        /// array([nan, nan,  0.,  1.])
        move_rank() => MoveRank;
    }
    other {
        /// Replace values in their place.
        ///
        /// Parameters
        /// ----------
        /// a : ndarray
        ///     Numbers, in any number of dimensions; changed.
        /// old : float
        ///     What is replaced; NaN stands for NaN, of which integers have none.
        /// new : float
        ///     What is put there.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     `a` itself.
        ///
        /// Raises
        /// ------
        /// TypeError
        ///     If `a` is not an ndarray, or is a masked one, or if `old` or `new` is not a number.
        /// ValueError
        ///     If `a` is read-only, or of integers of which `old` or `new` is none.
        ///
        /// Notes
        /// -----
        /// Works on any memory layout, and on values that several indices share. O(n), without
        /// a copy.
        ///
        /// Examples
        /// --------
        /// >>> a = numpy.array([1.0, numpy.nan, 2.0])
        /// >>> uncork.replace(a, numpy.nan, 0.0)
        /// array([1., 0., 2.])
        #[pyfunction]
        fn replace<'py>(
            a: &Bound<'py, PyAny>,
            old: &Bound<'py, PyAny>,
            new: &Bound<'py, PyAny>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let numbers = (Number::new("old", old)?, Number::new("new", new)?);
            call::replace(a, numbers.0, numbers.1, |a| {
                slow(a.py(), "replace")?.call1((a, old, new))
            })
        }

        /// Number of threads that a call may use.
        ///
        /// Returns
        /// -------
        /// int
        ///     As set by `set_num_threads` or the environment variable `UNCORK_NUM_THREADS`; by
        ///     default, as many as this process may run at once.
        ///
        /// Notes
        /// -----
        /// Work is split where that pays, and by its size alone: results are the same to the last
        /// bit with any number of threads.
        ///
        /// Examples
        /// --------
        /// >>> uncork.set_num_threads(2)
        /// >>> uncork.get_num_threads()
        /// 2
        #[pyfunction]
        fn get_num_threads() -> usize {
            threads::count()
        }

        /// Set the number of threads that a call may use.
        ///
        /// Parameters
        /// ----------
        /// n : int
        ///     Between 1 and 1024.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `n` is out of range.
        /// TypeError
        ///     If `n` is not an integer.
        ///
        /// Notes
        /// -----
        /// It holds for all calls of the process from now on. Threads are started when they are
        /// first needed; a process made by `os.fork` starts its own.
        ///
        /// Examples
        /// --------
        /// >>> uncork.set_num_threads(2)
        #[pyfunction]
        fn set_num_threads(#[pyo3(from_py_with = arguments::n)] n: i64) -> PyResult<()> {
            Ok(threads::set_count(n)?)
        }
    }
}
