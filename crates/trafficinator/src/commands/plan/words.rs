//! English for numbers: counts, ordinals, times, lists.

pub(super) use crate::summary::text::grouped;

use traffic::ledger::Cents;

/// `1 page`, `5 pages`.
pub(super) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `1st`, `2nd`, `3rd`, `4th`, `11th`.
pub(super) fn ordinal(number: u64) -> String {
    let end = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

/// About so long: `42 seconds`, `4 minutes`, `5 hours`, `3 days`.
pub(super) fn span(seconds: u64) -> String {
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    match seconds {
        0..90 => count(seconds, "second"),
        90..5_400 => count(rounded(60), "minute"),
        5_400..129_600 => count(rounded(3_600), "hour"),
        _ => count(rounded(86_400), "day"),
    }
}

/// `1:02:03` or `2:03`, of milliseconds.
pub(super) fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds / 3_600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `84.90 EUR`.
pub(super) fn money(cents: Cents, currency: Option<&str>) -> String {
    let amount = format!("{}.{:02}", grouped(cents.0 / 100), cents.0 % 100);
    match currency {
        Some(code) => format!("{amount} {code}"),
        None => amount,
    }
}

/// A name with its article: `an iPhone 15`, `a Galaxy S24`.
pub(super) fn with_article(name: &str) -> String {
    // By the sound: letters that are spelt count with theirs.
    let spelt = ["LG", "HP", "HTC", "MSI", "NVIDIA", "Xbox"].iter().any(|start| name.starts_with(start));
    let is_vowel = name.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']) && !name.starts_with("One");
    format!("{} {name}", if spelt || is_vowel { "an" } else { "a" })
}

/// Text of others without what would move a cursor.
pub(super) fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_everything_else_plural() {
        assert_eq!(
            [0, 1, 2, 1_234].map(|number| count(number, "page")),
            ["0 pages", "1 page", "2 pages", "1,234 pages"]
        );
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal),
            ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]
        );
    }

    #[test]
    fn times_are_as_exact_as_people_are() {
        assert_eq!(
            [0, 1, 89, 90, 3_599, 5_400, 86_400, 200_000].map(span),
            [
                "0 seconds",
                "1 second",
                "89 seconds",
                "2 minutes",
                "60 minutes",
                "2 hours",
                "24 hours",
                "2 days"
            ]
        );
        assert_eq!([0, 61_999, 3_723_000].map(clock), ["0:00", "1:01", "1:02:03"]);
    }

    #[test]
    fn lists_end_with_and() {
        let texts = |parts: &[&str]| list(&parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            [texts(&[]), texts(&["a"]), texts(&["a", "b"]), texts(&["a", "b", "c"])],
            ["", "a", "a and b", "a, b and c"]
        );
    }

    #[test]
    fn money_has_its_currency_where_that_is_known() {
        assert_eq!(money(Cents(8_490), Some("EUR")), "84.90 EUR");
        assert_eq!(money(Cents(123_456_705), None), "1,234,567.05");
    }

    #[test]
    fn articles_follow_the_sound() {
        assert_eq!(
            ["iPhone 15", "Galaxy S24", "Xbox One", "OnePlus 13", "LG Smart TV", "iPad"].map(with_article),
            ["an iPhone 15", "a Galaxy S24", "an Xbox One", "a OnePlus 13", "an LG Smart TV", "an iPad"]
        );
    }

    #[test]
    fn nothing_that_somebody_wrote_moves_the_cursor() {
        assert_eq!(harmless("a\x1b[2Jb\nc"), "a [2Jb c");
    }
}
