//! From texts to checked values, one setting at a time, and typed access to them.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use traffic::curve::Stage;
use traffic::walk::Shard;

use super::kind::{Kind, Value, parse_token, thresholds};
use super::registry::{SETTINGS, find};
use super::shard::Asked;
use super::source::{Problem, Raw, Raws, label, not_accepted};
use super::tracking_url::TrackingUrl;
use super::{LogLevel, Rate};
use crate::sitemap::Place;
use crate::threshold::Threshold;
use engine::target::Secret;

/// Checked values by environment name. What was not accepted is missing.
#[derive(Debug, Default)]
pub(crate) struct Values(BTreeMap<&'static str, Value>);

/// Parses every text; one problem for each that is not accepted.
pub(crate) fn parse_all(raws: &Raws) -> (Values, Vec<Problem>) {
    let mut values = Values::default();
    let mut problems = Vec::new();
    for setting in SETTINGS {
        let Some(raw) = raws.get(setting.name) else { continue };
        match setting.kind.parse(&raw.text) {
            Ok(value) => {
                values.0.insert(setting.name, value);
            }
            // Each is told by itself.
            Err(_) if matches!(setting.kind, Kind::Thresholds) => {
                let wrong =
                    thresholds(&raw.text).filter_map(|(text, threshold)| Some((text, threshold.err()?)));
                problems.extend(wrong.map(|(text, message)| {
                    let raw = Raw { text: text.to_owned(), source: raw.source.clone() };
                    not_accepted(setting, &raw, Some(&message))
                }));
            }
            Err(detail) => problems.push(not_accepted(setting, raw, detail.as_deref())),
        }
    }
    (values, problems)
}

/// Puts the content of `MATOMO_TOKEN_AUTH_FILE` where `MATOMO_TOKEN_AUTH` would be.
pub(crate) fn read_token_file(
    values: &mut Values,
    raws: &Raws,
    read: &dyn Fn(&Path) -> io::Result<String>,
) -> Option<Problem> {
    let setting = find("MATOMO_TOKEN_AUTH_FILE")?;
    let path: PathBuf = values.get(setting.name)?;
    let reason = match read_token(&path, read) {
        Ok(token) => {
            values.0.insert("MATOMO_TOKEN_AUTH", Value::Token(token));
            return None;
        }
        Err(reason) => reason,
    };
    let raw = raws.get(setting.name)?;
    Some(Problem { setting: label(setting, &raw.source), value: Some(raw.text.clone()), message: reason })
}

/// The token in a file, or what is wrong with that.
pub(super) fn read_token(path: &Path, read: &dyn Fn(&Path) -> io::Result<String>) -> Result<Secret, String> {
    let text = read(path).map_err(|error| format!("cannot be read: {error}"))?;
    match parse_token(text.trim_start_matches('\u{feff}').trim()) {
        Ok(token) if token.reveal().is_empty() => Err("is empty; it must hold the token".to_owned()),
        Ok(token) => Ok(token),
        Err(_) => {
            Err("holds white space inside the token; it must hold the token and nothing else".to_owned())
        }
    }
}

impl Values {
    /// Puts what was found out in the place of what was asked for.
    pub(crate) fn set_shard(&mut self, name: &'static str, shard: Shard) {
        self.0.insert(name, Value::Shard(Asked::Of(shard)));
    }

    /// The value, if there is one.
    pub(crate) fn get<T: FromValue>(&self, name: &'static str) -> Option<T> {
        debug_assert!(find(name).is_some(), "{name} is not in the registry");
        T::from_value(self.0.get(name)?)
    }

    /// The value of a setting that has a default, once all are known to be accepted.
    pub(crate) fn must<T: FromValue>(&self, name: &'static str) -> T {
        self.get(name)
            .unwrap_or_else(|| panic!("{name} has no value of this type: the registry gives it none"))
    }

    /// The value as a number, to compare.
    pub(crate) fn number(&self, name: &'static str) -> Option<f64> {
        self.get::<u64>(name).map(|number| number as f64).or_else(|| self.get(name))
    }
}

/// Types a value can be taken out as.
pub(crate) trait FromValue: Sized {
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($variant:ident => $type:ty),* $(,)?) => {
        $(impl FromValue for $type {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::$variant(inner) => Some(inner.clone()),
                    _ => None,
                }
            }
        })*
    };
}

from_value! {
    Whole => u64,
    Decimal => f64,
    Switch => bool,
    Choice => &'static str,
    Length => Duration,
    Rate => Rate,
    Url => TrackingUrl,
    Token => Secret,
    Path => PathBuf,
    Place => Place,
    Zone => TimeZone,
    Date => Date,
    Text => String,
    Amounts => Vec<f64>,
    Moment => Timestamp,
    Shard => Asked,
    LogLevel => LogLevel,
    Stages => Vec<Stage>,
    Thresholds => Vec<Threshold>,
    Address => SocketAddr,
}
