//! Trafficinator.
fn main() {}
