//! Tables with a row per label: `Events.getCategory`, `Contents.getContentNames`.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};

use super::selection::{question, select};
use super::{Refusal, page, percentage, quotient};
use crate::action::Deed;
use crate::names::Name;
use crate::parameters::Parameters;
use crate::server::Tracker;

/// Which part of an event labels its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventPart {
    Category,
    Action,
    Name,
}

/// What a row of events adds up.
#[derive(Debug, Default)]
struct Events {
    visitors: HashSet<u64>,
    visits: HashSet<usize>,
    count: usize,
    values: Vec<f64>,
}

/// What a row of contents adds up.
#[derive(Debug, Default)]
struct Contents {
    visitors: HashSet<u64>,
    visits: HashSet<usize>,
    impressions: usize,
    interactions: usize,
}

pub(super) fn events(
    parameters: &Parameters<'_>,
    tracker: &Tracker,
    part: EventPart,
) -> Result<Value, Refusal> {
    let (question, _) = question(parameters, tracker)?;
    let visits = tracker.visits();
    let mut rows: HashMap<Name, Events> = HashMap::new();
    for (at, visit) in select(&visits, &question) {
        for entry in &visit.entries {
            let Deed::Event { category, action, name, value, .. } = entry.deed else {
                continue;
            };
            let label = match part {
                EventPart::Category => category,
                EventPart::Action => action,
                EventPart::Name => match name {
                    Some(name) => name,
                    None => continue,
                },
            };
            let row = rows.entry(label).or_default();
            row.visitors.insert(visit.visitor);
            row.visits.insert(at);
            row.count += 1;
            row.values.extend(value);
        }
    }
    let field = match part {
        EventPart::Category => "eventCategory",
        EventPart::Action => "eventAction",
        EventPart::Name => "eventName",
    };
    let mut rows: Vec<(&str, Events)> =
        rows.into_iter().map(|(label, row)| (visits.names.text(label), row)).collect();
    rows.sort_unstable_by(|(one, a), (other, b)| b.count.cmp(&a.count).then(one.cmp(other)));
    let rows = rows.into_iter().enumerate().map(|(at, (label, row))| {
        let sum: f64 = row.values.iter().sum();
        let smallest = row.values.iter().copied().reduce(f64::min).unwrap_or(0.0);
        let largest = row.values.iter().copied().reduce(f64::max).unwrap_or(0.0);
        json!({
            "label": label,
            "nb_uniq_visitors": row.visitors.len(),
            // The real one writes these as text.
            "nb_visits": row.visits.len().to_string(),
            "nb_events": row.count.to_string(),
            "nb_events_with_value": row.values.len().to_string(),
            "sum_event_value": quotient(sum, 1.0, 2),
            "min_event_value": quotient(smallest, 1.0, 2),
            "max_event_value": quotient(largest, 1.0, 2),
            "avg_event_value": quotient(sum, row.values.len() as f64, 2),
            "segment": format!("{field}=={}", form_urlencoded::byte_serialize(label.as_bytes()).collect::<String>()),
            "idsubdatatable": at + 1,
        })
    });
    Ok(Value::Array(page(rows.collect(), parameters)))
}

pub(super) fn contents(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, _) = question(parameters, tracker)?;
    let visits = tracker.visits();
    let mut rows: BTreeMap<&str, Contents> = BTreeMap::new();
    for (at, visit) in select(&visits, &question) {
        for entry in &visit.entries {
            let Deed::Content { name, interaction, .. } = entry.deed else {
                continue;
            };
            let row = rows.entry(visits.names.text(name)).or_default();
            row.visitors.insert(visit.visitor);
            row.visits.insert(at);
            match interaction {
                None => row.impressions += 1,
                Some(_) => row.interactions += 1,
            }
        }
    }
    let rows = rows.into_iter().enumerate().map(|(at, (label, row))| {
        json!({
            "label": label,
            "nb_uniq_visitors": row.visitors.len(),
            "nb_visits": row.visits.len().to_string(),
            "nb_impressions": row.impressions.to_string(),
            "nb_interactions": row.interactions,
            "interaction_rate": percentage(row.interactions, row.impressions, 2),
            "segment": format!("contentName=={}", form_urlencoded::byte_serialize(label.as_bytes()).collect::<String>()),
            "idsubdatatable": at + 1,
        })
    });
    Ok(Value::Array(page(rows.collect(), parameters)))
}
