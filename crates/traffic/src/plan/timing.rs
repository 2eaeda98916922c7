//! When the hits of a visit happen: on its own clock, and in real time.

use crate::hit::Kind;
use crate::random::Stream;
use crate::scenario::{Clock, LONGEST_GAP, Scenario};
use crate::visit::{Action, Visit};

/// Time between two hits on the visit's own clock, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Gap {
    /// As long as people stay, or in proportion to that where the length of the visit is given.
    Part(f64),
    /// Exactly so long.
    Fixed(f64),
}

/// The least and the most milliseconds between two hits.
pub(super) const LEAST_MS: f64 = 1_000.0;
const MOST_MS: f64 = LONGEST_GAP * 1_000.0;

/// Spreads the hits over the visit's own clock; every gap is at least a second and less than Matomo's 30 minutes.
///
/// Without a profile of reading times a visit has any length between its limits. With one it is as long as it takes,
/// unless that lies outside the limits.
pub(super) fn spread(scenario: &Scenario, actions: &mut [Action], gaps: &[Gap], stream: &mut Stream) {
    let (mut parts, mut sum, mut fixed) = (0.0, 0.0, 0.0);
    for gap in gaps {
        match gap {
            Gap::Part(seconds) => {
                parts += 1.0;
                sum += seconds;
            }
            Gap::Fixed(seconds) => fixed += seconds,
        }
    }
    let natural = parts * LEAST_MS / 1_000.0 + sum + fixed;
    let reading = scenario.profile.reading;
    let length = match (scenario.length, reading) {
        (Some((low, high)), Some(_)) if (low..=high).contains(&natural) => natural,
        (Some((low, high)), _) => stream.range(low, high),
        (None, Some(reading)) => natural.min(reading.longest_visit),
        (None, None) => {
            let (low, high) = crate::scenario::LENGTH;
            stream.range(low, high)
        }
    };
    let free = (length * 1_000.0 - fixed * 1_000.0 - parts * LEAST_MS).max(0.0);
    let mut offset = 0;
    for (action, gap) in actions.iter_mut().skip(1).zip(gaps) {
        let ms = match gap {
            Gap::Part(seconds) if sum > 0.0 => LEAST_MS + free * seconds / sum,
            Gap::Part(_) => LEAST_MS,
            Gap::Fixed(seconds) => seconds * 1_000.0,
        };
        offset += ms.clamp(LEAST_MS, MOST_MS) as u32;
        action.offset_ms = offset;
    }
}

/// When the hits go out: under the real clock when they happen; under the simulated one with a pause before each page
/// view and before the closing ping, and everything else evenly within that pause.
pub(super) fn pause(visit: &mut Visit, pause: (f64, f64), clock: Clock, stream: &mut Stream) {
    let actions = &mut visit.actions;
    if clock == Clock::Real {
        for action in actions.iter_mut() {
            action.due_ms = action.offset_ms;
        }
        return;
    }
    let last = actions.len().saturating_sub(1);
    let mut due = 0.0;
    let mut start = 0;
    while start < last {
        let next = actions[start + 1..last].iter().position(|action| action.kind() == Kind::Pageview);
        let steps = next.map_or(last - start, |position| position + 1);
        let whole = stream.range(pause.0, pause.1) * 1_000.0;
        for step in 1..=steps {
            actions[start + step].due_ms = (due + whole * step as f64 / steps as f64).round() as u32;
        }
        due += whole;
        start += steps;
    }
}
