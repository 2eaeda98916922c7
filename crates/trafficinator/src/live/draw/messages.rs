//! The last log lines.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::theme::{Ink, Theme};
use super::super::view::{Message, Severity, View};
use super::words::clock;
use super::{ink, lines, panel};

/// The last messages that have room, wrapped, newest at the bottom.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    if area.height < 2 {
        return;
    }
    let inside = panel(frame, area, Line::from("Messages"), theme);
    let rows = usize::from(inside.height);
    let mut shown: Vec<Line<'_>> = Vec::new();
    for message in view.messages.iter().rev() {
        if shown.len() >= rows {
            break;
        }
        let mut wrapped = wrap(message, usize::from(inside.width), theme);
        wrapped.extend(shown);
        shown = wrapped;
    }
    // Of a message without room for all of it the beginning says most.
    let too_many = shown.len().saturating_sub(rows);
    let newest =
        view.messages.back().map_or(0, |message| wrap(message, usize::from(inside.width), theme).len());
    if newest >= rows {
        shown.truncate(rows);
    } else {
        shown.drain(..too_many);
    }
    if view.messages.is_empty() {
        shown.push(Line::from(ink(theme, Ink::Label, "none")));
    }
    lines(frame, inside, shown);
}

fn wrap(message: &Message, width: usize, theme: Theme) -> Vec<Line<'static>> {
    let at = format!("{} ", clock(message.at));
    let kind = match message.severity {
        Severity::Information => None,
        Severity::Warning => Some(Ink::Warning),
        Severity::Error => Some(Ink::Bad),
    };
    let indent = at.len();
    let room = width.saturating_sub(indent).max(8);
    let mut rows = vec![String::new()];
    for word in message.text.split(' ') {
        let row = rows.last_mut().expect("one at least");
        if row.is_empty() {
            row.push_str(word);
        } else if Span::raw(row.as_str()).width() + 1 + Span::raw(word).width() <= room {
            row.push(' ');
            row.push_str(word);
        } else {
            rows.push(word.to_owned());
        }
    }
    let line = |(index, row): (usize, String)| {
        let lead = if index == 0 { at.clone() } else { " ".repeat(indent) };
        let text = kind.map_or_else(|| Span::raw(row.clone()), |kind| ink(theme, kind, row.clone()));
        Line::from(vec![ink(theme, Ink::Label, lead), text])
    };
    rows.into_iter().enumerate().map(line).collect()
}
