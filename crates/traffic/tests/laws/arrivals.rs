//! Arrivals are the integral of the curve.

use proptest::collection::vec;
use proptest::prelude::*;
use traffic::arrivals::{Arrivals, Pattern};
use traffic::curve::{Curve, DAY, Nanos, SECOND, Stage};
use traffic::day::Day;
use traffic::plan::{Plan, Tracking};
use traffic::profile::Profile;
use traffic::scenario::{Draft, Rate, Scenario};
use traffic::site::Site;

/// Arrivals of a Poisson process that are exact in number.
const CELL: u64 = 4_096;

/// Eight standard deviations in the middle of a cell, where they are largest: sqrt(4,096) / 2 each.
const FAR: f64 = 8.0 * 32.0;

/// How many visits are due before `t`, found by halving: the times ascend.
fn due_before(arrivals: &mut Arrivals<&Curve>, t: Nanos, most: u64) -> u64 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low.midpoint(high);
        if arrivals.due(middle).is_some_and(|due| due < t) { low = middle + 1 } else { high = middle }
    }
    low
}

fn seconds(nanos: Nanos) -> f64 {
    nanos as f64 / SECOND as f64
}

/// The area below the stages up to `t`: trapeziums, one a stage.
fn area(stages: &[Stage], t: Nanos) -> f64 {
    let mut start = 0;
    let mut sum = 0.0;
    for stage in stages {
        let elapsed = t.saturating_sub(start).min(stage.length);
        if elapsed > 0 {
            let until = stage.from + (stage.to - stage.from) * (elapsed as f64 / stage.length as f64);
            sum += f64::midpoint(stage.from, until) * seconds(elapsed);
        }
        start += stage.length;
    }
    sum
}

fn stages() -> impl Strategy<Value = Vec<Stage>> {
    let rate = || prop_oneof![2 => Just(0.0), 1 => 0.0..0.01_f64, 4 => 0.0..80.0_f64];
    let length = prop_oneof![
        1 => Just(0),
        2 => 1..SECOND,
        3 => (1..7_200_u64).prop_map(|s| s * SECOND),
        4 => SECOND..5 * DAY,
        1 => (1..20_u64).prop_map(|days| days * DAY),
    ];
    let shape = prop_oneof![Just(0), Just(1), Just(2)];
    let stage = (rate(), rate(), length, shape).prop_map(|(from, to, length, shape)| {
        // Plateaus as well as ramps either way.
        let to = if shape == 0 { from } else { to };
        Stage { from, to, length }
    });
    vec(stage, 1..7)
}

fn check_counts(
    curve: &Curve,
    pattern: Pattern,
    seed: u64,
    t: Nanos,
    integral: f64,
) -> Result<(), TestCaseError> {
    let most = curve.total().ceil() as u64 + 2;
    let mut arrivals = Arrivals::new(curve, pattern, seed);
    let n = due_before(&mut arrivals, t, most) as f64;
    let bound = match pattern {
        Pattern::Smooth => 0.5,
        Pattern::Poisson => FAR,
    };
    // A nanosecond of rounding and what is lost in sums of millions of visits.
    let rounding = 1e-6 + 1e-13 * curve.total() + curve.peak() * 2e-9;
    prop_assert!((n - integral).abs() <= bound + rounding, "{n} visits before {t}, expected {integral}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn as_many_visits_arrive_as_the_area_below_the_stages(
        stages in stages(),
        seed: u64,
        at in vec(0.0..=1.0_f64, 3),
    ) {
        let curve = Curve::stages(&stages);
        let end: Nanos = stages.iter().map(|stage| stage.length).sum();
        for t in at.into_iter().map(|part| (end as f64 * part) as Nanos).chain([0, end, end + DAY]) {
            let integral = area(&stages, t);
            let tolerance = 1e-9 + 1e-12 * integral;
            prop_assert!((curve.expected(t) - integral).abs() <= tolerance, "{} {integral}", curve.expected(t));
            check_counts(&curve, Pattern::Smooth, seed, t, integral)?;
            check_counts(&curve, Pattern::Poisson, seed, t, integral)?;
        }
        for pattern in [Pattern::Smooth, Pattern::Poisson] {
            let mut arrivals = Arrivals::new(&curve, pattern, seed);
            prop_assert_eq!(arrivals.due(curve.total().ceil() as u64 + CELL), None);
        }
    }

    #[test]
    fn arrivals_ascend_and_none_falls_where_the_rate_is_zero(stages in stages(), seed: u64, part in 0.0..1.0_f64) {
        let curve = Curve::stages(&stages);
        let first = (curve.total() * part) as u64;
        for pattern in [Pattern::Smooth, Pattern::Poisson] {
            let mut arrivals = Arrivals::new(&curve, pattern, seed);
            let due: Vec<Nanos> = (first..first + 5_000).map_while(|k| arrivals.due(k)).collect();
            prop_assert!(due.is_sorted());
            for &t in &due {
                // The very first and last nanosecond of a ramp may round to zero.
                let near = [t.saturating_sub(1), t, t + 1];
                prop_assert!(near.into_iter().any(|t| curve.rate(t) > 0.0), "a visit at {}", t);
            }
        }
    }

    #[test]
    fn a_poisson_process_is_exact_at_the_end_of_every_cell(stages in stages(), seed: u64, part in 0.0..1.0_f64) {
        let curve = Curve::stages(&stages);
        let boundary = (curve.total() * part) as u64 / CELL * CELL;
        if let Some(time) = curve.inverse(boundary as f64).filter(|_| boundary > 0) {
            let mut arrivals = Arrivals::new(&curve, Pattern::Poisson, seed);
            prop_assert!(arrivals.due(boundary - 1).unwrap() <= time);
            prop_assert!(arrivals.due(boundary).is_none_or(|due| due >= time));
        }
    }

    #[test]
    fn the_inverse_undoes_what_is_expected_where_visits_come(stages in stages(), at in vec(0.0..1.0_f64, 8)) {
        let curve = Curve::stages(&stages);
        let end: Nanos = stages.iter().map(|stage| stage.length).sum();
        for t in at.into_iter().map(|part| (end as f64 * part) as Nanos) {
            let (rate, expected) = (curve.rate(t), curve.expected(t));
            if rate <= 0.0 || curve.total() - expected <= 1e-9 * curve.total() {
                continue;
            }
            let back = curve.inverse(expected).unwrap();
            // Rounded sums of visits, told in time, and the square root where a ramp is nearly down.
            let lost = (1e-15 * curve.total() / rate) * SECOND as f64 + DAY as f64 * 1e-15 * curve.peak() / rate;
            prop_assert!(back.abs_diff(t) as f64 <= 1_000.0 + 8.0 * lost, "{t} became {back} at {rate}/s");
        }
    }

    #[test]
    fn a_constant_rate_has_no_drift_in_ten_years(rate in 0.0001..2_000.0_f64, seed: u64, at in 0..3_653 * DAY) {
        let curve = Curve::constant(rate);
        check_counts(&curve, Pattern::Smooth, seed, at, rate * seconds(at))?;
        check_counts(&curve, Pattern::Poisson, seed, at, rate * seconds(at))?;
    }

    #[test]
    fn a_capped_day_has_its_visits_and_no_more(
        rate in 0.001..200.0_f64,
        cap in 1..50_000_u64,
        first in 1..=DAY,
        lengths in vec(23..=25_u64, 0..12),
        seed: u64,
        part in 0.0..1.0_f64,
    ) {
        let days: Vec<Nanos> =
            std::iter::once(first).chain(lengths.into_iter().map(|hours| hours * 3_600 * SECOND)).collect();
        let curve = Curve::daily(rate, None, Some(cap), days.iter().map(|&length| Day { length, weekday: 0 }));
        for pattern in [Pattern::Smooth, Pattern::Poisson] {
            let mut arrivals = Arrivals::new(&curve, pattern, seed);
            let (mut start, mut before, mut rest) = (0, 0, 0.0);
            for &length in &days {
                // Whole visits; what is left over is the next day's, unless the cap cut it off.
                let open = rate * seconds(length) + rest;
                let visits = (open as u64).min(cap);
                rest = if visits < cap { open - visits as f64 } else { 0.0 };
                let until = due_before(&mut arrivals, start + length, curve.total() as u64 + 2);
                prop_assert_eq!(until - before, visits);
                let within = (length as f64 * part) as Nanos;
                let so_far = due_before(&mut arrivals, start + within, curve.total() as u64 + 2) - before;
                let open = (rate * seconds(within)).min(cap as f64);
                let bound = if pattern == Pattern::Smooth { 1.501 } else { FAR };
                prop_assert!((so_far as f64 - open).abs() <= bound, "{so_far} visits instead of {open}");
                (start, before) = (start + length, until);
            }
            prop_assert_eq!(arrivals.due(before), None);
        }
    }
}

/// A plan of stages on the built-in site.
fn plan_of(stages: &[Stage], pattern: Pattern, seed: u64) -> Plan {
    let profile = Profile::built_in("classic").unwrap();
    let site = Site::built_in(profile.site);
    let draft = Draft { rate: Rate::Stages(stages.to_vec()), pattern, ..Draft::new(profile, site) };
    let tracking = Tracking { site: 1, authenticated: false, countries: false, tag_dimension: None };
    Plan::new(Scenario::new(draft).unwrap(), tracking, seed, "law")
}

#[test]
fn a_plan_has_in_each_stage_the_visits_of_its_area_and_then_ends() {
    let stages = [(0.0, 50.0, 120), (50.0, 50.0, 600), (200.0, 200.0, 30), (0.0, 0.0, 60), (3.0, 1.0, 91)]
        .map(|(from, to, seconds)| Stage { from, to, length: seconds * SECOND });
    for (pattern, bound) in [(Pattern::Smooth, 1.0), (Pattern::Poisson, 2.0 * FAR)] {
        for seed in 0..20 {
            let plan = plan_of(&stages, pattern, seed);
            let mut arrivals = plan.arrivals().unwrap();
            let due: Vec<Nanos> = (0..).map_while(|number| arrivals.due(number)).collect();
            let mut start = 0;
            for stage in stages {
                let within =
                    due.iter().filter(|due| (start..start + stage.length).contains(due)).count() as f64;
                let wanted = f64::midpoint(stage.from, stage.to) * seconds(stage.length);
                assert!((within - wanted).abs() <= bound, "{pattern:?}: {within} instead of {wanted}");
                assert!(wanted > 0.0 || within <= 0.0, "visits where the rate is 0");
                assert!((stage.visits() - wanted).abs() < 1e-9);
                start += stage.length;
            }
            assert_eq!(plan.ends(), Some(start));
            assert!((plan.expected(start).unwrap() - 39_182.0).abs() < 1e-6);
            assert!(plan.rate(start) <= 0.0 && due.iter().all(|due| *due < start));
            let first = due.len() as u64;
            assert!((first..first + 10_000).all(|number| arrivals.due(number).is_none()), "{pattern:?}");
        }
    }
}

#[test]
fn stages_belong_to_the_fingerprint_of_a_plan() {
    let stage = |rate, seconds| Stage { from: rate, to: rate, length: seconds * SECOND };
    let fingerprint = |stages: &[Stage]| plan_of(stages, Pattern::Smooth, 1).fingerprint();
    let own = fingerprint(&[stage(1.0, 60), stage(2.0, 60)]);
    assert_eq!(own, fingerprint(&[stage(1.0, 60), stage(2.0, 60)]));
    for other in [&[stage(1.0, 60)][..], &[stage(2.0, 60), stage(1.0, 60)], &[stage(1.0, 61), stage(2.0, 59)]]
    {
        assert_ne!(own, fingerprint(other), "{other:?}");
    }
}

#[test]
fn stages_that_cannot_be_are_refused() {
    let profile = Profile::built_in("saas").unwrap();
    let refused = |stages: Vec<Stage>, cap: Option<u64>| {
        let site = Site::built_in(profile.site);
        let rhythm = cap.map(|_| profile.rhythm);
        let rate = Rate::Stages(stages);
        let draft = Draft { rate, rhythm, most_visits_per_day: cap, ..Draft::new(profile.clone(), site) };
        Scenario::new(draft).unwrap_err().iter().map(|problem| problem.setting).collect::<Vec<_>>()
    };
    let stage = |from, to, length| Stage { from, to, length };
    for wrong in [
        vec![],
        vec![stage(0.0, 0.0, SECOND)],
        vec![stage(1.0, 1.0, 0)],
        vec![stage(1.0, f64::NAN, SECOND)],
        vec![stage(-1.0, 1.0, SECOND)],
        vec![stage(1.0, 2e6, SECOND)],
        vec![stage(1.0, 1.0, 3_000 * DAY), stage(1.0, 1.0, 651 * DAY)],
    ] {
        assert_eq!(refused(wrong.clone(), None), ["STAGES"], "{wrong:?}");
    }
    assert_eq!(refused(vec![stage(1.0, 1.0, SECOND)], Some(5)), ["CURVE", "MAX_VISITS_PER_DAY"]);
}

#[test]
fn a_visit_every_other_day_comes_although_a_cap_counts_days() {
    let curve = Curve::daily(
        0.5 / 86_400.0,
        None,
        Some(10),
        std::iter::repeat_n(Day { length: DAY, weekday: 0 }, 20),
    );
    let mut arrivals = Arrivals::new(&curve, Pattern::Smooth, 1);
    assert_eq!(due_before(&mut arrivals, 20 * DAY, 100), 10);
}

#[test]
fn a_ramp_may_take_ten_years() {
    let length = 3_653 * DAY;
    let curve = Curve::stages(&[Stage { from: 0.0, to: 2.0, length }]);
    assert!((curve.total() - seconds(length)).abs() < 1e-3);
    let half = curve.inverse(curve.total() / 4.0).unwrap();
    assert!(half.abs_diff(length / 2) < 1_000, "{half}");
}
