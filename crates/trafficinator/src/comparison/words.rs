//! Comparisons in words: numbers with their units, a sentence for every metric, and the verdict.

use super::decision::{Decision, Outcome};
use super::metric::{Metric, Unit};
use super::{Comparison, Difference, Estimate, Options, Verdict};
use crate::summary::text::grouped;

/// From here on times are shown in seconds.
const LONG_MS: f64 = 10_000.0;

/// How numbers of a metric are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    factor: f64,
    /// Behind values.
    pub(crate) unit: &'static str,
    /// Behind differences.
    pub(crate) apart: &'static str,
}

/// How the numbers of a metric are shown, all in one unit.
pub(crate) fn shown(metric: Metric, values: [Option<f64>; 2]) -> Shown {
    let long = values.into_iter().flatten().any(|value| value >= LONG_MS);
    match metric.unit() {
        Unit::HitsPerSecond => Shown { factor: 1.0, unit: "hits/s", apart: "hits/s" },
        Unit::VisitsPerSecond => Shown { factor: 1.0, unit: "visits/s", apart: "visits/s" },
        Unit::Share => Shown { factor: 100.0, unit: "%", apart: "points" },
        Unit::Milliseconds if long => Shown { factor: 0.001, unit: "s", apart: "s" },
        Unit::Milliseconds => Shown { factor: 1.0, unit: "ms", apart: "ms" },
    }
}

impl Shown {
    /// A number without its unit.
    pub(crate) fn number(self, value: f64) -> String {
        amount(value * self.factor)
    }

    /// A difference without its unit.
    pub(crate) fn signed(self, difference: f64) -> String {
        let text = self.number(difference);
        if text.starts_with('-') || text == "0" { text } else { format!("+{text}") }
    }
}

/// Three significant digits, and not more than three decimals.
pub(crate) fn amount(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        size if size < 0.000_5 => return "0".to_owned(),
        size if size < 0.999_5 => format!("{size:.3}"),
        size if size < 9.995 => format!("{size:.2}"),
        size if size < 99.95 => format!("{size:.1}"),
        size => grouped(size.round() as u64),
    };
    if value < 0.0 { format!("-{text}") } else { text }
}

/// A share as people write it: 95 %, 99.9 %.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", (share * 100_000.0).round() / 1_000.0)
}

/// How likely, as people read it.
pub(crate) fn chance(p: f64) -> String {
    match p {
        p if p < 0.000_1 => "<0.0001".to_owned(),
        p if p < 0.01 => format!("{p:.4}"),
        p if p < 0.995 => format!("{p:.2}"),
        _ => "1".to_owned(),
    }
}

/// Text from files and names of files, without characters that move the cursor or turn the line around.
pub(crate) fn plain(text: &str) -> String {
    let is_harmless = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if is_harmless(c) { c } else { '\u{fffd}' }).collect()
}

/// What became of a metric, in a word or two.
pub(crate) fn label(decision: Decision) -> &'static str {
    match decision {
        Decision::Worse => "worse",
        Decision::Better => "better",
        Decision::TooSmall => "too small to matter",
        Decision::None => "no difference",
        Decision::NoSamples => "no samples",
    }
}

/// One metric; `compared` metrics were.
pub(crate) fn sentence(
    metric: Metric,
    values: [Option<f64>; 2],
    estimate: Option<Estimate>,
    decision: Decision,
    compared: usize,
    options: Options,
) -> String {
    let name = metric.name();
    let (Some(estimate), [Some(base), Some(_)]) = (estimate, values) else {
        let side = if values[0].is_none() { "base" } else { "new" };
        return format!("{name} cannot be compared: {side} has no samples");
    };
    let shown = shown(metric, values);
    let Estimate { difference, low, high, p, .. } = estimate;
    let unit = if shown.apart == "points" { "percentage points" } else { shown.apart };
    let (verb, from, to) = if difference < 0.0 { ("fell", -high, -low) } else { ("rose", low, high) };
    let change = format!("{verb} by {} {unit}", shown.number(difference.abs()));
    let confidence = percent(options.confidence);
    let interval = format!("{confidence} interval {}..{}", shown.number(from), shown.number(to));
    match decision {
        Decision::Worse | Decision::Better => format!("{name} {change}, {interval}: {}", label(decision)),
        Decision::TooSmall => {
            let share = percent((difference / base).abs());
            let least = percent(options.min_effect);
            format!(
                "{name} {change}, {interval}: {share} of the base, less than {least}, too small to matter"
            )
        }
        _ if low.to_bits() == high.to_bits() => format!("{name} is the same"),
        _ if difference != 0.0 && p <= 1.0 - options.confidence => format!(
            "no difference was found in {name}: it {change}, {interval}, which among {compared} metrics may be chance"
        ),
        _ => {
            let most = shown.number(low.abs().max(high.abs()));
            format!(
                "no difference was found in {name}: at most {most} {unit} either way, {confidence} confidence"
            )
        }
    }
}

/// All of them.
pub(crate) fn verdict(metrics: &[Difference]) -> Verdict {
    let names = |decision: Decision| {
        let named = metrics.iter().filter(|metric| metric.decision == decision);
        named.map(|metric| metric.metric.name()).collect::<Vec<_>>().join(", ")
    };
    let (worse, better) = (names(Decision::Worse), names(Decision::Better));
    let also = if better.is_empty() { String::new() } else { format!("; better: {better}") };
    if !worse.is_empty() {
        return Verdict { outcome: Outcome::Worse, sentence: format!("WORSE: {worse}{also}") };
    }
    if !better.is_empty() {
        return Verdict { outcome: Outcome::Better, sentence: format!("better: {better}; nothing is worse") };
    }
    let small = names(Decision::TooSmall);
    let sentence = if small.is_empty() {
        let compared = metrics.iter().filter(|metric| metric.estimate.is_some()).count();
        format!("no difference was found in {compared} metrics")
    } else {
        format!("no difference that matters was found; too small to matter: {small}")
    };
    Verdict { outcome: Outcome::None, sentence }
}

/// How it was computed, in one line.
pub(crate) fn method(comparison: &Comparison) -> String {
    let method = &comparison.method;
    let both = if method.paired { ", the same ones of base and new" } else { "" };
    let windows = if method.block == 1 { "window" } else { "windows" };
    format!(
        "moving-block bootstrap: {} resamples of blocks of {} {windows} of {} s{both}, seed {}; {} intervals of \
         Student's t with {} degrees of freedom; decided over all metrics together (Holm), chance of a false alarm \
         {}; least effect {}",
        grouped(u64::from(method.options.resamples)),
        method.block,
        method.window_seconds,
        method.options.seed,
        percent(method.options.confidence),
        method.degrees,
        percent(1.0 - method.options.confidence),
        percent(method.options.min_effect),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits_and_no_empty_sign() {
        let numbers = [0.0, -0.000_1, 0.012_34, 0.999_9, 1.234, 9.999, -14.26, 99.96, 212.4, 12_345.6];
        let texts = ["0", "0", "0.012", "1.00", "1.23", "10.0", "-14.3", "100", "212", "12,346"];
        assert_eq!(numbers.map(amount), texts);
        assert_eq!([0.95, 0.999, 0.05, 0.0].map(percent), ["95 %", "99.9 %", "5 %", "0 %"]);
        assert_eq!([0.000_01, 0.004_2, 0.051, 1.0].map(chance), ["<0.0001", "0.0042", "0.05", "1"]);
    }

    #[test]
    fn times_of_ten_seconds_and_more_are_shown_in_seconds() {
        let shown = shown(Metric::ResponseP99, [Some(800.0), Some(12_340.0)]);
        assert_eq!(
            (shown.number(12_340.0), shown.signed(11_540.0), shown.unit),
            ("12.3".into(), "+11.5".into(), "s")
        );
    }

    #[test]
    fn text_from_files_moves_no_cursor() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{202e}d é"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d é");
    }
}
