//! What the tests of several files need, and tests of views and rows.

use super::stored::Bits;
use super::*;
use crate::numeric::element::Element;
use crate::testing::{ANY, APART, Layout, Random, Strided};

/// Every shape of up to four dimensions that is not too large.
pub(super) fn shapes() -> Vec<Vec<usize>> {
    const LENS: [usize; 5] = [0, 1, 2, 3, LONG];
    let mut all = vec![Vec::new()];
    let mut last = all.clone();
    for _ in 0..4 {
        let longer = |shape: &Vec<usize>| LENS.map(|len| [&shape[..], &[len]].concat());
        last = last.iter().flat_map(longer).collect();
        all.extend_from_slice(&last);
    }
    all.retain(|shape| shape.iter().product::<usize>() < 5000);
    all
}

/// More than `SHORT`.
const LONG: usize = 65;

/// An array whose values say where they are.
pub(super) fn numbered(lens: &[usize], layout: &Layout) -> Strided<u32> {
    Strided::new(lens, layout, u32::MAX, |index| index as u32)
}

/// Gives `check` lanes along the last axis of an array of two dimensions, in each order of memory.
pub(super) fn with_lanes<T: Element + Bits>(
    lens: [usize; 2],
    layout: &Layout,
    value: impl Fn(usize) -> T,
    check: impl Fn(Lanes<'_, T>, LanesMut<'_, f64>, &[Vec<T>]),
) -> Strided<f64> {
    let input = Strided::new(&lens, layout, T::MISSING, value);
    let mut out = Strided::filled(&lens, layout, -1.0);
    let unaligned = input.unaligned();
    for view in [input.view(), unaligned.view()] {
        let mut places = out.view_mut();
        let mut sweep = Sweep::along([&view], 1, &mut places);
        let ([lanes], out_lanes) = sweep.bundles().next().expect("one bundle");
        check(lanes, out_lanes, &input.lanes(0b10));
    }
    out
}

pub(super) fn layouts_of_two() -> Vec<Layout> {
    let mut random = Random(4);
    let others = (0..6).map(|_| Layout::random(2, &APART, &mut random));
    [Layout::c_order(2), Layout::fortran_order(2)].into_iter().chain(others).collect()
}

/// Each of the first with each of the second.
pub(super) fn pairs<A: Copy, B>(
    first: impl IntoIterator<Item = A>,
    second: impl IntoIterator<Item = B> + Clone,
) -> impl Iterator<Item = (A, B)> {
    first.into_iter().flat_map(move |a| second.clone().into_iter().map(move |b| (a, b)))
}

#[test]
fn a_view_knows_its_values() {
    let mut random = Random(3);
    for shape in shapes() {
        let input = numbered(&shape, &Layout::random(shape.len(), &ANY, &mut random));
        let (view, values) = (input.view(), input.values());
        assert_eq!((view.len(), view.is_empty()), (values.len(), values.is_empty()));
        assert!(view.iter().eq(values.iter().copied()));
        if let Some(slice) = view.as_slice() {
            assert_eq!(slice, values);
        }
        let unaligned = input.unaligned();
        assert!(unaligned.view().iter().eq(values.iter().copied()));
        assert_eq!(unaligned.view().as_slice(), None);
        for axes in 0..1 << shape.len() {
            let along = shape.iter().enumerate().filter(|(axis, _)| axes >> axis & 1 == 1);
            assert_eq!(view.is_empty_along(axes), along.into_iter().any(|(_, &len)| len == 0));
        }
    }
    let slice = [1, 2, 3];
    assert_eq!(View::from_slice(&slice).as_slice(), Some(&slice[..]));
}

#[test]
fn rows_are_cut_split_and_narrowed() {
    let values: Vec<i32> = (0..23).collect();
    let (rows, rest) = Rows::<i32, 4>::cut(&values);
    assert_eq!((rows.len(), rows.is_empty(), rest), (5, false, &values[20..]));
    for len in [0, 2, 5, 9] {
        let (head, tail) = rows.split(len);
        assert_eq!(head.len(), len.min(5));
        let narrow = |rows: Rows<'_, i32, 4>| rows.narrow::<2>(1).iter().collect::<Vec<_>>();
        let all = [narrow(head), narrow(tail)].concat();
        assert_eq!(all, (0..5).map(|row| [4 * row + 1, 4 * row + 2]).collect::<Vec<_>>());
    }
}
