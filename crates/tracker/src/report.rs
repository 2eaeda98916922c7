//! The reporting API: checks the token, finds the method, and answers in JSON.

mod chatbots;
mod countries;
mod goals;
mod live;
mod period;
mod referrers;
mod segment;
mod selection;
mod site;
mod tables;
mod totals;

use std::ops::Range;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::answer;
use crate::clock;
use crate::parameters::Parameters;
use crate::sender::{Authority, authority};
use crate::server::Tracker;

/// The version whose behaviour was measured.
const VERSION: &str = "5.2.0-b5";
/// Rows of a table or visits of a log that are answered when nobody says how many.
const DEFAULT_LIMIT: i64 = 100;

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// The page behind a wrong token.
const WRONG_TOKEN: &str = "<!DOCTYPE html>\n<html>\n<head>\n\t<meta charset=\"utf-8\">\n\t<meta name=\"robots\" content=\"noindex,nofollow\">\n\t<title>Matomo &rsaquo; Error</title>\n</head>\n<body id=\"simple\">\n\t<div class=\"header\">\n\t\t<h1>An error occurred</h1>\n\t</div>\n\n\t<div class=\"content\"><h2>Unable to authenticate with the provided token. It is either invalid or expired.</h2></div>\n</body>\n</html>\n";

/// Why a call has no answer.
#[derive(Debug)]
enum Refusal {
    /// An argument is missing or wrong: 200, with a message.
    BadArgument(String),
    /// 400, with a message.
    NoSuchMethod,
}

/// Answers a call whose parameters stand in a query, a form, or both.
pub(crate) fn answer(query: &str, body: &[u8], tracker: &Tracker) -> Response<Body> {
    let mut parameters = Parameters::default();
    parameters.add_encoded(body);
    parameters.add_encoded(query.as_bytes());
    if parameters.get("module") != Some("API") {
        return answer::plain(
            StatusCode::NOT_FOUND,
            "this is a stand-in for Matomo: it has an API, no pages\n",
        );
    }
    let asker = authority(parameters.filled("token_auth"), &tracker.options);
    match (parameters.filled("token_auth"), asker) {
        (None, _) => return error(StatusCode::UNAUTHORIZED, &needs_access(&parameters)),
        (_, Authority::Nobody) => {
            return answer::report(StatusCode::UNAUTHORIZED, HTML, WRONG_TOKEN.to_owned());
        }
        _ => {}
    }
    if !parameters.get("format").is_none_or(|format| format.eq_ignore_ascii_case("json")) {
        return error(StatusCode::OK, "this stand-in answers in JSON only: ask with format=JSON");
    }
    match call(&parameters, asker, tracker) {
        Ok(value) => answer::report(StatusCode::OK, JSON, value.to_string()),
        Err(Refusal::BadArgument(message)) => error(StatusCode::OK, &message),
        Err(Refusal::NoSuchMethod) => error(StatusCode::BAD_REQUEST, &no_such_method(&parameters)),
    }
}

fn call(parameters: &Parameters<'_>, asker: Authority, tracker: &Tracker) -> Result<Value, Refusal> {
    match parameters.get("method").unwrap_or("") {
        "API.getMatomoVersion" | "API.getPiwikVersion" => Ok(json!({ "value": VERSION })),
        "API.getBulkRequest" => bulk(parameters, asker, tracker),
        "VisitsSummary.get" => totals::visits_summary(parameters, tracker),
        "VisitsSummary.getVisits" => totals::visits(parameters, tracker),
        "VisitFrequency.get" => totals::visit_frequency(parameters, tracker),
        "Actions.get" => totals::actions(parameters, tracker),
        "Goals.get" => goals::get(parameters, tracker),
        "Goals.getGoals" => goals::goals(parameters, tracker),
        "Events.getCategory" => tables::events(parameters, tracker, tables::EventPart::Category),
        "Events.getAction" => tables::events(parameters, tracker, tables::EventPart::Action),
        "Events.getName" => tables::events(parameters, tracker, tables::EventPart::Name),
        "Contents.getContentNames" => tables::contents(parameters, tracker),
        "Referrers.getReferrerType" => referrers::types(parameters, tracker),
        "BotTracking.get" => chatbots::get(parameters, tracker),
        "BotTracking.getAIChatbotRequests" => chatbots::requests(parameters, tracker),
        "Live.getLastVisitsDetails" => live::last_visits(parameters, tracker, clock::now()),
        "Live.getCounters" => live::counters(parameters, tracker, clock::now()),
        "Live.getMostRecentVisitorId" => live::most_recent_visitor(parameters, tracker),
        "Live.getMostRecentVisitsDateTime" => live::most_recent(parameters, tracker),
        _ => site::call(parameters, asker, tracker),
    }
}

/// Several calls in one, each in a `urls[n]`.
fn bulk(parameters: &Parameters<'_>, asker: Authority, tracker: &Tracker) -> Result<Value, Refusal> {
    let calls = parameters.iter().filter(|(name, _)| name.starts_with("urls["));
    let answers = calls.map(|(_, query)| {
        let query = query.split_once('?').map_or(query, |(_, query)| query);
        let mut parameters = Parameters::default();
        parameters.add_encoded(query.as_bytes());
        match call(&parameters, asker, tracker) {
            Err(Refusal::BadArgument(message)) => Ok(json!({ "result": "error", "message": message })),
            Err(Refusal::NoSuchMethod) => {
                Ok(json!({ "result": "error", "message": no_such_method(&parameters) }))
            }
            answered => answered,
        }
    });
    answers.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn error(status: StatusCode, message: &str) -> Response<Body> {
    answer::report(status, JSON, json!({ "result": "error", "message": message }).to_string())
}

fn needs_access(parameters: &Parameters<'_>) -> String {
    match parameters.integer("idSite") {
        Some(site) => {
            format!(
                "You can't access this resource as it requires 'view' access for the website id = {site}."
            )
        }
        None => {
            "You can't access this resource as it requires view access for at least one website.".to_owned()
        }
    }
}

fn no_such_method(parameters: &Parameters<'_>) -> String {
    let method = parameters.get("method").unwrap_or("");
    let (module, method) = method.split_once('.').unwrap_or((method, ""));
    format!(
        "The method '{method}' does not exist or is not available in the module '\\Piwik\\Plugins\\{module}\\API'."
    )
}

/// Money as Matomo writes it: a whole number where it is one.
fn money(cents: i64) -> Value {
    if cents % 100 == 0 { json!(cents / 100) } else { json!(cents as f64 / 100.0) }
}

/// A share with so many decimals, as Matomo writes it: `33.33%`, `25%`, `0%`.
fn percentage(part: usize, whole: usize, decimals: usize) -> String {
    let share = if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 };
    let text = format!("{share:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}%")
}

/// A quotient with so many decimals; a whole number where it is one.
fn quotient(part: f64, whole: f64, decimals: i32) -> Value {
    let scale = 10f64.powi(decimals);
    let rounded = if whole == 0.0 { 0.0 } else { (part / whole * scale).round() / scale };
    if rounded.fract() == 0.0 { json!(rounded as i64) } else { json!(rounded) }
}

/// The part of these rows that `filter_limit` and `filter_offset` ask for.
fn page<T>(mut rows: Vec<T>, parameters: &Parameters<'_>) -> Vec<T> {
    let range = page_range(rows.len(), parameters);
    rows.truncate(range.end);
    rows.drain(..range.start);
    rows
}

/// Which of so many rows `filter_limit` and `filter_offset` ask for.
fn page_range(rows: usize, parameters: &Parameters<'_>) -> Range<usize> {
    let offset = usize::try_from(parameters.integer("filter_offset").unwrap_or(0)).unwrap_or(0);
    let limit = parameters.integer("filter_limit").unwrap_or(DEFAULT_LIMIT);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let start = offset.min(rows);
    start..start.saturating_add(limit).min(rows)
}
