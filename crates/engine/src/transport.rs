//! HTTP over TCP or TLS: the home of hyper and rustls.

mod connection;
mod request;
mod tls;

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::Request;
use tokio::time::timeout;

pub(crate) use connection::{Answer, Connection, NotSent};
pub(crate) use request::Requests;

use crate::observation::Failure;
use crate::target::Target;

/// What prevents a client from being set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The file of additional certificates.
    #[error("cannot use the certificates in {path}: {reason}")]
    CaFile {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
}

/// Everything needed to open connections to a target, checked once.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) target: Target,
    tls: Option<tls::Connector>,
}

/// Why a single request got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct FetchError {
    /// The kind of failure.
    pub failure: Failure,
    /// In words.
    pub reason: String,
}

/// A whole answer to a single request.
#[derive(Debug)]
pub struct Fetched {
    /// Status.
    pub status: u16,
    /// The `Date` header, where there is one.
    pub date: Option<String>,
    /// The `Location` header, where there is one.
    pub location: Option<String>,
    /// The body, of at most 64 MB.
    pub body: Bytes,
}

impl Client {
    /// Reads the certificates and prepares TLS.
    pub fn new(target: Target) -> Result<Client, SetupError> {
        let tls = if target.is_tls() { Some(tls::Connector::new(&target)?) } else { None };
        Ok(Client { target, tls })
    }

    /// The target it connects to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Sends one request on a connection of its own and reads the whole answer. `path` begins with `/`; with a
    /// `form`, it is a POST.
    pub async fn fetch(
        &self,
        path: &str,
        form: Option<String>,
        limit: Duration,
    ) -> Result<Fetched, FetchError> {
        match timeout(limit, self.fetch_unlimited(path, form)).await {
            Ok(answer) => answer,
            Err(_) => Err(FetchError {
                failure: Failure::Timeout,
                reason: format!("no answer within {} s", limit.as_secs_f64()),
            }),
        }
    }

    async fn fetch_unlimited(&self, path: &str, form: Option<String>) -> Result<Fetched, FetchError> {
        const MOST: usize = 64 << 20;
        let broken = |error: hyper::Error| FetchError {
            failure: if error.is_parse() { Failure::Protocol } else { Failure::Reset },
            reason: if error.is_parse() {
                "the answer is not HTTP".to_owned()
            } else {
                format!("the connection broke before the answer came ({error})")
            },
        };
        let stream = connection::open(self).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.map_err(broken)?;
        let mut request = Request::builder()
            .method(if form.is_some() { "POST" } else { "GET" })
            .uri(path)
            .header("host", self.target.host_header())
            .header("user-agent", concat!("trafficinator/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = &self.target.authorization {
            request = request.header("authorization", authorization);
        }
        if form.is_some() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let body = http_body_util::Full::new(Bytes::from(form.unwrap_or_default()));
        let request = request.body(body).map_err(|error| FetchError {
            failure: Failure::Protocol,
            reason: format!("the request cannot be built: {error}"),
        })?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(broken)?;
            let status = response.status().as_u16();
            let header =
                |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let (date, location) = (header("date"), header("location"));
            let body = http_body_util::Limited::new(response.into_body(), MOST).collect().await.map_err(
                |error| FetchError {
                    failure: Failure::Reset,
                    reason: format!("the answer broke off ({error})"),
                },
            )?;
            Ok(Fetched { status, date, location, body: body.to_bytes() })
        };
        tokio::pin!(answer, connection);
        tokio::select! {
            biased;
            answer = &mut answer => answer,
            _closed = &mut connection => answer.await,
        }
    }
}
