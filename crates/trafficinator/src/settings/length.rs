//! Lengths of time and rates, as people write them: `1h30m`, `500ms`, `5/s`.

use std::time::Duration;

use super::Rate;
use super::kind::Detail;

const UNITS: [(&str, f64); 5] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

/// A length of time: numbers with a unit, one after the other; a bare number is seconds.
/// The error says what is wrong without repeating the text.
pub(crate) fn parse_length(text: &str) -> Result<Duration, String> {
    let mut seconds = 0.0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("it is empty".to_owned());
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let number: f64 = number.parse().map_err(|_| "a unit needs a number before it".to_owned())?;
        let letters = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let after = after.trim_start();
        let factor = match UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
            Some((_, factor)) => *factor,
            None if unit.is_empty() && parts == 0 && after.is_empty() => 1.0,
            None if unit.is_empty() => return Err("a number lacks its unit".to_owned()),
            None => return Err("the unit is not one of ms, s, m, h, d".to_owned()),
        };
        seconds += number * factor;
        rest = after;
        parts += 1;
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| "it is too long".to_owned())
}

/// Visits a second, minute, hour or day, or `max`.
pub(crate) fn parse_rate(text: &str) -> Result<Rate, Detail> {
    if text.eq_ignore_ascii_case("max") {
        return Ok(Rate::Max);
    }
    match parse_per_second(text)? {
        rate if rate > 0.0 => Ok(Rate::PerSecond(rate)),
        _ => Err(None),
    }
}

/// Visits a second, minute, hour or day, also none, as visits a second.
pub(crate) fn parse_per_second(text: &str) -> Result<f64, Detail> {
    let Some((number, unit)) = text.split_once('/') else {
        return Err(Some("it lacks its unit".to_owned()));
    };
    let number: f64 = number.trim().parse().map_err(|_| None)?;
    let seconds = match unit.trim() {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(Some("the unit is not one of /s, /m, /h, /d".to_owned())),
    };
    let per_second = number / seconds;
    // Written so that NaN fails as well.
    if number >= 0.0 && per_second <= 1e6 { Ok(per_second) } else { Err(None) }
}
