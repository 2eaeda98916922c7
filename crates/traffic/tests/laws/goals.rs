//! Goals convert where Matomo finds them in what is sent, and dimensions tell what they are set up for.

use proptest::prelude::*;
use traffic::dimension::Values;
use traffic::goal::{Goal, Trigger};
use traffic::plan::Plan;
use traffic::visit::Visit;

use crate::scenarios::run;
use crate::sent::{Hit, hits, value};

/// Whether Matomo converts a goal at a hit: by hand, or by the rules it was set up with.
fn converts(goal: &Goal, hit: &Hit) -> bool {
    let by_hand = value(hit, "idgoal") == Some(goal.id.to_string().as_str());
    let lower = |name: &str| value(hit, name).map(str::to_lowercase);
    let is_view = ["search", "link", "download", "e_c", "c_n", "idgoal", "ping"];
    let is_view = is_view.iter().all(|name| value(hit, name).is_none());
    by_hand
        || match &goal.trigger {
            Trigger::Manual(_) => false,
            // The address of a page as it is sent: with the campaign.
            Trigger::UrlContains(part) => {
                is_view && lower("url").is_some_and(|url| url.contains(&part.to_lowercase()))
            }
            Trigger::EventAction(name) => lower("e_a") == Some(name.to_lowercase()),
        }
}

fn check_goals(plan: &Plan, visit: &Visit) -> Result<(), TestCaseError> {
    let goals = &plan.scenario().goals;
    let hits = hits(plan, visit);
    let (mut count, mut revenue) = (0, 0);
    for goal in goals {
        let times = hits.iter().filter(|hit| converts(goal, hit)).count() as u64;
        let times = if goal.repeats { times } else { times.min(1) };
        count += times;
        revenue += times * goal.revenue.0;
    }
    let ledger = visit.ledger(goals);
    prop_assert_eq!((ledger.goals, ledger.goal_revenue.0), (count, revenue));
    let known: Vec<String> = goals.iter().map(|goal| goal.id.to_string()).collect();
    for id in hits.iter().filter_map(|hit| value(hit, "idgoal")) {
        prop_assert!(id == "0" || known.iter().any(|known| known == id), "goal {} is not set up", id);
    }
    Ok(())
}

/// What is told of visits is told by every hit and the same at each; what is told of actions by actions only.
fn check_dimensions(plan: &Plan, visit: &Visit) -> Result<(), TestCaseError> {
    let hits = hits(plan, visit);
    let dimensions = &plan.scenario().dimensions;
    let tag = plan.tracking().tag_dimension.map(|id| format!("dimension{id}"));
    for (hit, action) in hits.iter().zip(&visit.actions) {
        for (name, text) in hit.iter().filter(|(name, _)| name.starts_with("dimension")) {
            prop_assert!(!text.trim().is_empty(), "{} is blank", name);
            if Some(name) == tag.as_ref() {
                prop_assert_eq!(text, plan.run_id());
                continue;
            }
            let own = dimensions.iter().find(|dimension| *name == format!("dimension{}", dimension.id));
            prop_assert!(own.is_some(), "{} is not set up", name);
            if let Some(Values::Action(_)) = own.map(|dimension| &dimension.values) {
                prop_assert!(action.kind().is_action(), "{} of a {}", name, action.kind().name());
            }
        }
    }
    for dimension in dimensions.iter().filter(|dimension| matches!(dimension.values, Values::Visit(_))) {
        let name = format!("dimension{}", dimension.id);
        let first = value(&hits[0], &name);
        prop_assert!(first.is_some());
        prop_assert!(hits.iter().all(|hit| value(hit, &name) == first));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn goals_and_dimensions_are_those_that_are_set_up(run in run(), first in 0..1_000_000_000_u64) {
        let plan = run.plan();
        for number in run.numbers(first, 12) {
            let visit = plan.visit(number);
            check_goals(&plan, &visit)?;
            check_dimensions(&plan, &visit)?;
        }
    }
}
