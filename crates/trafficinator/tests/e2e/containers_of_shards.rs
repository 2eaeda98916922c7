//! What `emit compose` prints, started in a real engine: three shards send the very plan of one process.

use serde_json::Value;

use crate::support::docker::{composes, project};
use crate::support::program::trafficinator;
use crate::support::summary::{assert_adds_up, count};
use crate::support::{PATIENCE, eventually};

/// The plan, whoever sends it: 120 visits in six seconds.
const PLAN: [&str; 8] =
    ["--rate", "20/s", "--max-total-visits", "120", "--seed", "7", "--profile", "classic"];

const QUICK: [&str; 4] = ["--pause-between-pvs-min", "0", "--pause-between-pvs-max", "0.05"];

/// A time so many seconds from now.
fn in_seconds(seconds: i64) -> String {
    let now = engine::clock::Clock::start().unix_ms(0);
    jiff::Timestamp::from_millisecond(now + seconds * 1_000).unwrap().to_string()
}

/// What the plan came to: everything that does not depend on how long answers took.
fn outcome(result: &Value) -> Vec<(String, Value)> {
    ["visits", "hits", "errors", "ledger"]
        .into_iter()
        .flat_map(|part| {
            result[part]
                .as_object()
                .unwrap()
                .clone()
                .into_iter()
                .map(move |(name, value)| (format!("{part}.{name}"), value))
        })
        .filter(|(name, _)| !["hits.late", "hits.retried"].contains(&name.as_str()))
        .collect()
}

#[test]
fn emitted_containers_send_the_plan_of_one_process_and_merge_to_its_result() {
    let test = "emitted_containers_send_the_plan_of_one_process_and_merge_to_its_result";
    let Some(project) = project(test) else { return };
    let Some(compose) = composes(test).into_iter().next() else { return };
    project.build();
    let network = project.network().to_owned();
    let tracker = project.start(
        &["--network", &network, "--network-alias", "tracker"],
        &["tracker", "--listen", "0.0.0.0:8899"],
    );
    let address = project.inspect(&tracker, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");

    // One process, and then three containers, against the same stand-in: the same visits, by other people.
    let url = format!("http://{address}:8899/");
    let flags =
        [&["run", "--matomo-url", &url, "--matomo-site-id", "1", "--run-id", "whole"], &PLAN[..], &QUICK]
            .concat();
    let whole = trafficinator(flags.iter().copied().chain(["--summary-json", "-"])).finish().expect(0).json();
    assert_adds_up(&whole);

    let start_at = in_seconds(15);
    let emit = [
        "emit",
        "compose",
        "--shards",
        "3",
        "--image",
        project.image(),
        "--start-at",
        &start_at,
        "--run-id",
        "shards",
    ];
    let target = [
        "--matomo-url",
        "http://tracker:8899/",
        "--matomo-site-id",
        "1",
        "--randomize-visitor-countries",
        "false",
    ];
    let flags = [&emit[..], &target, &PLAN, &QUICK].concat();
    let emitted = trafficinator(flags.iter().copied()).finish().expect(0).stdout;
    // The stand-in is in a network of its own, which the shards join.
    project.write(
        "run.yaml",
        &format!("{emitted}networks:\n  default:\n    external: true\n    name: {network}\n"),
    );
    let file = ["-f", "run.yaml"];
    project.compose(compose, &[&file[..], &["up", "--detach"]].concat(), &[]).expect(0);
    let shards: Vec<String> = project.containers().into_iter().filter(|id| *id != tracker[..12]).collect();
    assert_eq!(shards.len(), 3, "the profile merge starts nothing by itself");
    eventually(PATIENCE, "the end of all shards", || {
        shards.iter().all(|id| project.inspect(id, "{{.State.Status}}") == "exited").then_some(())
    });
    for id in &shards {
        let code = project.inspect(id, "{{.State.ExitCode}}");
        assert!(["0", "98"].contains(&code.as_str()), "{code}:\n{}", project.logs(id));
        assert!(!project.logs(id).contains("is late"), "{}", project.logs(id));
    }
    let merge = [&file[..], &["--profile", "merge", "run", "--rm", "-T", "merge"]].concat();
    let merged = project.compose(compose, &merge, &[]);
    assert!(matches!(merged.code, Some(0 | 98)), "{}", merged.all());
    project.docker(&["cp", &format!("{}:/data/run.json", shards[0]), "run.json"]).expect(0);
    let merged: Value =
        serde_json::from_str(&std::fs::read_to_string(project.path("run.json")).unwrap()).unwrap();
    assert_adds_up(&merged);
    assert_eq!(merged["shards"].as_array().unwrap().len(), 3);
    assert_eq!(count(&merged, "visits.completed"), 120, "{}", merged["errors"]);
    assert_eq!(outcome(&merged), outcome(&whole));
    assert_eq!(merged["run"]["plan"], whole["run"]["plan"]);
}
