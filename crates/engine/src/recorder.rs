//! Counting and measuring: what a worker records, and snapshots that add up.

pub mod series;
pub mod statistics;
pub mod times;

use std::ops::AddAssign;

use traffic::hit::Kind;
use traffic::ledger::Ledger;

use crate::observation::{Failure, Outcome};
use series::{Gauges, Series, Window};
use statistics::Statistics;

/// A hit sent this long after it was due is late.
pub const LATE_NS: u64 = 100_000_000;

/// Fewer hits that are lost in a row may be lost by accident.
pub const TELLING_FAILURES: usize = 3;

/// Visits by what became of them. `planned = started + dropped`; once a run is over `started = completed + incomplete`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VisitCounts {
    /// Visits that were due.
    pub planned: u64,
    /// Visits whose first hit was sent.
    pub started: u64,
    /// Visits of which every hit was accepted.
    pub completed: u64,
    /// Visits with a hit that was rejected, failed or dropped.
    pub incomplete: u64,
    /// Visits that never began.
    pub dropped: u64,
}

/// Hits by what became of them. Once a run is over `planned = sent + dropped` and `sent = accepted + rejected + failed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HitCounts {
    /// Hits of the planned visits.
    pub planned: u64,
    /// Hits taken up, each counted once however often it was tried.
    pub sent: u64,
    /// Answered with 2xx.
    pub accepted: u64,
    /// Answered with anything else.
    pub rejected: u64,
    /// Not answered.
    pub failed: u64,
    /// Sent more than 100 ms after they were due (part of `sent`).
    pub late: u64,
    /// Never sent.
    pub dropped: u64,
    /// Of those, the ones for which a slot was free: the generator's own doing.
    pub dropped_idle: u64,
    /// Further tries, where the first certainly was not recorded.
    pub retried: u64,
    /// Sent, by kind.
    pub by_kind: [u64; Kind::ALL.len()],
}

impl HitCounts {
    /// Sent, and over.
    pub fn over(&self) -> u64 {
        self.accepted + self.refused()
    }

    /// Sent, and not accepted: rejected or failed.
    pub fn refused(&self) -> u64 {
        self.rejected + self.failed
    }
}

/// Hits that were not accepted, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorCounts {
    /// By status, sorted.
    http: Vec<(u16, u64)>,
    failures: [u64; Failure::ALL.len()],
}

impl ErrorCounts {
    pub(crate) fn add_status(&mut self, status: u16, count: u64) {
        match self.http.binary_search_by_key(&status, |(status, _)| *status) {
            Ok(at) => self.http[at].1 += count,
            Err(at) => self.http.insert(at, (status, count)),
        }
    }

    pub(crate) fn add_failure(&mut self, failure: Failure, count: u64) {
        self.failures[failure as usize] += count;
    }

    /// Counts more of a kind by its name, as [`ErrorCounts::iter`] has it; whether there is such a kind.
    #[must_use]
    pub fn add_named(&mut self, name: &str, count: u64) -> bool {
        let status = name.strip_prefix("http_").and_then(|status| status.parse().ok());
        let failure = Failure::ALL.into_iter().find(|failure| failure.name() == name);
        match (status, failure) {
            (Some(status), _) => self.add_status(status, count),
            (_, Some(failure)) => self.add_failure(failure, count),
            (None, None) => return false,
        }
        true
    }

    /// How many answers had this status.
    pub fn status(&self, status: u16) -> u64 {
        self.http.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count)
    }

    /// How many hits failed in this way.
    pub fn failure(&self, failure: Failure) -> u64 {
        self.failures[failure as usize]
    }

    /// Name and count of every kind that happened.
    pub fn iter(&self) -> impl Iterator<Item = (String, u64)> {
        let http = self.http.iter().map(|(status, count)| (format!("http_{status}"), *count));
        let failures = Failure::ALL.map(|failure| (failure.name().to_owned(), self.failure(failure)));
        http.chain(failures).filter(|(_, count)| *count > 0)
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.http.iter().map(|(_, count)| count).sum::<u64>() + self.failures.iter().sum::<u64>()
    }
}

impl AddAssign for VisitCounts {
    fn add_assign(&mut self, more: VisitCounts) {
        self.planned += more.planned;
        self.started += more.started;
        self.completed += more.completed;
        self.incomplete += more.incomplete;
        self.dropped += more.dropped;
    }
}

impl AddAssign for HitCounts {
    fn add_assign(&mut self, more: HitCounts) {
        self.planned += more.planned;
        self.sent += more.sent;
        self.accepted += more.accepted;
        self.rejected += more.rejected;
        self.failed += more.failed;
        self.late += more.late;
        self.dropped += more.dropped;
        self.dropped_idle += more.dropped_idle;
        self.retried += more.retried;
        for (sum, count) in self.by_kind.iter_mut().zip(more.by_kind) {
            *sum += count;
        }
    }
}

impl AddAssign<&ErrorCounts> for ErrorCounts {
    fn add_assign(&mut self, more: &ErrorCounts) {
        for &(status, count) in &more.http {
            self.add_status(status, count);
        }
        for (sum, count) in self.failures.iter_mut().zip(more.failures) {
            *sum += count;
        }
    }
}

/// What was counted in a run, or in a part of it. Adding is associative and commutative.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Visits.
    pub visits: VisitCounts,
    /// Hits.
    pub hits: HitCounts,
    /// Why hits were not accepted.
    pub errors: ErrorCounts,
    /// When the last visit was started, in nanoseconds since the start of the run.
    pub last_start: u64,
    /// When the last hit was sent, in nanoseconds since the start of the run.
    pub last_sent: u64,
    /// When the last answer came, whatever it said, likewise; 0 where none came.
    pub last_answer: u64,
    /// When hits were last given up because no answer came, likewise, the last first; 0 where there were fewer.
    pub last_failures: [u64; TELLING_FAILURES],
    /// What was planned.
    pub planned: Ledger,
    /// What Matomo said it took.
    pub acknowledged: Ledger,
    /// What may have been recorded besides.
    pub uncertain: Ledger,
}

impl Counts {
    /// Notes that a hit was given up.
    pub(crate) fn fail(&mut self, at: u64) {
        let later = self.last_failures.iter().take_while(|known| **known >= at).count();
        if let Some(places) = self.last_failures.get_mut(later..).filter(|places| !places.is_empty()) {
            places.rotate_right(1);
            places[0] = at;
        }
    }

    /// Counts a hit that is over.
    pub(crate) fn count(&mut self, outcome: Outcome) {
        outcome.count(&mut self.hits, &mut self.errors);
    }
}

impl AddAssign<&Counts> for Counts {
    fn add_assign(&mut self, other: &Counts) {
        self.visits += other.visits;
        self.hits += other.hits;
        self.errors += &other.errors;
        self.last_start = self.last_start.max(other.last_start);
        self.last_sent = self.last_sent.max(other.last_sent);
        self.last_answer = self.last_answer.max(other.last_answer);
        for at in other.last_failures {
            self.fail(at);
        }
        self.planned += other.planned;
        self.acknowledged += other.acknowledged;
        self.uncertain += other.uncertain;
    }
}

/// A run so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Everything that was counted, the warm-up included.
    pub counts: Counts,
    /// Times of the hits that were due after the warm-up.
    pub statistics: Statistics,
    /// Times of those that were due in it.
    pub warm_up: Statistics,
    /// What happened when.
    pub series: Series,
    /// How things stand.
    pub gauges: Gauges,
    /// Whether all visits of the plan have arrived: none is to come, whatever the time.
    pub is_through: bool,
}

impl Snapshot {
    /// A run with a warm-up of so many nanoseconds, in which nothing has happened.
    pub fn new(warm_up: u64) -> Snapshot {
        Snapshot {
            counts: Counts::default(),
            statistics: Statistics::default(),
            warm_up: Statistics::default(),
            series: Series::new(warm_up),
            gauges: Gauges::default(),
            is_through: false,
        }
    }

    /// What was counted after the warm-up: see [`series::Window`] for when what is counted.
    pub fn measured(&self) -> Measured {
        let mut measured = Measured::default();
        for window in self.series.measured() {
            measured += window;
        }
        measured
    }
}

impl AddAssign<&Snapshot> for Snapshot {
    /// Adds what another machine did at the same time, after the same warm-up.
    fn add_assign(&mut self, other: &Snapshot) {
        self.counts += &other.counts;
        self.statistics += &other.statistics;
        self.warm_up += &other.warm_up;
        self.series += &other.series;
        self.gauges += other.gauges;
        self.is_through &= other.is_through;
    }
}

/// What was counted after the warm-up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Visits.
    pub visits: VisitCounts,
    /// Hits.
    pub hits: HitCounts,
    /// Why hits were not accepted.
    pub errors: ErrorCounts,
}

impl AddAssign<&Window> for Measured {
    fn add_assign(&mut self, window: &Window) {
        self.visits += window.visits;
        self.hits += window.hits;
        self.errors += &window.errors;
    }
}

#[cfg(test)]
mod tests;
