//! Computers.

use super::{Browsers, Class, Model, Screens, Software};
use crate::visitor::device::browser::Browser::{Chrome, Edge, Firefox, Opera, Safari};
use crate::visitor::device::system::{LINUX, MACOS, Platform, Systems, WINDOWS_10, WINDOWS_11};

const ON_WINDOWS: Browsers = &[(Chrome, 617), (Edge, 120), (Firefox, 32), (Opera, 20)];
const ON_MAC: Browsers = &[(Chrome, 90), (Safari, 66), (Firefox, 5), (Edge, 4), (Opera, 2)];
const ON_LINUX: Browsers = &[(Chrome, 30), (Firefox, 14)];

const MONITOR: Screens = &[
    ("1920x1080", 56),
    ("2560x1440", 20),
    ("1680x1050", 6),
    ("3440x1440", 5),
    ("1920x1200", 5),
    ("1600x900", 8),
];
const OLD_MONITOR: Screens =
    &[("1920x1080", 62), ("1280x1024", 10), ("1600x900", 10), ("1680x1050", 10), ("1440x900", 8)];
const LAPTOP: Screens = &[
    ("1536x864", 42),
    ("1920x1080", 20),
    ("1366x768", 12),
    ("1280x720", 9),
    ("1536x960", 7),
    ("1280x800", 6),
    ("1707x1067", 4),
];
const OLD_LAPTOP: Screens = &[("1366x768", 50), ("1536x864", 24), ("1920x1080", 18), ("1280x720", 8)];
const SURFACE: Screens = &[("1440x960", 60), ("1368x912", 40)];
const LINUX_SCREENS: Screens = &[("1920x1080", 60), ("2560x1440", 22), ("1366x768", 10), ("1536x864", 8)];

const fn computer(
    name: &'static str,
    brand: &'static str,
    weight: u32,
    platform: Platform,
    systems: Systems,
    browsers: Browsers,
    screens: Screens,
) -> Model {
    let software = Software::Chosen { platform, systems, browsers };
    Model { class: Class::Desktop, name, brand, code: "", weight, software, screens }
}

const fn windows_11(name: &'static str, weight: u32, screens: Screens) -> Model {
    computer(name, "", weight, Platform::Windows, WINDOWS_11, ON_WINDOWS, screens)
}

const fn windows_10(name: &'static str, weight: u32, screens: Screens) -> Model {
    computer(name, "", weight, Platform::Windows, WINDOWS_10, ON_WINDOWS, screens)
}

const fn mac(name: &'static str, weight: u32, screens: Screens) -> Model {
    computer(name, "Apple", weight, Platform::MacOs, MACOS, ON_MAC, screens)
}

pub(in crate::visitor::device) const MODELS: &[Model] = &[
    windows_11("Windows 11 PC", 245, MONITOR),
    windows_11("Windows 11 laptop", 290, LAPTOP),
    windows_11("Surface with Windows 11", 20, SURFACE),
    windows_10("Windows 10 PC", 110, OLD_MONITOR),
    windows_10("Windows 10 laptop", 124, OLD_LAPTOP),
    mac("MacBook Air", 62, &[("1440x900", 55), ("1470x956", 45)]),
    mac("MacBook Air 15", 14, &[("1710x1107", 1)]),
    mac("MacBook Pro 14", 38, &[("1512x982", 1)]),
    mac("MacBook Pro 16", 17, &[("1728x1117", 1)]),
    mac("iMac", 14, &[("2240x1260", 70), ("2560x1440", 30)]),
    mac("Mac mini", 22, &[("1920x1080", 55), ("2560x1440", 37), ("3440x1440", 8)]),
    computer("Linux PC", "", 44, Platform::Linux, LINUX, ON_LINUX, LINUX_SCREENS),
];
