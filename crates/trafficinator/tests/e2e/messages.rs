//! What `run` tells people and machines.

use serde_json::Value;

use crate::support::program::{Finished, Program, run, trafficinator};
use crate::support::server::{Server, status};
use crate::support::stand_in::StandIn;
use crate::support::summary::{assert_adds_up, count};
use crate::support::{PATIENCE, eventually};

#[test]
fn without_a_target_no_host_is_guessed() {
    for empty in [None, Some("")] {
        let mut program = trafficinator(["run"]);
        if let Some(empty) = empty {
            program = program.var("MATOMO_URL", empty);
        }
        let refused = program.finish().expect(2);
        assert!(refused.stderr.contains("MATOMO_URL"), "{}", refused.stderr);
        assert!(refused.stderr.contains("trafficinator demo"), "{}", refused.stderr);
    }
}

#[test]
fn the_first_command_of_a_newcomer_is_explained() {
    let help = trafficinator([]).finish().expect(2);
    assert!(help.stderr.contains("trafficinator demo"), "{}", help.stderr);
    let help = trafficinator(["--help"]).finish().expect(0);
    assert!(help.stdout.contains("trafficinator demo"), "{}", help.stdout);
    trafficinator(["--version"]).finish().expect(0);
}

#[test]
fn before_the_first_hit_it_says_what_it_will_do() {
    let server = Server::obliging();
    let said = ten(&server.url()).args(["--seed", "4711", "--run-id", "nightly"]).finish().expect(0).stderr;
    for word in [&server.address().to_string(), "site 1", "100.0 visits/s", "seed 4711", "run id nightly"] {
        assert!(said.contains(word), "{word} is not in\n{said}");
    }
    assert!(said.contains("cannot be told from real ones later"), "{said}");
}

#[test]
fn a_site_id_at_its_default_is_worth_a_warning() {
    let server = Server::obliging();
    let warned = |program: Program| program.finish().expect(0).stderr.contains("MATOMO_SITE_ID is not set");
    let url = server.url();
    assert!(warned(ten(&url).var("MATOMO_SITE_ID", "")), "an empty variable counts as unset");
    assert!(!warned(ten(&url)));
}

#[test]
fn a_proxy_is_not_used_and_that_is_said_without_its_password() {
    let server = Server::obliging();
    let ended = ten(&server.url()).var("HTTPS_PROXY", "http://me:hush@127.0.0.1:9/").finish().expect(0);
    assert!(ended.stderr.contains("HTTPS_PROXY set, but a proxy is not used yet"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("hush"));
    assert_eq!(count(&ended.json(), "visits.completed"), 10);
}

#[test]
fn a_misspelt_variable_is_worth_a_question() {
    let server = Server::obliging();
    let ended = ten(&server.url()).var("MATOMO_SITEID", "3").finish().expect(0);
    assert!(ended.stderr.contains("MATOMO_SITE_ID"), "{}", ended.stderr);
    assert!(ended.stderr.contains("did you mean"), "{}", ended.stderr);
}

#[test]
fn the_summary_on_standard_output_is_json_and_nothing_else() {
    let server = Server::obliging();
    for format in ["text", "json"] {
        let ended = ten(&server.url()).var("LOG_FORMAT", format).finish().expect(0);
        let summary = ended.json();
        assert_adds_up(&summary);
        assert_eq!(ended.stdout.trim().lines().last(), Some("}"));
        for part in ["run", "target", "visits", "hits", "errors", "rate", "generator", "ledger"] {
            assert!(summary[part].is_object(), "{part}");
        }
        for part in ["response_ms", "service_ms", "wait_ms", "lag_ms"] {
            for number in ["mean", "p50", "p90", "p95", "p99", "p99_9", "max"] {
                assert!(summary[part][number].is_number(), "{part}.{number} in {summary:#}");
            }
        }
        for kind in
            ["pageview", "event", "search", "outlink", "download", "goal", "content", "cart", "order", "ping"]
        {
            assert!(summary["hits"]["by_kind"][kind].is_number(), "{kind}");
        }
        let time = |name: &str| summary["run"][name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        assert!(time("started_at") <= time("ended_at"));
    }
}

#[test]
fn money_has_two_decimals() {
    let server = Server::obliging();
    let ended = ten(&server.url()).var("ECOMMERCE_PROBABILITY", "1").finish().expect(0);
    let amounts: Vec<&str> = ended
        .stdout
        .lines()
        .filter_map(|line| line.trim().strip_prefix("\"revenue\": "))
        .map(|amount| amount.trim_end_matches(','))
        .collect();
    assert_eq!(amounts.len(), 3, "{}", ended.stdout);
    for amount in amounts {
        assert!(amount.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 2), "{amount}");
    }
}

#[test]
fn the_summary_goes_to_a_file_as_a_whole() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("summary.json");
    let server = Server::obliging();
    let ended = plain(&server.url()).args(["--summary-json", file.to_str().unwrap()]).finish().expect(0);
    let summary: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_adds_up(&summary);
    assert!(ended.stdout.contains("ok: all 10 visits were sent"), "{}", ended.stdout);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "no other file is left");
}

#[test]
fn log_lines_are_json_where_that_is_wanted() {
    let server =
        Server::start(|seen| status(seen.hit.map_or(200, |number| if number < 9 { 500 } else { 204 })));
    let ended = ten(&server.url()).var("LOG_FORMAT", "json").finish().expect(0);
    assert!(ended.stderr.lines().count() >= 3, "{}", ended.stderr);
    for line in ended.stderr.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
    }
    let last: Value = serde_json::from_str(ended.stderr.lines().last().unwrap()).unwrap();
    let summary: Value = serde_json::from_str(last["summary"].as_str().unwrap()).unwrap();
    // What happened when, and every time, is too much for a line.
    let mut result = ended.json();
    for name in ["series", "histograms"] {
        assert!(result.as_object_mut().unwrap().remove(name).is_some(), "{name}");
    }
    assert_eq!(summary, result);
}

#[test]
fn quiet_runs_say_their_warnings_and_the_summary() {
    let server = Server::obliging();
    let ended: Finished = plain(&server.url()).args(["--quiet"]).var("MATOMO_SITE_ID", "").finish().expect(0);
    assert!(ended.stderr.contains("MATOMO_SITE_ID is not set"), "{}", ended.stderr);
    assert!(ended.stdout.contains("ok: all 10 visits were sent"), "{}", ended.stdout);
    assert!(!ended.stderr.contains("p50"), "{}", ended.stderr);
}

#[test]
fn log_level_error_leaves_only_errors() {
    let server = Server::obliging();
    let ended =
        plain(&server.url()).vars(&[("LOG_LEVEL", "error"), ("MATOMO_SITE_ID", "")]).finish().expect(0);
    assert_eq!(ended.stderr, "");
    assert!(ended.stdout.contains("ok: all 10 visits were sent"), "{}", ended.stdout);
}

#[test]
fn standard_output_that_nobody_reads_is_no_error() {
    let script = "{ \"$0\" plan --visits 20000 --seed 1 --format jsonl; echo \"code $?\" >&2; } | head -n 1";
    let mut shell = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_trafficinator")])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    eventually(PATIENCE, "the end of the pipe", || shell.try_wait().unwrap());
    let output = shell.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("code 0") && !said.contains("roken pipe"), "{said}");
}

#[test]
fn the_stand_in_says_where_it_listens_and_ends_with_a_signal() {
    let running = trafficinator(["tracker", "--listen", "127.0.0.1:0"]).start();
    running.says("MATOMO_URL=http://127.0.0.1:", std::time::Duration::from_secs(10));
    running.signal("TERM");
    running.finish().expect(0);
}

#[test]
fn an_env_file_and_a_scenario_do_what_variables_do() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let file = directory.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let stand_in = StandIn::start(&[]);
    let env_file = write("prod.env", format!("# ours\nMATOMO_URL={}\nMAX_TOTAL_VISITS=7\n", stand_in.url()));
    let scenario =
        write("evening.toml", "max_total_visits = 9\nrate = \"100/s\"\nmatomo_site_id = 1\n".to_owned());
    let args = ["run", "--env-file", &env_file, "--scenario", &scenario, "--summary-json", "-"];
    let pauses = [("PAUSE_BETWEEN_PVS_MIN", "0"), ("PAUSE_BETWEEN_PVS_MAX", "0.02")];
    let summary = trafficinator(args).vars(&pauses).finish().expect(0).json();
    assert_eq!(count(&summary, "visits.completed"), 7);
    assert_eq!(stand_in.recorded().visits, 7);
}

/// Ten visits, with the summary on standard output.
fn ten(url: &str) -> Program {
    run(url).args(["--rate", "100/s"]).var("MAX_TOTAL_VISITS", "10")
}

/// Ten visits, with the summary for people.
fn plain(url: &str) -> Program {
    trafficinator(["run", "--rate", "100/s", "--max-total-visits", "10"]).vars(&[
        ("MATOMO_URL", url),
        ("MATOMO_SITE_ID", "1"),
        ("PAUSE_BETWEEN_PVS_MIN", "0"),
        ("PAUSE_BETWEEN_PVS_MAX", "0.02"),
    ])
}

#[test]
fn a_summary_that_cannot_be_written_is_refused_before_anything_is_sent() {
    let server = Server::obliging();
    for path in ["/nowhere/at/all/summary.json", "/"] {
        let ended = trafficinator(["run", "--max-total-visits", "1", "--summary-json", path])
            .var("MATOMO_URL", &server.url())
            .finish()
            .expect(2);
        assert!(ended.stderr.contains("TRAFFICINATOR_SUMMARY_JSON"), "{}", ended.stderr);
    }
    assert!(server.hits().is_empty());
}

#[test]
fn a_device_that_cannot_take_the_summary_stays_a_device_and_the_run_fails() {
    let server = Server::obliging();
    let ended =
        trafficinator(["run", "--rate", "50/s", "--max-total-visits", "1", "--summary-json", "/dev/full"])
            .vars(&[("PAUSE_BETWEEN_PVS_MIN", "0"), ("PAUSE_BETWEEN_PVS_MAX", "0")])
            .var("MATOMO_URL", &server.url())
            .finish()
            .expect(1);
    assert!(ended.stderr.contains("cannot write the summary to /dev/full"), "{}", ended.stderr);
    assert!(ended.stdout.contains("ok: all 1 visits"), "{}", ended.stdout);
    assert!(!std::fs::metadata("/dev/full").expect("it is still there").is_file());
}

#[test]
fn the_command_that_does_it_again_has_what_was_given_and_no_secrets() {
    let server = Server::obliging();
    let url = format!("http://me:hush@{}/", server.address());
    let ended = ten(&url).var("RANDOMIZE_VISITOR_COUNTRIES", "yes").finish().expect(0);
    let result = ended.json();
    let command = result["reproduce"]["command"].as_str().unwrap();
    assert!(command.starts_with("MATOMO_URL=... trafficinator run "), "{command}");
    assert!(command.contains("--randomize-visitor-countries yes "), "{command}");
    assert!(!command.contains("hush") && !command.contains("***"), "{command}");
}

#[test]
fn an_address_that_is_none_is_refused_with_what_is_one() {
    for command in ["health", "tracker"] {
        let refused = trafficinator([command, "--listen", "localhost:9464"]).finish().expect(2);
        let accepted = "give an IP address and a port such as 127.0.0.1:9464";
        assert!(refused.stderr.contains(accepted), "{}", refused.stderr);
    }
}
