//! The log of visits: `Live.getLastVisitsDetails`, with every visit's actions.

mod actions;

use std::cmp::Reverse;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::countries::country;
use super::segment::channel;
use super::selection::{log_question, select, site};
use super::{Refusal, page_range, referrers};
use crate::action::Deed;
use crate::device::Device;
use crate::names::{Name, Names};
use crate::options::{Options, Scope};
use crate::parameters::Parameters;
use crate::referrer::Channel;
use crate::server::Tracker;
use crate::visit::{Buyer, Visit, VisitorKind};

pub(super) fn last_visits(
    parameters: &Parameters<'_>,
    tracker: &Tracker,
    now: i64,
) -> Result<Value, Refusal> {
    let question = log_question(parameters, tracker, now)?;
    let since = parameters.integer("minTimestamp").unwrap_or(i64::MIN);
    let visits = tracker.visits();
    let mut selected = select(&visits, &question);
    selected.retain(|(_, visit)| visit.last > since);
    let with_actions = parameters.integer("doNotFetchActions").unwrap_or(0) == 0;
    let answers = newest(selected, parameters).into_iter().map(|(at, visit)| {
        let mut answer = describe(at, visit, &visits.names, &tracker.options);
        if with_actions {
            answer["actionDetails"] = actions::actions(visit, &visits.names, &tracker.options);
        }
        answer
    });
    Ok(answers.collect())
}

/// The page that is asked for, newest first. Only that page is put in order: a reader of all pages waits no longer for
/// the last than for the first.
fn newest<'a>(mut visits: Vec<(usize, &'a Visit)>, parameters: &Parameters<'_>) -> Vec<(usize, &'a Visit)> {
    let key = |(at, visit): &(usize, &Visit)| Reverse((visit.last, *at));
    let range = page_range(visits.len(), parameters);
    if range.start > 0 && range.start < visits.len() {
        visits.select_nth_unstable_by_key(range.start, key);
    }
    let rest = &mut visits[range.start..];
    let length = range.end - range.start;
    if length < rest.len() {
        rest.select_nth_unstable_by_key(length, key);
    }
    let page = &mut rest[..length];
    page.sort_unstable_by_key(key);
    page.to_vec()
}

pub(super) fn most_recent_visitor(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let site = site(parameters)?;
    let visits = tracker.visits();
    let last = visits.all.iter().filter(|visit| visit.site == site).max_by_key(|visit| visit.last);
    Ok(json!({ "value": last.map_or_else(String::new, |last| format!("{:016x}", last.visitor)) }))
}

pub(super) fn counters(parameters: &Parameters<'_>, tracker: &Tracker, now: i64) -> Result<Value, Refusal> {
    let site = site(parameters)?;
    let since = now.saturating_sub(parameters.integer("lastMinutes").unwrap_or(30).saturating_mul(60));
    let visits = tracker.visits();
    let recent: Vec<_> =
        visits.all.iter().filter(|visit| visit.site == site && visit.last >= since).collect();
    let entries = recent.iter().flat_map(|visit| visit.entries.iter().filter(|entry| entry.at >= since));
    let (conversions, actions): (Vec<_>, Vec<_>) = entries
        .partition(|entry| matches!(entry.deed, Deed::Goal { .. } | Deed::Order { .. } | Deed::Cart { .. }));
    let visitors: std::collections::HashSet<u64> = recent.iter().map(|visit| visit.visitor).collect();
    Ok(json!([{
        "visits": recent.len(),
        "actions": actions.len(),
        "visitors": visitors.len(),
        // As the real one does: conversions, carts included.
        "visitsConverted": conversions.len(),
    }]))
}

pub(super) fn most_recent(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let site = site(parameters)?;
    let visits = tracker.visits();
    let last = visits.all.iter().filter(|visit| visit.site == site).map(|visit| visit.last).max();
    let last = last.and_then(|last| Timestamp::from_second(last).ok());
    Ok(
        json!({ "value": last.map_or_else(String::new, |last| last.strftime("%Y-%m-%d %H:%M:%S").to_string()) }),
    )
}

/// All that is known of a visit, without its actions.
fn describe(at: usize, visit: &Visit, names: &Names, options: &Options) -> Value {
    let text = |name: Option<Name>| name.map(|name| names.text(name));
    let local = |at: i64| options.time_zone.to_datetime(Timestamp::from_second(at).unwrap_or_default());
    let count =
        |wanted: fn(&Deed<Name>) -> bool| visit.entries.iter().filter(|entry| wanted(&entry.deed)).count();
    let code = text(visit.place.country).unwrap_or("xx");
    let last = local(visit.last);
    let mut answer = json!({
        "idSite": visit.site,
        "idVisit": at + 1,
        "visitIp": visit.ip.to_string(),
        "visitorId": format!("{:016x}", visit.visitor),
        "fingerprint": format!("{:016x}", visit.fingerprint),
        "actionDetails": [],
        "goalConversions": count(|deed| matches!(deed, Deed::Goal { .. })),
        "siteCurrency": "EUR",
        "siteCurrencySymbol": "€",
        "serverDate": last.strftime("%Y-%m-%d").to_string(),
        "visitServerHour": local(visit.first).hour().to_string(),
        "lastActionTimestamp": visit.last,
        "lastActionDateTime": last.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        "siteName": super::site::name(visit.site),
        "serverTimestamp": visit.last,
        "firstActionTimestamp": visit.first,
        "serverTimePretty": last.strftime("%H:%M:%S").to_string(),
        "serverTimePrettyFirstAction": local(visit.first).strftime("%H:%M:%S").to_string(),
        "userId": text(visit.user),
        "visitorType": match visit.visitor_kind {
            VisitorKind::New => "new",
            VisitorKind::Returning => "returning",
            VisitorKind::ReturningCustomer => "returningCustomer",
        },
        "visitConverted": i32::from(visit.converted),
        "visitCount": visit.count,
        "visitEcommerceStatus": match visit.buyer {
            Buyer::None => "none",
            Buyer::Ordered => "ordered",
            Buyer::LeftCart => "abandonedCart",
            Buyer::OrderedThenLeftCart => "orderedThenAbandonedCart",
        },
        "daysSinceFirstVisit": visit.since_first / 86_400,
        "secondsSinceFirstVisit": visit.since_first,
        "daysSinceLastVisit": visit.since_last / 86_400,
        "secondsSinceLastVisit": visit.since_last,
        "daysSinceLastEcommerceOrder": visit.since_order.unwrap_or(0) / 86_400,
        "secondsSinceLastEcommerceOrder": visit.since_order,
        "visitDuration": visit.duration,
        "searches": count(|deed| matches!(deed, Deed::Search { .. })),
        "events": count(|deed| matches!(deed, Deed::Event { .. })),
        "actions": visit.actions(),
        "interactions": count(|deed| deed.is_action() && !matches!(deed, Deed::Event { .. })),
    });
    let keyword = match (visit.origin.channel, text(visit.origin.keyword)) {
        (Channel::Search, None) => Some("Keyword not defined"),
        (_, keyword) => keyword,
    };
    let whence = json!({
        "referrerType": channel(visit.origin.channel),
        "referrerTypeName": referrers::label(visit.origin.channel),
        "referrerName": text(visit.origin.name),
        "referrerKeyword": keyword,
        "referrerUrl": text(visit.origin.url),
        "languageCode": text(visit.language),
        "country": country(code),
        "countryCode": code,
        "region": text(visit.place.region),
        "regionCode": text(visit.place.region),
        "city": text(visit.place.city),
        "latitude": text(visit.place.latitude),
        "longitude": text(visit.place.longitude),
        "resolution": text(visit.resolution),
    });
    let Device { kind, brand, model, system, browser } = visit.device.as_ref();
    let spaced = |name: &str, version: &str| format!("{name} {version}").trim_end().to_owned();
    let local = visit.local_time;
    let equipment = json!({
        "deviceType": kind.name(),
        "deviceBrand": brand,
        "deviceModel": model,
        "operatingSystem": spaced(system.name, &system.version),
        "operatingSystemName": system.name,
        "operatingSystemCode": system.code,
        "operatingSystemVersion": system.version,
        "browserFamily": browser.family,
        "browser": spaced(browser.name, &browser.version),
        "browserName": browser.name,
        "browserCode": browser.code,
        "browserVersion": browser.version,
        "plugins": visit.plugins.names().collect::<Vec<_>>().join(", "),
        "visitLocalTime": format!("{:02}:{:02}:{:02}", local / 3_600, local / 60 % 60, local % 60),
        "visitLocalHour": (local / 3_600).to_string(),
        "customVariables": actions::variables(&visit.variables, "", names),
    });
    if let Value::Object(answer) = &mut answer {
        for part in [whence, equipment] {
            answer.extend(part.as_object().cloned().unwrap_or_default());
        }
        for dimension in options.dimensions.iter().filter(|known| known.scope == Scope::Visit) {
            let value = visit.dimensions.iter().find(|(number, _)| *number == dimension.id);
            let value = value.map(|(_, value)| names.text(*value));
            answer.insert(format!("dimension{}", dimension.id), json!(value));
        }
    }
    answer
}
