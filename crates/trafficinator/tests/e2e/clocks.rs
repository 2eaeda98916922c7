//! The two clocks: what `cdt` says, and whose clock it goes by.

use crate::support::ledger::visits;
use crate::support::program::run;
use crate::support::server::{Answer, Server, status};
use crate::support::summary::assert_true;

/// A simulated hit happened at least so long ago, in seconds.
const SAFETY: i64 = 5;

/// The longest visit by default, and some time for the machine, in seconds.
const LONGEST: i64 = 8 * 60 + 60;

#[test]
fn simulated_times_are_whole_seconds_that_increase_within_a_visit() {
    let server = Server::obliging();
    simulate(&server);
    for visit in visits(&server.hits()) {
        let times: Vec<i64> =
            visit.iter().map(|hit| hit.get("cdt").parse().expect("whole seconds")).collect();
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
        assert!((20..=LONGEST).contains(&(times.last().unwrap() - times[0])), "{times:?}");
    }
}

#[test]
fn simulated_times_never_lie_in_the_future_of_the_server() {
    assert_by_the_clock_of(0, |answer| answer);
}

#[test]
fn simulated_times_follow_a_server_that_is_an_hour_behind() {
    assert_by_the_clock_of(-3_600, |answer| answer.dated(-3_600));
}

#[test]
fn simulated_times_follow_a_server_that_is_an_hour_ahead() {
    assert_by_the_clock_of(3_600, |answer| answer.dated(3_600));
}

#[test]
fn a_server_without_a_date_is_taken_to_have_our_time() {
    assert_by_the_clock_of(0, Answer::undated);
}

#[test]
fn the_local_time_of_a_visitor_is_a_time_of_day() {
    let server = Server::obliging();
    simulate(&server);
    for hit in server.hits() {
        let number = |name: &str| hit.get(name).parse::<u32>().unwrap_or(99);
        assert!(number("h") < 24 && number("m") < 60 && number("s") < 60, "{}", hit.target);
    }
}

#[test]
fn real_times_are_left_to_the_server() {
    let server = Server::obliging();
    let length = [("VISIT_DURATION_MIN", "0.1"), ("VISIT_DURATION_MAX", "0.1")];
    let ended = run(&server.url())
        .args(["--rate", "50/s", "--clock", "real", "--duration", "2s", "--grace", "0s"])
        .vars(&length)
        .finish()
        .expect(0);
    assert!(ended.stderr.contains("PAUSE_BETWEEN_PVS_MIN"), "unused pauses are said: {}", ended.stderr);
    assert!(server.hits().iter().all(|hit| !hit.parameters.contains_key("cdt")));
}

fn assert_by_the_clock_of(ahead: i64, change: impl Fn(Answer) -> Answer + Send + Sync + 'static) {
    let server = Server::start(move |_| change(status(204)));
    simulate(&server);
    for hit in server.hits() {
        let cdt: i64 = hit.get("cdt").parse().unwrap();
        let servers_now = hit.unix_ms + ahead * 1_000;
        let age = servers_now - cdt * 1_000;
        assert!(age >= SAFETY * 1_000, "{age} ms old by the server's clock");
        assert!(age <= LONGEST * 1_000, "{age} ms old by the server's clock");
    }
}

fn simulate(server: &Server) {
    let summary =
        run(&server.url()).args(["--rate", "60/s", "--max-total-visits", "90"]).finish().expect(0).json();
    assert_true(&summary, server);
}
