//! Countries: languages, a time zone, cities, and addresses of which every visitor gets one of their own.

use std::net::Ipv4Addr;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::curve::{Curve, Rhythm};
use crate::day;
use crate::encode::Text;
use crate::random::{self, Domain, Permutation, Weighted};

/// Visitors that follow each other are spread over the countries together, so many at a time.
const GROUP: u64 = 64;

/// What the weights of `countries.tsv` sum up to.
const WEIGHTS: u64 = 256;

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
    /// Its time zone, where it is not the main one of its country.
    zone: Option<u16>,
}

/// Regions whose clocks do not show the time of most of their country, by country and region.
const ZONES: [(&str, &str, &str); 16] = [
    ("us", "CA", "America/Los_Angeles"),
    ("us", "WA", "America/Los_Angeles"),
    ("us", "AZ", "America/Phoenix"),
    ("us", "IL", "America/Chicago"),
    ("us", "TX", "America/Chicago"),
    ("ca", "AB", "America/Edmonton"),
    ("ca", "BC", "America/Vancouver"),
    ("ca", "MB", "America/Winnipeg"),
    ("ca", "NS", "America/Halifax"),
    ("au", "QLD", "Australia/Brisbane"),
    ("au", "SA", "Australia/Adelaide"),
    ("au", "WA", "Australia/Perth"),
    ("mx", "BCN", "America/Tijuana"),
    ("id", "SN", "Asia/Makassar"),
    ("ru", "NVS", "Asia/Novosibirsk"),
    ("ru", "SVE", "Asia/Yekaterinburg"),
];

/// The countries of a plan and who comes from where.
#[derive(Clone, Debug)]
pub struct Countries {
    seed: u64,
    list: Vec<Country>,
    /// The share of each.
    shares: Vec<f64>,
    /// Ends of the countries' parts of a group: one table for all times, or one an hour of the day in UTC.
    hours: Vec<Vec<f64>>,
    /// The most visitors of a group that each country may have.
    strides: Vec<u64>,
    sun: Option<Sun>,
}

/// What tells when visitors come, where that decides from which countries.
#[derive(Clone, Debug)]
struct Sun {
    curve: Arc<Curve>,
    /// Start of the run, in milliseconds of Unix time.
    start: i64,
}

impl Countries {
    /// The built-in countries, at any hour the same.
    pub fn new(seed: u64) -> Countries {
        let lines =
            include_str!("countries.tsv").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let (list, weights): (Vec<Country>, Vec<u64>) =
            lines.map(|line| parse(line).unwrap_or_else(|| panic!("countries.tsv: {line}"))).unzip();
        assert_eq!(weights.iter().sum::<u64>(), WEIGHTS, "weights of countries.tsv");
        let shares: Vec<f64> = weights.iter().map(|weight| *weight as f64 / WEIGHTS as f64).collect();
        let mut countries =
            Countries { seed, list, hours: Vec::new(), strides: Vec::new(), sun: None, shares };
        countries.deal(vec![countries.shares.clone()]);
        countries
    }

    /// Lets visitors sleep at night: at every hour of the day most of them come from where people are up. The shares
    /// of the countries over a whole day stay as they are.
    pub fn follow_the_sun(&mut self, rhythm: &Rhythm, curve: &Arc<Curve>, zone: &TimeZone, start: i64) {
        let ahead = |zone: &TimeZone| day::offset_hours(zone, start);
        let at = |utc: usize, ahead: f64| rhythm.hours[(utc as f64 + ahead).rem_euclid(24.0) as usize];
        let busy: Vec<f64> = (0..24).map(|hour| at(hour, ahead(zone))).collect();
        let whole: f64 = busy.iter().sum();
        let offsets: Vec<f64> = self.list.iter().map(|country| ahead(&country.time_zone)).collect();
        let mut factors = self.shares.clone();
        let mut hours: Vec<Vec<f64>> = Vec::new();
        // Factors such that the hours together make the shares; each round brings them closer by a good part.
        for _ in 0..200 {
            hours = (0..24)
                .map(|hour| {
                    let parts: Vec<f64> = factors
                        .iter()
                        .zip(&offsets)
                        .map(|(factor, ahead)| factor * at(hour, *ahead))
                        .collect();
                    let sum: f64 = parts.iter().sum();
                    // Nobody is up anywhere: then all are.
                    if sum > 0.0 {
                        parts.iter().map(|part| part / sum).collect()
                    } else {
                        self.shares.clone()
                    }
                })
                .collect();
            for (country, factor) in factors.iter_mut().enumerate() {
                let reached: f64 =
                    hours.iter().zip(&busy).map(|(shares, busy)| shares[country] * busy / whole).sum();
                if reached > 0.0 {
                    *factor *= self.shares[country] / reached;
                }
            }
        }
        self.deal(hours);
        self.sun = Some(Sun { curve: Arc::clone(curve), start });
    }

    /// Takes over the shares of the countries, by the hour.
    fn deal(&mut self, hours: Vec<Vec<f64>>) {
        self.strides = (0..self.list.len())
            .map(|country| {
                let most = hours.iter().map(|shares| shares[country]).fold(0.0, f64::max);
                libm::floor(most * GROUP as f64) as u64 + 1
            })
            .collect();
        let ends = |shares: Vec<f64>| {
            let mut sum = 0.0;
            shares
                .into_iter()
                .map(|share| {
                    sum += share * GROUP as f64;
                    sum
                })
                .collect()
        };
        self.hours = hours.into_iter().map(ends).collect();
    }

    /// The share of each country among the visitors of a whole day.
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// A country by its index.
    pub fn get(&self, country: u16) -> &Country {
        &self.list[usize::from(country)]
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Country> {
        self.list.iter()
    }

    /// The time zones of the countries, by their index, then those of regions of their own.
    pub fn time_zones(&self) -> impl Iterator<Item = TimeZone> {
        let zone = |name| TimeZone::get(name).expect("the zones of regions exist");
        let countries = self.list.iter().map(|country| country.time_zone.clone());
        countries.chain(ZONES.iter().map(move |(_, _, name)| zone(name)))
    }

    /// Index among [`Countries::time_zones`] of the time zone of a city.
    pub fn time_zone(&self, country: u16, city: u16) -> usize {
        let own = self.get(country).cities[usize::from(city)].zone;
        own.map_or(usize::from(country), |zone| self.list.len() + usize::from(zone))
    }

    /// The country and the address of a visitor, by their number.
    ///
    /// The visitors of a group stand in a seeded order, one unit apart and shifted by a part of one, on a line that is
    /// divided among the countries. So every country has its share of each group, give or take one; the rank of a
    /// visitor among those of their country is known in closed form, and the address is a permutation of that rank:
    /// no two visitors share one before a country has run out of addresses.
    pub fn home(&self, visitor: u64) -> (u16, Ipv4Addr) {
        let (group, place) = (visitor / GROUP, visitor % GROUP);
        let key = random::hash(self.seed, Domain::Country, group);
        let shift = random::fraction(key);
        let order = Permutation::new(GROUP, key).forward(place);
        let ends = self.shares_at(group);
        let point = order as f64 + shift;
        let country = ends.partition_point(|end| *end <= point).min(ends.len() - 1);
        let start = if country == 0 { 0.0 } else { ends[country - 1] };
        let before = libm::ceil(start - shift).max(0.0) as u64;
        let stride = self.strides[country];
        // A point at the very edge may be rounded across it.
        let rank = group * stride + order.saturating_sub(before).min(stride - 1);
        let home = &self.list[country];
        let key = random::hash(self.seed, Domain::Address, country as u64);
        let mut index = Permutation::new(home.addresses, key).forward(rank % home.addresses);
        for &(first, length) in &home.ranges {
            if index < length {
                return (country as u16, Ipv4Addr::from(first + index as u32));
            }
            index -= length;
        }
        unreachable!("an index is below the number of addresses")
    }

    /// Ends of the countries' parts when a group comes.
    fn shares_at(&self, group: u64) -> &[f64] {
        let Some(Sun { curve, start }) = &self.sun else { return &self.hours[0] };
        let due = curve.inverse((group * GROUP) as f64 + 0.5).unwrap_or(0);
        let unix_hour = (start + (due / 1_000_000) as i64).div_euclid(3_600_000);
        &self.hours[unix_hour.rem_euclid(24) as usize]
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
    let (cities, city_weights): (Vec<_>, Vec<_>) = fields
        .next()?
        .split('|')
        .map(|city| parse_city(code, city))
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .unzip();
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

fn parse_city(code: &str, entry: &'static str) -> Option<(City, f64)> {
    let mut fields = entry.split('@');
    let name = Text::new(fields.next()?);
    let (region, latitude, longitude) = (fields.next()?, fields.next()?, fields.next()?);
    let weight = fields.next()?.parse().ok()?;
    let zone = ZONES.iter().position(|(country, of, _)| (*country, *of) == (code, region));
    Some((City { name, region, latitude, longitude, zone: zone.map(|zone| zone as u16) }, weight))
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
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_visitor_in_seattle_lives_by_the_clock_of_seattle() {
        let countries = Countries::new(5);
        let zones: Vec<TimeZone> = countries.time_zones().collect();
        let zone = |code: &str, city: &str| {
            let country = countries.iter().position(|country| country.code == code).unwrap();
            let cities = &countries.list[country].cities;
            let city = cities.iter().position(|known| known.name.raw() == city).unwrap();
            zones[countries.time_zone(country as u16, city as u16)].iana_name().unwrap()
        };
        assert_eq!(zone("us", "Seattle"), "America/Los_Angeles");
        assert_eq!(zone("us", "New York City"), "America/New_York");
        assert_eq!(zone("ru", "Novosibirsk"), "Asia/Novosibirsk");
        assert_eq!(zone("de", "Berlin"), "Europe/Berlin");
        let used = countries.iter().flat_map(|country| &country.cities).filter_map(|city| city.zone);
        assert_eq!(used.collect::<HashSet<_>>().len(), ZONES.len());
    }

    #[test]
    fn no_two_visitors_share_an_address() {
        let countries = Countries::new(5);
        let mut seen = HashSet::new();
        assert!((0..200_000).all(|visitor| seen.insert(countries.home(visitor).1)));
    }

    #[test]
    fn every_country_has_its_share_of_the_visitors_also_over_a_short_time() {
        let countries = Countries::new(5);
        let mut counts = vec![0_u64; countries.list.len()];
        for visitor in 0..64 * GROUP {
            counts[usize::from(countries.home(visitor).0)] += 1;
        }
        for (count, share) in counts.iter().zip(countries.shares()) {
            let wanted = share * 64.0 * GROUP as f64;
            assert!((*count as f64 - wanted).abs() < 5.0 * wanted.sqrt().min(8.0), "{count}, not {wanted}");
        }
        let first: HashSet<u16> = (0..64).map(|visitor| countries.home(visitor).0).collect();
        assert!(first.len() > 10, "{first:?}");
    }

    /// A day with hardly anybody up at night, at one visit a second from midnight UTC on.
    fn sunny(seed: u64) -> Countries {
        let hours = std::array::from_fn(|hour| if (8..23).contains(&hour) { 10.0 } else { 1.0 });
        let rhythm = Rhythm { hours, weekdays: [1.0; 7] };
        let days = day::from(&TimeZone::UTC, day::SOME_MONDAY).take(8);
        let curve = Arc::new(Curve::daily(1.0, Some(&rhythm), None, days));
        let mut countries = Countries::new(seed);
        countries.follow_the_sun(&rhythm, &curve, &TimeZone::UTC, day::SOME_MONDAY);
        countries
    }

    #[test]
    fn where_it_is_night_people_sleep_and_over_the_day_every_country_has_its_share() {
        let countries = sunny(5);
        let japan = countries.iter().position(|country| country.code == "jp").unwrap();
        let visits = countries.sun.as_ref().unwrap().curve.total() as u64 / 8;
        let mut counts = vec![0_u64; countries.list.len()];
        let mut night = (0_u64, 0_u64);
        for visitor in 0..visits {
            let country = usize::from(countries.home(visitor).0);
            counts[country] += 1;
            // 15 to 22 h UTC is 0 to 7 h in Japan.
            let hour = countries.sun.as_ref().unwrap().curve.inverse(visitor as f64 + 0.5).unwrap()
                / 3_600_000_000_000;
            if (15..22).contains(&hour) {
                night.0 += 1;
                night.1 += u64::from(country == japan);
            }
        }
        for (count, share) in counts.iter().zip(countries.shares()) {
            let wanted = share * visits as f64;
            assert!((*count as f64 / wanted - 1.0).abs() < 0.2, "{count}, not {wanted}");
        }
        let asleep = night.1 as f64 / night.0 as f64 / countries.shares()[japan];
        assert!(asleep < 0.4, "Japan has {asleep} of its share in its night");
    }

    #[test]
    fn no_two_visitors_share_an_address_whatever_the_hour() {
        let countries = sunny(7);
        let mut seen = HashSet::new();
        assert!((0..200_000).all(|visitor| seen.insert(countries.home(visitor).1)));
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
