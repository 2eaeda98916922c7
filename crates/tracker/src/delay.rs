//! How long an answer takes: one duration, or several with weights.

use std::str::FromStr;
use std::time::Duration;

use crate::chance::Chance;

/// How long tracking requests wait for their answers. Written `5ms`, `1.5s`, or with weights `5ms:90,200ms:10`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delay {
    choices: Vec<(Duration, u32)>,
    weights: u64,
}

/// A delay that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DelayError {
    /// Nothing between two commas, or nothing at all.
    #[error("a delay is missing: write '5ms', '1.5s', or weighted delays such as '5ms:90,200ms:10'")]
    Missing,
    /// Not a duration.
    #[error(
        "'{0}' is not a delay: write a number and a unit ('us', 'ms', 's' or 'm'), such as '5ms' or '1.5s'"
    )]
    NotADuration(String),
    /// Longer than anybody waits.
    #[error("'{0}' is too long: at most one hour")]
    TooLong(String),
    /// Not a weight.
    #[error("'{weight}' in '{part}' is not a weight: write a whole number from 1, such as '5ms:90'")]
    NotAWeight {
        /// The whole part, with its duration.
        part: String,
        /// What stands behind its colon.
        weight: String,
    },
}

impl Delay {
    /// The next delay: each as often as its weight says.
    pub(crate) fn draw(&self, chance: &Chance) -> Duration {
        match self.choices.as_slice() {
            [] => Duration::ZERO,
            [(only, _)] => *only,
            choices => {
                let mut left = chance.draw() % self.weights;
                for (duration, weight) in choices {
                    match left.checked_sub(u64::from(*weight)) {
                        Some(rest) => left = rest,
                        None => return *duration,
                    }
                }
                Duration::ZERO
            }
        }
    }
}

impl FromStr for Delay {
    type Err = DelayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let choices = text.split(',').map(choice).collect::<Result<Vec<_>, _>>()?;
        let weights = choices.iter().map(|(_, weight)| u64::from(*weight)).sum();
        Ok(Self { choices, weights })
    }
}

/// Reads one part: `5ms:90` or `5ms`.
fn choice(part: &str) -> Result<(Duration, u32), DelayError> {
    let part = part.trim();
    if part.is_empty() {
        return Err(DelayError::Missing);
    }
    let Some((delay, weight)) = part.split_once(':') else {
        return Ok((duration(part)?, 1));
    };
    match weight.trim().parse() {
        Ok(number) if number > 0 => Ok((duration(delay.trim())?, number)),
        _ => Err(DelayError::NotAWeight { part: part.to_owned(), weight: weight.trim().to_owned() }),
    }
}

fn duration(text: &str) -> Result<Duration, DelayError> {
    let unit_at = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let unit = match unit.trim() {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "" if number == "0" => 0.0,
        _ => return Err(DelayError::NotADuration(text.to_owned())),
    };
    let seconds = number.parse::<f64>().map_err(|_| DelayError::NotADuration(text.to_owned()))? * unit;
    if seconds > 3600.0 {
        return Err(DelayError::TooLong(text.to_owned()));
    }
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Purpose;

    #[test]
    fn a_plain_delay_is_always_drawn() {
        let chance = Chance::new(1, Purpose::Delay);
        for (text, milliseconds) in [("5ms", 5), ("1.5s", 1500), ("0", 0), (" 2 s ", 2000), ("0.5m", 30_000)]
        {
            let delay: Delay = text.parse().expect(text);
            assert_eq!(delay.draw(&chance), Duration::from_millis(milliseconds), "{text}");
        }
        assert_eq!(Delay::default().draw(&chance), Duration::ZERO);
    }

    #[test]
    fn weighted_delays_come_as_often_as_they_weigh() {
        let delay: Delay = "5ms:90,200ms:10".parse().expect("weights");
        let chance = Chance::new(3, Purpose::Delay);
        let slow = (0..100_000).filter(|_| delay.draw(&chance) == Duration::from_millis(200)).count();
        assert!((9_700..10_300).contains(&slow), "{slow}");
    }

    #[test]
    fn an_error_names_the_part_that_is_wrong_and_what_is_accepted() {
        let error = |text: &str| text.parse::<Delay>().expect_err(text).to_string();
        assert!(error("").starts_with("a delay is missing"));
        assert!(error("5ms:90,").starts_with("a delay is missing"));
        assert!(error("5ms:90,fast:10").starts_with("'fast' is not a delay: write a number and a unit"));
        assert!(error("5").contains("'ms'"));
        assert!(error("-5ms").starts_with("'-5ms' is not a delay"));
        assert_eq!(error("90m"), "'90m' is too long: at most one hour");
        let weight = "'0' in '5ms:0' is not a weight: write a whole number from 1, such as '5ms:90'";
        assert_eq!(error("5ms:0"), weight);
    }
}
