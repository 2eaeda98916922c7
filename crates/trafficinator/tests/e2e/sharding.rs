//! One plan on many machines: what shards send, and what their results come to together.

use std::collections::BTreeMap;
use std::path::Path;

use engine::clock::Clock;
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::PATIENCE;
use crate::support::hosts::Hosts;
use crate::support::http::get;
use crate::support::ledger::{Ledger, kind};
use crate::support::program::{Finished, Program, Running, run, trafficinator};
use crate::support::server::{Seen, Server, status};
use crate::support::stand_in::StandIn;
use crate::support::summary::{assert_adds_up, assert_tells_what_was_recorded, count};

/// Parameters that are known only when a hit is sent.
const NOT_PLANNED: [&str; 4] = ["cdt", "h", "m", "s"];

/// Time for all programs to come to their start, also on a busy machine.
const AHEAD_MS: i64 = 4_000;

const SHARDS: usize = 3;

/// A start of all shards, and how it is written.
fn start() -> (i64, String) {
    written(Clock::start().unix_ms(0) + AHEAD_MS)
}

fn written(unix_ms: i64) -> (i64, String) {
    (unix_ms, Timestamp::from_millisecond(unix_ms).unwrap().to_string())
}

/// A run of 120 visits that come by chance, with everything that shards must have alike.
fn whole(url: &str, start_at: &str) -> Program {
    run(url).args(["--seed", "7", "--run-id", "monday", "--start-at", start_at]).vars(&[
        ("TRAFFICINATOR_RATE", "40/s"),
        ("TRAFFICINATOR_ARRIVALS", "poisson"),
        ("MAX_TOTAL_VISITS", "120"),
        ("TRAFFICINATOR_THRESHOLD", "visits.completed>=120"),
    ])
}

/// One of three, on a machine with a number of workers that the others do not have.
fn shard(url: &str, start_at: &str, index: usize) -> Program {
    let workers = (index + 1).to_string();
    whole(url, start_at).args(["--shard", &format!("{index}/{SHARDS}"), "--workers", &workers])
}

fn finish(shards: Vec<Running>) -> Vec<Finished> {
    shards.into_iter().map(|shard| shard.finish().expect(0)).collect()
}

/// Writes the results of shards to files.
fn kept(directory: &TempDir, shards: &[Finished]) -> Vec<String> {
    let keep = |(index, shard): (usize, &Finished)| {
        let path = directory.path().join(format!("shard-{index}.json"));
        std::fs::write(&path, &shard.stdout).unwrap();
        path.to_str().unwrap().to_owned()
    };
    shards.iter().enumerate().map(keep).collect()
}

fn merge(files: &[String]) -> Program {
    trafficinator(["merge"]).args(files.iter().map(String::as_str))
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What hits say, but for the time in which they were sent; sorted.
fn said(hits: &[Seen]) -> Vec<(&'static str, BTreeMap<String, String>)> {
    let mut said: Vec<_> = hits
        .iter()
        .map(|hit| {
            let mut parameters = hit.parameters.clone();
            parameters.retain(|name, _| !NOT_PLANNED.contains(&name.as_str()));
            (kind(hit), parameters)
        })
        .collect();
    said.sort();
    said
}

/// What was due in every second: visits and hits.
fn due(result: &Value) -> Vec<(u64, u64, u64)> {
    let windows = result["series"]["windows"].as_array().unwrap();
    windows
        .iter()
        .map(|window| {
            let second = window["at"].as_f64().unwrap() as u64;
            (second, count(window, "visits.planned"), count(window, "hits.planned"))
        })
        .filter(|(_, visits, hits)| visits + hits > 0)
        .collect()
}

#[test]
fn three_shards_send_what_one_machine_sends_and_come_to_the_same_result() {
    let (at, start_at) = start();
    let (one, many) = (Server::obliging(), Server::obliging());
    let alone = whole(&one.url(), &start_at).start();
    let shards = (0..SHARDS).map(|index| shard(&many.url(), &start_at, index).start()).collect();
    let shards = finish(shards);
    let alone = alone.finish().expect(0).json();

    // The same hits of the same visitors, each once; none before it is due.
    let (expected, sent) = (one.hits(), many.hits());
    assert!(expected.len() > 500 && sent.len() == expected.len(), "{} and {}", sent.len(), expected.len());
    assert_eq!(said(&sent), said(&expected));
    let planned = planned_starts();
    assert_eq!(planned.len(), 120);
    for hit in sent.iter().filter(|hit| planned.contains_key(hit.get("pv_id"))) {
        // Both round, and clocks of two programs are a little apart.
        let after = hit.unix_ms - at + 2;
        assert!(after >= planned[hit.get("pv_id")], "{after} ms after the start: {hit:?}");
    }
    for (index, shard) in shards.iter().enumerate() {
        let result = shard.json();
        assert_adds_up(&result);
        assert_eq!(count(&result, "run.shard.index"), index as u64);
        assert!(count(&result, "visits.planned") > 20, "{:#}", result["visits"]);
        assert!(!shard.stderr.contains("FAILED"), "{}", shard.stderr);
        assert_eq!(count(&result, "generator.in_flight_allowed"), [17, 17, 16][index]);
    }

    let directory = tempfile::tempdir().unwrap();
    let files = kept(&directory, &shards);
    let merged = directory.path().join("run.json");
    let ended = merge(&files).args(["-o", merged.to_str().unwrap()]).finish().expect(0);
    assert!(ended.stdout.contains("  3 shards\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains("  visits     planned 120  "), "{}", ended.stdout);
    let result = read(&merged);
    assert_adds_up(&result);
    assert_tells_what_was_recorded(&result, &Ledger::of_recorded(&sent));
    for part in ["visits", "hits", "ledger", "errors"] {
        let mut parts = [&result, &alone].map(|result| result[part].clone());
        for part in &mut parts {
            // How fast hits went out is no part of the plan.
            if let Some(fields) = part.as_object_mut() {
                fields.remove("late");
            }
        }
        assert_eq!(parts[0], parts[1], "{part}");
    }
    assert_eq!(due(&result), due(&alone), "the same arrivals, second by second");
    assert_eq!(result["thresholds"][0]["holds"], true, "{:#}", result["thresholds"]);
    assert_eq!((&result["run"]["plan"], &result["run"]["id"]), (&alone["run"]["plan"], &alone["run"]["id"]));
    assert_eq!(result["run"].get("shard"), None);

    // It is a result like any other, and does not depend on the order of its shards.
    for (format, heading) in [("md", "### Shards\n"), ("html", ">Shards</h2>")] {
        let report = trafficinator(["report", merged.to_str().unwrap(), "-o", format]).finish().expect(0);
        assert!(report.stdout.contains(heading), "{}", report.stdout);
    }
    let reversed: Vec<String> = files.iter().rev().cloned().collect();
    let again = merge(&reversed).args(["-o", "-"]).finish().expect(0);
    assert_eq!(again.json(), result);
    let command = result["reproduce"]["command"].as_str().unwrap();
    assert!(command.contains(" --seed 7") && command.contains(" --max-total-visits 120"), "{command}");
    assert!(!command.contains("--shard") && !command.contains("--start-at"), "the whole plan: {command}");
}

/// When visits are due, in milliseconds after the start, by their first page view.
fn planned_starts() -> BTreeMap<String, i64> {
    let lines = plan(&["--run-id", "monday", "--visits", "120"]);
    let mut starts = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for line in lines.lines() {
        let hit: Value = serde_json::from_str(line).unwrap();
        if seen.insert(hit["visit"].as_u64()) {
            let id = hit["params"]["pv_id"].as_str().expect("a visit begins with a page view");
            starts.insert(id.to_owned(), hit["offset_ms"].as_i64().unwrap());
        }
    }
    starts
}

fn plan(args: &[&str]) -> String {
    trafficinator(["plan", "--seed", "7", "--format", "jsonl", "--profile", "classic"])
        .args(args.iter().copied())
        .vars(&[("TRAFFICINATOR_RATE", "40/s"), ("TRAFFICINATOR_ARRIVALS", "poisson")])
        .vars(&[("PAUSE_BETWEEN_PVS_MIN", "0"), ("PAUSE_BETWEEN_PVS_MAX", "0.02")])
        .finish()
        .expect(0)
        .stdout
}

#[test]
fn the_plans_of_all_shards_are_the_lines_of_the_whole() {
    for more in [&[][..], &["--bots-share", "0.3"], &["--rate", "max"], &["--max-visits-per-day", "90"]] {
        let plan = |args: &[&str]| plan(&[&["--visits", "150"], more, args].concat());
        let whole = plan(&[]);
        let mut lines = Vec::new();
        for index in 0..5 {
            let part = plan(&["--shard", &format!("{index}/5")]);
            assert!(part.lines().count() > 20, "{more:?} {index}");
            // In the order of the whole.
            let mut rest = whole.lines();
            assert!(part.lines().all(|line| rest.any(|other| other == line)), "{more:?} {index}");
            lines.extend(part.lines().map(str::to_owned));
        }
        let mut expected: Vec<&str> = whole.lines().collect();
        expected.sort_unstable();
        lines.sort_unstable();
        assert_eq!(lines, expected, "{more:?}");
    }
    let text = trafficinator(["plan", "--seed", "7", "--shard", "1/3"]).finish().expect(0).stdout;
    let heading = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(heading.contains("; only those of shard 1/3 Visit "), "{text}");
    assert_eq!(text.matches("\nVisit ").count(), 5, "{text}");
}

#[test]
fn a_shard_that_is_late_says_so_and_is_void_and_so_is_the_whole() {
    let server = Server::obliging();
    let (_, start_at) = written(Clock::start().unix_ms(0) - 5_000);
    // So few hits that no percentile says anything.
    let few = |index| shard(&server.url(), &start_at, index).var("MAX_TOTAL_VISITS", "6");
    let shards: Vec<Finished> = (0..SHARDS).map(|index| few(index).finish()).collect();
    for shard in &shards {
        assert_eq!(shard.code, Some(98), "{}", shard.stderr);
        assert!(shard.stderr.contains("this run is late and therefore void"), "{}", shard.stderr);
        let result = shard.json();
        assert_adds_up(&result);
        assert_eq!(result["verdict"]["outcome"], "void");
        let reason = result["verdict"]["void"][0].as_str().unwrap();
        assert!(reason.contains("s after --start-at ") && reason.contains("start it earlier"), "{reason}");
        let late = result["run"]["late_seconds"].as_f64().unwrap();
        assert!(
            (5.0..40.0).contains(&late) && result["run"]["seconds"].as_f64().unwrap() >= late,
            "{result:#}"
        );
    }
    assert_eq!(
        server.hits().len() as u64,
        shards.iter().map(|shard| count(&shard.json(), "hits.sent")).sum::<u64>()
    );
    let directory = tempfile::tempdir().unwrap();
    let ended = merge(&kept(&directory, &shards)).finish();
    assert_eq!(ended.code, Some(98), "{}", ended.stdout);
    assert!(ended.stdout.lines().last().unwrap().contains("void: shard "), "{}", ended.stdout);
}

#[test]
fn a_signal_ends_the_waiting_for_the_start() {
    let server = Server::obliging();
    let (_, start_at) = written(Clock::start().unix_ms(0) + 3_600_000);
    for (signal, code) in [("TERM", 0), ("INT", 130)] {
        let running = shard(&server.url(), &start_at, 0).args(["--listen", "127.0.0.1:0"]).start();
        running.says("waiting until ", PATIENCE);
        let ready = get(&running.listens_at(), "/readyz");
        assert_eq!((ready.status, &*ready.body), (503, "waiting for the start time (--start-at)\n"));
        running.signal(signal);
        let result = running.finish().expect(code).json();
        assert_eq!((&result["run"]["stopped_by"], count(&result, "visits.planned")), (&"signal".into(), 0));
        assert_eq!(count(&result, "run.shard.of"), 3);
    }
    assert!(server.hits().is_empty());
}

#[test]
fn a_clock_that_is_off_is_told_before_machines_start_at_different_times() {
    let server = Server::start(|_| status(204).dated(40));
    let (_, start_at) = written(Clock::start().unix_ms(0) + 500);
    let ended = shard(&server.url(), &start_at, 0).var("MAX_TOTAL_VISITS", "1").finish();
    let said = format!(
        "s behind that of {}: machines start together only where their clocks agree",
        server.address()
    );
    assert!(ended.stderr.contains(&said), "{}", ended.stderr);
}

#[test]
fn a_start_that_is_long_over_is_a_mistake() {
    let (_, start_at) = written(Clock::start().unix_ms(0) - 2 * 86_400_000);
    for command in ["run", "check"] {
        let ended = trafficinator([command, "--matomo-url", "http://127.0.0.2:9/", "--start-at", &start_at]);
        let ended = ended.finish().expect(2);
        assert!(
            ended.stderr.contains("error: --start-at: that was 2 days ago; give a time to come"),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn capacity_is_found_by_one_machine_alone() {
    for flag in [["--shard", "0/2"], ["--start-at", "2100-01-01T00:00:00Z"]] {
        let ended = trafficinator(["capacity"]).args(flag).finish().expect(2);
        assert!(ended.stderr.contains(&format!("{} does not go with capacity", flag[0])), "{}", ended.stderr);
    }
    let ended = trafficinator(["capacity", "--matomo-url", "http://127.0.0.2:9/"])
        .vars(&[("TRAFFICINATOR_SHARD", "0/2"), ("TRAFFICINATOR_START_AT", "2100-01-01T00:00:00Z")])
        .vars(&[("TRAFFICINATOR_SEED", "7"), ("TRAFFICINATOR_RUN_ID", "monday")])
        .finish()
        .expect(2);
    for name in ["TRAFFICINATOR_SHARD (environment): ", "TRAFFICINATOR_START_AT (environment): "] {
        assert!(ended.stderr.contains(name), "{}", ended.stderr);
    }
}

#[test]
fn what_cannot_be_merged_is_refused_with_everything_that_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let server = Server::obliging();
    let (_, start_at) = written(Clock::start().unix_ms(0));
    let few = |program: Program, name: &str| {
        let ended = program.var("MAX_TOTAL_VISITS", "6").finish();
        std::fs::write(path(name), &ended.stdout).unwrap();
    };
    few(shard(&server.url(), &start_at, 1), "shard-1.json");
    few(whole(&server.url(), &start_at), "whole.json");
    let refused = |names: &[&str]| {
        let files: Vec<String> = names.iter().map(|name| path(name)).collect();
        let ended = merge(&files).finish().expect(2);
        assert!(ended.stdout.is_empty(), "{}", ended.stdout);
        ended.stderr
    };
    let said = refused(&["shard-1.json", "shard-1.json", "whole.json"]);
    assert!(said.contains("whole.json: it is the result of a whole run"), "{said}");
    assert!(said.contains("all of these are shard 1/3: give one of them"), "{said}");
    assert!(said.contains("2 of 3 shards missing: 0, 2; "), "{said}");
    let text = std::fs::read_to_string(path("shard-1.json")).unwrap();
    std::fs::write(path("other.json"), text.replace("\"seed\": 7", "\"seed\": 8")).unwrap();
    let said = refused(&["shard-1.json", "other.json"]);
    assert!(said.contains("other.json: its seed is 8, and that of ") && said.contains("is 7: "), "{said}");
    let said = refused(&["shard-1.json", "nobody.json", "cut.json"]);
    assert!(said.contains("nobody.json: the file cannot be read"), "{said}");
    let own = path("shard-1.json");
    let ended = merge(std::slice::from_ref(&own)).args(["-o", &own]).finish().expect(2);
    assert!(ended.stderr.contains("it would replace one of the results"), "{}", ended.stderr);
    assert_eq!(trafficinator(["merge"]).finish().code, Some(2));
}

/// Shards that Kubernetes or another system numbers, sending to the stand-in from hosts of their own.
#[cfg(target_os = "linux")]
#[test]
fn three_hosts_with_addresses_of_their_own_send_one_plan() {
    let hosts = match Hosts::start(SHARDS) {
        Ok(hosts) => hosts,
        Err(reason) => return skip(&reason),
    };
    let stand_in = StandIn::start_at(&hosts.gateway(0), &[]);
    let (_, start_at) = start();
    let numbered = |index: usize| {
        whole(&stand_in.url(), &start_at).args(["--shard", "auto"]).vars(&[
            ("JOB_COMPLETION_INDEX", &index.to_string()),
            ("TRAFFICINATOR_SHARDS", &SHARDS.to_string()),
        ])
    };
    let shards = (0..SHARDS).map(|index| numbered(index).on(hosts.name(index)).start()).collect();
    let shards = finish(shards);
    let directory = tempfile::tempdir().unwrap();
    let result = merge(&kept(&directory, &shards)).args(["-o", "-"]).finish().expect(0).json();
    assert_adds_up(&result);
    assert_eq!(count(&result, "visits.completed"), 120);
    assert_eq!(stand_in.recorded(), Ledger::of_summary(&result, "acknowledged"));
    assert_eq!(result["ledger"]["acknowledged"], result["ledger"]["planned"]);

    // Everybody came from the host that has their shard.
    let visits = stand_in.report("Live.getLastVisitsDetails", "&filter_limit=-1");
    let mut got: BTreeMap<String, u64> = BTreeMap::new();
    for visit in visits.as_array().unwrap() {
        *got.entry(visit["visitIp"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let planned = shards.iter().map(|shard| count(&shard.json(), "visits.planned"));
    let expected: BTreeMap<String, u64> =
        (0..SHARDS).map(|index| hosts.address(index)).zip(planned).collect();
    assert_eq!(got, expected);
}

#[expect(clippy::print_stderr, reason = "who reads the output of tests has to know")]
fn skip(reason: &str) {
    eprintln!("skipped: network namespaces cannot be made here: {reason}");
}
