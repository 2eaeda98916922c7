//! Devices: a model with its system, its browser and the versions of both, which belong together.

mod agent;
mod browser;
mod model;
mod system;

use std::collections::BTreeMap;

use crate::encode::Text;
use crate::profile;
use crate::random::{Stream, Weighted};
use model::{MODELS, Model, Software};

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A desktop or laptop computer.
    Desktop,
    /// A phone.
    Phone,
    /// A tablet.
    Tablet,
    /// A television set.
    Tv,
    /// A game console.
    Console,
}

impl Class {
    /// All of them, in the order of their declaration.
    pub const ALL: [Class; 5] = [Class::Desktop, Class::Phone, Class::Tablet, Class::Tv, Class::Console];

    /// Its name.
    pub fn name(self) -> &'static str {
        ["desktop", "phone", "tablet", "tv", "console"][self as usize]
    }
}

/// Screens: `width x height` in CSS pixels, and how often relative to each other.
pub type Screens = &'static [(&'static str, u32)];

/// A device: what somebody has, with the versions of what runs on it.
#[derive(Clone, Debug)]
pub struct Device {
    /// What kind it is of.
    pub class: Class,
    /// What people call it: `iPhone 15`.
    pub name: &'static str,
    /// Who makes it; empty where nobody in particular does.
    pub brand: &'static str,
    /// Its system: `Android`.
    pub system: &'static str,
    /// The version of that, as people know it: `16`. Empty where it has none.
    pub system_version: &'static str,
    /// Its browser: `Samsung Internet`.
    pub browser: &'static str,
    /// The version of that, all of it: `30.0.0.59`.
    pub browser_version: &'static str,
    /// Share of all visitors.
    pub share: f64,
    /// Screens it comes with.
    pub screens: Screens,
    /// Whether its browser shows PDF files itself.
    pub reads_pdf: bool,
    /// Place of its model among the models.
    model: u16,
    /// Place of its user agent among all user agents.
    agent: u16,
    /// Place of its hints among all hints.
    hints: Option<u16>,
}

/// All devices, and how often they are used.
#[derive(Clone, Debug)]
pub struct Devices {
    all: Vec<Device>,
    weights: Weighted,
    /// Screens of the models.
    screens: Vec<Weighted>,
    agents: Vec<Text>,
    hints: Vec<Text>,
}

impl Devices {
    /// The devices of a profile: the share of each kind is the profile's, that of each within its kind the market's.
    pub fn new(profile: &profile::Devices) -> Devices {
        let kinds = profile.all();
        let total: f64 = kinds.iter().map(|kind| kind.share).sum();
        let mut all = Vec::new();
        let mut agents = Texts::default();
        let mut hints = Texts::default();
        for (place, model) in MODELS.iter().copied().flatten().enumerate() {
            let within: u32 = models(model.class).map(|model| model.weight).sum();
            let share = kinds[model.class as usize].share / total * part(model.weight, within);
            variants(model, share, |device, agent, told| {
                let (agent, hints) = (agents.place(agent), told.map(|told| hints.place(told)));
                all.push(Device { model: place as u16, agent, hints, ..device });
            });
        }
        Devices {
            weights: Weighted::new(&all.iter().map(|device| device.share).collect::<Vec<_>>()),
            screens: MODELS
                .iter()
                .copied()
                .flatten()
                .map(|model| {
                    let weights = model.screens.iter().map(|(_, weight)| f64::from(*weight));
                    Weighted::new(&weights.collect::<Vec<_>>())
                })
                .collect(),
            all,
            agents: agents.all,
            hints: hints.all,
        }
    }

    /// Draws the place of a device, and which of its screens.
    pub(super) fn draw(&self, stream: &mut Stream) -> (u16, u16) {
        let device = self.weights.draw(stream);
        let screen = self.screens[usize::from(self.all[device].model)].draw(stream);
        (device as u16, screen as u16)
    }

    /// The device at a place.
    pub fn get(&self, place: u16) -> &Device {
        &self.all[usize::from(place)]
    }

    /// All of them, in the order of their places.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Device> {
        self.all.iter()
    }

    /// How often each kind is used.
    pub fn class_shares(&self) -> [f64; 5] {
        let mut shares = [0.0; 5];
        for device in &self.all {
            shares[device.class as usize] += device.share;
        }
        shares
    }

    /// Every user agent, once.
    pub fn user_agents(&self) -> &[Text] {
        &self.agents
    }

    /// Where the user agent of a device stands among them.
    pub fn agent(&self, device: &Device) -> usize {
        usize::from(device.agent)
    }

    /// What a device sends as its user agent.
    pub fn user_agent(&self, device: &Device) -> &Text {
        &self.agents[usize::from(device.agent)]
    }

    /// What it tells beside that when it is asked (`uadata`); only browsers built on Chromium do.
    pub fn hints(&self, device: &Device) -> Option<&Text> {
        device.hints.map(|place| &self.hints[usize::from(place)])
    }
}

/// Texts that are kept once.
#[derive(Default)]
struct Texts {
    all: Vec<Text>,
    places: BTreeMap<String, u16>,
}

impl Texts {
    fn place(&mut self, text: String) -> u16 {
        *self.places.entry(text).or_insert_with_key(|text| {
            self.all.push(Text::new(text));
            self.all.len() as u16 - 1
        })
    }
}

fn models(class: Class) -> impl Iterator<Item = &'static Model> {
    MODELS.iter().copied().flatten().filter(move |model| model.class == class)
}

fn part(weight: u32, total: u32) -> f64 {
    f64::from(weight) / f64::from(total)
}

/// Tells every device of a model, of whose share each gets its part, with its user agent and its hints.
fn variants(model: &'static Model, share: f64, mut tell: impl FnMut(Device, String, Option<String>)) {
    let device = Device {
        class: model.class,
        name: model.name,
        brand: model.brand,
        system: "",
        system_version: "",
        browser: "",
        browser_version: "",
        share,
        screens: model.screens,
        reads_pdf: false,
        model: 0,
        agent: 0,
        hints: None,
    };
    match model.software {
        Software::BuiltIn(all) => {
            let total = all.iter().map(|built_in| built_in.weight).sum();
            for built_in in all {
                let device = Device {
                    system: built_in.system,
                    system_version: built_in.system_version,
                    browser: built_in.browser,
                    browser_version: built_in.browser_version,
                    share: share * part(built_in.weight, total),
                    ..device.clone()
                };
                tell(device, built_in.user_agent.to_owned(), None);
            }
        }
        Software::Chosen { platform, systems, browsers } => {
            let of_systems = systems.iter().map(|(_, weight)| weight).sum();
            let of_browsers = browsers.iter().map(|(_, weight)| weight).sum();
            for (system, system_weight) in systems {
                for (browser, browser_weight) in browsers {
                    let releases = browser.releases(platform, system);
                    let of_releases = releases.iter().map(|release| release.weight).sum();
                    for release in releases.iter() {
                        let device = Device {
                            system: platform.name(model.class),
                            system_version: system.version,
                            browser: browser.name(),
                            browser_version: release.version,
                            share: share
                                * part(*system_weight, of_systems)
                                * part(*browser_weight, of_browsers)
                                * part(release.weight, of_releases),
                            reads_pdf: browser.reads_pdf(platform),
                            ..device.clone()
                        };
                        let about = agent::About { model, platform, system, browser: *browser, release };
                        tell(device, agent::user_agent(&about), agent::hints(&about));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
