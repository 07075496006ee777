//! The table of contents of the library: one entry, one Python function.
//!
//! An entry says how the function is called, which parameters it has beside those of its kind,
//! what it returns, and which kernel works it out. The function with its signature follows from it
//! (`entry`), and what its docstring has in common with others (`docs`); and by the table
//! `_FUNCTIONS` of the module its types, its answer for other dtypes, and its place in the README,
//! the tests and the benchmark.
//!
//! What a function returns is one of these:
//!
//! - `total`: a sum, which for integers is as wide as they come;
//! - `mean`: a location, a float in the unit of the values;
//! - `spread`: a float that stays the same where all values are moved by the same;
//! - `shape`: a float that stays the same where all values are moved or scaled by the same;
//! - `value`: one of the values, or some;
//! - `index`: where a value is;
//! - `rank`: where a value would be if all were sorted;
//! - `truth`: a bool.

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};

use super::arguments::{self, Argument, Axes, Number, kth_within, steps};
use super::call::{self, Form, Layout};
use super::read::Reading;
use crate::error::Error;
use crate::kernels::arg::{Arg, NanArg};
use crate::kernels::cov::{Corr, Cov};
use crate::kernels::extreme::{Greatest, Least, MAX, MIN};
use crate::kernels::integer_sums::{INTEGER_SUM, INTEGER_SUM_OF_SQUARES, IntegerMean};
use crate::kernels::mean::Mean;
use crate::kernels::median::{Median, MoveMedian};
use crate::kernels::missing::{AllNan, AnyNan};
use crate::kernels::move_rank::MoveRank;
use crate::kernels::partition::{ArgPartition, Partition};
use crate::kernels::push::Push;
use crate::kernels::quantile::Method;
use crate::kernels::rank::Rank;
use crate::kernels::skew::Skew;
use crate::kernels::squares::SumOfSquares;
use crate::kernels::sum::Sum;
use crate::kernels::var::Var;
use crate::reduce::{Columnwise, Merged};
use crate::{simd, threads};

/// A kernel that is the same for floats and integers.
fn both<K: Copy>(kernel: K) -> (K, K) {
    (kernel, kernel)
}

functions! {
    reduction reduce {
        /// Sum, ignoring NaNs.
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
        nansum() -> total => (Merged(Sum), Columnwise(INTEGER_SUM));

        /// Mean (average), ignoring NaNs.
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
        nanmean() -> mean => (Merged(Mean), Columnwise(IntegerMean));

        /// Variance, ignoring NaNs.
        ///
        /// Notes
        /// -----
        /// NaN where there are no more values than `ddof`, and where one is infinite; never
        /// negative, and exactly zero where all values are the same. The distances from the
        /// first finite value and their squares are summed with compensation [1]_, so an
        /// offset costs no digits, and the result does not depend on how `a` lies in memory.
        /// O(n), without a copy.
        ///
        /// References
        /// ----------
        /// .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
        ///    Journal on Scientific Computing 26 (2005), algorithms 4.4 and 5.3.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanvar([1.0, numpy.nan, 2.0])
        /// 0.25
        /// >>> uncork.nanvar([1.0, numpy.nan, 2.0], ddof=1)
        /// 0.5
        nanvar(
            #[doc = parameter!(ddof)]
            ddof: i64 = 0
        ) -> spread => both(Merged(Var::new(ddof)));

        /// Standard deviation, ignoring NaNs.
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
        nanstd(
            #[doc = parameter!(ddof)]
            ddof: i64 = 0
        ) -> spread => both(Merged(Var::std(ddof)));

        /// Skewness, ignoring NaNs.
        ///
        /// Notes
        /// -----
        /// The third moment about the mean, in units of the standard deviation: positive where
        /// the tail on the right is the longer one. NaN where all values are the same, where
        /// there are fewer than two (without `bias`, three), and where one is infinite. The
        /// distances from the first finite value, their squares and their cubes are summed with
        /// compensation [1]_, so neither an offset nor an outlier costs digits, and the result
        /// does not depend on how `a` lies in memory. O(n), without a copy.
        ///
        /// References
        /// ----------
        /// .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
        ///    Journal on Scientific Computing 26 (2005), algorithms 4.4 and 5.3.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanskew([1.0, numpy.nan, 1.0, 4.0])
        /// 0.7071067811865476
        /// >>> uncork.nanskew([1.0, numpy.nan, 1.0, 4.0], bias=False)
        /// 1.7320508075688772
        nanskew(
            #[doc = parameter!(bias)]
            bias: bool = true
        ) -> shape => both(Merged(Skew::new(bias)));

        /// Minimum, ignoring NaNs.
        ///
        #[doc = section!(nanmin)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanmin([1.0, numpy.nan, 2.0])
        /// 1.0
        nanmin() -> value => both(Columnwise(MIN));

        /// Maximum, ignoring NaNs.
        ///
        #[doc = section!(nanmin)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanmax([1.0, numpy.nan, 2.0])
        /// 2.0
        nanmax() -> value => both(Columnwise(MAX));

        /// Index of the minimum, ignoring NaNs.
        ///
        #[doc = section!(nanargmin)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanargmin([4.0, numpy.nan, 2.0])
        /// 2
        /// >>> uncork.nanargmin([[4.0, numpy.nan, 2.0], [numpy.nan] * 3], axis=1, default=-1)
        /// array([ 2, -1])
        nanargmin(;
            #[doc = parameter!(default)]
            default: Option<isize> = None
        ) -> index => both(Columnwise(NanArg { order: Least, default }));

        /// Index of the maximum, ignoring NaNs.
        ///
        #[doc = section!(nanargmin)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanargmax([4.0, numpy.nan, 2.0])
        /// 0
        /// >>> uncork.nanargmax([[4.0, numpy.nan, 2.0], [numpy.nan] * 3], axis=1, default=-1)
        /// array([ 0, -1])
        nanargmax(;
            #[doc = parameter!(default)]
            default: Option<isize> = None
        ) -> index => both(Columnwise(NanArg { order: Greatest, default }));

        /// Whether any value is NaN.
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
        anynan() -> truth => both(Columnwise(AnyNan));

        /// Whether all values are NaN.
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
        allnan() -> truth => both(Columnwise(AllNan));

        /// Sum of squares, NaN if any value is NaN.
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
        ss() -> total => (Merged(SumOfSquares), Columnwise(INTEGER_SUM_OF_SQUARES));
    }
    reduction select {
        /// Median, NaN if any value is NaN.
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
        median() -> mean => Median { skip_nan: false };

        /// Median, ignoring NaNs.
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
        nanmedian() -> mean => Median { skip_nan: true };
    }
    reduction reduce_pairs {
        /// Covariance of two arrays, ignoring NaNs.
        ///
        /// Notes
        /// -----
        /// A pair of which either is NaN is left out, as both were. Distances from the first pair
        /// of finite values and their products are summed in twice the precision [1]_, so an
        /// offset costs no digits, and the result does not depend on how the arrays lie in memory.
        /// NaN where there are no more pairs than `ddof`, and where a value is infinite. Values
        /// are read as float64. O(n), without a copy.
        ///
        /// References
        /// ----------
        /// .. [1] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM
        ///    Journal on Scientific Computing 26 (2005), algorithms 4.4 and 5.3.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nancov([1.0, 2.0, 4.0], [3.0, 5.0, numpy.nan])
        /// 1.0
        nancov with b(
            #[doc = parameter!(ddof_of_pairs)]
            ddof: i64 = 1
        ) -> spread => Merged(Cov::new(ddof));

        /// Correlation of two arrays, ignoring NaNs.
        ///
        /// Notes
        /// -----
        /// Pearson's coefficient: the covariance in units of both standard deviations, within four
        /// units in the last place of 1, and never beyond -1 or 1. A pair of which either is NaN is
        /// left out, as both were. NaN where either array has but one value or equal ones, and
        /// where a value is infinite; of any other size, values give the same. Values are read as
        /// float64. O(n), without a copy.
        ///
        /// Examples
        /// --------
        /// >>> uncork.nancorr([1.0, 2.0, 4.0], [3.0, 5.0, numpy.nan])
        /// 1.0
        nancorr with b() -> shape => Merged(Corr);
    }
    moving slide_exactly {
        /// Moving-window (rolling) sum, ignoring NaNs.
        ///
        #[doc = section!(move_sum)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_sum([1.0, 2.0, 3.0], window=2)
        /// array([nan,  3.,  5.])
        move_sum() -> total => Sum;

        /// Moving-window (rolling) mean, ignoring NaNs.
        ///
        #[doc = section!(move_sum)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_mean([1.0, 2.0, 3.0], window=2)
        /// array([nan, 1.5, 2.5])
        move_mean() -> mean => Mean;

        /// Moving-window (rolling) variance, ignoring NaNs.
        ///
        #[doc = section!(move_var)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_var([1.0, 2.0, 4.0], window=2)
        /// array([ nan, 0.25, 1.  ])
        move_var(
            #[doc = parameter!(ddof)]
            ddof: i64 = 0
        ) -> spread => Var::new(ddof);

        /// Moving-window (rolling) standard deviation, ignoring NaNs.
        ///
        #[doc = section!(move_var)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_std([1.0, 2.0, 4.0], window=2)
        /// array([nan, 0.5, 1. ])
        move_std(
            #[doc = parameter!(ddof)]
            ddof: i64 = 0
        ) -> spread => Var::std(ddof);

        /// Moving-window (rolling) skewness, ignoring NaNs.
        ///
        /// Notes
        /// -----
        /// Windows are merged from the end of one block and the beginning of the next [1]_;
        /// nothing is subtracted, so a value that has left the window leaves no trace.
        /// Distances from a value of the window, their squares and their cubes are summed in
        /// twice the precision. Windows of equal values, with an infinity, or with fewer than
        /// two values (without `bias`, three) give NaN. O(n) for any window.
        ///
        #[doc = section!(van_herk)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_skew([1.0, 1.0, 4.0, 4.0], window=3)
        /// array([        nan,         nan,  0.70710678, -0.70710678])
        move_skew(
            #[doc = parameter!(bias)]
            bias: bool = true
        ) -> shape => Skew::new(bias);
    }
    moving slide_pairs {
        /// Moving-window (rolling) covariance of two arrays, ignoring NaNs.
        ///
        /// Notes
        /// -----
        /// A pair of which either is NaN is left out, as both were. Windows are merged from the
        /// end of one block and the beginning of the next [1]_; nothing is subtracted, so a pair
        /// that has left the window leaves no trace. Distances from a pair of the window and
        /// their products are summed in twice the precision, so an offset costs no digits. NaN
        /// where there are no more pairs than `ddof`, and where a value is infinite. Values are
        /// read as float64. O(n) for any window.
        ///
        #[doc = section!(van_herk)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_cov([1.0, 2.0, 4.0], [3.0, 5.0, 9.0], window=2)
        /// array([nan,  1.,  4.])
        move_cov with b(
            #[doc = parameter!(ddof_of_pairs)]
            ddof: i64 = 1
        ) -> spread => Cov::new(ddof);

        /// Moving-window (rolling) correlation of two arrays, ignoring NaNs.
        ///
        /// Notes
        /// -----
        /// Pearson's coefficient: the covariance in units of both standard deviations, within four
        /// units in the last place of 1, and never beyond -1 or 1. A pair of which either is NaN is
        /// left out, as both were. Windows are merged as those of `move_cov` are [1]_. NaN where
        /// either array has but one value or equal ones, and where a value is infinite; of any
        /// other size, values give the same. Values are read as float64. O(n) for any window.
        ///
        #[doc = section!(van_herk)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_corr([1.0, 2.0, 4.0], [3.0, 5.0, 1.0], window=2)
        /// array([nan,  1., -1.])
        move_corr with b() -> shape => Corr;
    }
    moving slide {
        /// Moving-window (rolling) minimum, ignoring NaNs.
        ///
        #[doc = section!(move_min)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_min([1.0, 2.0, 3.0], window=2)
        /// array([nan,  1.,  2.])
        move_min() -> value => MIN;

        /// Moving-window (rolling) maximum, ignoring NaNs.
        ///
        #[doc = section!(move_min)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_max([1.0, 2.0, 3.0], window=2)
        /// array([nan,  2.,  3.])
        move_max() -> value => MAX;
    }
    moving slide_exactly {
        /// Moving-window (rolling) argmin: how long ago the minimum was, ignoring NaNs.
        ///
        #[doc = section!(move_argmin)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_argmin([1.0, 2.0, 3.0], window=2)
        /// array([nan,  1.,  1.])
        move_argmin() -> index => Arg(Least);

        /// Moving-window (rolling) argmax: how long ago the maximum was, ignoring NaNs.
        ///
        #[doc = section!(move_argmin)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_argmax([1.0, 2.0, 3.0], window=2)
        /// array([nan,  0.,  0.])
        move_argmax() -> index => Arg(Greatest);
    }
    moving ordered {
        /// Moving-window (rolling) median, ignoring NaNs.
        ///
        /// Notes
        /// -----
        /// The mean of the two in the middle of an even number, without overflow; it is exact,
        /// infinite values and int64 included. Values are sorted once, each with those of the
        /// windows near it, and windows then move over their ranks [1]_; a short window is kept
        /// in order. O(n log(window)), whatever the values.
        ///
        #[doc = section!(suomela)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_median([1.0, 5.0, 2.0, 8.0], window=3)
        /// array([nan, nan,  2.,  5.])
        move_median() -> mean => MoveMedian;

        /// Moving-window (rolling) rank of the newest value, ignoring NaNs.
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
        #[doc = section!(suomela)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.move_rank([1.0, 5.0, 2.0, 8.0], window=3)
        /// array([nan, nan,  0.,  1.])
        move_rank() -> rank => MoveRank;
    }
    other {
        /// Quantiles, NaN if any value is NaN.
        ///
        #[doc = section!(parameters_of_quantile)]
        ///
        /// Notes
        /// -----
        /// NaN if any value is NaN, or if there is none.
        #[doc = section!(notes_of_quantile)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.quantile([3.0, 1.0, 4.0, 1.0, 5.0], [0.25, 0.9])
        /// array([1. , 4.6])
        #[pyo3(
            signature = (
                a, q, axis = Axes::All, method = Argument::Default(Method::Linear),
                *, keepdims = false, out = None
            ),
            text_signature = "(a, q, axis=None, method='linear', *, keepdims=False, out=None)"
        )]
        quantiles mean fn quantile<'py>(
            a: &Bound<'py, PyAny>,
            q: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::axes)] axis: Axes,
            method: Argument<'_, 'py, Method>,
            keepdims: bool,
            out: Option<&Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let method = method.read("method")?;
            let form = Form { name: "quantile", keepdims, out };
            call::quantiles(a, q, &axis, form, (method, false), |a| {
                others(a.py())?.call1(("quantile", a, q, &axis, method.name()))
            })
        }

        /// Quantiles, ignoring NaNs.
        ///
        #[doc = section!(parameters_of_quantile)]
        ///
        /// Notes
        /// -----
        /// NaN if all values are NaN, or if there is none.
        #[doc = section!(notes_of_quantile)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.nanquantile([3.0, 1.0, numpy.nan, 1.0, 5.0], 0.75)
        /// 3.5
        /// >>> uncork.nanquantile([3.0, 1.0, numpy.nan, 1.0, 5.0], [0.0, 1.0], method="lower")
        /// array([1., 5.])
        #[pyo3(
            signature = (
                a, q, axis = Axes::All, method = Argument::Default(Method::Linear),
                *, keepdims = false, out = None
            ),
            text_signature = "(a, q, axis=None, method='linear', *, keepdims=False, out=None)"
        )]
        quantiles mean fn nanquantile<'py>(
            a: &Bound<'py, PyAny>,
            q: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::axes)] axis: Axes,
            method: Argument<'_, 'py, Method>,
            keepdims: bool,
            out: Option<&Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let method = method.read("method")?;
            let form = Form { name: "nanquantile", keepdims, out };
            call::quantiles(a, q, &axis, form, (method, true), |a| {
                others(a.py())?.call1(("nanquantile", a, q, &axis, method.name()))
            })
        }

        /// Rank of each value; ties get their average rank.
        ///
        #[doc = section!(rankdata)]
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
        #[pyo3(signature = (a, axis = None))]
        fill rank fn rankdata<'py>(
            a: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let kernel = Rank { skip_nan: false };
            call::fill(a, axis, Layout::C, |_| Ok(kernel), |a| {
                others(a.py())?.call1(("rankdata", a, axis))
            })
        }

        /// Rank of each value, ignoring NaNs; ties get their average rank.
        ///
        #[doc = section!(rankdata)]
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
        #[pyo3(signature = (a, axis = None))]
        fill rank fn nanrankdata<'py>(
            a: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let kernel = Rank { skip_nan: true };
            call::fill(a, axis, Layout::C, |_| Ok(kernel), |a| {
                others(a.py())?.call1(("nanrankdata", a, axis))
            })
        }

        /// Partitioned copy: element `kth` is in its sorted position.
        ///
        #[doc = section!(parameters_of_partition)]
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     The values of `a`, with its dtype, in its order in memory; without an axis, in one
        ///     dimension.
        ///
        #[doc = section!(errors_of_partition)]
        ///
        /// Notes
        /// -----
        /// NaN counts as greater than any value. Values keep their order before the nth,
        /// among its equals, and behind it. By samples and counts [1]_, O(n) in the worst case too.
        ///
        #[doc = section!(floyd_rivest)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.partition([3, 1, 4, 1, 5], kth=2)
        /// array([1, 1, 3, 4, 5])
        // Its own words would be `axis=...`.
        #[pyo3(signature = (a, kth, axis = Some(-1)), text_signature = "(a, kth, axis=-1)")]
        fill value fn partition<'py>(
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

        /// Indices of a partitioned copy: that of element `kth` is in its sorted position.
        ///
        #[doc = section!(parameters_of_partition)]
        ///
        /// Returns
        /// -------
        /// ndarray
        ///     Indices along `axis`, intp, in C order; without an axis, in one dimension and into
        ///     the values in C order.
        ///
        #[doc = section!(errors_of_partition)]
        ///
        /// Notes
        /// -----
        /// NaN counts as greater than any value. Indices ascend before the nth, among its
        /// equals, and behind it. By samples and counts [1]_, O(n) in the worst case too.
        ///
        #[doc = section!(floyd_rivest)]
        ///
        /// Examples
        /// --------
        /// >>> uncork.argpartition([3, 1, 4, 1, 5], kth=2)
        /// array([1, 3, 0, 2, 4])
        // Its own words would be `axis=...`.
        #[pyo3(signature = (a, kth, axis = Some(-1)), text_signature = "(a, kth, axis=-1)")]
        fill index fn argpartition<'py>(
            a: &Bound<'py, PyAny>,
            #[pyo3(from_py_with = arguments::kth)] kth: i64,
            #[pyo3(from_py_with = arguments::axis_or_none)] axis: Option<i64>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let kernel = |len| Ok(ArgPartition { kth: kth_within(kth, len)? });
            call::fill(a, axis, Layout::C, kernel, |a| {
                others(a.py())?.call1(("argpartition", a, kth, axis))
            })
        }

        /// Fill NaNs forward with the last value before them.
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
        // Its own words would be `axis=...`.
        #[pyo3(signature = (a, n = None, axis = Some(-1)), text_signature = "(a, n=None, axis=-1)")]
        fill value fn push<'py>(
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

        /// Replace values in place.
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
        replace value fn replace<'py>(
            a: &Bound<'py, PyAny>,
            old: &Bound<'py, PyAny>,
            new: &Bound<'py, PyAny>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let numbers = (Number::new("old", old)?, Number::new("new", new)?);
            call::replace(a, numbers.0, numbers.1, |a| {
                others(a.py())?.call1(("replace", a, old, new))
            })
        }
    }
    settings {
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

/// What answers for the dtypes that kernels do not accept, told the name of the function.
fn others(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("uncork._dtypes")?.getattr("answer")
}
