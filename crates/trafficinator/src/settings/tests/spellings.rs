//! One setting, four spellings.

use std::collections::BTreeSet;

use super::{Given, described, settings};
use crate::settings::Rate;
use crate::settings::kind::Kind;
use crate::settings::registry::{SETTINGS, Setting, settings_table_markdown};

/// A value for every setting that is not its default.
#[rustfmt::skip]
const EXAMPLES: &[(&str, &str)] = &[
    ("MATOMO_URL", "https://other.example.org/matomo.php"), ("MATOMO_SITE_ID", "3"), ("MATOMO_TOKEN_AUTH", "0123abcd"),
    ("MATOMO_TOKEN_AUTH_FILE", "token.txt"), ("TRAFFICINATOR_DISTRIBUTION", "mirrored"),
    ("TRAFFICINATOR_TAG_DIMENSION", "2"), ("TRAFFICINATOR_TIMEOUT", "5s"),
    ("TRAFFICINATOR_CA_FILE", "ca.pem"), ("TRAFFICINATOR_INSECURE", "yes"), ("TRAFFICINATOR_PRESET", "heavy"),
    ("TRAFFICINATOR_PROFILE", "saas"), ("TRAFFICINATOR_CURVE", "daily"), ("TRAFFICINATOR_IDENTITY", "browser"),
    ("TRAFFICINATOR_BOTS_SHARE", "0.1"), ("TRAFFICINATOR_CHATBOTS_SHARE", "0.05"),
    ("TARGET_VISITS_PER_DAY", "500.5"), ("TRAFFICINATOR_RATE", "5/s"), ("TRAFFICINATOR_ARRIVALS", "poisson"),
    ("TRAFFICINATOR_STAGES", "0/s..5/s@1m, 5/s@10m"), ("TRAFFICINATOR_WARM_UP", "10s"),
    ("TRAFFICINATOR_THRESHOLD", "response.p95<200ms, errors<1%"), ("TRAFFICINATOR_REPORT", "run.html"),
    ("TRAFFICINATOR_LISTEN", "127.0.0.1:9464"), ("TRAFFICINATOR_NO_TUI", "true"), ("CONCURRENCY", "20"), ("TRAFFICINATOR_WORKERS", "2"), ("TRAFFICINATOR_CLOCK", "real"), ("PAGEVIEWS_MIN", "2"),
    ("PAGEVIEWS_MAX", "9"), ("PAUSE_BETWEEN_PVS_MIN", "0.25"), ("PAUSE_BETWEEN_PVS_MAX", "4"),
    ("VISIT_DURATION_MIN", "0.5"), ("VISIT_DURATION_MAX", "20"), ("SITESEARCH_PROBABILITY", "0.5"),
    ("OUTLINKS_PROBABILITY", "0"), ("DOWNLOADS_PROBABILITY", "1"), ("CLICK_EVENTS_PROBABILITY", "0.4"),
    ("RANDOM_EVENTS_PROBABILITY", "0.3"), ("DIRECT_TRAFFIC_PROBABILITY", "0.9"), ("RANDOMIZE_VISITOR_COUNTRIES", "off"),
    ("FUNNEL_CONFIG_PATH", "funnels.json"), ("ECOMMERCE_PROBABILITY", "0.2"), ("ECOMMERCE_ORDER_VALUE_MIN", "1"),
    ("ECOMMERCE_ORDER_VALUE_MAX", "1000"), ("ECOMMERCE_ITEMS_MIN", "2"), ("ECOMMERCE_ITEMS_MAX", "7"),
    ("ECOMMERCE_TAX_RATE", "0.19"), ("ECOMMERCE_SHIPPING_RATES", "0,4.5"), ("ECOMMERCE_CURRENCY", "EUR"),
    ("URLS_FILE", "my-urls.txt"), ("TRAFFICINATOR_SITEMAP", "sitemap.xml"), ("TRAFFICINATOR_CATALOGUE", "shop.csv"), ("TIMEZONE", "Europe/Berlin"), ("TRAFFICINATOR_SITE_TIMEZONE", "Asia/Tokyo"),
    ("TRAFFICINATOR_SCENARIO", "other.toml"), ("TRAFFICINATOR_SEED", "7"), ("TRAFFICINATOR_RUN_ID", "run-7"),
    ("TRAFFICINATOR_SHARD", "3/8"), ("TRAFFICINATOR_SHARDS", "8"), ("TRAFFICINATOR_START_AT", "2026-12-01T10:00:00Z"),
    ("TRAFFICINATOR_DURATION", "1h30m"), ("AUTO_STOP_AFTER_HOURS", "1.5"), ("MAX_TOTAL_VISITS", "10"),
    ("MAX_VISITS_PER_DAY", "10"), ("TRAFFICINATOR_GRACE", "0"), ("TRAFFICINATOR_FAIL_FAST", "1"), ("AUTO_START", "n"),
    ("START_SIGNAL_FILE", "go"), ("START_CHECK_INTERVAL", "500ms"), ("TRAFFICINATOR_SUMMARY_JSON", "-"),
    ("TRAFFICINATOR_QUIET", "on"), ("LOG_LEVEL", "debug"), ("LOG_FORMAT", "json"), ("BACKFILL_ENABLED", "off"),
    ("BACKFILL_RUN_ONCE", "Y"), ("BACKFILL_START_DATE", "2026-01-01"), ("BACKFILL_END_DATE", "2026-02-01"),
    ("BACKFILL_DAYS_BACK", "30"), ("BACKFILL_DURATION_DAYS", "10"), ("BACKFILL_MAX_VISITS_PER_DAY", "5"),
    ("BACKFILL_MAX_VISITS_TOTAL", "0"), ("BACKFILL_RPS_LIMIT", "25"), ("BACKFILL_SEED", "42"),
];

/// Settings of which the first needs the second.
const COMPANIONS: &[(&str, (&str, &str))] = &[
    ("TRAFFICINATOR_IDENTITY", ("MATOMO_TOKEN_AUTH", "t")),
    ("TRAFFICINATOR_SHARD", ("TRAFFICINATOR_SEED", "7")),
    ("TRAFFICINATOR_SHARD", ("TRAFFICINATOR_RUN_ID", "monday")),
    ("TRAFFICINATOR_SHARD", ("TRAFFICINATOR_START_AT", "2026-12-01T10:00:00Z")),
    ("TRAFFICINATOR_SHARDS", ("TRAFFICINATOR_SHARD", "3/8")),
    ("TRAFFICINATOR_SHARDS", ("TRAFFICINATOR_SEED", "7")),
    ("TRAFFICINATOR_SHARDS", ("TRAFFICINATOR_RUN_ID", "monday")),
    ("TRAFFICINATOR_SHARDS", ("TRAFFICINATOR_START_AT", "2026-12-01T10:00:00Z")),
    ("BACKFILL_START_DATE", ("BACKFILL_END_DATE", "2026-03-01")),
    ("BACKFILL_END_DATE", ("BACKFILL_START_DATE", "2026-01-01")),
    ("BACKFILL_DAYS_BACK", ("BACKFILL_DURATION_DAYS", "1")),
    ("BACKFILL_DURATION_DAYS", ("BACKFILL_DAYS_BACK", "1")),
];

#[test]
fn every_setting_is_reached_by_flag_variable_env_file_and_scenario() {
    assert_eq!(EXAMPLES.len(), SETTINGS.len(), "an example for every setting");
    for setting in SETTINGS {
        let name = setting.name;
        let (_, text) = EXAMPLES.iter().find(|(example, _)| *example == name).expect("an example");
        let companion: Vec<(&str, &str)> =
            COMPANIONS.iter().filter(|(one, _)| *one == name).map(|(_, other)| *other).collect();
        let files: &[(&str, &str)] = &[("token.txt", "secret\n"), ("other.toml", "")];
        let shown = if matches!(setting.kind, Kind::Token) { "***" } else { text };
        let check = |given: &Given<'_>, source: &str| {
            let outcome = described(&settings(given), name);
            assert_eq!(outcome, (shown.to_owned(), source.to_owned()), "{name} by {source}");
        };

        let flags = [(name, *text)];
        check(&Given { flags: &flags, environment: &companion, files, ..Given::default() }, "flag");

        let mut environment = companion.clone();
        environment.push((name, text));
        check(&Given { environment: &environment, files, ..Given::default() }, "environment");

        let line = format!("# comment\n{name}={text}\n");
        let given = Given { env_file: Some(&line), environment: &companion, files, ..Given::default() };
        check(&given, "prod.env:2");

        if setting.in_scenario() {
            let line = format!("# comment\n\n{} = {text:?}\n", setting.key());
            let given = Given { scenario: Some(&line), environment: &companion, files, ..Given::default() };
            check(&given, "evening.toml:3");
        }
    }
}

#[test]
fn names_are_unique_in_every_spelling_and_follow_the_rule() {
    for setting in SETTINGS {
        assert_eq!(setting.flag().replace('-', "_"), setting.key());
        let short = setting.name.strip_prefix("TRAFFICINATOR_").unwrap_or(setting.name);
        assert_eq!(short.to_lowercase(), setting.key());
    }
    let keys: BTreeSet<String> = SETTINGS.iter().map(Setting::key).collect();
    assert_eq!(keys.len(), SETTINGS.len());
}

#[test]
fn the_readme_has_the_table_of_all_settings() {
    let table = settings_table_markdown();
    for setting in SETTINGS {
        let row = format!("| `{}` | `--{}` |", setting.name, setting.flag());
        assert!(table.contains(&row), "{row}");
    }
    let readme = include_str!("../../../../../README.md");
    let shown =
        readme.split_once("<!-- settings -->\n").and_then(|(_, rest)| rest.split_once("<!-- /settings -->"));
    assert_eq!(shown.map(|(table, _)| table), Some(table.as_str()), "copy the right one into README.md");
}

#[test]
fn booleans_have_ten_spellings_in_any_case() {
    for (text, expected) in [
        ("1", true),
        ("TRUE", true),
        ("Yes", true),
        ("on", true),
        ("Y", true),
        ("0", false),
        ("False", false),
        ("NO", false),
        ("Off", false),
        ("n", false),
    ] {
        let all = super::from_environment(&[("TRAFFICINATOR_QUIET", text)]);
        assert_eq!(all.output.quiet, expected, "{text}");
    }
}

#[test]
fn lengths_of_time_read_as_people_write_them() {
    for (text, millis) in [
        ("30s", 30_000),
        ("500ms", 500),
        ("2m", 120_000),
        ("1h30m", 5_400_000),
        ("1h 30m", 5_400_000),
        ("45", 45_000),
        ("2.5", 2_500),
        ("1.5h", 5_400_000),
        ("1d", 86_400_000),
        ("1M", 60_000),
    ] {
        let all = super::from_environment(&[("TRAFFICINATOR_DURATION", text)]);
        assert_eq!(all.run.duration.map(|length| length.as_millis()), Some(millis), "{text}");
    }
}

#[test]
fn a_length_beyond_all_sense_does_not_overflow() {
    let all = super::from_environment(&[("AUTO_STOP_AFTER_HOURS", "1e300")]);
    assert_eq!(all.run.auto_stop.map(|length| length.as_secs()), Some(100 * 365 * 86_400));
    let all = super::from_environment(&[("TARGET_VISITS_PER_DAY", "1e-300")]);
    assert_eq!(all.load.rate, Rate::PerSecond(1e-9));
}
