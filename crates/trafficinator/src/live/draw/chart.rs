//! Times over the last minutes, as lines.

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType};

use super::super::points::{MOST, Point};
use super::super::theme::{Ink, Line as Kind, Theme};
use super::super::view::{Model, View};
use super::words::round_time;
use super::{figures, ink, lines, panel};

/// Seconds that are shown at least: a run that has just begun does not fill the chart with a few points.
const SHORTEST: f64 = 60.0;

/// Times further apart than this factor are drawn on a logarithmic scale.
const FAR_APART: f64 = 20.0;

/// A line of the chart: what it is called and what it shows of a second.
type Drawn = (Kind, &'static str, fn(&Point) -> Option<f64>);

const OPEN: [Drawn; 3] = [
    (Kind::Service, "service p95", |point| point.service_p95),
    (Kind::Slow, "response p95", |point| point.response_p95),
    (Kind::Median, "p50", |point| point.response_p50),
];
const CLOSED: [Drawn; 2] = [
    (Kind::Slow, "service p95", |point| point.service_p95),
    (Kind::Median, "p50", |point| point.service_p50),
];

/// The chart with its legend.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let drawn: &[Drawn] = if view.facts.model == Model::Open { &OPEN } else { &CLOSED };
    let mut title = vec![Span::raw("Times ")];
    for (kind, name, _) in drawn.iter().rev() {
        title.push(Span::styled(theme.sample(*kind), theme.style(Ink::Line(*kind))));
        title.push(ink(theme, Ink::Label, format!(" {name}  ")));
    }
    let inside = panel(frame, area, Line::from(title), theme);
    let now = view.now.as_secs_f64();
    let width = view.points.width() as f64;
    let kept = MOST as f64 * width;
    let shown = [SHORTEST, 120.0, 300.0].into_iter().find(|seconds| now <= *seconds).unwrap_or(kept);
    let begin = (now - shown).max(0.0);
    let rows: Vec<(Kind, Vec<Vec<(f64, f64)>>)> = drawn
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
    let scale = Scale::new(least, most, inside.height.saturating_sub(2));
    let scaled: Vec<(Kind, Vec<(f64, f64)>)> = rows
        .into_iter()
        .flat_map(|(kind, segments)| segments.into_iter().map(move |segment| (kind, segment)))
        .map(|(kind, segment)| (kind, segment.into_iter().map(|(at, ms)| (at, scale.at(ms))).collect()))
        .collect();
    let datasets = scaled.iter().map(|(kind, points)| {
        let graph =
            if theme == Theme::Colours || *kind == Kind::Slow { GraphType::Line } else { GraphType::Scatter };
        Dataset::default()
            .data(points)
            .marker(theme.marker(*kind))
            .graph_type(graph)
            .style(theme.style(Ink::Line(*kind)))
    });
    let axis = || Axis::default().style(theme.style(Ink::Rule));
    let label = |text: String| ink(theme, Ink::Label, text);
    let ago = if shown >= 120.0 { format!("-{:.0} min", shown / 60.0) } else { format!("-{shown:.0} s") };
    let first = if begin > 0.0 { ago } else { "start".to_owned() };
    let last = if begin > 0.0 { "now".to_owned() } else { format!("{shown:.0} s") };
    let chart = Chart::new(datasets.collect())
        .legend_position(None)
        .x_axis(axis().bounds([begin, begin + shown]).labels([label(first), label(last)]))
        .y_axis(
            axis()
                .bounds(scale.bounds())
                .labels(scale.labels().into_iter().map(label))
                .labels_alignment(Alignment::Right),
        );
    frame.render_widget(chart, inside);
}

/// Points that follow each other; a second without hits ends a line. A point without neighbours stays one.
fn segments(points: impl Iterator<Item = (f64, Option<f64>)>) -> Vec<Vec<(f64, f64)>> {
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
    /// From 0 to so many milliseconds, in so many steps.
    Linear(f64, u16),
    /// From one power of ten to another.
    Logarithmic(i32, i32),
}

impl Scale {
    /// A scale for these times, for a chart with so many rows.
    fn new(least: f64, most: f64, rows: u16) -> Scale {
        let least = least.max(0.001);
        if most / least > FAR_APART {
            let (from, to) = (least.log10().floor() as i32, most.log10().ceil() as i32);
            return Scale::Logarithmic(from, to.max(from + 1));
        }
        let unit = 10_f64.powi(most.max(0.001).log10().floor() as i32);
        let top =
            [1.0, 2.0, 4.0, 6.0, 8.0, 10.0].into_iter().map(|step| step * unit).find(|top| *top >= most);
        Scale::Linear(top.unwrap_or(10.0 * unit), if rows >= 8 { 4 } else { 2 })
    }

    fn at(self, ms: f64) -> f64 {
        match self {
            Scale::Linear(..) => ms,
            Scale::Logarithmic(..) => ms.max(0.001).log10(),
        }
    }

    fn bounds(self) -> [f64; 2] {
        match self {
            Scale::Linear(top, _) => [0.0, top],
            Scale::Logarithmic(from, to) => [f64::from(from), f64::from(to)],
        }
    }

    /// From the lowest to the highest, evenly spaced.
    fn labels(self) -> Vec<String> {
        match self {
            Scale::Linear(top, steps) => {
                (0..=steps).map(|step| round_time(top * f64::from(step) / f64::from(steps))).collect()
            }
            Scale::Logarithmic(from, to) => (from..=to).map(|power| round_time(10_f64.powi(power))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_logarithmic_where_times_are_far_apart() {
        let near = Scale::new(4.0, 17.0, 10);
        assert_eq!(near.labels(), ["0", "5 ms", "10 ms", "15 ms", "20 ms"]);
        assert_eq!((near.bounds(), near.at(17.0)), ([0.0, 20.0], 17.0));
        let far = Scale::new(4.0, 210.0, 10);
        assert_eq!(far.labels(), ["1 ms", "10 ms", "100 ms", "1 s"]);
        assert_eq!((far.bounds(), far.at(100.0)), ([0.0, 3.0], 2.0));
    }

    #[test]
    fn a_second_without_hits_ends_a_line() {
        let points =
            [(0.0, None), (1.0, Some(5.0)), (2.0, Some(6.0)), (3.0, None), (4.0, None), (5.0, Some(7.0))];
        assert_eq!(segments(points.into_iter()), [vec![(1.0, 5.0), (2.0, 6.0)], vec![(5.0, 7.0)]]);
    }
}
