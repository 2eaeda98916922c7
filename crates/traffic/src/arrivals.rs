//! Due times of visits: the open model. Visit `k` arrives where the integral of the rate curve reaches `u_k`.

use std::ops::Deref;

use crate::curve::{Curve, Nanos};
use crate::random::{Domain, Stream};

/// How arrivals spread around the rate curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Evenly, as a token bucket of burst 1 releases them: `u_k = k + 1/2`.
    Smooth,
    /// At random, as independent people come: exponential gaps, exact in number for every cell of 4,096 arrivals.
    Poisson,
}

/// Arrivals of a Poisson process that are drawn together.
const CELL: u64 = 4_096;

/// A visit arrives at most so many places from where the curve alone has it.
pub(crate) const FARTHEST: u64 = CELL;

/// Tells when visits arrive. Remembers the last cell of a Poisson process, so walking through visits in order costs
/// one draw a visit; the answers do not depend on what was asked before.
#[derive(Clone, Debug)]
pub struct Arrivals<C> {
    curve: C,
    pattern: Pattern,
    seed: u64,
    cell: Cell,
}

#[derive(Clone, Debug, Default)]
struct Cell {
    first: u64,
    /// Positions in `(0, length)`, ascending.
    positions: Vec<f64>,
}

impl<C: Deref<Target = Curve>> Arrivals<C> {
    /// Arrivals along a curve.
    pub fn new(curve: C, pattern: Pattern, seed: u64) -> Arrivals<C> {
        Arrivals { curve, pattern, seed, cell: Cell::default() }
    }

    /// When visit `number` is due; `None` when the curve ends before it.
    pub fn due(&mut self, number: u64) -> Option<Nanos> {
        match self.pattern {
            Pattern::Smooth => self.curve.inverse(number as f64 + 0.5),
            Pattern::Poisson => {
                if !(self.cell.first..self.cell.first + self.cell.positions.len() as u64).contains(&number) {
                    self.draw_cell(number);
                }
                let position = self.cell.positions[(number - self.cell.first) as usize];
                self.curve.inverse(self.cell.first as f64 + position)
            }
        }
    }

    /// A Poisson process, given that its cell has so many arrivals: partial sums of exponential gaps, normalised by
    /// their total. A cell ends with a capped day, so that a cap is kept exactly.
    fn draw_cell(&mut self, number: u64) {
        let (day, next_day) = self.curve.day(number);
        let first = day + (number - day) / CELL * CELL;
        let length = CELL.min(next_day - first);
        let mut stream = Stream::new(self.seed, Domain::Arrivals, first);
        let positions = &mut self.cell.positions;
        positions.clear();
        let mut sum = 0.0;
        positions.extend((0..length).map(|_| {
            sum += stream.exponential();
            sum
        }));
        let scale = length as f64 / (sum + stream.exponential());
        for position in positions.iter_mut() {
            *position *= scale;
        }
        self.cell.first = first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::{DAY, SECOND};
    use crate::day::Day;

    #[test]
    fn smooth_arrivals_at_ten_a_second_are_a_hundred_milliseconds_apart() {
        let curve = Curve::constant(10.0);
        let mut arrivals = Arrivals::new(&curve, Pattern::Smooth, 1);
        let due: Vec<_> = (0..1_000).map(|k| arrivals.due(k).unwrap()).collect();
        assert!(due.windows(2).all(|pair| pair[1] - pair[0] == SECOND / 10));
    }

    #[test]
    fn poisson_arrivals_do_not_depend_on_the_order_of_asking() {
        let curve = Curve::constant(10.0);
        let mut forward = Arrivals::new(&curve, Pattern::Poisson, 1);
        let in_order: Vec<_> = (0..20_000).map(|k| forward.due(k)).collect();
        for k in (0..20_000).rev().step_by(977) {
            assert_eq!(Arrivals::new(&curve, Pattern::Poisson, 1).due(k), in_order[k as usize]);
        }
        assert!(in_order.is_sorted());
    }

    #[test]
    fn poisson_gaps_are_exponential() {
        let curve = Curve::constant(1.0);
        let mut arrivals = Arrivals::new(&curve, Pattern::Poisson, 3);
        let due: Vec<_> = (0..100_000).map(|k| arrivals.due(k).unwrap()).collect();
        let mut gaps: Vec<f64> =
            due.windows(2).map(|pair| (pair[1] - pair[0]) as f64 / SECOND as f64).collect();
        gaps.sort_by(f64::total_cmp);
        let n = gaps.len() as f64;
        let distance = gaps
            .iter()
            .enumerate()
            .map(|(i, gap)| ((i as f64 + 0.5) / n - (1.0 - libm::exp(-gap))).abs())
            .fold(0.0, f64::max);
        assert!(distance < 1.95 / n.sqrt(), "Kolmogorov-Smirnov distance {distance}");
    }

    #[test]
    fn a_daily_cap_is_kept_exactly_by_random_arrivals() {
        let days = [DAY / 3, DAY, DAY].map(|length| Day { length, weekday: 0 });
        let curve = Curve::daily(1.0, None, Some(5_000), days);
        let mut arrivals = Arrivals::new(&curve, Pattern::Poisson, 5);
        let due: Vec<_> = (0..15_000).map(|k| arrivals.due(k).unwrap()).collect();
        let day = |t: &Nanos| (t + DAY - DAY / 3) / DAY;
        for d in 0..3 {
            assert_eq!(due.iter().filter(|t| day(t) == d).count(), 5_000);
        }
        assert_eq!(arrivals.due(15_000), None);
    }
}
