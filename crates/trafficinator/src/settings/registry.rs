//! The one table of all settings: name, help, default, range and group. Flags, environment, scenario keys,
//! `did you mean`, `--help` and the README's table all derive from it.

use super::kind::Kind;
pub(crate) use super::table::SETTINGS;
use crate::shell::quoted;

/// One setting, in all its spellings.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Name of the environment variable (and of the line in an env-file).
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    /// What stands for the value in `--help`.
    pub(crate) placeholder: &'static str,
    /// One line, with the unit.
    pub(crate) help: &'static str,
    pub(crate) default: Default,
    /// What is accepted.
    pub(crate) kind: Kind,
}

/// What holds when nobody gives the setting.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Default {
    /// This value, written as a user would write it.
    Value(&'static str),
    /// No value; the text says what happens then.
    Absent(&'static str),
}

/// Headings of `--help` and of the README's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Target,
    Load,
    Visits,
    Shop,
    Site,
    Run,
    Output,
    Backfill,
}

impl Setting {
    /// Key in a scenario file: `target_visits_per_day`.
    pub(crate) fn key(&self) -> String {
        let short = self.name.strip_prefix("TRAFFICINATOR_").unwrap_or(self.name);
        short.to_ascii_lowercase()
    }

    /// Long flag without the dashes: `target-visits-per-day`.
    pub(crate) fn flag(&self) -> String {
        self.key().replace('_', "-")
    }

    /// Its flag with a value, as a shell reads it. What begins with a dash would be taken for another flag.
    pub(crate) fn argument(&self, text: &str) -> String {
        let between = if text.starts_with('-') { '=' } else { ' ' };
        format!("--{}{between}{}", self.flag(), quoted(text))
    }

    pub(crate) fn is_switch(&self) -> bool {
        matches!(self.kind, Kind::Switch)
    }

    /// Whether its flag may be given several times.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.kind, Kind::Thresholds)
    }

    /// A few words to choose from.
    pub(crate) fn is_choice(&self) -> bool {
        matches!(self.kind, Kind::Choice(_) | Kind::LogLevel | Kind::Profile)
    }

    /// Whether this value of it is the path of a file.
    pub(crate) fn names_file(&self, text: &str) -> bool {
        match self.kind {
            Kind::Path | Kind::Report => true,
            Kind::FileOrDash => text != "-",
            Kind::PathOrUrl => !text.contains("://"),
            Kind::Profile => super::profile::is_file(text),
            _ => false,
        }
    }

    /// A scenario cannot name a scenario.
    pub(crate) fn in_scenario(&self) -> bool {
        self.name != "TRAFFICINATOR_SCENARIO"
    }

    /// A value that may be shown: `***` for a secret, a URL without its credentials.
    pub(crate) fn shown(&self, text: &str) -> String {
        match self.kind {
            Kind::Token => "***".to_owned(),
            Kind::Url => super::tracking_url::redact(text),
            Kind::PathOrUrl if text.contains("://") => super::tracking_url::redact(text),
            _ => text.to_owned(),
        }
    }
}

impl Default {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Value(text) | Self::Absent(text) => text,
        }
    }
}

impl Group {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 8] = [
        Self::Target,
        Self::Load,
        Self::Visits,
        Self::Shop,
        Self::Site,
        Self::Run,
        Self::Output,
        Self::Backfill,
    ];

    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Target => "Target",
            Self::Load => "Load",
            Self::Visits => "Visits",
            Self::Shop => "Shop",
            Self::Site => "Site",
            Self::Run => "Run",
            Self::Output => "Output",
            Self::Backfill => "Backfill",
        }
    }
}

/// The setting of that environment name.
pub(crate) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// The setting of that scenario key.
pub(crate) fn find_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key() == key)
}

/// The settings table of the README: one section a group.
#[cfg(test)]
pub(crate) fn settings_table_markdown() -> String {
    use std::fmt::Write as _;

    let mut out = String::new();
    for group in Group::ALL {
        let _ = write!(out, "### {}\n\n", group.heading());
        out.push_str("| variable | flag | default | accepted | meaning |\n|---|---|---|---|---|\n");
        for setting in SETTINGS.iter().filter(|setting| setting.group == group) {
            let default = match setting.default {
                Default::Value(value) => format!("`{value}`"),
                Default::Absent(text) => text.to_owned(),
            };
            let _ = writeln!(
                out,
                "| `{}` | `--{}` | {default} | {} | {} |",
                setting.name,
                setting.flag(),
                setting.kind.accepts().replace('|', "\\|"),
                setting.help.replace('|', "\\|"),
            );
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The settings as `docker-compose.loadgen.yml` passes them on, each with its default in a comment: one that is not set
/// is passed as empty, which counts as not set, so that profile and preset stay in force.
#[cfg(test)]
pub(crate) fn settings_compose_yaml() -> String {
    use std::fmt::Write as _;

    let mut out = String::new();
    for group in Group::ALL {
        let _ = writeln!(out, "      # {}", group.heading());
        for setting in SETTINGS.iter().filter(|setting| setting.group == group) {
            let Setting { name, help, default, .. } = setting;
            let here = container_default(name);
            let besides =
                here.map_or_else(String::new, |(value, reason)| format!("; here {value}, {reason}"));
            let _ = writeln!(out, "      # {help} [default: {}{besides}]", default.text());
            let _ = writeln!(out, "      {name}: ${{{name}:-{}}}", here.map_or("", |(value, _)| value));
        }
    }
    out
}

/// Where a container has a default of its own, and why. The image has the same.
#[cfg(test)]
fn container_default(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "TRAFFICINATOR_LISTEN" => Some(("127.0.0.1:9464", "where the health check asks")),
        "START_SIGNAL_FILE" => Some(("/data/loadgen.start", "in the volume")),
        _ => None,
    }
}
