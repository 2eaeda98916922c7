//! Lays the sources of settings over each other: flag, environment, env-file, scenario file, preset,
//! profile, default. What comes out are texts with their source, none of them judged yet.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::profile::{self, Chosen};
use super::registry::{Default, SETTINGS, Setting, find};
use super::source::{Problem, Raw, Raws, Source, label, not_accepted};
use super::tables::Tables;
use super::{env_file, preset, scenario_file, spelling};

/// All that settings are made of: nothing else is read.
pub(crate) struct Inputs<'a> {
    pub(crate) purpose: Purpose,
    /// Flags, each at most once.
    pub(crate) flags: Vec<(&'static Setting, String)>,
    /// `--env-file`, in order: of two files that set the same name, the later wins.
    pub(crate) env_files: Vec<PathBuf>,
    pub(crate) environment: &'a BTreeMap<String, String>,
    /// Reads a text file.
    pub(crate) read: &'a dyn Fn(&Path) -> io::Result<String>,
}

/// What the settings are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To reach a target: `run`, `check`. A target must be given.
    Send,
    /// To tell others what to send: `emit`. Which of them is which is told to each.
    Emit,
    /// To plan without sending: nothing is said about targets.
    Plan,
}

/// The outcome of layering.
#[derive(Default)]
pub(crate) struct Layered {
    pub(crate) raws: Raws,
    /// Text of `RUST_LOG`, from the environment or an env-file.
    pub(crate) rust_log: Option<String>,
    /// What the scenario file declares besides settings.
    pub(crate) tables: Tables,
    /// The profile, unless something is wrong with it.
    pub(crate) profile: Option<Chosen>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<String>,
}

/// Lays the layers; problems are about files and empty flags, not about values.
pub(crate) fn lay(inputs: &Inputs<'_>) -> Layered {
    let mut layered = Layered::default();
    lay_flags(inputs, &mut layered);
    lay_variables(inputs, &mut layered);
    lay_env_files(inputs, &mut layered);
    lay_scenario(inputs, &mut layered);
    lay_preset(&mut layered);
    layered.profile = profile::lay(inputs, &mut layered);
    for setting in SETTINGS {
        let has_own = layered.profile.as_ref().is_some_and(|profile| profile.holds(setting.name));
        if let Default::Value(text) = setting.default
            && !has_own
        {
            offer(&mut layered, setting, text, Source::Default);
        }
    }
    layered
}

/// Takes the text unless a layer above already gave one.
pub(super) fn offer(layered: &mut Layered, setting: &'static Setting, text: &str, source: Source) {
    layered.raws.entry(setting.name).or_insert_with(|| Raw { text: text.trim().to_owned(), source });
}

fn lay_flags(inputs: &Inputs<'_>, layered: &mut Layered) {
    for (setting, text) in &inputs.flags {
        if text.trim().is_empty() {
            layered.problems.push(empty(setting, &Source::Flag));
        } else {
            offer(layered, setting, text, Source::Flag);
        }
    }
}

fn lay_variables(inputs: &Inputs<'_>, layered: &mut Layered) {
    let mut unknown = BTreeSet::new();
    for (name, text) in inputs.environment.iter().filter(|(_, text)| !text.trim().is_empty()) {
        match find(name) {
            Some(setting) => offer(layered, setting, text, Source::Environment),
            None if name == "RUST_LOG" => layered.rust_log = Some(text.trim().to_owned()),
            None => {
                unknown.insert(name);
            }
        }
    }
    for name in unknown {
        if let Some(known) = spelling::meant(name) {
            layered.warnings.push(format!("{name} (environment) is unknown; did you mean {known}?"));
        }
    }
}

fn lay_env_files(inputs: &Inputs<'_>, layered: &mut Layered) {
    // The last line wins, in docker as here; `offer` takes the first: so from back to front.
    for path in inputs.env_files.iter().rev() {
        let text = match (inputs.read)(path) {
            Ok(text) => text,
            Err(error) => {
                layered.problems.push(unreadable(format!("--env-file {}", path.display()), &error));
                continue;
            }
        };
        let (lines, malformed) = env_file::parse(&text);
        let problem = |(line, message)| Problem {
            setting: format!("--env-file {}:{line}", path.display()),
            value: None,
            message,
        };
        layered.problems.extend(malformed.into_iter().map(problem));
        let mut warnings = Vec::new();
        let mut seen = BTreeSet::new();
        for line in lines.iter().rev() {
            // An empty line takes back what lines before it set.
            let is_last = seen.insert(&line.name);
            if !is_last || line.value.trim().is_empty() {
                continue;
            }
            let source = Source::EnvFile { path: path.clone(), line: line.number };
            match find(&line.name) {
                Some(setting) => offer(layered, setting, &line.value, source),
                None if line.name == "RUST_LOG" => {
                    layered.rust_log.get_or_insert_with(|| line.value.trim().to_owned());
                }
                None => {
                    if let Some(known) = spelling::meant(&line.name) {
                        warnings.push(format!("{} ({source}) is unknown; did you mean {known}?", line.name));
                    }
                }
            }
        }
        layered.warnings.extend(warnings.into_iter().rev());
    }
}

fn lay_scenario(inputs: &Inputs<'_>, layered: &mut Layered) {
    let setting = find("TRAFFICINATOR_SCENARIO").expect("in the registry");
    let Some(raw) = layered.raws.get(setting.name) else { return };
    let path = PathBuf::from(&raw.text);
    let text = match (inputs.read)(&path) {
        Ok(text) => text,
        Err(error) => {
            let name = format!("{} {}", label(setting, &raw.source), path.display());
            layered.problems.push(unreadable(name, &error));
            return;
        }
    };
    let scenario = match scenario_file::parse(&text) {
        Ok(scenario) => scenario,
        Err((line, message)) => {
            let setting = format!("{}:{line}", path.display());
            layered.problems.push(Problem { setting, value: None, message });
            return;
        }
    };
    for entry in scenario.refused {
        let setting = format!("{} ({}:{})", entry.key, path.display(), entry.line);
        layered.problems.push(Problem { setting, value: None, message: entry.value });
    }
    for (setting, entry) in scenario.given {
        let source = Source::Scenario { path: path.clone(), line: entry.line };
        if entry.value.trim().is_empty() {
            layered.problems.push(empty(setting, &source));
        } else {
            offer(layered, setting, &beside(&path, setting, &entry.value), source);
        }
    }
    layered.tables = Tables { path, ..scenario.tables };
}

/// Files that a scenario file names are looked for beside it, so that a folder of both can be moved.
fn beside(scenario: &Path, setting: &Setting, text: &str) -> String {
    match scenario.parent() {
        Some(folder) if setting.names_file(text.trim()) => folder.join(text.trim()).display().to_string(),
        _ => text.to_owned(),
    }
}

fn lay_preset(layered: &mut Layered) {
    let Some(raw) = layered.raws.get("TRAFFICINATOR_PRESET") else { return };
    let name = raw.text.to_ascii_lowercase();
    for (setting, text) in preset::settings_of(&name) {
        let setting = find(setting).expect("presets name settings of the registry");
        offer(layered, setting, text, Source::Preset(name.clone()));
    }
}

fn empty(setting: &'static Setting, source: &Source) -> Problem {
    let raw = Raw { text: String::new(), source: source.clone() };
    Problem { value: Some(String::new()), ..not_accepted(setting, &raw, None) }
}

pub(super) fn unreadable(setting: String, error: &io::Error) -> Problem {
    let message = match error.kind() {
        io::ErrorKind::InvalidData => "the text is not UTF-8; save it as UTF-8".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    };
    Problem { setting, value: None, message }
}
