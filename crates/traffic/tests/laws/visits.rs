//! What a visit looks like, whoever makes it.

use proptest::prelude::*;
use traffic::hit::Kind;
use traffic::plan::{Plan, Planner};
use traffic::scenario::Clock;
use traffic::visit::{Action, Place, Visit};

use crate::scenarios::{run, run_without_funnels};

/// The least and the most milliseconds between two hits: strictly ascending whole seconds, and less than the
/// 30 minutes after which Matomo begins a new visit.
const GAP_MS: std::ops::RangeInclusive<u32> = 1_000..=1_740_000;

fn check_order_of_actions(visit: &Visit) -> Result<(), TestCaseError> {
    let (first, last) = (visit.actions[0], visit.actions[visit.actions.len() - 1]);
    prop_assert_eq!((first.kind(), first.view), (Kind::Pageview, 0));
    prop_assert_eq!((first.offset_ms, first.due_ms), (0, 0));
    // Pings are never first and never alone, for the first hit is a page view.
    prop_assert_eq!(last.kind(), Kind::Ping);
    let mut page = first;
    for pair in visit.actions.windows(2) {
        let [before, action] = [pair[0], pair[1]];
        let gap = action.offset_ms - before.offset_ms;
        prop_assert!(GAP_MS.contains(&gap), "{gap} ms");
        prop_assert!(before.due_ms <= action.due_ms);
        // What is done is done on the page that was opened last.
        if action.kind() == Kind::Pageview {
            prop_assert_eq!(action.view, page.view + 1);
            page = action;
        }
        prop_assert_eq!((action.view, action.place), (page.view, page.place));
    }
    Ok(())
}

fn check_pauses(plan: &Plan, visit: &Visit) -> Result<(), TestCaseError> {
    let scenario = plan.scenario();
    if scenario.clock == Clock::Real {
        prop_assert!(visit.actions.iter().all(|action| action.due_ms == action.offset_ms));
        return Ok(());
    }
    let views = visit.actions.iter().filter(|action| action.kind() == Kind::Pageview);
    let dues: Vec<u32> = views.chain(visit.actions.last()).map(|action| action.due_ms).collect();
    for pause in dues.windows(2).map(|pair| f64::from(pair[1] - pair[0])) {
        let (low, high) = (scenario.pause.0 * 1_000.0, scenario.pause.1 * 1_000.0);
        prop_assert!((low - 1.0..=high + 1.0).contains(&pause), "a pause of {pause} ms");
    }
    Ok(())
}

/// Page views of the site, apart from those of a funnel.
fn pageviews(visit: &Visit) -> u32 {
    let own = |action: &&Action| action.kind() == Kind::Pageview && matches!(action.place, Place::Page(_));
    visit.actions.iter().filter(own).count() as u32
}

fn check(plan: &Plan, visit: &Visit) -> Result<(), TestCaseError> {
    check_order_of_actions(visit)?;
    check_pauses(plan, visit)?;
    let most = plan.scenario().longest_visit() * 1_000.0;
    prop_assert!(f64::from(visit.length_ms()) <= most + 1.0, "{} ms of {most}", visit.length_ms());
    let ledger = visit.ledger(&plan.scenario().goals);
    let counted = ledger.pageviews + ledger.events + ledger.searches + ledger.outlinks + ledger.downloads;
    prop_assert_eq!((ledger.visits, ledger.actions), (1, counted));
    let count = |kind: Kind| visit.actions.iter().filter(|action| action.kind() == kind).count() as u64;
    let shown = ledger.impressions + ledger.interactions;
    let rest = count(Kind::Goal) + count(Kind::Cart) + count(Kind::Ping);
    prop_assert_eq!(counted + shown + ledger.orders + rest, visit.actions.len() as u64);
    prop_assert!(ledger.interactions <= ledger.impressions);
    Ok(())
}

/// What happens once at most, apart from the steps of a funnel.
fn check_site_actions(visit: &Visit) -> Result<(), TestCaseError> {
    let once =
        [(Kind::Search, 3), (Kind::Outlink, 1), (Kind::Download, 1), (Kind::Order, 1), (Kind::Event, 2)];
    for (kind, most) in once {
        prop_assert!(visit.actions.iter().filter(|action| action.kind() == kind).count() <= most);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_350))]

    #[test]
    fn a_visit_keeps_to_its_scenario(run in run_without_funnels(), first in 0..1_000_000_000_u64) {
        let plan = run.plan();
        let mut planner = Planner::default();
        let (low, high) = run.draft.page_range();
        for number in run.numbers(first, 40) {
            let visit = planner.visit(&plan, number, Vec::new());
            check(&plan, &visit)?;
            prop_assert!((low..=high).contains(&pageviews(&visit)));
            check_site_actions(&visit)?;
        }
    }

    #[test]
    fn a_visit_with_funnels_keeps_to_its_scenario(run in run(), first in 0..1_000_000_000_u64) {
        let plan = run.plan();
        let mut planner = Planner::default();
        let (low, high) = run.draft.page_range();
        for number in run.numbers(first, 40) {
            let visit = planner.visit(&plan, number, Vec::new());
            check(&plan, &visit)?;
            // A funnel may end the visit; otherwise the site is browsed after it.
            let walked = match visit.actions[0].place {
                Place::Step(id) => Some(&run.draft.funnels[usize::from(id.funnel)]),
                Place::Page(_) => None,
            };
            if walked.is_some_and(|funnel| funnel.exit_after_completion) {
                prop_assert_eq!(pageviews(&visit), 0);
            } else {
                prop_assert!((low..=high).contains(&pageviews(&visit)));
            }
            if let Some(funnel) = walked {
                let steps: Vec<Kind> = funnel.steps.iter().map(|step| step.deed.kind()).collect();
                let kinds: Vec<Kind> = visit.actions.iter().map(Action::kind).collect();
                prop_assert!(kinds.starts_with(&steps));
            }
        }
    }
}
