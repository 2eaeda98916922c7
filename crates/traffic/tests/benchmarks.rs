//! The profiles against what is known of real sites, each on the site that comes with it. Figures: README, "Where the
//! figures come from".

mod classic;

use std::collections::BTreeSet;

use classic::{classic, plan_of, profiled};
use traffic::hit::Kind;
use traffic::plan::{Plan, Planner};
use traffic::profile::{BUILT_IN, BuiltInSite, Campaign, Profile, Tag};
use traffic::scenario::{LENGTH, PAGEVIEWS, Share};
use traffic::site::{PageKind, Site};
use traffic::source::Channel;
use traffic::visit::{Place, Visit};

const VISITS: u64 = 20_000;

/// Page views of a visit: Huberman and others, Science 280 (1998).
const PAGES: f64 = 2.98;

fn setting(profile: &Profile, key: &str) -> f64 {
    let value = profile.settings.get(key).unwrap_or_else(|| panic!("there is no {key}"));
    value.as_float().or(value.as_integer().map(|whole| whole as f64)).unwrap()
}

fn plan(name: &str) -> Plan {
    plan_of(if name == "classic" { classic() } else { profiled(name) })
}

struct Seen {
    pages: f64,
    seconds: f64,
    bounces: bool,
    orders: bool,
    carts: bool,
}

fn seen(plan: &Plan) -> Vec<Seen> {
    let mut planner = Planner::default();
    let of = |visit: &Visit, kind| visit.actions.iter().filter(|action| action.kind() == kind).count();
    (0..VISITS)
        .map(|number| {
            let visit = planner.visit(plan, number, Vec::new());
            let pages = of(&visit, Kind::Pageview);
            Seen {
                pages: pages as f64,
                seconds: f64::from(visit.length_ms()) / 1_000.0,
                bounces: visit.actions.iter().filter(|action| action.kind().is_action()).count() == 1,
                orders: of(&visit, Kind::Order) > 0,
                carts: of(&visit, Kind::Cart) > 0,
            }
        })
        .collect()
}

fn share(visits: &[Seen], is: impl Fn(&Seen) -> bool) -> f64 {
    visits.iter().filter(|visit| is(visit)).count() as f64 / visits.len() as f64
}

/// The middle length of the visits that do not bounce: Matomo knows no time of the others.
fn median_seconds(visits: &[Seen]) -> f64 {
    let mut lengths: Vec<f64> =
        visits.iter().filter(|visit| !visit.bounces).map(|visit| visit.seconds).collect();
    lengths.sort_by(f64::total_cmp);
    lengths[lengths.len() / 2]
}

#[track_caller]
fn near(what: &str, value: f64, wanted: f64, by: f64) {
    assert!((value / wanted - 1.0).abs() <= by, "{what}: {value:.3} is not {wanted} to {:.0} %", by * 100.0);
}

#[test]
fn visits_are_as_long_as_on_real_sites() {
    // Bounce rates and lengths in the middle of industry benchmarks; of software services no length is known.
    for (name, bounces, seconds) in
        [("ecommerce", 0.47, Some(127.0)), ("content", 0.63, Some(185.0)), ("saas", 0.44, None)]
    {
        let visits = seen(&plan(name));
        near(&format!("{name}, bounces"), share(&visits, |visit| visit.bounces), bounces, 0.05);
        let pages = visits.iter().map(|visit| visit.pages).sum::<f64>() / VISITS as f64;
        near(&format!("{name}, pages"), pages, PAGES, 0.35);
        let median = median_seconds(&visits);
        near(&format!("{name}, seconds"), median, seconds.unwrap_or(median.clamp(100.0, 240.0)), 0.35);
    }
}

#[test]
fn shops_sell_as_often_as_real_ones_and_leave_as_many_carts() {
    let visits = seen(&plan("ecommerce"));
    let (orders, carts) = (share(&visits, |visit| visit.orders), share(&visits, |visit| visit.carts));
    assert!((0.023..0.032).contains(&orders), "{orders}");
    near("carts left", 1.0 - orders / carts, 0.70, 0.05);
    for name in ["content", "saas"] {
        let profile = Profile::built_in(name).unwrap();
        let orders = share(&seen(&plan(name)), |visit| visit.orders);
        near(name, orders, setting(&profile, "ecommerce_probability"), 0.35);
    }
}

#[test]
fn the_classic_profile_is_the_defaults_of_the_settings() {
    let profile = Profile::built_in("classic").unwrap();
    assert!(profile.settings.is_empty() && profile.pages.is_none() && profile.reading.is_none());
    let plan = plan("classic");
    let shares = plan.scenario().shares;
    let all = [shares.direct, shares.search, shares.outlink, shares.download, shares.click, shares.event];
    let told = format!("{:?} {:?}", all.map(Share::get), shares.order.get());
    assert_eq!(told, "[0.3, 0.15, 0.1, 0.08, 0.25, 0.12] 0.05");
    let visits = seen(&plan);
    let (low, high) = (f64::from(PAGEVIEWS.0), f64::from(PAGEVIEWS.1));
    assert!(visits.iter().all(|visit| (low..=high).contains(&visit.pages)));
    assert!(visits.iter().all(|visit| (LENGTH.0 - 1.0..=LENGTH.1 + 1.0).contains(&visit.seconds)));
    assert!(visits.iter().any(|visit| visit.orders));
    assert!(visits.iter().all(|visit| visit.orders || !visit.carts));
}

#[test]
fn people_come_to_a_profiles_site_as_they_come_to_such_sites() {
    // Shares of all visits.
    for (name, search, direct) in [("ecommerce", 53.0 / 105.0, 22.0 / 105.0), ("saas", 0.26, 0.54)] {
        let plan = plan(name);
        near(name, plan.sources().share(Channel::Search), search, 0.03);
        near(name, plan.sources().share(Channel::Direct), direct, 0.03);
    }
    for (name, range) in
        [("ecommerce", 0.15..0.25), ("content", 0.10..0.20), ("saas", 0.20..0.35), ("classic", 0.15..0.25)]
    {
        let profile = Profile::built_in(name).unwrap();
        assert!(range.contains(&profile.visitors.returning), "{name}");
        let devices = profile.devices.all();
        let all: f64 = devices.iter().map(|device| device.share).sum();
        let [desktop, phone, tablet, ..] = devices.map(|device| device.share / all);
        if name == "saas" {
            near("desktop at work", desktop, 0.81, 0.03);
        } else {
            near("desktop", desktop, 0.33, 0.05);
            near("phones", phone, 0.64, 0.03);
            near("tablets", tablet, 0.03, 0.05);
        }
    }
}

#[test]
fn every_profile_has_campaigns_newsletters_and_websites_of_its_own() {
    for (name, text) in BUILT_IN {
        let profile = Profile::built_in(name).unwrap();
        let full = |tag: Tag| {
            profile.campaigns.iter().any(|campaign| {
                let Campaign { source, medium, keyword, content, id, .. } = campaign;
                let parts = [source, medium, keyword, content, id];
                campaign.tag == tag && parts.iter().all(|part| part.is_some())
            })
        };
        assert!(full(Tag::Mtm) && full(Tag::Utm), "{name}");
        assert!(profile.campaigns.len() >= 8, "{name}");
        assert!(profile.newsletters.len() >= 4, "{name}");
        let websites: BTreeSet<&str> = profile.websites.iter().map(|website| website.url.as_str()).collect();
        assert!(websites.len() >= 8, "{name}");
        if matches!(name, "content" | "saas") {
            for word in ["jacket", "boots", "shops/", "abandoned-cart", "voucher"] {
                assert!(!text.contains(word), "{name}: {word}");
            }
        }
        let lines = text.lines().filter(|line| line.starts_with('#') && line.chars().count() > 120);
        assert_eq!(lines.collect::<Vec<_>>(), [""; 0], "{name}");
    }
}

#[test]
fn every_kind_of_page_of_a_profiles_site_is_visited() {
    for (name, of) in [
        ("ecommerce", BuiltInSite::Shop),
        ("content", BuiltInSite::Magazine),
        ("saas", BuiltInSite::Software),
    ] {
        let plan = plan(name);
        let mut planner = Planner::default();
        let mut visited = BTreeSet::new();
        for number in 0..VISITS {
            for action in planner.visit(&plan, number, Vec::new()).actions {
                if let Place::Page(page) = action.place {
                    visited.insert(plan.scenario().site.page(page).url.raw().to_owned());
                }
            }
        }
        let site = Site::built_in(of);
        let all = |kind: PageKind| site.pages().filter(move |page| page.kind == kind);
        for kind in [PageKind::Home, PageKind::Section, PageKind::Search, PageKind::Confirmation] {
            for page in all(kind) {
                assert!(visited.contains(page.url.raw()), "{name}: nobody visits {}", page.url.raw());
            }
        }
        assert!(visited.len() * 10 > site.len() * 8, "{name}: {} of {}", visited.len(), site.len());
    }
}
