//! What the API says of its sites, its users and its settings: enough for a check before a run.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Refusal;
use super::selection::site;
use crate::failure::Reason;
use crate::parameters::Parameters;
use crate::request::SITES;
use crate::server::Tracker;

pub(super) fn call(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let zone = || tracker.options.time_zone.iana_name().unwrap_or("UTC").to_owned();
    match parameters.get("method").unwrap_or("") {
        "SitesManager.getSiteFromId" => Ok(describe(site(parameters)?, &zone())),
        "SitesManager.getSiteUrlsFromId" => Ok(json!([url(site(parameters)?)])),
        "SitesManager.getSitesWithAdminAccess" => {
            Ok((1..=SITES).map(|site| describe(site, &zone())).collect())
        }
        "SitesManager.getSitesIdWithAdminAccess" | "SitesManager.getSitesIdWithAtLeastViewAccess" => {
            Ok((1..=SITES).map(Value::from).collect())
        }
        // Exact roles only: a superuser is an administrator everywhere.
        "SitesManager.getSitesIdWithWriteAccess" | "SitesManager.getSitesIdWithViewAccess" => Ok(json!([])),
        "UsersManager.hasSuperUserAccess" => Ok(json!({ "value": true })),
        "SitesManager.getExcludedIpsGlobal"
        | "SitesManager.getExcludedUserAgentsGlobal"
        | "SitesManager.getExcludedQueryParametersGlobal" => Ok(json!({ "value": false })),
        "SitesManager.getExcludedQueryParameters" | "SitesManager.getExcludedReferrers" => {
            site(parameters).map(|_| json!([]))
        }
        "CustomDimensions.getConfiguredCustomDimensions" => Ok(dimensions(site(parameters)?, tracker)),
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

fn url(site: u32) -> String {
    format!("https://site{site}.example.com")
}

fn describe(site: u32, zone: &str) -> Value {
    json!({
        "idsite": site,
        "name": name(site),
        "main_url": url(site),
        "ts_created": "2025-01-01 00:00:00",
        "ecommerce": 1,
        "sitesearch": 1,
        "sitesearch_keyword_parameters": "",
        "sitesearch_category_parameters": "",
        "timezone": zone,
        "currency": "EUR",
        "exclude_unknown_urls": 0,
        "excluded_ips": "",
        "excluded_parameters": "",
        "excluded_user_agents": "",
        "excluded_referrers": "",
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

/// Five dimensions of the visit, and those of the action.
fn dimensions(site: u32, tracker: &Tracker) -> Value {
    let of_action = &tracker.options.action_dimensions;
    let highest = of_action.iter().copied().max().unwrap_or(0).max(5);
    let dimensions = (1..=highest).map(|number| {
        let scope = if of_action.contains(&number) { "action" } else { "visit" };
        json!({
            "idcustomdimension": number.to_string(),
            "idsite": site.to_string(),
            "name": format!("Dimension {number}"),
            "index": number.to_string(),
            "scope": scope,
            "active": true,
            "extractions": [],
            "case_sensitive": true,
        })
    });
    dimensions.collect()
}
