//! Which lanes an array is cut into, whatever its values are.

use std::array::from_fn;
use std::iter::once;
use std::ops::Range;
use std::ptr::null_mut;

use smallvec::SmallVec;

use super::dims::{coalesce, coalesce_dims, sort_by_stride, take_lane};
use super::{Dim, Dims, View, ViewMut};

/// The most inputs that are walked in step.
pub const MOST_INPUTS: usize = 2;
/// What moves from lane to lane: the inputs, and behind them the output.
const OPERANDS: usize = MOST_INPUTS + 1;
pub(super) const OUTPUT: usize = MOST_INPUTS;

/// What a [`Walk`] knows of an array: everything but the type of its values.
#[derive(Clone, Copy)]
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

/// A dimension that all operands have in common, with the stride of each.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    pub(super) len: usize,
    pub(super) strides: [isize; OPERANDS],
}

impl Shared {
    const SINGLE: Self = Self { len: 1, strides: [0; OPERANDS] };

    /// Of some inputs and the output.
    fn new(inputs: impl Iterator<Item = Dim>, out: Option<&Dim>) -> Self {
        let (mut strides, mut lens) = ([0; OPERANDS], [0; MOST_INPUTS]);
        let mut count = 0;
        for (at, dim) in inputs.enumerate() {
            (strides[at], lens[at], count) = (dim.stride, dim.len, at + 1);
        }
        match out {
            Some(out) if lens[..count].iter().all(|&len| len == out.len) => {
                strides[OUTPUT] = out.stride;
                Self { len: out.len, strides }
            }
            _ => panic!("input and output have the same shape"),
        }
    }

    /// Whether `inner` begins again where it has ended, in each operand.
    fn continues(&self, inner: &Self) -> bool {
        let len = inner.len as isize;
        self.strides.iter().zip(inner.strides).all(|(&outer, inner)| outer == inner * len)
    }

    /// How far the inputs move at each step.
    fn distance(&self) -> usize {
        let strides = self.strides[..OUTPUT].iter();
        strides.fold(0, |sum, stride| stride.unsigned_abs().saturating_add(sum))
    }
}

/// A [`Sweep`] of any type, compiled once. Pointers count bytes, strides values.
pub(super) struct Walk {
    /// Where each operand begins, and the unit of its strides in bytes; null if there are fewer
    /// inputs, which do not move.
    firsts: [*mut u8; OPERANDS],
    sizes: [usize; OPERANDS],
    /// The dimensions between bundles.
    outer: SmallVec<[Shared; 4]>,
    /// The part of them that is walked.
    pub(super) range: Range<usize>,
    /// The dimension between the lanes of a bundle.
    pub(super) across: Shared,
    /// The dimensions that a reduction folds into one, beside the lane's own.
    pub(super) folded: Dims,
    pub(super) lane: Shared,
    /// How many results a lane has.
    pub(super) out_len: usize,
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
        let is_kept = |&axis: &usize| axes >> axis & 1 == 0;
        let has_lanes = output.dims.len() > (0..input.dims.len()).filter(is_kept).count();
        let results = if has_lanes { out_dims.next() } else { None };
        for (axis, &dim) in input.dims.iter().enumerate() {
            if is_kept(&axis) {
                kept.push(Shared::new(once(dim), out_dims.next()));
            } else {
                folded.push(dim);
            }
        }
        assert!(out_dims.next().is_none(), "the output has the dimensions that are kept");
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
        let Dim { len, stride } = take_lane(&mut folded, ordered);
        let mut lane = Shared { len, ..Shared::SINGLE };
        lane.strides[0] = stride;
        lane.strides[OUTPUT] = results.map_or(0, |dim| dim.stride);
        let out_len = results.map_or(1, |dim| dim.len);
        let walk = Self::arrange(&[Memory { first, ..input }], output, kept, lane);
        Self { folded, out_len, whole, corner, ..walk }
    }

    pub(super) fn along(inputs: &[Memory], axis: usize, output: Memory) -> Self {
        let ndim = output.dims.len();
        assert!(
            inputs.iter().all(|input| input.dims.len() == ndim),
            "input and output have the same shape"
        );
        let shared =
            |axis| Shared::new(inputs.iter().map(|it| it.dims[axis]), output.dims.get(axis));
        let mut kept: SmallVec<[Shared; 4]> = (0..ndim).map(shared).collect();
        let lane = kept.remove(axis);
        Self::arrange(inputs, output, kept, lane)
    }

    /// Chooses which dimension lies between the lanes of a bundle: the one with the closest
    /// neighbours.
    fn arrange(
        inputs: &[Memory],
        output: Memory,
        mut outer: SmallVec<[Shared; 4]>,
        lane: Shared,
    ) -> Self {
        let (mut firsts, mut sizes) = ([null_mut(); OPERANDS], [0; OPERANDS]);
        for (at, input) in inputs.iter().enumerate() {
            (firsts[at], sizes[at]) = (input.first, input.size);
        }
        (firsts[OUTPUT], sizes[OUTPUT]) = (output.first, output.size);
        let empty = outer.iter().any(|dim| dim.len == 0);
        outer.retain(|dim| dim.len != 1);
        coalesce(&mut outer, Shared::continues, |outer, inner| inner.len *= outer.len);
        let closest = (0..outer.len()).min_by_key(|&dim| outer[dim].distance());
        let across = closest.map_or(Shared::SINGLE, |dim| outer.remove(dim));
        let bundles = if empty { 0 } else { outer.iter().map(|dim| dim.len).product() };
        Self {
            firsts,
            sizes,
            outer,
            range: 0..bundles,
            across,
            folded: Dims::new(),
            lane,
            out_len: lane.len,
            whole: Dims::from_elem(Dim { len: lane.len, stride: lane.strides[0] }, 1),
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
                let firsts = self.moved(self.across.strides.map(|stride| lane as isize * stride));
                let across = Shared { len, ..self.across };
                let (outer, folded) = (self.outer.clone(), self.folded.clone());
                let whole = self.whole.clone();
                split.push(Self {
                    firsts,
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
    pub(super) fn bundle(&self, mut index: usize) -> [*mut u8; OPERANDS] {
        let mut offsets = [0; OPERANDS];
        for dim in self.outer.iter().rev() {
            let at = (index % dim.len) as isize;
            index /= dim.len;
            for (offset, stride) in offsets.iter_mut().zip(dim.strides) {
                *offset += at * stride;
            }
        }
        self.moved(offsets)
    }

    fn moved(&self, offsets: [isize; OPERANDS]) -> [*mut u8; OPERANDS] {
        from_fn(|at| self.firsts[at].wrapping_offset(offsets[at] * self.sizes[at] as isize))
    }
}
