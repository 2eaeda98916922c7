//! Raw texts with where they came from, so that every message can name a setting as its user gave it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::registry::Setting;

/// Where a text came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Flag,
    Environment,
    EnvFile {
        path: PathBuf,
        line: usize,
    },
    Scenario {
        path: PathBuf,
        line: usize,
    },
    Preset(String),
    /// A profile by its name: what it sets, or what follows from its distributions.
    Profile(String),
    ProfileFile {
        path: PathBuf,
        line: usize,
    },
    Default,
}

/// The text of one setting. `Debug` does not print it: it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) text: String,
    pub(crate) source: Source,
}

/// The winning text of every setting that has one, by environment name.
pub(crate) type Raws = BTreeMap<&'static str, Raw>;

/// One thing wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The setting or file as the user gave it, with its place: `PAGEVIEWS_MIN (environment)`, `--seed`.
    pub(crate) setting: String,
    /// The refused value, if it may be shown.
    pub(crate) value: Option<String>,
    /// What is wrong and what is accepted.
    pub(crate) message: String,
}

impl Source {
    /// Precedence: the higher level wins.
    pub(crate) fn level(&self) -> u8 {
        match self {
            Self::Flag => 6,
            Self::Environment => 5,
            Self::EnvFile { .. } => 4,
            Self::Scenario { .. } => 3,
            Self::Preset(_) => 2,
            Self::Profile(_) | Self::ProfileFile { .. } => 1,
            Self::Default => 0,
        }
    }

    /// True when a user wrote the setting itself, rather than a preset, a profile or nobody.
    pub(crate) fn is_explicit(&self) -> bool {
        self.level() > 2
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment => f.write_str("environment"),
            Self::EnvFile { path, line }
            | Self::Scenario { path, line }
            | Self::ProfileFile { path, line } => {
                write!(f, "{}:{line}", path.display())
            }
            Self::Preset(name) => write!(f, "preset {name}"),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({})", self.source)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}: {} {}", self.setting, quoted(value), self.message),
            None => write!(f, "{}: {}", self.setting, self.message),
        }
    }
}

/// The setting as its user gave it.
pub(crate) fn label(setting: &Setting, source: &Source) -> String {
    match source {
        Source::Flag => format!("--{}", setting.flag()),
        Source::Scenario { .. } | Source::ProfileFile { .. } => format!("{} ({source})", setting.key()),
        _ => format!("{} ({source})", setting.name),
    }
}

/// `"value" is not accepted; give …`
pub(crate) fn not_accepted(setting: &Setting, raw: &Raw, detail: Option<&str>) -> Problem {
    let accepts = setting.kind.accepts();
    let message = match detail {
        Some(detail) => format!("is not accepted: {detail}; give {accepts}"),
        None => format!("is not accepted; give {accepts}"),
    };
    Problem { setting: label(setting, &raw.source), value: Some(setting.shown(&raw.text)), message }
}

/// In quotes, control characters escaped, a monster cut short.
pub(crate) fn quoted(value: &str) -> String {
    const LONGEST: usize = 80;
    if value.chars().count() <= LONGEST {
        return format!("{value:?}");
    }
    let start: String = value.chars().take(LONGEST).collect();
    format!("{:?}", format!("{start}…"))
}
