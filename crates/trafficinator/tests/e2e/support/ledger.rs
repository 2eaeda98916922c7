//! Sums of what happened, made by the tests from what their servers saw, and read from summaries.

use std::collections::BTreeMap;

use serde_json::Value;

use super::server::Seen;

/// Counts as Matomo makes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) visits: i64,
    pub(crate) actions: i64,
    pub(crate) pageviews: i64,
    pub(crate) events: i64,
    pub(crate) searches: i64,
    pub(crate) outlinks: i64,
    pub(crate) downloads: i64,
    pub(crate) orders: i64,
    pub(crate) revenue_cents: i64,
}

impl Ledger {
    /// A part of the `ledger` of a summary.
    pub(crate) fn of_summary(summary: &Value, part: &str) -> Ledger {
        let part = &summary["ledger"][part];
        let count = |name: &str| part[name].as_i64().unwrap_or_else(|| panic!("no {name} in {part}"));
        Ledger {
            visits: count("visits"),
            actions: count("actions"),
            pageviews: count("pageviews"),
            events: count("events"),
            searches: count("searches"),
            outlinks: count("outlinks"),
            downloads: count("downloads"),
            orders: count("orders"),
            revenue_cents: (part["revenue"].as_f64().expect("revenue") * 100.0).round() as i64,
        }
    }

    /// What a server that saw these hits has recorded.
    pub(crate) fn of_recorded(hits: &[Seen]) -> Ledger {
        let mut sum = Ledger::default();
        for visit in visits(hits) {
            // A ping alone makes no visit.
            sum.visits += i64::from(visit.iter().any(|hit| hit.recorded && kind(hit) != "ping"));
            for hit in visit.iter().filter(|hit| hit.recorded) {
                let kind = kind(hit);
                sum.actions += i64::from(!matches!(kind, "order" | "ping"));
                match kind {
                    "pageview" => sum.pageviews += 1,
                    "event" => sum.events += 1,
                    "search" => sum.searches += 1,
                    "outlink" => sum.outlinks += 1,
                    "download" => sum.downloads += 1,
                    "order" => {
                        sum.orders += 1;
                        let revenue: f64 = hit.get("revenue").parse().unwrap();
                        sum.revenue_cents += (revenue * 100.0).round() as i64;
                    }
                    _ => {}
                }
            }
        }
        sum
    }

    /// Its counts with their names.
    pub(crate) fn counts(&self) -> [(&'static str, i64); 9] {
        [
            ("visits", self.visits),
            ("actions", self.actions),
            ("pageviews", self.pageviews),
            ("events", self.events),
            ("searches", self.searches),
            ("outlinks", self.outlinks),
            ("downloads", self.downloads),
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
