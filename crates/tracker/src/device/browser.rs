//! Browsers: their marks in a user agent, and what Matomo calls them.

use super::hints::Hints;
use super::{Browser, System, cut_version, version_after};

/// Mark, code, name and family of browsers that say so, the first that is found counts.
const MARKED: [(&str, &str, &str, &str); 17] = [
    ("SamsungBrowser/", "SB", "Samsung Browser", "Blink"),
    ("EdgiOS/", "PS", "Microsoft Edge", "WebKit"),
    ("EdgA/", "PS", "Microsoft Edge", "Blink"),
    ("Edg/", "PS", "Microsoft Edge", "Blink"),
    ("Edge/", "PS", "Microsoft Edge", "Edge"),
    ("OPR/", "OP", "Opera", "Blink"),
    ("YaBrowser/", "YA", "Yandex Browser", "Blink"),
    ("Vivaldi/", "VI", "Vivaldi", "Blink"),
    ("FxiOS/", "FM", "Firefox Mobile", "WebKit"),
    ("CriOS/", "CI", "Chrome Mobile iOS", "WebKit"),
    ("Firefox/", "FF", "Firefox", "Gecko"),
    ("HeadlessChrome/", "HC", "Headless Chrome", "Blink"),
    ("Chrome/", "CH", "Chrome", "Blink"),
    ("Version/", "SF", "Safari", "WebKit"),
    ("MSIE ", "IE", "Internet Explorer", "Trident"),
    ("Trident/", "IE", "Internet Explorer", "Trident"),
    ("Chromium/", "CR", "Chromium", "Blink"),
];

/// Brands of client hints that name another browser than the user agent of Chrome they come with.
const BRANDS: [(&str, &str, &str); 4] = [
    ("Brave", "BR", "Brave"),
    ("Opera", "OP", "Opera"),
    ("Microsoft Edge", "PS", "Microsoft Edge"),
    ("Samsung Internet", "SB", "Samsung Browser"),
];

impl Browser {
    /// What is no browser: a library, a bot, nothing.
    pub(super) fn unknown() -> Self {
        Self { code: "UNK", name: "Unknown", family: "Unknown", version: String::new() }
    }
}

/// The browser behind a user agent and its client hints.
pub(super) fn browser(user_agent: &str, hints: &Hints, system: &System) -> Browser {
    let marked = MARKED.iter().find_map(|(mark, code, name, family)| {
        let version = version_after(user_agent, mark)?;
        Some(Browser { code, name, family, version })
    });
    let Some(mut browser) = marked else {
        return Browser::unknown();
    };
    match (browser.code, system.code) {
        ("FF", "AND") => (browser.code, browser.name) = ("FM", "Firefox Mobile"),
        ("OP", "AND") => (browser.code, browser.name) = ("OM", "Opera Mobile"),
        ("SF", "IOS" | "IPA") => (browser.code, browser.name) = ("MF", "Mobile Safari"),
        ("CH", "AND") if user_agent.contains("; wv)") => {
            (browser.code, browser.name) = ("CV", "Chrome Webview");
        }
        ("CH", "AND") => (browser.code, browser.name) = ("CM", "Chrome Mobile"),
        _ => {}
    }
    if matches!(browser.code, "CH" | "CM") {
        let named = hints
            .brands
            .iter()
            .find_map(|brand| Some((brand, BRANDS.iter().find(|(known, ..)| *known == brand.name)?)));
        if let Some((brand, (_, code, name))) = named {
            (browser.code, browser.name) = (code, name);
            browser.version = cut_version(&brand.version);
        }
    }
    browser
}
