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
            arriving: 1.0,
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

/// Measured over other seeds: with a wave of 0.1 (seeds 2 to 5) 6, 7, 2 and 4 false alarms, and all 200 found; with 0.15
/// (2 and 3) 8 and 5, and 187 and 191; with 0.05 (2 to 5) 7, 3, 2 and 3, and all.
#[test]
fn equal_runs_are_rarely_called_different_and_slower_ones_are_found() {
    let (false_alarms, found) = alarms(1, 0.1);
    assert!(false_alarms <= 18, "{false_alarms} of 200 equal pairs were called different");
    assert!(found >= 180, "{found} of 200 pairs that are 10 % slower were found");
}

/// Runs of a minute, with little to go by.
fn short(median: f64, errors: f64, number: u64) -> Run {
    simulated(Target { windows: 60, hits: 20, median, errors, ..Target::default() }, 5, number)
}

#[test]
fn a_worse_error_share_is_found_and_nothing_else() {
    let (base, new) = (short(100.0, 0.01, 1), short(100.0, 0.08, 2));
    let (metrics, _) = differences(&[base], &[new], Options::default());
    assert_eq!(metrics[Metric::ErrorShare as usize].decision, Decision::Worse, "{metrics:?}");
    assert_eq!(decided(&metrics, Decision::Worse) + decided(&metrics, Decision::Better), 1, "{metrics:?}");
}

#[test]
fn a_lower_rate_is_worse() {
    let base = short(100.0, 0.01, 1);
    let mut new = short(100.0, 0.01, 2);
    for (index, span) in new.windows.iter_mut().enumerate() {
        span.sent -= if index % 2 == 0 { 2 } else { 3 };
    }
    let (metrics, _) = differences(&[base], &[new], Options::default());
    assert_eq!(metrics[Metric::HitRate as usize].decision, Decision::Worse, "{metrics:?}");
    assert_eq!(metrics[Metric::VisitRate as usize].decision, Decision::None, "{metrics:?}");
}

#[test]
fn repeats_that_differ_among_themselves_widen_the_interval() {
    let width = |medians: [f64; 2]| {
        let base = [short(medians[0], 0.01, 1), short(medians[1], 0.01, 2)];
        let new = [short(100.0, 0.01, 3), short(100.0, 0.01, 4)];
        let (metrics, _) = differences(&base, &new, Options::default());
        let estimate = metrics[Metric::ServiceP50 as usize].estimate.unwrap();
        estimate.high - estimate.low
    };
    let (alike, unlike) = (width([100.0, 100.0]), width([80.0, 125.0]));
    assert!(unlike > 2.0 * alike, "{unlike} {alike}");
}

#[test]
fn repeats_that_agree_narrow_the_interval() {
    let runs =
        |from: u64, count: u64| (from..from + count).map(|n| short(100.0, 0.01, n)).collect::<Vec<_>>();
    let width = |count: u64| {
        let (metrics, _) = differences(&runs(10, count), &runs(20, count), Options::default());
        let estimate = metrics[Metric::ErrorShare as usize].estimate.unwrap();
        estimate.high - estimate.low
    };
    let (one, four) = (width(1), width(4));
    assert!(four < 0.75 * one, "{four} {one}");
}

#[test]
fn a_load_that_rises_hides_no_difference_where_both_runs_had_it() {
    // The target is slower the higher the rate is; the new one is 5 % slower at every rate.
    let rising = |factor: f64, number: u64| {
        let mut run = short(100.0, 0.01, number);
        for (index, span) in run.windows.iter_mut().enumerate() {
            for times in [&mut span.response, &mut span.service] {
                for time in times.iter_mut() {
                    time.0 = hdr((time.0 as f64 * factor * (1.0 + index as f64 / 10.0)) as u64);
                }
                times.sort_unstable();
            }
        }
        run
    };
    let width = |seed: u64| {
        let new = Run { seed, ..rising(1.05, 2) };
        let (metrics, resampling) = differences(&[rising(1.0, 1)], &[new], Options::default());
        let estimate = metrics[Metric::ServiceP50 as usize].estimate.unwrap();
        (estimate.high - estimate.low, resampling.paired)
    };
    let ((together, paired), (apart, unpaired)) = (width(7), width(8));
    assert!(paired && !unpaired);
    assert!(together < 0.5 * apart, "{together} {apart}");
}

#[test]
fn without_times_due_there_is_no_response() {
    let closed = |number| Run { responds: false, ..short(100.0, 0.01, number) };
    let (metrics, _) = differences(&[closed(1)], &[closed(2)], Options::default());
    assert_eq!(metrics.len(), 6);
    assert!(metrics.iter().all(|metric| !metric.metric.is_response() && metric.estimate.is_some()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn swapping_base_and_new_negates_every_difference(
        medians in (50.0..150.0_f64, 50.0..150.0_f64),
        errors in (0.0..0.2_f64, 0.0..0.2_f64),
        windows in (10_usize..80, 10_usize..80),
        seeds in (0_u64..3, 0_u64..3),
    ) {
        let run = |median, errors, windows, seed, number| {
            let target = Target { windows, hits: 12, median, errors, ..Target::default() };
            Run { seed, ..simulated(target, 9, number) }
        };
        let base = run(medians.0, errors.0, windows.0, seeds.0, 1);
        let new = run(medians.1, errors.1, windows.1, seeds.1, 2);
        let options = Options { resamples: 50, ..Options::default() };
        let (there, _) = differences(std::slice::from_ref(&base), std::slice::from_ref(&new), options);
        let (back, _) = differences(&[new], &[base], options);
        for (there, back) in there.iter().zip(&back) {
            prop_assert_eq!(there.base, back.new);
            let (Some(a), Some(b)) = (there.estimate, back.estimate) else {
                prop_assert_eq!(there.estimate, back.estimate);
                continue;
            };
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs());
            prop_assert!(close(a.difference, -b.difference), "{:?} {:?}", there, back);
            prop_assert!(close(a.low, -b.high) && close(a.high, -b.low), "{:?} {:?}", there, back);
            prop_assert!(close(a.p_adjusted, b.p_adjusted), "{:?} {:?}", there, back);
            let opposite = match there.decision {
                Decision::Worse => Decision::Better,
                Decision::Better => Decision::Worse,
                same => same,
            };
            prop_assert_eq!(opposite, back.decision);
        }
    }
}
