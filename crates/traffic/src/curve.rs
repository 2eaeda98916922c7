//! The rate curve: visits per second over the time of a run, with its integral and the inverse of that in closed
//! form, so the due time of any visit is known without the ones before it.

use crate::day::Day;

/// Nanoseconds since the start of the run.
pub type Nanos = u64;

/// One second in nanoseconds.
pub const SECOND: Nanos = 1_000_000_000;

/// One hour in nanoseconds.
const HOUR: Nanos = 3_600 * SECOND;

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

/// How arrivals spread over the day and the week.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rhythm {
    /// How many come in each hour of the day, from midnight on, relative to the other hours.
    pub hours: [f64; 24],
    /// How many come on each weekday, from Monday on, relative to the other days.
    pub weekdays: [f64; 7],
}

impl Rhythm {
    /// The rate over one hour, relative to a mean of 1 over a week: at its start, its middle and its end.
    ///
    /// Hours flow into each other: at the border of two the rate is their mean, and in the middle what makes the hour
    /// as busy as it is to be. Where that would be less than nothing the hour is flat.
    fn hour(&self, day: Day, hour: usize) -> [f64; 3] {
        let mean = self.hours.iter().sum::<f64>() / 24.0;
        let week = self.weekdays.iter().sum::<f64>() / 7.0;
        let busy =
            |day: u8, hour: usize| self.hours[hour] / mean * self.weekdays[usize::from(day) % 7] / week;
        let own = busy(day.weekday, hour);
        let before = if hour == 0 { busy(day.weekday + 6, 23) } else { busy(day.weekday, hour - 1) };
        let after = if hour == 23 { busy(day.weekday + 1, 0) } else { busy(day.weekday, hour + 1) };
        let (start, end) = (f64::midpoint(before, own), f64::midpoint(own, after));
        let middle = 2.0 * own - f64::midpoint(start, end);
        if middle < 0.0 { [own; 3] } else { [start, middle, end] }
    }
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

impl Stage {
    /// Visits expected within it.
    pub fn visits(&self) -> f64 {
        f64::midpoint(self.from, self.to) * seconds(self.length)
    }
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

    /// A rate that follows the day and the week, or does not, and pauses for the rest of a day once the day has had
    /// `cap` visits. `rate` is the mean, in visits per second.
    ///
    /// `days` are the days from the start of the run: the rest of the first one, then whole ones (23 to 25 hours where
    /// clocks change). Where there is a cap each day expects a whole number of visits; what is left over is the next
    /// day's.
    pub fn daily(
        rate: f64,
        rhythm: Option<&Rhythm>,
        cap: Option<u64>,
        days: impl IntoIterator<Item = Day>,
    ) -> Curve {
        let mut curve = Curve { pieces: Vec::new(), days: Vec::new() };
        let (mut sum, mut rest) = (0, 0.0);
        curve.days.extend(cap.map(|_| 0));
        for (index, day) in days.into_iter().take(HORIZON_DAYS).enumerate() {
            let first = curve.pieces.len();
            match rhythm {
                None => curve.push(rate, rate, day.length),
                Some(rhythm) => curve.push_hours(rate, rhythm, day, index == 0),
            }
            if let Some(cap) = cap {
                let open = curve.total() - curve.pieces[first].before + rest;
                let visits = cap.min(open as u64);
                rest = if visits < cap { open - visits as f64 } else { 0.0 };
                curve.truncate_day(first, visits, visits == cap);
                sum += visits;
                curve.days.push(sum);
            }
        }
        curve
    }

    /// The hours of a day; of the first one those that are left.
    fn push_hours(&mut self, rate: f64, rhythm: &Rhythm, day: Day, is_first: bool) {
        // Clocks change at night: the third hour is missing, or comes twice.
        let hours: Vec<usize> = match day.length.div_ceil(HOUR) {
            23 if !is_first => (0..24).filter(|hour| *hour != 2).collect(),
            25 => [0, 1, 2].into_iter().chain(2..24).collect(),
            left => (24 - left.min(24) as usize..24).collect(),
        };
        let skipped = (hours.len() as u64 * HOUR).saturating_sub(day.length);
        for (index, hour) in hours.into_iter().enumerate() {
            let [start, middle, end] = rhythm.hour(day, hour).map(|busy| busy * rate);
            // The first hour of a run may be half over.
            let gone = if index == 0 { skipped } else { 0 };
            let at = |t: Nanos| start + (middle - start) * (t as f64 / (HOUR / 2) as f64);
            let later = |t: Nanos| middle + (end - middle) * ((t - HOUR / 2) as f64 / (HOUR / 2) as f64);
            if gone < HOUR / 2 {
                self.push(at(gone), middle, HOUR / 2 - gone);
                self.push(middle, end, HOUR / 2);
            } else if gone < HOUR {
                self.push(later(gone), end, HOUR - gone);
            }
        }
    }

    /// Makes the day that begins with piece `first` expect just so many visits: with a cap the first so many of them,
    /// and nothing afterwards.
    fn truncate_day(&mut self, first: usize, visits: u64, is_capped: bool) {
        let Some(start) = self.pieces.get(first).copied() else { return };
        let wanted = visits as f64;
        let open = self.total() - start.before;
        if !is_capped || open <= wanted {
            // What a fraction of a visit more or less makes is spread over the day.
            let scale = if open > 0.0 { wanted / open } else { 0.0 };
            let mut before = start.before;
            for piece in &mut self.pieces[first..] {
                piece.before = before;
                piece.within *= scale;
                if scale > 0.0 {
                    piece.from *= scale;
                    piece.to *= scale;
                }
                before += piece.within;
            }
            if let Some(last) = self.pieces.last_mut() {
                last.within = start.before + wanted - last.before;
            }
            return;
        }
        let end = self.pieces.last().map_or(0, |last| last.start + last.length);
        let full = self.inverse(start.before + wanted).unwrap_or(end);
        let cut = self.pieces.partition_point(|piece| piece.start < full).max(first + 1) - 1;
        self.pieces.truncate(cut + 1);
        let piece = &mut self.pieces[cut];
        let busy = full.saturating_sub(piece.start).max(1).min(piece.length);
        piece.to = piece.from + (piece.to - piece.from) * (busy as f64 / piece.length as f64);
        piece.length = busy;
        piece.within = start.before + wanted - piece.before;
        let quiet = end - (piece.start + piece.length);
        if quiet > 0 {
            self.push(0.0, 0.0, quiet);
        }
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

    /// When it ends.
    pub fn length(&self) -> Nanos {
        self.pieces.last().map_or(0, |last| last.start + last.length)
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

    /// Days of these lengths, the first one a Monday.
    fn days(lengths: &[Nanos]) -> Vec<Day> {
        (0..).zip(lengths).map(|(index, &length)| Day { length, weekday: index % 7 }).collect()
    }

    fn rhythm() -> Rhythm {
        Rhythm {
            hours: std::array::from_fn(|hour| 1.0 + (hour as f64 - 14.0).abs()),
            weekdays: [3.0, 3.0, 3.0, 3.0, 3.0, 2.0, 1.0],
        }
    }

    #[test]
    fn a_daily_curve_has_its_mean_over_a_week_and_its_weights_within_days() {
        let (curve, rhythm) = (Curve::daily(0.5, Some(&rhythm()), None, days(&[DAY; 14])), rhythm());
        assert!((curve.total() - 0.5 * 14.0 * 86_400.0).abs() < 1e-6, "{}", curve.total());
        let week: f64 = rhythm.weekdays.iter().sum();
        let hours: f64 = rhythm.hours.iter().sum();
        for day in 0..14 {
            for hour in 0..24 {
                let at = day * DAY + hour * HOUR;
                let expected = curve.expected(at + HOUR) - curve.expected(at);
                let wanted = 0.5 * 7.0 * 86_400.0 * rhythm.weekdays[(day % 7) as usize] / week
                    * rhythm.hours[hour as usize]
                    / hours;
                assert!((expected - wanted).abs() < 1e-6, "day {day}, hour {hour}: {expected}, not {wanted}");
            }
        }
    }

    #[test]
    fn a_daily_curve_begins_in_the_middle_of_an_hour() {
        let rest = DAY - 9 * HOUR - 50 * 60 * SECOND;
        let whole = Curve::daily(1.0, Some(&rhythm()), None, days(&[DAY, DAY]));
        let part = Curve::daily(1.0, Some(&rhythm()), None, days(&[rest, DAY]));
        let left = whole.total() - whole.expected(DAY - rest);
        assert!((part.total() - left).abs() < 1e-6, "{} instead of {left}", part.total());
        for minute in (0..rest / (60 * SECOND)).step_by(7) {
            let at = minute * 60 * SECOND;
            assert!((part.rate(at) - whole.rate(DAY - rest + at)).abs() < 1e-9);
        }
    }

    #[test]
    fn every_day_of_a_daily_curve_is_whole_whatever_the_clocks_do() {
        let lengths = [DAY, DAY - HOUR, DAY, DAY + HOUR, DAY - HOUR / 2, DAY + HOUR / 2];
        for cap in [None, Some(40_000)] {
            let curve = Curve::daily(0.5, Some(&rhythm()), cap, days(&lengths));
            let ends = curve.pieces.last().map(|last| last.start + last.length).unwrap();
            assert_eq!(ends, lengths.iter().sum::<u64>());
            let mut last = 0;
            for visit in (0..curve.total() as u64).step_by(97) {
                let at = curve.inverse(visit as f64 + 0.5).unwrap();
                assert!(at >= last, "visit {visit} comes before the one before it");
                assert!((curve.expected(at) - visit as f64 - 0.5).abs() < 1e-3, "visit {visit}");
                last = at;
            }
        }
    }

    #[test]
    fn a_daily_curve_with_a_cap_stops_where_the_day_has_had_it() {
        let curve = Curve::daily(1.0, Some(&rhythm()), Some(30_000), days(&[DAY, DAY]));
        assert!((curve.expected(DAY) - 30_000.0).abs() < 1e-6);
        let full = curve.inverse(29_999.5).unwrap();
        assert!(full < DAY && curve.rate(DAY - SECOND) == 0.0, "{full}");
        let free = Curve::daily(1.0, Some(&rhythm()), None, days(&[DAY, DAY]));
        assert!(free.inverse(29_999.5).unwrap().abs_diff(full) < SECOND / 1_000);
    }

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
        let curve = Curve::daily(1.0, None, Some(100), days(&[DAY / 2, DAY, DAY]));
        assert_eq!(curve.inverse(99.5), Some(99 * SECOND + SECOND / 2));
        assert_eq!(curve.inverse(100.5), Some(DAY / 2 + SECOND / 2));
        assert_eq!(curve.inverse(299.5), Some(DAY + DAY / 2 + 99 * SECOND + SECOND / 2));
        assert_eq!(curve.inverse(300.0), None);
        assert_eq!(curve.day(100), (100, 200));
    }

    #[test]
    fn a_cap_above_the_rate_changes_nothing() {
        let curve = Curve::daily(0.01, None, Some(1_000_000), days(&[DAY, DAY]));
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
