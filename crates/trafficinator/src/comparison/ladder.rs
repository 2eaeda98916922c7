//! Times of a row of windows, laid out so that the quantile of any blocks of them is found in a few steps.

/// At most so many rungs, and so many numbers in all: 32 MB.
const MOST_RUNGS: usize = 1_024;
const MOST_NUMBERS: usize = 8 << 20;

/// A rung for every time that was recorded; where that would be too many, one for a few neighbours.
#[derive(Debug)]
pub(crate) struct Ladder {
    /// Up to where each rung goes, microseconds, lowest first.
    tops: Vec<u64>,
    /// How many neighbours became one: 0 for none, 1 for two, 2 for four.
    shift: u32,
    /// Windows, and one more.
    columns: usize,
    /// `below[rung * columns + window]`: times up to that rung in the windows before this one.
    below: Vec<u32>,
    /// All times, as they were recorded.
    all: Vec<(u64, u64)>,
}

/// Windows from a first one up to, and without, a last one.
pub(crate) type Block = (u32, u32);

impl Ladder {
    /// Of the times in each window: microseconds and how often, shortest first.
    pub(crate) fn new(windows: &[&[(u64, u64)]]) -> Ladder {
        let columns = windows.len() + 1;
        let all = counted(windows.iter().copied());
        let most = MOST_RUNGS.min(MOST_NUMBERS / columns).max(64);
        let (mut tops, mut shift) = (all.iter().map(|(us, _)| *us).collect::<Vec<_>>(), 0);
        while tops.len() > most {
            shift += 1;
            tops = all.iter().map(|(us, _)| top(*us, shift)).collect();
            tops.dedup();
        }
        let mut below = vec![0_u32; tops.len() * columns];
        for (window, times) in windows.iter().enumerate() {
            let mut rung = 0;
            for (us, count) in *times {
                let top = top(*us, shift);
                while tops[rung] < top {
                    rung += 1;
                }
                below[rung * columns + window + 1] += *count as u32;
            }
        }
        for row in below.chunks_exact_mut(columns) {
            let mut sum = 0;
            for number in row {
                sum += *number;
                *number = sum;
            }
        }
        for rung in 1..tops.len() {
            let (before, after) = below.split_at_mut(rung * columns);
            let lower = &before[(rung - 1) * columns..];
            for (number, lower) in after[..columns].iter_mut().zip(lower) {
                *number += lower;
            }
        }
        Ladder { tops, shift, columns, below, all }
    }

    /// The time that this share of all times stay within, in milliseconds: read between the steps of the histogram.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let total: u64 = self.all.iter().map(|(_, count)| count).sum();
        let target = share * total as f64;
        let mut below = 0.0;
        for (us, count) in &self.all {
            let within = below + *count as f64;
            if within >= target {
                return Some(between(*us, step(*us, 0), (target - below) / *count as f64));
            }
            below = within;
        }
        None
    }

    /// The same for blocks; `rung` is where to begin to look, and where it was found.
    pub(crate) fn quantile_of(&self, blocks: &[Block], share: f64, rung: &mut usize) -> Option<f64> {
        let last = self.tops.len().checked_sub(1)?;
        let total = self.count(last, blocks);
        if total == 0 {
            return None;
        }
        let target = share * total as f64;
        let reaches = |rung: usize| self.count(rung, blocks) as f64 >= target;
        // Away from the guess in growing steps, then halves: what is looked for is mostly near.
        let (mut low, mut high, mut stride) = (0, last, 1);
        if reaches(*rung) {
            high = *rung;
            while low < high {
                let probe = high.saturating_sub(stride);
                if !reaches(probe) {
                    low = probe + 1;
                    break;
                }
                (high, stride) = (probe, stride * 2);
            }
        } else {
            low = *rung + 1;
            while low < high {
                let probe = (low + stride - 1).min(last);
                if reaches(probe) {
                    high = probe;
                    break;
                }
                (low, stride) = (probe + 1, stride * 2);
            }
        }
        while low < high {
            let middle = low.midpoint(high);
            if reaches(middle) { high = middle } else { low = middle + 1 }
        }
        *rung = high;
        let below = if high > 0 { self.count(high - 1, blocks) } else { 0 };
        let inside = self.count(high, blocks) - below;
        let top = self.tops[high];
        Some(between(top, step(top, self.shift), (target - below as f64) / inside.max(1) as f64))
    }

    /// Where to begin to look for a quantile.
    pub(crate) fn rung(&self, share: f64) -> usize {
        let us = self.quantile(share).unwrap_or_default() * 1_000.0;
        self.tops.partition_point(|top| (*top as f64) < us).min(self.tops.len().saturating_sub(1))
    }

    fn count(&self, rung: usize, blocks: &[Block]) -> u64 {
        let row = &self.below[rung * self.columns..(rung + 1) * self.columns];
        blocks.iter().map(|(from, to)| u64::from(row[*to as usize] - row[*from as usize])).sum()
    }
}

/// All times of some windows: microseconds and how often, shortest first.
pub(crate) fn counted<'a>(windows: impl Iterator<Item = &'a [(u64, u64)]>) -> Vec<(u64, u64)> {
    // A place for every step of the histogram: a thousand each time that times double.
    let mut counts = Vec::new();
    for (us, count) in windows.flatten() {
        let shift = step(*us, 0).ilog2();
        let place = ((u64::from(shift) << 10) + (us >> shift)) as usize;
        if place >= counts.len() {
            counts.resize(place + 1, (0, 0));
        }
        counts[place].0 = *us;
        counts[place].1 += count;
    }
    counts.retain(|(_, count)| *count > 0);
    counts
}

/// How far apart times are told around one, in milliseconds.
pub(crate) fn resolution_ms(ms: f64) -> f64 {
    step((ms * 1_000.0).max(0.0) as u64, 0) as f64 / 1_000.0
}

/// The width of a step of a histogram with three significant digits, in microseconds, or of a few steps.
fn step(us: u64, shift: u32) -> u64 {
    (1 << us.max(1).ilog2().saturating_sub(10)) << shift
}

/// The upper end of the step, or of a few steps, that a time falls into.
fn top(us: u64, shift: u32) -> u64 {
    let step = step(us, shift);
    (us / step + 1) * step - 1
}

/// So far into a step, in milliseconds.
fn between(top: u64, step: u64, share: f64) -> f64 {
    ((top as f64 - step as f64).max(0.0) + share.clamp(0.0, 1.0) * (step as f64).min(top as f64)) / 1_000.0
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_quantile_of_blocks_is_that_of_their_times(
            windows in vec(vec((1_u64..3_000_000, 1_u64..5), 0..60), 1..20),
            ends in vec((0_usize..20, 0_usize..20), 1..8),
            guess in 0_usize..2_000,
            share in 0.01..1.0_f64,
        ) {
            let windows: Vec<Vec<(u64, u64)>> = windows
                .into_iter()
                .map(|mut times| {
                    for time in &mut times {
                        time.0 = top(time.0, 0);
                    }
                    times.sort_unstable();
                    times
                })
                .collect();
            let borrowed: Vec<&[(u64, u64)]> = windows.iter().map(Vec::as_slice).collect();
            let ladder = Ladder::new(&borrowed);
            let blocks: Vec<Block> = ends
                .iter()
                .map(|(a, b)| (a.min(b) % windows.len(), a.max(b) % windows.len()))
                .map(|(a, b)| (a.min(b) as u32, a.max(b) as u32 + 1))
                .collect();
            let taken: Vec<&[(u64, u64)]> =
                blocks.iter().flat_map(|(from, to)| &borrowed[*from as usize..*to as usize]).copied().collect();
            let expected = Ladder::new(&taken).quantile(share);
            let mut rung = guess.min(ladder.tops.len().saturating_sub(1));
            let found = ladder.quantile_of(&blocks, share, &mut rung);
            prop_assert_eq!(found.is_some(), expected.is_some());
            if let (Some(found), Some(expected)) = (found, expected) {
                let apart = step((expected * 1_000.0) as u64 + 1, ladder.shift + 1) as f64 / 1_000.0;
                prop_assert!((found - expected).abs() <= apart, "{} {} {}", found, expected, apart);
            }
        }
    }

    #[test]
    fn steps_are_those_of_the_histogram() {
        let mut times = engine::recorder::times::Times::default();
        for us in [1, 2_047, 2_048, 4_097, 100_000, 3_000_000, 3_000_000_000] {
            times.record(us * 1_000);
            let (highest, _) = times.iter_us().last().unwrap();
            assert_eq!(top(us, 0), highest, "{us}");
        }
    }
}
