//! Lengths and strides, and how many dimensions become fewer.

use smallvec::{Array, SmallVec};

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

/// Neighbours.
pub fn one_dimension(len: usize) -> Dims {
    Dims::from_elem(Dim { len, stride: 1 }, 1)
}

/// Where the value of this C-order index is.
#[inline]
pub(super) fn offset_of(dims: impl DoubleEndedIterator<Item = Dim>, mut index: usize) -> isize {
    let mut offset = 0;
    for dim in dims.rev() {
        offset += (index % dim.len) as isize * dim.stride;
        index /= dim.len;
    }
    offset
}

/// The largest strides first. There are few dimensions, so the simplest sort is the best.
pub(super) fn sort_by_stride<D, S: PartialOrd>(dims: &mut [D], stride: impl Fn(&D) -> S) {
    for end in 1..dims.len() {
        let mut at = end;
        while at > 0 && stride(&dims[at - 1]) < stride(&dims[at]) {
            dims.swap(at - 1, at);
            at -= 1;
        }
    }
}

/// Makes one dimension of neighbours that continue one another.
pub(super) fn coalesce<D: Copy, A: Array<Item = D>>(
    dims: &mut SmallVec<A>,
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

pub(super) fn coalesce_dims(dims: &mut Dims) {
    coalesce(
        dims,
        |outer, inner| outer.stride == inner.stride * inner.len as isize,
        |outer, inner| inner.len *= outer.len,
    );
}

/// Shorter runs are not worth starting a loop for.
const SHORT: usize = 64;

/// Takes the dimension to run along out of those that are folded, if there are any: the innermost,
/// unless it is short and the order is free.
pub(super) fn take_lane<D: Copy, A: Array<Item = D>>(
    folded: &mut SmallVec<A>,
    ordered: bool,
    len: impl Fn(&D) -> usize,
) -> Option<D> {
    let innermost = folded.last()?;
    if ordered || len(innermost) >= SHORT {
        return folded.pop();
    }
    let longest = (0..folded.len()).max_by_key(|&dim| len(&folded[dim]))?;
    Some(folded.remove(longest))
}
