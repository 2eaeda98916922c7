//! What is known about one hit once it is over.

use traffic::curve::Nanos;
use traffic::hit::Kind;

use crate::recorder::{ErrorCounts, HitCounts, VisitCounts};

/// How a hit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer came, with this status.
    Answered(u16),
    /// No answer came.
    Failed(Failure),
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The name of the host could not be resolved.
    Dns,
    /// No connection came about: refused, unreachable.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The connection broke after the hit was sent.
    Reset,
    /// No answer within the time limit.
    Timeout,
    /// What came back was not HTTP.
    Protocol,
    /// The run was stopped before the answer came.
    Aborted,
}

impl Failure {
    /// All of them.
    pub const ALL: [Failure; 7] = [
        Failure::Dns,
        Failure::Connect,
        Failure::Tls,
        Failure::Reset,
        Failure::Timeout,
        Failure::Protocol,
        Failure::Aborted,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Failure::Dns => "dns",
            Failure::Connect => "connect",
            Failure::Tls => "tls",
            Failure::Reset => "reset",
            Failure::Timeout => "timeout",
            Failure::Protocol => "protocol",
            Failure::Aborted => "aborted",
        }
    }
}

impl Outcome {
    /// Whether Matomo said it took the hit.
    pub fn is_accepted(self) -> bool {
        matches!(self, Outcome::Answered(200..=299))
    }

    /// Counts a hit that ended so.
    pub(crate) fn count(self, hits: &mut HitCounts, errors: &mut ErrorCounts) {
        match self {
            Outcome::Answered(200..=299) => hits.accepted += 1,
            Outcome::Answered(status) => {
                hits.rejected += 1;
                errors.add_status(status, 1);
            }
            Outcome::Failed(failure) => {
                hits.failed += 1;
                errors.add_failure(failure, 1);
            }
        }
    }

    /// Whether the hit may have been recorded although nobody said so: it was sent and the answer was lost, or a
    /// gateway gave up on the server behind it.
    pub fn is_uncertain(self) -> bool {
        match self {
            Outcome::Answered(status) => matches!(status, 502 | 504),
            Outcome::Failed(failure) => !matches!(failure, Failure::Dns | Failure::Connect | Failure::Tls),
        }
    }
}

/// One hit from planned to over. Times are nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What it reported.
    pub kind: Kind,
    /// When the plan wanted it sent.
    pub due: Nanos,
    /// When it could be sent: the latest of due, the answer to the visit's previous hit, and a free slot.
    pub ready: Nanos,
    /// When it was taken up, before a connection was opened if one was needed.
    pub sent: Nanos,
    /// When its answer was complete, or was given up.
    pub done: Nanos,
    /// How it ended.
    pub outcome: Outcome,
}

/// How long the parts of a hit took, in nanoseconds.
pub(crate) struct Spans {
    /// Due to done.
    pub(crate) response: Nanos,
    /// Sent to done.
    pub(crate) service: Nanos,
    /// Due to ready.
    pub(crate) wait: Nanos,
    /// Ready to sent.
    pub(crate) lag: Nanos,
}

impl Observation {
    /// What it took; nothing for a hit that the end of the run cut off, which says nothing about the target.
    pub(crate) fn spans(&self) -> Option<Spans> {
        let &Observation { due, ready, sent, done, outcome, .. } = self;
        let is_cut_off = outcome == Outcome::Failed(Failure::Aborted);
        (!is_cut_off).then(|| Spans {
            response: done - due,
            service: done - sent,
            wait: ready - due,
            lag: sent - ready,
        })
    }
}

/// One hit that was never sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// When the plan wanted it sent.
    pub(crate) due: Nanos,
    /// Whether a slot was free all the same: the generator's own doing.
    pub(crate) is_idle: bool,
}

/// What became of a visit that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Every hit was accepted.
    Completed,
    /// A hit was rejected, failed or dropped.
    Incomplete,
    /// It never began.
    Dropped,
}

impl Fate {
    pub(crate) fn count(self, visits: &mut VisitCounts) {
        *match self {
            Fate::Completed => &mut visits.completed,
            Fate::Incomplete => &mut visits.incomplete,
            Fate::Dropped => &mut visits.dropped,
        } += 1;
    }
}
