//! Runs against a web server that answers by script: what arrives there, when, and how it is accounted for.

mod clocks;
mod connections;
mod faults;
mod lanes;
mod pace;
mod robots;
mod routes;
mod scene;
mod secrets;
mod server;
mod stopping;
