//! All lanes of an input, each with its place in the output.
#![expect(unsafe_code, reason = "what is walked may be sent to another thread")]

use std::marker::PhantomData;

use super::view::As;
use super::walk::{Shared, Walk};
use super::{Dim, Lanes, LanesMut, View, ViewMut};

/// A walk over all lanes of an input, each with its place in the output.
pub struct Sweep<'a, T, O> {
    walk: Walk,
    stored: As<T>,
    values: PhantomData<(&'a T, &'a mut O)>,
}

// SAFETY: it is a shared borrow of the input and an exclusive one of the output.
unsafe impl<T: Sync, O: Send> Send for Sweep<'_, T, O> {}

impl<'a, T: Copy, O> Sweep<'a, T, O> {
    /// The lanes along the axes of the bit set `axes`, each with one value of `out`, whose
    /// dimensions are the others. Lanes may be walked in any direction unless `ordered`.
    ///
    /// # Panics
    /// If `out` has other dimensions.
    pub fn reducing(
        view: &View<'a, T>,
        axes: u64,
        ordered: bool,
        out: &'a mut ViewMut<'_, O>,
    ) -> Self {
        let (input, output) = (view.memory(), out.memory());
        let walk = Walk::reducing(input, axes, ordered, output);
        Self { walk, stored: view.stored, values: PhantomData }
    }

    /// The lanes along `axis`, each with the lane of `out` at the same place.
    ///
    /// # Panics
    /// If the two do not have the same shape.
    pub fn along(view: &View<'a, T>, axis: usize, out: &'a mut ViewMut<'_, O>) -> Self {
        let walk = Walk::along(view.memory(), axis, out.memory());
        Self { walk, stored: view.stored, values: PhantomData }
    }

    /// How many values are to be read.
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

    /// Each bundle of lanes, with its places in the output.
    pub fn bundles(&mut self) -> impl Iterator<Item = (Lanes<'_, T>, LanesMut<'_, O>)> {
        // Borrowed for as long as a bundle lives, so no place is handed out twice at once.
        let (walk, stored) = (&self.walk, self.stored);
        walk.range.clone().map(move |index| {
            let (first, out) = walk.bundle(index);
            let Shared { len: count, stride: apart, out_stride } = walk.across;
            let Dim { len, stride } = walk.lane;
            let (first, values) = (first.cast(), PhantomData);
            let (folded, whole, corner) = (&*walk.folded, &*walk.whole, walk.corner);
            let lanes =
                Lanes { first, count, apart, len, stride, folded, whole, corner, stored, values };
            let Dim { len, stride } = walk.out_lane;
            let (first, values) = (out.cast(), PhantomData);
            (lanes, LanesMut { first, count, apart: out_stride, len, stride, values })
        })
    }
}

#[cfg(test)]
mod tests;
