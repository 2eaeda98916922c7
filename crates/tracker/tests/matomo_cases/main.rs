//! Cases measured on a real Matomo, sent to the stand-in over HTTP: which visits come of them, and what is in those.

mod acquisition;
mod action;
mod answer;
mod bulk;
mod case;
mod chatbot;
mod commerce;
mod coverage;
mod device;
mod edges;
mod identity;
mod moment;
mod place;
mod recorded;
mod reports;
mod silence;
mod stand_in;
mod time;
