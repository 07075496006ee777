//! `quantile` and `nanquantile`: the values below which given shares of all lie.
//!
//! A quantile lies at a place in the order of the values, or between two. Those are selected, each
//! quantile's by itself; for many quantiles the lane is sorted once.

use crate::error::Error;
use crate::numeric::double::Double;
use crate::numeric::element::{Element, Float};
use crate::order::keys::keys_of;
use crate::order::nth::{Nth, nth};
use crate::order::ranks::sort;
use crate::order::select::Select;

/// `quantile`, and `nanquantile`, which leaves NaN out.
#[derive(Clone, Copy)]
pub struct Quantile<'a> {
    /// The shares, each from 0 to 1; a lane has a result for each.
    pub shares: &'a [f64],
    /// Where in order a quantile lies.
    pub method: Method,
    /// Whether NaN is left out, rather than the result of a lane that has one.
    pub skip_nan: bool,
}

impl<T: Element> Select<T> for Quantile<'_> {
    type Out = T::Float;

    const OF_NOTHING: T::Float = <T::Float as Element>::MISSING;

    fn stops_at_nan(&self) -> bool {
        !self.skip_nan
    }

    fn select(
        &self,
        values: &[T],
        nans: usize,
        result: usize,
        scratch: &mut Vec<u64>,
    ) -> Result<T::Float, Error> {
        let count = values.len() - nans;
        if count == 0 || (nans > 0 && !self.skip_nan) {
            return Ok(<T::Float as Element>::MISSING);
        }
        let (index, weight) = self.method.place(self.shares[result], count);
        let next = if weight > 0.0 { index + 1 } else { index };
        // As each is selected in linear time, to sort all of so many takes less.
        if self.shares.len() > count.ilog2() as usize + 1 {
            if result == 0 {
                keys_of(values, scratch)?;
                sort(scratch);
            }
            let [lower, upper] = [index, next].map(|index| T::from_key(scratch[index]));
            return Ok(between(lower, upper, weight));
        }
        let Nth { value, before, .. } = nth(values, next, scratch)?;
        let lower = if next > index { before } else { value };
        Ok(between(lower, value, weight))
    }
}

/// The value at a share of the way from one to the other, rounded once.
fn between<T: Element>(lower: T, upper: T, weight: f64) -> T::Float {
    if lower == upper || weight == 0.5 {
        return lower.halfway(upper);
    }
    let double = |value: T| Double { high: value.to_f64(), low: value.residue() };
    let (from, to) = (double(lower), double(upper));
    if !(from.high.is_finite() && to.high.is_finite()) {
        return T::Float::from_f64(from.high + to.high);
    }
    // The distance itself may be beyond all numbers.
    let scale = if (to.high - from.high).is_finite() { 1.0 } else { 0.5 };
    let (from, to) = (from.scaled(scale), to.scaled(scale));
    let way = to.plus(from.negated()).times(Double::from(weight));
    T::Float::from_f64(from.plus(way).to_f64() / scale)
}

/// Where in order a quantile lies, by the names that NumPy has for it. The first nine are those of
/// R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", 1996.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// At the first value below or at which the share lies.
    InvertedCdf,
    /// The same; halfway to the next value where it is exactly that share.
    AveragedInvertedCdf,
    /// At the value whose share is nearest.
    ClosestObservation,
    /// Between values, of which the last has the share 1, and so on.
    InterpolatedInvertedCdf,
    /// Between values, each in the middle of its share.
    Hazen,
    /// Between values that cut all in equal shares.
    Weibull,
    /// Between values, from the first at 0 to the last at 1.
    Linear,
    /// Between values, so that the median is about right whatever they are distributed like.
    MedianUnbiased,
    /// The same of the mean, where they are normally distributed.
    NormalUnbiased,
    /// As linear, and then at the value before.
    Lower,
    /// As linear, and then at the value behind.
    Higher,
    /// As linear, and then halfway between two values.
    Midpoint,
    /// As linear, and then at the nearer value, of two the one at an even place.
    Nearest,
}

impl Method {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 13] = [
        ("inverted_cdf", Self::InvertedCdf),
        ("averaged_inverted_cdf", Self::AveragedInvertedCdf),
        ("closest_observation", Self::ClosestObservation),
        ("interpolated_inverted_cdf", Self::InterpolatedInvertedCdf),
        ("hazen", Self::Hazen),
        ("weibull", Self::Weibull),
        ("linear", Self::Linear),
        ("median_unbiased", Self::MedianUnbiased),
        ("normal_unbiased", Self::NormalUnbiased),
        ("lower", Self::Lower),
        ("higher", Self::Higher),
        ("midpoint", Self::Midpoint),
        ("nearest", Self::Nearest),
    ];

    /// What NumPy calls it.
    #[cfg(feature = "python")]
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, other)| *other == self).map_or("", |(name, _)| name)
    }

    /// The index in order at or behind which the share of so many values lies, and how far on the
    /// way to the next; in the order of operations that NumPy has, which decides where a product
    /// that is nearly whole is rounded to.
    fn place(self, share: f64, count: usize) -> (usize, f64) {
        let (n, last) = (count as f64, (count - 1) as f64);
        let (linear, stepped) = (last * share, n * share - 1.0);
        let plotted =
            |alpha: f64, beta: f64| n * share + (alpha + share * (1.0 - alpha - beta)) - 1.0;
        let place = match self {
            Self::InvertedCdf => stepped.ceil(),
            Self::AveragedInvertedCdf => stepped,
            Self::ClosestObservation => closest(stepped - 0.5),
            Self::InterpolatedInvertedCdf => plotted(0.0, 1.0),
            Self::Hazen => plotted(0.5, 0.5),
            Self::Weibull => plotted(0.0, 0.0),
            Self::MedianUnbiased => plotted(1.0 / 3.0, 1.0 / 3.0),
            Self::NormalUnbiased => plotted(3.0 / 8.0, 3.0 / 8.0),
            Self::Linear | Self::Midpoint => linear,
            Self::Lower => linear.floor(),
            Self::Higher => linear.ceil(),
            Self::Nearest => linear.round_ties_even(),
        };
        if place >= last {
            return (count - 1, 0.0);
        }
        if place < 0.0 {
            return (0, 0.0);
        }
        let (index, fraction) = (place.floor() as usize, place.fract());
        match self {
            Self::AveragedInvertedCdf if fraction == 0.0 => (index, 0.5),
            Self::AveragedInvertedCdf => (index + 1, 0.0),
            Self::Midpoint if fraction > 0.0 => (index, 0.5),
            _ => (index, fraction),
        }
    }
}

/// The next whole number; of one that is whole, itself if it is odd: counted from 1, its place is
/// an even one.
fn closest(place: f64) -> f64 {
    let next = place.ceil();
    if next == place && next % 2.0 == 0.0 { next + 1.0 } else { next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::select;
    use crate::strided::View;

    fn quantile<T: Element>(values: &[T], share: f64, method: Method) -> T::Float {
        let kernel = Quantile { shares: &[share], method, skip_nan: true };
        select::all(&View::from_slice(values), kernel).expect("there is memory")
    }

    /// What R has for `quantile(1:10, share, type = 1 to 9)`, and NumPy for its four others.
    #[test]
    fn each_method_has_a_place_of_its_own() {
        let values: Vec<i64> = (1..=10).collect();
        let expected = [
            (0.25, [3.0, 3.0, 2.0, 2.5, 3.0, 2.75, 3.25, 35.0 / 12.0, 2.9375, 3.0, 4.0, 3.5, 3.0]),
            (0.5, [5.0, 5.5, 5.0, 5.0, 5.5, 5.5, 5.5, 5.5, 5.5, 5.0, 6.0, 5.5, 5.0]),
            (0.95, [10.0, 10.0, 10.0, 9.5, 10.0, 10.0, 9.55, 10.0, 10.0, 9.0, 10.0, 9.5, 10.0]),
            (0.0, [1.0; 13]),
            (1.0, [10.0; 13]),
        ];
        for (share, expected) in expected {
            for ((name, method), expected) in Method::ALL.into_iter().zip(expected) {
                let result = quantile(&values, share, method);
                assert!((result - expected).abs() < 1e-14, "{name} {share}: {result}");
            }
        }
        let names = Method::ALL.map(|(name, _)| name);
        assert!(names.iter().enumerate().all(|(at, name)| !names[..at].contains(name)));
    }

    #[test]
    fn what_lies_between_is_rounded_once_and_never_beyond() {
        for (values, share, expected) in [
            ([f64::MIN, f64::MAX], 0.75, f64::MAX / 2.0),
            ([5e-324, 1.5e-323], 0.7, 1e-323),
            ([f64::NEG_INFINITY, 1.0], 0.25, f64::NEG_INFINITY),
            ([1.0, f64::INFINITY], 0.25, f64::INFINITY),
            ([1.0, f64::INFINITY], 0.0, 1.0),
        ] {
            assert_eq!(quantile(&values, share, Method::Linear), expected);
        }
        let opposite = [f64::NEG_INFINITY, f64::INFINITY];
        assert!(quantile(&opposite, 0.25, Method::Linear).is_nan());
        // A float would not tell the two from each other.
        let large = [(1_i64 << 60) + 1, (1 << 60) + 513];
        assert_eq!(quantile(&large, 0.25, Method::Linear), ((1_i64 << 60) + 129) as f64);
        assert_eq!(quantile(&[0.5_f32, 0.75], 0.25, Method::Linear), 0.5625);
    }
}
