//! Makes one result of those of all shards of a plan: what was counted is added and never averaged, and judged anew.

mod fit;
#[cfg(test)]
mod tests;

use engine::recorder::Snapshot;

use crate::summary::read::Given;
use crate::summary::shards::MergedPart;
use crate::summary::verdict::ThresholdPart;
use crate::summary::{
    Circumstances, GeneratorPart, Model, RatePart, ReproducePart, RunPart, StoppedBy, Summary,
};
use crate::threshold::{self, Sample, Threshold};

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
    let summaries: Vec<&Summary> = given.iter().map(|given| &given.read.summary).collect();
    let first = &first.read.summary;
    let demanded: Vec<&[ThresholdPart]> = summaries.iter().map(|summary| &summary.thresholds[..]).collect();
    let thresholds = judged(&demanded, &snapshot, first.model).map_err(|problem| vec![problem])?;
    let generators: Vec<&GeneratorPart> = summaries.iter().map(|summary| &summary.generator).collect();
    let circumstances = Circumstances {
        run: run(first, &summaries),
        target: first.target.clone(),
        model: first.model,
        adjusted: false,
        thresholds,
        generator: GeneratorPart::together(&generators, &snapshot.series),
        reproduce: reproduce(&first.reproduce),
    };
    let mut summary = Summary::new(circumstances, &snapshot);
    let part = |summary: &&Summary| Some(MergedPart::of(summary.run.shard?.index, summary));
    summary.set_shards(summaries.iter().filter_map(part).collect());
    Ok(Merged { summary, snapshot })
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

/// What was demanded of every part, judged on their sum. What ended a part has ended the run.
fn judged(
    parts: &[&[ThresholdPart]],
    snapshot: &Snapshot,
    model: Model,
) -> Result<Vec<ThresholdPart>, String> {
    let Some(first) = parts.first() else { return Ok(Vec::new()) };
    let thresholds: Vec<Threshold> = first
        .iter()
        .map(|part| threshold::parse(&part.expression))
        .collect::<Result<_, String>>()
        .map_err(|problem| format!("a threshold cannot be judged: {problem}"))?;
    let measured = snapshot.measured();
    let sample = Sample {
        statistics: &snapshot.statistics,
        measured: &measured,
        rates: RatePart::of(snapshot, &measured),
        model,
    };
    let part = |(index, threshold): (usize, &Threshold)| ThresholdPart {
        aborted: parts.iter().any(|part| part.get(index).is_some_and(|threshold| threshold.aborted)),
        ..threshold::judge(threshold, &sample)
    };
    Ok(thresholds.iter().enumerate().map(part).collect())
}

/// How to send the whole plan again: a shard tells that already, and its own number is no setting of the whole.
fn reproduce(shard: &ReproducePart) -> ReproducePart {
    let mut whole = shard.clone();
    whole
        .settings
        .retain(|setting| !["TRAFFICINATOR_SHARD", "TRAFFICINATOR_SHARDS"].contains(&&*setting.name));
    whole
}
