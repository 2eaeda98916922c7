//! Thresholds: what is demanded of a run, and what its exit code says of that.

use std::time::Duration;

use crate::support::program::{Program, run};
use crate::support::server::{Server, status};
use crate::support::summary::{assert_true, count};

const STRICT: &str = r#"
rate = "40/s"
duration = "5m"

[[threshold]]
expression = "errors<1%"
abort = true
delay = "2s"
"#;

/// 40 visits of some hits each.
fn forty(server: &Server) -> Program {
    run(&server.url()).vars(&[("MAX_TOTAL_VISITS", "40"), ("TRAFFICINATOR_RATE", "40/s")])
}

/// A server that refuses every tenth hit.
fn flawed() -> Server {
    Server::start(|seen| status(if seen.hit.is_some_and(|number| number % 10 == 9) { 503 } else { 204 }))
}

#[test]
fn thresholds_that_hold_are_told_and_change_nothing() {
    let server = Server::obliging();
    let ended = forty(&server)
        .args(["--threshold", "response.p95<20s", "--threshold", "errors<1%, visits.dropped==0"])
        .finish()
        .expect(0);
    let summary = ended.json();
    let told: Vec<&str> = summary["thresholds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|threshold| threshold["expression"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["response.p95<20s", "errors<1%", "visits.dropped==0"]);
    assert!(summary["thresholds"].as_array().unwrap().iter().all(|threshold| threshold["holds"] == true));
    assert!(ended.stderr.contains("response.p95<20s"), "{}", ended.stderr);
}

#[test]
fn a_threshold_that_does_not_hold_makes_the_run_fail() {
    let server = flawed();
    let ended = forty(&server).var("TRAFFICINATOR_THRESHOLD", "errors<1%,service.max<1h").finish();
    let summary = ended.json();
    assert_true(&summary, &server);
    // A run whose generator was held up says so first.
    if summary["verdict"]["outcome"] != "void" {
        let ended = ended.expect(99);
        assert_eq!(summary["verdict"]["outcome"], "threshold");
        assert!(ended.stderr.contains("FAILED: errors<1% did not hold"), "{}", ended.stderr);
    }
    let errors = &summary["thresholds"][0];
    assert_eq!((errors["holds"].as_bool(), errors["unit"].as_str()), (Some(false), Some("share")));
    assert!((errors["value"].as_f64().unwrap() - 0.1).abs() < 0.02, "{errors}");
    assert_eq!(summary["thresholds"][1]["holds"], true);
}

#[test]
fn a_threshold_without_samples_does_not_hold() {
    let server = Server::obliging();
    let ended = forty(&server)
        .var("ECOMMERCE_PROBABILITY", "0")
        .args(["--threshold", "response[order].p95<1h"])
        .finish();
    let summary = ended.json();
    assert_eq!(summary["thresholds"][0]["value"], serde_json::Value::Null);
    assert_eq!(summary["thresholds"][0]["holds"], false);
    assert!(matches!(ended.code, Some(98 | 99)), "{:?}", ended.code);
    assert!(ended.stderr.contains("no samples"), "{}", ended.stderr);
}

#[test]
fn a_threshold_that_may_ends_the_run_after_its_delay() {
    let server = flawed();
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("strict.toml");
    std::fs::write(&scenario, STRICT).unwrap();
    let running = run(&server.url()).args(["--scenario", scenario.to_str().unwrap()]).start();
    let ended = running.finish_within(Duration::from_secs(30));
    let summary = ended.json();
    assert_true(&summary, &server);
    assert_eq!(summary["run"]["stopped_by"], "threshold");
    assert_eq!(summary["thresholds"][0]["aborted"], true);
    let seconds = summary["run"]["seconds"].as_f64().unwrap();
    assert!((2.0..20.0).contains(&seconds), "{seconds}");
    assert!(matches!(ended.code, Some(98 | 99)), "{:?}", ended.code);
    assert!(ended.stderr.contains("errors<1% does not hold"), "{}", ended.stderr);
}

#[test]
fn of_several_ends_the_first_that_applies_is_told_by_the_exit_code() {
    // Nothing accepted comes before a threshold, Ctrl-C before everything; after SIGTERM the verdict decides.
    let refusing = Server::start(|_| status(500));
    forty(&refusing).args(["--threshold", "errors<1%"]).finish().expect(1);
    for (signal, codes) in [("INT", [130, 130]), ("TERM", [99, 98])] {
        let server = flawed();
        let running = run(&server.url()).args(["--rate", "40/s", "--threshold", "errors<1%"]).start();
        server.await_hits(100);
        running.signal(signal);
        let ended = running.finish();
        assert!(ended.code.is_some_and(|code| codes.contains(&code)), "{signal}: {:?}", ended.code);
        assert!(count(&ended.json(), "hits.rejected") > 0);
    }
}

#[test]
fn wrong_thresholds_are_all_told_before_anything_is_sent() {
    let server = Server::obliging();
    let ended = forty(&server)
        .args([
            "--threshold",
            "response.p95<200",
            "--threshold",
            "visit.dropped==0",
            "--threshold",
            "errors<1%",
        ])
        .finish()
        .expect(2);
    for text in ["a time needs a unit", "visits"] {
        assert!(ended.stderr.contains(text), "{text}: {}", ended.stderr);
    }
    assert_eq!(server.hits().len(), 0);
}
