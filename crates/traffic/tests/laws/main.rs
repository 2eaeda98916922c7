//! The laws of a plan, for any scenario: through the public interface of the crate only.

mod arrivals;
#[path = "../classic/mod.rs"]
mod classic;
mod encoding;
mod funnels;
mod goals;
mod identity;
mod place;
mod profiles;
mod scenarios;
#[path = "../sent/mod.rs"]
mod sent;
mod shop;
mod visitors;
mod visits;
mod walks;
mod workers;
