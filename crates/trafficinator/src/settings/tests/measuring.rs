//! How the load changes, what is measured, and what is demanded of it.

use std::time::Duration;

use traffic::curve::{SECOND, Stage};

use super::{Given, described, loaded, problems, settings};
use crate::settings::{Curve, Rate, Settings};

fn stage(from: f64, to: f64, seconds: u64) -> Stage {
    Stage { from, to, length: seconds * SECOND }
}

fn scenario(text: &str) -> Settings {
    settings(&Given { scenario: Some(text), ..Given::default() })
}

fn refused(text: &str) -> String {
    problems(&Given { scenario: Some(text), ..Given::default() })
}

#[test]
fn stages_push_aside_what_lower_levels_say_of_the_rate() {
    let flags = [("TRAFFICINATOR_STAGES", "0/s..50/s@2m, 50/s@10m")];
    let expected = [stage(0.0, 50.0, 120), stage(50.0, 50.0, 600)];
    for environment in [
        &[][..],
        &[("TRAFFICINATOR_RATE", "max")],
        &[("TARGET_VISITS_PER_DAY", "7"), ("TRAFFICINATOR_CURVE", "daily")],
        &[("TRAFFICINATOR_PRESET", "extreme"), ("TRAFFICINATOR_PROFILE", "saas")],
        &[("TRAFFICINATOR_CURVE", "flat"), ("MAX_VISITS_PER_DAY", "0")],
        &[("TRAFFICINATOR_RATE", "max"), ("TRAFFICINATOR_CLOCK", "real")],
    ] {
        let all = settings(&Given { flags: &flags, environment, ..Given::default() });
        assert_eq!(all.load.stages, expected, "{environment:?}");
        assert_eq!((all.load.rate, all.load.curve), (Rate::PerSecond(50.0), Curve::Flat), "{environment:?}");
        assert_eq!(described(&all, "TARGET_VISITS_PER_DAY").0, "not used");
    }
    assert_eq!(settings(&Given::default()).load.stages, []);
}

#[test]
fn stages_cannot_go_with_a_rate_of_a_higher_level_nor_with_any_cap() {
    let stages = Some("stages = '5/s@1m'");
    for (flag, text) in [("TRAFFICINATOR_RATE", "9/s"), ("TRAFFICINATOR_CURVE", "daily")] {
        let message = problems(&Given { flags: &[(flag, text)], scenario: stages, ..Given::default() });
        assert!(message.starts_with("stages (evening.toml:1): cannot go with --"), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
    let given = Given {
        flags: &[("TRAFFICINATOR_STAGES", "5/s@1m")],
        env_file: Some("MAX_VISITS_PER_DAY=100"),
        ..Given::default()
    };
    let message = problems(&given);
    assert!(message.starts_with("--stages: cannot go with MAX_VISITS_PER_DAY (prod.env:1)"), "{message}");
}

#[test]
fn tables_of_stages_become_stages() {
    let all = scenario(
        "[[stage]]\nfrom = '0/s'\nto = '40/s'\nduration = '2m'\n\
         [[stage]]\nrate = '40/s'\nduration = 60\n\
         [[stage]]\nkind = 'ramp'\nto = '20/s'\nduration = '1m'\n\
         [[stage]]\nkind = 'step'\nfrom = '20/s'\nto = '60/s'\nsteps = 3\nduration = '90s'\n\
         [[stage]]\nkind = 'spike'\nrate = '10/s'\npeak = '200/s'\nduration = '30s'\nrise = '5s'\n\
         [[stage]]\nkind = 'spike'\npeak = '100/s'\nduration = '3s'\n\
         [[stage]]\nkind = 'constant'\nrate = '0'\nduration = '1s'\n\
         [[stage]]\nkind = 'step'\nto = '4/s'\nduration = '5s'\n",
    );
    let expected = [
        stage(0.0, 40.0, 120),
        stage(40.0, 40.0, 60),
        stage(40.0, 20.0, 60),
        stage(20.0, 20.0, 30),
        stage(40.0, 40.0, 30),
        stage(60.0, 60.0, 30),
        stage(10.0, 200.0, 5),
        stage(200.0, 200.0, 20),
        stage(200.0, 10.0, 5),
        stage(100.0, 100.0, 3),
        stage(0.0, 0.0, 1),
        stage(0.0, 0.0, 1),
        stage(1.0, 1.0, 1),
        stage(2.0, 2.0, 1),
        stage(3.0, 3.0, 1),
        stage(4.0, 4.0, 1),
    ];
    assert_eq!(all.load.stages, expected);
    let (text, source) = described(&all, "TRAFFICINATOR_STAGES");
    assert!(text.starts_with("0/s..40/s@120s, 40/s@60s, 40/s..20/s@60s, "), "{text}");
    assert_eq!(source, "evening.toml:1");
    let again = settings(&Given { flags: &[("TRAFFICINATOR_STAGES", &text)], ..Given::default() });
    assert_eq!(again.load.stages, expected);
}

#[test]
fn everything_wrong_with_stages_is_told_at_once() {
    let message = refused(
        "[[stage]]\nto = '5/s'\nduration = '1m'\n\
         [[stage]]\nrate = '5'\nduration = 'soon'\n\
         [[stage]]\nkind = 'ramps'\nrate = '5/s'\nduration = '1m'\n\
         [[stage]]\nrate = '5/s'\n\
         [[stage]]\nkind = 'constant'\nduration = '1m'\npeak = '3/s'\n\
         [[stage]]\nkind = 'step'\nfrom = '1/s'\nto = '5/s'\nsteps = 1\nduration = '1m'\n\
         [[stage]]\nkind = 'spike'\nrate = '1/s'\npeak = '9/s'\nrise = '31s'\nduration = '1m'\n\
         [[stage]]\nrate = 'max'\nduration = 0\n",
    );
    for expected in [
        "stage (evening.toml:1): has no from; give one, such as from = \"0/s\": there is no last rate",
        "stage.rate (evening.toml:5): the rate \"5\" is not accepted: it lacks its unit",
        "stage.duration (evening.toml:6): the time \"soon\" is not accepted",
        "stage.kind (evening.toml:8): \"ramps\" is not accepted; did you mean ramp?",
        "stage (evening.toml:11): has no duration; give one, such as duration = \"10m\"",
        "stage (evening.toml:13): has no rate; give one",
        "stage.peak (evening.toml:16): no such key",
        "stage.steps (evening.toml:21): \"1\" is not accepted; give a whole number from 2 to 1000",
        "stage (evening.toml:23): rises and falls for longer than its duration",
        "stage.rate (evening.toml:30): the rate max has no shape",
        "stage.duration (evening.toml:31): the time is 0",
    ] {
        assert!(message.contains(expected), "{expected} is not in\n{message}");
    }
    let idle = refused("[[stage]]\nrate = '0/s'\nduration = '1m'\n");
    assert_eq!(idle, "stage (evening.toml:1): at least one stage needs a rate above 0");
    let both = refused("rate = '5/s'\n[[stage]]\nrate = '5/s'\nduration = '1m'\n");
    assert!(both.starts_with("stage (evening.toml:2): cannot go with rate (evening.toml:1)"), "{both}");
    let both = refused("stages = '5/s@1m'\n[[stage]]\nrate = '5/s'\nduration = '1m'\n");
    assert!(both.starts_with("stage (evening.toml:2): cannot go with stages (evening.toml:1)"), "{both}");
    let warm_up = refused("warm_up = '1m'\n[[stage]]\nrate = '5/s'\nduration = '1m'\n");
    assert!(warm_up.contains("is not shorter than stage (evening.toml:2), which is 1 min"), "{warm_up}");
}

#[test]
fn a_flag_replaces_the_tables_of_stages_and_thresholds() {
    let given = Given {
        flags: &[("TRAFFICINATOR_STAGES", "5/s@1m"), ("TRAFFICINATOR_THRESHOLD", "errors<1%")],
        scenario: Some(
            "[[stage]]\nrate = '9/s'\nduration = '1h'\n[[threshold]]\nexpression = 'lag.p99<10ms'\nabort = true\n",
        ),
        ..Given::default()
    };
    let all = loaded(&given);
    assert_eq!(all.settings.load.stages, [stage(5.0, 5.0, 60)]);
    let texts: Vec<_> =
        all.settings.run.thresholds.iter().map(|one| (one.text.as_str(), one.abort)).collect();
    assert_eq!(texts, [("errors<1%", None)]);
    assert_eq!(described(&all.settings, "TRAFFICINATOR_THRESHOLD").1, "flag");
    for part in ["stage (evening.toml:1) not used", "threshold (evening.toml:4) not used"] {
        assert!(all.warnings.iter().any(|warning| warning.starts_with(part)), "{:?}", all.warnings);
    }
}

#[test]
fn thresholds_are_lists_everywhere_and_tables_that_may_end_the_run() {
    let texts = |all: &Settings| {
        all.run.thresholds.iter().map(|threshold| threshold.text.clone()).collect::<Vec<_>>()
    };
    let both = ["response.p95<200ms", "errors<1%"];
    let flags = [("TRAFFICINATOR_THRESHOLD", "response.p95 < 200ms,errors<1%")];
    assert_eq!(texts(&settings(&Given { flags: &flags, ..Given::default() })), both);
    assert_eq!(texts(&settings(&Given { environment: &flags, ..Given::default() })), both);
    assert_eq!(texts(&scenario("threshold = ['response.p95<200ms', 'errors < 1%']")), both);
    assert_eq!(texts(&scenario("threshold = 'response.p95<200ms, errors < 1%'")), both);
    let twice = refused("threshold = 'errors<1%'\n[[threshold]]\nexpression = 'lag.p99<10ms'\n");
    assert!(twice.starts_with("evening.toml:2: it is not TOML: "), "{twice}");
    let tables = scenario(
        "[[threshold]]\nexpression = 'response.p95<200ms'\n\
         [[threshold]]\nexpression = 'errors<1%'\nabort = true\n\
         [[threshold]]\nexpression = 'visits.dropped==0'\nabort = true\ndelay = '30s'\n\
         [[threshold]]\nexpression = 'rate.hits>1/s'\nabort = false\n",
    );
    let aborts: Vec<Option<Duration>> = tables.run.thresholds.iter().map(|one| one.abort).collect();
    assert_eq!(aborts, [None, Some(Duration::ZERO), Some(Duration::from_secs(30)), None]);
    assert_eq!(texts(&tables)[..2], both);
    let (text, source) = described(&tables, "TRAFFICINATOR_THRESHOLD");
    assert_eq!(text, "response.p95<200ms, errors<1%, visits.dropped==0, rate.hits>1/s");
    assert_eq!(source, "evening.toml:1");
}

#[test]
fn every_wrong_threshold_is_told() {
    let flags = [("TRAFFICINATOR_THRESHOLD", "response.p95<200,errors<1%,visits.droped==0")];
    let message = problems(&Given { flags: &flags, ..Given::default() });
    assert_eq!(message.lines().count(), 2, "{message}");
    for part in [
        "--threshold: \"response.p95<200\" is not accepted: at character 14 (\"200\"): a time needs a unit",
        "--threshold: \"visits.droped==0\" is not accepted: at character 8 (\"droped\"): there is no such figure; did \
         you mean visits.dropped?",
    ] {
        assert!(message.contains(part), "{part} is not in\n{message}");
    }
    let message = refused(
        "[[threshold]]\nexpression = 'errors<1'\nabort = 'yes'\n\
         [[threshold]]\nexpression = 'p95<1s'\ndelay = '30s'\n\
         [[threshold]]\nabort = true\ndelay = 'soon'\nwhen = 1\n",
    );
    for part in [
        "threshold.abort (evening.toml:3): \"yes\" is not accepted; give true or false",
        "threshold.expression (evening.toml:5): at character 1 (\"p95\"): say which time: response.p95",
        "threshold.delay (evening.toml:6): is not used without abort = true",
        "threshold (evening.toml:7): has no expression; give one",
        "threshold.delay (evening.toml:9): is not accepted: a unit needs a number before it",
        "threshold.when (evening.toml:10): no such key",
    ] {
        assert!(message.contains(part), "{part} is not in\n{message}");
    }
}

#[test]
fn a_warm_up_is_shorter_than_the_run() {
    let all = settings(&Given::default());
    assert_eq!((all.run.warm_up, all.run.thresholds.len()), (Duration::ZERO, 0));
    let environment = [("TRAFFICINATOR_WARM_UP", "1m"), ("TRAFFICINATOR_DURATION", "61s")];
    let all = settings(&Given { environment: &environment, ..Given::default() });
    assert_eq!(all.run.warm_up, Duration::from_mins(1));
}

#[test]
fn reports_go_beside_their_scenario_and_metrics_to_an_address() {
    let given = Given {
        flags: &[("TRAFFICINATOR_NO_TUI", "true")],
        environment: &[("TRAFFICINATOR_REPORT", "out/run.HTML"), ("TRAFFICINATOR_LISTEN", "[::1]:0")],
        ..Given::default()
    };
    let output = settings(&given).output;
    assert_eq!(output.report.as_deref(), Some(std::path::Path::new("out/run.HTML")));
    assert_eq!(output.listen.map(|address| address.to_string()).as_deref(), Some("[::1]:0"));
    assert!(output.no_tui);
    let output = scenario("report = 'run.md'").output;
    assert_eq!(output.report.as_deref(), Some(std::path::Path::new("run.md")));
    assert!(output.listen.is_none() && !output.no_tui);
}
