//! Who a hit says its visitor is, and what tells visitors apart that say nothing.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use jiff::civil::Date;
use sha1::{Digest, Sha1};

use crate::device::Device;
use crate::parameters::Parameters;
use crate::request::Refusal;
use crate::web_address::cut;

/// What a hit says of its visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// `cid`: this visitor and no other.
    Forced(u64),
    /// `uid`: this user, or an unknown visitor who looks the same.
    User {
        id: u64,
        name: String,
    },
    /// `_id`: this visitor, or one who looks the same.
    Hinted(u64),
    Unknown,
}

/// Browser plugins that a hit may name, in the order in which they tell visitors apart.
const PLUGINS: [&str; 8] = ["fla", "java", "qt", "realp", "pdf", "wma", "ag", "cookie"];

/// The plugins a hit names, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Plugins(u8);

/// Whose hit this is: `uid` before `cid` before `_id`.
pub(crate) fn identity(parameters: &Parameters<'_>) -> Result<Identity, Refusal> {
    let forced = match parameters.filled("cid") {
        Some(cid) if cid.len() != 16 => return Err(Refusal::InvalidVisitorId),
        cid => cid.map(|cid| hexadecimal(cid).unwrap_or(0)),
    };
    if let Some(user) = parameters.filled("uid") {
        let name = cut(user.to_owned(), 200);
        return Ok(Identity::User { id: user_visitor_id(&name), name });
    }
    let hinted = || parameters.filled("_id").filter(|id| id.len() == 16).and_then(hexadecimal);
    Ok(forced.map(Identity::Forced).or_else(|| hinted().map(Identity::Hinted)).unwrap_or(Identity::Unknown))
}

/// The first 16 hexadecimal digits of the SHA-1 of a user's name.
pub(crate) fn user_visitor_id(user: &str) -> u64 {
    let digest = Sha1::digest(user.as_bytes());
    digest.iter().take(8).fold(0, |id, byte| (id << 8) | u64::from(*byte))
}

/// What Matomo calls `config_id`: system, browser and its version, plugins, address, languages, site and day.
///
/// Measured is that these are in it. Assumed, after the source, is that of the system only its kind counts (Windows 10
/// and 11 look the same, and so do two models of a phone), that a version is cut behind its minor number, so that
/// client hints which tell 142.0.7444.60 from 142.0.7444.175 make no difference, and that a browser which is none (a
/// library, a bot) counts as unknown.
pub(crate) fn fingerprint(
    device: &Device,
    plugins: Plugins,
    ip: IpAddr,
    accepted: &str,
    site: u32,
    day: Date,
) -> u64 {
    let mut hasher = DefaultHasher::new();
    (device.system.code, device.browser.code, &device.browser.version).hash(&mut hasher);
    (plugins, ip, languages(accepted), site, day).hash(&mut hasher);
    hasher.finish()
}

/// The plugins these parameters name.
pub(crate) fn plugins(parameters: &Parameters<'_>) -> Plugins {
    let has = |name: &&str| parameters.integer(name).unwrap_or(0) != 0;
    Plugins(PLUGINS.iter().enumerate().filter(|(_, name)| has(name)).fold(0, |bits, (at, _)| bits | 1 << at))
}

impl Plugins {
    /// What the log of visits calls them.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        const NAMES: [&str; 8] =
            ["flash", "java", "quicktime", "realplayer", "pdf", "windowsmedia", "silverlight", "cookie"];
        NAMES.iter().enumerate().filter(move |(at, _)| self.0 & 1 << at != 0).map(|(_, name)| *name)
    }
}

/// All languages of `en-US,en;q=0.9` in lower case, without their weights, as far as Matomo keeps them.
fn languages(accepted: &str) -> String {
    let tags = accepted.split(',').map(|tag| tag.split(';').next().unwrap_or("").trim());
    let joined = tags.collect::<Vec<_>>().join(",").to_ascii_lowercase();
    cut(joined, 20)
}

fn hexadecimal(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) { u64::from_str_radix(text, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_becomes_the_start_of_its_sha1() {
        assert_eq!(format!("{:016x}", user_visitor_id("bob")), "48181acd22b3edae");
        assert_eq!(format!("{:016x}", user_visitor_id("")), "da39a3ee5e6b4b0d");
    }

    #[test]
    fn weights_of_languages_tell_nobody_apart() {
        assert_eq!(languages("en-US,en;q=0.9"), languages("en-us, en"));
        assert_ne!(languages("en-US,en;q=0.9"), languages("en-US"));
        assert_eq!(languages("de-DE,de,en-US,en,fr").len(), 20);
    }
}
