//! The live view: a run on a full screen while it goes on, and the keys that pause it, change its rate and stop it.

mod draw;
mod keys;
mod points;
mod recent;
mod terminal;
#[cfg(test)]
mod tests;
mod theme;
mod throttle;
mod view;

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use ratatui::crossterm::event::Event;

use crate::log::Screen;
use crate::settings::{LogFormat, Output};
pub(crate) use keys::Command;
use keys::Press;
use terminal::Taken;
pub(crate) use theme::Theme;
pub(crate) use throttle::Throttle;
use view::View;
pub(crate) use view::{Facts, Moment, Phase, Target};

/// Frames are at least so far apart.
const FRAME: Duration = Duration::from_millis(120);

/// How the view is to look; nothing where there is to be none: standard error is no terminal or one that can do
/// nothing, nobody is at its keyboard, or lines are for a machine or not wanted at all.
pub(crate) fn wanted(output: &Output, environment: &BTreeMap<String, String>) -> Option<Theme> {
    let is_wanted = !output.quiet && !output.no_tui && output.log_format == LogFormat::Text;
    theme(environment).filter(|_| is_wanted && terminal::is_there())
}

/// How a terminal with these variables is written to.
fn theme(environment: &BTreeMap<String, String>) -> Option<Theme> {
    let given = |name: &str| environment.get(name).map_or("", String::as_str);
    match (given("TERM"), given("NO_COLOR")) {
        ("dumb", _) => None,
        (_, "") => Some(Theme::Colours),
        _ => Some(Theme::Plain),
    }
}

/// The view while it is open. Dropping it gives the terminal back.
pub(crate) struct Live<'a> {
    // Given back before the messages are written.
    terminal: Option<Taken>,
    screen: &'a Screen,
    theme: Theme,
    view: View,
    /// Log lines that were taken over so far.
    told: usize,
    is_stale: bool,
    painted: Option<Duration>,
}

impl<'a> Live<'a> {
    /// Takes over the terminal; from now on log lines are shown in the view.
    pub(crate) fn open(facts: Facts, theme: Theme, screen: &'a Screen) -> io::Result<Live<'a>> {
        let terminal = Taken::take()?;
        screen.collect();
        let view = View::new(facts);
        Ok(Live { terminal: Some(terminal), screen, theme, view, told: 0, is_stale: true, painted: None })
    }

    /// Takes in how things stand: about once a second.
    pub(crate) fn update(&mut self, moment: &Moment<'_>) {
        self.view.update(moment);
        self.is_stale = true;
    }

    /// What the keys have made of the speed, to be shown.
    pub(crate) fn show_throttle(&mut self, throttle: Throttle) {
        self.view.throttle = Some(throttle);
        self.is_stale = true;
    }

    /// Paints what has changed, unless that was done a moment ago. `now` is the time since the start of the run.
    pub(crate) fn draw(&mut self, now: Duration) -> io::Result<()> {
        let lines = self.screen.collected_since(self.told);
        for line in &lines {
            self.view.tell(line);
        }
        self.told += lines.len();
        self.is_stale |= !lines.is_empty();
        let is_early = self.painted.is_some_and(|painted| now < painted + FRAME);
        if let Some(terminal) = self.terminal.as_mut().filter(|_| self.is_stale && !is_early) {
            let (view, theme) = (&self.view, self.theme);
            terminal.draw(|frame| draw::render(frame, view, theme))?;
            self.is_stale = false;
            self.painted = Some(now);
        }
        Ok(())
    }

    /// What was asked for at the keyboard since the last time.
    pub(crate) fn poll_keys(&mut self) -> io::Result<Vec<Command>> {
        let mut commands = Vec::new();
        while let Some(event) = terminal::next_event()? {
            // A window that changed its size is painted in its new one.
            self.is_stale = true;
            let Event::Key(key) = event else { continue };
            match keys::press(key) {
                Some(Press::Run(command)) => commands.push(command),
                Some(Press::Help) => self.view.is_help_shown = !self.view.is_help_shown,
                Some(Press::Escape) => self.view.is_help_shown = false,
                Some(Press::Repaint) => {
                    self.terminal.as_mut().map_or(Ok(()), Taken::forget)?;
                }
                None => {}
            }
        }
        Ok(commands)
    }
}

impl Drop for Live<'_> {
    /// Log lines that came while the view was open follow on the normal screen: nothing is lost.
    fn drop(&mut self) {
        self.terminal = None;
        self.screen.release();
    }
}
