//! `[[stage]]`: how the rate changes, one stretch of time after the other.

use toml::de::DeTable;
use traffic::curve::{Nanos, Stage};
use traffic::scenario::out_of_shape;

use super::{Tables, each};
use crate::lines::Lines;
use crate::settings::fields::Fields;
use crate::settings::scenario_file::{Entry, text_of};
use crate::stages::{parse_rate, parse_time};

/// Stairs unless it is said how many.
const STAIRS: u32 = 5;

/// What the rate does.
#[derive(Clone, Copy)]
enum Kind {
    /// Stays.
    Constant,
    /// Goes evenly from one to another.
    Ramp,
    /// Does so in stairs of the same length, of which the first has the one rate and the last the other.
    Step,
    /// Goes up and back again.
    Spike,
}

const KINDS: [(Kind, &str); 4] =
    [(Kind::Constant, "constant"), (Kind::Ramp, "ramp"), (Kind::Step, "step"), (Kind::Spike, "spike")];

pub(super) fn read<'a>(
    table: &'a DeTable<'a>,
    lines: Lines<'a>,
    problems: &mut Vec<Entry<String>>,
    tables: &mut Tables,
) {
    let mut last = None;
    let found = each((table, "stage", "stage"), lines, problems, |fields| {
        let stages = stages(fields, last);
        last = stages.as_ref().and_then(|stages| stages.last()).map(|stage| stage.to);
        stages
    });
    tables.stage_lines = found.iter().map(|(line, _)| *line).collect();
    let is_whole = found.iter().all(|(_, stages)| stages.is_some());
    let stages: Vec<Stage> = found.into_iter().filter_map(|(_, stages)| stages).flatten().collect();
    let Some(line) = tables.stage_lines.first().copied().filter(|_| is_whole) else { return };
    match out_of_shape(&stages) {
        Some(value) => problems.push(Entry { line, key: "stage".to_owned(), value }),
        None => tables.stages = stages,
    }
}

/// The stages of a table; `last` is the rate of those before it.
fn stages(fields: &mut Fields<'_, '_>, last: Option<f64>) -> Option<Vec<Stage>> {
    let kind = match fields.choice("kind", &KINDS) {
        None if fields.has("kind") => return None,
        None if fields.has("peak") => Kind::Spike,
        None if fields.has("steps") => Kind::Step,
        None if fields.has("to") => Kind::Ramp,
        None => Kind::Constant,
        Some(kind) => kind,
    };
    match kind {
        Kind::Constant => {
            fields.need("rate", "rate = \"50/s\"");
            let rate = rate(fields, "rate");
            let (rate, length) = (rate, duration(fields));
            Some(vec![flat(rate?, length?)])
        }
        Kind::Ramp => {
            let (from, to) = ends(fields, last);
            let length = duration(fields);
            Some(vec![Stage { from: from?, to: to?, length: length? }])
        }
        Kind::Step => {
            let (from, to) = ends(fields, last);
            let steps = fields.whole("steps", 2..=1_000);
            if steps.is_none() && fields.has("steps") {
                return None;
            }
            let length = duration(fields);
            Some(stairs(from?, to?, steps.unwrap_or(STAIRS), length?))
        }
        Kind::Spike => {
            let base = started(fields, "rate", last);
            fields.need("peak", "peak = \"200/s\"");
            let peak = rate(fields, "peak");
            let length = duration(fields);
            let rise = time(fields, "rise");
            if rise.is_none() && fields.has("rise") {
                return None;
            }
            spike(fields, base?, peak?, length?, rise.unwrap_or(0))
        }
    }
}

fn flat(rate: f64, length: Nanos) -> Stage {
    Stage { from: rate, to: rate, length }
}

fn stairs(from: f64, to: f64, steps: u32, length: Nanos) -> Vec<Stage> {
    let steps = u64::from(steps);
    // Ten years of nanoseconds times a thousand are more than 64 bits.
    let part = |step: u64| (u128::from(length) * u128::from(step) / u128::from(steps)) as Nanos;
    let rate = |step: u64| from + (to - from) * (step as f64 / (steps - 1) as f64);
    (0..steps).map(|step| flat(rate(step), part(step + 1) - part(step))).collect()
}

fn spike(
    fields: &mut Fields<'_, '_>,
    base: f64,
    peak: f64,
    length: Nanos,
    rise: Nanos,
) -> Option<Vec<Stage>> {
    if rise.checked_mul(2).is_none_or(|both| both > length) {
        fields
            .complain_of_all("rises and falls for longer than its duration; give a shorter rise".to_owned());
        return None;
    }
    let stages = [
        Stage { from: base, to: peak, length: rise },
        flat(peak, length - 2 * rise),
        Stage { from: peak, to: base, length: rise },
    ];
    Some(stages.into_iter().filter(|stage| stage.length > 0).collect())
}

fn ends(fields: &mut Fields<'_, '_>, last: Option<f64>) -> (Option<f64>, Option<f64>) {
    let from = started(fields, "from", last);
    fields.need("to", "to = \"50/s\"");
    (from, rate(fields, "to"))
}

/// A rate that is the last one unless it is given.
fn started(fields: &mut Fields<'_, '_>, key: &'static str, last: Option<f64>) -> Option<f64> {
    if fields.has(key) {
        return rate(fields, key);
    }
    // Known, though missing.
    fields.value(key);
    if last.is_none() {
        fields.need(key, &format!("{key} = \"0/s\": there is no last rate to go on from"));
    }
    last
}

fn rate(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<f64> {
    parsed(fields, key, parse_rate)
}

fn duration(fields: &mut Fields<'_, '_>) -> Option<Nanos> {
    fields.need("duration", "duration = \"10m\"");
    time(fields, "duration")
}

fn time(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<Nanos> {
    parsed(fields, key, parse_time)
}

fn parsed<T>(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    let (line, value) = fields.value(key)?;
    match text_of(value).and_then(|text| parse(&text)) {
        Ok(value) => Some(value),
        Err(message) => {
            fields.complain(key, line, message);
            None
        }
    }
}
