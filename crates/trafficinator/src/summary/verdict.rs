//! The verdict on a run: the first thing that anybody wants to know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shards::MergedPart;
use super::text::{LIKELY_CAUSES, ended_by, grouped, milliseconds};
use super::{RunPart, StoppedBy, Summary};

/// A lag of more than this in one hit of a hundred is the generator's own doing, in milliseconds.
pub(crate) const MOST_LAG_MS: f64 = 10.0;

/// Among fewer hits one of a hundred is none.
const FEWEST_HITS: u64 = 100;

/// A core that is used more than this has nothing to spare.
pub(crate) const FULL_CORE: f64 = 0.9;

/// What came of a run, the first that applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Nothing was sent.
    #[default]
    Nothing,
    /// Not one hit was accepted.
    Failed,
    /// The generator was the bottleneck: the numbers say nothing about the target.
    Void,
    /// A threshold did not hold.
    Threshold,
    /// Not all visits were sent whole.
    Incomplete,
    /// All visits were sent, every hit accepted.
    Ok,
}

/// The verdict.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct VerdictPart {
    pub(crate) outcome: Outcome,
    /// In one sentence.
    pub(crate) sentence: String,
    /// What became of the visits, in one sentence: the verdict itself where nothing else was wrong.
    pub(crate) delivery: String,
    /// Why the run is void: figures, and what to do.
    pub(crate) void: Vec<String>,
    /// What deserves a word, and makes nothing void.
    pub(crate) warnings: Vec<String>,
}

/// Something that was demanded of a run, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ThresholdPart {
    /// Of which of several targets it was demanded; nothing where of all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    /// As it was given: `response.p95<200ms`.
    pub(crate) expression: String,
    /// What came out, in its unit; nothing where there were no samples.
    pub(crate) value: Option<f64>,
    /// `ms`, `share`, `count` or `per_second`.
    pub(crate) unit: String,
    /// Whether it holds. Without samples it does not.
    pub(crate) holds: bool,
    /// Whether it ended the run.
    pub(crate) aborted: bool,
}

impl ThresholdPart {
    /// What was demanded of whom.
    pub(crate) fn label(&self) -> String {
        match &self.target {
            Some(target) => format!("{target}: {}", self.expression),
            None => self.expression.clone(),
        }
    }

    /// What came out, for people.
    pub(crate) fn measured(&self) -> String {
        match (self.value, self.unit.as_str()) {
            (None, _) => "no samples".to_owned(),
            (Some(ms), "ms") => format!("{} ms", milliseconds(ms)),
            (Some(share), "share") => format!("{:.2} %", share * 100.0),
            (Some(rate), "per_second") => format!("{rate:.1}/s"),
            (Some(count), _) => grouped(count as u64),
        }
    }
}

/// Judges a run by its numbers.
pub(crate) fn judge(summary: &Summary) -> VerdictPart {
    let (void, warnings) = (void(summary), warnings(summary));
    let (delivered, delivery) = delivery(summary);
    // What is demanded is demanded of the whole plan; of a shard only what ended it says anything.
    let is_whole = summary.run.shard.is_none();
    let failed: Vec<String> = summary
        .thresholds
        .iter()
        .filter(|threshold| !threshold.holds && (is_whole || threshold.aborted))
        .map(|threshold| match &threshold.target {
            Some(_) => format!("target {}", threshold.label()),
            None => threshold.label(),
        })
        .collect();
    if let Some(capacity) = summary.capacity.as_ref().filter(|_| delivered > Outcome::Failed) {
        let outcome = match &capacity.sustained {
            // Where nothing failed the highest rate that was allowed held.
            Some(_) if capacity.is_lower_bound && capacity.failed.is_some() => Outcome::Void,
            Some(_) => Outcome::Ok,
            None => Outcome::Threshold,
        };
        let sentence = capacity.sentence.clone();
        return VerdictPart { outcome, sentence, delivery, void: Vec::new(), warnings };
    }
    let untimely = untimely(summary);
    let (outcome, sentence) = match (delivered, void.first()) {
        // Not one hit was accepted because not one was sent.
        _ if let Some(reason) = untimely.first()
            && (delivered > Outcome::Failed || summary.hits.sent == 0) =>
        {
            (Outcome::Void, format!("void: {reason}"))
        }
        (Outcome::Nothing | Outcome::Failed, _) => (delivered, delivery.clone()),
        (_, Some(reason)) => (Outcome::Void, format!("void: the generator was the bottleneck: {reason}")),
        _ if !failed.is_empty() => {
            (Outcome::Threshold, format!("FAILED: {} did not hold", failed.join(", ")))
        }
        _ => (delivered, delivery.clone()),
    };
    VerdictPart { outcome, sentence, delivery, void, warnings }
}

/// Why the numbers say nothing about the target.
fn void(summary: &Summary) -> Vec<String> {
    // What follows from that is no reason of its own.
    let mut reasons = untimely(summary);
    if !reasons.is_empty() {
        return reasons;
    }
    let hits = &summary.measured.hits;
    let is_telling = hits.over() >= FEWEST_HITS;
    if let Some(lag) = summary.lag_ms.p99.filter(|lag| is_telling && *lag > MOST_LAG_MS) {
        reasons.push(format!(
            "one hit of a hundred was sent {} ms or more after it could have been (lag p99, at most {MOST_LAG_MS} ms)",
            milliseconds(lag)
        ));
    }
    let dropped = hits.dropped_idle;
    if dropped > 0 {
        reasons.push(format!("{} hits were dropped although a slot was free", grouped(dropped)));
    }
    if !reasons.is_empty() {
        reasons.push(cure(summary));
    }
    reasons
}

/// What was not sent when it was due, because the run began late; or a shard that is void, for whatever reason, or of
/// which a part is missing.
fn untimely(summary: &Summary) -> Vec<String> {
    let RunPart { late_seconds, start_at, .. } = &summary.run;
    let late = late_seconds.zip(*start_at).map(|(late, at)| {
        format!(
            "it began {late:.1} s after --start-at {at}, and what was due before was late or not sent: start it \
             earlier, it waits"
        )
    });
    let of = summary.shards.len();
    let is_void = |shard: &&MergedPart| shard.outcome == Outcome::Void;
    let shards = summary.shards.iter().filter(is_void).map(|shard| {
        let sentence = shard.sentence.strip_prefix("void: ").unwrap_or(&shard.sentence);
        format!("shard {}/{of}: {sentence}", shard.index)
    });
    late.into_iter().chain(shards).chain(missing(summary)).collect()
}

/// Shards that were stopped while others went on: what they had to send is in no result. Where all were stopped the run
/// was, and of one that a threshold stopped the threshold tells.
fn missing(summary: &Summary) -> Vec<String> {
    let is_stopped = |shard: &MergedPart| matches!(shard.stopped_by, StoppedBy::Signal | StoppedBy::Error);
    if summary.shards.iter().all(is_stopped) {
        return Vec::new();
    }
    let of = summary.shards.len();
    let stopped = summary.shards.iter().filter(|shard| is_stopped(shard));
    stopped
        .map(|shard| {
            format!(
                "shard {}/{of} was ended by {} after {:.1} s, and others went on: a part of the plan is missing",
                shard.index,
                ended_by(shard.stopped_by),
                shard.seconds
            )
        })
        .collect()
}

fn cure(summary: &Summary) -> String {
    let generator = &summary.generator;
    let used = format!("it used {:.1} of {} cores", generator.cores_used, generator.cores);
    if generator.busiest_core > FULL_CORE && generator.workers < generator.cores {
        return format!("{used}, with {} workers: raise --workers to {}", generator.workers, generator.cores);
    }
    if generator.busiest_core > FULL_CORE || generator.cores_used > FULL_CORE * generator.cores as f64 {
        return format!("{used}: lower the rate, or give it a machine with more cores");
    }
    format!(
        "{used}, so something else kept the processor from it: run it on a machine of its own, not beside the target"
    )
}

fn warnings(summary: &Summary) -> Vec<String> {
    let mut warnings = Vec::new();
    let generator = &summary.generator;
    if generator.busiest_core > FULL_CORE {
        warnings.push(format!(
            "a thread that sends used {:.0} % of its core: a higher rate needs more of them (--workers, {} now, {} cores)",
            generator.busiest_core * 100.0,
            generator.workers,
            generator.cores
        ));
    }
    // What was due is in a window; what was not due yet when the run ended is in none.
    let windows = || summary.series.iter().flat_map(|series| &series.windows);
    let due = windows().map(|window| window.hits.dropped).sum::<u64>();
    let slow = due.saturating_sub(summary.hits.dropped_idle);
    if slow > 0 && summary.run.stopped_by != StoppedBy::Signal {
        warnings.push(format!(
            "{} hits were dropped: the target was too slow for CONCURRENCY {}",
            grouped(slow),
            generator.in_flight_allowed
        ));
    }
    for target in summary.targets.iter().filter(|target| target.is_failed()) {
        warnings.push(format!(
            "target {}: not one of {} hits was accepted ({})",
            target.name,
            grouped(target.hits.sent),
            target.main_error().unwrap_or("no answer")
        ));
    }
    let cut = summary.hits.dropped.saturating_sub(due);
    if cut > 0 && summary.run.stopped_by != StoppedBy::Signal {
        warnings.push(format!(
            "the end of the run came before {} hits of open visits were due: a longer --grace lets visits finish",
            grouped(cut)
        ));
    }
    if generator.open_files_allowed > 0 && generator.open_files * 10 > generator.open_files_allowed * 9 {
        warnings.push(format!(
            "{} of {} files that the system allows were open; raise `ulimit -n`",
            grouped(generator.open_files),
            grouped(generator.open_files_allowed)
        ));
    }
    let of = summary.shards.len();
    let is_whole = missing(summary).is_empty();
    for shard in &summary.shards {
        let is_telling = match shard.stopped_by {
            // Otherwise the verdict says so.
            StoppedBy::Signal | StoppedBy::Error => is_whole,
            StoppedBy::Threshold => true,
            _ => false,
        };
        if is_telling {
            warnings.push(format!(
                "shard {}/{of} was ended by {} after {:.1} s: what it had to send after that is missing",
                shard.index,
                ended_by(shard.stopped_by),
                shard.seconds
            ));
        }
    }
    if summary.adjusted {
        warnings
            .push("the rate was changed by hand while it ran: it cannot be compared or merged".to_owned());
    }
    warnings
}

/// What became of the visits.
fn delivery(summary: &Summary) -> (Outcome, String) {
    let hits = &summary.hits;
    let visits = summary.visits;
    if hits.planned == 0 {
        return (Outcome::Nothing, "nothing was sent".to_owned());
    }
    if hits.accepted == 0 {
        let most = summary.errors.iter().max_by_key(|(_, count)| **count).filter(|(_, count)| **count > 0);
        let sentence = match most {
            Some((name, _)) if name == "http_400" => {
                format!("FAILED: not one of {} hits was accepted. {LIKELY_CAUSES}", grouped(hits.sent))
            }
            Some((name, _)) => {
                format!("FAILED: not one of {} hits was accepted ({name})", grouped(hits.sent))
            }
            None => "FAILED: not one hit was accepted".to_owned(),
        };
        return (Outcome::Failed, sentence);
    }
    let lost = visits.incomplete + visits.dropped;
    if lost == 0 {
        let all = format!("ok: all {} visits were sent, every hit accepted", grouped(visits.completed));
        return (Outcome::Ok, all);
    }
    let sentence = format!(
        "INCOMPLETE: {} of {} visits were sent whole, {} in part, {} not at all",
        grouped(visits.completed),
        grouped(visits.completed + lost),
        grouped(visits.incomplete),
        grouped(visits.dropped)
    );
    (Outcome::Incomplete, sentence)
}
