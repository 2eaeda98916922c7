//! One visit: what is known of it and what was done in it.

use std::net::IpAddr;

use jiff::civil::Date;

use crate::action::Deed;
use crate::names::Name;
use crate::referrer::Origin;
use crate::request::Place;

/// A pause of this length or more begins a new visit, in seconds.
pub(crate) const LONGEST_PAUSE: i64 = 30 * 60;

/// The longest duration Matomo's column holds, in seconds.
const LONGEST_DURATION: i64 = 65_534;

/// One visit of one visitor.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) site: u32,
    pub(crate) visitor: u64,
    pub(crate) fingerprint: u64,
    pub(crate) user: Option<Name>,
    /// When its first hit happened, in unix seconds.
    pub(crate) first: i64,
    /// When its latest action happened; pings do not count.
    pub(crate) last: i64,
    /// The site's day of all its hits.
    pub(crate) day: Date,
    /// As Matomo keeps it, in seconds.
    pub(crate) duration: i64,
    /// Which visit of its visitor this is, from 1.
    pub(crate) count: u32,
    /// Seconds since its visitor's first visit.
    pub(crate) since_first: i64,
    pub(crate) visitor_kind: VisitorKind,
    pub(crate) buyer: Buyer,
    /// Whether a goal or an order was reached.
    pub(crate) converted: bool,
    pub(crate) origin: Origin<Name>,
    pub(crate) place: Place<Name>,
    pub(crate) ip: IpAddr,
    pub(crate) language: Option<Name>,
    pub(crate) resolution: Option<Name>,
    /// The latest value of every `dimensionN` of the visit.
    pub(crate) dimensions: Vec<(u8, Name)>,
    pub(crate) entries: Vec<Entry>,
}

/// One thing done in a visit.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Unix seconds.
    pub(crate) at: i64,
    pub(crate) deed: Deed<Name>,
    pub(crate) page_view: [u8; 6],
    /// The `dimensionN` of the action; most have none.
    pub(crate) dimensions: Box<[(u8, Name)]>,
}

/// What Matomo knew of a visitor when the visit began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VisitorKind {
    New,
    Returning,
    ReturningCustomer,
}

/// What became of a visit's cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buyer {
    None,
    Ordered,
    LeftCart,
    OrderedThenLeftCart,
}

impl Visit {
    /// The duration after a hit at this time.
    pub(crate) fn duration_at(&self, at: i64) -> i64 {
        (1 + at - self.first).clamp(0, LONGEST_DURATION)
    }

    /// A hit that converts stretches the visit, so that Matomo's row changes even within one second.
    pub(crate) fn stretch(&mut self, idgoal: i64) {
        self.duration = (self.duration + idgoal + 2).min(LONGEST_DURATION);
    }

    /// Matomo's number of actions.
    pub(crate) fn actions(&self) -> usize {
        self.entries.iter().filter(|entry| entry.deed.is_action()).count()
    }

    pub(crate) fn has_converted(&self, goal: u32) -> bool {
        self.entries.iter().any(|entry| matches!(entry.deed, Deed::Goal { id, .. } if id == goal))
    }

    /// Where the cart stands, if one was left.
    pub(crate) fn cart(&self) -> Option<usize> {
        self.entries.iter().position(|entry| matches!(entry.deed, Deed::Cart { .. }))
    }

    pub(crate) fn has_ordered(&self) -> bool {
        matches!(self.buyer, Buyer::Ordered | Buyer::OrderedThenLeftCart)
    }
}
