//! The command line of `emit`.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};

use super::{SettingsArgs, one, settings_args, with_settings_but};
use crate::emit::{IMAGE, NOT_FOR_SHARDS, kubernetes};
use crate::settings::registry::find;

/// More are no load test any more: the manifest of a Job is written for all of them at once.
const MOST_SHARDS: i64 = 1_000;

/// The longest name of a Job: that of its last pod is one label of a host name, of 63 characters.
const LONGEST_NAME: usize = 58;

/// `emit`
#[derive(Debug, Clone)]
pub(crate) struct EmitArgs {
    pub(crate) settings: SettingsArgs,
    pub(crate) platform: Platform,
    pub(crate) shards: u32,
    pub(crate) image: String,
    /// Standard output, unless given.
    pub(crate) output: Option<PathBuf>,
}

/// For what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Platform {
    Kubernetes {
        /// After the run id, unless given.
        name: Option<String>,
        secret: String,
        results_claim: Option<String>,
    },
    Compose,
}

/// What was asked for.
pub(super) fn args(matches: &ArgMatches) -> EmitArgs {
    let (platform, matches) = match matches.subcommand() {
        Some(("kubernetes", matches)) => {
            let platform = Platform::Kubernetes {
                name: matches.get_one("name").cloned(),
                secret: one(matches, "secret"),
                results_claim: matches.get_one("results-claim").cloned(),
            };
            (platform, matches)
        }
        Some((_, matches)) => (Platform::Compose, matches),
        None => unreachable!("clap requires a subcommand"),
    };
    let mut settings = settings_args(matches);
    let start_at = matches.get_one::<String>("start-at").cloned();
    settings.flags.extend(find("TRAFFICINATOR_START_AT").zip(start_at));
    EmitArgs {
        settings,
        platform,
        shards: one(matches, "shards"),
        image: one(matches, "image"),
        output: matches.get_one::<PathBuf>("output").filter(|path| *path != Path::new("-")).cloned(),
    }
}

/// The subcommand.
pub(super) fn command() -> Command {
    let name = Arg::new("name").long("name").value_name("NAME").value_parser(job_name).help(
        "Name of the Job and, with endings, of what belongs to it [default: trafficinator- and the run id]",
    );
    let secret = Arg::new("secret")
        .long("secret")
        .value_name("NAME")
        .value_parser(object_name)
        .default_value(kubernetes::SECRET)
        .help("Secret that holds the token, under the key MATOMO_TOKEN_AUTH");
    let claim = Arg::new("results-claim")
        .long("results-claim")
        .value_name("NAME")
        .value_parser(object_name)
        .help("PersistentVolumeClaim that receives the results [default: one is made, for a storage class with ReadWriteMany]");
    let kubernetes = platform(Command::new("kubernetes").args([name, secret, claim]), "5 minutes")
        .about("Print a ConfigMap, a volume claim and an Indexed Job")
        .after_help(
            "Examples:\n  \
             trafficinator emit kubernetes --shards 8 --matomo-url https://matomo.example.org/ --rate 500/s --duration 10m \
             -o run.yaml\n  \
             trafficinator emit kubernetes --shards 8 --env-file prod.env --image registry.example.org/trafficinator:0.1.0 \
             | kubectl create -f -",
        );
    let compose = platform(Command::new("compose"), "1 minute")
        .about("Print a compose file with a service a shard, for one host")
        .after_help(
            "Example:\n  \
             trafficinator emit compose --shards 3 --matomo-url https://matomo.example.org/ --rate 50/s --duration 10m -o \
             run.yaml",
        );
    Command::new("emit")
        .about("Print what starts one plan on many machines")
        .long_about(
            "Print what starts one plan on many machines: every machine sends a part of the visits (`run --shard`), all \
             start at the same time, and `merge` makes one result of theirs.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommands([kubernetes, compose])
        .after_help("`trafficinator emit kubernetes --help` explains every setting.")
}

fn platform(command: Command, ahead: &'static str) -> Command {
    let shards = Arg::new("shards")
        .long("shards")
        .value_name("N")
        .required(true)
        .value_parser(value_parser!(u32).range(1..=MOST_SHARDS))
        .help("How many machines share the plan");
    let start_at = Arg::new("start-at")
        .long("start-at")
        .value_name("TIME")
        .help(format!(
            "When all of them start; who is not ready by then is late, and the run void [default: {ahead} from now, on \
             the full minute after that]"
        ));
    let image = Arg::new("image")
        .long("image")
        .value_name("IMAGE")
        .value_parser(image_name)
        .default_value(IMAGE)
        .help(
            "Image to start; it is published nowhere: build it, and push it to where your machines pull from",
        );
    let output = Arg::new("output")
        .long("output")
        .short('o')
        .value_name("OUT")
        .value_parser(value_parser!(PathBuf))
        .help("A file, or - for standard output [default: -]");
    with_settings_but(command.args([shards, start_at, image, output]), &NOT_FOR_SHARDS).long_about(
        "Print what starts one plan on many machines. Settings are those of `run` and mean the whole plan: rate, limits \
         and caps are those of all shards together. What is given as a flag, a variable or in an env-file is written \
         into it, with the files that settings name; a token is not.\n\n\
         Seed and run id are drawn unless given, so that every run has its own.",
    )
}

fn job_name(text: &str) -> Result<String, String> {
    if is_label(text) && text.len() <= LONGEST_NAME && text.starts_with(|c: char| c.is_ascii_lowercase()) {
        Ok(text.to_owned())
    } else {
        Err(format!("give at most {LONGEST_NAME} lower-case letters, digits and dashes, a letter first"))
    }
}

fn image_name(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.contains(char::is_whitespace) {
        Err("give the name of an image, such as registry.example.org/trafficinator:0.1.0")
    } else {
        Ok(text.to_owned())
    }
}

/// A label of a host name.
fn is_label(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_plain) && !text.starts_with('-') && !text.ends_with('-')
}

/// A name as Kubernetes takes it for most things: labels with dots between them.
fn object_name(text: &str) -> Result<String, &'static str> {
    if text.len() <= 253 && text.split('.').all(is_label) {
        Ok(text.to_owned())
    } else {
        Err("give lower-case letters, digits, dashes and dots, a letter or digit at both ends")
    }
}
