//! Devices: user agents and the screens that belong to them.

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

/// A browser on a system on a kind of device.
#[derive(Debug)]
pub struct Device {
    /// What it is.
    pub class: Class,
    /// Browser and system, for people.
    pub name: &'static str,
    /// What it sends as its user agent.
    pub user_agent: &'static str,
    /// Visits in ten thousand.
    pub weight: u32,
    /// Its screens: `width x height` and how often, relative to each other.
    pub screens: &'static [(&'static str, u32)],
}

const WINDOWS: &[(&str, u32)] = &[
    ("1920x1080", 46),
    ("1536x864", 22),
    ("1366x768", 14),
    ("2560x1440", 10),
    ("1440x900", 4),
    ("1280x720", 4),
];
const MAC: &[(&str, u32)] =
    &[("1440x900", 30), ("1512x982", 24), ("1728x1117", 16), ("1680x1050", 12), ("2560x1440", 18)];
const LINUX: &[(&str, u32)] = &[("1920x1080", 60), ("2560x1440", 25), ("1366x768", 15)];
const ANDROID: &[(&str, u32)] =
    &[("360x800", 34), ("393x873", 22), ("412x915", 22), ("384x832", 12), ("360x780", 10)];
const SAMSUNG: &[(&str, u32)] = &[("360x780", 40), ("384x832", 30), ("412x915", 30)];
const IPHONE: &[(&str, u32)] =
    &[("390x844", 40), ("393x852", 28), ("430x932", 16), ("375x812", 10), ("414x896", 6)];
const IPAD: &[(&str, u32)] = &[("810x1080", 40), ("820x1180", 35), ("1024x1366", 25)];
const ANDROID_TABLET: &[(&str, u32)] = &[("800x1280", 60), ("1200x1920", 40)];

const fn device(
    class: Class,
    name: &'static str,
    weight: u32,
    screens: &'static [(&'static str, u32)],
    user_agent: &'static str,
) -> Device {
    Device { class, name, user_agent, weight, screens }
}

/// The devices of visitors. Shares by class: phone 64, desktop 33, tablet 3 % (Contentsquare 2021); browsers within a
/// class by market share 2024-25. User agents as browsers send them since they reduced them: frozen system versions
/// and `.0.0.0` behind the major version of Chromium.
pub const DEVICES: [Device; 19] = [
    device(
        Class::Desktop,
        "Chrome on Windows",
        1_600,
        WINDOWS,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    ),
    device(
        Class::Desktop,
        "Chrome on Windows",
        250,
        WINDOWS,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    ),
    device(
        Class::Desktop,
        "Edge on Windows",
        390,
        WINDOWS,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    ),
    device(
        Class::Desktop,
        "Firefox on Windows",
        120,
        WINDOWS,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
    ),
    device(
        Class::Desktop,
        "Opera on Windows",
        70,
        WINDOWS,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0",
    ),
    device(
        Class::Desktop,
        "Chrome on macOS",
        370,
        MAC,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    ),
    device(
        Class::Desktop,
        "Safari on macOS",
        210,
        MAC,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
    ),
    device(
        Class::Desktop,
        "Firefox on macOS",
        30,
        MAC,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0",
    ),
    device(
        Class::Desktop,
        "Chrome on Linux",
        140,
        LINUX,
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    ),
    device(
        Class::Desktop,
        "Firefox on Linux",
        120,
        LINUX,
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    ),
    device(
        Class::Phone,
        "Chrome on Android",
        3_950,
        ANDROID,
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    ),
    device(
        Class::Phone,
        "Chrome on Android",
        480,
        ANDROID,
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    ),
    device(
        Class::Phone,
        "Samsung Internet on Android",
        220,
        SAMSUNG,
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
    ),
    device(
        Class::Phone,
        "Firefox on Android",
        60,
        ANDROID,
        "Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0",
    ),
    device(
        Class::Phone,
        "Safari on iPhone",
        1_080,
        IPHONE,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    ),
    device(
        Class::Phone,
        "Safari on iPhone",
        380,
        IPHONE,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
    ),
    device(
        Class::Phone,
        "Chrome on iPhone",
        230,
        IPHONE,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1",
    ),
    device(
        Class::Tablet,
        "Safari on iPad",
        190,
        IPAD,
        "Mozilla/5.0 (iPad; CPU OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
    ),
    device(
        Class::Tablet,
        "Chrome on Android tablet",
        110,
        ANDROID_TABLET,
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_the_classes_are_those_that_were_measured() {
        let share = |class| {
            DEVICES.iter().filter(|device| device.class == class).map(|device| device.weight).sum::<u32>()
        };
        assert_eq!([share(Class::Phone), share(Class::Desktop), share(Class::Tablet)], [6_400, 3_300, 300]);
    }

    #[test]
    fn a_screen_fits_what_matomo_stores() {
        assert!(DEVICES.iter().flat_map(|device| device.screens).all(|(screen, _)| screen.len() <= 9));
    }
}
