//! Placing visits around midnight.

use proptest::collection::vec;
use proptest::prelude::*;
use traffic::place::{Placement, place};
use traffic::scenario::Clock;
use traffic::visit::Visit;

use crate::classic::{classic, plan_of};
use crate::scenarios::run;

const DAY: i64 = 86_400_000;
const MIDNIGHT: i64 = DAY * 20_000;

fn some_visit(number: u64) -> Visit {
    plan_of(classic()).visit(number)
}

/// When the hits of a visit happen, placed clear of midnight: of the one that days begin and end with.
pub(crate) fn placed(visit: &Visit, start_ms: i64, midnight_ms: i64, clock: Clock) -> Vec<i64> {
    let next = start_ms + (midnight_ms - start_ms - 1).rem_euclid(DAY) + 1;
    times(visit, place(visit, start_ms, next, clock))
}

fn times(visit: &Visit, placement: Placement) -> Vec<i64> {
    visit.actions.iter().enumerate().map(|(i, action)| placement.at(i, action.offset_ms)).collect()
}

/// A midnight somewhere in or near a visit, or in the middle of a hit.
fn check(visit: &Visit, part: f64) -> Result<(), TestCaseError> {
    let length = i64::from(visit.length_ms());
    let start = MIDNIGHT - (length as f64 * part) as i64;
    for clock in [Clock::Simulated, Clock::Real] {
        let times = placed(visit, start, MIDNIGHT, clock);
        prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 1_000), "{times:?}");
        prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= 1_740_000), "{times:?}");
        let (first, last) = (times[0], *times.last().unwrap());
        prop_assert_eq!(first.div_euclid(DAY), last.div_euclid(DAY));
        prop_assert!(last - first <= length);
        match clock {
            Clock::Simulated => prop_assert!(last <= start + length),
            Clock::Real => prop_assert!(first >= start),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_visit_crosses_midnight_and_its_hits_stay_in_order(
        run in run(),
        first in 0..1_000_000_000_u64,
        parts in vec(-0.1..1.1_f64, 30),
    ) {
        let plan = run.plan();
        for (number, part) in run.numbers(first, 30).zip(parts) {
            check(&plan.visit(number), part)?;
        }
    }
}

#[test]
fn a_visit_away_from_midnight_is_left_alone() {
    let visit = some_visit(1);
    let placement = place(&visit, MIDNIGHT, MIDNIGHT + 86_400_000, Clock::Real);
    assert_eq!(placement.start_ms, MIDNIGHT);
    assert_eq!(placement.at(2, visit.actions[2].offset_ms), MIDNIGHT + i64::from(visit.actions[2].offset_ms));
}
