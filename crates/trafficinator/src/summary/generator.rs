//! What the generator itself used, and whether it got on.

use std::time::Duration;

use engine::recorder::series::{Gauges, Series};
use engine::usage::Usage;

use super::{GeneratorPart, thousandths};

/// What it could have used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    /// Cores of the machine.
    pub(crate) cores: u64,
    /// Threads that sent.
    pub(crate) workers: u64,
    pub(crate) open_files: u64,
    /// Requests in flight.
    pub(crate) in_flight: u64,
}

impl GeneratorPart {
    /// `usage` is from start to end, which took so long.
    pub(crate) fn new(series: &Series, usage: Usage, took: Duration, allowed: Allowed) -> GeneratorPart {
        let mut most = Gauges::default();
        for (_, window) in series.windows() {
            most = most.max(window.gauges);
        }
        let cpu_seconds = usage.cpu.as_secs_f64();
        GeneratorPart {
            cpu_seconds: thousandths(cpu_seconds),
            max_rss_bytes: usage.max_rss_bytes,
            cores: allowed.cores,
            workers: allowed.workers,
            cores_used: cores_used(cpu_seconds, took.as_secs_f64()),
            busiest_core: thousandths(busiest_core(series)),
            open_files: most.open_files,
            open_files_allowed: allowed.open_files,
            connections: most.connections,
            in_flight: most.in_flight,
            in_flight_allowed: allowed.in_flight,
        }
    }
}

impl GeneratorPart {
    /// What several machines used together in a run that took so many seconds, `series` being that of all of them. Files
    /// are those of the machine that has the fewest left.
    pub(crate) fn together(parts: &[&GeneratorPart], series: &Series, seconds: f64) -> GeneratorPart {
        let mut most = Gauges::default();
        for (_, window) in series.windows() {
            most = most.max(window.gauges);
        }
        let sum = |of: fn(&GeneratorPart) -> u64| parts.iter().map(|part| of(part)).sum();
        let cpu_seconds = parts.iter().map(|part| part.cpu_seconds).sum();
        let scarce = parts.iter().min_by_key(|part| part.open_files_allowed.saturating_sub(part.open_files));
        GeneratorPart {
            cpu_seconds: thousandths(cpu_seconds),
            max_rss_bytes: sum(|part| part.max_rss_bytes),
            cores: sum(|part| part.cores),
            workers: sum(|part| part.workers),
            cores_used: cores_used(cpu_seconds, seconds),
            busiest_core: parts.iter().map(|part| part.busiest_core).fold(0.0, f64::max),
            open_files: scarce.map_or(0, |part| part.open_files),
            open_files_allowed: scarce.map_or(0, |part| part.open_files_allowed),
            connections: most.connections,
            in_flight: most.in_flight,
            in_flight_allowed: sum(|part| part.in_flight_allowed),
        }
    }
}

fn cores_used(cpu_seconds: f64, seconds: f64) -> f64 {
    if seconds > 0.0 { thousandths(cpu_seconds / seconds) } else { 0.0 }
}

/// Share of a core that the busiest thread used, in the busiest window of each twenty. The last one may be a part of a
/// second, and does not count where there are others.
fn busiest_core(series: &Series) -> f64 {
    let width = series.width() as f64 * 1e9;
    let mut shares: Vec<f64> = series.measured().map(|window| window.cpu.busiest as f64 / width).collect();
    if shares.len() > 1 {
        shares.pop();
    }
    shares.sort_by(f64::total_cmp);
    shares.get((shares.len() * 19 / 20).min(shares.len().saturating_sub(1))).copied().unwrap_or(0.0).min(1.0)
}
