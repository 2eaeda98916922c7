//! Whether runs can be compared: what differs between them besides the target.

use std::collections::BTreeSet;

use super::words::{amount, plain};
use super::{resampling, runs};
use crate::summary::Model;
use crate::summary::read::{Given, Read};
use crate::summary::verdict::Outcome;

/// What keeps runs from being compared, whoever insists on it: a problem a line.
pub(crate) fn impossible(base: &[Given], new: &[Given]) -> Vec<String> {
    let short = base.iter().chain(new).filter_map(|given| {
        let run = runs::Run::of(&given.read);
        let with_hits = run.windows.iter().filter(|span| span.due > 0).count();
        (!resampling::is_long_enough(&run)).then(|| {
            format!(
                "{}: only {with_hits} of its windows after the warm-up have hits, and it takes {} of them to know how \
                 much a run varies by itself: run for longer",
                plain(&given.file),
                runs::LEAST_WINDOWS
            )
        })
    });
    short.collect()
}

/// What is not alike and makes a comparison pointless: a problem a line, with its cure.
pub(crate) fn differences(base: &[Given], new: &[Given]) -> Vec<String> {
    let Some(first) = base.first() else { return Vec::new() };
    let mut problems = Vec::new();
    for given in base.iter().chain(new) {
        let (file, summary) = (plain(&given.file), &given.read.summary);
        match summary.verdict.outcome {
            Outcome::Void => problems.push(format!(
                "{file}: the run is void, its generator was the bottleneck: give it what its summary asks for, and run \
                 it again"
            )),
            Outcome::Failed | Outcome::Nothing => problems.push(format!(
                "{file}: {}: see why, and run it again",
                plain(&summary.verdict.sentence)
            )),
            _ => {}
        }
        if summary.adjusted {
            problems.push(format!(
                "{file}: somebody paused that run or changed its rate while it went on: run it again, and leave it alone"
            ));
        }
    }
    let unlike = |problems: &mut Vec<String>, what: &str, cure: &str, of: &dyn Fn(&Read) -> String| {
        let expected = of(&first.read);
        for given in base.iter().chain(new) {
            let got = of(&given.read);
            if got != expected {
                problems.push(format!(
                    "{}: {what} is {}, and that of {} is {}: {cure}",
                    plain(&given.file),
                    plain(&got),
                    plain(&first.file),
                    plain(&expected)
                ));
            }
        }
    };
    let settings = "run both with the same settings and the same version of the program";
    unlike(&mut problems, "its plan", settings, &|read| read.summary.run.plan.clone());
    unlike(&mut problems, "its model", "run both with the same --rate", &|read| {
        let model = match read.summary.model {
            Model::Open => "open",
            Model::Closed => "closed (--rate max)",
        };
        model.to_owned()
    });
    unlike(&mut problems, "its warm-up", "run both with the same --warm-up", &|read| {
        format!("{} s", amount(read.summary.measured.warm_up_seconds))
    });
    let seeds =
        |side: &[Given]| side.iter().map(|given| given.read.summary.run.seed).collect::<BTreeSet<_>>();
    let (base_seeds, new_seeds) = (seeds(base), seeds(new));
    if base_seeds != new_seeds {
        problems.push(format!(
            "mixed seeds: base has {}, new has {}, which are different visits of the same plan: run both with the same \
             --seed",
            listed(&base_seeds),
            listed(&new_seeds)
        ));
    }
    problems
}

/// What is not alike and deserves a word.
pub(crate) fn remarks(base: &[Given], new: &[Given]) -> Vec<String> {
    let mut remarks = Vec::new();
    let distinct = |side: &[Given], of: &dyn Fn(&Read) -> u64| {
        side.iter().map(|given| of(&given.read)).collect::<BTreeSet<u64>>()
    };
    let slots = |read: &Read| read.summary.generator.in_flight_allowed;
    let (base_slots, new_slots) = (distinct(base, &slots), distinct(new, &slots));
    if base_slots != new_slots {
        remarks.push(format!(
            "CONCURRENCY was {} in base and {} in new",
            listed(&base_slots),
            listed(&new_slots)
        ));
    }
    let longest =
        |side: &[Given]| side.iter().map(|given| given.read.summary.measured.seconds).fold(0.0, f64::max);
    let (base_seconds, new_seconds) = (longest(base), longest(new));
    let is_open = base.iter().chain(new).all(|given| given.read.summary.model == Model::Open);
    if is_open && (base_seconds - new_seconds).abs() > 0.05 * base_seconds.max(new_seconds) {
        remarks.push(format!(
            "base was measured for {} s and new for {} s: where the rate changes over time they met different loads",
            amount(base_seconds),
            amount(new_seconds)
        ));
    }
    let mut ids = BTreeSet::new();
    for given in base.iter().chain(new) {
        let run = &given.read.summary.run;
        if !ids.insert((run.id.clone(), run.started_at)) {
            remarks.push(format!("{}: the same run was given before", plain(&given.file)));
        }
    }
    remarks
}

fn listed(numbers: &BTreeSet<u64>) -> String {
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}
