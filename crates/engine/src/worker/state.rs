//! What a worker knows: its open visits, its slots, what is due next and what was recorded. No input or output, and
//! what time it is comes as an argument.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::task::Waker;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::HeaderMap;
use traffic::curve::{Nanos, SECOND};
use traffic::hit::Kind;
use traffic::ledger::Tally;
use traffic::place::place;
use traffic::plan::{Plan, Planner, Stamp, begin_after};
use traffic::scenario::Clock as VisitClock;
use traffic::visit::Visit;
use traffic::walk::{Part, Walk};

use super::Assignment;
use super::timetable::{Timetable, next_second};
use crate::agenda::{Agenda, Credit, Open, Slot};
use crate::calendar::{Midnights, Offsets};
use crate::clock::Clock;
use crate::collector::{Origin, Portion};
use crate::observation::{Dropped, Failure, Fate, Observation, Outcome};
use crate::pace::Pace;
use crate::recorder::series::Gauges;
use crate::recorder::{Counts, LATE_NS};
use crate::run::{Control, LAG_LIMIT, Options, Phase};
use crate::skew::Skew;
use crate::transport::Requests;
use crate::usage;

#[cfg(test)]
mod tests;

/// Waking up this much too late is a stall of the generator.
const STALL: Nanos = SECOND / 100;

/// So many visits are taken in at once, at most.
const MOST_AT_ONCE: usize = 4_096;

/// How often a hit that certainly was not recorded is tried again, and how long after the first failure.
const RETRIES: u8 = 3;
const BACK_OFF: Nanos = SECOND / 4;

/// A simulated hit happened at least this long ago, in milliseconds: clocks of web servers differ.
const SAFETY_MS: i64 = 5_000;

/// The tasks that own connections.
#[derive(Default)]
pub(super) struct Seat {
    /// A visit whose hit it is to send.
    pub(super) job: Option<Slot>,
    pub(super) waker: Option<Waker>,
    pub(super) is_connected: bool,
}

pub(super) struct State {
    origin: Origin,
    plan: Arc<Plan>,
    planner: Planner,
    walk: Walk,
    /// The share of all visits that are for this target.
    share: f64,
    options: Options,
    /// Which lane of how many, on all machines: they take turns in making up for what is late.
    turn: (u64, u64),
    clock: Clock,
    /// Whether the plan has no more visits for this worker, as opposed to none before the run ends.
    is_exhausted: bool,
    /// How the time of the plan goes by.
    pace: Pace,
    /// The next visit of this worker and when it is due, in the time of the plan; `None` when there are no more.
    next: Option<(u64, Nanos)>,
    pub(super) agenda: Agenda,
    pub(super) seats: Vec<Seat>,
    pub(super) idle: Vec<usize>,
    slots: usize,
    in_flight: usize,
    /// When the last of the slots that were all taken became free.
    freed_at: Nanos,
    /// When the next visit that is late may start.
    catch_up_at: Nanos,
    /// When what is still open is cut off.
    cut_at: Option<Nanos>,
    requests: Requests,
    pub(super) skew: Skew,
    midnights: Midnights,
    offsets: Offsets,
    recorded: Counts,
    /// From when on that was counted.
    since: Nanos,
    due: Timetable,
    observations: Vec<Observation>,
    dropped: Vec<Dropped>,
    /// When visits that are over were due, and what became of them.
    fates: Vec<(Nanos, Fate)>,
    pub(super) publish_at: Nanos,
    /// When the loop will wake up.
    pub(super) asleep_until: Nanos,
    /// The last time in which the generator itself did not get on: it should have woken up, and did.
    stall: std::ops::Range<Nanos>,
    portions: Sender<Portion>,
}

impl State {
    /// The state of a worker that has not begun.
    pub(super) fn new(assignment: Assignment) -> State {
        let Assignment {
            plan,
            client,
            clock,
            options,
            site_time_zone,
            part,
            origin,
            slots,
            skew,
            portions,
            ..
        } = assignment;
        let now = clock.now();
        let Part { shard, worker: (index, workers), .. } = part;
        let (shards, machine) = (u64::from(shard.of()), u64::from(shard.index()));
        let mut state = State {
            walk: Walk::new(&plan, part),
            share: part.audience.share(),
            origin,
            planner: Planner::default(),
            requests: Requests::new(&plan, client.target()),
            midnights: Midnights::new(site_time_zone),
            offsets: Offsets::new(plan.time_zones().to_vec()),
            plan,
            pace: Pace::STEADY,
            due: Timetable::new(options.warm_up),
            since: now,
            observations: Vec::new(),
            dropped: Vec::new(),
            fates: Vec::new(),
            publish_at: next_second(now, options.warm_up),
            options,
            turn: (machine + index * shards, shards * workers),
            clock,
            is_exhausted: false,
            next: None,
            agenda: Agenda::default(),
            seats: Vec::new(),
            idle: Vec::new(),
            slots,
            in_flight: 0,
            freed_at: 0,
            catch_up_at: 0,
            cut_at: None,
            skew,
            recorded: Counts::default(),
            asleep_until: Nanos::MAX,
            stall: 0..0,
            portions,
        };
        state.next = state.find();
        state
    }

    /// The next visit of this worker, and when it is due in the time of the plan.
    fn find(&mut self) -> Option<(u64, Nanos)> {
        let found = self.walk.next(&self.plan);
        self.is_exhausted = found.is_none();
        found
    }

    fn is_closed_model(&self) -> bool {
        !self.walk.is_timed()
    }

    /// Ends arrivals, or everything, when told to or when the time is over.
    pub(super) fn obey(&mut self, control: Control, now: Nanos) {
        if control.pace != self.pace {
            self.admit_all(control.pace.since().min(now));
            self.pace = control.pace;
        }
        match control.phase {
            Phase::Run => {}
            Phase::Drain { since } => {
                self.admit_all(since.min(now));
                self.next = None;
                let end = since + self.options.grace;
                self.cut_at = Some(self.cut_at.map_or(end, |earlier| earlier.min(end)));
            }
            Phase::Abort => {
                self.next = None;
                self.cut_at = Some(now);
            }
        }
        if let Some(until) = self.options.until.filter(|until| now >= *until) {
            self.admit_all(until);
            self.next = None;
            if self.cut_at.is_none() {
                self.cut_at = Some(until + self.options.grace);
            }
        }
    }

    /// Takes in the visits that have arrived: not more at once than leave time for others. After a late start there may
    /// be millions.
    pub(super) fn admit(&mut self, now: Nanos) {
        self.admit_some(MOST_AT_ONCE, now);
    }

    fn admit_all(&mut self, now: Nanos) {
        self.admit_some(usize::MAX, now);
    }

    fn admit_some(&mut self, most: usize, now: Nanos) {
        if self.is_closed_model() {
            return;
        }
        let now = self.options.until.map_or(now, |until| now.min(until - 1));
        for _ in 0..most {
            let Some((number, planned)) = self.next else { break };
            let Some(due) = self.pace.run(planned).filter(|due| *due <= now) else { break };
            self.next = self.find();
            self.open(number, due, now);
        }
    }

    /// Plans a visit, and the robots that come along with it.
    fn open(&mut self, number: u64, arrival: Nanos, now: Nanos) {
        let actions = self.agenda.spare();
        let mut visit = self.planner.visit(&self.plan, number, actions);
        // Whom a cap has kept away is new to this Matomo.
        visit.earlier = self.walk.earlier(&self.plan, number, visit.earlier);
        self.recorded.visits.planned += 1;
        self.enter(visit, arrival, now);
        for nth in 0..self.plan.robots(number) {
            let actions = self.agenda.spare();
            let robot = self.planner.robot(&self.plan, number, nth, actions);
            self.enter(robot, arrival, now);
        }
    }

    /// Puts a visit on the agenda, behind its predecessor where that is still open; unless it comes too late anyway.
    fn enter(&mut self, visit: Visit, arrival: Nanos, now: Nanos) {
        self.recorded.hits.planned += visit.actions.len() as u64;
        self.recorded.planned += visit.ledger(&self.plan.scenario().goals);
        let predecessor = visit.predecessor.and_then(|number| self.agenda.find(number));
        // The plan itself lets it wait for the end of the visit before; what comes on top is waiting for the target.
        let arrival = match predecessor.map(|before| self.agenda.get(before)) {
            Some(before) if self.walk.is_timed() => {
                let last = before.visit.actions.last().map_or(0, |last| last.due_ms);
                begin_after(arrival, before.arrival, last)
            }
            _ => arrival,
        };
        if visit.robot.is_none() {
            self.due.visit(arrival);
        }
        let clock = self.plan.scenario().clock;
        let here_ms = self.clock.unix_ms(arrival) + self.skew.ms();
        let wanted = match clock {
            VisitClock::Simulated => {
                here_ms - SAFETY_MS - i64::from(visit.length_ms()) - i64::from(visit.past) * 1_000
            }
            VisitClock::Real => here_ms,
        };
        let placement = place(&visit, wanted, self.midnights.after(wanted), clock);
        let shift = match clock {
            VisitClock::Simulated => 0,
            VisitClock::Real => (placement.start_ms - wanted).max(0) as Nanos * 1_000_000,
        };
        let slot = self.agenda.insert(Open {
            hits: visit.actions.len() as u16,
            visit,
            arrival,
            placement,
            shift,
            next: 0,
            tries: 0,
            taken_at: 0,
            not_before: 0,
            started: false,
            held_back: false,
            in_flight: false,
            sent: false,
            flawed: false,
            credit: Credit::Unknown,
            acknowledged: Tally::default(),
            uncertain: Tally::default(),
            successor: None,
        });
        if !self.is_closed_model() {
            for index in 0..self.agenda.get(slot).visit.actions.len() {
                let due = self.due_of(slot, index);
                self.due.hit(due);
            }
        }
        match predecessor {
            Some(before) => self.agenda.get(before).successor = Some(slot),
            None if self.is_too_late(slot, now) => self.drop_hit(slot, now),
            None => self.schedule(slot),
        }
    }

    /// Whether a hit is not worth sending any more, nor was before.
    fn is_too_late(&mut self, slot: Slot, now: Nanos) -> bool {
        !self.is_closed_model()
            && self.agenda.get(slot).tries == 0
            && now.saturating_sub(self.due(slot)) > LAG_LIMIT
    }

    /// When the next hit of a visit is due.
    fn due(&mut self, slot: Slot) -> Nanos {
        let index = usize::from(self.agenda.get(slot).next);
        self.due_of(slot, index)
    }

    /// When a hit of a visit is due.
    fn due_of(&mut self, slot: Slot, index: usize) -> Nanos {
        let open = self.agenda.get(slot);
        let action = &open.visit.actions[index];
        match self.plan.scenario().clock {
            VisitClock::Simulated => open.arrival + Nanos::from(action.due_ms) * 1_000_000,
            VisitClock::Real => {
                let offset = open.placement.offset(index, action.offset_ms);
                open.arrival + open.shift + offset as Nanos * 1_000_000
            }
        }
    }

    /// The same; in a closed model when it was taken up.
    fn due_or_taken(&mut self, slot: Slot) -> Nanos {
        if self.is_closed_model() { self.agenda.get(slot).taken_at } else { self.due(slot) }
    }

    fn schedule(&mut self, slot: Slot) {
        let at = if self.is_closed_model() { 0 } else { self.due(slot) };
        let at = at.max(self.agenda.get(slot).not_before);
        self.agenda.schedule(slot, at);
    }

    /// Gives what is due to idle connections, and names the new ones that are needed for the rest.
    pub(super) fn dispatch(&mut self, now: Nanos) -> Vec<usize> {
        let mut spawn = Vec::new();
        while !self.idle.is_empty() || self.seats.len() < self.slots {
            let Some(slot) = self.take(now) else { break };
            if let Some(seat) = self.idle.pop() {
                self.seats[seat].job = Some(slot);
                if let Some(waker) = self.seats[seat].waker.take() {
                    waker.wake();
                }
            } else {
                spawn.push(self.seats.len());
                self.seats.push(Seat { job: Some(slot), ..Seat::default() });
            }
        }
        spawn
    }

    /// Notices that the generator did not get on for a while.
    fn notice_stall(&mut self, now: Nanos) {
        if now > self.asleep_until.saturating_add(STALL) {
            self.stall = self.asleep_until..now;
            self.asleep_until = now;
        }
    }

    /// The visit whose hit goes out next, if one is due; what can no longer be sent is dropped on the way.
    pub(super) fn take(&mut self, now: Nanos) -> Option<Slot> {
        self.notice_stall(now);
        loop {
            let Some(slot) = self.agenda.pop(now) else {
                let room = self.is_closed_model() && self.agenda.len() < self.slots;
                let (number, _) = self.next.filter(|_| room)?;
                self.next = self.find();
                self.open(number, now, now);
                continue;
            };
            if self.is_too_late(slot, now) {
                self.drop_hit(slot, now);
                continue;
            }
            if !self.is_closed_model() {
                let due = self.due(slot);
                if self.holds_back(slot, due, now) {
                    continue;
                }
            }
            self.in_flight += 1;
            self.agenda.get(slot).in_flight = true;
            return Some(slot);
        }
    }

    /// Whether the start of a visit is put off, because it is late: a stall is not followed by a burst. Late visits are
    /// made up for at the planned rate, in the middle between those that are due, workers taking turns.
    fn holds_back(&mut self, slot: Slot, due: Nanos, now: Nanos) -> bool {
        let open = self.agenda.get(slot);
        if now - due <= LATE_NS
            || open.started
            || open.held_back
            || open.tries > 0
            || open.visit.robot.is_some()
        {
            return false;
        }
        let rate = self.plan.rate(self.pace.plan(due)) * self.pace.speed() * self.share;
        if rate <= 0.0 {
            return false;
        }
        let gap = ((SECOND as f64 / rate) as Nanos).max(1);
        let (own, round) = (self.turn.0 * gap, self.turn.1 * gap);
        // The first that is late need not make room for others.
        if self.catch_up_at <= now {
            self.catch_up_at = now + round;
            return false;
        }
        let start = own + self.catch_up_at.saturating_sub(own).div_ceil(round) * round;
        if start - due > LAG_LIMIT {
            return false;
        }
        self.catch_up_at = start + 1;
        let open = self.agenda.get(slot);
        open.held_back = true;
        let is_targets_doing = self.freed_at.max(open.not_before) > due && !self.stall.contains(&due);
        if is_targets_doing {
            open.not_before = start;
        }
        self.agenda.schedule(slot, start);
        true
    }

    /// A hit that is too late is not sent; a visit whose first hit is, does not take place.
    fn drop_hit(&mut self, slot: Slot, now: Nanos) {
        let due = self.due(slot);
        let open = self.agenda.get(slot);
        open.flawed = true;
        let ready = due.max(open.not_before).max(self.freed_at);
        let is_idle = now.saturating_sub(ready) > STALL;
        let hits = usize::from(open.next)..usize::from(if open.started { open.next + 1 } else { open.hits });
        for index in hits {
            let due = self.due_of(slot, index);
            self.recorded.hits.dropped_idle += u64::from(is_idle);
            self.dropped.push(Dropped { due, is_idle });
        }
        if self.agenda.get(slot).started {
            self.recorded.hits.dropped += 1;
            self.go_on(slot, now);
        } else {
            self.close(slot, now);
        }
    }

    /// Builds the request of a hit that is going out.
    pub(super) fn begin(
        &mut self,
        slot: Slot,
        now: Nanos,
        headers: HeaderMap,
    ) -> (Flight, Request<Full<Bytes>>) {
        if self.is_closed_model() && self.agenda.get(slot).tries == 0 {
            self.agenda.get(slot).taken_at = now;
        }
        let due = self.due_or_taken(slot);
        let unix_ms = self.clock.unix_ms(now) + self.skew.ms();
        self.offsets.refresh(unix_ms / 1_000);
        let open = self.agenda.get(slot);
        let index = usize::from(open.next);
        let action = &open.visit.actions[index];
        open.sent = true;
        if open.tries == 0 {
            let hits = &mut self.recorded.hits;
            hits.sent += 1;
            hits.late += u64::from(now - due > LATE_NS);
            hits.by_kind[action.kind() as usize] += 1;
            self.recorded.last_sent = now;
            if !self.walk.is_timed() {
                self.due.hit(now);
            }
        }
        if !open.started {
            open.started = true;
            if open.visit.robot.is_none() {
                self.recorded.visits.started += 1;
                self.recorded.last_start = now;
            }
        }
        let at_ms = open.placement.at(index, action.offset_ms);
        let (cdt, at) = match self.plan.scenario().clock {
            VisitClock::Simulated => (Some(at_ms.div_euclid(1_000)), at_ms.div_euclid(1_000)),
            VisitClock::Real => (None, unix_ms / 1_000),
        };
        let zone = self.plan.time_zone(&open.visit);
        let stamp = Stamp { cdt, local_seconds: self.offsets.local_seconds(zone, at) };
        let request = self.requests.build(&self.plan, &open.visit, index, stamp, headers);
        // A slot that became free after the hit was due and its predecessor answered is what it waited for; but time
        // in which the generator did not get on is its own.
        let wanted = due.max(open.not_before);
        let own = self.stall.end.min(now).saturating_sub(wanted.max(self.stall.start));
        let freed_at = if self.walk.is_timed() { self.freed_at } else { 0 };
        let ready = wanted.max(freed_at).min(now - own);
        (Flight { slot, due, ready, sent: now }, request)
    }

    /// Records how a hit ended and puts the next one of its visit on the agenda.
    pub(super) fn finish(&mut self, flight: Flight, outcome: Outcome, again: Again, now: Nanos) {
        let Flight { slot, due, ready, sent } = flight;
        if self.in_flight == self.slots {
            self.freed_at = now;
        }
        self.in_flight -= 1;
        let open = self.agenda.get(slot);
        open.in_flight = false;
        if again == Again::MayTry && open.tries < RETRIES && self.cut_at.is_none() {
            self.recorded.hits.retried += 1;
            open.not_before = now + (BACK_OFF << open.tries);
            open.tries += 1;
            let at = open.not_before;
            self.agenda.schedule(slot, at);
            return;
        }
        let open = self.agenda.get(slot);
        let kind = open.visit.actions[usize::from(open.next)].kind();
        self.recorded.count(outcome);
        // Not in `cut`: what is cut off there says nothing about the target.
        match outcome {
            Outcome::Answered(_) => self.recorded.last_answer = now,
            Outcome::Failed(_) => self.recorded.fail(now),
        }
        self.observations.push(Observation { kind, due, ready, sent, done: now, outcome });
        self.account(slot, outcome);
        self.go_on(slot, now);
    }

    fn account(&mut self, slot: Slot, outcome: Outcome) {
        let open = self.agenda.get(slot);
        let action = &open.visit.actions[usize::from(open.next)];
        let goals = &self.plan.scenario().goals;
        // Of a lonely ping Matomo makes no visit.
        let credit = |credit| if action.kind() == Kind::Ping { Credit::Unknown } else { credit };
        if outcome.is_accepted() {
            open.credit = open.credit.max(credit(Credit::Acknowledged));
            self.recorded.acknowledged.count(&mut open.acknowledged, action, goals);
        } else {
            open.flawed = true;
            if outcome.is_uncertain() {
                open.credit = open.credit.max(credit(Credit::Uncertain));
                self.recorded.uncertain.count(&mut open.uncertain, action, goals);
            }
        }
    }

    /// On to the next hit of a visit, or to its end.
    fn go_on(&mut self, slot: Slot, now: Nanos) {
        let open = self.agenda.get(slot);
        open.next += 1;
        open.tries = 0;
        open.sent = false;
        open.not_before = now;
        if open.next < open.hits {
            self.schedule(slot);
        } else {
            self.close(slot, now);
        }
    }

    fn close(&mut self, slot: Slot, now: Nanos) {
        let open = self.agenda.remove(slot);
        let successor = open.successor;
        self.settle(&open);
        if !open.started {
            self.recorded.hits.dropped += u64::from(open.hits);
        }
        if let Some(next) = successor {
            self.agenda.get(next).not_before = now;
            self.schedule(next);
        }
    }

    fn settle(&mut self, open: &Open) {
        if open.visit.robot.is_some() {
            return;
        }
        self.recorded.acknowledged.settle(&open.acknowledged);
        self.recorded.uncertain.settle(&open.uncertain);
        let fate = match (open.started, open.flawed) {
            (false, _) => Fate::Dropped,
            (true, true) => Fate::Incomplete,
            (true, false) => Fate::Completed,
        };
        fate.count(&mut self.recorded.visits);
        self.fates.push((open.arrival, fate));
        match open.credit {
            Credit::Unknown => {}
            Credit::Uncertain => self.recorded.uncertain.begin(&open.visit),
            Credit::Acknowledged => self.recorded.acknowledged.begin(&open.visit),
        }
    }

    /// Ends what is still open: hits in flight were sent and their answers are unknown, the rest is dropped.
    pub(super) fn cut(&mut self, now: Nanos) {
        let aborted = Outcome::Failed(Failure::Aborted);
        for slot in self.agenda.slots() {
            let open = self.agenda.get(slot);
            let in_flight = open.in_flight;
            if open.sent {
                open.flawed = true;
                let kind = open.visit.actions[usize::from(open.next)].kind();
                self.recorded.count(aborted);
                let due = self.due_or_taken(slot).min(now);
                let (ready, sent) = (now, now);
                self.observations.push(Observation { kind, due, ready, sent, done: now, outcome: aborted });
                // What waits to be tried again was certainly not recorded.
                if in_flight {
                    self.account(slot, aborted);
                }
                self.agenda.get(slot).next += 1;
            }
            let open = self.agenda.get(slot);
            for index in usize::from(open.next)..usize::from(open.hits) {
                self.cut_hit(slot, index, now);
            }
            let mut open = self.agenda.remove(slot);
            let unsent = open.hits - open.next;
            self.recorded.hits.dropped += u64::from(unsent);
            open.flawed |= unsent > 0;
            self.settle(&open);
        }
        self.in_flight = 0;
    }

    /// A hit that the end keeps from being sent. One that was not due yet never will be.
    fn cut_hit(&mut self, slot: Slot, index: usize, now: Nanos) {
        if self.is_closed_model() {
            return;
        }
        let due = self.due_of(slot, index);
        if due <= now {
            self.dropped.push(Dropped { due, is_idle: false });
        } else {
            self.due.strike(due);
        }
    }

    /// Whether there is nothing left to do, or no time left to do it.
    pub(super) fn is_over(&self, now: Nanos) -> bool {
        // A plan that has no more visits ends the run, a pause that lasts until its end does not.
        let is_ending = self.is_exhausted || self.cut_at.is_some();
        self.cut_at.is_some_and(|end| now >= end)
            || (is_ending && self.next.is_none() && self.agenda.len() == 0)
    }

    /// When the loop has something to do unless it is woken.
    pub(super) fn wake_at(&mut self) -> Nanos {
        let mut at = self.publish_at;
        if let Some(end) = self.cut_at {
            at = at.min(end);
        }
        if let Some(until) = self.options.until.filter(|_| self.cut_at.is_none()) {
            at = at.min(until);
        }
        if let Some((_, planned)) = self.next.filter(|_| !self.is_closed_model())
            && let Some(due) = self.pace.run(planned)
        {
            at = at.min(due);
        }
        if let Some(due) = self.agenda.next_at().filter(|_| self.in_flight < self.slots) {
            at = at.min(due);
        }
        self.asleep_until = at;
        at
    }

    /// Hands over the last of what was recorded.
    pub(super) fn end(&mut self, now: Nanos) {
        self.cut(now);
        self.publish(now);
        let due = self.due.tell(now + SECOND);
        if !due.is_empty() {
            let cpu = usage::thread_cpu().as_nanos() as Nanos;
            let last = Portion { since: now, due, cpu, ..self.portion() };
            let _abandoned = self.portions.send(last);
        }
    }

    /// Nothing, from here.
    fn portion(&self) -> Portion {
        let is_through = self.walk.is_through() && self.next.is_none();
        Portion { origin: self.origin, is_through, ..Portion::default() }
    }

    /// Hands over what was recorded.
    pub(super) fn publish(&mut self, now: Nanos) {
        let room = self.observations.len() + self.observations.len() / 4;
        let portion = Portion {
            since: self.since,
            counts: std::mem::take(&mut self.recorded),
            due: self.due.tell(now),
            observations: std::mem::replace(&mut self.observations, Vec::with_capacity(room)),
            dropped: std::mem::take(&mut self.dropped),
            fates: std::mem::take(&mut self.fates),
            gauges: Gauges {
                in_flight: self.in_flight as u64,
                open_visits: self.agenda.len() as u64,
                connections: self.seats.iter().filter(|seat| seat.is_connected).count() as u64,
                ..Gauges::default()
            },
            cpu: usage::thread_cpu().as_nanos() as Nanos,
            ..self.portion()
        };
        // Nobody collects any more when the run was abandoned.
        let _abandoned = self.portions.send(portion);
        self.since = now;
        self.publish_at = next_second(now, self.options.warm_up);
    }
}

/// A hit on its way.
#[derive(Clone, Copy)]
pub(super) struct Flight {
    slot: Slot,
    due: Nanos,
    ready: Nanos,
    pub(super) sent: Nanos,
}

/// Whether a hit that failed may be tried again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It certainly never arrived.
    MayTry,
    /// It may have.
    Never,
}
