//! Visits: the plan of one, as data small enough that a million can be open.

use crate::hit::Kind;
use crate::ledger::{Cents, Ledger};
use crate::site::PageId;
use crate::source::Source;
use crate::visitor::Visitor;

/// One visit: who comes, from where, and what they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Its number in the plan, counted from 0.
    pub number: u64,
    /// Who makes it.
    pub visitor: Visitor,
    /// How many visits they made before.
    pub earlier: u32,
    /// The visit before this one, which has to be over first.
    pub predecessor: Option<u64>,
    /// Where it comes from.
    pub source: Source,
    /// What is done, in order; the first is a page view, the last a ping.
    pub actions: Vec<Action>,
}

/// One thing done: one hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// What.
    pub deed: Deed,
    /// Where.
    pub place: Place,
    /// Which page view of the visit it belongs to, counted from 0.
    pub view: u16,
    /// When on the visit's own clock: milliseconds after its first hit, at least a second after the hit before.
    pub offset_ms: u32,
    /// When its hit is due: milliseconds after the visit's arrival.
    pub due_ms: u32,
}

/// A page: of the site, or of a step of a funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A page of the site.
    Page(PageId),
    /// A step of a funnel.
    Step(StepId),
}

/// A step of a funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepId {
    /// Index of the funnel.
    pub funnel: u16,
    /// Index of the step.
    pub step: u16,
}

/// What is done. Details that can be drawn again are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Views the page.
    Pageview,
    /// Searches the site for the name of a page.
    Search {
        /// That page.
        term: PageId,
        /// How many results were found.
        results: u16,
    },
    /// Clicks one of the built-in outlinks.
    Outlink(u16),
    /// Downloads one of the built-in files.
    Download(u16),
    /// Clicks something: one of the built-in click events.
    Click(u16),
    /// Another of the built-in events.
    Event(u16),
    /// Places an order.
    Order {
        /// Which order of the visit.
        nth: u8,
        /// What is paid, in cents.
        revenue: u32,
    },
    /// Takes a step of a funnel that is not a page view.
    Step {
        /// The step.
        id: StepId,
        /// Its kind.
        kind: Kind,
    },
    /// Places the order of a funnel's step.
    StepOrder {
        /// The step.
        id: StepId,
        /// Which order of the visit.
        nth: u8,
        /// What is paid, in cents.
        revenue: u32,
    },
    /// Is still there.
    Ping,
}

impl Action {
    /// The kind of its hit.
    pub fn kind(&self) -> Kind {
        match self.deed {
            Deed::Pageview => Kind::Pageview,
            Deed::Search { .. } => Kind::Search,
            Deed::Outlink(_) => Kind::Outlink,
            Deed::Download(_) => Kind::Download,
            Deed::Click(_) | Deed::Event(_) => Kind::Event,
            Deed::Order { .. } | Deed::StepOrder { .. } => Kind::Order,
            Deed::Step { kind, .. } => kind,
            Deed::Ping => Kind::Ping,
        }
    }

    /// Revenue of an order; 0 for everything else.
    pub fn revenue(&self) -> Cents {
        match self.deed {
            Deed::Order { revenue, .. } | Deed::StepOrder { revenue, .. } => Cents(u64::from(revenue)),
            _ => Cents(0),
        }
    }
}

impl Visit {
    /// How long it lasts on its own clock, in milliseconds.
    pub fn length_ms(&self) -> u32 {
        self.actions.last().map_or(0, |last| last.offset_ms)
    }

    /// What Matomo will count.
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger { visits: 1, ..Ledger::default() };
        for action in &self.actions {
            ledger.count(action.kind(), action.revenue());
        }
        ledger
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_stays_small() {
        assert!(size_of::<Action>() <= 32, "{}", size_of::<Action>());
        assert!(size_of::<Visit>() <= 128, "{}", size_of::<Visit>());
    }
}
