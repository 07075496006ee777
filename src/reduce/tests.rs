use std::sync::atomic::AtomicUsize;

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
use crate::strided::stored::Bits;
use crate::testing::{ANY, APART, Layout, Random, Strided, close, mix, with_threads, without};

/// What a kernel has seen: how many values, and a digest that one value more, less or, if their
/// order matters, elsewhere would change.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    len: u64,
    digest: u64,
    reviewed: bool,
}

const NOTHING: Seen = Seen { len: 0, digest: 0, reviewed: false };

/// A kernel that takes a note of what the driver gives it.
#[derive(Clone, Copy)]
struct Witness<const ORDERED: bool> {
    doubtful: bool,
}

/// For digests of values in order: odd, so that no power of it is lost.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

impl<const ORDERED: bool> Witness<ORDERED> {
    fn of<T: Element>(&self, values: impl IntoIterator<Item = T>) -> Seen {
        let seen = |value: T| Seen { len: 1, digest: mix(value.to_f64().to_bits()), ..NOTHING };
        values.into_iter().fold(NOTHING, |left, right| self.joined(left, seen(right)))
    }

    fn joined(&self, left: Seen, right: Seen) -> Seen {
        let factor = match right.len {
            _ if !ORDERED => 1,
            1 => BASE,
            len => BASE.wrapping_pow(len as u32),
        };
        let digest = left.digest.wrapping_mul(factor).wrapping_add(right.digest);
        Seen { len: left.len + right.len, digest, reviewed: false }
    }
}

impl<T: Element, const ORDERED: bool> Reduce<T> for Witness<ORDERED> {
    type State = Seen;
    type Columns<const N: usize> = [Seen; N];
    type Out = Seen;

    const ORDERED: bool = ORDERED;

    fn start<const N: usize>(&self) -> [Seen; N] {
        [NOTHING; N]
    }

    fn add<I: Isa, const N: usize>(&self, columns: &mut [Seen; N], rows: Rows<'_, T, N>) {
        for row in rows.iter() {
            for (column, value) in columns.iter_mut().zip(row) {
                *column = self.joined(*column, self.of([value]));
            }
        }
    }

    fn state<const N: usize>(&self, columns: &[Seen; N], column: usize) -> Seen {
        columns[column]
    }

    fn merge(&self, left: Seen, right: Seen) -> Seen {
        self.joined(left, right)
    }

    fn finish(&self, seen: Seen) -> Result<Seen, Error> {
        Ok(seen)
    }

    fn dense(&self, values: &[T]) -> Seen {
        assert!(values.len() <= PART);
        if ORDERED { self.of(values.iter().copied()) } else { dense(self, values) }
    }

    fn doubtful(&self, _seen: &Seen) -> bool {
        self.doubtful
    }

    fn review(&self, seen: Seen, values: &View<'_, T>) -> Seen {
        assert_eq!(self.of(values.iter()), seen, "the second look is at the same values");
        Seen { reviewed: true, ..seen }
    }
}

impl<T: Element, const ORDERED: bool> Fold<T> for Witness<ORDERED> {
    fn fold<const N: usize>(&self, columns: &mut [Seen; N], half: usize) {
        for column in 0..half {
            columns[column] = self.joined(columns[column], columns[column + half]);
        }
    }

    fn neutral(&self) -> Option<T> {
        None
    }
}

/// Compares what the driver gives a kernel with the values of each lane.
fn check_witness<T: Element + Bits, const ORDERED: bool>(
    array: &Strided<T>,
    axes: u64,
    out_layout: &Layout,
    doubtful: bool,
) {
    let kernel = Witness::<ORDERED> { doubtful };
    let expected = |values: Vec<T>| Seen { reviewed: doubtful, ..kernel.of(values) };
    let unwritten = Seen { len: u64::MAX, ..NOTHING };
    let lanes: Vec<Seen> = array.lanes(axes).into_iter().map(expected).collect();
    let unaligned = array.unaligned();
    for view in [array.view(), unaligned.view()] {
        let mut out = Strided::filled(&without(&array.lens(), axes), out_layout, unwritten);
        assert_eq!(along(&view, axes, kernel, &mut out.view_mut()), Ok(()));
        assert_eq!(out.values(), lanes, "{:?} {axes:b}", array.lens());
        let written = out.memory.iter().filter(|&&place| place != unwritten).count();
        assert_eq!(written, out.values().len(), "nothing is written between the places");
        if axes != 0 && array.memory.len() < PARALLEL {
            assert_eq!(all(&view, kernel), Ok(expected(array.values())));
        }
    }
}

fn check_both_witnesses<T: Element + Bits>(
    lens: &[usize],
    layouts: (&Layout, &Layout),
    axes: u64,
    value: impl Fn(usize) -> T,
) {
    let doubtful = lens.iter().sum::<usize>() % 2 == 0;
    let array = Strided::new(lens, layouts.0, T::MISSING, value);
    check_witness::<T, true>(&array, axes, layouts.1, doubtful);
    check_witness::<T, false>(&array, axes, layouts.1, !doubtful);
}

/// Lengths around where the driver does something else.
const LENGTHS: [usize; 14] =
    [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, N - 1, N, N + 1, 2 * N - 1, 2 * N + 1, 100, 511, 512, 545];

#[test]
fn every_value_of_a_lane_is_seen_once() {
    for len in LENGTHS.into_iter().chain([PART - 1, PART, PART + 1, 2 * PART + 5]) {
        for layout in [Layout::c_order(1), Layout::random(1, &[-1, 2], &mut Random(len as u64))] {
            let scalar = Layout::c_order(0);
            check_both_witnesses(&[len], (&layout, &scalar), 1, |index| index as f64);
            check_both_witnesses(&[len], (&layout, &scalar), 1, |index| index as i32);
        }
    }
}

#[test]
fn every_value_of_many_lanes_is_seen_once() {
    let mut random = Random(1);
    for count in LENGTHS {
        for len in [0, 1, BLOCK, BLOCK + 1, SHORT, SHORT + 1, 70] {
            let mut layouts = vec![Layout::c_order(2), Layout::fortran_order(2)];
            if count < 200 {
                layouts.push(Layout::random(2, &ANY, &mut random));
            }
            for layout in &layouts {
                let out_layout = Layout::random(1, &APART, &mut random);
                let layouts = (layout, &out_layout);
                check_both_witnesses(&[count, len], layouts, 0b10, |index| index as f32);
            }
        }
    }
}

#[test]
fn every_value_of_folded_axes_is_seen_once() {
    let mut random = Random(2);
    for _ in 0..250 {
        let ndim = random.below(5);
        let lens: Vec<usize> = (0..ndim).map(|_| random.choose(&[0, 1, 2, 3, 5, 17, 40])).collect();
        if lens.iter().product::<usize>() > 5000 {
            continue;
        }
        let axes = random.bits() % (1 << ndim);
        let out_ndim = without(&lens, axes).len();
        let layout = Layout::random(ndim, &ANY, &mut random);
        let out_layout = Layout::random(out_ndim, &APART, &mut random);
        check_both_witnesses(&lens, (&layout, &out_layout), axes, |index| index as i64);
    }
}

#[test]
fn every_value_is_seen_once_by_several_threads() {
    let (c, fortran) = (Layout::c_order, Layout::fortran_order);
    let shapes: [(&[usize], u64, Layout); 7] = [
        // One lane, in parts.
        (&[PARALLEL + 3], 0b1, c(1)),
        // Fewer bundles than threads: short lanes side by side, and long ones.
        (&[40, PARALLEL / 40 + 1], 0b10, fortran(2)),
        (&[3, PARALLEL / 3 + 1], 0b10, fortran(2)),
        // Many lanes, in either direction.
        (&[PARALLEL / 20, 20], 0b10, c(2)),
        (&[PARALLEL / 20, 20], 0b10, fortran(2)),
        // Lanes of several parts, and folded ones.
        (&[17, PART + 3], 0b10, fortran(2)),
        (&[9, 41, PARALLEL / 350], 0b101, c(3)),
    ];
    for (number, (lens, axes, layout)) in shapes.iter().enumerate() {
        let out_layout = Layout::fortran_order(without(lens, *axes).len());
        let array = Strided::new(lens, layout, -1.0, |index| index as f64);
        with_threads(4, || {
            if number.is_multiple_of(2) {
                check_witness::<_, true>(&array, *axes, &out_layout, number == 4);
            } else {
                check_witness::<_, false>(&array, *axes, &out_layout, number == 5);
            }
        });
    }
}

/// A search that counts the values it has looked at.
#[derive(Clone, Copy)]
struct Search<'a> {
    wanted: f64,
    looks: &'a AtomicUsize,
}

impl Search<'_> {
    fn finds<T: Element>(&self, value: T) -> bool {
        self.looks.fetch_add(1, Ordering::Relaxed);
        value.to_f64() == self.wanted
    }
}

impl<T: Element> Reduce<T> for Search<'_> {
    type State = bool;
    type Columns<const N: usize> = [bool; N];
    type Out = bool;

    const SETTLES: bool = true;

    fn start<const N: usize>(&self) -> [bool; N] {
        [false; N]
    }

    fn add<I: Isa, const N: usize>(&self, found: &mut [bool; N], rows: Rows<'_, T, N>) {
        for row in rows.iter() {
            for (found, value) in found.iter_mut().zip(row) {
                *found |= self.finds(value);
            }
        }
    }

    fn state<const N: usize>(&self, found: &[bool; N], column: usize) -> bool {
        found[column]
    }

    fn merge(&self, left: bool, right: bool) -> bool {
        left | right
    }

    fn finish(&self, found: bool) -> Result<bool, Error> {
        Ok(found)
    }

    fn dense(&self, values: &[T]) -> bool {
        values.iter().any(|&value| self.finds(value))
    }

    fn settled_by(&self, value: T) -> Option<bool> {
        self.finds(value).then_some(true)
    }

    fn settled(&self, found: &bool) -> bool {
        *found
    }
}

/// Searches lanes along the second axis for ones; says how many values were looked at.
fn search(array: &Strided<f64>) -> usize {
    let looks = AtomicUsize::new(0);
    let kernel = Search { wanted: 1.0, looks: &looks };
    let mut out = vec![false; array.lens()[0]];
    let result = along(&array.view(), 0b10, kernel, &mut ViewMut::from_slice(&mut out));
    assert_eq!(result, Ok(()));
    let expected = array.lanes(0b10).into_iter().map(|lane| lane.contains(&1.0));
    assert_eq!(out, expected.collect::<Vec<_>>());
    looks.into_inner()
}

#[test]
fn what_settles_is_found_wherever_it_is() {
    let mut random = Random(3);
    for (count, len) in [(1, 1000), (3, 70), (33, 40), (40, 100), (600, 65), (70, 0), (0, 70)] {
        for layout in [Layout::c_order(2), Layout::fortran_order(2)] {
            for rarity in [1, len, 5 * len, 100 * len, usize::MAX] {
                let rare = |_| f64::from(u8::from(random.below(rarity.max(1)) == 0));
                search(&Strided::new(&[count, len], &layout, 1.0, rare));
            }
        }
    }
    for at in [0, 63, 64, PART - 1, PART, 2 * PART, 3 * PART - 1] {
        let one = |index| f64::from(u8::from(index == at));
        search(&Strided::new(&[1, 3 * PART], &Layout::c_order(2), 1.0, one));
    }
}

#[test]
fn lanes_that_are_settled_are_not_looked_at_to_the_end() {
    let first = |len: usize| move |index: usize| f64::from(u8::from(index % len == 3));
    for (count, len) in [(1, 5 * PART), (100, 4000), (2, 100_000)] {
        let array = Strided::new(&[count, len], &Layout::c_order(2), 1.0, first(len));
        assert_eq!(search(&array), 4 * count);
    }
    // A few lanes that are not settled early do not make the others slow.
    let array = Strided::new(&[100, 4000], &Layout::c_order(2), 1.0, |index| {
        f64::from(u8::from(index % 4000 == 3 && index / 4000 % 20 != 7))
    });
    assert_eq!(search(&array), 95 * 4 + 5 * (EARLY + 4000));
    // Lanes side by side stop when all of them are settled.
    let array = Strided::new(&[512, 1000], &Layout::fortran_order(2), 1.0, |index| {
        f64::from(u8::from(index % 1000 == 80))
    });
    assert!(search(&array) < 512 * 300);
    // Several threads stop each other.
    with_threads(4, || {
        let looks = AtomicUsize::new(0);
        let kernel = Search { wanted: 1.0, looks: &looks };
        let array = Strided::new(&[40 * PART], &Layout::c_order(1), 1.0, |index| {
            f64::from(u8::from(index == 100))
        });
        assert_eq!(all(&array.view(), kernel), Ok(true));
        assert_eq!(looks.into_inner(), EARLY + 101);
    });
}

/// A kernel that fails, with the number of its lane, where the sum of the lane is odd.
#[derive(Clone, Copy)]
struct Odd;

impl Reduce<i64> for Odd {
    type State = i64;
    type Columns<const N: usize> = [i64; N];
    type Out = i64;

    fn start<const N: usize>(&self) -> [i64; N] {
        Reduce::<i64>::start(&INTEGER_SUM)
    }

    fn add<I: Isa, const N: usize>(&self, sums: &mut [i64; N], rows: Rows<'_, i64, N>) {
        INTEGER_SUM.add::<I, N>(sums, rows);
    }

    fn state<const N: usize>(&self, sums: &[i64; N], column: usize) -> i64 {
        sums[column]
    }

    fn merge(&self, left: i64, right: i64) -> i64 {
        left + right
    }

    fn finish(&self, sum: i64) -> Result<i64, Error> {
        if sum % 2 == 0 { Ok(sum) } else { Err(Error::Memory { bytes: sum as usize }) }
    }

    fn dense(&self, values: &[i64]) -> i64 {
        values.iter().sum()
    }
}

#[test]
fn the_first_error_is_returned() {
    for (count, len) in [(5, 3), (100, 3), (100, 50), (PARALLEL / 10, 11)] {
        for layout in [Layout::c_order(2), Layout::fortran_order(2)] {
            for (first_odd, second_odd) in [(0, 3), (count / 2, count - 1), (count - 1, 0)] {
                let value = |index| {
                    let lane = index / len;
                    let is_odd = lane == first_odd || lane == second_odd;
                    if index % len == 0 { 2 * lane as i64 + i64::from(is_odd) } else { 0 }
                };
                let array = Strided::new(&[count, len], &layout, 0, value);
                let mut out = vec![0; count];
                let mut places = ViewMut::from_slice(&mut out);
                let result = with_threads(4, || along(&array.view(), 0b10, Odd, &mut places));
                let first = 2 * first_odd.min(second_odd) + 1;
                assert_eq!(result, Err(Error::Memory { bytes: first }));
            }
        }
    }
}

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
    assert_eq!(kernel.along(&array.view(), axes, &mut out.view_mut()), Ok(()));
    for (result, lane) in out.values().into_iter().zip(array.lanes(axes)) {
        let (result, expected) = (result.to_f64(), expected(&Plain::new(&lane)));
        let name = std::any::type_name::<K>();
        assert!(
            close(result, expected, units),
            "{name} of {:?}: {result} {expected}",
            array.lens()
        );
    }
    let result = kernel.all(&array.view()).map(Element::to_f64);
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
                    Merged(Sum).along(&array.view(), 2, &mut ViewMut::from_slice(&mut out));
                assert_eq!((of_lanes, &out), (Ok(()), &vec![sum; count]));
                let of_lanes =
                    Merged(Mean).along(&array.view(), 2, &mut ViewMut::from_slice(&mut out));
                assert_eq!((of_lanes, &out), (Ok(()), &vec![mean; count]));
                assert_eq!(Merged(Sum).all(&array.view()), Ok(sum));
            }
            let array = Strided::new(&[count, len], &layout, 1.0, |_| huge);
            assert_eq!(Merged(Sum).all(&array.view()), Ok(infinity));
            assert_eq!(Merged(Mean).all(&array.view()), Ok(huge));
        }
    }
    let both = [infinity, 1.0, -infinity];
    assert!(Merged(Sum).all(&View::from_slice(&both)).is_ok_and(f64::is_nan));
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
            let result = Merged(Var::std(0)).all(&View::from_slice(&values)).expect("no error");
            assert!(close(result, std, 4.0), "{len} of {scale}: {result} {std}");
        }
    }
    assert!(
        Merged(Var::new(0)).all(&View::from_slice(&[1.0, f64::INFINITY])).is_ok_and(f64::is_nan)
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
            [Merged(Sum).all(&view), Merged(Mean).all(&view), Merged(Var::new(1)).all(&view)]
                .map(Result::ok)
        })
    });
    assert!(results.iter().all(|result| *result == results[0]));

    let strided =
        Strided::new(&[values.len()], &Layout::random(1, &[-1], &mut random), 0.0, |index| {
            values[values.len() - 1 - index]
        });
    let sums = [Merged(Sum).all(&strided.view()), Merged(Sum).all(&View::from_slice(&values))];
    assert!(sums[0].is_ok() && sums[0] == sums[1]);
}
