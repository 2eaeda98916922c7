//! A visitor makes one visit at a time.

use std::collections::HashMap;

use proptest::prelude::*;
use traffic::arrivals::{Arrivals, Pattern};
use traffic::curve::{Curve, Nanos};
use traffic::plan::{Plan, Planner};
use traffic::scenario::{Clock, Rate, Share};
use traffic::visit::Visit;

use crate::classic::{classic, plan_of};
use crate::scenarios::{run, run_without_funnels};

/// Matomo begins a new visit after 30 minutes.
const APART: f64 = 1_800.0;

/// Rates may be raised so much while a run goes on.
const FASTEST: f64 = 4.0;

const NANOS: f64 = 1e9;

fn rate_of(plan: &Plan) -> f64 {
    match plan.scenario().rate {
        Rate::PerSecond(rate) => rate,
        Rate::Max => 0.0,
    }
}

/// A visit by somebody who was there before, and the visit before it: the closest such pairs among many visits.
fn closest_pairs(plan: &Plan, samples: u64, pairs: usize) -> Vec<(Visit, Visit)> {
    // Ten times what two visits may take, their sending and Matomo's 30 minutes, in visits: many rows of visitors.
    let scenario = plan.scenario();
    let steps = scenario.funnels.iter().map(|funnel| funnel.steps.len()).max().unwrap_or(0);
    let sending = (f64::from(scenario.pageviews.1) + steps as f64 + 1.0) * scenario.pause.1;
    let seconds = 3.0 * scenario.longest_visit() + sending + 4_000.0;
    let window = 10.0 * rate_of(plan) * FASTEST * seconds + 2_000.0;
    let mut planner = Planner::default();
    let mut found: Vec<(u64, u64)> = (0..samples)
        .filter_map(|sample| {
            let number = (window * (sample as f64 + 0.5) / samples as f64) as u64;
            planner.visit(plan, number, Vec::new()).predecessor.map(|before| (number - before, number))
        })
        .collect();
    found.sort_unstable();
    found.truncate(pairs);
    found.into_iter().map(|(gap, number)| (plan.visit(number - gap), plan.visit(number))).collect()
}

/// When a visit happens on its own clock, in seconds, given its arrival.
fn span(visit: &Visit, due: Nanos, clock: Clock) -> (f64, f64) {
    let (due, length) = (due as f64 / NANOS, f64::from(visit.length_ms()) / 1_000.0);
    match clock {
        Clock::Simulated => (due - 5.0 - length, due - 5.0),
        Clock::Real => (due, due + length),
    }
}

fn check_pairs(plan: &Plan, pairs: &[(Visit, Visit)]) -> Result<(), TestCaseError> {
    let scenario = plan.scenario();
    for factor in [1.0, FASTEST] {
        let curve = Curve::constant(rate_of(plan) * factor);
        for pattern in [Pattern::Smooth, Pattern::Poisson] {
            let mut arrivals = Arrivals::new(&curve, pattern, plan.seed());
            for (first, second) in pairs {
                prop_assert_eq!(second.predecessor, Some(first.number));
                prop_assert_eq!(first.visitor, second.visitor);
                let dues = (arrivals.due(first.number).unwrap(), arrivals.due(second.number).unwrap());
                let end = span(first, dues.0, scenario.clock).1;
                let start = span(second, dues.1, scenario.clock).0;
                prop_assert!(
                    start - end >= APART,
                    "visits {} and {} are {} s apart with {:?} arrivals at {} times the rate",
                    first.number,
                    second.number,
                    start - end,
                    pattern,
                    factor
                );
                let last_hit = dues.0 + u64::from(first.actions.last().unwrap().due_ms) * 1_000_000;
                prop_assert!(last_hit < dues.1, "{} arrives before {} is over", second.number, first.number);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn two_visits_of_a_visitor_stay_half_an_hour_apart_also_at_four_times_the_rate(run in run_without_funnels()) {
        let plan = run.plan();
        check_pairs(&plan, &closest_pairs(&plan, 1_500, 12))?;
    }

    #[test]
    fn visits_with_funnels_stay_apart_too(run in run()) {
        let plan = run.plan();
        check_pairs(&plan, &closest_pairs(&plan, 1_500, 12))?;
    }

    #[test]
    fn a_visit_has_one_predecessor_and_is_that_of_one(mut run in run()) {
        run.draft.rate = Rate::PerSecond(0.005);
        let plan = run.plan();
        let mut planner = Planner::default();
        let mut successor: HashMap<u64, u64> = HashMap::new();
        let mut earlier: HashMap<u64, (u64, u32)> = HashMap::new();
        for number in 0..1_500 {
            let visit = planner.visit(&plan, number, Vec::new());
            match visit.predecessor {
                None => prop_assert_eq!((visit.visitor.number, visit.earlier), (number, 0)),
                Some(before) => {
                    prop_assert!(before < number);
                    prop_assert_eq!(successor.insert(before, number), None);
                    let (visitor, count) = earlier[&before];
                    prop_assert_eq!((visit.visitor.number, visit.earlier), (visitor, count + 1));
                }
            }
            earlier.insert(number, (visit.visitor.number, visit.earlier));
        }
    }
}

#[test]
fn the_pairs_that_are_looked_at_are_many_and_close() {
    for clock in [Clock::Simulated, Clock::Real] {
        for (rate, returning) in [(0.01, 0.2), (0.23, 0.2), (20.0, 0.5), (2_000.0, 0.9)] {
            let mut draft = classic();
            (draft.rate, draft.clock) = (Rate::PerSecond(rate), clock);
            draft.shares.returning = Share::new(returning).unwrap();
            let plan = plan_of(draft);
            let pairs = closest_pairs(&plan, 1_500, 12);
            assert_eq!(pairs.len(), 12, "returning visitors at {rate}/s");
            check_pairs(&plan, &pairs).unwrap();
            // They are the ones a shorter gap would break: three times as close would be too close.
            let close = pairs[0].1.number - pairs[0].0.number;
            let needed = FASTEST * rate * (APART + 480.0);
            assert!(close as f64 <= 3.0 * needed + 200.0, "{close} visits apart, {needed} are needed");
        }
    }
    // Sending takes longer than the visits.
    let mut draft = classic();
    draft.pause = (1_000.0, 1_500.0);
    draft.shares.returning = Share::new(0.9).unwrap();
    let plan = plan_of(draft);
    let pairs = closest_pairs(&plan, 1_500, 12);
    assert_eq!(pairs.len(), 12);
    check_pairs(&plan, &pairs).unwrap();
}
