//! What Matomo answers like any other hit and does not record: bots, machines of search engines, spam, and what a
//! site is set up to drop.

use std::net::{IpAddr, Ipv4Addr};

use crate::options::{Options, UnknownUrls};
use crate::web_address::WebAddress;

/// Parts of user agents of bots, in lower case.
const BOTS: [&str; 57] = [
    "googlebot",
    "google-inspectiontool",
    "adsbot-google",
    "mediapartners-google",
    "google-read-aloud",
    "bingbot",
    "bingpreview",
    "adidxbot",
    "yandexbot",
    "yandeximages",
    "yandexmobilebot",
    "baiduspider",
    "duckduckbot",
    "duckassistbot",
    "slurp",
    "applebot",
    "ahrefsbot",
    "ahrefssiteaudit",
    "semrushbot",
    "mj12bot",
    "dotbot",
    "petalbot",
    "gptbot",
    "chatgpt-user",
    "oai-searchbot",
    "claudebot",
    "claude-user",
    "claude-searchbot",
    "anthropic-ai",
    "perplexitybot",
    "perplexity-user",
    "mistralai-user",
    "gemini-deep-research",
    "googleagent",
    "novaact",
    "ccbot",
    "bytespider",
    "amazonbot",
    "meta-externalagent",
    "facebookexternalhit",
    "facebookbot",
    "twitterbot",
    "linkedinbot",
    "pinterestbot",
    "slackbot",
    "telegrambot",
    "discordbot",
    "seznambot",
    "sogou web spider",
    "360spider",
    "uptimerobot",
    "pingdom",
    "statuscake",
    "ia_archiver",
    "archive.org_bot",
    "rogerbot",
    "screaming frog",
];

/// Networks of search engines: address and prefix length.
const MACHINES: [(Ipv4Addr, u32); 13] = [
    (Ipv4Addr::new(66, 249, 80, 0), 20),
    (Ipv4Addr::new(157, 54, 0, 0), 15),
    (Ipv4Addr::new(157, 56, 0, 0), 14),
    (Ipv4Addr::new(65, 52, 0, 0), 14),
    (Ipv4Addr::new(64, 233, 160, 0), 19),
    (Ipv4Addr::new(74, 125, 0, 0), 16),
    (Ipv4Addr::new(173, 194, 0, 0), 16),
    (Ipv4Addr::new(209, 85, 128, 0), 17),
    (Ipv4Addr::new(216, 239, 32, 0), 19),
    (Ipv4Addr::new(72, 14, 192, 0), 18),
    (Ipv4Addr::new(66, 102, 0, 0), 20),
    (Ipv4Addr::new(64, 4, 0, 0), 18),
    (Ipv4Addr::new(207, 46, 0, 0), 16),
];

/// Hosts whose referrers are spam; Matomo knows 2,292.
const SPAM: [&str; 16] = [
    "semalt.com",
    "buttons-for-website.com",
    "buttons-for-your-website.com",
    "simple-share-buttons.com",
    "free-share-buttons.com",
    "darodar.com",
    "ilovevitaly.com",
    "priceg.com",
    "best-seo-offer.com",
    "best-seo-solution.com",
    "100dollars-seo.com",
    "blackhatworth.com",
    "hulfingtonpost.com",
    "econom.co",
    "trafficmonetize.org",
    "traffic2money.com",
];

pub(crate) fn is_bot(user_agent: &str) -> bool {
    let lower = user_agent.to_ascii_lowercase();
    BOTS.iter().any(|bot| lower.contains(bot))
}

pub(crate) fn is_machine(address: IpAddr) -> bool {
    let IpAddr::V4(address) = address.to_canonical() else {
        return false;
    };
    let address = u32::from(address);
    MACHINES.iter().any(|(network, length)| (address ^ u32::from(*network)) >> (32 - length) == 0)
}

pub(crate) fn is_spam(referrer: &str) -> bool {
    let Some(address) = WebAddress::parse(referrer) else {
        return false;
    };
    let host = address.host.as_ref();
    SPAM.iter().any(|spam| host.strip_suffix(spam).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether the site is set up to drop a hit of this visitor on this page.
pub(crate) fn is_excluded(
    site: u32,
    ip: IpAddr,
    user_agent: &str,
    page: Option<&WebAddress<'_>>,
    options: &Options,
) -> bool {
    let exclusions = &options.exclusions;
    let foreign = exclusions.unknown_urls == UnknownUrls::Dropped && {
        let own = options.site_url(site);
        WebAddress::parse(&own).map(|own| own.site().to_owned()) != page.map(|page| page.site().to_owned())
    };
    let from_excluded = || {
        let ip = ip.to_canonical().to_string();
        let is_ip = |excluded: &String| match excluded.strip_suffix('*') {
            Some(network) => ip.starts_with(network),
            None => *excluded == ip,
        };
        exclusions.ips.iter().any(is_ip)
    };
    let by_excluded = || {
        let lower = user_agent.to_lowercase();
        exclusions.user_agents.iter().any(|part| lower.contains(&part.to_lowercase()))
    };
    foreign
        || (!exclusions.ips.is_empty() && from_excluded())
        || (!exclusions.user_agents.is_empty() && by_excluded())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_tools_are_no_bots() {
        for person in
            ["", "curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/131.0.0.0 Safari/537.36"]
        {
            assert!(!is_bot(person), "{person}");
        }
        assert!(is_bot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"));
    }

    #[test]
    fn networks_end_where_they_end() {
        for (address, machine) in [
            ("66.249.80.5", true),
            ("66.249.95.255", true),
            ("66.249.96.0", false),
            ("157.55.39.1", true),
            ("157.60.0.0", false),
            ("::ffff:207.46.1.1", true),
            ("203.0.113.1", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_machine(address.parse().expect("an address")), machine, "{address}");
        }
    }

    #[test]
    fn only_whole_hosts_are_spam() {
        assert!(is_spam("https://semalt.com/"));
        assert!(is_spam("http://www.buttons-for-website.com/x"));
        assert!(!is_spam("https://notsemalt.com/"));
        assert!(!is_spam("semalt.com"));
    }
}
