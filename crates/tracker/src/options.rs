//! What the stand-in is told before it starts: who may do what, how slow and how unreliable it is, which goals exist.

use jiff::tz::TimeZone;

use crate::{Delay, Share};

/// How the stand-in behaves. The default is a fast, reliable Matomo in UTC that takes any well-formed token.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long every tracking request waits for its answer, after it was recorded.
    pub delay: Delay,
    /// The share of tracking requests answered with 500, recording nothing.
    pub fail: Share,
    /// The share of hits answered as if all were well, recording nothing.
    pub drop: Share,
    /// The one valid token, a superuser's; `None` takes any 32 lower-case hexadecimal digits.
    pub token: Option<String>,
    /// The time zone of every site: visits split at its midnight, reports count its days.
    pub time_zone: TimeZone,
    /// Where the draws of delay, failure and drop start; the same seed draws the same sequence.
    pub seed: u64,
    /// The goals of every site; a hit with any other `idgoal` is refused.
    pub goals: Vec<Goal>,
    /// The `N` of those `dimensionN` that belong to an action; every other one belongs to the visit.
    pub action_dimensions: Vec<u8>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            delay: Delay::default(),
            fail: Share::default(),
            drop: Share::default(),
            token: None,
            time_zone: TimeZone::UTC,
            seed: 0,
            goals: (1..=10).map(Goal::manual).collect(),
            action_dimensions: vec![2],
        }
    }
}

/// One goal of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// Matomo's `idgoal`, from 1.
    pub id: u32,
    /// What Matomo calls it in its reports.
    pub name: String,
    /// What converts it, besides a hit with its `idgoal`.
    pub matches: GoalMatch,
    /// What a conversion is worth, in cents, when the hit does not say.
    pub revenue_cents: i64,
    /// How often one visit can convert it.
    pub per_visit: Conversions,
}

/// How often one visit can convert a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversions {
    /// The first counts, the others are answered 204 and not recorded.
    Once,
    /// Every one counts.
    Every,
}

/// What converts a goal without being asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GoalMatch {
    /// Nothing: only a hit with its `idgoal`.
    Manual,
    /// A page view whose address contains this.
    UrlContains(String),
    /// An event with exactly this action.
    EventAction(String),
}

impl Goal {
    /// A goal that only `idgoal` converts, once per visit, worth nothing unless the hit says so.
    pub fn manual(id: u32) -> Self {
        Self {
            id,
            name: format!("Goal {id}"),
            matches: GoalMatch::Manual,
            revenue_cents: 0,
            per_visit: Conversions::Once,
        }
    }
}
