//! Operating systems: their marks in a user agent, and what Matomo calls them.

use super::hints::Hints;
use super::{System, cut_version, version_after};

/// The system behind a user agent and its client hints.
pub(super) fn system(user_agent: &str, hints: &Hints) -> System {
    let mut system = from_user_agent(user_agent);
    let version = hints.platform_version.as_str();
    if version.is_empty() {
        return system;
    }
    match (hints.platform.as_str(), system.code) {
        ("Windows", "WIN") => windows_version(version).clone_into(&mut system.version),
        ("macOS", "MAC") | ("Android", "AND") => system.version = cut_version(version),
        _ => {}
    }
    system
}

fn from_user_agent(user_agent: &str) -> System {
    let has = |part: &str| user_agent.contains(part);
    let (code, name, mark) = if has("Xbox") {
        ("XBX", "Xbox", "")
    } else if has("PlayStation") {
        ("PS3", "PlayStation", "")
    } else if has("Nintendo") {
        ("NIN", "Nintendo", "")
    } else if has("Windows NT") {
        ("WIN", "Windows", "Windows NT ")
    } else if has("iPad") {
        ("IPA", "iPadOS", "CPU OS ")
    } else if has("iPhone") || has("iPod") {
        ("IOS", "iOS", "iPhone OS ")
    } else if has("Android") {
        ("AND", "Android", "Android ")
    } else if has("Mac OS X") {
        ("MAC", "Mac", "Mac OS X ")
    } else if has("CrOS") {
        ("COS", "Chrome OS", "")
    } else if has("Tizen") {
        ("TIZ", "Tizen", "Tizen ")
    } else if has("Web0S") || has("webOS") {
        ("WOS", "webOS", "")
    } else if has("Ubuntu") {
        ("UBT", "Ubuntu", "")
    } else if has("Linux") {
        ("LIN", "GNU/Linux", "")
    } else {
        ("UNK", "Unknown", "")
    };
    let version = if mark.is_empty() { None } else { version_after(user_agent, mark) }.unwrap_or_default();
    let version = match (code, version.as_str()) {
        ("WIN", "10.0") => "10".to_owned(),
        ("WIN", "6.3") => "8.1".to_owned(),
        ("WIN", "6.2") => "8".to_owned(),
        ("WIN", "6.1") => "7".to_owned(),
        _ => version,
    };
    System { code, name, version }
}

/// The Windows behind a platform version: 1 to 10 are Windows 10, later ones Windows 11.
fn windows_version(platform_version: &str) -> &'static str {
    match platform_version.split('.').next().and_then(|major| major.parse::<u32>().ok()) {
        Some(0) => "8",
        Some(11..) => "11",
        _ => "10",
    }
}
