//! Which source wins.

use super::{Given, described, from_environment, loaded, problems, settings};
use crate::settings::Rate;
use crate::settings::layers::Purpose;
use crate::settings::registry::{Default, SETTINGS};

#[test]
fn each_source_wins_over_those_below_it() {
    let mut given = Given {
        flags: &[("CONCURRENCY", "5")],
        environment: &[("CONCURRENCY", "4"), ("TRAFFICINATOR_PRESET", "heavy")],
        env_file: Some("CONCURRENCY=3"),
        scenario: Some("concurrency = 2"),
        files: &[],
    };
    let outcome = |given: &Given<'_>| described(&settings(given), "CONCURRENCY");
    let pair = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    assert_eq!(outcome(&given), pair("5", "flag"));
    given.flags = &[];
    assert_eq!(outcome(&given), pair("4", "environment"));
    given.environment = &[("TRAFFICINATOR_PRESET", "heavy")];
    assert_eq!(outcome(&given), pair("3", "prod.env:1"));
    given.env_file = None;
    assert_eq!(outcome(&given), pair("2", "evening.toml:1"));
    given.scenario = None;
    assert_eq!(outcome(&given), pair("150", "preset heavy"));
    given.environment = &[];
    assert_eq!(outcome(&given), pair("50", "default"));
}

#[test]
fn a_profile_wins_over_defaults_only() {
    let outcome = |given: &Given<'_>| described(&settings(given), "SITESEARCH_PROBABILITY");
    let pair = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    let profile = ("TRAFFICINATOR_PROFILE", "saas");
    let heavy = ("TRAFFICINATOR_PRESET", "heavy");
    let search = ("SITESEARCH_PROBABILITY", "0.5");
    let mut given = Given {
        flags: &[("SITESEARCH_PROBABILITY", "0.7")],
        environment: &[profile, heavy, search],
        env_file: Some("SITESEARCH_PROBABILITY=0.4"),
        scenario: Some("sitesearch_probability = 0.3"),
        files: &[],
    };
    assert_eq!(outcome(&given), pair("0.7", "flag"));
    given.flags = &[];
    assert_eq!(outcome(&given), pair("0.5", "environment"));
    let environment = [profile, heavy];
    given.environment = &environment;
    assert_eq!(outcome(&given), pair("0.4", "prod.env:1"));
    given.env_file = None;
    assert_eq!(outcome(&given), pair("0.3", "evening.toml:1"));
    given.scenario = None;
    assert_eq!(outcome(&given), pair("0.20", "preset heavy"));
    let environment = [profile];
    given.environment = &environment;
    assert_eq!(outcome(&given), pair("0.12", "profile saas"));
    given.environment = &[];
    assert_eq!(outcome(&given), pair("0.14", "profile ecommerce"));
    given.environment = &[("TRAFFICINATOR_PROFILE", "classic")];
    assert_eq!(outcome(&given), pair("0.15", "default"));
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let all = settings(&Given {
        environment: &[
            ("CONCURRENCY", ""),
            ("PAGEVIEWS_MAX", "  "),
            ("RUST_LOG", ""),
            ("TRAFFICINATOR_PROFILE", "classic"),
        ],
        env_file: Some("CONCURRENCY=7\nTIMEZONE=\nPAGEVIEWS_MIN=''\n"),
        ..Given::default()
    });
    assert_eq!(all.load.concurrency, 7);
    assert_eq!(all.visits.pageviews, Some(3..=6));
    assert_eq!(all.output.log_filter, None);
}

#[test]
fn an_empty_flag_or_scenario_value_is_an_error() {
    let message = problems(&Given {
        flags: &[("CONCURRENCY", " ")],
        scenario: Some("timezone = ''"),
        ..Given::default()
    });
    assert!(message.contains("--concurrency: \"\" is not accepted"), "{message}");
    assert!(message.contains("timezone (evening.toml:1): \"\" is not accepted"), "{message}");
}

#[test]
fn the_rate_has_two_names_and_the_higher_level_wins() {
    let by_flag = settings(&Given {
        flags: &[("TRAFFICINATOR_RATE", "5/s")],
        environment: &[("TARGET_VISITS_PER_DAY", "86400")],
        ..Given::default()
    });
    assert_eq!(by_flag.load.rate, Rate::PerSecond(5.0));
    assert_eq!(described(&by_flag, "TARGET_VISITS_PER_DAY").0, "not used");

    let by_variable = settings(&Given {
        environment: &[("TARGET_VISITS_PER_DAY", "86400")],
        scenario: Some("rate = 'max'"),
        ..Given::default()
    });
    assert_eq!(by_variable.load.rate, Rate::PerSecond(1.0));

    let over_preset = from_environment(&[("TRAFFICINATOR_RATE", "120/m"), ("TRAFFICINATOR_PRESET", "light")]);
    assert_eq!(over_preset.load.rate, Rate::PerSecond(2.0));

    let message = problems(&Given {
        flags: &[("TRAFFICINATOR_RATE", "5/s"), ("TARGET_VISITS_PER_DAY", "10")],
        ..Given::default()
    });
    assert!(message.contains("--rate: cannot go with --target-visits-per-day"), "{message}");
}

#[test]
fn a_closed_model_goes_with_a_daily_cap() {
    let all = from_environment(&[("TRAFFICINATOR_RATE", "max"), ("MAX_VISITS_PER_DAY", "9")]);
    assert_eq!((all.load.rate, all.run.max_visits_per_day), (Rate::Max, Some(9)));
}

#[test]
fn the_token_has_two_names_and_the_higher_level_wins() {
    let token =
        |given: &Given<'_>| settings(given).targets[0].token.as_ref().map(|token| token.reveal().to_owned());
    let files: &[(&str, &str)] = &[("/run/secrets/token", "from-file\r\n")];
    let mut given = Given {
        flags: &[("MATOMO_TOKEN_AUTH_FILE", "/run/secrets/token")],
        environment: &[("MATOMO_TOKEN_AUTH", "from-variable")],
        files,
        ..Given::default()
    };
    assert_eq!(token(&given).as_deref(), Some("from-file"));
    given.flags = &[("MATOMO_TOKEN_AUTH", "from-flag")];
    given.environment = &[("MATOMO_TOKEN_AUTH_FILE", "/run/secrets/token")];
    assert_eq!(token(&given).as_deref(), Some("from-flag"));
    given.flags = &[];
    assert_eq!(token(&given).as_deref(), Some("from-file"));
}

#[test]
fn an_empty_token_file_is_an_error_that_names_the_file() {
    let message = problems(&Given {
        environment: &[("MATOMO_TOKEN_AUTH_FILE", "token.txt")],
        files: &[("token.txt", "\n")],
        ..Given::default()
    });
    assert_eq!(
        message,
        "MATOMO_TOKEN_AUTH_FILE (environment): \"token.txt\" is empty; it must hold the token"
    );
}

#[test]
fn a_run_without_target_points_to_the_demo_and_a_plan_needs_none() {
    let refused =
        super::load_for(Purpose::Send, &Given { env_file: Some("# MATOMO_URL"), ..Given::default() });
    let message = refused.err().map(|refused| refused.to_string()).unwrap_or_default();
    assert!(message.starts_with("MATOMO_URL: is not set"), "{message}");
    assert!(message.contains("trafficinator demo"), "{message}");
    let plan = super::load_for(Purpose::Plan, &Given::default()).expect("a plan needs no target");
    assert!(plan.settings.targets[0].url.is_none());
}

#[test]
fn presets_are_those_of_the_table() {
    let line = |name: &str| {
        let all = from_environment(&[("TRAFFICINATOR_PRESET", name), ("MATOMO_TOKEN_AUTH", "t")]);
        let Rate::PerSecond(rate) = all.load.rate else { panic!("a preset has a rate") };
        let (visits, shop) = (&all.visits, &all.shop);
        format!(
            "{:.0} {:?} {} {:?} {}/{}/{}/{}/{} {} {} {} {:?} {}",
            rate * 86_400.0,
            visits.pageviews.as_ref().expect("a preset has page views"),
            all.load.concurrency,
            visits.pause,
            visits.site_search,
            visits.outlinks,
            visits.downloads,
            visits.click_events,
            visits.random_events,
            visits.direct,
            shop.orders,
            shop.order_cents.end(),
            visits.length.as_ref().expect("a preset has lengths"),
            visits.countries,
        )
    };
    assert_eq!(line("light"), "1000 2..=4 10 1s..=3s 0.1/0.05/0.03/0.15/0.08 0.4 0.02 9999 30s..=180s false");
    assert_eq!(
        line("Medium"),
        "10000 3..=6 50 500ms..=2s 0.15/0.1/0.08/0.25/0.12 0.3 0.05 29999 60s..=480s true"
    );
    assert_eq!(
        line("heavy"),
        "50000 4..=8 150 300ms..=1.5s 0.2/0.15/0.12/0.3/0.15 0.25 0.08 49999 120s..=720s true"
    );
    assert_eq!(
        line("extreme"),
        "100000 5..=10 300 200ms..=1s 0.25/0.18/0.15/0.35/0.18 0.2 0.1 99999 180s..=900s true"
    );
}

#[test]
fn a_preset_can_be_named_in_every_source() {
    let concurrency = |given: &Given<'_>| settings(given).load.concurrency;
    assert_eq!(concurrency(&Given { scenario: Some("preset = 'heavy'"), ..Given::default() }), 150);
    let env_file = Some("TRAFFICINATOR_PRESET=light");
    assert_eq!(concurrency(&Given { env_file, ..Given::default() }), 10);
    let flags: &[_] = &[("TRAFFICINATOR_PRESET", "extreme")];
    assert_eq!(concurrency(&Given { flags, env_file, ..Given::default() }), 300);
}

#[test]
fn defaults_are_those_existing_deployments_have_with_the_profile_classic() {
    let flags = &[("TRAFFICINATOR_PROFILE", "classic")];
    let all = loaded(&Given { flags, ..Given::default() }).settings;
    for setting in SETTINGS {
        let (value, source) = described(&all, setting.name);
        if let Default::Value(text) = setting.default
            && !["RANDOMIZE_VISITOR_COUNTRIES", "TRAFFICINATOR_PROFILE"].contains(&setting.name)
        {
            assert_eq!((value.as_str(), source.as_str()), (text, "default"), "{}", setting.name);
        }
    }
    assert_eq!(all.load.rate, Rate::PerSecond(20_000.0 / 86_400.0));
    let minutes = |minutes: u64| std::time::Duration::from_secs(60 * minutes);
    assert_eq!((all.visits.pageviews, all.visits.length), (Some(3..=6), Some(minutes(1)..=minutes(8))));
    assert_eq!(all.shop.order_cents, 1599..=29999);
    assert_eq!(all.shop.shipping_cents, [0, 599, 999, 1599]);
    assert_eq!(all.site.visitor_time_zone.iana_name(), Some("UTC"));
    assert_eq!((all.run.max_total_visits, all.run.auto_stop, all.run.seed), (None, None, None));
}

#[test]
fn the_site_has_the_visitors_time_zone_unless_told_otherwise() {
    let zones = |environment| {
        let all = from_environment(environment);
        let name = |zone: &jiff::tz::TimeZone| zone.iana_name().map(str::to_owned);
        (name(&all.site.visitor_time_zone), name(&all.targets[0].time_zone))
    };
    let both = |one: &str, other: &str| (Some(one.to_owned()), Some(other.to_owned()));
    assert_eq!(zones(&[("TIMEZONE", "CET")]), both("CET", "CET"));
    assert_eq!(
        zones(&[("TIMEZONE", "europe/berlin"), ("TRAFFICINATOR_SITE_TIMEZONE", "Asia/Tokyo")]),
        both("Europe/Berlin", "Asia/Tokyo")
    );
}

#[test]
fn rust_log_is_kept_as_it_is() {
    let all = settings(&Given {
        environment: &[("LOG_LEVEL", "WARNING")],
        env_file: Some("RUST_LOG=engine=trace,info"),
        ..Given::default()
    });
    assert_eq!(all.output.log_filter.as_deref(), Some("engine=trace,info"));
    assert_eq!(all.output.log_level.name(), "warn");
}
