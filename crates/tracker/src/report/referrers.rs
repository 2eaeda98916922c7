//! Where visits came from: `Referrers.getReferrerType`.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::segment::channel;
use super::selection::{question, select};
use super::{Refusal, goals};
use crate::names::Name;
use crate::parameters::Parameters;
use crate::referrer::Channel;
use crate::server::Tracker;

pub(super) fn types(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, _) = question(parameters, tracker)?;
    let visits = tracker.visits();
    let selected = select(&visits, &question);
    let channels = [Channel::Direct, Channel::Search, Channel::Website, Channel::Campaign, Channel::Social];
    let mut rows: Vec<(usize, Value)> = Vec::new();
    for kind in channels {
        let of_kind: Vec<_> =
            selected.iter().map(|(_, visit)| *visit).filter(|visit| visit.origin.channel == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let actions: Vec<usize> = of_kind.iter().map(|visit| visit.actions()).collect();
        let visitors: HashSet<u64> = of_kind.iter().map(|visit| visit.visitor).collect();
        let users: HashSet<Name> = of_kind.iter().filter_map(|visit| visit.user).collect();
        let goals = goals::by_goal(&of_kind);
        let mut row = json!({
            "label": label(kind),
            "nb_uniq_visitors": visitors.len(),
            "nb_visits": of_kind.len(),
            "nb_actions": actions.iter().sum::<usize>(),
            "nb_users": users.len(),
            "max_actions": actions.iter().max(),
            "sum_visit_length": of_kind.iter().map(|visit| visit.duration).sum::<i64>(),
            "bounce_count": actions.iter().filter(|actions| **actions <= 1).count(),
            "nb_visits_converted": of_kind.iter().filter(|visit| visit.converted).count(),
            "segment": format!("referrerType=={}", channel(kind)),
            "referrer_type": kind as u8,
        });
        if kind != Channel::Direct {
            row["idsubdatatable"] = json!(kind as u8);
        }
        goals.write(&mut row);
        rows.push((of_kind.len(), row));
    }
    rows.sort_by_key(|(visits, _)| std::cmp::Reverse(*visits));
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// What people call a channel.
pub(super) fn label(kind: Channel) -> &'static str {
    match kind {
        Channel::Direct => "Direct Entry",
        Channel::Search => "Search Engines",
        Channel::Website => "Websites",
        Channel::Campaign => "Campaigns",
        Channel::Social => "Social Networks",
    }
}
