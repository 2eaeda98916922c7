//! The summary of a run, as it is written in JSON.

pub(crate) mod text;

use std::collections::BTreeMap;
use std::time::Duration;

use engine::observation::Failure;
use engine::recorder::{Snapshot, Times};
use engine::usage::Usage;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use traffic::hit::Kind;
use traffic::ledger::{Cents, Ledger};

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoppedBy {
    /// The plan's last visit was sent.
    MaxTotalVisits,
    /// `AUTO_STOP_AFTER_HOURS` were over.
    AutoStop,
    /// `--duration` was over.
    Duration,
    /// SIGTERM or Ctrl-C.
    Signal,
    /// It could not begin.
    Error,
}

/// The whole summary. Later versions add fields and never rename one.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// `trafficinator/summary/v1`.
    pub(crate) schema: &'static str,
    pub(crate) run: RunPart,
    pub(crate) target: TargetPart,
    /// `open`: visits arrive whatever the target does; `closed`: as fast as it answers.
    pub(crate) model: &'static str,
    pub(crate) visits: VisitsPart,
    pub(crate) hits: HitsPart,
    /// Hits that were not accepted, by reason: `http_` and the status, or how no answer came.
    pub(crate) errors: BTreeMap<String, u64>,
    /// Due to done, milliseconds; none in a closed model, where nothing is due.
    pub(crate) response_ms: Option<Percentiles>,
    /// Sent to done, milliseconds.
    pub(crate) service_ms: Percentiles,
    /// Due to ready, milliseconds: the visit's previous answer or a free slot was awaited.
    pub(crate) wait_ms: Percentiles,
    /// Ready to sent, milliseconds: the generator's own lateness.
    pub(crate) lag_ms: Percentiles,
    pub(crate) rate: RatePart,
    pub(crate) generator: GeneratorPart,
    pub(crate) ledger: LedgerPart,
}

/// Which run it was.
#[derive(Debug, Serialize)]
pub(crate) struct RunPart {
    /// The run id, part of visitor and order ids.
    pub(crate) id: String,
    /// The same seed plans the same visits.
    pub(crate) seed: u64,
    /// Fingerprint of the plan without target, seed and run id: 16 hexadecimal digits.
    pub(crate) plan: String,
    /// Version of the program.
    pub(crate) version: &'static str,
    /// RFC 3339, UTC.
    pub(crate) started_at: Timestamp,
    /// RFC 3339, UTC.
    pub(crate) ended_at: Timestamp,
    /// From start to end, seconds.
    pub(crate) seconds: f64,
    pub(crate) stopped_by: StoppedBy,
}

/// Where it went.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TargetPart {
    /// The tracking endpoint, without credentials.
    pub(crate) url: String,
    /// Matomo's `idsite`.
    pub(crate) site_id: u32,
}

/// Numbers of visits: planned = started + dropped, started = completed + incomplete.
#[derive(Debug, Serialize)]
pub(crate) struct VisitsPart {
    /// Were due.
    planned: u64,
    /// Their first hit was sent.
    started: u64,
    /// Every hit was accepted.
    completed: u64,
    /// A hit was rejected, failed or dropped.
    incomplete: u64,
    /// Never began.
    dropped: u64,
}

/// Numbers of hits: planned = sent + dropped, sent = accepted + rejected + failed.
#[derive(Debug, Serialize)]
pub(crate) struct HitsPart {
    /// Of the planned visits.
    planned: u64,
    /// Each counted once, however often it was tried.
    sent: u64,
    /// Answered with 2xx.
    accepted: u64,
    /// Answered with anything else.
    rejected: u64,
    /// Not answered.
    failed: u64,
    /// Sent more than 100 ms after they were due; part of `sent`.
    late: u64,
    /// Never sent.
    dropped: u64,
    /// Further tries of hits that certainly were not recorded.
    retried: u64,
    /// Sent, by kind.
    by_kind: BTreeMap<&'static str, u64>,
}

/// A distribution of times in milliseconds; nothing where there were no samples.
#[derive(Debug, Serialize)]
pub(crate) struct Percentiles {
    mean: Option<f64>,
    p50: Option<f64>,
    p90: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
    p99_9: Option<f64>,
    max: Option<f64>,
}

/// What was achieved.
#[derive(Debug, Serialize)]
pub(crate) struct RatePart {
    /// Visits started, per second until the last one started.
    visits_per_second: f64,
    /// Hits sent, per second until the last one was sent.
    hits_per_second: f64,
}

/// What the generator itself used.
#[derive(Debug, Serialize)]
pub(crate) struct GeneratorPart {
    /// Processor time of all threads from the start of the run, seconds.
    cpu_seconds: f64,
    /// The most memory at once, bytes.
    max_rss_bytes: u64,
}

/// What Matomo should have recorded: between acknowledged and acknowledged + uncertain.
#[derive(Debug, Serialize)]
pub(crate) struct LedgerPart {
    pub(crate) planned: Totals,
    /// Accepted hits, also those of incomplete visits.
    pub(crate) acknowledged: Totals,
    /// Hits whose answer was lost: timeouts, resets, gateways that gave up.
    pub(crate) uncertain: Totals,
}

/// Totals as Matomo counts them.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Totals {
    visits: u64,
    /// Visits of visitors who had been here before.
    returning: u64,
    /// Page views, searches, events, downloads and outlinks.
    actions: u64,
    pageviews: u64,
    events: u64,
    searches: u64,
    outlinks: u64,
    downloads: u64,
    content_impressions: u64,
    content_interactions: u64,
    /// Conversions of the goals that the scenario names.
    goals: u64,
    /// In the site's currency, two decimals.
    #[serde(serialize_with = "money")]
    goal_revenue: Cents,
    /// Visits that left a cart.
    carts: u64,
    #[serde(serialize_with = "money")]
    cart_revenue: Cents,
    orders: u64,
    #[serde(serialize_with = "money")]
    revenue: Cents,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn money<S: Serializer>(cents: &Cents, serializer: S) -> Result<S::Ok, S::Error> {
    let text = cents.to_string();
    serde_json::value::RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
}

impl From<Ledger> for Totals {
    fn from(ledger: Ledger) -> Totals {
        Totals {
            visits: ledger.visits,
            returning: ledger.returning,
            actions: ledger.actions,
            pageviews: ledger.pageviews,
            events: ledger.events,
            searches: ledger.searches,
            outlinks: ledger.outlinks,
            downloads: ledger.downloads,
            content_impressions: ledger.impressions,
            content_interactions: ledger.interactions,
            goals: ledger.goals,
            goal_revenue: ledger.goal_revenue,
            carts: ledger.carts,
            cart_revenue: ledger.cart_revenue,
            orders: ledger.orders,
            revenue: ledger.revenue,
        }
    }
}

impl From<&Times> for Percentiles {
    fn from(times: &Times) -> Percentiles {
        let rounded = |ms: f64| (ms * 1_000.0).round() / 1_000.0;
        let some = |ms: f64| (times.count() > 0).then(|| rounded(ms));
        Percentiles {
            mean: some(times.mean_ms()),
            p50: some(times.quantile_ms(0.50)),
            p90: some(times.quantile_ms(0.90)),
            p95: some(times.quantile_ms(0.95)),
            p99: some(times.quantile_ms(0.99)),
            p99_9: some(times.quantile_ms(0.999)),
            max: some(times.max_ms()),
        }
    }
}

impl Summary {
    /// Sums up a run. `took` is from start to end.
    pub(crate) fn new(
        run: RunPart,
        target: TargetPart,
        is_closed_model: bool,
        snapshot: &Snapshot,
        usage: Usage,
    ) -> Summary {
        let Snapshot { visits, hits, errors, .. } = snapshot;
        // The kinds people look for are there even when they did not happen.
        let mut reasons: BTreeMap<String, u64> =
            ["http_400", "http_500"].into_iter().map(|name| (name.to_owned(), 0)).collect();
        reasons.extend(Failure::ALL.map(|failure| (failure.name().to_owned(), 0)));
        reasons.extend(errors.iter());
        let per_second = |count: u64, until: u64| {
            let seconds = Duration::from_nanos(until).as_secs_f64();
            if seconds > 0.0 { (count as f64 / seconds * 1_000.0).round() / 1_000.0 } else { 0.0 }
        };
        Summary {
            schema: "trafficinator/summary/v1",
            run,
            target,
            model: if is_closed_model { "closed" } else { "open" },
            visits: VisitsPart {
                planned: visits.planned,
                started: visits.started,
                completed: visits.completed,
                incomplete: visits.incomplete,
                dropped: visits.dropped,
            },
            hits: HitsPart {
                planned: hits.planned,
                sent: hits.sent,
                accepted: hits.accepted,
                rejected: hits.rejected,
                failed: hits.failed,
                late: hits.late,
                dropped: hits.dropped,
                retried: hits.retried,
                by_kind: by_kind(hits.by_kind),
            },
            errors: reasons,
            response_ms: (!is_closed_model).then(|| Percentiles::from(&snapshot.response)),
            service_ms: Percentiles::from(&snapshot.service),
            wait_ms: Percentiles::from(&snapshot.wait),
            lag_ms: Percentiles::from(&snapshot.lag),
            rate: RatePart {
                visits_per_second: per_second(visits.started, snapshot.last_start),
                hits_per_second: per_second(hits.sent, snapshot.last_sent),
            },
            generator: GeneratorPart {
                cpu_seconds: (usage.cpu.as_secs_f64() * 1_000.0).round() / 1_000.0,
                max_rss_bytes: usage.max_rss_bytes,
            },
            ledger: LedgerPart {
                planned: snapshot.planned.into(),
                acknowledged: snapshot.acknowledged.into(),
                uncertain: snapshot.uncertain.into(),
            },
        }
    }

    /// Whether the run did not do its work: not one hit was accepted.
    pub(crate) fn is_failed(&self) -> bool {
        self.run.stopped_by == StoppedBy::Error || (self.hits.planned > 0 && self.hits.accepted == 0)
    }
}

/// Counts by the name of the kind, which some kinds share.
fn by_kind(counts: [u64; Kind::ALL.len()]) -> BTreeMap<&'static str, u64> {
    let mut by_name = BTreeMap::new();
    for kind in Kind::ALL {
        *by_name.entry(kind.name()).or_default() += counts[kind as usize];
    }
    by_name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_two_decimals_in_json() {
        let ledger = Ledger { revenue: Cents(1_230), ..Ledger::default() };
        let json = serde_json::to_string(&Totals::from(ledger)).unwrap();
        assert!(json.ends_with(r#""revenue":12.30}"#), "{json}");
    }
}
