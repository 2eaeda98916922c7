//! Runs whose timing is measured: apart from all others, and one after the other, for the quiet they need.

mod arrivals;
#[expect(dead_code, reason = "shared with the tests in `run`")]
#[path = "../run/scene.rs"]
mod scene;
#[expect(dead_code, reason = "shared with the tests in `run`")]
#[path = "../run/server.rs"]
mod server;
