//! Moving sums, means, variances and the like of integers: of those that `f64` does not tell apart
//! by running sums in integers, which lose nothing by subtracting; of small ones by sums that need
//! no compensation.

use std::mem::MaybeUninit;
use std::ops::{Add, Sub};

use super::mean::Mean;
use super::sum::Sum;
use super::var::Var;
use crate::error::Error;
use crate::fill::Fill;
use crate::interrupt;
use crate::merge::{Merge, Sample, WindowInfo};
use crate::numeric::double::Double;
use crate::numeric::wide::Wide;
use crate::reduce::{self, Fold, Reduce, reduce_contiguous};
use crate::simd::{Isa, Vector};
use crate::strided::{Rows, View};
use crate::windows::Window;

/// A moving statistic that has other forms for integers.
pub trait OfIntegers: Merge {
    /// The form for small ones.
    type Plain: Merge + 'static;
    /// The form for those that `f64` does not tell apart.
    type Exact: Fill<i64, Out = f64>;

    /// For integers whose sums are all integers that `f64` has.
    fn plain(self) -> Self::Plain;
    /// The same of a window.
    fn exact(self, window: Window) -> Self::Exact;
}

/// Which form a moving statistic of integers takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// All sums of a window are integers that `f64` has.
    Plain,
    /// All values are.
    Compensated,
    /// Not even they.
    Exact,
}

impl Form {
    /// For magnitudes below 2 to the power of `bits`, or equal to it.
    pub fn new(bits: u32, window: Window) -> Self {
        let sum_bits = bits + (window.len - 1).checked_ilog2().map_or(0, |log| log + 1);
        match bits {
            _ if sum_bits <= f64::MANTISSA_DIGITS => Self::Plain,
            _ if bits <= f64::MANTISSA_DIGITS => Self::Compensated,
            _ => Self::Exact,
        }
    }
}

/// How many bits the magnitudes have, but for those that are the next power of two.
pub fn bits(view: &View<'_, i64>) -> Result<u32, Error> {
    Ok(i64::BITS - reduce::all(view, Bits)?.leading_zeros())
}

/// The sum or the mean, without compensation.
#[derive(Clone, Copy)]
pub struct Plain<const MEAN: bool>;

impl<const MEAN: bool> Merge for Plain<MEAN> {
    type State<V: Vector> = V;

    #[inline(always)]
    fn empty<V: Vector>(&self) -> V {
        V::splat(0.0)
    }

    #[inline(always)]
    fn insert<V: Vector, const MAY_BE_NAN: bool>(&self, sum: V, sample: Sample<V>) -> V {
        let value = sample.value();
        sum.add(if MAY_BE_NAN { value.unless_nan(value, V::splat(0.0)) } else { value })
    }

    #[inline(always)]
    fn combine<V: Vector, const MAY_BE_NAN: bool>(&self, left: V, right: V) -> V {
        left.add(right)
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(&self, sum: V, whole: WindowInfo<V>) -> V {
        if !MEAN {
            return sum;
        }
        // Added to anything, -0.0 changes nothing, and takes no time.
        let (mean, rest) = whole.mean_with(sum, V::splat(-0.0));
        mean.add(rest)
    }

    #[inline(always)]
    fn finite_check<V: Vector>(&self, [value]: [V; 1], _result: V) -> V {
        value
    }
}

/// All bits that are set in a magnitude (of the negative ones, less one).
#[derive(Clone, Copy)]
struct Bits;

impl Reduce<i64> for Bits {
    type State = i64;
    type Columns<const N: usize> = [i64; N];
    type Out = i64;

    #[inline(always)]
    fn init<const N: usize>(&self) -> [i64; N] {
        [0; N]
    }

    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, bits: &mut [i64; N], rows: Rows<'_, i64, N>) {
        for row in rows.iter() {
            for column in 0..N {
                bits[column] |= row[column] ^ (row[column] >> 63);
            }
        }
    }

    #[inline(always)]
    fn state<const N: usize>(&self, bits: &[i64; N], column: usize) -> i64 {
        bits[column]
    }

    #[inline(always)]
    fn merge(&self, left: i64, right: i64) -> i64 {
        left | right
    }

    #[inline(always)]
    fn finish(&self, bits: i64) -> Result<i64, Error> {
        Ok(bits)
    }

    fn reduce_contiguous(&self, values: &[i64]) -> i64 {
        reduce_contiguous(self, values)
    }
}

impl Fold<i64> for Bits {
    #[inline(always)]
    fn fold<const N: usize>(&self, bits: &mut [i64; N], half: usize) {
        for column in 0..half {
            bits[column] |= bits[column + half];
        }
    }

    #[inline(always)]
    fn neutral(&self) -> Option<i64> {
        Some(0)
    }
}

/// A statistic of the sums of a window.
#[derive(Clone, Copy)]
pub struct InIntegers<K> {
    kernel: K,
    window: Window,
}

impl<K: OfSums> InIntegers<K> {
    /// Of each such window.
    pub fn new(kernel: K, window: Window) -> Self {
        Self { kernel, window }
    }
}

/// What is known of a window's integers: the sums of their powers, as far as they are asked for.
#[derive(Clone, Copy, Default)]
pub struct Sums {
    /// How many values there are.
    pub count: i64,
    sum: i128,
    squares: Wide,
    cubes: Wide,
}

impl Sums {
    /// Those of a single value.
    #[inline(always)]
    fn new(value: i64, degree: u32) -> Self {
        let sum = i128::from(value);
        let squares = if degree < 2 { Wide::default() } else { Wide::from(sum * sum) };
        let cubes = if degree < 3 { Wide::default() } else { squares * value };
        Self { count: 1, sum, squares, cubes }
    }

    /// The sums of the squares and cubes of the distances from the mean: exactly of those from an
    /// integer less than one away, and from there in twice the precision.
    #[inline(always)]
    pub fn around_mean(&self) -> (Double, Double) {
        let Self { count, sum, squares, cubes } = *self;
        let near = sum / i128::from(count);
        let rest = sum - near * i128::from(count);
        let near = near as i64; // as all values are
        // (x - d)² - x² = -d (x + (x - d)), (x - d)³ - x³ = -d ((x - d)² + x² + x (x - d))
        let near_squares = squares - Wide::from(sum + rest) * near;
        let near_cubes = cubes - (near_squares + squares + squares - Wide::from(sum) * near) * near;
        let (rest, squares) = (Double::from(Wide::from(rest)), Double::from(near_squares));
        let distance = rest.over(count as f64).negated();
        let around = squares.plus(distance.times(rest));
        let added = around.plus(around).plus(squares);
        (around, Double::from(near_cubes).plus(distance.times(added)))
    }
}

impl Add for Sums {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            cubes: self.cubes + other.cubes,
        }
    }
}

impl Sub for Sums {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self {
            count: self.count - other.count,
            sum: self.sum - other.sum,
            squares: self.squares - other.squares,
            cubes: self.cubes - other.cubes,
        }
    }
}

/// The result of sums.
pub trait OfSums: Copy + Send + Sync {
    /// The greatest power whose sum is asked for.
    const DEGREE: u32;

    /// Of at least one value.
    fn of(self, sums: &Sums) -> f64;
}

impl<K: OfSums> Fill<i64> for InIntegers<K> {
    type Out = f64;
    type Scratch = ();

    fn fill(
        &self,
        values: &[i64],
        results: &mut [MaybeUninit<f64>],
        (): &mut (),
    ) -> Result<(), Error> {
        let Window { len, min_count } = self.window;
        let mut sums = Sums::default();
        for (place, (result, &value)) in results.iter_mut().zip(values).enumerate() {
            interrupt::check_at(place, 1);
            sums = sums + Sums::new(value, K::DEGREE);
            if let Some(left) = place.checked_sub(len) {
                sums = sums - Sums::new(values[left], K::DEGREE);
            }
            let enough = sums.count >= min_count as i64;
            result.write(if enough { self.kernel.of(&sums) } else { f64::NAN });
        }
        Ok(())
    }
}

impl OfSums for Sum {
    const DEGREE: u32 = 1;

    fn of(self, sums: &Sums) -> f64 {
        sums.sum as f64
    }
}

impl OfSums for Mean {
    const DEGREE: u32 = 1;

    fn of(self, sums: &Sums) -> f64 {
        Double::from(Wide::from(sums.sum)).over(sums.count as f64).to_f64()
    }
}

impl OfIntegers for Sum {
    type Plain = Plain<false>;
    type Exact = InIntegers<Self>;

    fn plain(self) -> Plain<false> {
        Plain
    }

    fn exact(self, window: Window) -> InIntegers<Self> {
        InIntegers::new(self, window)
    }
}

impl OfIntegers for Mean {
    type Plain = Plain<true>;
    type Exact = InIntegers<Self>;

    fn plain(self) -> Plain<true> {
        Plain
    }

    fn exact(self, window: Window) -> InIntegers<Self> {
        InIntegers::new(self, window)
    }
}

/// Squares soon have more digits: small integers have no form of their own.
impl OfIntegers for Var {
    type Plain = Self;
    type Exact = InIntegers<Self>;

    fn plain(self) -> Self {
        self
    }

    fn exact(self, window: Window) -> InIntegers<Self> {
        InIntegers::new(self, window)
    }
}

impl OfSums for Var {
    const DEGREE: u32 = 2;

    fn of(self, sums: &Sums) -> f64 {
        let divisor = sums.count as f64 - self.ddof() as f64;
        let (squares, _) = sums.around_mean();
        self.of_variance(if divisor > 0.0 { squares.to_f64() / divisor } else { f64::NAN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    /// By the definition, from distances that are exact.
    fn variance(values: &[i64]) -> f64 {
        let count = values.len() as i128;
        let sum: i128 = values.iter().copied().map(i128::from).sum();
        let distances = values.iter().map(|&value| (count * i128::from(value) - sum) as f64);
        distances.map(|distance| distance * distance).sum::<f64>() / (count as f64).powi(3)
    }

    #[test]
    fn the_form_is_that_of_the_greatest_sum() -> Result<(), Error> {
        for (bits, len, form) in [
            (0, 1, Form::Plain),
            (31, 1 << 22, Form::Plain),
            (31, (1 << 22) + 1, Form::Compensated),
            (53, 1, Form::Plain),
            (53, 2, Form::Compensated),
            (54, 1, Form::Exact),
            (63, 1000, Form::Exact),
        ] {
            let window = Window::new(len, None, usize::MAX)?;
            assert_eq!(Form::new(bits, window), form, "{bits} bits, {len} values");
        }
        Ok(())
    }

    #[test]
    fn bits_are_of_the_greatest_magnitude() {
        for (values, expected) in [
            (&[][..], 0),
            (&[0, -1], 0),
            (&[1, 0], 1),
            (&[-8, 7], 3),
            (&[-9, 7], 4),
            (&[3, 1 << 53], 54),
            (&[i64::MIN], 63),
            (&[i64::MAX], 63),
        ] {
            assert_eq!(bits(&View::from_slice(values)), Ok(expected), "{values:?}");
        }
    }

    #[test]
    fn variances_of_any_spread() {
        let mut random = Random(1);
        for bits in [20, 40, 55, 58, 60, 62] {
            for count in [2, 3, 20, 1000] {
                let low = 1_i64 << 62;
                let values: Vec<i64> =
                    (0..count).map(|_| low - random.below(1 << bits) as i64 * 2).collect();
                let mut sums = Sums::default();
                for value in [&[i64::MIN], &values[..]].concat() {
                    sums = sums + Sums::new(value, 3);
                }
                sums = sums - Sums::new(i64::MIN, 3);
                let (actual, expected) = (Var::new(0).of(&sums), variance(&values));
                assert!((actual - expected).abs() <= 1e-12 * expected, "{actual} {expected}");
            }
        }
    }
}
