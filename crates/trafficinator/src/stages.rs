//! Load shapes: stages as people write them, `0/s..50/s@2m, 50/s@10m`, and told in words.

use std::time::Duration;

use traffic::curve::{Nanos, Stage};
use traffic::scenario::out_of_shape;

use crate::settings::length::{parse_length, parse_per_second};
use crate::summary::text::grouped;

/// What a stage looks like, for whoever wrote something else.
pub(crate) const EXAMPLES: &str = "50/s@10m, 0/s..50/s@2m or ..50/s@2m (from the last rate on)";

/// More stages than this are not told one by one.
const MOST_TOLD: usize = 8;

/// Reads stages, separated by commas. The error names the stage that is wrong and says what is accepted.
pub(crate) fn parse(text: &str) -> Result<Vec<Stage>, String> {
    let mut stages: Vec<Stage> = Vec::new();
    for (index, part) in text.split(',').enumerate() {
        let last = stages.last().map(|stage| stage.to);
        let stage = stage(part.trim(), last)
            .map_err(|message| format!("stage {} ({:?}): {message}", index + 1, cut(part.trim())))?;
        stages.push(stage);
    }
    match out_of_shape(&stages) {
        Some(message) => Err(message),
        None => Ok(stages),
    }
}

fn stage(text: &str, last: Option<f64>) -> Result<Stage, String> {
    if text.is_empty() {
        return Err(format!("it is empty; a stage is written {EXAMPLES}"));
    }
    let Some((rates, length)) = text.split_once('@') else {
        return Err(format!("it has no time; write {EXAMPLES}"));
    };
    let length = parse_time(length)?;
    let (from, to) = match rates.split_once("..") {
        None => {
            let rate = parse_rate(rates)?;
            (rate, rate)
        }
        Some((from, to)) if from.trim().is_empty() => {
            let from = last.ok_or("the first stage has no last rate to go on from; write 0/s..50/s@2m")?;
            (from, parse_rate(to)?)
        }
        Some((from, to)) => (parse_rate(from)?, parse_rate(to)?),
    };
    Ok(Stage { from, to, length })
}

/// A rate, which may be 0, in visits a second.
pub(crate) fn parse_rate(text: &str) -> Result<f64, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("a rate is missing; write {EXAMPLES}"));
    }
    if text == "0" {
        return Ok(0.0);
    }
    if text.eq_ignore_ascii_case("max") {
        return Err("the rate max has no shape; give rates such as 50/s".to_owned());
    }
    parse_per_second(text).map_err(|detail| {
        let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
        format!(
            "the rate {:?} is not accepted{detail}; give a number with /s, /m, /h or /d, from 0 to 1000000/s",
            cut(text)
        )
    })
}

/// A time above 0.
pub(crate) fn parse_time(text: &str) -> Result<Nanos, String> {
    let accepts = "give a time such as 30s, 2m or 1h30m";
    let length = parse_length(text)
        .map_err(|detail| format!("the time {:?} is not accepted: {detail}; {accepts}", cut(text.trim())))?;
    match u64::try_from(length.as_nanos()) {
        Ok(0) => Err(format!("the time is 0; {accepts}")),
        Ok(nanos) => Ok(nanos),
        Err(_) => Err(format!("the time is too long; {accepts}")),
    }
}

/// Short enough for a message.
fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// How long they take together.
pub(crate) fn length(stages: &[Stage]) -> Duration {
    Duration::from_nanos(stages.iter().fold(0, |sum: Nanos, stage| sum.saturating_add(stage.length)))
}

/// As [`parse`] reads them.
pub(crate) fn text(stages: &[Stage]) -> String {
    let one = |stage: &Stage| {
        let seconds = Duration::from_nanos(stage.length).as_secs_f64();
        if stage.from.to_bits() == stage.to.to_bits() {
            format!("{}/s@{seconds}s", stage.from)
        } else {
            format!("{}/s..{}/s@{seconds}s", stage.from, stage.to)
        }
    };
    stages.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// In words: `from 0 to 50 visits/s over 2 min, then 200 visits/s for 30 s; 9,000 visits in all`.
pub(crate) fn words(stages: &[Stage]) -> String {
    let mut told: Vec<String> = stages.iter().take(MOST_TOLD).map(in_words).collect();
    if stages.len() > MOST_TOLD {
        told.push(format!("{} more stages", stages.len() - MOST_TOLD));
    }
    let last = told.pop().unwrap_or_default();
    let visits = stages.iter().map(Stage::visits).sum::<f64>().round() as u64;
    let noun = if visits == 1 { "visit" } else { "visits" };
    let then = if told.is_empty() { String::new() } else { format!("{}, then ", told.join(", ")) };
    format!("{then}{last}; {} {noun} in all", grouped(visits))
}

fn in_words(stage: &Stage) -> String {
    let time = spell(Duration::from_nanos(stage.length));
    let most = stage.from.max(stage.to);
    if most <= 0.0 {
        return format!("nothing for {time}");
    }
    let (unit, seconds) = [("s", 1.0), ("min", 60.0), ("h", 3_600.0), ("day", 86_400.0)]
        .into_iter()
        .find(|(_, seconds)| most * seconds >= 1.0)
        .unwrap_or(("day", 86_400.0));
    let number = |rate: f64| short(rate * seconds);
    if stage.from.to_bits() == stage.to.to_bits() {
        format!("{} visits/{unit} for {time}", number(stage.from))
    } else {
        format!("from {} to {} visits/{unit} over {time}", number(stage.from), number(stage.to))
    }
}

/// `1 h 30 min`, `2 min`, `30 s`, `250 ms`.
pub(crate) fn spell(time: Duration) -> String {
    let whole = time.as_secs();
    if whole == 0 {
        return format!("{} ms", short(time.as_secs_f64() * 1_000.0));
    }
    let parts = [(whole / 86_400, "d"), (whole / 3_600 % 24, "h"), (whole / 60 % 60, "min")];
    let mut told: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    let seconds = time.as_secs_f64() % 60.0;
    if seconds > 0.0 {
        told.push(format!("{} s", short(seconds)));
    }
    told.join(" ")
}

/// At most two decimals.
fn short(number: f64) -> String {
    let number = (number * 100.0).round() / 100.0;
    if number.fract() == 0.0 { grouped(number as u64) } else { format!("{number}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use traffic::curve::SECOND;

    use super::*;

    fn refused(text: &str) -> String {
        parse(text).expect_err(text)
    }

    #[test]
    fn stages_are_read_as_they_are_written() {
        let stage = |from, to, seconds| Stage { from, to, length: seconds * SECOND };
        for (text, expected) in [
            (
                "0/s..50/s@2m, 50/s@10m, 200/s@30s",
                vec![stage(0.0, 50.0, 120), stage(50.0, 50.0, 600), stage(200.0, 200.0, 30)],
            ),
            ("60/m@90", vec![stage(1.0, 1.0, 90)]),
            ("0..2/s@1m,..0@1h 30m", vec![stage(0.0, 2.0, 60), stage(2.0, 0.0, 5_400)]),
            (" 0.5/s .. 1.5/s @ 1s , 0/s@1s ", vec![stage(0.5, 1.5, 1), stage(0.0, 0.0, 1)]),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_wrong_stage_is_named_with_what_is_accepted() {
        for (text, words) in [
            ("50/s", &["stage 1 (\"50/s\")", "has no time", "50/s@10m"][..]),
            ("1/s@1m, ", &["stage 2 (\"\")", "empty"]),
            ("1/s@1m, 5@1m", &["stage 2 (\"5@1m\")", "the rate \"5\"", "lacks its unit"]),
            ("..5/s@1m", &["stage 1", "no last rate", "0/s..50/s@2m"]),
            ("1/s..@1m", &["stage 1", "a rate is missing"]),
            ("@1m", &["stage 1", "a rate is missing"]),
            ("-1/s@1m", &["stage 1", "\"-1/s\"", "from 0 to 1000000/s"]),
            ("NaN/s@1m", &["\"NaN/s\""]),
            ("2000000/s@1m", &["\"2000000/s\"", "1000000/s"]),
            ("max@1m", &["max has no shape"]),
            ("1/w@1m", &["not one of /s, /m, /h, /d"]),
            ("1/s@soon", &["the time \"soon\"", "30s, 2m"]),
            ("1/s@0s", &["the time is 0"]),
            ("1/s@", &["the time \"\"", "it is empty"]),
            ("1/s@1m@2m", &["the time \"1m@2m\""]),
            ("0/s@1m, 0/s@2m", &["at least one stage needs a rate above 0"]),
            ("1/s@3000d, 1/s@651d", &["at most 3650 days"]),
            ("1/s@1e9d", &["stage 1"]),
        ] {
            let message = refused(text);
            for word in words {
                assert!(message.contains(word), "{text}: {word} is not in {message}");
            }
        }
    }

    #[test]
    fn a_shape_is_told_in_words() {
        for (text, expected) in [
            (
                "0/s..50/s@2m, 50/s@10m, 200/s@30s",
                "from 0 to 50 visits/s over 2 min, 50 visits/s for 10 min, then 200 visits/s for 30 s; 39,000 visits in \
                 all",
            ),
            ("1/m@1m", "1 visits/min for 1 min; 1 visit in all"),
            (
                "0@90s, 12.345/s@250ms",
                "nothing for 1 min 30 s, then 12.35 visits/s for 250 ms; 3 visits in all",
            ),
            (
                "5/h@1h30m,..0@1d",
                "5 visits/h for 1 h 30 min, then from 5 to 0 visits/h over 1 d; 68 visits in all",
            ),
            ("0.1/d@30d", "0.1 visits/day for 30 d; 3 visits in all"),
            (
                "1/s@1s,1/s@1s,1/s@1s,1/s@1s,1/s@1s,1/s@1s,1/s@1s,2/s@1.5s,1/s@1s,1/s@1s",
                "1 visits/s for 1 s, 1 visits/s for 1 s, 1 visits/s for 1 s, 1 visits/s for 1 s, 1 visits/s for 1 s, 1 \
                 visits/s for 1 s, 1 visits/s for 1 s, 2 visits/s for 1.5 s, then 2 more stages; 12 visits in all",
            ),
        ] {
            assert_eq!(words(&parse(text).unwrap()), expected);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), near in "[0-9./smhd@ ,max-]{0,30}") {
            for text in [text, near] {
                if let Ok(stages) = parse(&text) {
                    words(&stages);
                }
            }
        }

        #[test]
        fn its_text_is_read_as_the_same(
            stages in prop::collection::vec((0.0..1e4_f64, 0.0..1e4_f64, 1..100_000_u64, any::<bool>()), 1..6)
        ) {
            let stage = |(from, to, seconds, is_flat): (f64, f64, u64, bool)| {
                Stage { from, to: if is_flat { from } else { to }, length: seconds * SECOND }
            };
            let stages: Vec<Stage> = stages.into_iter().map(stage).collect();
            prop_assume!(out_of_shape(&stages).is_none());
            prop_assert_eq!(parse(&text(&stages)), Ok(stages));
        }
    }
}
