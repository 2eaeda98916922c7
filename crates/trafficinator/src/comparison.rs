//! Compares runs of one plan: what became worse, what became better, and how sure that is.
//!
//! The windows of a run are not independent of each other: a slow second follows a slow second. So blocks of windows are
//! drawn again and again (moving-block bootstrap), which gives the standard error of every difference; its interval and
//! p-value are Student's, and what counts as a difference is decided over all metrics together (Holm).

pub(crate) mod decision;
pub(crate) mod fit;
pub(crate) mod html;
pub(crate) mod ladder;
pub(crate) mod markdown;
pub(crate) mod metric;
pub(crate) mod resampling;
pub(crate) mod runs;
pub(crate) mod side;
pub(crate) mod student;
pub(crate) mod text;
pub(crate) mod words;

use serde::Serialize;

use crate::summary::read::Given;
use decision::{Decision, Outcome};
use metric::Metric;
use resampling::Resampling;

/// What a comparison calls itself in JSON.
pub(crate) const SCHEMA: &str = "trafficinator/comparison/v1";

/// How to compare.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Options {
    /// Of every interval; what is left of 1 is the chance of a false alarm among all metrics.
    pub(crate) confidence: f64,
    /// A difference of less than this share of the base is too small to matter.
    pub(crate) min_effect: f64,
    /// The same seed draws the same blocks.
    pub(crate) seed: u64,
    /// How often blocks are drawn.
    pub(crate) resamples: u32,
}

impl Default for Options {
    /// No difference is too small: how much matters to them is something that only users know.
    fn default() -> Options {
        Options { confidence: 0.95, min_effect: 0.0, seed: 1, resamples: 1_000 }
    }
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Comparison {
    pub(crate) schema: &'static str,
    pub(crate) verdict: Verdict,
    /// Fingerprint of the plan of the first run.
    pub(crate) plan: String,
    pub(crate) base: Vec<Source>,
    pub(crate) new: Vec<Source>,
    /// What deserves a word: what `--force` overruled, and what else is not alike.
    pub(crate) warnings: Vec<String>,
    pub(crate) metrics: Vec<Difference>,
    pub(crate) method: Method,
}

/// All metrics together.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// In one sentence.
    pub(crate) sentence: String,
}

/// A run that was compared.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) run: String,
    pub(crate) seed: u64,
    pub(crate) target: String,
    /// Measured, after the warm-up.
    pub(crate) seconds: f64,
}

/// One metric. Rates are per second, shares between 0 and 1, times in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Difference {
    pub(crate) metric: Metric,
    /// Nothing where one side has no samples.
    pub(crate) base: Option<f64>,
    pub(crate) new: Option<f64>,
    #[serde(flatten)]
    pub(crate) estimate: Option<Estimate>,
    pub(crate) decision: Decision,
    /// In one sentence.
    pub(crate) sentence: String,
}

/// How much it changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Estimate {
    /// New less base.
    pub(crate) difference: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// How likely such a difference is where there is none.
    pub(crate) p: f64,
    /// The same, among so many metrics (Holm).
    pub(crate) p_adjusted: f64,
}

/// How it was computed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Method {
    #[serde(flatten)]
    pub(crate) options: Options,
    /// Windows a block.
    pub(crate) block: usize,
    /// Seconds a window, at most.
    pub(crate) window_seconds: u64,
    /// Whether the same blocks were drawn of base and new, since the same hits were due in them.
    pub(crate) paired: bool,
    /// Degrees of freedom of Student's distribution.
    pub(crate) degrees: u32,
}

/// Compares runs that fit together, with what is to be said about how well they do.
pub(crate) fn compare(base: &[Given], new: &[Given], warnings: Vec<String>, options: Options) -> Comparison {
    let runs = |side: &[Given]| side.iter().map(|given| runs::Run::of(&given.read)).collect::<Vec<_>>();
    let (base_runs, new_runs) = (runs(base), runs(new));
    let (metrics, resampling) = differences(&base_runs, &new_runs, options);
    let source = |given: &Given| {
        let summary = &given.read.summary;
        Source {
            file: given.file.clone(),
            run: summary.run.id.clone(),
            seed: summary.run.seed,
            target: summary.target.url.clone(),
            seconds: summary.measured.seconds,
        }
    };
    Comparison {
        schema: SCHEMA,
        verdict: words::verdict(&metrics),
        plan: base.first().map(|given| given.read.summary.run.plan.clone()).unwrap_or_default(),
        base: base.iter().map(source).collect(),
        new: new.iter().map(source).collect(),
        warnings,
        metrics,
        method: Method {
            options,
            block: resampling.block,
            window_seconds: base_runs.iter().chain(&new_runs).map(|run| run.width).max().unwrap_or(1),
            paired: resampling.paired,
            degrees: resampling.degrees,
        },
    }
}

/// Every metric of two sides, each of at least one run.
fn differences(base: &[runs::Run], new: &[runs::Run], options: Options) -> (Vec<Difference>, Resampling) {
    let resampling = resampling::resample(base, new, options);
    let estimates = decision::estimates(&resampling, options);
    let compared = estimates.iter().flatten().count();
    let difference = |metric: Metric| {
        let [base, new] = [&resampling.base, &resampling.new].map(|values| values[metric as usize]);
        let estimate = estimates[metric as usize];
        let decision = decision::decide(metric, base, estimate, options);
        let sentence = words::sentence(metric, [base, new], estimate, decision, compared, options);
        Difference { metric, base, new, estimate, decision, sentence }
    };
    let responds = base.iter().chain(new).all(|run| run.responds);
    let shown = |metric: &Metric| responds || !metric.is_response();
    (Metric::ALL.into_iter().filter(shown).map(difference).collect(), resampling)
}

#[cfg(test)]
mod tests;
