//! Sends planned visits to a Matomo and measures what happens.
//!
//! A [`run::Run`] is a few workers, each a thread with its own share of the visitors. A worker keeps open visits as
//! data in a heap, sends each hit when it is due over the connections it has, and records what becomes of it. Nothing
//! that reads the results can slow a worker down: they are published once a second.

mod agenda;
mod calendar;
pub mod clock;
mod collector;
pub mod observation;
pub mod pace;
pub mod reach;
pub mod recorder;
pub mod route;
pub mod run;
mod skew;
pub mod target;
pub mod transport;
pub mod usage;
mod worker;
