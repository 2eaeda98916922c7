//! The clock: the only place where time is read. Everything else works in nanoseconds since the start of the run.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use traffic::curve::Nanos;

/// A monotonic clock that knows what the wall clock said when it was started.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    origin_unix: Duration,
}

impl Clock {
    /// A clock that starts now.
    #[expect(clippy::disallowed_methods, reason = "the home of the clock")]
    pub fn start() -> Clock {
        Clock {
            origin: Instant::now(),
            origin_unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        }
    }

    /// Nanoseconds since it was started.
    #[expect(clippy::disallowed_methods, reason = "the home of the clock")]
    pub fn now(&self) -> Nanos {
        Instant::now().saturating_duration_since(self.origin).as_nanos() as Nanos
    }

    /// The moment that is so many nanoseconds after the start.
    pub fn instant(&self, at: Nanos) -> Instant {
        self.origin + Duration::from_nanos(at)
    }

    /// That moment on the wall clock, in milliseconds of Unix time.
    pub fn unix_ms(&self, at: Nanos) -> i64 {
        (self.origin_unix.as_millis() as u64 + at / 1_000_000) as i64
    }
}
