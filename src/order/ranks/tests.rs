use std::collections::BTreeSet;

use super::*;
use crate::testing::Random;

/// Sizes around those at which a tree grows.
const SIZES: [usize; 9] = [1, 2, 63, 64, 65, 4095, 4096, 4097, 300_000];

/// Some lie close together, so that most words stay empty.
fn any_rank(size: usize, random: &mut Random) -> usize {
    let near = random.choose(&[0, size / 2, size]);
    let spread = random.choose(&[100, size]);
    (near + random.below(spread)) % size
}

#[test]
fn rank_sets_are_sets() -> Result<(), Error> {
    let mut random = Random(1);
    let mut set = RankSet::default();
    for size in SIZES {
        set.clear(size)?;
        let mut plain = BTreeSet::new();
        for _ in 0..2000 {
            let rank = any_rank(size, &mut random);
            if plain.remove(&rank) {
                set.remove(rank);
            } else {
                plain.insert(rank);
                set.insert(rank);
            }
            let rank = any_rank(size, &mut random);
            let from = |rank: usize| plain.range(rank..).next().copied();
            let before = plain.range(..rank).next_back().copied();
            assert_eq!(set.at_or_after(rank), from(rank));
            assert_eq!(set.at_or_after(size), None);
            assert_eq!(set.before(rank), before);
            let after = from(rank).and_then(|first| from(first + 1));
            let beside = [None, before, from(rank), after, None];
            for (step, beside) in (-2..).zip(beside) {
                let shares_word = |other: &usize| other / WIDTH == rank / WIDTH;
                assert_eq!(set.beside(rank, step), beside.filter(shares_word));
            }
        }
    }
    Ok(())
}

#[test]
fn rank_counts_count() -> Result<(), Error> {
    let mut random = Random(2);
    let mut counts = RankCounts::default();
    for size in SIZES {
        counts.clear(size)?;
        let mut plain = BTreeSet::new();
        for _ in 0..1000 {
            let rank = any_rank(size, &mut random);
            if plain.remove(&rank) {
                counts.remove(rank);
            } else {
                plain.insert(rank);
                counts.insert(rank);
            }
            let rank = any_rank(size, &mut random);
            assert_eq!(counts.below(rank), plain.range(..rank).count());
        }
    }
    Ok(())
}

#[test]
fn keys_have_the_order_of_values() {
    let values = [f64::NEG_INFINITY, -1e300, -1.0, -5e-324, -0.0, 0.0, 5e-324, 1.0, 1e300];
    assert!(values.map(Element::signed_key).is_sorted_by(|a, b| a < b));
    for value in values {
        assert_eq!(f64::from_signed_key(value.signed_key()).to_bits(), value.to_bits());
        let single = value as f32;
        assert_eq!(f32::from_signed_key(single.signed_key()).to_bits(), single.to_bits());
    }
    assert_eq!(i32::from_signed_key(i32::MIN.signed_key()), i32::MIN);
    assert_eq!(i64::from_signed_key(i64::MAX.signed_key()), i64::MAX);
}

/// Whether ranks are the places in a stable sort of what is not NaN.
fn check<T: Element>(ranks: &mut Ranks, values: &[T]) {
    assert_eq!(ranks.read(Lane::from_slice(values), true), Ok(()));
    assert_eq!(ranks.sort(), Ok(()));
    let is_nan = |place: &usize| values[*place].is_nan();
    let (nans, mut places): (Vec<usize>, Vec<usize>) = (0..values.len()).partition(is_nan);
    places.sort_by_key(|place| values[*place].signed_key());
    assert_eq!((ranks.len(), ranks.is_empty()), (places.len(), places.is_empty()));
    assert_eq!(ranks.keys().len(), values.len());
    assert!(places.iter().all(|place| ranks.key_at(*place) == Some(values[*place].signed_key())));
    assert!(nans.into_iter().all(|place| (ranks.at(place), ranks.key_at(place)) == (None, None)));
    let mut first = 0;
    for (rank, &place) in places.iter().enumerate() {
        let key = values[place].signed_key();
        if key != values[places[first]].signed_key() {
            first = rank;
        }
        let found = (ranks.at(place), ranks.first(rank), ranks.key(rank));
        assert_eq!(found, (Some(rank), first, key));
    }
}

#[test]
fn ranks_are_places_in_a_stable_sort() {
    let mut random = Random(3);
    let mut ranks = Ranks::default();
    for len in [0, 1, 2, BY_DIGITS.start - 1, BY_DIGITS.start, 3000, BY_DIGITS.end] {
        let mut values = |value: fn(&mut Random) -> i64| -> Vec<i64> {
            (0..len).map(|_| value(&mut random)).collect()
        };
        for values in [
            values(|random| random.bits() as i64),
            values(|random| random.integer(64)),
            values(|random| random.below(3) as i64),
            // Alike in their high bits, or in their low ones.
            values(|random| (1 << 60) + random.below(1000) as i64),
            values(|random| (random.below(1000) as i64) << 50),
            // Alike in their high bits, but for a few.
            values(|random| random.choose(&[i64::MIN, i64::MAX, 6, 7, random.0 as i64 % 99])),
            values(|_| i64::MAX),
        ] {
            check(&mut ranks, &values);
            let floats = values.iter().map(|bits| f64::from_bits(*bits as u64));
            check(&mut ranks, &floats.collect::<Vec<f64>>());
            let floats = values.iter().map(|value| *value as f32);
            check(&mut ranks, &floats.collect::<Vec<f32>>());
        }
        check(&mut ranks, &vec![f64::NAN; len]);
    }
}

#[test]
fn zeros_have_signs_if_they_are_to() -> Result<(), Error> {
    let mut ranks = Ranks::default();
    for (signed, order) in [(true, [1, 0]), (false, [0, 1])] {
        ranks.read(Lane::from_slice(&[0.0, -0.0]), signed)?;
        ranks.sort()?;
        assert_eq!([ranks.at(0), ranks.at(1)], order.map(Some));
        assert_eq!(ranks.first(1), usize::from(signed));
    }
    Ok(())
}

#[test]
fn memory_that_is_not_there_is_an_error() {
    let bytes = usize::MAX / 8 * 8;
    assert_eq!(refill(&mut Vec::<u64>::new(), usize::MAX / 8, 0), Err(Error::Memory { bytes }));
}
