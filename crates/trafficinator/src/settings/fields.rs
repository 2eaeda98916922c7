//! Reads the keys of a table in a scenario file one by one: every key that is wrong, missing or unknown is told with
//! its line.

use std::ops::RangeInclusive;

use toml::de::{DeTable, DeValue};
use traffic::ledger::Cents;

use super::nearest;
use super::scenario_file::{Entry, text_of};
use super::source::quoted;
use crate::catalogue::money::parse_money;
use crate::lines::Lines;

/// A table that is being read.
pub(super) struct Fields<'a, 'p> {
    /// What the table is called: `goal`, `site.page`.
    name: &'static str,
    line: usize,
    lines: Lines<'a>,
    table: &'a DeTable<'a>,
    /// Keys that were asked for.
    known: Vec<&'static str>,
    problems: &'p mut Vec<Entry<String>>,
}

impl<'a, 'p> Fields<'a, 'p> {
    /// Reads a table; `line` is where it begins.
    pub(super) fn new(
        name: &'static str,
        line: usize,
        lines: Lines<'a>,
        table: &'a DeTable<'a>,
        problems: &'p mut Vec<Entry<String>>,
    ) -> Fields<'a, 'p> {
        Fields { name, line, lines, table, known: Vec::new(), problems }
    }

    /// Where the table begins.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The value of a key with its line.
    pub(super) fn value(&mut self, key: &'static str) -> Option<(usize, &'a DeValue<'a>)> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let (spanned, value) = self.table.get_key_value(key)?;
        Some((self.lines.of(spanned.span().start), value.get_ref()))
    }

    /// Whether the key is there, right or wrong.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A text that is not blank.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let (line, value) = self.value(key)?;
        match value {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            DeValue::String(_) => self.refuse(key, line, value, "give a text that is not blank"),
            _ => self.refuse(key, line, value, "give a text in quotes"),
        }
    }

    /// A list of texts that are not blank; none where the key is missing.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some((line, value)) = self.value(key) else { return Vec::new() };
        let accepts = "give a list of texts such as [\"one\", \"two\"]";
        let DeValue::Array(values) = value else {
            return self.refuse(key, line, value, accepts).unwrap_or_default();
        };
        let mut texts = Vec::new();
        for value in values {
            match value.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() => texts.push(text.trim().to_owned()),
                other => {
                    let line = self.lines.of(value.span().start);
                    self.refuse::<()>(key, line, other, accepts);
                }
            }
        }
        texts
    }

    /// `true` or `false`.
    pub(super) fn switch(&mut self, key: &'static str) -> Option<bool> {
        let (line, value) = self.value(key)?;
        match value {
            DeValue::Boolean(value) => Some(*value),
            _ => self.refuse(key, line, value, "give true or false"),
        }
    }

    /// A whole number.
    pub(super) fn whole(&mut self, key: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
        let (line, value) = self.value(key)?;
        let number = match value {
            DeValue::Integer(_) => text_of(value).ok().and_then(|text| text.parse().ok()),
            _ => None,
        };
        number.filter(|number| range.contains(number)).or_else(|| {
            let accepts = format!("give a whole number from {} to {}", range.start(), range.end());
            self.refuse(key, line, value, &accepts)
        })
    }

    /// A number; `what` says what it is: `an amount`.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: RangeInclusive<f64>,
        what: &str,
    ) -> Option<f64> {
        let (line, value) = self.value(key)?;
        number(value).filter(|number| range.contains(number)).or_else(|| {
            let accepts = format!("give {what} from {} to {}", range.start(), range.end());
            self.refuse(key, line, value, &accepts)
        })
    }

    /// An amount of money, exact to the cent.
    pub(super) fn money(
        &mut self,
        key: &'static str,
        range: RangeInclusive<f64>,
        what: &str,
    ) -> Option<Cents> {
        self.number(key, range, what)?;
        let (line, value) = self.value(key)?;
        match parse_money(&text_of(value).ok()?.replace('_', "")) {
            Ok(cents) => Some(cents),
            Err(message) => {
                self.complain(key, line, message);
                None
            }
        }
    }

    /// One of some words.
    pub(super) fn choice<T: Clone>(&mut self, key: &'static str, words: &[(T, &'static str)]) -> Option<T> {
        let (line, value) = self.value(key)?;
        if let DeValue::String(text) = value
            && let Some((meaning, _)) = words.iter().find(|(_, word)| *word == text.as_ref())
        {
            return Some(meaning.clone());
        }
        let names = || words.iter().map(|(_, word)| *word);
        let given = text_of(value).unwrap_or_default();
        let hint = nearest::suggest(&given, names()).map(|word| format!("did you mean {word}? "));
        let names = names().collect::<Vec<_>>().join(", ");
        self.refuse(key, line, value, &format!("{}give one of {names}", hint.unwrap_or_default()))
    }

    /// Says that a value is not accepted. Never gives one, so that it can stand for it.
    pub(super) fn refuse<T>(
        &mut self,
        key: &str,
        line: usize,
        value: &DeValue<'_>,
        accepts: &str,
    ) -> Option<T> {
        let shown = match value {
            DeValue::Table(_) => "a table".to_owned(),
            DeValue::Array(_) => "a list".to_owned(),
            value => text_of(value).map_or_else(|_| "a number".to_owned(), |text| quoted(&text)),
        };
        self.complain(key, line, format!("{shown} is not accepted; {accepts}"));
        None
    }

    /// Says what is wrong with a key.
    pub(super) fn complain(&mut self, key: &str, line: usize, message: String) {
        self.problems.push(Entry { line, key: format!("{}.{key}", self.name), value: message });
    }

    /// Says what is wrong with the whole table.
    pub(super) fn complain_of_all(&mut self, message: String) {
        self.problems.push(Entry { line: self.line, key: self.name.to_owned(), value: message });
    }

    /// Says that a key is missing, unless it is there and wrong.
    pub(super) fn need(&mut self, key: &str, example: &str) {
        if !self.has(key) {
            self.complain_of_all(format!("has no {key}; give one, such as {example}"));
        }
    }

    /// Refuses every key that nobody asked for.
    pub(super) fn finish(mut self) {
        let table = self.table;
        for (key, _) in table {
            let name = key.get_ref().as_ref();
            if self.known.contains(&name) {
                continue;
            }
            let message = match nearest::suggest(name, self.known.iter().copied()) {
                Some(known) => format!("no such key; did you mean {known}?"),
                None => format!("no such key; give some of {}", self.known.join(", ")),
            };
            self.complain(name, self.lines.of(key.span().start), message);
        }
    }
}

/// A finite number, however it is written.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(_) | DeValue::Float(_) => {
            text_of(value).ok()?.replace('_', "").parse().ok().filter(|number: &f64| number.is_finite())
        }
        _ => None,
    }
}
