//! The clock: the only place where time is read. Everything else works in nanoseconds since the start of the run.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use traffic::curve::Nanos;

/// A monotonic clock that knows what the wall clock says at its time 0.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    /// How late it was at `origin`: more than 0 where time 0 was over when the clock was made.
    late: Duration,
    /// Unix time of time 0.
    origin_unix: Duration,
}

/// So often both clocks are read.
const READINGS: usize = 4;

/// A clock that starts now, and how far apart the readings of the monotonic and the wall clock may be.
#[expect(clippy::disallowed_methods, reason = "the home of the clock")]
fn reading() -> (Duration, Clock) {
    let before = Instant::now();
    let origin_unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let apart = before.elapsed();
    (apart, Clock { origin: before + apart / 2, late: Duration::ZERO, origin_unix })
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Clock {
        // A busy machine may do something else between two readings: the closest ones tell the time best.
        let readings = std::array::from_fn::<_, READINGS, _>(|_| reading());
        let (_, clock) = readings.into_iter().min_by_key(|(apart, _)| *apart).unwrap_or_else(reading);
        clock
    }

    /// A clock whose time 0 is a moment on the wall clock, in milliseconds of Unix time; before and after it many
    /// machines have the same time.
    pub fn starting_at(unix_ms: i64) -> Clock {
        let now = Clock::start();
        let start = Duration::from_millis(unix_ms.max(0) as u64);
        let ahead = start.saturating_sub(now.origin_unix);
        Clock { origin: now.origin + ahead, late: now.origin_unix.saturating_sub(start), origin_unix: start }
    }

    /// Nanoseconds since it was started; 0 before.
    #[expect(clippy::disallowed_methods, reason = "the home of the clock")]
    pub fn now(&self) -> Nanos {
        (Instant::now().saturating_duration_since(self.origin) + self.late).as_nanos() as Nanos
    }

    /// How long it is until its time 0.
    #[expect(clippy::disallowed_methods, reason = "the home of the clock")]
    pub fn ahead(&self) -> Duration {
        self.origin.saturating_duration_since(Instant::now())
    }

    /// The moment that is so many nanoseconds after the start. One that was over when the clock was made is that of its
    /// making.
    pub fn instant(&self, at: Nanos) -> Instant {
        self.origin + Duration::from_nanos(at).saturating_sub(self.late)
    }

    /// That moment on the wall clock, in milliseconds of Unix time.
    pub fn unix_ms(&self, at: Nanos) -> i64 {
        (self.origin_unix.as_millis() as u64 + at / 1_000_000) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn a_clock_of_the_future_stands_at_0_until_then() {
        let unix_ms = Clock::start().unix_ms(0) + HOUR_MS;
        let clock = Clock::starting_at(unix_ms);
        assert_eq!((clock.now(), clock.unix_ms(0)), (0, unix_ms));
        let ahead = clock.ahead().as_millis() as i64;
        assert!((HOUR_MS - 10_000..=HOUR_MS).contains(&ahead), "{ahead}");
        assert_eq!(clock.instant(5) - clock.instant(0), Duration::from_nanos(5));
    }

    #[test]
    fn a_clock_of_the_past_goes_on_from_there() {
        let unix_ms = Clock::start().unix_ms(0) - HOUR_MS;
        let clock = Clock::starting_at(unix_ms);
        let now = clock.now();
        let ms = (now / 1_000_000) as i64;
        assert!((HOUR_MS..HOUR_MS + 10_000).contains(&ms), "{ms}");
        assert_eq!((clock.unix_ms(0), clock.ahead()), (unix_ms, Duration::ZERO));
        // What is due is due in as long as it says, however late the clock was made.
        let wait = clock.instant(now + 1_000_000_000) - clock.instant(now);
        assert_eq!(wait, Duration::from_secs(1));
    }

    #[test]
    fn clocks_of_one_start_agree() {
        let unix_ms = Clock::start().unix_ms(0) - 5;
        let (one, other) = (Clock::starting_at(unix_ms), Clock::starting_at(unix_ms));
        let apart = one.now().abs_diff(other.now());
        assert!(apart < 5_000_000_000, "{apart}");
    }
}
