//! Counting and measuring: what a worker records, and snapshots that add up.

use std::ops::AddAssign;

use hdrhistogram::Histogram;
use traffic::hit::Kind;
use traffic::ledger::Ledger;

use crate::observation::{Failure, Observation, Outcome};

/// A hit sent this long after it was due is late.
pub const LATE_NS: u64 = 100_000_000;

/// The longest time that is told apart: an hour, in microseconds.
const LONGEST_US: u64 = 3_600_000_000;

/// Times of many hits, in microseconds, with three significant digits.
#[derive(Clone, Debug, PartialEq)]
pub struct Times(Histogram<u64>);

impl Default for Times {
    fn default() -> Times {
        Times(Histogram::new_with_bounds(1, LONGEST_US, 3).expect("valid bounds"))
    }
}

impl Times {
    /// Records one time.
    pub fn record(&mut self, nanos: u64) {
        self.0.saturating_record(nanos.div_ceil(1_000));
    }

    /// How many were recorded.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The mean, in milliseconds.
    pub fn mean_ms(&self) -> f64 {
        self.0.mean() / 1_000.0
    }

    /// The longest, in milliseconds.
    pub fn max_ms(&self) -> f64 {
        self.0.max() as f64 / 1_000.0
    }

    /// The time that this share of them stay within, in milliseconds.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1_000.0
    }

    fn clear(&mut self) {
        if !self.0.is_empty() {
            self.0.reset();
        }
    }
}

impl AddAssign<&Times> for Times {
    fn add_assign(&mut self, other: &Times) {
        if !other.0.is_empty() {
            self.0.add(&other.0).expect("the same bounds");
        }
    }
}

/// Visits by what became of them. `planned = started + dropped`; once a run is over `started = completed + incomplete`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VisitCounts {
    /// Visits that were due.
    pub planned: u64,
    /// Visits whose first hit was sent.
    pub started: u64,
    /// Visits of which every hit was accepted.
    pub completed: u64,
    /// Visits with a hit that was rejected, failed or dropped.
    pub incomplete: u64,
    /// Visits that never began.
    pub dropped: u64,
}

/// Hits by what became of them. Once a run is over `planned = sent + dropped` and `sent = accepted + rejected + failed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HitCounts {
    /// Hits of the planned visits.
    pub planned: u64,
    /// Hits taken up, each counted once however often it was tried.
    pub sent: u64,
    /// Answered with 2xx.
    pub accepted: u64,
    /// Answered with anything else.
    pub rejected: u64,
    /// Not answered.
    pub failed: u64,
    /// Sent more than 100 ms after they were due (part of `sent`).
    pub late: u64,
    /// Never sent.
    pub dropped: u64,
    /// Further tries, where the first certainly was not recorded.
    pub retried: u64,
    /// Sent, by kind.
    pub by_kind: [u64; Kind::ALL.len()],
}

/// Hits that were not accepted, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorCounts {
    /// By status, sorted.
    http: Vec<(u16, u64)>,
    failures: [u64; Failure::ALL.len()],
}

impl ErrorCounts {
    fn add_status(&mut self, status: u16, count: u64) {
        match self.http.binary_search_by_key(&status, |(status, _)| *status) {
            Ok(at) => self.http[at].1 += count,
            Err(at) => self.http.insert(at, (status, count)),
        }
    }

    /// How many answers had this status.
    pub fn status(&self, status: u16) -> u64 {
        self.http.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count)
    }

    /// How many hits failed in this way.
    pub fn failure(&self, failure: Failure) -> u64 {
        self.failures[failure as usize]
    }

    /// Name and count of every kind that happened.
    pub fn iter(&self) -> impl Iterator<Item = (String, u64)> {
        let http = self.http.iter().map(|(status, count)| (format!("http_{status}"), *count));
        let failures = Failure::ALL.map(|failure| (failure.name().to_owned(), self.failure(failure)));
        http.chain(failures).filter(|(_, count)| *count > 0)
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.http.iter().map(|(_, count)| count).sum::<u64>() + self.failures.iter().sum::<u64>()
    }
}

/// Totals of a run, or of a part of it. Adding is associative and commutative.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Visits.
    pub visits: VisitCounts,
    /// Hits.
    pub hits: HitCounts,
    /// Why hits were not accepted.
    pub errors: ErrorCounts,
    /// Due to done.
    pub response: Times,
    /// Sent to done.
    pub service: Times,
    /// Due to ready: waiting for the target.
    pub wait: Times,
    /// Ready to sent: the generator's own lateness.
    pub lag: Times,
    /// When the last visit was started, in nanoseconds since the start of the run.
    pub last_start: u64,
    /// When the last hit was sent, in nanoseconds since the start of the run.
    pub last_sent: u64,
    /// What was planned.
    pub planned: Ledger,
    /// What Matomo said it took.
    pub acknowledged: Ledger,
    /// What may have been recorded besides.
    pub uncertain: Ledger,
}

impl Snapshot {
    /// Counts a hit that is over.
    pub(crate) fn observe(&mut self, observation: Observation) {
        let Observation { due, ready, sent, done, outcome } = observation;
        match outcome {
            Outcome::Answered(200..=299) => self.hits.accepted += 1,
            Outcome::Answered(status) => {
                self.hits.rejected += 1;
                self.errors.add_status(status, 1);
            }
            Outcome::Failed(failure) => {
                self.hits.failed += 1;
                self.errors.failures[failure as usize] += 1;
            }
        }
        // A hit that the end of the run cut off says nothing about the target.
        if outcome != Outcome::Failed(Failure::Aborted) {
            self.response.record(done - due);
            self.service.record(done - sent);
            self.wait.record(ready - due);
            self.lag.record(sent - ready);
        }
    }

    /// Empties it, keeping its memory.
    pub(crate) fn clear(&mut self) {
        for times in [&mut self.response, &mut self.service, &mut self.wait, &mut self.lag] {
            times.clear();
        }
        self.visits = VisitCounts::default();
        self.hits = HitCounts::default();
        self.errors.http.clear();
        self.errors.failures = Default::default();
        (self.last_start, self.last_sent) = (0, 0);
        (self.planned, self.acknowledged, self.uncertain) = Default::default();
    }
}

impl AddAssign<&Snapshot> for Snapshot {
    fn add_assign(&mut self, other: &Snapshot) {
        let (visits, more) = (&mut self.visits, other.visits);
        visits.planned += more.planned;
        visits.started += more.started;
        visits.completed += more.completed;
        visits.incomplete += more.incomplete;
        visits.dropped += more.dropped;
        let (hits, more) = (&mut self.hits, other.hits);
        hits.planned += more.planned;
        hits.sent += more.sent;
        hits.accepted += more.accepted;
        hits.rejected += more.rejected;
        hits.failed += more.failed;
        hits.late += more.late;
        hits.dropped += more.dropped;
        hits.retried += more.retried;
        for (sum, count) in hits.by_kind.iter_mut().zip(more.by_kind) {
            *sum += count;
        }
        for &(status, count) in &other.errors.http {
            self.errors.add_status(status, count);
        }
        for (sum, count) in self.errors.failures.iter_mut().zip(other.errors.failures) {
            *sum += count;
        }
        self.response += &other.response;
        self.service += &other.service;
        self.wait += &other.wait;
        self.lag += &other.lag;
        self.last_start = self.last_start.max(other.last_start);
        self.last_sent = self.last_sent.max(other.last_sent);
        self.planned += other.planned;
        self.acknowledged += other.acknowledged;
        self.uncertain += other.uncertain;
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use traffic::ledger::Cents;

    use super::*;

    fn outcome() -> impl Strategy<Value = Outcome> {
        let statuses = vec![200, 204, 299, 301, 400, 404, 500, 502, 504];
        prop_oneof![
            3 => select(statuses).prop_map(Outcome::Answered),
            1 => select(Failure::ALL.to_vec()).prop_map(Outcome::Failed),
        ]
    }

    fn observation() -> impl Strategy<Value = Observation> {
        // From nothing to beyond the longest time that is told apart.
        let span = || prop_oneof![Just(0), 0..2_000_u64, 0..40_000_000_000_u64, 0..5_000_000_000_000_u64];
        (0..1_000_000_000_u64, span(), span(), span(), outcome()).prop_map(
            |(due, wait, lag, service, outcome)| {
                let (ready, sent) = (due + wait, due + wait + lag);
                Observation { due, ready, sent, done: sent + service, outcome }
            },
        )
    }

    fn ledger() -> impl Strategy<Value = Ledger> {
        vec((select(Kind::ALL.to_vec()), 0..100_000_u64), 0..8).prop_map(|hits| {
            let mut ledger = Ledger { visits: hits.len() as u64, ..Ledger::default() };
            for (kind, cents) in hits {
                let counted = match kind {
                    Kind::Cart => (&mut ledger.carts, &mut ledger.cart_revenue),
                    Kind::Goal => (&mut ledger.goals, &mut ledger.goal_revenue),
                    Kind::Order => (&mut ledger.orders, &mut ledger.revenue),
                    Kind::Impression => (&mut ledger.impressions, &mut Cents(0)),
                    Kind::Interaction => (&mut ledger.interactions, &mut Cents(0)),
                    Kind::Event => (&mut ledger.events, &mut Cents(0)),
                    Kind::Search => (&mut ledger.searches, &mut Cents(0)),
                    Kind::Outlink => (&mut ledger.outlinks, &mut Cents(0)),
                    Kind::Download => (&mut ledger.downloads, &mut Cents(0)),
                    _ => (&mut ledger.pageviews, &mut Cents(0)),
                };
                *counted.0 += 1;
                counted.1.0 += cents;
            }
            ledger
        })
    }

    fn snapshot() -> impl Strategy<Value = Snapshot> {
        let numbers = vec(0..1_000_000_u64, 11 + Kind::ALL.len());
        (vec(observation(), 0..20), numbers, ledger(), ledger(), ledger()).prop_map(
            |(observations, numbers, planned, acknowledged, uncertain)| {
                let mut snapshot = Snapshot { planned, acknowledged, uncertain, ..Snapshot::default() };
                let (visits, hits) = (&mut snapshot.visits, &mut snapshot.hits);
                let fields = [
                    &mut visits.planned,
                    &mut visits.started,
                    &mut visits.completed,
                    &mut visits.incomplete,
                    &mut visits.dropped,
                    &mut hits.planned,
                    &mut hits.sent,
                    &mut hits.late,
                    &mut hits.dropped,
                    &mut snapshot.last_start,
                    &mut snapshot.last_sent,
                ];
                for (field, number) in fields.into_iter().chain(&mut hits.by_kind).zip(numbers) {
                    *field = number;
                }
                for observation in observations {
                    snapshot.observe(observation);
                }
                snapshot
            },
        )
    }

    fn sum<'a>(parts: impl IntoIterator<Item = &'a Snapshot>) -> Snapshot {
        let mut sum = Snapshot::default();
        for part in parts {
            sum += part;
        }
        sum
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn adding_snapshots_is_associative_and_commutative(a in snapshot(), b in snapshot(), c in snapshot()) {
            prop_assert_eq!(sum([&a]), a.clone());
            prop_assert_eq!(sum([&a, &b]), sum([&b, &a]));
            let (left, right) = (sum([&sum([&a, &b]), &c]), sum([&a, &sum([&b, &c])]));
            prop_assert_eq!(&left, &right);
            prop_assert_eq!(left, sum([&c, &b, &a]));
        }

        #[test]
        fn merged_times_are_those_of_all_hits_recorded_into_one(
            observations in vec((observation(), 0..4_usize), 1..60),
        ) {
            let mut parts = vec![Snapshot::default(); 4];
            let mut whole = Snapshot::default();
            for (observation, part) in observations {
                parts[part].observe(observation);
                whole.observe(observation);
            }
            let merged = sum(&parts);
            prop_assert_eq!(&merged, &whole);
            let of = |snapshot: &Snapshot| {
                [&snapshot.response, &snapshot.service, &snapshot.wait, &snapshot.lag].map(|times| {
                    let quantiles = [0.0, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0].map(|share| times.quantile_ms(share));
                    (times.count(), quantiles, times.mean_ms().to_bits(), times.max_ms().to_bits())
                })
            };
            prop_assert_eq!(of(&merged), of(&whole));
        }

        #[test]
        fn an_emptied_snapshot_is_as_good_as_new(used in snapshot(), observations in vec(observation(), 0..20)) {
            let mut emptied = used;
            emptied.clear();
            let mut new = Snapshot::default();
            prop_assert_eq!(&emptied, &new);
            for observation in observations {
                emptied.observe(observation);
                new.observe(observation);
            }
            prop_assert_eq!(&emptied, &new);
        }

        #[test]
        fn times_are_told_apart_to_a_thousandth(nanos in 1_000..3_600_000_000_000_u64) {
            let mut times = Times::default();
            times.record(nanos);
            let ms = nanos as f64 / 1e6;
            prop_assert!((times.quantile_ms(0.5) - ms).abs() <= ms / 1_000.0 + 0.001, "{} {ms}", times.quantile_ms(0.5));
        }
    }

    #[test]
    fn every_outcome_is_counted_once_and_by_its_name() {
        let mut snapshot = Snapshot::default();
        let statuses = [200, 204, 400, 400, 503].map(Outcome::Answered);
        for outcome in statuses.into_iter().chain(Failure::ALL.map(Outcome::Failed)) {
            snapshot.observe(Observation { due: 0, ready: 1, sent: 2, done: 3, outcome });
        }
        let hits = snapshot.hits;
        assert_eq!((hits.accepted, hits.rejected, hits.failed), (2, 3, 7));
        let named: Vec<(String, u64)> = snapshot.errors.iter().collect();
        let named: Vec<(&str, u64)> = named.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        let expected = [
            ("http_400", 2),
            ("http_503", 1),
            ("dns", 1),
            ("connect", 1),
            ("tls", 1),
            ("reset", 1),
            ("timeout", 1),
            ("protocol", 1),
            ("aborted", 1),
        ];
        assert_eq!(named, expected);
        assert_eq!(snapshot.errors.total(), hits.rejected + hits.failed);
    }
}
