//! Values that are stored as something else than what they are read as.
//!
//! Kernels are compiled for four dtypes. Values of any other are converted while they are read,
//! some at a time, so that they stay in the cache: a whole copy of an array would take memory
//! for all of it, and the time to write and read that.
#![expect(unsafe_code, reason = "reads through pointers")]

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use crate::simd::{Baseline, Isa, Task, vectorized};

/// Something stored whose value is a `T`.
pub trait ReadAs<T>: Bits {
    /// The value that is meant.
    fn read_as(self) -> T;
}

/// Something of a fixed number of bytes, all of which may have any value.
pub trait Bits: Copy {
    /// What is stored at a place; its bytes are in the order that this machine does not have, if
    /// `swapped`.
    ///
    /// # Safety
    /// There are so many bytes to read, which need not be aligned.
    unsafe fn read(place: *const u8, swapped: bool) -> Self;

    /// Whether several are read much faster by instructions that not every machine has.
    #[inline(always)]
    fn is_shuffled(_swapped: bool) -> bool {
        false
    }
}

/// How `T`s are read from what is stored.
#[derive(Clone, Copy, Debug)]
pub struct Stored<T> {
    copy: unsafe fn(*const u8, Strides, &mut [MaybeUninit<T>]),
}

/// Rows of values, how many bytes apart they are, and how many of which are the values of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strides {
    /// From one row to the next.
    pub(super) rows: isize,
    /// From one value of a row to the next.
    pub(super) values: isize,
    /// How many values a row has; zero for all there are places for.
    pub(super) row: usize,
}

impl Strides {
    /// A single row.
    pub(super) fn of_row(values: isize) -> Self {
        Self { rows: 0, values, row: 0 }
    }
}

impl<T: Copy> Stored<T> {
    /// Each is stored as an `S`.
    pub fn of<S: ReadAs<T>>(swapped: bool) -> Self {
        Self { copy: if swapped { copy::<S, T, true> } else { copy::<S, T, false> } }
    }

    /// Reads a value for each of the places, from the first on, row after row.
    ///
    /// # Safety
    /// There are so many to read.
    #[inline(always)]
    pub(super) unsafe fn copy<'a>(
        &self,
        first: *const u8,
        strides: Strides,
        places: &'a mut [MaybeUninit<T>],
    ) -> &'a [T] {
        // SAFETY: as callers say; every place has been written then.
        unsafe {
            (self.copy)(first, strides, places);
            &*(&raw const *places as *const [T])
        }
    }

    /// The value at a place.
    ///
    /// # Safety
    /// There is one to read.
    #[inline(always)]
    pub(super) unsafe fn value(&self, place: *const u8) -> T {
        let mut value = [MaybeUninit::uninit()];
        // SAFETY: as callers say.
        unsafe { self.copy(place, Strides::of_row(0), &mut value)[0] }
    }
}

/// `Stored::copy` of what is stored as an `S`.
///
/// # Safety
/// As there.
unsafe fn copy<S: ReadAs<T>, T: Copy, const SWAPPED: bool>(
    first: *const u8,
    strides: Strides,
    places: &mut [MaybeUninit<T>],
) {
    if strides.values != size_of::<S>() as isize {
        return copy_rows::<S, T, SWAPPED>(first, strides, places);
    }
    // Of neighbours, vectors can be made.
    let neighbours = Neighbours::<S, T, SWAPPED> { first, strides, places, stored: PhantomData };
    if S::is_shuffled(SWAPPED) {
        vectorized(neighbours);
    } else {
        neighbours.run::<Baseline>();
    }
}

struct Neighbours<'a, S, T, const SWAPPED: bool> {
    first: *const u8,
    strides: Strides,
    places: &'a mut [MaybeUninit<T>],
    stored: PhantomData<S>,
}

impl<S: ReadAs<T>, T: Copy, const SWAPPED: bool> Task for Neighbours<'_, S, T, SWAPPED> {
    type Out = ();

    #[inline(always)]
    fn run<I: Isa>(self) {
        let Self { first, strides, places, .. } = self;
        let strides = Strides { values: size_of::<S>() as isize, ..strides };
        copy_rows::<S, T, SWAPPED>(first, strides, places);
    }
}

#[inline(always)]
fn copy_rows<S: ReadAs<T>, T: Copy, const SWAPPED: bool>(
    first: *const u8,
    strides: Strides,
    places: &mut [MaybeUninit<T>],
) {
    let row = if strides.row == 0 { places.len() } else { strides.row };
    for (at, places) in (0..).zip(places.chunks_mut(row.max(1))) {
        for (index, place) in (0..).zip(places) {
            let place_of = first.wrapping_offset(at * strides.rows + index * strides.values);
            // SAFETY: of callers of `Stored::copy`, that this is one of the values.
            let stored = unsafe { S::read(place_of, SWAPPED) };
            place.write(stored.read_as());
        }
    }
}

macro_rules! integers {
    ($($t:ident)*) => {$(
        impl Bits for $t {
            #[inline(always)]
            unsafe fn read(place: *const u8, swapped: bool) -> Self {
                // SAFETY: as callers say.
                let bits = unsafe { place.cast::<$t>().read_unaligned() };
                if swapped { bits.swap_bytes() } else { bits }
            }

            #[inline(always)]
            fn is_shuffled(swapped: bool) -> bool {
                swapped
            }
        }
    )*};
}

integers!(u8 i8 u16 i16 u32 i32 u64 i64);

macro_rules! made_of_bits {
    ($($t:ty: $bits:ident, $from_bits:expr $(, $is_shuffled:expr)?;)*) => {$(
        impl Bits for $t {
            #[inline(always)]
            unsafe fn read(place: *const u8, swapped: bool) -> Self {
                // SAFETY: as callers say.
                $from_bits(unsafe { $bits::read(place, swapped) })
            }

            $(#[inline(always)]
            fn is_shuffled(swapped: bool) -> bool {
                $is_shuffled(swapped)
            })?
        }
    )*};
}

made_of_bits! {
    f32: u32, f32::from_bits, u32::is_shuffled;
    f64: u64, f64::from_bits, u64::is_shuffled;
    bool: u8, |bits| bits != 0;
    Half: u16, Half, |_| true;
    Unsigned: u64, Unsigned, |_| true;
    Signed: i64, Signed, |_| true;
    Flipped: u64, Flipped;
    Below: i64, Below;
    Time: i64, Time;
    Duration: i64, Duration;
    Present: i64, Present;
    High: i64, High;
    Low: i64, Low;
}

impl<T: Bits> Bits for Complex<T> {
    #[inline(always)]
    unsafe fn read(place: *const u8, swapped: bool) -> Self {
        // SAFETY: as callers say, of both parts.
        unsafe {
            let imaginary = place.wrapping_add(size_of::<T>());
            Self(T::read(place, swapped), T::read(imaginary, swapped))
        }
    }
}

impl<T: Bits> Bits for Real<T> {
    #[inline(always)]
    unsafe fn read(place: *const u8, swapped: bool) -> Self {
        // SAFETY: as callers say.
        Self(unsafe { Complex::read(place, swapped) })
    }
}

impl<T: Bits> Bits for Imaginary<T> {
    #[inline(always)]
    unsafe fn read(place: *const u8, swapped: bool) -> Self {
        // SAFETY: as callers say.
        Self(unsafe { Complex::read(place, swapped) })
    }
}

/// What the language itself converts without loss.
impl<S: Bits, T: From<S>> ReadAs<T> for S {
    #[inline(always)]
    fn read_as(self) -> T {
        self.into()
    }
}

/// A float of 16 bits: a sign, 5 bits of exponent, 10 of the fraction (IEEE 754 binary16).
#[derive(Clone, Copy, Debug)]
pub struct Half(u16);

impl ReadAs<f64> for Half {
    #[inline(always)]
    fn read_as(self) -> f64 {
        let bits = u32::from(self.0);
        let (exponent, fraction) = (bits >> 10 & 31, bits & 1023);
        let subnormal = fraction as f32 * (1.0 / 16_777_216.0);
        let wide_exponent = if exponent == 31 { 255 } else { exponent + (127 - 15) };
        let normal = f32::from_bits(wide_exponent << 23 | fraction << 13);
        let magnitude = if exponent == 0 { subnormal } else { normal };
        f64::from(f32::from_bits(magnitude.to_bits() | (bits & 1 << 15) << 16))
    }
}

/// An integer of 64 bits without a sign, rounded; or as one with a sign, modulo 2⁶⁴.
#[derive(Clone, Copy, Debug)]
pub struct Unsigned(u64);

impl ReadAs<f64> for Unsigned {
    #[inline(always)]
    fn read_as(self) -> f64 {
        self.0 as f64
    }
}

impl ReadAs<i64> for Unsigned {
    #[inline(always)]
    fn read_as(self) -> i64 {
        self.0 as i64
    }
}

/// An integer of 64 bits, rounded.
#[derive(Clone, Copy, Debug)]
pub struct Signed(i64);

impl ReadAs<f64> for Signed {
    #[inline(always)]
    fn read_as(self) -> f64 {
        self.0 as f64
    }
}

/// An integer of 64 bits without a sign, 2⁶³ less: the order and the distances stay.
#[derive(Clone, Copy, Debug)]
pub struct Flipped(u64);

impl ReadAs<i64> for Flipped {
    #[inline(always)]
    fn read_as(self) -> i64 {
        (self.0 ^ 1 << 63) as i64
    }
}

/// A date or duration, one less: NaT, the least integer, becomes the greatest.
#[derive(Clone, Copy, Debug)]
pub struct Below(i64);

impl ReadAs<i64> for Below {
    #[inline(always)]
    fn read_as(self) -> i64 {
        self.0.wrapping_sub(1)
    }
}

/// A date or duration, rounded, where NaT is NaN.
#[derive(Clone, Copy, Debug)]
pub struct Time(i64);

impl ReadAs<f64> for Time {
    #[inline(always)]
    fn read_as(self) -> f64 {
        if self.0 == i64::MIN { f64::NAN } else { self.0 as f64 }
    }
}

/// A duration, and nothing for NaT.
#[derive(Clone, Copy, Debug)]
pub struct Duration(i64);

/// One for a date or duration, and nothing for NaT.
#[derive(Clone, Copy, Debug)]
pub struct Present(i64);

/// The upper half of a duration, of which many can be added up, and nothing for NaT.
#[derive(Clone, Copy, Debug)]
pub struct High(i64);

/// The lower half of a duration, and nothing for NaT.
#[derive(Clone, Copy, Debug)]
pub struct Low(i64);

macro_rules! nothing_for_nat {
    ($($t:ident: $value:expr;)*) => {$(
        impl ReadAs<i64> for $t {
            #[inline(always)]
            fn read_as(self) -> i64 {
                if self.0 == i64::MIN { 0 } else { $value(self.0) }
            }
        }
    )*};
}

nothing_for_nat! {
    Duration: |count| count;
    Present: |_| 1;
    High: |count| count >> 32;
    Low: |count| count & 0xffff_ffff;
}

/// A real and an imaginary part; a number of which either is NaN is NaN.
#[derive(Clone, Copy, Debug)]
struct Complex<T>(T, T);

/// The real part of a complex number.
#[derive(Clone, Copy, Debug)]
pub struct Real<T>(Complex<T>);

/// The imaginary part of a complex number.
#[derive(Clone, Copy, Debug)]
pub struct Imaginary<T>(Complex<T>);

fn unless_nan(value: f64, other: f64) -> f64 {
    if other.is_nan() { f64::NAN } else { value }
}

impl<T: Bits + Into<f64>> ReadAs<f64> for Real<T> {
    #[inline(always)]
    fn read_as(self) -> f64 {
        let Complex(real, imaginary) = self.0;
        unless_nan(real.into(), imaginary.into())
    }
}

impl<T: Bits + Into<f64>> ReadAs<f64> for Imaginary<T> {
    #[inline(always)]
    fn read_as(self) -> f64 {
        let Complex(real, imaginary) = self.0;
        unless_nan(imaginary.into(), real.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the values of bytes that lie `apart` from each other, in each order of theirs.
    fn read<S: ReadAs<T>, T: Copy, const SIZE: usize>(
        values: &[[u8; SIZE]],
        apart: usize,
    ) -> Vec<T> {
        let mut orders = [false, true].map(|swapped| {
            let mut bytes = vec![0xa5; 1 + values.len() * apart];
            for (at, value) in values.iter().enumerate() {
                let mut value = *value;
                if swapped {
                    value.reverse();
                }
                bytes[1 + at * apart..][..SIZE].copy_from_slice(&value);
            }
            let mut places = vec![MaybeUninit::uninit(); values.len()];
            let strides = Strides::of_row(apart as isize);
            // SAFETY: the bytes have so many values.
            let values =
                unsafe { Stored::of::<S>(swapped).copy(bytes[1..].as_ptr(), strides, &mut places) };
            values.to_vec()
        });
        orders[1].truncate(values.len());
        orders.concat()
    }

    /// As often as `read` gives them, from neighbours and others.
    fn check<S: ReadAs<T>, T: Copy + PartialEq + std::fmt::Debug, const SIZE: usize>(
        values: &[[u8; SIZE]],
        expected: &[T],
    ) {
        for apart in [SIZE, SIZE + 3] {
            assert_eq!(read::<S, T, SIZE>(values, apart), [expected, expected].concat());
        }
    }

    #[test]
    fn integers_keep_their_value() {
        let bytes: Vec<u8> = (0..=u8::MAX).collect();
        let of_u8: Vec<f64> = bytes.iter().map(|&byte| f64::from(byte)).collect();
        check::<u8, f64, 1>(&bytes.iter().map(|&byte| [byte]).collect::<Vec<_>>(), &of_u8);
        let words: Vec<u16> = (0..=u16::MAX).collect();
        let signed: Vec<i32> = words.iter().map(|&word| i32::from(word as i16)).collect();
        let words: Vec<[u8; 2]> = words.into_iter().map(u16::to_ne_bytes).collect();
        check::<i16, i32, 2>(&words, &signed);
        check::<bool, i64, 1>(&[[0], [1], [2], [255]], &[0, 1, 1, 1]);
        let large = [u64::MAX, 1 << 63, (1 << 63) - 1, 0].map(u64::to_ne_bytes);
        check::<Unsigned, f64, 8>(&large, &[2_f64.powi(64), 2_f64.powi(63), 2_f64.powi(63), 0.0]);
        check::<Signed, f64, 8>(&large, &[-1.0, -2_f64.powi(63), 2_f64.powi(63), 0.0]);
        check::<Unsigned, i64, 8>(&large, &[-1, i64::MIN, i64::MAX, 0]);
        check::<Flipped, i64, 8>(&large, &[i64::MAX, 0, -1, i64::MIN]);
    }

    #[test]
    fn halves_are_what_their_bits_say() {
        let all: Vec<u16> = (0..=u16::MAX).filter(|bits| bits & 0x7fff <= 0x7c00).collect();
        let value = |&bits: &u16| {
            let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
            let magnitude = match exponent {
                0 => fraction * 2_f64.powi(-24),
                31 => f64::INFINITY,
                _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
            };
            if bits >> 15 == 0 { magnitude } else { -magnitude }
        };
        let expected: Vec<u64> = all.iter().map(value).map(f64::to_bits).collect();
        let bytes: Vec<[u8; 2]> = all.into_iter().map(u16::to_ne_bytes).collect();
        let found = read::<Half, f64, 2>(&bytes, 2);
        assert!(found.iter().take(expected.len()).map(|value| value.to_bits()).eq(expected));
        for nan in [0x7c01_u16, 0x7e00, 0xffff] {
            assert!(read::<Half, f64, 2>(&[nan.to_ne_bytes()], 2)[0].is_nan());
        }
    }

    #[test]
    fn what_is_missing_among_times_stays_missing() {
        let times = [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX].map(i64::to_ne_bytes);
        check::<Below, i64, 8>(&times, &[i64::MAX, i64::MIN, -2, -1, i64::MAX - 1]);
        check::<Present, i64, 8>(&times, &[0, 1, 1, 1, 1]);
        check::<Duration, i64, 8>(&times, &[0, i64::MIN + 1, -1, 0, i64::MAX]);
        check::<High, i64, 8>(&times, &[0, -1 << 31, -1, 0, (1 << 31) - 1]);
        check::<Low, i64, 8>(&times, &[0, 1, 0xffff_ffff, 0, 0xffff_ffff]);
        let floats = read::<Time, f64, 8>(&times, 8);
        assert!(floats[0].is_nan());
        assert_eq!(floats[1..5], [-2_f64.powi(63), -1.0, 0.0, 2_f64.powi(63)]);
    }

    #[test]
    fn a_part_is_missing_if_either_is() {
        let numbers = [[1.0, 2.0], [f64::NAN, 3.0], [4.0, f64::NAN]];
        let mut bytes = [[0; 16]; 3];
        for (bytes, number) in bytes.iter_mut().zip(numbers) {
            bytes[..8].copy_from_slice(&number[0].to_ne_bytes());
            bytes[8..].copy_from_slice(&number[1].to_ne_bytes());
        }
        let mut places = [MaybeUninit::uninit(); 3];
        let strides = Strides::of_row(16);
        // SAFETY: there are three numbers.
        let mut read = |stored: Stored<f64>| unsafe {
            stored.copy(bytes.as_ptr().cast(), strides, &mut places).to_vec()
        };
        let (real, imaginary) =
            (read(Stored::of::<Real<f64>>(false)), read(Stored::of::<Imaginary<f64>>(false)));
        assert_eq!((real[0], imaginary[0]), (1.0, 2.0));
        assert!(real[1..].iter().chain(&imaginary[1..]).all(|part| part.is_nan()));
    }
}
