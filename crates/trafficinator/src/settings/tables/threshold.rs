//! `[[threshold]]`: what a run, or one of several targets, must keep to, and whether the run ends where it does not.

use std::time::Duration;

use toml::de::DeTable;

use super::{Tables, each, is_declared};
use crate::lines::Lines;
use crate::settings::fields::Fields;
use crate::settings::length::parse_length;
use crate::settings::nearest::suggest;
use crate::settings::scenario_file::{Entry, text_of};
use crate::threshold::{Threshold, parse};

pub(super) fn read<'a>(
    table: &'a DeTable<'a>,
    lines: Lines<'a>,
    problems: &mut Vec<Entry<String>>,
    tables: &mut Tables,
) {
    if table.get("threshold").is_some_and(|value| !is_declared("threshold", value.get_ref())) {
        return;
    }
    let found = each((table, "threshold", "threshold"), lines, problems, |fields| {
        let target = target(fields, tables);
        Some((target, threshold(fields)?))
    });
    for (line, found) in found {
        match found {
            Some((Some(target), threshold)) => tables.targets[target].thresholds.push(threshold),
            found => {
                tables.threshold_lines.push(line);
                tables.thresholds.extend(found.map(|(_, threshold)| threshold));
            }
        }
    }
}

/// Which of the targets it is about, unless it is about the whole run.
fn target(fields: &mut Fields<'_, '_>, tables: &Tables) -> Option<usize> {
    let name = fields.text("target")?;
    let known = tables.targets.iter().position(|target| target.name == name);
    // What is wrong with a target was told.
    if known.is_none() && tables.targets.len() == tables.target_lines.len() {
        let names: Vec<&str> = tables.targets.iter().map(|target| target.name.as_str()).collect();
        let advice = match (suggest(&name, names.iter().copied()), names.as_slice()) {
            (Some(near), _) => format!("did you mean {near:?}?"),
            (None, []) => "there are none; leave it out".to_owned(),
            (None, names) => format!("give one of {}", names.join(", ")),
        };
        let line = fields.value("target").map_or(0, |(line, _)| line);
        fields.complain("target", line, format!("{name:?} is none of the targets; {advice}"));
    }
    known
}

fn threshold(fields: &mut Fields<'_, '_>) -> Option<Threshold> {
    fields.need("expression", "expression = \"response.p95<200ms\"");
    let expression = fields.text("expression");
    let threshold = expression.and_then(|text| match parse(&text) {
        Ok(threshold) => Some(threshold),
        Err(message) => {
            let line = fields.value("expression").map_or(0, |(line, _)| line);
            fields.complain("expression", line, message);
            None
        }
    });
    let aborts = fields.switch("abort").unwrap_or(false);
    let delay = delay(fields);
    if fields.has("delay") && !aborts {
        let line = fields.value("delay").map_or(0, |(line, _)| line);
        fields.complain("delay", line, "is not used without abort = true; give that as well".to_owned());
    }
    let threshold = threshold?;
    Some(if aborts { threshold.aborting(delay.unwrap_or_default()) } else { threshold })
}

/// How long after the warm-up nothing is judged.
fn delay(fields: &mut Fields<'_, '_>) -> Option<Duration> {
    let (line, value) = fields.value("delay")?;
    match text_of(value).and_then(|text| parse_length(&text)) {
        Ok(delay) => Some(delay),
        Err(message) => {
            fields.complain("delay", line, format!("is not accepted: {message}; give a time such as 30s"));
            None
        }
    }
}
