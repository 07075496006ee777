//! `nancov`, `nancorr`, `move_cov`, `move_corr`: the mean product of two inputs' distances from their
//! means, and that in units of the two standard deviations.
//!
//! Distances are taken from anchors, as those of a variance are, and they and their products are
//! summed up in twice the precision. A correlation has no unit, and multiplies two sums of squares:
//! values of any size are brought near 1 by powers of two, each input by its own, and give the same.

use super::pair::{Pair, minus, plus, push, times, zero};
use crate::merge::{Merge, Rescaling, Sample, Shift, WindowInfo, power};
use crate::simd::Vector;

/// `nancov`, `move_cov`
#[derive(Clone, Copy)]
pub struct Cov {
    ddof: i64,
}

/// `nancorr`, `move_corr`
#[derive(Clone, Copy)]
pub struct Corr;

/// Its distances and their products are summed up as they are for a covariance.
const PRODUCTS: Cov = Cov::new(0);

/// The squared distances of each input from its mean add up to this, or they may have lost digits,
/// and so may their product.
const LEAST_SQUARES: f64 = power(-480);

impl Cov {
    /// The products are divided by the count less `ddof`.
    pub const fn new(ddof: i64) -> Self {
        Self { ddof }
    }
}

impl Merge<2> for Cov {
    /// The sums of the distances of each input, and of their products.
    type State<V: Vector> = ((Pair<V>, Pair<V>), Pair<V>);

    const ANCHORED: bool = true;
    /// The product of the sums is finite, too, of 2⁴⁰ values.
    const LARGE: &'static [Rescaling] = &[Rescaling { beyond: power(460), scale: power(-580) }];
    const SMALL: &'static [Rescaling] = Rescaling::OF_SMALL_SQUARES;

    #[inline(always)]
    fn empty<V: Vector>(&self) -> Self::State<V> {
        ((zero(), zero()), zero())
    }

    #[inline(always)]
    fn insert<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        (sums, products): Self::State<V>,
        sample: Sample<V, 2>,
    ) -> Self::State<V> {
        let [x, y] = sample.distances_or_zero::<MAY_BE_NAN>();
        ((push(sums.0, x), push(sums.1, y)), plus(products, x.two_product(y)))
    }

    #[inline(always)]
    fn rebase<V: Vector>(
        &self,
        (sums, products): Self::State<V>,
        shift: Shift<V, 2>,
    ) -> Self::State<V> {
        let ([x, y], count) = (shift.distances(), (shift.count, V::splat(0.0)));
        let moved = (plus(sums.0, times(x, count)), plus(sums.1, times(y, count)));
        // (a + x) (b + y) - a b = y a + x (b + y)
        (moved, plus(products, plus(times(y, sums.0), times(x, moved.1))))
    }

    #[inline(always)]
    fn combine<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        (left, left_products): Self::State<V>,
        (right, right_products): Self::State<V>,
    ) -> Self::State<V> {
        let sums = (plus(left.0, right.0), plus(left.1, right.1));
        (sums, plus(left_products, right_products))
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        (sums, products): Self::State<V>,
        whole: WindowInfo<V>,
    ) -> V {
        let divisor = whole.count.sub(V::splat(self.ddof as f64));
        // What the anchors added. A mean of one input may be too small to have all its digits,
        // where what it is multiplied with makes up for it.
        let added = whole.mean(times(sums.0, sums.1));
        let (high, low) = minus(products, added);
        let (one, mut around_means) = (V::splat(1.0), high.add(low));
        if MAY_BE_NAN {
            // Of no pairs, with a negative `ddof`, it is zero as a variance is.
            around_means = V::splat(0.0).where_less(whole.count, one, around_means);
        }
        around_means.mul(one.div(divisor)).where_reaches(divisor, one)
    }

    /// Products so small may have lost digits.
    fn is_doubtful(&self, result: f64) -> bool {
        result.abs() <= power(-900)
    }
}

impl Merge<2> for Corr {
    /// What a covariance has, and the sums of the squared distances of each input.
    type State<V: Vector> = (<Cov as Merge<2>>::State<V>, (Pair<V>, Pair<V>));

    const ANCHORED: bool = true;
    /// A scale leaves room for 2⁴⁵ squares of each input, and their product: it serves for roots of
    /// their sums from 2⁻²⁴⁰ to 2²²⁸. So each reaches as far as the next begins.
    const LARGE: &'static [Rescaling] = &[
        Rescaling { beyond: power(200), scale: power(-400) },
        Rescaling { beyond: power(600), scale: power(-800) },
    ];
    /// Where one of the values is beyond, it differs from others by so much that the squares reach
    /// `LEAST_SQUARES`.
    const SMALL: &'static [Rescaling] = &[
        Rescaling { beyond: power(-180), scale: power(440) },
        Rescaling { beyond: power(-620), scale: power(870) },
    ];

    #[inline(always)]
    fn empty<V: Vector>(&self) -> Self::State<V> {
        (PRODUCTS.empty(), (zero(), zero()))
    }

    #[inline(always)]
    fn insert<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        (products, squares): Self::State<V>,
        sample: Sample<V, 2>,
    ) -> Self::State<V> {
        let [x, y] = sample.distances_or_zero::<MAY_BE_NAN>();
        let squares = (plus(squares.0, x.two_product(x)), plus(squares.1, y.two_product(y)));
        (PRODUCTS.insert::<V, MAY_BE_NAN>(products, sample), squares)
    }

    #[inline(always)]
    fn rebase<V: Vector>(
        &self,
        (products, squares): Self::State<V>,
        shift: Shift<V, 2>,
    ) -> Self::State<V> {
        let (moved, [x, y]) = (PRODUCTS.rebase(products, shift), shift.distances());
        // (a + x)² - a² = x (a + (a + x))
        let first = times(x, plus(products.0.0, moved.0.0));
        let second = times(y, plus(products.0.1, moved.0.1));
        (moved, (plus(squares.0, first), plus(squares.1, second)))
    }

    #[inline(always)]
    fn combine<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        (left, left_squares): Self::State<V>,
        (right, right_squares): Self::State<V>,
    ) -> Self::State<V> {
        let first = plus(left_squares.0, right_squares.0);
        let second = plus(left_squares.1, right_squares.1);
        (PRODUCTS.combine::<V, MAY_BE_NAN>(left, right), (first, second))
    }

    #[inline(always)]
    fn finish<V: Vector, const MAY_BE_NAN: bool>(
        &self,
        ((sums, products), squares): Self::State<V>,
        whole: WindowInfo<V>,
    ) -> V {
        let (first, second) = (whole.mean(sums.0), whole.mean(sums.1));
        let products = minus(products, times(sums.0, second));
        let of_first = minus(squares.0, times(sums.0, first));
        let of_second = minus(squares.1, times(sums.1, second));
        let one = V::splat(1.0);
        let correlation = over_root(products, times(of_first, of_second));
        let within = V::splat(-1.0).max(one.min(correlation));
        let least = V::splat(LEAST_SQUARES);
        within.where_reaches(of_first.0, least).where_reaches(of_second.0, least)
    }

    /// It has no unit.
    #[inline(always)]
    fn unscaled<V: Vector>(&self, result: V, _unscales: [V; 2]) -> V {
        result
    }

    fn is_doubtful(&self, result: f64) -> bool {
        result.is_nan()
    }
}

/// A number divided by the root of another, to the nearest but for the last bit: what the root and
/// the quotient leave is divided once more.
#[inline(always)]
fn over_root<V: Vector>(number: Pair<V>, square: Pair<V>) -> V {
    let (root, half) = (square.0.sqrt(), V::splat(0.5));
    let inverse = V::splat(1.0).div(root);
    let quotient = number.0.mul(inverse);
    let left =
        |(high, low): Pair<V>, (product, error): Pair<V>| high.sub(product).sub(error).add(low);
    let of_root = left(square, root.two_product(root)).mul(half).mul(inverse);
    let of_number = left(number, quotient.two_product(root));
    quotient.add(of_number.sub(quotient.mul(of_root)).mul(inverse))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strided::View;
    use crate::testing::{ANY, Layout, Random, Strided, close, lanes, same, with_threads};
    use crate::windows::{self, AnyMoving, Window};

    /// What is known of the pairs of a window of integers, of which neither is NaN.
    #[derive(Clone, Copy, Debug, Default)]
    struct Plain {
        count: i64,
        sums: [i64; 2],
        squares: [i64; 2],
        products: i64,
    }

    impl Plain {
        fn new(pairs: &[(f64, f64)]) -> Self {
            let mut plain = Self::default();
            for &(x, y) in pairs.iter().filter(|(x, y)| !(x.is_nan() || y.is_nan())) {
                let (x, y) = (x as i64, y as i64);
                plain.count += 1;
                plain.sums = [plain.sums[0] + x, plain.sums[1] + y];
                plain.squares = [plain.squares[0] + x * x, plain.squares[1] + y * y];
                plain.products += x * y;
            }
            plain
        }

        /// So many times the sum around the means.
        fn around(&self, products: i64, first: usize, second: usize) -> f64 {
            (self.count * products - self.sums[first] * self.sums[second]) as f64
        }

        fn cov(&self) -> f64 {
            let divisor = if self.count > 1 { (self.count * (self.count - 1)) as f64 } else { 0.0 };
            self.around(self.products, 0, 1) / divisor
        }

        fn corr(&self) -> f64 {
            let squares = [0, 1].map(|at| self.around(self.squares[at], at, at));
            self.around(self.products, 0, 1) / (squares[0].sqrt() * squares[1].sqrt())
        }
    }

    fn slid(
        a: &View<'_, f64>,
        b: &View<'_, f64>,
        lens: &[usize],
        axis: usize,
        window: Window,
        kernel: &dyn AnyMoving<2>,
    ) -> Vec<f64> {
        let mut out = Strided::filled(lens, &Layout::c_order(lens.len()), 0.5);
        assert_eq!(windows::along([a, b], axis, window, kernel, &mut out.view_mut()), Ok(()));
        out.values()
    }

    /// Integers, some of them missing, the second of which depend on the first.
    fn pairs(count: usize, random: &mut Random) -> Vec<(f64, f64)> {
        let missing = random.choose(&[0, 0, 3, 40]);
        let mut of = |value: i64| {
            let is_missing = missing > 0 && random.below(missing) == 0;
            if is_missing { f64::NAN } else { value as f64 }
        };
        (0..count as i64).map(|at| (of(at * at % 701), of(at * 31 % 97 - 3 * (at % 701)))).collect()
    }

    #[test]
    fn pairs_of_windows_are_what_exact_sums_give() {
        let mut random = Random(1);
        for lens in [&[1][..], &[9], &[40], &[700], &[3, 50], &[60, 9], &[30, 7, 3]] {
            for axis in 0..lens.len() {
                let layouts = [(); 2].map(|()| Layout::random(lens.len(), &ANY, &mut random));
                let values = pairs(lens.iter().product(), &mut random);
                let a = Strided::new(lens, &layouts[0], 1e300, |at| values[at].0);
                let b = Strided::new(lens, &layouts[1], 1e300, |at| values[at].1);
                // Some may share a place.
                let values: Vec<_> = a.values().into_iter().zip(b.values()).collect();
                for (len, min_count) in [(1, 1), (3, 1), (3, 3), (20, 2), (333, 2), (2000, 5)] {
                    let window = Window::new(len, Some(min_count), lens[axis]);
                    let window = window.expect("within the axis");
                    let all = |kernel: &dyn AnyMoving<2>| {
                        slid(&a.view(), &b.view(), lens, axis, window, kernel)
                    };
                    let (covs, corrs) = (all(&Cov::new(1)), all(&Corr));
                    for lane in lanes(lens, 1 << axis) {
                        for (at, &place) in lane.iter().enumerate() {
                            let first = (at + 1).saturating_sub(len as usize);
                            let within: Vec<_> =
                                lane[first..=at].iter().map(|&place| values[place]).collect();
                            let plain = Plain::new(&within);
                            let enough = plain.count >= min_count;
                            let [cov, corr] = [plain.cov(), plain.corr()]
                                .map(|result| if enough { result } else { f64::NAN });
                            let what = format!("{lens:?}, {axis}, {len}, at {at}: {plain:?}");
                            assert!(close(covs[place], cov, 2.0), "{what} {} {cov}", covs[place]);
                            assert!(
                                close(corrs[place], corr, 4.0),
                                "{what} {} {corr}",
                                corrs[place]
                            );
                            assert!(corr.is_nan() || corrs[place].abs() <= 1.0, "{what}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_line_correlates_to_the_last_bit_and_constants_do_not() {
        let mut random = Random(2);
        let xs: Vec<f64> = (0..4000).map(|_| random.integer(30) as f64).collect();
        for (slope, offset, expected) in [(3.0, 7.0, 1.0), (-0.25, 1e6, -1.0)] {
            // Of any size, and of another one each.
            for scales in
                [(0, 0), (900, -900), (-1000, 970), (-1000, -1000), (980, 970), (0, -1020)]
            {
                let scaled = |value: f64, exponent: i32| {
                    value * 2_f64.powi(exponent / 2) * 2_f64.powi(exponent - exponent / 2)
                };
                let a: Vec<f64> = xs.iter().map(|&x| scaled(x, scales.0)).collect();
                let b: Vec<f64> =
                    xs.iter().map(|&x| scaled(slope * x + offset, scales.1)).collect();
                let window = Window::new(50, Some(2), xs.len()).expect("within the axis");
                let of = |a: &[f64], b: &[f64]| {
                    let (a, b) = (View::from_slice(a), View::from_slice(b));
                    slid(&a, &b, &[xs.len()], 0, window, &Corr)
                };
                let correlations = of(&a, &b);
                assert!(correlations[0].is_nan());
                for (at, &found) in correlations.iter().enumerate().skip(1) {
                    assert_eq!(found, expected, "{scales:?}, at {at}");
                }
                let constant = vec![a[0]; xs.len()];
                assert!(of(&constant, &b).into_iter().all(f64::is_nan));
            }
        }
    }

    #[test]
    fn a_covariance_may_be_of_any_size() {
        let xs: Vec<f64> = (0..300).map(|at| f64::from(at * at % 101)).collect();
        let window = Window::new(7, None, xs.len()).expect("within the axis");
        let plain = slid(
            &View::from_slice(&xs),
            &View::from_slice(&xs),
            &[xs.len()],
            0,
            window,
            &Cov::new(0),
        );
        for exponents in [(1000, -1000), (1010, -600), (-1000, 1000), (-700, -340), (500, 500)] {
            let power = |exponent: i32| 2_f64.powi(exponent / 2) * 2_f64.powi(exponent / 2);
            let [a, b] = [exponents.0, exponents.1]
                .map(|exponent| xs.iter().map(|x| x * power(exponent)).collect::<Vec<f64>>());
            let (a, b) = (View::from_slice(&a), View::from_slice(&b));
            let found = slid(&a, &b, &[xs.len()], 0, window, &Cov::new(0));
            for (found, plain) in found.into_iter().zip(&plain) {
                let expected = plain * power(exponents.0) * power(exponents.1);
                assert!(close(found, expected, 0.0), "{exponents:?}: {found:e} {expected:e}");
            }
        }
    }

    #[test]
    fn threads_and_pieces_change_no_bit() {
        let mut random = Random(3);
        let values = pairs(windows::PARALLEL * 2, &mut random);
        let (a, b): (Vec<f64>, Vec<f64>) = values.into_iter().unzip();
        let (a, b) = (View::from_slice(&a), View::from_slice(&b));
        for len in [5, 1000, 50_000] {
            let window = Window::new(len, Some(2), a.len()).expect("within the axis");
            let of = || slid(&a, &b, &[a.len()], 0, window, &Corr);
            let alone = with_threads(1, of);
            let together = with_threads(3, of);
            assert!(alone.iter().zip(&together).all(|(&x, &y)| same(x, y)));
        }
    }
}
