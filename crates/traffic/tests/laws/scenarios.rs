//! Random scenarios, and what a random run adds to them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use traffic::arrivals::Pattern;
use traffic::catalogue::{Catalogue, Product};
use traffic::dimension::{ActionValues, Dimension, Listed, Values, VisitValues};
use traffic::funnel;
use traffic::goal::{Goal, MOST_GOALS, Trigger};
use traffic::ledger::Cents;
use traffic::order::Shop;
use traffic::plan::{Plan, Tracking};
use traffic::scenario::{Clock, Draft, Identity, Rate, Robots, Scenario, Share, Shares};
use traffic::shelf::Shelf;
use traffic::site::Site;

use crate::profiles::profile;

/// What a plan is made from.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) draft: Draft,
    /// The funnel file its funnels were read from.
    funnels: Value,
    pub(crate) tracking: Tracking,
    pub(crate) seed: u64,
    /// The run id.
    pub(crate) id: String,
}

impl Run {
    pub(crate) fn plan(&self) -> Plan {
        let scenario = Scenario::new(self.draft.clone()).unwrap();
        Plan::new(scenario, self.tracking, self.seed, &self.id)
    }

    /// So many visits of the plan from one on, or as many as it has.
    pub(crate) fn numbers(&self, from: u64, count: u64) -> std::ops::Range<u64> {
        match self.draft.most_visits {
            None => from..from + count,
            Some(most) => {
                let first = from % (most.saturating_sub(count) + 1);
                first..(first + count).min(most)
            }
        }
    }
}

/// On a few lines: a draft holds every text twice.
impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let draft = &self.draft;
        writeln!(f, "{:?} {:?} {:?}", draft.rate, draft.pattern, draft.clock)?;
        writeln!(f, "{:?} {:?} {:?}", draft.identity, draft.most_visits, draft.most_visits_per_day)?;
        writeln!(f, "{:?} {:?} {:?}", draft.pageviews, draft.pause, draft.length)?;
        writeln!(f, "{:?}\n{:?}\n{:?}", draft.profile, draft.goals, draft.dimensions)?;
        writeln!(f, "{:?}\n{:?}", draft.shares, draft.shop)?;
        for page in draft.site.pages() {
            writeln!(f, "{:?} {:?}", page.url.raw(), page.title.raw())?;
        }
        writeln!(f, "{}", self.funnels)?;
        write!(f, "{:?} {:?} {:?}", self.tracking, self.seed, self.id)
    }
}

pub(crate) fn run() -> impl Strategy<Value = Run> {
    run_with(funnels().boxed())
}

pub(crate) fn run_without_funnels() -> impl Strategy<Value = Run> {
    run_with(Just(Vec::new()).boxed())
}

fn run_with(funnels: BoxedStrategy<Vec<Value>>) -> impl Strategy<Value = Run> {
    (draft(), funnels, tracking(), any::<u64>(), wild(), any::<bool>()).prop_map(
        |(mut draft, funnels, tracking, seed, id, browsers)| {
            // Browsers are told apart by their addresses.
            if browsers && tracking.authenticated && tracking.countries {
                draft.identity = Identity::Browser;
            }
            let funnels = Value::from(funnels);
            draft.funnels = funnel::parse(&funnels.to_string(), draft.shop.tax_rate).unwrap();
            Run { draft, funnels, tracking, seed, id }
        },
    )
}

/// The highest number of a dimension that holds the run id.
const MOST_TAG: u32 = 1_000;

fn tracking() -> impl Strategy<Value = Tracking> {
    (1..100_000_u32, any::<bool>(), any::<bool>(), option::of(1..=MOST_TAG)).prop_map(
        |(site, authenticated, countries, tag_dimension)| Tracking {
            site,
            authenticated,
            countries,
            tag_dimension,
        },
    )
}

fn draft() -> impl Strategy<Value = Draft> {
    (profile(), when(), look(), shares(), shop(), site(), matomo()).prop_map(
        |(profile, when, look, shares, shop, site, matomo)| {
            let rhythm = when.follows_the_day.then_some(profile.rhythm);
            let (catalogue, goals, dimensions, robots) = matomo;
            let (pageviews, pause, length) = look;
            let shop = within_reach(shop, &Shelf::new(catalogue.as_ref(), &site, &profile));
            let is_open = when.rate != Rate::Max;
            Draft {
                rate: when.rate,
                pattern: when.pattern,
                rhythm: rhythm.filter(|_| is_open),
                most_visits: when.most_visits,
                most_visits_per_day: when.most_visits_per_day.filter(|_| is_open),
                clock: if is_open { when.clock } else { Clock::Simulated },
                time_zone: TimeZone::UTC,
                pageviews,
                pause,
                length,
                shares,
                robots,
                shop,
                catalogue,
                goals,
                dimensions,
                ..Draft::new(profile, site)
            }
        },
    )
}

/// When visits come.
#[derive(Clone, Debug)]
struct When {
    rate: Rate,
    pattern: Pattern,
    clock: Clock,
    most_visits: Option<u64>,
    most_visits_per_day: Option<u64>,
    follows_the_day: bool,
}

fn when() -> impl Strategy<Value = When> {
    // From one visit in a hundred seconds to 2,000 a second, all magnitudes alike.
    let rate = prop_oneof![
        12 => (-2.0..3.3_f64).prop_map(|magnitude| Rate::PerSecond(10_f64.powf(magnitude))),
        1 => Just(Rate::Max),
    ];
    let pattern = prop_oneof![Just(Pattern::Smooth), Just(Pattern::Poisson)];
    let clock = prop_oneof![Just(Clock::Simulated), Just(Clock::Real)];
    let rarely = prop_oneof![19 => Just(None), 1 => (1..100_000_u64).prop_map(Some)];
    let follows_the_day = prop_oneof![19 => Just(false), 1 => Just(true)];
    (rate, pattern, clock, option::of(1..5_000_u64), rarely, follows_the_day).prop_map(
        |(rate, pattern, clock, most_visits, most_visits_per_day, follows_the_day)| When {
            rate,
            pattern,
            clock,
            most_visits,
            most_visits_per_day,
            follows_the_day,
        },
    )
}

/// Page views, pauses and lengths of visits.
type Look = (Option<(u32, u32)>, (f64, f64), Option<(f64, f64)>);

fn look() -> impl Strategy<Value = Look> {
    let pageviews = prop_oneof![
        4 => (1..6_u32, 0..6_u32).prop_map(|(low, more)| (low, low + more)),
        1 => (1..30_u32, 0..=70_u32).prop_map(|(low, more)| (low, low + more)),
    ];
    // Also so long that sending a visit takes longer than the visit itself.
    let pause = prop_oneof![
        3 => (0.0..10.0_f64, 0.0..50.0_f64).prop_map(|(low, more)| (low, low + more)),
        1 => (0.0..1_800.0_f64, 0.0..1_800.0_f64).prop_map(|(low, more)| (low, low + more)),
    ];
    let length = (6.0..3_600.0_f64, 0.0..3_600.0_f64, any::<bool>())
        .prop_map(|(low, more, short)| if short { (6.0, 7.0) } else { (low, low + more) });
    (option::of(pageviews), pause, option::of(length))
}

/// What is set up in Matomo, and what is sold.
type Matomo = (Option<Catalogue>, Vec<Goal>, Vec<Dimension>, Robots);

fn matomo() -> impl Strategy<Value = Matomo> {
    let trigger = prop_oneof![
        (0.0..=1.0_f64).prop_map(|share| Trigger::Manual(Share::new(share).unwrap())),
        prop::sample::select(vec!["boots", "SIZE=", "example", "Newsletter", "never"])
            .prop_map(|part| Trigger::UrlContains(part.to_owned())),
        prop::sample::select(vec!["play", "CLICK", "x", "never"])
            .prop_map(|name| Trigger::EventAction(name.to_owned())),
    ];
    let goal = (trigger, 0..10_000_u64, any::<bool>());
    let goals = vec(goal, 0..=MOST_GOALS).prop_map(|goals| {
        let goal = |(id, (trigger, cents, repeats))| Goal { id, trigger, revenue: Cents(cents), repeats };
        (1..).zip(goals).map(goal).collect()
    });
    let robots = (0.0..0.45_f64, 0.0..0.45_f64).prop_map(|(crawlers, chatbots)| Robots {
        crawlers: Share::new(crawlers).unwrap(),
        chatbots: Share::new(chatbots).unwrap(),
    });
    (option::of(catalogue()), goals, dimensions(), robots)
}

fn dimensions() -> impl Strategy<Value = Vec<Dimension>> {
    let listed = || vec((wild(), 0.1..10.0_f64), 1..5).prop_map(|values| Listed::new(&values));
    let values = prop_oneof![
        Just(Values::Visit(VisitValues::CustomerType)),
        Just(Values::Visit(VisitValues::Device)),
        listed().prop_map(|list| Values::Visit(VisitValues::Listed(list))),
        Just(Values::Action(ActionValues::PageCategory)),
        Just(Values::Action(ActionValues::PageType)),
        listed().prop_map(|list| Values::Action(ActionValues::Listed(list))),
    ];
    // Apart from the one that holds the run id.
    let ids = MOST_TAG + 1..;
    vec(values, 0..5)
        .prop_map(move |all| ids.clone().zip(all).map(|(id, values)| Dimension { id, values }).collect())
}

fn catalogue() -> impl Strategy<Value = Catalogue> {
    let product = (wild(), wild(), vec(wild(), 1..=5), 1..100_000_u64);
    vec(product, 1..30).prop_map(|products| {
        let product = |(index, (sku, name, categories, cents))| Product {
            sku: format!("{sku}-{index}"),
            name,
            categories,
            price: Cents(cents),
        };
        Catalogue::new((0..).zip(products).map(product).collect()).unwrap()
    })
}

fn shares() -> impl Strategy<Value = Shares> {
    let some = prop_oneof![1 => Just(0.0), 1 => Just(1.0), 6 => 0.0..=1.0_f64];
    vec(some, 7).prop_map(|some| {
        let share = |value| Share::new(value).unwrap();
        Shares {
            direct: share(some[0]),
            search: share(some[1]),
            outlink: share(some[2]),
            download: share(some[3]),
            click: share(some[4]),
            event: share(some[5]),
            order: share(some[6]),
        }
    })
}

fn shop() -> impl Strategy<Value = Shop> {
    (1..50_000_u64, 0..100_000_u64, 1..8_u32, 0..8_u32, 0.0..1.0_f64, vec(0..2_000_u64, 1..4)).prop_map(
        |(low, room, least, more, tax_rate, shipping)| {
            let shipping = shipping.into_iter().map(Cents).collect();
            let items = (least, least + more);
            Shop { value: (Cents(low), Cents(low + room)), items, tax_rate, shipping }
        },
    )
}

/// The shop with limits that some basket of its products can meet: anything else is refused.
fn within_reach(mut shop: Shop, shelf: &Shelf) -> Shop {
    shop.items.0 = shop.items.0.min(shelf.len() as u32);
    let whole = |sub_total: Cents| Cents(sub_total.0 + (sub_total.0 as f64 * shop.tax_rate).round() as u64);
    let shipping = shop.shipping.iter().min().unwrap().0;
    let (least, most) =
        (whole(shelf.cheapest(shop.items.0)).0 + shipping, whole(shelf.dearest(shop.items.0)).0);
    let (low, high) = shop.value;
    shop.value = (Cents(low.0.min(most * 50)), Cents(high.0.max(least)));
    shop
}

/// Sites of a few pages whose addresses and titles hold what is hard to encode.
fn site() -> impl Strategy<Value = Site> {
    let host = prop::sample::select(vec![
        "https://shop.example.com",
        "http://www.münchen.example",
        "https://a.example:8443",
    ]);
    let part =
        prop::sample::select(vec!["shoes", "boots-red", "a_b.html", "%C3%A9t%C3%A9", "größe", "-", ".html"]);
    let end =
        prop::sample::select(vec!["", "/", "?size=42&c=a+b%20c", "?q=a+b%20c", "#top", "?a=1#mtm&x=?", "?"]);
    let long = prop_oneof![9 => Just(0_usize), 1 => 1..900_usize];
    let page = (host, vec(part, 0..4), long, end, option::of(wild()));
    vec(page, 1..24).prop_map(|pages| {
        let lines: BTreeMap<String, String> = pages
            .into_iter()
            .map(|(host, path, long, end, title)| {
                let long = "x".repeat(long);
                (format!("{host}/{}{long}{end}", path.join("/")), title.unwrap_or_default())
            })
            .collect();
        // Whatever the others are, this one is a page and not a search.
        let mut list = vec!["https://shop.example.com/whatever".to_owned()];
        list.extend(lines.into_iter().map(|(url, title)| format!("{url}    {title}")));
        Site::parse(&list.join("\n")).unwrap()
    })
}

/// Text that is not blank, of one line, with everything that means something in a query.
fn wild() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,20}x", "[&=#+%\"' ?/;\\\\<>]{1,12}é", "[a-z]{1,8}( / [A-Z][a-z]{1,8}){0,2}"]
}

fn funnels() -> impl Strategy<Value = Vec<Value>> {
    let steps = (pageview(), vec(step(), 0..7))
        .prop_map(|(first, rest)| std::iter::once(first).chain(rest).collect::<Vec<Value>>());
    let funnel = (wild(), 0.0..=1.0_f64, any::<bool>(), steps).prop_map(|(name, probability, exits, steps)| {
        json!({"name": name, "probability": probability, "exit_after_completion": exits, "steps": steps})
    });
    vec(funnel, 0..3)
}

fn url() -> impl Strategy<Value = String> {
    (wild(), option::of(wild()), option::of(wild())).prop_map(|(path, query, fragment)| {
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
        format!("https://shop.example.com/{path}{query}{fragment}")
    })
}

fn pageview() -> impl Strategy<Value = Value> {
    (url(), option::of(wild()), delay())
        .prop_map(|(url, title, delay)| with(json!({"type": "pageview", "url": url, "title": title}), delay))
}

fn step() -> impl Strategy<Value = Value> {
    let event = (wild(), wild(), option::of(wild()), option::of(-1e9..1e9_f64)).prop_map(
        |(category, action, name, value)| {
            json!({
                "type": "event", "event_category": category, "event_action": action,
                "event_name": name, "event_value": value,
            })
        },
    );
    let search =
        (wild(), option::of(wild()), option::of(0..100_u32)).prop_map(|(keyword, category, results)| {
            json!({
                "type": "site_search", "search_keyword": keyword, "search_category": category,
                "search_results": results,
            })
        });
    let link = (prop::sample::select(vec!["outlink", "download"]), url())
        .prop_map(|(kind, target)| json!({"type": kind, "target_url": target}));
    let order = (option::of(100..100_000_u32), option::of(1..9_u32)).prop_map(|(cents, items)| {
        let revenue = cents.map(|cents| f64::from(cents) / 100.0);
        json!({"type": "ecommerce", "ecommerce_revenue": revenue, "ecommerce_items": items})
    });
    let deed = prop_oneof![event, search, link, order];
    let other = (deed, option::of(url()), delay()).prop_map(|(mut step, url, delay)| {
        step["url"] = url.into();
        with(step, delay)
    });
    prop_oneof![pageview(), other]
}

fn delay() -> impl Strategy<Value = (f64, f64)> {
    // Also longer than Matomo's 30 minutes.
    (0.0..2_000.0_f64, 0.0..600.0_f64).prop_map(|(low, more)| (low, low + more))
}

fn with(mut step: Value, (low, high): (f64, f64)) -> Value {
    step["delay_seconds_min"] = low.into();
    step["delay_seconds_max"] = high.into();
    step
}
