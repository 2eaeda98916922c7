//! Placing visits around midnight.

use proptest::prelude::*;

use traffic::place::{Placement, place};
use traffic::scenario::Clock;
use traffic::visit::Visit;

use crate::classic::{classic, plan_of};

const MIDNIGHT: i64 = 86_400_000 * 20_000;

fn some_visit(number: u64) -> Visit {
    plan_of(classic()).visit(number)
}

fn times(visit: &Visit, placement: Placement) -> Vec<i64> {
    visit.actions.iter().enumerate().map(|(i, action)| placement.at(i, action.offset_ms)).collect()
}

proptest! {
    #[test]
    fn no_visit_crosses_midnight_and_its_hits_stay_in_order(number in 0_u64..200, before in -100_000_i64..600_000) {
        let visit = some_visit(number);
        for clock in [Clock::Simulated, Clock::Real] {
            let start = MIDNIGHT - before;
            let next = if start < MIDNIGHT { MIDNIGHT } else { MIDNIGHT + 86_400_000 };
            let placement = place(&visit, start, next, clock);
            let times = times(&visit, placement);
            prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 1_000), "{times:?}");
            let day = |t: i64| t.div_euclid(86_400_000);
            prop_assert_eq!(day(times[0]), day(*times.last().unwrap()));
            match clock {
                Clock::Simulated => prop_assert!(*times.last().unwrap() <= start + i64::from(visit.length_ms())),
                Clock::Real => prop_assert!(times[0] >= start),
            }
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
