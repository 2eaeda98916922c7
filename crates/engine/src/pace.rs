//! The arrival clock: how the time in which visits are planned goes by in the time in which they are sent. Its speed
//! can be changed while a run goes on; the visits stay the same.

use traffic::curve::Nanos;

/// How fast the plan goes by, from a moment on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// The moment, in nanoseconds since the start of the run.
    at: Nanos,
    /// What was due at that moment: a time of the plan.
    plan: Nanos,
    speed: f64,
}

impl Pace {
    /// One second of the plan a second.
    pub const STEADY: Pace = Pace { at: 0, plan: 0, speed: 1.0 };

    /// Seconds of the plan a second; 0 while it stands still.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// From when on it is so.
    pub fn since(&self) -> Nanos {
        self.at
    }

    /// The time of the plan at a moment of the run.
    pub fn plan(&self, run: Nanos) -> Nanos {
        self.plan + scaled(run.saturating_sub(self.at), self.speed)
    }

    /// The moment of the run at which a time of the plan has come; `None` while the plan stands still before it.
    pub fn run(&self, plan: Nanos) -> Option<Nanos> {
        let ahead = plan.saturating_sub(self.plan);
        if ahead == 0 {
            return Some(self.at);
        }
        (self.speed > 0.0).then(|| self.at.saturating_add(scaled(ahead, 1.0 / self.speed)))
    }

    /// Another speed from a moment on.
    #[must_use]
    pub fn changed(&self, at: Nanos, speed: f64) -> Pace {
        let at = at.max(self.at);
        Pace { at, plan: self.plan(at), speed: if speed.is_finite() { speed.max(0.0) } else { 0.0 } }
    }
}

/// At speed 1 nothing is rounded, however long a run is.
#[expect(clippy::float_cmp, reason = "1 is exact")]
fn scaled(nanos: Nanos, speed: f64) -> Nanos {
    if speed == 1.0 { nanos } else { (nanos as f64 * speed) as Nanos }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use traffic::curve::SECOND;

    use super::*;

    #[test]
    fn at_the_steady_pace_the_plan_is_the_run() {
        for at in [0, 1, 123_456_789_012_345_678] {
            assert_eq!((Pace::STEADY.plan(at), Pace::STEADY.run(at)), (at, Some(at)));
        }
    }

    #[test]
    fn a_pause_moves_what_comes_after_it() {
        let paused = Pace::STEADY.changed(10 * SECOND, 0.0);
        assert_eq!(paused.plan(25 * SECOND), 10 * SECOND);
        assert_eq!(paused.run(11 * SECOND), None);
        let going = paused.changed(25 * SECOND, 1.0);
        assert_eq!(going.run(11 * SECOND), Some(26 * SECOND));
    }

    proptest! {
        #[test]
        fn whatever_the_speeds_plan_and_run_are_inverse(
            changes in proptest::collection::vec((0..100 * SECOND, 0.25..4.0_f64), 0..8),
            ahead in 0..100 * SECOND,
        ) {
            let mut pace = Pace::STEADY;
            for (after, speed) in changes {
                let at = pace.since() + after;
                let planned = pace.plan(at);
                pace = pace.changed(at, speed);
                prop_assert_eq!(pace.plan(at), planned, "no time of the plan is skipped or comes twice");
            }
            let at = pace.since() + ahead;
            let back = pace.run(pace.plan(at)).unwrap();
            prop_assert!(back.abs_diff(at) < 1_000, "{} {}", back, at);
        }
    }
}
