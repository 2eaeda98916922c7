//! Cases measured on a real Matomo, sent to the stand-in over HTTP: which visits come of them, and what is in those.

mod action;
mod edges;
mod identity;
mod place;
mod recorded;
mod reports;
mod stand_in;
mod time;
