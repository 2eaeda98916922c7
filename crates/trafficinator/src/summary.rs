//! The result of a run, as it is written in JSON and read again: the summary, what happened when, and every time that
//! was measured.

pub(crate) mod counts;
pub(crate) mod generator;
pub(crate) mod histograms;
pub(crate) mod read;
pub(crate) mod series;
pub(crate) mod shards;
pub(crate) mod targets;
pub(crate) mod text;
mod totals;
pub(crate) mod verdict;

use std::collections::BTreeMap;
use std::time::Duration;

use engine::observation::Failure;
use engine::recorder::times::Times;
use engine::recorder::{Counts, ErrorCounts, Measured, Snapshot};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use traffic::ledger::{Cents, Ledger};

use crate::capacity::CapacityPart;
use crate::exit::Exit;
use counts::{HitsPart, VisitsPart};
use histograms::HistogramsPart;
use series::SeriesPart;
use shards::{MergedPart, ShardPart};
use targets::TargetResult;
use verdict::{Outcome, ThresholdPart, VerdictPart};

/// What a result calls itself.
pub(crate) const SCHEMA: &str = "trafficinator/summary/v1";

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoppedBy {
    /// The plan's last visit was sent: `MAX_TOTAL_VISITS`, or the end of the last stage.
    MaxTotalVisits,
    /// The last stage of `--stages` was over.
    Stages,
    /// `AUTO_STOP_AFTER_HOURS` were over.
    AutoStop,
    /// `--duration` was over.
    Duration,
    /// SIGTERM, Ctrl-C or q.
    Signal,
    /// A threshold with `abort` did not hold.
    Threshold,
    /// The search for the capacity was over.
    Capacity,
    /// It could not begin.
    Error,
}

/// The result of a run. Later versions add fields and never rename one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Summary {
    /// `trafficinator/summary/v1`.
    pub(crate) schema: String,
    pub(crate) run: RunPart,
    /// The target; the first of `targets` where there are several.
    pub(crate) target: TargetPart,
    /// `open`: visits arrive whatever the target does; `closed`: as fast as it answers.
    pub(crate) model: Model,
    /// Whether somebody paused the run or changed its rate while it went on: it cannot be compared then.
    pub(crate) adjusted: bool,
    pub(crate) verdict: VerdictPart,
    /// What was demanded of the run, and what came of it.
    pub(crate) thresholds: Vec<ThresholdPart>,
    /// All visits, those of the warm-up included.
    pub(crate) visits: VisitsPart,
    /// All hits, those of the warm-up included.
    pub(crate) hits: HitsPart,
    /// Hits that were not accepted, by reason: `http_` and the status, or how no answer came.
    pub(crate) errors: BTreeMap<String, u64>,
    /// What was counted after the warm-up.
    pub(crate) measured: MeasuredPart,
    /// Due to done, milliseconds, after the warm-up; none in a closed model, where nothing is due.
    pub(crate) response_ms: Option<Percentiles>,
    /// Sent to done, milliseconds, after the warm-up.
    pub(crate) service_ms: Percentiles,
    /// Due to ready, milliseconds, after the warm-up: the visit's previous answer or a free slot was awaited.
    pub(crate) wait_ms: Percentiles,
    /// Ready to sent, milliseconds, after the warm-up: the generator's own lateness.
    pub(crate) lag_ms: Percentiles,
    pub(crate) rate: RatePart,
    pub(crate) generator: GeneratorPart,
    pub(crate) ledger: LedgerPart,
    pub(crate) reproduce: ReproducePart,
    /// Each of several targets; nothing where there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) targets: Vec<TargetResult>,
    /// What a search for the capacity found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) capacity: Option<CapacityPart>,
    /// What came of each of the shards whose results were merged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) shards: Vec<MergedPart>,
    /// What happened when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) series: Option<SeriesPart>,
    /// Every time that was measured after the warm-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) histograms: Option<HistogramsPart>,
}

/// Whether visits wait for answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Model {
    #[default]
    Open,
    Closed,
}

/// Which run it was.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RunPart {
    /// The run id, part of visitor and order ids.
    pub(crate) id: String,
    /// The same seed plans the same visits.
    pub(crate) seed: u64,
    /// Fingerprint of the plan without target, seed and run id: 16 hexadecimal digits.
    pub(crate) plan: String,
    /// Version of the program.
    pub(crate) version: String,
    /// RFC 3339, UTC.
    #[schemars(with = "String")]
    pub(crate) started_at: Timestamp,
    /// RFC 3339, UTC.
    #[schemars(with = "String")]
    pub(crate) ended_at: Timestamp,
    /// From start to end, seconds.
    pub(crate) seconds: f64,
    pub(crate) stopped_by: StoppedBy,
    /// Which part of the plan it was; absent where it was all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shard: Option<ShardPart>,
    /// `--start-at`: RFC 3339, UTC. Where it is given the run counts from there, also when it was late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(crate) start_at: Option<Timestamp>,
    /// How long after `start_at` it began, seconds; absent where it was in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) late_seconds: Option<f64>,
    /// No visit arrives from then on, nanoseconds since the start: `--duration` or `AUTO_STOP_AFTER_HOURS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until_ns: Option<u64>,
}

/// Where it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct TargetPart {
    /// What it is called where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The tracking endpoint, without credentials.
    pub(crate) url: String,
    /// Matomo's `idsite`.
    pub(crate) site_id: u32,
}

/// What was counted after the warm-up. Hits and visits count when they were due, so that every one of them is accounted
/// for; only visits that started, and hits that were sent, late or tried again, count when that happened.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct MeasuredPart {
    /// Length of the warm-up, seconds.
    pub(crate) warm_up_seconds: f64,
    /// From the end of the warm-up to the end of the run, seconds.
    pub(crate) seconds: f64,
    pub(crate) visits: VisitsPart,
    pub(crate) hits: HitsPart,
    /// Hits that were not accepted, by reason; only those that happened.
    pub(crate) errors: BTreeMap<String, u64>,
    /// When the last visit started, nanoseconds since the start of the run: rates count until then.
    #[serde(default)]
    pub(crate) last_start_ns: u64,
    /// When the last hit was sent, nanoseconds since the start of the run.
    #[serde(default)]
    pub(crate) last_sent_ns: u64,
}

/// A distribution of times in milliseconds; nothing where there were no samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Percentiles {
    pub(crate) mean: Option<f64>,
    pub(crate) p50: Option<f64>,
    pub(crate) p90: Option<f64>,
    pub(crate) p95: Option<f64>,
    pub(crate) p99: Option<f64>,
    pub(crate) p99_9: Option<f64>,
    pub(crate) max: Option<f64>,
}

/// What was achieved after the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RatePart {
    /// Visits started, per second until the last one started.
    pub(crate) visits_per_second: f64,
    /// Hits sent, per second until the last one was sent.
    pub(crate) hits_per_second: f64,
}

/// What the generator itself used, and whether it got on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct GeneratorPart {
    /// Processor time of all threads from the start of the run, seconds.
    pub(crate) cpu_seconds: f64,
    /// The most memory at once, bytes.
    pub(crate) max_rss_bytes: u64,
    /// Cores of the machine that it may use.
    pub(crate) cores: u64,
    /// Threads that sent.
    pub(crate) workers: u64,
    /// Processor time a second of the run: 1.5 is one and a half cores.
    pub(crate) cores_used: f64,
    /// Share of a core that the busiest of those threads used, in the busiest second of each twenty.
    pub(crate) busiest_core: f64,
    /// Most files it had open; 0 where the system does not tell.
    pub(crate) open_files: u64,
    /// Most files it may have open; 0 where the system does not tell.
    pub(crate) open_files_allowed: u64,
    /// Most connections at once.
    pub(crate) connections: u64,
    /// Most requests in flight at once, and how many there may be (`CONCURRENCY`).
    pub(crate) in_flight: u64,
    pub(crate) in_flight_allowed: u64,
}

/// What Matomo should have recorded: between acknowledged and acknowledged + uncertain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct LedgerPart {
    pub(crate) planned: Totals,
    /// Accepted hits, also those of incomplete visits.
    pub(crate) acknowledged: Totals,
    /// Hits whose answer was lost: timeouts, resets, gateways that gave up.
    pub(crate) uncertain: Totals,
}

/// How to do the same again. Secrets are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ReproducePart {
    /// A command line.
    pub(crate) command: String,
    /// Every setting that is not at its default.
    pub(crate) settings: Vec<SettingPart>,
}

/// A setting as it came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SettingPart {
    /// Name of its variable.
    pub(crate) name: String,
    pub(crate) value: String,
    /// Who set it: a flag, a variable, a file.
    pub(crate) source: String,
}

/// Totals as Matomo counts them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    #[serde(serialize_with = "money", deserialize_with = "cents")]
    #[schemars(with = "f64")]
    goal_revenue: Cents,
    /// Visits that left a cart.
    carts: u64,
    #[serde(serialize_with = "money", deserialize_with = "cents")]
    #[schemars(with = "f64")]
    cart_revenue: Cents,
    orders: u64,
    #[serde(serialize_with = "money", deserialize_with = "cents")]
    #[schemars(with = "f64")]
    revenue: Cents,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn money<S: Serializer>(cents: &Cents, serializer: S) -> Result<S::Ok, S::Error> {
    let text = cents.to_string();
    serde_json::value::RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
}

/// Reads what [`money`] wrote, exactly; also without the zeros at its end, which other programs leave out.
fn cents<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cents, D::Error> {
    let text: Box<serde_json::value::RawValue> = Deserialize::deserialize(deserializer)?;
    let read = || {
        let (whole, rest) = text.get().split_once('.').unwrap_or((text.get(), "0"));
        let digits =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok());
        let rest = digits(rest)?
            .map(|cents| if rest.len() == 1 { cents * 10 } else { cents })
            .filter(|_| rest.len() <= 2)?;
        digits(whole)??.checked_mul(100)?.checked_add(rest)
    };
    read()
        .map(Cents)
        .ok_or_else(|| serde::de::Error::custom("an amount has at most two decimals, such as 12.30"))
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

impl From<&Totals> for Ledger {
    fn from(totals: &Totals) -> Ledger {
        Ledger {
            visits: totals.visits,
            returning: totals.returning,
            actions: totals.actions,
            pageviews: totals.pageviews,
            events: totals.events,
            searches: totals.searches,
            outlinks: totals.outlinks,
            downloads: totals.downloads,
            impressions: totals.content_impressions,
            interactions: totals.content_interactions,
            goals: totals.goals,
            goal_revenue: totals.goal_revenue,
            carts: totals.carts,
            cart_revenue: totals.cart_revenue,
            orders: totals.orders,
            revenue: totals.revenue,
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

/// What is known of a run besides what was counted.
#[derive(Debug)]
pub(crate) struct Circumstances {
    pub(crate) run: RunPart,
    pub(crate) target: TargetPart,
    pub(crate) model: Model,
    pub(crate) adjusted: bool,
    pub(crate) thresholds: Vec<ThresholdPart>,
    pub(crate) generator: GeneratorPart,
    pub(crate) reproduce: ReproducePart,
}

/// What is counted and measured of a run, and of the part of it that one target got.
#[derive(Debug)]
pub(crate) struct Measures {
    visits: VisitsPart,
    hits: HitsPart,
    measured: MeasuredPart,
    response_ms: Option<Percentiles>,
    service_ms: Percentiles,
    wait_ms: Percentiles,
    lag_ms: Percentiles,
    rate: RatePart,
    ledger: LedgerPart,
}

impl Measures {
    /// `seconds` is how long the run took.
    fn of(snapshot: &Snapshot, model: Model, seconds: f64) -> Measures {
        let Counts { visits, hits, planned, acknowledged, uncertain, .. } = &snapshot.counts;
        let measured = snapshot.measured();
        let warm_up_seconds = Duration::from_nanos(snapshot.series.warm_up()).as_secs_f64();
        let statistics = &snapshot.statistics;
        Measures {
            visits: (*visits).into(),
            hits: (*hits).into(),
            response_ms: (model == Model::Open).then(|| Percentiles::from(&statistics.response)),
            service_ms: Percentiles::from(&statistics.service),
            wait_ms: Percentiles::from(&statistics.wait),
            lag_ms: Percentiles::from(&statistics.lag),
            rate: RatePart::of(snapshot, &measured),
            measured: MeasuredPart {
                warm_up_seconds,
                seconds: thousandths((seconds - warm_up_seconds).max(0.0)),
                visits: measured.visits.into(),
                hits: measured.hits.into(),
                errors: named(&measured.errors),
                last_start_ns: snapshot.counts.last_start,
                last_sent_ns: snapshot.counts.last_sent,
            },
            ledger: LedgerPart {
                planned: (*planned).into(),
                acknowledged: (*acknowledged).into(),
                uncertain: (*uncertain).into(),
            },
        }
    }
}

impl Summary {
    /// Sums up a run. `several` are its targets, with the share of the visits that each was to get.
    pub(crate) fn new(
        circumstances: Circumstances,
        snapshot: &Snapshot,
        several: Vec<(TargetPart, f64, &Snapshot)>,
    ) -> Summary {
        let Circumstances { run, target, model, adjusted, thresholds, generator, reproduce } = circumstances;
        // The kinds people look for are there even when they did not happen.
        let mut reasons: BTreeMap<String, u64> =
            ["http_400", "http_500"].into_iter().map(|name| (name.to_owned(), 0)).collect();
        reasons.extend(Failure::ALL.map(|failure| (failure.name().to_owned(), 0)));
        reasons.extend(snapshot.counts.errors.iter());
        let Measures { visits, hits, measured, response_ms, service_ms, wait_ms, lag_ms, rate, ledger } =
            Measures::of(snapshot, model, run.seconds);
        let seconds = run.seconds;
        let targets = several
            .into_iter()
            .map(|(target, share, snapshot)| TargetResult::new(target, share, snapshot, model, seconds));
        let mut summary = Summary {
            schema: SCHEMA.to_owned(),
            model,
            adjusted,
            verdict: VerdictPart::default(),
            thresholds,
            visits,
            hits,
            errors: reasons,
            response_ms,
            service_ms,
            wait_ms,
            lag_ms,
            rate,
            measured,
            generator,
            ledger,
            reproduce,
            targets: targets.collect(),
            capacity: None,
            shards: Vec::new(),
            run,
            target,
            series: Some(SeriesPart::from(&snapshot.series)),
            histograms: Some(HistogramsPart::from(&snapshot.statistics)),
        };
        summary.verdict = verdict::judge(&summary);
        summary
    }

    /// Adds what a search for the capacity found, and judges again.
    pub(crate) fn set_capacity(&mut self, capacity: CapacityPart) {
        self.capacity = Some(capacity);
        self.verdict = verdict::judge(self);
    }

    /// Adds what came of the shards that were merged, and judges again.
    pub(crate) fn set_shards(&mut self, shards: Vec<MergedPart>) {
        self.shards = shards;
        self.verdict = verdict::judge(self);
    }

    /// How the program ends with this result.
    pub(crate) fn exit(&self) -> Exit {
        match self.verdict.outcome {
            _ if self.is_failed() => Exit::Runtime,
            Outcome::Void => Exit::Void,
            Outcome::Threshold => Exit::Difference,
            Outcome::Nothing | Outcome::Failed | Outcome::Incomplete | Outcome::Ok => Exit::Ok,
        }
    }

    /// Without what happened when and the histograms: what fits on a screen, or in a log line.
    pub(crate) fn brief(&self) -> Summary {
        let targets = self.targets.iter().map(TargetResult::brief).collect();
        Summary { series: None, histograms: None, targets, ..self.clone() }
    }

    /// The target as one text: its address, or how many there are and their names.
    pub(crate) fn address(&self) -> String {
        let names: Vec<&str> = self.targets.iter().map(|target| target.name.as_str()).collect();
        match names.len() {
            0 => self.target.url.clone(),
            count => format!("{count} targets: {}", names.join(", ")),
        }
    }

    /// Leaves of a run what one of its targets had, as if that had been the only one, and judges again.
    pub(crate) fn narrow(&mut self, target: TargetResult) {
        self.thresholds.retain(|threshold| threshold.target.as_ref() == Some(&target.name));
        let TargetResult { name, url, site_id, visits, hits, errors, measured, .. } = target;
        self.target = TargetPart { name: Some(name), url, site_id };
        (self.visits, self.hits, self.errors, self.measured) = (visits, hits, errors, measured);
        (self.response_ms, self.service_ms) = (target.response_ms, target.service_ms);
        (self.wait_ms, self.lag_ms) = (target.wait_ms, target.lag_ms);
        (self.rate, self.ledger) = (target.rate, target.ledger);
        (self.series, self.histograms) = (target.series, target.histograms);
        self.targets.clear();
        self.verdict = verdict::judge(self);
    }

    /// Whether the run did not do its work: not one hit was accepted.
    pub(crate) fn is_failed(&self) -> bool {
        self.run.stopped_by == StoppedBy::Error || self.verdict.outcome == Outcome::Failed
    }
}

impl RatePart {
    /// What a run has achieved since its warm-up.
    pub(crate) fn of(snapshot: &Snapshot, measured: &Measured) -> RatePart {
        let warm_up = snapshot.series.warm_up();
        let per_second = |count: u64, until: u64| {
            let seconds = Duration::from_nanos(until.saturating_sub(warm_up)).as_secs_f64();
            if seconds > 0.0 { thousandths(count as f64 / seconds) } else { 0.0 }
        };
        RatePart {
            visits_per_second: per_second(measured.visits.started, snapshot.counts.last_start),
            hits_per_second: per_second(measured.hits.sent, snapshot.counts.last_sent),
        }
    }
}

/// Errors by name, those that happened.
fn named(errors: &ErrorCounts) -> BTreeMap<String, u64> {
    errors.iter().collect()
}

/// Three decimals.
pub(crate) fn thousandths(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_two_decimals_in_json() {
        let ledger = Ledger { revenue: Cents(1_230), ..Ledger::default() };
        let json = serde_json::to_string(&Totals::from(ledger)).unwrap();
        assert!(json.ends_with(r#""revenue":12.30}"#), "{json}");
        let read: Totals = serde_json::from_str(&json).unwrap();
        assert_eq!(read.revenue, Cents(1_230));
        for (other, cents) in [("12.3", 1_230), ("12", 1_200), ("0.07", 7)] {
            let read: Totals = serde_json::from_str(&json.replace("12.30", other)).unwrap();
            assert_eq!(read.revenue, Cents(cents), "{other}");
        }
        for wrong in ["12.345", "-1.00", "1e2", "\"12.30\"", "99999999999999999999.00"] {
            assert!(serde_json::from_str::<Totals>(&json.replace("12.30", wrong)).is_err(), "{wrong}");
        }
    }
}
