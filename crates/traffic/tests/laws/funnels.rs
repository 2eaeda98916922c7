//! Shares of the settings are shares of all visits, whatever funnels some of them walk.

use crate::classic::{plan_of, profiled};
use traffic::funnel;
use traffic::hit::Kind;
use traffic::plan::{Plan, Planner};
use traffic::visit::Deed;

const FUNNELS: &str = r#"[
  {"name": "buys", "probability": 0.1, "priority": 1, "steps": [
    {"type": "pageview", "title": "Sale", "url": "https://shop.example.com/sale"},
    {"type": "site_search", "search_keyword": "boots", "search_results": 3},
    {"type": "ecommerce", "ecommerce_items": 2}]},
  {"name": "goes on", "probability": 0.2, "priority": 2, "exit_after_completion": false, "steps": [
    {"type": "pageview", "title": "Partners", "url": "https://shop.example.com/partners"},
    {"type": "outlink", "target_url": "https://partner.example.net/"}]}
]"#;

const VISITS: u64 = 60_000;

/// A plan with the funnels, searches in `search` of all visits.
fn plan(search: f64) -> Plan {
    let mut draft = profiled("ecommerce");
    draft.funnels = funnel::parse(FUNNELS, 0.1).unwrap();
    let share = |value| traffic::scenario::Share::new(value).unwrap();
    draft.shares.search = share(search);
    draft.shares.outlink = share(0.25);
    draft.shares.order = share(0.13);
    plan_of(draft)
}

fn share_of(plan: &Plan, is: impl Fn(Deed, Kind) -> bool) -> f64 {
    let mut planner = Planner::default();
    let mut actions = Vec::new();
    let mut count = 0;
    for number in 0..VISITS {
        let visit = planner.visit(plan, number, std::mem::take(&mut actions));
        count += u64::from(visit.actions.iter().any(|action| is(action.deed, action.kind())));
        actions = visit.actions;
    }
    count as f64 / VISITS as f64
}

#[test]
fn what_funnels_do_is_part_of_the_share_that_was_asked_for() {
    let plan = plan(0.3);
    assert!((share_of(&plan, |_, kind| kind == Kind::Search) - 0.3).abs() < 0.006);
    assert!((share_of(&plan, |_, kind| kind == Kind::Outlink) - 0.25).abs() < 0.006);
    assert!((share_of(&plan, |_, kind| kind == Kind::Order) - 0.13).abs() < 0.005);
    assert!((share_of(&plan, |deed, _| matches!(deed, Deed::Click(_))) - 0.28).abs() < 0.006);
    assert_eq!(plan.behaviour().notes(), [] as [&str; 0]);
}

#[test]
fn funnels_that_do_more_than_was_asked_for_are_told_of() {
    let plan = plan(0.05);
    assert!((share_of(&plan, |_, kind| kind == Kind::Search) - 0.1).abs() < 0.004);
    let notes = plan.behaviour().notes().join("\n");
    assert!(notes.contains("SITESEARCH_PROBABILITY is 5 % of all visits, but the funnels"), "{notes}");
}
