//! Reads results that were written before.

use std::path::Path;

use engine::recorder::series::{Gauges, Series};
use engine::recorder::statistics::Statistics;
use engine::recorder::{Counts, Snapshot};

use super::counts::errors;
use super::{SCHEMA, Summary};

const CURE: &str = "give a file that `trafficinator run --summary-json FILE` wrote";

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
        let Summary { visits, hits, errors: named, measured, ledger, .. } = &self.summary;
        let counts = Counts {
            visits: (*visits).into(),
            hits: hits.counts().ok_or("hits.by_kind has a kind of hit that nobody knows")?,
            errors: errors(named).map_err(|name| format!("errors has {name:?}, which nobody knows"))?,
            last_start: measured.last_start_ns,
            last_sent: measured.last_sent_ns,
            planned: (&ledger.planned).into(),
            acknowledged: (&ledger.acknowledged).into(),
            uncertain: (&ledger.uncertain).into(),
            ..Counts::default()
        };
        Ok(Snapshot {
            counts,
            statistics: self.statistics.clone(),
            warm_up: Statistics::default(),
            series: self.series.clone(),
            gauges: Gauges::default(),
            is_through: false,
        })
    }
}

/// Reads a result, or the part of it that is about one of several targets: `run.json@old`. The error names the file, the
/// place and the cure.
pub(crate) fn read(path: &Path) -> Result<Read, String> {
    let shown = path.display();
    let of_target = path.to_str().filter(|_| !path.exists()).and_then(|text| text.rsplit_once('@'));
    if let Some((file, target)) = of_target.filter(|(file, _)| Path::new(file).is_file()) {
        return read(Path::new(file))?.of_target(target).map_err(|problem| format!("{shown}: {problem}"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => {
            format!("{shown}: it is not text; give a result that --summary-json wrote")
        }
        _ => format!("{shown}: the file cannot be read: {error}"),
    })?;
    parse(&text).map_err(|problem| format!("{shown}: {problem}"))
}

impl Read {
    /// The same as if that target had been the only one.
    pub(crate) fn of_target(self, name: &str) -> Result<Read, String> {
        let Read { mut summary, .. } = self;
        let names: Vec<&str> = summary.targets.iter().map(|target| target.name.as_str()).collect();
        let names = match names.as_slice() {
            [] => "it has one target, and none of a name; leave the @ out".to_owned(),
            names => format!("give one of {}", names.join(", ")),
        };
        let found = std::mem::take(&mut summary.targets).into_iter().find(|target| target.name == name);
        let target = found.ok_or_else(|| format!("it has no target {name:?}; {names}"))?;
        summary.narrow(target);
        whole(summary)
    }
}

/// Reads the text of a result.
pub(crate) fn parse(text: &str) -> Result<Read, String> {
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
    whole(summary)
}

/// A result with its windows and histograms unpacked.
fn whole(summary: Summary) -> Result<Read, String> {
    let (Some(series), Some(histograms)) = (&summary.series, &summary.histograms) else {
        return Err(format!(
            "it has no \"series\" and \"histograms\": it is the summary of a log line; {CURE}"
        ));
    };
    let series = series.series()?;
    let statistics = histograms.statistics()?;
    Ok(Read { summary, series, statistics })
}
