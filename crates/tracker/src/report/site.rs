//! What the API says of its sites, its users and its settings: enough for a check before a run.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Refusal;
use super::selection::site;
use crate::failure::Reason;
use crate::options::{Dimension, Options, Scope, UnknownUrls};
use crate::parameters::Parameters;
use crate::request::SITES;
use crate::sender::Authority;
use crate::server::Tracker;

/// Who may manage a site.
const ADMINISTRATORS: [Authority; 2] = [Authority::Admin, Authority::Superuser];

pub(super) fn call(
    parameters: &Parameters<'_>,
    asker: Authority,
    tracker: &Tracker,
) -> Result<Value, Refusal> {
    let zone = || tracker.options.time_zone.iana_name().unwrap_or("UTC").to_owned();
    match parameters.get("method").unwrap_or("") {
        "SitesManager.getSiteFromId" => Ok(describe(site(parameters)?, &zone(), &tracker.options)),
        "SitesManager.getSiteUrlsFromId" => Ok(json!([tracker.options.site_url(site(parameters)?)])),
        "SitesManager.getSitesWithAdminAccess" => {
            let sites = sites(asker, &ADMINISTRATORS);
            Ok(sites.map(|site| describe(site, &zone(), &tracker.options)).collect())
        }
        // Exact roles only, but for a superuser, who is an administrator everywhere.
        "SitesManager.getSitesIdWithAdminAccess" => {
            Ok(sites(asker, &ADMINISTRATORS).map(Value::from).collect())
        }
        "SitesManager.getSitesIdWithWriteAccess" => {
            Ok(sites(asker, &[Authority::Write]).map(Value::from).collect())
        }
        "SitesManager.getSitesIdWithViewAccess" => {
            Ok(sites(asker, &[Authority::View]).map(Value::from).collect())
        }
        "SitesManager.getSitesIdWithAtLeastViewAccess" => Ok((1..=SITES).map(Value::from).collect()),
        "UsersManager.hasSuperUserAccess" => Ok(json!({ "value": asker == Authority::Superuser })),
        "SitesManager.getExcludedIpsGlobal"
        | "SitesManager.getExcludedUserAgentsGlobal"
        | "SitesManager.getExcludedQueryParametersGlobal" => Ok(json!({ "value": false })),
        "SitesManager.getExcludedQueryParameters" => {
            site(parameters).map(|_| json!(tracker.options.exclusions.query_parameters))
        }
        "SitesManager.getExcludedReferrers" => {
            site(parameters).map(|_| json!(tracker.options.exclusions.referrers))
        }
        "CustomDimensions.getConfiguredCustomDimensions" => {
            Ok(dimensions(site(parameters)?, &tracker.options.dimensions))
        }
        "CustomDimensions.getAvailableScopes" => {
            site(parameters).map(|_| scopes(&tracker.options.dimensions))
        }
        "CoreAdminHome.getTrackingFailures" => Ok(failures(tracker)),
        "API.isPluginActivated" => {
            let plugin = parameters.get("pluginName").unwrap_or("");
            Ok(json!({ "value": !matches!(plugin, "QueuedTracking" | "TrackingSpamPrevention") }))
        }
        "CoreAdminHome.invalidateArchivedReports" => {
            let dates = parameters.get("dates").unwrap_or("");
            Ok(json!([format!("Success. The following dates were invalidated successfully: {dates}")]))
        }
        _ => Err(Refusal::NoSuchMethod),
    }
}

/// What a site is called.
pub(super) fn name(site: u32) -> String {
    format!("Site {site}")
}

/// All sites if the asker is one of these, none if not.
fn sites(asker: Authority, entitled: &[Authority]) -> impl Iterator<Item = u32> + use<> {
    let last = if entitled.contains(&asker) { SITES } else { 0 };
    1..=last
}

fn describe(site: u32, zone: &str, options: &Options) -> Value {
    let exclusions = &options.exclusions;
    json!({
        "idsite": site,
        "name": name(site),
        "main_url": options.site_url(site),
        "ts_created": "2025-01-01 00:00:00",
        "ecommerce": 1,
        "sitesearch": 1,
        "sitesearch_keyword_parameters": "",
        "sitesearch_category_parameters": "",
        "timezone": zone,
        "currency": "EUR",
        "exclude_unknown_urls": i32::from(exclusions.unknown_urls == UnknownUrls::Dropped),
        "excluded_ips": exclusions.ips.join(","),
        "excluded_parameters": exclusions.query_parameters.join(","),
        "excluded_user_agents": exclusions.user_agents.join(","),
        "excluded_referrers": exclusions.referrers.join(","),
        "group": "",
        "type": "website",
        "keep_url_fragment": 0,
        "creator_login": "super user was set",
        "timezone_name": zone,
        "currency_name": "Euro",
    })
}

/// Why hits were refused, once for every site and reason.
fn failures(tracker: &Tracker) -> Value {
    let refused = tracker.refused();
    let failures = refused.iter().map(|(site, reason, failure)| {
        let known = u32::try_from(site).ok().filter(|site| (1..=SITES).contains(site));
        let at =
            tracker.options.time_zone.to_datetime(Timestamp::from_second(failure.at).unwrap_or_default());
        let (problem, solution) = match reason {
            Reason::NoSuchSite => {
                ("The site does not exist.", "Update the configured idSite in the tracker.")
            }
            Reason::NotAuthenticated => (
                "Request was not authenticated but authentication was required.",
                "Set or correct a \"token_auth\" in your tracking request.",
            ),
        };
        json!({
            "idsite": site,
            "idfailure": reason as u8,
            "date_first_occurred": at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            "request_url": failure.request,
            "site_name": known.map_or_else(|| "Unknown".to_owned(), name),
            "url": failure.page,
            "problem": problem,
            "solution": solution,
        })
    });
    failures.collect()
}

/// Each dimension, with its place among those of its scope.
fn dimensions(site: u32, dimensions: &[Dimension]) -> Value {
    let describe = |(at, dimension): (usize, &Dimension)| {
        let before = dimensions[..at].iter().filter(|other| other.scope == dimension.scope).count();
        json!({
            "idcustomdimension": dimension.id.to_string(),
            "idsite": site.to_string(),
            "name": dimension.name,
            "index": (before + 1).to_string(),
            "scope": scope(dimension.scope),
            "active": true,
            "extractions": [],
            "case_sensitive": true,
        })
    };
    dimensions.iter().enumerate().map(describe).collect()
}

fn scopes(dimensions: &[Dimension]) -> Value {
    let of = |wanted: Scope, name: &str| {
        let used = dimensions.iter().filter(|dimension| dimension.scope == wanted).count();
        json!({
            "value": scope(wanted),
            "name": name,
            "numSlotsAvailable": 5,
            "numSlotsUsed": used,
            "numSlotsLeft": 5_usize.saturating_sub(used),
            "supportsExtractions": wanted == Scope::Action,
        })
    };
    json!([of(Scope::Visit, "Visit"), of(Scope::Action, "Action")])
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Visit => "visit",
        Scope::Action => "action",
    }
}
