//! Where visits come from: direct, or a search engine, social network, website or campaign.

use crate::random::{Stream, Weighted};
use crate::scenario::Share;

/// The way a visit came to the site. Drawn once a visit; only its first hit tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Typed, bookmarked or from a place that says nothing.
    Direct,
    /// From another page.
    Referrer(&'static Referrer),
    /// By a link that names its campaign.
    Campaign(&'static Campaign),
}

/// Kinds of referring pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A search engine.
    Search,
    /// A social network.
    Social,
    /// Any other website.
    Website,
}

/// A page that links to the site.
#[derive(Debug, PartialEq, Eq)]
pub struct Referrer {
    /// What Matomo counts it as.
    pub channel: Channel,
    /// Its address.
    pub url: &'static str,
    /// Relative frequency within its channel.
    weight: u32,
}

/// A campaign: the parameters its links add to the address of the landing page.
#[derive(Debug, PartialEq, Eq)]
pub struct Campaign {
    /// `mtm_campaign=...&mtm_kwd=...`, encoded.
    pub parameters: &'static str,
    /// The page the link was on, where there is one.
    pub referrer: Option<&'static str>,
    /// Relative frequency.
    weight: u32,
}

const fn referrer(channel: Channel, url: &'static str, weight: u32) -> Referrer {
    Referrer { channel, url, weight }
}

const fn campaign(parameters: &'static str, referrer: Option<&'static str>, weight: u32) -> Campaign {
    Campaign { parameters, referrer, weight }
}

// Hosts as Matomo 5 recognises them (measured): `www.facebook.com` would be a search engine, `l.facebook.com` is the
// network; none is on its list of referrer spam.
static SEARCH: [Referrer; 9] = [
    referrer(Channel::Search, "https://www.google.com/", 78),
    referrer(Channel::Search, "https://www.bing.com/search?q=winter+jacket", 4),
    referrer(Channel::Search, "https://www.bing.com/", 5),
    referrer(Channel::Search, "https://duckduckgo.com/", 4),
    referrer(Channel::Search, "https://search.yahoo.com/search?p=running+shoes", 2),
    referrer(Channel::Search, "https://yandex.com/search/?text=gift+ideas", 2),
    referrer(Channel::Search, "https://www.ecosia.org/search?q=organic+cotton", 2),
    referrer(Channel::Search, "https://search.brave.com/search?q=garden+chairs", 1),
    referrer(Channel::Search, "https://www.startpage.com/", 2),
];

static SOCIAL: [Referrer; 8] = [
    referrer(Channel::Social, "https://l.facebook.com/", 34),
    referrer(Channel::Social, "https://l.instagram.com/", 22),
    referrer(Channel::Social, "https://www.youtube.com/", 12),
    referrer(Channel::Social, "https://www.pinterest.com/", 9),
    referrer(Channel::Social, "https://www.reddit.com/", 8),
    referrer(Channel::Social, "https://t.co/", 6),
    referrer(Channel::Social, "https://www.linkedin.com/", 5),
    referrer(Channel::Social, "https://www.tiktok.com/", 4),
];

static WEBSITES: [Referrer; 8] = [
    referrer(Channel::Website, "https://www.trustpilot.com/review/shop.example.com", 20),
    referrer(Channel::Website, "https://blog.example.org/our-favourite-shops", 18),
    referrer(Channel::Website, "https://magazine.example.net/style/ten-ideas", 14),
    referrer(Channel::Website, "https://chatgpt.com/", 14),
    referrer(Channel::Website, "https://www.perplexity.ai/", 6),
    referrer(Channel::Website, "https://gemini.google.com/", 6),
    referrer(Channel::Website, "https://forum.example.org/t/where-to-buy/4711", 12),
    referrer(Channel::Website, "https://partners.example.net/", 10),
];

static CAMPAIGNS: [Campaign; 8] = [
    campaign(
        "mtm_campaign=Autumn-Sale&mtm_kwd=jackets&mtm_source=google&mtm_medium=cpc",
        Some("https://www.google.com/"),
        22,
    ),
    campaign(
        "mtm_campaign=Autumn-Sale&mtm_kwd=boots&mtm_source=google&mtm_medium=cpc",
        Some("https://www.google.com/"),
        16,
    ),
    campaign(
        "mtm_campaign=Brand&mtm_kwd=shop&mtm_source=bing&mtm_medium=cpc",
        Some("https://www.bing.com/"),
        10,
    ),
    campaign(
        "utm_campaign=new-arrivals&utm_source=facebook&utm_medium=paid-social&utm_content=carousel",
        Some("https://l.facebook.com/"),
        18,
    ),
    campaign(
        "utm_campaign=retargeting&utm_source=instagram&utm_medium=paid-social&utm_content=story",
        Some("https://l.instagram.com/"),
        12,
    ),
    campaign(
        "mtm_campaign=Affiliates&mtm_source=partner&mtm_medium=referral&mtm_cid=a-17",
        Some("https://partners.example.net/"),
        6,
    ),
    campaign("mtm_campaign=Newsletter-42&mtm_source=newsletter&mtm_medium=email", None, 10),
    campaign("mtm_campaign=Welcome&mtm_source=newsletter&mtm_medium=email&mtm_content=voucher", None, 6),
];

/// What is not direct: search, campaigns (newsletters are among them), websites, social, as measured on many shops
/// (industry benchmarks: search 53, campaigns 15 + e-mail 3, websites 7, social 5).
const OTHERS: [f64; 4] = [53.0, 18.0, 7.0, 5.0];

/// Draws the sources of visits.
#[derive(Clone, Debug)]
pub struct Sources {
    direct: Share,
    channels: Weighted,
    search: Weighted,
    campaigns: Weighted,
    websites: Weighted,
    social: Weighted,
}

impl Sources {
    /// With so many direct visits; the rest keeps the mix of the other channels.
    pub fn new(direct: Share) -> Sources {
        let referrers = |list: &[Referrer]| {
            Weighted::new(&list.iter().map(|one| f64::from(one.weight)).collect::<Vec<_>>())
        };
        Sources {
            direct,
            channels: Weighted::new(&OTHERS),
            search: referrers(&SEARCH),
            campaigns: Weighted::new(&CAMPAIGNS.iter().map(|one| f64::from(one.weight)).collect::<Vec<_>>()),
            websites: referrers(&WEBSITES),
            social: referrers(&SOCIAL),
        }
    }

    /// Draws one.
    pub fn draw(&self, stream: &mut Stream) -> Source {
        if stream.chance(self.direct.get()) {
            return Source::Direct;
        }
        match self.channels.draw(stream) {
            0 => Source::Referrer(&SEARCH[self.search.draw(stream)]),
            1 => Source::Campaign(&CAMPAIGNS[self.campaigns.draw(stream)]),
            2 => Source::Referrer(&WEBSITES[self.websites.draw(stream)]),
            _ => Source::Referrer(&SOCIAL[self.social.draw(stream)]),
        }
    }
}
