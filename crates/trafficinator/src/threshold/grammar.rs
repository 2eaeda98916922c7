//! How a threshold is written: a metric, a comparison and a bound. Whatever is wrong is named with its place.

use std::fmt;

use engine::observation::Failure;
use traffic::hit::Kind;

use super::{Bound, Comparison, Figure, HitFigure, Metric, Threshold, Unit, View, VisitFigure};
use crate::settings::nearest::suggest;

/// What thresholds look like, for whoever wrote something else.
const EXAMPLES: &str = "response.p95<200ms, errors<1%, visits.dropped==0 or rate.hits>=20/s";

/// Units of times, in milliseconds.
const TIMES: [(&str, f64); 6] =
    [("us", 0.001), ("µs", 0.001), ("ms", 1.0), ("s", 1_000.0), ("m", 60_000.0), ("h", 3_600_000.0)];

/// Units of rates, in seconds.
const RATES: [(&str, f64); 4] = [("/s", 1.0), ("/m", 60.0), ("/h", 3_600.0), ("/d", 86_400.0)];

/// The longest time that is told apart, in milliseconds.
const LONGEST: f64 = 3_600_000.0;

/// Reads a threshold. The error names the place in the text and says what is accepted there.
pub(crate) fn parse(text: &str) -> Result<Threshold, String> {
    read(&Part { text, at: 0 }).map_err(|Wrong { at, rest, message }| {
        let number = text[..at].chars().count() + 1;
        match excerpt(&rest) {
            Some(excerpt) => format!("at character {number} ({excerpt}): {message}"),
            None if text[at..].trim().is_empty() => format!("at character {number}, the end: {message}"),
            None => format!("at character {number}: {message}"),
        }
    })
}

/// A piece of the text, and where in it that begins.
#[derive(Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    at: usize,
}

struct Wrong {
    at: usize,
    rest: String,
    message: String,
}

impl<'a> Part<'a> {
    fn trimmed(self) -> Part<'a> {
        let start = self.text.trim_start();
        Part { text: start.trim_end(), at: self.at + (self.text.len() - start.len()) }
    }

    /// What is before a byte, and what is from there on.
    fn split(self, at: usize) -> (Part<'a>, Part<'a>) {
        let (before, after) = self.text.split_at(at);
        (Part { text: before, at: self.at }, Part { text: after, at: self.at + at })
    }

    /// What follows a beginning.
    fn after(self, beginning: &str) -> Option<Part<'a>> {
        let rest = self.text.strip_prefix(beginning)?;
        Some(Part { text: rest, at: self.at + beginning.len() })
    }

    fn wrong(self, message: impl Into<String>) -> Wrong {
        Wrong { at: self.at, rest: self.text.to_owned(), message: message.into() }
    }
}

/// Text from anywhere, short enough for a message and without control characters.
fn excerpt(text: &str) -> Option<String> {
    let short: String = text.chars().take(30).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    (!text.is_empty()).then(|| format!("{short:?}{dots}"))
}

fn read(whole: &Part<'_>) -> Result<Threshold, Wrong> {
    let whole = whole.trimmed();
    if whole.text.is_empty() {
        return Err(whole.wrong(format!("a threshold is missing: write {EXAMPLES}")));
    }
    let Some(sign) = whole.text.find(['<', '>', '=', '!']) else {
        // A metric that nobody knows is the first thing to say about it.
        metric(whole)?;
        let (_, end) = whole.split(whole.text.len());
        return Err(end.wrong(format!("a comparison is missing: one of {}, as in {EXAMPLES}", signs())));
    };
    let (before, rest) = whole.split(sign);
    let metric = metric(before.trimmed())?;
    let comparison = comparison(rest)?;
    let after = rest.after(comparison.sign()).expect("it begins with the sign");
    let (bound, written) = bound(metric, after.trimmed())?;
    Ok(Threshold {
        text: format!("{metric}{}{written}", comparison.sign()),
        metric,
        comparison,
        bound,
        abort: None,
    })
}

fn signs() -> &'static str {
    "<, <=, >, >=, == and !="
}

fn comparison(rest: Part<'_>) -> Result<Comparison, Wrong> {
    let length = rest.text.find(|c| !"<>=!".contains(c)).unwrap_or(rest.text.len());
    let (sign, _) = rest.split(length);
    if let Some(known) = Comparison::ALL.into_iter().find(|known| known.sign() == sign.text) {
        return Ok(known);
    }
    let meant = match sign.text {
        "=" | "===" => Some("=="),
        "=<" => Some("<="),
        "=>" => Some(">="),
        "<>" | "!" | "!==" => Some("!="),
        "<<" => Some("<"),
        ">>" => Some(">"),
        _ => None,
    };
    let meant = meant.map(|meant| format!("did you mean {meant}? ")).unwrap_or_default();
    Err(sign.wrong(format!("{meant}a comparison is one of {}", signs())))
}

fn metric(part: Part<'_>) -> Result<Metric, Wrong> {
    if part.text.is_empty() {
        return Err(part.wrong(format!("a metric is missing before the comparison: write {EXAMPLES}")));
    }
    let (head, rest) = part.split(part.text.find(['.', '[']).unwrap_or(part.text.len()));
    if let Some(view) = View::ALL.into_iter().find(|view| view.name() == head.text) {
        return time(view, rest);
    }
    match head.text {
        "errors" => errors(rest),
        "visits" => named(head, rest, VisitFigure::ALL.map(|figure| (figure.name(), Metric::Visits(figure)))),
        "hits" => named(head, rest, HitFigure::ALL.map(|figure| (figure.name(), Metric::Hits(figure)))),
        "rate" => named(head, rest, [("visits", Metric::VisitRate), ("hits", Metric::HitRate)]),
        _ => Err(unknown(head)),
    }
}

fn unknown(head: Part<'_>) -> Wrong {
    let heads = View::ALL.map(View::name).into_iter().chain(["errors", "visits", "hits", "rate"]);
    if let Ok(figure) = figure(head) {
        return head.wrong(format!(
            "say which time: response.{figure}, service.{figure}, wait.{figure} or lag.{figure}"
        ));
    }
    let known = "metrics are response, service, wait and lag (.p95, .mean, .min, .max), errors, visits, hits and rate";
    match suggest(head.text, heads) {
        Some(meant) => head.wrong(format!("there is no such metric; did you mean {meant}? {known}")),
        None => head.wrong(format!("there is no such metric; {known}, as in {EXAMPLES}")),
    }
}

/// `.p95` or `[order].p95`.
fn time(view: View, rest: Part<'_>) -> Result<Metric, Wrong> {
    let (kind, rest) = match rest.after("[") {
        None => (None, rest),
        Some(inner) => {
            let close = inner
                .text
                .find(']')
                .ok_or_else(|| rest.wrong(format!("a ] is missing: write {}[order].p95", view.name())))?;
            let (name, rest) = inner.split(close);
            if matches!(view, View::Wait | View::Lag) {
                return Err(name.wrong(format!(
                    "{} is not told apart by kinds of hits, only response and service are",
                    view.name()
                )));
            }
            (Some(kind(name)?), rest.after("]").expect("it begins with the bracket"))
        }
    };
    let name = kind.map_or_else(|| view.name().to_owned(), |kind| format!("{}[{kind}]", view.name()));
    let accepted =
        format!("write {name}.p95 (any percentile from p0 to p100), {name}.mean, {name}.min or {name}.max");
    let figures = || ["mean", "min", "max", "p50", "p90", "p95", "p99", "p99.9"].into_iter();
    let Some(after) = rest.after(".") else {
        return Err(rest.wrong(format!("a figure is missing: {accepted}")));
    };
    let figure = figure(after).map_err(|()| {
        let meant = suggest(after.text, figures()).map(|meant| format!("did you mean {meant}? "));
        after.wrong(format!("there is no such figure; {}{accepted}", meant.unwrap_or_default()))
    })?;
    Ok(Metric::Time { view, kind, figure })
}

fn kind(name: Part<'_>) -> Result<&'static str, Wrong> {
    let mut names: Vec<&'static str> = Kind::ALL.into_iter().map(Kind::name).collect();
    names.dedup();
    if let Some(known) = names.iter().find(|known| **known == name.text) {
        return Ok(known);
    }
    let meant = suggest(name.text, names.iter().copied()).map(|meant| format!("did you mean {meant}? "));
    Err(name.wrong(format!(
        "there is no such kind of hit; {}kinds are {}",
        meant.unwrap_or_default(),
        names.join(", ")
    )))
}

fn figure(part: Part<'_>) -> Result<Figure, ()> {
    match part.text {
        "mean" => Ok(Figure::Mean),
        "min" => Ok(Figure::Min),
        "max" => Ok(Figure::Max),
        text => text.strip_prefix('p').and_then(share_of_percent).map(Figure::Quantile).ok_or(()),
    }
}

/// `99.9` as 0.999, which is not what dividing by 100 gives.
fn share_of_percent(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number =
        |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole, 3) || !is_number(fraction, 6) {
        return None;
    }
    let share = format!("{whole:0>3}");
    let share: f64 = format!("{}.{}{fraction}", &share[..1], &share[1..]).parse().ok()?;
    (share <= 1.0).then_some(share)
}

fn errors(rest: Part<'_>) -> Result<Metric, Wrong> {
    if rest.text.is_empty() {
        return Ok(Metric::ErrorShare);
    }
    let failures = || Failure::ALL.into_iter().map(Failure::name);
    let accepted = format!(
        "write errors (a share), errors.count, errors.http_500 (any status), or errors. and one of {}",
        failures().collect::<Vec<_>>().join(", ")
    );
    let Some(name) = rest.after(".") else {
        return Err(rest.wrong(format!("errors are not told apart by kinds of hits; {accepted}")));
    };
    if name.text == "count" {
        return Ok(Metric::ErrorCount);
    }
    if let Some(failure) = Failure::ALL.into_iter().find(|failure| failure.name() == name.text) {
        return Ok(Metric::Failure(failure));
    }
    if let Some(status) = name.text.strip_prefix("http_") {
        let digits = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        return match status.parse::<u16>() {
            Ok(200..=299) if digits => {
                Err(name.wrong("a hit that is answered with 2xx was accepted: it is no error"))
            }
            Ok(status @ 100..=599) if digits => Ok(Metric::Status(status)),
            _ => Err(name.wrong("a status has three digits from 100 to 599: write errors.http_500")),
        };
    }
    let meant = suggest(name.text, failures().chain(["count", "http_500"]));
    let meant = meant.map(|meant| format!("did you mean {meant}? ")).unwrap_or_default();
    Err(name.wrong(format!("there is no such error; {meant}{accepted}")))
}

fn named<const N: usize>(
    head: Part<'_>,
    rest: Part<'_>,
    known: [(&'static str, Metric); N],
) -> Result<Metric, Wrong> {
    let head = head.text;
    let names = known.map(|(name, _)| name);
    let all = names.map(|name| format!("{head}.{name}")).join(", ");
    let Some(name) = rest.after(".") else {
        let message = if rest.text.is_empty() { "a figure is missing" } else { "there are no kinds of it" };
        return Err(rest.wrong(format!("{message}: write one of {all}")));
    };
    if let Some((_, metric)) = known.into_iter().find(|(known, _)| *known == name.text) {
        return Ok(metric);
    }
    let meant = suggest(name.text, names.into_iter()).map(|meant| format!("did you mean {head}.{meant}? "));
    Err(name.wrong(format!("there is no such figure; {}accepted are {all}", meant.unwrap_or_default())))
}

/// The bound, and how it was written, without spaces.
fn bound(metric: Metric, part: Part<'_>) -> Result<(Bound, String), Wrong> {
    let accepted = accepted(metric);
    if part.text.is_empty() {
        return Err(part.wrong(format!("a bound is missing: {accepted}")));
    }
    let digits = part.text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(part.text.len());
    let (number, unit) = part.split(digits);
    let unit = unit.trimmed();
    let wrong = || part.wrong(format!("this is not a bound: {accepted}"));
    // `1.`, `.5` and `1.2.3` are slips of the hand.
    let is_decimal = number.text.split('.').count() <= 2
        && number.text.split('.').all(|digits| (1..=15).contains(&digits.len()));
    let value: f64 = number.text.parse().ok().filter(|_| is_decimal).ok_or_else(wrong)?;
    let known =
        |units: &[(&str, f64)]| units.iter().find(|(name, _)| *name == unit.text).map(|(_, size)| *size);
    let unknown = || unit.wrong(format!("there is no such unit here: {accepted}"));
    let (value, kind) = match metric {
        Metric::Time { .. } => {
            if unit.text.is_empty() {
                return Err(part.wrong(format!("a time needs a unit: {accepted}")));
            }
            let ms = value * known(&TIMES).ok_or_else(unknown)?;
            if ms > LONGEST {
                return Err(part.wrong("times are measured up to 1h"));
            }
            (ms, Unit::Milliseconds)
        }
        Metric::VisitRate | Metric::HitRate => {
            if unit.text.is_empty() {
                return Err(part.wrong(format!("a rate needs a unit: {accepted}")));
            }
            (value / known(&RATES).ok_or_else(unknown)?, Unit::PerSecond)
        }
        _ if unit.text == "%" => {
            if matches!(metric, Metric::Visits(VisitFigure::Planned) | Metric::Hits(HitFigure::Planned)) {
                return Err(
                    part.wrong("shares are of what was planned, so this is always 100%: write a count")
                );
            }
            if value > 100.0 {
                return Err(part.wrong(format!("a share is at most 100%: {accepted}")));
            }
            (value / 100.0, Unit::Share)
        }
        _ if !unit.text.is_empty() => return Err(unknown()),
        Metric::ErrorShare if value > 1.0 => {
            return Err(part.wrong(format!("a share without % is at most 1: {accepted}")));
        }
        Metric::ErrorShare => (value, Unit::Share),
        _ if number.text.contains('.') => {
            return Err(part.wrong(format!("a count is a whole number: {accepted}")));
        }
        _ => (value, Unit::Count),
    };
    Ok((Bound { value, unit: kind }, format!("{}{}", number.text, unit.text)))
}

fn accepted(metric: Metric) -> String {
    match metric {
        Metric::Time { .. } => "write a time such as 200ms, 1.5s or 800us".to_owned(),
        Metric::VisitRate | Metric::HitRate => "write a rate such as 20/s, 90/m or 2000/h".to_owned(),
        Metric::ErrorShare => {
            "write a share of the hits such as 1% or 0.01, or errors.count for their number".to_owned()
        }
        Metric::Visits(VisitFigure::Planned) | Metric::Hits(HitFigure::Planned) => {
            "write a whole number such as 1000".to_owned()
        }
        Metric::Visits(_) | Metric::Hits(_) => {
            "write a whole number such as 0, or a share of what was planned such as 1%".to_owned()
        }
        Metric::ErrorCount | Metric::Status(_) | Metric::Failure(_) => {
            "write a whole number such as 0, or a share of the hits such as 1%".to_owned()
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Metric::Time { view, kind: None, figure } => write!(f, "{}.{figure}", view.name()),
            Metric::Time { view, kind: Some(kind), figure } => write!(f, "{}[{kind}].{figure}", view.name()),
            Metric::ErrorShare => f.write_str("errors"),
            Metric::ErrorCount => f.write_str("errors.count"),
            Metric::Status(status) => write!(f, "errors.http_{status}"),
            Metric::Failure(failure) => write!(f, "errors.{}", failure.name()),
            Metric::Visits(figure) => write!(f, "visits.{}", figure.name()),
            Metric::Hits(figure) => write!(f, "hits.{}", figure.name()),
            Metric::VisitRate => f.write_str("rate.visits"),
            Metric::HitRate => f.write_str("rate.hits"),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Figure::Mean => f.write_str("mean"),
            Figure::Min => f.write_str("min"),
            Figure::Max => f.write_str("max"),
            // Rounded, since a share of 0.999 is 99.9 percent but for the last bit.
            Figure::Quantile(share) => write!(f, "p{}", (share * 1e8).round() / 1e6),
        }
    }
}
