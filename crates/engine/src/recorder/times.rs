//! Times of many hits: dense while they are recorded, packed while they are kept.

use std::io::Write as _;
use std::ops::AddAssign;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2Serializer};

/// The longest time that is told apart: an hour, in microseconds.
const LONGEST_US: u64 = 3_600_000_000;

/// More bytes than any histogram of ours has, packed.
const MOST_BYTES: usize = 1 << 19;

/// Marks the encoding of `HdrHistogram`, version 2: compressed, and not.
const COMPRESSED: [u8; 4] = 0x1c84_9314_u32.to_be_bytes();
const PLAIN: [u8; 4] = 0x1c84_9313_u32.to_be_bytes();

/// Times of many hits, in microseconds, with three significant digits.
#[derive(Clone, Debug, PartialEq)]
pub struct Times(Histogram<u64>);

impl Default for Times {
    fn default() -> Times {
        Times(Histogram::new_with_bounds(1, LONGEST_US, 3).expect("valid bounds"))
    }
}

impl Times {
    /// Records one time.
    pub fn record(&mut self, nanos: u64) {
        self.0.saturating_record(nanos.div_ceil(1_000));
    }

    /// Records the same time for many hits.
    pub fn record_many(&mut self, nanos: u64, hits: u64) {
        self.0.saturating_record_n(nanos.div_ceil(1_000), hits);
    }

    /// How many were recorded.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The mean, in milliseconds.
    pub fn mean_ms(&self) -> f64 {
        self.0.mean() / 1_000.0
    }

    /// The shortest, in milliseconds.
    pub fn min_ms(&self) -> f64 {
        self.0.min() as f64 / 1_000.0
    }

    /// The longest, in milliseconds.
    pub fn max_ms(&self) -> f64 {
        self.0.max() as f64 / 1_000.0
    }

    /// The time that this share of them stay within, in milliseconds.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1_000.0
    }

    /// How many of them stay within so many microseconds, to the resolution of the histogram.
    pub fn within_us(&self, us: u64) -> u64 {
        self.0.count_between(0, us.min(LONGEST_US))
    }

    /// [`Times::within_us`] of many bounds at once, which ascend.
    pub fn within_each_us<const N: usize>(&self, bounds: [u64; N]) -> [u64; N] {
        let (mut from, mut sum) = (0, 0);
        bounds.map(|us| {
            let us = us.min(LONGEST_US);
            if !self.0.is_empty() && from <= us {
                sum += self.0.count_between(from, us);
                from = self.0.next_non_equivalent(us);
            }
            sum
        })
    }

    /// The sum of all of them, in microseconds and to the resolution of the histogram. It never falls when more are
    /// recorded.
    pub fn total_us(&self) -> u64 {
        let part = |(value, count): (u64, u64)| self.0.median_equivalent(value).saturating_mul(count);
        self.iter_us().map(part).fold(0, u64::saturating_add)
    }

    /// Every time that was recorded, in microseconds and to the resolution of the histogram, with its count, shortest
    /// first.
    pub fn iter_us(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0.iter_recorded().map(|value| (value.value_iterated_to(), value.count_at_value()))
    }

    /// The same in a few bytes.
    pub fn pack(&self) -> Packed {
        if self.0.is_empty() {
            return Packed::default();
        }
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&self.0, &mut bytes).expect("memory takes everything");
        Packed(bytes.into())
    }

    pub(crate) fn clear(&mut self) {
        if !self.0.is_empty() {
            self.0.reset();
        }
    }
}

impl AddAssign<&Times> for Times {
    fn add_assign(&mut self, other: &Times) {
        if !other.0.is_empty() {
            self.0.add(&other.0).expect("the same bounds");
        }
    }
}

/// Times as they are kept: as many bytes as they need. Two that hold the same times are equal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed(Box<[u8]>);

/// Not the text of packed times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is not a histogram of HdrHistogram's V2 encoding, compressed and in base64, from 1 us to 1 h with 3 digits"
)]
pub struct NotPacked;

impl Packed {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The times.
    pub fn unpack(&self) -> Times {
        read(&self.0).expect("what was packed")
    }

    /// Adds times to these.
    pub(crate) fn add(&mut self, times: &Times) {
        if times.count() > 0 {
            let mut sum = self.unpack();
            sum += times;
            *self = sum.pack();
        }
    }

    /// As text: the encoding of `HdrHistogram`, V2, compressed, in base64, which other programs read too. Empty for none.
    pub fn to_text(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        let compressed =
            zlib.write_all(&self.0).and_then(|()| zlib.finish()).expect("memory takes everything");
        let mut bytes = COMPRESSED.to_vec();
        bytes.extend((compressed.len() as u32).to_be_bytes());
        bytes.extend(compressed);
        BASE64.encode(bytes)
    }

    /// Reads what [`Packed::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Packed, NotPacked> {
        if text.is_empty() {
            return Ok(Packed::default());
        }
        let bytes = BASE64.decode(text).map_err(|_| NotPacked)?;
        let (head, compressed) = bytes.split_at_checked(8).ok_or(NotPacked)?;
        let (mark, length) = head.split_at(4);
        if mark != COMPRESSED || length != (compressed.len() as u32).to_be_bytes() {
            return Err(NotPacked);
        }
        let mut plain = Vec::new();
        let limited = ZlibDecoder::new(compressed);
        std::io::Read::read_to_end(&mut std::io::Read::take(limited, MOST_BYTES as u64 + 1), &mut plain)
            .map_err(|_| NotPacked)?;
        // What is kept is what we would have written, so that equal times are equal bytes.
        Ok(read(&plain).ok_or(NotPacked)?.pack())
    }
}

/// Reads bytes that may come from anywhere.
fn read(bytes: &[u8]) -> Option<Times> {
    let mut times = Times::default();
    if bytes.is_empty() {
        return Some(times);
    }
    let announced: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
    if bytes.get(..4)? != PLAIN
        || bytes.len() > MOST_BYTES
        || u32::from_be_bytes(announced) as usize + 40 != bytes.len()
    {
        return None;
    }
    let read: Histogram<u64> = Deserializer::new().deserialize(&mut &*bytes).ok()?;
    if read.sigfig() != 3 || read.low() != 1 || read.high() != LONGEST_US {
        return None;
    }
    times.0.add(&read).ok()?;
    Some(times)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn times(values: &[u64]) -> Times {
        let mut times = Times::default();
        for value in values {
            times.record(*value);
        }
        times
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn times_are_told_apart_to_a_thousandth(nanos in 1_000..3_600_000_000_000_u64) {
            let mut times = Times::default();
            times.record(nanos);
            let ms = nanos as f64 / 1e6;
            prop_assert!((times.quantile_ms(0.5) - ms).abs() <= ms / 1_000.0 + 0.001, "{} {ms}", times.quantile_ms(0.5));
        }

        #[test]
        fn counts_within_bounds_are_the_same_one_by_one_and_all_at_once(
            values in vec(prop_oneof![0..3_000_000_u64, 0..4_000_000_000_000_u64], 0..200),
            mut bounds in proptest::array::uniform8(prop_oneof![0..3_000_u64, 0..4_000_000_000_u64]),
        ) {
            let times = times(&values);
            bounds.sort_unstable();
            prop_assert_eq!(times.within_each_us(bounds), bounds.map(|us| times.within_us(us)));
        }

        #[test]
        fn the_sum_of_times_is_near_theirs_and_never_falls(
            values in vec(prop_oneof![0..5_000_u64, 0..3_000_000_000_000_u64], 1..100),
        ) {
            let mut times = Times::default();
            let (mut before, mut exact) = (0, 0);
            for nanos in values {
                times.record(nanos);
                exact += nanos.div_ceil(1_000);
                let total = times.total_us();
                prop_assert!(total >= before, "{} after {}", total, before);
                prop_assert!(total.abs_diff(exact) <= exact / 1_000, "{} of {}", total, exact);
                before = total;
            }
        }

        #[test]
        fn packed_times_come_back_exactly(values in vec(0..4_000_000_000_000_u64, 0..200)) {
            let times = times(&values);
            let packed = times.pack();
            prop_assert_eq!(&packed.unpack(), &times);
            let read = Packed::from_text(&packed.to_text()).unwrap();
            prop_assert_eq!(&read, &packed);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z0-9+/]{0,80}={0,2}") {
            let _whatever = Packed::from_text(&text);
        }
    }

    #[test]
    fn a_text_that_was_cut_off_or_changed_is_refused() {
        let text = times(&[5_000_000, 7_000_000, 900_000_000]).pack().to_text();
        assert!(text.starts_with("HISTFAAAA"), "the mark that other programs look for: {text}");
        for end in (4..text.len()).step_by(4) {
            assert_eq!(Packed::from_text(&text[..end]), Err(NotPacked), "{end}");
        }
        assert_eq!(Packed::from_text("not a histogram"), Err(NotPacked));
        let mut other = Histogram::<u64>::new_with_bounds(1, 1_000, 2).unwrap();
        other.record(5).unwrap();
        let mut bytes = Vec::new();
        hdrhistogram::serialization::V2DeflateSerializer::new().serialize(&other, &mut bytes).unwrap();
        assert_eq!(Packed::from_text(&BASE64.encode(bytes)), Err(NotPacked));
    }
}
