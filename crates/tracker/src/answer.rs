//! What the tracking endpoint says, word for word as the real one says it.

use axum::body::Body;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};

/// The page behind a request that is no hit, and behind every refused one.
const NO_HIT: &str = "This resource is part of Matomo. Keep full control of your data with the leading free and open source <a href='https://matomo.org' target='_blank' rel='noopener noreferrer nofollow'>web analytics & conversion optimisation platform</a>.<br>\nThis file is the endpoint for the Matomo tracking API. If you want to access the Matomo UI or use the Reporting API, please use <a href='index.php'>index.php</a> instead.\n";

/// One transparent pixel.
const PIXEL: &[u8; 43] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// How a request came; it decides about one header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

/// Whether a hit is answered with the pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Image {
    Pixel,
    /// `send_image=0`
    None,
}

/// The answer to a hit that was recorded, or dropped without a word.
pub(crate) fn accepted(method: Method, image: Image) -> Response<Body> {
    match image {
        Image::Pixel => build(StatusCode::OK, "image/gif", header(method), Body::from(PIXEL.as_slice())),
        Image::None => {
            build(StatusCode::NO_CONTENT, "text/html; charset=UTF-8", header(method), Body::empty())
        }
    }
}

/// The answer to a hit that was refused; it never says why.
pub(crate) fn refused(method: Method) -> Response<Body> {
    build(StatusCode::BAD_REQUEST, "text/html; charset=UTF-8", header(method), Body::from(NO_HIT))
}

/// The answer to a request without any parameter.
pub(crate) fn no_hit(method: Method) -> Response<Body> {
    build(StatusCode::OK, "text/html; charset=UTF-8", header(method), Body::from(NO_HIT))
}

/// The answer of a server in trouble.
pub(crate) fn failed(method: Method) -> Response<Body> {
    let body = Body::from("Internal Server Error\n");
    build(StatusCode::INTERNAL_SERVER_ERROR, "text/html; charset=UTF-8", header(method), body)
}

/// The answer to a bulk request.
pub(crate) fn bulk(status: StatusCode, body: String) -> Response<Body> {
    build(status, "application/json", header(Method::Post), Body::from(body))
}

/// An answer of the reporting API.
pub(crate) fn report(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    build(status, content_type, (CACHE_CONTROL, "no-store, must-revalidate"), Body::from(body))
}

/// Any other answer, with a text for people.
pub(crate) fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    build(status, "text/plain; charset=utf-8", (CACHE_CONTROL, "no-store"), Body::from(text))
}

fn header(method: Method) -> (HeaderName, &'static str) {
    match method {
        Method::Get => (CACHE_CONTROL, "no-store"),
        Method::Post => (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    }
}

fn build(
    status: StatusCode,
    content_type: &'static str,
    (name, value): (HeaderName, &'static str),
    body: Body,
) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}
