//! Days of a time zone: when they begin and how long they are, from time zone data alone.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::curve::Nanos;

/// A day, or what is left of the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// How long it is.
    pub length: Nanos,
    /// Which day of the week: 0 is Monday.
    pub weekday: u8,
}

/// Monday, 2026-01-05, 00:00 UTC in milliseconds of Unix time: when a plan begins that nobody starts.
pub const SOME_MONDAY: i64 = 1_767_571_200_000;

/// The day that a moment belongs to, in milliseconds of Unix time.
pub fn around(zone: &TimeZone, unix_ms: i64) -> std::ops::Range<i64> {
    let bounds = Timestamp::from_millisecond(unix_ms).ok().and_then(|moment| {
        let start = moment.to_zoned(zone.clone()).start_of_day().ok()?;
        let next = start.tomorrow().ok()?.start_of_day().ok()?;
        Some(start.timestamp().as_millisecond()..next.timestamp().as_millisecond())
    });
    bounds.unwrap_or(i64::MIN..i64::MAX)
}

/// The days from a moment on: what is left of the first, then whole ones.
pub fn from(zone: &TimeZone, unix_ms: i64) -> impl Iterator<Item = Day> + use<> {
    let zone = zone.clone();
    let mut at = unix_ms;
    std::iter::from_fn(move || {
        let end = around(&zone, at).end;
        let length = end.checked_sub(at).filter(|length| *length > 0)? as u64;
        let weekday = Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()).weekday();
        at = end;
        Some(Day { length: length * 1_000_000, weekday: weekday.to_monday_zero_offset() as u8 })
    })
}

/// Hours that the clocks of a zone are ahead of UTC at a moment.
pub fn offset_hours(zone: &TimeZone, unix_ms: i64) -> f64 {
    let moment = Timestamp::UNIX_EPOCH + SignedDuration::from_millis(unix_ms);
    f64::from(zone.to_offset(moment).seconds()) / 3_600.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_23_or_25_hours_long_where_clocks_change() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let ms = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let days = |text: &str| -> Vec<(u64, u8)> {
            from(&berlin, ms(text))
                .take(3)
                .map(|day| (day.length / 1_000_000_000 / 3_600, day.weekday))
                .collect()
        };
        assert_eq!(days("2026-03-28T11:00:00Z"), [(12, 5), (23, 6), (24, 0)]);
        assert_eq!(days("2026-10-24T10:00:00Z"), [(12, 5), (25, 6), (24, 0)]);
    }

    #[test]
    fn some_monday_is_a_monday() {
        let first = from(&TimeZone::UTC, SOME_MONDAY).next().unwrap();
        assert_eq!(first, Day { length: crate::curve::DAY, weekday: 0 });
    }
}
