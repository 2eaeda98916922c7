//! A run that never was, the same every time.

use engine::observation::{Failure, Observation, Outcome};
use engine::recorder::Snapshot;
use engine::recorder::series::{Cpu, Gauges, Series, Window};
use engine::recorder::statistics::Statistics;
use engine::recorder::times::Times;
use jiff::Timestamp;
use traffic::curve::{Nanos, SECOND};
use traffic::hit::Kind;
use traffic::ledger::{Cents, Ledger};

use super::{Additions, Subject};
use crate::summary::verdict::ThresholdPart;
use crate::summary::{
    Circumstances, GeneratorPart, Model, ReproducePart, RunPart, SettingPart, StoppedBy, Summary, TargetPart,
};

/// What a report needs.
pub(crate) struct Fixture {
    pub(crate) summary: Summary,
    pub(crate) series: Series,
    pub(crate) statistics: Statistics,
    pub(crate) additions: Additions,
}

impl Fixture {
    pub(crate) fn subject(&self) -> Subject<'_> {
        let Fixture { summary, series, statistics, additions } = self;
        Subject { summary, series, statistics, additions }
    }
}

/// Milliseconds, in nanoseconds.
const MS: Nanos = 1_000_000;

/// A run of 20 hits a second for so many seconds, the first five of them warm-up. From the 20th to the 24th second the
/// target is slow, and some hits fail in several ways.
pub(crate) fn run(seconds: u64) -> Fixture {
    let warm_up = 5 * SECOND;
    let mut snapshot = Snapshot::new(warm_up);
    let mut windows = Vec::new();
    for second in 0..seconds {
        let mut times: [Times; 4] = Default::default();
        let mut window = Window::default();
        for number in 0..20 {
            let observation = observation(second, number);
            let Observation { due, ready, sent, done, .. } = observation;
            count(&mut window, &observation);
            for (times, nanos) in times.iter_mut().zip([done - due, done - sent, ready - due, sent - ready]) {
                times.record(nanos);
            }
            let statistics = if due < warm_up { &mut snapshot.warm_up } else { &mut snapshot.statistics };
            statistics.observe(&observation);
        }
        [window.response, window.service, window.wait, window.lag] = times.map(|times| times.pack());
        let is_slow = is_slow(second);
        window.gauges = Gauges {
            in_flight: if is_slow { 30 } else { 2 },
            open_visits: 40 + second % 7,
            connections: if is_slow { 30 } else { 4 },
            backlog: if is_slow { 60 } else { 0 },
            open_files: if is_slow { 44 } else { 18 },
        };
        window.cpu = Cpu { process: (20 + second % 5) * MS, busiest: (15 + second % 5) * MS };
        snapshot.counts.visits += window.visits;
        snapshot.counts.hits += window.hits;
        snapshot.counts.errors += &window.errors;
        windows.push(window);
    }
    (snapshot.counts.last_start, snapshot.counts.last_sent) = (seconds * SECOND, seconds * SECOND);
    let accepted = snapshot.counts.hits.accepted;
    snapshot.counts.planned = ledger(seconds * 20);
    snapshot.counts.acknowledged = ledger(accepted);
    snapshot.counts.uncertain = ledger(seconds * 20 - accepted);
    snapshot.series = Series::of(warm_up, 1, windows).expect("few windows");
    let summary = Summary::new(circumstances(seconds), &snapshot, Vec::new());
    let Snapshot { statistics, series, .. } = snapshot;
    Fixture { summary, series, statistics, additions: Additions::default() }
}

fn is_slow(second: u64) -> bool {
    (20..25).contains(&second)
}

fn observation(second: u64, number: u64) -> Observation {
    let chance = mixed(second * 1_000 + number);
    let due = second * SECOND + number * 50 * MS;
    let (wait, lag) = (if is_slow(second) { (200 + chance % 300) * MS } else { 0 }, chance % 200 * 1_000);
    let outcome = match (is_slow(second), chance % 12) {
        (true, 0) => Outcome::Answered(500),
        (true, 1) => Outcome::Answered(503),
        (true, 2) => Outcome::Failed(Failure::Timeout),
        _ => Outcome::Answered(204),
    };
    let took = match outcome {
        Outcome::Failed(_) => 10 * SECOND,
        Outcome::Answered(_) if chance.is_multiple_of(9) => (60 + chance % 90) * MS,
        Outcome::Answered(_) => (4 + chance % 7) * MS + chance % 1_000 * 1_000,
    };
    let (ready, sent) = (due + wait, due + wait + lag);
    let kind = match chance / 16 % 20 {
        0..12 => Kind::Pageview,
        12..15 => Kind::Ping,
        15 | 16 => Kind::Event,
        17 => Kind::Impression,
        18 => Kind::Interaction,
        _ => Kind::Order,
    };
    Observation { kind, due, ready, sent, done: sent + took, outcome }
}

fn count(window: &mut Window, observation: &Observation) {
    window.visits.planned += u64::from(observation.kind == Kind::Order);
    window.visits.started += u64::from(observation.kind == Kind::Order);
    let hits = &mut window.hits;
    hits.planned += 1;
    hits.sent += 1;
    hits.late += u64::from(observation.sent - observation.due > 100 * MS);
    hits.by_kind[observation.kind as usize] += 1;
    let error = match observation.outcome {
        Outcome::Answered(200..=299) => {
            hits.accepted += 1;
            window.visits.completed += u64::from(observation.kind == Kind::Order);
            return;
        }
        Outcome::Answered(status) => {
            hits.rejected += 1;
            format!("http_{status}")
        }
        Outcome::Failed(failure) => {
            hits.failed += 1;
            failure.name().to_owned()
        }
    };
    window.visits.incomplete += u64::from(observation.kind == Kind::Order);
    assert!(window.errors.add_named(&error, 1));
}

fn ledger(hits: u64) -> Ledger {
    Ledger {
        visits: hits / 8,
        returning: hits / 40,
        actions: hits / 2,
        pageviews: hits / 3,
        orders: hits / 100,
        revenue: Cents(hits * 1_234),
        ..Ledger::default()
    }
}

fn circumstances(seconds: u64) -> Circumstances {
    let started_at: Timestamp = "2026-11-24T18:00:00Z".parse().expect("a moment");
    let threshold = |expression: &str, value: Option<f64>, unit: &str, holds| ThresholdPart {
        target: None,
        expression: expression.to_owned(),
        value,
        unit: unit.to_owned(),
        holds,
        aborted: false,
    };
    let setting = |name: &str, value: &str, source: &str| SettingPart {
        name: name.to_owned(),
        value: value.to_owned(),
        source: source.to_owned(),
    };
    Circumstances {
        run: RunPart {
            id: "monday".to_owned(),
            seed: 7,
            plan: "0123456789abcdef".to_owned(),
            version: "0.1.0".to_owned(),
            started_at,
            ended_at: started_at + std::time::Duration::from_secs(seconds),
            seconds: seconds as f64,
            stopped_by: StoppedBy::Duration,
            shard: None,
            start_at: None,
            late_seconds: None,
            until_ns: None,
        },
        target: TargetPart { name: None, url: "http://matomo.example.org/matomo.php".to_owned(), site_id: 3 },
        model: Model::Open,
        adjusted: false,
        thresholds: vec![
            threshold("response.p95<200ms", Some(431.5), "ms", false),
            threshold("errors<1%", Some(0.0075), "share", true),
            threshold("visits.dropped==0", Some(0.0), "count", true),
            threshold("order.response.p95<1s", None, "ms", false),
        ],
        generator: GeneratorPart {
            cpu_seconds: 0.88,
            max_rss_bytes: 24_000_000,
            cores: 4,
            workers: 2,
            cores_used: 0.022,
            busiest_core: 0.019,
            open_files: 44,
            open_files_allowed: 1_024,
            connections: 30,
            in_flight: 30,
            in_flight_allowed: 50,
        },
        reproduce: ReproducePart {
            command: "trafficinator run --matomo-url http://matomo.example.org/ --matomo-site-id 3 --seed 7"
                .to_owned(),
            settings: vec![
                setting("MATOMO_URL", "http://matomo.example.org/", "--matomo-url"),
                setting("MATOMO_TOKEN_AUTH", "***", "the environment"),
            ],
        },
    }
}

/// A number that looks like chance and is none (the finaliser of `SplitMix64`).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
