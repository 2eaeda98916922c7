//! How runs end: by themselves, when told to, at once.

use engine::clock::Clock;
use engine::observation::Failure;
use engine::run::Options;
use traffic::curve::SECOND;
use traffic::scenario::{Draft, Rate};

use crate::scene::{
    carry_out, check_ledger, client, end, options, plan, recorded, rich, short, start, wait_for,
};
use crate::server::{Act, Behaviour, Reply, Server, well};

#[test]
fn a_plan_that_is_exhausted_ends_the_run() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    let snapshot = carry_out(&plan(short(1_000.0, 123)), &server, &options(10), clock);
    assert_eq!((snapshot.counts.visits.planned, snapshot.counts.visits.completed), (123, 123));
    assert!(clock.now() < 2 * SECOND);
}

#[test]
fn open_visits_finish_when_a_run_is_drained() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), |request| well(request).after(5));
    let draft = Draft { pause: (0.3, 0.3), pageviews: Some((2, 2)), ..short(100.0, 10_000) };
    let run = start(&plan(draft), &client(&server), &Options { workers: 2, ..options(20) }, clock);
    wait_for(clock, 10, "hits", || server.count() >= 40);
    run.drain();
    let told = clock.now();
    let snapshot = end(run, clock);
    assert_eq!(snapshot.counts.visits.completed, snapshot.counts.visits.planned);
    assert_eq!((snapshot.counts.hits.dropped, snapshot.counts.hits.failed), (0, 0));
    assert!((30..1_000).contains(&snapshot.counts.visits.planned), "{:?}", snapshot.counts.visits);
    assert_eq!(recorded(&server), snapshot.counts.planned);
    assert!(snapshot.counts.last_start <= told + SECOND / 20);
    assert!(clock.now() - told < 2 * SECOND, "{}", clock.now() - told);
}

#[test]
fn what_does_not_finish_within_the_grace_is_cut_off() {
    let clock = Clock::start();
    // Every fifth visit is stuck, the rest takes its time.
    let server = Server::start(clock, Behaviour::default(), |request| match request.number % 5 {
        1 => Reply::from(Act::Hang).recorded(true),
        _ => well(request),
    });
    let draft = Draft { pause: (0.0, 1.5), pageviews: Some((2, 2)), ..short(100.0, 10_000) };
    let options = Options { grace: SECOND / 2, workers: 2, ..options(100) };
    let run = start(&plan(draft), &client(&server), &options, clock);
    wait_for(clock, 10, "hits", || server.count() >= 50);
    run.drain();
    let told = clock.now();
    let snapshot = end(run, clock);
    let took = clock.now() - told;
    assert!((SECOND / 2..SECOND).contains(&took), "{took}");
    assert!(snapshot.counts.errors.failure(Failure::Aborted) > 0);
    assert!(snapshot.counts.hits.dropped > 0);
    assert!(snapshot.counts.visits.incomplete > 0);
    check_ledger(&snapshot, &server);
}

#[test]
fn an_aborted_run_ends_at_once_and_tells_what_it_left() {
    for concurrency in [3, 100] {
        let clock = Clock::start();
        let server = Server::start(clock, Behaviour::default(), |_| Reply::from(Act::Hang).recorded(true));
        let plan = plan(rich(1_000.0, 100_000));
        let run = start(&plan, &client(&server), &Options { workers: 2, ..options(concurrency) }, clock);
        wait_for(clock, 10, "hits", || server.count() == concurrency && clock.now() > SECOND / 2);
        run.abort();
        let told = clock.now();
        let snapshot = end(run, clock);
        assert!(clock.now() - told < SECOND / 2, "{}", clock.now() - told);
        assert_eq!(snapshot.counts.errors.failure(Failure::Aborted), concurrency as u64);
        assert_eq!(snapshot.counts.visits.started, concurrency as u64);
        assert!(snapshot.counts.visits.dropped > 0);
        assert_eq!(snapshot.counts.uncertain.visits, concurrency as u64);
        // That the target hung is not the generator's lateness.
        assert!(
            snapshot.statistics.lag.count() == 0 || snapshot.statistics.lag.max_ms() < 100.0,
            "{}",
            snapshot.statistics.lag.max_ms()
        );
        check_ledger(&snapshot, &server);
    }
}

#[test]
fn a_run_that_is_aborted_again_and_again_while_it_is_busy_is_accounted_for() {
    for _ in 0..12 {
        let clock = Clock::start();
        let server = Server::start(clock, Behaviour::default(), well);
        let draft = Draft { pause: (0.0, 0.1), ..rich(1_500.0, 100_000) };
        let run = start(&plan(draft), &client(&server), &Options { workers: 2, ..options(200) }, clock);
        wait_for(clock, 10, "hits", || server.count() >= 300);
        run.abort();
        let snapshot = end(run, clock);
        check_ledger(&snapshot, &server);
    }
}

#[test]
fn a_run_that_is_aborted_while_it_waits_to_try_again_is_accounted_for() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour { refuses: true, ..Behaviour::default() }, well);
    let run = start(&plan(short(1_000.0, 10)), &client(&server), &options(10), clock);
    wait_for(clock, 10, "first tries", || clock.now() > SECOND / 10);
    run.abort();
    let snapshot = end(run, clock);
    assert_eq!((snapshot.counts.hits.accepted, snapshot.counts.visits.completed), (0, 0));
}

#[test]
fn no_visit_arrives_after_the_end_of_the_duration() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    let options = Options { until: Some(SECOND / 2), workers: 2, ..options(10) };
    let draft = Draft { pause: (0.2, 0.2), ..short(200.0, 100_000) };
    let snapshot = carry_out(&plan(draft), &server, &options, clock);
    assert_eq!((snapshot.counts.visits.planned, snapshot.counts.visits.completed), (100, 100));
    assert!(clock.now() < SECOND, "{}", clock.now());
}

#[test]
fn the_duration_ends_a_closed_model_too() {
    for grace in [0, 5 * SECOND] {
        let clock = Clock::start();
        let server = Server::start(clock, Behaviour::default(), |request| well(request).after(20));
        let options = Options { until: Some(SECOND / 3), grace, ..options(4) };
        let draft = Draft { rate: Rate::Max, ..short(1.0, 1_000_000) };
        let snapshot = carry_out(&plan(draft), &server, &options, clock);
        assert!((4..200).contains(&snapshot.counts.visits.planned), "{:?}", snapshot.counts.visits);
        assert!(clock.now() < SECOND, "{}", clock.now());
        if grace > 0 {
            assert_eq!(snapshot.counts.visits.completed, snapshot.counts.visits.planned);
        }
        check_ledger(&snapshot, &server);
    }
}

#[test]
fn a_visit_that_waits_for_a_slot_at_the_end_is_dropped_whole() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), |_| Reply::from(Act::Hang).recorded(true));
    let options = Options { until: Some(SECOND / 5), grace: SECOND / 5, ..options(1) };
    let snapshot = carry_out(&plan(short(100.0, 1_000)), &server, &options, clock);
    assert_eq!(
        (snapshot.counts.visits.planned, snapshot.counts.visits.started, snapshot.counts.visits.dropped),
        (20, 1, 19)
    );
    assert_eq!((snapshot.counts.hits.sent, snapshot.counts.hits.dropped), (1, 39));
}
