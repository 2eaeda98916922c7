//! What a plan will produce, computed from its chances: nothing here is drawn.

use crate::behaviour::Extra;
use crate::funnel::{Funnel, StepDeed, Walks};
use crate::goal::Trigger;
use crate::hit::Kind;
use crate::plan::{BEGAN_CHECKOUT, LOOKED_AT_CART, Plan};
use crate::population::LONG_RUN;
use crate::profile::Pages;
use crate::source::Channel;

/// What the first visits of a plan will look like. Shares are of visits unless they say otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// How many visits it is about.
    pub visits: u64,
    /// By channel, in the order of [`Channel::ALL`].
    pub channels: [f64; 7],
    /// By kind of device, in the order of [`crate::visitor::device::Class::ALL`].
    pub classes: [f64; 5],
    /// By country over a whole day, in the order of [`crate::visitor::country::Countries::iter`]; empty where visitors
    /// are not spread over countries.
    pub countries: Vec<f64>,
    /// Visits of visitors who had been here before.
    pub returning: f64,
    /// The same once a run has a past; 0 where nobody ever comes back.
    pub returning_in_the_long_run: f64,
    /// Visits of visitors with a user id.
    pub logged_in: f64,
    /// Visits of a single action, a page view: what Matomo calls a bounce.
    pub bounce: f64,
    /// Visits that search the site.
    pub search: f64,
    /// Visits with an outlink.
    pub outlink: f64,
    /// Visits with a download.
    pub download: f64,
    /// Visits with a click event.
    pub click: f64,
    /// Visits with another event.
    pub event: f64,
    /// Visits that leave a cart.
    pub cart: f64,
    /// Orders for each visit.
    pub orders: f64,
    /// Visits that convert a goal, by the index of the goal; none where it depends on the pages people happen to see.
    pub goals: Vec<Option<f64>>,
    /// Page views for each visit.
    pub pageviews: f64,
    /// Crawlers, as a share of everybody who comes.
    pub crawlers: f64,
    /// AI chatbots, likewise.
    pub chatbots: f64,
}

/// Chances to leave a cart and to order.
#[derive(Clone, Copy, Debug, Default)]
struct Purchases {
    cart: f64,
    order: f64,
}

impl Plan {
    /// What the first `visits` visits will look like.
    pub fn outlook(&self, visits: u64) -> Outlook {
        let scenario = self.scenario();
        let behaviour = self.behaviour();
        let walks = Walks::new(&scenario.funnels);
        let bounced = behaviour.bounce_share();
        let stays = walks.none - bounced;
        // What happens while people browse, and in funnels besides.
        let happens = |extra: Extra, kind: Option<Kind>| {
            let chance = behaviour.extra(extra);
            let walked = walks.sum(|funnel| match kind {
                Some(kind) if funnel.has(kind) => 1.0,
                _ if funnel.goes_on() && !extra.is_in(funnel) => chance,
                _ => 0.0,
            });
            stays * chance + walked
        };
        let strangers = purchases(self, visits, |channel, class| 1.0 - behaviour.bounce(channel, class));
        let walkers = purchases(self, visits, |_, _| 1.0);
        let on = walks.share(Funnel::goes_on);
        let buying = walks.share(|funnel| funnel.goes_on() && !funnel.has(Kind::Order));
        let (low, high) = scenario.page_range();
        let views = |bought: Purchases, stayed: f64| match scenario.profile.pages {
            Some(pages) => {
                let lengths = views(pages, low, high);
                let paths = paths(self, bought, stayed).into_iter();
                paths.map(|(path, share)| share * mean(&lengths, path, high)).sum()
            }
            None => stayed * f64::from(low + high) / 2.0,
        };
        let walked = |what: fn(&StepDeed) -> bool| -> f64 {
            walks.sum(|funnel| funnel.steps.iter().filter(|step| what(&step.deed)).count() as f64)
        };
        let alone = if scenario.profile.pages.is_some() {
            f64::from(u8::from(high == 1))
        } else {
            f64::from(u8::from(low == 1)) / f64::from(high - low + 1)
        };
        let quiet: f64 = Extra::ALL.iter().map(|extra| 1.0 - behaviour.extra(*extra)).product();
        let short = walks.share(|funnel| !funnel.goes_on() && actions(funnel) == 1);
        let countries = &self.visitors().countries;
        let spread = self.tracking().authenticated && self.tracking().countries;
        Outlook {
            visits,
            channels: Channel::ALL.map(|channel| self.sources().share(channel)),
            classes: self.visitors().class_shares(),
            countries: if spread { countries.shares().to_vec() } else { Vec::new() },
            returning: self.expected_returning(visits),
            returning_in_the_long_run: self.expected_returning(LONG_RUN),
            logged_in: self.visitors().logged_in_share(),
            bounce: bounced + stays * alone * quiet + short,
            search: happens(Extra::Search, Some(Kind::Search)),
            outlink: happens(Extra::Outlink, Some(Kind::Outlink)),
            download: happens(Extra::Download, Some(Kind::Download)),
            click: happens(Extra::Click, None),
            event: happens(Extra::Event, Some(Kind::Event)),
            cart: if scenario.profile.shop.abandonment > 0.0 {
                walks.none * strangers.cart + buying * walkers.cart
            } else {
                0.0
            },
            orders: walks.none * strangers.order
                + buying * walkers.order
                + walked(|deed| matches!(deed, StepDeed::Order(_))),
            goals: scenario
                .goals
                .iter()
                .enumerate()
                .map(|(index, goal)| match goal.trigger {
                    Trigger::Manual(_) => Some((stays + on) * behaviour.goal(index)),
                    _ => None,
                })
                .collect(),
            pageviews: bounced
                + walks.none * views(strangers, if walks.none > 0.0 { stays / walks.none } else { 0.0 })
                + buying * views(walkers, 1.0)
                + (on - buying) * views(Purchases::default(), 1.0)
                + walked(|deed| matches!(deed, StepDeed::Pageview(_))),
            crawlers: scenario.robots.crawlers.get(),
            chatbots: scenario.robots.chatbots.get(),
        }
    }
}

fn actions(funnel: &Funnel) -> usize {
    funnel.steps.iter().filter(|step| step.deed.kind().is_action()).count()
}

/// Chances to leave a cart and to order of a visit that goes past the first page with the chance `stays`.
fn purchases(plan: &Plan, visits: u64, stays: impl Fn(usize, usize) -> f64) -> Purchases {
    let channels = Channel::ALL.map(|channel| plan.sources().share(channel));
    let classes = plan.visitors().class_shares();
    let mut sum = Purchases::default();
    for ((stage, known), time) in plan.population().stages().into_iter().enumerate().zip(stages(plan, visits))
    {
        for (class, share) in classes.into_iter().enumerate() {
            let stay: f64 =
                channels.iter().enumerate().map(|(channel, share)| share * stays(channel, class)).sum();
            for (is_known, who) in [(false, 1.0 - known), (true, known)] {
                let cart = time * share * stay * who * plan.behaviour().cart(stage, class, is_known);
                let order = plan.behaviour().order(stage, class, is_known);
                sum.cart += cart * (1.0 - order);
                sum.order += cart * order;
            }
        }
    }
    sum
}

/// The share of the first visits at every stage of the population.
fn stages(plan: &Plan, visits: u64) -> [f64; crate::population::STAGES] {
    // Stages only ever rise: the first visit of each is found by halving.
    let first = |stage: usize| {
        let (mut low, mut high) = (0, visits);
        while low < high {
            let middle = low + (high - low) / 2;
            if plan.population().stage(middle) >= stage { high = middle } else { low = middle + 1 }
        }
        low
    };
    std::array::from_fn(|stage| {
        let end = if stage + 1 == crate::population::STAGES { visits } else { first(stage + 1) };
        (end - first(stage)) as f64 / visits.max(1) as f64
    })
}

/// How many pages a purchase takes from the cart on, with their chances; 0 for everybody else who stays.
fn paths(plan: &Plan, bought: Purchases, stayed: f64) -> Vec<(u32, f64)> {
    let landmarks = plan.scenario().site.landmarks();
    let cart = u32::from(landmarks.cart.is_some());
    let steps = landmarks.checkout.len() as u32;
    let order = cart + steps + u32::from(landmarks.confirmation.is_some());
    let Purchases { cart: left, order: ordered } = bought;
    let began = left * LOOKED_AT_CART * BEGAN_CHECKOUT;
    let mut paths = vec![
        (0, stayed - left - ordered),
        (0, left * (1.0 - LOOKED_AT_CART)),
        (cart, left * LOOKED_AT_CART - began),
        (order, ordered),
    ];
    let tried = 1 + steps;
    paths.extend((1..=tried).map(|taken| (cart + taken.min(steps), began / f64::from(tried))));
    paths
}

/// Mean page views where a purchase needs `path` of them besides.
fn mean(lengths: &[(u32, f64)], path: u32, high: u32) -> f64 {
    lengths.iter().map(|(views, chance)| f64::from((views + path).min(high)) * chance).sum()
}

/// Chances of page views of a visit that stays: an inverse Gaussian distribution, rounded, between its limits.
fn views(pages: Pages, low: u32, high: u32) -> Vec<(u32, f64)> {
    /// So often a length outside the limits is drawn again.
    const TRIES: f64 = 16.0;
    let least = low.max(2).min(high);
    let below = |x: f64| inverse_gaussian(x, pages.mean, pages.shape);
    let weight = |views: u32| match views {
        0 | 1 => 0.0,
        2 => below(2.5),
        _ => below(f64::from(views) + 0.5) - below(f64::from(views) - 0.5),
    };
    let weights: Vec<f64> = (least..=high).map(weight).collect();
    let within: f64 = weights.iter().sum();
    let outside = libm::pow((1.0 - within).max(0.0), TRIES);
    let even = outside / f64::from(high - least + 1);
    let scale = if within > 0.0 { (1.0 - outside) / within } else { 0.0 };
    (least..=high).zip(weights).map(|(views, weight)| (views, weight * scale + even)).collect()
}

/// The chance that an inverse Gaussian variable is below `x`.
fn inverse_gaussian(x: f64, mean: f64, shape: f64) -> f64 {
    let root = libm::sqrt(shape / x);
    let (near, far) = (root * (x / mean - 1.0), root * (x / mean + 1.0));
    let second = if far < 20.0 {
        libm::exp(2.0 * shape / mean) * normal(-far)
    } else {
        // Both factors leave the range of numbers; their product by the first terms of its asymptotic series.
        let density = libm::exp(-near * near / 2.0) / libm::sqrt(2.0 * std::f64::consts::PI);
        density / far * (1.0 - 1.0 / (far * far))
    };
    (normal(near) + second).clamp(0.0, 1.0)
}

/// The chance that a standard normal variable is below `x`.
fn normal(x: f64) -> f64 {
    libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Domain, Stream};

    #[test]
    fn the_inverse_gaussian_distribution_is_that_of_the_draws() {
        for (mean, shape) in [(2.98, 6.24), (0.5, 0.01), (40.0, 10_000.0), (10.0, 9.0)] {
            let mut stream = Stream::new(7, Domain::Visit, 3);
            let draws: Vec<f64> = (0..40_000).map(|_| stream.inverse_gaussian(mean, shape)).collect();
            for x in [0.3 * mean, 0.9 * mean, mean, 1.1 * mean, 2.5 * mean] {
                let drawn = draws.iter().filter(|draw| **draw < x).count() as f64 / draws.len() as f64;
                let computed = inverse_gaussian(x, mean, shape);
                assert!((drawn - computed).abs() < 0.012, "{mean} {shape}, below {x}: {drawn} {computed}");
            }
        }
    }

    #[test]
    fn chances_of_page_views_are_one_in_all_and_within_their_limits() {
        let pages = Pages { bounce: 0.4, mean: 4.0, shape: 6.0, most: 30 };
        for (low, high) in [(1, 30), (3, 6), (1, 1), (90, 100)] {
            let lengths = views(pages, low, high);
            let sum: f64 = lengths.iter().map(|(_, chance)| chance).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{low} to {high}: {sum}");
            assert!(lengths.iter().all(|(views, _)| (low..=high).contains(views)));
        }
    }
}
