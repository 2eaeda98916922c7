//! What a setting's text may be: the accepted range in words, and the parser that holds to it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use traffic::curve::Stage;

use super::length::{parse_length, parse_rate};
use super::shard::{self, Asked};
use super::tracking_url::TrackingUrl;
use super::{LogLevel, Rate};
use super::{nearest, profile};
use crate::sitemap::Place;
use crate::stages;
use crate::threshold::{self, Threshold};
use engine::target::Secret;

/// The kinds of values.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A whole number, both ends included; `u64::MAX` is no limit.
    Whole {
        min: u64,
        max: u64,
    },
    /// A finite number, both ends included.
    Decimal {
        min: f64,
        max: f64,
    },
    /// A number above 0. `max` is a technical limit far outside of sense.
    Above {
        max: f64,
    },
    Switch,
    Choice(&'static [&'static str]),
    /// A length of time, both ends included.
    Length {
        min: &'static str,
        max: &'static str,
    },
    Rate,
    Url,
    Token,
    Path,
    /// A file, or an http(s) URL, which may hold credentials.
    PathOrUrl,
    FileOrDash,
    /// The name of a built-in profile, or the path of one.
    Profile,
    Zone,
    Date,
    Currency,
    Amounts,
    RunId,
    /// A moment, on every machine the same.
    Moment,
    /// A part of a plan.
    Shard,
    LogLevel,
    /// How the rate changes over time.
    Stages,
    /// What a run must keep to; may be given several times.
    Thresholds,
    /// A file whose ending says what is written into it.
    Report,
    /// An address of this machine with a port.
    Address,
}

/// A checked value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Whole(u64),
    Decimal(f64),
    Switch(bool),
    Choice(&'static str),
    Length(Duration),
    Rate(Rate),
    Url(TrackingUrl),
    Token(Secret),
    Path(PathBuf),
    Place(Place),
    Zone(TimeZone),
    Date(Date),
    Text(String),
    Amounts(Vec<f64>),
    Moment(Timestamp),
    Shard(Asked),
    LogLevel(LogLevel),
    Stages(Vec<Stage>),
    Thresholds(Vec<Threshold>),
    Address(SocketAddr),
}

/// Why a text is not accepted, where more can be said than what would be.
/// Never contains the text itself, which may be secret.
pub(crate) type Detail = Option<String>;

impl Kind {
    /// What is accepted, to follow "give".
    pub(crate) fn accepts(self) -> String {
        match self {
            Self::Whole { min, max: u64::MAX } => format!("a whole number of at least {min}"),
            Self::Whole { min, max } => format!("a whole number from {min} to {max}"),
            Self::Decimal { min, max: f64::INFINITY } => format!("a number of at least {min}"),
            Self::Decimal { min, max } => format!("a number from {min} to {max}"),
            Self::Above { .. } => "a number above 0".to_owned(),
            Self::Switch => "true or false (or 1/0, yes/no, on/off, y/n)".to_owned(),
            Self::Choice(names) => one_of(names),
            Self::Length { min, max } => {
                format!(
                    "a time such as 30s, 500ms, 2m or 1h30m (a bare number is seconds), from {min} to {max}"
                )
            }
            Self::Rate => {
                "a number above 0 with /s, /m, /h or /d such as 5/s, at most 1000000/s, or max".to_owned()
            }
            Self::Url => "an http:// or https:// URL with a host, without query or fragment".to_owned(),
            Self::Token => "a token without spaces, as Matomo shows it (32 hex digits)".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::PathOrUrl => "a path, or an http:// or https:// URL".to_owned(),
            Self::FileOrDash => "a path, or - for standard output".to_owned(),
            Self::Profile => {
                let names: Vec<&str> = profile::names().collect();
                format!("{}, or the path of a TOML file such as ./mine.toml", names.join(", "))
            }
            Self::Zone => "an IANA time zone such as Europe/Berlin".to_owned(),
            Self::Date => "a date as YYYY-MM-DD".to_owned(),
            Self::Currency => "a three-letter ISO 4217 code such as EUR".to_owned(),
            Self::Amounts => "numbers of at least 0 separated by commas, such as 0,5.99".to_owned(),
            Self::RunId => "1 to 40 letters, digits, dots, dashes or underscores".to_owned(),
            Self::Moment => {
                "a time with its offset from UTC such as 2026-12-01T10:00:00Z or 2026-12-01T11:00:00+01:00"
                    .to_owned()
            }
            Self::Shard => format!("K/N such as 3/8, with K from 0 and N up to {}, or auto", shard::MOST),
            Self::LogLevel => one_of(LogLevel::NAMES),
            Self::Stages => format!("stages separated by commas, each {}", stages::EXAMPLES),
            Self::Thresholds => {
                "thresholds separated by commas, such as response.p95<200ms, errors<1% or visits.dropped==0"
                    .to_owned()
            }
            Self::Report => "a path that ends in .html, .md or .csv".to_owned(),
            Self::Address => "an IP address and a port such as 127.0.0.1:9464 or [::1]:9464".to_owned(),
        }
    }

    /// The value a text stands for. `text` is trimmed and not empty.
    pub(crate) fn parse(self, text: &str) -> Result<Value, Detail> {
        match self {
            Self::Whole { min, max } => {
                let number = text.parse().map_err(|_| None)?;
                within(number, min, max).map(Value::Whole)
            }
            Self::Decimal { min, max } => within(finite(text)?, min, max).map(Value::Decimal),
            Self::Above { max } => {
                let number = finite(text)?;
                if number > max {
                    return Err(Some(format!("it is more than {max:e}")));
                }
                within(number, f64::MIN_POSITIVE, max).map(Value::Decimal)
            }
            Self::Switch => parse_switch(text).map(Value::Switch).ok_or(None),
            Self::Choice(names) => {
                let known = names.iter().find(|name| name.eq_ignore_ascii_case(text));
                known.map(|name| Value::Choice(name)).ok_or_else(|| did_you_mean(text, names.iter().copied()))
            }
            Self::Length { min, max } => {
                let bound = |text| parse_length(text).expect("the registry's bounds parse");
                within(parse_length(text).map_err(Some)?, bound(min), bound(max)).map(Value::Length)
            }
            Self::Rate => parse_rate(text).map(Value::Rate),
            Self::Url => TrackingUrl::parse(text).map(Value::Url).map_err(Some),
            Self::Token => parse_token(text).map(Value::Token),
            Self::Path => Ok(Value::Path(PathBuf::from(text))),
            Self::PathOrUrl => Place::parse(text).map(Value::Place).map_err(Some),
            Self::FileOrDash => Ok(Value::Text(text.to_owned())),
            Self::Profile => profile::parse_name(text).map(Value::Text),
            Self::Zone => parse_zone(text).map(Value::Zone),
            Self::Date => parse_date(text).map(Value::Date),
            Self::Currency => {
                let accepted = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
                accepted.then(|| Value::Text(text.to_ascii_uppercase())).ok_or(None)
            }
            Self::Amounts => parse_amounts(text).map(Value::Amounts),
            Self::RunId => {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
                let accepted = text.len() <= 40 && text.bytes().all(plain);
                accepted.then(|| Value::Text(text.to_owned())).ok_or(None)
            }
            Self::Moment => parse_moment(text).map(Value::Moment),
            Self::Shard => shard::parse(text).map(Value::Shard),
            Self::LogLevel => LogLevel::from_name(text)
                .map(Value::LogLevel)
                .ok_or_else(|| did_you_mean(text, LogLevel::NAMES.iter().copied())),
            Self::Stages => stages::parse(text).map(Value::Stages).map_err(Some),
            Self::Thresholds => {
                let all: Result<_, String> = thresholds(text).map(|(_, threshold)| threshold).collect();
                all.map(Value::Thresholds).map_err(Some)
            }
            Self::Report => {
                let path = PathBuf::from(text);
                let end = path.extension().unwrap_or_default();
                let known = REPORTS.iter().any(|known| end.eq_ignore_ascii_case(known));
                known.then_some(Value::Path(path)).ok_or(None)
            }
            Self::Address => text.parse().map(Value::Address).map_err(|_| {
                let host = text.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
                host.map(|_| "the part before the port is not an address in numbers".to_owned())
            }),
        }
    }
}

/// Endings of reports.
const REPORTS: [&str; 3] = ["html", "md", "csv"];

/// Every threshold of a list, with its text.
pub(super) fn thresholds(text: &str) -> impl Iterator<Item = (&str, Result<Threshold, String>)> {
    text.split(',').map(|one| (one.trim(), threshold::parse(one)))
}

/// A token as Matomo hands it out, from a setting or from a file.
pub(crate) fn parse_token(text: &str) -> Result<Secret, Detail> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Some("it contains white space".to_owned()));
    }
    Ok(Secret::new(text))
}

fn within<T: PartialOrd + Copy>(number: T, min: T, max: T) -> Result<T, Detail> {
    if number < min || number > max { Err(None) } else { Ok(number) }
}

fn finite(text: &str) -> Result<f64, Detail> {
    let number: f64 = text.parse().map_err(|_| None)?;
    if number.is_finite() { Ok(number) } else { Err(Some("it is not a finite number".to_owned())) }
}

fn parse_switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" | "y" => Some(true),
        "0" | "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

fn parse_zone(text: &str) -> Result<TimeZone, Detail> {
    TimeZone::get(text).map_err(|_| {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        did_you_mean(text, names.iter().map(String::as_str))
    })
}

/// Four, two and two digits: jiff alone would also take a time or a compact form.
fn parse_date(text: &str) -> Result<Date, Detail> {
    let shape =
        |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) {
        return Err(None);
    }
    text.parse().map_err(|_| Some("there is no such day".to_owned()))
}

/// To the millisecond, as the clock of a run has it.
fn parse_moment(text: &str) -> Result<Timestamp, Detail> {
    let moment: Timestamp = text.parse().map_err(|_| {
        let is_local = text.parse::<jiff::civil::DateTime>().is_ok();
        is_local.then(|| {
            "it does not say in which time zone, so machines may take it for different times".to_owned()
        })
    })?;
    let year = moment.to_zoned(TimeZone::UTC).year();
    if !(2000..2200).contains(&year) {
        return Err(Some("it is not between the years 2000 and 2200".to_owned()));
    }
    Timestamp::from_millisecond(moment.as_millisecond()).map_err(|_| None)
}

/// The highest of a list of amounts.
const MOST: f64 = 1e9;

fn parse_amounts(text: &str) -> Result<Vec<f64>, Detail> {
    let amount = |part: &str| match finite(part.trim())? {
        number if number > MOST => Err(Some(format!("{number:e} is more than {MOST:e}"))),
        number => within(number, 0.0, MOST),
    };
    text.split(',').map(amount).collect()
}

fn one_of(names: &[&str]) -> String {
    match names {
        [first, second] => format!("{first} or {second}"),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
        [] => String::new(),
    }
}

fn did_you_mean<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Detail {
    nearest::suggest(text, names).map(|name| format!("did you mean {name}?"))
}
