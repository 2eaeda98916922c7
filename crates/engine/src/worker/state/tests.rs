//! What a worker decides, driven with made-up times.

use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::watch;
use traffic::plan::Tracking;
use traffic::profile::Profile;
use traffic::scenario::{Draft, Rate, Scenario, Shares};
use traffic::site::Site;
use traffic::walk::Shard;
use url::Url;

use super::*;
use crate::target::{Target, Trust};
use crate::transport::Client;

const ACCEPTED: Outcome = Outcome::Answered(204);
const REFUSED: Outcome = Outcome::Failed(Failure::Connect);

/// Visits of one page view and a ping, without a pause.
fn draft(rate: Rate) -> Draft {
    let site = Site::parse("https://shop.example.org/ Home\nhttps://shop.example.org/shoes Shoes\n").unwrap();
    let mut profile = Profile::built_in("classic").unwrap();
    profile.visitors.returning = 0.0;
    Draft {
        rate,
        pageviews: Some((1, 1)),
        pause: (0.0, 0.0),
        length: Some((6.0, 60.0)),
        shares: Shares::default(),
        ..Draft::new(profile, site)
    }
}

/// What a lone worker knows; time is what the tests say it is.
fn state(draft: Draft, slots: usize) -> State {
    let tracking = Tracking { site: 1, authenticated: false, countries: false, tag_dimension: None };
    let plan = Arc::new(Plan::new(Scenario::new(draft).unwrap(), tracking, 42, "test"));
    let url = Url::parse("http://127.0.0.1:9/matomo.php").unwrap();
    let target = Target::new(url, None, None, Trust::Roots, Duration::from_secs(1));
    let options =
        Options { concurrency: slots, workers: 1, until: None, grace: 0, shard: Shard::WHOLE, warm_up: 0 };
    State::new(Assignment {
        plan,
        client: Client::new(target).unwrap(),
        clock: Clock::start(),
        options,
        site_time_zone: TimeZone::UTC,
        part: Part::WHOLE,
        origin: Origin::default(),
        slots,
        skew: Skew::default(),
        control: watch::channel(Control { phase: Phase::Run, pace: Pace::STEADY }).1,
        portions: std::sync::mpsc::channel().0,
    })
}

fn begin(state: &mut State, slot: Slot, now: Nanos) -> Flight {
    state.begin(slot, now, HeaderMap::new()).0
}

/// Sends a hit that is accepted at once.
fn succeed(state: &mut State, slot: Slot, now: Nanos) {
    let flight = begin(state, slot, now);
    state.finish(flight, ACCEPTED, Again::Never, now);
}

/// Goes from event to event until a time, and gives every hit that is due to `send`.
fn drive(state: &mut State, until: Nanos, mut send: impl FnMut(&mut State, Slot, Nanos)) {
    while let Some(now) = [state.next.map(|(_, due)| due), state.agenda.next_at()]
        .into_iter()
        .flatten()
        .min()
        .filter(|at| *at <= until)
    {
        state.admit(now);
        while let Some(slot) = state.take(now) {
            send(state, slot, now);
        }
    }
}

fn check_identities(state: &State) {
    let (visits, hits) = (state.recorded.visits, state.recorded.hits);
    assert_eq!(visits.planned, visits.started + visits.dropped, "{visits:?}");
    assert_eq!(visits.started, visits.completed + visits.incomplete, "{visits:?}");
    assert_eq!(hits.planned, hits.sent + hits.dropped, "{hits:?}");
    assert_eq!(hits.sent, hits.accepted + hits.rejected + hits.failed, "{hits:?}");
}

/// Holds the first hit of a visit in flight until `late` after the visitor's next visit was due. Returns what the
/// worker knows then, with that hit answered, and the number and due time of the next visit.
fn with_a_visit_behind_its_predecessor(late: Nanos) -> (State, u64, Nanos) {
    let mut returning = draft(Rate::PerSecond(0.01));
    returning.profile.visitors.returning = 0.9;
    let mut state = state(returning, 10);
    let (first, next) = (0..100_000)
        .find_map(|number| state.plan.visit(number).predecessor.map(|before| (before, number)))
        .expect("a returning visitor");
    let due = state.plan.arrivals().unwrap().due(next).unwrap();
    let mut held = None;
    drive(&mut state, due + late, |state, slot, now| {
        let number = state.agenda.get(slot).visit.number;
        assert_ne!(number, next, "sent while the visitor's visit before it was open");
        if number == first {
            held = Some(begin(state, slot, now));
        } else {
            succeed(state, slot, now);
        }
    });
    assert!(state.agenda.find(next).is_some());
    state.finish(held.unwrap(), ACCEPTED, Again::Never, due + late);
    (state, next, due)
}

#[test]
fn a_visit_waits_for_the_end_of_the_visitors_visit_before() {
    let (mut state, next, due) = with_a_visit_behind_its_predecessor(10 * SECOND);
    let mut sent = None;
    // The ping of the visit before is hours late and dropped, which ends that visit.
    drive(&mut state, due + LAG_LIMIT, |state, slot, now| {
        let number = state.agenda.get(slot).visit.number;
        let flight = begin(state, slot, now);
        if number == next && sent.is_none() {
            sent = Some((flight.due, flight.ready, flight.sent));
        }
        state.finish(flight, ACCEPTED, Again::Never, now);
    });
    let (was_due, ready, sent) = sent.expect("the next visit of the visitor, within the limit");
    assert_eq!(was_due, due);
    // That is waiting for the target: the generator has lost no time.
    assert!(ready >= due + 10 * SECOND);
    assert_eq!(sent, ready);
}

#[test]
fn a_visit_that_waits_too_long_for_the_visit_before_is_dropped() {
    let late = LAG_LIMIT + SECOND;
    let (mut state, next, due) = with_a_visit_behind_its_predecessor(late);
    let before = state.recorded.visits.dropped;
    let taken = state.take(due + late);
    assert!(taken.is_none_or(|slot| state.agenda.get(slot).visit.number != next));
    assert_eq!(state.agenda.find(next), None);
    assert_eq!(state.recorded.visits.dropped, before + 1);
    state.cut(due + late);
    check_identities(&state);
}

#[test]
fn a_visit_whose_first_hit_is_thirty_seconds_late_does_not_take_place() {
    for (late, started) in [(LAG_LIMIT - 2 * SECOND, 1), (LAG_LIMIT + 1, 0)] {
        let mut state = state(Draft { most_visits: Some(1), ..draft(Rate::PerSecond(1.0)) }, 1);
        let now = SECOND / 2 + late;
        state.admit(now);
        if let Some(slot) = state.take(now) {
            succeed(&mut state, slot, now);
        }
        drive(&mut state, now + 5 * SECOND, succeed);
        assert_eq!(state.agenda.len(), 0);
        assert_eq!((state.recorded.visits.started, state.recorded.visits.dropped), (started, 1 - started));
        check_identities(&state);
    }
}

#[test]
fn a_late_visit_of_a_slow_run_is_not_put_off_until_it_is_too_late() {
    let mut state = state(Draft { most_visits: Some(1), ..draft(Rate::PerSecond(0.01)) }, 1);
    let (due, now) = (50 * SECOND, 50 * SECOND + 2 * LATE_NS);
    state.admit(now);
    if let Some(slot) = state.take(now) {
        succeed(&mut state, slot, now);
    }
    drive(&mut state, due + 2 * LAG_LIMIT, succeed);
    assert_eq!((state.recorded.visits.started, state.recorded.visits.dropped), (1, 0));
}

#[test]
fn a_stall_of_the_generator_is_made_up_for_without_a_burst() {
    let mut state = state(Draft { most_visits: Some(100), ..draft(Rate::PerSecond(10.0)) }, 1);
    // Nothing happens for five seconds.
    let mut starts = Vec::new();
    let mut send = |state: &mut State, slot: Slot, now: Nanos| {
        if state.agenda.get(slot).next == 0 {
            starts.push((now, state.due(slot)));
        }
        succeed(state, slot, now);
    };
    state.admit(5 * SECOND);
    while let Some(slot) = state.take(5 * SECOND) {
        send(&mut state, slot, 5 * SECOND);
    }
    drive(&mut state, 60 * SECOND, &mut send);
    assert_eq!((state.recorded.visits.completed, starts.len()), (100, 100));
    let most = (0..100)
        .map(|from| starts[from..].iter().take_while(|(at, _)| *at < starts[from].0 + SECOND).count())
        .max();
    assert!(most.is_some_and(|most| most <= 22), "{most:?} visits started within a second");
    assert!(starts.iter().all(|(at, due)| *due < 5 * SECOND || at == due));
    assert!(starts.last().is_some_and(|(at, _)| *at < 11 * SECOND), "{starts:?}");
    check_identities(&state);
}

#[test]
fn a_hit_that_is_thirty_seconds_late_is_dropped_and_its_visit_goes_on() {
    let visit = Draft {
        most_visits: Some(1),
        pageviews: Some((2, 2)),
        pause: (20.0, 20.0),
        ..draft(Rate::PerSecond(1.0))
    };
    let mut state = state(visit, 1);
    // Hits are due at 0.5, 20.5 and 40.5 s. The first is answered after 51 s: that is too late for the second.
    state.admit(SECOND / 2);
    let slot = state.take(SECOND / 2).unwrap();
    let flight = begin(&mut state, slot, SECOND / 2);
    let now = 51 * SECOND;
    state.finish(flight, ACCEPTED, Again::Never, now);
    let slot = state.take(now).unwrap();
    assert_eq!(state.agenda.get(slot).next, 2);
    let flight = begin(&mut state, slot, now);
    assert_eq!((flight.due, flight.ready), (40 * SECOND + SECOND / 2, now));
    state.finish(flight, ACCEPTED, Again::Never, now);
    check_identities(&state);
    let (visits, hits) = (state.recorded.visits, state.recorded.hits);
    assert_eq!((hits.planned, hits.sent, hits.accepted, hits.late, hits.dropped), (3, 2, 2, 1, 1));
    assert_eq!((visits.completed, visits.incomplete), (0, 1));
}

#[test]
fn a_hit_that_waits_for_a_slot_waits_for_the_target_and_one_that_does_not_lags() {
    const MS: Nanos = 1_000_000;
    let mut state = state(Draft { most_visits: Some(2), ..draft(Rate::PerSecond(1.0)) }, 1);
    state.admit(550 * MS);
    let first = state.take(550 * MS).unwrap();
    let flight = begin(&mut state, first, 550 * MS);
    // Nothing stood in the way of a hit due at 0.5 s: the generator was late.
    assert_eq!((flight.due, flight.ready, flight.sent), (500 * MS, 500 * MS, 550 * MS));
    state.admit(1_580 * MS);
    state.finish(flight, REFUSED, Again::Never, 1_580 * MS);
    // The ping of the first visit, then the second visit: both waited for the only slot.
    let ping = state.take(1_580 * MS).unwrap();
    let flight = if ping == first {
        succeed(&mut state, ping, 1_580 * MS);
        let second = state.take(1_580 * MS).unwrap();
        begin(&mut state, second, 1_590 * MS)
    } else {
        begin(&mut state, ping, 1_590 * MS)
    };
    assert_eq!((flight.due, flight.ready, flight.sent), (1_500 * MS, 1_580 * MS, 1_590 * MS));
}

#[test]
fn a_refused_hit_is_tried_again_with_growing_pauses_and_counted_once() {
    let mut state = state(Draft { most_visits: Some(1), ..draft(Rate::PerSecond(1.0)) }, 1);
    let mut tries = Vec::new();
    drive(&mut state, 10 * SECOND, |state, slot, now| {
        tries.push(now);
        let flight = begin(state, slot, now);
        state.finish(flight, REFUSED, Again::MayTry, now);
    });
    let pauses: Vec<Nanos> = tries.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let [short, middle, long] = [BACK_OFF, 2 * BACK_OFF, 4 * BACK_OFF];
    assert_eq!(pauses, [short, middle, long, 0, short, middle, long]);
    let hits = state.recorded.hits;
    assert_eq!((hits.sent, hits.failed, hits.retried), (2, 2, 6));
    assert_eq!(state.recorded.uncertain, traffic::ledger::Ledger::default());
    check_identities(&state);
}

#[test]
fn a_hit_that_is_cut_off_before_it_was_sent_is_dropped() {
    let mut state = state(Draft { most_visits: Some(1), ..draft(Rate::PerSecond(1.0)) }, 1);
    state.admit(SECOND);
    let slot = state.take(SECOND).unwrap();
    succeed(&mut state, slot, SECOND);
    // Handed to a connection whose task did not run any more.
    state.take(SECOND).unwrap();
    state.cut(SECOND);
    check_identities(&state);
    let hits = state.recorded.hits;
    assert_eq!((hits.sent, hits.accepted, hits.failed, hits.dropped), (1, 1, 0, 1));
}

#[test]
fn a_hit_that_is_cut_off_before_it_was_tried_again_has_failed() {
    let mut state = state(Draft { most_visits: Some(1), ..draft(Rate::PerSecond(1.0)) }, 1);
    state.admit(SECOND);
    let slot = state.take(SECOND).unwrap();
    let flight = begin(&mut state, slot, SECOND);
    state.finish(flight, REFUSED, Again::MayTry, SECOND);
    state.cut(SECOND);
    check_identities(&state);
    let hits = state.recorded.hits;
    assert_eq!((hits.sent, hits.failed, hits.dropped), (1, 1, 1));
    assert_eq!(state.recorded.uncertain, traffic::ledger::Ledger::default());
}

#[test]
fn a_closed_model_opens_no_further_visit_while_one_waits_to_be_tried_again() {
    let mut state = state(draft(Rate::Max), 2);
    for _ in 0..2 {
        let slot = state.take(SECOND).unwrap();
        let flight = begin(&mut state, slot, SECOND);
        state.finish(flight, REFUSED, Again::MayTry, SECOND);
    }
    assert_eq!(state.take(SECOND), None);
    assert_eq!(state.agenda.len(), 2);
    assert!(state.take(SECOND + BACK_OFF).is_some());
}

#[test]
fn what_a_stall_of_the_generator_delays_is_lag_also_where_slots_are_short() {
    let mut state = state(Draft { most_visits: Some(60), ..draft(Rate::PerSecond(10.0)) }, 1);
    // The loop was to wake up at 50 ms and does so at 5 s; every hit takes 10 ms of the only slot.
    state.asleep_until = SECOND / 20;
    let mut now = 5 * SECOND;
    state.admit(now);
    let mut waits = Vec::new();
    while let Some(slot) = state.take(now) {
        let flight = begin(&mut state, slot, now);
        if state.agenda.get(slot).next == 0 {
            waits.push((flight.ready - flight.due, flight.sent - flight.ready));
        }
        now += SECOND / 100;
        state.finish(flight, ACCEPTED, Again::Never, now);
        state.admit(now);
    }
    let (wait, lag) = waits.iter().fold((0, 0), |(wait, lag), one| (wait.max(one.0), lag.max(one.1)));
    assert!(lag > 4 * SECOND && wait < SECOND / 2, "wait {wait}, lag {lag}");
}

#[test]
fn no_omission_is_coordinated_a_stall_shows_in_response_times_and_not_in_service_times() {
    const MS: Nanos = 1_000_000;
    // 20 hits/s for a minute over one connection; after 20 s the server stalls once for 5 s.
    let mut state = state(Draft { most_visits: Some(600), ..draft(Rate::PerSecond(10.0)) }, 1);
    let mut in_flight: Option<(Flight, Nanos)> = None;
    let mut has_stalled = false;
    loop {
        let arrival = state.next.map(|(_, due)| due);
        let hit = state.agenda.next_at().filter(|_| in_flight.is_none());
        let answer = in_flight.map(|(_, at)| at);
        let Some(now) = [arrival, hit, answer].into_iter().flatten().min() else { break };
        let now = now.max(state.freed_at);
        if let Some((flight, _)) = in_flight.take_if(|(_, at)| *at <= now) {
            state.finish(flight, ACCEPTED, Again::Never, now);
        }
        state.admit(now);
        if in_flight.is_none()
            && let Some(slot) = state.take(now)
        {
            let is_stall = !has_stalled && now >= 20 * SECOND;
            has_stalled |= is_stall;
            let takes = if is_stall { 5 * SECOND } else { 5 * MS };
            in_flight = Some((begin(&mut state, slot, now), now + takes));
        }
    }
    check_identities(&state);
    assert_eq!((state.recorded.visits.completed, state.observations.len()), (600, 1_200));
    let mut statistics = crate::recorder::statistics::Statistics::default();
    for observation in &state.observations {
        statistics.observe(observation);
    }
    assert!(statistics.response.quantile_ms(0.95) > 1_000.0, "{}", statistics.response.quantile_ms(0.95));
    assert!(statistics.service.quantile_ms(0.99) < 10.0, "{}", statistics.service.quantile_ms(0.99));
    assert!(statistics.service.max_ms() >= 4_990.0, "{}", statistics.service.max_ms());
    // It was the target's doing.
    assert!(statistics.lag.max_ms() < 10.0, "{}", statistics.lag.max_ms());
}

#[test]
fn a_hit_dropped_while_every_slot_was_taken_is_the_targets_doing_and_one_dropped_otherwise_is_not() {
    for (is_taken, idle) in [(true, 0), (false, 2)] {
        let mut state = state(Draft { most_visits: Some(2), ..draft(Rate::PerSecond(1.0)) }, 1);
        state.admit(SECOND / 2);
        let first = state.take(SECOND / 2).unwrap();
        let flight = begin(&mut state, first, SECOND / 2);
        let late = 3 * SECOND / 2 + LAG_LIMIT + SECOND;
        // Over only now, or in time, whereupon the worker does not get on.
        let answered = if is_taken { late } else { SECOND / 2 };
        state.finish(flight, ACCEPTED, Again::Never, answered);
        state.admit(late);
        while let Some(slot) = state.take(late) {
            succeed(&mut state, slot, late);
        }
        let hits = state.recorded.hits;
        assert!(hits.dropped >= 2, "{hits:?}");
        let second: u64 = state.dropped.iter().filter(|hit| hit.due > SECOND && hit.is_idle).count() as u64;
        assert_eq!(second, idle, "{:?}", state.dropped);
        assert_eq!(state.dropped.len() as u64, hits.dropped);
        assert_eq!(state.dropped.iter().filter(|hit| hit.is_idle).count() as u64, hits.dropped_idle);
    }
}

#[test]
fn every_second_tells_what_was_due_in_it_also_where_the_warm_up_is_no_whole_second() {
    for warm_up in [0, SECOND / 4, 3 * SECOND + SECOND / 2] {
        let mut timetable = Timetable::new(warm_up);
        let series = crate::recorder::series::Series::new(warm_up);
        let mut told = Vec::new();
        for tenth in 0..100 {
            let at = tenth * SECOND / 10;
            timetable.hit(at);
            told.extend(timetable.tell(at));
        }
        told.extend(timetable.tell(10 * SECOND + SECOND));
        assert_eq!(told.iter().map(|(_, due)| due.hits).sum::<u32>(), 100, "{told:?}");
        for (at, due) in told {
            let here =
                (0..100).filter(|tenth| series.number(tenth * SECOND / 10) == series.number(at)).count();
            assert_eq!(due.hits as usize, here, "at {at} with a warm-up of {warm_up}");
        }
    }
}

#[test]
fn after_a_very_late_start_what_is_too_late_is_dropped_without_being_kept() {
    let mut state = state(draft(Rate::PerSecond(50.0)), 10);
    let now = 3_600 * SECOND;
    let (mut most, mut looks) = (0, 0);
    while state.next.is_some_and(|(_, due)| due <= now) {
        state.admit(now);
        most = most.max(state.agenda.len());
        looks += 1;
    }
    // Those of the last 30 s can still be sent; the others were let go little by little.
    assert!((1_490..=1_510).contains(&most), "{most}");
    assert!(looks > 40, "{looks}");
    let visits = state.recorded.visits;
    assert_eq!((visits.planned, visits.dropped), (180_000, 180_000 - most as u64));
    assert_eq!(state.recorded.hits.dropped, state.dropped.len() as u64);
}
