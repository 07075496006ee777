//! All lanes of an input, or of several in step, each with its place in the output.
#![expect(unsafe_code, reason = "what is walked may be sent to another thread")]

use std::array::from_fn;
use std::marker::PhantomData;

use super::view::As;
use super::walk::{MOST_INPUTS, OUTPUT, Walk};
use super::{Lanes, LanesMut, View, ViewMut};

/// A walk over all lanes of an input, each with its place in the output; or over those of several
/// inputs of one shape.
pub struct Sweep<'a, T, O, const INPUTS: usize = 1> {
    walk: Walk,
    stored: [As<T>; INPUTS],
    values: PhantomData<(&'a T, &'a mut O)>,
}

// SAFETY: it is a shared borrow of the inputs and an exclusive one of the output.
unsafe impl<T: Sync, O: Send, const INPUTS: usize> Send for Sweep<'_, T, O, INPUTS> {}

impl<'a, T: Copy, O, const INPUTS: usize> Sweep<'a, T, O, INPUTS> {
    /// The lanes along the axes of the bit set `axes`, each with one value of `out`, whose
    /// dimensions are the others; or, if it has one more, with the lane along its first. Lanes may
    /// be walked in any direction unless `ordered`.
    ///
    /// # Panics
    /// If the inputs have different shapes, or `out` has other dimensions.
    pub fn reducing(
        views: [&View<'a, T>; INPUTS],
        axes: u64,
        ordered: bool,
        out: &'a mut ViewMut<'_, O>,
    ) -> Self {
        const { assert!(0 < INPUTS && INPUTS <= MOST_INPUTS) }
        let walk = Walk::reducing(&views.map(View::memory), axes, ordered, out.memory());
        Self { walk, stored: views.map(|view| view.stored), values: PhantomData }
    }

    /// The lanes along `axis`, each with the lane of `out` at the same place.
    ///
    /// # Panics
    /// If not all have the same shape.
    pub fn along(views: [&View<'a, T>; INPUTS], axis: usize, out: &'a mut ViewMut<'_, O>) -> Self {
        const { assert!(0 < INPUTS && INPUTS <= MOST_INPUTS) }
        let walk = Walk::along(&views.map(View::memory), axis, out.memory());
        Self { walk, stored: views.map(|view| view.stored), values: PhantomData }
    }

    /// How many values are to be read of each input.
    pub fn values(&self) -> usize {
        let walk = &self.walk;
        let folded: usize = walk.folded.iter().map(|dim| dim.len).product();
        walk.range.len() * walk.across.len * folded * walk.lane.len
    }

    /// The same walk in about `parts` parts, whose bundles have a multiple of `columns` lanes
    /// where they can.
    pub fn split(self, parts: usize, columns: usize) -> Vec<Self> {
        let Self { walk, stored, values } = self;
        let parts = walk.split(parts, columns).into_iter();
        parts.map(|walk| Self { walk, stored, values }).collect()
    }

    /// Each bundle of lanes of the inputs, with its places in the output.
    pub fn bundles(&mut self) -> impl Iterator<Item = ([Lanes<'_, T>; INPUTS], LanesMut<'_, O>)> {
        // Borrowed for as long as a bundle lives, so no place is handed out twice at once.
        let (walk, stored) = (&self.walk, self.stored);
        walk.range.clone().map(move |index| {
            let firsts = walk.bundle(index);
            let Walk { across, lane, folded, whole, corner, .. } = walk;
            let lanes = from_fn(|at| Lanes {
                first: firsts[at].cast_const().cast(),
                count: across.len,
                apart: across.strides[at],
                len: lane.len,
                stride: lane.strides[at],
                input: at,
                folded,
                whole,
                corner: corner[at],
                stored: stored[at],
                values: PhantomData,
            });
            let out = LanesMut {
                first: firsts[OUTPUT].cast(),
                count: across.len,
                apart: across.strides[OUTPUT],
                len: walk.out_len,
                stride: lane.strides[OUTPUT],
                values: PhantomData,
            };
            (lanes, out)
        })
    }
}

#[cfg(test)]
mod tests;
