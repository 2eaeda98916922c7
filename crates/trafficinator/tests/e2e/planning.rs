//! `plan`: what would be sent is what is sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::TOKEN;
use crate::support::ledger::{kind, visits};
use crate::support::program::{run, trafficinator};
use crate::support::server::Server;

/// Parameters that are known only when a hit is sent, or are not shown.
const NOT_PLANNED: [&str; 5] = ["cdt", "h", "m", "s", "token_auth"];

#[test]
fn a_seed_plans_the_same_bytes_whatever_sends_them() {
    let first = plan(&[]);
    assert!(!first.is_empty());
    for args in [
        &[][..],
        &["--concurrency", "1"],
        &["--concurrency", "1000", "--workers", "7"],
        &["--timeout", "1s", "--grace", "0s", "--run-id", "plan"],
    ] {
        assert_eq!(plan(args), first, "{args:?}");
    }
    assert_ne!(plan(&["--seed", "8"]), first);
}

#[test]
fn every_line_of_a_plan_is_a_hit() {
    let text = plan(&[]);
    let mut seen = BTreeSet::new();
    let (mut last, mut last_visit) = (0, 0);
    for line in text.lines() {
        let hit: Value = serde_json::from_str(line).unwrap();
        let keys: Vec<&str> = hit.as_object().unwrap().keys().map(String::as_str).collect();
        let expected: BTreeSet<&str> =
            ["visit", "offset_ms", "method", "kind", "params", "user_agent"].into();
        assert_eq!(keys.into_iter().collect::<BTreeSet<_>>(), expected);
        let (visit, offset) = (hit["visit"].as_u64().unwrap(), hit["offset_ms"].as_u64().unwrap());
        assert!(visit == last_visit || visit == last_visit + 1);
        assert!(visit != last_visit || offset >= last, "{line}");
        (last, last_visit) = (offset, visit);
        assert!(hit["params"].as_object().unwrap().values().all(Value::is_string));
        assert_eq!(hit["params"]["ua"], hit["user_agent"]);
        seen.insert(visit);
    }
    assert_eq!(seen, (0..50).collect());
}

#[test]
fn another_run_id_changes_who_comes_and_nothing_else() {
    let changed: BTreeSet<String> = differing_parameters(&[]);
    assert_eq!(changed, ["cid", "ec_id"].map(str::to_owned).into());
}

#[test]
fn another_run_id_changes_who_comes_and_nothing_else_with_a_token() {
    let changed = differing_parameters(&["--matomo-token-auth", TOKEN]);
    let allowed: BTreeSet<String> = ["cid", "ec_id", "uid"].map(str::to_owned).into();
    assert!(changed.is_subset(&allowed) && changed.contains("cid"), "{changed:?}");
}

#[test]
fn what_is_sent_is_what_was_planned() {
    assert_sent_as_planned(&[]);
}

#[test]
fn what_is_sent_is_what_was_planned_with_a_token() {
    assert_sent_as_planned(&[
        ("MATOMO_TOKEN_AUTH", TOKEN),
        ("MATOMO_SITE_ID", "3"),
        ("ECOMMERCE_PROBABILITY", "0.5"),
        ("TRAFFICINATOR_TAG_DIMENSION", "4"),
    ]);
}

#[test]
fn a_plan_for_people_tells_different_visits_and_what_they_come_to() {
    let args = ["plan", "--seed", "7"];
    let text = trafficinator(args).finish().expect(0).stdout;
    insta::assert_snapshot!(text);
    assert_eq!(trafficinator(args).finish().expect(0).stdout, text);
    assert!(text.lines().all(|line| line.chars().count() <= 100 && !line.contains('\x1b')), "{text}");
    assert_eq!(text.matches("\nVisit ").count(), 5, "{text}");
}

#[test]
fn a_plan_for_people_tells_as_many_visits_as_it_is_asked_for() {
    let text = trafficinator(["plan", "--visits", "3", "--seed", "7"]).finish().expect(0).stdout;
    for part in ["The first 3 visits\n", "\nVisit 0, ", "\nVisit 1, ", "\nVisit 2, ", "first 10,000\n"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("\nVisit 3, "), "{text}");
    let one = trafficinator(["plan", "--visits", "9", "--max-total-visits", "1"]).finish().expect(0).stdout;
    assert!(one.starts_with("The first visit\n") && one.contains("all 1\n"), "{one}");
}

#[test]
fn the_table_of_a_plan_fits_on_two_screens_whatever_is_in_it() {
    for args in
        [&[][..], &["--matomo-token-auth", TOKEN], &["--preset", "extreme"], &["--pageviews-max", "3"]]
    {
        let text =
            trafficinator(["plan", "--seed", "7"]).args(args.iter().copied()).finish().expect(0).stdout;
        let table = text.find("\nVisits by channel").expect("a table");
        assert!(text[table..].lines().count() <= 60, "{args:?}:\n{text}");
    }
}

#[test]
fn a_plan_of_a_closed_model_has_no_day() {
    let args = ["--seed", "7", "--rate", "max"];
    let text = trafficinator(["plan"]).args(args).finish().expect(0).stdout;
    assert!(text.contains("With --rate max") && !text.contains("\nA day"), "{text}");
    let lines = trafficinator(["plan", "--format", "jsonl"]).args(args).finish().expect(0).stdout;
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((first["visit"].as_u64(), first["offset_ms"].as_u64()), (Some(0), Some(0)));
}

#[test]
fn a_reader_who_stops_reading_is_no_error() {
    for format in ["text", "jsonl"] {
        let program = env!("CARGO_BIN_EXE_trafficinator");
        let line = format!(
            "{{ {program} plan --visits 5000 --format {format} --log-level error; echo $? >&2; }} | head -1"
        );
        let done = std::process::Command::new("sh").args(["-c", &line]).output().expect("a shell");
        assert_eq!(String::from_utf8_lossy(&done.stderr), "0\n", "{format}");
        assert_eq!(String::from_utf8_lossy(&done.stdout).lines().count(), 1, "{format}");
    }
}

#[test]
fn a_plan_ends_where_the_total_ends() {
    let args = ["plan", "--visits", "50", "--seed", "7", "--format", "jsonl", "--max-total-visits", "4"];
    let text = trafficinator(args).finish().expect(0).stdout;
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["visit"], 3);
}

fn plan(args: &[&str]) -> String {
    let fixed = ["plan", "--visits", "50", "--format", "jsonl"];
    let seed = if args.contains(&"--seed") { &[][..] } else { &["--seed", "7"] };
    trafficinator(fixed).args(seed.iter().copied()).args(args.iter().copied()).finish().expect(0).stdout
}

/// The parameters in which two plans differ that differ in their run id.
fn differing_parameters(args: &[&str]) -> BTreeSet<String> {
    let [one, other] = ["one", "other"].map(|id| {
        let more = ["--ecommerce-probability", "0.5", "--run-id", id];
        plan(&[args, &more].concat())
    });
    assert_eq!(one.lines().count(), other.lines().count());
    let mut changed = BTreeSet::new();
    for (one, other) in one.lines().zip(other.lines()) {
        let [mut one, mut other] =
            [one, other].map(|line| serde_json::from_str::<BTreeMap<String, Value>>(line).unwrap());
        let [one_parameters, other_parameters] =
            [&mut one, &mut other].map(|line| line.remove("params").unwrap());
        assert_eq!(one, other);
        let (one, other) = (one_parameters.as_object().unwrap(), other_parameters.as_object().unwrap());
        assert!(one.keys().eq(other.keys()));
        changed.extend(one.keys().filter(|name| one[*name] != other[*name]).cloned());
    }
    changed
}

type Hit = (String, BTreeMap<String, String>);

fn assert_sent_as_planned(vars: &[(&str, &str)]) {
    let pauses = [
        ("TRAFFICINATOR_PROFILE", "classic"),
        ("PAUSE_BETWEEN_PVS_MIN", "0"),
        ("PAUSE_BETWEEN_PVS_MAX", "0.02"),
    ];
    let seed = ["--seed", "7", "--rate", "100/s"];
    let plan = trafficinator(["plan", "--visits", "60", "--format", "jsonl"])
        .args(seed)
        .vars(&pauses)
        .vars(vars)
        .finish()
        .expect(0)
        .stdout;
    let mut planned: BTreeMap<u64, Vec<Hit>> = BTreeMap::new();
    let method = if plan.contains("token_auth") { "POST" } else { "GET" };
    for line in plan.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["method"], method);
        let parameters = line["params"].as_object().unwrap().iter();
        let parameters =
            parameters.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        let hit = (line["kind"].as_str().unwrap().to_owned(), unstamped(parameters));
        planned.entry(line["visit"].as_u64().unwrap()).or_default().push(hit);
    }

    let server = Server::obliging();
    let limit = ["--run-id", "plan", "--max-total-visits", "60"];
    run(&server.url()).args(seed).args(limit).vars(vars).finish().expect(0);
    let hits = server.hits();
    let mut sent: Vec<Vec<Hit>> = Vec::new();
    for visit in visits(&hits) {
        for hit in &visit {
            assert_eq!(hit.method, method);
            assert_eq!(hit.header("user-agent"), hit.get("ua"));
        }
        let hits = visit.iter().map(|hit| (kind(hit).to_owned(), unstamped(hit.parameters.clone())));
        sent.push(hits.collect());
    }
    let mut planned: Vec<Vec<Hit>> = planned.into_values().collect();
    planned.sort();
    sent.sort();
    assert_eq!(sent.len(), planned.len());
    for (sent, planned) in sent.iter().zip(&planned) {
        assert_eq!(sent, planned);
    }
}

fn unstamped(mut parameters: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for name in NOT_PLANNED {
        parameters.remove(name);
    }
    parameters
}

#[test]
fn a_plan_with_stages_ends_with_the_last_one() {
    let args = ["--seed", "7", "--stages", "0/s..10/s@6s, 10/s@2s, 0@3s, 40/s@500ms"];
    let lines =
        trafficinator(["plan", "--format", "jsonl", "--visits", "1000"]).args(args).finish().expect(0).stdout;
    let mut starts: BTreeMap<u64, u64> = BTreeMap::new();
    for line in lines.lines() {
        let hit: Value = serde_json::from_str(line).unwrap();
        let offset = hit["offset_ms"].as_u64().unwrap();
        starts.entry(hit["visit"].as_u64().unwrap()).or_insert(offset);
    }
    // Areas: a triangle of 30, a plateau of 20, nothing, and 20 more.
    let within = |from: u64, to: u64| starts.values().filter(|start| (from..to).contains(start)).count();
    assert_eq!(starts.len(), 70, "{starts:?}");
    assert_eq!([within(0, 6_000), within(6_000, 8_000), within(8_000, 11_000)], [30, 20, 0], "{starts:?}");
    assert_eq!(within(11_000, 11_500), 20, "{starts:?}");

    let text = trafficinator(["plan"]).args(args).finish().expect(0).stdout;
    let unfolded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = "Visits come in stages: from 0 to 10 visits/s over 6 s, 10 visits/s for 2 s, nothing for 3 s, then 40 \
                 visits/s for 500 ms; 70 visits in all.";
    assert!(unfolded.contains(words) && !text.contains("\nA day"), "{text}");
}

#[test]
fn stages_of_a_scenario_are_those_of_a_flag() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("spike.toml");
    std::fs::write(
        &file,
        "seed = 7\n[[stage]]\nrate = '2/s'\nduration = '5s'\n\
         [[stage]]\nkind = 'spike'\npeak = '20/s'\nrise = '1s'\nduration = '4s'\n",
    )
    .unwrap();
    let lines = |args: &[&str]| {
        let plan =
            trafficinator(["plan", "--format", "jsonl", "--visits", "1000"]).args(args.iter().copied());
        plan.finish().expect(0).stdout
    };
    let declared = lines(&["--scenario", file.to_str().unwrap()]);
    let given = lines(&["--seed", "7", "--stages", "2/s@5s, ..20/s@1s, 20/s@2s, ..2/s@1s"]);
    assert!(!declared.is_empty() && declared == given);
}
