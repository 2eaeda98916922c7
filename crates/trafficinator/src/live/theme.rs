//! How things look: in colours, or with what is left where `NO_COLOR` is set.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;

/// Whether colours are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// The 16 colours of the terminal: they suit its background.
    Colours,
    /// Bold, dim and reversed.
    Plain,
}

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// A figure.
    Figure,
    /// What a figure is.
    Label,
    /// The name of a part of the screen.
    Title,
    /// Lines between parts.
    Rule,
    /// As it should be.
    Good,
    /// Deserves a look.
    Warning,
    /// Is wrong.
    Bad,
    /// Cannot be overlooked.
    Alarm,
    /// A line of the chart.
    Line(Line),
}

/// Lines of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Median,
    Slow,
    Service,
}

impl Theme {
    /// The style of something.
    pub(crate) fn style(self, ink: Ink) -> Style {
        let style = Style::new();
        let (colour, modifier) = match ink {
            Ink::Figure => (None, Modifier::BOLD),
            Ink::Label | Ink::Rule => (Some(Color::DarkGray), Modifier::DIM),
            Ink::Title => (Some(Color::Cyan), Modifier::BOLD),
            Ink::Good | Ink::Line(Line::Median) => (Some(Color::Green), Modifier::empty()),
            Ink::Warning => (Some(Color::Yellow), Modifier::BOLD),
            Ink::Bad => (Some(Color::Red), Modifier::BOLD),
            Ink::Alarm => (Some(Color::Red), Modifier::BOLD.union(Modifier::REVERSED)),
            Ink::Line(Line::Slow) => (Some(Color::Yellow), Modifier::empty()),
            Ink::Line(Line::Service) => (Some(Color::Blue), Modifier::empty()),
        };
        match (self, colour) {
            // Grey is dim enough, and dim grey cannot be read on every terminal.
            (Theme::Colours, Some(colour)) if matches!(ink, Ink::Label | Ink::Rule) => style.fg(colour),
            (Theme::Colours, Some(colour)) => style.fg(colour).add_modifier(modifier),
            _ => style.add_modifier(modifier),
        }
    }

    /// How points of a line are drawn: lines that have no colour differ in their shape.
    pub(crate) fn marker(self, line: Line) -> Marker {
        match (self, line) {
            (Theme::Colours, _) | (_, Line::Slow) => Marker::Braille,
            (Theme::Plain, Line::Median) => Marker::Custom('o'),
            (Theme::Plain, Line::Service) => Marker::Custom('+'),
        }
    }

    /// What stands for a line in the legend.
    pub(crate) fn sample(self, line: Line) -> &'static str {
        match (self, line) {
            (Theme::Colours, _) => "━",
            (Theme::Plain, Line::Slow) => "⠤",
            (Theme::Plain, Line::Median) => "o",
            (Theme::Plain, Line::Service) => "+",
        }
    }
}
