//! Env-files as docker reads them, and scenario files.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::{Given, described, problems, settings};
use crate::settings::env_file;
use crate::settings::layers::{Inputs, Purpose};
use crate::settings::load;
use crate::settings::registry::find;
use crate::settings::scenario_file;

fn assignments(text: &str) -> Vec<(usize, String, String)> {
    let (lines, malformed) = env_file::parse(text);
    assert_eq!(malformed, [], "{text:?}");
    lines.into_iter().map(|line| (line.number, line.name, line.value)).collect()
}

#[test]
fn an_env_file_may_hold_what_docker_takes() {
    let text = "\u{feff}# comment\r\n\r\nA=1\r\n  export B=two words # and more\nC=\"quoted # inside\"  # after\n\
                D='x=y'\nE=\nexport=yes\n\tF_1=a\"b\"\n";
    let expected = [
        (3, "A", "1"),
        (4, "B", "two words # and more"),
        (5, "C", "quoted # inside"),
        (6, "D", "x=y"),
        (7, "E", ""),
        (8, "export", "yes"),
        (9, "F_1", "a\"b\""),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(line, name, value)| (line, name.to_owned(), value.to_owned())).collect();
    assert_eq!(assignments(text), expected);
}

#[test]
fn a_malformed_line_is_an_error_with_its_place_and_without_its_content() {
    let env_file = Some("geheim\nMATOMO TOKEN=geheim\n=geheim\nA=\"geheim\nB='geheim' geheim\n1C=geheim\n");
    let message = problems(&Given { env_file, ..Given::default() });
    assert!(!message.contains("geheim"), "{message}");
    for line in 1..=6 {
        assert!(message.contains(&format!("--env-file prod.env:{line}: ")), "{message}");
    }
    assert_eq!(message.lines().count(), 6, "{message}");
}

#[test]
fn the_last_of_two_equal_lines_wins() {
    let env_file = Some(
        "TRAFFICINATOR_PROFILE=classic\nCONCURRENCY=5\nCONCURRENCY=6\nPAGEVIEWS_MAX=9\nPAGEVIEWS_MAX=\n",
    );
    let all = settings(&Given { env_file, ..Given::default() });
    assert_eq!(all.load.concurrency, 6);
    assert_eq!(all.visits.pageviews, Some(3..=6), "an empty line takes back the one before");
}

#[test]
fn a_scenario_takes_toml_of_every_type() {
    let scenario = "matomo_url = 'https://h/'\nmatomo_token_auth = \"t\"\nconcurrency = 1_0\nmatomo_site_id = 0x10\n\
                    ecommerce_probability = 0.5\nfail_fast = true\necommerce_shipping_rates = [0, 5.99]\n\
                    backfill_start_date = 2026-01-01\nbackfill_end_date = '2026-01-02'\nduration = 90\n";
    let all = settings(&Given { scenario: Some(scenario), ..Given::default() });
    assert_eq!(all.load.concurrency, 10);
    assert_eq!(all.targets[0].site_id, 16);
    assert!(all.targets[0].token.is_some() && all.run.fail_fast);
    assert_eq!(all.shop.shipping_cents, [0, 599]);
    assert_eq!(all.run.duration.map(|length| length.as_secs()), Some(90));
    assert_eq!(described(&all, "ECOMMERCE_PROBABILITY").1, "evening.toml:5");
}

#[test]
fn an_unknown_key_is_an_error_with_line_and_suggestion() {
    let scenario = "pageview_min = 3\nPAGEVIEWS_MAX = 4\ntrafficinator_seed = 1\nfunel_config_path = 'x'\nsomething = 1\n";
    let message = problems(&Given { scenario: Some(scenario), ..Given::default() });
    for expected in [
        "pageview_min (evening.toml:1): no such setting; did you mean pageviews_min?",
        "PAGEVIEWS_MAX (evening.toml:2): no such setting; did you mean pageviews_max?",
        "trafficinator_seed (evening.toml:3): no such setting; did you mean seed?",
        "funel_config_path (evening.toml:4): no such setting; did you mean funnel_config_path?",
        "something (evening.toml:5): no such setting; the README",
    ] {
        assert!(message.contains(expected), "{expected} is not in\n{message}");
    }
}

#[test]
fn settings_are_no_tables_and_a_scenario_names_no_other() {
    let scenario = "scenario = 'other.toml'\n[concurrency]\nmost = 5\n";
    let message = problems(&Given { scenario: Some(scenario), ..Given::default() });
    assert!(message.contains("scenario (evening.toml:1): a scenario file cannot name another"), "{message}");
    assert!(message.contains("concurrency (evening.toml:2): a table is not accepted"), "{message}");
}

#[test]
fn what_is_not_toml_is_an_error_with_its_line_and_without_its_content() {
    for scenario in
        ["concurrency = 5\nmatomo_token_auth = geheim\n", "concurrency = 5\nmatomo_token_auth = 'geheim\n"]
    {
        let message = problems(&Given { scenario: Some(scenario), ..Given::default() });
        assert!(message.starts_with("evening.toml:2: it is not TOML"), "{message}");
        assert!(!message.contains("geheim"), "{message}");
    }
}

#[test]
fn two_names_of_the_rate_in_one_file_are_an_error() {
    let scenario = Some("rate = '5/s'\ntarget_visits_per_day = 5\n");
    let message = problems(&Given { scenario, ..Given::default() });
    assert!(
        message.contains("rate (evening.toml:1): cannot go with target_visits_per_day (evening.toml:2)"),
        "{message}"
    );
}

#[test]
fn a_file_that_is_not_utf_8_is_told_what_to_do_and_not_how_reading_failed() {
    let read =
        |_: &Path| Err(io::Error::new(io::ErrorKind::InvalidData, "stream did not contain valid UTF-8"));
    let files = [("TRAFFICINATOR_SCENARIO", "evening.toml"), ("TRAFFICINATOR_PROFILE", "./mine.toml")];
    let inputs = Inputs {
        purpose: Purpose::Plan,
        flags: files
            .iter()
            .map(|(name, path)| (find(name).expect("a setting"), (*path).to_owned()))
            .collect(),
        env_files: vec!["prod.env".into()],
        environment: &BTreeMap::new(),
        read: &read,
    };
    let message = load(&inputs).expect_err("no text").to_string();
    for place in ["--env-file prod.env", "--scenario evening.toml", "--profile ./mine.toml"] {
        let expected = format!("{place}: the text is not UTF-8; save it as UTF-8");
        assert!(message.contains(&expected), "{expected} is not in\n{message}");
    }
}

#[test]
fn what_a_scenario_file_must_keep_for_itself_is_found_in_its_tables_too() {
    let text = "matomo_url = 'https://matomo.test/'\nsitemap = 'https://u:p@shop.test/s.xml'\n\
                [site]\nname = 'a@b'\n[[site.page]]\nurl = 'https://shop.test/?a=1'\n\
                [[targets]]\nurl = 'https://u@matomo.test/'\ntoken_file = 'token'\n";
    let found: Vec<(String, usize)> =
        scenario_file::private(text).into_iter().map(|entry| (entry.key, entry.line)).collect();
    let expected = [("sitemap", 2), ("targets.url", 8)];
    assert_eq!(found, expected.map(|(key, line)| (key.to_owned(), line)));
    assert!(scenario_file::private("no = toml = at all").is_empty());
}
