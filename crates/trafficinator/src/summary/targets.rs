//! What came of each of several targets, as a result holds it.

use std::collections::BTreeMap;

use engine::recorder::Snapshot;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counts::{HitsPart, VisitsPart};
use super::histograms::HistogramsPart;
use super::series::SeriesPart;
use super::{LedgerPart, MeasuredPart, Measures, Model, Percentiles, RatePart, TargetPart};

/// One of several targets, with the same numbers that the whole run has.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TargetResult {
    /// What it is called.
    pub(crate) name: String,
    /// The tracking endpoint, without credentials.
    pub(crate) url: String,
    /// Matomo's `idsite`.
    pub(crate) site_id: u32,
    /// The share of all visits that were for it, 0 to 1.
    pub(crate) share: f64,
    /// All visits, those of the warm-up included.
    pub(crate) visits: VisitsPart,
    /// All hits, those of the warm-up included.
    pub(crate) hits: HitsPart,
    /// Hits that were not accepted, by reason; only those that happened.
    pub(crate) errors: BTreeMap<String, u64>,
    /// What was counted after the warm-up.
    pub(crate) measured: MeasuredPart,
    /// Due to done, milliseconds, after the warm-up; none in a closed model.
    pub(crate) response_ms: Option<Percentiles>,
    /// Sent to done, milliseconds, after the warm-up.
    pub(crate) service_ms: Percentiles,
    /// Due to ready, milliseconds, after the warm-up.
    pub(crate) wait_ms: Percentiles,
    /// Ready to sent, milliseconds, after the warm-up.
    pub(crate) lag_ms: Percentiles,
    pub(crate) rate: RatePart,
    pub(crate) ledger: LedgerPart,
    /// What happened when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) series: Option<SeriesPart>,
    /// Every time that was measured after the warm-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) histograms: Option<HistogramsPart>,
}

impl TargetResult {
    /// `seconds` is how long the run took.
    pub(super) fn new(
        target: TargetPart,
        share: f64,
        snapshot: &Snapshot,
        model: Model,
        seconds: f64,
    ) -> Self {
        let Measures { visits, hits, measured, response_ms, service_ms, wait_ms, lag_ms, rate, ledger } =
            Measures::of(snapshot, model, seconds);
        TargetResult {
            name: target.name.unwrap_or_default(),
            url: target.url,
            site_id: target.site_id,
            share,
            visits,
            hits,
            errors: super::named(&snapshot.counts.errors),
            measured,
            response_ms,
            service_ms,
            wait_ms,
            lag_ms,
            rate,
            ledger,
            series: Some(SeriesPart::from(&snapshot.series)),
            histograms: Some(HistogramsPart::from(&snapshot.statistics)),
        }
    }

    /// Whether it took nothing of what it was sent.
    pub(crate) fn is_failed(&self) -> bool {
        self.hits.sent > 0 && self.hits.accepted == 0
    }

    /// What went wrong most often.
    pub(crate) fn main_error(&self) -> Option<&str> {
        self.errors.iter().max_by_key(|(_, count)| **count).map(|(name, _)| name.as_str())
    }

    /// Without what happened when and the histograms.
    pub(super) fn brief(&self) -> TargetResult {
        TargetResult { series: None, histograms: None, ..self.clone() }
    }
}
