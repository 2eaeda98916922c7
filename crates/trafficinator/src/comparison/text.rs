//! A comparison for people at a terminal: aligned, verdict last.

use std::fmt::Write as _;

use super::words::{amount, chance, label, method, percent, plain, shown};
use super::{Comparison, Difference, Source};

/// The whole comparison.
pub(crate) fn text(comparison: &Comparison) -> String {
    let mut out = String::from("\n");
    let files = comparison.base.iter().chain(&comparison.new).map(|source| plain(&source.file));
    let longest = files.map(|file| file.chars().count()).max().unwrap_or_default();
    for (name, sources) in [("base", &comparison.base), ("new", &comparison.new)] {
        for (index, source) in sources.iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            let _infallible = writeln!(out, "  {name:<5} {}", described(source, longest));
        }
    }
    let _infallible = writeln!(out, "  plan  {}\n", plain(&comparison.plan));
    let interval = format!("{} interval", percent(comparison.method.options.confidence));
    let head = ["", "base", "new", "", "difference", &interval, "p (Holm)", ""].map(str::to_owned);
    let rows: Vec<[String; 8]> = std::iter::once(head).chain(comparison.metrics.iter().map(cells)).collect();
    let widths: [usize; 8] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    });
    for row in &rows {
        let mut line = String::from(" ");
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Names, units and verdicts to the left, numbers to the right.
            let gap = if column == 3 { " " } else { "  " };
            let gap = if column == 0 { " " } else { gap };
            let _infallible = match column {
                0 | 3 | 7 => write!(line, "{gap}{cell:<width$}"),
                _ => write!(line, "{gap}{cell:>width$}"),
            };
        }
        let _infallible = writeln!(out, "{}", line.trim_end());
    }
    out.push('\n');
    for metric in &comparison.metrics {
        let _infallible = writeln!(out, "  {}", metric.sentence);
    }
    out.push('\n');
    for warning in &comparison.warnings {
        let _infallible = writeln!(out, "  warning: {}", plain(warning));
    }
    let _infallible = writeln!(out, "  {}\n\n{}", method(comparison), comparison.verdict.sentence);
    out
}

/// Which run it was; names of files have as much room as the longest of them.
fn described(source: &Source, longest: usize) -> String {
    format!(
        "{:<longest$}  run {}  seed {}  {}  {} s",
        plain(&source.file),
        plain(&source.run),
        source.seed,
        plain(&source.target),
        amount(source.seconds)
    )
}

/// Name, base, new, unit, difference, interval, p and verdict.
pub(crate) fn cells(metric: &Difference) -> [String; 8] {
    let values = [metric.base, metric.new];
    let shown = shown(metric.metric, values);
    let [base, new] = values.map(|value| value.map_or("-".to_owned(), |value| shown.number(value)));
    let [difference, interval, p] = match metric.estimate {
        Some(estimate) => [
            shown.signed(estimate.difference),
            format!("{}..{}", shown.signed(estimate.low), shown.signed(estimate.high)),
            chance(estimate.p_adjusted),
        ],
        None => ["-"; 3].map(str::to_owned),
    };
    let unit = shown.unit.to_owned();
    [
        metric.metric.name().to_owned(),
        base,
        new,
        unit,
        difference,
        interval,
        p,
        label(metric.decision).to_owned(),
    ]
}
