//! Sums of what was recorded.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use traffic::curve::{Nanos, SECOND};
use traffic::ledger::Cents;

use super::series::{MOST_WINDOWS, Window};
use super::statistics::Class;
use super::*;
use crate::observation::Observation;

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
    (select(Kind::ALL.to_vec()), 0..100_000_000_000_u64, span(), span(), span(), outcome()).prop_map(
        |(kind, due, wait, lag, service, outcome)| {
            let (ready, sent) = (due + wait, due + wait + lag);
            Observation { kind, due, ready, sent, done: sent + service, outcome }
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

/// A run with a warm-up of 10 s and the rest of a second in which these hits were over.
fn record(observations: &[Observation]) -> Snapshot {
    let mut snapshot = Snapshot::new(WARM_UP);
    add(&mut snapshot, observations);
    snapshot
}

const WARM_UP: Nanos = 10_250_000_000;

/// Takes in hits as the collector does.
fn add(snapshot: &mut Snapshot, observations: &[Observation]) {
    let mut sorted = observations.to_vec();
    sorted.sort_by_key(|observation| observation.due);
    for observation in &sorted {
        snapshot.counts.count(observation.outcome);
        let is_warm_up = observation.due < WARM_UP;
        let statistics = if is_warm_up { &mut snapshot.warm_up } else { &mut snapshot.statistics };
        statistics.observe(observation);
    }
    snapshot.series.observe(&sorted);
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let numbers = vec(0..1_000_000_u64, 15 + Kind::ALL.len());
    (vec(observation(), 0..20), numbers, ledger(), ledger(), ledger()).prop_map(
        |(observations, numbers, planned, acknowledged, uncertain)| {
            let mut snapshot = record(&observations);
            let counts = &mut snapshot.counts;
            (counts.planned, counts.acknowledged, counts.uncertain) = (planned, acknowledged, uncertain);
            let (visits, hits) = (&mut counts.visits, &mut counts.hits);
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
                &mut counts.last_start,
                &mut counts.last_sent,
                &mut counts.last_answer,
            ];
            let failures = counts.last_failures.iter_mut();
            for (field, number) in fields.into_iter().chain(failures).chain(&mut hits.by_kind).zip(numbers) {
                *field = number;
            }
            // The last first.
            counts.last_failures.sort_unstable_by(|one, other| other.cmp(one));
            snapshot
        },
    )
}

fn sum<'a>(parts: impl IntoIterator<Item = &'a Snapshot>) -> Snapshot {
    let mut sum = Snapshot::new(WARM_UP);
    for part in parts {
        sum += part;
    }
    sum
}

/// Everything that windows hold, in one.
fn total(series: &Series) -> (Counts, [times::Times; 4]) {
    let mut counts = Counts::default();
    let mut all: [times::Times; 4] = Default::default();
    for (_, window) in series.windows() {
        counts.visits += window.visits;
        counts.hits += window.hits;
        counts.errors += &window.errors;
        for (sum, times) in all.iter_mut().zip([&window.response, &window.service, &window.wait, &window.lag])
        {
            *sum += &times.unpack();
        }
    }
    (counts, all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn adding_snapshots_is_associative_and_commutative(a in snapshot(), b in snapshot(), c in snapshot()) {
        prop_assert_eq!(sum([&a]), a.clone());
        prop_assert_eq!(sum([&a, &b]), sum([&b, &a]));
        let (left, right) = (sum([&sum([&a, &b]), &c]), sum([&a, &sum([&b, &c])]));
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(left, sum([&c, &b, &a]));
    }

    #[test]
    fn what_was_merged_is_what_would_have_been_recorded_at_once(
        observations in vec((observation(), 0..4_usize), 1..60),
    ) {
        let mut parts: [Vec<Observation>; 4] = Default::default();
        for (observation, part) in &observations {
            parts[*part].push(*observation);
        }
        let whole: Vec<Observation> = observations.into_iter().map(|(observation, _)| observation).collect();
        let merged = sum(&parts.map(|part| record(&part)));
        prop_assert_eq!(merged, record(&whole));
    }

    #[test]
    fn it_does_not_matter_how_often_a_worker_hands_over(
        observations in vec(observation(), 1..60), portions in 1..20_usize,
    ) {
        let mut snapshot = Snapshot::new(WARM_UP);
        for portion in observations.chunks(portions) {
            add(&mut snapshot, portion);
        }
        prop_assert_eq!(snapshot, record(&observations));
    }

    #[test]
    fn wider_windows_hold_the_same(observations in vec(observation(), 1..60), most in 1..40_usize) {
        let series = record(&observations).series;
        let mut coarser = series.clone();
        while coarser.windows().len() > most.max(2) {
            coarser.halve();
        }
        prop_assert!(coarser.windows().len() <= most.max(2), "{}", coarser.windows().len());
        prop_assert!(coarser.width().is_power_of_two());
        prop_assert_eq!(total(&coarser), total(&series));
        // The end of the warm-up stays the beginning of a window.
        let measured = |series: &Series| series.measured().map(|window| window.hits.accepted).sum::<u64>();
        prop_assert_eq!(measured(&coarser), measured(&series));
    }

    #[test]
    fn every_hit_is_in_the_window_in_which_it_was_due(observation in observation()) {
        let series = record(&[observation]).series;
        let (number, _) = series.windows().find(|(_, window)| **window != Window::default()).unwrap();
        let begins = series.begins(number);
        let due = observation.due as f64 / SECOND as f64;
        prop_assert!((begins..begins + series.width() as f64).contains(&due), "{} {}", begins, due);
        prop_assert_eq!(number < 0, observation.due < WARM_UP);
    }
}

#[test]
fn memory_does_not_grow_with_the_length_of_a_run() {
    let mut series = Series::new(WARM_UP);
    let hit = |due: Nanos| Observation {
        kind: Kind::Pageview,
        due,
        ready: due,
        sent: due,
        done: due + 5_000_000,
        outcome: Outcome::Answered(204),
    };
    for second in 0..20_000 {
        series.observe(&[hit(second * SECOND)]);
        assert!(series.windows().len() <= MOST_WINDOWS);
    }
    assert_eq!(series.width(), 8);
    let (counts, [response, ..]) = total(&series);
    assert_eq!((counts.hits.accepted, response.count()), (20_000, 20_000));
    let measured: u64 = series.measured().map(|window| window.hits.accepted).sum();
    assert_eq!(measured, 20_000 - 11);
}

#[test]
fn every_outcome_is_counted_once_and_by_its_name() {
    let statuses = [200, 204, 400, 400, 503].map(Outcome::Answered);
    let outcomes = statuses.into_iter().chain(Failure::ALL.map(Outcome::Failed));
    let hit = |outcome| Observation {
        kind: Kind::Event,
        due: WARM_UP,
        ready: WARM_UP + 1,
        sent: WARM_UP + 2,
        done: WARM_UP + 3,
        outcome,
    };
    let snapshot = record(&outcomes.map(hit).collect::<Vec<_>>());
    let hits = snapshot.counts.hits;
    assert_eq!((hits.accepted, hits.rejected, hits.failed), (2, 3, 7));
    for errors in [&snapshot.counts.errors, &snapshot.measured().errors] {
        let named: Vec<(String, u64)> = errors.iter().collect();
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
        assert_eq!(errors.total(), hits.rejected + hits.failed);
        let mut again = ErrorCounts::default();
        assert!(expected.iter().all(|(name, count)| again.add_named(name, *count)));
        assert_eq!(again, *errors);
        assert!(!again.add_named("nothing known", 1));
    }
    // One that the end of the run cut off says nothing about the target.
    assert_eq!(snapshot.statistics.service.count(), 11);
    let of = |class| snapshot.statistics.by_kind[&(Kind::Event, class)].service.count();
    assert_eq!(
        [Class::Success, Class::ClientError, Class::ServerError, Class::NoAnswer].map(of),
        [2, 2, 1, 6]
    );
}
