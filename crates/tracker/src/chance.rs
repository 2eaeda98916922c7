//! Draws that look random and are not: the n-th draw of a seed is always the same.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a draw is for; each purpose has its own sequence.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Delay = 1,
    Fail = 2,
    Drop = 3,
    Visitor = 4,
    Conversion = 5,
}

/// One sequence of draws.
#[derive(Debug)]
pub(crate) struct Chance {
    start: u64,
    drawn: AtomicU64,
}

impl Chance {
    pub(crate) fn new(seed: u64, purpose: Purpose) -> Self {
        Self { start: mix(mix(seed) ^ purpose as u64), drawn: AtomicU64::new(0) }
    }

    /// The next 64 bits, all equally likely.
    pub(crate) fn draw(&self) -> u64 {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        mix(self.start.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
