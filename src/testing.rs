//! What several tests need: pseudo-random numbers, and arrays of any layout.
#![expect(unsafe_code, reason = "views of memory in which every index has its place")]

use std::sync::{Mutex, PoisonError};

use crate::strided::stored::{Bits, Stored};
use crate::strided::{Cells, Dim, Dims, View, ViewMut};
use crate::threads;

/// The generator splitmix64 (Steele, Lea & Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.bits() % limit as u64) as usize
    }

    pub(crate) fn choose<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// An integer of at most so many bits, of either sign; as often short as long.
    pub(crate) fn integer(&mut self, bits: u32) -> i64 {
        let bits = 1 + self.below(bits as usize) as u32;
        let magnitude = (self.bits() >> (64 - bits)) as i64;
        if self.below(2) == 0 { magnitude } else { -magnitude }
    }
}

/// Spreads what differs in any bit over all of them.
pub(crate) fn mix(bits: u64) -> u64 {
    let bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

/// The same bits, or both NaN, whose bits have no meaning.
pub(crate) fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// The same value, or within some units of the last place.
pub(crate) fn close(a: f64, b: f64, units: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= units * f64::EPSILON * b.abs()
}

/// Runs `work` with so many threads; one test at a time.
pub(crate) fn with_threads<R>(count: i64, work: impl FnOnce() -> R) -> R {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    threads::set_count(count).expect("a count that is allowed");
    work()
}

/// How the dimensions of an array lie in memory.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The axes, the one with the closest neighbours last.
    order: Vec<usize>,
    /// Of each axis: 1 without gaps, more with them, backwards if negative; 0 repeats one value.
    steps: Vec<isize>,
}

impl Layout {
    pub(crate) fn c_order(ndim: usize) -> Self {
        Self { order: (0..ndim).collect(), steps: vec![1; ndim] }
    }

    pub(crate) fn fortran_order(ndim: usize) -> Self {
        Self { order: (0..ndim).rev().collect(), steps: vec![1; ndim] }
    }

    /// Any order, and any of these steps.
    pub(crate) fn random(ndim: usize, steps: &[isize], random: &mut Random) -> Self {
        let mut order: Vec<usize> = (0..ndim).collect();
        for axis in (1..ndim).rev() {
            order.swap(axis, random.below(axis + 1));
        }
        Self { order, steps: (0..ndim).map(|_| random.choose(steps)).collect() }
    }
}

/// Steps of which no two indices share a place.
pub(crate) const APART: [isize; 4] = [1, 1, -1, 2];
/// Steps of any kind.
pub(crate) const ANY: [isize; 6] = [1, 1, -1, 2, -3, 0];

/// An array of any layout, with memory of its own.
pub(crate) struct Strided<T> {
    pub(crate) memory: Vec<T>,
    first: usize,
    dims: Dims,
}

impl<T: Copy> Strided<T> {
    /// Of the same value, between its places too.
    pub(crate) fn filled(lens: &[usize], layout: &Layout, value: T) -> Self {
        let mut dims: Dims = lens.iter().map(|&len| Dim { len, stride: 0 }).collect();
        let (mut size, mut first) = (1, 0);
        for &axis in layout.order.iter().rev() {
            let step = layout.steps[axis];
            dims[axis].stride = step * size as isize;
            let apart = step.unsigned_abs() * size;
            let len = lens[axis].max(1);
            first += if step < 0 { (len - 1) * apart } else { 0 };
            size = if step == 0 { size } else { len * apart };
        }
        Self { memory: vec![value; size], first, dims }
    }

    /// Of `value`, given for each index in C order; `gap` lies between them.
    pub(crate) fn new(
        lens: &[usize],
        layout: &Layout,
        gap: T,
        mut value: impl FnMut(usize) -> T,
    ) -> Self {
        let mut array = Self::filled(lens, layout, gap);
        for (index, place) in array.places().into_iter().enumerate() {
            array.memory[place] = value(index);
        }
        array
    }

    pub(crate) fn lens(&self) -> Vec<usize> {
        self.dims.iter().map(|dim| dim.len).collect()
    }

    /// Where the value of each index is, in C order.
    pub(crate) fn places(&self) -> Vec<usize> {
        let mut places = vec![self.first];
        for dim in &self.dims {
            let along = |place: usize| {
                (0..dim.len).map(move |at| place.wrapping_add_signed(at as isize * dim.stride))
            };
            places = places.into_iter().flat_map(along).collect();
        }
        places
    }

    /// The values, in C order.
    pub(crate) fn values(&self) -> Vec<T> {
        self.places().into_iter().map(|place| self.memory[place]).collect()
    }

    /// The values of each lane along the axes of the bit set `axes`.
    pub(crate) fn lanes(&self, axes: u64) -> Vec<Vec<T>> {
        let values = self.values();
        let of = |lane: Vec<usize>| lane.into_iter().map(|index| values[index]).collect();
        lanes(&self.lens(), axes).into_iter().map(of).collect()
    }

    pub(crate) fn view(&self) -> View<'_, T> {
        // SAFETY: `filled` has made memory for every index.
        unsafe { View::new(self.memory.as_ptr().wrapping_add(self.first), self.dims.clone()) }
    }

    /// The same values, a byte away from where they would be aligned.
    pub(crate) fn unaligned(&self) -> Unaligned<'_, T> {
        let size = size_of_val(self.memory.as_slice());
        // SAFETY: any value is so many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(self.memory.as_ptr().cast(), size) };
        Unaligned { bytes: [&[0], bytes].concat(), array: self }
    }

    /// Panics if two indices may share a place.
    pub(crate) fn view_mut(&mut self) -> ViewMut<'_, T> {
        assert!(self.dims.iter().all(|dim| dim.stride != 0));
        let first = self.memory.as_mut_ptr().wrapping_add(self.first);
        // SAFETY: as above; only the stride of a step of zero lets indices share a place.
        unsafe { ViewMut::new(first, self.dims.clone()) }
    }

    pub(crate) fn cells(&mut self) -> Cells<'_, T> {
        let first = self.memory.as_mut_ptr().wrapping_add(self.first);
        // SAFETY: as in `view`, and borrowed from `self` alone.
        unsafe { Cells::new(first, self.dims.clone()) }
    }
}

/// Values of a [`Strided`] that have to be converted.
pub(crate) struct Unaligned<'a, T> {
    bytes: Vec<u8>,
    array: &'a Strided<T>,
}

impl<T: Bits> Unaligned<'_, T> {
    pub(crate) fn view(&self) -> View<'_, T> {
        let size = size_of::<T>();
        let first = self.bytes.as_ptr().wrapping_add(1 + size * self.array.first);
        let mut dims = self.array.dims.clone();
        dims.iter_mut().for_each(|dim| dim.stride *= size as isize);
        // SAFETY: as in `Strided::view`.
        unsafe { View::stored(first, dims, Stored::of::<T>(false)) }
    }
}

/// For each place of the axes that the bit set `axes` lacks, the indices along those that it has,
/// all in C order.
pub(crate) fn lanes(lens: &[usize], axes: u64) -> Vec<Vec<usize>> {
    let is_along = |axis: usize| axes >> axis & 1 == 1;
    let mut lanes = vec![Vec::new(); without(lens, axes).iter().product()];
    for index in 0..lens.iter().product() {
        let (mut rest, mut lane, mut scale) = (index, 0, 1);
        for (axis, &len) in lens.iter().enumerate().rev() {
            if !is_along(axis) {
                lane += rest % len * scale;
                scale *= len;
            }
            rest /= len;
        }
        lanes[lane].push(index);
    }
    lanes
}

/// The lengths of the axes that the bit set `axes` lacks.
pub(crate) fn without(lens: &[usize], axes: u64) -> Vec<usize> {
    let kept = lens.iter().enumerate().filter(|&(axis, _)| axes >> axis & 1 == 0);
    kept.map(|(_, &len)| len).collect()
}
