//! The plan does not depend on who plans it.

use std::collections::HashMap;

use proptest::prelude::*;
use traffic::plan::{Plan, Planner};
use traffic::random::Permutation;
use traffic::scenario::Rate;
use traffic::visit::Visit;

use crate::scenarios::{Run, run};

fn in_order(plan: &Plan, visits: u64) -> Vec<Visit> {
    let mut planner = Planner::default();
    (0..visits).map(|number| planner.visit(plan, number, Vec::new())).collect()
}

/// Few visits, so that visitors come back soon.
fn slowly(mut run: Run) -> Run {
    run.draft.rate = Rate::PerSecond(0.002);
    run.draft.most_visits_per_day = None;
    run
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn threads_plan_the_same_visits_in_any_order_with_any_memory(run in run(), shuffle: u64) {
        let visits = run.numbers(0, 100).end;
        let expected = in_order(&run.plan(), visits);
        let shuffled = Permutation::new(visits, shuffle);
        let planned: Vec<Vec<Visit>> = std::thread::scope(|scope| {
            let run = &run;
            let threads: Vec<_> = (0..4_u64)
                .map(|thread| {
                    scope.spawn(move || {
                        // Every thread makes the plan for itself, as every machine does.
                        let plan = run.plan();
                        let mut planner = Planner::default();
                        let mut memory = Vec::new();
                        let mut planned = Vec::new();
                        for index in (thread..visits).step_by(4) {
                            let visit = planner.visit(&plan, shuffled.forward(index), memory);
                            planned.push(visit.clone());
                            memory = visit.actions;
                        }
                        planned
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut planned: Vec<Visit> = planned.into_iter().flatten().collect();
        planned.sort_by_key(|visit| visit.number);
        prop_assert_eq!(planned, expected);
    }

    #[test]
    fn all_visits_of_a_visitor_have_the_same_lane(run in run().prop_map(slowly)) {
        let plan = run.plan();
        let mut lane_of: HashMap<u64, u64> = HashMap::new();
        for number in run.numbers(0, 400) {
            let lane = plan.lane(number);
            let visitor = plan.visit(number).visitor.number;
            prop_assert_eq!(*lane_of.entry(visitor).or_insert(lane), lane);
        }
    }
}

#[test]
fn visitors_who_come_back_are_among_those_and_every_worker_has_its_part() {
    let mut draft = crate::classic::classic();
    draft.rate = Rate::PerSecond(0.002);
    let plan = crate::classic::plan_of(draft);
    let visits = in_order(&plan, 1_000);
    assert!(visits.iter().filter(|visit| visit.predecessor.is_some()).count() > 50);
    for worker in 0..16 {
        let own = (0..1_000).filter(|&number| plan.lane(number) % 16 == worker).count();
        assert!((20..=110).contains(&own), "{own} of 1,000 visits for worker {worker}");
    }
}
