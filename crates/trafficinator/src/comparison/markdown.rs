//! A comparison for a pull request: verdict first.

use std::fmt::Write as _;

use super::decision::Outcome;
use super::text::cells;
use super::words::{amount, method, percent, plain};
use super::{Comparison, Source};
use crate::report::escape;

/// The whole comparison.
pub(crate) fn markdown(comparison: &Comparison) -> String {
    let mut out = String::new();
    let mark = match comparison.verdict.outcome {
        Outcome::Worse => "🔴",
        Outcome::Better => "🟢",
        Outcome::None => "⚪",
    };
    let _infallible = writeln!(out, "### {mark} {}\n", escaped(&comparison.verdict.sentence));
    let interval = format!("{} interval", percent(comparison.method.options.confidence));
    let _infallible = writeln!(out, "| | base | new | difference | {interval} | p (Holm) | |");
    out.push_str("|:--|--:|--:|--:|--:|--:|:--|\n");
    for metric in &comparison.metrics {
        let [name, base, new, unit, difference, interval, p, label] =
            cells(metric).map(|cell| escaped(&cell));
        let _infallible =
            writeln!(out, "| {name} ({unit}) | {base} | {new} | {difference} | {interval} | {p} | {label} |");
    }
    out.push('\n');
    for metric in &comparison.metrics {
        let _infallible = writeln!(out, "- {}", escaped(&metric.sentence));
    }
    for warning in &comparison.warnings {
        let _infallible = writeln!(out, "- **warning**: {}", escaped(warning));
    }
    let sources = |sources: &[Source]| sources.iter().map(described).collect::<Vec<_>>().join(", ");
    let (base, new) = (sources(&comparison.base), sources(&comparison.new));
    let _infallible = writeln!(out, "\nBase: {base}. New: {new}. Plan {}.\n", escaped(&comparison.plan));
    let _infallible = writeln!(out, "<sub>{}</sub>", escaped(&method(comparison)));
    out
}

fn described(source: &Source) -> String {
    format!(
        "{} (run {}, seed {}, {}, {} s)",
        escaped(&source.file),
        escaped(&source.run),
        source.seed,
        escaped(&source.target),
        amount(source.seconds)
    )
}

/// Text that is text in markdown as well: nothing in it makes a table, a link, HTML, or calls somebody.
fn escaped(text: &str) -> String {
    // GitHub turns an @ into a mention, and an address into a link by its colon.
    [("@", "&#64;"), ("http:", "http&#58;"), ("https:", "https&#58;")]
        .into_iter()
        .fold(escape::markdown(&plain(text)), |safe, (special, entity)| safe.replace(special, entity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markdown_or_html() {
        let evil = "a|b `c` <img src=x> [d](e) **f** @me #1 ~~g~~ ![h](i) \\| http://x/\n# j";
        let safe = escaped(evil);
        assert_eq!(
            safe,
            "a\\|b \\`c\\` &lt;img src=x&gt; \\[d\\](e) \\*\\*f\\*\\* &#64;me \\#1 \\~\\~g\\~\\~ \\!\\[h\\](i) \\\\\\| \
             http&#58;//x/\u{fffd}\\# j"
        );
    }
}
