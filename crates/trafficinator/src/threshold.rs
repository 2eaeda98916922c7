//! What a run must keep to: `response.p95<200ms`, read from text and judged by what was measured.

mod grammar;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use engine::observation::Failure;
use engine::recorder::statistics::Statistics;
use engine::recorder::times::Times;
use engine::recorder::{HitCounts, Measured, Snapshot, VisitCounts};

use crate::summary::verdict::ThresholdPart;
use crate::summary::{Model, RatePart, thousandths};

pub(crate) use grammar::parse;

/// Something that is demanded of a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Threshold {
    /// As it was given, without spaces: parsing it gives the same again.
    pub(crate) text: String,
    pub(crate) metric: Metric,
    pub(crate) comparison: Comparison,
    pub(crate) bound: Bound,
    /// Whether the run ends when it does not hold, judged for the first time so long after the warm-up.
    pub(crate) abort: Option<Duration>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Metric {
    /// A figure of a time of all hits, or of those of one kind, by its name: kinds may share one.
    Time { view: View, kind: Option<&'static str>, figure: Figure },
    /// Rejected, failed and dropped hits as a share of those that are over.
    ErrorShare,
    /// Rejected, failed and dropped hits.
    ErrorCount,
    /// Hits that were answered with this status.
    Status(u16),
    /// Hits that were not answered, for this reason.
    Failure(Failure),
    /// Visits.
    Visits(VisitFigure),
    /// Hits.
    Hits(HitFigure),
    /// Visits started, a second.
    VisitRate,
    /// Hits sent, a second.
    HitRate,
}

/// Which time of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Due to done.
    Response,
    /// Sent to done.
    Service,
    /// Due to ready.
    Wait,
    /// Ready to sent.
    Lag,
}

/// Which figure of many times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Figure {
    Mean,
    Min,
    Max,
    /// The time that this share of the hits stays within, 0 to 1.
    Quantile(f64),
}

/// Visits by what became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VisitFigure {
    Planned,
    Started,
    Completed,
    Incomplete,
    Dropped,
}

/// Hits by what became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HitFigure {
    Planned,
    Sent,
    Accepted,
    Rejected,
    Failed,
    Late,
    Dropped,
    Retried,
}

/// How a value must stand to its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
    Other,
}

/// The value that is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bound {
    pub(crate) value: f64,
    pub(crate) unit: Unit,
}

/// What a bound, and a value that is held against it, counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    /// 0 to 1: of the hits that are over for errors, of the planned ones for visits and hits.
    Share,
    Count,
    PerSecond,
}

/// What a run, or a part of it, came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample<'a> {
    pub(crate) statistics: &'a Statistics,
    pub(crate) measured: &'a Measured,
    pub(crate) rates: RatePart,
    pub(crate) model: Model,
}

/// Holds a run, or the part of it that one target got, against thresholds.
pub(crate) fn judge_all(thresholds: &[Threshold], snapshot: &Snapshot, model: Model) -> Vec<ThresholdPart> {
    if thresholds.is_empty() {
        return Vec::new();
    }
    let measured = snapshot.measured();
    let sample = Sample {
        statistics: &snapshot.statistics,
        measured: &measured,
        rates: RatePart::of(snapshot, &measured),
        model,
    };
    thresholds.iter().map(|threshold| judge(threshold, &sample)).collect()
}

/// The same of one of them.
pub(crate) fn judge_one(threshold: &Threshold, snapshot: &Snapshot, model: Model) -> ThresholdPart {
    let measured = snapshot.measured();
    let rates = RatePart::of(snapshot, &measured);
    judge(threshold, &Sample { statistics: &snapshot.statistics, measured: &measured, rates, model })
}

/// Holds what was measured against a threshold. Where there are no samples it does not hold.
pub(crate) fn judge(threshold: &Threshold, sample: &Sample<'_>) -> ThresholdPart {
    let Bound { value: bound, unit } = threshold.bound;
    // What is judged is what is reported, so that nobody reads that 200 ms are below 200 ms.
    let value = measure(threshold.metric, unit, sample).map(|value| unit.rounded(value));
    ThresholdPart {
        target: None,
        expression: threshold.text.clone(),
        value,
        unit: unit.name().to_owned(),
        holds: value.is_some_and(|value| threshold.comparison.holds(value, unit.rounded(bound))),
        aborted: false,
    }
}

/// The value of a metric in a unit that it has; nothing where there are no samples.
fn measure(metric: Metric, unit: Unit, sample: &Sample<'_>) -> Option<f64> {
    let Measured { visits, hits, errors } = sample.measured;
    // A hit that the target was too slow for is an error that a visitor would have met.
    let dropped = dropped(hits);
    let over = hits.over() + dropped;
    let RatePart { visits_per_second, hits_per_second } = sample.rates;
    let (count, all) = match metric {
        Metric::Time { view, kind, figure } => return figure_of(view, kind, figure, sample),
        Metric::VisitRate => return (visits.started > 0).then_some(visits_per_second),
        Metric::HitRate => return (hits.sent > 0).then_some(hits_per_second),
        Metric::ErrorShare | Metric::ErrorCount => (hits.refused() + dropped, over),
        Metric::Status(status) => (errors.status(status), over),
        Metric::Failure(failure) => (errors.failure(failure), over),
        Metric::Visits(figure) => (figure.count(*visits), visits.planned),
        Metric::Hits(figure) => (figure.count(hits), hits.planned),
    };
    (all > 0).then(|| if unit == Unit::Share { count as f64 / all as f64 } else { count as f64 })
}

fn figure_of(view: View, kind: Option<&str>, figure: Figure, sample: &Sample<'_>) -> Option<f64> {
    // Nothing is due where visits start as others end.
    if view == View::Response && sample.model == Model::Closed {
        return None;
    }
    let statistics = sample.statistics;
    let Some(kind) = kind else {
        return figure.of(match view {
            View::Response => return response(figure, sample),
            View::Service => &statistics.service,
            View::Wait => &statistics.wait,
            View::Lag => &statistics.lag,
        });
    };
    let mut times = Times::default();
    for ((_, _), latency) in statistics.by_kind.iter().filter(|((of, _), _)| of.name() == kind) {
        times += match view {
            View::Response => &latency.response,
            View::Service => &latency.service,
            View::Wait | View::Lag => return None,
        };
    }
    figure.of(&times)
}

/// Hits that were dropped although the generator got on.
fn dropped(hits: &HitCounts) -> u64 {
    hits.dropped.saturating_sub(hits.dropped_idle)
}

/// A figure of the response times. Those of hits that were dropped are as long as they waited, at the least: a target
/// does not get better by answering fewer.
fn response(figure: Figure, sample: &Sample<'_>) -> Option<f64> {
    let dropped = dropped(&sample.measured.hits);
    if dropped == 0 {
        return figure.of(&sample.statistics.response);
    }
    let mut times = sample.statistics.response.clone();
    times.record_many(engine::run::LAG_LIMIT, dropped);
    figure.of(&times)
}

impl Threshold {
    /// The same, and the run ends when it does not hold, though not earlier than so long after the warm-up.
    pub(crate) fn aborting(self, delay: Duration) -> Threshold {
        Threshold { abort: Some(delay), ..self }
    }
}

impl Threshold {
    /// Whether what a shard breaks is broken by the whole as well, or likely is: shares and times of a part are about
    /// those of the whole, numbers of a part only grow.
    pub(crate) fn tells_of_the_whole(&self) -> bool {
        match self.bound.unit {
            Unit::Milliseconds | Unit::Share => true,
            Unit::Count | Unit::PerSecond => match self.comparison {
                Comparison::Below | Comparison::AtMost => true,
                Comparison::Equal => self.bound.value <= 0.0,
                Comparison::Above | Comparison::AtLeast | Comparison::Other => false,
            },
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl View {
    const ALL: [View; 4] = [View::Response, View::Service, View::Wait, View::Lag];

    pub(crate) fn name(self) -> &'static str {
        match self {
            View::Response => "response",
            View::Service => "service",
            View::Wait => "wait",
            View::Lag => "lag",
        }
    }
}

impl Figure {
    /// In milliseconds.
    fn of(self, times: &Times) -> Option<f64> {
        (times.count() > 0).then(|| match self {
            Figure::Mean => times.mean_ms(),
            Figure::Min => times.min_ms(),
            Figure::Max => times.max_ms(),
            Figure::Quantile(share) => times.quantile_ms(share),
        })
    }
}

impl VisitFigure {
    const ALL: [VisitFigure; 5] = [
        VisitFigure::Planned,
        VisitFigure::Started,
        VisitFigure::Completed,
        VisitFigure::Incomplete,
        VisitFigure::Dropped,
    ];

    fn name(self) -> &'static str {
        match self {
            VisitFigure::Planned => "planned",
            VisitFigure::Started => "started",
            VisitFigure::Completed => "completed",
            VisitFigure::Incomplete => "incomplete",
            VisitFigure::Dropped => "dropped",
        }
    }

    fn count(self, counts: VisitCounts) -> u64 {
        match self {
            VisitFigure::Planned => counts.planned,
            VisitFigure::Started => counts.started,
            VisitFigure::Completed => counts.completed,
            VisitFigure::Incomplete => counts.incomplete,
            VisitFigure::Dropped => counts.dropped,
        }
    }
}

impl HitFigure {
    const ALL: [HitFigure; 8] = [
        HitFigure::Planned,
        HitFigure::Sent,
        HitFigure::Accepted,
        HitFigure::Rejected,
        HitFigure::Failed,
        HitFigure::Late,
        HitFigure::Dropped,
        HitFigure::Retried,
    ];

    fn name(self) -> &'static str {
        match self {
            HitFigure::Planned => "planned",
            HitFigure::Sent => "sent",
            HitFigure::Accepted => "accepted",
            HitFigure::Rejected => "rejected",
            HitFigure::Failed => "failed",
            HitFigure::Late => "late",
            HitFigure::Dropped => "dropped",
            HitFigure::Retried => "retried",
        }
    }

    fn count(self, counts: &HitCounts) -> u64 {
        match self {
            HitFigure::Planned => counts.planned,
            HitFigure::Sent => counts.sent,
            HitFigure::Accepted => counts.accepted,
            HitFigure::Rejected => counts.rejected,
            HitFigure::Failed => counts.failed,
            HitFigure::Late => counts.late,
            HitFigure::Dropped => counts.dropped,
            HitFigure::Retried => counts.retried,
        }
    }
}

impl Comparison {
    /// Longer signs first, so that none is taken for the beginning of another.
    const ALL: [Comparison; 6] = [
        Comparison::AtMost,
        Comparison::AtLeast,
        Comparison::Equal,
        Comparison::Other,
        Comparison::Below,
        Comparison::Above,
    ];

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Comparison::Below => "<",
            Comparison::AtMost => "<=",
            Comparison::Above => ">",
            Comparison::AtLeast => ">=",
            Comparison::Equal => "==",
            Comparison::Other => "!=",
        }
    }

    #[expect(clippy::float_cmp, reason = "both were rounded to the same digits")]
    fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Comparison::Below => value < bound,
            Comparison::AtMost => value <= bound,
            Comparison::Above => value > bound,
            Comparison::AtLeast => value >= bound,
            Comparison::Equal => value == bound,
            Comparison::Other => value != bound,
        }
    }
}

impl Unit {
    /// Its name in results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Unit::Milliseconds => "ms",
            Unit::Share => "share",
            Unit::Count => "count",
            Unit::PerSecond => "per_second",
        }
    }

    /// As exact as it is measured: 7 of 1,000 are 0.7 %, though not in the last bit.
    fn rounded(self, value: f64) -> f64 {
        match self {
            Unit::Milliseconds | Unit::PerSecond => thousandths(value),
            Unit::Share => (value * 1e12).round() / 1e12,
            Unit::Count => value,
        }
    }
}
