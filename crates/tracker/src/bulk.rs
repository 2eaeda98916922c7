//! Bulk requests: many hits in one JSON body, and one answer that counts them.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Map, Value};

use crate::answer::{self, Image};
use crate::parameters::Parameters;
use crate::request::{Fault, Reading, Refusal, read};
use crate::sender::{Authority, Sender, authority};
use crate::server::Tracker;

/// Whether a body is a bulk request: JSON that speaks of requests, whatever its content type says.
pub(crate) fn is_bulk(body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    first == Some(&b'{') && names_requests(body)
}

/// Records a bulk request and answers it. `url_token` is the token of its query.
pub(crate) fn bulk(
    body: &[u8],
    url_token: Option<&str>,
    sender: &Sender,
    tracker: &Tracker,
    now: i64,
) -> Response<Body> {
    let object: Map<String, Value> = match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => object,
        // What is no JSON has no hits, and that is a success.
        _ => return answer::bulk(StatusCode::OK, counts("success", 0, &[], Authority::Nobody)),
    };
    let Some(requests) = object.get("requests") else {
        return answer::refused(answer::Method::Post);
    };
    let requests = requests.as_array().map_or(&[][..], Vec::as_slice);
    let token = object.get("token_auth").and_then(Value::as_str).filter(|token| !token.is_empty());
    let whole = authority(token, &tracker.options);
    let asker = authority(token.or(url_token), &tracker.options);
    let readings: Vec<_> = requests
        .iter()
        .filter_map(parameters)
        .map(|parameters| {
            let allowed = match token {
                Some(_) => whole,
                None => authority(parameters.filled("token_auth"), &tracker.options),
            };
            read(&parameters, sender, allowed, &tracker.options, &tracker.devices, now)
                .inspect_err(|refusal| tracker.refused().remember(*refusal, &parameters, now))
        })
        .collect();
    if let Some(at) = readings.iter().position(is_broken) {
        let invalid: Vec<usize> = (0..at).filter(|at| is_invalid(&readings[*at])).collect();
        let body = counts("error", at - invalid.len(), &invalid, asker);
        return answer::bulk(StatusCode::INTERNAL_SERVER_ERROR, body);
    }
    let invalid = record(&readings, tracker);
    let image = match object.get("send_image") {
        Some(Value::Number(number)) if number.as_i64() == Some(0) => Image::None,
        Some(Value::String(text)) if text == "0" => Image::None,
        _ => Image::Pixel,
    };
    if image == Image::None {
        return answer::bulk(StatusCode::NO_CONTENT, String::new());
    }
    answer::bulk(StatusCode::OK, counts("success", readings.len() - invalid.len(), &invalid, asker))
}

/// The answer of a server that lost its database.
pub(crate) fn failed() -> Response<Body> {
    answer::bulk(StatusCode::INTERNAL_SERVER_ERROR, counts("error", 0, &[], Authority::Nobody))
}

/// Records what was read, in order, and returns the places of the invalid ones.
fn record(readings: &[Result<Reading, Refusal>], tracker: &Tracker) -> Vec<usize> {
    let mut visits = tracker.visits();
    let mut invalid = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let recorded = match reading {
            Ok(reading) => tracker.record(reading, &mut visits),
            Err(refusal) => Err(*refusal),
        };
        if recorded.is_err() {
            invalid.push(at);
        }
    }
    invalid
}

/// The parameters of one hit: a string with a query, or an object. Anything else is skipped and counted nowhere.
fn parameters(request: &Value) -> Option<Parameters<'_>> {
    let mut parameters = Parameters::default();
    match request {
        Value::String(text) => {
            let before_fragment = text.split_once('#').map_or(text.as_str(), |(before, _)| before);
            let (_, query) = before_fragment.split_once('?')?;
            parameters.add_encoded(query.as_bytes());
        }
        Value::Object(object) => parameters.add_object(object),
        _ => return None,
    }
    if parameters.is_empty() { None } else { Some(parameters) }
}

fn is_broken(reading: &Result<Reading, Refusal>) -> bool {
    match reading {
        Ok(Reading::Visit(hit)) => hit.fault == Some(Fault::NegativeBandwidth),
        Ok(_) => false,
        Err(refusal) => *refusal == Refusal::Broken,
    }
}

fn is_invalid(reading: &Result<Reading, Refusal>) -> bool {
    match reading {
        Ok(Reading::Visit(hit)) => hit.fault.is_some(),
        Ok(_) => false,
        Err(_) => true,
    }
}

/// The body of an answer; only a superuser learns which hits were invalid.
fn counts(status: &str, tracked: usize, invalid: &[usize], authority: Authority) -> String {
    let mut body = format!(r#"{{"status":"{status}","tracked":{tracked},"invalid":{}"#, invalid.len());
    if authority == Authority::Superuser {
        let indices: Vec<String> = invalid.iter().map(usize::to_string).collect();
        let _ = write!(body, r#","invalid_indices":[{}]"#, indices.join(","));
    }
    body.push('}');
    body
}

fn names_requests(body: &[u8]) -> bool {
    body.windows(b"\"requests\"".len()).any(|window| window == b"\"requests\"")
}
