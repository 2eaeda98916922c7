//! A worker: one thread that plans its share of the visits, sends their hits when they are due, and records what
//! happens. Everything in it is single-threaded; connections are its only tasks.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::{DATE, HeaderMap};
use tokio::sync::{Notify, watch};
use tokio::time::Sleep;
use traffic::arrivals::Arrivals;
use traffic::curve::{Curve, Nanos, SECOND};
use traffic::place::place;
use traffic::plan::{Plan, Planner, Stamp};
use traffic::scenario::Clock as VisitClock;

use crate::agenda::{Agenda, Credit, Open, Slot};
use crate::calendar::{Midnights, Offsets};
use crate::clock::Clock;
use crate::observation::{Failure, Observation, Outcome};
use crate::recorder::{LATE_NS, Snapshot};
use crate::run::{Options, Phase, Published};
use crate::skew::Skew;
use crate::transport::{Answer, Client, Connection, NotSent, Requests};

/// A hit that could not be sent for so long after it was due is dropped.
pub(crate) const LAG_LIMIT: Nanos = 30 * SECOND;

/// An idle connection older than this is not used again: many servers close theirs after 5 s, and a hit sent into a
/// closing connection is lost without anybody knowing whether it arrived.
const IDLE_LIMIT: Nanos = 4 * SECOND;

/// How often a hit that certainly was not recorded is tried again, and how long after the first failure.
const RETRIES: u8 = 3;
const BACK_OFF: Nanos = SECOND / 4;

/// Totals are published this often.
const PUBLISH: Nanos = SECOND;

/// A simulated hit happened at least this long ago, in milliseconds: clocks of web servers differ.
const SAFETY_MS: i64 = 5_000;

/// What a worker is given.
pub(crate) struct Assignment {
    pub(crate) plan: Arc<Plan>,
    pub(crate) client: Client,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
    /// Which worker of how many.
    pub(crate) index: u64,
    pub(crate) of: u64,
    /// Its part of the requests in flight.
    pub(crate) slots: usize,
    pub(crate) skew: Skew,
    pub(crate) phase: watch::Receiver<Phase>,
    pub(crate) published: Arc<Mutex<Published>>,
}

/// Works until its visits are over or the run is stopped.
pub(crate) async fn work(assignment: Assignment) {
    let mut phase = assignment.phase.clone();
    let worker = Rc::new(Worker {
        clock: assignment.clock,
        client: assignment.client.clone(),
        wake: Notify::new(),
        state: RefCell::new(State::new(assignment)),
    });
    let mut sleep = pin!(tokio::time::sleep(Duration::ZERO));
    loop {
        let now = worker.clock.now();
        let requested = *phase.borrow_and_update();
        let wake_at = {
            let mut state = worker.state.borrow_mut();
            state.obey(requested, now);
            state.admit(now);
            let spawn = state.dispatch(now);
            for id in spawn {
                tokio::task::spawn_local(serve(Rc::clone(&worker), id));
            }
            if now >= state.publish_at {
                state.publish(now);
            }
            if state.is_over(now) {
                break;
            }
            state.wake_at()
        };
        sleep.as_mut().reset(worker.clock.instant(wake_at));
        tokio::select! {
            () = &mut sleep => {}
            () = worker.wake.notified() => {}
            changed = phase.changed() => if changed.is_err() { break },
        }
    }
    let mut state = worker.state.borrow_mut();
    let now = worker.clock.now();
    state.cut(now);
    state.publish(now);
}

struct Worker {
    clock: Clock,
    client: Client,
    /// Wakes the loop above: there is something new to wait for, or nothing any more.
    wake: Notify,
    state: RefCell<State>,
}

/// The tasks that own connections.
#[derive(Default)]
struct Seat {
    /// A visit whose hit it is to send.
    job: Option<Slot>,
    waker: Option<Waker>,
}

struct State {
    plan: Arc<Plan>,
    planner: Planner,
    /// None in a closed model.
    arrivals: Option<Arrivals<Arc<Curve>>>,
    options: Options,
    index: u64,
    of: u64,
    clock: Clock,
    /// The next visit of this worker and when it is due; `None` when there are no more.
    next: Option<(u64, Nanos)>,
    agenda: Agenda,
    seats: Vec<Seat>,
    idle: Vec<usize>,
    slots: usize,
    in_flight: usize,
    /// When the last of the slots that were all taken became free.
    freed_at: Nanos,
    /// When the next visit that is late may start.
    catch_up_at: Nanos,
    /// When what is still open is cut off.
    cut_at: Option<Nanos>,
    requests: Requests,
    skew: Skew,
    midnights: Midnights,
    offsets: Offsets,
    recorded: Snapshot,
    publish_at: Nanos,
    /// When the loop will wake up.
    asleep_until: Nanos,
    published: Arc<Mutex<Published>>,
}

impl State {
    fn new(assignment: Assignment) -> State {
        let Assignment { plan, client, clock, options, index, of, slots, skew, published, .. } = assignment;
        let mut state = State {
            arrivals: plan.arrivals(),
            planner: Planner::default(),
            requests: Requests::new(&plan, client.target()),
            midnights: Midnights::new(options.site_time_zone.clone()),
            offsets: Offsets::new(plan.time_zones().to_vec()),
            plan,
            options,
            index,
            of,
            clock,
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
            recorded: Snapshot::default(),
            publish_at: clock.now() + PUBLISH,
            asleep_until: 0,
            published,
        };
        state.next = state.find(0);
        state
    }

    /// The first visit of this worker from `number` on, and when it is due.
    fn find(&mut self, mut number: u64) -> Option<(u64, Nanos)> {
        while self.plan.contains(number) {
            if self.plan.worker(number, self.of) == self.index {
                let due = match &mut self.arrivals {
                    Some(arrivals) => arrivals.due(number)?,
                    None => 0,
                };
                return Some((number, due)).filter(|_| self.options.until.is_none_or(|until| due < until));
            }
            number += 1;
        }
        None
    }

    fn is_closed_model(&self) -> bool {
        self.arrivals.is_none()
    }

    /// Ends arrivals, or everything, when told to or when the time is over.
    fn obey(&mut self, phase: Phase, now: Nanos) {
        match phase {
            Phase::Run => {}
            Phase::Drain { since } => {
                self.admit(since.min(now));
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
            self.admit(until);
            self.next = None;
            if self.cut_at.is_none() {
                self.cut_at = Some(until + self.options.grace);
            }
        }
    }

    /// Takes in the visits that have arrived.
    fn admit(&mut self, now: Nanos) {
        if self.is_closed_model() {
            return;
        }
        while let Some((number, due)) = self.next.filter(|(_, due)| *due <= now) {
            self.next = self.find(number + 1);
            self.open(number, due);
        }
    }

    /// Plans a visit and puts it on the agenda, behind its predecessor where that is still open.
    fn open(&mut self, number: u64, arrival: Nanos) -> Slot {
        let actions = self.agenda.spare();
        let visit = self.planner.visit(&self.plan, number, actions);
        self.recorded.visits.planned += 1;
        self.recorded.hits.planned += visit.actions.len() as u64;
        self.recorded.planned += visit.ledger();
        let clock = self.plan.scenario().clock;
        let here_ms = self.clock.unix_ms(arrival) + self.skew.ms();
        let wanted = match clock {
            VisitClock::Simulated => here_ms - SAFETY_MS - i64::from(visit.length_ms()),
            VisitClock::Real => here_ms,
        };
        let placement = place(&visit, wanted, self.midnights.after(wanted), clock);
        let shift = match clock {
            VisitClock::Simulated => 0,
            VisitClock::Real => (placement.start_ms - wanted).max(0) as Nanos * 1_000_000,
        };
        let predecessor = visit.predecessor.and_then(|number| self.agenda.find(number));
        let slot = self.agenda.insert(Open {
            hits: visit.actions.len() as u16,
            visit,
            arrival,
            placement,
            shift,
            next: 0,
            tries: 0,
            not_before: 0,
            started: false,
            held_back: false,
            in_flight: false,
            flawed: false,
            credit: Credit::Unknown,
            successor: None,
        });
        match predecessor {
            Some(before) => self.agenda.get(before).successor = Some(slot),
            None => self.schedule(slot),
        }
        slot
    }

    /// When the next hit of a visit is due.
    fn due(&mut self, slot: Slot) -> Nanos {
        let open = self.agenda.get(slot);
        let action = &open.visit.actions[usize::from(open.next)];
        match self.plan.scenario().clock {
            VisitClock::Simulated => open.arrival + Nanos::from(action.due_ms) * 1_000_000,
            VisitClock::Real => {
                let offset = open.placement.offset(usize::from(open.next), action.offset_ms);
                open.arrival + open.shift + offset as Nanos * 1_000_000
            }
        }
    }

    fn schedule(&mut self, slot: Slot) {
        let at = if self.is_closed_model() { 0 } else { self.due(slot) };
        let at = at.max(self.agenda.get(slot).not_before);
        self.agenda.schedule(slot, at);
    }

    /// Gives what is due to idle connections, and names the new ones that are needed for the rest.
    fn dispatch(&mut self, now: Nanos) -> Vec<usize> {
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
                self.seats.push(Seat { job: Some(slot), waker: None });
            }
        }
        spawn
    }

    /// The visit whose hit goes out next, if one is due; what can no longer be sent is dropped on the way.
    fn take(&mut self, now: Nanos) -> Option<Slot> {
        loop {
            let Some(slot) = self.agenda.pop(now) else {
                let (number, _) = self.next.filter(|_| self.is_closed_model())?;
                self.next = self.find(number + 1);
                self.open(number, now);
                continue;
            };
            if !self.is_closed_model() && now - self.due(slot) > LAG_LIMIT && self.agenda.get(slot).tries == 0
            {
                self.drop_hit(slot, now);
                continue;
            }
            if self.holds_back(slot, now) {
                continue;
            }
            self.in_flight += 1;
            self.agenda.get(slot).in_flight = true;
            return Some(slot);
        }
    }

    /// Whether the start of a visit is put off, because it is late: a stall is not followed by a burst. Late visits are
    /// made up for at the planned rate, in the middle between those that are due, workers taking turns.
    fn holds_back(&mut self, slot: Slot, now: Nanos) -> bool {
        let open = self.agenda.get(slot);
        if self.arrivals.is_none() || open.started || open.held_back || open.tries > 0 {
            return false;
        }
        let due = self.due(slot);
        if now - due <= LATE_NS {
            return false;
        }
        let rate = self.plan.rate(due);
        if rate <= 0.0 {
            return false;
        }
        let gap = ((SECOND as f64 / rate) as Nanos).max(1);
        let (own, round) = (self.index * gap, self.of * gap);
        let earliest = self.catch_up_at.max(now);
        let start = own + earliest.saturating_sub(own).div_ceil(round) * round;
        self.catch_up_at = start + 1;
        let is_targets_doing = self.freed_at > due;
        let open = self.agenda.get(slot);
        open.held_back = true;
        if is_targets_doing {
            open.not_before = start;
        }
        self.agenda.schedule(slot, start);
        true
    }

    /// A hit that is too late is not sent; a visit whose first hit is, does not take place.
    fn drop_hit(&mut self, slot: Slot, now: Nanos) {
        let open = self.agenda.get(slot);
        open.flawed = true;
        if open.started {
            self.recorded.hits.dropped += 1;
            self.go_on(slot, now);
        } else {
            self.close(slot, now);
        }
    }

    /// Builds the request of a hit that is going out.
    fn begin(&mut self, slot: Slot, now: Nanos, headers: HeaderMap) -> (Flight, Request<Full<Bytes>>) {
        let due = if self.is_closed_model() { now } else { self.due(slot) };
        let unix_ms = self.clock.unix_ms(now) + self.skew.ms();
        self.offsets.refresh(unix_ms / 1_000);
        let open = self.agenda.get(slot);
        let index = usize::from(open.next);
        let action = &open.visit.actions[index];
        if open.tries == 0 {
            let hits = &mut self.recorded.hits;
            hits.sent += 1;
            hits.late += u64::from(now - due > LATE_NS);
            hits.by_kind[action.kind() as usize] += 1;
            self.recorded.last_sent = now;
        }
        if !open.started {
            open.started = true;
            self.recorded.visits.started += 1;
            self.recorded.last_start = now;
        }
        let at_ms = open.placement.at(index, action.offset_ms);
        let (cdt, at) = match self.plan.scenario().clock {
            VisitClock::Simulated => (Some(at_ms.div_euclid(1_000)), at_ms.div_euclid(1_000)),
            VisitClock::Real => (None, unix_ms / 1_000),
        };
        let zone = self.plan.time_zone(&open.visit);
        let stamp = Stamp { cdt, local_seconds: self.offsets.local_seconds(zone, at) };
        let request = self.requests.build(&self.plan, &open.visit, index, stamp, headers);
        // A slot that became free after the hit was due and its predecessor answered is what it waited for.
        let ready =
            due.max(open.not_before).max(if self.is_closed_model() { 0 } else { self.freed_at }).min(now);
        (Flight { slot, due, ready, sent: now }, request)
    }

    /// Records how a hit ended and puts the next one of its visit on the agenda.
    fn finish(&mut self, flight: Flight, outcome: Outcome, again: Again, now: Nanos) {
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
        self.recorded.observe(Observation { due, ready, sent, done: now, outcome });
        self.account(slot, outcome);
        self.go_on(slot, now);
    }

    fn account(&mut self, slot: Slot, outcome: Outcome) {
        let open = self.agenda.get(slot);
        let action = &open.visit.actions[usize::from(open.next)];
        if outcome.is_accepted() {
            open.credit = Credit::Acknowledged;
            self.recorded.acknowledged.count(action.kind(), action.revenue());
        } else {
            open.flawed = true;
            if outcome.is_uncertain() {
                open.credit = open.credit.max(Credit::Uncertain);
                self.recorded.uncertain.count(action.kind(), action.revenue());
            }
        }
    }

    /// On to the next hit of a visit, or to its end.
    fn go_on(&mut self, slot: Slot, now: Nanos) {
        let open = self.agenda.get(slot);
        open.next += 1;
        open.tries = 0;
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
        let visits = &mut self.recorded.visits;
        match (open.started, open.flawed) {
            (false, _) => visits.dropped += 1,
            (true, true) => visits.incomplete += 1,
            (true, false) => visits.completed += 1,
        }
        match open.credit {
            Credit::Unknown => {}
            Credit::Uncertain => self.recorded.uncertain.visits += 1,
            Credit::Acknowledged => self.recorded.acknowledged.visits += 1,
        }
    }

    /// Ends what is still open: hits in flight were sent and their answers are unknown, the rest is dropped.
    fn cut(&mut self, now: Nanos) {
        let aborted = Outcome::Failed(Failure::Aborted);
        for slot in self.agenda.slots() {
            let open = self.agenda.get(slot);
            if open.in_flight && open.started {
                self.recorded.observe(Observation {
                    due: now,
                    ready: now,
                    sent: now,
                    done: now,
                    outcome: aborted,
                });
                self.account(slot, aborted);
                self.agenda.get(slot).next += 1;
            }
            let mut open = self.agenda.remove(slot);
            let unsent = open.hits - open.next;
            self.recorded.hits.dropped += u64::from(unsent);
            open.flawed |= unsent > 0;
            self.settle(&open);
        }
        self.in_flight = 0;
    }

    fn is_over(&self, now: Nanos) -> bool {
        self.cut_at.is_some_and(|end| now >= end) || (self.next.is_none() && self.agenda.len() == 0)
    }

    /// When the loop has something to do unless it is woken.
    fn wake_at(&mut self) -> Nanos {
        let mut at = self.publish_at;
        if let Some(end) = self.cut_at {
            at = at.min(end);
        }
        if let Some(until) = self.options.until.filter(|_| self.cut_at.is_none()) {
            at = at.min(until);
        }
        if let Some((_, due)) = self.next.filter(|_| !self.is_closed_model()) {
            at = at.min(due);
        }
        if let Some(due) = self.agenda.next_at().filter(|_| self.in_flight < self.slots) {
            at = at.min(due);
        }
        self.asleep_until = at;
        at
    }

    fn publish(&mut self, now: Nanos) {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        published.total += &self.recorded;
        let gauges = &mut published.workers[self.index as usize];
        gauges.open_visits = self.agenda.len() as u64;
        gauges.in_flight = self.in_flight as u64;
        drop(published);
        self.recorded.clear();
        self.publish_at = now + PUBLISH;
    }
}

/// A hit on its way.
#[derive(Clone, Copy)]
struct Flight {
    slot: Slot,
    due: Nanos,
    ready: Nanos,
    sent: Nanos,
}

/// Whether a hit that failed may be tried again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    /// It certainly never arrived.
    MayTry,
    /// It may have.
    Never,
}

/// The task of one connection: sends what it is given, then what is due next, then waits.
async fn serve(worker: Rc<Worker>, seat: usize) {
    let mut connection: Option<Connection> = None;
    let mut used_at = 0;
    let mut guard = Box::pin(tokio::time::sleep(Duration::ZERO));
    let mut headers = HeaderMap::with_capacity(8);
    loop {
        let slot = next_job(&worker, seat, &mut connection).await;
        let (flight, request) = {
            let now = worker.clock.now();
            worker.state.borrow_mut().begin(slot, now, std::mem::take(&mut headers))
        };
        if flight.sent.saturating_sub(used_at) > IDLE_LIMIT {
            connection = None;
        }
        let (outcome, again) =
            exchange(&worker, &mut connection, request, flight, &mut guard, &mut headers).await;
        if matches!(outcome, Outcome::Failed(_)) {
            connection = None;
        }
        let now = worker.clock.now();
        used_at = now;
        let mut state = worker.state.borrow_mut();
        state.finish(flight, outcome, again, now);
        if state.is_over(now) || state.agenda.next_at().is_some_and(|at| at < state.asleep_until) {
            worker.wake.notify_one();
        }
    }
}

/// What this connection sends next. While it waits it notices when the target closes it.
async fn next_job(worker: &Worker, seat: usize, connection: &mut Option<Connection>) -> Slot {
    {
        let mut state = worker.state.borrow_mut();
        if let Some(slot) = state.seats[seat].job.take() {
            return slot;
        }
        let now = worker.clock.now();
        state.admit(now);
        if let Some(slot) = state.take(now) {
            return slot;
        }
        state.idle.push(seat);
    }
    poll_fn(|cx| {
        let mut state = worker.state.borrow_mut();
        let place = &mut state.seats[seat];
        if let Some(slot) = place.job.take() {
            return Poll::Ready(slot);
        }
        if !place.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            place.waker = Some(cx.waker().clone());
        }
        if connection.as_mut().is_some_and(|open| open.poll_closed(cx).is_ready()) {
            *connection = None;
        }
        Poll::Pending
    })
    .await
}

/// Sends one request and waits for its answer, on a new connection where there is none.
async fn exchange(
    worker: &Worker,
    connection: &mut Option<Connection>,
    mut request: Request<Full<Bytes>>,
    flight: Flight,
    guard: &mut Pin<Box<Sleep>>,
    headers: &mut HeaderMap,
) -> (Outcome, Again) {
    let limit = worker.client.target().timeout;
    let deadline = flight.sent + limit.as_nanos() as Nanos;
    loop {
        let fresh = connection.is_none();
        let open = match connection {
            Some(open) => open,
            None => match within(worker, guard, deadline, Connection::open(&worker.client)).await {
                Some(Ok(open)) => connection.insert(open),
                Some(Err(failure)) => return (Outcome::Failed(failure), Again::MayTry),
                None => return (Outcome::Failed(Failure::Connect), Again::Never),
            },
        };
        match within(worker, guard, deadline, open.send(request)).await {
            None => return (Outcome::Failed(Failure::Timeout), Again::Never),
            Some(Ok(Ok(Answer { status, headers: answered }))) => {
                if let Some(date) = answered.get(DATE) {
                    let unix_ms = worker.clock.unix_ms(worker.clock.now());
                    worker.state.borrow_mut().skew.observe(date.as_bytes(), unix_ms);
                }
                *headers = answered;
                return (Outcome::Answered(status), Again::Never);
            }
            Some(Ok(Err(failure))) => return (Outcome::Failed(failure), Again::Never),
            // Closed before anything left: nothing happened yet, unless the target closes whatever is opened.
            Some(Err(NotSent(_))) if fresh => return (Outcome::Failed(Failure::Reset), Again::MayTry),
            Some(Err(NotSent(unsent))) => {
                request = unsent;
                *connection = None;
            }
        }
    }
}

/// Waits for a future until a deadline. The timer is set only when the one before has run out, so a hit that is
/// answered in time costs none.
async fn within<T>(
    worker: &Worker,
    guard: &mut Pin<Box<Sleep>>,
    deadline: Nanos,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        while guard.as_mut().poll(cx).is_ready() {
            if worker.clock.now() >= deadline {
                return Poll::Ready(None);
            }
            guard.as_mut().reset(worker.clock.instant(deadline));
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::tz::TimeZone;
    use traffic::arrivals::Pattern;
    use traffic::ledger::Cents;
    use traffic::order::Shop;
    use traffic::plan::Tracking;
    use traffic::scenario::{Draft, Rate, Scenario, Share, Shares};
    use traffic::site::Site;
    use url::Url;

    use super::*;
    use crate::target::{Target, Trust};

    const ACCEPTED: Outcome = Outcome::Answered(204);
    const REFUSED: Outcome = Outcome::Failed(Failure::Connect);

    /// Visits of one page view and a ping, without a pause.
    fn draft(rate: Rate) -> Draft {
        Draft {
            rate,
            pattern: Pattern::Smooth,
            most_visits: None,
            most_visits_per_day: None,
            clock: VisitClock::Simulated,
            time_zone: TimeZone::UTC,
            pageviews: (1, 1),
            pause: (0.0, 0.0),
            length: (6.0, 60.0),
            shares: Shares::default(),
            shop: Shop {
                value: (Cents(1_599), Cents(29_999)),
                items: (1, 5),
                tax_rate: 0.1,
                shipping: vec![Cents(0)],
            },
            site: Site::parse("https://shop.example.org/ Home\nhttps://shop.example.org/shoes Shoes\n")
                .unwrap(),
            funnels: Vec::new(),
        }
    }

    /// What a lone worker knows; time is what the tests say it is.
    fn state(draft: Draft, slots: usize) -> State {
        let tracking = Tracking { site: 1, authenticated: false, countries: false, tag_dimension: None };
        let plan = Arc::new(Plan::new(Scenario::new(draft).unwrap(), tracking, 42, "test"));
        let url = Url::parse("http://127.0.0.1:9/matomo.php").unwrap();
        let target = Target::new(url, None, None, Trust::Roots, Duration::from_secs(1));
        let options =
            Options { concurrency: slots, workers: 1, until: None, grace: 0, site_time_zone: TimeZone::UTC };
        State::new(Assignment {
            plan,
            client: Client::new(target).unwrap(),
            clock: Clock::start(),
            options,
            index: 0,
            of: 1,
            slots,
            skew: Skew::default(),
            phase: watch::channel(Phase::Run).1,
            published: Arc::default(),
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
        let shares = Shares { returning: Share::new(1.0).unwrap(), ..Shares::default() };
        let mut state = state(Draft { shares, ..draft(Rate::PerSecond(0.01)) }, 10);
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
            assert_eq!(
                (state.recorded.visits.started, state.recorded.visits.dropped),
                (started, 1 - started)
            );
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
            pageviews: (2, 2),
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
}
