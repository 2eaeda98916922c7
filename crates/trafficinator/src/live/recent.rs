//! Times of the hits that were over in the last seconds: what a histogram holds more than it did a while ago.

use std::collections::VecDeque;
use std::time::Duration;

use engine::recorder::times::Times;

/// The last seconds are so many.
pub(crate) const RECENT: Duration = Duration::from_secs(10);

/// A histogram without what is empty: microseconds and how many, shortest first.
pub(crate) type Sparse = Vec<(u64, u64)>;

/// Percentiles in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quantiles {
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl Quantiles {
    /// Those of a histogram; nothing where it is empty.
    pub(crate) fn of(times: &Times) -> Option<Quantiles> {
        let at = |share| times.quantile_ms(share);
        let quantiles =
            Quantiles { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: times.max_ms() };
        (times.count() > 0).then_some(quantiles)
    }

    /// Those of a sparse one; nothing where it is empty.
    fn of_sparse(times: &Sparse) -> Option<Quantiles> {
        let total: u64 = times.iter().map(|(_, count)| count).sum();
        let at = |share: f64| {
            let rank = ((share * total as f64).ceil() as u64).max(1);
            let mut seen = 0;
            let found = times.iter().find(|(_, count)| {
                seen += count;
                seen >= rank
            });
            found.map(|(us, _)| *us as f64 / 1_000.0)
        };
        Some(Quantiles { p50: at(0.5)?, p90: at(0.9)?, p95: at(0.95)?, p99: at(0.99)?, max: at(1.0)? })
    }
}

/// How a histogram looked at moments of the last seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent {
    looks: VecDeque<(Duration, Sparse)>,
}

impl Recent {
    /// Looks at histograms that only grow, and returns percentiles of what came in the last seconds.
    pub(crate) fn look(&mut self, now: Duration, growing: [&Times; 2]) -> Option<Quantiles> {
        let [first, second] = growing.map(|times| times.iter_us().collect::<Sparse>());
        let sum = added(&first, &second);
        while self.looks.get(1).is_some_and(|(at, _)| *at + RECENT <= now) {
            self.looks.pop_front();
        }
        let before = self.looks.front().map(|(_, before)| before.as_slice()).unwrap_or_default();
        let recent = Quantiles::of_sparse(&without(&sum, before));
        self.looks.push_back((now, sum));
        recent
    }
}

fn added(one: &Sparse, other: &Sparse) -> Sparse {
    if one.is_empty() || other.is_empty() {
        return if one.is_empty() { other.clone() } else { one.clone() };
    }
    let mut sum = one.clone();
    for &(us, count) in other {
        match sum.binary_search_by_key(&us, |(us, _)| *us) {
            Ok(at) => sum[at].1 += count,
            Err(at) => sum.insert(at, (us, count)),
        }
    }
    sum
}

fn without(more: &Sparse, less: &[(u64, u64)]) -> Sparse {
    let mut less = less.iter().peekable();
    let mut left = Sparse::new();
    for &(us, count) in more {
        while less.next_if(|(earlier, _)| *earlier < us).is_some() {}
        let known = less.next_if(|(same, _)| *same == us).map_or(0, |(_, known)| *known);
        if count > known {
            left.push((us, count - known));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn second(second: u64) -> Duration {
        Duration::from_secs(second)
    }

    #[test]
    fn what_was_over_more_than_ten_seconds_ago_does_not_count() {
        let (mut recent, mut times, none) = (Recent::default(), Times::default(), Times::default());
        assert_eq!(recent.look(second(0), [&times, &none]), None);
        times.record(900_000_000);
        assert!(recent.look(second(1), [&times, &none]).is_some_and(|recent| recent.p50 >= 900.0));
        for now in 2..=10 {
            times.record(5_000_000);
            let max = recent.look(second(now), [&times, &none]).unwrap().max;
            assert!(max >= 900.0, "{now}: {max}");
        }
        times.record(5_000_000);
        let later = recent.look(second(11), [&times, &none]).unwrap();
        assert!(later.max < 6.0, "{later:?}");
        for now in 12..=21 {
            recent.look(second(now), [&times, &none]);
        }
        assert_eq!(recent.look(second(22), [&times, &none]), None, "nothing for ten seconds");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn percentiles_are_those_of_the_histogram_itself(
            warm_up in vec(0..4_000_000_000_u64, 0..100),
            measured in vec(0..4_000_000_000_u64, 0..100),
        ) {
            let (mut first, mut second, mut both) = (Times::default(), Times::default(), Times::default());
            for nanos in &warm_up {
                first.record(*nanos);
                both.record(*nanos);
            }
            for nanos in &measured {
                second.record(*nanos);
                both.record(*nanos);
            }
            let looked = Recent::default().look(Duration::ZERO, [&first, &second]);
            prop_assert_eq!(looked, Quantiles::of(&both));
        }
    }
}
