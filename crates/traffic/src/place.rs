//! Placing a visit in real time: a pure step that keeps it clear of midnight, where Matomo would split it in two.

use crate::scenario::Clock;
use crate::visit::Visit;

/// Where the hits of a visit lie in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// When the first hit happens, in milliseconds of Unix time.
    pub start_ms: i64,
    /// What is left of the time between hits beyond a second each: 1 unless the visit was compressed.
    squeeze: f64,
}

/// Milliseconds that are left before midnight, so that a late clock does not reach it.
const MARGIN_MS: i64 = 1_000;

impl Placement {
    /// When a hit of the visit happens, in milliseconds of Unix time. Hits stay at least a second apart.
    pub fn at(&self, index: usize, offset_ms: u32) -> i64 {
        self.start_ms + self.offset(index, offset_ms)
    }

    /// Milliseconds from the first hit to this one.
    pub fn offset(&self, index: usize, offset_ms: u32) -> i64 {
        if self.squeeze >= 1.0 {
            return i64::from(offset_ms);
        }
        let least = index as i64 * 1_000;
        least + ((i64::from(offset_ms) - least) as f64 * self.squeeze) as i64
    }
}

/// Places a visit that would start at `start_ms`, given the midnights of the site's time zone around it (the last
/// one at or before `start_ms`, and the next).
///
/// A visit that would cross midnight goes to the side on which its greater part lies. Under the simulated clock the
/// past is free and the future is not: it is shifted back, or compressed into what comes after midnight. Under the
/// real clock it is the other way round: it is shifted forward, or compressed into what is left of the day.
pub fn place(visit: &Visit, start_ms: i64, midnight_ms: i64, clock: Clock) -> Placement {
    let length = i64::from(visit.length_ms());
    let last = start_ms + length;
    let whole = Placement { start_ms, squeeze: 1.0 };
    let before = midnight_ms - MARGIN_MS - start_ms;
    let after = last - midnight_ms;
    if length <= before {
        return whole;
    }
    let least = (visit.actions.len() as i64 - 1) * 1_000;
    let compressed = |start_ms, room: i64| {
        let squeeze = (room - least) as f64 / (length - least).max(1) as f64;
        Placement { start_ms, squeeze: squeeze.clamp(0.0, 1.0) }
    };
    match clock {
        Clock::Simulated if before >= after || after < least => {
            Placement { start_ms: midnight_ms - MARGIN_MS - length, squeeze: 1.0 }
        }
        Clock::Simulated => compressed(midnight_ms, after),
        Clock::Real if after >= before || before < least => Placement { start_ms: midnight_ms, squeeze: 1.0 },
        Clock::Real => compressed(start_ms, before),
    }
}
