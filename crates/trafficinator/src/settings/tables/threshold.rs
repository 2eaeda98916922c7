//! `[[threshold]]`: what a run must keep to, and whether it ends where it does not.

use std::time::Duration;

use toml::de::DeTable;

use super::{Tables, each, is_declared};
use crate::lines::Lines;
use crate::settings::fields::Fields;
use crate::settings::length::parse_length;
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
    let found = each((table, "threshold", "threshold"), lines, problems, threshold);
    tables.threshold_lines = found.iter().map(|(line, _)| *line).collect();
    tables.thresholds = found.into_iter().filter_map(|(_, threshold)| threshold).collect();
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
