//! The laws of a plan, for any scenario: through the public interface of the crate only.

mod arrivals;
#[path = "../classic/mod.rs"]
mod classic;
mod encoding;
mod funnels;
mod identity;
mod place;
mod scenarios;
mod visitors;
mod visits;
mod workers;
