//! Searches against a target that is a queue on paper.

use engine::recorder::times::Times;
use engine::recorder::{ErrorCounts, HitCounts, VisitCounts};
use proptest::prelude::*;

use super::*;
use crate::threshold::parse;

/// A target that answers so many hits a second, each after 10 ms where none is waiting.
struct Target {
    hits_per_second: f64,
    /// Above this rate hits are refused.
    breaks_at: f64,
    /// Above this rate the generator lags.
    generator: f64,
    queue: f64,
    windows: Vec<Window>,
}

const HITS_A_VISIT: f64 = 5.0;

impl Target {
    fn of(hits_per_second: f64) -> Target {
        Target {
            hits_per_second,
            breaks_at: f64::INFINITY,
            generator: f64::INFINITY,
            queue: 0.0,
            windows: Vec::new(),
        }
    }

    /// A second at a rate.
    fn live(&mut self, visits_per_second: f64) {
        let due = (visits_per_second * HITS_A_VISIT).round();
        let sent = (self.queue + due).min(self.hits_per_second);
        let before = self.queue;
        self.queue = self.queue + due - sent;
        let mut window = Window::default();
        let failed = if due > self.breaks_at { due * 0.1 } else { 0.0 } as u64;
        window.visits = VisitCounts { planned: visits_per_second as u64, ..VisitCounts::default() };
        window.hits = HitCounts {
            planned: due as u64,
            sent: sent as u64,
            accepted: due as u64 - failed,
            rejected: failed,
            ..HitCounts::default()
        };
        let mut errors = ErrorCounts::default();
        assert!(errors.add_named("http_503", failed));
        window.errors = errors;
        let (mut response, mut lag) = (Times::default(), Times::default());
        for hit in 0..due as u64 {
            let waited = (before + (self.queue - before) * hit as f64 / due).max(0.0) / self.hits_per_second;
            response.record(10_000_000 + (waited * 1e9) as u64);
            lag.record(if due > self.generator { 30_000_000 } else { 100_000 });
        }
        window.response = response.pack();
        window.lag = lag.pack();
        window.gauges.backlog = self.queue as u64;
        self.windows.push(window);
    }
}

fn rules(from: f64) -> Rules {
    Rules {
        objectives: vec![parse("response.p95<500ms").unwrap(), parse("errors<1%").unwrap()],
        from,
        most: 1e6,
        factor: 1.5,
        precision: 0.05,
        step: 10 * SECOND,
        settle: 2 * SECOND,
        settle_hold: 4 * SECOND,
        hold: 60 * SECOND,
    }
}

/// Lets a search go on to its end; every window is known two seconds after it.
fn search(rules: Rules, target: &mut Target) -> CapacityPart {
    let mut rate = rules.from;
    let mut search = Search::new(rules);
    for second in 0..3_000 {
        target.live(rate);
        let series = Series::of(0, 1, target.windows.clone()).unwrap();
        let look = Look { now: (second + 1) * SECOND, series: &series, backlog: target.queue as u64 };
        match search.tick(&look) {
            Next::Wait => {}
            Next::Rate(next) => rate = next,
            Next::Over => return search.result(),
        }
    }
    panic!("the search does not end: {:?}", search.result());
}

#[test]
fn it_finds_what_a_queue_sustains_and_says_what_gave_way_above() {
    let found = search(rules(1.0), &mut Target::of(400.0));
    let sustained = found.sustained.as_ref().unwrap();
    assert!((360.0..=400.0).contains(&sustained.hits_per_second), "{found:#?}");
    assert_eq!(sustained.purpose, Purpose::Hold);
    assert!(sustained.to_seconds - sustained.from_seconds >= 55.0, "{sustained:?}");
    let failed = found.failed.as_ref().unwrap();
    assert!(failed.hits_per_second <= 440.0, "{failed:?}");
    assert!(!found.is_lower_bound);
    assert!(found.sentence.starts_with("this Matomo sustains "), "{}", found.sentence);
    assert!(found.sentence.contains(" visits/s, 6") && found.sentence.contains(" M visits a day); at "));
}

#[test]
fn what_fails_is_named() {
    let mut target = Target { breaks_at: 100.0, ..Target::of(10_000.0) };
    let found = search(rules(5.0), &mut target);
    let sustained = found.sustained.unwrap();
    assert!((90.0..=100.0).contains(&sustained.hits_per_second), "{sustained:?}");
    assert!(found.sentence.contains("errors left 1 %"), "{}", found.sentence);
}

#[test]
fn where_the_generator_is_the_bottleneck_the_answer_is_a_lower_bound() {
    let mut target = Target { generator: 300.0, ..Target::of(10_000.0) };
    let found = search(rules(5.0), &mut target);
    assert!(found.is_lower_bound);
    assert!(
        found.sentence.contains("sustains at least")
            && found.sentence.contains("the generator was the bottleneck")
    );
}

#[test]
fn a_first_rate_that_is_too_high_is_lowered() {
    let found = search(rules(500.0), &mut Target::of(100.0));
    let sustained = found.sustained.unwrap();
    assert!((85.0..=100.0).contains(&sustained.hits_per_second), "{sustained:?}");
}

#[test]
fn a_target_that_never_answers_in_time_sustains_nothing() {
    let mut rules = rules(10.0);
    rules.objectives = vec![parse("response.p95<1ms").unwrap()];
    let found = search(rules, &mut Target::of(1e6));
    assert_eq!(found.sustained, None);
    assert!(found.sentence.starts_with("no rate was found"), "{}", found.sentence);
}

#[test]
fn no_rate_above_the_highest_that_is_allowed_is_tried() {
    let found = search(Rules { most: 20.0, ..rules(5.0) }, &mut Target::of(1e6));
    assert!(found.is_lower_bound);
    assert!(found.steps.iter().all(|step| step.visits_per_second <= 20.0));
    assert!(found.sentence.contains("no higher rate was tried"), "{}", found.sentence);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn it_is_within_a_tenth_whatever_the_target_sustains(capacity in 60.0..1_500.0_f64, from in 1.0..60.0_f64) {
        let found = search(rules(from), &mut Target::of(capacity));
        let sustained = found.sustained.expect("an answer");
        let share = sustained.hits_per_second / capacity;
        prop_assert!((0.9..=1.02).contains(&share), "{} of {}: {:#?}", sustained.hits_per_second, capacity, found.steps);
    }
}
