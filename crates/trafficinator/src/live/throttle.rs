//! The speed of the arrival clock as the keys have it: paused or not, and how much faster or slower than planned.

/// Speeds that can be chosen, one key press apart. Never more than 4, never less than a quarter, and 1 is among them so
/// that one gets back to what was planned.
pub(crate) const SPEEDS: [f64; 13] = [0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0];

/// The place of 1 among them.
const STEADY: usize = 6;

/// What the keys have made of the speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Throttle {
    step: usize,
    is_paused: bool,
    is_adjusted: bool,
}

impl Throttle {
    /// As planned.
    pub(crate) const STEADY: Throttle = Throttle { step: STEADY, is_paused: false, is_adjusted: false };

    /// Seconds of the plan a second: what [`engine::run::Run::set_speed`] takes.
    pub(crate) fn speed(self) -> f64 {
        if self.is_paused { 0.0 } else { self.chosen() }
    }

    /// The speed while it is not paused.
    pub(crate) fn chosen(self) -> f64 {
        SPEEDS[self.step]
    }

    /// Whether it stands still.
    pub(crate) fn is_paused(self) -> bool {
        self.is_paused
    }

    /// Whether it was ever another one than planned: the result says so.
    pub(crate) fn is_adjusted(self) -> bool {
        self.is_adjusted
    }

    /// Pauses, or goes on at the speed from before.
    #[must_use]
    pub(crate) fn toggled(self) -> Throttle {
        Throttle { is_paused: !self.is_paused, is_adjusted: true, ..self }
    }

    /// One step faster; a pause stays a pause.
    #[must_use]
    pub(crate) fn faster(self) -> Throttle {
        self.at((self.step + 1).min(SPEEDS.len() - 1))
    }

    /// One step slower; a pause stays a pause.
    #[must_use]
    pub(crate) fn slower(self) -> Throttle {
        self.at(self.step.saturating_sub(1))
    }

    fn at(self, step: usize) -> Throttle {
        Throttle { step, is_adjusted: self.is_adjusted || step != self.step, ..self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_keys_lead_beyond_four_times_or_below_a_quarter(keys in vec(0..3_u8, 0..100)) {
            let mut throttle = Throttle::STEADY;
            for key in keys {
                let before = throttle;
                throttle = match key {
                    0 => throttle.faster(),
                    1 => throttle.slower(),
                    _ => throttle.toggled(),
                };
                prop_assert!((0.25..=4.0).contains(&throttle.chosen()));
                let expected = if throttle.is_paused() { 0.0 } else { throttle.chosen() };
                prop_assert_eq!(throttle.speed().to_bits(), expected.to_bits());
                prop_assert_eq!(throttle.is_paused(), before.is_paused() != (key == 2));
                prop_assert!(throttle.is_adjusted() || throttle.speed().to_bits() == 1.0_f64.to_bits());
            }
        }
    }

    #[test]
    fn the_ends_are_reached_and_the_way_back_leads_to_what_was_planned() {
        let times = |count: usize, step: fn(Throttle) -> Throttle, from: Throttle| {
            (0..count).fold(from, |throttle, _| step(throttle))
        };
        let fastest = times(20, Throttle::faster, Throttle::STEADY);
        assert_eq!(fastest.speed().to_bits(), 4.0_f64.to_bits());
        let steady = times(6, Throttle::slower, fastest);
        assert_eq!(steady.speed().to_bits(), 1.0_f64.to_bits());
        assert!(steady.is_adjusted(), "it was another speed for a while");
        assert_eq!(times(20, Throttle::slower, steady).speed().to_bits(), 0.25_f64.to_bits());
    }

    #[test]
    fn a_pause_keeps_the_speed_for_later() {
        let paused = Throttle::STEADY.faster().toggled();
        assert_eq!(paused.speed().to_bits(), 0.0_f64.to_bits());
        assert_eq!(paused.faster().toggled().speed().to_bits(), 1.5_f64.to_bits());
    }

    #[test]
    fn a_press_that_changes_nothing_adjusts_nothing() {
        assert!(!Throttle::STEADY.is_adjusted());
        assert!(Throttle::STEADY.toggled().is_adjusted());
        assert!(Throttle::STEADY.slower().is_adjusted());
    }
}
