//! Who is who: what keeps Matomo from merging or splitting visits.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use traffic::encode::List;
use traffic::hit::Kind;
use traffic::plan::{Plan, Planner, Scratch, Tracking};
use traffic::scenario::Scenario;
use traffic::source::Source;
use traffic::visit::Visit;

use crate::classic::{classic, plan_of};
use crate::scenarios::run;

const GEO: [&str; 5] = ["country", "region", "city", "lat", "long"];

/// The longest URL of a list; a campaign adds to it.
const LONGEST_URL: usize = 1_000;

fn hits(plan: &Plan, visit: &Visit) -> Vec<Vec<(String, String)>> {
    let mut scratch = Scratch::default();
    (0..visit.actions.len())
        .map(|index| {
            let mut list = List::default();
            plan.parameters(visit, index, None, &mut scratch, &mut list);
            list.0
        })
        .collect()
}

fn value<'a>(hit: &'a [(String, String)], name: &str) -> Option<&'a str> {
    hit.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn check(plan: &Plan, visit: &Visit, tracking: Tracking) -> Result<(), TestCaseError> {
    let hits = hits(plan, visit);
    let located = tracking.authenticated && tracking.countries;
    let cid = value(&hits[0], "cid").unwrap();
    prop_assert!(cid.len() == 16 && cid.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{cid}");
    let campaign = match visit.source {
        Source::Campaign(campaign) => campaign.parameters,
        Source::Direct | Source::Referrer(_) => "",
    };
    let mut page_views = HashSet::new();
    let mut page_view = None;
    for (index, (hit, action)) in hits.iter().zip(&visit.actions).enumerate() {
        let first = index == 0;
        prop_assert_eq!(value(hit, "cid"), Some(cid));
        prop_assert_eq!(value(hit, "rec"), Some("1"));
        let site = tracking.site.to_string();
        prop_assert_eq!(value(hit, "idsite"), Some(site.as_str()));
        prop_assert!(value(hit, "uid").is_none() && value(hit, "_id").is_none());
        prop_assert!(value(hit, "token_auth").is_none());
        prop_assert!(value(hit, "ua").is_some_and(|ua| ua.starts_with("Mozilla/5.0 (")));

        prop_assert_eq!(value(hit, "new_visit"), first.then_some("1"));
        prop_assert!(first || value(hit, "urlref").is_none());
        let url = value(hit, "url").unwrap();
        if first && !campaign.is_empty() {
            prop_assert!(url.contains(campaign));
            let fragment = url.find('#').unwrap_or(url.len());
            let (at, query) = (url.find(campaign).unwrap(), url.find('?').unwrap());
            prop_assert!(query < at && at + campaign.len() <= fragment, "{}", url);
        } else {
            prop_assert!(!url.contains("mtm_campaign=") && !url.contains("utm_campaign="));
        }
        let most = LONGEST_URL + if first { campaign.len() + 1 } else { 0 };
        prop_assert!(url.len() <= most, "{} characters", url.len());

        let geo = GEO.iter().filter(|name| value(hit, name).is_some()).count();
        prop_assert_eq!(geo, if located && first { GEO.len() } else { 0 });
        let address = visit.visitor.address.to_string();
        prop_assert_eq!(value(hit, "cip"), located.then_some(address.as_str()));
        let tag = tracking.tag_dimension.map(|number| format!("dimension{number}"));
        let dimensions: Vec<&String> =
            hit.iter().map(|(name, _)| name).filter(|name| name.starts_with("dimension")).collect();
        prop_assert_eq!(dimensions, tag.iter().collect::<Vec<_>>());

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
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_hit_says_who_it_is_and_no_more_than_it_may(run in run(), first in 0..1_000_000_000_u64) {
        let plan = run.plan();
        for number in first..first + 8 {
            check(&plan, &plan.visit(number), run.tracking)?;
        }
    }

    #[test]
    fn another_run_sends_the_same_visits_by_other_people(run in run(), first in 0..1_000_000_000_u64) {
        let mut other = run.clone();
        other.id.push('2');
        let (plan, other) = (run.plan(), other.plan());
        for number in first..first + 8 {
            let (here, there) = (plan.visit(number), other.visit(number));
            prop_assert_eq!(&here.actions, &there.actions);
            for (here, there) in hits(&plan, &here).iter().zip(hits(&other, &there)) {
                prop_assert_eq!(here.len(), there.len());
                for ((name, here), (other_name, there)) in here.iter().zip(&there) {
                    prop_assert_eq!(name, other_name);
                    let of_the_run = name == "cid" || name == "ec_id" || name.starts_with("dimension");
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
    let plan = plan_of(classic());
    let mut planner = Planner::default();
    let mut actions = Vec::new();
    let (mut ids, mut addresses, mut visitors) = (HashMap::new(), HashMap::new(), HashSet::new());
    for number in 0..MANY {
        let visit = planner.visit(&plan, number, actions);
        let visitor = visit.visitor;
        visitors.insert(visitor.number);
        assert_eq!(*ids.entry(visitor.id).or_insert(visitor.number), visitor.number);
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
    assert!(orders > 4_000 && ids.len() == orders, "{} ids of {orders} orders", ids.len());
}
