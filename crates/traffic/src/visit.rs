//! Visits: the plan of one, as data small enough that a million can be open.

use crate::goal::Goal;
use crate::hit::Kind;
use crate::ledger::{Cents, Ledger, Tally};
use crate::robot::Robot;
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
    /// How long before it is sent it is over, in seconds: visits of visitors who come back within a short run lie
    /// apart on their own clock.
    pub past: u32,
    /// Which robot it is, where it is no visit at all.
    pub robot: Option<Robot>,
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
    /// Goals of the scenario that it converts, one bit each.
    pub converts: u16,
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
    /// Searches the site.
    Search {
        /// One of the site's terms.
        term: u32,
        /// How many results were found.
        results: u16,
    },
    /// Clicks one of the outlinks of the page, or of the built-in ones.
    Outlink(u16),
    /// Downloads one of the files of the page, or of the built-in ones.
    Download(u16),
    /// Clicks something: one of the built-in click events.
    Click(u16),
    /// Another of the built-in events.
    Event(u16),
    /// Is shown one of the built-in pieces of content.
    Impression(u16),
    /// Uses one of them.
    Interaction(u16),
    /// Converts a goal by hand: the index of one of the scenario's.
    Goal(u8),
    /// Has put the first items of the visit's order into the cart.
    Cart {
        /// How many of them.
        items: u8,
        /// What they cost, in cents.
        revenue: u32,
    },
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
    /// Asks for the page, as a robot does.
    Crawl,
    /// Asks for the page on somebody's behalf, as an AI chatbot does.
    Chat,
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
            Deed::Impression(_) => Kind::Impression,
            Deed::Interaction(_) => Kind::Interaction,
            Deed::Goal(_) => Kind::Goal,
            Deed::Cart { .. } => Kind::Cart,
            Deed::Order { .. } | Deed::StepOrder { .. } => Kind::Order,
            Deed::Step { kind, .. } => kind,
            Deed::Ping => Kind::Ping,
            Deed::Crawl => Kind::Crawler,
            Deed::Chat => Kind::Chatbot,
        }
    }

    /// Revenue of an order or a cart; 0 for everything else.
    pub fn revenue(&self) -> Cents {
        match self.deed {
            Deed::Order { revenue, .. } | Deed::StepOrder { revenue, .. } | Deed::Cart { revenue, .. } => {
                Cents(u64::from(revenue))
            }
            _ => Cents(0),
        }
    }
}

impl Visit {
    /// How long it lasts on its own clock, in milliseconds.
    pub fn length_ms(&self) -> u32 {
        self.actions.last().map_or(0, |last| last.offset_ms)
    }

    /// What Matomo will count, given the goals of the scenario.
    pub fn ledger(&self, goals: &[Goal]) -> Ledger {
        let mut ledger = Ledger::default();
        let mut tally = Tally::default();
        if self.robot.is_none() {
            ledger.begin(self);
        }
        for action in &self.actions {
            ledger.count(&mut tally, action, goals);
        }
        ledger.settle(&tally);
        ledger
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_stays_small() {
        assert!(size_of::<Action>() <= 32, "{}", size_of::<Action>());
        assert!(size_of::<Visit>() <= 136, "{}", size_of::<Visit>());
    }
}
