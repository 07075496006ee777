use std::sync::atomic::AtomicUsize;

use super::*;
use crate::kernels::integer_sums::INTEGER_SUM;
use crate::reduce::contiguous::reduce_contiguous;
use crate::reduce::tests::LENGTHS;
use crate::strided::stored::Bits;
use crate::testing::{ANY, APART, Layout, Random, Strided, mix, with_threads, without};

/// What a kernel has seen: how many values, and a digest that one value more, less or, if their
/// order matters, elsewhere would change.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    len: u64,
    digest: u64,
    recomputed: bool,
}

const NOTHING: Seen = Seen { len: 0, digest: 0, recomputed: false };

/// A kernel that takes a note of what the driver gives it.
#[derive(Clone, Copy)]
struct Witness<const POSITION_MATTERS: bool> {
    needs_recompute: bool,
}

/// For digests of values in order: odd, so that no power of it is lost.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

impl<const POSITION_MATTERS: bool> Witness<POSITION_MATTERS> {
    fn of<T: Element>(&self, values: impl IntoIterator<Item = T>) -> Seen {
        let seen = |value: T| Seen { len: 1, digest: mix(value.to_f64().to_bits()), ..NOTHING };
        values.into_iter().fold(NOTHING, |left, right| self.joined(left, seen(right)))
    }

    fn joined(&self, left: Seen, right: Seen) -> Seen {
        let factor = match right.len {
            _ if !POSITION_MATTERS => 1,
            1 => BASE,
            len => BASE.wrapping_pow(len as u32),
        };
        let digest = left.digest.wrapping_mul(factor).wrapping_add(right.digest);
        Seen { len: left.len + right.len, digest, recomputed: false }
    }
}

impl<T: Element, const POSITION_MATTERS: bool> Reduce<T> for Witness<POSITION_MATTERS> {
    type State = Seen;
    type Columns<const N: usize> = [Seen; N];
    type Out = Seen;

    const POSITION_MATTERS: bool = POSITION_MATTERS;

    fn init<const N: usize>(&self) -> [Seen; N] {
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

    fn reduce_contiguous(&self, values: &[T]) -> Seen {
        assert!(values.len() <= PART);
        if POSITION_MATTERS {
            self.of(values.iter().copied())
        } else {
            reduce_contiguous(self, values)
        }
    }

    fn needs_recompute(&self, _seen: &Seen) -> bool {
        self.needs_recompute
    }

    fn recompute(&self, seen: Seen, values: &View<'_, T>) -> Seen {
        assert_eq!(self.of(values.iter()), seen, "the second look is at the same values");
        Seen { recomputed: true, ..seen }
    }
}

impl<T: Element, const POSITION_MATTERS: bool> Fold<T> for Witness<POSITION_MATTERS> {
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
fn check_witness<T: Element + Bits, const POSITION_MATTERS: bool>(
    array: &Strided<T>,
    axes: u64,
    out_layout: &Layout,
    needs_recompute: bool,
) {
    let kernel = Witness::<POSITION_MATTERS> { needs_recompute };
    let expected = |values: Vec<T>| Seen { recomputed: needs_recompute, ..kernel.of(values) };
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
    let needs_recompute = lens.iter().sum::<usize>() % 2 == 0;
    let array = Strided::new(lens, layouts.0, T::MISSING, value);
    check_witness::<T, true>(&array, axes, layouts.1, needs_recompute);
    check_witness::<T, false>(&array, axes, layouts.1, !needs_recompute);
}

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

    const SHORT_CIRCUITS: bool = true;

    fn init<const N: usize>(&self) -> [bool; N] {
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

    fn reduce_contiguous(&self, values: &[T]) -> bool {
        values.iter().any(|&value| self.finds(value))
    }

    fn short_circuit(&self, value: T) -> Option<bool> {
        self.finds(value).then_some(true)
    }

    fn is_final(&self, found: &bool) -> bool {
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

    fn init<const N: usize>(&self) -> [i64; N] {
        Reduce::<i64>::init(&INTEGER_SUM)
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

    fn reduce_contiguous(&self, values: &[i64]) -> i64 {
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
