//! From where distances are taken.

use super::AnyMerge;
use crate::interrupt;
use crate::numeric::element::Element;
use crate::strided::View;

/// From where the distances of a lane are taken: its first value of each input where all are
/// finite, in the order of the array, which does not depend on how that lies in memory.
#[inline(always)]
pub(super) fn anchors<'a, T: Element, const INPUTS: usize>(
    kernel: &(impl AnyMerge<T, INPUTS> + ?Sized),
    firsts: [Option<T>; INPUTS],
    values: impl FnOnce() -> [View<'a, T>; INPUTS],
) -> [f64; INPUTS] {
    let firsts = firsts.map(|first| first.map_or(0.0, Element::to_f64));
    if are_finite(&firsts) || !kernel.is_anchored() { firsts } else { first_finite(&values()) }
}

#[inline(always)]
fn are_finite(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite())
}

/// The first values of all inputs that are finite, or zeros.
#[cold]
fn first_finite<T: Element, const INPUTS: usize>(views: &[View<'_, T>; INPUTS]) -> [f64; INPUTS] {
    let len = views[0].len();
    if let Some(values) = each(views.each_ref().map(View::as_slice)) {
        // Some at a time are looked at by vectors.
        const SOME: usize = 256;
        for start in (0..len).step_by(SOME) {
            interrupt::check_at(start, SOME);
            let some = values.map(|values| &values[start..len.min(start + SOME)]);
            let at = |at: usize| some.map(|some| some[at].to_f64());
            let mut places = 0..some[0].len();
            if places.clone().fold(false, |any, place| any | are_finite(&at(place))) {
                return places.find(|&it| are_finite(&at(it))).map_or([0.0; INPUTS], at);
            }
        }
        return [0.0; INPUTS];
    }
    let mut all = views.each_ref().map(View::iter);
    for place in 0..len {
        interrupt::check_at(place, 1);
        let row = all.each_mut().map(|values| values.next().map_or(f64::NAN, Element::to_f64));
        if are_finite(&row) {
            return row;
        }
    }
    [0.0; INPUTS]
}

/// The neighbours of all inputs, if each has some.
#[inline(always)]
pub(super) fn each<T, const INPUTS: usize>(
    found: [Option<&[T]>; INPUTS],
) -> Option<[&[T]; INPUTS]> {
    let mut each = [&[][..]; INPUTS];
    for (place, found) in each.iter_mut().zip(found) {
        *place = found?;
    }
    Some(each)
}
