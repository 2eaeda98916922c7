//! Midnights and local times, remembered for as long as they hold.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use traffic::day;

/// The midnights of one time zone.
#[derive(Debug)]
pub(crate) struct Midnights {
    zone: TimeZone,
    /// The day that was asked for last, and the one before it: visits that are dated back mix yesterday and today.
    days: [std::ops::Range<i64>; 2],
}

impl Midnights {
    pub(crate) fn new(zone: TimeZone) -> Midnights {
        Midnights { zone, days: [0..0, 0..0] }
    }

    /// The first midnight after a moment, both in milliseconds of Unix time.
    pub(crate) fn after(&mut self, unix_ms: i64) -> i64 {
        if !self.days[0].contains(&unix_ms) {
            self.days.swap(0, 1);
            if !self.days[0].contains(&unix_ms) {
                self.days[0] = day::around(&self.zone, unix_ms);
            }
        }
        self.days[0].end
    }
}

/// Offsets from UTC of some time zones. They change at quarters of an hour at most.
#[derive(Debug)]
pub(crate) struct Offsets {
    zones: Vec<TimeZone>,
    seconds: Vec<i64>,
    quarter: i64,
}

impl Offsets {
    pub(crate) fn new(zones: Vec<TimeZone>) -> Offsets {
        Offsets { seconds: vec![0; zones.len()], zones, quarter: i64::MIN }
    }

    /// Looks the offsets up again when a new quarter has begun.
    pub(crate) fn refresh(&mut self, now: i64) {
        let quarter = now.div_euclid(900);
        if quarter != self.quarter {
            let moment = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(quarter * 900);
            for (seconds, zone) in self.seconds.iter_mut().zip(&self.zones) {
                *seconds = i64::from(zone.to_offset(moment).seconds());
            }
            self.quarter = quarter;
        }
    }

    /// Seconds since local midnight in zone `index` at a second of Unix time near to the last refresh.
    pub(crate) fn local_seconds(&self, index: usize, unix: i64) -> u32 {
        (unix + self.seconds[index]).rem_euclid(86_400) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn midnight_is_that_of_the_zone() {
        let mut tokyo = Midnights::new(TimeZone::get("Asia/Tokyo").unwrap());
        assert_eq!(tokyo.after(ms("2026-11-23T14:59:59Z")), ms("2026-11-23T15:00:00Z"));
        assert_eq!(tokyo.after(ms("2026-11-23T15:00:00Z")), ms("2026-11-24T15:00:00Z"));
    }

    #[test]
    fn local_time_follows_the_zone() {
        let zones = ["UTC", "Asia/Kolkata", "America/New_York"].map(|name| TimeZone::get(name).unwrap());
        let mut offsets = Offsets::new(zones.to_vec());
        let unix = ms("2026-11-23T23:10:05Z") / 1_000;
        offsets.refresh(unix);
        let clock = |seconds: u32| (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        assert_eq!(clock(offsets.local_seconds(0, unix)), (23, 10, 5));
        assert_eq!(clock(offsets.local_seconds(1, unix)), (4, 40, 5));
        assert_eq!(clock(offsets.local_seconds(2, unix)), (18, 10, 5));
    }
}
