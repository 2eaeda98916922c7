//! Two runs of one plan, compared.

use std::time::Duration;

use serde_json::Value;

use crate::support::program::{Program, Running, trafficinator};
use crate::support::server::{Server, status};

/// Twelve seconds of visits, with the result in a file: less would say nothing of how much a run varies.
fn measured(url: &str, file: &str) -> Running {
    trafficinator([
        "run",
        "--rate",
        "20/s",
        "--duration",
        "12s",
        "--seed",
        "7",
        "--quiet",
        "--summary-json",
        file,
    ])
    .vars(&[("MATOMO_URL", url), ("MATOMO_SITE_ID", "1"), ("TRAFFICINATOR_PROFILE", "classic")])
    .vars(&[("PAUSE_BETWEEN_PVS_MIN", "0"), ("PAUSE_BETWEEN_PVS_MAX", "0.02")])
    .start()
}

fn compare<'a>(args: impl IntoIterator<Item = &'a str>) -> Program {
    trafficinator(["compare"]).args(args)
}

#[test]
fn a_slower_matomo_is_found_and_one_run_is_equal_to_itself() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (fast, slow) = (path("fast.json"), path("slow.json"));
    let fast_server = Server::start(|_| status(204).after(Duration::from_millis(20)));
    let slow_server = Server::start(|_| status(204).after(Duration::from_millis(60)));
    let runs = [measured(&fast_server.url(), &fast), measured(&slow_server.url(), &slow)];
    for run in runs {
        run.finish().expect(0);
    }

    // A machine that builds something else at the same time makes a generator late, and its run void.
    let compare = |args: &[&str]| compare(["--force"]).args(args.iter().copied());
    let ended = compare(&[&fast, &slow]).finish().expect(99);
    assert!(ended.stdout.contains("response p50 rose by "), "{}", ended.stdout);
    let verdict = ended.stdout.lines().last().unwrap();
    assert!(verdict.starts_with("WORSE: ") && verdict.contains("service p50"), "{verdict}");
    let again = compare(&["--base", &fast, "--new", &slow]).finish().expect(99);
    assert_eq!(ended.stdout, again.stdout);

    let ended = compare(&[&slow, "--", &fast]).finish().expect(0);
    assert!(ended.stdout.lines().last().unwrap().starts_with("better: "), "{}", ended.stdout);
    let ended = compare(&[&fast, &fast]).finish().expect(0);
    assert!(ended.stdout.ends_with("no difference was found in 9 metrics\n"), "{}", ended.stdout);
    let ended = compare(&[&fast, &slow, "--min-effect", "900%"]).finish().expect(0);
    assert!(ended.stdout.contains("too small to matter"), "{}", ended.stdout);

    let page = path("page.html");
    let ended = compare(&[&fast, &slow, "-o", &page]).finish().expect(99);
    assert!(ended.stdout.contains("WORSE: "), "{}", ended.stdout);
    assert!(std::fs::read_to_string(&page).unwrap().starts_with("<!doctype html>"));
    let ended = compare(&[&fast, &slow, "--format", "json"]).finish().expect(99);
    let metric = &ended.json()["metrics"][6];
    let rose = metric["difference"].as_f64().unwrap();
    assert!(metric["metric"] == "service.p50" && (35.0..70.0).contains(&rose), "{metric}");

    // What cannot be compared is refused, and --force says so instead.
    let text = std::fs::read_to_string(&slow).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    let other_file = path("other.json");
    std::fs::write(&other_file, text.replace(read["run"]["plan"].as_str().unwrap(), "ffffffffffffffff"))
        .unwrap();
    let ended = trafficinator(["compare", &fast, &other_file]).finish().expect(2);
    assert!(ended.stderr.contains("other.json: its plan is ffffffffffffffff"), "{}", ended.stderr);
    assert!(ended.stdout.is_empty() && ended.stderr.contains("--force"), "{}", ended.stderr);
    let ended = compare(&[&fast, &other_file]).finish().expect(99);
    assert!(
        ended.stdout.contains("warning: ") && ended.stdout.contains("its plan is ffff"),
        "{}",
        ended.stdout
    );

    let cut = path("cut.json");
    let text = std::fs::read_to_string(&fast).unwrap();
    std::fs::write(&cut, &text[..text.len() / 2]).unwrap();
    let ended = compare(&[&fast, &cut]).finish().expect(2);
    assert!(ended.stderr.contains("cut.json: line ") && ended.stderr.contains("cut off"), "{}", ended.stderr);
}

#[test]
fn files_and_flags_that_cannot_be_are_refused_with_the_cure() {
    for (args, expected) in [
        (vec!["a.json"], "1 files were given; give two"),
        (vec!["a.json", "b.json", "c.json"], "3 files were given; give two"),
        (vec!["--base", "a.json"], "--base lacks its --new"),
        (vec!["--new", "a.json"], "--new lacks its --base"),
        (vec!["a.json", "b.json", "--base", "c.json"], "given in two ways"),
        (vec!["a.json", "b.json", "-o", "c.pdf"], "say how to write it with --format"),
        (vec!["a.json", "b.json", "--min-effect", "5"], "give a percentage"),
        (vec!["a.json", "b.json", "--confidence", "100%"], "give a percentage"),
        (vec!["no-such-a.json", "no-such-b.json"], "no-such-a.json: the file cannot be read"),
    ] {
        let ended = compare(args.iter().copied()).finish().expect(2);
        assert!(ended.stderr.contains(expected), "{args:?}: {}", ended.stderr);
    }
}
