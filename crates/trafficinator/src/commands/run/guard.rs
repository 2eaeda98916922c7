//! Holds a run against its thresholds: while it goes on for those that may end it, and at its end for all.

use std::time::Duration;

use engine::recorder::Snapshot;
use traffic::curve::Nanos;

use crate::summary::verdict::ThresholdPart;
use crate::summary::{Model, RatePart};
use crate::threshold::{Sample, Threshold, judge};

/// The thresholds of a run.
#[derive(Debug)]
pub(super) struct Guard<'a> {
    thresholds: &'a [Threshold],
    model: Model,
    /// The one that ended the run.
    ended_by: Option<usize>,
}

impl<'a> Guard<'a> {
    pub(super) fn new(thresholds: &'a [Threshold], model: Model) -> Guard<'a> {
        Guard { thresholds, model, ended_by: None }
    }

    /// Whether a threshold that may do so ends the run now: what it demands did not hold.
    pub(super) fn ends(&mut self, snapshot: &Snapshot, now: Nanos) -> Option<ThresholdPart> {
        if self.ended_by.is_some() {
            return None;
        }
        let measured_for = Duration::from_nanos(now.saturating_sub(snapshot.series.warm_up()));
        let due = |threshold: &Threshold| threshold.abort.is_some_and(|delay| measured_for >= delay);
        if !self.thresholds.iter().any(due) {
            return None;
        }
        let parts = self.judge(snapshot);
        // Nothing was measured yet: that is judged at the end.
        let broken = |part: &ThresholdPart| !part.holds && part.value.is_some();
        let index = (0..parts.len()).find(|&index| due(&self.thresholds[index]) && broken(&parts[index]))?;
        self.ended_by = Some(index);
        Some(parts[index].clone())
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
