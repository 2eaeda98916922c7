//! What must be true of every summary, whatever the target did.

use serde_json::Value;

use super::ledger::Ledger;
use super::server::Server;

/// A count of a summary, such as `count(&summary, "visits.planned")`.
#[track_caller]
pub(crate) fn count(summary: &Value, path: &str) -> u64 {
    let value = path.split('.').fold(summary, |value, name| &value[name]);
    value.as_u64().unwrap_or_else(|| panic!("{path} is {value} in {summary:#}"))
}

/// Every number adds up.
#[track_caller]
pub(crate) fn assert_adds_up(summary: &Value) {
    let of = |path: &str| count(summary, path);
    let same = |name: &str, left: u64, right: u64| assert_eq!(left, right, "{name} in {summary:#}");
    assert_eq!(summary["schema"], "trafficinator/summary/v1");
    same("visits planned", of("visits.planned"), of("visits.started") + of("visits.dropped"));
    same("visits started", of("visits.started"), of("visits.completed") + of("visits.incomplete"));
    same("hits planned", of("hits.planned"), of("hits.sent") + of("hits.dropped"));
    same("hits sent", of("hits.sent"), of("hits.accepted") + of("hits.rejected") + of("hits.failed"));
    assert!(of("hits.late") <= of("hits.sent"), "late in {summary:#}");
    let sum = |part: &Value| -> u64 { part.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum() };
    same("errors", sum(&summary["errors"]), of("hits.rejected") + of("hits.failed"));
    same("hits by kind", sum(&summary["hits"]["by_kind"]), of("hits.sent"));
    same("visits of the ledger", of("ledger.planned.visits"), of("visits.planned"));
    let (planned, acknowledged, uncertain) = ledgers(summary);
    for (((name, planned), (_, acknowledged)), (_, uncertain)) in
        planned.counts().into_iter().zip(acknowledged.counts()).zip(uncertain.counts())
    {
        assert!(acknowledged + uncertain <= planned, "{name} of the ledger in {summary:#}");
    }
}

/// What the server recorded lies between what was acknowledged and what may have been.
#[track_caller]
pub(crate) fn assert_tells_what_was_recorded(summary: &Value, recorded: &Ledger) {
    let (_, acknowledged, uncertain) = ledgers(summary);
    for (((name, recorded), (_, acknowledged)), (_, uncertain)) in
        recorded.counts().into_iter().zip(acknowledged.counts()).zip(uncertain.counts())
    {
        assert!(
            (acknowledged..=acknowledged + uncertain).contains(&recorded),
            "{name}: {recorded} recorded, {acknowledged} acknowledged, {uncertain} uncertain, in {summary:#}"
        );
    }
}

/// Both, for a server of the test's own.
#[track_caller]
pub(crate) fn assert_true(summary: &Value, server: &Server) {
    assert_adds_up(summary);
    assert_tells_what_was_recorded(summary, &Ledger::of_recorded(&server.hits()));
}

fn ledgers(summary: &Value) -> (Ledger, Ledger, Ledger) {
    let part = |name| Ledger::of_summary(summary, name);
    (part("planned"), part("acknowledged"), part("uncertain"))
}
