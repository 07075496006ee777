//! Strided memory: what a kernel reads and where a driver writes.
//!
//! [`View`] and [`ViewMut`] are whole arrays; their `unsafe` constructors are the only places
//! where memory is vouched for. [`Sweep`] pairs the two and walks over them in bundles of
//! [`Lanes`], from which kernels get [`Rows`]. Everything after the constructors is safe,
//! because each type only ever hands out indices that its parent had.
#![expect(unsafe_code, reason = "strided access through pointers is what this file is for")]

use std::array::from_fn;
use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use smallvec::SmallVec;

use crate::numeric::element::{Element, Float};
use crate::simd::{Isa, LANES, Task, Wide, vectorized};

/// Memory to work in.
pub mod scratch;
/// Values that are stored as something else than what they are read as.
pub mod stored;
/// Lanes without gaps.
pub mod tile;

use stored::{Stored, Strides};

/// One dimension: how many values, and how far apart, in values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dim {
    /// How many.
    pub len: usize,
    /// From one to the next; negative where memory runs backwards.
    pub stride: isize,
}

/// The dimensions of an array.
pub type Dims = SmallVec<[Dim; 4]>;

/// A read-only array of any dimension, order and stride.
#[derive(Clone)]
pub struct View<'a, T> {
    first: *const T,
    dims: Dims,
    stored: As<T>,
    values: PhantomData<&'a T>,
}

/// What the values are in memory, unless they are aligned `T`. Strides are in bytes then, and
/// pointers are to what is stored.
type As<T> = Option<Stored<T>>;

/// The pointer, so many strides further.
#[inline(always)]
fn moved<T>(first: *const T, offset: isize, stored: As<T>) -> *const T {
    match stored {
        None => first.wrapping_offset(offset),
        Some(_) => first.wrapping_byte_offset(offset),
    }
}

/// The value at a place.
///
/// # Safety
/// There is one, and it is what `stored` says.
#[inline(always)]
unsafe fn value_at<T: Copy>(place: *const T, stored: As<T>) -> T {
    match stored {
        // SAFETY: as callers say.
        None => unsafe { *place },
        // SAFETY: as callers say.
        Some(stored) => unsafe { stored.value(place.cast()) },
    }
}

/// An array to write to, of any dimension and order; no two indices share a place.
pub struct ViewMut<'a, T> {
    first: *mut T,
    dims: Dims,
    values: PhantomData<&'a mut T>,
}

// SAFETY: it is a shared borrow of values.
unsafe impl<T: Sync> Send for View<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for View<'_, T> {}
// SAFETY: it is an exclusive borrow of values.
unsafe impl<T: Send> Send for ViewMut<'_, T> {}

impl<'a, T: Copy> View<'a, T> {
    /// An array.
    ///
    /// # Safety
    /// Every index within `dims` leads from `first` to a readable, aligned `T`, for `'a`.
    pub unsafe fn new(first: *const T, dims: Dims) -> Self {
        Self { first, dims, stored: None, values: PhantomData }
    }

    /// An array of values that are stored as something else, with strides in bytes.
    ///
    /// # Safety
    /// Every index within `dims` leads from `first` to what `stored` reads, for `'a`; it need not
    /// be aligned.
    pub unsafe fn stored(first: *const u8, dims: Dims, stored: Stored<T>) -> Self {
        Self { first: first.cast(), dims, stored: Some(stored), values: PhantomData }
    }

    /// One lane without gaps.
    pub fn from_slice(values: &'a [T]) -> Self {
        // SAFETY: these are the indices of the slice.
        unsafe { Self::new(values.as_ptr(), one_dimension(values.len())) }
    }

    /// How many values.
    pub fn len(&self) -> usize {
        self.dims.iter().map(|dim| dim.len).product()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.dims.iter().any(|dim| dim.len == 0)
    }

    /// Whether there is nothing along the axes of the bit set `axes`.
    pub fn is_empty_along(&self, axes: u64) -> bool {
        self.dims.iter().enumerate().any(|(axis, dim)| axes >> axis & 1 == 1 && dim.len == 0)
    }

    /// The values, where they are one lane without gaps.
    #[inline(always)]
    pub fn as_slice(&self) -> Option<&'a [T]> {
        match *self.dims.as_slice() {
            [Dim { len, stride }] => {
                let Self { first, stored, .. } = *self;
                Lane { first, len, stride, stored, values: PhantomData }.as_slice()
            }
            _ => None,
        }
    }

    /// Every value, in C order.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        let Self { first, dims, stored, .. } = self;
        let place = move |index| moved(*first, offset_of(dims, index), *stored);
        // SAFETY: `offset_of` leads to indices within `dims`.
        (0..self.len()).map(move |index| unsafe { value_at(place(index), *stored) })
    }
}

impl<'a, T> ViewMut<'a, T> {
    /// An array to write to; its values need not be initialised, and are not dropped.
    ///
    /// # Safety
    /// Every index within `dims` leads from `first` to an aligned place for a `T` of its own,
    /// which nothing else reads or writes during `'a`.
    pub unsafe fn new(first: *mut T, dims: Dims) -> Self {
        Self { first, dims, values: PhantomData }
    }

    /// A single value.
    pub fn from_mut(value: &'a mut T) -> Self {
        Self { first: value, dims: Dims::new(), values: PhantomData }
    }

    /// One lane without gaps.
    pub fn from_slice(values: &'a mut [T]) -> Self {
        let dims = one_dimension(values.len());
        Self { first: values.as_mut_ptr(), dims, values: PhantomData }
    }

    /// The places, where they are one lane without gaps.
    pub fn as_slice_mut(&mut self) -> Option<&mut [MaybeUninit<T>]> {
        match *self.dims.as_slice() {
            [Dim { len, stride: 1 }] => {
                // SAFETY: `len` neighbours from `first` on are within the view, and no one else's.
                Some(unsafe { std::slice::from_raw_parts_mut(self.first.cast(), len) })
            }
            _ => None,
        }
    }
}

/// Neighbours.
pub fn one_dimension(len: usize) -> Dims {
    Dims::from_elem(Dim { len, stride: 1 }, 1)
}

/// An array whose values are changed in their place, one at a time; several indices may share
/// one, as NumPy's `as_strided` allows.
pub struct Cells<'a, T> {
    first: *mut T,
    dims: Dims,
    values: PhantomData<&'a Cell<T>>,
}

/// Some of the values of [`Cells`], at a fixed distance.
pub struct Run<'a, T> {
    first: *mut T,
    len: usize,
    stride: isize,
    values: PhantomData<&'a Cell<T>>,
}

/// Runs that share no value with those of another job.
pub struct Job<'a, T>(Vec<Run<'a, T>>);

// SAFETY: it is an exclusive borrow of its values.
unsafe impl<T: Send> Send for Job<'_, T> {}
// SAFETY: it is an exclusive borrow of values, which are read and written one at a time.
unsafe impl<T: Send> Send for Cells<'_, T> {}

impl<T: Copy> Cells<'_, T> {
    /// An array to change.
    ///
    /// # Safety
    /// Every index within `dims` leads from `first` to an aligned `T` that may be read and
    /// written during `'a`, by no one else.
    pub unsafe fn new(first: *mut T, mut dims: Dims) -> Self {
        let mut start = first;
        dims.retain(|dim| dim.len != 1);
        for dim in dims.iter_mut().filter(|dim| dim.len > 0 && dim.stride < 0) {
            start = start.wrapping_offset((dim.len - 1) as isize * dim.stride);
            dim.stride = -dim.stride;
        }
        sort_by_stride(&mut dims);
        coalesce_dims(&mut dims);
        Self { first: start, dims, values: PhantomData }
    }

    /// How many values.
    pub fn len(&self) -> usize {
        self.dims.iter().map(|dim| dim.len).product()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether two indices may share a value.
    fn may_overlap(&self) -> bool {
        let mut within = 1;
        let overlaps = |dim: &Dim| {
            let overlaps = dim.stride < within;
            within = dim.stride.saturating_mul(dim.len as isize);
            overlaps
        };
        self.dims.iter().rev().any(overlaps)
    }

    /// All values, a run of at most `len` for each job; a single job if runs may overlap.
    ///
    /// # Panics
    /// If `len` is zero.
    pub fn jobs(&mut self, len: usize) -> Vec<Job<'_, T>> {
        let overlap = self.may_overlap();
        let runs = self.runs().flat_map(|run| run.parts(len));
        if overlap { vec![Job(runs.collect())] } else { runs.map(|run| Job(vec![run])).collect() }
    }

    /// All values.
    pub fn runs(&mut self) -> impl Iterator<Item = Run<'_, T>> {
        let mut dims = self.dims.clone();
        let lane = take_lane(&mut dims, false);
        let outer: usize = dims.iter().map(|dim| dim.len).product();
        let all = self.first;
        (0..outer).map(move |index| {
            let first = all.wrapping_offset(offset_of(&dims, index));
            Run { first, len: lane.len, stride: lane.stride, values: PhantomData }
        })
    }
}

impl<'a, T> Job<'a, T> {
    /// The runs, one after the other.
    pub fn runs(self) -> impl Iterator<Item = Run<'a, T>> {
        self.0.into_iter()
    }
}

impl<T: Copy> Run<'_, T> {
    /// How many values.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// These values, in runs of at most `len`.
    ///
    /// # Panics
    /// If `len` is zero.
    pub fn parts(self, len: usize) -> impl Iterator<Item = Self> {
        let Self { first, len: all, stride, values } = self;
        (0..all).step_by(len).map(move |start| {
            let first = first.wrapping_offset(start as isize * stride);
            Self { first, len: len.min(all - start), stride, values }
        })
    }

    /// Puts another value in the place of each that is old.
    #[inline(always)]
    pub fn update(&self, is_old: impl Fn(T) -> bool, new: impl Fn(T) -> T) {
        // Neighbours are known to be such, so that vectors can be made of them.
        let whole = if self.stride == 1 { self.len - self.len % SOME } else { 0 };
        for first in (0..whole).step_by(SOME) {
            // Memory that stays as it is need not be written back.
            if (first..first + SOME).fold(false, |any, index| any | is_old(self.at(index))) {
                (first..first + SOME).for_each(|index| self.update_at(index, &is_old, &new));
            }
        }
        (whole..self.len).for_each(|index| self.update_at(index, &is_old, &new));
    }

    #[inline(always)]
    fn update_at(&self, index: usize, is_old: impl Fn(T) -> bool, new: impl Fn(T) -> T) {
        let value = self.at(index);
        let value = if is_old(value) { new(value) } else { value };
        // SAFETY: as in `at`; no one else has these places.
        unsafe { self.first.offset(index as isize * self.stride).write(value) };
    }

    #[inline(always)]
    fn at(&self, index: usize) -> T {
        debug_assert!(index < self.len);
        // SAFETY: callers keep to the length, and `Cells::new` vouched for all of it.
        unsafe { self.first.offset(index as isize * self.stride).read() }
    }
}

/// Values that are converted, or looked at before any is changed, together.
const SOME: usize = 64;

/// Where the value of this C-order index is.
fn offset_of(dims: &[Dim], mut index: usize) -> isize {
    let mut offset = 0;
    for dim in dims.iter().rev() {
        offset += (index % dim.len) as isize * dim.stride;
        index /= dim.len;
    }
    offset
}

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
            let (first, folded, values) = (first.cast(), walk.folded.as_slice(), PhantomData);
            let lanes = Lanes { first, count, apart, len, stride, folded, stored, values };
            let Dim { len, stride } = walk.out_lane;
            let (first, values) = (out.cast(), PhantomData);
            (lanes, LanesMut { first, count, apart: out_stride, len, stride, values })
        })
    }
}

/// What a [`Walk`] knows of an array: everything but the type of its values.
struct Memory<'a> {
    first: *mut u8,
    /// The unit of the strides, in bytes.
    size: usize,
    dims: &'a Dims,
}

impl<T> View<'_, T> {
    fn memory(&self) -> Memory<'_> {
        let size = if self.stored.is_some() { 1 } else { size_of::<T>() };
        Memory { first: self.first.cast_mut().cast(), size, dims: &self.dims }
    }
}

impl<O> ViewMut<'_, O> {
    fn memory(&self) -> Memory<'_> {
        Memory { first: self.first.cast(), size: size_of::<O>(), dims: &self.dims }
    }
}

/// A dimension that input and output have in common.
#[derive(Clone, Copy)]
struct Shared {
    len: usize,
    stride: isize,
    out_stride: isize,
}

/// A [`Sweep`] of any type, compiled once. Pointers count bytes, strides values.
struct Walk {
    first: *mut u8,
    size: usize,
    out: *mut u8,
    out_size: usize,
    /// The dimensions between bundles.
    outer: SmallVec<[Shared; 4]>,
    /// The part of them that is walked.
    range: Range<usize>,
    /// The dimension between the lanes of a bundle.
    across: Shared,
    /// The dimensions that a reduction folds into one, beside the lane's own.
    folded: Dims,
    lane: Dim,
    out_lane: Dim,
}

/// Shorter runs are not worth starting a loop for.
const SHORT: usize = 64;

impl Walk {
    fn reducing(input: Memory, axes: u64, ordered: bool, output: Memory) -> Self {
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
        let empty = folded.iter().any(|dim| dim.len == 0);
        folded.retain(|dim| dim.len != 1);
        if empty {
            folded = Dims::from_elem(Dim { len: 0, stride: 1 }, 1);
        } else if !ordered {
            for dim in folded.iter_mut().filter(|dim| dim.stride < 0) {
                let last = (dim.len - 1) as isize * dim.stride;
                first = first.wrapping_offset(last * input.size as isize);
                dim.stride = -dim.stride;
            }
            sort_by_stride(&mut folded);
        }
        coalesce_dims(&mut folded);
        let lane = take_lane(&mut folded, ordered);
        let out_lane = Dim { len: 1, stride: 0 };
        Self::arrange(Memory { first, ..input }, kept, folded, lane, output, out_lane)
    }

    fn along(input: Memory, axis: usize, output: Memory) -> Self {
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
        }
    }

    fn split(self, parts: usize, columns: usize) -> Vec<Self> {
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
                split.push(Self {
                    first,
                    out,
                    outer,
                    range: range.clone(),
                    across,
                    folded,
                    ..self
                });
            }
        }
        split
    }

    /// Where the first lane of a bundle, and its place in the output, begin.
    fn bundle(&self, mut index: usize) -> (*mut u8, *mut u8) {
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

/// The largest strides first. There are few dimensions, so the simplest sort is the best.
fn sort_by_stride(dims: &mut [Dim]) {
    for end in 1..dims.len() {
        let mut at = end;
        while at > 0 && dims[at - 1].stride < dims[at].stride {
            dims.swap(at - 1, at);
            at -= 1;
        }
    }
}

/// Makes one dimension of neighbours that continue one another.
fn coalesce<D: Copy>(
    dims: &mut SmallVec<[D; 4]>,
    continues: impl Fn(&D, &D) -> bool,
    take_in: impl Fn(&D, &mut D),
) {
    let mut last = 0;
    for index in 1..dims.len() {
        let mut inner = dims[index];
        if continues(&dims[last], &inner) {
            take_in(&dims[last], &mut inner);
        } else {
            last += 1;
        }
        dims[last] = inner;
    }
    dims.truncate(last + 1);
}

fn coalesce_dims(dims: &mut Dims) {
    coalesce(
        dims,
        |outer, inner| outer.stride == inner.stride * inner.len as isize,
        |outer, inner| inner.len *= outer.len,
    );
}

/// Takes the dimension to run along out of those that are folded: the innermost, unless it is
/// short and the order is free.
fn take_lane(folded: &mut Dims, ordered: bool) -> Dim {
    let Some(&innermost) = folded.last() else {
        return Dim { len: 1, stride: 1 };
    };
    if ordered || innermost.len >= SHORT {
        folded.pop();
        return innermost;
    }
    let longest = (0..folded.len()).max_by_key(|&dim| folded[dim].len);
    folded.remove(longest.unwrap_or_default())
}

/// The values along an axis at one place.
#[derive(Clone, Copy)]
pub struct Lane<'a, T> {
    first: *const T,
    len: usize,
    stride: isize,
    stored: As<T>,
    values: PhantomData<&'a T>,
}

impl<'a, T: Copy> Lane<'a, T> {
    /// Neighbours.
    pub fn from_slice(values: &'a [T]) -> Self {
        let (first, len) = (values.as_ptr(), values.len());
        Self { first, len, stride: 1, stored: None, values: PhantomData }
    }

    /// How many values.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The values, where they are stored as they are and no gap lies between them.
    #[inline(always)]
    pub fn as_slice(&self) -> Option<&'a [T]> {
        // SAFETY: `len` neighbours from `first` on are all within the view.
        (self.stored.is_none() && (self.stride == 1 || self.len <= 1))
            .then(|| unsafe { std::slice::from_raw_parts(self.first, self.len) })
    }

    /// The values, in order.
    #[inline(always)]
    pub fn iter(self) -> impl Iterator<Item = T> + 'a {
        let mut next = self.first;
        (0..self.len).map(move |_| {
            let here = next;
            next = moved(next, self.stride, self.stored);
            // SAFETY: so many steps have been made that `here` is one of the values.
            unsafe { value_at(here, self.stored) }
        })
    }

    /// Appends the values, without gaps.
    #[inline(never)]
    pub fn append_to(self, values: &mut Vec<T>) {
        let Some(stored) = self.stored else { return values.extend(self.iter()) };
        values.reserve(self.len);
        // SAFETY: there is memory for so many more values, each of which is then written.
        unsafe {
            let places = &mut values.spare_capacity_mut()[..self.len];
            stored.copy(self.first.cast(), Strides::of_row(self.stride), places);
            values.set_len(values.len() + self.len);
        }
    }

    /// A copy of the values, without gaps.
    pub fn to_vec(self) -> Vec<T> {
        let mut values = Vec::new();
        self.append_to(&mut values);
        values
    }

    /// Gives `visit` every value, with its index; faster than `iter` where they are converted.
    #[inline(always)]
    pub fn each_value(&self, mut visit: impl FnMut(usize, T)) {
        let Some(stored) = self.stored else {
            return self.iter().enumerate().for_each(|(index, value)| visit(index, value));
        };
        let mut some = [const { MaybeUninit::uninit() }; SOME];
        for start in (0..self.len).step_by(SOME) {
            let part = self.part(start, SOME);
            // SAFETY: the part has so many values.
            let values = unsafe {
                let strides = Strides::of_row(part.stride);
                stored.copy(part.first.cast(), strides, &mut some[..part.len])
            };
            (start..).zip(values).for_each(|(index, &value)| visit(index, value));
        }
    }

    /// The values from `start` on, at most `len` of them.
    ///
    /// # Panics
    /// If `start` is beyond the end.
    #[inline(always)]
    pub fn part(&self, start: usize, len: usize) -> Self {
        assert!(start <= self.len);
        let first = moved(self.first, start as isize * self.stride, self.stored);
        Self { first, len: len.min(self.len - start), ..*self }
    }
}

/// Lanes that lie side by side at a fixed distance.
#[derive(Clone, Copy)]
pub struct Lanes<'a, T> {
    first: *const T,
    count: usize,
    apart: isize,
    len: usize,
    stride: isize,
    folded: &'a [Dim],
    stored: As<T>,
    values: PhantomData<&'a T>,
}

// SAFETY: it is a shared borrow of values.
unsafe impl<T: Sync> Send for Lanes<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Lanes<'_, T> {}

impl<'a, T: Copy> Lanes<'a, T> {
    /// How many lanes.
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many values in each.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether neighbouring lanes are neighbours in memory, stored as they are.
    #[inline(always)]
    pub fn are_adjacent(&self) -> bool {
        self.apart == 1 && self.stored.is_none()
    }

    /// Whether a step along the lane is shorter than a step to the next.
    #[inline(always)]
    pub fn run_along_memory(&self) -> bool {
        self.stride.unsigned_abs() < self.apart.unsigned_abs()
    }

    /// At how many places of the folded dimensions these lanes are.
    pub fn folds(&self) -> usize {
        self.folded.iter().map(|dim| dim.len).product()
    }

    /// These lanes at one of those places.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn fold(&self, index: usize) -> Self {
        assert!(index < self.folds());
        let first = moved(self.first, offset_of(self.folded, index), self.stored);
        Self { first, folded: &[], ..*self }
    }

    /// One of the lanes.
    ///
    /// # Panics
    /// If there is no such lane.
    #[inline(always)]
    pub fn lane(&self, lane: usize) -> Lane<'a, T> {
        assert!(lane < self.count);
        let Self { len, stride, stored, .. } = *self;
        let first = moved(self.first, lane as isize * self.apart, stored);
        Lane { first, len, stride, stored, values: PhantomData }
    }

    /// Each of the lanes, in order.
    #[inline(always)]
    pub fn iter(self) -> impl Iterator<Item = Lane<'a, T>> {
        let Self { mut first, len, stride, stored, .. } = self;
        (0..self.count).map(move |_| {
            let lane = Lane { first, len, stride, stored, values: PhantomData };
            first = moved(first, self.apart, stored);
            lane
        })
    }

    /// One of the lanes with all that is folded into it, as an array.
    ///
    /// # Panics
    /// If there is no such lane.
    pub fn whole(&self, lane: usize) -> View<'a, T> {
        let Lane { first, len, stride, stored, .. } = self.lane(lane);
        let mut dims: Dims = self.folded.iter().copied().collect();
        dims.push(Dim { len, stride });
        View { first, dims, stored, values: PhantomData }
    }

    /// Copies `count` whole lanes from `lane` on, each without gaps to every `pitch`th place.
    ///
    /// # Panics
    /// If there are no such lanes or places.
    #[inline(never)]
    pub fn copy_to(&self, lane: usize, count: usize, pitch: usize, places: &mut [T]) {
        assert!(lane + count <= self.count && self.len <= pitch && places.len() >= count * pitch);
        if let Some(stored) = self.stored {
            return self.each_value(stored, lane..lane + count, 0..self.len, |lane, row, value| {
                places[lane * pitch + row] = value;
            });
        }
        let first = self.first.wrapping_offset(lane as isize * self.apart);
        each_place(count, self.len, self.run_along_memory(), |lane, row| {
            let offset = lane as isize * self.apart + row as isize * self.stride;
            // SAFETY: there are such a lane and such a row, and such a place.
            unsafe { *places.get_unchecked_mut(lane * pitch + row) = *first.offset(offset) }
        });
    }

    /// These rows of these lanes, converted into `memory`, if they are stored as something else.
    ///
    /// # Panics
    /// If there are no such lanes or rows.
    pub fn converted<'b>(
        self,
        lanes: Range<usize>,
        rows: Range<usize>,
        memory: &'b mut Vec<T>,
    ) -> Option<Lanes<'b, T>> {
        let stored = self.stored?;
        assert!(lanes.end <= self.count && rows.end <= self.len);
        let (count, len) = (lanes.len(), rows.len());
        let offset = lanes.start as isize * self.apart + rows.start as isize * self.stride;
        let first = moved(self.first, offset, self.stored).cast();
        let (strides, apart, stride) = if count == 1 || self.run_along_memory() {
            (Strides { rows: self.apart, values: self.stride, row: len }, len, 1)
        } else {
            (Strides { rows: self.stride, values: self.apart, row: count }, 1, count)
        };
        memory.clear();
        memory.reserve(count * len);
        // SAFETY: there are so many values, and memory for them, all of which is then written.
        unsafe {
            stored.copy(first, strides, &mut memory.spare_capacity_mut()[..count * len]);
            memory.set_len(count * len);
        }
        let (apart, stride) = (apart as isize, stride as isize);
        let (first, stored, values) = (memory.as_ptr(), None, PhantomData);
        Some(Lanes { first, count, apart, len, stride, folded: &[], stored, values })
    }

    /// Gives `visit` every value of these rows of these lanes, which are stored as something else,
    /// with its lane and row among them.
    fn each_value(
        &self,
        stored: Stored<T>,
        lanes: Range<usize>,
        rows: Range<usize>,
        mut visit: impl FnMut(usize, usize, T),
    ) {
        if lanes.len() == 1 || self.run_along_memory() {
            for (at, lane) in lanes.enumerate() {
                let part = self.lane(lane).part(rows.start, rows.len());
                part.each_value(|row, value| visit(at, row, value));
            }
            return;
        }
        assert!(lanes.end <= self.count && rows.end <= self.len);
        let mut some = [const { MaybeUninit::uninit() }; SOME * LANES];
        let wide = lanes.len().min(some.len());
        let high = some.len() / wide.max(1);
        for left in lanes.clone().step_by(wide.max(1)) {
            let wide = wide.min(lanes.end - left);
            for top in rows.clone().step_by(high) {
                let high = high.min(rows.end - top);
                let first = self.lane(left).part(top, 0).first.cast();
                let strides = Strides { rows: self.stride, values: self.apart, row: wide };
                // SAFETY: there are such lanes and rows.
                let values = unsafe { stored.copy(first, strides, &mut some[..wide * high]) };
                for (row, values) in (top - rows.start..).zip(values.chunks(wide)) {
                    let lane = left - lanes.start;
                    (lane..).zip(values).for_each(|(lane, &value)| visit(lane, row, value));
                }
            }
        }
    }

    /// `N` adjacent lanes from `lane` on, the values from `start` on, at most `len` of them.
    ///
    /// # Panics
    /// If there are no such lanes or values, or they are not adjacent.
    #[inline(always)]
    pub fn rows<const N: usize>(&self, lane: usize, start: usize, len: usize) -> Rows<'a, T, N> {
        assert!(self.are_adjacent() && lane + N <= self.count && start <= self.len);
        let first = self.first.wrapping_offset(lane as isize + start as isize * self.stride);
        let len = len.min(self.len - start);
        Rows { first, stride: self.stride, len, values: PhantomData }
    }

    /// Copies what `rows` would give, from lanes that need not be adjacent; where there are
    /// fewer than `N`, the last one is repeated.
    ///
    /// # Panics
    /// If there are no such lanes or values.
    #[inline(never)]
    pub fn gather<const N: usize>(&self, lane: usize, start: usize, rows: &mut [[T; N]]) {
        assert!(lane < self.count && start + rows.len() <= self.len);
        if let Some(stored) = self.stored {
            return self.gather_stored(stored, lane, start, rows);
        }
        if can_transpose::<T>() && self.stride == 1 && rows.len() >= LANES {
            let neighbours = |column: usize| {
                let lane = self.lane((lane + column).min(self.count - 1)).part(start, rows.len());
                lane.as_slice().unwrap_or_default()
            };
            return vectorized(Transpose { columns: from_fn(neighbours), rows });
        }
        for column in 0..N {
            let lane = self.lane((lane + column).min(self.count - 1));
            for (row, value) in rows.iter_mut().zip(lane.part(start, usize::MAX).iter()) {
                row[column] = value;
            }
        }
    }

    /// `gather` of what is converted.
    fn gather_stored<const N: usize>(
        &self,
        stored: Stored<T>,
        lane: usize,
        start: usize,
        rows: &mut [[T; N]],
    ) {
        let (count, len) = (N.min(self.count - lane), rows.len());
        let first = self.lane(lane).part(start, 0).first.cast();
        if count == N && !self.run_along_memory() {
            let places = rows.as_flattened_mut();
            // SAFETY: what is initialised may be written again.
            let places = unsafe { &mut *(&raw mut *places as *mut [MaybeUninit<T>]) };
            let strides = Strides { rows: self.stride, values: self.apart, row: N };
            // SAFETY: there are such lanes and rows.
            unsafe { stored.copy(first, strides, places) };
            return;
        }
        let mut some = [const { MaybeUninit::uninit() }; SOME * LANES];
        if count * len > some.len() || len == 0 {
            self.each_value(stored, lane..lane + count, start..start + len, |lane, row, value| {
                rows[row][lane] = value;
            });
            rows.iter_mut().for_each(|row| repeat_last(row, count));
            return;
        }
        let strides = Strides { rows: self.apart, values: self.stride, row: len };
        // SAFETY: as above.
        let values = unsafe { stored.copy(first, strides, &mut some[..count * len]) };
        let column = |column: usize| &values[column.min(count - 1) * len..][..len];
        let columns: [&[T]; N] = from_fn(column);
        if can_transpose::<T>() && len >= LANES {
            return vectorized(Transpose { columns, rows });
        }
        for (index, row) in rows.iter_mut().enumerate() {
            *row = columns.map(|column| column[index]);
        }
    }
}

/// Writes the last of the first `count` values over all behind it.
fn repeat_last<T: Copy>(values: &mut [T], count: usize) {
    let last = values[count - 1];
    values[count..].fill(last);
}

/// Whether values are as large as an `f64`, and what is one may be read as any bits: where it is
/// passed in a register of x87, it may not stay what it is.
fn can_transpose<T>() -> bool {
    size_of::<T>() == size_of::<f64>() && cfg!(not(target_arch = "x86"))
}

/// Makes rows of columns without gaps, of values that `can_transpose`.
struct Transpose<'a, 'b, T, const N: usize> {
    columns: [&'b [T]; N],
    rows: &'a mut [[T; N]],
}

impl<T: Copy, const N: usize> Task for Transpose<'_, '_, T, N> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { columns, rows } = self;
        let len = rows.len();
        assert!(can_transpose::<T>() && columns.iter().all(|column| column.len() == len));
        // SAFETY: the values are as large as these, for which any bits will do. They are but moved.
        let rows = unsafe { std::slice::from_raw_parts_mut(rows.as_mut_ptr().cast(), len) };
        let rows: &mut [[f64; N]] = rows;
        for first in (0..N).step_by(LANES) {
            let columns: [&[f64]; LANES] = from_fn(|column| {
                // SAFETY: as above.
                unsafe { std::slice::from_raw_parts(columns[first + column].as_ptr().cast(), len) }
            });
            let mut square = [0.0; LANES * LANES];
            for top in tiles(len, LANES) {
                I::Vector::across(columns.map(|column| &column[top..]), &mut square);
                for (row, values) in rows[top..].iter_mut().zip(square.as_chunks::<LANES>().0) {
                    row[first..first + LANES].copy_from_slice(values);
                }
            }
        }
    }
}

/// Places for lanes of results.
pub struct LanesMut<'a, O> {
    first: *mut O,
    count: usize,
    apart: isize,
    len: usize,
    stride: isize,
    values: PhantomData<&'a mut O>,
}

// SAFETY: it is an exclusive borrow of places.
unsafe impl<O: Send> Send for LanesMut<'_, O> {}

impl<O> LanesMut<'_, O> {
    /// Writes one value of one lane.
    ///
    /// # Panics
    /// If there is no such place.
    #[inline(always)]
    pub fn set(&mut self, lane: usize, index: usize, value: O) {
        assert!(lane < self.count && index < self.len);
        let offset = lane as isize * self.apart + index as isize * self.stride;
        // SAFETY: within the dimensions that the view was made with, and no one else's.
        unsafe { self.first.offset(offset).write(value) }
    }
}

impl<O> LanesMut<'_, O> {
    /// The places of one lane, where no gap lies between them.
    ///
    /// # Panics
    /// If there is no such lane.
    #[inline(always)]
    pub fn lane_mut(&mut self, lane: usize) -> Option<&mut [MaybeUninit<O>]> {
        assert!(lane < self.count);
        let first = self.first.wrapping_offset(lane as isize * self.apart).cast();
        // SAFETY: `len` neighbours from `first` on are within the view, and no one else's.
        (self.stride == 1 || self.len <= 1)
            .then(|| unsafe { std::slice::from_raw_parts_mut(first, self.len) })
    }

    /// Whether neighbouring lanes are neighbours in memory.
    pub fn are_adjacent(&self) -> bool {
        self.apart == 1
    }

    /// Writes one row of `N` adjacent lanes from `lane` on.
    ///
    /// # Panics
    /// If there are no such lanes or no such row, or the lanes are not adjacent.
    #[inline(always)]
    pub fn set_row<const N: usize>(&mut self, lane: usize, row: usize, values: [O; N]) {
        assert!(self.are_adjacent() && lane + N <= self.count && row < self.len);
        let first = self.first.wrapping_offset(lane as isize + row as isize * self.stride);
        // SAFETY: these are `N` neighbours within the view, and no one else's.
        unsafe { first.cast::<[O; N]>().write(values) }
    }

    /// Writes `count` whole lanes from `lane` on, as `Lanes::copy_to` has read them.
    ///
    /// # Panics
    /// If there are no such lanes or results.
    #[inline(never)]
    pub fn copy_from(&mut self, lane: usize, count: usize, pitch: usize, from: &[MaybeUninit<O>])
    where
        O: Copy,
    {
        assert!(lane + count <= self.count && self.len <= pitch && from.len() >= count * pitch);
        let first = self.first.wrapping_offset(lane as isize * self.apart);
        let along_memory = self.stride.unsigned_abs() < self.apart.unsigned_abs();
        each_place(count, self.len, along_memory, |lane, row| {
            let offset = lane as isize * self.apart + row as isize * self.stride;
            // SAFETY: there are such a result and such a place, which is no one else's.
            unsafe {
                first
                    .cast::<MaybeUninit<O>>()
                    .offset(offset)
                    .write(*from.get_unchecked(lane * pitch + row))
            }
        });
    }
}

/// Every row of every lane, in an order that suits memory.
#[inline(always)]
fn each_place(lanes: usize, rows: usize, along_memory: bool, mut visit: impl FnMut(usize, usize)) {
    if along_memory {
        for lane in 0..lanes {
            (0..rows).for_each(|row| visit(lane, row));
        }
    } else {
        for row in 0..rows {
            (0..lanes).for_each(|lane| visit(lane, row));
        }
    }
}

impl<'a, O> LanesMut<'a, O> {
    /// Writes the first value of each lane in order, as long as there are some.
    #[inline(always)]
    pub fn write_firsts<E>(
        &mut self,
        mut values: impl Iterator<Item = Result<O, E>>,
    ) -> Result<(), E> {
        assert!(self.len > 0);
        let mut place = self.first;
        for _ in 0..self.count {
            let Some(value) = values.next() else { break };
            // SAFETY: the first place of a lane, and no one else's.
            unsafe { place.write(value?) };
            place = place.wrapping_offset(self.apart);
        }
        Ok(())
    }

    /// How many lanes.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many places in each.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Groups of `group` lanes, and which is the first of each.
    ///
    /// # Panics
    /// If `group` is zero.
    pub fn by_lanes(self, group: usize) -> impl Iterator<Item = (usize, Self)> {
        let Self { first, count, apart, len, stride, .. } = self;
        (0..count).step_by(group).map(move |lane| {
            let first = first.wrapping_offset(lane as isize * apart);
            let count = group.min(count - lane);
            (lane, Self { first, count, apart, len, stride, values: PhantomData })
        })
    }

    /// Stretches of `stretch` places of each lane, and which is the first of each.
    ///
    /// # Panics
    /// If `stretch` is zero.
    pub fn by_rows(self, stretch: usize) -> impl Iterator<Item = (usize, Self)> {
        let Self { first, count, apart, len, stride, .. } = self;
        (0..len).step_by(stretch).map(move |row| {
            let first = first.wrapping_offset(row as isize * stride);
            let len = stretch.min(len - row);
            (row, Self { first, count, apart, len, stride, values: PhantomData })
        })
    }
}

/// Lanes that are walked in step. They can be read from before their beginning; before that of
/// their axis, all is NaN.
pub struct Team<'a, T> {
    first: *const T,
    stored: As<T>,
    lanes: usize,
    apart: isize,
    stride: isize,
    len: usize,
    /// So many values of its axis are before the first lane, and before each next so many more.
    before: usize,
    between: usize,
    /// So many values of its axis there are from the beginning of the first lane on.
    after: usize,
    values: PhantomData<&'a T>,
}

/// Places for the results of a [`Team`].
pub struct TeamMut<'a, O> {
    first: *mut O,
    lanes: usize,
    apart: isize,
    stride: isize,
    between: usize,
    after: usize,
    /// The rows that have been stored, in order.
    stored: SmallVec<[Range<usize>; 1]>,
    values: PhantomData<&'a mut O>,
}

/// Whether the second of two results is better than the first.
pub type Better<'a> = &'a dyn Fn(f64, f64) -> bool;

impl<'a, T: Copy> Lanes<'a, T> {
    /// Whole lanes from `lane` on, at most `count` of them and at most `LANES`.
    ///
    /// # Panics
    /// If there is no such lane.
    pub fn team(&self, lane: usize, count: usize) -> Team<'a, T> {
        let Lane { first, stored, .. } = self.lane(lane);
        let (lanes, len) = (count.min(LANES).min(self.count - lane), self.len);
        let (apart, stride) = (self.apart, self.stride);
        let (before, between, values) = (0, 0, PhantomData);
        Team { first, stored, lanes, apart, stride, len, before, between, after: len, values }
    }

    /// The values `start..end` of one lane, cut into `LANES` of `len`, the last of which may have
    /// fewer or none. What comes after the end of a lane is the next.
    ///
    /// # Panics
    /// If there are no such values.
    pub fn segments(&self, lane: usize, at: Segments) -> Team<'a, T> {
        let Segments { start, end, len } = at;
        assert!(start < end && end <= self.len && len > 0);
        let Lane { first, stored, .. } = self.lane(lane).part(start, 0);
        let (apart, stride) = (self.stride * len as isize, self.stride);
        let (before, between, after, values) = (start, len, end - start, PhantomData);
        Team { first, stored, lanes: LANES, apart, stride, len, before, between, after, values }
    }
}

/// How values of one lane are cut into a [`Team`].
#[derive(Clone, Copy)]
pub struct Segments {
    /// The first value.
    pub start: usize,
    /// After the last value.
    pub end: usize,
    /// How many in each lane of the team.
    pub len: usize,
}

impl<O> LanesMut<'_, O> {
    /// The places of `Lanes::team`.
    ///
    /// # Panics
    /// If there is no such lane.
    pub fn team(&mut self, lane: usize, count: usize) -> TeamMut<'_, O> {
        assert!(lane < self.count);
        let first = self.first.wrapping_offset(lane as isize * self.apart);
        let (lanes, after) = (count.min(LANES).min(self.count - lane), self.len);
        let (apart, stride) = (self.apart, self.stride);
        TeamMut {
            first,
            lanes,
            apart,
            stride,
            between: 0,
            after,
            stored: SmallVec::new(),
            values: PhantomData,
        }
    }

    /// The places of `Lanes::segments`.
    ///
    /// # Panics
    /// If there are no such places.
    pub fn segments(&mut self, lane: usize, at: Segments) -> TeamMut<'_, O> {
        let Segments { start, end, len } = at;
        assert!(lane < self.count && start < end && end <= self.len && len > 0);
        let offset = lane as isize * self.apart + start as isize * self.stride;
        let first = self.first.wrapping_offset(offset);
        let (apart, stride) = (self.stride * len as isize, self.stride);
        let (lanes, between, after) = (LANES, len, end - start);
        TeamMut {
            first,
            lanes,
            apart,
            stride,
            between,
            after,
            stored: SmallVec::new(),
            values: PhantomData,
        }
    }
}

impl<T: Element> Team<'_, T> {
    /// How many values a lane has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// How many rows there are before the first until all lanes begin.
    pub fn before(&self) -> usize {
        self.first_row(self.lanes - 1).unsigned_abs()
    }

    /// How many rows there are until there are no more values.
    pub fn after(&self) -> usize {
        self.after
    }

    /// The first row that a lane has, counted from its beginning.
    #[inline(always)]
    fn first_row(&self, lane: usize) -> isize {
        -((self.before + lane * self.between) as isize)
    }

    /// The row after the last that can be read from a lane.
    #[inline(always)]
    fn end_row(&self, lane: usize) -> isize {
        self.after as isize - (lane * self.between) as isize
    }

    /// The rows of the team from `row` on, one after the other, the values across its lanes.
    /// Where a row has more lanes than the team, or there are no more values, there are others.
    #[inline(always)]
    pub fn load<V: Wide>(&self, row: isize, rows: &mut [f64]) {
        let len = rows.len() / LANES;
        let missing = self.first_row(self.lanes - 1) - row;
        let missing = missing.max(0).unsigned_abs().min(len);
        let (before, rows) = rows.split_at_mut(missing * LANES);
        before.fill(f64::NAN);
        let (row, len) = (row + missing as isize, len - missing);
        let whole = row >= self.first_row(0) && row + len as isize <= self.end_row(self.lanes - 1);
        if whole && self.load_whole::<V>(row, rows) {
            return;
        }
        if len >= LANES && self.stored.is_some() {
            return self.load_chunks::<V, SOME>(row, rows);
        }
        if len >= LANES && self.stride == 1 {
            return self.load_chunks::<V, CHUNK>(row, rows);
        }
        for (at, values) in (row..).zip(rows.chunks_exact_mut(LANES)) {
            for (lane, value) in values.iter_mut().enumerate() {
                *value = self.value(lane.min(self.lanes - 1), at);
            }
        }
    }

    /// Loads rows that each lane has, if that can be done at once; says whether it was.
    #[inline(always)]
    fn load_whole<V: Wide>(&self, row: isize, rows: &mut [f64]) -> bool {
        // SAFETY: of callers, that the lane has these rows; and neighbours they are, where rows are
        // of adjacent lanes or lanes without gaps.
        let neighbours = |lane: usize, row: isize, len| unsafe { self.neighbours(lane, row, len) };
        let (lanes, len) = (self.lanes, rows.len() / LANES);
        if let Some(stored) = self.stored {
            // Only lanes side by side can be converted at once.
            let side_by_side = lanes == LANES
                && self.between == 0
                && self.apart.unsigned_abs() < self.stride.unsigned_abs();
            if side_by_side {
                self.load_rows(stored, row, rows);
            }
            return side_by_side;
        }
        if self.apart == 1 && self.between == 0 && lanes == LANES {
            for (at, values) in (row..).zip(rows.chunks_exact_mut(LANES)) {
                T::copy_to_f64s(neighbours(0, at, LANES), values);
            }
            return true;
        }
        if self.stride != 1 || len < LANES || T::as_f64s(&[]).is_none() {
            return false;
        }
        let lane = |at: usize| T::as_f64s(neighbours(at.min(lanes - 1), row, len));
        across::<V>(from_fn(|at| lane(at).unwrap_or_default()), len, rows);
        true
    }

    /// Loads rows that each of `LANES` lanes has, which lie side by side.
    fn load_rows(&self, stored: Stored<T>, row: isize, rows: &mut [f64]) {
        let mut some = [const { MaybeUninit::uninit() }; SOME * LANES];
        let strides = Strides { rows: self.stride, values: self.apart, row: LANES };
        for (row, rows) in (row..).step_by(SOME).zip(rows.chunks_mut(SOME * LANES)) {
            let first = self.place(0, row).cast();
            // SAFETY: each of `LANES` lanes has these rows.
            let values = unsafe { stored.copy(first, strides, &mut some[..rows.len()]) };
            T::copy_to_f64s(values, rows);
        }
    }

    /// Loads rows of lanes whose values are converted a chunk at a time.
    #[inline(always)]
    fn load_chunks<V: Wide, const CHUNK: usize>(&self, row: isize, rows: &mut [f64]) {
        let len = rows.len() / LANES;
        let mut scratch = [[0.0; CHUNK]; LANES];
        for chunk in tiles(len, len.min(CHUNK)) {
            let (row, len) = (row + chunk as isize, len.min(CHUNK));
            for (lane, places) in scratch.iter_mut().enumerate() {
                self.load_lane(lane.min(self.lanes - 1), row, &mut places[..len]);
            }
            let lanes = scratch.each_ref().map(<[f64; CHUNK]>::as_slice);
            across::<V>(lanes, len, &mut rows[chunk * LANES..]);
        }
    }

    /// The rows of a lane without gaps from `row` on; NaN before its axis begins, its last value
    /// after its end.
    #[inline(always)]
    fn load_lane(&self, lane: usize, row: isize, places: &mut [f64]) {
        let places_until = |end: isize| (end - row).clamp(0, places.len() as isize) as usize;
        let before = places_until(self.first_row(lane));
        let end = places_until(self.end_row(lane)).max(before);
        places[..before].fill(f64::NAN);
        let (first, within) = (row + before as isize, before..end);
        match self.stored {
            // SAFETY: the axis has these rows, and they are neighbours.
            None => T::copy_to_f64s(
                unsafe { self.neighbours(lane, first, within.len()) },
                &mut places[within],
            ),
            Some(stored) => {
                let mut some = [const { MaybeUninit::uninit() }; SOME];
                let (place, some) = (self.place(lane, first), &mut some[..within.len()]);
                let strides = Strides::of_row(self.stride);
                // SAFETY: the axis has these rows.
                let values = unsafe { stored.copy(place.cast(), strides, some) };
                T::copy_to_f64s(values, &mut places[within]);
            }
        }
        if end < places.len() {
            places[end..].fill(self.value(lane, row + end as isize));
        }
    }

    /// Neighbours in memory from this value on; it need not exist for none.
    ///
    /// # Safety
    /// They are values of the view.
    #[inline(always)]
    unsafe fn neighbours(&self, lane: usize, row: isize, len: usize) -> &[T] {
        // SAFETY: as callers say.
        unsafe { std::slice::from_raw_parts(self.place(lane, row), len) }
    }

    /// Where a row of a lane is; it need not exist.
    #[inline(always)]
    fn place(&self, lane: usize, row: isize) -> *const T {
        moved(self.first, lane as isize * self.apart + row * self.stride, self.stored)
    }

    #[inline(always)]
    fn value(&self, lane: usize, row: isize) -> f64 {
        if row < self.first_row(lane) {
            return f64::NAN;
        }
        let row = row.min(self.end_row(lane) - 1);
        // SAFETY: the axis has this row of the lane.
        unsafe { value_at(self.place(lane, row), self.stored) }.to_f64()
    }
}

/// Values of a lane that are converted at once: enough to make vectors of.
const CHUNK: usize = 16;

/// The rows across lanes of at least `len` values, of which there are no fewer than lanes.
#[inline(always)]
fn across<V: Wide>(lanes: [&[f64]; LANES], len: usize, rows: &mut [f64]) {
    for start in tiles(len, LANES) {
        V::across(lanes.map(|lane| &lane[start..]), &mut rows[start * LANES..]);
    }
}

/// The first rows of tiles of `tile` rows that cover `rows`, of which there are no fewer; the last
/// may overlap the one before it.
#[inline(always)]
fn tiles(rows: usize, tile: usize) -> impl Iterator<Item = usize> {
    (0..rows).step_by(tile).map(move |first| first.min(rows - tile))
}

impl<O: Float> TeamMut<'_, O> {
    /// How many of `len` rows from `row` on a lane has.
    #[inline(always)]
    fn within(&self, lane: usize, row: usize, len: usize) -> usize {
        self.after.saturating_sub(lane * self.between + row).min(len)
    }

    /// Writes the rows of the team from `row` on; what is beyond its lanes or places is dropped.
    #[inline(always)]
    pub fn store<V: Wide>(&mut self, row: usize, rows: &[f64]) {
        let end = row + rows.len() / LANES;
        match self.stored.last_mut() {
            Some(last) if last.end == row => last.end = end,
            _ => self.stored.push(row..end),
        }
        if self.store_fast::<V>(row, rows) {
            return;
        }
        for (row, values) in (row..).zip(rows.chunks_exact(LANES)) {
            for (lane, &value) in values[..self.lanes].iter().enumerate() {
                self.write_if_any(lane, row, value);
            }
        }
    }

    /// Writes over those results that have been stored where a second one is better.
    pub fn amend(&mut self, row: usize, rows: &[f64], better: Better<'_>) {
        let stretch = self.stored.partition_point(|stored| stored.end <= row);
        let Some(stored) = self.stored.get(stretch).filter(|stored| stored.start <= row) else {
            return;
        };
        for (row, values) in (row..stored.end).zip(rows.chunks_exact(LANES)) {
            for (lane, &value) in values[..self.lanes].iter().enumerate() {
                let Some(place) = self.place(lane, row) else { continue };
                // SAFETY: the row is among those that were stored.
                if better(unsafe { place.read() }.to_f64(), value) {
                    self.write_if_any(lane, row, value);
                }
            }
        }
    }

    /// Stores the rows, if that can be done fast; says whether it was.
    #[inline(always)]
    fn store_fast<V: Wide>(&mut self, row: usize, rows: &[f64]) -> bool {
        let Self { first, lanes, apart, stride, between, .. } = *self;
        let len = rows.len() / LANES;
        let whole = self.within(lanes - 1, row, len) == len;
        // SAFETY: of those who call it, that these places are the team's, and are neighbours.
        let write = |lane: usize, row: usize, values: &[f64]| unsafe {
            let first = first.wrapping_offset(lane as isize * apart + row as isize * stride);
            for (at, &value) in values.iter().enumerate() {
                first.add(at).write(O::from_f64(value));
            }
        };
        if apart == 1 && between == 0 && lanes == LANES && whole {
            for (row, values) in (row..).zip(rows.chunks_exact(LANES)) {
                write(0, row, values);
            }
            return true;
        }
        if stride != 1 || len < LANES {
            return false;
        }
        if whole && size_of::<O>() == size_of::<f64>() {
            for start in tiles(len, LANES) {
                V::along(&rows[start * LANES..], |lane, values| {
                    if lane < lanes {
                        write(lane, row + start, &values[..LANES]);
                    }
                });
            }
            return true;
        }
        let mut scratch = [[0.0; CHUNK]; LANES];
        for chunk in tiles(len, len.min(CHUNK)) {
            let (row, len) = (row + chunk, len.min(CHUNK));
            for start in tiles(len, LANES) {
                V::along(&rows[(chunk + start) * LANES..], |lane, values| {
                    scratch[lane][start..start + LANES].copy_from_slice(&values[..LANES]);
                });
            }
            for (lane, values) in scratch.iter().enumerate().take(lanes) {
                write(lane, row, &values[..self.within(lane, row, len)]);
            }
        }
        true
    }

    #[inline(always)]
    fn write_if_any(&mut self, lane: usize, row: usize, value: f64) {
        if let Some(place) = self.place(lane, row) {
            // SAFETY: there is such a place, and it is no one else's.
            unsafe { place.write(O::from_f64(value)) }
        }
    }

    /// Where a row of a lane is, if the lane has it.
    #[inline(always)]
    fn place(&self, lane: usize, row: usize) -> Option<*mut O> {
        let offset = lane as isize * self.apart + row as isize * self.stride;
        (self.within(lane, row, 1) == 1).then(|| self.first.wrapping_offset(offset))
    }
}

/// Rows of `N` neighbours, a fixed stride apart: what a kernel reads.
///
/// One shape serves both directions. Along the memory, a lane is cut into rows of `N` and the
/// `N` results are merged; across the memory, `N` lanes lie side by side and the `N` results
/// stay apart. What is left over is rows of 1.
#[derive(Clone, Copy)]
pub struct Rows<'a, T, const N: usize> {
    first: *const T,
    stride: isize,
    len: usize,
    values: PhantomData<&'a T>,
}

impl<'a, T: Copy, const N: usize> Rows<'a, T, N> {
    /// A lane without gaps, cut into rows, and what is left over.
    #[inline(always)]
    pub fn cut(values: &'a [T]) -> (Self, &'a [T]) {
        let (rows, rest) = values.as_chunks::<N>();
        (Self::of(rows), rest)
    }

    /// Rows that follow each other.
    #[inline(always)]
    pub fn of(rows: &'a [[T; N]]) -> Self {
        let first = rows.as_ptr().cast();
        Self { first, stride: N as isize, len: rows.len(), values: PhantomData }
    }

    /// How many rows.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// `M` of the columns, from `column` on.
    ///
    /// # Panics
    /// If there are no such columns.
    #[inline(always)]
    pub fn narrow<const M: usize>(self, column: usize) -> Rows<'a, T, M> {
        assert!(column + M <= N);
        let Self { first, stride, len, values } = self;
        Rows { first: first.wrapping_add(column), stride, len, values }
    }

    /// The first `len` rows, and the others.
    #[inline(always)]
    pub fn split(self, len: usize) -> (Self, Self) {
        let len = len.min(self.len);
        let first = self.first.wrapping_offset(len as isize * self.stride);
        (Self { len, ..self }, Self { first, len: self.len - len, ..self })
    }

    /// Each row, in order.
    #[inline(always)]
    pub fn iter(self) -> impl Iterator<Item = [T; N]> {
        (0..self.len).map(move |row| {
            one_row_at_a_time();
            // SAFETY: `rows`, `cut` and `of` took pointer, stride and length from lanes or
            // a slice that outlive `'a`.
            unsafe { self.first.offset(row as isize * self.stride).cast::<[T; N]>().read() }
        })
    }
}

/// Keeps the compiler from making vectors of several rows, which it does for integers where it
/// may reorder them: the columns are what belongs side by side.
///
/// Benefit: `nanmin` of integers 8 times faster, a tenth of the code. Cost: none at run time.
#[inline(always)]
fn one_row_at_a_time() {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: no instruction at all.
    unsafe {
        std::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}

#[cfg(test)]
mod tests;
