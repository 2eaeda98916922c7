//! Makes one result of those of all shards of a plan: what was counted is added and never averaged, and judged anew.

mod fit;
#[cfg(test)]
mod tests;

use engine::recorder::Snapshot;

use crate::summary::read::Given;
use crate::summary::shards::MergedPart;
use crate::summary::targets::TargetResult;
use crate::summary::verdict::ThresholdPart;
use crate::summary::{Circumstances, GeneratorPart, ReproducePart, RunPart, StoppedBy, Summary, TargetPart};
use crate::threshold;

/// What the shards came to.
#[derive(Clone, Debug)]
pub(crate) struct Merged {
    pub(crate) summary: Summary,
    pub(crate) snapshot: Snapshot,
}

/// Merges the results of all shards, in whatever order they are given; or says everything that keeps them from being
/// merged.
pub(crate) fn merge(mut given: Vec<Given>) -> Result<Merged, Vec<String>> {
    let mut problems = fit::problems(&given);
    let index = |given: &Given| given.read.summary.run.shard.map(|shard| shard.index);
    given.sort_by_key(index);
    let mut snapshots = Vec::new();
    for given in &given {
        match given.read.snapshot() {
            Ok(snapshot) => snapshots.push(snapshot),
            Err(problem) => problems.push(format!("{}: {problem}", fit::name(given))),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let Some((first, snapshot)) = given.first().zip(sum(snapshots)) else { return Err(problems) };
    let targets = targets(&given)?;
    let summaries: Vec<&Summary> = given.iter().map(|given| &given.read.summary).collect();
    let first = &first.read.summary;
    let thresholds = judged(&summaries, &snapshot, &targets).map_err(|problem| vec![problem])?;
    let generators: Vec<&GeneratorPart> = summaries.iter().map(|summary| &summary.generator).collect();
    let run = run(first, &summaries);
    let seconds = run.seconds;
    let circumstances = Circumstances {
        run,
        target: first.target.clone(),
        model: first.model,
        adjusted: false,
        thresholds,
        generator: GeneratorPart::together(&generators, &snapshot.series, seconds),
        reproduce: reproduce(&first.reproduce),
    };
    let several = targets.iter().map(|(target, snapshot)| {
        let TargetResult { name, url, site_id, share, .. } = target;
        let part = TargetPart { name: Some(name.clone()), url: url.clone(), site_id: *site_id };
        (part, *share, snapshot)
    });
    let mut summary = Summary::new(circumstances, &snapshot, several.collect());
    let part = |summary: &&Summary| Some(MergedPart::of(summary.run.shard?.index, summary));
    summary.set_shards(summaries.iter().filter_map(part).collect());
    Ok(Merged { summary, snapshot })
}

/// The same of each of several targets.
fn targets(given: &[Given]) -> Result<Vec<(TargetResult, Snapshot)>, Vec<String>> {
    let Some(first) = given.first() else { return Ok(Vec::new()) };
    let mut targets = Vec::new();
    for target in &first.read.summary.targets {
        let part = |given: &Given| {
            let part = given.read.clone().of_target(&target.name).and_then(|read| read.snapshot());
            part.map_err(|problem| vec![format!("{}: {problem}", fit::name(given))])
        };
        let parts = given.iter().map(part).collect::<Result<Vec<Snapshot>, _>>()?;
        targets.extend(sum(parts).map(|snapshot| (target.clone(), snapshot)));
    }
    Ok(targets)
}

/// Everything that was counted and measured, added. All have the same warm-up.
fn sum(parts: Vec<Snapshot>) -> Option<Snapshot> {
    parts.into_iter().reduce(|mut sum, part| {
        sum += &part;
        sum
    })
}

/// When the whole run was, and what ended it.
fn run(first: &Summary, all: &[&Summary]) -> RunPart {
    let runs = || all.iter().map(|summary| &summary.run);
    let stopped_by = runs().map(|run| run.stopped_by).max_by_key(|why| gravity(*why));
    RunPart {
        ended_at: runs().map(|run| run.ended_at).max().unwrap_or(first.run.ended_at),
        seconds: runs().map(|run| run.seconds).fold(0.0, f64::max),
        stopped_by: stopped_by.unwrap_or(first.run.stopped_by),
        shard: None,
        late_seconds: None,
        ..first.run.clone()
    }
}

/// How much of a plan an end leaves out: the gravest of all shards is that of the whole.
fn gravity(stopped_by: StoppedBy) -> u8 {
    match stopped_by {
        StoppedBy::MaxTotalVisits => 0,
        StoppedBy::Stages => 1,
        StoppedBy::AutoStop => 2,
        StoppedBy::Duration => 3,
        StoppedBy::Capacity => 4,
        StoppedBy::Threshold => 5,
        StoppedBy::Signal => 6,
        StoppedBy::Error => 7,
    }
}

/// What was demanded, judged on the whole. One that ended a shard has ended the run.
fn judged(
    all: &[&Summary],
    whole: &Snapshot,
    targets: &[(TargetResult, Snapshot)],
) -> Result<Vec<ThresholdPart>, String> {
    let Some(first) = all.first() else { return Ok(Vec::new()) };
    let cannot = |problem: String| format!("a threshold cannot be judged: {problem}");
    let part = |(index, part): (usize, &ThresholdPart)| {
        let threshold = threshold::parse(&part.expression).map_err(cannot)?;
        let of = match &part.target {
            Some(name) => {
                targets.iter().find(|(target, _)| target.name == *name).map(|(_, snapshot)| snapshot)
            }
            None => Some(whole),
        };
        let of = of.ok_or_else(|| cannot(format!("there is no target {:?}", part.target)))?;
        Ok(ThresholdPart {
            target: part.target.clone(),
            aborted: all.iter().any(|summary| summary.thresholds.get(index).is_some_and(|part| part.aborted)),
            ..threshold::judge_one(&threshold, of, first.model)
        })
    };
    first.thresholds.iter().enumerate().map(part).collect()
}

/// How to send the whole plan again: a shard tells that already, and its own number is no setting of the whole.
fn reproduce(shard: &ReproducePart) -> ReproducePart {
    let mut whole = shard.clone();
    whole
        .settings
        .retain(|setting| !["TRAFFICINATOR_SHARD", "TRAFFICINATOR_SHARDS"].contains(&&*setting.name));
    whole
}
