//! The pages: metrics, health, readiness, and a list of these.

use std::sync::Arc;

use axum::Router;
use axum::extract::State as With;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::figures;
use super::health;
use super::metrics::{self, Format};
use super::state::State;

const INDEX: &str = "<!DOCTYPE html>
<html lang=\"en\"><title>Trafficinator</title>
<h1>Trafficinator</h1>
<ul>
<li><a href=\"/metrics\">/metrics</a> for Prometheus
<li><a href=\"/healthz\">/healthz</a> whether the program is alive, and what it is doing
<li><a href=\"/readyz\">/readyz</a> whether the run sends
</ul>
</html>
";

const TEXT: &str = "text/plain; charset=utf-8";

/// All pages.
pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/", get(async || page(StatusCode::OK, "text/html; charset=utf-8", INDEX)))
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readiness))
        .fallback(async || {
            page(StatusCode::NOT_FOUND, TEXT, "not here; there are /metrics, /healthz and /readyz\n")
        })
        .method_not_allowed_fallback(async || {
            page(StatusCode::METHOD_NOT_ALLOWED, TEXT, "this can only be read: use GET\n")
        })
        .with_state(state)
}

async fn metrics(With(state): With<Arc<State>>, headers: HeaderMap) -> Response {
    let accept: Vec<&str> =
        headers.get_all(ACCEPT).iter().filter_map(|accept| accept.to_str().ok()).collect();
    let format = Format::wanted(&accept.join(","));
    let figures = figures::read(&state);
    let phase = figures.phase;
    match metrics::page(figures, format) {
        Ok(text) => {
            state.looks().note(state.now(), phase);
            page(StatusCode::OK, format.content_type(), text)
        }
        Err(fmt_error) => page(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("{fmt_error}\n")),
    }
}

async fn healthz(With(state): With<Arc<State>>) -> Response {
    match serde_json::to_string(&health::read(&state)) {
        Ok(json) => page(StatusCode::OK, "application/json", json + "\n"),
        Err(error) => page(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("{error}\n")),
    }
}

async fn readiness(With(state): With<Arc<State>>) -> Response {
    match figures::readiness(&state) {
        Ok(()) => page(StatusCode::OK, TEXT, "ready\n"),
        Err(reason) => page(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{reason}\n")),
    }
}

/// One answer, after which the connection is closed: see [`super::brief`].
fn page(status: StatusCode, kind: &'static str, body: impl Into<axum::body::Body>) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONNECTION, "close"),
    ];
    (status, headers.map(|(name, value)| (name, HeaderValue::from_static(value))), body.into())
        .into_response()
}
