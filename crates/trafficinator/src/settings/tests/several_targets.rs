//! Several targets, as a scenario file declares them.

use std::time::Duration;

use traffic::walk::Audience;

use super::{Given, load_for, loaded, problems, settings};
use crate::settings::layers::Purpose;
use crate::settings::{Distribution, Settings};
use crate::threshold::Threshold;

fn with<'a>(scenario: &'a str, files: &'a [(&'a str, &'a str)]) -> Given<'a> {
    Given { scenario: Some(scenario), files, ..Given::default() }
}

const TWO: &str = "timezone = 'Europe/Berlin'\n\
    [[targets]]\nname = 'old'\nurl = 'https://old.test/'\nsite_id = 3\ntoken_file = 'old.token'\nweight = 3\n\
    max_visits_per_day = 500\ntime_zone = 'Asia/Tokyo'\nthresholds = ['response.p95<200ms']\n\
    [[targets]]\nurl = 'https://user:pass@new.test:8443/piwik.php'\n\
    [[targets]]\nurl = 'https://off.test/'\nenabled = false\n";

const TOKEN: &[(&str, &str)] = &[("old.token", "0123\n")];

#[test]
fn each_enabled_one_is_a_target_and_what_is_missing_comes_from_settings() {
    let all = settings(&with(TWO, TOKEN));
    let [old, new] = all.targets.as_slice() else { panic!("two targets") };
    assert_eq!((old.name.as_str(), old.site_id, old.max_visits_per_day), ("old", 3, Some(500)));
    assert_eq!(old.token.as_ref().map(engine::target::Secret::reveal), Some("0123"));
    assert_eq!(old.time_zone.iana_name(), Some("Asia/Tokyo"));
    assert_eq!(old.thresholds[0].text, "response.p95<200ms");
    assert_eq!(old.audience, Audience::Share { from: 0.0, share: 0.75 });
    assert_eq!((new.name.as_str(), new.site_id, &new.token), ("new.test:8443", 1, &None));
    assert_eq!(new.time_zone.iana_name(), Some("Europe/Berlin"));
    assert_eq!(new.audience, Audience::Share { from: 0.75, share: 0.25 });
    assert_eq!(new.url.as_ref().map(|url| url.endpoint().as_str()), Some("https://new.test:8443/piwik.php"));
}

#[test]
fn shares_come_first_and_weights_divide_the_rest() {
    let shares = |keys: [&str; 3]| -> Vec<f64> {
        let table = |(index, key): (usize, &str)| format!("[[targets]]\nurl = 'http://t{index}/'\n{key}\n");
        let scenario: String = keys.into_iter().enumerate().map(table).collect();
        settings(&with(&scenario, &[])).targets.iter().map(|target| target.audience.share()).collect()
    };
    assert_eq!(shares(["", "", "weight = 2"]), [0.25, 0.25, 0.5]);
    assert_eq!(shares(["share = 0.5", "", "weight = 3"]), [0.5, 0.125, 0.375]);
    assert_eq!(shares(["share = 0.5", "share = 0.25", "share = 0.25"]), [0.5, 0.25, 0.25]);
}

#[test]
fn visits_are_divided_as_the_distribution_says() {
    let given = |how: &str| -> Settings {
        let scenario = format!(
            "distribution = '{how}'\n[[targets]]\nurl = 'http://a/'\n[[targets]]\nurl = 'http://b/'\n"
        );
        settings(&with(&scenario, &[]))
    };
    let mirrored = given("mirrored");
    assert_eq!(mirrored.sending.distribution, Distribution::Mirrored);
    assert!(mirrored.targets.iter().all(|target| target.audience == Audience::Everybody));
    let in_turn = given("round-robin").targets;
    assert_eq!(in_turn[1].audience, Audience::InTurn { index: 1, of: 2 });
}

#[test]
fn a_single_target_is_as_matomo_url_has_it() {
    let all = settings(&with("[[targets]]\nurl = 'http://a/'\nweight = 7\n", &[]));
    assert_eq!(all.targets[0].audience, Audience::Everybody);
    let all = settings(&Given { environment: &[("MATOMO_URL", "http://h:81/m/")], ..Given::default() });
    let [target] = all.targets.as_slice() else { panic!("one target") };
    assert_eq!((target.name.as_str(), target.audience), ("h:81", Audience::Everybody));
    let plan = load_for(Purpose::Plan, &Given::default()).expect("settings").settings;
    assert!(plan.targets[0].url.is_none());
}

#[test]
fn everything_wrong_with_targets_is_told_at_once() {
    let scenario = "[[targets]]\nname = 'x'\nurl = 'ftp://secret@h/'\nsite_id = 0\nwieght = 2\n\
        [[targets]]\nurl = 'http://a/'\nweight = 1\nshare = 0.5\ntime_zone = 'Mars/Phobos'\n\
        [[targets]]\nname = 'y'\nweight = 0\nthresholds = ['response.p95']\n\
        [[targets]]\nurl = 'http://b/'\nshare = 1.5\nenabled = 'yes'\ntoken_file = 7\n\
        [[targets]]\nurl = 'http://c/'\n[[targets]]\nurl = 'http://c/'\n";
    let told = problems(&with(scenario, &[]));
    let expected = [
        "targets.url (evening.toml:3): \"ftp://***@h/\" is not accepted: it does not start with http:// or https://; give an http:// \
         or https:// URL with a host, without query or fragment",
        "targets.site_id (evening.toml:4): \"0\" is not accepted; give a whole number from 1 to 4294967295",
        "targets.wieght (evening.toml:5)",
        "targets (evening.toml:6): has a weight and a share; give one of them",
        "targets.time_zone (evening.toml:10): \"Mars/Phobos\" is not accepted; give an IANA time zone",
        "targets (evening.toml:11): has no url; give one",
        "targets.weight (evening.toml:13): \"0\" is not accepted; give more than 0",
        "targets.thresholds (evening.toml:14): \"response.p95\" is not accepted: ",
        "targets.share (evening.toml:17): \"1.5\" is not accepted; give a share above 0 and of at most 1",
        "targets.enabled (evening.toml:18)",
        "targets.token_file (evening.toml:19)",
        "targets (evening.toml:22): is called \"c\" as that on line 20; give each a name of its own",
    ];
    for line in expected {
        assert!(told.contains(line), "{line}\nis not in\n{told}");
    }
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn a_threshold_of_a_target_belongs_to_it_and_may_end_the_run() {
    let threshold = |keys: &str| format!("{TWO}[[threshold]]\nexpression = 'errors<5%'\n{keys}\n");
    let scenario = threshold("target = 'old'\nabort = true\ndelay = '30s'") + &threshold("")[TWO.len()..];
    let all = settings(&with(&scenario, TOKEN));
    let texts = |thresholds: &[Threshold]| {
        thresholds.iter().map(|threshold| (threshold.text.clone(), threshold.abort)).collect::<Vec<_>>()
    };
    let (abort, text) = (Some(Duration::from_secs(30)), "errors<5%".to_owned());
    assert_eq!(
        texts(&all.targets[0].thresholds),
        [("response.p95<200ms".to_owned(), None), (text.clone(), abort)]
    );
    assert_eq!(texts(&all.targets[1].thresholds), []);
    assert_eq!(texts(&all.run.thresholds), [(text, None)]);
    // One of a target that is switched off waits until that is back.
    settings(&with(&threshold("target = 'off.test'"), TOKEN));
    for (target, expected) in [
        ("odl", "threshold.target (evening.toml:18): \"odl\" is none of the targets; did you mean \"old\"?"),
        ("elsewhere", "give one of old, new.test:8443, off.test"),
    ] {
        let told = problems(&with(&threshold(&format!("target = '{target}'")), TOKEN));
        assert!(told.contains(expected), "{expected}\nis not in\n{told}");
    }
    let alone = "[[threshold]]\nexpression = 'errors<5%'\ntarget = 'old'\n";
    let told = problems(&Given { flags: &[("MATOMO_URL", "http://a/")], ..with(alone, &[]) });
    assert!(told.contains("there are none; leave it out"), "{told}");
}

#[test]
fn what_cannot_be_divided_is_refused() {
    let two = |keys: [&str; 2], head: &str| {
        let [one, other] = keys;
        problems(&with(
            &format!(
                "{head}[[targets]]\nurl = 'http://a/'\n{one}\n[[targets]]\nurl = 'http://b/'\n{other}\n"
            ),
            &[],
        ))
    };
    let cases = [
        (["share = 0.7", "share = 0.7"], "", "shares add up to 1.4"),
        (["share = 0.5", "share = 0.25"], "", "shares add up to 0.75"),
        (["share = 1.0", ""], "", "leave nothing for the targets without one"),
        (["enabled = false", "enabled = false"], "", "targets (evening.toml:1): none is enabled"),
        (["weight = 2", ""], "distribution = 'mirrored'\n", "targets.weight (evening.toml:2): is not used"),
        (
            ["", "share = 0.5"],
            "distribution = 'round-robin'\n",
            "targets.share (evening.toml:5): is not used",
        ),
        (["token_file = 'none'", ""], "", "targets.token_file (evening.toml:3): \"none\" cannot be read"),
        (["weight = -1", ""], "", "\"-1\" is not accepted; give a weight above 0 and of at most 1000000"),
        (["", ""], "identity = 'browser'\n", "needs a token"),
        (["", ""], "matomo_url = 'http://c/'\n", "both say where visits go; give one of them"),
    ];
    for (keys, head, expected) in cases {
        let told = two(keys, head);
        assert!(told.contains(expected), "{keys:?} {head}: {expected}\nis not in\n{told}");
    }
}

#[test]
fn a_target_of_a_higher_level_wins_and_what_is_not_used_is_said() {
    let environment = &[("MATOMO_URL", "http://c/")];
    let found = loaded(&Given { environment, ..with(TWO, TOKEN) });
    assert_eq!(found.settings.targets.len(), 1);
    assert_eq!(found.settings.targets[0].name, "c");
    let warnings = found.warnings.join("\n");
    assert!(warnings.contains("targets (evening.toml:2) not used: both say where visits go"), "{warnings}");

    let environment = &[("MATOMO_TOKEN_AUTH", "abc"), ("TRAFFICINATOR_DISTRIBUTION", "weighted")];
    let found = loaded(&Given { environment, ..with(TWO, TOKEN) });
    assert!(found.settings.targets[1].token.is_none(), "a token is for one Matomo");
    let warnings = found.warnings.join("\n");
    let why = "MATOMO_TOKEN_AUTH (environment) not used: a token belongs to one Matomo; give each target a token_file";
    assert!(warnings.contains(why), "{warnings}");
    assert!(warnings.contains("is switched off for new.test:8443"), "{warnings}");
    let environment = &[("TRAFFICINATOR_DISTRIBUTION", "mirrored")];
    let warnings = loaded(&Given { environment, ..Given::default() }).warnings.join("\n");
    assert!(warnings.contains("TRAFFICINATOR_DISTRIBUTION (environment) not used"), "{warnings}");
}

#[test]
fn settings_that_every_target_has_of_its_own_are_not_used_and_that_is_said() {
    let environment =
        &[("MATOMO_SITE_ID", "9"), ("TRAFFICINATOR_SITE_TIMEZONE", "UTC"), ("MATOMO_TOKEN_AUTH", "abc")];
    let own = "[[targets]]\nurl = 'http://a/'\nsite_id = 1\ntime_zone = 'Asia/Tokyo'\ntoken_file = 'old.token'\n\
        [[targets]]\nurl = 'http://b/'\nenabled = false\n";
    let warnings = loaded(&Given { environment, ..with(own, TOKEN) }).warnings.join("\n");
    for said in [
        "MATOMO_SITE_ID (environment) not used: each of the targets has a site_id of its own",
        "TRAFFICINATOR_SITE_TIMEZONE (environment) not used: each of the targets has a time_zone of its own",
        "MATOMO_TOKEN_AUTH (environment) not used: each of the targets has a token_file of its own",
    ] {
        assert!(warnings.contains(said), "{said}\nis not in\n{warnings}");
    }
    let warnings = loaded(&Given { environment, ..with(TWO, TOKEN) }).warnings.join("\n");
    assert!(!warnings.contains("SITE_ID") && !warnings.contains("TIMEZONE"), "{warnings}");
}

#[test]
fn targets_that_cannot_be_read_do_not_ask_for_another_one() {
    for scenario in ["targets = 5\n", "targets = [1]\n", "no toml\n"] {
        let given = Given { environment: &[("MATOMO_URL", "")], ..with(scenario, &[]) };
        let told = problems(&given);
        assert!(told.contains("evening.toml:1"), "{told}");
        assert!(!told.contains("is not set"), "{told}");
    }
}
