//! A stand-in Matomo: records hits by Matomo's own rules and answers the API calls that prove what was recorded.
//!
//! The rules are those measured on Matomo 5.2. The crate knows nothing of the traffic that is sent to it, so that what
//! it counts can be held against what the sender planned.

mod action;
mod answer;
mod bulk;
mod chance;
mod clock;
mod delay;
mod ecommerce;
mod exclusion;
mod failure;
mod moment;
mod names;
mod options;
mod parameters;
mod referrer;
mod report;
mod request;
mod server;
mod share;
mod visit;
mod visits;
mod web_address;

pub use delay::{Delay, DelayError};
pub use options::{Conversions, Goal, GoalMatch, Options};
pub use server::serve;
pub use share::{Share, ShareError};
