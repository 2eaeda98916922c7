//! A visit is one lane, and concurrency bounds them all.

use std::sync::Mutex;

use engine::clock::Clock;
use engine::run::Options;
use traffic::scenario::{Draft, Rate};

use crate::scene::{
    carry_out, client, end, most_at_once, options, plan, recorded, rich, short, start, wait_for,
};
use crate::server::{Act, Behaviour, Reply, Server, well};

#[test]
fn at_most_one_hit_of_a_visit_is_in_flight_and_hits_arrive_in_order() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), |request| {
        Reply::from(Act::Answer(if request.number % 5 == 0 { 500 } else { 204 }))
            .after(request.number as u64 % 7)
    });
    let plan = plan(rich(400.0, 200));
    carry_out(&plan, &server, &Options { workers: 2, ..options(50) }, clock);
    let visitors = server.by_cid();
    assert_eq!(visitors.len(), 200);
    for number in 0..200 {
        let visit = plan.visit(number);
        let hits = &visitors[&format!("{:016x}", visit.visitor.id)];
        let planned: Vec<_> = visit.actions.iter().map(traffic::visit::Action::kind).collect();
        assert_eq!(hits.iter().map(crate::server::Request::kind).collect::<Vec<_>>(), planned);
        assert!(hits.windows(2).all(|pair| pair[0].over.unwrap() <= pair[1].at));
        assert!(hits.iter().enumerate().all(|(index, hit)| hit.is_first_of_its_visit() == (index == 0)));
    }
}

#[test]
fn concurrency_bounds_the_requests_in_flight() {
    for (concurrency, workers) in [(1, 1), (1, 4), (3, 1), (3, 2), (3, 4), (50, 1), (50, 4)] {
        let clock = Clock::start();
        let server = Server::start(clock, Behaviour::default(), |request| {
            well(request).after(3 + request.number as u64 % 3)
        });
        let visits = if concurrency == 1 { 40 } else { 150 };
        // All of them are due at once, so that all slots are taken.
        let snapshot = carry_out(
            &plan(short(100_000.0, visits)),
            &server,
            &Options { workers, ..options(concurrency) },
            clock,
        );
        assert_eq!(snapshot.counts.hits.accepted, 2 * visits);
        let most = most_at_once(&server);
        assert!(most <= concurrency as i32, "{most} with {workers} workers");
        if workers == 1 {
            assert_eq!(most, concurrency as i32);
        }
        assert!(server.connections() <= concurrency, "{} connections", server.connections());
    }
}

#[test]
fn workers_send_the_same_visits_each_once() {
    let mut seen: Vec<Vec<String>> = Vec::new();
    for workers in [1, 2, 4] {
        let clock = Clock::start();
        let server = Server::start(clock, Behaviour::default(), well);
        carry_out(&plan(short(1_000.0, 200)), &server, &Options { workers, ..options(8) }, clock);
        let mut cids: Vec<String> = server
            .requests()
            .iter()
            .filter(|request| request.is_first_of_its_visit())
            .map(|request| request.cid().to_owned())
            .collect();
        cids.sort_unstable();
        assert_eq!(cids.len(), 200);
        seen.push(cids);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

fn closed(visits: u64) -> Draft {
    Draft { rate: Rate::Max, pause: (1.0, 2.0), ..rich(1.0, visits) }
}

#[test]
fn a_closed_model_sends_all_visits_and_has_no_more_open_than_slots() {
    for (concurrency, workers) in [(1, 1), (4, 1), (10, 2)] {
        let clock = Clock::start();
        let open = Mutex::new((std::collections::HashSet::new(), 0));
        let server = {
            let open = std::sync::Arc::new(open);
            let seen = std::sync::Arc::clone(&open);
            let server = Server::start(clock, Behaviour::default(), move |request| {
                let (visits, most) = &mut *seen.lock().unwrap();
                visits.insert(request.cid().to_owned());
                *most = visits.len().max(*most);
                if request.parameter("ping").is_some() {
                    visits.remove(request.cid());
                }
                well(request)
            });
            let snapshot =
                carry_out(&plan(closed(150)), &server, &Options { workers, ..options(concurrency) }, clock);
            assert_eq!((snapshot.counts.visits.planned, snapshot.counts.visits.completed), (150, 150));
            assert_eq!(snapshot.counts.hits.late, 0);
            assert_eq!(recorded(&server), snapshot.counts.planned);
            let most = open.lock().unwrap().1;
            assert!(most <= concurrency, "{most} visits open with {concurrency} slots");
            server
        };
        assert!(most_at_once(&server) <= concurrency as i32);
    }
}

#[test]
fn a_closed_model_opens_no_more_visits_than_slots_when_the_target_refuses() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour { refuses: true, ..Behaviour::default() }, well);
    let run = start(&plan(closed(1_000_000)), &client(&server), &options(4), clock);
    wait_for(clock, 10, "figures", || run.snapshot().counts.visits.planned > 0);
    run.abort();
    let snapshot = end(run, clock);
    assert!(
        snapshot.counts.visits.planned <= 20,
        "{} visits begun in a second by 4 slots",
        snapshot.counts.visits.planned
    );
}
