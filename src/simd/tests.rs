use std::array::from_fn;

#[cfg(target_arch = "x86_64")]
use super::dispatch::Level;
use super::*;
use crate::numeric::double::{two_product, two_sum};
use crate::numeric::element::Element;
use crate::testing::{Random, same};

/// Runs the task with each set of instructions that this machine has.
fn on_every_isa(task: impl Task<Out = ()> + Copy) {
    Baseline::run(task);
    #[cfg(target_arch = "x86_64")]
    {
        let best = Level::best();
        if best >= Level::Avx2 {
            x86::Avx2::run(task);
        }
        if best >= Level::Avx512 {
            x86::Avx512::run(task);
        }
    }
}

/// NaN, infinities, zeros, subnormals, the ends of the range and numbers in between.
fn grid() -> Vec<f64> {
    let positive = [
        0.0,
        5e-324,
        2.5e-310,
        f64::MIN_POSITIVE,
        1e-160,
        1.0 - f64::EPSILON / 2.0,
        1.0,
        1.0 + f64::EPSILON,
        1.0 / 3.0,
        134_217_729.0,
        9_007_199_254_740_991.0,
        1e200,
        f64::MAX,
        f64::INFINITY,
    ];
    let signed = positive.into_iter().flat_map(|value| [value, -value]);
    signed.chain([f64::NAN]).collect()
}

/// Every three of the grid.
fn triples() -> Vec<[f64; 3]> {
    let grid = grid();
    let pairs = grid.iter().flat_map(|&a| grid.iter().map(move |&b| (a, b)));
    pairs.flat_map(|(a, b)| grid.iter().map(move |&c| [a, b, c])).collect()
}

fn to_vec<V: Vector>(vector: V) -> Vec<f64> {
    let mut values = vec![0.0; V::LANES];
    vector.store(&mut values);
    values
}

/// An operation on vectors, and what it is of one value in each.
struct Operation<V> {
    name: &'static str,
    of_vectors: fn([V; 3]) -> V,
    of_values: fn([f64; 3]) -> f64,
}

fn operation<V>(
    name: &'static str,
    of_vectors: fn([V; 3]) -> V,
    of_values: fn([f64; 3]) -> f64,
) -> Operation<V> {
    Operation { name, of_vectors, of_values }
}

fn operations<V: Vector>() -> [Operation<V>; 17] {
    [
        operation("add", |[a, b, _]| a.add(b), |[a, b, _]| a + b),
        operation("sub", |[a, b, _]| a.sub(b), |[a, b, _]| a - b),
        operation("mul", |[a, b, _]| a.mul(b), |[a, b, _]| a * b),
        operation("div", |[a, b, _]| a.div(b), |[a, b, _]| a / b),
        operation("min", |[a, b, _]| a.min(b), |[a, b, _]| if a < b { a } else { b }),
        operation("max", |[a, b, _]| a.max(b), |[a, b, _]| if a > b { a } else { b }),
        operation(
            "simd_lt, select",
            |[a, b, c]| V::select(a.simd_lt(b), a, c),
            |[a, b, c]| if a < b { a } else { c },
        ),
        operation(
            "simd_le, select",
            |[a, b, c]| V::select(a.simd_le(b), a, c),
            |[a, b, c]| if a <= b { a } else { c },
        ),
        operation(
            "is_nan, select",
            |[a, b, c]| V::select(a.is_nan(), b, c),
            |[a, b, c]| if a.is_nan() { b } else { c },
        ),
        operation(
            "is_negative_zero, select",
            |[a, b, c]| V::select(a.is_negative_zero(), b, c),
            |[a, b, c]| if a.to_bits() == SIGN { b } else { c },
        ),
        operation(
            "unless_nan",
            |[a, b, c]| a.unless_nan(b, c),
            |[a, b, c]| if b.is_nan() { c } else { a },
        ),
        operation(
            "where_reaches",
            |[a, b, c]| a.where_reaches(b, c),
            |[a, b, c]| if b >= c { a } else { f64::NAN },
        ),
        operation(
            "where_less",
            |[a, b, c]| a.where_less(b, c, c),
            |[a, b, c]| {
                if b < c { a } else { c }
            },
        ),
        operation(
            "where_at_most",
            |[a, b, c]| a.where_at_most(b, c, c),
            |[a, b, c]| {
                if b <= c { a } else { c }
            },
        ),
        operation("sqrt", |[a, _, _]| a.sqrt(), |[a, _, _]| a.sqrt()),
        operation(
            "add_where_less",
            |[a, b, c]| a.add_where_less(V::splat(7.0), b, c).add(V::splat(0.0)),
            |[a, b, c]| if b < c { a + 7.0 } else { a + 0.0 },
        ),
        operation(
            "add_where_negative_zero",
            |[a, b, c]| a.add_where_negative_zero(b, c).add(V::splat(0.0)),
            |[a, b, c]| if c.to_bits() == SIGN { a + b + 0.0 } else { a + 0.0 },
        ),
    ]
}

fn check_operations<V: Vector>(operations: &[Operation<V>], triples: &[[f64; 3]]) {
    for triples in triples.chunks(V::LANES) {
        let triple = |lane: usize| triples[lane.min(triples.len() - 1)];
        let vector = |of: usize| V::load(&from_fn::<_, 8, _>(|lane| triple(lane)[of]));
        let vectors = [vector(0), vector(1), vector(2)];
        for Operation { name, of_vectors, of_values } in operations {
            for (lane, result) in to_vec(of_vectors(vectors)).into_iter().enumerate() {
                let (values, expected) = (triple(lane), of_values(triple(lane)));
                assert!(same(result, expected), "{name} {values:?}: {result} {expected}");
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Operations;

impl Task for Operations {
    type Out = ();

    fn run<I: Isa>(self) {
        check_operations(&operations::<One<I>>(), &triples());
        check_operations(&operations::<I::Narrow>(), &triples());
        check_operations(&operations::<I::Vector>(), &triples());
    }
}

#[test]
fn operations_are_the_same_in_every_instruction_set() {
    on_every_isa(Operations);
}

#[derive(Clone, Copy)]
struct TwoProducts;

impl Task for TwoProducts {
    type Out = ();

    fn run<I: Isa>(self) {
        check_two_products::<One<I>>();
        check_two_products::<I::Narrow>();
        check_two_products::<I::Vector>();
    }
}

fn check_two_products<V: Vector>() {
    let operations: [Operation<V>; 3] = [
        operation("high", |[a, b, _]| a.two_product(b).0, |[a, b, _]| a * b),
        operation("low", |[a, b, _]| a.two_product(b).1, |[a, b, _]| two_product(a, b).low),
        operation(
            "residue",
            |[a, b, _]| a.residue(b, a.mul(b)),
            |[a, b, _]| (-a).mul_add(b, a * b),
        ),
    ];
    check_operations(&operations[..1], &triples());
    check_operations(&operations, &exact_factors());
}

/// Factors of any lengths, whose product and its parts are within the range.
fn exact_factors() -> Vec<[f64; 3]> {
    let mut random = Random(1);
    // Without overflow of the halves, as multiplication by 2²⁷ + 1 would have.
    let large = f64::MAX * (1.0 - 2_f64.powi(-25));
    let ends = [1.0, -0.75, 1.0 / 3.0, 0.0, -0.0].map(|factor| [large, factor, 0.0]);
    let of_lengths = |_| {
        let power = 2_f64.powi(random.below(1800) as i32 - 900);
        let mut factor = || {
            let bits = random.choose(&[1, 26, 27, 28, 53]);
            random.integer(bits) as f64
        };
        [factor() * power, factor() / power, 0.0]
    };
    ends.into_iter().chain((0..20_000).map(of_lengths)).collect()
}

#[test]
fn products_have_their_error_in_every_instruction_set() {
    on_every_isa(TwoProducts);
}

#[derive(Clone, Copy)]
struct Loads;

impl Task for Loads {
    type Out = ();

    fn run<I: Isa>(self) {
        check_loads::<One<I>>();
        check_loads::<I::Narrow>();
        check_loads::<I::Vector>();
    }
}

fn check_loads<V: Vector>() {
    let zero = V::splat(0.0);
    check_load(&grid(), |values| (V::load(values), zero));
    let singles: Vec<f32> = grid().into_iter().map(|value| value as f32).collect();
    check_load(&singles, |values| (V::from_f32s(values), zero));
    let short: Vec<i32> = integers().into_iter().map(|value| value as i32).collect();
    check_load(&short, |values| (V::from_i32s(values), zero));
    check_load(&integers(), V::from_i64s);
}

fn check_load<T: Element, V: Vector>(values: &[T], load: impl Fn(&[T]) -> (V, V)) {
    for values in values.windows(V::LANES) {
        let (nearest, left) = load(values);
        for ((value, nearest), left) in values.iter().zip(to_vec(nearest)).zip(to_vec(left)) {
            assert!(same(nearest, value.to_f64()), "{nearest} {}", value.to_f64());
            assert!(same(left, value.residue()), "{nearest}: {left} {}", value.residue());
        }
    }
}

/// The extremes, those next to powers of two and to what is halfway between two `f64`, and others.
fn integers() -> Vec<i64> {
    let powers = (0..64).map(|power| 1_i64 << power);
    let near = |power: i64| [-3, -2, -1, 0, 1, 2, 3].map(|more| power.wrapping_add(more));
    let halfway =
        (54..63).flat_map(|power| [1, 3, 5].map(|odd| (1 << power) + (odd << (power - 53))));
    let near = powers.chain(halfway).flat_map(near).flat_map(|value| [value, value.wrapping_neg()]);
    let mut random = Random(4);
    near.chain((0..10_000).map(|_| random.bits() as i64 >> random.below(64))).collect()
}

#[test]
fn loads_are_the_same_in_every_instruction_set() {
    on_every_isa(Loads);
}

#[derive(Clone, Copy)]
struct Moves;

impl Task for Moves {
    type Out = ();

    fn run<I: Isa>(self) {
        check_fills::<One<I>>();
        check_fills::<I::Narrow>();
        check_fills::<I::Vector>();
        check_moves::<I::Vector>();
    }
}

fn check_moves<V: Wide>() {
    let lanes: Vec<Vec<f64>> = (0..V::LANES)
        .map(|lane| (0..V::LANES + 2).map(|row| (10 * lane + row) as f64).collect())
        .collect();
    let mut rows = vec![-1.0; V::LANES * V::LANES];
    V::transpose_in(from_fn(|lane| &*lanes[lane.min(V::LANES - 1)]), &mut rows);
    for (at, row) in rows.chunks(V::LANES).enumerate() {
        assert!(row.iter().zip(&lanes).all(|(value, lane)| *value == lane[at]));
    }
    let mut given = vec![Vec::new(); V::LANES];
    V::transpose_out(&rows, |lane, values| given[lane].extend_from_slice(values));
    let expected: Vec<_> = lanes.iter().map(|lane| lane[..V::LANES].to_vec()).collect();
    assert_eq!(given, expected);
}

fn check_fills<V: Vector>() {
    assert_eq!(to_vec(V::splat(2.5)), vec![2.5; V::LANES]);
    assert!(!V::splat(f64::INFINITY).any_nan());
    for lane in 0..V::LANES {
        let mut values = [1.0; 8];
        values[lane] = f64::NAN;
        assert!(V::load(&values).any_nan());
    }
}

#[test]
fn transpositions_are_each_others_inverse_in_every_instruction_set() {
    on_every_isa(Moves);
}

#[derive(Clone, Copy)]
struct TwoSums;

impl Task for TwoSums {
    type Out = ();

    fn run<I: Isa>(self) {
        check_two_sums::<One<I>>();
        check_two_sums::<I::Narrow>();
        check_two_sums::<I::Vector>();
    }
}

fn check_two_sums<V: Vector>() {
    let operations: [Operation<V>; 2] = [
        operation("two_sum, high", |[a, b, _]| a.two_sum(b).0, |[a, b, _]| two_sum(a, b).high),
        operation("two_sum, low", |[a, b, _]| a.two_sum(b).1, |[a, b, _]| two_sum(a, b).low),
    ];
    check_operations(&operations, &triples());
}

#[test]
fn sums_have_their_error_in_every_instruction_set() {
    on_every_isa(TwoSums);
}
