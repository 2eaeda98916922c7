//! Several targets, and several machines.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::clock::Clock;
use engine::route::Route;
use engine::run::{Ended, Options, Run};
use traffic::curve::SECOND;
use traffic::walk::{Audience, Shard};

use crate::scene::{
    check_identities, client, client_with, follow, options, plan, recorded, rich, short, wait_for,
};
use crate::server::{Act, Behaviour, Reply, Server, well};

/// Visitors that a server has seen.
fn cids(server: &Server) -> BTreeSet<String> {
    server.requests().iter().map(|request| request.cid().to_owned()).collect()
}

fn finish(run: Run, clock: Clock) -> Ended {
    wait_for(clock, 30, "the end of the run", || run.is_over());
    let ended = run.join();
    for snapshot in ended.routes.iter().chain([&ended.whole]) {
        check_identities(snapshot);
    }
    ended
}

/// Targets that get a share of the visits each, one after the other.
fn shares<const N: usize>(shares: [f64; N]) -> [Audience; N] {
    let mut from = 0.0;
    shares.map(|share| {
        let audience = Audience::Share { from, share };
        from += share;
        audience
    })
}

#[test]
fn every_target_gets_every_visit_where_they_mirror_each_other() {
    let clock = Clock::start();
    let servers = [0, 1, 2].map(|_| Server::start(clock, Behaviour::default(), well));
    let plan = plan(rich(400.0, 150));
    let routes = servers.each_ref().map(|server| Route::only(&plan, &client(server)));
    let run = Run::start(&routes, &Options { workers: 2, ..options(30) }, clock).unwrap();
    let ended = finish(run, clock);
    for (server, snapshot) in servers.iter().zip(&ended.routes) {
        assert_eq!(snapshot.counts.visits.completed, 150);
        assert_eq!(recorded(server), snapshot.counts.planned);
        assert_eq!(cids(server), cids(&servers[0]));
    }
    assert_eq!(ended.whole.counts.visits.completed, 450);
    assert!(ended.whole.is_through);
}

#[test]
fn targets_with_shares_get_the_visits_of_different_visitors_and_add_up_to_the_whole() {
    let clock = Clock::start();
    let servers = [0, 1, 2].map(|_| Server::start(clock, Behaviour::default(), well));
    let plan = plan(rich(400.0, 200));
    let mut routes = servers.each_ref().map(|server| Route::only(&plan, &client(server)));
    for (route, audience) in routes.iter_mut().zip(shares([0.5, 0.3, 0.2])) {
        route.audience = audience;
    }
    let run = Run::start(&routes, &Options { workers: 2, ..options(10) }, clock).unwrap();
    let ended = finish(run, clock);
    let seen = servers.each_ref().map(cids);
    assert_eq!(seen.iter().map(BTreeSet::len).sum::<usize>(), 200);
    assert_eq!(seen.iter().flatten().collect::<BTreeSet<_>>().len(), 200);
    let mut sum = engine::recorder::Snapshot::new(0);
    for ((server, snapshot), share) in servers.iter().zip(&ended.routes).zip([100, 60, 40]) {
        assert_eq!(recorded(server), snapshot.counts.planned);
        assert!(
            snapshot.counts.visits.completed.abs_diff(share) <= 3,
            "{}",
            snapshot.counts.visits.completed
        );
        sum += snapshot;
    }
    assert_eq!(sum.counts, ended.whole.counts);
    assert_eq!(sum.statistics, ended.whole.statistics);
    assert_eq!(sum.measured(), ended.whole.measured());
}

#[test]
fn a_target_that_hangs_holds_up_none_of_the_others() {
    for concurrency in [2, 20] {
        let clock = Clock::start();
        let hanging = Server::start(clock, Behaviour::default(), |_| Reply::from(Act::Hang));
        let fine = Server::start(clock, Behaviour::default(), well);
        let plan = plan(short(200.0, 200));
        let mut routes = [
            Route::only(&plan, &client_with(&hanging, Duration::from_mins(10), None)),
            Route::only(&plan, &client(&fine)),
        ];
        for (route, audience) in routes.iter_mut().zip(shares([0.5, 0.5])) {
            route.audience = audience;
        }
        let run = Run::start(&routes, &Options { workers: 2, ..options(concurrency) }, clock).unwrap();
        wait_for(clock, 20, "all visits at the target that answers", || {
            let visits = run.snapshot_of(1).unwrap().counts.visits;
            visits.planned >= 95
                && visits.completed == visits.planned
                && run.snapshot_of(1).unwrap().is_through
        });
        assert_eq!(run.snapshot_of(0).unwrap().counts.visits.completed, 0);
        run.abort();
        let ended = finish(run, clock);
        let (bad, good) = (&ended.routes[0].counts, &ended.routes[1].counts);
        assert_eq!((good.hits.dropped, good.hits.failed), (0, 0));
        assert_eq!(good.hits.accepted, good.hits.planned);
        assert_eq!(bad.hits.accepted, 0);
        // Waiting is the target's doing: one that answers makes nobody wait.
        let wait = ended.routes[1].statistics.wait.quantile_ms(0.9);
        assert!(wait < 50.0, "{wait} ms");
    }
}

#[test]
fn a_cap_of_one_target_leaves_the_others_alone() {
    let clock = Clock::start();
    let servers = [0, 1].map(|_| Server::start(clock, Behaviour::default(), well));
    let plan = plan(short(500.0, 200));
    let mut routes = servers.each_ref().map(|server| Route::only(&plan, &client(server)));
    routes[0].most_a_day = Some(30);
    let run = Run::start(&routes, &Options { workers: 2, ..options(10) }, clock).unwrap();
    let ended = finish(run, clock);
    assert_eq!(ended.routes.iter().map(|route| route.counts.visits.completed).collect::<Vec<_>>(), [30, 200]);
}

#[test]
fn machines_send_every_visit_once_whatever_their_number_of_workers() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    let plan = plan(rich(1_000.0, 200));
    let mut counts = engine::recorder::Counts::default();
    for index in 0..3 {
        let shard = Shard::new(index, 3).unwrap();
        let options = Options { shard, workers: 1 + index as usize, ..options(12) };
        // One after the other: a machine that starts late sends all the same.
        let snapshot = follow(Route::only(&plan, &client(&server)), &options, clock);
        assert!(snapshot.counts.visits.planned > 40, "{}", snapshot.counts.visits.planned);
        assert!(snapshot.is_through);
        counts += &snapshot.counts;
    }
    assert_eq!(counts.visits.completed, 200);
    assert_eq!(recorded(&server), counts.planned);
    assert_eq!(cids(&server).len(), 200);
    assert!(clock.now() < 25 * SECOND, "nothing was dropped");
}
