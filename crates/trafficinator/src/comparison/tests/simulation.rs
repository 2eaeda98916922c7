//! How often runs that are equal are called different, and how often those that differ are found.

use proptest::prelude::*;
use traffic::random::{Domain, Stream};

use crate::comparison::decision::Decision;
use crate::comparison::metric::Metric;
use crate::comparison::runs::{Run, Span};
use crate::comparison::{Difference, Options, differences};

/// What a simulated target is like.
#[derive(Clone, Copy)]
pub(super) struct Target {
    /// Windows of a second.
    pub(super) windows: usize,
    pub(super) hits: u32,
    /// Median of times, milliseconds.
    pub(super) median: f64,
    /// Share of hits that are answered with an error.
    pub(super) errors: f64,
    /// How much the logarithm of times varies from window to window.
    pub(super) wave: f64,
}

impl Default for Target {
    /// Times are lognormal with sigma 0.5; the logarithms of the medians of windows follow an AR(1) of 0.5 with a
    /// standard deviation of 0.1: a target that is now 10 % slower and now 10 % faster, for a few seconds each.
    fn default() -> Target {
        Target { windows: 300, hits: 100, median: 100.0, errors: 0.01, wave: 0.1 }
    }
}

const SIGMA: f64 = 0.5;
const LIKENESS: f64 = 0.5;

/// A run against such a target.
pub(super) fn simulated(target: Target, seed: u64, number: u64) -> Run {
    let mut stream = Stream::new(seed, Domain::Visit, number);
    let mut wave = target.wave * stream.normal();
    let windows = (0..target.windows).map(|_| {
        let mut times = Vec::with_capacity(target.hits as usize);
        while times.len() < target.hits as usize {
            let [a, b] = stream.normals();
            times.extend([a, b].map(|z| hdr((target.median * 1_000.0 * (wave + SIGMA * z).exp()) as u64)));
        }
        times.truncate(target.hits as usize);
        times.sort_unstable();
        let mut counted: Vec<(u64, u64)> = Vec::with_capacity(times.len());
        for us in times {
            match counted.last_mut().filter(|last| last.0 == us) {
                Some(last) => last.1 += 1,
                None => counted.push((us, 1)),
            }
        }
        wave = LIKENESS * wave + (1.0 - LIKENESS * LIKENESS).sqrt() * target.wave * stream.normal();
        Span {
            seconds: 1.0,
            started: u64::from(target.hits / 5),
            sent: u64::from(target.hits),
            due: u64::from(target.hits),
            bad: (0..target.hits).filter(|_| stream.chance(target.errors)).count() as u64,
            response: counted.clone(),
            service: counted,
        }
    });
    Run { seed: 7, plan: "0123456789abcdef".to_owned(), width: 1, responds: true, windows: windows.collect() }
}

/// A time as a histogram with three significant digits keeps it.
fn hdr(us: u64) -> u64 {
    let step = 1 << us.max(1).ilog2().saturating_sub(10);
    (us / step + 1) * step - 1
}

fn decided(metrics: &[Difference], decision: Decision) -> usize {
    metrics.iter().filter(|metric| metric.decision == decision).count()
}

/// Of 200 pairs, how many were called different, and how many of those that are slower were found so.
fn alarms(seed: u64, wave: f64) -> (usize, usize) {
    let count = |range: std::ops::Range<u64>| {
        let mut counted = (0, 0);
        for pair in range {
            let target = Target { wave, ..Target::default() };
            let slower = Target { median: target.median * 1.1, ..target };
            let base = simulated(target, seed, 3 * pair);
            let compare = |new: Run| differences(std::slice::from_ref(&base), &[new], Options::default()).0;
            let equal = compare(simulated(target, seed, 3 * pair + 1));
            let worse = compare(simulated(slower, seed, 3 * pair + 2));
            counted.0 +=
                usize::from(decided(&equal, Decision::Worse) + decided(&equal, Decision::Better) > 0);
            counted.1 += usize::from(decided(&worse, Decision::Worse) > 0);
        }
        counted
    };
    std::thread::scope(|scope| {
        let second = scope.spawn(|| count(100..200));
        let (a, b) = (count(0..100), second.join().unwrap());
        (a.0 + b.0, a.1 + b.1)
    })
}

#[test]
fn equal_runs_are_rarely_called_different_and_slower_ones_are_found() {
    let (false_alarms, found) = alarms(1, 0.1);
    assert!(false_alarms <= 18, "{false_alarms} of 200 equal pairs were called different");
    assert!(found >= 180, "{found} of 200 pairs that are 10 % slower were found");
}

#[test]
fn calibration_over_seeds() {
    for wave in [0.05, 0.1, 0.15] {
        for seed in 2..8 {
            println!("wave {wave} seed {seed}: {:?}", alarms(seed, wave));
        }
    }
}
