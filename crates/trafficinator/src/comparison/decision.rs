//! What counts as a difference.

use serde::Serialize;

use super::metric::{METRICS, Metric};
use super::resampling::Resampling;
use super::{Estimate, Options, student};

/// What became of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Worse,
    Better,
    /// It changed, by less than `--min-effect`.
    TooSmall,
    /// No difference was found.
    None,
    /// One side has no samples.
    NoSamples,
}

/// What became of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// At least one is worse.
    Worse,
    /// None is worse, and at least one is better.
    Better,
    None,
}

/// How much every metric changed; nothing where one side has no samples.
pub(crate) fn estimates(resampling: &Resampling, options: Options) -> [Option<Estimate>; METRICS] {
    let wide = student::quantile(options.confidence, resampling.degrees);
    let mut estimates = std::array::from_fn(|metric| {
        let difference = resampling.new[metric]? - resampling.base[metric]?;
        let error = resampling.error[metric];
        let p = if difference == 0.0 {
            1.0
        } else {
            // Without an error this is infinite, and the chance 0.
            student::two_sided(difference / error, resampling.degrees)
        };
        let (low, high) = (difference - wide * error, difference + wide * error);
        Some(Estimate { difference, low, high, p, p_adjusted: p })
    });
    let known: Vec<usize> = (0..METRICS).filter(|metric| estimates[*metric].is_some()).collect();
    let adjusted = holm(&known.iter().filter_map(|metric| Some(estimates[*metric]?.p)).collect::<Vec<_>>());
    for (metric, p) in known.into_iter().zip(adjusted) {
        if let Some(estimate) = &mut estimates[metric] {
            estimate.p_adjusted = p;
        }
    }
    estimates
}

/// p-values as they are worth when there are several (Holm 1979): one of them falls below 5 % by chance in 5 % of all
/// comparisons in which there is no difference, however many there are and whatever they have to do with each other.
pub(crate) fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut highest: f64 = 0.0;
    for (rank, index) in order.into_iter().enumerate() {
        highest = highest.max((p[index] * (p.len() - rank) as f64).min(1.0));
        adjusted[index] = highest;
    }
    adjusted
}

/// Whether a metric became worse or better.
pub(crate) fn decide(
    metric: Metric,
    base: Option<f64>,
    estimate: Option<Estimate>,
    options: Options,
) -> Decision {
    let (Some(base), Some(estimate)) = (base, estimate) else { return Decision::NoSamples };
    let Estimate { difference, p_adjusted, .. } = estimate;
    if difference == 0.0 || p_adjusted > 1.0 - options.confidence {
        Decision::None
    } else if difference.abs() < options.min_effect * base.abs() {
        Decision::TooSmall
    } else if (difference > 0.0) == metric.is_worse_higher() {
        Decision::Worse
    } else {
        Decision::Better
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_multiplies_the_smallest_by_all_and_never_falls() {
        let close = |left: &[f64], right: &[f64]| {
            assert_eq!(left.len(), right.len());
            assert!(left.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-12), "{left:?} {right:?}");
        };
        close(&holm(&[0.01, 0.04, 0.03, 0.005]), &[0.03, 0.06, 0.06, 0.02]);
        close(&holm(&[0.9, 0.5]), &[1.0, 1.0]);
        close(&holm(&[0.02]), &[0.02]);
        close(&holm(&[]), &[]);
    }

    #[test]
    fn a_difference_counts_from_the_least_effect_on_and_by_its_direction() {
        let options = Options { min_effect: 0.05, ..Options::default() };
        let estimate = |difference, p_adjusted| {
            Some(Estimate { difference, low: difference, high: difference, p: p_adjusted, p_adjusted })
        };
        let decided = |metric, difference, p| decide(metric, Some(100.0), estimate(difference, p), options);
        assert_eq!(decided(Metric::ResponseP95, 6.0, 0.04), Decision::Worse);
        assert_eq!(decided(Metric::ResponseP95, -6.0, 0.04), Decision::Better);
        assert_eq!(decided(Metric::HitRate, 6.0, 0.04), Decision::Better);
        assert_eq!(decided(Metric::HitRate, -6.0, 0.04), Decision::Worse);
        assert_eq!(decided(Metric::ErrorShare, 4.9, 0.0), Decision::TooSmall);
        assert_eq!(decided(Metric::ErrorShare, 50.0, 0.051), Decision::None);
        assert_eq!(decide(Metric::HitRate, None, None, options), Decision::NoSamples);
    }
}
