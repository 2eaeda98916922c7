//! Turns the parameters of one hit into what is to be recorded, or says why it is not.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use jiff::civil::Date;
use sha1::{Digest, Sha1};

use crate::action::{Deed, deed};
use crate::ecommerce::{Cents, cents};
use crate::exclusion;
use crate::moment::moment;
use crate::options::Options;
use crate::parameters::{Parameters, is_number};
use crate::referrer::{Origin, origin};
use crate::web_address::{WebAddress, cut};

/// Sites 1 to this one exist.
pub(crate) const SITES: u32 = 100;

/// One hit that is to be recorded.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) site: u32,
    /// When it happened, in unix seconds.
    pub(crate) at: i64,
    /// The day it happened on, in the site's time zone.
    pub(crate) day: Date,
    pub(crate) visitor: Identity,
    /// What tells visitors apart that say nothing of themselves.
    pub(crate) fingerprint: u64,
    pub(crate) opening: Opening,
    pub(crate) deed: Deed<String>,
    /// What an automatic conversion by this hit is worth, if the hit says so.
    pub(crate) revenue: Option<Cents>,
    pub(crate) origin: Origin<String>,
    pub(crate) place: Place<String>,
    /// The country to assume if the hit names none.
    pub(crate) assumed_country: String,
    pub(crate) ip: IpAddr,
    pub(crate) language: Option<String>,
    pub(crate) resolution: Option<String>,
    /// The first six characters of `pv_id`, padded with zeros.
    pub(crate) page_view: [u8; 6],
    /// `dimensionN`, in the order of the request.
    pub(crate) dimensions: Vec<(u8, String)>,
    pub(crate) fault: Option<Fault>,
}

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

/// Whether a hit begins a visit whatever came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    AsNeeded,
    /// `new_visit=1`
    Forced,
}

/// What a hit says of where its visitor is. `T` is the text as it came, or the name it is kept under.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place<T> {
    pub(crate) country: Option<T>,
    pub(crate) region: Option<T>,
    pub(crate) city: Option<T>,
    pub(crate) latitude: Option<T>,
    pub(crate) longitude: Option<T>,
}

/// A value that breaks Matomo's database halfway: the visit stays, the action does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A negative `pf_…`: invalid in a bulk.
    NegativeTiming,
    /// A negative `bw_bytes`: breaks a whole bulk.
    NegativeBandwidth,
}

/// Why a hit is not recorded, and its sender told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoSuchSite,
    NotAuthenticated,
    InvalidVisitorId,
    NoSuchGoal,
    DuplicateOrder,
    Faulty,
    /// Something Matomo did not expect: 400 for one hit, 500 for a whole bulk.
    Broken,
}

/// Who sent a request, as far as it matters to every hit in it.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) ip: IpAddr,
    pub(crate) user_agent: String,
    pub(crate) language: String,
    pub(crate) purpose: Purpose,
}

/// What a browser says it fetches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Visit,
    /// `X-Purpose: preview`, `X-Moz: prefetch`
    Prefetch,
}

/// What the token of a hit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Authority {
    Nobody,
    Superuser,
}

impl<T> Place<T> {
    /// The same place with every text turned into something else.
    pub(crate) fn map<U>(&self, mut turn: impl FnMut(&T) -> U) -> Place<U> {
        Place {
            country: self.country.as_ref().map(&mut turn),
            region: self.region.as_ref().map(&mut turn),
            city: self.city.as_ref().map(&mut turn),
            latitude: self.latitude.as_ref().map(&mut turn),
            longitude: self.longitude.as_ref().map(&mut turn),
        }
    }
}

/// What this token allows.
pub(crate) fn authority(token: Option<&str>, options: &Options) -> Authority {
    let valid = match (token, &options.token) {
        (Some(token), Some(only)) => token == only,
        (Some(token), None) => {
            token.len() == 32
                && token.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
        }
        (None, _) => false,
    };
    if valid { Authority::Superuser } else { Authority::Nobody }
}

/// Reads one hit: what to record, `None` for what Matomo drops silently, or why it is refused.
pub(crate) fn read(
    parameters: &Parameters<'_>,
    sender: &Sender,
    authority: Authority,
    options: &Options,
    now: i64,
) -> Result<Option<Hit>, Refusal> {
    let site = parameters.integer("idsite").and_then(|site| u32::try_from(site).ok()).unwrap_or(0);
    if !(1..=SITES).contains(&site) {
        return Err(Refusal::NoSuchSite);
    }
    let moment = moment(parameters, now);
    let claims = ["cip", "country", "region", "city", "lat", "long"];
    let needs_token = moment.needs_token || claims.iter().any(|name| parameters.filled(name).is_some());
    if needs_token && authority == Authority::Nobody {
        return Err(Refusal::NotAuthenticated);
    }
    let user_agent = parameters.get("ua").unwrap_or(&sender.user_agent);
    let ip = match parameters.filled("cip") {
        Some(cip) => cip.trim().parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        None => sender.ip,
    };
    if is_excluded(parameters, user_agent, ip, sender.purpose) {
        return Ok(None);
    }
    let visitor = identity(parameters)?;
    let page = parameters.filled("url").and_then(WebAddress::parse);
    let deed = deed(parameters, page.as_ref())?;
    if let Deed::Goal { id, .. } = deed
        && !options.goals.iter().any(|goal| goal.id == id)
    {
        return Err(Refusal::NoSuchGoal);
    }
    let accepted = parameters.get("lang").unwrap_or(&sender.language);
    let language = language(accepted);
    let day = day(moment.at, options);
    Ok(Some(Hit {
        site,
        at: moment.at,
        day,
        visitor,
        fingerprint: fingerprint(parameters, user_agent, ip, accepted, site, day),
        opening: if parameters.integer("new_visit").unwrap_or(0) == 0 {
            Opening::AsNeeded
        } else {
            Opening::Forced
        },
        deed,
        revenue: parameters.filled("revenue").map(cents),
        origin: origin(parameters, page.as_ref()),
        place: place(parameters)?,
        assumed_country: assumed_country(language.as_deref()),
        ip,
        language,
        resolution: parameters.filled("res").map(|resolution| cut(resolution.to_owned(), 9)),
        page_view: page_view(parameters.filled("pv_id").unwrap_or("")),
        dimensions: dimensions(parameters),
        fault: fault(parameters),
    }))
}

/// The day of this moment in the time zone of the sites.
pub(crate) fn day(at: i64, options: &Options) -> Date {
    options.time_zone.to_datetime(Timestamp::from_second(at).unwrap_or_default()).date()
}

/// The first 16 hexadecimal digits of the SHA-1 of a user's name.
pub(crate) fn user_visitor_id(user: &str) -> u64 {
    let digest = Sha1::digest(user.as_bytes());
    digest.iter().take(8).fold(0, |id, byte| (id << 8) | u64::from(*byte))
}

fn is_excluded(parameters: &Parameters<'_>, user_agent: &str, ip: IpAddr, purpose: Purpose) -> bool {
    let bots_count = parameters.integer("bots").unwrap_or(0) != 0;
    parameters.integer("rec").unwrap_or(0) != 1
        || purpose == Purpose::Prefetch
        || (!bots_count && (exclusion::is_bot(user_agent) || exclusion::is_machine(ip)))
        || parameters.filled("urlref").is_some_and(exclusion::is_spam)
}

fn identity(parameters: &Parameters<'_>) -> Result<Identity, Refusal> {
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

fn hexadecimal(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) { u64::from_str_radix(text, 16).ok() } else { None }
}

fn fingerprint(
    parameters: &Parameters<'_>,
    user_agent: &str,
    ip: IpAddr,
    language: &str,
    site: u32,
    day: Date,
) -> u64 {
    let mut hasher = DefaultHasher::new();
    (user_agent, parameters.get("uadata"), ip, language, site, day).hash(&mut hasher);
    for plugin in ["fla", "java", "qt", "realp", "pdf", "wma", "ag", "cookie"] {
        parameters.integer(plugin).unwrap_or(0).hash(&mut hasher);
    }
    hasher.finish()
}

/// The first language of `en-US,en;q=0.9`, in lower case.
fn language(accepted: &str) -> Option<String> {
    let first = accepted.split([',', ';']).next().unwrap_or("").trim().to_ascii_lowercase();
    if first.is_empty() { None } else { Some(cut(first, 20)) }
}

/// The country a language points to when nothing else does: `en-us` to `us`, `de` to `de`.
fn assumed_country(language: Option<&str>) -> String {
    let Some(language) = language else {
        return "xx".to_owned();
    };
    let (tongue, country) = language.split_once(['-', '_']).unwrap_or((language, ""));
    match (tongue, country) {
        (_, country) if country.len() == 2 => country,
        ("en", _) => "us",
        ("ja", _) => "jp",
        ("sv", _) => "se",
        ("da", _) => "dk",
        ("cs", _) => "cz",
        ("uk", _) => "ua",
        ("ko", _) => "kr",
        ("zh", _) => "cn",
        ("el", _) => "gr",
        (tongue, _) if tongue.len() == 2 => tongue,
        _ => "xx",
    }
    .to_owned()
}

fn place(parameters: &Parameters<'_>) -> Result<Place<String>, Refusal> {
    let text = |name: &str, longest| parameters.filled(name).map(|text| cut(text.to_owned(), longest));
    let degrees = |name: &str| match parameters.filled(name) {
        None => Ok(None),
        Some(number) if is_number(number) => {
            Ok(number.parse::<f64>().ok().map(|degrees| format!("{degrees:.6}")))
        }
        Some(_) => Err(Refusal::Broken),
    };
    Ok(Place {
        country: text("country", 3),
        region: text("region", 3),
        city: text("city", 255),
        latitude: degrees("lat")?,
        longitude: degrees("long")?,
    })
}

fn page_view(id: &str) -> [u8; 6] {
    let mut kept = [0; 6];
    let printable = id.bytes().filter(u8::is_ascii_graphic);
    kept.iter_mut().zip(printable).for_each(|(kept, byte)| *kept = byte);
    kept
}

fn dimensions(parameters: &Parameters<'_>) -> Vec<(u8, String)> {
    let numbered = |(name, value): (&str, &str)| {
        let number = name.strip_prefix("dimension")?.parse().ok().filter(|number| *number > 0)?;
        Some((number, cut(value.trim().to_owned(), 250)))
    };
    parameters.iter().filter_map(numbered).collect()
}

fn fault(parameters: &Parameters<'_>) -> Option<Fault> {
    let negative = |name: &str| parameters.get(name).is_some_and(|value| value.starts_with('-'));
    if negative("bw_bytes") {
        return Some(Fault::NegativeBandwidth);
    }
    let timings = ["pf_net", "pf_srv", "pf_tfr", "pf_dm1", "pf_dm2", "pf_onl"];
    timings.into_iter().any(negative).then_some(Fault::NegativeTiming)
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
    fn a_language_points_to_a_country() {
        for (accepted, tag, country) in [
            ("en-US,en;q=0.9", Some("en-us"), "us"),
            ("de", Some("de"), "de"),
            ("de-AT", Some("de-at"), "at"),
            ("", None, "xx"),
        ] {
            assert_eq!(language(accepted).as_deref(), tag);
            assert_eq!(assumed_country(language(accepted).as_deref()), country);
        }
    }

    #[test]
    fn without_a_token_of_its_own_any_well_formed_one_is_valid() {
        let any = Options::default();
        let one = Options { token: Some("secret".to_owned()), ..Options::default() };
        let hex = "0123456789abcdef0123456789abcdef";
        assert_eq!(authority(Some(hex), &any), Authority::Superuser);
        for wrong in [&hex.to_uppercase(), "abc", "", "secret"] {
            assert_eq!(authority(Some(wrong), &any), Authority::Nobody, "{wrong}");
        }
        assert_eq!(authority(None, &any), Authority::Nobody);
        assert_eq!(authority(Some("secret"), &one), Authority::Superuser);
        assert_eq!(authority(Some(hex), &one), Authority::Nobody);
    }
}
