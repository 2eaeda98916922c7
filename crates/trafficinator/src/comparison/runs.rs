//! A run as comparisons see it: a row of windows with what was counted and every time that was measured.

use engine::observation::Failure;
use engine::recorder::series::Window;

use crate::summary::Model;
use crate::summary::read::Read;

/// Fewer windows than this say nothing about how much a run varies by itself.
pub(crate) const LEAST_WINDOWS: usize = 10;

/// A run after its warm-up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    /// Seed of its plan.
    pub(crate) seed: u64,
    /// Fingerprint of its plan.
    pub(crate) plan: String,
    /// Seconds a window.
    pub(crate) width: u64,
    /// Whether hits were due at a time, so that they have a response time.
    pub(crate) responds: bool,
    pub(crate) windows: Vec<Span>,
}

/// A stretch of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Span {
    /// How long it counts for rates: 0 where the run ended in it.
    pub(crate) seconds: f64,
    /// How long it counts for the rate of visits: 0 from where the last of them arrived on.
    pub(crate) arriving: f64,
    /// Visits that started, in those seconds.
    pub(crate) started: u64,
    /// Hits that were sent, in those seconds.
    pub(crate) sent: u64,
    /// Hits that were due and say something about the target.
    pub(crate) due: u64,
    /// Those of them that were rejected, failed or dropped.
    pub(crate) bad: u64,
    /// Due to done: microseconds and how often.
    pub(crate) response: Vec<(u64, u64)>,
    /// Sent to done.
    pub(crate) service: Vec<(u64, u64)>,
}

impl Run {
    /// A run that was read. Its windows end with the last in which a hit was due while the run went on: what follows is
    /// the wait for answers, and hits that the end cut off.
    pub(crate) fn of(read: &Read) -> Run {
        let (summary, width) = (&read.summary, read.series.width());
        let seconds = summary.run.seconds - summary.measured.warm_up_seconds;
        let begun = (seconds / width as f64).ceil().max(0.0) as usize;
        let measured = || read.series.measured().take(begun);
        let last = measured().enumerate().filter(|(_, window)| window.visits.planned > 0).last();
        let last = last.map_or(0, |(index, _)| index);
        let mut windows: Vec<Span> = measured().map(|window| span(window, width)).collect();
        while windows.last().is_some_and(|last| last.due == 0) {
            windows.pop();
        }
        // Hits were due in a part of the last one only; shares and times do not mind, rates do.
        if let Some(last) = windows.last_mut() {
            *last = Span { seconds: 0.0, sent: 0, ..std::mem::take(last) };
        }
        for window in windows.iter_mut().skip(last) {
            *window = Span { arriving: 0.0, started: 0, ..std::mem::take(window) };
        }
        Run {
            seed: summary.run.seed,
            plan: summary.run.plan.clone(),
            width,
            responds: summary.model == Model::Open,
            windows,
        }
    }
}

fn span(window: &Window, width: u64) -> Span {
    let hits = window.hits;
    // What the end of the run cut off, and what the generator was too slow for, says nothing about the target.
    let failed = hits.failed.saturating_sub(window.errors.failure(Failure::Aborted));
    let dropped = hits.dropped.saturating_sub(hits.dropped_idle);
    let bad = hits.rejected + failed + dropped;
    Span {
        seconds: width as f64,
        arriving: width as f64,
        started: window.visits.started,
        sent: hits.sent,
        due: hits.accepted + bad,
        bad,
        response: window.response.unpack().iter_us().collect(),
        service: window.service.unpack().iter_us().collect(),
    }
}
