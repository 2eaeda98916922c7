//! Visitors: who somebody is, drawn once from their number and the same at every visit.

pub mod country;
pub mod device;

use std::net::Ipv4Addr;

use sha1::{Digest, Sha1};

use crate::encode::Text;
use crate::profile;
use crate::random::{self, Domain, Stream};
use country::Countries;
use device::{Class, Device, Devices};

/// A visitor. Small, so that many visits can be open at once; names and texts are in [`Visitors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The number of their first visit: what everything about them is drawn from.
    pub number: u64,
    /// The identifier Matomo knows them by (`cid`, 16 hexadecimal digits).
    pub id: u64,
    /// Where they are at home.
    pub country: u16,
    /// City of that country.
    pub city: u16,
    /// One of the languages of that country.
    pub language: u16,
    /// What they browse with.
    pub device: u16,
    /// One of the screens of that device.
    pub screen: u16,
    /// Their address, nobody else's.
    pub address: Ipv4Addr,
    /// Who they are where they are known by name.
    pub user: Option<UserId>,
}

/// A user id: what a site calls somebody who has an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserId(u64);

impl std::fmt::Display for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "member-{:012x}", self.0)
    }
}

impl UserId {
    /// Matomo knows a user by the beginning of a hash of the user id, whatever else a hit says.
    fn visitor_id(self) -> u64 {
        let mut text = *b"member-000000000000";
        for (place, digit) in text[7..].iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(self.0 >> (44 - 4 * place) & 15) as usize];
        }
        let hash = Sha1::digest(text);
        hash[..8].iter().fold(0, |id, byte| id << 8 | u64::from(*byte))
    }
}

/// Everything visitors are drawn from.
#[derive(Clone, Debug)]
pub struct Visitors {
    seed: u64,
    /// Seed of the identifiers: of this seed and this run only.
    identity: u64,
    /// Share of visitors with a user id.
    pub(crate) logged_in: f64,
    /// Where they come from.
    pub countries: Countries,
    /// What they browse with.
    pub devices: Devices,
}

impl Visitors {
    /// The visitors of a seed; `run` is the hash of the run id, `logged_in` the share of them with a user id,
    /// `devices` the shares of what they browse with.
    pub fn new(seed: u64, run: u64, logged_in: f64, devices: &profile::Devices) -> Visitors {
        Visitors {
            seed,
            identity: random::hash(seed, Domain::Identity, run),
            logged_in,
            countries: Countries::new(seed),
            devices: Devices::new(devices),
        }
    }

    /// The visitor with a number.
    pub fn visitor(&self, number: u64) -> Visitor {
        let mut stream = Stream::new(self.seed, Domain::Visitor, number);
        let (country, address) = self.countries.home(number);
        let home = self.countries.get(country);
        let (device, screen) = self.devices.draw(&mut stream);
        let user = random::hash(self.identity, Domain::User, number);
        let user = (random::fraction(random::hash(self.seed, Domain::User, number)) < self.logged_in)
            .then_some(UserId(user >> 16));
        Visitor {
            number,
            id: user
                .map_or_else(|| random::hash(self.identity, Domain::Identity, number), UserId::visitor_id),
            country,
            city: home.city_weights.draw(&mut stream) as u16,
            language: home.language_weights.draw(&mut stream) as u16,
            device,
            screen,
            address,
            user,
        }
    }

    /// What a visitor browses with.
    pub fn device(&self, visitor: &Visitor) -> &Device {
        self.devices.get(visitor.device)
    }

    /// The kind of a visitor's device.
    pub fn class(&self, visitor: &Visitor) -> Class {
        self.device(visitor).class
    }

    /// How often each kind of device is used.
    pub fn class_shares(&self) -> [f64; 5] {
        self.devices.class_shares()
    }

    /// The share of visitors with a user id.
    pub fn logged_in_share(&self) -> f64 {
        self.logged_in
    }

    /// The user agent of a visitor.
    pub fn user_agent(&self, visitor: &Visitor) -> &Text {
        self.devices.user_agent(self.device(visitor))
    }

    /// The client hints of a visitor (`uadata`), where the browser tells any.
    pub fn hints(&self, visitor: &Visitor) -> Option<&Text> {
        self.devices.hints(self.device(visitor))
    }

    /// The screen of a visitor: `width x height`.
    pub fn screen(&self, visitor: &Visitor) -> &'static str {
        self.device(visitor).screens[usize::from(visitor.screen)].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn a_visitor_has_the_same_device_at_every_visit_and_a_screen_of_it() {
        let devices = Profile::built_in("content").unwrap().devices;
        let visitors = Visitors::new(7, 1, 0.0, &devices);
        let later = Visitors::new(7, 2, 0.0, &devices);
        for number in 0..10_000 {
            let visitor = visitors.visitor(number);
            let again = later.visitor(number);
            assert_eq!((visitor.device, visitor.screen), (again.device, again.screen));
            assert_eq!(visitors.user_agent(&visitor), later.user_agent(&again));
            assert_eq!(visitors.hints(&visitor), later.hints(&again));
            let screens = visitors.device(&visitor).screens;
            assert!(screens.iter().any(|(screen, _)| *screen == visitors.screen(&visitor)));
        }
    }
}
