//! Figures in lines: load, times, errors, thresholds, the generator.

use ratatui::text::{Line, Span};

use super::super::recent::{Quantiles, RECENT};
use super::super::theme::{Ink, Theme};
use super::super::view::{State, View, clean};
use super::ink;
use super::words::{grouped, milliseconds, percent, rate};
use crate::summary::Model;
use crate::summary::verdict::ThresholdPart;

/// Columns that the table of times needs.
pub(super) const TIMES_WIDTH: u16 = 41;

/// What is sent, in as many lines as the table of times has.
pub(super) fn load(view: &View, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = rates(view, theme);
    lines.extend(hits(view, theme));
    let errors = vec![more(theme, format!("{} of the answers", share(view)))];
    lines.push(figure(theme, "errors", errors_ink(view), &grouped(view.hits.refused()), errors));
    let visits = &view.visits;
    let mut rest = vec![more(theme, format!("{} in part", grouped(visits.incomplete)))];
    rest.push(more(theme, format!("  {} dropped", grouped(visits.dropped))));
    lines.push(figure(theme, "visits done", Ink::Figure, &grouped(visits.completed), rest));
    lines
}

/// The same with what has no place of its own on a small screen.
pub(super) fn everything(view: &View, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = rates(view, theme);
    lines.extend(hits(view, theme));
    let errors = vec![more(theme, share(view))];
    lines.push(figure(theme, "errors", errors_ink(view), &grouped(view.hits.refused()), errors));
    if !view.errors.is_empty() {
        let kind = |(name, count): &(String, u64)| format!("{name} {}", grouped(*count));
        let kinds: Vec<String> = view.errors.iter().map(kind).collect();
        lines.push(Line::from(ink(theme, Ink::Bad, format!("  {}", kinds.join("  ")))));
    }
    let health = &view.health;
    let lag = health.lag_p99.map_or_else(|| "-".to_owned(), |lag| format!("{} ms", milliseconds(lag)));
    let rest = vec![
        more(theme, format!("of {}, lag ", view.facts.cores)),
        if health.is_void() { ink(theme, Ink::Bad, lag) } else { Span::raw(lag) },
    ];
    let kind = if health.is_busy() { Ink::Warning } else { Ink::Figure };
    lines.push(figure(theme, "cores used", kind, &format!("{:.2}", health.cores), rest));
    if !view.thresholds.is_empty() {
        let failing: Vec<String> = view.failing().map(ThresholdPart::label).collect();
        let hold = view.thresholds.iter().filter(|threshold| threshold.holds).count();
        let (kind, rest) = match failing.as_slice() {
            [] => (Ink::Good, more(theme, "hold")),
            failing => (Ink::Bad, ink(theme, Ink::Bad, clean(&failing.join(" ")))),
        };
        let count = format!("{hold}/{}", view.thresholds.len());
        lines.push(figure(theme, "thresholds", kind, &count, vec![rest]));
    }
    lines
}

fn rates(view: &View, theme: Theme) -> Vec<Line<'static>> {
    let is_behind =
        view.state() == State::Running && view.now.as_secs() >= 5 && view.started < 0.9 * view.planned - 1.0;
    let planned = match view.facts.model {
        Model::Open => format!("planned {}", rate(view.planned)),
        Model::Closed => "as fast as answers come".to_owned(),
    };
    let gauges = &view.gauges;
    let (flight, backlog) = (
        if view.is_full() { Ink::Bad } else { Ink::Figure },
        if gauges.backlog > 0 && view.is_full() { Ink::Bad } else { Ink::Figure },
    );
    let due = match view.facts.model {
        Model::Open => format!("due {}", rate(view.due)),
        Model::Closed => String::new(),
    };
    let late = if view.is_full() { "all slots taken" } else { "due, not sent" };
    vec![
        figure(
            theme,
            "visits/s",
            if is_behind { Ink::Bad } else { Ink::Figure },
            &rate(view.started),
            vec![more(theme, planned)],
        ),
        figure(theme, "hits/s", Ink::Figure, &rate(view.sent), vec![more(theme, due)]),
        figure(
            theme,
            "in flight",
            flight,
            &grouped(gauges.in_flight),
            vec![more(theme, format!("of {}", view.facts.concurrency))],
        ),
        figure(theme, "backlog", backlog, &grouped(gauges.backlog), vec![more(theme, late)]),
    ]
}

fn hits(view: &View, theme: Theme) -> [Line<'static>; 2] {
    let gauges = &view.gauges;
    let connections = vec![more(theme, format!("{} connections", grouped(gauges.connections)))];
    let lost = match (view.hits.dropped, view.hits.late) {
        (0, 0) => Span::raw(""),
        (0, late) => more(theme, format!("{} late", grouped(late))),
        (dropped, _) => ink(theme, Ink::Warning, format!("{} dropped", grouped(dropped))),
    };
    [
        figure(theme, "visits open", Ink::Figure, &grouped(gauges.open_visits), connections),
        figure(theme, "hits sent", Ink::Figure, &grouped(view.hits.sent), vec![lost]),
    ]
}

fn share(view: &View) -> String {
    percent(view.hits.refused(), view.hits_over())
}

fn errors_ink(view: &View) -> Ink {
    match view.hits.refused() {
        0 => Ink::Figure,
        errors if errors * 100 > view.hits_over() => Ink::Bad,
        _ => Ink::Warning,
    }
}

/// A label, a figure, and what there is to say besides.
fn figure(theme: Theme, label: &str, kind: Ink, number: &str, rest: Vec<Span<'static>>) -> Line<'static> {
    let mut spans = vec![
        ink(theme, Ink::Label, format!("{label:<11}")),
        ink(theme, kind, format!("{number:>7}")),
        Span::raw("  "),
    ];
    spans.extend(rest);
    Line::from(spans)
}

fn more(theme: Theme, text: impl Into<std::borrow::Cow<'static, str>>) -> Span<'static> {
    ink(theme, Ink::Label, text)
}

/// Percentiles of the last seconds and of the whole run; the title says what of.
pub(super) fn times(view: &View, theme: Theme) -> (Line<'static>, Vec<Line<'static>>) {
    let title = match view.facts.model {
        Model::Open => "Times, ms",
        Model::Closed => "Times, ms (service; closed model)",
    };
    if view.is_empty() {
        return (Line::from(title), vec![waiting(theme)]);
    }
    let whole = if view.is_warming_up() { "warm-up" } else { "whole run" };
    let recent = format!("last {} s", RECENT.as_secs());
    let (first, mut lines, columns) = match view.facts.model {
        Model::Open => {
            let names = format!("{:5}{:>9}{:>9}{:>9}{:>9}", "", "response", "service", "response", "service");
            (
                format!("{:5}{recent:>18}{whole:>18}", ""),
                vec![Line::from(more(theme, names))],
                vec![view.recent.response, view.recent.service, view.whole.response, view.whole.service],
            )
        }
        Model::Closed => (
            format!("{:5}{recent:>11}{whole:>11}", ""),
            Vec::new(),
            vec![view.recent.service, view.whole.service],
        ),
    };
    lines.insert(0, Line::from(ink(theme, Ink::Figure, first)));
    for (name, of) in ROWS {
        let mut spans = vec![more(theme, format!("{name:<5}"))];
        let width = if view.facts.model == Model::Open { 9 } else { 11 };
        spans.extend(columns.iter().map(|column| {
            let text = column.as_ref().map_or_else(|| "-".to_owned(), |column| milliseconds(of(column)));
            Span::raw(format!("{text:>width$}"))
        }));
        lines.push(Line::from(spans));
    }
    (Line::from(title), lines)
}

type Row = (&'static str, fn(&Quantiles) -> f64);

const ROWS: [Row; 5] = [
    ("p50", |quantiles| quantiles.p50),
    ("p90", |quantiles| quantiles.p90),
    ("p95", |quantiles| quantiles.p95),
    ("p99", |quantiles| quantiles.p99),
    ("max", |quantiles| quantiles.max),
];

/// The same in two lines.
pub(super) fn brief_times(view: &View, theme: Theme) -> Vec<Line<'static>> {
    if view.is_empty() {
        return vec![waiting(theme)];
    }
    let line = |name: &str, quantiles: Option<Quantiles>| {
        let quantiles = quantiles?;
        let mut spans = vec![more(theme, format!("{name} ms "))];
        for (row, of) in [ROWS[0], ROWS[2], ROWS[3]] {
            spans.push(more(theme, format!("{row} ")));
            spans.push(ink(theme, Ink::Figure, format!("{} ", milliseconds(of(&quantiles)))));
        }
        Some(Line::from(spans))
    };
    [line("response", view.whole.response), line("service", view.whole.service)]
        .into_iter()
        .flatten()
        .collect()
}

/// What is shown where there are no figures yet.
pub(super) fn waiting(theme: Theme) -> Line<'static> {
    Line::from(more(theme, "waiting for the first answers"))
}

/// Errors by kind, in at most so many lines.
pub(super) fn errors(view: &View, theme: Theme, most: usize) -> Vec<Line<'static>> {
    if view.errors.is_empty() {
        let none = if view.is_empty() { "-" } else { "none" };
        return vec![Line::from(ink(theme, if view.is_empty() { Ink::Label } else { Ink::Good }, none))];
    }
    let line = |name: &str, count: u64| {
        Line::from(vec![
            Span::raw(format!("{name:<11}")),
            ink(theme, Ink::Bad, format!("{:>7}", grouped(count))),
            more(theme, format!("  {}", percent(count, view.hits_over()))),
        ])
    };
    let mut lines: Vec<Line<'_>> = view.errors.iter().map(|(name, count)| line(name, *count)).collect();
    if lines.len() > most {
        let others: u64 = view.errors.iter().skip(most.saturating_sub(1)).map(|(_, count)| count).sum();
        lines.truncate(most.saturating_sub(1));
        lines.push(line("others", others));
    }
    lines
}

/// Thresholds, those that do not hold first, in at most so many lines.
pub(super) fn thresholds(view: &View, theme: Theme, most: usize) -> Vec<Line<'static>> {
    let mut sorted: Vec<_> = view.thresholds.iter().collect();
    sorted.sort_by_key(|threshold| threshold.holds);
    let line = |threshold: &&ThresholdPart| {
        let (kind, mark) = match (threshold.value, threshold.holds) {
            (None, _) => (Ink::Label, "?"),
            (_, true) => (Ink::Good, "✓"),
            (_, false) => (Ink::Bad, "✗"),
        };
        let value = threshold.value.map_or_else(
            || "no samples".to_owned(),
            |value| match threshold.unit.as_str() {
                "ms" => format!("{} ms", milliseconds(value)),
                "share" => format!("{:.2} %", value * 100.0),
                "count" => grouped(value as u64),
                _ => rate(value),
            },
        );
        Line::from(vec![
            ink(theme, kind, format!("{mark} {value:>10}")),
            Span::raw(format!("  {}", clean(&threshold.label()))),
        ])
    };
    let mut lines: Vec<Line<'_>> = sorted.iter().map(line).collect();
    if lines.len() > most {
        let left = lines.len() - most.saturating_sub(1);
        lines.truncate(most.saturating_sub(1));
        lines.push(Line::from(more(theme, format!("and {left} more"))));
    }
    lines
}

/// Each of several targets, in at most so many lines below a head.
pub(super) fn targets(view: &View, theme: Theme, most: u16) -> Vec<Line<'static>> {
    let is_open = view.facts.model == Model::Open;
    let response = if is_open { "   response p95" } else { "" };
    let head = format!("visits done   planned   in flight   errors   dropped{response}   service p95");
    let width = view.targets.iter().map(|target| target.name.chars().count()).max().unwrap_or(0).min(24);
    let mut lines = vec![Line::from(more(theme, format!("{:width$}   {head}", "")))];
    let (most, all) = (usize::from(most), view.targets.len());
    let shown = if all > most { most - 1 } else { all };
    for target in view.targets.iter().take(shown) {
        let ms = |quantiles: Option<Quantiles>| quantiles.map_or("-".to_owned(), |of| milliseconds(of.p95));
        let name: String = target.name.chars().take(width).collect();
        let errors = target.hits.refused();
        let bad = if errors > 0 { Ink::Bad } else { Ink::Figure };
        lines.push(Line::from(vec![
            Span::raw(format!("{name:<width$}   {:>11}", grouped(target.visits.completed))),
            more(theme, format!("{:>10}{:>12}", grouped(target.visits.planned), grouped(target.in_flight))),
            ink(theme, bad, format!("{:>9}", grouped(errors))),
            more(theme, format!("{:>10}", grouped(target.hits.dropped))),
            ink(
                theme,
                Ink::Figure,
                if is_open { format!("{:>15}", ms(target.times.response)) } else { String::new() },
            ),
            Span::raw(format!("{:>14}", ms(target.times.service))),
        ]));
    }
    if all > shown {
        lines.push(Line::from(more(theme, format!("and {} more", all - shown))));
    }
    lines
}

/// How the generator itself gets on.
pub(super) fn generator(view: &View, theme: Theme) -> Vec<Line<'static>> {
    let health = &view.health;
    let busy = if health.is_busy() { Ink::Warning } else { Ink::Figure };
    let lag = if health.is_lagging() { Ink::Bad } else { Ink::Figure };
    let idle = if health.dropped_idle > 0 { Ink::Bad } else { Ink::Figure };
    let lag_text = health.lag_p99.map_or_else(|| "-".to_owned(), milliseconds);
    let verdict = if health.is_void() {
        Line::from(ink(theme, Ink::Alarm, " the numbers say nothing about the target "))
    } else {
        Line::from(ink(theme, Ink::Good, "keeps up"))
    };
    vec![
        figure(
            theme,
            "cores used",
            Ink::Figure,
            &format!("{:.2}", health.cores),
            vec![more(theme, format!("of {}", view.facts.cores))],
        ),
        figure(
            theme,
            "busiest",
            busy,
            &format!("{:.0} %", health.busiest * 100.0),
            vec![more(theme, "of a core, one thread")],
        ),
        figure(theme, "lag p99", lag, &lag_text, vec![more(theme, "ms, void above 10")]),
        figure(
            theme,
            "dropped",
            idle,
            &grouped(health.dropped_idle),
            vec![more(theme, "hits with a slot free")],
        ),
        verdict,
    ]
}
