//! What is shown while a run goes on: the full-screen view on a terminal, a line now and then elsewhere.

use std::time::Duration;

use engine::recorder::Snapshot;
use engine::run::Run;

use crate::live::{self, Command, Facts, Live, Moment, Phase, Theme, Throttle};
use crate::log::Screen;
use crate::progress::Progress;
use crate::settings::Target;
use crate::summary::verdict::ThresholdPart;

/// What shows a run.
pub(super) struct Display<'a> {
    live: Option<Live<'a>>,
    progress: Progress<'a>,
    throttle: Throttle,
    keys: Keys,
    targets: &'a [Target],
}

/// What keys may do besides stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// Pause, and change the rate.
    SetThePace,
    /// Nothing: there is no arrival clock, or a search for the capacity has it.
    OnlyStop,
}

impl<'a> Display<'a> {
    /// A terminal that cannot be taken over gets the line.
    pub(super) fn open(
        facts: Facts,
        theme: Option<Theme>,
        screen: &'a Screen,
        progress: Progress<'a>,
        (keys, targets): (Keys, &'a [Target]),
    ) -> Display<'a> {
        let live = theme.and_then(|theme| Live::open(facts, theme, screen).ok());
        Display { live, progress, throttle: Throttle::STEADY, keys, targets }
    }

    /// Whether somebody at the keyboard changed the speed.
    pub(super) fn is_adjusted(&self) -> bool {
        self.throttle.is_adjusted()
    }

    /// Whether somebody at the keyboard paused the run.
    pub(super) fn is_paused(&self) -> bool {
        self.throttle.is_paused()
    }

    /// Paints what has changed and tells what was asked for at the keyboard; speeds are set at once.
    pub(super) fn attend(&mut self, run: &Run) -> Vec<Command> {
        let Some(live) = &mut self.live else { return Vec::new() };
        let now = Duration::from_nanos(run.clock().now());
        let Ok(mut commands) = live.draw(now).and_then(|()| live.poll_keys()) else {
            // A terminal that is gone is no reason to stop sending.
            self.live = None;
            return Vec::new();
        };
        commands.retain(|command| {
            self.throttle = match command {
                Command::TogglePause => self.throttle.toggled(),
                Command::Faster => self.throttle.faster(),
                Command::Slower => self.throttle.slower(),
                Command::Stop | Command::Interrupt => return true,
            };
            if self.keys == Keys::OnlyStop {
                self.throttle = Throttle::STEADY;
                return false;
            }
            run.set_speed(self.throttle.speed());
            live.show_throttle(self.throttle);
            false
        });
        commands
    }

    /// Takes in how things stand: about once a second.
    pub(super) fn update(
        &mut self,
        run: &Run,
        snapshot: &Snapshot,
        planned: f64,
        phase: Phase,
        thresholds: &[ThresholdPart],
    ) {
        let Some(live) = &mut self.live else { return self.progress.tick(run, snapshot) };
        let now = Duration::from_nanos(run.clock().now());
        let target = |(index, target): (usize, &Target)| {
            Some(live::Target::of(&target.name, &*run.snapshot_of(index)?))
        };
        let targets = self.targets.iter().enumerate().filter_map(target).collect();
        live.update(&Moment { now, snapshot, planned, phase, thresholds, targets });
    }
}
