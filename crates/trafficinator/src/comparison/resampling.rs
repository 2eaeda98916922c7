//! How much a difference varies by chance: the moving-block bootstrap.

use traffic::random::mix;

use super::ladder::{Block, counted};
use super::metric::{METRICS, Metric};
use super::runs::{Run, Span};
use super::side::{Side, Values, variance_of_steps};
use super::{Options, runs::LEAST_WINDOWS};

/// What was found, and how.
#[derive(Debug)]
pub(crate) struct Resampling {
    pub(crate) base: Values,
    pub(crate) new: Values,
    /// Standard error of every difference.
    pub(crate) error: [f64; METRICS],
    /// Windows a block.
    pub(crate) block: usize,
    /// Whether the same blocks were drawn of both sides.
    pub(crate) paired: bool,
    /// Degrees of freedom of those errors.
    pub(crate) degrees: u32,
}

/// Two sides, each of at least one run.
pub(crate) fn resample(base: &[Run], new: &[Run], options: Options) -> Resampling {
    let (mut base, mut new): (Vec<Run>, Vec<Run>) = (base.to_vec(), new.to_vec());
    base.sort_by_key(|run| run.seed);
    new.sort_by_key(|run| run.seed);
    let paired = are_pairs(&base, &new);
    let block = block_length(&base, &new, paired);
    let whole = of_sides(&base, &new, block, paired, options);
    let mut error = whole.error;
    for (error, factor) in error.iter_mut().zip(disagreement(&base, &new, block, paired, options)) {
        *error *= factor;
    }
    let degrees = degrees(&base, block).min(degrees(&new, block));
    Resampling { base: whole.base.0, new: whole.new.0, error, block, paired, degrees }
}

/// Whether the windows of base and new belong together: the same hits were due in them.
fn are_pairs(base: &[Run], new: &[Run]) -> bool {
    let belong = |(a, b): (&Run, &Run)| {
        let (shorter, longer) = (a.windows.len().min(b.windows.len()), a.windows.len().max(b.windows.len()));
        a.seed == b.seed
            && a.plan == b.plan
            && a.width == b.width
            && a.responds
            && b.responds
            && longer - shorter <= (longer / 50).max(2)
    };
    base.len() == new.len() && base.iter().zip(new).all(belong)
}

/// Windows a block: twice the cube root of their number, and longer where neighbours are more alike than an
/// autocorrelation of 0.62; at least eight blocks a run.
///
/// The cube root is what minimises the error of the variance, and the factor is Carlstein's (1986) for a process with
/// that autocorrelation. Twice as much, since a variance that is too small is worse here than one that varies.
fn block_length(base: &[Run], new: &[Run], paired: bool) -> usize {
    let shortest = base.iter().chain(new).map(|run| run.windows.len()).min().unwrap_or(1);
    let scores = |runs: &[Run]| runs.iter().map(scores).collect::<Vec<_>>();
    let (base, new) = (scores(base), scores(new));
    let rows: Vec<Vec<f64>> = if paired {
        // What both have in common, such as a rate that rises, falls out of the difference.
        let apart = |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| a - b).collect();
        base.iter().zip(&new).flat_map(|(a, b)| a.iter().zip(b).map(apart).collect::<Vec<_>>()).collect()
    } else {
        base.into_iter().chain(new).flatten().collect()
    };
    let alike = rows.iter().map(|row| autocorrelation(row)).fold(0.0, f64::max).min(0.99);
    let factor = (2.0 * alike / (1.0 - alike * alike)).powf(2.0 / 3.0).max(1.0);
    let length = (2.0 * (shortest as f64).cbrt() * factor).ceil() as usize;
    length.clamp(1, (shortest / 8).max(1))
}

/// What a run is like, window by window: the share of hits that took longer than its median, and than its p90, and of
/// those that were not accepted.
fn scores(run: &Run) -> [Vec<f64>; 3] {
    let of = |times: fn(&Span) -> &[(u64, u64)], share: f64| {
        let all = counted(run.windows.iter().map(times));
        let total: u64 = all.iter().map(|(_, count)| count).sum();
        let mut left = (share * total as f64) as u64;
        let within = all.iter().find(|(_, count)| {
            let found = left < *count;
            left = left.saturating_sub(*count);
            found
        });
        let limit = within.map_or(0, |(us, _)| *us);
        let longer = |span: &Span| -> (u64, u64) {
            times(span).iter().fold((0, 0), |(longer, all), (us, count)| {
                (longer + if *us > limit { *count } else { 0 }, all + count)
            })
        };
        shares(run.windows.iter().map(longer))
    };
    let times: fn(&Span) -> &[(u64, u64)] =
        if run.responds { |span| &span.response } else { |span| &span.service };
    [of(times, 0.5), of(times, 0.9), shares(run.windows.iter().map(|span| (span.bad, span.due)))]
}

/// Shares; where there is nothing to have a share of, what is usual.
fn shares(parts: impl Iterator<Item = (u64, u64)> + Clone) -> Vec<f64> {
    let (part, all) = parts.clone().fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
    let usual = part as f64 / all.max(1) as f64;
    parts.map(|(part, all)| if all > 0 { part as f64 / all as f64 } else { usual }).collect()
}

/// How much a window is like the one before it.
fn autocorrelation(row: &[f64]) -> f64 {
    let mean = row.iter().sum::<f64>() / row.len().max(1) as f64;
    let variance: f64 = row.iter().map(|x| (x - mean).powi(2)).sum();
    let covariance: f64 = row.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    if variance > 0.0 { covariance / variance } else { 0.0 }
}

/// How many independent windows would know a variance as well: blocks that overlap are worth half as much again as those
/// that do not (Künsch 1989).
fn degrees(runs: &[Run], block: usize) -> u32 {
    let of = |run: &Run| {
        let blocks = run.windows.len() as f64 / block as f64;
        blocks * (1.0 + 0.5 * (1.0 - 1.0 / block as f64)) - 1.0
    };
    (runs.iter().map(of).sum::<f64>() as u32).clamp(1, 1_000)
}

/// Values, and their standard errors.
struct Found {
    base: (Values, [f64; METRICS]),
    new: (Values, [f64; METRICS]),
    /// Standard error of the difference.
    error: [f64; METRICS],
}

fn of_sides(base: &[Run], new: &[Run], block: usize, paired: bool, options: Options) -> Found {
    let lengths = |a: &[Run], b: &[Run]| -> Vec<usize> {
        let other = |index: usize| b.get(index).filter(|_| paired).map_or(0, |run| run.windows.len());
        a.iter().enumerate().map(|(index, run)| run.windows.len().max(other(index))).collect()
    };
    let base_side = Side::new(base, &lengths(base, new));
    let new_side = Side::new(new, &lengths(new, base));
    let (mut base_places, mut new_places) = (base_side.places(), new_side.places());
    let mut base_draws = draws(base, paired, options.seed);
    let mut new_draws = draws(new, paired, options.seed);
    let (mut base_blocks, mut new_blocks) = (Vec::new(), Vec::new());
    let mut moments = [[Moments::default(); 3]; METRICS];
    for _ in 0..options.resamples {
        draw_blocks(&base_side, block, &mut base_draws, &mut base_blocks);
        draw_blocks(&new_side, block, &mut new_draws, &mut new_blocks);
        let base = base_side.values_of(&base_blocks, &mut base_places);
        let new = new_side.values_of(&new_blocks, &mut new_places);
        for (moments, (base, new)) in moments.iter_mut().zip(base.into_iter().zip(new)) {
            if let (Some(base), Some(new)) = (base, new) {
                for (moments, number) in moments.iter_mut().zip([base, new, new - base]) {
                    moments.add(number);
                }
            }
        }
    }
    let (base, new) = (base_side.values(), new_side.values());
    // All blocks are of one row, whose mean is not that of all rows there could be.
    let shortest = base_side.runs.iter().chain(&new_side.runs).map(ExactSizeIterator::len).min().unwrap_or(1);
    let correction = 1.0 / (1.0 - block as f64 / shortest as f64).max(0.5);
    let steps = |values: &Values, index: usize| {
        values[index].map_or(0.0, |value| variance_of_steps(Metric::ALL[index], value))
    };
    let error = |which: usize, steps: &dyn Fn(usize) -> f64| {
        std::array::from_fn(|index| (moments[index][which].variance() * correction + steps(index)).sqrt())
    };
    Found {
        base: (base, error(0, &|index| steps(&base, index))),
        new: (new, error(1, &|index| steps(&new, index))),
        error: error(2, &|index| steps(&base, index) + steps(&new, index)),
    }
}

/// By how much repeats differ from each other beyond what their windows explain: the factor by which physicists widen
/// the error of such a mean (Birge 1932), never below 1.
fn disagreement(base: &[Run], new: &[Run], block: usize, paired: bool, options: Options) -> [f64; METRICS] {
    let most = base.len().max(new.len());
    if most < 2 {
        return [1.0; METRICS];
    }
    // Enough for a factor.
    let options = Options { resamples: (options.resamples / 4).max(2), ..options };
    let one = |side: &[Run], index: usize| vec![side[index % side.len()].clone()];
    let found: Vec<Found> = (0..most)
        .map(|index| of_sides(&one(base, index), &one(new, index), block, paired, options))
        .collect();
    std::array::from_fn(|metric| {
        let of = |(values, errors): &(Values, [f64; METRICS])| Some((values[metric]?, errors[metric]));
        let base_runs = birge(found.iter().take(base.len()).map(|found| of(&found.base)));
        let new_runs = birge(found.iter().take(new.len()).map(|found| of(&found.new)));
        let pairs = birge(
            found
                .iter()
                .map(|found| Some((found.new.0[metric]? - found.base.0[metric]?, found.error[metric]))),
        );
        if paired { pairs } else { base_runs.max(new_runs) }
    })
}

/// The factor for repeated measurements, each with its error.
fn birge(measured: impl Iterator<Item = Option<(f64, f64)>>) -> f64 {
    let measured: Vec<(f64, f64)> = measured.flatten().filter(|(_, error)| *error > 0.0).collect();
    if measured.len() < 2 {
        return 1.0;
    }
    let weights: f64 = measured.iter().map(|(_, error)| error.powi(-2)).sum();
    let mean = measured.iter().map(|(value, error)| value * error.powi(-2)).sum::<f64>() / weights;
    let squares: f64 = measured.iter().map(|(value, error)| ((value - mean) / error).powi(2)).sum();
    (squares / (measured.len() - 1) as f64).sqrt().max(1.0)
}

/// Draws of blocks: one stream a run. Runs that stand beside each other share theirs; others have that of what they hold,
/// so that the two sides can be exchanged.
fn draws(runs: &[Run], paired: bool, seed: u64) -> Vec<Draws> {
    let key = |(index, run): (usize, &Run)| if paired { index as u64 } else { fingerprint(run) };
    runs.iter().enumerate().map(|run| Draws(mix(seed ^ mix(key(run).wrapping_add(GOLDEN))))).collect()
}

fn fingerprint(run: &Run) -> u64 {
    let add = |hash: u64, number: u64| mix(hash.wrapping_add(GOLDEN) ^ number);
    run.windows.iter().fold(run.seed, |hash, span| {
        let times = span.service.iter().fold(0, |hash, (us, count)| add(hash, us ^ (count << 40)));
        [span.started, span.sent, span.due, span.bad, times].into_iter().fold(hash, add)
    })
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// `SplitMix64`.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(GOLDEN);
        ((u128::from(mix(self.0)) * bound as u128) >> 64) as usize
    }
}

/// As many windows of each run as it has, in blocks.
fn draw_blocks(side: &Side, block: usize, draws: &mut [Draws], blocks: &mut Vec<Block>) {
    blocks.clear();
    for (run, draws) in side.runs.iter().zip(draws) {
        let mut left = run.len();
        while left > 0 {
            let length = block.min(left);
            let from = run.start + draws.below(run.len() - block.min(run.len()) + 1);
            blocks.push((from as u32, (from + length) as u32));
            left -= length;
        }
    }
}

/// Mean and variance of numbers that come one by one (Welford 1962).
#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, number: f64) {
        self.count += 1.0;
        let apart = number - self.mean;
        self.mean += apart / self.count;
        self.squares += apart * (number - self.mean);
    }

    fn variance(self) -> f64 {
        if self.count > 1.0 { self.squares / (self.count - 1.0) } else { 0.0 }
    }
}

/// Whether a run is long enough.
pub(crate) fn is_long_enough(run: &Run) -> bool {
    run.windows.iter().filter(|span| span.due > 0).count() >= LEAST_WINDOWS
}
