//! What happened when, as a result holds it.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::recorder::series::{Cpu, Gauges, Series, Window};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counts::{HitsPart, VisitsPart, errors};
use super::histograms::Encoded;

/// A run as a row of windows of the same width, at most 3,600. Where the warm-up ends one begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SeriesPart {
    /// Length of the warm-up, nanoseconds.
    pub(crate) warm_up_ns: u64,
    /// Seconds a window: 1, or in long runs 2, 4, 8 and so on.
    pub(crate) window_seconds: u64,
    pub(crate) windows: Vec<WindowPart>,
}

/// A stretch of time. Hits and visits belong to the window in which they were due, with all that became of them; only
/// visits that started, and hits that were sent, late or tried again, are counted when that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct WindowPart {
    /// When it begins, in seconds since the start of the run; negative ones are before the end of a warm-up that is not
    /// a multiple of the width.
    pub(crate) at: f64,
    pub(crate) visits: VisitsPart,
    pub(crate) hits: HitsPart,
    /// Hits that were not accepted, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) errors: BTreeMap<String, u64>,
    /// Due to done.
    #[serde(default, skip_serializing_if = "Encoded::is_empty")]
    pub(crate) response: Encoded,
    /// Sent to done.
    #[serde(default, skip_serializing_if = "Encoded::is_empty")]
    pub(crate) service: Encoded,
    /// Due to ready.
    #[serde(default, skip_serializing_if = "Encoded::is_empty")]
    pub(crate) wait: Encoded,
    /// Ready to sent.
    #[serde(default, skip_serializing_if = "Encoded::is_empty")]
    pub(crate) lag: Encoded,
    /// Most requests in flight at once.
    pub(crate) in_flight: u64,
    /// Most visits that had begun, or waited to, and were not over.
    pub(crate) open_visits: u64,
    /// Most connections at once.
    pub(crate) connections: u64,
    /// Most hits that were due and neither sent nor dropped.
    pub(crate) backlog: u64,
    /// Most files that the generator had open.
    pub(crate) open_files: u64,
    /// Processor time of the generator, nanoseconds.
    pub(crate) cpu_ns: u64,
    /// Processor time of the busiest of its threads that send, nanoseconds.
    pub(crate) busiest_cpu_ns: u64,
}

impl From<&Series> for SeriesPart {
    fn from(series: &Series) -> SeriesPart {
        let part = |(number, window): (i64, &Window)| WindowPart {
            at: series.begins(number),
            visits: window.visits.into(),
            hits: window.hits.into(),
            errors: super::named(&window.errors),
            response: Encoded(window.response.clone()),
            service: Encoded(window.service.clone()),
            wait: Encoded(window.wait.clone()),
            lag: Encoded(window.lag.clone()),
            in_flight: window.gauges.in_flight,
            open_visits: window.gauges.open_visits,
            connections: window.gauges.connections,
            backlog: window.gauges.backlog,
            open_files: window.gauges.open_files,
            cpu_ns: window.cpu.process,
            busiest_cpu_ns: window.cpu.busiest,
        };
        SeriesPart {
            warm_up_ns: series.warm_up(),
            window_seconds: series.width(),
            windows: series.windows().map(part).collect(),
        }
    }
}

impl SeriesPart {
    /// The series again, or what is wrong with it.
    pub(crate) fn series(&self) -> Result<Series, String> {
        let mut windows = Vec::with_capacity(self.windows.len());
        for (index, part) in self.windows.iter().enumerate() {
            let wrong = |what: &str| format!("series.windows[{index}] {what}");
            let errors = errors(&part.errors)
                .map_err(|name| wrong(&format!("has an error {name:?}, which nobody knows")))?;
            windows.push(Window {
                visits: part.visits.into(),
                hits: part.hits.counts().ok_or_else(|| wrong("has a kind of hit that nobody knows"))?,
                errors,
                response: part.response.0.clone(),
                service: part.service.0.clone(),
                wait: part.wait.0.clone(),
                lag: part.lag.0.clone(),
                gauges: Gauges {
                    in_flight: part.in_flight,
                    open_visits: part.open_visits,
                    connections: part.connections,
                    backlog: part.backlog,
                    open_files: part.open_files,
                },
                cpu: Cpu { process: part.cpu_ns, busiest: part.busiest_cpu_ns },
            });
        }
        if Duration::from_nanos(self.warm_up_ns) > Duration::from_hours(24 * 365 * 20) {
            return Err("series.warm_up_ns is longer than any run".to_owned());
        }
        let series = Series::of(self.warm_up_ns, self.window_seconds, windows).ok_or_else(|| {
            format!(
                "series has {} windows of {} s; there are at most 3600, of 1, 2, 4, 8 … seconds",
                self.windows.len(),
                self.window_seconds
            )
        })?;
        Ok(series)
    }
}
