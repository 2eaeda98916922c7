//! Paints a view in whatever room there is. Nothing here knows the time or the terminal: the same view in the same room
//! gives the same picture.

mod chart;
mod figures;
mod frame;
mod histogram;
mod messages;
mod words;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::theme::{Ink, Theme};
use super::view::View;

/// Two columns need this much room.
const TWO_COLUMNS: u16 = 76;
/// More is shown from this width on.
const WIDE: u16 = 100;
/// Rows of the table of times, with its title.
const TIMES: u16 = 8;
/// Rows of errors, thresholds and the generator where they have a place of their own, with the title.
const DETAILS: u16 = 6;
/// Columns of errors and of the generator where thresholds need some too.
const ERRORS: u16 = 28;
const GENERATOR: u16 = 41;
/// Targets that have a line of their own, at most.
const TARGETS: u16 = 8;
/// A chart with less than so many rows says nothing.
const CHART: u16 = 6;

/// Paints a view.
pub(crate) fn render(frame: &mut Frame<'_>, view: &View, theme: Theme) {
    let area = frame.area();
    let (header, rest) = top(area, if area.height >= 14 { 2 } else { 1 });
    frame::header(frame, header, view, theme);
    let (rest, footer) = bottom(rest, u16::from(area.height >= 4));
    frame::footer(frame, footer, view, theme);
    let (body, progress) = bottom(rest, u16::from(area.height >= 8));
    frame::progress(frame, progress, view, theme);
    if body.width >= TWO_COLUMNS && body.height >= TIMES {
        two_columns(frame, body, view, theme);
    } else {
        one_column(frame, body, view, theme);
    }
    if view.is_help_shown {
        frame::help(frame, area, theme);
    }
}

fn two_columns(frame: &mut Frame<'_>, body: Rect, view: &View, theme: Theme) {
    let is_roomy = body.width >= WIDE && body.height >= TIMES + DETAILS + CHART + 6;
    let figures = if is_roomy { figures::load(view, theme) } else { figures::everything(view, theme) };
    let (first, rest) = top(body, TIMES.max(figures.len() as u16 + 1));
    let (left, right) = side_by_side(first, figures::TIMES_WIDTH.max(first.width / 2));
    titled(frame, left, Line::from("Load"), figures, theme);
    let (title, table) = figures::times(view, theme);
    titled(frame, right, title, table, theme);
    let rest = if is_roomy {
        let (middle, rest) = top(rest, DETAILS);
        details(frame, middle, view, theme);
        rest
    } else {
        rest
    };
    let rest = if is_roomy && !view.targets.is_empty() {
        let (middle, rest) = top(rest, TARGETS.min(view.targets.len() as u16) + 2);
        titled(frame, middle, Line::from("Targets"), figures::targets(view, theme, TARGETS), theme);
        rest
    } else {
        rest
    };
    let told = match rest.height {
        // One of the two has room.
        0..=8 if rest.height >= CHART => 0,
        0..=8 => rest.height,
        // A few messages need no more.
        height => (height / 4).clamp(3, 10).min(view.messages.len() as u16 * 2 + 3),
    };
    let (charts, told) = bottom(rest, told);
    if charts.height >= CHART {
        let (left, right) = side_by_side(charts, (charts.width * 2 / 5).min(60));
        chart::render(frame, left, view, theme);
        histogram::render(frame, right, view, theme);
    }
    messages::render(frame, told, view, theme);
}

/// Errors, thresholds and the generator, beside each other.
fn details(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let most = usize::from(area.height.saturating_sub(1));
    let (errors, thresholds, generator) = if view.thresholds.is_empty() {
        let (errors, generator) = side_by_side(area, figures::TIMES_WIDTH.max(area.width / 2));
        (errors, Rect::default(), generator)
    } else {
        let (rest, generator) = side_by_side(area, GENERATOR);
        let (errors, thresholds) = side_by_side(rest, rest.width.saturating_sub(ERRORS + 2));
        (errors, thresholds, generator)
    };
    titled(frame, errors, Line::from("Errors"), figures::errors(view, theme, most), theme);
    if !view.thresholds.is_empty() {
        let demanded = figures::thresholds(view, theme, most);
        titled(frame, thresholds, Line::from("Thresholds"), demanded, theme);
    }
    titled(frame, generator, Line::from("Generator"), figures::generator(view, theme), theme);
}

fn one_column(frame: &mut Frame<'_>, body: Rect, view: &View, theme: Theme) {
    let figures = figures::everything(view, theme);
    let has_table = body.width >= figures::TIMES_WIDTH && body.height >= figures.len() as u16 + TIMES;
    let mut shown = figures;
    if !has_table {
        // What is most telling first: the rows that have no room are cut off.
        let at = shown.len().min(3);
        shown.splice(at..at, figures::brief_times(view, theme));
    }
    let (first, rest) = top(body, shown.len() as u16);
    lines(frame, first, shown);
    let rest = if has_table {
        let (area, rest) = top(rest, TIMES);
        let (title, table) = figures::times(view, theme);
        titled(frame, area, title, table, theme);
        rest
    } else {
        rest
    };
    let told = if rest.height >= CHART + 3 {
        3
    } else if rest.height >= CHART {
        0
    } else {
        rest.height
    };
    let (charts, told) = bottom(rest, told);
    if charts.height >= CHART {
        chart::render(frame, charts, view, theme);
    }
    messages::render(frame, told, view, theme);
}

/// A title in a line; what is below it is for the content.
fn panel(frame: &mut Frame<'_>, area: Rect, title: Line<'_>, theme: Theme) -> Rect {
    let (rule, inside) = top(area, 1);
    let mut spans = vec![ink(theme, Ink::Rule, "── ")];
    let titled = title.spans.into_iter().map(|span| {
        let is_bare = span.style == ratatui::style::Style::default();
        if is_bare { span.style(theme.style(Ink::Title)) } else { span }
    });
    spans.extend(titled);
    spans.push(Span::raw(" "));
    let used: usize = spans.iter().map(Span::width).sum();
    let left = usize::from(rule.width).saturating_sub(used);
    spans.push(ink(theme, Ink::Rule, "─".repeat(left)));
    lines(frame, rule, vec![Line::from(spans)]);
    inside
}

/// Lines below a title.
fn titled(frame: &mut Frame<'_>, area: Rect, title: Line<'_>, content: Vec<Line<'_>>, theme: Theme) {
    let inside = panel(frame, area, title, theme);
    lines(frame, inside, content);
}

fn lines(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>) {
    frame.render_widget(Paragraph::new(lines), area);
}

fn ink<'a>(theme: Theme, ink: Ink, text: impl Into<std::borrow::Cow<'a, str>>) -> Span<'a> {
    Span::styled(text, theme.style(ink))
}

/// So many rows from the top, and what is left.
fn top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let above = Rect { height: rows, ..area };
    (above, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// What is left, and so many rows from the bottom.
fn bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    let (above, below) = top(area, area.height - rows.min(area.height));
    (above, below)
}

/// Two parts with a gap, the right one with so many columns.
fn side_by_side(area: Rect, right: u16) -> (Rect, Rect) {
    let right = right.min(area.width);
    let left = (area.width - right).saturating_sub(2);
    let at = area.x + area.width - right;
    (Rect { width: left, ..area }, Rect { x: at, width: right, ..area })
}
