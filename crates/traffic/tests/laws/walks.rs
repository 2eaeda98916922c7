//! However the visits of a plan are divided, each is sent once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use traffic::arrivals::Pattern;
use traffic::plan::{Plan, Tracking};
use traffic::profile::{BuiltInSite, Profile};
use traffic::scenario::{Draft, Rate, Scenario};
use traffic::site::Site;
use traffic::walk::{Audience, Part, Shard, Walk};

use crate::scenarios::run;

const VISITS: usize = 300;

/// The first visits of a part, with the times at which they are due.
fn walk(plan: &Plan, part: Part, until: u64) -> Vec<(u64, u64)> {
    let mut walk = Walk::new(plan, part);
    std::iter::from_fn(|| walk.next(plan)).take_while(|(number, _)| *number < until).collect()
}

/// All parts of a plan that is divided among machines and, on each of them, workers.
fn parts(part: Part, shards: u32, workers: u64) -> Vec<Part> {
    let shards = (0..shards).filter_map(|index| Shard::new(index, shards));
    shards
        .enumerate()
        .flat_map(|(index, shard)| {
            // Machines need not have the same number of cores.
            let workers = workers + index as u64 % 2;
            (0..workers).map(move |worker| Part { shard, worker: (worker, workers), ..part })
        })
        .collect()
}

fn audiences(targets: u64) -> [Vec<Audience>; 2] {
    let in_turn = (0..targets).map(|index| Audience::InTurn { index, of: targets });
    let weights: u64 = (1..=targets).sum();
    let shares = (1..=targets).map(|weight| Audience::Share {
        from: (1..weight).sum::<u64>() as f64 / weights as f64,
        share: weight as f64 / weights as f64,
    });
    [in_turn.collect(), shares.collect()]
}

/// Some visits a second for ever, evenly or by chance.
fn steady(rate: f64, pattern: Pattern) -> Plan {
    let mut draft = crate::classic::classic();
    draft.rate = Rate::PerSecond(rate);
    draft.pattern = pattern;
    crate::classic::plan_of(draft)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn machines_and_their_workers_send_every_visit_once_and_when_one_machine_would(run in run()) {
        let plan = run.plan();
        let until = run.numbers(0, VISITS as u64).end;
        let expected = walk(&plan, Part::WHOLE, until);
        for (shards, workers) in [(1, 4), (3, 1), (8, 2), (5, 3)] {
            let mut sent: Vec<(u64, u64)> = parts(Part::WHOLE, shards, workers)
                .into_iter()
                .flat_map(|part| walk(&plan, part, until))
                .collect();
            sent.sort_unstable();
            prop_assert_eq!(&sent, &expected);
        }
    }

    #[test]
    fn targets_divide_the_visits_among_them(run in run(), targets in 1..6_u64) {
        let plan = run.plan();
        let until = run.numbers(0, VISITS as u64).end;
        let expected = walk(&plan, Part::WHOLE, until);
        for audiences in audiences(targets) {
            let mut sent: Vec<(u64, u64)> = audiences
                .into_iter()
                .flat_map(|audience| parts(Part { audience, ..Part::WHOLE }, 2, 2))
                .flat_map(|part| walk(&plan, part, until))
                .collect();
            sent.sort_unstable();
            prop_assert_eq!(&sent, &expected);
        }
    }
}

#[test]
fn a_visitor_has_one_target() {
    let plan = steady(0.002, Pattern::Smooth);
    for audience in audiences(3).into_iter().flatten() {
        let own = walk(&plan, Part { audience, ..Part::WHOLE }, 3_000);
        let own: BTreeSet<u64> = own.into_iter().map(|(number, _)| number).collect();
        let mut returned = 0;
        for number in &own {
            if let Some(before) = plan.visit(*number).predecessor {
                assert!(own.contains(&before), "{audience:?} has visit {number} and not {before}");
                returned += 1;
            }
        }
        assert!(returned > 50, "{returned} visits of people who came back");
    }
}

#[test]
fn targets_get_their_shares_more_evenly_than_by_chance() {
    let plan = steady(100.0, Pattern::Smooth);
    for visits in [200, 20_000] {
        for audience in audiences(4).into_iter().flatten() {
            let own = walk(&plan, Part { audience, ..Part::WHOLE }, visits).len() as f64;
            let expected = audience.share() * visits as f64;
            // By chance a tenth of them would be off by 1.6 times the root.
            assert!(
                (own - expected).abs() < 0.5 * expected.sqrt() + 1.0,
                "{own} of {expected}: {audience:?}"
            );
        }
    }
}

#[test]
fn targets_get_visitors_who_come_back_alike() {
    let mut draft = Draft::new(Profile::built_in("ecommerce").unwrap(), Site::built_in(BuiltInSite::Shop));
    draft.rate = Rate::PerSecond(1.0);
    let plan = crate::classic::plan_of(draft);
    let visits = 40_000;
    let returning = |numbers: &mut dyn Iterator<Item = u64>| {
        let all: Vec<u64> = numbers.collect();
        let known = all.iter().filter(|number| plan.population().attendance(**number).earlier > 0).count();
        (known as f64 / all.len() as f64, all.len() as f64)
    };
    let (expected, _) = returning(&mut (0..visits));
    assert!(expected > 0.05, "{expected}");
    for targets in [2, 3, 5, 8, 13] {
        for audience in audiences(targets).into_iter().flatten() {
            let own = walk(&plan, Part { audience, ..Part::WHOLE }, visits);
            let (share, of) = returning(&mut own.into_iter().map(|(number, _)| number));
            // Whoever comes back does so several times, so these are not independent draws.
            let deviation = (expected * (1.0 - expected) / of).sqrt();
            assert!((share - expected).abs() < 5.0 * deviation, "{share} of {expected}: {audience:?}");
        }
    }
}

#[test]
fn an_aimed_plan_is_the_plan_of_that_target() {
    let draft = crate::classic::classic();
    let tracking =
        |site, authenticated| Tracking { site, authenticated, countries: true, tag_dimension: Some(3) };
    let scenario = Scenario::new(draft).unwrap();
    let plan = |tracking| Plan::starting(scenario.clone(), tracking, 7, "aimed", 1_767_571_200_000);
    for (from, to) in [(tracking(1, false), tracking(2, true)), (tracking(1, true), tracking(2, false))] {
        assert_eq!(format!("{:?}", plan(from).aimed_at(to)), format!("{:?}", plan(to)));
    }
}

#[test]
fn a_cap_of_a_target_is_kept_every_day_whoever_sends_its_visits() {
    const DAY: u64 = 86_400_000_000_000;
    for pattern in [Pattern::Smooth, Pattern::Poisson] {
        let plan = steady(1.0, pattern);
        let audience = Audience::Share { from: 0.25, share: 0.5 };
        let free = Part { audience, ..Part::WHOLE };
        let capped = Part { most_a_day: Some(1_000), ..free };
        let first_of_each_day: Vec<(u64, u64)> = walk(&plan, free, 262_000)
            .chunk_by(|one, other| one.1 / DAY == other.1 / DAY)
            .flat_map(|day| &day[..day.len().min(1_000)])
            .copied()
            .collect();
        assert_eq!(first_of_each_day.len(), 4_000, "the fourth day goes on");
        let mut sent: Vec<(u64, u64)> =
            parts(capped, 3, 2).into_iter().flat_map(|part| walk(&plan, part, 262_000)).collect();
        sent.sort_unstable();
        assert_eq!(sent, first_of_each_day);
    }
}

#[test]
fn who_was_kept_away_by_a_cap_is_new_to_that_target() {
    let plan = steady(0.02, Pattern::Poisson);
    let capped = Part { most_a_day: Some(400), ..Part::WHOLE };
    let mut seen: BTreeMap<u64, u32> = BTreeMap::new();
    let mut way = Walk::new(&plan, capped);
    let (mut known, mut less) = (0, 0);
    for _ in 0..8_000 {
        let Some((number, _)) = way.next(&plan) else { panic!("a plan without an end") };
        let visit = plan.visit(number);
        let earlier = way.earlier(&plan, number, visit.earlier);
        assert_eq!(earlier, seen.get(&visit.visitor.number).copied().unwrap_or(0), "visit {number}");
        *seen.entry(visit.visitor.number).or_default() += 1;
        known += u32::from(earlier > 0);
        less += u32::from(earlier < visit.earlier);
    }
    assert!(known > 200 && less > 200, "{known} known, {less} with visits that were not sent");
}

#[test]
fn a_capped_target_has_an_end_where_nothing_is_due() {
    let mut draft = crate::classic::classic();
    draft.rate = Rate::Max;
    let plan = crate::classic::plan_of(draft);
    let mut way = Walk::new(&plan, Part { most_a_day: Some(5), ..Part::WHOLE });
    assert_eq!(std::iter::from_fn(|| way.next(&plan)).count(), 5);
    assert!(!way.is_through());
}
