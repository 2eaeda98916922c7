//! `[[targets]]`: several Matomos that get visits at once.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use toml::de::DeTable;

use super::{Once, Tables, each};
use crate::lines::Lines;
use crate::settings::fields::{Fields, number};
use crate::settings::kind::{Kind, Value};
use crate::settings::scenario_file::Entry;
use crate::settings::source::quoted;
use crate::settings::tracking_url::{TrackingUrl, redact};
use crate::threshold::{self, Threshold};

/// So much is told apart in a table of a report.
const LONGEST_NAME: usize = 60;

/// A target as it was declared; what is missing comes from settings.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) line: usize,
    /// What reports call it.
    pub(crate) name: String,
    pub(crate) url: TrackingUrl,
    pub(crate) site_id: Option<u32>,
    pub(crate) token_file: Option<TokenFile>,
    /// How many visits it gets, relative to others.
    pub(crate) weight: Option<f64>,
    /// The share of all visits that it gets, above 0 and at most 1.
    pub(crate) share: Option<f64>,
    pub(crate) max_visits_per_day: Option<u64>,
    /// Of its site in Matomo.
    pub(crate) time_zone: Option<TimeZone>,
    pub(crate) enabled: bool,
    /// What it must keep to, besides what the whole run must.
    pub(crate) thresholds: Vec<Threshold>,
}

/// The file that holds a token.
#[derive(Debug, Clone)]
pub(crate) struct TokenFile {
    pub(crate) line: usize,
    pub(crate) path: PathBuf,
}

pub(super) fn read<'a>(
    table: &'a DeTable<'a>,
    lines: Lines<'a>,
    problems: &mut Vec<Entry<String>>,
    tables: &mut Tables,
) {
    let mut known = Once::default();
    let found = each((table, "targets", "targets"), lines, problems, |fields| {
        let declared = declared(fields)?;
        if let Some(first) = known.again(declared.name.clone(), declared.line) {
            let message =
                format!("is called {:?} as that on line {first}; give each a name of its own", declared.name);
            fields.complain_of_all(message);
        }
        Some(declared)
    });
    tables.target_lines = found.iter().map(|(line, _)| *line).collect();
    // What is no table was told; it was meant to say where visits go all the same.
    if let Some((key, value)) = table.get_key_value("targets")
        && found.is_empty()
        && !value.get_ref().as_array().is_some_and(|values| values.is_empty())
    {
        tables.target_lines.push(lines.of(key.span().start));
    }
    tables.targets = found.into_iter().filter_map(|(_, declared)| declared).collect();
}

fn declared(fields: &mut Fields<'_, '_>) -> Option<Declared> {
    fields.need("url", "url = \"https://matomo.example.org/\"");
    let url = kind(fields, "url", Kind::Url, |value| match value {
        Value::Url(url) => Some(url),
        _ => None,
    });
    let name = name(fields);
    let weight = above_zero(fields, "weight", 1e6, "a weight");
    let share = above_zero(fields, "share", 1.0, "a share");
    if fields.has("weight") && fields.has("share") {
        fields.complain_of_all("has a weight and a share; give one of them".to_owned());
    }
    let site_id = fields.whole("site_id", 1..=u32::MAX);
    let cap = fields.whole("max_visits_per_day", 1..=u32::MAX);
    let token_file = token_file(fields);
    let time_zone = kind(fields, "time_zone", Kind::Zone, |value| match value {
        Value::Zone(zone) => Some(zone),
        _ => None,
    });
    let enabled = fields.switch("enabled").unwrap_or(true);
    let thresholds = thresholds(fields);
    let url = url?;
    let name = match name {
        Some(name) => name,
        None if fields.has("name") => return None,
        None => url.host_and_port(),
    };
    Some(Declared {
        line: fields.line(),
        name,
        url,
        site_id,
        token_file,
        weight,
        share,
        max_visits_per_day: cap.map(u64::from),
        time_zone,
        enabled,
        thresholds,
    })
}

fn name(fields: &mut Fields<'_, '_>) -> Option<String> {
    let name = fields.text("name")?;
    let (line, value) = fields.value("name")?;
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let accepts = format!("give at most {LONGEST_NAME} characters that can be shown");
        return fields.refuse("name", line, value, &accepts);
    }
    Some(name)
}

fn token_file(fields: &mut Fields<'_, '_>) -> Option<TokenFile> {
    let path = PathBuf::from(fields.text("token_file")?);
    let (line, _) = fields.value("token_file")?;
    Some(TokenFile { line, path })
}

fn above_zero(fields: &mut Fields<'_, '_>, key: &'static str, most: f64, what: &str) -> Option<f64> {
    let (line, value) = fields.value(key)?;
    match number(value) {
        Some(number) if number > 0.0 && number <= most => Some(number),
        Some(0.0) => fields.refuse(
            key,
            line,
            value,
            "give more than 0; a target that is to get nothing has enabled = false",
        ),
        _ => fields.refuse(key, line, value, &format!("give {what} above 0 and of at most {most}")),
    }
}

/// A value as the setting of this kind would have it.
fn kind<T>(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    kind: Kind,
    take: impl Fn(Value) -> Option<T>,
) -> Option<T> {
    let text = fields.text(key)?;
    match kind.parse(&text) {
        Ok(value) => take(value),
        Err(detail) => {
            let line = fields.value(key).map_or(0, |(line, _)| line);
            let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
            // The text of a URL may hold a password.
            let shown = if matches!(kind, Kind::Url) { redact(&text) } else { text };
            let message = format!("{} is not accepted{detail}; give {}", quoted(&shown), kind.accepts());
            fields.complain(key, line, message);
            None
        }
    }
}

fn thresholds(fields: &mut Fields<'_, '_>) -> Vec<Threshold> {
    let mut found = Vec::new();
    for text in fields.texts("thresholds") {
        match threshold::parse(&text) {
            Ok(threshold) => found.push(threshold),
            Err(message) => {
                let line = fields.value("thresholds").map_or(0, |(line, _)| line);
                fields.complain("thresholds", line, format!("{} is not accepted: {message}", quoted(&text)));
            }
        }
    }
    found
}
