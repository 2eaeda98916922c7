//! Totals over visits and their actions: `VisitsSummary.get`, `Actions.get`.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::period::Visitors;
use super::selection::{question, select};
use super::{Refusal, percentage, quotient};
use crate::action::Deed;
use crate::parameters::Parameters;
use crate::server::Tracker;

pub(super) fn visits_summary(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, period) = question(parameters, tracker)?;
    let visits = tracker.visits();
    let selected = select(&visits, &question);
    let actions: Vec<usize> = selected.iter().map(|(_, visit)| visit.actions()).collect();
    let total: usize = actions.iter().sum();
    let bounces = actions.iter().filter(|actions| **actions <= 1).count();
    let length: i64 = selected.iter().map(|(_, visit)| visit.duration).sum();
    let count = selected.len();
    let mut answer = Map::new();
    if period.visitors == Visitors::Unique {
        let visitors: HashSet<u64> = selected.iter().map(|(_, visit)| visit.visitor).collect();
        let users: HashSet<_> = selected.iter().filter_map(|(_, visit)| visit.user).collect();
        answer.insert("nb_uniq_visitors".to_owned(), json!(visitors.len()));
        answer.insert("nb_users".to_owned(), json!(users.len()));
    }
    let rest = [
        ("nb_visits", json!(count)),
        ("nb_actions", json!(total)),
        ("nb_visits_converted", json!(selected.iter().filter(|(_, visit)| visit.converted).count())),
        ("bounce_count", json!(bounces)),
        ("sum_visit_length", json!(length)),
        ("max_actions", json!(actions.iter().max().unwrap_or(&0))),
        ("bounce_rate", json!(percentage(bounces, count, 0))),
        ("nb_actions_per_visit", quotient(total as f64, count as f64, 1)),
        ("avg_time_on_site", quotient(length as f64, count as f64, 0)),
    ];
    answer.extend(rest.map(|(name, value)| (name.to_owned(), value)));
    Ok(Value::Object(answer))
}

pub(super) fn visits(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, _) = question(parameters, tracker)?;
    Ok(json!({ "value": select(&tracker.visits(), &question).len() }))
}

pub(super) fn actions(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, _) = question(parameters, tracker)?;
    let visits = tracker.visits();
    let (mut pages, mut downloads, mut outlinks, mut searches) = (0, 0, 0, 0);
    let (mut unique_pages, mut unique_downloads, mut unique_outlinks) = (0, 0, 0);
    let mut keywords = HashSet::new();
    let mut seen = HashSet::new();
    for (_, visit) in select(&visits, &question) {
        seen.clear();
        for entry in &visit.entries {
            match entry.deed {
                Deed::PageView { url, .. } => {
                    pages += 1;
                    unique_pages += usize::from(seen.insert(("page", url)));
                }
                Deed::Download { url } => {
                    downloads += 1;
                    unique_downloads += usize::from(seen.insert(("download", url)));
                }
                Deed::Outlink { url } => {
                    outlinks += 1;
                    unique_outlinks += usize::from(seen.insert(("outlink", url)));
                }
                Deed::Search { keyword, .. } => {
                    searches += 1;
                    keywords.insert(keyword);
                }
                _ => {}
            }
        }
    }
    Ok(json!({
        "nb_pageviews": pages,
        "nb_uniq_pageviews": unique_pages,
        "nb_downloads": downloads,
        "nb_uniq_downloads": unique_downloads,
        "nb_outlinks": outlinks,
        "nb_uniq_outlinks": unique_outlinks,
        "nb_searches": searches,
        "nb_keywords": keywords.len(),
    }))
}
