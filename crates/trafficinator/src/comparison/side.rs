//! One side of a comparison: the windows of its runs one behind the other, summed up so that blocks are added fast.

use std::ops::Range;

use super::ladder::{Block, Ladder, resolution_ms};
use super::metric::{METRICS, Metric, QUANTILES, Unit};
use super::runs::{Run, Span};

/// Every metric, where there are samples.
pub(crate) type Values = [Option<f64>; METRICS];

/// Runs of one side.
#[derive(Debug)]
pub(crate) struct Side {
    /// Which windows each run has.
    pub(crate) runs: Vec<Range<usize>>,
    /// Sums over the windows before each.
    seconds: Vec<f64>,
    arriving: Vec<f64>,
    started: Vec<f64>,
    sent: Vec<f64>,
    due: Vec<f64>,
    bad: Vec<f64>,
    response: Ladder,
    service: Ladder,
    responds: bool,
}

/// Where quantiles were found last.
#[derive(Clone, Debug)]
pub(crate) struct Places([[usize; 3]; 2]);

impl Side {
    /// Of runs, each filled up with empty windows to a length.
    pub(crate) fn new(runs: &[Run], lengths: &[usize]) -> Side {
        let empty = Span::default();
        let mut spans: Vec<&Span> = Vec::new();
        let mut ranges = Vec::new();
        for (run, length) in runs.iter().zip(lengths) {
            let from = spans.len();
            let filled = run.windows.iter().chain(std::iter::repeat(&empty));
            spans.extend(filled.take((*length).max(run.windows.len())));
            ranges.push(from..spans.len());
        }
        let sums = |of: fn(&Span) -> f64| {
            let sums = spans.iter().scan(0.0, |sum, span| {
                *sum += of(span);
                Some(*sum)
            });
            std::iter::once(0.0).chain(sums).collect::<Vec<f64>>()
        };
        let response: Vec<&[(u64, u64)]> = spans.iter().map(|span| span.response.as_slice()).collect();
        let service: Vec<&[(u64, u64)]> = spans.iter().map(|span| span.service.as_slice()).collect();
        Side {
            runs: ranges,
            seconds: sums(|span| span.seconds),
            arriving: sums(|span| span.arriving),
            started: sums(|span| span.started as f64),
            sent: sums(|span| span.sent as f64),
            due: sums(|span| span.due as f64),
            bad: sums(|span| span.bad as f64),
            response: Ladder::new(&response),
            service: Ladder::new(&service),
            responds: runs.iter().all(|run| run.responds),
        }
    }

    /// Every metric of the whole side.
    pub(crate) fn values(&self) -> Values {
        let whole = [(0, self.seconds.len() as u32 - 1)];
        self.with_times(&whole, |ladder, _, quantile| ladder.quantile(QUANTILES[quantile]))
    }

    /// Every metric of some blocks.
    pub(crate) fn values_of(&self, blocks: &[Block], places: &mut Places) -> Values {
        self.with_times(blocks, |ladder, times, quantile| {
            ladder.quantile_of(blocks, QUANTILES[quantile], &mut places.0[times][quantile])
        })
    }

    /// Where to begin to look.
    pub(crate) fn places(&self) -> Places {
        Places([&self.response, &self.service].map(|ladder| QUANTILES.map(|share| ladder.rung(share))))
    }

    fn with_times(
        &self,
        blocks: &[Block],
        mut quantile: impl FnMut(&Ladder, usize, usize) -> Option<f64>,
    ) -> Values {
        let sum = |sums: &[f64]| -> f64 {
            blocks.iter().map(|(from, to)| sums[*to as usize] - sums[*from as usize]).sum()
        };
        let ratio = |above: &[f64], below: f64| (below > 0.0).then(|| sum(above) / below);
        let (seconds, due) = (sum(&self.seconds), sum(&self.due));
        let mut values = [None; METRICS];
        values[Metric::HitRate as usize] = ratio(&self.sent, seconds);
        values[Metric::VisitRate as usize] = ratio(&self.started, sum(&self.arriving));
        values[Metric::ErrorShare as usize] = ratio(&self.bad, due);
        for index in 0..QUANTILES.len() {
            if self.responds {
                values[Metric::ResponseP50 as usize + index] = quantile(&self.response, 0, index);
            }
            values[Metric::ServiceP50 as usize + index] = quantile(&self.service, 1, index);
        }
        values
    }
}

/// The error that comes with numbers that are told apart in steps: a twelfth of the step squared.
pub(crate) fn variance_of_steps(metric: Metric, value: f64) -> f64 {
    match metric.unit() {
        Unit::Milliseconds => resolution_ms(value).powi(2) / 12.0,
        _ => 0.0,
    }
}
