//! `check`: finds what is wrong and records nothing.

use crate::support::program::{Finished, trafficinator};
use crate::support::server::{Server, status};
use crate::support::stand_in::StandIn;
use crate::support::{TOKEN, closed_port};

#[test]
fn a_check_of_a_matomo_that_is_there_is_ok_and_records_nothing() {
    let stand_in = StandIn::start(&[]);
    let check = trafficinator(["check", "--matomo-url", &stand_in.url(), "--matomo-site-id", "1"])
        .var("MATOMO_TOKEN_AUTH", TOKEN)
        .finish()
        .expect(0);
    for word in ["Matomo 5.", "site 1", "pages", "nothing was recorded"] {
        assert!(check.stdout.contains(word), "{word} is not in\n{}", check.stdout);
    }
    trafficinator(["check", "--matomo-url", &stand_in.url()]).finish().expect(0);
    assert_eq!(stand_in.recorded(), crate::support::ledger::Ledger::default());
    assert_eq!(stand_in.report("Live.getLastVisitsDetails", ""), serde_json::json!([]));
}

#[test]
fn every_wrong_setting_is_listed_at_once() {
    let wrong = [
        ("MATOMO_URL", "gopher://matomo.example.org/"),
        ("MATOMO_SITE_ID", "0"),
        ("PAGEVIEWS_MIN", "7"),
        ("PAGEVIEWS_MAX", "3"),
        ("CONCURRENCY", "many"),
        ("TIMEZONE", "Mars/Phobos"),
        ("ECOMMERCE_TAX_RATE", "1.5"),
        ("AUTO_START", "perhaps"),
        ("TRAFFICINATOR_GRACE", "soon"),
    ];
    for command in ["check", "run"] {
        let refused = trafficinator([command]).vars(&wrong).finish().expect(2);
        for (name, value) in wrong {
            assert!(refused.stderr.contains(name), "{name} is not in\n{}", refused.stderr);
            assert!(
                name == "PAGEVIEWS_MAX" || refused.stderr.contains(value),
                "{value} of {name} is not in\n{}",
                refused.stderr
            );
        }
        assert_eq!(problems(&refused), 8, "{}", refused.stderr);
    }
}

#[test]
fn bad_lines_of_the_url_list_are_told_with_their_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("urls.txt");
    let list = "# pages\nhttps://shop.example.com/    Home\n\nno-address    Title\n\
                https://shop.example.com/a    Section / A\nftp://shop.example.com/b    B\n";
    std::fs::write(&file, list).unwrap();
    let server = Server::start(|_| status(200));
    let refused = trafficinator(["check", "--matomo-url", &server.url()])
        .var("URLS_FILE", file.to_str().unwrap())
        .finish()
        .expect(2);
    assert!(problems(&refused) >= 2, "{}", refused.stderr);
    for line in ["line 4", "line 6"] {
        assert!(refused.stderr.contains(line), "{line} is not in\n{}", refused.stderr);
    }
    assert!(!refused.stderr.contains("line 5"), "{}", refused.stderr);
}

#[test]
fn a_url_list_that_is_not_there_is_told() {
    let server = Server::start(|_| status(200));
    for name in ["URLS_FILE", "FUNNEL_CONFIG_PATH"] {
        let refused = trafficinator(["check", "--matomo-url", &server.url()])
            .var(name, "/nonexistent/file")
            .finish()
            .expect(2);
        assert!(
            refused.stderr.contains(name) && refused.stderr.contains("/nonexistent/file"),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn bad_funnels_are_told_with_their_places() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("funnels.json");
    let funnels = r#"[{"name": "buy", "probability": 2, "steps": [{"type": "event"}]},
                      {"name": "empty", "probability": 1, "steps": []}]"#;
    std::fs::write(&file, funnels).unwrap();
    let server = Server::start(|_| status(200));
    let refused = trafficinator(["check", "--matomo-url", &server.url()])
        .var("FUNNEL_CONFIG_PATH", file.to_str().unwrap())
        .finish()
        .expect(2);
    for word in [
        "funnel 1 (\"buy\"): probability 2",
        "first step",
        "event_category is missing",
        "funnel 2 (\"empty\")",
    ] {
        assert!(refused.stderr.contains(word), "{word} is not in\n{}", refused.stderr);
    }
}

#[test]
fn a_wrong_token_and_a_wrong_site_are_told() {
    let stand_in = StandIn::start(&[]);
    let check = |site: &str, token: &str| {
        trafficinator(["check", "--matomo-url", &stand_in.url(), "--matomo-site-id", site])
            .var("MATOMO_TOKEN_AUTH", token)
            .finish()
            .expect(2)
    };
    let refused = check("1", "wrong");
    assert!(refused.stderr.contains("MATOMO_TOKEN_AUTH"), "{}", refused.stderr);
    assert_eq!(problems(&refused), 1);
    let refused = check("4711", TOKEN);
    assert!(refused.stderr.contains("MATOMO_SITE_ID 4711"), "{}", refused.stderr);
    assert_eq!(problems(&refused), 1);
}

#[test]
fn a_target_that_is_not_there_or_something_else_is_told() {
    let check = |url: &str| trafficinator(["check", "--matomo-url", url]).finish().expect(2).stderr;
    let said = check(&format!("http://{}/", closed_port()));
    assert!(said.contains("is not reached") && said.contains("Is it running"), "{said}");
    for (number, word) in [(404, "path of MATOMO_URL"), (401, "user and password"), (503, "maintenance")] {
        let server = Server::start(move |_| status(number));
        let said = check(&server.url());
        assert!(said.contains(word), "{word} is not in\n{said}");
        assert!(server.hits().is_empty());
    }
}

#[test]
fn a_clock_that_is_off_is_told() {
    let server = Server::start(|_| status(200).dated(-90));
    let check = trafficinator(["check", "--matomo-url", &server.url()]).finish().expect(0);
    assert!(check.stdout.contains("s off ours"), "{}", check.stdout);
}

fn problems(refused: &Finished) -> usize {
    refused.stderr.lines().filter(|line| line.starts_with("error: ")).count()
}

#[test]
fn a_check_tells_the_shape_of_the_load_and_what_is_demanded() {
    let server = Server::start(|_| status(200));
    let check = trafficinator(["check", "--matomo-url", &server.url()])
        .args(["--stages", "0/s..50/s@2m, 50/s@10m, 200/s@30s", "--warm-up", "2m"])
        .args(["--threshold", "response.p95<200ms", "--threshold", "errors < 1%, visits.dropped==0"])
        .finish();
    for words in [
        "curve stages: from 0 to 50 visits/s over 2 min, 50 visits/s for 10 min, then 200 visits/s for 30 s; 39,000 visits \
         in all\n",
        "warm-up\n  the first 2 min are sent, recorded and left out of the statistics\n",
        "thresholds\n  response.p95<200ms\n  errors<1%\n  visits.dropped==0\n",
    ] {
        assert!(check.stdout.contains(words), "{words} is not in\n{}{}", check.stdout, check.stderr);
    }
}

#[test]
fn stages_that_contradict_another_setting_are_told_with_both() {
    let refused = trafficinator(["plan", "--stages", "5/s@10m", "--rate", "5/s", "--warm-up", "1h"])
        .var("MAX_VISITS_PER_DAY", "9")
        .finish()
        .expect(2);
    for words in [
        "--stages: cannot go with --rate: both set the rate of visits; give one of them",
        "--stages: cannot go with MAX_VISITS_PER_DAY (environment): stages say how many visits come",
        "--warm-up: \"1h\" is not shorter than --stages, which is 10 min: nothing would be measured",
    ] {
        assert!(refused.stderr.contains(words), "{words} is not in\n{}", refused.stderr);
    }
    assert_eq!(problems(&refused), 3, "{}", refused.stderr);
}
