//! When hits are said to have happened.

use std::time::Duration;

use engine::clock::Clock;
use engine::route::Route;
use engine::run::Options;
use jiff::tz::{Offset, TimeZone};
use traffic::curve::{Nanos, SECOND};
use traffic::scenario::{self, Draft};

use crate::scene::{client, follow, options, plan, rich, short};
use crate::server::{Behaviour, Server, well};

/// Does something with each of these values at the same time: most of the time it only waits.
fn at_once<const N: usize>(values: [i64; N], check: fn(i64)) {
    std::thread::scope(|scope| {
        for value in values {
            scope.spawn(move || check(value));
        }
    });
}

#[test]
fn simulated_hits_ascend_and_stay_five_seconds_behind_the_clock_of_the_target() {
    at_once([-3_600, 0, 3_600], |ahead| {
        let clock = Clock::start();
        let behaviour = Behaviour { ahead: Some(ahead), ..Behaviour::default() };
        let server = Server::start(clock, behaviour, well);
        let client = client(&server);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let look = client.fetch("/matomo.php?cid=look", None, Duration::from_secs(5));
        let date = runtime.block_on(look).unwrap().date.unwrap();
        let read = clock.unix_ms(clock.now());
        let options = Options { workers: 2, ..options(20) };
        let draft = Draft { pause: (0.0, 0.5), length: Some((6.0, 30.0)), ..rich(100.0, 120) };
        let route = Route { date: Some((date, read)), ..Route::only(&plan(draft), &client) };
        follow(route, &options, clock);
        let mut visitors = server.by_cid();
        visitors.remove("look");
        assert_eq!(visitors.len(), 120);
        let mut nearest = i64::MAX;
        for hits in visitors.values() {
            let times: Vec<i64> = hits.iter().map(|hit| hit.cdt().unwrap()).collect();
            assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
            for (hit, cdt) in hits.iter().zip(times) {
                let server_ms = clock.unix_ms(hit.at) + ahead * 1_000;
                let back = server_ms - cdt * 1_000;
                assert!(
                    (5_000..60_000).contains(&back),
                    "{back} ms before the time of a target {ahead} s ahead"
                );
                nearest = nearest.min(back);
            }
        }
        // Not further back than the Date header, whole seconds, and the pause of a visit make necessary.
        assert!(nearest < 8_000, "{nearest}");
    });
}

#[test]
fn under_the_real_clock_hits_go_out_when_they_happen_and_have_no_cdt() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    // The site's midnight is far away.
    let noon = zone_in_which_it_is(clock, 12 * 3_600);
    let draft = Draft {
        clock: scenario::Clock::Real,
        length: Some((6.0, 6.0)),
        pageviews: Some((1, 5)),
        ..short(100.0, 60)
    };
    let plan = plan(draft);
    let route = Route { site_time_zone: noon, ..Route::only(&plan, &client(&server)) };
    let snapshot = follow(route, &options(20), clock);
    assert_eq!(snapshot.counts.visits.completed, 60);
    let visitors = server.by_cid();
    let mut arrivals = plan.arrivals().unwrap();
    let mut late: Vec<Nanos> = Vec::new();
    for number in 0..60 {
        let visit = plan.visit(number);
        let arrival = arrivals.due(number).unwrap();
        assert!(visit.length_ms() > 5_900, "{}", visit.length_ms());
        for (hit, action) in visitors[&format!("{:016x}", visit.visitor.id)].iter().zip(&visit.actions) {
            assert_eq!(hit.cdt(), None);
            let due = arrival + Nanos::from(action.offset_ms) * 1_000_000;
            assert!(hit.at >= due, "{} ns early", due - hit.at);
            late.push(hit.at - due);
        }
    }
    late.sort_unstable();
    assert!(late[late.len() * 9 / 10] < SECOND / 20, "{late:?}");
}

/// A zone in which it is now so many seconds after midnight.
fn zone_in_which_it_is(clock: Clock, seconds: i64) -> TimeZone {
    let now = clock.unix_ms(clock.now()) / 1_000;
    let offset = (seconds - now).rem_euclid(86_400);
    let offset = if offset > 43_200 { offset - 86_400 } else { offset };
    TimeZone::fixed(Offset::from_seconds(offset as i32).unwrap())
}

/// Days of the site: how many midnights have passed.
fn day(zone: &TimeZone, unix: i64) -> i64 {
    let offset = i64::from(zone.to_offset(jiff::Timestamp::from_second(unix).unwrap()).seconds());
    (unix + offset).div_euclid(86_400)
}

#[test]
fn no_simulated_visit_crosses_midnight() {
    // The last midnight was so many seconds ago, or is about to come: most visits lie across it.
    at_once([-3, 0, 6, 20, 40], |since| {
        let clock = Clock::start();
        let server = Server::start(clock, Behaviour::default(), well);
        let zone = zone_in_which_it_is(clock, since);
        let draft = Draft { length: Some((6.0, 80.0)), ..rich(150.0, 150) };
        let options = Options { workers: 2, ..options(20) };
        let route = Route { site_time_zone: zone.clone(), ..Route::only(&plan(draft), &client(&server)) };
        let snapshot = follow(route, &options, clock);
        assert_eq!(snapshot.counts.visits.completed, 150);
        assert_eq!(snapshot.counts.hits.dropped, 0);
        let mut days = std::collections::BTreeSet::new();
        for hits in server.by_cid().values() {
            let times: Vec<i64> = hits.iter().map(|hit| hit.cdt().unwrap()).collect();
            assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
            let (first, last) = (day(&zone, times[0]), day(&zone, times[times.len() - 1]));
            assert_eq!(first, last, "{times:?}");
            days.insert(first);
            for (hit, cdt) in hits.iter().zip(times) {
                assert!(clock.unix_ms(hit.at) - cdt * 1_000 >= 5_000);
            }
        }
        if since == 40 {
            assert_eq!(days.len(), 2, "visits on both sides of midnight");
        }
    });
}

#[test]
fn no_real_visit_crosses_midnight() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    let zone = zone_in_which_it_is(clock, -4);
    let draft = Draft { clock: scenario::Clock::Real, length: Some((6.0, 6.0)), ..short(40.0, 60) };
    let route = Route { site_time_zone: zone.clone(), ..Route::only(&plan(draft), &client(&server)) };
    let snapshot = follow(route, &options(20), clock);
    assert_eq!(snapshot.counts.visits.completed, 60);
    for hits in server.by_cid().values() {
        let seconds: Vec<i64> = hits.iter().map(|hit| clock.unix_ms(hit.at).div_euclid(1_000)).collect();
        assert_eq!(day(&zone, seconds[0]), day(&zone, seconds[1]), "{seconds:?}");
    }
    // What midnight puts off is not late.
    assert!(snapshot.counts.hits.late < 6, "{}", snapshot.counts.hits.late);
}
