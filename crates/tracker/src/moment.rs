//! When a hit happened: `cdt` in all the spellings Matomo accepts, and what it does with the others.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::parameters::{Parameters, is_number};

/// Older hits need a token: one day.
const OLDEST_WITHOUT_TOKEN: i64 = 86_400;
/// Older hits are recorded now: twenty years.
const OLDEST: i64 = 20 * 365 * 86_400;

/// When a hit happened, and whether saying so needs a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Unix seconds.
    pub(crate) at: i64,
    pub(crate) needs_token: bool,
}

/// When a hit with these parameters happened. What cannot be read, lies ahead or is too old happened now.
pub(crate) fn moment(parameters: &Parameters<'_>, now: i64) -> Moment {
    let said = parameters.filled("cdt").map_or(Some(now), |text| read(text, now));
    let offset = parameters.integer("cdo").unwrap_or(0).saturating_abs();
    let at = said.map_or(now, |said| said.saturating_sub(offset));
    if at > now || at <= now - OLDEST {
        return Moment { at: now, needs_token: false };
    }
    Moment { at, needs_token: now - at >= OLDEST_WITHOUT_TOKEN }
}

/// Reads unix seconds, `Y-m-d H:i:s`, ISO 8601, a date, or something like `-1 hour`.
fn read(text: &str, now: i64) -> Option<i64> {
    if is_number(text) {
        return text.parse::<f64>().ok().map(|seconds| seconds.trunc() as i64);
    }
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_second());
    }
    let civil = match text.parse::<DateTime>() {
        Ok(civil) => civil,
        Err(_) => text.parse::<Date>().map(|date| date.at(0, 0, 0, 0)).ok().or_else(|| {
            let relative = relative(text, now)?;
            Timestamp::from_second(relative).ok().map(|timestamp| TimeZone::UTC.to_datetime(timestamp))
        })?,
    };
    TimeZone::UTC.to_timestamp(civil).ok().map(Timestamp::as_second)
}

/// Reads `now`, `yesterday`, `-1 hour`, `30 minutes ago`.
fn relative(text: &str, now: i64) -> Option<i64> {
    match text {
        "now" => return Some(now),
        "today" => return Some(now.div_euclid(86_400) * 86_400),
        "yesterday" => return Some((now.div_euclid(86_400) - 1) * 86_400),
        _ => {}
    }
    let (text, ago) = text.strip_suffix("ago").map_or((text, 1), |before| (before.trim_end(), -1));
    let unit_at = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit.trim_end_matches('s') {
        "sec" | "second" => 1,
        "min" | "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "week" => 604_800,
        _ => return None,
    };
    let number: i64 = number.trim().parse().ok()?;
    number.checked_mul(seconds * ago)?.checked_add(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 21:50:24 UTC.
    const NOW: i64 = 1_795_384_224;

    fn at(cdt: &str) -> Moment {
        let encoded = form_urlencoded::Serializer::new(String::new()).append_pair("cdt", cdt).finish();
        let mut parameters = Parameters::default();
        parameters.add_encoded(encoded.as_bytes());
        moment(&parameters, NOW)
    }

    #[test]
    fn every_spelling_that_matomo_accepts_is_exact() {
        let hour_ago = Moment { at: NOW - 3600, needs_token: false };
        for cdt in [
            "1795380624",
            "1795380624.985",
            "2026-11-22 20:50:24",
            "2026-11-22T20:50:24Z",
            "2026-11-22T22:50:24+02:00",
            "2026-11-22T20:50:24.123Z",
            "-1 hour",
            "60 minutes ago",
        ] {
            assert_eq!(at(cdt), hour_ago, "{cdt}");
        }
        assert_eq!(at("2026-11-22"), Moment { at: 1_795_305_600, needs_token: false });
    }

    #[test]
    fn the_future_milliseconds_garbage_and_the_far_past_are_recorded_now() {
        for cdt in ["1795384226", "1795380623985", "yesterdayish", "", "1", "2000-01-01"] {
            assert_eq!(at(cdt), Moment { at: NOW, needs_token: false }, "{cdt}");
        }
    }

    #[test]
    fn a_day_ago_needs_a_token_to_the_second() {
        assert!(!at("1795297825").needs_token);
        assert!(at("1795297824").needs_token);
    }

    #[test]
    fn an_offset_counts_back_from_now() {
        let mut parameters = Parameters::default();
        parameters.add_encoded(b"cdo=600");
        assert_eq!(moment(&parameters, NOW), Moment { at: NOW - 600, needs_token: false });
    }
}
