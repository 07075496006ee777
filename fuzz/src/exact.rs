//! Sums, means, variances, skewness, what pairs have in common, and quantiles, in integers, of which
//! no digit is lost.

use num_bigint::{BigInt, BigUint, Sign};
use uncork::numeric::element::{Element, Float};

/// How a dtype rounds.
trait Format {
    /// The digits of a number.
    const DIGITS: i64;
    /// Every number is a whole multiple of two to the power of minus this.
    const FINEST: i64;
    const LARGEST: f64;
}

/// A result that is compared.
pub(crate) trait Number: Copy {
    /// Panics unless it is what is expected, within some units in the last place.
    fn check(self, expected: &Expected, units: u64);
}

impl<F: Float + Format> Number for F {
    fn check(self, expected: &Expected, units: u64) {
        let value = self.to_f64();
        assert!(expected.is_near::<F>(value, units), "{value:e} is not {expected:?}");
    }
}

impl Number for i64 {
    fn check(self, expected: &Expected, _units: u64) {
        assert_eq!(Some(self), expected.wrapped());
    }
}

impl Format for f64 {
    const DIGITS: i64 = 53;
    const FINEST: i64 = FINEST;
    const LARGEST: f64 = f64::MAX;
}

impl Format for f32 {
    const DIGITS: i64 = 24;
    const FINEST: i64 = 149;
    const LARGEST: f64 = f32::MAX as f64;
}

/// Of `f64`, in whose smallest units all is counted.
const FINEST: i64 = 1074;

/// A finite number in the smallest units.
fn whole(value: f64) -> BigInt {
    let bits = value.to_bits();
    let (exponent, fraction) = ((bits >> 52) as i64 & 0x7ff, bits & ((1 << 52) - 1));
    let digits = if exponent == 0 { fraction } else { fraction | 1 << 52 };
    let sign = if value < 0.0 { Sign::Minus } else { Sign::Plus };
    BigInt::from_biguint(sign, BigUint::from(digits) << (exponent - 1).max(0) as usize)
}

/// What is known of some values.
#[derive(Clone, Default)]
pub(crate) struct Sums {
    numbers: i64,
    nans: i64,
    infinite: [i64; 2],
    sum: BigInt,
    magnitudes: BigInt,
    squares: BigInt,
    cubes: BigInt,
}

impl Sums {
    pub(crate) fn of<T: Element>(lane: &[T]) -> Self {
        let mut sums = Self::default();
        lane.iter().for_each(|&value| sums.add(value));
        sums
    }

    pub(crate) fn add<T: Element>(&mut self, value: T) {
        self.change(value, 1);
    }

    pub(crate) fn remove<T: Element>(&mut self, value: T) {
        self.change(value, -1);
    }

    pub(crate) fn count(&self) -> u64 {
        self.numbers as u64
    }

    fn change<T: Element>(&mut self, value: T, by: i64) {
        if value.is_nan() {
            self.nans += by;
            return;
        }
        self.numbers += by;
        let float = value.to_f64();
        if float.is_infinite() {
            self.infinite[usize::from(float < 0.0)] += by;
            return;
        }
        let value = whole(float) + whole(value.residue());
        self.squares += &value * &value * by;
        self.cubes += &value * &value * &value * by;
        self.magnitudes += BigInt::from(value.magnitude().clone()) * by;
        self.sum += value * by;
    }

    fn unless_infinite(&self, finite: Expected) -> Expected {
        match self.infinite {
            [0, 0] => finite,
            [_, 0] => Expected::Infinite(f64::INFINITY),
            [0, _] => Expected::Infinite(f64::NEG_INFINITY),
            _ => Expected::Nan,
        }
    }

    pub(crate) fn sum(&self) -> Expected {
        self.quotient(1)
    }

    /// What cancels costs digits: those beyond twice the precision.
    fn quotient(&self, divisor: i64) -> Expected {
        self.unless_infinite(Expected::Quotient {
            dividend: self.sum.clone(),
            divisor: BigInt::from(divisor) << FINEST as usize,
            lost: &self.magnitudes * self.numbers * self.numbers,
            root: false,
            unit: 0,
        })
    }

    pub(crate) fn mean(&self) -> Expected {
        if self.numbers == 0 { Expected::Nan } else { self.quotient(self.numbers) }
    }

    pub(crate) fn squares(&self) -> Expected {
        match self.infinite {
            _ if self.nans > 0 => Expected::Nan,
            [0, 0] => Expected::Quotient {
                dividend: self.squares.clone(),
                divisor: BigInt::from(1) << (2 * FINEST as usize),
                // Squares that are all less than the smallest number may come to nothing.
                lost: BigInt::from(self.numbers) << (FINEST as usize + TWICE),
                root: false,
                unit: 0,
            },
            _ => Expected::Infinite(f64::INFINITY),
        }
    }

    pub(crate) fn variance(&self, ddof: i64) -> Expected {
        self.spread(ddof, false)
    }

    pub(crate) fn deviation(&self, ddof: i64) -> Expected {
        self.spread(ddof, true)
    }

    fn spread(&self, ddof: i64, root: bool) -> Expected {
        if self.numbers <= ddof || self.infinite != [0, 0] {
            return Expected::Nan;
        }
        Expected::Quotient {
            dividend: self.around_mean(),
            divisor: BigInt::from(self.numbers.max(1) * (self.numbers - ddof))
                << (2 * FINEST as usize),
            lost: BigInt::ZERO,
            root,
            unit: 0,
        }
    }

    /// The squares around the mean, times the count.
    fn around_mean(&self) -> BigInt {
        &self.squares * self.numbers - &self.sum * &self.sum
    }

    /// The units cancel, and the counts that both moments are divided by.
    pub(crate) fn skewness(&self) -> Expected {
        let squares = self.around_mean();
        if squares == BigInt::ZERO || self.infinite != [0, 0] {
            return Expected::Nan;
        }
        let inner = 2 * &self.sum * &self.sum - 3 * self.numbers * &self.squares;
        let cubes = &self.cubes * self.numbers * self.numbers + inner * &self.sum;
        Expected::Quotient {
            dividend: signed_square(cubes),
            divisor: squares.pow(3),
            lost: BigInt::ZERO,
            root: true,
            unit: FINEST,
        }
    }
}

/// What is known of some pairs, of which neither is NaN.
#[derive(Default)]
pub(crate) struct Pairs {
    first: Sums,
    second: Sums,
    products: BigInt,
}

impl Pairs {
    pub(crate) fn add(&mut self, pair: [f64; 2]) {
        self.change(pair, 1);
    }

    pub(crate) fn remove(&mut self, pair: [f64; 2]) {
        self.change(pair, -1);
    }

    pub(crate) fn count(&self) -> u64 {
        self.first.count()
    }

    fn change(&mut self, [first, second]: [f64; 2], by: i64) {
        if first.is_nan() || second.is_nan() {
            return;
        }
        self.first.change(first, by);
        self.second.change(second, by);
        if first.is_finite() && second.is_finite() {
            self.products += whole(first) * whole(second) * by;
        }
    }

    fn is_finite(&self) -> bool {
        [&self.first, &self.second].iter().all(|sums| sums.infinite == [0, 0])
    }

    /// The products around the means, and those of the squares of both, times the count.
    fn around_means(&self) -> (BigInt, BigInt) {
        let products = &self.products * self.first.numbers - &self.first.sum * &self.second.sum;
        (products, self.first.around_mean() * self.second.around_mean())
    }

    /// A few units of what the product of the deviations is may be lost; where that is no finite
    /// number, nothing is promised.
    pub(crate) fn covariance(&self, ddof: i64) -> Expected {
        let count = self.first.numbers;
        if count <= ddof || !self.is_finite() {
            return Expected::Nan;
        }
        let (products, squares) = self.around_means();
        let divisor = BigInt::from(count * (count - ddof)) << (2 * FINEST as usize);
        let deviations = squares.sqrt();
        if &deviations << FINEST as usize > whole(f64::MAX) * &divisor {
            return Expected::Any;
        }
        let lost = deviations << (TWICE - 51);
        Expected::Quotient { dividend: products, divisor, lost, root: false, unit: 0 }
    }

    pub(crate) fn correlation(&self) -> Expected {
        let (products, squares) = self.around_means();
        if squares == BigInt::ZERO || !self.is_finite() {
            return Expected::Nan;
        }
        Expected::Quotient {
            dividend: signed_square(products),
            divisor: squares,
            lost: BigInt::ZERO,
            root: true,
            unit: FINEST - 1,
        }
    }
}

/// Between the two values around the share's place in order, as far as it is from the first.
pub(crate) fn quantile<T: Element>(lane: &[T], share: f64, skip_nan: bool) -> Expected {
    let mut values: Vec<T> = lane.iter().copied().filter(|value| !value.is_nan()).collect();
    if values.is_empty() || (values.len() < lane.len() && !skip_nan) {
        return Expected::Nan;
    }
    values.sort_by_key(|value| value.to_key());
    let place = (values.len() - 1) as f64 * share;
    let (lower, upper) = (values[place.floor() as usize], values[place.ceil() as usize]);
    let ends = lower.to_f64() + upper.to_f64();
    if lower.to_f64().is_infinite() || upper.to_f64().is_infinite() {
        return if ends.is_nan() { Expected::Nan } else { Expected::Infinite(ends) };
    }
    let whole = |value: T| whole(value.to_f64()) + whole(value.residue());
    let way = (whole(upper) - whole(lower)) * self::whole(place.fract());
    Expected::Quotient {
        dividend: (whole(lower) << FINEST as usize) + way,
        divisor: BigInt::from(1) << (2 * FINEST as usize),
        lost: BigInt::ZERO,
        root: false,
        unit: 0,
    }
}

/// The square, with the sign of the number.
fn signed_square(number: BigInt) -> BigInt {
    &number * BigInt::from(number.magnitude().clone())
}

/// A result.
#[derive(Debug)]
pub(crate) enum Expected {
    Any,
    Nan,
    Infinite(f64),
    /// Two integers, or the root of their quotient, with its sign.
    Quotient {
        dividend: BigInt,
        divisor: BigInt,
        /// What the dividend may be off, times a power of two.
        lost: BigInt,
        root: bool,
        /// Units in the last place are at least those of two to the power of this, in smallest
        /// units.
        unit: i64,
    },
}

/// The precision of a pair of floats, less the rounding of each step.
const TWICE: usize = 104;

impl Expected {
    /// Whether the value is that one, but for some units in the last place.
    fn is_near<F: Format>(&self, value: f64, units: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Nan => value.is_nan(),
            Self::Infinite(infinite) => value == *infinite,
            Self::Quotient { .. } if value.is_nan() => false,
            Self::Quotient { dividend, divisor, lost, root, unit } => {
                let finite = value.clamp(-F::LARGEST, F::LARGEST);
                let lower = neighbour::<F>(finite, -(units as i64), *unit);
                let upper = neighbour::<F>(finite, units as i64, *unit);
                let power = |bound: BigInt| if *root { signed_square(bound) } else { bound };
                let denominator = BigInt::from(1) << (if *root { 2 } else { 1 } * FINEST) as usize;
                let scaled = (dividend * &denominator) << TWICE;
                let slack = lost * &denominator;
                let below = (power(lower) * divisor) << TWICE;
                let above = (power(upper) * divisor) << TWICE;
                let beyond = |value: f64| value == f64::INFINITY;
                (beyond(-value) || below <= &scaled + &slack)
                    && (beyond(value) || &scaled - &slack <= above)
            }
        }
    }

    /// Of integers, the last 64 bits.
    fn wrapped(&self) -> Option<i64> {
        let Self::Quotient { dividend, divisor, .. } = self else { return None };
        let modulus = BigInt::from(1) << 64;
        let rest: BigInt = ((dividend / divisor) % &modulus + &modulus) % modulus;
        u64::try_from(rest).ok().map(|rest| rest as i64)
    }
}

/// A finite number and so many units in its last place, or in that of two to the power of `unit`,
/// in the smallest units of `f64`.
fn neighbour<F: Format>(value: f64, units: i64, unit: i64) -> BigInt {
    let value = whole(value);
    let bits = (value.bits() as i64).max(unit + 1);
    let exponent = (bits - F::DIGITS).max(FINEST - F::FINEST);
    value + (BigInt::from(units) << exponent as usize)
}
