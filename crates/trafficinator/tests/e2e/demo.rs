//! `demo`: the newcomer's first command.

use std::time::Duration;

use crate::support::program::{Finished, trafficinator};
use crate::support::summary::{assert_adds_up, count};

#[test]
fn the_demo_ends_within_a_minute_with_all_rows_equal() {
    let demo = trafficinator(["demo"]).finish().expect(0);
    assert!(demo.took < Duration::from_mins(1), "{:?}", demo.took);
    assert_all_rows_equal(&demo, "200");
}

#[test]
fn every_profile_is_recorded_as_planned() {
    for profile in ["content", "ecommerce", "saas", "classic"] {
        let args = ["demo", "--profile", profile, "--visits", "1500", "--rate", "150/s", "--seed", "7"];
        let demo = trafficinator(args).finish().expect(0);
        assert_all_rows_equal(&demo, "1,500");
        let of = |name: &str| {
            let rows = rows(&demo);
            let (_, cells) = rows.iter().find(|(row, _)| row == name).unwrap();
            cells[0].replace(',', "").parse::<f64>().unwrap()
        };
        for row in ["events", "searches", "outlinks", "downloads", "goals"] {
            assert!(of(row) > 0.0, "{profile} has no {row}");
        }
        assert_eq!(of("returning visits") > 0.0, profile != "classic", "{profile}");
        assert_eq!(of("content shown") > 0.0, profile != "classic", "{profile}");
        if profile == "ecommerce" {
            assert!(of("orders") > 10.0 && of("carts left") > of("orders"), "{profile}: {}", demo.stdout);
        }
    }
}

fn assert_all_rows_equal(demo: &Finished, visits: &str) {
    let rows = rows(demo);
    let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "visits",
            "returning visits",
            "actions",
            "page views",
            "events",
            "searches",
            "outlinks",
            "downloads",
            "content shown",
            "content used",
            "goals",
            "goal revenue",
            "carts left",
            "left in carts",
            "orders",
            "revenue",
        ]
    );
    for (name, cells) in &rows {
        assert!(cells.len() == 3 && cells.iter().all(|cell| cell == &cells[0]), "{name}: {cells:?}");
    }
    assert_eq!(rows[0].1[0], visits);
    assert!(demo.stdout.contains("ok: the stand-in recorded exactly what was planned"), "{}", demo.stdout);
}

#[test]
fn a_demo_whose_stand_in_loses_hits_names_the_rows_that_differ() {
    let demo =
        trafficinator(["demo", "--visits", "150", "--rate", "100/s", "--drop", "5%"]).finish().expect(99);
    let differing = differing(&demo);
    assert!(differing.iter().any(|name| name == "page views"), "{differing:?}");
    for (name, cells) in rows(&demo) {
        assert_eq!(cells[0], cells[1], "{name} was acknowledged: {cells:?}");
        assert_eq!(differing.contains(&name), cells[1] != cells[2], "{name}: {cells:?}, {differing:?}");
    }
}

#[test]
fn a_demo_whose_stand_in_fails_names_the_rows_that_differ() {
    let demo =
        trafficinator(["demo", "--visits", "150", "--rate", "100/s", "--fail", "5%"]).finish().expect(99);
    let differing = differing(&demo);
    assert!(differing.iter().any(|name| name == "page views"), "{differing:?}");
    for (name, cells) in rows(&demo) {
        assert_eq!(cells[1], cells[2], "{name}: what was acknowledged was recorded");
        assert_eq!(differing.contains(&name), cells[0] != cells[1], "{name}: {cells:?}, {differing:?}");
    }
    assert!(demo.stdout.contains("http_500"), "{}", demo.stdout);
}

#[test]
fn a_demo_as_fast_as_possible_agrees_as_well() {
    let demo = trafficinator(["demo", "--visits", "300", "--rate", "max", "--quiet", "--summary-json", "-"])
        .finish()
        .expect(0);
    let summary = demo.json();
    assert_adds_up(&summary);
    assert_eq!(count(&summary, "visits.completed"), 300);
    assert_eq!(summary["model"], "closed");
    assert!(demo.stderr.contains("ok: the stand-in recorded exactly what was planned"), "{}", demo.stderr);
}

/// The names of the table's rows and their cells.
fn rows(demo: &Finished) -> Vec<(String, Vec<String>)> {
    let (_, table) = demo.stdout.rsplit_once("recorded\n").expect("the table");
    table
        .lines()
        .take_while(|line| !line.trim().is_empty())
        .map(|line| {
            let line = line.trim_end_matches("differs").trim();
            let name = line.trim_end_matches(|c: char| !c.is_ascii_alphabetic()).to_owned();
            let cells = line[name.len()..].split_whitespace().map(str::to_owned).collect();
            (name, cells)
        })
        .collect()
}

/// The rows that the verdict names.
fn differing(demo: &Finished) -> Vec<String> {
    let (_, names) = demo.stdout.split_once("DIFFERENT: ").expect("a verdict");
    names.lines().next().unwrap().split(", ").map(str::to_owned).collect()
}
