//! Turns the parameters of one hit into what is to be recorded, or says why it is not.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::action::{Deed, deed};
use crate::chatbot::{self, chatbot};
use crate::detail::{Details, TIMINGS, Variable, details, variables};
use crate::device::{Device, Devices, Nature, Seen};
use crate::ecommerce::{Cents, cents};
use crate::exclusion;
use crate::identity::{Identity, Plugins, fingerprint, identity, plugins};
use crate::moment::moment;
use crate::options::Options;
use crate::parameters::Parameters;
use crate::place::{Place, assumed_country, language, place};
use crate::referrer::{Origin, origin};
use crate::sender::{Authority, Purpose, Sender};
use crate::web_address::{WebAddress, cut, page};

/// Sites 1 to this one exist.
pub(crate) const SITES: u32 = 100;

/// What becomes of a hit that is not refused.
#[derive(Debug)]
pub(crate) enum Reading {
    /// It is recorded in a visit.
    Visit(Box<Hit>),
    /// It is counted apart.
    Chatbot(chatbot::Request),
    /// It is answered as if all were well, and recorded nowhere.
    Dropped,
}

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
    pub(crate) device: Arc<Device>,
    pub(crate) plugins: Plugins,
    pub(crate) language: Option<String>,
    pub(crate) resolution: Option<String>,
    /// Seconds since midnight where the visitor is.
    pub(crate) local_time: u32,
    /// The first six characters of `pv_id`, padded with zeros.
    pub(crate) page_view: [u8; 6],
    pub(crate) details: Details<String>,
    /// `_cvar`
    pub(crate) variables: Box<[Variable<String>]>,
    /// `dimensionN`, in the order of the request.
    pub(crate) dimensions: Vec<(u8, String)>,
    pub(crate) fault: Option<Fault>,
}

/// Whether a hit begins a visit whatever came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    AsNeeded,
    /// `new_visit=1`
    Forced,
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

/// What a hit is to be taken for: `recMode` of Matomo 5.6 and newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A hit of a visit; bots are dropped unless `bots=1`.
    Visit,
    /// `recMode=1`: a request of a bot; people are dropped.
    Bot,
}

/// Reads one hit: what becomes of it, or why it is refused.
pub(crate) fn read(
    parameters: &Parameters<'_>,
    sender: &Sender,
    authority: Authority,
    options: &Options,
    devices: &Devices,
    now: i64,
) -> Result<Reading, Refusal> {
    let site = parameters.integer("idsite").and_then(|site| u32::try_from(site).ok()).unwrap_or(0);
    if !(1..=SITES).contains(&site) {
        return Err(Refusal::NoSuchSite);
    }
    let moment = moment(parameters, now);
    let claims = ["cip", "country", "region", "city", "lat", "long"];
    let needs_token = moment.needs_token || claims.iter().any(|name| parameters.filled(name).is_some());
    if needs_token && authority < Authority::Write {
        return Err(Refusal::NotAuthenticated);
    }
    let user_agent = parameters.get("ua").unwrap_or(&sender.user_agent);
    let ip = match parameters.filled("cip") {
        Some(cip) => cip.trim().parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        None => sender.ip,
    };
    let Seen { device, nature } = devices.look_up(user_agent, parameters.filled("uadata"));
    if parameters.integer("rec").unwrap_or(0) != 1 || sender.purpose == Purpose::Prefetch {
        return Ok(Reading::Dropped);
    }
    let address = parameters.filled("url").and_then(WebAddress::parse);
    let kept_url =
        || parameters.filled("url").and_then(|url| page(url, &options.exclusions.query_parameters));
    if mode(parameters, nature) == Mode::Bot {
        return Ok(match chatbot(user_agent) {
            Some(chatbot) => {
                Reading::Chatbot(chatbot::Request { site, at: moment.at, chatbot, url: kept_url() })
            }
            None => Reading::Dropped,
        });
    }
    let bots_count = parameters.integer("bots").unwrap_or(0) != 0;
    if (!bots_count && (nature == Nature::Bot || exclusion::is_machine(ip)))
        || parameters.filled("urlref").is_some_and(exclusion::is_spam)
        || exclusion::is_excluded(site, ip, user_agent, address.as_ref(), options)
    {
        return Ok(Reading::Dropped);
    }
    let visitor = identity(parameters)?;
    let deed = deed(parameters, address.as_ref(), &kept_url)?;
    if let Deed::Goal { id, .. } = deed
        && !options.goals.iter().any(|goal| goal.id == id)
    {
        return Err(Refusal::NoSuchGoal);
    }
    let accepted = parameters.get("lang").unwrap_or(&sender.language);
    let language = language(accepted);
    let day = day(moment.at, options);
    let plugins = plugins(parameters);
    Ok(Reading::Visit(Box::new(Hit {
        site,
        at: moment.at,
        day,
        visitor,
        fingerprint: fingerprint(&device, plugins, ip, accepted, site, day),
        opening: if parameters.integer("new_visit").unwrap_or(0) == 0 {
            Opening::AsNeeded
        } else {
            Opening::Forced
        },
        deed,
        revenue: parameters.filled("revenue").map(cents),
        origin: origin(parameters, address.as_ref(), &options.exclusions.referrers),
        place: place(parameters)?,
        assumed_country: assumed_country(language.as_deref()),
        ip,
        device,
        plugins,
        language,
        resolution: parameters.filled("res").map(|resolution| cut(resolution.to_owned(), 9)),
        local_time: local_time(parameters, moment.at),
        page_view: page_view(parameters.filled("pv_id").unwrap_or("")),
        details: details(parameters),
        variables: variables(parameters.filled("_cvar").unwrap_or("")),
        dimensions: dimensions(parameters),
        fault: fault(parameters),
    })))
}

/// The day of this moment in the time zone of the sites.
pub(crate) fn day(at: i64, options: &Options) -> Date {
    options.time_zone.to_datetime(Timestamp::from_second(at).unwrap_or_default()).date()
}

fn mode(parameters: &Parameters<'_>, nature: Nature) -> Mode {
    match (parameters.integer("recMode"), nature) {
        (Some(1), _) | (Some(2), Nature::Bot) => Mode::Bot,
        _ => Mode::Visit,
    }
}

/// Seconds since midnight where the visitor is: a part that is no such part is 0, and without any it is the server's.
fn local_time(parameters: &Parameters<'_>, at: i64) -> u32 {
    let parts = [("h", 23, 3_600), ("m", 59, 60), ("s", 59, 1)];
    if parts.iter().all(|(name, ..)| parameters.filled(name).is_none()) {
        return u32::try_from(at.rem_euclid(86_400)).unwrap_or(0);
    }
    let part = |(name, most, seconds): (&str, i64, i64)| {
        parameters.integer(name).filter(|part| (0..=most).contains(part)).unwrap_or(0) * seconds
    };
    u32::try_from(parts.map(part).iter().sum::<i64>()).unwrap_or(0)
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
    TIMINGS.into_iter().any(negative).then_some(Fault::NegativeTiming)
}
