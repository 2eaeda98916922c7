//! Whatever the target does, every visit and every hit is accounted for.

use std::time::Duration;

use engine::clock::Clock;
use engine::observation::Failure;
use engine::recorder::Snapshot;
use engine::run::Options;

use crate::scene::{
    check_ledger, client_with, columns, end, options, plan, recorded, rich, short, start, wait_for,
};
use crate::server::{Act, Behaviour, Reply, Request, Server, well};

const PATIENCE: Duration = Duration::from_millis(300);

/// 60 rich visits at a target that behaves like this, by two workers.
fn suffer(
    behaviour: Behaviour,
    script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (Snapshot, Server) {
    let clock = Clock::start();
    let server = Server::start(clock, behaviour, script);
    let options = Options { workers: 2, ..options(20) };
    let client = client_with(&server, PATIENCE, None);
    let snapshot = end(start(&plan(rich(300.0, 60)), &client, &options, clock), clock);
    assert_eq!(snapshot.counts.visits.planned, 60);
    check_ledger(&snapshot, &server);
    check_no_hit_arrives_twice(&server);
    (snapshot, server)
}

fn check_no_hit_arrives_twice(server: &Server) {
    for (cid, hits) in server.by_cid() {
        let times: Vec<_> = hits.iter().map(|hit| hit.cdt().unwrap()).collect();
        assert!(times.is_sorted_by(|a, b| a < b), "hits of {cid} at {times:?}");
    }
}

/// Every third request is answered like this, the others well.
fn every_third(act: Act) -> impl Fn(&Request) -> Reply + Send + Sync {
    move |request| if request.number % 3 == 1 { act.into() } else { well(request) }
}

#[test]
fn a_target_that_is_well_gets_exactly_the_plan() {
    let (snapshot, server) = suffer(Behaviour::default(), well);
    assert_eq!(snapshot.counts.visits.completed, 60);
    assert_eq!(snapshot.counts.hits.accepted, snapshot.counts.hits.planned);
    assert_eq!(snapshot.counts.acknowledged, snapshot.counts.planned);
    assert_eq!(recorded(&server), snapshot.counts.planned);
    assert!(
        columns(&snapshot.counts.planned).iter().all(|(_, count)| *count > 0),
        "{:?}",
        snapshot.counts.planned
    );
    assert_eq!(columns(&snapshot.counts.uncertain).map(|(_, count)| count), [0; 9]);
}

#[test]
fn a_hit_that_is_answered_by_an_error_is_rejected_and_not_tried_again() {
    for status in [400, 500, 503] {
        let (snapshot, server) = suffer(Behaviour::default(), every_third(Act::Answer(status)));
        assert_eq!(snapshot.counts.errors.status(status), snapshot.counts.hits.rejected);
        assert_eq!(snapshot.counts.hits.rejected, (snapshot.counts.hits.planned + 1) / 3);
        assert_eq!(
            (snapshot.counts.hits.failed, snapshot.counts.hits.dropped, snapshot.counts.hits.retried),
            (0, 0, 0)
        );
        assert_eq!(server.count() as u64, snapshot.counts.hits.planned);
        assert_eq!(columns(&snapshot.counts.uncertain).map(|(_, count)| count), [0; 9]);
        assert!(
            snapshot.counts.visits.incomplete > 0 && snapshot.counts.visits.dropped == 0,
            "{:?}",
            snapshot.counts.visits
        );
    }
}

#[test]
fn a_redirection_is_not_success() {
    let (snapshot, _) = suffer(Behaviour::default(), |_| Act::Answer(302).into());
    assert_eq!(
        (snapshot.counts.errors.status(302), snapshot.counts.hits.accepted),
        (snapshot.counts.hits.planned, 0)
    );
    assert_eq!((snapshot.counts.visits.completed, snapshot.counts.visits.incomplete), (0, 60));
}

#[test]
fn what_a_gateway_gave_up_on_is_uncertain() {
    for status in [502, 504] {
        // Recorded now and then behind the gateway's back.
        let (snapshot, _) = suffer(Behaviour::default(), move |request| {
            Reply::from(Act::Answer(status)).recorded(request.number % 2 == 0)
        });
        assert_eq!(snapshot.counts.errors.status(status), snapshot.counts.hits.planned);
        assert_eq!(snapshot.counts.uncertain, snapshot.counts.planned);
        assert_eq!(snapshot.counts.hits.retried, 0);
    }
}

#[test]
fn a_visit_of_which_only_the_ping_was_accepted_is_not_acknowledged() {
    let (snapshot, server) = suffer(Behaviour::default(), |request| {
        Act::Answer(if request.parameter("ping").is_some() { 204 } else { 500 }).into()
    });
    assert_eq!(recorded(&server).visits, 0);
    assert_eq!(snapshot.counts.acknowledged.visits, 0);
}

#[test]
fn a_broken_connection_is_a_reset_and_uncertain_and_the_visit_goes_on() {
    let (snapshot, server) = suffer(Behaviour::default(), |request| match request.number % 3 {
        1 => Reply::from(Act::Reset).recorded(request.number % 2 == 0),
        _ => well(request),
    });
    assert_eq!(snapshot.counts.errors.failure(Failure::Reset), snapshot.counts.hits.failed);
    assert_eq!(server.count() as u64, snapshot.counts.hits.planned);
    assert_eq!((snapshot.counts.hits.retried, snapshot.counts.hits.dropped), (0, 0));
    assert!(snapshot.counts.uncertain.actions > 0);
}

#[test]
fn an_answer_that_breaks_off_is_a_reset() {
    let (snapshot, _) = suffer(Behaviour::default(), |request| match request.number % 3 {
        1 => Reply::from(Act::Half).recorded(true),
        _ => well(request),
    });
    assert_eq!(snapshot.counts.errors.failure(Failure::Reset), snapshot.counts.hits.failed);
    assert!(snapshot.counts.hits.failed > 0 && snapshot.counts.hits.retried == 0);
}

#[test]
fn no_answer_is_a_timeout_and_uncertain() {
    let (snapshot, server) = suffer(Behaviour::default(), |request| match request.number % 10 {
        1 => Reply::from(Act::Hang).recorded(request.number % 4 == 1),
        _ => well(request),
    });
    assert_eq!(snapshot.counts.errors.failure(Failure::Timeout), snapshot.counts.hits.failed);
    assert!(snapshot.counts.hits.failed > 0 && snapshot.counts.hits.retried == 0);
    assert_eq!(server.count() as u64, snapshot.counts.hits.planned);
    let longest = PATIENCE.as_secs_f64() * 1_000.0;
    assert!(
        (longest..longest + 200.0).contains(&snapshot.statistics.service.max_ms()),
        "{}",
        snapshot.statistics.service.max_ms()
    );
}

#[test]
fn what_is_not_http_is_a_protocol_failure() {
    let (snapshot, _) = suffer(Behaviour::default(), |request| match request.number % 3 {
        1 => Reply::from(Act::Garbage).recorded(request.number % 2 == 0),
        _ => well(request),
    });
    assert_eq!(snapshot.counts.errors.failure(Failure::Protocol), snapshot.counts.hits.failed);
    assert!(snapshot.counts.hits.failed > 0 && snapshot.counts.hits.retried == 0);
}

#[test]
fn a_target_that_closes_after_every_answer_costs_no_certainty() {
    let (snapshot, server) = suffer(Behaviour::default(), |_| Act::AnswerAndClose(204).into());
    // A hit that is sent while the connection is being closed may be lost. That is told, and known at once.
    assert_eq!(snapshot.counts.errors.failure(Failure::Timeout), 0);
    assert_eq!(snapshot.counts.errors.failure(Failure::Reset), snapshot.counts.hits.failed);
    assert_eq!(snapshot.counts.hits.retried, 0);
    assert_eq!(snapshot.counts.hits.accepted, server.count() as u64);
}

#[test]
fn connections_that_are_closed_at_once_are_tried_again() {
    let behaviour = Behaviour { closes_at_once: |number| number % 2 == 0, ..Behaviour::default() };
    let (snapshot, _) = suffer(behaviour, |_| Act::AnswerAndClose(204).into());
    assert_eq!(snapshot.counts.errors.failure(Failure::Reset), snapshot.counts.hits.failed);
    assert!(snapshot.counts.hits.accepted > 0);
}

#[test]
fn a_refused_hit_is_tried_three_times_more_and_certainly_not_recorded() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour { refuses: true, ..Behaviour::default() }, well);
    let snapshot = end(
        start(&plan(short(1_000.0, 30)), &client_with(&server, PATIENCE, None), &options(5), clock),
        clock,
    );
    assert_eq!(snapshot.counts.visits.incomplete, 30);
    assert_eq!(snapshot.counts.hits.sent, 60);
    assert_eq!(snapshot.counts.errors.failure(Failure::Connect), 60);
    assert_eq!(snapshot.counts.hits.retried, 3 * 60);
    assert_eq!(columns(&snapshot.counts.acknowledged).map(|(_, count)| count), [0; 9]);
    assert_eq!(columns(&snapshot.counts.uncertain).map(|(_, count)| count), [0; 9]);
}

#[test]
fn a_target_that_comes_up_in_time_loses_nothing() {
    let clock = Clock::start();
    let mut server = Server::start(clock, Behaviour { refuses: true, ..Behaviour::default() }, well);
    let run = start(&plan(rich(200.0, 40)), &client_with(&server, PATIENCE, None), &options(10), clock);
    wait_for(clock, 5, "first tries", || clock.now() > 400_000_000);
    server.open();
    let snapshot = end(run, clock);
    assert_eq!(snapshot.counts.visits.completed, 40);
    assert!(snapshot.counts.hits.retried > 0);
    assert_eq!(recorded(&server), snapshot.counts.planned);
    check_no_hit_arrives_twice(&server);
}

#[test]
fn all_faults_together_are_accounted_for() {
    let behaviour = Behaviour { closes_at_once: |number| number % 11 == 3, ..Behaviour::default() };
    let (snapshot, _) = suffer(behaviour, |request| {
        let act = match request.number % 17 {
            0 => Act::Answer(400),
            2 => Act::Answer(500),
            4 => Act::Answer(502),
            6 => Act::Reset,
            8 => Act::Garbage,
            10 => Act::AnswerAndClose(204),
            12 => Act::Half,
            14 if request.number % 4 == 0 => Act::Hang,
            _ => Act::Answer(204),
        };
        let reply = Reply::from(act);
        match act {
            Act::Answer(502) | Act::Reset | Act::Garbage | Act::Half | Act::Hang => {
                reply.recorded(request.number % 3 > 0)
            }
            _ => reply,
        }
    });
    assert!(
        snapshot.counts.hits.accepted > 0
            && snapshot.counts.hits.rejected > 0
            && snapshot.counts.hits.failed > 0
    );
}
