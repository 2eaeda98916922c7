//! Random streams: every draw of a plan comes from a stream that is a pure function of (seed, domain, number),
//! so a visit is the same on whatever thread or machine it is planned.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a stream is drawn for. Two domains never share a stream, so a new draw in one cannot shift another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Domain {
    /// The visitor's identifier.
    Identity = 1,
    /// What a visitor is: device, language, place.
    Visitor = 2,
    /// What a visit does.
    Visit = 3,
    /// What an order holds.
    Order = 4,
    /// Spacing of Poisson arrivals, by cell.
    Arrivals = 5,
    /// Whether a lane of the population goes on with its visitor.
    Returning = 6,
    /// Where in its row a lane of the population comes.
    Lane = 7,
    /// Which country a visitor number falls to.
    Country = 8,
    /// Which address of its country a visitor has.
    Address = 9,
    /// Which worker sends a visitor's visits.
    Worker = 10,
    /// Identifiers of page views.
    PageView = 11,
    /// Identifiers of orders.
    OrderId = 12,
    /// How long before the next visit of its visitor a visit lies.
    Past = 13,
    /// Who logs in, and as whom.
    User = 14,
    /// How fast the pages of a visit load.
    Performance = 15,
    /// Robots that come along with a visit.
    Robot = 16,
    /// Values of custom dimensions.
    Dimension = 17,
}

/// A bijection of 64 bits that leaves no pattern behind (the finaliser of `SplitMix64`).
pub fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The hash of (seed, domain, number): for a fixed seed and domain a bijection of the number.
pub fn hash(seed: u64, domain: Domain, number: u64) -> u64 {
    let key = mix(seed ^ mix((domain as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    mix(key ^ mix(number.wrapping_add(0x9e37_79b9_7f4a_7c15)))
}

/// A 64-bit hash of some text (FNV-1a, finished by [`mix`]).
pub fn hash_text(text: &str) -> u64 {
    mix(text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// A probability out of a hash: in `[0, 1)`, 53 bits.
pub fn fraction(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

/// One stream of random numbers (xoshiro256++ seeded by `SplitMix64`).
#[derive(Debug, Clone)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream of (seed, domain, number).
    pub fn new(seed: u64, domain: Domain, number: u64) -> Stream {
        Stream(Xoshiro256PlusPlus::seed_from_u64(hash(seed, domain, number)))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        fraction(self.bits())
    }

    /// True with the given probability; 0 never, 1 always.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u32
    }

    /// In `0..bound`, the first ones more often, as with most things people choose from; 0 when `bound` is 0.
    pub fn below_early(&mut self, bound: u32) -> u32 {
        let most = self.below(bound);
        self.below(most + 1)
    }

    /// Uniform in `low..=high` (whole numbers).
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// Uniform in `[low, high)`; `low` when they are equal.
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - self.unit())
    }

    /// Normal with mean 0 and variance 1.
    pub fn normal(&mut self) -> f64 {
        self.normals()[0]
    }

    /// Two of them, independent of each other, for hardly more than one costs (Box and Muller).
    pub fn normals(&mut self) -> [f64; 2] {
        let radius = libm::sqrt(2.0 * self.exponential());
        let (sine, cosine) = libm::sincos(std::f64::consts::TAU * self.unit());
        [radius * cosine, radius * sine]
    }

    /// Lognormal with this median, and sigma on the scale of logarithms.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    /// Weibull with this shape and scale.
    pub fn weibull(&mut self, shape: f64, scale: f64) -> f64 {
        scale * libm::pow(self.exponential(), 1.0 / shape)
    }

    /// Inverse Gaussian with this mean and shape, by the transformation with two roots (Michael, Schucany and Haas
    /// 1976).
    pub fn inverse_gaussian(&mut self, mean: f64, shape: f64) -> f64 {
        let normal = self.normal();
        let y = mean * normal * normal / shape;
        // The smaller root of a quadratic, written so that nothing cancels.
        let root = mean * 2.0 / (2.0 + y + libm::sqrt(y * (4.0 + y)));
        if self.unit() * (mean + root) <= mean { root } else { mean * mean / root }
    }

    /// One of a slice that is not empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u32) as usize]
    }
}

/// Draws an index by weight, in constant time however many there are (Vose's alias method).
#[derive(Debug, Clone)]
pub struct Weighted {
    columns: Vec<(f64, u32)>,
}

impl Weighted {
    /// From weights of which at least one is above 0.
    pub fn new(weights: &[f64]) -> Weighted {
        let total: f64 = weights.iter().sum();
        assert!(total > 0.0, "at least one weight above 0");
        let scale = weights.len() as f64 / total;
        let mut columns: Vec<(f64, u32)> =
            weights.iter().enumerate().map(|(i, weight)| (weight * scale, i as u32)).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) =
            (0..weights.len() as u32).partition(|&i| columns[i as usize].0 < 1.0);
        while let (Some(&less), Some(&more)) = (small.last(), large.last()) {
            small.pop();
            let short = 1.0 - columns[less as usize].0;
            columns[less as usize].1 = more;
            columns[more as usize].0 -= short;
            if columns[more as usize].0 < 1.0 {
                large.pop();
                small.push(more);
            }
        }
        for rest in small.into_iter().chain(large) {
            columns[rest as usize].0 = 1.0;
        }
        Weighted { columns }
    }

    /// Draws one index.
    pub fn draw(&self, stream: &mut Stream) -> usize {
        let column = stream.below(self.columns.len() as u32) as usize;
        let (keep, alias) = self.columns[column];
        if stream.unit() < keep { column } else { alias as usize }
    }
}

/// A seeded permutation of `0..size` that can be inverted: a few rounds of a balanced Feistel network on the next
/// even power of two, walked until the value is inside.
#[derive(Clone, Copy, Debug)]
pub struct Permutation {
    size: u64,
    half: u32,
    key: u64,
}

const ROUNDS: u64 = 4;

impl Permutation {
    /// The permutation of `0..size` that belongs to `key`.
    pub fn new(size: u64, key: u64) -> Permutation {
        let bits = u64::BITS - size.saturating_sub(1).leading_zeros();
        Permutation { size, half: bits.div_ceil(2).max(1), key }
    }

    fn round(&self, round: u64, half: u64) -> u64 {
        mix(self.key ^ (half << 3) ^ round) & ((1 << self.half) - 1)
    }

    /// Where `index` goes.
    pub fn forward(&self, index: u64) -> u64 {
        let mut value = index;
        loop {
            let (mut left, mut right) = (value >> self.half, value & ((1 << self.half) - 1));
            for round in 0..ROUNDS {
                (left, right) = (right, left ^ self.round(round, right));
            }
            value = (left << self.half) | right;
            if value < self.size {
                return value;
            }
        }
    }

    /// What goes to `index`.
    pub fn backward(&self, index: u64) -> u64 {
        let mut value = index;
        loop {
            let (mut left, mut right) = (value >> self.half, value & ((1 << self.half) - 1));
            for round in (0..ROUNDS).rev() {
                (left, right) = (right ^ self.round(round, left), left);
            }
            value = (left << self.half) | right;
            if value < self.size {
                return value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_is_a_bijection_and_its_inverse_undoes_it() {
        for size in [1, 2, 3, 16, 17, 1000, 4096] {
            let permutation = Permutation::new(size, 99);
            let mut seen = vec![false; size as usize];
            for index in 0..size {
                let there = permutation.forward(index);
                assert!(!std::mem::replace(&mut seen[there as usize], true));
                assert_eq!(permutation.backward(there), index);
            }
        }
    }

    #[test]
    fn weighted_draws_follow_their_weights() {
        let weighted = Weighted::new(&[1.0, 0.0, 3.0, 6.0]);
        let mut stream = Stream::new(1, Domain::Visit, 1);
        let mut counts = [0_u32; 4];
        for _ in 0..100_000 {
            counts[weighted.draw(&mut stream)] += 1;
        }
        assert_eq!(counts[1], 0);
        for (count, share) in [(counts[0], 0.1), (counts[2], 0.3), (counts[3], 0.6)] {
            assert!((f64::from(count) / 100_000.0 - share).abs() < 0.006, "{counts:?}");
        }
    }

    #[test]
    fn streams_of_neighbouring_numbers_and_domains_differ() {
        let first = Stream::new(7, Domain::Visit, 1).bits();
        assert_ne!(first, Stream::new(7, Domain::Visit, 2).bits());
        assert_ne!(first, Stream::new(8, Domain::Visit, 1).bits());
        assert_ne!(first, Stream::new(7, Domain::Visitor, 1).bits());
        assert_eq!(first, Stream::new(7, Domain::Visit, 1).bits());
    }
}
