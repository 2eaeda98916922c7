//! Who comes, when, and what they do: from a scenario to visits to the parameters of their hits.
//!
//! Pure: no input or output, no clock, no threads, no randomness but from its own seeded streams. A [`plan::Plan`] is
//! (scenario, seed), and every visit of it a pure function of its number, the same bit for bit on any machine.

pub mod arrivals;
pub mod behaviour;
pub mod catalogue;
pub mod curve;
pub mod day;
pub mod dimension;
pub mod encode;
pub mod funnel;
pub mod goal;
pub mod hit;
pub mod ledger;
pub mod order;
pub mod outlook;
pub mod place;
pub mod plan;
pub mod population;
pub mod profile;
pub mod random;
pub mod report;
pub mod robot;
pub mod scenario;
pub mod shelf;
pub mod site;
pub mod source;
pub mod visit;
pub mod visitor;
pub mod walk;
mod wording;
