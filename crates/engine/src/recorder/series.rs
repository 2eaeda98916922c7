//! What happened when: a run as a row of windows, in memory that does not grow with the length of the run.

use std::ops::AddAssign;

use traffic::curve::{Nanos, SECOND};

use super::times::{Packed, Times};
use super::{ErrorCounts, HitCounts, VisitCounts};
use crate::observation::Observation;

/// So many windows are kept. When there are more, every two neighbours become one.
pub const MOST_WINDOWS: usize = 3_600;

/// How things stood at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Requests in flight.
    pub in_flight: u64,
    /// Visits that have begun, or wait to, and are not over.
    pub open_visits: u64,
    /// Connections that are open.
    pub connections: u64,
    /// Hits that were due and are neither sent nor dropped.
    pub backlog: u64,
    /// Files that the process has open; 0 where the system does not tell.
    pub open_files: u64,
}

impl Gauges {
    /// The higher of each.
    #[must_use]
    pub fn max(self, other: Gauges) -> Gauges {
        Gauges {
            in_flight: self.in_flight.max(other.in_flight),
            open_visits: self.open_visits.max(other.open_visits),
            connections: self.connections.max(other.connections),
            backlog: self.backlog.max(other.backlog),
            open_files: self.open_files.max(other.open_files),
        }
    }
}

impl AddAssign for Gauges {
    /// What several workers, or machines, have together.
    fn add_assign(&mut self, other: Gauges) {
        self.in_flight += other.in_flight;
        self.open_visits += other.open_visits;
        self.connections += other.connections;
        self.backlog += other.backlog;
        self.open_files += other.open_files;
    }
}

/// Processor time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cpu {
    /// Of the whole process, in nanoseconds.
    pub process: Nanos,
    /// Of the worker that had most of it, in nanoseconds: as long as the window where it filled a core.
    pub busiest: Nanos,
}

/// A stretch of time. A hit, and a visit, belongs to the window in which it was due, with everything that became of it;
/// only `visits.started` and `hits.sent`, `late`, `retried` and `by_kind` are counted when it happens. So once a run is
/// over every window accounts for its own: due = accepted + rejected + failed + dropped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Window {
    /// Visits; started when they were, everything else when they were due.
    pub visits: VisitCounts,
    /// Hits; planned, accepted, rejected, failed and dropped when they were due.
    pub hits: HitCounts,
    /// Why hits were not accepted.
    pub errors: ErrorCounts,
    /// Due to done.
    pub response: Packed,
    /// Sent to done.
    pub service: Packed,
    /// Due to ready.
    pub wait: Packed,
    /// Ready to sent.
    pub lag: Packed,
    /// How things stood, at the worst.
    pub gauges: Gauges,
    /// Processor time that was used.
    pub cpu: Cpu,
}

impl Window {
    /// Takes in the window that follows.
    fn append(&mut self, next: &Window) {
        self.add_counts(next);
        self.gauges = self.gauges.max(next.gauges);
        self.cpu.busiest += next.cpu.busiest;
    }

    /// Takes in the same stretch of time elsewhere, on another machine.
    fn join(&mut self, other: &Window) {
        self.add_counts(other);
        self.gauges += other.gauges;
        self.cpu.busiest = self.cpu.busiest.max(other.cpu.busiest);
    }

    fn add_counts(&mut self, other: &Window) {
        self.visits += other.visits;
        self.hits += other.hits;
        self.errors += &other.errors;
        self.cpu.process += other.cpu.process;
        let pairs = [
            (&mut self.response, &other.response),
            (&mut self.service, &other.service),
            (&mut self.wait, &other.wait),
            (&mut self.lag, &other.lag),
        ];
        for (sum, more) in pairs {
            if sum.is_empty() {
                sum.clone_from(more);
            } else if !more.is_empty() {
                sum.add(&more.unpack());
            }
        }
    }
}

/// A run as a row of windows of the same width. Window 0 begins where the warm-up ends; those before have negative
/// numbers, and no window is ever on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    warm_up: Nanos,
    /// Seconds a window: a power of two.
    width: u64,
    /// Number of the first window.
    first: i64,
    windows: Vec<Window>,
}

impl Series {
    /// An empty row, for a run that has a warm-up.
    pub fn new(warm_up: Nanos) -> Series {
        let mut series = Series { warm_up, width: 1, first: 0, windows: Vec::new() };
        series.first = series.number(0);
        series
    }

    /// A row of given windows; `None` where it cannot be: more windows than are kept, a width that is no power of two.
    pub fn of(warm_up: Nanos, width: u64, windows: Vec<Window>) -> Option<Series> {
        if windows.len() > MOST_WINDOWS || !width.is_power_of_two() || width > 1 << 40 {
            return None;
        }
        let mut series = Series { warm_up, width, first: 0, windows };
        series.first = series.number(0);
        Some(series)
    }

    /// Length of the warm-up.
    pub fn warm_up(&self) -> Nanos {
        self.warm_up
    }

    /// Seconds a window.
    pub fn width(&self) -> u64 {
        self.width
    }

    /// The windows in their order, with their numbers.
    pub fn windows(&self) -> impl DoubleEndedIterator<Item = (i64, &Window)> + ExactSizeIterator {
        self.windows.iter().enumerate().map(|(index, window)| (self.first + index as i64, window))
    }

    /// The windows after the warm-up.
    pub fn measured(&self) -> impl DoubleEndedIterator<Item = &Window> {
        self.windows().filter(|(number, _)| *number >= 0).map(|(_, window)| window)
    }

    /// When window `number` begins, in seconds since the start of the run: less than 0 where the warm-up is no multiple
    /// of the width.
    pub fn begins(&self, number: i64) -> f64 {
        self.warm_up as f64 / SECOND as f64 + (number * self.width as i64) as f64
    }

    /// The number of the window of a time.
    pub fn number(&self, at: Nanos) -> i64 {
        // Times of a run are far below 2^63.
        (at as i64 - self.warm_up as i64).div_euclid((self.width * SECOND) as i64)
    }

    /// The window of a time, which is made where it was not there yet.
    pub(crate) fn at(&mut self, at: Nanos) -> &mut Window {
        loop {
            let index = (self.number(at) - self.first).max(0) as usize;
            if index < MOST_WINDOWS {
                if index >= self.windows.len() {
                    self.windows.resize_with(index + 1, Window::default);
                }
                return &mut self.windows[index];
            }
            // What lies far ahead makes windows wider as well.
            self.halve();
        }
    }

    /// Takes in hits that are over, each in the window in which it was due; sorted by that.
    pub(crate) fn observe(&mut self, observations: &[Observation]) {
        let mut at = 0;
        let mut fresh = Fresh::default();
        while let Some(first) = observations.get(at) {
            let number = self.number(first.due);
            while let Some(observation) = observations.get(at).filter(|next| self.number(next.due) == number)
            {
                let window = self.at(observation.due);
                observation.outcome.count(&mut window.hits, &mut window.errors);
                fresh.observe(observation);
                at += 1;
            }
            fresh.settle(self.at(first.due));
        }
    }

    /// Makes windows twice as wide.
    pub(super) fn halve(&mut self) {
        let mut halved: Vec<Window> = Vec::with_capacity(self.windows.len() / 2 + 1);
        for (index, window) in std::mem::take(&mut self.windows).into_iter().enumerate() {
            let is_second = (self.first + index as i64).rem_euclid(2) == 1;
            match halved.last_mut().filter(|_| is_second) {
                Some(before) => before.append(&window),
                None => halved.push(window),
            }
        }
        self.windows = halved;
        self.width *= 2;
        self.first = self.first.div_euclid(2);
    }
}

impl AddAssign<&Series> for Series {
    /// Adds what happened elsewhere at the same time. Both must have the same warm-up.
    fn add_assign(&mut self, other: &Series) {
        debug_assert_eq!(self.warm_up, other.warm_up, "windows that begin at the same times");
        let other = if other.width < self.width {
            let mut wider = other.clone();
            while wider.width < self.width {
                wider.halve();
            }
            std::borrow::Cow::Owned(wider)
        } else {
            std::borrow::Cow::Borrowed(other)
        };
        while self.width < other.width {
            self.halve();
        }
        if self.windows.len() < other.windows.len() {
            self.windows.resize_with(other.windows.len(), Window::default);
        }
        for (window, more) in self.windows.iter_mut().zip(&other.windows) {
            window.join(more);
        }
    }
}

/// Times of one window that are not packed yet.
#[derive(Default)]
struct Fresh {
    response: Times,
    service: Times,
    wait: Times,
    lag: Times,
}

impl Fresh {
    fn observe(&mut self, observation: &Observation) {
        if let Some(spans) = observation.spans() {
            self.response.record(spans.response);
            self.service.record(spans.service);
            self.wait.record(spans.wait);
            self.lag.record(spans.lag);
        }
    }

    fn settle(&mut self, window: &mut Window) {
        let pairs = [
            (&mut self.response, &mut window.response),
            (&mut self.service, &mut window.service),
            (&mut self.wait, &mut window.wait),
            (&mut self.lag, &mut window.lag),
        ];
        for (fresh, packed) in pairs {
            packed.add(fresh);
            fresh.clear();
        }
    }
}
