//! One visit: what is known of it and what was done in it.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::civil::Date;

use crate::action::Deed;
use crate::detail::{Details, Variable};
use crate::device::Device;
use crate::identity::Plugins;
use crate::names::Name;
use crate::place::Place;
use crate::referrer::Origin;

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
    /// Seconds since the latest action of its visitor's previous visit.
    pub(crate) since_last: i64,
    /// Seconds since its visitor's latest order, if there was one; 0 if there is one in this visit.
    pub(crate) since_order: Option<i64>,
    pub(crate) visitor_kind: VisitorKind,
    pub(crate) buyer: Buyer,
    /// Whether a goal or an order was reached.
    pub(crate) converted: bool,
    pub(crate) origin: Origin<Name>,
    pub(crate) place: Place<Name>,
    pub(crate) ip: IpAddr,
    /// That of the first hit.
    pub(crate) device: Arc<Device>,
    pub(crate) plugins: Plugins,
    /// Seconds since midnight where the visitor was at the first hit.
    pub(crate) local_time: u32,
    pub(crate) language: Option<Name>,
    pub(crate) resolution: Option<Name>,
    /// The latest value of every `dimensionN` of the visit.
    pub(crate) dimensions: Vec<(u8, Name)>,
    /// The latest custom variable of every slot of the visit.
    pub(crate) variables: Vec<Variable<Name>>,
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
    /// Most hits that are no page views have none.
    pub(crate) details: Option<Box<Details<Name>>>,
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

    /// Timings that came later than the page view they belong to.
    pub(crate) fn update_timings(&mut self, page_view: [u8; 6], timings: [Option<u32>; 6]) {
        let of_page =
            |entry: &&mut Entry| entry.page_view == page_view && matches!(entry.deed, Deed::PageView { .. });
        let Some(entry) = self.entries.iter_mut().rev().find(of_page) else {
            return;
        };
        let details = entry.details.get_or_insert_with(|| {
            let variables = Box::default();
            Box::new(Details { timings: [None; 6], bandwidth: None, product: None, variables })
        });
        for (known, new) in details.timings.iter_mut().zip(timings) {
            *known = new.or(*known);
        }
    }

    /// Where the cart stands, if one was left.
    pub(crate) fn cart(&self) -> Option<usize> {
        self.entries.iter().position(|entry| matches!(entry.deed, Deed::Cart { .. }))
    }

    pub(crate) fn has_ordered(&self) -> bool {
        matches!(self.buyer, Buyer::Ordered | Buyer::OrderedThenLeftCart)
    }
}
