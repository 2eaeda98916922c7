//! The command line of `merge`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::settings::SummaryTo;

/// `merge`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MergeArgs {
    /// Results of shards, at least one.
    pub(crate) files: Vec<PathBuf>,
    /// Where the merged result goes; nowhere unless given.
    pub(crate) to: Option<SummaryTo>,
}

/// The subcommand.
pub(super) fn command() -> Command {
    let files = Arg::new("files")
        .value_name("SHARD.json")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .action(ArgAction::Append)
        .num_args(1..)
        .help("Results of all shards, as `run --shard K/N --summary-json FILE` wrote them, in any order");
    let output = Arg::new("output")
        .long("output")
        .short('o')
        .value_name("FILE")
        .help("Write the result of the whole as JSON to a file, - for standard output");
    Command::new("merge")
        .about("Make one result of those of all shards")
        .long_about(
            "Make one result of those of all shards: counts, ledgers, windows and every time are added exactly, rates \
             and percentiles come from the sums, and thresholds are judged on the whole. The result is like that of \
             one machine, for `report` and `compare`.\n\n\
             Missing shards, shards given twice and results that are not parts of one plan are refused. Exits as `run` \
             would have: with 98 where a shard is void, with 99 where a threshold does not hold.",
        )
        .args([files, output])
        .after_help(
            "Examples:\n  \
             trafficinator merge shard-*.json\n  \
             trafficinator merge shard-*.json -o run.json && trafficinator report run.json",
        )
}

/// What was asked for.
pub(super) fn args(matches: &ArgMatches) -> MergeArgs {
    MergeArgs {
        files: matches.get_many("files").map(|files| files.cloned().collect()).unwrap_or_default(),
        to: matches.get_one::<String>("output").map(|text| SummaryTo::from_text(text)),
    }
}
