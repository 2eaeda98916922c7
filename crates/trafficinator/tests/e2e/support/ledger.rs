//! Sums of what happened, made by the tests from what their servers saw, and read from summaries.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::server::Seen;

/// Counts as Matomo makes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) visits: i64,
    pub(crate) returning: i64,
    pub(crate) actions: i64,
    pub(crate) pageviews: i64,
    pub(crate) events: i64,
    pub(crate) searches: i64,
    pub(crate) outlinks: i64,
    pub(crate) downloads: i64,
    pub(crate) impressions: i64,
    pub(crate) interactions: i64,
    pub(crate) carts: i64,
    pub(crate) cart_cents: i64,
    pub(crate) orders: i64,
    pub(crate) revenue_cents: i64,
}

impl Ledger {
    /// A part of the `ledger` of a summary.
    pub(crate) fn of_summary(summary: &Value, part: &str) -> Ledger {
        let part = &summary["ledger"][part];
        let cents = |name: &str| (part[name].as_f64().expect("money") * 100.0).round() as i64;
        let count = |name: &str| part[name].as_i64().unwrap_or_else(|| panic!("no {name} in {part}"));
        Ledger {
            visits: count("visits"),
            returning: count("returning"),
            actions: count("actions"),
            pageviews: count("pageviews"),
            events: count("events"),
            searches: count("searches"),
            outlinks: count("outlinks"),
            downloads: count("downloads"),
            impressions: count("content_impressions"),
            interactions: count("content_interactions"),
            carts: count("carts"),
            cart_cents: cents("cart_revenue"),
            orders: count("orders"),
            revenue_cents: cents("revenue"),
        }
    }

    /// What a server that saw these hits has recorded.
    pub(crate) fn of_recorded(hits: &[Seen]) -> Ledger {
        let mut sum = Ledger::default();
        let mut known = BTreeSet::new();
        for visit in visits(hits) {
            // A ping alone makes no visit.
            if visit.iter().any(|hit| hit.recorded && kind(hit) != "ping") {
                sum.visits += 1;
                sum.returning += i64::from(!known.insert(visit[0].get("cid")));
            }
            let mut cart = None;
            for hit in visit.iter().filter(|hit| hit.recorded) {
                let cents = || (hit.get("revenue").parse::<f64>().unwrap() * 100.0).round() as i64;
                let counted = match kind(hit) {
                    "pageview" => &mut sum.pageviews,
                    "event" => &mut sum.events,
                    "search" => &mut sum.searches,
                    "outlink" => &mut sum.outlinks,
                    "download" => &mut sum.downloads,
                    "content" if hit.get("c_i").is_empty() => &mut sum.impressions,
                    "content" => &mut sum.interactions,
                    "cart" => {
                        cart = Some(cents());
                        continue;
                    }
                    "order" => {
                        cart = None;
                        sum.revenue_cents += cents();
                        &mut sum.orders
                    }
                    _ => continue,
                };
                *counted += 1;
            }
            sum.carts += i64::from(cart.is_some());
            sum.cart_cents += cart.unwrap_or(0);
        }
        let Ledger { pageviews, events, searches, outlinks, downloads, .. } = sum;
        sum.actions = pageviews + events + searches + outlinks + downloads;
        sum
    }

    /// Its counts with their names.
    pub(crate) fn counts(&self) -> [(&'static str, i64); 14] {
        [
            ("visits", self.visits),
            ("returning", self.returning),
            ("actions", self.actions),
            ("pageviews", self.pageviews),
            ("events", self.events),
            ("searches", self.searches),
            ("outlinks", self.outlinks),
            ("downloads", self.downloads),
            ("impressions", self.impressions),
            ("interactions", self.interactions),
            ("carts", self.carts),
            ("cart revenue", self.cart_cents),
            ("orders", self.orders),
            ("revenue", self.revenue_cents),
        ]
    }
}

/// What a hit reports, told from its parameters.
pub(crate) fn kind(hit: &Seen) -> &'static str {
    let has = |name: &str| hit.parameters.contains_key(name);
    match () {
        () if has("ping") => "ping",
        () if has("ec_id") => "order",
        () if has("ec_items") => "cart",
        () if has("idgoal") => "goal",
        () if has("c_n") => "content",
        () if has("e_c") => "event",
        () if has("search") => "search",
        () if has("link") => "outlink",
        () if has("download") => "download",
        () => "pageview",
    }
}

/// Hits by visit, in the order in which they came: by visitor, and from one `new_visit=1` to the next.
pub(crate) fn visits(hits: &[Seen]) -> Vec<Vec<&Seen>> {
    let mut by_visitor: BTreeMap<&str, Vec<Vec<&Seen>>> = BTreeMap::new();
    for hit in hits {
        let visits = by_visitor.entry(hit.get("cid")).or_default();
        if visits.is_empty() || hit.get("new_visit") == "1" {
            visits.push(Vec::new());
        }
        visits.last_mut().unwrap().push(hit);
    }
    by_visitor.into_values().flatten().collect()
}
