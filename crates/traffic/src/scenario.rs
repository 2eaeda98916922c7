//! The scenario: who visits and what they do. Checking it is its only constructor; what comes after cannot fail.

use jiff::tz::TimeZone;

use crate::arrivals::Pattern;
use crate::catalogue::Catalogue;
use crate::curve::{DAY, Nanos, Rhythm, Stage};
use crate::dimension::Dimension;
use crate::encode::Text;
use crate::funnel::Funnel;
use crate::goal::{Goal, MOST_GOALS};
use crate::ledger::Cents;
use crate::order::{MOST_ITEMS, Shop};
use crate::profile::Profile;
use crate::shelf::Shelf;
use crate::site::{Site, is_only_a_page};

/// A probability or share: a number from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Share(f64);

/// Not a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not accepted; give a number from 0 to 1")]
pub struct NotAShare;

impl Share {
    /// Checks a number.
    pub fn new(value: f64) -> Result<Share, NotAShare> {
        if (0.0..=1.0).contains(&value) { Ok(Share(value)) } else { Err(NotAShare) }
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// How many visits come.
#[derive(Clone, Debug, PartialEq)]
pub enum Rate {
    /// Open model: so many visits a second on average, whatever the target does.
    PerSecond(f64),
    /// Open model: one stage after the other, then the plan has ended.
    Stages(Vec<Stage>),
    /// Closed model: a visit starts whenever a slot is free.
    Max,
}

/// Whose clock a visit runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Hits go out with short pauses; each tells when it is supposed to have happened (`cdt`).
    Simulated,
    /// Hits go out when they happen.
    Real,
}

/// What a hit tells of its visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Who it is (`cid`): nobody is ever taken for somebody else.
    Exact,
    /// What browsers tell (`_id`), a hint that Matomo checks against addresses and devices. Needs a token.
    Browser,
}

/// How often things happen, as a share of all visits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// Visits that come directly.
    pub direct: Share,
    /// Visits that search the site.
    pub search: Share,
    /// Visits with an outlink.
    pub outlink: Share,
    /// Visits with a download.
    pub download: Share,
    /// Visits with a click event.
    pub click: Share,
    /// Visits with another event.
    pub event: Share,
    /// Visits that place an order.
    pub order: Share,
}

/// Robots that come besides the visits. Matomo makes no visit of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Robots {
    /// Crawlers, as a share of everybody who comes: at most [`MOST_ROBOTS`].
    pub crawlers: Share,
    /// Requests of AI chatbots (`recMode=1`, Matomo 5.6 and newer), likewise.
    pub chatbots: Share,
}

/// The largest share of robots.
pub const MOST_ROBOTS: f64 = 0.9;

/// A scenario as somebody wrote it down.
#[derive(Clone, Debug)]
pub struct Draft {
    /// How visitors of such a site behave.
    pub profile: Profile,
    /// Mean arrival rate.
    pub rate: Rate,
    /// How arrivals spread.
    pub pattern: Pattern,
    /// How the rate follows the day and the week; without it does not.
    pub rhythm: Option<Rhythm>,
    /// Only the first so many visits of the plan.
    pub most_visits: Option<u64>,
    /// At most so many visits a day.
    pub most_visits_per_day: Option<u64>,
    /// Whose clock visits run on.
    pub clock: Clock,
    /// What hits tell of visitors.
    pub identity: Identity,
    /// The visitors' day.
    pub time_zone: TimeZone,
    /// Page views of a visit, from and to; as the profile says where they are not given.
    pub pageviews: Option<(u32, u32)>,
    /// Seconds between the page views of a visit in real time under [`Clock::Simulated`], from and to.
    pub pause: (f64, f64),
    /// Seconds a visit lasts on its own clock, from and to; as the profile says where they are not given.
    pub length: Option<(f64, f64)>,
    /// How often things happen.
    pub shares: Shares,
    /// Who comes besides visitors.
    pub robots: Robots,
    /// What orders look like.
    pub shop: Shop,
    /// What is sold; what the pages of the site show where it is not given.
    pub catalogue: Option<Catalogue>,
    /// Where visitors go.
    pub site: Site,
    /// Chains of steps some of them walk, in the order in which they are tried.
    pub funnels: Vec<Funnel>,
    /// Goals of the site in Matomo.
    pub goals: Vec<Goal>,
    /// Custom dimensions of the site in Matomo.
    pub dimensions: Vec<Dimension>,
}

/// What visits look like where neither a setting nor the profile says it.
pub const PAGEVIEWS: (u32, u32) = (3, 6);
/// Seconds, likewise.
pub const LENGTH: (f64, f64) = (60.0, 480.0);

impl Draft {
    /// The defaults of the settings, on a site and with a profile.
    pub fn new(profile: Profile, site: Site) -> Draft {
        let share = |value| Share(value);
        Draft {
            rate: Rate::PerSecond(20_000.0 / 86_400.0),
            pattern: Pattern::Smooth,
            rhythm: None,
            most_visits: None,
            most_visits_per_day: None,
            clock: Clock::Simulated,
            identity: Identity::Exact,
            time_zone: TimeZone::UTC,
            pageviews: None,
            pause: (0.5, 2.0),
            length: None,
            shares: Shares {
                direct: share(0.3),
                search: share(0.15),
                outlink: share(0.10),
                download: share(0.08),
                click: share(0.25),
                event: share(0.12),
                order: share(0.05),
            },
            robots: Robots::default(),
            shop: Shop {
                value: (Cents(1_599), Cents(29_999)),
                items: (1, 5),
                tax_rate: 0.1,
                shipping: vec![Cents(0), Cents(599), Cents(999), Cents(1_599)],
            },
            catalogue: None,
            site,
            funnels: Vec::new(),
            goals: Vec::new(),
            dimensions: Vec::new(),
            profile,
        }
    }

    /// Fewest and most page views of a visit.
    pub fn page_range(&self) -> (u32, u32) {
        self.pageviews.unwrap_or_else(|| self.profile.pages.map_or(PAGEVIEWS, |pages| (1, pages.most)))
    }
}

/// A setting of a scenario that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {message}")]
pub struct Problem {
    /// The setting, by the name its users know.
    pub setting: &'static str,
    /// What is wrong with it and what is accepted.
    pub message: String,
}

/// A checked scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    draft: Draft,
    shelf: Shelf,
}

impl std::ops::Deref for Scenario {
    type Target = Draft;
    fn deref(&self) -> &Draft {
        &self.draft
    }
}

/// Matomo begins a new visit after 30 minutes: hits of one stay closer than this, in seconds.
pub const LONGEST_GAP: f64 = 1_740.0;

impl Scenario {
    /// Checks a draft; every problem is reported.
    pub fn new(draft: Draft) -> Result<Scenario, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut problem = |setting, message| problems.push(Problem { setting, message });
        if let Rate::PerSecond(rate) = draft.rate
            && !(rate > 0.0 && rate <= MOST_VISITS_PER_SECOND)
        {
            problem(
                "TARGET_VISITS_PER_DAY",
                format!(
                    "{rate} visits a second are not accepted; give more than 0 and at most {MOST_VISITS_PER_SECOND}"
                ),
            );
        }
        if let Rate::Stages(stages) = &draft.rate {
            if let Some(message) = out_of_shape(stages) {
                problem("STAGES", message);
            }
            if draft.rhythm.is_some() {
                problem(
                    "CURVE",
                    "stages say how the rate changes; it cannot go with a daily curve".to_owned(),
                );
            }
            if draft.most_visits_per_day.is_some() {
                problem(
                    "MAX_VISITS_PER_DAY",
                    "stages say how many visits come; a daily cap cannot go with them".to_owned(),
                );
            }
        }
        if draft.rate == Rate::Max && draft.clock == Clock::Real {
            problem(
                "RATE",
                "\"max\" needs the simulated clock: a closed model cannot wait for real time".to_owned(),
            );
        }
        if draft.rate == Rate::Max && draft.most_visits_per_day.is_some() {
            problem(
                "MAX_VISITS_PER_DAY",
                "a daily cap needs a rate; it cannot go with RATE \"max\"".to_owned(),
            );
        }
        let whole = |(low, high): (u32, u32), most| 1 <= low && low <= high && high <= most;
        if let Some((low, high)) = draft.pageviews
            && !whole((low, high), 100)
        {
            problem(
                "PAGEVIEWS_MIN",
                format!("{low} to {high} is not accepted; give 1 to 100, the lower one first"),
            );
        }
        let span = |(low, high): (f64, f64), least, most| least <= low && low <= high && high <= most;
        if !span(draft.pause, 0.0, 3_600.0) {
            let (low, high) = draft.pause;
            problem(
                "PAUSE_BETWEEN_PVS_MIN",
                format!("{low} to {high} s is not accepted; give 0 to 3600, the lower one first"),
            );
        }
        if let Some(length) = draft.length
            && !span(length, 6.0, 7_200.0)
        {
            let (low, high) = (length.0 / 60.0, length.1 / 60.0);
            problem(
                "VISIT_DURATION_MIN",
                format!("{low} to {high} min is not accepted; give 0.1 to 120, the lower one first"),
            );
        }
        let shelf = Shelf::new(draft.catalogue.as_ref(), &draft.site, &draft.profile);
        let shop = &draft.shop;
        if !whole(shop.items, MOST_ITEMS) {
            let (low, high) = shop.items;
            problem(
                "ECOMMERCE_ITEMS_MIN",
                format!("{low} to {high} is not accepted; give 1 to {MOST_ITEMS}, the lower one first"),
            );
        }
        let (low, high) = shop.value;
        if low.0 == 0 || low > high || high.0 > MOST_CENTS {
            problem(
                "ECOMMERCE_ORDER_VALUE_MIN",
                format!(
                    "{low} to {high} is not accepted; give 0.01 to {}, the lower one first",
                    MOST_CENTS / 100
                ),
            );
        }
        if !(0.0..=1.0).contains(&shop.tax_rate) {
            problem("ECOMMERCE_TAX_RATE", format!("{} is not accepted; give 0 to 1", shop.tax_rate));
        }
        if shop.shipping.is_empty() {
            problem(
                "ECOMMERCE_SHIPPING_RATES",
                "at least one rate is needed; give 0 for free shipping".to_owned(),
            );
        } else if whole(shop.items, MOST_ITEMS)
            && low <= high
            && (0.0..=1.0).contains(&shop.tax_rate)
            && let Some((setting, message)) = shop.out_of_reach(&shelf)
        {
            problem(setting, message);
        }
        for (setting, robots) in [
            ("TRAFFICINATOR_BOTS_SHARE", draft.robots.crawlers),
            ("TRAFFICINATOR_CHATBOTS_SHARE", draft.robots.chatbots),
        ] {
            if robots.get() > MOST_ROBOTS {
                problem(setting, format!("{} is not accepted; give 0 to {MOST_ROBOTS}", robots.get()));
            }
        }
        let robots = draft.robots.crawlers.get() + draft.robots.chatbots.get();
        if robots > MOST_ROBOTS {
            let message = format!(
                "{} and {} of TRAFFICINATOR_CHATBOTS_SHARE are more than {MOST_ROBOTS} together; give less of one",
                draft.robots.crawlers.get(),
                draft.robots.chatbots.get()
            );
            problem("TRAFFICINATOR_BOTS_SHARE", message);
        }
        if draft.goals.len() > MOST_GOALS {
            problem(
                "goal",
                format!("{} goals are not accepted; give at most {MOST_GOALS}", draft.goals.len()),
            );
        }
        let ids = |ids: Vec<u32>| {
            ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)).map(|(_, id)| *id)
        };
        if let Some(id) = ids(draft.goals.iter().map(|goal| goal.id).collect()) {
            problem("goal", format!("id {id} is given twice; give each goal once"));
        }
        if let Some(id) = ids(draft.dimensions.iter().map(|dimension| dimension.id).collect()) {
            problem("dimension", format!("id {id} is given twice; give each dimension once"));
        }
        if problems.is_empty() { Ok(Scenario { draft, shelf }) } else { Err(problems) }
    }

    /// What is sold.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// What the plan does otherwise than a setting says, because Matomo would not record it as planned.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let (low, high) = self.page_range();
        if let Some((least, most)) = self.length {
            let reach = f64::from(low) * LONGEST_GAP;
            if most > reach {
                notes.push(format!(
                    "VISIT_DURATION_MAX {} min with {low} page views: hits of a visit stay within 29 minutes of each \
                     other (after 30 Matomo begins a new visit), so some visits last {} min at most",
                    most / 60.0,
                    reach / 60.0
                ));
            }
            if least < f64::from(high) + 7.0 {
                notes.push(format!(
                    "VISIT_DURATION_MIN {} min: hits of a visit are at least a second apart, so visits with many hits \
                     last longer",
                    least / 60.0
                ));
            }
        }
        if let Some(first) = self.site.left_out().first() {
            notes.push(format!(
                "{} of the site's addresses name a campaign or a search, the first of them {first}: Matomo counts more than \
                 a page view of them, so nobody goes there",
                self.site.left_out().len()
            ));
        }
        for funnel in &self.funnels {
            let urls = funnel.steps.iter().filter_map(|step| step.url.as_ref().map(Text::raw));
            if let Some(url) = urls.into_iter().find(|url| !is_only_a_page(url)) {
                notes.push(format!(
                    "funnel {:?} goes to {url}, which names a campaign or a search: Matomo counts more than a page view of \
                     it, and what it records differs from the plan",
                    funnel.name
                ));
            }
        }
        notes
    }

    /// The longest a visit may last on its own clock, in seconds.
    pub fn longest_visit(&self) -> f64 {
        let steps = |funnel: &Funnel| {
            funnel.steps.iter().map(|step| step.delay.1.clamp(1.0, LONGEST_GAP)).sum::<f64>() + CLOSING.1
        };
        let funnel = self.funnels.iter().map(steps).fold(0.0, f64::max);
        let limit =
            self.length.map(|(_, most)| most).or(self.profile.reading.map(|reading| reading.longest_visit));
        limit.unwrap_or(LENGTH.1).max(f64::from(MOST_HITS)) + funnel
    }

    /// How long the hits of most visits take to go out in real time, in seconds.
    pub(crate) fn usual_sending(&self) -> f64 {
        f64::midpoint(self.pause.0, self.pause.1) * 8.0
    }

    /// The longest its hits may take to go out in real time, in seconds.
    pub fn longest_sending(&self) -> f64 {
        match self.clock {
            Clock::Real => self.longest_visit(),
            Clock::Simulated => {
                let funnel = self.funnels.iter().map(|funnel| funnel.steps.len()).max().unwrap_or(0);
                (f64::from(self.page_range().1) + funnel as f64 + 1.0) * self.pause.1
            }
        }
    }
}

/// Why stages are not accepted.
pub fn out_of_shape(stages: &[Stage]) -> Option<String> {
    let total = stages.iter().fold(0, |sum: Nanos, stage| sum.saturating_add(stage.length));
    let is_rate = |rate: &f64| (0.0..=MOST_VISITS_PER_SECOND).contains(rate);
    if !stages.iter().flat_map(|stage| [stage.from, stage.to]).all(|rate| is_rate(&rate)) {
        return Some(format!("a rate is from 0 to {MOST_VISITS_PER_SECOND} visits a second"));
    }
    if stages.iter().any(|stage| stage.length == 0) {
        return Some("every stage needs a time".to_owned());
    }
    if total > LONGEST_STAGES {
        return Some("all stages together take at most 3650 days".to_owned());
    }
    if stages.iter().all(|stage| stage.from <= 0.0 && stage.to <= 0.0) {
        return Some("at least one stage needs a rate above 0".to_owned());
    }
    None
}

/// The longest that stages may take together.
pub const LONGEST_STAGES: Nanos = 3_650 * DAY;

/// The most hits of a visit, the steps of its funnel aside: what does not fit is left out.
pub(crate) const MOST_HITS: u32 = 300;

/// Seconds on the last page of a funnel.
pub(crate) const CLOSING: (f64, f64) = (5.0, 30.0);

/// The highest accepted rate, in visits per second.
pub const MOST_VISITS_PER_SECOND: f64 = 1_000_000.0;

/// The highest accepted revenue of an order, in cents.
pub const MOST_CENTS: u64 = 1_000_000_000;
