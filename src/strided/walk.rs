//! Which lanes an array is cut into, whatever its values are.

use std::ops::Range;

use smallvec::SmallVec;

use super::dims::{coalesce, coalesce_dims, sort_by_stride, take_lane};
use super::{Dim, Dims, View, ViewMut};

/// What a [`Walk`] knows of an array: everything but the type of its values.
pub(super) struct Memory<'a> {
    first: *mut u8,
    /// The unit of the strides, in bytes.
    size: usize,
    dims: &'a Dims,
}

impl<T> View<'_, T> {
    pub(super) fn memory(&self) -> Memory<'_> {
        let size = if self.stored.is_some() { 1 } else { size_of::<T>() };
        Memory { first: self.first.cast_mut().cast(), size, dims: &self.dims }
    }
}

impl<O> ViewMut<'_, O> {
    pub(super) fn memory(&self) -> Memory<'_> {
        Memory { first: self.first.cast(), size: size_of::<O>(), dims: &self.dims }
    }
}

/// A dimension that input and output have in common.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    pub(super) len: usize,
    pub(super) stride: isize,
    pub(super) out_stride: isize,
}

/// A [`Sweep`] of any type, compiled once. Pointers count bytes, strides values.
pub(super) struct Walk {
    first: *mut u8,
    size: usize,
    out: *mut u8,
    out_size: usize,
    /// The dimensions between bundles.
    outer: SmallVec<[Shared; 4]>,
    /// The part of them that is walked.
    pub(super) range: Range<usize>,
    /// The dimension between the lanes of a bundle.
    pub(super) across: Shared,
    /// The dimensions that a reduction folds into one, beside the lane's own.
    pub(super) folded: Dims,
    pub(super) lane: Dim,
    pub(super) out_lane: Dim,
    /// All dimensions of a lane as the array has them, and where its first value is, counted from
    /// where the walk begins: that does not depend on how the array lies in memory.
    pub(super) whole: Dims,
    pub(super) corner: isize,
}

impl Walk {
    pub(super) fn reducing(input: Memory, axes: u64, ordered: bool, output: Memory) -> Self {
        let mut first = input.first;
        let mut folded = Dims::new();
        let mut kept = SmallVec::new();
        let mut out_dims = output.dims.iter();
        for (axis, &dim) in input.dims.iter().enumerate() {
            if axes >> axis & 1 == 1 {
                folded.push(dim);
            } else {
                kept.push(shared(dim, out_dims.next()));
            }
        }
        let whole = folded.clone();
        let mut corner = 0;
        let empty = folded.iter().any(|dim| dim.len == 0);
        folded.retain(|dim| dim.len != 1);
        if empty {
            folded = Dims::from_elem(Dim { len: 0, stride: 1 }, 1);
        } else if !ordered {
            for dim in folded.iter_mut().filter(|dim| dim.stride < 0) {
                let last = (dim.len - 1) as isize * dim.stride;
                first = first.wrapping_offset(last * input.size as isize);
                corner -= last;
                dim.stride = -dim.stride;
            }
            sort_by_stride(&mut folded);
        }
        coalesce_dims(&mut folded);
        let lane = take_lane(&mut folded, ordered);
        let out_lane = Dim { len: 1, stride: 0 };
        let walk = Self::arrange(Memory { first, ..input }, kept, folded, lane, output, out_lane);
        Self { whole, corner, ..walk }
    }

    pub(super) fn along(input: Memory, axis: usize, output: Memory) -> Self {
        assert_eq!(input.dims.len(), output.dims.len(), "input and output have the same shape");
        let dims = input.dims.iter().zip(output.dims);
        let mut kept: SmallVec<[Shared; 4]> =
            dims.map(|(&dim, out_dim)| shared(dim, Some(out_dim))).collect();
        let Shared { len, stride, out_stride } = kept.remove(axis);
        let (lane, out_lane) = (Dim { len, stride }, Dim { len, stride: out_stride });
        Self::arrange(input, kept, Dims::new(), lane, output, out_lane)
    }

    /// Chooses which dimension lies between the lanes of a bundle: the one with the closest
    /// neighbours.
    fn arrange(
        input: Memory,
        mut outer: SmallVec<[Shared; 4]>,
        folded: Dims,
        lane: Dim,
        output: Memory,
        out_lane: Dim,
    ) -> Self {
        let empty = outer.iter().any(|dim| dim.len == 0);
        outer.retain(|dim| dim.len != 1);
        coalesce(
            &mut outer,
            |outer, inner| {
                let len = inner.len as isize;
                outer.stride == inner.stride * len && outer.out_stride == inner.out_stride * len
            },
            |outer, inner| inner.len *= outer.len,
        );
        let closest = (0..outer.len()).min_by_key(|&dim| outer[dim].stride.unsigned_abs());
        let across = match closest {
            Some(dim) => outer.remove(dim),
            None => Shared { len: 1, stride: 0, out_stride: 0 },
        };
        let bundles = if empty { 0 } else { outer.iter().map(|dim| dim.len).product() };
        Self {
            first: input.first,
            size: input.size,
            out: output.first,
            out_size: output.size,
            outer,
            range: 0..bundles,
            across,
            folded,
            lane,
            out_lane,
            whole: Dims::from_elem(lane, 1),
            corner: 0,
        }
    }

    pub(super) fn split(self, parts: usize, columns: usize) -> Vec<Self> {
        /// More parts would only be memory.
        const MOST: usize = 1 << 14;
        let (parts, bundles) = (parts.min(MOST), self.range.len());
        if parts < 2 || bundles == 0 {
            return vec![self];
        }
        let pieces = if bundles >= parts { 1 } else { parts.div_ceil(bundles) };
        let piece = self.across.len.div_ceil(pieces).next_multiple_of(columns);
        let step = bundles.div_ceil(parts);
        let mut split = Vec::new();
        for start in self.range.clone().step_by(step) {
            let range = start..(start + step).min(self.range.end);
            for lane in (0..self.across.len).step_by(piece) {
                let len = piece.min(self.across.len - lane);
                let Shared { stride, out_stride, .. } = self.across;
                let (first, out) = self.moved(lane as isize * stride, lane as isize * out_stride);
                let across = Shared { len, ..self.across };
                let (outer, folded) = (self.outer.clone(), self.folded.clone());
                let whole = self.whole.clone();
                split.push(Self {
                    first,
                    out,
                    outer,
                    range: range.clone(),
                    across,
                    folded,
                    whole,
                    ..self
                });
            }
        }
        split
    }

    /// Where the first lane of a bundle, and its place in the output, begin.
    pub(super) fn bundle(&self, mut index: usize) -> (*mut u8, *mut u8) {
        let (mut offset, mut out_offset) = (0, 0);
        for dim in self.outer.iter().rev() {
            let at = (index % dim.len) as isize;
            index /= dim.len;
            offset += at * dim.stride;
            out_offset += at * dim.out_stride;
        }
        self.moved(offset, out_offset)
    }

    fn moved(&self, offset: isize, out_offset: isize) -> (*mut u8, *mut u8) {
        let (size, out_size) = (self.size as isize, self.out_size as isize);
        (self.first.wrapping_offset(offset * size), self.out.wrapping_offset(out_offset * out_size))
    }
}

fn shared(dim: Dim, out_dim: Option<&Dim>) -> Shared {
    match out_dim {
        Some(out_dim) if out_dim.len == dim.len => {
            Shared { len: dim.len, stride: dim.stride, out_stride: out_dim.stride }
        }
        _ => panic!("input and output have the same shape"),
    }
}
