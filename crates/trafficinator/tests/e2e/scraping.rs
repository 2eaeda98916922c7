//! What others see of a run while it goes on: metrics, read by a real Prometheus, health and readiness.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::http::{ask, get};
use crate::support::program::{Program, Running, run};
use crate::support::server::{Server, status};
use crate::support::summary::{assert_true, count};
use crate::support::{PATIENCE, TOKEN, closed_port, dashboard, eventually, prometheus, targets};

/// Documents for people, which may name metrics.
const DOCUMENTS: [&str; 2] = [
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")),
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/prometheus.yml")),
];

/// A run that waits for a file.
struct Waiting {
    running: Running,
    address: String,
    signal: PathBuf,
    _directory: TempDir,
}

impl Waiting {
    /// A run that serves its metrics on a port that is free.
    fn start(program: Program) -> Waiting {
        let directory = TempDir::new().unwrap();
        let signal = directory.path().join("start");
        let running = program
            .args(["--listen", "127.0.0.1:0"])
            .var("AUTO_START", "false")
            .var("START_SIGNAL_FILE", &signal.display().to_string())
            .var("START_CHECK_INTERVAL", "0.02")
            .start();
        let address = running.listens_at();
        running.says("to appear", PATIENCE);
        Waiting { running, address, signal, _directory: directory }
    }

    /// Starts the run.
    fn go(&self) {
        std::fs::write(&self.signal, "").unwrap();
    }

    fn health(&self) -> Value {
        serde_json::from_str(&get(&self.address, "/healthz").body).unwrap()
    }

    /// Waits for a phase of the run.
    fn await_phase(&self, phase: &str) {
        eventually(PATIENCE, phase, || (self.health()["phase"] == phase).then_some(()));
    }
}

/// Times of which the 95th and 99th percentile are in the middle of a bucket.
fn spread() -> Server {
    Server::start(|seen| {
        let ms = match seen.hit.unwrap_or_default() % 100 {
            0..80 => 7,
            80..97 => 60,
            _ => 240,
        };
        status(204).after(Duration::from_millis(ms))
    })
}

#[test]
fn a_real_prometheus_and_the_summary_agree() {
    let server = spread();
    let waiting = Waiting::start(run(&server.url()).args(["--rate", "40/s", "--duration", "15s"]));
    let prometheus = prometheus::start(&waiting.address);
    eventually(PATIENCE, "a first look", || {
        prometheus.number("trafficinator_visits_planned_total").filter(|planned| *planned == 0.0)
    });
    assert_eq!(prometheus.number("up"), Some(1.0));
    assert_eq!(prometheus.number("trafficinator_up"), Some(0.0));
    assert_eq!(prometheus.number(r#"trafficinator_phase{phase="waiting"}"#), Some(1.0));
    waiting.go();
    let ended = waiting.running.finish().expect(0);
    assert!(ended.stderr.contains("until the last metrics are read"), "{}", ended.stderr);
    let summary = ended.json();
    assert_true(&summary, &server);

    // The last numbers are exactly those of the summary.
    let last = |metric: &str| {
        let query = format!("sum(last_over_time({metric}[5m]))");
        prometheus.number(&query).unwrap_or_else(|| panic!("{query} gives nothing"))
    };
    for (metric, path) in [
        ("trafficinator_visits_planned_total", "visits.planned"),
        ("trafficinator_visits_started_total", "visits.started"),
        ("trafficinator_visits_completed_total", "visits.completed"),
        ("trafficinator_visits_incomplete_total", "visits.incomplete"),
        ("trafficinator_hits_planned_total", "hits.planned"),
        ("trafficinator_hits_sent_total", "hits.sent"),
        (r#"trafficinator_hits_sent_total{kind="pageview"}"#, "hits.by_kind.pageview"),
        (r#"trafficinator_hits_total{outcome="accepted"}"#, "hits.accepted"),
        ("trafficinator_response_time_seconds_count", "hits.sent"),
        ("trafficinator_service_time_seconds_count", "hits.sent"),
        (r#"trafficinator_service_time_seconds_bucket{le="+Inf"}"#, "hits.sent"),
        ("trafficinator_wait_seconds_count", "hits.sent"),
        ("trafficinator_lag_seconds_count", "hits.sent"),
        ("trafficinator_acknowledged_visits_total", "ledger.acknowledged.visits"),
        ("trafficinator_acknowledged_actions_total", "ledger.acknowledged.actions"),
        ("trafficinator_acknowledged_orders_total", "ledger.acknowledged.orders"),
    ] {
        assert_near(metric, last(metric), count(&summary, path) as f64, 0.0);
    }
    let number = |path: &str| path.split('.').fold(&summary, |part, name| &part[name]).as_f64().unwrap();
    assert_near(
        "revenue",
        last("trafficinator_acknowledged_revenue_total"),
        number("ledger.acknowledged.revenue"),
        1e-9,
    );
    assert_near("the phase", last(r#"trafficinator_phase{phase="over"}"#), 1.0, 0.0);
    for name in ["response", "service"] {
        let metric = format!("trafficinator_{name}_time_seconds");
        let mean = last(&format!("{metric}_sum")) / last(&format!("{metric}_count"));
        assert_near(name, mean * 1_000.0, number(&format!("{name}_ms.mean")), 0.001);
    }

    // Rates while it went on. What a worker counts arrives once a second, as does Prometheus: 1 of 10 seconds.
    let started: Timestamp = summary["run"]["started_at"].as_str().unwrap().parse().unwrap();
    let later = started.as_millisecond() as f64 / 1_000.0 + 14.0;
    for (metric, path) in [
        ("trafficinator_visits_started_total", "rate.visits_per_second"),
        ("trafficinator_hits_sent_total", "rate.hits_per_second"),
    ] {
        let rate = prometheus.number_at(&format!("sum(rate({metric}[10s]))"), later);
        assert_near(metric, rate, number(path), 0.15);
    }
    let planned = prometheus.number_at("trafficinator_planned_visits_per_second", later - 5.0);
    assert_near("the planned rate", planned, 40.0, 0.0);
    // All of the run. Prometheus adds half a second at the end, where it takes it to go on: 1 of some 20.
    let increase = prometheus.number("sum(increase(trafficinator_hits_sent_total[2m]))").unwrap();
    assert_near("the increase", increase, number("hits.sent"), 0.06);

    // Percentiles, as exact as buckets allow.
    for name in ["response", "service"] {
        for (share, path) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
            let query = format!(
                "histogram_quantile({share}, \
                 sum by (le) (increase(trafficinator_{name}_time_seconds_bucket[2m])))"
            );
            let seen = prometheus.number(&query).unwrap();
            let told = number(&format!("{name}_ms.{path}")) / 1_000.0;
            let (low, high) = bucket(told);
            assert!((low..=high).contains(&seen), "{query} is {seen}, the summary says {told}: {summary:#}");
        }
    }

    // Everything that the dashboard asks for is there; only errors are none.
    for query in dashboard::queries(&dashboard::panels()) {
        let series = prometheus.series_at(&query, later - 3.0);
        assert_eq!(series.is_empty(), query.ends_with("> 0"), "{query} gives {series:?}");
    }
}

/// The bounds of the bucket that a time is in, in seconds.
fn bucket(seconds: f64) -> (f64, f64) {
    const BOUNDS: [f64; 11] = [0.0, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2];
    let bounds = BOUNDS.into_iter().chain([0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0]);
    let bounds: Vec<f64> = bounds.collect();
    let pair = bounds.windows(2).find(|pair| seconds <= pair[1]).expect("less than five seconds");
    (pair[0], pair[1])
}

#[track_caller]
fn assert_near(what: &str, seen: f64, told: f64, share: f64) {
    assert!((seen - told).abs() <= told.abs() * share, "{what}: {seen} in Prometheus, {told} in the summary");
}

#[test]
fn promtool_has_nothing_to_say_about_the_metrics() {
    let server =
        Server::start(|seen| status(if seen.hit.is_some_and(|hit| hit % 3 == 0) { 503 } else { 204 }));
    let waiting = Waiting::start(run(&server.url()).args(["--rate", "50/s"]));
    let before = get(&waiting.address, "/metrics").body;
    waiting.go();
    waiting.await_phase("sending");
    server.await_hits(50);
    let during = eventually(PATIENCE, "an error on the page", || {
        let page = get(&waiting.address, "/metrics").body;
        (!page.contains(r#"reason="http_503"} 0"#)).then_some(page)
    });
    assert!(during.contains(r#"status="5xx""#), "{during}");
    for page in [before, during] {
        assert_eq!(prometheus::judge(&page), (true, String::new()), "{page}");
    }
    waiting.running.signal("TERM");
    waiting.running.finish().expect(0);
}

#[test]
fn what_is_written_is_what_was_asked_for() {
    let waiting = Waiting::start(run(&format!("http://{}/", closed_port())));
    let page = |accept: &str| ask(&waiting.address, "GET", "/metrics", accept);
    let text = page("");
    assert!(text.head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"), "{}", text.head);
    assert!(text.body.contains("# TYPE trafficinator_visits_planned_total counter\n"), "{}", text.body);
    let accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5\r\n";
    let open = page(accept);
    assert!(open.head.contains("content-type: application/openmetrics-text; version=1.0.0"), "{}", open.head);
    assert!(open.body.contains("# TYPE trafficinator_visits_planned counter\n"), "{}", open.body);
    assert!(open.body.ends_with("\n# EOF\n"), "{}", open.body);
    // The process goes on; everything else is the same.
    let samples = |body: &str| -> Vec<String> {
        body.lines().filter(|line| line.starts_with("trafficinator_")).map(str::to_owned).collect()
    };
    assert_eq!(samples(&text.body), samples(&open.body));
    assert!(samples(&text.body).len() > 300);
}

#[test]
fn every_metric_of_the_dashboard_and_the_documents_is_on_the_page() {
    let server = Server::obliging();
    let url = &*server.url();
    let folder = TempDir::new().unwrap();
    let two = targets::scenario(folder.path(), "", &[("a", url, ""), ("b", url, "")]);
    // One target, and several, which have more to tell.
    let pages = [run(url), targets::run(&two)].map(|program| {
        let waiting = Waiting::start(program.args(["--rate", "50/s"]));
        let before = server.hits().len();
        waiting.go();
        server.await_hits(before + 30);
        get(&waiting.address, "/metrics").body
    });
    let lines = || pages.iter().flat_map(|page| page.lines());
    let mut known: BTreeSet<&str> = lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(['{', ' ']).next().unwrap())
        .collect();
    let dashboard = dashboard::whole();
    let mut texts = Vec::new();
    strings(dashboard, &mut texts);
    let mentioned: BTreeSet<&str> = texts.iter().flat_map(|text| metrics(text)).collect();
    assert!(mentioned.len() > 20, "{mentioned:?}");
    let unknown: Vec<_> = mentioned.difference(&known).collect();
    assert!(unknown.is_empty(), "the dashboard names {unknown:?}, and there are {known:?}");
    // People speak of a histogram by its name, Prometheus of its buckets.
    known.extend(lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()));
    let described: BTreeSet<&str> = DOCUMENTS.into_iter().flat_map(metrics).collect();
    let unknown: Vec<_> = described.difference(&known).collect();
    assert!(unknown.is_empty(), "documents name {unknown:?}, and there are {known:?}");
    assert_eq!(dashboard["uid"], Value::Null, "whoever imports it gets a new one");
    for panel in dashboard::panels().into_iter().chain(dashboard::panels_of("Targets")) {
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel:#}");
    }
}

/// All texts in a document.
fn strings<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => into.push(text),
        Value::Array(values) => values.iter().for_each(|value| strings(value, into)),
        Value::Object(values) => values.values().for_each(|value| strings(value, into)),
        _ => {}
    }
}

/// Names of metrics in a text.
fn metrics(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("trafficinator_") || word.starts_with("process_"))
}

#[test]
fn health_and_readiness_follow_the_run() {
    let server = Server::obliging();
    let waiting = Waiting::start(run(&server.url()).args(["--rate", "50/s", "--run-id", "seen"]));
    assert_eq!(waiting.health()["phase"], "waiting");
    let ready = get(&waiting.address, "/readyz");
    assert_eq!(
        (ready.status, ready.body.as_str()),
        (503, "waiting for the start signal (START_SIGNAL_FILE)\n")
    );
    waiting.go();
    waiting.await_phase("sending");
    assert_eq!(get(&waiting.address, "/readyz").status, 200);
    let health = waiting.health();
    assert_eq!((&health["run_id"], &health["ready"]), (&Value::from("seen"), &Value::from(true)), "{health}");
    waiting.running.signal("TERM");
    let ended = waiting.running.finish().expect(0);
    // Nobody reads again and again, so nobody is waited for.
    assert!(!ended.stderr.contains("until the last metrics are read"), "{}", ended.stderr);
}

#[test]
fn a_run_whose_target_is_not_reached_is_alive_and_not_ready() {
    let waiting = Waiting::start(run(&format!("http://{}/", closed_port())).args(["--grace", "0s"]));
    waiting.go();
    waiting.await_phase("sending");
    assert_eq!(get(&waiting.address, "/healthz").status, 200);
    let ready = get(&waiting.address, "/readyz");
    assert_eq!((ready.status, ready.body.as_str()), (503, "the target is not reached yet\n"));
    waiting.running.signal("TERM");
    // Which exit code that is, other tests say.
    waiting.running.finish();
}

#[test]
fn other_paths_are_not_found_and_nothing_can_be_changed() {
    let waiting = Waiting::start(run(&format!("http://{}/", closed_port())));
    let status_of = |method: &str, path: &str| ask(&waiting.address, method, path, "").status;
    assert!(get(&waiting.address, "/").body.contains("href=\"/metrics\""));
    for path in ["/metrics/", "/metricsx", "/../etc/passwd", "/%2e%2e/", "/favicon.ico"] {
        assert_eq!(status_of("GET", path), 404, "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for path in ["/", "/metrics", "/healthz", "/readyz"] {
            assert_eq!(status_of(method, path), 405, "{method} {path}");
        }
    }
    let head = ask(&waiting.address, "HEAD", "/metrics", "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[test]
fn no_page_holds_a_secret() {
    let server = Server::obliging();
    let url = server.url().replace("http://", "http://somebody:sesame@");
    let waiting = Waiting::start(run(&url).args(["--rate", "50/s"]).var("MATOMO_TOKEN_AUTH", TOKEN));
    waiting.go();
    server.await_hits(20);
    for path in ["/", "/metrics", "/healthz", "/readyz"] {
        let page = get(&waiting.address, path).body;
        for secret in [TOKEN, "sesame", "somebody"] {
            assert!(!page.contains(secret), "{path}: {page}");
        }
    }
    assert!(get(&waiting.address, "/metrics").body.contains(&format!("target=\"{}", server.url())));
}

#[test]
fn a_port_that_is_taken_is_a_usage_error_before_anything_is_sent() {
    let server = Server::obliging();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(&server.url()).args(["--listen", &address]).finish().expect(2);
    let expected = format!(
        "error: TRAFFICINATOR_LISTEN: {address} cannot be listened on: another program has the port; \
         give another one, or 0 for any that is free\n"
    );
    assert!(ended.stderr.contains(&expected), "{}", ended.stderr);
    assert!(server.hits().is_empty());
}

#[test]
fn who_says_nothing_does_not_hold_up_the_end() {
    let server = Server::obliging();
    let waiting = Waiting::start(run(&server.url()).args(["--rate", "50/s"]));
    let mut silent: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(&waiting.address).unwrap()).collect();
    waiting.go();
    server.await_hits(20);
    waiting.running.signal("TERM");
    let ended = waiting.running.finish().expect(0);
    assert!(ended.waited < Duration::from_secs(4), "{:?}", ended.waited);
    for stream in &mut silent {
        assert!(matches!(stream.read(&mut [0; 1]), Ok(0) | Err(_)), "nothing was asked");
    }
}
