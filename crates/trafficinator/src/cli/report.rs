//! The command line of `report`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, ArgMatches, Command, value_parser};

use super::one;
use crate::report::Format;

/// `report`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportArgs {
    /// A result.
    pub(crate) file: PathBuf,
    pub(crate) to: ReportTo,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReportTo {
    Stdout(Format),
    /// Beside the result, with another extension.
    Beside(Format),
    /// The extension is the format.
    File(PathBuf),
}

/// The subcommand.
pub(super) fn command() -> Command {
    let file = Arg::new("file")
        .value_name("FILE")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("A result that `run --summary-json FILE` wrote");
    let output = Arg::new("output")
        .long("output")
        .short('o')
        .value_name("OUT")
        .value_parser(value_parser!(PathBuf))
        .help("A file that ends in .html, .md or .csv, or one of these words for standard output");
    let format = Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(
            PossibleValuesParser::new(Format::NAMES)
                .map(|name| Format::named(&name).expect("they are the names of formats")),
        )
        .conflicts_with("output")
        .help("Write FILE with this extension [default: html]");
    Command::new("report")
        .about("Make a report of a result: a page with charts, markdown, or a line a second for spreadsheets")
        .args([file, output, format])
        .after_help(
            "Examples:\n  \
             trafficinator report run.json\n  \
             trafficinator report run.json -o /srv/reports/monday.html\n  \
             trafficinator report run.json -o md >> $GITHUB_STEP_SUMMARY\n  \
             trafficinator report run.json --format csv",
        )
}

/// What was asked for.
pub(super) fn args(matches: &ArgMatches) -> ReportArgs {
    let output: Option<&PathBuf> = matches.get_one("output");
    let to = match (output, matches.get_one("format")) {
        // A word alone has no extension, and names a format.
        (Some(output), _) => match output.to_str().filter(|word| Format::NAMES.contains(word)) {
            Some(word) => ReportTo::Stdout(Format::named(word).expect("it is the name of a format")),
            None => ReportTo::File(output.clone()),
        },
        (None, format) => ReportTo::Beside(format.copied().unwrap_or(Format::Html)),
    };
    ReportArgs { file: one(matches, "file"), to }
}
