//! What is accepted with a word of warning, and what is accepted in silence.

use super::{Given, loaded};

/// Enough that nothing is worth a warning.
const CALM: &[(&str, &str)] = &[("MATOMO_SITE_ID", "3"), ("MATOMO_TOKEN_AUTH", "t")];

fn warnings(extra: &[(&str, &str)]) -> Vec<String> {
    let environment = [CALM, extra].concat();
    loaded(&Given { environment: &environment, ..Given::default() }).warnings
}

/// The one warning about these variables.
fn warning(extra: &[(&str, &str)]) -> String {
    let warnings = warnings(extra);
    assert_eq!(warnings.len(), 1, "{extra:?} gave {warnings:?}");
    warnings.concat()
}

#[test]
fn a_calm_configuration_gives_no_warning() {
    assert_eq!(warnings(&[]), Vec::<String>::new());
}

#[test]
fn a_misspelt_variable_is_a_warning() {
    for (unknown, meant) in [
        ("MATOMO_ULR", "MATOMO_URL"),
        ("MATOMO_TOKEN_AUHT", "MATOMO_TOKEN_AUTH"),
        ("PAGEVIEW_MIN", "PAGEVIEWS_MIN"),
        ("BACKFILL_ENABLE", "BACKFILL_ENABLED"),
        ("ECOMMERCE_CURENCY", "ECOMMERCE_CURRENCY"),
        ("TRAFFICINATOR_SEEDS", "TRAFFICINATOR_SEED"),
        ("TRAFFICINATOR_LOG_LEVEL", "LOG_LEVEL"),
        ("CONCURENCY", "CONCURRENCY"),
        ("RANDOMISE_VISITOR_COUNTRY", ""),
        ("MATOMO_HOST", ""),
        ("MAX_PATH", ""),
        ("LOG_DIR", ""),
        ("PATH", ""),
    ] {
        let given = warnings(&[(unknown, "secret-value")]).concat();
        if meant.is_empty() {
            assert_eq!(given, "", "{unknown}");
        } else {
            assert_eq!(given, format!("{unknown} (environment) is unknown; did you mean {meant}?"));
        }
    }
}

#[test]
fn a_misspelt_line_of_an_env_file_is_a_warning_with_its_place() {
    let env_file = Some("MATOMO_SITE_ID=3\nMATOMO_TOKEN_AUTH=t\nMATOMO_SITEID=4\nUNRELATED=5\n");
    let given = loaded(&Given { env_file, ..Given::default() }).warnings;
    assert_eq!(given, ["MATOMO_SITEID (prod.env:3) is unknown; did you mean MATOMO_SITE_ID?"]);
}

#[test]
fn warnings_come_with_the_problems_too() {
    let environment = &[("CONCURENCY", "5"), ("PAGEVIEWS_MIN", "0")];
    let refused = super::load_given(&Given { environment, ..Given::default() }).expect_err("a bad value");
    assert_eq!(refused.warnings.len(), 1);
}

#[test]
fn pauses_that_nobody_will_make_are_a_warning() {
    assert_eq!(
        warning(&[("TRAFFICINATOR_CLOCK", "real"), ("PAUSE_BETWEEN_PVS_MIN", "1")]),
        "PAUSE_BETWEEN_PVS_MIN (environment) not used: with --clock real visits last VISIT_DURATION"
    );
    assert!(warning(&[("TRAFFICINATOR_RATE", "max"), ("PAUSE_BETWEEN_PVS_MAX", "3")]).contains("--rate max"));
    // A preset's pauses are nobody's wish.
    assert!(warnings(&[("TRAFFICINATOR_CLOCK", "real"), ("TRAFFICINATOR_PRESET", "light")]).is_empty());
}

#[test]
fn countries_without_a_token_are_switched_off_with_one_warning() {
    for extra in [("MATOMO_SITE_ID", "3"), ("RANDOMIZE_VISITOR_COUNTRIES", "yes")] {
        let environment = &[("MATOMO_SITE_ID", "3"), extra];
        let outcome = loaded(&Given { environment, ..Given::default() });
        assert!(!outcome.settings.visits.countries);
        assert_eq!(outcome.warnings.len(), 1, "{:?}", outcome.warnings);
        assert!(outcome.warnings[0].contains("MATOMO_TOKEN_AUTH"), "{:?}", outcome.warnings);
        let shown = super::described(&outcome.settings, "RANDOMIZE_VISITOR_COUNTRIES").0;
        assert_eq!(shown, "false (there is no token)");
    }
    let environment = &[("MATOMO_SITE_ID", "3"), ("RANDOMIZE_VISITOR_COUNTRIES", "no")];
    assert!(loaded(&Given { environment, ..Given::default() }).warnings.is_empty());
}

#[test]
fn a_site_left_at_its_default_is_a_warning_and_one_that_was_chosen_is_not() {
    let environment = &[("MATOMO_TOKEN_AUTH", "t")];
    let given = loaded(&Given { environment, ..Given::default() }).warnings;
    assert!(given.concat().contains("MATOMO_SITE_ID is not set"), "{given:?}");
    assert!(warnings(&[("MATOMO_SITE_ID", "1")]).is_empty());
}

#[test]
fn a_token_in_clear_text_over_the_network_is_a_warning() {
    assert!(
        warning(&[("MATOMO_URL", "http://u:pw@matomo.example.org/")])
            .contains("http://***@matomo.example.org/")
    );
    assert!(warnings(&[("MATOMO_URL", "http://127.0.0.1:8899/")]).is_empty());
}

#[test]
fn a_proxy_is_a_warning_without_its_password() {
    let given = warning(&[("HTTPS_PROXY", "http://user:geheim@proxy:3128")]);
    assert!(given.contains("HTTPS_PROXY") && !given.contains("geheim"), "{given}");
}

#[test]
fn two_windows_for_the_history_are_a_warning() {
    let window = &[
        ("BACKFILL_START_DATE", "2026-01-01"),
        ("BACKFILL_END_DATE", "2026-01-31"),
        ("BACKFILL_DAYS_BACK", "30"),
        ("BACKFILL_DURATION_DAYS", "30"),
    ];
    assert!(warning(window).contains("BACKFILL_DAYS_BACK (environment) is not used"));
}

#[test]
fn a_plan_is_not_bothered_with_targets() {
    let environment = &[("HTTPS_PROXY", "p"), ("MATOMO_URL", "http://h/"), ("MATOMO_TOKEN_AUTH", "t")];
    let plan = super::load_for(super::Purpose::Plan, &Given { environment, ..Given::default() });
    assert!(plan.expect("is fine").warnings.is_empty());
}
