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
    assert_eq!(snapshot.visits.planned, 60);
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
    assert_eq!(snapshot.visits.completed, 60);
    assert_eq!(snapshot.hits.accepted, snapshot.hits.planned);
    assert_eq!(snapshot.acknowledged, snapshot.planned);
    assert_eq!(recorded(&server), snapshot.planned);
    assert!(columns(&snapshot.planned).iter().all(|(_, count)| *count > 0), "{:?}", snapshot.planned);
    assert_eq!(columns(&snapshot.uncertain).map(|(_, count)| count), [0; 9]);
}

#[test]
fn a_hit_that_is_answered_by_an_error_is_rejected_and_not_tried_again() {
    for status in [400, 500, 503] {
        let (snapshot, server) = suffer(Behaviour::default(), every_third(Act::Answer(status)));
        assert_eq!(snapshot.errors.status(status), snapshot.hits.rejected);
        assert_eq!(snapshot.hits.rejected, (snapshot.hits.planned + 1) / 3);
        assert_eq!((snapshot.hits.failed, snapshot.hits.dropped, snapshot.hits.retried), (0, 0, 0));
        assert_eq!(server.count() as u64, snapshot.hits.planned);
        assert_eq!(columns(&snapshot.uncertain).map(|(_, count)| count), [0; 9]);
        assert!(snapshot.visits.incomplete > 0 && snapshot.visits.dropped == 0, "{:?}", snapshot.visits);
    }
}

#[test]
fn a_redirection_is_not_success() {
    let (snapshot, _) = suffer(Behaviour::default(), |_| Act::Answer(302).into());
    assert_eq!((snapshot.errors.status(302), snapshot.hits.accepted), (snapshot.hits.planned, 0));
    assert_eq!((snapshot.visits.completed, snapshot.visits.incomplete), (0, 60));
}

#[test]
fn what_a_gateway_gave_up_on_is_uncertain() {
    for status in [502, 504] {
        // Recorded now and then behind the gateway's back.
        let (snapshot, _) = suffer(Behaviour::default(), move |request| {
            Reply::from(Act::Answer(status)).recorded(request.number % 2 == 0)
        });
        assert_eq!(snapshot.errors.status(status), snapshot.hits.planned);
        assert_eq!(snapshot.uncertain, snapshot.planned);
        assert_eq!(snapshot.hits.retried, 0);
    }
}

#[test]
fn a_visit_of_which_only_the_ping_was_accepted_is_not_acknowledged() {
    let (snapshot, server) = suffer(Behaviour::default(), |request| {
        Act::Answer(if request.parameter("ping").is_some() { 204 } else { 500 }).into()
    });
    assert_eq!(recorded(&server).visits, 0);
    assert_eq!(snapshot.acknowledged.visits, 0);
}

#[test]
fn a_broken_connection_is_a_reset_and_uncertain_and_the_visit_goes_on() {
    let (snapshot, server) = suffer(Behaviour::default(), |request| match request.number % 3 {
        1 => Reply::from(Act::Reset).recorded(request.number % 2 == 0),
        _ => well(request),
    });
    assert_eq!(snapshot.errors.failure(Failure::Reset), snapshot.hits.failed);
    assert_eq!(server.count() as u64, snapshot.hits.planned);
    assert_eq!((snapshot.hits.retried, snapshot.hits.dropped), (0, 0));
    assert!(snapshot.uncertain.actions > 0);
}

#[test]
fn an_answer_that_breaks_off_is_a_reset() {
    let (snapshot, _) = suffer(Behaviour::default(), |request| match request.number % 3 {
        1 => Reply::from(Act::Half).recorded(true),
        _ => well(request),
    });
    assert_eq!(snapshot.errors.failure(Failure::Reset), snapshot.hits.failed);
    assert!(snapshot.hits.failed > 0 && snapshot.hits.retried == 0);
}

#[test]
fn no_answer_is_a_timeout_and_uncertain() {
    let (snapshot, server) = suffer(Behaviour::default(), |request| match request.number % 10 {
        1 => Reply::from(Act::Hang).recorded(request.number % 4 == 1),
        _ => well(request),
    });
    assert_eq!(snapshot.errors.failure(Failure::Timeout), snapshot.hits.failed);
    assert!(snapshot.hits.failed > 0 && snapshot.hits.retried == 0);
    assert_eq!(server.count() as u64, snapshot.hits.planned);
    let longest = PATIENCE.as_secs_f64() * 1_000.0;
    assert!((longest..longest + 200.0).contains(&snapshot.service.max_ms()), "{}", snapshot.service.max_ms());
}

#[test]
fn what_is_not_http_is_a_protocol_failure() {
    let (snapshot, _) = suffer(Behaviour::default(), |request| match request.number % 3 {
        1 => Reply::from(Act::Garbage).recorded(request.number % 2 == 0),
        _ => well(request),
    });
    assert_eq!(snapshot.errors.failure(Failure::Protocol), snapshot.hits.failed);
    assert!(snapshot.hits.failed > 0 && snapshot.hits.retried == 0);
}

#[test]
fn a_target_that_closes_after_every_answer_costs_no_certainty() {
    let (snapshot, server) = suffer(Behaviour::default(), |_| Act::AnswerAndClose(204).into());
    // A hit that is sent while the connection is being closed may be lost. That is told, and known at once.
    assert_eq!(snapshot.errors.failure(Failure::Timeout), 0);
    assert_eq!(snapshot.errors.failure(Failure::Reset), snapshot.hits.failed);
    assert_eq!(snapshot.hits.retried, 0);
    assert_eq!(snapshot.hits.accepted, server.count() as u64);
}

#[test]
fn connections_that_are_closed_at_once_are_tried_again() {
    let behaviour = Behaviour { closes_at_once: |number| number % 2 == 0, ..Behaviour::default() };
    let (snapshot, _) = suffer(behaviour, |_| Act::AnswerAndClose(204).into());
    assert_eq!(snapshot.errors.failure(Failure::Reset), snapshot.hits.failed);
    assert!(snapshot.hits.accepted > 0);
}

#[test]
fn a_refused_hit_is_tried_three_times_more_and_certainly_not_recorded() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour { refuses: true, ..Behaviour::default() }, well);
    let snapshot = end(
        start(&plan(short(1_000.0, 30)), &client_with(&server, PATIENCE, None), &options(5), clock),
        clock,
    );
    assert_eq!(snapshot.visits.incomplete, 30);
    assert_eq!(snapshot.hits.sent, 60);
    assert_eq!(snapshot.errors.failure(Failure::Connect), 60);
    assert_eq!(snapshot.hits.retried, 3 * 60);
    assert_eq!(columns(&snapshot.acknowledged).map(|(_, count)| count), [0; 9]);
    assert_eq!(columns(&snapshot.uncertain).map(|(_, count)| count), [0; 9]);
}

#[test]
fn a_target_that_comes_up_in_time_loses_nothing() {
    let clock = Clock::start();
    let mut server = Server::start(clock, Behaviour { refuses: true, ..Behaviour::default() }, well);
    let run = start(&plan(rich(200.0, 40)), &client_with(&server, PATIENCE, None), &options(10), clock);
    wait_for(clock, 5, "first tries", || clock.now() > 400_000_000);
    server.open();
    let snapshot = end(run, clock);
    assert_eq!(snapshot.visits.completed, 40);
    assert!(snapshot.hits.retried > 0);
    assert_eq!(recorded(&server), snapshot.planned);
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
    assert!(snapshot.hits.accepted > 0 && snapshot.hits.rejected > 0 && snapshot.hits.failed > 0);
}
