//! Parts of a plan that were sent by several machines, as results hold them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use traffic::walk::Shard;

use super::verdict::Outcome;
use super::{StoppedBy, Summary};

/// Which part of a plan a run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ShardPart {
    /// Its number, from 0.
    pub(crate) index: u32,
    /// How many there are.
    pub(crate) of: u32,
}

impl From<Shard> for ShardPart {
    fn from(shard: Shard) -> ShardPart {
        ShardPart { index: shard.index(), of: shard.of() }
    }
}

impl std::fmt::Display for ShardPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// What came of one shard of a run that was merged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct MergedPart {
    /// Its number, from 0.
    pub(crate) index: u32,
    pub(crate) outcome: Outcome,
    /// Its verdict, in one sentence.
    pub(crate) sentence: String,
    pub(crate) stopped_by: StoppedBy,
    /// From the start of all to its end, seconds.
    pub(crate) seconds: f64,
    /// How long after that start it began, seconds; absent where it was in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) late_seconds: Option<f64>,
    /// Visits that were due.
    pub(crate) visits_planned: u64,
    /// Hits that were sent.
    pub(crate) hits_sent: u64,
    /// Ready to sent, the generator's own lateness, milliseconds.
    pub(crate) lag_p99_ms: Option<f64>,
    /// Processor time a second of the run: 1.5 is one and a half cores.
    pub(crate) cores_used: f64,
    /// Cores of the machine that it may use.
    pub(crate) cores: u64,
}

impl MergedPart {
    /// What the result of a shard says.
    pub(crate) fn of(index: u32, summary: &Summary) -> MergedPart {
        MergedPart {
            index,
            outcome: summary.verdict.outcome,
            sentence: summary.verdict.sentence.clone(),
            stopped_by: summary.run.stopped_by,
            seconds: summary.run.seconds,
            late_seconds: summary.run.late_seconds,
            visits_planned: summary.visits.planned,
            hits_sent: summary.hits.sent,
            lag_p99_ms: summary.lag_ms.p99,
            cores_used: summary.generator.cores_used,
            cores: summary.generator.cores,
        }
    }
}
