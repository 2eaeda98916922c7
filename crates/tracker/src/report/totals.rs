//! Totals over visits and their actions: `VisitsSummary.get`, `VisitFrequency.get`, `Actions.get`.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::period::Visitors;
use super::selection::{question, select};
use super::{Refusal, percentage, quotient};
use crate::action::Deed;
use crate::parameters::Parameters;
use crate::server::Tracker;
use crate::visit::{Visit, VisitorKind};

pub(super) fn visits_summary(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, period) = question(parameters, tracker)?;
    let visits = tracker.visits();
    let selected: Vec<&Visit> = select(&visits, &question).into_iter().map(|(_, visit)| visit).collect();
    let mut answer = Map::new();
    summarize(&selected, period.visitors, "", &mut answer);
    Ok(Value::Object(answer))
}

pub(super) fn visit_frequency(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, period) = question(parameters, tracker)?;
    let visits = tracker.visits();
    let selected = select(&visits, &question).into_iter().map(|(_, visit)| visit);
    let (new, returning): (Vec<&Visit>, Vec<&Visit>) =
        selected.partition(|visit| visit.visitor_kind == VisitorKind::New);
    let mut answer = Map::new();
    summarize(&new, period.visitors, "_new", &mut answer);
    summarize(&returning, period.visitors, "_returning", &mut answer);
    Ok(Value::Object(answer))
}

/// Writes the totals of these visits, each name with this ending.
fn summarize(visits: &[&Visit], visitors: Visitors, ending: &str, answer: &mut Map<String, Value>) {
    let mut insert = |name: &str, value: Value| answer.insert(format!("{name}{ending}"), value);
    let actions: Vec<usize> = visits.iter().map(|visit| visit.actions()).collect();
    let total: usize = actions.iter().sum();
    let bounces = actions.iter().filter(|actions| **actions <= 1).count();
    let length: i64 = visits.iter().map(|visit| visit.duration).sum();
    let count = visits.len();
    if visitors == Visitors::Unique {
        let visitors: HashSet<u64> = visits.iter().map(|visit| visit.visitor).collect();
        let users: HashSet<_> = visits.iter().filter_map(|visit| visit.user).collect();
        insert("nb_uniq_visitors", json!(visitors.len()));
        insert("nb_users", json!(users.len()));
    }
    insert("nb_visits", json!(count));
    insert("nb_actions", json!(total));
    insert("nb_visits_converted", json!(visits.iter().filter(|visit| visit.converted).count()));
    insert("bounce_count", json!(bounces));
    insert("sum_visit_length", json!(length));
    insert("max_actions", json!(actions.iter().max().unwrap_or(&0)));
    insert("bounce_rate", json!(percentage(bounces, count, 0)));
    insert("nb_actions_per_visit", quotient(total as f64, count as f64, 1));
    insert("avg_time_on_site", quotient(length as f64, count as f64, 0));
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
