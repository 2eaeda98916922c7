//! Systems of devices, their versions, and what user agents and client hints say of them.

use super::Class;

/// A family of systems that are spoken of in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Platform {
    Windows,
    MacOs,
    Linux,
    Android,
    Ios,
}

impl Platform {
    /// What people call it.
    pub(super) fn name(self, class: Class) -> &'static str {
        match (self, class) {
            (Platform::Windows, _) => "Windows",
            (Platform::MacOs, _) => "macOS",
            (Platform::Linux, _) => "Linux",
            (Platform::Android, _) => "Android",
            (Platform::Ios, Class::Tablet) => "iPadOS",
            (Platform::Ios, _) => "iOS",
        }
    }
}

/// A version of a system.
#[derive(Debug)]
pub(super) struct System {
    /// As people know it.
    pub(super) version: &'static str,
    /// As client hints tell it (`platformVersion`).
    pub(super) hint: &'static str,
    /// As Safari's user agent tells it: Apple stopped counting there.
    pub(super) frozen: &'static str,
    /// The Safari that belongs to it.
    pub(super) safari: &'static str,
}

const fn hinted(version: &'static str, hint: &'static str) -> System {
    System { version, hint, frozen: "", safari: "" }
}

const fn mac(version: &'static str, hint: &'static str, safari: &'static str) -> System {
    System { version, hint, frozen: "", safari }
}

const fn ios(version: &'static str, frozen: &'static str, safari: &'static str) -> System {
    System { version, hint: "", frozen, safari }
}

/// Versions and how often, relative to each other.
pub(super) type Systems = &'static [(System, u32)];

/// Windows 11 tells one number for 24H2 and later, another for 22H2 and 23H2; Windows 10 the same since 2004.
pub(super) const WINDOWS_11: Systems = &[(hinted("11", "19.0.0"), 70), (hinted("11", "15.0.0"), 30)];
pub(super) const WINDOWS_10: Systems = &[(hinted("10", "10.0.0"), 1)];

/// Chromium tells no version of Linux.
pub(super) const LINUX: Systems = &[(hinted("", ""), 1)];

pub(super) const MACOS: Systems = &[
    (mac("27.0", "27.0.0", "27.0"), 14),
    (mac("26.6", "26.6.0", "26.6.2"), 50),
    (mac("26.5", "26.5.0", "26.5.2"), 14),
    (mac("15.7", "15.7.0", "18.6"), 22),
];

/// Phones that are kept up to date, those that were for a while, and old ones.
pub(super) const ANDROID_NEW: Systems = &[(hinted("16", "16.0.0"), 70), (hinted("15", "15.0.0"), 30)];
pub(super) const ANDROID_LATELY: Systems = &[(hinted("15", "15.0.0"), 55), (hinted("14", "14.0.0"), 45)];
pub(super) const ANDROID_OLD: Systems = &[(hinted("14", "14.0.0"), 60), (hinted("13", "13.0.0"), 40)];

pub(super) const IOS: Systems = &[
    (ios("27.0", "18_7", "27.0"), 16),
    (ios("26.6.2", "18_7", "26.6.2"), 24),
    (ios("26.6.1", "18_7", "26.6.1"), 34),
    (ios("26.5.2", "18_7", "26.5.2"), 13),
    (ios("18.7.5", "18_7", "18.7.5"), 13),
];

/// For what iOS 26 left behind.
pub(super) const IOS_OLD: Systems = &[
    (ios("18.7.5", "18_7", "18.7.5"), 60),
    (ios("18.6", "18_6", "18.6"), 25),
    (ios("17.6.1", "17_6_1", "17.6"), 15),
];
