//! Random scenarios, and what a random run adds to them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use traffic::arrivals::Pattern;
use traffic::funnel;
use traffic::ledger::Cents;
use traffic::order::Shop;
use traffic::plan::{Plan, Tracking};
use traffic::scenario::{Clock, Draft, Rate, Scenario, Share, Shares};
use traffic::site::Site;

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
}

/// On a few lines: a draft holds every text twice.
impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let draft = &self.draft;
        writeln!(f, "{:?} {:?} {:?}", draft.rate, draft.pattern, draft.clock)?;
        writeln!(f, "{:?} {:?} {:?}", draft.pageviews, draft.pause, draft.length)?;
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
    (draft(), funnels, tracking(), any::<u64>(), wild()).prop_map(
        |(mut draft, funnels, tracking, seed, id)| {
            let funnels = Value::from(funnels);
            draft.funnels = funnel::parse(&funnels.to_string(), draft.shop.tax_rate).unwrap();
            Run { draft, funnels, tracking, seed, id }
        },
    )
}

fn tracking() -> impl Strategy<Value = Tracking> {
    (1..100_000_u32, any::<bool>(), any::<bool>(), option::of(1..1_000_u32)).prop_map(
        |(site, authenticated, countries, tag_dimension)| Tracking {
            site,
            authenticated,
            countries,
            tag_dimension,
        },
    )
}

fn draft() -> impl Strategy<Value = Draft> {
    let clock = prop_oneof![Just(Clock::Simulated), Just(Clock::Real)];
    let pattern = prop_oneof![Just(Pattern::Smooth), Just(Pattern::Poisson)];
    // From one visit in a hundred seconds to 2,000 a second, all magnitudes alike.
    let rate = (-2.0..3.3_f64).prop_map(|magnitude| 10_f64.powf(magnitude));
    let pageviews = (1..30_u32, 0..30_u32).prop_map(|(low, more)| (low, low + more));
    // Also so long that sending a visit takes longer than the visit itself.
    let pause = prop_oneof![
        3 => (0.0..10.0_f64, 0.0..50.0_f64).prop_map(|(low, more)| (low, low + more)),
        1 => (0.0..1_800.0_f64, 0.0..1_800.0_f64).prop_map(|(low, more)| (low, low + more)),
    ];
    let length = (6.0..3_600.0_f64, 0.0..3_600.0_f64, any::<bool>())
        .prop_map(|(low, more, short)| if short { (6.0, 7.0) } else { (low, low + more) });
    (clock, pattern, rate, pageviews, pause, length, shares(), shop(), site()).prop_map(
        |(clock, pattern, rate, pageviews, pause, length, shares, shop, site)| Draft {
            rate: Rate::PerSecond(rate),
            pattern,
            most_visits: None,
            most_visits_per_day: None,
            clock,
            time_zone: TimeZone::UTC,
            pageviews,
            pause,
            length,
            shares,
            shop,
            site,
            funnels: Vec::new(),
        },
    )
}

fn shares() -> impl Strategy<Value = Shares> {
    (vec(0.0..=1.0_f64, 7), 0.0..=0.9_f64).prop_map(|(some, returning)| {
        let share = |value| Share::new(value).unwrap();
        Shares {
            direct: share(some[0]),
            search: share(some[1]),
            outlink: share(some[2]),
            download: share(some[3]),
            click: share(some[4]),
            event: share(some[5]),
            order: share(some[6]),
            returning: share(returning),
        }
    })
}

fn shop() -> impl Strategy<Value = Shop> {
    (1..50_000_u64, 0..100_000_u64, 1..8_u32, 0..8_u32, 0.0..1.0_f64, vec(0..2_000_u64, 1..4)).prop_map(
        |(low, room, least, more, tax_rate, shipping)| {
            let shipping = shipping.into_iter().map(Cents).collect();
            let items = (least, least + more);
            let mut shop = Shop { value: (Cents(low), Cents(low + room)), items, tax_rate, shipping };
            shop.value.1 = shop.value.1.max(shop.least_value());
            shop
        },
    )
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
    let end = prop::sample::select(vec!["", "/", "?size=42&q=a+b%20c", "#top", "?a=1#mtm&x=?", "?"]);
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
        let list: Vec<String> = lines.into_iter().map(|(url, title)| format!("{url}    {title}")).collect();
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
