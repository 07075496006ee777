use super::*;
use crate::kernels::median::MoveMedian;
use crate::kernels::move_rank::MoveRank;
use crate::numeric::element::Float;
use crate::simd::Baseline;
use crate::testing::{ANY, APART, Layout, Random, Strided, lanes, same, with_threads};
use crate::windows::pieces::PieceWorker;

/// Of the window that ends at each value: how many values it has, its median and the rank of
/// the newest.
fn plain<T: Element>(lane: &[T], window: usize) -> Vec<(usize, f64, f64)> {
    let of = |end: usize| {
        let all = &lane[(end + 1).saturating_sub(window)..=end];
        let mut values: Vec<T> = all.iter().copied().filter(|value| !value.is_nan()).collect();
        values.sort_by_key(|value| value.signed_key());
        let (count, newest) = (values.len(), lane[end]);
        if count == 0 {
            return (0, f64::NAN, f64::NAN);
        }
        let median = values[(count - 1) / 2].halfway(values[count / 2]);
        let less = values.iter().filter(|value| **value < newest).count();
        let greater = values.iter().filter(|value| **value > newest).count();
        let rank = (less as f64 - greater as f64) / (count - 1).max(1) as f64;
        let rank = if newest.is_nan() { f64::NAN } else { rank };
        (count, median.to_f64(), T::Float::from_f64(rank).to_f64())
    };
    (0..lane.len()).map(of).collect()
}

/// What the driver gives along an axis, as `f64` in C order.
fn ordered<T: Element>(
    array: &Strided<T>,
    axis: usize,
    window: Window,
    kernel: impl Ordered,
    out_layout: &Layout,
) -> Vec<f64> {
    let gap = T::Float::from_f64(-7.25);
    let mut out = Strided::filled(&array.lens(), out_layout, gap);
    assert_eq!(along(&array.view(), axis, window, kernel, &mut out.view_mut()), Ok(()));
    let written = out.memory.iter().filter(|&&place| place != gap).count();
    assert_eq!(written, out.values().len(), "all is written, and nothing between");
    out.values().into_iter().map(Element::to_f64).collect()
}

/// Both kernels along an axis, against plain loops.
fn check<T: Element>(array: &Strided<T>, axis: usize, windows: &[usize], out_layout: &Layout) {
    let (lens, values) = (array.lens(), array.lanes(1 << axis));
    for &window in windows.iter().filter(|&&window| window <= lens[axis]) {
        let expected: Vec<_> = values.iter().map(|lane| plain(lane, window)).collect();
        for min_count in [window, 1, window / 2 + 1] {
            let within = window_of(window, min_count, lens[axis]);
            let medians = ordered(array, axis, within, MoveMedian, out_layout);
            let ranks = ordered(array, axis, within, MoveRank, out_layout);
            for (lane, expected) in lanes(&lens, 1 << axis).iter().zip(&expected) {
                for (&index, &(count, median, rank)) in lane.iter().zip(expected) {
                    let or_nan = |value| if count < min_count { f64::NAN } else { value };
                    let (median, rank) = (or_nan(median), or_nan(rank));
                    let at = format!("{lens:?}, window {window}, min_count {min_count}, {index}");
                    assert!(same(medians[index], median), "{at}: {} {median}", medians[index]);
                    assert!(same(ranks[index], rank), "{at}: {} {rank}", ranks[index]);
                }
            }
        }
    }
}

fn window_of(len: usize, min_count: usize, axis_len: usize) -> Window {
    Window::new(len as i64, Some(min_count as i64), axis_len).expect("within the axis")
}

/// Whether a lane by another way, in pieces of `stretch`, has the same bits, be they converted or
/// not.
fn check_way(
    values: &[f64],
    window: Window,
    expected: &[f64],
    stretch: usize,
    work: &PieceWorker<'_, f64, f64>,
) {
    let array = Strided::new(&[values.len()], &Layout::c_order(1), 0.0, |index| values[index]);
    let unaligned = array.unaligned();
    for view in [View::from_slice(values), unaligned.view()] {
        let mut out = vec![0.0; values.len()];
        let mut places = ViewMut::from_slice(&mut out);
        let sweep = Sweep::along([&view], 0, &mut places);
        assert_eq!(each_piece(sweep, window, false, &|_| stretch, work), Ok(()));
        assert!(out.iter().zip(expected).all(|(&a, &b)| same(a, b)));
    }
}

/// All ways to do a lane give the same bits.
fn check_ways<K: Ordered>(values: &[f64], window: Window, kernel: K, expected: &[f64]) {
    check_way(values, window, expected, usize::MAX, &|mut piece| {
        let segment = segment_len(piece.out.len());
        let in_step = InStep { kernel, window, segment, piece: &mut piece };
        if segment < values.len() && in_step.work::<Baseline>()? {
            return Ok(());
        }
        by_order(kernel, window, piece)
    });
    for stretch in [usize::MAX, 100] {
        let by_ranks = Undirected(kernel);
        check_way(values, window, expected, stretch, &|piece| by_order(by_ranks, window, piece));
        check_way(values, window, expected, stretch, &|piece| by_order(kernel, window, piece));
    }
}

/// A kernel that is never done directly.
#[derive(Clone, Copy)]
struct Undirected<K>(K);

impl<K: Ordered> Ordered for Undirected<K> {
    const SHORT: usize = K::SHORT;
    const SIGNED_ZEROS: bool = K::SIGNED_ZEROS;
    type Ranked = K::Ranked;
    type Found = K::Found;

    fn memory(&self, window: usize) -> usize {
        self.0.memory(window)
    }
    fn start<V: Vector>(&self, memory: &mut [V], rows: &[V]) {
        self.0.start(memory, rows);
    }
    fn step<V: Vector>(&self, memory: &mut [V], rows: &[V], counts: &[V], results: &mut [V]) {
        self.0.step(memory, rows, counts, results);
    }
    fn alone(key: i64) -> K::Found {
        K::alone(key)
    }
    fn is_little(&self, _len: usize, _window: Window) -> bool {
        false
    }
    fn directly(&self, values: &Ranks, window: Window, results: &mut Results<'_, K::Found>) {
        self.0.directly(values, window, results);
    }
    fn find(
        &self,
        window: &mut K::Ranked,
        ranks: &Ranks,
        newest: Option<usize>,
    ) -> Option<K::Found> {
        self.0.find(window, ranks, newest)
    }
    fn result<T: Element>(found: K::Found) -> T::Float {
        K::result::<T>(found)
    }
}

/// What makes the order of windows hard to keep.
fn adversaries(len: usize, random: &mut Random) -> Vec<Vec<f64>> {
    let mut of = |value: &dyn Fn(usize, &mut Random) -> f64| -> Vec<f64> {
        (0..len).map(|at| value(at, random)).collect()
    };
    let sign = |at: usize| if at.is_multiple_of(2) { 1.0 } else { -1.0 };
    vec![
        of(&|_, random| random.integer(60) as f64),
        of(&|at, _| at as f64),
        of(&|at, _| -(at as f64)),
        of(&|_, _| 0.1),
        of(&|at, _| (at % 7) as f64),
        // The middle jumps over a gap, forth and back.
        of(&|at, _| sign(at) * (at as f64 + 1.0)),
        of(&|at, random| sign(at / 100) * random.integer(20) as f64 * 1e290),
        of(&|_, random| random.choose(&[f64::NAN, random.0 as f64, 3.0])),
        of(&|at, _| if at.is_multiple_of(50) { at as f64 } else { f64::NAN }),
        of(&|_, _| f64::NAN),
        of(&|_, random| random.choose(&[f64::INFINITY, f64::NEG_INFINITY, 1.0, f64::NAN])),
        of(&|_, random| random.choose(&[0.0, -0.0, 0.0, -0.0, 1.0, -1.0, f64::NAN])),
        of(&|at, _| if at < len / 2 { -0.0 } else { 0.0 }),
        of(&|_, random| random.choose(&[f64::MAX, f64::MIN, 5e-324, -5e-324])),
        // Alike in their high bits.
        of(&|at, random| 1.0 + f64::EPSILON * random.below(40) as f64 - sign(at) * 1e10),
    ]
}

#[test]
fn all_ways_give_what_plain_loops_do() {
    let mut random = Random(1);
    for len in [1, 7, 130, 650] {
        for values in adversaries(len, &mut random) {
            for window in [1, 2, 3, 20, 65, 300, len].map(|window| window.min(len)) {
                let plain = plain(&values, window);
                for min_count in [1, 1 + window / 2, window] {
                    let within = window_of(window, min_count, len);
                    let expected = |of: fn(&(usize, f64, f64)) -> f64| -> Vec<f64> {
                        let enough = |one: &&(usize, f64, f64)| one.0 >= min_count;
                        let results = plain.iter().map(|one| Some(one).filter(enough).map(of));
                        results.map(|result| result.unwrap_or(f64::NAN)).collect()
                    };
                    check_ways(&values, within, MoveMedian, &expected(|plain| plain.1));
                    check_ways(&values, within, MoveRank, &expected(|plain| plain.2));
                }
            }
        }
    }
}

#[test]
fn windows_of_one_lane_are_what_plain_loops_give() {
    let mut random = Random(2);
    let c = Layout::c_order(1);
    for len in [1, 2, 8, 9, 65, 129, 1100, 2100] {
        for values in adversaries(len, &mut random).into_iter().step_by(3) {
            let layout = Layout::random(1, &[1, 1, -1, 2], &mut random);
            let array = Strided::new(&[len], &layout, 1e300, |at| values[at]);
            check(&array, 0, &[1, 3, 8, 9, 64, 65, len], &c);
        }
    }
}

#[test]
fn windows_of_every_dtype_are_what_plain_loops_give() {
    let mut random = Random(3);
    for (lens, windows) in
        [(&[900][..], &[3, 28, 500][..]), (&[9, 100], &[4, 70]), (&[3, 200], &[5])]
    {
        for layout in [Layout::c_order(lens.len()), Layout::random(lens.len(), &ANY, &mut random)] {
            let (axis, out) = (lens.len() - 1, Layout::c_order(lens.len()));
            let mut single = |_| random.choose(&[f32::NAN, 1.5, -0.0, random.0 as f32]);
            check(&Strided::new(lens, &layout, 1e30, &mut single), axis, windows, &out);
            // Some that `f64` does not tell apart.
            for bits in [20, 64] {
                let integers = |_| random.integer(bits);
                check(&Strided::new(lens, &layout, i64::MAX, integers), axis, windows, &out);
            }
            let close = |_| (1 << 60) + random.below(17) as i64;
            check(&Strided::new(lens, &layout, i64::MAX, close), axis, windows, &out);
            let integers = |_| random.integer(31) as i32;
            check(&Strided::new(lens, &layout, i32::MAX, integers), axis, windows, &out);
        }
    }
}

#[test]
fn windows_along_any_axis_are_what_plain_loops_give() {
    let mut random = Random(4);
    for lens in [&[7, 70][..], &[8, 70], &[17, 33], &[2, 0], &[0, 3], &[3, 9, 5], &[2, 3, 1, 10]] {
        for axis in 0..lens.len() {
            for _ in 0..3 {
                let layout = Layout::random(lens.len(), &ANY, &mut random);
                let out_layout = Layout::random(lens.len(), &APART, &mut random);
                let value = |_| random.choose(&[f64::NAN, 2.0, random.0 as f64]);
                let array = Strided::new(lens, &layout, 1e300, value);
                check(&array, axis, &[1, 2, 8, 33], &out_layout);
            }
        }
    }
    // Too long for a walk in step.
    let window = MoveRank::SHORT * LANES + 1;
    let value = |_| random.choose(&[f64::NAN, 2.0, random.0 as f64]);
    let array = Strided::new(&[window + 50, 9], &Layout::c_order(2), 1e300, value);
    check(&array, 0, &[window], &Layout::c_order(2));
}

#[test]
fn windows_are_the_same_from_several_threads() {
    let mut random = Random(5);
    let c = Layout::c_order;
    for (lens, axis, window) in [
        (&[PARALLEL + 100][..], 0, 20),
        (&[3 * PARALLEL_RANKS], 0, 1000),
        (&[3, PARALLEL_RANKS], 1, 400),
        (&[PARALLEL_RANKS / 8, 9], 0, 400),
        (&[PARALLEL / 9, 10], 0, 9),
    ] {
        let value = |_| random.choose(&[f64::NAN, 2.0, random.0 as f64]);
        let array = Strided::new(lens, &c(lens.len()), 1e300, value);
        let within = window_of(window, 2, lens[axis]);
        let medians = || ordered(&array, axis, within, MoveMedian, &c(lens.len()));
        let ranks = || ordered(&array, axis, within, MoveRank, &c(lens.len()));
        for (alone, together) in [
            (with_threads(1, medians), with_threads(4, medians)),
            (with_threads(1, ranks), with_threads(4, ranks)),
        ] {
            assert!(alone.iter().zip(&together).all(|(&a, &b)| same(a, b)));
        }
    }
}
