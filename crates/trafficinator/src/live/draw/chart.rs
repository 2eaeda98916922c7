//! Times over the last minutes, as lines.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType};

use super::super::points::{MOST, Point};
use super::super::theme::{Ink, Line as Kind, Theme};
use super::super::view::View;
use super::words::round_time;
use super::{bottom, figures, ink, lines, panel};
use crate::summary::Model;

/// Seconds that are shown at least: a run that has just begun does not fill the chart with a few points.
const SHORTEST: f64 = 60.0;

/// Times further apart than this factor are drawn on a logarithmic scale.
const FAR_APART: f64 = 20.0;

/// Columns for the labels of times, with the axis.
const GUTTER: u16 = 8;

/// A line of the chart: what it is called and what it shows of a second.
type Drawn = (Kind, &'static str, fn(&Point) -> Option<f64>);

const OPEN: [Drawn; 3] = [
    (Kind::Service, "service p95", |point| point.service_p95),
    (Kind::Slow, "p95", |point| point.response_p95),
    (Kind::Median, "response p50", |point| point.response_p50),
];
const CLOSED: [Drawn; 2] = [
    (Kind::Slow, "p95", |point| point.service_p95),
    (Kind::Median, "service p50", |point| point.service_p50),
];

/// Points that follow each other: seconds and milliseconds.
type Segment = Vec<(f64, f64)>;

/// The chart with its legend.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let drawn: &[Drawn] = if view.facts.model == Model::Open { &OPEN } else { &CLOSED };
    let mut title = vec![Span::raw("Times")];
    for (kind, name, _) in drawn.iter().rev() {
        title.push(Span::raw("  "));
        title.push(Span::styled(theme.sample(*kind), theme.style(Ink::Line(*kind))));
        title.push(ink(theme, Ink::Label, format!(" {name}")));
    }
    let inside = panel(frame, area, Line::from(title), theme);
    let now = view.now.as_secs_f64();
    let width = view.points.width() as f64;
    let kept = MOST as f64 * width;
    let shown = [SHORTEST, 120.0, 300.0].into_iter().find(|seconds| now <= *seconds).unwrap_or(kept);
    let begin = (now - shown).max(0.0);
    let rows: Vec<(Kind, Vec<Segment>)> = drawn
        .iter()
        .map(|(kind, _, of)| {
            let points = view.points.iter().filter(|(at, _)| *at >= begin);
            (*kind, segments(points.map(|(at, point)| (at, of(point)))))
        })
        .collect();
    let all = || rows.iter().flat_map(|(_, segments)| segments.iter().flatten().map(|(_, ms)| *ms));
    let (Some(least), Some(most)) = (all().min_by(f64::total_cmp), all().max_by(f64::total_cmp)) else {
        let nothing = if view.is_empty() {
            figures::waiting(theme)
        } else {
            Line::from(ink(theme, Ink::Label, "no answers to what was due in these minutes"))
        };
        return lines(frame, inside, vec![nothing]);
    };
    let (plot, below) = bottom(inside, 1);
    let (scale, ticks) = Scale::new(least, most, plot.height);
    let gutter = GUTTER.min(plot.width);
    let graph = Rect { x: plot.x + gutter, width: plot.width - gutter, ..plot };
    let labels = ticks.iter().map(|(_, ms)| {
        Line::from(vec![
            ink(theme, Ink::Label, format!("{:>width$}", round_time(*ms), width = usize::from(GUTTER) - 1)),
            ink(theme, Ink::Rule, "┤"),
        ])
    });
    lines(frame, Rect { width: gutter, ..plot }, vec![bare(theme, "│"); usize::from(plot.height)]);
    for ((row, _), label) in ticks.iter().zip(labels) {
        lines(frame, Rect { y: plot.y + row, height: 1, width: gutter, ..plot }, vec![label]);
    }
    let ago = if shown >= 120.0 { format!("-{:.0} min", shown / 60.0) } else { format!("-{shown:.0} s") };
    let (first, last) =
        if begin > 0.0 { (ago, "now".to_owned()) } else { ("start".to_owned(), format!("{shown:.0} s")) };
    let room = usize::from(graph.width).saturating_sub(first.len());
    let axis = format!("{:>width$}{first}{last:>room$}", "└", width = usize::from(gutter));
    lines(frame, below, vec![Line::from(ink(theme, Ink::Label, axis))]);
    let scaled: Vec<(Kind, Vec<(f64, f64)>)> = rows
        .into_iter()
        .flat_map(|(kind, segments)| segments.into_iter().map(move |segment| (kind, segment)))
        .map(|(kind, segment)| (kind, segment.into_iter().map(|(at, ms)| (at, scale.at(ms))).collect()))
        .collect();
    let datasets = scaled.iter().map(|(kind, points)| {
        // Lines of letters cannot be told from text.
        let is_line = theme == Theme::Colours || *kind == Kind::Slow;
        Dataset::default()
            .data(points)
            .marker(theme.marker(*kind))
            .graph_type(if is_line { GraphType::Line } else { GraphType::Scatter })
            .style(theme.style(Ink::Line(*kind)))
    });
    let chart = Chart::new(datasets.collect())
        .legend_position(None)
        .x_axis(Axis::default().bounds([begin, begin + shown]))
        .y_axis(Axis::default().bounds(scale.bounds()));
    frame.render_widget(chart, graph);
}

/// The axis where it has no label.
fn bare(theme: Theme, axis: &'static str) -> Line<'static> {
    Line::from(ink(theme, Ink::Rule, format!("{axis:>width$}", width = usize::from(GUTTER))))
}

/// Points that follow each other; a second without hits ends a line. A point without neighbours stays one.
fn segments(points: impl Iterator<Item = (f64, Option<f64>)>) -> Vec<Segment> {
    let mut segments = vec![Vec::new()];
    for (at, ms) in points {
        match ms {
            Some(ms) => segments.last_mut().expect("one at least").push((at, ms)),
            None if segments.last().is_some_and(|last| !last.is_empty()) => segments.push(Vec::new()),
            None => {}
        }
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}

/// How times become heights.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    /// From 0 to so many milliseconds.
    Linear(f64),
    /// From so many milliseconds to so many, in powers.
    Logarithmic(f64, f64),
}

impl Scale {
    /// A scale for these times on so many rows, and the times that deserve a label, with their rows.
    fn new(least: f64, most: f64, rows: u16) -> (Scale, Vec<(u16, f64)>) {
        let (least, most) = (least.max(0.001), most.max(0.001));
        let grid = || (-3..=7).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10_f64.powi(power)));
        let above = grid().find(|ms| *ms >= most * 0.999).unwrap_or(most);
        let (scale, wanted) = if most / least > FAR_APART {
            let below = grid().rfind(|ms| *ms <= least * 1.001).unwrap_or(least);
            let inside = grid().filter(|ms| (below..=above).contains(ms));
            let (round, others): (Vec<f64>, Vec<f64>) =
                inside.partition(|ms| ms.log10().fract().abs() < 1e-9);
            (Scale::Logarithmic(below, above), [vec![below, above], round, others].concat())
        } else {
            let parts = if rows >= 9 { 4 } else { 2 };
            let steps = (0..=parts).map(|step| above * f64::from(step) / f64::from(parts));
            (Scale::Linear(above), steps.collect())
        };
        let [low, high] = scale.bounds();
        let highest = f64::from(rows.saturating_sub(1));
        let mut ticks: Vec<(u16, f64)> = Vec::new();
        for ms in wanted {
            let row = ((high - scale.at(ms)) / (high - low) * highest).round() as u16;
            // A row between two labels keeps them apart.
            if ticks.iter().all(|(taken, _)| taken.abs_diff(row) >= 2) {
                ticks.push((row, ms));
            }
        }
        (scale, ticks)
    }

    fn at(self, ms: f64) -> f64 {
        match self {
            Scale::Linear(_) => ms,
            Scale::Logarithmic(..) => ms.max(0.001).log10(),
        }
    }

    fn bounds(self) -> [f64; 2] {
        match self {
            Scale::Linear(above) => [0.0, above],
            Scale::Logarithmic(below, above) => [below.log10(), above.log10()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_logarithmic_where_times_are_far_apart() {
        let (near, ticks) = Scale::new(4.0, 17.0, 9);
        assert_eq!(near, Scale::Linear(20.0));
        assert_eq!(ticks, [(8, 0.0), (6, 5.0), (4, 10.0), (2, 15.0), (0, 20.0)]);
        let (far, ticks) = Scale::new(7.0, 210.0, 9);
        assert_eq!(far, Scale::Logarithmic(5.0, 500.0));
        assert_eq!(ticks, [(8, 5.0), (0, 500.0), (3, 100.0), (6, 20.0)]);
    }

    #[test]
    fn every_time_is_within_the_scale() {
        for (least, most) in [(0.0, 0.0), (0.0005, 3_600_000.0), (5.0, 5.0), (1.0, 20.0), (1.0, 20.1)] {
            let (scale, ticks) = Scale::new(least, most, 7);
            let [low, high] = scale.bounds();
            assert!(
                low < high && scale.at(least) >= low - 1e-3 && scale.at(most) <= high + 1e-3,
                "{scale:?}"
            );
            assert!(ticks.len() >= 2 && ticks.iter().all(|(row, _)| *row < 7), "{ticks:?}");
        }
    }

    #[test]
    fn a_second_without_hits_ends_a_line() {
        let points =
            [(0.0, None), (1.0, Some(5.0)), (2.0, Some(6.0)), (3.0, None), (4.0, None), (5.0, Some(7.0))];
        assert_eq!(segments(points.into_iter()), [vec![(1.0, 5.0), (2.0, 6.0)], vec![(5.0, 7.0)]]);
    }
}
