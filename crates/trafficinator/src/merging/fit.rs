//! Whether results are the shards of one plan, each once and none missing.

use std::collections::BTreeMap;

use crate::comparison::words::plain;
use crate::settings::shard::MOST;
use crate::summary::read::Given;
use crate::summary::targets::TargetResult;
use crate::summary::verdict::ThresholdPart;
use crate::summary::{Model, Summary};

/// The name of a file, as it can be shown.
pub(super) fn name(given: &Given) -> String {
    plain(&given.file)
}

/// Everything that keeps results from being merged: a problem a line, with its cure.
pub(super) fn problems(given: &[Given]) -> Vec<String> {
    let mut problems: Vec<String> = given.iter().filter_map(not_a_shard).collect();
    let shards: Vec<&Given> = given.iter().filter(|given| not_a_shard(given).is_none()).collect();
    let is_one_plan = problems.len();
    problems.extend(unlike(&shards));
    // Of what are no parts of one plan nobody knows which are missing.
    if problems.len() == is_one_plan {
        // One that cannot be used is not missing besides.
        let all: Vec<&Given> = given.iter().filter(|given| is_shard(&given.read.summary)).collect();
        problems.extend(twice(&all));
        problems.extend(missing(&all));
    }
    problems
}

fn is_shard(summary: &Summary) -> bool {
    summary.run.shard.is_some_and(|shard| shard.index < shard.of && shard.of <= MOST)
}

fn not_a_shard(given: &Given) -> Option<String> {
    let summary = &given.read.summary;
    let what = if !summary.shards.is_empty() {
        "it was merged already: give the results of its shards instead"
    } else if summary.capacity.is_some() {
        "it is a search for the capacity, which one machine does alone: give results of `run --shard`"
    } else if summary.run.shard.is_none() {
        "it is the result of a whole run: give results of `run --shard`"
    } else if !is_shard(summary) {
        "its run.shard is no shard: give results of `run --shard`"
    } else if summary.adjusted {
        "somebody changed its rate while it ran, so it is no part of the plan any more: run all of them again"
    } else {
        return None;
    };
    Some(format!("{}: {what}", name(given)))
}

/// What two shards of one plan cannot differ in.
fn unlike(shards: &[&Given]) -> Vec<String> {
    let Some(first) = shards.first() else { return Vec::new() };
    let mut problems = Vec::new();
    for (what, of) in ALIKE {
        let expected = of(&first.read.summary);
        for given in &shards[1..] {
            let got = of(&given.read.summary);
            if got != expected {
                problems.push(format!(
                    "{}: {what} is {}, and that of {} is {}: give shards of one run",
                    name(given),
                    plain(&got),
                    name(first),
                    plain(&expected)
                ));
            }
        }
    }
    problems
}

type Of = fn(&Summary) -> String;

/// What is the same for all shards of a run.
const ALIKE: [(&str, Of); 13] = [
    ("its number of shards", |summary| summary.run.shard.map_or(0, |shard| shard.of).to_string()),
    ("its plan", |summary| summary.run.plan.clone()),
    ("its seed", |summary| summary.run.seed.to_string()),
    ("its run id", |summary| summary.run.id.clone()),
    ("its --start-at", |summary| summary.run.start_at.map_or("not given".to_owned(), |at| at.to_string())),
    ("its version of the program", |summary| summary.run.version.clone()),
    ("its target", |summary| summary.target.url.clone()),
    ("its site", |summary| summary.target.site_id.to_string()),
    ("its list of targets", |summary| {
        let target = |target: &TargetResult| {
            format!("{} ({}, site {}, {})", target.name, target.url, target.site_id, target.share)
        };
        let targets: Vec<String> = summary.targets.iter().map(target).collect();
        if targets.is_empty() { "one".to_owned() } else { targets.join(", ") }
    }),
    ("its model", |summary| match summary.model {
        Model::Open => "open".to_owned(),
        Model::Closed => "closed (--rate max)".to_owned(),
    }),
    ("its warm-up", |summary| {
        let warm_up = summary.series.as_ref().map_or(0, |series| series.warm_up_ns);
        seconds(warm_up)
    }),
    ("its limit of time (--duration, AUTO_STOP_AFTER_HOURS)", |summary| {
        summary.run.until_ns.map_or("none".to_owned(), seconds)
    }),
    ("its list of thresholds", |summary| {
        let expressions: Vec<String> = summary.thresholds.iter().map(ThresholdPart::label).collect();
        if expressions.is_empty() { "empty".to_owned() } else { expressions.join(", ") }
    }),
];

fn seconds(nanos: u64) -> String {
    format!("{} s", nanos as f64 / 1e9)
}

/// Shards that are given more than once: their visits would count twice.
fn twice(shards: &[&Given]) -> Vec<String> {
    let mut files: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for given in shards {
        if let Some(shard) = given.read.summary.run.shard {
            files.entry(shard.index).or_default().push(name(given));
        }
    }
    let of = number(shards);
    files
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|(index, files)| {
            format!("{}: all of these are shard {index}/{of}: give one of them", files.join(", "))
        })
        .collect()
}

/// Shards that are not given: without them the plan is not whole.
fn missing(shards: &[&Given]) -> Option<String> {
    let of = number(shards);
    let mut is_there = vec![false; of as usize];
    for given in shards {
        if let Some(shard) = given.read.summary.run.shard
            && let Some(there) = is_there.get_mut(shard.index as usize)
        {
            *there = true;
        }
    }
    let absent: Vec<usize> = (0..is_there.len()).filter(|index| !is_there[*index]).collect();
    (!absent.is_empty()).then(|| {
        format!(
            "{} of {of} shards missing: {}; without them the plan is not whole: give their results as well, or run all \
             again",
            absent.len(),
            ranges(&absent)
        )
    })
}

fn number(shards: &[&Given]) -> u32 {
    shards.first().and_then(|given| given.read.summary.run.shard).map_or(0, |shard| shard.of)
}

/// `0, 2-5, 7`
fn ranges(ascending: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &number in ascending {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let word = |(first, last): &(usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(word).collect::<Vec<_>>().join(", ")
}
