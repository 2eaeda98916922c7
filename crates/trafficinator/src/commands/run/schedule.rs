//! `--start-at`: waits for a time, so that many machines start together.

use std::time::Duration;

use engine::clock::Clock;
use jiff::Timestamp;

use super::{Signal, Signals};
use crate::settings::Settings;

/// The wall clock may be set while the run waits: it is read again so often, and so long before the start.
const LOOK_EVERY: Duration = Duration::from_mins(1);
const LAST_LOOK: Duration = Duration::from_secs(1);

/// A start that is over for longer than this is a mistake, in milliseconds.
const LONG_AGO_MS: i64 = 24 * 3_600 * 1_000;

/// A start for which it is much too late.
pub(in crate::commands) fn check(settings: &Settings) -> Option<String> {
    let ago = Clock::start().unix_ms(0) - settings.run.start.at_ms()?;
    (ago > LONG_AGO_MS).then(|| {
        format!(
            "{}: that was {} ago; give a time to come, all shards the same",
            settings.label("TRAFFICINATOR_START_AT"),
            words(Duration::from_millis(ago.unsigned_abs()))
        )
    })
}

/// Waits for a moment in milliseconds of Unix time, and returns the clock that has it as its time 0; or the signal that
/// came before.
pub(super) async fn wait_until(unix_ms: i64, signals: &mut Signals) -> Result<Clock, Signal> {
    let mut clock = Clock::starting_at(unix_ms);
    let ahead = clock.ahead();
    if !ahead.is_zero() {
        let moment = Timestamp::from_millisecond(unix_ms).unwrap_or_default();
        tracing::info!("waiting until {moment} (in {})", words(ahead));
    }
    loop {
        let ahead = clock.ahead();
        if ahead.is_zero() {
            return Ok(clock);
        }
        let nap = if ahead > 2 * LAST_LOOK { ahead.saturating_sub(LAST_LOOK).min(LOOK_EVERY) } else { ahead };
        tokio::select! {
            () = tokio::time::sleep(nap) => {}
            signal = signals.next() => return Err(signal),
        }
        if nap < ahead {
            clock = Clock::starting_at(unix_ms);
        }
    }
}

/// `42 s`, `12 min`, `3 h 20 min`, `2 days`.
fn words(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_units_that_fit() {
        let told = [42, 119, 725, 12_000, 200_000].map(|seconds| words(Duration::from_secs(seconds)));
        assert_eq!(told, ["42 s", "119 s", "12 min", "3 h 20 min", "2 days"]);
    }
}
