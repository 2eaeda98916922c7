//! Profiles as a layer: which one is used, what its ranges become, and what is wrong with one.

use std::time::Duration;

use traffic::profile::{BUILT_IN, Profile};

use super::{Given, described, loaded, problems, settings};
use crate::settings::profile::DEFAULT;

fn with_profile<'a>(file: &'a [(&'a str, &'a str)]) -> Given<'a> {
    Given { flags: &[("TRAFFICINATOR_PROFILE", "shop.toml")], files: file, ..Given::default() }
}

fn text_of(name: &str) -> &'static str {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text).expect("a profile")
}

fn minutes(minutes: f64) -> Duration {
    Duration::from_secs_f64(minutes * 60.0)
}

#[test]
fn without_a_word_the_profile_is_ecommerce_and_its_distributions_hold() {
    let all = settings(&Given::default());
    assert_eq!((all.profile.name.as_str(), DEFAULT), ("ecommerce", "ecommerce"));
    assert_eq!(Some(&all.profile.profile), Profile::built_in("ecommerce").as_ref());
    assert_eq!((all.visits.pageviews.clone(), all.visits.length.clone()), (None, None));
    for name in ["PAGEVIEWS_MIN", "PAGEVIEWS_MAX", "VISIT_DURATION_MIN", "VISIT_DURATION_MAX"] {
        let expected = ("as the profile has it".to_owned(), "profile ecommerce".to_owned());
        assert_eq!(described(&all, name), expected, "{name}");
    }
}

#[test]
fn a_profile_can_be_named_in_every_source_in_any_case() {
    let name = |given: &Given<'_>| settings(given).profile.name;
    assert_eq!(name(&Given { scenario: Some("profile = 'Content'"), ..Given::default() }), "content");
    let env_file = Some("TRAFFICINATOR_PROFILE=SAAS");
    assert_eq!(name(&Given { env_file, ..Given::default() }), "saas");
    let flags: &[_] = &[("TRAFFICINATOR_PROFILE", "classic")];
    assert_eq!(name(&Given { flags, env_file, ..Given::default() }), "classic");
}

#[test]
fn a_copy_of_a_profile_does_what_the_profile_does() {
    for (name, text) in BUILT_IN {
        let built_in = settings(&Given { flags: &[("TRAFFICINATOR_PROFILE", name)], ..Given::default() });
        let copy = settings(&with_profile(&[("shop.toml", text)]));
        assert_eq!(built_in.profile.profile, copy.profile.profile);
        for (one, other) in built_in.describe().iter().zip(copy.describe()) {
            assert!(one.name == "TRAFFICINATOR_PROFILE" || one.value == other.value, "{one:?} and {other:?}");
        }
    }
}

#[test]
fn a_value_of_a_profile_file_is_told_with_its_line() {
    let all = settings(&with_profile(&[("shop.toml", text_of("ecommerce"))]));
    let (value, source) = described(&all, "SITESEARCH_PROBABILITY");
    let line = text_of("ecommerce").lines().position(|line| line.starts_with("sitesearch")).expect("a line");
    assert_eq!((value.as_str(), source), ("0.14", format!("shop.toml:{}", line + 1)));
}

#[test]
fn one_end_of_a_range_takes_the_other_from_the_profile() {
    let visits = |environment: &[(&str, &str)]| {
        let all = loaded(&Given { environment, ..Given::default() }).settings;
        (all.visits.pageviews, all.visits.length)
    };
    assert_eq!(visits(&[("PAGEVIEWS_MAX", "5")]), (Some(1..=5), None));
    assert_eq!(visits(&[("PAGEVIEWS_MIN", "4")]), (Some(4..=60), None));
    assert_eq!(visits(&[("VISIT_DURATION_MAX", "5")]), (None, Some(minutes(0.1)..=minutes(5.0))));
    assert_eq!(visits(&[("VISIT_DURATION_MIN", "5")]), (None, Some(minutes(5.0)..=minutes(30.0))));
    let light = visits(&[("TRAFFICINATOR_PRESET", "light")]);
    assert_eq!(light, (Some(2..=4), Some(minutes(0.5)..=minutes(3.0))));
    let classic = visits(&[("TRAFFICINATOR_PROFILE", "classic"), ("PAGEVIEWS_MAX", "5")]);
    assert_eq!(classic, (Some(3..=5), Some(minutes(1.0)..=minutes(8.0))));
}

#[test]
fn a_rate_given_elsewhere_wins_over_that_of_the_profile() {
    let flags = &[("TRAFFICINATOR_RATE", "5/s"), ("TRAFFICINATOR_PROFILE", "saas")];
    let all = settings(&Given { flags, ..Given::default() });
    assert_eq!(all.load.rate, crate::settings::Rate::PerSecond(5.0));
    assert_eq!(described(&all, "TARGET_VISITS_PER_DAY").0, "not used");
}

#[test]
fn everything_wrong_with_a_profile_is_told_at_once_with_its_lines() {
    let settings_table = "[settings]\nmatomo_token_auth = 'geheim'\nseed = 7\nsitesearch_probability = 2\n\
                          sitesearch_probabilty = 0.1\nanything = 1\npageviews_max = {}\n";
    let text = text_of("ecommerce")
        .replace("returning = 0.20", "returning = 3")
        .replace("abandonment = 0.70", "abandonment = 7");
    let (head, rest) = text.split_once("[settings]").expect("a table");
    let rest = rest.split_once("\n[visitors]").expect("the next table").1;
    let text = format!("{head}{settings_table}[visitors]{rest}");
    let line = |start: &str| 1 + text.lines().position(|line| line.starts_with(start)).expect("a line");
    let files: &[_] = &[("shop.toml", text.as_str())];
    let message = problems(&Given {
        environment: &[("SITESEARCH_PROBABILITY", "0.5"), ("CONCURRENCY", "none")],
        ..with_profile(files)
    });
    let expected = [
        format!("matomo_token_auth (shop.toml:{}): a profile cannot set this", line("matomo_token")),
        format!("seed (shop.toml:{}): a profile cannot set this", line("seed")),
        format!(
            "sitesearch_probability (shop.toml:{}): \"2\" is not accepted; give a number from 0 to 1",
            line("sitesearch_probability ")
        ),
        format!(
            "sitesearch_probabilty (shop.toml:{}): no such setting; did you mean sitesearch_probability?",
            line("sitesearch_probabilty")
        ),
        format!("anything (shop.toml:{}): no such setting; a profile may set", line("anything")),
        format!("pageviews_max (shop.toml:{}): a table is not accepted", line("pageviews_max")),
        format!("profile shop.toml:{}: visitors.returning = 3 is not accepted", line("returning")),
        format!("profile shop.toml:{}: shop.abandonment = 7 is not accepted", line("abandonment")),
        "CONCURRENCY (environment): \"none\" is not accepted".to_owned(),
    ];
    for expected in &expected {
        assert!(message.contains(expected), "{expected} is not in\n{message}");
    }
    assert!(!message.contains("geheim"), "{message}");
    assert_eq!(message.lines().count(), expected.len(), "{message}");
}

#[test]
fn what_is_not_a_profile_is_told_with_its_line() {
    let broken = problems(&with_profile(&[("shop.toml", "description = \"a shop\"\nsite = shop\n")]));
    assert!(broken.starts_with("profile shop.toml:2: "), "{broken}");
    let lacking = problems(&with_profile(&[("shop.toml", "description = \"a shop\"\nsite = \"shop\"\n")]));
    assert!(lacking.contains("missing field"), "{lacking}");
    assert_eq!(lacking.lines().count(), 1, "{lacking}");
}

#[test]
fn files_that_a_scenario_file_names_lie_beside_it() {
    let scenario =
        "profile = 'shop.toml'\nurls_file = 'pages.txt'\nca_file = '/etc/ca.pem'\nsummary_json = '-'\n";
    let all = settings(&Given {
        flags: &[("TRAFFICINATOR_SCENARIO", "load/evening.toml")],
        environment: &[("FUNNEL_CONFIG_PATH", "funnels.json")],
        files: &[("load/evening.toml", scenario), ("load/shop.toml", text_of("saas"))],
        ..Given::default()
    });
    assert_eq!(all.profile.name, "load/shop.toml");
    assert_eq!(all.site.urls_file.as_deref(), Some(std::path::Path::new("load/pages.txt")));
    assert_eq!(all.sending.ca_file.as_deref(), Some(std::path::Path::new("/etc/ca.pem")));
    assert_eq!(all.output.summary_json, Some(crate::settings::SummaryTo::Stdout));
    assert_eq!(all.visits.funnels.as_deref(), Some(std::path::Path::new("funnels.json")));

    let scenario = &[("load/evening.toml", "profile = 'saas'")];
    let flags = &[("TRAFFICINATOR_SCENARIO", "load/evening.toml")];
    let all = settings(&Given { flags, files: scenario, ..Given::default() });
    assert_eq!(all.profile.name, "saas");
}

#[test]
fn curve_identity_and_robots_are_what_was_asked_for() {
    use crate::settings::{Curve, Identity};

    let all = settings(&Given::default());
    assert_eq!((all.load.curve, all.visits.identity), (Curve::Flat, Identity::Exact));
    assert_eq!((all.visits.bots, all.visits.chatbots), (0.0, 0.0));
    let environment = &[
        ("TRAFFICINATOR_CURVE", "daily"),
        ("TRAFFICINATOR_IDENTITY", "Browser"),
        ("TRAFFICINATOR_BOTS_SHARE", "0.3"),
        ("TRAFFICINATOR_CHATBOTS_SHARE", "0.1"),
        ("MATOMO_TOKEN_AUTH_FILE", "token"),
    ];
    let all = settings(&Given { environment, files: &[("token", "t")], ..Given::default() });
    assert_eq!((all.load.curve, all.visits.identity), (Curve::Daily, Identity::Browser));
    assert_eq!((all.visits.bots, all.visits.chatbots), (0.3, 0.1));
}
