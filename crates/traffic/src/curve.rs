//! The rate curve: visits per second over the time of a run, with its integral and the inverse of that in closed
//! form, so the due time of any visit is known without the ones before it.

/// Nanoseconds since the start of the run.
pub type Nanos = u64;

/// One second in nanoseconds.
pub const SECOND: Nanos = 1_000_000_000;

/// One day of 24 hours in nanoseconds.
pub const DAY: Nanos = 86_400 * SECOND;

/// The longest run that is planned: ten years. Beyond it a curve has ended.
pub const HORIZON_DAYS: usize = 3_653;

/// A stretch of time over which the rate changes linearly.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    start: Nanos,
    length: Nanos,
    /// Visits per second at its start and at its end.
    from: f64,
    to: f64,
    /// Visits expected before it, and within it.
    before: f64,
    within: f64,
}

/// TEMPORARY
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rhythm {
    /// hours
    pub hours: [f64; 24],
    /// weekdays
    pub weekdays: [f64; 7],
}

/// Visits per second as a piecewise linear function of time.
///
/// Times within a piece are floating point, times of pieces whole nanoseconds: a piece is at most a day long, so an
/// arrival is exact to well under a microsecond in year ten as in second one.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pieces: Vec<Piece>,
    /// Visits before each day, and at the end, where days are counted by a cap; whole numbers.
    days: Vec<u64>,
}

/// A part of a curve given by its user: from one rate to another over a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Visits per second at the start.
    pub from: f64,
    /// Visits per second at the end.
    pub to: f64,
    /// How long it takes.
    pub length: Nanos,
}

impl Curve {
    /// The same rate, in visits per second, for ten years.
    pub fn constant(rate: f64) -> Curve {
        let mut curve = Curve { pieces: Vec::new(), days: Vec::new() };
        for _ in 0..HORIZON_DAYS {
            curve.push(rate, rate, DAY);
        }
        curve
    }

    /// One stage after the other, then nothing.
    pub fn stages(stages: &[Stage]) -> Curve {
        let mut curve = Curve { pieces: Vec::new(), days: Vec::new() };
        for stage in stages {
            let days = stage.length.div_ceil(DAY).max(1);
            for day in 0..days {
                // Ten years of nanoseconds times their days are more than 64 bits.
                let part = |day| (u128::from(stage.length) * u128::from(day) / u128::from(days)) as Nanos;
                let (start, end) = (part(day), part(day + 1));
                let at =
                    |t: Nanos| stage.from + (stage.to - stage.from) * (t as f64 / stage.length.max(1) as f64);
                curve.push(at(start), at(end), end - start);
            }
        }
        curve
    }

    /// A constant rate that pauses for the rest of a day once the day has had `cap` visits.
    ///
    /// `days` are the lengths of the days from the start of the run: the rest of the first one, then whole ones
    /// (23 to 25 hours where clocks change). Each day expects a whole number of visits; what is left over is the next
    /// day's.
    pub fn capped(rate: f64, cap: u64, days: impl IntoIterator<Item = Nanos>) -> Curve {
        let mut curve = Curve { pieces: Vec::new(), days: vec![0] };
        let (mut sum, mut rest) = (0, 0.0);
        for length in days.into_iter().take(HORIZON_DAYS) {
            let open = rate * seconds(length) + rest;
            let visits = cap.min(open as u64);
            let busy = if visits < cap {
                rest = open - visits as f64;
                length
            } else {
                rest = 0.0;
                ((cap as f64 / rate * SECOND as f64).round() as Nanos).min(length)
            };
            curve.push(rate, rate, busy);
            if let Some(last) = curve.pieces.last_mut() {
                last.within = visits as f64;
            }
            curve.push(0.0, 0.0, length - busy);
            sum += visits;
            curve.days.push(sum);
        }
        curve
    }

    fn push(&mut self, from: f64, to: f64, length: Nanos) {
        let (start, before) =
            self.pieces.last().map_or((0, 0.0), |last| (last.start + last.length, last.before + last.within));
        let within = f64::midpoint(from, to) * seconds(length);
        self.pieces.push(Piece { start, length, from, to, before, within });
    }

    fn at(&self, t: Nanos) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.start <= t).checked_sub(1)?;
        Some(&self.pieces[index]).filter(|piece| t < piece.start + piece.length)
    }

    /// Visits per second at `t`; 0 after the end.
    pub fn rate(&self, t: Nanos) -> f64 {
        self.at(t).map_or(0.0, |piece| {
            piece.from + (piece.to - piece.from) * ((t - piece.start) as f64 / piece.length as f64)
        })
    }

    /// Visits expected from the start to `t`: the integral of the rate.
    pub fn expected(&self, t: Nanos) -> f64 {
        let Some(piece) = self.at(t) else { return self.total() };
        let elapsed = seconds(t - piece.start);
        let area = if piece.from.to_bits() == piece.to.to_bits() {
            piece.within * ((t - piece.start) as f64 / piece.length as f64)
        } else {
            let slope = (piece.to - piece.from) / seconds(piece.length);
            piece.from * elapsed + slope * elapsed * elapsed / 2.0
        };
        piece.before + area
    }

    /// Visits expected over the whole curve.
    pub fn total(&self) -> f64 {
        self.pieces.last().map_or(0.0, |last| last.before + last.within)
    }

    /// The highest rate anywhere, in visits per second.
    pub fn peak(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.from.max(piece.to)).fold(0.0, f64::max)
    }

    /// When `visits` visits are expected to have come; `None` when the curve ends before.
    pub fn inverse(&self, visits: f64) -> Option<Nanos> {
        let index = self.pieces.partition_point(|piece| piece.before <= visits).checked_sub(1)?;
        let piece = &self.pieces[index];
        let rest = visits - piece.before;
        if rest >= piece.within {
            return None;
        }
        let time = if piece.from.to_bits() == piece.to.to_bits() {
            rest / piece.within * piece.length as f64
        } else {
            let slope = (piece.to - piece.from) / seconds(piece.length);
            let root = (piece.from * piece.from + 2.0 * slope * rest).max(0.0).sqrt();
            2.0 * rest / (piece.from + root) * SECOND as f64
        };
        Some(piece.start + (time.round() as Nanos).min(piece.length.saturating_sub(1)))
    }

    /// The visits `first..end` of the capped day that visit `number` belongs to; all where no cap counts days.
    pub(crate) fn day(&self, number: u64) -> (u64, u64) {
        match self.days.partition_point(|&first| first <= number) {
            0 => (0, u64::MAX),
            index => (self.days[index - 1], self.days.get(index).copied().unwrap_or(u64::MAX)),
        }
    }
}

fn seconds(nanos: Nanos) -> f64 {
    nanos as f64 / SECOND as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_curve_keeps_its_rate_after_nine_years() {
        let curve = Curve::constant(5.0);
        let nine_years = 9 * 365 * DAY;
        assert_eq!(curve.inverse(5.0 * 9.0 * 365.0 * 86_400.0 + 0.5), Some(nine_years + SECOND / 10));
        assert!((curve.rate(nine_years) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn a_capped_curve_pauses_until_the_next_day() {
        // Half a day is left of the first day; 1 visit a second, 100 a day.
        let curve = Curve::capped(1.0, 100, [DAY / 2, DAY, DAY]);
        assert_eq!(curve.inverse(99.5), Some(99 * SECOND + SECOND / 2));
        assert_eq!(curve.inverse(100.5), Some(DAY / 2 + SECOND / 2));
        assert_eq!(curve.inverse(299.5), Some(DAY + DAY / 2 + 99 * SECOND + SECOND / 2));
        assert_eq!(curve.inverse(300.0), None);
        assert_eq!(curve.day(100), (100, 200));
    }

    #[test]
    fn a_cap_above_the_rate_changes_nothing() {
        let curve = Curve::capped(0.01, 1_000_000, [DAY, DAY]);
        assert_eq!(curve.inverse(863.5), Some(86_350 * SECOND));
        assert_eq!(curve.inverse(864.5), Some(DAY + 50 * SECOND));
    }

    #[test]
    fn a_ramp_has_the_area_of_its_triangle() {
        let curve = Curve::stages(&[Stage { from: 0.0, to: 10.0, length: 20 * SECOND }]);
        assert!((curve.total() - 100.0).abs() < 1e-9);
        assert_eq!(curve.inverse(25.0), Some(10 * SECOND));
        assert!((curve.expected(10 * SECOND) - 25.0).abs() < 1e-9);
        assert!((curve.peak() - 10.0).abs() < 1e-12);
    }
}
