//! A visitor makes one visit at a time.

use std::collections::HashMap;

use proptest::prelude::*;
use traffic::curve::{Nanos, SECOND, Stage};
use traffic::plan::{Plan, Planner};
use traffic::scenario::{Clock, Identity, Rate, Scenario};
use traffic::visit::Visit;

use crate::classic::{classic, plan_of};
use crate::place::placed;
use crate::scenarios::{run, run_without_funnels};

/// Rates may be raised so much while a run goes on.
const FASTEST: f64 = 4.0;

const DAY_MS: i64 = 86_400_000;

/// The same plan at so many times its rate.
fn sped_up(plan: &Plan, factor: f64) -> Plan {
    let mut draft = (**plan.scenario()).clone();
    match &mut draft.rate {
        Rate::PerSecond(rate) => *rate *= factor,
        Rate::Stages(stages) => {
            for Stage { from, to, length } in stages {
                *from *= factor;
                *to *= factor;
                *length = (*length as f64 / factor) as Nanos;
            }
        }
        Rate::Max => {}
    }
    draft.most_visits_per_day = draft.most_visits_per_day.map(|cap| (cap as f64 * factor) as u64);
    Plan::new(Scenario::new(draft).unwrap(), plan.tracking(), plan.seed(), plan.run_id())
}

/// A visit by somebody who was there before, and the visit before it: the closest such pairs among many visits, of
/// those on the same day, which are dated back, and of all others.
fn closest_pairs(plan: &Plan, samples: u64, pairs: usize) -> Vec<(Visit, Visit)> {
    // Ten times what two visits may take, their sending and Matomo's 30 minutes, in visits: many rows of visitors.
    let scenario = plan.scenario();
    let rate = match &scenario.rate {
        Rate::PerSecond(rate) => *rate,
        Rate::Stages(stages) => stages.iter().flat_map(|stage| [stage.from, stage.to]).fold(0.0, f64::max),
        Rate::Max => 0.0,
    };
    let steps = scenario.funnels.iter().map(|funnel| funnel.steps.len()).max().unwrap_or(0);
    let sending = (f64::from(scenario.page_range().1) + steps as f64 + 1.0) * scenario.pause.1;
    let seconds = 3.0 * scenario.longest_visit() + sending + 4_000.0;
    let many = 20.0 * rate * FASTEST * seconds + 2_000.0;
    let window = scenario.most_visits.map_or(many, |most| many.min(most as f64));
    let mut found: Vec<(u64, u64)> = (0..samples)
        .filter_map(|sample| {
            let number = (window * (sample as f64 + 0.5) / samples as f64) as u64;
            plan.population().attendance(number).predecessor.map(|before| (number - before, number))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    let (same_day, later): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(gap, number)| plan.population().past(number - gap) > 0);
    let closest = same_day.into_iter().take(pairs).chain(later.into_iter().take(pairs));
    closest.map(|(gap, number)| (plan.visit(number - gap), plan.visit(number))).collect()
}

/// When a visit begins on its own clock, in milliseconds, given its arrival.
fn start(visit: &Visit, due: Nanos, clock: Clock) -> i64 {
    let due = (due / 1_000_000) as i64;
    match clock {
        Clock::Simulated => due - 5_000 - i64::from(visit.past) * 1_000 - i64::from(visit.length_ms()),
        Clock::Real => due,
    }
}

/// Milliseconds between two visits of a visitor that Matomo needs to tell them apart: with `new_visit` they must not
/// overlap, and where browsers name themselves it takes 30 minutes.
fn least_apart(plan: &Plan, first: &Visit) -> i64 {
    match (plan.scenario().identity, first.past) {
        (Identity::Exact, 1..) => 59_000,
        (Identity::Exact | Identity::Browser, _) => 1_800_000,
    }
}

fn check_pairs(plan: &Plan, pairs: &[(Visit, Visit)]) -> Result<(), TestCaseError> {
    let clock = plan.scenario().clock;
    if pairs.is_empty() {
        return Ok(());
    }
    for factor in [1.0, FASTEST] {
        let Some(mut arrivals) = sped_up(plan, factor).arrivals() else { return Ok(()) };
        for (first, second) in pairs {
            prop_assert_eq!(second.predecessor, Some(first.number));
            prop_assert_eq!(first.visitor, second.visitor);
            // The engine sends a visit when it arrives, or once the visit before it is over.
            let begins = (plan.start(first.number, &mut arrivals), plan.start(second.number, &mut arrivals));
            let (Some(begin), Some(next)) = begins else { continue };
            let starts = (start(first, begin, clock), start(second, next, clock));
            // Midnight anywhere in either of them, or elsewhere.
            let within =
                |start: i64, visit: &Visit, part: f64| start + (f64::from(visit.length_ms()) * part) as i64;
            let midnights = [0.1, 0.5, 0.9]
                .into_iter()
                .flat_map(|part| [within(starts.0, first, part), within(starts.1, second, part)])
                .chain([starts.0 - DAY_MS / 2]);
            for midnight in midnights {
                let end = *placed(first, starts.0, midnight, clock).last().unwrap();
                let begin = placed(second, starts.1, midnight, clock)[0];
                prop_assert!(
                    begin - end >= least_apart(plan, first),
                    "visits {} and {} are {} ms apart at {} times the rate",
                    first.number,
                    second.number,
                    begin - end,
                    factor
                );
            }
            let last_hit = begin + u64::from(first.actions.last().unwrap().due_ms) * 1_000_000;
            prop_assert!(last_hit < next, "{} begins before {} is over", second.number, first.number);
            // Those that are not dated back need not wait.
            prop_assert!(first.past > 0 || arrivals.due(second.number) == Some(next));
            // Without a token Matomo takes hits of the last day only.
            prop_assert!(u64::from(first.past) + u64::from(first.length_ms()) / 1_000 < 86_400 - 60);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

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
        run.draft.most_visits_per_day = None;
        let plan = run.plan();
        let mut planner = Planner::default();
        let mut successor: HashMap<u64, u64> = HashMap::new();
        let mut earlier: HashMap<u64, (u64, u32)> = HashMap::new();
        for number in run.numbers(0, 300) {
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

/// How many of the pairs are dated back, and the closest of the others, in visits.
fn kinds(pairs: &[(Visit, Visit)]) -> (usize, Option<u64>) {
    let later = pairs.iter().filter(|(first, _)| first.past == 0);
    let closest = later.map(|(first, second)| second.number - first.number).min();
    (pairs.iter().filter(|(first, _)| first.past > 0).count(), closest)
}

#[test]
fn the_pairs_that_are_looked_at_are_many_and_close() {
    for clock in [Clock::Simulated, Clock::Real] {
        for (rate, returning) in [(0.01, 0.2), (0.23, 0.2), (20.0, 0.5), (2_000.0, 0.9)] {
            let mut draft = classic();
            (draft.rate, draft.clock) = (Rate::PerSecond(rate), clock);
            draft.profile.visitors.returning = returning;
            draft.profile.visitors.same_day = true;
            let plan = plan_of(draft);
            let pairs = closest_pairs(&plan, 3_000, 12);
            check_pairs(&plan, &pairs).unwrap();
            let (same_day, close) = kinds(&pairs);
            let close = close.unwrap_or_else(|| panic!("nobody comes back at {rate}/s"));
            if clock == Clock::Simulated {
                assert!(same_day > 0 || rate < 0.1, "nobody comes back on the same day at {rate}/s");
            } else {
                // They are the ones a shorter gap would break: three times as close would be too close.
                let needed = FASTEST * rate * (1_800.0 + 480.0);
                assert!(
                    same_day == 0 && close as f64 <= 3.0 * needed + 200.0,
                    "{close}, {needed} are needed"
                );
            }
        }
    }
    // Sending takes longer than the visits.
    let mut draft = classic();
    draft.pause = (1_000.0, 1_500.0);
    draft.profile.visitors.returning = 0.9;
    draft.profile.visitors.same_day = true;
    let plan = plan_of(draft);
    let pairs = closest_pairs(&plan, 3_000, 12);
    assert!(pairs.len() > 12, "{}", pairs.len());
    check_pairs(&plan, &pairs).unwrap();
}

#[test]
fn visits_of_a_visitor_stay_apart_in_every_stage() {
    let hours = |from, to, hours: u64| Stage { from, to, length: hours * 3_600 * SECOND };
    let stages = vec![
        hours(0.0, 5.0, 6),
        hours(5.0, 5.0, 30),
        hours(40.0, 40.0, 1),
        hours(0.5, 0.5, 48),
        hours(0.5, 10.0, 12),
    ];
    for clock in [Clock::Simulated, Clock::Real] {
        let mut draft = classic();
        (draft.rate, draft.clock) = (Rate::Stages(stages.clone()), clock);
        draft.most_visits = Some(stages.iter().map(Stage::visits).sum::<f64>() as u64);
        draft.profile.visitors.returning = 0.7;
        draft.profile.visitors.same_day = true;
        let plan = plan_of(draft);
        let mut pairs = closest_pairs(&plan, 6_000, 200);
        // Those after the last stage never come.
        let mut arrivals = plan.arrivals().unwrap();
        pairs.retain(|(_, second)| arrivals.due(second.number).is_some());
        assert!(pairs.len() > 20, "{clock:?}: {} pairs", pairs.len());
        check_pairs(&plan, &pairs).unwrap();
    }
}
