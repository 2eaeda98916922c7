//! Runs that never were, divided among shards and put together again.

use engine::observation::{Failure, Observation, Outcome};
use engine::recorder::Snapshot;
use engine::recorder::series::{Series, Window};
use engine::recorder::times::Times;
use proptest::prelude::*;
use serde_json::Value;
use traffic::curve::{Nanos, SECOND};
use traffic::hit::Kind;
use traffic::ledger::{Cents, Ledger};

use super::*;
use crate::comparison;
use crate::report::fixture;
use crate::summary::Model;
use crate::summary::read::parse;
use crate::summary::shards::ShardPart;
use crate::summary::verdict;

const MS: Nanos = 1_000_000;
const WARM_UP: Nanos = 3 * SECOND;

/// A hit, and the shard that sent it.
#[derive(Clone, Copy, Debug)]
struct Sent {
    hit: Observation,
    shard: u32,
}

prop_compose! {
    fn sent(of: u32)(
        due in 0..20 * SECOND,
        wait in prop_oneof![Just(0), 0..400 * MS],
        lag in 0..3 * MS,
        took in prop_oneof![MS..20 * MS, 0..2 * SECOND],
        outcome in prop_oneof![
            6 => Just(Outcome::Answered(204)),
            1 => Just(Outcome::Answered(503)),
            1 => Just(Outcome::Failed(Failure::Timeout)),
        ],
        kind in prop_oneof![Just(Kind::Pageview), Just(Kind::Event), Just(Kind::Order)],
        shard in 0..of,
    ) -> Sent {
        let (ready, sent) = (due + wait, due + wait + lag);
        Sent { hit: Observation { kind, due, ready, sent, done: sent + took, outcome }, shard }
    }
}

/// What was counted of these hits, each of them a visit.
fn snapshot(hits: impl Iterator<Item = Observation>) -> Snapshot {
    let mut snapshot = Snapshot::new(WARM_UP);
    let mut windows: Vec<(Window, [Times; 4])> = Vec::new();
    for hit in hits {
        let second = (hit.due / SECOND) as usize;
        if windows.len() <= second {
            windows.resize_with(second + 1, Default::default);
        }
        let is_accepted = hit.outcome.is_accepted();
        let counts = &mut snapshot.counts;
        let (window, times) = &mut windows[second];
        for (visits, hits) in [(&mut window.visits, &mut window.hits), (&mut counts.visits, &mut counts.hits)]
        {
            visits.planned += 1;
            visits.started += 1;
            visits.completed += u64::from(is_accepted);
            visits.incomplete += u64::from(!is_accepted);
            hits.planned += 1;
            hits.sent += 1;
            hits.by_kind[hit.kind as usize] += 1;
            match hit.outcome {
                Outcome::Answered(204) => hits.accepted += 1,
                Outcome::Answered(_) => hits.rejected += 1,
                Outcome::Failed(_) => hits.failed += 1,
            }
        }
        let name = match hit.outcome {
            Outcome::Answered(204) => None,
            Outcome::Answered(status) => Some(format!("http_{status}")),
            Outcome::Failed(failure) => Some(failure.name().to_owned()),
        };
        if let Some(name) = name {
            assert!(window.errors.add_named(&name, 1) && counts.errors.add_named(&name, 1));
        }
        let Observation { due, ready, sent, done, .. } = hit;
        for (times, nanos) in times.iter_mut().zip([done - due, done - sent, ready - due, sent - ready]) {
            times.record(nanos);
        }
        let ledger = Ledger { visits: 1, orders: 1, revenue: Cents(due % 10_000), ..Ledger::default() };
        counts.planned += ledger;
        if is_accepted {
            counts.acknowledged += ledger;
        }
        counts.last_start = counts.last_start.max(sent);
        counts.last_sent = counts.last_sent.max(sent);
        let statistics = if due < WARM_UP { &mut snapshot.warm_up } else { &mut snapshot.statistics };
        statistics.observe(&hit);
    }
    let packed = windows.into_iter().map(|(mut window, times)| {
        [window.response, window.service, window.wait, window.lag] = times.map(|times| times.pack());
        window
    });
    snapshot.series = Series::of(WARM_UP, 1, packed.collect()).expect("few windows");
    snapshot
}

type Change = fn(&mut Summary);

const THRESHOLDS: [&str; 3] = ["response.p95<200ms", "errors<1%", "rate.hits>=2/s"];

/// The result of a run, or of one of its shards.
fn result(shard: Option<ShardPart>, snapshot: &Snapshot) -> Summary {
    let like = fixture::run(1).summary;
    let judge = |text: &&str| threshold::judge_one(&threshold::parse(text).unwrap(), snapshot, Model::Open);
    let run = RunPart {
        seconds: 30.0,
        shard,
        start_at: Some("2026-12-01T10:00:00Z".parse().unwrap()),
        until_ns: Some(20 * SECOND),
        ..like.run
    };
    let circumstances = Circumstances {
        run,
        target: like.target,
        model: Model::Open,
        adjusted: false,
        thresholds: THRESHOLDS.iter().map(judge).collect(),
        generator: like.generator,
        reproduce: like.reproduce,
    };
    Summary::new(circumstances, snapshot, Vec::new())
}

fn given(file: &str, summary: &Summary) -> Given {
    Given { file: file.to_owned(), read: parse(&serde_json::to_string(summary).unwrap()).unwrap() }
}

/// The results of all shards, and that of the whole.
fn divided(all: &[Sent], of: u32) -> (Vec<Given>, Summary) {
    let shard = |index: u32| {
        let own = all.iter().filter(|sent| sent.shard == index).map(|sent| sent.hit);
        let part = ShardPart { index, of };
        given(&format!("shard-{index}.json"), &result(Some(part), &snapshot(own)))
    };
    ((0..of).map(shard).collect(), result(None, &snapshot(all.iter().map(|sent| sent.hit))))
}

/// What was counted, measured and demanded.
fn numbers(summary: &Summary) -> Value {
    let mut value = serde_json::to_value(summary).unwrap();
    let fields = value.as_object_mut().unwrap();
    for name in ["generator", "shards", "verdict"] {
        fields.remove(name);
    }
    value
}

fn some_hits(count: u64, of: u32) -> Vec<Sent> {
    let hit = |number: u64| {
        let due = number * 20 * SECOND / count;
        let (ready, sent) = (due, due + MS / 10);
        let outcome = Outcome::Answered(204);
        let shard = (number % u64::from(of)) as u32;
        Sent {
            hit: Observation { kind: Kind::Pageview, due, ready, sent, done: sent + 5 * MS, outcome },
            shard,
        }
    };
    (0..count).map(hit).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn shards_come_to_what_one_machine_comes_to_in_whatever_order_they_are_given(
        all in proptest::collection::vec(sent(4), 1..300),
        order in Just([0, 1, 2, 3]).prop_shuffle(),
    ) {
        let (shards, whole) = divided(&all, 4);
        let merged = merge(shards.clone()).unwrap().summary;
        prop_assert_eq!(numbers(&merged), numbers(&whole));
        prop_assert_eq!(&merged.verdict.delivery, &whole.verdict.delivery);
        let shuffled = merge(order.map(|index: usize| shards[index].clone()).to_vec()).unwrap().summary;
        prop_assert_eq!(serde_json::to_value(&shuffled).unwrap(), serde_json::to_value(&merged).unwrap());
    }
}

#[test]
fn thresholds_are_judged_on_the_whole() {
    let (shards, _) = divided(&some_hits(80, 4), 4);
    for shard in &shards {
        let Summary { thresholds, verdict, .. } = &shard.read.summary;
        assert!(!thresholds[2].holds, "a quarter of the hits: {:?}", thresholds[2]);
        assert_eq!(verdict.outcome, verdict::Outcome::Ok, "of a shard nothing is demanded");
    }
    let merged = merge(shards).unwrap().summary;
    assert!(merged.thresholds.iter().all(|threshold| threshold.holds), "{:?}", merged.thresholds);
    let (mut shards, _) = divided(&some_hits(20, 4), 4);
    shards[2].read.summary.thresholds[0].aborted = true;
    let merged = merge(shards).unwrap().summary;
    assert_eq!(merged.verdict.sentence, "FAILED: rate.hits>=2/s did not hold");
    let aborted: Vec<bool> = merged.thresholds.iter().map(|threshold| threshold.aborted).collect();
    assert_eq!(aborted, [true, false, false]);
    assert_eq!(merged.exit(), crate::exit::Exit::Difference);
}

#[test]
fn a_shard_that_is_void_makes_the_whole_void_however_few_hits_it_had() {
    let (mut shards, _) = divided(&some_hits(8, 4), 4);
    let late = &mut shards[1].read.summary;
    late.run.late_seconds = Some(12.34);
    late.verdict = verdict::judge(late);
    let reason = "it began 12.3 s after --start-at 2026-12-01T10:00:00Z, and what was due before was late or not sent: \
                  start it earlier, it waits";
    assert_eq!(
        (late.verdict.sentence.as_str(), late.exit()),
        (&*format!("void: {reason}"), crate::exit::Exit::Void)
    );
    let merged = merge(shards).unwrap().summary;
    assert_eq!(merged.verdict.sentence, format!("void: shard 1/4: {reason}"));
    assert_eq!(merged.exit(), crate::exit::Exit::Void);
    assert_eq!(
        merged.shards.iter().map(|shard| shard.late_seconds).collect::<Vec<_>>(),
        [None, Some(12.34), None, None]
    );
}

#[test]
fn a_shard_that_came_too_late_for_anything_is_void_and_has_not_failed() {
    let mut late = result(Some(ShardPart { index: 0, of: 2 }), &snapshot(std::iter::empty()));
    late.run.late_seconds = Some(4_000.0);
    (late.visits.planned, late.visits.dropped, late.hits.planned, late.hits.dropped) = (5, 5, 9, 9);
    late.verdict = verdict::judge(&late);
    assert_eq!((late.verdict.outcome, late.exit()), (verdict::Outcome::Void, crate::exit::Exit::Void));
    // A target that refuses everything is told, whenever that was.
    (late.hits.dropped, late.hits.sent, late.hits.rejected) = (0, 9, 9);
    late.verdict = verdict::judge(&late);
    assert_eq!((late.verdict.outcome, late.exit()), (verdict::Outcome::Failed, crate::exit::Exit::Runtime));
}

#[test]
fn the_gravest_end_of_a_shard_is_that_of_the_whole_and_said() {
    let (mut shards, _) = divided(&some_hits(200, 3), 3);
    for (shard, stopped_by) in
        shards.iter_mut().zip([StoppedBy::MaxTotalVisits, StoppedBy::Signal, StoppedBy::Duration])
    {
        shard.read.summary.run.stopped_by = stopped_by;
    }
    shards[1].read.summary.run.seconds = 4.0;
    let merged = merge(shards.clone()).unwrap().summary;
    assert_eq!(merged.run.stopped_by, StoppedBy::Signal);
    assert!((merged.run.seconds - 30.0).abs() < 1e-9, "the longest of them: {}", merged.run.seconds);
    let said = "void: shard 1/3 was ended by a signal after 4.0 s, and others went on: a part of the plan is missing";
    assert_eq!((merged.verdict.sentence.as_str(), merged.exit()), (said, crate::exit::Exit::Void));
    assert_eq!(merged.verdict.warnings, [""; 0]);
    // Where all were stopped the run was, as that of one machine.
    for shard in &mut shards {
        shard.read.summary.run.stopped_by = StoppedBy::Signal;
    }
    let merged = merge(shards).unwrap().summary;
    let said = "shard 1/3 was ended by a signal after 4.0 s: what it had to send after that is missing";
    assert!(merged.verdict.outcome > verdict::Outcome::Void, "{}", merged.verdict.sentence);
    assert!(merged.verdict.warnings.iter().any(|warning| warning == said), "{:?}", merged.verdict.warnings);
}

#[test]
fn what_several_machines_used_is_added_and_the_scarcest_is_told() {
    let (mut shards, _) = divided(&some_hits(200, 2), 2);
    let other = &mut shards[1].read.summary.generator;
    (other.open_files, other.open_files_allowed, other.busiest_core) = (200, 256, 0.7);
    let merged = merge(shards).unwrap().summary.generator;
    let one = fixture::run(1).summary.generator;
    assert_eq!((merged.cores, merged.workers), (2 * one.cores, 2 * one.workers));
    assert_eq!(merged.in_flight_allowed, 2 * one.in_flight_allowed);
    assert_eq!((merged.open_files, merged.open_files_allowed), (200, 256));
    assert!((merged.busiest_core - 0.7).abs() < 1e-9);
    assert!((merged.cpu_seconds - 2.0 * one.cpu_seconds).abs() < 1e-9);
}

#[test]
fn a_shard_that_was_soon_over_does_not_count_for_more_cores() {
    let (mut shards, _) = divided(&some_hits(200, 2), 2);
    for (shard, (cpu, seconds)) in shards.iter_mut().zip([(3.0, 30.0), (0.3, 0.1)]) {
        let summary = &mut shard.read.summary;
        (summary.run.seconds, summary.generator.cpu_seconds) = (seconds, cpu);
        summary.generator.cores_used = cpu / seconds;
    }
    let merged = merge(shards).unwrap().summary;
    assert!((merged.generator.cores_used - 0.11).abs() < 1e-9, "{}", merged.generator.cores_used);
}

#[test]
fn a_merged_result_is_no_shard_and_names_no_shard() {
    let (mut shards, _) = divided(&some_hits(40, 2), 2);
    for shard in &mut shards {
        shard.read.summary.reproduce.settings.push(crate::summary::SettingPart {
            name: "TRAFFICINATOR_SHARD".to_owned(),
            value: "1/2".to_owned(),
            source: "flag".to_owned(),
        });
    }
    let merged = merge(shards).unwrap().summary;
    assert_eq!((merged.run.shard, merged.shards.len()), (None, 2));
    assert!(merged.reproduce.settings.iter().all(|setting| setting.name != "TRAFFICINATOR_SHARD"));
    let again = merge(vec![given("run.json", &merged)]).unwrap_err();
    assert_eq!(again, ["run.json: it was merged already: give the results of its shards instead"]);
}

#[test]
fn a_merged_result_is_compared_with_that_of_one_machine() {
    let (shards, whole) = divided(&some_hits(600, 3), 3);
    let sides = [[given("whole.json", &whole)], [given("run.json", &merge(shards).unwrap().summary)]];
    let [base, new] = &sides;
    assert_eq!(comparison::fit::impossible(base, new), Vec::<String>::new());
    assert_eq!(comparison::fit::differences(base, new), Vec::<String>::new());
    let compared = comparison::compare(base, new, Vec::new(), comparison::Options::default());
    assert_eq!(compared.verdict.outcome, comparison::decision::Outcome::None, "neither worse nor better");
}

#[test]
fn shards_that_are_missing_or_given_twice_are_named() {
    let (shards, whole) = divided(&some_hits(100, 8), 8);
    let refused =
        |indices: &[usize]| merge(indices.iter().map(|index| shards[*index].clone()).collect()).unwrap_err();
    assert_eq!(
        refused(&[1, 3, 6]),
        [
            "5 of 8 shards missing: 0, 2, 4-5, 7; without them the plan is not whole: give their results as well, or \
         run all again"
        ]
    );
    let mut twice = refused(&[0, 1, 2, 2, 3, 4, 6, 7]);
    assert_eq!(twice.remove(0), "shard-2.json, shard-2.json: all of these are shard 2/8: give one of them");
    assert!(twice[0].starts_with("1 of 8 shards missing: 5; "), "{twice:?}");
    let refused = merge(vec![given("run.json", &whole)]).unwrap_err();
    assert_eq!(refused, ["run.json: it is the result of a whole run: give results of `run --shard`"]);
}

#[test]
fn results_that_are_no_parts_of_one_plan_are_refused_all_at_once() {
    let (shards, _) = divided(&some_hits(100, 3), 3);
    let changes: [(&str, Change); 12] = [
        ("its number of shards is 4, and that of shard-0.json is 3", |summary| {
            summary.run.shard = Some(ShardPart { index: 1, of: 4 });
        }),
        ("its plan is f00, and", |summary| summary.run.plan = "f00".to_owned()),
        ("its seed is 8, and that of shard-0.json is 7", |summary| summary.run.seed = 8),
        ("its run id is tuesday, and", |summary| summary.run.id = "tuesday".to_owned()),
        ("its --start-at is not given, and that of shard-0.json is 2026-12-01T10:00:00Z", |summary| {
            summary.run.start_at = None;
        }),
        ("its version of the program is 9.9.9, and", |summary| summary.run.version = "9.9.9".to_owned()),
        ("its target is http://b/, and", |summary| summary.target.url = "http://b/".to_owned()),
        ("its site is 4, and that of shard-0.json is 3", |summary| summary.target.site_id = 4),
        ("its model is closed (--rate max), and", |summary| summary.model = Model::Closed),
        (
            "its limit of time (--duration, AUTO_STOP_AFTER_HOURS) is none, and that of shard-0.json is 20 s",
            |summary| {
                summary.run.until_ns = None;
            },
        ),
        ("its list of thresholds is empty, and that of shard-0.json is response.p95<200ms, ", |summary| {
            summary.thresholds.clear();
        }),
        ("somebody changed its rate while it ran", |summary| summary.adjusted = true),
    ];
    for (said, change) in changes {
        let mut shards = shards.clone();
        change(&mut shards[1].read.summary);
        let problems = merge(shards).unwrap_err();
        assert!(
            problems[0].starts_with("shard-1.json: ") && problems[0].contains(said),
            "{said}: {problems:?}"
        );
    }
    let mut others = shards.clone();
    for (_, change) in changes[1..5].iter().chain(&changes[9..]) {
        change(&mut others[1].read.summary);
    }
    others[1].read.summary.adjusted = false;
    assert_eq!(merge(others).unwrap_err().len(), 6);
    // A warm-up of another length: windows that do not lie on each other.
    let mut others = shards.clone();
    let mut other = others[2].read.summary.clone();
    other.series = fixture::run(30).summary.series;
    others[2] = given("shard-2.json", &other);
    let problems = merge(others).unwrap_err();
    assert_eq!(
        problems,
        ["shard-2.json: its warm-up is 5 s, and that of shard-0.json is 3 s: give shards of one run"]
    );
    // A shard that nobody can be.
    let mut others = shards;
    others[0].read.summary.run.shard = Some(ShardPart { index: 0, of: u32::MAX });
    assert!(merge(others).unwrap_err()[0].starts_with("shard-0.json: its run.shard is no shard"));
}
