//! What the charts of a page draw: a few lines each, of at most a thousand points.

mod stretch;

use std::collections::BTreeMap;

use engine::recorder::statistics::Statistics;
use engine::recorder::times::Times;
use serde::Serialize;

use super::facts::error_name;
use super::{Stage, Subject};
use crate::capacity::{CapacityPart, StepPart};
use crate::summary::Model;
use crate::summary::text::milliseconds;
use crate::summary::thousandths;
use stretch::{Stretch, stretches};

/// Points that a line over time has at most.
const MOST_POINTS: usize = 1_000;

/// Points that a line over percentiles has for ten times as many hits.
const POINTS_A_NINE: f64 = 40.0;

/// Kinds of errors that have a line of their own; the rest are one.
const MOST_ERRORS: usize = 6;

/// Everything that is drawn, as `web/report/src/data.ts` reads it.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    start: i64,
    at: Vec<f64>,
    warm_up: f64,
    stages: Vec<Stage>,
    pub(super) charts: Vec<Chart>,
}

/// One chart.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    pub(super) id: &'static str,
    #[serde(skip)]
    pub(super) heading: &'static str,
    /// What it shows and how it is read.
    #[serde(skip)]
    pub(super) note: &'static str,
    #[serde(skip)]
    pub(super) shape: Shape,
    #[serde(skip_serializing_if = "Option::is_none")]
    nines: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rates: Option<Vec<f64>>,
    units: Vec<&'static str>,
    lines: Vec<Line>,
}

/// How much room a chart takes, and what can be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Half,
    /// Of times, whose scale can be logarithmic.
    HalfOfTimes,
    /// The same, from one side of the page to the other.
    WideOfTimes,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    style: &'static str,
    /// Of the chart's units.
    unit: usize,
    values: Vec<Option<f64>>,
}

impl Chart {
    /// What the lines come to, in words.
    pub(super) fn summary(&self) -> String {
        let of = |line: &Line| {
            let mut values: Vec<f64> = line.values.iter().copied().flatten().collect();
            values.sort_by(f64::total_cmp);
            let (Some(low), Some(high)) = (values.first(), values.last()) else {
                return format!("{} nothing", line.name);
            };
            let (name, unit) = (&line.name, self.units[line.unit]);
            let (low, middle, high) = (short(*low), short(values[values.len() / 2]), short(*high));
            match (low == high, self.nines.is_some()) {
                (true, _) => format!("{name} {low} {unit}"),
                (false, true) => format!("{name} {low} to {high} {unit}"),
                (false, false) => format!("{name} {low} to {high} {unit}, median {middle}"),
            }
        };
        self.lines.iter().map(of).collect::<Vec<_>>().join("; ")
    }
}

/// Three significant digits or so, and no zeros at the end.
fn short(number: f64) -> String {
    let text = milliseconds(number);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// What is drawn of a run.
pub(super) fn data(subject: &Subject<'_>) -> Data {
    let Subject { summary, series, statistics, additions } = *subject;
    let stretches = stretches(series, summary.run.seconds, MOST_POINTS);
    let mut charts: Vec<Chart> = summary.capacity.iter().map(capacity).collect();
    charts.extend([times(&stretches, summary.model), hits(&stretches), visits(&stretches)]);
    charts.extend(distribution(statistics, summary.model));
    charts.extend(errors(&stretches));
    charts.extend([queues(&stretches), generator(&stretches)]);
    Data {
        start: summary.run.started_at.as_millisecond(),
        at: stretches.iter().map(|stretch| thousandths(stretch.middle())).collect(),
        warm_up: series.warm_up() as f64 / 1e9,
        stages: additions.stages.clone(),
        charts,
    }
}

fn line(
    stretches: &[Stretch],
    (name, style, unit): (&str, &'static str, usize),
    value: impl Fn(&Stretch) -> Option<f64>,
) -> Line {
    let values = stretches.iter().map(|stretch| value(stretch).map(thousandths)).collect();
    Line { name: name.to_owned(), style, unit, values }
}

fn times(stretches: &[Stretch], model: Model) -> Chart {
    const PERCENTILES: [(&str, &str); 4] = [("p50", "p50"), ("p90", "p90"), ("p95", "p95"), ("p99", "p99")];
    let of = |index: usize, name: &'static str| {
        line(stretches, (name, PERCENTILES[index].1, 0), |stretch| match model {
            Model::Open => stretch.response.map(|response| response[index]),
            Model::Closed => stretch.service.map(|service| service[index]),
        })
    };
    let mut lines: Vec<Line> =
        PERCENTILES.iter().enumerate().map(|(index, (name, _))| of(index, name)).collect();
    let (heading, note) = match model {
        Model::Open => {
            lines.push(line(stretches, ("service p95", "service", 0), |stretch| {
                stretch.service.map(|service| service[2])
            }));
            (
                "Response time over time",
                "From when a hit was due to when its answer was complete, by when it was due. Where service p95 stays below \
                 p95, hits waited before they could be sent.",
            )
        }
        Model::Closed => (
            "Service time over time",
            "From sending a hit to its whole answer. In a closed model nothing is due.",
        ),
    };
    Chart {
        id: "chart-times",
        heading,
        note,
        shape: Shape::WideOfTimes,
        nines: None,
        rates: None,
        units: vec!["ms"],
        lines,
    }
}

fn hits(stretches: &[Stretch]) -> Chart {
    Chart {
        id: "chart-hits",
        heading: "Hits: planned and achieved",
        note: "Hits that were due, that were sent, and of those due the ones that were accepted. Where sent stays below \
               due, the load was not the one that was planned.",
        shape: Shape::Half,
        nines: None,
        rates: None,
        units: vec!["hits/s"],
        lines: vec![
            line(stretches, ("sent", "achieved", 0), |stretch| stretch.per_second(stretch.hits.sent)),
            line(stretches, ("accepted", "accepted", 0), |stretch| stretch.per_second(stretch.hits.accepted)),
            line(stretches, ("due", "planned", 0), |stretch| stretch.per_second(stretch.hits.planned)),
        ],
    }
}

fn visits(stretches: &[Stretch]) -> Chart {
    Chart {
        id: "chart-visits",
        heading: "Visits: planned and achieved",
        note: "Visits that were due, and those whose first hit was sent.",
        shape: Shape::Half,
        nines: None,
        rates: None,
        units: vec!["visits/s"],
        lines: vec![
            line(stretches, ("started", "achieved", 0), |stretch| stretch.per_second(stretch.visits.started)),
            line(stretches, ("planned", "planned", 0), |stretch| stretch.per_second(stretch.visits.planned)),
        ],
    }
}

/// Response times by the rates that a search for the capacity tried.
fn capacity(capacity: &CapacityPart) -> Chart {
    let mut steps: Vec<&StepPart> = capacity.steps.iter().collect();
    steps.sort_by(|a, b| a.hits_per_second.total_cmp(&b.hits_per_second));
    let of = |name: &str, style, value: fn(&StepPart) -> Option<f64>| Line {
        name: name.to_owned(),
        style,
        unit: 0,
        values: steps.iter().map(|step| value(step)).collect(),
    };
    Chart {
        id: "chart-capacity",
        heading: "Response time by rate",
        note: "Every rate that was tried, with the percentiles of the hits that were due then. Where the lines turn \
               upwards the target no longer keeps up.",
        shape: Shape::WideOfTimes,
        nines: None,
        rates: Some(steps.iter().map(|step| step.hits_per_second).collect()),
        units: vec!["ms"],
        lines: vec![
            of("p50", "p50", |step| step.response_p50_ms),
            of("p95", "p95", |step| step.response_p95_ms),
            of("p99", "p99", |step| step.response_p99_ms),
        ],
    }
}

/// Times by the share of hits that stay within them; each further nine takes as much room as the one before.
fn distribution(statistics: &Statistics, model: Model) -> Option<Chart> {
    let most = statistics.response.count().max(statistics.service.count());
    if most == 0 {
        return None;
    }
    let last = (most as f64).log10();
    let points = (last * POINTS_A_NINE).ceil() as usize;
    let mut nines: Vec<f64> = (0..=points).map(|point| last * point as f64 / points.max(1) as f64).collect();
    // What people look for is exactly there.
    nines.extend(
        [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999].map(|share: f64| -(1.0 - share).log10()),
    );
    nines.retain(|nine| *nine <= last);
    nines.sort_by(f64::total_cmp);
    nines.dedup_by(|a, b| (*a - *b).abs() < 1e-6);
    let of = |name: &str, style, times: &Times| {
        let at = |(index, nine): (usize, &f64)| {
            let is_last = index + 1 == nines.len();
            let ms = if is_last { times.max_ms() } else { times.quantile_ms(1.0 - 10_f64.powf(-nine)) };
            Some(thousandths(ms))
        };
        Line { name: name.to_owned(), style, unit: 0, values: nines.iter().enumerate().map(at).collect() }
    };
    let mut lines = Vec::new();
    if model == Model::Open {
        lines.push(of("response", "response", &statistics.response));
    }
    lines.push(of("service", "service", &statistics.service));
    let nines = nines.iter().map(|nine| (nine * 1e6).round() / 1e6).collect();
    Some(Chart {
        id: "chart-distribution",
        heading: "Distribution of times",
        note: "How long the slowest of 10, 100, 1,000 … hits took. A gap between the lines is time spent in the queue.",
        shape: Shape::HalfOfTimes,
        nines: Some(nines),
        rates: None,
        units: vec!["ms"],
        lines,
    })
}

/// Errors by kind, where there were any.
fn errors(stretches: &[Stretch]) -> Option<Chart> {
    const STYLES: [&str; MOST_ERRORS + 1] =
        ["error0", "error1", "error2", "error3", "error4", "error5", "error6"];
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, count) in stretches.iter().flat_map(|stretch| &stretch.errors) {
        *totals.entry(name).or_default() += count;
    }
    let mut names: Vec<&str> = totals.keys().copied().collect();
    names.sort_by_key(|name| (std::cmp::Reverse(totals[name]), *name));
    let rest = names.split_off(names.len().min(MOST_ERRORS));
    let count = |stretch: &Stretch, name: &str| stretch.errors.get(name).copied().unwrap_or_default();
    let mut lines: Vec<Line> = names
        .iter()
        .zip(STYLES)
        .map(|(name, style)| {
            line(stretches, (&error_name(name), style, 0), |stretch| stretch.per_second(count(stretch, name)))
        })
        .collect();
    if !rest.is_empty() {
        lines.push(line(stretches, ("others", STYLES[MOST_ERRORS], 0), |stretch| {
            stretch.per_second(rest.iter().map(|name| count(stretch, name)).sum())
        }));
    }
    (!lines.is_empty()).then_some(Chart {
        id: "chart-errors",
        heading: "Errors over time",
        note: "Hits that were not accepted, by reason and by when they were due.",
        shape: Shape::Half,
        nines: None,
        rates: None,
        units: vec!["errors/s"],
        lines,
    })
}

fn queues(stretches: &[Stretch]) -> Chart {
    Chart {
        id: "chart-queues",
        heading: "In flight, backlog and open visits",
        note: "Requests without an answer yet, hits that were due and not sent, and (at the right) visits that were going \
               on; the most of each. A backlog that grows is a target that does not keep up.",
        shape: Shape::Half,
        nines: None,
        rates: None,
        units: vec!["hits", "visits"],
        lines: vec![
            line(stretches, ("in flight", "in_flight", 0), |stretch| Some(stretch.gauges.in_flight as f64)),
            line(stretches, ("backlog", "backlog", 0), |stretch| Some(stretch.gauges.backlog as f64)),
            line(stretches, ("open visits", "open_visits", 1), |stretch| {
                Some(stretch.gauges.open_visits as f64)
            }),
        ],
    }
}

fn generator(stretches: &[Stretch]) -> Chart {
    Chart {
        id: "chart-generator",
        heading: "The generator itself",
        note: "Cores that it used, the busiest of its threads that send, and (at the right) its lag: by how much it was \
               late by its own doing. With lag p99 above 10 ms the run is void.",
        shape: Shape::Half,
        nines: None,
        rates: None,
        units: vec!["cores", "ms"],
        lines: vec![
            line(stretches, ("process", "process", 0), |stretch| stretch.cores(stretch.cpu.process)),
            line(stretches, ("busiest thread", "busiest", 0), |stretch| stretch.cores(stretch.cpu.busiest)),
            line(stretches, ("lag p99", "lag", 1), |stretch| stretch.lag),
        ],
    }
}
