//! One plan on many machines, as files for what starts them: what every shard is told, and which files it needs.

pub(crate) mod compose;
mod files;
pub(crate) mod kubernetes;
mod yaml;

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;

use crate::settings::registry::{Group, find};
use crate::settings::{Described, OfTarget, Settings, Start};
use crate::shell;
use files::File;

/// The image where none is given: the one that is built from this source. It is published nowhere.
pub(crate) const IMAGE: &str = concat!("trafficinator:", env!("CARGO_PKG_VERSION"));

/// Where results go in a container: the writable volume of the image.
const RESULTS: &str = "/data";

/// Where files that settings name are in a container.
const FILES: &str = "/etc/trafficinator";

/// What a container has to end after its grace is over, to write its result.
const MARGIN: Duration = Duration::from_secs(30);

/// The user of the image.
const USER: u32 = 65_532;

/// What is the same in every shard, and is drawn here where nobody gave it.
const ALIKE: [&str; 2] = ["TRAFFICINATOR_SEED", "TRAFFICINATOR_RUN_ID"];

const TOKEN: &str = "MATOMO_TOKEN_AUTH";
pub(crate) const TOKEN_FILE: &str = "MATOMO_TOKEN_AUTH_FILE";

/// Settings that a shard gets from here, or that make no sense where nobody looks on. `emit` has no flags for them.
pub(crate) const NOT_FOR_SHARDS: [&str; 9] = [
    "TRAFFICINATOR_SHARD",
    "TRAFFICINATOR_SHARDS",
    "TRAFFICINATOR_START_AT",
    "TRAFFICINATOR_SUMMARY_JSON",
    "TRAFFICINATOR_REPORT",
    "TRAFFICINATOR_NO_TUI",
    "AUTO_START",
    "START_SIGNAL_FILE",
    "START_CHECK_INTERVAL",
];

/// What was asked for, once nothing is left to be drawn.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) shards: u32,
    pub(crate) image: String,
    pub(crate) seed: u64,
    pub(crate) run_id: String,
    /// When all shards start.
    pub(crate) start_at: Timestamp,
}

/// One plan on many machines.
#[derive(Debug)]
pub(crate) struct Fleet {
    wish: Wish,
    /// What every shard is told, in the order of `--help`; never a secret.
    variables: Vec<(&'static str, String)>,
    files: Vec<File>,
    /// Where others may read metrics.
    metrics_port: Option<u16>,
    /// Variables whose values are secrets, and stay where they are.
    secrets: Vec<&'static str>,
    /// From the signal to the end of a container.
    grace: Duration,
    /// The words that made it, without secrets: what is before the name of the program, and flags.
    variables_before: String,
    flags: String,
}

impl Fleet {
    /// What the settings come to on so many machines; `warnings` get what is left out. The error is a problem a line.
    pub(crate) fn of(
        settings: &Settings,
        wish: Wish,
        warnings: &mut Vec<String>,
    ) -> Result<Fleet, Vec<String>> {
        let described = settings.describe();
        let mut problems = refused(settings);
        let files = files::of(described).unwrap_or_else(|found| {
            problems.extend(found);
            Vec::new()
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        warnings.extend(left_out(described));
        for target in &settings.targets {
            if let Some(url) = target.url.as_ref().filter(|url| url.is_loopback()) {
                let of_all = || settings.label("MATOMO_URL");
                let label = target.place.as_ref().map_or_else(of_all, |_| target.label(OfTarget::Url));
                warnings.push(format!(
                    "{label} {url} is an address of this machine; in a container it is that of the container"
                ));
            }
        }
        let secrets = secrets(settings);
        let mut variables = Vec::new();
        for setting in described.iter().filter(|setting| is_told(setting)) {
            if files.iter().any(|file| file.variable == setting.name) || secrets.contains(&setting.name) {
                continue;
            }
            variables.push((setting.name, value(setting, settings)));
        }
        variables.extend(files.iter().map(|file| (file.variable, format!("{FILES}/{}", file.key))));
        variables.extend(alike(&wish));
        if let Some(filter) = &settings.output.log_filter {
            variables.push(("RUST_LOG", filter.clone()));
        }
        let seconds = settings.run.grace.as_secs_f64().ceil() as u64;
        let grace = Duration::from_secs(seconds) + MARGIN;
        let mut variables_before = String::new();
        for setting in described.iter().filter(|setting| secrets.contains(&setting.name) && setting.is_given)
        {
            let _ = write!(variables_before, "{}=... ", setting.name);
        }
        if let Some(filter) = &settings.output.log_filter {
            let _ = write!(variables_before, "RUST_LOG={} ", shell::quoted(filter));
        }
        let flags = flags(described, &secrets, &wish);
        let metrics_port = settings.output.listen.filter(|address| !address.ip().is_loopback());
        let metrics_port = metrics_port.map(|address| address.port());
        Ok(Fleet { wish, variables, files, metrics_port, secrets, grace, variables_before, flags })
    }

    /// Names of what it belongs to.
    pub(crate) fn run_id(&self) -> &str {
        &self.wish.run_id
    }

    fn has_token(&self) -> bool {
        self.secrets.contains(&TOKEN)
    }

    /// Variables with secrets in them that cannot be given as files.
    fn secret_urls(&self) -> impl Iterator<Item = &'static str> {
        self.secrets.iter().copied().filter(|name| *name != TOKEN)
    }

    /// The words that made this, to make it again.
    fn made_by(&self, platform: &str, words: &str) -> String {
        let (before, shards, flags) = (&self.variables_before, self.wish.shards, &self.flags);
        format!("{before}trafficinator emit {platform} --shards {shards}{words}{flags}")
    }
}

/// What all shards have alike, as variables.
fn alike(wish: &Wish) -> [(&'static str, String); 3] {
    [
        ("TRAFFICINATOR_SEED", wish.seed.to_string()),
        ("TRAFFICINATOR_RUN_ID", wish.run_id.clone()),
        ("TRAFFICINATOR_START_AT", wish.start_at.to_string()),
    ]
}

/// What must not be given, with the reason.
fn refused(settings: &Settings) -> Vec<String> {
    let mut problems = Vec::new();
    for setting in settings.describe() {
        let is_in_scenario = is_set(setting) && !setting.is_given;
        // The variable would be in force, and take nothing back when it is empty.
        if setting.name == "TRAFFICINATOR_REPORT" && is_in_scenario {
            problems.push(format!(
                "{}: every shard would write it into a read-only folder; take it out of the file, and make reports \
                 of the merged result",
                setting.label
            ));
        }
    }
    if settings.output.listen.is_some_and(|address| address.port() == 0) {
        problems.push(format!(
            "{}: port 0 is any that is free, and nobody would know which; give a port such as 9464",
            settings.label("TRAFFICINATOR_LISTEN")
        ));
    }
    problems.extend(tokens_of_targets(settings));
    if matches!(settings.run.start, Start::OnSignal { .. }) {
        problems.push(format!(
            "{}: shards start at a time that is the same for all; leave it out",
            settings.label("AUTO_START")
        ));
    }
    problems
}

/// What to do with targets that need secrets, of which what is emitted has one at most.
const SECRETS_OF_TARGETS: &str = "targets with secrets cannot be emitted yet; emit one Job for each target, with \
    MATOMO_URL and MATOMO_TOKEN_AUTH_FILE in the place of [[targets]], or write the manifest by hand: every shard \
    needs the scenario file with the token files beside it, its own --shard, and the same seed, run id and start";

/// Targets whose tokens would have to go with the shards.
fn tokens_of_targets(settings: &Settings) -> Vec<String> {
    let tables = &settings.tables;
    let lines = tables.enabled_targets().filter_map(|target| Some(target.token_file.as_ref()?.line));
    lines
        .map(|line| format!("targets.token_file ({}:{line}): {SECRETS_OF_TARGETS}", tables.path.display()))
        .collect()
}

/// What was given and is not passed on.
fn left_out(described: &[Described]) -> Vec<String> {
    let reason = |name| match name {
        "TRAFFICINATOR_SUMMARY_JSON" => Some("every shard writes its result into the volume"),
        "TRAFFICINATOR_REPORT" => Some("reports are made of the merged result"),
        "TRAFFICINATOR_NO_TUI" => Some("shards have no terminal"),
        "START_SIGNAL_FILE" | "START_CHECK_INTERVAL" => Some("shards start at a time"),
        _ => None,
    };
    let told = |setting: &Described| {
        let reason = reason(setting.name).filter(|_| setting.is_given)?;
        Some(format!("{} is not passed on: {reason}", setting.label))
    };
    described.iter().filter_map(told).collect()
}

/// Whether anybody but the defaults set it.
fn is_set(setting: &Described) -> bool {
    setting.source != "default"
}

/// Whether shards have to be told. A scenario file goes with them, but the image sets where it listens, and a variable
/// wins over the file.
fn is_told(setting: &Described) -> bool {
    let is_alike = ALIKE.contains(&setting.name);
    let is_overridden = setting.name == "TRAFFICINATOR_LISTEN" && is_set(setting);
    let is_token = [TOKEN, TOKEN_FILE].contains(&setting.name);
    (setting.is_given || is_overridden) && !is_alike && !is_token && !NOT_FOR_SHARDS.contains(&setting.name)
}

/// The value as a variable has it.
fn value(setting: &Described, settings: &Settings) -> String {
    match setting.name {
        // What is described is what comes of it.
        "RANDOMIZE_VISITOR_COUNTRIES" => settings.visits.countries.to_string(),
        _ => setting.value.clone(),
    }
}

/// Variables whose values hold secrets, or may: an address that is not shown as it is cannot be passed on as it is.
fn secrets(settings: &Settings) -> Vec<&'static str> {
    let is_concealed = |name: &&str| {
        settings
            .describe()
            .iter()
            .any(|setting| setting.name == *name && setting.is_given && setting.raw.is_none())
    };
    let target = settings.targets.first().filter(|_| settings.tables.target_lines.is_empty());
    let token = target.and_then(|target| target.token.as_ref()).map(|_| TOKEN);
    token
        .into_iter()
        .chain(["MATOMO_URL", "TRAFFICINATOR_SITEMAP"].into_iter().filter(is_concealed))
        .collect()
}

/// The flags that make the same again, each with a space before it.
fn flags(described: &[Described], secrets: &[&str], wish: &Wish) -> String {
    let mut flags = String::new();
    if wish.image != IMAGE {
        let _ = write!(flags, " --image {}", shell::quoted(&wish.image));
    }
    for setting in described.iter().filter(|setting| setting.is_given) {
        let (Some(known), Some(text)) = (find(setting.name), &setting.raw) else { continue };
        if secrets.contains(&known.name)
            || ALIKE.contains(&known.name)
            || NOT_FOR_SHARDS.contains(&known.name)
        {
            continue;
        }
        let _ = write!(flags, " {}", known.argument(text));
    }
    for (name, text) in alike(wish) {
        let known = find(name).expect("in the registry");
        let _ = write!(flags, " {}", known.argument(&text));
    }
    flags
}

/// Whether the setting names a file that has to go with the shards.
fn is_file(setting: &Described) -> bool {
    let Some(known) = find(setting.name) else { return false };
    known.group != Group::Output
        && known.name != TOKEN_FILE
        && !NOT_FOR_SHARDS.contains(&known.name)
        && is_set(setting)
        && known.names_file(&setting.value)
}
