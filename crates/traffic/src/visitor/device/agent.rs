//! What browsers say of themselves: user agents, as reduced as they are today, and client hints.

use super::Class;
use super::browser::{Browser, Release};
use super::model::Model;
use super::system::{Platform, System};

/// What is spoken of.
pub(super) struct About<'a> {
    pub(super) model: &'a Model,
    pub(super) platform: Platform,
    pub(super) system: &'a System,
    pub(super) browser: Browser,
    pub(super) release: &'a Release,
}

/// The user agent.
///
/// Chromium tells the same versions of all systems, no model, and zeros behind its major version; Firefox does so for
/// computers; Safari stopped counting macOS at 10.15.7 and iOS at 18.7.
pub(super) fn user_agent(about: &About<'_>) -> String {
    match (about.browser, about.platform) {
        (_, Platform::Ios) => ios(about),
        (Browser::Safari, _) => format!(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Version/{} Safari/605.1.15",
            about.release.version
        ),
        (Browser::Firefox, _) => firefox(about),
        _ => chromium(about),
    }
}

fn chromium(about: &About<'_>) -> String {
    let version = major(about.release.version);
    let system = match about.platform {
        Platform::Windows => "Windows NT 10.0; Win64; x64",
        Platform::MacOs => "Macintosh; Intel Mac OS X 10_15_7",
        Platform::Linux => "X11; Linux x86_64",
        Platform::Android | Platform::Ios => "Linux; Android 10; K",
    };
    let (before, behind) = match about.browser {
        Browser::Samsung => (format!("SamsungBrowser/{version}.0 "), String::new()),
        Browser::Edge if about.platform == Platform::Android => {
            (String::new(), format!(" EdgA/{version}.0.0.0"))
        }
        Browser::Edge => (String::new(), format!(" Edg/{version}.0.0.0")),
        Browser::Opera => (String::new(), format!(" OPR/{version}.0.0.0")),
        _ => (String::new(), String::new()),
    };
    let mobile = if about.model.class == Class::Phone { "Mobile " } else { "" };
    format!(
        "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {before}Chrome/{}.0.0.0 \
         {mobile}Safari/537.36{behind}",
        major(about.release.chromium)
    )
}

fn firefox(about: &About<'_>) -> String {
    let version = about.release.version;
    let system = match about.platform {
        Platform::Windows => "Windows NT 10.0; Win64; x64".to_owned(),
        Platform::MacOs => "Macintosh; Intel Mac OS X 10.15".to_owned(),
        Platform::Linux => "X11; Linux x86_64".to_owned(),
        Platform::Android | Platform::Ios => {
            let kind = if about.model.class == Class::Tablet { "Tablet" } else { "Mobile" };
            return format!(
                "Mozilla/5.0 (Android {}; {kind}; rv:{version}) Gecko/{version} Firefox/{version}",
                about.system.version
            );
        }
    };
    format!("Mozilla/5.0 ({system}; rv:{version}) Gecko/20100101 Firefox/{version}")
}

/// Every browser there is built on Safari's engine; Chrome and Edge still tell the true version of the system.
///
/// An iPad says so here; set to ask for desktop sites, it would pass for a Mac.
fn ios(about: &About<'_>) -> String {
    let version = about.release.version;
    let (system, middle) = match about.browser {
        Browser::Chrome => (three_parts(about.system.version), format!("CriOS/{version}")),
        Browser::Edge => (
            three_parts(about.system.version),
            format!("EdgiOS/{version} Version/{}.0", major(about.system.version)),
        ),
        Browser::Firefox => (about.system.frozen.to_owned(), format!("FxiOS/{version}")),
        _ => (about.system.frozen.to_owned(), format!("Version/{version}")),
    };
    let device = match about.model.class {
        Class::Tablet => "iPad; CPU OS",
        _ => "iPhone; CPU iPhone OS",
    };
    format!(
        "Mozilla/5.0 ({device} {system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {middle} \
         Mobile/15E148 Safari/604.1"
    )
}

/// `26.6` as `26_6_0`.
fn three_parts(version: &str) -> String {
    let mut parts = version.split('.').collect::<Vec<_>>();
    parts.resize(3, "0");
    parts.join("_")
}

/// The first part of a version.
pub(super) fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// The client hints, as Matomo's own tracker collects them (`uadata`); `None` where the browser has none to tell.
pub(super) fn hints(about: &About<'_>) -> Option<String> {
    let Release { version, chromium, .. } = *about.release;
    if chromium.is_empty() {
        return None;
    }
    let platform = match about.platform {
        Platform::Windows => "Windows",
        Platform::MacOs => "macOS",
        Platform::Linux => "Linux",
        Platform::Android | Platform::Ios => "Android",
    };
    let brands = brands(about.browser.hint(), version, chromium)
        .map(|(brand, version)| format!(r#"{{"brand":"{brand}","version":"{version}"}}"#));
    Some(format!(
        r#"{{"fullVersionList":[{}],"mobile":{},"model":"{}","platform":"{platform}","platformVersion":"{}"}}"#,
        brands.join(","),
        about.model.class == Class::Phone,
        about.model.code,
        about.system.hint
    ))
}

/// Browser and Chromium among a brand that nobody has, so that nobody relies on their order: which one it is, and
/// the order, follow from the major version.
fn brands(brand: &str, version: &str, chromium: &str) -> [(String, String); 3] {
    const MARKS: &[u8; 11] = b" (:-./);=?_";
    const NUMBERS: [&str; 3] = ["8", "99", "24"];
    /// Places of nobody, Chromium and the browser.
    const PLACES: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let seed: usize = major(chromium).parse().unwrap_or(0);
    let mark = |at: usize| char::from(MARKS[at % MARKS.len()]);
    let nobody = (
        format!("Not{}A{}Brand", mark(seed), mark(seed + 1)),
        format!("{}.0.0.0", NUMBERS[seed % NUMBERS.len()]),
    );
    let mut brands: [(String, String); 3] = Default::default();
    let [first, second, third] = PLACES[seed % PLACES.len()];
    brands[first] = nobody;
    brands[second] = ("Chromium".to_owned(), chromium.to_owned());
    brands[third] = (brand.to_owned(), version.to_owned());
    brands
}
