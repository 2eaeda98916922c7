//! The open model: arrivals never wait for answers, and what is late is told apart by whose doing it is.

use std::sync::{Mutex, PoisonError};

use engine::clock::Clock;
use traffic::curve::{Nanos, SECOND};
use traffic::plan::Plan;

use crate::scene::{carry_out, options, plan, short};
use crate::server::{Behaviour, Server, well};

/// Held by the test that runs.
static QUIET: Mutex<()> = Mutex::new(());

/// When the visits of a plan are due.
fn due_times(plan: &Plan, visits: u64) -> Vec<Nanos> {
    let mut arrivals = plan.arrivals().unwrap();
    (0..visits).map(|number| arrivals.due(number).unwrap()).collect()
}

/// Checks that no hit of a plan of smooth arrivals arrived before it was due.
fn check_nothing_is_early(plan: &Plan, server: &Server, visits: u64) {
    let visitors = server.by_cid();
    for (number, arrival) in (0..).zip(due_times(plan, visits)) {
        let visit = plan.visit(number);
        for (hit, action) in visitors[&format!("{:016x}", visit.visitor.id)].iter().zip(&visit.actions) {
            let due = arrival + Nanos::from(action.due_ms) * 1_000_000;
            assert!(hit.at >= due, "a hit of visit {number} arrived {} ns early", due - hit.at);
        }
    }
}

#[test]
fn a_stall_of_the_target_shows_as_wait_and_response_and_not_as_lag_or_service() {
    let _quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), |request| {
        well(request).after(if request.number == 40 { 2_000 } else { 0 })
    });
    let plan = plan(short(50.0, 200));
    let snapshot = carry_out(&plan, &server, &options(1), clock);
    assert_eq!((snapshot.counts.visits.completed, snapshot.counts.hits.dropped), (200, 0));
    assert!(
        snapshot.statistics.response.quantile_ms(0.95) > 1_500.0,
        "{}",
        snapshot.statistics.response.quantile_ms(0.95)
    );
    assert!(
        snapshot.statistics.service.quantile_ms(0.5) < 20.0,
        "{}",
        snapshot.statistics.service.quantile_ms(0.5)
    );
    assert!(snapshot.statistics.service.max_ms() >= 2_000.0);
    assert!(snapshot.statistics.wait.max_ms() > 1_500.0, "{}", snapshot.statistics.wait.max_ms());
    assert!(
        snapshot.statistics.lag.quantile_ms(0.99) < 50.0,
        "{}",
        snapshot.statistics.lag.quantile_ms(0.99)
    );
    // The stall of 2 s falls upon 100 visits of 4 s: those that were late are caught up with, none is put off.
    assert!((150..300).contains(&snapshot.counts.hits.late), "{}", snapshot.counts.hits.late);
    assert!(snapshot.counts.last_sent < 4 * SECOND + SECOND / 2, "{}", snapshot.counts.last_sent);
    check_nothing_is_early(&plan, &server, 200);
    let mut starts: Vec<Nanos> =
        server.requests().iter().filter(|hit| hit.is_first_of_its_visit()).map(|hit| hit.at).collect();
    starts.sort_unstable();
    // No burst: at most twice the planned rate, and the few that were hardly late.
    let most =
        starts.iter().map(|from| starts.iter().filter(|at| (*from..from + SECOND / 2).contains(at)).count());
    let most = most.max().unwrap();
    assert!(most <= 60, "{most} visits started within half a second");
    // What was not due before the end of the stall is on time.
    let visitors = server.by_cid();
    let mut behind: Vec<Nanos> = due_times(&plan, 200)
        .iter()
        .zip(0..)
        .filter(|(due, _)| **due > 2 * SECOND + 3 * SECOND / 4)
        .map(|(due, number)| visitors[&format!("{:016x}", plan.visit(number).visitor.id)][0].at - due)
        .collect();
    behind.sort_unstable();
    assert!(behind.len() > 50 && behind[behind.len() / 2] < SECOND / 50, "{behind:?}");
}

#[test]
fn a_slow_target_with_room_in_flight_delays_no_arrival() {
    let _quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), |request| well(request).after(300));
    let snapshot = carry_out(&plan(short(100.0, 100)), &server, &options(200), clock);
    assert_eq!(snapshot.counts.visits.completed, 100);
    assert!(snapshot.counts.last_start < SECOND + SECOND / 4, "{}", snapshot.counts.last_start);
    assert!(snapshot.statistics.service.quantile_ms(0.5) >= 300.0);
    // The ping was due together with the page view, and waited for its answer.
    assert!(
        snapshot.statistics.wait.quantile_ms(0.75) >= 295.0,
        "{}",
        snapshot.statistics.wait.quantile_ms(0.75)
    );
    assert!(
        snapshot.statistics.wait.quantile_ms(0.25) < 1.0,
        "{}",
        snapshot.statistics.wait.quantile_ms(0.25)
    );
    assert!(snapshot.statistics.lag.quantile_ms(0.9) < 50.0, "{}", snapshot.statistics.lag.quantile_ms(0.9));
}

#[test]
fn smooth_arrivals_keep_their_distance() {
    let _quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let mut worst = Vec::new();
    for _ in 0..3 {
        let clock = Clock::start();
        let server = Server::start(clock, Behaviour::default(), well);
        let plan = plan(short(50.0, 100));
        carry_out(&plan, &server, &options(10), clock);
        check_nothing_is_early(&plan, &server, 100);
        let starts: Vec<Nanos> = server
            .requests()
            .iter()
            .filter(|request| request.is_first_of_its_visit())
            .map(|request| request.at)
            .collect();
        let mut off: Vec<Nanos> =
            starts.windows(2).map(|pair| (pair[1] - pair[0]).abs_diff(SECOND / 50)).collect();
        off.sort_unstable();
        worst.push(off[off.len() * 95 / 100]);
        if worst.last().is_some_and(|off| *off <= SECOND / 100) {
            return;
        }
    }
    panic!("95 % of the gaps are within {worst:?} ns of 20 ms in three tries");
}
