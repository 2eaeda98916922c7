//! Who is who: what keeps Matomo from merging or splitting visits.

use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

use proptest::prelude::*;
use traffic::encode::List;
use traffic::hit::Kind;
use traffic::plan::{Plan, Planner, Scratch, Tracking};
use traffic::scenario::{Identity, Scenario};
use traffic::visit::Visit;

use crate::classic::{classic, plan_of, profiled};
use crate::scenarios::run;
use crate::sent::{Hit, hits, value};

const GEO: [&str; 5] = ["country", "region", "city", "lat", "long"];

/// What Matomo takes only together with a token, or rightly only where every visitor has an address.
const NEED_A_TOKEN: [&str; 7] = ["cip", "country", "region", "city", "lat", "long", "uid"];

/// The longest URL of a list; a campaign adds to it.
const LONGEST_URL: usize = 1_000;

/// First addresses and prefix lengths of what Matomo drops (Google, Microsoft, Yahoo) and of what nobody has.
const NOBODYS: [([u8; 4], u32); 20] = [
    ([66, 249, 64, 0], 19),
    ([157, 54, 0, 0], 15),
    ([157, 56, 0, 0], 14),
    ([65, 52, 0, 0], 14),
    ([64, 233, 160, 0], 19),
    ([74, 125, 0, 0], 16),
    ([173, 194, 0, 0], 16),
    ([209, 85, 128, 0], 17),
    ([216, 239, 32, 0], 19),
    ([72, 14, 192, 0], 18),
    ([66, 102, 0, 0], 20),
    ([64, 4, 0, 0], 18),
    ([207, 46, 0, 0], 16),
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    ([224, 0, 0, 0], 3),
];

/// Referrers whose visits Matomo drops: the best known ones.
const SPAM: [&str; 3] = ["semalt.com", "buttons-for-website.com", "darodar.com"];

fn is_somebodys(address: Ipv4Addr) -> bool {
    let prefix = |address: Ipv4Addr, bits: u32| u32::from(address) >> (32 - bits);
    NOBODYS.iter().all(|&(first, bits)| prefix(first.into(), bits) != prefix(address, bits))
}

/// Who a hit says it is.
fn check_name(hit: &Hit, visit: &Visit, identity: Identity, is_first: bool) -> Result<(), TestCaseError> {
    let id = format!("{:016x}", visit.visitor.id);
    let (name, other) = match identity {
        Identity::Exact => ("cid", "_id"),
        Identity::Browser => ("_id", "cid"),
    };
    prop_assert_eq!(value(hit, name), Some(id.as_str()));
    prop_assert_eq!(value(hit, other), None);
    let begins = is_first && identity == Identity::Exact;
    prop_assert_eq!(value(hit, "new_visit"), begins.then_some("1"));
    let user = visit.visitor.user.map(|user| user.to_string());
    prop_assert_eq!(value(hit, "uid"), user.as_deref());
    prop_assert!(user.is_none_or(|user| (1..=200).contains(&user.len())));
    Ok(())
}

/// Where a hit says it comes from: the first one only, and whole.
fn check_source(plan: &Plan, visit: &Visit, hit: &Hit, is_first: bool) -> Result<(), TestCaseError> {
    let url = value(hit, "url").unwrap();
    prop_assert!(url.starts_with("http://") || url.starts_with("https://"), "{}", url);
    let campaign = plan.sources().parameters(visit.source).unwrap_or("");
    if is_first && !campaign.is_empty() {
        let fragment = url.find('#').unwrap_or(url.len());
        let (at, query) = (url.find(campaign).unwrap(), url.find('?').unwrap());
        prop_assert!(query < at && at + campaign.len() <= fragment, "{}", url);
    } else {
        prop_assert!(!url.contains("mtm_campaign=") && !url.contains("utm_campaign="));
    }
    let most = LONGEST_URL + if is_first { campaign.len() + 1 } else { 0 };
    prop_assert!(url.len() <= most, "{} characters", url.len());
    if let Some(referrer) = value(hit, "urlref") {
        prop_assert!(is_first && referrer.contains("://"), "{}", referrer);
        prop_assert!(SPAM.iter().all(|spam| !referrer.contains(spam)), "{}", referrer);
    }
    Ok(())
}

fn check(plan: &Plan, visit: &Visit, tracking: Tracking) -> Result<(), TestCaseError> {
    let hits = hits(plan, visit);
    let located = tracking.authenticated && tracking.countries;
    let site = tracking.site.to_string();
    let address = visit.visitor.address.to_string();
    let mut page_views = HashSet::new();
    let mut page_view = None;
    for (index, (hit, action)) in hits.iter().zip(&visit.actions).enumerate() {
        let is_first = index == 0;
        check_name(hit, visit, plan.scenario().identity, is_first)?;
        check_source(plan, visit, hit, is_first)?;
        prop_assert_eq!(value(hit, "rec"), Some("1"));
        prop_assert_eq!(value(hit, "idsite"), Some(site.as_str()));
        prop_assert!(value(hit, "token_auth").is_none());
        prop_assert!(value(hit, "ua").is_some_and(|ua| !ua.trim().is_empty()));
        prop_assert!(value(hit, "res").is_some_and(|screen| screen.len() <= 9));

        let geo = GEO.iter().filter(|name| value(hit, name).is_some()).count();
        prop_assert_eq!(geo, if located && is_first { GEO.len() } else { 0 });
        prop_assert_eq!(value(hit, "cip"), located.then_some(address.as_str()));
        if !located {
            prop_assert!(NEED_A_TOKEN.iter().all(|name| value(hit, name).is_none()));
        }
        prop_assert!(is_somebodys(visit.visitor.address), "{}", address);

        // Matomo takes what has an empty `search` or event action for a page view, and drops relative links.
        for name in ["search", "e_c", "e_a", "c_n"] {
            prop_assert!(value(hit, name).is_none_or(|text| !text.trim().is_empty()), "{} is blank", name);
        }
        for name in ["link", "download", "c_t"] {
            let is_whole = |url: &str| url.starts_with("http://") || url.starts_with("https://");
            prop_assert!(value(hit, name).is_none_or(is_whole), "{} is no address", name);
        }
        let pings = value(hit, "ping").is_some();
        prop_assert!(pings == (action.kind() == Kind::Ping) && !(pings && is_first));

        let id = value(hit, "pv_id").unwrap();
        prop_assert!(id.len() == 6 && id.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
        if action.kind() == Kind::Pageview {
            prop_assert!(page_views.insert(id), "page view {} twice", id);
            page_view = Some(id);
        }
        prop_assert_eq!(Some(id), page_view);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_150))]

    #[test]
    fn every_hit_says_who_it_is_and_no_more_than_it_may(run in run(), first in 0..1_000_000_000_u64) {
        let plan = run.plan();
        for number in run.numbers(first, 12) {
            check(&plan, &plan.visit(number), run.tracking)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn another_run_sends_the_same_visits_by_other_people(run in run(), first in 0..1_000_000_000_u64) {
        let mut other = run.clone();
        other.id.push('2');
        let (plan, other) = (run.plan(), other.plan());
        let tag = run.tracking.tag_dimension.map(|id| format!("dimension{id}"));
        for number in run.numbers(first, 6) {
            let (here, there) = (plan.visit(number), other.visit(number));
            prop_assert_eq!(&here.actions, &there.actions);
            for (here, there) in hits(&plan, &here).iter().zip(hits(&other, &there)) {
                prop_assert_eq!(here.len(), there.len());
                for ((name, here), (other_name, there)) in here.iter().zip(&there) {
                    prop_assert_eq!(name, other_name);
                    let of_the_run = ["cid", "_id", "uid", "ec_id"].contains(&name.as_str()) || Some(name) == tag.as_ref();
                    prop_assert_eq!(here != there, of_the_run, "{} = {}", name, here);
                }
            }
        }
    }
}

/// Visits enough to meet every rare thing.
const MANY: u64 = 100_000;

#[test]
fn a_hundred_thousand_visitors_have_identifiers_and_addresses_of_their_own() {
    let plan = plan_of(profiled("saas"));
    let mut planner = Planner::default();
    let mut actions = Vec::new();
    let (mut ids, mut addresses, mut visitors) = (HashMap::new(), HashMap::new(), HashSet::new());
    for number in 0..MANY {
        let visit = planner.visit(&plan, number, actions);
        let visitor = visit.visitor;
        visitors.insert(visitor.number);
        assert_eq!(*ids.entry(visitor.id).or_insert(visitor.number), visitor.number);
        assert!(is_somebodys(visitor.address), "{}", visitor.address);
        assert_eq!(*addresses.entry(visitor.address).or_insert(visitor.number), visitor.number);
        actions = visit.actions;
    }
    assert_eq!((ids.len(), addresses.len()), (visitors.len(), visitors.len()));
    assert!(visitors.len() < MANY as usize, "nobody came back");
}

#[test]
fn no_two_seeds_or_runs_share_a_visitor_or_an_order_id() {
    let (mut orders, mut visitors) = (HashSet::new(), HashSet::new());
    let (mut ordered, mut came) = (0, 0);
    let scenario = Scenario::new(classic()).unwrap();
    let tracking = Tracking { site: 1, authenticated: false, countries: false, tag_dimension: None };
    let mut scratch = Scratch::default();
    for (seed, run_id) in [(42, "plan"), (43, "plan"), (42, "another"), (43, "another")] {
        let plan = Plan::new(scenario.clone(), tracking, seed, run_id);
        let mut planner = Planner::default();
        let mut actions = Vec::new();
        for number in 0..MANY {
            let visit = planner.visit(&plan, number, actions);
            if visit.predecessor.is_none() {
                came += 1;
                visitors.insert(visit.visitor.id);
            }
            for (index, _) in
                visit.actions.iter().enumerate().filter(|(_, action)| action.kind() == Kind::Order)
            {
                let mut list = List::default();
                plan.parameters(&visit, index, None, &mut scratch, &mut list);
                let id = value(&list.0, "ec_id").unwrap().to_owned();
                assert!(id.len() <= 100);
                ordered += 1;
                orders.insert(id);
            }
            actions = visit.actions;
        }
    }
    assert_eq!(orders.len(), ordered);
    assert_eq!(visitors.len(), came);
    assert!(ordered > 15_000, "{ordered} orders");
}

#[test]
fn a_funnel_with_several_orders_gives_each_its_own_id() {
    let mut draft = classic();
    let order = r#"{"type": "ecommerce"}"#;
    let page = r#"{"type": "pageview", "url": "https://shop.example.com/cart"}"#;
    let funnel = format!(
        r#"[{{"name": "twice", "probability": 1, "exit_after_completion": false, "steps": [{page}, {order}, {order}]}}]"#
    );
    draft.funnels = traffic::funnel::parse(&funnel, draft.shop.tax_rate).unwrap();
    let plan = plan_of(draft);
    let mut ids = HashSet::new();
    let mut orders = 0;
    for number in 0..2_000 {
        for hit in hits(&plan, &plan.visit(number)) {
            if let Some(id) = value(&hit, "ec_id") {
                orders += 1;
                ids.insert(id.to_owned());
            }
        }
    }
    assert!(orders >= 4_000 && ids.len() == orders, "{} ids of {orders} orders", ids.len());
}
