//! The command line: subcommands, and a flag for every setting of the registry.
//!
//! Nothing here judges a setting's value: texts go to [`crate::settings::load`], which reports all
//! problems at once. Help texts show defaults and ranges, never the current value of a variable.

mod capacity;
mod compare;
mod emit;
mod generate;
mod merge;
mod report;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, Styles, TypedValueParser as _};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use traffic::profile::BUILT_IN;

use crate::settings::kind::Kind;
use crate::settings::length::parse_rate;
use crate::settings::profile::{DEFAULT, names};
use crate::settings::registry::{SETTINGS, Setting};
use crate::settings::{Rate, SummaryTo};

pub(crate) use capacity::CapacityArgs;
pub(crate) use compare::{CompareArgs, CompareFormat};
pub(crate) use emit::{EmitArgs, Platform};
pub(crate) use generate::{Shell, completions, pages};
pub(crate) use merge::MergeArgs;
pub(crate) use report::{ReportArgs, ReportTo};

/// What the user asked for.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    Run(SettingsArgs),
    Capacity(CapacityArgs),
    Check(SettingsArgs),
    Plan(PlanArgs),
    Profile(ProfileTask),
    Tracker(TrackerArgs),
    Demo(DemoArgs),
    /// Where the run answers, as given.
    Health(Option<SocketAddr>),
    Report(ReportArgs),
    Schema(SchemaOf),
    Compare(CompareArgs),
    Merge(MergeArgs),
    Emit(EmitArgs),
    Completions(Shell),
    Man(ManTo),
}

/// `man`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ManTo {
    /// The page of the program itself.
    Stdout,
    /// A page for every command.
    Folder(PathBuf),
}

/// Flags of settings, as given.
#[derive(Clone, Default)]
pub(crate) struct SettingsArgs {
    pub(crate) flags: Vec<(&'static Setting, String)>,
    pub(crate) env_files: Vec<PathBuf>,
}

/// `plan`
#[derive(Debug, Clone)]
pub(crate) struct PlanArgs {
    pub(crate) settings: SettingsArgs,
    /// The first so many; as many as read well unless given.
    pub(crate) visits: Option<u64>,
    pub(crate) format: PlanFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanFormat {
    Text,
    /// One JSON object a hit.
    Jsonl,
}

/// `profile`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProfileTask {
    /// Print the text of a built-in profile.
    Show(&'static str),
    List,
}

/// `tracker`
#[derive(Debug, Clone)]
pub(crate) struct TrackerArgs {
    pub(crate) listen: SocketAddr,
    /// Answer times with weights.
    pub(crate) delay: tracker::Delay,
    /// Share of hits answered with an error.
    pub(crate) fail: tracker::Share,
    /// Share of hits acknowledged and not recorded.
    pub(crate) drop: tracker::Share,
    /// IANA name, as given.
    pub(crate) site_timezone: String,
}

/// `demo`
#[derive(Debug, Clone)]
pub(crate) struct DemoArgs {
    /// Name or path, as given.
    pub(crate) profile: String,
    pub(crate) visits: u64,
    pub(crate) rate: Rate,
    pub(crate) seed: Option<u64>,
    /// Share of hits acknowledged and not recorded.
    pub(crate) drop: tracker::Share,
    /// Share of hits answered with an error.
    pub(crate) fail: tracker::Share,
    pub(crate) quiet: bool,
    pub(crate) summary_json: Option<SummaryTo>,
}

/// `schema`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SchemaOf {
    Result,
}

/// Reads the arguments, the program's name first. The error prints and exits by itself (`error.exit()`):
/// help and version with 0, usage errors with 2.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Task, clap::Error> {
    let matches = command().try_get_matches_from(args)?;
    let Some((name, matches)) = matches.subcommand() else {
        unreachable!("clap requires a subcommand");
    };
    Ok(match name {
        "run" => Task::Run(settings_args(matches)),
        "capacity" => Task::Capacity(capacity::args(matches)),
        "check" => Task::Check(settings_args(matches)),
        "plan" => Task::Plan(PlanArgs {
            settings: settings_args(matches),
            visits: matches.get_one("visits").copied(),
            format: one(matches, "format"),
        }),
        "profile" => Task::Profile(match matches.subcommand() {
            Some(("show", matches)) => ProfileTask::Show(one(matches, "name")),
            _ => ProfileTask::List,
        }),
        "tracker" => Task::Tracker(TrackerArgs {
            listen: one(matches, "listen"),
            delay: matches.get_one("delay").cloned().unwrap_or_default(),
            fail: one(matches, "fail"),
            drop: one(matches, "drop"),
            site_timezone: one(matches, "site-timezone"),
        }),
        "demo" => Task::Demo(DemoArgs {
            profile: one(matches, "profile"),
            visits: one(matches, "visits"),
            rate: one(matches, "rate"),
            seed: matches.get_one("seed").copied(),
            drop: one(matches, "drop"),
            fail: one(matches, "fail"),
            quiet: matches.get_flag("quiet"),
            summary_json: matches.get_one::<String>("summary-json").map(|text| SummaryTo::from_text(text)),
        }),
        "health" => Task::Health(matches.get_one("listen").copied()),
        "report" => Task::Report(report::args(matches)),
        "schema" => Task::Schema(one(matches, "of")),
        "compare" => Task::Compare(compare::args(matches)?),
        "merge" => Task::Merge(merge::args(matches)),
        "emit" => Task::Emit(emit::args(matches)),
        "completions" => Task::Completions(one(matches, "shell")),
        "man" => Task::Man(matches.get_one::<PathBuf>("dir").cloned().map_or(ManTo::Stdout, ManTo::Folder)),
        _ => unreachable!("all subcommands are listed"),
    })
}

/// Reads the arguments of this process; where they ask for help or are wrong, that is said and the program ends.
pub(crate) fn parse_or_exit() -> Task {
    parse(std::env::args_os()).unwrap_or_else(|error| error.exit())
}

/// The whole command line.
pub(crate) fn command() -> Command {
    Command::new("trafficinator")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Sends realistic visits to a Matomo and accounts for every one of them")
        .styles(Styles::styled())
        .max_term_width(100)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .after_help(
            "Examples:\n  \
             trafficinator demo\n  \
             trafficinator check --matomo-url https://matomo.example.org/ --matomo-site-id 3\n  \
             trafficinator run --env-file prod.env --rate 5/s --duration 10m\n\n\
             `trafficinator run --help` explains every setting.",
        )
        .subcommands([
            run(),
            check(),
            plan(),
            profile(),
            capacity::command(),
            compare::command(),
            merge::command(),
            report::command(),
            emit::command(),
            schema(),
            tracker(),
            demo(),
            health(),
            generate::completions_command(),
            generate::man_command(),
        ])
}

fn run() -> Command {
    with_settings(Command::new("run"))
        .about("Send visits to a Matomo until told to stop")
        .long_about(
            "Send visits to a Matomo until told to stop: by a limit, by Ctrl-C or SIGTERM.\n\n\
             Generated visits cannot be told from real ones later: use a site of its own, or --tag-dimension.\n\n\
             A setting given in several places is taken from the first of: flag, environment variable, \
             --env-file, scenario file, preset, profile, default. The defaults shown here are those of the profile \
             classic: where the chosen profile has a value of its own, that holds (`trafficinator profile show \
             NAME` prints it).",
        )
        .after_help(
            "Examples:\n  \
             trafficinator run --matomo-url https://matomo.example.org/ --matomo-site-id 3 --rate 5/s\n  \
             MATOMO_URL=http://127.0.0.1:8899/ MAX_TOTAL_VISITS=500 trafficinator run --rate 50/s\n  \
             trafficinator run --env-file prod.env --preset heavy --seed 7 --summary-json -",
        )
}

fn check() -> Command {
    with_settings(Command::new("check"))
        .about("Check the settings and the target without recording anything")
        .long_about(
            "Check all settings, read the URL list and the funnels, connect to the target and tell what was \
             found, without recording anything. Exits with 2 after listing every problem.",
        )
        .after_help(
            "Examples:\n  \
             trafficinator check --matomo-url https://matomo.example.org/ --matomo-site-id 3\n  \
             trafficinator check --env-file prod.env --scenario evening.toml",
        )
}

fn plan() -> Command {
    let visits = Arg::new("visits")
        .long("visits")
        .value_name("N")
        .value_parser(value_parser!(u64).range(1..))
        .help(
            "Print the first N visits [default: as text 5 of the first 10,000 that differ from each other, as jsonl \
             the first 10]",
        );
    let format = Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(PossibleValuesParser::new(["text", "jsonl"]).map(|name| match name.as_str() {
            "jsonl" => PlanFormat::Jsonl,
            _ => PlanFormat::Text,
        }))
        .default_value("text")
        .help("Stories and a table to read, or one JSON line a hit");
    with_settings(Command::new("plan").args([visits, format]))
        .about("Print the visits that would be sent, without sending")
        .long_about(
            "Print the visits that would be sent, without sending: a few of them as stories, and a table of the \
             shares that the plan will produce, computed and as its first 10,000 visits have them. As jsonl every hit \
             is a line. The same seed prints the same visits, byte for byte; the run id is `plan` unless given.",
        )
        .after_help(
            "Examples:\n  \
             trafficinator plan --seed 7\n  \
             trafficinator plan --seed 7 --visits 20\n  \
             trafficinator plan --seed 7 --visits 1000 --format jsonl --preset heavy",
        )
}

fn profile() -> Command {
    let texts = |name: String| {
        let known = BUILT_IN.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
        known.map_or("", |(_, text)| *text)
    };
    let name = Arg::new("name")
        .value_name("NAME")
        .required(true)
        .ignore_case(true)
        .value_parser(PossibleValuesParser::new(names()).map(texts))
        .help("Which one");
    let show = Command::new("show")
        .about("Print a built-in profile as TOML, to read, copy and change")
        .arg(name)
        .after_help("Example: trafficinator profile show ecommerce > shop.toml");
    let list = Command::new("list").about("Name the built-in profiles, and say what each is");
    Command::new("profile")
        .about("Print the profiles: how the visitors of a kind of site behave")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommands([show, list])
        .after_help(
            "Examples:\n  \
             trafficinator profile list\n  \
             trafficinator profile show ecommerce > shop.toml\n  \
             trafficinator plan --profile shop.toml",
        )
}

fn tracker() -> Command {
    let listen = Arg::new("listen")
        .long("listen")
        .value_name("ADDR")
        .value_parser(address)
        .default_value("127.0.0.1:8899")
        .help("Address and port to listen on");
    let delay = Arg::new("delay")
        .long("delay")
        .value_name("TIMES")
        .value_parser(str::parse::<tracker::Delay>)
        .help("Answer after a time, drawn by weight: 5ms:90,200ms:10");
    let zone = Arg::new("site-timezone")
        .long("site-timezone")
        .value_name("ZONE")
        .default_value("UTC")
        .help("Time zone of the stand-in's site");
    Command::new("tracker")
        .about("Start a stand-in Matomo that records hits by Matomo's rules")
        .args([listen, delay, share_arg("fail", FAIL), share_arg("drop", DROP), zone])
        .after_help(
            "Examples:\n  \
             trafficinator tracker\n  \
             trafficinator tracker --listen 127.0.0.1:9000 --delay 5ms:90,200ms:10 --fail 1%",
        )
}

fn demo() -> Command {
    let visits = Arg::new("visits")
        .long("visits")
        .value_name("N")
        .value_parser(value_parser!(u64).range(1..))
        .default_value("200")
        .help("Visits to send");
    let rate = Arg::new("rate")
        .long("rate")
        .value_name("RATE")
        .value_parser(|text: &str| parse_rate(text).map_err(|_| "give a rate such as 20/s or 5/m, or max"))
        .default_value("20/s")
        .help("Visits a second (/s), minute (/m), hour (/h) or day (/d), or max");
    let seed = Arg::new("seed")
        .long("seed")
        .value_name("N")
        .value_parser(value_parser!(u64))
        .help("The same seed sends the same visits [default: random]");
    let profile = Arg::new("profile")
        .long("profile")
        .value_name("NAME|FILE")
        .default_value(DEFAULT)
        .help(format!("How visitors behave: {}, or a TOML file", names().collect::<Vec<_>>().join(", ")));
    let quiet = Arg::new("quiet").long("quiet").action(ArgAction::SetTrue).help("No progress lines");
    let summary = Arg::new("summary-json")
        .long("summary-json")
        .value_name("FILE")
        .help("Write the summary as JSON to a file, - for standard output");
    Command::new("demo")
        .about("Send visits to a built-in stand-in Matomo and compare what it recorded")
        .long_about(
            "Start a stand-in Matomo, send visits to it, read the totals back and compare them with the plan. \
             Exits with 0 only if all agree, else with 99.",
        )
        .args([profile, visits, rate, seed, share_arg("drop", DROP), share_arg("fail", FAIL), quiet, summary])
        .after_help(
            "Examples:\n  trafficinator demo\n  trafficinator demo --visits 1000 --rate 100/s\n  \
             trafficinator demo --profile content\n  \
             trafficinator demo --drop 1%",
        )
}

fn health() -> Command {
    let listen = Arg::new("listen")
        .long("listen")
        .value_name("ADDR")
        .value_parser(address)
        .help("Where the run listens [default: TRAFFICINATOR_LISTEN, else 127.0.0.1:9464]");
    Command::new("health")
        .about("Ask the run on this machine how it is, as a health check does")
        .long_about(
            "Ask the run that listens on this machine (`run --listen`) how it is, and print one line: whether it \
             sends, waits for its start, is paused at the daily cap or by hand, drains, is over, or does not reach \
             its target. Exits with 0 where all is well, with 1 where the target is unreachable or no run answers \
             within 2 s. A run that listens on all addresses is asked on loopback.",
        )
        .arg(listen)
        .after_help("Examples:\n  trafficinator health\n  trafficinator health --listen 127.0.0.1:9465")
}

fn schema() -> Command {
    let of = Arg::new("of")
        .value_name("OF")
        .required(true)
        .value_parser(PossibleValuesParser::new(["result"]).map(|_| SchemaOf::Result))
        .help("Of what: a result is what `run --summary-json FILE` writes");
    Command::new("schema")
        .about("Print the JSON schema of a result")
        .arg(of)
        .after_help("Example: trafficinator schema result > result.schema.json")
}

/// An address as the setting takes it.
fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("give {}", Kind::Address.accepts()))
}

const FAIL: &str = "Share of hits that the stand-in answers with an error, such as 1%";
const DROP: &str = "Share of hits that the stand-in acknowledges and does not record, such as 0.1%";

fn share_arg(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("SHARE")
        .value_parser(str::parse::<tracker::Share>)
        .default_value("0%")
        .help(help)
}

/// Adds `--env-file` and a flag for every setting, under the headings of the registry.
fn with_settings(command: Command) -> Command {
    with_settings_but(command, &[])
}

/// The same, without flags for some of them.
fn with_settings_but(command: Command, left_out: &[&str]) -> Command {
    let env_file = Arg::new("env-file")
        .long("env-file")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .action(ArgAction::Append)
        .help("Read NAME=VALUE lines from a file, as docker does; may be repeated, later files win");
    let command = command.arg(env_file);
    let settings = SETTINGS.iter().filter(|setting| !left_out.contains(&setting.name));
    settings.fold(command, |command, setting| command.arg(setting_arg(setting)))
}

fn setting_arg(setting: &'static Setting) -> Arg {
    let default = setting.default.text();
    let accepts = setting.kind.accepts();
    let mut sentence = setting.help.to_owned();
    sentence[..1].make_ascii_uppercase();
    let mut short = sentence.clone();
    if setting.is_choice() {
        let _ = write!(short, " [{accepts}]");
    }
    if !default.starts_with("none") {
        let _ = write!(short, " [default: {default}]");
    }
    let long = format!("{sentence}\n[default: {default}]\n[accepts: {accepts}]\n[env: {}]", setting.name);
    let arg = Arg::new(setting.name)
        .long(setting.flag())
        .value_name(setting.placeholder)
        .allow_negative_numbers(true) // the settings refuse them with a better reason
        .help_heading(setting.group.heading())
        .help(short)
        .long_help(long);
    match setting {
        setting if setting.is_switch() => arg.num_args(0..=1).default_missing_value("true"),
        setting if setting.is_list() => arg.action(ArgAction::Append),
        _ => arg,
    }
}

fn settings_args(matches: &ArgMatches) -> SettingsArgs {
    // What may be repeated becomes the list that a variable would hold.
    let given = |setting: &'static Setting| {
        // Not every command has a flag for every setting.
        let given = matches.try_get_many::<String>(setting.name).ok().flatten()?;
        let texts: Vec<&str> = given.map(String::as_str).collect();
        Some((setting, texts.join(",")))
    };
    SettingsArgs {
        flags: SETTINGS.iter().filter_map(given).collect(),
        env_files: matches.get_many("env-file").map(|paths| paths.cloned().collect()).unwrap_or_default(),
    }
}

/// An argument with a default.
fn one<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> T {
    matches.get_one(name).cloned().unwrap_or_else(|| panic!("--{name} has a default"))
}

impl std::fmt::Debug for SettingsArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let flags: Vec<_> =
            self.flags.iter().map(|(setting, text)| (setting.flag(), setting.shown(text))).collect();
        f.debug_struct("SettingsArgs").field("flags", &flags).field("env_files", &self.env_files).finish()
    }
}
