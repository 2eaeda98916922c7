//! `AUTO_START=false`: a run that waits to be told.

use std::path::Path;
use std::time::Duration;

use crate::support::program::{Program, run};
use crate::support::server::Server;
use crate::support::summary::{assert_adds_up, count};

#[test]
fn a_run_that_waits_starts_when_the_file_appears_and_takes_it_away() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("start");
    let server = Server::obliging();
    let running = waiting(&server, &file).start();
    running.says("waiting for", Duration::from_secs(10));
    assert!(server.requests().is_empty(), "nothing is sent before");
    std::fs::write(&file, "").unwrap();
    let ended = running.finish().expect(0);
    assert!(ended.stderr.contains("appeared: starting"), "{}", ended.stderr);
    assert!(!file.exists());
    assert_eq!(count(&ended.json(), "visits.completed"), 10);
}

#[test]
fn a_file_that_is_there_already_starts_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("start");
    std::fs::write(&file, "").unwrap();
    let server = Server::obliging();
    let ended = waiting(&server, &file).var("START_CHECK_INTERVAL", "3600").finish().expect(0);
    assert!(!file.exists());
    assert_eq!(count(&ended.json(), "visits.completed"), 10);
}

#[test]
fn a_signal_ends_the_waiting() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::obliging();
    for (signal, code) in [("TERM", 0), ("INT", 130)] {
        let running = waiting(&server, &directory.path().join("start")).start();
        running.says("waiting for", Duration::from_secs(10));
        running.signal(signal);
        let ended = running.finish().expect(code);
        assert!(ended.waited < Duration::from_secs(2), "{:?}", ended.waited);
        let summary = ended.json();
        assert_adds_up(&summary);
        assert_eq!(count(&summary, "visits.planned"), 0);
        assert_eq!(summary["run"]["stopped_by"], "signal");
    }
    assert!(server.requests().is_empty());
}

fn waiting(server: &Server, file: &Path) -> Program {
    run(&server.url()).args(["--rate", "100/s"]).vars(&[
        ("AUTO_START", "false"),
        ("START_SIGNAL_FILE", file.to_str().unwrap()),
        ("START_CHECK_INTERVAL", "0.05"),
        ("MAX_TOTAL_VISITS", "10"),
    ])
}
