//! Profiles: how the visitors of a kind of site behave, as TOML that people can print, copy and change.

mod place;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::curve::Rhythm;

/// A profile, checked.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What it is, in a line.
    pub description: String,
    /// The built-in site that is visited unless another is given.
    pub site: BuiltInSite,
    /// Settings by their key: what is set elsewhere wins over them. Whoever reads them judges them.
    #[serde(default)]
    pub settings: BTreeMap<String, toml::Value>,
    /// Who comes.
    pub visitors: Visitors,
    /// What they come with.
    pub devices: Devices,
    /// How they come.
    pub channels: Channels,
    /// How many pages they see; without it between `PAGEVIEWS_MIN` and `_MAX`, evenly.
    pub pages: Option<Pages>,
    /// How long they stay on pages; without it visits last between `VISIT_DURATION_MIN` and `_MAX`, evenly.
    pub reading: Option<Reading>,
    /// How fast pages load; without it nobody measures.
    pub performance: Option<Performance>,
    /// Content blocks.
    pub content: Content,
    /// Site search.
    pub search: Search,
    /// What is reported besides.
    pub details: Details,
    /// How people buy.
    pub shop: Shop,
    /// When they come, with a daily curve.
    pub rhythm: Rhythm,
    /// Advertisements.
    pub campaigns: Vec<Campaign>,
    /// Mails to subscribers: campaigns as well.
    pub newsletters: Vec<Campaign>,
    /// Websites that link here.
    pub websites: Vec<Website>,
}

/// Sites that come with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuiltInSite {
    /// An online shop.
    Shop,
    /// An online magazine.
    Magazine,
    /// The site of a software service, with its documentation.
    Software,
}

/// Who comes.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visitors {
    /// Share of visits by known visitors in a long run.
    pub returning: f64,
    /// Whether some come back on the same day: their visits before are dated back then.
    pub same_day: bool,
    /// Share of visitors with a user id.
    pub logged_in: f64,
    /// How much more often visits of known visitors have a cart.
    pub cart_lift: f64,
    /// How much more often they have an order.
    pub order_lift: f64,
}

/// Kinds of devices.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Devices {
    /// Phones.
    pub phone: Device,
    /// Computers.
    pub desktop: Device,
    /// Tablets.
    pub tablet: Device,
    /// Television sets.
    pub tv: Device,
    /// Game consoles.
    pub console: Device,
}

impl Devices {
    /// All of them, in the order of [`crate::visitor::device::Class`].
    pub fn all(&self) -> [Device; 5] {
        [self.desktop, self.phone, self.tablet, self.tv, self.console]
    }
}

/// How a kind of device is used, relative to the others.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// How often it is used.
    pub share: f64,
    /// How often its visits bounce.
    pub bounce: f64,
    /// How often its visits have a cart.
    pub cart: f64,
    /// How often they have an order.
    pub order: f64,
    /// How long its pages take to load.
    pub slowness: f64,
}

/// Ways visits come.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// Directly; how many is a setting.
    pub direct: Direct,
    /// From a search engine.
    pub search: Channel,
    /// From a social network.
    pub social: Channel,
    /// From another website.
    pub website: Channel,
    /// From an AI assistant.
    pub ai: Channel,
    /// From an advertisement.
    pub campaign: Channel,
    /// From a newsletter.
    pub email: Channel,
}

/// How direct visits behave.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Direct {
    /// How often they bounce, relative to other channels.
    pub bounce: f64,
    /// How often they begin at the home page.
    pub home: f64,
    /// At a section.
    pub section: f64,
    /// At a page inside.
    pub page: f64,
}

/// How visits of a channel behave.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// How many there are, relative to the other channels but direct.
    pub share: f64,
    /// How often they bounce, relative to other channels.
    pub bounce: f64,
    /// How often they begin at the home page.
    pub home: f64,
    /// At a section.
    pub section: f64,
    /// At a page inside.
    pub page: f64,
}

/// Page views.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// Share of visits of a single page view and nothing else.
    pub bounce: f64,
    /// Mean page views of the others: an inverse Gaussian distribution.
    pub mean: f64,
    /// Its shape (lambda).
    pub shape: f64,
    /// Never more than these.
    pub most: u32,
}

/// Seconds on pages.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// On the home page.
    pub home: Weibull,
    /// On a page that leads to others.
    pub section: Weibull,
    /// On a product.
    pub product: Weibull,
    /// On an article.
    pub article: Weibull,
    /// On results of a search.
    pub search: Weibull,
    /// In the cart and on the way to an order.
    pub checkout: Weibull,
    /// On any other page.
    pub other: Weibull,
    /// Seconds between two pings while somebody reads.
    pub ping_every: f64,
    /// At most so many a page.
    pub most_pings: u32,
    /// No visit lasts longer, in seconds.
    pub longest_visit: f64,
}

/// A Weibull distribution of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weibull {
    /// Below 1 most leave at once and a few stay.
    pub shape: f64,
    /// 63 % have left after so many seconds.
    pub scale: f64,
}

/// Milliseconds of page performance: medians of lognormal distributions.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Performance {
    /// Connecting (`pf_net`).
    pub network: f64,
    /// Waiting for the server (`pf_srv`).
    pub server: f64,
    /// Receiving (`pf_tfr`).
    pub transfer: f64,
    /// Reading the document (`pf_dm1`).
    pub dom_processing: f64,
    /// Completing it (`pf_dm2`).
    pub dom_completion: f64,
    /// Running what waits for that (`pf_onl`).
    pub on_load: f64,
    /// Sigma between visits.
    pub visit_sigma: f64,
    /// Sigma between the pages of a visit.
    pub page_sigma: f64,
}

/// Content blocks.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Share of page views with an impression.
    pub impressions: f64,
    /// Share of impressions that are followed by an interaction.
    pub interactions: f64,
}

/// Site search.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Share of searches that find nothing.
    pub no_results: f64,
    /// Share of searches that are followed by another.
    pub refined: f64,
}

/// What is reported besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// Product and category views.
    pub products: bool,
    /// `bw_bytes`.
    pub bandwidth: bool,
    /// `_cvar` and `cvar`.
    pub custom_variables: bool,
}

/// How people buy.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// Share of carts that are left.
    pub abandonment: f64,
}

/// A link that names its campaign.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// How often it is followed, relative to others.
    pub weight: f64,
    /// The family of its parameters.
    pub tag: Tag,
    /// Its name.
    pub name: String,
    /// Who shows it.
    pub source: Option<String>,
    /// How.
    pub medium: Option<String>,
    /// What was searched.
    pub keyword: Option<String>,
    /// Which of several versions.
    pub content: Option<String>,
    /// Its identifier.
    pub id: Option<String>,
    /// The page it stands on.
    pub referrer: Option<String>,
}

/// Families of campaign parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// Matomo's.
    Mtm,
    /// Everybody's.
    Utm,
}

/// A page that links here.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Website {
    /// How often it is followed, relative to others.
    pub weight: f64,
    /// Its address.
    pub url: String,
}

/// Names and texts of the built-in profiles.
pub const BUILT_IN: [(&str, &str); 4] = [
    ("content", include_str!("../profiles/content.toml")),
    ("ecommerce", include_str!("../profiles/ecommerce.toml")),
    ("saas", include_str!("../profiles/saas.toml")),
    ("classic", include_str!("../profiles/classic.toml")),
];

impl Profile {
    /// A profile that comes with the program.
    pub fn built_in(name: &str) -> Option<Profile> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(Profile::parse(text).unwrap_or_else(|problems| panic!("profile {name}: {problems:?}")))
    }

    /// Reads a profile. Every value that cannot be is reported, with its key and its line.
    pub fn parse(text: &str) -> Result<Profile, Vec<Problem>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let profile: Profile = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| place::of_offset(text, span.start));
            vec![Problem { line, message: error.message().to_owned() }]
        })?;
        let problems = profile.problems();
        if problems.is_empty() {
            return Ok(profile);
        }
        let problem = |(key, message): (String, String)| Problem { line: place::line(text, &key), message };
        Err(problems.into_iter().map(problem).collect())
    }

    /// Keys with what is wrong there.
    fn problems(&self) -> Vec<(String, String)> {
        let mut list = Problems(Vec::new());
        let Visitors { returning, logged_in, cart_lift, order_lift, .. } = self.visitors;
        list.within("visitors.returning", returning, 0.0, 0.95);
        list.within("visitors.logged_in", logged_in, 0.0, 1.0);
        list.within("visitors.cart_lift", cart_lift, 0.1, 10.0);
        list.within("visitors.order_lift", order_lift, 0.1, 10.0);
        let names = ["desktop", "phone", "tablet", "tv", "console"];
        for (name, device) in names.iter().zip(self.devices.all()) {
            list.within(&format!("devices.{name}.share"), device.share, 0.0, 1e6);
            for (key, value) in [("bounce", device.bounce), ("cart", device.cart), ("order", device.order)] {
                list.within(&format!("devices.{name}.{key}"), value, 0.01, 100.0);
            }
            list.within(&format!("devices.{name}.slowness"), device.slowness, 0.1, 20.0);
        }
        list.some("devices.*.share", self.devices.all().map(|device| device.share));
        let Channels { direct, search, social, website, ai, campaign, email } = self.channels;
        let Direct { bounce, home, section, page } = direct;
        let direct = Channel { share: 1.0, bounce, home, section, page };
        let channels = [
            ("direct", direct),
            ("search", search),
            ("social", social),
            ("website", website),
            ("ai", ai),
            ("campaign", campaign),
            ("email", email),
        ];
        for (name, channel) in channels {
            list.within(&format!("channels.{name}.share"), channel.share, 0.0, 1e6);
            list.within(&format!("channels.{name}.bounce"), channel.bounce, 0.01, 100.0);
            let entries = [channel.home, channel.section, channel.page];
            for (key, value) in ["home", "section", "page"].iter().zip(entries) {
                list.within(&format!("channels.{name}.{key}"), value, 0.0, 1e6);
            }
            list.some(&format!("channels.{name}.home, section and page"), entries);
        }
        list.some("channels.*.share", channels[1..].iter().map(|(_, channel)| channel.share));
        let needs = |share: f64, name: &str, list_name: &str, is_empty: bool| {
            (share > 0.0 && is_empty).then(|| {
                let key = format!("channels.{name}.share");
                let message =
                    format!("{key} is {share}, but there is none of [[{list_name}]]; add one or give 0");
                (key, message)
            })
        };
        list.0.extend(needs(campaign.share, "campaign", "campaigns", self.campaigns.is_empty()));
        list.0.extend(needs(email.share, "email", "newsletters", self.newsletters.is_empty()));
        list.0.extend(needs(website.share, "website", "websites", self.websites.is_empty()));
        if let Some(Pages { bounce, mean, shape, most }) = self.pages {
            list.within("pages.bounce", bounce, 0.0, 1.0);
            list.within("pages.mean", mean, 0.5, 100.0);
            list.within("pages.shape", shape, 0.01, 1e4);
            list.within("pages.most", f64::from(most), 1.0, 100.0);
        }
        if let Some(reading) = self.reading {
            let Reading { home, section, product, article, search, checkout, other, .. } = reading;
            let kinds = [
                ("home", home),
                ("section", section),
                ("product", product),
                ("article", article),
                ("search", search),
                ("checkout", checkout),
                ("other", other),
            ];
            for (name, Weibull { shape, scale }) in kinds {
                list.within(&format!("reading.{name}.shape"), shape, 0.1, 10.0);
                list.within(&format!("reading.{name}.scale"), scale, 0.1, 3_600.0);
            }
            list.within("reading.ping_every", reading.ping_every, 5.0, 1_740.0);
            list.within("reading.most_pings", f64::from(reading.most_pings), 0.0, 20.0);
            list.within("reading.longest_visit", reading.longest_visit, 300.0, 7_200.0);
        }
        if let Some(performance) = self.performance {
            let Performance { network, server, transfer, dom_processing, dom_completion, on_load, .. } =
                performance;
            let medians = [
                ("network", network),
                ("server", server),
                ("transfer", transfer),
                ("dom_processing", dom_processing),
                ("dom_completion", dom_completion),
                ("on_load", on_load),
            ];
            for (name, value) in medians {
                list.within(&format!("performance.{name}"), value, 0.0, 60_000.0);
            }
            list.within("performance.visit_sigma", performance.visit_sigma, 0.0, 2.0);
            list.within("performance.page_sigma", performance.page_sigma, 0.0, 2.0);
        }
        list.within("content.impressions", self.content.impressions, 0.0, 1.0);
        list.within("content.interactions", self.content.interactions, 0.0, 1.0);
        list.within("search.no_results", self.search.no_results, 0.0, 1.0);
        list.within("search.refined", self.search.refined, 0.0, 1.0);
        list.within("shop.abandonment", self.shop.abandonment, 0.0, 0.99);
        for (name, weights) in [("hours", &self.rhythm.hours[..]), ("weekdays", &self.rhythm.weekdays[..])] {
            for weight in weights {
                list.within(&format!("rhythm.{name}"), *weight, 0.0, 1e6);
            }
            list.some(&format!("rhythm.{name}"), weights.iter().copied());
        }
        for (key, campaigns) in [("campaigns", &self.campaigns), ("newsletters", &self.newsletters)] {
            for (index, campaign) in campaigns.iter().enumerate() {
                let place = format!("{key}[{index}]");
                list.within(&format!("{place}.weight"), campaign.weight, 1e-6, 1e6);
                if campaign.name.trim().is_empty() {
                    let key = format!("{place}.name");
                    let message = format!("{key} is empty; give the campaign a name");
                    list.0.push((key, message));
                }
                if let Some(referrer) = &campaign.referrer {
                    list.address(&format!("{place}.referrer"), referrer);
                }
            }
        }
        for (index, website) in self.websites.iter().enumerate() {
            list.within(&format!("websites[{index}].weight"), website.weight, 1e-6, 1e6);
            list.address(&format!("websites[{index}].url"), &website.url);
        }
        list.0
    }
}

/// Something in a profile that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Problem {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, and what is accepted.
    pub message: String,
}

/// What is wrong with a profile, by key.
struct Problems(Vec<(String, String)>);

impl Problems {
    fn within(&mut self, key: &str, value: f64, low: f64, high: f64) {
        if !(low..=high).contains(&value) {
            self.push(key, format!("{key} = {value} is not accepted; give {low} to {high}"));
        }
    }

    fn some(&mut self, key: &str, values: impl IntoIterator<Item = f64>) {
        if !values.into_iter().any(|value| value > 0.0) {
            self.push(key, format!("{key} are all 0; give at least one more than 0"));
        }
    }

    fn address(&mut self, key: &str, text: &str) {
        if let Err(message) = crate::source::check_referrer(text) {
            self.push(key, format!("{key}: {message}"));
        }
    }

    fn push(&mut self, key: &str, message: String) {
        self.0.push((key.to_owned(), message));
    }
}
