//! What somebody browses with, read from a user agent and its client hints as coarsely as the reports need it.
//!
//! Matomo asks a library with thousands of patterns. This one knows the systems and browsers most people have, calls
//! them what that library calls them, and cuts versions where it cuts them; anything else is unknown.

mod browser;
mod hints;
mod system;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::exclusion;
use browser::browser;
use hints::Hints;
use system::system;

/// What somebody browses with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) kind: Kind,
    pub(crate) brand: &'static str,
    pub(crate) model: String,
    pub(crate) system: System,
    pub(crate) browser: Browser,
}

/// What a device is, by what the reports call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Desktop,
    Smartphone,
    Tablet,
    Tv,
    Console,
    Unknown,
}

/// An operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct System {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) version: String,
}

/// A browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Browser {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) family: &'static str,
    pub(crate) version: String,
}

/// Devices that were read before: there are far fewer of them than hits.
#[derive(Debug, Default)]
pub(crate) struct Devices {
    known: Mutex<HashMap<String, Seen>>,
}

/// What is known of a user agent.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) device: Arc<Device>,
    pub(crate) nature: Nature,
}

/// Who is behind a user agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    Person,
    Bot,
}

/// Anybody can make user agents up: remember only so many.
const MOST_KNOWN: usize = 20_000;

impl Devices {
    /// The device behind a user agent and its client hints.
    pub(crate) fn look_up(&self, user_agent: &str, client_hints: Option<&str>) -> Seen {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = match client_hints {
            None => user_agent.to_owned(),
            Some(hints) => format!("{user_agent}\0{hints}"),
        };
        if let Some(seen) = known.get(&key) {
            return seen.clone();
        }
        let nature = if exclusion::is_bot(user_agent) { Nature::Bot } else { Nature::Person };
        let seen = Seen { device: Arc::new(device(user_agent, client_hints, nature)), nature };
        if known.len() < MOST_KNOWN {
            known.insert(key, seen.clone());
        }
        seen
    }
}

impl Kind {
    /// What the log of visits calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Desktop => "Desktop",
            Self::Smartphone => "Smartphone",
            Self::Tablet => "Tablet",
            Self::Tv => "TV",
            Self::Console => "Console",
            Self::Unknown => "Unknown",
        }
    }
}

fn device(user_agent: &str, client_hints: Option<&str>, nature: Nature) -> Device {
    if nature == Nature::Bot {
        let system = System { code: "BOT", name: "Bot", version: String::new() };
        let unknown = String::new();
        return Device {
            kind: Kind::Unknown,
            brand: "Unknown",
            model: unknown,
            system,
            browser: Browser::unknown(),
        };
    }
    let hints = client_hints.map(Hints::read).unwrap_or_default();
    let system = system(user_agent, &hints);
    let browser = browser(user_agent, &hints, &system);
    let kind = kind(user_agent, &system);
    let (brand, model) = model(user_agent, &hints, kind, &system);
    Device { kind, brand, model, system, browser }
}

fn kind(user_agent: &str, system: &System) -> Kind {
    let has = |part: &str| user_agent.contains(part);
    let tv = ["SmartTV", "SMART-TV", "Smart TV", "Web0S", "BRAVIA", "AFT", "GoogleTV", "Android TV", "CrKey"];
    match system.code {
        "PS3" | "XBX" | "NIN" => Kind::Console,
        _ if tv.into_iter().any(has) => Kind::Tv,
        "IOS" => Kind::Smartphone,
        "AND" if has("Mobile") => Kind::Smartphone,
        "IPA" | "AND" => Kind::Tablet,
        "UNK" => Kind::Unknown,
        _ => Kind::Desktop,
    }
}

fn model(user_agent: &str, hints: &Hints, kind: Kind, system: &System) -> (&'static str, String) {
    match (system.code, kind) {
        ("IOS", _) => return ("Apple", "iPhone".to_owned()),
        ("IPA", _) => return ("Apple", "iPad".to_owned()),
        ("MAC", _) => return ("Apple", "Generic Desktop".to_owned()),
        ("AND", _) => {}
        (_, Kind::Unknown) => return ("Unknown", String::new()),
        (_, kind) => return ("Unknown", format!("Generic {}", kind.name())),
    }
    let said = if hints.model.is_empty() { android_model(user_agent) } else { hints.model.as_str() };
    // Since browsers reduced their user agents, every Android is a "K".
    if said.is_empty() || said == "K" {
        return ("Unknown", format!("Generic {}", kind.name()));
    }
    let brand = if said.starts_with("SM-") {
        "Samsung"
    } else if said.starts_with("Pixel") {
        "Google"
    } else {
        "Unknown"
    };
    let model = if said.starts_with("SM-S911") { "Galaxy S23" } else { said };
    (brand, model.to_owned())
}

/// The model in `(Linux; Android 14; SM-S911B)` or `(Linux; Android 10; K)`.
fn android_model(user_agent: &str) -> &str {
    let inside = user_agent.split_once("Android").map_or("", |(_, rest)| rest);
    let inside = inside.split_once(')').map_or("", |(inside, _)| inside);
    let last = inside.rsplit(';').next().unwrap_or("").trim();
    last.split(" Build/").next().unwrap_or("")
}

/// A version as Matomo keeps it: major and minor number.
fn cut_version(version: &str) -> String {
    let version = version.replace('_', ".");
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) => format!("{major}.{minor}"),
        (Some(major), None) => major.to_owned(),
        _ => String::new(),
    }
}

/// The version that follows a mark such as `Chrome/`.
fn version_after(user_agent: &str, mark: &str) -> Option<String> {
    let (_, rest) = user_agent.split_once(mark)?;
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | '_'))
        .unwrap_or(rest.len());
    if end == 0 { None } else { Some(cut_version(&rest[..end])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(user_agent: &str, hints: Option<&str>) -> String {
        let Device { kind, brand, model, system, browser } =
            Devices::default().look_up(user_agent, hints).device.as_ref().clone();
        let (system, browser) =
            (format!("{} {}", system.code, system.version), format!("{} {}", browser.code, browser.version));
        format!("{browser}, {system}, {} {brand} {model}", kind.name())
    }

    #[test]
    fn browsers_and_systems_are_those_that_matomo_recorded() {
        const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
        const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15";
        let windows = |version: &str| {
            format!(
                r#"{{"fullVersionList":[{{"brand":"Google Chrome","version":"131.0.6778.86"}}],"mobile":false,"model":"","platform":"Windows","platformVersion":"{version}"}}"#
            )
        };
        let phone = |model: &str| {
            format!(
                r#"{{"brands":[{{"brand":"Google Chrome","version":"131"}}],"mobile":true,"model":"{model}","platform":"Android","platformVersion":"14.0.0"}}"#
            )
        };
        for (user_agent, hints, expected) in [
            (WINDOWS, None, "CH 131.0, WIN 10, Desktop Unknown Generic Desktop"),
            (WINDOWS, Some(windows("15.0.0")), "CH 131.0, WIN 11, Desktop Unknown Generic Desktop"),
            (WINDOWS, Some(windows("10.0.0")), "CH 131.0, WIN 10, Desktop Unknown Generic Desktop"),
            (WINDOWS, Some("no JSON".to_owned()), "CH 131.0, WIN 10, Desktop Unknown Generic Desktop"),
            (
                &WINDOWS.replace("Safari/537.36", "Safari/537.36 Edg/131.0.0.0"),
                None,
                "PS 131.0, WIN 10, Desktop Unknown Generic Desktop",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
                None,
                "FF 132.0, WIN 10, Desktop Unknown Generic Desktop",
            ),
            (MAC, None, "SF 17.6, MAC 10.15, Desktop Apple Generic Desktop"),
            (
                MAC,
                Some(r#"{"platform":"macOS","platformVersion":"14.5.0"}"#.to_owned()),
                "SF 17.6, MAC 14.5, Desktop Apple Generic Desktop",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
                None,
                "MF 17.6, IOS 17.6, Smartphone Apple iPhone",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
                None,
                "MF 17.6, IPA 17.6, Tablet Apple iPad",
            ),
            (ANDROID, None, "CM 131.0, AND 10, Smartphone Unknown Generic Smartphone"),
            (ANDROID, Some(phone("Pixel 8")), "CM 131.0, AND 14.0, Smartphone Google Pixel 8"),
            (ANDROID, Some(phone("SM-S911B")), "CM 131.0, AND 14.0, Smartphone Samsung Galaxy S23"),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
                None,
                "SB 25.0, AND 14, Smartphone Samsung Galaxy S23",
            ),
            ("curl/8.5.0", None, "UNK , UNK , Unknown Unknown "),
            ("", None, "UNK , UNK , Unknown Unknown "),
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                None,
                "UNK , BOT , Unknown Unknown ",
            ),
        ] {
            assert_eq!(read(user_agent, hints.as_deref()), expected, "{user_agent}");
        }
    }

    #[test]
    fn televisions_and_consoles_are_no_computers() {
        for (user_agent, kind) in [
            (
                "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) 94.0.4606.31/7.0 TV Safari/537.36",
                Kind::Tv,
            ),
            (
                "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.5359.211 Safari/537.36",
                Kind::Tv,
            ),
            (
                "Mozilla/5.0 (PlayStation; PlayStation 5/8.20) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.0 Safari/605.1.15",
                Kind::Console,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
                Kind::Console,
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", Kind::Desktop),
        ] {
            assert_eq!(Devices::default().look_up(user_agent, None).device.kind, kind, "{user_agent}");
        }
    }
}
