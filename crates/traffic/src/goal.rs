//! Goals as they are set up in Matomo: what converts them, and what a conversion is worth.

use crate::ledger::Cents;
use crate::scenario::Share;

/// More goals than these are not followed: an action remembers in 16 bits which it converts.
pub const MOST_GOALS: usize = 16;

/// A goal of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Matomo's number of it (`idgoal`).
    pub id: u32,
    /// What converts it.
    pub trigger: Trigger,
    /// What a conversion is worth.
    pub revenue: Cents,
    /// Whether it converts more than once a visit.
    pub repeats: bool,
}

/// What converts a goal.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// A hit that names it, in so many of all visits.
    Manual(Share),
    /// A page view whose address contains this.
    UrlContains(String),
    /// An event with this action.
    EventAction(String),
}
