//! The program as its users meet it: the real binary, told by arguments and variables, sending to servers of the
//! test's own, to its own stand-in, and to a real nginx.

mod arrivals;
mod capacity;
mod checking;
mod clocks;
mod comparing;
mod compose;
mod containers;
mod containers_of_shards;
mod demo;
mod emitting;
mod faults;
mod funnels;
mod health;
mod live_view;
mod measuring;
mod messages;
mod nginx;
mod planning;
mod profiles;
mod releasing;
mod reporting;
mod scraping;
mod secrets;
mod sending;
mod several_targets;
mod sharding;
mod sites;
mod starting;
mod stopping;
mod support;
mod tags;
mod thresholds;
mod tls;
