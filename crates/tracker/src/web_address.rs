//! Takes web addresses apart, and writes them the way Matomo keeps them.

use std::borrow::Cow;

/// The parts of an address that say where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebAddress<'a> {
    pub(crate) scheme: &'a str,
    /// In lower case, without a port.
    pub(crate) host: Cow<'a, str>,
    /// From its first slash on; empty without one.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) fragment: &'a str,
}

/// Addresses are cut here, in characters.
const LONGEST: usize = 1024;

/// Query parameters that never become part of a page's address.
const DROPPED: [&str; 26] = [
    "gclid",
    "fbclid",
    "msclkid",
    "yclid",
    "twclid",
    "wbraid",
    "gbraid",
    "sid",
    "phpsessid",
    "jsessionid",
    "sessionid",
    "aspsessionid",
    "mtm_campaign",
    "mtm_kwd",
    "mtm_keyword",
    "matomo_campaign",
    "matomo_kwd",
    "pk_campaign",
    "pk_cpn",
    "pk_kwd",
    "pk_keyword",
    "piwik_campaign",
    "piwik_kwd",
    "utm_campaign",
    "utm_source",
    "utm_medium",
];

impl<'a> WebAddress<'a> {
    /// Takes `scheme://host…` apart; nothing else is an address.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://")?;
        let scheme_is_fine = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(host_end);
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = host.split_once(':').map_or(host, |(host, _)| host);
        if !scheme_is_fine || host.is_empty() {
            return None;
        }
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let host = if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(host.to_ascii_lowercase())
        } else {
            Cow::Borrowed(host)
        };
        Some(Self { scheme, host, path, query, fragment })
    }

    /// The host without a leading `www.`, by which sites are compared.
    pub(crate) fn site(&self) -> &str {
        self.host.strip_prefix("www.").unwrap_or(&self.host)
    }
}

/// The address of a page as Matomo keeps it: host in lower case, no fragment, no campaign, no session, and none of the
/// parameters that its site excludes.
pub(crate) fn page(text: &str, excluded: &[String]) -> Option<String> {
    let address = WebAddress::parse(text)?;
    let authority_end =
        text.trim().split_once("://").map_or(0, |(_, rest)| rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let authority = &text.trim()[address.scheme.len() + 3..][..authority_end];
    let mut kept = String::with_capacity(text.len());
    kept.push_str(address.scheme);
    kept.push_str("://");
    kept.extend(authority.chars().map(|letter| letter.to_ascii_lowercase()));
    kept.push_str(if address.path.is_empty() { "/" } else { address.path });
    let mut separator = '?';
    for pair in address.query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        if !is_dropped(name) && !excluded.iter().any(|excluded| excluded.eq_ignore_ascii_case(name)) {
            kept.push(separator);
            kept.push_str(pair);
            separator = '&';
        }
    }
    Some(cut(kept, LONGEST))
}

/// The address of a link as Matomo keeps it, or nothing where it keeps an action without one.
pub(crate) fn link(text: &str) -> Option<String> {
    WebAddress::parse(text).map(|_| cut(text.trim().to_owned(), LONGEST))
}

/// The first so many characters of a text.
pub(crate) fn cut(mut text: String, characters: usize) -> String {
    if text.len() > characters
        && let Some((end, _)) = text.char_indices().nth(characters)
    {
        text.truncate(end);
    }
    text
}

fn is_dropped(name: &str) -> bool {
    DROPPED.iter().any(|dropped| dropped.eq_ignore_ascii_case(name)) || name.eq_ignore_ascii_case("utm_term")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Option<String> {
        super::page(text, &[])
    }

    #[test]
    fn a_page_is_kept_without_fragment_campaign_and_session() {
        assert_eq!(
            page("https://WWW.Shop.example.com:8080/A?x=1&gclid=2&mtm_campaign=Sale&y=a%20b#top").as_deref(),
            Some("https://www.shop.example.com:8080/A?x=1&y=a%20b")
        );
        assert_eq!(page("https://shop.example.com").as_deref(), Some("https://shop.example.com/"));
        assert_eq!(page("/relative"), None);
        assert_eq!(page("https://é.example/ü").as_deref(), Some("https://é.example/ü"));
        assert_eq!(
            page(&format!("https://a.example/{}", "ü".repeat(2000))).map(|url| url.chars().count()),
            Some(1024)
        );
    }

    #[test]
    fn a_link_needs_a_scheme_and_a_host() {
        assert_eq!(link("x.pdf"), None);
        assert_eq!(link("mailto:a@example.com"), None);
        assert_eq!(
            link("https://partner.example.net/x#y").as_deref(),
            Some("https://partner.example.net/x#y")
        );
    }
}
