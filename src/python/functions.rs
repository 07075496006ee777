//! The table of contents of the library: one entry, one Python function.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::arguments::{self, Axes, Number, kth_within, steps};
use super::call::{self, Form, Layout};
use crate::error::Error;
use crate::{simd, threads};

/// Makes the module: each entry is a whole function.
macro_rules! functions {
    (
        reduce { $(
            $(#[doc = $reduce_doc:literal])+
            $reduce:ident(
                $reduce_text:literal $(, $parameter:ident = $default:tt)* $(; $keyword:ident)?
            )
                => $reduce_kernel:expr;
        )* }
        select { $(
            $(#[doc = $select_doc:literal])+
            $select:ident() => $select_kernel:expr;
        )* }
        $(moving $driver:ident { $(
            $(#[doc = $move_doc:literal])+
            $move:ident($text:literal $(, $setting:ident = $initial:tt)*) => $move_kernel:expr;
        )* })*
        other { $($other:item)* }
    ) => {
        #[pyo3::pymodule(gil_used = false)]
        mod _core {
            use super::*;
            #[pymodule_export]
            use crate::python::read::Reading;
            use crate::kernels::arg::{Arg, NanArg};
            use crate::kernels::extreme::{Greatest, Least, MAX, MIN};
            use crate::kernels::mean::Mean;
            use crate::kernels::median::{Median, MoveMedian};
            use crate::kernels::missing::{AllNan, AnyNan};
            use crate::kernels::move_rank::MoveRank;
            use crate::kernels::partition::{ArgPartition, Partition};
            use crate::kernels::push::Push;
            use crate::kernels::rank::Rank;
            use crate::kernels::squares::SUM_OF_SQUARES;
            use crate::kernels::sum::Sum;
            use crate::kernels::var::Var;

            $(
                $(#[doc = $reduce_doc])+
                #[pyfunction]
                #[pyo3(
                    signature = (
                        a, axis = Axes::All, $($parameter = $default,)*
                        *, keepdims = false, out = None $(, $keyword = None)?
                    ),
                    text_signature = $reduce_text
                )]
                fn $reduce<'py>(
                    a: &Bound<'py, PyAny>,
                    #[pyo3(from_py_with = arguments::axes)] axis: Axes,
                    $(#[pyo3(from_py_with = arguments::$parameter)] $parameter: i64,)*
                    keepdims: bool,
                    out: Option<&Bound<'py, PyAny>>,
                    $(#[pyo3(from_py_with = arguments::$keyword)] $keyword: Option<isize>,)?
                ) -> PyResult<Bound<'py, PyAny>> {
                    let name = stringify!($reduce);
                    call::reduce(name, a, &axis, Form { keepdims, out }, $reduce_kernel, |a| {
                        let keywords = PyDict::new(a.py());
                        $(keywords.set_item(stringify!($keyword), $keyword)?;)?
                        others(a.py())?.call((name, a, &axis, $($parameter),*), Some(&keywords))
                    })
                }
            )*

            $(
                $(#[doc = $select_doc])+
                #[pyfunction]
                #[pyo3(
                    signature = (a, axis = Axes::All, *, keepdims = false, out = None),
                    text_signature = "(a, axis=None, *, keepdims=False, out=None)"
                )]
                fn $select<'py>(
                    a: &Bound<'py, PyAny>,
                    #[pyo3(from_py_with = arguments::axes)] axis: Axes,
                    keepdims: bool,
                    out: Option<&Bound<'py, PyAny>>,
                ) -> PyResult<Bound<'py, PyAny>> {
                    let name = stringify!($select);
                    call::select(a, &axis, Form { keepdims, out }, $select_kernel, |a| {
                        others(a.py())?.call1((name, a, &axis))
                    })
                }
            )*

            $($(
                $(#[doc = $move_doc])+
                #[pyfunction]
                // Its own words would be `axis=...`.
                #[pyo3(
                    signature = (
                        a, window, min_count = None, axis = -1 $(, $setting = $initial)*, *, out = None
                    ),
                    text_signature = $text
                )]
                fn $move<'py>(
                    a: &Bound<'py, PyAny>,
                    #[pyo3(from_py_with = arguments::window)] window: i64,
                    #[pyo3(from_py_with = arguments::min_count)] min_count: Option<i64>,
                    #[pyo3(from_py_with = arguments::axis)] axis: i64,
                    $(#[pyo3(from_py_with = arguments::$setting)] $setting: i64,)*
                    out: Option<&Bound<'py, PyAny>>,
                ) -> PyResult<Bound<'py, PyAny>> {
                    let name = stringify!($move);
                    call::$driver(a, window, min_count, axis, out, &$move_kernel, |a| {
                        others(a.py())?.call1((name, a, window, min_count, axis, $($setting),*))
                    })
                }
            )*)*

            $($other)*

            #[pymodule_init]
            fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
                // What NumPy's C API would say later would be a panic.
                module.py().import("numpy")?;
                threads::set_count_from_environment()?;
                simd::set_level_from_environment()?;
                module.add("__version__", env!("CARGO_PKG_VERSION"))
            }
        }
    };
}

/// What answers for the dtypes that kernels do not accept, told the name of the function.
fn others(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("uncork._dtypes")?.getattr("answer")
}

functions! {
    reduce {
        /// Sum of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to sum along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
        ///
        /// Returns
        /// -------
        /// float, int or ndarray
        ///     A Python number for all values and for one dimension, else an array without
        ///     `axis`. The dtype is that of `a`, but int64 for integers, uint64 for unsigned ones.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// ValueError
        ///     If an axis is named twice, or `out` has another shape.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` is not an integer, or `out` is
        ///     no array that can hold the result.
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
        nansum("(a, axis=None, *, keepdims=False, out=None)") => Sum;

        /// Mean of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to average along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`. The dtype is that of `a` for floats, else float64.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// ValueError
        ///     If an axis is named twice, or `out` has another shape.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` is not an integer, or `out` is
        ///     no array that can hold the result.
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
        nanmean("(a, axis=None, *, keepdims=False, out=None)") => Mean;

        /// Variance of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to work along; by default, all values are taken together.
        /// ddof : int, optional
        ///     The squared distances are divided by the count of values less `ddof`.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`. The dtype is that of `a` for floats, else float64.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// ValueError
        ///     If an axis is named twice, or `out` has another shape.
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
        nanvar("(a, axis=None, ddof=0, *, keepdims=False, out=None)", ddof = 0) => Var::new(ddof);

        /// Standard deviation of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to work along; by default, all values are taken together.
        /// ddof : int, optional
        ///     The squared distances are divided by the count of values less `ddof`.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`. The dtype is that of `a` for floats, else float64.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// ValueError
        ///     If an axis is named twice, or `out` has another shape.
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
        nanstd("(a, axis=None, ddof=0, *, keepdims=False, out=None)", ddof = 0) => Var::std(ddof);

        /// Least of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to search along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
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
        ///     If there is no value to choose from: `a` is empty, or empty along `axis`;
        ///     if an axis is named twice, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` is not an integer, or `out` is
        ///     no array that can hold the result.
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
        nanmin("(a, axis=None, *, keepdims=False, out=None)") => MIN;

        /// Greatest of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to search along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
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
        ///     If there is no value to choose from: `a` is empty, or empty along `axis`;
        ///     if an axis is named twice, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` is not an integer, or `out` is
        ///     no array that can hold the result.
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
        nanmax("(a, axis=None, *, keepdims=False, out=None)") => MAX;

        /// Index of the least of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to search along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
        /// default : int, optional
        ///     What stands for the index in a lane without a value to choose, as all are NaN or
        ///     there are none; by default, such a lane is an error.
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
        ///     If all values of a lane are NaN, or there are none, and there is no `default`;
        ///     if that does not fit into an intp; or if `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` or `default` is not an
        ///     integer, or `out` is no array that can hold the result.
        ///
        /// Notes
        /// -----
        /// Of equal values, the first. Infinities are values like others, even beside NaN.
        /// O(n), without a copy: stretches are searched for their extreme, and the winner once
        /// more for its place. A `default` that is no index, such as -1, tells the lanes without
        /// a value from all others.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanargmin([4.0, numpy.nan, 2.0])
        /// 2
        /// >>> uncork.nanargmin([[4.0, numpy.nan, 2.0], [numpy.nan] * 3], axis=1, default=-1)
        /// array([ 2, -1])
        nanargmin("(a, axis=None, *, keepdims=False, out=None, default=None)"; default) =>
            NanArg { order: Least, default };

        /// Index of the greatest of the values that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to search along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
        /// default : int, optional
        ///     What stands for the index in a lane without a value to choose, as all are NaN or
        ///     there are none; by default, such a lane is an error.
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
        ///     If all values of a lane are NaN, or there are none, and there is no `default`;
        ///     if that does not fit into an intp; or if `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` or `default` is not an
        ///     integer, or `out` is no array that can hold the result.
        ///
        /// Notes
        /// -----
        /// Of equal values, the first. Infinities are values like others, even beside NaN.
        /// O(n), without a copy: stretches are searched for their extreme, and the winner once
        /// more for its place. A `default` that is no index, such as -1, tells the lanes without
        /// a value from all others.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanargmax([4.0, numpy.nan, 2.0])
        /// 0
        /// >>> uncork.nanargmax([[4.0, numpy.nan, 2.0], [numpy.nan] * 3], axis=1, default=-1)
        /// array([ 0, -1])
        nanargmax("(a, axis=None, *, keepdims=False, out=None, default=None)"; default) =>
            NanArg { order: Greatest, default };

        /// Whether any value is NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to search along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
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
        /// ValueError
        ///     If an axis is named twice, or `out` has another shape.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` is not an integer, or `out` is
        ///     no array that can hold the result.
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
        anynan("(a, axis=None, *, keepdims=False, out=None)") => AnyNan;

        /// Whether all values are NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to search along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
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
        /// ValueError
        ///     If an axis is named twice, or `out` has another shape.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` is not an integer, or `out` is
        ///     no array that can hold the result.
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
        allnan("(a, axis=None, *, keepdims=False, out=None)") => AllNan;

        /// Sum of the squares of all values, NaN included.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to sum along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
        ///
        /// Returns
        /// -------
        /// float, int or ndarray
        ///     A Python number for all values and for one dimension, else an array without
        ///     `axis`. The dtype is that of `a`, but int64 for integers, uint64 for unsigned ones.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// ValueError
        ///     If an axis is named twice, or `out` has another shape.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` is not an integer, or `out` is
        ///     no array that can hold the result.
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
        ss("(a, axis=None, *, keepdims=False, out=None)") => SUM_OF_SQUARES;
    }
    select {
        /// Median of the values.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int or tuple of int, optional
        ///     The axis or axes to work along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`. The dtype is that of `a` for floats, else float64.
        ///
        /// Raises
        /// ------
        /// MemoryError
        ///     If there is no memory for the copy.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// ValueError
        ///     If an axis is named twice, or `out` has another shape.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` is not an integer, or `out` is
        ///     no array that can hold the result.
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
        /// axis : int or tuple of int, optional
        ///     The axis or axes to work along; by default, all values are taken together.
        /// keepdims : bool, optional
        ///     Whether the axes stay, with length one. The result is an array then, always.
        /// out : ndarray or ..., optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind; ``...`` asks for a new array, always, as in NumPy.
        ///
        /// Returns
        /// -------
        /// float or ndarray
        ///     A Python float for all values and for one dimension, else an array without
        ///     `axis`. The dtype is that of `a` for floats, else float64.
        ///
        /// Raises
        /// ------
        /// MemoryError
        ///     If there is no memory for the copy.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// ValueError
        ///     If an axis is named twice, or `out` has another shape.
        /// TypeError
        ///     If `a` is a masked array or not numeric, `axis` is not an integer, or `out` is
        ///     no array that can hold the result.
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
    moving slide_exactly {
        /// Sum of the values of a moving window that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
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
        move_sum("(a, window, min_count=None, axis=-1, *, out=None)") => Sum;

        /// Mean of the values of a moving window that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
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
        move_mean("(a, window, min_count=None, axis=-1, *, out=None)") => Mean;

        /// Variance of the values of a moving window that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// ddof : int, optional
        ///     The squared distances are divided by the count of values less `ddof`.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// Windows are merged from the end of one block and the beginning of the next [1]_;
        /// nothing is subtracted, so a value that has left the window leaves no trace. Distances
        /// from a value of the window, and their squares, are summed in twice the precision: the
        /// result is never negative, and 0 for a window of equal values. Windows with an infinity,
        /// or with no more values than `ddof`, give NaN. O(n) for any window.
        ///
        /// References
        /// ----------
        /// .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
        ///    Pattern Recognition Letters 13 (1992).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_var([1.0, 2.0, 4.0], window=2)
        /// array([ nan, 0.25, 1.  ])
        move_var("(a, window, min_count=None, axis=-1, ddof=0, *, out=None)", ddof = 0) => Var::new(ddof);

        /// Standard deviation of the values of a moving window that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// ddof : int, optional
        ///     The squared distances are divided by the count of values less `ddof`.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// Windows are merged from the end of one block and the beginning of the next [1]_;
        /// nothing is subtracted, so a value that has left the window leaves no trace. Distances
        /// from a value of the window, and their squares, are summed in twice the precision: the
        /// result is never negative, and 0 for a window of equal values. Windows with an infinity,
        /// or with no more values than `ddof`, give NaN. O(n) for any window.
        ///
        /// References
        /// ----------
        /// .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
        ///    Pattern Recognition Letters 13 (1992).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_std([1.0, 2.0, 4.0], window=2)
        /// array([nan, 0.5, 1. ])
        move_std("(a, window, min_count=None, axis=-1, ddof=0, *, out=None)", ddof = 0) => Var::std(ddof);
    }
    moving slide {
        /// Least value of a moving window that is not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
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
        move_min("(a, window, min_count=None, axis=-1, *, out=None)") => MIN;

        /// Greatest value of a moving window that is not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
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
        move_max("(a, window, min_count=None, axis=-1, *, out=None)") => MAX;
    }
    moving slide_exactly {

        /// How long ago the least value of a moving window was.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// 0 stands for the last value of the window, 1 for the one before it; of equal values,
        /// the last counts. NaN is left out. Windows are merged from the end of one block and the
        /// beginning of the next [1]_; integers that float64 does not tell apart queue up [2]_.
        /// O(n) for any window.
        ///
        /// References
        /// ----------
        /// .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
        ///    Pattern Recognition Letters 13 (1992).
        /// .. [2] D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons
        ///    per element", Nordic Journal of Computing 13 (2006).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_argmin([1.0, 2.0, 3.0], window=2)
        /// array([nan,  1.,  1.])
        move_argmin("(a, window, min_count=None, axis=-1, *, out=None)") => Arg(Least);

        /// How long ago the greatest value of a moving window was.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
        /// MemoryError
        ///     If there is no memory for the result or for O(window) values beside it.
        ///
        /// Notes
        /// -----
        /// 0 stands for the last value of the window, 1 for the one before it; of equal values,
        /// the last counts. NaN is left out. Windows are merged from the end of one block and the
        /// beginning of the next [1]_; integers that float64 does not tell apart queue up [2]_.
        /// O(n) for any window.
        ///
        /// References
        /// ----------
        /// .. [1] M. van Herk, "A fast algorithm for local minimum and maximum filters",
        ///    Pattern Recognition Letters 13 (1992).
        /// .. [2] D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons
        ///    per element", Nordic Journal of Computing 13 (2006).
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_argmax([1.0, 2.0, 3.0], window=2)
        /// array([nan,  0.,  0.])
        move_argmax("(a, window, min_count=None, axis=-1, *, out=None)") => Arg(Greatest);
    }
    moving ordered {
        /// Median of the values of a moving window that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
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
        move_median("(a, window, min_count=None, axis=-1, *, out=None)") => MoveMedian;

        /// Rank of the newest value of a moving window among those that are not NaN.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// window : int
        ///     How many values a window has: the one at the same place and those before it; more than
        ///     the axis has are as good as all of them.
        /// min_count : int, optional
        ///     Windows with fewer values that are not NaN give NaN; by default, those with any
        ///     NaN do, and the first `window` - 1.
        /// axis : int, optional
        ///     The axis to move along; by default, the last.
        /// out : ndarray, optional
        ///     Where the result is written to and which is returned: of the result's shape, and a
        ///     dtype of the same kind.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     One value for each of `a`, in C order; of its dtype for floats, else float64.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `window` is less than 1, `min_count` is not between 1 and `window`, `a` has no
        ///     dimension, or `out` has another shape.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, another argument is not an integer, or
        ///     `out` is no array that can hold the result.
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
        move_rank("(a, window, min_count=None, axis=-1, *, out=None)") => MoveRank;
    }
    other {
        /// Rank of each value, ties on the mean of their places.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to rank along; by default, all values are ranked together.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     A rank for each value of `a`, from 1 on, in C order, float64; without an axis, in
        ///     one dimension.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array, or `axis` is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(n) values beside it.
        ///
        /// Notes
        /// -----
        /// Each NaN has a rank of its own above all values, in their order. Infinities are
        /// values like others; zeros of both signs are equal. Keys are sorted by their digits, or
        /// compared where they are few: O(n log n) at worst.
        ///
        /// Examples
        /// --------
        /// >>> uncork.rankdata([3.0, 1.0, numpy.nan, 3.0])
        /// array([2.5, 1. , 4. , 2.5])
        #[pyfunction]
        #[pyo3(signature = (a, axis = None))]
        fn rankdata<'py>(
            a: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let kernel = Rank { skip_nan: false };
            call::fill(a, axis, Layout::C, |_| Ok(kernel), |a| {
                others(a.py())?.call1(("rankdata", a, axis))
            })
        }

        /// Rank of each value, ties on the mean of their places.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// axis : int, optional
        ///     The axis to rank along; by default, all values are ranked together.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     A rank for each value of `a`, from 1 on, in C order, float64; without an axis, in
        ///     one dimension.
        ///
        /// Raises
        /// ------
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array, or `axis` is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(n) values beside it.
        ///
        /// Notes
        /// -----
        /// NaN has no rank: it stays NaN, and the others are ranked without it. Infinities are
        /// values like others; zeros of both signs are equal. Keys are sorted by their digits, or
        /// compared where they are few: O(n log n) at worst.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanrankdata([3.0, 1.0, numpy.nan, 3.0])
        /// array([2.5, 1. , nan, 2.5])
        #[pyfunction]
        #[pyo3(signature = (a, axis = None))]
        fn nanrankdata<'py>(
            a: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let kernel = Rank { skip_nan: true };
            call::fill(a, axis, Layout::C, |_| Ok(kernel), |a| {
                others(a.py())?.call1(("nanrankdata", a, axis))
            })
        }

        /// Copy with lesser values in front of the one that is nth in order.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// kth : int
        ///     The index whose value is put where it would be in order: no value before it is
        ///     greater, none behind it is less.
        /// axis : int, optional
        ///     The axis to partition along; by default, the last. None for all values together.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     The values of `a`, with its dtype, in its order in memory; without an axis, in one
        ///     dimension.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `kth` is not between 0 and the last index of the axis, unless that is empty.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array, or `kth` or `axis` is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(n) values beside it.
        ///
        /// Notes
        /// -----
        /// NaN counts as greater than any value. Values keep their order before the nth,
        /// among its equals, and behind it. By samples and counts [1]_, O(n) in the worst case too.
        ///
        /// References
        /// ----------
        /// .. [1] R. W. Floyd and R. L. Rivest, "Expected time bounds for selection",
        ///    Communications of the ACM 18 (1975).
        ///
        /// Examples
        /// --------
        /// >>> uncork.partition([3, 1, 4, 1, 5], kth=2)
        /// array([1, 1, 3, 4, 5])
        #[pyfunction]
        // Its own words would be `axis=...`.
        #[pyo3(signature = (a, kth, axis = Some(-1)), text_signature = "(a, kth, axis=-1)")]
        fn partition<'py>(
            a: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::kth)] kth: i64,
            #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let kernel = |len| Ok(Partition { kth: kth_within(kth, len)? });
            let parts = call::fill(a, axis, Layout::OfInput, kernel, |a| {
                others(a.py())?.call1(("partition", a, kth, axis))
            });
            call::in_class_of(a, parts?)
        }

        /// Indices of lesser values in front of that of the one that is nth in order.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// kth : int
        ///     The index whose value is put where it would be in order: no value before it is
        ///     greater, none behind it is less.
        /// axis : int, optional
        ///     The axis to partition along; by default, the last. None for all values together.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     Indices along `axis`, intp, in C order; without an axis, in one dimension and into
        ///     the values in C order.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `kth` is not between 0 and the last index of the axis, unless that is empty.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array, or `kth` or `axis` is not an integer.
        /// MemoryError
        ///     If there is no memory for the result or for O(n) values beside it.
        ///
        /// Notes
        /// -----
        /// NaN counts as greater than any value. Indices ascend before the nth, among its
        /// equals, and behind it. By samples and counts [1]_, O(n) in the worst case too.
        ///
        /// References
        /// ----------
        /// .. [1] R. W. Floyd and R. L. Rivest, "Expected time bounds for selection",
        ///    Communications of the ACM 18 (1975).
        ///
        /// Examples
        /// --------
        /// >>> uncork.argpartition([3, 1, 4, 1, 5], kth=2)
        /// array([1, 3, 0, 2, 4])
        #[pyfunction]
        // Its own words would be `axis=...`.
        #[pyo3(signature = (a, kth, axis = Some(-1)), text_signature = "(a, kth, axis=-1)")]
        fn argpartition<'py>(
            a: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::kth)] kth: i64,
            #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let kernel = |len| Ok(ArgPartition { kth: kth_within(kth, len)? });
            call::fill(a, axis, Layout::C, kernel, |a| {
                others(a.py())?.call1(("argpartition", a, kth, axis))
            })
        }

        /// Fill each NaN with the last value before it.
        ///
        /// Parameters
        /// ----------
        /// a : array_like
        ///     Numbers, in any number of dimensions.
        /// n : int, optional
        ///     How many places a value is pushed at most; by default, up to the next.
        /// axis : int, optional
        ///     The axis to push along; by default, the last.
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     The values of `a`, with its dtype, in C order.
        ///
        /// Raises
        /// ------
        /// ValueError
        ///     If `n` is negative, or `axis` is None.
        /// numpy.exceptions.AxisError
        ///     If `axis` is not an axis of `a`.
        /// TypeError
        ///     If `a` is a masked array or not numeric, or another argument is not an integer.
        /// MemoryError
        ///     If there is no memory for the result.
        ///
        /// Notes
        /// -----
        /// NaN stays where no value is before it, or none so near. Infinities are values like
        /// others; integers are only copied. O(n).
        ///
        /// Examples
        /// --------
        /// >>> uncork.push([numpy.nan, 2.0, numpy.nan, numpy.nan], n=1)
        /// array([nan,  2.,  2., nan])
        #[pyfunction]
        // Its own words would be `axis=...`.
        #[pyo3(signature = (a, n = None, axis = Some(-1)), text_signature = "(a, n=None, axis=-1)")]
        fn push<'py>(
            a: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::n_or_none)] n: Option<i64>,
            #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let axis = axis.ok_or(Error::NoAxis)?;
            let kernel = Push { limit: steps(n)? };
            let pushed = call::push(a, axis, kernel, |a| {
                others(a.py())?.call1(("push", a, n, axis))
            });
            call::in_class_of(a, pushed?)
        }

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
                others(a.py())?.call1(("replace", a, old, new))
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
