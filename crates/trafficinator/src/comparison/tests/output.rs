//! Results as they are written and read again, and what is said of them.

use engine::observation::Failure;
use engine::recorder::series::{Series, Window};
use engine::recorder::times::Times;
use engine::recorder::{Counts, ErrorCounts, HitCounts, Snapshot, VisitCounts};
use serde_json::Value;
use traffic::random::{Domain, Stream};

use crate::comparison::decision::{Decision, Outcome};
use crate::comparison::fit;
use crate::comparison::html::html;
use crate::comparison::markdown::markdown;
use crate::comparison::metric::Metric;
use crate::comparison::runs::Run;
use crate::comparison::text::text;
use crate::comparison::{Comparison, Options, compare};
use crate::summary::read::{Given, parse};
use crate::summary::{
    Circumstances, GeneratorPart, Model, ReproducePart, RunPart, StoppedBy, Summary, TargetPart, verdict,
};

const WINDOWS: u64 = 40;

/// The result of a run of 40 seconds with 50 hits in each: answers take `ms` in the middle, and one hit of
/// `one_of` is rejected.
fn result(id: &str, number: u64, ms: f64, one_of: u32) -> Summary {
    let mut stream = Stream::new(11, Domain::Visit, number);
    let mut snapshot = Snapshot::new(0);
    let mut windows = Vec::new();
    for _ in 0..WINDOWS {
        let (mut response, mut service) = (Times::default(), Times::default());
        let mut rejected = 0;
        for _ in 0..50 {
            let took = (stream.lognormal(ms, 0.4) * 1e6) as u64;
            service.record(took);
            response.record(took + 1_000_000);
            rejected += u64::from(stream.below(one_of) == 0);
        }
        let mut errors = ErrorCounts::default();
        assert!(errors.add_named("http_503", rejected));
        let hits =
            HitCounts { planned: 50, sent: 50, accepted: 50 - rejected, rejected, ..HitCounts::default() };
        let visits = VisitCounts { planned: 10, started: 10, completed: 10, ..VisitCounts::default() };
        snapshot.counts.hits += hits;
        snapshot.counts.visits += visits;
        snapshot.counts.errors += &errors;
        snapshot.statistics.response += &response;
        snapshot.statistics.service += &service;
        let (response, service) = (response.pack(), service.pack());
        windows.push(Window { visits, hits, errors, response, service, ..Window::default() });
    }
    // What is still open when the run ends: cut off, and no fault of the target.
    let mut errors = ErrorCounts::default();
    assert!(errors.add_named(Failure::Aborted.name(), 3));
    windows.push(Window {
        hits: HitCounts { failed: 3, ..HitCounts::default() },
        errors,
        ..Window::default()
    });
    snapshot.counts =
        Counts { last_start: WINDOWS * 1_000_000_000, last_sent: WINDOWS * 1_000_000_000, ..snapshot.counts };
    snapshot.series = Series::of(0, 1, windows).unwrap();
    let circumstances = Circumstances {
        run: RunPart {
            id: id.to_owned(),
            seed: 7,
            plan: "0123456789abcdef".to_owned(),
            version: "0.1.0".to_owned(),
            started_at: format!("2026-11-24T10:0{}:00Z", number % 10).parse().unwrap(),
            ended_at: format!("2026-11-24T10:0{}:41Z", number % 10).parse().unwrap(),
            seconds: 40.5,
            stopped_by: StoppedBy::Duration,
            shard: None,
            start_at: None,
            late_seconds: None,
            until_ns: None,
        },
        target: TargetPart { name: None, url: "http://127.0.0.1:8899/matomo.php".to_owned(), site_id: 1 },
        model: Model::Open,
        adjusted: false,
        thresholds: Vec::new(),
        generator: GeneratorPart {
            cpu_seconds: 0.5,
            max_rss_bytes: 20_000_000,
            cores: 2,
            workers: 1,
            cores_used: 0.01,
            busiest_core: 0.02,
            open_files: 20,
            open_files_allowed: 1_024,
            connections: 4,
            in_flight: 4,
            in_flight_allowed: 50,
        },
        reproduce: ReproducePart { command: String::new(), settings: Vec::new() },
    };
    Summary::new(circumstances, &snapshot, Vec::new())
}

/// What was written to a file and read from it.
fn given(file: &str, result: &Summary) -> Given {
    Given { file: file.to_owned(), read: parse(&serde_json::to_string(result).unwrap()).unwrap() }
}

fn compared(base: &Given, new: &Given, options: Options) -> Comparison {
    let (base, new) = (std::slice::from_ref(base), std::slice::from_ref(new));
    compare(base, new, fit::differences(base, new), options)
}

fn before() -> Given {
    given("before.json", &result("aaaa", 1, 80.0, 200))
}

fn after() -> Given {
    given("after.json", &result("bbbb", 2, 100.0, 20))
}

fn decision(comparison: &Comparison, metric: Metric) -> Decision {
    comparison.metrics.iter().find(|difference| difference.metric == metric).unwrap().decision
}

#[test]
fn a_slower_run_with_more_errors_is_told_so_at_a_terminal() {
    insta::assert_snapshot!(text(&compared(&before(), &after(), Options::default())));
}

#[test]
fn a_slower_run_with_more_errors_is_told_so_in_a_pull_request() {
    let mut after = after();
    after.file = "after|`x` <b>.json".to_owned();
    insta::assert_snapshot!(markdown(&compared(&before(), &after, Options::default())));
}

#[test]
fn more_errors_and_longer_times_are_worse_and_fewer_and_shorter_ones_better() {
    let worse = compared(&before(), &after(), Options::default());
    let better = compared(&after(), &before(), Options::default());
    assert_eq!((worse.verdict.outcome, better.verdict.outcome), (Outcome::Worse, Outcome::Better));
    for metric in [Metric::ErrorShare, Metric::ResponseP50, Metric::ResponseP95, Metric::ServiceP99] {
        assert_eq!(decision(&worse, metric), Decision::Worse, "{metric:?}");
        assert_eq!(decision(&better, metric), Decision::Better, "{metric:?}");
    }
    assert_eq!(decision(&worse, Metric::HitRate), Decision::None);
}

#[test]
fn what_is_less_than_the_least_effect_is_neither_worse_nor_better() {
    // Times rose by a quarter, errors from a half to five percent.
    let options = Options { min_effect: 0.6, ..Options::default() };
    let comparison = compared(&before(), &after(), options);
    assert_eq!(decision(&comparison, Metric::ResponseP50), Decision::TooSmall);
    assert_eq!(decision(&comparison, Metric::ErrorShare), Decision::Worse);
    assert!(comparison.verdict.sentence == "WORSE: error share", "{}", comparison.verdict.sentence);
    let only_times = compared(&before(), &given("c", &result("c", 3, 100.0, 200)), options);
    assert_eq!(only_times.verdict.outcome, Outcome::None);
    assert!(only_times.verdict.sentence.contains("too small to matter"), "{}", only_times.verdict.sentence);
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let comparison = compared(&before(), &before(), Options::default());
    assert_eq!(comparison.verdict.outcome, Outcome::None);
    assert_eq!(comparison.verdict.sentence, "no difference was found in 9 metrics");
    for metric in &comparison.metrics {
        assert_eq!(metric.estimate.unwrap().difference.to_bits(), 0.0_f64.to_bits(), "{metric:?}");
    }
}

#[test]
fn values_are_those_of_the_summary() {
    let before = before();
    let comparison = compared(&before, &after(), Options::default());
    let summary = &before.read.summary;
    let value = |metric: Metric| comparison.metrics[metric as usize].base.unwrap();
    let response = summary.response_ms.as_ref().unwrap();
    for (metric, expected) in [
        (Metric::ResponseP50, response.p50.unwrap()),
        (Metric::ResponseP99, response.p99.unwrap()),
        (Metric::ServiceP95, summary.service_ms.p95.unwrap()),
        (Metric::HitRate, summary.rate.hits_per_second),
        (Metric::VisitRate, summary.rate.visits_per_second),
        (Metric::ErrorShare, summary.hits.rejected as f64 / 2_000.0),
    ] {
        assert!(
            (value(metric) - expected).abs() <= 0.001 * expected,
            "{metric:?} {} {expected}",
            value(metric)
        );
    }
}

#[test]
fn what_the_end_of_a_run_cut_off_is_left_out() {
    let run = Run::of(&before().read);
    assert_eq!(run.windows.len(), WINDOWS as usize, "the last window has nothing but hits that were cut off");
    let (last, rest) = run.windows.split_last().unwrap();
    assert!(last.seconds < 0.5 && last.sent == 0 && last.due == 50, "{last:?}");
    assert!(rest.iter().all(|span| span.seconds > 0.5 && span.sent == 50));
}

#[test]
fn the_same_files_and_seed_give_the_same_bytes_and_another_seed_hardly_differs() {
    let json = |seed| {
        let options = Options { seed, ..Options::default() };
        serde_json::to_value(compared(&before(), &after(), options)).unwrap()
    };
    let (first, other) = (json(1), json(2));
    assert_eq!(first, json(1));
    let width = |json: &Value| {
        let metric = &json["metrics"][Metric::ResponseP95 as usize];
        metric["high"].as_f64().unwrap() - metric["low"].as_f64().unwrap()
    };
    let ratio = width(&first) / width(&other);
    assert!(first != other && (0.85..1.18).contains(&ratio), "{ratio}");
    assert_eq!(first["schema"], "trafficinator/comparison/v1");
    assert_eq!(first["metrics"][4]["metric"], "response.p95");
}

#[test]
fn runs_that_do_not_fit_are_told_apart_by_what_differs() {
    type Change = fn(&mut Summary);
    let told = |change: Change| {
        let mut result = result("bbbb", 2, 80.0, 200);
        change(&mut result);
        fit::differences(&[before()], &[given("new.json", &result)]).join("\n")
    };
    let cases: [(Change, &str); 7] = [
        (
            |summary| summary.run.plan = "ffff".to_owned(),
            "new.json: its plan is ffff, and that of before.json is 0123456789abcdef",
        ),
        (|summary| summary.run.seed = 8, "mixed seeds: base has 7, new has 8"),
        (|summary| summary.adjusted = true, "paused that run"),
        (
            |summary| summary.measured.warm_up_seconds = 5.0,
            "its warm-up is 5.00 s, and that of before.json is 0 s",
        ),
        (
            |summary| summary.model = Model::Closed,
            "its model is closed (--rate max), and that of before.json is open",
        ),
        (|summary| summary.verdict.outcome = verdict::Outcome::Void, "the run is void"),
        (|summary| summary.verdict.outcome = verdict::Outcome::Failed, "see why, and run it again"),
    ];
    for (change, expected) in cases {
        let told = told(change);
        assert!(told.contains(expected) && !told.contains('\n'), "{expected}: {told}");
    }
    assert_eq!(told(|summary| summary.run.id = "cccc".to_owned()), "");
}

#[test]
fn a_run_of_a_few_seconds_is_too_short() {
    let mut result = result("bbbb", 2, 80.0, 200);
    result.series.as_mut().unwrap().windows.truncate(6);
    let told = fit::impossible(&[before()], &[given("new.json", &result)]).join("\n");
    assert!(told.starts_with("new.json: only 6 of its windows"), "{told}");
}

#[test]
fn what_else_is_not_alike_is_remarked() {
    let mut result = result("bbbb", 2, 80.0, 200);
    result.generator.in_flight_allowed = 100;
    result.measured.seconds = 20.0;
    let told = fit::remarks(&[before(), before()], &[given("new.json", &result)]).join("\n");
    assert!(told.contains("CONCURRENCY was 50 in base and 100 in new"), "{told}");
    assert!(told.contains("measured for 40.5 s and new for 20.0 s"), "{told}");
    assert!(told.contains("the same run was given before"), "{told}");
}

#[test]
fn the_page_is_one_file_without_scripts_in_which_everything_is_escaped() {
    let mut after = after();
    after.file = "<script>alert(1)</script>.json".to_owned();
    after.read.summary.run.id = "\"><img src=x onerror=alert(1)>".to_owned();
    let comparison = Comparison {
        warnings: vec!["<b>&'warned'".to_owned()],
        ..compared(&before(), &after, Options { min_effect: 0.05, ..Options::default() })
    };
    let page = html(&comparison);
    for forbidden in ["<script", "<img", "<b>&'", "<link", "@import", "url(", "src=\""] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;.json"));
    assert!(page.contains("&lt;b&gt;&amp;&#39;warned&#39;"));
    assert!(page.contains("prefers-color-scheme: dark"));
    assert_eq!(page.matches("<svg").count(), 9);
    for metric in &comparison.metrics {
        assert!(page.contains(&metric.sentence), "{}", metric.sentence);
    }
}
