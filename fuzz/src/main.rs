//! The kernels on any array, by the drivers that Python calls, compared with plain loops.
//!
//! Bytes become a call: a function, a dtype, a shape, how the array and its result lie in memory,
//! what the function is told, and values. Each is done twice, by one thread and by several, into
//! memory that held something else before: a place that is not written, or written by chance, is
//! seen, as is a write between the places. The address sanitizer sees the rest.
#![no_main]

mod exact;
mod plain;
#[path = "../../src/testing.rs"]
#[expect(dead_code, reason = "the library's tests need more of it")]
mod testing;

use std::fmt::Debug;

use libfuzzer_sys::arbitrary::{Arbitrary, Result as Read, Unstructured};
use libfuzzer_sys::fuzz_target;
use uncork::error::Error;
use uncork::fill::Fill;
use uncork::kernels::arg::{Arg, NanArg};
use uncork::kernels::cov::{Corr, Cov};
use uncork::kernels::extreme::{Extreme, Greatest, Least, MAX, MIN, Order};
use uncork::kernels::integer_sums::{INTEGER_SUM, INTEGER_SUM_OF_SQUARES, IntegerMean};
use uncork::kernels::integers::{Form, OfIntegers, bits};
use uncork::kernels::mean::Mean;
use uncork::kernels::median::{Median, MoveMedian};
use uncork::kernels::missing::{AllNan, AnyNan};
use uncork::kernels::move_rank::MoveRank;
use uncork::kernels::partition::{ArgPartition, Partition};
use uncork::kernels::push::Push;
use uncork::kernels::quantile::{Method, Quantile};
use uncork::kernels::rank::Rank;
use uncork::kernels::replace::replace;
use uncork::kernels::skew::Skew;
use uncork::kernels::squares::SumOfSquares;
use uncork::kernels::sum::Sum;
use uncork::kernels::var::Var;
use uncork::merge::Merge;
use uncork::numeric::element::{Element, Float};
use uncork::order::ordered::{self, Ordered};
use uncork::order::select;
use uncork::reduce::{Columnwise, Merged, Reduction};
use uncork::strided::{View, ViewMut};
use uncork::windows::{self, AnyMoving, Window};
// What the tests' module knows as the crate's own.
use uncork::{fill, simd, strided, threads};

use exact::{Expected, Number, Pairs, Sums};
use testing::{ANY, APART, Layout, Random, Strided, lanes, mix, without};

fuzz_target!(init: {
    simd::set_level_from_environment().expect("a level of this machine");
}, |data: &[u8]| {
    // Too few bytes are zeros: every input is a call.
    let _ = call(&mut Unstructured::new(data));
});

fn call(bytes: &mut Unstructured<'_>) -> Read<()> {
    match bytes.int_in_range(0..=4)? {
        0 => check::<f64>(bytes),
        1 => check::<f32>(bytes),
        2 => check::<i64>(bytes),
        3 => check::<i32>(bytes),
        _ => check_pairs(bytes),
    }
}

/// A value of a result, or of an array.
trait Value: Copy + Debug + PartialEq {
    /// What its memory holds before.
    const GAPS: [Self; 2];
    /// As the same integer where it is the same; all NaN are.
    fn word(self) -> i128;
}

macro_rules! values {
    ($($t:ident: $gaps:expr, $word:expr;)*) => {$(
        impl Value for $t {
            const GAPS: [Self; 2] = $gaps;

            fn word(self) -> i128 {
                $word(self)
            }
        }
    )*};
}

values! {
    f64: [-7.25, 1e300], |value: f64| if value.is_nan() { i128::MAX } else { value.to_bits().into() };
    f32: [-7.25, 1e30], |value: f32| if value.is_nan() { i128::MAX } else { value.to_bits().into() };
    i64: [-77, i64::MAX], i128::from;
    i32: [-77, i32::MAX], i128::from;
    isize: [-77, isize::MAX], |value| value as i128;
    bool: [false, true], i128::from;
}

/// A value of an array.
trait Input: Summed + Element<Float: Value + Number> + Value {
    /// Those at which something changes.
    const SPECIAL: &[Self];
    /// The nearest.
    fn nearest(value: f64) -> Self;
    /// The form of moving statistics, as a call from Python chooses it.
    fn form(view: &View<'_, Self>, window: Window) -> Form;
    /// The results of the form that only `i64` asks for.
    fn exact(moving: &Moving<'_, Self>, kernel: impl Fill<i64, Out = f64>) -> Vec<Self::Float>;
}

/// A dtype, and how it is summed.
trait Summed: Element<Float: Value + Number> {
    fn total() -> impl Reduction<Self, Out: Value + Number>;
    fn squares() -> impl Reduction<Self, Out: Value + Number>;
    fn mean() -> impl Reduction<Self, Out = Self::Float>;
}

macro_rules! summed {
    ($total:expr, $squares:expr, $mean:expr; $($t:ident)*) => {$(
        impl Summed for $t {
            fn total() -> impl Reduction<Self, Out: Value + Number> {
                $total
            }
            fn squares() -> impl Reduction<Self, Out: Value + Number> {
                $squares
            }
            fn mean() -> impl Reduction<Self, Out = Self::Float> {
                $mean
            }
        }
    )*};
}

summed!(Merged(Sum), Merged(SumOfSquares), Merged(Mean); f64 f32);
summed!(
    Columnwise(INTEGER_SUM), Columnwise(INTEGER_SUM_OF_SQUARES), Columnwise(IntegerMean); i64 i32
);

macro_rules! inputs {
    ($($t:ident [$($special:expr),*], $form:expr, $exact:expr;)*) => {$(
        impl Input for $t {
            const SPECIAL: &[Self] = &[$($special),*];

            fn nearest(value: f64) -> Self {
                value as $t
            }
            fn form(view: &View<'_, Self>, window: Window) -> Form {
                $form(view, window)
            }
            fn exact(moving: &Moving<'_, Self>, kernel: impl Fill<i64, Out = f64>) -> Vec<Self::Float> {
                $exact(moving, kernel)
            }
        }
    )*};
}

inputs! {
    f64 [
        f64::NAN, 0.0, -0.0, 1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN,
        5e-324, -5e-324, f64::MIN_POSITIVE, 1e200, -1e-200, 0.1, 1e16, 9_007_199_254_740_993.0
    ], |_, _| Form::Compensated, |_, _| unreachable!("of integers");
    f32 [
        f32::NAN, 0.0, -0.0, 1.0, -1.0, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN,
        1e-45, -1e-45, f32::MIN_POSITIVE, 1e20, -1e-20, 0.1, 16_777_217.0
    ], |_, _| Form::Compensated, |_, _| unreachable!("of integers");
    i64 [
        0, 1, -1, i64::MAX, i64::MIN, i64::MAX - 1, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1, 1 << 31,
        1 << 32, 3, -7
    ], |view, window| Form::new(bits(view).expect("there is memory"), window), Moving::filled;
    i32 [0, 1, -1, i32::MAX, i32::MIN, i32::MAX - 1, 1 << 24, (1 << 24) + 1, 3, -7],
        |_, window| Form::new(i32::BITS - 1, window), |_, _| unreachable!("of small integers");
}

/// Lengths around those at which a driver does something else.
const LENS: [usize; 24] =
    [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 41, 63, 64, 65, 100, 128, 129, 257];
/// Values that the plain loops are asked about; of more, only that threads change nothing.
const FEW: usize = 1 << 11;
/// Values that several threads share, in every driver.
const MANY: usize = 1 << 18;

/// An array and a call.
struct Call<T> {
    array: Strided<T>,
    lens: Vec<usize>,
    /// For how its result lies in memory.
    seed: u64,
    /// More threads than one.
    threads: i64,
}

impl<T: Input> Call<T> {
    fn read(bytes: &mut Unstructured<'_>) -> Read<Self> {
        let mut lens: Vec<usize> = (0..bytes.int_in_range(0..=4)?)
            .map(|_| bytes.choose(&LENS).copied())
            .collect::<Read<_>>()?;
        while lens.iter().product::<usize>() > FEW {
            lens.pop();
        }
        let size: usize = lens.iter().product();
        // No more bytes: a small one. With gaps along more axes it would be a large memory.
        if size > 0 && matches!(lens.len(), 1 | 2) && !bytes.ratio(499, 500)? {
            let axis = bytes.choose_index(lens.len())?;
            lens[axis] *= MANY.div_ceil(size);
        }
        let seed = bytes.arbitrary()?;
        let threads = bytes.int_in_range(2..=4)?;
        let layout = Layout::random(lens.len(), &ANY, &mut Random(seed));
        let layout = match bytes.int_in_range(0..=3)? {
            0 => Layout::c_order(lens.len()),
            1 => Layout::fortran_order(lens.len()),
            _ => layout,
        };
        let array = Strided::new(&lens, &layout, T::GAPS[0], values(bytes)?);
        Ok(Self { array, lens, seed, threads })
    }

    fn len(&self) -> usize {
        self.lens.iter().product()
    }

    /// What `work` writes to an array of this shape, in C order.
    fn results<O: Value>(
        &self,
        lens: &[usize],
        work: impl Fn(View<'_, T>, &mut ViewMut<'_, O>) -> Result<(), Error>,
    ) -> Result<Vec<O>, Error> {
        let layout = Layout::random(lens.len(), &APART, &mut Random(self.seed.rotate_left(32)));
        let by = |threads: i64, gap: O| {
            threads::set_count(threads).expect("a count that is allowed");
            let mut out = Strided::filled(lens, &layout, gap);
            let result = work(self.array.view(), &mut out.view_mut());
            let values = out.values();
            out.places().into_iter().for_each(|place| out.memory[place] = gap);
            assert!(out.memory.iter().all(|&between| between == gap), "written between places");
            result.map(|()| values)
        };
        let (alone, shared) = (by(1, O::GAPS[0]), by(self.threads, O::GAPS[1]));
        match (&alone, &shared) {
            (Ok(alone), Ok(shared)) => {
                let pairs = alone.iter().zip(shared);
                pairs.for_each(|(&one, &other)| assert_eq!(one.word(), other.word()));
            }
            (alone, shared) => assert_eq!(alone.as_ref().err(), shared.as_ref().err()),
        }
        alone
    }
}

/// A value for each index: small ones, those around another one, special ones, any bits.
fn values<T: Input>(bytes: &mut Unstructured<'_>) -> Read<impl FnMut(usize) -> T> {
    let (kind, rarity) = (bytes.int_in_range(0..=4)?, *bytes.choose(&[0_u64, 0, 1, 2, 9, 300])?);
    let (scale, offset) = (i8::arbitrary(bytes)?, i8::arbitrary(bytes)?);
    let own = bytes.peek_bytes(bytes.len()).unwrap_or_default().to_vec();
    let power = |exponent: i8| 2_f64.powi(i32::from(exponent) * 8);
    Ok(move |index: usize| {
        // The first values are the bytes themselves, so that each can be changed alone.
        let round = index.checked_div(own.len()).unwrap_or(index) as u64;
        let byte = own.get(index % own.len().max(1)).copied().unwrap_or_default();
        let bits = if round == 0 { u64::from(byte) } else { mix(u64::from(byte) ^ round << 8) };
        if rarity > 0 && mix(bits).is_multiple_of(rarity) {
            return T::MISSING;
        }
        let small = f64::from(bits as i8);
        match kind {
            0 => T::nearest(small),
            1 => T::nearest(small / 7.0),
            2 => T::nearest(small * power(scale) + power(offset)),
            3 => T::SPECIAL[bits as usize % T::SPECIAL.len()],
            _ => match own.as_chunks().0.get(index) {
                Some(&word) => T::from_word(u64::from_le_bytes(word)),
                None => T::from_word(mix(bits)),
            },
        }
    })
}

fn check<T: Input>(bytes: &mut Unstructured<'_>) -> Read<()> {
    let function = bytes.int_in_range(0..=31)?;
    let ddof = bytes.int_in_range(-2..=4)?;
    match function {
        0..=10 => {
            let default = (ddof > 0).then_some(ddof as isize);
            let axes: u64 = bytes.int_in_range(0..=15)?;
            let call = &Call::<T>::read(bytes)?;
            let axes = axes & ((1 << call.lens.len()) - 1);
            match function {
                0 => call.check_sums(axes, T::total(), Sums::sum, 1),
                1 => call.check_sums(axes, T::squares(), Sums::squares, 1),
                2 => call.check_sums(axes, T::mean(), Sums::mean, 1),
                3 => call.check_sums(axes, Merged(Var::new(ddof)), |sums| sums.variance(ddof), 4),
                4 => call.check_sums(axes, Merged(Var::std(ddof)), |sums| sums.deviation(ddof), 3),
                5 => call.check_reduce(axes, Columnwise(AnyNan), |lane| Ok(plain::nans(lane) > 0)),
                6 => call.check_reduce(axes, Columnwise(AllNan), |lane| {
                    Ok(plain::nans(lane) == lane.len())
                }),
                7 => call.check_extreme(axes, MIN),
                8 => call.check_extreme(axes, MAX),
                9 => call.check_place(axes, NanArg { order: Least, default }),
                _ => call.check_place(axes, NanArg { order: Greatest, default }),
            }
        }
        11 | 12 | 29 => {
            let axes: u64 = bytes.int_in_range(0..=15)?;
            let call = Call::<T>::read(bytes)?;
            let axes = axes & ((1 << call.lens.len()) - 1);
            match function {
                29 => call.check_sums(axes, Merged(Skew::new(true)), Sums::skewness, 16),
                _ => call.check_median(axes, function == 12),
            }
        }
        13..=17 => {
            let (axis, number) = (bytes.int_in_range(0..=3)?, usize::arbitrary(bytes)?);
            let call = &Call::<T>::read(bytes)?;
            if axis < call.lens.len() {
                match function {
                    13 => call.check_rank(axis, false),
                    14 => call.check_rank(axis, true),
                    15 => call.check_partition(axis, number),
                    16 => call.check_argpartition(axis, number),
                    _ => call.check_push(axis, number),
                }
            }
        }
        31 => {
            let axes: u64 = bytes.int_in_range(0..=15)?;
            let (skip_nan, count) = (bool::arbitrary(bytes)?, bytes.int_in_range(0..=15)?);
            let shares: Vec<f64> = (0..count)
                .map(|_| Ok(f64::from(u8::arbitrary(bytes)?) / 255.0))
                .collect::<Read<_>>()?;
            let call = Call::<T>::read(bytes)?;
            call.check_quantiles(axes & ((1 << call.lens.len()) - 1), &shares, skip_nan);
        }
        18 => {
            let (old, new) = (bytes.choose(T::SPECIAL)?, bytes.choose(T::SPECIAL)?);
            Call::read(bytes)?.check_replace(*old, *new);
        }
        _ => {
            let (axis, numbers) = (bytes.int_in_range(0..=3)?, <[u16; 2]>::arbitrary(bytes)?);
            let call = &Call::<T>::read(bytes)?;
            if let Some(moving) = Moving::new(call, axis, numbers) {
                let float = |value: T| T::Float::from_f64(value.to_f64());
                let least = |window: &[T]| plain::first::<T, Least, _>(window, float);
                let greatest = |window: &[T]| plain::first::<T, Greatest, _>(window, float);
                match function {
                    19 => moving.check_sums(Sum, |sums| sums.sum(), 1),
                    20 => moving.check_sums(Mean, |sums| sums.mean(), 1),
                    21 => moving.check_sums(Var::new(ddof), |sums| sums.variance(ddof), 5),
                    22 => moving.check_sums(Var::std(ddof), |sums| sums.deviation(ddof), 3),
                    23 => moving.check(moving.slid(&MIN), least),
                    24 => moving.check(moving.slid(&MAX), greatest),
                    25 => moving.check(moving.exactly(Arg(Least)), plain::ago::<T, Least>),
                    26 => moving.check(moving.exactly(Arg(Greatest)), plain::ago::<T, Greatest>),
                    27 => moving
                        .check(moving.ordered(MoveMedian), |window| plain::median(window, true)),
                    28 => moving.check(moving.ordered(MoveRank), plain::rank_of_last),
                    _ => moving.check_sums(Skew::new(true), |sums| sums.skewness(), 16),
                }
            }
        }
    }
    Ok(())
}

/// Functions of two arrays, which are read as `f64`.
fn check_pairs(bytes: &mut Unstructured<'_>) -> Read<()> {
    let (of_shape, ddof) = (bool::arbitrary(bytes)?, bytes.int_in_range(-2..=4)?);
    let (axis, numbers) = (bytes.int_in_range(0..=3)?, <[u16; 2]>::arbitrary(bytes)?);
    let call = &Call::<f64>::read(bytes)?;
    let layout = Layout::random(call.lens.len(), &ANY, &mut Random(call.seed.rotate_left(16)));
    let other = &Strided::new(&call.lens, &layout, f64::NAN, values(bytes)?);
    let moving = Moving::new(call, axis, numbers);
    // Along one axis, or along all but one.
    let axes = if numbers[0] % 2 == 0 { 1 << axis } else { !(1 << axis) };
    if of_shape {
        call.check_reduced_pairs(other, axes, Corr, Pairs::correlation);
        moving.iter().for_each(|it| it.check_pairs(other, Corr, Pairs::correlation));
    } else {
        let (kernel, of) = (Cov::new(ddof), |pairs: &Pairs| pairs.covariance(ddof));
        call.check_reduced_pairs(other, axes, kernel, of);
        moving.iter().for_each(|it| it.check_pairs(other, kernel, of));
    }
    Ok(())
}

/// Results in C order.
type Results<O> = Result<Vec<O>, Error>;

fn assert_same<O: Value>(results: &Results<O>, expected: &Results<O>) {
    assert_eq!(results.as_ref().err(), expected.as_ref().err());
    let (results, expected) = (results.iter().flatten(), expected.iter().flatten());
    for (at, (result, expected)) in results.zip(expected).enumerate() {
        assert_eq!(result.word(), expected.word(), "at {at}: {result:?}, not {expected:?}");
    }
}

/// Without the sign of a zero, which may be either.
fn unsigned<F: Element>(value: F) -> F {
    if value == F::default() { F::default() } else { value }
}

fn unsigned_all<F: Element>(results: Results<F>) -> Results<F> {
    results.map(|results| results.into_iter().map(unsigned).collect())
}

/// Reductions.
impl<T: Input> Call<T> {
    /// The results of each lane along the axes, and again where one function gives it for all
    /// values. None if there are too many to compare, or the kernel is never asked.
    fn reduced<K: Reduction<T, Out: Value>>(&self, axes: u64, kernel: K) -> Vec<Results<K::Out>> {
        let lens = without(&self.lens, axes);
        let empty = self.array.view().is_empty_along(axes);
        if (kernel.position_matters() && axes.count_ones() != 1)
            || (empty && !kernel.allows_empty())
        {
            return Vec::new();
        }
        let mut results = vec![self.results(&lens, |view, out| kernel.along([&view], axes, out))];
        if lens.is_empty() {
            results.push(kernel.all([&self.array.view()]).map(|result| vec![result]));
        }
        if self.len() <= FEW { results } else { Vec::new() }
    }

    fn of_lanes<O>(&self, axes: u64, of: impl Fn(&[T]) -> Result<O, Error>) -> Results<O> {
        self.array.lanes(axes).iter().map(|lane| of(lane)).collect()
    }

    fn check_reduce<K: Reduction<T, Out: Value>>(
        &self,
        axes: u64,
        kernel: K,
        of: impl Fn(&[T]) -> Result<K::Out, Error>,
    ) {
        for results in self.reduced(axes, kernel) {
            assert_same(&results, &self.of_lanes(axes, &of));
        }
    }

    fn check_place<O: Order>(&self, axes: u64, kernel: NanArg<O>) {
        self.check_reduce(axes, Columnwise(kernel), |lane| {
            plain::place::<T, O>(lane).or(kernel.default).ok_or(Error::AllNan)
        });
    }

    fn check_extreme<O: Order>(&self, axes: u64, kernel: Extreme<O>) {
        for results in self.reduced(axes, Columnwise(kernel)) {
            let expected =
                self.of_lanes(axes, |lane| Ok(plain::first::<T, O, T>(lane, |value| value)));
            assert_same(&unsigned_all(results), &unsigned_all(expected));
        }
    }

    fn check_sums<K: Reduction<T, Out: Value + Number>>(
        &self,
        axes: u64,
        kernel: K,
        of: impl Fn(&Sums) -> Expected,
        units: u64,
    ) {
        for results in self.reduced(axes, kernel) {
            let results = results.expect("there is memory");
            for (result, lane) in results.into_iter().zip(self.array.lanes(axes)) {
                result.check(&of(&Sums::of(&lane)), units);
            }
        }
    }
}

impl Call<f64> {
    fn check_reduced_pairs<K: Merge<2>>(
        &self,
        other: &Strided<f64>,
        axes: u64,
        kernel: K,
        of: impl Fn(&Pairs) -> Expected,
    ) {
        let axes = axes & ((1 << self.lens.len()) - 1);
        let lens = without(&self.lens, axes);
        let mut results =
            vec![self.results(&lens, |view, out| {
                Merged(kernel).along([&view, &other.view()], axes, out)
            })];
        if lens.is_empty() {
            let all = Merged(kernel).all([&self.array.view(), &other.view()]);
            results.push(all.map(|result| vec![result]));
        }
        if self.len() > FEW {
            return;
        }
        let (first, second) = (self.array.values(), other.values());
        for results in results {
            let results = results.expect("there is memory");
            for (result, lane) in results.into_iter().zip(lanes(&self.lens, axes)) {
                let mut pairs = Pairs::default();
                lane.iter().for_each(|&at| pairs.add([first[at], second[at]]));
                result.check(&of(&pairs), 4);
            }
        }
    }
}

/// What orders a lane.
impl<T: Input> Call<T> {
    fn check_median(&self, axes: u64, skip_nan: bool) {
        let kernel = Median { skip_nan };
        let lens = without(&self.lens, axes);
        let results = self.results(&lens, |view, out| select::along(&view, axes, kernel, out));
        if self.len() <= FEW {
            let expected = self.of_lanes(axes, |lane| Ok(plain::median(lane, skip_nan)));
            assert_same(&unsigned_all(results), &unsigned_all(expected));
        }
    }

    fn check_quantiles(&self, axes: u64, shares: &[f64], skip_nan: bool) {
        let kernel = Quantile { shares, method: Method::Linear, skip_nan };
        let lens = [vec![shares.len()], without(&self.lens, axes)].concat();
        let results = self.results(&lens, |view, out| select::along(&view, axes, kernel, out));
        if self.len() > FEW {
            return;
        }
        let (mut results, lanes) =
            (results.expect("there is memory").into_iter(), self.array.lanes(axes));
        for &share in shares {
            for lane in &lanes {
                let expected = exact::quantile(lane, share, skip_nan);
                results.next().expect("one of each share and lane").check(&expected, 1);
            }
        }
    }

    /// Lanes, and the results of each.
    fn filled<K: Fill<T, Out: Value>>(&self, axis: usize, kernel: K) -> Vec<(Vec<T>, Vec<K::Out>)> {
        let results = self.results(&self.lens, |view, out| fill::along(&view, axis, kernel, out));
        let results = results.expect("there is memory");
        let of = |indices: Vec<usize>| indices.into_iter().map(|at| results[at]).collect();
        let results = lanes(&self.lens, 1 << axis).into_iter().map(of);
        self.array.lanes(1 << axis).into_iter().zip(results).collect()
    }

    fn check_rank(&self, axis: usize, skip_nan: bool) {
        for (lane, ranks) in self.filled(axis, Rank { skip_nan }) {
            assert_same(&Ok(ranks), &Ok(plain::ranks(&lane, skip_nan)));
        }
    }

    fn check_partition(&self, axis: usize, kth: usize) {
        let kth = kth % self.lens[axis].max(1);
        for (lane, parts) in self.filled(axis, Partition { kth }) {
            plain::assert_parted(&parts, kth);
            assert_eq!(plain::sorted(&parts), plain::sorted(&lane));
        }
    }

    fn check_argpartition(&self, axis: usize, kth: usize) {
        let kth = kth % self.lens[axis].max(1);
        for (lane, mut places) in self.filled(axis, ArgPartition { kth }) {
            let parts: Vec<T> = places.iter().map(|&place| lane[place as usize]).collect();
            plain::assert_parted(&parts, kth);
            places.sort_unstable();
            assert!(places.into_iter().eq(0..lane.len() as isize));
        }
    }

    fn check_push(&self, axis: usize, limit: usize) {
        // All limits that matter, and some that do not.
        let limit = if limit > usize::MAX / 2 { limit } else { limit % (2 * FEW) };
        for (lane, pushed) in self.filled(axis, Push { limit }) {
            assert_same(&Ok(pushed), &Ok(plain::pushed(&lane, limit)));
        }
    }

    fn check_replace(&mut self, old: T, new: T) {
        let is_old = |value: T| value == old || (value.is_nan() && old.is_nan());
        // A place may have several indices: the memory tells all.
        let mut expected = self.array.memory.clone();
        for place in self.array.places() {
            if is_old(self.array.memory[place]) {
                expected[place] = new;
            }
        }
        threads::set_count(self.threads).expect("a count that is allowed");
        assert_eq!(replace(&mut self.array.cells(), old, new), Ok(()));
        assert_same(&Ok(self.array.memory.clone()), &Ok(expected));
    }
}

/// A call with a window.
struct Moving<'a, T> {
    call: &'a Call<T>,
    axis: usize,
    len: usize,
    min_count: usize,
    window: Window,
}

impl<'a, T: Input> Moving<'a, T> {
    /// None where the result is NaN without a look at the values.
    fn new(call: &'a Call<T>, axis: usize, [len, min_count]: [u16; 2]) -> Option<Self> {
        let axis_len = *call.lens.get(axis)?;
        // Beyond the axis, too.
        let len = 1 + usize::from(len) % (axis_len + axis_len / 4 + 1);
        let min_count = 1 + usize::from(min_count) % len;
        let window = Window::new(len as i64, Some(min_count as i64), axis_len).ok()?;
        window.has_results().then_some(Self { call, axis, len, min_count, window })
    }

    fn slid(&self, kernel: &dyn AnyMoving) -> Vec<T::Float> {
        let (axis, window) = (self.axis, self.window);
        let work = |view: View<'_, T>, out: &mut ViewMut<'_, T::Float>| {
            windows::along([&view], axis, window, kernel, out)
        };
        self.call.results(&self.call.lens, work).expect("there is memory")
    }

    /// In the form that integers ask for.
    fn exactly<K: OfIntegers + 'static>(&self, kernel: K) -> Vec<T::Float> {
        match T::form(&self.call.array.view(), self.window) {
            Form::Plain => self.slid(&kernel.plain()),
            Form::Compensated => self.slid(&kernel),
            Form::Exact => T::exact(self, kernel.exact(self.window)),
        }
    }

    fn ordered(&self, kernel: impl Ordered) -> Vec<T::Float> {
        let (axis, window) = (self.axis, self.window);
        let work = |view: View<'_, T>, out: &mut ViewMut<'_, T::Float>| {
            ordered::along(&view, axis, window, kernel, out)
        };
        self.call.results(&self.call.lens, work).expect("there is memory")
    }

    fn filled<O: Value>(&self, kernel: impl Fill<T, Out = O>) -> Vec<O> {
        let work = |view: View<'_, T>, out: &mut ViewMut<'_, O>| {
            fill::along(&view, self.axis, kernel, out)
        };
        self.call.results(&self.call.lens, work).expect("there is memory")
    }

    /// Gives `check` each lane and its results, unless they are too many.
    fn for_lanes(&self, results: &[T::Float], check: impl Fn(&[T], &[T::Float])) {
        if self.call.len() > FEW {
            return;
        }
        let axes = 1 << self.axis;
        for (lane, indices) in self.call.array.lanes(axes).iter().zip(lanes(&self.call.lens, axes))
        {
            check(lane, &indices.into_iter().map(|at| results[at]).collect::<Vec<_>>());
        }
    }

    fn check(&self, results: Vec<T::Float>, of: impl Fn(&[T]) -> T::Float) {
        self.for_lanes(&results, |lane, results| {
            for (end, &result) in (1_usize..).zip(results) {
                let window = &lane[end.saturating_sub(self.len)..end];
                let enough = window.len() >= self.min_count + plain::nans(window);
                let expected = if enough { of(window) } else { T::Float::MISSING };
                let (one, other) = (unsigned(result).word(), unsigned(expected).word());
                assert_eq!(one, other, "{result:?}, not {expected:?}, of {window:?}");
            }
        });
    }

    fn check_sums<K: OfIntegers + 'static>(
        &self,
        kernel: K,
        of: impl Fn(&Sums) -> Expected,
        units: u64,
    ) {
        self.for_lanes(&self.exactly(kernel), |lane, results| {
            let mut sums = Sums::default();
            for (end, &result) in results.iter().enumerate() {
                sums.add(lane[end]);
                if let Some(start) = end.checked_sub(self.len) {
                    sums.remove(lane[start]);
                }
                let enough = sums.count() >= self.min_count as u64;
                let expected = if enough { of(&sums) } else { Expected::Nan };
                result.check(&expected, units);
            }
        });
    }
}

impl Moving<'_, f64> {
    fn check_pairs<K: Merge<2>>(
        &self,
        other: &Strided<f64>,
        kernel: K,
        of: impl Fn(&Pairs) -> Expected,
    ) {
        let (call, axis) = (self.call, self.axis);
        let work = |view: View<'_, f64>, out: &mut ViewMut<'_, f64>| {
            windows::along([&view, &other.view()], axis, self.window, &kernel, out)
        };
        let results = call.results(&call.lens, work).expect("there is memory");
        if call.len() > FEW {
            return;
        }
        let (first, second) = (call.array.values(), other.values());
        for lane in lanes(&call.lens, 1 << axis) {
            let mut pairs = Pairs::default();
            for (end, &at) in lane.iter().enumerate() {
                pairs.add([first[at], second[at]]);
                if let Some(start) = end.checked_sub(self.len) {
                    pairs.remove([first[lane[start]], second[lane[start]]]);
                }
                let enough = pairs.count() >= self.min_count as u64;
                let expected = if enough { of(&pairs) } else { Expected::Nan };
                results[at].check(&expected, 4);
            }
        }
    }
}
