//! The report for spreadsheets: a line a window, with everything that was counted and measured in it.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context as _;
use engine::recorder::series::Window;
use engine::recorder::times::Packed;
use jiff::SignedDuration;

use super::Subject;
use super::escape::spreadsheet;
use crate::summary::thousandths;

/// Columns before the errors.
const COUNTS: [&str; 27] = [
    "time",
    "seconds",
    "window_seconds",
    "phase",
    "visits_planned",
    "visits_started",
    "visits_completed",
    "visits_incomplete",
    "visits_dropped",
    "hits_due",
    "hits_sent",
    "hits_accepted",
    "hits_rejected",
    "hits_failed",
    "hits_dropped",
    "hits_dropped_idle",
    "hits_late",
    "hits_retried",
    "in_flight",
    "backlog",
    "open_visits",
    "connections",
    "open_files",
    "cpu_cores",
    "busiest_core",
    "samples",
    "errors",
];

const TIMES: [&str; 4] = ["response", "service", "wait", "lag"];
const PERCENTILES: [&str; 4] = ["p50", "p95", "p99", "max"];

/// The lines, the first with the names of the columns.
pub(super) fn lines(subject: &Subject<'_>) -> anyhow::Result<String> {
    let Subject { summary, series, .. } = *subject;
    let errors: BTreeSet<String> =
        series.windows().flat_map(|(_, window)| window.errors.iter().map(|(name, _)| name)).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let times = TIMES.iter().flat_map(|time| PERCENTILES.map(|percentile| format!("{time}_{percentile}_ms")));
    let header = COUNTS.map(str::to_owned).into_iter().chain(times);
    writer.write_record(
        header.chain(errors.iter().map(|name| format!("error_{name}"))).map(|name| spreadsheet(&name)),
    )?;
    let seconds = series.width() as f64;
    for (number, window) in series.windows() {
        let at = series.begins(number);
        let since = SignedDuration::from_millis((at * 1_000.0).round() as i64);
        let time = summary.run.started_at.checked_add(since).context("a time of the run is out of range")?;
        let phase = if number < 0 { "warm-up" } else { "measured" };
        let of = |name: &String| {
            window.errors.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| count).to_string()
        };
        let row =
            [time.to_string(), thousandths(at).to_string(), series.width().to_string(), phase.to_owned()]
                .into_iter()
                .chain(counts(window, seconds))
                .chain(
                    [&window.response, &window.service, &window.wait, &window.lag]
                        .into_iter()
                        .flat_map(percentiles),
                )
                .chain(errors.iter().map(of));
        writer.write_record(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn counts(window: &Window, seconds: f64) -> impl Iterator<Item = String> {
    let Window { visits, hits, gauges, cpu, .. } = window;
    let cores = |nanos| thousandths(Duration::from_nanos(nanos).as_secs_f64() / seconds).to_string();
    let over = hits.over();
    let counts = [
        visits.planned,
        visits.started,
        visits.completed,
        visits.incomplete,
        visits.dropped,
        hits.planned,
        hits.sent,
        hits.accepted,
        hits.rejected,
        hits.failed,
        hits.dropped,
        hits.dropped_idle,
        hits.late,
        hits.retried,
        gauges.in_flight,
        gauges.backlog,
        gauges.open_visits,
        gauges.connections,
        gauges.open_files,
    ];
    let numbers = counts.map(|count| count.to_string()).into_iter();
    numbers.chain([cores(cpu.process), cores(cpu.busiest), over.to_string(), hits.refused().to_string()])
}

/// p50, p95, p99 and the longest, in milliseconds; empty where nothing was measured.
fn percentiles(packed: &Packed) -> [String; 4] {
    if packed.is_empty() {
        return Default::default();
    }
    let times = packed.unpack();
    [times.quantile_ms(0.50), times.quantile_ms(0.95), times.quantile_ms(0.99), times.max_ms()]
        .map(|ms| thousandths(ms).to_string())
}
