//! What the tests stand on: the program as a child, servers to send to, and sums of what those saw.

pub(crate) mod dashboard;
pub(crate) mod docker;
pub(crate) mod files;
pub(crate) mod hosts;
pub(crate) mod http;
pub(crate) mod ledger;
pub(crate) mod manifests;
pub(crate) mod nginx;
pub(crate) mod program;
pub(crate) mod prometheus;
pub(crate) mod server;
pub(crate) mod stand_in;
pub(crate) mod summary;
pub(crate) mod targets;

use std::time::Duration;

use engine::clock::Clock;

/// A token as Matomo makes them.
pub(crate) const TOKEN: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// Longer than anything here takes, even on a busy machine: who waits so long has found a bug.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// Waits until something is there, and fails where that takes longer than `limit`.
#[track_caller]
pub(crate) fn eventually<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let clock = Clock::start();
    loop {
        if let Some(found) = look() {
            return found;
        }
        let waited = Duration::from_nanos(clock.now());
        assert!(waited < limit, "{what} did not come about within {limit:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A port on which nothing listens: nobody else uses this address.
pub(crate) fn closed_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.2:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
