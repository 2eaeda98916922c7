//! Where visits come from: directly, or from a search engine, social network, website, AI assistant or campaign.

use crate::encode::{Parameters, Text, percent_encode};
use crate::profile::{self, Profile, Tag};
use crate::random::{Stream, Weighted};
use crate::scenario::Share;
use crate::site::{Site, Term, check_url};

/// Ways visits come, as marketing people name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// Typed, bookmarked or from a place that says nothing.
    Direct,
    /// A search engine.
    Search,
    /// A social network.
    Social,
    /// Any other website.
    Website,
    /// An AI assistant; Matomo 5.2 takes it for a website.
    Ai,
    /// An advertisement: a link that names its campaign.
    Campaign,
    /// A newsletter: a campaign as well.
    Email,
}

impl Channel {
    /// All of them, in the order of their declaration.
    pub const ALL: [Channel; 7] = [
        Channel::Direct,
        Channel::Search,
        Channel::Social,
        Channel::Website,
        Channel::Ai,
        Channel::Campaign,
        Channel::Email,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Channel::Direct => "direct",
            Channel::Search => "search",
            Channel::Social => "social",
            Channel::Website => "website",
            Channel::Ai => "ai",
            Channel::Campaign => "campaign",
            Channel::Email => "email",
        }
    }
}

/// The way a visit came to the site. Drawn once a visit; only its first hit tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// How.
    pub channel: Channel,
    /// Which of the channel's places.
    place: u16,
    /// What was searched, where a search engine tells.
    pub term: Option<u32>,
}

impl Source {
    /// From nowhere.
    pub(crate) const DIRECT: Source = Source { channel: Channel::Direct, place: 0, term: None };

    /// Which of the channel's places.
    pub(crate) fn place(self) -> usize {
        usize::from(self.place)
    }
}

/// A place that visits come from.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its name for people.
    pub name: String,
    /// The page before, where it tells one. What was searched is put behind it.
    pub referrer: Option<Text>,
    /// Parameters that its links add to the address of the landing page, encoded.
    pub parameters: Option<String>,
    /// Whether the page before tells what was searched.
    tells_term: bool,
    weight: f64,
}

fn referrer(name: &str, url: &str, weight: f64) -> Place {
    let tells_term = url.ends_with('=');
    Place { name: name.to_owned(), referrer: Some(Text::new(url)), parameters: None, tells_term, weight }
}

// Hosts as Matomo 5 recognises them (measured): `www.facebook.com` would be a search engine, `l.facebook.com` is the
// network; chat.openai.com would be one as well; none is on its list of referrer spam. Shares: StatCounter's order of
// magnitude; Google and others keep to themselves what was searched.
const SEARCH: [(&str, &str, f64); 13] = [
    ("Google", "https://www.google.com/", 76.0),
    ("Google", "https://www.google.com/search?q=", 3.0),
    ("Google", "android-app://com.google.android.googlequicksearchbox/", 3.0),
    ("Bing", "https://www.bing.com/search?q=", 4.0),
    ("Bing", "https://www.bing.com/", 3.0),
    ("DuckDuckGo", "https://duckduckgo.com/", 3.0),
    ("Yahoo", "https://search.yahoo.com/search?p=", 2.0),
    ("Yandex", "https://yandex.com/search/?text=", 1.5),
    ("Baidu", "https://www.baidu.com/s?wd=", 1.0),
    ("Ecosia", "https://www.ecosia.org/search?q=", 1.5),
    ("Brave", "https://search.brave.com/search?q=", 0.8),
    ("Qwant", "https://www.qwant.com/?q=", 0.6),
    ("Startpage", "https://www.startpage.com/", 0.6),
];

const SOCIAL: [(&str, &str, f64); 13] = [
    ("Facebook", "https://l.facebook.com/", 34.0),
    ("Instagram", "https://l.instagram.com/", 20.0),
    ("YouTube", "https://www.youtube.com/", 11.0),
    ("Pinterest", "https://www.pinterest.com/", 8.0),
    ("Reddit", "https://www.reddit.com/", 8.0),
    ("Twitter", "https://t.co/", 5.0),
    ("LinkedIn", "https://www.linkedin.com/", 5.0),
    ("TikTok", "https://www.tiktok.com/", 4.0),
    ("Threads", "https://www.threads.net/", 1.5),
    ("Bluesky", "https://bsky.app/", 1.5),
    ("Mastodon", "https://mastodon.social/", 1.0),
    ("Hacker News", "https://news.ycombinator.com/", 0.5),
    ("Twitter", "https://x.com/", 0.5),
];

const AI: [(&str, &str, f64); 5] = [
    ("ChatGPT", "https://chatgpt.com/", 62.0),
    ("Gemini", "https://gemini.google.com/", 14.0),
    ("Perplexity", "https://www.perplexity.ai/", 12.0),
    ("Copilot", "https://copilot.microsoft.com/", 8.0),
    ("Claude", "https://claude.ai/", 4.0),
];

/// Draws the sources of visits.
#[derive(Clone, Debug)]
pub struct Sources {
    direct: Share,
    /// All channels but direct.
    others: Weighted,
    shares: [f64; 7],
    /// By channel.
    places: [Vec<Place>; 7],
    weights: [Option<Weighted>; 7],
}

impl Sources {
    /// With so many direct visits; the rest keeps the mix of the profile's other channels.
    pub fn new(direct: Share, profile: &Profile) -> Sources {
        let profile::Channels { search, social, website, ai, campaign, email, .. } = profile.channels;
        let others = [search, social, website, ai, campaign, email].map(|channel| channel.share);
        let sum: f64 = others.iter().sum();
        let mut shares = [direct.get(); 7];
        for (share, other) in shares[1..].iter_mut().zip(others) {
            *share = (1.0 - direct.get()) * other / sum;
        }
        let referrers = |list: &[(&str, &str, f64)]| {
            list.iter().map(|(name, url, weight)| referrer(name, url, *weight)).collect::<Vec<_>>()
        };
        let websites = profile.websites.iter().map(|site| referrer(host(&site.url), &site.url, site.weight));
        let places = [
            Vec::new(),
            referrers(&SEARCH),
            referrers(&SOCIAL),
            websites.collect(),
            referrers(&AI),
            profile.campaigns.iter().map(campaign_place).collect(),
            profile.newsletters.iter().map(campaign_place).collect(),
        ];
        let weights = places.each_ref().map(|places: &Vec<Place>| {
            let weights: Vec<f64> = places.iter().map(|place| place.weight).collect();
            (!weights.is_empty()).then(|| Weighted::new(&weights))
        });
        Sources { direct, others: Weighted::new(&others), shares, places, weights }
    }

    /// The share of a channel among all visits.
    pub fn share(&self, channel: Channel) -> f64 {
        self.shares[channel as usize]
    }

    /// The place a source names.
    pub fn place(&self, source: Source) -> Option<&Place> {
        self.places[source.channel as usize].get(usize::from(source.place))
    }

    /// The places of a channel with their weights.
    pub fn places(&self, channel: Channel) -> impl Iterator<Item = (&Place, f64)> {
        self.places[channel as usize].iter().map(|place| (place, place.weight))
    }

    /// Draws one.
    pub fn draw(&self, site: &Site, stream: &mut Stream) -> Source {
        if stream.chance(self.direct.get()) {
            return Source::DIRECT;
        }
        let channel = Channel::ALL[1 + self.others.draw(stream)];
        let place = self.weights[channel as usize].as_ref().map_or(0, |weights| weights.draw(stream) as u16);
        let tells_term =
            self.places[channel as usize].get(usize::from(place)).is_some_and(|place| place.tells_term);
        Source { channel, place, term: tells_term.then(|| site.term(stream)) }
    }

    /// Tells the page before.
    pub fn refer(&self, source: Source, site: &Site, out: &mut impl Parameters) {
        let Some(referrer) = self.place(source).and_then(|place| place.referrer.as_ref()) else { return };
        match source.term {
            Some(term) => out.joined("urlref", referrer, &[&site.searched(term).query]),
            None => out.text("urlref", referrer),
        }
    }

    /// What the landing page's address ends with.
    pub fn parameters(&self, source: Source) -> Option<&str> {
        self.place(source)?.parameters.as_deref()
    }
}

fn campaign_place(campaign: &profile::Campaign) -> Place {
    let profile::Campaign { weight, tag, name, source, medium, keyword, content, id, referrer } = campaign;
    let mut text = Vec::new();
    let keys = match tag {
        Tag::Mtm => ["mtm_campaign", "mtm_source", "mtm_medium", "mtm_kwd", "mtm_content", "mtm_cid"],
        Tag::Utm => ["utm_campaign", "utm_source", "utm_medium", "utm_term", "utm_content", "utm_id"],
    };
    let values =
        [Some(name), source.as_ref(), medium.as_ref(), keyword.as_ref(), content.as_ref(), id.as_ref()];
    for (key, value) in keys.iter().zip(values) {
        let Some(value) = value else { continue };
        if !text.is_empty() {
            text.push(b'&');
        }
        text.extend_from_slice(key.as_bytes());
        text.push(b'=');
        percent_encode(value, &mut text);
    }
    Place {
        name: name.clone(),
        referrer: referrer.as_deref().map(Text::new),
        parameters: Some(String::from_utf8_lossy(&text).into_owned()),
        tells_term: false,
        weight: *weight,
    }
}

/// The host of an address, with its port.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// Hosts that Matomo takes for spam, and whose visits it drops: the best known of some 2,300.
#[rustfmt::skip]
const SPAM: [&str; 46] = [
    "100dollars-seo.com", "7makemoneyonline.com", "anticrawler.org", "best-seo-offer.com",
    "best-seo-solution.com", "blackhatworth.com", "buttons-for-website.com", "buttons-for-your-website.com",
    "buy-cheap-online.info", "cenoval.ru", "darodar.com", "econom.co", "erot.co", "event-tracking.com",
    "fbdownloader.com", "floating-share-buttons.com", "free-share-buttons.com", "free-social-buttons.com",
    "get-free-traffic-now.com", "googlsucks.com", "guardlink.org", "hongfanji.com", "hulfingtonpost.com",
    "humanorightswatch.org", "ilovevitaly.co", "ilovevitaly.com", "kambasoft.com", "lomb.co",
    "o-o-6-o-o.com", "o-o-8-o-o.com", "pornhub-forum.ga", "priceg.com", "ranksonic.info", "ranksonic.org",
    "sanjosestartups.com", "savetubevideo.com", "semalt.com", "simple-share-buttons.com",
    "social-buttons.com", "success-seo.com", "theguardlan.com", "trafficmonetize.org",
    "trafficmonetizer.org", "videos-for-your-business.com", "webmonetizer.net", "website-analyzer.info",
];

/// Whether a visit may come from this page.
pub(crate) fn check_referrer(url: &str) -> Result<(), String> {
    check_url(url)?;
    let host = host(url);
    match SPAM.iter().find(|spam| host == **spam || host.ends_with(&format!(".{spam}"))) {
        Some(spam) => Err(format!("{url:?} is not accepted: Matomo drops visits from {spam} as spam")),
        None => Ok(()),
    }
}

impl Term {
    /// The term as search engines put it into addresses.
    pub(crate) fn in_query(text: &str) -> String {
        let words: Vec<String> = text
            .split_whitespace()
            .map(|word| {
                let mut encoded = Vec::new();
                percent_encode(word, &mut encoded);
                String::from_utf8_lossy(&encoded).into_owned()
            })
            .collect();
        words.join("+")
    }
}
