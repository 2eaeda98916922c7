//! Times over the last minutes, second by second, as the chart draws them. A hit belongs to the second in which it was
//! due, so what is slow changes the past; only seconds in which something changed are looked at again.

use std::collections::VecDeque;

use engine::recorder::series::{Series, Window};
use engine::recorder::times::Packed;

/// So many seconds, or what is as wide as a window, are kept.
pub(crate) const MOST: usize = 300;

/// So many windows are unpacked at once at most: the others have to wait for the next look.
const UNPACKED: usize = 40;

/// One window. Times are in milliseconds; none where no hit that was due in it is over.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    /// Hits that are over.
    over: u64,
    pub(crate) response_p50: Option<f64>,
    pub(crate) response_p95: Option<f64>,
    pub(crate) service_p50: Option<f64>,
    pub(crate) service_p95: Option<f64>,
}

/// The last windows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Points {
    /// Seconds a window.
    width: u64,
    /// Number of the first.
    first: i64,
    row: VecDeque<Point>,
    /// When the first begins, in seconds since the start of the run.
    begins: f64,
}

impl Points {
    /// Takes in what is new.
    pub(crate) fn look(&mut self, series: &Series) {
        let Some((last, _)) = series.windows().next_back() else { return };
        let first = last - (MOST as i64 - 1).min(series.windows().len() as i64 - 1);
        if self.width != series.width() {
            *self = Points { width: series.width(), first, ..Points::default() };
        }
        while self.first < first && self.row.pop_front().is_some() {
            self.first += 1;
        }
        self.first = first;
        self.row.resize((last - first + 1) as usize, Point::default());
        self.begins = series.begins(first);
        let mut budget = UNPACKED;
        for (number, window) in series.windows().rev().take(self.row.len()) {
            let point = &mut self.row[(number - first) as usize];
            if point.over != over(window) && budget > 0 {
                *point = look(window);
                budget -= 1;
            }
        }
    }

    /// The points, each with the seconds since the start of the run at which it begins.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (f64, &Point)> {
        let at = |index: usize| self.begins + (index as u64 * self.width) as f64;
        self.row.iter().enumerate().map(move |(index, point)| (at(index), point))
    }

    /// Seconds a point.
    pub(crate) fn width(&self) -> u64 {
        self.width.max(1)
    }
}

fn over(window: &Window) -> u64 {
    window.hits.over()
}

fn look(window: &Window) -> Point {
    let quantiles = |packed: &Packed| {
        let times = packed.unpack();
        let at = |share| (times.count() > 0).then(|| times.quantile_ms(share));
        (at(0.5), at(0.95))
    };
    let (response_p50, response_p95) = quantiles(&window.response);
    let (service_p50, service_p95) = quantiles(&window.service);
    Point { over: over(window), response_p50, response_p95, service_p50, service_p95 }
}

#[cfg(test)]
mod tests {
    use engine::recorder::times::Times;

    use super::*;

    fn window(ms: &[u64]) -> Window {
        let mut times = Times::default();
        for ms in ms {
            times.record(ms * 1_000_000);
        }
        let mut window = Window { response: times.pack(), service: times.pack(), ..Window::default() };
        window.hits.accepted = ms.len() as u64;
        window
    }

    fn p95(points: &Points) -> Vec<Option<u64>> {
        points.iter().map(|(_, point)| point.response_p95.map(|ms| ms.floor() as u64)).collect()
    }

    #[test]
    fn a_slow_answer_changes_the_second_in_which_its_hit_was_due() {
        let mut points = Points::default();
        points.look(&Series::of(0, 1, vec![window(&[5]), window(&[])]).unwrap());
        assert_eq!(p95(&points), [Some(5), None]);
        points.look(&Series::of(0, 1, vec![window(&[5, 900]), window(&[]), window(&[7])]).unwrap());
        assert_eq!(p95(&points).into_iter().flatten().collect::<Vec<_>>(), [900, 7]);
        assert_eq!(points.iter().map(|(at, _)| at as u64).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn old_seconds_make_room_for_new_ones() {
        let mut points = Points::default();
        for count in [MOST - 1, MOST, MOST + 7] {
            let windows = (0..count as u64).map(|second| window(&[second + 1])).collect();
            let series = Series::of(0, 1, windows).unwrap();
            for _ in 0..MOST.div_ceil(UNPACKED) {
                points.look(&series);
            }
        }
        let seen = p95(&points);
        assert_eq!(seen.len(), MOST);
        assert_eq!(points.iter().next().unwrap().0 as u64, 7);
        assert!(
            seen.iter().enumerate().all(|(index, ms)| ms.is_some_and(|ms| ms.abs_diff(index as u64 + 8) < 2))
        );
    }

    #[test]
    fn when_windows_become_wider_the_chart_begins_anew() {
        let mut points = Points::default();
        points.look(&Series::of(0, 1, vec![window(&[5]), window(&[6]), window(&[7])]).unwrap());
        points.look(&Series::of(0, 2, vec![window(&[5, 6]), window(&[7])]).unwrap());
        assert_eq!((points.width(), p95(&points)), (2, vec![Some(6), Some(7)]));
    }
}
