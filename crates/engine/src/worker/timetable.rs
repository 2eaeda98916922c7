//! What is due in which second. Seconds are those of the windows: one begins where the warm-up ends.

use std::collections::VecDeque;

use traffic::curve::{Nanos, SECOND};

use crate::collector::Due;

/// How many visits and hits are due in which second.
#[derive(Debug)]
pub(super) struct Timetable {
    /// Seconds begin so long after whole ones: where the warm-up ends one begins.
    phase: Nanos,
    /// The number of the first second that was not told yet.
    first: u64,
    seconds: VecDeque<Due>,
}

impl Timetable {
    pub(super) fn new(warm_up: Nanos) -> Timetable {
        Timetable { phase: warm_up % SECOND, first: 0, seconds: VecDeque::new() }
    }

    pub(super) fn visit(&mut self, at: Nanos) {
        self.second(at).visits += 1;
    }

    pub(super) fn hit(&mut self, at: Nanos) {
        self.second(at).hits += 1;
    }

    /// Takes a hit back.
    pub(super) fn strike(&mut self, at: Nanos) {
        let due = self.second(at);
        due.hits = due.hits.saturating_sub(1);
    }

    fn number(&self, at: Nanos) -> u64 {
        (at + SECOND - self.phase) / SECOND
    }

    /// The second of a time; the first one that was not told yet for times before it.
    fn second(&mut self, at: Nanos) -> &mut Due {
        let index = self.number(at).saturating_sub(self.first) as usize;
        if index >= self.seconds.len() {
            self.seconds.resize(index + 1, Due::default());
        }
        &mut self.seconds[index]
    }

    /// What was due in the seconds that are over, by when they began, and forgets it.
    pub(super) fn tell(&mut self, now: Nanos) -> Vec<(Nanos, Due)> {
        let over = (self.number(now).saturating_sub(self.first) as usize).min(self.seconds.len());
        let (first, phase) = (self.first, self.phase);
        let told = self.seconds.drain(..over).zip(first..).filter(|(due, _)| *due != Due::default());
        let told =
            told.map(|(due, number)| ((number * SECOND + phase).saturating_sub(SECOND), due)).collect();
        self.first += over as u64;
        told
    }
}

/// The second after a time.
pub(super) fn next_second(now: Nanos, warm_up: Nanos) -> Nanos {
    let into = (now as i64 - warm_up as i64).rem_euclid(SECOND as i64) as Nanos;
    now + SECOND - into
}
