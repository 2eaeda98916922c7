//! Every kind of wrong setting, and what its user is told.

use super::{Given, load_given, problems};

type Variables = &'static [(&'static str, &'static str)];

const CLASSIC: (&str, &str) = ("TRAFFICINATOR_PROFILE", "classic");

/// Variables given, and fragments that the one message must contain.
#[rustfmt::skip]
const BAD: &[(Variables, &[&str])] = &[
    (&[("MATOMO_URL", "matomo.example.org")], &["MATOMO_URL (environment)", "\"matomo.example.org\"", "http:// or https://"]),
    (&[("MATOMO_URL", "ftp://matomo.example.org")], &["MATOMO_URL", "ftp://matomo.example.org", "http:// or https://"]),
    (&[("MATOMO_URL", "localhost:8080")], &["MATOMO_URL", "localhost:8080", "http:// or https://"]),
    (&[("MATOMO_URL", "https://")], &["MATOMO_URL", "empty host", "with a host"]),
    (&[("MATOMO_URL", "https://h:99999/")], &["MATOMO_URL", "invalid port number"]),
    (&[("MATOMO_URL", "https://h/?idsite=1")], &["MATOMO_URL", "has a query", "without query or fragment"]),
    (&[("MATOMO_URL", "https://h/#x")], &["MATOMO_URL", "has a fragment", "without query or fragment"]),
    (&[("MATOMO_SITE_ID", "0")], &["MATOMO_SITE_ID (environment)", "\"0\"", "from 1 to 4294967295"]),
    (&[("MATOMO_SITE_ID", "one")], &["MATOMO_SITE_ID", "\"one\"", "a whole number"]),
    (&[("MATOMO_SITE_ID", "-1")], &["MATOMO_SITE_ID", "\"-1\"", "a whole number"]),
    (&[("MATOMO_TOKEN_AUTH", "two words")], &["MATOMO_TOKEN_AUTH (environment)", "\"***\"", "white space"]),
    (&[("MATOMO_TOKEN_AUTH_FILE", "/run/secrets/none")], &["MATOMO_TOKEN_AUTH_FILE (environment)", "/run/secrets/none", "cannot be read", "no such file"]),
    (&[("MATOMO_TOKEN_AUTH", "a"), ("MATOMO_TOKEN_AUTH_FILE", "f")], &["MATOMO_TOKEN_AUTH (environment)", "MATOMO_TOKEN_AUTH_FILE (environment)", "give one of them"]),
    (&[("TRAFFICINATOR_TAG_DIMENSION", "0")], &["TRAFFICINATOR_TAG_DIMENSION", "\"0\"", "from 1 to 999"]),
    (&[("TRAFFICINATOR_TAG_DIMENSION", "1000")], &["TRAFFICINATOR_TAG_DIMENSION", "\"1000\"", "from 1 to 999"]),
    (&[("TRAFFICINATOR_TIMEOUT", "0s")], &["TRAFFICINATOR_TIMEOUT", "\"0s\"", "from 1ms to 1h"]),
    (&[("TRAFFICINATOR_TIMEOUT", "30x")], &["TRAFFICINATOR_TIMEOUT", "\"30x\"", "not one of ms, s, m, h, d"]),
    (&[("TRAFFICINATOR_TIMEOUT", "soon")], &["TRAFFICINATOR_TIMEOUT", "\"soon\"", "needs a number"]),
    (&[("TRAFFICINATOR_TIMEOUT", "1h30")], &["TRAFFICINATOR_TIMEOUT", "\"1h30\"", "lacks its unit"]),
    (&[("TRAFFICINATOR_TIMEOUT", "-5s")], &["TRAFFICINATOR_TIMEOUT", "\"-5s\"", "such as 30s"]),
    (&[("TRAFFICINATOR_INSECURE", "maybe")], &["TRAFFICINATOR_INSECURE", "\"maybe\"", "true or false"]),
    (&[("TRAFFICINATOR_PRESET", "huge")], &["TRAFFICINATOR_PRESET", "\"huge\"", "light, medium, heavy or extreme"]),
    (&[("TRAFFICINATOR_PRESET", "hevay")], &["TRAFFICINATOR_PRESET", "did you mean heavy?"]),
    (&[("TARGET_VISITS_PER_DAY", "0")], &["TARGET_VISITS_PER_DAY", "\"0\"", "a number above 0"]),
    (&[("TARGET_VISITS_PER_DAY", "-5")], &["TARGET_VISITS_PER_DAY", "\"-5\"", "a number above 0"]),
    (&[("TARGET_VISITS_PER_DAY", "nan")], &["TARGET_VISITS_PER_DAY", "\"nan\"", "not a finite number"]),
    (&[("TARGET_VISITS_PER_DAY", "inf")], &["TARGET_VISITS_PER_DAY", "\"inf\"", "not a finite number"]),
    (&[("TARGET_VISITS_PER_DAY", "1e300")], &["TARGET_VISITS_PER_DAY", "\"1e300\"", "more than"]),
    (&[("TARGET_VISITS_PER_DAY", "20,000")], &["TARGET_VISITS_PER_DAY", "\"20,000\"", "a number above 0"]),
    (&[("TRAFFICINATOR_RATE", "5")], &["TRAFFICINATOR_RATE", "\"5\"", "lacks its unit", "5/s"]),
    (&[("TRAFFICINATOR_RATE", "0/s")], &["TRAFFICINATOR_RATE", "\"0/s\"", "above 0"]),
    (&[("TRAFFICINATOR_RATE", "NaN/s")], &["TRAFFICINATOR_RATE", "\"NaN/s\"", "above 0"]),
    (&[("TRAFFICINATOR_RATE", "5/week")], &["TRAFFICINATOR_RATE", "\"5/week\"", "/s, /m, /h, /d"]),
    (&[("TRAFFICINATOR_RATE", "5/s"), ("TARGET_VISITS_PER_DAY", "7")], &["TRAFFICINATOR_RATE (environment)", "TARGET_VISITS_PER_DAY (environment)", "both set the rate"]),
    (&[("TRAFFICINATOR_RATE", "max"), ("TRAFFICINATOR_CLOCK", "real")], &["TRAFFICINATOR_RATE (environment)", "\"max\"", "TRAFFICINATOR_CLOCK (environment)", "cannot take real time"]),
    (&[("TRAFFICINATOR_ARRIVALS", "bursty")], &["TRAFFICINATOR_ARRIVALS", "\"bursty\"", "smooth or poisson"]),
    (&[("TRAFFICINATOR_CLOCK", "fast")], &["TRAFFICINATOR_CLOCK", "\"fast\"", "simulated or real"]),
    (&[("TRAFFICINATOR_PROFILE", "eccomerce")], &["TRAFFICINATOR_PROFILE (environment)", "\"eccomerce\"", "did you mean ecommerce?", "content, ecommerce, saas, classic, or the path of a TOML file"]),
    (&[("TRAFFICINATOR_PROFILE", "blog")], &["TRAFFICINATOR_PROFILE (environment)", "\"blog\"", "content, ecommerce, saas, classic"]),
    (&[("TRAFFICINATOR_PROFILE", "./gone.toml")], &["TRAFFICINATOR_PROFILE (environment) ./gone.toml", "cannot be read"]),
    (&[("TRAFFICINATOR_CURVE", "weekly")], &["TRAFFICINATOR_CURVE", "\"weekly\"", "flat or daily"]),
    (&[("TRAFFICINATOR_CURVE", "daily"), ("TRAFFICINATOR_RATE", "max")], &["TRAFFICINATOR_CURVE (environment)", "\"daily\"", "TRAFFICINATOR_RATE (environment) is max", "give a rate such as 5/s"]),
    (&[("TRAFFICINATOR_STAGES", "5/s")], &["TRAFFICINATOR_STAGES (environment)", "\"5/s\"", "stage 1 (\"5/s\"): it has no time", "0/s..50/s@2m"]),
    (&[("TRAFFICINATOR_STAGES", "5/s@1m, 0/s..5@2m")], &["TRAFFICINATOR_STAGES", "stage 2 (\"0/s..5@2m\")", "lacks its unit"]),
    (&[("TRAFFICINATOR_STAGES", "0/s@1m")], &["TRAFFICINATOR_STAGES", "at least one stage needs a rate above 0"]),
    (&[("TRAFFICINATOR_STAGES", "1/s@3651d")], &["TRAFFICINATOR_STAGES", "at most 3650 days"]),
    (&[("TRAFFICINATOR_STAGES", "5/s@1m"), ("TRAFFICINATOR_RATE", "5/s")], &["TRAFFICINATOR_STAGES (environment)", "cannot go with TRAFFICINATOR_RATE (environment)", "give one of them"]),
    (&[("TRAFFICINATOR_STAGES", "5/s@1m"), ("TRAFFICINATOR_RATE", "max")], &["TRAFFICINATOR_STAGES (environment)", "cannot go with TRAFFICINATOR_RATE (environment)"]),
    (&[("TRAFFICINATOR_STAGES", "5/s@1m"), ("TARGET_VISITS_PER_DAY", "7")], &["TRAFFICINATOR_STAGES (environment)", "cannot go with TARGET_VISITS_PER_DAY (environment)"]),
    (&[("TRAFFICINATOR_STAGES", "5/s@1m"), ("TRAFFICINATOR_CURVE", "daily")], &["TRAFFICINATOR_STAGES (environment)", "cannot go with TRAFFICINATOR_CURVE (environment)"]),
    (&[("TRAFFICINATOR_STAGES", "5/s@1m"), ("MAX_VISITS_PER_DAY", "7")], &["TRAFFICINATOR_STAGES (environment)", "cannot go with MAX_VISITS_PER_DAY (environment)"]),
    (&[("TRAFFICINATOR_WARM_UP", "soon")], &["TRAFFICINATOR_WARM_UP", "\"soon\"", "such as 30s"]),
    (&[("TRAFFICINATOR_WARM_UP", "10m"), ("TRAFFICINATOR_DURATION", "10m")], &["TRAFFICINATOR_WARM_UP (environment)", "\"10m\"", "not shorter than TRAFFICINATOR_DURATION (environment), which is 10m"]),
    (&[("TRAFFICINATOR_WARM_UP", "1h"), ("AUTO_STOP_AFTER_HOURS", "0.5")], &["TRAFFICINATOR_WARM_UP (environment)", "not shorter than AUTO_STOP_AFTER_HOURS (environment), which is 0.5"]),
    (&[("TRAFFICINATOR_WARM_UP", "91s"), ("TRAFFICINATOR_STAGES", "1/s@1m, 2/s@30s")], &["TRAFFICINATOR_WARM_UP (environment)", "not shorter than TRAFFICINATOR_STAGES (environment), which is 1 min 30 s"]),
    (&[("TRAFFICINATOR_THRESHOLD", "respnse.p95<1s")], &["TRAFFICINATOR_THRESHOLD (environment)", "\"respnse.p95<1s\"", "at character 1", "did you mean response?", "visits.dropped==0"]),
    (&[("TRAFFICINATOR_THRESHOLD", "errors<1%,")], &["TRAFFICINATOR_THRESHOLD (environment)", "a threshold is missing"]),
    (&[("TRAFFICINATOR_REPORT", "run.pdf")], &["TRAFFICINATOR_REPORT", "\"run.pdf\"", "ends in .html, .md or .csv"]),
    (&[("TRAFFICINATOR_REPORT", "-")], &["TRAFFICINATOR_REPORT", "\"-\"", "ends in .html, .md or .csv"]),
    (&[("TRAFFICINATOR_LISTEN", "localhost:9464")], &["TRAFFICINATOR_LISTEN", "\"localhost:9464\"", "not an address in numbers", "127.0.0.1:9464"]),
    (&[("TRAFFICINATOR_LISTEN", "9464")], &["TRAFFICINATOR_LISTEN", "\"9464\"", "an IP address and a port"]),
    (&[("TRAFFICINATOR_LISTEN", "127.0.0.1:99999")], &["TRAFFICINATOR_LISTEN", "\"127.0.0.1:99999\"", "an IP address and a port"]),
    (&[("TRAFFICINATOR_NO_TUI", "perhaps")], &["TRAFFICINATOR_NO_TUI", "\"perhaps\"", "true or false"]),
    (&[("TRAFFICINATOR_IDENTITY", "cookie")], &["TRAFFICINATOR_IDENTITY", "\"cookie\"", "exact or browser"]),
    (&[("TRAFFICINATOR_IDENTITY", "browser")], &["TRAFFICINATOR_IDENTITY (environment)", "\"browser\"", "needs a token", "set MATOMO_TOKEN_AUTH"]),
    (&[("TRAFFICINATOR_IDENTITY", "browser"), ("MATOMO_TOKEN_AUTH", "t"), ("RANDOMIZE_VISITOR_COUNTRIES", "no")], &["TRAFFICINATOR_IDENTITY (environment)", "RANDOMIZE_VISITOR_COUNTRIES (environment) is false"]),
    (&[("TRAFFICINATOR_BOTS_SHARE", "0.95")], &["TRAFFICINATOR_BOTS_SHARE", "\"0.95\"", "from 0 to 0.9"]),
    (&[("TRAFFICINATOR_CHATBOTS_SHARE", "-1")], &["TRAFFICINATOR_CHATBOTS_SHARE", "\"-1\"", "from 0 to 0.9"]),
    (&[("CONCURRENCY", "0")], &["CONCURRENCY", "\"0\"", "from 1 to 100000"]),
    (&[("CONCURRENCY", "100001")], &["CONCURRENCY", "\"100001\"", "from 1 to 100000"]),
    (&[("CONCURRENCY", "5.5")], &["CONCURRENCY", "\"5.5\"", "a whole number"]),
    (&[("TRAFFICINATOR_WORKERS", "0")], &["TRAFFICINATOR_WORKERS", "\"0\"", "from 1"]),
    (&[("TRAFFICINATOR_WORKERS", "8"), ("CONCURRENCY", "4")], &["TRAFFICINATOR_WORKERS (environment)", "\"8\"", "CONCURRENCY (environment)", "which is 4"]),
    (&[("PAGEVIEWS_MIN", "0")], &["PAGEVIEWS_MIN (environment): \"0\" is not accepted; give a whole number from 1 to 100"]),
    (&[("PAGEVIEWS_MAX", "101")], &["PAGEVIEWS_MAX", "\"101\"", "from 1 to 100"]),
    (&[("PAGEVIEWS_MIN", "7"), CLASSIC], &["PAGEVIEWS_MIN (environment)", "\"7\"", "more than PAGEVIEWS_MAX (default)", "which is 6"]),
    (&[("PAGEVIEWS_MIN", "61")], &["PAGEVIEWS_MIN (environment)", "\"61\"", "more than PAGEVIEWS_MAX (profile ecommerce)", "which is 60"]),
    (&[("PAUSE_BETWEEN_PVS_MIN", "-1")], &["PAUSE_BETWEEN_PVS_MIN", "\"-1\"", "from 0 to 3600"]),
    (&[("PAUSE_BETWEEN_PVS_MAX", "3601")], &["PAUSE_BETWEEN_PVS_MAX", "\"3601\"", "from 0 to 3600"]),
    (&[("PAUSE_BETWEEN_PVS_MIN", "9"), ("PAUSE_BETWEEN_PVS_MAX", "8")], &["PAUSE_BETWEEN_PVS_MIN (environment)", "PAUSE_BETWEEN_PVS_MAX (environment)"]),
    (&[("VISIT_DURATION_MIN", "0")], &["VISIT_DURATION_MIN", "\"0\"", "from 0.1 to 120"]),
    (&[("VISIT_DURATION_MAX", "121")], &["VISIT_DURATION_MAX", "\"121\"", "from 0.1 to 120"]),
    (&[("VISIT_DURATION_MIN", "31")], &["VISIT_DURATION_MIN (environment)", "VISIT_DURATION_MAX (profile ecommerce), which is 30"]),
    (&[("VISIT_DURATION_MIN", "9"), CLASSIC], &["VISIT_DURATION_MIN (environment)", "VISIT_DURATION_MAX (default)"]),
    (&[("SITESEARCH_PROBABILITY", "1.5")], &["SITESEARCH_PROBABILITY", "\"1.5\"", "from 0 to 1"]),
    (&[("OUTLINKS_PROBABILITY", "-0.1")], &["OUTLINKS_PROBABILITY", "\"-0.1\"", "from 0 to 1"]),
    (&[("DOWNLOADS_PROBABILITY", "8%")], &["DOWNLOADS_PROBABILITY", "\"8%\"", "from 0 to 1"]),
    (&[("CLICK_EVENTS_PROBABILITY", "NaN")], &["CLICK_EVENTS_PROBABILITY", "\"NaN\"", "not a finite number"]),
    (&[("RANDOM_EVENTS_PROBABILITY", "often")], &["RANDOM_EVENTS_PROBABILITY", "\"often\"", "from 0 to 1"]),
    (&[("DIRECT_TRAFFIC_PROBABILITY", "2")], &["DIRECT_TRAFFIC_PROBABILITY", "\"2\"", "from 0 to 1"]),
    (&[("RANDOMIZE_VISITOR_COUNTRIES", "all")], &["RANDOMIZE_VISITOR_COUNTRIES", "\"all\"", "yes/no"]),
    (&[("ECOMMERCE_PROBABILITY", "1.01")], &["ECOMMERCE_PROBABILITY", "\"1.01\"", "from 0 to 1"]),
    (&[("ECOMMERCE_ORDER_VALUE_MIN", "0")], &["ECOMMERCE_ORDER_VALUE_MIN", "\"0\"", "above 0"]),
    (&[("ECOMMERCE_ORDER_VALUE_MIN", "300"), CLASSIC], &["ECOMMERCE_ORDER_VALUE_MIN (environment)", "ECOMMERCE_ORDER_VALUE_MAX (default)", "299.99"]),
    (&[("ECOMMERCE_ORDER_VALUE_MIN", "5.001"), ("ECOMMERCE_ORDER_VALUE_MAX", "5.009")], &["ECOMMERCE_ORDER_VALUE_MIN", "whole cents", "ECOMMERCE_ORDER_VALUE_MAX (environment)"]),
    (&[("ECOMMERCE_ITEMS_MIN", "6")], &["ECOMMERCE_ITEMS_MIN (environment)", "ECOMMERCE_ITEMS_MAX (default)"]),
    (&[("ECOMMERCE_ITEMS_MAX", "0"), ("ECOMMERCE_ITEMS_MIN", "1")], &["ECOMMERCE_ITEMS_MAX", "\"0\"", "from 1 to 100"]),
    (&[("ECOMMERCE_TAX_RATE", "19")], &["ECOMMERCE_TAX_RATE", "\"19\"", "from 0 to 1"]),
    (&[("ECOMMERCE_SHIPPING_RATES", "0;5")], &["ECOMMERCE_SHIPPING_RATES", "\"0;5\"", "separated by commas"]),
    (&[("ECOMMERCE_SHIPPING_RATES", "0,-1")], &["ECOMMERCE_SHIPPING_RATES", "\"0,-1\"", "at least 0"]),
    (&[("ECOMMERCE_SHIPPING_RATES", "0,1e30")], &["ECOMMERCE_SHIPPING_RATES", "\"0,1e30\"", "1e30 is more than 1e9"]),
    (&[("ECOMMERCE_SHIPPING_RATES", "1,,2")], &["ECOMMERCE_SHIPPING_RATES", "\"1,,2\"", "separated by commas"]),
    (&[("ECOMMERCE_CURRENCY", "EURO")], &["ECOMMERCE_CURRENCY", "\"EURO\"", "ISO 4217"]),
    (&[("ECOMMERCE_CURRENCY", "€€€")], &["ECOMMERCE_CURRENCY", "€€€", "ISO 4217"]),
    (&[("TIMEZONE", "Mars/Phobos")], &["TIMEZONE", "\"Mars/Phobos\"", "IANA time zone"]),
    (&[("TIMEZONE", "Europe/Berln")], &["TIMEZONE", "did you mean Europe/Berlin?"]),
    (&[("TRAFFICINATOR_SITE_TIMEZONE", "UTC+25")], &["TRAFFICINATOR_SITE_TIMEZONE", "\"UTC+25\"", "IANA time zone"]),
    (&[("TRAFFICINATOR_SCENARIO", "gone.toml")], &["TRAFFICINATOR_SCENARIO (environment)", "gone.toml", "cannot be read"]),
    (&[("TRAFFICINATOR_SEED", "-1")], &["TRAFFICINATOR_SEED", "\"-1\"", "at least 0"]),
    (&[("TRAFFICINATOR_SEED", "18446744073709551616")], &["TRAFFICINATOR_SEED", "18446744073709551616", "a whole number"]),
    (&[("TRAFFICINATOR_RUN_ID", "a b")], &["TRAFFICINATOR_RUN_ID", "\"a b\"", "1 to 40 letters"]),
    (&[("TRAFFICINATOR_RUN_ID", "12345678901234567890123456789012345678901")], &["TRAFFICINATOR_RUN_ID", "1 to 40 letters"]),
    (&[("TRAFFICINATOR_DURATION", "0")], &["TRAFFICINATOR_DURATION", "\"0\"", "from 1ms"]),
    (&[("AUTO_STOP_AFTER_HOURS", "-1")], &["AUTO_STOP_AFTER_HOURS", "\"-1\"", "at least 0"]),
    (&[("AUTO_STOP_AFTER_HOURS", "inf")], &["AUTO_STOP_AFTER_HOURS", "\"inf\"", "not a finite number"]),
    (&[("MAX_TOTAL_VISITS", "-1")], &["MAX_TOTAL_VISITS", "\"-1\"", "at least 0"]),
    (&[("MAX_VISITS_PER_DAY", "many")], &["MAX_VISITS_PER_DAY", "\"many\"", "a whole number"]),
    (&[("TRAFFICINATOR_GRACE", "25h")], &["TRAFFICINATOR_GRACE", "\"25h\"", "from 0s to 24h"]),
    (&[("AUTO_START", "2")], &["AUTO_START", "\"2\"", "true or false"]),
    (&[("START_CHECK_INTERVAL", "0")], &["START_CHECK_INTERVAL", "\"0\"", "from 10ms to 1h"]),
    (&[("LOG_LEVEL", "loud")], &["LOG_LEVEL", "\"loud\"", "error, warn, info, debug or trace"]),
    (&[("LOG_FORMAT", "xml")], &["LOG_FORMAT", "\"xml\"", "text or json"]),
    (&[("BACKFILL_ENABLED", "true")], &["BACKFILL_ENABLED", "\"true\"", "later version"]),
    (&[("BACKFILL_START_DATE", "2026-02-30"), ("BACKFILL_END_DATE", "2026-03-01")], &["BACKFILL_START_DATE", "\"2026-02-30\"", "no such day"]),
    (&[("BACKFILL_START_DATE", "01.02.2026"), ("BACKFILL_END_DATE", "2026-03-01")], &["BACKFILL_START_DATE", "YYYY-MM-DD"]),
    (&[("BACKFILL_START_DATE", "2026-02-01")], &["BACKFILL_START_DATE (environment)", "needs BACKFILL_END_DATE"]),
    (&[("BACKFILL_DURATION_DAYS", "30")], &["BACKFILL_DURATION_DAYS (environment)", "needs BACKFILL_DAYS_BACK"]),
    (&[("BACKFILL_START_DATE", "2026-03-01"), ("BACKFILL_END_DATE", "2026-02-01")], &["BACKFILL_START_DATE (environment)", "later than BACKFILL_END_DATE (environment)"]),
    (&[("BACKFILL_DAYS_BACK", "3651"), ("BACKFILL_DURATION_DAYS", "1")], &["BACKFILL_DAYS_BACK", "\"3651\"", "from 1 to 3650"]),
    (&[("BACKFILL_MAX_VISITS_TOTAL", "x")], &["BACKFILL_MAX_VISITS_TOTAL", "\"x\"", "at least 0"]),
    (&[("BACKFILL_RPS_LIMIT", "0")], &["BACKFILL_RPS_LIMIT", "\"0\"", "above 0"]),
    (&[("BACKFILL_SEED", "seven")], &["BACKFILL_SEED", "\"seven\"", "a whole number"]),
];

#[test]
fn every_bad_setting_is_refused_with_one_message_that_helps() {
    for (environment, fragments) in BAD {
        let refused = load_given(&Given { environment, ..Given::default() })
            .err()
            .unwrap_or_else(|| panic!("{environment:?} was accepted"));
        let message = refused.to_string();
        assert_eq!(refused.problems.len(), 1, "{environment:?} gave\n{message}");
        for fragment in *fragments {
            assert!(message.contains(fragment), "{environment:?}: {fragment:?} is not in\n{message}");
        }
    }
}

#[test]
fn all_problems_are_reported_at_once_whatever_their_source() {
    let message = problems(&Given {
        flags: &[("PAGEVIEWS_MIN", "0"), ("TRAFFICINATOR_SEED", "")],
        environment: &[("CONCURRENCY", "none"), ("VISIT_DURATION_MIN", "9"), CLASSIC],
        env_file: Some("TIMEZONE=Mars/Phobos\nnonsense\n"),
        scenario: Some("log_level = \"loud\"\nunknown_thing = 1\n"),
        files: &[],
    });
    for expected in [
        "--seed: \"\" is not accepted; give a whole number",
        "--pageviews-min: \"0\" is not accepted; give a whole number from 1 to 100",
        "CONCURRENCY (environment): \"none\" is not accepted",
        "VISIT_DURATION_MIN (environment): \"9\" is more than VISIT_DURATION_MAX (default), which is 8.0",
        "TIMEZONE (prod.env:1): \"Mars/Phobos\" is not accepted",
        "--env-file prod.env:2: a line must read NAME=VALUE",
        "log_level (evening.toml:1): \"loud\" is not accepted",
        "unknown_thing (evening.toml:2): no such setting",
    ] {
        assert!(message.contains(expected), "{expected} is not in\n{message}");
    }
    assert_eq!(message.lines().count(), 8, "{message}");
}

#[test]
fn a_value_cannot_smuggle_control_characters_or_a_wall_of_text_into_a_message() {
    let wall = "x".repeat(10_000);
    let message = problems(&Given {
        environment: &[("LOG_LEVEL", "\u{1b}[2J"), ("AUTO_START", &wall)],
        ..Given::default()
    });
    assert!(!message.contains('\u{1b}'));
    assert!(message.len() < 600, "{message}");
}
