//! The scenario: who visits and what they do. Checking it is its only constructor; what comes after cannot fail.

use jiff::tz::TimeZone;

use crate::arrivals::Pattern;
use crate::funnel::Funnel;
use crate::order::{MOST_ITEMS, Shop};
use crate::site::Site;

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// Open model: so many visits a second on average, whatever the target does.
    PerSecond(f64),
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

/// How often things happen, each independent of the others, as a share of all visits.
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
    /// Visits by known visitors, in a long run.
    pub returning: Share,
}

/// A scenario as somebody wrote it down.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Mean arrival rate.
    pub rate: Rate,
    /// How arrivals spread.
    pub pattern: Pattern,
    /// Only the first so many visits of the plan.
    pub most_visits: Option<u64>,
    /// At most so many visits a day.
    pub most_visits_per_day: Option<u64>,
    /// Whose clock visits run on.
    pub clock: Clock,
    /// The visitors' day.
    pub time_zone: TimeZone,
    /// Page views of a visit, from and to.
    pub pageviews: (u32, u32),
    /// Seconds between the page views of a visit in real time under [`Clock::Simulated`], from and to.
    pub pause: (f64, f64),
    /// Seconds a visit lasts on its own clock, from and to.
    pub length: (f64, f64),
    /// How often things happen.
    pub shares: Shares,
    /// What orders look like.
    pub shop: Shop,
    /// Where visitors go.
    pub site: Site,
    /// Chains of steps some of them walk, in the order in which they are tried.
    pub funnels: Vec<Funnel>,
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
pub struct Scenario(Draft);

impl std::ops::Deref for Scenario {
    type Target = Draft;
    fn deref(&self) -> &Draft {
        &self.0
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
        if !whole(draft.pageviews, 100) {
            let (low, high) = draft.pageviews;
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
        if !span(draft.length, 6.0, 7_200.0) {
            let (low, high) = (draft.length.0 / 60.0, draft.length.1 / 60.0);
            problem(
                "VISIT_DURATION_MIN",
                format!("{low} to {high} min is not accepted; give 0.1 to 120, the lower one first"),
            );
        }
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
        } else if shop.least_value() > high {
            problem(
                "ECOMMERCE_ORDER_VALUE_MAX",
                format!(
                    "{high} is less than any order of {} items with tax and shipping ({}); give more, or cheaper ECOMMERCE_SHIPPING_RATES",
                    shop.items.1,
                    shop.least_value()
                ),
            );
        }
        if problems.is_empty() { Ok(Scenario(draft)) } else { Err(problems) }
    }

    /// What the plan does otherwise than a setting says, because Matomo would not record it as planned.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let (low, high) = self.pageviews;
        let reach = f64::from(low) * LONGEST_GAP;
        if self.length.1 > reach {
            notes.push(format!(
                "VISIT_DURATION_MAX {} min with {low} page views: hits of a visit stay within 29 minutes of each other \
                 (after 30 Matomo begins a new visit), so some visits last {} min at most",
                self.length.1 / 60.0,
                reach / 60.0
            ));
        }
        let needed = f64::from(high) + 7.0;
        if self.length.0 < needed {
            notes.push(format!(
                "VISIT_DURATION_MIN {} min: hits of a visit are at least a second apart, so visits with many hits last longer",
                self.length.0 / 60.0
            ));
        }
        notes
    }

    /// The longest a visit may last on its own clock, in seconds.
    pub fn longest_visit(&self) -> f64 {
        let steps = |funnel: &Funnel| {
            funnel.steps.iter().map(|step| step.delay.1.clamp(1.0, LONGEST_GAP)).sum::<f64>() + CLOSING.1
        };
        let funnel = self.funnels.iter().map(steps).fold(0.0, f64::max);
        let hits = f64::from(self.pageviews.1) + 8.0;
        self.length.1.max(hits) + funnel
    }

    /// The longest its hits may take to go out in real time, in seconds.
    pub(crate) fn longest_sending(&self) -> f64 {
        match self.clock {
            Clock::Real => self.longest_visit(),
            Clock::Simulated => {
                let funnel = self.funnels.iter().map(|funnel| funnel.steps.len()).max().unwrap_or(0);
                (f64::from(self.pageviews.1) + funnel as f64 + 1.0) * self.pause.1
            }
        }
    }
}

/// Seconds on the last page of a funnel.
pub(crate) const CLOSING: (f64, f64) = (5.0, 30.0);

/// The highest accepted rate, in visits per second.
pub const MOST_VISITS_PER_SECOND: f64 = 1_000_000.0;

/// The highest accepted revenue of an order, in cents.
pub const MOST_CENTS: u64 = 1_000_000_000;
