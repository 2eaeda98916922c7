//! Sums of what was recorded.

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
