//! Where hits go: `MATOMO_URL`, completed to the tracking endpoint and parted from its credentials.

use std::fmt;

use url::{Host, Url};

use engine::target::{BasicAuth, Secret};

/// An http(s) URL that ends in `/matomo.php` or `/piwik.php`.
///
/// Source: the setting `MATOMO_URL`. `Debug` and `Display` print no credentials.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct TrackingUrl {
    endpoint: Url,
    basic_auth: Option<BasicAuth>,
}

impl TrackingUrl {
    /// The error says what is wrong without repeating the text, which may hold credentials.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut url = Url::parse(text).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => {
                "it does not start with http:// or https://".to_owned()
            }
            error => error.to_string(),
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("it does not start with http:// or https://".to_owned());
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err("it has no host".to_owned());
        }
        if url.query().is_some() {
            return Err("it has a query (?…)".to_owned());
        }
        if url.fragment().is_some() {
            return Err("it has a fragment (#…)".to_owned());
        }
        if !url.path().ends_with("/matomo.php") && !url.path().ends_with("/piwik.php") {
            let path = format!("{}/matomo.php", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
        let basic_auth = (!url.username().is_empty() || url.password().is_some()).then(|| BasicAuth {
            user: Secret::new(percent_decoded(url.username())),
            password: Secret::new(percent_decoded(url.password().unwrap_or_default())),
        });
        let cannot = |()| "it cannot hold credentials".to_owned();
        url.set_username("").map_err(cannot)?;
        url.set_password(None).map_err(cannot)?;
        Ok(Self { endpoint: url, basic_auth })
    }

    /// The tracking endpoint, without credentials.
    pub(crate) fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// The folder of the endpoint, with a slash at its end: where `index.php` answers API calls.
    pub(crate) fn base(&self) -> Url {
        let mut base = self.endpoint.clone();
        if let Some((folder, _)) = self.endpoint.path().rsplit_once('/') {
            base.set_path(&format!("{folder}/"));
        }
        base
    }

    /// What tells it from others, in few characters.
    pub(crate) fn host_and_port(&self) -> String {
        let host = self.endpoint.host_str().unwrap_or_default();
        self.endpoint.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    pub(crate) fn basic_auth(&self) -> Option<&BasicAuth> {
        self.basic_auth.as_ref()
    }

    pub(crate) fn is_https(&self) -> bool {
        self.endpoint.scheme() == "https"
    }

    /// True when what is sent never leaves this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.endpoint.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl fmt::Display for TrackingUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.basic_auth, self.endpoint.as_str().split_once("://")) {
            (Some(_), Some((scheme, rest))) => write!(f, "{scheme}://***@{rest}"),
            _ => f.write_str(self.endpoint.as_str()),
        }
    }
}

impl fmt::Debug for TrackingUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Any text given for a URL, parsable or not, without what may be a secret: all before its last `@`, unless that begins
/// a part of a path, and all after `?` or `#`.
pub(crate) fn redact(text: &str) -> String {
    let is_scheme =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let (scheme, rest) = match text.find("://") {
        Some(at) if is_scheme(&text[..at]) => text.split_at(at + 3),
        _ => ("", text),
    };
    let (credentials, rest) = match rest.rfind('@') {
        Some(at) if !has_no_credentials(text) => ("***@", &rest[at + 1..]),
        _ => ("", rest),
    };
    match rest.find(['?', '#']) {
        Some(at) => format!("{scheme}{credentials}{}***", &rest[..=at]),
        None => format!("{scheme}{credentials}{rest}"),
    }
}

/// Whether it certainly is a URL without user and password. With a slash in the password one may look like that, too, so
/// an `@` has to begin a part of the path.
fn has_no_credentials(text: &str) -> bool {
    let begins_a_part = |(at, _): (usize, &str)| text[..at].ends_with('/');
    let is_plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
    };
    Url::parse(text).as_ref().is_ok_and(is_plain) && text.match_indices('@').all(begins_a_part)
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
