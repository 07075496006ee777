//! Which lanes an array is cut into, whatever its values are.

use std::array::from_fn;
use std::ops::Range;
use std::ptr::null_mut;

use smallvec::SmallVec;

use super::dims::{coalesce, sort_by_stride, take_lane};
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
    /// A single value of each input, without a gap to the next.
    const NEIGHBOURS: Self = Self { len: 1, strides: [1, 1, 0] };

    /// An axis of some inputs.
    #[inline]
    fn of_inputs(inputs: &[Memory], axis: usize) -> Self {
        let mut shared = Self { len: inputs[0].dims[axis].len, strides: [0; OPERANDS] };
        for (stride, input) in shared.strides.iter_mut().zip(inputs) {
            let dim = input.dims[axis];
            assert!(dim.len == shared.len, "all inputs have the same shape");
            *stride = dim.stride;
        }
        shared
    }

    /// The same, and that of the output.
    #[inline]
    fn of_all(inputs: &[Memory], axis: usize, out: Option<&Dim>) -> Self {
        let mut shared = Self::of_inputs(inputs, axis);
        let Some(out) = out.filter(|out| out.len == shared.len) else {
            panic!("input and output have the same shape");
        };
        shared.strides[OUTPUT] = out.stride;
        shared
    }

    /// This dimension of one of them.
    pub(super) fn of(&self, operand: usize) -> Dim {
        Dim { len: self.len, stride: self.strides[operand] }
    }

    /// Whether the first that moves at all does so backwards.
    fn runs_backwards(&self) -> bool {
        self.strides.iter().find(|&&stride| stride != 0).is_some_and(|&stride| stride < 0)
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

/// Some of them; of those that are reduced, there are seldom more than two.
type SharedDims = SmallVec<[Shared; 4]>;
type FewDims = SmallVec<[Shared; 2]>;

/// Where each operand begins, and the unit of its strides.
fn operands(inputs: &[Memory], output: Memory) -> ([*mut u8; OPERANDS], [usize; OPERANDS]) {
    let (mut firsts, mut sizes) = ([null_mut(); OPERANDS], [0; OPERANDS]);
    for (at, input) in inputs.iter().enumerate() {
        (firsts[at], sizes[at]) = (input.first, input.size);
    }
    (firsts[OUTPUT], sizes[OUTPUT]) = (output.first, output.size);
    (firsts, sizes)
}

/// A [`Sweep`] of any type, compiled once. Pointers count bytes, strides values.
pub(super) struct Walk {
    /// Where each operand begins, and the unit of its strides in bytes; null if there are fewer
    /// inputs, which do not move.
    firsts: [*mut u8; OPERANDS],
    sizes: [usize; OPERANDS],
    /// The dimensions between bundles.
    outer: SharedDims,
    /// The part of them that is walked.
    pub(super) range: Range<usize>,
    /// The dimension between the lanes of a bundle.
    pub(super) across: Shared,
    /// The dimensions that a reduction folds into one, beside the lane's own.
    pub(super) folded: FewDims,
    pub(super) lane: Shared,
    /// How many results a lane has.
    pub(super) out_len: usize,
    /// All dimensions of a lane as the inputs have them, and where its first value is, counted from
    /// where the walk begins: that does not depend on how an input lies in memory.
    pub(super) whole: FewDims,
    pub(super) corner: [isize; MOST_INPUTS],
}

impl Walk {
    pub(super) fn reducing(inputs: &[Memory], axes: u64, ordered: bool, output: Memory) -> Self {
        let ndim = inputs[0].dims.len();
        assert!(inputs.iter().all(|it| it.dims.len() == ndim), "all inputs have the same shape");
        let (mut folded, mut outer) = (FewDims::new(), SharedDims::new());
        let mut out_dims = output.dims.iter();
        let is_kept = |&axis: &usize| axes >> axis & 1 == 0;
        let has_lanes = output.dims.len() > (0..ndim).filter(is_kept).count();
        let results = if has_lanes { out_dims.next() } else { None };
        for axis in 0..ndim {
            if is_kept(&axis) {
                outer.push(Shared::of_all(inputs, axis, out_dims.next()));
            } else {
                folded.push(Shared::of_inputs(inputs, axis));
            }
        }
        assert!(out_dims.next().is_none(), "the output has the dimensions that are kept");
        let (mut firsts, sizes) = operands(inputs, output);
        let (whole, mut corner) = (FewDims::from_slice(&folded), [0; MOST_INPUTS]);
        let empty = folded.iter().any(|dim| dim.len == 0);
        folded.retain(|dim| dim.len != 1);
        if empty {
            folded = FewDims::from_elem(Shared { len: 0, ..Shared::NEIGHBOURS }, 1);
        } else if !ordered {
            for dim in folded.iter_mut().filter(|dim| dim.runs_backwards()) {
                for at in 0..inputs.len() {
                    let last = (dim.len - 1) as isize * dim.strides[at];
                    firsts[at] = firsts[at].wrapping_offset(last * sizes[at] as isize);
                    corner[at] -= last;
                    dim.strides[at] = -dim.strides[at];
                }
            }
            sort_by_stride(&mut folded, Shared::distance);
        }
        coalesce(&mut folded, Shared::continues, |outer, inner| inner.len *= outer.len);
        let lane = take_lane(&mut folded, ordered, |dim| dim.len);
        let mut lane = lane.unwrap_or(Shared::NEIGHBOURS);
        lane.strides[OUTPUT] = results.map_or(0, |dim| dim.stride);
        let out_len = results.map_or(1, |dim| dim.len);
        let (range, across) = (0..0, Shared::SINGLE);
        Self { firsts, sizes, outer, range, across, folded, lane, out_len, whole, corner }
            .arranged()
    }

    pub(super) fn along(inputs: &[Memory], axis: usize, output: Memory) -> Self {
        let ndim = output.dims.len();
        assert!(
            inputs.iter().all(|input| input.dims.len() == ndim),
            "input and output have the same shape"
        );
        let shared = |axis| Shared::of_all(inputs, axis, output.dims.get(axis));
        let mut outer: SharedDims = (0..ndim).map(shared).collect();
        let lane = outer.remove(axis);
        let (firsts, sizes) = operands(inputs, output);
        let (range, across, corner) = (0..0, Shared::SINGLE, [0; MOST_INPUTS]);
        let (folded, whole, out_len) = (FewDims::new(), FewDims::from_slice(&[lane]), lane.len);
        Self { firsts, sizes, outer, range, across, folded, lane, out_len, whole, corner }
            .arranged()
    }

    /// Chooses which of the outer dimensions lies between the lanes of a bundle: the one with the
    /// closest neighbours.
    #[inline]
    fn arranged(mut self) -> Self {
        let outer = &mut self.outer;
        let empty = outer.iter().any(|dim| dim.len == 0);
        outer.retain(|dim| dim.len != 1);
        coalesce(outer, Shared::continues, |outer, inner| inner.len *= outer.len);
        let closest = (0..outer.len()).min_by_key(|&dim| outer[dim].distance());
        self.across = closest.map_or(Shared::SINGLE, |dim| outer.remove(dim));
        let bundles = if empty { 0 } else { outer.iter().map(|dim| dim.len).product() };
        self.range = 0..bundles;
        self
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
