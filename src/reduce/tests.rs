use super::columns::{BLOCK, GROUP, SHORT, along};
use super::*;
use crate::kernels::arg::NanArg;
use crate::kernels::extreme::{Greatest, Least, MAX, MIN};
use crate::kernels::integer_sums::{INTEGER_SUM, INTEGER_SUM_OF_SQUARES, IntegerMean};
use crate::kernels::mean::Mean;
use crate::kernels::missing::{AllNan, AnyNan};
use crate::kernels::squares::SumOfSquares;
use crate::kernels::sum::Sum;
use crate::kernels::var::Var;
use crate::numeric::element::Float;
use crate::testing::{ANY, Layout, Random, Strided, close, with_threads, without};

/// Lengths around where the driver does something else.
pub(super) const LENGTHS: [usize; 14] =
    [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, N - 1, N, N + 1, 2 * N - 1, 2 * N + 1, 100, 511, 512, 545];

/// The statistics of values that are integers or NaN, by plain loops and exact sums.
struct Plain {
    values: Vec<f64>,
    nans: usize,
}

impl Plain {
    fn new<T: Element>(lane: &[T]) -> Self {
        let values: Vec<f64> =
            lane.iter().filter(|value| !value.is_nan()).map(|value| value.to_f64()).collect();
        Self { nans: lane.len() - values.len(), values }
    }

    fn sum(&self) -> i128 {
        self.values.iter().map(|&value| value as i128).sum()
    }

    fn squares(&self) -> i128 {
        self.values.iter().map(|&value| value as i128 * value as i128).sum()
    }

    fn mean(&self) -> f64 {
        self.sum() as f64 / self.values.len() as f64
    }

    /// One rounding of the numerator, one of the divisor at most, and one of the quotient.
    fn var(&self, ddof: i64) -> f64 {
        let len = self.values.len() as i128;
        if len <= ddof.into() {
            return f64::NAN;
        }
        let numerator = len * self.squares() - self.sum() * self.sum();
        numerator as f64 / (len * (len - i128::from(ddof))) as f64
    }
}

/// What the kernel gives of each lane, compared with what is expected.
fn check_kernel<T: Element, K: Reduction<T, Out: Element>>(
    array: &Strided<T>,
    axes: u64,
    kernel: K,
    expected: impl Fn(&Plain) -> f64,
    units: f64,
) {
    let lens = without(&array.lens(), axes);
    let mut out = Strided::filled(&lens, &Layout::fortran_order(lens.len()), K::Out::HIGHEST);
    assert_eq!(kernel.along([&array.view()], axes, &mut out.view_mut()), Ok(()));
    for (result, lane) in out.values().into_iter().zip(array.lanes(axes)) {
        let (result, expected) = (result.to_f64(), expected(&Plain::new(&lane)));
        let name = std::any::type_name::<K>();
        assert!(
            close(result, expected, units),
            "{name} of {:?}: {result} {expected}",
            array.lens()
        );
    }
    let result = kernel.all([&array.view()]).map(Element::to_f64);
    let expected = expected(&Plain::new(&array.values()));
    assert!(result.is_ok_and(|result| close(result, expected, units)));
}

fn check_bools<T: Element, K: Reduce<T, Out = bool>>(
    array: &Strided<T>,
    axes: u64,
    kernel: K,
    expected: impl Fn(&Plain) -> bool,
) {
    let lens = without(&array.lens(), axes);
    for unwritten in [false, true] {
        let mut out = Strided::filled(&lens, &Layout::c_order(lens.len()), unwritten);
        assert_eq!(along(&array.view(), axes, kernel, &mut out.view_mut()), Ok(()));
        let lanes = array.lanes(axes).into_iter().map(|lane| expected(&Plain::new(&lane)));
        assert_eq!(out.values(), lanes.collect::<Vec<_>>());
    }
    assert_eq!(all(&array.view(), kernel), Ok(expected(&Plain::new(&array.values()))));
}

/// The first place of the value that wins, among all values of a lane.
fn place<T: Element>(
    lane: &[T],
    before: impl Fn(T, T) -> bool,
    default: Option<isize>,
) -> Result<isize, Error> {
    let values = || lane.iter().enumerate().filter(|(_, value)| !value.is_nan());
    let best = values().reduce(|best, other| if before(*other.1, *best.1) { other } else { best });
    best.map(|(index, _)| index as isize).or(default).ok_or(Error::AllNan)
}

fn check_places<T: Element>(array: &Strided<T>, axes: u64, default: Option<isize>) {
    let lens = without(&array.lens(), axes);
    let mut out = Strided::filled(&lens, &Layout::c_order(lens.len()), -2);
    let lanes = array.lanes(axes);
    let places = |before: fn(T, T) -> bool| {
        lanes.iter().map(|lane| place(lane, before, default)).collect::<Result<Vec<_>, _>>()
    };
    let (least, greatest) = (NanArg { order: Least, default }, NanArg { order: Greatest, default });
    let result = along(&array.view(), axes, least, &mut out.view_mut());
    assert_eq!(result.map(|()| out.values()), places(|a, b| a < b));
    let result = along(&array.view(), axes, greatest, &mut out.view_mut());
    assert_eq!(result.map(|()| out.values()), places(|a, b| a > b));
    assert_eq!(all(&array.view(), least), place(&array.values(), |a, b| a < b, default));
}

/// The sums of each dtype.
trait Summed: Element {
    fn sum() -> impl Reduction<Self, Out: Element>;
    fn mean() -> impl Reduction<Self, Out: Element>;
    fn squares() -> impl Reduction<Self, Out: Element>;
}

macro_rules! summed {
    ($sum:expr, $mean:expr, $squares:expr; $($t:ident)*) => {$(
        impl Summed for $t {
            fn sum() -> impl Reduction<Self, Out: Element> {
                $sum
            }
            fn mean() -> impl Reduction<Self, Out: Element> {
                $mean
            }
            fn squares() -> impl Reduction<Self, Out: Element> {
                $squares
            }
        }
    )*};
}

summed!(Merged(Sum), Merged(Mean), Merged(SumOfSquares); f64 f32);
summed!(
    Columnwise(INTEGER_SUM), Columnwise(IntegerMean), Columnwise(INTEGER_SUM_OF_SQUARES); i64 i32
);

/// Every kernel against plain loops, of the dtype of the values.
fn check_kernels<T: Summed>(array: &Strided<T>, axes: u64) {
    // Rounding to the dtype and, in the reference, of what is divided.
    let unit =
        if size_of::<T::Float>() == 4 { f64::from(f32::EPSILON) / f64::EPSILON } else { 1.0 };
    check_kernel(array, axes, T::sum(), |plain| plain.sum() as f64, unit - 1.0);
    check_kernel(array, axes, T::mean(), Plain::mean, unit);
    let squares = |plain: &Plain| if plain.nans == 0 { plain.squares() as f64 } else { f64::NAN };
    check_kernel(array, axes, T::squares(), squares, unit - 1.0);
    check_kernel(array, axes, Merged(Var::new(0)), |plain| plain.var(0), 2.0 + unit);
    check_kernel(array, axes, Merged(Var::std(1)), |plain| plain.var(1).sqrt(), 2.0 + unit);
    check_bools(array, axes, AnyNan, |plain| plain.nans > 0);
    check_bools(array, axes, AllNan, |plain| plain.values.is_empty());
    check_places(array, axes, Some(-1));
    if !array.view().is_empty_along(axes) && !array.view().is_empty() {
        let extreme = |plain: &Plain, of: fn(f64, f64) -> f64| {
            plain.values.iter().copied().reduce(of).unwrap_or(f64::NAN)
        };
        check_kernel(array, axes, Columnwise(MIN), |plain| extreme(plain, f64::min), 0.0);
        check_kernel(array, axes, Columnwise(MAX), |plain| extreme(plain, f64::max), 0.0);
        check_places(array, axes, None);
    }
}

/// Integers of a few digits, of which the floats have such a part of NaN.
fn floats<T: Float>(random: &mut Random, nans: usize) -> impl FnMut(usize) -> T {
    let values: Vec<bool> = (0..100).map(|percent| percent >= nans).collect();
    move |_| {
        let value = T::from_f64(random.integer(12) as f64);
        if random.choose(&values) { value } else { T::MISSING }
    }
}

fn check_dtypes(lens: &[usize], layout: &Layout, axes: u64, random: &mut Random) {
    for nans in [0, 10, 100] {
        check_kernels(&Strided::new(lens, layout, 1e300, floats::<f64>(random, nans)), axes);
    }
    check_kernels(&Strided::new(lens, layout, 1e30, floats::<f32>(random, 20)), axes);
    let value = |_| random.integer(20);
    check_kernels(&Strided::new(lens, layout, i64::MAX, value), axes);
    let value = |_| random.integer(18) as i32;
    check_kernels(&Strided::new(lens, layout, i32::MAX, value), axes);
}

#[test]
fn kernels_of_a_lane_are_what_plain_loops_give() {
    let mut random = Random(4);
    for len in LENGTHS.into_iter().chain([1023, 1024, 1025, 2 * N * 64 + 5, PART + 1]) {
        let layout = Layout::random(1, &[1, 1, -1, 2], &mut random);
        check_dtypes(&[len], &layout, 1, &mut random);
    }
}

#[test]
fn kernels_along_any_axes_are_what_plain_loops_give() {
    let mut random = Random(5);
    let shapes: [&[usize]; 8] = [
        &[],
        &[N + 1, 20],
        &[70, SHORT + 1],
        &[GROUP + 1, 3],
        &[3, 5, 40],
        &[2, 0, 3],
        &[33, 4, 2],
        &[2, 3, 17, 5],
    ];
    for shape in shapes {
        for axes in 0..1 << shape.len() {
            let layout = Layout::random(shape.len(), &ANY, &mut random);
            check_dtypes(shape, &layout, axes, &mut random);
        }
    }
}

#[test]
fn a_second_look_tells_overflow_from_infinity() {
    let huge = f64::MAX / 4.0;
    let infinity = f64::INFINITY;
    // So many huge values overflow on the way, and come back.
    for (count, len) in [(1, 40), (3, 40), (64, 10), (64, 40)] {
        for layout in [Layout::c_order(2), Layout::fortran_order(2)] {
            for (extra, sum, mean) in [
                (0.0, 0.0, 0.0),
                (infinity, infinity, infinity),
                (-infinity, -infinity, -infinity),
                (f64::NAN, 0.0, 0.0),
            ] {
                let value = |index| {
                    let at = index % len;
                    let sign = if at < len / 2 { 1.0 } else { -1.0 };
                    if at == 0 || at == len - 1 { extra } else { sign * huge }
                };
                let array = Strided::new(&[count, len], &layout, 1.0, value);
                let mut out = vec![1.0; count];
                let of_lanes =
                    Merged(Sum).along([&array.view()], 2, &mut ViewMut::from_slice(&mut out));
                assert_eq!((of_lanes, &out), (Ok(()), &vec![sum; count]));
                let of_lanes =
                    Merged(Mean).along([&array.view()], 2, &mut ViewMut::from_slice(&mut out));
                assert_eq!((of_lanes, &out), (Ok(()), &vec![mean; count]));
                assert_eq!(Merged(Sum).all([&array.view()]), Ok(sum));
            }
            let array = Strided::new(&[count, len], &layout, 1.0, |_| huge);
            assert_eq!(Merged(Sum).all([&array.view()]), Ok(infinity));
            assert_eq!(Merged(Mean).all([&array.view()]), Ok(huge));
        }
    }
    let both = [infinity, 1.0, -infinity];
    assert!(Merged(Sum).all([&View::from_slice(&both)]).is_ok_and(f64::is_nan));
    assert_eq!(all(&View::from_slice(&[infinity, f64::NAN]), MIN), Ok(infinity));
    assert!(all(&View::from_slice(&[f64::NAN; 2]), MIN).is_ok_and(f64::is_nan));
    let least = NanArg { order: Least, default: None };
    assert_eq!(all(&View::from_slice(&[f64::NAN, infinity, infinity]), least), Ok(1));
    assert_eq!(all(&View::from_slice(&[f32::NAN; 2]), least), Err(Error::AllNan));
    let least = NanArg { default: Some(-1), ..least };
    assert_eq!(all(&View::from_slice(&[f32::NAN; 2]), least), Ok(-1));
    assert_eq!(all(&View::from_slice(&[f64::NAN, infinity]), least), Ok(1));
    assert_eq!(all(&View::<f64>::from_slice(&[]), least), Ok(-1));
}

#[test]
fn squares_out_of_range_are_taken_of_scaled_values() {
    for scale in [1e-200, 1e-160, 1e160, 1e200] {
        for len in [2, 40, 1000] {
            let values: Vec<f64> = (0..len).map(|index| f64::from(index % 7) * scale).collect();
            let plain: Vec<f64> = (0..len).map(|index| f64::from(index % 7)).collect();
            let std = Plain::new(&plain).var(0).sqrt() * scale;
            let result = Merged(Var::std(0)).all([&View::from_slice(&values)]).expect("no error");
            assert!(close(result, std, 4.0), "{len} of {scale}: {result} {std}");
        }
    }
    assert!(
        Merged(Var::new(0)).all([&View::from_slice(&[1.0, f64::INFINITY])]).is_ok_and(f64::is_nan)
    );
}

#[test]
fn results_do_not_depend_on_threads_or_layout() {
    let mut random = Random(6);
    let values: Vec<f64> = (0..PARALLEL + 100)
        .map(|_| random.integer(52) as f64 * 2_f64.powi(random.below(40) as i32))
        .collect();
    let results = [1, 2, 7].map(|threads| {
        with_threads(threads, || {
            let view = View::from_slice(&values);
            [Merged(Sum).all([&view]), Merged(Mean).all([&view]), Merged(Var::new(1)).all([&view])]
                .map(Result::ok)
        })
    });
    assert!(results.iter().all(|result| *result == results[0]));

    let strided =
        Strided::new(&[values.len()], &Layout::random(1, &[-1], &mut random), 0.0, |index| {
            values[values.len() - 1 - index]
        });
    let sums = [Merged(Sum).all([&strided.view()]), Merged(Sum).all([&View::from_slice(&values)])];
    assert!(sums[0].is_ok() && sums[0] == sums[1]);
}
