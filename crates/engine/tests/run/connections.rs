//! Connections are kept while the target keeps them.

use std::time::Duration;

use engine::clock::Clock;
use traffic::scenario::Draft;

use crate::scene::{carry_out, client, end, options, plan, recorded, rich, short, start};
use crate::server::{Behaviour, Server, well};

#[test]
fn requests_share_connections() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), |request| well(request).after(2));
    let snapshot = carry_out(&plan(rich(500.0, 200)), &server, &options(5), clock);
    assert_eq!(snapshot.counts.hits.accepted, snapshot.counts.hits.planned);
    assert!(server.connections() <= 5, "{}", server.connections());
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.headers["host"] == server.address().to_string()));
    assert!(requests.iter().all(|request| request.headers["user-agent"] == request.parameter("ua").unwrap()));
}

#[test]
fn a_target_that_closes_idle_connections_loses_nothing() {
    let clock = Clock::start();
    let behaviour = Behaviour { keeps: Duration::from_millis(10), ..Behaviour::default() };
    let server = Server::start(clock, behaviour, well);
    // A hit every 60 ms.
    let draft = Draft { pause: (0.06, 0.06), ..short(1_000.0, 1) };
    let snapshot =
        carry_out(&plan(Draft { pageviews: Some((20, 20)), ..draft }), &server, &options(5), clock);
    assert_eq!(snapshot.counts.hits.accepted, 21);
    assert_eq!((snapshot.counts.hits.failed, snapshot.counts.hits.retried), (0, 0));
    assert_eq!(recorded(&server), snapshot.counts.planned);
    assert!(server.connections() > 10, "{}", server.connections());
}

#[test]
fn a_connection_that_was_idle_for_more_than_four_seconds_is_not_used_again() {
    let runs = [3.5, 4.3].map(|pause| {
        let clock = Clock::start();
        let server = Server::start(clock, Behaviour::default(), well);
        let plan = plan(Draft { pause: (pause, pause), ..short(100.0, 1) });
        let run = start(&plan, &client(&server), &options(5), clock);
        (clock, server, run)
    });
    let connections = runs.map(|(clock, server, run)| {
        assert_eq!(end(run, clock).counts.hits.accepted, 2);
        server.connections()
    });
    assert_eq!(connections, [1, 2]);
}
