//! A real web server: what it logs is what was sent.

use std::time::Duration;

use serde_json::Value;

use crate::support::TOKEN;
use crate::support::nginx::{self, Nginx};
use crate::support::program::{Program, SHORT, run};
use crate::support::server::{Server, status};
use crate::support::summary::{assert_adds_up, assert_true, count};

/// A location for every way to answer.
const LOCATIONS: &str = "
    location /204/ { return 204; }
    location /500/ { return 500; }
    location /444/ { return 444; }
    location /half/ { if ($arg_ping) { return 444; } return 204; }
    location /slow/ { limit_rate 10k; }
    location /once/ { keepalive_timeout 0; return 204; }
    location /few/ { keepalive_requests 3; return 204; }
    location / { return 404; }";

#[test]
fn everything_that_nginx_takes_is_in_its_log() {
    let nginx = nginx::start(LOCATIONS);
    let summary = send(&nginx, "204/", 100, |program| program);
    assert_eq!(count(&summary, "visits.completed"), 100);
    assert_logged(&nginx, &summary, "204 GET /204/matomo.php?");
}

#[test]
fn posts_leave_no_trace_of_the_token_in_the_log() {
    let nginx = nginx::start("location / { if ($request_method = POST) { return 204; } return 200; }");
    let summary = send(&nginx, "", 50, |program| program.var("MATOMO_TOKEN_AUTH", TOKEN));
    assert_eq!(count(&summary, "visits.completed"), 50);
    let log = nginx.log();
    assert_eq!(
        log.lines().filter(|line| *line == "204 POST /matomo.php").count() as u64,
        count(&summary, "hits.sent")
    );
    assert!(!log.contains(TOKEN));
}

#[test]
fn errors_of_nginx_are_counted() {
    let nginx = nginx::start(LOCATIONS);
    let ended = visits(&nginx, "500/", 30).finish().expect(1);
    let summary = ended.json();
    assert_adds_up(&summary);
    assert_eq!(count(&summary, "errors.http_500"), count(&summary, "hits.sent"));
    assert_logged(&nginx, &summary, "500 GET /500/matomo.php?");
}

#[test]
fn connections_that_nginx_drops_are_counted_and_not_tried_again() {
    let nginx = nginx::start(LOCATIONS);
    let ended = visits(&nginx, "444/", 30).finish().expect(1);
    let summary = ended.json();
    assert_adds_up(&summary);
    assert_eq!(count(&summary, "errors.reset"), count(&summary, "hits.sent"), "{summary:#}");
    assert_eq!(count(&summary, "ledger.uncertain.visits"), 30);
    assert_logged(&nginx, &summary, "444 GET /444/matomo.php?");
}

#[test]
fn one_dropped_hit_makes_a_visit_incomplete() {
    let nginx = nginx::start(LOCATIONS);
    let summary = send(&nginx, "half/", 30, |program| program);
    assert_eq!(count(&summary, "visits.incomplete"), 30);
    assert_eq!(count(&summary, "errors.reset"), 30);
    assert_eq!(count(&summary, "ledger.acknowledged.visits"), 30);
    assert_logged(&nginx, &summary, "/half/matomo.php?");
}

#[test]
fn a_slow_body_is_waited_for_until_the_timeout() {
    let nginx = nginx::start(LOCATIONS);
    // nginx sends 10 kB in the first second, and the rest in the second.
    nginx.serve("slow/matomo.php", &[b'.'; 12_000]);
    let summary = send(&nginx, "slow/", 10, |program| program.vars(&SHORT));
    assert_eq!(count(&summary, "visits.completed"), 10);
    assert!(summary["service_ms"]["p50"].as_f64().unwrap() >= 900.0, "{summary:#}");

    let summary = visits(&nginx, "slow/", 10).args(["--timeout", "200ms"]).finish().expect(1).json();
    assert_adds_up(&summary);
    assert_eq!(count(&summary, "errors.timeout"), count(&summary, "hits.sent"), "{summary:#}");
}

#[test]
fn a_gateway_that_gives_up_leaves_the_hit_uncertain() {
    let server = Server::start(|_| status(204).after(Duration::from_millis(1_500)).recorded());
    let nginx = nginx::start(&format!(
        "location / {{ proxy_pass http://{}; proxy_read_timeout 1s; proxy_next_upstream off; }}",
        server.address()
    ));
    let summary = visits(&nginx, "", 5).vars(&SHORT).finish().expect(1).json();
    assert_true(&summary, &server);
    assert_eq!(count(&summary, "errors.http_504"), count(&summary, "hits.sent"), "{summary:#}");
    assert_eq!(count(&summary, "ledger.uncertain.visits"), 5);
}

#[test]
fn connections_that_nginx_closes_between_hits_lose_nothing() {
    let nginx = nginx::start(LOCATIONS);
    for location in ["once/", "few/"] {
        let before = nginx.logged_hits().len() as u64;
        let summary = send(&nginx, location, 100, |program| program);
        assert_eq!(count(&summary, "visits.completed"), 100, "{summary:#}");
        assert_eq!(nginx.logged_hits().len() as u64 - before, count(&summary, "hits.sent"));
    }
}

/// The summary of a run of which some hits were accepted.
fn send(nginx: &Nginx, location: &str, count: u64, change: impl Fn(Program) -> Program) -> Value {
    let summary = change(visits(nginx, location, count)).finish().expect(0).json();
    assert_adds_up(&summary);
    summary
}

/// So many visits to a location of nginx.
fn visits(nginx: &Nginx, location: &str, count: u64) -> Program {
    run(&nginx.url("http", location)).args(["--rate", "100/s"]).var("MAX_TOTAL_VISITS", &count.to_string())
}

/// nginx logged every hit that was sent, once, like this.
fn assert_logged(nginx: &Nginx, summary: &Value, like: &str) {
    let logged = nginx.logged_hits();
    assert_eq!(logged.len() as u64, count(summary, "hits.sent"));
    let other = logged.iter().find(|line| !line.contains(like));
    assert!(other.is_none(), "{other:?}");
}
