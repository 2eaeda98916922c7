//! Visits and hits by what became of them, as a result holds them.

use std::collections::BTreeMap;

use engine::recorder::{ErrorCounts, HitCounts, VisitCounts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use traffic::hit::Kind;

/// Numbers of visits: planned = started + dropped, started = completed + incomplete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct VisitsPart {
    /// Were due.
    pub(crate) planned: u64,
    /// Their first hit was sent.
    pub(crate) started: u64,
    /// Every hit was accepted.
    pub(crate) completed: u64,
    /// A hit was rejected, failed or dropped.
    pub(crate) incomplete: u64,
    /// Never began.
    pub(crate) dropped: u64,
}

/// Numbers of hits: planned = sent + dropped, sent = accepted + rejected + failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct HitsPart {
    /// Of the planned visits; in windows, and after a warm-up, hits that were due.
    pub(crate) planned: u64,
    /// Each counted once, however often it was tried.
    pub(crate) sent: u64,
    /// Answered with 2xx.
    pub(crate) accepted: u64,
    /// Answered with anything else.
    pub(crate) rejected: u64,
    /// Not answered.
    pub(crate) failed: u64,
    /// Sent more than 100 ms after they were due; part of `sent`.
    pub(crate) late: u64,
    /// Never sent.
    pub(crate) dropped: u64,
    /// Of those, the ones for which a slot was free: the generator's own doing.
    #[serde(default)]
    pub(crate) dropped_idle: u64,
    /// Further tries of hits that certainly were not recorded.
    pub(crate) retried: u64,
    /// Sent, by kind.
    pub(crate) by_kind: BTreeMap<String, u64>,
}

impl From<VisitCounts> for VisitsPart {
    fn from(counts: VisitCounts) -> VisitsPart {
        let VisitCounts { planned, started, completed, incomplete, dropped } = counts;
        VisitsPart { planned, started, completed, incomplete, dropped }
    }
}

impl From<VisitsPart> for VisitCounts {
    fn from(part: VisitsPart) -> VisitCounts {
        let VisitsPart { planned, started, completed, incomplete, dropped } = part;
        VisitCounts { planned, started, completed, incomplete, dropped }
    }
}

impl From<HitCounts> for HitsPart {
    fn from(counts: HitCounts) -> HitsPart {
        let HitCounts {
            planned,
            sent,
            accepted,
            rejected,
            failed,
            late,
            dropped,
            dropped_idle,
            retried,
            by_kind,
        } = counts;
        // Some kinds share a name.
        let mut by_name = BTreeMap::new();
        for kind in Kind::ALL {
            *by_name.entry(kind.name().to_owned()).or_default() += by_kind[kind as usize];
        }
        HitsPart {
            planned,
            sent,
            accepted,
            rejected,
            failed,
            late,
            dropped,
            dropped_idle,
            retried,
            by_kind: by_name,
        }
    }
}

/// Errors again, by their names; or the name that nobody knows.
pub(crate) fn errors(named: &BTreeMap<String, u64>) -> Result<ErrorCounts, &str> {
    let mut errors = ErrorCounts::default();
    // What did not happen is named as well, and counts for nothing.
    for (name, count) in named.iter().filter(|(_, count)| **count > 0) {
        if !errors.add_named(name, *count) {
            return Err(name);
        }
    }
    Ok(errors)
}

impl HitsPart {
    /// Sent, and over.
    pub(crate) fn over(&self) -> u64 {
        self.accepted + self.refused()
    }

    /// Sent, and not accepted: rejected or failed.
    pub(crate) fn refused(&self) -> u64 {
        self.rejected + self.failed
    }

    /// The counts again; `None` where there is a kind that nobody knows.
    pub(crate) fn counts(&self) -> Option<HitCounts> {
        let HitsPart {
            planned,
            sent,
            accepted,
            rejected,
            failed,
            late,
            dropped,
            dropped_idle,
            retried,
            by_kind,
        } = self.clone();
        let mut counts = HitCounts {
            planned,
            sent,
            accepted,
            rejected,
            failed,
            late,
            dropped,
            dropped_idle,
            retried,
            ..HitCounts::default()
        };
        for (name, count) in by_kind {
            let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
            counts.by_kind[kind as usize] = count;
        }
        Some(counts)
    }
}
