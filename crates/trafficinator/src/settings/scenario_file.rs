//! Reads a scenario file: TOML with one key a setting, and tables for what is more than a value.

use toml::de::{DeTable, DeValue};

use super::nearest;
use super::registry::{SETTINGS, Setting, find_key};
use super::tables::{self, Tables};
use crate::lines::{Ends, Lines};

/// One key of the file, with its line number from 1.
pub(crate) struct Entry<T> {
    pub(crate) line: usize,
    pub(crate) key: String,
    pub(crate) value: T,
}

/// What a scenario file holds. No error repeats the value of a setting: it may be a secret.
#[derive(Default)]
pub(crate) struct Scenario {
    /// The settings, as texts.
    pub(crate) given: Vec<(&'static Setting, Entry<String>)>,
    /// Keys that cannot be used, with the reason.
    pub(crate) refused: Vec<Entry<String>>,
    pub(crate) tables: Tables,
}

/// The settings of a file, or the line and message of what is not TOML.
pub(crate) fn parse(text: &str) -> Result<Scenario, (usize, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let ends = Ends::of(text);
    let lines = ends.lines();
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| lines.of(span.start));
        (line, format!("it is not TOML: {}", error.message()))
    })?;

    let mut scenario = Scenario::default();
    scenario.tables = tables::read(table.get_ref(), lines, &mut scenario.refused);
    for (key, value) in table.get_ref() {
        if tables::is_declared(key.get_ref(), value.get_ref()) {
            continue;
        }
        let line = lines.of(key.span().start);
        let name = key.get_ref().to_string();
        let entry = |value| Entry { line, key: name.clone(), value };
        match find_key(&name).filter(|setting| setting.in_scenario()) {
            None => scenario.refused.push(entry(unknown_key(&name))),
            Some(setting) => match text_of(value.get_ref()) {
                Ok(text) => scenario.given.push((setting, entry(text))),
                Err(reason) => scenario.refused.push(entry(reason)),
            },
        }
    }
    scenario.given.sort_by_key(|(_, entry)| entry.line);
    scenario.refused.sort_by_key(|entry| entry.line);
    Ok(scenario)
}

/// The secrets that keep a file from being given to others, with the reason.
pub(crate) fn private(text: &str) -> Vec<Entry<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let ends = Ends::of(text);
    let mut found = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        for (key, value) in table.get_ref() {
            look_for_secrets("", key, value.get_ref(), ends.lines(), &mut found);
        }
    }
    found.sort_by_key(|entry| entry.line);
    found
}

/// `table` is what the key is in, with a dot at its end.
fn look_for_secrets(
    table: &str,
    key: &toml::Spanned<std::borrow::Cow<'_, str>>,
    value: &DeValue<'_>,
    lines: Lines<'_>,
    found: &mut Vec<Entry<String>>,
) {
    let name = key.get_ref();
    let is_shown_in_part = |text: &str| find_key(name).is_some_and(|setting| setting.shown(text) != *text);
    match value {
        DeValue::String(text) if is_shown_in_part(text) || has_password(text) => {
            let (line, key) = (lines.of(key.span().start), format!("{table}{name}"));
            found.push(Entry { line, key, value: "it is a secret or holds one".to_owned() });
        }
        DeValue::Array(values) => {
            for value in values {
                look_for_secrets(table, key, value.get_ref(), lines, found);
            }
        }
        DeValue::Table(inner) => {
            for (key, value) in inner {
                look_for_secrets(&format!("{table}{name}."), key, value.get_ref(), lines, found);
            }
        }
        _ => {}
    }
}

fn has_password(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| !url.username().is_empty() || url.password().is_some())
}

fn unknown_key(name: &str) -> String {
    if find_key(name).is_some() {
        return "a scenario file cannot name another; use the flag or TRAFFICINATOR_SCENARIO".to_owned();
    }
    let keys: Vec<String> = SETTINGS
        .iter()
        .filter(|setting| setting.in_scenario())
        .map(Setting::key)
        .chain(tables::NAMES.map(str::to_owned))
        .collect();
    let short = name.to_lowercase();
    let short = short.strip_prefix("trafficinator_").unwrap_or(&short);
    match nearest::suggest(short, keys.iter().map(String::as_str)) {
        Some(key) => format!("no such setting; did you mean {key}?"),
        None => "no such setting; the README and `trafficinator run --help` list them all".to_owned(),
    }
}

/// A value as the same setting would be written in a variable: an array becomes a list with commas.
pub(super) fn text_of(value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(|number| number.to_string())
            .map_err(|_| "the number is too large".to_owned()),
        DeValue::Float(number) => Ok(number.as_str().to_owned()),
        DeValue::Boolean(value) => Ok(value.to_string()),
        DeValue::Datetime(value) => Ok(value.to_string()),
        DeValue::Array(values) => {
            let texts: Result<Vec<String>, String> =
                values.iter().map(|value| text_of(value.get_ref())).collect();
            Ok(texts?.join(","))
        }
        DeValue::Table(_) => Err("a table is not accepted; write one `key = value` a line".to_owned()),
    }
}
