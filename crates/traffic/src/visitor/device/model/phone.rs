//! Phones.

use super::{Browsers, Class, Model, Screens, Software};
use crate::visitor::device::browser::Browser::{Chrome, Edge, Firefox, Safari, Samsung};
use crate::visitor::device::system::{
    ANDROID_LATELY, ANDROID_NEW, ANDROID_OLD, IOS, IOS_OLD, Platform, Systems,
};

const ON_IPHONE: Browsers = &[(Safari, 788), (Chrome, 198), (Firefox, 7), (Edge, 7)];
const ON_GALAXY: Browsers = &[(Chrome, 839), (Samsung, 146), (Firefox, 9), (Edge, 6)];
const ON_ANDROID: Browsers = &[(Chrome, 985), (Firefox, 9), (Edge, 6)];

const GALAXY: Screens = &[("360x780", 75), ("384x832", 25)];
const GALAXY_LARGE: Screens = &[("384x832", 80), ("412x892", 20)];
const GALAXY_A: Screens = &[("384x832", 65), ("360x780", 35)];
const GALAXY_OLD: Screens = &[("360x800", 70), ("412x915", 30)];
const PIXEL: Screens = &[("412x915", 1)];
const PIXEL_NEW: Screens = &[("412x923", 1)];
const REDMI: Screens = &[("393x873", 80), ("360x800", 20)];
const PLAIN: Screens = &[("360x800", 1)];
const WIDE: Screens = &[("412x915", 1)];

const fn iphone(name: &'static str, weight: u32, systems: Systems, screens: Screens) -> Model {
    let software = Software::Chosen { platform: Platform::Ios, systems, browsers: ON_IPHONE };
    Model { class: Class::Phone, name, brand: "Apple", code: "", weight, software, screens }
}

const fn android(
    brand: &'static str,
    name: &'static str,
    code: &'static str,
    weight: u32,
    systems: Systems,
    browsers: Browsers,
    screens: Screens,
) -> Model {
    let software = Software::Chosen { platform: Platform::Android, systems, browsers };
    Model { class: Class::Phone, name, brand, code, weight, software, screens }
}

const fn galaxy(
    name: &'static str,
    code: &'static str,
    weight: u32,
    systems: Systems,
    screens: Screens,
) -> Model {
    android("Samsung", name, code, weight, systems, ON_GALAXY, screens)
}

const fn pixel(name: &'static str, weight: u32, screens: Screens) -> Model {
    android("Google", name, name, weight, ANDROID_NEW, ON_ANDROID, screens)
}

const fn other(
    brand: &'static str,
    name: &'static str,
    code: &'static str,
    weight: u32,
    screens: Screens,
) -> Model {
    android(brand, name, code, weight, ANDROID_LATELY, ON_ANDROID, screens)
}

const fn older(
    brand: &'static str,
    name: &'static str,
    code: &'static str,
    weight: u32,
    screens: Screens,
) -> Model {
    android(brand, name, code, weight, ANDROID_OLD, ON_ANDROID, screens)
}

pub(in crate::visitor::device) const MODELS: &[Model] = &[
    iphone("iPhone 17", 16, IOS, &[("402x874", 1)]),
    iphone("iPhone 17 Pro", 17, IOS, &[("402x874", 1)]),
    iphone("iPhone 17 Pro Max", 21, IOS, &[("440x956", 1)]),
    iphone("iPhone Air", 3, IOS, &[("420x912", 1)]),
    iphone("iPhone 16", 28, IOS, &[("393x852", 1)]),
    iphone("iPhone 16 Pro", 18, IOS, &[("402x874", 1)]),
    iphone("iPhone 16 Pro Max", 18, IOS, &[("440x956", 1)]),
    iphone("iPhone 16e", 8, IOS, &[("390x844", 1)]),
    iphone("iPhone 15", 27, IOS, &[("393x852", 1)]),
    iphone("iPhone 15 Pro", 13, IOS, &[("393x852", 1)]),
    iphone("iPhone 15 Pro Max", 15, IOS, &[("430x932", 1)]),
    iphone("iPhone 14", 22, IOS, &[("390x844", 1)]),
    iphone("iPhone 14 Pro", 9, IOS, &[("393x852", 1)]),
    iphone("iPhone 14 Plus", 3, IOS, &[("428x926", 1)]),
    iphone("iPhone 13", 26, IOS, &[("390x844", 1)]),
    iphone("iPhone 12", 13, IOS, &[("390x844", 1)]),
    iphone("iPhone 11", 9, IOS, &[("414x896", 1)]),
    iphone("iPhone SE", 4, IOS, &[("375x667", 1)]),
    iphone("iPhone XR", 3, IOS_OLD, &[("414x896", 1)]),
    galaxy("Galaxy S25", "SM-S931B", 15, ANDROID_NEW, GALAXY),
    galaxy("Galaxy S25 Ultra", "SM-S938B", 18, ANDROID_NEW, GALAXY_LARGE),
    galaxy("Galaxy S24", "SM-S921B", 18, ANDROID_NEW, GALAXY),
    galaxy("Galaxy S24 Ultra", "SM-S928B", 16, ANDROID_NEW, GALAXY_LARGE),
    galaxy("Galaxy S23", "SM-S911B", 16, ANDROID_NEW, GALAXY),
    galaxy("Galaxy S22", "SM-S901B", 10, ANDROID_NEW, GALAXY),
    galaxy("Galaxy S21", "SM-G991B", 8, ANDROID_LATELY, GALAXY_OLD),
    galaxy("Galaxy A56", "SM-A566B", 22, ANDROID_NEW, GALAXY_A),
    galaxy("Galaxy A55", "SM-A556B", 22, ANDROID_NEW, GALAXY_A),
    galaxy("Galaxy A54", "SM-A546B", 22, ANDROID_NEW, GALAXY_A),
    galaxy("Galaxy A53", "SM-A536B", 12, ANDROID_LATELY, GALAXY_OLD),
    galaxy("Galaxy A35", "SM-A356B", 16, ANDROID_NEW, GALAXY_A),
    galaxy("Galaxy A16", "SM-A165F", 25, ANDROID_NEW, GALAXY_A),
    galaxy("Galaxy A15", "SM-A155F", 20, ANDROID_LATELY, GALAXY_A),
    pixel("Pixel 10", 10, PIXEL_NEW),
    pixel("Pixel 9", 14, PIXEL_NEW),
    pixel("Pixel 9a", 11, PIXEL_NEW),
    pixel("Pixel 8", 14, PIXEL),
    pixel("Pixel 8a", 9, PIXEL),
    pixel("Pixel 7a", 8, PIXEL),
    pixel("Pixel 6a", 5, PIXEL),
    other("Xiaomi", "Redmi Note 14", "24117RN76G", 32, REDMI),
    other("Xiaomi", "Redmi Note 13", "23129RAA4G", 40, REDMI),
    older("Xiaomi", "Redmi Note 12", "23021RAAEG", 32, REDMI),
    older("Xiaomi", "Redmi 13C", "23100RN82L", 30, PLAIN),
    other("POCO", "POCO X6 Pro", "2311DRK48G", 20, REDMI),
    older("OPPO", "OPPO A78", "CPH2565", 32, PLAIN),
    older("OPPO", "OPPO A58", "CPH2577", 28, PLAIN),
    older("OnePlus", "OnePlus Nord CE 3 Lite", "CPH2467", 20, WIDE),
    other("Vivo", "Vivo V30", "V2318", 26, PLAIN),
    older("Vivo", "Vivo Y36", "V2247", 36, PLAIN),
    older("Realme", "Realme C55", "RMX3710", 30, PLAIN),
    older("Realme", "Realme C67", "RMX3890", 20, PLAIN),
    other("Motorola", "Moto G84", "moto g84 5G", 20, WIDE),
    other("Motorola", "Moto G54", "moto g54 5G", 26, WIDE),
    older("Honor", "Honor 90", "REA-NX9", 14, PLAIN),
    other("Nothing", "Nothing Phone 2a", "A142", 10, WIDE),
];
