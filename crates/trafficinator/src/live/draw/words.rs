//! Numbers and times in few characters.

use std::time::Duration;

pub(super) use crate::summary::text::{grouped, milliseconds};

/// `1:02:03`, or `2:03`.
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// About how long: `12 s`, `5 min`, `3.2 h`, `4.5 days`.
pub(super) fn about(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        ..90.0 => format!("{seconds:.0} s"),
        ..5_400.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.1} h", seconds / 3_600.0),
        _ => format!("{:.1} days", seconds / 86_400.0),
    }
}

/// A rate, with as many digits as say something.
pub(super) fn rate(rate: f64) -> String {
    match rate {
        ..0.1 if rate > 0.0 => format!("{rate:.3}"),
        ..10.0 => format!("{rate:.2}"),
        ..100.0 => format!("{rate:.1}"),
        _ => grouped(rate.round() as u64),
    }
}

/// A share in percent.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let share = if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 };
    if part > 0 && share < 0.1 { "< 0.1 %".to_owned() } else { format!("{share:.1} %") }
}

/// A time that is a round number: `200 us`, `5 ms`, `2 s`.
pub(super) fn round_time(ms: f64) -> String {
    let plain = |number: f64| {
        let text = format!("{number:.1}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    };
    match ms {
        0.0 => "0".to_owned(),
        ..0.999 => format!("{} us", plain(ms * 1e3)),
        ..999.9 => format!("{} ms", plain(ms)),
        _ => format!("{} s", grouped_plain(ms / 1e3, plain)),
    }
}

fn grouped_plain(seconds: f64, plain: impl Fn(f64) -> String) -> String {
    if seconds >= 1_000.0 { grouped(seconds.round() as u64) } else { plain(seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_long_as_they_have_to_be() {
        let clocks = [(5, "0:05"), (65, "1:05"), (3_661, "1:01:01")];
        for (seconds, text) in clocks {
            assert_eq!(clock(Duration::from_secs(seconds)), text);
        }
        let abouts = [(5, "5 s"), (150, "2 min"), (9_000, "2.5 h"), (432_000, "5.0 days")];
        for (seconds, text) in abouts {
            assert_eq!(about(Duration::from_secs(seconds)), text);
        }
        let rounds =
            [(0.0, "0"), (0.2, "200 us"), (5.0, "5 ms"), (2.5, "2.5 ms"), (1_000.0, "1 s"), (2e6, "2,000 s")];
        for (ms, text) in rounds {
            assert_eq!(round_time(ms), text);
        }
    }

    #[test]
    fn few_errors_are_not_rounded_to_none() {
        assert_eq!(percent(1, 100_000), "< 0.1 %");
        assert_eq!(percent(0, 0), "0.0 %");
        assert_eq!(percent(5, 200), "2.5 %");
    }
}
