//! What `health` says of a run, and how it ends.

use std::time::Duration;

use engine::clock::Clock;
use jiff::Timestamp;

use crate::support::http::get;
use crate::support::program::{Finished, Program, Running, run, trafficinator};
use crate::support::server::{Server, status};
use crate::support::stand_in::StandIn;
use crate::support::summary::count;
use crate::support::{PATIENCE, closed_port, eventually, targets};

/// A run that listens on a port that is free, and where that is.
fn start(program: Program) -> (Running, String) {
    let running = program.args(["--listen", "127.0.0.1:0"]).start();
    let address = running.listens_at();
    (running, address)
}

fn health(address: &str) -> Finished {
    trafficinator(["health", "--listen", address]).finish()
}

/// Waits until `health` says this in its one line, and ends with this code.
#[track_caller]
fn await_health(address: &str, code: i32, text: &str) {
    let mut last = String::new();
    eventually(PATIENCE, text, || {
        let said = health(address);
        assert_eq!(said.stdout.lines().count(), 1, "{said:?}");
        assert_eq!(said.stderr, "");
        last = format!("{:?} {}", said.code, said.stdout);
        (said.code == Some(code) && said.stdout.contains(text)).then_some(())
    });
}

#[test]
fn a_run_that_waits_and_one_that_sends_are_well() {
    let server = Server::obliging();
    let directory = tempfile::tempdir().unwrap();
    let signal = directory.path().join("start");
    let program = run(&server.url())
        .args(["--rate", "20/s"])
        .var("AUTO_START", "false")
        .var("START_SIGNAL_FILE", &signal.display().to_string())
        .var("START_CHECK_INTERVAL", "0.02");
    let (running, address) = start(program);
    await_health(&address, 0, "waiting for the start signal (START_SIGNAL_FILE)\n");
    std::fs::write(&signal, "").unwrap();
    await_health(&address, 0, "hits accepted, 0 rejected, 0 failed\n");
    let said = health(&address).expect(0);
    assert!(said.stdout.starts_with("sending; "), "{}", said.stdout);
    // What was there before is there still.
    let json: serde_json::Value = serde_json::from_str(&get(&address, "/healthz").body).unwrap();
    for name in ["status", "phase", "ready", "reason", "run_id", "version", "uptime_seconds"] {
        assert!(json.get(name).is_some(), "{name}: {json}");
    }
    assert_eq!(json["target"], "answers");
    assert!(json["hits"]["accepted"].as_u64() > Some(0), "{json}");
    running.signal("TERM");
    running.finish().expect(0);
}

#[test]
fn a_run_at_its_daily_cap_is_well() {
    let server = Server::obliging();
    let (running, address) =
        start(run(&server.url()).args(["--rate", "50/s"]).var("MAX_VISITS_PER_DAY", "5"));
    await_health(&address, 0, "paused at the daily cap (MAX_VISITS_PER_DAY) until tomorrow in TIMEZONE; ");
    running.signal("TERM");
    running.finish().expect(0);
}

#[test]
fn a_run_whose_open_visits_finish_is_draining() {
    let server = Server::start(|_| status(204).after(Duration::from_millis(400)));
    let (running, address) = start(run(&server.url()).args(["--rate", "20/s"]));
    server.await_hits(20);
    running.signal("TERM");
    await_health(&address, 0, "draining: no new visits begin, open ones may finish; ");
    running.finish().expect(0);
}

#[test]
fn a_target_that_was_never_reached_is_told_from_one_that_went_away() {
    let (running, address) = start(run(&format!("http://{}/", closed_port())).args(["--rate", "5/s"]));
    await_health(&address, 1, "the target is unreachable, it was not reached yet; sending\n");
    drop(running);

    let stand_in = StandIn::start(&[]);
    let (running, address) = start(run(&stand_in.url()).args(["--rate", "20/s"]));
    await_health(&address, 0, "hits accepted, 0 rejected, 0 failed\n");
    drop(stand_in);
    await_health(&address, 1, "the target is unreachable, it last answered 1");
    let json: serde_json::Value = serde_json::from_str(&get(&address, "/healthz").body).unwrap();
    assert_eq!((&json["healthy"], &json["target"]), (&false.into(), &"unreachable".into()), "{json}");
    drop(running);
}

#[test]
fn where_nobody_answers_that_is_said_with_the_address() {
    let address = closed_port();
    let said = trafficinator(["health"]).var("TRAFFICINATOR_LISTEN", &address).finish().expect(1);
    assert!(said.stdout.starts_with(&format!("no run answers on {address} ")), "{}", said.stdout);
    let server = Server::obliging();
    let address = server.url().replace("http://", "").trim_end_matches('/').to_owned();
    let said = health(&address).expect(1);
    assert_eq!(said.stdout, format!("what answers on {address} is not a run of Trafficinator\n"));
    let said = trafficinator(["health"]).var("TRAFFICINATOR_LISTEN", "localhost").finish().expect(2);
    assert!(said.stderr.contains("TRAFFICINATOR_LISTEN: \"localhost\" is not accepted"), "{}", said.stderr);
}

#[test]
fn a_target_that_refuses_every_hit_is_no_healthy_one() {
    let server = Server::start(|_| status(404));
    let (running, address) = start(run(&server.url()).args(["--rate", "20/s"]));
    await_health(&address, 1, "the target answers and has refused every hit; sending");
    running.signal("TERM");
    running.finish().expect(1);
}

#[test]
fn a_target_that_has_its_visits_of_the_day_is_paused_and_not_sending() {
    let server = Server::obliging();
    let folder = tempfile::tempdir().unwrap();
    let scenario =
        targets::scenario(folder.path(), "", &[("only", &*server.url(), "max_visits_per_day = 5")]);
    let (running, address) = start(targets::run(&scenario).args(["--rate", "20/s"]));
    await_health(&address, 0, "paused at the daily cap");
    let planned = "trafficinator_planned_visits_per_second 0.0";
    assert!(get(&address, "/metrics").body.contains(planned));
    running.signal("TERM");
    let summary = running.finish().expect(0).json();
    assert_eq!(count(&summary, "visits.completed"), 5);
}

#[test]
fn a_target_that_is_not_there_is_told_before_the_start_time() {
    let start_at = Timestamp::from_millisecond(Clock::start().unix_ms(0) + 600_000).unwrap().to_string();
    let gone = run(&format!("http://{}/", closed_port())).args(["--start-at", &start_at]);
    let (running, address) = start(gone);
    await_health(&address, 1, "it was not reached yet; waiting for the start time");
    running.signal("TERM");
    running.finish();
}
