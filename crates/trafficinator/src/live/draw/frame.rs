//! What frames the view: header, progress, footer, and the help that lies over everything.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Padding, Paragraph};

use super::super::theme::{Ink, Theme};
use super::super::view::{State, View};
use super::words::{about, clock, grouped};
use super::{ink, lines};

/// What is sent where, and what the run is doing.
pub(super) fn header(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let facts = &view.facts;
    let name = if area.width >= 60 { "Trafficinator " } else { "" };
    let target = Line::from(vec![
        ink(theme, Ink::Title, name),
        ink(theme, Ink::Figure, facts.target.as_str()),
        ink(theme, Ink::Label, facts.site_id.map_or(String::new(), |site| format!(" site {site}"))),
    ]);
    let mut state = state(view, theme);
    let alarm = view.alarm().map(|alarm| ink(theme, Ink::Alarm, format!(" {alarm} ")));
    if area.height < 2
        && let Some(alarm) = alarm
    {
        // What is wrong counts for more than where it is.
        state.insert(0, Span::raw(" "));
        state.insert(0, alarm);
        return sides(frame, area, Line::default(), Line::from(state));
    }
    sides(frame, Rect { height: area.height.min(1), ..area }, target, Line::from(state));
    if area.height < 2 {
        return;
    }
    let mut about = vec![ink(theme, Ink::Label, "profile "), Span::raw(facts.profile.as_str())];
    if let Some(preset) = &facts.preset {
        about.extend([ink(theme, Ink::Label, "  preset "), Span::raw(preset.as_str())]);
    }
    about.extend([
        ink(theme, Ink::Label, "  seed "),
        Span::raw(facts.seed.to_string()),
        ink(theme, Ink::Label, "  run "),
        Span::raw(facts.run_id.as_str()),
    ]);
    let second = Rect { y: area.y + 1, height: 1, ..area };
    sides(frame, second, Line::from(about), Line::from(alarm.into_iter().collect::<Vec<_>>()));
}

fn state<'a>(view: &View, theme: Theme) -> Vec<Span<'a>> {
    let (kind, text) = match view.state() {
        State::WarmingUp => {
            (Ink::Warning, format!("warming up, {} left", about(view.facts.warm_up.saturating_sub(view.now))))
        }
        State::Running => (Ink::Good, "running".to_owned()),
        State::Paused => (Ink::Alarm, " paused ".to_owned()),
        State::Capped => (Ink::Warning, "daily cap, until tomorrow".to_owned()),
        State::Draining => (Ink::Warning, "draining".to_owned()),
    };
    let mut spans = vec![ink(theme, kind, text)];
    let throttle = view.throttle();
    if (throttle.chosen() - 1.0).abs() > 1e-9 {
        spans.push(ink(theme, Ink::Warning, format!(" {}x planned", throttle.chosen())));
    }
    spans.push(ink(theme, Ink::Figure, format!(" {}", clock(view.now))));
    spans
}

/// How far the run is.
pub(super) fn progress(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let visits = grouped(view.visits.planned);
    let line = match (view.state(), view.progress()) {
        (State::Draining, _) => {
            let grace = view.grace_left().unwrap_or_default();
            Line::from(vec![
                ink(theme, Ink::Figure, grouped(view.gauges.open_visits)),
                ink(theme, Ink::Label, format!(" open visits have {} to finish", about(grace))),
            ])
        }
        (_, None) => Line::from(vec![
            ink(theme, Ink::Figure, visits),
            ink(theme, Ink::Label, " visits so far, no limit: q stops"),
        ]),
        (_, Some(share)) => {
            let left =
                view.remaining().map(|left| format!(", about {} left", about(left))).unwrap_or_default();
            let before = match (view.facts.most_visits, view.facts.until) {
                (Some(most), _) => format!("{visits} of {} visits ", grouped(most)),
                (None, Some(until)) => format!("{} of {} ", clock(view.now), clock(until)),
                (None, None) => String::new(),
            };
            let after = format!(" {:.0} %{left}", (share * 100.0).floor());
            let room = usize::from(area.width).saturating_sub(before.len());
            let is_tight = room < after.len() + 6;
            let after = if is_tight { format!(" {:.0} %", (share * 100.0).floor()) } else { after };
            let columns = room.saturating_sub(after.len());
            let full = (columns as f64 * share) as usize;
            Line::from(vec![
                ink(theme, Ink::Label, before),
                ink(theme, Ink::Good, "█".repeat(full)),
                ink(theme, Ink::Rule, "░".repeat(columns - full)),
                ink(theme, Ink::Label, after),
            ])
        }
    };
    lines(frame, area, vec![line]);
}

/// The keys.
pub(super) fn footer(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let pause = if view.throttle().is_paused() { "go on" } else { "pause" };
    let keys: &[(&str, &str)] = match view.state() {
        State::Draining => &[("Ctrl-C", "stop at once"), ("?", "help")],
        _ if area.width < 50 => &[("p", pause), ("+ -", "rate"), ("q", "stop"), ("?", "help")],
        _ => &[("p", pause), ("+", "faster"), ("-", "slower"), ("q", "stop"), ("?", "help")],
    };
    let spans = keys.iter().flat_map(|(key, meaning)| {
        [ink(theme, Ink::Title, *key), ink(theme, Ink::Label, format!(" {meaning}   "))]
    });
    lines(frame, area, vec![Line::from(spans.collect::<Vec<_>>())]);
}

/// What keys do, and what the words mean.
pub(super) fn help(frame: &mut Frame<'_>, area: Rect, theme: Theme) {
    let keys = [
        ("p", "pause: no new visits; once more to go on"),
        ("+  -", "rate: 0.25x to 4x of what is planned"),
        ("q", "stop: open visits may finish"),
        ("Ctrl-C", "the same; once more stops at once"),
        ("?", "this help"),
    ];
    let notes = [
        "Pause and rate change when visits come, never what",
        "they do. The result is marked as adjusted then.",
        "",
        "response  from when a hit was due to its answer",
        "service   from when it was sent to its answer",
        "lag       how late the generator itself was",
        "backlog   hits that are due and not sent",
    ];
    let mut text: Vec<Line<'_>> = keys
        .iter()
        .map(|(key, meaning)| {
            Line::from(vec![ink(theme, Ink::Title, format!("{key:<8}")), Span::raw(*meaning)])
        })
        .collect();
    text.push(Line::default());
    text.extend(notes.map(Line::from));
    let width = 56.min(area.width);
    let height = (text.len() as u16 + 2).min(area.height);
    let over =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    frame.render_widget(Clear, over);
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.style(Ink::Title))
        .padding(Padding::horizontal(1))
        .title(" Help ");
    frame.render_widget(Paragraph::new(text).block(block), over);
}

/// One line on the left, and one on the right that is never cut off for it.
fn sides(frame: &mut Frame<'_>, area: Rect, left: Line<'_>, right: Line<'_>) {
    let width = (right.width() as u16).min(area.width);
    let (before, after) = super::side_by_side(area, width);
    lines(frame, if width == 0 { area } else { before }, vec![left]);
    lines(frame, after, vec![right]);
}
