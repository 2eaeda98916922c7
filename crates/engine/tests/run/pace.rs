//! The arrival clock: pauses and other speeds change when visits come, and nothing else.

use engine::clock::Clock;
use engine::run::Options;
use traffic::curve::{Nanos, SECOND};

use crate::scene::{client, end, options, plan, recorded, short, start, wait_for};
use crate::server::{Behaviour, Server, well};

/// When the first hits of visits arrived.
fn starts(server: &Server) -> Vec<Nanos> {
    let mut starts: Vec<Nanos> =
        server.requests().iter().filter(|hit| hit.is_first_of_its_visit()).map(|hit| hit.at).collect();
    starts.sort_unstable();
    starts
}

#[test]
fn a_pause_keeps_visits_from_coming_and_loses_none() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    let plan = plan(short(100.0, 100));
    let run = start(&plan, &client(&server), &Options { workers: 2, ..options(10) }, clock);
    wait_for(clock, 10, "hits", || server.count() >= 40);
    run.set_speed(0.0);
    let paused = clock.now();
    wait_for(clock, 10, "the pause", || clock.now() > paused + SECOND);
    assert!(!run.is_over());
    run.set_speed(1.0);
    let resumed = clock.now();
    let snapshot = end(run, clock);
    assert_eq!((snapshot.counts.visits.completed, snapshot.counts.visits.planned), (100, 100));
    assert_eq!(recorded(&server), snapshot.counts.planned);
    // Those that were late are none that the pause put off.
    assert!(snapshot.counts.hits.late < 10, "{}", snapshot.counts.hits.late);
    let within = starts(&server).iter().filter(|at| (paused + SECOND / 10..resumed).contains(at)).count();
    assert_eq!(within, 0, "visits that came while the clock stood still");
}

#[test]
fn at_twice_the_speed_the_same_visits_come_twice_as_fast() {
    let identities = |speed: f64| {
        let clock = Clock::start();
        let server = Server::start(clock, Behaviour::default(), well);
        let run = start(&plan(short(50.0, 100)), &client(&server), &options(10), clock);
        run.set_speed(speed);
        let snapshot = end(run, clock);
        assert_eq!(snapshot.counts.visits.completed, 100);
        let mut visitors: Vec<String> = server.by_cid().into_keys().collect();
        visitors.sort_unstable();
        let starts = starts(&server);
        (visitors, starts[99] - starts[0])
    };
    let ((steady, slow), (hurried, fast)) = (identities(1.0), identities(2.0));
    assert_eq!(steady, hurried);
    let ratio = slow as f64 / fast as f64;
    assert!((1.7..2.3).contains(&ratio), "{ratio}: {slow} and {fast} ns");
}

#[test]
fn what_is_due_in_the_warm_up_is_recorded_and_left_out_of_the_statistics() {
    let clock = Clock::start();
    // Slow while it is cold.
    let server = Server::start(clock, Behaviour::default(), |request| {
        well(request).after(if request.number < 20 { 300 } else { 0 })
    });
    let warm_up = SECOND + SECOND / 4;
    let options = Options { warm_up, ..options(50) };
    let run = start(&plan(short(50.0, 150)), &client(&server), &options, clock);
    let snapshot = end(run, clock);
    assert_eq!(snapshot.counts.visits.completed, 150);
    assert_eq!(recorded(&server), snapshot.counts.planned);
    let measured = snapshot.measured();
    let arrivals = plan(short(50.0, 150)).arrivals().unwrap();
    let later = (0..150).filter(|&number| arrivals.clone().due(number).unwrap() >= warm_up).count() as u64;
    assert_eq!((measured.visits.planned, measured.hits.accepted), (later, 2 * later));
    assert_eq!(snapshot.statistics.response.count(), 2 * later);
    assert_eq!(snapshot.warm_up.response.count(), 300 - 2 * later);
    assert!(snapshot.warm_up.service.max_ms() >= 300.0);
    assert!(snapshot.statistics.service.quantile_ms(0.9) < 100.0);
}
