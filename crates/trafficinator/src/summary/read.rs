//! Reads results that were written before.

use std::collections::BTreeMap;
use std::path::Path;

use engine::recorder::series::{Gauges, Series};
use engine::recorder::statistics::Statistics;
use engine::recorder::{Counts, Snapshot};

use super::counts::{HitsPart, VisitsPart, errors};
use super::{LedgerPart, MeasuredPart, SCHEMA, Summary};

/// A result with everything that was measured.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) summary: Summary,
    pub(crate) series: Series,
    pub(crate) statistics: Statistics,
}

/// A result that was read, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) file: String,
    pub(crate) read: Read,
}

impl Read {
    /// The run again as it was counted, so that it can be added to others; or what is wrong with it. The warm-up is in
    /// its counts and windows, as everywhere, and of its times nothing is kept.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, String> {
        let Summary { visits, hits, errors, measured, ledger, .. } = &self.summary;
        Ok(Snapshot {
            counts: counts(visits, hits, errors, measured, ledger)?,
            statistics: self.statistics.clone(),
            warm_up: Statistics::default(),
            series: self.series.clone(),
            gauges: Gauges::default(),
        })
    }
}

/// What was counted, again; or what is wrong with it.
fn counts(
    visits: &VisitsPart,
    hits: &HitsPart,
    named: &BTreeMap<String, u64>,
    measured: &MeasuredPart,
    ledger: &LedgerPart,
) -> Result<Counts, String> {
    Ok(Counts {
        visits: (*visits).into(),
        hits: hits.counts().ok_or("hits.by_kind has a kind of hit that nobody knows")?,
        errors: errors(named).map_err(|name| format!("errors has {name:?}, which nobody knows"))?,
        last_start: measured.last_start_ns,
        last_sent: measured.last_sent_ns,
        planned: (&ledger.planned).into(),
        acknowledged: (&ledger.acknowledged).into(),
        uncertain: (&ledger.uncertain).into(),
    })
}

/// Reads a result; the error names the file, the place and the cure.
pub(crate) fn read(path: &Path) -> Result<Read, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => {
            format!("{shown}: it is not text; give a result that --summary-json wrote")
        }
        _ => format!("{shown}: the file cannot be read: {error}"),
    })?;
    parse(&text).map_err(|problem| format!("{shown}: {problem}"))
}

/// Reads the text of a result.
pub(crate) fn parse(text: &str) -> Result<Read, String> {
    const CURE: &str = "give a file that `trafficinator run --summary-json FILE` wrote";
    // What calls itself something else is not judged by our fields.
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
        match value.get("schema").and_then(serde_json::Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) => return Err(format!("its schema is {other:?} and not {SCHEMA:?}; {CURE}")),
            None => return Err(format!("it has no \"schema\": it is no result; {CURE}")),
        }
    }
    let summary: Summary = serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        match error.classify() {
            serde_json::error::Category::Eof => {
                format!("{place}: it ends in the middle: it was cut off, or is still being written; {CURE}")
            }
            _ => format!("{place}: {message}; {CURE}"),
        }
    })?;
    let (Some(series), Some(histograms)) = (&summary.series, &summary.histograms) else {
        return Err(format!(
            "it has no \"series\" and \"histograms\": it is the summary of a log line; {CURE}"
        ));
    };
    let series = series.series()?;
    let statistics = histograms.statistics()?;
    Ok(Read { summary, series, statistics })
}
