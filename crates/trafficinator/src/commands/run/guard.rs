//! Holds a run against its thresholds: while it goes on for those that may end it, and at its end for all.

use std::time::Duration;

use engine::recorder::Snapshot;
use engine::run::{Ended, Run};
use traffic::walk::Shard;

use crate::settings::{Settings, Target};
use crate::summary::Model;
use crate::summary::verdict::ThresholdPart;
use crate::threshold::{Threshold, judge_all};

/// The thresholds of a run, and of each of several targets.
#[derive(Debug)]
pub(super) struct Guard<'a> {
    settings: &'a Settings,
    model: Model,
    /// The one that ended the run: its place in what is judged.
    ended_by: Option<usize>,
}

impl<'a> Guard<'a> {
    /// Those of the settings; a shard measures a part of the plan only.
    pub(super) fn new(settings: &'a Settings, model: Model) -> Guard<'a> {
        Guard { settings, model, ended_by: None }
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
        let is_whole = self.settings.run.part() == Shard::WHOLE;
        let due = |threshold: &Threshold| {
            threshold.abort.is_some_and(|delay| measured_for >= delay)
                && (is_whole || threshold.tells_of_the_whole())
        };
        // Where nothing was measured yet, that is judged at the end.
        let broken = |part: &ThresholdPart| !part.holds && part.value.is_some();
        let mut both = self.settings.thresholds().zip(&*judged);
        let index = both.position(|(threshold, part)| due(threshold) && broken(part))?;
        self.ended_by = Some(index);
        judged[index].aborted = true;
        Some(judged[index].clone())
    }

    /// What came of all of them so far: those of the whole run first.
    pub(super) fn judge(&self, whole: &Snapshot, run: &Run) -> Vec<ThresholdPart> {
        self.judge_both(whole, |target| {
            let of_target = run.snapshot_of(target);
            self.judge_target(target, of_target.as_deref().unwrap_or(whole))
        })
    }

    /// The same once it is over.
    pub(super) fn judge_ended(&self, ended: &Ended) -> Vec<ThresholdPart> {
        self.judge_both(&ended.whole, |target| {
            self.judge_target(target, ended.routes.get(target).unwrap_or(&ended.whole))
        })
    }

    fn judge_both(
        &self,
        whole: &Snapshot,
        of_target: impl Fn(usize) -> Vec<ThresholdPart>,
    ) -> Vec<ThresholdPart> {
        let mut judged = judge_all(&self.settings.run.thresholds, whole, self.model);
        for target in 0..self.settings.targets.len() {
            judged.extend(of_target(target));
        }
        if let Some(index) = self.ended_by {
            judged[index].aborted = true;
        }
        judged
    }

    fn judge_target(&self, target: usize, snapshot: &Snapshot) -> Vec<ThresholdPart> {
        let Target { thresholds, name, .. } = &self.settings.targets[target];
        let named = |part| ThresholdPart { target: Some(name.clone()), ..part };
        judge_all(thresholds, snapshot, self.model).into_iter().map(named).collect()
    }
}
