//! Where a visit came from: campaign, search engine, social network, website, or nowhere.

use std::borrow::Cow;

use crate::parameters::Parameters;
use crate::web_address::{WebAddress, cut};

/// The kind of place a visit came from, by Matomo's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Channel {
    Direct = 1,
    Search = 2,
    Website = 3,
    Campaign = 6,
    Social = 7,
}

/// Where a visit came from. `T` is the text as it came, or the name it is kept under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin<T> {
    pub(crate) channel: Channel,
    pub(crate) name: Option<T>,
    pub(crate) keyword: Option<T>,
    pub(crate) url: Option<T>,
}

/// Parameters that name a campaign, the first that is there wins.
const CAMPAIGN: [&str; 8] = [
    "pk_cpn",
    "pk_campaign",
    "piwik_campaign",
    "mtm_campaign",
    "matomo_campaign",
    "utm_campaign",
    "utm_source",
    "utm_medium",
];
/// Parameters that name a campaign's keyword.
const CAMPAIGN_KEYWORD: [&str; 7] =
    ["pk_kwd", "pk_keyword", "piwik_kwd", "mtm_kwd", "mtm_keyword", "matomo_kwd", "utm_term"];

/// Hosts of search engines without `www.`, what they are called, and the parameters of their keywords.
const SEARCH_ENGINES: [(&str, &str, &[&str]); 20] = [
    ("bing.com", "Bing", &["q"]),
    ("cn.bing.com", "Bing", &["q"]),
    ("duckduckgo.com", "DuckDuckGo", &["q"]),
    ("search.yahoo.com", "Yahoo!", &["p", "q"]),
    ("de.search.yahoo.com", "Yahoo!", &["p", "q"]),
    ("fr.search.yahoo.com", "Yahoo!", &["p", "q"]),
    ("uk.search.yahoo.com", "Yahoo!", &["p", "q"]),
    ("yahoo.com", "Yahoo!", &["p", "q"]),
    ("baidu.com", "Baidu", &["wd", "word", "kw"]),
    ("m.baidu.com", "Baidu", &["wd", "word", "kw"]),
    ("yandex.ru", "Yandex", &["text"]),
    ("yandex.com", "Yandex", &["text"]),
    ("ya.ru", "Yandex", &["text"]),
    ("ecosia.org", "Ecosia", &["q"]),
    ("search.brave.com", "Brave", &["q"]),
    ("qwant.com", "Qwant", &["q"]),
    ("startpage.com", "StartPage", &["query", "q"]),
    ("facebook.com", "Facebook", &["q"]),
    ("chat.openai.com", "ChatGPT", &["q"]),
    ("search.aol.com", "AOL", &["q", "query"]),
];

/// Hosts of social networks without `www.`, and what they are called.
const SOCIAL_NETWORKS: [(&str, &str); 33] = [
    ("l.facebook.com", "Facebook"),
    ("lm.facebook.com", "Facebook"),
    ("m.facebook.com", "Facebook"),
    ("fb.me", "Facebook"),
    ("t.co", "Twitter"),
    ("x.com", "Twitter"),
    ("twitter.com", "Twitter"),
    ("mobile.twitter.com", "Twitter"),
    ("linkedin.com", "LinkedIn"),
    ("lnkd.in", "LinkedIn"),
    ("instagram.com", "Instagram"),
    ("l.instagram.com", "Instagram"),
    ("reddit.com", "reddit"),
    ("old.reddit.com", "reddit"),
    ("out.reddit.com", "reddit"),
    ("np.reddit.com", "reddit"),
    ("youtube.com", "YouTube"),
    ("m.youtube.com", "YouTube"),
    ("youtu.be", "YouTube"),
    ("tiktok.com", "TikTok"),
    ("vm.tiktok.com", "TikTok"),
    ("pinterest.com", "Pinterest"),
    ("pinterest.de", "Pinterest"),
    ("pinterest.co.uk", "Pinterest"),
    ("pin.it", "Pinterest"),
    ("bsky.app", "Bluesky"),
    ("go.bsky.app", "Bluesky"),
    ("mastodon.social", "Mastodon"),
    ("mastodon.online", "Mastodon"),
    ("threads.net", "Threads"),
    ("l.threads.net", "Threads"),
    ("news.ycombinator.com", "Hacker News"),
    ("vk.com", "Vkontakte"),
];

impl<T> Origin<T> {
    pub(crate) const DIRECT: Self = Self { channel: Channel::Direct, name: None, keyword: None, url: None };

    /// The same origin with every text turned into something else.
    pub(crate) fn map<U>(&self, mut turn: impl FnMut(&T) -> U) -> Origin<U> {
        Origin {
            channel: self.channel,
            name: self.name.as_ref().map(&mut turn),
            keyword: self.keyword.as_ref().map(&mut turn),
            url: self.url.as_ref().map(&mut turn),
        }
    }
}

/// Where a hit with these parameters, on this page, says its visit came from; an excluded host is nowhere.
pub(crate) fn origin(
    parameters: &Parameters<'_>,
    page: Option<&WebAddress<'_>>,
    excluded: &[String],
) -> Origin<String> {
    let url = parameters.filled("urlref").unwrap_or("");
    let referrer = WebAddress::parse(url);
    let foreign = referrer
        .as_ref()
        .filter(|referrer| page.is_none_or(|page| page.site() != referrer.site()))
        .filter(|referrer| !excluded.iter().any(|host| host == referrer.site() || *host == referrer.host))
        .map(|referrer| from_referrer(referrer, url));
    match campaign(parameters, page) {
        None => foreign.unwrap_or(Origin::DIRECT),
        Some((name, keyword)) => Origin {
            channel: Channel::Campaign,
            keyword: keyword.or_else(|| {
                let searched = foreign.as_ref().and_then(|origin| origin.keyword.clone());
                searched.or_else(|| Some(referrer.as_ref().filter(|_| foreign.is_some())?.host.to_string()))
            }),
            name: Some(name),
            url: foreign.and_then(|origin| origin.url),
        },
    }
}

fn from_referrer(referrer: &WebAddress<'_>, url: &str) -> Origin<String> {
    let url = Some(cut(url.to_owned(), 1500));
    let site = referrer.site();
    if let Some((name, parameters)) = search_engine(referrer) {
        let keyword = parameters.iter().find_map(|name| in_query(referrer.query, name));
        let keyword = keyword.map(|keyword| cut(keyword.to_lowercase(), 255));
        return Origin { channel: Channel::Search, name: Some(name.to_owned()), keyword, url };
    }
    if let Some((_, name)) = SOCIAL_NETWORKS.iter().find(|(host, _)| *host == site) {
        return Origin { channel: Channel::Social, name: Some((*name).to_owned()), keyword: None, url };
    }
    Origin { channel: Channel::Website, name: Some(referrer.host.to_string()), keyword: None, url }
}

fn search_engine(referrer: &WebAddress<'_>) -> Option<(&'static str, &'static [&'static str])> {
    let site = referrer.site();
    let is_google = site.strip_prefix("google.").is_some_and(|end| end.len() <= 6)
        || site == "com.google.android.googlequicksearchbox";
    if is_google {
        return Some(("Google", &["q", "query"]));
    }
    SEARCH_ENGINES.iter().find(|(host, _, _)| *host == site).map(|(_, name, parameters)| (*name, *parameters))
}

/// The campaign and its keyword: from the page's query, its fragment, or the tracking parameters themselves.
fn campaign(parameters: &Parameters<'_>, page: Option<&WebAddress<'_>>) -> Option<(String, Option<String>)> {
    let (query, fragment) = page.map_or(("", ""), |page| (page.query, page.fragment));
    let find = |names: &[&str]| {
        let in_page = |encoded: &str| names.iter().find_map(|name| in_query(encoded, name));
        let tracked = || names.iter().find_map(|name| Some(parameters.filled(name)?.to_owned()));
        in_page(query).or_else(|| in_page(fragment)).or_else(tracked)
    };
    let name = find(&CAMPAIGN)?.trim().to_lowercase();
    let keyword = find(&CAMPAIGN_KEYWORD).map(|keyword| cut(keyword.trim().to_lowercase(), 255));
    Some((cut(name, 255), keyword))
}

/// The value of this name in a query, unless it is empty.
pub(crate) fn in_query(query: &str, name: &str) -> Option<String> {
    if !query.contains(name) {
        return None;
    }
    form_urlencoded::parse(query.as_bytes())
        .find(|(known, value)| known == name && !value.is_empty())
        .map(|(_, value)| Cow::into_owned(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(url: &str, urlref: &str) -> (Channel, Option<String>, Option<String>) {
        let encoded = form_urlencoded::Serializer::new(String::new()).append_pair("urlref", urlref).finish();
        let mut parameters = Parameters::default();
        parameters.add_encoded(encoded.as_bytes());
        let origin = origin(&parameters, WebAddress::parse(url).as_ref(), &[]);
        (origin.channel, origin.name, origin.keyword)
    }

    #[expect(clippy::unnecessary_wraps, reason = "it shortens the tables below")]
    fn some(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    #[test]
    fn referrers_are_told_apart_as_matomo_tells_them() {
        let shop = "https://shop.example.com/";
        for (urlref, expected) in [
            (
                "https://www.google.com/search?q=red+shoes",
                (Channel::Search, some("Google"), some("red shoes")),
            ),
            ("https://www.google.co.uk/", (Channel::Search, some("Google"), None)),
            (
                "android-app://com.google.android.googlequicksearchbox/",
                (Channel::Search, some("Google"), None),
            ),
            ("https://search.yahoo.com/search?p=x", (Channel::Search, some("Yahoo!"), some("x"))),
            ("https://www.facebook.com/", (Channel::Search, some("Facebook"), None)),
            ("https://l.facebook.com/", (Channel::Social, some("Facebook"), None)),
            ("https://t.co/abc", (Channel::Social, some("Twitter"), None)),
            ("https://chatgpt.com/", (Channel::Website, some("chatgpt.com"), None)),
            ("https://blog.example.org/post", (Channel::Website, some("blog.example.org"), None)),
            ("https://www.shop.example.com/other", (Channel::Direct, None, None)),
            ("foo", (Channel::Direct, None, None)),
            ("", (Channel::Direct, None, None)),
        ] {
            assert_eq!(from(shop, urlref), expected, "{urlref}");
        }
    }

    #[test]
    fn a_campaign_wins_over_the_referrer_and_borrows_its_keyword() {
        let google = "https://www.google.com/?q=red+shoes";
        let sale = |keyword| (Channel::Campaign, some("sale"), keyword);
        assert_eq!(from("https://a.example/?mtm_campaign=Sale&mtm_kwd=Red", ""), sale(some("red")));
        assert_eq!(from("https://a.example/#mtm_campaign=Sale", google), sale(some("red shoes")));
        assert_eq!(from("https://a.example/?utm_source=sale", "https://b.example/"), sale(some("b.example")));
        assert_eq!(from("https://a.example/?gclid=1&mtm_kwd=x", "").0, Channel::Direct);
    }
}
