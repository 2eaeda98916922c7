//! Every way in which a run ends: signals, limits, and a second signal for the impatient.

use std::time::Duration;

use jiff::Timestamp;

use crate::support::ledger::visits;
use crate::support::program::{Program, run, trafficinator};
use crate::support::server::{Server, never, status};
use crate::support::summary::{assert_adds_up, assert_true, count};
use crate::support::{PATIENCE, closed_port, eventually};

/// Visits that last a second or so.
const LEISURELY: [(&str, &str); 2] = [("PAUSE_BETWEEN_PVS_MIN", "0.1"), ("PAUSE_BETWEEN_PVS_MAX", "0.3")];

#[test]
fn after_sigterm_open_visits_finish_and_no_new_ones_begin() {
    let server = Server::obliging();
    let running = leisurely(&server).start();
    server.await_hits(120);
    running.signal("TERM");
    let signalled = server.now();
    let ended = running.finish().expect(0);
    assert!(ended.stderr.contains("stopping"), "{}", ended.stderr);
    let summary = ended.json();
    assert_true(&summary, &server);
    assert_eq!(summary["run"]["stopped_by"], "signal");
    let planned = count(&summary, "visits.planned");
    assert_eq!(count(&summary, "visits.completed"), planned);
    assert_eq!(visits(&server.hits()).len() as u64, planned);
    let hits = server.hits();
    let begun_later =
        |after: u64| hits.iter().filter(|hit| hit.get("new_visit") == "1" && hit.at > after).count();
    assert_eq!(begun_later(signalled + 300_000_000), 0, "visits that began after the signal");
    assert!(hits.iter().any(|hit| hit.at > signalled + 300_000_000), "open visits went on");
}

#[test]
fn after_ctrl_c_open_visits_finish_and_the_exit_code_is_130() {
    let server = Server::obliging();
    let running = leisurely(&server).start();
    server.await_hits(60);
    running.signal("INT");
    let summary = running.finish().expect(130).json();
    assert_true(&summary, &server);
    assert_eq!(summary["run"]["stopped_by"], "signal");
    assert_eq!(count(&summary, "visits.completed"), count(&summary, "visits.planned"));
}

#[test]
fn a_second_signal_stops_at_once_and_every_hit_is_accounted_for() {
    for (first, second, code) in [("TERM", "TERM", 0), ("INT", "INT", 130), ("TERM", "INT", 0)] {
        let server = Server::start(|seen| match seen.hit {
            Some(30..) => never(),
            _ => status(204),
        });
        let running = leisurely(&server).start();
        server.await_hits(60);
        running.signal(first);
        running.says("stopping", Duration::from_secs(5));
        running.signal(second);
        let ended = running.finish().expect(code);
        assert!(ended.waited < Duration::from_secs(3), "{:?}", ended.waited);
        let summary = ended.json();
        assert_true(&summary, &server);
        assert!(count(&summary, "errors.aborted") > 0, "{summary:#}");
        assert!(count(&summary, "visits.incomplete") > 0, "{summary:#}");
        assert!(count(&summary, "hits.dropped") > 0, "{summary:#}");
    }
}

#[test]
fn without_grace_open_visits_are_cut_off() {
    let server = Server::start(|_| status(204).after(Duration::from_millis(30)));
    let running = leisurely(&server).args(["--grace", "0s"]).start();
    server.await_hits(100);
    running.signal("TERM");
    let ended = running.finish().expect(0);
    assert!(ended.waited < Duration::from_secs(3), "{:?}", ended.waited);
    let summary = ended.json();
    assert_true(&summary, &server);
    assert!(count(&summary, "visits.incomplete") > 0, "{summary:#}");
}

#[test]
fn hits_that_wait_for_another_try_are_accounted_for_when_all_is_cut_off() {
    let url = format!("http://{}/", closed_port());
    let args = ["--rate", "50/s", "--duration", "1s", "--grace", "0s"];
    let summary = run(&url).args(args).finish().expect(1).json();
    assert_adds_up(&summary);
    assert!(count(&summary, "hits.retried") > 0, "{summary:#}");
}

#[test]
fn grace_ends_the_waiting_for_a_target_that_hangs() {
    let server = Server::start(|seen| match seen.hit {
        Some(30..) => never(),
        _ => status(204),
    });
    let running = leisurely(&server).args(["--grace", "500ms"]).start();
    server.await_hits(60);
    running.signal("TERM");
    let ended = running.finish().expect(0);
    assert!((0.4..4.0).contains(&ended.waited.as_secs_f64()), "{:?}", ended.waited);
    let summary = ended.json();
    assert_true(&summary, &server);
    assert!(count(&summary, "errors.aborted") > 0, "{summary:#}");
}

#[test]
fn a_signal_before_anything_was_accepted_ends_in_failure() {
    let server = Server::start(|_| status(500));
    let running = leisurely(&server).start();
    server.await_hits(30);
    running.signal("TERM");
    let summary = running.finish().expect(1).json();
    assert_true(&summary, &server);
}

#[test]
fn the_duration_ends_a_run() {
    let server = Server::obliging();
    let ended = leisurely(&server).args(["--duration", "1500ms"]).finish().expect(0);
    let summary = ended.json();
    assert_true(&summary, &server);
    assert_eq!(summary["run"]["stopped_by"], "duration");
    assert_eq!(count(&summary, "visits.completed"), count(&summary, "visits.planned"));
    // 50 a second for 1.5 seconds.
    assert!((73..=77).contains(&count(&summary, "visits.planned")), "{summary:#}");
    let seconds = summary["run"]["seconds"].as_f64().unwrap();
    assert!((1.5..8.0).contains(&seconds), "{summary:#}");
}

#[test]
fn auto_stop_ends_a_run() {
    let server = Server::obliging();
    let summary = leisurely(&server).var("AUTO_STOP_AFTER_HOURS", "0.0003").finish().expect(0).json();
    assert_true(&summary, &server);
    assert_eq!(summary["run"]["stopped_by"], "auto_stop");
    assert_eq!(count(&summary, "visits.completed"), count(&summary, "visits.planned"));
    // 50 a second for 1.08 seconds.
    assert!((52..=56).contains(&count(&summary, "visits.planned")), "{summary:#}");
}

#[test]
fn the_first_limit_that_is_reached_counts() {
    let server = Server::obliging();
    let limits = [("AUTO_STOP_AFTER_HOURS", "1"), ("MAX_TOTAL_VISITS", "20"), ("MAX_VISITS_PER_DAY", "1000")];
    let summary = leisurely(&server).args(["--duration", "1h"]).vars(&limits).finish().expect(0).json();
    assert_eq!(summary["run"]["stopped_by"], "max_total_visits");
    assert_eq!(count(&summary, "visits.completed"), 20);
}

#[test]
fn the_daily_cap_pauses_until_tomorrow() {
    let server = Server::obliging();
    let cap = [("MAX_VISITS_PER_DAY", "25"), ("TIMEZONE", far_from_midnight())];
    let summary = leisurely(&server).args(["--duration", "3s"]).vars(&cap).finish().expect(0).json();
    assert_true(&summary, &server);
    assert_eq!(summary["run"]["stopped_by"], "duration");
    assert_eq!(count(&summary, "visits.completed"), 25);
    assert_eq!(count(&summary, "visits.planned"), 25);
    assert!(
        summary["run"]["seconds"].as_f64().is_some_and(|seconds| seconds >= 3.0),
        "it did not wait: {summary}"
    );
}

#[test]
fn a_signal_ends_the_pause_of_the_daily_cap() {
    let server = Server::obliging();
    let cap = [("MAX_VISITS_PER_DAY", "5"), ("TIMEZONE", far_from_midnight())];
    let running = leisurely(&server).vars(&cap).start();
    eventually(PATIENCE, "the fifth visit's end", || {
        let ended = server.hits().iter().filter(|hit| hit.get("ping") == "1").count();
        (ended == 5).then_some(())
    });
    running.signal("TERM");
    let ended = running.finish().expect(0);
    assert!(ended.waited < Duration::from_secs(3), "{:?}", ended.waited);
    let summary = ended.json();
    assert_eq!(summary["run"]["stopped_by"], "signal");
    assert_eq!(count(&summary, "visits.completed"), 5);
}

#[test]
fn the_summary_for_people_ends_with_the_verdict() {
    let server = Server::obliging();
    let running = trafficinator(["run", "--rate", "50/s"])
        .vars(&[("MATOMO_URL", &server.url()), ("MATOMO_SITE_ID", "1")])
        .vars(&LEISURELY)
        .start();
    server.await_hits(30);
    running.signal("TERM");
    let ended = running.finish().expect(0);
    assert!(ended.stdout.contains("ended by a signal"), "{}", ended.stdout);
    let verdict = ended.stdout.trim_end().lines().last().unwrap();
    let expected = if ended.code == Some(98) { "void: the generator" } else { "ok: all" };
    assert!(verdict.contains(expected), "{verdict}");
}

/// 50 visits a second without end, each of which lasts a second or so.
fn leisurely(server: &Server) -> Program {
    run(&server.url()).args(["--rate", "50/s"]).vars(&LEISURELY)
}

/// A time zone in which the day does not end while the test goes on.
fn far_from_midnight() -> &'static str {
    let now = Timestamp::from_millisecond(engine::clock::Clock::start().unix_ms(0)).unwrap();
    match now.strftime("%H").to_string().parse().unwrap() {
        3..21 => "UTC",
        _ => "Asia/Tokyo",
    }
}
