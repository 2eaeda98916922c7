//! Settings from every side, without any state of the process: environment and files are arguments.

mod bad_values;
mod command_line;
mod container;
mod files;
mod layering;
mod measuring;
mod profiles;
mod several_targets;
mod shards;
mod spellings;
mod tables;
mod targets;
mod warnings;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::layers::{Inputs, Purpose};
use super::registry::find;
use super::{Loaded, Refused, Settings, load};

/// What a user gave, by source. Variables are given by environment name everywhere.
#[derive(Default, Clone)]
struct Given<'a> {
    flags: &'a [(&'static str, &'a str)],
    environment: &'a [(&'a str, &'a str)],
    /// Content of `prod.env`.
    env_file: Option<&'a str>,
    /// Content of `evening.toml`.
    scenario: Option<&'a str>,
    /// Other files.
    files: &'a [(&'a str, &'a str)],
}

/// Loads for `run`, with a target unless the test brings its own.
fn load_given(given: &Given<'_>) -> Result<Loaded, Refused> {
    load_for(Purpose::Send, given)
}

fn load_for(purpose: Purpose, given: &Given<'_>) -> Result<Loaded, Refused> {
    let mut environment: BTreeMap<String, String> =
        given.environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let mut files: BTreeMap<PathBuf, String> =
        given.files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
    let mut flags: Vec<_> =
        given.flags.iter().map(|(name, text)| (find(name).expect("a setting"), (*text).to_owned())).collect();
    let mut env_files = Vec::new();
    if let Some(text) = given.env_file {
        files.insert("prod.env".into(), text.to_owned());
        env_files.push("prod.env".into());
    }
    if let Some(text) = given.scenario {
        files.insert("evening.toml".into(), text.to_owned());
        flags.push((find("TRAFFICINATOR_SCENARIO").expect("a setting"), "evening.toml".to_owned()));
    }
    let texts = [given.env_file, given.scenario];
    let has_target = given.flags.iter().any(|(name, _)| *name == "MATOMO_URL")
        || texts
            .into_iter()
            .flatten()
            .any(|text| text.to_uppercase().contains("MATOMO_URL") || text.contains("[[targets]]"));
    if !has_target && purpose == Purpose::Send {
        environment.entry("MATOMO_URL".to_owned()).or_insert_with(|| "https://matomo.example.org".to_owned());
    }
    let read = |path: &Path| {
        files.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    };
    load(&Inputs { purpose, flags, env_files, environment: &environment, read: &read })
}

fn loaded(given: &Given<'_>) -> Loaded {
    load_given(given).unwrap_or_else(|refused| panic!("refused:\n{refused}"))
}

fn settings(given: &Given<'_>) -> Settings {
    loaded(given).settings
}

fn from_environment(environment: &[(&str, &str)]) -> Settings {
    settings(&Given { environment, ..Given::default() })
}

/// The problems, one a line.
fn problems(given: &Given<'_>) -> String {
    match load_given(given) {
        Ok(_) => panic!("was accepted"),
        Err(refused) => refused.to_string(),
    }
}

/// Value and source that `describe` gives for a setting.
fn described(settings: &Settings, name: &str) -> (String, String) {
    let entry =
        settings.describe().iter().find(|entry| entry.name == name).expect("every setting is described");
    (entry.value.clone(), entry.source.clone())
}
