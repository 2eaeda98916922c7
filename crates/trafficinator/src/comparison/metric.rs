//! What is compared.

use serde::Serialize;

/// A number of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Metric {
    #[serde(rename = "rate.hits")]
    HitRate,
    #[serde(rename = "rate.visits")]
    VisitRate,
    #[serde(rename = "errors")]
    ErrorShare,
    #[serde(rename = "response.p50")]
    ResponseP50,
    #[serde(rename = "response.p95")]
    ResponseP95,
    #[serde(rename = "response.p99")]
    ResponseP99,
    #[serde(rename = "service.p50")]
    ServiceP50,
    #[serde(rename = "service.p95")]
    ServiceP95,
    #[serde(rename = "service.p99")]
    ServiceP99,
}

/// How many there are.
pub(crate) const METRICS: usize = Metric::ALL.len();

/// The quantiles of times, in the order of the metrics.
pub(crate) const QUANTILES: [f64; 3] = [0.50, 0.95, 0.99];

/// What a metric is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    HitsPerSecond,
    VisitsPerSecond,
    Share,
    Milliseconds,
}

impl Metric {
    /// All of them.
    pub(crate) const ALL: [Metric; 9] = [
        Metric::HitRate,
        Metric::VisitRate,
        Metric::ErrorShare,
        Metric::ResponseP50,
        Metric::ResponseP95,
        Metric::ResponseP99,
        Metric::ServiceP50,
        Metric::ServiceP95,
        Metric::ServiceP99,
    ];

    /// Its name, for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Metric::HitRate => "hit rate",
            Metric::VisitRate => "visit rate",
            Metric::ErrorShare => "error share",
            Metric::ResponseP50 => "response p50",
            Metric::ResponseP95 => "response p95",
            Metric::ResponseP99 => "response p99",
            Metric::ServiceP50 => "service p50",
            Metric::ServiceP95 => "service p95",
            Metric::ServiceP99 => "service p99",
        }
    }

    /// What it is measured in.
    pub(crate) fn unit(self) -> Unit {
        match self {
            Metric::HitRate => Unit::HitsPerSecond,
            Metric::VisitRate => Unit::VisitsPerSecond,
            Metric::ErrorShare => Unit::Share,
            _ => Unit::Milliseconds,
        }
    }

    /// Whether more of it is worse.
    pub(crate) fn is_worse_higher(self) -> bool {
        !matches!(self, Metric::HitRate | Metric::VisitRate)
    }

    /// Whether it needs hits that are due at a time.
    pub(crate) fn is_response(self) -> bool {
        matches!(self, Metric::ResponseP50 | Metric::ResponseP95 | Metric::ResponseP99)
    }
}
