//! Television sets and game consoles. Their browsers are built in, years old, and tell no client hints.

use super::{BuiltIn, Class, Model, Screens, Software};

const TELEVISION: Screens = &[("1920x1080", 88), ("1280x720", 12)];
const FIRE_TV: Screens = &[("960x540", 70), ("1920x1080", 30)];
const CONSOLE: Screens = &[("1920x1080", 1)];
const SWITCH: Screens = &[("1280x720", 1)];

const fn tv(
    brand: &'static str,
    name: &'static str,
    weight: u32,
    built_in: &'static [BuiltIn],
    screens: Screens,
) -> Model {
    let software = Software::BuiltIn(built_in);
    Model { class: Class::Tv, name, brand, code: "", weight, software, screens }
}

const fn console(
    brand: &'static str,
    name: &'static str,
    weight: u32,
    built_in: &'static [BuiltIn],
    screens: Screens,
) -> Model {
    let software = Software::BuiltIn(built_in);
    Model { class: Class::Console, name, brand, code: "", weight, software, screens }
}

const fn built_in(
    weight: u32,
    (system, system_version): (&'static str, &'static str),
    (browser, browser_version): (&'static str, &'static str),
    user_agent: &'static str,
) -> BuiltIn {
    BuiltIn { weight, system, system_version, browser, browser_version, user_agent }
}

pub(in crate::visitor::device) const MODELS: &[Model] = &[
    tv("Samsung", "Samsung Smart TV", 40, TIZEN, TELEVISION),
    tv("LG", "LG Smart TV", 32, WEBOS, TELEVISION),
    tv("Sony", "Sony Bravia 4K VH21", 12, BRAVIA, TELEVISION),
    tv("Amazon", "Fire TV Stick 4K Max", 16, FIRE, FIRE_TV),
    console("Sony", "PlayStation 5", 38, PLAYSTATION_5, CONSOLE),
    console("Sony", "PlayStation 4", 18, PLAYSTATION_4, CONSOLE),
    console("Microsoft", "Xbox Series X", 22, XBOX_SERIES, CONSOLE),
    console("Microsoft", "Xbox One", 12, XBOX_ONE, CONSOLE),
    console("Nintendo", "Nintendo Switch", 10, NINTENDO, SWITCH),
];

const TIZEN: &[BuiltIn] = &[
    built_in(
        40,
        ("Tizen", "8.0"),
        ("Samsung Internet", "7.0"),
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/7.0 Chrome/108.0.5359.1 TV Safari/537.36",
    ),
    built_in(
        35,
        ("Tizen", "7.0"),
        ("Samsung Internet", "5.0"),
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/5.0 Chrome/94.0.4606.31 TV Safari/537.36",
    ),
    built_in(
        25,
        ("Tizen", "6.5"),
        ("Samsung Internet", "4.0"),
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/4.0 Chrome/85.0.4183.93 TV Safari/537.36",
    ),
];

const WEBOS: &[BuiltIn] = &[
    built_in(
        35,
        ("webOS", "24"),
        ("Chrome", "108.0.5359.211"),
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.5359.211 Safari/537.36 WebAppManager",
    ),
    built_in(
        35,
        ("webOS", "23"),
        ("Chrome", "94.0.4606.128"),
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36 WebAppManager",
    ),
    built_in(
        30,
        ("webOS", "22"),
        ("Chrome", "87.0.4280.88"),
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.4280.88 Safari/537.36 WebAppManager",
    ),
];

const BRAVIA: &[BuiltIn] = &[built_in(
    1,
    ("Android TV", "12"),
    ("Chrome", "142.0.0.0"),
    "Mozilla/5.0 (Linux; Android 12; BRAVIA 4K VH21) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
)];

const FIRE: &[BuiltIn] = &[built_in(
    1,
    ("Fire OS", "8"),
    ("Silk", "144.1.1"),
    "Mozilla/5.0 (Linux; Android 11; AFTKRT) AppleWebKit/537.36 (KHTML, like Gecko) Silk/144.1.1 like Chrome/144.0.7559.132 Safari/537.36",
)];

/// Consoles of Sony tell the version of their firmware, and the same old Safari.
const PLAYSTATION_5: &[BuiltIn] = &[
    built_in(
        65,
        ("PlayStation", "12.00"),
        ("PlayStation browser", ""),
        "Mozilla/5.0 (PlayStation; PlayStation 5/12.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
    ),
    built_in(
        35,
        ("PlayStation", "11.60"),
        ("PlayStation browser", ""),
        "Mozilla/5.0 (PlayStation; PlayStation 5/11.60) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
    ),
];
const PLAYSTATION_4: &[BuiltIn] = &[built_in(
    1,
    ("PlayStation", "12.50"),
    ("PlayStation browser", ""),
    "Mozilla/5.0 (PlayStation; PlayStation 4/12.50) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
)];

const XBOX_SERIES: &[BuiltIn] = &[built_in(
    1,
    ("Windows", "10"),
    ("Edge", "154.0.0.0"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36 Edg/154.0.0.0",
)];
const XBOX_ONE: &[BuiltIn] = &[built_in(
    1,
    ("Windows", "10"),
    ("Edge", "154.0.0.0"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36 Edg/154.0.0.0",
)];

const NINTENDO: &[BuiltIn] = &[built_in(
    1,
    ("Nintendo Switch", ""),
    ("Nintendo Browser", "5.1.0.22023"),
    "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.20.5 NintendoBrowser/5.1.0.22023",
)];
