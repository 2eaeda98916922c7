//! Which stretch of time a report is about.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::Refusal;
use crate::options::Options;
use crate::parameters::Parameters;
use crate::request::day;

/// A stretch of whole days of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    /// Its first second, in unix seconds.
    pub(super) from: i64,
    /// The first second after it.
    pub(super) until: i64,
    pub(super) visitors: Visitors,
    pub(super) said: Said,
}

/// Whether Matomo counts unique visitors over such a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visitors {
    Unique,
    NotCounted,
}

/// Whether the date was spelt out: the log of visits reaches back further for `today`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Explicitly,
    Today,
}

/// The period these parameters ask for.
pub(super) fn period(parameters: &Parameters<'_>, options: &Options, now: i64) -> Result<Period, Refusal> {
    let missing = |name| Refusal::BadArgument(format!("Please specify a value for '{name}'."));
    let period = parameters.filled("period").ok_or_else(|| missing("period"))?;
    let date = parameters.filled("date").ok_or_else(|| missing("date"))?;
    let today = day(now, options);
    if period == "range" {
        let (from, until) = match date.split_once(',') {
            Some((from, until)) => (from, until),
            None => (date, date),
        };
        let (first, last) = (read(from, today)?, read(until, today)?);
        if last < first {
            return Err(Refusal::BadArgument(format!("the range '{date}' ends before it begins")));
        }
        let visitors = if first == last { Visitors::Unique } else { Visitors::NotCounted };
        let said =
            if until.trim() == "today" && from.trim() == "today" { Said::Today } else { Said::Explicitly };
        return days(first, last, visitors, said, options);
    }
    let date_said = date;
    let date = read(date, today)?;
    let (first, last, visitors) = match period {
        "day" => (date, date, Visitors::Unique),
        "week" => {
            let back = i64::from(date.weekday().to_monday_zero_offset());
            let first = shift(date, (-back).days())?;
            (first, shift(first, 6.days())?, Visitors::Unique)
        }
        "month" => (date.first_of_month(), date.last_of_month(), Visitors::Unique),
        "year" => (date.first_of_year(), date.last_of_year(), Visitors::NotCounted),
        other => {
            return Err(Refusal::BadArgument(format!(
                "The period '{other}' is not supported. Try any of the following instead: day, week, month, year, range"
            )));
        }
    };
    let said = if date_said.trim() == "today" { Said::Today } else { Said::Explicitly };
    days(first, last, visitors, said, options)
}

fn read(date: &str, today: Date) -> Result<Date, Refusal> {
    match date.trim() {
        "today" | "now" => Ok(today),
        "yesterday" => shift(today, (-1).days()),
        other => other.parse().map_err(|_| {
            Refusal::BadArgument(format!(
                "Date format must be: YYYY-MM-DD, or 'today' or 'yesterday' (was '{other}')."
            ))
        }),
    }
}

fn shift(date: Date, span: Span) -> Result<Date, Refusal> {
    date.checked_add(span).map_err(|_| Refusal::BadArgument(format!("the date {date} is out of range")))
}

fn days(
    first: Date,
    last: Date,
    visitors: Visitors,
    said: Said,
    options: &Options,
) -> Result<Period, Refusal> {
    let start = |date: Date| {
        let midnight = date.to_zoned(options.time_zone.clone());
        midnight
            .map(|midnight| midnight.timestamp().as_second())
            .map_err(|_| Refusal::BadArgument(format!("the date {date} is out of range")))
    };
    Ok(Period { from: start(first)?, until: start(shift(last, 1.days())?)?, visitors, said })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// 2026-11-22 21:50:24 UTC, a Sunday.
    const NOW: i64 = 1_795_384_224;
    const DAY: i64 = 86_400;

    fn ask(query: &str, options: &Options) -> Result<Period, String> {
        let mut parameters = Parameters::default();
        parameters.add_encoded(query.as_bytes());
        period(&parameters, options, NOW).map_err(|refusal| format!("{refusal:?}"))
    }

    #[test]
    fn periods_are_whole_days_of_the_site() {
        let utc = Options::default();
        for (query, length) in [
            ("period=day&date=today", 1),
            ("period=day&date=2026-11-22", 1),
            ("period=range&date=2026-11-21,2026-11-22", 2),
            ("period=week&date=today", 7),
            ("period=month&date=2026-11-05", 30),
            ("period=year&date=2024-02-29", 366),
        ] {
            let period = ask(query, &utc).expect(query);
            assert_eq!(period.until - period.from, length * DAY, "{query}");
        }
        let berlin = TimeZone::get("Europe/Berlin").expect("bundled");
        let berlin = Options { time_zone: berlin, ..Options::default() };
        let winter = ask("period=day&date=2026-10-25", &berlin).expect("a day");
        assert_eq!(winter.until - winter.from, 25 * 3600, "summer time ends");
        assert_eq!(
            ask("period=week&date=today", &utc).expect("a week").until,
            1_795_392_000,
            "weeks end on Sunday"
        );
    }

    #[test]
    fn what_is_no_period_is_said() {
        for query in [
            "",
            "period=day",
            "period=hour&date=today",
            "period=day&date=soon",
            "period=range&date=today,yesterday",
        ] {
            assert!(ask(query, &Options::default()).is_err(), "{query}");
        }
    }
}
