//! The main job: exactly the visits that were asked for, whole, in order, and recorded as planned.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::support::TOKEN;
use crate::support::ledger::{Ledger, visits};
use crate::support::program::{Program, run};
use crate::support::server::{Server, status};
use crate::support::stand_in::StandIn;
use crate::support::summary::{assert_adds_up, assert_true, count};

#[test]
fn five_hundred_visits_are_exactly_five_hundred() {
    let server = slowish();
    let summary = sends(500, run(&server.url()).args(["--rate", "200/s"]));
    assert_sent(&server, &summary, 500);
}

#[test]
fn five_hundred_visits_with_a_token_are_exactly_five_hundred() {
    let server = slowish();
    let program = run(&server.url()).args(["--rate", "200/s"]).var("MATOMO_TOKEN_AUTH", TOKEN);
    let summary = sends(500, program);
    assert_sent(&server, &summary, 500);
}

#[test]
fn one_connection_is_enough() {
    let server = slowish();
    let summary = sends(60, run(&server.url()).args(["--rate", "200/s", "--concurrency", "1"]));
    assert_sent(&server, &summary, 60);
    let mut requests = server.hits();
    requests.sort_by_key(|hit| hit.at);
    let overlap = requests.windows(2).find(|pair| pair[0].answered > Some(pair[1].at));
    assert!(overlap.is_none(), "two requests in flight: {overlap:?}");
}

#[test]
fn two_workers_send_what_one_does() {
    let sent = |workers: &str| {
        let server = slowish();
        let args = ["--rate", "200/s", "--workers", workers, "--seed", "11", "--run-id", "same"];
        let summary = sends(150, run(&server.url()).args(args));
        assert_sent(&server, &summary, 150);
        let hits = server.hits();
        let strings = |hit: &crate::support::server::Seen| format!("{} {}", hit.get("url"), hit.get("pv_id"));
        let mut all: Vec<(String, Vec<String>)> = visits(&hits)
            .into_iter()
            .map(|visit| (visit[0].get("cid").to_owned(), visit.into_iter().map(strings).collect()))
            .collect();
        all.sort();
        all
    };
    assert_eq!(sent("1"), sent("2"));
}

#[test]
fn visits_of_real_length_arrive_whole_and_in_order() {
    let server = slowish();
    let args = ["--rate", "100/s", "--clock", "real"];
    let length = [("VISIT_DURATION_MIN", "0.1"), ("VISIT_DURATION_MAX", "0.1")];
    let summary = sends(150, run(&server.url()).args(args).vars(&length));
    assert_sent(&server, &summary, 150);
    for visit in visits(&server.hits()) {
        let lasted = Duration::from_nanos(visit.last().unwrap().at - visit[0].at);
        // Six seconds, or more where more hits than that are a second apart each; and a busy machine.
        let planned = f64::max(6.0, visit.len() as f64 - 1.0);
        assert!((planned - 0.5..planned + 3.0).contains(&lasted.as_secs_f64()), "{lasted:?} of {planned} s");
        assert!(visit.iter().all(|hit| !hit.parameters.contains_key("cdt")), "real times are the server's");
    }
}

#[test]
fn as_fast_as_the_target_answers_is_exact_too_and_gives_no_response_time() {
    let server = slowish();
    let summary = sends(200, run(&server.url()).args(["--rate", "max", "--concurrency", "20"]));
    assert_sent(&server, &summary, 200);
    assert_eq!(summary["model"], "closed");
    assert_eq!(summary["response_ms"], Value::Null);
}

#[test]
fn poisson_arrivals_are_exact_too() {
    let server = slowish();
    let summary = sends(150, run(&server.url()).args(["--rate", "150/s", "--arrivals", "poisson"]));
    assert_sent(&server, &summary, 150);
}

#[test]
fn the_stand_in_records_what_was_planned() {
    assert_recorded(500, &["--rate", "200/s"], &[]);
}

#[test]
fn the_stand_in_records_what_was_planned_with_a_token() {
    assert_recorded(500, &["--rate", "200/s"], &[("MATOMO_TOKEN_AUTH", TOKEN)]);
}

#[test]
fn the_stand_in_records_what_was_planned_of_visitors_who_tell_what_browsers_tell() {
    for profile in ["content", "ecommerce", "saas"] {
        let vars = [("MATOMO_TOKEN_AUTH", TOKEN), ("TRAFFICINATOR_PROFILE", profile)];
        let recorded = assert_recorded(1_000, &["--rate", "200/s", "--identity", "browser"], &vars);
        assert!(recorded.returning > 0, "{recorded:?}");
    }
}

#[test]
fn the_stand_in_records_every_profile_as_planned_without_a_token() {
    for profile in ["content", "ecommerce", "saas"] {
        let recorded = assert_recorded(500, &["--rate", "200/s"], &[("TRAFFICINATOR_PROFILE", profile)]);
        assert!(recorded.returning > 0 && recorded.impressions > 0, "{recorded:?}");
    }
}

#[test]
fn the_stand_in_records_what_was_planned_in_real_time() {
    let length = [("VISIT_DURATION_MIN", "0.1"), ("VISIT_DURATION_MAX", "0.1")];
    assert_recorded(150, &["--rate", "100/s", "--clock", "real"], &length);
}

#[test]
fn the_stand_in_records_what_was_planned_over_one_connection() {
    assert_recorded(150, &["--rate", "100/s"], &[("CONCURRENCY", "1")]);
}

#[test]
fn the_stand_in_records_what_was_planned_by_two_workers_in_any_order() {
    assert_recorded(200, &["--rate", "max", "--workers", "2"], &[("MATOMO_TOKEN_AUTH", TOKEN)]);
    assert_recorded(150, &["--rate", "150/s", "--workers", "2", "--arrivals", "poisson"], &[]);
}

#[test]
fn a_shop_records_every_order_to_the_cent() {
    let shop = [("ECOMMERCE_PROBABILITY", "1"), ("ECOMMERCE_ITEMS_MAX", "20")];
    let recorded = assert_recorded(150, &["--rate", "150/s"], &shop);
    assert_eq!(recorded.orders, 150);
    assert!(recorded.revenue_cents >= 150 * 1_599, "{recorded:?}");
}

#[test]
fn many_slow_answers_at_once_lose_nothing() {
    let stand_in = StandIn::start(&["--delay", "5ms:80,300ms:20"]);
    let summary = sends(100, run(&stand_in.url()).args(["--rate", "100/s"]));
    assert_eq!(stand_in.recorded(), Ledger::of_summary(&summary, "planned"));
}

/// A server that takes long enough for a second request of a visit to be noticed.
fn slowish() -> Server {
    Server::start(|_| status(204).after(Duration::from_millis(5)))
}

/// The summary of a run of so many visits.
fn sends(count: u64, program: Program) -> Value {
    program.var("MAX_TOTAL_VISITS", &count.to_string()).finish().expect(0).json()
}

fn assert_recorded(planned: u64, args: &[&str], vars: &[(&str, &str)]) -> Ledger {
    let stand_in = StandIn::start(&[]);
    let summary = sends(planned, run(&stand_in.url()).args(args.iter().copied()).vars(vars));
    assert_adds_up(&summary);
    assert_eq!(count(&summary, "visits.completed"), planned);
    let recorded = stand_in.recorded();
    assert_eq!(recorded, Ledger::of_summary(&summary, "planned"), "{summary:#}");
    assert_eq!(recorded, Ledger::of_summary(&summary, "acknowledged"), "{summary:#}");
    recorded
}

/// So many visits were sent, each whole, in order and one hit after the other.
fn assert_sent(server: &Server, summary: &Value, planned: u64) {
    assert_true(summary, server);
    assert_eq!(count(summary, "visits.planned"), planned);
    assert_eq!(count(summary, "visits.completed"), planned);
    assert_eq!(summary["run"]["stopped_by"], "max_total_visits");
    let hits = server.hits();
    assert_eq!(hits.len() as u64, count(summary, "hits.planned"));
    let begun = hits.iter().filter(|hit| hit.get("new_visit") == "1").count() as u64;
    assert_eq!(begun, planned, "hits with new_visit=1");
    let visits = visits(&hits);
    assert_eq!(visits.len() as u64, planned, "visits that begin with new_visit=1");
    for visit in &visits {
        assert_eq!(visit[0].get("new_visit"), "1");
        assert_eq!(visit.last().unwrap().get("ping"), "1", "the last hit closes the visit");
        assert_eq!(visit.iter().filter(|hit| hit.get("ping") == "1").count(), 1);
        // A page is viewed before anything happens on it.
        let mut views = BTreeSet::new();
        for hit in visit {
            if hit.parameters.contains_key("action_name") {
                assert!(views.insert((hit.get("pv_id"), hit.get("url"))), "a page view twice: {visit:?}");
            }
            let page = hit.get("url");
            let known = views.iter().any(|(id, url)| {
                *id == hit.get("pv_id") && (*url == page || url.starts_with(&format!("{page}?")))
            });
            assert!(known, "{} on a page that is not viewed: {visit:?}", hit.target);
        }
    }
    assert_one_at_a_time(server);
}

/// No visitor has two requests in flight.
fn assert_one_at_a_time(server: &Server) {
    let hits = server.hits();
    let mut by_visitor: std::collections::BTreeMap<&str, Vec<_>> = std::collections::BTreeMap::new();
    for hit in &hits {
        by_visitor.entry(hit.get("cid")).or_default().push(hit);
    }
    for hits in by_visitor.values() {
        for pair in hits.windows(2) {
            let answered = pair[0].answered.expect("every hit was answered");
            assert!(answered <= pair[1].at, "two requests of a visitor in flight: {pair:?}");
        }
    }
}
