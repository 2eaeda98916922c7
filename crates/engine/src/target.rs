//! The target: where hits go, and with which secrets.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use hyper::header::HeaderValue;
use url::Url;

/// Something that must not be seen: never printed, not even by `{:?}`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for a request body or header and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl std::fmt::Display for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// User and password of HTTP basic authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasicAuth {
    /// The user.
    pub user: Secret,
    /// The password.
    pub password: Secret,
}

/// Which certificates of a server are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those of the built-in authorities.
    Roots,
    /// Those, and what this file of PEM certificates adds.
    RootsAnd(PathBuf),
    /// Any: for laboratories only.
    Anyone,
}

/// A Matomo tracking endpoint.
#[derive(Clone, Debug)]
pub struct Target {
    /// Scheme, host and port, path; without credentials, query or fragment.
    pub(crate) url: Url,
    /// `Authorization` for the web server in front, from the credentials of the URL.
    pub(crate) authorization: Option<HeaderValue>,
    /// `token_auth`: goes into bodies only.
    pub(crate) token: Option<Secret>,
    /// Who is trusted.
    pub(crate) trust: Trust,
    /// How long an answer may take, connecting included.
    pub(crate) timeout: Duration,
}

impl Target {
    /// A target. `url` is an http or https URL with a host, without credentials, query and fragment.
    pub fn new(
        url: Url,
        basic_auth: Option<&BasicAuth>,
        token: Option<Secret>,
        trust: Trust,
        timeout: Duration,
    ) -> Target {
        let authorization = basic_auth.map(|BasicAuth { user, password }| {
            let pair = format!("{}:{}", user.reveal(), password.reveal());
            let text = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
            let mut value = HeaderValue::from_str(&text).expect("base64 is a valid header");
            value.set_sensitive(true);
            value
        });
        Target { url, authorization, token, trust, timeout }
    }

    /// Scheme, host, port and path, fit to be shown.
    pub fn address(&self) -> &str {
        self.url.as_str()
    }

    /// The path of the tracking endpoint.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Host and port to connect to.
    pub(crate) fn host(&self) -> (&str, u16) {
        let host = self.url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        (host, self.url.port_or_known_default().unwrap_or(80))
    }

    /// Whether hits are encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The `Host` header.
    pub(crate) fn host_header(&self) -> HeaderValue {
        let host = self.url.host_str().unwrap_or_default();
        let text = self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        HeaderValue::from_str(&text).expect("a URL's host is a valid header")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_printed() {
        let url = Url::parse("https://stats.example.org:8443/matomo.php").unwrap();
        let auth = BasicAuth { user: Secret::new("me"), password: Secret::new("p@ss") };
        let target =
            Target::new(url, Some(&auth), Some(Secret::new("t0ken")), Trust::Roots, Duration::from_secs(1));
        assert_eq!(target.address(), "https://stats.example.org:8443/matomo.php");
        assert_eq!(target.authorization.as_ref().unwrap(), "Basic bWU6cEBzcw==");
        assert_eq!(target.host_header(), "stats.example.org:8443");
        let debug = format!("{target:?} {auth:?}");
        assert!(!debug.contains("p@ss") && !debug.contains("t0ken") && !debug.contains("bWU6"), "{debug}");
    }
}
