//! Reports on a run: the same facts as a page with charts, as markdown, and second by second for spreadsheets.

mod capacity;
mod charts;
mod csv;
pub(crate) mod escape;
mod facts;
#[cfg(test)]
pub(crate) mod fixture;
mod html;
mod markdown;
mod shards;
pub(crate) mod table;
mod targets;
#[cfg(test)]
mod tests;

use std::path::Path;

use anyhow::Context as _;
use engine::recorder::series::Series;
use engine::recorder::statistics::Statistics;
use serde::Serialize;

use crate::summary::Summary;
use table::Table;

/// What a report can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One page that needs nothing else.
    Html,
    /// Short, for a pull request or a wiki.
    Markdown,
    /// A line a window, for a spreadsheet.
    Csv,
}

impl Format {
    /// Their names, which are the extensions of their files as well.
    pub(crate) const NAMES: [&'static str; 3] = ["html", "md", "csv"];

    /// The format of this name.
    pub(crate) fn named(name: &str) -> Option<Format> {
        match name.to_ascii_lowercase().as_str() {
            "html" | "htm" => Some(Format::Html),
            "md" | "markdown" => Some(Format::Markdown),
            "csv" => Some(Format::Csv),
            _ => None,
        }
    }

    /// The format that the extension of a file asks for.
    pub(crate) fn of(path: &Path) -> Option<Format> {
        Format::named(path.extension()?.to_str()?)
    }

    /// The extension of its files.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Markdown => "md",
            Format::Csv => "csv",
        }
    }
}

/// A run that is reported on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) summary: &'a Summary,
    pub(crate) series: &'a Series,
    pub(crate) statistics: &'a Statistics,
    /// What else there is to tell.
    pub(crate) additions: &'a Additions,
}

/// What a report tells besides: of a search for the capacity, of several targets, or of shards that were merged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Additions {
    /// Parts of the run, marked in the charts over time.
    pub(crate) stages: Vec<Stage>,
    /// Told right after the key figures.
    pub(crate) sections: Vec<Section>,
}

impl Additions {
    /// What the result of a run tells besides.
    pub(crate) fn of(summary: &Summary) -> Additions {
        let mut additions = summary.capacity.as_ref().map_or_else(Additions::default, capacity::additions);
        additions.sections.extend(targets::section(summary));
        additions.sections.extend(shards::section(&summary.shards));
        additions
    }
}

/// A part of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Stage {
    /// Seconds since the start of the run.
    pub(crate) from: f64,
    /// Seconds since the start of the run.
    pub(crate) to: f64,
    /// A few words, such as `50/s`.
    pub(crate) label: String,
}

/// Something under a heading of its own.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) heading: String,
    pub(crate) paragraphs: Vec<String>,
    pub(crate) table: Option<Table>,
}

/// Writes a report on a run to a file, which is whole or not there; its extension is the format. `series` and
/// `statistics` are those of the run's snapshot, or of a result that was read.
pub(crate) fn write(
    summary: &Summary,
    series: &Series,
    statistics: &Statistics,
    path: &Path,
) -> anyhow::Result<()> {
    let additions = Additions::of(summary);
    write_with(&Subject { summary, series, statistics, additions: &additions }, path)
}

/// The same, with more to tell.
pub(crate) fn write_with(subject: &Subject<'_>, path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    let format = Format::of(path)
        .with_context(|| format!("{shown}: a report is a file that ends in .html, .md or .csv"))?;
    crate::whole::write(path, &render(subject, format)?)
        .with_context(|| format!("cannot write the report to {shown}"))
}

/// The text of a report.
pub(crate) fn render(subject: &Subject<'_>, format: Format) -> anyhow::Result<String> {
    match format {
        Format::Html => html::page(subject),
        Format::Markdown => Ok(markdown::text(subject)),
        Format::Csv => csv::lines(subject),
    }
}
