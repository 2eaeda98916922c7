//! Browsers and their last versions.
//!
//! Versions are those that were sent and released in October 2026 (see NOTICE).

use super::system::{Platform, System};

/// A browser that runs on several systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Browser {
    Chrome,
    Edge,
    Firefox,
    Opera,
    Safari,
    Samsung,
}

/// A version of a browser.
#[derive(Clone, Copy, Debug)]
pub(super) struct Release {
    /// All of its version.
    pub(super) version: &'static str,
    /// The version of the Chromium it is built on; empty where it is built on something else.
    pub(super) chromium: &'static str,
    /// How often, relative to the others.
    pub(super) weight: u32,
}

const fn chrome(version: &'static str, weight: u32) -> Release {
    Release { version, chromium: version, weight }
}

const fn on(chromium: &'static str, version: &'static str, weight: u32) -> Release {
    Release { version, chromium, weight }
}

const fn alone(version: &'static str, weight: u32) -> Release {
    Release { version, chromium: "", weight }
}

const CHROME: &[Release] = &[
    chrome("156.0.8078.12", 44),
    chrome("155.0.8059.40", 30),
    chrome("154.0.8037.98", 18),
    chrome("153.0.8010.54", 8),
];
const CHROME_IOS: &[Release] = &[alone("154.0.8037.55", 80), alone("153.0.8010.24", 20)];
const EDGE: &[Release] = &[
    on("155.0.8059.40", "155.0.4283.45", 62),
    on("154.0.8037.98", "154.0.4258.62", 28),
    on("153.0.8010.54", "153.0.4234.46", 10),
];
const EDGE_IOS: &[Release] = &[alone("153.0.4234.46", 1)];
const FIREFOX: &[Release] = &[alone("157.0", 40), alone("156.0", 42), alone("155.0", 9), alone("140.0", 9)];
const FIREFOX_MOBILE: &[Release] = &[alone("157.0", 40), alone("156.0", 60)];
const OPERA: &[Release] =
    &[on("152.0.7977.130", "136.0.6008.80", 70), on("151.0.7922.176", "135.0.5973.92", 30)];
const SAMSUNG: &[Release] = &[on("143.0.7499.192", "30.0.0.59", 85), on("136.0.7103.125", "29.0.0.58", 15)];

/// Versions of a browser; Safari has one on each version of a system.
pub(super) enum Releases {
    Of(&'static [Release]),
    One(Release),
}

impl Releases {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Release> {
        match self {
            Releases::Of(all) => all.iter(),
            Releases::One(one) => std::slice::from_ref(one).iter(),
        }
    }
}

impl Browser {
    /// What people call it.
    pub(super) fn name(self) -> &'static str {
        ["Chrome", "Edge", "Firefox", "Opera", "Safari", "Samsung Internet"][self as usize]
    }

    /// How client hints name it.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Browser::Chrome => "Google Chrome",
            Browser::Edge => "Microsoft Edge",
            _ => self.name(),
        }
    }

    /// Whether it shows PDF files itself: Chromium does not on Android.
    pub(super) fn reads_pdf(self, platform: Platform) -> bool {
        platform != Platform::Android || self == Browser::Firefox
    }

    /// Its versions there.
    pub(super) fn releases(self, platform: Platform, system: &System) -> Releases {
        let is_ios = platform == Platform::Ios;
        Releases::Of(match self {
            Browser::Chrome if is_ios => CHROME_IOS,
            Browser::Chrome => CHROME,
            Browser::Edge if is_ios => EDGE_IOS,
            Browser::Edge => EDGE,
            Browser::Firefox if is_ios || platform == Platform::Android => FIREFOX_MOBILE,
            Browser::Firefox => FIREFOX,
            Browser::Opera => OPERA,
            Browser::Samsung => SAMSUNG,
            Browser::Safari => return Releases::One(alone(system.safari, 1)),
        })
    }
}
