//! The summary of a run: for machines as JSON, for people as aligned text with the verdict last.

use std::collections::BTreeMap;
use std::fmt::Write as _;
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
    /// Processor time of all threads, seconds.
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
    /// Page views, searches, events, downloads and outlinks.
    actions: u64,
    pageviews: u64,
    events: u64,
    searches: u64,
    outlinks: u64,
    downloads: u64,
    orders: u64,
    /// In the site's currency, two decimals.
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
        let Ledger { visits, actions, pageviews, events, searches, outlinks, downloads, orders, revenue } =
            ledger;
        Totals { visits, actions, pageviews, events, searches, outlinks, downloads, orders, revenue }
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
                by_kind: Kind::ALL
                    .into_iter()
                    .map(|kind| (kind.name(), hits.by_kind[kind as usize]))
                    .collect(),
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

    /// The summary for people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.write_text(&mut text).expect("a string takes everything");
        text
    }

    fn write_text(&self, out: &mut String) -> std::fmt::Result {
        let Summary { run, target, visits, hits, .. } = self;
        writeln!(out, "\n  run        {}  seed {}  plan {}", run.id, run.seed, run.plan)?;
        writeln!(out, "  target     {}  site {}", target.url, target.site_id)?;
        writeln!(
            out,
            "  time       {:.1} s, ended by {}",
            run.seconds,
            match run.stopped_by {
                StoppedBy::MaxTotalVisits => "the last visit of the plan",
                StoppedBy::AutoStop => "AUTO_STOP_AFTER_HOURS",
                StoppedBy::Duration => "--duration",
                StoppedBy::Signal => "a signal",
                StoppedBy::Error => "an error",
            }
        )?;
        let counts = |pairs: &[(&str, u64)]| {
            pairs
                .iter()
                .map(|(name, count)| format!("{name} {}", grouped(*count)))
                .collect::<Vec<_>>()
                .join("  ")
        };
        writeln!(
            out,
            "  visits     {}",
            counts(&[
                ("planned", visits.planned),
                ("started", visits.started),
                ("completed", visits.completed),
                ("incomplete", visits.incomplete),
                ("dropped", visits.dropped),
            ])
        )?;
        writeln!(
            out,
            "  hits       {}",
            counts(&[
                ("planned", hits.planned),
                ("sent", hits.sent),
                ("accepted", hits.accepted),
                ("rejected", hits.rejected),
                ("failed", hits.failed),
                ("dropped", hits.dropped),
            ])
        )?;
        writeln!(out, "             {}", counts(&[("late", hits.late), ("retried", hits.retried)]))?;
        let reasons: Vec<(&str, u64)> = self
            .errors
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(name, count)| (name.as_str(), *count))
            .collect();
        writeln!(
            out,
            "  errors     {}",
            if reasons.is_empty() { "none".to_owned() } else { counts(&reasons) }
        )?;
        writeln!(out)?;
        writeln!(
            out,
            "  ms        {}",
            columns(&["mean", "p50", "p90", "p95", "p99", "p99.9", "max"].map(str::to_owned))
        )?;
        match &self.response_ms {
            Some(response) => writeln!(out, "  response  {}", row(response))?,
            None => {
                writeln!(out, "  response    closed model: nothing is due, so there is no response time")?;
            }
        }
        for (name, times) in [("service", &self.service_ms), ("wait", &self.wait_ms), ("lag", &self.lag_ms)] {
            writeln!(out, "  {name:<8}  {}", row(times))?;
        }
        writeln!(out)?;
        let RatePart { visits_per_second, hits_per_second } = self.rate;
        writeln!(out, "  rate       {visits_per_second:.1} visits/s  {hits_per_second:.1} hits/s")?;
        let GeneratorPart { cpu_seconds, max_rss_bytes } = self.generator;
        let per_hit = if hits.sent > 0 { cpu_seconds * 1e6 / hits.sent as f64 } else { 0.0 };
        let megabytes = max_rss_bytes as f64 / 1e6;
        writeln!(
            out,
            "  generator  {cpu_seconds:.2} s CPU ({per_hit:.0} us a hit)  {megabytes:.0} MB memory"
        )?;
        writeln!(out)?;
        write_ledgers(
            out,
            &[
                ("planned", self.ledger.planned),
                ("acknowledged", self.ledger.acknowledged),
                ("uncertain", self.ledger.uncertain),
            ],
        )?;
        writeln!(out, "\n  {}", self.verdict())
    }

    /// Whether the run did not do its work: not one hit was accepted.
    pub(crate) fn is_failed(&self) -> bool {
        self.run.stopped_by == StoppedBy::Error || (self.hits.planned > 0 && self.hits.accepted == 0)
    }

    /// The verdict in one sentence.
    pub(crate) fn verdict(&self) -> String {
        let HitsPart { planned, sent, accepted, .. } = self.hits;
        let VisitsPart { completed, incomplete, dropped, .. } = self.visits;
        if planned == 0 {
            return "nothing was sent".to_owned();
        }
        if accepted == 0 {
            let most = self.errors.iter().max_by_key(|(_, count)| **count).filter(|(_, count)| **count > 0);
            return match most {
                Some((name, _)) if name == "http_400" => {
                    format!("FAILED: not one of {} hits was accepted. {LIKELY_CAUSES}", grouped(sent))
                }
                Some((name, _)) => format!("FAILED: not one of {} hits was accepted ({name})", grouped(sent)),
                None => "FAILED: not one hit was accepted".to_owned(),
            };
        }
        let lost = incomplete + dropped;
        if lost == 0 {
            return format!("ok: all {} visits were sent, every hit accepted", grouped(completed));
        }
        format!(
            "INCOMPLETE: {} of {} visits were sent whole, {} in part, {} not at all",
            grouped(completed),
            grouped(completed + lost),
            grouped(incomplete),
            grouped(dropped)
        )
    }
}

/// What 400 to everything means (measured on Matomo 5.2: the answer never says).
pub(crate) const LIKELY_CAUSES: &str = "Matomo answers 400 and never says why; likely: MATOMO_SITE_ID names a site \
     that does not exist, or MATOMO_TOKEN_AUTH is wrong or has no write access to that site";

/// A table of totals, one column a kind.
fn write_ledgers(out: &mut String, rows: &[(&str, Totals)]) -> std::fmt::Result {
    write!(out, "  {:<13}", "")?;
    for name in ["visits", "actions", "pageviews", "events", "searches", "outlinks", "downloads", "orders"] {
        write!(out, "{name:>10}")?;
    }
    writeln!(out, "{:>14}", "revenue")?;
    for (name, totals) in rows {
        write!(out, "  {name:<13}")?;
        let Totals { visits, actions, pageviews, events, searches, outlinks, downloads, orders, revenue } =
            totals;
        for count in [visits, actions, pageviews, events, searches, outlinks, downloads, orders] {
            write!(out, "{:>10}", grouped(*count))?;
        }
        writeln!(out, "{:>14}", revenue.to_string())?;
    }
    Ok(())
}

fn row(times: &Percentiles) -> String {
    let Percentiles { mean, p50, p90, p95, p99, p99_9, max } = times;
    columns(&[mean, p50, p90, p95, p99, p99_9, max].map(|ms| ms.map_or("-".to_owned(), milliseconds)))
}

fn columns(cells: &[String; 7]) -> String {
    cells.iter().fold(String::new(), |mut line, cell| {
        let _infallible = write!(line, "{cell:>10}");
        line
    })
}

/// Three significant digits or so.
pub(crate) fn milliseconds(ms: f64) -> String {
    match ms {
        ms if ms < 10.0 => format!("{ms:.2}"),
        ms if ms < 100.0 => format!("{ms:.1}"),
        ms => format!("{ms:.0}"),
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn money_has_two_decimals_in_json() {
        let ledger = Ledger { revenue: Cents(1_230), ..Ledger::default() };
        let json = serde_json::to_string(&Totals::from(ledger)).unwrap();
        assert!(json.ends_with(r#""revenue":12.30}"#), "{json}");
    }
}
