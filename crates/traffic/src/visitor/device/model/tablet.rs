//! Tablets.

use super::{Browsers, BuiltIn, Class, Model, Screens, Software};
use crate::visitor::device::browser::Browser::{Chrome, Edge, Firefox, Safari, Samsung};
use crate::visitor::device::system::{ANDROID_LATELY, ANDROID_NEW, ANDROID_OLD, IOS, Platform, Systems};

const ON_IPAD: Browsers = &[(Safari, 83), (Chrome, 17)];
const ON_GALAXY: Browsers = &[(Chrome, 84), (Samsung, 13), (Firefox, 2), (Edge, 1)];
const ON_ANDROID: Browsers = &[(Chrome, 97), (Firefox, 2), (Edge, 1)];

/// Held upright or not.
const TEN_INCHES: Screens = &[("800x1280", 55), ("1280x800", 45)];

const fn tablet(
    brand: &'static str,
    name: &'static str,
    code: &'static str,
    weight: u32,
    software: Software,
    screens: Screens,
) -> Model {
    Model { class: Class::Tablet, name, brand, code, weight, software, screens }
}

const fn ipad(name: &'static str, weight: u32, screens: Screens) -> Model {
    let software = Software::Chosen { platform: Platform::Ios, systems: IOS, browsers: ON_IPAD };
    tablet("Apple", name, "", weight, software, screens)
}

const fn android(systems: Systems, browsers: Browsers) -> Software {
    Software::Chosen { platform: Platform::Android, systems, browsers }
}

pub(in crate::visitor::device) const MODELS: &[Model] = &[
    ipad("iPad", 210, &[("810x1080", 45), ("820x1180", 55)]),
    ipad("iPad Air", 110, &[("820x1180", 80), ("1024x1366", 20)]),
    ipad("iPad Pro 11", 90, &[("834x1194", 60), ("834x1210", 40)]),
    ipad("iPad Pro 13", 60, &[("1024x1366", 60), ("1032x1376", 40)]),
    ipad("iPad mini", 60, &[("744x1133", 1)]),
    tablet("Samsung", "Galaxy Tab A9+", "SM-X210", 110, android(ANDROID_NEW, ON_GALAXY), TEN_INCHES),
    tablet("Samsung", "Galaxy Tab A8", "SM-X200", 80, android(ANDROID_OLD, ON_GALAXY), TEN_INCHES),
    tablet("Samsung", "Galaxy Tab S9", "SM-X710", 50, android(ANDROID_NEW, ON_GALAXY), TEN_INCHES),
    tablet(
        "Samsung",
        "Galaxy Tab S6 Lite",
        "SM-P613",
        40,
        android(ANDROID_OLD, ON_GALAXY),
        &[("800x1333", 55), ("1333x800", 45)],
    ),
    tablet("Lenovo", "Lenovo Tab M10", "TB328FU", 50, android(ANDROID_OLD, ON_ANDROID), TEN_INCHES),
    tablet("Lenovo", "Lenovo Tab M9", "TB310FU", 30, android(ANDROID_LATELY, ON_ANDROID), TEN_INCHES),
    tablet("Xiaomi", "Xiaomi Pad 6", "23043RP34G", 40, android(ANDROID_LATELY, ON_ANDROID), TEN_INCHES),
    tablet("Google", "Pixel Tablet", "Pixel Tablet", 15, android(ANDROID_NEW, ON_ANDROID), TEN_INCHES),
    tablet("Amazon", "Fire HD 10", "", 55, Software::BuiltIn(FIRE_HD), TEN_INCHES),
];

const FIRE_HD: &[BuiltIn] = &[
    BuiltIn {
        weight: 60,
        system: "Fire OS",
        system_version: "8",
        browser: "Silk",
        browser_version: "144.1.1",
        user_agent: "Mozilla/5.0 (Linux; Android 11; KFTUWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/144.1.1 like Chrome/144.0.7559.132 Safari/537.36",
    },
    BuiltIn {
        weight: 40,
        system: "Fire OS",
        system_version: "7",
        browser: "Silk",
        browser_version: "138.2.1",
        user_agent: "Mozilla/5.0 (Linux; Android 9; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/138.2.1 like Chrome/138.0.7204.157 Safari/537.36",
    },
];
