//! Writes the metrics of a moment for Prometheus, in the format it asks for. Names follow its conventions: base units,
//! `_total` for what only grows.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use engine::observation::Failure;
use engine::recorder::{HitCounts, VisitCounts};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use traffic::hit::Kind;

use super::figures::{BOUNDS_US, ByKind, Distribution, Figures, TargetFigures};
use super::state::Phase;

/// How metrics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// What Prometheus asks for first.
    OpenMetrics,
    /// What everything else can read.
    Text,
}

impl Format {
    /// What somebody wants who sends this `Accept` header.
    pub(super) fn wanted(accept: &str) -> Format {
        let is_wanted = |item: &str| {
            let mut parts = item.split(';').map(str::trim);
            parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/openmetrics-text"))
                && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
        };
        if accept.split(',').any(is_wanted) { Format::OpenMetrics } else { Format::Text }
    }

    /// What it calls itself.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Format::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// The metrics of a moment as text.
pub(super) fn page(figures: Figures, format: Format) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(figures));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(match format {
        Format::OpenMetrics => text,
        Format::Text => plain(&text)?,
    })
}

/// `OpenMetrics` in the older format, which names counters and information as their samples are named, and knows no
/// information, no units and no end. Only such lines begin with `# `: line breaks in labels are escaped.
fn plain(open_metrics: &str) -> Result<String, fmt::Error> {
    let mut text = String::with_capacity(open_metrics.len());
    let mut help = None;
    for line in open_metrics.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("HELP"), Some(_), Some(words)) => help = Some(words),
            (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                let (suffix, kind) = match kind {
                    "counter" => ("_total", kind),
                    "info" => ("_info", "gauge"),
                    _ => ("", kind),
                };
                let help = help.take().unwrap_or_default();
                write!(text, "# HELP {name}{suffix} {help}\n# TYPE {name}{suffix} {kind}\n")?;
            }
            (Some("#"), ..) => {}
            _ => {
                text += line;
                text.push('\n');
            }
        }
    }
    Ok(text)
}

/// What became of the hits that are over.
fn outcomes(hits: &HitCounts) -> [(&'static str, u64); 4] {
    [
        ("accepted", hits.accepted),
        ("rejected", hits.rejected),
        ("failed", hits.failed),
        ("dropped", hits.dropped),
    ]
}

/// Writes metrics one after the other.
struct Page<'a>(DescriptorEncoder<'a>);

impl Page<'_> {
    /// `name` is without `_total`.
    fn counter(&mut self, name: &str, help: &str, value: impl EncodeCounterValue + Copy) -> fmt::Result {
        self.begin(name, help, MetricType::Counter)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    /// The same by a label.
    fn counters<'l>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'l str, u64)>,
    ) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Counter)?;
        for (of, value) in values {
            metric.encode_family(&[(label, of)])?.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        Ok(())
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl EncodeGaugeValue + Copy) -> fmt::Result {
        self.begin(name, help, MetricType::Gauge)?.encode_gauge(&value)
    }

    fn histogram(&mut self, name: &str, help: &str, times: &Distribution) -> fmt::Result {
        buckets(&mut self.begin(name, help, MetricType::Histogram)?, times)
    }

    /// The same by a label.
    fn distributions<'l>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'l str, &'l Distribution)>,
    ) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Histogram)?;
        for (of, times) in values {
            buckets(&mut metric.encode_family(&[(label, of)])?, times)?;
        }
        Ok(())
    }

    fn histograms(&mut self, name: &str, help: &str, by_kind: &ByKind) -> fmt::Result {
        let mut metric = self.begin(name, help, MetricType::Histogram)?;
        for ((kind, class), times) in by_kind {
            buckets(&mut metric.encode_family(&[("kind", *kind), ("status", class.name())])?, times)?;
        }
        Ok(())
    }

    fn begin<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }
}

fn buckets(metric: &mut MetricEncoder<'_>, times: &Distribution) -> fmt::Result {
    let Distribution { within, count, sum_us } = times;
    let mut below = 0;
    // The encoder adds up what it is given.
    let mut part = |bound: f64, within: u64| (bound, within - std::mem::replace(&mut below, within));
    let mut buckets: Vec<(f64, u64)> =
        BOUNDS_US.iter().zip(within).map(|(us, within)| part(*us as f64 / 1e6, *within)).collect();
    buckets.push(part(f64::INFINITY, *count));
    metric.encode_histogram::<NoLabelSet>(*sum_us as f64 / 1e6, *count, &buckets, None)
}

impl Collector for Figures {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        self.identity(&mut page)?;
        self.visits(&mut page)?;
        self.hits(&mut page)?;
        self.times(&mut page)?;
        self.standing(&mut page)?;
        self.ledger(&mut page)?;
        self.targets(&mut page)?;
        self.process(&mut page)
    }
}

impl Figures {
    fn identity(&self, page: &mut Page<'_>) -> fmt::Result {
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        page.begin("trafficinator_build", "The program; always 1.", MetricType::Info)?
            .encode_info(&version)?;
        if let Some(facts) = &self.facts {
            let (seed, site_id) =
                (facts.seed.to_string(), facts.site_id.map_or_else(String::new, |id| id.to_string()));
            let labels = [
                ("run_id", facts.run_id.as_str()),
                ("seed", &seed),
                ("plan", &facts.plan),
                ("target", &facts.target),
                ("site_id", &site_id),
            ];
            page.begin(
                "trafficinator_run",
                "Which run it is, and where it goes; always 1.",
                MetricType::Info,
            )?
            .encode_info(&labels)?;
        }
        page.gauge(
            "trafficinator_up",
            "Whether the run sends: 1, or 0 before and after.",
            u32::from(self.readiness.is_ok()),
        )?;
        let mut phases = page.begin(
            "trafficinator_phase",
            "What the program is doing: 1 for that phase, 0 for all others.",
            MetricType::Gauge,
        )?;
        for phase in Phase::ALL {
            phases
                .encode_family(&[("phase", phase.name())])?
                .encode_gauge(&u32::from(phase == self.phase))?;
        }
        Ok(())
    }

    fn visits(&self, page: &mut Page<'_>) -> fmt::Result {
        let visits = &self.counts.visits;
        page.counter(
            "trafficinator_visits_planned",
            "Visits that were due; the rate that was asked for.",
            visits.planned,
        )?;
        page.counter(
            "trafficinator_visits_started",
            "Visits whose first hit was sent; the rate that was achieved.",
            visits.started,
        )?;
        page.counter(
            "trafficinator_visits_completed",
            "Visits of which every hit was accepted.",
            visits.completed,
        )?;
        page.counter(
            "trafficinator_visits_incomplete",
            "Visits with a hit that was rejected, failed or dropped.",
            visits.incomplete,
        )?;
        page.counter("trafficinator_visits_dropped", "Visits that never began.", visits.dropped)
    }

    fn hits(&self, page: &mut Page<'_>) -> fmt::Result {
        let hits = &self.counts.hits;
        let mut sent: BTreeMap<&str, u64> = BTreeMap::new();
        for (kind, count) in Kind::ALL.iter().zip(hits.by_kind) {
            *sent.entry(kind.name()).or_default() += count;
        }
        let mut reasons: BTreeMap<String, u64> =
            ["http_400", "http_500", "http_503"].into_iter().map(|name| (name.to_owned(), 0)).collect();
        reasons.extend(Failure::ALL.map(|failure| (failure.name().to_owned(), 0)));
        reasons.extend(self.counts.errors.iter());
        page.counter("trafficinator_hits_planned", "Hits of the visits that were due.", hits.planned)?;
        page.counters(
            "trafficinator_hits_sent",
            "Hits that were sent, by kind; each counts once however often it was tried.",
            "kind",
            sent,
        )?;
        page.counters(
            "trafficinator_hits",
            "Hits that are over: accepted (answered with 2xx), rejected (answered with anything else), \
             failed (not answered) or dropped (never sent).",
            "outcome",
            outcomes(hits),
        )?;
        page.counter(
            "trafficinator_hits_late",
            "Hits sent more than 100 ms after they were due.",
            hits.late,
        )?;
        page.counter(
            "trafficinator_hits_dropped_idle",
            "Dropped hits for which a slot was free: the generator's own doing.",
            hits.dropped_idle,
        )?;
        page.counter(
            "trafficinator_hits_retried",
            "Further tries of hits that certainly were not recorded.",
            hits.retried,
        )?;
        let reasons = reasons.iter().map(|(name, count)| (name.as_str(), *count));
        page.counters(
            "trafficinator_errors",
            "Hits that were not accepted, by reason: http_ and the status, or why no answer came.",
            "reason",
            reasons,
        )
    }

    fn times(&self, page: &mut Page<'_>) -> fmt::Result {
        if let Some(response) = &self.response {
            page.histograms(
                "trafficinator_response_time_seconds",
                "Seconds from when a hit was due to its answer, waiting included: what visitors feel. \
                 Hits that the end of the run cut off are in no histogram.",
                response,
            )?;
        }
        page.histograms(
            "trafficinator_service_time_seconds",
            "Seconds from when a hit was sent to its answer: what the target took.",
            &self.service,
        )?;
        page.histogram(
            "trafficinator_wait_seconds",
            "Seconds a hit waited for the target: for the visit's previous answer, or a free slot.",
            &self.wait,
        )?;
        page.histogram(
            "trafficinator_lag_seconds",
            "Seconds a hit waited for the generator itself; above 0.01 at the 99th percentile the run \
             says nothing.",
            &self.lag,
        )
    }

    fn standing(&self, page: &mut Page<'_>) -> fmt::Result {
        let gauges = &self.gauges;
        let limit = self.facts.as_ref().map_or(0, |facts| facts.in_flight_limit);
        page.gauge("trafficinator_requests_in_flight", "Requests that are in flight.", gauges.in_flight)?;
        page.gauge(
            "trafficinator_requests_in_flight_limit",
            "Requests that may be in flight at once (CONCURRENCY).",
            limit,
        )?;
        page.gauge(
            "trafficinator_open_visits",
            "Visits that have begun, or wait to, and are not over.",
            gauges.open_visits,
        )?;
        page.gauge(
            "trafficinator_connections",
            "Connections to the target that are open.",
            gauges.connections,
        )?;
        page.gauge(
            "trafficinator_backlog_hits",
            "Hits that were due and are neither sent nor dropped.",
            gauges.backlog,
        )?;
        if let Some(planned) = self.planned {
            page.gauge(
                "trafficinator_planned_visits_per_second",
                "Visits a second that the plan wants now.",
                planned.rate,
            )?;
            page.gauge(
                "trafficinator_arrival_speed",
                "How fast the time of the plan goes by: 1 as planned, 0 while it stands still.",
                planned.speed,
            )?;
        }
        Ok(())
    }

    fn ledger(&self, page: &mut Page<'_>) -> fmt::Result {
        let ledger = &self.counts.acknowledged;
        page.counter("trafficinator_acknowledged_visits", "Visits that Matomo said it took.", ledger.visits)?;
        page.counter(
            "trafficinator_acknowledged_actions",
            "Actions that Matomo said it took: page views, searches, events, downloads, outlinks.",
            ledger.actions,
        )?;
        page.counter("trafficinator_acknowledged_orders", "Orders that Matomo said it took.", ledger.orders)?;
        page.counter(
            "trafficinator_acknowledged_revenue",
            "Revenue of those orders, in the currency of the site.",
            ledger.revenue.0 as f64 / 100.0,
        )
    }

    /// Each of several targets, in families of their own: sums over the others count nothing twice.
    fn targets(&self, page: &mut Page<'_>) -> fmt::Result {
        if self.targets.is_empty() {
            return Ok(());
        }
        let visits = |of: fn(&VisitCounts) -> u64| {
            self.targets.iter().map(move |target| (target.name.as_str(), of(&target.visits)))
        };
        page.counters(
            "trafficinator_target_visits_planned",
            "Visits that were due, by target.",
            "target",
            visits(|visits| visits.planned),
        )?;
        page.counters(
            "trafficinator_target_visits_completed",
            "Visits of which every hit was accepted, by target.",
            "target",
            visits(|visits| visits.completed),
        )?;
        let mut hits = page.begin(
            "trafficinator_target_hits",
            "Hits that are over, by target and what became of them.",
            MetricType::Counter,
        )?;
        for target in &self.targets {
            for (outcome, count) in outcomes(&target.hits) {
                hits.encode_family(&[("target", target.name.as_str()), ("outcome", outcome)])?
                    .encode_counter::<NoLabelSet, _, u64>(&count, None)?;
            }
        }
        let mut in_flight = page.begin(
            "trafficinator_target_requests_in_flight",
            "Requests that are in flight, by target.",
            MetricType::Gauge,
        )?;
        for target in &self.targets {
            in_flight.encode_family(&[("target", target.name.as_str())])?.encode_gauge(&target.in_flight)?;
        }
        let times = |of: fn(&TargetFigures) -> &Distribution| {
            self.targets.iter().map(move |target| (target.name.as_str(), of(target)))
        };
        if self.response.is_some() {
            page.distributions(
                "trafficinator_target_response_time_seconds",
                "Seconds from when a hit was due to its answer, by target.",
                "target",
                times(|target| &target.response),
            )?;
        }
        page.distributions(
            "trafficinator_target_service_time_seconds",
            "Seconds from when a hit was sent to its answer, by target.",
            "target",
            times(|target| &target.service),
        )
    }

    fn process(&self, page: &mut Page<'_>) -> fmt::Result {
        let process = &self.process;
        page.counter(
            "process_cpu_seconds",
            "Processor time of the generator, in seconds.",
            process.cpu_seconds,
        )?;
        page.gauge(
            "process_resident_memory_bytes",
            "Memory that the generator holds, in bytes.",
            process.resident_bytes,
        )?;
        page.gauge(
            "process_open_fds",
            "Files and connections that the generator has open.",
            process.open_files,
        )?;
        page.gauge(
            "process_max_fds",
            "Files and connections that it may have open.",
            process.most_open_files,
        )?;
        page.gauge(
            "process_start_time_seconds",
            "When the generator was started, in seconds of Unix time.",
            process.started,
        )
    }
}
