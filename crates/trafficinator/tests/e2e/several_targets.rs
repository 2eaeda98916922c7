//! Several Matomos at once: who gets which visits, what is told of each, and that none holds up another.

use std::time::Duration;

use serde_json::Value;

use crate::support::http::get;
use crate::support::ledger::Ledger;
use crate::support::program::trafficinator;
use crate::support::server::{Server, never, status};
use crate::support::stand_in::StandIn;
use crate::support::summary::{assert_adds_up, assert_tells_what_was_recorded, count};
use crate::support::targets::{run, scenario};
use crate::support::{PATIENCE, TOKEN, closed_port, dashboard, eventually, prometheus};

/// What the result says of a target, which has the counts of a summary.
fn of<'a>(summary: &'a Value, name: &str) -> &'a Value {
    let targets = summary["targets"].as_array().unwrap();
    targets.iter().find(|target| target["name"] == name).unwrap_or_else(|| panic!("no {name} in {summary:#}"))
}

/// Counts of all targets are those of the run.
fn assert_adds_up_to_the_run(summary: &Value) {
    assert_adds_up(summary);
    let targets = summary["targets"].as_array().unwrap();
    for path in
        ["visits.planned", "visits.completed", "hits.planned", "hits.sent", "hits.accepted", "hits.failed"]
    {
        let sum: u64 = targets.iter().map(|target| count(target, path)).sum();
        assert_eq!(sum, count(summary, path), "{path} in {summary:#}");
    }
}

#[test]
fn mirrored_targets_record_every_visit_and_each_is_held_against_the_plan() {
    let folder = tempfile::tempdir().unwrap();
    let stand_ins = [StandIn::start(&[]), StandIn::start(&[])];
    std::fs::write(folder.path().join("old.token"), TOKEN).unwrap();
    let urls = stand_ins.each_ref().map(StandIn::url);
    // One with a token, relative to the file that names it, and one without.
    let targets = [("old", urls[0].as_str(), "token_file = 'old.token'"), ("new", &urls[1], "")];
    let scenario = scenario(folder.path(), "distribution = 'mirrored'", &targets);
    let ended = run(&scenario).args(["--rate", "100/s", "--max-total-visits", "150"]).finish().expect(0);
    let summary = ended.json();
    assert_adds_up_to_the_run(&summary);
    assert_eq!(count(&summary, "visits.completed"), 300);
    for (name, stand_in) in ["old", "new"].into_iter().zip(&stand_ins) {
        let target = of(&summary, name);
        assert_eq!(count(target, "visits.completed"), 150);
        assert_tells_what_was_recorded(target, &stand_in.recorded());
        assert_eq!(stand_in.recorded(), Ledger::of_summary(target, "planned"), "{name}");
    }
    assert!(!ended.stdout.contains(TOKEN) && !ended.stderr.contains(TOKEN));
    assert!(ended.stderr.contains("is switched off for new: "), "{}", ended.stderr);
}

#[test]
fn weights_and_turns_divide_the_visits_and_visitors_stay_where_they_were() {
    for (head, weights, expected) in [
        ("", ["weight = 3", "weight = 1"], [150, 50]),
        ("", ["share = 0.75", ""], [150, 50]),
        ("distribution = 'round-robin'", ["", ""], [100, 100]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let servers = [(); 2].map(|()| Server::start(|_| status(204)));
        let urls = servers.each_ref().map(Server::url);
        let scenario =
            scenario(folder.path(), head, &[("a", &urls[0], weights[0]), ("b", &urls[1], weights[1])]);
        let ended = run(&scenario).args(["--rate", "200/s", "--max-total-visits", "200"]).finish().expect(0);
        let summary = ended.json();
        assert_adds_up_to_the_run(&summary);
        assert_eq!(count(&summary, "visits.completed"), 200);
        let visitors = servers.each_ref().map(|server| {
            server
                .hits()
                .iter()
                .map(|hit| hit.get("cid").to_owned())
                .collect::<std::collections::BTreeSet<_>>()
        });
        assert!(visitors[0].is_disjoint(&visitors[1]));
        for ((name, server), expected) in ["a", "b"].into_iter().zip(&servers).zip(expected) {
            let target = of(&summary, name);
            assert!(
                count(target, "visits.completed").abs_diff(expected) <= 4,
                "{head} {weights:?}: {target:#}"
            );
            assert_tells_what_was_recorded(target, &Ledger::of_recorded(&server.hits()));
        }
    }
}

#[test]
fn a_target_that_is_not_there_slows_none_of_the_others_and_fails_its_own_thresholds() {
    let folder = tempfile::tempdir().unwrap();
    let (hangs, fine) = (Server::start(|_| never()), Server::start(|_| status(204)));
    let gone = format!("http://{}/", closed_port());
    let threshold = "thresholds = ['errors<50%', 'visits.completed>=20']";
    let targets =
        [("hangs", &*hangs.url(), threshold), ("gone", &gone, threshold), ("fine", &fine.url(), threshold)];
    let scenario = scenario(folder.path(), "distribution = 'mirrored'", &targets);
    let ended = run(&scenario)
        .args(["--rate", "20/s", "--max-total-visits", "40", "--concurrency", "6", "--grace", "4s"])
        .args(["--timeout", "2s", "--duration", "6s"])
        .finish();
    let summary = ended.json();
    assert_adds_up_to_the_run(&summary);
    let good = of(&summary, "fine");
    assert_eq!((count(good, "visits.completed"), count(good, "hits.failed")), (40, 0), "{good:#}");
    assert_eq!(count(of(&summary, "gone"), "hits.accepted"), 0);
    assert!(count(of(&summary, "gone"), "errors.connect") > 0);
    let holds: Vec<(String, bool)> = summary["thresholds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part["target"].as_str().unwrap().to_owned(), part["holds"].as_bool().unwrap()))
        .collect();
    for (target, holds) in &holds {
        assert_eq!(*holds, target == "fine", "{holds:?} of {target}");
    }
    assert_eq!(holds.len(), 6);
    // A run whose generator was held up says so first.
    if summary["verdict"]["outcome"] != "void" {
        assert_eq!(ended.code, Some(99));
        let sentence = summary["verdict"]["sentence"].as_str().unwrap();
        assert!(sentence.contains("gone: errors<50%") && !sentence.contains("fine: "), "{sentence}");
    }
    let warnings = summary["verdict"]["warnings"].to_string();
    assert!(warnings.contains("target gone: not one of ") && warnings.contains("(connect)"), "{warnings}");
}

#[test]
fn a_threshold_of_one_target_may_end_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let (broken, fine) = (Server::start(|_| status(503)), Server::start(|_| status(204)));
    let targets = [("fine", &*fine.url(), "thresholds = ['errors<1%']"), ("broken", &broken.url(), "")];
    let threshold = "[[threshold]]\nexpression = 'errors<50%'\ntarget = 'broken'\nabort = true\n";
    let scenario = scenario(folder.path(), "distribution = 'mirrored'", &targets);
    let text = std::fs::read_to_string(&scenario).unwrap() + threshold;
    std::fs::write(&scenario, text).unwrap();
    let running = run(&scenario).args(["--rate", "20/s", "--duration", "5m"]).start();
    let ended = running.finish_within(PATIENCE);
    assert!(matches!(ended.code, Some(98 | 99)), "{:?}", ended.code);
    let summary = ended.json();
    assert_eq!(summary["run"]["stopped_by"], "threshold");
    let told = summary["thresholds"].as_array().unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|part| [&part["target"], &part["holds"], &part["aborted"]].map(Value::to_string))
        .collect();
    assert_eq!(told, [["\"fine\"", "true", "false"], ["\"broken\"", "false", "true"]]);
    assert!(ended.stderr.contains("broken: errors<50% does not hold"), "{}", ended.stderr);
}

#[test]
fn a_daily_cap_belongs_to_one_target() {
    let folder = tempfile::tempdir().unwrap();
    let servers = [(); 2].map(|()| Server::start(|_| status(204)));
    let urls = servers.each_ref().map(Server::url);
    let targets = [("a", &*urls[0], "max_visits_per_day = 12"), ("b", &*urls[1], "")];
    let scenario = scenario(folder.path(), "distribution = 'mirrored'", &targets);
    let ended = run(&scenario).args(["--rate", "100/s", "--max-total-visits", "60"]).finish().expect(0);
    let summary = ended.json();
    assert_eq!(count(of(&summary, "a"), "visits.completed"), 12);
    assert_eq!(count(of(&summary, "b"), "visits.completed"), 60);
    assert_eq!(summary["run"]["stopped_by"], "max_total_visits");
}

#[test]
fn check_the_metrics_and_the_dashboard_tell_of_each_target() {
    let folder = tempfile::tempdir().unwrap();
    let servers = [(); 2].map(|()| Server::start(|_| status(204)));
    let urls = servers.each_ref().map(Server::url);
    let targets = [("a", &*urls[0], "weight = 3"), ("b \"quoted\"", &*urls[1], "")];
    let scenario = scenario(folder.path(), "", &targets);
    let checked = trafficinator(["check", "--scenario", &scenario]).finish().expect(0).stdout;
    assert!(checked.contains("target a\n") && checked.contains(", 75 % of the visits"), "{checked}");
    assert!(servers.iter().all(|server| server.hits().is_empty()), "check records nothing");

    let running = run(&scenario).args(["--rate", "50/s", "--listen", "127.0.0.1:0"]).start();
    let address = running.listens_at();
    let prometheus = prometheus::start(&address);
    let page = eventually(PATIENCE, "hits of both targets", || {
        let page = get(&address, "/metrics").body;
        let accepted = |target: &str| {
            let name =
                format!("trafficinator_target_hits_total{{target=\"{target}\",outcome=\"accepted\"}} ");
            page.lines().find_map(|line| line.strip_prefix(&name)?.parse::<u64>().ok()).unwrap_or(0)
        };
        (accepted("a") > 10 && accepted("b \\\"quoted\\\"") > 3).then_some(page.clone())
    });
    for name in [
        "trafficinator_target_visits_completed_total{target=\"a\"}",
        "trafficinator_target_response_time_seconds_bucket{le=\"0.001\",target=\"a\"}",
        "trafficinator_target_service_time_seconds_count{target=\"a\"}",
    ] {
        assert!(page.contains(name), "{name} is not in\n{page}");
    }
    // Whoever opens the row of targets in the dashboard sees both in every panel.
    for query in dashboard::queries(&dashboard::panels_of("Targets")) {
        eventually(PATIENCE, &query, || (prometheus.series(&query).len() == 2).then_some(()));
    }
    running.signal("TERM");
    running.finish().expect(0);
}

#[test]
fn two_mirrored_targets_can_be_compared_and_reported_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let slow = Server::start(|_| status(204).after(Duration::from_millis(60)));
    let fast = Server::start(|_| status(204).after(Duration::from_millis(20)));
    let targets = [("old", &*slow.url(), "thresholds = ['errors<1%']"), ("new", &*fast.url(), "")];
    let scenario = scenario(folder.path(), "distribution = 'mirrored'", &targets);
    let result = path("run.json");
    trafficinator(["run", "--scenario", &scenario, "--rate", "20/s", "--duration", "12s", "--seed", "7"])
        .vars(&[("TRAFFICINATOR_PROFILE", "classic"), ("PAUSE_BETWEEN_PVS_MIN", "0")])
        .vars(&[("PAUSE_BETWEEN_PVS_MAX", "0.02"), ("TRAFFICINATOR_SUMMARY_JSON", &result)])
        .finish()
        .expect(0);
    let [old, new] = ["old", "new"].map(|name| format!("{result}@{name}"));
    // A machine that builds something else at the same time makes a generator late, and its run void.
    let better = trafficinator(["compare", "--force", &old, &new]).finish().expect(0).stdout;
    assert!(better.contains("response p50 fell by "), "{better}");
    trafficinator(["compare", "--force", &new, &old]).finish().expect(99);
    let report = trafficinator(["report", &old, "-o", "md"]).finish().expect(0).stdout;
    assert!(report.contains(&slow.address().to_string()), "{report}");
    assert!(report.contains("`old: errors<1%`") && !report.contains("### Targets"), "{report}");
    let report = trafficinator(["report", &result, "-o", "md"]).finish().expect(0).stdout;
    assert!(report.contains("### Targets"), "{report}");
    let wrong = trafficinator(["report", &format!("{result}@odl"), "-o", "md"]).finish().expect(2);
    assert!(wrong.stderr.contains("it has no target \"odl\"; give one of old, new"), "{}", wrong.stderr);
}

#[test]
fn a_plan_tells_which_target_gets_which_visit() {
    let folder = tempfile::tempdir().unwrap();
    let plan = |head: &str, more: [&str; 2]| {
        let targets = [("a", "http://127.0.0.1:9/", more[0]), ("b", "http://127.0.0.2:9/", more[1])];
        let scenario = scenario(folder.path(), head, &targets);
        let told = trafficinator([
            "plan",
            "--scenario",
            &scenario,
            "--seed",
            "7",
            "--visits",
            "40",
            "--format",
            "jsonl",
        ])
        .finish()
        .expect(0)
        .stdout;
        let lines = told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .map(|line| (line["visit"].as_u64().unwrap(), line["target"].as_str().unwrap().to_owned()))
            .collect()
    };
    let of = |hits: &[(u64, String)], target: &str| -> std::collections::BTreeSet<u64> {
        hits.iter().filter(|(_, of)| of == target).map(|(visit, _)| *visit).collect()
    };
    let weighted: Vec<(u64, String)> = plan("", ["weight = 3", ""]);
    let (a, b) = (of(&weighted, "a"), of(&weighted, "b"));
    assert!(a.is_disjoint(&b) && a.union(&b).copied().eq(0..40), "{a:?} {b:?}");
    assert!(a.len().abs_diff(30) <= 1, "{a:?}");
    let mirrored = plan("distribution = 'mirrored'", ["max_visits_per_day = 7", ""]);
    assert_eq!((of(&mirrored, "a").len(), of(&mirrored, "b").len()), (7, 40));
}

#[test]
fn health_names_the_target_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let fine = Server::start(|_| status(204));
    let gone = format!("http://{}/", closed_port());
    let targets = [("fine", &*fine.url(), ""), ("gone", &gone, "")];
    let scenario = scenario(folder.path(), "distribution = 'mirrored'", &targets);
    let running = run(&scenario).args(["--rate", "20/s", "--listen", "127.0.0.1:0"]).start();
    let address = running.listens_at();
    eventually(PATIENCE, "a target that is gone", || {
        let health: Value = serde_json::from_str(&get(&address, "/healthz").body).unwrap();
        (health["targets"][0]["target"] == "answers" && health["targets"][1]["target"] == "unreachable")
            .then_some(())
    });
    let asked = trafficinator(["health", "--listen", &address]).finish().expect(1);
    assert!(
        asked.stdout.starts_with("target gone is unreachable, it was not reached yet; sending"),
        "{}",
        asked.stdout
    );
    running.signal("TERM");
    running.finish().expect(0);
}

#[test]
fn shards_that_send_to_several_targets_merge_target_by_target() {
    let folder = tempfile::tempdir().unwrap();
    let servers = [(); 2].map(|()| Server::start(|_| status(204)));
    let urls = servers.each_ref().map(Server::url);
    let more = "thresholds = ['visits.completed==60']";
    let scenario =
        scenario(folder.path(), "distribution = 'mirrored'", &[("a", &urls[0], more), ("b", &urls[1], more)]);
    let now = engine::clock::Clock::start().unix_ms(0);
    let start_at = jiff::Timestamp::from_millisecond(now + 3_000).unwrap().to_string();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let results = ["0", "1"].map(|index| file(&format!("shard-{index}.json")));
    let shards = ["0/2", "1/2"].map(|shard| {
        let result = if shard == "0/2" { &results[0] } else { &results[1] };
        trafficinator(["run", "--scenario", &scenario, "--summary-json", result, "--seed", "5"])
            .args(["--run-id", "several", "--rate", "30/s", "--max-total-visits", "60"])
            .args(["--shard", shard, "--start-at", &start_at])
            .vars(&[("TRAFFICINATOR_PROFILE", "classic"), ("PAUSE_BETWEEN_PVS_MIN", "0")])
            .var("PAUSE_BETWEEN_PVS_MAX", "0.02")
            .start()
    });
    for shard in shards {
        shard.finish().expect(0);
    }
    let merged = file("run.json");
    let ended = trafficinator(["merge", &results[1], &results[0], "-o", &merged]).finish().expect(0);
    let summary: Value = serde_json::from_str(&std::fs::read_to_string(&merged).unwrap()).unwrap();
    assert_adds_up_to_the_run(&summary);
    assert_eq!(count(&summary, "visits.completed"), 120, "{}", ended.stdout);
    for (name, server) in ["a", "b"].into_iter().zip(&servers) {
        let target = of(&summary, name);
        assert_eq!(count(target, "visits.completed"), 60);
        assert_tells_what_was_recorded(target, &Ledger::of_recorded(&server.hits()));
    }
    let thresholds = summary["thresholds"].as_array().unwrap();
    assert_eq!(thresholds.len(), 2);
    assert!(thresholds.iter().all(|threshold| threshold["holds"] == true), "{thresholds:?}");
}
