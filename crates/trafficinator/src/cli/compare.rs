//! The command line of `compare`.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::one;
use crate::comparison::{self, Options};

/// `compare`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CompareArgs {
    /// Results, at least one.
    pub(crate) base: Vec<PathBuf>,
    /// Results, at least one.
    pub(crate) new: Vec<PathBuf>,
    pub(crate) options: comparison::Options,
    /// Compare also what should not be.
    pub(crate) force: bool,
    pub(crate) format: CompareFormat,
    /// Standard output unless given.
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompareFormat {
    Text,
    Markdown,
    Html,
    Json,
}

/// The subcommand.
pub(super) fn command() -> Command {
    let files = |name: &'static str| {
        Arg::new(name).value_parser(value_parser!(PathBuf)).action(ArgAction::Append).num_args(0..)
    };
    let positional =
        files("files").value_name("BASE.json NEW.json").help("Results of `run --summary-json FILE`");
    let behind = files("behind")
        .value_name("NEW.json")
        .last(true)
        .help("Results of the new runs, where the ones before `--` are those of the base");
    let side = |name: &'static str, help: &'static str| {
        files(name).long(name).value_name("FILE").num_args(1).help(help)
    };
    let base = side("base", "A result of the base; may be repeated");
    let new = side("new", "A result of the new state; may be repeated");
    let min_effect = Arg::new("min-effect")
        .long("min-effect")
        .value_name("SHARE")
        .value_parser(|text: &str| percentage(text, 0.0, 1_000.0))
        .default_value("0%")
        .help("A difference of less than this share of the base is too small to matter: neither worse nor better")
        .long_help(
            "A difference of less than this share of the base is too small to matter: neither worse nor better. With \
             0% every difference counts that chance does not explain: how much matters to you is something the program \
             cannot know.",
        );
    let confidence = Arg::new("confidence")
        .long("confidence")
        .value_name("SHARE")
        .value_parser(|text: &str| percentage(text, 50.0, 99.999))
        .default_value("95%")
        .help("Of the intervals; 95% calls runs that are equal different in 5% of all comparisons");
    let seed = Arg::new("seed")
        .long("seed")
        .value_name("N")
        .value_parser(value_parser!(u64))
        .default_value("1")
        .help("The same files and seed give the same numbers");
    let force = Arg::new("force")
        .long("force")
        .action(ArgAction::SetTrue)
        .help("Compare runs that should not be compared, with a warning");
    let format = Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(
            PossibleValuesParser::new(["text", "md", "html", "json"])
                .map(|name| named(&name).unwrap_or(CompareFormat::Text)),
        )
        .help("How to write it [default: by the name of the file of -o, else text]");
    let output = Arg::new("output")
        .short('o')
        .long("output")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("Write it to a file; standard output gets the text as well");
    Command::new("compare")
        .about("Compare runs: what became worse, what became better, and how sure that is")
        .long_about(
            "Compare the results of two runs of one plan, or of several repeats of each: rates, the share of errors, \
             response and service times. Every difference comes with an interval, and what counts as one is decided \
             over all of them together, so that equal runs are rarely called different.\n\n\
             Both runs need the same settings and the same --seed. Several repeats are given with --base and --new, \
             or with `--` between the two groups; what repeats differ among themselves makes intervals wider.\n\n\
             Exits with 99 when the new run is worse in at least one metric, with 2 when the files cannot be compared, \
             else with 0.",
        )
        .override_usage(
            "trafficinator compare [OPTIONS] BASE.json NEW.json\n       \
             trafficinator compare [OPTIONS] --base FILE [--base FILE]... --new FILE [--new FILE]...\n       \
             trafficinator compare [OPTIONS] BASE.json... -- NEW.json...",
        )
        .args([positional, behind, base, new, min_effect, confidence, seed, force, format, output])
        .after_help(
            "Examples:\n  \
             trafficinator compare before.json after.json\n  \
             trafficinator compare before.json after.json --min-effect 5% -o comparison.md\n  \
             trafficinator compare before-*.json -- after-*.json\n  \
             trafficinator compare --base a.json --base b.json --new c.json --new d.json -o ab.html",
        )
}

/// What was given, or why that is not what can be compared.
pub(super) fn args(matches: &ArgMatches) -> Result<CompareArgs, clap::Error> {
    let paths = |name: &str| -> Vec<PathBuf> {
        matches.get_many(name).map(|paths| paths.cloned().collect()).unwrap_or_default()
    };
    let wrong = |message: &str| {
        Err(command().bin_name("trafficinator compare").error(ErrorKind::WrongNumberOfValues, message))
    };
    let (files, behind, base, new) = (paths("files"), paths("behind"), paths("base"), paths("new"));
    let (base, new) = match (files.as_slice(), behind.is_empty(), base.is_empty(), new.is_empty()) {
        ([], true, false, false) => (base, new),
        ([base, new], true, true, true) => (vec![base.clone()], vec![new.clone()]),
        ([_, ..], false, true, true) => (files, behind),
        ([], true, false, true) => return wrong("--base lacks its --new: give the results of the new runs"),
        ([], true, true, false) => return wrong("--new lacks its --base: give the results of the base"),
        (_, true, true, true) => {
            return wrong(&format!(
                "{} files were given; give two (BASE.json NEW.json), or put `--` between those of the base and the \
                 new ones, or use --base and --new",
                files.len()
            ));
        }
        ([], false, ..) => return wrong("no file before `--`: give the results of the base there"),
        _ => return wrong("files were given in two ways: use either --base and --new, or names alone"),
    };
    let output: Option<PathBuf> = matches.get_one("output").cloned();
    let format = match (matches.get_one("format").copied(), &output) {
        (Some(format), _) => format,
        (None, None) => CompareFormat::Text,
        (None, Some(path)) => match by_extension(path) {
            Some(format) => format,
            None => {
                return wrong(&format!(
                    "{}: its name does not end in .txt, .md, .html or .json; say how to write it with --format",
                    path.display()
                ));
            }
        },
    };
    let options = Options {
        confidence: one(matches, "confidence"),
        min_effect: one(matches, "min-effect"),
        seed: one(matches, "seed"),
        ..Options::default()
    };
    Ok(CompareArgs { base, new, options, force: matches.get_flag("force"), format, output })
}

fn by_extension(path: &Path) -> Option<CompareFormat> {
    named(&path.extension()?.to_str()?.to_ascii_lowercase())
}

fn named(name: &str) -> Option<CompareFormat> {
    Some(match name {
        "text" | "txt" => CompareFormat::Text,
        "md" | "markdown" => CompareFormat::Markdown,
        "html" | "htm" => CompareFormat::Html,
        "json" => CompareFormat::Json,
        _ => return None,
    })
}

/// A share such as `5%`, in percent from a lowest to a highest.
fn percentage(text: &str, low: f64, high: f64) -> Result<f64, String> {
    let number = text.trim().strip_suffix('%').and_then(|number| number.trim_end().parse::<f64>().ok());
    match number {
        Some(percent) if (low..=high).contains(&percent) => Ok(percent / 100.0),
        _ => Err(format!("give a percentage from {low}% to {high}%, such as 95% or 5%")),
    }
}
