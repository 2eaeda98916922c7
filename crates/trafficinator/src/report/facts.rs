//! What there is to know about a run, as figures and tables that pages and markdown share.

use engine::recorder::statistics::{Class, Latency, Statistics};
use engine::recorder::times::Times;

use super::table::{Cell, Column, Row, Table, Tone};
use crate::summary::counts::{HitsPart, VisitsPart};
use crate::summary::text::{self, ended_by, grouped};
use crate::summary::verdict::{FULL_CORE, MOST_LAG_MS, Outcome, ThresholdPart, VerdictPart};
use crate::summary::{Model, Percentiles, Summary};

/// A number that is looked at first.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) unit: &'static str,
    pub(super) note: String,
    pub(super) tone: Tone,
}

/// Nothing was measured.
const NONE: &str = "-";

/// One word for what came of a run.
pub(super) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Nothing => "nothing sent",
        Outcome::Failed => "failed",
        Outcome::Void => "void",
        Outcome::Threshold => "threshold failed",
        Outcome::Incomplete => "incomplete",
        Outcome::Ok => "ok",
    }
}

/// The verdict in one sentence, without that word; where the generator was the bottleneck, without the reasons that are
/// told one by one.
pub(super) fn headline(verdict: &VerdictPart) -> String {
    let sentence = &verdict.sentence;
    let rest = ["ok: ", "void: ", "FAILED: ", "INCOMPLETE: "]
        .into_iter()
        .find_map(|word| sentence.strip_prefix(word));
    let rest = rest.unwrap_or(sentence);
    let rest = match verdict.void.first() {
        Some(reason) => {
            rest.strip_suffix(reason.as_str()).and_then(|rest| rest.strip_suffix(": ")).unwrap_or(rest)
        }
        None => rest,
    };
    let mut chars = rest.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// What to do about it, and what the numbers are worth.
pub(super) fn advice(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Nothing => {
            "No visit was due while it ran: look at the rate, the limits and the start signal among the settings below."
        }
        Outcome::Failed => {
            "The times below are times of refusals and say nothing about a Matomo at work. Let `trafficinator check` \
             succeed with these settings, then run again."
        }
        Outcome::Void => {
            "The numbers below tell how fast the generator was, and nothing about the target. Cure that, then run again."
        }
        Outcome::Threshold => {
            "The numbers are good, and not what was demanded. The charts show when it happened; service and wait beside \
             response time show whether answers were slow or the queue before them was long."
        }
        Outcome::Incomplete => {
            "The times can be used. What was refused, lost or not sent is listed under errors; the ledger says what \
             Matomo should have recorded all the same."
        }
        Outcome::Ok => {
            "The numbers can be used: the load was the one that was planned, and the generator kept up with it."
        }
    }
}

/// The share of hits that were not accepted, of those that are over.
fn error_share(hits: &HitsPart) -> Option<f64> {
    let over = hits.over();
    (over > 0).then(|| hits.refused() as f64 / over as f64)
}

/// The site behind an address; nothing where there are several.
pub(super) fn site(summary: &Summary) -> String {
    if summary.targets.is_empty() { format!(", site {}", summary.target.site_id) } else { String::new() }
}

/// What is looked at first; of the time after the warm-up.
pub(super) fn figures(summary: &Summary) -> Vec<Figure> {
    let (visits, hits) = (&summary.measured.visits, &summary.measured.hits);
    let times = |name, times: &Percentiles| Figure {
        name,
        value: times.p95.map_or(NONE.to_owned(), milliseconds),
        unit: "ms",
        note: format!("p50 {}, p99 {}", some_ms(times.p50), some_ms(times.p99)),
        tone: Tone::Plain,
    };
    let bad = |is_bad: bool| if is_bad { Tone::Bad } else { Tone::Plain };
    let share = error_share(hits);
    let lag = summary.lag_ms.p99;
    let mut figures = Vec::new();
    if let Some(response) = &summary.response_ms {
        figures.push(times("Response time p95", response));
    }
    figures.push(times("Service time p95", &summary.service_ms));
    figures.push(Figure {
        name: "Errors",
        value: share.map_or(NONE.to_owned(), percent_number),
        unit: "%",
        note: format!("{} of {} hits", grouped(hits.refused()), grouped(hits.sent)),
        tone: bad(share.is_some_and(|share| share > 0.0)),
    });
    figures.push(Figure {
        name: "Visits",
        value: rate(summary.rate.visits_per_second),
        unit: "/s",
        note: format!("{} of {} planned", grouped(visits.started), grouped(visits.planned)),
        tone: bad(visits.dropped > 0),
    });
    figures.push(Figure {
        name: "Hits",
        value: rate(summary.rate.hits_per_second),
        unit: "/s",
        note: format!("{} of {} due", grouped(hits.sent), grouped(hits.planned)),
        tone: bad(hits.dropped > 0),
    });
    figures.push(Figure {
        name: "Visits sent whole",
        value: grouped(visits.completed),
        unit: "",
        note: format!("{} in part, {} not at all", grouped(visits.incomplete), grouped(visits.dropped)),
        tone: Tone::Plain,
    });
    figures.push(Figure {
        name: "Generator's lag p99",
        value: lag.map_or(NONE.to_owned(), milliseconds),
        unit: "ms",
        note: format!("above {MOST_LAG_MS} the run is void"),
        tone: bad(lag.is_some_and(|lag| lag > MOST_LAG_MS)),
    });
    figures.push(Figure {
        name: "Measured",
        value: duration(summary.measured.seconds),
        unit: "",
        note: if summary.measured.warm_up_seconds > 0.0 {
            format!("after {} of warm-up", duration(summary.measured.warm_up_seconds))
        } else {
            "no warm-up".to_owned()
        },
        tone: Tone::Plain,
    });
    figures
}

/// What was demanded.
pub(super) fn thresholds(thresholds: &[ThresholdPart]) -> Table {
    let row = |threshold: &ThresholdPart| {
        let result = match (threshold.holds, threshold.aborted) {
            (true, _) => "✓ holds",
            (false, false) => "✕ does not hold",
            (false, true) => "✕ does not hold, ended the run",
        };
        Row {
            tone: if threshold.holds { Tone::Plain } else { Tone::Bad },
            cells: vec![Cell::Code(threshold.label()), came_out(threshold).into(), result.into()],
        }
    };
    Table {
        columns: vec![Column::words("demanded"), Column::numbers("came out"), Column::words("result")],
        rows: thresholds.iter().map(row).collect(),
    }
}

/// What came out, with its unit.
pub(super) fn came_out(threshold: &ThresholdPart) -> String {
    match (threshold.value, threshold.unit.as_str()) {
        (None, _) => "no samples".to_owned(),
        (Some(value), "ms") => format!("{} ms", milliseconds(value)),
        (Some(value), "share") => percent(value),
        (Some(value), "count") => grouped(value as u64),
        (Some(value), "per_second") => format!("{}/s", rate(value)),
        (Some(value), unit) => format!("{value} {unit}"),
    }
}

/// One of the counts of a run, or of a part of it.
type Count = fn(&VisitsPart, &HitsPart) -> u64;

/// Visits and hits by what became of them.
pub(super) fn outcomes(summary: &Summary) -> Table {
    let whole = (&summary.visits, &summary.hits);
    let measured = (&summary.measured.visits, &summary.measured.hits);
    let has_warm_up = summary.measured.warm_up_seconds > 0.0;
    let mut columns = vec![Column::words(""), Column::numbers("whole run")];
    if has_warm_up {
        columns.push(Column::numbers("after warm-up"));
    }
    columns.push(Column::words("meaning"));
    let rows: [(Tone, &str, Count, &str); 12] = [
        (Tone::Plain, "visits planned", |v, _| v.planned, "were due"),
        (Tone::Part, "started", |v, _| v.started, "their first hit was sent"),
        (Tone::Part, "completed", |v, _| v.completed, "every hit was accepted"),
        (Tone::Part, "incomplete", |v, _| v.incomplete, "a hit was rejected, failed or dropped"),
        (Tone::Part, "dropped", |v, _| v.dropped, "never began"),
        (Tone::Plain, "hits planned", |_, h| h.planned, "of those visits"),
        (Tone::Part, "sent", |_, h| h.sent, "each counted once, however often it was tried"),
        (Tone::Part, "accepted", |_, h| h.accepted, "answered with 2xx"),
        (Tone::Part, "rejected", |_, h| h.rejected, "answered with anything else"),
        (Tone::Part, "failed", |_, h| h.failed, "not answered"),
        (Tone::Part, "dropped", |_, h| h.dropped, "never sent"),
        (Tone::Part, "late", |_, h| h.late, "sent more than 100 ms after they were due"),
    ];
    let row = |(tone, name, count, meaning): (Tone, &str, Count, &str)| {
        let mut cells: Vec<Cell> = vec![name.into(), grouped(count(whole.0, whole.1)).into()];
        if has_warm_up {
            cells.push(grouped(count(measured.0, measured.1)).into());
        }
        cells.push(meaning.into());
        Row { tone, cells }
    };
    Table { columns, rows: rows.into_iter().map(row).collect() }
}

/// Hits that were not accepted, by reason, the most frequent first; nothing where all were.
pub(super) fn errors(summary: &Summary) -> Option<Table> {
    let mut errors: Vec<_> = summary.errors.iter().filter(|(_, count)| **count > 0).collect();
    errors.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), (*name).clone()));
    let sent = summary.hits.sent.max(1) as f64;
    let row = |(name, count): (&String, &u64)| {
        Row::new(
            Tone::Plain,
            [error_name(name), grouped(*count), percent(*count as f64 / sent), meaning(name).to_owned()],
        )
    };
    (!errors.is_empty()).then(|| Table {
        columns: vec![
            Column::words("error"),
            Column::numbers("hits"),
            Column::numbers("of those sent"),
            Column::words("meaning"),
        ],
        rows: errors.into_iter().map(row).collect(),
    })
}

/// An error as people call it.
pub(super) fn error_name(name: &str) -> String {
    name.strip_prefix("http_").map_or_else(|| name.to_owned(), |status| format!("HTTP {status}"))
}

fn meaning(name: &str) -> &'static str {
    match name {
        "http_400" => "Matomo refuses the hit: wrong site or token, or a request it cannot read",
        "http_401" | "http_403" => {
            "not allowed: the web server in front of Matomo wants a password, or blocks"
        }
        "http_404" => "nothing there: the path of MATOMO_URL",
        "http_429" => "too many requests: something in front of Matomo limits the rate",
        "http_500" => "Matomo or PHP broke off: its log says why",
        "http_502" | "http_504" => "a gateway gave up on the server behind it; the hit may be recorded",
        "http_503" => "out of service: overloaded, or in maintenance",
        "dns" => "the name of the host could not be resolved",
        "connect" => "no connection came about: refused or unreachable",
        "tls" => "the TLS handshake failed",
        "reset" => "the connection broke after the hit was sent; it may be recorded",
        "timeout" => "no answer within the time limit; the hit may be recorded",
        "protocol" => "what came back was not HTTP; the hit may be recorded",
        "aborted" => "the run was stopped before the answer came",
        name if name.starts_with("http_5") => "the server could not do it",
        name if name.starts_with("http_4") => "the server refuses it",
        name if name.starts_with("http_3") => "the server points elsewhere: MATOMO_URL",
        _ => "",
    }
}

/// The four times, in milliseconds.
pub(super) fn latency(summary: &Summary) -> Table {
    let row = |name: &str, times: &Percentiles| {
        let Percentiles { mean, p50, p90, p95, p99, p99_9, max } = times;
        let cells = [mean, p50, p90, p95, p99, p99_9, max].map(|ms| some_ms(*ms));
        Row::new(Tone::Plain, std::iter::once(name.to_owned()).chain(cells))
    };
    let mut rows = Vec::new();
    if let Some(response) = &summary.response_ms {
        rows.push(row("response", response));
    }
    rows.extend([
        row("service", &summary.service_ms),
        row("wait", &summary.wait_ms),
        row("lag", &summary.lag_ms),
    ]);
    let numbers = ["mean", "p50", "p90", "p95", "p99", "p99.9", "max"].map(Column::numbers);
    Table { columns: std::iter::once(Column::words("ms")).chain(numbers).collect(), rows }
}

/// What the four times mean, and the words beside them.
pub(super) const WORDS: [(&str, &str); 6] = [
    (
        "response",
        "due to done: what a visitor of a site with this many visitors would have felt, queue included",
    ),
    ("service", "sent to done: how long the target worked on the hits that reached it"),
    ("wait", "due to ready: the visit's previous answer, or a free slot, was awaited; the target's doing"),
    ("lag", "ready to sent: the generator's own lateness; it should be next to nothing"),
    ("p95", "95 of 100 hits took so long or less; p50 is the median"),
    ("HTTP 2xx", "accepted; 4xx and 5xx are refusals and errors, none means that no answer came"),
];

/// Hits by kind and, where there were several, by class of the answer.
pub(super) fn kinds(statistics: &Statistics, model: Model) -> Table {
    let mut columns = vec![Column::words("kind"), Column::numbers("hits"), Column::numbers("errors")];
    if model == Model::Open {
        columns.extend(["response p50", "p95", "p99"].map(Column::numbers));
    }
    columns.extend(["service p50", "p95", "p99"].map(Column::numbers));
    let row = |tone, name: String, latency: &Latency, errors: Option<u64>| {
        let count = latency.service.count();
        let share = |errors: u64| match errors {
            0 => "0".to_owned(),
            errors => format!("{} ({})", grouped(errors), percent(errors as f64 / count.max(1) as f64)),
        };
        let mut cells = vec![name, grouped(count), errors.map_or(String::new(), share)];
        if model == Model::Open {
            cells.extend(quantiles(&latency.response));
        }
        cells.extend(quantiles(&latency.service));
        Row::new(tone, cells)
    };
    let mut rows = Vec::new();
    for (name, classes) in by_name(statistics) {
        let mut all = Latency::default();
        let mut errors = 0;
        for (class, latency) in &classes {
            all += latency;
            errors += if *class == Class::Success { 0 } else { latency.service.count() };
        }
        rows.push(row(Tone::Plain, name.to_owned(), &all, Some(errors)));
        if classes.len() > 1 {
            for (class, latency) in &classes {
                rows.push(row(Tone::Part, class_name(*class), latency, None));
            }
        }
    }
    Table { columns, rows }
}

/// Kinds that share a name are one; in the order of their declaration.
fn by_name(statistics: &Statistics) -> Vec<(&'static str, Vec<(Class, Latency)>)> {
    let mut kinds: Vec<(&'static str, Vec<(Class, Latency)>)> = Vec::new();
    for ((kind, class), latency) in &statistics.by_kind {
        let at = kinds.iter().position(|(name, _)| *name == kind.name()).unwrap_or_else(|| {
            kinds.push((kind.name(), Vec::new()));
            kinds.len() - 1
        });
        let classes = &mut kinds[at].1;
        match classes.iter_mut().find(|(known, _)| known == class) {
            Some((_, sum)) => *sum += latency,
            None => classes.push((*class, latency.clone())),
        }
    }
    for (_, classes) in &mut kinds {
        classes.sort_by_key(|(class, _)| *class);
    }
    kinds
}

fn class_name(class: Class) -> String {
    match class {
        Class::NoAnswer => "no answer".to_owned(),
        class => format!("HTTP {}", class.name()),
    }
}

fn quantiles(times: &Times) -> [String; 3] {
    [0.50, 0.95, 0.99]
        .map(|share| if times.count() > 0 { milliseconds(times.quantile_ms(share)) } else { NONE.to_owned() })
}

/// What was planned, taken and perhaps taken.
pub(super) fn ledger(summary: &Summary) -> Table {
    let ledger = &summary.ledger;
    let rows = ledger.planned.rows().into_iter().zip(ledger.acknowledged.rows()).zip(ledger.uncertain.rows());
    Table {
        columns: vec![
            Column::words(""),
            Column::numbers("planned"),
            Column::numbers("acknowledged"),
            Column::numbers("uncertain"),
        ],
        rows: rows
            .map(|(((name, planned), (_, acknowledged)), (_, uncertain))| {
                Row::new(Tone::Plain, [name.to_owned(), planned, acknowledged, uncertain])
            })
            .collect(),
    }
}

/// Whether the generator got on.
pub(super) fn generator(summary: &Summary) -> Table {
    let generator = &summary.generator;
    let hits = &summary.measured.hits;
    let of = |most: u64, allowed: u64| match (most, allowed) {
        (0, 0) => NONE.to_owned(),
        (most, 0) => grouped(most),
        (most, allowed) => format!("{} of {}", grouped(most), grouped(allowed)),
    };
    let bad = |is_bad: bool| if is_bad { Tone::Bad } else { Tone::Plain };
    let row = |tone, name: &str, value: String, note: &str| {
        Row::new(tone, [name.to_owned(), value, note.to_owned()])
    };
    let lag = summary.lag_ms.p99;
    let per_hit = summary.generator.cpu_seconds * 1e6 / summary.hits.sent.max(1) as f64;
    Table {
        columns: vec![Column::words(""), Column::numbers("value"), Column::words("meaning")],
        rows: vec![
            row(
                bad(lag.is_some_and(|lag| lag > MOST_LAG_MS)),
                "lag p99",
                lag.map_or(NONE.to_owned(), |lag| format!("{} ms", milliseconds(lag))),
                &format!("ready to sent; above {MOST_LAG_MS} ms the run is void"),
            ),
            row(
                bad(hits.dropped_idle > 0),
                "dropped with a slot free",
                grouped(hits.dropped_idle),
                "the generator's doing; any makes the run void",
            ),
            row(
                Tone::Plain,
                "dropped at the limit",
                grouped(hits.dropped - hits.dropped_idle.min(hits.dropped)),
                "no slot was free, or the run ended: the target's doing",
            ),
            row(Tone::Plain, "late hits", grouped(hits.late), "sent more than 100 ms after they were due"),
            row(
                bad(generator.busiest_core > FULL_CORE),
                "busiest thread",
                format!("{:.0} % of a core", generator.busiest_core * 100.0),
                "above 90 % a higher rate needs more workers",
            ),
            row(
                Tone::Plain,
                "processor",
                format!("{:.2} of {} cores", generator.cores_used, generator.cores),
                &format!(
                    "{:.1} s in all, {per_hit:.0} us a hit, {} sending threads",
                    generator.cpu_seconds, generator.workers
                ),
            ),
            row(
                Tone::Plain,
                "in flight at most",
                of(generator.in_flight, generator.in_flight_allowed),
                "requests at once, of CONCURRENCY",
            ),
            row(Tone::Plain, "connections at most", grouped(generator.connections), "open at once"),
            row(
                bad(generator.open_files_allowed > 0
                    && generator.open_files * 10 > generator.open_files_allowed * 9),
                "open files at most",
                of(generator.open_files, generator.open_files_allowed),
                "of those that the system allows",
            ),
            row(
                Tone::Plain,
                "memory at most",
                format!("{:.0} MB", generator.max_rss_bytes as f64 / 1e6),
                "resident",
            ),
        ],
    }
}

/// Which run it was.
pub(super) fn run(summary: &Summary) -> Table {
    let Summary { run, target, .. } = summary;
    let model = match summary.model {
        Model::Open => "open: visits arrive whatever the target does",
        Model::Closed => "closed: as fast as the target answers",
    };
    let row = |name: &str, cell: Cell| Row { tone: Tone::Plain, cells: vec![name.into(), cell] };
    let mut rows = vec![
        row("target", Cell::Code(summary.address())),
        row("seed", Cell::Code(run.seed.to_string())),
        row("plan fingerprint", Cell::Code(run.plan.clone())),
        row("run id", Cell::Code(run.id.clone())),
        row("started", moment(run.started_at).into()),
        row("ended", format!("{}, by {}", moment(run.ended_at), ended_by(run.stopped_by)).into()),
        row("model", model.into()),
        row("trafficinator", Cell::Code(run.version.clone())),
    ];
    if summary.targets.is_empty() {
        rows.insert(1, row("site", target.site_id.to_string().into()));
    }
    if summary.adjusted {
        rows.push(row("adjusted", "the rate was changed by hand while it ran".into()));
    }
    Table { columns: vec![Column::words(""), Column::long("")], rows }
}

/// Every setting that is not at its default.
pub(super) fn settings(summary: &Summary) -> Table {
    let row = |setting: &crate::summary::SettingPart| Row {
        tone: Tone::Plain,
        cells: vec![
            Cell::Code(setting.name.clone()),
            Cell::Code(setting.value.clone()),
            Cell::Text(setting.source.clone()),
        ],
    };
    Table {
        columns: vec![Column::words("setting"), Column::long("value"), Column::words("from")],
        rows: summary.reproduce.settings.iter().map(row).collect(),
    }
}

/// A moment as `2026-11-24 17:58:10 UTC`.
pub(super) fn moment(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `42.3 s`, `12 min 5 s`, `3 h 20 min`.
pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..=119 => format!("{} s", (seconds * 10.0).round() / 10.0),
        120..=7_199 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3_600, whole % 3_600 / 60),
    }
}

/// A share as `1.25 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", percent_number(share))
}

fn percent_number(share: f64) -> String {
    match share * 100.0 {
        percent if percent <= 0.0 => "0".to_owned(),
        percent if percent < 0.01 => "<0.01".to_owned(),
        percent if percent < 10.0 => format!("{percent:.2}"),
        percent if percent < 100.0 => format!("{percent:.1}"),
        percent => format!("{percent:.0}"),
    }
}

fn rate(per_second: f64) -> String {
    if per_second < 1_000.0 { format!("{per_second:.1}") } else { grouped(per_second.round() as u64) }
}

/// Milliseconds, with thousands apart.
fn milliseconds(ms: f64) -> String {
    if ms < 1_000.0 { text::milliseconds(ms) } else { grouped(ms.round() as u64) }
}

fn some_ms(ms: Option<f64>) -> String {
    ms.map_or(NONE.to_owned(), milliseconds)
}
