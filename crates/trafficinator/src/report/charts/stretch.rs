//! Windows put together until there are few enough to draw.

use std::collections::BTreeMap;

use engine::recorder::series::{Cpu, Gauges, Series, Window};
use engine::recorder::times::{Packed, Times};
use engine::recorder::{ErrorCounts, HitCounts, VisitCounts};

/// Less of a stretch than this says nothing about rates: the end of a run cut it off.
const LEAST_SECONDS: f64 = 0.25;

/// One or more windows.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    /// Seconds since the start of the run.
    begins: f64,
    /// How much of it belongs to the run, seconds.
    seconds: f64,
    pub(super) visits: VisitCounts,
    pub(super) hits: HitCounts,
    pub(super) errors: BTreeMap<String, u64>,
    /// p50, p90, p95 and p99 in milliseconds.
    pub(super) response: Option<[f64; 4]>,
    /// The same.
    pub(super) service: Option<[f64; 4]>,
    /// p99 in milliseconds.
    pub(super) lag: Option<f64>,
    pub(super) gauges: Gauges,
    pub(super) cpu: Cpu,
}

impl Stretch {
    pub(super) fn middle(&self) -> f64 {
        self.begins + self.seconds / 2.0
    }

    pub(super) fn per_second(&self, count: u64) -> Option<f64> {
        (self.seconds >= LEAST_SECONDS).then(|| count as f64 / self.seconds)
    }

    /// Processor time as cores.
    pub(super) fn cores(&self, nanos: u64) -> Option<f64> {
        self.per_second(nanos).map(|nanos| nanos / 1e9)
    }
}

/// A run of so many seconds in at most so many stretches; none is on both sides of the end of the warm-up.
pub(super) fn stretches(series: &Series, seconds: f64, most: usize) -> Vec<Stretch> {
    let windows: Vec<(i64, &Window)> = series.windows().collect();
    let mut factor = 1;
    let mut groups = group(&windows, factor);
    while groups.len() > most.max(2) {
        factor *= 2;
        groups = group(&windows, factor);
    }
    // Unpacking histograms is what takes time, and every group is by itself.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = groups.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = groups
            .chunks(share)
            .map(|groups| {
                scope.spawn(move || {
                    groups.iter().map(|group| stretch(series, group, factor, seconds)).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("no panic")).collect()
    })
}

/// Windows whose numbers, divided by the factor, are the same.
fn group<'a, 'b>(windows: &'b [(i64, &'a Window)], factor: i64) -> Vec<&'b [(i64, &'a Window)]> {
    windows.chunk_by(|(one, _), (next, _)| one.div_euclid(factor) == next.div_euclid(factor)).collect()
}

fn stretch(series: &Series, windows: &[(i64, &Window)], factor: i64, end: f64) -> Stretch {
    let number = windows.first().map_or(0, |(number, _)| number.div_euclid(factor));
    let (begins, ends) = (series.begins(number * factor), series.begins((number + 1) * factor));
    let begins = begins.max(0.0);
    let mut sum = Stretch { begins, seconds: (ends.min(end) - begins).max(0.0), ..Stretch::default() };
    let mut errors = ErrorCounts::default();
    for (_, window) in windows {
        sum.visits += window.visits;
        sum.hits += window.hits;
        errors += &window.errors;
        sum.gauges = sum.gauges.max(window.gauges);
        sum.cpu.process += window.cpu.process;
        sum.cpu.busiest += window.cpu.busiest;
    }
    sum.errors = errors.iter().collect();
    let percentiles = |times: &Times| [0.50, 0.90, 0.95, 0.99].map(|share| times.quantile_ms(share));
    sum.response = merged(windows.iter().map(|(_, window)| &window.response)).as_ref().map(percentiles);
    sum.service = merged(windows.iter().map(|(_, window)| &window.service)).as_ref().map(percentiles);
    sum.lag = merged(windows.iter().map(|(_, window)| &window.lag)).map(|times| times.quantile_ms(0.99));
    sum
}

/// All times of several windows; nothing where there are none.
fn merged<'a>(packed: impl Iterator<Item = &'a Packed>) -> Option<Times> {
    packed.filter(|packed| !packed.is_empty()).fold(None, |sum, packed| {
        let times = packed.unpack();
        Some(match sum {
            None => times,
            Some(mut sum) => {
                sum += &times;
                sum
            }
        })
    })
}
