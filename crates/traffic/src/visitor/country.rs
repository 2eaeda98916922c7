//! Countries: languages, a time zone, cities, and addresses of which every visitor gets one of their own.

use std::net::Ipv4Addr;

use jiff::tz::TimeZone;

use crate::encode::Text;
use crate::random::{self, Domain, Permutation, Weighted};

/// Slots of visitor numbers; a country has as many as its weight.
const SLOTS: u64 = 256;

/// Visitor numbers are mixed within blocks of so many before they are dealt to slots.
const BLOCK: u64 = 1 << 14;

/// A country that visitors come from.
#[derive(Clone, Debug)]
pub struct Country {
    /// ISO 3166-1, two lower-case letters.
    pub code: &'static str,
    /// What browsers there send as accepted languages.
    pub languages: Vec<Text>,
    /// How often each of them.
    pub language_weights: Weighted,
    /// Its main time zone.
    pub time_zone: TimeZone,
    /// How much longer pages take to load there than in the middle of Europe.
    pub slowness: f64,
    /// Its cities.
    pub cities: Vec<City>,
    /// How often each of them.
    pub city_weights: Weighted,
    /// First address and length of its ranges, and addresses before each.
    ranges: Vec<(u32, u64)>,
    addresses: u64,
}

/// A city with its place.
#[derive(Clone, Debug)]
pub struct City {
    /// Its name.
    pub name: Text,
    /// ISO 3166-2 without the country.
    pub region: &'static str,
    /// Degrees north.
    pub latitude: &'static str,
    /// Degrees east.
    pub longitude: &'static str,
}

/// The countries of a plan and who comes from where.
#[derive(Clone, Debug)]
pub struct Countries {
    seed: u64,
    list: Vec<Country>,
    /// Country of a slot, and rank of the slot within it.
    slots: Vec<(u16, u16)>,
    weights: Vec<u64>,
}

impl Countries {
    /// The built-in countries.
    pub fn new(seed: u64) -> Countries {
        let lines =
            include_str!("countries.tsv").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let (list, weights): (Vec<Country>, Vec<u64>) =
            lines.map(|line| parse(line).unwrap_or_else(|| panic!("countries.tsv: {line}"))).unzip();
        let slots = weights
            .iter()
            .enumerate()
            .flat_map(|(country, &weight)| (0..weight).map(move |rank| (country as u16, rank as u16)))
            .collect::<Vec<_>>();
        assert_eq!(slots.len() as u64, SLOTS, "weights of countries.tsv");
        Countries { seed, list, slots, weights }
    }

    /// A country by its index.
    pub fn get(&self, country: u16) -> &Country {
        &self.list[usize::from(country)]
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Country> {
        self.list.iter()
    }

    /// The share of each among visitors.
    pub fn shares(&self) -> impl Iterator<Item = f64> {
        self.weights.iter().map(|weight| *weight as f64 / SLOTS as f64)
    }

    /// The country and the address of a visitor, by their number.
    ///
    /// The rank of a visitor among those of their country is known in closed form, and the address is a permutation
    /// of that rank: no two visitors share one before a country has as many visitors as addresses.
    pub fn home(&self, visitor: u64) -> (u16, Ipv4Addr) {
        let block = visitor / BLOCK;
        let mixed = Permutation::new(BLOCK, random::hash(self.seed, Domain::Country, block))
            .forward(visitor % BLOCK)
            + block * BLOCK;
        let (country, rank) = self.slots[(mixed % SLOTS) as usize];
        let rank = mixed / SLOTS * self.weights[usize::from(country)] + u64::from(rank);
        let place = self.get(country);
        let key = random::hash(self.seed, Domain::Address, u64::from(country));
        let mut index = Permutation::new(place.addresses, key).forward(rank % place.addresses);
        for &(first, length) in &place.ranges {
            if index < length {
                return (country, Ipv4Addr::from(first + index as u32));
            }
            index -= length;
        }
        unreachable!("an index is below the number of addresses")
    }
}

/// Reads `code, weight, languages, time zone, cities, ranges`, separated by tabs.
fn parse(line: &'static str) -> Option<(Country, u64)> {
    let mut fields = line.split('\t');
    let code = fields.next()?;
    let weight = fields.next()?.parse().ok()?;
    let (languages, language_weights): (Vec<_>, Vec<_>) = fields
        .next()?
        .split('|')
        .map(|entry| {
            entry.rsplit_once(':').and_then(|(text, weight)| Some((Text::new(text), weight.parse().ok()?)))
        })
        .collect::<Option<Vec<(Text, f64)>>>()?
        .into_iter()
        .unzip();
    let time_zone = TimeZone::get(fields.next()?).ok()?;
    let (cities, city_weights): (Vec<_>, Vec<_>) =
        fields.next()?.split('|').map(parse_city).collect::<Option<Vec<_>>>()?.into_iter().unzip();
    let ranges = fields.next()?.split(',').map(parse_range).collect::<Option<Vec<_>>>()?;
    let addresses = ranges.iter().map(|(_, length)| length).sum();
    let country = Country {
        code,
        languages,
        language_weights: Weighted::new(&language_weights),
        time_zone,
        slowness: slowness(code),
        cities,
        city_weights: Weighted::new(&city_weights),
        ranges,
        addresses,
    };
    Some((country, weight))
}

/// How far away countries are and how fast their lines, in three steps*: * common knowledge, measured by nobody here.
fn slowness(code: &str) -> f64 {
    const FAST: [&str; 12] = ["at", "be", "ch", "de", "dk", "fi", "jp", "kr", "nl", "no", "se", "sg"];
    const SLOW: [&str; 24] = [
        "ar", "bd", "bo", "br", "cl", "co", "ec", "eg", "gt", "id", "in", "ke", "lk", "ma", "mx", "my", "ng",
        "pe", "ph", "pk", "th", "uy", "vn", "za",
    ];
    if FAST.contains(&code) {
        0.85
    } else if SLOW.contains(&code) {
        1.55
    } else {
        1.0
    }
}

fn parse_city(entry: &'static str) -> Option<(City, f64)> {
    let mut fields = entry.split('@');
    let name = Text::new(fields.next()?);
    let (region, latitude, longitude) = (fields.next()?, fields.next()?, fields.next()?);
    let weight = fields.next()?.parse().ok()?;
    Some((City { name, region, latitude, longitude }, weight))
}

/// A CIDR block without its first and last address: nobody is at home there.
fn parse_range(entry: &str) -> Option<(u32, u64)> {
    let (address, bits) = entry.split_once('/')?;
    let first = u32::from(address.parse::<Ipv4Addr>().ok()?);
    let length = 1_u64 << (32 - bits.parse::<u32>().ok()?);
    Some((first + 1, length - 2))
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn no_two_visitors_share_an_address() {
        let countries = Countries::new(5);
        let mut seen = HashSet::new();
        assert!((0..200_000).all(|visitor| seen.insert(countries.home(visitor).1)));
    }

    #[test]
    fn every_country_has_its_share_of_the_visitors_also_over_a_short_time() {
        let countries = Countries::new(5);
        let mut counts: HashMap<u16, u64> = HashMap::new();
        for visitor in 0..BLOCK {
            *counts.entry(countries.home(visitor).0).or_default() += 1;
        }
        for (country, weight) in countries.weights.iter().enumerate() {
            assert_eq!(counts[&(country as u16)], weight * BLOCK / SLOTS);
        }
        let first: HashSet<u16> = (0..64).map(|visitor| countries.home(visitor).0).collect();
        assert!(first.len() > 10, "{first:?}");
    }

    #[test]
    fn no_address_is_in_a_range_that_matomo_drops_or_that_nobody_has() {
        // Google, Microsoft and Yahoo as Matomo 5 excludes them (matomo.md, section 4), then special-purpose ranges
        // (RFC 6890).
        let forbidden = [
            "66.249.64.0/19",
            "157.54.0.0/15",
            "157.56.0.0/14",
            "65.52.0.0/14",
            "64.233.160.0/19",
            "74.125.0.0/16",
            "173.194.0.0/16",
            "209.85.128.0/17",
            "216.239.32.0/19",
            "72.14.192.0/18",
            "66.102.0.0/20",
            "64.4.0.0/18",
            "207.46.0.0/16",
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
        ];
        let forbidden: Vec<(u32, u64)> = forbidden
            .iter()
            .map(|entry| parse_range(entry).map(|(first, length)| (first - 1, length + 2)).unwrap())
            .collect();
        for country in Countries::new(1).iter() {
            for &(first, length) in &country.ranges {
                for &(start, size) in &forbidden {
                    let apart = u64::from(first) + length <= u64::from(start)
                        || u64::from(start) + size <= u64::from(first);
                    assert!(apart, "{}: {}", country.code, Ipv4Addr::from(first));
                }
            }
        }
    }
}
