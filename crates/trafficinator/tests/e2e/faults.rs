//! Targets in trouble: every hit is accounted for, and the user is told what to do.

use std::time::Duration;

use serde_json::Value;

use crate::support::closed_port;
use crate::support::ledger::Ledger;
use crate::support::program::{Finished, Program, SHORT, run};
use crate::support::server::{Answer, Server, garbage, never, reset, status};
use crate::support::stand_in::StandIn;
use crate::support::summary::{assert_adds_up, assert_tells_what_was_recorded, assert_true, count};

#[test]
fn nothing_listens_and_that_is_said_within_seconds() {
    let url = format!("http://{}/", closed_port());
    let running = visits(20, &url).vars(&SHORT).start();
    running.says("is not reached", Duration::from_secs(3));
    running.says("Is it running, and on this port?", Duration::from_secs(3));
    let summary = running.finish().expect(1).json();
    assert_adds_up(&summary);
    assert_eq!(count(&summary, "visits.planned"), 20);
    assert_eq!(count(&summary, "visits.completed"), 0);
    assert_eq!(count(&summary, "hits.accepted"), 0);
    assert_eq!(count(&summary, "errors.connect"), count(&summary, "hits.sent"));
    assert!(count(&summary, "hits.retried") > 0, "{summary:#}");
    assert_eq!(Ledger::of_summary(&summary, "acknowledged"), Ledger::default());
    assert_eq!(Ledger::of_summary(&summary, "uncertain"), Ledger::default(), "refused is certain");
}

#[test]
fn a_name_that_does_not_exist_is_a_failure_of_its_own() {
    let ended = visits(3, "http://trafficinator.invalid/").vars(&SHORT).finish().expect(1);
    assert!(ended.stderr.contains("Check the spelling of the host"), "{}", ended.stderr);
    let summary = ended.json();
    assert_adds_up(&summary);
    assert_eq!(count(&summary, "errors.dns"), count(&summary, "hits.sent"), "{summary:#}");
}

#[test]
fn fail_fast_ends_at_once_where_nothing_listens() {
    let ended = visits(20, &format!("http://{}/", closed_port())).args(["--fail-fast"]).finish().expect(1);
    assert!(ended.took < Duration::from_secs(3), "{:?}", ended.took);
    let summary = ended.json();
    assert_adds_up(&summary);
    assert_eq!(summary["run"]["stopped_by"], "error");
    assert_eq!(count(&summary, "hits.sent"), 0);
}

#[test]
fn fail_fast_changes_nothing_where_all_is_well() {
    let server = Server::obliging();
    let summary = visits(10, &server.url()).args(["--fail-fast"]).finish().expect(0).json();
    assert_eq!(count(&summary, "visits.completed"), 10);
}

#[test]
fn a_target_that_comes_up_later_still_gets_its_visits() {
    let address = closed_port();
    let running = visits(0, &format!("http://{address}/")).start();
    running.says("going on trying", Duration::from_secs(3));
    let server = Server::start_at(&address, |_| status(204));
    // Hits that were refused are tried again after a while, and new ones come.
    server.await_hits(200);
    running.signal("TERM");
    let summary = running.finish().expect(0).json();
    assert_true(&summary, &server);
    assert!(count(&summary, "hits.accepted") > 0 && count(&summary, "visits.completed") > 0, "{summary:#}");
}

#[test]
fn errors_of_the_server_are_counted_and_nothing_is_called_a_visit() {
    let server = Server::start(|_| status(500));
    let summary = fails(&server, 40, &[]);
    assert_eq!(count(&summary, "errors.http_500"), count(&summary, "hits.planned"));
    assert_eq!(count(&summary, "visits.incomplete"), 40);
    assert_eq!(count(&summary, "hits.retried"), 0);
    // After a failed hit the visit goes on: the load stays as planned.
    assert_eq!(server.hits().len() as u64, count(&summary, "hits.planned"));
}

#[test]
fn four_hundred_to_everything_names_the_likely_causes() {
    let server = Server::start(|_| status(400));
    let ended = visits(40, &server.url()).finish().expect(1);
    for word in ["MATOMO_SITE_ID", "MATOMO_TOKEN_AUTH", "400"] {
        assert!(ended.stderr.contains(word), "{word} is not in\n{}", ended.stderr);
    }
    let warnings = ended.stderr.lines().filter(|line| line.contains("warning: all answers")).count();
    assert_eq!(warnings, 1, "{}", ended.stderr);
    let summary = ended.json();
    assert_true(&summary, &server);
    assert_eq!(count(&summary, "errors.http_400"), count(&summary, "hits.sent"));
}

#[test]
fn other_answers_are_counted_by_their_number() {
    let server = Server::start(|seen| {
        let all = [204, 200, 301, 403, 404, 429, 502, 503, 504];
        status(seen.hit.map_or(200, |number| all[number % all.len()]))
    });
    let summary = survives(&server, 60, &[]);
    for number in [301, 403, 404, 429, 502, 503, 504] {
        assert!(count(&summary, &format!("errors.http_{number}")) > 0, "{number} in {summary:#}");
    }
    assert_eq!(count(&summary, "hits.failed"), 0);
}

#[test]
fn a_mix_of_everything_adds_up() {
    let server = Server::start(|seen| match seen.hit.map(|number| number % 12) {
        Some(3) => status(500),
        Some(5) => status(400),
        Some(6) => reset(),
        Some(7) => reset().recorded(),
        Some(8) => never(),
        Some(9) => garbage(),
        Some(10) => status(204).closing(),
        Some(11) => status(204).after(Duration::from_millis(150)),
        _ => status(204),
    });
    let summary = survives(&server, 150, &["--timeout", "300ms"]);
    for reason in ["http_500", "http_400", "reset", "timeout", "protocol"] {
        assert!(count(&summary, &format!("errors.{reason}")) > 0, "{reason} in {summary:#}");
    }
    assert!(count(&summary, "visits.incomplete") > 0);
    let sent = count(&summary, "hits.sent");
    assert_eq!(server.hits().len() as u64, sent, "what may have been recorded is not sent twice");
}

#[test]
fn the_stand_in_in_trouble_recorded_what_was_acknowledged() {
    // With more than half of all hits lost, of some visits nothing but the closing ping arrives.
    for share in ["10%", "60%"] {
        let stand_in = StandIn::start(&["--fail", share]);
        let summary = visits(200, &stand_in.url()).finish().expect(0).json();
        assert_adds_up(&summary);
        assert!(count(&summary, "errors.http_500") > 0);
        assert_tells_what_was_recorded(&summary, &stand_in.recorded());
    }
}

#[test]
fn connections_that_are_reset_are_uncertain_and_never_tried_again() {
    let server = Server::start(|seen| match seen.hit {
        Some(number) if number % 5 == 2 => reset().recorded(),
        Some(number) if number % 5 == 4 => reset(),
        _ => status(204),
    });
    let summary = survives(&server, 80, &[]);
    assert!(count(&summary, "errors.reset") > 0);
    assert_eq!(count(&summary, "hits.retried"), 0, "{summary:#}");
    assert_eq!(server.hits().len() as u64, count(&summary, "hits.sent"));
    assert!(count(&summary, "ledger.uncertain.actions") > 0);
}

#[test]
fn a_target_that_hangs_freezes_nobody() {
    let server = Server::start(|seen| if seen.hit.is_some() { never() } else { status(200) });
    let ended = visits(20, &server.url()).args(["--timeout", "300ms"]).finish().expect(1);
    assert!(ended.took < Duration::from_secs(20), "{:?}", ended.took);
    let summary = ended.json();
    assert_true(&summary, &server);
    assert_eq!(count(&summary, "errors.timeout"), count(&summary, "hits.sent"));
    assert_eq!(count(&summary, "ledger.uncertain.visits"), count(&summary, "visits.started"));
}

#[test]
fn a_target_that_hangs_from_the_first_look_on_is_reported() {
    let server = Server::start(|_| never());
    let ended = visits(5, &server.url()).args(["--timeout", "300ms"]).finish().expect(1);
    assert!(ended.stderr.contains("Is there a firewall on the way"), "{}", ended.stderr);
    assert_true(&ended.json(), &server);
}

#[test]
fn a_server_that_closes_after_every_answer_loses_nothing() {
    let server = Server::start(|_| status(204).closing());
    let summary = survives(&server, 150, &[]);
    assert_eq!(count(&summary, "visits.completed"), 150, "{summary:#}");
}

#[test]
fn a_server_that_closes_without_a_word_loses_nothing_certain() {
    let server = Server::start(|_| status(204).closing_silently());
    let summary = survives(&server, 150, &[]);
    // A hit that is sent while the connection is being closed may be lost. That is told, at once, and not repeated.
    assert_eq!(count(&summary, "errors.reset"), count(&summary, "hits.failed"), "{summary:#}");
    assert_eq!(count(&summary, "hits.retried"), 0, "{summary:#}");
    assert!(count(&summary, "hits.accepted") > count(&summary, "hits.sent") / 2, "{summary:#}");
}

#[test]
fn what_is_not_http_is_no_success() {
    let server = Server::start(|_| garbage());
    let ended = visits(20, &server.url()).finish().expect(1);
    assert!(ended.stderr.contains("Does another program listen on this port"), "{}", ended.stderr);
    let summary = ended.json();
    assert_true(&summary, &server);
    assert_eq!(count(&summary, "errors.protocol"), count(&summary, "hits.sent"), "{summary:#}");
}

#[test]
fn a_slow_target_gets_all_visits_and_the_waiting_is_measured() {
    let server = Server::start(|_| status(204).after(Duration::from_millis(100)));
    let summary = survives(&server, 60, &[]);
    assert_eq!(count(&summary, "visits.completed"), 60);
    assert!(summary["service_ms"]["p50"].as_f64().unwrap() >= 100.0, "{summary:#}");
    // Visits follow each other by 20 ms at most and answers take 100: that is waiting for the target.
    assert!(summary["wait_ms"]["mean"].as_f64().unwrap() > 10.0, "{summary:#}");
    let (response, lag) = (&summary["response_ms"]["mean"], &summary["lag_ms"]["mean"]);
    assert!(response.as_f64().unwrap() > 110.0, "{summary:#}");
    assert!(lag.as_f64().unwrap() < 50.0, "{summary:#}");
}

#[test]
fn too_few_connections_make_hits_late_and_lose_none() {
    let server = Server::start(|_| status(204).after(Duration::from_millis(40)));
    let summary = survives(&server, 60, &["--concurrency", "4"]);
    assert_eq!(count(&summary, "visits.completed"), 60);
    assert!(count(&summary, "hits.late") > 0, "{summary:#}");
    assert!(summary["wait_ms"]["max"].as_f64().unwrap() > 100.0, "{summary:#}");
}

#[test]
fn an_answer_that_breaks_off_is_not_accepted() {
    let server = Server::start(|seen| match seen.hit {
        Some(number) if number % 3 == 0 => Answer::half().recorded(),
        _ => status(204),
    });
    let summary = survives(&server, 30, &[]);
    assert!(count(&summary, "errors.reset") > 0, "{summary:#}");
}

/// A run of so many visits (0: without end) at 100/s.
fn visits(count: u64, url: &str) -> Program {
    run(url).args(["--rate", "100/s"]).var("MAX_TOTAL_VISITS", &count.to_string())
}

/// The summary of a run that could send something.
fn survives(server: &Server, count: u64, args: &[&str]) -> Value {
    ends(server, &visits(count, &server.url()).args(args.iter().copied()).finish().expect(0))
}

/// The summary of a run of which nothing was accepted.
fn fails(server: &Server, count: u64, args: &[&str]) -> Value {
    ends(server, &visits(count, &server.url()).args(args.iter().copied()).finish().expect(1))
}

fn ends(server: &Server, ended: &Finished) -> Value {
    let summary = ended.json();
    assert_true(&summary, server);
    summary
}
