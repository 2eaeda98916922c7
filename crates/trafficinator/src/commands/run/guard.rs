//! Holds a run against its thresholds: while it goes on for those that may end it, and at its end for all.

use std::time::Duration;

use engine::recorder::Snapshot;
use traffic::walk::Shard;

use crate::summary::verdict::ThresholdPart;
use crate::summary::{Model, RatePart};
use crate::threshold::{Sample, Threshold, judge};

/// The thresholds of a run.
#[derive(Debug)]
pub(super) struct Guard<'a> {
    thresholds: &'a [Threshold],
    model: Model,
    part: Shard,
    /// The one that ended the run.
    ended_by: Option<usize>,
}

impl<'a> Guard<'a> {
    /// `part` is what is measured of the plan.
    pub(super) fn new(thresholds: &'a [Threshold], model: Model, part: Shard) -> Guard<'a> {
        Guard { thresholds, model, part, ended_by: None }
    }

    /// Whether a threshold that may do so ends the run now: what it demands does not hold. `judged` is what came of all
    /// of them so far, and the one that ends the run is marked in it.
    pub(super) fn ends(
        &mut self,
        judged: &mut [ThresholdPart],
        measured_for: Duration,
    ) -> Option<ThresholdPart> {
        if self.ended_by.is_some() {
            return None;
        }
        let is_whole = self.part == Shard::WHOLE;
        let due = |threshold: &Threshold| {
            threshold.abort.is_some_and(|delay| measured_for >= delay)
                && (is_whole || threshold.tells_of_the_whole())
        };
        // Where nothing was measured yet, that is judged at the end.
        let broken = |part: &ThresholdPart| !part.holds && part.value.is_some();
        let mut both = self.thresholds.iter().zip(&*judged);
        let index = both.position(|(threshold, part)| due(threshold) && broken(part))?;
        self.ended_by = Some(index);
        judged[index].aborted = true;
        Some(judged[index].clone())
    }

    /// What came of all of them.
    pub(super) fn judge(&self, snapshot: &Snapshot) -> Vec<ThresholdPart> {
        if self.thresholds.is_empty() {
            return Vec::new();
        }
        let measured = snapshot.measured();
        let sample = Sample {
            statistics: &snapshot.statistics,
            measured: &measured,
            rates: RatePart::of(snapshot, &measured),
            model: self.model,
        };
        let part = |(index, threshold): (usize, &Threshold)| ThresholdPart {
            aborted: self.ended_by == Some(index),
            ..judge(threshold, &sample)
        };
        self.thresholds.iter().enumerate().map(part).collect()
    }
}
