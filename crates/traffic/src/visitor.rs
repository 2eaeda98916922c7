//! Visitors: who somebody is, drawn once from their number and the same at every visit.

pub mod country;
pub mod device;

use std::net::Ipv4Addr;

use crate::encode::Text;
use crate::random::{self, Domain, Stream, Weighted};
use country::Countries;
use device::DEVICES;

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
}

/// Everything visitors are drawn from.
#[derive(Clone, Debug)]
pub struct Visitors {
    seed: u64,
    /// Seed of the identifiers: of this seed and this run only.
    identity: u64,
    /// Where they come from.
    pub countries: Countries,
    devices: Weighted,
    screens: Vec<Weighted>,
    user_agents: Vec<Text>,
}

impl Visitors {
    /// The visitors of a seed; `run` is the hash of the run id.
    pub fn new(seed: u64, run: u64) -> Visitors {
        let weights = |pairs: &[(&str, u32)]| {
            Weighted::new(&pairs.iter().map(|(_, weight)| f64::from(*weight)).collect::<Vec<_>>())
        };
        Visitors {
            seed,
            identity: random::hash(seed, Domain::Identity, run),
            countries: Countries::new(seed),
            devices: Weighted::new(
                &DEVICES.iter().map(|device| f64::from(device.weight)).collect::<Vec<_>>(),
            ),
            screens: DEVICES.iter().map(|device| weights(device.screens)).collect(),
            user_agents: DEVICES.iter().map(|device| Text::new(device.user_agent)).collect(),
        }
    }

    /// The visitor with a number.
    pub fn visitor(&self, number: u64) -> Visitor {
        let mut stream = Stream::new(self.seed, Domain::Visitor, number);
        let (country, address) = self.countries.home(number);
        let home = self.countries.get(country);
        let device = self.devices.draw(&mut stream);
        Visitor {
            number,
            id: random::hash(self.identity, Domain::Identity, number),
            country,
            city: home.city_weights.draw(&mut stream) as u16,
            language: home.language_weights.draw(&mut stream) as u16,
            device: device as u16,
            screen: self.screens[device].draw(&mut stream) as u16,
            address,
        }
    }

    /// The user agent of a device.
    pub fn user_agent(&self, device: u16) -> &Text {
        &self.user_agents[usize::from(device)]
    }

    /// The screen of a visitor: `width x height`.
    pub fn screen(&self, visitor: &Visitor) -> &'static str {
        DEVICES[usize::from(visitor.device)].screens[usize::from(visitor.screen)].0
    }

    /// The user agents of all devices, by the index of the device.
    pub fn user_agents(&self) -> impl Iterator<Item = &Text> {
        self.user_agents.iter()
    }
}
