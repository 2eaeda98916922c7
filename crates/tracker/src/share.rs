//! A share of requests, as people write it: `1%`, `0.1%`, `0.01`.

use std::str::FromStr;

use crate::chance::Chance;

/// A share between nothing and everything, kept to a millionth. Written `1%`, `0.1%`, or `0.01` for one in a hundred.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    millionths: u32,
}

/// A share that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Not a number.
    #[error("'{0}' is not a share: write a percentage such as '1%' or '0.1%', or a fraction such as '0.01'")]
    NotANumber(String),
    /// A percentage outside 0 to 100.
    #[error("'{0}' is not between 0% and 100%")]
    PercentageOutOfRange(String),
    /// A fraction outside 0 to 1.
    #[error("'{0}' is not between 0 and 1: for a percentage write '{0}%'")]
    FractionOutOfRange(String),
}

impl Share {
    /// Whether the next draw falls into this share.
    pub(crate) fn hits(self, chance: &Chance) -> bool {
        self.millionths > 0 && chance.draw() % 1_000_000 < u64::from(self.millionths)
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (number, whole) = match text.strip_suffix('%') {
            Some(number) => (number.trim_end(), 100.0),
            None => (text, 1.0),
        };
        let plain = number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
        let value: f64 = match number.parse() {
            Ok(value) if plain => value,
            _ => return Err(ShareError::NotANumber(text.to_owned())),
        };
        if (0.0..=whole).contains(&value) {
            Ok(Self { millionths: (value / whole * 1e6).round() as u32 })
        } else if whole > 1.0 {
            Err(ShareError::PercentageOutOfRange(text.to_owned()))
        } else {
            Err(ShareError::FractionOutOfRange(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Purpose;

    #[test]
    fn percentages_and_fractions_mean_the_same() {
        assert_eq!("1%".parse::<Share>(), Ok(Share { millionths: 10_000 }));
        assert_eq!("0.01".parse::<Share>(), "1%".parse());
        assert_eq!(" 0.1 % ".parse::<Share>(), Ok(Share { millionths: 1_000 }));
        assert_eq!("0".parse::<Share>(), Ok(Share::default()));
        assert_eq!("100%".parse::<Share>(), "1".parse());
    }

    #[test]
    fn an_error_names_what_was_wrong_and_what_is_accepted() {
        let message = |text: &str| text.parse::<Share>().map_err(|error| error.to_string());
        for nonsense in ["", "%", "one", "1%%", "nan", "inf", "1e-2"] {
            let error = message(nonsense).expect_err("no share");
            assert!(error.contains("is not a share") && error.contains("'0.1%'"), "{nonsense}: {error}");
        }
        assert_eq!(message("101%"), Err("'101%' is not between 0% and 100%".to_owned()));
        assert_eq!(message("-1%"), Err("'-1%' is not between 0% and 100%".to_owned()));
        assert_eq!(message("5"), Err("'5' is not between 0 and 1: for a percentage write '5%'".to_owned()));
    }

    #[test]
    fn a_share_is_drawn_as_often_as_it_says_and_the_same_every_time() {
        let drawn = || {
            let chance = Chance::new(7, Purpose::Fail);
            let share: Share = "10%".parse().expect("a share");
            (0..100_000).filter(|_| share.hits(&chance)).count()
        };
        assert!((9_700..10_300).contains(&drawn()), "{}", drawn());
        assert_eq!(drawn(), drawn());
    }
}
