//! A stand-in Matomo: records hits by Matomo's own rules and answers the API calls that prove what was recorded.
//!
//! The rules are those measured on Matomo 5.2, with `recMode` of newer ones. The crate knows nothing of the traffic
//! that is sent to it, so that what it counts can be held against what the sender planned.
//!
//! What it does not do, and a real Matomo does:
//!
//! - It finds no place for an address: without `country` the language decides, and region and city stay empty.
//! - It knows the devices most people have, and no others.
//! - It records one request after the other. Two hits of one visitor in flight at once never race into two visits, and
//!   no lock wait times out.
//! - Its reports are always up to date: there are no archives to wait for or to invalidate.
//! - It answers the reports that prove a run, not all 86, in JSON only, and creates or deletes nothing on request.
//! - It knows 16 of 2,292 hosts of spam and a few dozen bots, and every site has ecommerce and site search.
//! - Its failures on request are those of a web server (500). A Matomo without its database answers a single hit 400.
//! - It never is in maintenance, has no queue and anonymises nothing.

mod action;
mod answer;
mod bulk;
mod chance;
mod chatbot;
mod clock;
mod delay;
mod detail;
mod device;
mod ecommerce;
mod exclusion;
mod failure;
mod identity;
mod moment;
mod names;
mod options;
mod parameters;
mod place;
mod referrer;
mod report;
mod request;
mod sender;
mod server;
mod share;
mod visit;
mod visits;
mod web_address;

pub use delay::{Delay, DelayError};
pub use options::{
    Conversions, Dimension, Exclusions, Goal, GoalMatch, Options, Role, Scope, UnknownUrls, User,
};
pub use server::serve;
pub use share::{Share, ShareError};
