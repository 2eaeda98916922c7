//! How response times are distributed: a bar for each of some buckets that grow with the times.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::recent::Sparse;
use super::super::theme::{Ink, Theme};
use super::super::view::View;
use super::words::{percent, round_time};
use super::{figures, ink, lines, panel};
use crate::summary::Model;

/// Eighths of a block.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Columns for the label and the share.
const LABEL: usize = 9;
const SHARE: usize = 9;

/// Bars over buckets of times.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, view: &View, theme: Theme) {
    let title = match view.facts.model {
        Model::Open => "Response times, whole run",
        Model::Closed => "Service times, whole run",
    };
    let inside = panel(frame, area, Line::from(title), theme);
    let buckets = buckets(&view.times, usize::from(inside.height));
    let total: u64 = buckets.iter().map(|(_, count)| count).sum();
    let most = buckets.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let room = usize::from(inside.width).saturating_sub(LABEL + SHARE);
    let bar = |count: u64| {
        let eighths = (count as f64 / most as f64 * room as f64 * 8.0).round() as usize;
        let eighths = if count > 0 { eighths.max(1) } else { 0 };
        format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
    };
    let mut rows: Vec<Line<'_>> = buckets
        .iter()
        .map(|(up_to, count)| {
            Line::from(vec![
                ink(theme, Ink::Label, format!("{:>8} ", format!("≤{}", round_time(*up_to)))),
                Span::styled(bar(*count), theme.style(Ink::Good)),
                Span::raw(if *count > 0 { format!(" {}", percent(*count, total)) } else { String::new() }),
            ])
        })
        .collect();
    if rows.is_empty() {
        rows.push(figures::waiting(theme));
    }
    lines(frame, inside, rows);
}

/// Times in at most so many buckets: the most milliseconds of each, and how many are in it. Buckets go up by 1, 2, 5,
/// 10 where that fits, else by 10 and more; none is missing between the first and the last that hold something.
fn buckets(times: &Sparse, rows: usize) -> Vec<(f64, u64)> {
    let (Some((shortest, _)), Some((longest, _))) = (times.first(), times.last()) else { return Vec::new() };
    if rows == 0 {
        return Vec::new();
    }
    let fine: &[u64] = &[1, 2, 5];
    let bounds = |steps: &[u64], decades: u32| -> Vec<u64> {
        let ends = (0..=10_u32).step_by(decades as usize).flat_map(|exponent| {
            let unit = 10_u64.pow(exponent);
            steps.iter().map(move |step| step * unit).collect::<Vec<_>>()
        });
        let all: Vec<u64> = ends.collect();
        let first = all.iter().position(|bound| bound >= shortest).unwrap_or(all.len() - 1);
        let last = all.iter().position(|bound| bound >= longest).unwrap_or(all.len() - 1);
        all[first..=last].to_vec()
    };
    let choices = [bounds(fine, 1), bounds(&[1, 3], 1), bounds(&[1], 1), bounds(&[1], 2), bounds(&[1], 10)];
    let fits = choices.into_iter().find(|bounds| bounds.len() <= rows).unwrap_or_else(|| vec![*longest]);
    let mut counts: Vec<(f64, u64)> = fits.iter().map(|bound| (*bound as f64 / 1_000.0, 0)).collect();
    for (us, count) in times {
        let at = fits.partition_point(|bound| bound < us).min(counts.len() - 1);
        counts[at].1 += count;
    }
    counts
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn buckets_go_up_by_one_two_five() {
        let times = vec![(3_000, 10), (5_000, 5), (180_000, 1)];
        let fine = [(5.0, 15), (10.0, 0), (20.0, 0), (50.0, 0), (100.0, 0), (200.0, 1)];
        assert_eq!(buckets(&times, 6), fine);
        let coarser = [(3.0, 10), (10.0, 5), (30.0, 0), (100.0, 0), (300.0, 1)];
        assert_eq!(buckets(&times, 5), coarser);
        assert_eq!(buckets(&times, 4), [(10.0, 15), (100.0, 0), (1_000.0, 1)]);
    }

    proptest! {
        #[test]
        fn every_time_is_in_one_of_few_buckets(
            times in vec((1..3_600_000_000_u64, 1..1_000_u64), 1..50),
            rows in 1..30_usize,
        ) {
            let mut times = times;
            times.sort_unstable();
            let buckets = buckets(&times, rows);
            prop_assert!(buckets.len() <= rows);
            let counted: u64 = buckets.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(counted, times.iter().map(|(_, count)| count).sum::<u64>());
            prop_assert!(buckets.first().is_some_and(|(_, count)| *count > 0));
            prop_assert!(buckets.last().is_some_and(|(_, count)| *count > 0));
        }
    }
}
