//! The target's clock, learnt from the `Date` header of its answers: a hit must never happen in its future.

use std::time::UNIX_EPOCH;

/// How far the target's clock is ahead of ours: a lower bound, so that what we take for its time never lies ahead of
/// it.
///
/// A date of whole seconds says that the target's time was that or up to a second more when it answered, which was
/// before we read it: every answer gives a lower bound, and the highest of them is the best. It is forgotten every
/// few minutes, since clocks drift and are set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Skew {
    bound_ms: Option<i64>,
    fresh_ms: Option<i64>,
    fresh_since_ms: i64,
    last: Vec<u8>,
}

/// After this many milliseconds the best bound of the last span takes over.
const SPAN_MS: i64 = 120_000;

impl Skew {
    /// Takes the `Date` header of an answer that was read at `now_ms` (our Unix time in milliseconds).
    pub(crate) fn observe(&mut self, date: &[u8], now_ms: i64) {
        if date == self.last {
            return;
        }
        let Some(server) =
            std::str::from_utf8(date).ok().and_then(|text| httpdate::parse_http_date(text).ok())
        else {
            return;
        };
        self.last.clear();
        self.last.extend_from_slice(date);
        let server_ms = server.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        let bound = server_ms - now_ms;
        self.fresh_ms = Some(self.fresh_ms.map_or(bound, |best| best.max(bound)));
        if now_ms - self.fresh_since_ms >= SPAN_MS {
            self.bound_ms = self.fresh_ms.take();
            self.fresh_since_ms = now_ms;
        }
    }

    /// Milliseconds to add to our time to get the target's; 0 before the first answer.
    pub(crate) fn ms(&self) -> i64 {
        match (self.bound_ms, self.fresh_ms) {
            (Some(bound), Some(fresh)) => bound.max(fresh),
            (bound, fresh) => bound.or(fresh).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_take_for_the_targets_time_is_never_ahead_of_it() {
        // The target is 90.7 s behind; answers take 20 ms to reach us.
        let mut skew = Skew::default();
        let true_skew = -90_700;
        for now in (1_700_000_000_000..1_700_000_400_000).step_by(137) {
            let answered = now - 20 + true_skew;
            let date =
                httpdate::fmt_http_date(UNIX_EPOCH + std::time::Duration::from_secs(answered as u64 / 1_000));
            skew.observe(date.as_bytes(), now);
            assert!(skew.ms() <= true_skew, "{}", skew.ms());
        }
        assert!(skew.ms() > true_skew - 200, "{}", skew.ms());
    }

    #[test]
    fn a_clock_that_is_set_back_is_followed() {
        let mut skew = Skew::default();
        for (from, true_skew) in [(1_700_000_000_000_i64, 0), (1_700_000_500_000, -60_000)] {
            for now in (from..from + 500_000).step_by(500) {
                let date = httpdate::fmt_http_date(
                    UNIX_EPOCH + std::time::Duration::from_millis((now + true_skew) as u64),
                );
                skew.observe(date.as_bytes(), now);
            }
        }
        assert!(skew.ms() <= -60_000, "{}", skew.ms());
    }

    #[test]
    fn nonsense_is_ignored() {
        let mut skew = Skew::default();
        skew.observe(b"yesterday", 1_700_000_000_000);
        assert_eq!(skew.ms(), 0);
    }
}
