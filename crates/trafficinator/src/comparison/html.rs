//! A comparison as one HTML file: no scripts, nothing from the network, light and dark.

use std::fmt::Write as _;

use super::decision::{Decision, Outcome};
use super::text::cells;
use super::words::{amount, method, percent, plain, shown};
use super::{Comparison, Difference, Options, Source};
use crate::report::escape;

/// The whole comparison.
pub(crate) fn html(comparison: &Comparison) -> String {
    let mut out = String::new();
    let class = match comparison.verdict.outcome {
        Outcome::Worse => "worse",
        Outcome::Better => "better",
        Outcome::None => "none",
    };
    let verdict = escaped(&comparison.verdict.sentence);
    let options = comparison.method.options;
    let interval = format!("{} interval", percent(options.confidence));
    let _infallible = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{verdict} - Trafficinator</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <p class=\"kind\">Comparison of runs</p>\n<h1 class=\"{class}\">{verdict}</h1>\n<dl class=\"runs\">\n"
    );
    for (name, sources) in [("base", &comparison.base), ("new", &comparison.new)] {
        for source in sources {
            let _infallible = writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", described(source));
        }
    }
    let plan = escaped(&comparison.plan);
    let _infallible = writeln!(out, "<div><dt>plan</dt><dd>{plan}</dd></div>\n</dl>");
    for warning in &comparison.warnings {
        let _infallible = writeln!(out, "<p class=\"warning\">{}</p>", escaped(warning));
    }
    let _infallible = write!(
        out,
        "<table>\n<thead><tr><th scope=\"col\">metric</th><th scope=\"col\">base</th><th scope=\"col\">new</th>\
         <th scope=\"col\">difference</th><th scope=\"col\" class=\"chart\">{interval}</th>\
         <th scope=\"col\">p (Holm)</th><th scope=\"col\">decision</th></tr></thead>\n<tbody>\n"
    );
    for metric in &comparison.metrics {
        row(&mut out, metric, options, &interval);
    }
    out.push_str("</tbody>\n</table>\n<h2>In words</h2>\n<ul>\n");
    for metric in &comparison.metrics {
        let _infallible = writeln!(out, "<li>{}</li>", escaped(&metric.sentence));
    }
    let method = escaped(&method(comparison));
    let _infallible = write!(
        out,
        "</ul>\n<p class=\"method\">The charts show the interval of each difference around zero; left of it is less, \
         right of it more. Computed by {method}.</p>\n</main>\n</body>\n</html>\n"
    );
    out
}

fn row(out: &mut String, metric: &Difference, options: Options, head: &str) {
    let [name, base, new, unit, difference, interval, p, label] = cells(metric).map(|cell| escaped(&cell));
    let apart = shown(metric.metric, [metric.base, metric.new]).apart;
    let class = class(metric.decision);
    let _infallible = writeln!(
        out,
        "<tr class=\"{class}\"><th scope=\"row\">{name}</th>\
         <td data-name=\"base\"><span>{base} <small>{unit}</small></span></td>\
         <td data-name=\"new\"><span>{new} <small>{unit}</small></span></td>\
         <td data-name=\"difference\"><span>{difference} <small>{apart}</small></span></td>\
         <td class=\"chart\" data-name=\"{head}\"><span>{chart}<span class=\"ends\">{interval}</span></span></td>\
         <td data-name=\"p (Holm)\">{p}</td>\
         <td class=\"decision\" data-name=\"decision\"><b>{label}</b></td></tr>",
        chart = chart(metric, options),
    );
}

fn class(decision: Decision) -> &'static str {
    match decision {
        Decision::Worse => "worse",
        Decision::Better => "better",
        Decision::TooSmall | Decision::None | Decision::NoSamples => "none",
    }
}

/// Half of the width of a chart, in its own units, and what is kept free at its ends.
const HALF: f64 = 100.0;
const MARGIN: f64 = 6.0;

/// The interval around zero, on a scale of its own, with the differences that are too small to matter.
fn chart(metric: &Difference, options: Options) -> String {
    let Some(estimate) = metric.estimate else { return String::new() };
    let small = metric.base.map_or(0.0, |base| base.abs() * options.min_effect);
    let widest = estimate.low.abs().max(estimate.high.abs());
    let x = |difference: f64| {
        let share = if widest > 0.0 { (difference / widest).clamp(-1.0, 1.0) } else { 0.0 };
        HALF + share * (HALF - MARGIN)
    };
    let (low, middle, high) = (x(estimate.low), x(estimate.difference), x(estimate.high));
    let (from, to) = (x(-small), x(small));
    let title = format!("{} to {}", amount(estimate.low), amount(estimate.high));
    format!(
        "<svg viewBox=\"0 0 200 24\" role=\"img\" aria-label=\"interval {title}\">\
         <rect class=\"small\" x=\"{from:.1}\" y=\"2\" width=\"{:.1}\" height=\"20\"/>\
         <line class=\"axis\" x1=\"0\" y1=\"12\" x2=\"200\" y2=\"12\"/>\
         <line class=\"zero\" x1=\"100\" y1=\"1\" x2=\"100\" y2=\"23\"/>\
         <line class=\"interval\" x1=\"{low:.1}\" y1=\"12\" x2=\"{high:.1}\" y2=\"12\"/>\
         <line class=\"end\" x1=\"{low:.1}\" y1=\"7\" x2=\"{low:.1}\" y2=\"17\"/>\
         <line class=\"end\" x1=\"{high:.1}\" y1=\"7\" x2=\"{high:.1}\" y2=\"17\"/>\
         <circle cx=\"{middle:.1}\" cy=\"12\" r=\"4.5\"/></svg>",
        to - from
    )
}

fn described(source: &Source) -> String {
    format!(
        "<b>{}</b> run {}, seed {}, {}, {} s",
        escaped(&source.file),
        escaped(&source.run),
        source.seed,
        escaped(&source.target),
        amount(source.seconds)
    )
}

/// Text as HTML shows it.
fn escaped(text: &str) -> String {
    escape::html(&plain(text))
}

const STYLE: &str = include_str!("html.css");
